/* domain_handover.c — who gets whom, beside a naive model; how long a refusal lasts; and on both
 * engines: who can go and who cannot, refusals until an item is lost, and bindings that pass.
 * A seed is taken from KOI_TEST_SEED.
 */
#include "told_corp.h"

#include "base/rng.h"
#include "domain/binding.h"
#include "domain/handover.h"
#include "pg_fixture.h"
#include "store/event.h"

#include <inttypes.h>
#include <string.h>

enum { DAY = 86400, HEIRS = 6, THINGS = 400 };

/* ---- spreading ---- */

static struct rng random_of_test(void)
{
    const char *text = getenv("KOI_TEST_SEED");
    uint64_t seed = text != NULL ? strtoull(text, NULL, 10) : 20261123;
    struct rng r;
    print_message("seed %" PRIu64 "\n", seed);
    r = rng_seed(seed);
    return r;
}

/* D'Hondt as the textbook has it: all quotients room / … sorted, the best `count` of them win. */
static void naive(const struct handover_heir *heirs, size_t n, bool weights, size_t count,
                  int64_t *out)
{
    memset(out, 0, n * sizeof *out);
    for (size_t i = 0; i < count; i++) {
        size_t best = n;
        for (size_t h = 0; h < n; h++) {
            int64_t w = weights ? heirs[h].weight : 1;
            int64_t bw = best < n && weights ? heirs[best].weight : 1;
            double mine = (double)w / (double)(out[h] + 1);
            double theirs = best < n ? (double)bw / (double)(out[best] + 1) : -1;
            if (out[h] < heirs[h].room && mine > theirs + 1e-12)
                best = h;
        }
        if (best == n)
            return;
        out[best]++;
    }
}

static void spreading_agrees_with_a_naive_model(void **state)
{
    static const enum handover_rule RULES[] = {HANDOVER_EVEN, HANDOVER_WEIGHTS,
                                               HANDOVER_DEPARTMENT};
    struct rng r = random_of_test();
    (void)state;
    for (int round = 0; round < 2000; round++) {
        struct handover_heir heirs[HEIRS] = {0};
        int64_t expected[HEIRS], counted[HEIRS] = {0}, all = 0, weights = 0, room = 0;
        int32_t out[THINGS];
        size_t n = 1 + rng_below(&r, HEIRS), count = rng_below(&r, THINGS);
        enum handover_rule rule = RULES[rng_below(&r, 3)];
        bool full = false;
        for (size_t h = 0; h < n; h++) {
            heirs[h].weight = 1 + (int64_t)rng_below(&r, 9);
            heirs[h].room = rng_below(&r, 3) == 0 ? (int64_t)rng_below(&r, 50) : INT64_MAX;
            full = full || heirs[h].room != INT64_MAX;
            weights += heirs[h].weight;
            room += heirs[h].room == INT64_MAX ? THINGS : heirs[h].room;
        }
        naive(heirs, n, rule == HANDOVER_WEIGHTS, count, expected);
        handover_spread(rule, heirs, n, NULL, count, out);
        for (size_t i = 0; i < count; i++)
            if (out[i] >= 0)
                counted[out[i]]++;
        for (size_t h = 0; h < n; h++) {
            assert_int_equal(heirs[h].given, expected[h]);
            assert_int_equal(counted[h], expected[h]);
            assert_true(heirs[h].given <= heirs[h].room);
            if (!full && rule == HANDOVER_WEIGHTS) /* never less than one's share rounded down */
                assert_true(heirs[h].given >= (int64_t)count * heirs[h].weight / weights);
            all += heirs[h].given;
        }
        assert_int_equal(all, room < (int64_t)count ? room : (int64_t)count);
    }
}

static void one_and_expressions_go_where_they_are_meant(void **state)
{
    struct handover_heir heirs[3] = {{.room = 2}, {.room = INT64_MAX}, {.room = 1}};
    const int32_t wants[] = {2, -1, 1, 2, 1};
    int32_t out[5];
    (void)state;
    handover_spread(HANDOVER_EXPRESSION, heirs, 3, wants, 5, out);
    const int32_t expected[] = {2, -1, 1, -1, 1}; /* the fourth: no room, though others have */
    assert_memory_equal(out, expected, sizeof out);
    struct handover_heir one[2] = {{.room = 3}, {.room = INT64_MAX}};
    handover_spread(HANDOVER_ONE, one, 2, NULL, 5, out);
    const int32_t first[] = {0, 0, 0, -1, -1};
    assert_memory_equal(out, first, sizeof out);
}

static void refusals_last_as_long_as_they_say(void **state)
{
    (void)state;
    const struct {
        const char *code;
        int64_t refusals, retry_days, days; /* -1: lost */
    } rows[] = {
        {"customer_refused", 1, 30, 30},
        {"customer_refused", 2, 30, -1},
        {"customer_refused", 1, 0, -1},
        {"customer_limit_exceed", 2, 30, 7},
        {"customer_limit_exceed", 3, 30, -1},
        {"wecom_40128", 1, 30, 90},
        {"wecom_40128", 2, 30, -1},
        {"wecom_40131", 1, 30, -1},
        {"wecom_84061", 1, 30, -1},
        {"wecom_90508", 29, 30, 1},
        {"wecom_12345", 1, 30, 1},
        {"wecom_12345", 3, 30, -1},
        {"silent", 1, 30, -1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct handover_next next =
            handover_after(str_from(rows[i].code), rows[i].refusals, rows[i].retry_days);
        bool lost = rows[i].days < 0;
        assert_int_equal(next.state, lost ? HANDOVER_LOST : HANDOVER_REFUSED);
        assert_int_equal(next.pause_s, lost ? DB_NULL : rows[i].days * DAY);
    }
}

/* ---- with rows ---- */

static const struct sql STAFF_ID = {
    .text = "SELECT id FROM staff WHERE userid = $1", .in = "s", .out = "i"};
static const struct sql OWNER = {
    .text = "SELECT b.staff_id FROM binding b /*scan*/ JOIN customer c ON c.root_id = b.customer_id"
            " JOIN identity i ON i.customer_id = c.id WHERE i.value = $1",
    .in = "s",
    .out = "i"};
static const struct sql EVENTS = {.text = "SELECT count(*) FROM event /*scan*/ WHERE kind = 66",
                                  .out = "i"};

static struct told_follow follow(const char *userid)
{
    return (struct told_follow){.userid = str_from(userid), .added_s = TOLD_BASE_S};
}

static void befriend(struct store_fixture *f, const char *id, const char *userid)
{
    struct told_follow one = follow(userid);
    tell_contact(f, &(struct told_contact){.external_userid = str_from(id),
                                           .name = STR("wang"),
                                           .type = 1,
                                           .follows = &one,
                                           .follows_n = 1,
                                           .complete = true,
                                           .asked_us = TOLD_US(DAY)});
}

/* A plan from li to zhang, and what a closure does with its first item. */
struct act {
    struct store_fixture *f;
    struct handover_plan plan;
    struct handover_heir heirs[1];
    struct handover h;
    struct handover_item item;
    struct str code;
    int64_t zhang;
};

static enum rc plan(struct tx *tx, void *arg, struct err *e)
{
    struct act *x = arg;
    struct customer_asker who = {.keys = x->f->keys, .now_s = tx_now_s(tx)};
    x->heirs[0] = (struct handover_heir){.staff_id = x->zhang, .weight = 1};
    x->plan = (struct handover_plan){.from_staff_id = x->plan.from_staff_id,
                                     .rule = HANDOVER_ONE,
                                     .heirs = x->heirs,
                                     .heirs_n = 1,
                                     .with_groups = true};
    return handover_plan(tx, &who, &x->plan, e);
}

static enum rc make(struct tx *tx, void *arg, struct err *e)
{
    struct act *x = arg;
    enum rc rc = plan(tx, x, e);
    x->h = (struct handover){.from_staff_id = x->plan.from_staff_id,
                             .kind = STR("onjob"),
                             .rule = STR("one"),
                             .heirs = STR("[]"),
                             .reason = STR("moved")};
    if (rc == RC_OK)
        rc = handover_add(tx, &x->h, e);
    for (size_t i = 0; rc == RC_OK && i < x->plan.parts_n; i++) {
        x->item = (struct handover_item){
            .handover_id = x->h.id, .object_id = x->plan.parts[i].object_id, .staff_id = x->zhang};
        rc = handover_item_add(tx, &x->item, e);
    }
    return rc == RC_OK ? handover_set_state(tx, x->h.id, "running", e) : rc;
}

static enum rc refuse(struct tx *tx, void *arg, struct err *e)
{
    struct act *x = arg;
    struct handover_item item;
    enum rc rc = handover_item_load(tx, x->item.id, &item, e);
    if (rc == RC_OK)
        rc = handover_refuse(tx, &item, x->code, 30, e);
    x->item.state = item.state;
    return rc;
}

static enum rc accept(struct tx *tx, void *arg, struct err *e)
{
    struct act *x = arg;
    struct handover_item item;
    struct handover_due of = {
        .staff_id = x->zhang, .from_staff_id = x->plan.from_staff_id, .reason = STR("moved")};
    enum rc rc = handover_item_load(tx, x->item.id, &item, e);
    return rc == RC_OK ? handover_accept(tx, &item, &of, e) : rc;
}

static void items_come_to_an_end(void **state)
{
    struct store_fixture *f = *state;
    struct act x = {.f = f};
    befriend(f, "wmA", "li");
    befriend(f, "wmZ", "zhang");
    x.plan.from_staff_id = told_number(f, &STAFF_ID, "li");
    x.zhang = told_number(f, &STAFF_ID, "zhang");
    store_write(f, make, &x);
    assert_int_equal(x.plan.customers, 1);
    assert_true(x.plan.onjob);

    struct act again = x;
    store_write(f, plan, &again); /* nobody is in two */
    assert_int_equal(again.plan.customers, 0);
    assert_int_equal(again.plan.left_out[HANDOVER_OPEN], 1);

    x.code = STR("customer_refused");
    store_write(f, refuse, &x);
    assert_int_equal(x.item.state, HANDOVER_REFUSED);
    assert_int_equal(told_number(f, &EVENTS, NULL), 0);
    store_write(f, refuse, &x);
    assert_int_equal(x.item.state, HANDOVER_LOST);
    assert_int_equal(told_number(f, &EVENTS, NULL), 1);
    assert_int_equal(told_number(f, &OWNER, "wmA"), x.plan.from_staff_id);

    /* Two that came along within 90 days are all there may be. */
    for (int times = 0; times < 2; times++) {
        store_write(f, make, &x);
        assert_int_equal(x.plan.customers, 1);
        store_write(f, accept, &x);
        assert_int_equal(told_number(f, &OWNER, "wmA"), x.zhang);
    }
    store_write(f, plan, &again);
    assert_int_equal(again.plan.customers, 0);
    assert_int_equal(again.plan.left_out[HANDOVER_TWICE], 1);
    tell_end(f, "wmA", "li", TOLD_BASE_S + 2 * DAY, true);
    store_write(f, plan, &again); /* not theirs any more in any sense */
    assert_int_equal(again.plan.left_out[HANDOVER_TWICE], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spreading_agrees_with_a_naive_model),
        cmocka_unit_test(one_and_expressions_go_where_they_are_meant),
        cmocka_unit_test(refusals_last_as_long_as_they_say),
        STORE_TEST(items_come_to_an_end, SQLITE),
        STORE_TEST(items_come_to_an_end, POSTGRES),
    };
    size_t n = sizeof tests / sizeof *tests - (pg_fixture_skipped() ? 1 : 0);
    return _cmocka_run_group_tests("domain_handover", tests, n, NULL, NULL);
}
