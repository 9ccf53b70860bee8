/* logo.c — the corp's logo for codes to print: shown, given, taken away.
 *
 * A picture arrives as base64 in JSON, is decoded and made anew before the transaction
 * (file/logo.h), and only what Koi made of it is kept: words, places and whatever else was in the
 * file are gone. Nothing is told to WeCom. The change is seen by the next code that is drawn.
 */
#include "api/routes.h"

#include "base/base64.h"
#include "base/limits.h"
#include "file/logo.h"
#include "store/logo.h"

static enum rc get(struct request *rq, struct tx *tx, struct err *e)
{
    struct logo logo;
    enum rc rc = logo_load(tx, request_arena(rq), &logo, e);
    if (rc != RC_OK)
        return rc;
    bool there = !str_empty(logo.picture);
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_bool(j, "there", there);
    json_put_int(j, "side", there ? logo.side : 0);
    json_put_int(j, "bytes", (int64_t)logo.picture.n);
    if (there)
        json_put_int(j, "changed_s", logo.changed_us / 1000000);
    else
        json_put_null(j, "changed_s");
    json_close_object(j);
    return RC_OK;
}

const struct route route_logo_get = {
    .method = GET,
    .path = "/api/logo",
    .name = "logo_get",
    .need = PERM_REPORT_READ,
    .scope = SCOPE_NONE,
    .run = get,
    .zh = "活码中间的标志：有没有，多大。",
    .en = "The logo in the middle of codes: whether there is one, and its size.",
    .reply = "Logo",
};

static enum rc picture(struct request *rq, struct tx *tx, struct err *e)
{
    struct logo logo;
    enum rc rc = logo_load(tx, request_arena(rq), &logo, e);
    if (rc != RC_OK)
        return rc;
    if (str_empty(logo.picture)) {
        err_set(e, RC_NOT_FOUND, "logo_none", "logo", "还没有上传标志",
                "no logo has been given yet");
        err_hint(e, "请先在「设置」里上传", "give one in the settings first");
        return RC_NOT_FOUND;
    }
    reply_bytes(rq, "image/png", logo.picture);
    return RC_OK;
}

const struct route route_logo_png = {
    .method = GET,
    .path = "/api/logo.png",
    .name = "logo_png",
    .need = PERM_REPORT_READ,
    .scope = SCOPE_NONE,
    .run = picture,
    .zh = "标志本身（PNG，正方形，白底）。",
    .en = "The logo itself (PNG, square, on white).",
};

/* What prepare() hands to run(). */
struct given {
    struct str picture;
    int side;
};

static enum rc clean(struct request *rq, struct tx *tx, struct err *e)
{
    struct given *g = arena_alloc(request_arena(rq), sizeof *g);
    struct str bytes;
    (void)tx;
    if (!base64_decode(arg_str(rq, "picture"), request_arena(rq), &bytes)) {
        err_set(e, RC_INVALID, "base64_invalid", "picture", "picture 不是 base64",
                "picture is no base64");
        err_hint(e, "请把图片文件按标准 base64 编码，不换行，不带 data: 前缀",
                 "encode the file in standard base64, on one line, without data: before it");
        return RC_INVALID;
    }
    request_set_note(rq, g);
    return logo_clean(bytes, request_arena(rq), &g->picture, &g->side, e);
}

static enum rc put(struct request *rq, struct tx *tx, struct err *e)
{
    const struct given *g = request_note(rq);
    request_audit(rq, "logo", 0, "\"bytes\":%zu,\"side\":%d", g->picture.n, g->side);
    enum rc rc = logo_put(tx, g->picture, g->side, request_caller(rq)->account_id, e);
    return rc == RC_OK ? get(rq, tx, e) : rc;
}

const struct route route_logo_put = {
    .method = PUT,
    .path = "/api/logo",
    .name = "logo_put",
    .need = PERM_SETTING_WRITE,
    .scope = SCOPE_NONE,
    .writes = true,
    .audited = true,
    /* As long as a body can be, so that the error for a picture too large names its bounds. */
    .args = {{"picture", ARG_TEXT, IN_BODY, .required = true, .min = 1, .max = LIMIT_BODY - 1024,
              .zh = "PNG 或 JPEG 文件的 base64：最多 256 KB，边长最多 1024 像素",
              .en = "a PNG or JPEG file in base64: at most 256 KB, 1024 pixels a side"}},
    .prepare = clean,
    .run = put,
    .zh = "上传标志：重新编码，只保留像素。",
    .en = "Give a logo: encoded anew, only its pixels are kept.",
    .reply = "Logo",
};

static enum rc drop(struct request *rq, struct tx *tx, struct err *e)
{
    request_audit(rq, "logo", 0, "%s", "");
    return logo_drop(tx, e);
}

const struct route route_logo_remove = {
    .method = DELETE,
    .path = "/api/logo",
    .name = "logo_remove",
    .need = PERM_SETTING_WRITE,
    .scope = SCOPE_NONE,
    .writes = true,
    .audited = true,
    .run = drop,
    .zh = "去掉标志。",
    .en = "Take the logo away.",
};
