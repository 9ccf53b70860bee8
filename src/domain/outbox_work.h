/* outbox_work — tells what stands in the outbox: per key in order, several keys at a time.
 *
 * A handler is a row: `tell` says it to the other side (outside of any transaction), `apply` writes
 * what came of it, in the transaction that ends the rows. A kill between the two tells again, so a
 * handler whose wish must not be told twice says `once`: such a row is marked before it is told,
 * and one that is found marked is `unsure`: an operator decides whether it is told again.
 *
 * A failed attempt is repeated after 1, 2, 4 … seconds, an hour at most (inbox_pause_us()), and
 * what comes behind it for the same key waits; after INBOX_ATTEMPTS, or at once when the handler
 * says so, the row is dead and stays with its reason. A kind without a handler is dead.
 */
#ifndef KOI_DOMAIN_OUTBOX_WORK_H
#define KOI_DOMAIN_OUTBOX_WORK_H

#include "domain/rounds.h"
#include "store/outbox.h"

/* What tell() says of a failure, beside its error. */
enum outbox_verdict {
    OUTBOX_AGAIN,  /* later */
    OUTBOX_FAILED, /* never as it is: dead */
    OUTBOX_LOST,   /* it may have been done: unsure */
    OUTBOX_VOID,   /* what it is about is gone: dropped */
};

struct outbox_told {
    int64_t id, object_id, attempts;
    struct str body;
};

/* One wish or, of a handler that tells several `together`, those of one key that wait in a row. */
struct outbox_item {
    struct app *app;
    struct str kind, key;
    struct outbox_told *wishes;
    size_t n;
    struct arena *arena; /* lives until the rows have ended */
    void *note;          /* from tell() to apply() */
    enum outbox_verdict verdict;
};

struct outbox_handler {
    const char *kind; /* NULL ends the table */
    bool together;    /* up to OUTBOX_TOGETHER wishes of a key in one call */
    bool once;        /* not together: must not be told twice */
    /* From any thread, several at a time, of different keys. Sets `verdict` when it fails. */
    enum rc (*tell)(struct outbox_item *item, struct err *e);
    /* NULL: nothing to write. For each wish that was told and still stands; may run twice. */
    enum rc (*apply)(struct tx *tx, struct outbox_item *item, const struct outbox_told *wish,
                     struct err *e);
    /* NULL: nothing to write. For each wish that was not told, in the transaction that says so:
     * its state now, why, and the same as the row keeps it. `note` is NULL where tell() did not
     * come to run. Not after a stop; may run twice. */
    enum rc (*failed)(struct tx *tx, struct outbox_item *item, const struct outbox_told *wish,
                      const struct outbox_end *end, const struct err *why, struct err *e);
};

/* Takes those whose turn it is at now_us, once; how many keys. */
enum rc outbox_work_run(struct app *app, const struct outbox_handler *handlers, int64_t now_us,
                        int64_t *out_taken, struct err *e);
/* Deletes what ended inbox_days before now_us. */
enum rc outbox_work_purge(struct app *app, int64_t now_us, struct err *e);

/* The thread (domain/rounds.h, whose other functions it is for); `handlers` outlives it. */
struct rounds *outbox_work_start(struct app *app, const struct outbox_handler *handlers);

#endif
