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
/* Sets the cookies (also the one by which http/guard.h knows the browser) and says it to the audit
 * log. */
void session_cookies(struct request *rq, const struct account *a, const struct session_made *made);
/* The same, and writes the reply: schema Session. `must_set`: they have to set a password next. */
enum rc session_enter(struct request *rq, struct tx *tx, const struct account *a,
                      const struct session_made *made, bool must_set, struct err *e);

/* Signing in by WeCom, whose page of consent comes back to `path` below public_url. The first
 * writes the whole reply: the way there. `inside` WeCom's client, or a code to scan. */
enum rc session_wecom_begin(struct request *rq, bool inside, struct str path, struct err *e);
/* Of a route that is `outside`, with the arguments `code` and `state`: whose the code is, with a
 * session that was made for them. */
enum rc session_wecom_end(struct request *rq, struct account *out, struct session_made *made,
                          struct err *e);

#endif
