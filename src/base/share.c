/* share.c — the pool: rounds are taken from a counter until none is left.
 *
 * A worker counts itself in under the lock, and only while the loop is open; the caller closes the
 * loop when the counter is at its end and waits for those who are in. So a worker that wakes too
 * late touches nothing of a loop that is over.
 */
#include "base/share.h"

#include "base/clock.h"
#include "base/lock.h"

#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

/* Among so few cores it matters where the workers are: they keep off the caller's, and are woken
 * ahead. Among more an idle one is found, and waking them all is dear. */
enum { FEW_CORES = 4 };

static struct pool {
    struct lock lock; /* everything but `next` and `looking`; `open` changes under it */
    struct signal wake, left;
    int workers;
    bool busy;
    atomic_bool open;
    int in; /* workers at the loop */
    size_t n;
    void (*round)(void *arg, size_t i);
    void *arg;
    atomic_size_t next;
    bool few_cores; /* the rest matters only then */
    pthread_t few[FEW_CORES];
    cpu_set_t cores;
    int kept_off;       /* a core; -1: none yet */
    bool soon;          /* a loop has been told of */
    atomic_int looking; /* workers that look for it */
} pool;

/* For how long a worker looks for a loop that it was told of. */
enum { LOOK_US = 200, LOOKS_AT_ONCE = 100 };

static inline void look_again(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

static void take_rounds(size_t n, void (*round)(void *arg, size_t i), void *arg)
{
    for (size_t i; (i = atomic_fetch_add(&pool.next, 1)) < n;)
        round(arg, i);
}

static void look_for_loop(void)
{
    int64_t until_us = clock_mono_us() + LOOK_US;
    atomic_fetch_add(&pool.looking, 1);
    lock_give(&pool.lock);
    do {
        for (int i = 0; i < LOOKS_AT_ONCE && !atomic_load(&pool.open); i++)
            look_again();
    } while (!atomic_load(&pool.open) && clock_mono_us() < until_us);
    lock_take(&pool.lock);
    atomic_fetch_sub(&pool.looking, 1);
    pool.soon = false;
}

static void *work(void *unused)
{
    (void)unused;
    lock_take(&pool.lock);
    for (;;) {
        while (!atomic_load(&pool.open) || atomic_load(&pool.next) >= pool.n) {
            if (pool.soon)
                look_for_loop();
            else
                signal_wait(&pool.wake, &pool.lock);
        }
        pool.in++;
        lock_give(&pool.lock);
        take_rounds(pool.n, pool.round, pool.arg);
        lock_take(&pool.lock);
        if (--pool.in == 0)
            signal_one(&pool.left);
    }
    return NULL;
}

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void start(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    bool known = sched_getaffinity(0, sizeof pool.cores, &pool.cores) == 0;
    lock_init(&pool.lock, LOCK_LEAF);
    signal_init(&pool.wake);
    signal_init(&pool.left);
    pool.few_cores = known && CPU_COUNT(&pool.cores) <= FEW_CORES && cores <= FEW_CORES;
    pool.kept_off = -1;
    for (; pool.workers < cores - 1; pool.workers++) {
        pthread_t worker = thread_start("koi-share", work, NULL);
        if (pool.few_cores)
            pool.few[pool.workers] = worker;
        pthread_detach(worker);
    }
}

/* Who sent the request is often still at work on another core when the loop opens, so the system
 * would queue a worker behind the caller, who has more to do than they. */
static void keep_off(int core)
{
    cpu_set_t others = pool.cores;
    if (!pool.few_cores || core < 0 || core == pool.kept_off)
        return;
    CPU_CLR((size_t)core, &others);
    if (CPU_COUNT(&others) == 0)
        return;
    for (int i = 0; i < pool.workers; i++)
        (void)pthread_setaffinity_np(pool.few[i], sizeof others, &others); /* else as it was */
    pool.kept_off = core;
}

void share_soon(void)
{
    pthread_once(&once, start);
    lock_take(&pool.lock);
    if (pool.few_cores && pool.workers > 0 && !pool.busy && !pool.soon) {
        pool.soon = true;
        keep_off(sched_getcpu());
        signal_all(&pool.wake);
    }
    lock_give(&pool.lock);
}

/* Opens the loop to the others; false when the pool is at another. */
static bool open_loop(size_t n, void (*round)(void *arg, size_t i), void *arg)
{
    pthread_once(&once, start);
    lock_take(&pool.lock);
    bool mine = !pool.busy && pool.workers > 0;
    if (mine) {
        pool.busy = true;
        pool.n = n;
        pool.round = round;
        pool.arg = arg;
        atomic_store(&pool.next, 0);
        atomic_store(&pool.open, true);
        pool.soon = false;
        if (atomic_load(&pool.looking) < pool.workers) {
            keep_off(sched_getcpu());
            signal_all(&pool.wake);
        }
    }
    lock_give(&pool.lock);
    return mine;
}

void share_rounds(size_t n, void (*round)(void *arg, size_t i), void *arg)
{
    if (n < 2 || !open_loop(n, round, arg)) {
        for (size_t i = 0; i < n; i++)
            round(arg, i);
        return;
    }
    take_rounds(n, round, arg);
    lock_take(&pool.lock);
    atomic_store(&pool.open, false);
    while (pool.in > 0)
        signal_wait(&pool.left, &pool.lock);
    pool.busy = false;
    lock_give(&pool.lock);
}
