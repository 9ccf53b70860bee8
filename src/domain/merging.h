/* merging — two customers found to be one person, and taken apart again.
 *
 * A merge keeps the older root (smaller first_s, then smaller id), points everyone of the other at
 * it, and fills what the kept profile lacks; added_s and first_s become the earlier, no_marketing
 * the stricter. It is logged whole. Undoing one leaves the profile as if it had never been: columns
 * changed by hand since then stay as they are. Nothing here deletes a row.
 */
#ifndef KOI_DOMAIN_MERGING_H
#define KOI_DOMAIN_MERGING_H

#include "db/db.h"

enum merge_reason { MERGE_UNIONID, MERGE_ACCEPTED, MERGE_MANUAL, MERGE_IMPORT };

/* Merges the roots of two customers: the older one is kept, unless `keep` (0: no) is one of the two
 * ids: then its root. `out_merge` is the log row. RC_CONFLICT when both are one already,
 * RC_NOT_FOUND when one is missing or erased. */
enum rc identity_merge(struct tx *tx, int64_t one_id, int64_t other_id, int64_t keep,
                       enum merge_reason reason, int64_t account_id, int64_t *out_merge,
                       struct err *e);

/* Takes a merge back. Whoever was merged becomes a root again, with everyone who had come with them
 * and was not taken out since. Works in any order of a chain: what outer merges got through this
 * one is computed again without it. RC_CONFLICT when it is undone already or one of the two was
 * erased since. */
enum rc identity_unmerge(struct tx *tx, int64_t merge_id, int64_t account_id, struct err *e);

#endif
