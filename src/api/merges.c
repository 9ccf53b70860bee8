/* merges.c — which customers are one person: the log, merging by hand, undoing, and proposals.
 *
 * Merging and undoing are for people whose data scope is everything: a merge joins what two
 * accounts may see of two customers.
 */
#include "api/customer_json.h"
#include "api/customers.h"
#include "api/listing.h"
#include "api/routes.h"
#include "domain/app.h"
#include "domain/identity.h"
#include "store/merge.h"

static void put_side(struct request *rq, struct json *j, const char *key, int64_t id,
                     struct str nickname)
{
    json_open_object(j, key);
    json_put_id(j, "id", id);
    json_put_str(j, "nickname", customer_nickname(rq, nickname));
    json_close_object(j);
}

static int64_t seconds(int64_t us)
{
    return us == DB_NULL ? DB_NULL : us / 1000000;
}

static void put_merge(struct request *rq, struct json *j, const struct merge_shown *m)
{
    json_open_object(j, NULL);
    json_put_id(j, "id", m->row.id);
    put_side(rq, j, "kept", m->row.kept_id, m->kept_nickname);
    put_side(rq, j, "merged", m->row.merged_id, m->merged_nickname);
    json_put_str(j, "reason", m->row.reason);
    json_put_int(j, "at_s", m->row.at_us / 1000000);
    json_put_named(j, "account", m->row.account_id == DB_NULL ? 0 : m->row.account_id, m->account);
    json_put_known(j, "undone_s", seconds(m->row.undone_us));
    json_close_object(j);
}

static enum rc merges(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t scope = request_caller(rq)->scope_account;
    int64_t root = 0;
    enum rc rc = RC_OK;
    if (arg_given(rq, "customer_id"))
        rc = customer_root(tx, arg_int(rq, "customer_id"), scope, &root, e);
    if (rc != RC_OK)
        return rc;
    int64_t key;
    int64_t before = INT64_MAX;
    cursor_read(rq, &key, &before);
    int64_t limit = page_limit(rq);
    struct merge_shown *list;
    size_t n;
    rc = merge_list(tx, scope, root, before, limit + 1, &list, &n, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = listing_open(rq);
    for (size_t i = 0; i < n && i < (size_t)limit; i++)
        put_merge(rq, j, &list[i]);
    bool more = n > (size_t)limit;
    listing_close(rq, more ? cursor_write(rq, 0, list[limit - 1].row.id) : STR_ABSENT, -1);
    return RC_OK;
}

const struct route route_merge_list = {
    .method = GET,
    .path = "/api/merges",
    .name = "merge_list",
    .need = PERM_CUSTOMER_READ,
    .scope = SCOPE_ROWS,
    .args = {{"customer_id", ARG_ID, .zh = "只看这位客户的合并",
              .en = "merges of this customer only"},
             ARGS_PAGE},
    .run = merges,
    .zh = "合并记录，最近的在前",
    .en = "Merges, newest first, undone ones included.",
    .reply = "MergeList",
};

static void put_result(struct request *rq, int64_t merge, int64_t root)
{
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_id(j, "id", merge);
    json_put_id(j, "customer_id", root);
    json_close_object(j);
}

static enum rc merge_two(struct request *rq, struct tx *tx, int64_t one, int64_t other,
                         int64_t keep, enum merge_reason reason, int64_t *out_merge,
                         int64_t *out_root, struct err *e)
{
    enum rc rc =
        identity_merge(tx, one, other, keep, reason, request_caller(rq)->account_id, out_merge, e);
    return rc == RC_OK ? customer_root_of(tx, one, out_root, e) : rc;
}

static enum rc merge_create(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t kept = arg_int(rq, "kept_id");
    int64_t merge;
    int64_t root;
    enum rc rc =
        merge_two(rq, tx, kept, arg_int(rq, "merged_id"), kept, MERGE_MANUAL, &merge, &root, e);
    if (rc != RC_OK)
        return rc;
    reply_status(rq, 201);
    request_audit(rq, "customer", root, "\"merge\":\"%lld\"", (long long)merge);
    put_result(rq, merge, root);
    return RC_OK;
}

const struct route route_merge_create = {
    .method = POST,
    .path = "/api/merges",
    .name = "merge_create",
    .need = PERM_CUSTOMER_MERGE,
    .scope = SCOPE_WHOLE,
    .writes = true,
    .idempotent = true,
    .audited = true,
    .args = {{"kept_id", ARG_ID, IN_BODY, .required = true, .zh = "保留的客户",
              .en = "the customer to keep"},
             {"merged_id", ARG_ID, IN_BODY, .required = true, .zh = "并入的客户",
              .en = "the one merged into it"}},
    .run = merge_create,
    .zh = "把两位客户合并为一个人",
    .en = "Merge two customers into one; can be undone.",
    .reply = "Merged",
};

static enum rc merge_undo(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t id = arg_int(rq, "merge_id");
    enum rc rc = identity_unmerge(tx, id, request_caller(rq)->account_id, e);
    if (rc != RC_OK)
        return rc;
    request_audit(rq, "merge", id, "%s", "");
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_id(j, "id", id);
    json_put_bool(j, "undone", true);
    json_close_object(j);
    return RC_OK;
}

const struct route route_merge_undo = {
    .method = POST,
    .path = "/api/merges/{merge_id}/undo",
    .name = "merge_undo",
    .need = PERM_CUSTOMER_MERGE,
    .scope = SCOPE_WHOLE,
    .writes = true,
    .audited = true,
    .args = {{"merge_id", ARG_ID, IN_PATH, .required = true, .zh = "合并记录", .en = "the merge"}},
    .run = merge_undo,
    .zh = "撤销一次合并，次序不限",
    .en = "Take a merge back, in any order of a chain.",
    .reply = "Undone",
};

/* ---- proposals ---- */

static const struct customer_card *card_of(const struct customer_card *cards, size_t n, int64_t id)
{
    for (size_t i = 0; i < n; i++) {
        if (cards[i].id == id)
            return &cards[i];
    }
    return NULL;
}

static void put_root(struct request *rq, struct json *j, const char *key,
                     const struct customer_card *cards, size_t n, int64_t id)
{
    const struct customer_card *c = card_of(cards, n, id);
    if (c != NULL)
        customer_json(rq, j, key, c);
    else
        json_put_null(j, key);
}

static void put_proposal(struct request *rq, struct json *j, const struct proposal_row *p,
                         const struct customer_card *cards, size_t n)
{
    json_open_object(j, NULL);
    json_put_id(j, "id", p->id);
    json_put_str(j, "reason", p->reason);
    json_put_str(j, "state", p->state);
    json_put_int(j, "created_s", p->created_s);
    json_put_known(j, "decided_s", p->decided_s);
    put_root(rq, j, "one", cards, n, p->low_root_id);
    put_root(rq, j, "other", cards, n, p->high_root_id);
    json_close_object(j);
}

static enum rc proposals(struct request *rq, struct tx *tx, struct err *e)
{
    const struct caller *caller = request_caller(rq);
    struct str state = arg_given(rq, "state") ? arg_str(rq, "state") : STR("open");
    int64_t key;
    int64_t before = INT64_MAX;
    cursor_read(rq, &key, &before);
    int64_t limit = page_limit(rq);
    struct proposal_row *list;
    size_t n;
    enum rc rc = proposal_list(tx, caller->scope_account, state, before, limit + 1, &list, &n, e);
    if (rc != RC_OK)
        return rc;
    bool more = n > (size_t)limit;
    n = more ? (size_t)limit : n;
    int64_t *ids = ARENA_ARRAY(request_arena(rq), int64_t, 2 * n + 1);
    for (size_t i = 0; i < n; i++) {
        ids[2 * i] = list[i].low_root_id;
        ids[2 * i + 1] = list[i].high_root_id;
    }
    struct customer_card *cards;
    size_t count;
    rc = customer_cards(tx, request_app(rq)->keys, caller->scope_account, ids, 2 * n, &cards,
                        &count, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = listing_open(rq);
    for (size_t i = 0; i < n; i++)
        put_proposal(rq, j, &list[i], cards, count);
    listing_close(rq, more ? cursor_write(rq, 0, list[n - 1].id) : STR_ABSENT, -1);
    return RC_OK;
}

const struct route route_merge_proposal_list = {
    .method = GET,
    .path = "/api/merge-proposals",
    .name = "merge_proposal_list",
    .need = PERM_CUSTOMER_READ,
    .scope = SCOPE_ROWS,
    .args = {{"state", ARG_CHOICE, .choices = "open|accepted|rejected", .zh = "状态，默认 open",
              .en = "state, open unless told"},
             ARGS_PAGE},
    .run = proposals,
    .zh = "可能是同一个人的客户，等人判断",
    .en = "Pairs that may be one person, waiting for a decision.",
    .reply = "ProposalList",
};

static enum rc already_decided(struct err *e)
{
    err_set(e, RC_CONFLICT, "proposal_decided", "id", "这条建议已经处理过了",
            "this proposal is decided already");
    err_hint(e, "刷新列表后可看到结果", "reload the list to see how");
    return RC_CONFLICT;
}

static enum rc proposal_decision(struct request *rq, struct tx *tx, struct err *e)
{
    const struct caller *caller = request_caller(rq);
    int64_t id = arg_int(rq, "proposal_id");
    bool accept = str_eq(arg_str(rq, "decision"), STR("accept"));
    struct proposal_row p;
    enum rc rc = proposal_load(tx, id, caller->scope_account, &p, e);
    if (rc == RC_NOT_FOUND)
        return err_set(e, RC_NOT_FOUND, "proposal_unknown", "id", "没有这条合并建议",
                       "there is no such proposal");
    if (rc != RC_OK)
        return rc;
    if (!str_eq(p.state, STR("open")))
        return already_decided(e);
    int64_t merge = 0;
    int64_t root = p.low_root_id;
    if (accept && p.low_root_id != p.high_root_id)
        rc = merge_two(rq, tx, p.low_id, p.high_id, 0, MERGE_ACCEPTED, &merge, &root, e);
    if (rc == RC_OK)
        rc = proposal_decide(tx, id, accept, caller->account_id, e);
    if (rc != RC_OK)
        return rc;
    request_audit(rq, "merge_proposal", id, "\"accept\":%s", accept ? "true" : "false");
    put_result(rq, merge, root);
    return RC_OK;
}

const struct route route_merge_proposal_decide = {
    .method = POST,
    .path = "/api/merge-proposals/{proposal_id}",
    .name = "merge_proposal_decide",
    .need = PERM_CUSTOMER_MERGE,
    .scope = SCOPE_WHOLE,
    .writes = true,
    .idempotent = true,
    .audited = true,
    .args = {{"proposal_id", ARG_ID, IN_PATH, .required = true, .zh = "合并建议",
              .en = "the proposal"},
             {"decision", ARG_CHOICE, IN_BODY, .required = true, .choices = "accept|reject",
              .zh = "同意或拒绝",
              .en = "accept merges the two; reject remembers that they are two"}},
    .run = proposal_decision,
    .zh = "处理一条合并建议",
    .en = "Decide a proposal: accept merges, reject is remembered.",
    .reply = "Merged",
};
