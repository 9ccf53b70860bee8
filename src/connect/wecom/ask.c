/* ask.c — a request of a few texts, a call, a decoder.
 *
 * A customer's friendships come in pages of 500, which are joined: only all of them together say
 * who is no friend any more. The time of the first page counts for all, the earlier one being the
 * safer. Costs a call, and its answer twice in memory.
 */
#include "connect/wecom/ask.h"

#include "base/buf.h"
#include "connect/wecom/errors.h"
#include "connect/wecom/reply_contact.h"
#include "connect/wecom/reply_directory.h"
#include "connect/wecom/reply_group.h"
#include "connect/wecom/reply_tag.h"
#include "connect/wecom/request.h"

#include <string.h>

enum { REQUEST_BYTES = 4096, PAGES_MOST = 100 /* of 500 friends: more than a corp has staff */ };

/* A field of a request: a text, else a number; an absent text without a number is not sent. */
struct field {
    const char *name;
    struct str text;
    int64_t number;
};

/* `out_asked_us`: when, NULL where nobody wants to know. */
static enum rc ask_at(struct wecom_client *c, const char *path, const struct field *fields,
                      size_t n, struct arena *a, int64_t *out_asked_us,
                      const struct json_value **out, struct err *e)
{
    const struct json_value *request;
    struct buf b;
    if (c == NULL)
        return wecom_not_set(e);
    buf_init(&b, REQUEST_BYTES);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    for (size_t i = 0; i < n; i++) {
        if (!str_absent(fields[i].text))
            json_put_str(&j, fields[i].name, fields[i].text);
        else if (fields[i].number != 0)
            json_put_int(&j, fields[i].name, fields[i].number);
    }
    json_close_object(&j);
    enum rc rc = wecom_request(&b, path, a, &request, e);
    const struct wecom_call call = {
        .endpoint = wecom_endpoint(path), .request = request, .out_sent_us = out_asked_us};
    return rc == RC_OK ? wecom_call(c, &call, a, out, e) : rc;
}

static enum rc ask(struct wecom_client *c, const char *path, const struct field *fields, size_t n,
                   struct arena *a, const struct json_value **out, struct err *e)
{
    return ask_at(c, path, fields, n, a, NULL, out, e);
}

bool ask_is_gone(const struct err *e)
{
    static const char *const CODES[] = {"wecom_49008", "wecom_60111", "wecom_84061"};
    for (size_t i = 0; i < sizeof CODES / sizeof *CODES; i++)
        if (strcmp(e->code, CODES[i]) == 0)
            return true;
    return false;
}

bool ask_group_is_gone(const struct err *e)
{
    return ask_is_gone(e) || strcmp(e->code, "wecom_40050") == 0;
}

/* Appends the friendships of a page. */
static void join(struct told_contact *to, const struct told_contact *page, struct arena *a)
{
    size_t n = to->follows_n + page->follows_n;
    struct told_follow *all = ARENA_ARRAY(a, struct told_follow, n + 1);
    if (to->follows_n > 0)
        memcpy(all, to->follows, to->follows_n * sizeof *all);
    if (page->follows_n > 0)
        memcpy(all + to->follows_n, page->follows, page->follows_n * sizeof *all);
    to->follows = all;
    to->follows_n = n;
}

enum rc ask_contact(struct wecom_client *c, struct str external_userid, struct arena *a,
                    struct told_contact *out, struct err *e)
{
    struct str cursor = STR_ABSENT;
    for (int page = 0; page < PAGES_MOST; page++) {
        const struct field fields[] = {{"external_userid", external_userid, 0},
                                       {"cursor", cursor, 0}};
        const struct json_value *answer;
        struct told_contact told;
        int64_t asked_us = 0;
        enum rc rc = ask_at(c, "externalcontact/get", fields, 2, a, &asked_us, &answer, e);
        if (rc == RC_OK)
            rc = reply_contact(answer, a, &told, &cursor, e);
        if (rc != RC_OK)
            return rc;
        if (page == 0) {
            *out = told;
            out->asked_us = asked_us;
        } else {
            join(out, &told, a);
        }
        out->complete = str_absent(cursor);
        if (out->complete)
            return RC_OK;
    }
    return err_set(e, RC_IO, "wecom_pages", "externalcontact/get", "企业微信的分页没有尽头",
                   "WeCom's pages do not end");
}

enum rc ask_group(struct wecom_client *c, struct str chat_id, struct arena *a,
                  struct told_group *out, struct err *e)
{
    const struct field fields[] = {{"chat_id", chat_id, 0}, {"need_name", STR_ABSENT, 1}};
    const struct json_value *answer;
    int64_t asked_us = 0;
    enum rc rc = ask_at(c, "externalcontact/groupchat/get", fields, 2, a, &asked_us, &answer, e);
    if (rc == RC_OK)
        rc = reply_group(answer, a, out, e);
    if (rc == RC_OK)
        out->asked_us = asked_us;
    return rc;
}

enum rc ask_tags(struct wecom_client *c, struct arena *a, struct told_tag_group **out,
                 size_t *out_n, struct err *e)
{
    const struct json_value *answer;
    enum rc rc = ask(c, "externalcontact/get_corp_tag_list", NULL, 0, a, &answer, e);
    return rc == RC_OK ? reply_tags(answer, a, out, out_n, e) : rc;
}

enum rc ask_staff(struct wecom_client *c, struct str userid, struct arena *a,
                  struct told_staff *out, struct err *e)
{
    const struct field field = {"userid", userid, 0};
    const struct json_value *answer;
    enum rc rc = ask(c, "user/get", &field, 1, a, &answer, e);
    return rc == RC_OK ? reply_staff(answer, a, out, e) : rc;
}

enum rc ask_departments(struct wecom_client *c, struct arena *a, struct told_department **out,
                        size_t *out_n, struct err *e)
{
    const struct json_value *answer;
    enum rc rc = ask(c, "department/list", NULL, 0, a, &answer, e);
    return rc == RC_OK ? reply_departments(answer, a, out, out_n, e) : rc;
}

enum rc ask_login(struct wecom_client *c, struct str code, struct arena *a, struct str *out_userid,
                  struct err *e)
{
    const struct field field = {"code", code, 0};
    const struct json_value *answer;
    enum rc rc = ask(c, "auth/getuserinfo", &field, 1, a, &answer, e);
    if (rc != RC_OK)
        return rc;
    struct str userid = json_str_or(json_get(answer, "userid"), STR_ABSENT);
    *out_userid = str_empty(userid) ? STR_ABSENT : userid;
    return RC_OK;
}

enum rc ask_ticket(struct wecom_client *c, bool agent, struct arena *a, struct str *out_ticket,
                   int64_t *out_life_s, struct err *e)
{
    const struct field field = {"type", STR("agent_config"), 0};
    const struct json_value *answer;
    enum rc rc =
        ask(c, agent ? "ticket/get" : "get_jsapi_ticket", &field, agent ? 1 : 0, a, &answer, e);
    if (rc != RC_OK)
        return rc;
    struct str ticket = json_str_or(json_get(answer, "ticket"), STR_ABSENT);
    int64_t life_s = json_int_or(json_get(answer, "expires_in"), 0);
    if (str_empty(ticket) || life_s <= 0) {
        err_set(e, RC_IO, "wecom_reply", agent ? "ticket/get" : "get_jsapi_ticket",
                "企业微信的回答里没有票据", "WeCom's answer has no ticket");
        err_hint(e, "请稍后再试", "try again later");
        return RC_IO;
    }
    *out_ticket = ticket;
    *out_life_s = life_s;
    return RC_OK;
}
