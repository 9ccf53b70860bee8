/* order_json.c — orders as JSON: the list under /api/orders and the one under a customer are the
 * same reply.
 */
#include "api/order_json.h"

#include "api/listing.h"
#include "api/report_args.h"

void order_json_members(struct request *rq, struct json *j, const struct order_card *o)
{
    json_put_id(j, "id", o->id);
    json_put_str(j, "number", o->number);
    json_put_named(j, "channel", o->channel_id, o->channel);
    json_put_str(j, "nature", o->nature);
    json_put_str(j, "state", o->state);
    if (o->customer_id == 0) {
        json_put_null(j, "customer");
    } else {
        json_open_object(j, "customer");
        json_put_id(j, "id", o->customer_id);
        json_put_str(j, "nickname", customer_nickname(rq, o->nickname));
        json_close_object(j);
    }
    json_put_named(j, "staff", o->staff_id, o->staff);
    json_put_int(j, "at_s", o->at_s);
    json_put_known(j, "paid_s", o->paid_s);
    json_put_int(j, "total_fen", o->total_fen);
    json_put_int(j, "sale_fen", o->sale_fen);
    json_put_known(j, "paid_fen", o->paid_fen);
    json_put_int(j, "refunded_fen", o->refunded_fen);
    json_put_str(j, "province", o->province);
    json_put_int(j, "lines", o->lines);
}

enum rc order_json_list(struct request *rq, struct tx *tx, const struct order_filter *f,
                        struct err *e)
{
    int64_t at = INT64_MAX;
    int64_t id = INT64_MAX;
    bool behind = cursor_read(rq, &at, &id);
    int64_t limit = page_limit(rq);
    const struct board *board;
    struct order_card *list;
    size_t n;
    int64_t total = -1;
    enum rc rc = board_for_short(rq, tx, &board, e);
    if (rc == RC_OK)
        rc = board_orders(board, f, at, id, page_offset(rq), limit + 1, &list, &n,
                          behind ? NULL : &total, e);
    if (rc != RC_OK)
        return rc;

    struct json *j = listing_open(rq);
    bool more = n > (size_t)limit;
    for (size_t i = 0; i < n && i < (size_t)limit; i++) {
        json_open_object(j, NULL);
        order_json_members(rq, j, &list[i]);
        json_close_object(j);
    }
    struct str next = STR_ABSENT;
    if (more)
        next = cursor_write(rq, list[limit - 1].at_s, list[limit - 1].id);
    listing_close(rq, next, total);
    return RC_OK;
}
