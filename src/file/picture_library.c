/* picture_library.c — each library is tried once, under one lock.
 *
 * Whoever finds a library tried sees its functions, for they were written under the same lock. One
 * that is not there is not looked for again: installing it takes a restart, as the hint says. A
 * library is never closed. Costs milliseconds the first time, then a lock. Refuses a library that
 * lacks one of its names.
 */
#include "file/picture_library.h"

#include <assert.h>
#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

enum rc picture_library_need(struct picture_library *l, struct err *e)
{
    int error = pthread_mutex_lock(&lock);
    assert(error == 0);
    if (!l->tried)
        l->there = library_load(l->file, l->names, l->n) == NULL;
    l->tried = true;
    bool there = l->there;
    error = pthread_mutex_unlock(&lock);
    assert(error == 0);
    if (there)
        return RC_OK;
    err_set(e, RC_IO, "library_missing", l->package, "没有安装 %s，读不出这张图片",
            "%s is not installed: the picture cannot be read", l->package);
    err_hint(e, "请安装：apt install libzbar0 libturbojpeg0，再重启 Koi",
             "install it: apt install libzbar0 libturbojpeg0, and restart Koi");
    return RC_IO;
}
