/* report_product — what the report on products is made of: sale lines, returned lines, refunds.
 *
 * Lines are handed over one by one, since every way of grouping them in SQL by product, buyer and
 * order sorts them all (0.7 s for 245,903 lines on SQLite; handing them over takes 0.3 s). The
 * sums are domain/product_report.h's. Orders are taken by the time they were placed, refunds by
 * their own. A scope account other than 0 sees lines of its own customers only.
 */
#ifndef KOI_STORE_REPORT_PRODUCT_H
#define KOI_STORE_REPORT_PRODUCT_H

#include "store/report.h"

struct report_product {
    int64_t id;
    struct str code, name, category; /* category: absent when not told */
    int64_t price_fen;               /* list price; DB_NULL: not known */
    int64_t cost_micro;              /* cost of one piece; DB_NULL: not known */
};
/* All products, or those of a category (absent: all), ascending by id, in the transaction's arena;
 * at most `most`, and `*out_more` when there are more. */
enum rc report_product_list(struct tx *tx, struct str category, size_t most,
                            struct report_product **out, size_t *out_n, bool *out_more,
                            struct err *e);

/* A line that names a product: a sale line of a purchase, or a line of a cancellation document
 * (whose quantity and amount are negative). */
struct report_line {
    int64_t product_id, order_id;
    int64_t root_id; /* who bought; 0: nobody known */
    int64_t quantity, amount_fen;
    bool returned;
};
/* Calls see() with the lines of the orders placed in the range, those of one order in a row. The
 * first failure of see() ends it. A range scan of orders with a look-up of lines for each: about
 * 0.6 µs a line on SQLite. */
enum rc report_lines(struct tx *tx, const struct report_range *range,
                     enum rc (*see)(void *to, const struct report_line *line, struct err *e),
                     void *to, struct err *e);

/* Calls see() with each sale line of a purchase that was not refunded wholly, of a known customer,
 * of orders placed in the range: by product, customer and time; `at_s` is the order's. Of these
 * products only, and then as one (product 0), when `set` is not NULL. Sorts all lines: about 1 µs
 * each on SQLite. */
enum rc report_purchases(struct tx *tx, const struct report_range *range, const int64_t *set,
                         size_t n_set,
                         void (*see)(void *to, int64_t product_id, int64_t root_id, int64_t at_s),
                         void *to, struct err *e);

/* All lines and refunds of a range, added up by product. */
struct report_product_sum {
    int64_t product_id;
    int64_t orders;                /* purchases with a line of it */
    int64_t buyers, repeat_buyers; /* known ones; those who bought it in two orders */
    int64_t quantity, sale_fen;
    int64_t returned_quantity, returned_fen; /* cancellation documents; refunds by amount */
};

/* A refund names its order, not a product: here it is with the order's sale lines of a positive
 * amount, in their order. */
struct report_refund {
    int64_t amount_fen;
    int64_t sale_fen; /* of all the lines */
    const struct report_refund_line {
        int64_t product_id; /* 0: the line names none */
        int64_t amount_fen;
    } * lines;
    size_t n; /* at least one */
};
/* Calls see() with each refund of the range whose order has such lines. */
enum rc report_refunds(struct tx *tx, const struct report_range *range,
                       void (*see)(void *to, const struct report_refund *refund), void *to,
                       struct err *e);

#endif
