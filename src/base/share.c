/* share.c — the pool: rounds are taken from a counter until none is left.
 *
 * A worker counts itself in under the lock, and only while the loop is open; the caller closes the
 * loop when the counter is at its end and waits for those who are in. So a worker that wakes too
 * late touches nothing of a loop that is over.
 */
#include "base/share.h"

#include "base/lock.h"

#include <stdatomic.h>
#include <unistd.h>

static struct pool {
    struct lock lock; /* everything but `next` */
    struct signal wake, left;
    int workers;
    bool busy, open;
    int in; /* workers at the loop */
    size_t n;
    void (*round)(void *arg, size_t i);
    void *arg;
    atomic_size_t next;
} pool;

static void take_rounds(size_t n, void (*round)(void *arg, size_t i), void *arg)
{
    for (size_t i; (i = atomic_fetch_add(&pool.next, 1)) < n;)
        round(arg, i);
}

static void *work(void *unused)
{
    (void)unused;
    lock_take(&pool.lock);
    for (;;) {
        while (!pool.open || atomic_load(&pool.next) >= pool.n)
            signal_wait(&pool.wake, &pool.lock);
        pool.in++;
        lock_give(&pool.lock);
        take_rounds(pool.n, pool.round, pool.arg);
        lock_take(&pool.lock);
        if (--pool.in == 0)
            signal_one(&pool.left);
    }
    return NULL;
}

static void start(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    lock_init(&pool.lock, LOCK_LEAF);
    signal_init(&pool.wake);
    signal_init(&pool.left);
    for (; pool.workers < cores - 1; pool.workers++)
        pthread_detach(thread_start("koi-share", work, NULL));
}

/* Opens the loop to the others; false when the pool is at another. */
static bool open_loop(size_t n, void (*round)(void *arg, size_t i), void *arg)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start);
    lock_take(&pool.lock);
    bool mine = !pool.busy && pool.workers > 0;
    if (mine) {
        pool.busy = pool.open = true;
        pool.n = n;
        pool.round = round;
        pool.arg = arg;
        atomic_store(&pool.next, 0);
        signal_all(&pool.wake);
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
    pool.open = false;
    while (pool.in > 0)
        signal_wait(&pool.left, &pool.lock);
    pool.busy = false;
    lock_give(&pool.lock);
}
