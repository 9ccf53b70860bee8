/* greeting_wish.c — a look at the row, what it is sent with, a request, a call; then what WeCom
 * said, as the row.
 *
 * An upload is the media keeper's business: it is asked to look and waited for UPLOAD_US at most;
 * what takes longer is told at the next attempt. A media id that WeCom refuses (40007, 40145) is
 * forgotten, so that the next attempt uploads anew. Costs a read of a few probes, a call, and a
 * second one where the first was refused.
 */
#include "connect/wecom/greeting_wish.h"

#include "base/clock.h"
#include "base/err_json.h"
#include "connect/wecom/errors.h"
#include "connect/wecom/media_keeper.h"
#include "connect/wecom/wishes.h"
#include "domain/attachment.h"

#include <assert.h>
#include <string.h>

#define PATH "externalcontact/group_welcome_template/"

enum { REQUEST_BYTES = 128 << 10, UPLOAD_US = 10 * 1000000 };

/* From tell to apply. */
struct note {
    struct greeting_said said;
    struct str template_id; /* of a new one; absent: it was there */
    bool sent;              /* a call was made with `said` */
    bool told, lost;        /* WeCom has it now; had it no more. Neither: nothing was to be told */
};

/* ---- the row ---- */

static enum rc gone(struct outbox_item *item, struct err *e)
{
    item->verdict = OUTBOX_VOID;
    return err_set(e, RC_NOT_FOUND, "wish_void", NULL, "这条入群欢迎语已不需要了",
                   "this greeting of a group is not wanted any more");
}

struct found {
    struct group_greeting row;
    struct str said; /* its attachment as WeCom takes it, a JSON list; "" none */
    bool lacks;      /* WeCom does not have the original now */
};

static enum rc read_row(struct outbox_item *item, struct found *out, struct err *e)
{
    struct tx *tx = NULL;
    struct arena *a = item->arena;
    struct attachment_use *uses;
    size_t n = 0;
    enum rc rc = db_read_begin(item->app->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    rc = group_greeting_load(tx, item->wishes[0].object_id, a, &out->row, e);
    if (rc == RC_NOT_FOUND)
        rc = gone(item, e);
    if (rc == RC_OK)
        rc = attachment_said(tx, out->row.attachments, clock_now_s(), a, &out->said, e);
    if (rc == RC_OK)
        attachment_uses(out->row.attachments, a, &uses, &n);
    out->lacks = n > 0 && str_empty(out->said);
    db_read_end(tx);
    return rc;
}

static enum rc not_uploaded(struct outbox_item *item, struct err *e)
{
    item->verdict = OUTBOX_AGAIN;
    err_set(e, RC_BUSY, "greeting_media", NULL, "附件还没有上传到企业微信",
            "the attachment is not uploaded to WeCom yet");
    err_hint(e, "稍后会自动再试；素材页写着上传失败的原因",
             "it is tried again by itself; the media page says why an upload failed");
    return RC_BUSY;
}

/* The row with what it is sent with at WeCom. */
static enum rc read_ready(struct outbox_item *item, struct found *out, struct err *e)
{
    struct media_look look;
    struct err unheard = ERR_INIT; /* the keeper warns of it */
    enum rc rc = read_row(item, out, e);
    if (rc != RC_OK || !group_greeting_acts(&out->row, item->kind) || !out->lacks)
        return rc;
    media_keeper_look(item->app->media, UPLOAD_US, &look, &unheard);
    rc = read_row(item, out, e);
    return rc == RC_OK && out->lacks ? not_uploaded(item, e) : rc;
}

/* ---- a request ---- */

static void put_greeting(struct json *j, const struct found *f, struct arena *a)
{
    const struct json_value *list = NULL;
    struct str text = group_greeting_told_text(f->row.text, a);
    if (!str_empty(text)) {
        json_open_object(j, "text");
        json_put_str(j, "content", text);
        json_close_object(j);
    }
    if (str_empty(f->said) || json_parse(a, f->said, &list, NULL) != RC_OK)
        return;
    const struct json_value *one = json_at(list, 0);
    const char *kind = arena_z(a, json_str_or(json_get(one, "msgtype"), STR("")));
    json_put_value(j, kind, json_get(one, kind));
}

struct forget {
    struct str given, problem;
};

static enum rc forget_given(struct tx *tx, void *arg, struct err *e)
{
    const struct forget *f = arg;
    return media_at_forget(tx, f->given, f->problem, e);
}

/* WeCom does not know what it gave: it is uploaded anew, and this is told again. */
static void forget_media(struct outbox_item *item, const struct found *f, const struct err *why)
{
    static const char *const FIELDS[] = {"media_id", "pic_media_id"};
    const struct json_value *list = NULL;
    struct err unheard = ERR_INIT;
    struct arena *a = item->arena;
    bool unknown = strcmp(why->code, "wecom_40007") == 0 || strcmp(why->code, "wecom_40145") == 0;
    if (!unknown || str_empty(f->said) || json_parse(a, f->said, &list, NULL) != RC_OK)
        return;
    const struct json_value *one = json_at(list, 0);
    const struct json_value *body =
        json_get(one, arena_z(a, json_str_or(json_get(one, "msgtype"), STR(""))));
    for (size_t i = 0; i < sizeof FIELDS / sizeof *FIELDS; i++) {
        struct forget x = {json_str_or(json_get(body, FIELDS[i]), STR("")), err_json(why, a)};
        if (!str_empty(x.given) &&
            writer_run(item->app->writer, forget_given, &x, &unheard) == RC_OK)
            item->verdict = OUTBOX_AGAIN;
    }
}

static enum rc send(struct outbox_item *item, const char *path, const struct found *f,
                    const struct json_value **out, struct err *e)
{
    struct buf b;
    struct note *n = item->note;
    bool adds = str_absent(f->row.template_id);
    n->said = (struct greeting_said){f->row.text, f->row.attachments, f->row.notify};
    n->sent = true;
    buf_init(&b, REQUEST_BYTES);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    if (adds)
        json_put_int(&j, "notify", f->row.notify);
    else
        json_put_str(&j, "template_id", f->row.template_id);
    put_greeting(&j, f, item->arena);
    json_close_object(&j);
    enum rc rc = wish_call(item, path, &b, out, e);
    if (rc != RC_OK && item->verdict == OUTBOX_VOID)
        item->verdict = OUTBOX_FAILED; /* a number that is about people: nothing is gone here */
    if (rc != RC_OK)
        forget_media(item, f, e);
    return rc;
}

/* A call about a template by its id alone. */
static enum rc send_id(struct outbox_item *item, const char *path, struct str template_id,
                       struct err *e)
{
    const struct json_value *reply;
    struct buf b;
    buf_init(&b, REQUEST_BYTES);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    json_put_str(&j, "template_id", template_id);
    json_close_object(&j);
    return wish_call(item, path, &b, &reply, e);
}

/* After a refusal for good, whether the template is there no more: nothing but its id can be wrong
 * with the second question. Where that cannot be asked now, all of it is tried again later. */
static bool is_lost(struct outbox_item *item, struct str template_id)
{
    struct err why = ERR_INIT;
    if (item->verdict != OUTBOX_FAILED)
        return false;
    enum rc rc = send_id(item, PATH "get", template_id, &why);
    bool again = rc != RC_OK && item->verdict == OUTBOX_AGAIN;
    int64_t code = wecom_error_number(str_from(why.code));
    enum wecom_class class = code > 0 ? wecom_errcode(code)->class : WECOM_CLASS_UNKNOWN;
    item->verdict = again ? OUTBOX_AGAIN : OUTBOX_FAILED;
    return rc != RC_OK && (class == WECOM_CLASS_OURS || class == WECOM_CLASS_REFUSED);
}

/* ---- telling ---- */

static struct note *begin_note(struct outbox_item *item)
{
    struct note *n = ARENA_NEW(item->arena, struct note);
    *n = (struct note){.template_id = STR_ABSENT};
    item->note = n;
    return n;
}

enum rc greeting_wish_add(struct outbox_item *item, struct err *e)
{
    struct found f;
    const struct json_value *reply = NULL;
    struct note *n = begin_note(item);
    enum rc rc = read_ready(item, &f, e);
    if (rc == RC_OK && !f.row.wanted)
        return gone(item, e);
    if (rc != RC_OK || !group_greeting_acts(&f.row, item->kind)) /* there by now */
        return rc;
    rc = send(item, PATH "add", &f, &reply, e);
    if (rc != RC_OK)
        return rc;
    n->template_id = arena_str(item->arena, json_str_or(json_get(reply, "template_id"), STR("")));
    if (str_empty(n->template_id)) {
        item->verdict = OUTBOX_LOST;
        return wecom_reply_lacks(PATH "add", e);
    }
    n->told = true;
    return RC_OK;
}

/* Of templates, 60011 says that another app made them: no visible range mends that. */
static void not_ours(struct err *e)
{
    if (strcmp(e->code, "wecom_60011") == 0)
        err_hint(e,
                 "这条入群欢迎语不是 Koi 现在的应用建的：请在 Koi 里移除后重新添加，旧的到企业微信"
                 "后台删除",
                 "Koi's present app did not make this greeting: remove it in Koi and add it again, "
                 "and delete the old one in WeCom's console");
}

enum rc greeting_wish_edit(struct outbox_item *item, struct err *e)
{
    struct found f;
    const struct json_value *reply = NULL;
    struct note *n = begin_note(item);
    enum rc rc = read_ready(item, &f, e);
    if (rc == RC_OK && (!f.row.wanted || str_absent(f.row.template_id)))
        return gone(item, e); /* what makes it tells the text of then */
    if (rc != RC_OK || !group_greeting_acts(&f.row, item->kind)) /* told by now */
        return rc;
    rc = send(item, PATH "edit", &f, &reply, e);
    if (rc != RC_OK && is_lost(item, f.row.template_id)) {
        *e = (struct err)ERR_INIT;
        n->lost = true;
        return RC_OK;
    }
    n->told = rc == RC_OK;
    not_ours(e);
    return rc;
}

enum rc greeting_wish_delete(struct outbox_item *item, struct err *e)
{
    struct found f;
    enum rc rc = read_row(item, &f, e);
    if (rc != RC_OK || str_absent(f.row.template_id)) /* it was never made */
        return rc;
    assert(!f.row.wanted);
    rc = send_id(item, PATH "del", f.row.template_id, e);
    if (rc != RC_OK && is_lost(item, f.row.template_id)) {
        *e = (struct err)ERR_INIT;
        return RC_OK;
    }
    not_ours(e);
    return rc;
}

/* ---- what came of it ---- */

enum rc greeting_wish_told(struct tx *tx, struct outbox_item *item, const struct outbox_told *wish,
                           struct err *e)
{
    const struct note *n = item->note;
    if (n->lost)
        return group_greeting_lost(tx, item->app, wish->object_id, e);
    return n->told
               ? group_greeting_told(tx, item->app, wish->object_id, n->template_id, &n->said, e)
               : RC_OK;
}

enum rc greeting_wish_deleted(struct tx *tx, struct outbox_item *item,
                              const struct outbox_told *wish, struct err *e)
{
    return group_greeting_deleted(tx, item->app, wish->object_id, e);
}

enum rc greeting_wish_failed(struct tx *tx, struct outbox_item *item,
                             const struct outbox_told *wish, const struct outbox_end *end,
                             const struct err *why, struct err *e)
{
    const struct note *n = item->note;
    const struct greeting_failure f = {
        .kind = item->kind,
        .state = end->state,
        .why = why,
        .problem = end->error,
        .sent = n != NULL && n->sent ? &n->said : NULL,
    };
    return group_greeting_failed(tx, item->app, wish->object_id, &f, e);
}
