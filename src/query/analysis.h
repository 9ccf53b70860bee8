/* analysis — questions about many customers whose answer is a table: funnels, retention, counts by
 * day, RFM, repurchase, paths.
 *
 * A question is made of pieces of the audience language: lists of events ("view, click where
 * channel = \"A\""), a window ("last 30d"), an audience. analysis_events() and analysis_window()
 * read them. Two engines answer alike: the mirror (query/mirror/analysis_mirror.h) and SQL
 * (query/sql/analysis_sql.h), which is the reference. Customers are roots that are not erased, cut
 * to the audience and to what the account may see; their events are those of all their identities
 * that were not taken back, in the order (at_s, seq). An event's amount is its own in fen, a
 * refund's negative, 0 when it is not known. What a customer is (source, staff, tier …) is as it is
 * stored, whatever now_s is. Answers live in the transaction's arena.
 */
#ifndef KOI_QUERY_ANALYSIS_H
#define KOI_QUERY_ANALYSIS_H

#include "db/db.h"
#include "query/tree.h"
#include "query/window.h"

/* Any of these events: an event counts once, however many of them it is. */
struct analysis_events {
    struct events *at; /* checked */
    size_t n;
};

/* What every question has. */
struct analysis {
    const struct audience_expr *who; /* checked; NULL: everyone */
    struct window window;
    int64_t now_s;         /* the pinned now; events after it do not count */
    int64_t period_s;      /* what `period` means; 0: nothing may say it, RC_INVALID */
    int64_t scope_account; /* only customers this account may see; 0: all */
};

/* Reads a list "view, order where amount > 100, click" (1 … ANALYSIS_EVENTS_MAX) and checks its
 * names. RC_INVALID with the position; `field` names the argument. */
enum { ANALYSIS_EVENTS_MAX = 16 };
enum rc analysis_events(struct arena *a, const struct query_names *names, struct str text,
                        const char *field, struct analysis_events *out, struct err *e);
/* Reads a window of events, "last 90d"; the empty text is ever. */
enum rc analysis_window(struct arena *a, struct str text, const char *field, struct window *out,
                        struct err *e);
/* Reads "7d", "12h", "4w": 1 s … ten years. */
enum rc analysis_duration(struct arena *a, struct str text, const char *field, int64_t *out_s,
                          struct err *e);

/* ---- calendar units ---- */

enum { ANALYSIS_UNITS_MAX = 400 };
/* Consecutive days, weeks (from Monday) or months of the corp's zone: unit i is
 * from_s[i] … from_s[i + 1] − 1, its first day is day[i]. */
struct analysis_units {
    size_t n;
    int64_t from_s[ANALYSIS_UNITS_MAX + 1];
    int32_t day[ANALYSIS_UNITS_MAX + 1];
};
/* The units that the span touches, first and last whole, at most `most` (≤ ANALYSIS_UNITS_MAX):
 * RC_LIMIT names the field "window". UNIT_DAY, UNIT_WEEK, UNIT_MONTH. A span without a beginning
 * begins at `earliest_s`. */
enum rc analysis_units(struct span span, int64_t earliest_s, enum unit unit, size_t most,
                       struct analysis_units *out, struct err *e);
/* Adds the unit behind the last; asserts that there is room. */
void analysis_units_extend(struct analysis_units *u, enum unit unit);
/* The n (1 … ANALYSIS_UNITS_MAX) units from the one that begins with that day. */
void analysis_units_from(struct analysis_units *u, int32_t day, enum unit unit, size_t n);
/* The unit of an instant, −1 before the first, n after the last. O(log n). */
int analysis_unit_of(const struct analysis_units *u, int64_t at_s);

/* ---- funnel ---- */

/* By what a table is broken down: where customers have several (staff: all who are friends with
 * them now), they count in each; without any in the one with id 0 and no text. A tier's id is the
 * tier's, of the model `model_id`. */
enum analysis_by {
    BY_NOTHING,
    BY_SOURCE,
    BY_STAFF,
    BY_STAGE,
    BY_TIER,
    BY_CITY,
    BY_PROVINCE,
    BY_GENDER
};
enum { ANALYSIS_GROUPS_MAX = 50 };
struct analysis_key {
    int64_t id;      /* source, staff, stage, tier */
    struct str text; /* city, province, gender; absent: none */
};

struct funnel_step {
    struct analysis_events events;
    const struct audience_expr *who; /* only they go past this step; NULL: everyone */
};
struct funnel {
    struct analysis base;
    struct funnel_step steps[LIMIT_SEQ_STEPS];
    size_t n_steps; /* 1 or more */
    int64_t within_s;
    enum analysis_by by;
    int64_t model_id; /* BY_TIER */
    bool counts_only; /* times are not asked for, and 0 */
};
/* Customers who reached a step, and how long the quickest of each one's ways took from the first
 * step to it, as discrete quantiles (the value at rank ⌈q n⌉) in seconds; 0 for the first step and
 * where nobody is. */
struct funnel_level {
    int64_t customers, p25_s, p50_s, p75_s, p90_s;
};
struct funnel_group {
    struct analysis_key key;
    struct funnel_level levels[LIMIT_SEQ_STEPS];
};
/* A customer has reached step k when there are events of steps 1 … k, each strictly later by (at_s,
 * seq) than the one before, all in the window and the last no later than within_s after the first;
 * and who holds for each of the k steps that have one. groups[0] is everyone; then those of `by`
 * with the most customers at step 1, the most first, equal ones by id, then text byte for byte,
 * absent first; those with nobody at step 1 are left out, and past ANALYSIS_GROUPS_MAX of them the
 * rest. */
struct funnel_answer {
    struct funnel_group *groups;
    size_t n;
};

/* ---- retention and cohorts ---- */

enum { RETENTION_COLUMNS_MAX = 60 };
enum retention_measure {
    RETENTION_CUSTOMERS, /* who came back in that unit */
    RETENTION_EVENTS,    /* how many events they came back with */
    RETENTION_AMOUNT,    /* the sum of their amounts, fen */
};
struct retention {
    struct analysis
        base; /* the window says when cohorts begin; at most RETENTION_COLUMNS_MAX units */
    struct analysis_events start, back;
    enum unit unit;
    size_t columns; /* 1 … RETENTION_COLUMNS_MAX */
    /* a customer is in the cohort of their first start event ever; else in each with one */
    bool first;
    /* came back in that unit or any later one; RETENTION_CUSTOMERS only: asserted */
    bool rolling;
    enum retention_measure measure;
};
/* Column k of a cohort counts `back` events of its customers in the k-th unit after the cohort's
 * own (0: the same unit, whether before or after the start). A unit that has not begun by now is
 * RETENTION_FUTURE. Start events outside the window do not count, but with `first` they decide that
 * an earlier start was the first. The window does not cut `back` events: all up to now count, so
 * the units of the first and last cohort are whole for them. A window without a beginning begins at
 * the earliest start event that counts; without one there are no cohorts. */
#define RETENTION_FUTURE INT64_MIN
struct retention_cohort {
    int32_t day; /* first of the unit */
    int64_t customers;
    int64_t cells[RETENTION_COLUMNS_MAX];
};
struct retention_answer {
    struct retention_cohort *cohorts; /* one for each unit, empty ones too */
    size_t n;
};

/* ---- counts by day ---- */

enum { COUNTS_SERIES_MAX = 16 };
struct counts {
    struct analysis base;
    struct analysis_events series[COUNTS_SERIES_MAX];
    size_t n_series; /* 1 or more */
    enum unit unit;
    bool units_only; /* who was there in the whole window is not asked for, and 0 */
};
/* Events outside the window do not count, so the first and last bucket may hold part of a unit. A
 * window without a beginning begins at the earliest event of any series; without one there are no
 * buckets. */
struct counts_cell {
    int64_t events, customers;
};
struct counts_bucket {
    int32_t day; /* first of the unit */
    struct counts_cell series[COUNTS_SERIES_MAX];
    int64_t customers; /* with an event of any series */
};
struct counts_answer {
    struct counts_bucket *buckets; /* one for each unit of the window, up to now */
    size_t n;
    struct counts_bucket all; /* over the whole window; day is 0 */
};

/* ---- RFM ---- */

struct rfm {
    struct analysis base;
    struct analysis_events events; /* purchases: orders, unless told */
};
struct rfm_table_cell {
    int64_t customers, purchases, amount_fen;
};
/* Cut points and scores as docs/TIERS.md says, computed now over the window: of the time of the
 * last purchase, the number of purchases, and the sum of their amounts. */
struct rfm_answer {
    int64_t buyers;
    int64_t recency_s[4], purchases[4], amount_fen[4]; /* cut points; 0 without buyers */
    struct rfm_table_cell cells[5][5][5];              /* [r − 1][f − 1][m − 1] */
};

/* ---- repurchase ---- */

enum { REPURCHASE_TIMES = 10, REPURCHASE_DAYS = 366 };
struct repurchase {
    struct analysis base;
    struct analysis_events events; /* purchases */
};
/* Purchases of one customer at one second are one. */
struct repurchase_answer {
    int64_t buyers, again;           /* with one, with two or more */
    int64_t times[REPURCHASE_TIMES]; /* buyers with 1, 2 … 10 or more purchases */
    int64_t intervals
        [REPURCHASE_DAYS]; /* between neighbours, by whole days of 86,400 s; 365: and more */
    int64_t n_intervals, p25_s, p50_s, p75_s, p90_s; /* discrete quantiles; 0 without any */
};

/* ---- paths ---- */

enum { PATH_STEPS_MAX = 8, PATH_KINDS_MAX = 16 };
/* How customers go on from (or got to) an event. Events of the window that are of any node fall
 * into visits: a customer's neighbours at most gap_s apart. With `collapse` an event of the same
 * node as its neighbour before it in the visit is passed over. A visit's path begins at its first
 * `anchor` event and goes on to later ones; backwards, it begins at the last one and goes to
 * earlier ones. Without an anchor it begins at the visit's first (last) event. */
struct paths {
    struct analysis base;
    struct analysis_events
        nodes[PATH_KINDS_MAX]; /* node i is any of these; the first that matches counts */
    size_t n_nodes;
    int anchor; /* a node, −1: none; visits without it have no path */
    bool backwards, collapse;
    int64_t gap_s;
    size_t steps; /* 1 … PATH_STEPS_MAX links */
};
/* From node `from` at step k, counted from 0, to node `to` at step k + 1; PATH_END: the visit
 * ended. Only links that some visit has. */
#define PATH_END (-1)
struct path_link {
    int step, from, to;
    int64_t visits;
};
struct paths_answer {
    int64_t visits, customers; /* with a path */
    struct path_link *links;   /* by step, from, to; PATH_END first */
    size_t n;
};

#endif
