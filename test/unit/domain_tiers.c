/* domain_tiers.c — tier runs and RFM fits against naive answers, on both engines.
 *
 * A seeded corp of 600 customers orders, writes and refers; some are merged, unmerged, erased. The
 * naive tier of a customer asks audience_contains() of each tier in order. KOI_SEED changes the
 * corp.
 */
#include "job_stub.h"

#include "base/clock.h"
#include "base/rng.h"
#include "domain/expression.h"
#include "domain/merging.h"
#include "domain/rfm.h"
#include "domain/tiering.h"
#include "pg_fixture.h"
#include "query/sql/audience_sql.h"
#include "store/audience.h"
#include "store/customer.h"
#include "store/erasure.h"
#include "store/event.h"
#include "store/order.h"
#include "store/rfm.h"

#include <stdlib.h>

enum { CUSTOMERS = 600, DAY = 86400 };

struct corp {
    struct rng rng;
    int64_t now_s;
    int64_t ids[CUSTOMERS];
    int64_t model_id;
    int64_t merges[40];
    size_t merges_n;
    int orders;
    size_t from; /* the next customer of a closure */
};

/* ---- making the corp ---- */

static enum rc make_customers(struct tx *tx, void *arg, struct err *e)
{
    struct corp *c = ((void **)arg)[0];
    const struct keyring *keys = ((void **)arg)[1];
    struct customer_new fresh = CUSTOMER_NEW;
    fresh.nickname = STR("客");
    enum rc rc = RC_OK;
    for (size_t i = c->from; rc == RC_OK && i < c->from + 300; i++) {
        fresh.first_s = c->now_s - 400 * DAY + (int64_t)i;
        rc = customer_make(tx, keys, &fresh, &c->ids[i], e);
    }
    return rc;
}

static enum rc order(struct tx *tx, struct corp *c, int64_t customer_id, int64_t at_s, int64_t fen,
                     struct err *e)
{
    struct order_row row = {
        .id = tx_id(tx),
        .channel_id = 3,
        .number = arena_printf(tx_arena(tx), "N%d", ++c->orders),
        .state = ORDER_PAID,
        .customer_id = customer_id,
        .at_s = at_s,
        .paid_s = at_s,
        .total_fen = fen,
        .sale_fen = fen,
        .paid_fen = fen,
    };
    struct event ev = {.customer_id = customer_id,
                       .at_s = at_s,
                       .kind = EVENT_ORDER,
                       .object_kind = OBJECT_ORDER,
                       .object_id = row.id,
                       .amount_fen = fen,
                       .has_amount = true};
    bool added = false;
    enum rc rc = order_add(tx, &row, &added, e);
    return rc == RC_OK ? event_add(tx, &ev, e) : rc;
}

/* A third buy (one to three times), a third write, a tenth refer. */
static enum rc live(struct tx *tx, void *arg, struct err *e)
{
    struct corp *c = arg;
    struct rng rng = rng_seed(rng_u64(&c->rng)); /* a closure may run twice */
    enum rc rc = RC_OK;
    for (int i = 0; rc == RC_OK && i < 250; i++) {
        int64_t who = c->ids[rng_below(&rng, CUSTOMERS)];
        int64_t at_s = c->now_s - rng_between(&rng, 0, 200 * DAY);
        uint64_t what = rng_below(&rng, 10);
        struct event ev = {.customer_id = who, .at_s = at_s};
        ev.kind = what < 8 ? EVENT_MESSAGE : EVENT_REFERRAL_CONVERT;
        rc = what < 5 ? order(tx, c, who, at_s, 1000 * rng_between(&rng, 1, 9), e)
                      : event_add(tx, &ev, e);
    }
    return rc;
}

static enum rc merge_some(struct tx *tx, void *arg, struct err *e)
{
    struct corp *c = arg;
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < 20; i++) {
        size_t a = c->from + 2 * i;
        rc = identity_merge(tx, c->ids[a], c->ids[a + 1], 0, MERGE_MANUAL, 0, &c->merges[i], e);
    }
    c->merges_n = 20;
    return rc;
}

static enum rc unmerge_half(struct tx *tx, void *arg, struct err *e)
{
    struct corp *c = arg;
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < c->merges_n; i += 2)
        rc = identity_unmerge(tx, c->merges[i], 0, e);
    return rc;
}

static enum rc erase_some(struct tx *tx, void *arg, struct err *e)
{
    struct corp *c = arg;
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < 10; i++)
        rc = erasure_run(tx, c->ids[c->from + i], e);
    return rc;
}

static enum rc add_value_model(struct tx *tx, void *arg, struct err *e)
{
    struct corp *c = arg;
    return tiering_add_template(tx, &tier_templates[0], false, &c->model_id, e);
}

static void change_at(struct store_fixture *f, struct corp *c, size_t from,
                      enum rc (*run)(struct tx *tx, void *arg, struct err *e))
{
    c->from = from;
    store_write(f, run, c);
}

static void corp_begin(struct store_fixture *f, struct corp *c)
{
    const char *seed = getenv("KOI_SEED");
    *c = (struct corp){.rng = rng_seed(seed != NULL ? strtoull(seed, NULL, 10) : 20261121),
                       .now_s = clock_now_s()};
    void *both[] = {c, f->keys};
    for (c->from = 0; c->from < CUSTOMERS; c->from += 300)
        store_write(f, make_customers, both);
    for (int i = 0; i < 6; i++)
        store_write(f, live, c);
    store_write(f, add_value_model, c);
}

/* ---- naive answers ---- */

static const struct sql COUNT_MEMBERS = {"SELECT count(*) FROM customer_tier WHERE model_id = $1",
                                         .in = "i", .out = "i"};
static const struct sql MEMBER = {
    "SELECT tier_id FROM customer_tier WHERE model_id = $1 AND customer_id = $2", .in = "ii",
    .out = "i"};
static const struct sql BADLY_IN = {
    "SELECT count(*) FROM customer_tier t JOIN customer c ON c.id = t.customer_id"
    " WHERE t.model_id = $1 AND (c.root_id <> c.id OR c.erased_s IS NOT NULL)",
    .in = "i", .out = "i"};
static const struct sql COUNT_MOVES = {
    "SELECT count(*) FROM tier_move m JOIN tier_run r ON r.id = m.run_id WHERE r.model_id = $1",
    .in = "i", .out = "i"};
static const struct sql COUNT_EVENTS = {"SELECT count(*) FROM event WHERE kind = 9 /*scan*/",
                                        .out = "i"};
static const struct sql COUNT_CHANGES = {
    "SELECT count(*) FROM change WHERE table_name = 'customer_tier' /*scan*/", .out = "i"};
static const struct sql LAST_NOW = {"SELECT at_s FROM tier_run WHERE id = (SELECT max(id)"
                                    " FROM tier_run WHERE model_id = $1)",
                                    .in = "i", .out = "i"};

/* The tier by asking about this one customer; 0 for none. */
static int64_t naive_tier(struct store_fixture *f, struct tx *tx, const struct tier_model *m,
                          struct audience_question *questions, int64_t id)
{
    for (size_t k = 0; k < m->tiers_n; k++) {
        bool in = false;
        store_must(f, audience_contains(tx, &questions[k], id, &in, &f->err));
        if (in)
            return m->tiers[k].id;
    }
    return 0;
}

/* Every customer has the naive tier, nobody else has one, and the model's sizes say the same. */
static void check_tiers(struct store_fixture *f, const struct corp *c)
{
    struct tx *tx;
    struct tier_model m;
    store_must(f, db_read_begin(f->db, &tx, &f->err));
    store_must(f, tier_model_load(tx, c->model_id, 0, &m, &f->err));
    struct audience_question *q = ARENA_ARRAY(tx_arena(tx), struct audience_question, m.tiers_n);
    int64_t now_s, members = 0, stored, *sizes = ARENA_ARRAY(tx_arena(tx), int64_t, m.tiers_n);
    store_must(f, tx_int(tx, &LAST_NOW, &now_s, &f->err, c->model_id));
    for (size_t k = 0; k < m.tiers_n; k++) {
        q[k] = (struct audience_question){.now_s = now_s, .period_s = m.period_s};
        store_must(
            f, expression_read(tx, AUDIENCE_CUSTOMER, m.tiers[k].expression, &q[k].expr, &f->err));
    }
    for (size_t i = 0; i < CUSTOMERS; i++) {
        int64_t tier = 0, naive = naive_tier(f, tx, &m, q, c->ids[i]);
        enum rc rc = tx_int(tx, &MEMBER, &tier, &f->err, c->model_id, c->ids[i]);
        assert_true(rc == RC_OK || rc == RC_NOT_FOUND);
        if (tier != naive)
            fail_msg("customer %zu is in tier %lld, naively %lld", i, (long long)tier,
                     (long long)naive);
        members += naive != 0;
        for (size_t k = 0; k < m.tiers_n; k++)
            sizes[k] += naive == m.tiers[k].id;
    }
    store_must(f, tx_int(tx, &COUNT_MEMBERS, &stored, &f->err, c->model_id));
    assert_int_equal(stored, members);
    assert_int_equal(m.run_customers, members);
    for (size_t k = 0; k < m.tiers_n; k++)
        assert_int_equal(m.tiers[k].customers, sizes[k]);
    db_read_end(tx);
}

static int64_t count(struct store_fixture *f, const struct sql *q, int64_t model_id)
{
    struct tx *tx;
    int64_t n = -1;
    store_must(f, db_read_begin(f->db, &tx, &f->err));
    store_must(f,
               q->in == NULL ? tx_int(tx, q, &n, &f->err) : tx_int(tx, q, &n, &f->err, model_id));
    db_read_end(tx);
    return n;
}

static struct stub_job tier_job(const struct corp *c)
{
    struct stub_job job = {.kind = &job_kind_tier};
    snprintf(job.detail, sizeof job.detail, "{\"model_id\":\"%lld\"}", (long long)c->model_id);
    return job;
}

/* ---- runs ---- */

/* Each move is one event and one change, whatever was killed. */
static void check_books(struct store_fixture *f, const struct corp *c)
{
    int64_t moves = count(f, &COUNT_MOVES, c->model_id);
    assert_int_equal(count(f, &COUNT_EVENTS, 0), moves);
    assert_int_equal(count(f, &COUNT_CHANGES, 0), moves);
}

static void a_run_is_the_naive_answer(void **state)
{
    struct store_fixture *f = *state;
    static struct corp c;
    corp_begin(f, &c);
    change_at(f, &c, 100, merge_some);
    change_at(f, &c, 200, erase_some);

    struct stub_job first = tier_job(&c), again = tier_job(&c), later = tier_job(&c);
    stub_run(f, &first, -1);
    check_tiers(f, &c);
    assert_true(stub_result(&first, "moved") > 390);
    stub_run(f, &again, -1);
    assert_int_equal(stub_result(&again, "moved"), 0);
    assert_int_equal(stub_result(&again, "customers"), stub_result(&first, "customers"));

    store_write(f, unmerge_half, &c);
    change_at(f, &c, 300, merge_some);
    change_at(f, &c, 400, erase_some);
    store_write(f, live, &c);
    stub_run(f, &later, -1);
    check_tiers(f, &c);
    assert_true(stub_result(&later, "moved") > 0);
    check_books(f, &c);
}

static void a_killed_run_ends_the_same(void **state)
{
    struct store_fixture *f = *state;
    static struct corp c;
    corp_begin(f, &c);
    struct stub_job job = tier_job(&c);
    stub_run(f, &job, 0); /* killed behind its first checkpoint */
    stub_run(f, &job, 1); /* after one closure */
    assert_false(job.finished);
    assert_true(job.done > 0);
    stub_run(f, &job, -1);
    assert_true(job.finished && job.steps >= 2);
    check_tiers(f, &c);
    check_books(f, &c);
    assert_int_equal(stub_result(&job, "moved"), count(f, &COUNT_MOVES, c.model_id));
    assert_int_equal(stub_result(&job, "moved"), job.done);
}

/* What happened to those it had moved is the next run's business. */
static void a_killed_run_bears_changes(void **state)
{
    struct store_fixture *f = *state;
    static struct corp c;
    corp_begin(f, &c);
    struct stub_job job = tier_job(&c), next = tier_job(&c);
    stub_run(f, &job, 1);
    change_at(f, &c, 0, merge_some);
    change_at(f, &c, 60, erase_some);
    change_at(f, &c, 550, erase_some);
    stub_run(f, &job, -1);
    check_books(f, &c);
    stub_run(f, &next, -1);
    check_tiers(f, &c);
    check_books(f, &c);
}

/* What happens while the run is between reading and writing. */
static void merge_and_erase(struct store_fixture *f, void *arg)
{
    struct corp *c = arg;
    change_at(f, c, 0, merge_some);
    change_at(f, c, 500, erase_some);
}

static void nobody_gone_gets_a_tier(void **state)
{
    struct store_fixture *f = *state;
    static struct corp c;
    corp_begin(f, &c);
    struct stub_job job = tier_job(&c);
    stub_run_between(f, &job, -1, merge_and_erase, &c);
    assert_int_equal(count(f, &BADLY_IN, c.model_id), 0);
    check_books(f, &c);
}

static void an_old_run_gives_way(void **state)
{
    struct store_fixture *f = *state;
    static struct corp c;
    corp_begin(f, &c);
    struct stub_job old = tier_job(&c), new = tier_job(&c);
    stub_run(f, &old, 1);
    store_write(f, live, &c);
    stub_run(f, &new, -1);
    int64_t moves = count(f, &COUNT_MOVES, c.model_id);
    stub_run(f, &old, -1);
    assert_true(old.finished);
    assert_non_null(strstr(old.result, "superseded"));
    assert_int_equal(count(f, &COUNT_MOVES, c.model_id), moves);
    check_tiers(f, &c);
}

static int64_t sum_of_sizes(struct store_fixture *f, const struct corp *c)
{
    struct tx *tx;
    struct tier_model m;
    int64_t sum = 0;
    store_must(f, db_read_begin(f->db, &tx, &f->err));
    store_must(f, tier_model_load(tx, c->model_id, 0, &m, &f->err));
    for (size_t k = 0; k < m.tiers_n; k++)
        sum += m.tiers[k].customers;
    db_read_end(tx);
    return sum;
}

/* Sizes tell roots only, even before the next run; an undone merge is as if it had not been. */
static void a_merge_leaves_the_size_at_once(void **state)
{
    struct store_fixture *f = *state;
    static struct corp c;
    corp_begin(f, &c);
    struct stub_job job = tier_job(&c);
    stub_run(f, &job, -1);
    int64_t before = sum_of_sizes(f, &c);
    change_at(f, &c, 0, merge_some);
    int64_t merged = count(f, &BADLY_IN, c.model_id);
    assert_true(merged > 5);
    assert_int_equal(sum_of_sizes(f, &c), before - merged);
    store_write(f, unmerge_half, &c);
    assert_int_equal(sum_of_sizes(f, &c), before - count(f, &BADLY_IN, c.model_id));
}

/* ---- history ---- */

static int64_t net_flow(const struct tier_flow *flows, size_t n, int64_t tier_id)
{
    int64_t net = 0;
    for (size_t i = 0; i < n; i++) {
        assert_true(flows[i].from_tier_id != flows[i].to_tier_id && flows[i].customers > 0);
        net += flows[i].to_tier_id == tier_id ? flows[i].customers : 0;
        net -= flows[i].from_tier_id == tier_id ? flows[i].customers : 0;
    }
    return net;
}

static int64_t level_of(const struct tier_level *levels, size_t n, int64_t at_s, int64_t tier_id)
{
    for (size_t i = 0; i < n; i++)
        if (levels[i].at_s == at_s && levels[i].tier_id == tier_id)
            return levels[i].customers;
    fail_msg("no size of tier %lld at %lld", (long long)tier_id, (long long)at_s);
    return -1;
}

/* From any run to any later one, what flowed in and out is the difference of the sizes. */
static void flows_add_up(void **state)
{
    struct store_fixture *f = *state;
    static struct corp c;
    enum { RUNS = 4 };
    int64_t at_s[RUNS];
    corp_begin(f, &c);
    for (int i = 0; i < RUNS; i++) {
        clock_set_us((c.now_s + i * DAY) * INT64_C(1000000));
        struct stub_job job = tier_job(&c);
        stub_run(f, &job, -1);
        at_s[i] = count(f, &LAST_NOW, c.model_id);
        if (i == 1)
            change_at(f, &c, 40, merge_some);
        if (i == 2)
            store_write(f, unmerge_half, &c);
        store_write(f, live, &c);
    }
    clock_set_us(0);
    struct tx *tx;
    struct tier_model m;
    struct tier_level *levels;
    size_t levels_n, flows_n;
    store_must(f, db_read_begin(f->db, &tx, &f->err));
    store_must(f, tier_model_load(tx, c.model_id, 0, &m, &f->err));
    store_must(
        f, tier_levels(tx, c.model_id, at_s[0] - 1, at_s[RUNS - 1], &levels, &levels_n, &f->err));
    assert_int_equal(levels_n, RUNS * m.tiers_n);
    for (int from = 0; from < RUNS; from++)
        for (int to = from + 1; to < RUNS; to++) {
            struct tier_flow *flows;
            store_must(
                f, tier_flows(tx, c.model_id, at_s[from], at_s[to], 0, &flows, &flows_n, &f->err));
            assert_true(flows_n > 0);
            for (size_t k = 0; k < m.tiers_n; k++)
                assert_int_equal(net_flow(flows, flows_n, m.tiers[k].id),
                                 level_of(levels, levels_n, at_s[to], m.tiers[k].id) -
                                     level_of(levels, levels_n, at_s[from], m.tiers[k].id));
        }
    db_read_end(tx);
}

/* ---- models ---- */

static struct str sentence(struct arena *a, const struct audience_expr *x, enum language language)
{
    struct buf b;
    buf_init(&b, 8000);
    audience_say(x, language, &b);
    struct str s = arena_str(a, buf_str(&b));
    buf_done(&b);
    return s;
}

static enum rc add_all_templates(struct tx *tx, void *arg, struct err *e)
{
    int64_t id;
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < tier_templates_n; i++)
        rc = tiering_add_template(tx, &tier_templates[i], *(bool *)arg, &id, e);
    return rc;
}

/* Every expression that ships is canonical, can be read, and says something in both languages. */
static void templates_are_well_formed(void **state)
{
    struct store_fixture *f = *state;
    struct tx *tx;
    store_must(f, db_read_begin(f->db, &tx, &f->err));
    struct arena *a = tx_arena(tx);
    assert_int_equal(tier_templates_n, 4);
    for (size_t i = 0; i < tier_templates_n; i++)
        for (size_t k = 0; k < 9 && tier_templates[i].tiers[k].zh != NULL; k++) {
            const struct tier_template_row *row = &tier_templates[i].tiers[k];
            struct str text = str_from(row->expression), once, twice;
            const struct audience_expr *x;
            store_must(f, expression_canonical(tx, NAME_TIER_MODEL, 0, AUDIENCE_CUSTOMER, text,
                                               &once, &f->err));
            store_must(f, expression_canonical(tx, NAME_TIER_MODEL, 0, AUDIENCE_CUSTOMER, once,
                                               &twice, &f->err));
            assert_true(str_eq(once, twice));
            store_must(f, expression_read(tx, AUDIENCE_CUSTOMER, once, &x, &f->err));
            struct str zh = sentence(a, x, LANGUAGE_ZH), en = sentence(a, x, LANGUAGE_EN);
            if (getenv("KOI_SHOW") != NULL)
                print_message(STR_FMT "\n    " STR_FMT "\n    " STR_FMT "\n", STR_ARG(once),
                              STR_ARG(zh), STR_ARG(en));
            assert_true(str_ends(zh, STR("的客户")));
            assert_true(str_starts(en, STR("customers")));
            assert_true(str_find(zh, STR("“")) < 0); /* a kind without a word of its own */
        }
    db_read_end(tx);
    bool english = false;
    store_write(f, add_all_templates, &english);
    english = true;
    store_write(f, add_all_templates, &english);
    assert_int_equal(writer_run(f->writer, add_all_templates, &english, &f->err), RC_CONFLICT);
}

static enum rc refer_to_itself(struct tx *tx, void *arg, struct err *e)
{
    struct tier_model m;
    enum rc rc = tier_model_only(tx, *(int64_t *)arg, &m, e);
    if (rc != RC_OK)
        return rc;
    m.tiers[1].expression = STR("tier(\"价值分层\") = \"核心用户\"");
    return tiering_check(tx, &m, e);
}

static void a_model_cannot_ask_for_itself(void **state)
{
    struct store_fixture *f = *state;
    static struct corp c;
    store_write(f, add_value_model, &c);
    assert_int_equal(writer_run(f->writer, refer_to_itself, &c.model_id, &f->err), RC_INVALID);
    assert_string_equal(f->err.field, "tiers[1].expression");
}

static enum rc keep_two_tiers(struct tx *tx, void *arg, struct err *e)
{
    struct tier_model m;
    enum rc rc = tier_model_only(tx, *(int64_t *)arg, &m, e);
    if (rc != RC_OK)
        return rc;
    struct tier_row two[] = {
        m.tiers[4], {.name = STR("其他"), .expression = STR("all"), .color = STR("#000000")}};
    m.tiers = two;
    m.tiers_n = 2;
    return tier_model_change(tx, &m, e);
}

static void removed_tiers_empty_with_the_next_run(void **state)
{
    struct store_fixture *f = *state;
    static struct corp c;
    corp_begin(f, &c);
    struct stub_job before = tier_job(&c), after = tier_job(&c);
    stub_run(f, &before, -1);
    store_write(f, keep_two_tiers, &c.model_id);
    stub_run(f, &after, -1);
    check_tiers(f, &c);
    assert_int_equal(stub_result(&after, "customers"), CUSTOMERS);
}

/* ---- sizes of audiences ---- */

static enum rc add_audiences(struct tx *tx, void *arg, struct err *e)
{
    static const char *const TEXTS[] = {"count(order) >= 1", "tag(\"没有\")", "all"};
    int64_t *ids = arg;
    enum rc rc = RC_OK;
    for (int i = 0; rc == RC_OK && i < 3; i++) {
        ids[i] = tx_id(tx);
        struct audience_row row = {.id = ids[i],
                                   .name = str_from(TEXTS[i]),
                                   .subject = STR("customer"),
                                   .expression = str_from(TEXTS[i]),
                                   .live = i != 2};
        rc = audience_add(tx, &row, e);
    }
    return rc;
}

static void live_audiences_are_counted(void **state)
{
    struct store_fixture *f = *state;
    static struct corp c;
    int64_t ids[3];
    corp_begin(f, &c);
    store_write(f, add_audiences, ids);
    struct stub_job job = {.kind = &job_kind_audience_size, .detail = "{}"};
    stub_run(f, &job, 1);
    stub_run(f, &job, -1);
    assert_int_equal(stub_result(&job, "stale") + stub_result(&job, "counted"),
                     1); /* of this run */
    struct tx *tx;
    struct audience_row rows[3];
    store_must(f, db_read_begin(f->db, &tx, &f->err));
    for (int i = 0; i < 3; i++)
        store_must(f, audience_load(tx, ids[i], &rows[i], &f->err));
    int64_t buyers;
    store_must(f,
               expression_count(NULL, tx, AUDIENCE_CUSTOMER, rows[0].expression, &buyers, &f->err));
    db_read_end(tx);
    assert_true(buyers > 0);
    assert_int_equal(rows[0].size, buyers);
    assert_true(rows[1].size == DB_NULL && rows[2].size == DB_NULL);
}

/* ---- RFM ---- */

/* Rank by counting, so that nothing is shared with the sorted way: the cut at q is the smallest
 * value that at least q of all values do not exceed. */
static int naive_score(const int64_t *values, size_t n, int64_t value)
{
    int score = 1;
    for (size_t fifth = 1; fifth <= 4; fifth++) {
        int64_t cut = INT64_MAX;
        for (size_t i = 0; i < n; i++) {
            size_t not_above = 0;
            for (size_t k = 0; k < n; k++)
                not_above += values[k] <= values[i];
            if (5 * not_above >= fifth * n && values[i] < cut)
                cut = values[i];
        }
        score += cut < value;
    }
    return score;
}

static void quintiles_are_the_naive_ones(void **state)
{
    (void)state;
    struct rng rng = rng_seed(7);
    for (int round = 0; round < 400; round++) {
        size_t n = 1 + rng_below(&rng, round < 100 ? 6 : 60);
        uint64_t spread = 1 + rng_below(&rng, 12); /* small: many ties */
        int64_t values[60], sorted[60], cuts[4];
        for (size_t i = 0; i < n; i++)
            sorted[i] = values[i] = (int64_t)rng_below(&rng, spread) - 3;
        rfm_quintiles(sorted, n, cuts);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(rfm_score_of(cuts, values[i]), naive_score(values, n, values[i]));
    }
}

struct scores {
    struct rfm_buyer buyers[CUSTOMERS];
    struct rfm_score scores[CUSTOMERS];
    size_t buyers_n, scores_n;
};

static void keep_buyer(void *to, const struct rfm_buyer *b)
{
    struct scores *s = to;
    s->buyers[s->buyers_n++] = *b;
}

static void keep_score(void *to, const struct rfm_score *score)
{
    struct scores *s = to;
    s->scores[s->scores_n++] = *score;
}

static void check_scores(struct store_fixture *f, int64_t now_s, int64_t period_s)
{
    static struct scores s;
    int64_t values[3][CUSTOMERS];
    struct tx *tx;
    s.buyers_n = s.scores_n = 0;
    store_must(f, db_read_begin(f->db, &tx, &f->err));
    store_must(f, rfm_buyers(tx, now_s - period_s, now_s, keep_buyer, &s, &f->err));
    store_must(f, rfm_scores(tx, keep_score, &s, &f->err));
    db_read_end(tx);
    assert_true(s.buyers_n > 40);
    assert_int_equal(s.scores_n, s.buyers_n);
    for (size_t i = 0; i < s.buyers_n; i++) {
        values[0][i] = s.buyers[i].last_s;
        values[1][i] = s.buyers[i].orders;
        values[2][i] = s.buyers[i].amount_fen;
    }
    for (size_t i = 0; i < s.buyers_n; i++) {
        assert_int_equal(s.scores[i].customer_id, s.buyers[i].customer_id);
        assert_int_equal(s.scores[i].r, naive_score(values[0], s.buyers_n, values[0][i]));
        assert_int_equal(s.scores[i].f, naive_score(values[1], s.buyers_n, values[1][i]));
        assert_int_equal(s.scores[i].m, naive_score(values[2], s.buyers_n, values[2][i]));
    }
}

static const struct sql FIT_NOW = {"SELECT max(at_s) FROM score_fit WHERE kind = 'rfm'",
                                   .out = "i"};
static const struct sql FITS = {"SELECT count(*) FROM score_fit /*scan*/", .out = "i"};

static struct stub_job rfm_job(int days)
{
    struct stub_job job = {.kind = &job_kind_rfm};
    snprintf(job.detail, sizeof job.detail, "{\"period_s\":%d}", days * DAY);
    return job;
}

static void scores_are_the_naive_ones(void **state)
{
    struct store_fixture *f = *state;
    static struct corp c;
    corp_begin(f, &c);
    change_at(f, &c, 100, merge_some);
    struct stub_job first = rfm_job(120), again = rfm_job(120), shorter = rfm_job(30);
    stub_run(f, &first, -1);
    check_scores(f, count(f, &FIT_NOW, 0), 120 * DAY);
    stub_run(f, &again, -1);
    check_scores(f, count(f, &FIT_NOW, 0), 120 * DAY);
    assert_true(stub_result(&again, "changed") < 20); /* orders that left the period meanwhile */
    change_at(f, &c, 200, erase_some);
    store_write(f, unmerge_half, &c);
    stub_run(f, &shorter, -1);
    check_scores(f, count(f, &FIT_NOW, 0), 30 * DAY);
}

static void a_killed_fit_goes_on(void **state)
{
    struct store_fixture *f = *state;
    static struct corp c;
    corp_begin(f, &c);
    struct stub_job job = rfm_job(120);
    stub_run(f, &job, 0);
    char cursor[sizeof job.cursor];
    snprintf(cursor, sizeof cursor, "%s", job.cursor);
    stub_run(f, &job, -1);
    assert_true(job.finished);
    assert_string_equal(job.cursor, cursor); /* the same fit, now and cut points */
    assert_int_equal(count(f, &FITS, 0), 1);
    check_scores(f, count(f, &FIT_NOW, 0), 120 * DAY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quintiles_are_the_naive_ones),
        STORE_TESTS(templates_are_well_formed),
        STORE_TESTS(a_model_cannot_ask_for_itself),
        STORE_TESTS(a_run_is_the_naive_answer),
        STORE_TESTS(a_killed_run_ends_the_same),
        STORE_TESTS(a_killed_run_bears_changes),
        STORE_TESTS(nobody_gone_gets_a_tier),
        STORE_TESTS(an_old_run_gives_way),
        STORE_TESTS(a_merge_leaves_the_size_at_once),
        STORE_TESTS(flows_add_up),
        STORE_TESTS(removed_tiers_empty_with_the_next_run),
        STORE_TESTS(live_audiences_are_counted),
        STORE_TESTS(scores_are_the_naive_ones),
        STORE_TESTS(a_killed_fit_goes_on),
    };
    if (pg_fixture_skipped())
        cmocka_set_test_filter("*SQLite");
    return _cmocka_run_group_tests("domain_tiers", tests, sizeof tests / sizeof *tests, NULL, NULL);
}
