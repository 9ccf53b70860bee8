/* libpq.c — loads libpq.so.5 and fills the table of its functions.
 *
 * The library stays loaded until the process ends. Every name in the table exists since
 * PostgreSQL 14, so a missing one means an older library, which is refused by name.
 */
#include "db/libpq.h"

#include <assert.h>
#include <dlfcn.h>
#include <pthread.h>

struct libpq libpq;

static char missing[128]; /* why loading failed; empty: it did not */

struct name {
    const char *name;
    void **place;
};

static void load(void)
{
    void *handle = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) {
        snprintf(missing, sizeof missing, "libpq.so.5");
        return;
    }
#define LIBPQ_NAME(call) {#call, (void **)&libpq.call},
    const struct name names[] = {LIBPQ_CALLS(LIBPQ_NAME)};
#undef LIBPQ_NAME
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        *names[i].place = dlsym(handle, names[i].name);
        if (*names[i].place == NULL && missing[0] == '\0')
            snprintf(missing, sizeof missing, "%s", names[i].name);
    }
}

enum rc libpq_load(struct err *e)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    int error = pthread_once(&once, load);
    assert(error == 0);
    if (missing[0] == '\0')
        return RC_OK;
    err_set(e, RC_IO, "libpq_missing", "database", "缺少 PostgreSQL 客户端库（%s）",
            "the client library of PostgreSQL is missing (%s)", missing);
    err_hint(e, "请安装：apt install libpq5", "install it: apt install libpq5");
    return RC_IO;
}
