/* aside.c — a list, first in, first out; suspended visits are its elements. Requests of one
 * connection come one after the other, so their order stays. */
#include "http/aside.h"

#include "base/lock.h"
#include "base/must.h"
#include "http/visit.h"

#include <assert.h>
#include <stdlib.h>

struct aside {
    struct lock lock;
    struct signal wake;
    struct visit *first, **last;
    bool stopping, begun;
    pthread_t thread;
};

struct aside *aside_new(void)
{
    struct aside *a = must(calloc(1, sizeof *a));
    lock_init(&a->lock, LOCK_LEAF);
    signal_init(&a->wake);
    a->last = &a->first;
    return a;
}

void aside_free(struct aside *a)
{
    if (a == NULL)
        return;
    lock_take(&a->lock);
    a->stopping = true;
    signal_one(&a->wake);
    lock_give(&a->lock);
    if (a->begun)
        pthread_join(a->thread, NULL);
    assert(a->first == NULL);
    signal_done(&a->wake);
    lock_done(&a->lock);
    free(a);
}

static void *work(void *arg)
{
    struct aside *a = arg;
    thread_stand_back();
    lock_take(&a->lock);
    for (;;) {
        while (a->first == NULL && !a->stopping)
            signal_wait(&a->wake, &a->lock);
        struct visit *v = a->first;
        if (v == NULL)
            break;
        a->first = v->next;
        if (a->first == NULL)
            a->last = &a->first;
        lock_give(&a->lock);
        visit_work(v);
        lock_take(&a->lock);
    }
    lock_give(&a->lock);
    return NULL;
}

void aside_put(struct aside *a, struct visit *v)
{
    v->next = NULL;
    lock_take(&a->lock);
    *a->last = v;
    a->last = &v->next;
    if (!a->begun)
        a->thread = thread_start("koi-aside", work, a);
    a->begun = true;
    signal_one(&a->wake);
    lock_give(&a->lock);
}
