/* query_names_fake — names for tests without a database: most names exist, with an id made from
 * their length; names that begin with "没有" do not. A few have the types that tests need. */
#ifndef KOI_TEST_UNIT_QUERY_NAMES_FAKE_H
#define KOI_TEST_UNIT_QUERY_NAMES_FAKE_H

#include "query/audience.h"
#include "query/tree.h"
#include "store/cycle.h"

static inline void fake_field(struct str name, struct name_found *out)
{
    static const struct {
        const char *key, *name;
        enum field_type type;
        bool sensitive;
    } FIELDS[] = {{"skin", "肤质", FIELD_TEXT, false},      {"due", "预产期", FIELD_DAY, false},
                  {"score", "满意度", FIELD_NUMBER, false}, {"member", "会员", FIELD_YES_NO, false},
                  {"hair", "发质", FIELD_CHOICE, false},    {"illness", "病史", FIELD_TEXT, true}};
    out->n = 0;
    for (size_t i = 0; i < sizeof FIELDS / sizeof FIELDS[0]; i++)
        if (str_eq(name, str_from(FIELDS[i].key))) {
            out->n = 1;
            out->zh = out->en = str_from(FIELDS[i].name);
            out->type = FIELDS[i].type;
            out->sensitive = FIELDS[i].sensitive;
        }
}

static inline void fake_kind(struct str name, int64_t *id, struct name_found *out)
{
    static const struct {
        const char *word;
        int64_t id;
    } KINDS[] = {
        {"order", EVENT_ORDER}, {"refund", EVENT_REFUND}, {"item", EVENT_ITEM}, {"view", 17},
        {"click", 18},          {"coupon_claim", 23},     {"visit", 31},        {"punch", 100}};
    out->n = 0;
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++)
        if (str_eq(name, str_from(KINDS[i].word))) {
            out->n = 1;
            *id = KINDS[i].id;
        }
    if (str_eq(name, STR("punch"))) {
        out->zh = STR("打卡");
        out->en = STR("punch");
    }
}

/* Audiences: "甲" refers to "乙" and back; "老客" and "黑名单" are plain, "群" is about groups,
 * "坏" does not parse. */
static inline void fake_audience(struct str name, int64_t *id, struct name_found *out)
{
    static const struct {
        const char *name, *text;
        enum audience_subject subject;
    } ROWS[] = {{"甲", "audience(\"乙\") or friend", AUDIENCE_CUSTOMER},
                {"乙", "not audience(\"甲\")", AUDIENCE_CUSTOMER},
                {"老客", "count(order) >= 2", AUDIENCE_CUSTOMER},
                {"黑名单", "no_marketing", AUDIENCE_CUSTOMER},
                {"群", "level = vip", AUDIENCE_GROUP},
                {"坏", "city = ", AUDIENCE_CUSTOMER},
                {"双", "audience(\"老客\") or audience(\"老客\")", AUDIENCE_CUSTOMER}};
    out->n = 0;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++)
        if (str_eq(name, str_from(ROWS[i].name))) {
            out->n = 1;
            *id = (int64_t)i + 1;
            out->expression = str_from(ROWS[i].text);
            out->subject = ROWS[i].subject;
        }
}

/* "母亲" is counted from a field, the others from purchases. */
static inline const struct cycle_rule *fake_cycle(struct str name)
{
    static int64_t product[] = {1};
    static const struct cycle_rule RELATIVE = {.starts = CYCLE_RELATIVE, .field_id = 1};
    static const struct cycle_rule CREAM = {
        .starts = CYCLE_PURCHASE, .products = product, .n_products = 1, .length = 30};
    return str_eq(name, STR("母亲")) ? &RELATIVE : &CREAM;
}

static inline enum rc fake_find(void *ctx, struct arena *a, enum name_kind kind, int64_t parent,
                                struct str name, struct name_found *out, struct err *e)
{
    (void)ctx, (void)parent, (void)e;
    out->ids = ARENA_NEW(a, int64_t);
    out->ids[0] = 1 + (int64_t)name.n;
    out->n = str_starts(name, STR("没有")) ? 0 : 1;
    if (kind == NAME_FIELD)
        fake_field(name, out);
    if (kind == NAME_EVENT_KIND)
        fake_kind(name, &out->ids[0], out);
    if (kind == NAME_CYCLE)
        out->cycle = fake_cycle(name);
    if (kind == NAME_AUDIENCE)
        fake_audience(name, &out->ids[0], out);
    if (kind == NAME_TIER_MODEL) {
        out->ids[0] = str_eq(name, STR("绕")) ? 7 : 8;
        out->expression = str_eq(name, STR("绕"))
                              ? STR("none\x1E"
                                    "audience(\"老客\") and tier(\"绕\") = \"一\"")
                              : STR("all");
    }
    return RC_OK;
}

static inline enum rc fake_each(void *ctx, struct arena *a, enum name_kind kind, int64_t parent,
                                void (*see)(void *to, struct str name), void *to, struct err *e)
{
    (void)ctx, (void)a, (void)parent, (void)e;
    if (kind == NAME_TAG) {
        see(to, STR("没有流失"));
        see(to, STR("VIP"));
    }
    if (kind == NAME_EVENT_KIND) {
        see(to, STR("order"));
        see(to, STR("coupon_claim"));
    }
    return RC_OK;
}

static inline enum rc fake_horizon_s(void *ctx, int64_t *out, struct err *e)
{
    (void)ctx, (void)e;
    *out = 52 * 7 * 86400;
    return RC_OK;
}

static const struct query_names FAKE_NAMES = {
    .find = fake_find, .each = fake_each, .horizon_s = fake_horizon_s};

#endif
