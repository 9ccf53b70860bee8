/* demo.c — builds the demo corp: first its shape in one closure, then its customers by the dozen.
 *
 * Lives are made on the calling thread and handed to ingest in closures of at most
 * LIMIT_CLOSURE_ROWS rows, the oldest customers first, so that whoever invites is there before the
 * invited. A closure reads only the lives it was given, so it may run twice. At the end scores and
 * tiers are computed as jobs, tiers once for each of the last months, so that their history has
 * something to show. Cost: about 10 µs an event, nearly all of it the database's.
 */
#include "domain/demo.h"

#include "base/calendar.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/money.h"
#include "domain/demo_life.h"
#include "domain/tiering.h"
#include "store/account.h"
#include "store/audience.h"
#include "store/batch.h"
#include "store/catalogue.h"
#include "store/cycle.h"
#include "store/directory.h"
#include "store/field.h"
#include "store/figures.h"
#include "store/order.h"
#include "store/relation.h"
#include "store/source.h"
#include "store/tag.h"

#include <assert.h>

/* Days after which a drink is wanted again, and a tin of tea is empty. */
enum { DRINK_DAYS = 30, TEA_DAYS = 45 };

enum { LIVES_A_CLOSURE = 48, HEAD_OFFICE_STAFF = 24, TIER_MONTHS = 3, DAY_S = 86400 };

struct demo {
    struct job *job;
    struct app *app;
    int64_t customers;
    struct demo_shape shape;
    struct ingest *ingest;
    struct arena arena; /* texts of one closure's lives */
    int64_t batch_id, models[3];
    int64_t departments[DEMO_STORES + 1]; /* the last is head office */
    int64_t began_us;
    /* one closure's work */
    struct demo_life *lives;
    size_t lives_n;
    int64_t first, step;
    struct ingest_counts counts, before;
    int64_t events, orders, items;
    int64_t jobs[3 * (TIER_MONTHS + 1) + 2];
    size_t jobs_n;
};

/* ---- the corp ---- */

/* Departments are numbered as at the platform: the root is 1, head office 2. */
static struct str department_number(struct tx *tx, int64_t n)
{
    return arena_printf(tx_arena(tx), "%lld", (long long)n);
}

static enum rc make_departments(struct demo *d, struct tx *tx, struct err *e)
{
    int64_t root, region, store = 0, number = 3;
    struct department_new n = {
        .name = STR("锦池茶饮"), .kind = STR("office"), .external_id = STR("1")};
    enum rc rc = directory_add_department(tx, &n, &root, e);
    n = (struct department_new){.parent_id = root,
                                .name = STR("总部"),
                                .kind = STR("office"),
                                .position = 99,
                                .external_id = STR("2")};
    if (rc == RC_OK)
        rc = directory_add_department(tx, &n, &d->departments[DEMO_STORES], e);
    for (size_t c = 0; rc == RC_OK && c < demo_table.cities_n; c++) {
        const struct demo_city *city = &demo_table.cities[c];
        n = (struct department_new){.parent_id = root,
                                    .kind = STR("region"),
                                    .city = str_from(city->name),
                                    .name = arena_printf(tx_arena(tx), "%s区域", city->name),
                                    .external_id = department_number(tx, number++),
                                    .position = (int64_t)c};
        rc = directory_add_department(tx, &n, &region, e);
        for (int i = 0; rc == RC_OK && i < city->stores; i++, store++) {
            n = (struct department_new){.parent_id = region,
                                        .kind = STR("store"),
                                        .city = str_from(city->name),
                                        .name = demo_store_name(tx_arena(tx), (int)store),
                                        .external_id = department_number(tx, number++),
                                        .position = i};
            rc = directory_add_department(tx, &n, &d->departments[store], e);
        }
    }
    assert(rc != RC_OK || store == DEMO_STORES);
    return rc;
}

/* Six or so to a store, its manager first; the rest at head office. */
static enum rc make_staff(struct demo *d, struct tx *tx, struct err *e)
{
    struct rng r = rng_seed(d->shape.seed ^ 0x57AFFull);
    int64_t *ids = ARENA_ARRAY(job_arena(d->job), int64_t, DEMO_STAFF);
    int *store = ARENA_ARRAY(job_arena(d->job), int, DEMO_STAFF),
        *first = ARENA_ARRAY(job_arena(d->job), int, DEMO_STORES + 1);
    enum rc rc = RC_OK;
    for (int i = 0; rc == RC_OK && i < DEMO_STAFF; i++) {
        int of = i < DEMO_STAFF - HEAD_OFFICE_STAFF
                     ? i * DEMO_STORES / (DEMO_STAFF - HEAD_OFFICE_STAFF)
                     : DEMO_STORES;
        bool manager = of < DEMO_STORES && (i == 0 || store[i - 1] != of);
        if (manager)
            first[of] = i;
        store[i] = of;
        struct staff_new s = {
            .userid = arena_printf(tx_arena(tx), "jc%04d", i + 1),
            .name = demo_person_name(&r, tx_arena(tx), rng_unit(&r) < 0.6),
            .title = of == DEMO_STORES ? STR("运营")
                     : manager         ? STR("店长")
                                       : STR("导购"),
            .department_id = d->departments[of],
            .joined_s = d->shape.end_s - (DEMO_DAYS + rng_between(&r, 10, 900)) * DAY_S,
        };
        rc = directory_add_staff(tx, &s, &ids[i], e);
    }
    first[DEMO_STORES] = DEMO_STAFF - HEAD_OFFICE_STAFF;
    d->shape.staff_ids = ids;
    d->shape.staff_store = store;
    d->shape.store_first_staff = first;
    return rc;
}

/* What a store's groups are: one for offers; and one for tea friends, for service, or for the best
 * customers of a few stores. */
struct demo_group {
    const char *suffix, *kind, *level;
};

static const struct demo_group *group_of(int store, bool second)
{
    static const struct demo_group FEED = {"·福利群", "feed", "welfare"},
                                   FRIENDS = {"·茶友群", "interest", "vip"},
                                   SERVICE = {"·会员服务群", "service", "vip"},
                                   BEST = {"·钻石会员群", "service", "diamond"};
    if (!second)
        return &FEED;
    if (store % 8 == 0)
        return &BEST;
    return store % 3 == 1 ? &SERVICE : &FRIENDS;
}

static enum rc make_groups(struct demo *d, struct tx *tx, struct err *e)
{
    int64_t *ids = ARENA_ARRAY(job_arena(d->job), int64_t, DEMO_STORES * DEMO_GROUPS_PER_STORE);
    enum rc rc = RC_OK;
    for (int i = 0; rc == RC_OK && i < DEMO_STORES * DEMO_GROUPS_PER_STORE; i++) {
        int store = i / DEMO_GROUPS_PER_STORE;
        const struct demo_group *what = group_of(store, i % DEMO_GROUPS_PER_STORE != 0);
        struct group_new g = {
            .name = arena_printf(tx_arena(tx), STR_FMT "%s",
                                 STR_ARG(demo_store_name(tx_arena(tx), store)), what->suffix),
            .kind = str_from(what->kind),
            .level = str_from(what->level),
            .external_id = demo_chat_id(tx_arena(tx), d->shape.seed, i),
            .owner_id = d->shape.staff_ids[d->shape.store_first_staff[store]],
            .created_s = d->shape.end_s - DEMO_DAYS * DAY_S,
        };
        rc = directory_add_group(tx, &g, &ids[i], e);
    }
    d->shape.group_ids = ids;
    return rc;
}

static enum rc make_tag_group(struct tx *tx, int64_t category, const char *name, const char *grain,
                              const char *const *tags, size_t n, int64_t *out_ids, struct err *e)
{
    int64_t group;
    enum rc rc = tag_group_add(tx, category, str_from(name), DB_NULL, &group, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        rc = tag_add(tx, group, str_from(tags[i]), str_from(grain), DB_NULL, &out_ids[i], e);
    return rc;
}

static enum rc make_tags(struct demo *d, struct tx *tx, struct err *e)
{
    static const char *const SPEND[] = {"高客单", "中客单", "低客单"};
    static const char *const HABIT[] = {"周末到店", "午间下单", "晚间下单", "送礼人群"};
    int64_t *preference = ARENA_ARRAY(job_arena(d->job), int64_t, demo_table.categories_n);
    int64_t *spend = ARENA_ARRAY(job_arena(d->job), int64_t, 3),
            *habit = ARENA_ARRAY(job_arena(d->job), int64_t, 4);
    int64_t basic, behaviour;
    enum rc rc = tag_category_add(tx, STR("消费特征"), DB_NULL, &basic, e);
    if (rc == RC_OK)
        rc = tag_category_add(tx, STR("行为习惯"), DB_NULL, &behaviour, e);
    if (rc == RC_OK)
        rc = make_tag_group(tx, basic, "口味偏好", "basic", demo_table.categories,
                            demo_table.categories_n, preference, e);
    if (rc == RC_OK)
        rc = make_tag_group(tx, basic, "消费能力", "basic", SPEND, 3, spend, e);
    if (rc == RC_OK)
        rc = make_tag_group(tx, behaviour, "到店习惯", "fine", HABIT, 4, habit, e);
    d->shape.preference_tags = preference;
    d->shape.spend_tags = spend;
    d->shape.habit_tags = habit;
    return rc;
}

static enum rc make_fields(struct demo *d, struct tx *tx, struct err *e)
{
    struct field sweet = {.key = STR("sweetness"),
                          .name = STR("甜度偏好"),
                          .type = STR("choice"),
                          .class = STR("plain"),
                          .choices = STR("[\"正常糖\",\"七分糖\",\"五分糖\",\"三分糖\",\"无糖\"]"),
                          .position = DB_NULL,
                          .archived_s = DB_NULL};
    struct field child = {.key = STR("child_birthday"),
                          .name = STR("孩子生日"),
                          .type = STR("day"),
                          .class = STR("plain"),
                          .position = DB_NULL,
                          .archived_s = DB_NULL};
    enum rc rc = field_add(tx, &sweet, e);
    if (rc == RC_OK)
        rc = field_add(tx, &child, e);
    d->shape.field_sweetness = sweet.id;
    d->shape.field_child_day = child.id;
    return rc;
}

static enum rc spend(struct tx *tx, int64_t source_id, const char *kind, int32_t month, int64_t fen,
                     struct err *e)
{
    if (fen == 0)
        return RC_OK;
    struct cost_row cost = {
        .source_id = source_id,
        .kind = str_from(kind),
        .from_day = month,
        .to_day = calendar_add_months(month, 1) - 1,
        .amount_fen = fen,
    };
    return cost_add(tx, &cost, e);
}

static enum rc make_sources(struct demo *d, struct tx *tx, struct err *e)
{
    int64_t *ids = ARENA_ARRAY(job_arena(d->job), int64_t, demo_table.sources_n);
    int32_t last = calendar_month_start(calendar_day_of(d->shape.end_s));
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < demo_table.sources_n; i++) {
        const struct demo_source *s = &demo_table.sources[i];
        double a_month = (double)d->customers * s->weight / 100 / 18;
        rc = source_add(tx, str_from(s->name), str_from(s->kind), &ids[i], e);
        for (int month = 0; rc == RC_OK && month < 18; month++) {
            int32_t from = calendar_add_months(last, -month);
            rc = spend(tx, ids[i], "fixed", from, s->fixed_fen_month, e);
            if (rc == RC_OK)
                rc = spend(tx, ids[i], "traffic", from, s->traffic_fen_customer * (int64_t)a_month,
                           e);
        }
    }
    d->shape.source_ids = ids;
    return rc;
}

static enum rc make_audiences(struct tx *tx, struct err *e)
{
    static const struct {
        const char *name, *expression, *note;
    } LIST[] = {
        {"高频复购未领券", "count(order, last 90d) >= 2 and never(coupon_claim, last 7d)",
         "适合发放满减券"},
        {"杭甬沉睡客户", "city in (\"杭州\", \"宁波\") and ever(order) and never(order, last 90d)",
         "召回"},
        {"添加未下单", "friend and never(order) and added in last 30d", "首单引导"},
        {"看了没买", "seq(view -> click, within 1d, last 14d) and never(order, last 14d)",
         "加购提醒"},
        {"本月生日", "birthday in this month", "生日礼"},
    };
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < sizeof LIST / sizeof *LIST; i++) {
        struct audience_row row = {
            .id = tx_id(tx),
            .name = str_from(LIST[i].name),
            .subject = STR("customer"),
            .expression = str_from(LIST[i].expression),
            .note = str_from(LIST[i].note),
            .live = true,
        };
        rc = audience_add(tx, &row, e);
    }
    return rc;
}

static enum rc make_models(struct demo *d, struct tx *tx, struct err *e)
{
    static const size_t WHICH[3] = {0, 2, 3}; /* value, RFM, fans */
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < 3; i++)
        rc = tiering_add_template(tx, &tier_templates[WHICH[i]], false, &d->models[i], e);
    return rc;
}

enum rc demo_allowed(struct tx *tx, struct err *e)
{
    double customers = 0;
    enum rc rc = figure_compute(tx, FIGURE_CUSTOMERS, tx_now_s(tx), &customers, e);
    if (rc != RC_OK || customers == 0)
        return rc;
    rc = err_set(e, RC_CONFLICT, "not_empty", NULL,
                 "这里已经有 %.0f 名客户，演示企业只能建在空的数据里",
                 "there are %.0f customers here already; a demo corp needs an empty installation",
                 customers);
    err_hint(e, "换一个数据目录：koi demo --data 目录",
             "Use another data directory: koi demo --data DIR");
    return rc;
}

static enum rc make_corp(struct tx *tx, void *arg, struct err *e)
{
    struct demo *d = arg;
    enum rc rc = demo_allowed(tx, e);
    struct batch_row batch = {
        .id = tx_id(tx),
        .kind = BATCH_DEMO,
        .file_name = STR("demo"),
        .file_hash = STR("00000000000000000000000000000000"),
        .mapping = STR("{}"),
        .state = BATCH_RUNNING,
        .job_id = job_id(d->job),
        .created_s = tx_now_s(tx),
    };
    d->batch_id = batch.id;
    static enum rc (*const PARTS[])(struct demo *, struct tx *, struct err *) = {
        make_departments, make_staff,   make_groups, make_tags,
        make_fields,      make_sources, make_models,
    };
    if (rc == RC_OK)
        rc = batch_add(tx, &batch, e);
    for (size_t i = 0; rc == RC_OK && i < sizeof PARTS / sizeof *PARTS; i++)
        rc = PARTS[i](d, tx, e);
    if (rc == RC_OK)
        rc = make_audiences(tx, e);
    return rc == RC_OK ? job_checkpoint(d->job, tx, STR("began"), 0, e) : rc;
}

/* ---- its customers ---- */

static enum rc do_deeds(struct demo *d, struct tx *tx, const struct demo_life *life, struct err *e)
{
    if (life->deeds_n == 0)
        return RC_OK;
    int64_t id;
    enum rc rc = ingest_find_customer(d->ingest, tx, life->identities, 1, life->customer.first_s,
                                      &id, NULL, e);
    for (size_t i = 0; rc == RC_OK && i < life->deeds_n; i++) {
        const struct demo_deed *deed = &life->deeds[i];
        bool changed;
        if (deed->what == DEED_GROUP_JOIN)
            rc = directory_join(tx, deed->group_id, id, deed->staff_id, deed->at_s, d->batch_id,
                                &changed, e);
        else if (deed->what == DEED_GROUP_LEAVE)
            rc = directory_leave(tx, deed->group_id, id, deed->at_s, d->batch_id, &changed, e);
        else
            rc = relation_end(tx, id, deed->staff_id, deed->at_s, true, &changed, e);
    }
    return rc;
}

static enum rc write_lives(struct tx *tx, void *arg, struct err *e)
{
    struct demo *d = arg;
    d->counts = d->before;
    enum rc rc = ingest_begin(d->ingest, tx, d->step, e);
    for (size_t i = 0; rc == RC_OK && i < d->lives_n; i++) {
        const struct demo_life *life = &d->lives[i];
        rc = ingest_customers(d->ingest, tx, &life->customer, 1, &d->counts, e);
        if (rc == RC_OK)
            rc = ingest_orders(d->ingest, tx, life->orders, life->orders_n, &d->counts, e);
        if (rc == RC_OK)
            rc = ingest_events(d->ingest, tx, life->events, life->events_n, &d->counts, e);
        if (rc == RC_OK)
            rc = do_deeds(d, tx, life, e);
    }
    return rc == RC_OK ? ingest_end(d->ingest, tx, e) : rc;
}

/* As many lives as fit a closure. */
static void live_some(struct demo *d)
{
    size_t rows = 0;
    d->lives_n = 0;
    arena_reset(&d->arena);
    while (d->lives_n < LIVES_A_CLOSURE && d->first + (int64_t)d->lives_n < d->customers) {
        struct demo_life *life = &d->lives[d->lives_n];
        demo_live(&d->shape, d->first + (int64_t)d->lives_n, &d->arena, life);
        rows += life->events_n + life->orders_n * 3 + life->items_n + life->deeds_n * 3 + 12;
        if (rows > LIMIT_CLOSURE_ROWS && d->lives_n > 0)
            return;
        d->lives_n++;
    }
}

static enum rc make_customers(struct demo *d, struct err *e)
{
    live_some(d);
    d->before = d->counts;
    enum rc rc = writer_run(d->app->writer, write_lives, d, e);
    if (rc != RC_OK)
        return rc;
    for (size_t i = 0; i < d->lives_n; i++) {
        const struct demo_life *life = &d->lives[i];
        d->events += (int64_t)(life->events_n + life->deeds_n + life->items_n + life->orders_n + 1);
        d->orders += (int64_t)life->orders_n;
        d->items += (int64_t)life->items_n;
    }
    d->first += (int64_t)d->lives_n;
    d->step++;
    job_progress(d->job, d->first, d->customers);
    return RC_OK;
}

/* ---- scores and tiers ---- */

static enum rc queue(struct demo *d, struct tx *tx, const char *kind, const char *title,
                     struct str detail, struct err *e)
{
    struct job_order order = {
        .kind = kind, .title = str_from(title), .detail = detail, .unit = "customers", .total = -1};
    return job_add(d->app, tx, &order, &d->jobs[d->jobs_n++], e);
}

/* What was sold was sold at 4/5 of the list price, and costs 2/5 of what was paid. */
static enum rc price_products(struct tx *tx, struct err *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < demo_table.products_n; i++) {
        const struct demo_product *d = &demo_table.products[i];
        struct product_row found;
        struct product_card p;
        rc = product_find(tx, STR(DEMO_SHOP), str_from(d->code), &found, e);
        if (rc == RC_NOT_FOUND) { /* nobody bought it */
            rc = RC_OK;
            continue;
        }
        if (rc == RC_OK)
            rc = catalogue_product(tx, found.id, &p, e);
        if (rc != RC_OK)
            return rc;
        p.price_fen = d->price_fen * 5 / 4;
        p.cost_micro = d->price_fen * MONEY_MICRO_PER_FEN * 2 / 5;
        rc = catalogue_product_store(tx, &p, e);
    }
    return rc;
}

/* ---- dates that matter ---- */

/* Where a name is taken, whoever took it knows what for. */
static enum rc add_cycle(struct tx *tx, struct cycle *c, struct err *e)
{
    int64_t id;
    struct cycle_rule taken;
    enum rc rc = cycle_named(tx, tx_arena(tx), c->name, &id, &taken, e);
    return rc == RC_OK && id == 0 ? cycle_add(tx, c, e) : rc;
}

/* One that is counted from a category's products, as far as somebody bought them. */
static enum rc add_product_cycle(struct tx *tx, const char *name, const char *category,
                                 int64_t days, struct err *e)
{
    int64_t *ids = ARENA_ARRAY(tx_arena(tx), int64_t, demo_table.products_n);
    struct cycle c = {
        .name = str_from(name),
        .rule = {.starts = CYCLE_PURCHASE, .products = ids, .length = days},
        .enabled = true,
    };
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < demo_table.products_n; i++) {
        const struct demo_product *d = &demo_table.products[i];
        struct product_row found;
        if (!str_eq(str_from(d->category), str_from(category)))
            continue;
        rc = product_find(tx, STR(DEMO_SHOP), str_from(d->code), &found, e);
        if (rc == RC_OK)
            ids[c.rule.n_products++] = found.id;
        else if (rc == RC_NOT_FOUND)
            rc = RC_OK;
    }
    return rc == RC_OK && c.rule.n_products > 0 ? add_cycle(tx, &c, e) : rc;
}

/* A drink that was a habit, tea at home that runs out, and a child who goes to kindergarten. */
static enum rc make_cycles(struct demo *d, struct tx *tx, struct err *e)
{
    struct cycle kindergarten = {
        .name = STR("孩子入园"),
        .rule = {.starts = CYCLE_FIELD,
                 .field_id = d->shape.field_child_day,
                 .length = 36,
                 .months = true},
        .enabled = true,
    };
    enum rc rc = add_product_cycle(tx, "奶茶回购", "奶茶", DRINK_DAYS, e);
    if (rc == RC_OK)
        rc = add_product_cycle(tx, "茶叶补货", "茶叶", TEA_DAYS, e);
    return rc == RC_OK ? add_cycle(tx, &kindergarten, e) : rc;
}

/* ---- its end ---- */

/* RFM first, since a model asks for its scores; then each model as of the ends of the last
 * months. */
static enum rc finish(struct tx *tx, void *arg, struct err *e)
{
    struct demo *d = arg;
    d->jobs_n = 0;
    enum rc rc = batch_put(tx, d->batch_id, BATCH_DONE, d->customers, d->customers, 0, 0, e);
    if (rc == RC_OK)
        rc = account_scope_refresh(tx, 0, e);
    if (rc == RC_OK)
        rc = price_products(tx, e);
    if (rc == RC_OK)
        rc = make_cycles(d, tx, e);
    if (rc == RC_OK)
        rc = queue(d, tx, "rfm", "RFM 评分", STR("{\"period_s\":31536000}"), e);
    if (rc == RC_OK)
        rc = queue(d, tx, "clv", "生命周期价值", STR("{}"), e);
    for (int month = TIER_MONTHS; rc == RC_OK && month >= 0; month--)
        for (size_t m = 0; rc == RC_OK && m < 3; m++) {
            if (m == 1 && month > 0) /* RFM scores exist for today only */
                continue;
            struct str detail = arena_printf(tx_arena(tx), "{\"model_id\":\"%lld\",\"now_s\":%lld}",
                                             (long long)d->models[m],
                                             (long long)(d->shape.end_s - month * 30 * DAY_S));
            rc = queue(d, tx, "tier", "分层计算", detail, e);
        }
    return rc == RC_OK ? job_checkpoint(d->job, tx, STR("done"), d->customers, e) : rc;
}

static void tell_result(struct demo *d)
{
    struct buf b;
    buf_init(&b, 4096);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    json_put_int(&j, "customers", d->first);
    json_put_int(&j, "events", d->events);
    json_put_int(&j, "orders", d->orders);
    json_put_int(&j, "items", d->items);
    json_put_int(&j, "took_us", clock_mono_us() - d->began_us);
    json_open_array(&j, "jobs");
    for (size_t i = 0; i < d->jobs_n; i++)
        json_put_id(&j, NULL, d->jobs[i]);
    json_close_array(&j);
    json_close_object(&j);
    job_set_result(d->job, arena_str(job_arena(d->job), buf_str(&b)));
    buf_done(&b);
}

/* ---- the job ---- */

static enum rc refuse_to_go_on(struct err *e)
{
    enum rc rc = err_set(e, RC_CONFLICT, "demo_interrupted", NULL, "演示企业的生成被中断，无法继续",
                         "making the demo corp was interrupted and cannot go on");
    err_hint(e, "请先移除演示数据，再重新生成。", "Remove the demo data, then make it again.");
    return rc;
}

static enum rc demo_open(struct job *job, struct err *e)
{
    static const int64_t STAGES[] = {1, 2, 3, 4, 5}; /* schema/0001_core.sql */
    if (job_cursor(job).n > 0)
        return refuse_to_go_on(e);
    struct demo *d = ARENA_NEW(job_arena(job), struct demo);
    const struct json_value *detail = job_detail(job);
    d->job = job;
    d->app = job_app(job);
    d->began_us = clock_mono_us();
    d->customers = json_int_or(json_get(detail, "customers"), 20000);
    d->shape = (struct demo_shape){
        .seed = (uint64_t)json_int_or(json_get(detail, "seed"), 1),
        .end_s = clock_now_s(),
        .customers = d->customers,
        .stage_ids = STAGES,
        .channel_wecom = 1,
        .channel_group = 2,
        .channel_mini = 3,
        .channel_store = 4,
    };
    enum rc rc = writer_run(d->app->writer, make_corp, d, e);
    if (rc != RC_OK)
        return rc;
    int64_t *added = ARENA_ARRAY(job_arena(job), int64_t, d->customers);
    demo_added_times(d->shape.seed, d->shape.end_s, added, d->customers);
    d->shape.added_s = added;
    arena_init(&d->arena, 0);
    d->lives = ARENA_ARRAY(job_arena(job), struct demo_life, LIVES_A_CLOSURE);
    d->ingest = ingest_new(&(struct ingest_options){.keys = d->app->keys, .batch_id = d->batch_id});
    job_set_unit(job, "customers");
    job_set_state(job, d);
    return RC_OK;
}

static enum rc demo_step(struct job *job, bool *out_finished, struct err *e)
{
    struct demo *d = job_state(job);
    if (d->first < d->customers)
        return make_customers(d, e);
    enum rc rc = writer_run(d->app->writer, finish, d, e);
    if (rc != RC_OK)
        return rc;
    tell_result(d);
    *out_finished = true;
    return RC_OK;
}

static void demo_close(struct job *job, enum rc rc, bool stopped)
{
    (void)rc;
    (void)stopped;
    struct demo *d = job_state(job);
    ingest_free(d->ingest);
    arena_done(&d->arena);
}

const struct job_kind job_kind_demo = {
    .name = "demo",
    .lane = "data",
    .open = demo_open,
    .step = demo_step,
    .close = demo_close,
};
