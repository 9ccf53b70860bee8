/* clock.c — wall time that tests can drive, and monotonic time that they cannot.
 *
 * In a test build the wall clock is, in this order: the value pinned by clock_set_us(); the 8 bytes
 * (host order, microseconds) of the file named in KOI_TEST_CLOCK; the system's. In a release build
 * neither replacement is compiled in, so no environment variable can move the time. A reading costs
 * about 20 ns (vDSO), or one relaxed load when replaced.
 */
#include "base/clock.h"

#include <assert.h>
#include <stdlib.h>
#include <time.h>

#ifdef KOI_TEST_CLOCK
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static _Atomic int64_t pinned_us = -1;
static _Atomic(const int64_t *) shared_us;
#endif

static int64_t read_us(clockid_t id)
{
    struct timespec t;
    int failed = clock_gettime(id, &t);
    assert(failed == 0);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t clock_now_us(void)
{
#ifdef KOI_TEST_CLOCK
    int64_t pinned = atomic_load_explicit(&pinned_us, memory_order_relaxed);
    if (pinned >= 0)
        return pinned;
    const int64_t *shared = atomic_load_explicit(&shared_us, memory_order_acquire);
    if (shared != NULL)
        return __atomic_load_n(shared, __ATOMIC_RELAXED);
#endif
    return read_us(CLOCK_REALTIME);
}

int64_t clock_now_s(void)
{
    return clock_now_us() / 1000000;
}

int64_t clock_mono_us(void)
{
    return read_us(CLOCK_MONOTONIC);
}

#ifdef KOI_TEST_CLOCK
bool clock_init(void)
{
    const char *path = getenv("KOI_TEST_CLOCK");
    if (path == NULL || path[0] == '\0')
        return true;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    /* A shorter file would map, and kill the process with SIGBUS at the first reading. */
    struct stat st;
    void *p = MAP_FAILED;
    if (fstat(fd, &st) == 0 && st.st_size >= (off_t)sizeof(int64_t))
        p = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (p == MAP_FAILED)
        return false;
    atomic_store_explicit(&shared_us, (const int64_t *)p, memory_order_release);
    return true;
}
#else
bool clock_init(void)
{
    const char *path = getenv("KOI_TEST_CLOCK");
    return path == NULL || path[0] == '\0';
}
#endif

void clock_set_us(int64_t now_us)
{
#ifdef KOI_TEST_CLOCK
    atomic_store_explicit(&pinned_us, now_us, memory_order_relaxed);
#else
    assert(now_us < 0 && "the clock is driven in a build without -Dtest_clock=true");
#endif
}
