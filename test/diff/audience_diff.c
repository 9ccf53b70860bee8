/* audience_diff.c — random audience expressions: print ∘ parse, JSON and back, and equal sets from
 * SQLite, PostgreSQL, the mirror and the naive evaluator.
 *     audience_diff [--count N] [--seed S] [--customers N] [--events N] [--plain] [--verbose]
 *
 * Prints how often each production of the grammar came and the share of answers that are neither
 * empty nor everyone; from 10,000 expressions on, fewer than 100 of a production or less than 30 %
 * of such answers is a failure. The first disagreement prints the seed, the expression and the
 * differing ids, and ends the program with 1.
 * KOI_SKIP_POSTGRES=1 leaves the second engine out; KOI_ASK is an expression asked first. */
#include "audience_engines.h"
#include "audience_forms.h"
#include "audience_naive.h"
#include "audience_random.h"
#include "audience_world.h"

#include "base/clock.h"
#include "base/limits.h"
#include "query/mirror/ask.h"
#include "mirror/run.h"
#include "mirror/set.h"
#include "query/sql/audience_sql.h"
#include "query/word.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 100000 };

struct trial {
    uint64_t seed;
    int64_t count;
    size_t customers, events;
    bool verbose;
    struct world *world;
    struct naive *naive;
    struct engines engines;
    int64_t nontrivial, answers, micro[DIFF_ENGINES], mirror_us, mirrored;
    int64_t nodes[NODE_SAMPLE + 1], whats[WHAT_COUNT_OF], ops[OP_COUNT], windows[WINDOW_BEFORE + 1];
    int64_t past[PAST_KINDS];
    int64_t kept, filtered, items, quoted_kinds, period, hoisted;
};

static void stop(const struct trial *run, const char *text, const char *what, const struct err *e)
{
    diff_stop(run->seed, text, what, e);
}

/* ---- which productions came ---- */

static void tally_window(struct trial *run, const struct window *w)
{
    run->windows[w->kind]++;
    run->period += w->length.period;
}

static void tally_node(struct trial *run, const struct node *n, int depth)
{
    run->nodes[n->kind]++;
    run->hoisted += depth == 12;
    if (n->kind == NODE_TEST || n->kind == NODE_FLAG)
        run->whats[n->what]++;
    if (n->kind == NODE_TEST)
        run->ops[n->op]++;
    if (n->kind == NODE_TEST && n->op == OP_WITHIN)
        tally_window(run, &n->compare);
    for (size_t i = 0; i < n->n_events; i++) {
        const struct events *ev = &n->events[i];
        run->kept += ev->kept;
        run->items += str_eq(ev->kind, STR("item"));
        run->quoted_kinds += str_eq(ev->kind, STR("打卡"));
        run->filtered += ev->where != NULL;
        tally_window(run, &n->window);
        if (ev->where != NULL)
            tally_node(run, ev->where, 0);
    }
    for (size_t i = 0; i < n->n_items; i++)
        tally_node(run, n->items[i], depth + 1);
}

static int64_t print_row(const char *name, int64_t count, int64_t least)
{
    printf("  %-28s %8" PRId64 "\n", name, count);
    return count < least ? count : least;
}

/* Prints all counts; the smallest of them. */
static int64_t print_tally(const struct trial *run)
{
    static const char *const NODES[] = {"all",   "none", "and",      "or",        "not",   "as of",
                                        "test",  "flag", "tag",      "tag_group", "group", "ever",
                                        "never", "seq",  "audience", "sample"};
    static const char *const OPS[] = {"=",          "!=",      "<",       "<=",       ">",
                                      ">=",         "in (…)",  "between", "contains", "is known",
                                      "is unknown", "is none", "in team", "in window"};
    static const char *const WINDOWS[] = {"(ever)",    "last n",    "next n",    "before period",
                                          "today",     "yesterday", "this unit", "last unit",
                                          "next unit", "between",   "since",     "before"};
    int64_t least = INT64_MAX;
    for (int i = 0; i <= NODE_SAMPLE; i++)
        least = print_row(NODES[i], run->nodes[i], least);
    for (enum what w = 0; w < WHAT_COUNT_OF; w++)
        if (w != WHAT_CLV)
            least = print_row(what_row(w)->word, run->whats[w], least);
    for (int i = 0; i < OP_COUNT; i++)
        least = print_row(OPS[i], run->ops[i], least);
    for (int i = 0; i <= WINDOW_BEFORE; i++)
        least = print_row(WINDOWS[i], run->windows[i], least);
    least = print_row("order.kept", run->kept, least);
    least = print_row("where", run->filtered, least);
    least = print_row("item", run->items, least);
    least = print_row("\"kind\"", run->quoted_kinds, least);
    least = print_row("period", run->period, least);
    print_row("12 levels deep", run->hoisted, least);
    int64_t past = diff_print_past(run->past);
    return past < least ? past : least;
}

/* ---- sets ---- */

static void compare_sets(const struct trial *run, const char *text, const char *who,
                         const int64_t *a, size_t n, const int64_t *b, size_t m)
{
    if (n == m && memcmp(a, b, n * sizeof *a) == 0)
        return;
    size_t i = 0;
    while (i < n && i < m && a[i] == b[i])
        i++;
    fprintf(stderr, "%s: %zu ids, naive %zu; first difference %" PRId64 " against %" PRId64 "\n",
            who, n, m, i < n ? a[i] : -1, i < m ? b[i] : -1);
    stop(run, text, "the sets differ", NULL);
}

/* Whether account 1 may see a customer (or group): the friends (or groups) of the first staff. */
static bool in_scope(const struct world *w, bool group, int64_t id)
{
    if (group)
        return w->groups[id - 1].owner >= 1 && w->groups[id - 1].owner <= W_SCOPE_STAFF;
    return world_in_scope(w, id);
}

static void check_scope(const struct trial *run, struct tx *tx, const struct audience_question *q,
                        const char *text, const int64_t *right, size_t n)
{
    struct audience_question cut = *q;
    struct err e = ERR_INIT;
    int64_t count = -1, expected = 0;
    cut.scope_account = 1;
    for (size_t i = 0; i < n; i++)
        expected += in_scope(run->world, text[0] == '@', right[i]);
    if (audience_count(tx, &cut, &count, &e) != RC_OK || count != expected)
        stop(run, text, "an account sees others than its own", &e);
}

/* A sample is some of the set, the same ones each time; a plan can be shown. */
static void check_sample(const struct trial *run, struct tx *tx, const struct audience_question *q,
                         const char *text, const int64_t *right, size_t n)
{
    int64_t some[10], again[10];
    size_t k = 0, k2 = 0;
    struct err e = ERR_INIT;
    struct buf plan;
    buf_init(&plan, 1 << 20);
    if (audience_sample(tx, q, 10, some, &k, &e) != RC_OK ||
        audience_sample(tx, q, 10, again, &k2, &e) != RC_OK ||
        (tx_engine(tx) == DB_SQLITE &&
         (audience_explain(tx, q, &plan, &e) != RC_OK || plan.n == 0)))
        stop(run, text, "no sample or no plan", &e);
    buf_done(&plan);
    bool ok = k == (n < 10 ? n : 10) && k == k2 && memcmp(some, again, k * sizeof *some) == 0;
    for (size_t i = 0, j = 0; i < k && ok; i++) {
        while (j < n && right[j] < some[i])
            j++;
        ok = j < n && right[j] == some[i];
    }
    if (!ok)
        stop(run, text, "the sample is not of the set", NULL);
}

/* The mirror: everyone, one customer alone, and every so often the scope of an account. */
static void check_mirror(struct trial *run, struct tx *tx, const struct audience_question *q,
                         const char *text, const int64_t *right, size_t n_right)
{
    static int64_t ids[MOST];
    struct err e = ERR_INIT;
    struct mirror_answer a;
    int64_t start = clock_mono_us(), expected = 0;
    set_use_avx512(run->mirrored % 2 == 0);
    if (mirror_ask(run->engines.snapshot, tx, q, &a, &e) != RC_OK)
        stop(run, text, "the mirror refuses it", &e);
    run->mirror_us += clock_mono_us() - start;
    run->mirrored++;
    mirror_answer_ids(&a, run->engines.snapshot, ids);
    compare_sets(run, text, "the mirror", ids, (size_t)a.count, right, n_right);
    mirror_answer_free(&a);

    struct rng r = rng_seed(run->seed ^ n_right ^ strlen(text));
    int64_t one = rng_between(&r, 1, (int64_t)run->world->n_customers);
    bool in = false, listed = false;
    for (size_t i = 0; i < n_right; i++)
        listed = listed || right[i] == one;
    if (mirror_contains(run->engines.snapshot, tx, q, one, &in, &e) != RC_OK || in != listed)
        stop(run, text, "the mirror gives another answer for one customer alone", &e);
    if (rng_below(&r, 10) != 0)
        return;
    struct audience_question cut = *q;
    cut.scope_account = 1;
    for (size_t i = 0; i < n_right; i++)
        expected += in_scope(run->world, false, right[i]);
    if (mirror_ask(run->engines.snapshot, tx, &cut, &a, &e) != RC_OK || a.count != expected)
        stop(run, text, "in the mirror an account sees others than its own", &e);
    mirror_answer_free(&a);
}

static void check_engine(struct trial *run, int k, const char *text, const int64_t *right,
                         size_t n_right)
{
    static int64_t ids[MOST];
    struct err e = ERR_INIT;
    struct tx *tx;
    size_t n = 0;
    bool group = text[0] == '@';
    int64_t start = clock_mono_us(), count = 0;
    if (db_read_begin(run->engines.db[k], &tx, &e) != RC_OK)
        stop(run, text, "no transaction", &e);
    struct query_names names = query_names_sql(tx);
    const struct audience_expr *x;
    if (audience_read(tx_arena(tx), &names, group ? AUDIENCE_GROUP : AUDIENCE_CUSTOMER,
                      str_from(text + group), &x, &e) != RC_OK)
        stop(run, text, "does not check", &e);
    struct audience_question q = {
        .expr = x, .now_s = run->world->now_s, .period_s = run->world->period_s};
    if (audience_page(tx, &q, 0, MOST, ids, &n, &e) != RC_OK)
        stop(run, text, k == 0 ? "SQLite refuses it" : "PostgreSQL refuses it", &e);
    compare_sets(run, text, k == 0 ? "SQLite" : "PostgreSQL", ids, n, right, n_right);
    run->micro[k] += clock_mono_us() - start;
    if (k == 0 && !group)
        check_mirror(run, tx, &q, text, right, n_right);

    /* One customer alone, who is in it as often as not; and every so often the count. */
    struct rng r = rng_seed(run->seed ^ n ^ strlen(text));
    int64_t all = (int64_t)(group ? run->world->n_groups : run->world->n_customers);
    int64_t one = n > 0 && rng_below(&r, 2) == 0 ? ids[rng_below(&r, n)] : rng_between(&r, 1, all);
    bool in = false, listed = false;
    for (size_t i = 0; i < n; i++)
        listed = listed || ids[i] == one;
    if (audience_contains(tx, &q, one, &in, &e) != RC_OK)
        stop(run, text, "cannot be asked about one customer", &e);
    if (in != listed) {
        fprintf(stderr, "engine %d, customer %" PRId64 ": listed %d, contains says %d\n", k, one,
                listed, in);
        stop(run, text, "one customer alone gives another answer", NULL);
    }
    if (rng_below(&r, 10) == 0)
        check_scope(run, tx, &q, text, right, n_right);
    if (rng_below(&r, 20) == 0)
        check_sample(run, tx, &q, text, right, n_right);
    if (rng_below(&r, 10) == 0 &&
        (audience_count(tx, &q, &count, &e) != RC_OK || count != (int64_t)n))
        stop(run, text, "the count differs", &e);
    db_read_end(tx);
}

/* One expression through everything. `text` begins with @ for a group expression. */
static void check_one(struct trial *run, const char *text)
{
    static int64_t right[MOST];
    struct err e = ERR_INIT;
    struct tx *tx;
    bool group = text[0] == '@';
    if (db_read_begin(run->engines.db[0], &tx, &e) != RC_OK)
        stop(run, text, "no transaction", &e);
    struct query_names names = query_names_sql(tx);
    struct audience_expr *x;
    if (audience_parse(tx_arena(tx), group ? AUDIENCE_GROUP : AUDIENCE_CUSTOMER,
                       str_from(text + group), &x, &e) != RC_OK)
        stop(run, text, "does not parse", &e);
    diff_forms(run->seed, run->verbose, tx_arena(tx), x, text);
    if (audience_check(tx_arena(tx), &names, x, &e) != RC_OK)
        stop(run, text, "does not check", &e);
    diff_forms(run->seed, run->verbose, tx_arena(tx), x, text);
    tally_node(run, x->root, 0);
    diff_count_past(x, run->past);
    size_t n = naive_ids(run->naive, x, right);
    db_read_end(tx);

    size_t everyone = 0;
    for (size_t i = 0; i < run->world->n_customers; i++)
        everyone +=
            run->world->customers[i].root == (int64_t)i + 1 && !run->world->customers[i].erased;
    for (size_t i = 0; group && i < run->world->n_groups; i++)
        everyone = i == 0 ? run->world->groups[0].dismissed_s == 0
                          : everyone + (run->world->groups[i].dismissed_s == 0);
    run->answers++;
    run->nontrivial += n > 0 && n < everyone;
    for (int k = 0; k < run->engines.n; k++)
        check_engine(run, k, text, right, n);
}

/* ---- set up ---- */

static void options(struct trial *run, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        int64_t v = 0;
        if (strcmp(argv[i], "--verbose") == 0) {
            run->verbose = true;
            continue;
        }
        if (strcmp(argv[i], "--plain") == 0) { /* as on a processor without AVX2 */
            set_use_avx2(false);
            continue;
        }
        if (i + 1 == argc || !str_to_i64(str_from(argv[i + 1]), &v) || v < 0) {
            fprintf(stderr,
                    "usage: %s [--count N] [--seed S] [--customers N] [--events N] [--plain] "
                    "[--verbose]\n",
                    argv[0]);
            exit(2);
        }
        if (strcmp(argv[i], "--count") == 0)
            run->count = v;
        if (strcmp(argv[i], "--seed") == 0)
            run->seed = (uint64_t)v;
        if (strcmp(argv[i], "--customers") == 0)
            run->customers = (size_t)v;
        if (strcmp(argv[i], "--events") == 0)
            run->events = (size_t)v;
        i++;
    }
}

static void run_all(struct trial *run)
{
    struct buf text;
    buf_init(&text, LIMIT_EXPRESSION);
    struct rng r = rng_seed(run->seed * 7919 + 1);
    for (int64_t i = 0; i < run->count; i++) {
        bool group = rng_below(&r, 12) == 0;
        buf_clear(&text);
        if (group)
            buf_addc(&text, '@');
        random_audience(&r, &RANDOM_NAMES_OF_WORLD, group ? AUDIENCE_GROUP : AUDIENCE_CUSTOMER,
                        &text);
        if (!text.failed)
            check_one(run, text.p);
    }
    buf_done(&text);
}

int main(int argc, char **argv)
{
    static struct trial run = {.seed = 1, .count = 300, .customers = 300, .events = 20000};
    struct err e = ERR_INIT;
    options(&run, argc, argv);
    if (calendar_set_zone(STR("Asia/Shanghai"), &e) != RC_OK)
        stop(&run, "", "cannot begin", &e);
    run_treat_as_large(run.seed % 2 == 1);
    run.world = world_new(run.seed, run.customers, run.events);
    run.naive = naive_new(run.world);
    engines_open(&run.engines, run.seed, run.world);

    if (getenv("KOI_ASK") != NULL)
        check_one(&run, getenv("KOI_ASK"));
    run_all(&run);
    int64_t least = print_tally(&run);
    int64_t share = run.nontrivial * 100 / (run.answers > 0 ? run.answers : 1);
    printf("seed %" PRIu64 ": %" PRId64
           " expressions, %d engine(s) and the naive evaluator agree; %" PRId64
           " %% neither empty nor everyone; rarest production %" PRId64 " times; SQLite %" PRId64
           " us, PostgreSQL %" PRId64 " us, mirror %" PRId64 " us each\n",
           run.seed, run.answers, run.engines.n, share, least, run.micro[0] / (run.answers + 1),
           run.micro[1] / (run.answers + 1), run.mirror_us / (run.mirrored + 1));
    engines_close(&run.engines);
    naive_free(run.naive);
    world_free(run.world);
    return run.count >= 10000 && (least < 100 || share < 30) ? 1 : 0;
}
