/* store_list.c — pages of customers under random filters and sorts, beside a naive answer.
 *
 * Twelve thousand customers whose attributes follow from their number, so that some sets are larger
 * than the list fetches (it then walks) and some are small. Each question is answered by sorting an
 * array; cursors and page numbers must agree with it, and totals where they are told. A seed is
 * printed on failure and taken from KOI_TEST_SEED.
 */
#include "store_fixture.h"

#include "base/rng.h"
#include "pg_fixture.h"
#include "store/customer_list.h"

#include <inttypes.h>

enum { PEOPLE = 12000, QUESTIONS = 60, FIRST = 1000, TOTAL_MOST = 10000 };

/* Person i has id FIRST + i. Every tenth was never a friend; every seventh lost the friend;
 * spending repeats, so that ties happen. Tag 1 is on nine of ten, tag 2 on one in a hundred, tag 3
 * on the relation of one in five. */
static bool was_friend(int64_t i)
{
    return i % 10 != 0;
}
static bool is_friend(int64_t i)
{
    return was_friend(i) && i % 7 != 0;
}
static int64_t added_of(int64_t i)
{
    return was_friend(i) ? 1000000 + i * 37 % 5000 : 0;
}
static int64_t staff_of(int64_t i)
{
    return i % 50 == 0 ? 2 : 1;
}
static bool has_tag(int64_t i, int64_t tag)
{
    return (tag == 1 && i % 10 != 3) || (tag == 2 && i % 100 == 1) ||
           (tag == 3 && was_friend(i) && i % 5 == 2);
}
static int64_t orders_of(int64_t i)
{
    return i % 3 == 0 ? i % 9 : 0;
}

/* clang-format off */
#define PEOPLE_BY_NUMBER                                                                           \
    "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 11999) "
#define PUT_IN "/*scan*/ INSERT INTO "
static const struct sql PUT[] = {
    {.text = PUT_IN "department (id, name, created_s) VALUES (1, 'd', 0)"},
    {.text = PUT_IN "department_above (department_id, above_id) VALUES (1, 1)"},
    {.text = PUT_IN "staff (id, userid, name, department_id, created_s)"
             " VALUES (1, 'a', 'a', 1, 0), (2, 'b', 'b', NULL, 0)"},
    {.text = PUT_IN "tag_category (id, name, created_s) VALUES (1, 'c', 0)"},
    {.text = PUT_IN "tag_group (id, category_id, name, created_s) VALUES (1, 1, 'g', 0)"},
    {.text = PUT_IN "tag (id, group_id, name, created_s)"
             " VALUES (1, 1, 'x', 0), (2, 1, 'y', 0), (3, 1, 'z', 0)"},
    {.text = PUT_IN "customer (id, root_id, nickname, city, stage_id, source_id, first_s, added_s,"
             " created_s, updated_us) " PEOPLE_BY_NUMBER "SELECT 1000 + i, 1000 + i, 'n' || i,"
             " CASE WHEN i % 4 = 0 THEN 'A' ELSE 'B' END, 1 + i % 5,"
             " CASE WHEN i % 2 = 0 THEN 1 END, 5,"
             " CASE WHEN i % 10 <> 0 THEN 1000000 + i * 37 % 5000 END, 0, 0 FROM n"},
    {.text = PUT_IN "relation (id, customer_id, staff_id, added_s, deleted_s, created_s) "
             PEOPLE_BY_NUMBER "SELECT i + 1, 1000 + i, CASE WHEN i % 50 = 0 THEN 2 ELSE 1 END, 5,"
             " CASE WHEN i % 7 = 0 THEN 9 END, 0 FROM n WHERE i % 10 <> 0"},
    {.text = PUT_IN "customer_tag (customer_id, tag_id, put_s) " PEOPLE_BY_NUMBER
             "SELECT 1000 + i, 1, 0 FROM n WHERE i % 10 <> 3"
             " UNION ALL SELECT 1000 + i, 2, 0 FROM n WHERE i % 100 = 1"},
    {.text = PUT_IN "relation_tag (relation_id, tag_id, put_s) " PEOPLE_BY_NUMBER
             "SELECT i + 1, 3, 0 FROM n WHERE i % 10 <> 0 AND i % 5 = 2"},
    {.text = PUT_IN "customer_stats (customer_id, orders, spend_fen, first_order_s, last_order_s) "
             PEOPLE_BY_NUMBER "SELECT 1000 + i, i % 9, i % 9 * 100, 1, 1000 + i % 17 FROM n"
             " WHERE i % 3 = 0 AND i % 9 <> 0"},
    {.text = "/*scan*/ ANALYZE"}, /* what a server does by itself, minutes later */
};
/* clang-format on */

static enum rc populate(struct tx *tx, void *arg, struct err *e)
{
    (void)arg;
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < sizeof PUT / sizeof *PUT; i++)
        rc = tx_exec(tx, &PUT[i], e);
    return rc;
}

/* ---- the naive answer ---- */

struct hit {
    int64_t key, id;
};

static bool ascending;

static int compare_hits(const void *a, const void *b)
{
    const struct hit *x = a;
    const struct hit *y = b;
    int order = x->key != y->key ? (x->key > y->key) - (x->key < y->key)
                                 : (x->id > y->id) - (x->id < y->id);
    return ascending ? order : -order;
}

static bool matches(const struct customer_filter *f, int64_t i)
{
    return (f->tag_id == 0 || has_tag(i, f->tag_id)) &&
           (f->stage_id == 0 || f->stage_id == 1 + i % 5) && (f->source_id == 0 || i % 2 == 0) &&
           (f->staff_id == 0 || (is_friend(i) && staff_of(i) == f->staff_id)) &&
           (f->department_id == 0 || (is_friend(i) && staff_of(i) == 1)) &&
           (str_empty(f->city) || str_eq(f->city, i % 4 == 0 ? STR("A") : STR("B"))) &&
           (f->friend < 0 || f->friend == is_friend(i)) &&
           (f->added_from_s == DB_NULL || (was_friend(i) && added_of(i) >= f->added_from_s)) &&
           (f->added_to_s == DB_NULL || (was_friend(i) && added_of(i) < f->added_to_s));
}

static int64_t key_of(enum customer_sort sort, int64_t i)
{
    if (sort == CUSTOMER_BY_ADDED || sort == CUSTOMER_BY_ADDED_DESC)
        return added_of(i);
    if (orders_of(i) == 0)
        return INT64_MIN;
    return sort == CUSTOMER_BY_SPEND_DESC    ? orders_of(i) * 100
           : sort == CUSTOMER_BY_ORDERS_DESC ? orders_of(i)
                                             : 1000 + i % 17;
}

static size_t naive(const struct customer_filter *f, enum customer_sort sort,
                    struct hit out[static PEOPLE])
{
    size_t n = 0;
    for (int64_t i = 0; i < PEOPLE; i++) {
        if (matches(f, i))
            out[n++] = (struct hit){key_of(sort, i), FIRST + i};
    }
    ascending = sort == CUSTOMER_BY_ADDED;
    qsort(out, n, sizeof *out, compare_hits);
    return n;
}

/* ---- questions ---- */

static int add_condition(struct rng *rng, struct customer_filter *f)
{
    switch (rng_below(rng, 9)) {
    case 0:
    case 1:
        f->tag_id = rng_between(rng, 1, 3);
        return 1;
    case 2:
        f->stage_id = rng_between(rng, 1, 6); /* 6 is none */
        return 1;
    case 3:
        f->source_id = 1;
        return 1;
    case 4:
        f->staff_id = rng_between(rng, 1, 2);
        return 1;
    case 5:
        f->department_id = 1;
        return 1;
    case 6:
        f->city = rng_below(rng, 2) == 0 ? STR("A") : STR("B");
        return 1;
    case 7:
        f->friend = (int)rng_below(rng, 2);
        return 1;
    default:
        f->added_from_s = 1000000 + rng_between(rng, 0, 3000);
        f->added_to_s = f->added_from_s + rng_between(rng, 0, 3000);
        return 1;
    }
}

static void same_ids(const struct customer_page *p, const struct hit *want, size_t n, uint64_t seed,
                     int q, const char *how)
{
    if (p->n != n)
        fail_msg("seed %" PRIu64 ", question %d, %s: %zu rows, not %zu", seed, q, how, p->n, n);
    for (size_t i = 0; i < n; i++) {
        if (p->ids[i] != want[i].id)
            fail_msg("seed %" PRIu64 ", question %d, %s: row %zu is %" PRId64 ", not %" PRId64,
                     seed, q, how, i, p->ids[i], want[i].id);
    }
}

static void ask(struct store_fixture *f, struct rng *rng, uint64_t seed, int q)
{
    static struct hit want[PEOPLE];
    struct customer_filter filter = CUSTOMER_FILTER;
    int conditions = 0;
    for (int64_t k = rng_between(rng, 0, 3); k > 0; k--)
        conditions += add_condition(rng, &filter);
    enum customer_sort sort = (enum customer_sort)rng_below(rng, 5);
    size_t n = naive(&filter, sort, want);
    struct tx *tx;
    store_must(f, db_read_begin(f->db, &tx, &f->err));
    struct customer_page page;
    struct customer_place place = {0};
    size_t at = 0;
    for (int turn = 0; turn < 3; turn++) { /* three pages by cursor */
        size_t rows = n - at < 50 ? n - at : 50;
        store_must(f, customer_page(tx, &filter, sort, &place, 0, 50, turn == 0, &page, &f->err));
        same_ids(&page, want + at, rows, seed, q, "by cursor");
        at += rows;
        assert_int_equal(page.more, at < n);
        bool told = page.total == (int64_t)n;
        bool may_be_silent = n > TOTAL_MOST || conditions > 1 || turn > 0;
        if (!told && !(page.total == -1 && may_be_silent))
            fail_msg("seed %" PRIu64 ", question %d: total %" PRId64 ", not %zu", seed, q,
                     page.total, n);
        if (!page.more)
            break;
        place = page.next;
    }
    int64_t offset = rng_between(rng, 0, 300) * 20;
    size_t from = (size_t)offset < n ? (size_t)offset : n;
    store_must(f, customer_page(tx, &filter, sort, NULL, offset, 20, true, &page, &f->err));
    same_ids(&page, want + from, n - from < 20 ? n - from : 20, seed, q, "by page");
    db_read_end(tx);
}

static void pages_agree_with_a_sorted_array(void **state)
{
    struct store_fixture *f = *state;
    const char *given = getenv("KOI_TEST_SEED");
    int64_t seed = 20261121;
    if (given != NULL)
        str_to_i64(str_from(given), &seed);
    store_write(f, populate, NULL);
    struct rng rng = rng_seed((uint64_t)seed);
    for (int q = 0; q < QUESTIONS; q++)
        ask(f, &rng, (uint64_t)seed, q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(pages_agree_with_a_sorted_array, SQLITE),
        STORE_TEST(pages_agree_with_a_sorted_array, POSTGRES),
    };
    return _cmocka_run_group_tests("store_list", tests, pg_fixture_skipped() ? 1 : 2, NULL, NULL);
}
