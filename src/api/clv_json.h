/* clv_json — a customer's lifetime value as the API shows it, in the profile and in lists. */
#ifndef KOI_API_CLV_JSON_H
#define KOI_API_CLV_JSON_H

#include "base/json.h"
#include "store/clv.h"

/* {"alive":0 … 1,"purchases":…,"value_fen":…,"clv_fen":…,"repeats":…,"first_day":…,"last_day":…,
 * "weeks":…}. */
void clv_json(struct json *j, const char *key, const struct clv_row *row);

#endif
