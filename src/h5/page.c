/* page.c — the frame of every page: one style, one script, tabs at the bottom.
 *
 * Colours and shapes are WeUI's, darker where its green would be too faint to read. Sizes are rem,
 * so a phone's largest font enlarges everything; what does not fit wraps. Language: the account's,
 * else the browser's.
 */
#include "h5/page.h"

#include "base/calendar.h"
#include "base/money.h"
#include "domain/app.h"
#include "http/asset.h"

#include <string.h>

static struct str asset_path(const char *ending)
{
    const struct asset *found = asset_hashed(STR("sidebar"), str_from(ending));
    return found != NULL ? found->path : STR("");
}

/* Up to the end of the title. */
static void open_head(struct page *p)
{
    HTML(&p->h,
         "<!doctype html>\n<html lang=\"%\"><head><meta charset=\"utf-8\">"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
         "<meta name=\"format-detection\" content=\"telephone=no\">"
         "<link rel=\"icon\" href=\"data:,\"><link rel=\"stylesheet\" href=\"%\"><title>",
         html_word(&p->h, "zh-CN", "en-GB"), asset_path(".css"));
}

struct page page_open(struct request *rq, int64_t customer_id, const char *title_zh,
                      const char *title_en)
{
    struct page p = {.h = {reply_page(rq), request_caller(rq)->english},
                     .rq = rq,
                     .a = request_arena(rq),
                     .customer_id = customer_id};
    open_head(&p);
    HTML(&p.h, "% · %</title><script src=\"%\" defer></script></head>\n<body><main>\n",
         html_word(&p.h, title_zh, title_en),
         str_from(config_text(request_app(rq)->config, "corp_name")), asset_path(".js"));
    return p;
}

struct page page_open_public(struct request *rq, bool english, struct str title)
{
    struct page p = {.h = {reply_page(rq), english}, .rq = rq, .a = request_arena(rq)};
    open_head(&p);
    HTML(&p.h,
         "%</title><meta name=\"robots\" content=\"noindex\"></head>\n"
         "<body class=\"public\"><main>\n",
         title);
    return p;
}

void page_close_public(struct page *p)
{
    HTML(&p->h, "</main><footer><a href=\"?lang=%\" lang=\"%\">%</a></footer></body></html>\n",
         html_word(&p->h, "en", "zh"), html_word(&p->h, "en-GB", "zh-CN"),
         html_word(&p->h, "English", "中文"));
}

/* ---- the tabs ---- */

struct tab {
    enum page_tab tab;
    const char *path, *zh, *en;
    bool of_customer;
};

static const struct tab TABS[] = {
    {TAB_PROFILE, "", "客户", "Profile", true},
    {TAB_SCRIPTS, "/scripts", "话术", "Scripts", false},
    {TAB_ORDERS, "/orders", "订单", "Orders", true},
    {TAB_TIMELINE, "/timeline", "动态", "Timeline", true},
    {TAB_TASKS, "/tasks", "待办", "Tasks", false},
};

static void put_tab(struct page *p, const struct tab *t, bool here)
{
    struct str path = arena_printf(p->a, "/sidebar%s", t->path);
    if (p->customer_id != 0 && t->tab != TAB_TASKS)
        path = page_customer(p, p->customer_id, t->path);
    HTML(&p->h, "<a href=\"%\"", path);
    if (here)
        html_raw(&p->h, " aria-current=\"page\"");
    HTML(&p->h, ">%</a>\n", html_word(&p->h, t->zh, t->en));
}

void page_close(struct page *p, enum page_tab here)
{
    html_raw(&p->h, "</main>\n");
    if (request_caller(p->rq)->account_id != 0) {
        HTML(&p->h, "<nav aria-label=\"%\">\n", html_word(&p->h, "页面", "Pages"));
        for (size_t i = 0; i < sizeof TABS / sizeof *TABS; i++) {
            bool shown = !TABS[i].of_customer || p->customer_id != 0 || i == 0;
            if (shown)
                put_tab(p, &TABS[i], TABS[i].tab == here);
        }
        html_raw(&p->h, "</nav>\n");
    }
    html_raw(&p->h, "</body></html>\n");
}

/* ---- errors ---- */

bool page_is_own(struct str path)
{
    struct str root = STR("/sidebar");
    bool below = str_starts(path, root) && (path.n == root.n || path.p[root.n] == '/');
    for (size_t i = 0; below && i < path.n; i++) {
        char c = path.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                     (c == '/' && (i == 0 || path.p[i - 1] != '/'));
        below = plain;
    }
    return below;
}

static bool sends_to_sign_in(const struct request *rq, const struct err *e)
{
    return e->rc == RC_SIGNIN && request_route(rq)->method == GET &&
           request_route(rq)->need != PERM_PUBLIC;
}

void page_refuse(struct request *rq, const struct err *e)
{
    if (sends_to_sign_in(rq, e)) {
        struct str path = request_path(rq);
        struct str back = page_is_own(path) ? path : STR("/sidebar");
        reply_see_other(
            rq, arena_printf(request_arena(rq), "/sidebar/sign-in?back=" STR_FMT, STR_ARG(back)));
        return;
    }
    bool english = request_caller(rq)->english;
    const char *hint = english ? e->hint_en : e->hint_zh;
    if (!page_is_own(request_path(rq))) {
        struct page for_all =
            page_open_public(rq, english, str_from(english ? "This did not work" : "没有做成"));
        HTML(&for_all.h, "<section class=\"card\" role=\"alert\"><h1>%</h1>\n<p>%</p></section>\n",
             str_from(english ? e->en : e->zh), str_from(hint));
        page_close_public(&for_all);
        return;
    }
    struct page p = page_open(rq, 0, "没有做成", "This did not work");
    HTML(&p.h, "<section class=\"card\" role=\"alert\"><h1>%</h1>\n",
         str_from(english ? e->en : e->zh));
    if (hint[0] != 0)
        HTML(&p.h, "<p>%</p>\n", str_from(hint));
    if (e->rc == RC_SIGNIN || request_route(rq)->need == PERM_PUBLIC)
        HTML(&p.h, "<p><a class=\"button\" href=\"/sidebar/sign-in\">%</a></p>\n",
             html_word(&p.h, "用企业微信登录", "Sign in with WeCom"));
    if (e->rc == RC_SIGNIN || request_route(rq)->need == PERM_PUBLIC)
        HTML(&p.h, "<p><a href=\"/sign-in\">%</a></p>\n",
             html_word(&p.h, "用密码登录", "Use a password"));
    else
        HTML(&p.h, "<p><a class=\"button\" href=\"/sidebar\">%</a></p>\n",
             html_word(&p.h, "回到侧边栏首页", "Back to the sidebar"));
    html_raw(&p.h, "</section>\n");
    page_close(&p, TAB_NONE);
}

/* ---- small things ---- */

struct str page_customer(const struct page *p, int64_t customer_id, const char *rest)
{
    return arena_printf(p->a, "/sidebar/customers/%lld%s", (long long)customer_id, rest);
}

void page_form(struct page *p, struct str path, const char *class)
{
    HTML(&p->h,
         "<form method=\"post\" action=\"%\" class=\"%\">"
         "<input type=\"hidden\" name=\"csrf\" value=\"%\">",
         path, str_from(class), request_csrf(p->rq));
}

struct str page_time(const struct page *p, int64_t at_s)
{
    char text[20];
    if (at_s == DB_NULL)
        return STR("—");
    calendar_format(at_s, text);
    return arena_str(p->a, str_sub(str_from(text), 0, 16));
}

struct str page_day(const struct page *p, int64_t at_s)
{
    return str_sub(page_time(p, at_s), 0, 10);
}

struct str page_money(const struct page *p, int64_t fen)
{
    char text[24];
    const char *currency = config_text(request_app(p->rq)->config, "currency");
    bool yuan = strcmp(currency, "CNY") == 0;
    if (fen == DB_NULL)
        return STR("—");
    money_format(fen, text);
    return arena_printf(p->a, "%s%s%s", yuan ? "¥" : currency, yuan ? "" : " ", text);
}
