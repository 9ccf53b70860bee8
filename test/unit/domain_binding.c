/* domain_binding.c — whose customer somebody is: the rules one by one, and random lives with
 * touches told in any order, ends, transfers, merges and undoings beside a naive model.
 *
 * The model keeps what was told to each customer and asks again and again for the next step that
 * may bind; roots are read from the database, since test/unit/store_merge.c answers for them. After
 * every operation binding, log and events must agree. A seed is taken from KOI_TEST_SEED.
 */
#include "told_corp.h"

#include "base/rng.h"
#include "domain/binding.h"
#include "domain/merging.h"
#include "pg_fixture.h"
#include "store/customer.h"
#include "store/directory.h"

#include <inttypes.h>
#include <string.h>

enum { DAY = 86400, ANNA = 11, BEN, CARL };

/* ---- the fold alone ---- */

#define FRIEND(who, day, long)                                                                     \
    {                                                                                              \
        .id = (day) + 1, .kind = BINDING_STEP_FRIEND, .staff_id = (who), .at_s = (day)*DAY,        \
        .counts = true, .days = (long)                                                             \
    }
#define OTHER(what, who, day)                                                                      \
    {                                                                                              \
        .id = (day) + 1, .kind = BINDING_STEP_##what, .staff_id = (who), .at_s = (day)*DAY,        \
        .counts = BINDING_STEP_##what == BINDING_STEP_TRANSFER, .days = 30                         \
    }
#define COMES_TO(who, since, until, ended, ...)                                                    \
    comes_to((const struct binding_step[]){__VA_ARGS__},                                           \
             sizeof((const struct binding_step[]){__VA_ARGS__}) / sizeof(struct binding_step),     \
             (who), (since), (until), (ended))

/* Days; -1: none, for ever. */
static void comes_to(const struct binding_step *steps, size_t n, int64_t who, int64_t since,
                     int64_t until, int64_t ended)
{
    struct binding_state at = binding_fold(steps, n);
    assert_non_null(at.by);
    assert_int_equal(at.by->staff_id, who);
    assert_int_equal(at.by->at_s, since * DAY);
    assert_int_equal(at.until_s, until < 0 ? DB_NULL : until * DAY);
    assert_int_equal(at.ended_s, ended < 0 ? DB_NULL : ended * DAY);
}

static void rules_one_by_one(void **state)
{
    (void)state;
    assert_null(binding_fold(NULL, 0).by);
    struct binding_step weak = FRIEND(ANNA, 1, 30);
    weak.counts = false;
    assert_null(binding_fold(&weak, 1).by);
    /* within the period nobody else; on its last second still, at its end anew */
    COMES_TO(ANNA, 0, 30, -1, FRIEND(ANNA, 0, 30), FRIEND(BEN, 29, 30));
    COMES_TO(BEN, 30, 60, -1, FRIEND(ANNA, 0, 30), FRIEND(BEN, 30, 30));
    COMES_TO(ANNA, 31, 61, -1, FRIEND(ANNA, 0, 30), FRIEND(ANNA, 31, 30));
    COMES_TO(ANNA, 0, 30, -1, FRIEND(ANNA, 0, 30), FRIEND(ANNA, 12, 30));
    COMES_TO(ANNA, 0, -1, -1, FRIEND(ANNA, 0, 0), FRIEND(BEN, 3000, 30));
    /* an end is said, and unsaid by the owner's own friendship alone */
    COMES_TO(ANNA, 0, 30, 5, FRIEND(ANNA, 0, 30), OTHER(END, ANNA, 5), FRIEND(BEN, 6, 30));
    COMES_TO(ANNA, 0, 30, -1, FRIEND(ANNA, 0, 30), OTHER(END, ANNA, 5), FRIEND(ANNA, 6, 30));
    COMES_TO(ANNA, 0, 30, -1, FRIEND(ANNA, 0, 30), FRIEND(BEN, 2, 30), OTHER(END, BEN, 5));
    /* a transfer takes at once, and protects from then on */
    COMES_TO(CARL, 5, 35, -1, FRIEND(ANNA, 0, 0), OTHER(TRANSFER, CARL, 5), FRIEND(BEN, 34, 30));
    COMES_TO(BEN, 35, 65, -1, FRIEND(ANNA, 0, 0), OTHER(TRANSFER, CARL, 5), FRIEND(BEN, 35, 30));
}

/* ---- random lives ---- */

enum { PEOPLE = 8, STAFF = 4, GROUPS = 2, OPERATIONS = 260 };

struct life {
    struct store_fixture *f;
    struct rng rng;
    int64_t people[PEOPLE], roots[PEOPLE], staff[STAFF];
    struct binding_rule rule;
    struct binding_step steps[OPERATIONS]; /* id: in which order they were told */
    int n;
    int64_t merges[OPERATIONS];
    bool merged[OPERATIONS];
    int merges_n;
    int64_t base_s;
};

/* One operation, which may run twice. */
struct act {
    struct life *l;
    struct binding_touch touch;
    int64_t one, other, merge, moved;
    enum { TOUCH, END_IT, HAND_OVER, MERGE, UNMERGE, RULE } what;
};

static enum rc run_act(struct tx *tx, void *arg, struct err *e)
{
    struct act *x = arg;
    const struct binding_touch *t = &x->touch;
    switch (x->what) {
    case TOUCH:
        return binding_touch(tx, t, e);
    case END_IT:
        return binding_end(tx, t->customer_id, t->staff_id, t->at_s, e);
    case HAND_OVER:
        return binding_transfer(tx, &x->one, 1, t->staff_id, 0, STR("moved"), &x->moved, e);
    case MERGE:
        return identity_merge(tx, x->one, x->other, 0, MERGE_MANUAL, 0, &x->merge, e);
    case UNMERGE:
        return identity_unmerge(tx, x->merge, 0, e);
    default:
        return binding_rule_add(tx, &x->l->rule, e);
    }
}

static enum rc populate(struct tx *tx, void *arg, struct err *e)
{
    struct life *l = arg;
    enum rc rc = RC_OK;
    for (int i = 0; rc == RC_OK && i < STAFF; i++) {
        struct staff_new s = {.userid = arena_printf(tx_arena(tx), "u%d", i),
                              .name = arena_printf(tx_arena(tx), "U%d", i),
                              .joined_s = DB_NULL};
        rc = directory_add_staff(tx, &s, &l->staff[i], e);
    }
    for (int i = 0; rc == RC_OK && i < PEOPLE; i++) {
        struct customer_new c = CUSTOMER_NEW;
        c.first_s = 1000 + i;
        rc = customer_make(tx, l->f->keys, &c, &l->people[i], e);
    }
    return rc;
}

static int below(struct life *l, int n)
{
    return (int)rng_below(&l->rng, (uint64_t)n);
}

static int who_is(const struct life *l, int64_t id)
{
    int i = 0;
    while (l->people[i] != id)
        i++;
    return i;
}

/* ---- the model ---- */

static bool same_step(const struct binding_step *a, const struct binding_step *b)
{
    return a->customer_id == b->customer_id && a->kind == b->kind && a->staff_id == b->staff_id &&
           a->group_id == b->group_id && a->at_s == b->at_s;
}

static void remember(struct life *l, struct binding_step s)
{
    for (int i = 0; i < l->n; i++)
        if (same_step(&l->steps[i], &s))
            return;
    s.id = l->n;
    l->steps[l->n++] = s;
}

static bool is_before(const struct binding_step *a, const struct binding_step *b)
{
    bool ta = a->kind == BINDING_STEP_TRANSFER, tb = b->kind == BINDING_STEP_TRANSFER;
    if (a->at_s != b->at_s)
        return a->at_s < b->at_s;
    return ta != tb ? tb : a->id < b->id;
}

/* The first step of the root's family behind `after` that may bind; NULL: none. */
static const struct binding_step *next_binding(const struct life *l, int root,
                                               const struct binding_step *after)
{
    const struct binding_step *best = NULL;
    for (int i = 0; i < l->n; i++) {
        const struct binding_step *s = &l->steps[i];
        bool family = l->roots[who_is(l, s->customer_id)] == l->people[root];
        bool later = after == NULL || is_before(after, s);
        bool free =
            after == NULL || (after->days != 0 && s->at_s >= after->at_s + after->days * DAY);
        bool may =
            s->kind == BINDING_STEP_TRANSFER || (s->kind != BINDING_STEP_END && s->counts && free);
        if (family && later && may && (best == NULL || is_before(s, best)))
            best = s;
    }
    return best;
}

/* When the owner's friendship ended, by the last word about it behind the binding. */
static int64_t last_end(const struct life *l, int root, const struct binding_step *by)
{
    const struct binding_step *last = by;
    for (int i = 0; i < l->n; i++) {
        const struct binding_step *s = &l->steps[i];
        if (l->roots[who_is(l, s->customer_id)] == l->people[root] && s->staff_id == by->staff_id &&
            (s->kind == BINDING_STEP_END || s->kind == BINDING_STEP_FRIEND) && is_before(last, s))
            last = s;
    }
    return last->kind == BINDING_STEP_END ? last->at_s : DB_NULL;
}

/* ---- agreement ---- */

static const struct sql ROOTS = {
    .text = "SELECT id, root_id FROM customer /*scan*/",
    .out = "ii",
};
static const struct sql BOUND = {
    .text = "SELECT count(*) FROM binding /*scan*/",
    .out = "i",
};
/* The log's last word about each root is what is in force. */
static const struct sql LOG_DIFFERS = {
    .text = "SELECT count(*) FROM customer c /*scan*/ LEFT JOIN binding b ON b.customer_id = c.id"
            " LEFT JOIN binding_log l ON l.id = (SELECT max(x.id) FROM binding_log x"
            " WHERE x.customer_id = c.id) WHERE coalesce(b.staff_id, 0) <> coalesce(l.staff_id, 0)"
            " OR coalesce(b.step_id, 0) <> coalesce(l.step_id, 0)"
            " OR coalesce(b.until_s, 0) <> coalesce(l.until_s, 0)"
            " OR coalesce(b.ended_s, 0) <> coalesce(l.ended_s, 0)",
    .out = "i",
};
static const struct sql LAST_TRANSFER = {
    .text = "SELECT at_s FROM binding_step /*scan*/ WHERE kind = 'transfer' ORDER BY id DESC LIMIT "
            "1",
    .out = "i",
};
/* No row of the log says what the one before it said. */
static const struct sql SAID_TWICE = {
    .text = "SELECT count(*) FROM binding_log l /*scan*/ JOIN binding_log p ON p.id ="
            " (SELECT max(x.id) FROM binding_log x WHERE x.customer_id = l.customer_id"
            " AND x.id < l.id) WHERE coalesce(p.step_id, 0) = coalesce(l.step_id, 0)"
            " AND coalesce(p.ended_s, 0) = coalesce(l.ended_s, 0)",
    .out = "i",
};

static void read_roots(struct life *l, struct tx *tx)
{
    struct rows *r;
    store_must(l->f, tx_query(tx, &ROOTS, &r, &l->f->err));
    while (rows_next(r))
        l->roots[who_is(l, rows_int(r, 0))] = rows_int(r, 1);
    store_must(l->f, rows_end(r, &l->f->err));
}

static void check_root(struct life *l, struct tx *tx, int who, int64_t *bound)
{
    struct binding_row row;
    const struct binding_step *by = NULL, *next;
    enum rc rc = binding_load(tx, l->people[who], &row, &l->f->err);
    while ((next = next_binding(l, who, by)) != NULL)
        by = next;
    if (l->roots[who] != l->people[who] || by == NULL) {
        assert_int_equal(rc, RC_NOT_FOUND);
        return;
    }
    store_must(l->f, rc);
    (*bound)++;
    assert_int_equal(row.staff_id, by->staff_id);
    assert_int_equal(row.since_s, by->at_s);
    assert_int_equal(row.until_s, by->days == 0 ? DB_NULL : by->at_s + by->days * DAY);
    assert_int_equal(row.ended_s, last_end(l, who, by));
}

static void check_brought(struct life *l, struct tx *tx, int who)
{
    struct binding_touch_shown shown;
    const struct binding_step *first = NULL;
    store_must(l->f, binding_first_touch(tx, l->people[who], &shown, &l->f->err));
    for (int i = 0; i < l->n; i++) {
        const struct binding_step *s = &l->steps[i];
        if (l->roots[who_is(l, s->customer_id)] == l->people[who] &&
            s->kind <= BINDING_STEP_GROUP && (first == NULL || is_before(s, first)))
            first = s;
    }
    if (l->roots[who] != l->people[who])
        first = NULL;
    assert_int_equal(shown.at_s, first == NULL ? DB_NULL : first->at_s);
    assert_int_equal(shown.staff_id, first == NULL ? 0 : first->staff_id);
}

static void check(struct life *l)
{
    struct tx *tx;
    int64_t bound = 0, rows = -1;
    store_must(l->f, db_read_begin(l->f->db, &tx, &l->f->err));
    read_roots(l, tx);
    for (int i = 0; i < PEOPLE; i++) {
        check_root(l, tx, i, &bound);
        check_brought(l, tx, i);
    }
    store_must(l->f, tx_int(tx, &BOUND, &rows, &l->f->err));
    assert_int_equal(rows, bound);
    db_read_end(tx);
    assert_int_equal(told_number(l->f, &LOG_DIFFERS, NULL), 0);
    assert_int_equal(told_number(l->f, &SAID_TWICE, NULL), 0);
}

/* ---- operations ---- */

static void touch(struct life *l, struct act *x, bool end)
{
    struct binding_touch *t = &x->touch;
    bool group = !end && below(l, 3) == 0;
    *t = (struct binding_touch){.customer_id = l->people[below(l, PEOPLE)],
                                .staff_id = l->staff[below(l, STAFF)],
                                .group_id = group ? 1 + below(l, GROUPS) : 0,
                                .at_s = l->base_s + (below(l, 60) - 30) * 3 * DAY};
    x->what = end ? END_IT : TOUCH;
    store_write(l->f, run_act, x);
    bool counts = l->rule.counts == BINDING_EITHER || (l->rule.counts == BINDING_GROUP) == group;
    remember(l, (struct binding_step){.customer_id = t->customer_id,
                                      .kind = end     ? BINDING_STEP_END
                                              : group ? BINDING_STEP_GROUP
                                                      : BINDING_STEP_FRIEND,
                                      .staff_id = t->staff_id,
                                      .group_id = t->group_id,
                                      .at_s = t->at_s,
                                      .counts = counts && !end,
                                      .days = end ? 0 : l->rule.days});
}

static void hand_over(struct life *l, struct act *x)
{
    const struct binding_step *by = NULL, *next;
    int who = who_is(l, l->roots[below(l, PEOPLE)]);
    while ((next = next_binding(l, who, by)) != NULL)
        by = next;
    x->what = HAND_OVER;
    x->one = l->people[who];
    x->touch.staff_id = l->staff[below(l, STAFF)];
    store_write(l->f, run_act, x);
    assert_int_equal(x->moved, by == NULL || by->staff_id != x->touch.staff_id);
    if (x->moved == 1)
        remember(l, (struct binding_step){.customer_id = x->one,
                                          .kind = BINDING_STEP_TRANSFER,
                                          .staff_id = x->touch.staff_id,
                                          .at_s = told_number(l->f, &LAST_TRANSFER, NULL),
                                          .counts = true,
                                          .days = l->rule.days});
}

static void merge(struct life *l, struct act *x)
{
    int a = below(l, PEOPLE), b = below(l, PEOPLE);
    if (l->roots[a] == l->roots[b])
        return;
    x->what = MERGE;
    x->one = l->people[a];
    x->other = l->people[b];
    store_write(l->f, run_act, x);
    l->merges[l->merges_n] = x->merge;
    l->merged[l->merges_n++] = true;
}

static void unmerge(struct life *l, struct act *x)
{
    int i = l->merges_n == 0 ? 0 : below(l, l->merges_n);
    if (!l->merged[i])
        return;
    x->what = UNMERGE;
    x->merge = l->merges[i];
    store_write(l->f, run_act, x);
    l->merged[i] = false;
}

static void change_rule(struct life *l, struct act *x)
{
    static const int64_t days[] = {0, 7, 30, 90};
    l->rule.days = days[below(l, 4)];
    l->rule.counts = (enum binding_counts)below(l, BINDING_COUNTS);
    x->what = RULE;
    store_write(l->f, run_act, x);
}

static uint64_t test_seed(void)
{
    const char *given = getenv("KOI_TEST_SEED");
    int64_t seed;
    return given != NULL && str_to_i64(str_from(given), &seed) ? (uint64_t)seed : 20261123;
}

static void random_lives_agree_with_a_naive_model(void **state)
{
    struct life *l = calloc(1, sizeof *l);
    l->f = *state;
    l->rng = rng_seed(test_seed());
    l->rule = (struct binding_rule){.days = 90, .counts = BINDING_FRIEND};
    l->base_s = time(NULL);
    store_write(l->f, populate, l);
    check(l);
    for (int step = 0; step < OPERATIONS; step++) {
        struct act x = {.l = l};
        int what = below(l, 20);
        if (what < 9)
            touch(l, &x, false);
        else if (what < 12)
            touch(l, &x, true);
        else if (what < 14)
            hand_over(l, &x);
        else if (what < 16)
            merge(l, &x);
        else if (what < 18)
            unmerge(l, &x);
        else
            change_rule(l, &x);
        check(l);
    }
    assert_true(l->n > 80 && l->merges_n > 5);
    free(l);
}

/* ---- as a platform tells it ---- */

static const struct sql OWNER = {
    .text = "SELECT b.staff_id FROM identity i JOIN customer c ON c.id = i.customer_id"
            " JOIN binding b ON b.customer_id = c.root_id /*scan*/ WHERE i.value = $1",
    .in = "s",
    .out = "i",
};
static const struct sql STAFF_ID = {
    .text = "SELECT id FROM staff WHERE userid = $1",
    .in = "s",
    .out = "i",
};
static const struct sql ENDED = {
    .text = "SELECT count(*) FROM binding /*scan*/ WHERE ended_s IS NOT NULL",
    .out = "i",
};
static const struct sql EVENTS = {
    .text = "SELECT count(*) FROM event /*scan*/ WHERE kind = 60",
    .out = "i",
};

static struct told_follow follow(const char *userid, int64_t day)
{
    return (struct told_follow){.userid = str_from(userid), .added_s = TOLD_BASE_S + day * DAY};
}

static void told(struct store_fixture *f, const char *id, struct told_follow *follows, size_t n,
                 int64_t day)
{
    tell_contact(f, &(struct told_contact){.external_userid = str_from(id),
                                           .name = STR("wang"),
                                           .type = 1,
                                           .follows = follows,
                                           .follows_n = n,
                                           .complete = true,
                                           .asked_us = TOLD_US(day * DAY)});
}

static void owned_by(struct store_fixture *f, const char *id, const char *userid)
{
    assert_int_equal(told_number(f, &OWNER, id), told_number(f, &STAFF_ID, userid));
}

static void friendships_bind_by_when_they_began(void **state)
{
    struct store_fixture *f = *state;
    struct told_follow both[] = {follow("li", 5), follow("zhang", 1)};
    told(f, "wmA", both, 2, 10); /* the later friendship is told first */
    owned_by(f, "wmA", "zhang");
    int64_t events = told_number(f, &EVENTS, NULL);
    told(f, "wmA", both, 2, 11);
    assert_int_equal(told_number(f, &EVENTS, NULL), events);
    assert_int_equal(tell_end(f, "wmA", "zhang", 12 * DAY, true), CONTACT_ENDED);
    owned_by(f, "wmA", "zhang");
    assert_int_equal(told_number(f, &ENDED, NULL), 1);
    struct told_follow third[] = {follow("li", 5), follow("wang", 91)};
    told(f, "wmA", third, 2, 92); /* behind the ninety days of the default */
    owned_by(f, "wmA", "wang");
    assert_int_equal(told_number(f, &ENDED, NULL), 0);
}

static enum rc groups_count(struct tx *tx, void *arg, struct err *e)
{
    (void)arg;
    return binding_rule_add(tx, &(struct binding_rule){.days = 30, .counts = BINDING_GROUP}, e);
}

static void joinings_bind_to_who_invited_else_to_the_owner(void **state)
{
    struct store_fixture *f = *state;
    struct told_member members[] = {
        {.id = STR("wmA"), .joined_s = TOLD_BASE_S + DAY, .inviter = STR("li")},
        {.id = STR("wmB"), .joined_s = TOLD_BASE_S + DAY},
    };
    struct told_follow friend[] = {follow("wang", 0)};
    store_write(f, groups_count, NULL);
    told(f, "wmB", friend, 1, 1); /* a friendship does not count, but brought them */
    tell_group(f, &(struct told_group){.chat_id = STR("wr1"),
                                       .name = STR("g"),
                                       .owner = STR("zhang"),
                                       .members = members,
                                       .members_n = 2,
                                       .asked_us = TOLD_US(2 * DAY)});
    owned_by(f, "wmA", "li");
    owned_by(f, "wmB", "zhang");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_one_by_one),
        STORE_TEST(random_lives_agree_with_a_naive_model, SQLITE),
        STORE_TEST(friendships_bind_by_when_they_began, SQLITE),
        STORE_TEST(joinings_bind_to_who_invited_else_to_the_owner, SQLITE),
        STORE_TEST(random_lives_agree_with_a_naive_model, POSTGRES),
        STORE_TEST(friendships_bind_by_when_they_began, POSTGRES),
        STORE_TEST(joinings_bind_to_who_invited_else_to_the_owner, POSTGRES),
    };
    size_t n = sizeof tests / sizeof *tests - (pg_fixture_skipped() ? 3 : 0);
    return _cmocka_run_group_tests("domain_binding", tests, n, NULL, NULL);
}
