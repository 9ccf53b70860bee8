/* media.c — pictures, films and files for greetings: given, listed, shown, deleted.
 *
 * One arrives as a raw body, sealed to the upload folder as it comes (http/upload.h); what it may
 * be is looked at before the transaction, pictures are decoded as far as memory allows, and then it
 * is a row. It never changes: another content is another original. WeCom gets it from
 * connect/wecom/media_keeper once a greeting names it.
 */
#include "api/customer_json.h"
#include "api/listing.h"
#include "api/routes.h"
#include "api/work_json.h"
#include "base/clock.h"
#include "connect/wecom/media_keeper.h"
#include "domain/attachment.h"
#include "file/media.h"
#include "file/picture.h"
#include "file/sealed.h"
#include "store/list.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* A picture of more pixels a side is taken by its first bytes alone: decoding it would take more
 * memory than a request has. */
enum { DECODED_SIDE = 4096, NAMED_MOST = 3 };

/* ---- who uses one ---- */

/* A greeting that an original stands in; those of a code lie together. */
struct user {
    int64_t media_id, code_id; /* code_id 0: the general greeting */
    struct str code;
};
struct users {
    struct user *list;
    size_t n, room;
};

static void add_users(struct users *u, struct str attachments, int64_t code_id, struct str code,
                      struct arena *a)
{
    struct attachment_use *found;
    size_t n;
    attachment_uses(attachments, a, &found, &n);
    for (size_t i = 0; i < n; i++)
        *LIST_ADD(a, u->list, u->n, u->room) = (struct user){found[i].media_id, code_id, code};
}

static enum rc read_users(struct request *rq, struct tx *tx, struct users *out, struct err *e)
{
    const char *welcome = config_text(request_app(rq)->config, "wecom_welcome_attachments");
    struct media_greeting *list;
    size_t n = 0;
    *out = (struct users){0};
    enum rc rc = media_greetings(tx, &list, &n, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        add_users(out, list[i].attachments, list[i].code_id, list[i].code, request_arena(rq));
    add_users(out, str_from(welcome), 0, STR(""), request_arena(rq));
    return rc;
}

/* The next code that uses it, each once, from `*at` on; NULL: no more. */
static const struct user *next_code(const struct users *u, int64_t media_id, size_t *at,
                                    int64_t last_code_id)
{
    for (; *at < u->n; (*at)++) {
        const struct user *one = &u->list[*at];
        if (one->media_id == media_id && one->code_id != 0 && one->code_id != last_code_id)
            return one;
    }
    return NULL;
}

static bool in_welcome(const struct users *u, int64_t media_id)
{
    for (size_t i = u->n; i > 0 && u->list[i - 1].code_id == 0; i--)
        if (u->list[i - 1].media_id == media_id)
            return true;
    return false;
}

/* ---- showing ---- */

/* What WeCom has of it: for each purpose that was tried. */
static enum rc put_at_wecom(struct request *rq, struct tx *tx, int64_t id, struct err *e)
{
    struct json *j = reply_json(rq);
    struct str problem = STR_ABSENT;
    int64_t expires_s = DB_NULL;
    bool there = false;
    for (int p = 0; p < MEDIA_PURPOSES; p++) {
        struct media_at at;
        enum rc rc = media_at_load(tx, id, (enum media_purpose)p, request_arena(rq), &at, e);
        if (rc != RC_OK)
            return rc;
        if (attachment_lives(&at, tx_now_s(tx), 0)) {
            there = true;
            expires_s = at.expires_s;
        } else if (!str_absent(at.problem)) {
            problem = at.problem;
        }
    }
    if (there) /* for another purpose it may have been refused once */
        problem = STR_ABSENT;
    json_put_bool(j, "at_wecom", there);
    json_put_known(j, "expires_s", expires_s);
    work_put_error(rq, j, problem);
    return RC_OK;
}

static enum rc put_media(struct request *rq, struct tx *tx, const struct media *m,
                         const struct users *u, struct err *e)
{
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_id(j, "id", m->id);
    json_put_str(j, "kind", m->kind);
    json_put_str(j, "name", m->name);
    json_put_str(j, "mime", m->mime);
    json_put_int(j, "bytes", m->bytes);
    json_put_int(j, "created_s", m->created_s);
    json_open_array(j, "codes");
    const struct user *one;
    int64_t last = 0;
    for (size_t at = 0; (one = next_code(u, m->id, &at, last)) != NULL; last = one->code_id)
        json_put_named(j, NULL, one->code_id, one->code);
    json_close_array(j);
    json_put_bool(j, "welcome", in_welcome(u, m->id));
    enum rc rc = put_at_wecom(rq, tx, m->id, e);
    json_close_object(j);
    return rc;
}

static enum rc list(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t key = 0, id = INT64_MAX, limit = page_limit(rq);
    bool behind = cursor_read(rq, &key, &id);
    struct media *found;
    struct users users;
    size_t n;
    enum rc rc = media_list(tx, arg_str(rq, "kind"), id, limit + 1, &found, &n, e);
    if (rc == RC_OK)
        rc = read_users(rq, tx, &users, e);
    if (rc != RC_OK)
        return rc;
    listing_open(rq);
    bool more = n > (size_t)limit;
    for (size_t i = 0; rc == RC_OK && i < n && i < (size_t)limit; i++)
        rc = put_media(rq, tx, &found[i], &users, e);
    listing_close(rq, more ? cursor_write(rq, 0, found[limit - 1].id) : STR_ABSENT,
                  behind || more ? -1 : (int64_t)n);
    return rc;
}

#define KINDS "image|video|file"

const struct route route_media_list = {
    .method = GET,
    .path = "/api/media",
    .name = "media_list",
    .need = PERM_REPORT_READ,
    .scope = SCOPE_NONE,
    .args = {{"kind", ARG_CHOICE, .choices = KINDS, .zh = "image 图片、video 视频、file 文件",
              .en = "image, video or file"},
             ARGS_PAGE},
    .run = list,
    .zh = "欢迎语的素材，最新的在前：由谁使用，企业微信里是否有效",
    .en = "Media for greetings, newest first: who uses them, and whether WeCom has them.",
    .reply = "MediaList",
};

#define ARG_MEDIA_ID                                                                               \
    {                                                                                              \
        "media_id", ARG_ID, IN_PATH, .required = true, .zh = "素材", .en = "the media"             \
    }

/* Pictures are shown, the rest is offered, whatever is in it. */
static enum rc content(struct request *rq, struct tx *tx, struct err *e)
{
    struct media m;
    struct str bytes;
    struct arena *a = request_arena(rq);
    enum rc rc = media_load(tx, arg_int(rq, "media_id"), a, &m, e);
    if (rc == RC_OK)
        rc = media_content(tx, m.id, a, &bytes, e);
    if (rc != RC_OK)
        return rc;
    if (!str_eq(m.kind, STR("image")))
        reply_header(rq, "Content-Disposition", STR("attachment"));
    reply_bytes(rq, arena_z(a, m.mime), bytes);
    reply_etag(rq, m.created_s);
    return RC_OK;
}

const struct route route_media_content = {
    .method = GET,
    .path = "/api/media/{media_id}/content",
    .name = "media_content",
    .need = PERM_REPORT_READ,
    .scope = SCOPE_NONE,
    .args = {ARG_MEDIA_ID},
    .run = content,
    .zh = "素材本身。",
    .en = "The media itself.",
};

/* ---- giving ---- */

/* What prepare() hands to run(). */
struct given {
    struct media media;
    struct str content;
};

static enum rc read_body(struct request *rq, struct str *out, struct err *e)
{
    const struct upload *u = request_upload(rq);
    struct sealed_reader *r;
    size_t n = 0, got = 1;
    if (u->bytes > MEDIA_BYTES_MOST) {
        err_set(e, RC_LIMIT, "media_too_large", "content", "文件太大，现在是 %lld MB",
                "the file is too large: %lld MB", (long long)(u->bytes >> 20));
        err_hint(e, "企业微信最多收 %d MB，请压缩后再上传",
                 "WeCom takes at most %d MB: make it smaller", MEDIA_BYTES_MOST >> 20);
        return RC_LIMIT;
    }
    enum rc rc = sealed_open(request_app(rq)->keys, u->path, &r, e);
    if (rc != RC_OK)
        return rc;
    char *bytes = arena_alloc(request_arena(rq), (size_t)u->bytes + 1);
    while (rc == RC_OK && got > 0 && n < (size_t)u->bytes) {
        rc = sealed_read(r, bytes + n, (size_t)u->bytes - n, &got, e);
        n += rc == RC_OK ? got : 0;
    }
    sealed_close(r);
    *out = (struct str){bytes, n};
    return rc;
}

/* Its name with the ending of its form: WeCom and phones go by it. */
static struct str full_name(struct request *rq, enum media_kind kind, struct str bytes)
{
    struct str name = request_upload(rq)->name;
    struct arena *a = request_arena(rq);
    const char *ending = media_ending(kind, bytes);
    char tail[8] = "";
    for (size_t i = 0, n = strlen(ending); n > 0 && name.n > n && i < n; i++)
        tail[i] = (char)(name.p[name.n - n + i] | ' '); /* letters in lower case; "." stays */
    bool jpeg = strcmp(ending, ".jpg") == 0 && name.n > 5 &&
                strncasecmp(name.p + name.n - 5, ".jpeg", 5) == 0;
    if (ending[0] == 0 || strcmp(tail, ending) == 0 || jpeg)
        return name;
    return arena_printf(a, STR_FMT "%s", STR_ARG(name), ending);
}

/* Damaged pictures are refused here; what is too wide to be looked at is let through. */
static enum rc decode(struct request *rq, struct str bytes, struct err *e)
{
    struct picture p;
    struct err why = ERR_INIT;
    const struct picture_bounds most = {MEDIA_BYTES_MOST, DECODED_SIDE};
    enum rc rc = picture_read(bytes, PICTURE_GREY, most, request_arena(rq), &p, &why);
    if (rc != RC_INVALID)
        return RC_OK;
    *e = why;
    return rc;
}

static enum rc look(struct request *rq, struct tx *tx, struct err *e)
{
    struct given *g = arena_alloc(request_arena(rq), sizeof *g);
    enum media_kind kind;
    uint8_t *hash = arena_alloc(request_arena(rq), MEDIA_HASH);
    (void)tx;
    enum rc rc = read_body(rq, &g->content, e);
    remove(request_upload(rq)->path); /* what stays is a row */
    if (rc != RC_OK)
        return rc;
    if (!media_kind_of(arg_str(rq, "kind"), &kind))
        kind = media_look(g->content);
    kind = kind == MEDIA_VOICE ? MEDIA_FILE : kind; /* no greeting has one */
    struct str name = full_name(rq, kind, g->content);
    rc = media_check(kind, name, g->content, e);
    if (rc == RC_OK && kind == MEDIA_IMAGE)
        rc = decode(rq, g->content, e);
    memcpy(hash, request_upload(rq)->sha256, MEDIA_HASH);
    g->media = (struct media){
        .sha256 = {(const char *)hash, MEDIA_HASH},
        .kind = str_from(media_kind_name(kind)),
        .name = name,
        .mime = str_from(media_mime(kind, g->content)),
        .bytes = (int64_t)g->content.n,
        .account_id = request_caller(rq)->account_id,
    };
    request_set_note(rq, g);
    return rc;
}

static enum rc create(struct request *rq, struct tx *tx, struct err *e)
{
    const struct given *g = request_note(rq);
    struct media m = g->media;
    struct users users;
    bool is_new;
    enum rc rc = media_add(tx, &m, g->content, &is_new, e);
    request_audit(rq, "media", m.id, "\"bytes\":%lld", (long long)m.bytes);
    if (rc == RC_OK)
        rc = read_users(rq, tx, &users, e);
    reply_status(rq, is_new ? 201 : 200);
    return rc == RC_OK ? put_media(rq, tx, &m, &users, e) : rc;
}

const struct route route_media_create = {
    .method = POST,
    .path = "/api/media",
    .name = "media_create",
    .need = PERM_CODE_WRITE,
    .scope = SCOPE_WHOLE,
    .writes = true,
    .audited = true,
    .raw_body = true,
    .args = {{"kind", ARG_CHOICE, .choices = KINDS, .zh = "作为什么发送；不给则按内容判断",
              .en = "what it is sent as; by its content unless told"}},
    .prepare = look,
    .run = create,
    .zh =
        "上传一个素材（原样放在请求体里，文件名放在 X-File-Name）：图片 10 MB、视频 10 MB、文件 20 "
        "MB 以内",
    .en = "Give a media (as the raw body, its name in X-File-Name): images and videos up to 10 MB, "
          "files up to 20 MB.",
    .reply = "Media",
};

/* ---- deleting ---- */

static enum rc refuse_used(struct request *rq, const struct users *u, int64_t id, struct err *e)
{
    struct arena *a = request_arena(rq);
    struct str names = STR("");
    const struct user *one;
    int64_t last = 0;
    size_t n = 0;
    bool welcome = in_welcome(u, id);
    for (size_t at = 0; (one = next_code(u, id, &at, last)) != NULL; last = one->code_id)
        if (n++ < NAMED_MOST)
            names = arena_printf(a, STR_FMT "%s" STR_FMT, STR_ARG(names), n > 1 ? ", " : "",
                                 STR_ARG(one->code));
    if (n == 0 && !welcome)
        return RC_OK;
    if (n > 0)
        err_set(e, RC_CONFLICT, "media_used", "media_id",
                "还有 %zu 个活码的欢迎语在用：" STR_FMT "%s",
                "greetings of %zu codes use it: " STR_FMT "%s", n, STR_ARG(names),
                n > NAMED_MOST ? " …" : "");
    else
        err_set(e, RC_CONFLICT, "media_used", "media_id", "通用欢迎语在用它",
                "the general welcome uses it");
    err_hint(e, "请先从这些欢迎语里去掉它", "take it out of those greetings first");
    return RC_CONFLICT;
}

static enum rc drop(struct request *rq, struct tx *tx, struct err *e)
{
    struct media m;
    struct users users;
    enum rc rc = media_load(tx, arg_int(rq, "media_id"), request_arena(rq), &m, e);
    request_audit(rq, "media", arg_int(rq, "media_id"), "%s", "");
    if (rc == RC_OK)
        rc = read_users(rq, tx, &users, e);
    if (rc == RC_OK)
        rc = refuse_used(rq, &users, m.id, e);
    return rc == RC_OK ? media_drop(tx, m.id, e) : rc;
}

const struct route route_media_remove = {
    .method = DELETE,
    .path = "/api/media/{media_id}",
    .name = "media_remove",
    .need = PERM_CODE_WRITE,
    .scope = SCOPE_WHOLE,
    .writes = true,
    .audited = true,
    .args = {ARG_MEDIA_ID},
    .run = drop,
    .zh = "删除一个素材；还有欢迎语在用的不能删。",
    .en = "Delete a media; one that a greeting uses is refused.",
};

/* ---- looking at all of them ---- */

/* Other requests that go outside wait for this one. */
enum { LOOK_WAIT_US = 3000000 };

static enum rc keep(struct request *rq, struct tx *tx, struct err *e)
{
    struct media_look l;
    (void)tx;
    enum rc rc = media_keeper_look(request_app(rq)->media, LOOK_WAIT_US, &l, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_bool(j, "done", l.done);
    json_put_int(j, "looked", l.looked);
    json_put_int(j, "uploaded", l.uploaded);
    json_put_int(j, "refused", l.refused);
    json_close_object(j);
    return RC_OK;
}

const struct route route_media_look = {
    .method = POST,
    .path = "/api/media/look",
    .name = "media_look",
    .need = PERM_CODE_WRITE,
    .scope = SCOPE_WHOLE,
    .outside = true,
    .run = keep,
    .zh = "立即把欢迎语要用、企业微信里快过期的素材传上去（平时每分钟一次）；最多等 3 "
          "秒，没传完会接着传",
    .en = "Upload now what greetings need and WeCom is about to forget, as each minute does; waits "
          "3 s at most, then it goes on by itself.",
    .reply = "MediaLook",
};
