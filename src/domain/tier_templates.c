/* tier_templates.c — the tier models that ship with Koi (product row B5), as data.
 *
 * The first tier that matches wins, so each expression may lean on those above it not having
 * matched. `period` is the model's P. A unit test reads every expression. Colours have enough
 * contrast beside each other and against white for charts.
 */
#include "domain/tiering.h"

/* A list of alternatives: to stand behind an `or`, or alone. */
#define ACTIVE                                                                                     \
    "ever(message, last period) or ever(view, last period) or ever(click, last period) or "        \
    "ever(coupon_claim, last period)"

const struct tier_template tier_templates[] = {
    {
        "value",
        "价值分层",
        "Value tiers",
        "按一个周期内的订单和转介绍分五层：普通、一般、中等、高、核心。",
        "Five tiers by orders and converted referrals within a period.",
        90,
        {
            {"核心用户", "Core",
             "count(order, last period) >= 2 and ever(referral_convert, last period)", "#9b1c31",
             "一对一维护，邀请参加共创与内测。",
             "One-to-one care; invite to co-creation and previews."},
            {"高价值用户", "High value", "count(order, last period) >= 2", "#d1495b",
             "专属权益，引导转介绍。", "Own benefits; ask for introductions."},
            {"中等价值用户", "Middle value", "count(order, last period) = 1", "#e0a030",
             "按复购周期提醒，发放复购券。",
             "Remind by the repurchase cycle; a coupon for the second order."},
            {"一般价值用户", "Some value", "ever(order) or " ACTIVE, "#3d7ea6",
             "首单优惠或召回优惠，内容种草。", "First-order or win-back offer; content."},
            {"普通用户", "Connected", "friend or group(any)", "#8a94a0",
             "欢迎语与新人礼包，了解需求。", "Welcome and newcomer pack; learn what they need."},
        },
    },
    {
        "tenure",
        "消费与客龄",
        "Spend and tenure",
        "新客以周期内首单划分；高、中、低按周期内消费额。老高一对一，新中锁定忠诚，新低促销与评价，"
        "老低批量召回。",
        "New customers had their first order within the period; high, middle and low by spend in "
        "it.",
        180,
        {
            {"老客高消费", "Old, high", "ever(order, before period) and spend(last period) >= 800",
             "#9b1c31", "一对一专属服务。", "One-to-one service."},
            {"新客高消费", "New, high", "ever(order) and spend(last period) >= 800", "#d1495b",
             "尽快建立一对一关系。", "Start a one-to-one relation soon."},
            {"老客中消费", "Old, middle",
             "ever(order, before period) and spend(last period) >= 200", "#c9782b",
             "会员权益与储值。", "Membership benefits and stored value."},
            {"新客中消费", "New, middle", "ever(order) and spend(last period) >= 200", "#e0a030",
             "锁定忠诚：连续复购礼。", "Lock loyalty: gifts for repeat orders."},
            {"新客低消费", "New, low", "ever(order, last period) and never(order, before period)",
             "#3d7ea6", "促销与评价有礼。", "Promotions and gifts for reviews."},
            {"老客低消费", "Old, low", "ever(order)", "#6b7f8f", "批量召回。", "Recall in bulk."},
        },
    },
    {
        "rfm",
        "RFM 八类",
        "RFM, eight kinds",
        "按最近一次、次数、金额三项得分（1–5）的高低分八类；先运行一次 RFM 评分。",
        "Eight kinds by high and low scores of recency, frequency and money; run the RFM scores "
        "first.",
        365,
        {
            {"重要价值客户", "Champions", "rfm.r >= 4 and rfm.f >= 4 and rfm.m >= 4", "#9b1c31",
             "保持联系，给最好的服务。", "Keep close; give the best service."},
            {"重要发展客户", "Important, to develop", "rfm.r >= 4 and rfm.m >= 4", "#d1495b",
             "提高购买频次。", "Raise how often they buy."},
            {"重要保持客户", "Important, to keep", "rfm.f >= 4 and rfm.m >= 4", "#c9782b",
             "主动联系，避免流失。", "Call before they leave."},
            {"重要挽留客户", "Important, to win back", "rfm.m >= 4", "#e0a030", "重点召回。",
             "Win back first."},
            {"一般价值客户", "Frequent, small", "rfm.r >= 4 and rfm.f >= 4", "#2f7f6f",
             "提高客单价。", "Raise the size of the order."},
            {"一般发展客户", "Recent", "rfm.r >= 4", "#3d7ea6", "培养第二次购买。",
             "Grow the second order."},
            {"一般保持客户", "Frequent once", "rfm.f >= 4", "#6a6fa8", "活动唤醒。",
             "Wake up with an activity."},
            {"一般挽留客户", "Others who bought", "rfm.r is known", "#8a94a0", "低成本批量触达。",
             "Reach in bulk at low cost."},
        },
    },
    {
        "fan",
        "粉丝活跃分层",
        "Fan tiers",
        "按一个周期内互动的天数分层，与消费无关。",
        "By days with an interaction within a period, whatever they spend.",
        30,
        {
            {"铁粉", "Devoted", "days(message, last period) >= 4 or days(view, last period) >= 6",
             "#9b1c31", "邀请进入 VIP 群，转介绍活动优先。",
             "Invite to the VIP group; first for introductions."},
            {"活跃粉", "Active", "days(message, last period) >= 2 or days(view, last period) >= 2",
             "#d1495b", "话题互动，晒单有礼。", "Topics and show-your-order gifts."},
            {"普通粉", "Casual", ACTIVE " or ever(moment_like, last period)", "#e0a030",
             "内容培育。", "Feed with content."},
            {"沉默粉", "Silent", "friend", "#8a94a0", "降低打扰，福利唤醒。",
             "Disturb less; wake up with a benefit."},
        },
    },
};

const size_t tier_templates_n = sizeof tier_templates / sizeof *tier_templates;
