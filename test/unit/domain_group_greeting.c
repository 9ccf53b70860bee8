/* domain_group_greeting — what groups greet with: what is refused; wishes by where a greeting
 * stands; what operators retry and give up; and random lives beside a WeCom that refuses, loses
 * answers and forgets, while people change their minds and operators do what they like. After each,
 * WeCom has what people want and nothing besides what nobody could know of. */
#include "store_fixture.h"

#include "base/lock.h"
#include "base/rng.h"
#include "domain/config.h"
#include "domain/group_greeting.h"
#include "domain/outbox_work.h"
#include "pg_fixture.h"
#include "store/code.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { CODES = 4, THERE_MOST = 4000, LIVES = 40, STEPS = 60, TEXT = 16 };
static const int64_t LATER_US = INT64_C(1) << 60; /* when everything is due */

static struct rng luck;

static int dice(int n)
{
    return (int)rng_below(&luck, (uint64_t)n);
}

/* ---- WeCom ---- */

enum mood { FINE, PASSES, REFUSES, FULL, CUT_AFTER, CUT_BEFORE, MOODS };

static struct {
    struct {
        char text[TEXT];
        bool there, known; /* known: an answer said its id */
    } list[THERE_MOST];
    size_t n;
    enum mood mood;
    int made;
} wecom;

static enum rc failed_by(struct outbox_item *item, enum outbox_verdict verdict, enum rc rc,
                         const char *code, struct err *e)
{
    item->verdict = verdict;
    return err_set(e, rc, code, NULL, "不行", "no");
}

/* What the mood makes of a call; `out_done`: it is done in any case. */
static enum rc weather(struct outbox_item *item, bool once, bool *out_done, struct err *e)
{
    *out_done = wecom.mood == FINE || wecom.mood == CUT_AFTER;
    switch (wecom.mood) {
    case PASSES:
        return failed_by(item, OUTBOX_AGAIN, RC_IO, "curl", e);
    case REFUSES:
        return failed_by(item, OUTBOX_FAILED, RC_INVALID, "wecom_45002", e);
    case FULL:
        return failed_by(item, OUTBOX_FAILED, RC_LIMIT, "wecom_41055", e);
    case CUT_AFTER:
    case CUT_BEFORE:
        return failed_by(item, once ? OUTBOX_LOST : OUTBOX_AGAIN, RC_IO,
                         once ? "wecom_unsure" : "curl", e);
    default:
        return RC_OK;
    }
}

struct told {
    struct group_greeting g;
    char id[TEXT];
    bool sent, lost, done;
};

static enum rc read_row(struct outbox_item *item, struct told *out, struct err *e)
{
    struct tx *tx;
    enum rc rc = db_read_begin(item->app->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    rc = group_greeting_load(tx, item->wishes[0].object_id, item->arena, &out->g, e);
    db_read_end(tx);
    return rc == RC_NOT_FOUND ? failed_by(item, OUTBOX_VOID, rc, "wish_void", e) : rc;
}

static size_t number_of(struct str template_id)
{
    int64_t n = -1;
    assert_true(str_to_i64(str_sub(template_id, 1, template_id.n), &n));
    assert_true(n >= 0 && n < (int64_t)wecom.n);
    return (size_t)n;
}

static void say(size_t at, struct str text)
{
    snprintf(wecom.list[at].text, TEXT, STR_FMT, STR_ARG(text));
}

static struct told *new_note(struct outbox_item *item)
{
    struct told *t = ARENA_NEW(item->arena, struct told);
    *t = (struct told){.sent = false};
    item->note = t;
    return t;
}

static enum rc tell_add(struct outbox_item *item, struct err *e)
{
    struct told *t = new_note(item);
    bool done;
    enum rc rc = read_row(item, t, e);
    if (rc == RC_OK && !t->g.wanted)
        return failed_by(item, OUTBOX_VOID, RC_NOT_FOUND, "wish_void", e);
    if (rc != RC_OK || !str_absent(t->g.template_id))
        return rc;
    t->sent = true;
    rc = weather(item, true, &done, e);
    if (done) {
        assert_true(wecom.n < THERE_MOST);
        say(wecom.n, t->g.text);
        snprintf(t->id, TEXT, "t%zu", wecom.n);
        wecom.list[wecom.n].known = rc == RC_OK;
        wecom.list[wecom.n++].there = true;
        wecom.made++;
    }
    t->done = rc == RC_OK;
    return rc;
}

static enum rc tell_edit(struct outbox_item *item, struct err *e)
{
    struct told *t = new_note(item);
    bool done;
    enum rc rc = read_row(item, t, e);
    if (rc == RC_OK && (!t->g.wanted || str_absent(t->g.template_id)))
        return failed_by(item, OUTBOX_VOID, RC_NOT_FOUND, "wish_void", e);
    if (rc != RC_OK || !group_greeting_acts(&t->g, item->kind))
        return rc;
    t->sent = true;
    rc = weather(item, false, &done, e);
    if (rc != RC_OK)
        return rc;
    size_t at = number_of(t->g.template_id);
    t->lost = !wecom.list[at].there;
    t->done = true;
    say(at, t->g.text);
    return RC_OK;
}

static enum rc tell_delete(struct outbox_item *item, struct err *e)
{
    struct told t;
    bool done;
    enum rc rc = read_row(item, &t, e);
    if (rc != RC_OK || str_absent(t.g.template_id))
        return rc;
    assert_false(t.g.wanted);
    rc = weather(item, false, &done, e);
    if (rc == RC_OK)
        wecom.list[number_of(t.g.template_id)].there = false;
    return rc;
}

static enum rc apply_told(struct tx *tx, struct outbox_item *item, const struct outbox_told *wish,
                          struct err *e)
{
    const struct told *t = item->note;
    const struct greeting_said said = {t->g.text, t->g.attachments, t->g.notify};
    if (t->lost)
        return group_greeting_lost(tx, item->app, wish->object_id, e);
    struct str id = t->id[0] != 0 ? str_from(t->id) : STR_ABSENT;
    return t->done ? group_greeting_told(tx, item->app, wish->object_id, id, &said, e) : RC_OK;
}

static enum rc apply_deleted(struct tx *tx, struct outbox_item *item,
                             const struct outbox_told *wish, struct err *e)
{
    return group_greeting_deleted(tx, item->app, wish->object_id, e);
}

static enum rc apply_failed(struct tx *tx, struct outbox_item *item, const struct outbox_told *wish,
                            const struct outbox_end *end, const struct err *why, struct err *e)
{
    const struct told *t = item->note;
    const bool sent = t != NULL && t->sent;
    const struct greeting_said said = {sent ? t->g.text : STR(""),
                                       sent ? t->g.attachments : STR(""), true};
    const struct greeting_failure f = {item->kind, end->state, why, end->error,
                                       sent ? &said : NULL};
    return group_greeting_failed(tx, item->app, wish->object_id, &f, e);
}

/* ---- the corp ---- */

struct corp {
    struct store_fixture *f;
    struct app app;
    int64_t codes[CODES];
    char want[CODES][TEXT]; /* "" nothing */
    bool given_up[CODES];   /* an operator gave up a wish of it */
    struct lock lock;       /* WeCom answers one after the other */
    struct {
        bool on;
        size_t code;
        char text[TEXT]; /* "" taken off */
    } meanwhile;         /* what people do while the next wish of that code is being told */
};
static struct corp *open_one;

static enum rc add_code(struct tx *tx, void *arg, struct err *e)
{
    struct code c = {.kind = STR("group"),
                     .name = STR("福利"),
                     .state = arena_printf(tx_arena(tx), "S%d", dice(1 << 30)),
                     .status = STR("active"),
                     .expires_s = DB_NULL,
                     .full_at = 190,
                     .listed = STR(""),
                     .on_duty = STR(""),
                     .request_key = STR_ABSENT};
    enum rc rc = code_add(tx, &c, e);
    *(int64_t *)arg = c.id;
    return rc;
}

static void add_codes(struct corp *c)
{
    memset(c->want, 0, sizeof c->want);
    memset(c->given_up, 0, sizeof c->given_up);
    for (size_t i = 0; i < CODES; i++)
        store_write(c->f, add_code, &c->codes[i]);
}

static struct corp *open_corp(void **state)
{
    struct corp *c = calloc(1, sizeof *c);
    c->f = *state;
    memset(&wecom, 0, sizeof wecom);
    luck = rng_seed(7);
    store_must(c->f, config_open(c->f->folder, NULL, 0, &c->app.config, &c->f->err));
    c->app.db = c->f->db;
    c->app.writer = c->f->writer;
    c->app.keys = c->f->keys;
    lock_init(&c->lock, LOCK_JOB);
    open_one = c;
    add_codes(c);
    return c;
}

static void close_corp(struct corp *c)
{
    config_free(c->app.config);
    lock_done(&c->lock);
    free(c);
}

struct give {
    struct corp *c;
    size_t code;
    const char *text; /* NULL: taken off */
};

static enum rc give_in(struct tx *tx, void *arg, struct err *e)
{
    const struct give *g = arg;
    const struct greeting_wisher who = {.app = &g->c->app};
    if (g->text == NULL)
        return group_greeting_remove(tx, &who, g->c->codes[g->code], e);
    const struct greeting_said said = {str_from(g->text), STR("[]"), true};
    return group_greeting_give(tx, &who, g->c->codes[g->code], &said, e);
}

static void give(struct corp *c, size_t code, const char *text)
{
    struct give g = {c, code, text};
    store_write(c->f, give_in, &g);
    snprintf(c->want[code], TEXT, "%s", text != NULL ? text : "");
}

static void meanwhile(struct corp *c, size_t code, const char *text)
{
    c->meanwhile.on = true;
    c->meanwhile.code = code;
    snprintf(c->meanwhile.text, TEXT, "%s", text != NULL ? text : "");
}

/* One wish, and what people do meanwhile. */
static enum rc tell_with(enum rc (*tell)(struct outbox_item *item, struct err *e),
                         struct outbox_item *item, struct err *e)
{
    struct corp *c = open_one;
    lock_take(&c->lock);
    enum rc rc = tell(item, e);
    if (c->meanwhile.on && group_greeting_code(item->key) == c->codes[c->meanwhile.code]) {
        c->meanwhile.on = false;
        give(c, c->meanwhile.code, c->meanwhile.text[0] != 0 ? c->meanwhile.text : NULL);
    }
    lock_give(&c->lock);
    return rc;
}

static enum rc add_with(struct outbox_item *item, struct err *e)
{
    return tell_with(tell_add, item, e);
}

static enum rc edit_with(struct outbox_item *item, struct err *e)
{
    return tell_with(tell_edit, item, e);
}

static enum rc delete_with(struct outbox_item *item, struct err *e)
{
    return tell_with(tell_delete, item, e);
}

static const struct outbox_handler HANDLERS[] = {
    {GREETING_WISH_ADD, false, true, add_with, apply_told, apply_failed},
    {GREETING_WISH_EDIT, false, false, edit_with, apply_told, apply_failed},
    {GREETING_WISH_DELETE, false, false, delete_with, apply_deleted, apply_failed},
    {.kind = NULL},
};

static void work(struct corp *c)
{
    int64_t taken = 0;
    store_must(c->f, outbox_work_run(&c->app, HANDLERS, LATER_US, &taken, &c->f->err));
}

static void work_off(struct corp *c)
{
    int64_t taken = 1;
    while (taken > 0)
        store_must(c->f, outbox_work_run(&c->app, HANDLERS, LATER_US, &taken, &c->f->err));
}

/* ---- operators ---- */

/* An operator retries or gives up one in that state; none when `found` stays false. */
struct mend {
    struct corp *c;
    bool drop, found;
    enum outbox_state state;
    size_t nth; /* from the oldest; counted round */
};

/* Given up, deleting is a thing nobody waits for: what is there may stay. */
static enum rc drop_in(struct tx *tx, struct mend *m, const struct outbox_row *row, struct err *e)
{
    struct group_greeting g = {.template_id = STR_ABSENT};
    struct err gone = ERR_INIT;
    group_greeting_load(tx, row->object_id, tx_arena(tx), &g, &gone);
    if (row->state == OUTBOX_WAITING && row->begun_us != 0) { /* WeCom is being told */
        assert_int_equal(outbox_drop(tx, row->id, &gone), RC_CONFLICT);
        return RC_OK;
    }
    for (size_t i = 0; i < CODES; i++)
        m->c->given_up[i] |= m->c->codes[i] == group_greeting_code(row->key);
    enum rc rc = outbox_drop(tx, row->id, e);
    if (rc == RC_OK)
        rc = group_greeting_given_up(tx, row, e);
    bool left = rc == RC_OK && !str_absent(g.template_id) &&
                str_eq(row->kind, STR(GREETING_WISH_DELETE)) &&
                group_greeting_load(tx, g.id, tx_arena(tx), &g, &gone) == RC_NOT_FOUND;
    if (left)
        wecom.list[number_of(g.template_id)].known = false;
    return rc;
}

static enum rc mend_in(struct tx *tx, void *arg, struct err *e)
{
    struct mend *m = arg;
    struct outbox_row *rows = NULL;
    size_t n = 0;
    struct str state = str_from(outbox_state_name(m->state));
    enum rc rc = outbox_list(tx, INT64_MAX, state, 200, &rows, &n, e);
    m->found = rc == RC_OK && n > 0;
    if (!m->found)
        return rc;
    const struct outbox_row *row = &rows[n - 1 - m->nth % n];
    if (m->drop)
        return drop_in(tx, m, row, e);
    rc = outbox_retry(tx, row->id, e);
    if (rc == RC_CONFLICT) { /* a later wish waits: there is nothing to mend */
        *e = (struct err)ERR_INIT;
        return RC_OK;
    }
    return rc == RC_OK ? group_greeting_retried(tx, row, e) : rc;
}

static bool mend_nth(struct corp *c, enum outbox_state state, bool drop, size_t nth)
{
    struct mend m = {.c = c, .state = state, .drop = drop, .nth = nth};
    store_write(c->f, mend_in, &m);
    return m.found;
}

/* The oldest. */
static bool mend(struct corp *c, enum outbox_state state, bool drop)
{
    return mend_nth(c, state, drop, 0);
}

/* The state of a code's greeting, "" none; whether WeCom has its text; its open warnings. */
static void look(struct corp *c, size_t code, char state[static TEXT], bool *right, size_t *warned)
{
    struct tx *tx;
    struct group_greeting g;
    struct code_warning *warnings;
    struct arena *a;
    store_must(c->f, db_read_begin(c->f->db, &tx, &c->f->err));
    a = tx_arena(tx);
    enum rc rc = group_greeting_of_code(tx, c->codes[code], a, &g, &c->f->err);
    state[0] = 0;
    *right = rc == RC_NOT_FOUND && c->want[code][0] == 0;
    if (rc == RC_OK) {
        snprintf(state, TEXT, STR_FMT, STR_ARG(g.state));
        *right = !str_absent(g.template_id) && wecom.list[number_of(g.template_id)].there &&
                 strcmp(wecom.list[number_of(g.template_id)].text, c->want[code]) == 0;
    }
    store_must(c->f, code_warnings(tx, c->codes[code], &warnings, warned, &c->f->err));
    db_read_end(tx);
}

static void is(struct corp *c, size_t code, const char *wanted, bool right, size_t warnings)
{
    char state[TEXT];
    bool is_right;
    size_t n;
    look(c, code, state, &is_right, &n);
    assert_string_equal(state, wanted);
    assert_int_equal(is_right, right);
    assert_int_equal(n, warnings);
}

/* Templates that WeCom has and told us of. */
static size_t known(void)
{
    size_t n = 0;
    for (size_t i = 0; i < wecom.n; i++)
        n += wecom.list[i].there && wecom.list[i].known;
    return n;
}

/* ---- tests ---- */

static void refused(const char *text, const char *attachments, const char *field)
{
    struct err e = ERR_INIT;
    const struct greeting_said said = {str_from(text), str_from(attachments), true};
    enum rc rc = group_greeting_check(&said, &e);
    assert_int_equal(rc, field == NULL ? RC_OK : RC_INVALID);
    if (field != NULL)
        assert_string_equal(e.field, field);
}

static void what_is_refused(void **state)
{
    static const char LINK[] =
        "{\"msgtype\":\"link\",\"link\":{\"title\":\"a\",\"url\":\"https://a.example\"}}";
    char list[400], text[3100];
    struct arena a;
    (void)state;
    refused("", "[]", "greeting.text");
    refused("好", "[]", NULL);
    snprintf(list, sizeof list, "[%s]", LINK);
    refused("", list, NULL);
    snprintf(list, sizeof list, "[%s,%s]", LINK, LINK);
    refused("好", list, "greeting.attachments");
    refused("好", "[{\"msgtype\":\"song\"}]", "greeting.attachments");
    memset(text, 'x', sizeof text);
    memcpy(text + 2990, "{name}", sizeof "{name}"); /* 10 bytes as it is told */
    refused(text, "[]", NULL);
    memmove(text + 1, text, 2997);
    refused(text, "[]", "greeting.text");
    arena_init(&a, 0);
    assert_string_equal(arena_z(&a, group_greeting_told_text(STR("{name}，{name}！{staff}"), &a)),
                        "%NICKNAME%，%NICKNAME%！{staff}");
    arena_done(&a);
    assert_int_equal(group_greeting_code(STR("greeting:42")), 42);
    assert_int_equal(group_greeting_code(STR("relation:42")), 0);
}

static void told_by_where_it_stands(void **state)
{
    struct corp *c = open_corp(state);
    give(c, 0, "a");
    is(c, 0, "waiting", false, 0);
    give(c, 0, "b"); /* while making is on its way: made, then changed */
    work_off(c);
    is(c, 0, "offered", true, 0);
    give(c, 0, "b");
    work_off(c);
    assert_int_equal(wecom.made, 1);
    wecom.mood = REFUSES;
    give(c, 0, "c");
    work_off(c);
    is(c, 0, "refused", false, 1);
    wecom.mood = FINE;
    give(c, 0, "c"); /* saved again */
    work_off(c);
    is(c, 0, "offered", true, 0);
    wecom.list[0].there = false;
    give(c, 0, "d");
    work_off(c);
    is(c, 0, "offered", true, 0);
    assert_int_equal(wecom.made, 2);
    give(c, 0, NULL);
    give(c, 0, "e"); /* another one, while the first waits to be deleted */
    work_off(c);
    is(c, 0, "offered", true, 0);
    assert_int_equal(known(), 1);
    give(c, 1, "x");
    give(c, 1, NULL); /* never told */
    work_off(c);
    assert_int_equal(wecom.made, 3);
    close_corp(c);
}

static void changed_while_it_is_made(void **state)
{
    struct corp *c = open_corp(state);
    meanwhile(c, 0, NULL);
    give(c, 0, "a");
    work_off(c);
    is(c, 0, "", true, 0);
    assert_true(wecom.made == 1 && known() == 0); /* made after all, and deleted */
    meanwhile(c, 0, "z");
    give(c, 0, "b");
    work_off(c);
    is(c, 0, "offered", true, 0);
    assert_true(wecom.made == 2 && known() == 1);
    give(c, 0, NULL);
    work_off(c);
    assert_int_equal(known(), 0);
    wecom.mood = CUT_AFTER; /* nobody knows, and nobody wants it */
    meanwhile(c, 0, NULL);
    give(c, 0, "c");
    work_off(c);
    is(c, 0, "", true, 0);
    close_corp(c);
}

static void a_lost_answer_waits_for_an_operator(void **state)
{
    struct corp *c = open_corp(state);
    wecom.mood = CUT_AFTER;
    give(c, 0, "a");
    work_off(c);
    is(c, 0, "unsure", false, 1);
    wecom.mood = FINE;
    give(c, 0, "b");
    work_off(c);
    is(c, 0, "unsure", false, 1);
    assert_int_equal(wecom.made, 1);
    assert_true(mend(c, OUTBOX_UNSURE, false));
    work_off(c);
    is(c, 0, "offered", true, 0);
    wecom.mood = CUT_BEFORE;
    give(c, 1, "x");
    work_off(c);
    assert_true(mend(c, OUTBOX_UNSURE, true));
    is(c, 1, "dropped", false, 0);
    wecom.mood = FINE;
    give(c, 1, "x");
    work_off(c);
    is(c, 1, "offered", true, 0);
    close_corp(c);
}

static void room_is_filled(void **state)
{
    struct corp *c = open_corp(state);
    give(c, 0, "a");
    work_off(c);
    wecom.mood = FULL;
    give(c, 1, "b");
    give(c, 2, "c");
    work_off(c);
    is(c, 1, "refused", false, 1);
    is(c, 2, "refused", false, 1);
    wecom.mood = FINE;
    give(c, 0, NULL);
    work_off(c);
    is(c, 1, "offered", true, 0); /* the oldest */
    is(c, 2, "refused", false, 1);
    close_corp(c);
}

/* One that is refused with "a", and then offered with "b": the first making stays dead. */
static struct corp *offered_after_a_refusal(void **state)
{
    struct corp *c = open_corp(state);
    wecom.mood = REFUSES;
    give(c, 0, "a");
    work_off(c);
    wecom.mood = FINE;
    give(c, 0, "b");
    work_off(c);
    is(c, 0, "offered", true, 0);
    return c;
}

static void an_old_wish_is_given_up(void **state)
{
    struct corp *c = offered_after_a_refusal(state);
    assert_true(mend(c, OUTBOX_DEAD, true));
    is(c, 0, "offered", true, 0);
    assert_false(mend(c, OUTBOX_DEAD, true));
    wecom.mood = REFUSES;
    give(c, 0, "c");
    work_off(c);
    give(c, 0, "d");
    work_off(c);
    assert_true(mend(c, OUTBOX_DEAD, true)); /* that of "c" */
    is(c, 0, "refused", false, 1);
    assert_true(mend(c, OUTBOX_DEAD, true));
    is(c, 0, "dropped", false, 0);
    close_corp(c);
}

static void an_old_wish_is_given_up_while_deleting_is_dead(void **state)
{
    struct corp *c = offered_after_a_refusal(state);
    wecom.mood = REFUSES;
    give(c, 0, NULL);
    work_off(c);
    is(c, 0, "", true, 1);
    give(c, 0, "e"); /* another greeting of the code ends no warning of that one */
    wecom.mood = FINE;
    work_off(c);
    is(c, 0, "offered", true, 1);
    assert_true(mend(c, OUTBOX_DEAD, true)); /* making the first */
    is(c, 0, "offered", true, 1);
    assert_int_equal(known(), 2);
    assert_true(mend(c, OUTBOX_DEAD, false));
    work_off(c);
    is(c, 0, "offered", true, 0);
    assert_int_equal(known(), 1);
    close_corp(c);
}

/* Making is given up while a change waits behind it, which could change nothing. */
static void making_is_given_up_before_a_change(void **state)
{
    struct corp *c = open_corp(state);
    give(c, 0, "a");
    wecom.mood = PASSES;
    work(c);
    give(c, 0, "b");
    assert_true(mend(c, OUTBOX_WAITING, true));
    is(c, 0, "dropped", false, 0);
    wecom.mood = FINE;
    work_off(c);
    is(c, 0, "dropped", false, 0);
    give(c, 0, "b");
    work_off(c);
    is(c, 0, "offered", true, 0);
    close_corp(c);
}

static void retried(struct corp *c, enum mood mood, enum outbox_state then, const char *text)
{
    wecom.mood = mood;
    give(c, 0, "a");
    work_off(c);
    wecom.mood = FINE;
    assert_true(mend(c, then, false));
    is(c, 0, "waiting", false, 0);
    meanwhile(c, 0, text);
    work_off(c);
    is(c, 0, text != NULL ? "offered" : "", true, 0);
    assert_int_equal(known(), text != NULL);
    give(c, 0, NULL);
    work_off(c);
    assert_int_equal(known(), 0);
}

static void changed_while_it_is_retried(void **state)
{
    struct corp *c = open_corp(state);
    retried(c, REFUSES, OUTBOX_DEAD, "b");
    retried(c, REFUSES, OUTBOX_DEAD, NULL);
    retried(c, CUT_BEFORE, OUTBOX_UNSURE, "b");
    retried(c, CUT_BEFORE, OUTBOX_UNSURE, NULL);
    close_corp(c);
}

/* An old change that was refused is retried: WeCom has what people want, and is told nothing. */
static void an_old_change_is_retried(void **state)
{
    struct corp *c = open_corp(state);
    give(c, 0, "a");
    work_off(c);
    wecom.mood = REFUSES;
    give(c, 0, "b");
    work_off(c);
    wecom.mood = FINE;
    give(c, 0, "c");
    work_off(c);
    wecom.mood = REFUSES;
    assert_true(mend(c, OUTBOX_DEAD, false));
    work_off(c);
    is(c, 0, "offered", true, 0);
    assert_false(mend(c, OUTBOX_DEAD, false));
    close_corp(c);
}

static void refused_while_it_is_changed(void **state)
{
    struct corp *c = open_corp(state);
    wecom.mood = REFUSES;
    give(c, 0, "a");
    meanwhile(c, 0, "b");
    work(c);
    is(c, 0, "waiting", false, 0);
    wecom.mood = FINE;
    work_off(c);
    is(c, 0, "offered", true, 0);
    assert_int_equal(wecom.made, 1);
    wecom.mood = REFUSES;
    give(c, 1, "a");
    meanwhile(c, 1, "b"); /* which is refused as well */
    work_off(c);
    is(c, 1, "refused", false, 1);
    close_corp(c);
}

/* ---- operators in the middle of a call ---- */

struct answer {
    struct corp *c;
    int64_t id;
    const char *text; /* that was told; NULL: look for the row alone */
    bool there;       /* the row */
};

static enum rc answer_in(struct tx *tx, void *arg, struct err *e)
{
    struct answer *x = arg;
    struct group_greeting g;
    struct err gone = ERR_INIT;
    x->there = group_greeting_load(tx, x->id, tx_arena(tx), &g, &gone) == RC_OK;
    if (x->text == NULL)
        return RC_OK;
    const struct greeting_said said = {str_from(x->text), STR("[]"), true};
    struct str id = arena_printf(tx_arena(tx), "t%zu", wecom.n - 1);
    return group_greeting_told(tx, &x->c->app, x->id, id, &said, e);
}

static enum rc find_in(struct tx *tx, void *arg, struct err *e)
{
    struct answer *x = arg;
    struct group_greeting g;
    enum rc rc = group_greeting_of_code(tx, x->c->codes[0], tx_arena(tx), &g, e);
    x->id = g.id;
    return rc;
}

/* Taken off while it waits to be made, and the deletion behind it given up. */
static struct answer taken_off(struct corp *c)
{
    struct answer x = {.c = c};
    give(c, 0, "a");
    store_write(c->f, find_in, &x);
    give(c, 0, NULL);
    assert_true(mend_nth(c, OUTBOX_WAITING, true, 1));
    store_write(c->f, answer_in, &x);
    assert_true(x.there); /* it may be under way */
    return x;
}

/* An answer comes, and nothing waits behind it. */
static void an_answer_is_not_what_people_want(void **state)
{
    struct corp *c = open_corp(state);
    struct answer x = {.c = c, .text = "old"};
    give(c, 0, "a");
    store_write(c->f, find_in, &x);
    assert_true(mend(c, OUTBOX_WAITING, true));
    wecom.list[wecom.n].there = wecom.list[wecom.n].known = true;
    wecom.n++;
    store_write(c->f, answer_in, &x);
    is(c, 0, "waiting", false, 0);
    work_off(c);
    is(c, 0, "offered", true, 0);
    give(c, 0, NULL);
    work_off(c);
    x = taken_off(c);
    x.text = "a";
    wecom.list[wecom.n].there = wecom.list[wecom.n].known = true;
    wecom.n++;
    store_write(c->f, answer_in, &x);
    work_off(c);
    assert_int_equal(known(), 0);
    x = taken_off(c);
    work_off(c); /* void, and nothing is left of it */
    store_write(c->f, answer_in, &x);
    assert_false(x.there);
    assert_int_equal(wecom.n, 2);
    close_corp(c);
}

/* ---- random lives ---- */

/* A life may have operators who give up, or somebody who deletes at WeCom. */
struct life {
    bool gives_up, deletes, deleted;
};

static void step(struct corp *c, struct life *l)
{
    char text[TEXT];
    size_t code = (size_t)dice(CODES);
    snprintf(text, sizeof text, "%d", dice(6));
    wecom.mood = dice(2) == 0 ? FINE : (enum mood)dice(MOODS);
    switch (dice(12)) {
    case 0:
        give(c, code, NULL);
        break;
    case 1:
        if (l->deletes && wecom.n > 0)
            l->deleted = true, wecom.list[(size_t)dice((int)wecom.n)].there = false;
        break;
    case 2:
    case 3:
        mend_nth(c, dice(2) == 0 ? OUTBOX_UNSURE : OUTBOX_DEAD, false, (size_t)dice(99));
        break;
    case 4: {
        static const enum outbox_state OPEN[] = {OUTBOX_WAITING, OUTBOX_UNSURE, OUTBOX_DEAD};
        if (l->gives_up)
            mend_nth(c, OPEN[dice(3)], true, (size_t)dice(99));
        break;
    }
    case 5:
    case 6:
        give(c, code, text);
        break;
    case 7:
    case 8:
        if (dice(2) == 0)
            mend_nth(c, dice(2) == 0 ? OUTBOX_UNSURE : OUTBOX_DEAD, false, (size_t)dice(99));
        meanwhile(c, code, dice(2) == 0 ? text : NULL);
        work(c);
        c->meanwhile.on = false;
        break;
    default:
        work(c);
    }
}

/* One code at the end, when all is retried: it is right by itself unless somebody gave up or
 * deleted at WeCom; then saving it again, changed where it was deleted, makes it right. */
static void ends_right(struct corp *c, const struct life *l, size_t code)
{
    char state[TEXT], text[TEXT] = "!";
    bool right;
    size_t warned;
    look(c, code, state, &right, &warned);
    assert_int_equal(warned, 0);
    memcpy(text + 1, c->want[code], TEXT - 2);
    if (c->want[code][0] != 0 && c->given_up[code] && strcmp(state, "dropped") == 0)
        give(c, code, text + 1);
    work_off(c);
    if (c->want[code][0] != 0 && l->deleted)
        give(c, code, text);
    work_off(c);
    is(c, code, c->want[code][0] != 0 ? "offered" : "", true, 0);
}

static void live(struct corp *c, struct life l)
{
    size_t wanted = 0;
    add_codes(c);
    for (int i = 0; i < STEPS; i++)
        step(c, &l);
    /* The sun comes out: operators retry. */
    wecom.mood = FINE;
    work_off(c);
    while (mend(c, OUTBOX_UNSURE, false) || mend(c, OUTBOX_DEAD, false))
        work_off(c);
    for (size_t i = 0; i < CODES; i++) {
        ends_right(c, &l, i);
        wanted += c->want[i][0] != 0;
    }
    assert_int_equal(known(), wanted);
    for (size_t i = 0; i < CODES; i++)
        give(c, i, NULL);
    work_off(c);
    assert_int_equal(known(), 0);
}

static void random_lives(void **state)
{
    struct corp *c = open_corp(state);
    for (int i = 0; i < LIVES; i++)
        live(c, (struct life){.gives_up = i % 2 == 1, .deletes = i % 4 == 3});
    close_corp(c);
}

#define ALL(engine)                                                                                \
    STORE_TEST(told_by_where_it_stands, engine),                                                   \
        STORE_TEST(a_lost_answer_waits_for_an_operator, engine),                                   \
        STORE_TEST(changed_while_it_is_made, engine), STORE_TEST(room_is_filled, engine),          \
        STORE_TEST(an_old_wish_is_given_up, engine),                                               \
        STORE_TEST(an_old_wish_is_given_up_while_deleting_is_dead, engine),                        \
        STORE_TEST(making_is_given_up_before_a_change, engine),                                    \
        STORE_TEST(changed_while_it_is_retried, engine),                                           \
        STORE_TEST(an_old_change_is_retried, engine),                                              \
        STORE_TEST(refused_while_it_is_changed, engine),                                           \
        STORE_TEST(an_answer_is_not_what_people_want, engine), STORE_TEST(random_lives, engine)

enum { TESTS_OF_AN_ENGINE = 12 };

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_refused),
        ALL(SQLITE),
        ALL(POSTGRES),
    };
    size_t n = sizeof tests / sizeof *tests;
    return _cmocka_run_group_tests("domain_group_greeting", tests,
                                   pg_fixture_skipped() ? n - TESTS_OF_AN_ENGINE : n, NULL, NULL);
}
