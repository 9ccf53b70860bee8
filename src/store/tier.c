/* tier.c — models, membership and moves.
 *
 * A tier that is taken out of a model stays as a row, because moves name it; its customers leave it
 * in the next run. Sizes count the index on (tier, customer); merged customers are told by the log
 * of merges, which is short. For an account that does not see all, sizes and flows start from its
 * customers. Everything a run writes is keyed by (run, customer), and a run that goes on leaves out
 * what it has moved (tier_run_moved), so nothing is written twice.
 */
#include "store/tier.h"

#include "store/event.h"
#include "store/ids.h"
#include "store/list.h"
#include "store/scope.h"
#include "store/statements.h"

#include <assert.h>

#define MODEL                                                                                      \
    "SELECT m.id, m.name, m.kind, m.subject, m.period_s, m.version, m.enabled, m.created_s,"       \
    " m.updated_us, r.at_s, r.customers, r.moved FROM tier_model m LEFT JOIN tier_run r"           \
    " ON r.id = (SELECT max(x.id) FROM tier_run x WHERE x.model_id = m.id AND x.took_us > 0)"
#define MODEL_TYPES "isssiiiiiIII"
static const struct sql MODEL_LIST = {
    .text = MODEL " WHERE m.archived_s IS NULL ORDER BY m.id /*scan*/",
    .out = MODEL_TYPES,
};
static const struct sql MODEL_LOAD = {
    .text = MODEL " WHERE m.id = $1 AND m.archived_s IS NULL",
    .in = "i",
    .out = MODEL_TYPES,
};
#define TIERS(size)                                                                                \
    "SELECT t.id, t.position, t.name, t.expression, t.color, t.advice, " size                      \
    " FROM tier t WHERE t.model_id = $1 AND t.removed_s IS NULL ORDER BY t.position"
static const struct sql TIER_LIST = {
    .text = TIERS("0"),
    .pg = TIERS("CAST(0 AS BIGINT)"),
    .in = "i",
    .out = "iisssSi",
};
static const struct sql TIER_SIZES = {
    .text =
        TIERS("(SELECT count(*) FROM customer_tier c WHERE c.tier_id = t.id AND c.customer_id"
              " NOT IN (SELECT g.merged_id FROM merge g WHERE g.undone_us IS NULL))") " /*scan*/",
    .in = "i",
    .out = "iisssSi",
};
static const struct sql TIER_SIZES_SEEN = {
    .text = TIERS("(SELECT count(*) FROM customer_tier c WHERE c.tier_id = t.id"
                  " AND c.customer_id IN " SCOPE_ROOTS("$2") ")"),
    .in = "ii",
    .out = "iisssSi",
};
static const struct sql TIERS_EVER = {
    .text = "SELECT id, position, name, expression, color, advice, removed_s FROM tier"
            " WHERE model_id = $1 ORDER BY id /*scan*/",
    .in = "i",
    .out = "iisssSI",
};
static const struct sql MODEL_ADD = {
    .text = "INSERT INTO tier_model (id, name, kind, subject, period_s, version, enabled,"
            " created_s, updated_us) VALUES ($1, $2, $3, $4, $5, 1, $6, $7, $8)"
            " ON CONFLICT (name) DO NOTHING",
    .in = "isssiiii",
};
static const struct sql MODEL_NAMED = {
    .text = "SELECT id FROM tier_model WHERE name = $1",
    .in = "s",
    .out = "i",
};
static const struct sql MODEL_CHANGE = {
    .text = "UPDATE tier_model SET name = $2, period_s = $3, enabled = $4, version = version + 1,"
            " updated_us = $5 WHERE id = $1 AND archived_s IS NULL",
    .in = "isiii",
};
static const struct sql MODEL_ARCHIVE = {
    .text = "UPDATE tier_model SET archived_s = $2, enabled = 0, updated_us = $3"
            " WHERE id = $1 AND archived_s IS NULL",
    .in = "iii",
};
static const struct sql TIER_ADD = {
    .text = "INSERT INTO tier (id, model_id, position, name, expression, color, advice)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
    .in = "iiisssS",
};
static const struct sql TIER_REMOVE_ALL = {
    .text = "UPDATE tier SET removed_s = $2 WHERE model_id = $1 AND removed_s IS NULL",
    .in = "ii",
};
static const struct sql TIER_CHANGE = {
    .text = "UPDATE tier SET position = $3, name = $4, expression = $5, color = $6, advice = $7,"
            " removed_s = NULL WHERE id = $1 AND model_id = $2",
    .in = "iiisssS",
};
static const struct sql MEMBERS = {
    .text = "SELECT customer_id, tier_id FROM customer_tier WHERE model_id = $1"
            " ORDER BY customer_id",
    .in = "i",
    .out = "ii",
};
static const struct sql RUN_BEGIN = {
    .text = "INSERT INTO tier_run (id, model_id, at_s, customers, moved, took_us)"
            " VALUES ($1, $2, $3, 0, 0, 0)",
    .in = "iii",
};
static const struct sql RUN_END = {
    .text = "UPDATE tier_run SET customers = $2, took_us = $3,"
            " moved = (SELECT count(*) FROM tier_move m WHERE m.run_id = $1)"
            " WHERE id = $1 RETURNING moved",
    .in = "iii",
    .out = "i",
};
static const struct sql SIZE_ADD = {
    .text = "INSERT INTO tier_size (run_id, tier_id, customers) VALUES ($1, $2, $3)",
    .in = "iii",
};
static const struct sql RUN_NEWEST = {
    .text = "SELECT max(id) FROM tier_run WHERE model_id = $1",
    .in = "i",
    .out = "I",
};
static const struct sql RUN_MOVED = {
    .text = "SELECT customer_id FROM tier_move WHERE run_id = $1 ORDER BY customer_id",
    .in = "i",
    .out = "i",
};
#define GONE(ids)                                                                                  \
    "SELECT c.id, c.root_id, c.erased_s FROM customer c WHERE c.id " ids " ORDER BY c.id"
static const struct sql GONE_OF = {
    .text = GONE(IDS_LITE("$1")),
    .pg = GONE(IDS_PG("$1")) " FOR SHARE",
    .in = "s",
    .out = "iiI",
};
static const struct sql MOVE_ADD = {
    .text = "INSERT INTO tier_move (run_id, customer_id, from_tier_id, to_tier_id, at_s)"
            " VALUES ($1, $2, $3, $4, $5)",
    .in = "iiIIi",
};
static const struct sql MEMBER_PUT = {
    .text = "INSERT INTO customer_tier (model_id, customer_id, tier_id, since_s)"
            " VALUES ($1, $2, $3, $4) ON CONFLICT (model_id, customer_id)"
            " DO UPDATE SET tier_id = excluded.tier_id, since_s = excluded.since_s",
    .in = "iiii",
};
static const struct sql MEMBER_OUT = {
    .text = "DELETE FROM customer_tier WHERE model_id = $1 AND customer_id = $2",
    .in = "ii",
};
#define FLOWS(seen)                                                                                \
    "SELECT coalesce(f.from_tier_id, 0), coalesce(l.to_tier_id, 0), count(*)"                      \
    " FROM (SELECT m.customer_id AS customer_id, min(m.run_id) AS first_run,"                      \
    " max(m.run_id) AS last_run FROM tier_run r JOIN tier_move m ON m.run_id = r.id"               \
    " WHERE r.model_id = $1 AND r.at_s > $2 AND r.at_s <= $3" seen " GROUP BY m.customer_id) q"    \
    " JOIN tier_move f ON f.run_id = q.first_run AND f.customer_id = q.customer_id"                \
    " JOIN tier_move l ON l.run_id = q.last_run AND l.customer_id = q.customer_id"                 \
    " WHERE coalesce(f.from_tier_id, 0) <> coalesce(l.to_tier_id, 0)"                              \
    " GROUP BY f.from_tier_id, l.to_tier_id ORDER BY 1, 2 /*scan*/"
static const struct sql FLOWS_ALL = {
    .text = FLOWS(""),
    .in = "iii",
    .out = "iii",
};
static const struct sql FLOWS_SEEN = {
    .text = FLOWS(" AND m.customer_id IN " SCOPE_ROOTS("$4")),
    .in = "iiii",
    .out = "iii",
};
static const struct sql RUNS_BETWEEN = {
    .text = "SELECT r.id FROM tier_run r WHERE r.model_id = $1 AND r.at_s > $2 AND r.at_s <= $3",
    .in = "iii",
    .out = "i",
};
static const struct sql LEVELS = {
    .text = "SELECT r.id, r.at_s, s.tier_id, s.customers FROM tier_run r"
            " JOIN tier_size s ON s.run_id = r.id WHERE r.model_id = $1 AND r.at_s > $2"
            " AND r.at_s <= $3 AND r.took_us > 0 ORDER BY r.at_s, r.id, s.tier_id",
    .in = "iii",
    .out = "iiii",
};

STATEMENTS(tier, &MODEL_LIST, &MODEL_LOAD, &TIER_LIST, &TIER_SIZES, &TIER_SIZES_SEEN, &TIERS_EVER,
           &MODEL_ADD, &MODEL_NAMED, &MODEL_CHANGE, &MODEL_ARCHIVE, &TIER_ADD, &TIER_REMOVE_ALL,
           &TIER_CHANGE, &MEMBERS, &RUN_BEGIN, &RUN_END, &SIZE_ADD, &RUN_NEWEST, &RUN_MOVED,
           &GONE_OF, &MOVE_ADD, &MEMBER_PUT, &MEMBER_OUT, &FLOWS_ALL, &FLOWS_SEEN, &RUNS_BETWEEN,
           &LEVELS);

/* ---- models ---- */

static void read_model(const struct rows *r, struct arena *a, struct tier_model *out)
{
    *out = (struct tier_model){
        .id = rows_int(r, 0),
        .name = rows_copy(r, 1, a),
        .kind = rows_copy(r, 2, a),
        .subject = rows_copy(r, 3, a),
        .period_s = rows_int(r, 4),
        .version = rows_int(r, 5),
        .enabled = rows_int(r, 6) != 0,
        .created_s = rows_int(r, 7),
        .updated_us = rows_int(r, 8),
        .run_s = rows_known(r, 9),
        .run_customers = rows_int(r, 10),
        .run_moved = rows_int(r, 11),
    };
}

/* Reads id, position, name, expression, color, advice; the seventh column is the caller's. */
static void read_tier(const struct rows *r, struct arena *a, struct tier_row *out)
{
    *out = (struct tier_row){
        .id = rows_int(r, 0),
        .position = rows_int(r, 1),
        .name = rows_copy(r, 2, a),
        .expression = rows_copy(r, 3, a),
        .color = rows_copy(r, 4, a),
        .advice = rows_copy(r, 5, a),
    };
}

/* Whose customers a size counts. */
enum sizes { SIZES_NONE, SIZES_ALL, SIZES_SEEN };

static enum rc load_tiers(struct tx *tx, enum sizes sizes, int64_t scope_account,
                          struct tier_model *m, struct err *e)
{
    struct rows *r;
    enum rc rc = sizes == SIZES_SEEN
                     ? tx_query(tx, &TIER_SIZES_SEEN, &r, e, m->id, scope_account)
                     : tx_query(tx, sizes == SIZES_ALL ? &TIER_SIZES : &TIER_LIST, &r, e, m->id);
    if (rc != RC_OK)
        return rc;
    struct arena *a = tx_arena(tx);
    size_t room = 0;
    while (rows_next(r)) {
        struct tier_row *t = LIST_ADD(a, m->tiers, m->tiers_n, room);
        read_tier(r, a, t);
        t->customers = rows_int(r, 6);
    }
    return rows_end(r, e);
}

static enum rc list_models(struct tx *tx, enum sizes sizes, int64_t scope_account,
                           struct tier_model **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &MODEL_LIST, &r, e);
    if (rc != RC_OK)
        return rc;
    struct tier_model *list = NULL;
    size_t n = 0, room = 0;
    while (rows_next(r))
        read_model(r, tx_arena(tx), LIST_ADD(tx_arena(tx), list, n, room));
    rc = rows_end(r, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        rc = load_tiers(tx, sizes, scope_account, &list[i], e);
    if (rc != RC_OK)
        return rc;
    *out = list;
    *out_n = n;
    return RC_OK;
}

enum rc tier_models(struct tx *tx, int64_t scope_account, struct tier_model **out, size_t *out_n,
                    struct err *e)
{
    return list_models(tx, scope_account == 0 ? SIZES_ALL : SIZES_SEEN, scope_account, out, out_n,
                       e);
}

enum rc tier_models_only(struct tx *tx, struct tier_model **out, size_t *out_n, struct err *e)
{
    return list_models(tx, SIZES_NONE, 0, out, out_n, e);
}

static enum rc unknown_model(struct err *e)
{
    return err_set(e, RC_NOT_FOUND, "tier_model_unknown", "id", "没有这个分层模型",
                   "there is no such tier model");
}

static enum rc load_model(struct tx *tx, int64_t id, enum sizes sizes, int64_t scope_account,
                          struct tier_model *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &MODEL_LOAD, &r, e, id);
    if (rc == RC_NOT_FOUND)
        return unknown_model(e);
    if (rc != RC_OK)
        return rc;
    struct tier_model m;
    read_model(r, tx_arena(tx), &m);
    rc = rows_end(r, e);
    if (rc == RC_OK)
        rc = load_tiers(tx, sizes, scope_account, &m, e);
    if (rc == RC_OK)
        *out = m;
    return rc;
}

enum rc tier_model_load(struct tx *tx, int64_t id, int64_t scope_account, struct tier_model *out,
                        struct err *e)
{
    return load_model(tx, id, scope_account == 0 ? SIZES_ALL : SIZES_SEEN, scope_account, out, e);
}

enum rc tier_model_only(struct tx *tx, int64_t id, struct tier_model *out, struct err *e)
{
    return load_model(tx, id, SIZES_NONE, 0, out, e);
}

enum rc tiers_ever(struct tx *tx, int64_t model_id, struct tier_row **out, size_t *out_n,
                   struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &TIERS_EVER, &r, e, model_id);
    if (rc != RC_OK)
        return rc;
    struct arena *a = tx_arena(tx);
    struct tier_row *list = NULL;
    size_t n = 0, room = 0;
    while (rows_next(r)) {
        struct tier_row *t = LIST_ADD(a, list, n, room);
        read_tier(r, a, t);
        t->removed = !rows_null(r, 6);
    }
    rc = rows_end(r, e);
    if (rc != RC_OK)
        return rc;
    *out = list;
    *out_n = n;
    return RC_OK;
}

static enum rc name_taken(struct err *e, struct str name)
{
    enum rc rc = err_set(e, RC_CONFLICT, "name_taken", "name", "已经有名为“" STR_FMT "”的分层模型",
                         "there is a tier model named \"" STR_FMT "\" already", STR_ARG(name));
    err_hint(e, "换一个名称。", "Choose another name.");
    return rc;
}

static enum rc add_tier(struct tx *tx, int64_t model_id, int64_t position, struct tier_row *t,
                        struct err *e)
{
    t->id = tx_id(tx);
    t->position = position;
    return tx_exec(tx, &TIER_ADD, e, t->id, model_id, position, t->name, t->expression, t->color,
                   t->advice);
}

enum rc tier_model_add(struct tx *tx, struct tier_model *m, struct err *e)
{
    assert(tx_is_writing(tx) && m->tiers_n > 0);
    m->id = tx_id(tx);
    enum rc rc = tx_exec(tx, &MODEL_ADD, e, m->id, m->name, m->kind, m->subject, m->period_s,
                         (int64_t)m->enabled, tx_now_s(tx), tx_now_us(tx));
    if (rc != RC_OK)
        return rc;
    if (tx_changes(tx) == 0)
        return name_taken(e, m->name);
    for (size_t i = 0; rc == RC_OK && i < m->tiers_n; i++)
        rc = add_tier(tx, m->id, (int64_t)i + 1, &m->tiers[i], e);
    return rc;
}

enum rc tier_model_change(struct tx *tx, struct tier_model *m, struct err *e)
{
    assert(tx_is_writing(tx) && m->tiers_n > 0);
    int64_t other;
    enum rc rc = tx_int(tx, &MODEL_NAMED, &other, e, m->name);
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return rc;
    if (rc == RC_OK && other != m->id)
        return name_taken(e, m->name);

    rc = tx_exec(tx, &MODEL_CHANGE, e, m->id, m->name, m->period_s, (int64_t)m->enabled,
                 tx_now_us(tx));
    if (rc != RC_OK)
        return rc;
    if (tx_changes(tx) == 0)
        return unknown_model(e);
    rc = tx_exec(tx, &TIER_REMOVE_ALL, e, m->id, tx_now_s(tx));
    for (size_t i = 0; rc == RC_OK && i < m->tiers_n; i++) {
        struct tier_row *t = &m->tiers[i];
        if (t->id == 0) {
            rc = add_tier(tx, m->id, (int64_t)i + 1, t, e);
            continue;
        }
        rc = tx_exec(tx, &TIER_CHANGE, e, t->id, m->id, (int64_t)i + 1, t->name, t->expression,
                     t->color, t->advice);
        if (rc == RC_OK && tx_changes(tx) == 0)
            rc = err_set(e, RC_INVALID, "tier_unknown", "tiers", "第 %d 层不属于这个模型",
                         "tier %d does not belong to this model", (int)i + 1);
    }
    return rc;
}

enum rc tier_model_archive(struct tx *tx, int64_t id, struct err *e)
{
    enum rc rc = tx_exec(tx, &MODEL_ARCHIVE, e, id, tx_now_s(tx), tx_now_us(tx));
    if (rc != RC_OK)
        return rc;
    return tx_changes(tx) == 0 ? unknown_model(e) : RC_OK;
}

/* ---- membership ---- */

enum rc tier_members(struct tx *tx, int64_t model_id,
                     void (*see)(void *to, int64_t customer_id, int64_t tier_id), void *to,
                     struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &MEMBERS, &r, e, model_id);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        see(to, rows_int(r, 0), rows_int(r, 1));
    return rows_end(r, e);
}

enum rc tier_run_begin(struct tx *tx, int64_t model_id, int64_t at_s, int64_t *out_id,
                       struct err *e)
{
    int64_t id = tx_id(tx);
    enum rc rc = tx_exec(tx, &RUN_BEGIN, e, id, model_id, at_s);
    if (rc == RC_OK)
        *out_id = id;
    return rc;
}

enum rc tier_run_end(struct tx *tx, int64_t run_id, int64_t customers, int64_t took_us,
                     int64_t *out_moved, struct err *e)
{
    assert(took_us > 0);
    return tx_int(tx, &RUN_END, out_moved, e, run_id, customers, took_us);
}

enum rc tier_size_add(struct tx *tx, int64_t run_id, int64_t tier_id, int64_t customers,
                      struct err *e)
{
    return tx_exec(tx, &SIZE_ADD, e, run_id, tier_id, customers);
}

enum rc tier_run_is_newest(struct tx *tx, int64_t model_id, int64_t run_id, bool *out,
                           struct err *e)
{
    int64_t newest = 0;
    enum rc rc = tx_int(tx, &RUN_NEWEST, &newest, e, model_id);
    if (rc == RC_OK)
        *out = newest == run_id;
    return rc;
}

enum rc tier_run_moved(struct tx *tx, int64_t run_id, void (*see)(void *to, int64_t customer_id),
                       void *to, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &RUN_MOVED, &r, e, run_id);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        see(to, rows_int(r, 0));
    return rows_end(r, e);
}

enum rc tier_gone(struct tx *tx, const int64_t *ids, size_t n, int64_t **out, size_t *out_n,
                  struct err *e)
{
    struct rows *r;
    struct arena *a = tx_arena(tx);
    enum rc rc = tx_query(tx, &GONE_OF, &r, e, ids_text(a, ids, n));
    if (rc != RC_OK)
        return rc;
    int64_t *gone = NULL;
    size_t gone_n = 0, room = 0;
    while (rows_next(r))
        if (rows_int(r, 0) != rows_int(r, 1) || !rows_null(r, 2))
            *LIST_ADD(a, gone, gone_n, room) = rows_int(r, 0);
    rc = rows_end(r, e);
    if (rc != RC_OK)
        return rc;
    *out = gone;
    *out_n = gone_n;
    return RC_OK;
}

static int64_t id_or_null(int64_t id)
{
    return id == 0 ? DB_NULL : id;
}

enum rc tier_move(struct tx *tx, int64_t run_id, int64_t model_id, int64_t customer_id,
                  int64_t from_tier_id, int64_t to_tier_id, int64_t at_s, struct err *e)
{
    assert(from_tier_id != to_tier_id);
    enum rc rc = tx_exec(tx, &MOVE_ADD, e, run_id, customer_id, id_or_null(from_tier_id),
                         id_or_null(to_tier_id), at_s);
    if (rc == RC_OK)
        rc = to_tier_id == 0 ? tx_exec(tx, &MEMBER_OUT, e, model_id, customer_id)
                             : tx_exec(tx, &MEMBER_PUT, e, model_id, customer_id, to_tier_id, at_s);
    if (rc != RC_OK)
        return rc;
    struct event ev = {
        .customer_id = customer_id,
        .at_s = at_s,
        .kind = EVENT_TIER_CHANGE,
        .object_kind = OBJECT_TIER,
        .object_id = to_tier_id != 0 ? to_tier_id : from_tier_id,
        .props =
            arena_printf(tx_arena(tx), "{\"model\":\"%lld\",\"from\":\"%lld\",\"to\":\"%lld\"}",
                         (long long)model_id, (long long)from_tier_id, (long long)to_tier_id),
    };
    rc = event_add(tx, &ev, e);
    return rc == RC_OK ? change_add(tx, "customer_tier", model_id, customer_id, e) : rc;
}

/* ---- history ---- */

enum rc tier_flows(struct tx *tx, int64_t model_id, int64_t from_s, int64_t to_s,
                   int64_t scope_account, struct tier_flow **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = scope_account == 0
                     ? tx_query(tx, &FLOWS_ALL, &r, e, model_id, from_s, to_s)
                     : tx_query(tx, &FLOWS_SEEN, &r, e, model_id, from_s, to_s, scope_account);
    if (rc != RC_OK)
        return rc;
    struct tier_flow *list = NULL;
    size_t n = 0, room = 0;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), list, n, room) =
            (struct tier_flow){rows_int(r, 0), rows_int(r, 1), rows_int(r, 2)};
    rc = rows_end(r, e);
    if (rc != RC_OK)
        return rc;
    *out = list;
    *out_n = n;
    return RC_OK;
}

enum rc tier_runs_between(struct tx *tx, int64_t model_id, int64_t from_s, int64_t to_s,
                          void (*see)(void *to, int64_t run_id), void *to, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &RUNS_BETWEEN, &r, e, model_id, from_s, to_s);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        see(to, rows_int(r, 0));
    return rows_end(r, e);
}

enum rc tier_levels(struct tx *tx, int64_t model_id, int64_t from_s, int64_t to_s,
                    struct tier_level **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &LEVELS, &r, e, model_id, from_s, to_s);
    if (rc != RC_OK)
        return rc;
    struct tier_level *list = NULL;
    size_t n = 0, room = 0;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), list, n, room) =
            (struct tier_level){rows_int(r, 0), rows_int(r, 1), rows_int(r, 2), rows_int(r, 3)};
    rc = rows_end(r, e);
    if (rc != RC_OK)
        return rc;
    *out = list;
    *out_n = n;
    return RC_OK;
}
