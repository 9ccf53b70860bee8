/* statistics_part — of whom WeCom's counts are asked for, and how: what statistics.c goes through.
 *
 * A part is a list of subjects (staff, links) by id, with one or two figures of each. A figure is
 * an api that counts by day: how it is asked for a range of days, and where a day goes. Which days
 * are missing follows from the last day that is told, so a part keeps nothing else.
 */
#ifndef KOI_CONNECT_WECOM_STATISTICS_PART_H
#define KOI_CONNECT_WECOM_STATISTICS_PART_H

#include "base/json.h"
#include "db/db.h"

enum { FIGURES = 2 }; /* most of a part */

/* Of whom. The name is WeCom's id, in the transaction's arena. */
struct figures_of {
    int64_t id;
    struct str name;
    int64_t first_day;         /* before it there is nothing; DB_NULL: ask as far back as allowed */
    int64_t last_day[FIGURES]; /* that is told; DB_NULL: none */
    bool asked[FIGURES];       /* whether the figure is asked for at all */
};
struct figure {
    const char *endpoint;
    int64_t
        days_a_call; /* 1: the answer is the day's row itself, for WeCom gives the sum of more */
    /* Writes the request's fields. The times are the beginnings of the first and the last day. */
    void (*ask)(struct json *j, struct str name, int64_t from_s, int64_t to_s);
    const char
        *rows; /* where the answer has the rows of days, each with stat_time; NULL: see above */
    /* Keeps a day. `row` is NULL where the answer has none: told with nothing known. */
    enum rc (*store)(struct tx *tx, int64_t id, int64_t day, const struct json_value *row,
                     int64_t asked_us, struct err *e);
};
struct figures_part {
    const char *name;  /* of its count in the job's result */
    const char *named; /* of the subject in the list of those refused */
    const struct figure *figures;
    size_t n;
    /* The next subject by id behind `after`; RC_NOT_FOUND (e untouched) at the end. */
    enum rc (*next)(struct tx *tx, int64_t after, struct figures_of *out, struct err *e);
    /* How many there are. */
    enum rc (*count)(struct tx *tx, int64_t *out, struct err *e);
};
extern const struct figures_part figures_staff, figures_links;

/* A count of an answer; DB_NULL where it is none. */
int64_t figure_count(const struct json_value *v, const char *key);

#endif
