/* request.c — a buf becomes a value, and the buf ends here on every way: refused, too big, without
 * a client. The text is copied into the arena once, since the value points into it. */
#include "connect/wecom/request.h"

#include "connect/wecom/errors.h"

enum rc wecom_request(struct buf *b, const char *path, struct arena *a,
                      const struct json_value **out, struct err *e)
{
    struct str text = arena_str(a, buf_str(b));
    bool failed = b->failed;
    buf_done(b);
    if (!failed)
        return json_parse(a, text, out, e);
    err_set(e, RC_LIMIT, "wecom_request_size", path, "企业微信接口 %s 的请求太大",
            "the request for %s of WeCom is too big", path);
    err_hint(e, "这是程序的问题，请反馈", "this is a mistake of the program: report it");
    return RC_LIMIT;
}

enum rc wecom_send(struct wecom_client *c, const char *path, struct buf *b, struct arena *a,
                   const struct json_value **out, struct err *e)
{
    const struct json_value *request = NULL;
    enum rc rc = wecom_request(b, path, a, &request, e);
    if (rc == RC_OK && c == NULL)
        rc = wecom_not_set(e);
    const struct wecom_call call = {.endpoint = wecom_endpoint(path), .request = request};
    return rc == RC_OK ? wecom_call(c, &call, a, out, e) : rc;
}
