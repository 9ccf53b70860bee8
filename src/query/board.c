/* board.c — who is asked: the daybook and the mirror, or the database.
 *
 * As with analyses, a log that the database would take long for is not asked of it while it is
 * being read into memory: 503 says how far that is. */
#include "query/board.h"

#include "mirror/daybook.h"
#include "mirror/mirror.h"
#include "query/answer.h"
#include "query/mirror/census.h"
#include "query/mirror/orders.h"
#include "query/mirror/reports.h"
#include "query/mirror/standing.h"
#include "store/group_figure.h"

enum { LONG_LOG = 2000000 /* rows past which the database takes seconds for a report */ };

enum rc board_begin_people(struct board *b, struct mirror *m, struct tx *tx, struct err *e)
{
    *b = (struct board){.tx = tx, .memo = board_memo_new(tx)};
    return answer_from_long(m, tx, &b->s, e);
}

static enum rc reading(int64_t percent, struct err *e)
{
    enum rc rc =
        err_set(e, RC_BUSY, "daybook_reading", NULL, "订单正在载入内存（%d %%），请稍后再试",
                "orders are being read into memory (%d %%); try again in a moment", (int)percent);
    err_hint(e, "进度见“系统”页", "its progress is on the page \"System\"");
    return rc;
}

enum rc board_begin(struct board *b, struct mirror *m, struct daybook *l, struct tx *tx,
                    struct err *e)
{
    enum rc rc = board_begin_people(b, m, tx, e);
    if (rc == RC_OK)
        rc = daybook_edition_for(l, tx, &b->book, e);
    if (rc != RC_OK || l == NULL || b->book != NULL || tx_is_writing(tx))
        return rc;
    int64_t seq = 0;
    struct daybook_status s = daybook_status(l);
    rc = tx_last_seq(tx, &seq, e);
    if (rc != RC_OK || s.hopeless || seq < LONG_LOG)
        return rc;
    return reading(s.expected > 0 && s.at < s.expected ? s.at * 100 / s.expected : 0, e);
}

void board_begin_people_short(struct board *b, struct mirror *m, struct tx *tx)
{
    *b = (struct board){.tx = tx, .s = answer_from(m, tx), .memo = board_memo_new(tx)};
}

enum rc board_begin_short(struct board *b, struct mirror *m, struct daybook *l, struct tx *tx,
                          struct err *e)
{
    board_begin_people_short(b, m, tx);
    return daybook_edition_for(l, tx, &b->book, e);
}

void board_end(struct board *b)
{
    answer_done(b->s);
    daybook_edition_drop(b->book);
    *b = (struct board){.tx = b->tx};
}

/* The daybook says RC_BUSY when it needs a snapshot and there is none: then the database answers.
 */

enum rc board_periods(const struct board *b, const struct report_range *range,
                      enum report_unit unit, struct report_period **out, size_t *out_n,
                      struct err *e)
{
    enum rc rc = b->book != NULL ? mirror_periods(b, range, unit, out, out_n, e) : RC_BUSY;
    return rc == RC_BUSY ? report_periods(b->tx, range, unit, out, out_n, e) : rc;
}

enum rc board_buyers(const struct board *b, const struct report_range *range,
                     struct report_buyers *out, struct err *e)
{
    enum rc rc = b->book != NULL ? mirror_buyers(b, range, out, e) : RC_BUSY;
    return rc == RC_BUSY ? report_buyers(b->tx, range, out, e) : rc;
}

enum rc board_all_sales(const struct board *b, int64_t from_s, int64_t to_s, int64_t scope_account,
                        int64_t *out_fen, struct err *e)
{
    enum rc rc =
        b->book != NULL ? mirror_all_sales(b, from_s, to_s, scope_account, out_fen, e) : RC_BUSY;
    return rc == RC_BUSY ? group_all_sales(b->tx, from_s, to_s, scope_account, out_fen, e) : rc;
}

enum rc board_concentration(const struct board *b, const struct report_range *range,
                            struct report_decile out[static REPORT_DECILES], struct err *e)
{
    enum rc rc = b->book != NULL ? mirror_concentration(b, range, out, e) : RC_BUSY;
    return rc == RC_BUSY ? report_concentration(b->tx, range, out, e) : rc;
}

enum rc board_intervals(const struct board *b, const struct report_range *range,
                        struct report_days_row **out, size_t *out_n, struct err *e)
{
    enum rc rc = b->book != NULL ? mirror_intervals(b, range, out, out_n, e) : RC_BUSY;
    return rc == RC_BUSY ? report_intervals(b->tx, range, out, out_n, e) : rc;
}

enum rc board_cohorts(const struct board *b, const struct report_range *range,
                      enum report_unit unit, struct report_cohort_row **out, size_t *out_n,
                      struct err *e)
{
    enum rc rc = b->book != NULL ? mirror_cohorts(b, range, unit, out, out_n, e) : RC_BUSY;
    return rc == RC_BUSY ? report_cohorts(b->tx, range, unit, out, out_n, e) : rc;
}

enum rc board_provinces(const struct board *b, const struct report_range *range,
                        struct report_province **out, size_t *out_n, struct err *e)
{
    enum rc rc = b->book != NULL ? mirror_provinces(b, range, out, out_n, e) : RC_BUSY;
    return rc == RC_BUSY ? report_provinces(b->tx, range, out, out_n, e) : rc;
}

enum rc board_facts(const struct board *b, int64_t channel_id, struct report_facts *out,
                    struct err *e)
{
    return b->book != NULL ? mirror_facts(b, channel_id, out, e)
                           : report_facts(b->tx, channel_id, out, e);
}

enum rc board_product_sums(const struct board *b, const struct report_range *range,
                           struct report_product_sum **out, size_t *out_n, struct err *e)
{
    return b->book != NULL ? mirror_product_sums(b, range, out, out_n, e) : RC_BUSY;
}

enum rc board_orders(const struct board *b, const struct order_filter *f, int64_t before_s,
                     int64_t before_id, int64_t offset, int64_t limit, struct order_card **out,
                     size_t *out_n, int64_t *out_total, struct err *e)
{
    struct order_page page = {before_s, before_id, offset, limit};
    bool few = !str_empty(f->number) || f->root_id != 0;
    enum rc rc =
        b->book != NULL && !few ? mirror_orders(b, f, &page, out, out_n, out_total, e) : RC_BUSY;
    if (rc != RC_BUSY)
        return rc;
    rc = order_list(b->tx, f, before_s, before_id, offset, limit, out, out_n, e);
    return rc == RC_OK && out_total != NULL ? order_count(b->tx, f, out_total, e) : rc;
}

enum rc board_first_purchase(const struct board *b, int64_t scope_account,
                             struct report_days_row **out, size_t *out_n, struct err *e)
{
    enum rc rc = b->book != NULL && b->s != NULL
                     ? mirror_first_purchase(b, scope_account, out, out_n, e)
                     : RC_BUSY;
    return rc == RC_BUSY ? report_first_purchase(b->tx, scope_account, out, out_n, e) : rc;
}

enum rc board_never_bought(const struct board *b, int64_t scope_account, int64_t *out,
                           struct err *e)
{
    enum rc rc =
        b->book != NULL && b->s != NULL ? mirror_never_bought(b, scope_account, out, e) : RC_BUSY;
    return rc == RC_BUSY ? report_never_bought(b->tx, scope_account, out, e) : rc;
}

enum rc board_sources(const struct board *b, const struct report_range *range,
                      struct report_source **out, size_t *out_n, struct err *e)
{
    enum rc rc =
        b->book != NULL && b->s != NULL ? mirror_sources(b, range, out, out_n, e) : RC_BUSY;
    return rc == RC_BUSY ? report_sources(b->tx, range, out, out_n, e) : rc;
}

enum rc board_first_buyers(const struct board *b, const struct report_range *range,
                           int64_t within_s, struct report_first_buyers **out, size_t *out_n,
                           struct err *e)
{
    enum rc rc = b->book != NULL && b->s != NULL
                     ? mirror_first_buyers(b, range, within_s, out, out_n, e)
                     : RC_BUSY;
    return rc == RC_BUSY ? report_first_buyers(b->tx, range, within_s, out, out_n, e) : rc;
}

enum rc board_friends(const struct board *b, const struct report_range *range,
                      struct report_day_count **out, size_t *out_n, struct err *e)
{
    return b->s != NULL ? mirror_friends(b, range, out, out_n, e)
                        : report_friends(b->tx, range, out, out_n, e);
}

enum rc board_due(const struct board *b, int64_t scope_account, int64_t today,
                  struct report_due *out, struct err *e)
{
    int64_t since_s = report_due_since_s(today);
    *out = (struct report_due){0};
    enum rc rc = b->book != NULL && b->s != NULL
                     ? mirror_unanswered(b, scope_account, since_s, &out->unanswered, e)
                     : report_unanswered(b->tx, scope_account, since_s, &out->unanswered, e);
    return rc == RC_OK ? report_due_else(b->tx, scope_account, today, out, e) : rc;
}

enum rc board_tag_list(const struct board *b, int64_t scope_account, struct tag **out,
                       size_t *out_n, struct err *e)
{
    return b->s != NULL ? mirror_tag_list(b, scope_account, out, out_n, e)
                        : tag_list(b->tx, scope_account, out, out_n, e);
}

enum rc board_tag_coverage(const struct board *b, int64_t scope_account, struct tag_coverage **out,
                           size_t *out_n, struct err *e)
{
    return b->s != NULL ? mirror_tag_coverage(b, scope_account, out, out_n, e)
                        : tag_coverage(b->tx, scope_account, out, out_n, e);
}

enum rc board_source_list(const struct board *b, int64_t scope_account, struct source_row **out,
                          size_t *out_n, struct err *e)
{
    return b->s != NULL ? mirror_source_list(b, scope_account, out, out_n, e)
                        : source_list(b->tx, scope_account, out, out_n, e);
}

enum rc board_cities(const struct board *b, struct str q, int64_t scope_account, int64_t limit,
                     struct city_row **out, size_t *out_n, struct err *e)
{
    return b->s != NULL ? mirror_cities(b, q, scope_account, limit, out, out_n, e)
                        : catalogue_cities(b->tx, q, scope_account, limit, out, out_n, e);
}

enum rc board_tier_models(const struct board *b, int64_t scope_account, struct tier_model **out,
                          size_t *out_n, struct err *e)
{
    if (b->s == NULL)
        return tier_models(b->tx, scope_account, out, out_n, e);
    enum rc rc = tier_models_only(b->tx, out, out_n, e);
    return rc == RC_OK ? mirror_tier_sizes(b, scope_account, *out, *out_n, e) : rc;
}

enum rc board_tier_model(const struct board *b, int64_t id, int64_t scope_account,
                         struct tier_model *out, struct err *e)
{
    if (b->s == NULL)
        return tier_model_load(b->tx, id, scope_account, out, e);
    enum rc rc = tier_model_only(b->tx, id, out, e);
    return rc == RC_OK ? mirror_tier_sizes(b, scope_account, out, 1, e) : rc;
}

enum rc board_tier_flows(const struct board *b, int64_t model_id, int64_t from_s, int64_t to_s,
                         int64_t scope_account, struct tier_flow **out, size_t *out_n,
                         struct err *e)
{
    enum rc rc = b->s != NULL
                     ? mirror_tier_flows(b, model_id, from_s, to_s, scope_account, out, out_n, e)
                     : RC_BUSY;
    return rc == RC_BUSY ? tier_flows(b->tx, model_id, from_s, to_s, scope_account, out, out_n, e)
                         : rc;
}

enum rc board_rfm_cells(const struct board *b, int64_t scope_account, struct rfm_cell **out,
                        size_t *out_n, struct err *e)
{
    enum rc rc = b->s != NULL ? mirror_rfm_cells(b, scope_account, out, out_n, e) : RC_BUSY;
    return rc == RC_BUSY ? rfm_cells(b->tx, scope_account, out, out_n, e) : rc;
}

enum rc board_clv_bands(const struct board *b, int64_t scope_account,
                        const int64_t cuts[static CLV_CUTS], struct clv_band **out, size_t *out_n,
                        struct err *e)
{
    enum rc rc = b->s != NULL ? mirror_clv_bands(b, scope_account, cuts, out, out_n, e) : RC_BUSY;
    return rc == RC_BUSY ? clv_bands(b->tx, scope_account, cuts, out, out_n, e) : rc;
}
