/* wishes.c — a look at the rows, a request, a call, a verdict; then what WeCom answered as rows.
 *
 * tell() reads what is true now (ids, names) in a read transaction that ends before the call.
 * add_corp_tag is the one call that must not be repeated blindly; where a tag of that name is there
 * already (40071), because an answer was lost or somebody was faster, the library is asked for its
 * id. So whoever retries an unsure one does no harm. Costs a read of a few probes and a call.
 */
#include "connect/wecom/wishes.h"

#include "connect/wecom/ask.h"
#include "connect/wecom/client.h"
#include "connect/wecom/errors.h"
#include "connect/wecom/greeting_wish.h"
#include "connect/wecom/reply_tag.h"
#include "connect/wecom/request.h"
#include "domain/tag_wish.h"
#include "store/ids.h"
#include "store/outbox.h"
#include "store/relation.h"
#include "store/tag_library.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { REQUEST_BYTES = 64 << 10 };

/* ---- verdicts ---- */

/* What WeCom's number means for the wish. */
static enum outbox_verdict verdict_of(const struct err *e)
{
    struct str name = str_from(e->code);
    int64_t code = wecom_error_number(name);
    if (str_eq(name, STR("wecom_unsure")))
        return OUTBOX_LOST;
    if (ask_is_gone(e))
        return OUTBOX_VOID;
    if (code <= 0)
        return e->rc == RC_INVALID || e->rc == RC_LIMIT ? OUTBOX_FAILED : OUTBOX_AGAIN;
    switch (wecom_errcode(code)->class) {
    case WECOM_CLASS_LATER:
    case WECOM_CLASS_BLOCKED:
    case WECOM_CLASS_TOKEN:
        return OUTBOX_AGAIN;
    case WECOM_CLASS_SETTING:
        return code == 60011 ? OUTBOX_FAILED : OUTBOX_AGAIN; /* a tag that another app has made */
    default:
        return OUTBOX_FAILED;
    }
}

enum rc wish_call(struct outbox_item *item, const char *path, struct buf *b,
                  const struct json_value **out, struct err *e)
{
    enum rc rc = wecom_send(item->app->wecom, path, b, item->arena, out, e);
    if (rc != RC_OK)
        item->verdict = verdict_of(e);
    return rc;
}

static enum rc gone(struct outbox_item *item, struct err *e)
{
    item->verdict = OUTBOX_VOID;
    return err_set(e, RC_NOT_FOUND, "wish_void", NULL, "要改的标签或好友关系已不在企业微信里",
                   "the tag or friendship it is about is not at WeCom any more");
}

/* ---- tags on a friendship ---- */

struct pair {
    struct str userid, external_userid;
    struct str tags[OUTBOX_TOGETHER];
    bool on[OUTBOX_TOGETHER];
};

/* Of a tag that is not at WeCom: it will be, when the wish before it is told, or it never is. Those
 * told together go each alone the next time. */
static enum rc untold(struct outbox_item *item, const struct tag_address *at, struct err *e)
{
    bool waits = at->wecom && !at->archived;
    if (!waits && item->n == 1)
        return gone(item, e);
    item->verdict = waits ? OUTBOX_AGAIN : OUTBOX_FAILED;
    err_set(e, RC_CONFLICT, "tag_untold", "tag_id", "这个标签还没有建到企业微信里",
            "this tag is not made at WeCom yet");
    err_hint(e, "查看 tag_add 类的待办", "look at the wishes of the kind tag_add");
    return RC_CONFLICT;
}

static enum rc read_pair(struct outbox_item *item, struct pair *out, struct err *e)
{
    struct tx *tx = NULL;
    struct tag_address at;
    struct arena *a = item->arena;
    enum rc rc = db_read_begin(item->app->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    rc = relation_address(tx, tag_wish_relation(item->key), &out->userid, &out->external_userid, e);
    if (rc == RC_NOT_FOUND)
        rc = gone(item, e);
    for (size_t i = 0; rc == RC_OK && i < item->n; i++) {
        const struct json_value *v = NULL;
        rc = tag_library_address(tx, item->wishes[i].object_id, &at, e);
        if (rc == RC_NOT_FOUND)
            rc = gone(item, e);
        if (rc == RC_OK && str_absent(at.id))
            rc = untold(item, &at, e);
        if (rc == RC_OK)
            rc = json_parse(a, item->wishes[i].body, &v, e);
        out->tags[i] = rc == RC_OK ? arena_str(a, at.id) : STR_ABSENT;
        out->on[i] = json_bool_or(json_get(v, "on"), false);
    }
    out->userid = arena_str(a, out->userid);
    out->external_userid = arena_str(a, out->external_userid);
    db_read_end(tx);
    return rc;
}

static void put_tags(struct json *j, const struct outbox_item *item, const struct pair *p, bool on)
{
    bool any = false;
    for (size_t i = 0; i < item->n; i++)
        any |= p->on[i] == on;
    if (!any)
        return;
    json_open_array(j, on ? "add_tag" : "remove_tag");
    for (size_t i = 0; i < item->n; i++)
        if (p->on[i] == on)
            json_put_str(j, NULL, p->tags[i]);
    json_close_array(j);
}

static enum rc tell_marks(struct outbox_item *item, struct err *e)
{
    struct pair *p = ARENA_NEW(item->arena, struct pair);
    const struct json_value *reply;
    struct buf b;
    enum rc rc = read_pair(item, p, e);
    if (rc != RC_OK)
        return rc;
    buf_init(&b, REQUEST_BYTES);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    json_put_str(&j, "userid", p->userid);
    json_put_str(&j, "external_userid", p->external_userid);
    put_tags(&j, item, p, true);
    put_tags(&j, item, p, false);
    json_close_object(&j);
    rc = wish_call(item, "externalcontact/mark_tag", &b, &reply, e);
    item->note = p;
    return rc;
}

/* What was told is so here too: an answer may have undone it while the wish was dead. */
static enum rc mark_told(struct tx *tx, struct outbox_item *item, const struct outbox_told *wish,
                         struct err *e)
{
    const struct pair *p = item->note;
    struct relation_row row;
    int64_t *tags = NULL;
    size_t n = 0;
    enum rc rc = relation_load(tx, tag_wish_relation(item->key), &row, e);
    if (rc == RC_OK)
        rc = relation_tags(tx, row.id, &tags, &n, e);
    if (rc != RC_OK)
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    bool wears = n > 0 && bsearch(&wish->object_id, tags, n, sizeof *tags, ids_compare) != NULL;
    bool on = p->on[wish - item->wishes];
    if (wears == on)
        return RC_OK;
    return on ? relation_tag_put(tx, &row, wish->object_id, tx_now_s(tx), e)
              : relation_tag_off(tx, &row, wish->object_id, tx_now_s(tx), e);
}

/* ---- the library ---- */

/* The wish's tag as it is now. */
static enum rc read_tag(struct outbox_item *item, struct tag_address *out, struct err *e)
{
    struct tx *tx = NULL;
    struct arena *a = item->arena;
    enum rc rc = db_read_begin(item->app->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    rc = tag_library_address(tx, item->wishes[0].object_id, out, e);
    if (rc == RC_NOT_FOUND)
        rc = gone(item, e);
    if (rc == RC_OK) {
        out->name = arena_str(a, out->name);
        out->group_name = arena_str(a, out->group_name);
        out->id = arena_str(a, out->id);
        out->group = arena_str(a, out->group);
    }
    db_read_end(tx);
    return rc;
}

/* What add_corp_tag or the library gave. */
struct made {
    int64_t group_id;
    struct str group, id; /* WeCom's ids; absent: nothing was made */
};

static bool find_made(const struct told_tag_group *groups, size_t n, const struct tag_address *at,
                      struct made *out)
{
    for (size_t g = 0; g < n; g++) {
        bool same = str_absent(at->group) ? str_eq(groups[g].name, at->group_name)
                                          : str_eq(groups[g].id, at->group);
        for (size_t i = 0; same && i < groups[g].tags_n; i++) {
            if (!str_eq(groups[g].tags[i].name, at->name))
                continue;
            out->group = groups[g].id;
            out->id = groups[g].tags[i].id;
            return true;
        }
    }
    return false;
}

/* The reply of add_corp_tag is a group as the library gives it. */
static enum rc read_made(struct outbox_item *item, const struct json_value *reply,
                         const struct tag_address *at, struct made *out, struct err *e)
{
    struct told_tag_group *groups = NULL;
    const struct json_value *list = NULL;
    size_t n = 0;
    struct buf b;
    buf_init(&b, 16 << 20);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    json_open_array(&j, "tag_group");
    json_put_value(&j, NULL, json_get(reply, "tag_group"));
    json_close_array(&j);
    json_close_object(&j);
    enum rc rc = json_parse(item->arena, buf_str(&b), &list, e);
    buf_done(&b);
    if (rc == RC_OK)
        rc = reply_tags(list, item->arena, &groups, &n, e);
    if (rc != RC_OK || find_made(groups, n, at, out))
        return rc;
    return err_set(e, RC_IO, "wecom_reply", "tag_group", "企业微信没有给出新标签的编号",
                   "WeCom gave no id for the new tag");
}

/* There is one of that name: it is ours, or becomes so. */
static enum rc find_there(struct outbox_item *item, const struct tag_address *at, struct made *out,
                          struct err *e)
{
    struct told_tag_group *groups = NULL;
    struct err why = ERR_INIT;
    size_t n = 0;
    enum rc rc = ask_tags(item->app->wecom, item->arena, &groups, &n, &why);
    if (rc == RC_OK && find_made(groups, n, at, out)) {
        *e = (struct err)ERR_INIT;
        return RC_OK;
    }
    if (rc == RC_OK)
        return e->rc; /* the name is taken elsewhere */
    item->verdict = OUTBOX_AGAIN;
    *e = why;
    return rc;
}

static enum rc tell_add(struct outbox_item *item, struct err *e)
{
    struct tag_address at;
    const struct json_value *reply = NULL;
    struct buf b;
    struct made *made = ARENA_NEW(item->arena, struct made);
    *made = (struct made){.group = STR_ABSENT, .id = STR_ABSENT};
    item->note = made;
    enum rc rc = read_tag(item, &at, e);
    if (rc != RC_OK || !str_absent(at.id))
        return rc;
    if (!at.wecom || at.archived)
        return gone(item, e);
    made->group_id = at.group_id;
    buf_init(&b, REQUEST_BYTES);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    if (str_absent(at.group))
        json_put_str(&j, "group_name", at.group_name);
    else
        json_put_str(&j, "group_id", at.group);
    json_open_array(&j, "tag");
    json_open_object(&j, NULL);
    json_put_str(&j, "name", at.name);
    json_close_object(&j);
    json_close_array(&j);
    json_close_object(&j);
    rc = wish_call(item, "externalcontact/add_corp_tag", &b, &reply, e);
    if (rc == RC_OK)
        return read_made(item, reply, &at, made, e);
    return strcmp(e->code, "wecom_40071") == 0 ? find_there(item, &at, made, e) : rc;
}

/* The ids of the new tag and its group, unless the library has told them meanwhile. */
static enum rc added(struct tx *tx, struct outbox_item *item, const struct outbox_told *wish,
                     struct err *e)
{
    const struct made *made = item->note;
    struct tag_group g;
    struct tag t;
    struct str group = STR_ABSENT;
    if (str_absent(made->id))
        return RC_OK;
    enum rc rc = tag_library_group_id(tx, made->group_id, &group, e);
    if (rc == RC_OK && str_absent(group)) {
        rc = tag_library_group(tx, made->group, &g, e);
        if (rc == RC_NOT_FOUND)
            rc = tag_library_name_group(tx, made->group_id, made->group, e);
    }
    if (rc == RC_OK)
        rc = tag_library_tag(tx, made->id, &t, e);
    return rc == RC_NOT_FOUND ? tag_library_name_tag(tx, wish->object_id, made->id, e) : rc;
}

/* Of tags, 60011 says that the app did not make them: no visible range mends that. */
static enum rc not_ours(enum rc rc, struct err *e)
{
    if (rc != RC_OK && strcmp(e->code, "wecom_60011") == 0)
        err_hint(
            e, "这个标签不是 Koi 的应用建的：请在企业微信里改或删，再在标签页以企业微信为准",
            "Koi's app did not make this tag: change it at WeCom, then take WeCom's state over "
            "on the tags page");
    return rc;
}

static enum rc call_edit(struct outbox_item *item, struct str id, struct str name, struct err *e)
{
    const struct json_value *reply;
    struct buf b;
    buf_init(&b, REQUEST_BYTES);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    json_put_str(&j, "id", id);
    json_put_str(&j, "name", name);
    json_close_object(&j);
    enum rc rc = wish_call(item, "externalcontact/edit_corp_tag", &b, &reply, e);
    return not_ours(rc, e);
}

static enum rc tell_edit(struct outbox_item *item, struct err *e)
{
    struct tag_address at;
    enum rc rc = read_tag(item, &at, e);
    if (rc != RC_OK)
        return rc;
    return str_absent(at.id) ? gone(item, e) : call_edit(item, at.id, at.name, e);
}

static enum rc tell_group_edit(struct outbox_item *item, struct err *e)
{
    struct tx *tx = NULL;
    struct tag_group g = {0};
    struct str id = STR_ABSENT;
    enum rc rc = db_read_begin(item->app->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    rc = tag_library_group_id(tx, item->wishes[0].object_id, &id, e);
    if (rc == RC_OK && !str_absent(id))
        rc = tag_group_load(tx, item->wishes[0].object_id, &g, e);
    id = arena_str(item->arena, id);
    g.name = arena_str(item->arena, g.name);
    db_read_end(tx);
    if (rc == RC_NOT_FOUND || (rc == RC_OK && str_absent(id)))
        return gone(item, e);
    return rc == RC_OK ? call_edit(item, id, g.name, e) : rc;
}

static enum rc tell_delete(struct outbox_item *item, struct err *e)
{
    struct tag_address at;
    const struct json_value *reply;
    struct buf b;
    enum rc rc = read_tag(item, &at, e);
    if (rc != RC_OK || str_absent(at.id))
        return rc;
    buf_init(&b, REQUEST_BYTES);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    json_open_array(&j, "tag_id");
    json_put_str(&j, NULL, at.id);
    json_close_array(&j);
    json_close_object(&j);
    rc = wish_call(item, "externalcontact/del_corp_tag", &b, &reply, e);
    if (rc != RC_OK && strcmp(e->code, "wecom_40068") == 0) {
        *e = (struct err)ERR_INIT; /* it is gone already */
        return RC_OK;
    }
    return not_ours(rc, e);
}

/* A group that loses its last tag vanishes at WeCom; here it stays, to be made again by name. */
static enum rc deleted(struct tx *tx, struct outbox_item *item, const struct outbox_told *wish,
                       struct err *e)
{
    struct tag_address at;
    struct str *left = NULL;
    size_t n = 0;
    (void)item;
    enum rc rc = tag_library_address(tx, wish->object_id, &at, e);
    if (rc == RC_OK)
        rc = tag_library_name_tag(tx, wish->object_id, STR_ABSENT, e);
    if (rc == RC_OK)
        rc = tag_library_tags(tx, at.group_id, &left, &n, e);
    return rc == RC_OK && n == 0 ? tag_library_forget_group(tx, at.group_id, e) : rc;
}

const struct outbox_handler wecom_wishes[] = {
    {.kind = TAG_WISH_MARK, .together = true, .tell = tell_marks, .apply = mark_told},
    {.kind = TAG_WISH_ADD, .once = true, .tell = tell_add, .apply = added},
    {.kind = TAG_WISH_DELETE, .tell = tell_delete, .apply = deleted},
    {.kind = TAG_WISH_EDIT, .tell = tell_edit},
    {.kind = TAG_WISH_GROUP, .tell = tell_group_edit},
    {.kind = GREETING_WISH_ADD,
     .once = true,
     .tell = greeting_wish_add,
     .apply = greeting_wish_told,
     .failed = greeting_wish_failed},
    {.kind = GREETING_WISH_EDIT,
     .tell = greeting_wish_edit,
     .apply = greeting_wish_told,
     .failed = greeting_wish_failed},
    {.kind = GREETING_WISH_DELETE,
     .tell = greeting_wish_delete,
     .apply = greeting_wish_deleted,
     .failed = greeting_wish_failed},
    {.kind = NULL},
};
