/* inbox_work.c — rounds of the inbox: read what is due, prepare it several at a time, end all in
 * one closure.
 *
 * A round has each key at most once, so the order within a key is that of the rounds. If the
 * closure of a round fails, each row is ended by itself, so that one bad row holds up no other; who
 * fails then has its attempt counted. A kill anywhere leaves rows waiting, which the next start
 * takes. Cost beside the handlers: a statement to take up to INBOX_TAKE rows, one for each to end
 * it, one commit a round.
 */
#include "domain/inbox_work.h"

#include "base/err_json.h"
#include "domain/several.h"
#include "store/inbox.h"

#include <assert.h>

enum { PAUSE_MOST_S = 3600, DOUBLINGS = 11 };
static const int64_t DAY_US = 86400 * INT64_C(1000000);

int64_t inbox_pause_us(int64_t attempts)
{
    assert(attempts > 0);
    int64_t pause_s = attempts > DOUBLINGS ? PAUSE_MOST_S : INT64_C(1) << (attempts - 1);
    return attempts >= INBOX_ATTEMPTS ? 0 : pause_s * 1000000;
}

/* As many as the transport has connections for (connect/transport.h). */
enum { PREPARERS = 16 };

struct task {
    struct arena arena;
    struct inbox_item item;
    const struct inbox_handler *handler; /* NULL: ignored */
    enum rc rc;
    struct err err;
};

struct round {
    struct task *tasks;
    size_t n;
    struct arena arena;
};

static const struct inbox_handler *handler_of(const struct inbox_handler *list, struct str kind)
{
    for (; list->kind != NULL; list++) {
        struct str name = str_from(list->kind);
        if (str_eq(kind, name) || (str_ends(name, STR("/")) && str_starts(kind, name))) {
            return list;
        }
    }
    return NULL;
}

int64_t inbox_settle_us(const struct inbox_handler *handlers, struct str kind)
{
    const struct inbox_handler *h = handler_of(handlers, kind);
    return h != NULL ? h->settle_us : 0;
}

/* ---- a round ---- */

static enum rc read_round(struct app *app, int64_t now_us, struct round *out, struct err *e)
{
    struct tx *tx = NULL;
    struct inbox_row *rows = NULL;
    struct arena *a = &out->arena;
    enum rc rc = db_read_begin(app->db, &tx, e);
    if (rc == RC_OK) {
        rc = inbox_take(tx, now_us, &rows, &out->n, e);
    }
    out->tasks = rc == RC_OK && out->n > 0 ? ARENA_ARRAY(a, struct task, out->n) : NULL;
    for (size_t i = 0; rc == RC_OK && i < out->n; i++) {
        out->tasks[i] = (struct task){
            .item = {.app = app,
                     .id = rows[i].id,
                     .received_us = rows[i].received_us,
                     .attempts = rows[i].attempts,
                     .kind = arena_str(a, rows[i].kind),
                     .key = arena_str(a, rows[i].key),
                     .body = arena_str(a, rows[i].body_sealed),
                     .arena = &out->tasks[i].arena},
            .err = ERR_INIT,
        };
        arena_init(&out->tasks[i].arena, 0);
    }
    db_read_end(tx);
    return rc;
}

/* Finds the handlers; whether one of them asks others. */
static bool waits(struct round *r, const struct inbox_handler *handlers)
{
    bool some = false;
    for (size_t i = 0; i < r->n; i++) {
        const struct inbox_handler *h = handler_of(handlers, r->tasks[i].item.kind);
        r->tasks[i].handler = h;
        some = some || (h != NULL && h->prepare != NULL);
    }
    return some;
}

static void prepare(void *arg, size_t i)
{
    struct round *r = arg;
    struct task *t = &r->tasks[i];
    struct inbox_item *item = &t->item;
    if (t->handler == NULL) {
        return;
    }
    t->rc = secret_open(item->app->keys, STR("inbox.body"), item->body, item->arena, &item->body,
                        &t->err);
    if (t->rc == RC_OK && t->handler->prepare != NULL) {
        t->rc = t->handler->prepare(item, &t->err);
    }
}

static enum rc write_failure(struct tx *tx, struct task *t, struct err *e)
{
    struct inbox_item *item = &t->item;
    bool for_good = t->rc == RC_INVALID || t->rc == RC_CORRUPT;
    int64_t pause_us = for_good ? 0 : inbox_pause_us(item->attempts + 1);
    int64_t due_us = pause_us > 0 ? tx_now_us(tx) + pause_us : 0;
    return inbox_fail(tx, item->id, due_us, err_json(&t->err, item->arena), e);
}

static enum rc write_task(struct tx *tx, struct task *t, struct err *e)
{
    if (t->rc != RC_OK) {
        return write_failure(tx, t, e);
    }
    enum rc rc = inbox_end(tx, t->item.id, t->handler != NULL ? INBOX_DONE : INBOX_IGNORED, e);
    if (rc == RC_OK && t->handler != NULL && t->handler->apply != NULL) {
        rc = t->handler->apply(tx, &t->item, e);
    }
    return rc;
}

static enum rc write_round(struct tx *tx, void *arg, struct err *e)
{
    struct round *r = arg;
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < r->n; i++) {
        rc = write_task(tx, &r->tasks[i], e);
    }
    return rc;
}

static enum rc write_one(struct tx *tx, void *arg, struct err *e)
{
    return write_task(tx, arg, e);
}

/* By itself; what it fails with is counted as an attempt. Another server's row is not ours. */
static enum rc write_alone(struct task *t, struct err *e)
{
    struct writer *w = t->item.app->writer;
    enum rc rc = t->rc == RC_OK ? writer_run(w, write_one, t, &t->err) : t->rc;
    if (t->rc == RC_OK && rc == RC_OK) {
        return rc;
    }
    t->rc = rc;
    return writer_run(w, write_one, t, e);
}

static enum rc end_round(struct app *app, struct round *r, struct err *e)
{
    struct err why = ERR_INIT;
    enum rc rc = writer_run(app->writer, write_round, r, &why);
    if (rc == RC_OK || r->n == 0) {
        return rc;
    }
    rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < r->n; i++) {
        rc = write_alone(&r->tasks[i], e);
    }
    return rc;
}

enum rc inbox_work_run(struct app *app, const struct inbox_handler *handlers, int64_t now_us,
                       int64_t *out_taken, struct err *e)
{
    struct round r = {.n = 0};
    arena_init(&r.arena, 0);
    enum rc rc = read_round(app, now_us, &r, e);
    if (rc == RC_OK && r.n > 0) {
        several_do("koi-inbox", waits(&r, handlers) ? PREPARERS : 1, r.n, prepare, &r);
        rc = end_round(app, &r, e);
    }
    if (rc == RC_OK) {
        *out_taken = (int64_t)r.n;
    }
    for (size_t i = 0; r.tasks != NULL && i < r.n; i++)
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
    return inbox_purge(tx, p->before_us, &p->n, e);
}

enum rc inbox_work_purge(struct app *app, int64_t now_us, struct err *e)
{
    struct purge p = {.before_us = now_us - config_int(app->config, "inbox_days") * DAY_US};
    enum rc rc = RC_OK;
    do {
        rc = writer_run(app->writer, purge_some, &p, e);
    } while (rc == RC_OK && p.n == INBOX_PURGE);
    return rc;
}

/* ---- the thread ---- */

static enum rc run_round(struct app *app, const void *handlers, int64_t now_us, int64_t *out_taken,
                         struct err *e)
{
    return inbox_work_run(app, handlers, now_us, out_taken, e);
}

struct rounds *inbox_work_start(struct app *app, const struct inbox_handler *handlers)
{
    static const struct rounds_of of = {
        .thread = "inbox",
        .work = "inbox_work",
        .tidy = "inbox_purge",
        .run = run_round,
        .purge = inbox_work_purge,
    };
    return rounds_start(app, &of, handlers);
}
