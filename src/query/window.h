/* window — what a written window means at a pinned now, in the corp's zone. One place for every
 * engine. */
#ifndef KOI_QUERY_WINDOW_H
#define KOI_QUERY_WINDOW_H

#include "query/tree.h"

/* Instants from … to, both included; none when from > to. */
struct span {
    int64_t from_s, to_s;
};
/* Earlier than any event. */
#define SPAN_START (-(INT64_C(1) << 60))

/* The instants of a window, never later than now_s. `last 90d` = (now − 90 × 86,400 s, now]; `this
 * month` ends now; `between` takes whole days at both ends; `before` excludes its moment.
 * WINDOW_NEXT and WINDOW_FOLLOWING are for days only: asserts. */
struct span window_span(const struct window *w, int64_t now_s, int64_t period_s);

/* Civil days from … to, both included. `last 7d` is seven days ending today, `next 7d` seven days
 * beginning today; calendar units are whole, future days included. */
struct day_span {
    int32_t from, to;
};
struct day_span window_days(const struct window *w, int64_t now_s, int64_t period_s);

/* The instant of a moment: a day stands for its first instant. */
int64_t moment_s(const struct moment *m);
int32_t moment_day(const struct moment *m);

/* The latest birth day of someone who is at least `years` old today: the same day of the year,
 * clipped to its month. */
int32_t window_birth_day(int32_t today, int64_t years);
/* The place of a day in a year that begins on 1 March, 0 … 365: 29 February comes last, so it is
 * the same in every year. */
int32_t window_march_day(int32_t day);

/* The now of a question as of a moment (a day: its last second), never later than now_s. */
int64_t window_as_of(const struct moment *m, int64_t now_s);

#endif
