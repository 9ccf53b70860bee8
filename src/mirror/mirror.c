/* mirror.c — the thread, and how snapshots change hands.
 *
 * A reader writes the snapshot it means to take into a slot of its own and looks again whether it
 * is still the current one; only then does it count itself in. The thread, having put a new one in
 * its place, waits for slots that name the old one (some nanoseconds) before it lets go of it. So a
 * reader never touches what may be freed, and nobody takes a lock.
 */
#include "mirror/mirror.h"

#include "base/clock.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/must.h"
#include "mirror/builder_image.h"
#include "store/feed.h"

#include <inttypes.h>
#include <malloc.h>
#include <sched.h>
#include <string.h>

enum {
    SLOTS = 64,
    LOOK_AGAIN_US = 1000000,
    PACE_LEAST_US = 40000, /* from the beginning of a step to that of one nobody waits for: … */
    PACE_MOST_US = 100000, /* … twice as long as it took, within these */
};

struct slot {
    _Alignas(64) _Atomic(struct snapshot *) wants;
};

struct mirror {
    struct db *db;
    struct writer *writer;
    struct builder *builder;
    pthread_t thread;
    _Atomic(struct snapshot *) current;
    struct slot slots[SLOTS];
    struct lock lock; /* what follows */
    struct signal wake, renewed;
    bool stopping, wanted;
    /* Commits: the last, and the last that is not late. When the oldest late one came that no step
     * has begun to read, and that the step under way reads (0: none); when the next step for late
     * ones may begin. */
    int64_t last_seq, prompt_seq;
    int64_t late_us, reading_us, rested_us;
    int64_t trimmed; /* steps, when the heaps were last trimmed */
    struct mirror_status status;
    /* The image: its path, "": none; the thread that writes it, and when it last began and how
     * long it took. */
    char image[4096];
    pthread_t image_thread;
    bool image_begun; /* image_thread is to be joined */
    atomic_bool image_busy;
    int64_t image_began_us;
    _Atomic int64_t image_took_us;
};

/* ---- readers ---- */

struct snapshot *mirror_snapshot(struct mirror *m)
{
    if (m == NULL)
        return NULL;
    for (uint32_t i = 0;; i++) {
        struct slot *slot = &m->slots[i % SLOTS];
        struct snapshot *now = atomic_load(&m->current);
        struct snapshot *none = NULL;
        if (now == NULL)
            return NULL;
        if (!atomic_compare_exchange_strong(&slot->wants, &none, now))
            continue;
        bool still = atomic_load(&m->current) == now;
        if (still)
            snapshot_hold(now);
        atomic_store(&slot->wants, NULL);
        if (still)
            return now;
    }
}

struct snapshot *mirror_snapshot_at(struct mirror *m, int64_t seq, int64_t wait_us)
{
    struct snapshot *s = mirror_snapshot(m);
    if (s == NULL || s->seq >= seq)
        return s;
    int64_t until_us = clock_mono_us() + wait_us;
    lock_take(&m->lock);
    for (int64_t left = wait_us; s != NULL && s->seq < seq && left > 0;
         left = until_us - clock_mono_us()) {
        m->wanted = true;
        signal_one(&m->wake);
        snapshot_drop(s);
        signal_wait_for(&m->renewed, &m->lock, left);
        s = mirror_snapshot(m);
    }
    lock_give(&m->lock);
    return s;
}

/* Whether a snapshot lacks nothing up to `seq` but what was written late, and that for less than
 * `most_us`. */
static bool lacks_late_only(struct mirror *m, const struct snapshot *s, int64_t seq,
                            int64_t most_us)
{
    lock_take(&m->lock);
    int64_t since_us = m->reading_us != 0 ? m->reading_us : m->late_us;
    bool only = s->seq >= m->prompt_seq && seq <= m->last_seq;
    lock_give(&m->lock);
    return only && since_us != 0 && clock_mono_us() - since_us < most_us &&
           db_engine_of(m->db) == DB_SQLITE;
}

struct snapshot *mirror_snapshot_for(struct mirror *m, int64_t seq, int64_t wait_us)
{
    struct snapshot *s = mirror_snapshot(m);
    if (s == NULL || s->seq >= seq || lacks_late_only(m, s, seq, MIRROR_LATE_US))
        return s;
    snapshot_drop(s);
    s = mirror_snapshot_at(m, seq, wait_us);
    if (s == NULL || s->seq >= seq || lacks_late_only(m, s, seq, INT64_MAX))
        return s;
    snapshot_drop(s);
    return NULL;
}

struct mirror_status mirror_status(struct mirror *m)
{
    lock_take(&m->lock);
    struct mirror_status status = m->status;
    lock_give(&m->lock);
    struct builder_progress progress = builder_progress(m->builder);
    status.at_seq = progress.at_seq;
    status.to_seq = progress.to_seq;
    status.rows_anew = progress.rows_anew;
    struct snapshot *s = mirror_snapshot(m);
    if (s != NULL) {
        status.seq = s->seq;
        status.customers = set_count(s->alive);
        status.bytes = snapshot_bytes(s);
        status.rows = status.bytes.rows;
        for (uint32_t i = 0; i < s->n_chunks; i++)
            if (s->chunks[i]->n_runs > status.runs_most)
                status.runs_most = s->chunks[i]->n_runs;
        snapshot_drop(s);
    }
    return status;
}

/* ---- the thread ---- */

/* Puts a snapshot (or none) in the place of the current one. */
static void publish(struct mirror *m, struct snapshot *fresh)
{
    struct snapshot *old = atomic_exchange(&m->current, fresh);
    for (int i = 0; i < SLOTS; i++)
        while (old != NULL && atomic_load(&m->slots[i].wants) == old)
            sched_yield();
    snapshot_drop(old);
    lock_take(&m->lock);
    signal_all(&m->renewed);
    lock_give(&m->lock);
}

static void note(struct mirror *m, bool built, int64_t took_us, enum rc rc, const struct err *e)
{
    lock_take(&m->lock);
    struct mirror_status *s = &m->status;
    if (rc != RC_OK) {
        s->state = rc == RC_LIMIT ? MIRROR_FAILED : MIRROR_BUILDING;
        snprintf(s->trouble, sizeof s->trouble, "%s", e->code);
    } else {
        s->state = MIRROR_READY;
        s->trouble[0] = 0;
        *(built ? &s->builds : &s->steps) += 1;
        *(built ? &s->build_us : &s->step_us) = took_us;
    }
    lock_give(&m->lock);
    if (rc != RC_OK)
        log_line(LOG_ERROR, "mirror", "\"code\":\"%s\"", e->code);
    else if (built)
        log_line(LOG_INFO, "mirror_built", "\"took_us\":%" PRId64, took_us);
}

/* ---- the image ---- */

enum { IMAGE_TAIL = 500000 /* rows: a second's reading */, IMAGE_REST = 20 /* × its writing */ };

struct image_work {
    struct mirror *m;
    struct image_draft *draft;
    int64_t seq;
};

static void write_image(struct mirror *m, struct image_draft *draft, int64_t seq)
{
    struct err e = ERR_INIT;
    int64_t began_us = clock_mono_us();
    enum rc rc = image_draft_write(draft, m->image, &e);
    atomic_store(&m->image_took_us, clock_mono_us() - began_us);
    if (rc != RC_OK) {
        log_line(LOG_ERROR, "mirror_image", "\"code\":\"%s\"", e.code);
        return;
    }
    lock_take(&m->lock);
    m->status.image_seq = seq;
    lock_give(&m->lock);
}

static void *image_run(void *arg)
{
    struct image_work *work = arg;
    thread_stand_back();
    write_image(work->m, work->draft, work->seq);
    atomic_store(&work->m->image_busy, false);
    free(work);
    return NULL;
}

/* What is to be written of the current snapshot; NULL when the database says no. */
static struct image_draft *draft(struct mirror *m, const struct snapshot *s)
{
    struct err e = ERR_INIT;
    struct tx *tx = NULL;
    uint64_t fingerprint = 0;
    enum rc rc = db_read_begin(m->db, &tx, &e);
    if (rc == RC_OK)
        rc = feed_fingerprint(tx, s->seq, &fingerprint, &e);
    db_read_end(tx);
    return rc == RC_OK ? builder_draft(m->builder, s, fingerprint) : NULL;
}

/* On the mirror's thread, after a step: has the image written when its tail has grown long. */
static void renew_image(struct mirror *m)
{
    struct snapshot *s = atomic_load(&m->current);
    int64_t now_us = clock_mono_us();
    bool rested = now_us - m->image_began_us > IMAGE_REST * atomic_load(&m->image_took_us);
    if (m->image[0] == 0 || s == NULL || s->seq < m->status.image_seq + IMAGE_TAIL || !rested ||
        atomic_load(&m->image_busy))
        return;
    struct image_draft *d = draft(m, s);
    if (d == NULL)
        return;
    if (m->image_begun)
        pthread_join(m->image_thread, NULL);
    struct image_work *work = must(malloc(sizeof *work));
    *work = (struct image_work){m, d, s->seq};
    m->image_began_us = now_us;
    atomic_store(&m->image_busy, true);
    m->image_thread = thread_start("koi-image", image_run, work);
    m->image_begun = true;
}

/* When the thread has ended. */
static void leave_image(struct mirror *m)
{
    struct snapshot *s = atomic_load(&m->current);
    if (m->image_begun)
        pthread_join(m->image_thread, NULL);
    if (m->image[0] == 0 || s == NULL || s->seq == m->status.image_seq)
        return;
    struct image_draft *d = draft(m, s);
    if (d != NULL)
        write_image(m, d, s->seq);
}

/* Begins from the image, if it is to be believed. */
static void load_image(struct mirror *m)
{
    struct tx *tx = NULL;
    struct snapshot *s = NULL;
    int64_t began_us = clock_mono_us();
    if (m->image[0] == 0 || db_read_begin(m->db, &tx, NULL) != RC_OK)
        return;
    bool ok = builder_load(m->builder, m->image, feed_is_of, tx, &s);
    db_read_end(tx);
    if (!ok)
        return;
    publish(m, s);
    lock_take(&m->lock);
    m->status.loaded = true;
    m->status.image_seq = s->seq;
    m->status.build_us = clock_mono_us() - began_us;
    m->status.state = MIRROR_READY;
    lock_give(&m->lock);
    log_line(LOG_INFO, "mirror_loaded", "\"took_us\":%" PRId64, m->status.build_us);
}

/* The next snapshot, or the first. */
static enum rc step(struct mirror *m)
{
    struct err e = ERR_INIT;
    struct tx *tx = NULL;
    struct snapshot *last = atomic_load(&m->current), *fresh = NULL;
    int64_t began_us = clock_mono_us();
    enum rc rc = db_read_begin(m->db, &tx, &e);
    if (rc == RC_OK)
        rc = last == NULL ? builder_all(m->builder, tx, &fresh, &e)
                          : builder_next(m->builder, tx, last, &fresh, &e);
    db_read_end(tx);
    if (rc == RC_OK && fresh == last) {
        snapshot_drop(fresh); /* nothing was written */
        return RC_OK;
    }
    publish(m, fresh); /* of what failed nobody knows how stale it is: rather none */
    note(m, last == NULL, clock_mono_us() - began_us, rc, &e);
    return rc;
}

/* Many steps leave holes in the heaps, since what they make is of every size and lives as long as
 * somebody asks: the holes go back to the system when a second has passed in quiet, or after many
 * steps. */
static void give_back(struct mirror *m, bool quiet)
{
    enum { MANY = 1000 };
    if (m->status.steps == m->trimmed || (!quiet && m->status.steps < m->trimmed + MANY))
        return;
    m->trimmed = m->status.steps;
    lock_give(&m->lock);
    malloc_trim(0);
    lock_take(&m->lock);
}

/* Until there is something to do. The caller holds the lock. */
static void wait_for_commits(struct mirror *m, bool failed)
{
    int64_t again_us = clock_mono_us() + LOOK_AGAIN_US;
    while (!m->stopping && m->status.state == MIRROR_FAILED)
        signal_wait(&m->wake, &m->lock);
    while (!m->stopping && (!m->wanted || failed)) {
        bool late = m->late_us != 0 && !failed && m->rested_us < again_us;
        int64_t left_us = (late ? m->rested_us : again_us) - clock_mono_us();
        if (left_us <= 0) {
            give_back(m, !late);
            break;
        }
        signal_wait_for(&m->wake, &m->lock, left_us);
    }
    give_back(m, false);
}

static void *run(void *arg)
{
    struct mirror *m = arg;
    load_image(m);
    lock_take(&m->lock);
    while (!m->stopping) {
        m->wanted = false;
        m->reading_us = m->late_us;
        m->late_us = 0;
        lock_give(&m->lock);
        int64_t began_us = clock_mono_us();
        bool failed = step(m) != RC_OK;
        int64_t pace_us = 2 * (clock_mono_us() - began_us);
        renew_image(m);
        lock_take(&m->lock);
        m->reading_us = 0;
        m->rested_us = began_us + (pace_us < PACE_LEAST_US  ? PACE_LEAST_US
                                   : pace_us > PACE_MOST_US ? PACE_MOST_US
                                                            : pace_us);
        wait_for_commits(m, failed);
    }
    lock_give(&m->lock);
    return NULL;
}

static void on_commit(void *ctx, int64_t last_seq, bool late)
{
    struct mirror *m = ctx;
    lock_take(&m->lock);
    m->last_seq = last_seq;
    bool wake = !late || m->late_us == 0;
    if (late) {
        m->late_us = m->late_us != 0 ? m->late_us : clock_mono_us();
    } else {
        m->prompt_seq = last_seq;
        m->wanted = true;
    }
    if (wake)
        signal_one(&m->wake);
    lock_give(&m->lock);
}

struct mirror *mirror_start(struct db *db, struct writer *writer, struct daybook *daybook,
                            const char *image)
{
    struct mirror *m = must(aligned_alloc(_Alignof(struct mirror), sizeof *m));
    memset(m, 0, sizeof *m);
    m->db = db;
    m->writer = writer;
    m->builder = builder_new();
    builder_lead_to(m->builder, daybook);
    snprintf(m->image, sizeof m->image, "%s", image != NULL ? image : "");
    lock_init(&m->lock, LOCK_LEAF);
    signal_init(&m->wake);
    signal_init(&m->renewed);
    if (writer != NULL)
        writer_on_commit(writer, on_commit, m);
    m->thread = thread_start("koi-mirror", run, m);
    return m;
}

void mirror_stop(struct mirror *m)
{
    if (m == NULL)
        return;
    if (m->writer != NULL)
        writer_on_commit(m->writer, NULL, NULL);
    lock_take(&m->lock);
    m->stopping = true;
    signal_one(&m->wake);
    lock_give(&m->lock);
    pthread_join(m->thread, NULL);
    leave_image(m);
    publish(m, NULL);
    builder_free(m->builder);
    signal_done(&m->wake);
    signal_done(&m->renewed);
    lock_done(&m->lock);
    free(m);
}
