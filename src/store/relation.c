/* relation.c — friendships. The row says how things stand, the log how they came about: adding
 * again after a deletion overwrites the row and appends an event. Remarks are what staff wrote for
 * themselves; they are sealed, and shown only to those whose staff wrote them. Costs: beginning one
 * writes two rows, one event and two changes.
 */
#include "store/relation.h"

#include "store/code_entry.h"
#include "store/customer.h"
#include "store/ids.h"
#include "store/list.h"
#include "store/statements.h"

#include <assert.h>

static const struct sql RELATION_BEGIN = {
    .text = "INSERT INTO relation (id, customer_id, staff_id, added_s, source_id, created_s)"
            " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (staff_id, customer_id) DO UPDATE SET"
            " added_s = excluded.added_s, deleted_s = NULL, deleted_by = NULL,"
            " found_missing = NULL,"
            " source_id = coalesce(excluded.source_id, relation.source_id)"
            " WHERE relation.deleted_s IS NOT NULL",
    .in = "iiiiIi",
};
static const struct sql RELATION_END = {
    .text = "UPDATE relation SET deleted_s = $3, deleted_by = $4, found_missing = $5"
            " WHERE staff_id = $2 AND customer_id = $1 AND deleted_s IS NULL",
    .in = "iiisI",
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
#define ROW_COLUMNS                                                                                \
    "r.id, r.customer_id, r.staff_id, r.added_s, r.deleted_s, r.deleted_by,"                       \
    " coalesce(r.source_id, 0), r.add_way, r.told_us, r.remark_sealed, r.description_sealed,"      \
    " coalesce(r.found_missing, 0)"
#define ROW_TYPES "iiiiISiIIBBi"
static const struct sql RELATION_FIND = {
    .text = "SELECT " ROW_COLUMNS " FROM relation r WHERE r.staff_id = $2 AND r.customer_id = $1",
    .in = "ii",
    .out = ROW_TYPES,
};
static const struct sql RELATION_IN_FORCE = {
    .text = "SELECT " ROW_COLUMNS " FROM relation r WHERE r.customer_id = $1"
            " AND r.deleted_s IS NULL ORDER BY r.id",
    .in = "i",
    .out = ROW_TYPES,
};
static const struct sql UNTOLD = {
    .text = "SELECT " ROW_COLUMNS " FROM relation r WHERE r.staff_id = $1 AND r.customer_id > $3"
            " AND r.deleted_s IS NULL AND (r.told_us IS NULL OR r.told_us < $2)"
            " ORDER BY r.customer_id LIMIT $4",
    .in = "iiii",
    .out = ROW_TYPES,
};
static const struct sql RELATION_TELL = {
    .text = "UPDATE relation SET add_way = $2, told_us = $3, source_id = $4, remark_sealed = $5,"
            " description_sealed = $6 WHERE id = $1",
    .in = "iIIIBB",
};
static const struct sql RELATION_RENEW = {
    .text = "UPDATE relation SET added_s = $2,"
            " found_missing = CASE WHEN found_missing = 1 THEN 1 END WHERE id = $1",
    .in = "ii",
};
static const struct sql RELATION_END_AGAIN = {
    .text = "UPDATE relation SET deleted_s = $2, deleted_by = $3, found_missing = NULL"
            " WHERE id = $1",
    .in = "iis",
};
/* Of the one before, whose beginning the row said, the log knows. */
static const struct sql RELATION_END_UNSEEN = {
    .text = "UPDATE relation SET added_s = $2, deleted_s = $2, deleted_by = $3, found_missing = 2"
            " WHERE id = $1",
    .in = "iis",
};
static const struct sql END_UNSEEN = {
    .text = "INSERT INTO relation (id, customer_id, staff_id, added_s, deleted_s, deleted_by,"
            " created_s, found_missing) VALUES ($1, $2, $3, $4, $4, $5, $6, 2)",
    .in = "iiiisi",
};
static const struct sql TAGS_ON = {
    .text = "SELECT tag_id FROM relation_tag WHERE relation_id = $1 ORDER BY tag_id",
    .in = "i",
    .out = "i",
};
static const struct sql TAG_ON = {
    .text = "INSERT INTO relation_tag (relation_id, tag_id, put_s) VALUES ($1, $2, $3)",
    .in = "iii",
};
static const struct sql TAG_OFF = {
    .text = "DELETE FROM relation_tag WHERE relation_id = $1 AND tag_id = $2",
    .in = "ii",
};
static const struct sql WEARING = {
    .text = "SELECT " ROW_COLUMNS " FROM relation_tag t JOIN relation r ON r.id = t.relation_id"
            " WHERE t.tag_id = $1 ORDER BY t.relation_id LIMIT $2",
    .in = "ii",
    .out = ROW_TYPES,
};

/* From few customers to their relations, in this order: CROSS JOIN is SQLite's word for it. */
#define WEARERS(ids)                                                                               \
    "SELECT " ROW_COLUMNS ", m.root_id, 1 FROM customer m CROSS JOIN relation r"                   \
    " CROSS JOIN relation_tag x WHERE m.root_id " ids " AND r.customer_id = m.id"                  \
    " AND x.relation_id = r.id AND x.tag_id = $2 ORDER BY r.id"
static const struct sql WEARERS_OF = {
    .text = WEARERS(IDS_LITE("$1")),
    .pg = WEARERS(IDS_PG("$1")),
    .in = "si",
    .out = ROW_TYPES "ii",
};
#define TOLD(ids)                                                                                  \
    "SELECT " ROW_COLUMNS ", m.root_id, CASE WHEN EXISTS (SELECT 1 FROM relation_tag x"            \
    " WHERE x.relation_id = r.id AND x.tag_id = $2) THEN 1 ELSE 0 END FROM customer m"             \
    " CROSS JOIN relation r WHERE m.root_id " ids " AND r.customer_id = m.id"                      \
    " AND r.deleted_s IS NULL AND r.told_us IS NOT NULL ORDER BY r.id"
static const struct sql TOLD_OF = {
    .text = TOLD(IDS_LITE("$1")),
    .pg = TOLD(IDS_PG("$1")),
    .in = "si",
    .out = ROW_TYPES "ii",
};
static const struct sql RELATION_LOAD = {
    .text = "SELECT " ROW_COLUMNS " FROM relation r WHERE r.id = $1",
    .in = "i",
    .out = ROW_TYPES,
};
/* Of several accounts, the one that the platform has told of. */
static const struct sql ADDRESS = {
    .text = "SELECT s.userid, i.value FROM relation r JOIN staff s ON s.id = r.staff_id"
            " JOIN identity i ON i.customer_id = r.customer_id AND i.kind = 'external_userid'"
            " WHERE r.id = $1 AND i.value IS NOT NULL"
            " ORDER BY CASE WHEN i.told_us IS NULL THEN 1 ELSE 0 END, i.id LIMIT 1",
    .in = "i",
    .out = "ss",
};

static const struct sql NAMES = {
    .text = "SELECT p.id, s.id, p.nickname, s.name FROM relation r"
            " JOIN staff s ON s.id = r.staff_id JOIN customer c ON c.id = r.customer_id"
            " JOIN customer p ON p.id = c.root_id WHERE r.id = $1",
    .in = "i",
    .out = "iiSs",
};

STATEMENTS(relation, &RELATION_FIND, &RELATION_IN_FORCE, &UNTOLD, &RELATION_TELL, &RELATION_RENEW,
           &RELATION_END_AGAIN, &RELATION_END_UNSEEN, &END_UNSEEN, &TAGS_ON, &TAG_ON, &TAG_OFF,
           &WEARING, &RELATION_BEGIN, &RELATION_END, &RELATION_ID, &WEARERS_OF, &TOLD_OF,
           &RELATION_LOAD, &ADDRESS, &NAMES, &CUSTOMER_ADDED, &RELATION_CARDS, &RELATION_TAGS);

static enum rc note(struct tx *tx, int64_t id, int64_t customer_id, struct err *e)
{
    enum rc rc = change_add(tx, "relation", id, customer_id, e);
    return rc == RC_OK ? change_add(tx, "customer", customer_id, customer_id, e) : rc;
}

static enum rc say(struct tx *tx, const struct event *ev, struct err *e)
{
    int64_t id;
    enum rc rc = tx_int(tx, &RELATION_ID, &id, e, ev->customer_id, ev->staff_id);
    if (rc == RC_OK)
        rc = event_add(tx, ev, e);
    return rc == RC_OK ? note(tx, id, ev->customer_id, e) : rc;
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

/* The customer's first friendship may be this one. */
static enum rc keep_added(struct tx *tx, int64_t customer_id, int64_t added_s, struct err *e)
{
    enum rc rc = tx_exec(tx, &CUSTOMER_ADDED, e, customer_id, added_s, tx_now_us(tx));
    return rc == RC_OK ? tell_root(tx, customer_id, e) : rc;
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
    rc = keep_added(tx, customer_id, added_s, e);
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

static struct str who_ended(bool by_customer)
{
    return by_customer ? STR("customer") : STR("staff");
}

static enum rc end(struct tx *tx, int64_t customer_id, int64_t staff_id, int64_t at_s,
                   bool by_customer, bool found, bool *out_ended, struct err *e)
{
    assert(tx_is_writing(tx));
    enum rc rc = tx_exec(tx, &RELATION_END, e, customer_id, staff_id, at_s, who_ended(by_customer),
                         found ? 1 : DB_NULL);
    if (rc != RC_OK)
        return rc;
    *out_ended = tx_changes(tx) > 0;
    if (!*out_ended)
        return RC_OK;
    rc = code_entry_end(tx, customer_id, staff_id, at_s, e);
    if (rc != RC_OK)
        return rc;
    return say(tx,
               &(struct event){.customer_id = customer_id,
                               .at_s = at_s,
                               .kind = (int)relation_kind_of_end(by_customer),
                               .staff_id = staff_id,
                               .props = found ? EVENT_FOUND_MISSING : STR_ABSENT},
               e);
}

enum rc relation_end(struct tx *tx, int64_t customer_id, int64_t staff_id, int64_t at_s,
                     bool by_customer, bool *out_ended, struct err *e)
{
    return end(tx, customer_id, staff_id, at_s, by_customer, false, out_ended, e);
}

enum rc relation_end_found(struct tx *tx, const struct relation_row *row, int64_t at_s,
                           bool *out_ended, struct err *e)
{
    return end(tx, row->customer_id, row->staff_id, at_s, false, true, out_ended, e);
}

/* ---- as a platform tells it ---- */

static void read_row(const struct rows *r, struct arena *a, struct relation_row *out)
{
    *out = (struct relation_row){
        .id = rows_int(r, 0),
        .customer_id = rows_int(r, 1),
        .staff_id = rows_int(r, 2),
        .added_s = rows_int(r, 3),
        .deleted_s = rows_known(r, 4),
        .by_customer = str_eq(rows_str(r, 5), STR("customer")),
        .source_id = rows_int(r, 6),
        .add_way = rows_known(r, 7),
        .told_us = rows_known(r, 8),
        .remark_sealed = rows_copy(r, 9, a),
        .description_sealed = rows_copy(r, 10, a),
        .found_missing = rows_int(r, 11) == 1,
        .began_unseen = rows_int(r, 11) == 2,
    };
}

enum rc relation_find(struct tx *tx, int64_t customer_id, int64_t staff_id,
                      struct relation_row *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &RELATION_FIND, &r, e, customer_id, staff_id);
    if (rc != RC_OK)
        return rc;
    read_row(r, tx_arena(tx), out);
    return rows_end(r, e);
}

static enum rc read_rows(struct tx *tx, struct rows *r, struct relation_row **out, size_t *out_n,
                         struct err *e)
{
    struct relation_row *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        read_row(r, tx_arena(tx), LIST_ADD(tx_arena(tx), list, n, room));
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc relation_in_force(struct tx *tx, int64_t customer_id, struct relation_row **out,
                          size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &RELATION_IN_FORCE, &r, e, customer_id);
    return rc == RC_OK ? read_rows(tx, r, out, out_n, e) : rc;
}

enum rc relation_untold(struct tx *tx, int64_t staff_id, int64_t since_us, int64_t after_customer,
                        int64_t limit, struct relation_row **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &UNTOLD, &r, e, staff_id, since_us, after_customer, limit);
    return rc == RC_OK ? read_rows(tx, r, out, out_n, e) : rc;
}

enum rc relation_wearing(struct tx *tx, int64_t tag_id, int64_t limit, struct relation_row **out,
                         size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &WEARING, &r, e, tag_id, limit);
    return rc == RC_OK ? read_rows(tx, r, out, out_n, e) : rc;
}

static enum rc read_of_roots(struct tx *tx, struct rows *r, struct relation_of_root **out,
                             size_t *out_n, struct err *e)
{
    struct relation_of_root *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r)) {
        struct relation_of_root *x = LIST_ADD(tx_arena(tx), list, n, room);
        read_row(r, tx_arena(tx), &x->row);
        x->root_id = rows_int(r, 12);
        x->wears = rows_int(r, 13) != 0;
    }
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc relation_wearers(struct tx *tx, const int64_t *roots, size_t n, int64_t tag_id,
                         struct relation_of_root **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &WEARERS_OF, &r, e, ids_text(tx_arena(tx), roots, n), tag_id);
    return rc == RC_OK ? read_of_roots(tx, r, out, out_n, e) : rc;
}

enum rc relation_told_of(struct tx *tx, const int64_t *roots, size_t n, int64_t tag_id,
                         struct relation_of_root **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &TOLD_OF, &r, e, ids_text(tx_arena(tx), roots, n), tag_id);
    return rc == RC_OK ? read_of_roots(tx, r, out, out_n, e) : rc;
}

enum rc relation_load(struct tx *tx, int64_t id, struct relation_row *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &RELATION_LOAD, &r, e, id);
    if (rc != RC_OK)
        return rc;
    read_row(r, tx_arena(tx), out);
    return rows_end(r, e);
}

enum rc relation_address(struct tx *tx, int64_t id, struct str *out_userid,
                         struct str *out_external_userid, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &ADDRESS, &r, e, id);
    if (rc != RC_OK)
        return rc;
    *out_userid = rows_copy(r, 0, tx_arena(tx));
    *out_external_userid = rows_copy(r, 1, tx_arena(tx));
    return rows_end(r, e);
}

enum rc relation_names(struct tx *tx, int64_t id, struct relation_names *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &NAMES, &r, e, id);
    if (rc != RC_OK)
        return rc;
    *out = (struct relation_names){rows_int(r, 0), rows_int(r, 1), rows_copy(r, 2, tx_arena(tx)),
                                   rows_copy(r, 3, tx_arena(tx))};
    return rows_end(r, e);
}

enum rc relation_tell(struct tx *tx, const struct relation_row *row, struct err *e)
{
    assert(tx_is_writing(tx));
    return tx_exec(tx, &RELATION_TELL, e, row->id, row->add_way, row->told_us,
                   row->source_id == 0 ? DB_NULL : row->source_id, row->remark_sealed,
                   row->description_sealed);
}

static enum rc say_pair(struct tx *tx, const struct relation_row *row, enum event_kind kind,
                        int64_t at_s, struct err *e)
{
    return say(tx,
               &(struct event){.customer_id = row->customer_id,
                               .at_s = at_s,
                               .kind = (int)kind,
                               .staff_id = row->staff_id},
               e);
}

/* The pair's earliest of a kind, of these times; RC_NOT_FOUND (e untouched). */
static enum rc first(struct tx *tx, const struct relation_row *row, enum event_kind kind,
                     int64_t from_s, int64_t to_s, struct event_seen *out, struct err *e)
{
    const struct event_seek seek = {.customer_id = row->customer_id,
                                    .from_s = from_s,
                                    .to_s = to_s,
                                    .kind = kind,
                                    .staff_id = row->staff_id};
    return event_first(tx, &seek, out, e);
}

/* Takes back an event of the pair; nothing where there is none. */
static enum rc unsay(struct tx *tx, const struct relation_row *row, enum event_kind kind,
                     int64_t at_s, struct err *e)
{
    struct event_seen seen;
    enum rc rc = first(tx, row, kind, at_s, at_s, &seen, e);
    if (rc == RC_OK)
        rc = event_retract(tx, seen.seq, row->customer_id, 0, e);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc relation_renew(struct tx *tx, const struct relation_row *row, int64_t added_s,
                       struct err *e)
{
    assert(tx_is_writing(tx) && (row->deleted_s == DB_NULL || added_s <= row->deleted_s));
    enum rc rc = unsay(tx, row, EVENT_FRIEND_CONFIRM, added_s, e);
    if (rc == RC_OK)
        rc = tx_exec(tx, &RELATION_RENEW, e, row->id, added_s);
    if (rc == RC_OK)
        rc = keep_added(tx, row->customer_id, added_s, e);
    return rc == RC_OK ? say_pair(tx, row, EVENT_FRIEND_ADD, added_s, e) : rc;
}

enum rc relation_end_again(struct tx *tx, const struct relation_row *row, int64_t at_s,
                           bool by_customer, struct err *e)
{
    assert(tx_is_writing(tx) && row->deleted_s != DB_NULL && row->deleted_s < at_s);
    enum rc rc = tx_exec(tx, &RELATION_END_UNSEEN, e, row->id, at_s, who_ended(by_customer));
    if (rc == RC_OK)
        rc = code_entry_end(tx, row->customer_id, row->staff_id, at_s, e);
    return rc == RC_OK ? say_pair(tx, row, relation_kind_of_end(by_customer), at_s, e) : rc;
}

enum rc relation_end_earlier(struct tx *tx, const struct relation_row *row, int64_t at_s,
                             struct err *e)
{
    assert(tx_is_writing(tx) && row->found_missing && at_s <= row->deleted_s);
    enum rc rc = unsay(tx, row, EVENT_FRIEND_REMOVE, row->deleted_s, e);
    if (rc != RC_OK)
        return rc;
    return say(tx,
               &(struct event){.customer_id = row->customer_id,
                               .at_s = at_s,
                               .kind = EVENT_FRIEND_REMOVE,
                               .staff_id = row->staff_id,
                               .props = EVENT_FOUND_MISSING},
               e);
}

enum rc relation_end_heard(struct tx *tx, const struct relation_row *row, int64_t at_s,
                           bool by_customer, struct err *e)
{
    assert(tx_is_writing(tx) && row->found_missing);
    enum rc rc = unsay(tx, row, EVENT_FRIEND_REMOVE, row->deleted_s, e);
    if (rc == RC_OK)
        rc = tx_exec(tx, &RELATION_END_AGAIN, e, row->id, at_s, who_ended(by_customer));
    return rc == RC_OK ? say_pair(tx, row, relation_kind_of_end(by_customer), at_s, e) : rc;
}

enum rc relation_end_known(struct tx *tx, struct relation_row *row, int64_t after_s, struct err *e)
{
    assert(tx_is_writing(tx) && row->deleted_s == DB_NULL);
    struct event_seen removed, deleted;
    enum rc rc = first(tx, row, EVENT_FRIEND_REMOVE, after_s + 1, INT64_MAX, &removed, e);
    if (rc == RC_NOT_FOUND)
        removed = (struct event_seen){.at_s = INT64_MAX};
    if (rc == RC_OK || rc == RC_NOT_FOUND)
        rc = first(tx, row, EVENT_FRIEND_DELETE, after_s + 1, removed.at_s, &deleted, e);
    bool by_customer = rc == RC_OK;
    if (rc == RC_NOT_FOUND && removed.at_s == INT64_MAX)
        return RC_OK;
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return rc;
    row->by_customer = by_customer;
    row->deleted_s = by_customer ? deleted.at_s : removed.at_s;
    rc = tx_exec(tx, &RELATION_END_AGAIN, e, row->id, row->deleted_s, who_ended(by_customer));
    if (rc == RC_OK)
        rc = code_entry_end(tx, row->customer_id, row->staff_id, row->deleted_s, e);
    return rc == RC_OK ? note(tx, row->id, row->customer_id, e) : rc;
}

enum rc relation_ended_between(struct tx *tx, const struct relation_row *row, int64_t after_s,
                               int64_t before_s, bool *out, struct err *e)
{
    struct event_seen seen;
    enum rc rc = first(tx, row, EVENT_FRIEND_REMOVE, after_s + 1, before_s - 1, &seen, e);
    if (rc == RC_NOT_FOUND)
        rc = first(tx, row, EVENT_FRIEND_DELETE, after_s + 1, before_s - 1, &seen, e);
    *out = rc == RC_OK;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc relation_confirmed(struct tx *tx, const struct relation_row *row, int64_t after_s,
                           int64_t to_s, int64_t *out_at_s, struct err *e)
{
    struct event_seen seen;
    enum rc rc = first(tx, row, EVENT_FRIEND_CONFIRM, after_s + 1, to_s, &seen, e);
    if (rc == RC_OK)
        *out_at_s = seen.at_s;
    return rc;
}

enum rc relation_unconfirm(struct tx *tx, const struct relation_row *row, int64_t at_s,
                           struct err *e)
{
    return unsay(tx, row, EVENT_FRIEND_CONFIRM, at_s, e);
}

enum rc relation_end_unseen(struct tx *tx, int64_t customer_id, int64_t staff_id, int64_t at_s,
                            bool by_customer, struct err *e)
{
    assert(tx_is_writing(tx) && customer_id > 0 && staff_id > 0);
    const struct relation_row row = {.customer_id = customer_id, .staff_id = staff_id};
    enum rc rc = tx_exec(tx, &END_UNSEEN, e, tx_id(tx), customer_id, staff_id, at_s,
                         who_ended(by_customer), tx_now_s(tx));
    return rc == RC_OK ? say_pair(tx, &row, relation_kind_of_end(by_customer), at_s, e) : rc;
}

enum rc relation_remember(struct tx *tx, const struct relation_row *row, enum event_kind kind,
                          int64_t at_s, bool *out_new, struct err *e)
{
    static const enum event_kind BEGINS[] = {EVENT_FRIEND_ADD, EVENT_FRIEND_CONFIRM};
    assert(tx_is_writing(tx));
    const struct event_seek pair = {.customer_id = row->customer_id, .staff_id = row->staff_id};
    struct event_seen said;
    enum rc rc = first(tx, row, kind, at_s, at_s, &said, e);
    *out_new = rc == RC_NOT_FOUND;
    if (!*out_new)
        return rc;
    rc = say_pair(tx, row, kind, at_s, e);
    if (rc == RC_OK && kind == EVENT_FRIEND_ADD)
        return keep_added(tx, row->customer_id, at_s, e);
    return rc == RC_OK && kind != EVENT_FRIEND_CONFIRM
               ? event_unfind(tx, &pair, EVENT_FRIEND_REMOVE, BEGINS, at_s, e)
               : rc;
}

enum rc relation_tags(struct tx *tx, int64_t relation_id, int64_t **out, size_t *out_n,
                      struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &TAGS_ON, &r, e, relation_id);
    return rc == RC_OK ? ids_read(tx, r, out, out_n, e) : rc;
}

static enum rc say_tag(struct tx *tx, const struct relation_row *row, enum event_kind kind,
                       int64_t tag_id, int64_t at_s, struct err *e)
{
    enum rc rc = event_add(tx,
                           &(struct event){.customer_id = row->customer_id,
                                           .at_s = at_s,
                                           .kind = kind,
                                           .staff_id = row->staff_id,
                                           .object_kind = OBJECT_TAG,
                                           .object_id = tag_id},
                           e);
    return rc == RC_OK ? change_add(tx, "relation", row->id, row->customer_id, e) : rc;
}

enum rc relation_tag_put(struct tx *tx, const struct relation_row *row, int64_t tag_id,
                         int64_t at_s, struct err *e)
{
    enum rc rc = tx_exec(tx, &TAG_ON, e, row->id, tag_id, at_s);
    return rc == RC_OK ? say_tag(tx, row, EVENT_TAG_PUT, tag_id, at_s, e) : rc;
}

enum rc relation_tag_off(struct tx *tx, const struct relation_row *row, int64_t tag_id,
                         int64_t at_s, struct err *e)
{
    enum rc rc = tx_exec(tx, &TAG_OFF, e, row->id, tag_id);
    return rc == RC_OK ? say_tag(tx, row, EVENT_TAG_OFF, tag_id, at_s, e) : rc;
}

/* ---- as the profile shows it ---- */

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
        c->deleted_s = rows_known(r, 5);
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
