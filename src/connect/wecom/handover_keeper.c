/* handover_keeper.c — take, ask, write.
 *
 * Two looks at once (the thread's and a person's) do not hurt each other: items are taken in a
 * closure of the one writer, and what is written about one is written only while it stands as it
 * stood. Costs a read of what is due; of each hundred askings a call and two commits, of each
 * customer who came along a call unless a callback has told of them already.
 */
#include "connect/wecom/handover_keeper.h"

#include "base/clock.h"
#include "base/err_json.h"
#include "base/log.h"
#include "base/must.h"
#include "base/periodic.h"
#include "connect/wecom/ask.h"
#include "connect/wecom/handover_ask.h"
#include "domain/binding.h"
#include "domain/contact_apply.h"
#include "domain/group_apply.h"
#include "domain/identity.h"
#include "store/directory.h"
#include "store/identity.h"
#include "store/relation.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK_US = 60 * 1000000, AGAIN_S = 300, CALLS_MOST = 50, MAKING_S = 600, ROWS = 200 };

/* A look at one group of items. */
struct look {
    struct app *app;
    int64_t now_s, retry_days;
    struct arena a; /* of the group */
    struct handover_due due;
    struct handover_item *items;
    size_t n;
    struct handover_look *out;
};

/* ---- items in and out ---- */

static void copy_items(struct look *l, const struct handover_item *from, size_t n)
{
    l->items = ARENA_ARRAY(&l->a, struct handover_item, n + 1);
    for (size_t i = 0; i < n; i++) {
        l->items[i] = from[i];
        l->items[i].code = arena_str(&l->a, from[i].code);
        l->items[i].external_id = arena_str(&l->a, from[i].external_id);
        l->items[i].name = l->items[i].staff = STR_ABSENT;
    }
    l->n = n;
}

/* Marks what is to be asked. What has no id at WeCom cannot be. */
static enum rc take(struct tx *tx, void *arg, struct err *e)
{
    struct look *l = arg;
    struct handover_item *list = NULL;
    size_t n = 0, kept = 0;
    enum rc rc = handover_due_items(tx, &l->due, l->now_s, HANDOVER_A_CALL, &list, &n, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        struct handover_item *item = &list[i];
        if (str_empty(item->external_id)) {
            rc = handover_refuse(tx, item, STR("wecom_40096"), l->retry_days, e);
            continue;
        }
        item->asked_s = l->now_s;
        item->due_s = l->now_s + HANDOVER_UNSURE_S;
        rc = handover_item_store(tx, item, HANDOVER_ASKING, e);
        list[kept++] = *item;
    }
    if (rc == RC_OK)
        copy_items(l, list, kept);
    return rc;
}

/* What is written about some items; `decide` says what of each. */
struct note {
    struct look *l;
    size_t from, to;
    enum rc (*decide)(struct tx *tx, struct note *n, struct handover_item *i, struct err *e);
    const struct handover_answer *answers;
    size_t answers_n;
    struct str code; /* of all */
    int64_t due_s;
    int64_t asked, accepted, refused, waiting;
};

static enum rc write_some(struct tx *tx, void *arg, struct err *e)
{
    struct note *n = arg;
    enum rc rc = RC_OK;
    n->asked = n->accepted = n->refused = n->waiting = 0;
    for (size_t i = n->from; rc == RC_OK && i < n->to; i++) {
        const struct handover_item *was = &n->l->items[i];
        struct handover_item now;
        rc = handover_item_load(tx, was->id, &now, e);
        if (rc == RC_NOT_FOUND || (rc == RC_OK && now.state != was->state)) {
            rc = RC_OK; /* a callback was faster */
            continue;
        }
        if (rc == RC_OK)
            rc = n->decide(tx, n, &now, e);
    }
    return rc;
}

static enum rc write_all(struct look *l, struct note n, struct err *e)
{
    enum rc rc = RC_OK;
    n.l = l;
    for (n.from = 0; rc == RC_OK && n.from < l->n; n.from += ROWS) {
        n.to = n.from + ROWS < l->n ? n.from + ROWS : l->n;
        rc = writer_run(l->app->writer, write_some, &n, e);
        l->out->asked += n.asked;
        l->out->accepted += n.accepted;
        l->out->refused += n.refused;
        l->out->waiting += n.waiting;
    }
    return rc;
}

static const struct handover_answer *answer_of(const struct note *n, struct str external_id)
{
    for (size_t i = 0; i < n->answers_n; i++)
        if (str_eq(n->answers[i].external_id, external_id))
            return &n->answers[i];
    return NULL;
}

static enum rc refuse(struct tx *tx, struct note *n, struct handover_item *i, struct str code,
                      struct err *e)
{
    n->refused++;
    return handover_refuse(tx, i, code, n->l->retry_days, e);
}

/* ---- why WeCom cannot be asked ---- */

struct complaint {
    int64_t handover_id;
    const struct err *why; /* NULL: it can */
};

static enum rc write_complaint(struct tx *tx, void *arg, struct err *e)
{
    const struct complaint *c = arg;
    return handover_set_error(tx, c->handover_id,
                              c->why == NULL ? STR_ABSENT : err_json(c->why, tx_arena(tx)), e);
}

static enum rc complain(struct app *app, int64_t handover_id, const struct err *why, struct err *e)
{
    struct complaint c = {handover_id, why};
    if (why != NULL)
        log_line(LOG_WARN, "handover", "\"id\":%" PRId64 ",\"code\":\"%s\"", handover_id,
                 why->code);
    return writer_run(app->writer, write_complaint, &c, e);
}

/* ---- asking ---- */

static enum rc after_asking(struct tx *tx, struct note *n, struct handover_item *i, struct err *e)
{
    const struct handover_answer *a = answer_of(n, i->external_id);
    if (a == NULL)
        return RC_OK; /* not answered for: looked for later */
    if (a->number != 0)
        return refuse(tx, n, i, arena_printf(tx_arena(tx), "wecom_%" PRId64, a->number), e);
    i->tries++;
    i->code = STR_ABSENT;
    i->due_s = n->l->now_s + HANDOVER_LOOK_S;
    n->asked++;
    return handover_item_store(tx, i, HANDOVER_ASKED, e);
}

static enum rc put_back(struct tx *tx, struct note *n, struct handover_item *i, struct err *e)
{
    i->due_s = n->due_s;
    n->waiting++;
    return handover_item_store(tx, i, HANDOVER_WAITING, e);
}

static enum rc refuse_each(struct tx *tx, struct note *n, struct handover_item *i, struct err *e)
{
    return refuse(tx, n, i, n->code, e);
}

/* The call failed: `e` says why, and is cleared. */
static enum rc asking_failed(struct look *l, struct err *e)
{
    struct err why = *e;
    *e = ERR_INIT;
    enum rc rc = complain(l->app, l->due.handover_id, &why, e);
    if (rc != RC_OK)
        return rc;
    switch (handover_verdict(&why)) {
    case HANDOVER_UNSURE:
        return RC_OK;
    case HANDOVER_LATER:
        return write_all(l, (struct note){.decide = put_back, .due_s = l->now_s + AGAIN_S}, e);
    default:
        return write_all(
            l, (struct note){.decide = refuse_each, .code = arena_str(&l->a, str_from(why.code))},
            e);
    }
}

static enum rc ask_customers(struct look *l, bool *out_more, struct err *e)
{
    struct note n = {.decide = after_asking};
    struct handover_answer *answers = NULL;
    enum rc rc = writer_run(l->app->writer, take, l, e);
    *out_more = false;
    if (rc != RC_OK || l->n == 0)
        return rc;
    rc = handover_ask(l->app->wecom, &l->due, l->items, l->n, &l->a, &answers, &n.answers_n, e);
    if (rc != RC_OK)
        return asking_failed(l, e);
    n.answers = answers;
    *out_more = l->n == HANDOVER_A_CALL;
    rc = write_all(l, n, e);
    return rc == RC_OK ? complain(l->app, l->due.handover_id, NULL, e) : rc;
}

/* ---- groups ---- */

struct group_done {
    struct look *l;
    const struct handover_item *item;
    const struct told_group *told;
    bool theirs;
};

static enum rc write_group(struct tx *tx, void *arg, struct err *e)
{
    const struct group_done *d = arg;
    struct group_applied out = {.more = true};
    struct handover_item now;
    enum rc rc = binding_rule_keep(tx, d->l->app->config, e);
    while (rc == RC_OK && out.more)
        rc = group_apply(tx, d->l->app->keys, d->told, &out, e);
    if (rc == RC_OK)
        rc = handover_item_load(tx, d->item->id, &now, e);
    if (rc != RC_OK || now.state != HANDOVER_ASKING)
        return rc;
    if (d->theirs)
        return handover_accept(tx, &now, &d->l->due, e);
    now.due_s = d->l->now_s;
    return handover_item_store(tx, &now, HANDOVER_WAITING, e);
}

/* Whose a group is now, as WeCom tells it. */
static enum rc look_at_group(struct look *l, const struct handover_item *item, struct err *e)
{
    struct told_group told;
    struct group_done d = {.l = l, .item = item, .told = &told};
    enum rc rc = ask_group(l->app->wecom, item->external_id, &l->a, &told, e);
    if (rc != RC_OK)
        return rc;
    d.theirs = str_eq_nocase(told.owner, l->due.userid);
    rc = writer_run(l->app->writer, write_group, &d, e);
    l->out->accepted += rc == RC_OK && d.theirs;
    return rc;
}

static enum rc after_groups(struct tx *tx, struct note *n, struct handover_item *i, struct err *e)
{
    const struct handover_answer *a = answer_of(n, i->external_id);
    if (a == NULL || a->number == 90504) /* theirs already */
        return RC_OK;
    return refuse(tx, n, i, arena_printf(tx_arena(tx), "wecom_%" PRId64, a->number), e);
}

static enum rc look_at_groups(struct look *l, const struct note *n, struct err *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < l->n; i++) {
        const struct handover_answer *a = answer_of(n, l->items[i].external_id);
        if (a != NULL && a->number != 90504)
            continue;
        rc = look_at_group(l, &l->items[i], e);
        if (rc != RC_OK && l->due.handover_id != 0) {
            struct err why = *e; /* looked for again: it stays marked */
            *e = ERR_INIT;
            rc = complain(l->app, l->due.handover_id, &why, e);
        }
    }
    return rc;
}

static enum rc ask_groups(struct look *l, bool *out_more, struct err *e)
{
    struct note n = {.decide = after_groups};
    struct handover_answer *answers = NULL;
    enum rc rc = writer_run(l->app->writer, take, l, e);
    *out_more = false;
    if (rc != RC_OK || l->n == 0)
        return rc;
    rc = handover_ask_groups(l->app->wecom, &l->due, l->items, l->n, &l->a, &answers, &n.answers_n,
                             e);
    if (rc != RC_OK)
        return asking_failed(l, e);
    n.answers = answers;
    l->out->asked += (int64_t)l->n;
    *out_more = l->n == HANDOVER_A_CALL;
    rc = write_all(l, n, e);
    if (rc == RC_OK)
        rc = complain(l->app, l->due.handover_id, NULL, e);
    return rc == RC_OK ? look_at_groups(l, &n, e) : rc;
}

/* ---- looking what became of it ---- */

static enum rc read_due(struct look *l, struct err *e)
{
    struct tx *tx;
    struct handover_item *list = NULL;
    size_t n = 0;
    enum rc rc = db_read_begin(l->app->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    rc = handover_due_items(tx, &l->due, l->now_s, HANDOVER_MOST, &list, &n, e);
    if (rc == RC_OK)
        copy_items(l, list, n);
    db_read_end(tx);
    return rc;
}

static int find_answer(const void *key, const void *row)
{
    return str_cmp(*(const struct str *)key, ((const struct handover_answer *)row)->external_id);
}

/* An answer about this asking: one that came along before it was of another hand-over. */
static const struct handover_answer *result_of(const struct note *n, const struct handover_item *i)
{
    enum { CLOCKS_S = 300 }; /* WeCom's clock and ours */
    const struct handover_answer *a =
        n->answers_n == 0
            ? NULL
            : bsearch(&i->external_id, n->answers, n->answers_n, sizeof *a, find_answer);
    return a != NULL && a->number == 1 && a->at_s != 0 && a->at_s < i->asked_s - CLOCKS_S ? NULL
                                                                                          : a;
}

static bool came_along(const struct note *n, const struct handover_item *i)
{
    const struct handover_answer *a = result_of(n, i);
    return a != NULL && a->number == 1;
}

static enum rc after_looking(struct tx *tx, struct note *n, struct handover_item *i, struct err *e)
{
    const struct handover_answer *a = result_of(n, i);
    bool silent = i->asked_s != DB_NULL && i->asked_s + HANDOVER_SILENT_S < n->l->now_s;
    if (a == NULL && i->state == HANDOVER_ASKING) { /* WeCom was never asked */
        n->due_s = n->l->now_s;
        return put_back(tx, n, i, e);
    }
    if (a == NULL && silent)
        return refuse(tx, n, i, STR("silent"), e);
    if (a != NULL && a->number == 1)
        return RC_OK; /* written one by one, with the friendship */
    i->tries += i->state == HANDOVER_ASKING;
    if (a != NULL && (a->number == 3 || a->number == 4))
        return refuse(tx, n, i,
                      a->number == 3 ? STR("customer_refused") : STR("customer_limit_exceed"), e);
    i->due_s = n->l->now_s + HANDOVER_LOOK_S;
    return handover_item_store(tx, i, HANDOVER_ASKED, e);
}

struct arrival {
    struct look *l;
    const struct handover_item *item;
    const struct told_contact *told; /* NULL: the friendship is a row already */
};

static enum rc write_arrival(struct tx *tx, void *arg, struct err *e)
{
    const struct arrival *x = arg;
    struct contact_applied applied;
    struct handover_item now;
    enum rc rc = binding_rule_keep(tx, x->l->app->config, e);
    if (rc == RC_OK && x->told != NULL)
        rc = contact_apply(tx, x->l->app->keys, x->told, &applied, e);
    if (rc == RC_OK)
        rc = handover_item_load(tx, x->item->id, &now, e);
    if (rc != RC_OK || now.state != x->item->state)
        return rc;
    now.tries += now.state == HANDOVER_ASKING;
    return handover_accept(tx, &now, &x->l->due, e);
}

/* Whether the successor's friendship stands, told since it was asked for. */
static enum rc friendship_known(struct look *l, const struct handover_item *i, bool *out,
                                struct err *e)
{
    struct tx *tx;
    struct relation_row row;
    enum rc rc = db_read_begin(l->app->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    rc = relation_find(tx, i->object_id, i->staff_id, &row, e);
    *out = rc == RC_OK && row.deleted_s == DB_NULL && row.told_us != DB_NULL &&
           row.told_us / 1000000 >= i->asked_s;
    db_read_end(tx);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc arrived(struct look *l, const struct handover_item *i, struct err *e)
{
    struct told_contact told;
    struct arrival x = {.l = l, .item = i};
    bool known = false;
    enum rc rc = friendship_known(l, i, &known, e);
    if (rc == RC_OK && !known) {
        rc = ask_contact(l->app->wecom, i->external_id, &l->a, &told, e);
        if (rc == RC_OK)
            x.told = &told;
        else if (ask_is_gone(e)) { /* came along, and ended it since: its callback says so */
            *e = ERR_INIT;
            rc = RC_OK;
        }
    }
    if (rc == RC_OK)
        rc = writer_run(l->app->writer, write_arrival, &x, e);
    l->out->accepted += rc == RC_OK;
    return rc;
}

static enum rc look_for_customers(struct look *l, struct err *e)
{
    struct note n = {.decide = after_looking};
    struct handover_answer *answers = NULL;
    enum rc rc = read_due(l, e);
    if (rc != RC_OK || l->n == 0)
        return rc;
    rc = handover_ask_results(l->app->wecom, &l->due, &l->a, &answers, &n.answers_n, e);
    n.answers = answers;
    for (size_t i = 0; rc == RC_OK && i < l->n; i++)
        if (came_along(&n, &l->items[i]))
            rc = arrived(l, &l->items[i], e);
    if (rc != RC_OK) { /* all of it stays due */
        struct err why = *e;
        *e = ERR_INIT;
        return complain(l->app, l->due.handover_id, &why, e);
    }
    rc = write_all(l, n, e);
    return rc == RC_OK ? complain(l->app, l->due.handover_id, NULL, e) : rc;
}

static enum rc look_for_groups(struct look *l, struct err *e)
{
    struct note none = {0};
    enum rc rc = read_due(l, e);
    return rc == RC_OK ? look_at_groups(l, &none, e) : rc;
}

static enum rc look_at_due(struct look *l, struct err *e)
{
    enum rc rc = RC_OK;
    bool more = true;
    if (!l->due.ask)
        return l->due.group ? look_for_groups(l, e) : look_for_customers(l, e);
    for (int calls = 0; rc == RC_OK && more && calls < CALLS_MOST; calls++)
        rc = l->due.group ? ask_groups(l, &more, e) : ask_customers(l, &more, e);
    return rc;
}

/* ---- those who left ---- */

struct listing {
    struct app *app;
    int64_t handover_id, retry_days, unknown, after;
    struct str *listed;
    size_t n;
    bool more;
};

static int by_text(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static bool is_listed(const struct listing *x, struct str id)
{
    return x->n > 0 && bsearch(&id, x->listed, x->n, sizeof id, by_text) != NULL;
}

/* Items whom WeCom does not list wait a day. */
static enum rc compare(struct tx *tx, void *arg, struct err *e)
{
    struct listing *x = arg;
    struct handover_item *list = NULL;
    size_t n = 0;
    enum rc rc = handover_items(tx, 0, x->handover_id, STR("waiting"), x->after, HANDOVER_AT_ONCE,
                                &list, &n, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        if (!list[i].group && !is_listed(x, list[i].external_id))
            rc = handover_refuse(tx, &list[i], STR("not_listed"), x->retry_days, e);
    x->more = n == HANDOVER_AT_ONCE;
    if (rc == RC_OK && !x->more)
        rc = handover_set_listed(tx, x->handover_id, x->unknown, e);
    return rc;
}

static enum rc count_unknown(struct listing *x, struct err *e)
{
    struct tx *tx;
    uint8_t hash[SECRET_INDEX_BYTES];
    enum rc rc = db_read_begin(x->app->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    for (size_t i = 0; rc == RC_OK && i < x->n; i++) {
        struct str value;
        int64_t id;
        if (!identity_normalise(tx_arena(tx), IDENTITY_EXTERNAL_USERID, x->listed[i], &value))
            continue;
        identity_hash(x->app->keys, IDENTITY_EXTERNAL_USERID, value, hash);
        rc = identity_find(tx, IDENTITY_EXTERNAL_USERID, STR(""), hash, &id, e);
        x->unknown += rc == RC_NOT_FOUND;
        rc = rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    db_read_end(tx);
    return rc;
}

static enum rc list_one(struct app *app, int64_t id, struct arena *a, struct err *e)
{
    struct tx *tx;
    struct handover h;
    struct listing x = {.app = app,
                        .handover_id = id,
                        .retry_days = config_int(app->config, "handover_retry_days"),
                        .more = true};
    enum rc rc = db_read_begin(app->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    rc = handover_load(tx, 0, id, &h, e);
    struct str userid = rc == RC_OK ? arena_str(a, h.from_userid) : STR_ABSENT;
    db_read_end(tx);
    if (rc == RC_OK)
        rc = handover_ask_unassigned(app->wecom, userid, a, &x.listed, &x.n, e);
    if (rc == RC_OK)
        rc = count_unknown(&x, e);
    if (rc != RC_OK) {
        struct err why = *e;
        *e = ERR_INIT;
        return complain(app, id, &why, e);
    }
    while (rc == RC_OK && x.more)
        rc = writer_run(app->writer, compare, &x, e);
    return rc;
}

static enum rc list_all(struct app *app, struct arena *a, struct err *e)
{
    struct tx *tx;
    int64_t *found = NULL;
    size_t n = 0;
    enum rc rc = db_read_begin(app->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    rc = handover_unlisted(tx, &found, &n, e);
    int64_t *ids = ARENA_ARRAY(a, int64_t, n + 1);
    if (n > 0)
        memcpy(ids, found, n * sizeof *ids);
    db_read_end(tx);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        rc = list_one(app, ids[i], a, e);
    return rc;
}

/* ---- all of it ---- */

/* Ends hand-overs that have nothing open, and takes back what was left half made. */
static enum rc end_some(struct tx *tx, void *arg, struct err *e)
{
    int64_t *ended = arg;
    struct handover *list = NULL;
    size_t n = 0;
    enum rc rc = handover_over(tx, tx_now_s(tx) - MAKING_S, &list, &n, e);
    *ended = 0;
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        bool runs = str_eq(list[i].state, STR("running"));
        bool stopped = str_eq(list[i].state, STR("stopped"));
        int64_t n_stopped = 0;
        if (!runs)
            rc = handover_stop_items(tx, list[i].id, &n_stopped, e);
        if (rc != RC_OK || stopped || n_stopped == HANDOVER_AT_ONCE)
            continue; /* the rest the next time */
        rc = handover_set_state(tx, list[i].id, runs ? "done" : "stopped", e);
        ++*ended;
    }
    return rc;
}

static enum rc copy_due(struct app *app, int64_t now_s, struct arena *a, struct handover_due **out,
                        size_t *out_n, struct err *e)
{
    struct tx *tx;
    struct handover_due *list = NULL;
    enum rc rc = db_read_begin(app->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    *out_n = 0;
    rc = handover_due(tx, now_s, &list, out_n, e);
    *out = ARENA_ARRAY(a, struct handover_due, *out_n + 1);
    for (size_t i = 0; rc == RC_OK && i < *out_n; i++) {
        (*out)[i] = list[i];
        (*out)[i].from_userid = arena_str(a, list[i].from_userid);
        (*out)[i].userid = arena_str(a, list[i].userid);
        (*out)[i].message = arena_str(a, list[i].message);
        (*out)[i].reason = arena_str(a, list[i].reason);
    }
    db_read_end(tx);
    return rc;
}

enum rc handover_keeper_run(struct app *app, int64_t now_s, struct handover_look *out,
                            struct err *e)
{
    struct look l = {.app = app,
                     .now_s = now_s,
                     .retry_days = config_int(app->config, "handover_retry_days"),
                     .out = out};
    struct arena a;
    struct handover_due *due = NULL;
    size_t n = 0;
    *out = (struct handover_look){0};
    arena_init(&a, 0);
    arena_init(&l.a, 0);
    enum rc rc = list_all(app, &a, e);
    if (rc == RC_OK)
        rc = copy_due(app, now_s, &a, &due, &n, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        l.due = due[i];
        rc = look_at_due(&l, e);
        arena_reset(&l.a);
    }
    if (rc == RC_OK)
        rc = writer_run(app->writer, end_some, &out->ended, e);
    arena_done(&l.a);
    arena_done(&a);
    return rc;
}

/* ---- the thread ---- */

struct handover_keeper {
    struct app *app;
    struct periodic periodic;
};

static void *run(void *arg)
{
    struct handover_keeper *k = arg;
    while (periodic_wait(&k->periodic, LOOK_US)) {
        struct err e = ERR_INIT;
        struct handover_look look;
        if (handover_keeper_run(k->app, clock_now_s(), &look, &e) != RC_OK)
            log_line(LOG_ERROR, "handovers", "\"code\":\"%s\"", e.code);
        else if (look.asked + look.accepted + look.refused + look.waiting + look.ended > 0)
            log_line(LOG_INFO, "handovers",
                     "\"asked\":%" PRId64 ",\"accepted\":%" PRId64 ",\"refused\":%" PRId64
                     ",\"waiting\":%" PRId64 ",\"ended\":%" PRId64,
                     look.asked, look.accepted, look.refused, look.waiting, look.ended);
    }
    return NULL;
}

struct handover_keeper *handover_keeper_start(struct app *app)
{
    struct handover_keeper *k = must(calloc(1, sizeof *k));
    k->app = app;
    periodic_start(&k->periodic, "handovers", run, k);
    return k;
}

void handover_keeper_stop(struct handover_keeper *k)
{
    if (k == NULL)
        return;
    periodic_stop(&k->periodic);
    free(k);
}
