/* mirror_asking.c — see mirror_asking.h. A question depends on seed, place and the corp alone, so
 * that --only asks it again. */
#include "mirror_asking.h"

#include "audience_forms.h"
#include "base/clock.h"
#include "base/limits.h"
#include "query/mirror/ask.h"
#include "query/sql/audience_sql.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    ANSWER_BYTES = 16 << 20,
    ANY_KIND = 6, /* one table of so many */
    ENOUGH = 300, /* questions, from which a share says something */
    NONTRIVIAL_LEAST = 30,
    FULL_LEAST = 30, /* per cent */
    BACK_S = 200 * 86400,
};

/* ---- expressions ---- */

static void *more(void *at, size_t n, size_t size)
{
    void *p = realloc(at, (n + 1) * size);
    assert(p != NULL);
    return p;
}

/* Room for everyone, and for one who should not be there. */
static void make_room(struct asking *x, const struct snapshot *s)
{
    size_t need = (size_t)s->customers + 1;
    if (need <= x->ids_room)
        return;
    for (int k = 0; k < 2; k++)
        x->ids[k] = more(x->ids[k], need, sizeof(int64_t));
    x->ids_room = need;
}

static void compare_sets(const struct asking *x, const char *text, size_t n, size_t right)
{
    const int64_t *a = x->ids[1], *b = x->ids[0];
    if (n == right && memcmp(a, b, n * sizeof *a) == 0)
        return;
    size_t i = 0;
    while (i < n && i < right && a[i] == b[i])
        i++;
    fprintf(stderr,
            "the mirror: %zu ids, SQL %zu; first difference %" PRId64 " against %" PRId64 "\n", n,
            right, i < n ? a[i] : -1, i < right ? b[i] : -1);
    diff_stop(x->seed, text, "the sets differ", NULL);
}

/* Whether the mirror says of one customer alone what it says of all. */
static void check_one_customer(const struct asking *x, const struct snapshot *s, struct tx *tx,
                               const struct audience_question *q, const char *text, size_t n,
                               struct rng *r)
{
    struct err e = ERR_INIT;
    bool in, listed = false;
    int64_t id = codes_id(s->dictionaries->customers, 1 + (uint32_t)rng_below(r, s->customers));
    if (n > 0 && rng_below(r, 2) == 0)
        id = x->ids[0][rng_below(r, n)];
    for (size_t i = 0; i < n; i++)
        listed = listed || x->ids[0][i] == id;
    if (mirror_contains(s, tx, q, id, &in, &e) == RC_OK && in == listed)
        return;
    fprintf(stderr, "customer %" PRId64 ", listed %d\n", id, listed);
    diff_stop(x->seed, text, "the mirror says otherwise of one customer alone", &e);
}

static void ask_expression(struct asking *x, struct tx *tx, const struct snapshot *s, struct rng *r,
                           const char *text, const char *label)
{
    struct err e = ERR_INIT;
    const struct audience_expr *expr;
    struct query_names names = query_names_sql(tx);
    size_t right = 0;
    if (audience_read(tx_arena(tx), &names, AUDIENCE_CUSTOMER, str_from(text), &expr, &e) != RC_OK)
        diff_stop(x->seed, text, "does not check", &e);
    struct audience_question q = {
        .expr = expr, .now_s = x->now_s, .period_s = x->corp.corp.period_s};
    if (rng_below(r, 4) == 0)
        q.now_s -= (int64_t)rng_below(r, BACK_S);
    if (rng_below(r, 10) == 0)
        q.scope_account = x->corp.corp.account_id;
    int64_t begin_us = clock_mono_us();
    if (audience_page(tx, &q, 0, (int64_t)x->ids_room, x->ids[0], &right, &e) != RC_OK)
        diff_stop(x->seed, label, "SQL refuses it", &e);
    int64_t between_us = clock_mono_us();
    x->sql_us += between_us - begin_us;
    for (int i = 0; i < x->repeats; i++) {
        struct mirror_answer a;
        if (mirror_ask(s, tx, &q, &a, &e) != RC_OK)
            diff_stop(x->seed, label, "the mirror refuses it", &e);
        mirror_answer_ids(&a, s, x->ids[1]);
        compare_sets(x, label, (size_t)a.count, right);
        mirror_answer_free(&a);
    }
    x->mirror_us += (clock_mono_us() - between_us) / x->repeats;
    check_one_customer(x, s, tx, &q, label, right, r);
    x->asked++;
    bool some = right > 0 && (int64_t)right < set_count(s->alive);
    x->nontrivial += some;
    if (some)
        diff_count_past(expr, x->past);
}

static void random_expression(struct asking *x, struct tx *tx, const struct snapshot *s,
                              int64_t place)
{
    struct rng r = rng_seed(x->seed * 1000003 + (uint64_t)place);
    struct buf text, label;
    buf_init(&text, LIMIT_EXPRESSION);
    buf_init(&label, LIMIT_EXPRESSION + 100);
    if (x->expression != NULL)
        buf_addz(&text, x->expression);
    else
        random_audience(&r, &x->corp.names, AUDIENCE_CUSTOMER, &text);
    buf_addf(&label, "question %" PRId64 " of %" PRId64 ": %s", place, s->seq, text.p);
    if (x->verbose)
        printf("%s\n", label.p);
    if (!text.failed)
        ask_expression(x, tx, s, &r, text.p, label.p);
    buf_done(&label);
    buf_done(&text);
}

/* ---- tables ---- */

static void ask_table(struct asking *x, struct tx *tx, const struct snapshot *s,
                      const struct question *q, const char *text)
{
    struct err e = ERR_INIT;
    struct answer right = {.rc = RC_OK}, got = {.rc = RC_OK};
    struct buf lines[2];
    struct str a, b;
    for (int k = 0; k < 2; k++)
        buf_init(&lines[k], ANSWER_BYTES);
    question_ask_mirror(s, tx, q, &got, &e);
    x->left_to_sql[q->kind] += got.rc == RC_BUSY;
    if (got.rc != RC_BUSY) {
        question_ask_sql(tx, q, &right, &e);
        if (right.rc != RC_OK && right.rc != RC_LIMIT && right.rc != RC_INVALID)
            diff_stop(x->seed, text, "SQL refuses it", &e);
        answer_lines(q, &right, &lines[0]);
        answer_lines(q, &got, &lines[1]);
        assert(!lines[0].failed && !lines[1].failed);
        x->full[q->kind] += answer_full(q, &right);
    }
    if (got.rc != RC_BUSY && !answer_lines_equal(buf_str(&lines[1]), buf_str(&lines[0]), &a, &b)) {
        fprintf(stderr, "the mirror: " STR_FMT "\n       SQL: " STR_FMT "\n", STR_ARG(a),
                STR_ARG(b));
        diff_stop(x->seed, text, "the answers differ", &e);
    }
    for (int k = 0; k < 2; k++)
        buf_done(&lines[k]);
}

static void random_table(struct asking *x, struct tx *tx, const struct snapshot *s, int64_t place,
                         int64_t table)
{
    struct err e = ERR_INIT;
    struct query_names names = query_names_sql(tx);
    struct question_corp corp = x->corp.corp;
    struct question q;
    struct buf text;
    buf_init(&text, ANSWER_BYTES);
    buf_addf(&text, "question %" PRId64 " of %" PRId64 ": ", place, s->seq);
    corp.names = &x->corp.names;
    corp.now_s = x->now_s;
    corp.steps_only = table % ANY_KIND != ANY_KIND - 1;
    if (random_question(x->seed, (uint64_t)place, &corp, tx_arena(tx), &names, &q, &text, &e) !=
        RC_OK)
        diff_stop(x->seed, text.p, "is no question", &e);
    if (x->verbose)
        printf("%s\n", text.p);
    x->kinds[q.kind]++;
    ask_table(x, tx, s, &q, text.p);
    buf_done(&text);
}

/* ---- all of them ---- */

void ask_place(struct asking *x, struct tx *tx, const struct snapshot *s, int64_t place)
{
    int64_t all = x->expressions + x->tables;
    int64_t table = place * x->tables / all;
    assert(place >= 0 && place < all);
    make_room(x, s);
    x->runs[s->chunks[0]->n_runs]++;
    if ((place + 1) * x->tables / all > table)
        random_table(x, tx, s, place, table);
    else
        random_expression(x, tx, s, place);
}

void asking_look(struct asking *x, struct tx *tx)
{
    struct err e = ERR_INIT;
    struct buf lacks;
    buf_init(&lacks, 4096);
    if (x->corp.corp.events != NULL)
        asked_corp_done(&x->corp);
    if (asked_corp_load(tx, x->now_s, &x->corp, &lacks, &e) != RC_OK)
        diff_stop(x->seed, "", "no names", &e);
    x->now_s = x->corp.corp.now_s;
    if (x->verbose && lacks.n > 0)
        printf("left out, for the corp has none: %s\n", lacks.p);
    buf_done(&lacks);
}

void asking_add(struct asking *x, const struct asking *other)
{
    x->asked += other->asked;
    x->nontrivial += other->nontrivial;
    for (int k = 0; k < PAST_KINDS; k++)
        x->past[k] += other->past[k];
    x->sql_us += other->sql_us;
    x->mirror_us += other->mirror_us;
    for (int k = 0; k < ANALYSIS_KINDS; k++) {
        x->kinds[k] += other->kinds[k];
        x->full[k] += other->full[k];
        x->left_to_sql[k] += other->left_to_sql[k];
    }
    for (int k = 0; k <= CHUNK_RUNS; k++)
        x->runs[k] += other->runs[k];
}

bool asking_print(const struct asking *x)
{
    int64_t n = x->asked > 0 ? x->asked : 1, tables = 0, full = 0;
    printf("%" PRId64 " expressions, %" PRId64 " %% neither empty nor everyone; SQL %" PRId64
           " us, mirror %" PRId64 " us each\n",
           x->asked, x->nontrivial * 100 / n, x->sql_us / n, x->mirror_us / n);
    for (enum analysis_kind k = 0; k < ANALYSIS_KINDS; k++) {
        printf("%s%s %" PRId64 " (%" PRId64 " full, %" PRId64 " left to SQL)", k > 0 ? ", " : "",
               analysis_name(k), x->kinds[k], x->full[k], x->left_to_sql[k]);
        tables += x->kinds[k];
        full += x->full[k];
    }
    printf("\nruns in the first chunk:");
    for (int k = 1; k <= CHUNK_RUNS; k++)
        printf("%s %d in %" PRId64 " questions", k > 1 ? "," : "", k, x->runs[k]);
    printf("\n");
    int64_t past = diff_print_past(x->past);
    return (x->asked < ENOUGH || past > 0) &&
           (x->asked < ENOUGH || x->nontrivial * 100 >= NONTRIVIAL_LEAST * x->asked) &&
           (tables < ENOUGH || full * 100 >= FULL_LEAST * tables);
}

void asking_done(struct asking *x)
{
    if (x->corp.corp.events != NULL)
        asked_corp_done(&x->corp);
    free(x->ids[0]);
    free(x->ids[1]);
}
