/* import_read — rows of a file become what ingest takes: checked, converted, grouped into orders.
 * Private to import.
 *
 * A row is taken whole or not at all; what is wrong with it is said by the first column at fault. A
 * step is a handful of rows that go to the database in one closure; it owns all its text.
 */
#ifndef KOI_DOMAIN_IMPORT_READ_H
#define KOI_DOMAIN_IMPORT_READ_H

#include "base/zone.h"
#include "domain/import_map.h"
#include "domain/import_names.h"
#include "domain/ingest.h"
#include "domain/occurrence.h"

enum {
    STEP_ROWS = 1000,      /* a step is closed at the next border of orders */
    STEP_ORDER_MAX = 1000, /* lines of one order in one step */
    STEP_ROOM = STEP_ROWS + STEP_ORDER_MAX,
};

struct import_step {
    struct arena arena;
    size_t orders_n, items_n, refunds_n, events_n, customers_n;
    struct ingest_order orders[STEP_ROOM];
    struct ingest_item items[STEP_ROOM];
    struct ingest_refund refunds[STEP_ROOM];
    struct ingest_event events[STEP_ROOM];
    struct ingest_customer customers[STEP_ROOM];
    size_t rows;
    bool continues; /* an order in it came before in this file */
};
struct import_step *import_step_new(void);
void import_step_free(struct import_step *s);
void import_step_clear(struct import_step *s);

/* What is wrong with a row. */
struct problem {
    int column; /* -1: the row as such */
    const char *zh, *en;
};

struct reader {
    const struct import_map *map;
    struct import_names *names;
    int64_t channel_id;
    struct str issuer; /* the channel's name */
    const struct keyring *keys;
    struct zone *zone; /* NULL: the corp's */
    struct occurrence seen;
    /* Lines that a closure appends cannot be read in its group on PostgreSQL: an order that comes
     * up again begins a step, and the step waits for those before it. */
    bool apart;
    size_t step_rows; /* at most STEP_ROWS: what fits into a closure's time */

    /* The order whose lines are coming: its number's hash, and how many lines the step has of
     * it. */
    uint64_t order_hash;
    size_t order_lines;
    bool order_open;
    char last_time[40];
    size_t last_time_n;
    int64_t last_time_s;

    struct buf scratch; /* freed by reader_done() */
};

/* Frees what it holds of its own; accepts a zeroed reader. */
void reader_done(struct reader *r);

/* Whether the row must begin a new step: the one given is full enough, and the row begins something
 * new. */
bool reader_cuts(struct reader *r, const struct table_row *row, const struct import_step *s);
/* Says that a new step begins. */
void reader_new_step(struct reader *r);
/* Puts the row into the step. RC_INVALID with *out_problem when the row is wrong; other codes are
 * failures. */
enum rc reader_row(struct reader *r, const struct table_row *row, struct import_step *s,
                   struct problem *out_problem, struct err *e);

/* One event as such, its texts in the arena; likewise. */
enum rc reader_event(struct reader *r, const struct table_row *row, struct arena *a,
                     struct ingest_event *out, struct problem *out_problem, struct err *e);

/* ---- for the files that read one kind ---- */

/* The row's cell for a field, blanks off; absent when no column has it. */
struct str reader_cell(const struct reader *r, const struct table_row *row, enum map_field f);
/* Fails a row: `field`'s column is at fault. Always RC_INVALID. */
enum rc reader_wrong(const struct reader *r, enum map_field field, struct problem *out,
                     const char *zh, const char *en);
/* Reads a time; false when it is none. */
bool reader_time(struct reader *r, struct str text, int64_t *out_s);
/* The accounts in the row, strongest first, copied into the arena: at most IDENTITY_TOGETHER. */
size_t reader_who(const struct reader *r, const struct table_row *row, struct arena *a,
                  const struct identity **out);
enum rc reader_staff(struct reader *r, const struct table_row *row, int64_t *out,
                     struct problem *out_problem);

/* The hash of the order number in the row. */
uint64_t read_order_hash(const struct reader *r, const struct table_row *row);
/* Whether an order of that hash came before in the file. */
bool read_order_again(const struct reader *r, uint64_t hash);
enum rc read_order_row(struct reader *r, const struct table_row *row, struct import_step *s,
                       struct problem *out_problem, struct err *e);
enum rc read_customer_row(struct reader *r, const struct table_row *row, struct import_step *s,
                          struct problem *out_problem, struct err *e);

#endif
