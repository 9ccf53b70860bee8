/* code_greeting — what a group code's groups greet with, as a request gives it and a reply shows
 * it. */
#ifndef KOI_API_CODE_GREETING_H
#define KOI_API_CODE_GREETING_H

#include "domain/group_greeting.h"
#include "http/request.h"

/* Of a request: not given, given, or taken off. */
enum greeting_wanted { GREETING_NOT_GIVEN, GREETING_GIVEN, GREETING_OFF };
/* Reads the argument `greeting` of a code of that kind and checks it, but for the rows that it
 * names. In the request's arena. RC_INVALID. */
enum rc code_greeting_read(struct request *rq, struct str kind, enum greeting_wanted *out_wanted,
                           struct greeting_said *out, struct err *e);
/* Does what was read, to a code that stands at WeCom. */
enum rc code_greeting_write(struct tx *tx, struct request *rq, int64_t code_id,
                            enum greeting_wanted wanted, const struct greeting_said *said,
                            struct err *e);

/* The member "greeting" of a code: an object, or null. */
enum rc code_greeting_put(struct request *rq, struct tx *tx, int64_t code_id, struct err *e);

#endif
