/* group_greeting.c — rows of greetings. A code has one that is wanted and, for as long as WeCom has
 * not deleted them, some that are not. WeCom holds a hundred in all, so counting reads them.
 */
#include "store/group_greeting.h"

#include "store/list.h"
#include "store/statements.h"

#include <assert.h>

#define COLUMNS                                                                                    \
    "id, code_id, text, attachments, notify, wanted, state, template_id, offered_s, told_s, "      \
    "problem"
#define TYPES "iissiisSIIS"

static const struct sql ADD = {
    .text = "INSERT INTO group_greeting (id, code_id, text, attachments, notify, state)"
            " VALUES ($1, $2, $3, $4, $5, $6)",
    .in = "iissis",
};
static const struct sql STORE = {
    .text = "UPDATE group_greeting SET text = $2, attachments = $3, notify = $4, wanted = $5,"
            " state = $6, template_id = $7, offered_s = $8, told_s = $9, problem = $10"
            " WHERE id = $1",
    .in = "issiisSIIS",
};
static const struct sql LOAD = {
    .text = "SELECT " COLUMNS " FROM group_greeting WHERE id = $1",
    .in = "i",
    .out = TYPES,
};
static const struct sql OF_CODE = {
    .text = "SELECT " COLUMNS " FROM group_greeting WHERE code_id = $1 AND wanted = 1",
    .in = "i",
    .out = TYPES,
};
static const struct sql FORGET = {
    .text = "DELETE FROM group_greeting WHERE id = $1",
    .in = "i",
};
static const struct sql COUNT = {
    .text = "SELECT count(*) FROM group_greeting /*scan*/ WHERE template_id IS NOT NULL",
    .out = "i",
};
static const struct sql REFUSED = {
    .text = "SELECT " COLUMNS " FROM group_greeting /*scan*/ WHERE wanted = 1"
            " AND state = 'refused' AND template_id IS NULL ORDER BY id",
    .out = TYPES,
};

STATEMENTS(group_greeting, &ADD, &STORE, &LOAD, &OF_CODE, &FORGET, &COUNT, &REFUSED);

enum rc group_greeting_add(struct tx *tx, struct group_greeting *g, struct err *e)
{
    assert(tx_is_writing(tx) && g->code_id > 0);
    g->id = tx_id(tx);
    g->wanted = true;
    g->template_id = g->problem = STR_ABSENT;
    g->offered_s = g->told_s = DB_NULL;
    return tx_exec(tx, &ADD, e, g->id, g->code_id, g->text, g->attachments, (int64_t)g->notify,
                   g->state);
}

enum rc group_greeting_store(struct tx *tx, const struct group_greeting *g, struct err *e)
{
    assert(tx_is_writing(tx) && g->id > 0);
    return tx_exec(tx, &STORE, e, g->id, g->text, g->attachments, (int64_t)g->notify,
                   (int64_t)g->wanted, g->state, g->template_id, g->offered_s, g->told_s,
                   g->problem);
}

static void read_greeting(const struct rows *r, struct arena *a, struct group_greeting *out)
{
    *out = (struct group_greeting){
        .id = rows_int(r, 0),
        .code_id = rows_int(r, 1),
        .text = rows_copy(r, 2, a),
        .attachments = rows_copy(r, 3, a),
        .notify = rows_int(r, 4) != 0,
        .wanted = rows_int(r, 5) != 0,
        .state = rows_copy(r, 6, a),
        .template_id = rows_copy(r, 7, a),
        .offered_s = rows_known(r, 8),
        .told_s = rows_known(r, 9),
        .problem = rows_copy(r, 10, a),
    };
}

static enum rc find(struct tx *tx, const struct sql *sql, int64_t id, struct arena *a,
                    struct group_greeting *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, sql, &r, e, id);
    if (rc != RC_OK)
        return rc;
    read_greeting(r, a, out);
    return rows_end(r, e);
}

enum rc group_greeting_load(struct tx *tx, int64_t id, struct arena *a, struct group_greeting *out,
                            struct err *e)
{
    return find(tx, &LOAD, id, a, out, e);
}

enum rc group_greeting_of_code(struct tx *tx, int64_t code_id, struct arena *a,
                               struct group_greeting *out, struct err *e)
{
    return find(tx, &OF_CODE, code_id, a, out, e);
}

enum rc group_greeting_forget(struct tx *tx, int64_t id, struct err *e)
{
    assert(tx_is_writing(tx));
    return tx_exec(tx, &FORGET, e, id);
}

enum rc group_greeting_count(struct tx *tx, int64_t *out, struct err *e)
{
    return tx_int(tx, &COUNT, out, e);
}

enum rc group_greeting_refused(struct tx *tx, struct group_greeting **out, size_t *out_n,
                               struct err *e)
{
    struct rows *r;
    struct group_greeting *list = NULL;
    struct arena *a = tx_arena(tx);
    size_t n = 0, room = 0;
    enum rc rc = tx_query(tx, &REFUSED, &r, e);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        read_greeting(r, a, LIST_ADD(a, list, n, room));
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}
