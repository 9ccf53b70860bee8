/* code_greeting.c — the greeting is one small object; a member that is not known is refused by its
 * name. How many of WeCom's hundred are used is one count.
 */
#include "api/code_greeting.h"

#include "api/customer_json.h"
#include "api/routes.h"
#include "api/work_json.h"
#include "domain/app.h"

enum { LIST_BYTES = 64 << 10 };

/* ---- reading ---- */

static enum rc wrong(struct str key, struct err *e)
{
    err_set(e, RC_INVALID, "code_list_member", "greeting",
            "greeting 里的“" STR_FMT "”不认识，或类型不对",
            "greeting: \"" STR_FMT "\" is not known, or of the wrong kind", STR_ARG(key));
    err_hint(e, "请写成 {\"text\": …, \"attachments\": [], \"notify\": true}，或 null",
             "give {\"text\": …, \"attachments\": [], \"notify\": true}, or null");
    return RC_INVALID;
}

static struct str list_text(const struct json_value *v, struct arena *a, bool *out_whole)
{
    struct buf b;
    buf_init(&b, LIST_BYTES);
    struct json j = json_to(&b);
    json_put_value(&j, NULL, v);
    *out_whole = !b.failed;
    struct str out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return out;
}

static bool read_member(struct str key, const struct json_value *v, struct arena *a,
                        struct greeting_said *out)
{
    enum json_kind kind = json_kind_of(v);
    bool whole = true;
    if (str_eq(key, STR("text")) && kind == JSON_STR)
        out->text = arena_str(a, json_str_or(v, STR("")));
    else if (str_eq(key, STR("notify")) && kind == JSON_BOOL)
        out->notify = json_bool_or(v, true);
    else if (str_eq(key, STR("attachments")) && kind == JSON_ARRAY)
        out->attachments = list_text(v, a, &whole);
    else
        return false;
    return whole;
}

static enum rc not_a_group(struct err *e)
{
    err_set(e, RC_INVALID, "code_greeting_kind", "greeting", "只有群活码有入群欢迎语",
            "groups alone greet who joins: this is no group code");
    err_hint(e, "员工活码请用 welcomes", "use welcomes for a staff code or a link");
    return RC_INVALID;
}

enum rc code_greeting_read(struct request *rq, struct str kind, enum greeting_wanted *out_wanted,
                           struct greeting_said *out, struct err *e)
{
    const struct json_value *v = arg_json(rq, "greeting");
    struct greeting_said said = {.text = STR(""), .attachments = STR("[]"), .notify = true};
    *out_wanted = GREETING_NOT_GIVEN;
    if (!arg_given(rq, "greeting"))
        return RC_OK;
    bool off = arg_null(rq, "greeting") || v == NULL || json_kind_of(v) == JSON_NULL;
    if (!str_eq(kind, STR("group")) && !off)
        return not_a_group(e);
    *out_wanted = off ? GREETING_OFF : GREETING_GIVEN;
    if (off)
        return RC_OK;
    if (json_kind_of(v) != JSON_OBJECT)
        return wrong(STR("greeting"), e);
    for (size_t i = 0; i < json_count(v); i++) {
        struct str key;
        const struct json_value *member = json_member(v, i, &key);
        if (!read_member(key, member, request_arena(rq), &said))
            return wrong(key, e);
    }
    *out = said;
    return group_greeting_check(out, e);
}

enum rc code_greeting_write(struct tx *tx, struct request *rq, int64_t code_id,
                            enum greeting_wanted wanted, const struct greeting_said *said,
                            struct err *e)
{
    const struct greeting_wisher who = {request_app(rq), request_caller(rq)->account_id};
    if (wanted == GREETING_NOT_GIVEN)
        return RC_OK;
    return wanted == GREETING_GIVEN ? group_greeting_give(tx, &who, code_id, said, e)
                                    : group_greeting_remove(tx, &who, code_id, e);
}

/* ---- showing ---- */

enum rc code_greeting_put(struct request *rq, struct tx *tx, int64_t code_id, struct err *e)
{
    struct json *j = reply_json(rq);
    struct group_greeting g;
    enum rc rc = group_greeting_of_code(tx, code_id, request_arena(rq), &g, e);
    if (rc == RC_NOT_FOUND) {
        json_put_null(j, "greeting");
        return RC_OK;
    }
    if (rc != RC_OK)
        return rc;
    json_open_object(j, "greeting");
    json_put_str(j, "text", g.text);
    json_put_raw(j, "attachments", g.attachments);
    json_put_bool(j, "notify", g.notify);
    json_put_str(j, "state", g.state);
    json_put_known(j, "offered_s", g.offered_s);
    json_put_known(j, "told_s", g.told_s);
    work_put_error(rq, j, g.problem);
    json_close_object(j);
    return RC_OK;
}

/* ---- how many are used ---- */

static enum rc used(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t n = 0;
    enum rc rc = group_greeting_count(tx, &n, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_int(j, "used", n);
    json_put_int(j, "most", GREETINGS_MOST);
    json_close_object(j);
    return RC_OK;
}

const struct route route_code_greetings = {
    .method = GET,
    .path = "/api/codes/greetings",
    .name = "code_greetings",
    .need = PERM_REPORT_READ,
    .scope = SCOPE_NONE,
    .run = used,
    .zh = "企业微信的 100 个入群欢迎语里，由 Koi 使用的个数",
    .en = "How many of WeCom's hundred group welcome templates Koi uses.",
    .reply = "CodeGreetings",
};
