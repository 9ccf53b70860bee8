/* group — customer groups and who is in them, as lists show them.
 *
 * Members are customers; staff in a group have no rows. Whoever joins again renews their row, so
 * counts are of people by their last time in it, and history before a return is in the log alone.
 * Retention is of whoever joined in the 90 days that ended 7 (30) days ago: how many of them were
 * still there after 7 (30) days. Whoever had left before Koi was connected has no row, so of days
 * before that it is too good.
 */
#ifndef KOI_STORE_GROUP_H
#define KOI_STORE_GROUP_H

#include "db/db.h"

struct group_stay {
    int64_t joined, stayed; /* stayed ≤ joined; joined 0: nothing to say */
};
struct group_row {
    int64_t id;
    struct str name;
    int64_t owner_id;              /* 0: none */
    struct str owner, kind, level; /* kind: feed, interest, service; level: welfare, vip, diamond */
    int64_t members, friends;      /* friends: members who are friends of any of the staff */
    int64_t joined_7d, left_7d, joined_30d, left_30d;
    struct group_stay stay_7d, stay_30d;
    int64_t created_s, dismissed_s; /* dismissed_s: DB_NULL while it exists */
    struct str plan;                /* keep, revive, give_up; absent: nobody decided */
    struct str plan_note_sealed;    /* for "chat_group.plan_note"; absent: none */
    int64_t plan_s;                 /* DB_NULL: nobody decided */
    int64_t plan_account_id;        /* 0: the command line, or nobody */
    struct str plan_by;             /* that account's name */
};
struct group_filter {
    int64_t scope_account;     /* groups whose owner the account sees; 0: all */
    struct str q, kind, level; /* absent: any */
    int64_t owner_id;          /* 0: any */
    struct str state;          /* "active", "dismissed", "all"; absent: active */
    struct str plan;           /* a plan, or "none"; absent: any */
};
/* Groups with (created_s, id) before the place given, newest first. Reads chat_group whole (20,000
 * rows) and, of the page alone, each member's row and an index entry of their friendships: 50
 * groups of 200 are 20,000 probes. */
enum rc group_list(struct tx *tx, const struct group_filter *f, int64_t before_s, int64_t before_id,
                   int64_t limit, struct group_row **out, size_t *out_n, struct err *e);
/* Those of these ids that the account sees, in no order; ids that are none are left out. */
enum rc group_list_of(struct tx *tx, int64_t scope_account, const int64_t *ids, size_t n,
                      struct group_row **out, size_t *out_n, struct err *e);
/* RC_NOT_FOUND with a sentence when there is none that the account sees. */
enum rc group_load(struct tx *tx, int64_t scope_account, int64_t id, struct group_row *out,
                   struct err *e);
/* What stands at the head of a group, sealed for "chat_group.notice"; absent: none. */
enum rc group_notice(struct tx *tx, int64_t id, struct str *out_sealed, struct err *e);
/* Joins, leaves and how many there were in the end, of each of `count` days from `from_day` on, in
 * the corp's zone, oldest first. Reads the group's members once. */
struct group_day {
    int64_t day, joined, left, members;
};
enum rc group_days(struct tx *tx, int64_t group_id, int64_t from_day, size_t count,
                   struct group_day **out, struct err *e);

/* Who is or was in a group. */
struct group_member_row {
    int64_t customer_id;      /* as born: the place in the list */
    int64_t root_id;          /* 0: a customer whom the account does not see */
    struct str nickname;      /* absent then, and when it is not known */
    int64_t joined_s, left_s; /* left_s: DB_NULL while a member */
    int64_t join_scene;       /* 1 asked in, 2 by link, 3 by code; DB_NULL: not told */
    int64_t inviter_id;       /* 0: nobody of the staff */
    struct str inviter;
    bool friend;
};
struct group_member_filter {
    int64_t scope_account, group_id;
    struct str state; /* "present", "left"; absent: both */
};
/* Those with (joined_s, customer_id) before the place given, who joined last first. */
enum rc group_members(struct tx *tx, const struct group_member_filter *f, int64_t before_s,
                      int64_t before_id, int64_t limit, struct group_member_row **out,
                      size_t *out_n, struct err *e);

/* A customer's memberships. */
struct membership {
    int64_t group_id;
    struct str group;
    int64_t joined_s, left_s; /* left_s: DB_NULL while a member */
};
enum rc group_memberships(struct tx *tx, int64_t root_id, struct membership **out, size_t *out_n,
                          struct err *e);

#endif
