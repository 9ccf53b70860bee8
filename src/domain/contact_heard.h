/* contact_heard — what callbacks tell of friendships: that one began, that one ended, and when.
 *
 * Answers (domain/contact_apply.h) say how things stand; callbacks say what happened, each once,
 * but late and in any order, and some never. So what is heard is written into the log to the
 * second, however old it is, and the pair's row is what follows from the latest of it: a friendship
 * of which we heard is in the log however short it was. An end that had been found missing gets its
 * true time when it is heard of. A beginning of those who are friends as far as we know is
 * friend_confirm (a half friend was confirmed) until an end before it is heard of. The same told
 * twice writes nothing.
 * Writing transactions only. Source: wecom-callback.md §4.1.
 */
#ifndef KOI_DOMAIN_CONTACT_HEARD_H
#define KOI_DOMAIN_CONTACT_HEARD_H

#include "base/secret.h"
#include "db/db.h"

/* Two became friends at at_s. What an answer tells goes first: this adds what was over when it was
 * asked about, or is past meanwhile. `out_begun`: something was written. Ten rows at most. */
enum rc contact_heard_begun(struct tx *tx, const struct keyring *keys, struct str external_userid,
                            struct str userid, struct str state, int64_t at_s, bool *out_begun,
                            struct err *e);

/* A friendship ended at at_s: `by_customer` or by the staff member. */
enum contact_end {
    CONTACT_ENDED,        /* of which we had not heard */
    CONTACT_ENDED_BEFORE, /* we had */
    CONTACT_UNKNOWN,      /* nothing was known of the pair: that it ended is what is known now */
};
enum rc contact_heard_ended(struct tx *tx, const struct keyring *keys, struct str external_userid,
                            struct str userid, int64_t at_s, bool by_customer,
                            enum contact_end *out, struct err *e);

#endif
