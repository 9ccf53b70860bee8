/* outbox.c — wishes towards WeCom as an operator sees them: what waits, what failed and why, trying
 * again, giving up.
 *
 * Of what is told only that a tag goes on or off is shown; keys are our own ids, and said by names:
 * some look-ups a row. An error is stored in both languages and shown in the caller's.
 */
#include "api/customer_json.h"
#include "api/listing.h"
#include "api/routes.h"
#include "api/work_json.h"
#include "domain/app.h"
#include "domain/group_greeting.h"
#include "domain/rounds.h"
#include "domain/tag_wish.h"
#include "store/code.h"
#include "store/outbox.h"
#include "store/relation.h"
#include "store/tag.h"

enum { US_PER_S = 1000000 };

/* Tags and groups that are gone have no name any more: null. */
static enum rc put_tag(struct json *j, struct tx *tx, const struct outbox_row *row, struct err *e)
{
    bool of_group = str_eq(row->kind, STR(TAG_WISH_GROUP));
    bool of_tag = row->object_id != 0 && group_greeting_code(row->key) == 0;
    struct tag tag = {.name = STR_ABSENT};
    struct tag_group group = {.name = STR_ABSENT};
    struct err gone = ERR_INIT;
    enum rc rc = !of_tag    ? RC_NOT_FOUND
                 : of_group ? tag_group_load(tx, row->object_id, &group, &gone)
                            : tag_load(tx, row->object_id, &tag, &gone);
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        *e = gone;
        return rc;
    }
    bool there = rc == RC_OK;
    json_put_named(j, "tag", there && !of_group ? row->object_id : 0, tag.name);
    json_put_named(j, "group", there && of_group ? row->object_id : 0, group.name);
    return RC_OK;
}

/* The code whose groups greet so, from the key. */
static enum rc put_greeted(struct request *rq, struct json *j, struct tx *tx,
                           const struct outbox_row *row, struct err *e)
{
    struct code c = {.name = STR_ABSENT};
    struct err gone = ERR_INIT;
    int64_t id = group_greeting_code(row->key);
    enum rc rc = id == 0 ? RC_NOT_FOUND : code_load(tx, id, request_arena(rq), &c, &gone);
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        *e = gone;
        return rc;
    }
    json_put_named(j, "greeted", rc == RC_OK ? id : 0, c.name);
    return RC_OK;
}

/* Who a tag is put on, and by whose friendship. The nickname as this caller may see it. */
static enum rc put_people(struct request *rq, struct json *j, struct tx *tx,
                          const struct outbox_row *row, struct err *e)
{
    struct relation_names who = {0};
    int64_t relation_id = tag_wish_relation(row->key);
    enum rc rc = relation_id == 0 ? RC_NOT_FOUND : relation_names(tx, relation_id, &who, e);
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return rc;
    json_put_named(j, "customer", who.customer_id, customer_nickname(rq, who.nickname));
    json_put_named(j, "staff", who.staff_id, who.staff);
    return RC_OK;
}

/* Whether the tag goes on or off: null when the body is gone, or says neither. */
static void put_on(struct request *rq, struct json *j, const struct outbox_row *row)
{
    struct arena *a = request_arena(rq);
    const struct json_value *v = NULL;
    struct str body = STR_ABSENT;
    bool known = !str_absent(row->body_sealed) &&
                 secret_open(request_app(rq)->keys, STR("outbox.body"), row->body_sealed, a, &body,
                             NULL) == RC_OK &&
                 json_parse(a, body, &v, NULL) == RC_OK && json_get(v, "on") != NULL;
    if (known)
        json_put_bool(j, "on", json_bool_or(json_get(v, "on"), false));
    else
        json_put_null(j, "on");
}

static enum rc put_row(struct request *rq, struct json *j, struct tx *tx,
                       const struct outbox_row *row, struct err *e)
{
    json_open_object(j, NULL);
    json_put_id(j, "id", row->id);
    json_put_str(j, "kind", row->kind);
    json_put_str(j, "key", row->key);
    json_put_id(j, "object_id", row->object_id);
    json_put_id(j, "account_id", row->account_id);
    enum rc rc = put_people(rq, j, tx, row, e);
    if (rc == RC_OK)
        rc = put_tag(j, tx, row, e);
    if (rc == RC_OK)
        rc = put_greeted(rq, j, tx, row, e);
    if (rc != RC_OK)
        return rc;
    put_on(rq, j, row);
    json_put_z(j, "state", outbox_state_name(row->state));
    json_put_int(j, "attempts", row->attempts);
    json_put_int(j, "made_s", row->made_us / US_PER_S);
    work_put_times(j, row->state == OUTBOX_WAITING, row->due_us, row->ended_us);
    work_put_error(rq, j, row->error);
    json_close_object(j);
    return RC_OK;
}

static enum rc list_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct outbox_row *rows = NULL;
    size_t n = 0;
    int64_t before = INT64_MAX;
    int64_t ignored = 0;
    int64_t limit = page_limit(rq);
    cursor_read(rq, &before, &ignored);
    enum rc rc = outbox_list(tx, before, arg_str(rq, "state"), limit + 1, &rows, &n, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = listing_open(rq);
    bool more = (int64_t)n > limit;
    n = more ? (size_t)limit : n;
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        rc = put_row(rq, j, tx, &rows[i], e);
    if (rc != RC_OK)
        return rc;
    listing_close(rq, more ? cursor_write(rq, rows[n - 1].id, 0) : STR_ABSENT, -1);
    return RC_OK;
}

const struct route route_outbox_list = {
    .method = GET,
    .path = "/api/outbox",
    .name = "outbox_list",
    .need = PERM_SYSTEM,
    .scope = SCOPE_WHOLE,
    .args = {{"state", ARG_CHOICE, .choices = "waiting|done|dropped|unsure|dead",
              .zh = "状态，不给为全部", .en = "the state, any unless told"},
             ARGS_PAGE},
    .run = list_run,
    .zh = "要告诉企业微信的待办，最新的在前。",
    .en = "Wishes towards WeCom, newest first.",
    .reply = "OutboxList",
};

/* ---- of the library of tags ---- */

/* More than these are told of by GET /api/outbox alone. */
enum { WISHES_SHOWN = 200 };

static enum rc wishes_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct outbox_row *rows = NULL;
    size_t n = 0;
    enum rc rc = outbox_open(tx, STR(TAG_WISH_KEY), WISHES_SHOWN, &rows, &n, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = listing_open(rq);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        rc = put_row(rq, j, tx, &rows[i], e);
    if (rc == RC_OK)
        listing_close(rq, STR_ABSENT, (int64_t)n);
    return rc;
}

/* Who may change tags sees what became of it; their names belong to no customer. */
const struct route route_tag_wishes = {
    .method = GET,
    .path = "/api/tags/wishes",
    .name = "tag_wishes",
    .need = PERM_TAG_WRITE,
    .scope = SCOPE_NONE,
    .run = wishes_run,
    .zh = "标签和标签组的改动中，还没有告诉企业微信的，和被拒绝、不确定的",
    .en = "Changes of tags and groups that wait to be told to WeCom, were refused, or are unsure.",
    .reply = "OutboxList",
};

/* ---- mending ---- */

static enum rc retry_run(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t id = arg_int(rq, "outbox_id");
    struct outbox_row row;
    request_audit(rq, "outbox", id, "%s", "");
    enum rc rc = outbox_load(tx, id, &row, e);
    if (rc == RC_OK)
        rc = outbox_retry(tx, id, e);
    return rc == RC_OK ? group_greeting_retried(tx, &row, e) : rc;
}

static void retried(struct request *rq)
{
    rounds_wake(request_app(rq)->outbox);
}

#define ARG_OUTBOX_ID                                                                              \
    {                                                                                              \
        "outbox_id", ARG_ID, IN_PATH, .required = true, .zh = "待办", .en = "the wish"             \
    }

const struct route route_outbox_retry = {
    .method = POST,
    .path = "/api/outbox/{outbox_id}/retry",
    .name = "outbox_retry",
    .need = PERM_SYSTEM,
    .scope = SCOPE_WHOLE,
    .writes = true,
    .audited = true,
    .args = {ARG_OUTBOX_ID},
    .run = retry_run,
    .after = retried,
    .zh = "重新告诉企业微信：失败的，或不确定是否已执行的待办。",
    .en = "Tell WeCom again what failed, or of what nobody knows whether it was done.",
};

static enum rc drop_run(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t id = arg_int(rq, "outbox_id");
    struct outbox_row row;
    request_audit(rq, "outbox", id, "%s", "");
    enum rc rc = outbox_load(tx, id, &row, e);
    if (rc == RC_OK)
        rc = outbox_drop(tx, id, e);
    return rc == RC_OK ? group_greeting_given_up(tx, &row, e) : rc;
}

const struct route route_outbox_drop = {
    .method = POST,
    .path = "/api/outbox/{outbox_id}/drop",
    .name = "outbox_drop",
    .need = PERM_SYSTEM,
    .scope = SCOPE_WHOLE,
    .writes = true,
    .audited = true,
    .args = {ARG_OUTBOX_ID},
    .run = drop_run,
    .after = retried,
    .zh = "放弃一条待办：不再告诉企业微信。",
    .en = "Give a wish up: WeCom will not be told.",
};
