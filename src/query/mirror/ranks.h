/* ranks — order statistics without sorting everything. Private to query/mirror.
 *
 * The discrete q-quantile of n values is the value at rank ⌈q n⌉, the first having rank 1.
 * Cost: two passes over the values and a sort of the few that share a bucket with a rank, about 3
 * ns a value.
 */
#ifndef KOI_QUERY_MIRROR_RANKS_H
#define KOI_QUERY_MIRROR_RANKS_H

#include <stddef.h>
#include <stdint.h>

enum { RANKS_MOST = 8 };
/* The values at the quantiles `percent` (ascending, 1 … 100), into `out`; all 0 when n is 0. */
void ranks_of(const int64_t *values, size_t n, const int *percent, size_t n_ranks, int64_t *out);

#endif
