/* daybook_parts — what the two halves of the daybook share. Private to src/mirror. */
#ifndef KOI_MIRROR_DAYBOOK_PARTS_H
#define KOI_MIRROR_DAYBOOK_PARTS_H

#include "mirror/daybook.h"

/* One order on its way into a book. */
struct daybook_row {
    int64_t id, sale_fen, refunded_fen, paid_fen, total_fen;
    uint32_t root, born, at_s;
    uint16_t channel, province;
    uint8_t flags;
    uint32_t first_line, n_lines; /* among the fresh lines */
};

struct daybook_line {
    int64_t quantity, amount_fen;
    uint32_t product;
    uint8_t flags;
};

/* Ids, ascending and distinct when sorted. Zeroed: none. */
struct daybook_ids {
    int64_t *at;
    size_t n, room;
};
void daybook_ids_add(struct daybook_ids *l, int64_t id);
void daybook_ids_sort(struct daybook_ids *l);
bool daybook_ids_has(const struct daybook_ids *l, int64_t id);

/* What changes from one book to the next. Zeroed: nothing. */
struct daybook_fresh {
    struct daybook_ids
        gone; /* orders whose rows and refunds are left out of the old book, sorted */
    struct daybook_row *rows;
    size_t n, room;
    struct daybook_line *lines;
    size_t n_lines, lines_room;
    struct daybook_refund *refunds;
    size_t n_refunds, refunds_room;
};
void daybook_fresh_row(struct daybook_fresh *f, const struct daybook_row *row);
void daybook_fresh_line(struct daybook_fresh *f, const struct daybook_line *line);
void daybook_fresh_refund(struct daybook_fresh *f, const struct daybook_refund *refund);
void daybook_fresh_free(struct daybook_fresh *f);

/* The row at a place of a book, without its lines; and a line. */
struct daybook_row daybook_row_at(const struct daybook_edition *b, uint32_t at);
struct daybook_line daybook_line_at(const struct daybook_edition *b, uint32_t at);
/* A book of the old one's rows (NULL: none) without those that are gone, and the fresh ones, which
 * get sorted. Dictionaries are the caller's to fill in. */
struct daybook_edition *daybook_edition_merge(struct daybook_edition *old, struct daybook_fresh *f);
size_t daybook_edition_bytes(const struct daybook_edition *b);

/* How much a book has; `narrow` is a bit for each column of amounts. */
struct daybook_sizes {
    uint32_t n, n_lines, n_refunds, narrow;
};
/* A book with room for so much, its columns not filled in; and how much one has. */
struct daybook_edition *daybook_edition_new(const struct daybook_sizes *sizes);
struct daybook_sizes daybook_edition_sizes(const struct daybook_edition *b);
/* Its columns, one after the other. */
enum { DAYBOOK_COLUMNS = 17 };
struct daybook_column {
    void *at;
    size_t bytes;
};
void daybook_edition_columns(const struct daybook_edition *b,
                             struct daybook_column out[static DAYBOOK_COLUMNS]);

/* ---- daybook_image.c: the file that a book is kept in between two runs of the program ---- */

/* Codes and numbers of a book. Zeroed: none. */
struct daybook_names {
    struct codes *people, *channels, *products;
    struct str *provinces; /* by number; [0] is absent */
    uint16_t provinces_n;
    size_t provinces_room;
};
struct daybook_names daybook_names_new(void);
void daybook_names_free(struct daybook_names *x);

/* Writes a book that has everything up to `seq` durably to `path` (mirror/image.h). */
enum rc daybook_image_write(const struct daybook_edition *b, int64_t seq, uint64_t fingerprint,
                            const char *path, struct err *e);
/* Reads one back, with its names, which the caller owns, in place of `names`; not linked to them.
 * NULL, `names` unchanged, when there is no file, or it is damaged, of another version, or
 * (`expects` says so) of another log. */
struct daybook_edition *
daybook_image_read(const char *path, bool (*expects)(void *ctx, int64_t seq, uint64_t fingerprint),
                   void *ctx, struct daybook_names *names, int64_t *out_seq);

#endif
