/* periodic.c — two flags under a lock, and a signal for whoever waits.
 *
 * `stop` is only ever set, and by periodic_stop() alone, so who has seen it once may end; `woken`
 * is taken back by the wait that it ends. A wait is measured on the clock that nobody sets,
 * whatever signalled it in between. The lock is a leaf: it is asked for with any other held.
 */
#include "base/periodic.h"

#include "base/clock.h"

void periodic_start(struct periodic *p, const char *name, void *(*run)(void *arg), void *arg)
{
    lock_init(&p->lock, LOCK_LEAF);
    signal_init(&p->wake);
    p->stop = p->woken = false;
    p->thread = thread_start(name, run, arg);
}

void periodic_stop(struct periodic *p)
{
    lock_take(&p->lock);
    p->stop = true;
    signal_all(&p->wake);
    lock_give(&p->lock);
    pthread_join(p->thread, NULL);
    signal_done(&p->wake);
    lock_done(&p->lock);
}

void periodic_wake(struct periodic *p)
{
    lock_take(&p->lock);
    p->woken = true;
    signal_all(&p->wake);
    lock_give(&p->lock);
}

bool periodic_wait(struct periodic *p, int64_t wait_us)
{
    int64_t until_us = clock_mono_us() + wait_us;
    lock_take(&p->lock);
    for (int64_t left = wait_us; !p->stop && !p->woken && left > 0;
         left = until_us - clock_mono_us())
        signal_wait_for(&p->wake, &p->lock, left);
    bool stop = p->stop;
    p->woken = false;
    lock_give(&p->lock);
    return !stop;
}

bool periodic_stopping(void *p)
{
    struct periodic *x = p;
    lock_take(&x->lock);
    bool stop = x->stop;
    lock_give(&x->lock);
    return stop;
}
