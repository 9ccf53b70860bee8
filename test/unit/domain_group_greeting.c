/* domain_group_greeting — what groups greet with: what is refused; wishes by where a greeting
 * stands; and a random life beside a WeCom that refuses, loses answers and forgets, after which it
 * has what people want and nothing besides what nobody could know of. */
#include "store_fixture.h"

#include "base/rng.h"
#include "domain/config.h"
#include "domain/group_greeting.h"
#include "domain/outbox_work.h"
#include "pg_fixture.h"
#include "store/code.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { CODES = 4, THERE_MOST = 400, STEPS = 250, TEXT = 16 };
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
    bool lost, done;
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

/* What people do while the next making is under way. */
static void (*meanwhile)(void);

static enum rc tell_add(struct outbox_item *item, struct err *e)
{
    struct told *t = ARENA_NEW(item->arena, struct told);
    bool done;
    *t = (struct told){.lost = false};
    item->note = t;
    enum rc rc = read_row(item, t, e);
    if (rc == RC_OK && !t->g.wanted)
        return failed_by(item, OUTBOX_VOID, RC_NOT_FOUND, "wish_void", e);
    if (rc != RC_OK || !str_absent(t->g.template_id))
        return rc;
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
    void (*act)(void) = meanwhile;
    meanwhile = NULL;
    if (act != NULL)
        act();
    return rc;
}

static enum rc tell_edit(struct outbox_item *item, struct err *e)
{
    struct told *t = ARENA_NEW(item->arena, struct told);
    bool done;
    *t = (struct told){.lost = false};
    item->note = t;
    enum rc rc = read_row(item, t, e);
    if (rc == RC_OK && (!t->g.wanted || str_absent(t->g.template_id)))
        return failed_by(item, OUTBOX_VOID, RC_NOT_FOUND, "wish_void", e);
    if (rc == RC_OK)
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
    return t->done ? group_greeting_told(tx, wish->object_id, id, &said, e) : RC_OK;
}

static enum rc apply_deleted(struct tx *tx, struct outbox_item *item,
                             const struct outbox_told *wish, struct err *e)
{
    return group_greeting_deleted(tx, item->app, wish->object_id, e);
}

static enum rc apply_failed(struct tx *tx, const struct outbox_told *wish,
                            const struct outbox_end *end, const struct err *why, struct err *e)
{
    return group_greeting_failed(tx, wish->object_id, end->state, why, end->error, e);
}

static const struct outbox_handler HANDLERS[] = {
    {GREETING_WISH_ADD, false, true, tell_add, apply_told, apply_failed},
    {GREETING_WISH_EDIT, false, false, tell_edit, apply_told, apply_failed},
    {GREETING_WISH_DELETE, false, false, tell_delete, apply_deleted, apply_failed},
    {.kind = NULL},
};

/* ---- the corp ---- */

struct corp {
    struct store_fixture *f;
    struct app app;
    int64_t codes[CODES];
    char want[CODES][TEXT]; /* "" nothing */
};

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
    for (size_t i = 0; i < CODES; i++)
        store_write(c->f, add_code, &c->codes[i]);
    return c;
}

static void close_corp(struct corp *c)
{
    config_free(c->app.config);
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

/* An operator mends the oldest that is dead or unsure; false: there is none. */
struct mend {
    bool drop, found;
    enum outbox_state state;
};

static enum rc mend_in(struct tx *tx, void *arg, struct err *e)
{
    struct mend *m = arg;
    struct outbox_row *rows = NULL;
    size_t n = 0;
    struct str state = str_from(outbox_state_name(m->state));
    enum rc rc = outbox_list(tx, INT64_MAX, state, 100, &rows, &n, e);
    m->found = rc == RC_OK && n > 0;
    if (!m->found)
        return rc;
    m->drop = m->drop && !str_eq(rows[n - 1].kind, STR(GREETING_WISH_DELETE)); /* it would stay */
    rc = m->drop ? outbox_drop(tx, rows[n - 1].id, e) : outbox_retry(tx, rows[n - 1].id, e);
    if (rc == RC_CONFLICT) { /* a later wish waits: there is nothing to mend */
        *e = (struct err)ERR_INIT;
        return RC_OK;
    }
    return rc == RC_OK && m->drop ? group_greeting_given_up(tx, &rows[n - 1], e) : rc;
}

static bool mend(struct corp *c, enum outbox_state state, bool drop)
{
    struct mend m = {.state = state, .drop = drop};
    store_write(c->f, mend_in, &m);
    return m.found;
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

static struct corp *busy;

static void take_off(void)
{
    give(busy, 0, NULL);
}

static void say_else(void)
{
    give(busy, 0, "z");
}

static void changed_while_it_is_made(void **state)
{
    struct corp *c = busy = open_corp(state);
    meanwhile = take_off;
    give(c, 0, "a");
    work_off(c);
    is(c, 0, "", true, 0);
    assert_true(wecom.made == 1 && known() == 0); /* made after all, and deleted */
    meanwhile = say_else;
    give(c, 0, "b");
    work_off(c);
    is(c, 0, "offered", true, 0);
    assert_true(wecom.made == 2 && known() == 1);
    give(c, 0, NULL);
    work_off(c);
    assert_int_equal(known(), 0);
    wecom.mood = CUT_AFTER; /* nobody knows, and nobody wants it */
    meanwhile = take_off;
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

static void a_random_life(void **state)
{
    struct corp *c = open_corp(state);
    for (int i = 0; i < STEPS; i++) {
        char text[TEXT];
        size_t code = (size_t)dice(CODES);
        snprintf(text, sizeof text, "%d", dice(6));
        wecom.mood = dice(2) == 0 ? FINE : (enum mood)dice(MOODS);
        switch (dice(8)) {
        case 0:
            give(c, code, NULL);
            break;
        case 1:
            if (wecom.n > 0)
                wecom.list[(size_t)dice((int)wecom.n)].there = false;
            break;
        case 2:
            mend(c, dice(2) == 0 ? OUTBOX_UNSURE : OUTBOX_DEAD, dice(2) == 0);
            break;
        case 3:
        case 4:
            give(c, code, text);
            break;
        default:
            work(c);
        }
    }
    /* The sun comes out: operators retry, and people save again, which changes a word. */
    wecom.mood = FINE;
    work_off(c);
    while (mend(c, OUTBOX_UNSURE, false) || mend(c, OUTBOX_DEAD, false))
        work_off(c);
    size_t wanted = 0;
    for (size_t i = 0; i < CODES; i++) {
        char text[TEXT] = "!";
        memcpy(text + 1, c->want[i], TEXT - 2);
        wanted += c->want[i][0] != 0;
        if (c->want[i][0] != 0)
            give(c, i, text);
        work_off(c);
        is(c, i, c->want[i][0] != 0 ? "offered" : "", true, 0);
    }
    assert_int_equal(known(), wanted);
    close_corp(c);
}

#define ALL(engine)                                                                                \
    STORE_TEST(told_by_where_it_stands, engine),                                                   \
        STORE_TEST(a_lost_answer_waits_for_an_operator, engine),                                   \
        STORE_TEST(changed_while_it_is_made, engine), STORE_TEST(room_is_filled, engine),          \
        STORE_TEST(a_random_life, engine)

enum { TESTS_OF_AN_ENGINE = 5 };

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
