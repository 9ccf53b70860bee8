/* sync_tag.c — the library of tags before the friendships that wear them, and what nobody should
 * wear any more after them.
 *
 * The library is one answer, at most 10,000 tags; it is written group by group, so that a closure
 * has about 150 tags. A page of friendships may wear a tag that was made a moment ago: then the
 * library is read once more. A tag that is still unknown is a strategy's (规则组), of which the
 * library does not tell: it is remembered, and not asked for again.
 */
#include "connect/wecom/sync_part.h"

#include "base/clock.h"
#include "connect/wecom/reply_tag.h"
#include "domain/tag_apply.h"
#include "store/tag_library.h"

#include <string.h>

enum { TAGS_AT_ONCE = 150 };

struct library {
    const struct told_tag_group *groups;
    size_t n, from, to;
    struct str gone; /* of a group that is told no more */
    int64_t asked_us;
};

static enum rc write_groups(struct tx *tx, struct sync *s, struct sync_place *next, void *arg,
                            struct err *e)
{
    struct library *l = arg;
    struct tag_applied out = {0};
    size_t tags = 0;
    (void)s;
    for (l->to = l->from; l->to < l->n && (l->to == l->from || tags < TAGS_AT_ONCE); l->to++)
        tags += l->groups[l->to].tags_n + 1;
    enum rc rc =
        tag_apply(tx, l->groups + l->from, l->to - l->from, false, false, l->asked_us, &out, e);
    next->tags_changed += out.added + out.changed + out.removed;
    return rc;
}

static enum rc write_gone(struct tx *tx, struct sync *s, struct sync_place *next, void *arg,
                          struct err *e)
{
    const struct library *l = arg;
    struct tag_applied out = {0};
    (void)s;
    enum rc rc = tag_apply_group_untold(tx, l->gone, l->asked_us, &out, e);
    next->tags_changed += out.removed;
    return rc;
}

/* Those that Koi knows and the answer does not tell: it is always whole. */
static enum rc drop_groups(struct sync *s, struct library *l, struct err *e)
{
    struct tx *tx;
    struct str *ids = NULL;
    size_t n = 0;
    enum rc rc = db_read_begin(s->app->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    rc = tag_library_groups(tx, &ids, &n, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        bool told = false;
        for (size_t k = 0; k < l->n && !told; k++)
            told = str_eq(l->groups[k].id, ids[i]);
        l->gone = ids[i];
        if (!told)
            rc = sync_write(s, write_gone, l, e);
    }
    db_read_end(tx);
    return rc;
}

enum rc sync_library(struct sync *s, struct err *e)
{
    struct arena a;
    struct wecom_page page;
    struct told_tag_group *groups = NULL;
    struct library l = {.asked_us = clock_now_us()};
    arena_init(&a, 0);
    enum rc rc =
        sync_ask(s, "externalcontact/get_corp_tag_list", NULL, STR_ABSENT, SYNC_ALL, &a, &page, e);
    if (rc == RC_OK)
        rc = reply_tags(page.reply, &a, &groups, &l.n, e);
    l.groups = groups;
    if (rc == RC_OK)
        rc = drop_groups(s, &l, e);
    for (; rc == RC_OK && l.from < l.n; l.from = l.to)
        rc = sync_write(s, write_groups, &l, e);
    arena_done(&a);
    return rc;
}

enum rc sync_tags_step(struct sync *s, struct err *e)
{
    enum rc rc = sync_library(s, e);
    return rc == RC_OK ? sync_next_stage(s, e) : rc;
}

/* ---- tags that a page wears ---- */

static bool is_strange(const struct sync *s, struct str id)
{
    for (size_t i = 0; i < s->strange_n; i++)
        if (str_eq(str_from(s->strange[i]), id))
            return true;
    return s->strange_n == SYNC_STRANGE || id.n >= SYNC_TAG_ID_BYTES; /* as good as asked for */
}

/* Notes those that the library does not have, where it has just been read; else says that there is
 * one. */
static enum rc look_for_strange(struct sync *s, const struct told_contact *told, size_t n,
                                bool note, bool *out, struct err *e)
{
    struct tx *tx;
    struct tag tag;
    enum rc rc = db_read_begin(s->app->db, &tx, e);
    *out = false;
    if (rc != RC_OK)
        return rc;
    for (size_t i = 0; rc == RC_OK && i < n && !*out; i++) {
        const struct told_follow *f = &told[i].follows[0];
        for (size_t k = 0; rc == RC_OK && k < f->tag_ids_n && !*out; k++) {
            if (is_strange(s, f->tag_ids[k]))
                continue;
            rc = tag_library_tag(tx, f->tag_ids[k], &tag, e);
            if (rc != RC_NOT_FOUND)
                continue;
            rc = RC_OK;
            *out = !note;
            if (note) {
                memcpy(s->strange[s->strange_n], f->tag_ids[k].p, f->tag_ids[k].n);
                s->strange[s->strange_n++][f->tag_ids[k].n] = 0;
            }
        }
    }
    db_read_end(tx);
    return rc;
}

enum rc sync_library_for(struct sync *s, const struct told_contact *told, size_t n, struct err *e)
{
    bool strange = false;
    enum rc rc = look_for_strange(s, told, n, false, &strange, e);
    if (rc != RC_OK || !strange)
        return rc;
    rc = sync_library(s, e);
    return rc == RC_OK ? look_for_strange(s, told, n, true, &strange, e) : rc;
}

/* ---- tags that are gone ---- */

struct undressing {
    int64_t tag_id;
};

static enum rc undress(struct tx *tx, struct sync *s, struct sync_place *next, void *arg,
                       struct err *e)
{
    const struct undressing *u = arg;
    bool more;
    (void)s;
    next->undressed++;
    return tag_apply_undress(tx, u->tag_id, tx_now_s(tx), &more, e);
}

/* A hundred friendships a step: those that this sync did not tell, ended or out of sight. */
enum rc sync_undress_step(struct sync *s, struct err *e)
{
    struct undressing u = {0};
    struct tx *tx;
    enum rc rc = db_read_begin(s->app->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    rc = sync_rest_tag(tx, &u.tag_id, e);
    db_read_end(tx);
    if (rc != RC_OK)
        return rc;
    return u.tag_id == 0 ? sync_next_stage(s, e) : sync_write(s, undress, &u, e);
}
