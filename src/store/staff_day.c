/* staff_day.c — rows by day are found by the index of days; a member's last day by the key. What is
 * shown is summed by the caller: some hundred thousand rows for the longest range.
 */
#include "store/staff_day.h"

#include "store/list.h"
#include "store/statements.h"

#include <assert.h>
#include <math.h>

static const struct sql STAFF_STORE = {
    .text = "INSERT INTO staff_day (staff_id, day, chat_cnt, message_cnt, reply_percentage,"
            " avg_reply_time, negative_feedback_cnt, new_apply_cnt, new_contact_cnt, told_us)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (staff_id, day)"
            " DO UPDATE SET chat_cnt = excluded.chat_cnt, message_cnt = excluded.message_cnt,"
            " reply_percentage = excluded.reply_percentage,"
            " avg_reply_time = excluded.avg_reply_time,"
            " negative_feedback_cnt = excluded.negative_feedback_cnt,"
            " new_apply_cnt = excluded.new_apply_cnt,"
            " new_contact_cnt = excluded.new_contact_cnt, told_us = excluded.told_us",
    .in = "iiIIDIIIIi",
};
static const struct sql OWNER_STORE = {
    .text = "INSERT INTO owner_day (staff_id, day, new_chat_cnt, chat_total, chat_has_msg,"
            " new_member_cnt, member_total, member_has_msg, msg_total, migrate_trainee_chat_cnt,"
            " told_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
            " ON CONFLICT (staff_id, day) DO UPDATE SET new_chat_cnt = excluded.new_chat_cnt,"
            " chat_total = excluded.chat_total, chat_has_msg = excluded.chat_has_msg,"
            " new_member_cnt = excluded.new_member_cnt, member_total = excluded.member_total,"
            " member_has_msg = excluded.member_has_msg, msg_total = excluded.msg_total,"
            " migrate_trainee_chat_cnt = excluded.migrate_trainee_chat_cnt,"
            " told_us = excluded.told_us",
    .in = "iiIIIIIIIIi",
};
#define SERVES                                                                                     \
    " FROM staff s /*scan*/ WHERE s.status = 'active' AND (EXISTS (SELECT 1 FROM relation r"       \
    " WHERE r.staff_id = s.id) OR s.id IN (SELECT g.owner_id FROM chat_group g /*scan*/))"
static const struct sql NEXT = {
    .text = "SELECT s.id, (SELECT max(d.day) FROM staff_day d WHERE d.staff_id = s.id),"
            " (SELECT max(o.day) FROM owner_day o WHERE o.staff_id = s.id), s.userid,"
            " CASE WHEN s.id IN (SELECT h.owner_id FROM chat_group h /*scan*/) THEN 1 ELSE 0"
            " END" SERVES " AND s.id > $1 ORDER BY s.id LIMIT 1",
    .in = "i",
    .out = "iIIsi",
};
static const struct sql PEOPLE = {
    .text = "SELECT count(*)" SERVES,
    .out = "i",
};
static const struct sql STAFF = {
    .text = "SELECT s.id, coalesce(s.department_id, 0), s.name, d.name FROM staff s /*scan*/"
            " LEFT JOIN department d ON d.id = s.department_id"
            " WHERE ($1 = 0 OR EXISTS (SELECT 1 FROM account_staff a WHERE a.account_id = $1"
            " AND a.staff_id = s.id)) AND ($2 = 0 OR EXISTS (SELECT 1 FROM department_above b"
            " WHERE b.department_id = s.department_id AND b.above_id = $2)) ORDER BY s.id",
    .in = "ii",
    .out = "iisS",
};
static const struct sql STAFF_EACH = {
    .text = "SELECT staff_id, day, chat_cnt, message_cnt, reply_percentage, avg_reply_time,"
            " negative_feedback_cnt, new_apply_cnt, new_contact_cnt, told_us FROM staff_day"
            " WHERE day >= $1 AND day <= $2",
    .in = "ii",
    .out = "iiIIDIIIIi",
};
static const struct sql OWNER_EACH = {
    .text = "SELECT staff_id, day, new_chat_cnt, chat_total, chat_has_msg, new_member_cnt,"
            " member_total, member_has_msg, msg_total, migrate_trainee_chat_cnt, told_us"
            " FROM owner_day WHERE day >= $1 AND day <= $2",
    .in = "ii",
    .out = "iiIIIIIIIIi",
};
static const struct sql FRIENDS = {
    .text = "SELECT staff_id, added_s, deleted_s,"
            " CASE WHEN deleted_by = 'customer' THEN 1 ELSE 0 END,"
            " CASE WHEN found_missing = 2 THEN 1 ELSE 0 END FROM relation /*scan*/"
            " WHERE (added_s >= $1 AND added_s < $2) OR (deleted_s >= $1 AND deleted_s < $2)",
    .in = "ii",
    .out = "iiIii",
};

STATEMENTS(staff_day, &STAFF_STORE, &OWNER_STORE, &NEXT, &PEOPLE, &STAFF, &STAFF_EACH, &OWNER_EACH,
           &FRIENDS);

enum rc staff_day_store(struct tx *tx, const struct staff_day *d, struct err *e)
{
    assert(tx_is_writing(tx) && d->staff_id > 0);
    return tx_exec(tx, &STAFF_STORE, e, d->staff_id, d->day, d->chat_cnt, d->message_cnt,
                   d->reply_percentage, d->avg_reply_time, d->negative_feedback_cnt,
                   d->new_apply_cnt, d->new_contact_cnt, d->told_us);
}

enum rc owner_day_store(struct tx *tx, const struct owner_day *d, struct err *e)
{
    assert(tx_is_writing(tx) && d->staff_id > 0);
    return tx_exec(tx, &OWNER_STORE, e, d->staff_id, d->day, d->new_chat_cnt, d->chat_total,
                   d->chat_has_msg, d->new_member_cnt, d->member_total, d->member_has_msg,
                   d->msg_total, d->migrate_trainee_chat_cnt, d->told_us);
}

enum rc staff_day_next(struct tx *tx, int64_t after, struct staff_to_tell *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &NEXT, &r, e, after);
    if (rc != RC_OK)
        return rc;
    *out = (struct staff_to_tell){
        .id = rows_int(r, 0),
        .last_day = rows_known(r, 1),
        .last_group_day = rows_known(r, 2),
        .userid = rows_copy(r, 3, tx_arena(tx)),
        .owner = rows_int(r, 4) != 0,
    };
    return rows_end(r, e);
}

enum rc staff_day_people(struct tx *tx, int64_t *out, struct err *e)
{
    return tx_int(tx, &PEOPLE, out, e);
}

enum rc staff_day_staff(struct tx *tx, int64_t scope_account, int64_t department_id,
                        struct staff_of_scope **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &STAFF, &r, e, scope_account, department_id);
    if (rc != RC_OK)
        return rc;
    struct arena *a = tx_arena(tx);
    struct staff_of_scope *list = NULL;
    size_t n = 0, room = 0;
    while (rows_next(r))
        *LIST_ADD(a, list, n, room) = (struct staff_of_scope){
            .id = rows_int(r, 0),
            .department_id = rows_int(r, 1),
            .name = rows_copy(r, 2, a),
            .department = rows_copy(r, 3, a),
        };
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc staff_day_each(struct tx *tx, int64_t from_day, int64_t to_day,
                       void (*see)(void *ctx, const struct staff_day *d), void *ctx, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &STAFF_EACH, &r, e, from_day, to_day);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        see(ctx, &(struct staff_day){
                     .staff_id = rows_int(r, 0),
                     .day = rows_int(r, 1),
                     .chat_cnt = rows_known(r, 2),
                     .message_cnt = rows_known(r, 3),
                     .reply_percentage = rows_null(r, 4) ? (double)NAN : rows_double(r, 4),
                     .avg_reply_time = rows_known(r, 5),
                     .negative_feedback_cnt = rows_known(r, 6),
                     .new_apply_cnt = rows_known(r, 7),
                     .new_contact_cnt = rows_known(r, 8),
                     .told_us = rows_int(r, 9),
                 });
    return rows_end(r, e);
}

enum rc owner_day_each(struct tx *tx, int64_t from_day, int64_t to_day,
                       void (*see)(void *ctx, const struct owner_day *d), void *ctx, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &OWNER_EACH, &r, e, from_day, to_day);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        see(ctx, &(struct owner_day){
                     .staff_id = rows_int(r, 0),
                     .day = rows_int(r, 1),
                     .new_chat_cnt = rows_known(r, 2),
                     .chat_total = rows_known(r, 3),
                     .chat_has_msg = rows_known(r, 4),
                     .new_member_cnt = rows_known(r, 5),
                     .member_total = rows_known(r, 6),
                     .member_has_msg = rows_known(r, 7),
                     .msg_total = rows_known(r, 8),
                     .migrate_trainee_chat_cnt = rows_known(r, 9),
                     .told_us = rows_int(r, 10),
                 });
    return rows_end(r, e);
}

enum rc staff_day_friends(struct tx *tx, int64_t from_s, int64_t to_s,
                          void (*see)(void *ctx, const struct friend_days *f), void *ctx,
                          struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &FRIENDS, &r, e, from_s, to_s);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        see(ctx, &(struct friend_days){
                     .staff_id = rows_int(r, 0),
                     .added_s = rows_int(r, 1),
                     .deleted_s = rows_known(r, 2),
                     .by_customer = rows_int(r, 3) != 0,
                     .began_unseen = rows_int(r, 4) != 0,
                 });
    return rows_end(r, e);
}
