/* merger.c — one thread, a list of what is to do and a list of what is done, under one lock.
 *
 * What is under way is known to the giver alone and needs no lock.
 */
#include "mirror/merger.h"

#include "base/lock.h"
#include "base/must.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* What of a chunk is under way. */
struct under_way {
    const struct run *newest; /* NULL: nothing */
    uint64_t rows;
};

struct merger {
    struct under_way *chunks; /* the giver's */
    size_t n_chunks;
    int bases;  /* the giver's: merges with first runs */
    bool begun; /* the giver's: there is a thread */
    pthread_t thread;
    struct lock lock; /* what follows */
    struct signal wake, changed;
    struct merging *todo; /* those with first runs last, since they take long */
    struct merging *done;
    int made; /* in `done` */
    bool merging, resting, stopping;
};

struct merger *merger_new(void)
{
    struct merger *m = must(calloc(1, sizeof *m));
    lock_init(&m->lock, LOCK_LEAF);
    signal_init(&m->wake);
    signal_init(&m->changed);
    return m;
}

void merging_free(struct merging *g)
{
    if (g == NULL)
        return;
    for (size_t i = 0; i < g->n; i++)
        run_drop(g->runs[i]);
    run_drop(g->one);
    free(g);
}

static void free_list(struct merging *g)
{
    while (g != NULL) {
        struct merging *next = g->next;
        merging_free(g);
        g = next;
    }
}

void merger_free(struct merger *m)
{
    if (m == NULL)
        return;
    lock_take(&m->lock);
    m->stopping = true;
    signal_one(&m->wake);
    lock_give(&m->lock);
    if (m->begun)
        pthread_join(m->thread, NULL);
    free_list(m->todo);
    free_list(m->done);
    signal_done(&m->wake);
    signal_done(&m->changed);
    lock_done(&m->lock);
    free(m->chunks);
    free(m);
}

/* ---- the thread ---- */

static bool can_work(const struct merger *m)
{
    return m->todo != NULL && m->made < MERGER_MADE && !m->resting;
}

/* The next to do, off the list; NULL when the merger ends. */
static struct merging *next(struct merger *m)
{
    while (!m->stopping && !can_work(m))
        signal_wait(&m->wake, &m->lock);
    if (m->stopping)
        return NULL;
    struct merging *g = m->todo;
    m->todo = g->next;
    m->merging = true;
    return g;
}

static void *work(void *arg)
{
    struct merger *m = arg;
    thread_stand_back();
    lock_take(&m->lock);
    for (struct merging *g; (g = next(m)) != NULL;) {
        lock_give(&m->lock);
        g->one = g->n == 1 ? run_copy(g->runs[0])
                           : run_merge((const struct run *const *)g->runs, g->n, g->base);
        lock_take(&m->lock);
        g->next = m->done;
        m->done = g;
        m->made++;
        m->merging = false;
        signal_all(&m->changed);
    }
    lock_give(&m->lock);
    return NULL;
}

/* ---- the giver ---- */

static void set_under_way(struct merger *m, uint32_t chunk, struct under_way is)
{
    if (chunk >= m->n_chunks) {
        size_t n = chunk + 1;
        m->chunks = must(realloc(m->chunks, n * sizeof *m->chunks));
        memset(m->chunks + m->n_chunks, 0, (n - m->n_chunks) * sizeof *m->chunks);
        m->n_chunks = n;
    }
    m->chunks[chunk] = is;
}

const struct run *merger_newest(const struct merger *m, uint32_t chunk)
{
    return chunk < m->n_chunks ? m->chunks[chunk].newest : NULL;
}

uint64_t merger_rows(const struct merger *m, uint32_t chunk)
{
    return chunk < m->n_chunks ? m->chunks[chunk].rows : 0;
}

void merger_give(struct merger *m, uint32_t chunk, struct run *const *runs, size_t n, bool base)
{
    assert(n >= 1 && n <= CHUNK_RUNS && merger_newest(m, chunk) == NULL);
    struct merging *g = must(calloc(1, sizeof *g));
    g->chunk = chunk;
    g->base = base;
    struct under_way is = {.newest = runs[n - 1]};
    for (; g->n < n; g->n++) {
        g->runs[g->n] = run_hold(runs[g->n]);
        is.rows += runs[g->n]->n;
    }
    set_under_way(m, chunk, is);
    m->bases += base;
    lock_take(&m->lock);
    struct merging **at = &m->todo;
    while (*at != NULL && (base || !(*at)->base))
        at = &(*at)->next;
    g->next = *at;
    *at = g;
    signal_one(&m->wake);
    lock_give(&m->lock);
    if (!m->begun)
        m->thread = thread_start("koi-merger", work, m);
    m->begun = true;
}

int merger_bases(const struct merger *m)
{
    return m->bases;
}

bool merger_has(struct merger *m)
{
    lock_take(&m->lock);
    bool has = m->done != NULL;
    lock_give(&m->lock);
    return has;
}

struct merging *merger_take(struct merger *m)
{
    lock_take(&m->lock);
    struct merging *g = m->done;
    if (g != NULL) {
        m->done = g->next;
        m->made--;
        signal_one(&m->wake);
    }
    lock_give(&m->lock);
    if (g != NULL) {
        set_under_way(m, g->chunk, (struct under_way){0});
        m->bases -= g->base;
    }
    return g;
}

void merger_rest(struct merger *m, bool yes)
{
    lock_take(&m->lock);
    m->resting = yes;
    signal_one(&m->wake);
    lock_give(&m->lock);
}

void merger_wait(struct merger *m)
{
    lock_take(&m->lock);
    while (m->merging || can_work(m))
        signal_wait(&m->changed, &m->lock);
    lock_give(&m->lock);
}
