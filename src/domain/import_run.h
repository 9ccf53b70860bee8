/* import_run — the inside of a running import, shared by import*.c only.
 */
#ifndef KOI_DOMAIN_IMPORT_RUN_H
#define KOI_DOMAIN_IMPORT_RUN_H

#include "base/lock.h"
#include "domain/import.h"
#include "domain/import_read.h"
#include "domain/reject.h"

enum { IMPORT_FLIGHTS = 8, IMPORT_RING = 2 * IMPORT_FLIGHTS };

/* What has been done so far; the cursor of the job. */
struct import_tally {
    int64_t rows, rejected; /* rows read, bad ones included */
    struct ingest_counts counts;
    int64_t stats_after; /* -1: reading; else customers up to this one are refreshed */
};
struct str import_tally_text(const struct import_tally *t, struct arena *a);
bool import_tally_parse(struct str text, struct import_tally *out);

struct import;

/* A step on its way to the database. */
struct flight {
    struct import *imp;
    struct import_step *step;
    struct write write;
    int64_t number;
    int64_t rows, rejected; /* read when it was handed in */
    bool busy, ran;         /* on its way; its closure ran to the end */
};

struct import {
    struct app *app;
    struct job *job;
    int64_t batch_id; /* 0: dry run */
    bool dry, english, sealed;
    const char *path;
    struct import_map map;
    struct table *table;
    struct import_names names;
    struct zone zone;
    struct reader reader;
    struct ingest *ingest;
    struct reject *reject;
    struct str mapping;
    uint8_t header_hash[32];

    /* Of the reading thread. */
    struct table_row held; /* a row that begins the next step */
    bool has_held, at_end;
    int64_t rows, rejected, resume_rows, steps;
    int64_t known_orders; /* dry run: orders that are there already */

    int64_t *touched; /* customers whose statistics are due; NULL: not read yet */
    size_t touched_n, touched_at;

    struct flight flights[IMPORT_FLIGHTS];
    struct lock lock; /* what follows */
    struct signal landed;
    struct import_tally start; /* where this run began */
    struct {
        int64_t number; /* of a step that ran to its end, plus 1 */
        struct import_tally after;
    } ring[IMPORT_RING];      /* by number: outlives the flight */
    struct import_tally done; /* of the newest step that was committed */
    enum rc failed;
    struct err why;
    double us_a_row;
};

#endif
