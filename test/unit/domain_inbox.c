/* domain_inbox.c — the inbox and its worker: once, in order within a key, again after failures,
 * dead in the end, and back when an operator asks. */
#include "store_fixture.h"

#include "base/clock.h"
#include "domain/config.h"
#include "domain/inbox_work.h"
#include "pg_fixture.h"
#include "store/inbox.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>

static const int64_t LATER_US = INT64_C(1) << 60; /* when everything is due */

struct seen {
    char text[400]; /* what apply() wrote down, in order */
    atomic_int prepared;
    atomic_int together, most; /* in prepare() at the same time, for keys that begin with "wait" */
    enum rc fail_prepare, fail_apply; /* for keys that begin with "bad" */
};
static struct seen seen;

/* Until four are here, five seconds at most. */
static void wait_for_others(void)
{
    int here = atomic_fetch_add(&seen.together, 1) + 1;
    int64_t end_us = clock_mono_us() + 5000000;
    while (atomic_load(&seen.most) < 4 && clock_mono_us() < end_us)
        if (here > atomic_load(&seen.most))
            atomic_store(&seen.most, here);
    atomic_fetch_sub(&seen.together, 1);
}

static enum rc prepare(struct inbox_item *item, struct err *e)
{
    seen.prepared++;
    item->note = &seen;
    if (str_starts(item->key, STR("wait")))
        wait_for_others();
    if (str_starts(item->key, STR("bad")) && seen.fail_prepare != RC_OK)
        return err_set(e, seen.fail_prepare, "sky_fell", NULL, "天塌了", "the sky fell");
    return RC_OK;
}

/* Runs inside a closure, which may run twice: it only writes a setting of the item's key. */
static enum rc apply(struct tx *tx, struct inbox_item *item, struct err *e)
{
    assert_ptr_equal(item->note, &seen);
    assert_true(tx_is_writing(tx));
    if (str_starts(item->key, STR("bad")) && seen.fail_apply != RC_OK)
        return err_set(e, seen.fail_apply, "sky_fell", NULL, "天塌了", "the sky fell");
    size_t n = strlen(seen.text);
    snprintf(seen.text + n, sizeof seen.text - n, STR_FMT "=" STR_FMT " ", STR_ARG(item->key),
             STR_ARG(item->body));
    return RC_OK;
}

static const struct inbox_handler HANDLERS[] = {
    {.kind = "told/", .prepare = prepare, .apply = apply},
    {.kind = "nothing"},
    {.kind = NULL},
};

/* ---- the corp ---- */

struct corp {
    struct store_fixture *f;
    struct app app;
};

static struct corp open_corp(void **state)
{
    struct store_fixture *f = *state;
    struct corp c = {.f = f};
    memset(&seen, 0, sizeof seen);
    store_must(f, config_open(f->folder, NULL, 0, &c.app.config, &f->err));
    c.app.db = f->db;
    c.app.writer = f->writer;
    c.app.keys = f->keys;
    return c;
}

static void close_corp(struct corp *c)
{
    config_free(c->app.config);
}

struct told {
    struct keyring *keys;
    const char *kind, *key, *body;
};

static enum rc put(struct tx *tx, void *arg, struct err *e)
{
    const struct told *t = arg;
    struct inbox_message m = {
        .source = STR("wecom"), .kind = str_from(t->kind), .key = str_from(t->key)};
    secret_index(t->keys, STR("inbox.hash"), str_from(t->body), m.hash);
    m.body_sealed = secret_seal(t->keys, STR("inbox.body"), str_from(t->body), tx_arena(tx));
    return inbox_put(tx, &m, e);
}

static void tell(struct corp *c, const char *kind, const char *key, const char *body)
{
    struct told t = {c->f->keys, kind, key, body};
    store_write(c->f, put, &t);
}

static int64_t work(struct corp *c, int64_t now_us)
{
    int64_t taken = -1;
    store_must(c->f, inbox_work_run(&c->app, HANDLERS, now_us, &taken, &c->f->err));
    return taken;
}

/* Rounds until nothing is due. */
static void work_off(struct corp *c, int64_t now_us)
{
    while (work(c, now_us) > 0)
        continue;
}

/* "key:state:attempts " of all rows, oldest first. */
static void states(struct corp *c, char *out, size_t room)
{
    struct tx *tx = NULL;
    struct inbox_row *rows = NULL;
    size_t n = 0, at = 0;
    store_must(c->f, db_read_begin(c->f->db, &tx, &c->f->err));
    store_must(c->f, inbox_list(tx, INT64_MAX, STR_ABSENT, 100, &rows, &n, &c->f->err));
    out[0] = 0;
    while (n-- > 0) {
        at +=
            (size_t)snprintf(out + at, room - at, STR_FMT ":%s:%" PRId64 " ", STR_ARG(rows[n].key),
                             inbox_state_name(rows[n].state), rows[n].attempts);
        assert_int_equal(rows[n].ended_us == 0, rows[n].state == INBOX_WAITING);
    }
    db_read_end(tx);
}

#define assert_states(c, wanted)                                                                   \
    do {                                                                                           \
        char states_[1000];                                                                        \
        states((c), states_, sizeof states_);                                                      \
        assert_string_equal(states_, (wanted));                                                    \
    } while (0)

/* ---- tests ---- */

static void the_same_is_put_once(void **state)
{
    struct corp c = open_corp(state);
    tell(&c, "told/a", "one", "A");
    tell(&c, "told/a", "one", "A");
    assert_states(&c, "one:waiting:0 ");
    work_off(&c, LATER_US);
    tell(&c, "told/a", "one", "A"); /* a repeat after it was done */
    work_off(&c, LATER_US);
    assert_string_equal(seen.text, "one=A ");
    assert_states(&c, "one:done:0 ");
    close_corp(&c);
}

static void a_key_is_worked_on_in_order(void **state)
{
    struct corp c = open_corp(state);
    tell(&c, "told/a", "one", "A");
    tell(&c, "told/a", "two", "B");
    tell(&c, "told/a", "one", "C");
    tell(&c, "told/a", "one", "D");
    assert_int_equal(work(&c, LATER_US), 2);
    assert_string_equal(seen.text, "one=A two=B ");
    assert_int_equal(work(&c, LATER_US), 1);
    assert_int_equal(work(&c, LATER_US), 1);
    assert_int_equal(work(&c, LATER_US), 0);
    assert_string_equal(seen.text, "one=A two=B one=C one=D ");
    close_corp(&c);
}

static void keys_are_prepared_at_the_same_time(void **state)
{
    struct corp c = open_corp(state);
    tell(&c, "told/a", "wait 1", "A");
    tell(&c, "told/a", "wait 2", "B");
    tell(&c, "told/a", "wait 2", "E"); /* the same key: in the next round */
    tell(&c, "told/a", "wait 3", "C");
    tell(&c, "told/a", "wait 4", "D");
    assert_int_equal(work(&c, LATER_US), 4);
    assert_int_equal(seen.most, 4);
    assert_int_equal(work(&c, LATER_US), 1);
    assert_string_equal(seen.text, "wait 1=A wait 2=B wait 3=C wait 4=D wait 2=E ");
    close_corp(&c);
}

static void what_nobody_handles_is_ignored(void **state)
{
    struct corp c = open_corp(state);
    tell(&c, "unknown", "other", "A");
    tell(&c, "nothing", "app", "B");
    tell(&c, "tol", "other", "C");
    work_off(&c, LATER_US);
    assert_int_equal(seen.prepared, 0);
    assert_states(&c, "other:ignored:0 app:done:0 other:ignored:0 ");
    close_corp(&c);
}

static void a_failure_holds_up_its_own_key_only(void **state)
{
    struct corp c = open_corp(state);
    seen.fail_apply = RC_BUSY;
    tell(&c, "told/a", "bad", "A");
    tell(&c, "told/a", "good", "B");
    tell(&c, "told/a", "bad", "C");
    assert_int_equal(work(&c, LATER_US), 2);
    assert_states(&c, "bad:waiting:1 good:done:0 bad:waiting:0 ");
    assert_true(strstr(seen.text, "good=B") != NULL);
    assert_int_equal(work(&c, clock_now_us()), 0); /* its second attempt is not due yet */
    seen.fail_apply = RC_OK;
    seen.text[0] = 0;
    work_off(&c, LATER_US);
    assert_string_equal(seen.text, "bad=A bad=C ");
    assert_states(&c, "bad:done:1 good:done:0 bad:done:0 ");
    close_corp(&c);
}

struct again {
    int64_t id;
    enum rc rc;
};

static enum rc retry(struct tx *tx, void *arg, struct err *e)
{
    struct again *a = arg;
    a->rc = inbox_retry(tx, a->id, e);
    return RC_OK;
}

static struct inbox_row only_row(struct corp *c, char *error, size_t room)
{
    struct tx *tx = NULL;
    struct inbox_row *rows = NULL;
    size_t n = 0;
    store_must(c->f, db_read_begin(c->f->db, &tx, &c->f->err));
    store_must(c->f, inbox_list(tx, INT64_MAX, STR_ABSENT, 2, &rows, &n, &c->f->err));
    assert_int_equal(n, 1);
    struct inbox_row row = rows[0];
    snprintf(error, room, STR_FMT, STR_ARG(row.error));
    db_read_end(tx);
    return row;
}

static void what_fails_too_often_is_dead_until_asked_for(void **state)
{
    struct corp c = open_corp(state);
    char error[400];
    seen.fail_prepare = RC_IO;
    tell(&c, "told/a", "bad", "A");
    work_off(&c, LATER_US);
    assert_int_equal(seen.prepared, INBOX_ATTEMPTS);
    assert_states(&c, "bad:dead:40 ");
    struct again again = {.id = only_row(&c, error, sizeof error).id};
    assert_string_equal(error, "{\"code\":\"sky_fell\",\"zh\":\"天塌了\",\"en\":\"the sky fell\","
                               "\"hint_zh\":\"\",\"hint_en\":\"\",\"field\":\"\"}");
    seen.fail_prepare = RC_OK;
    store_write(c.f, retry, &again);
    assert_int_equal(again.rc, RC_OK);
    assert_states(&c, "bad:waiting:0 ");
    store_write(c.f, retry, &again);
    assert_int_equal(again.rc, RC_CONFLICT);
    work_off(&c, LATER_US);
    assert_string_equal(seen.text, "bad=A ");
    again.id = 1;
    store_write(c.f, retry, &again);
    assert_int_equal(again.rc, RC_NOT_FOUND);
    close_corp(&c);
}

static void what_is_wrong_is_dead_at_once(void **state)
{
    struct corp c = open_corp(state);
    seen.fail_prepare = RC_INVALID;
    tell(&c, "told/a", "bad", "A");
    work_off(&c, LATER_US);
    assert_int_equal(seen.prepared, 1);
    assert_states(&c, "bad:dead:1 ");
    close_corp(&c);
}

static void pauses_grow_to_an_hour_and_end(void **state)
{
    (void)state;
    int64_t sum_us = 0;
    assert_int_equal(inbox_pause_us(1), 1000000);
    assert_int_equal(inbox_pause_us(2), 2000000);
    for (int64_t attempts = 2; attempts < INBOX_ATTEMPTS; attempts++) {
        assert_true(inbox_pause_us(attempts) >= inbox_pause_us(attempts - 1));
        assert_true(inbox_pause_us(attempts) <= INT64_C(3600) * 1000000);
        sum_us += inbox_pause_us(attempts);
    }
    assert_int_equal(inbox_pause_us(INBOX_ATTEMPTS), 0);
    assert_true(sum_us > INT64_C(86400) * 1000000);
}

static void old_rows_are_purged(void **state)
{
    struct corp c = open_corp(state);
    const int64_t day_us = INT64_C(86400) * 1000000;
    tell(&c, "told/a", "one", "A");
    tell(&c, "nothing", "two", "B");
    work_off(&c, LATER_US);
    tell(&c, "told/a", "three", "C"); /* waits, and stays however old */
    int64_t now_us = clock_now_us();
    store_must(c.f, inbox_work_purge(&c.app, now_us + 29 * day_us, &c.f->err));
    assert_states(&c, "one:done:0 two:done:0 three:waiting:0 ");
    store_must(c.f, inbox_work_purge(&c.app, now_us + 31 * day_us, &c.f->err));
    assert_states(&c, "three:waiting:0 ");
    close_corp(&c);
}

static const struct sql SEALED = {
    .text = "SELECT count(*) FROM inbox /*scan*/ WHERE body_sealed IS NOT NULL",
    .out = "i",
};

static void a_body_goes_when_it_is_done(void **state)
{
    struct corp c = open_corp(state);
    int64_t n = 0;
    struct tx *tx = NULL;
    tell(&c, "told/a", "one", "A");
    tell(&c, "unknown", "two", "B");
    work_off(&c, LATER_US);
    store_must(c.f, db_read_begin(c.f->db, &tx, &c.f->err));
    store_must(c.f, tx_int(tx, &SEALED, &n, &c.f->err));
    db_read_end(tx);
    assert_int_equal(n, 1);
    close_corp(&c);
}

/* The thread takes what is put while it runs, and ends. */
static void the_thread_works(void **state)
{
    struct corp c = open_corp(state);
    struct rounds *w = inbox_work_start(&c.app, HANDLERS);
    for (int i = 0; i < 20; i++) {
        char body[8];
        snprintf(body, sizeof body, "%d", i);
        tell(&c, "nothing", "app", body);
        rounds_wake(w);
    }
    char text[1000] = "waiting";
    for (int tries = 0; tries < 4000 && strstr(text, "waiting") != NULL; tries++) {
        usleep(5000);
        states(&c, text, sizeof text);
    }
    rounds_stop(w);
    rounds_stop(NULL);
    rounds_wake(NULL);
    assert_null(strstr(text, "waiting"));
    assert_non_null(strstr(text, "done"));
    close_corp(&c);
}

/* Every test of a corp, on one engine. */
#define TESTS_ON(engine)                                                                           \
    STORE_TEST(the_same_is_put_once, engine), STORE_TEST(a_key_is_worked_on_in_order, engine),     \
        STORE_TEST(keys_are_prepared_at_the_same_time, engine),                                    \
        STORE_TEST(what_nobody_handles_is_ignored, engine),                                        \
        STORE_TEST(a_failure_holds_up_its_own_key_only, engine),                                   \
        STORE_TEST(what_fails_too_often_is_dead_until_asked_for, engine),                          \
        STORE_TEST(what_is_wrong_is_dead_at_once, engine),                                         \
        STORE_TEST(old_rows_are_purged, engine), STORE_TEST(a_body_goes_when_it_is_done, engine),  \
        STORE_TEST(the_thread_works, engine)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pauses_grow_to_an_hour_and_end),
        TESTS_ON(SQLITE),
        TESTS_ON(POSTGRES),
    };
    size_t n = sizeof tests / sizeof *tests;
    return _cmocka_run_group_tests("domain_inbox", tests, pg_fixture_skipped() ? (n + 1) / 2 : n,
                                   NULL, NULL);
}
