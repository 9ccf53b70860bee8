/* tag_compare.c — two libraries side by side.
 *
 * What was told is sorted by its ids once, so each row of ours is one search; what no row of ours
 * has asked for is only there. Nothing is written by comparing: it answers from one read
 * transaction and one answer of the platform. Taking over is tag_apply() in pieces, as the full
 * sync does it: a group that is told no more first, so that its name is free.
 */
#include "domain/tag_compare.h"

#include "store/list.h"
#include "store/tag_library.h"

#include <assert.h>
#include <stdlib.h>

enum { TAGS_AT_ONCE = 150 };

const char *tag_difference_name(enum tag_difference_kind kind)
{
    static const char *const names[] = {"only_there", "only_here", "name", "group"};
    assert((unsigned)kind < sizeof names / sizeof *names);
    return names[kind];
}

const char *tag_winner_name(enum tag_winner winner)
{
    static const char *const names[] = {"wecom", "koi", "nobody"};
    assert((unsigned)winner < sizeof names / sizeof *names);
    return names[winner];
}

/* ---- what was told, by its ids ---- */

struct told_place {
    struct str id;
    const struct told_tag_group *group;
    const struct told_tag *tag; /* NULL: the group itself */
    bool known;                 /* a row of ours has this id */
};

struct comparing {
    struct arena *arena;
    struct tag_ours ours;
    struct told_place *groups, *tags; /* by id */
    size_t groups_n, tags_n;
    struct tag_difference *list;
    size_t n, room;
};

static int by_id(const void *a, const void *b)
{
    const struct told_place *x = a, *y = b;
    return str_cmp(x->id, y->id);
}

static struct told_place *find(struct told_place *list, size_t n, struct str id)
{
    const struct told_place key = {.id = id};
    return n == 0 ? NULL : bsearch(&key, list, n, sizeof *list, by_id);
}

static void index_told(struct comparing *c, const struct told_tag_group *groups, size_t n)
{
    size_t tags = 0;
    for (size_t g = 0; g < n; g++)
        tags += groups[g].tags_n;
    c->groups = ARENA_ARRAY(c->arena, struct told_place, n + 1);
    c->tags = ARENA_ARRAY(c->arena, struct told_place, tags + 1);
    for (size_t g = 0; g < n; g++) {
        if (groups[g].deleted)
            continue;
        c->groups[c->groups_n++] = (struct told_place){.id = groups[g].id, .group = &groups[g]};
        for (size_t t = 0; t < groups[g].tags_n; t++) {
            const struct told_tag *tag = &groups[g].tags[t];
            if (!tag->deleted)
                c->tags[c->tags_n++] =
                    (struct told_place){.id = tag->id, .group = &groups[g], .tag = tag};
        }
    }
    qsort(c->groups, c->groups_n, sizeof *c->groups, by_id);
    qsort(c->tags, c->tags_n, sizeof *c->tags, by_id);
}

/* ---- differences ---- */

static struct tag_difference *differ(struct comparing *c, enum tag_difference_kind kind, bool ours)
{
    struct tag_difference *d = LIST_ADD(c->arena, c->list, c->n, c->room);
    *d = (struct tag_difference){
        .kind = kind,
        .winner = ours ? TAG_WINS_HERE : TAG_WINS_THERE,
        .group = STR_ABSENT,
        .name = STR_ABSENT,
        .there_group = STR_ABSENT,
        .there_name = STR_ABSENT,
    };
    return d;
}

/* A group that has an id of theirs; false: it is told no more, and stands for its tags. */
static bool compare_group(struct comparing *c, const struct tag_library_row *row)
{
    struct told_place *there = find(c->groups, c->groups_n, row->group);
    struct tag_difference *d = NULL;
    if (there == NULL)
        d = differ(c, TAG_ONLY_HERE, tag_ours_has_group(&c->ours, row->group_id));
    else if (!str_empty(there->group->name) && !str_eq(there->group->name, row->group_name))
        d = differ(c, TAG_OTHER_NAME, tag_ours_has_name(&c->ours, row->group_id));
    if (there != NULL)
        there->known = true;
    if (d == NULL)
        return true;
    d->of_group = true;
    d->group_id = row->group_id;
    d->name = row->group_name;
    d->there_name = there == NULL ? STR_ABSENT : there->group->name;
    return there != NULL;
}

/* Of a tag of ours: whether it differs, and how; `there` is NULL where nothing is. */
static bool differs(const struct tag_library_row *row, const struct told_place *there, bool ours,
                    enum tag_difference_kind *out)
{
    *out = TAG_ONLY_HERE;
    if (there == NULL)
        return !row->archived || !str_absent(row->id);
    *out = TAG_ONLY_THERE; /* it waits to be deleted there */
    if (row->archived && ours)
        return true;
    *out = TAG_OTHER_GROUP;
    if (!str_eq(there->group->id, row->group))
        return true;
    *out = TAG_OTHER_NAME;
    return !str_empty(there->tag->name) && !str_eq(there->tag->name, row->name);
}

static void compare_tag(struct comparing *c, const struct tag_library_row *row, bool group_there)
{
    bool ours = tag_ours_has_tag(&c->ours, row->tag_id);
    enum tag_difference_kind kind;
    struct told_place *there = str_absent(row->id) ? NULL : find(c->tags, c->tags_n, row->id);
    if (there != NULL)
        there->known = true;
    if (there == NULL && !group_there && !str_absent(row->id))
        return; /* said of the group */
    if (!differs(row, there, ours, &kind))
        return;
    struct tag_difference *d = differ(c, kind, ours);
    if (kind == TAG_ONLY_HERE && str_absent(row->id) && !ours)
        d->winner = TAG_WINS_NOBODY;
    d->group_id = row->group_id;
    d->tag_id = row->tag_id;
    d->group = row->group_name;
    d->name = row->name;
    d->there_group = there == NULL ? STR_ABSENT : there->group->name;
    d->there_name = there == NULL ? STR_ABSENT : there->tag->name;
}

/* What nothing of ours has the id of: whole groups, and tags of groups that are known. */
static void only_there(struct comparing *c)
{
    for (size_t i = 0; i < c->groups_n; i++) {
        if (c->groups[i].known)
            continue;
        struct tag_difference *d = differ(c, TAG_ONLY_THERE, false);
        d->of_group = true;
        d->there_name = c->groups[i].group->name;
    }
    for (size_t i = 0; i < c->tags_n; i++) {
        const struct told_place *p = &c->tags[i];
        const struct told_place *group = find(c->groups, c->groups_n, p->group->id);
        if (p->known || group == NULL || !group->known)
            continue;
        struct tag_difference *d = differ(c, TAG_ONLY_THERE, false);
        d->there_group = p->group->name;
        d->there_name = p->tag->name;
    }
}

enum rc tag_compare(struct tx *tx, const struct told_tag_group *groups, size_t n, int64_t asked_us,
                    struct tag_difference **out, size_t *out_n, struct err *e)
{
    struct comparing c = {.arena = tx_arena(tx)};
    struct tag_library_row *rows = NULL;
    size_t rows_n = 0;
    enum rc rc = tag_ours_read(tx, asked_us, &c.ours, e);
    if (rc == RC_OK)
        rc = tag_library_rows(tx, &rows, &rows_n, e);
    if (rc != RC_OK)
        return rc;
    index_told(&c, groups, n);
    bool group_there = false;
    for (size_t i = 0; i < rows_n; i++) {
        if (i == 0 || rows[i].group_id != rows[i - 1].group_id)
            group_there = str_absent(rows[i].group) || compare_group(&c, &rows[i]);
        if (rows[i].tag_id != 0)
            compare_tag(&c, &rows[i], group_there);
    }
    only_there(&c);
    *out = c.list;
    *out_n = c.n;
    return RC_OK;
}

/* ---- taking over ---- */

struct taking {
    const struct told_tag_group *groups;
    size_t from, to;
    struct str gone; /* of a group that is told no more; absent: `from` … `to` are written */
    int64_t asked_us;
    struct tag_applied done; /* by the closure that runs */
};

static enum rc take(struct tx *tx, void *arg, struct err *e)
{
    struct taking *t = arg;
    t->done = (struct tag_applied){0};
    if (!str_absent(t->gone))
        return tag_apply_group_untold(tx, t->gone, t->asked_us, &t->done, e);
    return tag_apply(tx, t->groups + t->from, t->to - t->from, false, false, t->asked_us, &t->done,
                     e);
}

static enum rc run(struct app *app, struct taking *t, struct tag_applied *out, struct err *e)
{
    enum rc rc = writer_run(app->writer, take, t, e);
    if (rc != RC_OK)
        return rc;
    out->added += t->done.added;
    out->changed += t->done.changed;
    out->removed += t->done.removed;
    return RC_OK;
}

enum rc tag_take_over(struct app *app, const struct told_tag_group *groups, size_t n,
                      int64_t asked_us, struct tag_applied *out, struct err *e)
{
    struct taking t = {.groups = groups, .asked_us = asked_us};
    struct tx *tx;
    struct str *ids = NULL;
    size_t ids_n = 0;
    *out = (struct tag_applied){0};
    enum rc rc = db_read_begin(app->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    rc = tag_library_groups(tx, &ids, &ids_n, e);
    for (size_t i = 0; rc == RC_OK && i < ids_n; i++) {
        bool told = false;
        for (size_t k = 0; k < n && !told; k++)
            told = str_eq(groups[k].id, ids[i]);
        t.gone = ids[i];
        if (!told)
            rc = run(app, &t, out, e);
    }
    db_read_end(tx);
    t.gone = STR_ABSENT;
    for (; rc == RC_OK && t.from < n; t.from = t.to) {
        size_t tags = 0;
        for (t.to = t.from; t.to < n && (t.to == t.from || tags < TAGS_AT_ONCE); t.to++)
            tags += groups[t.to].tags_n + 1;
        rc = run(app, &t, out, e);
    }
    return rc;
}
