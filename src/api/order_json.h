/* order_json — an order as the API shows it, the same in every list. */
#ifndef KOI_API_ORDER_JSON_H
#define KOI_API_ORDER_JSON_H

#include "http/request.h"
#include "store/order_read.h"

/* The members of docs/API.md, GET /api/orders, into an object that is open. */
void order_json_members(struct request *rq, struct json *j, const struct order_card *o);

/* A whole list reply under a filter: page by cursor or number, total. The route declares ARGS_PAGE
 * and ARGS_PAGE_NUMBER. */
enum rc order_json_list(struct request *rq, struct tx *tx, const struct order_filter *f,
                        struct err *e);

#endif
