/* feed_log.c — the whole log for the mirror, without asking anything of the database for each row.
 *
 * Events come from the pages of their table where the engine lets us (tx_scan()), else from a
 * statement; lines are a statement beside it, merged in by number. What was taken back and when
 * orders were first refunded is read once into sorted arrays. */
#include "store/feed.h"

#include "base/hash.h"
#include "store/event.h"
#include "store/schema_files.h"
#include "store/statements.h"

#include <assert.h>
#include <stdlib.h>

enum { EVENT_COLUMNS = 10, ITEM_COLUMNS = 8 };

/* clang-format off */
static const struct sql OFF_BATCHES = {
    .text = "SELECT object_id FROM event WHERE kind = 43 AND object_kind = 16"
            " AND customer_id = 0 AND object_id IS NOT NULL ORDER BY object_id",
    .out = "i",
};
static const struct sql OFF_EVENTS = {
    .text = "SELECT object_id, batch_id FROM event WHERE kind = 43 AND object_kind = 17"
            " AND object_id IS NOT NULL ORDER BY object_id",
    .out = "iI",
};
static const struct sql REFUNDS = {
    .text = "SELECT order_id, min(at_s) FROM refund /*scan*/ GROUP BY order_id ORDER BY order_id",
    .out = "ii",
};
static const struct sql EVENTS = {
    .text = "SELECT seq, customer_id, at_s, kind, channel_id, staff_id, object_kind, object_id,"
            " amount_fen, batch_id FROM event WHERE seq > $1 AND seq <= $2 ORDER BY seq",
    .in = "ii",
    .out = "iiiiIIIIII",
};
static const struct sql ITEMS = {
    .text = "SELECT i.seq, i.customer_id, i.at_s, o.channel_id, o.staff_id, i.product_id,"
            " i.amount_fen, i.quantity FROM order_item i CROSS JOIN orders o"
            " WHERE i.seq > $1 AND i.seq <= $2 AND i.nature = 'sale'"
            " AND i.customer_id IS NOT NULL AND o.id = i.order_id ORDER BY i.seq",
    .in = "ii",
    .out = "iiiIIIII",
};
/* clang-format on */

static const struct sql NEWEST_EVENTS = {
    .text = "SELECT seq, recorded_us, customer_id, kind FROM event WHERE seq <= $1"
            " ORDER BY seq DESC LIMIT 64",
    .in = "i",
    .out = "iiii",
};
static const struct sql NEWEST_CHANGES = {
    .text = "SELECT seq, recorded_us, customer_id, row_id FROM change WHERE seq <= $1"
            " ORDER BY seq DESC LIMIT 64",
    .in = "i",
    .out = "iiII",
};

STATEMENTS(feed_log, &OFF_BATCHES, &OFF_EVENTS, &REFUNDS, &EVENTS, &ITEMS, &NEWEST_EVENTS,
           &NEWEST_CHANGES);

static_assert(EVENT_RETRACT == 43 && EVENT_ITEM == 13 && EVENT_ORDER == 11 && OBJECT_BATCH == 16 &&
                  OBJECT_EVENT == 17 && OBJECT_PRODUCT == 7,
              "the statements write these numbers out");

/* Ascending keys, perhaps with a value each. */
struct pairs {
    struct arena *a;
    int64_t *key, *value;
    size_t n, room;
};

struct feed_facts {
    struct pairs off_batches, off_events, refunds;
};

static void pairs_add(struct pairs *p, int64_t key, int64_t value)
{
    if (p->n == p->room) {
        size_t room = p->room > 0 ? p->room * 2 : 64;
        int64_t *keys = ARENA_ARRAY(p->a, int64_t, room),
                *values = ARENA_ARRAY(p->a, int64_t, room);
        for (size_t i = 0; i < p->n; i++) {
            keys[i] = p->key[i];
            values[i] = p->value[i];
        }
        p->key = keys;
        p->value = values;
        p->room = room;
    }
    p->key[p->n] = key;
    p->value[p->n++] = value;
}

/* The value of a key, NULL when it is not there. */
static const int64_t *pairs_find(const struct pairs *p, int64_t key)
{
    size_t from = 0, to = p->n;
    if (to == 0 || key < p->key[0] || key > p->key[to - 1])
        return NULL;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (p->key[middle] < key)
            from = middle + 1;
        else
            to = middle;
    }
    return from < p->n && p->key[from] == key ? &p->value[from] : NULL;
}

static enum rc read_pairs(struct tx *tx, const struct sql *q, struct pairs *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, q, &r, e);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r)) {
        int64_t at[2] = {0, 0};
        rows_ints(r, at);
        pairs_add(out, at[0], at[1]);
    }
    return rows_end(r, e);
}

/* Retractions that came with a batch which was itself taken back do not count. */
static void drop_undone(struct feed_facts *f)
{
    size_t kept = 0;
    for (size_t i = 0; i < f->off_events.n; i++) {
        int64_t batch_id = f->off_events.value[i];
        if (batch_id == DB_NULL || pairs_find(&f->off_batches, batch_id) == NULL)
            f->off_events.key[kept++] = f->off_events.key[i];
    }
    f->off_events.n = kept;
}

enum rc feed_facts_read(struct tx *tx, const struct feed_facts **out, struct err *e)
{
    struct feed_facts *f = ARENA_NEW(tx_arena(tx), struct feed_facts);
    f->off_batches.a = f->off_events.a = f->refunds.a = tx_arena(tx);
    enum rc rc = read_pairs(tx, &OFF_BATCHES, &f->off_batches, e);
    if (rc == RC_OK)
        rc = read_pairs(tx, &OFF_EVENTS, &f->off_events, e);
    if (rc == RC_OK)
        rc = read_pairs(tx, &REFUNDS, &f->refunds, e);
    drop_undone(f);
    *out = f;
    return rc;
}

static int64_t or_zero(int64_t value)
{
    return value == DB_NULL ? 0 : value;
}

/* An event out of its columns; false for one that does not count. */
static bool event_of(const int64_t *at, const struct feed_facts *f, struct feed_event *out)
{
    if (at[1] == 0 || (at[9] != DB_NULL && pairs_find(&f->off_batches, at[9]) != NULL) ||
        pairs_find(&f->off_events, at[0]) != NULL)
        return false;
    const int64_t *refunded_s =
        at[3] == EVENT_ORDER && at[7] != DB_NULL ? pairs_find(&f->refunds, at[7]) : NULL;
    *out = (struct feed_event){
        .seq = at[0],
        .customer_id = at[1],
        .at_s = at[2],
        .kind = (int)at[3],
        .channel_id = or_zero(at[4]),
        .staff_id = or_zero(at[5]),
        .object_kind = (int)or_zero(at[6]),
        .object_id = or_zero(at[7]),
        .amount_fen = at[8],
        .quantity = DB_NULL,
        .refunded_s = refunded_s != NULL ? *refunded_s : DB_NULL,
    };
    return true;
}

static bool next_item(struct rows *r, struct feed_event *out)
{
    int64_t at[ITEM_COLUMNS];
    if (!rows_next(r))
        return false;
    rows_ints(r, at);
    *out = (struct feed_event){
        .seq = at[0],
        .customer_id = at[1],
        .at_s = at[2],
        .kind = EVENT_ITEM,
        .channel_id = or_zero(at[3]),
        .staff_id = or_zero(at[4]),
        .object_kind = OBJECT_PRODUCT,
        .object_id = or_zero(at[5]),
        .amount_fen = at[6],
        .quantity = at[7],
        .refunded_s = DB_NULL,
    };
    return true;
}

/* ---- both streams by number ---- */

struct merging {
    const struct feed_facts *facts;
    struct rows *items;
    struct feed_event item; /* the next, */
    bool has_item;          /* if there is one */
    enum rc (*see)(void *to, const struct feed_event *ev, struct err *e);
    void *to;
    enum rc rc;
    struct err *e;
};

static void see_items(struct merging *m, int64_t below_seq)
{
    while (m->rc == RC_OK && m->has_item && m->item.seq < below_seq) {
        m->rc = m->see(m->to, &m->item, m->e);
        m->has_item = next_item(m->items, &m->item);
    }
}

static bool see_columns(void *arg, const int64_t *at)
{
    struct merging *m = arg;
    struct feed_event ev;
    see_items(m, at[0]);
    if (m->rc == RC_OK && event_of(at, m->facts, &ev))
        m->rc = m->see(m->to, &ev, m->e);
    return m->rc == RC_OK;
}

/* Events by a statement. */
static enum rc read_events(struct merging *m, struct tx *tx, int64_t after_seq, int64_t to_seq)
{
    struct rows *events;
    int64_t at[EVENT_COLUMNS];
    enum rc rc = tx_query(tx, &EVENTS, &events, m->e, after_seq, to_seq);
    if (rc != RC_OK)
        return rc;
    while (m->rc == RC_OK && rows_next(events)) {
        rows_ints(events, at);
        (void)see_columns(m, at);
    }
    return rows_end(events, m->e);
}

static enum rc scan_events(struct merging *m, struct tx *tx, int64_t after_seq, int64_t to_seq)
{
    static const char *const COLUMNS[EVENT_COLUMNS] = {
        "seq",      "customer_id", "at_s",      "kind",       "channel_id",
        "staff_id", "object_kind", "object_id", "amount_fen", "batch_id"};
    const struct db_scan scan = {
        .table = "event",
        .columns = COLUMNS,
        .n = EVENT_COLUMNS,
        .after = after_seq,
        .to = to_seq,
        .see = see_columns,
        .arg = m,
    };
    return tx_scan(tx, &scan, m->e);
}

enum rc feed_log(struct tx *tx, const struct feed_facts *facts, int64_t after_seq, int64_t to_seq,
                 enum rc (*see)(void *to, const struct feed_event *ev, struct err *e), void *to,
                 struct err *e)
{
    struct merging m = {.facts = facts, .see = see, .to = to, .e = e};
    if (tx_engine(tx) == DB_POSTGRES) /* one connection streams one result */
        return feed_events(tx, after_seq, to_seq, see, to, e);
    enum rc rc = tx_query(tx, &ITEMS, &m.items, e, after_seq, to_seq);
    if (rc != RC_OK)
        return rc;
    m.has_item = next_item(m.items, &m.item);
    rc = scan_events(&m, tx, after_seq, to_seq);
    if (rc == RC_BUSY)
        rc = read_events(&m, tx, after_seq, to_seq);
    if (rc == RC_OK)
        see_items(&m, INT64_MAX);
    rc = rc == RC_OK ? m.rc : rc;
    enum rc ended = rows_end(m.items, rc == RC_OK ? e : NULL);
    return rc == RC_OK ? ended : rc;
}

static enum rc hash_rows(struct tx *tx, const struct sql *q, int64_t seq, uint64_t *hash,
                         struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, q, &r, e, seq);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r)) {
        int64_t at[4];
        rows_ints(r, at);
        *hash = hash_bytes((struct str){(const char *)at, sizeof at}, *hash);
    }
    return rows_end(r, e);
}

enum rc feed_fingerprint(struct tx *tx, int64_t seq, uint64_t *out, struct err *e)
{
    *out = (uint64_t)schema_migration_count;
    enum rc rc = hash_rows(tx, &NEWEST_EVENTS, seq, out, e);
    return rc == RC_OK ? hash_rows(tx, &NEWEST_CHANGES, seq, out, e) : rc;
}

bool feed_is_of(void *tx, int64_t seq, uint64_t fingerprint)
{
    int64_t last_seq = 0;
    uint64_t here = 0;
    return tx_last_seq(tx, &last_seq, NULL) == RC_OK && seq <= last_seq &&
           feed_fingerprint(tx, seq, &here, NULL) == RC_OK && here == fingerprint;
}
