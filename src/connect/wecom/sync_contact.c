/* sync_contact.c — all friendships of everyone who serves customers, a chunk of a hundred members
 * at a time.
 *
 * A chunk has pages, and then an end: whoever was told by none of its pages is no friend of that
 * member any more. Where WeCom refuses a chunk because of one of its members, each is asked for by
 * itself, which costs one call more for each. Members whom WeCom leaves out (fail_info: no licence)
 * are noted with the page and lose nobody. What batch/get_by_user tells is all that Koi keeps, so
 * no customer is asked for by themselves.
 *
 * Costs ceil(friendships / 100) calls for a chunk, one at least; a page is 300 KB in memory, and
 * its rows are written in closures of about 400.
 */
#include "connect/wecom/sync_part.h"

#include "connect/wecom/errors.h"
#include "connect/wecom/reply_contact.h"
#include "connect/wecom/request.h"
#include "domain/contact_apply.h"
#include "domain/tag_wish.h"

#include <string.h>

enum { CHUNK = 100, ROWS = 400, REQUEST_BYTES = 16 << 10 };

/* Of a step; in its arena. */
struct chunk {
    struct sync_item *items; /* who is asked for */
    size_t n;
    struct told_contact *told;
    size_t told_n, from, to;
    const struct str *unlicensed;
    size_t unlicensed_n;
    struct wecom_page page;
    int64_t asked_us;
    struct err why; /* of a refusal */
    /* of the end */
    struct str userid;
    int64_t *untold;
    size_t untold_n;
};

static enum rc read_chunk(struct sync *s, struct chunk *c, struct arena *a, struct err *e)
{
    struct tx *tx;
    struct sync_item *items = NULL;
    enum rc rc = db_read_begin(s->app->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    rc = sync_items_waiting(tx, job_id(s->job), SYNC_FOLLOW, s->place.chunk,
                            s->place.single != 0 ? 1 : CHUNK, &items, &c->n, e);
    c->items = ARENA_ARRAY(a, struct sync_item, c->n + 1);
    for (size_t i = 0; rc == RC_OK && i < c->n; i++) {
        c->items[i] = items[i];
        c->items[i].ref = arena_str(a, items[i].ref);
        c->items[i].error = str_absent(items[i].error) ? STR_ABSENT : arena_str(a, items[i].error);
    }
    db_read_end(tx);
    return rc;
}

static enum rc put_request(const struct chunk *c, struct arena *a, const struct json_value **out,
                           struct err *e)
{
    struct buf b;
    buf_init(&b, REQUEST_BYTES);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    json_open_array(&j, "userid_list");
    for (size_t i = 0; i < c->n; i++)
        json_put_str(&j, NULL, c->items[i].ref);
    json_close_array(&j);
    json_close_object(&j);
    return wecom_request(&b, "externalcontact/batch/get_by_user", a, out, e);
}

/* The userid that was asked for, where WeCom writes it with other capitals: else their friendships
 * would be another member's, and all of theirs at an end. */
static void name_as_asked(const struct chunk *c, struct arena *a, struct told_contact *told)
{
    struct told_follow *follow = ARENA_NEW(a, struct told_follow);
    *follow = told->follows[0];
    for (size_t i = 0; i < c->n; i++)
        if (str_eq_nocase(follow->userid, c->items[i].ref))
            follow->userid = c->items[i].ref;
    told->follows = follow;
}

static enum rc read_page(struct chunk *c, struct arena *a, struct err *e)
{
    const struct json_value *failed = NULL;
    struct str next;
    enum rc rc = reply_contact_batch(c->page.reply, c->n == 1 ? c->items[0].ref : STR_ABSENT, a,
                                     &c->told, &c->told_n, &next, e);
    if (rc == RC_OK)
        rc = reply_object(c->page.reply, "fail_info", false, &failed, e);
    if (rc == RC_OK && failed != NULL)
        rc = reply_texts(failed, "unlicensed_userid_list", a, &c->unlicensed, &c->unlicensed_n, e);
    for (size_t i = 0; rc == RC_OK && i < c->told_n; i++) {
        name_as_asked(c, a, &c->told[i]);
        c->told[i].asked_us = c->asked_us;
    }
    return rc;
}

/* ---- a page ---- */

static enum rc note_unlicensed(struct tx *tx, struct sync *s, const struct chunk *c, struct err *e)
{
    struct err why = ERR_INIT;
    enum rc rc = RC_OK;
    wecom_errcode_set(&why, 701008, "externalcontact/batch/get_by_user");
    for (size_t i = 0; rc == RC_OK && i < c->unlicensed_n; i++)
        rc = sync_item_note(tx, job_id(s->job), SYNC_FOLLOW, c->unlicensed[i],
                            err_json(&why, tx_arena(tx)), e);
    return rc;
}

/* As many as a closure should write; the last closure moves the place behind the page. */
static enum rc write_some(struct tx *tx, struct sync *s, struct sync_place *next, void *arg,
                          struct err *e)
{
    struct chunk *c = arg;
    int64_t rows = 0;
    enum rc rc = RC_OK;
    for (c->to = c->from; rc == RC_OK && c->to < c->told_n && rows < ROWS; c->to++) {
        struct contact_applied out = {0};
        rc = contact_apply(tx, s->app->keys, &c->told[c->to], &out, e);
        if (rc == RC_OK && out.begun > 0)
            rc = tag_wish_settle(tx, &(struct tag_wisher){.app = s->app}, out.customer_id, e);
        rows += 1 + 5 * out.made + 4 * out.begun + 3 * (out.tagged + out.untagged);
        next->made += out.made;
        next->begun += out.begun;
        next->tagged += out.tagged;
        next->untagged += out.untagged;
        next->unknown_tags += out.unknown_tags;
    }
    if (rc != RC_OK || c->to < c->told_n)
        return rc;
    next->friendships += (int64_t)c->told_n;
    next->pages++;
    next->asked_us = c->asked_us;
    next->ending = str_absent(c->page.next);
    sync_place_set_cursor(next, c->page.next);
    return note_unlicensed(tx, s, c, e);
}

/* A chunk that is refused: one by one from now on. */
static enum rc split(struct tx *tx, struct sync *s, struct sync_place *next, void *arg,
                     struct err *e)
{
    (void)tx, (void)s, (void)arg, (void)e;
    next->single = 1;
    next->asked_us = 0;
    sync_place_set_cursor(next, STR(""));
    return RC_OK;
}

static enum rc fail_one(struct tx *tx, struct sync *s, struct sync_place *next, void *arg,
                        struct err *e)
{
    const struct chunk *c = arg;
    next->asked_us = 0;
    sync_place_set_cursor(next, STR(""));
    return sync_put_problem(tx, s, next, SYNC_FOLLOW, c->items[0].ref, &c->why, e);
}

static enum rc page_refused(struct sync *s, struct chunk *c, struct err *e)
{
    c->why = *e;
    *e = ERR_INIT;
    if (c->n > 1)
        return sync_write(s, split, NULL, e);
    return sync_write(s, fail_one, c, e);
}

static enum rc told_page(struct sync *s, struct chunk *c, struct arena *a, struct err *e)
{
    enum sync_extent extent = c->n > 1 ? SYNC_SOME : SYNC_ONE;
    const struct json_value *fields;
    struct str cursor = str_from(s->place.cursor);
    enum rc rc = put_request(c, a, &fields, e);
    if (rc == RC_OK)
        rc = sync_ask(s, "externalcontact/batch/get_by_user", fields, cursor, extent, a, &c->page,
                      e);
    if (rc == RC_OK) {
        bool first = str_empty(cursor) || c->page.again;
        c->asked_us = first ? c->page.asked_us : s->place.asked_us;
        rc = read_page(c, a, e);
        if (rc != RC_OK)
            sync_unreadable(s, extent, rc);
    }
    if (rc != RC_OK && s->refused)
        return page_refused(s, c, e);
    if (rc == RC_OK)
        rc = sync_library_for(s, c->told, c->told_n, e);
    do {
        if (rc == RC_OK)
            rc = sync_write(s, write_some, c, e);
        c->from = c->to;
    } while (rc == RC_OK && c->from < c->told_n);
    return rc;
}

/* ---- the end of a chunk ---- */

static enum rc end_some(struct tx *tx, struct sync *s, struct sync_place *next, void *arg,
                        struct err *e)
{
    const struct chunk *c = arg;
    int64_t ended = 0;
    (void)s;
    enum rc rc =
        contact_apply_untold(tx, c->userid, next->asked_us, c->untold, c->untold_n, &ended, e);
    next->ended += ended;
    return rc;
}

static enum rc end_member(struct sync *s, struct chunk *c, struct err *e)
{
    int64_t after = 0;
    enum rc rc = RC_OK;
    do {
        struct tx *tx;
        rc = db_read_begin(s->app->db, &tx, e);
        if (rc != RC_OK)
            return rc;
        rc = contact_untold(tx, c->userid, s->place.asked_us, after, &c->untold, &c->untold_n, e);
        if (rc == RC_OK && c->untold_n > 0) {
            after = c->untold[c->untold_n - 1];
            rc = sync_write(s, end_some, c, e);
        }
        db_read_end(tx);
    } while (rc == RC_OK && c->untold_n == CONTACT_UNTOLD);
    return rc;
}

static enum rc end_chunk(struct tx *tx, struct sync *s, struct sync_place *next, void *arg,
                         struct err *e)
{
    const struct chunk *c = arg;
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < c->n; i++) {
        bool well = str_absent(c->items[i].error);
        next->staff_done += well;
        next->problems += !well;
        rc = sync_item_set(tx, job_id(s->job), SYNC_FOLLOW, c->items[i].ref,
                           well ? SYNC_DONE : SYNC_FAILED, c->items[i].error, e);
    }
    next->ending = next->asked_us = 0;
    return rc;
}

static enum rc all_told(struct sync *s, struct chunk *c, struct err *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < c->n; i++) {
        c->userid = c->items[i].ref;
        if (str_absent(c->items[i].error))
            rc = end_member(s, c, e);
    }
    return rc == RC_OK ? sync_write(s, end_chunk, c, e) : rc;
}

static enum rc next_chunk(struct tx *tx, struct sync *s, struct sync_place *next, void *arg,
                          struct err *e)
{
    (void)tx, (void)s, (void)arg, (void)e;
    next->chunk++;
    next->single = 0;
    return RC_OK;
}

enum rc sync_customers_step(struct sync *s, struct err *e)
{
    struct arena a;
    struct chunk c = {.n = 0};
    if (s->place.chunk >= s->place.chunks)
        return sync_next_stage(s, e);
    arena_init(&a, 0);
    enum rc rc = read_chunk(s, &c, &a, e);
    if (rc == RC_OK && c.n == 0)
        rc = sync_write(s, next_chunk, NULL, e);
    else if (rc == RC_OK)
        rc = s->place.ending != 0 ? all_told(s, &c, e) : told_page(s, &c, &a, e);
    arena_done(&a);
    return rc;
}
