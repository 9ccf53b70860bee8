/* demo_corp.c — the lists of demo_corp.h. Whole lists are small (some hundred rows); customers go
 * by ranges of their ids, each part by an index that begins with the customer.
 */
#include "store/demo_corp.h"

#include "store/list.h"
#include "store/statements.h"

#include <assert.h>

static const struct sql DEPARTMENTS = {
    .text = "SELECT d.external_id, p.external_id, d.name, d.position FROM department d"
            " LEFT JOIN department p ON p.id = d.parent_id"
            " WHERE d.external_id IS NOT NULL ORDER BY d.id /*scan*/",
    .out = "sSsi",
};
static const struct sql STAFF = {
    .text = "SELECT s.userid, s.name, s.title, d.external_id FROM staff s"
            " LEFT JOIN department d ON d.id = s.department_id"
            " WHERE s.status = 'active' ORDER BY s.id /*scan*/",
    .out = "ssSS",
};
static const struct sql GROUPS = {
    .text = "SELECT g.external_id, g.name, s.userid, g.created_s FROM chat_group g"
            " JOIN staff s ON s.id = g.owner_id WHERE g.external_id IS NOT NULL"
            " AND g.dismissed_s IS NULL ORDER BY g.id /*scan*/",
    .out = "sssi",
};
static const struct sql TAGS = {
    .text = "SELECT g.name, t.name FROM tag t JOIN tag_group g ON g.id = t.group_id"
            " WHERE t.archived_s IS NULL ORDER BY g.id, t.id /*scan*/",
    .out = "ss",
};
static const struct sql CUSTOMERS = {
    .text = "SELECT i.value, c.nickname, c.gender, c.id FROM customer c"
            " JOIN identity i ON i.customer_id = c.id AND i.kind = 'external_userid'"
            " WHERE c.id > $1 AND c.id <= $2 AND c.erased_s IS NULL AND i.value IS NOT NULL"
            " ORDER BY c.id",
    .in = "ii",
    .out = "sSSi",
};
static const struct sql FRIENDS = {
    .text = "SELECT s.userid, r.customer_id, r.added_s,"
            " CASE WHEN r.deleted_s IS NULL THEN 0 ELSE 1 END"
            " FROM relation r JOIN staff s ON s.id = r.staff_id"
            " WHERE r.customer_id > $1 AND r.customer_id <= $2"
            " AND (r.deleted_s IS NULL OR r.deleted_by = 'customer') ORDER BY r.customer_id, r.id",
    .in = "ii",
    .out = "siii",
};
static const struct sql MEMBERS = {
    .text = "SELECT g.external_id, s.userid, m.customer_id, m.joined_s FROM group_member m"
            " JOIN chat_group g ON g.id = m.group_id LEFT JOIN staff s ON s.id = m.inviter_id"
            " WHERE m.customer_id > $1 AND m.customer_id <= $2 AND m.left_s IS NULL"
            " AND g.external_id IS NOT NULL AND g.dismissed_s IS NULL"
            " ORDER BY m.customer_id, m.group_id",
    .in = "ii",
    .out = "sSii",
};
static const struct sql LAST = {
    .text = "SELECT coalesce(max(id), 0) FROM (SELECT id FROM customer WHERE id > $1"
            " ORDER BY id LIMIT $2) AS page",
    .in = "ii",
    .out = "i",
};

STATEMENTS(demo_corp, &DEPARTMENTS, &STAFF, &GROUPS, &TAGS, &CUSTOMERS, &FRIENDS, &MEMBERS, &LAST);

/* Reads to the end: texts come before numbers in each of these statements. */
static enum rc read_all(struct tx *tx, const struct sql *sql, struct rows *r,
                        struct demo_corp_row **out, size_t *out_n, struct err *e)
{
    struct demo_corp_row *list = NULL;
    size_t n = 0, room = 0;
    struct arena *a = tx_arena(tx);
    while (rows_next(r)) {
        struct demo_corp_row *row = LIST_ADD(a, list, n, room);
        *row = (struct demo_corp_row){0};
        int texts = 0;
        for (int i = 0; sql->out[i] != '\0'; i++) {
            if (sql->out[i] == 'i')
                row->number[i - texts] = rows_int(r, i);
            else
                row->text[texts++] = rows_copy(r, i, a);
        }
    }
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc demo_corp_list(struct tx *tx, enum demo_corp_list which, struct demo_corp_row **out,
                       size_t *out_n, struct err *e)
{
    static const struct sql *const LISTS[] = {&DEPARTMENTS, &STAFF, &GROUPS, &TAGS};
    struct rows *r;
    enum rc rc = tx_query(tx, LISTS[which], &r, e);
    return rc == RC_OK ? read_all(tx, LISTS[which], r, out, out_n, e) : rc;
}

enum rc demo_corp_part(struct tx *tx, enum demo_corp_part which, int64_t after, int64_t last,
                       struct demo_corp_row **out, size_t *out_n, struct err *e)
{
    static const struct sql *const PARTS[] = {&CUSTOMERS, &FRIENDS, &MEMBERS};
    struct rows *r;
    assert(after <= last);
    enum rc rc = tx_query(tx, PARTS[which], &r, e, after, last);
    return rc == RC_OK ? read_all(tx, PARTS[which], r, out, out_n, e) : rc;
}

enum rc demo_corp_last(struct tx *tx, int64_t after, int64_t limit, int64_t *out, struct err *e)
{
    return tx_int(tx, &LAST, out, e, after, limit);
}
