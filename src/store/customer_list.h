/* customer_list — which customers, in which order, and the cards that a list shows of them.
 *
 * Only roots that are not erased and that the account may see. Filters are a fixed set; any other
 * question is an audience, whose ids come in as `only`. Costs at two million customers: see
 * customer_list.c.
 */
#ifndef KOI_STORE_CUSTOMER_LIST_H
#define KOI_STORE_CUSTOMER_LIST_H

#include "db/db.h"

/* All conditions must hold. 0, absent, and -1 for `friend`, mean "any". */
struct customer_filter {
    int64_t scope_account;
    int64_t tag_id, stage_id, source_id, staff_id, department_id, tier_id;
    struct str city;
    int friend;                       /* 1: has an active relation, 0: has none, -1: any */
    int64_t added_from_s, added_to_s; /* [from, to); DB_NULL: open */
    struct str nickname;              /* a part of it, ASCII letters without case */
    const int64_t *also;              /* with `nickname`: these match too (found by real name) */
    size_t also_n;
    const int64_t *only; /* not NULL: only these, ascending */
    size_t only_n;
};
#define CUSTOMER_FILTER                                                                            \
    ((struct customer_filter){.friend = -1, .added_from_s = DB_NULL, .added_to_s = DB_NULL})

enum customer_sort {
    CUSTOMER_BY_ADDED_DESC, /* who was never a friend comes last */
    CUSTOMER_BY_ADDED,      /* … comes first */
    CUSTOMER_BY_SPEND_DESC, /* who never bought comes last, in this and the next two */
    CUSTOMER_BY_ORDERS_DESC,
    CUSTOMER_BY_LAST_ORDER_DESC,
};

/* Where a page begins: behind this row. */
struct customer_place {
    bool given;
    int64_t key, id;
};

struct customer_page {
    int64_t *ids;
    size_t n;
    bool more; /* there are rows behind, and `next` is where they begin */
    struct customer_place next;
    int64_t total; /* -1: not asked for, more than 10,000, or dearer than the page */
};

/* The page of `limit` ids behind `from`, or, without it, behind the first `offset`. */
enum rc customer_page(struct tx *tx, const struct customer_filter *f, enum customer_sort sort,
                      const struct customer_place *from, int64_t offset, int64_t limit,
                      bool want_total, struct customer_page *out, struct err *e);

/* Those of `ids` that match, ascending. `only` is not looked at. For bulk work in steps. */
enum rc customer_ids_matching(struct tx *tx, const struct customer_filter *f, const int64_t *ids,
                              size_t n, int64_t **out, size_t *out_n, struct err *e);

#endif
