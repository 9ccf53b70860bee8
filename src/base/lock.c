/* lock.c — mutexes that know their holder and rank, conditions, threads with a name.
 *
 * Ranks, in the order in which they may be taken, strictly ascending within a thread:
 *   LOCK_JOB      the job runner's table          LOCK_STREAM   open server-sent event streams
 *   LOCK_SESSION  signed-in sessions              LOCK_CACHE    prepared statements, small caches
 *   LOCK_DAYBOOK   steps of the daybook             LOCK_LOG      counters behind the log
 *   LOCK_POOL     idle read connections           LOCK_LEAF     anything that calls nobody
 *   LOCK_WRITER   the writer's queue
 *
 * Because the order is strict, a thread holds each rank at most once, and what it holds is a set of
 * bits in one thread-local word; taking asserts that no bit at or above the new rank is set. That
 * check is in builds with KOI_DEBUG_CHECKS. Every build uses error-checking mutexes, so locking
 * twice and giving what one does not hold are assertions, not deadlocks. Taking a free lock costs
 * ~20 ns.
 */
#include "base/lock.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* Sanitizers keep shadow frames on the stack. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define KOI_BIG_STACKS 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(KOI_BIG_STACKS)
enum { STACK_BYTES = 2 << 20 };
#else
enum { STACK_BYTES = 256 << 10 };
#endif

#ifdef KOI_DEBUG_CHECKS
static _Thread_local unsigned held_ranks; /* bit r: this thread holds a lock of rank r */

static void witness_take(enum lock_rank rank)
{
    assert((held_ranks >> rank) == 0 && "locks are taken in ascending rank");
    held_ranks |= 1u << rank;
}

static void witness_give(enum lock_rank rank)
{
    assert((held_ranks >> rank & 1u) == 1);
    held_ranks &= ~(1u << rank);
}
#else
static void witness_take(enum lock_rank rank)
{
    (void)rank;
}

static void witness_give(enum lock_rank rank)
{
    (void)rank;
}
#endif

/* A pthread call that can only fail through our own mistake. */
static void must(int error)
{
    assert(error == 0);
    if (error != 0)
        abort();
}

void lock_init(struct lock *l, enum lock_rank rank)
{
    assert(rank >= LOCK_JOB && rank <= LOCK_LEAF);
    *l = (struct lock){.rank = rank};
    pthread_mutexattr_t attr;
    must(pthread_mutexattr_init(&attr));
    must(pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK));
    must(pthread_mutex_init(&l->mutex, &attr));
    must(pthread_mutexattr_destroy(&attr));
}

void lock_done(struct lock *l)
{
    if (l == NULL || l->rank == 0)
        return;
    must(pthread_mutex_destroy(&l->mutex));
    l->rank = 0;
}

/* Holder and flag are written under the mutex but read by lock_assert_held() without it. */
static void mark_held(struct lock *l)
{
    __atomic_store_n(&l->holder, pthread_self(), __ATOMIC_RELAXED);
    __atomic_store_n(&l->held, true, __ATOMIC_RELAXED);
}

static void mark_free(struct lock *l)
{
    lock_assert_held(l);
    __atomic_store_n(&l->held, false, __ATOMIC_RELAXED);
}

void lock_take(struct lock *l)
{
    assert(l != NULL && l->rank != 0);
    witness_take(l->rank);
    must(pthread_mutex_lock(&l->mutex));
    mark_held(l);
}

void lock_give(struct lock *l)
{
    mark_free(l);
    witness_give(l->rank);
    must(pthread_mutex_unlock(&l->mutex));
}

void lock_assert_held(const struct lock *l)
{
    assert(l != NULL && l->rank != 0);
    assert(__atomic_load_n(&l->held, __ATOMIC_RELAXED));
    pthread_t holder = __atomic_load_n(&l->holder, __ATOMIC_RELAXED);
    assert(pthread_equal(holder, pthread_self()));
}

void signal_init(struct signal *s)
{
    assert(s != NULL);
    pthread_condattr_t attr;
    must(pthread_condattr_init(&attr));
    must(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC));
    must(pthread_cond_init(&s->cond, &attr));
    must(pthread_condattr_destroy(&attr));
}

void signal_done(struct signal *s)
{
    if (s != NULL)
        must(pthread_cond_destroy(&s->cond));
}

/* Waiting gives the lock and takes it again, which must be legal for what else the thread holds. */
void signal_wait(struct signal *s, struct lock *l)
{
    assert(s != NULL);
    mark_free(l);
    witness_give(l->rank);
    witness_take(l->rank);
    must(pthread_cond_wait(&s->cond, &l->mutex));
    mark_held(l);
}

bool signal_wait_for(struct signal *s, struct lock *l, int64_t timeout_us)
{
    assert(s != NULL && timeout_us >= 0);
    struct timespec until;
    must(clock_gettime(CLOCK_MONOTONIC, &until));
    /* A year is for ever, and cannot overflow. */
    int64_t most_us = INT64_C(365) * 86400 * 1000000;
    if (timeout_us > most_us)
        timeout_us = most_us;
    int64_t nanoseconds = until.tv_nsec + timeout_us % 1000000 * 1000;
    until.tv_sec += timeout_us / 1000000 + nanoseconds / 1000000000;
    until.tv_nsec = nanoseconds % 1000000000;

    mark_free(l);
    witness_give(l->rank);
    witness_take(l->rank);
    int error = pthread_cond_timedwait(&s->cond, &l->mutex, &until);
    mark_held(l);
    assert(error == 0 || error == ETIMEDOUT);
    return error == 0;
}

void signal_one(struct signal *s)
{
    assert(s != NULL);
    must(pthread_cond_signal(&s->cond));
}

void signal_all(struct signal *s)
{
    assert(s != NULL);
    must(pthread_cond_broadcast(&s->cond));
}

pthread_t thread_start(const char *name, void *(*run)(void *arg), void *arg)
{
    assert(name != NULL && strlen(name) <= 15);
    assert(run != NULL);
    pthread_attr_t attr;
    pthread_t thread;
    sigset_t all, before;
    must(pthread_attr_init(&attr));
    must(pthread_attr_setstacksize(&attr, STACK_BYTES));
    /* The child inherits the mask: signals are the main thread's business. */
    sigfillset(&all);
    must(pthread_sigmask(SIG_SETMASK, &all, &before));
    int error = pthread_create(&thread, &attr, run, arg);
    must(pthread_sigmask(SIG_SETMASK, &before, NULL));
    must(error);
    must(pthread_attr_destroy(&attr));
    pthread_setname_np(thread, name); /* may find it gone already; a name is only for reading */
    return thread;
}

void thread_stand_back(void)
{
    enum { NICE = 5 };
    /* On Linux a priority is a thread's. Refused only where it is lower already. */
    (void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
}
