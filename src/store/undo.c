/* undo.c — the statements that take an import out again.
 *
 * Orders and customers have an index on the batch; the other parts are walked by primary key in a
 * read transaction, 0.1 µs a row, so that inserting pays for no index that only an undo needs. A
 * customer or a product goes only when nothing else points at it: the conditions are written out,
 * one NOT EXISTS for each table that may. Rows that a reader made since (statistics, scores,
 * tiers, fields) go with their customer.
 */
#include "store/undo.h"

#include "store/event.h"
#include "store/event_index.h"
#include "store/ids.h"
#include "store/removal.h"
#include "store/statements.h"

#include <assert.h>

static const struct sql MARK_TAG = {
    .text = "UPDATE customer_tag SET batch_id = $3 WHERE customer_id = $1 AND tag_id = $2 AND "
            "batch_id IS NULL",
    .in = "iii",
};
static const struct sql FIELD_STAMP = {
    .text = "SELECT set_s FROM customer_field WHERE customer_id = $1 AND field_id = $2",
    .in = "ii",
    .out = "i",
};

/* ---- keys ---- */

static const struct sql CHANGES_NEXT = {
    .text = "SELECT seq FROM event WHERE seq < $2 AND batch_id = $1 AND kind = 45 ORDER BY seq "
            "DESC LIMIT $3",
    .in = "iii",
    .out = "i",
};
static const struct sql ITEMS_NEXT = {
    .text = "SELECT seq FROM order_item WHERE seq > $2 AND batch_id = $1 ORDER BY seq LIMIT $3",
    .in = "iii",
    .out = "i",
};
static const struct sql REFUNDS_NEXT = {
    .text = "SELECT id FROM refund WHERE id > $2 AND batch_id = $1 ORDER BY id LIMIT $3",
    .in = "iii",
    .out = "i",
};
static const struct sql ORDERS_NEXT = {
    .text = "SELECT id FROM orders WHERE batch_id = $1 AND id > $2 ORDER BY id LIMIT $3",
    .in = "iii",
    .out = "i",
};
static const struct sql TAGS_NEXT = {
    .text = "SELECT DISTINCT customer_id FROM customer_tag WHERE customer_id > $2 AND batch_id = $1"
            " ORDER BY customer_id LIMIT $3",
    .in = "iii",
    .out = "i",
};
static const struct sql IDENTITIES_NEXT = {
    .text = "SELECT id FROM identity WHERE id > $2 AND batch_id = $1 ORDER BY id LIMIT $3",
    .in = "iii",
    .out = "i",
};
static const struct sql CUSTOMERS_NEXT = {
    .text = "SELECT id FROM customer WHERE batch_id = $1 AND id > $2 ORDER BY id LIMIT $3",
    .in = "iii",
    .out = "i",
};
/* Products of the batch that no line and no live event names. The limit is ignored: what is used
 * is read once. */
static const struct sql PRODUCTS_NEXT = {
    .text = "SELECT id FROM product WHERE id > $2 AND batch_id = $1 AND $3 > 0"
            " AND id NOT IN (SELECT i.product_id FROM order_item i WHERE i.product_id IS NOT NULL "
            "/*scan*/)"
            " AND id NOT IN (SELECT v.object_id FROM event v WHERE v.object_kind = 7"
            " AND v.object_id IS NOT NULL AND " EVENT_BATCH_LIVE("v") ") ORDER BY id",
    .in = "iii",
    .out = "i",
};

/* ---- rows ---- */

static const struct sql ITEM_GO = {
    .text = "DELETE FROM order_item WHERE seq = $2 AND batch_id = $1", .in = "ii"};
static const struct sql REFUND_GO = {.text = "DELETE FROM refund WHERE id = $2 AND batch_id = $1",
                                     .in = "ii"};
static const struct sql ORDER_GO = {
    .text = "DELETE FROM orders WHERE id = $2 AND batch_id = $1"
            " AND NOT EXISTS (SELECT 1 FROM order_item i WHERE i.order_id = $2)"
            " AND NOT EXISTS (SELECT 1 FROM refund r WHERE r.order_id = $2)",
    .in = "ii",
};
/* Friendships of a customer that the batch made, and that nothing but imports has ever touched;
 * $3 are the numbers of their friend_add events. */
#define RELATIONS_GO(seqs)                                                                         \
    "DELETE FROM relation WHERE customer_id = $2 AND customer_id IN"                               \
    " (SELECT c.id FROM customer c WHERE c.id = $2 AND c.batch_id = $1)"                           \
    " AND NOT EXISTS (SELECT 1 FROM relation_tag t WHERE t.relation_id = relation.id)"             \
    " AND NOT EXISTS (SELECT 1 FROM event v WHERE v.seq " seqs                                     \
    " AND v.staff_id = relation.staff_id AND " EVENT_BATCH_LIVE("v") ")"
static const struct sql RELATION_GO = {
    .text = RELATIONS_GO(IDS_LITE("$3")),
    .pg = RELATIONS_GO(IDS_PG("$3")),
    .in = "iis",
};
/* An account stays while its customer stays for another reason: someone may have met the person by
 * it since. Their events are asked for apart. */
static const struct sql IDENTITY_OF = {
    .text = "SELECT customer_id FROM identity WHERE id = $2 AND batch_id = $1",
    .in = "ii",
    .out = "i",
};
#define EVENTS_LIVE(seqs)                                                                          \
    "SELECT 1 FROM event v WHERE v.seq " seqs                                                      \
    " AND v.batch_id IS NOT NULL AND " EVENT_BATCH_LIVE("v") " LIMIT 1"
static const struct sql IMPORTED = {
    .text = EVENTS_LIVE(IDS_LITE("$1")),
    .pg = EVENTS_LIVE(IDS_PG("$1")),
    .in = "s",
    .out = "i",
};
static const struct sql IDENTITY_GO = {
    .text = "DELETE FROM identity WHERE id = $2 AND batch_id = $1 AND NOT EXISTS"
            " (SELECT 1 FROM orders o WHERE o.customer_id = identity.customer_id)"
            " AND NOT EXISTS (SELECT 1 FROM relation r WHERE r.customer_id = identity.customer_id)"
            " AND NOT EXISTS (SELECT 1 FROM note n WHERE n.customer_id = identity.customer_id)"
            " AND NOT EXISTS (SELECT 1 FROM identity j WHERE j.customer_id = identity.customer_id"
            " AND (j.batch_id IS NULL OR j.batch_id <> $1))",
    .in = "ii",
};
static const struct sql CUSTOMER_ALONE = {
    .text = "SELECT 1 FROM customer x WHERE x.id = $2 AND x.batch_id = $1 AND x.root_id = x.id"
            " AND NOT EXISTS (SELECT 1 FROM identity i WHERE i.customer_id = $2)"
            " AND NOT EXISTS (SELECT 1 FROM customer c WHERE c.root_id = $2 AND c.id <> $2)"
            " AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = $2)"
            " AND NOT EXISTS (SELECT 1 FROM relation r WHERE r.customer_id = $2)"
            " AND NOT EXISTS (SELECT 1 FROM note n WHERE n.customer_id = $2)"
            " AND NOT EXISTS (SELECT 1 FROM group_member g WHERE g.customer_id = $2)"
            " AND NOT EXISTS (SELECT 1 FROM customer_tag t WHERE t.customer_id = $2)"
            " AND NOT EXISTS (SELECT 1 FROM merge m WHERE m.kept_id = $2)"
            " AND NOT EXISTS (SELECT 1 FROM merge m WHERE m.merged_id = $2)",
    .in = "ii",
    .out = "i",
};
static const struct sql FIELDS_GO = {.text = "DELETE FROM customer_field WHERE customer_id = $1",
                                     .in = "i"};
static const struct sql TIERS_GO = {
    .text = "DELETE FROM customer_tier WHERE customer_id = $1 AND model_id IN (SELECT id FROM "
            "tier_model /*scan*/)",
    .in = "i",
};
static const struct sql SCORE_GO = {.text = "DELETE FROM rfm_score WHERE customer_id = $1",
                                    .in = "i"};
static const struct sql VALUE_GO = {.text = "DELETE FROM clv_score WHERE customer_id = $1",
                                    .in = "i"};
static const struct sql MOVES_GO = {.text = "DELETE FROM audience_move WHERE customer_id = $1",
                                    .in = "i"};
static const struct sql STATS_GO = {.text = "DELETE FROM customer_stats WHERE customer_id = $1",
                                    .in = "i"};
static const struct sql NAMES_GO = {
    .text = "DELETE FROM customer_name_index WHERE customer_id = $1",
    .in = "i",
};
static const struct sql PROPOSALS_GO = {
    .text = "DELETE FROM merge_proposal WHERE low_id = $1 OR high_id = $1",
    .in = "i",
};
static const struct sql CUSTOMER_GO = {.text = "DELETE FROM customer WHERE id = $1", .in = "i"};
static const struct sql PRODUCT_GO = {.text = "DELETE FROM product WHERE id = $2 AND batch_id = $1",
                                      .in = "ii"};
static const struct sql TAGS_OF = {
    .text = "SELECT tag_id FROM customer_tag WHERE customer_id = $2 AND batch_id = $1",
    .in = "ii",
    .out = "i",
};
static const struct sql CHANGE_READ = {
    .text = "SELECT object_id, props FROM event WHERE seq = $1",
    .in = "i",
    .out = "IS",
};

STATEMENTS(undo, &MARK_TAG, &FIELD_STAMP, &CHANGES_NEXT, &ITEMS_NEXT, &REFUNDS_NEXT, &ORDERS_NEXT,
           &TAGS_NEXT, &IDENTITIES_NEXT, &CUSTOMERS_NEXT, &PRODUCTS_NEXT, &ITEM_GO, &REFUND_GO,
           &ORDER_GO, &RELATION_GO, &IDENTITY_OF, &IMPORTED, &IDENTITY_GO, &CUSTOMER_ALONE,
           &FIELDS_GO, &TIERS_GO, &SCORE_GO, &VALUE_GO, &MOVES_GO, &STATS_GO, &NAMES_GO,
           &PROPOSALS_GO, &CUSTOMER_GO, &PRODUCT_GO, &TAGS_OF, &CHANGE_READ);

enum rc undo_mark_tag(struct tx *tx, int64_t customer_id, int64_t tag_id, int64_t batch_id,
                      struct err *e)
{
    return tx_exec(tx, &MARK_TAG, e, customer_id, tag_id, batch_id);
}

enum rc undo_field_stamp(struct tx *tx, int64_t customer_id, int64_t field_id, int64_t *out_s,
                         struct err *e)
{
    *out_s = 0;
    enum rc rc = tx_int(tx, &FIELD_STAMP, out_s, e, customer_id, field_id);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc undo_next(struct tx *tx, enum undo_part part, int64_t batch_id, int64_t after,
                  int64_t limit, int64_t **out_keys, size_t *out_n, struct err *e)
{
    static const struct sql *const nexts[UNDO_PARTS] = {
        [UNDO_CHANGES] = &CHANGES_NEXT,
        [UNDO_ITEMS] = &ITEMS_NEXT,
        [UNDO_REFUNDS] = &REFUNDS_NEXT,
        [UNDO_ORDERS] = &ORDERS_NEXT,
        [UNDO_TAGS] = &TAGS_NEXT,
        [UNDO_RELATIONS] = &CUSTOMERS_NEXT,
        [UNDO_IDENTITIES] = &IDENTITIES_NEXT,
        [UNDO_CUSTOMERS] = &CUSTOMERS_NEXT,
        [UNDO_PRODUCTS] = &PRODUCTS_NEXT,
    };
    struct rows *r;
    assert(part < UNDO_PARTS);
    if (part == UNDO_CHANGES && after == 0)
        after = INT64_MAX;
    enum rc rc = tx_query(tx, nexts[part], &r, e, batch_id, after, limit);
    return rc == RC_OK ? ids_read(tx, r, out_keys, out_n, e) : rc;
}

enum rc undo_tags(struct tx *tx, int64_t batch_id, int64_t customer_id, int64_t **out_tags,
                  size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &TAGS_OF, &r, e, batch_id, customer_id);
    return rc == RC_OK ? ids_read(tx, r, out_tags, out_n, e) : rc;
}

enum rc undo_change(struct tx *tx, int64_t seq, struct undo_change *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &CHANGE_READ, &r, e, seq);
    if (rc != RC_OK)
        return rc;
    out->order_id = rows_int(r, 0);
    out->props = rows_copy(r, 1, tx_arena(tx));
    return rows_end(r, e);
}

static enum rc remove_customer(struct tx *tx, int64_t batch_id, int64_t id, bool *out_gone,
                               struct err *e)
{
    static const struct sql *const hangers[] = {&FIELDS_GO, &TIERS_GO, &SCORE_GO, &VALUE_GO,
                                                &MOVES_GO,  &STATS_GO, &NAMES_GO, &PROPOSALS_GO};
    int64_t one;
    enum rc rc = tx_int(tx, &CUSTOMER_ALONE, &one, e, batch_id, id);
    *out_gone = rc == RC_OK;
    if (rc != RC_OK)
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    for (size_t i = 0; i < sizeof hangers / sizeof *hangers && rc == RC_OK; i++)
        rc = tx_exec(tx, hangers[i], e, id);
    if (rc == RC_OK)
        rc = tx_exec(tx, &CUSTOMER_GO, e, id);
    return rc == RC_OK ? change_add(tx, "customer", id, id, e) : rc;
}

static enum rc remove_product(struct tx *tx, int64_t batch_id, int64_t id, bool *out_gone,
                              struct err *e)
{
    enum rc rc = tx_exec(tx, &PRODUCT_GO, e, batch_id, id);
    *out_gone = rc == RC_OK;
    if (rc == RC_OK)
        rc = removal_note(tx, e);
    return rc == RC_OK ? change_add(tx, "product", id, 0, e) : rc;
}

static enum rc remove_relations(struct tx *tx, int64_t batch_id, int64_t customer_id, struct err *e)
{
    struct event_ref *refs = NULL;
    size_t n = 0;
    struct event_ask ask = {.ids = &customer_id, .n = 1, EVENT_ALWAYS, .kind = EVENT_FRIEND_ADD};
    enum rc rc = event_index_find(tx, &ask, &refs, &n, e);
    if (rc != RC_OK)
        return rc;
    int64_t *seqs = ARENA_ARRAY(tx_arena(tx), int64_t, n + 1);
    for (size_t i = 0; i < n; i++)
        seqs[i] = refs[i].seq;
    return tx_exec(tx, &RELATION_GO, e, batch_id, customer_id, ids_text(tx_arena(tx), seqs, n));
}

/* Whether a customer has an event of an import that still stands. */
static enum rc has_imported(struct tx *tx, int64_t customer_id, bool *out, struct err *e)
{
    enum { SEQS_A_QUERY = 1000 };
    int64_t *seqs = NULL, one;
    size_t n = 0;
    *out = false;
    enum rc rc = event_index_seqs(tx, &customer_id, 1, &seqs, &n, e);
    for (size_t i = 0; rc == RC_OK && !*out && i < n; i += SEQS_A_QUERY) {
        size_t k = n - i < SEQS_A_QUERY ? n - i : SEQS_A_QUERY;
        rc = tx_int(tx, &IMPORTED, &one, e, ids_text(tx_arena(tx), seqs + i, k));
        *out = rc == RC_OK;
        rc = rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    return rc;
}

/* Deletes an account unless it is used. */
static enum rc remove_identity(struct tx *tx, int64_t batch_id, int64_t id, bool *out_gone,
                               struct err *e)
{
    int64_t customer_id;
    bool used = false;
    enum rc rc = tx_int(tx, &IDENTITY_OF, &customer_id, e, batch_id, id);
    if (rc == RC_NOT_FOUND)
        return RC_OK;
    if (rc == RC_OK)
        rc = has_imported(tx, customer_id, &used, e);
    if (rc == RC_OK && !used) {
        rc = tx_exec(tx, &IDENTITY_GO, e, batch_id, id);
        *out_gone = rc == RC_OK && tx_changes(tx) > 0;
        if (*out_gone)
            rc = removal_note(tx, e);
    }
    return rc;
}

enum rc undo_remove(struct tx *tx, enum undo_part part, int64_t batch_id, int64_t key,
                    bool *out_gone, struct err *e)
{
    static const struct sql *const gos[UNDO_PARTS] = {
        [UNDO_ITEMS] = &ITEM_GO,
        [UNDO_REFUNDS] = &REFUND_GO,
        [UNDO_ORDERS] = &ORDER_GO,
    };
    assert(tx_is_writing(tx));
    if (part == UNDO_CUSTOMERS)
        return remove_customer(tx, batch_id, key, out_gone, e);
    if (part == UNDO_PRODUCTS)
        return remove_product(tx, batch_id, key, out_gone, e);
    *out_gone = false;
    if (part == UNDO_IDENTITIES)
        return remove_identity(tx, batch_id, key, out_gone, e);
    assert(part == UNDO_RELATIONS || gos[part] != NULL);
    enum rc rc = part == UNDO_RELATIONS ? remove_relations(tx, batch_id, key, e)
                                        : tx_exec(tx, gos[part], e, batch_id, key);
    if (rc == RC_OK)
        *out_gone = tx_changes(tx) > 0;
    return rc;
}
