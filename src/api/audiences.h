/* audiences — helpers that other handlers share: reading an expression for a request, and writing
 * it in every form. */
#ifndef KOI_API_AUDIENCES_H
#define KOI_API_AUDIENCES_H

#include "http/request.h"
#include "query/audience.h"

/* Reads and checks an expression against the database of `tx`; `subject` is "customer" (also
 * absent) or "group". The tree is in the transaction's arena. */
enum rc audience_read_text(struct tx *tx, struct str subject, struct str text,
                           const struct audience_expr **out, struct err *e);

/* Writes the members expression, sentence_zh, sentence_en and tree. Texts are kept in `a`. */
void audience_put(struct json *j, struct arena *a, const struct audience_expr *x);

#endif
