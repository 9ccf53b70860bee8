/* mirror_diff.c — the mirror against SQL while a corp lives: merges and their undoing, erasures,
 * retractions, refunds, imports taken back, late events; and over a corp that exists.
 *     mirror_diff [--count N] [--tables N] [--seed S] [--only PLACE] [--customers N] [--events N]
 *                 [--threads N] [--postgres] [--data DIR] [--expression TEXT] [--verbose]
 *
 * Asks N random expressions and N tables (funnels and retentions, now and then another kind).
 * Without --threads the mirror is stepped after each handful of operations and asked in the
 * transaction that it read; the builder is one with small limits (KOI_SMALL_RUNS), so that runs
 * settle all the time and questions meet every shape; now and then it begins again from an image.
 * Such a run says the same each time; --only lives the same life and asks one question of it, or
 * with --expression another one in its place.
 *
 * With --threads the running mirror (mirror/mirror.h) follows a corp that goes on living while so
 * many threads ask. Each pins a transaction, waits for the snapshot of the same number, and asks
 * several questions of the pair while the mirror steps on behind it.
 *
 * --data is the folder of an installation on SQLite, which is only read; `koi demo` makes one.
 * The first difference prints seed, place and question and ends the program with 1; so does a run
 * of 1,000 questions or more that did not meet every shape. KOI_SKIP_POSTGRES=1 leaves --postgres
 * out. */
#include "../unit/pg_fixture.h"
#include "audience_forms.h"
#include "mirror_asking.h"
#include "mirror_life.h"

#include "base/calendar.h"
#include "base/lock.h"
#include "mirror/builder_image.h"
#include "mirror/daybook.h"
#include "mirror/mirror.h"
#include "mirror/run.h"
#include "mirror/set.h"
#include "store/feed.h"

#include <assert.h>
#include <inttypes.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_THREADS = 8,
    A_STEP = 5,         /* operations between two steps, at most; and questions of a step */
    LOOK_EACH = 16,     /* steps between two readings of names */
    DAYBOOK_EACH = 50,  /* … of all orders; in between the daybook follows, as far as it can */
    RETURN_EACH = 40,   /* steps between two beginnings from an image */
    A_PAIR = 8,         /* questions of one transaction and its snapshot */
    PACE = 2,           /* operations for each question */
    AHEAD = 20,         /* … and so many more */
    REPEATS = 3,        /* of each expression, while the mirror steps */
    WAIT_US = 1000000,  /* for a snapshot */
    SHAPES_FROM = 1000, /* questions that should have met every shape */
    SKIPPED = 77,       /* says meson */
};

struct trial {
    struct asking asking; /* all tallies in the end */
    int64_t only;
    size_t customers, events;
    int64_t threads;
    bool postgres;
    const char *data;
    int64_t all; /* questions */
    int64_t steps, rebuilt, missed;
};

static void stop(const struct trial *run, const char *what, const struct err *e)
{
    diff_stop(run->asking.seed, "", what, e);
}

static bool wanted(const struct trial *run, int64_t place)
{
    return run->only < 0 || run->only == place;
}

/* ---- step by step ---- */

static struct tx *begin(const struct trial *run, struct db *db)
{
    struct err e = ERR_INIT;
    struct tx *tx = NULL;
    if (db_read_begin(db, &tx, &e) != RC_OK)
        stop(run, "no transaction", &e);
    return tx;
}

static void read_daybook(const struct trial *run, struct daybook *l, struct tx *tx)
{
    struct err e = ERR_INIT;
    if (daybook_read(l, tx, &e) != RC_OK)
        stop(run, "no daybook", &e);
}

struct here {
    struct tx *tx;
    int64_t seq;
};

static bool of_this_log(void *ctx, int64_t seq, uint64_t fingerprint)
{
    struct here *here = ctx;
    uint64_t now = 0;
    return seq == here->seq && feed_fingerprint(here->tx, seq, &now, NULL) == RC_OK &&
           now == fingerprint;
}

/* As a program that was away: from an image of the last snapshot. The old builder stays until its
 * snapshot is gone. */
static void come_back(const struct trial *run, const char *folder, struct tx *tx,
                      struct builder **b, struct snapshot **last)
{
    struct err e = ERR_INIT;
    char path[128];
    struct here here = {tx, (*last)->seq};
    uint64_t fingerprint = 0;
    struct snapshot *loaded = NULL;
    struct builder *fresh = builder_new();
    builder_lead_to(fresh, (*last)->daybook);
    snprintf(path, sizeof path, "%s/mirror.image", folder);
    if (feed_fingerprint(tx, here.seq, &fingerprint, &e) != RC_OK ||
        image_draft_write(builder_draft(*b, *last, fingerprint), path, &e) != RC_OK ||
        !builder_load(fresh, path, of_this_log, &here, &loaded))
        stop(run, "the image is not believed", &e);
    snapshot_drop(*last);
    builder_free(*b);
    *b = fresh;
    *last = loaded;
}

/* The next snapshot in place of the last, of what the transaction sees. */
static void step(struct trial *run, struct builder *b, struct tx *tx, struct snapshot **last)
{
    struct err e = ERR_INIT;
    struct snapshot *next = NULL;
    enum rc rc =
        *last == NULL ? builder_all(b, tx, &next, &e) : builder_next(b, tx, *last, &next, &e);
    if (rc != RC_OK)
        stop(run, "no snapshot", &e);
    run->steps++;
    run->rebuilt += next != *last && builder_progress(b).to_seq == next->seq;
    snapshot_drop(*last);
    *last = next;
}

static void run_steps(struct trial *run)
{
    struct asking *x = &run->asking;
    struct life life;
    struct builder *builder = builder_new();
    struct daybook *daybook = daybook_new();
    struct snapshot *s = NULL;
    struct rng rng = rng_seed(x->seed);
    builder_lead_to(builder, daybook);
    life_begin(run->postgres ? DB_POSTGRES : DB_SQLITE, x->seed, run->customers, run->events,
               &life);
    x->now_s = LIFE_NOW_S;
    for (int64_t place = 0; place < run->all;) {
        struct tx *tx = begin(run, life.db);
        step(run, builder, tx, &s);
        if (run->steps % DAYBOOK_EACH == 1)
            read_daybook(run, daybook, tx);
        if (run->steps % LOOK_EACH == 1)
            asking_look(x, tx);
        if (run->steps % RETURN_EACH == 0)
            come_back(run, life.folder, tx, &builder, &s);
        for (int64_t end = place + A_STEP; place < end && place < run->all; place++)
            if (wanted(run, place))
                ask_place(x, tx, s, place);
        db_read_end(tx);
        for (int i = (int)rng_between(&rng, 1, A_STEP); i > 0; i--)
            life_go_on(&life);
    }
    snapshot_drop(s);
    builder_free(builder);
    daybook_stop(daybook);
    life_end(&life);
}

/* ---- while it goes on ---- */

struct together {
    struct trial *run;
    struct db *db;
    struct mirror *mirror;
    struct lock lock; /* what follows */
    struct signal asked_one;
    int64_t next; /* place of the next question */
    int64_t done, missed;
};

struct asker {
    struct together *all;
    struct asking asking;
    pthread_t thread;
};

/* The places of some questions, from the result on: how many. */
static int64_t take(struct together *t, int64_t *out_n)
{
    lock_take(&t->lock);
    int64_t place = t->next, left = t->run->all - place;
    *out_n = left < A_PAIR ? left : A_PAIR;
    t->next += *out_n;
    lock_give(&t->lock);
    return place;
}

static void tell(struct together *t, int64_t done, int64_t missed)
{
    lock_take(&t->lock);
    t->done += done;
    t->missed += missed;
    signal_one(&t->asked_one);
    lock_give(&t->lock);
}

/* A snapshot of exactly what a new transaction sees. */
static struct snapshot *pair(struct together *t, struct tx **out)
{
    for (;;) {
        struct err e = ERR_INIT;
        int64_t seq = 0;
        struct tx *tx = begin(t->run, t->db);
        if (tx_last_seq(tx, &seq, &e) != RC_OK)
            stop(t->run, "no number", &e);
        struct snapshot *s = mirror_snapshot_at(t->mirror, seq, WAIT_US);
        if (s != NULL && s->seq == seq) {
            *out = tx;
            return s;
        }
        snapshot_drop(s);
        db_read_end(tx);
        tell(t, 0, 1);
    }
}

static void *ask(void *arg)
{
    struct asker *a = arg;
    struct together *t = a->all;
    int64_t n, place;
    while (place = take(t, &n), n > 0) {
        struct tx *tx;
        struct snapshot *s = pair(t, &tx);
        asking_look(&a->asking, tx);
        for (int64_t i = place; i < place + n; i++) {
            if (wanted(t->run, i))
                ask_place(&a->asking, tx, s, i);
            tell(t, 1, 0);
        }
        snapshot_drop(s);
        db_read_end(tx);
    }
    return NULL;
}

static struct db *open_another(const struct trial *run, const char *url, int readers)
{
    struct err e = ERR_INIT;
    struct db *db = NULL;
    struct db_config config = {.url = url, .readers = readers, .read_only = true};
    if (db_open(&config, &db, &e) != RC_OK)
        stop(run, "cannot open the database once more", &e);
    return db;
}

/* Lives until all is asked, a little ahead of the questions. */
static void live(struct together *t, struct life *life)
{
    int64_t lived = 0;
    lock_take(&t->lock);
    while (t->done < t->run->all) {
        if (lived > t->done * PACE + AHEAD) {
            signal_wait(&t->asked_one, &t->lock);
            continue;
        }
        lock_give(&t->lock);
        life_go_on(life);
        lived++;
        lock_take(&t->lock);
    }
    lock_give(&t->lock);
}

static void run_together(struct trial *run)
{
    struct life life;
    life_begin(run->postgres ? DB_POSTGRES : DB_SQLITE, run->asking.seed, run->customers,
               run->events, &life);
    struct asker askers[MOST_THREADS];
    /* One reader: a first reading that is shared out has marks a moment younger than its number. */
    struct db *mirrors = open_another(run, life.url, 1);
    struct together t = {.run = run, .db = open_another(run, life.url, (int)run->threads)};
    lock_init(&t.lock, LOCK_JOB);
    signal_init(&t.asked_one);
    t.mirror = mirror_start(mirrors, life.writer, NULL, NULL);
    struct snapshot *first = NULL;
    while ((first = mirror_snapshot(t.mirror)) == NULL)
        sched_yield();
    snapshot_drop(first);
    for (int64_t i = 0; i < run->threads; i++) {
        askers[i] = (struct asker){.all = &t, .asking = run->asking};
        askers[i].asking.now_s = LIFE_NOW_S;
        askers[i].asking.repeats = REPEATS;
        askers[i].thread = thread_start("asker", ask, &askers[i]);
    }
    live(&t, &life);
    for (int64_t i = 0; i < run->threads; i++) {
        pthread_join(askers[i].thread, NULL);
        asking_add(&run->asking, &askers[i].asking);
        asking_done(&askers[i].asking);
    }
    struct mirror_status status = mirror_status(t.mirror);
    run->steps = status.steps;
    run->rebuilt = status.builds;
    run->missed = t.missed;
    mirror_stop(t.mirror);
    db_close(t.db);
    db_close(mirrors);
    signal_done(&t.asked_one);
    lock_done(&t.lock);
    life_end(&life);
}

/* ---- a corp that exists ---- */

static void run_corp(struct trial *run)
{
    struct err e = ERR_INIT;
    char path[4200];
    struct snapshot *s = NULL;
    struct builder *builder = builder_new();
    snprintf(path, sizeof path, "%s/koi.db", run->data);
    struct db *db = open_another(run, path, 1);
    struct tx *tx = begin(run, db);
    if (builder_all(builder, tx, &s, &e) != RC_OK)
        stop(run, "no snapshot", &e);
    asking_look(&run->asking, tx);
    printf("%s: %" PRId64 " customers, %" PRId64 " events\n", run->data, set_count(s->alive),
           snapshot_bytes(s).rows);
    db_read_end(tx);
    for (int64_t i = 0; i < run->all; i++) {
        tx = begin(run, db);
        if (wanted(run, i))
            ask_place(&run->asking, tx, s, i);
        db_read_end(tx);
        if (i % 100 == 99)
            fprintf(stderr, "%" PRId64 " of %" PRId64 "\n", i + 1, run->all);
    }
    snapshot_drop(s);
    builder_free(builder);
    db_close(db);
}

/* ---- the run ---- */

static void usage(const char *program)
{
    fprintf(stderr,
            "usage: %s [--count N] [--tables N] [--seed S] [--only PLACE] [--customers N]"
            " [--events N] [--threads N] [--postgres] [--data DIR] [--expression TEXT]"
            " [--verbose]\n",
            program);
    exit(2);
}

static void options(struct trial *run, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *name = argv[i], *value = i + 1 < argc ? argv[i + 1] : "";
        int64_t n = 0;
        bool number = str_to_i64(str_from(value), &n) && n >= 0;
        i++;
        if (strcmp(name, "--verbose") == 0 && i--)
            run->asking.verbose = true;
        else if (strcmp(name, "--postgres") == 0 && i--)
            run->postgres = true;
        else if (strcmp(name, "--data") == 0 && value[0] != 0)
            run->data = value;
        else if (strcmp(name, "--expression") == 0)
            run->asking.expression = value;
        else if (strcmp(name, "--count") == 0 && number)
            run->asking.expressions = n;
        else if (strcmp(name, "--tables") == 0 && number)
            run->asking.tables = n;
        else if (strcmp(name, "--seed") == 0 && number)
            run->asking.seed = (uint64_t)n;
        else if (strcmp(name, "--only") == 0 && number)
            run->only = n;
        else if (strcmp(name, "--customers") == 0 && number && n >= 100)
            run->customers = (size_t)n;
        else if (strcmp(name, "--events") == 0 && number)
            run->events = (size_t)n;
        else if (strcmp(name, "--threads") == 0 && number && n <= MOST_THREADS)
            run->threads = n;
        else
            usage(argv[0]);
    }
}

/* Whether runs settled: questions met every number of them. */
static bool shapes_met(const struct trial *run)
{
    const int64_t *runs = run->asking.runs;
    return run->data != NULL || run->only >= 0 || run->all < SHAPES_FROM ||
           (runs[1] > 0 && runs[2] > 0 && runs[3] > 0);
}

int main(int argc, char **argv)
{
    static struct trial run = {
        .asking = {.seed = 1, .expressions = 1000, .tables = 120, .repeats = 1},
        .only = -1,
        .customers = 300,
        .events = 20000};
    struct err e = ERR_INIT;
    options(&run, argc, argv);
    if (run.postgres && pg_fixture_skipped())
        return SKIPPED;
    run.all = run.asking.expressions + run.asking.tables;
    if (calendar_set_zone(STR("Asia/Shanghai"), &e) != RC_OK)
        stop(&run, "cannot begin", &e);
    set_use_avx512(run.asking.seed / 2 % 2 == 0);
    run_treat_as_large(run.data == NULL && run.asking.seed % 2 == 1);
    if (run.data != NULL)
        run_corp(&run);
    else if (run.threads > 0)
        run_together(&run);
    else
        run_steps(&run);
    bool ok = asking_print(&run.asking);
    printf("seed %" PRIu64 ", %s%s: %" PRId64 " questions, the mirror and SQL agree; %" PRId64
           " snapshots, %" PRId64 " of everything anew, %" PRId64 " missed\n",
           run.asking.seed, run.postgres ? "PostgreSQL" : "SQLite",
           run.threads > 0 ? ", together" : "", run.all, run.steps, run.rebuilt, run.missed);
    asking_done(&run.asking);
    if (!shapes_met(&run))
        fprintf(stderr, "seed %" PRIu64 ": runs never settled, or never grew\n", run.asking.seed);
    return ok && shapes_met(&run) ? 0 : 1;
}
