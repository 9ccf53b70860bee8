/* curl.c — loads libcurl.so.4 and fills the table of its functions.
 *
 * The library stays loaded until the process ends. Every name in the table exists since curl 7.68,
 * so a missing one means an older library, which is refused by name.
 */
#include "connect/curl.h"

#include "base/library.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>

struct curl curl;

static char missing[128]; /* why loading failed; empty: it did not */

static void load(void)
{
#define CURL_NAME(member, name) {#name, (void *)&curl.member},
    const struct library_name names[] = {CURL_CALLS(CURL_NAME)};
#undef CURL_NAME
    const char *lacks = library_load("libcurl.so.4", names, sizeof names / sizeof *names);
    if (lacks != NULL)
        snprintf(missing, sizeof missing, "%s", lacks);
    if (missing[0] == '\0' && curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        snprintf(missing, sizeof missing, "curl_global_init");
}

enum rc curl_load(struct err *e)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    int error = pthread_once(&once, load);
    assert(error == 0);
    if (missing[0] == '\0')
        return RC_OK;
    err_set(e, RC_IO, "libcurl_missing", NULL, "缺少 HTTP 客户端库（%s）",
            "the HTTP client library is missing (%s)", missing);
    err_hint(e, "请安装：apt install libcurl4", "install it: apt install libcurl4");
    return RC_IO;
}
