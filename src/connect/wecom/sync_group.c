/* sync_group.c — customer groups: the list, each group with its members, and the groups that Koi
 * knows and the list does not tell.
 *
 * The list says which there are and nothing of them, so each is a call. Which of them have been
 * told in this sync is said by their rows (told_us), so a list that begins again asks for none
 * twice. One that the list does not tell was dismissed only where WeCom says so when asked (49008);
 * its owner may as well be out of the app's visible range. Above 1,000 owners WeCom refuses the
 * list (81017): then it is asked for by the chunks of members whose customers were asked for.
 */
#include "connect/wecom/sync_part.h"

#include "base/clock.h"
#include "connect/wecom/ask.h"
#include "connect/wecom/reply_group.h"
#include "connect/wecom/request.h"
#include "domain/group_apply.h"
#include "store/chat_group.h"

#include <string.h>

enum { REST = 100 };

struct group {
    struct str chat_id;
    struct told_group told;
    int64_t at_s;
    int64_t after; /* 0: the place does not move */
    bool more;
};

static enum rc write_group(struct tx *tx, struct sync *s, struct sync_place *next, void *arg,
                           struct err *e)
{
    struct group *g = arg;
    struct group_applied out = {0};
    enum rc rc = group_apply(tx, s->app->keys, &g->told, &out, e);
    g->more = out.more;
    next->joined += out.joined;
    next->group_left += out.left;
    next->groups += !out.more;
    if (g->after != 0 && !out.more)
        next->after = g->after;
    return rc;
}

static enum rc write_dismissed(struct tx *tx, struct sync *s, struct sync_place *next, void *arg,
                               struct err *e)
{
    const struct group *g = arg;
    bool changed = false;
    (void)s;
    enum rc rc = group_apply_dismissed(tx, g->chat_id, g->at_s, &changed, e);
    next->dismissed += changed;
    if (g->after != 0)
        next->after = g->after;
    return rc;
}

static enum rc put_request(struct str chat_id, struct arena *a, const struct json_value **out,
                           struct err *e)
{
    struct buf b;
    buf_init(&b, 1024);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    json_put_str(&j, "chat_id", chat_id);
    json_put_int(&j, "need_name", 1);
    json_close_object(&j);
    return wecom_request(&b, "externalcontact/groupchat/get", a, out, e);
}

static enum rc ask_group_of(struct sync *s, struct str chat_id, int64_t after, struct err *e)
{
    struct arena a;
    struct wecom_page page;
    const struct json_value *fields;
    struct group g = {.chat_id = chat_id, .after = after, .more = true};
    arena_init(&a, 0);
    enum rc rc = put_request(chat_id, &a, &fields, e);
    if (rc == RC_OK)
        rc = sync_ask(s, "externalcontact/groupchat/get", fields, STR_ABSENT, SYNC_ONE, &a, &page,
                      e);
    if (rc == RC_OK) {
        rc = reply_group(page.reply, &a, &g.told, e);
        g.told.asked_us = page.asked_us;
        if (rc != RC_OK)
            sync_unreadable(s, SYNC_ONE, rc);
    }
    if (rc != RC_OK && s->refused && (after != 0 ? ask_group_is_gone(e) : ask_is_gone(e))) {
        *e = ERR_INIT;
        g.at_s = clock_now_s();
        rc = sync_write(s, write_dismissed, &g, e);
    } else if (rc != RC_OK && s->refused) {
        rc = sync_problem(s, SYNC_GROUP, chat_id, e);
    } else {
        while (rc == RC_OK && g.more)
            rc = sync_write(s, write_group, &g, e);
    }
    arena_done(&a);
    return rc;
}

/* ---- the list ---- */

static enum rc begin_list(struct tx *tx, struct sync *s, struct sync_place *next, void *arg,
                          struct err *e)
{
    (void)tx, (void)s, (void)arg, (void)e;
    next->asked_us = clock_now_us();
    return RC_OK;
}

/* `single` says that the list is asked for by owners, `chunk` by whose. */
static enum rc by_owners(struct tx *tx, struct sync *s, struct sync_place *next, void *arg,
                         struct err *e)
{
    (void)tx, (void)s, (void)arg, (void)e;
    next->single = 1;
    next->chunk = 0;
    sync_place_set_cursor(next, STR_ABSENT);
    return RC_OK;
}

static enum rc list_on(struct tx *tx, struct sync *s, struct sync_place *next, void *arg,
                       struct err *e)
{
    const struct wecom_page *page = arg;
    (void)tx, (void)s, (void)e;
    sync_place_set_cursor(next, page->next);
    if (str_absent(page->next) && next->single != 0)
        next->chunk++;
    if (str_absent(page->next) && (next->single == 0 || next->chunk >= next->chunks)) {
        int64_t since_us = next->asked_us;
        sync_place_next_stage(next);
        next->asked_us = since_us;
    }
    return RC_OK;
}

static enum rc told_already(struct sync *s, struct str chat_id, bool *out, struct err *e)
{
    struct tx *tx;
    struct chat_group_row row;
    enum rc rc = db_read_begin(s->app->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    rc = chat_group_find(tx, chat_id, &row, e);
    *out = rc == RC_OK && row.told_us != DB_NULL && row.told_us >= s->place.asked_us;
    db_read_end(tx);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* NULL in `out`: everyone's. */
static enum rc put_owners(struct sync *s, struct arena *a, const struct json_value **out,
                          struct err *e)
{
    struct tx *tx;
    struct sync_item *items = NULL;
    struct buf b;
    size_t n = 0;
    *out = NULL;
    if (s->place.single == 0)
        return RC_OK;
    enum rc rc = db_read_begin(s->app->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    rc = sync_items_chunk(tx, job_id(s->job), SYNC_FOLLOW, s->place.chunk, &items, &n, e);
    buf_init(&b, 16 << 10);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    json_open_object(&j, "owner_filter");
    json_open_array(&j, "userid_list");
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        json_put_str(&j, NULL, items[i].ref);
    json_close_array(&j);
    json_close_object(&j);
    json_close_object(&j);
    db_read_end(tx);
    if (rc == RC_OK)
        return wecom_request(&b, "externalcontact/groupchat/list", a, out, e);
    buf_done(&b);
    return rc;
}

enum rc sync_groups_step(struct sync *s, struct err *e)
{
    const struct json_value *owners;
    struct arena a;
    struct wecom_page page;
    struct reply_group_id *ids = NULL;
    struct str next;
    size_t n = 0;
    if (s->place.asked_us == 0)
        return sync_write(s, begin_list, NULL, e);
    arena_init(&a, 0);
    enum rc rc = put_owners(s, &a, &owners, e);
    if (rc == RC_OK)
        rc = sync_ask(s, "externalcontact/groupchat/list", owners, str_from(s->place.cursor),
                      SYNC_ALL, &a, &page, e);
    if (rc != RC_OK && owners == NULL && strcmp(e->code, "wecom_81017") == 0) {
        *e = ERR_INIT;
        arena_done(&a);
        return sync_write(s, by_owners, NULL, e);
    }
    if (rc == RC_OK)
        rc = reply_group_list(page.reply, &a, &ids, &n, &next, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        bool told;
        rc = told_already(s, ids[i].chat_id, &told, e);
        if (rc == RC_OK && !told)
            rc = ask_group_of(s, ids[i].chat_id, 0, e);
    }
    if (rc == RC_OK)
        rc = sync_write(s, list_on, &page, e);
    arena_done(&a);
    return rc;
}

/* ---- which it did not tell ---- */

enum rc sync_rest_groups_step(struct sync *s, struct err *e)
{
    struct tx *tx;
    struct arena a;
    struct sync_rest *read = NULL, *list;
    size_t n = 0;
    enum rc rc = db_read_begin(s->app->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    arena_init(&a, 0);
    rc =
        sync_rest_groups(tx, job_id(s->job), s->place.asked_us, s->place.after, REST, &read, &n, e);
    list = ARENA_ARRAY(&a, struct sync_rest, n + 1);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        list[i] = (struct sync_rest){read[i].id, arena_str(&a, read[i].ref)};
    db_read_end(tx);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        rc = ask_group_of(s, list[i].ref, list[i].id, e);
    if (rc == RC_OK && n == 0)
        rc = sync_next_stage(s, e);
    arena_done(&a);
    return rc;
}
