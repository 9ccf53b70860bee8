/* audience_move.c — moves of audiences, the packed lists of their members, their sizes by the hour.
 *
 * Everything is keyed by the audience first. Moves are walked backwards for a page; for an account
 * that does not see all, its customers are looked up once and each move against them, so a page
 * costs more the fewer of them are its own. A customer stands for their root of today, and who was
 * erased is never told, even before the tick has noticed.
 */
#include "store/audience_move.h"

#include "store/ids.h"
#include "store/list.h"
#include "store/scope.h"
#include "store/statements.h"

#include <assert.h>

enum { LISTS_A_CLOSURE = 500, EXPIRED_A_CLOSURE = 1000 };

#define MOVES(and)                                                                                 \
    "SELECT m.id, r.id, m.at_s, m.entered FROM audience_move m"                                    \
    " JOIN customer c ON c.id = m.customer_id JOIN customer r ON r.id = c.root_id"                 \
    " WHERE m.audience_id = $1 AND r.erased_s IS NULL" and
static const struct sql MOVES_SINCE = {
    .text = MOVES(" AND m.id > $2") " ORDER BY m.id LIMIT $3",
    .in = "iii",
    .out = "iiii",
};
#define MOVES_PAGE " AND m.id < $2 AND ($3 IS NULL OR m.entered = $3)"
static const struct sql MOVES_ALL = {
    .text = MOVES(MOVES_PAGE) " ORDER BY m.id DESC LIMIT $4",
    .in = "iiIi",
    .out = "iiii",
};
static const struct sql MOVES_SEEN = {
    .text = MOVES(MOVES_PAGE " AND c.root_id IN " SCOPE_ROOTS("$5")) " ORDER BY m.id DESC LIMIT $4",
    .in = "iiIii",
    .out = "iiii",
};
static const struct sql SIZES = {
    .text = "SELECT hour_s, size, entered_n, left_n, gone_n, unlisted_n, began FROM audience_size"
            " WHERE audience_id = $1 AND hour_s >= $2 ORDER BY hour_s",
    .in = "ii",
    .out = "iiiiiii",
};
static const struct sql FOLLOW_LOAD = {
    .text = "SELECT version, step, whole, at_s, size, sum FROM audience_follow"
            " WHERE audience_id = $1",
    .in = "i",
    .out = "iiiiii",
};
static const struct sql FOLLOW_BEGIN = {
    .text = "INSERT INTO audience_follow (audience_id, version, step, whole, at_s, size, sum)"
            " VALUES ($1, $2, 1, $3, $4, $5, $6) ON CONFLICT (audience_id) DO NOTHING",
    .in = "iiiiii",
};
static const struct sql FOLLOW_STEP = {
    .text = "UPDATE audience_follow SET version = $3, step = step + 1, whole = $4, at_s = $5,"
            " size = $6, sum = $7 WHERE audience_id = $1 AND step = $2",
    .in = "iiiiiii",
};
static const struct sql FOLLOW_SIZE = {
    .text = "UPDATE audience SET size = $3, sized_s = $4 WHERE id = $1 AND version = $2",
    .in = "iiii",
};
static const struct sql FOLLOW_STRAY = {
    .text = "SELECT f.audience_id FROM audience_follow f WHERE NOT EXISTS (SELECT 1 FROM audience a"
            " WHERE a.id = f.audience_id AND a.live = 1 AND a.archived_s IS NULL) LIMIT 1 /*scan*/",
    .out = "i",
};
static const struct sql FOLLOW_FORGET = {
    .text = "DELETE FROM audience_follow WHERE audience_id = $1",
    .in = "i",
};
static const struct sql LISTS_CLEAR = {
    .text = "DELETE FROM audience_member WHERE audience_id = $1 AND from_id IN (SELECT m.from_id"
            " FROM audience_member m WHERE m.audience_id = $1 ORDER BY m.from_id LIMIT $2)",
    .in = "ii",
};
static const struct sql LIST_HEADS = {
    .text = "SELECT from_id, n, sum FROM audience_member WHERE audience_id = $1 ORDER BY from_id",
    .in = "i",
    .out = "iii",
};
static const struct sql LIST_IDS = {
    .text = "SELECT ids FROM audience_member WHERE audience_id = $1 AND from_id = $2",
    .in = "ii",
    .out = "b",
};
static const struct sql LIST_PUT = {
    .text = "INSERT INTO audience_member (audience_id, from_id, n, sum, ids)"
            " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (audience_id, from_id) DO UPDATE"
            " SET n = excluded.n, sum = excluded.sum, ids = excluded.ids",
    .in = "iiiib",
};
static const struct sql LIST_GO = {
    .text = "DELETE FROM audience_member WHERE audience_id = $1 AND from_id = $2",
    .in = "ii",
};
#define FATES(ids)                                                                                 \
    "SELECT c.id, c.root_id, c.erased_s FROM customer c WHERE c.id " ids " ORDER BY c.id"
static const struct sql FATES_OF = {
    .text = FATES(IDS_LITE("$1")),
    .pg = FATES(IDS_PG("$1")),
    .in = "s",
    .out = "iiI",
};
static const struct sql FATES_HELD = {
    .text = FATES(IDS_LITE("$1")),
    .pg = FATES(IDS_PG("$1")) " FOR SHARE",
    .in = "s",
    .out = "iiI",
};
static const struct sql MOVE_ADD = {
    .text = "INSERT INTO audience_move (audience_id, id, customer_id, at_s, entered)"
            " VALUES ($1, $2, $3, $4, $5)",
    .in = "iiiii",
};
static const struct sql SIZE_ADD = {
    .text = "INSERT INTO audience_size (audience_id, hour_s, size, entered_n, left_n, gone_n,"
            " unlisted_n, began) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
            " ON CONFLICT (audience_id, hour_s) DO UPDATE SET size = excluded.size,"
            " entered_n = audience_size.entered_n + excluded.entered_n,"
            " left_n = audience_size.left_n + excluded.left_n,"
            " gone_n = audience_size.gone_n + excluded.gone_n,"
            " unlisted_n = audience_size.unlisted_n + excluded.unlisted_n,"
            " began = CASE WHEN excluded.began = 1 THEN 1 ELSE audience_size.began END",
    .in = "iiiiiiii",
};
static const struct sql AUDIENCE_AFTER = {
    .text = "SELECT id FROM audience WHERE id > $1 ORDER BY id LIMIT 1",
    .in = "i",
    .out = "i",
};
static const struct sql MOVES_EXPIRE = {
    .text = "DELETE FROM audience_move WHERE audience_id = $1 AND id IN (SELECT o.id FROM"
            " (SELECT m.id, m.at_s FROM audience_move m WHERE m.audience_id = $1"
            " ORDER BY m.id LIMIT $3) o WHERE o.at_s < $2 /*scan*/)",
    .in = "iii",
};
static const struct sql SIZES_EXPIRE = {
    .text = "DELETE FROM audience_size WHERE audience_id = $1 AND hour_s IN (SELECT s.hour_s"
            " FROM audience_size s WHERE s.audience_id = $1 AND s.hour_s < $2"
            " ORDER BY s.hour_s LIMIT $3)",
    .in = "iii",
};

STATEMENTS(audience_move, &MOVES_SINCE, &MOVES_ALL, &MOVES_SEEN, &SIZES, &FOLLOW_LOAD,
           &FOLLOW_BEGIN, &FOLLOW_STEP, &FOLLOW_SIZE, &FOLLOW_STRAY, &FOLLOW_FORGET, &LISTS_CLEAR,
           &LIST_HEADS, &LIST_IDS, &LIST_PUT, &LIST_GO, &FATES_OF, &FATES_HELD, &MOVE_ADD,
           &SIZE_ADD, &AUDIENCE_AFTER, &MOVES_EXPIRE, &SIZES_EXPIRE);

/* ---- asking ---- */

static enum rc read_moves(struct tx *tx, struct rows *r, struct audience_move **out, size_t *out_n,
                          struct err *e)
{
    struct audience_move *list = NULL;
    size_t n = 0, room = 0;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), list, n, room) = (struct audience_move){
            .id = rows_int(r, 0),
            .customer_id = rows_int(r, 1),
            .at_s = rows_int(r, 2),
            .entered = rows_int(r, 3) != 0,
        };
    enum rc rc = rows_end(r, e);
    if (rc != RC_OK)
        return rc;
    *out = list;
    *out_n = n;
    return RC_OK;
}

enum rc audience_moves_since(struct tx *tx, int64_t audience_id, int64_t after_id, int64_t limit,
                             struct audience_move **out, size_t *out_n, struct err *e)
{
    assert(limit > 0);
    struct rows *r;
    enum rc rc = tx_query(tx, &MOVES_SINCE, &r, e, audience_id, after_id, limit);
    return rc == RC_OK ? read_moves(tx, r, out, out_n, e) : rc;
}

enum rc audience_moves(struct tx *tx, int64_t audience_id, int64_t scope_account, int64_t entered,
                       int64_t before_id, int64_t limit, struct audience_move **out, size_t *out_n,
                       struct err *e)
{
    assert(limit > 0);
    struct rows *r;
    enum rc rc = scope_account == 0
                     ? tx_query(tx, &MOVES_ALL, &r, e, audience_id, before_id, entered, limit)
                     : tx_query(tx, &MOVES_SEEN, &r, e, audience_id, before_id, entered, limit,
                                scope_account);
    return rc == RC_OK ? read_moves(tx, r, out, out_n, e) : rc;
}

enum rc audience_sizes(struct tx *tx, int64_t audience_id, int64_t from_s,
                       struct audience_size **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &SIZES, &r, e, audience_id, from_s);
    if (rc != RC_OK)
        return rc;
    struct audience_size *list = NULL;
    size_t n = 0, room = 0;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), list, n, room) = (struct audience_size){
            .hour_s = rows_int(r, 0),
            .size = rows_int(r, 1),
            .entered = rows_int(r, 2),
            .left = rows_int(r, 3),
            .gone = rows_int(r, 4),
            .unlisted = rows_int(r, 5),
            .began = rows_int(r, 6) != 0,
        };
    rc = rows_end(r, e);
    if (rc != RC_OK)
        return rc;
    *out = list;
    *out_n = n;
    return RC_OK;
}

/* ---- following ---- */

enum rc audience_follow_load(struct tx *tx, int64_t audience_id, struct audience_follow *out,
                             struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &FOLLOW_LOAD, &r, e, audience_id);
    if (rc != RC_OK)
        return rc;
    struct audience_follow f = {
        .version = rows_int(r, 0),
        .step = rows_int(r, 1),
        .whole = rows_int(r, 2) != 0,
        .at_s = rows_int(r, 3),
        .size = rows_int(r, 4),
        .sum = (uint64_t)rows_int(r, 5),
    };
    rc = rows_end(r, e);
    if (rc == RC_OK)
        *out = f;
    return rc;
}

enum rc audience_follow_store(struct tx *tx, int64_t audience_id, const struct audience_follow *now,
                              bool *out_held, struct err *e)
{
    assert(tx_is_writing(tx) && now->size >= 0);
    enum rc rc = now->step == 0
                     ? tx_exec(tx, &FOLLOW_BEGIN, e, audience_id, now->version, (int64_t)now->whole,
                               now->at_s, now->size, (int64_t)now->sum)
                     : tx_exec(tx, &FOLLOW_STEP, e, audience_id, now->step, now->version,
                               (int64_t)now->whole, now->at_s, now->size, (int64_t)now->sum);
    if (rc == RC_OK)
        *out_held = tx_changes(tx) == 1;
    return rc;
}

enum rc audience_follow_size(struct tx *tx, int64_t audience_id, const struct audience_follow *now,
                             struct err *e)
{
    return tx_exec(tx, &FOLLOW_SIZE, e, audience_id, now->version, now->size, now->at_s);
}

enum rc audience_follow_stray(struct tx *tx, int64_t *out_id, struct err *e)
{
    return tx_int(tx, &FOLLOW_STRAY, out_id, e);
}

enum rc audience_follow_clear(struct tx *tx, int64_t audience_id, bool forget, bool *out_empty,
                              struct err *e)
{
    assert(tx_is_writing(tx));
    enum rc rc = tx_exec(tx, &LISTS_CLEAR, e, audience_id, (int64_t)LISTS_A_CLOSURE);
    if (rc != RC_OK)
        return rc;
    *out_empty = tx_changes(tx) < LISTS_A_CLOSURE;
    return *out_empty && forget ? tx_exec(tx, &FOLLOW_FORGET, e, audience_id) : RC_OK;
}

enum rc audience_list_heads(struct tx *tx, int64_t audience_id, struct audience_list_head **out,
                            size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &LIST_HEADS, &r, e, audience_id);
    if (rc != RC_OK)
        return rc;
    struct audience_list_head *list = NULL;
    size_t n = 0, room = 0;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), list, n, room) = (struct audience_list_head){
            .from_id = rows_int(r, 0),
            .n = rows_int(r, 1),
            .sum = (uint64_t)rows_int(r, 2),
        };
    rc = rows_end(r, e);
    if (rc != RC_OK)
        return rc;
    *out = list;
    *out_n = n;
    return RC_OK;
}

enum rc audience_list_ids(struct tx *tx, int64_t audience_id, int64_t from_id, struct str *out,
                          struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &LIST_IDS, &r, e, audience_id, from_id);
    if (rc != RC_OK)
        return rc;
    struct str ids = arena_str(tx_arena(tx), rows_bytes(r, 0));
    rc = rows_end(r, e);
    if (rc == RC_OK)
        *out = ids;
    return rc;
}

enum rc audience_list_put(struct tx *tx, int64_t audience_id, const struct audience_list_head *head,
                          struct str ids, struct err *e)
{
    assert(tx_is_writing(tx) && head->n >= 0);
    return head->n == 0 ? tx_exec(tx, &LIST_GO, e, audience_id, head->from_id)
                        : tx_exec(tx, &LIST_PUT, e, audience_id, head->from_id, head->n,
                                  (int64_t)head->sum, ids);
}

enum rc audience_fates(struct tx *tx, const int64_t *ids, size_t n,
                       void (*see)(void *to, int64_t id, int64_t root_id, bool erased), void *to,
                       struct err *e)
{
    struct rows *r;
    struct str list = ids_text(tx_arena(tx), ids, n);
    enum rc rc = tx_query(tx, tx_is_writing(tx) ? &FATES_HELD : &FATES_OF, &r, e, list);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        see(to, rows_int(r, 0), rows_int(r, 1), !rows_null(r, 2));
    return rows_end(r, e);
}

enum rc audience_move_add(struct tx *tx, int64_t audience_id, int64_t customer_id, int64_t at_s,
                          bool entered, struct err *e)
{
    assert(tx_is_writing(tx) && customer_id > 0);
    return tx_exec(tx, &MOVE_ADD, e, audience_id, tx_id(tx), customer_id, at_s, (int64_t)entered);
}

enum rc audience_size_add(struct tx *tx, int64_t audience_id, const struct audience_size *s,
                          struct err *e)
{
    assert(tx_is_writing(tx) && s->hour_s % 3600 == 0);
    return tx_exec(tx, &SIZE_ADD, e, audience_id, s->hour_s, s->size, s->entered, s->left, s->gone,
                   s->unlisted, (int64_t)s->began);
}

/* ---- forgetting ---- */

enum rc audience_moves_expire(struct tx *tx, int64_t after_id, int64_t moves_s, int64_t sizes_s,
                              int64_t *out_id, bool *out_more, struct err *e)
{
    assert(tx_is_writing(tx));
    int64_t id = 0, gone = 0, hours = 0;
    enum rc rc = tx_int(tx, &AUDIENCE_AFTER, &id, e, after_id);
    if (rc == RC_NOT_FOUND) {
        *out_id = 0;
        *out_more = false;
        return RC_OK;
    }
    if (rc == RC_OK)
        rc = tx_exec(tx, &MOVES_EXPIRE, e, id, moves_s, (int64_t)EXPIRED_A_CLOSURE);
    if (rc == RC_OK) {
        gone = tx_changes(tx);
        rc = tx_exec(tx, &SIZES_EXPIRE, e, id, sizes_s, (int64_t)EXPIRED_A_CLOSURE);
    }
    if (rc != RC_OK)
        return rc;
    hours = tx_changes(tx);
    *out_id = id;
    *out_more = gone == EXPIRED_A_CLOSURE || hours == EXPIRED_A_CLOSURE;
    return RC_OK;
}
