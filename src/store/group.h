/* group — customer groups and who is in them, as lists show them. */
#ifndef KOI_STORE_GROUP_H
#define KOI_STORE_GROUP_H

#include "db/db.h"

struct group_row {
    int64_t id;
    struct str name;
    int64_t owner_id;              /* 0: none */
    struct str owner, kind, level; /* kind: feed, interest, service; level: welfare, vip, diamond */
    int64_t members, joined_30d, left_30d;
    int64_t created_s, dismissed_s; /* dismissed_s: DB_NULL while it exists */
};
struct group_filter {
    int64_t scope_account;     /* groups whose owner the account sees; 0: all */
    struct str q, kind, level; /* absent: any */
    int64_t owner_id;          /* 0: any */
};
/* Groups with (created_s, id) before the place given, newest first, without those dismissed. */
enum rc group_list(struct tx *tx, const struct group_filter *f, int64_t before_s, int64_t before_id,
                   int64_t limit, struct group_row **out, size_t *out_n, struct err *e);
/* RC_NOT_FOUND with a sentence when there is none that the account sees. */
enum rc group_load(struct tx *tx, int64_t scope_account, int64_t id, struct group_row *out,
                   struct err *e);
/* Joins and leaves of a group for each of the last 30 days, in the corp's zone, oldest first. */
struct group_day {
    int64_t day, joined, left;
};
enum rc group_days(struct tx *tx, int64_t group_id, int64_t from_day, struct group_day **out,
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
