/* relation.c — friendships. The row says how things stand, the log how they came about: adding
 * again after a deletion overwrites the row and appends an event. Remarks are what staff wrote for
 * themselves; they are sealed, and shown only to those whose staff wrote them. Costs: beginning one
 * writes two rows, one event and two changes.
 */
#include "store/relation.h"

#include "store/customer.h"
#include "store/event.h"
#include "store/list.h"
#include "store/statements.h"

#include <assert.h>

static const struct sql RELATION_BEGIN = {
    .text = "INSERT INTO relation (id, customer_id, staff_id, added_s, source_id, created_s)"
            " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (staff_id, customer_id) DO UPDATE SET"
            " added_s = excluded.added_s, deleted_s = NULL, deleted_by = NULL,"
            " source_id = coalesce(excluded.source_id, relation.source_id)"
            " WHERE relation.deleted_s IS NOT NULL",
    .in = "iiiiIi",
};
static const struct sql RELATION_END = {
    .text = "UPDATE relation SET deleted_s = $3, deleted_by = $4"
            " WHERE staff_id = $2 AND customer_id = $1 AND deleted_s IS NULL",
    .in = "iiis",
};
static const struct sql RELATION_ID = {
    .text = "SELECT id FROM relation WHERE staff_id = $2 AND customer_id = $1",
    .in = "ii",
    .out = "i",
};
static const struct sql CUSTOMER_ADDED = {
    .text = "UPDATE customer SET added_s = $2, updated_us = $3"
            " WHERE id IN ($1, (SELECT b.root_id FROM customer b WHERE b.id = $1))"
            " AND (added_s IS NULL OR added_s > $2)",
    .in = "iii",
};
static const struct sql RELATION_CARDS = {
    .text =
        "SELECT r.id, r.customer_id, r.staff_id, s.name, r.added_s, r.deleted_s, r.deleted_by,"
        " CASE WHEN $2 = 0 OR EXISTS (SELECT 1 FROM account_staff a WHERE a.account_id = $2"
        " AND a.staff_id = r.staff_id) THEN r.remark_sealed END"
        " FROM customer c JOIN relation r ON r.customer_id = c.id JOIN staff s ON s.id = r.staff_id"
        " WHERE c.root_id = $1 ORDER BY r.added_s DESC, r.id DESC",
    .in = "ii",
    .out = "iiisiISB",
};
static const struct sql RELATION_TAGS = {
    .text = "SELECT r.id, t.id, t.name FROM customer c JOIN relation r ON r.customer_id = c.id"
            " JOIN relation_tag x ON x.relation_id = r.id JOIN tag t ON t.id = x.tag_id"
            " WHERE c.root_id = $1 ORDER BY t.position, t.id",
    .in = "i",
    .out = "iis",
};

STATEMENTS(relation, &RELATION_BEGIN, &RELATION_END, &RELATION_ID, &CUSTOMER_ADDED, &RELATION_CARDS,
           &RELATION_TAGS);

static enum rc say(struct tx *tx, const struct event *ev, struct err *e)
{
    int64_t id;
    enum rc rc = tx_int(tx, &RELATION_ID, &id, e, ev->customer_id, ev->staff_id);
    if (rc == RC_OK)
        rc = event_add(tx, ev, e);
    if (rc == RC_OK)
        rc = change_add(tx, "relation", id, ev->customer_id, e);
    return rc == RC_OK ? change_add(tx, "customer", ev->customer_id, ev->customer_id, e) : rc;
}

/* The root's added_s may have changed too. */
static enum rc tell_root(struct tx *tx, int64_t customer_id, struct err *e)
{
    int64_t root;
    enum rc rc = customer_root_of(tx, customer_id, &root, e);
    if (rc != RC_OK || root == customer_id)
        return rc;
    return change_add(tx, "customer", root, root, e);
}

enum rc relation_begin(struct tx *tx, int64_t customer_id, int64_t staff_id, int64_t added_s,
                       int64_t source_id, int64_t batch_id, bool *out_added, struct err *e)
{
    assert(tx_is_writing(tx) && customer_id > 0 && staff_id > 0);

    enum rc rc = tx_exec(tx, &RELATION_BEGIN, e, tx_id(tx), customer_id, staff_id, added_s,
                         source_id == 0 ? DB_NULL : source_id, tx_now_s(tx));
    if (rc != RC_OK)
        return rc;
    *out_added = tx_changes(tx) > 0;
    if (!*out_added)
        return RC_OK;
    rc = tx_exec(tx, &CUSTOMER_ADDED, e, customer_id, added_s, tx_now_us(tx));
    if (rc == RC_OK)
        rc = tell_root(tx, customer_id, e);
    if (rc != RC_OK)
        return rc;
    return say(tx,
               &(struct event){.customer_id = customer_id,
                               .at_s = added_s,
                               .kind = EVENT_FRIEND_ADD,
                               .staff_id = staff_id,
                               .batch_id = batch_id},
               e);
}

enum rc relation_end(struct tx *tx, int64_t customer_id, int64_t staff_id, int64_t at_s,
                     bool by_customer, bool *out_ended, struct err *e)
{
    assert(tx_is_writing(tx));

    enum rc rc = tx_exec(tx, &RELATION_END, e, customer_id, staff_id, at_s,
                         by_customer ? STR("customer") : STR("staff"));
    if (rc != RC_OK)
        return rc;
    *out_ended = tx_changes(tx) > 0;
    if (!*out_ended)
        return RC_OK;
    return say(tx,
               &(struct event){.customer_id = customer_id,
                               .at_s = at_s,
                               .kind = by_customer ? EVENT_FRIEND_DELETE : EVENT_FRIEND_REMOVE,
                               .staff_id = staff_id},
               e);
}

static enum rc read_tags(struct tx *tx, int64_t root_id, struct relation_card *list, size_t n,
                         struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &RELATION_TAGS, &r, e, root_id);
    if (rc != RC_OK)
        return rc;
    struct arena *a = tx_arena(tx);
    while (rows_next(r)) {
        for (size_t i = 0; i < n; i++) {
            if (list[i].id != rows_int(r, 0))
                continue;
            struct relation_tag_name *t =
                LIST_ADD(a, list[i].tags, list[i].tags_n, list[i].tags_room);
            t->id = rows_int(r, 1);
            t->name = rows_copy(r, 2, a);
        }
    }
    return rows_end(r, e);
}

enum rc relation_cards(struct tx *tx, const struct keyring *keys, int64_t scope_account,
                       int64_t root_id, struct relation_card **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &RELATION_CARDS, &r, e, root_id, scope_account);
    if (rc != RC_OK)
        return rc;
    struct arena *a = tx_arena(tx);
    struct relation_card *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rc == RC_OK && rows_next(r)) {
        struct relation_card *c = LIST_ADD(a, list, n, room);
        c->id = rows_int(r, 0);
        c->customer_id = rows_int(r, 1);
        c->staff_id = rows_int(r, 2);
        c->staff = rows_copy(r, 3, a);
        c->added_s = rows_int(r, 4);
        c->deleted_s = rows_null(r, 5) ? DB_NULL : rows_int(r, 5);
        c->deleted_by = rows_copy(r, 6, a);
        if (!rows_null(r, 7))
            rc = secret_open(keys, STR("relation.remark"), rows_bytes(r, 7), a, &c->remark, e);
    }
    enum rc end = rows_end(r, rc == RC_OK ? e : NULL);
    if (rc == RC_OK)
        rc = end;
    if (rc == RC_OK)
        rc = read_tags(tx, root_id, list, n, e);
    *out = list;
    *out_n = n;
    return rc;
}
