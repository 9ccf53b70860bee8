/* tasks.c — what concerns a member of staff today: notes that come back, customers who are due,
 * friends made today.
 *
 * The shell of the task inbox: three lists that are computed, none of them stored here. Reminders
 * are one's own; the others are of the member of staff behind the account, and say so when there is
 * none. Each due list costs what its expression costs, so at most three cycles are asked for.
 */
#include "api/customer_json.h"
#include "api/customers.h"
#include "base/calendar.h"
#include "domain/app.h"
#include "h5/page.h"
#include "query/print.h"
#include "store/account.h"
#include "store/customer_card.h"
#include "store/cycle.h"
#include "store/timeline.h"

enum { REMINDERS = 50, PEOPLE = 20, CYCLES = 3, DUE_DAYS = 7 };

/* ---- reminders ---- */

/* A button: done without days, else later. */
static void put_settle(struct page *p, int64_t note_id, const char *days, struct str words)
{
    page_form(p, arena_printf(p->a, "/sidebar/tasks/%lld", (long long)note_id), "inline");
    HTML(&p->h,
         "<input type=\"hidden\" name=\"later_days\" value=\"%\">"
         "<button class=\"%\">%</button></form>\n",
         str_from(days), days[0] != 0 ? STR("plain") : STR(""), words);
}

static enum rc put_reminders(struct page *p, struct tx *tx, int32_t today, struct err *e)
{
    const struct caller *c = request_caller(p->rq);
    struct reminder *list;
    size_t n;
    enum rc rc = reminder_list(tx, request_app(p->rq)->keys, c->account_id, c->scope_account,
                               calendar_day_start_s(today + 1), REMINDERS, &list, &n, e);
    if (rc != RC_OK)
        return rc;
    HTML(&p->h, "<section class=\"card\"><h2>%</h2>\n", html_word(&p->h, "提醒", "Reminders"));
    if (n == 0)
        HTML(&p->h, "<p class=\"soft\">%</p>\n",
             html_word(&p->h, "今天没有提醒。写备注时可以选哪天提醒自己。",
                       "None today. A note can remind you on a day that you choose."));
    html_raw(&p->h, "<ul class=\"list\">\n");
    for (size_t i = 0; i < n; i++) {
        HTML(&p->h,
             "<li><p><a href=\"%\"><bdi>%</bdi></a> <span class=\"soft\">%</span></p>"
             "<p class=\"text\"><bdi>%</bdi></p><div class=\"acts\">\n",
             page_customer(p, list[i].root_id, ""), customer_nickname(p->rq, list[i].nickname),
             page_day(p, list[i].remind_s), list[i].text);
        put_settle(p, list[i].note_id, "", html_word(&p->h, "完成", "Done"));
        put_settle(p, list[i].note_id, "1", html_word(&p->h, "明天再说", "Tomorrow"));
        html_raw(&p->h, "</div></li>\n");
    }
    html_raw(&p->h, "</ul></section>\n");
    return RC_OK;
}

/* ---- people ---- */

/* Customers under a filter as a list; says how many there are when they are not all shown. */
static enum rc put_people(struct page *p, struct tx *tx, const struct customer_query *q,
                          const struct customer_asker *who, struct str none, struct err *e)
{
    struct customer_place start = {0};
    struct customer_filter f;
    struct customer_page found;
    struct customer_card *cards = NULL;
    size_t n = 0;
    enum rc rc = customer_query_filter(tx, q, who, &f, e);
    if (rc == RC_OK)
        rc = customer_page(tx, &f, CUSTOMER_BY_ADDED_DESC, &start, 0, PEOPLE, false, &found, e);
    if (rc == RC_OK)
        rc = customer_cards(tx, who->keys, who->scope_account, found.ids, found.n, &cards, &n, e);
    if (rc != RC_OK)
        return rc;
    if (n == 0)
        HTML(&p->h, "<p class=\"soft\">%</p>\n", none);
    html_raw(&p->h, "<ul class=\"list\">\n");
    for (size_t i = 0; i < n; i++)
        HTML(&p->h, "<li><a href=\"%\"><bdi>%</bdi> <span class=\"soft\">%</span></a></li>\n",
             page_customer(p, cards[i].id, ""), customer_nickname(p->rq, cards[i].nickname),
             page_money(p, cards[i].spend_fen));
    html_raw(&p->h, "</ul>\n");
    if (found.more)
        HTML(&p->h, "<p class=\"soft\">%</p>\n",
             html_word(&p->h, "还有更多，请在后台看", "There are more: see the console"));
    return RC_OK;
}

/* due("name") between the last days and today. */
static struct str due_text(struct arena *a, const struct cycle *c, int32_t today)
{
    char from[11], to[11];
    struct buf b;
    calendar_format_day(today - DUE_DAYS, from);
    calendar_format_day(today, to);
    buf_init(&b, 4096);
    buf_addz(&b, "due(");
    print_text(c->name, &b);
    buf_addf(&b, ") between %s and %s", from, to);
    struct str out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return out;
}

static enum rc put_due(struct page *p, struct tx *tx, int64_t staff_id, int32_t today,
                       struct err *e)
{
    struct customer_asker who = customer_asker(p->rq, tx);
    struct cycle *list;
    size_t n;
    size_t shown = 0;
    enum rc rc = cycle_list(tx, &list, &n, e);
    for (size_t i = 0; rc == RC_OK && i < n && shown < CYCLES; i++) {
        if (!list[i].enabled)
            continue;
        struct customer_query q = {.expression = due_text(p->a, &list[i], today),
                                   .staff_id = staff_id,
                                   .friend = -1,
                                   .added_from_s = DB_NULL,
                                   .added_to_s = DB_NULL};
        HTML(&p->h, "<section class=\"card\"><h2>%: %</h2>\n",
             html_word(&p->h, "七天内到期", "Due within the last 7 days"), list[i].name);
        rc = put_people(p, tx, &q, &who,
                        html_word(&p->h, "没有到期的客户", "None of your customers is due"), e);
        html_raw(&p->h, "</section>\n");
        shown++;
    }
    return rc;
}

static enum rc put_staff_lists(struct page *p, struct tx *tx, int64_t staff_id, int32_t today,
                               struct err *e)
{
    struct customer_asker who = customer_asker(p->rq, tx);
    struct customer_query q = {.staff_id = staff_id,
                               .friend = -1,
                               .added_from_s = calendar_day_start_s(today),
                               .added_to_s = DB_NULL};
    enum rc rc = put_due(p, tx, staff_id, today, e);
    if (rc != RC_OK)
        return rc;
    HTML(&p->h, "<section class=\"card\"><h2>%</h2>\n",
         html_word(&p->h, "今天新加的好友", "Friends made today"));
    rc = put_people(p, tx, &q, &who, html_word(&p->h, "今天还没有", "None yet today"), e);
    html_raw(&p->h, "</section>\n");
    return rc;
}

static enum rc tasks(struct request *rq, struct tx *tx, struct err *e)
{
    struct account me = {.staff_id = 0};
    int64_t account_id = request_caller(rq)->account_id;
    int32_t today = calendar_day_of(tx_now_s(tx));
    enum rc rc = account_id != 0 ? account_find(tx, account_id, &me, e) : RC_OK;
    if (rc != RC_OK)
        return rc;
    struct page p = page_open(rq, 0, "待办", "Tasks");
    HTML(&p.h, "<h1>%</h1>\n", html_word(&p.h, "今天的待办", "Today's tasks"));
    rc = put_reminders(&p, tx, today, e);
    if (rc == RC_OK && me.staff_id != 0)
        rc = put_staff_lists(&p, tx, me.staff_id, today, e);
    if (me.staff_id == 0)
        HTML(&p.h, "<p class=\"empty\">%</p>\n",
             html_word(
                 &p.h,
                 "你的账号没有对应的员工，所以没有自己的客户名单。请管理员在“员工与账号”里设置。",
                 "Your account belongs to no member of staff, so there are no customers of "
                 "your own. An administrator can set it under Staff and accounts."));
    page_close(&p, TAB_TASKS);
    return rc;
}

const struct route route_sidebar_tasks = {
    .method = GET,
    .path = "/sidebar/tasks",
    .name = "sidebar_tasks",
    .need = PERM_CUSTOMER_READ,
    .scope = SCOPE_ROWS,
    .run = tasks,
    .refuse = page_refuse,
    .zh = "页面：今天的待办",
    .en = "Page: today's tasks.",
};

static enum rc settle(struct request *rq, struct tx *tx, struct err *e)
{
    const struct caller *c = request_caller(rq);
    int64_t days = arg_int(rq, "later_days");
    int32_t today = calendar_day_of(tx_now_s(tx));
    int64_t later_s = days > 0 ? calendar_day_start_s(today + (int32_t)days) + 9 * 3600 : DB_NULL;
    enum rc rc =
        reminder_settle(tx, arg_int(rq, "note_id"), c->account_id, c->scope_account, later_s, e);
    if (rc != RC_OK)
        return rc;
    request_audit(rq, "note", arg_int(rq, "note_id"), "%s", "");
    reply_see_other(rq, STR("/sidebar/tasks"));
    return RC_OK;
}

const struct route route_sidebar_task_settle = {
    .method = POST,
    .path = "/sidebar/tasks/{note_id}",
    .name = "sidebar_task_settle",
    .need = PERM_CUSTOMER_WRITE,
    .scope = SCOPE_ROWS,
    .writes = true,
    .audited = true,
    .args = {{"note_id", ARG_ID, IN_PATH, .required = true, .zh = "备注", .en = "the note"},
             {"later_days", ARG_INT, IN_BODY, .min = 1, .max = 365,
              .zh = "几天后再提醒；不给就是完成",
              .en = "days until it comes back; none: it is done"}},
    .run = settle,
    .refuse = page_refuse,
    .zh = "页面：提醒完成了，或以后再说",
    .en = "Page: a reminder is done, or comes back later.",
};
