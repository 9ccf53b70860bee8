/* several — tasks that wait for others are done several at a time.
 *
 * For what waits (calls over the network), where base/share.h is for what computes: threads are
 * started for it and ended behind it, 20 µs each, and may wait as long as they like.
 */
#ifndef KOI_DOMAIN_SEVERAL_H
#define KOI_DOMAIN_SEVERAL_H

#include <stddef.h>

enum { SEVERAL_MOST = 32 };

/* Calls one(arg, i) for each i below n, in order of i but up to `width` (at most SEVERAL_MOST) at
 * a time; back when all are done. The caller is one of them. `thread`: at most 15 bytes. */
void several_do(const char *thread, size_t width, size_t n, void (*one)(void *arg, size_t i),
                void *arg);

#endif
