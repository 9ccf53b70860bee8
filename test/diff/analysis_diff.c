/* analysis_diff.c — random questions of all kinds: equal answers from SQLite, PostgreSQL, the
 * mirror and the naive evaluator, member by member.
 *     analysis_diff [--count N] [--seed S] [--only PLACE] [--customers N] [--events N]
 *                   [--zone NAME] [--plain] [--verbose]
 *
 * Prints for each kind how many there were and what share of the answers said more than "nobody";
 * from ENOUGH of a kind on a share under FLOOR % is a failure. The first difference prints the
 * seed, the place of the question, the question and the differing member, and ends the program with
 * 1; --only asks that one again. KOI_SKIP_POSTGRES=1 leaves the second engine out. */
#include "analysis_naive.h"
#include "audience_engines.h"
#include "audience_forms.h"

#include "base/clock.h"
#include "base/limits.h"
#include "mirror/run.h"
#include "mirror/set.h"
#include "query/sql/audience_sql.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { FLOOR = 40, ENOUGH = 20, ANSWER_BYTES = 16 << 20, ARENA_BYTES = 256 << 20 };

enum engine { SQLITE, POSTGRES, MIRROR, ENGINES }; /* the first two by their place */

struct trial {
    uint64_t seed;
    int64_t count, only;
    size_t customers, events;
    bool verbose;
    const char *zone;
    struct world *world;
    struct question_corp corp;
    struct naive *naive;
    struct engines engines;
    int64_t asked[ANALYSIS_KINDS], full[ANALYSIS_KINDS], refused[ANALYSIS_KINDS];
    int64_t answered[ANALYSIS_KINDS][ENGINES], micro[ANALYSIS_KINDS][ENGINES];
};

/* ---- comparing ---- */

/* Prints the first line in which two answers differ, and ends the program. */
static void compare(const struct trial *run, int64_t place, const char *text, const char *who,
                    const struct buf *got, const struct buf *right)
{
    struct str x, y;
    assert(!got->failed && !right->failed);
    if (answer_lines_equal(buf_str(got), buf_str(right), &x, &y))
        return;
    fprintf(stderr, "question %" PRId64 ", %s: %.*s\n   naive: %.*s\n", place, who, (int)x.n,
            x.n > 0 ? x.p : "", (int)y.n, y.n > 0 ? y.p : "");
    diff_stop(run->seed, text, "the answers differ", NULL);
}

/* One engine's answer against the right one. The mirror may leave a question to SQL. */
static void check_engine(struct trial *run, enum engine k, int64_t place, const struct question *q,
                         const char *text, const struct buf *right)
{
    static const char *const NAMES[] = {"SQLite", "PostgreSQL", "the mirror"};
    struct err e = ERR_INIT;
    struct tx *tx;
    struct answer answer = {.rc = RC_OK};
    struct buf lines;
    buf_init(&lines, ANSWER_BYTES);
    if (db_read_begin(run->engines.db[k == MIRROR ? SQLITE : k], &tx, &e) != RC_OK)
        diff_stop(run->seed, text, "no transaction", &e);
    int64_t start = clock_mono_us();
    if (k == MIRROR)
        question_ask_mirror(run->engines.snapshot, tx, q, &answer, &e);
    else
        question_ask_sql(tx, q, &answer, &e);
    if (k != MIRROR || answer.rc != RC_BUSY) {
        run->micro[q->kind][k] += clock_mono_us() - start;
        run->answered[q->kind][k]++;
        if (answer.rc != RC_OK && answer.rc != RC_LIMIT && answer.rc != RC_INVALID)
            diff_stop(run->seed, text, NAMES[k], &e);
        answer_lines(q, &answer, &lines);
        compare(run, place, text, NAMES[k], &lines, right);
    }
    buf_done(&lines);
    db_read_end(tx);
}

static void check_one(struct trial *run, int64_t place)
{
    struct err e = ERR_INIT;
    struct arena a;
    struct tx *tx;
    struct question q;
    struct answer right;
    struct buf text, lines;
    arena_init(&a, ARENA_BYTES);
    buf_init(&text, ANSWER_BYTES);
    buf_init(&lines, ANSWER_BYTES);
    if (db_read_begin(run->engines.db[0], &tx, &e) != RC_OK)
        diff_stop(run->seed, "", "no transaction", &e);
    struct query_names names = query_names_sql(tx);
    enum rc rc = random_question(run->seed, (uint64_t)place, &run->corp, &a, &names, &q, &text, &e);
    db_read_end(tx);
    if (rc != RC_OK)
        diff_stop(run->seed, text.p, "is no question", &e);
    naive_answer(run->naive, &q, &a, &right);
    answer_lines(&q, &right, &lines);
    if (run->verbose)
        printf("%" PRId64 " %s\n%.*s", place, text.p, (int)lines.n, lines.p);
    run->asked[q.kind]++;
    run->full[q.kind] += answer_full(&q, &right);
    run->refused[q.kind] += right.rc != RC_OK;
    for (enum engine k = SQLITE; k < ENGINES; k++)
        if (k != POSTGRES || run->engines.n > 1)
            check_engine(run, k, place, &q, text.p, &lines);
    if (set_uses_avx512()) { /* the mirror once more, as most processors ask it */
        set_use_avx512(false);
        check_engine(run, MIRROR, place, &q, text.p, &lines);
        set_use_avx512(true);
    }
    buf_done(&lines);
    buf_done(&text);
    arena_done(&a);
}

/* ---- the run ---- */

/* Prints the share of full answers of each kind, and for each engine the answers and the
 * microseconds of one; whether a share is too low. */
static bool print_shares(const struct trial *run)
{
    bool low = false;
    printf(
        "kind         asked  full %% refused |  SQLite     us | PostgreSQL  us |  mirror     us\n");
    for (enum analysis_kind k = 0; k < ANALYSIS_KINDS; k++) {
        int64_t n = run->asked[k], share = n > 0 ? run->full[k] * 100 / n : 0;
        printf("%-12s %5" PRId64 " %7" PRId64 " %7" PRId64, analysis_name(k), n, share,
               run->refused[k]);
        for (enum engine i = SQLITE; i < ENGINES; i++)
            printf(" | %6" PRId64 " %7" PRId64, run->answered[k][i],
                   run->micro[k][i] / (run->answered[k][i] > 0 ? run->answered[k][i] : 1));
        printf("\n");
        low = low || (n >= ENOUGH && share < FLOOR);
    }
    return low;
}

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
        if (strcmp(argv[i], "--zone") == 0 && i + 1 < argc) {
            run->zone = argv[++i];
            continue;
        }
        if (i + 1 == argc || !str_to_i64(str_from(argv[i + 1]), &v) || v < 0) {
            fprintf(stderr,
                    "usage: %s [--count N] [--seed S] [--only PLACE] [--customers N] [--events N] "
                    "[--zone NAME] [--plain] [--verbose]\n",
                    argv[0]);
            exit(2);
        }
        if (strcmp(argv[i], "--count") == 0)
            run->count = v;
        if (strcmp(argv[i], "--seed") == 0)
            run->seed = (uint64_t)v;
        if (strcmp(argv[i], "--only") == 0)
            run->only = v;
        if (strcmp(argv[i], "--customers") == 0)
            run->customers = (size_t)v;
        if (strcmp(argv[i], "--events") == 0)
            run->events = (size_t)v;
        i++;
    }
}

/* What questions about the world are made of. */
static struct question_corp corp_of(const struct world *w)
{
    static const int64_t MODELS[] = {1, 2};
    struct sighting *events = calloc(w->n_events, sizeof *events);
    assert(events != NULL);
    for (size_t i = 0; i < w->n_events; i++)
        events[i] = (struct sighting){w->events[i].customer, w->events[i].at_s};
    return (struct question_corp){.names = &RANDOM_NAMES_OF_WORLD,
                                  .now_s = w->now_s,
                                  .period_s = w->period_s,
                                  .events = events,
                                  .n_events = w->n_events,
                                  .models = MODELS,
                                  .n_models = 2,
                                  .account_id = 1};
}

int main(int argc, char **argv)
{
    static struct trial run = {.seed = 1,
                               .count = 300,
                               .only = -1,
                               .customers = 300,
                               .events = 20000,
                               .zone = "Asia/Shanghai"};
    struct err e = ERR_INIT;
    options(&run, argc, argv);
    if (calendar_set_zone(str_from(run.zone), &e) != RC_OK)
        diff_stop(run.seed, "", "cannot begin", &e);
    run_treat_as_large(run.seed % 2 == 1);
    run.world = world_new(run.seed, run.customers, run.events);
    run.corp = corp_of(run.world);
    run.naive = naive_new(run.world);
    engines_open(&run.engines, run.seed, run.world);
    for (int64_t i = 0; i < run.count && run.only < 0; i++)
        check_one(&run, i);
    if (run.only >= 0)
        check_one(&run, run.only);
    bool low = print_shares(&run);
    printf("seed %" PRIu64 ": %" PRId64
           " questions; %d database(s), the mirror and the naive evaluator agree\n",
           run.seed, run.only >= 0 ? 1 : run.count, run.engines.n);
    engines_close(&run.engines);
    naive_free(run.naive);
    free((void *)(uintptr_t)run.corp.events);
    world_free(run.world);
    return low ? 1 : 0;
}
