/* churn.c — customers who were lost and matter: who is to see to it, what was done; and for whom a
 * week's losses are more than chance (domain/churn.h).
 *
 * WeCom tells nobody's reason. What may explain an end is shown instead: how long they were
 * friends, when they last ordered, whether others of the staff still are their friends.
 */
#include "api/customer_json.h"
#include "api/listing.h"
#include "api/routes.h"
#include "domain/app.h"
#include "domain/binding.h"
#include "domain/churn.h"
#include "store/churn.h"

#include <math.h>
#include <stdlib.h>

static enum rc put_alert(struct request *rq, struct json *j, const struct churn_alert *a,
                         struct err *e)
{
    struct str note = STR_ABSENT;
    enum rc rc = RC_OK;
    if (!str_absent(a->note_sealed))
        rc = secret_open(request_app(rq)->keys, STR("churn_alert.note"), a->note_sealed,
                         request_arena(rq), &note, e);
    if (rc != RC_OK)
        return rc;
    json_open_object(j, NULL);
    json_put_id(j, "id", a->id);
    json_put_str(j, "kind", a->kind);
    json_put_named(j, "customer", a->root_id, customer_nickname(rq, a->nickname));
    json_put_named(j, "staff", a->staff_id, a->staff);
    json_put_named(j, "group", a->group_id, a->group);
    json_put_int(j, "at_s", a->at_s);
    json_put_int(j, "seen_s", a->seen_s);
    json_put_str(j, "why", a->why);
    json_put_str(j, "matched", a->matched);
    json_put_int(j, "spend_fen", a->spend_fen);
    json_put_known(j, "added_s", a->added_s);
    json_put_known(j, "last_order_s", a->last_order_s);
    json_put_int(j, "friends", a->friends);
    json_put_named(j, "assigned", a->assigned_id, a->assigned);
    json_put_known(j, "handled_s", a->handled_s);
    json_put_str(j, "note", note);
    json_put_str(j, "account", a->account);
    json_close_object(j);
    return RC_OK;
}

static enum rc list_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct churn_alert *list = NULL;
    size_t n = 0;
    int64_t before = INT64_MAX, ignored, limit = page_limit(rq);
    struct churn_filter f = {.scope_account = request_caller(rq)->scope_account,
                             .state = arg_str(rq, "state"),
                             .kind = arg_str(rq, "kind"),
                             .staff_id = arg_int(rq, "staff_id")};
    cursor_read(rq, &before, &ignored);
    enum rc rc = churn_list(tx, &f, before, limit + 1, &list, &n, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = listing_open(rq);
    bool more = n > (size_t)limit;
    for (size_t i = 0; rc == RC_OK && i < n && i < (size_t)limit; i++)
        rc = put_alert(rq, j, &list[i], e);
    listing_close(rq, more ? cursor_write(rq, list[limit - 1].id, 0) : STR_ABSENT, -1);
    return rc;
}

const struct route route_churn_list = {
    .method = GET,
    .path = "/api/churn",
    .name = "churn_list",
    .need = PERM_CUSTOMER_READ,
    .scope = SCOPE_ROWS,
    .args = {{"state", ARG_CHOICE, .choices = "open|handled", .zh = "待处理或已处理，不给为全部",
              .en = "open or handled, both unless told"},
             {"kind", ARG_CHOICE, .choices = "friend_delete|group_leave", .zh = "删除好友或退群",
              .en = "ended a friendship, or left a group"},
             {"staff_id", ARG_ID, .zh = "谁的客户或谁的群", .en = "whose customer, whose group"},
             ARGS_PAGE},
    .run = list_run,
    .zh = "流失提醒：重要客户删除好友或退群，最近的在前",
    .en = "Customers who matter and ended a friendship or left a group, newest first.",
    .reply = "ChurnList",
};

/* ---- seeing to one ---- */

static enum rc load(struct request *rq, struct tx *tx, struct churn_alert *out, struct err *e)
{
    struct churn_alert *list = NULL;
    size_t n = 0;
    struct churn_filter f = {.scope_account = request_caller(rq)->scope_account,
                             .id = arg_int(rq, "alert_id")};
    enum rc rc = churn_list(tx, &f, INT64_MAX, 1, &list, &n, e);
    if (rc == RC_OK && n == 0)
        return err_set(e, RC_NOT_FOUND, "alert_unknown", "alert_id",
                       "没有这条提醒，或不在您的数据范围内",
                       "there is no such alert, or not in your data scope");
    if (rc == RC_OK)
        *out = list[0];
    return rc;
}

static enum rc change_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct churn_alert a;
    enum rc rc = load(rq, tx, &a, e);
    if (rc == RC_OK && arg_int(rq, "assigned_id") != 0)
        rc = binding_check_heir(tx, arg_int(rq, "assigned_id"), e);
    if (rc != RC_OK)
        return rc;
    if (arg_given(rq, "assigned_id"))
        a.assigned_id = arg_int(rq, "assigned_id");
    if (arg_given(rq, "handled"))
        a.handled_s = arg_int(rq, "handled") != 0 ? tx_now_s(tx) : DB_NULL;
    if (arg_given(rq, "note"))
        a.note_sealed = str_empty(arg_str(rq, "note"))
                            ? STR_ABSENT
                            : secret_seal(request_app(rq)->keys, STR("churn_alert.note"),
                                          arg_str(rq, "note"), request_arena(rq));
    rc = churn_store(tx, &a, request_caller(rq)->account_id, e);
    if (rc != RC_OK)
        return rc;
    request_audit(rq, "churn_alert", a.id, "%s", "");
    rc = load(rq, tx, &a, e);
    return rc == RC_OK ? put_alert(rq, reply_json(rq), &a, e) : rc;
}

const struct route route_churn_change = {
    .method = PATCH,
    .path = "/api/churn/{alert_id}",
    .name = "churn_change",
    .need = PERM_CUSTOMER_WRITE,
    .scope = SCOPE_ROWS,
    .writes = true,
    .audited = true,
    .args = {{"alert_id", ARG_ID, IN_PATH, .required = true, .zh = "提醒", .en = "the alert"},
             {"assigned_id", ARG_ID, IN_BODY, .nullable = true,
              .zh = "交给哪位员工，null 为不交给谁",
              .en = "which member of staff is to see to it, null for nobody"},
             {"handled", ARG_BOOL, IN_BODY, .zh = "已处理", .en = "it was seen to"},
             {"note", ARG_TEXT, IN_BODY, .max = 500, .zh = "备注，加密保存；空为删除",
              .en = "a note, kept encrypted; empty: none"}},
    .run = change_run,
    .zh = "把流失提醒交给员工、记备注、设为已处理",
    .en = "Assign an alert, note something, mark it as handled.",
    .reply = "ChurnAlert",
};

/* ---- rates ---- */

enum { WEEK_S = 7 * 86400 };

struct weighed {
    const struct churn_rate *rate;
    double chance;
};

/* The least likely first. */
static int by_chance(const void *one, const void *other)
{
    const struct weighed *a = one, *b = other;
    if (a->chance != b->chance)
        return a->chance < b->chance ? -1 : 1;
    return a->rate->id < b->rate->id ? -1 : 1;
}

static void put_rate(struct json *j, const struct weighed *w)
{
    const struct churn_rate *r = w->rate;
    double now = (double)r->friend_s, before = (double)r->friend_before_s;
    double usual = before > 0 ? (double)r->lost_before / before : NAN;
    json_open_object(j, NULL);
    json_put_named(j, "of", r->id, r->name);
    json_put_int(j, "friends", r->friends);
    json_put_int(j, "lost", r->lost);
    json_put_double(j, "expected", before > 0 ? round(usual * now * 10) / 10 : NAN);
    json_put_double(j, "rate", now > 0 ? (double)r->lost / now * WEEK_S : NAN);
    json_put_double(j, "usual_rate", usual * WEEK_S);
    json_put_double(j, "chance", w->chance);
    json_put_bool(j, "unusual", churn_unusual(r->lost, w->chance));
    json_close_object(j);
}

static enum rc rates_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct churn_rate *list = NULL;
    size_t n = 0;
    bool by_code = str_eq(arg_str(rq, "by"), STR("code"));
    enum rc rc = churn_rates(tx, by_code, request_caller(rq)->scope_account, &list, &n, e);
    if (rc != RC_OK)
        return rc;
    struct weighed *all = ARENA_ARRAY(request_arena(rq), struct weighed, n + 1);
    for (size_t i = 0; i < n; i++) {
        double sum = (double)list[i].friend_s + (double)list[i].friend_before_s;
        double share = sum > 0 ? (double)list[i].friend_s / sum : 1;
        all[i] = (struct weighed){&list[i], churn_chance(list[i].lost, list[i].lost_before, share)};
    }
    if (n > 1)
        qsort(all, n, sizeof *all, by_chance);
    struct json *j = listing_open(rq);
    for (size_t i = 0; i < n; i++)
        put_rate(j, &all[i]);
    listing_close(rq, STR_ABSENT, (int64_t)n);
    return RC_OK;
}

const struct route route_churn_rates = {
    .method = GET,
    .path = "/api/churn/rates",
    .name = "churn_rates",
    .need = PERM_REPORT_READ,
    .scope = SCOPE_ROWS,
    .args = {{"by", ARG_CHOICE, .choices = "staff|code", .zh = "按员工（默认）或按活码",
              .en = "of each member of staff (unless told) or of each code"}},
    .run = rates_run,
    .zh = "最近 7 天被客户删除的好友，与之前 56 天相比；chance 为偶然达到的概率，3 人以上且低于 "
          "0.001 为异常",
    .en = "Friends who ended it in the last 7 days, beside the 56 before; chance: how likely by "
          "chance alone; unusual: three or more, and below 0.001.",
    .reply = "ChurnRates",
};
