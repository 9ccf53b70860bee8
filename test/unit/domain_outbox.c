/* domain_outbox.c — wishes and who tells them: in order within a key, the latest of one thing
 * alone, together where the handler says so, never twice what must not be, again after failures,
 * dead or unsure in the end, and back when an operator asks. */
#include "store_fixture.h"

#include "base/clock.h"
#include "base/lock.h"
#include "domain/config.h"
#include "domain/inbox_work.h"
#include "domain/outbox_work.h"
#include "pg_fixture.h"
#include "store/outbox.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const int64_t LATER_US = INT64_C(1) << 60; /* when everything is due */

/* What the other side heard: "key:object=body,object=body " sorted by nothing; one test at a time,
 * several threads. */
struct heard {
    struct lock lock;
    char text[800];
    int calls, applied;
    enum rc fail; /* for keys that begin with "bad" */
    enum outbox_verdict verdict;
    const char *code;
    int64_t fail_object; /* calls that hold it are refused for good; 0: none */
};
static struct heard heard;

static enum rc tell(struct outbox_item *item, struct err *e)
{
    bool refused = false;
    lock_take(&heard.lock);
    heard.calls++;
    for (size_t i = 0; i < item->n; i++)
        refused |= heard.fail_object != 0 && item->wishes[i].object_id == heard.fail_object;
    bool bad = refused || (heard.fail != RC_OK && str_starts(item->key, STR("bad")));
    size_t at = strlen(heard.text);
    size_t room = sizeof heard.text;
    if (!bad)
        at += (size_t)snprintf(heard.text + at, room - at, STR_FMT ":", STR_ARG(item->key));
    for (size_t i = 0; !bad && i < item->n; i++)
        at += (size_t)snprintf(heard.text + at, room - at, "%" PRId64 "=" STR_FMT "%s",
                               item->wishes[i].object_id, STR_ARG(item->wishes[i].body),
                               i + 1 < item->n ? "," : " ");
    lock_give(&heard.lock);
    if (!bad)
        return RC_OK;
    item->verdict = refused ? OUTBOX_FAILED : heard.verdict;
    return err_set(e, refused ? RC_INVALID : heard.fail,
                   heard.code != NULL ? heard.code : "sky_fell", NULL, "天塌了", "the sky fell");
}

static enum rc apply(struct tx *tx, struct outbox_item *item, const struct outbox_told *wish,
                     struct err *e)
{
    (void)e;
    assert_true(tx_is_writing(tx) && item->n > 0 && wish->id > 0);
    heard.applied++;
    return RC_OK;
}

static const struct outbox_handler HANDLERS[] = {
    {.kind = "mark", .together = true, .tell = tell, .apply = apply},
    {.kind = "once", .once = true, .tell = tell},
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
    heard = (struct heard){.calls = 0};
    lock_init(&heard.lock, LOCK_LEAF);
    store_must(f, config_open(f->folder, NULL, 0, &c.app.config, &f->err));
    c.app.db = f->db;
    c.app.writer = f->writer;
    c.app.keys = f->keys;
    return c;
}

static void close_corp(struct corp *c)
{
    config_free(c->app.config);
    lock_done(&heard.lock);
}

struct put {
    struct keyring *keys;
    struct outbox_wish wish;
};

static enum rc put(struct tx *tx, void *arg, struct err *e)
{
    const struct put *p = arg;
    return outbox_put(tx, p->keys, &p->wish, e);
}

static void wish(struct corp *c, const char *kind, const char *key, int64_t object,
                 const char *body)
{
    struct put p = {c->f->keys,
                    {.kind = str_from(kind),
                     .key = str_from(key),
                     .object_id = object,
                     .once = STR_ABSENT,
                     .body = str_from(body)}};
    store_write(c->f, put, &p);
}

static int64_t work(struct corp *c, int64_t now_us)
{
    int64_t taken = -1;
    store_must(c->f, outbox_work_run(&c->app, HANDLERS, now_us, &taken, &c->f->err));
    return taken;
}

static void work_off(struct corp *c, int64_t now_us)
{
    while (work(c, now_us) > 0)
        continue;
}

/* "object:state:attempts " of all rows, oldest first; the id of the oldest. */
static int64_t states(struct corp *c, char *out, size_t room)
{
    struct tx *tx = NULL;
    struct outbox_row *rows = NULL;
    size_t n = 0, at = 0;
    store_must(c->f, db_read_begin(c->f->db, &tx, &c->f->err));
    store_must(c->f, outbox_list(tx, INT64_MAX, STR_ABSENT, 100, &rows, &n, &c->f->err));
    int64_t oldest = n > 0 ? rows[n - 1].id : 0;
    out[0] = 0;
    while (n-- > 0) {
        at +=
            (size_t)snprintf(out + at, room - at, "%" PRId64 ":%s:%" PRId64 " ", rows[n].object_id,
                             outbox_state_name(rows[n].state), rows[n].attempts);
        assert_int_equal(rows[n].ended_us == 0, rows[n].state == OUTBOX_WAITING);
    }
    db_read_end(tx);
    return oldest;
}

#define assert_states(c, wanted)                                                                   \
    do {                                                                                           \
        char states_[1000];                                                                        \
        states((c), states_, sizeof states_);                                                      \
        assert_string_equal(states_, (wanted));                                                    \
    } while (0)

/* ---- tests ---- */

static void wishes_of_a_key_go_together_in_order(void **state)
{
    struct corp c = open_corp(state);
    wish(&c, "mark", "one", 1, "A");
    wish(&c, "mark", "one", 2, "B");
    wish(&c, "once", "one", 3, "C");
    wish(&c, "mark", "one", 4, "D");
    assert_int_equal(work(&c, LATER_US), 1);
    assert_string_equal(heard.text, "one:1=A,2=B ");
    work_off(&c, LATER_US);
    assert_string_equal(heard.text, "one:1=A,2=B one:3=C one:4=D ");
    assert_int_equal(heard.applied, 3);
    assert_states(&c, "1:done:0 2:done:0 3:done:0 4:done:0 ");
    close_corp(&c);
}

static void the_latest_wish_alone_is_told(void **state)
{
    struct corp c = open_corp(state);
    wish(&c, "mark", "one", 1, "on");
    wish(&c, "mark", "one", 1, "off");
    wish(&c, "mark", "two", 1, "on"); /* another key */
    work_off(&c, LATER_US);
    assert_int_equal(heard.calls, 2);
    assert_non_null(strstr(heard.text, "one:1=off "));
    assert_non_null(strstr(heard.text, "two:1=on "));
    assert_states(&c, "1:dropped:0 1:done:0 1:done:0 ");
    wish(&c, "mark", "one", 1, "on"); /* what was told may be wished again */
    work_off(&c, LATER_US);
    assert_int_equal(heard.calls, 3);
    close_corp(&c);
}

static void what_is_wished_once_is_told_once(void **state)
{
    struct corp c = open_corp(state);
    struct put p = {
        c.f->keys,
        {.kind = STR("once"), .key = STR("one"), .once = STR("order 7"), .body = STR("A")}};
    store_write(c.f, put, &p);
    work_off(&c, LATER_US);
    store_write(c.f, put, &p); /* after it was done */
    work_off(&c, LATER_US);
    assert_string_equal(heard.text, "one:0=A ");
    p.wish.once = STR_ABSENT;
    p.wish.keep = true;
    store_write(c.f, put, &p);
    p.wish.body = STR("B"); /* gives way to the one that waits */
    store_write(c.f, put, &p);
    work_off(&c, LATER_US);
    assert_string_equal(heard.text, "one:0=A one:0=A ");
    close_corp(&c);
}

static void a_failure_holds_up_its_own_key_only(void **state)
{
    struct corp c = open_corp(state);
    heard.fail = RC_IO;
    wish(&c, "mark", "bad", 1, "A");
    wish(&c, "mark", "good", 2, "B");
    assert_int_equal(work(&c, LATER_US), 2);
    wish(&c, "mark", "bad", 3, "C");
    assert_states(&c, "1:waiting:1 2:done:0 3:waiting:0 ");
    assert_int_equal(work(&c, clock_now_us()), 0); /* its second attempt is not due yet */
    heard.fail = RC_OK;
    heard.text[0] = 0;
    work_off(&c, LATER_US);
    assert_string_equal(heard.text, "bad:1=A bad:3=C "); /* alone, after a failure */
    close_corp(&c);
}

static void one_bad_wish_takes_no_other_with_it(void **state)
{
    struct corp c = open_corp(state);
    heard.fail_object = 2;
    wish(&c, "mark", "one", 1, "A");
    wish(&c, "mark", "one", 2, "B");
    wish(&c, "mark", "one", 3, "C");
    work_off(&c, LATER_US);
    assert_string_equal(heard.text, "one:1=A one:3=C ");
    assert_states(&c, "1:done:1 2:dead:2 3:done:1 ");
    close_corp(&c);
}

struct deed {
    int64_t id;
    bool drop;
    enum rc rc;
};

static enum rc operate(struct tx *tx, void *arg, struct err *e)
{
    struct deed *o = arg;
    o->rc = o->drop ? outbox_drop(tx, o->id, e) : outbox_retry(tx, o->id, e);
    return RC_OK;
}

static void what_fails_too_often_is_dead_until_asked_for(void **state)
{
    struct corp c = open_corp(state);
    char text[400];
    heard.fail = RC_IO;
    wish(&c, "mark", "bad", 1, "A");
    work_off(&c, LATER_US);
    assert_int_equal(heard.calls, INBOX_ATTEMPTS);
    struct deed o = {.id = states(&c, text, sizeof text)};
    assert_string_equal(text, "1:dead:40 ");
    heard.fail = RC_OK;
    store_write(c.f, operate, &o);
    assert_int_equal(o.rc, RC_OK);
    assert_states(&c, "1:waiting:0 ");
    store_write(c.f, operate, &o);
    assert_int_equal(o.rc, RC_CONFLICT);
    work_off(&c, LATER_US);
    assert_string_equal(heard.text, "bad:1=A ");
    o.drop = true; /* it is done */
    store_write(c.f, operate, &o);
    assert_int_equal(o.rc, RC_CONFLICT);
    o.id = 1;
    store_write(c.f, operate, &o);
    assert_int_equal(o.rc, RC_NOT_FOUND);
    close_corp(&c);
}

static enum rc begin(struct tx *tx, void *arg, struct err *e)
{
    const int64_t *id = arg;
    return outbox_begin(tx, *id, e);
}

static void what_is_being_told_once_is_not_given_up(void **state)
{
    struct corp c = open_corp(state);
    char text[400];
    wish(&c, "mark", "one", 1, "A");
    struct deed o = {.id = states(&c, text, sizeof text), .drop = true};
    store_write(c.f, begin, &o.id);
    store_write(c.f, operate, &o);
    assert_int_equal(o.rc, RC_CONFLICT);
    assert_states(&c, "1:waiting:0 ");
    close_corp(&c);
}

static void a_later_wish_stands_in_the_way_of_a_retry(void **state)
{
    struct corp c = open_corp(state);
    char text[400];
    heard.fail = RC_INVALID;
    heard.verdict = OUTBOX_FAILED;
    wish(&c, "mark", "bad", 1, "A");
    work_off(&c, LATER_US);
    struct deed o = {.id = states(&c, text, sizeof text)};
    assert_string_equal(text, "1:dead:1 ");
    wish(&c, "mark", "bad", 1, "B");
    store_write(c.f, operate, &o);
    assert_int_equal(o.rc, RC_CONFLICT);
    o.drop = true;
    store_write(c.f, operate, &o);
    assert_int_equal(o.rc, RC_OK);
    assert_states(&c, "1:dropped:1 1:waiting:0 ");
    close_corp(&c);
}

static void verdicts_are_states(void **state)
{
    struct corp c = open_corp(state);
    heard.fail = RC_IO;
    heard.verdict = OUTBOX_LOST;
    wish(&c, "once", "bad", 1, "A");
    work_off(&c, LATER_US);
    heard.verdict = OUTBOX_VOID;
    wish(&c, "once", "bad", 2, "B");
    work_off(&c, LATER_US);
    wish(&c, "unheard of", "bad", 3, "C");
    work_off(&c, LATER_US);
    heard.fail = RC_BUSY;
    heard.code = "stopping"; /* no attempt, and at once when there is a server again */
    wish(&c, "once", "bad", 4, "D");
    assert_int_equal(work(&c, clock_now_us()), 1);
    assert_states(&c, "1:unsure:1 2:dropped:1 3:dead:1 4:waiting:0 ");
    assert_int_equal(work(&c, clock_now_us()), 1);
    close_corp(&c);
}

/* As after a kill between the mark and the answer. */
static void what_was_begun_is_not_told_again(void **state)
{
    struct corp c = open_corp(state);
    char text[400];
    wish(&c, "once", "one", 1, "A");
    struct deed o = {.id = states(&c, text, sizeof text)};
    store_write(c.f, begin, &o.id);
    work_off(&c, LATER_US);
    assert_int_equal(heard.calls, 0);
    assert_states(&c, "1:unsure:1 ");
    store_write(c.f, operate, &o); /* the operator has looked: it was not done */
    work_off(&c, LATER_US);
    assert_string_equal(heard.text, "one:1=A ");
    close_corp(&c);
}

static enum rc counts(struct tx *tx, void *arg, struct err *e)
{
    int64_t *asked_us = arg;
    int64_t *ids = NULL;
    size_t n = 0;
    enum rc rc = outbox_counts(tx, STR("mark"), STR("one"), *asked_us, &ids, &n, e);
    *asked_us = n == 0 ? 0 : n == 1 ? ids[0] : -1;
    return rc;
}

static void a_wish_counts_until_an_answer_was_asked_for_after_it(void **state)
{
    struct corp c = open_corp(state);
    int64_t asked = LATER_US;
    wish(&c, "mark", "one", 7, "A");
    store_write(c.f, counts, &asked);
    assert_int_equal(asked, 7); /* it waits */
    asked = clock_now_us();
    work_off(&c, LATER_US);
    store_write(c.f, counts, &asked);
    assert_int_equal(asked, 7); /* asked before it was done */
    asked = clock_now_us() + 1;
    store_write(c.f, counts, &asked);
    assert_int_equal(asked, 0);
    close_corp(&c);
}

static const struct sql SEALED = {
    .text = "SELECT count(*) FROM outbox /*scan*/ WHERE body_sealed IS NOT NULL",
    .out = "i",
};

static void old_rows_and_bodies_go(void **state)
{
    struct corp c = open_corp(state);
    const int64_t day_us = INT64_C(86400) * 1000000;
    int64_t n = -1;
    struct tx *tx = NULL;
    wish(&c, "mark", "one", 1, "A");
    work_off(&c, LATER_US);
    wish(&c, "mark", "two", 2, "B");
    int64_t now_us = clock_now_us();
    store_must(c.f, db_read_begin(c.f->db, &tx, &c.f->err));
    store_must(c.f, tx_int(tx, &SEALED, &n, &c.f->err));
    db_read_end(tx);
    assert_int_equal(n, 1);
    store_must(c.f, outbox_work_purge(&c.app, now_us + 29 * day_us, &c.f->err));
    assert_states(&c, "1:done:0 2:waiting:0 ");
    store_must(c.f, outbox_work_purge(&c.app, now_us + 31 * day_us, &c.f->err));
    assert_states(&c, "2:waiting:0 ");
    close_corp(&c);
}

/* The thread takes what is put while it runs, on several threads, and ends. */
static void the_thread_works(void **state)
{
    struct corp c = open_corp(state);
    struct rounds *w = outbox_work_start(&c.app, HANDLERS);
    for (int i = 0; i < 40; i++) {
        char key[8];
        snprintf(key, sizeof key, "%d", i % 20);
        wish(&c, "mark", key, i, "A");
        rounds_wake(w);
    }
    char text[2000] = "waiting";
    for (int tries = 0; tries < 4000 && strstr(text, "waiting") != NULL; tries++) {
        usleep(5000);
        states(&c, text, sizeof text);
    }
    rounds_stop(w);
    rounds_stop(NULL);
    rounds_wake(NULL);
    assert_null(strstr(text, "waiting"));
    assert_int_equal(heard.applied, 40);
    close_corp(&c);
}

/* Every test, on one engine. */
#define TESTS_ON(engine)                                                                           \
    STORE_TEST(wishes_of_a_key_go_together_in_order, engine),                                      \
        STORE_TEST(the_latest_wish_alone_is_told, engine),                                         \
        STORE_TEST(what_is_wished_once_is_told_once, engine),                                      \
        STORE_TEST(a_failure_holds_up_its_own_key_only, engine),                                   \
        STORE_TEST(one_bad_wish_takes_no_other_with_it, engine),                                   \
        STORE_TEST(what_fails_too_often_is_dead_until_asked_for, engine),                          \
        STORE_TEST(what_is_being_told_once_is_not_given_up, engine),                               \
        STORE_TEST(a_later_wish_stands_in_the_way_of_a_retry, engine),                             \
        STORE_TEST(verdicts_are_states, engine),                                                   \
        STORE_TEST(what_was_begun_is_not_told_again, engine),                                      \
        STORE_TEST(a_wish_counts_until_an_answer_was_asked_for_after_it, engine),                  \
        STORE_TEST(old_rows_and_bodies_go, engine), STORE_TEST(the_thread_works, engine)

int main(void)
{
    const struct CMUnitTest tests[] = {TESTS_ON(SQLITE), TESTS_ON(POSTGRES)};
    size_t n = sizeof tests / sizeof *tests;
    return _cmocka_run_group_tests("domain_outbox", tests, pg_fixture_skipped() ? n / 2 : n, NULL,
                                   NULL);
}
