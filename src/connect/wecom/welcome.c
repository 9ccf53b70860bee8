/* welcome.c — a heap of welcomes, senders that take the soonest to expire, and a clerk that writes
 * down what became of them.
 *
 * One sender at a time is `picking`: it waits for the api's bucket and only then takes a welcome,
 * so that the one it takes is the soonest to expire of all that are there when it may be sent.
 * Senders write nothing: ends gather in a list, and the clerk writes them, many to a commit; so the
 * database holds up no welcome. The lock guards heap, list and counts; nothing is asked, written or
 * opened while it is held. Costs a thread of 256 KB of address space for each call at once, which
 * stays when it was needed.
 */
#include "connect/wecom/welcome.h"

#include "base/clock.h"
#include "base/err_json.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/must.h"
#include "base/periodic.h"
#include "connect/wecom/client.h"
#include "connect/wecom/media_keeper.h"
#include "connect/wecom/welcome_lighter.h"
#include "domain/welcome_for.h"
#include "store/media.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    TRIES = 3,    /* calls for one welcome, of which each may repeat itself */
    SENDERS = 32, /* at once: 160 a second where a call takes 200 ms */
    RECORDS = 200,
    TICK_US = 1000000,
    BUSY_TICK_US = 200000, /* of the clerk, once there were welcomes */
    WAIT_MOST_US = 250000,
    REQUEST_BYTES = 128 << 10, /* a text of 4,000 bytes, escaped at the worst, and nine links */
};
/* When rows that nobody in memory knows are given up. */
static const int64_t OVERDUE_US = 2000000;
static const int64_t PURGE_US = 3600 * INT64_C(1000000);
static const int64_t DAY_US = 86400 * INT64_C(1000000);

struct item {
    int64_t id, received_us, expires_us;
    bool perhaps; /* it may have been sent already */
    int tries;    /* calls that were made for it */
    enum welcome_weight weight;
    char *request; /* behind the item; a lighter one is no longer */
};

/* A media id that WeCom does not know. */
struct forgotten {
    char *id, *problem; /* and the error that said so, as JSON */
    struct forgotten *next;
};

struct ended {
    struct welcome_end end;
    char *error; /* JSON or NULL; `end.error` is a view of it */
    struct ended *next;
};

struct welcome_lane {
    struct app *app;
    const struct wecom_endpoint *endpoint;
    struct lock lock;
    struct signal more;
    struct item **heap; /* the soonest to expire first */
    size_t n, room;
    struct ended *ended, **ended_last;
    struct forgotten *forgotten;
    pthread_t senders[SENDERS];
    size_t sender_n, idle;
    bool picking, stopping;
    int64_t limited_us;           /* when the bucket was last found empty */
    int64_t looked_us, purged_us; /* the clerk's */
    struct periodic clerk;
};

/* ---- from a callback ---- */

/* By the platform's clock where it agrees with ours; it says whole seconds, cut. */
static int64_t expiry_of(const struct wecom_event *ev, int64_t now_us)
{
    int64_t told_us = ev->created_s * 1000000;
    bool agrees = told_us <= now_us + 1000000 && told_us > now_us - WELCOME_LIFE_US;
    return (agrees ? told_us : now_us) + WELCOME_LIFE_US;
}

static struct str request_of(struct arena *a, struct str code, const struct welcome_said *said)
{
    struct buf b;
    buf_init(&b, REQUEST_BYTES);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    json_put_str(&j, "welcome_code", code);
    if (!str_empty(said->text)) {
        json_open_object(&j, "text");
        json_put_str(&j, "content", said->text);
        json_close_object(&j);
    }
    if (!str_empty(said->attachments))
        json_put_raw(&j, "attachments", said->attachments);
    json_close_object(&j);
    assert(!b.failed);
    struct str body = arena_str(a, buf_str(&b));
    buf_done(&b);
    return body;
}

enum rc welcome_prepare(const struct app *app, struct tx *tx, const struct wecom_event *ev,
                        int64_t now_us, struct arena *a, struct welcome **out, struct err *e)
{
    enum { CODE_BYTES = 1000 };
    bool added = ev->kind == WECOM_CONTACT_ADD || ev->kind == WECOM_CONTACT_ADD_HALF;
    struct str code = added ? ev->fields[WECOM_WELCOME_CODE] : STR("");
    struct welcome_said said = {.text = STR("")};
    const struct welcome_asked who = {ev->fields[WECOM_STATE], ev->fields[WECOM_USER_ID],
                                      ev->fields[WECOM_EXTERNAL_USER_ID]};
    *out = NULL;
    if (str_empty(code) || code.n > CODE_BYTES)
        return RC_OK;
    enum rc rc = welcome_for(app, tx, &who, now_us / 1000000, a, &said, e);
    if (rc != RC_OK || (str_empty(said.text) && str_empty(said.attachments)))
        return rc;
    assert(said.text.n <= WELCOME_TEXT_BYTES);
    struct welcome *w = ARENA_NEW(a, struct welcome);
    *w = (struct welcome){.request = request_of(a, code, &said)};
    w->row.received_us = now_us;
    w->row.expires_us = expiry_of(ev, now_us);
    w->row.body_sealed = secret_seal(app->keys, STR("welcome.body"), w->request, a);
    secret_index(app->keys, STR("welcome.code"), code, w->row.code_hash);
    *out = w;
    return RC_OK;
}

/* ---- the heap ---- */

static void swap(struct item **a, struct item **b)
{
    struct item *kept = *a;
    *a = *b;
    *b = kept;
}

static void push(struct welcome_lane *l, struct item *item)
{
    lock_assert_held(&l->lock);
    if (l->n == l->room) {
        l->room = l->room == 0 ? 64 : l->room * 2;
        l->heap = must(realloc(l->heap, l->room * sizeof *l->heap));
    }
    size_t i = l->n++;
    l->heap[i] = item;
    for (; i > 0 && l->heap[(i - 1) / 2]->expires_us > l->heap[i]->expires_us; i = (i - 1) / 2)
        swap(&l->heap[(i - 1) / 2], &l->heap[i]);
}

static struct item *pop(struct welcome_lane *l)
{
    lock_assert_held(&l->lock);
    assert(l->n > 0);
    struct item *top = l->heap[0];
    l->heap[0] = l->heap[--l->n];
    for (size_t i = 0;;) {
        size_t least = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < l->n; child++)
            if (l->heap[child]->expires_us < l->heap[least]->expires_us)
                least = child;
        if (least == i)
            return top;
        swap(&l->heap[i], &l->heap[least]);
        i = least;
    }
}

static struct item *item_new(const struct welcome *w, bool perhaps)
{
    struct item *item = must(malloc(sizeof *item + w->request.n + 1));
    *item = (struct item){
        .id = w->row.id,
        .received_us = w->row.received_us,
        .expires_us = w->row.expires_us,
        .perhaps = perhaps,
    };
    item->request = (char *)(item + 1);
    memcpy(item->request, w->request.p, w->request.n);
    item->request[w->request.n] = 0;
    return item;
}

/* ---- ends ---- */

/* Takes the item; `e` may be NULL. The lock is held. */
static void finish(struct welcome_lane *l, struct item *item, enum welcome_state state,
                   const char *reason, const struct err *e)
{
    lock_assert_held(&l->lock);
    struct ended *x = must(calloc(1, sizeof *x));
    x->end = (struct welcome_end){
        .id = item->id,
        .state = state,
        .reason = state == WELCOME_MISSED ? reason : NULL,
        .took_ms = (clock_now_us() - item->received_us) / 1000,
        .error = STR_ABSENT,
    };
    if (e != NULL) {
        struct arena a;
        arena_init(&a, 0);
        struct str text = err_json(e, &a);
        x->error = must(strndup(text.p, text.n));
        x->end.error = str_from(x->error);
        arena_done(&a);
    }
    *l->ended_last = x;
    l->ended_last = &x->next;
    free(item);
}

/* Those for which there is no time left. */
static void finish_late(struct welcome_lane *l)
{
    int64_t now_us = clock_now_us();
    while (l->n > 0 && l->heap[0]->expires_us < now_us + WELCOME_MARGIN_US) {
        struct item *item = pop(l);
        bool limited = l->limited_us >= item->received_us;
        finish(l, item, item->perhaps ? WELCOME_UNSURE : WELCOME_MISSED,
               limited ? "limiter" : "expired", NULL);
    }
}

/* ---- sending ---- */

/* The next to be sent, when it may be; NULL when the lane ends. */
static struct item *next(struct welcome_lane *l)
{
    struct item *item = NULL;
    lock_take(&l->lock);
    while (item == NULL && !l->stopping) {
        if (l->n == 0 || l->picking) {
            l->idle++;
            signal_wait(&l->more, &l->lock);
            l->idle--;
            continue;
        }
        l->picking = true;
        lock_give(&l->lock);
        int64_t wait_us = wecom_turn(l->app->wecom, l->endpoint);
        lock_take(&l->lock);
        if (wait_us > 0) {
            l->limited_us = clock_now_us();
            signal_wait_for(&l->more, &l->lock, wait_us < WAIT_MOST_US ? wait_us : WAIT_MOST_US);
        }
        finish_late(l);
        if (wait_us == 0 && l->n > 0)
            item = pop(l);
        l->picking = false;
        signal_one(&l->more);
    }
    lock_give(&l->lock);
    return item;
}

static enum rc call(const struct welcome_lane *l, const struct item *item, struct err *e)
{
    struct arena a;
    const struct json_value *request, *reply;
    arena_init(&a, 0);
    enum rc rc = json_parse(&a, str_from(item->request), &request, e);
    int64_t left_us = item->expires_us - clock_now_us();
    const struct wecom_call c = {
        .endpoint = l->endpoint,
        .request = request,
        .patience_us = left_us > WELCOME_MARGIN_US ? left_us : WELCOME_MARGIN_US,
        .has_turn = true,
    };
    if (rc == RC_OK)
        rc = wecom_call(l->app->wecom, &c, &a, &reply, e);
    arena_done(&a);
    return rc;
}

/* WeCom's or the network's no, in one word. */
static const char *reason_of(const struct err *e)
{
    if (strcmp(e->code, "wecom_41051") == 0)
        return "chatting";
    if (strcmp(e->code, "wecom_41050") == 0)
        return "expired";
    if (e->rc == RC_RATE)
        return "limiter";
    return e->rc == RC_IO || e->rc == RC_BUSY || e->rc == RC_NOT_FOUND ? "failed" : "refused";
}

static void forget(struct welcome_lane *l, struct str id, struct str problem)
{
    lock_assert_held(&l->lock);
    struct forgotten *x = must(calloc(1, sizeof *x));
    x->id = must(strndup(id.p, id.n));
    x->problem = must(strndup(problem.p, problem.n));
    x->next = l->forgotten;
    l->forgotten = x;
}

/* Makes it lighter after a refusal; false when that would not help. The lock is held. */
static bool lighten(struct welcome_lane *l, struct item *item, const struct err *e)
{
    struct arena a;
    struct str request = STR(""), *ids = NULL;
    size_t n = 0;
    lock_assert_held(&l->lock);
    enum welcome_weight to = welcome_weight_after(item->weight, e);
    if (to == item->weight)
        return false;
    arena_init(&a, 0);
    struct str was = str_from(item->request);
    bool lighter = welcome_lighten(was, to, &a, &request, &ids, &n);
    for (size_t i = 0; to == WELCOME_WITHOUT_IDS && i < n; i++)
        forget(l, ids[i], err_json(e, &a));
    if (!lighter && to == WELCOME_WITHOUT_IDS) {
        to = WELCOME_BARE; /* it is not at an id */
        lighter = welcome_lighten(was, to, &a, &request, &ids, &n);
    }
    lighter = lighter && request.n < was.n;
    if (lighter) {
        memcpy(item->request, request.p, request.n);
        item->request[request.n] = 0;
    }
    item->weight = to;
    arena_done(&a);
    return lighter;
}

/* After a call: ended, or once more while there is time. */
static void judge(struct welcome_lane *l, struct item *item, int64_t took_us, enum rc rc,
                  const struct err *e)
{
    int64_t left_us = item->expires_us - clock_now_us();
    bool lost = rc != RC_OK && strcmp(e->code, "wecom_unsure") == 0;
    bool passing = rc == RC_IO || rc == RC_BUSY;
    bool stopping = rc == RC_BUSY && strcmp(e->code, "stopping") == 0;
    bool again = item->tries++ < TRIES && left_us > WELCOME_MARGIN_US;
    item->perhaps |= lost;
    lock_take(&l->lock);
    if (rc == RC_OK) {
        finish(l, item, WELCOME_SENT, NULL, NULL);
    } else if (stopping) {
        free(item); /* its row waits for the next start */
    } else if (again && (lost || (passing && took_us > TICK_US))) {
        push(l, item);
        signal_one(&l->more);
    } else if (left_us > WELCOME_MARGIN_US && lighten(l, item, e)) {
        log_line(LOG_WARN, "welcome_lighter", "\"code\":\"%s\"", e->code);
        push(l, item);
        signal_one(&l->more);
    } else {
        const char *reason = reason_of(e);
        bool used = strcmp(reason, "chatting") == 0 || strcmp(reason, "expired") == 0 || lost;
        finish(l, item, item->perhaps && used ? WELCOME_UNSURE : WELCOME_MISSED, reason, e);
    }
    lock_give(&l->lock);
}

static void *send_some(void *arg)
{
    struct welcome_lane *l = arg;
    for (struct item *item = next(l); item != NULL; item = next(l)) {
        struct err e = ERR_INIT;
        int64_t begun_us = clock_mono_us();
        enum rc rc = call(l, item, &e);
        judge(l, item, clock_mono_us() - begun_us, rc, &e);
    }
    return NULL;
}

static void add_item(struct welcome_lane *l, struct item *item)
{
    lock_take(&l->lock);
    if (l->stopping || l->n >= LIMIT_WELCOMES) {
        free(item);
    } else {
        push(l, item);
        if (l->idle == 0 && l->sender_n < SENDERS) {
            l->senders[l->sender_n] = thread_start("koi-welcome", send_some, l);
            l->sender_n++;
        }
        signal_one(&l->more);
    }
    lock_give(&l->lock);
}

void welcome_lane_add(struct welcome_lane *l, const struct welcome *w)
{
    if (l != NULL && w != NULL && w->row.id != 0)
        add_item(l, item_new(w, false));
}

/* ---- the clerk ---- */

static enum rc write_ends(struct tx *tx, void *arg, struct err *e)
{
    enum rc rc = RC_OK;
    int n = 0;
    for (const struct ended *x = arg; rc == RC_OK && x != NULL && n < RECORDS; x = x->next, n++)
        rc = welcome_end(tx, &x->end, e);
    return rc;
}

static void say(const char *what, enum rc rc, const struct err *e)
{
    if (rc != RC_OK && rc != RC_BUSY)
        log_line(LOG_ERROR, what, "\"code\":\"%s\"", e->code);
}

/* Writes down what has ended; what cannot be written now stays. */
static enum rc record(struct welcome_lane *l, struct ended **list)
{
    while (*list != NULL) {
        struct err e = ERR_INIT;
        enum rc rc = writer_run(l->app->writer, write_ends, *list, &e);
        say("welcome_record", rc, &e);
        if (rc != RC_OK)
            return rc;
        for (int n = 0; *list != NULL && n < RECORDS; n++) {
            struct ended *x = *list;
            *list = x->next;
            free(x->error);
            free(x);
        }
    }
    return RC_OK;
}

/* Appends what the senders have ended since. */
static void collect(struct welcome_lane *l, struct ended **list)
{
    lock_take(&l->lock);
    finish_late(l);
    while (*list != NULL)
        list = &(*list)->next;
    *list = l->ended;
    l->ended = NULL;
    l->ended_last = &l->ended;
    lock_give(&l->lock);
}

static struct forgotten *take_forgotten(struct welcome_lane *l)
{
    lock_take(&l->lock);
    struct forgotten *list = l->forgotten;
    l->forgotten = NULL;
    lock_give(&l->lock);
    return list;
}

static enum rc write_forgotten(struct tx *tx, void *arg, struct err *e)
{
    enum rc rc = RC_OK;
    for (const struct forgotten *x = arg; rc == RC_OK && x != NULL; x = x->next)
        rc = media_at_forget(tx, str_from(x->id), str_from(x->problem), e);
    return rc;
}

/* Media that WeCom does not know are uploaded again. What cannot be written is found out by the
 * next welcome. */
static void forget_media(struct welcome_lane *l)
{
    struct forgotten *list = take_forgotten(l);
    struct err e = ERR_INIT;
    if (list == NULL)
        return;
    say("welcome_media", writer_run(l->app->writer, write_forgotten, list, &e), &e);
    media_keeper_wake(l->app->media);
    while (list != NULL) {
        struct forgotten *x = list;
        list = x->next;
        free(x->id);
        free(x->problem);
        free(x);
    }
}

struct some {
    int64_t before_us, n;
};

static enum rc give_up_some(struct tx *tx, void *arg, struct err *e)
{
    struct some *s = arg;
    return welcome_overdue(tx, s->before_us, &s->n, e);
}

static enum rc purge_some(struct tx *tx, void *arg, struct err *e)
{
    struct some *s = arg;
    return welcome_purge(tx, s->before_us, &s->n, e);
}

static void run_some(struct welcome_lane *l, const char *what,
                     enum rc (*run)(struct tx *tx, void *arg, struct err *e), int64_t before_us)
{
    struct some s = {.before_us = before_us};
    struct err e = ERR_INIT;
    enum rc rc;
    do {
        rc = writer_run(l->app->writer, run, &s, &e);
    } while (rc == RC_OK && s.n == WELCOME_SOME);
    say(what, rc, &e);
}

static enum rc find_overdue(struct welcome_lane *l, bool *out, struct err *e)
{
    struct tx *tx = NULL;
    enum rc rc = db_read_begin(l->app->db, &tx, e);
    if (rc == RC_OK)
        rc = welcome_has_overdue(tx, clock_now_us() - OVERDUE_US, out, e);
    db_read_end(tx);
    return rc;
}

/* What nobody in memory knows, and what is old. */
static void tidy(struct welcome_lane *l)
{
    struct err e = ERR_INIT;
    bool overdue = false;
    int64_t now_us = clock_mono_us();
    if (l->looked_us != 0 && now_us - l->looked_us < TICK_US)
        return;
    l->looked_us = now_us;
    say("welcome_overdue", find_overdue(l, &overdue, &e), &e);
    if (overdue)
        run_some(l, "welcome_overdue", give_up_some, clock_now_us() - OVERDUE_US);
    if (l->purged_us != 0 && now_us - l->purged_us < PURGE_US)
        return;
    l->purged_us = now_us;
    run_some(l, "welcome_purge", purge_some,
             clock_now_us() - config_int(l->app->config, "inbox_days") * DAY_US);
}

static bool was_busy(struct welcome_lane *l)
{
    lock_take(&l->lock);
    bool busy = l->sender_n > 0;
    lock_give(&l->lock);
    return busy;
}

static void *keep_books(void *arg)
{
    struct welcome_lane *l = arg;
    struct ended *list = NULL;
    while (periodic_wait(&l->clerk, was_busy(l) ? BUSY_TICK_US : TICK_US)) {
        collect(l, &list);
        forget_media(l);
        if (record(l, &list) == RC_OK)
            tidy(l);
    }
    collect(l, &list);
    forget_media(l);
    record(l, &list);
    while (list != NULL) { /* their rows wait, and are looked at by the next start */
        struct ended *x = list;
        list = x->next;
        free(x->error);
        free(x);
    }
    return NULL;
}

/* ---- its life ---- */

static enum rc open_row(const struct welcome_lane *l, const struct welcome_row *row,
                        struct arena *a, struct welcome *out, struct err *e)
{
    out->row = *row;
    return secret_open(l->app->keys, STR("welcome.body"), row->body_sealed, a, &out->request, e);
}

/* What an earlier run left. */
static enum rc recover(struct welcome_lane *l, struct err *e)
{
    struct tx *tx = NULL;
    struct welcome_row *rows = NULL;
    size_t n = 0;
    enum rc rc = db_read_begin(l->app->db, &tx, e);
    if (rc == RC_OK)
        rc = welcome_waiting(tx, clock_now_us(), LIMIT_WELCOMES, &rows, &n, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        struct welcome w = {.request = STR_ABSENT};
        rc = open_row(l, &rows[i], tx_arena(tx), &w, e);
        if (rc == RC_OK)
            add_item(l, item_new(&w, true));
    }
    db_read_end(tx);
    return rc;
}

struct welcome_lane *welcome_lane_start(struct app *app)
{
    assert(app->wecom != NULL);
    struct welcome_lane *l = must(calloc(1, sizeof *l));
    struct err e = ERR_INIT;
    l->app = app;
    l->endpoint = wecom_endpoint("externalcontact/send_welcome_msg");
    l->ended_last = &l->ended;
    lock_init(&l->lock, LOCK_CACHE);
    signal_init(&l->more);
    periodic_start(&l->clerk, "koi-welcomes", keep_books, l);
    say("welcome_recover", recover(l, &e), &e);
    return l;
}

void welcome_lane_stop(struct welcome_lane *l)
{
    if (l == NULL)
        return;
    lock_take(&l->lock);
    l->stopping = true;
    signal_all(&l->more);
    size_t n = l->sender_n;
    lock_give(&l->lock);
    for (size_t i = 0; i < n; i++)
        pthread_join(l->senders[i], NULL);
    periodic_stop(&l->clerk);
    for (size_t i = 0; i < l->n; i++)
        free(l->heap[i]);
    free(l->heap);
    signal_done(&l->more);
    lock_done(&l->lock);
    free(l);
}
