/* ledger_parts — what the two halves of the ledger share. Private to src/mirror. */
#ifndef KOI_MIRROR_LEDGER_PARTS_H
#define KOI_MIRROR_LEDGER_PARTS_H

#include "mirror/ledger.h"

/* One order on its way into a book. */
struct ledger_row {
    int64_t id, sale_fen, refunded_fen, paid_fen, total_fen;
    uint32_t root, born, at_s;
    uint16_t channel, province;
    uint8_t flags;
    uint32_t first_line, n_lines; /* among the fresh lines */
};

struct ledger_line {
    int64_t quantity, amount_fen;
    uint32_t product;
    uint8_t flags;
};

/* Ids, ascending and distinct when sorted. Zeroed: none. */
struct ledger_ids {
    int64_t *at;
    size_t n, room;
};
void ledger_ids_add(struct ledger_ids *l, int64_t id);
void ledger_ids_sort(struct ledger_ids *l);
bool ledger_ids_has(const struct ledger_ids *l, int64_t id);

/* What changes from one book to the next. Zeroed: nothing. */
struct ledger_fresh {
    struct ledger_ids gone; /* orders whose rows and refunds are left out of the old book, sorted */
    struct ledger_row *rows;
    size_t n, room;
    struct ledger_line *lines;
    size_t n_lines, lines_room;
    struct ledger_refund *refunds;
    size_t n_refunds, refunds_room;
};
void ledger_fresh_row(struct ledger_fresh *f, const struct ledger_row *row);
void ledger_fresh_line(struct ledger_fresh *f, const struct ledger_line *line);
void ledger_fresh_refund(struct ledger_fresh *f, const struct ledger_refund *refund);
void ledger_fresh_free(struct ledger_fresh *f);

/* The row at a place of a book, without its lines; and a line. */
struct ledger_row ledger_row_at(const struct ledger_book *b, uint32_t at);
struct ledger_line ledger_line_at(const struct ledger_book *b, uint32_t at);
/* A book of the old one's rows (NULL: none) without those that are gone, and the fresh ones, which
 * get sorted. Dictionaries are the caller's to fill in. */
struct ledger_book *ledger_book_merge(struct ledger_book *old, struct ledger_fresh *f);
size_t ledger_book_bytes(const struct ledger_book *b);

#endif
