/* code_qr.c — a code to print.
 *
 * Of an acquisition link Koi knows the address and draws the code itself. Of staff and group codes
 * WeCom tells only the address of a picture, not what is encoded in it: the SVG is a frame with a
 * caption around that picture, which the browser that prints it fetches; there is no PNG of ours,
 * and the error says where WeCom's own picture is. Costs a few milliseconds.
 */
#include "api/routes.h"
#include "base/limits.h"
#include "file/qr.h"
#include "store/code.h"

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
    if (str_empty(c.link_url))
        out = qr_svg_around(c.qr_url, &look, request_arena(rq));
    else
        rc = qr_svg(c.link_url, &look, request_arena(rq), &out, e);
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
              .en = "one or two characters in the middle"}},
    .run = svg,
    .zh = "可打印的二维码（SVG）；员工与群活码引用企业微信的图片",
    .en = "A code to print (SVG); of staff and group codes around WeCom's picture.",
};

static enum rc png(struct request *rq, struct tx *tx, struct err *e)
{
    struct code c;
    struct str out;
    enum rc rc = load(rq, tx, &c, e);
    if (rc == RC_OK && str_empty(c.link_url)) {
        err_set(e, RC_CONFLICT, "code_png_at_wecom", "code_id",
                "这个二维码的图片由企业微信提供，Koi 不另外生成 PNG",
                "the picture of this code is WeCom's; Koi makes no PNG of it");
        err_hint(e, "请打开 qr_url 保存图片，或使用 SVG",
                 "save the picture at qr_url, or use the SVG");
        return RC_CONFLICT;
    }
    if (rc == RC_OK)
        rc = qr_png(c.link_url, (int)arg_int_or(rq, "scale", SCALE), request_arena(rq), &out, e);
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
              .en = "pixels a module, 10"}},
    .run = png,
    .zh = "获客链接的二维码（PNG，无文字）",
    .en = "The code of an acquisition link (PNG, without words).",
};
