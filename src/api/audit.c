/* audit.c — reading the audit log and checking its chain.
 *
 * The log is written by http/dispatch, one row for each call of a route that says so; here it is
 * only read. Checking walks every row in one read transaction: two seconds for a million, without
 * holding up a write.
 */
#include "api/routes.h"

#include "base/calendar.h"
#include "domain/app.h"
#include "store/audit.h"

#include <inttypes.h>

static void put_entry(struct json *j, const struct audit_entry *a)
{
    json_open_object(j, NULL);
    json_put_id(j, "id", a->id);
    json_put_int(j, "at_s", a->at_us / 1000000);
    if (a->account_id != 0) {
        json_open_object(j, "account");
        json_put_id(j, "id", a->account_id);
        json_put_str(j, "login", a->login);
        json_close_object(j);
    } else {
        json_put_null(j, "account");
    }
    json_put_id(j, "token_id", a->token_id);
    json_put_str(j, "action", a->action);
    json_put_str(j, "object_kind", a->object_kind);
    json_put_id(j, "object_id", a->object_id);
    json_put_raw(j, "detail", a->detail);
    json_close_object(j);
}

static enum rc audit_list_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct audit_entry *list = NULL;
    size_t n = 0;
    int64_t limit = page_limit(rq);
    struct audit_filter f = {
        .account_id = arg_int(rq, "account_id"),
        .action = arg_str(rq, "action"),
        .from_us = arg_given(rq, "from")
                       ? calendar_day_start_s((int32_t)arg_int(rq, "from")) * 1000000
                       : 0,
        .to_us = arg_given(rq, "to")
                     ? calendar_day_start_s((int32_t)arg_int(rq, "to") + 1) * 1000000
                     : INT64_MAX,
        .before_id = INT64_MAX,
        .limit = limit + 1,
    };
    str_to_i64(page_cursor(rq), &f.before_id);
    enum rc rc = audit_list(tx, &f, &list, &n, e);
    if (rc != RC_OK) {
        return rc;
    }
    bool more = n > (size_t)limit;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_open_array(j, "items");
    for (size_t i = 0; i < n - more; i++) {
        put_entry(j, &list[i]);
    }
    json_close_array(j);
    struct str next = STR_ABSENT;
    if (more) {
        next = arena_printf(request_arena(rq), "%" PRId64, list[n - 2].id);
    }
    reply_page_end(rq, next, -1);
    json_close_object(j);
    return RC_OK;
}

const struct route route_audit_list = {
    .method = GET,
    .path = "/api/audit",
    .name = "audit_list",
    .need = PERM_AUDIT_READ,
    .scope = SCOPE_NONE,
    .args =
        {
            {"account_id", ARG_ID, .zh = "谁", .en = "who"},
            {"action", ARG_NAME, .zh = "做了什么（接口名称）", .en = "what (name of a route)"},
            {"from", ARG_DAY, .zh = "从哪天", .en = "from this day"},
            {"to", ARG_DAY, .zh = "到哪天（含）", .en = "to this day, inclusive"},
            ARGS_PAGE,
        },
    .run = audit_list_run,
    .zh = "审计日志，最新的在前。",
    .en = "The audit log, newest first.",
    .reply = "AuditList",
};

static enum rc audit_verify_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct audit_report r;
    enum rc rc = audit_verify(tx, request_app(rq)->keys, &r, e);
    if (rc != RC_OK) {
        return rc;
    }
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_int(j, "rows", r.rows);
    json_put_bool(j, "ok", r.ok);
    json_put_id(j, "first_bad", r.first_bad);
    json_put_id(j, "head_id", r.head_id);
    json_put_z(j, "head_hash", r.head_hash);
    json_close_object(j);
    return RC_OK;
}

const struct route route_audit_verify = {
    .method = POST,
    .path = "/api/audit/verify",
    .name = "audit_verify",
    .need = PERM_AUDIT_READ,
    .scope = SCOPE_NONE,
    .run = audit_verify_run,
    .zh = "检查审计链是否完整。",
    .en = "Check that the audit chain is whole.",
    .reply = "AuditReport",
};
