/* today.c — the first page: what waits for someone, what moved, what is wrong.
 *
 * "Before" is the mean of the seven days before today. Today is not over yet, so a fall in the
 * morning means little; the console says so. What is wrong comes from the same checks as `koi
 * doctor` and is shown to those who can do something about it. All figures are cut to the caller's
 * scope.
 */
#include "api/code_quota.h"
#include "api/report_args.h"
#include "api/routes.h"
#include "api/wecom_status.h"
#include "base/calendar.h"
#include "domain/app.h"
#include "domain/doctor.h"
#include "domain/report.h"
#include "query/cycle_board.h"
#include "store/churn.h"
#include "store/customer.h"
#include "store/merge.h"

#include <inttypes.h>
#include <math.h>

enum { TREND_DAYS = 30, CYCLES_MOST = 8, CYCLE_DAYS = 2 };

struct trend {
    struct report_range range;
    struct report_day_count *friends;
    size_t friends_n;
    struct report_period *days;
    size_t days_n;
};

static const char *said(struct request *rq, const char *zh, const char *en)
{
    return request_caller(rq)->english ? en : zh;
}

/* ---- due ---- */

static void put_due(struct request *rq, struct json *j, int64_t count, const char *zh,
                    const char *en, const char *link)
{
    if (count == 0)
        return;
    json_open_object(j, NULL);
    json_put_z(j, "title", said(rq, zh, en));
    json_put_int(j, "count", count);
    json_put_z(j, "link", link);
    json_close_object(j);
}

/* Who is due today or tomorrow by the first cycles that are on. Only those of purchases, and only
 * from the daybook: the page is opened all day. */
static enum rc put_cycles(struct request *rq, const struct board *board, struct json *j,
                          struct err *e)
{
    struct cycle *list;
    struct cycle_due d;
    size_t n;
    struct arena *a = request_arena(rq);
    enum rc rc = cycle_list(board->tx, &list, &n, e);
    for (size_t i = 0, looked = 0; rc == RC_OK && i < n && looked < CYCLES_MOST; i++) {
        const struct cycle *c = &list[i];
        if (!c->enabled || c->rule.starts != CYCLE_PURCHASE || board->book == NULL)
            continue;
        looked++;
        rc = board_cycle_due(board, &c->rule, request_caller(rq)->scope_account,
                             tx_now_s(board->tx), CYCLE_DAYS, &d, e);
        if (rc != RC_OK || d.days[0] + d.days[1] == 0)
            continue;
        struct str title =
            request_caller(rq)->english
                ? arena_printf(a, "due today or tomorrow: " STR_FMT, STR_ARG(c->name))
                : arena_printf(a, "今明两天“" STR_FMT "”到期的客户", STR_ARG(c->name));
        json_open_object(j, NULL);
        json_put_str(j, "title", title);
        json_put_int(j, "count", d.days[0] + d.days[1]);
        json_put_str(j, "link", arena_printf(a, "/cycles?cycle=%" PRId64, c->id));
        json_close_object(j);
    }
    return rc;
}

static enum rc due(struct request *rq, const struct board *board, struct json *j, int64_t today,
                   struct err *e)
{
    int64_t scope = request_caller(rq)->scope_account;
    struct report_due d;
    int64_t proposals = 0, lost = 0;
    enum rc rc = board_due(board, scope, today, &d, e);
    if (rc == RC_OK && scope == 0 && request_may(rq, PERM_CUSTOMER_MERGE))
        rc = proposal_count_open(board->tx, scope, &proposals, e);
    if (rc != RC_OK)
        return rc;
    json_open_array(j, "due");
    put_due(rq, j, d.unanswered, "三天内的新好友还没有备注、订单或阶段",
            "new friends of three days without a note, an order or a stage",
            "/customers?friend=true");
    put_due(rq, j, proposals, "可能是同一个人的客户等待判断",
            "pairs of customers that may be one person", "/merges");
    rc = churn_count(board->tx, scope, &lost, e);
    if (rc != RC_OK)
        return rc;
    put_due(rq, j, lost, "重要客户流失，待处理", "customers who matter were lost", "/churn");
    if (request_may(rq, PERM_IMPORT)) {
        put_due(rq, j, d.failed_jobs, "任务失败", "jobs failed", "/jobs");
        put_due(rq, j, d.rejected_lines, "导入时被拒绝的行", "lines rejected by imports",
                "/import");
    }
    if (request_may(rq, PERM_COST_WRITE))
        put_due(rq, j, d.uncosted_sources, "有新客的来源还没有记成本",
                "sources with new customers but no cost", "/sources");
    if (request_may(rq, PERM_AUDIENCE_READ))
        rc = put_cycles(rq, board, j, e);
    json_close_array(j);
    return rc;
}

/* ---- moved ---- */

static void put_moved(struct request *rq, struct json *j, const char *zh, const char *en,
                      int64_t now, int64_t week, const char *unit)
{
    double before = (double)week / 7;
    json_open_object(j, NULL);
    json_put_z(j, "title", said(rq, zh, en));
    json_put_int(j, "now", now);
    json_put_double(j, "before", round(before * 10) / 10);
    json_put_double(j, "change", week == 0 ? NAN : ((double)now - before) / before);
    json_put_z(j, "unit", unit);
    json_close_object(j);
}

struct moved {
    int64_t now, week;
};

/* Sums of the last day and the seven before it. */
static void add_day(struct moved *m, size_t i, size_t n, int64_t value)
{
    if (i + 1 == n)
        m->now += value;
    else if (i + 8 >= n)
        m->week += value;
}

static void moved(struct request *rq, struct json *j, const struct trend *t)
{
    struct moved friends = {0};
    struct moved orders = {0};
    struct moved sale = {0};
    struct moved refunded = {0};
    for (size_t i = 0; i < t->friends_n; i++)
        add_day(&friends, i, t->friends_n, t->friends[i].count);
    for (size_t i = 0; i < t->days_n; i++) {
        add_day(&orders, i, t->days_n, t->days[i].orders);
        add_day(&sale, i, t->days_n, t->days[i].sale_fen);
        add_day(&refunded, i, t->days_n, t->days[i].refunded_fen);
    }
    json_open_array(j, "moved");
    put_moved(rq, j, "今日新好友", "new friends today", friends.now, friends.week, "count");
    put_moved(rq, j, "今日订单", "orders today", orders.now, orders.week, "count");
    put_moved(rq, j, "今日销售额", "sales today", sale.now, sale.week, "fen");
    put_moved(rq, j, "今日退款", "refunds today", refunded.now, refunded.week, "fen");
    json_close_array(j);
}

/* ---- wrong ---- */

/* What between WeCom and us waits for a person, with the list in which it is mended. */
static enum rc put_wecom(struct request *rq, struct tx *tx, struct json *j, struct err *e)
{
    struct wecom_troubles now;
    enum rc rc = wecom_troubles(tx, &now, e);
    if (rc != RC_OK)
        return rc;
    const struct {
        int64_t n;
        const char *zh, *one, *many, *detail_zh, *detail_en, *link;
    } lines[] = {
        {now.inbox_dead, "个企业微信事件处理失败", "event of WeCom failed",
         "events of WeCom failed", "看一看原因，然后重试", "look at the reason, then try again",
         "/wecom?tab=inbox&state=dead"},
        {now.outbox_dead, "项改动被企业微信拒绝", "change was refused by WeCom",
         "changes were refused by WeCom", "看一看原因，然后重试或放弃",
         "look at the reason, then try again or give up", "/wecom?tab=outbox&state=dead"},
        {now.outbox_unsure, "项改动不确定企业微信是否已执行",
         "change may have been made at WeCom or not", "changes may have been made at WeCom or not",
         "先在企业微信里确认，再选择重试或放弃", "look at WeCom, then try again or give up",
         "/wecom?tab=outbox&state=unsure"},
        {now.welcomes_missed, "条欢迎语在过去 24 小时没有发出",
         "welcome was missed in the last 24 hours", "welcomes were missed in the last 24 hours",
         "看一看原因", "look at the reasons", "/wecom?tab=welcomes"},
    };
    bool english = request_caller(rq)->english;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (lines[i].n == 0)
            continue;
        const char *words = !english ? lines[i].zh : lines[i].n == 1 ? lines[i].one : lines[i].many;
        json_open_object(j, NULL);
        json_put_str(j, "title",
                     arena_printf(request_arena(rq), "%" PRId64 " %s", lines[i].n, words));
        json_put_z(j, "detail", english ? lines[i].detail_en : lines[i].detail_zh);
        json_put_z(j, "link", lines[i].link);
        json_close_object(j);
    }
    return RC_OK;
}

/* The last full sync: what it lacks is lacking in every list. */
static enum rc put_sync(struct request *rq, struct tx *tx, struct json *j, struct err *e)
{
    static const struct {
        const char *zh, *en, *detail_zh, *detail_en;
    } words[] = {
        [SYNC_NEVER] = {"还没有从企业微信全量同步过", "nothing was synced from WeCom yet",
                        "开始第一次同步", "begin the first sync"},
        [SYNC_FAILED_WHOLE] = {"上次企业微信同步没有做完：出错了",
                               "the last sync with WeCom did not end: it failed",
                               "看一看原因，然后继续", "look at the reason, then go on"},
        [SYNC_STOPPED_PART] = {"上次企业微信同步没有做完：被停止了",
                               "the last sync with WeCom did not end: it was stopped",
                               "可以接着做完", "it can go on where it was"},
        [SYNC_INCOMPLETE] = {"上次企业微信同步不完整", "the last sync with WeCom is incomplete",
                             "逐项写明了原因和办法", "each reason is listed with its way out"},
        [SYNC_TOO_OLD] = {"上次企业微信同步已超过两天",
                          "the last sync with WeCom is more than two days old",
                          "现在同步，或设好每晚的时间", "sync now, or set the nightly hour"},
    };
    struct wecom_sync_news news;
    enum rc rc = wecom_sync_look(request_app(rq), tx, &news, e);
    if (rc != RC_OK || news.trouble == SYNC_WELL)
        return rc;
    json_open_object(j, NULL);
    json_put_z(j, "title", said(rq, words[news.trouble].zh, words[news.trouble].en));
    json_put_z(j, "detail", said(rq, words[news.trouble].detail_zh, words[news.trouble].detail_en));
    json_put_z(j, "link", "/wecom?tab=sync");
    json_close_object(j);
    return RC_OK;
}

static enum rc wrong(struct request *rq, struct tx *tx, struct json *j, struct err *e)
{
    json_open_array(j, "wrong");
    if (request_may(rq, PERM_SYSTEM) && request_caller(rq)->scope_account == 0) {
        enum rc rc = put_wecom(rq, tx, j, e);
        if (rc == RC_OK)
            rc = put_sync(rq, tx, j, e);
        if (rc != RC_OK)
            return rc;
    }
    if (request_may(rq, PERM_REPORT_READ)) {
        enum rc rc = code_quota_put_wrong(rq, tx, j, e);
        if (rc != RC_OK)
            return rc;
    }
    if (request_may(rq, PERM_SYSTEM)) {
        struct checks checks;
        enum rc rc = doctor_run(request_app(rq), tx, false, request_arena(rq), &checks, e);
        if (rc != RC_OK)
            return rc;
        for (size_t i = 0; i < checks.n; i++) {
            const struct check *c = &checks.list[i];
            if (c->ok)
                continue;
            json_open_object(j, NULL);
            json_put_z(j, "title", said(rq, c->zh, c->en));
            json_put_z(j, "detail", said(rq, c->advice_zh, c->advice_en));
            json_put_z(j, "link", "/system");
            json_close_object(j);
        }
    }
    json_close_array(j);
    return RC_OK;
}

/* ---- the page ---- */

static enum rc read_trend(struct request *rq, const struct board *board, int64_t today,
                          struct trend *t, struct err *e)
{
    t->range = (struct report_range){.scope_account = request_caller(rq)->scope_account,
                                     .from_day = today - TREND_DAYS + 1,
                                     .to_day = today};
    enum rc rc = board_friends(board, &t->range, &t->friends, &t->friends_n, e);
    return rc == RC_OK ? board_periods(board, &t->range, REPORT_DAY, &t->days, &t->days_n, e) : rc;
}

/* Orders by day leave days without any out for a narrow scope; friends have every day. */
static const struct report_period *period_of(const struct trend *t, int64_t day)
{
    for (size_t i = 0; i < t->days_n; i++) {
        if (t->days[i].start_day == day)
            return &t->days[i];
    }
    return NULL;
}

static void put_trend(struct json *j, const struct trend *t)
{
    json_open_object(j, "trend");
    json_open_array(j, "days");
    for (size_t i = 0; i < t->friends_n; i++)
        json_put_day(j, NULL, t->friends[i].day);
    json_close_array(j);
    json_open_array(j, "friends");
    for (size_t i = 0; i < t->friends_n; i++)
        json_put_int(j, NULL, t->friends[i].count);
    json_close_array(j);
    json_open_array(j, "orders");
    for (size_t i = 0; i < t->friends_n; i++) {
        const struct report_period *p = period_of(t, t->friends[i].day);
        json_put_int(j, NULL, p != NULL ? p->orders : 0);
    }
    json_close_array(j);
    json_open_array(j, "sale_fen");
    for (size_t i = 0; i < t->friends_n; i++) {
        const struct report_period *p = period_of(t, t->friends[i].day);
        json_put_int(j, NULL, p != NULL ? p->sale_fen : 0);
    }
    json_close_array(j);
    json_close_object(j);
}

/* Whether nothing has begun yet: then whoever sets Koi up is offered the demo, or WeCom. */
static enum rc put_empty(struct request *rq, struct tx *tx, struct json *j, struct err *e)
{
    bool none = false;
    bool asked = request_may(rq, PERM_SYSTEM) && request_caller(rq)->scope_account == 0;
    enum rc rc = asked ? customer_none(tx, &none, e) : RC_OK;
    json_put_bool(j, "empty", none);
    return rc;
}

static enum rc today_page(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t today = calendar_day_of(tx_now_s(tx));
    struct trend t;
    const struct board *board;
    enum rc rc = board_for(rq, tx, &board, e);
    if (rc == RC_OK)
        rc = read_trend(rq, board, today, &t, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    rc = due(rq, board, j, today, e);
    if (rc == RC_OK) {
        moved(rq, j, &t);
        rc = wrong(rq, tx, j, e);
    }
    if (rc == RC_OK)
        put_trend(j, &t);
    if (rc == RC_OK)
        rc = put_empty(rq, tx, j, e);
    json_close_object(j);
    return rc;
}

const struct route route_today = {
    .method = GET,
    .path = "/api/today",
    .name = "today",
    .need = PERM_CUSTOMER_READ,
    .scope = SCOPE_ROWS,
    .run = today_page,
    .zh = "今日：要做什么、什么变了、哪里不对",
    .en = "What waits, what moved, what is wrong, and the trend of thirty days.",
    .reply = "Today",
};
