/* demo_life.c — habits of one customer, after the "buy till you die" picture: a buyer orders at a
 * rate of their own, more in season, and after each order may quietly stop for good (Fader, Hardie
 * and Lee 2005). Around the orders lie views, clicks, coupons and refunds; beside them chats,
 * broadcasts, groups, referrals, and sometimes the end of the friendship. About 10 µs a life; the
 * arrays have ceilings, and a life that would pass one just stops doing that thing.
 */
#include "domain/demo_life.h"

#include "base/calendar.h"
#include "base/hash.h"
#include "base/money.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

enum { DAY_S = 86400 };

/* The draws that make one customer who they are. */
struct person {
    struct rng rng;
    struct arena *a;
    const struct demo_shape *shape;
    struct demo_life *life;
    struct identity who;
    int64_t number, added_s, gone_s; /* gone_s: end of the friendship, or the end of the story */
    int64_t staff_id;
    int store;
    size_t source;
    double engaged;   /* 0 … 1 */
    size_t favourite; /* category */
    int64_t spent_fen;
    int weekend, evening, gifts, lunch; /* orders of that habit */
};

/* 32 characters of the seed: a prefix of two, and 180 bits. */
static struct str platform_id(struct arena *a, const char *prefix, uint64_t seed, int64_t i)
{
    static const char LETTERS[] =
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
    char *z = arena_alloc(a, 33);
    z[0] = prefix[0];
    z[1] = prefix[1];
    uint64_t bits = 0;
    for (int k = 2; k < 32; k++) {
        if ((k - 2) % 10 == 0)
            bits = hash_u64(seed ^ hash_u64((uint64_t)i * 4 + (uint64_t)(k / 10)));
        z[k] = LETTERS[bits & 63];
        bits >>= 6;
    }
    return (struct str){z, 32};
}

struct str demo_external_userid(struct arena *a, uint64_t seed, int64_t i)
{
    return platform_id(a, "wm", seed, i);
}

struct str demo_chat_id(struct arena *a, uint64_t seed, int64_t i)
{
    return platform_id(a, "wr", seed ^ 0x6709ull, i);
}

static int by_time(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

void demo_added_times(uint64_t seed, int64_t end_s, int64_t *out_s, int64_t n)
{
    struct rng r = rng_seed(seed ^ 0xADDEDull);
    int32_t last = calendar_day_of(end_s);
    double weights[DEMO_DAYS];
    for (int d = 0; d < DEMO_DAYS; d++) {
        int32_t day = last - (DEMO_DAYS - 1) + d;
        double growth = 0.6 + 0.8 * d / DEMO_DAYS;
        double campaign = d % 61 < 4 ? 1.9 : 1.0; /* every second month four days of a campaign */
        weights[d] = demo_season(day, NULL) * growth * campaign;
    }
    for (int64_t i = 0; i < n;) {
        int32_t day = last - (DEMO_DAYS - 1) + (int32_t)demo_pick(&r, weights, DEMO_DAYS);
        out_s[i] = calendar_day_start_s(day) + demo_second_of_day(&r);
        i += out_s[i] < end_s; /* of today, what is over */
    }
    qsort(out_s, (size_t)n, sizeof *out_s, by_time);
}

/* ---- putting things down ---- */

static struct ingest_event *event_put(struct person *p, struct identity who, int kind, int64_t at_s)
{
    struct demo_life *life = p->life;
    if (at_s >= p->shape->end_s || life->events_n == DEMO_LIFE_EVENTS)
        return NULL;
    struct ingest_event *ev = &life->events[life->events_n++];
    *ev = (struct ingest_event){
        .who = who, .kind = kind, .at_s = at_s, .issuer = STR(DEMO_SHOP), .occurrence = 1};
    return ev;
}

static void happen(struct person *p, int kind, int64_t at_s, int64_t channel_id, bool with_staff)
{
    struct ingest_event *ev = event_put(p, p->who, kind, at_s);
    if (ev == NULL)
        return;
    ev->channel_id = channel_id;
    ev->staff_id = with_staff ? p->staff_id : 0;
}

static void see_product(struct person *p, int kind, int64_t at_s, size_t product)
{
    const struct demo_product *d = &demo_table.products[product];
    struct ingest_event *ev = event_put(p, p->who, kind, at_s);
    if (ev == NULL)
        return;
    ev->channel_id = p->shape->channel_mini;
    ev->product_code = str_from(d->code);
    ev->product_name = str_from(d->name);
    ev->category = str_from(d->category);
}

static void deed(struct person *p, int what, int64_t at_s, int64_t group_id)
{
    if (at_s >= p->shape->end_s || p->life->deeds_n == DEMO_LIFE_DEEDS)
        return;
    p->life->deeds[p->life->deeds_n++] = (struct demo_deed){
        .what = what, .at_s = at_s, .group_id = group_id, .staff_id = p->staff_id};
}

/* ---- who they are ---- */

static size_t choose_product(struct person *p, double gift)
{
    double w[64];
    assert(demo_table.products_n <= 64);
    for (size_t i = 0; i < demo_table.products_n; i++) {
        const struct demo_product *d = &demo_table.products[i];
        bool liked = str_eq(str_from(d->category), str_from(demo_table.categories[p->favourite]));
        w[i] = d->weight * (liked ? 4 : 1) * (d->gift ? gift : 1);
    }
    return demo_pick(&p->rng, w, demo_table.products_n);
}

static void choose_home(struct person *p)
{
    const struct demo_shape *s = p->shape;
    double by_city[16];
    for (size_t i = 0; i < demo_table.cities_n; i++)
        by_city[i] = demo_table.cities[i].weight;
    size_t city = demo_pick(&p->rng, by_city, demo_table.cities_n);
    int first = 0;
    for (size_t i = 0; i < city; i++)
        first += demo_table.cities[i].stores;
    /* The first stores of a city are the busy ones. */
    double by_store[16];
    int stores = demo_table.cities[city].stores;
    for (int i = 0; i < stores; i++)
        by_store[i] = 1.0 / (i + 2);
    p->store = first + (int)demo_pick(&p->rng, by_store, (size_t)stores);
    int from = s->store_first_staff[p->store], n = s->store_first_staff[p->store + 1] - from;
    p->staff_id = s->staff_ids[from + (int)rng_below(&p->rng, (uint64_t)n)];
    struct ingest_customer *c = &p->life->customer;
    c->city = str_from(demo_table.cities[city].name);
    c->province = str_from(demo_table.cities[city].province);
}

static void choose_self(struct person *p)
{
    struct rng *r = &p->rng;
    struct demo_life *life = p->life;
    struct ingest_customer *c = &life->customer;
    bool female = rng_unit(r) < 0.68;
    struct str name = demo_person_name(r, p->a, female);
    c->nickname = demo_nickname(r, p->a, name);
    c->gender = rng_unit(r) < 0.9 ? (female ? STR("female") : STR("male")) : STR_ABSENT;
    life->identities[0] = p->who;
    c->identities = life->identities;
    c->identities_n = 1;
    c->birth_day = DB_NULL;
    if (rng_unit(r) < 0.58) {
        life->identities[1] = (struct identity){
            IDENTITY_PHONE, STR(""),
            arena_printf(
                p->a, "19%09lld",
                (long long)(((uint64_t)p->number * 7919 + p->shape->seed % 997) % 1000000000))};
        c->identities_n = 2;
        c->name = name;
        double age = 18 + 42 * rng_beta(r, 1.6, 3.2);
        c->birth_day =
            calendar_day_of(p->shape->end_s) - (int64_t)(age * 365.25) - rng_between(r, 0, 364);
    }
    double by_source[16];
    for (size_t i = 0; i < demo_table.sources_n; i++)
        by_source[i] = demo_table.sources[i].weight;
    p->source = demo_pick(r, by_source, demo_table.sources_n);
    double by_taste[16];
    for (size_t i = 0; i < demo_table.categories_n; i++)
        by_taste[i] = i < 4 ? 4 - (double)i * 0.6 : 0.5;
    p->favourite = demo_pick(r, by_taste, demo_table.categories_n);
    p->engaged = rng_beta(r, 1.1, 2.2);
    c->first_s = c->added_s = p->added_s;
    c->source_id = p->shape->source_ids[p->source];
    c->no_marketing = rng_unit(r) < 0.015;
}

/* ---- what they do ---- */

/* The end of the friendship: rarer for the engaged. */
static void decide_end(struct person *p)
{
    double yearly = 0.22 * (1.3 - p->engaged);
    double days = rng_exponential(&p->rng) * 365.25 / yearly;
    if (rng_unit(&p->rng) < 0.03)
        days = rng_exponential(&p->rng) * 3; /* added, looked, left */
    p->gone_s = p->shape->end_s;
    if (days < 1200) {
        int64_t at_s = p->added_s + 600 + (int64_t)(days * DAY_S);
        if (at_s < p->shape->end_s)
            p->gone_s = at_s;
    }
    if (p->gone_s < p->shape->end_s)
        deed(p, DEED_FRIEND_DELETE, p->gone_s, 0);
}

static void join_groups(struct person *p)
{
    if (rng_unit(&p->rng) > 0.48)
        return;
    int64_t group = p->shape->group_ids[p->store * DEMO_GROUPS_PER_STORE +
                                        (int)rng_below(&p->rng, DEMO_GROUPS_PER_STORE)];
    int64_t at_s = p->added_s + 120 + (int64_t)(rng_exponential(&p->rng) * 1.5 * DAY_S);
    if (at_s >= p->gone_s)
        return;
    deed(p, DEED_GROUP_JOIN, at_s, group);
    /* About three quarters are still there: half of those who leave go in the first month. */
    if (rng_unit(&p->rng) < 0.26) {
        double days =
            rng_unit(&p->rng) < 0.5 ? rng_unit(&p->rng) * 30 : rng_exponential(&p->rng) * 120;
        deed(p, DEED_GROUP_LEAVE, at_s + 3600 + (int64_t)(days * DAY_S), group);
    }
}

/* Chats, likes and the corp's own messages, month by month. */
static void keep_in_touch(struct person *p)
{
    const struct demo_shape *s = p->shape;
    happen(p, EVENT_MESSAGE_SENT, p->added_s + 5, s->channel_wecom, true); /* the welcome */
    if (rng_unit(&p->rng) < 0.15 + 0.4 * p->engaged)
        happen(p, EVENT_MESSAGE, p->added_s + 30 + rng_between(&p->rng, 0, 3600), s->channel_wecom,
               true);
    for (int64_t month = p->added_s; month < p->gone_s; month += 30 * DAY_S) {
        double fade = exp(-(double)(month - p->added_s) / DAY_S / 400.0);
        int64_t chats = rng_poisson(&p->rng, 2.2 * p->engaged * fade);
        for (int64_t k = 0; k < chats; k++) {
            int64_t at_s =
                month + rng_between(&p->rng, 0, 29) * DAY_S + rng_between(&p->rng, 0, 3000);
            if (at_s <= p->added_s || at_s >= p->gone_s)
                continue;
            happen(p, EVENT_MESSAGE, at_s, s->channel_wecom, true);
            if (rng_unit(&p->rng) < 0.85)
                happen(p, EVENT_MESSAGE_SENT, at_s + rng_between(&p->rng, 20, 1800),
                       s->channel_wecom, true);
        }
        int64_t likes = rng_poisson(&p->rng, 1.1 * p->engaged * p->engaged * fade);
        for (int64_t k = 0; k < likes; k++)
            happen(p, EVENT_MOMENT_LIKE, month + rng_between(&p->rng, 3600, 29 * DAY_S),
                   s->channel_wecom, true);
        for (int k = 0; k < 2; k++) { /* two broadcasts a month, at ten in the morning */
            int64_t at_s = calendar_day_start_s(calendar_day_of(month) + 6 + 14 * k) + 10 * 3600;
            if (at_s <= p->added_s || at_s >= p->gone_s)
                continue;
            happen(p, EVENT_BROADCAST, at_s, s->channel_wecom, true);
            if (rng_unit(&p->rng) < 0.22 * p->engaged + 0.02)
                happen(p, EVENT_CLICK, at_s + 60 + (int64_t)(rng_exponential(&p->rng) * 5400),
                       s->channel_wecom, false);
        }
    }
}

static void browse(struct person *p)
{
    int64_t visits = rng_poisson(&p->rng, 1.0 + 9.0 * p->engaged);
    for (int64_t k = 0; k < visits; k++) {
        int64_t at_s =
            p->added_s + (int64_t)(rng_unit(&p->rng) * (double)(p->shape->end_s - p->added_s));
        at_s = calendar_day_start_s(calendar_day_of(at_s)) + demo_second_of_day(&p->rng);
        if (at_s <= p->added_s)
            continue;
        int64_t views = 1 + rng_poisson(&p->rng, 0.8);
        for (int64_t v = 0; v < views; v++)
            see_product(p, EVENT_VIEW, at_s + v * rng_between(&p->rng, 8, 90),
                        choose_product(p, 1));
    }
}

static const struct ingest_item *fill_basket(struct person *p, int64_t at_s, double gift,
                                             size_t *out_n, int64_t *out_total)
{
    size_t n = 1 + (size_t)rng_poisson(&p->rng, 0.9);
    n = n > 6 ? 6 : n;
    struct ingest_item *items = ARENA_ARRAY(p->a, struct ingest_item, n);
    int64_t total = 0;
    for (size_t k = 0; k < n; k++) {
        const struct demo_product *d = &demo_table.products[choose_product(p, gift)];
        int64_t quantity = rng_unit(&p->rng) < 0.8 ? 1 : 2;
        items[k] = (struct ingest_item){
            .code = str_from(d->code),
            .name = str_from(d->name),
            .category = str_from(d->category),
            .at_s = at_s,
            .quantity = quantity,
            .unit_price_micro = d->price_fen * MONEY_MICRO_PER_FEN,
            .amount_fen = quantity * d->price_fen,
            .occurrence = 1,
        };
        for (size_t j = 0; j < k; j++)
            items[k].occurrence +=
                str_eq(items[j].code, items[k].code) && items[j].quantity == quantity;
        total += items[k].amount_fen;
        p->gifts += d->gift;
    }
    *out_n = n;
    *out_total = total;
    return items;
}

/* Views, a click, perhaps a coupon, then the order; now and then its money back. */
static void buy(struct person *p, int64_t at_s, double gift)
{
    struct demo_life *life = p->life;
    const struct demo_shape *s = p->shape;
    if (life->orders_n == DEMO_LIFE_ORDERS || at_s >= s->end_s)
        return;
    size_t items_n;
    int64_t total;
    const struct ingest_item *items = fill_basket(p, at_s, gift, &items_n, &total);
    bool online = rng_unit(&p->rng) < 0.45;
    bool coupon = rng_unit(&p->rng) < 0.34;
    int64_t views = online ? 1 + rng_poisson(&p->rng, 1.2) : 0;
    for (int64_t v = 0; v < views; v++)
        see_product(p, EVENT_VIEW, at_s - 900 + v * 120, choose_product(p, gift));
    if (online)
        see_product(p, EVENT_CLICK, at_s - 240, choose_product(p, gift));
    if (coupon && at_s - 180 > p->added_s)
        happen(p, EVENT_COUPON_CLAIM, at_s - 180, s->channel_wecom, false);
    if (coupon)
        happen(p, EVENT_COUPON_REDEEM, at_s, online ? s->channel_mini : s->channel_store, false);
    struct ingest_order *o = &life->orders[life->orders_n];
    *o = (struct ingest_order){
        .channel_id = online ? s->channel_mini : s->channel_store,
        .issuer = STR(DEMO_SHOP),
        .number =
            arena_printf(p->a, "JC%08lld%03u", (long long)p->number, (unsigned)life->orders_n),
        .nature = ORDER_SALE,
        .state = at_s > s->end_s - 2 * DAY_S && online ? ORDER_PAID : ORDER_COMPLETED,
        .buyer = p->who,
        .staff_id = rng_unit(&p->rng) < 0.6 ? p->staff_id : 0,
        .at_s = at_s,
        .paid_s = at_s + (online ? 45 : 0),
        .total_fen = DB_NULL,
        .paid_fen = total - (coupon ? total / 10 : 0),
        .province = life->customer.province,
        .items = items,
        .items_n = items_n,
    };
    if (rng_unit(&p->rng) < 0.028) {
        int64_t back_s = at_s + 7200 + rng_between(&p->rng, 0, 6 * DAY_S);
        if (back_s < s->end_s) {
            struct ingest_refund *refund = ARENA_NEW(p->a, struct ingest_refund);
            *refund = (struct ingest_refund){
                STR("1"), back_s, rng_unit(&p->rng) < 0.7 ? o->paid_fen : o->paid_fen / 2};
            o->refunds = refund;
            o->refunds_n = 1;
        }
    }
    life->orders_n++;
    life->items_n += items_n;
    p->spent_fen += o->paid_fen;
    int64_t second = (at_s - calendar_day_start_s(calendar_day_of(at_s)));
    p->weekend += calendar_weekday(calendar_day_of(at_s)) >= 6;
    p->evening += second >= 18 * 3600;
    p->lunch += second >= 11 * 3600 && second < 14 * 3600;
}

static void shop(struct person *p)
{
    const struct demo_shape *s = p->shape;
    struct rng *r = &p->rng;
    if (rng_unit(r) > 0.58 * demo_table.sources[p->source].buys)
        return;
    double per_day = rng_gamma(r, 1.05) * 0.036;
    double stops = rng_beta(r, 0.8, 4.6);
    int64_t at_s =
        p->added_s + (rng_unit(r) < 0.28 ? 300 + rng_between(r, 0, 5400)
                                         : 3600 + (int64_t)(rng_exponential(r) * 13 * DAY_S));
    for (;;) {
        int32_t day = calendar_day_of(at_s);
        double gift;
        double season = demo_season(day, &gift);
        if (at_s >= s->end_s)
            return;
        bool first = p->life->orders_n == 0;
        if (first || rng_unit(r) * DEMO_SEASON_MAX < season) {
            int64_t moment = first ? at_s : calendar_day_start_s(day) + demo_second_of_day(r);
            buy(p, moment > p->added_s ? moment : at_s, gift);
            if (rng_unit(r) < stops)
                return;
        }
        at_s += 1800 + (int64_t)(rng_exponential(r) * DAY_S / (per_day * DEMO_SEASON_MAX / 1.2));
    }
}

/* Who invited this one: somebody added before, sooner lately than long ago. Both timelines tell
 * it. */
static void be_invited(struct person *p)
{
    const char *kind = demo_table.sources[p->source].kind;
    bool fission =
        str_eq(str_from(kind), STR("fission")) || str_eq(str_from(kind), STR("introduction"));
    if (!fission || p->number < 20)
        return;
    double back = rng_exponential(&p->rng) * (double)p->number * 0.05 + 1;
    int64_t inviter = back < (double)p->number ? p->number - 1 - (int64_t)back : 0;
    inviter = inviter < 0 ? 0 : inviter;
    struct identity other = {IDENTITY_EXTERNAL_USERID, STR(""),
                             demo_external_userid(p->a, p->shape->seed, inviter)};
    if (p->shape->added_s[inviter] >= p->added_s)
        return;
    event_put(p, p->who, EVENT_INVITED, p->added_s);
    event_put(p, other, EVENT_REFERRAL, p->added_s);
    if (p->life->orders_n > 0)
        event_put(p, other, EVENT_REFERRAL_CONVERT, p->life->orders[0].paid_s);
}

/* ---- what we know of them ---- */

static void describe(struct person *p)
{
    struct demo_life *life = p->life;
    struct ingest_customer *c = &life->customer;
    const struct demo_shape *s = p->shape;
    size_t n = life->orders_n, tags = 0;
    if (n > 0 || rng_unit(&p->rng) < 0.25)
        life->tags[tags++] = s->preference_tags[p->favourite];
    if (n >= 2)
        life->tags[tags++] = s->spend_tags[p->spent_fen / (int64_t)n > 9000   ? 0
                                           : p->spent_fen / (int64_t)n > 4500 ? 1
                                                                              : 2];
    if (n >= 3 && (size_t)p->weekend * 2 > n)
        life->tags[tags++] = s->habit_tags[0];
    if (n >= 3 && (size_t)p->lunch * 2 > n)
        life->tags[tags++] = s->habit_tags[1];
    if (n >= 3 && (size_t)p->evening * 2 > n)
        life->tags[tags++] = s->habit_tags[2];
    if (p->gifts > 1 && tags < 6)
        life->tags[tags++] = s->habit_tags[3];
    c->tag_ids = life->tags;
    c->tags_n = tags;
    static const char *const SWEET[] = {"正常糖", "七分糖", "五分糖", "三分糖", "无糖"};
    size_t fields = 0;
    if (rng_unit(&p->rng) < 0.3)
        life->fields[fields++] = (struct ingest_field){
            s->field_sweetness, str_from(SWEET[rng_below(&p->rng, 5)]), DB_NULL};
    if (rng_unit(&p->rng) < 0.08)
        life->fields[fields++] =
            (struct ingest_field){s->field_child_day, STR_ABSENT,
                                  calendar_day_of(s->end_s) - rng_between(&p->rng, 30, 4000)};
    c->fields = life->fields;
    c->fields_n = fields;
    bool lapsed = n > 0 && life->orders[n - 1].at_s < s->end_s - 150 * DAY_S;
    size_t stage = n == 0 ? (p->engaged > 0.4 ? 1 : 0) : lapsed ? 4 : n == 1 ? 2 : 3;
    c->stage_id = s->stage_ids[stage];
}

void demo_live(const struct demo_shape *shape, int64_t i, struct arena *a, struct demo_life *out)
{
    assert(i >= 0 && i < shape->customers);
    out->events_n = out->orders_n = out->items_n = out->deeds_n = 0;
    out->customer = (struct ingest_customer){.no_marketing = -1};
    struct person p = {
        .rng = rng_seed(shape->seed ^ hash_u64((uint64_t)i + 1)),
        .a = a,
        .shape = shape,
        .life = out,
        .number = i,
        .who = {IDENTITY_EXTERNAL_USERID, STR(""), demo_external_userid(a, shape->seed, i)},
        .added_s = shape->added_s[i],
    };
    choose_self(&p);
    choose_home(&p);
    out->customer.staff_id = p.staff_id;
    decide_end(&p);
    join_groups(&p);
    shop(&p);
    browse(&p);
    keep_in_touch(&p);
    be_invited(&p);
    describe(&p);
}
