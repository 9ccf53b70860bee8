/* work_json — what lists of work have alike, such as callbacks and wishes: when a row is due or
 * ended, and why it failed, in the caller's language. */
#ifndef KOI_API_WORK_JSON_H
#define KOI_API_WORK_JSON_H

#include "http/request.h"

/* An error as it was kept (base/err_json.h); all empty when the text is absent or none. */
struct work_error {
    struct str code, message, hint;
};
/* False when nothing was kept. In the request's arena. */
bool work_error_read(struct request *rq, struct str text, struct work_error *out);

/* The member "error": {"code","message","hint"} or null. */
void work_put_error(struct request *rq, struct json *j, struct str text);

/* The members "due_s" and "ended_s", of which one is null. */
void work_put_times(struct json *j, bool waiting, int64_t due_us, int64_t ended_us);

#endif
