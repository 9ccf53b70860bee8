/* group_page.c — GET /g/KEY: what a group is for, who runs it, and the code to join it.
 *
 * For people who are nobody's yet: no sign-in, no cookie, no script, nothing of theirs is kept but
 * a count of views a day. One page of HTML with its style in it, 12 KB with the code's picture (the
 * most is PAGE_BYTES), in the look of WeUI, in the language asked for (?lang=, else the browser's),
 * with a link to the other. What is shown are the corp's own words, escaped. An unknown, ended or
 * full code says so with the way out; unknown ones all look the same. Opened too often from one
 * address it answers 429; a crowd behind one address of a phone network may read 120 at once.
 */
#include "api/group_page.h"

#include "api/routes.h"
#include "base/buf.h"
#include "base/calendar.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/lock.h"
#include "domain/app.h"
#include "file/qr.h"
#include "store/code.h"

#include <inttypes.h>
#include <pthread.h>
#include <string.h>

enum { PAGE_BYTES = 40 << 10, MAC_BYTES = 8, KEY_MOST = 48, SCALE = 6 };

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

/* ---- how often ---- */

enum { SLOTS = 1024, BURST = 120, A_SECOND = 5 };

static struct {
    pthread_once_t once;
    struct lock lock;
    struct {
        int64_t at_us;
        double tokens;
    } slots[SLOTS]; /* by a hash of the address: strangers may share one */
} crowd = {.once = PTHREAD_ONCE_INIT};

static void begin_crowd(void)
{
    lock_init(&crowd.lock, LOCK_LEAF);
    for (size_t i = 0; i < SLOTS; i++)
        crowd.slots[i].tokens = BURST;
}

static enum rc let_in(struct str address, struct err *e)
{
    pthread_once(&crowd.once, begin_crowd);
    uint64_t hash = 0;
    for (size_t i = 0; i < address.n; i++)
        hash = hash_u64(hash ^ (unsigned char)address.p[i]);
    size_t k = hash % SLOTS;
    int64_t now_us = clock_mono_us();
    lock_take(&crowd.lock);
    double tokens =
        crowd.slots[k].tokens + (double)(now_us - crowd.slots[k].at_us) / 1e6 * A_SECOND;
    tokens = tokens > BURST ? BURST : tokens;
    bool in = tokens >= 1;
    crowd.slots[k].tokens = in ? tokens - 1 : tokens;
    crowd.slots[k].at_us = now_us;
    lock_give(&crowd.lock);
    if (in)
        return RC_OK;
    err_set(e, RC_RATE, "page_too_often", NULL, "打开得太频繁", "opened too often");
    err_hint(e, "请稍后再打开", "open it again in a moment");
    return RC_RATE;
}

/* ---- the page ---- */

struct page {
    struct buf b;
    bool english;
};

static void text(struct page *p, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '&')
            buf_addz(&p->b, "&amp;");
        else if (c == '<')
            buf_addz(&p->b, "&lt;");
        else if (c == '>')
            buf_addz(&p->b, "&gt;");
        else if (c == '"')
            buf_addz(&p->b, "&quot;");
        else if (c == '\n')
            buf_addz(&p->b, "<br>");
        else if ((unsigned char)c >= ' ')
            buf_addc(&p->b, c);
    }
}

static const char *say(const struct page *p, const char *zh, const char *en)
{
    return p->english ? en : zh;
}

static void element(struct page *p, const char *tag, const char *class, struct str s)
{
    buf_addf(&p->b, "<%s class=\"%s\">", tag, class);
    text(p, s);
    buf_addf(&p->b, "</%s>", tag);
}

static const char STYLE[] =
    "body{margin:0;background:#ededed;color:rgba(0,0,0,.9);font:17px/1.5 -apple-system,"
    "'PingFang SC','Microsoft YaHei',sans-serif}"
    "main{max-width:420px;margin:0 auto;padding:32px 16px}"
    ".card{background:#fff;border-radius:12px;padding:24px;text-align:center}"
    "h1{margin:0 0 8px;font-size:22px;font-weight:500;overflow-wrap:anywhere}"
    ".soft{color:rgba(0,0,0,.6);font-size:15px;margin:4px 0}"
    ".for{text-align:left;margin:16px 0;overflow-wrap:anywhere}"
    "img{width:240px;height:240px;max-width:100%}"
    ".how{color:#06743c;font-size:15px;margin:8px 0 0}"
    "footer{text-align:center;padding:16px;font-size:14px}footer a{color:#46546e}";

static void open_page(struct page *p, struct str title)
{
    buf_addf(&p->b,
             "<!doctype html><html lang=\"%s\"><head><meta charset=\"utf-8\">"
             "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
             "<meta name=\"robots\" content=\"noindex\"><title>",
             say(p, "zh-CN", "en-GB"));
    text(p, title);
    buf_addf(&p->b, "</title><style>%s</style></head><body><main><div class=\"card\">", STYLE);
    element(p, "h1", "name", title);
}

static void close_page(struct page *p)
{
    buf_addf(&p->b,
             "</div></main><footer><a href=\"?lang=%s\" lang=\"%s\">%s</a></footer></body></html>",
             say(p, "en", "zh"), say(p, "en-GB", "zh-CN"), say(p, "English", "中文"));
}

/* A reason and what can be done, where there is nothing to join. */
static void no_way_in(struct page *p, const char *why, const char *way_out)
{
    element(p, "p", "for", str_from(why));
    element(p, "p", "soft", str_from(way_out));
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

static void add_base64(struct buf *b, struct str bytes)
{
    static const char LETTERS[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < bytes.n; i += 3) {
        size_t n = bytes.n - i < 3 ? bytes.n - i : 3;
        unsigned v = 0;
        for (size_t k = 0; k < 3; k++)
            v = v << 8 | (k < n ? (unsigned char)bytes.p[i + k] : 0u);
        for (size_t k = 0; k < 4; k++)
            buf_addc(b, k <= n ? LETTERS[v >> (18 - 6 * k) & 63] : '=');
    }
}

static enum rc way_in(struct page *p, const struct code *c, const struct code_group *g,
                      struct arena *a, struct err *e)
{
    struct str png;
    enum rc rc = RC_OK;
    if (!str_empty(g->owner)) {
        buf_addf(&p->b, "<p class=\"soft\">%s", say(p, "群主：", "Run by "));
        text(p, g->owner);
        buf_addz(&p->b, "</p>");
    }
    if (!str_empty(c->page_text))
        element(p, "p", "for", c->page_text);
    buf_addf(&p->b, "<img alt=\"%s\" src=\"", say(p, "入群二维码", "code to join"));
    if (!str_empty(c->qr_text)) {
        rc = qr_png(c->qr_text, SCALE, a, &png, e);
        buf_addz(&p->b, "data:image/png;base64,");
        if (rc == RC_OK)
            add_base64(&p->b, png);
    } else {
        text(p, c->qr_url);
    }
    buf_addf(&p->b, "\"><p class=\"how\">%s</p>",
             say(p, "长按二维码，选择“识别图中的二维码”加入",
                 "Press the code and hold, then choose to scan it, to join"));
    return rc;
}

static enum rc write_page(struct page *p, const struct code *c, struct arena *a, struct err *e)
{
    enum rc rc = RC_OK;
    if (c->id == 0) {
        open_page(p, str_from(say(p, "没有这个群", "No such group")));
        no_way_in(
            p,
            say(p, "这个地址不完整，或者群已不在。",
                "The address is incomplete, or the group is gone."),
            say(p, "请向发给你的人要新的二维码。", "Ask whoever gave it to you for a new code."));
        close_page(p);
        return RC_OK;
    }
    const struct code_group *g = open_group(c);
    open_page(p, c->name);
    if (!code_is_active(c) || (str_empty(c->qr_text) && str_empty(c->qr_url)))
        no_way_in(
            p, say(p, "这个入群码已经结束。", "This code has ended."),
            say(p, "请向发给你的人要新的二维码。", "Ask whoever gave it to you for a new code."));
    else if (g == NULL)
        no_way_in(p, say(p, "群暂时满了。", "The group is full for now."),
                  say(p, "管理员会开新群，请过些时候再打开这个页面。",
                      "A new one will be opened: come back to this page in a while."));
    else
        rc = way_in(p, c, g, a, e);
    close_page(p);
    return rc;
}

/* ---- the route ---- */

static enum rc prepare(struct request *rq, struct tx *tx, struct err *e)
{
    (void)tx;
    return let_in(request_address(rq), e);
}

static enum rc too_long(struct err *e)
{
    err_set(e, RC_LIMIT, "page_too_long", "page_text", "这个页面超过 %d KB",
            "this page is over %d KB", PAGE_BYTES >> 10);
    err_hint(e, "请运营把入群前的说明写短一些", "ask its operator to shorten what it says");
    return RC_LIMIT;
}

static enum rc page_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct arena *a = request_arena(rq);
    struct code c = {0};
    struct str lang = arg_str(rq, "lang");
    struct page p = {.english =
                         str_empty(lang) ? request_caller(rq)->english : str_eq(lang, STR("en"))};
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
    buf_init(&p.b, PAGE_BYTES);
    if (rc == RC_OK)
        rc = write_page(&p, &c, a, e);
    if (rc == RC_OK && p.b.failed)
        rc = too_long(e);
    if (rc == RC_OK)
        reply_bytes(rq, "text/html; charset=utf-8", arena_str(a, buf_str(&p.b)));
    buf_done(&p.b);
    return rc;
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
    .zh = "入群前的说明页（HTML）：群做什么、谁在管、二维码",
    .en = "The page before joining a group (HTML): what it is for, who runs it, the code.",
};
