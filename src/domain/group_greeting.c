/* group_greeting.c — one row, its wishes and its warnings in one transaction.
 *
 * Wishes of a code have one key, so they are told one after the other: deleting the old greeting
 * comes before making the new one. What is told is read when it is told. While making is on its way
 * nobody knows whether it has been sent, so a change puts an edit behind it, and taking it off puts
 * a deletion there; an edit is void where making it fails, so what has changed by then is made
 * anew. Old wishes stay dead in the outbox after a later one has succeeded: what is retried or
 * given up is looked at by what it could still do. Costs two probes and two statements for each
 * wish, two more reads where one is given up.
 */
#include "domain/group_greeting.h"

#include "base/buf.h"
#include "base/json.h"
#include "domain/attachment.h"
#include "store/code.h"

#include <assert.h>
#include <inttypes.h>

enum { TEXT_BYTES = 32 << 10, OPEN_MOST = 50 };

#define KEY_PREFIX "greeting:"
#define FULL_CODE "\"wecom_41055\""

/* ---- what it may be ---- */

struct str group_greeting_told_text(struct str text, struct arena *a)
{
    static const struct str NAME = STR("{name}");
    struct buf b;
    buf_init(&b, TEXT_BYTES);
    for (ptrdiff_t at = str_find(text, NAME); at >= 0; at = str_find(text, NAME)) {
        buf_add(&b, str_sub(text, 0, (size_t)at));
        buf_add(&b, STR("%NICKNAME%"));
        text = str_sub(text, (size_t)at + NAME.n, text.n);
    }
    buf_add(&b, text);
    struct str out = arena_str(a, buf_str(&b)); /* what passes TEXT_BYTES is refused by its check */
    buf_done(&b);
    return out;
}

/* As they are told. */
static size_t told_bytes(struct str text)
{
    static const struct str NAME = STR("{name}");
    size_t more = 0, n = text.n;
    for (ptrdiff_t at = str_find(text, NAME); at >= 0; at = str_find(text, NAME)) {
        more += sizeof "%NICKNAME%" - 1 - NAME.n;
        text = str_sub(text, (size_t)at + NAME.n, text.n);
    }
    return n + more;
}

enum rc group_greeting_check(const struct greeting_said *said, struct err *e)
{
    size_t n = told_bytes(said->text), attached = 0;
    struct arena a;
    const struct json_value *list = NULL;
    if (str_empty(said->text) && str_eq(said->attachments, STR("[]"))) {
        err_set(e, RC_INVALID, "code_missing", "greeting.text", "请填写入群欢迎语，或加一个附件",
                "write what the group greets with, or add an attachment");
        err_hint(e, "补上之后再保存；不需要欢迎语时填 null",
                 "add it and save again; null for no greeting");
        return RC_INVALID;
    }
    if (n > GREETING_BYTES) {
        err_set(e, RC_INVALID, "code_too_long", "greeting.text", "太长了，现在是 %zu 字节",
                "too long: %zu bytes", n);
        err_hint(e, "请缩短到 %d 字节以内（一个汉字 3 字节，{name} 按 10 字节计）",
                 "keep it within %d bytes (a Chinese character takes 3, {name} takes 10)",
                 GREETING_BYTES);
        return RC_INVALID;
    }
    enum rc rc = attachment_check(said->attachments, "greeting.attachments", e);
    arena_init(&a, 0);
    if (rc == RC_OK && json_parse(&a, said->attachments, &list, NULL) == RC_OK)
        attached = json_count(list);
    arena_done(&a);
    if (attached > 1) {
        err_set(e, RC_INVALID, "code_too_many", "greeting.attachments",
                "入群欢迎语只能带一个附件，现在有 %zu 个",
                "what a group greets with has one attachment, and these are %zu", attached);
        err_hint(e, "请只保留一个", "keep one");
        return RC_INVALID;
    }
    return rc;
}

enum rc group_greeting_check_rows(struct tx *tx, const struct greeting_said *said, struct err *e)
{
    return attachment_check_rows(tx, said->attachments, "greeting.attachments", e);
}

/* ---- wishes ---- */

static struct str key_of(struct tx *tx, int64_t code_id)
{
    return arena_printf(tx_arena(tx), KEY_PREFIX "%" PRId64, code_id);
}

int64_t group_greeting_code(struct str key)
{
    int64_t id = 0;
    bool ours = str_starts(key, STR(KEY_PREFIX)) &&
                str_to_i64(str_sub(key, sizeof KEY_PREFIX - 1, key.n), &id);
    return ours ? id : 0;
}

/* `keep`: one that waits already stays, instead of giving way. */
static enum rc put_wish(struct tx *tx, const struct greeting_wisher *who, const char *kind,
                        const struct group_greeting *g, bool keep, struct err *e)
{
    const struct outbox_wish w = {
        .kind = str_from(kind),
        .key = key_of(tx, g->code_id),
        .object_id = g->id,
        .once = STR_ABSENT,
        .body = STR_ABSENT,
        .account_id = who->account_id,
        .keep = keep,
    };
    return outbox_put(tx, who->app->keys, &w, e);
}

static enum rc wish(struct tx *tx, const struct greeting_wisher *who, const char *kind,
                    const struct group_greeting *g, struct err *e)
{
    bool on_its_way = str_eq(str_from(kind), STR(GREETING_WISH_ADD)); /* maybe */
    return put_wish(tx, who, kind, g, on_its_way, e);
}

/* Of the one that the code wants; or of one that it does not want any more. */
static enum rc warnings_over(struct tx *tx, const struct group_greeting *g, struct err *e)
{
    if (!g->wanted)
        return code_warn_over(tx, g->code_id, STR("greeting_left"), e);
    enum rc rc = code_warn_over(tx, g->code_id, STR("greeting"), e);
    return rc == RC_OK ? code_warn_over(tx, g->code_id, STR("greeting_unsure"), e) : rc;
}

static bool is(const struct group_greeting *g, const char *state)
{
    return str_eq(g->state, str_from(state));
}

static bool says(const struct group_greeting *g, const struct greeting_said *said)
{
    return str_eq(g->text, said->text) && str_eq(g->attachments, said->attachments);
}

bool group_greeting_acts(const struct group_greeting *g, struct str kind)
{
    bool there = !str_absent(g->template_id);
    if (str_eq(kind, STR(GREETING_WISH_DELETE)))
        return !g->wanted;
    if (str_eq(kind, STR(GREETING_WISH_ADD)))
        return !there; /* of one that is taken off, it may be under way */
    return g->wanted && there && !is(g, "offered");
}

/* Whether a wish about it waits that does something for it, or one after that id is dead or unsure,
 * so that the one of that id settles nothing. */
static enum rc goes_on(struct tx *tx, const struct group_greeting *g, int64_t wish_id, bool *out,
                       struct err *e)
{
    struct outbox_row *waits = NULL, *open = NULL;
    size_t waits_n = 0, open_n = 0;
    struct str key = key_of(tx, g->code_id);
    bool on = false;
    enum rc rc = outbox_take_key(tx, key, &waits, &waits_n, e);
    if (rc == RC_OK)
        rc = outbox_open(tx, key, OPEN_MOST, &open, &open_n, e);
    for (size_t i = 0; rc == RC_OK && i < waits_n; i++)
        on |= waits[i].id != wish_id && waits[i].object_id == g->id &&
              group_greeting_acts(g, waits[i].kind);
    for (size_t i = 0; rc == RC_OK && i < open_n; i++)
        on |= open[i].id > wish_id && open[i].object_id == g->id &&
              group_greeting_acts(g, open[i].kind);
    if (rc == RC_OK)
        *out = on;
    return rc;
}

/* ---- given, taken off ---- */

/* One that stands: what is to be told, by where it stands. */
static enum rc change(struct tx *tx, const struct greeting_wisher *who, struct group_greeting *g,
                      const struct greeting_said *said, struct err *e)
{
    bool same = says(g, said);
    bool on_its_way = is(g, "waiting"), there = !str_absent(g->template_id);
    bool settled = is(g, "offered") || on_its_way || is(g, "unsure");
    g->text = said->text;
    g->attachments = said->attachments;
    g->notify = said->notify;
    if (same && settled)
        return group_greeting_store(tx, g, e);
    if (!is(g, "unsure")) {
        g->state = STR("waiting");
        g->problem = STR_ABSENT;
    }
    enum rc rc = group_greeting_store(tx, g, e);
    if (rc == RC_OK && !is(g, "unsure"))
        rc = warnings_over(tx, g, e);
    if (rc == RC_OK && !there && !is(g, "unsure"))
        rc = wish(tx, who, GREETING_WISH_ADD, g, e);
    return rc == RC_OK && (there || on_its_way) ? wish(tx, who, GREETING_WISH_EDIT, g, e) : rc;
}

enum rc group_greeting_give(struct tx *tx, const struct greeting_wisher *who, int64_t code_id,
                            const struct greeting_said *said, struct err *e)
{
    struct group_greeting g;
    enum rc rc = group_greeting_of_code(tx, code_id, tx_arena(tx), &g, e);
    if (rc == RC_OK)
        return change(tx, who, &g, said, e);
    if (rc != RC_NOT_FOUND)
        return rc;
    g = (struct group_greeting){
        .code_id = code_id,
        .text = said->text,
        .attachments = said->attachments,
        .notify = said->notify,
        .state = STR("waiting"),
    };
    rc = group_greeting_add(tx, &g, e);
    return rc == RC_OK ? wish(tx, who, GREETING_WISH_ADD, &g, e) : rc;
}

enum rc group_greeting_remove(struct tx *tx, const struct greeting_wisher *who, int64_t code_id,
                              struct err *e)
{
    struct group_greeting g;
    enum rc rc = group_greeting_of_code(tx, code_id, tx_arena(tx), &g, e);
    if (rc != RC_OK)
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    bool making = str_absent(g.template_id) && is(&g, "waiting");
    rc = outbox_withdraw(tx, STR(GREETING_WISH_EDIT), key_of(tx, code_id), g.id, e);
    if (rc == RC_OK)
        rc = warnings_over(tx, &g, e);
    if (rc == RC_OK && str_absent(g.template_id) && !making)
        return group_greeting_forget(tx, g.id, e);
    g.wanted = false;
    g.state = STR("waiting");
    g.problem = STR_ABSENT;
    if (rc == RC_OK)
        rc = group_greeting_store(tx, &g, e);
    return rc == RC_OK ? wish(tx, who, GREETING_WISH_DELETE, &g, e) : rc;
}

/* ---- what came of it ---- */

/* What people want by now, behind what was told; the one that waits already stays. */
static enum rc put_behind(struct tx *tx, const struct app *app, const struct group_greeting *g,
                          struct err *e)
{
    const char *kind = g->wanted ? GREETING_WISH_EDIT : GREETING_WISH_DELETE;
    return put_wish(tx, &(struct greeting_wisher){.app = app}, kind, g, true, e);
}

enum rc group_greeting_told(struct tx *tx, const struct app *app, int64_t id,
                            struct str template_id, const struct greeting_said *said, struct err *e)
{
    struct group_greeting g;
    enum rc rc = group_greeting_load(tx, id, tx_arena(tx), &g, e);
    if (rc != RC_OK)
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    bool as_wanted = g.wanted && says(&g, said);
    if (!str_absent(template_id)) {
        g.template_id = template_id;
        g.offered_s = tx_now_s(tx);
    }
    g.told_s = tx_now_s(tx);
    g.problem = STR_ABSENT;
    g.state = as_wanted ? STR("offered") : STR("waiting");
    rc = group_greeting_store(tx, &g, e);
    if (rc == RC_OK)
        rc = warnings_over(tx, &g, e);
    return rc == RC_OK && !as_wanted ? put_behind(tx, app, &g, e) : rc;
}

/* Makes one that WeCom does not have. */
static enum rc make_anew(struct tx *tx, const struct app *app, struct group_greeting *g,
                         struct err *e)
{
    g->template_id = g->problem = STR_ABSENT;
    g->offered_s = DB_NULL;
    g->state = STR("waiting");
    enum rc rc = group_greeting_store(tx, g, e);
    if (rc == RC_OK)
        rc = warnings_over(tx, g, e);
    return rc == RC_OK ? wish(tx, &(struct greeting_wisher){.app = app}, GREETING_WISH_ADD, g, e)
                       : rc;
}

enum rc group_greeting_lost(struct tx *tx, const struct app *app, int64_t id, struct err *e)
{
    struct group_greeting g;
    enum rc rc = group_greeting_load(tx, id, tx_arena(tx), &g, e);
    if (rc != RC_OK)
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    return make_anew(tx, app, &g, e);
}

/* The oldest that was refused because WeCom had a hundred. */
static enum rc fill_room(struct tx *tx, const struct app *app, struct err *e)
{
    struct group_greeting *list;
    size_t n = 0;
    enum rc rc = group_greeting_refused(tx, &list, &n, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        if (str_find(list[i].problem, STR(FULL_CODE)) >= 0)
            return make_anew(tx, app, &list[i], e);
    return rc;
}

enum rc group_greeting_deleted(struct tx *tx, const struct app *app, int64_t id, struct err *e)
{
    struct group_greeting g;
    enum rc rc = group_greeting_load(tx, id, tx_arena(tx), &g, e);
    if (rc != RC_OK)
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    rc = group_greeting_forget(tx, id, e);
    if (rc == RC_OK)
        rc = warnings_over(tx, &g, e);
    return rc == RC_OK && !str_absent(g.template_id) ? fill_room(tx, app, e) : rc;
}

/* Whether it passes by itself, so that nobody need look. */
static bool passes(enum outbox_state state, const struct err *why)
{
    return state == OUTBOX_WAITING &&
           (why->rc == RC_IO || why->rc == RC_BUSY || why->rc == RC_RATE);
}

/* A wish was void. One that people took off while it was to be made is over when nothing waits. */
static enum rc was_void(struct tx *tx, const struct group_greeting *g, struct err *e)
{
    bool on = false;
    if (g->wanted || !str_absent(g->template_id))
        return RC_OK;
    enum rc rc = goes_on(tx, g, INT64_MAX, &on, e);
    return rc == RC_OK && !on ? group_greeting_forget(tx, g->id, e) : rc;
}

/* Making was refused with words that people have changed meanwhile. */
static bool other_words(const struct group_greeting *g, const struct greeting_failure *f)
{
    return f->state == OUTBOX_DEAD && g->wanted && str_eq(f->kind, STR(GREETING_WISH_ADD)) &&
           f->sent != NULL && !says(g, f->sent);
}

static enum rc make_changed(struct tx *tx, const struct app *app, struct group_greeting *g,
                            struct err *e)
{
    enum rc rc = outbox_withdraw(tx, STR(GREETING_WISH_EDIT), key_of(tx, g->code_id), g->id, e);
    return rc == RC_OK ? make_anew(tx, app, g, e) : rc;
}

enum rc group_greeting_failed(struct tx *tx, const struct app *app, int64_t id,
                              const struct greeting_failure *f, struct err *e)
{
    struct group_greeting g;
    enum rc rc = group_greeting_load(tx, id, tx_arena(tx), &g, e);
    if (rc != RC_OK)
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    if (f->state == OUTBOX_DROPPED)
        return was_void(tx, &g, e);
    if (!group_greeting_acts(&g, f->kind))
        return RC_OK;
    if (other_words(&g, f))
        return make_changed(tx, app, &g, e);
    g.problem = f->problem;
    g.state = f->state == OUTBOX_DEAD     ? STR("refused")
              : f->state == OUTBOX_UNSURE ? STR("unsure")
                                          : STR("waiting");
    rc = group_greeting_store(tx, &g, e);
    if (rc != RC_OK || passes(f->state, f->why))
        return rc;
    const char *kind = !g.wanted                   ? "greeting_left"
                       : f->state == OUTBOX_UNSURE ? "greeting_unsure"
                                                   : "greeting";
    return code_warn(tx, g.code_id, str_from(kind), f->problem, e);
}

/* ---- what operators do with a wish ---- */

/* The greeting that a wish does something for; RC_NOT_FOUND, `e` untouched, for every other. */
static enum rc load_acted(struct tx *tx, const struct outbox_row *row, struct group_greeting *out,
                          struct err *e)
{
    if (!str_starts(row->kind, STR("group_greeting_")))
        return RC_NOT_FOUND;
    enum rc rc = group_greeting_load(tx, row->object_id, tx_arena(tx), out, e);
    return rc == RC_OK && !group_greeting_acts(out, row->kind) ? RC_NOT_FOUND : rc;
}

enum rc group_greeting_retried(struct tx *tx, const struct outbox_row *row, struct err *e)
{
    struct group_greeting g;
    enum rc rc = load_acted(tx, row, &g, e);
    if (rc != RC_OK)
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    g.state = STR("waiting");
    g.problem = STR_ABSENT;
    rc = group_greeting_store(tx, &g, e);
    return rc == RC_OK ? warnings_over(tx, &g, e) : rc;
}

enum rc group_greeting_given_up(struct tx *tx, const struct outbox_row *row, struct err *e)
{
    struct group_greeting g;
    bool on = false;
    enum rc rc = load_acted(tx, row, &g, e);
    if (rc == RC_OK)
        rc = goes_on(tx, &g, row->id, &on, e);
    if (rc != RC_OK || on)
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    if (g.wanted) {
        g.state = STR("dropped");
        g.problem = STR_ABSENT;
        rc = group_greeting_store(tx, &g, e);
    } else {
        rc = group_greeting_forget(tx, g.id, e);
    }
    return rc == RC_OK ? warnings_over(tx, &g, e) : rc;
}
