/* board — what the console's boards ask about everyone: reports on orders, new friends, who wears
 * which tag. Put to the daybook of orders and the mirror where they are there, to the database
 * otherwise.
 *
 * Questions and answers are those of store/report.h, store/tag.h and so on, whose SQL is the
 * reference: each function here answers as the one of the same name there. Both give the same for
 * the same state of the log. Several questions of one board agree with each other. Lists are in the
 * transaction's arena. Cost at two million orders and customers, two cores: 2 to 60 ms.
 */
#ifndef KOI_QUERY_BOARD_H
#define KOI_QUERY_BOARD_H

#include "store/catalogue.h"
#include "store/clv.h"
#include "store/order_read.h"
#include "store/report.h"
#include "store/report_product.h"
#include "store/rfm.h"
#include "store/source.h"
#include "store/tag.h"
#include "store/tier.h"

struct board_memo;      /* query/mirror/orders.h */
struct daybook;         /* mirror/daybook.h */
struct daybook_edition; /* likewise */
struct mirror;          /* mirror/mirror.h */
struct snapshot;        /* mirror/snapshot.h */

/* Who is asked. */
struct board {
    struct tx *tx;
    struct snapshot *s;           /* NULL: the database */
    struct daybook_edition *book; /* NULL: the database */
    struct board_memo *memo;      /* what one question leaves for the next; NULL: nothing */
};
/* Finds who can answer what the transaction sees. RC_BUSY while much is being read into memory and
 * the database would take long. Either may be NULL. Call board_end() also when it failed. */
enum rc board_begin(struct board *b, struct mirror *m, struct daybook *l, struct tx *tx,
                    struct err *e);
/* The same for a question that the snapshot alone answers. */
enum rc board_begin_people(struct board *b, struct mirror *m, struct tx *tx, struct err *e);
/* The same for a question that the database can answer meanwhile. */
enum rc board_begin_short(struct board *b, struct mirror *m, struct daybook *l, struct tx *tx,
                          struct err *e);
/* The same for a question that the snapshot alone answers. */
void board_begin_people_short(struct board *b, struct mirror *m, struct tx *tx);
void board_end(struct board *b);

/* ---- orders ---- */

enum rc board_periods(const struct board *b, const struct report_range *range,
                      enum report_unit unit, struct report_period **out, size_t *out_n,
                      struct err *e);
enum rc board_buyers(const struct board *b, const struct report_range *range,
                     struct report_buyers *out, struct err *e);
/* As group_all_sales() of store/group_figure.h: orders placed in (from_s, to_s], to the second. */
enum rc board_all_sales(const struct board *b, int64_t from_s, int64_t to_s, int64_t scope_account,
                        int64_t *out_fen, struct err *e);
enum rc board_concentration(const struct board *b, const struct report_range *range,
                            struct report_decile out[static REPORT_DECILES], struct err *e);
enum rc board_intervals(const struct board *b, const struct report_range *range,
                        struct report_days_row **out, size_t *out_n, struct err *e);
enum rc board_cohorts(const struct board *b, const struct report_range *range,
                      enum report_unit unit, struct report_cohort_row **out, size_t *out_n,
                      struct err *e);
enum rc board_provinces(const struct board *b, const struct report_range *range,
                        struct report_province **out, size_t *out_n, struct err *e);

/* What there is in the data of one channel. */
enum rc board_facts(const struct board *b, int64_t channel_id, struct report_facts *out,
                    struct err *e);
/* Sums of every product that has a line, in no order. RC_BUSY, `e` untouched, when the database is
 * to be asked line by line (store/report_product.h). */
enum rc board_product_sums(const struct board *b, const struct report_range *range,
                           struct report_product_sum **out, size_t *out_n, struct err *e);
/* As order_list() and, in `out_total`, order_count() (NULL: not asked for). An order's number or a
 * customer finds few orders by an index: the database is asked. */
enum rc board_orders(const struct board *b, const struct order_filter *f, int64_t before_s,
                     int64_t before_id, int64_t offset, int64_t limit, struct order_card **out,
                     size_t *out_n, int64_t *out_total, struct err *e);

/* ---- customers and their orders ---- */

enum rc board_first_purchase(const struct board *b, int64_t scope_account,
                             struct report_days_row **out, size_t *out_n, struct err *e);
enum rc board_never_bought(const struct board *b, int64_t scope_account, int64_t *out,
                           struct err *e);
enum rc board_sources(const struct board *b, const struct report_range *range,
                      struct report_source **out, size_t *out_n, struct err *e);
enum rc board_first_buyers(const struct board *b, const struct report_range *range,
                           int64_t within_s, struct report_first_buyers **out, size_t *out_n,
                           struct err *e);

/* ---- customers ---- */

enum rc board_friends(const struct board *b, const struct report_range *range,
                      struct report_day_count **out, size_t *out_n, struct err *e);

/* As report_due(). */
enum rc board_due(const struct board *b, int64_t scope_account, int64_t today,
                  struct report_due *out, struct err *e);
enum rc board_tag_list(const struct board *b, int64_t scope_account, struct tag **out,
                       size_t *out_n, struct err *e);
enum rc board_tag_coverage(const struct board *b, int64_t scope_account, struct tag_coverage **out,
                           size_t *out_n, struct err *e);
enum rc board_source_list(const struct board *b, int64_t scope_account, struct source_row **out,
                          size_t *out_n, struct err *e);
enum rc board_tier_models(const struct board *b, int64_t scope_account, struct tier_model **out,
                          size_t *out_n, struct err *e);
/* As tier_model_load(). */
enum rc board_tier_model(const struct board *b, int64_t id, int64_t scope_account,
                         struct tier_model *out, struct err *e);
/* As tier_flows(). */
enum rc board_tier_flows(const struct board *b, int64_t model_id, int64_t from_s, int64_t to_s,
                         int64_t scope_account, struct tier_flow **out, size_t *out_n,
                         struct err *e);
/* As rfm_cells(). */
enum rc board_rfm_cells(const struct board *b, int64_t scope_account, struct rfm_cell **out,
                        size_t *out_n, struct err *e);
/* As clv_bands(). */
enum rc board_clv_bands(const struct board *b, int64_t scope_account,
                        const int64_t cuts[static CLV_CUTS], struct clv_band **out, size_t *out_n,
                        struct err *e);
/* As catalogue_cities(). */
enum rc board_cities(const struct board *b, struct str q, int64_t scope_account, int64_t limit,
                     struct city_row **out, size_t *out_n, struct err *e);

#endif
