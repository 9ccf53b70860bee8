/* window.c — written windows as bounds; the table of meanings is in docs/AUDIENCE.md.
 *
 * Pure functions of the window, now, P and the process's zone (base/calendar.h). Bounds of instants
 * are whole seconds, both included, so (now − L, now] begins a second after now − L. An empty
 * window is one whose end lies before its beginning, which SQL's BETWEEN treats alike. */
#include "query/window.h"

#include <assert.h>

int32_t moment_day(const struct moment *m)
{
    return calendar_day_from_civil(m->civil.year, m->civil.month, m->civil.day);
}

int64_t moment_s(const struct moment *m)
{
    return m->has_time ? calendar_instant_s(&m->civil) : calendar_day_start_s(moment_day(m));
}

/* First day of the unit that holds `day`, moved by n units. */
static int32_t unit_start(enum unit u, int32_t day, int n)
{
    switch (u) {
    case UNIT_WEEK:
        return calendar_week_start(day) + 7 * n;
    case UNIT_MONTH:
        return calendar_add_months(calendar_month_start(day), n);
    case UNIT_QUARTER:
        return calendar_add_months(calendar_quarter_start(day), 3 * n);
    default:
        assert(u == UNIT_YEAR);
        return calendar_add_months(calendar_year_start(day), 12 * n);
    }
}

/* The last instant that a moment includes: the end of its day, or itself. */
static int64_t moment_end_s(const struct moment *m)
{
    return m->has_time ? moment_s(m) : calendar_day_start_s(moment_day(m) + 1) - 1;
}

struct span window_span(const struct window *w, int64_t now_s, int64_t period_s)
{
    int32_t today = calendar_day_of(now_s);
    struct span s = {SPAN_START, now_s};
    switch (w->kind) {
    case WINDOW_EVER:
        break;
    case WINDOW_LAST:
        s.from_s = now_s - duration_s(w->length, period_s) + 1;
        break;
    case WINDOW_OLDER:
        s.to_s = now_s - duration_s(w->length, period_s);
        break;
    case WINDOW_TODAY:
        s.from_s = calendar_day_start_s(today);
        break;
    case WINDOW_YESTERDAY:
        s.from_s = calendar_day_start_s(today - 1);
        s.to_s = calendar_day_start_s(today) - 1;
        break;
    case WINDOW_THIS:
        s.from_s = calendar_day_start_s(unit_start(w->unit, today, 0));
        break;
    case WINDOW_PREVIOUS:
        s.from_s = calendar_day_start_s(unit_start(w->unit, today, -1));
        s.to_s = calendar_day_start_s(unit_start(w->unit, today, 0)) - 1;
        break;
    case WINDOW_BETWEEN:
        s.from_s = moment_s(&w->from);
        s.to_s = moment_end_s(&w->to);
        break;
    case WINDOW_SINCE:
        s.from_s = moment_s(&w->from);
        break;
    case WINDOW_BEFORE:
        s.to_s = moment_s(&w->to) - 1;
        break;
    case WINDOW_NEXT:
    case WINDOW_FOLLOWING:
        assert(false && "windows of the future are for days");
    }
    s.to_s = s.to_s < now_s ? s.to_s : now_s;
    return s;
}

struct day_span window_days(const struct window *w, int64_t now_s, int64_t period_s)
{
    const int32_t first = -1000000, last = 1000000; /* some 2,700 years each way */
    int32_t today = calendar_day_of(now_s);
    int32_t length = (int32_t)(duration_s(w->length, period_s) / 86400);
    struct day_span s = {first, last};
    switch (w->kind) {
    case WINDOW_EVER:
        return s;
    case WINDOW_LAST:
        return (struct day_span){today - length + 1, today};
    case WINDOW_NEXT:
        return (struct day_span){today, today + length - 1};
    case WINDOW_OLDER:
        return (struct day_span){first, today - length};
    case WINDOW_TODAY:
        return (struct day_span){today, today};
    case WINDOW_YESTERDAY:
        return (struct day_span){today - 1, today - 1};
    case WINDOW_THIS:
        return (struct day_span){unit_start(w->unit, today, 0), unit_start(w->unit, today, 1) - 1};
    case WINDOW_PREVIOUS:
        return (struct day_span){unit_start(w->unit, today, -1), unit_start(w->unit, today, 0) - 1};
    case WINDOW_FOLLOWING:
        return (struct day_span){unit_start(w->unit, today, 1), unit_start(w->unit, today, 2) - 1};
    case WINDOW_BETWEEN:
        return (struct day_span){moment_day(&w->from), moment_day(&w->to)};
    case WINDOW_SINCE:
        return (struct day_span){moment_day(&w->from), last};
    case WINDOW_BEFORE:
        return (struct day_span){first, moment_day(&w->to) - 1};
    }
    return s;
}

int32_t window_birth_day(int32_t today, int64_t years)
{
    assert(years >= 0 && years <= 200);
    return calendar_add_months(today, (int)(-12 * years));
}

int32_t window_march_day(int32_t day)
{
    int year, month, of_month;
    calendar_civil_from_day(day, &year, &month, &of_month);
    return day - calendar_day_from_civil(month >= 3 ? year : year - 1, 3, 1);
}

int64_t window_as_of(const struct moment *m, int64_t now_s)
{
    int64_t at = m->has_time ? moment_s(m) : calendar_day_start_s(moment_day(m) + 1) - 1;
    return at < now_s ? at : now_s;
}
