/* order_undo.c — the image of an order before an import of someone else's file changed it.
 *
 * The image is the props of the `order_change` event: the header, and each line that was taken out
 * or replaced, with its old number, so that it stands again exactly where it stood. Nothing
 * personal is in it. Taking an import back reads its events newest first, so an order changed twice
 * ends as it was before the first change.
 */
#include "domain/order_undo.h"

#include "base/json.h"
#include "store/customer_stats.h"
#include "store/undo.h"

#include <assert.h>

enum { ITEM_NUMBERS = 10 };

struct str order_undo_text(struct arena *a, const struct order_row *o, const struct item_row *gone,
                           size_t gone_n)
{
    struct buf b;
    buf_init(&b, 4 << 20);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    json_open_object(&j, "before");
    json_put_z(&j, "nature", order_nature_name(o->nature));
    json_put_z(&j, "state", order_state_name(o->state));
    json_put_id(&j, "customer_id", o->customer_id);
    json_put_id(&j, "staff_id", o->staff_id);
    json_put_int(&j, "at_s", o->at_s);
    if (o->paid_s != DB_NULL)
        json_put_int(&j, "paid_s", o->paid_s);
    json_put_int(&j, "total_fen", o->total_fen);
    json_put_int(&j, "sale_fen", o->sale_fen);
    if (o->paid_fen != DB_NULL)
        json_put_int(&j, "paid_fen", o->paid_fen);
    json_put_int(&j, "refunded_fen", o->refunded_fen);
    json_put_str(&j, "province", o->province);
    json_put_int(&j, "lines", o->lines);
    json_close_object(&j);
    json_open_array(&j, "items");
    for (size_t i = 0; i < gone_n; i++) {
        const struct item_row *g = &gone[i];
        const int64_t numbers[ITEM_NUMBERS] = {
            g->seq,      g->line,     g->customer_id,      g->product_id,
            g->at_s,     g->quantity, g->unit_price_micro, g->amount_fen,
            g->batch_id, g->name_hash};
        json_open_array(&j, NULL);
        for (int k = 0; k < ITEM_NUMBERS; k++)
            json_put_id(&j, NULL, numbers[k]);
        json_put_int(&j, NULL, g->nature);
        json_close_array(&j);
    }
    json_close_array(&j);
    json_close_object(&j);
    struct str out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return out;
}

static void read_header(const struct json_value *v, struct order_row *o)
{
    int nature = order_nature_from(json_str_or(json_get(v, "nature"), STR("")));
    int state = order_state_from(json_str_or(json_get(v, "state"), STR("")));
    o->nature = nature >= 0 ? (enum order_nature)nature : o->nature;
    o->state = state >= 0 ? (enum order_state)state : o->state;
    o->customer_id = json_int_or(json_get(v, "customer_id"), 0);
    o->staff_id = json_int_or(json_get(v, "staff_id"), 0);
    o->at_s = json_int_or(json_get(v, "at_s"), o->at_s);
    o->paid_s = json_int_or(json_get(v, "paid_s"), DB_NULL);
    o->total_fen = json_int_or(json_get(v, "total_fen"), o->total_fen);
    o->sale_fen = json_int_or(json_get(v, "sale_fen"), o->sale_fen);
    o->paid_fen = json_int_or(json_get(v, "paid_fen"), DB_NULL);
    o->refunded_fen = json_int_or(json_get(v, "refunded_fen"), o->refunded_fen);
    o->province = json_str_or(json_get(v, "province"), STR_ABSENT);
    o->lines = json_int_or(json_get(v, "lines"), o->lines);
}

static enum rc restore_items(struct tx *tx, const struct json_value *items, int64_t order_id,
                             int64_t batch_id, struct err *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; items != NULL && i < json_count(items) && rc == RC_OK; i++) {
        const struct json_value *v = json_at(items, i);
        int64_t n[ITEM_NUMBERS];
        for (size_t k = 0; k < ITEM_NUMBERS; k++)
            n[k] = json_int_or(json_at(v, k), 0);
        struct item_row row = {
            .seq = n[0],
            .order_id = order_id,
            .line = n[1],
            .customer_id = n[2],
            .product_id = n[3],
            .at_s = n[4],
            .quantity = n[5],
            .unit_price_micro = n[6],
            .amount_fen = n[7],
            .batch_id = n[8],
            .name_hash = n[9],
            .nature = (enum item_nature)json_int_or(json_at(v, ITEM_NUMBERS), ITEM_OTHER),
        };
        if (row.batch_id != batch_id)
            rc = order_item_restore(tx, &row, e);
    }
    return rc;
}

/* Lines that came later, under a buyer the order has no longer, are its buyer's again; those of the
 * batch go anyway. */
static enum rc hand_over_items(struct tx *tx, const struct order_row *o, int64_t batch_id,
                               struct err *e)
{
    struct item_row *items;
    size_t n;
    enum rc rc = order_items(tx, o->id, &items, &n, e);
    for (size_t i = 0; i < n && rc == RC_OK; i++) {
        if (items[i].customer_id == o->customer_id || items[i].batch_id == batch_id)
            continue;
        rc = order_item_remove(tx, items[i].seq, e);
        items[i].customer_id = o->customer_id;
        if (rc == RC_OK)
            rc = order_item_add(tx, &items[i], e);
    }
    return rc;
}

enum rc order_undo_change(struct tx *tx, int64_t event_seq, int64_t batch_id, struct err *e)
{
    struct undo_change change;
    const struct json_value *v = NULL;
    struct order_row o;
    enum rc rc = undo_change(tx, event_seq, &change, e);
    if (rc == RC_OK && str_empty(change.props))
        return RC_OK;
    if (rc == RC_OK)
        rc = order_get(tx, change.order_id, &o, e);
    if (rc == RC_NOT_FOUND)
        return RC_OK;
    if (rc == RC_OK)
        rc = json_parse(tx_arena(tx), change.props, &v, e);
    if (rc != RC_OK)
        return rc;
    int64_t customers[2] = {o.customer_id, 0};
    size_t n = o.customer_id != 0;
    read_header(json_get(v, "before"), &o);
    if (o.customer_id != 0)
        customers[n++] = o.customer_id;
    rc = restore_items(tx, json_get(v, "items"), o.id, batch_id, e);
    if (rc == RC_OK)
        rc = order_update(tx, &o, e);
    if (rc == RC_OK)
        rc = hand_over_items(tx, &o, batch_id, e);
    if (rc == RC_OK)
        rc = customer_stats_refresh_many(tx, customers, n, e);
    return rc;
}

enum rc order_undo_owners(struct tx *tx, const int64_t *orders, size_t n, int64_t **out,
                          size_t *out_n, struct err *e)
{
    int64_t *list = ARENA_ARRAY(tx_arena(tx), int64_t, n + 1);
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        struct order_row o;
        enum rc rc = order_get(tx, orders[i], &o, e);
        if (rc != RC_OK && rc != RC_NOT_FOUND)
            return rc;
        if (rc == RC_OK && o.customer_id != 0 && (k == 0 || list[k - 1] != o.customer_id))
            list[k++] = o.customer_id;
    }
    *out = list;
    *out_n = k;
    return RC_OK;
}
