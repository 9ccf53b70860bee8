/* assemble — customers whose events are in several runs, put together some at a time. Private to
 * query/mirror.
 *
 * Loops over a run go over what is put together as they do over any run, one with few customers. It
 * holds what the question needs and no more: rows of its span with kind and time, other columns and
 * postings where they are asked for, or one posting alone. It is the asker's, and reused for the
 * next customers.
 *
 *   assembly_begin(&a, chunk, who, &needs);
 *   while (assembly_next(&a))
 *       … a.run, a.here …
 *   assembly_end(&a);
 *
 * Cost: about 30 ns a customer and run, 1 ns a row, 3 with other columns, 2 to 4 an event of a
 * posting.
 */
#ifndef KOI_QUERY_MIRROR_ASSEMBLE_H
#define KOI_QUERY_MIRROR_ASSEMBLE_H

#include "mirror/snapshot.h"

struct assembly_needs {
    uint32_t from_s, to_s; /* both included */
    bool rows;             /* kinds and times; else postings alone */
    bool columns;          /* channel, staff and object of rows, too */
    const uint8_t *kinds;  /* whose postings, where any run has one */
    size_t n_kinds;
    uint32_t customers_most; /* at once */
};

struct assembly_source;
struct assembly {
    /* What is put together. Its `by_kind` is at least what is there; who has no row in the span is
     * not in `local`. Without rows it has postings and no customers. */
    struct run run;
    struct set_words here; /* the customers at hand */
    const struct chunk *chunk;
    struct assembly_needs needs;
    uint16_t *list; /* all customers, ascending */
    uint32_t n, at;
    uint32_t rows_room;
    uint32_t postings_room[RUN_KINDS];
    struct assembly_source *sources; /* by run */
};

/* `who` are those of chunk_runs.several; what `needs` points to stays. */
void assembly_begin(struct assembly *a, const struct chunk *chunk, const struct set_words *who,
                    const struct assembly_needs *needs);
/* The next customers; false when there are none left. */
bool assembly_next(struct assembly *a);
void assembly_end(struct assembly *a);

#endif
