/* funnel_depth — how deep customers get in a funnel, where nothing else is asked for. Private to
 * query/mirror.
 *
 * The classes of the survey's matcher are the steps, without filters. Only where set_uses_avx2().
 * Cost, a core: 10 to 40 ns a customer and 0.1 ns an event; eight customers at once with AVX-512.
 */
#ifndef KOI_QUERY_MIRROR_FUNNEL_DEPTH_H
#define KOI_QUERY_MIRROR_FUNNEL_DEPTH_H

#include "query/mirror/walk.h"

/* Writes for each of `who` in the chunk who did any of the steps in the span the deepest step (from
 * 1) that a way through all before it within `within_s` seconds ends at, 0 for none, by their
 * ordinal; what belongs to others is left as it is. */
void funnel_depths(const struct survey *v, uint32_t chunk, const struct set_words *who,
                   uint32_t within_s, uint8_t depth[static SET_CHUNK]);

#endif
