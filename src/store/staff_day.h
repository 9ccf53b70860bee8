/* staff_day — what WeCom counts of staff and of group owners, day by day, as rows
 * (schema/0017_staff_figures.sql); and what Koi's own friendships say beside it. Writing functions
 * are for writing transactions only. Lists are in the transaction's arena.
 */
#ifndef KOI_STORE_STAFF_DAY_H
#define KOI_STORE_STAFF_DAY_H

#include "db/db.h"

/* Counts are DB_NULL, reply_percentage is NaN where WeCom told none. */
struct staff_day {
    int64_t staff_id, day;
    int64_t chat_cnt, message_cnt;
    double reply_percentage;
    int64_t avg_reply_time, negative_feedback_cnt, new_apply_cnt, new_contact_cnt;
    int64_t told_us;
};
/* Each replaces what is there of that day. */
enum rc staff_day_store(struct tx *tx, const struct staff_day *d, struct err *e);

struct owner_day {
    int64_t staff_id, day;
    int64_t new_chat_cnt, chat_total, chat_has_msg;
    int64_t new_member_cnt, member_total, member_has_msg, msg_total, migrate_trainee_chat_cnt;
    int64_t told_us;
};
/* The same. */
enum rc owner_day_store(struct tx *tx, const struct owner_day *d, struct err *e);

/* The next active member of staff, by id behind `after`, who has or had friends or owns groups; and
 * the last days that are told of them (DB_NULL: none). RC_NOT_FOUND (e untouched) at the end. */
struct staff_to_tell {
    int64_t id, last_day, last_group_day;
    struct str userid;
    bool owner; /* of a group */
};
enum rc staff_day_next(struct tx *tx, int64_t after, struct staff_to_tell *out, struct err *e);
/* How many there are. */
enum rc staff_day_people(struct tx *tx, int64_t *out, struct err *e);

/* Staff of a scope, of a department and below (0: all), by id. */
struct staff_of_scope {
    int64_t id, department_id; /* 0: none */
    struct str name, department;
};
enum rc staff_day_staff(struct tx *tx, int64_t scope_account, int64_t department_id,
                        struct staff_of_scope **out, size_t *out_n, struct err *e);

/* Each row of the days from_day … to_day, in no order, of everybody: the caller passes over whom it
 * does not mean. 1 µs a row. */
enum rc staff_day_each(struct tx *tx, int64_t from_day, int64_t to_day,
                       void (*see)(void *ctx, const struct staff_day *d), void *ctx, struct err *e);
enum rc owner_day_each(struct tx *tx, int64_t from_day, int64_t to_day,
                       void (*see)(void *ctx, const struct owner_day *d), void *ctx, struct err *e);

/* Friendships that began or ended in [from_s, to_s); reads all there are. */
struct friend_days {
    int64_t staff_id, added_s, deleted_s; /* deleted_s: DB_NULL while it stands */
    bool by_customer;                     /* ended by the customer */
    bool began_unseen; /* when it began is not known: added_s is deleted_s (store/relation.h) */
};
enum rc staff_day_friends(struct tx *tx, int64_t from_s, int64_t to_s,
                          void (*see)(void *ctx, const struct friend_days *f), void *ctx,
                          struct err *e);

#endif
