/* query_past.c — audiences as of past times asked of the mirror beside the database, on both
 * engines.
 *
 * A dozen customers get and lose the same few tags, friends, groups and tiers at a few seconds of a
 * few days, are merged, parted and erased again, so that a thing of one customer as born often
 * stands beside the same thing of another of the root's. After each handful of operations the
 * mirror is stepped, and each condition at each time must pick whom SQL picks. A seed is printed on
 * failure and taken from KOI_TEST_SEED.
 */
#include "mirror_world.h"

#include "base/calendar.h"
#include "domain/merging.h"
#include "domain/profile.h"
#include "mirror/tier_past.h"
#include "pg_fixture.h"
#include "query/audience.h"
#include "query/mirror/ask.h"
#include "query/sql/audience_sql.h"
#include "store/tier.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 60, PEOPLE = 12, A_ROUND = 12, DAYS = 4, MOST = 64 };

static uint64_t test_seed(void)
{
    const char *given = getenv("KOI_TEST_SEED");
    int64_t seed;
    return given != NULL && str_to_i64(str_from(given), &seed) ? (uint64_t)seed : 20261122;
}

/* ---- living ---- */

struct op {
    struct world *w;
    uint64_t seed;
};

static int64_t one_of(struct rng *r, const int64_t list[static FEW])
{
    return list[rng_below(r, 2)];
}

static int64_t moment(struct rng *r)
{
    return NOW_S - (int64_t)rng_below(r, DAYS) * DAY_S - (int64_t)rng_below(r, 3) * 7200;
}

/* Something is put on or taken off, of whomever it was before. */
static enum rc put_or_take(struct tx *tx, struct world *w, struct rng *r, struct err *e)
{
    struct event ev = {
        .customer_id = w->people.at[rng_below(r, PEOPLE)],
        .at_s = moment(r),
        .kind = EVENT_FRIEND_ADD + (int)rng_below(r, EVENT_TAG_OFF),
        .staff_id = rng_below(r, 4) == 0 ? 0 : one_of(r, w->staff),
    };
    if (ev.kind >= EVENT_TAG_PUT) {
        ev.object_kind = OBJECT_TAG;
        ev.object_id = one_of(r, w->tags);
    } else if (ev.kind >= EVENT_GROUP_JOIN) {
        ev.object_kind = OBJECT_GROUP;
        ev.object_id = w->groups[rng_below(r, FEW)];
    }
    return event_add(tx, &ev, e);
}

static enum rc move(struct tx *tx, struct world *w, struct rng *r, struct err *e)
{
    int64_t run, root, moved, at_s = moment(r), to = rng_below(r, 3) == 0 ? 0 : one_of(r, w->tiers);
    enum rc rc = customer_root_of(tx, w->people.at[rng_below(r, PEOPLE)], &root, e);
    if (rc == RC_OK)
        rc = tier_run_begin(tx, w->model_id, at_s, &run, e);
    if (rc == RC_OK)
        rc = tier_move(tx, run, w->model_id, root, to == 0 ? w->tiers[0] : 0, to, at_s, e);
    return rc == RC_OK ? tier_run_end(tx, run, 1, 1, &moved, e) : rc;
}

static enum rc unite_or_part(struct tx *tx, struct world *w, struct rng *r, struct err *e)
{
    int64_t one, other, id;
    if (w->merges.n > 0 && rng_below(r, 3) == 0)
        return identity_unmerge(tx, w->merges.at[rng_below(r, w->merges.n)], 0, e);
    enum rc rc = customer_root_of(tx, w->people.at[rng_below(r, PEOPLE)], &one, e);
    if (rc == RC_OK)
        rc = customer_root_of(tx, w->people.at[rng_below(r, PEOPLE)], &other, e);
    if (rc != RC_OK || one == other)
        return rc;
    return identity_merge(tx, one, other, rng_below(r, 2) == 0 ? one : 0, MERGE_MANUAL, 0, &id, e);
}

static enum rc live(struct tx *tx, void *arg, struct err *e)
{
    struct op *op = arg;
    struct rng r = rng_seed(op->seed);
    uint64_t which = rng_below(&r, 100);
    if (which < 75)
        return put_or_take(tx, op->w, &r, e);
    if (which < 87)
        return move(tx, op->w, &r, e);
    if (which < 99)
        return unite_or_part(tx, op->w, &r, e);
    int64_t root;
    enum rc rc = customer_root_of(tx, op->w->people.at[rng_below(&r, PEOPLE)], &root, e);
    return rc == RC_OK ? profile_erase(tx, root, e) : rc;
}

/* ---- asking ---- */

static const char *const CONDITIONS[] = {
    "tag(\"n0 of 0\")",
    "tag(\"n1 of 0\")",
    "tag(\"n0 of 0\", \"n1 of 0\")",
    "tag_group(\"签\")",
    "friend",
    "staff = \"n0 of 0\"",
    "not staff = \"n1 of 0\"",
    "staff in team(\"门店 0\")",
    "group(any)",
    "group(\"n2 of 0\")",
    "group(\"n5 of 0\", \"n0 of 0\")",
    "group(where level = vip)",
    "group(where members >= 2)",
    "group(where members(tag(\"n0 of 0\")) >= 1)",
    "tier(\"价值\") = \"n0\"",
    "tier(\"价值\") != \"n1\"",
    "tier(\"价值\") is none",
    "gender = female",
    "age >= 30",
    "birthday in next 300d",
    "source = \"n0 of 0\"",
};
enum { CONDITIONS_N = sizeof CONDITIONS / sizeof *CONDITIONS };

struct tally {
    int64_t asked, some[CONDITIONS_N];
};

static void ask(struct world *w, struct tx *tx, int condition, int days_ago, struct tally *tally)
{
    struct err *e = &w->f->err;
    struct query_names names = query_names_sql(tx);
    const struct audience_expr *x;
    int64_t theirs[MOST], ours[MOST];
    size_t n = 0;
    struct civil day = calendar_civil_of(NOW_S - days_ago * DAY_S);
    struct str text = arena_printf(tx_arena(tx), "%s as of \"%d-%02d-%02d %02d:%02d:%02d\"",
                                   CONDITIONS[condition], day.year, day.month, day.day, day.hour,
                                   day.minute, day.second);
    store_must(w->f, audience_read(tx_arena(tx), &names, AUDIENCE_CUSTOMER, text, &x, e));
    struct audience_question q = {.expr = x, .now_s = NOW_S};
    struct mirror_answer a;
    store_must(w->f, audience_page(tx, &q, 0, MOST, theirs, &n, e));
    store_must(w->f, mirror_ask(w->last, tx, &q, &a, e));
    assert_true(a.count < MOST);
    mirror_answer_ids(&a, w->last, ours);
    if ((size_t)a.count != n || memcmp(ours, theirs, n * sizeof *ours) != 0)
        fail_msg("%s: " STR_FMT ": the mirror says %" PRId64 ", SQL %zu", w->when, STR_ARG(text),
                 a.count, n);
    mirror_answer_free(&a);
    tally->asked++;
    tally->some[condition] += n > 0 && (int64_t)n < set_count(w->last->alive);
}

static void ask_all(struct world *w, struct tally *tally)
{
    struct tx *tx;
    struct snapshot *next;
    store_must(w->f, db_read_begin(w->f->db, &tx, &w->f->err));
    store_must(w->f, w->last == NULL ? builder_all(w->builder, tx, &next, &w->f->err)
                                     : builder_next(w->builder, tx, w->last, &next, &w->f->err));
    snapshot_drop(w->last);
    w->last = next;
    world_read(w, tx, &(struct sql){.text = "SELECT id FROM merge /*scan*/", .out = "i"},
               &w->merges, NULL);
    for (int condition = 0; condition < CONDITIONS_N; condition++)
        ask(w, tx, condition, (int)rng_below(&w->rng, DAYS + 1), tally);
    db_read_end(tx);
}

static void the_past_is_what_the_database_says(void **state)
{
    struct world w = {.f = *state, .seed = test_seed(), .builder = builder_new()};
    struct tally tally = {0};
    struct tx *tx;
    store_must(w.f, calendar_set_zone(STR("Asia/Shanghai"), &w.f->err));
    w.rng = rng_seed(w.seed);
    store_write(w.f, world_found, &w);
    store_must(w.f, db_read_begin(w.f->db, &tx, &w.f->err));
    world_look(&w, tx);
    db_read_end(tx);
    for (int round = 0; round < ROUNDS; round++) {
        snprintf(w.when, sizeof w.when, "seed %" PRIu64 ", round %d", w.seed, round);
        for (int i = 0; i < A_ROUND; i++) {
            struct op op = {&w, rng_u64(&w.rng)};
            enum rc rc = writer_run(w.f->writer, live, &op, &w.f->err);
            if (rc != RC_CONFLICT && rc != RC_NOT_FOUND)
                store_must(w.f, rc);
        }
        ask_all(&w, &tally);
    }
    for (int i = 0; i < CONDITIONS_N; i++)
        if (tally.some[i] == 0)
            fail_msg("%s: nothing is told by %s", w.when, CONDITIONS[i]);
    snapshot_drop(w.last);
    builder_free(w.builder);
    world_lists_free(&w);
}

/* ---- what is kept ---- */

static struct marks *someone(int64_t tier_id)
{
    struct mark_pairs pairs = {0};
    struct marks *none = marks_none();
    mark_pairs_add(&pairs, tier_id, 1);
    struct marks *m = marks_with(none, MARK_TIER, &pairs);
    marks_drop(none);
    mark_pairs_free(&pairs);
    return m;
}

static void tiers_of_the_past_are_kept(void **state)
{
    (void)state;
    struct tier_past *p = tier_past_new(100);
    struct marks *m = someone(7), *found;
    tier_past_put(p, 1, 50, 99, m);
    assert_null(tier_past_find(p, 1, 50)); /* read before the last move */
    tier_past_put(p, 1, 50, 100, m);
    found = tier_past_find(p, 1, 50);
    assert_true(found == m && set_count(marks_find(found, MARK_TIER, 7)) == 1);
    assert_true(tier_past_bytes(p) > marks_bytes(m));
    marks_drop(found);
    assert_null(tier_past_find(p, 2, 50));
    for (int64_t at_s = 51; at_s < 51 + TIER_PAST_MOST; at_s++)
        tier_past_put(p, 1, at_s, 100, m);
    assert_null(tier_past_find(p, 1, 50)); /* the oldest went */
    for (int64_t at_s = 51; at_s < 51 + TIER_PAST_MOST; at_s++) {
        found = tier_past_find(p, 1, at_s);
        assert_true(found == m);
        marks_drop(found);
    }
    tier_past_drop(p);
    marks_drop(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tiers_of_the_past_are_kept),
        STORE_TEST(the_past_is_what_the_database_says, SQLITE),
        STORE_TEST(the_past_is_what_the_database_says, POSTGRES),
    };
    size_t n = sizeof tests / sizeof *tests;
    return _cmocka_run_group_tests("query_past", tests, pg_fixture_skipped() ? n - 1 : n, NULL,
                                   NULL);
}
