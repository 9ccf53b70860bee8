/* err_json — an error as it is kept beside what failed, for people to read later:
 * {"code","zh","en","hint_zh","hint_en","field"}, empty where nothing is said. */
#ifndef KOI_BASE_ERR_JSON_H
#define KOI_BASE_ERR_JSON_H

#include "base/arena.h"
#include "base/err.h"

/* In the arena; at most 16 KB. */
struct str err_json(const struct err *e, struct arena *a);

#endif
