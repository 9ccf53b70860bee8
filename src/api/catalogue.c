/* catalogue.c — short lists that filters and the audience composer offer.
 */
#include "api/listing.h"
#include "api/report_args.h"
#include "api/routes.h"
#include "store/catalogue.h"

static void end_list(struct request *rq, size_t n)
{
    struct json *j = reply_json(rq);
    json_close_array(j);
    reply_page_end(rq, STR_ABSENT, (int64_t)n);
    json_close_object(j);
}

static enum rc kinds(struct request *rq, struct tx *tx, struct err *e)
{
    struct kind_row *list;
    size_t n;
    enum rc rc = catalogue_kinds(tx, &list, &n, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = listing_open(rq);
    for (size_t i = 0; i < n; i++) {
        json_open_object(j, NULL);
        json_put_id(j, "id", list[i].id);
        json_put_str(j, "name", list[i].name);
        json_put_str(j, "zh", list[i].zh);
        json_put_str(j, "en", list[i].en);
        json_put_bool(j, "touch", list[i].touch);
        json_close_object(j);
    }
    end_list(rq, n);
    return RC_OK;
}

const struct route route_event_kind_list = {
    .method = GET,
    .path = "/api/event-kinds",
    .name = "event_kind_list",
    .need = PERM_CUSTOMER_READ,
    .scope = SCOPE_NONE,
    .run = kinds,
    .zh = "行为的种类",
    .en = "The kinds of events.",
    .reply = "EventKindList",
};

static enum rc channels(struct request *rq, struct tx *tx, struct err *e)
{
    struct channel_row *list;
    size_t n;
    enum rc rc = catalogue_channels(tx, &list, &n, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = listing_open(rq);
    for (size_t i = 0; i < n; i++) {
        json_open_object(j, NULL);
        json_put_id(j, "id", list[i].id);
        json_put_str(j, "name", list[i].name);
        json_put_str(j, "kind", list[i].kind);
        json_close_object(j);
    }
    end_list(rq, n);
    return RC_OK;
}

const struct route route_channel_list = {
    .method = GET,
    .path = "/api/channels",
    .name = "channel_list",
    .need = PERM_CUSTOMER_READ,
    .scope = SCOPE_NONE,
    .run = channels,
    .zh = "渠道",
    .en = "The channels through which things happen.",
    .reply = "ChannelList",
};

static enum rc cities(struct request *rq, struct tx *tx, struct err *e)
{
    const struct board *board;
    struct city_row *list;
    size_t n;
    enum rc rc = board_for_people(rq, tx, &board, e);
    if (rc == RC_OK)
        rc = board_cities(board, arg_str(rq, "q"), request_caller(rq)->scope_account,
                          page_limit(rq), &list, &n, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = listing_open(rq);
    for (size_t i = 0; i < n; i++) {
        json_open_object(j, NULL);
        json_put_str(j, "name", list[i].name);
        json_put_int(j, "customers", list[i].customers);
        json_close_object(j);
    }
    json_close_array(j);
    reply_page_end(rq, STR_ABSENT, -1);
    json_close_object(j);
    return RC_OK;
}

const struct route route_city_list = {
    .method = GET,
    .path = "/api/cities",
    .name = "city_list",
    .need = PERM_CUSTOMER_READ,
    .scope = SCOPE_ROWS,
    .args = {{"q", ARG_TEXT, .max = 120, .zh = "城市名的一部分", .en = "part of the name"},
             {"limit", ARG_INT, .min = 1, .max = 200, .zh = "最多几个，默认 50",
              .en = "at most so many, 50 unless told"}},
    .run = cities,
    .zh = "数据范围内客户所在的城市，人多的在前",
    .en = "Cities of the customers in your scope, most customers first.",
    .reply = "CityList",
};
