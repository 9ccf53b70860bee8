/* inbox_work — works on what stands in the inbox: per key in order of arrival, at least once.
 *
 * A handler is a row: `prepare` asks others (outside of any transaction), `apply` writes, in the
 * transaction that also ends the row, so what it writes is written once. An attempt that fails is
 * repeated after 1, 2, 4 … seconds, an hour at most, and what comes behind it for the same key
 * waits; after INBOX_ATTEMPTS (a day and more), or at once when what was told is wrong, the row is
 * dead: it stays with its reason until an operator asks for it again. A kind without a handler is
 * ignored and kept for inbox_days, so that it can be asked for again when there is one.
 */
#ifndef KOI_DOMAIN_INBOX_WORK_H
#define KOI_DOMAIN_INBOX_WORK_H

#include "domain/rounds.h"

enum { INBOX_ATTEMPTS = 40 };

struct inbox_item {
    struct app *app;
    int64_t id, received_us, attempts;
    struct str kind, key, body;
    struct arena *arena; /* lives until the row has ended or failed */
    void *note;          /* from prepare() to apply() */
};

struct inbox_handler {
    const char *kind; /* NULL ends the table; "change_external_tag/" is every kind that begins so */
    /* Both may be NULL: then nothing is to be done for this kind. RC_INVALID and RC_CORRUPT are
     * for good, everything else is tried again. apply() may run twice, as every closure. */
    enum rc (*prepare)(struct inbox_item *item, struct err *e);
    enum rc (*apply)(struct tx *tx, struct inbox_item *item, struct err *e);
    /* How long a message of the kind is left alone after it came. */
    int64_t settle_us;
};
/* Of the handler of a kind; 0 where there is none. */
int64_t inbox_settle_us(const struct inbox_handler *handlers, struct str kind);

/* How long to wait after so many failed attempts (1 …), or 0 for dead. */
int64_t inbox_pause_us(int64_t attempts);

/* Takes those whose turn it is at now_us, once; how many. */
enum rc inbox_work_run(struct app *app, const struct inbox_handler *handlers, int64_t now_us,
                       int64_t *out_taken, struct err *e);
/* Deletes what ended inbox_days before now_us. */
enum rc inbox_work_purge(struct app *app, int64_t now_us, struct err *e);

/* The thread (domain/rounds.h, whose other functions it is for); `handlers` outlives it. */
struct rounds *inbox_work_start(struct app *app, const struct inbox_handler *handlers);

#endif
