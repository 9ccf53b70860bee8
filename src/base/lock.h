/* lock — mutexes that know their holder and their rank, and threads with a name.
 *
 * Locks are taken in strictly ascending rank, so never two of one rank; a debug build asserts it
 * (Varnish calls this a witness). What each rank guards is listed in lock.c, once.
 */
#ifndef KOI_BASE_LOCK_H
#define KOI_BASE_LOCK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum lock_rank {
    LOCK_JOB = 1,
    LOCK_SESSION,
    LOCK_DAYBOOK,
    LOCK_POOL,
    LOCK_WRITER,
    LOCK_STREAM,
    LOCK_CACHE,
    LOCK_LOG,
    LOCK_LEAF
};

struct lock {
    pthread_mutex_t mutex;
    pthread_t holder;
    bool held;
    enum lock_rank rank;
};

/* A free lock of this rank; lock_done() on a free one, on NULL or on a zeroed one. */
void lock_init(struct lock *l, enum lock_rank rank);
void lock_done(struct lock *l);
/* Waits for the lock; gives it. Taking twice and giving what one does not hold are assertions. */
void lock_take(struct lock *l);
void lock_give(struct lock *l);
/* Asserts that the calling thread holds it. */
void lock_assert_held(const struct lock *l);

struct signal {
    pthread_cond_t cond;
};
/* A condition that threads wait for; nobody waits when it is done. */
void signal_init(struct signal *s);
void signal_done(struct signal *s);
/* Gives the lock, waits, takes it again. Spurious wakes happen: call in a loop over a condition. */
void signal_wait(struct signal *s, struct lock *l);
/* The same, at most timeout_us microseconds; false when they have passed. */
bool signal_wait_for(struct signal *s, struct lock *l, int64_t timeout_us);
void signal_one(struct signal *s);
void signal_all(struct signal *s);

/* A thread with a 256 KB stack, all signals blocked, and a name of at most 15 bytes, seen in top
 * and gdb. Aborts when the system refuses. Join with pthread_join(). */
pthread_t thread_start(const char *name, void *(*run)(void *arg), void *arg);
/* From now on the calling thread gets a third of what others get of a core that is wanted by
 * several: for work that nobody waits for, and under no lock that somebody might. */
void thread_stand_back(void);

#endif
