/* audiences — an expression in every form, for the handlers that show one. */
#ifndef KOI_API_AUDIENCES_H
#define KOI_API_AUDIENCES_H

#include "http/request.h"
#include "query/audience.h"

/* Writes the members expression, sentence_zh, sentence_en and tree. Texts are kept in `a`. */
void audience_put(struct json *j, struct arena *a, const struct audience_expr *x);

/* The same for a stored text, and the member problem: null. One that went stale keeps its text; the
 * other forms are null and problem says why, in the caller's language. */
void audience_put_text(struct request *rq, struct tx *tx, struct str subject, struct str text);

/* Replies with the page (ARGS_PAGE) of customers that a text about customers picks now and the
 * caller may see: a CustomerList, with the total on its first page. */
enum rc audience_reply_customers(struct request *rq, struct tx *tx, struct str text, struct err *e);

#endif
