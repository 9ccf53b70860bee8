/* enter.c — signing in by WeCom from a page, and back to it.
 *
 * The same two steps as for the console (api/session_wecom.c), with a page of our own in the
 * middle: a post, not a GET, signs in, so that a link cannot. That page posts itself where there is
 * JavaScript and has a button where there is none. Where one comes back to is carried through as a
 * path and taken only when page_is_own() says so; else it is the sidebar's first page.
 */
#include "api/session.h"
#include "domain/app.h"
#include "h5/page.h"

#define ARG_BACK(in)                                                                               \
    {                                                                                              \
        "back", ARG_TEXT, in, .max = 200, .zh = "回到哪一页", .en = "the page to come back to"     \
    }
#define ARG_CODE(in)                                                                               \
    {                                                                                              \
        "code", ARG_TEXT, in, .required = true, .min = 1, .max = 512, .zh = "企业微信给的授权码",  \
                              .en = "the code that WeCom gave"                                     \
    }
#define ARG_STATE(in)                                                                              \
    {                                                                                              \
        "state", ARG_TEXT, in, .required = true, .min = 1, .max = 128, .zh = "开始时给出的 state", \
                               .en = "the state of the beginning"                                  \
    }

static struct str back_arg(struct request *rq)
{
    struct str back = arg_str(rq, "back");
    return page_is_own(back) ? back : STR("/sidebar");
}

static enum rc sign_in(struct request *rq, struct tx *tx, struct err *e)
{
    (void)tx;
    struct str path =
        arena_printf(request_arena(rq), "/sidebar/enter?back=" STR_FMT, STR_ARG(back_arg(rq)));
    return session_wecom_begin(rq, request_in_wecom(rq), path, e);
}

const struct route route_sidebar_sign_in = {
    .method = GET,
    .path = "/sidebar/sign-in",
    .name = "sidebar_sign_in",
    .need = PERM_PUBLIC,
    .scope = SCOPE_NONE,
    .args = {ARG_BACK(IN_QUERY)},
    .run = sign_in,
    .refuse = page_refuse,
    .zh = "页面：转到企业微信的授权页",
    .en = "Page: go to WeCom's page of consent.",
};

static enum rc enter(struct request *rq, struct tx *tx, struct err *e)
{
    (void)tx;
    (void)e;
    struct page p = page_open(rq, 0, "登录", "Sign in");
    HTML(&p.h,
         "<section class=\"card\"><h1>%</h1>\n"
         "<form method=\"post\" action=\"/sidebar/enter\" data-now>"
         "<input type=\"hidden\" name=\"code\" value=\"%\">"
         "<input type=\"hidden\" name=\"state\" value=\"%\">"
         "<input type=\"hidden\" name=\"back\" value=\"%\">"
         "<button>%</button></form></section>\n",
         html_word(&p.h, "用企业微信登录", "Sign in with WeCom"), arg_str(rq, "code"),
         arg_str(rq, "state"), back_arg(rq), html_word(&p.h, "进入", "Enter"));
    page_close(&p, TAB_NONE);
    return RC_OK;
}

const struct route route_sidebar_enter = {
    .method = GET,
    .path = "/sidebar/enter",
    .name = "sidebar_enter",
    .need = PERM_PUBLIC,
    .scope = SCOPE_NONE,
    .foreign = true,
    .args = {ARG_CODE(IN_QUERY), ARG_STATE(IN_QUERY), ARG_BACK(IN_QUERY)},
    .run = enter,
    .refuse = page_refuse,
    .zh = "页面：从企业微信的授权页回来",
    .en = "Page: back from WeCom's page of consent.",
};

static enum rc come_in(struct request *rq, struct tx *tx, struct err *e)
{
    (void)tx;
    struct account account;
    struct session_made made;
    enum rc rc = session_wecom_end(rq, &account, &made, e);
    if (rc != RC_OK)
        return rc;
    session_cookies(rq, &account, &made);
    reply_see_other(rq, back_arg(rq));
    return RC_OK;
}

const struct route route_sidebar_come_in = {
    .method = POST,
    .path = "/sidebar/enter",
    .name = "sidebar_come_in",
    .need = PERM_PUBLIC,
    .scope = SCOPE_NONE,
    .audited = true,
    .outside = true,
    .args = {ARG_CODE(IN_BODY), ARG_STATE(IN_BODY), ARG_BACK(IN_BODY)},
    .run = come_in,
    .refuse = page_refuse,
    .zh = "页面：用企业微信的授权码登录，回到要看的页面",
    .en = "Page: sign in by a code of WeCom and go back to the page that was wanted.",
};
