/* domain_group.c — figures of groups beside a naive count, on both engines, by the database and by
 * the mirror; and the verdict beside the sentence it is to say.
 *
 * A corp lives at random (mirror_world.h: merges and their undoing, refunds, retractions,
 * erasures), people are put into groups and out of them at random besides. The naive count reads
 * rows one by one and knows nothing of the statements it is held against. A seed is taken from
 * KOI_TEST_SEED.
 */
#include "mirror_world.h"

#include "domain/group_figures.h"
#include "domain/group_review.h"
#include "domain/group_verdict.h"
#include "pg_fixture.h"
#include "store/order.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 12, DEEDS = 60, STAYS = 400, PEOPLE_MOST = 20000 };

static uint64_t test_seed(void)
{
    const char *given = getenv("KOI_TEST_SEED");
    int64_t seed;
    return given != NULL && str_to_i64(str_from(given), &seed) ? (uint64_t)seed : 20261123;
}

/* ---- the verdict ---- */

/* The rule once more, with fractions and in another order. */
static enum group_verdict plain_verdict(const struct group_signs *s, const struct group_rule *rule)
{
    double now = s->members == 0 ? 0 : (double)s->active / (double)s->members;
    double before =
        s->members_before == 0 ? 0 : (double)s->active_before / (double)s->members_before;
    bool falling = s->members > 0 && s->active_before >= 10 && now < before / 2 - 1e-12;
    bool talks = s->messages > 0 && s->members > 0;
    bool quiet = s->members == 0 || (now < (double)rule->quiet_percent / 100 - 1e-12 && !talks);
    if (s->age_s < 30 * 86400)
        return GROUP_NEW;
    if (!falling && !quiet)
        return GROUP_KEEP;
    if (falling || s->valuable >= rule->revive_valuable)
        return GROUP_REVIVE;
    return s->valuable_alone == 0 ? GROUP_GIVE_UP : GROUP_TAKE_OUT;
}

static void verdict_is_what_it_says(void **state)
{
    struct rng r = rng_seed(test_seed());
    int seen[GROUP_VERDICTS] = {0};
    (void)state;
    for (int i = 0; i < 20000; i++) {
        struct group_rule rule = {rng_between(&r, 0, 30), rng_between(&r, 1, 6)};
        struct group_signs s = {.age_s = rng_between(&r, 0, 60) * 86400,
                                .members = rng_between(&r, 0, 60),
                                .members_before = rng_between(&r, 0, 60),
                                .valuable = rng_between(&r, 0, 6),
                                .messages = rng_between(&r, -1, 1)};
        s.active = rng_between(&r, 0, s.members / rng_between(&r, 1, 10));
        s.active_before = rng_between(&r, 0, s.members_before);
        s.valuable_alone = rng_between(&r, 0, s.valuable);
        enum group_verdict is = group_verdict(&s, &rule);
        assert_int_equal(is, plain_verdict(&s, &rule));
        seen[is]++;
    }
    for (int i = 0; i < GROUP_VERDICTS; i++)
        assert_true(seen[i] > 100);
    /* exactly at the threshold it is not quiet, exactly half is not falling */
    struct group_rule rule = {10, 5};
    struct group_signs s = {.age_s = 30 * 86400,
                            .members = 100,
                            .active = 10,
                            .members_before = 100,
                            .active_before = 20,
                            .messages = -1};
    assert_int_equal(group_verdict(&s, &rule), GROUP_KEEP);
    s.active = 9;
    assert_int_equal(group_verdict(&s, &rule), GROUP_REVIVE);
    s.active_before = 9;
    assert_int_equal(group_verdict(&s, &rule), GROUP_GIVE_UP);
    s.messages = 1; /* somebody writes */
    assert_int_equal(group_verdict(&s, &rule), GROUP_KEEP);
}

/* ---- messages ---- */

static void messages_are_of_one_group_only(void **state)
{
    const int64_t from = 1000;
    const struct group_owner owners[] = {{1, 1}, {2, 2}, {3, 1}, {4, 1}};
    const struct group_words words[] = {{1, 30, 77, 40, 1}, {2, 30, 5, 4, 2}, {3, 28, 9, 8, 2}};
    const struct {
        struct group_fact g;
        enum group_unsaid why;
    } rows[] = {
        {{.id = 1, .owner_id = 1, .created_s = 1000, .owner_since_s = DB_NULL}, GROUP_SAID},
        {{.id = 1, .owner_id = 1, .created_s = 1001, .owner_since_s = DB_NULL}, GROUP_YOUNG},
        {{.id = 1, .owner_id = 1, .created_s = 0, .owner_since_s = 1000}, GROUP_SAID},
        {{.id = 1, .owner_id = 1, .created_s = 0, .owner_since_s = 1001}, GROUP_OWNER_CHANGED},
        {{.id = 1, .owner_id = 0, .created_s = 0, .owner_since_s = DB_NULL}, GROUP_NO_OWNER},
        {{.id = 1, .owner_id = 2, .created_s = 0, .owner_since_s = DB_NULL}, GROUP_SEVERAL},
        /* by WeCom's count the owner had two on some day */
        {{.id = 1, .owner_id = 3, .created_s = 0, .owner_since_s = DB_NULL}, GROUP_SEVERAL},
        {{.id = 1, .owner_id = 4, .created_s = 0, .owner_since_s = DB_NULL}, GROUP_NOT_TOLD},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct group_messages m = group_messages_of(&rows[i].g, owners, 4, words, 3, from);
        assert_int_equal(m.why, rows[i].why);
        assert_int_equal(m.messages, m.why == GROUP_SAID ? 77 : 0);
        assert_int_equal(m.writer_days, m.why == GROUP_SAID ? 40 : 0);
    }
    struct group_messages none = group_messages_of(&rows[0].g, NULL, 0, NULL, 0, from);
    assert_int_equal(none.why, GROUP_SEVERAL);
}

/* ---- totals that are kept ---- */

static bool kept(struct group_memo *m, int64_t days, int64_t account, uint64_t staff,
                 int64_t members)
{
    struct group_total_key key = {days, account, staff};
    struct group_total t = {0};
    int64_t at_s = -1, cleared = -1;
    bool is = group_memo_total(m, &key, &t, &at_s, &cleared);
    assert_int_equal(t.members, is ? members : 0);
    assert_int_equal(at_s, is ? 100 + members : -1);
    assert_true(cleared >= 0);
    return is;
}

static void keep(struct group_memo *m, int64_t days, int64_t account, uint64_t staff,
                 int64_t members, int64_t took_us, int64_t cleared)
{
    struct group_total_key key = {days, account, staff};
    struct group_total t = {.members = members};
    group_memo_keep_total(m, &key, &t, 100 + members, took_us, cleared);
}

static void long_totals_are_kept_for_who_saw_them(void **state)
{
    const int64_t took_long = 600000;
    struct group_memo *m = group_memo_new();
    (void)state;
    assert_false(kept(m, 0, 0, 0, 0));
    keep(m, 30, 0, 0, 7, 400000, 0); /* was counted quickly */
    assert_false(kept(m, 30, 0, 0, 7));
    keep(m, 30, 0, 0, 7, took_long, 0);
    assert_true(kept(m, 30, 0, 0, 7));
    assert_false(kept(m, 31, 0, 0, 7)); /* other days, another account, other staff */
    assert_false(kept(m, 30, 5, 0, 7));
    assert_false(kept(m, 30, 0, 9, 7));
    keep(m, 30, 0, 0, 8, took_long, 0);
    assert_true(kept(m, 30, 0, 0, 8));
    for (int64_t i = 1; i <= GROUP_TOTALS_KEPT; i++) { /* each is there, the oldest make room */
        keep(m, 30, i, 1, i, took_long, 0);
        for (int64_t k = 1; k <= i; k++)
            assert_true(kept(m, 30, k, 1, k));
        assert_true(kept(m, 30, 0, 0, 8) == (i < GROUP_TOTALS_KEPT));
    }
    group_memo_clear(m);
    for (int64_t i = 0; i <= GROUP_TOTALS_KEPT; i++)
        assert_false(kept(m, 30, i, i > 0, i));
    keep(m, 30, 0, 0, 7, took_long, 0); /* was begun before it was cleared */
    assert_false(kept(m, 30, 0, 0, 7));
    keep(m, 30, 0, 0, 7, took_long, 1);
    assert_true(kept(m, 30, 0, 0, 7));
    group_memo_free(m);
    assert_false(kept(NULL, 30, 0, 0, 7));
    keep(NULL, 30, 0, 0, 7, took_long, 0);
}

/* ---- a naive corp ---- */

struct row {
    int64_t at[6];
};
struct plain {
    struct arena *a;
    struct row *people, *stays, *orders, *events;
    size_t people_n, stays_n, orders_n, events_n;
};

static const struct sql PEOPLE = {
    .text = "SELECT c.id, c.root_id, CASE WHEN r.erased_s IS NULL THEN 0 ELSE 1 END"
            " FROM customer c /*scan*/ LEFT JOIN customer r ON r.id = c.root_id ORDER BY 1",
    .out = "iii",
};
static const struct sql STAYS_NOW = {
    .text = "SELECT m.group_id, m.customer_id, m.joined_s, coalesce(m.left_s, -1),"
            " CASE WHEN g.dismissed_s IS NULL THEN 0 ELSE 1 END FROM group_member m /*scan*/"
            " JOIN chat_group g ON g.id = m.group_id",
    .out = "iiiii",
};
static const struct sql ORDERS = {
    .text = "SELECT o.id, coalesce(o.customer_id, 0), o.at_s, coalesce(o.paid_s, -1),"
            " CASE WHEN " ORDER_IS_PURCHASE("o") " THEN o.sale_fen ELSE -1 END, o.refunded_fen"
                                                 " FROM orders o /*scan*/",
    .out = "iiiiii",
};
static const struct sql EVENTS = {
    .text = "SELECT v.customer_id, v.at_s, v.kind, k.touch FROM event v /*scan*/"
            " JOIN event_kind k ON k.id = v.kind WHERE " EVENT_LIVE("v"),
    .out = "iiii",
};

static struct row *read_all(struct store_fixture *f, struct tx *tx, const struct sql *q,
                            size_t *out_n)
{
    struct row *list = calloc(1, sizeof *list);
    struct rows *r;
    size_t n = 0;
    store_must(f, tx_query(tx, q, &r, &f->err));
    while (rows_next(r)) {
        struct row *more = realloc(list, (n + 1) * sizeof *list);
        assert_non_null(more);
        list = more;
        for (size_t i = 0; i < strlen(q->out); i++)
            list[n].at[i] = rows_int(r, (int)i);
        n++;
    }
    store_must(f, rows_end(r, &f->err));
    *out_n = n;
    return list;
}

static void plain_read(struct store_fixture *f, struct tx *tx, struct plain *p)
{
    p->people = read_all(f, tx, &PEOPLE, &p->people_n);
    p->stays = read_all(f, tx, &STAYS_NOW, &p->stays_n);
    p->orders = read_all(f, tx, &ORDERS, &p->orders_n);
    p->events = read_all(f, tx, &EVENTS, &p->events_n);
}

static void plain_free(struct plain *p)
{
    free(p->people);
    free(p->stays);
    free(p->orders);
    free(p->events);
}

/* 0: nobody, or erased */
static int64_t root_of(const struct plain *p, int64_t id)
{
    for (size_t i = 0; i < p->people_n; i++)
        if (p->people[i].at[0] == id)
            return p->people[i].at[2] != 0 ? 0 : p->people[i].at[1];
    return 0;
}

static bool is_deed(int64_t kind, bool touch)
{
    static const char deeds[] = "|11|14|17|18|19|20|21|23|24|26|27|28|29|31|32|33|34|35|46|47|";
    char word[16];
    snprintf(word, sizeof word, "|%d|", (int)kind);
    return strstr(deeds, word) != NULL || (kind >= 100 && !touch);
}

static bool did(const struct plain *p, int64_t root, int64_t from_s, int64_t to_s)
{
    for (size_t i = 0; i < p->events_n; i++) {
        const int64_t *v = p->events[i].at;
        if (v[1] > from_s && v[1] <= to_s && is_deed(v[2], v[3] != 0) && root_of(p, v[0]) == root)
            return true;
    }
    return false;
}

/* Whether somebody of that root was in the group at a time (-1: is in it), by their last stay. */
static bool was_in(const struct plain *p, int64_t group, int64_t root, int64_t at_s, int64_t now_s)
{
    for (size_t i = 0; i < p->stays_n; i++) {
        const int64_t *m = p->stays[i].at;
        bool in = at_s < 0 ? m[3] < 0 && m[2] <= now_s : m[2] <= at_s && (m[3] < 0 || m[3] > at_s);
        if ((group == 0 ? m[4] == 0 : m[0] == group) && in && root_of(p, m[1]) == root)
            return true;
    }
    return false;
}

static struct group_figures plain_figures(const struct plain *p, int64_t group, int64_t now_s,
                                          int64_t days)
{
    struct group_figures f = {.group_id = group};
    int64_t from_s = now_s - days * DAY_S;
    for (size_t i = 0; i < p->people_n; i++) {
        int64_t root = p->people[i].at[0], orders = 0;
        if (root_of(p, root) != root)
            continue;
        bool in = was_in(p, group, root, -1, now_s), then = was_in(p, group, root, from_s, now_s);
        f.activity.members += in;
        f.activity.active += in && did(p, root, from_s, now_s);
        f.activity.members_before += then;
        f.activity.active_before += then && did(p, root, from_s - days * DAY_S, from_s);
        for (size_t k = 0; k < p->orders_n; k++) {
            const int64_t *o = p->orders[k].at;
            if (o[2] <= from_s || o[2] > now_s || root_of(p, o[1]) != root ||
                !was_in(p, group, root, o[3] >= 0 ? o[3] : o[2], now_s))
                continue;
            orders += o[4] >= 0;
            f.sales.amount_fen += (o[4] >= 0 ? o[4] : 0) - o[5];
        }
        f.sales.orders += orders;
        f.sales.buyers += orders > 0;
        f.sales.repeaters += orders > 1;
        f.sales.members += orders > 0 && in;
    }
    return f;
}

static void same(const struct world *w, const char *by, const struct group_figures *is,
                 const struct group_figures *should)
{
#define SAME(member)                                                                               \
    if (is->member != should->member)                                                              \
    fail_msg("%s, seed %" PRIu64 ", %s, group %" PRId64 ": " #member " %" PRId64 ", should be "    \
             "%" PRId64,                                                                           \
             w->when, w->seed, by, is->group_id, is->member, should->member)
    SAME(group_id);
    SAME(activity.members);
    SAME(activity.active);
    SAME(activity.members_before);
    SAME(activity.active_before);
    SAME(sales.orders);
    SAME(sales.buyers);
    SAME(sales.repeaters);
    SAME(sales.members);
    SAME(sales.amount_fen);
#undef SAME
}

/* Everyone who was in any group, each customer and order once. */
static void check_total(const struct world *w, const struct snapshot *s, const struct plain *p,
                        struct tx *tx, const struct group_window *win)
{
    struct store_fixture *f = w->f;
    struct group_total t;
    int64_t from_s = win->now_s - win->days * DAY_S, all_fen = 0, all = 0, other_fen = -1;
    struct group_figures should = plain_figures(p, 0, win->now_s, win->days);
    struct group_figures is = {.group_id = 0};
    store_must(f, group_total(s, tx, win, &t, &f->err));
    for (size_t k = 0; k < p->orders_n; k++) {
        const int64_t *o = p->orders[k].at;
        if (o[2] > from_s && o[2] <= win->now_s) {
            all += o[4] >= 0;
            all_fen += (o[4] >= 0 ? o[4] : 0) - o[5];
        }
    }
    is.activity = should.activity;
    is.activity.members = t.members;
    is.activity.active = t.active;
    is.sales = should.sales;
    is.sales.orders = t.sales.orders;
    is.sales.buyers = t.sales.buyers;
    is.sales.amount_fen = t.sales.amount_fen;
    same(w, "total", &is, &should);
    assert_int_equal(t.sales.all_orders, all);
    assert_int_equal(t.sales.all_amount_fen, all_fen);
    store_must(f, group_all_sales(tx, from_s, win->now_s, 0, &other_fen, &f->err));
    assert_int_equal(other_fen, all_fen);
}

/* ---- lives ---- */

static const struct sql STAY = {
    .text =
        "INSERT INTO group_member (group_id, customer_id, joined_s, left_s) VALUES ($1, $2,"
        " $3, $4) ON CONFLICT (group_id, customer_id) DO UPDATE SET joined_s = excluded.joined_s,"
        " left_s = excluded.left_s",
    .in = "iiiI",
};
static const struct sql GROUPS = {
    .text = "SELECT id FROM chat_group /*scan*/ WHERE dismissed_s IS NULL ORDER BY id",
    .out = "i",
};

static enum rc put_stays(struct tx *tx, void *arg, struct err *e)
{
    struct world *w = arg;
    enum rc rc = RC_OK;
    for (int i = 0; rc == RC_OK && i < STAYS; i++) {
        int64_t joined = NOW_S - rng_between(&w->rng, 0, 120 * DAY_S);
        int64_t left = rng_below(&w->rng, 3) == 0 ? rng_between(&w->rng, joined, NOW_S) : DB_NULL;
        int64_t who = w->people.at[rng_below(&w->rng, (uint32_t)w->people.n)];
        int64_t group = w->groups[rng_below(&w->rng, FEW)];
        rc = tx_exec(tx, &STAY, e, group, who, joined, left);
        if (rc == RC_OK)
            rc = change_add(tx, "group_member", group, who, e);
    }
    return rc;
}

static void look_at(struct world *w, bool anew)
{
    struct tx *tx;
    struct snapshot *next;
    store_must(w->f, db_read_begin(w->f->db, &tx, &w->f->err));
    store_must(w->f, anew ? builder_all(w->builder, tx, &next, &w->f->err)
                          : builder_next(w->builder, tx, w->last, &next, &w->f->err));
    world_look(w, tx);
    db_read_end(tx);
    snapshot_drop(w->last);
    w->last = next;
}

static void check(struct world *w, int *out_cases, int64_t *out_sum)
{
    static const int64_t windows[] = {7, 30, 90};
    struct store_fixture *f = w->f;
    struct numbers groups = {0};
    struct plain p;
    struct tx *tx;
    store_must(f, db_read_begin(f->db, &tx, &f->err));
    plain_read(f, tx, &p);
    world_read(w, tx, &GROUPS, &groups, NULL);
    for (size_t i = 0; i < sizeof windows / sizeof *windows; i++) {
        struct group_window win = {windows[i], NOW_S - rng_between(&w->rng, 0, 40 * DAY_S), 0};
        struct group_figures *sql = NULL, *mirror = NULL;
        store_must(f, group_figures(NULL, tx, &win, groups.at, groups.n, &sql, &f->err));
        store_must(f, group_figures(w->last, tx, &win, groups.at, groups.n, &mirror, &f->err));
        for (size_t g = 0; g < groups.n; g++) {
            struct group_figures should = plain_figures(&p, groups.at[g], win.now_s, win.days);
            same(w, "by the database", &sql[g], &should);
            same(w, "by the mirror", &mirror[g], &should);
            *out_sum += should.sales.orders + should.activity.active;
            ++*out_cases;
        }
    }
    struct group_window all = {60, NOW_S + 20 * DAY_S, 0}; /* after everybody has joined */
    check_total(w, NULL, &p, tx, &all);
    check_total(w, w->last, &p, tx, &all);
    db_read_end(tx);
    plain_free(&p);
    free(groups.at);
}

static void figures_agree_with_a_naive_count(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    int cases = 0;
    int64_t sum = 0;
    w->f = *state;
    w->seed = test_seed();
    w->rng = rng_seed(w->seed);
    w->builder = builder_new();
    store_write(w->f, world_found, w);
    world_crowd(w, 40, 600);
    look_at(w, true);
    for (int round = 0; round < ROUNDS; round++) {
        snprintf(w->when, sizeof w->when, "round %d", round);
        for (int i = 0; i < DEEDS; i++) {
            world_live(w);
            look_at(w, false);
        }
        store_write(w->f, put_stays, w);
        look_at(w, false);
        check(w, &cases, &sum);
    }
    assert_true(cases >= ROUNDS * 3 && sum > cases); /* there was something to count */
    snapshot_drop(w->last);
    builder_free(w->builder);
    world_lists_free(w);
    free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdict_is_what_it_says),
        cmocka_unit_test(messages_are_of_one_group_only),
        cmocka_unit_test(long_totals_are_kept_for_who_saw_them),
        STORE_TEST(figures_agree_with_a_naive_count, SQLITE),
        STORE_TEST(figures_agree_with_a_naive_count, POSTGRES),
    };
    return cmocka_run_group_tests_name("domain_group", tests, NULL, NULL);
}
