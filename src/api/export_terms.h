/* export_terms — the API's fixed words, said as the console says them: "paid" is 已付款.
 *
 * Whoever reads an exported table knows the console and no API.
 */
#ifndef KOI_API_EXPORT_TERMS_H
#define KOI_API_EXPORT_TERMS_H

#include "base/str.h"

/* What a value of a column is called; absent for a value that is no word of ours. `key` is the
 * column's, of which the last part counts: "state". Costs a search in a hundred rows. */
struct str export_term(struct str key, struct str value, bool english);

#endif
