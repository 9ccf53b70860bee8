/* funnel.c — how many go how far, by SQL.
 *
 * The steps are those of a sequence (compile_event.c): every event of a step carries the latest
 * start from which the steps before it lead up to it. The quickest way to a step is then the least
 * time from such a start, and a customer is there when that is within the length and the audiences
 * of the steps hold. Since whoever is at a step is also at those before, each step is one row of
 * "reach". "part" says in which groups each customer counts; both together are ranked for the
 * quantiles.
 */
#include "query/sql/analysis_sql.h"
#include "query/sql/compile.h"

#include <assert.h>
#include <stdlib.h>

/* The CTEs s<id>_0 … of the events, by their steps. */
static int with_steps(struct compile *c, const struct funnel *q)
{
    struct analysis_events lists[LIMIT_SEQ_STEPS];
    int id = ++c->sets;
    for (size_t i = 0; i < q->n_steps; i++)
        lists[i] = q->steps[i].events;
    analysis_with_events(c, lists, q->n_steps,
                         window_span(&q->base.window, q->base.now_s, q->base.period_s));
    buf_addf(&c->with,
             "s%d_0 AS (SELECT x.*, CASE WHEN x.m0 = 1 THEN x.at_s END AS start FROM ev x), ", id);
    put_carried(c, id, q->n_steps - 1);
    return id;
}

/* "reach" (id, step, took): the steps that each customer has reached, and the quickest way. */
static void with_reach(struct compile *c, const struct funnel *q, int id)
{
    struct buf reach, who, held;
    set_begin(&reach);
    set_begin(&held);
    for (size_t k = 0; k < q->n_steps; k++) {
        if (q->steps[k].who != NULL) {
            char name[16];
            snprintf(name, sizeof name, "who%zu", k);
            set_begin(&who);
            put_customers(c, q->steps[k].who->root, &who);
            analysis_with(c, name, &who);
            buf_addz(&held, " AND ");
            put_among("x.id", name, &held);
        }
        buf_addf(&reach,
                 "%sSELECT x.id AS id, %zu AS step, min(x.at_s - x.start) AS took FROM s%d_%zu x "
                 "WHERE x.at_s - x.start <= ",
                 k > 0 ? " UNION ALL " : "", k, id, k);
        put_int(c, q->within_s, &reach);
        buf_add(&reach, buf_str(&held));
        buf_addz(&reach, " GROUP BY x.id");
    }
    reach.failed = reach.failed || held.failed;
    buf_done(&held);
    analysis_with(c, "reach", &reach);
}

/* Where a customer belongs by each break-down: a key of ids or of text, and what has it. */
static const struct {
    const char *id, *text, *join;
} PARTS[] = {
    [BY_SOURCE] = {"coalesce(c.source_id, 0)", NULL, ""},
    [BY_STAFF] = {"coalesce(t.staff_id, 0)", NULL,
                  " LEFT JOIN (SELECT DISTINCT m.root_id AS id, r.staff_id AS staff_id"
                  " FROM relation r /*scan*/ JOIN customer m ON m.id = r.customer_id"
                  " WHERE r.deleted_s IS NULL) t ON t.id = c.id"},
    [BY_STAGE] = {"coalesce(c.stage_id, 0)", NULL, ""},
    [BY_TIER] = {"coalesce(t.tier_id, 0)", NULL,
                 " LEFT JOIN customer_tier t ON t.customer_id = c.id AND t.model_id = "},
    [BY_CITY] = {"0", "c.city", ""},
    [BY_PROVINCE] = {"0", "c.province", ""},
    [BY_GENDER] = {"0", "c.gender", ""},
};

/* "part" (id, part, key_id, key_text): part 0 holds everyone, part 1 the groups of `by`. */
static void with_parts(struct compile *c, const struct funnel *q)
{
    struct buf part;
    set_begin(&part);
    buf_addz(&part, "SELECT c.id AS id, 0 AS part, 0 AS key_id, CAST(NULL AS TEXT) AS key_text"
                    " FROM customer c WHERE ");
    put_among("c.id", "people", &part);
    if (q->by != BY_NOTHING) {
        const char *text = PARTS[q->by].text;
        buf_addf(&part, " UNION ALL SELECT c.id, 1, %s, %s FROM customer c%s", PARTS[q->by].id,
                 text != NULL ? text : "CAST(NULL AS TEXT)", PARTS[q->by].join);
        if (q->by == BY_TIER)
            put_int(c, q->model_id, &part);
        buf_addz(&part, " WHERE ");
        put_among("c.id", "people", &part);
    }
    analysis_with(c, "part", &part);
}

/* Rows (part, key_id, key_text, step, n, p25, p50, p75, p90). */
static void put_levels(struct buf *out)
{
    buf_addz(out, "SELECT x.part AS part, x.key_id AS key_id, x.key_text AS key_text, x.step AS "
                  "step, ");
    buf_addz(out, ANALYSIS_QUANTILES);
    buf_addz(out, " FROM (SELECT k.part AS part, k.key_id AS key_id, k.key_text AS key_text,"
                  " r.step AS step, r.took AS value, row_number() OVER w AS place,"
                  " count(*) OVER (PARTITION BY k.part, k.key_id, k.key_text, r.step) AS n"
                  " FROM reach r JOIN part k ON k.id = r.id"
                  " WINDOW w AS (PARTITION BY k.part, k.key_id, k.key_text, r.step ORDER BY r.took)"
                  ") x GROUP BY x.part, x.key_id, x.key_text, x.step");
}

/* ---- the answer ---- */

struct groups {
    struct funnel_group *at;
    size_t n, cap;
};

static struct funnel_group *add_group(struct arena *a, struct groups *g)
{
    if (g->n == g->cap) {
        size_t cap = g->cap > 0 ? g->cap * 2 : 16;
        struct funnel_group *more = ARENA_ARRAY(a, struct funnel_group, cap);
        for (size_t i = 0; i < g->n; i++)
            more[i] = g->at[i];
        g->at = more;
        g->cap = cap;
    }
    g->at[g->n] = (struct funnel_group){0};
    return &g->at[g->n++];
}

/* Rows come group by group; group 0 is everyone, rows or not. */
static void read_groups(struct rows *rows, struct arena *a, bool times, struct groups *out)
{
    struct funnel_group *g = add_group(a, out);
    while (rows_next(rows)) {
        bool part = rows_int(rows, 0) == 1;
        int64_t id = rows_int(rows, 1);
        struct str text = rows_str(rows, 2);
        if (part && (out->n == 1 || g->key.id != id ||
                     str_absent(g->key.text) != str_absent(text) || !str_eq(g->key.text, text))) {
            g = add_group(a, out);
            g->key = (struct analysis_key){.id = id, .text = rows_copy(rows, 2, a)};
        }
        int64_t step = rows_int(rows, 3);
        assert(step >= 0 && step < LIMIT_SEQ_STEPS);
        g->levels[step].customers = rows_int(rows, 4);
        if (!times)
            continue;
        g->levels[step].p25_s = rows_int(rows, 5);
        g->levels[step].p50_s = rows_int(rows, 6);
        g->levels[step].p75_s = rows_int(rows, 7);
        g->levels[step].p90_s = rows_int(rows, 8);
    }
}

static int by_size(const void *a, const void *b)
{
    const struct funnel_group *x = a, *y = b;
    int64_t m = x->levels[0].customers, n = y->levels[0].customers;
    if (m != n)
        return m > n ? -1 : 1;
    if (x->key.id != y->key.id)
        return x->key.id < y->key.id ? -1 : 1;
    if (str_absent(x->key.text) || str_absent(y->key.text))
        return (int)str_absent(y->key.text) - (int)str_absent(x->key.text);
    return str_cmp(x->key.text, y->key.text);
}

enum rc sql_funnel(struct tx *tx, const struct funnel *q, struct funnel_answer *out, struct err *e)
{
    assert(q->n_steps >= 1 && q->n_steps <= LIMIT_SEQ_STEPS && q->within_s >= 0);
    struct compile c;
    struct rows *rows;
    struct buf body;
    struct groups groups = {0};
    enum rc rc = RC_OK;
    for (size_t i = 0; i < q->n_steps && rc == RC_OK; i++)
        if (q->steps[i].who != NULL)
            rc = compile_period(q->steps[i].who, q->base.period_s, e);
    if (rc == RC_OK)
        rc = analysis_begin(&c, tx, &q->base, e);
    if (rc != RC_OK)
        return rc;
    with_reach(&c, q, with_steps(&c, q));
    with_parts(&c, q);
    set_begin(&body);
    put_levels(&body);
    rc = analysis_ask(&c, tx, &body, "z.part, z.key_id, z.key_text, z.step", "iiSiiiiii", &rows, e);
    analysis_end(&c);
    if (rc != RC_OK)
        return rc;
    read_groups(rows, tx_arena(tx), !q->counts_only, &groups);
    rc = rows_end(rows, e);
    if (rc != RC_OK)
        return rc;
    qsort(groups.at + 1, groups.n - 1, sizeof *groups.at, by_size);
    size_t most = 1 + ANALYSIS_GROUPS_MAX;
    *out = (struct funnel_answer){.groups = groups.at, .n = groups.n < most ? groups.n : most};
    return RC_OK;
}
