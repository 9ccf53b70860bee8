/* store_merge.c — merges and undoings in random order, beside a naive model.
 *
 * The model keeps what each customer was born with and the list of merges in force; roots follow
 * from the edges, profiles from applying those merges in order of time to untouched customers.
 * After every operation the database must agree: roots, profiles of everyone, purchases of every
 * root. A seed is printed on failure and taken from KOI_TEST_SEED.
 */
#include "store_fixture.h"

#include "base/rng.h"
#include "domain/identity.h"
#include "pg_fixture.h"
#include "store/customer_stats.h"
#include "store/order.h"

#include <inttypes.h>

enum { PEOPLE = 24, OPERATIONS = 300, MERGES = OPERATIONS };

struct profile {
    char nickname[16], city[16]; /* "": not known */
    int64_t birth_day, added_s;  /* DB_NULL: not known */
    int64_t first_s, no_marketing;
};

struct person {
    int64_t id;
    struct profile own;
    int64_t orders;
};

struct merged {
    int64_t id;
    int kept, gone; /* indexes of persons */
    bool on;
};

struct model {
    struct store_fixture *f;
    struct rng rng;
    uint64_t seed;
    struct person people[PEOPLE];
    struct merged merges[MERGES];
    int n;
};

static const struct sql EVERYONE = {
    .text =
        "SELECT c.id, c.root_id, coalesce(c.nickname, ''), coalesce(c.city, ''), c.birth_day, "
        "c.added_s, c.first_s,"
        " c.no_marketing, coalesce(s.orders, 0), coalesce(s.spend_fen, 0) FROM customer c /*scan*/"
        " LEFT JOIN customer_stats s ON s.customer_id = c.id ORDER BY c.id",
    .out = "iissIIiiii",
};

static uint64_t test_seed(void)
{
    const char *given = getenv("KOI_TEST_SEED");
    int64_t seed;
    return given != NULL && str_to_i64(str_from(given), &seed) ? (uint64_t)seed : 20261121;
}

/* ---- the model ---- */

static int root_of(const struct model *m, int who)
{
    for (int i = 0; i < m->n; i++) {
        if (m->merges[i].on && m->merges[i].gone == who)
            return root_of(m, m->merges[i].kept);
    }
    return who;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a == DB_NULL || (b != DB_NULL && b < a) ? b : a;
}

static struct profile profile_of(const struct model *m, int who)
{
    struct profile p = m->people[who].own;
    for (int i = 0; i < m->n; i++) { /* merges are in order of time */
        if (!m->merges[i].on || m->merges[i].kept != who)
            continue;
        struct profile q = profile_of(m, m->merges[i].gone);
        if (p.nickname[0] == 0)
            memcpy(p.nickname, q.nickname, sizeof p.nickname);
        if (p.city[0] == 0)
            memcpy(p.city, q.city, sizeof p.city);
        if (p.birth_day == DB_NULL)
            p.birth_day = q.birth_day;
        p.added_s = earlier(p.added_s, q.added_s);
        p.first_s = earlier(p.first_s, q.first_s);
        p.no_marketing = q.no_marketing > p.no_marketing ? q.no_marketing : p.no_marketing;
    }
    return p;
}

static int64_t orders_of(const struct model *m, int root)
{
    int64_t n = 0;
    for (int i = 0; i < PEOPLE; i++)
        n += root_of(m, i) == root ? m->people[i].orders : 0;
    return n;
}

/* ---- the database ---- */

static enum rc add_orders(struct model *m, struct tx *tx, struct person *p, struct err *e)
{
    enum rc rc = RC_OK;
    p->orders = (int64_t)rng_below(&m->rng, 3);
    for (int64_t k = 0; rc == RC_OK && k < p->orders; k++) {
        struct order_row o = {
            .id = tx_id(tx),
            .channel_id = 1,
            .number = arena_printf(tx_arena(tx), "%" PRId64 "-%" PRId64, p->id, k),
            .nature = ORDER_SALE,
            .state = ORDER_PAID,
            .customer_id = p->id,
            .at_s = 1000 + k,
            .paid_s = 1000 + k,
            .total_fen = 100,
            .sale_fen = 100,
            .paid_fen = 100,
        };
        bool added;
        rc = order_add(tx, &o, &added, e);
    }
    return rc == RC_OK ? customer_stats_refresh(tx, p->id, e) : rc;
}

static enum rc populate(struct tx *tx, void *arg, struct err *e)
{
    struct model *m = arg;
    enum rc rc = RC_OK;
    m->rng = rng_seed(m->seed); /* a closure may run twice */
    for (int i = 0; rc == RC_OK && i < PEOPLE; i++) {
        struct person *p = &m->people[i];
        struct profile *own = &p->own;
        memset(p, 0, sizeof *p);
        if (rng_below(&m->rng, 2) == 0)
            snprintf(own->nickname, sizeof own->nickname, "n%d", i);
        if (rng_below(&m->rng, 2) == 0)
            snprintf(own->city, sizeof own->city, "城%d", i);
        own->birth_day = rng_below(&m->rng, 3) == 0 ? 7000 + i : DB_NULL;
        own->added_s = rng_below(&m->rng, 2) == 0 ? rng_between(&m->rng, 1, 50) : DB_NULL;
        own->first_s = rng_between(&m->rng, 1, 20);
        struct customer_new c = {
            .nickname = own->nickname[0] != 0 ? str_from(own->nickname) : STR_ABSENT,
            .city = own->city[0] != 0 ? str_from(own->city) : STR_ABSENT,
            .birth_day = own->birth_day,
            .first_s = own->first_s,
            .added_s = own->added_s,
        };
        rc = customer_make(tx, m->f->keys, &c, &p->id, e);
        struct customer row;
        if (rc == RC_OK && rng_below(&m->rng, 4) == 0) {
            own->no_marketing = 1;
            rc = customer_load(tx, p->id, &row, e);
            row.no_marketing = 1;
            if (rc == RC_OK)
                rc = customer_store(tx, &row, e);
        }
        if (rc == RC_OK)
            rc = add_orders(m, tx, p, e);
    }
    return rc;
}

struct operation {
    struct model *m;
    int64_t one, other, keep;
    int64_t merge;
};

static enum rc run_merge(struct tx *tx, void *arg, struct err *e)
{
    struct operation *o = arg;
    return identity_merge(tx, o->one, o->other, o->keep, MERGE_MANUAL, 0, &o->merge, e);
}

static enum rc run_undo(struct tx *tx, void *arg, struct err *e)
{
    struct operation *o = arg;
    return identity_unmerge(tx, o->merge, 0, e);
}

/* ---- operations ---- */

static void merge_two(struct model *m)
{
    int a = (int)rng_below(&m->rng, PEOPLE);
    int b = (int)rng_below(&m->rng, PEOPLE);
    int ra = root_of(m, a);
    int rb = root_of(m, b);
    struct operation o = {.m = m, .one = m->people[a].id, .other = m->people[b].id};
    o.keep = rng_below(&m->rng, 3) == 0 ? o.one : 0;
    struct err e = ERR_INIT;
    enum rc rc = writer_run(m->f->writer, run_merge, &o, &e);
    if (ra == rb) {
        assert_int_equal(rc, RC_CONFLICT);
        return;
    }
    assert_int_equal(rc, RC_OK);
    int64_t fa = profile_of(m, ra).first_s;
    int64_t fb = profile_of(m, rb).first_s;
    bool keep_a = o.keep != 0 || fa < fb || (fa == fb && m->people[ra].id < m->people[rb].id);
    m->merges[m->n++] = (struct merged){o.merge, keep_a ? ra : rb, keep_a ? rb : ra, true};
}

static void undo_one(struct model *m)
{
    if (m->n == 0)
        return;
    struct merged *x = &m->merges[rng_below(&m->rng, (uint64_t)m->n)];
    struct operation o = {.m = m, .merge = x->id};
    struct err e = ERR_INIT;
    enum rc rc = writer_run(m->f->writer, run_undo, &o, &e);
    assert_int_equal(rc, x->on ? RC_OK : RC_CONFLICT);
    x->on = false;
}

/* ---- agreement ---- */

static int index_of(const struct model *m, int64_t id)
{
    for (int i = 0; i < PEOPLE; i++) {
        if (m->people[i].id == id)
            return i;
    }
    fail_msg("customer %" PRId64 " is nobody's", id);
    return -1;
}

static int64_t int_or_null(const struct rows *r, int column)
{
    return rows_null(r, column) ? DB_NULL : rows_int(r, column);
}

static void check_row(const struct model *m, const struct rows *r, int step)
{
    int who = index_of(m, rows_int(r, 0));
    int root = root_of(m, who);
    struct profile p = profile_of(m, who);
    bool same = rows_int(r, 1) == m->people[root].id &&
                str_eq(rows_str(r, 2), str_from(p.nickname)) &&
                str_eq(rows_str(r, 3), str_from(p.city)) && int_or_null(r, 4) == p.birth_day &&
                int_or_null(r, 5) == p.added_s && rows_int(r, 6) == p.first_s &&
                rows_int(r, 7) == p.no_marketing;
    int64_t orders = root == who ? orders_of(m, who) : 0;
    same = same && rows_int(r, 8) == orders && rows_int(r, 9) == 100 * orders;
    if (!same)
        fail_msg("seed %" PRIu64 ", step %d: person %d has root %" PRId64
                 " for %d, nickname \"" STR_FMT "\" for \"%s\", city \"" STR_FMT
                 "\" for \"%s\", orders %" PRId64 " for %" PRId64,
                 m->seed, step, who, rows_int(r, 1), root, STR_ARG(rows_str(r, 2)), p.nickname,
                 STR_ARG(rows_str(r, 3)), p.city, rows_int(r, 8), orders);
}

static void check(struct model *m, int step)
{
    struct tx *tx;
    struct rows *r;
    int n = 0;
    store_must(m->f, db_read_begin(m->f->db, &tx, &m->f->err));
    store_must(m->f, tx_query(tx, &EVERYONE, &r, &m->f->err));
    for (; rows_next(r); n++)
        check_row(m, r, step);
    store_must(m->f, rows_end(r, &m->f->err));
    db_read_end(tx);
    assert_int_equal(n, PEOPLE);
}

static void merges_agree_with_a_naive_model(void **state)
{
    struct model *m = calloc(1, sizeof *m);
    m->f = *state;
    m->seed = test_seed();
    store_write(m->f, populate, m);
    check(m, -1);
    for (int step = 0; step < OPERATIONS; step++) {
        if (rng_below(&m->rng, 5) < 3)
            merge_two(m);
        else
            undo_one(m);
        check(m, step);
    }
    for (int i = 0; i < m->n; i++) { /* the oldest first: everything in the middle of chains */
        struct operation o = {.m = m, .merge = m->merges[i].id};
        if (m->merges[i].on)
            store_write(m->f, run_undo, &o);
        m->merges[i].on = false;
    }
    check(m, OPERATIONS);
    free(m);
}

/* ---- who is this ---- */

struct question {
    struct store_fixture *f;
    const struct identity *list;
    size_t n;
    struct identity_answer out;
};

static enum rc run_resolve(struct tx *tx, void *arg, struct err *e)
{
    struct question *q = arg;
    struct customer_new fresh = CUSTOMER_NEW;
    fresh.first_s = tx_now_s(tx);
    return identity_resolve(tx, q->f->keys, q->list, q->n, &fresh, &q->out, e);
}

static struct identity_answer resolve(struct store_fixture *f, const struct identity *list,
                                      size_t n)
{
    struct question q = {.f = f, .list = list, .n = n};
    store_write(f, run_resolve, &q);
    return q.out;
}

#define WHO(f, ...)                                                                                \
    resolve((f), (const struct identity[]){__VA_ARGS__},                                           \
            sizeof((const struct identity[]){__VA_ARGS__}) / sizeof(struct identity))

static struct identity unionid(const char *v)
{
    return (struct identity){IDENTITY_UNIONID, STR(""), str_from(v)};
}
static struct identity openid(const char *v)
{
    return (struct identity){IDENTITY_OPENID, STR("app"), str_from(v)};
}
static struct identity buyer(const char *v)
{
    return (struct identity){IDENTITY_BUYER, STR("shop"), str_from(v)};
}
static struct identity phone(const char *v)
{
    return (struct identity){IDENTITY_PHONE, STR(""), str_from(v)};
}

static void a_unionid_merges_alone(void **state)
{
    struct store_fixture *f = *state;
    struct identity_answer a = WHO(f, openid("o1"));
    struct identity_answer b = WHO(f, unionid("u1"));
    assert_true(a.made && b.made && a.customer_id != b.customer_id);
    struct identity_answer both = WHO(f, unionid("u1"), openid("o1"));
    assert_int_equal(both.merges, 1);
    assert_false(both.made);
    assert_int_equal(WHO(f, openid("o1")).root_id, both.root_id);
    assert_int_equal(WHO(f, unionid("u1")).root_id, both.root_id);
    assert_int_equal(WHO(f, unionid("u1"), openid("o1")).merges, 0);
}

static void others_only_propose(void **state)
{
    struct store_fixture *f = *state;
    struct identity_answer a = WHO(f, buyer("b1"), phone("13800138000"));
    struct identity_answer b = WHO(f, buyer("b2"), phone("13800138000"));
    assert_true(b.made && b.root_id != a.root_id);
    assert_int_equal(b.proposals, 1);
    assert_int_equal(WHO(f, buyer("b2"), phone("13800138000")).proposals, 0); /* left already */
    assert_int_equal(WHO(f, phone("13800138000")).root_id, a.root_id);
    struct identity_answer c = WHO(f, buyer("b1"), openid("o9"));
    assert_int_equal(c.root_id, a.root_id);
    assert_int_equal(WHO(f, openid("o9"), buyer("b2")).proposals,
                     1); /* openid of one, buyer of the other */
}

static void two_unionids_are_two_people(void **state)
{
    struct store_fixture *f = *state;
    struct identity_answer a = WHO(f, unionid("u1"), openid("o1"));
    struct identity_answer b = WHO(f, unionid("u2"), openid("o1"));
    assert_true(b.made && b.root_id != a.root_id);
    assert_int_equal(b.merges, 0);
    assert_int_equal(b.proposals, 1);
}

static void forms_of_a_value_are_one(void **state)
{
    (void)state;
    static const struct {
        enum identity_kind kind;
        const char *in, *out;
    } rows[] = {
        {IDENTITY_PHONE, "+86 138-0013-8000", "13800138000"},
        {IDENTITY_PHONE, "8613800138000", "13800138000"},
        {IDENTITY_PHONE, "0086 13800138000", "13800138000"},
        {IDENTITY_PHONE, " 138 0013 8000 ", "13800138000"},
        {IDENTITY_PHONE, "+44 20 7946 0958", "+442079460958"},
        {IDENTITY_PHONE, "138****8000", NULL},
        {IDENTITY_PHONE, "12345", NULL},
        {IDENTITY_PHONE, "", NULL},
        {IDENTITY_BUYER, "17850.0", "17850"},
        {IDENTITY_BUYER, "17850", "17850"},
        {IDENTITY_BUYER, "v1.0", "v1.0"},
        {IDENTITY_BUYER, ".0", ".0"},
        {IDENTITY_OPENID, " oABC ", "oABC"},
        {IDENTITY_OPENID, "  ", NULL},
    };
    struct arena a;
    arena_init(&a, 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str out = STR_ABSENT;
        bool good = identity_normalise(&a, rows[i].kind, str_from(rows[i].in), &out);
        assert_int_equal(good, rows[i].out != NULL);
        if (good && !str_eq(out, str_from(rows[i].out)))
            fail_msg("\"%s\" became \"" STR_FMT "\"", rows[i].in, STR_ARG(out));
    }
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_of_a_value_are_one),
        STORE_TEST(merges_agree_with_a_naive_model, SQLITE),
        STORE_TEST(a_unionid_merges_alone, SQLITE),
        STORE_TEST(others_only_propose, SQLITE),
        STORE_TEST(two_unionids_are_two_people, SQLITE),
        STORE_TEST(merges_agree_with_a_naive_model, POSTGRES),
        STORE_TEST(a_unionid_merges_alone, POSTGRES),
        STORE_TEST(others_only_propose, POSTGRES),
        STORE_TEST(two_unionids_are_two_people, POSTGRES),
    };
    size_t n = sizeof tests / sizeof *tests;
    return _cmocka_run_group_tests("store_merge", tests, pg_fixture_skipped() ? n - 4 : n, NULL,
                                   NULL);
}
