/* several.c — a counter that says who takes which task next; its lock is held for nothing else, so
 * tasks may take any lock of theirs. One task alone starts no thread. */
#include "domain/several.h"

#include "base/lock.h"

#include <assert.h>

struct several {
    struct lock lock;
    size_t next, n;
    void (*one)(void *arg, size_t i);
    void *arg;
};

static void *take_some(void *arg)
{
    struct several *s = arg;
    for (;;) {
        lock_take(&s->lock);
        size_t i = s->next < s->n ? s->next++ : s->n;
        lock_give(&s->lock);
        if (i == s->n)
            return NULL;
        s->one(s->arg, i);
    }
}

void several_do(const char *thread, size_t width, size_t n, void (*one)(void *arg, size_t i),
                void *arg)
{
    assert(width > 0 && width <= SEVERAL_MOST);
    struct several s = {.n = n, .one = one, .arg = arg};
    pthread_t threads[SEVERAL_MOST];
    size_t most = n < width ? n : width;
    lock_init(&s.lock, LOCK_LEAF);
    for (size_t i = 1; i < most; i++)
        threads[i] = thread_start(thread, take_some, &s);
    take_some(&s);
    for (size_t i = 1; i < most; i++)
        pthread_join(threads[i], NULL);
    lock_done(&s.lock);
}
