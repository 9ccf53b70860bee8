/* code_qr.c — a code to print.
 *
 * Koi draws the code itself: of an acquisition link it knows the address, and what is in WeCom's
 * picture of a staff or group code was read when the code was made (connect/wecom/code_picture).
 * Where that could not be done, the SVG is a frame with a caption around WeCom's picture, which the
 * browser that prints it fetches, and there is no PNG: the error says why, and what is to be done.
 * The corp's logo stands in the middle wherever there is one, unless the caller says otherwise:
 * whoever gave a logo wants it on the poster. Costs a few milliseconds.
 */
#include "api/routes.h"
#include "base/limits.h"
#include "file/qr.h"
#include "store/code.h"
#include "store/logo.h"

enum { SCALE = 10 };

static enum rc load(struct request *rq, struct tx *tx, struct code *out, struct err *e)
{
    enum rc rc = code_load(tx, arg_int(rq, "code_id"), request_arena(rq), out, e);
    if (rc != RC_OK || !str_empty(out->link_url) || !str_empty(out->qr_url))
        return rc;
    err_set(e, RC_CONFLICT, "code_making", "code_id", "企业微信还没有给出这个二维码",
            "WeCom has not given this code yet");
    err_hint(e, "请一分钟后再试", "try again in a minute");
    return RC_CONFLICT;
}

/* What the code says; absent where it is not known. */
static struct str said(const struct code *c)
{
    return str_empty(c->link_url) ? c->qr_text : c->link_url;
}

/* The logo to draw, empty for none; `marked`: something else stands in the middle. */
static enum rc logo_of(struct request *rq, struct tx *tx, bool marked, struct str *out,
                       struct err *e)
{
    bool wanted = arg_given(rq, "logo") && arg_int(rq, "logo") != 0;
    struct logo logo;
    *out = STR("");
    if (wanted && marked) {
        err_set(e, RC_INVALID, "code_middle_twice", "mark", "中间只能放标志或文字，不能两样都放",
                "the middle holds a logo or a mark, not both");
        err_hint(e, "去掉 mark，或设 logo=false", "leave mark out, or say logo=false");
        return RC_INVALID;
    }
    if (marked || (arg_given(rq, "logo") && !wanted))
        return RC_OK;
    enum rc rc = logo_load(tx, request_arena(rq), &logo, e);
    if (rc != RC_OK || !str_empty(logo.picture) || !wanted) {
        *out = rc == RC_OK ? logo.picture : STR("");
        return rc;
    }
    err_set(e, RC_CONFLICT, "logo_none", "logo", "还没有上传标志", "no logo has been given yet");
    err_hint(e, "请先在「设置」里上传，或设 logo=false",
             "give one in the settings first, or say logo=false");
    return RC_CONFLICT;
}

#define ARG_LOGO                                                                                   \
    {                                                                                              \
        "logo", ARG_BOOL, .zh = "中间放企业标志；默认：有就放",                                    \
                          .en = "the corp's logo in the middle; unless told: where there is one"   \
    }

static enum rc svg(struct request *rq, struct tx *tx, struct err *e)
{
    struct code c;
    struct str out;
    enum rc rc = load(rq, tx, &c, e);
    if (rc != RC_OK)
        return rc;
    struct qr_look look = {
        .caption = arg_given(rq, "caption") ? arg_str(rq, "caption") : c.name,
        .mark = arg_str(rq, "mark"),
    };
    rc = logo_of(rq, tx, !str_empty(look.mark), &look.logo, e);
    if (rc != RC_OK)
        return rc;
    if (str_empty(said(&c)))
        out = qr_svg_around(c.qr_url, &look, request_arena(rq));
    else
        rc = qr_svg(said(&c), &look, request_arena(rq), &out, e);
    if (rc == RC_OK)
        reply_bytes(rq, "image/svg+xml", out);
    return rc;
}

#define ARG_CODE_ID                                                                                \
    {                                                                                              \
        "code_id", ARG_ID, IN_PATH, .required = true, .zh = "活码", .en = "the code"               \
    }

const struct route route_code_qr_svg = {
    .method = GET,
    .path = "/api/codes/{code_id}/qr.svg",
    .name = "code_qr_svg",
    .need = PERM_REPORT_READ,
    .scope = SCOPE_WHOLE,
    .args = {ARG_CODE_ID,
             {"caption", ARG_TEXT, .max = LIMIT_NAME, .zh = "下方文字，默认为名称，空为不写",
              .en = "words below it, the name unless told; empty: none"},
             {"mark", ARG_TEXT, .max = 8, .zh = "中间的一两个字",
              .en = "one or two characters in the middle"},
             ARG_LOGO},
    .run = svg,
    .zh = "可打印的二维码（SVG）；读不出企业微信图片时引用该图片",
    .en = "A code to print (SVG); a frame around WeCom's picture where that could not be read.",
};

/* Why there is no PNG of ours. */
static enum rc not_read(const struct code *c, struct err *e)
{
    bool library = str_eq(c->qr_problem, STR("library_missing"));
    err_set(e, RC_CONFLICT, "code_picture_unread", "code_id",
            "还没有读出企业微信图片里的二维码（" STR_FMT "）",
            "the code in WeCom's picture has not been read (" STR_FMT ")",
            STR_ARG(str_empty(c->qr_problem) ? STR("-") : c->qr_problem));
    if (library)
        err_hint(e, "请安装：apt install libzbar0 libturbojpeg0，再重启 Koi；一小时内会再读",
                 "install libzbar0 and libturbojpeg0 and restart Koi; it is read within the hour");
    else
        err_hint(e, "一小时后会再读；现在可打开 qr_url 保存图片，或使用 SVG",
                 "it is read again in an hour; save the picture at qr_url, or use the SVG");
    return RC_CONFLICT;
}

static enum rc png(struct request *rq, struct tx *tx, struct err *e)
{
    struct code c;
    struct str out, logo;
    int scale = (int)arg_int_or(rq, "scale", SCALE);
    enum rc rc = load(rq, tx, &c, e);
    if (rc == RC_OK && str_empty(said(&c)))
        return not_read(&c, e);
    if (rc == RC_OK)
        rc = logo_of(rq, tx, false, &logo, e);
    if (rc == RC_OK)
        rc = qr_png(said(&c), logo, scale, request_arena(rq), &out, e);
    if (rc == RC_OK)
        reply_bytes(rq, "image/png", out);
    return rc;
}

const struct route route_code_qr_png = {
    .method = GET,
    .path = "/api/codes/{code_id}/qr.png",
    .name = "code_qr_png",
    .need = PERM_REPORT_READ,
    .scope = SCOPE_WHOLE,
    .args = {ARG_CODE_ID,
             {"scale", ARG_INT, .min = 1, .max = 40, .zh = "每格像素，默认 10",
              .en = "pixels a module, 10"},
             ARG_LOGO},
    .run = png,
    .zh = "可打印的二维码（PNG，无文字：文字在 SVG 里）",
    .en = "A code to print (PNG, without words: those are in the SVG).",
};
