/* reports — reports on orders, answered by the daybook: the same questions as store/report.h, the
 * same answers.
 *
 * RC_BUSY, `e` untouched, when a data scope asks for a snapshot and there is none. `tx` serves
 * small look-ups, its arena holds the answer. Cost: 2 to 10 ns an order and core; a data scope 20
 * ns a customer who ordered besides.
 */
#ifndef KOI_QUERY_MIRROR_REPORTS_H
#define KOI_QUERY_MIRROR_REPORTS_H

#include "query/board.h"
#include "query/window.h"

struct cycle_due;                   /* query/cycle_board.h */
struct cycle_rule;                  /* store/cycle.h */
struct product_repurchase_question; /* query/product_repurchase.h */
struct repurchase_intervals;        /* likewise */
struct repurchase_sum;              /* likewise */

/* As report_periods(), and so on. `b->book` is not NULL. */
enum rc mirror_periods(const struct board *b, const struct report_range *range,
                       enum report_unit unit, struct report_period **out, size_t *out_n,
                       struct err *e);
enum rc mirror_buyers(const struct board *b, const struct report_range *range,
                      struct report_buyers *out, struct err *e);
/* As group_all_sales() of store/group_figure.h. */
enum rc mirror_all_sales(const struct board *b, int64_t from_s, int64_t to_s, int64_t scope_account,
                         int64_t *out_fen, struct err *e);
enum rc mirror_concentration(const struct board *b, const struct report_range *range,
                             struct report_decile out[static REPORT_DECILES], struct err *e);
enum rc mirror_intervals(const struct board *b, const struct report_range *range,
                         struct report_days_row **out, size_t *out_n, struct err *e);
enum rc mirror_cohorts(const struct board *b, const struct report_range *range,
                       enum report_unit unit, struct report_cohort_row **out, size_t *out_n,
                       struct err *e);
enum rc mirror_provinces(const struct board *b, const struct report_range *range,
                         struct report_province **out, size_t *out_n, struct err *e);

/* As report_facts(); as board_product_sums(). 2 ns a line besides. */
enum rc mirror_facts(const struct board *b, int64_t channel_id, struct report_facts *out,
                     struct err *e);
enum rc mirror_product_sums(const struct board *b, const struct report_range *range,
                            struct report_product_sum **out, size_t *out_n, struct err *e);

/* A page of a list of orders: behind a place, some skipped. */
struct order_page {
    int64_t before_s, before_id, offset, limit;
};
/* As board_orders(), of orders by state, nature, channel, time and refunds. */
enum rc mirror_orders(const struct board *b, const struct order_filter *f,
                      const struct order_page *page, struct order_card **out, size_t *out_n,
                      int64_t *out_total, struct err *e);

/* As board_cycle_due() of a cycle of purchases. RC_BUSY, `e` untouched, where of too many
 * customers the book does not know the time of a line. 8 ns an order. */
enum rc mirror_cycle_due(const struct board *b, const struct cycle_rule *rule,
                         int64_t scope_account, int64_t now_s, struct cycle_due *out,
                         struct err *e);
/* Calls see() with each customer whose last line that counts by now_s is in the span; otherwise as
 * mirror_cycle_due(). */
enum rc mirror_cycle_lasts(const struct board *b, const struct cycle_rule *rule, struct span span,
                           int64_t now_s, void (*see)(void *to, int64_t root_id), void *to,
                           struct err *e);
/* Sums by product in ascending order of their ids, or of the set, and all intervals (free them). */
enum rc mirror_product_repurchase(const struct board *b,
                                  const struct product_repurchase_question *q,
                                  struct repurchase_sum **out, size_t *out_n,
                                  struct repurchase_intervals *intervals, struct err *e);

/* These need both: `b->book` and `b->s` are not NULL. Cost besides: 1 ns a customer. */
enum rc mirror_first_purchase(const struct board *b, int64_t scope_account,
                              struct report_days_row **out, size_t *out_n, struct err *e);
enum rc mirror_never_bought(const struct board *b, int64_t scope_account, int64_t *out,
                            struct err *e);
enum rc mirror_sources(const struct board *b, const struct report_range *range,
                       struct report_source **out, size_t *out_n, struct err *e);
enum rc mirror_first_buyers(const struct board *b, const struct report_range *range,
                            int64_t within_s, struct report_first_buyers **out, size_t *out_n,
                            struct err *e);
/* `b->s` is not NULL. */
enum rc mirror_friends(const struct board *b, const struct report_range *range,
                       struct report_day_count **out, size_t *out_n, struct err *e);

#endif
