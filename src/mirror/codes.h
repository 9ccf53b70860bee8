/* codes — small dense numbers for ids of 64 bits: customers, staff, channels, things.
 *
 * The first id put in gets 1, the next 2, and so on; 0 is no id. A code never changes and is never
 * taken away. One thread puts in; any number may ask at the same time without a lock: a slot's code
 * is written before its id, the array of ids grows by segments that stay where they are, and a
 * table that has become too small is kept until the end (all of them together are as large as the
 * last).
 *
 * Cost: 8 bytes an id for the way back and 17 to 34 for the way there; both take about 20 ns warm.
 */
#ifndef KOI_MIRROR_CODES_H
#define KOI_MIRROR_CODES_H

#include <stddef.h>
#include <stdint.h>

struct codes;

/* With room for `expected` ids before the first table is left behind. */
struct codes *codes_new(size_t expected);
/* Accepts NULL. */
void codes_free(struct codes *c);
/* Makes room for so many at once: only for the one thread. */
void codes_expect(struct codes *c, size_t expected);

/* The code of an id (not 0), which it gets now if it has none: only for the one thread. */
uint32_t codes_put(struct codes *c, int64_t id);
/* The code, 0 when it has none. */
uint32_t codes_find(const struct codes *c, int64_t id);
/* Calls what codes_find() will look at into the cache. */
void codes_call_ahead(const struct codes *c, int64_t id);
/* The id of a code 1 … codes_count(). */
int64_t codes_id(const struct codes *c, uint32_t code);
uint32_t codes_count(const struct codes *c);
/* Bytes held. */
size_t codes_bytes(const struct codes *c);

#endif
