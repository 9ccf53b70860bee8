/* word.c — the rows behind word.h, and the edit distance behind "did you mean".
 *
 * Order of rows is the order of `enum what`; a test walks both. Suggestions compare code points,
 * not bytes, so that one wrong character of Chinese counts as one; candidates longer than 64 code
 * points are not looked at.
 */
#include "query/word.h"

#include <assert.h>

#define CUSTOMER_ROW(word, type, as_of, name, zh, en)                                              \
    {                                                                                              \
        word, IN_CUSTOMER, type, false, as_of, name, zh, en                                        \
    }
#define MEASURE(word, type, zh, en)                                                                \
    {                                                                                              \
        word, IN_CUSTOMER, type, true, true, NAME_KINDS, zh, en                                    \
    }
#define GROUP_ROW(word, type, name, zh, en)                                                        \
    {                                                                                              \
        word, IN_GROUP, type, false, true, name, zh, en                                            \
    }
#define EVENT_ROW(word, type, name, zh, en)                                                        \
    {                                                                                              \
        word, IN_EVENT, type, false, true, name, zh, en                                            \
    }

static const struct what_row WHATS[WHAT_COUNT_OF] = {
    [WHAT_CITY] = CUSTOMER_ROW("city", TYPE_TEXT, false, NAME_KINDS, "城市", "city"),
    [WHAT_PROVINCE] = CUSTOMER_ROW("province", TYPE_TEXT, false, NAME_KINDS, "省份", "province"),
    [WHAT_NICKNAME] = CUSTOMER_ROW("nickname", TYPE_TEXT, false, NAME_KINDS, "昵称", "nickname"),
    [WHAT_GENDER] = CUSTOMER_ROW("gender", TYPE_CHOICE, true, NAME_KINDS, "性别", "gender"),
    [WHAT_AGE] = CUSTOMER_ROW("age", TYPE_NUMBER, true, NAME_KINDS, "年龄", "age"),
    [WHAT_BIRTHDAY] = CUSTOMER_ROW("birthday", TYPE_BIRTHDAY, true, NAME_KINDS, "生日", "birthday"),
    [WHAT_SOURCE] = CUSTOMER_ROW("source", TYPE_NAME, true, NAME_SOURCE, "来源", "source"),
    [WHAT_STAGE] = CUSTOMER_ROW("stage", TYPE_NAME, true, NAME_STAGE, "阶段", "stage"),
    [WHAT_STAFF] = CUSTOMER_ROW("staff", TYPE_STAFF, true, NAME_STAFF, "好友员工", "staff"),
    [WHAT_ADDED] = CUSTOMER_ROW("added", TYPE_TIME, true, NAME_KINDS, "添加时间", "time added"),
    [WHAT_FIRST] = CUSTOMER_ROW("first", TYPE_TIME, true, NAME_KINDS, "首次出现时间", "first seen"),
    [WHAT_FRIEND] = CUSTOMER_ROW("friend", TYPE_FLAG, true, NAME_KINDS, "好友", "friend"),
    [WHAT_NO_MARKETING] =
        CUSTOMER_ROW("no_marketing", TYPE_FLAG, false, NAME_KINDS, "谢绝营销", "no marketing"),
    [WHAT_FIELD] = CUSTOMER_ROW("field", TYPE_FIELD, false, NAME_FIELD, "字段", "field"),
    [WHAT_TIER] = CUSTOMER_ROW("tier", TYPE_TIER, true, NAME_TIER, "分层", "tier"),
    [WHAT_RFM_R] =
        CUSTOMER_ROW("rfm.r", TYPE_NUMBER, false, NAME_KINDS, "RFM 近度分", "RFM recency score"),
    [WHAT_RFM_F] =
        CUSTOMER_ROW("rfm.f", TYPE_NUMBER, false, NAME_KINDS, "RFM 频度分", "RFM frequency score"),
    [WHAT_RFM_M] =
        CUSTOMER_ROW("rfm.m", TYPE_NUMBER, false, NAME_KINDS, "RFM 金额分", "RFM monetary score"),
    [WHAT_CLV] =
        CUSTOMER_ROW("clv", TYPE_MONEY, false, NAME_KINDS, "生命周期价值", "lifetime value"),
    [WHAT_DUE] = CUSTOMER_ROW("due", TYPE_DUE, true, NAME_CYCLE, "到期日", "due date"),
    [WHAT_COUNT] = MEASURE("count", TYPE_NUMBER, "次数", "number"),
    [WHAT_DAYS] = MEASURE("days", TYPE_NUMBER, "天数", "days"),
    [WHAT_SUM] = MEASURE("sum", TYPE_MONEY, "累计金额", "total"),
    [WHAT_AVG] = MEASURE("avg", TYPE_MONEY, "平均金额", "average"),
    [WHAT_MIN] = MEASURE("min", TYPE_MONEY, "最小金额", "smallest"),
    [WHAT_MAX] = MEASURE("max", TYPE_MONEY, "最大金额", "largest"),
    [WHAT_SPEND] = MEASURE("spend", TYPE_MONEY, "净消费", "net spending"),
    [WHAT_DAYS_SINCE_LAST] = MEASURE("days_since", TYPE_NUMBER, "距今天数", "days since the last"),
    [WHAT_DAYS_SINCE_FIRST] =
        MEASURE("days_since", TYPE_NUMBER, "距今天数", "days since the first"),
    [WHAT_LAST_AT] = MEASURE("last", TYPE_TIME, "最后一次", "last"),
    [WHAT_FIRST_AT] = MEASURE("first", TYPE_TIME, "第一次", "first"),
    [WHAT_GROUP_NAME] = GROUP_ROW("name", TYPE_TEXT, NAME_KINDS, "群名", "name"),
    [WHAT_GROUP_KIND] = GROUP_ROW("kind", TYPE_CHOICE, NAME_KINDS, "群类型", "kind"),
    [WHAT_GROUP_LEVEL] = GROUP_ROW("level", TYPE_CHOICE, NAME_KINDS, "群等级", "level"),
    [WHAT_GROUP_OWNER] = GROUP_ROW("owner", TYPE_STAFF, NAME_STAFF, "群主", "owner"),
    [WHAT_GROUP_CREATED] = GROUP_ROW("created", TYPE_TIME, NAME_KINDS, "建群时间", "time created"),
    [WHAT_GROUP_MEMBERS] = GROUP_ROW("members", TYPE_NUMBER, NAME_KINDS, "客户成员数", "members"),
    [WHAT_GROUP_SHARE] = GROUP_ROW("share", TYPE_PERCENT, NAME_KINDS, "占比", "share"),
    [WHAT_EVENT_CHANNEL] = EVENT_ROW("channel", TYPE_NAME, NAME_CHANNEL, "渠道", "channel"),
    [WHAT_EVENT_STAFF] = EVENT_ROW("staff", TYPE_STAFF, NAME_STAFF, "员工", "staff"),
    [WHAT_EVENT_PRODUCT] = EVENT_ROW("product", TYPE_NAME, NAME_PRODUCT, "商品", "product"),
    [WHAT_EVENT_CATEGORY] = EVENT_ROW("category", TYPE_TEXT, NAME_KINDS, "品类", "category"),
    [WHAT_EVENT_AMOUNT] = EVENT_ROW("amount", TYPE_MONEY, NAME_KINDS, "金额", "amount"),
    [WHAT_EVENT_QUANTITY] = EVENT_ROW("quantity", TYPE_NUMBER, NAME_KINDS, "件数", "quantity"),
    [WHAT_EVENT_TAG] = EVENT_ROW("tag", TYPE_NAME, NAME_TAG, "标签", "tag"),
    [WHAT_EVENT_GROUP] = EVENT_ROW("group", TYPE_NAME, NAME_GROUP, "群", "group"),
    [WHAT_EVENT_STAGE] = EVENT_ROW("stage", TYPE_NAME, NAME_STAGE, "阶段", "stage"),
    [WHAT_EVENT_OBJECT] = EVENT_ROW("object", TYPE_NUMBER, NAME_KINDS, "对象", "object"),
};

const struct what_row *what_row(enum what w)
{
    assert(w < WHAT_COUNT_OF);
    assert(WHATS[w].word != NULL);
    return &WHATS[w];
}

enum what what_find(struct str word, int where)
{
    for (enum what w = 0; w < WHAT_COUNT_OF; w++)
        if ((WHATS[w].where & where) != 0 && !WHATS[w].measure &&
            str_eq_nocase(word, str_from(WHATS[w].word)))
            return w;
    return WHAT_COUNT_OF;
}

#define BIT(op) (1u << (op))
#define EQUAL (BIT(OP_EQ) | BIT(OP_NE) | BIT(OP_IN))
#define ORDER (BIT(OP_LT) | BIT(OP_LE) | BIT(OP_GT) | BIT(OP_GE) | BIT(OP_BETWEEN))
#define KNOWN (BIT(OP_KNOWN) | BIT(OP_UNKNOWN))

bool type_allows(enum type t, enum op op)
{
    static const unsigned ALLOWED[TYPE_COUNT] = {
        [TYPE_TEXT] = EQUAL | KNOWN | BIT(OP_CONTAINS),
        [TYPE_CHOICE] = EQUAL | KNOWN,
        [TYPE_NUMBER] = EQUAL | ORDER | KNOWN,
        [TYPE_MONEY] = BIT(OP_EQ) | BIT(OP_NE) | ORDER | KNOWN,
        [TYPE_PERCENT] = BIT(OP_EQ) | BIT(OP_NE) | ORDER,
        [TYPE_TIME] = BIT(OP_WITHIN) | KNOWN,
        [TYPE_BIRTHDAY] = BIT(OP_WITHIN) | KNOWN,
        [TYPE_DUE] = BIT(OP_WITHIN) | KNOWN,
        [TYPE_NAME] = EQUAL | KNOWN,
        [TYPE_STAFF] = BIT(OP_EQ) | BIT(OP_IN) | BIT(OP_TEAM),
        [TYPE_TIER] = EQUAL | BIT(OP_NONE),
        [TYPE_DAY] = BIT(OP_EQ) | BIT(OP_NE) | BIT(OP_LT) | BIT(OP_LE) | BIT(OP_GT) | BIT(OP_GE) |
                     KNOWN | BIT(OP_WITHIN),
        [TYPE_DECIMAL] = EQUAL | ORDER | KNOWN,
    };
    assert(t < TYPE_COUNT && op < OP_COUNT);
    return (ALLOWED[t] & BIT(op)) != 0;
}

const char *op_text(enum op op)
{
    static const char *const TEXT[OP_COUNT] = {"=", "!=", "<", "<=", ">", ">="};
    assert(op < OP_COUNT);
    return TEXT[op];
}

const struct choice *choice_list(enum what w)
{
    static const struct choice GENDER[] = {{"male", "男", "male"}, {"female", "女", "female"}, {0}};
    static const struct choice KIND[] = {{"feed", "福利群", "feed"},
                                         {"interest", "兴趣群", "interest"},
                                         {"service", "服务群", "service"},
                                         {0}};
    static const struct choice LEVEL[] = {{"welfare", "福利", "welfare"},
                                          {"vip", "VIP", "VIP"},
                                          {"diamond", "钻石VIP", "diamond VIP"},
                                          {0}};
    static const struct choice YES_NO[] = {{"no", "否", "no"}, {"yes", "是", "yes"}, {0}};
    switch (w) {
    case WHAT_GENDER:
        return GENDER;
    case WHAT_GROUP_KIND:
        return KIND;
    case WHAT_GROUP_LEVEL:
        return LEVEL;
    default:
        return YES_NO;
    }
}

int choice_find(enum what w, struct str word)
{
    const struct choice *list = choice_list(w);
    for (int i = 0; list[i].word != NULL; i++)
        if (str_eq_nocase(word, str_from(list[i].word)) || str_eq(word, str_from(list[i].zh)))
            return i;
    return -1;
}

static const char *const UNITS[] = {"hour", "day", "week", "month", "quarter", "year"};

const char *unit_word(enum unit u)
{
    assert(u <= UNIT_YEAR);
    return UNITS[u];
}

bool unit_find(struct str word, enum unit *out)
{
    assert(out != NULL);
    for (enum unit u = UNIT_WEEK; u <= UNIT_YEAR; u++)
        if (str_eq_nocase(word, str_from(UNITS[u]))) {
            *out = u;
            return true;
        }
    return false;
}

static const char *const RESERVED[] = {"and",     "or",     "not",      "all",   "none",
                                       "where",   "within", "last",     "next",  "this",
                                       "between", "since",  "before",   "today", "yesterday",
                                       "is",      "in",     "contains", "period"};

bool word_reserved(struct str word)
{
    for (size_t i = 0; i < sizeof RESERVED / sizeof RESERVED[0]; i++)
        if (str_eq_nocase(word, str_from(RESERVED[i])))
            return true;
    return false;
}

/* ---- kinds of events in sentences ---- */

static const struct kind_row KINDS[] = {
    {"friend_add", "添加过好友", "没添加过好友", "添加过好友", "次", "添加好友", "added a friend",
     "added no friend", "added", "friend", "friends"},
    {"friend_delete", "删除过员工", "没删除过员工", "删除过员工", "次", "删除员工",
     "deleted a staff member", "deleted no staff member", "deleted", "staff member",
     "staff members"},
    {"group_join", "加入过群", "没加入过群", "加入过群", "次", "加入群", "joined a group",
     "joined no group", "joined", "group", "groups"},
    {"group_leave", "退过群", "没退过群", "退过群", "次", "退群", "left a group", "left no group",
     "left", "group", "groups"},
    {"order", "下过单", "没下过单", "下过", "单", "下单", "placed an order", "placed no order",
     "placed", "order", "orders"},
    {"refund", "退过款", "没退过款", "退过款", "次", "退款", "got a refund", "got no refund", "got",
     "refund", "refunds"},
    {"item", "买过商品", "没买过商品", "买过商品", "次", "购买商品", "bought a product",
     "bought no product", "bought products", "time", "times"},
    {"message", "发来过消息", "没发来过消息", "发来过", "条消息", "发来消息", "sent a message",
     "sent no message", "sent", "message", "messages"},
    {"message_sent", "收到过员工消息", "没收到过员工消息", "收到过", "条员工消息", "收到员工消息",
     "got a message from staff", "got no message from staff", "got", "message from staff",
     "messages from staff"},
    {"broadcast", "收到过群发", "没收到过群发", "收到过", "次群发", "收到群发", "got a broadcast",
     "got no broadcast", "got", "broadcast", "broadcasts"},
    {"view", "浏览过", "没浏览过", "浏览过", "次", "浏览", "viewed", "viewed nothing", "viewed",
     "time", "times"},
    {"click", "点击过", "没点击过", "点击过", "次", "点击", "clicked", "clicked nothing", "clicked",
     "time", "times"},
    {"share", "分享过", "没分享过", "分享过", "次", "分享", "shared", "shared nothing", "shared",
     "time", "times"},
    {"cart", "加购过", "没加购过", "加购过", "次", "加购", "added to cart", "added nothing to cart",
     "added to cart", "time", "times"},
    {"favorite", "收藏过", "没收藏过", "收藏过", "次", "收藏", "favourited", "favourited nothing",
     "favourited", "time", "times"},
    {"coupon_give", "收到过券", "没收到过券", "收到过", "张券", "收到券", "was given a coupon",
     "was given no coupon", "was given", "coupon", "coupons"},
    {"coupon_claim", "领过券", "没领过券", "领过", "张券", "领券", "claimed a coupon",
     "claimed no coupon", "claimed", "coupon", "coupons"},
    {"coupon_redeem", "用过券", "没用过券", "用过", "张券", "用券", "redeemed a coupon",
     "redeemed no coupon", "redeemed", "coupon", "coupons"},
    {"coupon_expire", "有券过期", "没有券过期", "过期过", "张券", "券过期", "let a coupon expire",
     "let no coupon expire", "let expire", "coupon", "coupons"},
    {"moment_like", "点赞过朋友圈", "没点赞过朋友圈", "点赞过朋友圈", "次", "点赞朋友圈",
     "liked a moment", "liked no moment", "liked", "moment", "moments"},
    {"moment_comment", "评论过朋友圈", "没评论过朋友圈", "评论过朋友圈", "次", "评论朋友圈",
     "commented on a moment", "commented on no moment", "commented on", "moment", "moments"},
    {"scan", "扫过码", "没扫过码", "扫过码", "次", "扫码", "scanned a code", "scanned no code",
     "scanned", "time", "times"},
    {"form_submit", "提交过表单", "没提交过表单", "提交过表单", "次", "提交表单",
     "submitted a form", "submitted no form", "submitted", "form", "forms"},
    {"visit", "到过店", "没到过店", "到过店", "次", "到店", "visited a store", "visited no store",
     "visited", "time", "times"},
    {"booking", "预约过", "没预约过", "预约过", "次", "预约", "made a booking", "made no booking",
     "made", "booking", "bookings"},
    {"check_in", "签过到", "没签过到", "签到过", "次", "签到", "checked in", "did not check in",
     "checked in", "time", "times"},
    {"live_watch", "看过直播", "没看过直播", "看过直播", "次", "看直播", "watched live",
     "watched nothing live", "watched live", "time", "times"},
    {"referral", "邀请过人", "没邀请过人", "邀请过", "人", "邀请他人", "invited someone",
     "invited no one", "invited", "person", "people"},
    {"referral_convert", "转介绍成交过", "没有转介绍成交", "转介绍成交过", "次", "转介绍成交",
     "converted a referral", "converted no referral", "converted", "referral", "referrals"},
    {"call", "接过电话", "没接过电话", "接过电话", "次", "通电话", "was called", "was not called",
     "was called", "time", "times"},
    {"top_up", "储过值", "没储过值", "储值过", "次", "储值", "topped up", "did not top up",
     "topped up", "time", "times"},
    {"survey_answer", "填过问卷", "没填过问卷", "填过", "份问卷", "填问卷", "answered a survey",
     "answered no survey", "answered", "survey", "surveys"},
    {"friend_remove", "被员工删除过", "没被员工删除过", "被员工删除过", "次", "被员工删除",
     "was removed by staff", "was not removed by staff", "was removed by staff", "time", "times"},
    {"tag_put", "被打过标签", "没被打过标签", "被打过标签", "次", "被打标签", "was tagged",
     "was not tagged", "was tagged", "time", "times"},
};

const struct kind_row *kind_row(struct str word)
{
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++)
        if (str_eq(word, str_from(KINDS[i].word)))
            return &KINDS[i];
    return NULL;
}
