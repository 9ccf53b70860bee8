/* life.c — what a customer bought, and what happened with them: newest first, thirty a page. The
 * place where a page begins is a time and an id, which say nothing about anybody.
 */
#include "api/customer_json.h"
#include "api/customers.h"
#include "h5/page.h"
#include "store/event.h"
#include "store/order_read.h"
#include "store/timeline.h"

enum { PAGE = 30 };

#define ARGS_PLACE                                                                                 \
    {"before", ARG_TIME, .zh = "此时间以前", .en = "before this time"},                            \
    {                                                                                              \
        "behind", ARG_ID, .zh = "同一时间时，此编号以前", .en = "at that time, before this id"     \
    }

static void put_more(struct page *p, const char *rest, int64_t at_s, int64_t id)
{
    HTML(&p->h, "<p><a class=\"button\" href=\"%?before=%&amp;behind=%\">%</a></p>\n",
         page_customer(p, p->customer_id, rest), html_int(p->a, at_s), html_int(p->a, id),
         html_word(&p->h, "更早的", "Earlier"));
}

/* ---- orders ---- */

static struct str state_word(const struct html *h, struct str state)
{
    static const char *const words[][3] = {
        {"created", "待付款", "not paid"}, {"paid", "已付款", "paid"},
        {"shipped", "已发货", "shipped"},  {"completed", "已完成", "completed"},
        {"closed", "已关闭", "closed"},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (str_eq(state, str_from(words[i][0])))
            return html_word(h, words[i][1], words[i][2]);
    }
    return state;
}

static void put_order(struct page *p, const struct order_card *o)
{
    HTML(&p->h, "<li><p><b>%</b> %</p><p class=\"soft\">% · % · %", page_money(p, o->sale_fen),
         state_word(&p->h, o->state), page_time(p, o->at_s), o->number, o->channel);
    if (o->refunded_fen > 0)
        HTML(&p->h, " · % %", html_word(&p->h, "已退", "refunded"), page_money(p, o->refunded_fen));
    html_raw(&p->h, "</p></li>\n");
}

static enum rc orders(struct request *rq, struct tx *tx, struct err *e)
{
    struct order_filter f = {.scope_account = request_caller(rq)->scope_account,
                             .from_s = DB_NULL,
                             .to_s = DB_NULL,
                             .refunded = -1};
    struct order_card *list;
    size_t n;
    enum rc rc = customer_arg(rq, tx, &f.root_id, e);
    if (rc == RC_OK)
        rc = order_list(tx, &f, arg_int_or(rq, "before", INT64_MAX),
                        arg_int_or(rq, "behind", INT64_MAX), 0, PAGE + 1, &list, &n, e);
    if (rc != RC_OK)
        return rc;
    struct page p = page_open(rq, f.root_id, "订单", "Orders");
    HTML(&p.h, "<h1>%</h1>\n", html_word(&p.h, "订单", "Orders"));
    if (n == 0)
        HTML(&p.h, "<p class=\"empty\">%</p>\n", html_word(&p.h, "没有订单", "No orders"));
    html_raw(&p.h, "<ul class=\"card list\">\n");
    for (size_t i = 0; i < n && i < PAGE; i++)
        put_order(&p, &list[i]);
    html_raw(&p.h, "</ul>\n");
    if (n > PAGE)
        put_more(&p, "/orders", list[PAGE - 1].at_s, list[PAGE - 1].id);
    page_close(&p, TAB_ORDERS);
    return RC_OK;
}

const struct route route_sidebar_orders = {
    .method = GET,
    .path = "/sidebar/customers/{customer_id}/orders",
    .name = "sidebar_orders",
    .need = PERM_ORDER_READ,
    .scope = SCOPE_ROWS,
    .args = {ARG_CUSTOMER_ID, ARGS_PLACE},
    .run = orders,
    .refuse = page_refuse,
    .zh = "页面：客户的订单",
    .en = "Page: a customer's orders.",
};

/* ---- timeline ---- */

static void put_event(struct page *p, const struct timeline_row *t)
{
    struct str object =
        t->object_kind == OBJECT_CUSTOMER ? customer_nickname(p->rq, t->object) : t->object;
    HTML(&p->h, "<li><p>% <bdi>%</bdi>", p->h.english ? t->kind_en : t->kind_zh, object);
    if (t->amount_fen != DB_NULL)
        HTML(&p->h, " %", page_money(p, t->amount_fen));
    if (t->retracted)
        HTML(&p->h, " (%)", html_word(&p->h, "已撤回", "taken back"));
    HTML(&p->h, "</p><p class=\"soft\">% % %</p></li>\n", page_time(p, t->at_s), t->staff,
         t->channel);
}

static enum rc timeline(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t root;
    struct timeline_row *list;
    size_t n;
    enum rc rc = customer_arg(rq, tx, &root, e);
    if (rc == RC_OK)
        rc = timeline_list(tx, root, STR_ABSENT, arg_int_or(rq, "before", INT64_MAX),
                           arg_int_or(rq, "behind", INT64_MAX), PAGE + 1, &list, &n, e);
    if (rc != RC_OK)
        return rc;
    struct page p = page_open(rq, root, "动态", "Timeline");
    HTML(&p.h, "<h1>%</h1>\n", html_word(&p.h, "动态", "Timeline"));
    if (n == 0)
        HTML(&p.h, "<p class=\"empty\">%</p>\n",
             html_word(&p.h, "还没有发生什么", "Nothing has happened yet"));
    html_raw(&p.h, "<ul class=\"card list\">\n");
    for (size_t i = 0; i < n && i < PAGE; i++)
        put_event(&p, &list[i]);
    html_raw(&p.h, "</ul>\n");
    if (n > PAGE)
        put_more(&p, "/timeline", list[PAGE - 1].at_s, list[PAGE - 1].seq);
    page_close(&p, TAB_TIMELINE);
    return RC_OK;
}

const struct route route_sidebar_timeline = {
    .method = GET,
    .path = "/sidebar/customers/{customer_id}/timeline",
    .name = "sidebar_timeline",
    .need = PERM_CUSTOMER_READ,
    .scope = SCOPE_ROWS,
    .args = {ARG_CUSTOMER_ID, ARGS_PLACE},
    .run = timeline,
    .refuse = page_refuse,
    .zh = "页面：客户的行为时间线",
    .en = "Page: what happened with a customer.",
};
