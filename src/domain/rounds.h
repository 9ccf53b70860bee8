/* rounds — a thread that works off rows which stand in the database: round after round while there
 * are some, else once a second and whenever it is woken; what is old goes once an hour. Errors are
 * logged by their code and the round is tried again. */
#ifndef KOI_DOMAIN_ROUNDS_H
#define KOI_DOMAIN_ROUNDS_H

#include "domain/app.h"

struct rounds_of {
    const char *thread;      /* at most 15 bytes */
    const char *work, *tidy; /* events of the log when one of the two fails */
    /* A round: how many rows it took. `arg` is that of rounds_start(). */
    enum rc (*run)(struct app *app, const void *arg, int64_t now_us, int64_t *out_taken,
                   struct err *e);
    enum rc (*purge)(struct app *app, int64_t now_us, struct err *e);
};

struct rounds;
/* `of` and `arg` outlive it. */
struct rounds *rounds_start(struct app *app, const struct rounds_of *of, const void *arg);
/* Lets the round under way end. Accepts NULL. */
void rounds_stop(struct rounds *r);
/* There is something: look soon. From any thread, never blocks; accepts NULL. */
void rounds_wake(struct rounds *r);

#endif
