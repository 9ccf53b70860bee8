/* staff_figures.c — what staff did: WeCom's counts under WeCom's names, Koi's own beside them, and
 * what nobody can tell, with the reason. Only staff of the caller's scope are there. Asking WeCom
 * for the days that are missing is a job.
 */
#include "api/customer_json.h"
#include "api/job_started.h"
#include "api/listing.h"
#include "api/report_args.h"
#include "api/routes.h"
#include "base/calendar.h"
#include "domain/app.h"
#include "domain/staff_figures.h"
#include "domain/wecom_order.h"

#include <math.h>

enum { DAYS_SHOWN = 30 };

/* What WeCom's API does not reveal, or Koi does not do yet. */
static const struct {
    const char *key, *zh, *en;
} NOT_AVAILABLE[] = {
    {"reply_percentage_total",
     "企业微信按天给出回复率，但不给出分母（客户发起的会话数），多天或多人不能相加平均，所以只给最"
     "低和最高",
     "WeCom tells the reply percentage by day without its base, the chats that customers began: "
     "over "
     "several days or staff it cannot be averaged, so the lowest and highest are given"},
    {"first_greeting_reply", "企业微信接口不提供好友是否回复了第一句问候",
     "WeCom's API does not tell whether a new friend answered the first greeting"},
    {"greetings_not_counted", "企业微信接口不提供未计入的问候数",
     "WeCom's API does not tell how many greetings it left out"},
    {"friends_talked_to", "企业微信只给聊天次数，不给聊过的是哪些好友，所以没有聊过的好友占比",
     "WeCom tells how many chats there were and not with whom, so there is no share of friends "
     "talked to"},
    {"moment_likes", "企业微信按每条朋友圈给出互动名单，不按员工账号汇总；Koi 还没有发朋友圈",
     "WeCom lists who liked each Moment and not likes by account; Koi publishes no Moments yet"},
    {"tasks_done", "Koi 还没有员工任务", "Koi has no tasks for staff yet"},
    {"content_opened", "Koi 还没有素材，企业微信不提供内容被打开的次数",
     "Koi has no materials yet, and WeCom does not tell what was opened"},
};

static void put_real(struct json *j, const char *key, double v)
{
    if (isnan(v))
        json_put_null(j, key);
    else
        json_put_double(j, key, v);
}

static void put_figures(struct json *j, const struct staff_figures *f)
{
    bool one = f->reply_low == f->reply_high; /* NaN: not */
    json_put_int(j, "days", f->days);
    json_put_known(j, "chat_cnt", f->chat_cnt);
    json_put_known(j, "message_cnt", f->message_cnt);
    put_real(j, "reply_percentage", one ? f->reply_low : (double)NAN);
    put_real(j, "reply_percentage_low", f->reply_low);
    put_real(j, "reply_percentage_high", f->reply_high);
    json_put_known(j, "avg_reply_time",
                   f->minutes_low == f->minutes_high ? f->minutes_low : DB_NULL);
    json_put_known(j, "avg_reply_time_low", f->minutes_low);
    json_put_known(j, "avg_reply_time_high", f->minutes_high);
    json_put_known(j, "negative_feedback_cnt", f->negative_feedback_cnt);
    json_put_known(j, "new_apply_cnt", f->new_apply_cnt);
    json_put_known(j, "new_contact_cnt", f->new_contact_cnt);
    json_put_known(j, "new_chat_cnt", f->new_chat_cnt);
    json_put_known(j, "chat_total", f->chat_total);
    json_put_known(j, "new_member_cnt", f->new_member_cnt);
    json_put_known(j, "member_total", f->member_total);
    json_put_known(j, "msg_total", f->msg_total);
    json_put_int(j, "friends_added", f->added);
    json_put_int(j, "friends_ended_by_customer", f->ended_by_customer);
    json_put_int(j, "friends_ended_by_staff", f->ended_by_staff);
    json_put_int(j, "base_7d", f->base_7);
    json_put_int(j, "kept_7d", f->kept_7);
    json_put_int(j, "base_30d", f->base_30);
    json_put_int(j, "kept_30d", f->kept_30);
}

static void put_row(struct json *j, enum staff_figures_by by, const struct staff_figures *f)
{
    json_open_object(j, NULL);
    json_put_named(j, "staff", by == FIGURES_BY_STAFF ? f->key : 0, f->name);
    json_put_named(j, "department", by == FIGURES_BY_DAY ? 0 : f->department_id, f->department);
    json_put_day(j, "day", by == FIGURES_BY_DAY ? f->key : DB_NULL);
    put_figures(j, f);
    json_close_object(j);
}

static enum staff_figures_by by_of(struct str word)
{
    return str_eq(word, STR("day"))          ? FIGURES_BY_DAY
           : str_eq(word, STR("department")) ? FIGURES_BY_DEPARTMENT
                                             : FIGURES_BY_STAFF;
}

static enum rc figures(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t today = calendar_day_of(tx_now_s(tx));
    struct staff_figures *rows = NULL, sum;
    size_t n = 0;
    struct staff_figures_range range = {
        .scope_account = request_caller(rq)->scope_account,
        .department_id = arg_int(rq, "department_id"),
        .to_day = arg_given(rq, "to") ? arg_int(rq, "to") : today - 1,
        .by = by_of(arg_str(rq, "by")),
        .now_s = tx_now_s(tx),
    };
    range.from_day = arg_given(rq, "from") ? arg_int(rq, "from") : range.to_day - (DAYS_SHOWN - 1);
    enum rc rc = staff_figures_read(tx, &range, &rows, &n, &sum, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_day(j, "from", range.from_day);
    json_put_day(j, "to", range.to_day);
    json_put_known(j, "told_s", sum.told_us == DB_NULL ? DB_NULL : sum.told_us / 1000000);
    json_open_object(j, "sum");
    put_figures(j, &sum);
    json_close_object(j);
    json_open_array(j, "not_available");
    for (size_t i = 0; i < sizeof NOT_AVAILABLE / sizeof *NOT_AVAILABLE; i++) {
        json_open_object(j, NULL);
        json_put_z(j, "key", NOT_AVAILABLE[i].key);
        json_put_z(j, "reason",
                   request_caller(rq)->english ? NOT_AVAILABLE[i].en : NOT_AVAILABLE[i].zh);
        json_close_object(j);
    }
    json_close_array(j);
    json_open_array(j, "items");
    for (size_t i = 0; i < n; i++)
        put_row(j, range.by, &rows[i]);
    json_close_array(j);
    reply_page_end(rq, STR_ABSENT, (int64_t)n);
    json_close_object(j);
    return RC_OK;
}

const struct route route_staff_figures = {
    .method = GET,
    .path = "/api/staff/figures",
    .name = "staff_figures",
    .need = PERM_REPORT_READ,
    .scope = SCOPE_ROWS,
    .args = {{"by", ARG_CHOICE, .choices = "staff|department|day",
              .zh = "按员工、部门或日，默认员工",
              .en = "by member of staff, department or day; staff unless told"},
             {"department_id", ARG_ID, .zh = "此部门及下级", .en = "this department and below"},
             ARGS_DAYS},
    .run = figures,
    .zh = "员工数据：企业微信的统计（原字段名）与 Koi "
          "自己的好友数；接口不提供的写明原因。默认到昨天的 30 天",
    .en =
        "Figures of staff: WeCom's counts under its own names, Koi's own of friendships, and what "
        "is not available with the reason. 30 days up to yesterday unless told.",
    .reply = "StaffFigures",
};

static enum rc start_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct job_order order;
    enum rc rc =
        wecom_order_statistics(request_app(rq), tx, request_caller(rq)->account_id, &order, e);
    return rc == RC_OK ? job_started(rq, tx, &order, e) : rc;
}

const struct route route_wecom_statistics = {
    .method = POST,
    .path = "/api/wecom/statistics",
    .name = "wecom_statistics",
    .need = PERM_SYSTEM,
    .scope = SCOPE_WHOLE,
    .writes = true,
    .audited = true,
    .run = start_run,
    .zh = "向企业微信查询缺少的员工统计（最多 180 天），同时只能有一次",
    .en = "Ask WeCom for the days of staff figures that are missing, up to 180; one at a time.",
    .reply = "JobStarted",
};
