/* event_parts — building the index of the log by customer behind the log: parts of level 0 from
 * its newest rows, larger parts from smaller ones (schema/0005_event_parts.sql).
 *
 * Reading, sorting and packing are done by the caller's thread with short read transactions;
 * closures of the writer only put blocks in, at most 1,000 of them (about 5 ms). About 1.2 µs an
 * event in all at a hundred million, of which the writer's part is 0.2 µs.
 */
#ifndef KOI_DOMAIN_EVENT_PARTS_H
#define KOI_DOMAIN_EVENT_PARTS_H

#include "domain/app.h"

struct event_parts_bounds {
    int64_t rows;    /* of the log in a part of level 0 */
    int64_t fan_in;  /* parts of a level that become one of the next; at least 2 */
    int64_t stale_s; /* a part that nobody has written to for so long is given up */
};

/* What a corp has: 100 million rows are some two dozen parts, and the tail is 32,768 rows and what
 * came within a second. */
extern const struct event_parts_bounds EVENT_PARTS_BOUNDS;

struct event_parts {
    struct db *db;
    struct writer *writer;
    struct event_parts_bounds bounds;
    bool (*stopping)(void *arg); /* asked between closures; NULL: never */
    void *arg;                   /* its */
    /* What was done. */
    int64_t added, merged, dropped; /* parts */
};

/* Does all that is due, on the calling thread; never within a closure. What it leaves when it is
 * stopped, killed or fails, the next one takes up or removes. RC_OK also where another node was
 * quicker. */
enum rc event_parts_run(struct event_parts *p, struct err *e);
/* Parts of level 0 alone, so that no tail is long: 0.5 µs a row. */
enum rc event_parts_catch_up(struct event_parts *p, struct err *e);
/* How many numbers of the log are behind the last part. */
enum rc event_parts_behind(struct db *db, int64_t *out, struct err *e);

/* What the parts in use look like. */
struct event_parts_report {
    int64_t parts, events;
    int64_t behind;                   /* numbers of the log behind the last part */
    int64_t damaged;                  /* parts that cannot be used as they are */
    int64_t bad_from_seq, bad_to_seq; /* numbers of the first of them */
};
/* Looks whether the parts follow each other; `deep`: also unpacks every block and compares it with
 * the log, 0.4 µs an event. RC_OK also where something is damaged. */
enum rc event_parts_check(struct tx *tx, bool deep, struct event_parts_report *out, struct err *e);
/* A closure's part: takes all parts out of use, so that the builder makes them anew from the log,
 * which takes 1 µs an event. Until then whoever asks for one customer waits for a look through the
 * log. Says how many there were. */
enum rc event_parts_give_up(struct tx *tx, int64_t *out_parts, struct err *e);

/* The thread that runs it once a second where something was written. */
struct event_parts_thread;
struct event_parts_thread *event_parts_start(struct app *app);
/* Ends after the closure under way. Accepts NULL. */
void event_parts_stop(struct event_parts_thread *t);

#endif
