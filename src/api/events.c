/* events.c — POST /api/events: what customers did, a batch at a time, as a shop or an app sends it.
 *
 * The batch is read on the request's own thread and written in one closure, so it is durable when
 * the reply leaves. What a field means is said by docs/IMPORT.md for files.
 */
#include "domain/event_batch.h"

#include "api/routes.h"
#include "base/limits.h"
#include "http/request.h"

#include <inttypes.h>

static enum rc add_prepare(struct request *rq, struct tx *tx, struct err *e)
{
    struct event_batch *batch = NULL;
    struct event_batch_spec spec = {
        .columns = arg_json(rq, "columns"),
        .rows = arg_json(rq, "rows"),
        .events = arg_json(rq, "events"),
        .channel = arg_str(rq, "channel"),
        .source = arg_str(rq, "source"),
        .zone = arg_str(rq, "zone"),
        .type = arg_str(rq, "type"),
    };
    enum rc rc = event_batch_read(request_app(rq), tx, &spec, request_arena(rq), &batch, e);
    request_set_note(rq, batch);
    return rc;
}

static void print_problems(const struct event_batch *batch, bool english, struct json *j)
{
    size_t n;
    const struct event_problem *problems = event_batch_problems(batch, &n);
    json_put_int(j, "rejected", (int64_t)n);
    json_open_array(j, "problems");
    for (size_t i = 0; i < n; i++) {
        json_open_object(j, NULL);
        json_put_int(j, "index", (int64_t)problems[i].index);
        json_put_z(j, "field", problems[i].field);
        json_put_z(j, "reason", english ? problems[i].en : problems[i].zh);
        json_close_object(j);
    }
    json_close_array(j);
}

static enum rc add_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct event_batch *batch = request_note(rq);
    struct ingest_counts counts;
    enum rc rc = event_batch_write(batch, tx, request_has_key(rq), &counts, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_int(j, "added", counts.added);
    json_put_int(j, "known", counts.known);
    json_put_int(j, "customers", counts.customers);
    print_problems(batch, request_caller(rq)->english, j);
    json_close_object(j);
    request_audit(rq, "event", 0, "\"added\":%" PRId64 ",\"customers\":%" PRId64, counts.added,
                  counts.customers);
    return RC_OK;
}

const struct route route_event_add = {
    .method = POST,
    .path = "/api/events",
    .name = "event_add",
    .need = PERM_IMPORT,
    .scope = SCOPE_WHOLE,
    .writes = true,
    .idempotent = true,
    .audited = true,
    .late = true,
    .args =
        {
            {"events", ARG_JSON, IN_BODY, .zh = "行为的列表，每条一个对象",
             .en = "a list of events, an object each"},
            {"columns", ARG_JSON, IN_BODY, .zh = "代替 events：字段名的列表",
             .en = "instead of `events`: the names of the fields"},
            {"rows", ARG_JSON, IN_BODY, .zh = "与 columns 一起：每条一个值的列表",
             .en = "with `columns`: a list of values for each event"},
            {"type", ARG_NAME, IN_BODY, .zh = "没有写明类型的行为的类型",
             .en = "the kind of events that do not say theirs"},
            {"channel", ARG_NAME, IN_BODY, .zh = "渠道，默认“导入”",
             .en = "the channel, 导入 unless told"},
            {"source", ARG_NAME, IN_BODY, .zh = "新客户的首次来源，默认“导入”",
             .en = "first source of new customers, 导入 unless told"},
            {"zone", ARG_NAME, IN_BODY, .zh = "没有时区的时间按哪个时区，默认企业的",
             .en = "zone of times without one, the corp's unless told"},
        },
    .prepare = add_prepare,
    .run = add_run,
    .zh = "记入一批行为：回复时已落盘；带 Idempotency-Key 只记一次，不带则与已有的相同者不再记。",
    .en = "Take in a batch of events, on disk when the reply leaves. With an Idempotency-Key once; "
          "without, those equal to what is there are known.",
    .reply = "EventsAdded",
};
