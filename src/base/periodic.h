/* periodic — a thread that works now and then, until it is told to end.
 *
 * Its function is a loop around periodic_wait(); periodic_wake() cuts a wait short. Long work asks
 * periodic_stopping() in between, which takes the thread itself as `void *`, so that it can be
 * handed on as a question.
 */
#ifndef KOI_BASE_PERIODIC_H
#define KOI_BASE_PERIODIC_H

#include "base/lock.h"

struct periodic {
    pthread_t thread;
    struct lock lock;
    struct signal wake;
    bool stop, woken;
};

/* Starts run(arg) on a thread of its own with this name. */
void periodic_start(struct periodic *p, const char *name, void *(*run)(void *arg), void *arg);
/* Tells it to end and waits until it has. Once, after periodic_start(). */
void periodic_stop(struct periodic *p);

/* Has the wait under way, or the next one, end at once. Any thread. */
void periodic_wake(struct periodic *p);

/* On the thread: waits that long, or until it is woken or to end; false when it is to end. */
bool periodic_wait(struct periodic *p, int64_t wait_us);
/* Whether a struct periodic is to end. */
bool periodic_stopping(void *p);

#endif
