/* page.c — a request with a cursor and a limit, as the row names them.
 *
 * `next_offset` is a number that is sent back as `offset`; it ends where a page has no rows, or
 * where `total` says so. Costs a copy of the request, 8 KB for a hundred userids.
 */
#include "connect/wecom/page.h"

#include "base/buf.h"
#include "base/clock.h"
#include "connect/wecom/reply.h"
#include "connect/wecom/request.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

enum { REQUEST_BYTES = 64 << 10 };

static bool by_offset(const struct wecom_endpoint *ep)
{
    return ep->next != NULL && strcmp(ep->next, "next_offset") == 0;
}

static enum rc put_request(const struct wecom_endpoint *ep, const struct wecom_page_call *call,
                           struct str cursor, struct arena *a, const struct json_value **out,
                           struct err *e)
{
    struct buf b;
    buf_init(&b, REQUEST_BYTES);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    for (size_t i = 0; i < json_count(call->fields); i++) {
        struct str name;
        const struct json_value *v = json_member(call->fields, i, &name);
        json_key(&j, name);
        json_put_value(&j, NULL, v);
    }
    if (ep->limit != NULL)
        json_put_int(&j, ep->limit, ep->limit_max);
    int64_t offset = 0;
    if (by_offset(ep) && str_to_i64(cursor, &offset))
        json_put_int(&j, "offset", offset);
    else if (ep->next != NULL && !str_empty(cursor))
        json_put_str(&j, "cursor", cursor);
    json_close_object(&j);
    return wecom_request(&b, ep->path, a, out, e);
}

static enum rc read_next(const struct wecom_endpoint *ep, const struct json_value *reply,
                         struct arena *a, struct str *out, struct err *e)
{
    struct str next = STR_ABSENT;
    if (by_offset(ep)) {
        int64_t at = json_int_or(json_get(reply, ep->next), 0);
        int64_t total = json_int_or(json_get(reply, "total"), INT64_MAX);
        if (json_count(json_get(reply, ep->rows)) > 0 && at > 0 && at < total)
            next = arena_printf(a, "%" PRId64, at);
    } else if (ep->next != NULL) {
        enum rc rc = reply_next_cursor(reply, a, &next, e);
        if (rc != RC_OK)
            return rc;
    }
    if (next.n > WECOM_CURSOR_BYTES) {
        err_set(e, RC_LIMIT, "wecom_cursor", ep->path, "企业微信接口 %s 的分页游标太长",
                "the cursor of %s of WeCom is too long", ep->path);
        err_hint(e, "请升级 Koi；若已是最新版本，请反馈",
                 "upgrade Koi; if this is the newest version, report it");
        return RC_LIMIT;
    }
    *out = next;
    return RC_OK;
}

enum rc wecom_page(struct wecom_client *c, const struct wecom_page_call *call, struct arena *a,
                   struct wecom_page *out, struct err *e)
{
    const struct wecom_endpoint *ep = wecom_endpoint(call->path);
    struct wecom_page page = {.next = STR_ABSENT};
    struct str cursor = str_empty(call->cursor) ? STR_ABSENT : call->cursor;
    enum rc rc;
    assert(e != NULL);
    for (;;) {
        struct wecom_call asked = {.endpoint = ep,
                                   .patience_us = call->patience_us,
                                   .background = call->background,
                                   .out_sent_us = &page.asked_us};
        rc = put_request(ep, call, cursor, a, &asked.request, e);
        if (rc != RC_OK)
            return rc;
        page.calls++;
        rc = wecom_call(c, &asked, a, &page.reply, e);
        bool ended = rc != RC_OK && strcmp(e->code, "wecom_50100") == 0;
        if (!ended || str_absent(cursor))
            break;
        cursor = STR_ABSENT;
        page.again = true;
        *e = ERR_INIT;
    }
    if (rc == RC_OK)
        rc = read_next(ep, page.reply, a, &page.next, e);
    if (rc == RC_OK)
        *out = page;
    return rc;
}
