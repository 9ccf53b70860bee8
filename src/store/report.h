/* report — the figures behind reports, straight from orders, refunds, customers and costs.
 *
 * Days are civil days of the corp's zone; periods are named by their first day. A purchase is
 * ORDER_IS_PURCHASE (store/order.h). A scope account other than 0 cuts everything to orders and
 * customers of its own; orders of nobody known are then left out. What domain/report.h derives from
 * these (medians, shares of costs) is not here. Batches that were undone left no rows, so nothing
 * has to be left out. Lists are in the transaction's arena.
 */
#ifndef KOI_STORE_REPORT_H
#define KOI_STORE_REPORT_H

#include "db/db.h"

enum report_unit { REPORT_DAY, REPORT_WEEK, REPORT_MONTH };

struct report_range {
    int64_t scope_account;
    int64_t channel_id;       /* 0: every one */
    int64_t from_day, to_day; /* both inclusive */
};

/* The days of the first and last order placed; RC_NOT_FOUND (e untouched) when there is none. */
enum rc report_days(struct tx *tx, int64_t *out_from_day, int64_t *out_to_day, struct err *e);

/* What there is in the data of one channel (0: all), as docs/API.md names it. */
struct report_facts {
    int64_t lines, lines_without_customer, cancellation_lines, cancellation_orders,
        adjustment_lines, negative_quantity_not_cancelled, zero_price_lines, negative_price_lines,
        exact_duplicate_lines, orders, orders_with_two_times, customers, sale_lines,
        sale_lines_with_customer, sale_orders_with_customer, buyers, repeat_buyers, sale_fen,
        sale_fen_with_customer, cancelled_fen, paid_orders, unpaid_orders, refunded_orders,
        total_fen, paid_fen, refunded_fen;
};
enum rc report_facts(struct tx *tx, int64_t channel_id, struct report_facts *out, struct err *e);

/* Purchases of one period. A buyer whose first purchase ever falls into it is new. */
struct report_period {
    int64_t start_day;
    int64_t placed;                     /* sale orders, paid or not */
    int64_t orders, buyers, new_buyers; /* purchases and who made them */
    int64_t sale_fen;
    int64_t refunded_fen; /* refunds at their own time, and cancellation documents */
};
/* Every period of the range, empty ones too, ascending. */
enum rc report_periods(struct tx *tx, const struct report_range *range, enum report_unit unit,
                       struct report_period **out, size_t *out_n, struct err *e);

struct report_buyers {
    int64_t buyers, repeat_buyers, purchases;
};
/* Who bought in the range, who at least twice, and how often all together. */
enum rc report_buyers(struct tx *tx, const struct report_range *range, struct report_buyers *out,
                      struct err *e);

enum { REPORT_DECILES = 10 };
struct report_decile {
    int64_t customers, sale_fen;
    int64_t least_fen; /* what the smallest buyer in it spent; 0 when there is nobody */
};
/* Known buyers of the range, the largest first, in tenths: of n, tenth k is ranks ⌈(k−1)n/10⌉ + 1 …
 * ⌈kn/10⌉, so sizes differ by one at most and the first two are ⌈n/5⌉ buyers. What someone spent is
 * the sale amount of their purchases, refunds not taken off. Equal buyers stand by id; since they
 * are equal, no sum depends on it. Reads the range's orders and sorts its buyers. */
enum rc report_concentration(struct tx *tx, const struct report_range *range,
                             struct report_decile out[static REPORT_DECILES], struct err *e);

/* A row of a histogram over whole days. */
struct report_days_row {
    int64_t days, count, seconds; /* seconds: their sum, for the mean */
};
/* Whole days between one purchase of a buyer and the next, both in the range, ascending. */
enum rc report_intervals(struct tx *tx, const struct report_range *range,
                         struct report_days_row **out, size_t *out_n, struct err *e);
/* Whole days from becoming a friend to the first purchase; days -1: bought before that. */
enum rc report_first_purchase(struct tx *tx, int64_t scope_account, struct report_days_row **out,
                              size_t *out_n, struct err *e);
/* Friends who never bought. */
enum rc report_never_bought(struct tx *tx, int64_t scope_account, int64_t *out, struct err *e);

/* Buyers by the period of their first purchase, and those of them active in a later (or the same)
 * one. */
struct report_cohort_row {
    int64_t cohort_day, active_day, customers;
};
/* Weeks or months; ascending by both days. */
enum rc report_cohorts(struct tx *tx, const struct report_range *range, enum report_unit unit,
                       struct report_cohort_row **out, size_t *out_n, struct err *e);

struct report_province {
    struct str province; /* absent: not told */
    int64_t orders, paid_orders, paid_fen, refunded_fen;
};
/* Sale orders placed in the range, most orders first. */
enum rc report_provinces(struct tx *tx, const struct report_range *range,
                         struct report_province **out, size_t *out_n, struct err *e);

struct report_source {
    int64_t id;
    struct str name;
    int64_t customers;   /* became friends (or, never friends, were first heard of) in the range */
    int64_t buyers;      /* of them, who bought in the range */
    int64_t revenue_fen; /* their purchases in the range, less refunds of those */
};
/* Every source, by name. */
enum rc report_sources(struct tx *tx, const struct report_range *range, struct report_source **out,
                       size_t *out_n, struct err *e);
/* The same with nothing but ids and names. */
enum rc report_source_names(struct tx *tx, struct report_source **out, size_t *out_n,
                            struct err *e);
/* Of those who became friends in the range, how many bought soon after. */
struct report_first_buyers {
    int64_t source_id; /* 0: none */
    int64_t friends;
    int64_t first_buyers; /* whose first purchase ever came within `within_s` of it, inclusive */
};
/* Each source that has any, those without a source too. */
enum rc report_first_buyers(struct tx *tx, const struct report_range *range, int64_t within_s,
                            struct report_first_buyers **out, size_t *out_n, struct err *e);
/* Costs that touch the range. */
struct report_cost {
    int64_t source_id, from_day, to_day, amount_fen;
    struct str kind;
};
enum rc report_costs(struct tx *tx, const struct report_range *range, struct report_cost **out,
                     size_t *out_n, struct err *e);

/* New friends of each day of the range, empty days too. */
struct report_day_count {
    int64_t day, count;
};
enum rc report_friends(struct tx *tx, const struct report_range *range,
                       struct report_day_count **out, size_t *out_n, struct err *e);

/* What waits for someone, for the page "today". */
struct report_due {
    int64_t failed_jobs;      /* in the last seven days */
    int64_t rejected_lines;   /* of imports of the last seven days */
    int64_t uncosted_sources; /* with new customers in the last thirty days and no cost then */
    int64_t unanswered;       /* friends of three days, in the first stage, without note or order */
};
enum rc report_due(struct tx *tx, int64_t scope_account, int64_t today, struct report_due *out,
                   struct err *e);
/* Its parts: `unanswered` alone, of friends since an instant; and everything else, which is nothing
 * for a narrow scope. */
enum rc report_unanswered(struct tx *tx, int64_t scope_account, int64_t since_s, int64_t *out,
                          struct err *e);
enum rc report_due_else(struct tx *tx, int64_t scope_account, int64_t today, struct report_due *out,
                        struct err *e);
/* When the friends begin that `unanswered` is about. */
int64_t report_due_since_s(int64_t today);
/* The first stage; RC_NOT_FOUND (e untouched) without one. Which of these customers have a note. */
enum rc report_first_stage(struct tx *tx, int64_t *out, struct err *e);
enum rc report_with_note(struct tx *tx, const int64_t *customers, size_t n, int64_t *out,
                         struct err *e);

#endif
