/* group_apply — a customer group as a platform tells it becomes the corp's group with its members.
 *
 * Members who are not staff are customers: found by external_userid, made when nobody knows them.
 * Joining and leaving are events, once each. Of two answers the one to the later question counts;
 * a callback's list of members adds what no answer tells any more. A joining is a touch of
 * domain/binding.h, of who invited, else of the owner. Applied twice, the second writes nothing.
 * Writing transactions only. Source: wecom-api.md §11, wecom-callback.md §4.2.
 */
#ifndef KOI_DOMAIN_GROUP_APPLY_H
#define KOI_DOMAIN_GROUP_APPLY_H

#include "base/secret.h"
#include "db/db.h"
#include "domain/told.h"

struct group_applied {
    int64_t group_id; /* 0: stale */
    bool stale;       /* a later answer was known: nothing was written */
    bool made;
    bool more; /* GROUP_AT_ONCE changes were made: apply it again, in a closure of its own */
    int64_t joined, left;
};

enum { GROUP_AT_ONCE = 200 }; /* joins and leaves in a closure: up to ten rows each */

enum rc group_apply(struct tx *tx, const struct keyring *keys, const struct told_group *told,
                    struct group_applied *out, struct err *e);

/* What a callback says of the members: these joined, or left, at at_s. How the group stands an
 * answer says, which is applied behind it; this puts into the log whoever came or went in between,
 * however late it is told. `out_changed`: something was written. An unknown group is made. */
struct told_member_change {
    struct str chat_id;
    bool joined; /* else they left */
    const struct str *ids;
    size_t n;
    int64_t join_scene; /* 0: not told */
    int64_t at_s;
};
enum rc group_apply_members(struct tx *tx, const struct keyring *keys,
                            const struct told_member_change *told, bool *out_changed,
                            struct err *e);
/* The platform says that the group was dismissed. Who was in it stays so: the past is asked that
 * way. Nothing happens when it is not known. */
enum rc group_apply_dismissed(struct tx *tx, struct str chat_id, int64_t at_s, bool *out_changed,
                              struct err *e);

#endif
