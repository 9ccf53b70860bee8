/* order_read — orders as lists and pages show them. Writing them is domain/ingest's. */
#ifndef KOI_STORE_ORDER_READ_H
#define KOI_STORE_ORDER_READ_H

#include "db/db.h"

struct order_card {
    int64_t id, channel_id;
    struct str number, channel, nature, state;
    int64_t customer_id; /* the root; 0: nobody known */
    struct str nickname;
    int64_t staff_id; /* 0: none */
    struct str staff;
    int64_t at_s, paid_s; /* paid_s: DB_NULL when not paid */
    int64_t total_fen, sale_fen;
    int64_t paid_fen; /* DB_NULL: not told */
    int64_t refunded_fen;
    struct str province;
    int64_t lines, updated_us;
};

struct order_filter {
    int64_t scope_account;
    struct str number;        /* exactly this one; absent: any */
    int64_t channel_id;       /* 0: any */
    struct str state, nature; /* absent: any */
    int64_t root_id;          /* of everyone with this root; 0: any */
    int64_t from_s, to_s;     /* placed in [from, to); DB_NULL: open */
    int refunded;             /* 1: with refunds, 0: without, -1: any */
};

/* Newest first, behind (before_s, before_id) (INT64_MAX, INT64_MAX: from the start), skipping
 * `offset`. */
enum rc order_list(struct tx *tx, const struct order_filter *f, int64_t before_s, int64_t before_id,
                   int64_t offset, int64_t limit, struct order_card **out, size_t *out_n,
                   struct err *e);
/* These orders as far as the account sees their customers, newest first. */
enum rc order_list_of(struct tx *tx, int64_t scope_account, const int64_t *orders, size_t n,
                      struct order_card **out, size_t *out_n, struct err *e);
/* How many match; -1 when more than ORDER_COUNT_MOST. */
enum { ORDER_COUNT_MOST = 10000 };
enum rc order_count(struct tx *tx, const struct order_filter *f, int64_t *out, struct err *e);

/* RC_NOT_FOUND with a sentence when there is none whose customer the account sees. */
enum rc order_card(struct tx *tx, int64_t scope_account, int64_t id, struct order_card *out,
                   struct err *e);

struct order_line {
    int64_t line, product_id; /* product_id 0: none */
    struct str code, name, category;
    int64_t at_s, quantity, unit_price_micro, amount_fen;
    struct str nature;
};
/* At most 2,000 lines. */
enum rc order_lines(struct tx *tx, int64_t order_id, struct order_line **out, size_t *out_n,
                    struct err *e);
struct order_refund {
    struct str number;
    int64_t at_s, amount_fen;
};
enum rc order_refunds(struct tx *tx, int64_t order_id, struct order_refund **out, size_t *out_n,
                      struct err *e);

#endif
