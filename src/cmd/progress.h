/* progress — how far a long piece of work is, for people: one line that redraws itself on a
 * terminal (share, rate, remaining time), plain lines every ten seconds otherwise, nothing with
 * --json. On standard error.
 */
#ifndef KOI_CMD_PROGRESS_H
#define KOI_CMD_PROGRESS_H

#include "cmd/command.h"

struct progress {
    const struct invocation *in;
    int64_t began_us, shown_us;
    int64_t first_done; /* where it stood when we began to look */
    bool drawn;
};

void progress_begin(struct progress *p, const struct invocation *in);
/* `done` of `total` units; total < 0: not known yet. Draws at most ten times a second. */
void progress_show(struct progress *p, struct str title, int64_t done, int64_t total,
                   struct str unit);
/* Ends the line. */
void progress_end(struct progress *p);

#endif
