/* occurrence — how often something has come before: 1 for the first, 2 for the second … Private to
 * import.
 *
 * Things are 64-bit hashes. The n-th of equal things is kept as a mix of its hash and n, so the set
 * needs 8 bytes a thing and nothing else; n probes find n. Past OCCURRENCE_MAX things the set
 * forgets and starts again: by then it holds 512 MB, and equal lines of a file stand closer
 * together than that.
 */
#ifndef KOI_DOMAIN_OCCURRENCE_H
#define KOI_DOMAIN_OCCURRENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OCCURRENCE_MAX = 32 << 20 };

struct occurrence {
    uint64_t *slots; /* 0: free */
    size_t size, n;  /* a power of two; at most half full */
};

/* A zeroed struct is an empty set. */
void occurrence_done(struct occurrence *o);
/* Counts the thing in. */
int32_t occurrence_next(struct occurrence *o, uint64_t hash);
/* Whether it was counted before. */
bool occurrence_seen(const struct occurrence *o, uint64_t hash);

#endif
