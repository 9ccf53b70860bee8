/* guard — how many passwords may be tried, so that nobody can guess one and nobody can lock another
 * one out; and how often strangers may open a page.
 *
 * Token buckets in memory. A try from a browser that has signed in to the login before (it shows a
 * signed cookie) uses a bucket of its own; every other try uses three: the login's, the address's
 * and one for all. A try that turns out right gives its tokens back. So 10,000 tries from anywhere
 * get at most some 40 answers, and the owner, whose browser is known, still gets in; a new browser
 * gets in by a one-time link.
 */
#ifndef KOI_HTTP_GUARD_H
#define KOI_HTTP_GUARD_H

#include "base/err.h"

/* One try, as long as it lasts. */
struct guard_try {
    uint32_t slots[3];
    int n;
};

/* Takes what a try costs; RC_RATE when it may not be made. `device` is the verified id of a known
 * browser, absent for others. */
enum rc guard_take(struct str login, struct str address, struct str device, struct guard_try *out,
                   struct err *e);
/* The password was right: gives back what was taken. */
void guard_give(const struct guard_try *t);

/* A stranger opens a page that anybody may open. RC_RATE "page_too_often" when 120 came from that
 * address at once, or more than five a second since. */
enum rc guard_visit(struct str address, struct err *e);

#endif
