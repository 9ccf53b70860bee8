/* paths.c — how customers go on from an event, by SQL, one window function after the other: "node"
 * says what each event is, "visit" numbers the visits by the gaps before them, "kept" passes over
 * repeats, "placed" numbers what is left in the direction that is asked for, "way" begins at the
 * anchor. A link is then a row of "way" and the one after it.
 */
#include "query/sql/analysis_sql.h"
#include "query/sql/compile.h"

#include <assert.h>

/* "node" (id, at_s, seq, node): the first that matches. */
static void with_nodes(struct compile *c, const struct paths *q)
{
    struct buf node;
    analysis_with_events(c, q->nodes, q->n_nodes,
                         window_span(&q->base.window, q->base.now_s, q->base.period_s));
    set_begin(&node);
    buf_addz(&node, "SELECT x.id AS id, x.at_s AS at_s, x.seq AS seq, CASE");
    for (size_t i = 0; i < q->n_nodes; i++)
        buf_addf(&node, " WHEN x.m%zu = 1 THEN %zu", i, i);
    buf_addz(&node, " END AS node FROM ev x");
    analysis_with(c, "node", &node);
}

/* "visit" (id, at_s, seq, node, visit): visits of a customer are numbered from 1. */
static void with_visits(struct compile *c, const struct paths *q)
{
    struct buf visit;
    set_begin(&visit);
    buf_addz(&visit, "SELECT x.id AS id, x.at_s AS at_s, x.seq AS seq, x.node AS node,"
                     " sum(CASE WHEN x.gap <= ");
    put_int(c, q->gap_s, &visit);
    buf_addz(&visit, " THEN 0 ELSE 1 END) OVER (PARTITION BY x.id ORDER BY x.at_s, x.seq"
                     " ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS visit"
                     " FROM (SELECT y.id AS id, y.at_s AS at_s, y.seq AS seq, y.node AS node,"
                     " y.at_s - lag(y.at_s) OVER (PARTITION BY y.id ORDER BY y.at_s, y.seq) AS gap"
                     " FROM node y) x");
    analysis_with(c, "visit", &visit);
}

/* "placed" (id, visit, node, place): what is not passed over, numbered in the direction of
 * paths. */
static void with_places(struct compile *c, const struct paths *q)
{
    struct buf kept, placed;
    set_begin(&kept);
    set_begin(&placed);
    buf_addz(&kept, "SELECT x.* FROM (SELECT y.*, lag(y.node) OVER (PARTITION BY y.id, y.visit"
                    " ORDER BY y.at_s, y.seq) AS before FROM visit y) x");
    buf_addz(&kept, q->collapse ? " WHERE x.before IS NULL OR x.before <> x.node" : "");
    analysis_with(c, "kept", &kept);
    buf_addf(&placed,
             "SELECT x.id AS id, x.visit AS visit, x.node AS node, row_number() OVER"
             " (PARTITION BY x.id, x.visit ORDER BY x.at_s%s, x.seq%s) AS place FROM kept x",
             q->backwards ? " DESC" : "", q->backwards ? " DESC" : "");
    analysis_with(c, "placed", &placed);
}

/* "way" (id, visit, step, node, next): paths with their steps from 0; next NULL at the end. What
 * stands before the anchor, or in a visit without it, has no step of 0 or more. */
static void with_ways(struct compile *c, const struct paths *q)
{
    struct buf way;
    set_begin(&way);
    buf_addz(&way, "SELECT x.id AS id, x.visit AS visit, x.node AS node, x.place - min(");
    if (q->anchor >= 0) {
        buf_addz(&way, "CASE WHEN x.node = ");
        put_int(c, q->anchor, &way);
        buf_addz(&way, " THEN x.place END");
    } else {
        buf_addz(&way, "x.place");
    }
    buf_addz(&way, ") OVER (PARTITION BY x.id, x.visit) AS step, lead(x.node) OVER (PARTITION BY"
                   " x.id, x.visit ORDER BY x.place) AS next FROM placed x");
    analysis_with(c, "way", &way);
}

/* Rows (step, from, to, n, customers): the links, and in step −1 the paths and their customers. */
static void put_links(struct compile *c, const struct paths *q, struct buf *out)
{
    buf_addz(out, "SELECT -1 AS step, 0 AS origin, 0 AS target, count(*) AS n,"
                  " count(DISTINCT x.id) AS customers FROM way x WHERE x.step = 0"
                  " UNION ALL SELECT x.step, x.node, coalesce(x.next, -1), count(*), 0 FROM way x"
                  " WHERE x.step >= 0 AND x.step < ");
    put_int(c, (int64_t)q->steps, out);
    buf_addz(out, " GROUP BY x.step, x.node, coalesce(x.next, -1)");
}

static void read_links(struct rows *rows, struct arena *a, struct paths_answer *out)
{
    size_t cap = 0;
    while (rows_next(rows)) {
        if (rows_int(rows, 0) < 0) {
            out->visits = rows_int(rows, 3);
            out->customers = rows_int(rows, 4);
            continue;
        }
        if (out->n == cap) {
            cap = cap > 0 ? cap * 2 : 64;
            struct path_link *more = ARENA_ARRAY(a, struct path_link, cap);
            for (size_t i = 0; i < out->n; i++)
                more[i] = out->links[i];
            out->links = more;
        }
        out->links[out->n++] = (struct path_link){.step = (int)rows_int(rows, 0),
                                                  .from = (int)rows_int(rows, 1),
                                                  .to = (int)rows_int(rows, 2),
                                                  .visits = rows_int(rows, 3)};
    }
}

enum rc sql_paths(struct tx *tx, const struct paths *q, struct paths_answer *out, struct err *e)
{
    assert(q->n_nodes >= 1 && q->n_nodes <= PATH_KINDS_MAX);
    assert(q->anchor >= -1 && q->anchor < (int)q->n_nodes);
    assert(q->steps >= 1 && q->steps <= PATH_STEPS_MAX && q->gap_s >= 0);
    struct paths_answer answer = {0};
    struct compile c;
    struct rows *rows;
    struct buf body;
    enum rc rc = analysis_begin(&c, tx, &q->base, e);
    if (rc != RC_OK)
        return rc;
    with_nodes(&c, q);
    with_visits(&c, q);
    with_places(&c, q);
    with_ways(&c, q);
    set_begin(&body);
    put_links(&c, q, &body);
    rc = analysis_ask(&c, tx, &body, "z.step, z.origin, z.target", "iiiii", &rows, e);
    analysis_end(&c);
    if (rc != RC_OK)
        return rc;
    read_links(rows, tx_arena(tx), &answer);
    rc = rows_end(rows, e);
    if (rc == RC_OK)
        *out = answer;
    return rc;
}
