/* bindings.c — whose customer somebody is, how that came, and handing customers over.
 *
 * A transfer finds out before the write whom it means, and moves up to BINDING_AT_ONCE of them: the
 * reply says how many are left, and the same call again goes on with those, since whoever has been
 * moved is passed over. One audit row a call; each customer's own history has theirs.
 */
#include "api/customer_json.h"
#include "api/customers.h"
#include "api/listing.h"
#include "api/routes.h"
#include "domain/app.h"
#include "domain/binding.h"
#include "store/handover.h"
#include "store/customer.h"

enum { HISTORY = 100, TRANSFER_MOST = 100000, TRANSFER_IDS = 2000 };

/* ---- one customer ---- */

static void put_touch_members(struct json *j, const struct binding_touch_shown *t)
{
    json_put_str(j, "by", t->kind);
    json_put_named(j, "source", t->source_id, t->source);
    json_put_named(j, "group", t->group_id, t->group);
}

static enum rc put_in_force(struct tx *tx, struct json *j, int64_t root, struct err *e)
{
    struct binding_row b;
    struct binding_touch_shown t;
    enum rc rc = binding_load(tx, root, &b, e);
    if (rc == RC_NOT_FOUND) {
        json_put_null(j, "binding");
        return RC_OK;
    }
    if (rc == RC_OK)
        rc = binding_touch_of(tx, b.step_id, &t, e);
    if (rc != RC_OK)
        return rc;
    json_open_object(j, "binding");
    json_put_named(j, "staff", b.staff_id, t.staff);
    json_put_int(j, "since_s", b.since_s);
    json_put_known(j, "until_s", b.until_s);
    json_put_bool(j, "protected", b.until_s == DB_NULL || tx_now_s(tx) < b.until_s);
    json_put_known(j, "ended_s", b.ended_s);
    put_touch_members(j, &t);
    json_close_object(j);
    return RC_OK;
}

static enum rc put_brought(struct tx *tx, struct json *j, int64_t root, struct err *e)
{
    struct binding_touch_shown t;
    enum rc rc = binding_first_touch(tx, root, &t, e);
    if (rc != RC_OK)
        return rc;
    if (t.at_s == DB_NULL) {
        json_put_null(j, "brought");
        return RC_OK;
    }
    json_open_object(j, "brought");
    json_put_named(j, "staff", t.staff_id, t.staff);
    json_put_int(j, "at_s", t.at_s);
    put_touch_members(j, &t);
    json_close_object(j);
    return RC_OK;
}

static enum rc put_history(struct tx *tx, struct json *j, int64_t root, struct err *e)
{
    struct binding_past *list = NULL;
    size_t n = 0;
    enum rc rc = binding_history(tx, root, HISTORY, &list, &n, e);
    if (rc != RC_OK)
        return rc;
    json_open_array(j, "history");
    for (size_t i = 0; i < n; i++) {
        const struct binding_past *p = &list[i];
        json_open_object(j, NULL);
        json_put_id(j, "id", p->id);
        json_put_int(j, "at_s", p->at_us / 1000000);
        json_put_str(j, "cause", p->cause);
        json_put_named(j, "from_staff", p->from_staff_id, p->from_staff);
        json_put_named(j, "staff", p->staff_id, p->staff);
        json_put_known(j, "since_s", p->since_s);
        json_put_known(j, "until_s", p->until_s);
        json_put_known(j, "ended_s", p->ended_s);
        json_put_named(j, "account", p->account_id, p->account);
        json_put_str(j, "reason", p->reason);
        json_close_object(j);
    }
    json_close_array(j);
    return RC_OK;
}

/* Hand-overs at WeCom that they were in: who did not come along is said here. */
static enum rc put_handovers(struct tx *tx, struct json *j, int64_t root, struct err *e)
{
    struct handover_item *list = NULL;
    size_t n = 0;
    enum rc rc = handover_items_of(tx, root, HISTORY, &list, &n, e);
    json_open_array(j, "handovers");
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        json_open_object(j, NULL);
        json_put_id(j, "handover_id", list[i].handover_id);
        json_put_named(j, "staff", list[i].staff_id, list[i].staff);
        json_put_z(j, "state", handover_state_names[list[i].state]);
        json_put_str(j, "code", list[i].code);
        json_put_int(j, "changed_s", list[i].changed_s);
        json_close_object(j);
    }
    json_close_array(j);
    return rc;
}

static enum rc customer_binding(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t root;
    enum rc rc = customer_arg(rq, tx, &root, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    rc = put_in_force(tx, j, root, e);
    if (rc == RC_OK)
        rc = put_brought(tx, j, root, e);
    if (rc == RC_OK)
        rc = put_history(tx, j, root, e);
    if (rc == RC_OK)
        rc = put_handovers(tx, j, root, e);
    json_close_object(j);
    return rc;
}

const struct route route_customer_binding = {
    .method = GET,
    .path = "/api/customers/{customer_id}/binding",
    .name = "customer_binding",
    .need = PERM_CUSTOMER_READ,
    .scope = SCOPE_ROWS,
    .args = {ARG_CUSTOMER_ID},
    .run = customer_binding,
    .zh = "客户归属谁、由谁带来，以及归属的变化（最近 100 次）",
    .en = "Whose customer they are, who brought them, and the last 100 changes of it.",
    .reply = "Binding",
};

/* ---- staff who left ---- */

static enum rc left_behind(struct request *rq, struct tx *tx, struct err *e)
{
    struct binding_left *list = NULL;
    size_t n = 0;
    enum rc rc = binding_left_behind(tx, request_caller(rq)->scope_account, &list, &n, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = listing_open(rq);
    for (size_t i = 0; i < n; i++) {
        json_open_object(j, NULL);
        json_put_named(j, "staff", list[i].staff_id, list[i].staff);
        json_put_known(j, "left_s", list[i].left_s);
        json_put_int(j, "customers", list[i].customers);
        json_close_object(j);
    }
    listing_close(rq, STR_ABSENT, (int64_t)n);
    return RC_OK;
}

const struct route route_binding_left = {
    .method = GET,
    .path = "/api/bindings/left",
    .name = "binding_left",
    .need = PERM_STAFF_READ,
    .scope = SCOPE_ROWS,
    .run = left_behind,
    .zh = "已离职而名下还有客户的员工；客户见客户列表的 bound_to",
    .en =
        "Staff who left and still have customers to hand over: bound_to in the list of customers.",
    .reply = "BindingLeftList",
};

/* ---- transfers ---- */

struct transfer {
    int64_t *roots; /* those who are not the heir's yet */
    size_t n;
    int64_t matched; /* with those who are */
};

static enum rc whom_missing(struct err *e)
{
    err_set(e, RC_INVALID, "who_missing", "customer_ids",
            "请给出 customer_ids，或 from_staff_id、expression",
            "say whom: customer_ids, or from_staff_id, expression or both");
    err_hint(e, "勾选的客户用 customer_ids，某员工名下的用 from_staff_id",
             "customer_ids for those ticked, from_staff_id for all of a member of staff");
    return RC_INVALID;
}

/* Everyone of an expression, of a member of staff, or both. */
static enum rc find_by_query(struct request *rq, struct tx *tx, struct transfer *t, size_t *out_n,
                             struct err *e)
{
    struct customer_asker who = customer_asker(rq, tx);
    struct customer_query q = {.expression = arg_str(rq, "expression"),
                               .bound_to = arg_int(rq, "from_staff_id"),
                               .friend = -1,
                               .added_from_s = DB_NULL,
                               .added_to_s = DB_NULL};
    if (!request_may(rq, PERM_CUSTOMER_READ))
        return err_set(e, RC_FORBIDDEN, "permission_missing", "expression",
                       "按条件转移需要查看客户的权限",
                       "handing over by a condition needs the permission customer_read");
    enum rc rc = customer_query_ids(tx, &q, &who, TRANSFER_MOST, &t->roots, out_n, e);
    if (rc == RC_OK && *out_n == TRANSFER_MOST) {
        err_set(e, RC_LIMIT, "transfer_large", "expression", "一次最多转移 %d 位客户",
                "at most %d customers can be meant at once", TRANSFER_MOST);
        err_hint(e, "请加上条件，分几次转移", "narrow the condition and hand over in parts");
        return RC_LIMIT;
    }
    return rc;
}

static enum rc transfer_prepare(struct request *rq, struct tx *tx, struct err *e)
{
    struct transfer *t = ARENA_NEW(request_arena(rq), struct transfer);
    size_t ids_n = 0, n = 0;
    int64_t *others = NULL;
    const int64_t *ids = arg_ids(rq, "customer_ids", &ids_n);
    bool query = arg_given(rq, "expression") || arg_given(rq, "from_staff_id");
    *t = (struct transfer){.n = 0};
    if ((ids_n > 0) == query)
        return whom_missing(e);
    enum rc rc = binding_check_heir(tx, arg_int(rq, "staff_id"), e);
    if (rc == RC_OK)
        rc = query ? find_by_query(rq, tx, t, &n, e)
                   : customer_visible_roots(tx, ids, ids_n, request_caller(rq)->scope_account,
                                            &t->roots, &n, e);
    if (rc == RC_OK)
        rc = binding_not_of(tx, t->roots, n, arg_int(rq, "staff_id"), &others, &t->n, e);
    if (rc != RC_OK)
        return rc;
    t->matched = (int64_t)n;
    t->roots = ARENA_ARRAY(request_arena(rq), int64_t, t->n + 1);
    if (t->n > 0)
        memcpy(t->roots, others, t->n * sizeof *others);
    request_set_note(rq, t);
    return RC_OK;
}

static enum rc transfer_run(struct request *rq, struct tx *tx, struct err *e)
{
    const struct transfer *t = request_note(rq);
    int64_t staff_id = arg_int(rq, "staff_id"), moved = 0;
    bool dry = arg_int(rq, "dry_run") != 0;
    size_t n = t->n < BINDING_AT_ONCE ? t->n : BINDING_AT_ONCE;
    enum rc rc = RC_OK;
    if (!dry)
        rc = binding_rule_keep(tx, request_app(rq)->config, e);
    if (rc == RC_OK && !dry)
        rc = binding_transfer(tx, t->roots, n, staff_id, request_caller(rq)->account_id,
                              arg_str(rq, "reason"), &moved, e);
    if (rc != RC_OK)
        return rc;
    struct str reason = json_quote(request_arena(rq), arg_str(rq, "reason"));
    request_audit(rq, "staff", staff_id,
                  "\"customers\":%" PRId64 ",\"dry_run\":%s,\"reason\":" STR_FMT, moved,
                  dry ? "true" : "false", STR_ARG(reason));
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_int(j, "matched", t->matched);
    json_put_int(j, "already", t->matched - (int64_t)t->n);
    json_put_int(j, "moved", moved);
    json_put_int(j, "left", (int64_t)(dry ? t->n : t->n - n));
    json_close_object(j);
    return RC_OK;
}

const struct route route_binding_transfer = {
    .method = POST,
    .path = "/api/bindings/transfer",
    .name = "binding_transfer",
    .need = PERM_BINDING_WRITE,
    .scope = SCOPE_ROWS,
    .writes = true,
    .idempotent = true,
    .audited = true,
    .args = {{"staff_id", ARG_ID, IN_BODY, .required = true, .zh = "转给谁", .en = "to whom"},
             {"customer_ids", ARG_IDS, IN_BODY, .max = TRANSFER_IDS, .zh = "这些客户",
              .en = "these customers"},
             {"from_staff_id", ARG_ID, IN_BODY, .zh = "此员工名下的客户",
              .en = "those of this member of staff"},
             {"expression", ARG_EXPRESSION, IN_BODY, .zh = "符合此表达式的客户",
              .en = "customers who match"},
             {"reason", ARG_NAME, IN_BODY, .required = true, .min = 2,
              .zh = "原因，记入归属历史和审计日志，请勿写个人信息",
              .en = "why; kept in the history and the audit log, so no personal data"},
             {"dry_run", ARG_BOOL, IN_BODY, .zh = "只看会转移多少，不转移",
              .en = "only count, move nobody"}},
    .prepare = transfer_prepare,
    .run = transfer_run,
    .zh = "转移客户归属，每次至多 200 位；left 不为 0 时再调用一次",
    .en = "Hand customers over, up to 200 a call; call again while `left` is not 0.",
    .reply = "BindingTransfer",
};
