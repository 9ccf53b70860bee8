/* order — orders from any shop, their lines and refunds, and the products in them.
 *
 * An order is unique on (channel, number). Its lines are told apart by content and occurrence: two
 * exactly equal lines are two lines. Only domain/ingest writes orders, so that the log and the
 * table always tell the same story.
 */
#ifndef KOI_STORE_ORDER_H
#define KOI_STORE_ORDER_H

#include "db/db.h"

enum order_nature { ORDER_SALE, ORDER_CANCELLATION, ORDER_ADJUSTMENT };
enum order_state { ORDER_CREATED, ORDER_PAID, ORDER_SHIPPED, ORDER_COMPLETED, ORDER_CLOSED };
enum item_nature { ITEM_SALE, ITEM_CANCEL, ITEM_ADJUST, ITEM_OTHER };

/* The word in the database: "sale", "created" … and the number of a word, -1 when there is none
 * such. */
const char *order_nature_name(enum order_nature n);
const char *order_state_name(enum order_state s);
const char *item_nature_name(enum item_nature n);
int order_nature_from(struct str name);
int order_state_from(struct str name);

/* The condition, in SQL, that an order (alias `o`) is a purchase: what `order` in the language
 * counts, and the condition under which its event is in the log. Paid, and with at least one sale
 * line, or without lines (a file that states totals only, where a total of 0 is a purchase too). */
#define ORDER_IS_PURCHASE(o)                                                                       \
    "(" o ".nature = 'sale' AND " o ".paid_s IS NOT NULL AND (" o ".sale_fen > 0 OR " o            \
    ".lines = 0))"

struct order_row {
    int64_t id, channel_id;
    struct str number;
    enum order_nature nature;
    enum order_state state;
    int64_t customer_id, staff_id; /* 0: none */
    int64_t at_s, paid_s;          /* paid_s: DB_NULL when not paid */
    int64_t total_fen;             /* sum of the lines, or as stated */
    int64_t sale_fen; /* of the sale lines (or the stated total), once paid; 0 before */
    int64_t paid_fen; /* DB_NULL: not told */
    int64_t refunded_fen;
    struct str province;
    int64_t lines, batch_id;
};

struct item_row {
    int64_t seq;                                     /* when read */
    int64_t order_id, line, customer_id, product_id; /* the last two: 0 none */
    int64_t at_s, quantity, unit_price_micro, amount_fen;
    enum item_nature nature;
    int64_t batch_id;
    int64_t name_hash; /* of the words the line used for its product; 0: none */
};

/* RC_NOT_FOUND (e untouched) when there is none. Text is in the transaction's arena. */
enum rc order_find(struct tx *tx, int64_t channel_id, struct str number, struct order_row *out,
                   struct err *e);
enum rc order_get(struct tx *tx, int64_t id, struct order_row *out, struct err *e);
/* Adds an order; nothing, and `*out_added` false, when its channel and number are there already. */
enum rc order_add(struct tx *tx, const struct order_row *row, bool *out_added, struct err *e);
/* Writes every column of the row but channel, number and batch. */
enum rc order_update(struct tx *tx, const struct order_row *row, struct err *e);

/* The lines of an order in their order, in the transaction's arena. */
enum rc order_items(struct tx *tx, int64_t order_id, struct item_row **out, size_t *out_n,
                    struct err *e);
enum rc order_item_add(struct tx *tx, const struct item_row *row, struct err *e);
/* Puts a line back under the number it had. */
enum rc order_item_restore(struct tx *tx, const struct item_row *row, struct err *e);
enum rc order_item_remove(struct tx *tx, int64_t seq, struct err *e);

/* Adds a refund of an order, or brings one that is there up to date. `*out_before`: its amount
 * before, 0 when it is new; `*out_before_s`: its time before. Nothing was written when both
 * agree. */
struct refund_row {
    int64_t order_id;
    struct str number;
    int64_t customer_id, at_s, amount_fen, batch_id; /* ids: 0 none */
};
enum rc order_refund_put(struct tx *tx, const struct refund_row *row, int64_t *out_before,
                         int64_t *out_before_s, struct err *e);

/* ---- products ---- */

struct product_row {
    int64_t id;
    struct str issuer, code, name, category; /* name == code: nobody has told it yet */
    int64_t batch_id;
};

/* RC_NOT_FOUND (e untouched) when there is none. */
enum rc product_find(struct tx *tx, struct str issuer, struct str code, struct product_row *out,
                     struct err *e);
enum rc product_add(struct tx *tx, const struct product_row *row, struct err *e);
enum rc product_set_name(struct tx *tx, int64_t id, struct str name, struct str category,
                         struct err *e);

/* The channel or source of that name, made (kind 'import' / 'shop') when it is new. */
enum rc channel_find_or_add(struct tx *tx, struct str name, int64_t *out, struct err *e);
/* RC_NOT_FOUND (e untouched) when there is none. */
enum rc channel_find(struct tx *tx, struct str name, int64_t *out, struct err *e);
enum rc channel_name(struct tx *tx, int64_t id, struct str *out, struct err *e);
enum rc source_find_or_add(struct tx *tx, struct str name, int64_t *out, struct err *e);

#endif
