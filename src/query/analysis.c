/* analysis.c — reading the pieces of a question, and its calendar units.
 *
 * Units come from the calendar of the corp's zone and from nowhere else, so that both engines cut
 * time alike, also where clocks are changed. */
#include "query/analysis.h"

#include "base/limits.h"

#include <assert.h>

enum { LONGEST_DAYS = 3660 };

/* The same error, said of the argument it is in. */
static enum rc of_field(struct err *e, enum rc rc, const char *field)
{
    if (rc != RC_OK && e != NULL)
        snprintf(e->field, sizeof e->field, "%s", field);
    return rc;
}

enum rc analysis_events(struct arena *a, const struct query_names *names, struct str text,
                        const char *field, struct analysis_events *out, struct err *e)
{
    struct err own = ERR_INIT;
    e = e != NULL ? e : &own;
    struct events *events = ARENA_ARRAY(a, struct events, ANALYSIS_EVENTS_MAX);
    size_t n;
    enum rc rc = audience_parse_events(a, text, ANALYSIS_EVENTS_MAX, events, &n, e);
    if (rc == RC_OK)
        rc = audience_check_events(a, names, events, n, NULL, e);
    *out = (struct analysis_events){.at = events, .n = rc == RC_OK ? n : 0};
    return of_field(e, rc, field);
}

enum rc analysis_window(struct arena *a, struct str text, const char *field, struct window *out,
                        struct err *e)
{
    struct err own = ERR_INIT;
    e = e != NULL ? e : &own;
    *out = (struct window){.kind = WINDOW_EVER};
    if (str_empty(str_trim(text)))
        return RC_OK;
    enum rc rc = audience_parse_window(a, text, out, e);
    if (rc == RC_OK)
        rc = audience_check_events(a, NULL, NULL, 0, out, e);
    return of_field(e, rc, field);
}

enum rc analysis_duration(struct arena *a, struct str text, const char *field, int64_t *out_s,
                          struct err *e)
{
    struct err own = ERR_INIT;
    struct duration d = {0};
    e = e != NULL ? e : &own;
    enum rc rc = audience_parse_duration(a, text, &d, e);
    if (rc == RC_OK)
        *out_s = d.period ? 0 : duration_s(d, 0);
    if (rc == RC_OK && (*out_s <= 0 || *out_s > (int64_t)LONGEST_DAYS * 86400))
        rc = err_set(e, RC_INVALID, "length_range", field, "时长要在 1 秒到 %d 天之间",
                     "a length is between a second and %d days", LONGEST_DAYS);
    return of_field(e, rc, field);
}

static int32_t unit_start(int32_t day, enum unit unit)
{
    return unit == UNIT_DAY    ? day
           : unit == UNIT_WEEK ? calendar_week_start(day)
                               : calendar_month_start(day);
}

static int32_t unit_next(int32_t day, enum unit unit)
{
    return unit == UNIT_DAY    ? day + 1
           : unit == UNIT_WEEK ? day + 7
                               : calendar_month_start(day + 31);
}

enum rc analysis_units(struct span span, int64_t earliest_s, enum unit unit, size_t most,
                       struct analysis_units *out, struct err *e)
{
    assert(most <= ANALYSIS_UNITS_MAX);
    assert(unit == UNIT_DAY || unit == UNIT_WEEK || unit == UNIT_MONTH);
    out->n = 0;
    int64_t from_s = span.from_s < earliest_s ? earliest_s : span.from_s;
    if (from_s > span.to_s)
        return RC_OK;
    int32_t day = unit_start(calendar_day_of(from_s), unit);
    int32_t last = calendar_day_of(span.to_s);
    for (; day <= last; day = unit_next(day, unit)) {
        if (out->n == most)
            return err_set(e, RC_LIMIT, "too_many_units", "window",
                           "时间范围太长：最多 %zu 个日、周或月，请缩短或换大一点的单位",
                           "the window is too long: at most %zu days, weeks or months; shorten it "
                           "or take a larger unit",
                           most);
        out->day[out->n] = day;
        out->from_s[out->n++] = calendar_day_start_s(day);
    }
    out->day[out->n] = day;
    out->from_s[out->n] = calendar_day_start_s(day);
    return RC_OK;
}

void analysis_units_extend(struct analysis_units *u, enum unit unit)
{
    assert(u->n > 0 && u->n < ANALYSIS_UNITS_MAX);
    int32_t day = unit_next(u->day[u->n], unit);
    u->day[++u->n] = day;
    u->from_s[u->n] = calendar_day_start_s(day);
}

void analysis_units_from(struct analysis_units *u, int32_t day, enum unit unit, size_t n)
{
    assert(n > 0 && n <= ANALYSIS_UNITS_MAX);
    u->day[0] = day;
    u->from_s[0] = calendar_day_start_s(day);
    u->n = 1;
    u->day[1] = unit_next(day, unit);
    u->from_s[1] = calendar_day_start_s(u->day[1]);
    while (u->n < n)
        analysis_units_extend(u, unit);
}

int analysis_unit_of(const struct analysis_units *u, int64_t at_s)
{
    size_t from = 0, to = u->n + 1; /* the first boundary after the instant */
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (u->from_s[middle] <= at_s)
            from = middle + 1;
        else
            to = middle;
    }
    return (int)from - 1;
}
