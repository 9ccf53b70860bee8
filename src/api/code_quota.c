/* code_quota.c — the uses of acquisition links that are left: as WeCom told them last, when that
 * was, what is wrong with them and what can be done; and asking WeCom now. They are the corp's, not
 * any customer's, so they have no data scope. A balance that is not known is null, with the reason.
 */
#include "api/code_quota.h"

#include "api/customer_json.h"
#include "api/routes.h"
#include "base/calendar.h"
#include "connect/wecom/errors.h"
#include "connect/wecom/quota_keeper.h"
#include "domain/app.h"

#include <inttypes.h>

enum { US_PER_S = 1000000 };

static bool english(const struct request *rq)
{
    return request_caller(rq)->english;
}

static const char *said(const struct request *rq, const char *zh, const char *en)
{
    return english(rq) ? en : zh;
}

/* ---- what is wrong ---- */

/* A thing that is wrong; `title` is absent where it is well. */
struct wrong {
    const char *kind;
    struct str title;
    const char *advice;
};
enum { WRONG = 2 };

static struct str expiring_title(struct request *rq, const struct link_quota_state *s)
{
    struct arena *a = request_arena(rq);
    struct civil t = calendar_civil_of(s->expires_s);
    struct str day = arena_printf(a, "%04d-%02d-%02d", (int)t.year, (int)t.month, (int)t.day);
    if (english(rq))
        return arena_printf(a,
                            "uses of acquisition links that lapse soon: %" PRId64 ", from " STR_FMT,
                            s->expiring, STR_ARG(day));
    return arena_printf(a, "%" PRId64 " 次获客额度将从 " STR_FMT " 起到期", s->expiring,
                        STR_ARG(day));
}

static void judge(struct request *rq, const struct link_quota *q, int64_t now_s,
                  struct link_quota_state *s, struct wrong out[WRONG])
{
    link_quota_look(q, request_app(rq)->config, now_s, s);
    for (size_t i = 0; i < WRONG; i++)
        out[i] = (struct wrong){.title = STR_ABSENT};
    if (s->exhausted)
        out[0] = (struct wrong){
            "balance_exhausted",
            str_from(said(rq, "获客额度已用完，链接不再带来好友",
                          "no uses of acquisition links are left: they bring no friends")),
            said(rq, "在企业微信管理后台的获客助手里购买；或先把投放换成员工活码",
                 "buy more in WeCom's console under 获客助手, or use staff codes meanwhile")};
    if (s->low)
        out[0] = (struct wrong){
            "balance_low",
            arena_printf(request_arena(rq),
                         english(rq) ? "uses of acquisition links left: %" PRId64
                                     : "获客额度只剩 %" PRId64 " 次",
                         q->balance),
            said(rq, "在企业微信管理后台的获客助手里购买，以免链接中断",
                 "buy more in WeCom's console under 获客助手 before links stop working")};
    if (s->expiring > 0)
        out[1] = (struct wrong){
            "quota_expires", expiring_title(rq, s),
            said(rq, "到期前先用完：优先投放获客链接", "use them first: prefer links until then")};
}

enum rc code_quota_put_wrong(struct request *rq, struct tx *tx, struct json *j, struct err *e)
{
    struct link_quota q;
    struct link_quota_state s;
    struct wrong list[WRONG];
    enum rc rc = link_quota_load(tx, &q, e);
    if (rc != RC_OK)
        return rc;
    judge(rq, &q, tx_now_s(tx), &s, list);
    for (size_t i = 0; i < WRONG; i++) {
        if (str_absent(list[i].title))
            continue;
        json_open_object(j, NULL);
        json_put_str(j, "title", list[i].title);
        json_put_z(j, "detail", list[i].advice);
        json_put_z(j, "link", "/codes?tab=quota");
        json_close_object(j);
    }
    return RC_OK;
}

/* ---- why nothing is known ---- */

/* WeCom's words for a code like "wecom_48002"; for others that it could not be asked. */
static struct err words_of(struct str code)
{
    struct err e = ERR_INIT;
    int64_t n = wecom_error_number(code);
    if (n != 0) {
        wecom_errcode_set(&e, n, "externalcontact/customer_acquisition_quota");
        return e;
    }
    if (str_eq(code, STR("wecom_not_set"))) {
        wecom_not_set(&e);
        return e;
    }
    if (str_eq(code, STR("wecom_reply"))) {
        wecom_reply_lacks("externalcontact/customer_acquisition_quota", &e);
        return e;
    }
    if (str_eq(code, STR("wecom_rate"))) {
        err_set(&e, RC_RATE, "wecom_rate", NULL, "本小时向企业微信的查询次数已用完",
                "WeCom takes no more questions for now");
        err_hint(&e, "稍后会再次查询", "it is asked again later");
        return e;
    }
    err_set(&e, RC_IO, "wecom_unreachable", NULL, "没有联系上企业微信",
            "WeCom could not be reached");
    err_hint(&e, "可以现在查询；有使用中的获客链接时，一小时内会再次查询",
             "ask now; while a link takes customers it is asked again within the hour");
    return e;
}

static void put_problem(struct request *rq, struct json *j, const struct link_quota *q)
{
    if (str_absent(q->problem)) {
        json_put_null(j, "problem");
        return;
    }
    struct err words = words_of(q->problem);
    const char *hint = said(rq, words.hint_zh, words.hint_en);
    json_open_object(j, "problem");
    json_put_str(j, "code", q->problem);
    json_put_z(j, "message", said(rq, words.zh, words.en));
    json_put_z(j, "hint", hint[0] != 0 ? hint : NULL);
    json_close_object(j);
}

static const char *why_unknown(const struct request *rq, const struct link_quota *q, bool any)
{
    if (q->told_us != DB_NULL)
        return NULL;
    if (q->tried_s != DB_NULL)
        return said(rq, "查询过，但没有得到答案", "it was asked for, and WeCom gave no answer");
    return any ? said(rq, "还没有查询过：有使用中的获客链接，一分钟内会查询",
                      "not asked for yet: a link takes customers, so it is within a minute")
               : said(rq, "还没有查询过：没有使用中的获客链接；可以现在查询",
                      "not asked for yet: no link takes customers; it can be asked for now");
}

/* ---- the routes ---- */

static void put_parts(struct json *j, const struct link_quota *q)
{
    json_open_array(j, "parts");
    for (size_t i = 0; i < q->parts_n; i++) {
        json_open_object(j, NULL);
        json_put_int(j, "expire_s", q->parts[i].expire_s);
        json_put_int(j, "balance", q->parts[i].balance);
        json_close_object(j);
    }
    json_close_array(j);
}

static enum rc put_quota(struct request *rq, struct tx *tx, struct err *e)
{
    struct json *j = reply_json(rq);
    struct link_quota q;
    struct link_quota_state s;
    struct wrong list[WRONG];
    bool any = false;
    enum rc rc = link_quota_load(tx, &q, e);
    if (rc == RC_OK)
        rc = link_any(tx, &any, e);
    if (rc != RC_OK)
        return rc;
    judge(rq, &q, tx_now_s(tx), &s, list);
    json_open_object(j, NULL);
    json_put_known(j, "total", q.total);
    json_put_known(j, "balance", q.balance);
    json_put_known(j, "peak", q.peak);
    json_put_known(j, "told_s", q.told_us == DB_NULL ? DB_NULL : q.told_us / US_PER_S);
    json_put_known(j, "tried_s", q.tried_s);
    json_put_z(j, "why", why_unknown(rq, &q, any));
    put_problem(rq, j, &q);
    put_parts(j, &q);
    json_open_array(j, "wrong");
    for (size_t i = 0; i < WRONG; i++) {
        if (str_absent(list[i].title))
            continue;
        json_open_object(j, NULL);
        json_put_z(j, "kind", list[i].kind);
        json_put_str(j, "title", list[i].title);
        json_put_z(j, "advice", list[i].advice);
        json_close_object(j);
    }
    json_close_array(j);
    json_close_object(j);
    return RC_OK;
}

const struct route route_code_quota = {
    .method = GET,
    .path = "/api/codes/quota",
    .name = "code_quota",
    .need = PERM_REPORT_READ,
    .scope = SCOPE_NONE,
    .run = put_quota,
    .zh = "获客链接的额度：剩余、到期、何时得知、有什么不对；不知道时说明原因",
    .en = "The uses of acquisition links: left, lapsing, when told, what is wrong; or why they are "
          "not known.",
    .reply = "CodeQuota",
};

/* `tx` began before the answer came and does not see it. */
static enum rc ask(struct request *rq, struct tx *tx, struct err *e)
{
    struct tx *now;
    enum rc rc = quota_keeper_ask(request_app(rq), e);
    (void)tx;
    if (rc == RC_OK)
        rc = db_read_begin(request_app(rq)->db, &now, e);
    if (rc != RC_OK)
        return rc;
    rc = put_quota(rq, now, e);
    db_read_end(now);
    return rc;
}

const struct route route_code_quota_ask = {
    .method = POST,
    .path = "/api/codes/quota",
    .name = "code_quota_ask",
    .need = PERM_CODE_WRITE,
    .scope = SCOPE_WHOLE,
    .outside = true,
    .run = ask,
    .zh = "现在向企业微信查询获客链接的额度（平时每小时一次）",
    .en = "Ask WeCom for the uses of acquisition links now, as each hour does.",
    .reply = "CodeQuota",
};
