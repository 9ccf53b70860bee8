/* audience_world.c — see audience_world.h: the making of it. Storing is in audience_store.c. */
#include "audience_world.h"

#include "base/calendar.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

const char *const W_CITIES[6] = {"杭州", "宁波", "上海", "苏州", "广州", "温州"};
const char *const W_PROVINCES[4] = {"浙江", "上海", "江苏", "广东"};
const char *const W_NICKNAMES[8] = {"小王", "王大锤", "Anna", "阳光\"正好\"",
                                    "老李", "a\\b",   "锦鲤", "李雷"};
const char *const W_STAFF[8] = {"zhang", "wang", "li", "zhao", "sun", "zhou", "wu", "zheng"};
const char *const W_STAFF_NAMES[8] = {"张三", "王五", "李四", "赵六",
                                      "孙七", "周八", "吴九", "郑十"};
const char *const W_TEAMS[6] = {"总部", "华东区", "城西店", "城东店", "华南区", "南山店"};
const int W_TEAM_PARENT[6] = {0, 1, 2, 2, 1, 5};
const char *const W_TAG_GROUPS[3] = {"价值", "意向", "活动"};
const char *const W_TAGS[9] = {"VIP",    "普通", "已流失",   "高意向", "中意向",
                               "待跟进", "双11", "618/大促", "待跟进"};
const char *const W_PRODUCTS[8] = {"A12", "A13", "B1", "B2", "C7", "C8", "D1", "D2"};
const char *const W_CATEGORIES[8] = {"面膜", "面膜", "精华", "精华", "洗护", "洗护", NULL, "礼盒"};
const char *const W_TIERS[6] = {"普通", "高价值", "核心", "新客", "老客", "流失"};
const char *const W_MODELS[2] = {"分层", "新老"};
const char *const W_AUDIENCES[4] = {"杭州老客", "近期活跃", "大客户", "曾经的VIP"};
const char *const W_AUDIENCE_TEXTS[4] = {
    "city = \"杭州\" and count(order) >= 1",
    "ever(view, last 30d) or ever(click, last 30d)",
    "audience(\"杭州老客\") or spend() >= 500",
    "tag(\"VIP\") as of 2026-08-01",
};
const char *const W_FIELD_KEYS[6] = {"skin", "score", "due", "hair", "member", "mother"};
const char *const W_CYCLES[7] = {"面膜", "精华", "任意", "到店", "回访", "换季", "母亲"};
const char *const W_FIELD_TEXTS[4] = {"油性", "干性", "混合", "油性敏感"};
const char *const W_KINDS[14] = {
    "view",    "click",      "share",      "cart",         "coupon_claim", "message", "visit",
    "tag_put", "group_join", "friend_add", "stage_change", "check_in",     "scan",    "打卡"};
static const int64_t KIND_IDS[14] = {17, 18, 19, 20, 23, 14, 31, 6, 4, 1, 8, 33, 28, 100};

#define PUSH(w, list, value)                                                                       \
    do {                                                                                           \
        if ((w)->n_##list == (w)->cap_##list) {                                                    \
            (w)->cap_##list = (w)->cap_##list * 2 + 64;                                            \
            (w)->list = realloc((w)->list, (w)->cap_##list * sizeof *(w)->list);                   \
            assert((w)->list != NULL);                                                             \
        }                                                                                          \
        (w)->list[(w)->n_##list++] = (value);                                                      \
    } while (0)
/* The same from the members of the struct. */
#define ADD(w, list, ...) PUSH(w, list, ((__typeof__(*(w)->list)){__VA_ARGS__}))

static bool chance(struct rng *r, int percent)
{
    return (int)rng_below(r, 100) < percent;
}

static int64_t pick(struct rng *r, int64_t n)
{
    return (int64_t)rng_below(r, (uint64_t)n);
}

/* 1 … n, or 0 (unknown) in `percent` of 100 cases. */
static int64_t some(struct rng *r, int64_t n, int percent)
{
    return chance(r, percent) ? 0 : 1 + pick(r, n);
}

/* A time in the last 400 days, often recent, often on a full hour, sometimes in the future. */
static int64_t when(struct world *w, struct rng *r)
{
    int64_t back = chance(r, 50) ? pick(r, 400 * 86400) : pick(r, 30 * 86400);
    int64_t at = w->now_s - back;
    if (chance(r, 40))
        at -= at % 3600;
    if (chance(r, 2))
        at = w->now_s + 1 + pick(r, 5 * 86400);
    if (chance(r, 1))
        at = w->now_s - (1 + pick(r, 12)) * 7 * 86400; /* just on the edge of a window */
    return at;
}

static void make_customers(struct world *w, struct rng *r, size_t n)
{
    static const char *const GENDERS[] = {"male", "female", NULL};
    int32_t today = calendar_day_of(w->now_s);
    for (size_t i = 0; i < n; i++) {
        struct w_customer c = {.id = (int64_t)i + 1, .root = (int64_t)i + 1};
        c.nickname = chance(r, 8) ? NULL : W_NICKNAMES[pick(r, 8)];
        c.gender = GENDERS[pick(r, 3)];
        c.province = chance(r, 20) ? NULL : W_PROVINCES[pick(r, 4)];
        c.city = chance(r, 20) ? NULL : W_CITIES[pick(r, 6)];
        c.birth_day = chance(r, 20) ? NO_DAY : today - 365 * 10 - (int32_t)pick(r, 365 * 70);
        if (chance(r, 4))
            c.birth_day = calendar_day_from_civil(1960 + 4 * (int)pick(r, 12), 2, 29);
        if (chance(r, 6))
            c.birth_day =
                calendar_add_months(today, -12 * (int)(18 + pick(r, 20))) + (int32_t)pick(r, 3) - 1;
        c.source = some(r, 4, 15);
        c.stage = some(r, 5, 15);
        c.first_s = w->now_s - pick(r, 500 * 86400);
        c.added_s = chance(r, 25) ? 0 : c.first_s + pick(r, 20 * 86400);
        c.no_marketing = chance(r, 12);
        c.erased = chance(r, 4);
        PUSH(w, customers, c);
    }
    for (size_t i = 1; i < n; i++) /* about one in eight was merged into an earlier root */
        if (chance(r, 12)) {
            size_t into = rng_below(r, i);
            w->customers[i].root = w->customers[into].root;
        }
    for (size_t i = 0; i < n; i++)
        assert(w->customers[w->customers[i].root - 1].root == w->customers[i].root);
}

static void add_event(struct world *w, struct w_event ev)
{
    ev.seq = ++w->seq;
    PUSH(w, events, ev);
}

static void make_orders(struct world *w, struct rng *r, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct w_order o = {.id = (int64_t)i + 1};
        o.channel = 1 + pick(r, 5);
        o.staff = some(r, 8, 40);
        o.customer = 1 + pick(r, (int64_t)w->n_customers * 2 / 3);
        o.at_s = when(w, r);
        o.paid = i % 9 != 4; /* drawn from nothing, so that seeds mean what they did */
        int64_t lines = 1 + pick(r, 3);
        for (int64_t l = 0; l < lines; l++) {
            struct w_item item = {
                .seq = ++w->seq, .order = o.id, .customer = o.customer, .at_s = o.at_s};
            item.product = some(r, 8, 5);
            item.quantity = 1 + pick(r, 4);
            item.amount = item.quantity * (500 + 10 * pick(r, 2000));
            item.sale = !chance(r, 8);
            o.amount += item.sale ? item.amount : 0;
            PUSH(w, items, item);
        }
        PUSH(w, orders, o);
        add_event(w, (struct w_event){.customer = o.customer,
                                      .at_s = o.at_s,
                                      .kind = 11,
                                      .channel = o.channel,
                                      .staff = o.staff,
                                      .object_kind = 6,
                                      .object = o.id,
                                      .amount = o.amount});
        if (!chance(r, 20))
            continue;
        struct w_refund f = {o.id, o.customer, o.at_s + pick(r, 40 * 86400),
                             o.amount / (1 + pick(r, 3))};
        PUSH(w, refunds, f);
        add_event(w, (struct w_event){.customer = f.customer,
                                      .at_s = f.at_s,
                                      .kind = 12,
                                      .channel = o.channel,
                                      .staff = o.staff,
                                      .object_kind = 6,
                                      .object = o.id,
                                      .amount = f.amount});
    }
}

/* Behaviour: any kind, with the objects that suit it. */
static void make_events(struct world *w, struct rng *r, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int64_t k = chance(r, 60) ? pick(r, 5) : pick(r, 14);
        struct w_event ev = {.kind = KIND_IDS[k], .at_s = when(w, r)};
        ev.customer =
            1 + pick(r, chance(r, 50) ? (int64_t)w->n_customers : (int64_t)w->n_customers / 4);
        ev.batch = some(r, 6, 60);
        ev.channel = some(r, 5, 20);
        ev.staff = some(r, 8, 30);
        if (ev.kind == 6)
            ev.object_kind = 1, ev.object = 1 + pick(r, 9);
        else if (ev.kind == 4)
            ev.object_kind = 5, ev.object = 1 + pick(r, 6);
        else if (ev.kind == 8)
            ev.object_kind = 2, ev.object = some(r, 5, 10);
        else if (chance(r, 60))
            ev.object_kind = chance(r, 80) ? 7 : 10, ev.object = 1 + pick(r, 8);
        ev.amount = chance(r, 70) ? NO_AMOUNT : pick(r, 30000);
        if (ev.kind == 6 && chance(r, 30))
            ev.kind = 7;
        if (ev.kind == 4 && chance(r, 30))
            ev.kind = 5;
        if (ev.kind == 1 && chance(r, 40))
            ev.kind = 2 + pick(r, 2);
        add_event(w, ev);
    }
    add_event(w, (struct w_event){.at_s = w->now_s - 100,
                                  .kind = 43,
                                  .object_kind = 16,
                                  .object = 3,
                                  .amount = NO_AMOUNT});
    for (int i = 0; i < 40; i++) {
        const struct w_event *gone = &w->events[rng_below(r, w->n_events)];
        if (gone->kind == 43 || gone->kind == 11 || gone->kind == 12)
            continue;
        add_event(w, (struct w_event){.customer = gone->customer,
                                      .at_s = w->now_s - 50,
                                      .kind = 43,
                                      .batch = some(r, 4, 50),
                                      .object_kind = 17,
                                      .object = gone->seq,
                                      .amount = NO_AMOUNT});
    }
}

static void make_relations(struct world *w, struct rng *r)
{
    for (size_t i = 0; i < w->n_customers; i++) {
        const struct w_customer *c = &w->customers[i];
        for (int64_t s = 1; s <= 8; s++) {
            if (!chance(r, 14))
                continue;
            struct w_relation x = {
                .id = (int64_t)w->n_relations + 1, .customer = c->id, .staff = s};
            x.added_s = w->now_s - pick(r, 400 * 86400);
            x.deleted_s = chance(r, 25) ? x.added_s + 1 + pick(r, 30 * 86400) : 0;
            PUSH(w, relations, x);
            for (int64_t t = 1; t <= 9; t++)
                if (chance(r, 8))
                    ADD(w, relation_tags, x.id, t);
        }
        for (int64_t t = 1; t <= 9; t++)
            if (chance(r, 6))
                ADD(w, customer_tags, c->id, t);
    }
}

static void make_groups(struct world *w, struct rng *r)
{
    static const char *const NAMES[] = {"福利一群", "福利二群", "兴趣群", "VIP群",
                                        "售后群",   "福利一群", "旧群",   "新群"};
    static const char *const KINDS[] = {"feed", "interest", "service"}, *const LEVELS[] = {
                                                                            "welfare", "vip",
                                                                            "diamond"};
    for (int i = 0; i < 40; i++) {
        struct w_group g = {.id = i + 1,
                            .name = NAMES[i % 8],
                            .kind = KINDS[pick(r, 3)],
                            .level = LEVELS[pick(r, 3)]};
        g.owner = some(r, 8, 10);
        g.created_s = w->now_s - pick(r, 400 * 86400);
        g.dismissed_s = chance(r, 15) ? w->now_s - pick(r, 60 * 86400) : 0;
        PUSH(w, groups, g);
        for (size_t c = 0; c < w->n_customers; c++)
            if (i < 8 ? chance(r, 10) : chance(r, i % 5))
                ADD(w, members, g.id, (int64_t)c + 1, w->now_s - pick(r, 300 * 86400),
                    chance(r, 25) ? w->now_s - pick(r, 20 * 86400) : 0);
    }
}

static void make_state(struct world *w, struct rng *r)
{
    int32_t today = calendar_day_of(w->now_s);
    for (size_t i = 0; i < w->n_customers; i++) {
        int64_t id = (int64_t)i + 1;
        if (!chance(r, 30))
            ADD(w, fields, id, 1, W_FIELD_TEXTS[pick(r, 4)], 0);
        if (!chance(r, 30))
            ADD(w, fields, id, 2, NULL, pick(r, 40) * 250000 - 2000000);
        if (!chance(r, 30))
            ADD(w, fields, id, 3, NULL, today - 40 + pick(r, 100));
        if (!chance(r, 30))
            ADD(w, fields, id, 4, W_FIELD_TEXTS[pick(r, 3)], 0);
        if (!chance(r, 30))
            ADD(w, fields, id, 5, NULL, pick(r, 2));
        for (int64_t m = 1; m <= 2; m++) {
            if (!chance(r, 30))
                ADD(w, tiers, m, id, (m - 1) * 3 + 1 + pick(r, 3));
            for (int64_t run = 0; run < 4; run++)
                if (chance(r, 50))
                    ADD(w, moves, m + 2 * run, m, id,
                        chance(r, 20) ? 0 : (m - 1) * 3 + 1 + pick(r, 3),
                        w->now_s - (5 - run) * 60 * 86400);
        }
        if (!chance(r, 40))
            ADD(w, rfm, id, 1 + pick(r, 5), 1 + pick(r, 5), 1 + pick(r, 5));
        if (!chance(r, 40))
            ADD(w, clv, id, chance(r, 10) ? W_HORIZON_S / 2 : W_HORIZON_S, pick(r, 30000));
    }
}

/* A relative's birth, so that the customer comes to their age at the first order about now. */
static void make_relatives(struct world *w, struct rng *r)
{
    int32_t today = calendar_day_of(w->now_s);
    for (size_t i = 0; i < w->n_customers; i++) {
        const struct w_customer *c = &w->customers[i];
        if (c->birth_day != NO_DAY && !chance(r, 20))
            ADD(w, fields, c->id, 6, NULL, c->birth_day + 200 - pick(r, 400));
        else if (chance(r, 30))
            ADD(w, fields, c->id, 6, NULL, today - 9000);
    }
}

const struct cycle_rule *world_cycle(size_t i)
{
    static int64_t first[] = {1, 2}, one[] = {3}, all[] = {1, 2, 3, 4, 5, 6, 7, 8};
    static const struct cycle_rule RULES[7] = {
        {.starts = CYCLE_PURCHASE, .products = first, .n_products = 2, .length = 30},
        {.starts = CYCLE_PURCHASE, .products = one, .n_products = 1, .length = 3, .months = true},
        {.starts = CYCLE_PURCHASE, .products = all, .n_products = 8, .length = 90},
        {.starts = CYCLE_EVENT, .kind_id = 31, .length = 45},
        {.starts = CYCLE_FIELD, .field_id = 3, .length = 10},
        {.starts = CYCLE_FIELD, .field_id = 3, .length = 1, .months = true},
        {.starts = CYCLE_RELATIVE, .field_id = 6},
    };
    assert(i < 7);
    return &RULES[i];
}

struct world *world_new(uint64_t seed, size_t customers, size_t events)
{
    struct rng r = rng_seed(seed);
    struct world *w = calloc(1, sizeof *w);
    assert(w != NULL && customers > 8);
    w->now_s = 1795262400 + (int64_t)rng_below(&r, 86400); /* 2026-11-21 in Shanghai */
    w->period_s = 60 * 86400;
    make_customers(w, &r, customers);
    make_orders(w, &r, events / 10);
    make_events(w, &r, events - events / 10);
    make_relations(w, &r);
    make_groups(w, &r);
    make_state(w, &r);
    make_relatives(w, &r);
    return w;
}

void world_free(struct world *w)
{
    if (w == NULL)
        return;
    void *lists[] = {w->customers, w->events,        w->items,         w->orders, w->refunds,
                     w->relations, w->relation_tags, w->customer_tags, w->fields, w->groups,
                     w->members,   w->tiers,         w->moves,         w->rfm,    w->clv};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        free(lists[i]);
    free(w);
}

bool world_in_scope(const struct world *w, int64_t root)
{
    for (size_t i = 0; i < w->n_relations; i++)
        if (w->relations[i].staff <= W_SCOPE_STAFF && w->relations[i].deleted_s == 0 &&
            w->customers[w->relations[i].customer - 1].root == root)
            return true;
    return false;
}
