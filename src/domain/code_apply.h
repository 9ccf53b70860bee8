/* code_apply — what a code does for whoever came through it: told with their friendship or
 * membership, by the state that WeCom gives back. In the transaction that applies what was told.
 */
#ifndef KOI_DOMAIN_CODE_APPLY_H
#define KOI_DOMAIN_CODE_APPLY_H

#include "base/secret.h"
#include "domain/code.h"
#include "store/relation.h"

/* Where customers with this state come from: the code's source; RC_NOT_FOUND, `e` untouched, when
 * the state is no code of ours. */
enum rc code_source(struct tx *tx, struct str state, int64_t *out, struct err *e);

/* Gives a code that has none a source of its name, which stays its own under any name. */
enum rc code_give_source(struct tx *tx, struct code *c, struct err *e);

/* A friendship began through a code: the entry, event `scan`, and the stage when they are in none.
 * Tags of WeCom's library and the remark were asked of WeCom before (connect/wecom/code_effect.h)
 * and came back with the friendship; tags that are not on it are put on the customer, as Koi's own.
 * Once for each beginning; nothing, when the state is no code of ours. `made`: the customer was
 * made by this very answer, so is new to the corp; else one who has bought is a buyer, and the
 * others are old. */
enum rc code_friend(struct tx *tx, const struct keyring *keys, struct str state,
                    const struct relation_row *row, bool made, struct err *e);
/* The same of a membership of a group. */
enum rc code_joiner(struct tx *tx, const struct keyring *keys, struct str state,
                    int64_t customer_id, int64_t group_id, int64_t joined_s, bool made,
                    struct err *e);

#endif
