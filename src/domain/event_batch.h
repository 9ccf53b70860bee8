/* event_batch — events handed in over the API: read by the rules of event files (docs/IMPORT.md),
 * then written in one closure.
 *
 * An event that is wrong is told with its place, field and reason, and keeps no other out. Fields
 * are those of an event file, by their own names. Reading needs a read transaction and writes
 * nothing; writing may happen twice. Memory is the arena's and some tables for the whole batch,
 * nothing for each event.
 */
#ifndef KOI_DOMAIN_EVENT_BATCH_H
#define KOI_DOMAIN_EVENT_BATCH_H

#include "base/json.h"
#include "domain/app.h"
#include "domain/ingest.h"

struct event_batch;

/* What was sent. Either `columns` (names of fields) with `rows` (an array of values each), or
 * `events` (objects). Texts that are absent have the defaults of an import. */
struct event_batch_spec {
    const struct json_value *columns, *rows, *events;
    struct str channel, source, zone;
    struct str type; /* of events that do not say theirs */
};

struct event_problem {
    size_t index;      /* from 0 */
    const char *field; /* NULL: the event as such */
    const char *zh, *en;
};

/* Reads everything. RC_INVALID for columns that do not suffice or a zone that is none, RC_LIMIT
 * past LIMIT_EVENTS. What it finds lives as long as the arena. */
enum rc event_batch_read(struct app *app, struct tx *tx, const struct event_batch_spec *spec,
                         struct arena *a, struct event_batch **out, struct err *e);

/* Writes what was fine, in a closure. With `once` the caller sees to it that the batch comes once;
 * otherwise events that are there already are known, as when a file is read again. About 7 µs an
 * event of a known customer, 30 for one who is new. */
enum rc event_batch_write(struct event_batch *b, struct tx *tx, bool once,
                          struct ingest_counts *out, struct err *e);

/* What was wrong, by ascending index; after writing also events of kinds there was no room for. */
const struct event_problem *event_batch_problems(const struct event_batch *b, size_t *out_n);

#endif
