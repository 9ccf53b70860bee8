/* chat_group — customer groups and their members as rows, for whoever keeps them: store/group.h
 * shows them, store/directory.h has joining and leaving.
 */
#ifndef KOI_STORE_CHAT_GROUP_H
#define KOI_STORE_CHAT_GROUP_H

#include "db/db.h"

struct chat_group_row {
    int64_t id;
    struct str name;
    int64_t owner_id;         /* 0: none */
    int64_t dismissed_s;      /* DB_NULL while it exists */
    struct str notice_sealed; /* absent: none */
    struct str version;       /* of the members that the rows hold; absent: not known */
    int64_t told_us;          /* DB_NULL: the platform has told nothing yet */
};
/* By the platform's id; RC_NOT_FOUND (e untouched). */
enum rc chat_group_find(struct tx *tx, struct str external_id, struct chat_group_row *out,
                        struct err *e);
/* Writes all of it back; `shown`: something that lists and the mirror show differs. */
enum rc chat_group_store(struct tx *tx, const struct chat_group_row *row, bool shown,
                         struct err *e);

struct chat_member {
    int64_t customer_id;      /* as born */
    int64_t joined_s, left_s; /* left_s: DB_NULL while a member */
    int64_t inviter_id;       /* 0: none */
    int64_t join_scene;       /* DB_NULL: not told */
    bool found_missing;       /* nobody heard of the leaving: left_s is when they were missing */
    bool joined_unseen;       /* nobody heard of the joining: joined_s is left_s */
};
/* Everyone who is or was in a group, by customer. */
enum rc chat_group_members(struct tx *tx, int64_t group_id, struct chat_member **out, size_t *out_n,
                           struct err *e);
/* Of one; RC_NOT_FOUND (e untouched) when they never were in it. */
enum rc chat_group_member(struct tx *tx, int64_t group_id, int64_t customer_id,
                          struct chat_member *out, struct err *e);
/* Writes join_scene back; no event. */
enum rc chat_group_set_scene(struct tx *tx, int64_t group_id, int64_t customer_id, int64_t scene,
                             struct err *e);

#endif
