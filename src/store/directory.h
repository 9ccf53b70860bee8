/* directory — writing the corp's departments, staff and customer groups: for the demo corp and for
 * a platform's sync. Reading is in staff.h and group.h.
 */
#ifndef KOI_STORE_DIRECTORY_H
#define KOI_STORE_DIRECTORY_H

#include "db/db.h"

struct department_new {
    int64_t parent_id; /* 0: a root */
    struct str name, kind, city,
        external_id; /* kind: office, region, store; the last two may be absent */
    int64_t position;
};
/* Adds a department and what is above it. */
enum rc directory_add_department(struct tx *tx, const struct department_new *d, int64_t *out_id,
                                 struct err *e);

struct staff_new {
    struct str userid, name, title; /* title may be absent */
    int64_t department_id;          /* 0: none */
    int64_t joined_s;               /* DB_NULL: not known */
};
/* RC_CONFLICT with a sentence when the userid is taken. */
enum rc directory_add_staff(struct tx *tx, const struct staff_new *s, int64_t *out_id,
                            struct err *e);

/* A member of staff as kept. */
struct staff_row {
    int64_t id;
    struct str name, title; /* title: absent when none */
    int64_t department_id;  /* 0: none */
    bool left;
    int64_t left_s; /* DB_NULL: not left, or not known when */
};
/* By userid; RC_NOT_FOUND (e untouched). */
enum rc directory_find_staff(struct tx *tx, struct str userid, struct staff_row *out,
                             struct err *e);
/* Writes all of it back and notes the change; account_scope_refresh() comes after. */
enum rc directory_store_staff(struct tx *tx, const struct staff_row *s, struct err *e);
/* The platform's new account for the same member; RC_CONFLICT when another has it. */
enum rc directory_rename_staff(struct tx *tx, int64_t id, struct str userid, struct err *e);
/* The userids of those who have not left, ascending by id. */
enum rc directory_userids(struct tx *tx, struct str **out, size_t *out_n, struct err *e);

struct group_new {
    struct str name, kind, level, external_id; /* external_id may be absent */
    int64_t owner_id;                          /* 0: none */
    int64_t created_s;
};
enum rc directory_add_group(struct tx *tx, const struct group_new *g, int64_t *out_id,
                            struct err *e);

/* A customer (as born) joins or leaves a group: row, event and change. Nothing is written, and
 * `out_changed` is false, when they are in (or out) already. `inviter_id` is a staff member's or
 * 0. */
enum rc directory_join(struct tx *tx, int64_t group_id, int64_t customer_id, int64_t inviter_id,
                       int64_t at_s, int64_t batch_id, bool *out_changed, struct err *e);
enum rc directory_leave(struct tx *tx, int64_t group_id, int64_t customer_id, int64_t at_s,
                        int64_t batch_id, bool *out_changed, struct err *e);
/* Someone who has a row is told to have joined at another time than it says: later, or before an
 * end that was told first. The row's time, and event group_join. */
enum rc directory_rejoin(struct tx *tx, int64_t group_id, int64_t customer_id, int64_t inviter_id,
                         int64_t at_s, struct err *e);
/* Someone who has left joined again within that second, at_s: the row's time, and event group_join
 * unless the log has it (`out_new` is false). */
enum rc directory_join_again(struct tx *tx, int64_t group_id, int64_t customer_id,
                             int64_t inviter_id, int64_t at_s, bool *out_new, struct err *e);
/* A member is told no more: left at at_s, found_missing. */
enum rc directory_leave_found(struct tx *tx, int64_t group_id, int64_t customer_id, int64_t at_s,
                              bool *out_changed, struct err *e);
/* The leaving of one who had been found missing at found_s is heard of: the row says when it was,
 * the event is taken back and written as it was. */
enum rc directory_leave_heard(struct tx *tx, int64_t group_id, int64_t customer_id, int64_t at_s,
                              int64_t found_s, struct err *e);
/* Someone who is not in has left all the same: again, later, having joined unseen; or nobody knew
 * them, then the row says joined_s = left_s. Event group_leave. */
enum rc directory_leave_unseen(struct tx *tx, int64_t group_id, int64_t customer_id, int64_t at_s,
                               struct err *e);
/* Something of the past that the row does not tell: event group_join or group_leave, unless the log
 * has it (`out_new` is false). */
enum rc directory_remember(struct tx *tx, int64_t group_id, int64_t customer_id, bool joined,
                           int64_t at_s, bool *out_new, struct err *e);

#endif
