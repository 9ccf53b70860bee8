/* binding.c — steps, bindings and their log. All are found by the customers of a family, a few
 * probes each; who is whose by the index of staff. Names are joined for showing only.
 */
#include "store/binding.h"

#include "store/ids.h"
#include "store/list.h"
#include "store/scope.h"
#include "store/statements.h"

#include <assert.h>

const char *const binding_counts_names[BINDING_COUNTS] = {
    [BINDING_FRIEND] = "friend",
    [BINDING_GROUP] = "group",
    [BINDING_EITHER] = "either",
};
const char *const binding_kind_names[BINDING_KINDS] = {
    [BINDING_STEP_FRIEND] = "friend",
    [BINDING_STEP_GROUP] = "group",
    [BINDING_STEP_END] = "end",
    [BINDING_STEP_TRANSFER] = "transfer",
};

static const struct sql RULE_LOAD = {
    .text = "SELECT days, counts FROM binding_rule"
            " WHERE id = (SELECT max(x.id) FROM binding_rule x)",
    .out = "is",
};
static const struct sql RULE_ADD = {
    .text = "INSERT INTO binding_rule (id, from_us, days, counts) VALUES ($1, $2, $3, $4)",
    .in = "iiis",
};
static const struct sql STEP_KNOWN = {
    .text = "SELECT count(*) FROM binding_step WHERE customer_id = $1 AND kind = $2"
            " AND staff_id = $3 AND group_id = $4 AND at_s = $5",
    .in = "isiii",
    .out = "i",
};
static const struct sql STEP_ADD = {
    .text = "INSERT INTO binding_step (id, customer_id, kind, staff_id, at_s, group_id, source_id,"
            " counts, days, account_id, reason, told_us)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING",
    .in = "iisiiiIiiISi",
};
static const struct sql STEPS = {
    .text = "SELECT s.id, s.customer_id, s.kind, s.staff_id, s.at_s, s.group_id,"
            " coalesce(s.source_id, 0), s.counts, s.days, coalesce(s.account_id, 0)"
            " FROM customer c JOIN binding_step s ON s.customer_id = c.id WHERE c.root_id = $1"
            " ORDER BY s.at_s, CASE WHEN s.kind = 'transfer' THEN 1 ELSE 0 END, s.id",
    .in = "i",
    .out = "iisiiiiiii",
};
static const struct sql LOAD = {
    .text = "SELECT customer_id, staff_id, step_id, since_s, until_s, ended_s FROM binding"
            " WHERE customer_id = $1",
    .in = "i",
    .out = "iiiiII",
};
static const struct sql STORE = {
    .text = "INSERT INTO binding (customer_id, staff_id, step_id, since_s, until_s, ended_s)"
            " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (customer_id) DO UPDATE SET"
            " staff_id = excluded.staff_id, step_id = excluded.step_id,"
            " since_s = excluded.since_s, until_s = excluded.until_s, ended_s = excluded.ended_s",
    .in = "iiiiII",
};
static const struct sql REMOVE = {
    .text = "DELETE FROM binding WHERE customer_id = $1",
    .in = "i",
};
static const struct sql LOG_ADD = {
    .text = "INSERT INTO binding_log (id, customer_id, at_us, cause, from_staff_id, staff_id,"
            " step_id, since_s, until_s, ended_s, account_id)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    .in = "iiisIIIIIII",
};
#define TOUCH                                                                                      \
    "SELECT s.at_s, s.kind, s.staff_id, f.name, coalesce(s.source_id, 0), o.name, s.group_id,"     \
    " g.name FROM binding_step s LEFT JOIN staff f ON f.id = s.staff_id"                           \
    " LEFT JOIN source o ON o.id = s.source_id LEFT JOIN chat_group g ON g.id = s.group_id"
static const struct sql FIRST_TOUCH = {
    .text = TOUCH " WHERE s.id = (SELECT x.id FROM customer c JOIN binding_step x"
                  " ON x.customer_id = c.id WHERE c.root_id = $1 AND x.kind IN ('friend', 'group')"
                  " ORDER BY x.at_s, x.id LIMIT 1)",
    .in = "i",
    .out = "isiSiSiS",
};
static const struct sql TOUCH_OF = {
    .text = TOUCH " WHERE s.id = $1",
    .in = "i",
    .out = "isiSiSiS",
};
static const struct sql HISTORY = {
    .text = "SELECT l.id, l.at_us, l.cause, coalesce(l.from_staff_id, 0), f.name,"
            " coalesce(l.staff_id, 0), n.name, l.since_s, l.until_s, l.ended_s,"
            " coalesce(l.account_id, 0), a.name,"
            " CASE WHEN l.cause = 'transfer' THEN s.reason END"
            " FROM customer c JOIN binding_log l ON l.customer_id = c.id"
            " LEFT JOIN staff f ON f.id = l.from_staff_id LEFT JOIN staff n ON n.id = l.staff_id"
            " LEFT JOIN account a ON a.id = l.account_id"
            " LEFT JOIN binding_step s ON s.id = l.step_id"
            " WHERE c.root_id = $1 ORDER BY l.id DESC LIMIT $2",
    .in = "ii",
    .out = "iisiSiSIIIiSS",
};
static const struct sql CUSTOMERS_OF = {
    .text = "SELECT b.customer_id FROM binding b JOIN customer c ON c.id = b.customer_id"
            " WHERE b.staff_id = $1 AND c.erased_s IS NULL ORDER BY b.customer_id",
    .in = "i",
    .out = "i",
};
#define NOT_OF(ids)                                                                                \
    "SELECT c.id FROM customer c WHERE c.id " ids " AND NOT EXISTS (SELECT 1 FROM binding b"       \
    " WHERE b.customer_id = c.id AND b.staff_id = $2) ORDER BY c.id"
static const struct sql NOT_OF_STAFF = {
    .text = NOT_OF(IDS_LITE("$1")),
    .pg = NOT_OF(IDS_PG("$1")),
    .in = "si",
    .out = "i",
};
static const struct sql LEFT_BEHIND = {
    .text = "SELECT s.id, s.left_s, s.name, count(*) FROM staff s /*scan*/"
            " JOIN binding b ON b.staff_id = s.id JOIN customer c ON c.id = b.customer_id"
            " WHERE s.status = 'left' AND c.erased_s IS NULL"
            " AND " SCOPE_CUSTOMER("b.customer_id",
                                   "$1") " GROUP BY s.id, s.left_s, s.name ORDER BY s.name, s.id",
    .in = "i",
    .out = "iIsi",
};
static const struct sql STAFF_ACTIVE = {
    .text = "SELECT CASE WHEN status = 'active' THEN 1 ELSE 0 END FROM staff WHERE id = $1",
    .in = "i",
    .out = "i",
};

STATEMENTS(binding, &RULE_LOAD, &RULE_ADD, &STEP_KNOWN, &STEP_ADD, &STEPS, &LOAD, &STORE, &REMOVE,
           &LOG_ADD, &FIRST_TOUCH, &TOUCH_OF, &HISTORY, &CUSTOMERS_OF, &NOT_OF_STAFF, &LEFT_BEHIND,
           &STAFF_ACTIVE);

static int word_at(const char *const *names, int n, struct str word)
{
    int i = 0;
    while (i < n && !str_eq(word, str_from(names[i])))
        i++;
    assert(i < n); /* the schema's CHECK lets no other in */
    return i;
}

static int64_t null_if_zero(int64_t v)
{
    return v == 0 ? DB_NULL : v;
}

/* ---- the rule ---- */

enum rc binding_rule_load(struct tx *tx, struct binding_rule *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &RULE_LOAD, &r, e);
    if (rc != RC_OK)
        return rc;
    out->days = rows_int(r, 0);
    out->counts =
        (enum binding_counts)word_at(binding_counts_names, BINDING_COUNTS, rows_str(r, 1));
    return rows_end(r, e);
}

enum rc binding_rule_add(struct tx *tx, const struct binding_rule *rule, struct err *e)
{
    assert(tx_is_writing(tx) && rule->days >= 0);
    return tx_exec(tx, &RULE_ADD, e, tx_id(tx), tx_now_us(tx), rule->days,
                   str_from(binding_counts_names[rule->counts]));
}

/* ---- steps ---- */

enum rc binding_step_known(struct tx *tx, const struct binding_step *s, bool *out, struct err *e)
{
    int64_t n = 0;
    enum rc rc = tx_int(tx, &STEP_KNOWN, &n, e, s->customer_id,
                        str_from(binding_kind_names[s->kind]), s->staff_id, s->group_id, s->at_s);
    *out = n > 0;
    return rc;
}

enum rc binding_step_add(struct tx *tx, const struct binding_step *s, struct err *e)
{
    assert(tx_is_writing(tx) && s->customer_id > 0 && s->staff_id > 0);
    return tx_exec(tx, &STEP_ADD, e, tx_id(tx), s->customer_id,
                   str_from(binding_kind_names[s->kind]), s->staff_id, s->at_s, s->group_id,
                   null_if_zero(s->source_id), s->counts ? 1 : 0, s->days,
                   null_if_zero(s->account_id), s->reason, tx_now_us(tx));
}

enum rc binding_steps(struct tx *tx, int64_t root_id, struct binding_step **out, size_t *out_n,
                      struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &STEPS, &r, e, root_id);
    if (rc != RC_OK)
        return rc;
    struct binding_step *list = NULL;
    size_t n = 0, room = 0;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), list, n, room) = (struct binding_step){
            .id = rows_int(r, 0),
            .customer_id = rows_int(r, 1),
            .kind = (enum binding_kind)word_at(binding_kind_names, BINDING_KINDS, rows_str(r, 2)),
            .staff_id = rows_int(r, 3),
            .at_s = rows_int(r, 4),
            .group_id = rows_int(r, 5),
            .source_id = rows_int(r, 6),
            .counts = rows_int(r, 7) != 0,
            .days = rows_int(r, 8),
            .account_id = rows_int(r, 9),
        };
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

/* ---- what is in force ---- */

enum rc binding_load(struct tx *tx, int64_t root_id, struct binding_row *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &LOAD, &r, e, root_id);
    if (rc != RC_OK)
        return rc;
    *out = (struct binding_row){
        .customer_id = rows_int(r, 0),
        .staff_id = rows_int(r, 1),
        .step_id = rows_int(r, 2),
        .since_s = rows_int(r, 3),
        .until_s = rows_known(r, 4),
        .ended_s = rows_known(r, 5),
    };
    return rows_end(r, e);
}

enum rc binding_store(struct tx *tx, const struct binding_row *row, struct err *e)
{
    assert(tx_is_writing(tx) && row->customer_id > 0 && row->step_id > 0);
    return tx_exec(tx, &STORE, e, row->customer_id, row->staff_id, row->step_id, row->since_s,
                   row->until_s, row->ended_s);
}

enum rc binding_remove(struct tx *tx, int64_t root_id, struct err *e)
{
    assert(tx_is_writing(tx));
    return tx_exec(tx, &REMOVE, e, root_id);
}

enum rc binding_log_add(struct tx *tx, int64_t root_id, const char *cause, int64_t account_id,
                        const struct binding_row *before, const struct binding_row *now,
                        struct err *e)
{
    static const struct binding_row nobody = {.staff_id = DB_NULL,
                                              .step_id = DB_NULL,
                                              .since_s = DB_NULL,
                                              .until_s = DB_NULL,
                                              .ended_s = DB_NULL};
    assert(tx_is_writing(tx) && (before != NULL || now != NULL));
    before = before == NULL ? &nobody : before;
    now = now == NULL ? &nobody : now;
    return tx_exec(tx, &LOG_ADD, e, tx_id(tx), root_id, tx_now_us(tx), str_from(cause),
                   before->staff_id, now->staff_id, now->step_id, now->since_s, now->until_s,
                   now->ended_s, null_if_zero(account_id));
}

/* ---- shown ---- */

static enum rc read_touch(struct tx *tx, const struct sql *q, int64_t id,
                          struct binding_touch_shown *out, struct err *e)
{
    struct rows *r;
    struct arena *a = tx_arena(tx);
    *out = (struct binding_touch_shown){.at_s = DB_NULL};
    enum rc rc = tx_find(tx, q, &r, e, id);
    if (rc != RC_OK)
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    *out = (struct binding_touch_shown){
        .at_s = rows_int(r, 0),
        .kind = rows_copy(r, 1, a),
        .staff_id = rows_int(r, 2),
        .staff = rows_copy(r, 3, a),
        .source_id = rows_int(r, 4),
        .source = rows_copy(r, 5, a),
        .group_id = rows_int(r, 6),
        .group = rows_copy(r, 7, a),
    };
    return rows_end(r, e);
}

enum rc binding_first_touch(struct tx *tx, int64_t root_id, struct binding_touch_shown *out,
                            struct err *e)
{
    return read_touch(tx, &FIRST_TOUCH, root_id, out, e);
}

enum rc binding_touch_of(struct tx *tx, int64_t step_id, struct binding_touch_shown *out,
                         struct err *e)
{
    return read_touch(tx, &TOUCH_OF, step_id, out, e);
}

enum rc binding_history(struct tx *tx, int64_t root_id, int64_t limit, struct binding_past **out,
                        size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &HISTORY, &r, e, root_id, limit);
    if (rc != RC_OK)
        return rc;
    struct arena *a = tx_arena(tx);
    struct binding_past *list = NULL;
    size_t n = 0, room = 0;
    while (rows_next(r))
        *LIST_ADD(a, list, n, room) = (struct binding_past){
            .id = rows_int(r, 0),
            .at_us = rows_int(r, 1),
            .cause = rows_copy(r, 2, a),
            .from_staff_id = rows_int(r, 3),
            .from_staff = rows_copy(r, 4, a),
            .staff_id = rows_int(r, 5),
            .staff = rows_copy(r, 6, a),
            .since_s = rows_known(r, 7),
            .until_s = rows_known(r, 8),
            .ended_s = rows_known(r, 9),
            .account_id = rows_int(r, 10),
            .account = rows_copy(r, 11, a),
            .reason = rows_copy(r, 12, a),
        };
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc binding_customers_of(struct tx *tx, int64_t staff_id, int64_t **out, size_t *out_n,
                             struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &CUSTOMERS_OF, &r, e, staff_id);
    return rc == RC_OK ? ids_read(tx, r, out, out_n, e) : rc;
}

enum rc binding_not_of(struct tx *tx, const int64_t *roots, size_t n, int64_t staff_id,
                       int64_t **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &NOT_OF_STAFF, &r, e, ids_text(tx_arena(tx), roots, n), staff_id);
    return rc == RC_OK ? ids_read(tx, r, out, out_n, e) : rc;
}

enum rc binding_left_behind(struct tx *tx, int64_t scope_account, struct binding_left **out,
                            size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &LEFT_BEHIND, &r, e, scope_account);
    if (rc != RC_OK)
        return rc;
    struct arena *a = tx_arena(tx);
    struct binding_left *list = NULL;
    size_t n = 0, room = 0;
    while (rows_next(r))
        *LIST_ADD(a, list, n, room) = (struct binding_left){
            .staff_id = rows_int(r, 0),
            .left_s = rows_known(r, 1),
            .staff = rows_copy(r, 2, a),
            .customers = rows_int(r, 3),
        };
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc binding_staff_active(struct tx *tx, int64_t staff_id, bool *out, struct err *e)
{
    int64_t active = 0;
    enum rc rc = tx_int(tx, &STAFF_ACTIVE, &active, e, staff_id);
    *out = active != 0;
    return rc;
}
