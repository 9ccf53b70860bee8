/* inbox.c — callbacks as an operator sees them: what waits, what failed and why, and trying again.
 *
 * The message itself is never shown; its key is an id of WeCom's. An error is stored in both
 * languages and shown in the caller's.
 */
#include "api/listing.h"
#include "api/routes.h"
#include "api/work_json.h"
#include "domain/app.h"
#include "domain/rounds.h"
#include "store/inbox.h"

enum { US_PER_S = 1000000 };

static void put_row(struct request *rq, struct json *j, const struct inbox_row *row)
{
    json_open_object(j, NULL);
    json_put_id(j, "id", row->id);
    json_put_str(j, "source", row->source);
    json_put_str(j, "kind", row->kind);
    json_put_str(j, "key", row->key);
    json_put_z(j, "state", inbox_state_name(row->state));
    json_put_int(j, "attempts", row->attempts);
    json_put_int(j, "received_s", row->received_us / US_PER_S);
    work_put_times(j, row->state == INBOX_WAITING, row->due_us, row->ended_us);
    work_put_error(rq, j, row->error);
    json_close_object(j);
}

static enum rc list_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct inbox_row *rows = NULL;
    size_t n = 0;
    int64_t before = INT64_MAX;
    int64_t ignored = 0;
    int64_t limit = page_limit(rq);
    cursor_read(rq, &before, &ignored);
    enum rc rc = inbox_list(tx, before, arg_str(rq, "state"), limit + 1, &rows, &n, e);
    if (rc != RC_OK) {
        return rc;
    }
    struct json *j = listing_open(rq);
    bool more = (int64_t)n > limit;
    n = more ? (size_t)limit : n;
    for (size_t i = 0; i < n; i++) {
        put_row(rq, j, &rows[i]);
    }
    listing_close(rq, more ? cursor_write(rq, rows[n - 1].id, 0) : STR_ABSENT, -1);
    return RC_OK;
}

const struct route route_inbox_list = {
    .method = GET,
    .path = "/api/inbox",
    .name = "inbox_list",
    .need = PERM_SYSTEM,
    .scope = SCOPE_WHOLE,
    .args = {{"state", ARG_CHOICE, .choices = "waiting|done|ignored|dead", .zh = "状态，不给为全部",
              .en = "the state, any unless told"},
             ARGS_PAGE},
    .run = list_run,
    .zh = "收到的回调，最新的在前。",
    .en = "Callbacks received, newest first.",
    .reply = "InboxList",
};

static enum rc retry_run(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t id = arg_int(rq, "inbox_id");
    request_audit(rq, "inbox", id, "%s", "");
    return inbox_retry(tx, id, e);
}

static void retried(struct request *rq)
{
    rounds_wake(request_app(rq)->inbox);
}

const struct route route_inbox_retry = {
    .method = POST,
    .path = "/api/inbox/{inbox_id}/retry",
    .name = "inbox_retry",
    .need = PERM_SYSTEM,
    .scope = SCOPE_WHOLE,
    .writes = true,
    .audited = true,
    .args = {{"inbox_id", ARG_ID, IN_PATH, .required = true, .zh = "回调", .en = "the callback"}},
    .run = retry_run,
    .after = retried,
    .zh = "重新处理一条失败或未处理的回调。",
    .en = "Try a callback again that failed or was ignored.",
};
