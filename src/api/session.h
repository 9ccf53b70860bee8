/* session — what the ways of signing in share: making the session, and the reply that tells it. */
#ifndef KOI_API_SESSION_H
#define KOI_API_SESSION_H

#include "http/request.h"
#include "store/account.h"

enum { SESSION_SECRET_CHARS = 40, SESSION_CSRF_CHARS = 32 };

/* A session that was made, until its cookies are set. */
struct session_made {
    char secret[SESSION_SECRET_CHARS + 1], csrf[SESSION_CSRF_CHARS + 1];
    int64_t lasts_s;
};

/* Makes the row of a new session and ends the browser's old one. Writing transactions only; no
 * effect on the reply, so a closure may run it twice. */
enum rc session_begin(struct request *rq, struct tx *tx, const struct account *a,
                      struct session_made *out, struct err *e);
/* Sets the cookies (also the one by which http/guard.h knows the browser), says it to the audit
 * log, and writes the reply: schema Session. `must_set`: they have to set a password next. */
enum rc session_enter(struct request *rq, struct tx *tx, const struct account *a,
                      const struct session_made *made, bool must_set, struct err *e);

#endif
