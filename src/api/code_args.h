/* code_args — a code as a request gives it and as a reply shows it. */
#ifndef KOI_API_CODE_ARGS_H
#define KOI_API_CODE_ARGS_H

#include "domain/code.h"
#include "http/request.h"

/* Reads what was given over what is there; lists replace. In the request's arena. RC_INVALID for a
 * list that is no list of such objects; whether its values are allowed is code_check()'s
 * business. */
enum rc code_args_read(struct request *rq, struct code *c, struct err *e);

/* The whole code as an object, with its warnings, greeting and views of its page as `tx` sees them;
 * names are shown as read by code_load(). */
enum rc code_json(struct request *rq, struct tx *tx, const struct code *c, struct err *e);
/* One of a list, without its lists. */
void code_json_row(struct request *rq, const struct code *c);
void code_json_warning(struct request *rq, const struct code_warning *w);

#endif
