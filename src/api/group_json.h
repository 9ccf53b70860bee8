/* group_json — a customer group as the API shows it, the same in every list. */
#ifndef KOI_API_GROUP_JSON_H
#define KOI_API_GROUP_JSON_H

#include "domain/group_figures.h"
#include "http/request.h"
#include "store/group.h"

/* Its members into an object that is open already: what it is, joins, stays, and what people
 * decided. */
enum rc group_json_members(struct request *rq, struct json *j, const struct group_row *g,
                           struct err *e);

/* Figures of some days of a page of groups, worked out before it is written. */
struct group_json_figures {
    struct group_window window;
    int64_t all_fen;
    const struct group_figures *list; /* by id */
    size_t n;
    const char *problem; /* why there are none now, in the caller's language; NULL: nothing wrong */
};
/* Of the argument `days`; window.days 0 when it was not given. While the mirror is built or behind
 * there are none, and that is no failure: a group can be read and decided about without them. */
enum rc group_json_work(struct request *rq, struct tx *tx, const struct group_row *rows, size_t n,
                        struct group_json_figures *out, struct err *e);
/* The members figures, an object or null (of one that is dismissed, when none were asked for, when
 * there are none now), and figures_problem. */
void group_json_figures(struct json *j, const struct group_json_figures *f,
                        const struct group_row *g);

/* part ÷ whole, or null where there is nothing to divide by. */
void json_put_share(struct json *j, const char *key, int64_t part, int64_t whole);

#define ARG_GROUP_DAYS                                                                             \
    {                                                                                              \
        "days", ARG_INT, .min = 7, .max = 365, .zh = "统计最近多少天，默认 30",                    \
                         .en = "figures of how many days, 30 unless told"                          \
    }

#endif
