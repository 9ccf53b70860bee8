/* sentence — what the two languages' sentence writers share. Private to query. */
#ifndef KOI_QUERY_SENTENCE_H
#define KOI_QUERY_SENTENCE_H

#include "query/tree.h"

/* The whole sentence in Chinese and in English. */
void say_zh(const struct audience_expr *x, struct buf *out);
void say_en(const struct audience_expr *x, struct buf *out);

/* Texts of all values, each between `open` and `close`, joined by `joiner`; choices by their name
 * in the language, numbers as they are, the last two joined by `last`. */
void say_values(const struct node *n, enum language language, const char *open, const char *close,
                const char *joiner, const char *last, struct buf *out);
/* A number as people write it: 500, 99.9. */
void say_number(const struct literal *v, struct buf *out);
/* A moment without quotes. */
void say_moment(const struct moment *m, struct buf *out);
/* The operator that says the opposite where values are always known: < for >=. OP_COUNT when there
 * is none. */
enum op op_opposite(enum op op);
/* Whether a test is about something always known (a count, a sum): then `not` can be said by the
 * opposite operator. */
bool always_known(const struct node *n);

#endif
