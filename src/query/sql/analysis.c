/* analysis.c — the frame of questions whose answer is a table.
 *
 * Every question is one text "SELECT z.* FROM (WITH people …, raw …, ev …, … SELECT …) z": the CTE
 * "people" holds whom it is about, "ev" their events with a mark for each list the event is in.
 * What is read more than once is MATERIALIZED on both engines, so the events are read once. A
 * question that has to know the first event before it knows its units asks for it with the same
 * CTEs first.
 */
#include "query/sql/compile.h"

#include <assert.h>

enum rc analysis_begin(struct compile *c, struct tx *tx, const struct analysis *base, struct err *e)
{
    assert(tx != NULL && base != NULL);
    struct arena *a = tx_arena(tx);
    if (base->who != NULL) {
        assert(base->who->subject == AUDIENCE_CUSTOMER);
        enum rc rc = compile_period(base->who, base->period_s, e);
        if (rc != RC_OK)
            return rc;
    }
    if (base->window.length.period && base->period_s <= 0)
        return err_set(e, RC_INVALID, "period_unbound", "window",
                       "period 只能用在分层模型的表达式里",
                       "period is only for the expressions of tier models");
    struct audience_question *q = ARENA_NEW(a, struct audience_question);
    *q = (struct audience_question){.expr = base->who,
                                    .now_s = base->now_s,
                                    .period_s = base->period_s,
                                    .scope_account = base->scope_account};
    *c = (struct compile){.a = a,
                          .engine = tx_engine(tx),
                          .q = q,
                          .subject = AUDIENCE_CUSTOMER,
                          .now_s = base->now_s,
                          .first_param = 1};
    struct buf people;
    set_begin(&c->with);
    set_begin(&people);
    put_customers(c, base->who != NULL ? base->who->root : NULL, &people);
    analysis_with(c, "people", &people);
    return RC_OK;
}

void analysis_end(struct compile *c)
{
    buf_done(&c->with);
}

void analysis_with(struct compile *c, const char *name, struct buf *body)
{
    buf_addf(&c->with, "%s AS MATERIALIZED (", name);
    buf_add(&c->with, buf_str(body));
    buf_addz(&c->with, "), ");
    c->with.failed = c->with.failed || body->failed;
    buf_done(body);
}

/* Not a join: PostgreSQL takes people for one row (root_id = id) and would scan the events again
 * for each. This form it hashes. */
void put_among(const char *column, const char *set, struct buf *out)
{
    buf_addf(out, "(%s IN (SELECT id FROM %s)) IS TRUE", column, set);
}

void analysis_with_events(struct compile *c, const struct analysis_events *lists, size_t n,
                          struct span span)
{
    struct buf raw;
    set_begin(&raw);
    put_marked(c, lists, n, span, true, &raw);
    buf_addz(&c->with, "raw AS (");
    buf_add(&c->with, buf_str(&raw));
    buf_addz(&c->with, "), ev AS MATERIALIZED (SELECT x.* FROM raw x WHERE ");
    put_among("x.id", "people", &c->with);
    buf_addz(&c->with, "), ");
    c->with.failed = c->with.failed || raw.failed;
    buf_done(&raw);
}

void analysis_with_units(struct compile *c, const struct analysis_units *units)
{
    assert(units->n > 0);
    buf_addz(&c->with, "unit (i, from_s, to_s) AS MATERIALIZED (VALUES ");
    for (size_t i = 0; i < units->n; i++) {
        buf_addf(&c->with, "%s(%zu, ", i > 0 ? ", " : "", i);
        put_int(c, units->from_s[i], &c->with);
        buf_addz(&c->with, ", ");
        put_int(c, units->from_s[i + 1], &c->with);
        buf_addc(&c->with, ')');
    }
    buf_addz(&c->with, "), ");
}

enum rc analysis_ask(struct compile *c, struct tx *tx, struct buf *body, const char *order,
                     const char *types, struct rows **out, struct err *e)
{
    struct buf text;
    set_begin(&text);
    buf_addz(&text, "SELECT z.* FROM (WITH ");
    buf_add(&text, str_sub(buf_str(&c->with), 0, c->with.n - 2));
    buf_addc(&text, ' ');
    buf_add(&text, buf_str(body));
    buf_addz(&text, ") z");
    if (order != NULL)
        buf_addf(&text, " ORDER BY %s", order);
    bool failed = text.failed || c->with.failed || body->failed;
    struct str kept = failed ? STR("") : arena_str(c->a, buf_str(&text));
    buf_done(&text);
    buf_done(body);
    return failed ? compile_too_large(e)
                  : tx_query_text(tx, kept, types, c->values, c->n_values, out, e);
}

enum rc analysis_units_of(struct compile *c, struct tx *tx, struct span span, const char *from,
                          enum unit unit, size_t most, struct analysis_units *out, struct err *e)
{
    int64_t earliest_s = SPAN_START;
    if (span.from_s == SPAN_START) {
        struct rows *rows;
        struct buf body;
        set_begin(&body);
        buf_addf(&body, "SELECT min(x.at_s) AS at_s FROM %s x", from);
        enum rc rc = analysis_ask(c, tx, &body, NULL, "I", &rows, e);
        if (rc != RC_OK)
            return rc;
        bool any = rows_next(rows) && !rows_null(rows, 0);
        earliest_s = any ? rows_int(rows, 0) : span.to_s + 1; /* none: nothing to begin with */
        rc = rows_end(rows, e);
        if (rc != RC_OK)
            return rc;
    }
    return analysis_units(span, earliest_s, unit, most, out, e);
}

/* Of n sorted values the one at rank ⌈q n⌉. */
const char ANALYSIS_QUANTILES[] =
    "max(x.n) AS n, max(CASE WHEN x.place = (x.n + 3) / 4 THEN x.value END) AS p25,"
    " max(CASE WHEN x.place = (x.n + 1) / 2 THEN x.value END) AS p50,"
    " max(CASE WHEN x.place = (3 * x.n + 3) / 4 THEN x.value END) AS p75,"
    " max(CASE WHEN x.place = (9 * x.n + 9) / 10 THEN x.value END) AS p90";
