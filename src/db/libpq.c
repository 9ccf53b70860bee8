/* libpq.c — loads libpq.so.5 and fills the table of its functions.
 *
 * The library stays loaded until the process ends. Every name in the table exists since
 * PostgreSQL 14, so a missing one means an older library, which is refused by name.
 */
#include "db/libpq.h"

#include "base/library.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>

struct libpq libpq;

static char missing[128]; /* why loading failed; empty: it did not */

static void load(void)
{
#define LIBPQ_NAME(call) {#call, (void *)&libpq.call},
    const struct library_name names[] = {LIBPQ_CALLS(LIBPQ_NAME)};
#undef LIBPQ_NAME
    const char *lacks = library_load("libpq.so.5", names, sizeof names / sizeof *names);
    if (lacks != NULL)
        snprintf(missing, sizeof missing, "%s", lacks);
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
