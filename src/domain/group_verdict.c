/* group_verdict.c — the rule of group_verdict.h, in whole numbers: shares are compared by
 * multiplying, so that nothing hangs on rounding; with 500 people in a group the products stay far
 * below what 64 bits hold. Reads nothing and keeps nothing; refuses, as mistakes of ours, counts
 * that contradict each other.
 */
#include "domain/group_verdict.h"

#include <assert.h>

enum { DAY_S = 86400 };

const char *const group_verdict_names[GROUP_VERDICTS] = {
    [GROUP_NEW] = "new",         [GROUP_REVIVE] = "revive", [GROUP_TAKE_OUT] = "take_out",
    [GROUP_GIVE_UP] = "give_up", [GROUP_KEEP] = "keep",
};

bool group_is_quiet(const struct group_signs *s, const struct group_rule *rule)
{
    assert(s->active >= 0 && s->active <= s->members && s->messages >= -1);
    if (s->members == 0)
        return true;
    return s->messages <= 0 && s->active * 100 < s->members * rule->quiet_percent;
}

bool group_is_falling(const struct group_signs *s)
{
    assert(s->active_before <= s->members_before);
    return s->members > 0 && s->active_before >= GROUP_FALL_LEAST &&
           2 * s->active * s->members_before < s->active_before * s->members;
}

enum group_verdict group_verdict(const struct group_signs *s, const struct group_rule *rule)
{
    assert(s->valuable_alone >= 0 && s->valuable_alone <= s->valuable);
    if (s->age_s < (int64_t)GROUP_VERDICT_DAYS * DAY_S)
        return GROUP_NEW;
    if (group_is_falling(s))
        return GROUP_REVIVE;
    if (!group_is_quiet(s, rule))
        return GROUP_KEEP;
    if (s->valuable >= rule->revive_valuable)
        return GROUP_REVIVE;
    return s->valuable_alone > 0 ? GROUP_TAKE_OUT : GROUP_GIVE_UP;
}
