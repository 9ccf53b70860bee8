/* listing — the frame of a list reply, {"items":[…],"next":…,"total":…}, and cursors of the form
 * "key:id". */
#ifndef KOI_API_LISTING_H
#define KOI_API_LISTING_H

#include "http/request.h"

#include <inttypes.h>

/* Opens the object and its array; the handler writes one value an item. */
static inline struct json *listing_open(struct request *rq)
{
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_open_array(j, "items");
    return j;
}

/* Closes both. `next` absent: this was the last page; `total` < 0: not counted. */
static inline void listing_close(struct request *rq, struct str next, int64_t total)
{
    struct json *j = reply_json(rq);
    json_close_array(j);
    reply_page_end(rq, next, total);
    json_close_object(j);
}

/* The cursor as two numbers; false at the start of the list. */
static inline bool cursor_read(const struct request *rq, int64_t *out_key, int64_t *out_id)
{
    struct str rest = page_cursor(rq);
    struct str key;
    return !str_empty(rest) && str_cut(&rest, ':', &key) && str_to_i64(key, out_key) &&
           str_to_i64(rest, out_id);
}

/* Two numbers as a cursor. */
static inline struct str cursor_write(struct request *rq, int64_t key, int64_t id)
{
    return arena_printf(request_arena(rq), "%" PRId64 ":%" PRId64, key, id);
}

#endif
