/* audience_names — names of the database that may stand in an audience. */
#ifndef KOI_API_AUDIENCE_NAMES_H
#define KOI_API_AUDIENCE_NAMES_H

#include "http/request.h"

/* Writes the member kinds: [{word, zh, en, touch}], every kind of event there is. */
enum rc audience_put_kinds(struct json *j, struct tx *tx, struct err *e);

#endif
