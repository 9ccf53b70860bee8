/* order.c — the rows of orders, lines, refunds, products, channels and sources.
 *
 * A line is appended with a number of the shared sequence, since it appears in the mirror beside
 * the events; its index by order grows at its end only, because ids of orders ascend in time.
 * Adding a line costs about 1.2 µs, an order 5 µs with its four indexes. Rows are read whole and
 * written back whole; who may change what is domain/ingest's business.
 */
#include "store/order.h"

#include "store/list.h"
#include "store/statements.h"

#include <assert.h>

#define ORDER_COLUMNS                                                                              \
    "SELECT id, nature, customer_id, staff_id, state, at_s, paid_s, total_fen, sale_fen, "         \
    "paid_fen,"                                                                                    \
    " refunded_fen, province, lines, batch_id, channel_id, number FROM orders "
#define ORDER_TYPES "isIIsiIiiIiSiIis"
static const struct sql ORDER_FIND = {
    .text = ORDER_COLUMNS "WHERE channel_id = $1 AND number = $2",
    .in = "is",
    .out = ORDER_TYPES,
};
static const struct sql ORDER_GET = {
    .text = ORDER_COLUMNS "WHERE id = $1", .in = "i", .out = ORDER_TYPES};
static const struct sql ORDER_ADD = {
    .text = "INSERT INTO orders (id, channel_id, number, nature, customer_id, staff_id, state, "
            "at_s, paid_s,"
            " total_fen, sale_fen, paid_fen, refunded_fen, province, lines, batch_id, updated_us)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)"
            " ON CONFLICT (channel_id, number) DO NOTHING",
    .in = "iissIIsiIiiIiSiIi",
};
static const struct sql ORDER_UPDATE = {
    .text = "UPDATE orders SET nature = $2, customer_id = $3, staff_id = $4, state = $5, at_s = "
            "$6, paid_s = $7,"
            " total_fen = $8, sale_fen = $9, paid_fen = $10, refunded_fen = $11, province = $12, "
            "lines = $13,"
            " updated_us = $14 WHERE id = $1",
    .in = "isIIsiIiiIiSii",
};
static const struct sql ITEM_LIST = {
    .text = "SELECT seq, line, customer_id, product_id, at_s, quantity, unit_price_micro, "
            "amount_fen, nature,"
            " batch_id, name_hash FROM order_item WHERE order_id = $1 ORDER BY line, seq",
    .in = "i",
    .out = "iiIIiiiisII",
};
static const struct sql ITEM_ADD = {
    .text =
        "INSERT INTO order_item (seq, order_id, line, customer_id, product_id, at_s, quantity,"
        " unit_price_micro, amount_fen, nature, batch_id, name_hash) VALUES ($1, $2, $3, $4, $5,"
        " $6, $7, $8, $9, $10, $11, $12)",
    .in = "iiiIIiiiisII",
};
static const struct sql ITEM_RESTORE = {
    .text =
        "INSERT INTO order_item (seq, order_id, line, customer_id, product_id, at_s, quantity,"
        " unit_price_micro, amount_fen, nature, batch_id, name_hash) VALUES ($1, $2, $3, $4, $5,"
        " $6, $7, $8, $9, $10, $11, $12)",
    .in = "iiiIIiiiisII",
};
static const struct sql ITEM_REMOVE = {
    .text = "DELETE FROM order_item WHERE seq = $1",
    .in = "i",
};
static const struct sql REFUND_FIND = {
    .text = "SELECT id, at_s, amount_fen FROM refund WHERE order_id = $1 AND number = $2",
    .in = "is",
    .out = "iii",
};
static const struct sql REFUND_ADD = {
    .text = "INSERT INTO refund (id, order_id, number, customer_id, at_s, amount_fen, batch_id)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
    .in = "iisIiiI",
};
static const struct sql REFUND_UPDATE = {
    .text = "UPDATE refund SET at_s = $2, amount_fen = $3 WHERE id = $1",
    .in = "iii",
};
static const struct sql PRODUCT_FIND = {
    .text = "SELECT id, name, category, batch_id FROM product WHERE issuer = $1 AND code = $2",
    .in = "ss",
    .out = "isSI",
};
static const struct sql PRODUCT_ADD = {
    .text = "INSERT INTO product (id, issuer, code, name, category, batch_id, created_s)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
    .in = "isssSIi",
};
static const struct sql PRODUCT_SET_NAME = {
    .text = "UPDATE product SET name = $2, category = $3 WHERE id = $1",
    .in = "isS",
};
static const struct sql CHANNEL_FIND = {
    .text = "SELECT id FROM channel WHERE name = $1",
    .in = "s",
    .out = "i",
};
static const struct sql CHANNEL_NAME = {
    .text = "SELECT name FROM channel WHERE id = $1",
    .in = "i",
    .out = "s",
};
static const struct sql CHANNEL_ADD = {
    .text = "INSERT INTO channel (id, name, kind, created_s) VALUES ($1, $2, 'shop', $3)",
    .in = "isi",
};
static const struct sql SOURCE_FIND = {
    .text = "SELECT id FROM source WHERE name = $1",
    .in = "s",
    .out = "i",
};
static const struct sql SOURCE_ADD = {
    .text = "INSERT INTO source (id, name, kind, created_s) VALUES ($1, $2, 'import', $3)",
    .in = "isi",
};

STATEMENTS(order, &ORDER_FIND, &ORDER_GET, &ORDER_ADD, &ORDER_UPDATE, &ITEM_LIST, &ITEM_ADD,
           &ITEM_RESTORE, &ITEM_REMOVE, &REFUND_FIND, &REFUND_ADD, &REFUND_UPDATE, &PRODUCT_FIND,
           &PRODUCT_ADD, &PRODUCT_SET_NAME, &CHANNEL_FIND, &CHANNEL_NAME, &CHANNEL_ADD,
           &SOURCE_FIND, &SOURCE_ADD);

/* ---- words ---- */

static const char *const natures[] = {"sale", "cancellation", "adjustment"};
static const char *const states[] = {"created", "paid", "shipped", "completed", "closed"};
static const char *const item_natures[] = {"sale", "cancel", "adjust", "other"};

static int word_from(const char *const *words, int n, struct str name)
{
    for (int i = 0; i < n; i++)
        if (str_eq(name, str_from(words[i])))
            return i;
    return -1;
}

const char *order_nature_name(enum order_nature n)
{
    assert(n <= ORDER_ADJUSTMENT);
    return natures[n];
}

const char *order_state_name(enum order_state s)
{
    assert(s <= ORDER_CLOSED);
    return states[s];
}

const char *item_nature_name(enum item_nature n)
{
    assert(n <= ITEM_OTHER);
    return item_natures[n];
}

int order_nature_from(struct str name)
{
    return word_from(natures, 3, name);
}

int order_state_from(struct str name)
{
    return word_from(states, 5, name);
}

static int64_t none_if_zero(int64_t id)
{
    return id == 0 ? DB_NULL : id;
}

/* ---- orders ---- */

/* Reads the row that `r` stands on, and ends it. */
static enum rc read_order(struct tx *tx, struct rows *r, struct order_row *out, struct err *e)
{
    int nature = order_nature_from(rows_str(r, 1));
    int state = order_state_from(rows_str(r, 4));
    assert(nature >= 0 && state >= 0); /* the table has CHECKs */
    *out = (struct order_row){
        .id = rows_int(r, 0),
        .nature = (enum order_nature)nature,
        .customer_id = rows_int(r, 2),
        .staff_id = rows_int(r, 3),
        .state = (enum order_state)state,
        .at_s = rows_int(r, 5),
        .paid_s = rows_known(r, 6),
        .total_fen = rows_int(r, 7),
        .sale_fen = rows_int(r, 8),
        .paid_fen = rows_known(r, 9),
        .refunded_fen = rows_int(r, 10),
        .province = rows_copy(r, 11, tx_arena(tx)),
        .lines = rows_int(r, 12),
        .batch_id = rows_int(r, 13),
        .channel_id = rows_int(r, 14),
        .number = rows_copy(r, 15, tx_arena(tx)),
    };
    return rows_end(r, e);
}

enum rc order_find(struct tx *tx, int64_t channel_id, struct str number, struct order_row *out,
                   struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &ORDER_FIND, &r, e, channel_id, number);
    return rc == RC_OK ? read_order(tx, r, out, e) : rc;
}

enum rc order_get(struct tx *tx, int64_t id, struct order_row *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &ORDER_GET, &r, e, id);
    return rc == RC_OK ? read_order(tx, r, out, e) : rc;
}

enum rc order_add(struct tx *tx, const struct order_row *o, bool *out_added, struct err *e)
{
    assert(tx_is_writing(tx) && o->id != 0 && !str_empty(o->number));
    enum rc rc =
        tx_exec(tx, &ORDER_ADD, e, o->id, o->channel_id, o->number, str_from(natures[o->nature]),
                none_if_zero(o->customer_id), none_if_zero(o->staff_id), str_from(states[o->state]),
                o->at_s, o->paid_s, o->total_fen, o->sale_fen, o->paid_fen, o->refunded_fen,
                o->province, o->lines, none_if_zero(o->batch_id), tx_now_us(tx));
    if (rc == RC_OK)
        *out_added = tx_changes(tx) == 1;
    return rc;
}

enum rc order_update(struct tx *tx, const struct order_row *o, struct err *e)
{
    assert(tx_is_writing(tx) && o->id != 0);
    return tx_exec(tx, &ORDER_UPDATE, e, o->id, str_from(natures[o->nature]),
                   none_if_zero(o->customer_id), none_if_zero(o->staff_id),
                   str_from(states[o->state]), o->at_s, o->paid_s, o->total_fen, o->sale_fen,
                   o->paid_fen, o->refunded_fen, o->province, o->lines, tx_now_us(tx));
}

/* ---- lines ---- */

enum rc order_items(struct tx *tx, int64_t order_id, struct item_row **out, size_t *out_n,
                    struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &ITEM_LIST, &r, e, order_id);
    if (rc != RC_OK)
        return rc;
    struct item_row *list = NULL;
    size_t n = 0, room = 0;
    while (rows_next(r)) {
        int nature = word_from(item_natures, 4, rows_str(r, 8));
        assert(nature >= 0);
        *LIST_ADD(tx_arena(tx), list, n, room) = (struct item_row){
            .seq = rows_int(r, 0),
            .order_id = order_id,
            .line = rows_int(r, 1),
            .customer_id = rows_int(r, 2),
            .product_id = rows_int(r, 3),
            .at_s = rows_int(r, 4),
            .quantity = rows_int(r, 5),
            .unit_price_micro = rows_int(r, 6),
            .amount_fen = rows_int(r, 7),
            .nature = (enum item_nature)nature,
            .batch_id = rows_int(r, 9),
            .name_hash = rows_int(r, 10),
        };
    }
    rc = rows_end(r, e);
    if (rc != RC_OK)
        return rc;
    *out = list;
    *out_n = n;
    return RC_OK;
}

enum rc order_item_add(struct tx *tx, const struct item_row *i, struct err *e)
{
    assert(tx_is_writing(tx) && i->order_id != 0 && i->line > 0);
    return tx_append(tx, &ITEM_ADD, e, i->order_id, i->line, none_if_zero(i->customer_id),
                     none_if_zero(i->product_id), i->at_s, i->quantity, i->unit_price_micro,
                     i->amount_fen, str_from(item_natures[i->nature]), none_if_zero(i->batch_id),
                     none_if_zero(i->name_hash));
}

enum rc order_item_restore(struct tx *tx, const struct item_row *i, struct err *e)
{
    assert(tx_is_writing(tx) && i->seq > 0);
    return tx_exec(tx, &ITEM_RESTORE, e, i->seq, i->order_id, i->line, none_if_zero(i->customer_id),
                   none_if_zero(i->product_id), i->at_s, i->quantity, i->unit_price_micro,
                   i->amount_fen, str_from(item_natures[i->nature]), none_if_zero(i->batch_id),
                   none_if_zero(i->name_hash));
}

enum rc order_item_remove(struct tx *tx, int64_t seq, struct err *e)
{
    return tx_exec(tx, &ITEM_REMOVE, e, seq);
}

enum rc order_refund_put(struct tx *tx, const struct refund_row *f, int64_t *out_before,
                         int64_t *out_before_s, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &REFUND_FIND, &r, e, f->order_id, f->number);
    if (rc == RC_NOT_FOUND) {
        *out_before = *out_before_s = 0;
        return tx_exec(tx, &REFUND_ADD, e, tx_id(tx), f->order_id, f->number,
                       none_if_zero(f->customer_id), f->at_s, f->amount_fen,
                       none_if_zero(f->batch_id));
    }
    if (rc != RC_OK)
        return rc;
    int64_t id = rows_int(r, 0);
    *out_before_s = rows_int(r, 1);
    *out_before = rows_int(r, 2);
    bool same = *out_before_s == f->at_s && *out_before == f->amount_fen;
    rc = rows_end(r, e);
    return rc == RC_OK && !same ? tx_exec(tx, &REFUND_UPDATE, e, id, f->at_s, f->amount_fen) : rc;
}

/* ---- products ---- */

enum rc product_find(struct tx *tx, struct str issuer, struct str code, struct product_row *out,
                     struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &PRODUCT_FIND, &r, e, issuer, code);
    if (rc != RC_OK)
        return rc;
    *out = (struct product_row){
        .id = rows_int(r, 0),
        .issuer = issuer,
        .code = code,
        .name = rows_copy(r, 1, tx_arena(tx)),
        .category = rows_copy(r, 2, tx_arena(tx)),
        .batch_id = rows_int(r, 3),
    };
    return rows_end(r, e);
}

enum rc product_add(struct tx *tx, const struct product_row *p, struct err *e)
{
    assert(p->id != 0 && !str_empty(p->code) && !str_empty(p->name));
    return tx_exec(tx, &PRODUCT_ADD, e, p->id, p->issuer, p->code, p->name, p->category,
                   none_if_zero(p->batch_id), tx_now_s(tx));
}

enum rc product_set_name(struct tx *tx, int64_t id, struct str name, struct str category,
                         struct err *e)
{
    return tx_exec(tx, &PRODUCT_SET_NAME, e, id, name, category);
}

/* ---- channels, sources ---- */

enum rc channel_find_or_add(struct tx *tx, struct str name, int64_t *out, struct err *e)
{
    enum rc rc = tx_int(tx, &CHANNEL_FIND, out, e, name);
    if (rc != RC_NOT_FOUND)
        return rc;
    int64_t id = tx_id(tx);
    rc = tx_exec(tx, &CHANNEL_ADD, e, id, name, tx_now_s(tx));
    if (rc == RC_OK)
        *out = id;
    return rc;
}

enum rc channel_find(struct tx *tx, struct str name, int64_t *out, struct err *e)
{
    return tx_int(tx, &CHANNEL_FIND, out, e, name);
}

enum rc channel_name(struct tx *tx, int64_t id, struct str *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &CHANNEL_NAME, &r, e, id);
    if (rc != RC_OK)
        return rc;
    *out = rows_copy(r, 0, tx_arena(tx));
    return rows_end(r, e);
}

enum rc source_find_or_add(struct tx *tx, struct str name, int64_t *out, struct err *e)
{
    enum rc rc = tx_int(tx, &SOURCE_FIND, out, e, name);
    if (rc != RC_NOT_FOUND)
        return rc;
    int64_t id = tx_id(tx);
    rc = tx_exec(tx, &SOURCE_ADD, e, id, name, tx_now_s(tx));
    if (rc == RC_OK)
        *out = id;
    return rc;
}
