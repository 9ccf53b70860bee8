/* event.c — writing the log, taking things back, kinds that imports bring.
 *
 * Both logs, `event` and `change`, are appended with numbers of the one shared sequence
 * (tx_append), so whoever reads them by number misses nothing. Nothing is updated or deleted here.
 * A retraction of one event has that event's customer and the current time; of a batch, customer 0.
 * Cost on SQLite: 1 µs an event and as much a change.
 */
#include "store/event.h"

#include "store/event_index.h"
#include "store/statements.h"

#include <assert.h>

static const struct sql EVENT_ADD = {
    .text = "INSERT INTO event (seq, recorded_us, batch_id, customer_id, at_s, kind, channel_id, "
            "staff_id,"
            " object_kind, object_id, amount_fen, props) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, "
            "$9, $10, $11, $12)",
    .in = "iiIiiiIIIIIS",
};
static const struct sql EVENT_EQUAL = {
    .text = "SELECT 1 FROM event v WHERE v.seq = $1 AND coalesce(v.channel_id, 0) = $2"
            " AND coalesce(v.staff_id, 0) = $3 AND coalesce(v.object_kind, 0) = $4"
            " AND coalesce(v.object_id, 0) = $5 AND coalesce(v.amount_fen, $7) = $6"
            " AND " EVENT_LIVE("v"),
    .in = "iiiiiii",
    .out = "i",
};
static const struct sql EVENT_ABOUT = {
    .text = "SELECT 1 FROM event v WHERE v.seq = $1 AND v.object_kind = $2 AND v.object_id = $3"
            " AND " EVENT_LIVE("v"),
    .in = "iii",
    .out = "i",
};
static const struct sql EVENT_SEEN = {
    .text = "SELECT v.at_s, CASE WHEN v.props IS NULL THEN 0 ELSE 1 END FROM event v"
            " WHERE v.seq = $1 AND ($2 = 0 OR v.staff_id = $2) AND ($3 = 0 OR v.object_id = $3)"
            " AND " EVENT_LIVE("v"),
    .in = "iii",
    .out = "ii",
};
static const struct sql CHANGE_ADD = {
    .text = "INSERT INTO change (seq, recorded_us, table_name, row_id, customer_id) VALUES ($1, "
            "$2, $3, $4, $5)",
    .in = "iisiI",
};
static const struct sql KIND_FIND = {
    .text = "SELECT id FROM event_kind WHERE name = $1",
    .in = "s",
    .out = "i",
};
static const struct sql KIND_LAST = {
    .text = "SELECT max(id) FROM event_kind",
    .out = "i",
};
static const struct sql KIND_ADD = {
    .text = "INSERT INTO event_kind (id, name, zh, en) VALUES ($1, $2, $3, $4)",
    .in = "isss",
};

STATEMENTS(event, &EVENT_ADD, &EVENT_EQUAL, &EVENT_ABOUT, &EVENT_SEEN, &CHANGE_ADD, &KIND_FIND,
           &KIND_LAST, &KIND_ADD);

static int64_t none_if_zero(int64_t id)
{
    return id == 0 ? DB_NULL : id;
}

enum rc event_add(struct tx *tx, const struct event *ev, struct err *e)
{
    assert(tx_is_writing(tx));
    assert(ev->kind > 0 && ev->kind <= EVENT_KIND_MAX);
    assert(ev->customer_id != 0 || ev->kind == EVENT_RETRACT || ev->kind == EVENT_ORDER_CHANGE);
    return tx_append(tx, &EVENT_ADD, e, tx_now_us(tx), none_if_zero(ev->batch_id), ev->customer_id,
                     ev->at_s, ev->kind, none_if_zero(ev->channel_id), none_if_zero(ev->staff_id),
                     none_if_zero((int64_t)ev->object_kind), none_if_zero(ev->object_id),
                     ev->has_amount ? ev->amount_fen : DB_NULL, ev->props);
}

/* Stands for "no amount" where amounts are compared. */
static const int64_t NO_AMOUNT = INT64_MIN + 1;

/* ---- looking for one ---- */

struct event_peers {
    struct event_ref *refs; /* by customer, time and number */
    size_t n;
};

enum rc event_peers_read(struct tx *tx, struct event_filters *filters, const struct event *events,
                         size_t n, struct event_peers **out, struct err *e)
{
    struct event_peers *peers = ARENA_NEW(tx_arena(tx), struct event_peers);
    struct event_ref *like = ARENA_ARRAY(tx_arena(tx), struct event_ref, n + 1);
    for (size_t i = 0; i < n; i++)
        like[i] = (struct event_ref){
            .customer_id = events[i].customer_id, .at_s = events[i].at_s, .kind = events[i].kind};
    *peers = (struct event_peers){0};
    enum rc rc = event_index_like(tx, filters, like, n, &peers->refs, &peers->n, e);
    if (rc == RC_OK)
        *out = peers;
    return rc;
}

/* The place of the first at that second or later. */
static size_t first_peer(const struct event_peers *p, const struct event *ev)
{
    struct event_ref sought = {.customer_id = ev->customer_id, .at_s = ev->at_s};
    size_t low = 0, high = p->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (event_ref_compare(&p->refs[mid], &sought) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

enum rc event_count_equal(struct tx *tx, const struct event_peers *peers, const struct event *ev,
                          int64_t *out, struct err *e)
{
    int64_t equal = 0, one;
    enum rc rc = RC_OK;
    for (size_t i = first_peer(peers, ev); rc == RC_OK && i < peers->n; i++) {
        const struct event_ref *ref = &peers->refs[i];
        if (ref->customer_id != ev->customer_id || ref->at_s != ev->at_s)
            break;
        if (ref->kind != ev->kind)
            continue;
        rc = tx_int(tx, &EVENT_EQUAL, &one, e, ref->seq, ev->channel_id, ev->staff_id,
                    (int)ev->object_kind, ev->object_id,
                    ev->has_amount ? ev->amount_fen : NO_AMOUNT, NO_AMOUNT);
        equal += rc == RC_OK;
        rc = rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    if (rc == RC_OK)
        *out = equal;
    return rc;
}

enum rc event_find(struct tx *tx, int64_t customer_id, int64_t at_s, int kind,
                   enum object_kind object_kind, int64_t object_id, int64_t *out_seq, struct err *e)
{
    struct event_ref *refs = NULL;
    size_t n = 0;
    int64_t one;
    struct event_ask ask = {
        .ids = &customer_id, .n = 1, .from_s = at_s, .to_s = at_s, .kind = kind};
    enum rc rc = event_index_find(tx, &ask, &refs, &n, e);
    if (rc != RC_OK)
        return rc;
    while (n-- > 0) { /* they ascend by number */
        rc = tx_int(tx, &EVENT_ABOUT, &one, e, refs[n].seq, (int)object_kind, object_id);
        if (rc == RC_OK)
            *out_seq = refs[n].seq;
        if (rc != RC_NOT_FOUND)
            return rc;
    }
    return RC_NOT_FOUND;
}

enum rc event_first(struct tx *tx, const struct event_seek *seek, struct event_seen *out,
                    struct err *e)
{
    struct event_ref *refs = NULL;
    struct rows *r;
    size_t n = 0;
    struct event_ask ask = {.ids = &seek->customer_id,
                            .n = 1,
                            .from_s = seek->from_s,
                            .to_s = seek->to_s,
                            .kind = (int)seek->kind};
    enum rc rc = event_index_find(tx, &ask, &refs, &n, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++) { /* of one customer, they ascend by time */
        rc = tx_find(tx, &EVENT_SEEN, &r, e, refs[i].seq, seek->staff_id, seek->object_id);
        if (rc == RC_OK) {
            *out = (struct event_seen){refs[i].seq, rows_int(r, 0), rows_int(r, 1) != 0};
            return rows_end(r, e);
        }
        rc = rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    return rc == RC_OK ? RC_NOT_FOUND : rc;
}

enum rc event_unfind(struct tx *tx, const struct event_seek *whose, enum event_kind end,
                     const enum event_kind begins[static 2], int64_t at_s, struct err *e)
{
    struct event_seek seek = *whose;
    struct event_seen found = {.at_s = at_s - EVENT_SKEW_S - 1}, again;
    enum rc rc;
    seek.kind = end;
    seek.to_s = INT64_MAX;
    do { /* those that were heard of until at_s, this one too, are others */
        seek.from_s = found.at_s + 1;
        rc = event_first(tx, &seek, &found, e);
    } while (rc == RC_OK && !found.found_missing && found.at_s <= at_s);
    if (rc != RC_OK || !found.found_missing)
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    seek.from_s = (found.at_s < at_s ? found.at_s : at_s) + 1;
    seek.to_s = found.at_s < at_s ? at_s - 1 : found.at_s;
    rc = RC_NOT_FOUND;
    for (size_t i = 0; rc == RC_NOT_FOUND && i < 2; i++) {
        seek.kind = begins[i];
        rc = event_first(tx, &seek, &again, e);
    }
    return rc == RC_NOT_FOUND ? event_retract(tx, found.seq, whose->customer_id, 0, e) : rc;
}

enum rc event_retract(struct tx *tx, int64_t seq, int64_t customer_id, int64_t batch_id,
                      struct err *e)
{
    assert(seq > 0 && customer_id != 0);
    struct event ev = {
        .customer_id = customer_id,
        .at_s = tx_now_s(tx),
        .kind = EVENT_RETRACT,
        .object_kind = OBJECT_EVENT,
        .object_id = seq,
        .batch_id = batch_id,
    };
    return event_add(tx, &ev, e);
}

enum rc event_retract_batch(struct tx *tx, int64_t batch_id, struct err *e)
{
    assert(batch_id != 0);
    struct event ev = {
        .at_s = tx_now_s(tx),
        .kind = EVENT_RETRACT,
        .object_kind = OBJECT_BATCH,
        .object_id = batch_id,
    };
    return event_add(tx, &ev, e);
}

enum rc change_add(struct tx *tx, const char *table, int64_t row_id, int64_t customer_id,
                   struct err *e)
{
    assert(tx_is_writing(tx));
    return tx_append(tx, &CHANGE_ADD, e, tx_now_us(tx), str_from(table), row_id,
                     none_if_zero(customer_id));
}

/* "Add To-Cart" → "add_to_cart". Bytes over 0x7f (Chinese) stay. */
static struct str kind_word(struct arena *a, struct str name)
{
    name = str_utf8_prefix(str_trim(name), 40);
    char *p = arena_z(a, name.p == NULL ? STR("") : name);
    for (size_t i = 0; i < name.n; i++) {
        unsigned char x = (unsigned char)p[i];
        if (x >= 'A' && x <= 'Z')
            p[i] = (char)(x | 0x20);
        else if (x < 0x80 && !(x >= 'a' && x <= 'z') && !(x >= '0' && x <= '9'))
            p[i] = '_';
    }
    return (struct str){p, name.n};
}

enum rc event_kind_find_or_add(struct tx *tx, struct str name, int *out, struct err *e)
{
    struct str word = kind_word(tx_arena(tx), name);
    int64_t id;
    if (str_empty(word))
        return err_set(e, RC_INVALID, "kind_empty", "kind", "行为类型是空的",
                       "the kind of event is empty");
    enum rc rc = tx_int(tx, &KIND_FIND, &id, e, word);
    if (rc == RC_OK)
        *out = (int)id;
    if (rc != RC_NOT_FOUND)
        return rc;
    rc = tx_int(tx, &KIND_LAST, &id, e);
    if (rc != RC_OK)
        return rc;
    id = id < EVENT_KIND_OWN ? EVENT_KIND_OWN : id + 1;
    if (id > EVENT_KIND_MAX) {
        rc = err_set(e, RC_LIMIT, "kinds_full", "kind", "行为类型已满（%d 种）",
                     "all %d kinds of events are in use", EVENT_KIND_MAX - EVENT_KIND_OWN + 1);
        err_hint(e, "请在导入时把相近的类型改成同一个名称",
                 "give similar kinds one name before the import");
        return rc;
    }
    rc = tx_exec(tx, &KIND_ADD, e, id, word, word, word);
    if (rc == RC_OK)
        *out = (int)id;
    return rc;
}
