/* scripts.c — ready sentences beside the chat: searched, filled with the customer's nickname,
 * copied or sent.
 *
 * A script is shown filled, so that what is read is what is sent; WeCom's own dialogue asks before
 * anything leaves. {name} is the nickname as the caller may see it; without a customer it stays.
 * What is searched for are words of scripts, which are no personal data, so they may be in the
 * address and a page can be kept. The nickname is never there.
 */
#include "api/customer_json.h"
#include "api/customers.h"
#include "h5/page.h"
#include "store/customer.h"
#include "store/script.h"

/* As many as keep a first visit below 40 KB, however long they are. */
enum { SHOWN_MOST = 40, SHOWN_BYTES = 22 << 10 };

/* The text with each {name} replaced; as it is without a nickname. */
static struct str fill(struct arena *a, struct str text, struct str nickname)
{
    struct str mark = STR("{name}");
    struct buf b;
    ptrdiff_t at = str_find(text, mark);
    if (str_empty(nickname) || at < 0)
        return text;
    buf_init(&b, SCRIPT_TEXT_MOST + SCRIPT_TEXT_MOST / mark.n * nickname.n);
    while (at >= 0) {
        buf_add(&b, str_sub(text, 0, (size_t)at));
        buf_add(&b, nickname);
        text = str_sub(text, (size_t)at + mark.n, text.n);
        at = str_find(text, mark);
    }
    buf_add(&b, text);
    struct str out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return out;
}

static struct str own_path(const struct page *p)
{
    return p->customer_id != 0 ? page_customer(p, p->customer_id, "/scripts")
                               : STR("/sidebar/scripts");
}

static void put_search(struct page *p, const struct str *groups, size_t n)
{
    HTML(&p->h,
         "<section class=\"card\"><form method=\"get\" action=\"%\" class=\"stack\">"
         "<label for=\"words\">%</label><input id=\"words\" name=\"words\" value=\"%\" "
         "maxlength=\"120\" "
         "enterkeyhint=\"search\"><label for=\"in\">%</label><select id=\"in\" name=\"in\">"
         "<option value=\"\">%</option>\n",
         own_path(p), html_word(&p->h, "话术里的词", "Words of the script"),
         arg_str(p->rq, "words"), html_word(&p->h, "分组", "Group"),
         html_word(&p->h, "全部", "All"));
    for (size_t i = 0; i < n; i++) {
        HTML(&p->h, "<option value=\"%\"", groups[i]);
        if (str_eq(groups[i], arg_str(p->rq, "in")))
            html_raw(&p->h, " selected");
        HTML(&p->h, ">%</option>\n", groups[i]);
    }
    HTML(&p->h, "</select><button>%</button></form></section>\n",
         html_word(&p->h, "找话术", "Find a script"));
}

static void put_script(struct page *p, const struct script *s, struct str nickname)
{
    HTML(&p->h,
         "<li><p><b>%</b> <span class=\"soft\">%</span></p><p class=\"text\" data-script>%</p>"
         "<p class=\"acts\" hidden data-acts>"
         "<button type=\"button\" class=\"plain\" data-copy data-done=\"%\">%</button> "
         "<button type=\"button\" data-send hidden data-done=\"%\" data-other=\"%\" "
         "data-failed=\"%\">%</button></p></li>\n",
         s->title, s->group, fill(p->a, s->text, nickname), html_word(&p->h, "已复制", "Copied"),
         html_word(&p->h, "复制", "Copy"), html_word(&p->h, "已交给聊天", "Handed to the chat"),
         html_word(&p->h, "没有发：当前聊天不是这位客户",
                   "Not sent: the chat is with somebody else"),
         html_word(&p->h, "没有发出，请复制", "Not sent: copy it instead"),
         html_word(&p->h, "发送", "Send"));
}

/* By which the page's script makes sure, before it sends, that the chat is still this customer's:
 * the texts have their name. */
static void put_check(struct page *p)
{
    page_form(p, STR("/sidebar/find"), "check");
    html_raw(&p->h, "<input type=\"hidden\" name=\"external_userid\"></form>\n");
}

static enum rc put_scripts(struct request *rq, struct tx *tx, int64_t root, struct str nickname,
                           struct err *e)
{
    struct script_filter f = {.group = arg_str(rq, "in"), .words = arg_str(rq, "words")};
    struct script *list;
    struct str *groups;
    size_t n;
    size_t groups_n;
    enum rc rc = script_list(tx, &f, &list, &n, e);
    if (rc == RC_OK)
        rc = script_groups(tx, &groups, &groups_n, e);
    if (rc != RC_OK)
        return rc;
    struct page p = page_open(rq, root, "话术", "Scripts");
    HTML(&p.h, "<h1>% <bdi>%</bdi></h1>\n", html_word(&p.h, "话术", "Scripts"), nickname);
    put_search(&p, groups, groups_n);
    if (groups_n == 0)
        HTML(&p.h, "<p class=\"empty\">%</p>\n",
             html_word(&p.h, "还没有话术，请运营人员在后台“话术”里写",
                       "There are no scripts yet: operators write them in the console"));
    else if (n == 0)
        HTML(&p.h, "<p class=\"empty\">%</p>\n",
             html_word(&p.h, "没有符合的话术，换几个词试试",
                       "No script has these words: try others"));
    html_raw(&p.h, "<ul class=\"card list\">\n");
    size_t shown = 0;
    while (shown < n && shown < SHOWN_MOST && p.h.out->n < SHOWN_BYTES)
        put_script(&p, &list[shown++], nickname);
    html_raw(&p.h, "</ul>\n");
    if (root != 0)
        put_check(&p);
    if (shown < n)
        HTML(
            &p.h, "<p class=\"soft\">%</p>\n",
            html_word(&p.h, "还有更多，请选分组或写词", "There are more: choose a group or words"));
    page_close(&p, TAB_SCRIPTS);
    return RC_OK;
}

#define ARGS_SCRIPTS                                                                               \
    {"words", ARG_TEXT, .max = 120, .zh = "标题或正文里的词", .en = "words of title or text"},     \
    {                                                                                              \
        "in", ARG_TEXT, .max = 120, .zh = "只看这一组", .en = "this group's alone"                 \
    }

static enum rc scripts(struct request *rq, struct tx *tx, struct err *e)
{
    return put_scripts(rq, tx, 0, STR_ABSENT, e);
}

const struct route route_sidebar_scripts = {
    .method = GET,
    .path = "/sidebar/scripts",
    .name = "sidebar_scripts",
    .need = PERM_CUSTOMER_READ,
    .scope = SCOPE_NONE,
    .args = {ARGS_SCRIPTS},
    .run = scripts,
    .refuse = page_refuse,
    .zh = "页面：话术",
    .en = "Page: scripts.",
};

static enum rc customer_scripts(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t root;
    struct customer c;
    enum rc rc = customer_arg(rq, tx, &root, e);
    if (rc == RC_OK)
        rc = customer_load(tx, root, &c, e);
    return rc == RC_OK ? put_scripts(rq, tx, root, customer_nickname(rq, c.nickname), e) : rc;
}

const struct route route_sidebar_customer_scripts = {
    .method = GET,
    .path = "/sidebar/customers/{customer_id}/scripts",
    .name = "sidebar_customer_scripts",
    .need = PERM_CUSTOMER_READ,
    .scope = SCOPE_ROWS,
    .args = {ARG_CUSTOMER_ID, ARGS_SCRIPTS},
    .run = customer_scripts,
    .refuse = page_refuse,
    .zh = "页面：给这位客户的话术",
    .en = "Page: scripts for a customer.",
};
