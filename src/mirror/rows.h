/* rows — inside of run.h: rows as they come, the wide columns a run is made of, and what counts a
 * run's references. */
#ifndef KOI_MIRROR_ROWS_H
#define KOI_MIRROR_ROWS_H

#include "mirror/image.h"
#include "mirror/run.h"

#include <stdatomic.h>

/* What a run is within: nobody outside counts references. */
struct counted {
    atomic_uint refs;
    struct image *image; /* that its columns are in; NULL: they are its own */
    const void *part;    /* of the image */
    size_t part_bytes;
    struct run *origin;   /* that its columns are of, but for first refunds of a kind; or NULL */
    uint8_t refunds_kind; /* the kind */
    void *postings;       /* that hold all that its postings do; NULL: each column its own */
    struct run run;
};

static inline struct counted *counted_of(const struct run *run)
{
    return (struct counted *)((char *)run - offsetof(struct counted, run));
}

/* What few rows have. */
struct extra {
    uint32_t row;
    uint32_t refunded_s;
    int64_t amount_fen, quantity;
};

/* Columns at full width, in whatever order; extras by ascending row. */
struct run_rows {
    size_t n, room;
    uint16_t *local;
    uint8_t *kind;
    uint32_t *at_s;
    uint32_t *object;
    uint16_t *channel, *staff;
    struct extra *extras;
    size_t n_extras, extras_room;
    struct run_born *born; /* by ascending row */
    size_t n_born, born_room;
};

/* Appends what a row has besides; `x->row` is the row's, ascending. */
void rows_put_extra(struct run_rows *rows, const struct extra *x);
/* Appends that a row, ascending, is of a customer other than the root. */
void rows_put_born(struct run_rows *rows, uint32_t row, uint32_t code);
/* Makes room for n rows in all. */
void rows_reserve(struct run_rows *rows, size_t n);
/* Frees what it holds and leaves it empty. */
void rows_done(struct run_rows *rows);
/* Copies rows sorted by (customer, time), equal seconds in the order they had. `out` is empty. */
void rows_sort(const struct run_rows *rows, struct run_rows *out);

/* Makes a run out of sorted rows, whose columns it takes over; see run_new(). A dense run when
 * `base`, or when it holds many customers. */
struct run *run_of_sorted(struct run_rows *rows, const struct set_words *replaced, bool base);

/* Notes who is in a posting that is complete, where, and since when, when it is large. */
void posting_index(struct run_posting *p);
/* Both accept NULL. */
void posting_index_free(struct posting_index *x);
size_t posting_index_bytes(const struct posting_index *x);
static inline bool posting_has_amounts(const struct run_posting *p)
{
    return p->amount_fen.narrow != NULL || p->amount_fen.wide != NULL;
}

/* Moves the columns and indexes of a run's postings, which are complete, into one piece of memory,
 * which it gives back for `counted.postings`; NULL when they are too little for that. */
void *run_pack_postings(struct run *run);

#endif
