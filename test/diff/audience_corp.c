/* audience_corp.c — random audience expressions about a corp that exists: the sets that SQLite and
 * PostgreSQL give are equal.
 *     audience_corp --sqlite FILE --postgres URL [--count N] [--seed S] [--now SECONDS] [--verbose]
 *         [--expression TEXT]
 *
 * Both databases hold the same rows under the same ids (test/torture/audience_corp.mjs makes them)
 * and are opened for reading only. Names come from the SQLite one; now is its latest event that is
 * not in the future. Both engines are asked at the same time. The first difference prints the seed,
 * the expression and the first differing id, and ends the program with 1; so does, from 300
 * expressions on, less than 30 % of answers that are neither empty nor everyone. --expression asks
 * one alone; @ before it makes it about groups.
 */
#include "audience_forms.h"
#include "corp_names.h"

#include "base/calendar.h"
#include "base/clock.h"
#include "base/limits.h"
#include "query/sql/audience_sql.h"
#include "query/tree.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { ENGINES = 2, PERIOD_S = 90 * 86400, SHARE_FROM = 300, SHARE_LEAST = 30 };

static const struct sql LATEST = {
    .text = "SELECT max(at_s) FROM event /*scan*/ WHERE at_s <= $1", .in = "i", .out = "I"};
static const struct sql EVERYONE = {
    .text = "SELECT count(*) FROM customer /*scan*/ WHERE root_id = id AND erased_s IS NULL",
    .out = "i"};
static const struct sql EVERY_GROUP = {
    .text = "SELECT count(*) FROM chat_group /*scan*/ WHERE dismissed_s IS NULL", .out = "i"};
static const struct sql EVENTS = {.text = "SELECT count(*) FROM event /*scan*/", .out = "i"};

struct engine {
    const char *name, *url;
    struct db *db;
    int64_t customers, groups, events;
    int64_t micro, slowest;
    struct buf slow; /* the expression that took longest */
    /* one answer */
    const char *text, *wrong;
    int64_t now_s;
    int64_t *ids;
    size_t n;
    struct err e;
};

struct run {
    uint64_t seed;
    int64_t count, now_s;
    bool verbose;
    const char *expression; /* the only one to ask; NULL: random ones */
    struct engine engine[ENGINES];
    struct random_names names;
    struct arena arena; /* of the names */
    int64_t answers, nontrivial;
};

static void stop(const struct run *run, const char *text, const char *what, const struct err *e)
{
    diff_stop(run->seed, text, what, e);
}

static enum audience_subject subject_of(const char *text)
{
    return text[0] == '@' ? AUDIENCE_GROUP : AUDIENCE_CUSTOMER;
}

/* The expression behind the @ of one about groups. */
static struct str expression_of(const char *text)
{
    return str_from(text + (text[0] == '@'));
}

static void check_forms(const struct run *run, const char *text)
{
    struct err e = ERR_INIT;
    struct tx *tx;
    struct audience_expr *x;
    if (db_read_begin(run->engine[0].db, &tx, &e) != RC_OK)
        stop(run, text, "no transaction", &e);
    struct query_names names = query_names_sql(tx);
    if (audience_parse(tx_arena(tx), subject_of(text), expression_of(text), &x, &e) != RC_OK)
        stop(run, text, "does not parse", &e);
    diff_forms(run->seed, false, tx_arena(tx), x, text);
    if (audience_check(tx_arena(tx), &names, x, &e) != RC_OK)
        stop(run, text, "does not check", &e);
    diff_forms(run->seed, run->verbose, tx_arena(tx), x, text);
    db_read_end(tx);
}

/* Asks one engine; `wrong` is what failed. A thread's body. */
static void *ask(void *arg)
{
    struct engine *g = arg;
    struct tx *tx = NULL;
    const struct audience_expr *x;
    int64_t start = clock_mono_us(), most = g->customers + g->groups + 1;
    g->e = ERR_INIT;
    g->wrong = NULL;
    g->n = 0;
    if (db_read_begin(g->db, &tx, &g->e) != RC_OK) {
        g->wrong = "no transaction";
        return NULL;
    }
    struct query_names names = query_names_sql(tx);
    if (audience_read(tx_arena(tx), &names, subject_of(g->text), expression_of(g->text), &x,
                      &g->e) != RC_OK) {
        g->wrong = "does not check";
    } else {
        struct audience_question q = {.expr = x, .now_s = g->now_s, .period_s = PERIOD_S};
        if (audience_page(tx, &q, 0, most, g->ids, &g->n, &g->e) != RC_OK)
            g->wrong = "is refused";
    }
    db_read_end(tx);
    int64_t took = clock_mono_us() - start;
    g->micro += took;
    if (took > g->slowest) {
        g->slowest = took;
        buf_clear(&g->slow);
        buf_addz(&g->slow, g->text);
    }
    return NULL;
}

static void compare_sets(const struct run *run, const char *text)
{
    const struct engine *a = &run->engine[0], *b = &run->engine[1];
    if (a->n == b->n && memcmp(a->ids, b->ids, a->n * sizeof *a->ids) == 0)
        return;
    size_t i = 0;
    while (i < a->n && i < b->n && a->ids[i] == b->ids[i])
        i++;
    fprintf(stderr, "%s: %zu ids, %s: %zu; first difference %" PRId64 " against %" PRId64 "\n",
            a->name, a->n, b->name, b->n, i < a->n ? a->ids[i] : -1, i < b->n ? b->ids[i] : -1);
    stop(run, text, "the sets differ", NULL);
}

static void check_one(struct run *run, const char *text)
{
    pthread_t other;
    check_forms(run, text);
    for (int k = 0; k < ENGINES; k++)
        run->engine[k].text = text;
    if (pthread_create(&other, NULL, ask, &run->engine[1]) != 0)
        stop(run, text, "no thread", NULL);
    ask(&run->engine[0]);
    pthread_join(other, NULL);
    for (int k = 0; k < ENGINES; k++)
        if (run->engine[k].wrong != NULL) {
            fprintf(stderr, "%s:\n", run->engine[k].name);
            stop(run, text, run->engine[k].wrong, &run->engine[k].e);
        }
    compare_sets(run, text);
    const struct engine *g = &run->engine[0];
    int64_t everyone = subject_of(text) == AUDIENCE_GROUP ? g->groups : g->customers;
    run->answers++;
    run->nontrivial += g->n > 0 && (int64_t)g->n < everyone;
    if (run->answers % 100 == 0)
        fprintf(stderr, "%" PRId64 " of %" PRId64 "\n", run->answers, run->count);
}

static void run_all(struct run *run)
{
    struct buf text;
    buf_init(&text, LIMIT_EXPRESSION);
    struct rng r = rng_seed(run->seed * 7919 + 1);
    for (int64_t i = 0; i < run->count; i++) {
        bool group = rng_below(&r, 12) == 0 && run->engine[0].groups > 0;
        buf_clear(&text);
        if (group)
            buf_addc(&text, '@');
        random_audience(&r, &run->names, group ? AUDIENCE_GROUP : AUDIENCE_CUSTOMER, &text);
        if (!text.failed)
            check_one(run, text.p);
    }
    buf_done(&text);
}

/* ---- set up ---- */

static void open_engine(const struct run *run, struct engine *g)
{
    struct err e = ERR_INIT;
    struct tx *tx;
    struct db_config config = {
        .url = g->url, .readers = 1, .read_only = true, .cache_kb = 256 << 10};
    if (db_open(&config, &g->db, &e) != RC_OK || db_read_begin(g->db, &tx, &e) != RC_OK ||
        tx_int(tx, &EVERYONE, &g->customers, &e) != RC_OK ||
        tx_int(tx, &EVERY_GROUP, &g->groups, &e) != RC_OK ||
        tx_int(tx, &EVENTS, &g->events, &e) != RC_OK)
        stop(run, g->name, "cannot be opened", &e);
    db_read_end(tx);
    buf_init(&g->slow, LIMIT_EXPRESSION + 1);
    g->ids = calloc((size_t)(g->customers + g->groups) + 1, sizeof *g->ids);
    if (g->ids == NULL)
        abort();
}

static void load_names(struct run *run)
{
    struct err e = ERR_INIT;
    struct tx *tx;
    struct buf lacks;
    int64_t latest = 0;
    buf_init(&lacks, 4096);
    if (db_read_begin(run->engine[0].db, &tx, &e) != RC_OK ||
        tx_int(tx, &LATEST, &latest, &e, clock_now_s()) != RC_OK)
        stop(run, "", "no events", &e);
    if (run->now_s == 0)
        run->now_s = latest;
    if (corp_names_load(tx, &run->arena, run->now_s, &run->names, &lacks, &e) != RC_OK)
        stop(run, "", "no names", &e);
    db_read_end(tx);
    printf("now %" PRId64 "\n", run->now_s);
    if (lacks.n > 0)
        printf("left out, for the corp has none: %s\n", lacks.p);
    buf_done(&lacks);
    for (int k = 0; k < ENGINES; k++)
        run->engine[k].now_s = run->now_s;
}

static void options(struct run *run, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *name = argv[i], *value = i + 1 < argc ? argv[i + 1] : "";
        int64_t n = 0;
        bool number = str_to_i64(str_from(value), &n) && n >= 0;
        i++;
        if (strcmp(name, "--verbose") == 0 && i--)
            run->verbose = true;
        else if (strcmp(name, "--sqlite") == 0)
            run->engine[0].url = value;
        else if (strcmp(name, "--postgres") == 0)
            run->engine[1].url = value;
        else if (strcmp(name, "--expression") == 0)
            run->expression = value;
        else if (strcmp(name, "--count") == 0 && number)
            run->count = n;
        else if (strcmp(name, "--seed") == 0 && number)
            run->seed = (uint64_t)n;
        else if (strcmp(name, "--now") == 0 && number)
            run->now_s = n;
        else
            argc = 0;
    }
    if (argc == 0 || run->engine[0].url == NULL || run->engine[1].url == NULL) {
        fprintf(stderr, "usage: audience_corp --sqlite FILE --postgres URL [--count N] [--seed S]"
                        " [--now SECONDS] [--verbose] [--expression TEXT]\n");
        exit(2);
    }
}

int main(int argc, char **argv)
{
    static struct run run = {
        .seed = 1, .count = 1000, .engine = {{.name = "SQLite"}, {.name = "PostgreSQL"}}};
    const struct engine *a = &run.engine[0], *b = &run.engine[1];
    struct err e = ERR_INIT;
    options(&run, argc, argv);
    if (calendar_set_zone(STR("Asia/Shanghai"), &e) != RC_OK)
        stop(&run, "", "cannot begin", &e);
    for (int k = 0; k < ENGINES; k++)
        open_engine(&run, &run.engine[k]);
    if (a->customers != b->customers || a->groups != b->groups || a->events != b->events)
        stop(&run, "", "the databases are not of one corp", NULL);
    arena_init(&run.arena, 0);
    load_names(&run);
    if (run.expression != NULL)
        check_one(&run, run.expression);
    else
        run_all(&run);

    int64_t n = run.answers > 0 ? run.answers : 1, share = run.nontrivial * 100 / n;
    printf("seed %" PRIu64 ": %" PRId64 " expressions over %" PRId64 " customers and %" PRId64
           " events, equal sets on both engines; %" PRId64 " %% neither empty nor everyone\n",
           run.seed, run.answers, a->customers, a->events, share);
    for (const struct engine *g = a; g < a + ENGINES && run.answers > 0; g++)
        printf("%s: %" PRId64 " ms each; slowest %" PRId64 " ms: %s\n", g->name,
               g->micro / n / 1000, g->slowest / 1000, g->slow.p);
    for (int k = 0; k < ENGINES; k++) {
        db_close(run.engine[k].db);
        free(run.engine[k].ids);
        buf_done(&run.engine[k].slow);
    }
    arena_done(&run.arena);
    return run.answers >= SHARE_FROM && share < SHARE_LEAST ? 1 : 0;
}
