/* domain_members.c — packed lists of members, and the plan of what to write, beside a naive model.
 *
 * Sets of ids change at random; what a plan says is written to a model of the table, piece by
 * piece, sometimes killed in between, and must say what it should. A seed is taken from
 * KOI_TEST_SEED.
 */
#include "unit.h"

#include "base/rng.h"
#include "domain/audience_members.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { PEOPLE_MOST = 20000 };

static uint64_t test_seed(void)
{
    const char *given = getenv("KOI_TEST_SEED");
    int64_t seed;
    return given != NULL && str_to_i64(str_from(given), &seed) ? (uint64_t)seed : 20261122;
}

/* Lists as the table has them. */
struct stored {
    struct arena *a;
    struct audience_list_head heads[4000];
    struct str ids[4000];
    size_t n, reads;
};

static enum rc read_stored(void *from, const struct audience_list_head *head, int64_t *out,
                           struct err *e)
{
    struct stored *s = from;
    (void)e;
    s->reads++;
    for (size_t i = 0; i < s->n; i++)
        if (s->heads[i].from_id == head->from_id) {
            assert_true(members_unpack(s->ids[i], head->from_id, out, (size_t)head->n));
            return RC_OK;
        }
    fail_msg("a list from %" PRId64 " was never stored", head->from_id);
    return RC_CORRUPT;
}

static void put_stored(struct stored *s, int64_t from_id, const int64_t *ids, size_t n)
{
    size_t i = 0;
    while (i < s->n && s->heads[i].from_id < from_id)
        i++;
    bool there = i < s->n && s->heads[i].from_id == from_id;
    size_t behind = s->n - i - there;
    if (n == 0 && there) {
        memmove(&s->heads[i], &s->heads[i + 1], behind * sizeof s->heads[0]);
        memmove(&s->ids[i], &s->ids[i + 1], behind * sizeof s->ids[0]);
        s->n--;
    }
    if (n == 0)
        return;
    if (!there) {
        assert_true(s->n < 4000);
        memmove(&s->heads[i + 1], &s->heads[i], behind * sizeof s->heads[0]);
        memmove(&s->ids[i + 1], &s->ids[i], behind * sizeof s->ids[0]);
        s->n++;
    }
    s->heads[i] = (struct audience_list_head){from_id, (int64_t)n, members_sum(ids, n)};
    s->ids[i] = members_pack(s->a, from_id, ids, n);
}

static size_t all_stored(const struct stored *s, int64_t *out)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        assert_true(s->heads[i].n <= MEMBERS_MOST);
        assert_true(members_unpack(s->ids[i], s->heads[i].from_id, out + n, (size_t)s->heads[i].n));
        n += (size_t)s->heads[i].n;
    }
    return n;
}

/* Ids as they come: in bulk close together, otherwise far apart. */
static size_t some_ids(struct rng *rng, const int64_t *universe, size_t n, int percent,
                       int64_t *out)
{
    size_t k = 0, skip_from = rng_below(rng, n), skip = rng_below(rng, n / 2);
    for (size_t i = 0; i < n; i++) {
        bool skipped = i >= skip_from && i < skip_from + skip;
        if (!skipped && rng_below(rng, 100) < (uint64_t)percent)
            out[k++] = universe[i];
    }
    return k;
}

static void plans_store_what_they_should(void **state)
{
    (void)state;
    static int64_t universe[PEOPLE_MOST], now[PEOPLE_MOST], before[PEOPLE_MOST];
    static struct stored s;
    struct rng rng = rng_seed(test_seed());
    struct arena a;
    size_t was = 0, reused = 0;
    arena_init(&a, 0);
    s.a = &a;
    for (size_t i = 0; i < PEOPLE_MOST; i++)
        universe[i] = (i > 0 ? universe[i - 1] : 0) +
                      (rng_below(&rng, 20) > 0 ? 64 : rng_between(&rng, 1, INT64_C(1) << 44));
    for (int round = 0; round < 120; round++) {
        struct member_piece *pieces = NULL;
        size_t n = 0, stored_before = s.n;
        memcpy(now, before, was * sizeof *now);
        size_t now_n = was;
        int percent = (int)rng_below(&rng, 101);
        if (round % 3 == 0) /* a few leave */
            for (size_t i = now_n = 0; i < was; i++) {
                if (rng_below(&rng, 500) > 0)
                    now[now_n++] = before[i];
            }
        else if (round % 7 == 1)
            now_n = some_ids(&rng, universe, PEOPLE_MOST, percent, now);
        s.reads = 0;
        assert_int_equal(
            members_plan(&a, s.heads, s.n, now, now_n, read_stored, &s, &pieces, &n, NULL), RC_OK);
        reused += stored_before > s.reads;
        for (size_t i = 0; i < n; i++) {
            const struct member_piece *p = &pieces[i];
            put_stored(&s, p->from_id, p->now, p->now_n);
            if (!p->split)
                continue;
            /* Killed here, the rest of the list must still be there. */
            size_t rest = 0;
            for (size_t k = i + 1; k < n && pieces[k - 1].split; k++)
                rest += pieces[k].old_n;
            put_stored(&s, pieces[i + 1].from_id, pieces[i + 1].old, rest);
            if (rng_below(&rng, 300) == 0)
                break;
        }
        was = all_stored(&s, before);
        if (n > 0 && (was != now_n || memcmp(before, now, was * sizeof *now) != 0)) {
            s.reads = 0; /* a kill: the next plan ends it */
            assert_int_equal(
                members_plan(&a, s.heads, s.n, now, now_n, read_stored, &s, &pieces, &n, NULL),
                RC_OK);
            for (size_t i = 0; i < n; i++)
                put_stored(&s, pieces[i].from_id, pieces[i].now, pieces[i].now_n);
            was = all_stored(&s, before);
        }
        assert_int_equal(was, now_n);
        assert_memory_equal(before, now, was * sizeof *now);
    }
    assert_true(reused > 10 && s.n > 10);
    arena_done(&a);
}

static void damaged_lists_are_not_believed(void **state)
{
    (void)state;
    struct arena a;
    struct rng rng = rng_seed(test_seed());
    int64_t ids[300], back[300];
    arena_init(&a, 0);
    for (size_t i = 0; i < 300; i++)
        ids[i] = (i > 0 ? ids[i - 1] : 77) + rng_between(&rng, 1, 1 << 20);
    struct str packed = members_pack(&a, 77, ids, 300);
    assert_true(members_unpack(packed, 77, back, 300));
    assert_memory_equal(ids, back, sizeof ids);
    assert_false(members_unpack(packed, 77, back, 299));
    assert_false(members_unpack((struct str){packed.p, packed.n - 1}, 77, back, 300));
    assert_false(members_unpack(packed, INT64_MAX - 5, back, 300));
    static const char ENDLESS[] = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01";
    assert_false(members_unpack((struct str){ENDLESS, 12}, 0, back, 1));
    for (int i = 0; i < 300; i++) {
        char *bytes = arena_z(&a, packed);
        memcpy(bytes, packed.p, packed.n);
        bytes[rng_below(&rng, packed.n)] ^= (char)(1 + rng_below(&rng, 255));
        if (members_unpack((struct str){bytes, packed.n}, 77, back, 300))
            assert_true(members_sum(back, 300) != members_sum(ids, 300));
    }
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plans_store_what_they_should),
        cmocka_unit_test(damaged_lists_are_not_believed),
    };
    return cmocka_run_group_tests_name("domain_members", tests, NULL, NULL);
}
