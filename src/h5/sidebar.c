/* sidebar.c — the first page: whose chat is open, or a search of one's own customers.
 *
 * Inside WeCom the page's script asks whose chat it stands beside and posts that account; the
 * answer is the address of the customer by Koi's own id. Without the script, and for who is not
 * known yet, there is the search. Neither an account nor what is searched for is ever in an
 * address or shown again.
 */
#include "api/customer_json.h"
#include "api/customers.h"
#include "domain/app.h"
#include "domain/identity.h"
#include "h5/page.h"
#include "store/customer.h"
#include "store/customer_card.h"

enum { FOUND_MOST = 20 };

static void put_search(struct page *p)
{
    html_raw(&p->h, "<section class=\"card\">");
    page_form(p, STR("/sidebar/search"), "row");
    HTML(&p->h,
         "<label for=\"q\">%</label><input id=\"q\" name=\"q\" required maxlength=\"120\" "
         "autocomplete=\"off\" enterkeyhint=\"search\"><button>%</button></form></section>\n",
         html_word(&p->h, "昵称、手机号或尾号", "Nickname, phone or its last four digits"),
         html_word(&p->h, "查找我的客户", "Find my customer"));
}

/* Filled in and sent by files/sidebar.js; hidden until it says something. */
static void put_finder(struct page *p)
{
    page_form(p, STR("/sidebar/find"), "finder");
    HTML(&p->h,
         "<input type=\"hidden\" name=\"external_userid\"></form>\n"
         "<p id=\"finding\" class=\"soft\" role=\"status\" hidden data-asking=\"%\" "
         "data-failed=\"%\"></p>\n",
         html_word(&p->h, "正在问企业微信当前是谁的聊天…", "Asking WeCom whose chat is open…"),
         html_word(&p->h, "企业微信没有说是谁，请在下面查找",
                   "WeCom did not say whose chat this is: search below"));
}

static enum rc sidebar(struct request *rq, struct tx *tx, struct err *e)
{
    (void)tx;
    (void)e;
    struct page p = page_open(rq, 0, "客户", "Customer");
    HTML(&p.h, "<h1>%</h1>\n", html_word(&p.h, "看哪位客户？", "Which customer?"));
    put_finder(&p);
    put_search(&p);
    page_close(&p, TAB_PROFILE);
    return RC_OK;
}

const struct route route_sidebar = {
    .method = GET,
    .path = "/sidebar",
    .name = "sidebar",
    .need = PERM_CUSTOMER_READ,
    .scope = SCOPE_ROWS,
    .run = sidebar,
    .refuse = page_refuse,
    .zh = "页面：侧边栏首页",
    .en = "Page: the sidebar's first page.",
};

/* ---- whose chat is open ---- */

static enum rc find(struct request *rq, struct tx *tx, struct err *e)
{
    uint8_t hash[SECRET_INDEX_BYTES];
    struct str value;
    int64_t id = 0;
    int64_t root;
    struct arena *a = request_arena(rq);
    bool good =
        identity_normalise(a, IDENTITY_EXTERNAL_USERID, arg_str(rq, "external_userid"), &value);
    enum rc rc = RC_NOT_FOUND;
    if (good) {
        identity_hash(request_app(rq)->keys, IDENTITY_EXTERNAL_USERID, value, hash);
        rc = identity_find(tx, IDENTITY_EXTERNAL_USERID, STR(""), hash, &id, e);
    }
    if (rc == RC_OK)
        rc = customer_root(tx, id, request_caller(rq)->scope_account, &root, e);
    if (rc == RC_NOT_FOUND) {
        err_set(e, RC_NOT_FOUND, "contact_unknown", "external_userid",
                "这位联系人不是你在 Koi 里的客户", "this contact is none of your customers in Koi");
        err_hint(e, "刚添加的好友要等几秒；也可以按昵称查找",
                 "a friend added just now takes a few seconds; or search by nickname");
        return RC_NOT_FOUND;
    }
    if (rc == RC_OK)
        reply_see_other(rq, arena_printf(a, "/sidebar/customers/%lld", (long long)root));
    return rc;
}

const struct route route_sidebar_find = {
    .method = POST,
    .path = "/sidebar/find",
    .name = "sidebar_find",
    .need = PERM_CUSTOMER_READ,
    .scope = SCOPE_ROWS,
    .args = {{"external_userid", ARG_NAME, IN_BODY, .required = true,
              .zh = "企业微信的外部联系人 ID", .en = "WeCom's id of the contact"}},
    .run = find,
    .refuse = page_refuse,
    .zh = "页面：从聊天到这位客户的页面",
    .en = "Page: from a chat to the page of its customer.",
};

/* ---- searching ---- */

static void put_found(struct page *p, const struct customer_card *c)
{
    HTML(&p->h, "<li><a href=\"%\"><bdi>%</bdi> <span class=\"soft\">", page_customer(p, c->id, ""),
         customer_nickname(p->rq, c->nickname));
    for (size_t i = 0; i < c->staff_n && i < 3; i++)
        HTML(&p->h, "% ", c->staff[i].name);
    HTML(&p->h, "%</span></a></li>\n", page_money(p, c->spend_fen));
}

static enum rc search(struct request *rq, struct tx *tx, struct err *e)
{
    struct customer_query q = {
        .q = arg_str(rq, "q"), .friend = -1, .added_from_s = DB_NULL, .added_to_s = DB_NULL};
    struct customer_asker who = customer_asker(rq, tx);
    struct customer_place start = {0};
    struct customer_filter f;
    struct customer_page found;
    struct customer_card *cards = NULL;
    size_t n = 0;
    enum rc rc = customer_query_filter(tx, &q, &who, &f, e);
    if (rc == RC_OK)
        rc = customer_page(tx, &f, CUSTOMER_BY_ADDED_DESC, &start, 0, FOUND_MOST, false, &found, e);
    if (rc == RC_OK)
        rc = customer_cards(tx, request_app(rq)->keys, who.scope_account, found.ids, found.n,
                            &cards, &n, e);
    if (rc != RC_OK)
        return rc;
    struct page p = page_open(rq, 0, "查找客户", "Find a customer");
    HTML(&p.h, "<h1>%</h1>\n", html_word(&p.h, "找到的客户", "Customers found"));
    if (n == 0)
        HTML(&p.h, "<p class=\"empty\">%</p>\n",
             html_word(&p.h, "没有找到。只找得到你能看到的客户；手机号要写全，或只写后四位。",
                       "Nobody was found. Only customers you may see are; give a whole phone "
                       "number, or its last four digits."));
    html_raw(&p.h, "<ul class=\"card list\">\n");
    for (size_t i = 0; i < n; i++)
        put_found(&p, &cards[i]);
    html_raw(&p.h, "</ul>\n");
    if (found.more)
        HTML(&p.h, "<p class=\"soft\">%</p>\n",
             html_word(&p.h, "还有更多，请写得更具体", "There are more: say more of the name"));
    put_search(&p);
    page_close(&p, TAB_PROFILE);
    return RC_OK;
}

const struct route route_sidebar_search = {
    .method = POST,
    .path = "/sidebar/search",
    .name = "sidebar_search",
    .need = PERM_CUSTOMER_READ,
    .scope = SCOPE_ROWS,
    .args = {{"q", ARG_TEXT, IN_BODY, .required = true, .min = 1, .max = 120,
              .zh = "昵称或姓名的一部分、手机号、手机尾号四位",
              .en = "part of a nickname or name, a phone, its last four digits"}},
    .run = search,
    .refuse = page_refuse,
    .zh = "页面：查找自己的客户",
    .en = "Page: find a customer of one's own.",
};
