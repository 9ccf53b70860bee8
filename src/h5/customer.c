/* customer.c — one customer beside their chat: who they are, whose, what they spent, and what staff
 * do with them while they talk: tags, stage, notes.
 *
 * Everything personal passes through the mask, as in the console; what is masked can be seen by who
 * may, with a reason, once. Each button is a form of its own path, so the page works without
 * JavaScript. A page is about 6 KB.
 */
#include "api/customer_json.h"
#include "api/customers.h"
#include "base/calendar.h"
#include "base/limits.h"
#include "domain/app.h"
#include "domain/mask.h"
#include "h5/page.h"
#include "query/print.h"
#include "store/binding.h"
#include "store/customer.h"
#include "store/customer_card.h"
#include "store/field.h"
#include "store/stage.h"
#include "store/tag.h"
#include "store/timeline.h"

/* What keeps a first visit below 40 KB: notes until so many bytes of page, tags of a group. */
enum { NOTES_SHOWN = 10, NOTES_BYTES = 18 << 10, TAGS_AT_ONCE = 150, TAGS_SHOWN = 200 };

/* ---- who ---- */

/* Whose they are, while the binding protects them. */
static enum rc put_owner(struct page *p, struct tx *tx, int64_t root, struct err *e)
{
    struct binding_row b;
    struct binding_touch_shown t;
    enum rc rc = binding_load(tx, root, &b, e);
    if (rc == RC_NOT_FOUND)
        return RC_OK;
    if (rc == RC_OK)
        rc = binding_touch_of(tx, b.step_id, &t, e);
    if (rc == RC_OK && (b.until_s == DB_NULL || tx_now_s(tx) < b.until_s))
        HTML(&p->h, "<p>% <bdi>%</bdi></p>\n", html_word(&p->h, "归属", "Belongs to"), t.staff);
    return rc;
}

static void put_figures(struct page *p, const struct customer_card *c)
{
    HTML(&p->h,
         "<dl class=\"figures\"><div><dt>%</dt><dd>%</dd></div>"
         "<div><dt>%</dt><dd>%</dd></div><div><dt>%</dt><dd>%</dd></div></dl>\n",
         html_word(&p->h, "累计消费", "Spent"), page_money(p, c->spend_fen),
         html_word(&p->h, "订单", "Orders"), html_int(p->a, c->orders),
         html_word(&p->h, "最近下单", "Last order"), page_day(p, c->last_order_s));
}

static enum rc put_head(struct page *p, struct tx *tx, const struct customer_card *c, struct err *e)
{
    HTML(&p->h, "<section class=\"card\"><h1><bdi>%</bdi></h1>\n",
         customer_nickname(p->rq, c->nickname));
    if (c->tiers_n > 0)
        html_raw(&p->h, "<p>");
    for (size_t i = 0; i < c->tiers_n; i++)
        HTML(&p->h, "<span class=\"chip\">%: %</span> ", c->tiers[i].model, c->tiers[i].tier);
    if (c->tiers_n > 0)
        html_raw(&p->h, "</p>\n");
    enum rc rc = put_owner(p, tx, c->id, e);
    put_figures(p, c);
    html_raw(&p->h, "</section>\n");
    return rc;
}

/* ---- profile ---- */

static void put_pair(struct page *p, const char *zh, const char *en, struct str value)
{
    if (!str_empty(value))
        HTML(&p->h, "<div><dt>%</dt><dd><bdi>%</bdi></dd></div>\n", html_word(&p->h, zh, en),
             value);
}

static enum rc open_sealed(struct page *p, const char *place, struct str sealed, struct str *out,
                           struct err *e)
{
    *out = STR_ABSENT;
    return sealed.p == NULL
               ? RC_OK
               : secret_open(request_app(p->rq)->keys, str_from(place), sealed, p->a, out, e);
}

/* The way to a masked value: which, and why, for the audit log. */
static void put_unmask(struct page *p, int64_t root)
{
    if (!request_may(p->rq, PERM_CUSTOMER_UNMASK))
        return;
    HTML(&p->h, "<details><summary>%</summary>\n",
         html_word(&p->h, "查看脱敏信息", "See what is masked"));
    page_form(p, page_customer(p, root, "/unmask"), "stack");
    HTML(&p->h,
         "<label for=\"field\">%</label><select id=\"field\" name=\"field\">"
         "<option value=\"phone\">%</option><option value=\"name\">%</option>"
         "<option value=\"address\">%</option></select>\n"
         "<label for=\"reason\">%</label><input id=\"reason\" name=\"reason\" required "
         "minlength=\"2\" maxlength=\"120\"><button>%</button></form></details>\n",
         html_word(&p->h, "看哪一项", "Which"), html_word(&p->h, "手机号", "Phone"),
         html_word(&p->h, "姓名", "Name"), html_word(&p->h, "地址", "Address"),
         html_word(&p->h, "原因（记入审计日志）", "Why (goes into the audit log)"),
         html_word(&p->h, "查看", "Show"));
}

/* The value of a field in words; absent when there is none. */
static struct str field_words(struct page *p, const struct field_value *v)
{
    char day[11];
    struct buf b;
    struct str out;
    bool is_day = str_eq(v->field.type, STR("day"));
    if (v->number == DB_NULL)
        return v->text;
    if (str_eq(v->field.type, STR("yes_no")))
        return v->number != 0 ? html_word(&p->h, "是", "yes") : html_word(&p->h, "否", "no");
    buf_init(&b, 64);
    if (is_day)
        calendar_format_day((int32_t)v->number, day);
    if (is_day)
        buf_addz(&b, day);
    else
        print_number(v->number, &b);
    out = arena_str(p->a, buf_str(&b));
    buf_done(&b);
    return out;
}

/* Custom fields that have a value; of personal ones only that there is one. */
static enum rc put_fields(struct page *p, struct tx *tx, int64_t root, struct err *e)
{
    struct field_value *values;
    size_t n;
    enum rc rc = field_values(tx, request_app(p->rq)->keys, root, &values, &n, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        struct str words = field_words(p, &values[i]);
        if (str_empty(words))
            continue;
        if (!str_eq(values[i].field.class, STR("plain")))
            words = html_word(&p->h, "（已脱敏）", "(masked)");
        HTML(&p->h, "<div><dt>%</dt><dd><bdi>%</bdi></dd></div>\n", values[i].field.name, words);
    }
    return rc;
}

static enum rc put_profile(struct page *p, struct tx *tx, const struct customer_card *card,
                           struct err *e)
{
    struct customer c;
    struct str name = STR_ABSENT, address = STR_ABSENT;
    enum rc rc = customer_load(tx, card->id, &c, e);
    if (rc == RC_OK)
        rc = open_sealed(p, "customer.name", c.name_sealed, &name, e);
    if (rc == RC_OK)
        rc = open_sealed(p, "customer.address", c.address_sealed, &address, e);
    if (rc != RC_OK)
        return rc;
    bool female = str_eq(card->gender, STR("female"));
    HTML(&p->h, "<section class=\"card\"><h2>%</h2><dl>\n", html_word(&p->h, "资料", "Profile"));
    put_pair(p, "手机号", "Phone", mask_phone(p->a, card->phone));
    put_pair(p, "姓名", "Name", mask_name(p->a, name));
    if (!str_empty(card->gender))
        put_pair(p, "性别", "Gender",
                 female ? html_word(&p->h, "女", "female") : html_word(&p->h, "男", "male"));
    put_pair(p, "省份", "Province", card->province);
    put_pair(p, "城市", "City", card->city);
    put_pair(p, "地址", "Address", mask_address(p->a, address));
    put_pair(p, "来源", "Source", card->source);
    if (card->added_s != DB_NULL)
        put_pair(p, "添加时间", "Friend since", page_day(p, card->added_s));
    for (size_t i = 0; i < card->staff_n; i++)
        put_pair(p, "好友", "Friend of", card->staff[i].name);
    if (c.no_marketing != 0)
        put_pair(p, "营销", "Marketing", html_word(&p->h, "不接受", "asked for none"));
    rc = put_fields(p, tx, card->id, e);
    html_raw(&p->h, "</dl>\n");
    put_unmask(p, card->id);
    html_raw(&p->h, "</section>\n");
    return rc;
}

/* ---- tags and stage ---- */

static void put_tags(struct page *p, const struct customer_card *c)
{
    HTML(&p->h, "<section class=\"card\" id=\"tags\"><h2>%</h2>\n",
         html_word(&p->h, "标签", "Tags"));
    if (c->tags_n == 0)
        HTML(&p->h, "<p class=\"soft\">%</p>\n", html_word(&p->h, "还没有标签", "No tags yet"));
    page_form(p, page_customer(p, c->id, "/tags"), "chips");
    for (size_t i = 0; i < c->tags_n; i++) {
        struct str path =
            arena_printf(p->a, STR_FMT "/%lld/remove", STR_ARG(page_customer(p, c->id, "/tags")),
                         (long long)c->tags[i].id);
        HTML(&p->h, "<button class=\"chip\" formaction=\"%\" aria-label=\"% %\">% ✕</button>\n",
             path, html_word(&p->h, "移除标签", "Take off the tag"), c->tags[i].name,
             c->tags[i].name);
    }
    HTML(&p->h, "<a class=\"chip\" href=\"%\">%</a></form></section>\n",
         page_customer(p, c->id, "/tags"), html_word(&p->h, "＋ 打标签", "+ Add a tag"));
}

static enum rc put_stage(struct page *p, struct tx *tx, const struct customer_card *c,
                         struct err *e)
{
    struct stage *list;
    size_t n;
    enum rc rc = stage_list_plain(tx, &list, &n, e);
    if (rc != RC_OK || n == 0)
        return rc;
    html_raw(&p->h, "<section class=\"card\" id=\"stage\">");
    page_form(p, page_customer(p, c->id, "/stage"), "row");
    HTML(&p->h,
         "<label for=\"stage_id\">%</label><select id=\"stage_id\" name=\"stage_id\">"
         "<option value=\"\">%</option>\n",
         html_word(&p->h, "阶段", "Stage"), html_word(&p->h, "（没有）", "(none)"));
    for (size_t i = 0; i < n; i++) {
        HTML(&p->h, "<option value=\"%\"", html_int(p->a, list[i].id));
        if (list[i].id == c->stage_id)
            html_raw(&p->h, " selected");
        HTML(&p->h, ">%</option>\n", list[i].name);
    }
    HTML(&p->h, "</select><button>%</button></form></section>\n", html_word(&p->h, "改", "Change"));
    return RC_OK;
}

/* ---- notes ---- */

static void put_note_form(struct page *p, int64_t root)
{
    page_form(p, page_customer(p, root, "/notes"), "stack");
    HTML(&p->h,
         "<label for=\"text\">%</label>"
         "<textarea id=\"text\" name=\"text\" required rows=\"3\"></textarea>\n"
         "<label for=\"remind_days\">%</label><select id=\"remind_days\" name=\"remind_days\">"
         "<option value=\"\">%</option><option value=\"1\">%</option>"
         "<option value=\"3\">%</option><option value=\"7\">%</option>"
         "<option value=\"30\">%</option></select><button>%</button></form>\n",
         html_word(&p->h, "写一条备注", "Write a note"), html_word(&p->h, "提醒我", "Remind me"),
         html_word(&p->h, "不提醒", "no"), html_word(&p->h, "明天", "tomorrow"),
         html_word(&p->h, "3 天后", "in 3 days"), html_word(&p->h, "7 天后", "in 7 days"),
         html_word(&p->h, "30 天后", "in 30 days"), html_word(&p->h, "记下", "Keep it"));
}

static enum rc put_notes(struct page *p, struct tx *tx, int64_t root, struct err *e)
{
    struct note *list;
    size_t n;
    enum rc rc = note_list(tx, request_app(p->rq)->keys, root, INT64_MAX, INT64_MAX, NOTES_SHOWN,
                           &list, &n, e);
    if (rc != RC_OK)
        return rc;
    HTML(&p->h, "<section class=\"card\" id=\"notes\"><h2>%</h2>\n",
         html_word(&p->h, "备注", "Notes"));
    put_note_form(p, root);
    html_raw(&p->h, "<ul class=\"list\">\n");
    for (size_t i = 0; i < n && p->h.out->n < NOTES_BYTES; i++) {
        HTML(&p->h, "<li><p class=\"text\"><bdi>%</bdi></p><p class=\"soft\">% %", list[i].text,
             page_time(p, list[i].at_s), list[i].account);
        if (list[i].remind_s != DB_NULL)
            HTML(&p->h, " · % %",
                 list[i].done_s != DB_NULL ? html_word(&p->h, "已完成", "done")
                                           : html_word(&p->h, "提醒", "reminds on"),
                 page_day(p, list[i].remind_s));
        html_raw(&p->h, "</p></li>\n");
    }
    html_raw(&p->h, "</ul></section>\n");
    return RC_OK;
}

/* The card of {customer_id}, as far as the caller sees them. */
static enum rc load_card(struct request *rq, struct tx *tx, struct customer_card **out,
                         struct err *e)
{
    int64_t root;
    size_t n;
    enum rc rc = customer_arg(rq, tx, &root, e);
    if (rc == RC_OK)
        rc = customer_cards(tx, request_app(rq)->keys, request_caller(rq)->scope_account, &root, 1,
                            out, &n, e);
    return rc == RC_OK && n == 0 ? RC_NOT_FOUND : rc;
}

static enum rc customer(struct request *rq, struct tx *tx, struct err *e)
{
    struct customer_card *card;
    enum rc rc = load_card(rq, tx, &card, e);
    if (rc != RC_OK)
        return rc;
    struct page p = page_open(rq, card->id, "客户", "Customer");
    rc = put_head(&p, tx, card, e);
    put_tags(&p, card);
    if (rc == RC_OK)
        rc = put_stage(&p, tx, card, e);
    if (rc == RC_OK)
        rc = put_notes(&p, tx, card->id, e);
    if (rc == RC_OK)
        rc = put_profile(&p, tx, card, e);
    page_close(&p, TAB_PROFILE);
    return rc;
}

const struct route route_sidebar_customer = {
    .method = GET,
    .path = "/sidebar/customers/{customer_id}",
    .name = "sidebar_customer",
    .need = PERM_CUSTOMER_READ,
    .scope = SCOPE_ROWS,
    .args = {ARG_CUSTOMER_ID},
    .run = customer,
    .refuse = page_refuse,
    .zh = "页面：一位客户",
    .en = "Page: one customer.",
};

/* ---- choosing a tag ---- */

static bool is_worn(const struct customer_card *c, int64_t tag_id)
{
    for (size_t i = 0; i < c->tags_n; i++) {
        if (c->tags[i].id == tag_id)
            return true;
    }
    return false;
}

static void put_choice(struct page *p, const struct customer_card *c, const struct tag *t)
{
    struct str path = arena_printf(p->a, STR_FMT "/%lld/put",
                                   STR_ARG(page_customer(p, c->id, "/tags")), (long long)t->id);
    HTML(&p->h, "<button class=\"chip\" formaction=\"%\">%</button>\n", path, t->name);
}

/* The tags of a group that may be put on, as buttons of one form. */
static void put_group(struct page *p, const struct customer_card *c, const struct tag_group *g,
                      const struct tag *tags, size_t n)
{
    size_t shown = 0;
    HTML(&p->h, "<section class=\"card\"><h2>%</h2>\n", g->name);
    page_form(p, page_customer(p, c->id, "/tags"), "chips");
    for (size_t i = 0; i < n && shown < TAGS_SHOWN; i++) {
        bool fits = tags[i].group_id == g->id && tags[i].archived_s == DB_NULL;
        if (!fits || is_worn(c, tags[i].id))
            continue;
        put_choice(p, c, &tags[i]);
        shown++;
    }
    html_raw(&p->h, "</form>\n");
    if (shown == 0)
        HTML(&p->h, "<p class=\"soft\">%</p>\n",
             html_word(&p->h, "没有可以再打的标签", "No tag left to put on"));
    if (shown == TAGS_SHOWN)
        HTML(&p->h, "<p class=\"soft\">%</p>\n",
             html_word(&p->h, "标签太多，其余的请在后台打", "The rest are in the console"));
    html_raw(&p->h, "</section>\n");
}

/* A large library is shown group by group. */
static void put_library(struct page *p, const struct customer_card *c,
                        const struct tag_group *groups, size_t groups_n, const struct tag *tags,
                        size_t n)
{
    int64_t chosen = arg_int(p->rq, "tag_group");
    bool folded = chosen == 0 && n > TAGS_AT_ONCE;
    if (folded)
        html_raw(&p->h, "<ul class=\"card list\">\n");
    for (size_t i = 0; i < groups_n; i++) {
        if (folded)
            HTML(&p->h, "<li><a href=\"%?tag_group=%\">%</a></li>\n",
                 page_customer(p, c->id, "/tags"), html_int(p->a, groups[i].id), groups[i].name);
        else if (chosen == 0 || chosen == groups[i].id)
            put_group(p, c, &groups[i], tags, n);
    }
    if (folded)
        html_raw(&p->h, "</ul>\n");
}

static enum rc tags_page(struct request *rq, struct tx *tx, struct err *e)
{
    struct customer_card *card;
    struct tag_group *groups;
    struct tag *tags;
    size_t groups_n;
    size_t n;
    enum rc rc = load_card(rq, tx, &card, e);
    if (rc == RC_OK)
        rc = tag_group_list(tx, &groups, &groups_n, e);
    if (rc == RC_OK)
        rc = tag_list_plain(tx, &tags, &n, e);
    if (rc != RC_OK)
        return rc;
    struct page p = page_open(rq, card->id, "打标签", "Add a tag");
    HTML(&p.h, "<h1>%: <bdi>%</bdi></h1>\n", html_word(&p.h, "打标签", "Add a tag"),
         customer_nickname(rq, card->nickname));
    if (n == 0)
        HTML(&p.h, "<p class=\"empty\">%</p>\n",
             html_word(&p.h, "还没有标签，请运营人员在后台建立",
                       "There are no tags yet: an operator makes them in the console"));
    put_library(&p, card, groups, groups_n, tags, n);
    HTML(&p.h, "<p><a href=\"%#tags\">%</a></p>\n", page_customer(&p, card->id, ""),
         html_word(&p.h, "回到客户", "Back to the customer"));
    page_close(&p, TAB_PROFILE);
    return RC_OK;
}

const struct route route_sidebar_tags = {
    .method = GET,
    .path = "/sidebar/customers/{customer_id}/tags",
    .name = "sidebar_tags",
    .need = PERM_CUSTOMER_WRITE,
    .scope = SCOPE_ROWS,
    .args = {ARG_CUSTOMER_ID,
             {"tag_group", ARG_ID, .zh = "只看这一组", .en = "this group's alone"}},
    .run = tags_page,
    .refuse = page_refuse,
    .zh = "页面：选一个标签",
    .en = "Page: choose a tag.",
};

/* ---- seeing what is masked ---- */

static enum rc unmask(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t root;
    struct str value;
    enum rc rc = customer_arg(rq, tx, &root, e);
    if (rc == RC_OK)
        rc = customer_unmasked(rq, tx, root, &value, e);
    if (rc != RC_OK)
        return rc;
    struct page p = page_open(rq, root, "脱敏信息", "What is masked");
    HTML(&p.h,
         "<section class=\"card\"><p class=\"text\"><bdi>%</bdi></p>"
         "<p><a href=\"%\">%</a></p>\n",
         str_empty(value) ? html_word(&p.h, "（没有）", "(none)") : value,
         page_customer(&p, root, ""), html_word(&p.h, "回到客户", "Back to the customer"));
    html_raw(&p.h, "</section>\n");
    page_close(&p, TAB_PROFILE);
    return RC_OK;
}

const struct route route_sidebar_unmask = {
    .method = POST,
    .path = "/sidebar/customers/{customer_id}/unmask",
    .name = "sidebar_unmask",
    .need = PERM_CUSTOMER_UNMASK,
    .scope = SCOPE_ROWS,
    .writes = true,
    .audited = true,
    .args = {ARG_CUSTOMER_ID,
             {"field", ARG_CHOICE, IN_BODY, .required = true, .choices = "phone|name|address",
              .zh = "看哪一项", .en = "which"},
             {"reason", ARG_NAME, IN_BODY, .required = true, .min = 2, .max = LIMIT_NAME,
              .zh = "查看原因，记入审计日志，请勿写个人信息",
              .en = "why; goes into the audit log, so no personal data"}},
    .run = unmask,
    .refuse = page_refuse,
    .zh = "页面：查看一项脱敏信息的原文",
    .en = "Page: one masked value in the clear; each look is an audit row.",
};
