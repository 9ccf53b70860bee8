/* analysis_args.c — pieces of questions out of requests, and what replies have in common.
 *
 * An error inside a piece names the argument it stands in ("steps[1].events") and the position in
 * its text, so that the console can point at it. */
#include "api/analysis_args.h"

#include "base/clock.h"
#include "domain/app.h"
#include "domain/expression.h"
#include "query/answer.h"
#include "query/print.h"

#include <string.h>

enum rc asked_begin(struct request *rq, struct tx *tx, struct asked *out, struct err *e)
{
    *out = (struct asked){.began_us = clock_mono_us(), .names = query_names_sql(tx)};
    struct analysis *base = &out->base;
    base->now_s = arg_int_or(rq, "now_s", tx_now_s(tx));
    base->period_s = EXPRESSION_PERIOD_S;
    base->scope_account = request_caller(rq)->scope_account;
    enum rc rc = analysis_window(tx_arena(tx), arg_str(rq, "window"), "window", &base->window, e);
    if (rc == RC_OK && !str_empty(str_trim(arg_str(rq, "audience")))) {
        rc = expression_read(tx, AUDIENCE_CUSTOMER, arg_str(rq, "audience"), &base->who, e);
        if (rc != RC_OK)
            snprintf(e->field, sizeof e->field, "%s", "audience");
    }
    return rc == RC_OK ? answer_from_long(request_app(rq)->mirror, tx, &out->snapshot, e) : rc;
}

void asked_done(struct asked *a)
{
    answer_done(a->snapshot);
}

enum rc asked_events(struct request *rq, struct tx *tx, struct asked *a, const char *name,
                     const char *fallback, struct analysis_events *out, struct err *e)
{
    struct str text = arg_str(rq, name);
    if (str_empty(str_trim(text)) && fallback != NULL)
        text = str_from(fallback);
    return analysis_events(tx_arena(tx), &a->names, text, name, out, e);
}

enum rc asked_lists(struct request *rq, struct tx *tx, struct asked *a, const char *name,
                    size_t most, struct analysis_events *out, size_t *out_n, struct err *e)
{
    const struct json_value *v = arg_json(rq, name);
    size_t n = json_kind_of(v) == JSON_ARRAY ? json_count(v) : 0;
    *out_n = 0;
    if (n == 0 || n > most)
        return err_set(e, RC_INVALID, "lists", name, "请给 1 到 %zu 项行为",
                       "give 1 to %zu lists of events", most);
    for (size_t i = 0; i < n; i++) {
        const char *field = arena_printf(tx_arena(tx), "%s[%zu]", name, i).p;
        enum rc rc = analysis_events(tx_arena(tx), &a->names,
                                     json_str_or(json_at(v, i), STR_ABSENT), field, &out[i], e);
        if (rc != RC_OK)
            return rc;
    }
    *out_n = n;
    return RC_OK;
}

struct json *asked_open(struct request *rq, const struct asked *a)
{
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_int(j, "now_s", a->base.now_s);
    json_put_int(j, "took_us", clock_mono_us() - a->began_us);
    return j;
}

void put_expression(struct json *j, const struct asked *a, const char *name, bool known,
                    struct buf *text)
{
    if (known && !text->failed && clock_now_s() - a->base.now_s < 3600)
        json_put_str(j, name, buf_str(text));
    else
        json_put_null(j, name);
    buf_clear(text);
}

void put_lists(struct json *j, const char *name, const struct analysis_events *lists, size_t n)
{
    json_open_array(j, name);
    for (size_t i = 0; i < n; i++) {
        struct buf text, zh, en;
        buf_init(&text, 64 << 10);
        buf_init(&zh, 64 << 10);
        buf_init(&en, 64 << 10);
        for (size_t k = 0; k < lists[i].n; k++) {
            const struct events *ev = &lists[i].at[k];
            buf_addz(&text, k > 0 ? ", " : "");
            print_events(ev, false, &text);
            buf_addf(&zh, "%s" STR_FMT, k > 0 ? "、" : "", STR_ARG(ev->zh));
            buf_addf(&en, "%s" STR_FMT, k > 0 ? ", " : "", STR_ARG(ev->en));
        }
        json_open_object(j, NULL);
        json_put_str(j, "text", buf_str(&text));
        json_put_str(j, "zh", buf_str(&zh));
        json_put_str(j, "en", buf_str(&en));
        json_close_object(j);
        buf_done(&text);
        buf_done(&zh);
        buf_done(&en);
    }
    json_close_array(j);
}

enum unit asked_unit(struct request *rq)
{
    struct str unit = arg_str(rq, "unit");
    return str_eq(unit, STR("month"))  ? UNIT_MONTH
           : str_eq(unit, STR("week")) ? UNIT_WEEK
                                       : UNIT_DAY;
}
