/* query_sentence — what an operator reads: expressions with their exact sentences in both
 * languages. A leading @ marks an expression about groups. Names are all known here
 * (query_names_fake.h). */
#include "unit.h"

#include "query_names_fake.h"

static const struct {
    const char *text, *zh, *en;
} SENTENCES[] = {
    {"city in (\"杭州\", \"宁波\") and count(order, last 90d) >= 2 and never(coupon_claim, last "
     "7d)",
     "在杭州或宁波、最近 90 天下过至少 2 单、近 7 天没领过券的客户",
     "customers who are in 杭州 or 宁波, placed at least 2 orders in the last 90 days and claimed "
     "no coupon in the last 7 days"},
    {"tag(\"VIP\") and not tag(\"已流失\")", "有标签“VIP”、没有标签“已流失”的客户",
     "customers who have the tag \"VIP\" and do not have the tag \"已流失\""},
    {"tag(\"VIP\") or city = \"上海\"", "有标签“VIP”或者在上海的客户",
     "customers who have the tag \"VIP\" or are in 上海"},
    {"(tag(\"VIP\") or rfm.r >= 4) and not city = \"杭州\"",
     "（有标签“VIP”或者 RFM 近度分至少 4）、不在杭州的客户",
     "customers who (have the tag \"VIP\" or have an RFM recency score of at least 4) and are not "
     "in 杭州"},
    {"count(order, last 90d) >= 2 and sum(order.amount, last 90d) >= 500",
     "最近 90 天下过至少 2 单、最近 90 天下单金额累计至少 500 元的客户",
     "customers who placed at least 2 orders in the last 90 days and have order amounts in the "
     "last 90 days totalling at least 500 yuan"},
    {"staff in team(\"城西店\") and not friend", "是“城西店”员工的好友、不是好友的客户",
     "customers who are friends of staff in \"城西店\" and are not friends"},
    {"staff = \"张三\"", "是员工“张三”的好友的客户",
     "customers who are friends of staff member \"张三\""},
    {"seq(view -> click -> order, within 7d)", "先浏览再点击再下单（7 天内）的客户",
     "customers who viewed, then clicked, then placed an order within 7 days"},
    {"not seq(view -> order, within 24h, this month)", "本月没有先浏览再下单（24 小时内）的客户",
     "customers who never viewed, then placed an order within 24 hours this month"},
    {"tier(\"分层\") = \"核心用户\" or tier(\"分层\") is none",
     "在“分层”的“核心用户”层或者不在“分层”的任何一层的客户",
     "customers who are in the tier \"核心用户\" of \"分层\" or are in no tier of \"分层\""},
    {"sample(\"双11-A\", 10%)", "在抽样“双11-A”的 10% 里的客户",
     "customers who are in the 10% sample \"双11-A\""},
    {"audience(\"老客\") and not audience(\"黑名单\")", "属于人群“老客”、不属于人群“黑名单”的客户",
     "customers who are in the audience \"老客\" and are not in the audience \"黑名单\""},
    {"age between 18 and 30 and gender = female", "18 到 30 岁、女性的客户",
     "customers who are 18 to 30 years old and are female"},
    {"age < 18 or age is unknown", "未满 18 岁或者年龄未知的客户",
     "customers who are less than 18 years old or have no known age"},
    {"birthday in next 7d", "未来 7 天过生日的客户",
     "customers who have their birthday in the next 7 days"},
    {"due(\"面霜\") in next 7d and not due(\"精华\") in last 30d",
     "“面霜”在未来 7 天内到期、“精华”不在最近 30 天内到期的客户",
     "customers who are due for \"面霜\" in the next 7 days and are not due for \"精华\" in the "
     "last "
     "30 days"},
    {"due(\"面霜\") between 2026-01-01 and 2026-02-01 or due(\"面霜\") is unknown",
     "“面霜”在 2026-01-01 至 2026-02-01 到期或者“面霜”没有到期日的客户",
     "customers who are due for \"面霜\" from 2026-01-01 to 2026-02-01 or have no due date for "
     "\"面霜\""},
    {"birthday in this month", "本月过生日的客户", "customers who have their birthday this month"},
    {"source in (\"包裹卡\", \"直播\") and stage != \"流失\"",
     "来源为“包裹卡”或“直播”、处于“流失”以外的阶段的客户",
     "customers who came from the source \"包裹卡\" or \"直播\" and are in another stage than "
     "\"流失\""},
    {"stage is unknown", "没有阶段的客户", "customers who have no stage"},
    {"nickname contains \"王\"", "昵称含“王”的客户",
     "customers who have a nickname containing \"王\""},
    {"added in last 30d and first before 2026-01-01",
     "最近 30 天添加、2026-01-01 之前首次出现的客户",
     "customers who were added in the last 30 days and were first seen before 2026-01-01"},
    {"added is unknown", "从没加过好友的客户", "customers who were never added"},
    {"added between 2026-01-01 and 2026-02-01", "2026-01-01 至 2026-02-01 添加的客户",
     "customers who were added from 2026-01-01 to 2026-02-01"},
    {"no_marketing", "谢绝营销的客户", "customers who refused marketing"},
    {"not no_marketing", "没有谢绝营销的客户", "customers who did not refuse marketing"},
    {"field.skin = \"油性\" and field.due in next 30d", "肤质为“油性”、预产期在未来 30 天的客户",
     "customers who have a \"肤质\" of \"油性\" and have a \"预产期\" in the next 30 days"},
    {"field.score >= 4.5 and field.member = yes", "满意度至少 4.5、会员为是的客户",
     "customers who have a \"满意度\" of at least 4.5 and have a \"会员\" of yes"},
    {"count(order where channel = \"门店\" and amount >= 100, last 90d) > 1",
     "最近 90 天下过多于 1 单（渠道为“门店”且金额至少 100 元）的客户",
     "customers who placed more than 1 order (channel is \"门店\" and amount is at least 100 yuan) "
     "in the last 90 days"},
    {"count(item where product = \"A12\" or category = \"面膜\", last 90d) between 1 and 3",
     "最近 90 天买过商品 1 到 3 次（商品为“A12”或品类为“面膜”）的客户",
     "customers who bought products 1 to 3 times (product is \"A12\" or category is \"面膜\") in "
     "the last 90 days"},
    {"count(order.kept, this year) = 0", "今年没下过单（未退款）的客户",
     "customers who placed no order (not refunded) this year"},
    {"count(punch, last week) < 3", "上周有过不到 3 次“打卡”的客户",
     "customers who had fewer than 3 \"punch\" last week"},
    {"never(order)", "从没下过单的客户", "customers who never placed an order"},
    {"ever(refund, last year)", "去年退过款的客户", "customers who got a refund last year"},
    {"days(view, last 30d) >= 10", "最近 30 天有至少 10 天浏览的客户",
     "customers who viewed on at least 10 days in the last 30 days"},
    {"avg(order.amount, last 52w) >= 99.9", "最近 52 周下单平均金额至少 99.9 元的客户",
     "customers who have order amounts in the last 52 weeks averaging at least 99.9 yuan"},
    {"max(order.amount) < 1000", "下单最大一笔金额不到 1000 元的客户",
     "customers who have a largest order amount of less than 1000 yuan"},
    {"spend(last period) >= 300", "本周期净消费至少 300 元的客户",
     "customers who spent at least 300 yuan net of refunds in the period"},
    {"days_since(last order) >= 30", "距上次下单至少 30 天的客户",
     "customers who have their last order at least 30 days ago"},
    {"last(visit) before \"2026-06-01 12:00\"", "上次到店在 2026-06-01 12:00 之前的客户",
     "customers who have their last visit before 2026-06-01 12:00"},
    {"first(order) before period", "首次下单在本周期之前的客户",
     "customers who have their first order before the period"},
    {"group(\"福利一群\", \"福利二群\")", "在群“福利一群”或“福利二群”里的客户",
     "customers who are in the group \"福利一群\" or \"福利二群\""},
    {"group(where level = vip and kind = service)", "在群等级为 VIP、群类型为服务群的群里的客户",
     "customers who are in a group that (are VIP groups and are service groups)"},
    {"group(any) and not group(\"旧群\")", "在群里、不在群“旧群”里的客户",
     "customers who are in any group and are not in the group \"旧群\""},
    {"not (tag(\"A\") and tag(\"B\"))", "不同时满足（有标签“A”、有标签“B”）的客户",
     "customers who do not satisfy (have the tag \"A\" and have the tag \"B\")"},
    {"not count(order) >= 2", "下过不到 2 单的客户", "customers who placed fewer than 2 orders"},
    {"not age >= 18", "并非至少 18 岁（含未知）的客户",
     "customers who are not known to be at least 18 years old"},
    {"tag(\"VIP\") as of 2026-08-01", "截至 2026-08-01，有标签“VIP”的客户",
     "as of 2026-08-01, customers who have the tag \"VIP\""},
    {"all", "所有客户", "all customers"},
    {"none", "没有客户", "no customers"},
    {"city != \"杭州\" and province is known", "在杭州以外的城市、省份已知的客户",
     "customers who are in a city other than 杭州 and have a known province"},
    {"count(order, today) <= 5", "今天最多下过 5 单的客户",
     "customers who placed at most 5 orders today"},
    {"tag_group(\"意向\")", "有“意向”组的标签的客户",
     "customers who have a tag of the group \"意向\""},
    {"clv(52w) > 800 and not clv(364d) < 99.5 and clv(52w) is known",
     "未来 52 周预计消费超过 800 元、并非未来 364 天预计消费不到 99.5 元、未来 52 "
     "周预计消费已知的客户",
     "customers who are expected to spend more than 800 yuan in the next 52 weeks, are not "
     "expected to spend less than 99.5 yuan in the next 364 days and have a known expected "
     "spending in the next 52 weeks"},
    {"rfm.m in (4, 5)", "RFM 金额分等于 4 或 5 的客户",
     "customers who have an RFM monetary score of 4 or 5"},
    {"sum(order.amount where staff in team(\"城西店\"), last quarter) between 100 and 500",
     "上季度下单（员工属于“城西店”）金额累计 100 到 500 元的客户",
     "customers who have order amounts (staff is in \"城西店\") last quarter totalling 100 to 500 "
     "yuan"},
    {"@kind = service and members >= 100", "群类型为服务群、有至少 100 位客户的群",
     "groups that are service groups and have at least 100 members"},
    {"@share(tag(\"VIP\")) >= 30% and owner in team(\"城西店\")",
     "至少 30% 的成员有标签“VIP”、群主属于“城西店”的群",
     "groups that have at least 30% of members who have the tag \"VIP\" and are owned by staff in "
     "\"城西店\""},
    {"@members(ever(order, last 30d)) < 5 or created in last 30d",
     "不到 5 位成员最近 30 天下过单或者最近 30 天创建的群",
     "groups that have fewer than 5 members who placed an order in the last 30 days or were "
     "created in the last 30 days"},
    {"@level = vip and not name contains \"旧\"", "群等级为 VIP、并非群名含“旧”的群",
     "groups that are VIP groups and do not have a name containing \"旧\""},
};

static void sentences_are_exactly_these(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof SENTENCES / sizeof SENTENCES[0]; i++) {
        const char *text = SENTENCES[i].text;
        bool group = text[0] == '@';
        struct arena a;
        struct err e = ERR_INIT;
        struct buf b;
        const struct audience_expr *x;
        arena_init(&a, 0);
        buf_init(&b, 1 << 16);
        enum rc rc = audience_read(&a, &FAKE_NAMES, group ? AUDIENCE_GROUP : AUDIENCE_CUSTOMER,
                                   str_from(text + group), &x, &e);
        if (rc != RC_OK)
            fail_msg("%s: %s", text, e.en);
        audience_say(x, LANGUAGE_ZH, &b);
        assert_string_equal(b.p, SENTENCES[i].zh);
        buf_clear(&b);
        audience_say(x, LANGUAGE_EN, &b);
        assert_string_equal(b.p, SENTENCES[i].en);
        buf_done(&b);
        arena_done(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sentences_are_exactly_these)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
