/* domain_tag_wish.c — what people change about tags here becomes wishes where WeCom is to hear of
 * it, and stands against answers that were asked for before. */
#include "told_corp.h"

#include "base/clock.h"
#include "domain/config.h"
#include "domain/tag_wish.h"
#include "pg_fixture.h"
#include "store/outbox.h"
#include "store/tag_library.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct corp {
    struct store_fixture *f;
    struct app app;
    struct tag_wisher who;
    int64_t customer_id, tag_id;
};

/* A corp with a tag of WeCom's and a customer who is a friend of zhang and li. */
static struct corp open_corp(void **state, bool connected)
{
    struct corp c = {.f = *state};
    const struct told_tag tag = {.id = STR("et1"), .name = STR("gold")};
    const struct told_tag_group group = {
        .id = STR("eg1"), .name = STR("level"), .tags = &tag, .tags_n = 1};
    const struct told_follow follows[] = {
        {.userid = STR("zhang"), .added_s = TOLD_BASE_S, .tags_told = true},
        {.userid = STR("li"), .added_s = TOLD_BASE_S, .tags_told = true}};
    const struct told_contact told = {.external_userid = STR("wm1"),
                                      .name = STR("Wang"),
                                      .follows = follows,
                                      .follows_n = 2,
                                      .complete = true,
                                      .asked_us = TOLD_US(1)};
    const struct config_flag flags[] = {{"wecom_corp_id", "ww1"}, {"wecom_app_secret", "s"}};
    store_must(c.f, config_open(c.f->folder, flags, connected ? 2 : 0, &c.app.config, &c.f->err));
    c.app.db = c.f->db;
    c.app.writer = c.f->writer;
    c.app.keys = c.f->keys;
    tell_tags(c.f, &group, 1, true);
    c.customer_id = tell_contact(c.f, &told).customer_id;
    static const struct sql tag_of = {
        .text = "SELECT id FROM tag WHERE external_id = $1", .in = "s", .out = "i"};
    c.tag_id = told_number(c.f, &tag_of, "et1");
    return c;
}

struct deed {
    struct corp *c;
    enum { PUT, OFF, RENAME, DELETE, SETTLE, FITS } what;
    const char *name;
    int64_t changed;
    enum rc rc;
};

static enum rc act(struct tx *tx, void *arg, struct err *e)
{
    struct deed *d = arg;
    struct corp *c = d->c;
    struct tag t;
    c->who.app = &c->app;
    switch (d->what) {
    case PUT:
        return tag_wish_put(tx, &c->who, &c->customer_id, 1, c->tag_id, &d->changed, e);
    case OFF:
        return tag_wish_take_off(tx, &c->who, &c->customer_id, 1, c->tag_id, &d->changed, e);
    case RENAME:
        d->rc = tag_load(tx, c->tag_id, &t, e);
        t.name = str_from(d->name);
        d->rc = d->rc == RC_OK ? tag_store(tx, &t, e) : d->rc;
        return d->rc == RC_OK ? tag_wish_renamed(tx, &c->who, c->tag_id, e) : d->rc;
    case SETTLE:
        return tag_wish_settle(tx, &c->who, c->customer_id, e);
    case DELETE:
        d->rc = tag_wish_deleted(tx, &c->who, c->tag_id, e);
        return RC_OK;
    default:
        d->rc = tag_wish_fits(tx, str_from(d->name), d->changed, e);
        return RC_OK;
    }
}

static struct deed do_it(struct corp *c, struct deed d)
{
    d.c = c;
    store_write(c->f, act, &d);
    return d;
}

static const struct sql WISHES = {
    .text = "SELECT count(*) FROM outbox WHERE state = 'waiting' AND kind = $1",
    .in = "s",
    .out = "i",
};
static const struct sql WORN = {
    .text = "SELECT count(*) FROM relation_tag x JOIN tag t ON t.id = x.tag_id"
            " WHERE t.external_id = $1",
    .in = "s",
    .out = "i",
};
static const struct sql BARE = {.text = "SELECT count(*) FROM customer_tag /*scan*/", .out = "i"};
static const struct sql STAFFED = {
    .text = "SELECT count(*) FROM event /*scan*/ WHERE kind = 7 AND staff_id IS NOT NULL",
    .out = "i",
};
static const struct sql NAMED = {
    .text = "SELECT count(*) FROM tag WHERE name = $1",
    .in = "s",
    .out = "i",
};

static int64_t waiting(struct corp *c, const char *kind)
{
    return told_number(c->f, &WISHES, kind);
}

/* Somebody who has ordered, say, wears a tag here, and becomes a friend of two. */
static void a_tag_follows_into_friendships(void **state)
{
    struct corp c = open_corp(state, true);
    const struct told_follow follows[] = {
        {.userid = STR("zhang"), .added_s = TOLD_BASE_S + 50, .tags_told = true},
        {.userid = STR("li"), .added_s = TOLD_BASE_S + 60, .tags_told = true}};
    struct told_contact told = {.external_userid = STR("wm2"),
                                .name = STR("Zhou"),
                                .complete = true,
                                .asked_us = TOLD_US(10)};
    c.customer_id = tell_contact(c.f, &told).customer_id;
    do_it(&c, (struct deed){.what = PUT});
    assert_int_equal(told_number(c.f, &BARE, NULL), 1);
    assert_int_equal(waiting(&c, TAG_WISH_MARK), 0);
    do_it(&c, (struct deed){.what = SETTLE}); /* nobody's friend yet */
    assert_int_equal(told_number(c.f, &BARE, NULL), 1);
    told.follows = follows;
    told.follows_n = 2;
    told.asked_us = TOLD_US(100);
    assert_int_equal(tell_contact(c.f, &told).begun, 2);
    for (int twice = 0; twice < 2; twice++) {
        do_it(&c, (struct deed){.what = SETTLE});
        assert_int_equal(told_number(c.f, &BARE, NULL), 0);
        assert_int_equal(told_number(c.f, &WORN, "et1"), 2);
        assert_int_equal(waiting(&c, TAG_WISH_MARK), 2);
    }
    config_free(c.app.config);
}

static void a_tag_goes_on_each_friendship_and_is_wished(void **state)
{
    struct corp c = open_corp(state, true);
    assert_int_equal(do_it(&c, (struct deed){.what = PUT}).changed, 1);
    assert_int_equal(do_it(&c, (struct deed){.what = PUT}).changed, 0); /* twice is once */
    assert_int_equal(told_number(c.f, &WORN, "et1"), 2);
    assert_int_equal(told_number(c.f, &BARE, NULL), 0);
    assert_int_equal(waiting(&c, TAG_WISH_MARK), 2);
    assert_int_equal(do_it(&c, (struct deed){.what = OFF}).changed, 1);
    assert_int_equal(told_number(c.f, &WORN, "et1"), 0);
    assert_int_equal(told_number(c.f, &STAFFED, NULL), 2);
    assert_int_equal(waiting(&c, TAG_WISH_MARK), 2); /* the latest of each */
    told_log_agrees(c.f);
    config_free(c.app.config);
}

static void without_wecom_it_stays_here(void **state)
{
    struct corp c = open_corp(state, false);
    assert_int_equal(do_it(&c, (struct deed){.what = PUT}).changed, 1);
    assert_int_equal(told_number(c.f, &WORN, "et1"), 0);
    assert_int_equal(told_number(c.f, &BARE, NULL), 1);
    do_it(&c, (struct deed){.what = RENAME, .name = "ruby"});
    assert_int_equal(do_it(&c, (struct deed){.what = DELETE}).rc, RC_CONFLICT);
    assert_int_equal(waiting(&c, TAG_WISH_MARK) + waiting(&c, TAG_WISH_EDIT), 0);
    config_free(c.app.config);
}

/* An answer with these tags of zhang's, asked for at that time. */
static struct contact_applied answer(struct corp *c, const struct str *tags, size_t n,
                                     int64_t asked_us)
{
    const struct told_follow follow = {.userid = STR("zhang"),
                                       .added_s = TOLD_BASE_S,
                                       .tag_ids = tags,
                                       .tag_ids_n = n,
                                       .tags_told = true};
    return tell_contact(c->f, &(struct told_contact){.external_userid = STR("wm1"),
                                                     .name = STR("Wang"),
                                                     .follows = &follow,
                                                     .follows_n = 1,
                                                     .asked_us = asked_us});
}

static enum rc end_all(struct tx *tx, void *arg, struct err *e)
{
    static const struct sql all = {
        .text = "UPDATE outbox SET state = 'done', ended_us = $1 WHERE state = 'waiting'",
        .in = "i"};
    (void)arg;
    return tx_exec(tx, &all, e, tx_now_us(tx));
}

static void what_is_not_told_yet_wins_over_an_answer(void **state)
{
    struct corp c = open_corp(state, true);
    const struct str gold = STR("et1");
    do_it(&c, (struct deed){.what = PUT});
    assert_int_equal(answer(&c, NULL, 0, clock_now_us() + 1).untagged, 0); /* it waits */
    store_write(c.f, end_all, NULL);
    assert_int_equal(told_number(c.f, &WORN, "et1"), 2);
    do_it(&c, (struct deed){.what = OFF});
    assert_int_equal(answer(&c, &gold, 1, clock_now_us() + 1).tagged, 0);
    int64_t asked_us = clock_now_us() + 10;
    while (clock_now_us() <= asked_us + 10)
        continue;
    store_write(c.f, end_all, NULL); /* told after the question */
    assert_int_equal(answer(&c, &gold, 1, asked_us).tagged, 0);
    assert_int_equal(told_number(c.f, &WORN, "et1"), 0);
    while (clock_now_us() <= asked_us + 1000)
        continue;
    assert_int_equal(answer(&c, &gold, 1, clock_now_us() + 1000000).tagged, 1); /* asked after */
    told_log_agrees(c.f);
    config_free(c.app.config);
}

static void a_new_name_stands_until_it_is_told(void **state)
{
    struct corp c = open_corp(state, true);
    const struct told_tag tag = {.id = STR("et1"), .name = STR("gold")};
    const struct told_tag_group group = {
        .id = STR("eg1"), .name = STR("level"), .tags = &tag, .tags_n = 1};
    do_it(&c, (struct deed){.what = RENAME, .name = "ruby"});
    assert_int_equal(waiting(&c, TAG_WISH_EDIT), 1);
    tell_tags(c.f, &group, 1, true);
    assert_int_equal(told_number(c.f, &NAMED, "ruby"), 1);
    store_write(c.f, end_all, NULL);
    tell_tags(c.f, &group, 1, true); /* as asked for long after: WeCom's word counts */
    assert_int_equal(told_number(c.f, &NAMED, "gold"), 1);
    config_free(c.app.config);
}

static void limits_of_wecom_are_said(void **state)
{
    struct corp c = open_corp(state, true);
    char name[91] = "";
    for (int i = 0; i < 30; i++)
        memcpy(name + (size_t)i * 3, "很", 4);
    assert_int_equal(do_it(&c, (struct deed){.what = FITS, .name = name}).rc, RC_OK);
    assert_int_equal(
        do_it(&c, (struct deed){.what = FITS, .name = "1234567890123456789012345678901"}).rc,
        RC_INVALID);
    struct deed full = {.what = FITS, .name = "a", .changed = TAG_LIBRARY_MOST - 1};
    assert_int_equal(do_it(&c, full).rc, RC_OK);
    full.changed++; /* there is one already */
    assert_int_equal(do_it(&c, full).rc, RC_LIMIT);
    assert_int_equal(do_it(&c, (struct deed){.what = DELETE}).rc, RC_OK);
    assert_int_equal(waiting(&c, TAG_WISH_DELETE), 1);
    config_free(c.app.config);
}

#define ALL(engine)                                                                                \
    STORE_TEST(a_tag_goes_on_each_friendship_and_is_wished, engine),                               \
        STORE_TEST(a_tag_follows_into_friendships, engine),                                        \
        STORE_TEST(without_wecom_it_stays_here, engine),                                           \
        STORE_TEST(what_is_not_told_yet_wins_over_an_answer, engine),                              \
        STORE_TEST(a_new_name_stands_until_it_is_told, engine),                                    \
        STORE_TEST(limits_of_wecom_are_said, engine)

int main(void)
{
    const struct CMUnitTest tests[] = {ALL(SQLITE), ALL(POSTGRES)};
    size_t n = sizeof tests / sizeof *tests;
    return _cmocka_run_group_tests("domain_tag_wish", tests, pg_fixture_skipped() ? n / 2 : n, NULL,
                                   NULL);
}
