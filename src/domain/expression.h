/* expression — audience texts that are to be stored, and counted.
 *
 * What is stored is always what the printer writes of a text that was read and checked, so every
 * stored text means something at the moment it is stored. It can go stale later (a tag is renamed):
 * then reading it gives the error, and whoever shows it says so.
 */
#ifndef KOI_DOMAIN_EXPRESSION_H
#define KOI_DOMAIN_EXPRESSION_H

#include "db/db.h"
#include "domain/job.h"
#include "query/audience.h"

struct mirror;

/* What `period` means where nobody says: 90 days. */
enum { EXPRESSION_PERIOD_S = 90 * 86400 };

/* "group" is about groups; anything else, also absent, about customers. */
enum audience_subject expression_subject(struct str word);

/* Reads and checks a text against the database. The tree is in the transaction's arena. */
enum rc expression_read(struct tx *tx, enum audience_subject subject, struct str text,
                        const struct audience_expr **out, struct err *e);

/* The canonical text of what is to be stored as audience or tier of `owner_id` (NAME_AUDIENCE,
 * NAME_TIER_MODEL; 0: not stored yet), in the transaction's arena. An expression that leads back to
 * its owner is refused; so is one whose canonical text is too long to be read again (RC_LIMIT). */
enum rc expression_canonical(struct tx *tx, enum name_kind owner, int64_t owner_id,
                             enum audience_subject subject, struct str text, struct str *out,
                             struct err *e);

/* How many a stored text picks now, over everyone. `m` may be NULL. */
enum rc expression_count(struct mirror *m, struct tx *tx, enum audience_subject subject,
                         struct str text, int64_t *out, struct err *e);

/* Job "audience_size", detail {"audience_id":"…"}, or {} for all live audiences: counts each and
 * keeps the size. One whose text went stale is passed over. Result {"counted":n,"stale":n}. */
extern const struct job_kind job_kind_audience_size;

#endif
