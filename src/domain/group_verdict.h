/* group_verdict — what is to be seen to in a group: wake it up again, take its valuable members
 * out, give it up. A pure rule over the figures of 30 days and of the 30 before (docs/GROUPS.md).
 *
 *     new       it was made within the window: too young to say
 *     revive    it is falling, or quiet with enough valuable members
 *     take_out  it is quiet and not worth reviving, but has valuable members who are in no other
 *               group of its level or above that is not to be given up itself: they go somewhere
 *               better first
 *     give_up   it is quiet, and whoever is valuable in it is elsewhere too
 *     keep      else
 *
 * Valuable is who matters by domain/churn.h.
 */
#ifndef KOI_DOMAIN_GROUP_VERDICT_H
#define KOI_DOMAIN_GROUP_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

enum {
    /* Long enough that who buys once a month is seen, short enough to act on. */
    GROUP_VERDICT_DAYS = 30,
    /* Of fewer active members before, half of them is chance: from four, each staying active with
     * probability one half leaves one or none in 31 % of all cases, from ten in 1 %. */
    GROUP_FALL_LEAST = 10,
};

enum group_verdict {
    GROUP_NEW,
    GROUP_REVIVE,
    GROUP_TAKE_OUT,
    GROUP_GIVE_UP,
    GROUP_KEEP,
    GROUP_VERDICTS
};
/* "new", "revive", "take_out", "give_up", "keep". */
extern const char *const group_verdict_names[GROUP_VERDICTS];

struct group_signs {
    int64_t age_s;
    int64_t members, active;               /* now; active ≤ members */
    int64_t members_before, active_before; /* a window earlier */
    int64_t valuable;                      /* members who are */
    int64_t valuable_alone;                /* of them, with no other group to go on in */
    int64_t messages;                      /* in the window; -1: not known */
};
struct group_rule {
    int64_t quiet_percent;   /* quiet: activity below it, and no message where they are known */
    int64_t revive_valuable; /* enough valuable members */
};

/* Activity below quiet_percent, or nobody in it; and where messages are known, none. */
bool group_is_quiet(const struct group_signs *s, const struct group_rule *rule);
/* Less than half of the activity of the window before, which GROUP_FALL_LEAST or more made. */
bool group_is_falling(const struct group_signs *s);
enum group_verdict group_verdict(const struct group_signs *s, const struct group_rule *rule);

#endif
