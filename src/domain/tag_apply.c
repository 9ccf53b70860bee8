/* tag_apply.c — the library of tags, kept to what was told.
 *
 * Each group and tag is one probe by the platform's id and, when its name changed or it is new, one
 * by name. Stepping aside makes any order of renames work, also in a circle: whoever stepped aside
 * gets its own name when it is told. A library of 10,000 tags is 30,000 probes: the caller cuts it
 * by groups where that is too long for one closure.
 */
#include "domain/tag_apply.h"

#include "domain/tag_wish.h"
#include "store/outbox.h"
#include "store/relation.h"
#include "store/tag_library.h"

#include <assert.h>

enum { UNDRESS_AT_ONCE = 100 }; /* four rows each */

static struct str aside(struct tx *tx, struct str name, struct str id)
{
    return arena_printf(tx_arena(tx), STR_FMT " (" STR_FMT ")", STR_ARG(name), STR_ARG(id));
}

/* The larger comes first with them, the smaller with us. */
static int64_t position_of(int64_t order)
{
    return -order;
}

/* ---- what was changed here ---- */

static bool has(const int64_t *ids, size_t n, int64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (ids[i] == id)
            return true;
    return false;
}

bool tag_ours_has_tag(const struct tag_ours *ours, int64_t tag_id)
{
    return has(ours->tags, ours->tags_n, tag_id);
}

bool tag_ours_has_name(const struct tag_ours *ours, int64_t group_id)
{
    return has(ours->renamed, ours->renamed_n, group_id);
}

bool tag_ours_has_group(const struct tag_ours *ours, int64_t group_id)
{
    return has(ours->groups, ours->tags_n, group_id);
}

enum rc tag_ours_read(struct tx *tx, int64_t asked_us, struct tag_ours *out, struct err *e)
{
    static const char *const kinds[] = {TAG_WISH_ADD, TAG_WISH_EDIT, TAG_WISH_DELETE};
    enum { KINDS = sizeof kinds / sizeof *kinds };
    int64_t *lists[KINDS];
    size_t counts[KINDS], n = 0;
    *out = (struct tag_ours){NULL};
    enum rc rc = outbox_counts(tx, STR(TAG_WISH_GROUP), STR(TAG_WISH_KEY), asked_us, &out->renamed,
                               &out->renamed_n, e);
    for (int i = 0; rc == RC_OK && i < KINDS; i++) {
        rc = outbox_counts(tx, str_from(kinds[i]), STR(TAG_WISH_KEY), asked_us, &lists[i],
                           &counts[i], e);
        n += rc == RC_OK ? counts[i] : 0;
    }
    if (rc != RC_OK || n == 0)
        return rc;
    out->tags = ARENA_ARRAY(tx_arena(tx), int64_t, n);
    out->groups = ARENA_ARRAY(tx_arena(tx), int64_t, n);
    for (int i = 0; i < KINDS; i++)
        for (size_t k = 0; rc == RC_OK && k < counts[i]; k++) {
            struct tag_address at = {0};
            rc = tag_library_address(tx, lists[i][k], &at, e);
            out->groups[out->tags_n] = at.group_id;
            out->tags[out->tags_n++] = lists[i][k];
        }
    return rc;
}

/* ---- tags ---- */

/* Makes room for the name: the platform's own other tag steps aside; in `out_free` the tag that may
 * be taken over, 0: none. */
static enum rc free_tag_name(struct tx *tx, int64_t group_id, struct str name, int64_t own_id,
                             struct tag *out, struct err *e)
{
    struct str external;
    enum rc rc = tag_library_tag_named(tx, group_id, name, out, &external, e);
    bool other = rc == RC_OK && out->id != own_id;
    if (!other || str_absent(external)) {
        if (!other)
            out->id = 0;
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    struct tag t = *out;
    out->id = 0;
    t.name = aside(tx, t.name, external);
    return tag_store(tx, &t, e);
}

/* A tag of Koi's own that stands in the way of a renamed one: two rows, one name. */
static enum rc step_aside(struct tx *tx, struct tag *t, struct err *e)
{
    t->name = arena_printf(tx_arena(tx), STR_FMT " (Koi)", STR_ARG(t->name));
    return tag_store(tx, t, e);
}

static enum rc make_tag(struct tx *tx, int64_t group_id, const struct told_tag *told,
                        struct str name, struct tag_applied *out, struct err *e)
{
    struct tag t;
    enum rc rc = free_tag_name(tx, group_id, name, 0, &t, e);
    if (rc != RC_OK)
        return rc;
    if (t.id != 0) {
        out->changed++;
        t.archived_s = DB_NULL;
        t.position = position_of(told->order);
        rc = tag_store(tx, &t, e);
    } else {
        out->added++;
        rc = tag_add(tx, group_id, name, STR("basic"), position_of(told->order), &t.id, e);
    }
    return rc == RC_OK ? tag_library_name_tag(tx, t.id, told->id, e) : rc;
}

static enum rc keep_tag(struct tx *tx, const struct tag_ours *ours, int64_t group_id,
                        const struct told_tag *told, struct tag_applied *out, struct err *e)
{
    struct tag t, rival;
    struct str name = str_empty(told->name) ? told->id : told->name;
    enum rc rc = tag_library_tag(tx, told->id, &t, e);
    if (rc == RC_NOT_FOUND)
        return make_tag(tx, group_id, told, name, out, e);
    if (rc != RC_OK || tag_ours_has_tag(ours, t.id))
        return rc;
    if (str_empty(told->name))
        name = t.name;
    bool same_place = t.group_id == group_id && str_eq(t.name, name);
    if (same_place && t.position == position_of(told->order))
        return RC_OK; /* also when people have archived it */
    if (!same_place) {
        rc = free_tag_name(tx, group_id, name, t.id, &rival, e);
        if (rc == RC_OK && rival.id != 0)
            rc = step_aside(tx, &rival, e);
    }
    t.group_id = group_id;
    t.name = name;
    t.position = position_of(told->order);
    out->changed++;
    return rc == RC_OK ? tag_store(tx, &t, e) : rc;
}

enum rc tag_apply_tag_gone(struct tx *tx, struct str id, struct tag_applied *out, struct err *e)
{
    assert(tx_is_writing(tx));
    struct tag t;
    enum rc rc = tag_library_tag(tx, id, &t, e);
    if (rc != RC_OK)
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    if (t.archived_s == DB_NULL)
        t.archived_s = tx_now_s(tx);
    out->removed++;
    rc = tag_store(tx, &t, e);
    return rc == RC_OK ? tag_library_name_tag(tx, t.id, STR_ABSENT, e) : rc;
}

/* ---- groups ---- */

/* As free_tag_name(). */
static enum rc free_group_name(struct tx *tx, int64_t category_id, struct str name, int64_t own_id,
                               struct tag_group *out, struct err *e)
{
    struct str external;
    enum rc rc = tag_library_group_named(tx, category_id, name, out, &external, e);
    bool other = rc == RC_OK && out->id != own_id;
    if (!other || str_absent(external)) {
        if (!other)
            out->id = 0;
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    struct tag_group g = *out;
    out->id = 0;
    g.name = aside(tx, g.name, external);
    return tag_group_store(tx, &g, e);
}

static enum rc make_group(struct tx *tx, const struct told_tag_group *told, int64_t *out_id,
                          struct tag_applied *out, struct err *e)
{
    struct tag_group g = {0};
    int64_t category;
    struct str name = str_empty(told->name) ? told->id : told->name;
    enum rc rc = tag_library_group_wanted(tx, name, &g, e);
    bool wanted = rc == RC_OK;
    if (rc == RC_NOT_FOUND)
        rc = tag_library_category(tx, STR("企业微信"), &category, e);
    if (rc == RC_OK && !wanted)
        rc = free_group_name(tx, category, name, 0, &g, e);
    if (rc != RC_OK)
        return rc;
    if (g.id != 0) {
        out->changed++;
        g.position = position_of(told->order);
        rc = tag_group_store(tx, &g, e);
    } else {
        out->added++;
        rc = tag_group_add(tx, category, name, position_of(told->order), &g.id, e);
    }
    *out_id = g.id;
    return rc == RC_OK ? tag_library_name_group(tx, g.id, told->id, e) : rc;
}

static enum rc keep_group(struct tx *tx, const struct tag_ours *ours,
                          const struct told_tag_group *told, int64_t *out_id,
                          struct tag_applied *out, struct err *e)
{
    struct tag_group g, rival;
    enum rc rc = tag_library_group(tx, told->id, &g, e);
    if (rc == RC_NOT_FOUND)
        return make_group(tx, told, out_id, out, e);
    if (rc != RC_OK)
        return rc;
    *out_id = g.id;
    bool ours_now = tag_ours_has_name(ours, g.id);
    bool same_name = ours_now || str_empty(told->name) || str_eq(told->name, g.name);
    if (same_name && g.position == position_of(told->order))
        return RC_OK;
    if (!same_name) {
        rc = free_group_name(tx, g.category_id, told->name, g.id, &rival, e);
        if (rc == RC_OK && rival.id != 0) {
            rival.name = arena_printf(tx_arena(tx), STR_FMT " (Koi)", STR_ARG(rival.name));
            rc = tag_group_store(tx, &rival, e);
        }
        g.name = told->name;
    }
    g.position = position_of(told->order);
    out->changed++;
    return rc == RC_OK ? tag_group_store(tx, &g, e) : rc;
}

static enum rc drop_tags(struct tx *tx, const struct tag_ours *ours, int64_t group_id,
                         const struct told_tag *told, size_t n, struct tag_applied *out,
                         struct err *e)
{
    struct tag t = {0};
    struct str *ids = NULL;
    size_t m = 0;
    enum rc rc = tag_library_tags(tx, group_id, &ids, &m, e);
    for (size_t i = 0; rc == RC_OK && i < m; i++) {
        bool there = false;
        for (size_t j = 0; j < n && !there; j++)
            there = str_eq(told[j].id, ids[i]);
        if (!there)
            rc = tag_library_tag(tx, ids[i], &t, e);
        if (rc == RC_OK && !there && !tag_ours_has_tag(ours, t.id))
            rc = tag_apply_tag_gone(tx, ids[i], out, e);
    }
    return rc;
}

enum rc tag_apply_group_gone(struct tx *tx, struct str id, struct tag_applied *out, struct err *e)
{
    assert(tx_is_writing(tx));
    struct tag_group g;
    enum rc rc = tag_library_group(tx, id, &g, e);
    if (rc != RC_OK)
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    out->removed++;
    rc = drop_tags(tx, &(struct tag_ours){NULL}, g.id, NULL, 0, out, e);
    return rc == RC_OK ? tag_library_name_group(tx, g.id, STR_ABSENT, e) : rc;
}

static enum rc apply_group(struct tx *tx, const struct tag_ours *ours,
                           const struct told_tag_group *told, bool some_tags,
                           struct tag_applied *out, struct err *e)
{
    int64_t group_id;
    if (told->deleted)
        return tag_apply_group_gone(tx, told->id, out, e);
    enum rc rc = keep_group(tx, ours, told, &group_id, out, e);
    if (rc == RC_OK && !some_tags) /* first, so that their names are free */
        rc = drop_tags(tx, ours, group_id, told->tags, told->tags_n, out, e);
    for (size_t i = 0; rc == RC_OK && i < told->tags_n; i++) {
        if (told->tags[i].deleted)
            rc = tag_apply_tag_gone(tx, told->tags[i].id, out, e);
        else
            rc = keep_tag(tx, ours, group_id, &told->tags[i], out, e);
    }
    return rc;
}

static enum rc drop_untold(struct tx *tx, const struct tag_ours *ours, struct str id,
                           struct tag_applied *out, struct err *e)
{
    struct tag_group g;
    enum rc rc = tag_library_group(tx, id, &g, e);
    if (rc != RC_OK)
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    return tag_ours_has_group(ours, g.id) ? RC_OK : tag_apply_group_gone(tx, id, out, e);
}

enum rc tag_apply_group_untold(struct tx *tx, struct str id, int64_t asked_us,
                               struct tag_applied *out, struct err *e)
{
    assert(tx_is_writing(tx));
    struct tag_ours ours;
    enum rc rc = tag_ours_read(tx, asked_us, &ours, e);
    return rc == RC_OK ? drop_untold(tx, &ours, id, out, e) : rc;
}

/* Of a complete answer: what is not in it was deleted, but for what was made here meanwhile. */
static enum rc drop_groups(struct tx *tx, const struct tag_ours *ours,
                           const struct told_tag_group *groups, size_t n, struct tag_applied *out,
                           struct err *e)
{
    struct str *ids = NULL;
    size_t m = 0;
    enum rc rc = tag_library_groups(tx, &ids, &m, e);
    for (size_t i = 0; rc == RC_OK && i < m; i++) {
        bool there = false;
        for (size_t j = 0; j < n && !there; j++)
            there = str_eq(groups[j].id, ids[i]);
        if (!there)
            rc = drop_untold(tx, ours, ids[i], out, e);
    }
    return rc;
}

enum rc tag_apply(struct tx *tx, const struct told_tag_group *groups, size_t n, bool complete,
                  bool some_tags, int64_t asked_us, struct tag_applied *out, struct err *e)
{
    assert(tx_is_writing(tx));
    struct tag_ours ours;
    enum rc rc = tag_ours_read(tx, asked_us, &ours, e);
    if (rc == RC_OK && complete)
        rc = drop_groups(tx, &ours, groups, n, out, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        rc = apply_group(tx, &ours, &groups[i], some_tags, out, e);
    return rc;
}

enum rc tag_apply_undress(struct tx *tx, int64_t tag_id, int64_t at_s, bool *out_more,
                          struct err *e)
{
    assert(tx_is_writing(tx));
    struct relation_row *rows = NULL;
    size_t n = 0;
    enum rc rc = relation_wearing(tx, tag_id, UNDRESS_AT_ONCE, &rows, &n, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        rc = relation_tag_off(tx, &rows[i], tag_id, at_s, e);
    if (rc == RC_OK)
        *out_more = n == UNDRESS_AT_ONCE;
    return rc;
}
