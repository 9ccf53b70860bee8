/* print — the pieces of the canonical text, for the sentences and the JSON form as well. All append
 * to `out`. */
#ifndef KOI_QUERY_PRINT_H
#define KOI_QUERY_PRINT_H

#include "query/tree.h"

/* An expression; the caller has checked that it fits in what it is for. */
void print_node(const struct node *n, struct buf *out);
/* "order.kept where amount > 100"; with `amount`, "order.amount where …". */
void print_events(const struct events *ev, bool amount, struct buf *out);
/* "last 90d", "between 2026-01-01 and 2026-01-31"; nothing for WINDOW_EVER. */
void print_window(const struct window *w, struct buf *out);
/* "90d", "period". */
void print_duration(const struct duration *d, struct buf *out);
/* A bare day, or a quoted day and time. */
void print_moment(const struct moment *m, struct buf *out);
/* Millionths as the shortest exact decimal: 500, 99.9, -0.000001. */
void print_number(int64_t micro, struct buf *out);
/* In quotes, with " and \ escaped. */
void print_text(struct str s, struct buf *out);

#endif
