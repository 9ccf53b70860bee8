/* known.c — two tables of marks: what was met lately, and what was met before that.
 *
 * A thing is known by a 128-bit mark of its kind, issuer and text under a key of this process
 * (SipHash), so no text is kept and none compared. Open addressing with linear probing. When the
 * newer table is full it becomes the older one and the older one is forgotten; what is found in the
 * older one moves over. A lock is held for a probe or a put, never for the database.
 */
#include "domain/known.h"

#include "base/lock.h"
#include "domain/identity.h"
#include "store/removal.h"

#include <assert.h>

enum { TEXT_MOST = 512, PRODUCT = 255 };

struct slot {
    struct secret_mark mark;
    int64_t id; /* 0: free; negative: a product that has no name yet */
};

struct table {
    struct slot *slots;
    size_t room, n; /* room: 0 or a power of two */
};

struct known {
    struct lock lock;
    uint8_t key[16];
    struct secret_indexer indexers[IDENTITY_KINDS];
    struct table newer, older;
    size_t slots;  /* at most, of each */
    int64_t times; /* of removals, when everything in the tables was true */
};

struct known *known_new(const struct keyring *keys, size_t slots)
{
    assert(slots >= KNOWN_SLOTS_LEAST && (slots & (slots - 1)) == 0);
    struct known *k = calloc(1, sizeof *k);
    if (k == NULL)
        abort();
    k->slots = slots;
    lock_init(&k->lock, LOCK_LEAF);
    secret_random(k->key, sizeof k->key);
    for (int i = 0; i < IDENTITY_KINDS; i++)
        identity_indexer(keys, (enum identity_kind)i, &k->indexers[i]);
    return k;
}

static void forget(struct table *t)
{
    free(t->slots);
    *t = (struct table){0};
}

void known_free(struct known *k)
{
    if (k == NULL)
        return;
    forget(&k->newer);
    forget(&k->older);
    for (int i = 0; i < IDENTITY_KINDS; i++)
        secret_indexer_done(&k->indexers[i]);
    lock_done(&k->lock);
    free(k);
}

/* ---- tables ---- */

/* The slot of a mark, or the free one where it would stand. */
static struct slot *slot_of(const struct table *t, struct secret_mark mark)
{
    size_t i = mark.low & (t->room - 1);
    while (t->slots[i].id != 0 &&
           (t->slots[i].mark.low != mark.low || t->slots[i].mark.high != mark.high))
        i = (i + 1) & (t->room - 1);
    return &t->slots[i];
}

static int64_t find(const struct table *t, struct secret_mark mark)
{
    return t->room == 0 ? 0 : slot_of(t, mark)->id;
}

static void resize(struct table *t, size_t room)
{
    struct table larger = {.slots = calloc(room, sizeof *larger.slots), .room = room, .n = t->n};
    if (larger.slots == NULL)
        abort();
    for (size_t i = 0; i < t->room; i++)
        if (t->slots[i].id != 0)
            *slot_of(&larger, t->slots[i].mark) = t->slots[i];
    free(t->slots);
    *t = larger;
}

static void put(struct known *k, struct secret_mark mark, int64_t id)
{
    struct table *t = &k->newer;
    if (t->n >= t->room / 4 * 3 && t->room == k->slots) {
        forget(&k->older);
        k->older = *t;
        *t = (struct table){0};
    }
    if (t->n >= t->room / 4 * 3)
        resize(t, t->room == 0 ? KNOWN_SLOTS_LEAST : t->room * 2);
    struct slot *slot = slot_of(t, mark);
    t->n += slot->id == 0;
    *slot = (struct slot){mark, id};
}

/* Says which number of removals the caller sees; false when the tables are of a later one, so that
 * nothing can be learnt from them nor told to them. */
static bool agree(struct known *k, int64_t times)
{
    if (times > k->times) {
        forget(&k->newer);
        forget(&k->older);
        k->times = times;
    }
    return times == k->times;
}

/* 0: not remembered. */
static int64_t recall(struct known *k, int64_t times, struct secret_mark mark)
{
    int64_t id = 0;
    lock_take(&k->lock);
    if (agree(k, times)) {
        id = find(&k->newer, mark);
        if (id == 0 && (id = find(&k->older, mark)) != 0)
            put(k, mark, id);
    }
    lock_give(&k->lock);
    return id;
}

static void remember(struct known *k, int64_t times, struct secret_mark mark, int64_t id)
{
    lock_take(&k->lock);
    if (agree(k, times))
        put(k, mark, id);
    lock_give(&k->lock);
}

/* ---- customers and products ---- */

struct look {
    struct known *k;
    struct tx *tx;
    int64_t times;
};

/* False for what is too long to be worth it. */
static bool mark_of(const struct known *k, unsigned kind, struct str issuer, struct str value,
                    struct secret_mark *out)
{
    char text[TEXT_MOST];
    size_t n = 0;
    if (issuer.n + value.n + 2 > sizeof text)
        return false;
    text[n++] = (char)kind;
    if (issuer.n > 0)
        memcpy(text + n, issuer.p, issuer.n);
    n += issuer.n;
    text[n++] = 0; /* no issuer holds one */
    if (value.n > 0)
        memcpy(text + n, value.p, value.n);
    *out = secret_mark(k->key, (struct str){text, n + value.n});
    return true;
}

static enum rc find_customer(struct look *l, const struct identity *who, int64_t *out,
                             struct err *e)
{
    uint8_t hash[SECRET_INDEX_BYTES];
    struct secret_mark mark;
    struct str value;
    if (who->value.n == 0 || !mark_of(l->k, who->kind, who->issuer, who->value, &mark))
        return RC_OK;
    *out = recall(l->k, l->times, mark);
    if (*out != 0 || !identity_normalise(tx_arena(l->tx), who->kind, who->value, &value))
        return RC_OK;
    secret_indexer_hash(&l->k->indexers[who->kind], value, hash);
    enum rc rc = identity_find(l->tx, who->kind, who->issuer, hash, out, e);
    if (rc == RC_OK)
        remember(l->k, l->times, mark, *out);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* A product without a name of its own is remembered as its negative id: an event that tells a name
 * is left to ingest, which gives it that name. */
static enum rc find_product(struct look *l, const struct ingest_event *ev, int64_t *out,
                            struct err *e)
{
    struct product_row found;
    struct secret_mark mark;
    bool told = !str_empty(str_trim(ev->product_name));
    if (ev->product_code.n == 0 || !mark_of(l->k, PRODUCT, ev->issuer, ev->product_code, &mark))
        return RC_OK;
    int64_t id = recall(l->k, l->times, mark);
    if (id == 0 || (id < 0 && told)) {
        enum rc rc = product_find(l->tx, ev->issuer, ev->product_code, &found, e);
        if (rc != RC_OK)
            return rc == RC_NOT_FOUND ? RC_OK : rc;
        id = str_eq(found.name, found.code) ? -found.id : found.id;
        remember(l->k, l->times, mark, id);
    }
    *out = id > 0 ? id : told ? 0 : -id;
    return RC_OK;
}

enum rc known_fill(struct known *k, struct tx *tx, struct ingest_event *events, size_t n,
                   int64_t *out_times, struct err *e)
{
    struct look l = {.k = k, .tx = tx};
    *out_times = 0;
    enum rc rc = k != NULL ? removal_times(tx, &l.times, e) : RC_OK;
    for (size_t i = 0; i < n && rc == RC_OK && k != NULL; i++) {
        assert(events[i].customer_id == 0 && events[i].product_id == 0);
        if (events[i].also_n == 0)
            rc = find_customer(&l, &events[i].who, &events[i].customer_id, e);
        if (rc == RC_OK)
            rc = find_product(&l, &events[i], &events[i].product_id, e);
    }
    *out_times = l.times;
    return rc;
}

enum rc known_holds(struct tx *tx, int64_t times, bool *out, struct err *e)
{
    int64_t now = 0;
    enum rc rc = removal_times(tx, &now, e);
    *out = now == times;
    return rc;
}

struct known_size known_size(struct known *k)
{
    struct known_size size = {0};
    if (k == NULL)
        return size;
    lock_take(&k->lock);
    size.things = (int64_t)(k->newer.n + k->older.n);
    size.bytes = (int64_t)((k->newer.room + k->older.room) * sizeof(struct slot));
    lock_give(&k->lock);
    return size;
}
