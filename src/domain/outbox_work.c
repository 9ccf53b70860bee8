/* outbox_work.c — rounds of the outbox: read what is due, mark what must not be told twice, tell on
 * a few threads, end all in one closure.
 *
 * A round has each key once, so the order within a key is that of the rounds. Threads live for a
 * round: starting one costs 50 µs, a call to the other side a thousand times that. Only wishes that
 * never failed are told together: after that each goes alone, so that a bad one takes no other with
 * it. If the closure of a round fails, each item is ended by itself. A stop in
 * the middle of a call ("stopping") counts no attempt.
 */
#include "domain/outbox_work.h"

#include "base/err_json.h"
#include "domain/several.h"
#include "domain/inbox_work.h"
#include "store/outbox.h"

#include <assert.h>
#include <string.h>

enum { TELLERS = 8 };
static const int64_t DAY_US = 86400 * INT64_C(1000000);

struct task {
    struct outbox_item item;
    const struct outbox_handler *handler; /* NULL: there is none */
    bool begun;                           /* found marked: it may have been told */
    enum rc rc;
    struct err err;
    struct arena arena;
};

struct round {
    struct app *app;
    struct task *tasks;
    size_t n;
    struct arena arena;
};

static const struct outbox_handler *handler_of(const struct outbox_handler *list, struct str kind)
{
    for (; list->kind != NULL; list++)
        if (str_eq(kind, str_from(list->kind)))
            return list;
    return NULL;
}

/* ---- reading a round ---- */

static enum rc open_wish(struct task *t, const struct outbox_row *row, struct err *e)
{
    struct outbox_told *w = &t->item.wishes[t->item.n++];
    *w =
        (struct outbox_told){.id = row->id, .object_id = row->object_id, .attempts = row->attempts};
    if (str_absent(row->body_sealed))
        return RC_OK;
    return secret_open(t->item.app->keys, STR("outbox.body"), row->body_sealed, &t->arena, &w->body,
                       e);
}

/* The wishes behind the first that are told with it: those that nobody has refused yet. */
static enum rc read_others(struct tx *tx, struct task *t, struct err *e)
{
    struct outbox_row *rows = NULL;
    size_t n = 0;
    enum rc rc = outbox_take_key(tx, t->item.key, &rows, &n, e);
    for (size_t i = 0; rc == RC_OK && i < n && t->rc == RC_OK; i++) {
        if (rows[i].id <= t->item.wishes[0].id)
            continue;
        if (!str_eq(rows[i].kind, t->item.kind) || rows[i].attempts > 0)
            break;
        t->rc = open_wish(t, &rows[i], &t->err);
    }
    return rc;
}

static enum rc read_task(struct tx *tx, struct app *app, const struct outbox_handler *handlers,
                         const struct outbox_row *row, struct task *t, struct err *e)
{
    *t = (struct task){.err = ERR_INIT, .begun = row->begun_us != 0};
    arena_init(&t->arena, 0);
    t->item = (struct outbox_item){.app = app, .arena = &t->arena};
    t->item.kind = arena_str(&t->arena, row->kind);
    t->item.key = arena_str(&t->arena, row->key);
    t->item.wishes = ARENA_ARRAY(&t->arena, struct outbox_told, OUTBOX_TOGETHER);
    t->handler = handler_of(handlers, t->item.kind);
    t->rc = open_wish(t, row, &t->err);
    if (t->rc != RC_OK)
        t->item.verdict = OUTBOX_FAILED;
    bool more = t->handler != NULL && t->handler->together && row->attempts == 0;
    return more && t->rc == RC_OK ? read_others(tx, t, e) : RC_OK;
}

static enum rc read_round(struct round *r, const struct outbox_handler *handlers, int64_t now_us,
                          struct err *e)
{
    struct tx *tx = NULL;
    struct outbox_row *rows = NULL;
    size_t n = 0;
    enum rc rc = db_read_begin(r->app->db, &tx, e);
    if (rc == RC_OK)
        rc = outbox_take(tx, now_us, &rows, &n, e);
    r->tasks = rc == RC_OK && n > 0 ? ARENA_ARRAY(&r->arena, struct task, n) : NULL;
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        rc = read_task(tx, r->app, handlers, &rows[i], &r->tasks[r->n++], e);
    db_read_end(tx);
    return rc;
}

/* ---- telling ---- */

static enum rc mark_begun(struct tx *tx, void *arg, struct err *e)
{
    const struct task *t = arg;
    return outbox_begin(tx, t->item.wishes[0].id, e);
}

static enum rc no_handler(struct err *e)
{
    err_set(e, RC_CONFLICT, "outbox_kind", "kind", "这个版本的 Koi 不认识这类待办",
            "this version of Koi does not know this kind of wish");
    err_hint(e, "请升级 Koi，然后重试", "upgrade Koi and try it again");
    return RC_CONFLICT;
}

static enum rc interrupted(struct err *e)
{
    err_set(e, RC_CONFLICT, "outbox_interrupted", NULL, "发出时服务中断，不知道企业微信是否已执行",
            "the server ended while this was being told: WeCom may have done it or not");
    err_hint(e, "先在企业微信里确认结果，再选择重试或放弃",
             "look at WeCom whether it was done, then try it again or drop it");
    return RC_CONFLICT;
}

static void tell(struct task *t)
{
    struct outbox_item *item = &t->item;
    if (t->rc != RC_OK)
        return;
    if (t->handler == NULL) {
        item->verdict = OUTBOX_FAILED;
        t->rc = no_handler(&t->err);
    } else if (t->begun) {
        item->verdict = OUTBOX_LOST;
        t->rc = interrupted(&t->err);
    } else if (t->handler->once) {
        t->rc = writer_run(item->app->writer, mark_begun, t, &t->err);
    }
    if (t->rc == RC_OK)
        t->rc = t->handler->tell(item, &t->err);
}

static void tell_one(void *arg, size_t i)
{
    struct round *r = arg;
    tell(&r->tasks[i]);
}

/* ---- ending ---- */

static struct outbox_end end_of(const struct tx *tx, struct task *t, const struct outbox_told *w)
{
    struct outbox_end end = {.state = OUTBOX_DONE};
    if (t->rc == RC_OK)
        return end;
    if (t->rc == RC_BUSY && strcmp(t->err.code, "stopping") == 0)
        return (struct outbox_end){.state = OUTBOX_WAITING, .due_us = tx_now_us(tx)};
    end.error = err_json(&t->err, &t->arena);
    end.state = t->item.verdict == OUTBOX_FAILED ? OUTBOX_DEAD
                : t->item.verdict == OUTBOX_LOST ? OUTBOX_UNSURE
                : t->item.verdict == OUTBOX_VOID ? OUTBOX_DROPPED
                                                 : OUTBOX_WAITING;
    bool alone_next = end.state == OUTBOX_DEAD && t->item.n > 1;
    int64_t pause_us = alone_next ? 1 : inbox_pause_us(w->attempts + 1);
    if (alone_next)
        end.state = OUTBOX_WAITING;
    if (end.state == OUTBOX_WAITING && pause_us == 0)
        end.state = OUTBOX_DEAD;
    end.due_us = tx_now_us(tx) + pause_us;
    return end;
}

static enum rc write_task(struct tx *tx, struct task *t, struct err *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < t->item.n; i++) {
        const struct outbox_told *w = &t->item.wishes[i];
        struct outbox_end end = end_of(tx, t, w);
        bool ended = false;
        rc = outbox_end(tx, w->id, &end, &ended, e);
        if (rc != RC_OK || !ended || t->handler == NULL)
            continue;
        if (t->rc == RC_OK && t->handler->apply != NULL)
            rc = t->handler->apply(tx, &t->item, w, e);
        if (t->rc != RC_OK && !str_absent(end.error) && t->handler->failed != NULL)
            rc = t->handler->failed(tx, &t->item, w, &end, &t->err, e);
    }
    return rc;
}

static enum rc write_round(struct tx *tx, void *arg, struct err *e)
{
    struct round *r = arg;
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < r->n; i++)
        rc = write_task(tx, &r->tasks[i], e);
    return rc;
}

static enum rc write_one(struct tx *tx, void *arg, struct err *e)
{
    return write_task(tx, arg, e);
}

/* By itself. What was told and cannot be written down is told again, or is unsure where that must
 * not be. */
static enum rc write_alone(struct task *t, struct err *e)
{
    struct writer *w = t->item.app->writer;
    enum rc rc = t->rc == RC_OK ? writer_run(w, write_one, t, &t->err) : t->rc;
    if (t->rc == RC_OK && rc == RC_OK)
        return rc;
    if (t->rc == RC_OK)
        t->item.verdict = t->handler->once ? OUTBOX_LOST : OUTBOX_AGAIN;
    t->rc = rc;
    return writer_run(w, write_one, t, e);
}

static enum rc end_round(struct round *r, struct err *e)
{
    struct err why = ERR_INIT;
    enum rc rc = writer_run(r->app->writer, write_round, r, &why);
    if (rc == RC_OK)
        return rc;
    rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < r->n; i++)
        rc = write_alone(&r->tasks[i], e);
    return rc;
}

enum rc outbox_work_run(struct app *app, const struct outbox_handler *handlers, int64_t now_us,
                        int64_t *out_taken, struct err *e)
{
    struct round r = {.app = app};
    arena_init(&r.arena, 0);
    enum rc rc = read_round(&r, handlers, now_us, e);
    if (rc == RC_OK && r.n > 0) {
        several_do("koi-outbox", TELLERS, r.n, tell_one, &r);
        rc = end_round(&r, e);
    }
    if (rc == RC_OK)
        *out_taken = (int64_t)r.n;
    for (size_t i = 0; i < r.n; i++)
        arena_done(&r.tasks[i].arena);
    arena_done(&r.arena);
    return rc;
}

/* ---- old rows ---- */

struct purge {
    int64_t before_us, n;
};

static enum rc purge_some(struct tx *tx, void *arg, struct err *e)
{
    struct purge *p = arg;
    return outbox_purge(tx, p->before_us, &p->n, e);
}

enum rc outbox_work_purge(struct app *app, int64_t now_us, struct err *e)
{
    struct purge p = {.before_us = now_us - config_int(app->config, "inbox_days") * DAY_US};
    enum rc rc = RC_OK;
    do {
        rc = writer_run(app->writer, purge_some, &p, e);
    } while (rc == RC_OK && p.n == OUTBOX_PURGE);
    return rc;
}

/* ---- the thread ---- */

static enum rc run_round(struct app *app, const void *handlers, int64_t now_us, int64_t *out_taken,
                         struct err *e)
{
    return outbox_work_run(app, handlers, now_us, out_taken, e);
}

struct rounds *outbox_work_start(struct app *app, const struct outbox_handler *handlers)
{
    static const struct rounds_of of = {
        .thread = "outbox",
        .work = "outbox_work",
        .tidy = "outbox_purge",
        .run = run_round,
        .purge = outbox_work_purge,
    };
    return rounds_start(app, &of, handlers);
}
