/* demo_figures.c — what the demo corp is like, beside the bands that docs/DEMO.md promises for
 * 20,000 customers or more.
 *
 * Bands are wide enough for every seed and narrow enough that a broken generator, ingest or report
 * falls out of one. They are data here and prose there; a test compares the two.
 */
#include "domain/demo.h"
#include "store/figures.h"

#include <assert.h>

static const struct band {
    enum figure figure; /* FIGURE_COUNT: the share of a tier of the value model */
    const char *tier;
    const char *name, *zh, *en;
    double low, high;
} BANDS[] = {
    {FIGURE_CUSTOMERS, NULL, "customers", "客户数", "customers", 100, 2000000},
    {FIGURE_BUYER_SHARE, NULL, "buyer_share", "下过单的客户占比", "share of customers who bought",
     0.40, 0.65},
    {FIGURE_REPURCHASE_RATE, NULL, "repurchase_rate", "复购率", "repurchase rate", 0.45, 0.75},
    {FIGURE_ORDERS_A_BUYER, NULL, "orders_a_buyer", "每位买家的订单数", "orders a buyer", 3, 9},
    {FIGURE_AVERAGE_ORDER_YUAN, NULL, "average_order_yuan", "客单价（元）", "average order, yuan",
     55, 110},
    {FIGURE_REFUND_SHARE, NULL, "refund_share", "退款订单占比", "share of orders refunded", 0.015,
     0.045},
    {FIGURE_FRIEND_RETENTION, NULL, "friend_retention", "好友留存率", "friends still friends", 0.75,
     0.92},
    {FIGURE_GROUP_RETENTION, NULL, "group_retention", "群留存率", "group members still in", 0.70,
     0.84},
    {FIGURE_GROUP_SHARE, NULL, "group_share", "入群客户占比",
     "share of customers who joined a group", 0.40, 0.52},
    {FIGURE_WEEKEND_RATIO, NULL, "weekend_ratio", "周末与工作日订单比",
     "orders, weekend day ÷ weekday", 1.2, 1.6},
    {FIGURE_SUMMER_RATIO, NULL, "summer_ratio", "夏季与一季度日均订单比",
     "orders a day, summer ÷ first quarter", 1.1, 2.6},
    {FIGURE_GIFT_RATIO, NULL, "gift_ratio", "礼盒旺季倍数",
     "gift lines in their busiest 16 days ÷ mean", 2.5, 9},
    {FIGURE_FIRST_ORDER_DAYS, NULL, "first_order_days", "添加到首购天数（中位）",
     "median days from added to first purchase", 3, 12},
    {FIGURE_COUNT, "核心用户", "tier_core", "核心用户占比", "share in tier Core", 0.001, 0.06},
    {FIGURE_COUNT, "高价值用户", "tier_high", "高价值用户占比", "share in tier High value", 0.08,
     0.30},
    {FIGURE_COUNT, "中等价值用户", "tier_middle", "中等价值用户占比", "share in tier Middle value",
     0.05, 0.20},
    {FIGURE_COUNT, "一般价值用户", "tier_some", "一般价值用户占比", "share in tier Some value",
     0.35, 0.70},
    {FIGURE_COUNT, "普通用户", "tier_connected", "普通用户占比", "share in tier Connected", 0.02,
     0.30},
};

enum rc demo_figures(struct tx *tx, struct json *out, bool *out_ok, struct err *e)
{
    bool all = true;
    json_open_array(out, NULL);
    for (size_t i = 0; i < sizeof BANDS / sizeof *BANDS; i++) {
        const struct band *b = &BANDS[i];
        double value = 0;
        enum rc rc = b->tier != NULL
                         ? figure_tier_share(tx, STR("value"), str_from(b->tier), &value, e)
                         : figure_compute(tx, b->figure, tx_now_s(tx), &value, e);
        if (rc != RC_OK && rc != RC_NOT_FOUND)
            return rc;
        bool ok = rc == RC_OK && value >= b->low && value <= b->high;
        all = all && ok;
        json_open_object(out, NULL);
        json_put_z(out, "name", b->name);
        json_put_z(out, "zh", b->zh);
        json_put_z(out, "en", b->en);
        json_put_double(out, "value", value);
        json_put_double(out, "low", b->low);
        json_put_double(out, "high", b->high);
        json_put_bool(out, "ok", ok);
        json_close_object(out);
    }
    json_close_array(out);
    *out_ok = all;
    return RC_OK;
}
