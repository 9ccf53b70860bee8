/* standing — where customers stand by the last fits, and how they moved between tiers, from the
 * mirror: the same questions as store/rfm.h, store/clv.h and store/tier.h, the same answers.
 *
 * `b->s` is not NULL. RC_BUSY, `e` untouched, when the mirror has no room for a number that is
 * asked for (mirror/scores.h, snapshot_knows_moves()). `tx` serves small look-ups, its arena holds
 * the answer. Cost: 1 to 3 ns a customer with a score, or a move of anybody between any tiers.
 */
#ifndef KOI_QUERY_MIRROR_STANDING_H
#define KOI_QUERY_MIRROR_STANDING_H

#include "query/board.h"

/* As rfm_cells(). */
enum rc mirror_rfm_cells(const struct board *b, int64_t scope_account, struct rfm_cell **out,
                         size_t *out_n, struct err *e);
/* As clv_bands(). */
enum rc mirror_clv_bands(const struct board *b, int64_t scope_account,
                         const int64_t cuts[static CLV_CUTS], struct clv_band **out, size_t *out_n,
                         struct err *e);
/* As tier_flows(). */
enum rc mirror_tier_flows(const struct board *b, int64_t model_id, int64_t from_s, int64_t to_s,
                          int64_t scope_account, struct tier_flow **out, size_t *out_n,
                          struct err *e);

#endif
