/* aside — requests that nobody waits for at a screen (routes with `late`: batches of events), one
 * after the other on a thread of their own that stands back. Another one is for routes with
 * `outside`, which wait for somebody else's server.
 *
 * Taking a batch apart costs milliseconds of a processor. On the threads that answer questions a
 * question behind a few batches would wait for all of them.
 */
#ifndef KOI_HTTP_ASIDE_H
#define KOI_HTTP_ASIDE_H

struct aside;
struct visit;

/* The thread begins with the first request. */
struct aside *aside_new(void);
/* Behind the last request: nothing waits any more. Accepts NULL. */
void aside_free(struct aside *a);
/* Has visit_work() called for a suspended visit. Any thread. */
void aside_put(struct aside *a, struct visit *v);

#endif
