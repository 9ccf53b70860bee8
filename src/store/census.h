/* census — counts over the whole database, for doctor, metrics and backups. */
#ifndef KOI_STORE_CENSUS_H
#define KOI_STORE_CENSUS_H

#include "db/db.h"

struct census_row {
    struct str table;
    int64_t rows;
};

/* The number of rows of every table of schema/, by name, in the transaction's arena: one scan of
 * each. */
enum rc census_tables(struct tx *tx, struct census_row **out, size_t *out_n, struct err *e);
/* Whether the demo corp is in. */
enum rc census_demo(struct tx *tx, bool *out, struct err *e);
/* How many jobs are in each state that is not over: waiting, running (or stopping). */
enum rc census_jobs(struct tx *tx, int64_t *out_waiting, int64_t *out_running, struct err *e);

#endif
