/* curl — the calls of libcurl that we use, loaded when first needed. Private to src/connect.
 *
 * A server that asks nobody never maps libcurl and the twenty libraries it brings (some megabytes).
 * The types come from curl/curl.h; the functions are called through the one table below.
 */
#ifndef KOI_CONNECT_CURL_H
#define KOI_CONNECT_CURL_H

#define CURL_DISABLE_TYPECHECK /* its macros stand on the names of the functions */
#include <curl/curl.h>

#include "base/err.h"

#define CURL_CALLS(call)                                                                           \
    call(global_init, curl_global_init) call(easy_init, curl_easy_init)                            \
        call(easy_cleanup, curl_easy_cleanup) call(easy_setopt, curl_easy_setopt)                  \
            call(easy_getinfo, curl_easy_getinfo) call(easy_strerror, curl_easy_strerror)          \
                call(slist_append, curl_slist_append) call(slist_free_all, curl_slist_free_all)    \
                    call(multi_init, curl_multi_init) call(multi_cleanup, curl_multi_cleanup)      \
                        call(multi_setopt, curl_multi_setopt)                                      \
                            call(multi_add_handle, curl_multi_add_handle)                          \
                                call(multi_remove_handle, curl_multi_remove_handle)                \
                                    call(multi_perform, curl_multi_perform)                        \
                                        call(multi_info_read, curl_multi_info_read)                \
                                            call(multi_poll, curl_multi_poll)                      \
                                                call(multi_wakeup, curl_multi_wakeup)

struct curl {
#define CURL_MEMBER(member, name) __typeof__(name) *member;
    CURL_CALLS(CURL_MEMBER)
#undef CURL_MEMBER
};

/* Valid after curl_load() gave RC_OK. */
extern struct curl curl;

/* Loads the library, once; RC_IO with the package to install when it is not there. Any thread. */
enum rc curl_load(struct err *e);

#endif
