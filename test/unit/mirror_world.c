/* mirror_world.c — see mirror_world.h. A closure may run twice, so each operation draws from a seed
 * of its own and counts only once it is committed. */
#include "mirror_world.h"
#include "mirror_world_cycles.h"

#include "domain/ingest.h"
#include "domain/merging.h"
#include "domain/order_undo.h"
#include "domain/profile.h"
#include "store/audience.h"
#include "store/batch.h"
#include "store/clv.h"
#include "store/directory.h"
#include "store/relation.h"
#include "store/rfm.h"
#include "store/stage.h"
#include "store/tag.h"
#include "store/tier.h"
#include "store/undo.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    POOLS = 8, /* of orders */
    POOL = 8,  /* orders of one */
    CROWD_A_CLOSURE = 500,
    HORIZON_S = 52 * 7 * DAY_S,
};

/* One operation: a closure that may run twice. */
struct op {
    struct world *w;
    uint64_t seed;
    struct rng rng;
    const struct deed *deed;
    bool did;
    int64_t id;             /* of what it made */
    int refunds, new_buyer; /* … that old orders got; … orders that became another's */
    int pool;               /* of its orders */
};

struct deed {
    const char *name;
    enum rc (*run)(struct tx *tx, struct op *op, struct err *e);
    int weight;
};

/* ---- a list of numbers ---- */

void number_add(struct numbers *l, int64_t x)
{
    if (l->n == l->room) {
        l->room = l->room > 0 ? l->room * 2 : 256;
        l->at = realloc(l->at, l->room * sizeof *l->at);
    }
    l->at[l->n++] = x;
}

int compare_numbers(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* ---- whom, when, what ---- */

static const struct sql TIER_NOW = {
    .text = "SELECT tier_id FROM customer_tier WHERE model_id = $1 AND customer_id = $2",
    .in = "ii",
    .out = "i"};

static int64_t one_of(struct op *op, const int64_t list[static FEW])
{
    return list[rng_below(&op->rng, FEW)];
}

static bool chance(struct op *op, unsigned percent)
{
    return rng_below(&op->rng, 100) < percent;
}

/* A moment that is often an old one, and often that of another event. */
static int64_t moment(struct op *op)
{
    return chance(op, 30) ? NOW_S - 100 * DAY_S + (int64_t)rng_below(&op->rng, 8)
                          : NOW_S - rng_between(&op->rng, 0, (chance(op, 40) ? 30 : 400) * DAY_S);
}

static int64_t anyone(struct op *op)
{
    return op->w->people.at[rng_below(&op->rng, op->w->people.n)];
}

/* A root that is not erased; RC_NOT_FOUND when chance finds none. */
static enum rc a_root(struct tx *tx, struct op *op, struct customer *out, struct err *e)
{
    for (int i = 0; i < 20; i++) {
        int64_t root;
        enum rc rc = customer_root_of(tx, anyone(op), &root, e);
        if (rc == RC_OK)
            rc = customer_load(tx, root, out, e);
        if (rc != RC_OK && rc != RC_NOT_FOUND)
            return rc;
        if (rc == RC_OK && out->erased_s == DB_NULL)
            return RC_OK;
    }
    return RC_NOT_FOUND;
}

const char *const CITIES[FEW] = {"上海", "杭州", "苏州", "Lyon", "成都", "北京"};

static struct str a_city(struct tx *tx, struct op *op)
{
    if (chance(op, 10))
        return arena_printf(tx_arena(tx), "城%d", (int)rng_below(&op->rng, 1000));
    return str_from(CITIES[rng_below(&op->rng, FEW)]);
}

/* ---- customers ---- */

static enum rc make(struct tx *tx, struct op *op, struct err *e)
{
    struct customer_new c = CUSTOMER_NEW;
    op->did = true;
    c.city = chance(op, 60) ? a_city(tx, op) : STR_ABSENT;
    c.province = chance(op, 40) ? STR("浙江") : STR_ABSENT;
    c.gender = chance(op, 50) ? STR("female") : STR_ABSENT;
    c.birth_day = chance(op, 50) ? rng_between(&op->rng, -3000, 12000) : DB_NULL;
    c.source_id = chance(op, 50) ? one_of(op, op->w->sources) : 0;
    c.stage_id = chance(op, 50) ? one_of(op, op->w->stages) : 0;
    c.added_s = chance(op, 50) ? moment(op) : DB_NULL;
    c.first_s = moment(op);
    return customer_make(tx, op->w->f->keys, &c, &op->id, e);
}

static enum rc change(struct tx *tx, struct op *op, struct err *e)
{
    struct customer c;
    enum rc rc = a_root(tx, op, &c, e);
    if (rc != RC_OK)
        return rc;
    op->did = true;
    switch (rng_below(&op->rng, 7)) {
    case 0:
        c.city = chance(op, 20) ? STR_ABSENT : a_city(tx, op);
        break;
    case 1:
        c.stage_id = chance(op, 20) ? DB_NULL : one_of(op, op->w->stages);
        break;
    case 2:
        c.source_id = one_of(op, op->w->sources);
        break;
    case 3:
        c.birth_day = chance(op, 20) ? DB_NULL : rng_between(&op->rng, -3000, 12000);
        break;
    case 4:
        c.no_marketing = !c.no_marketing;
        break;
    case 5:
        c.province = chance(op, 50) ? STR_ABSENT : STR("江苏");
        c.gender = chance(op, 50) ? STR("male") : STR_ABSENT;
        break;
    default:
        c.added_s = moment(op);
        c.first_s = moment(op);
    }
    return customer_store(tx, &c, e);
}

static enum rc change_well(struct tx *tx, struct op *op, struct err *e)
{
    struct customer c;
    enum rc rc = a_root(tx, op, &c, e);
    struct profile_change x = {
        .city_given = true,
        .city = a_city(tx, op),
        .stage_given = true,
        .stage_id = one_of(op, op->w->stages),
        .no_marketing_given = chance(op, 50),
        .no_marketing = (int64_t)rng_below(&op->rng, 2),
    };
    op->did = rc == RC_OK;
    return rc == RC_OK ? profile_change(tx, op->w->f->keys, &c, &x, e) : rc;
}

static enum rc set_field(struct tx *tx, struct op *op, struct err *e)
{
    struct customer c;
    struct field_value v = {
        .field = op->w->field, .text = chance(op, 50) ? STR("x") : STR("y"), .number = DB_NULL};
    enum rc rc = a_root(tx, op, &c, e);
    op->did = rc == RC_OK;
    return rc == RC_OK ? field_set(tx, op->w->f->keys, c.id, &v, e) : rc;
}

static enum rc befriend(struct tx *tx, struct op *op, struct err *e)
{
    return relation_begin(tx, anyone(op), one_of(op, op->w->staff), moment(op), 0, 0, &op->did, e);
}

static enum rc part(struct tx *tx, struct op *op, struct err *e)
{
    enum rc rc = RC_OK;
    for (int i = 0; rc == RC_OK && !op->did && i < 10; i++)
        rc = relation_end(tx, anyone(op), one_of(op, op->w->staff), moment(op), chance(op, 50),
                          &op->did, e);
    return rc;
}

static enum rc tag(struct tx *tx, struct op *op, struct err *e)
{
    struct customer c[3];
    int64_t roots[3], changed = 0;
    size_t n = 0;
    for (int i = 0; i < 3; i++)
        if (a_root(tx, op, &c[n], e) == RC_OK)
            roots[n] = c[n].id, n++;
    qsort(roots, n, sizeof *roots, compare_numbers);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || roots[kept - 1] != roots[i])
            roots[kept++] = roots[i];
    enum rc rc = kept == 0 ? RC_OK : tag_put(tx, roots, kept, one_of(op, op->w->tags), &changed, e);
    op->did = changed > 0;
    return rc;
}

static enum rc untag(struct tx *tx, struct op *op, struct err *e)
{
    enum rc rc = RC_OK;
    for (int i = 0; rc == RC_OK && !op->did && i < 10; i++) {
        struct customer c;
        int64_t changed = 0;
        rc = a_root(tx, op, &c, e);
        if (rc == RC_OK)
            rc = tag_take_off(tx, &c.id, 1, one_of(op, op->w->tags), &changed, e);
        op->did = changed > 0;
    }
    return rc;
}

static enum rc join(struct tx *tx, struct op *op, struct err *e)
{
    return directory_join(tx, one_of(op, op->w->groups), anyone(op), 0, moment(op), 0, &op->did, e);
}

static enum rc leave(struct tx *tx, struct op *op, struct err *e)
{
    enum rc rc = RC_OK;
    for (int i = 0; rc == RC_OK && !op->did && i < 20; i++)
        rc = directory_leave(tx, one_of(op, op->w->groups), anyone(op), moment(op), 0, &op->did, e);
    return rc;
}

static enum rc score(struct tx *tx, struct op *op, struct err *e)
{
    struct customer c;
    enum rc rc = a_root(tx, op, &c, e);
    if (rc != RC_OK)
        return rc;
    op->did = true;
    if (chance(op, 20))
        return rfm_score_remove(tx, c.id, e);
    int64_t f = rng_between(&op->rng, 1, 5), m = rng_between(&op->rng, 1, 5);
    int64_t fen = rng_between(&op->rng, 0, INT64_C(1) << rng_between(&op->rng, 0, 39));
    struct rfm_score s = {c.id, rng_between(&op->rng, 1, 5), f, m, NOW_S, 1, fen};
    return rfm_score_put(tx, op->w->fit_id, &s, e);
}

static enum rc value(struct tx *tx, struct op *op, struct err *e)
{
    struct customer c;
    enum rc rc = a_root(tx, op, &c, e);
    if (rc != RC_OK)
        return rc;
    op->did = true;
    if (chance(op, 20))
        return clv_row_remove(tx, c.id, e);
    struct clv_row row = {.customer_id = c.id,
                          .horizon_s = chance(op, 10) ? HORIZON_S / 2 : HORIZON_S,
                          .alive_ppm = chance(op, 9) ? 1000000 : rng_between(&op->rng, 0, 999999),
                          .purchases_micro = rng_between(&op->rng, 0, INT64_C(30000000000)),
                          .repeats = rng_between(&op->rng, 0, 2),
                          .clv_fen = rng_between(&op->rng, 0, chance(op, 50) ? 500 : 90000) * 10};
    return clv_row_put(tx, op->w->clv_fit_id, &row, e);
}

static enum rc move_tier(struct tx *tx, struct op *op, struct err *e)
{
    struct customer c;
    int64_t run, now = 0, moved, at_s = moment(op),
                 to = chance(op, 20) ? 0 : one_of(op, op->w->tiers);
    enum rc rc = a_root(tx, op, &c, e);
    if (rc != RC_OK)
        return rc;
    rc = tx_int(tx, &TIER_NOW, &now, e, op->w->model_id, c.id);
    if (rc == RC_NOT_FOUND)
        rc = RC_OK;
    if (rc != RC_OK || now == to)
        return rc;
    op->did = true;
    rc = tier_run_begin(tx, op->w->model_id, at_s, &run, e);
    if (rc == RC_OK)
        rc = tier_move(tx, run, op->w->model_id, c.id, now, to, at_s, e);
    return rc == RC_OK ? tier_run_end(tx, run, 1, 1, &moved, e) : rc;
}

static enum rc merge(struct tx *tx, struct op *op, struct err *e)
{
    struct customer one, other;
    int64_t id;
    enum rc rc = a_root(tx, op, &one, e);
    if (rc == RC_OK)
        rc = a_root(tx, op, &other, e);
    if (rc != RC_OK || one.id == other.id)
        return rc;
    op->did = true;
    return identity_merge(tx, one.id, other.id, chance(op, 30) ? one.id : 0, MERGE_MANUAL, 0, &id,
                          e);
}

static enum rc unmerge(struct tx *tx, struct op *op, struct err *e)
{
    enum rc rc = RC_CONFLICT;
    for (int i = 0; op->w->merges.n > 0 && rc == RC_CONFLICT && i < 10; i++) {
        int64_t id = op->w->merges.at[rng_below(&op->rng, op->w->merges.n)];
        rc = identity_unmerge(tx, id, 0, e);
    }
    op->did = rc == RC_OK;
    return rc;
}

static enum rc erase(struct tx *tx, struct op *op, struct err *e)
{
    struct customer c;
    enum rc rc = a_root(tx, op, &c, e);
    op->did = rc == RC_OK;
    return rc == RC_OK ? profile_erase(tx, c.id, e) : rc;
}

/* A merge of two who were made just now, in one closure with what they have. */
static enum rc make_one_of_two(struct tx *tx, struct op *op, struct err *e)
{
    int64_t a, b, id;
    bool added;
    enum rc rc = make(tx, op, e);
    a = op->id;
    if (rc == RC_OK)
        rc = make(tx, op, e);
    b = op->id;
    if (rc == RC_OK)
        rc = relation_begin(tx, b, one_of(op, op->w->staff), moment(op), 0, 0, &added, e);
    return rc == RC_OK ? identity_merge(tx, a, b, 0, MERGE_MANUAL, 0, &id, e) : rc;
}

/* ---- events ---- */

struct event world_event(struct rng *rng, const struct world *w, int64_t customer_id)
{
    struct op at = {.w = (struct world *)w, .rng = *rng}, *op = &at;
    static const enum object_kind ABOUT[] = {OBJECT_NONE, OBJECT_COUPON, OBJECT_MATERIAL,
                                             OBJECT_PAGE, OBJECT_TASK,   OBJECT_CODE};
    struct event ev = {
        .customer_id = customer_id,
        .at_s = moment(op),
        .kind = chance(op, 40)
                    ? EVENT_VIEW + (int)rng_below(&op->rng, 4)
                    : EVENT_MESSAGE + (int)rng_below(&op->rng, EVENT_INVITED - EVENT_MESSAGE + 1),
        .channel_id = chance(op, 50) ? one_of(op, op->w->channels) : 0,
        .staff_id = chance(op, 50) ? one_of(op, op->w->staff) : 0,
        .object_kind = ABOUT[rng_below(&op->rng, 6)],
        .amount_fen = rng_between(&op->rng, -5, 90000),
        .has_amount = chance(op, 20),
    };
    if (ev.object_kind != OBJECT_NONE)
        ev.object_id = rng_between(&op->rng, 1, 30);
    *rng = at.rng;
    return ev;
}

static enum rc happen(struct tx *tx, struct op *op, struct err *e)
{
    enum rc rc = RC_OK;
    op->did = true;
    for (int i = (int)rng_between(&op->rng, 1, 40); rc == RC_OK && i > 0; i--) {
        struct event ev = world_event(&op->rng, op->w, anyone(op));
        rc = event_add(tx, &ev, e);
    }
    return rc;
}

static enum rc retract(struct tx *tx, struct op *op, struct err *e)
{
    const struct world *w = op->w;
    if (w->logged.n == 0)
        return RC_OK;
    size_t i = rng_below(&op->rng, w->logged.n);
    op->did = true;
    return event_retract(tx, w->logged.at[i], w->owners.at[i], 0, e);
}

/* ---- orders and imports ---- */

static struct identity a_buyer(struct tx *tx, struct op *op)
{
    return (struct identity){
        IDENTITY_BUYER, STR("shop"),
        chance(op, 8) ? STR("") : arena_printf(tx_arena(tx), "b%d", (int)rng_below(&op->rng, 40))};
}

static enum rc put_order(struct tx *tx, struct op *op, struct ingest *g, int number, struct err *e)
{
    struct ingest_item items[3];
    struct ingest_counts counts = {0};
    struct order_row before = {0}, after = {0};
    struct op own = {.w = op->w, .rng = rng_seed((uint64_t)number)},
              *x = chance(op, 40) ? &own : op;
    int64_t at_s = moment(x); /* often as before, so that only the header changes */
    bool sale = number % 8 != 0;
    struct ingest_refund refund = {STR("1"), at_s + rng_between(&op->rng, 0, 3 * DAY_S),
                                   rng_between(&op->rng, 1, 500)};
    struct ingest_order o = {
        .channel_id = op->w->channels[number % FEW],
        .issuer = STR("shop"),
        .number = arena_printf(tx_arena(tx), "%s%d", sale ? "N" : "X", number),
        .nature = sale ? ORDER_SALE : ORDER_CANCELLATION,
        .state = chance(op, 80) ? ORDER_PAID : ORDER_CREATED,
        .buyer = a_buyer(tx, op),
        .staff_id = chance(op, 50) ? one_of(op, op->w->staff) : 0,
        .at_s = at_s,
        .paid_s = chance(op, 80) ? at_s : DB_NULL,
        .total_fen = chance(op, 30) ? rng_between(&op->rng, 0, 9000) : DB_NULL,
        .paid_fen = chance(op, 40) ? rng_between(&op->rng, 0, 9000) : DB_NULL,
        .province = chance(op, 60) ? str_from(CITIES[rng_below(&op->rng, FEW)]) : STR_ABSENT,
        .items = items,
        .items_n = rng_below(&x->rng, 4),
        .refunds = &refund,
        .refunds_n = chance(op, 30) ? 1 : 0,
    };
    for (size_t i = 0; i < o.items_n; i++)
        items[i] = (struct ingest_item){
            .code = arena_printf(tx_arena(tx), "P%d", (int)rng_below(&x->rng, 9)),
            .at_s = at_s + (int64_t)i,
            .quantity = rng_between(&x->rng, 0, 3),
            .unit_price_micro = 1000000 * rng_between(&x->rng, 0, 9),
            .amount_fen = rng_between(&x->rng, sale ? 0 : -900, sale ? 900 : 0),
            .occurrence = 1,
        };
    if (o.items_n == 0 && o.total_fen == DB_NULL)
        o.total_fen = sale ? 700 : -700;
    enum rc rc = order_find(tx, o.channel_id, o.number, &before, e);
    if (rc == RC_OK || rc == RC_NOT_FOUND)
        rc = ingest_orders(g, tx, &o, 1, &counts, e);
    if (rc == RC_OK)
        rc = order_find(tx, o.channel_id, o.number, &after, e);
    op->did = true;
    op->refunds += before.id != 0 && before.refunded_fen != after.refunded_fen;
    op->new_buyer += before.customer_id != 0 && before.customer_id != after.customer_id;
    return rc;
}

/* Nothing of an order that is there but a refund of it. */
static enum rc put_refund(struct tx *tx, struct op *op, struct ingest *g, int number, struct err *e)
{
    struct ingest_counts counts = {0};
    struct order_row row;
    struct ingest_refund refund = {arena_printf(tx_arena(tx), "%d", (int)rng_below(&op->rng, 3)),
                                   moment(op), rng_between(&op->rng, 1, 500)};
    struct ingest_order o = {.channel_id = op->w->channels[number % FEW],
                             .number = arena_printf(tx_arena(tx), "N%d", number),
                             .refunds = &refund,
                             .refunds_n = 1};
    enum rc rc = order_find(tx, o.channel_id, o.number, &row, e);
    if (rc != RC_OK)
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    o.state = row.state;
    o.at_s = row.at_s;
    o.paid_s = o.total_fen = o.paid_fen = DB_NULL;
    op->refunds++;
    return ingest_orders(g, tx, &o, 1, &counts, e);
}

static enum rc put_customer(struct tx *tx, struct op *op, struct ingest *g, struct err *e)
{
    struct arena *a = tx_arena(tx);
    struct ingest_counts counts = {0};
    int number = (int)rng_below(&op->rng, 60);
    struct identity list[] = {
        {IDENTITY_BUYER, STR("shop"), arena_printf(a, "b%d", number % 40)},
        {IDENTITY_UNIONID, STR(""), arena_printf(a, "u%d", (int)rng_below(&op->rng, 50))}};
    struct ingest_customer c = {
        .identities = list + rng_below(&op->rng, 2),
        .identities_n = 1,
        .city = a_city(tx, op),
        .birth_day = chance(op, 50) ? rng_between(&op->rng, 0, 12000) : DB_NULL,
        .first_s = moment(op),
        .added_s = moment(op),
        .staff_id = chance(op, 50) ? one_of(op, op->w->staff) : 0,
        .no_marketing = -1,
        .tag_ids = op->w->tags,
        .tags_n = rng_below(&op->rng, 3),
    };
    if (chance(op, 30)) { /* two accounts, perhaps of two customers: a merge */
        c.identities = list;
        c.identities_n = 2;
    }
    return ingest_customers(g, tx, &c, 1, &counts, e);
}

static enum rc put_event(struct tx *tx, struct op *op, struct ingest *g, struct err *e)
{
    struct ingest_counts counts = {0};
    struct ingest_event ev = {
        .who = a_buyer(tx, op),
        .kind = EVENT_VIEW,
        .at_s = moment(op),
        .issuer = STR("shop"),
        .product_code = STR("P1"),
        .occurrence = 1,
    };
    return ingest_events(g, tx, &ev, 1, &counts, e);
}

/* A pool of orders: the imports of one are taken back last first, and nobody else touches them, as
 * only then an order is again what it was. -1: none. */
static int free_pool(struct op *op, bool importing)
{
    const struct world *w = op->w;
    int pool = (int)rng_below(&op->rng, POOLS);
    for (size_t i = 0; i < w->batches_n; i++)
        if (w->pools[i] == pool && (!importing || w->batches[i] == w->undoing))
            return -1;
    return importing && pool == 0 ? -1 : pool;
}

/* Some of everything, as the import `batch_id` (0: none). */
static enum rc hand_in(struct tx *tx, struct op *op, int64_t batch_id, int n, struct err *e)
{
    struct ingest_options options = {.keys = op->w->f->keys, .batch_id = batch_id};
    struct ingest *g = ingest_new(&options);
    enum rc rc = ingest_begin(g, tx, 1, e);
    int pool = free_pool(op, batch_id != 0), first = (int)rng_below(&op->rng, POOL);
    for (int i = 0; rc == RC_OK && pool >= 0 && i < n; i++) {
        rc = (chance(op, 35) ? put_refund : put_order)(tx, op, g, pool * POOL + (first + i) % POOL,
                                                       e);
        if (rc == RC_OK && (batch_id != 0 || chance(op, 20)))
            rc = put_customer(tx, op, g, e);
        if (rc == RC_OK && (batch_id != 0 || chance(op, 20)))
            rc = put_event(tx, op, g, e);
    }
    if (rc == RC_OK)
        rc = ingest_end(g, tx, e);
    ingest_free(g);
    op->pool = pool;
    return rc;
}

static enum rc order(struct tx *tx, struct op *op, struct err *e)
{
    return hand_in(tx, op, 0, 2, e);
}

static enum rc import(struct tx *tx, struct op *op, struct err *e)
{
    static const uint8_t HASH[32];
    struct batch_row b = {
        .id = tx_id(tx),
        .kind = BATCH_ORDERS,
        .file_name = STR("f"),
        .file_hash = {(const char *)HASH, sizeof HASH},
        .mapping = STR("{}"),
        .state = BATCH_DONE,
        .created_s = NOW_S,
    };
    if (op->w->batches_n == BATCHES)
        return RC_OK;
    op->did = true;
    enum rc rc = batch_add(tx, &b, e);
    if (rc == RC_OK)
        rc = hand_in(tx, op, b.id, 6, e);
    if (rc != RC_OK)
        return rc;
    op->id = b.id;
    return RC_OK;
}

/* The end of an import: when its customers were first seen. */
static enum rc see_first(struct tx *tx, struct op *op, struct err *e)
{
    const struct world *w = op->w;
    int64_t *touched;
    size_t n;
    if (w->batches_n == 0)
        return RC_OK;
    int64_t batch_id = w->batches[rng_below(&op->rng, w->batches_n)];
    enum rc rc = batch_customers(tx, batch_id, 0, &touched, &n, e);
    op->did = n > 0;
    return rc == RC_OK ? batch_first_seen(tx, batch_id, touched, n, e) : rc;
}

/* As domain/import_undo.c does it: first the mark, later the rows. */
static enum rc undo_begin(struct tx *tx, struct op *op, struct err *e)
{
    struct world *w = op->w;
    if (w->undoing != 0 || w->batches_n == 0)
        return RC_OK;
    op->did = true;
    int pool = w->pools[rng_below(&op->rng, w->batches_n)];
    for (size_t i = 0; i < w->batches_n; i++)
        op->id = w->pools[i] == pool ? w->batches[i] : op->id;
    enum rc rc = event_retract_batch(tx, op->id, e);
    return rc == RC_OK ? batch_set_state(tx, op->id, BATCH_UNDOING, e) : rc;
}

static enum rc undo_one(struct tx *tx, int64_t batch_id, enum undo_part p, int64_t key,
                        struct err *e)
{
    bool gone;
    int64_t *tags, changed;
    size_t n = 0;
    if (p == UNDO_CHANGES)
        return order_undo_change(tx, key, batch_id, e);
    if (p != UNDO_TAGS)
        return undo_remove(tx, p, batch_id, key, &gone, e);
    enum rc rc = undo_tags(tx, batch_id, key, &tags, &n, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        rc = tag_take_off(tx, &key, 1, tags[i], &changed, e);
    return rc;
}

enum rc world_undo(struct tx *tx, int64_t batch_id, struct err *e)
{
    enum rc rc = RC_OK;
    for (int p = 0; rc == RC_OK && p < UNDO_PARTS; p++) {
        int64_t *keys;
        size_t n;
        rc = undo_next(tx, (enum undo_part)p, batch_id, 0, 500, &keys, &n, e);
        for (size_t i = 0; rc == RC_OK && i < n; i++)
            rc = undo_one(tx, batch_id, (enum undo_part)p, keys[i], e);
    }
    if (rc == RC_OK)
        rc = event_retract_batch(tx, batch_id, e);
    return rc == RC_OK ? batch_set_state(tx, batch_id, BATCH_UNDONE, e) : rc;
}

static enum rc undo_end(struct tx *tx, struct op *op, struct err *e)
{
    op->did = op->w->undoing != 0;
    return op->did ? world_undo(tx, op->w->undoing, e) : RC_OK;
}

/* A customer that an import made, and nothing else touched: it goes without a word about events. */
static enum rc make_loner(struct tx *tx, struct op *op, struct err *e)
{
    struct customer_new c = CUSTOMER_NEW;
    c.first_s = moment(op);
    c.city = a_city(tx, op);
    c.batch_id = 7;
    if (op->w->loners_n == BATCHES)
        return RC_OK;
    op->did = true;
    return customer_make(tx, op->w->f->keys, &c, &op->id, e);
}

static enum rc remove_loner(struct tx *tx, struct op *op, struct err *e)
{
    for (size_t i = 0; i < op->w->loners_n; i++) {
        enum rc rc = undo_remove(tx, UNDO_CUSTOMERS, 7, op->w->loners[i], &op->did, e);
        if (rc != RC_OK || op->did)
            return rc;
    }
    return RC_OK;
}

static const struct deed DEEDS[] = {
    {"make", make, 6},
    {"change", change, 8},
    {"change well", change_well, 4},
    {"field", set_field, 2},
    {"befriend", befriend, 6},
    {"part", part, 3},
    {"tag", tag, 6},
    {"untag", untag, 4},
    {"join", join, 6},
    {"leave", leave, 4},
    {"score", score, 6},
    {"value", value, 5},
    {"tier", move_tier, 6},
    {"merge", merge, 5},
    {"unmerge", unmerge, 4},
    {"erase", erase, 2},
    {"two made one", make_one_of_two, 2},
    {"happen", happen, 12},
    {"retract", retract, 4},
    {"order", order, 14},
    {"import", import, 3},
    {"see first", see_first, 3},
    {"undo begins", undo_begin, 1},
    {"undo ends", undo_end, 2},
    {"a loner comes", make_loner, 2},
    {"a loner goes", remove_loner, 2},
};
enum { DEEDS_N = sizeof DEEDS / sizeof *DEEDS };
static int counts[DEEDS_N], refunds, new_buyers;

/* ---- founding ---- */

static const struct sql ACCOUNT = {
    .text = "INSERT INTO account (id, login, name, role, scope, created_s, updated_us)"
            " VALUES ($1, $2, $2, 'staff', 'own', 0, 0)",
    .in = "is"};
static const struct sql ACCOUNT_STAFF = {
    .text = "INSERT INTO account_staff (account_id, staff_id) VALUES ($1, $2)", .in = "ii"};
static const struct sql DISMISS = {.text = "UPDATE chat_group SET dismissed_s = $2 WHERE id = $1",
                                   .in = "ii"};

/* Each of a kind, with the others of its number: the last half in another tag group. */
static enum rc found_one(struct tx *tx, struct world *w, int i, const int64_t tag_groups[2],
                         const int64_t departments[2], struct err *e)
{
    struct str name = arena_printf(tx_arena(tx), "n%d of %d", i, w->founded);
    struct staff_new s = {
        .userid = name, .name = name, .department_id = departments[i % 2], .joined_s = DB_NULL};
    struct group_new g = {
        .name = name, .kind = STR("feed"), .level = i < FEW / 2 ? STR("vip") : STR("welfare")};
    enum rc rc = directory_add_staff(tx, &s, &w->staff[i], e);
    if (rc == RC_OK)
        rc = directory_add_group(tx, &g, &w->groups[i], e);
    if (rc == RC_OK && i % 3 == 2)
        rc = tx_exec(tx, &DISMISS, e, w->groups[i], NOW_S - i * i * i / 5 * DAY_S);
    if (rc == RC_OK)
        rc = tag_add(tx, tag_groups[i / (FEW / 2)], name, STR("fine"), DB_NULL, &w->tags[i], e);
    if (rc == RC_OK)
        rc = stage_add(tx, name, DB_NULL, STR("open"), &w->stages[i], e);
    if (rc == RC_OK)
        rc = source_find_or_add(tx, name, &w->sources[i], e);
    if (rc == RC_OK)
        rc = channel_find_or_add(tx, name, &w->channels[i], e);
    return rc;
}

static enum rc found_things(struct tx *tx, struct world *w, struct err *e)
{
    struct arena *a = tx_arena(tx);
    int64_t category, groups[2], departments[2];
    struct department_new all = {.name = arena_printf(a, "总部 %d", w->founded),
                                 .kind = STR("office"),
                                 .city = STR_ABSENT,
                                 .external_id = STR_ABSENT};
    enum rc rc = directory_add_department(tx, &all, &departments[0], e);
    struct department_new shop = all;
    shop.parent_id = departments[0];
    shop.name = arena_printf(a, "门店 %d", w->founded);
    if (rc == RC_OK)
        rc = directory_add_department(tx, &shop, &departments[1], e);
    if (rc == RC_OK)
        rc = tag_category_add(tx, STR("标"), DB_NULL, &category, e);
    if (rc == RC_OK)
        rc = tag_group_add(tx, category, STR("签"), DB_NULL, &groups[0], e);
    if (rc == RC_OK)
        rc = tag_group_add(tx, category, STR("号"), DB_NULL, &groups[1], e);
    for (int i = 0; rc == RC_OK && i < FEW; i++)
        rc = found_one(tx, w, i, groups, departments, e);
    w->account_id = tx_id(tx);
    if (rc == RC_OK)
        rc = tx_exec(tx, &ACCOUNT, e, w->account_id, arena_printf(a, "a%d", w->founded));
    for (int i = 0; rc == RC_OK && i < 2; i++)
        rc = tx_exec(tx, &ACCOUNT_STAFF, e, w->account_id, w->staff[i]);
    return rc;
}

static enum rc found_model(struct tx *tx, struct world *w, struct err *e)
{
    struct tier_row rows[FEW] = {{0}};
    struct tier_model m = {.name = STR("价值"),
                           .kind = STR("value"),
                           .subject = STR("customer"),
                           .period_s = DAY_S,
                           .enabled = true,
                           .tiers = rows,
                           .tiers_n = FEW};
    for (int i = 0; i < FEW; i++)
        rows[i] = (struct tier_row){.position = i + 1,
                                    .name = arena_printf(tx_arena(tx), "n%d", i),
                                    .expression = STR("all"),
                                    .color = STR("blue"),
                                    .advice = STR("")};
    enum rc rc = tier_model_add(tx, &m, e);
    for (int i = 0; rc == RC_OK && i < FEW; i++)
        w->tiers[i] = m.tiers[i].id;
    w->model_id = m.id;
    w->field = (struct field){.key = STR("k"),
                              .name = STR("k"),
                              .type = STR("text"),
                              .class = STR("plain"),
                              .position = DB_NULL,
                              .archived_s = DB_NULL};
    if (rc == RC_OK)
        rc = score_fit_add(tx, "rfm", NOW_S, DAY_S, 0, STR("{}"), &w->fit_id, e);
    if (rc == RC_OK)
        rc = clv_fit_add(tx, NOW_S, HORIZON_S, 0, true, STR("{}"), &w->clv_fit_id, e);
    return rc == RC_OK ? field_add(tx, &w->field, e) : rc;
}

static enum rc found_audiences(struct tx *tx, const struct world *w, struct err *e)
{
    struct arena *a = tx_arena(tx);
    struct str texts[] = {
        STR("count(order) >= 1"),
        arena_printf(a, "tag(\"n0 of %d\") or ever(view, last 90d)", w->founded),
    };
    enum rc rc = RC_OK;
    for (int i = 0; rc == RC_OK && i < 2; i++) {
        struct audience_row row = {.id = tx_id(tx),
                                   .name = arena_printf(a, "人群%d of %d", i, w->founded),
                                   .subject = STR("customer"),
                                   .expression = texts[i],
                                   .note = STR_ABSENT,
                                   .size = DB_NULL,
                                   .sized_s = DB_NULL,
                                   .archived_s = DB_NULL};
        rc = audience_add(tx, &row, e);
    }
    return rc;
}

enum rc world_found(struct tx *tx, void *arg, struct err *e)
{
    struct world *w = arg;
    bool added;
    enum rc rc = found_things(tx, w, e);
    rc = rc == RC_OK ? found_model(tx, w, e) : rc;
    rc = rc == RC_OK ? found_audiences(tx, w, e) : rc;
    rc = rc == RC_OK ? world_found_cycles(tx, w->founded, e) : rc;
    struct op op = {.w = w, .rng = rng_seed(w->seed)};
    for (int i = 0; rc == RC_OK && i < 40; i++)
        rc = make(tx, &op, e);
    if (rc == RC_OK)
        rc = relation_begin(tx, op.id, w->staff[0], NOW_S, 0, 0, &added, e);
    return rc;
}

/* ---- a crowd ---- */

struct crowd {
    struct world *w;
    uint64_t seed;
    size_t customers, events;
};

static enum rc crowd_in(struct tx *tx, void *arg, struct err *e)
{
    struct crowd *c = arg;
    struct op op = {.w = c->w, .rng = rng_seed(c->seed)};
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < c->customers; i++)
        rc = make(tx, &op, e);
    for (size_t i = 0; rc == RC_OK && i < c->events; i++) {
        struct event ev = world_event(&op.rng, c->w, anyone(&op));
        rc = event_add(tx, &ev, e);
    }
    return rc;
}

static void look(struct world *w)
{
    struct tx *tx;
    store_must(w->f, db_read_begin(w->f->db, &tx, &w->f->err));
    world_look(w, tx);
    db_read_end(tx);
}

void world_crowd(struct world *w, size_t customers, size_t events)
{
    struct crowd c = {.w = w};
    for (size_t left = customers; left > 0; left -= c.customers) {
        c.customers = left < CROWD_A_CLOSURE ? left : CROWD_A_CLOSURE;
        c.seed = rng_u64(&w->rng);
        store_write(w->f, crowd_in, &c);
    }
    c.customers = 0;
    look(w);
    for (size_t left = events; left > 0; left -= c.events) {
        c.events = left < CROWD_A_CLOSURE ? left : CROWD_A_CLOSURE;
        c.seed = rng_u64(&w->rng);
        store_write(w->f, crowd_in, &c);
    }
}

/* ---- looking ---- */

static const struct sql PEOPLE = {.text = "SELECT id FROM customer /*scan*/ ORDER BY id",
                                  .out = "i"};
static const struct sql MERGES = {.text = "SELECT id FROM merge /*scan*/ ORDER BY id", .out = "i"};
static const struct sql LOGGED = {
    .text = "SELECT seq, customer_id FROM event WHERE kind BETWEEN 14 AND 36 /*scan*/ ORDER BY seq",
    .out = "ii"};

void world_read(struct world *w, struct tx *tx, const struct sql *q, struct numbers *first,
                struct numbers *second)
{
    struct rows *r;
    first->n = 0;
    store_must(w->f, tx_query(tx, q, &r, &w->f->err));
    for (size_t n = 0; rows_next(r); n++) {
        number_add(first, rows_int(r, 0));
        if (second != NULL) {
            second->n = n;
            number_add(second, rows_int(r, 1));
        }
    }
    store_must(w->f, rows_end(r, &w->f->err));
}

void world_look(struct world *w, struct tx *tx)
{
    world_read(w, tx, &PEOPLE, &w->people, NULL);
    world_read(w, tx, &MERGES, &w->merges, NULL);
    world_read(w, tx, &LOGGED, &w->logged, &w->owners);
}

void world_lists_free(struct world *w)
{
    free(w->people.at);
    free(w->merges.at);
    free(w->logged.at);
    free(w->owners.at);
}

/* ---- living ---- */

static enum rc run_deed(struct tx *tx, void *arg, struct err *e)
{
    struct op *op = arg;
    op->rng = rng_seed(op->seed);
    op->did = false;
    op->refunds = op->new_buyer = 0;
    op->id = 0;
    return op->deed->run(tx, op, e);
}

void world_live(struct world *w)
{
    int all = 0, at = 0;
    for (int i = 0; i < DEEDS_N; i++)
        all += DEEDS[i].weight;
    for (int x = (int)rng_below(&w->rng, (uint64_t)all) - DEEDS[0].weight; x >= 0; at++)
        x -= DEEDS[at + 1].weight;
    struct op op = {.w = w, .seed = rng_u64(&w->rng), .deed = &DEEDS[at]};
    enum rc rc = writer_run(w->f->writer, run_deed, &op, &w->f->err);
    if (rc == RC_CONFLICT || rc == RC_NOT_FOUND)
        return;
    if (rc != RC_OK)
        print_error("%s, \"%s\"\n", w->when, op.deed->name);
    store_must(w->f, rc);
    counts[at] += op.did;
    refunds += op.refunds;
    new_buyers += op.new_buyer;
    if (op.deed->run == import && op.id != 0) {
        w->pools[w->batches_n] = op.pool;
        w->batches[w->batches_n++] = op.id;
    }
    if (op.deed->run == make_loner && op.id != 0)
        w->loners[w->loners_n++] = op.id;
    if (op.deed->run == undo_begin && op.did)
        w->undoing = op.id;
    if (op.deed->run == undo_end && op.did) {
        size_t i = 0;
        while (w->batches[i] != w->undoing)
            i++;
        for (w->batches_n--; i < w->batches_n; i++) {
            w->batches[i] = w->batches[i + 1];
            w->pools[i] = w->pools[i + 1];
        }
        w->undoing = 0;
    }
}

void world_counts_check(const struct world *w)
{
    if (getenv("KOI_VERBOSE") != NULL) {
        print_message("  %d steps, %d anew; %d refunds of old orders, %d new buyers\n", w->stepped,
                      w->rebuilt, refunds, new_buyers);
        for (int i = 0; i < DEEDS_N; i++)
            print_message("  %s %d%s", DEEDS[i].name, counts[i], i + 1 < DEEDS_N ? "," : "\n");
    }
    for (int i = 0; i < DEEDS_N; i++)
        if (counts[i] == 0)
            fail_msg("%s, nobody did \"%s\"", w->when, DEEDS[i].name);
    assert_true(refunds > 0 && new_buyers > 0 && w->stepped > 2 * w->rebuilt);
}

void world_counts_clear(void)
{
    memset(counts, 0, sizeof counts);
    refunds = new_buyers = 0;
}
