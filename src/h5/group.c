/* group.c — GET /g/KEY: what a group is for, who runs it, and the code to join it.
 *
 * For people who are nobody's yet: no sign-in, no cookie, no script, nothing of theirs is kept but
 * a count of views a day. One page of HTML, 8 KB with the code's picture, in the language asked
 * for (?lang=, else the browser's), with a link to the other. What is shown are the corp's own
 * words, escaped. An unknown, ended or full code says so with the way out; unknown ones all look
 * the same. Opened too often from one address it answers 429; a crowd behind one address of a phone
 * network may read 120 at once.
 */
#include "h5/group.h"

#include "base/base64.h"
#include "base/calendar.h"
#include "base/limits.h"
#include "domain/app.h"
#include "file/qr.h"
#include "h5/page.h"
#include "http/guard.h"
#include "store/code.h"

#include <inttypes.h>
#include <string.h>

enum { MAC_BYTES = 8, KEY_MOST = 48, SCALE = 6 };

/* ---- its address ---- */

static void mac_of(const struct keyring *keys, int64_t id, struct arena *a, char out[static 17])
{
    uint8_t hash[SECRET_INDEX_BYTES];
    secret_index(keys, STR("code.page"), arena_printf(a, "%" PRId64, id), hash);
    secret_hex(hash, MAC_BYTES, out);
}

struct str group_page_path(const struct keyring *keys, int64_t code_id, struct arena *a)
{
    char mac[2 * MAC_BYTES + 1];
    mac_of(keys, code_id, a, mac);
    return arena_printf(a, "/g/%" PRId64 "-%s", code_id, mac);
}

/* The code of a key; 0: none has it. */
static int64_t id_of(const struct keyring *keys, struct str key, struct arena *a)
{
    char mac[2 * MAC_BYTES + 1];
    struct str number;
    int64_t id = 0;
    if (!str_cut(&key, '-', &number) || !str_to_i64(number, &id) || id <= 0)
        return 0;
    mac_of(keys, id, a, mac);
    return key.n == sizeof mac - 1 && secret_equal(key.p, mac, key.n) ? id : 0;
}

/* ---- the page ---- */

/* A reason and what can be done, where there is nothing to join. */
static void no_way_in(struct page *p, struct str why, struct str way_out)
{
    HTML(&p->h, "<p class=\"text\">%</p><p class=\"soft\">%</p>\n", why, way_out);
}

/* The group that stands at WeCom now; NULL: none of them can take anybody. */
static const struct code_group *open_group(const struct code *c)
{
    for (size_t i = 0; i < c->groups_n; i++) {
        const struct code_group *g = &c->groups[i];
        bool room = c->full_at == DB_NULL || g->members < c->full_at || c->auto_room;
        if (!g->dismissed && room && !str_empty(g->chat_id) && str_find(c->listed, g->chat_id) >= 0)
            return g;
    }
    return NULL;
}

/* Where Koi knows what WeCom's picture says it draws the code, else WeCom's picture is shown. */
static enum rc way_in(struct page *p, const struct code *c, const struct code_group *g,
                      struct err *e)
{
    struct str png, picture = c->qr_url;
    if (!str_empty(c->qr_text)) {
        enum rc rc = qr_png(c->qr_text, STR(""), SCALE, p->a, &png, e);
        if (rc != RC_OK)
            return rc;
        struct str text = base64_encode(png, p->a);
        picture = arena_printf(p->a, "data:image/png;base64," STR_FMT, STR_ARG(text));
    }
    if (!str_empty(g->owner))
        HTML(&p->h, "<p class=\"soft\">%%</p>\n", html_word(&p->h, "群主：", "Run by "), g->owner);
    if (!str_empty(c->page_text))
        HTML(&p->h, "<p class=\"text\">%</p>\n", c->page_text);
    HTML(&p->h, "<img alt=\"%\" src=\"%\"><p class=\"soft\">%</p>\n",
         html_word(&p->h, "入群二维码", "code to join"), picture,
         html_word(&p->h, "长按二维码，选择“识别图中的二维码”加入",
                   "Press the code and hold, then choose to scan it, to join"));
    return RC_OK;
}

static enum rc write_page(struct request *rq, bool english, const struct code *c, struct err *e)
{
    const struct html say = {.english = english};
    struct str name = c->id != 0 ? c->name : html_word(&say, "没有这个群", "No such group");
    struct str ask = html_word(&say, "请向发给你的人要新的二维码。",
                               "Ask whoever gave it to you for a new code.");
    struct page p = page_open_public(rq, english, name);
    const struct code_group *g = c->id != 0 ? open_group(c) : NULL;
    enum rc rc = RC_OK;
    HTML(&p.h, "<section class=\"card\"><h1>%</h1>\n", name);
    if (c->id == 0)
        no_way_in(&p,
                  html_word(&say, "这个地址不完整，或者群已不在。",
                            "The address is incomplete, or the group is gone."),
                  ask);
    else if (!code_is_active(c) || (str_empty(c->qr_text) && str_empty(c->qr_url)))
        no_way_in(&p, html_word(&say, "这个入群码已经结束。", "This code has ended."), ask);
    else if (g == NULL)
        no_way_in(&p, html_word(&say, "群暂时满了。", "The group is full for now."),
                  html_word(&say, "管理员会开新群，请过些时候再打开这个页面。",
                            "A new one will be opened: come back to this page in a while."));
    else
        rc = way_in(&p, c, g, e);
    html_raw(&p.h, "</section>\n");
    page_close_public(&p);
    return rc;
}

/* ---- the route ---- */

static enum rc prepare(struct request *rq, struct tx *tx, struct err *e)
{
    (void)tx;
    return guard_visit(request_address(rq), e);
}

static enum rc page_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct arena *a = request_arena(rq);
    struct code c = {0};
    struct str lang = arg_str(rq, "lang");
    bool english = str_empty(lang) ? request_caller(rq)->english : str_eq(lang, STR("en"));
    int64_t id = id_of(request_app(rq)->keys, arg_str(rq, "page_key"), a);
    enum rc rc = id == 0 ? RC_NOT_FOUND : code_load(tx, id, a, &c, e);
    if (rc == RC_NOT_FOUND || (rc == RC_OK && !str_eq(c.kind, STR("group")))) {
        if (e != NULL)
            *e = (struct err)ERR_INIT;
        c = (struct code){0};
        rc = RC_OK;
        reply_status(rq, 404);
    }
    if (rc == RC_OK && c.id != 0)
        rc = code_page_viewed(tx, c.id, calendar_day_of(tx_now_s(tx)), e);
    return rc == RC_OK ? write_page(rq, english, &c, e) : rc;
}

const struct route route_group_page = {
    .method = GET,
    .path = "/g/{page_key}",
    .name = "group_page",
    .need = PERM_PUBLIC,
    .scope = SCOPE_NONE,
    .writes = true,
    .foreign = true,
    .args = {{"page_key", ARG_TEXT, IN_PATH, .required = true, .max = KEY_MOST,
              .zh = "入群页的编号", .en = "key of the page"},
             {"lang", ARG_CHOICE, .choices = "zh|en", .zh = "语言", .en = "language"}},
    .prepare = prepare,
    .run = page_run,
    .refuse = page_refuse,
    .zh = "入群前的说明页（HTML）：群做什么、谁在管、二维码",
    .en = "The page before joining a group (HTML): what it is for, who runs it, the code.",
};
