/* corp_names — the names of a corp that exists, read from its database, for random expressions. */
#ifndef KOI_TEST_CORP_NAMES_H
#define KOI_TEST_CORP_NAMES_H

#include "audience_random.h"
#include "db/db.h"

/* Reads the lists; they live in arena `a`. Each name is put to the language first and left out when
 * it is refused (two staff of one name, say); what is archived or dismissed is left out, too. At
 * most some dozens of a kind, the most frequent where there are many. `lacks` gets the kinds of
 * name the corp has none of. RC_NOT_FOUND when there are no events. A few scans of the log. */
enum rc corp_names_load(struct tx *tx, struct arena *a, int64_t now_s, struct random_names *out,
                        struct buf *lacks, struct err *e);

#endif
