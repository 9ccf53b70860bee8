/* group_apply.c — the rules of group_apply.h.
 *
 * An answer is compared with all rows of the group. It is whole only when no change is left to
 * make: then its version and its time are noted, so a group that takes several closures is not
 * taken for one that is known. Callbacks and answers tell the second of joining from two clocks of
 * the platform, so a little later is not a new joining. Costs three probes a member.
 */
#include "domain/group_apply.h"

#include "domain/binding.h"
#include "domain/code_apply.h"
#include "domain/contact_apply.h"
#include "domain/directory_apply.h"
#include "store/chat_group.h"
#include "store/directory.h"

#include <assert.h>
#include <stdlib.h>

/* An answer may lag behind what the platform has said by callback, and our clock says when somebody
 * was found missing, the platform's when they left. */
enum { LAG_S = 60 };

struct group {
    struct tx *tx;
    const struct keyring *keys;
    int64_t asked_s;
    struct chat_group_row row;
    int64_t owner_id;            /* as told now, else as we know; 0: nobody */
    struct chat_member *members; /* by customer */
    size_t n;
    int64_t changes;
    struct group_applied *out;
};

static int by_customer(const void *a, const void *b)
{
    const struct chat_member *x = a, *y = b;
    return (x->customer_id > y->customer_id) - (x->customer_id < y->customer_id);
}

static const struct chat_member *member_of(const struct group *g, int64_t customer_id)
{
    struct chat_member key = {.customer_id = customer_id};
    return g->n == 0 ? NULL : bsearch(&key, g->members, g->n, sizeof key, by_customer);
}

/* ---- members ---- */

/* Who a member is; 0 in `out` for an erased person. */
static enum rc customer_of(struct group *g, const struct told_member *told, int64_t *out,
                           bool *out_made, struct err *e)
{
    struct customer_new fresh = CUSTOMER_NEW;
    struct identity_answer answer;
    struct identity_told account = {0};
    fresh.nickname = str_empty(told->name) ? STR_ABSENT : told->name;
    fresh.first_s = told->joined_s;
    enum rc rc = contact_source(g->tx, told->state, 0, &fresh.source_id, e);
    if (rc == RC_OK)
        rc = contact_find(g->tx, g->keys, told->id, told->unionid, &fresh, &answer, &account, e);
    if (rc == RC_OK)
        *out = answer.erased ? 0 : account.customer_id;
    if (rc == RC_OK)
        *out_made = answer.made;
    return rc;
}

static enum rc set_scene(struct group *g, int64_t customer_id, int64_t kept, int64_t scene,
                         struct err *e)
{
    if (scene == 0 || scene == kept)
        return RC_OK;
    return chat_group_set_scene(g->tx, g->row.id, customer_id, scene, e);
}

/* A joining: what the code does that they came through, and the touch of whoever brought them. */
static enum rc bring(struct group *g, const struct told_member *told, int64_t customer_id,
                     int64_t inviter_id, int64_t at_s, bool made, struct err *e)
{
    struct binding_touch touch = {.customer_id = customer_id,
                                  .staff_id = inviter_id != 0 ? inviter_id : g->owner_id,
                                  .group_id = g->row.id,
                                  .at_s = at_s};
    enum rc rc = contact_source(g->tx, told->state, 0, &touch.source_id, e);
    if (rc == RC_OK)
        rc = code_joiner(g->tx, g->keys, told->state, customer_id, g->row.id, told->joined_s, made,
                         e);
    return rc == RC_OK ? binding_touch(g->tx, &touch, e) : rc;
}

/* `customer_id` is in the group, as told. */
static enum rc keep_member(struct group *g, const struct told_member *told, int64_t customer_id,
                           bool made, struct err *e)
{
    const struct chat_member *kept = member_of(g, customer_id);
    int64_t inviter_id, at_s = told->joined_s;
    bool joined = false;
    enum rc rc = directory_staff_of(g->tx, told->inviter, &inviter_id, e);
    if (rc != RC_OK)
        return rc;
    if (kept != NULL && kept->left_s == DB_NULL) {
        joined = kept->joined_s + EVENT_CLOCKS_S < told->joined_s;
        if (joined)
            rc = directory_rejoin(g->tx, g->row.id, customer_id, inviter_id, told->joined_s, e);
    } else {
        bool back = kept != NULL && told->joined_s <= kept->left_s;
        if (back && g->asked_s <= kept->left_s + LAG_S)
            return RC_OK;
        /* told as a member though the callback said that they left: since when is not known, but
         * that they may have joined again within the second */
        bool at_once = back && told->joined_s == kept->left_s;
        at_s = back && !at_once ? g->asked_s : told->joined_s;
        rc = at_once
                 ? directory_join_again(g->tx, g->row.id, customer_id, inviter_id, at_s, &joined, e)
                 : directory_join(g->tx, g->row.id, customer_id, inviter_id, at_s, 0, &joined, e);
    }
    g->changes += joined;
    g->out->joined += joined;
    if (rc == RC_OK && joined)
        rc = bring(g, told, customer_id, inviter_id, at_s, made, e);
    return rc == RC_OK ? set_scene(g, customer_id, kept == NULL ? DB_NULL : kept->join_scene,
                                   told->join_scene, e)
                       : rc;
}

/* They are told no more. */
static enum rc leave(struct group *g, const struct chat_member *m, int64_t at_s, struct err *e)
{
    bool left = false;
    enum rc rc = directory_leave_found(g->tx, g->row.id, m->customer_id,
                                       at_s > m->joined_s ? at_s : m->joined_s, &left, e);
    g->changes += left;
    g->out->left += left;
    return rc;
}

static enum rc keep_members(struct group *g, const struct told_group *told, struct err *e)
{
    bool *there = ARENA_ARRAY(tx_arena(g->tx), bool, g->n + 1);
    int64_t *seen = ARENA_ARRAY(tx_arena(g->tx), int64_t, told->members_n + 1);
    size_t seen_n = 0;
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < told->members_n && g->changes < GROUP_AT_ONCE; i++) {
        int64_t customer_id = 0;
        bool made = false,
             twice = false; /* two accounts of one person: the first stands for both */
        if (told->members[i].is_staff)
            continue;
        rc = customer_of(g, &told->members[i], &customer_id, &made, e);
        for (size_t j = 0; j < seen_n && !twice; j++)
            twice = seen[j] == customer_id;
        if (rc != RC_OK || customer_id == 0 || twice)
            continue;
        seen[seen_n++] = customer_id;
        const struct chat_member *kept = member_of(g, customer_id);
        if (kept != NULL)
            there[kept - g->members] = true;
        rc = keep_member(g, &told->members[i], customer_id, made, e);
    }
    /* who joined a moment ago may not be in the answer yet */
    for (size_t i = 0; rc == RC_OK && i < g->n && g->changes < GROUP_AT_ONCE; i++)
        if (!there[i] && g->members[i].left_s == DB_NULL &&
            g->members[i].joined_s + LAG_S <= g->asked_s)
            rc = leave(g, &g->members[i], g->asked_s, e);
    g->out->more = g->changes >= GROUP_AT_ONCE;
    return rc;
}

/* ---- the group ---- */

static enum rc find_or_make(struct group *g, const struct told_group *told, struct err *e)
{
    enum rc rc = chat_group_find(g->tx, told->chat_id, &g->row, e);
    if (rc != RC_NOT_FOUND)
        return rc;
    int64_t id;
    struct group_new fresh = {
        .name = str_absent(told->name) ? STR("") : told->name,
        .kind = STR("feed"),
        .level = STR("welfare"),
        .external_id = told->chat_id,
        .created_s = told->created_s == 0 ? g->asked_s : told->created_s,
    };
    g->out->made = true;
    rc = directory_add_group(g->tx, &fresh, &id, e);
    return rc == RC_OK ? chat_group_find(g->tx, told->chat_id, &g->row, e) : rc;
}

static enum rc seal_notice(struct group *g, struct str notice, struct str *kept, struct err *e)
{
    struct arena *a = tx_arena(g->tx);
    struct str now = STR_ABSENT;
    if (str_absent(notice))
        return RC_OK;
    if (!str_absent(*kept)) {
        enum rc rc = secret_open(g->keys, STR("chat_group.notice"), *kept, a, &now, e);
        if (rc != RC_OK)
            return rc;
    }
    if (str_eq(now, notice)) /* none and empty are one */
        return RC_OK;
    *kept =
        str_empty(notice) ? STR_ABSENT : secret_seal(g->keys, STR("chat_group.notice"), notice, a);
    return RC_OK;
}

/* Owner, name, notice; version and time when all members are as told. */
static enum rc keep_group(struct group *g, const struct told_group *told, struct err *e)
{
    struct chat_group_row before = g->row;
    struct chat_group_row *row = &g->row;
    enum rc rc = RC_OK;
    if (!str_absent(told->name))
        row->name = told->name;
    if (!str_empty(told->owner))
        rc = directory_staff_of(g->tx, told->owner, &row->owner_id, e);
    if (rc == RC_OK)
        rc = seal_notice(g, told->notice, &row->notice_sealed, e);
    if (rc != RC_OK)
        return rc;
    if (row->dismissed_s != DB_NULL && g->asked_s > row->dismissed_s + LAG_S)
        row->dismissed_s = DB_NULL; /* it is there after all */
    if (!g->out->more) {
        row->version = told->version;
        row->told_us = told->asked_us;
    }
    bool shown = !str_eq(before.name, row->name) || before.owner_id != row->owner_id ||
                 before.dismissed_s != row->dismissed_s;
    bool same = !shown && before.notice_sealed.p == row->notice_sealed.p &&
                str_eq(before.version, row->version) && before.told_us == row->told_us;
    return same ? RC_OK : chat_group_store(g->tx, row, shown, e);
}

enum rc group_apply(struct tx *tx, const struct keyring *keys, const struct told_group *told,
                    struct group_applied *out, struct err *e)
{
    assert(tx_is_writing(tx) && told->asked_us > 0);
    *out = (struct group_applied){0};
    struct group g = {.tx = tx, .keys = keys, .asked_s = told->asked_us / 1000000, .out = out};
    enum rc rc = find_or_make(&g, told, e);
    if (rc != RC_OK)
        return rc;
    if (g.row.told_us != DB_NULL && g.row.told_us >= told->asked_us) {
        out->stale = g.row.told_us > told->asked_us;
        out->group_id = out->stale ? 0 : g.row.id;
        return RC_OK;
    }
    out->group_id = g.row.id;
    g.owner_id = g.row.owner_id;
    rc = str_empty(told->owner) ? RC_OK : directory_staff_of(tx, told->owner, &g.owner_id, e);
    if (rc == RC_OK)
        rc = chat_group_members(tx, g.row.id, &g.members, &g.n, e);
    if (rc == RC_OK)
        rc = keep_members(&g, told, e);
    return rc == RC_OK ? keep_group(&g, told, e) : rc;
}

/* ---- callbacks ---- */

/* Ids of outsiders begin so; anybody else is staff. */
static bool is_outsider(struct str id)
{
    return str_starts(id, STR("wm")) || str_starts(id, STR("wo"));
}

static bool is_near(int64_t a_s, int64_t b_s)
{
    return a_s - b_s <= EVENT_CLOCKS_S && b_s - a_s <= EVENT_CLOCKS_S;
}

/* An answer did not tell of them although it was asked for later. */
static enum rc leave_if_over(struct group *g, int64_t customer_id, int64_t joined_s, struct err *e)
{
    int64_t told_s = g->row.told_us == DB_NULL ? 0 : g->row.told_us / 1000000;
    bool left;
    if (told_s < joined_s + LAG_S)
        return RC_OK;
    return directory_leave_found(g->tx, g->row.id, customer_id, told_s, &left, e);
}

/* `kept` (NULL: never a member) joined at member->joined_s. */
static enum rc hear_joined(struct group *g, const struct told_member *member,
                           const struct chat_member *kept, int64_t customer_id, bool made,
                           struct err *e)
{
    int64_t at_s = member->joined_s;
    bool changed = false, left = kept != NULL && kept->left_s != DB_NULL;
    bool unseen = left && kept->joined_unseen;
    enum rc rc = RC_OK;
    if (kept == NULL || (left && at_s > kept->left_s)) {
        rc = directory_join(g->tx, g->row.id, customer_id, 0, at_s, 0, &changed, e);
        if (rc == RC_OK)
            rc = leave_if_over(g, customer_id, at_s, e);
    } else if (!unseen && is_near(at_s, kept->joined_s)) {
        return RC_OK;
    } else if (unseen || (at_s > kept->joined_s && (!left || kept->found_missing))) {
        changed = true; /* its end came first, or the end before it was not heard of */
        rc = directory_rejoin(g->tx, g->row.id, customer_id, 0, at_s, e);
    } else {
        rc = directory_remember(g->tx, g->row.id, customer_id, true, at_s, &changed, e);
    }
    g->changes += changed;
    if (rc == RC_OK && changed)
        rc = bring(g, member, customer_id, 0, at_s, made, e);
    return rc == RC_OK && changed ? set_scene(g, customer_id, DB_NULL, member->join_scene, e) : rc;
}

static enum rc hear_left(struct group *g, const struct chat_member *kept, int64_t customer_id,
                         int64_t at_s, struct err *e)
{
    bool changed = true, left = kept != NULL && kept->left_s != DB_NULL;
    enum rc rc;
    if (kept == NULL || (left && at_s > kept->left_s + (kept->found_missing ? LAG_S : 0)))
        rc = directory_leave_unseen(g->tx, g->row.id, customer_id, at_s, e);
    else if (at_s >= kept->joined_s && !left)
        rc = directory_leave(g->tx, g->row.id, customer_id, at_s, 0, &changed, e);
    else if (at_s >= kept->joined_s && kept->found_missing)
        rc = directory_leave_heard(g->tx, g->row.id, customer_id, at_s, kept->left_s, e);
    else
        rc = directory_remember(g->tx, g->row.id, customer_id, false, at_s, &changed, e);
    g->changes += changed;
    return rc;
}

static enum rc hear_of(struct group *g, const struct told_member_change *told, struct str id,
                       struct err *e)
{
    struct told_member member = {.id = id, .joined_s = told->at_s, .join_scene = told->join_scene};
    struct chat_member kept;
    bool made = false;
    int64_t customer_id = 0;
    enum rc rc = customer_of(g, &member, &customer_id, &made, e);
    if (rc != RC_OK || customer_id == 0)
        return rc;
    rc = chat_group_member(g->tx, g->row.id, customer_id, &kept, e);
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return rc;
    const struct chat_member *known = rc == RC_OK ? &kept : NULL;
    return told->joined ? hear_joined(g, &member, known, customer_id, made, e)
                        : hear_left(g, known, customer_id, told->at_s, e);
}

enum rc group_apply_members(struct tx *tx, const struct keyring *keys,
                            const struct told_member_change *told, bool *out_changed, struct err *e)
{
    assert(tx_is_writing(tx));
    const struct told_group unknown = {.chat_id = told->chat_id, .created_s = told->at_s};
    struct group_applied applied = {0};
    struct group g = {.tx = tx, .keys = keys, .asked_s = told->at_s, .out = &applied};
    enum rc rc = find_or_make(&g, &unknown, e);
    g.owner_id = g.row.owner_id;
    for (size_t i = 0; rc == RC_OK && i < told->n; i++)
        if (is_outsider(told->ids[i]))
            rc = hear_of(&g, told, told->ids[i], e);
    *out_changed = g.changes > 0;
    return rc;
}

enum rc group_apply_dismissed(struct tx *tx, struct str chat_id, int64_t at_s, bool *out_changed,
                              struct err *e)
{
    assert(tx_is_writing(tx));
    struct chat_group_row row;
    *out_changed = false;
    enum rc rc = chat_group_find(tx, chat_id, &row, e);
    if (rc != RC_OK || row.dismissed_s != DB_NULL)
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    row.dismissed_s = at_s;
    *out_changed = true;
    return chat_group_store(tx, &row, true, e);
}
