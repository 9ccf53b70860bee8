/* group_change.c — what kind a group is, which level, and what is to become of it: one by one, or
 * many at once by their ids or an expression about groups.
 *
 * Many: who is meant is found before the write, and up to CLASSIFY_AT_ONCE are changed in a call;
 * `left` says whether to call again, and since those that have the kind and level are passed over,
 * the same call goes on. WeCom knows neither kind nor level, so nothing is told to it.
 */
#include "api/customer_json.h"
#include "api/group_json.h"
#include "api/routes.h"
#include "base/secret.h"
#include "domain/app.h"
#include "domain/expression.h"
#include "domain/group_review.h"
#include "query/sql/audience_sql.h"
#include "store/list.h"

#include <inttypes.h>

enum { CLASSIFY_AT_ONCE = 500, CLASSIFY_IDS = 2000 };

static struct str str_or_empty(struct str s)
{
    return str_absent(s) ? STR("") : s;
}

/* ---- one ---- */

static enum rc note_alone(struct err *e)
{
    err_set(e, RC_INVALID, "note_without_plan", "note", "备注属于决定，请先给出决定",
            "a note belongs to a plan; give the plan too");
    err_hint(e, "plan 可以是 keep、revive 或 give_up", "plan is keep, revive or give_up");
    return RC_INVALID;
}

/* The plan and its note as they will be. A new plan without a note has none. */
static enum rc decide(struct request *rq, struct tx *tx, const struct group_row *g,
                      struct group_decision *d, struct err *e)
{
    struct str plan = arg_given(rq, "plan") ? arg_str(rq, "plan") : g->plan;
    bool anew = arg_given(rq, "plan") && !str_eq(str_or_empty(plan), str_or_empty(g->plan));
    if (str_empty(plan) && arg_given(rq, "note") && !str_empty(arg_str(rq, "note")))
        return note_alone(e);
    d->plan = str_empty(plan) ? STR_ABSENT : plan;
    if (arg_given(rq, "note") || anew)
        d->plan_note_sealed = str_empty(arg_str(rq, "note")) || str_absent(d->plan)
                                  ? STR_ABSENT
                                  : secret_seal(request_app(rq)->keys, STR("chat_group.plan_note"),
                                                arg_str(rq, "note"), request_arena(rq));
    if (str_absent(d->plan)) {
        d->plan_s = DB_NULL;
        d->account_id = 0;
    } else if (arg_given(rq, "plan") || arg_given(rq, "note")) {
        d->plan_s = tx_now_s(tx);
        d->account_id = request_caller(rq)->account_id;
    }
    return RC_OK;
}

static enum rc change_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct group_row g;
    int64_t scope = request_caller(rq)->scope_account;
    struct group_json_figures none = {.n = 0};
    enum rc rc = group_load(tx, scope, arg_int(rq, "group_id"), &g, e);
    if (rc == RC_OK && g.dismissed_s != DB_NULL)
        rc = err_set(e, RC_CONFLICT, "group_dismissed", "group_id", "这个客户群已经解散",
                     "this group has been dismissed");
    if (rc != RC_OK)
        return rc;
    struct group_decision d = {
        .id = g.id,
        .kind = arg_given(rq, "kind") ? arg_str(rq, "kind") : g.kind,
        .level = arg_given(rq, "level") ? arg_str(rq, "level") : g.level,
        .plan_note_sealed = g.plan_note_sealed,
        .plan_s = g.plan_s,
        .account_id = g.plan_account_id,
    };
    rc = decide(rq, tx, &g, &d, e);
    if (rc == RC_OK)
        rc = group_decide(tx, &d, e);
    if (rc == RC_OK)
        rc = group_load(tx, scope, d.id, &g, e);
    if (rc != RC_OK)
        return rc;
    request_audit(rq, "group", d.id,
                  "\"kind\":\"" STR_FMT "\",\"level\":\"" STR_FMT "\",\"plan\":\"" STR_FMT "\"",
                  STR_ARG(g.kind), STR_ARG(g.level), STR_ARG(str_or_empty(g.plan)));
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    rc = group_json_members(rq, j, &g, e);
    group_json_figures(j, &none, &g);
    json_close_object(j);
    return rc;
}

static void forget_review(struct request *rq)
{
    group_memo_clear(request_app(rq)->groups);
}

const struct route route_group_change = {
    .method = PATCH,
    .path = "/api/groups/{group_id}",
    .name = "group_change",
    .need = PERM_GROUP_WRITE,
    .scope = SCOPE_ROWS,
    .writes = true,
    .audited = true,
    .args = {{"group_id", ARG_ID, IN_PATH, .required = true, .zh = "客户群", .en = "the group"},
             {"kind", ARG_CHOICE, IN_BODY, .choices = "feed|interest|service", .zh = "类型",
              .en = "kind"},
             {"level", ARG_CHOICE, IN_BODY, .choices = "welfare|vip|diamond", .zh = "等级",
              .en = "level"},
             {"plan", ARG_CHOICE, IN_BODY, .nullable = true, .choices = "keep|revive|give_up",
              .zh = "决定：保留、激活或放弃，null 为撤销决定",
              .en = "what is to become of it: keep, revive, give up; null takes the plan back"},
             {"note", ARG_TEXT, IN_BODY, .max = 500, .zh = "决定的备注，加密保存；空为删除",
              .en = "a note on the plan, kept encrypted; empty: none"}},
    .run = change_run,
    .after = forget_review,
    .zh = "设置客户群的类型、等级和决定；有决定的群不再列为建议",
    .en = "Set a group's kind, level and plan; a group with a plan is no longer proposed.",
    .reply = "GroupChanged",
};

/* ---- many ---- */

struct chosen {
    int64_t *ids; /* those to be changed in this call */
    size_t n;
    int64_t matched, already, left;
};

static enum rc which_missing(struct err *e)
{
    err_set(e, RC_INVALID, "groups_missing", "group_ids", "请给出 group_ids 或 expression 之一",
            "say which groups: group_ids or expression, one of them");
    err_hint(e, "expression 的对象是客户群，如 members >= 100 and level = welfare",
             "an expression about groups, such as members >= 100 and level = welfare");
    return RC_INVALID;
}

static struct str given_or_absent(struct str s)
{
    return str_empty(s) ? STR_ABSENT : s;
}

struct found {
    struct arena *a;
    int64_t *ids;
    size_t n, room;
};

static void see_group(void *to, int64_t id)
{
    struct found *f = to;
    *LIST_ADD(f->a, f->ids, f->n, f->room) = id;
}

static enum rc find_groups(struct request *rq, struct tx *tx, struct found *f, struct err *e)
{
    struct audience_question q = {.now_s = tx_now_s(tx),
                                  .period_s = EXPRESSION_PERIOD_S,
                                  .scope_account = request_caller(rq)->scope_account};
    enum rc rc = expression_read(tx, AUDIENCE_GROUP, arg_str(rq, "expression"), &q.expr, e);
    return rc == RC_OK ? audience_each(tx, &q, see_group, f, e) : rc;
}

static enum rc classify_prepare(struct request *rq, struct tx *tx, struct err *e)
{
    struct chosen *c = ARENA_NEW(request_arena(rq), struct chosen);
    struct found f = {.a = tx_arena(tx)};
    size_t given_n = 0, other = 0;
    const int64_t *given = arg_ids(rq, "group_ids", &given_n);
    int64_t *todo = NULL;
    struct str kind = arg_str(rq, "kind"), level = arg_str(rq, "level");
    bool asked = arg_given(rq, "expression");
    enum rc rc = RC_OK;
    *c = (struct chosen){.n = 0};
    if ((given_n > 0) == asked)
        return which_missing(e);
    if (str_empty(kind) && str_empty(level))
        return err_set(e, RC_INVALID, "class_missing", "kind", "请给出类型或等级",
                       "say which kind, which level, or both");
    if (asked)
        rc = find_groups(rq, tx, &f, e);
    if (rc == RC_OK)
        rc = group_others_than(tx, asked ? f.ids : given, asked ? f.n : given_n,
                               request_caller(rq)->scope_account, given_or_absent(kind),
                               given_or_absent(level), &c->matched, &todo, &other, e);
    if (rc != RC_OK)
        return rc;
    c->already = c->matched - (int64_t)other;
    c->n = other < CLASSIFY_AT_ONCE ? other : CLASSIFY_AT_ONCE;
    c->left = (int64_t)(other - c->n);
    c->ids = ARENA_ARRAY(request_arena(rq), int64_t, c->n + 1);
    for (size_t i = 0; i < c->n; i++)
        c->ids[i] = todo[i];
    request_set_note(rq, c);
    return RC_OK;
}

static enum rc classify_run(struct request *rq, struct tx *tx, struct err *e)
{
    const struct chosen *c = request_note(rq);
    struct str kind = arg_str(rq, "kind"), level = arg_str(rq, "level");
    bool dry = arg_int(rq, "dry_run") != 0;
    int64_t changed = 0;
    enum rc rc = RC_OK;
    if (!dry)
        rc = group_classify(tx, c->ids, c->n, given_or_absent(kind), given_or_absent(level),
                            &changed, e);
    if (rc != RC_OK)
        return rc;
    request_audit(
        rq, "group", 0,
        "\"groups\":%" PRId64 ",\"kind\":\"" STR_FMT "\",\"level\":\"" STR_FMT "\",\"dry_run\":%s",
        changed, STR_ARG(str_or_empty(kind)), STR_ARG(str_or_empty(level)), dry ? "true" : "false");
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_int(j, "matched", c->matched);
    json_put_int(j, "already", c->already);
    json_put_int(j, "changed", changed);
    json_put_int(j, "left", dry ? c->matched - c->already : c->left);
    json_close_object(j);
    return RC_OK;
}

const struct route route_group_classify = {
    .method = POST,
    .path = "/api/groups/classify",
    .name = "group_classify",
    .need = PERM_GROUP_WRITE,
    .scope = SCOPE_ROWS,
    .writes = true,
    .idempotent = true,
    .audited = true,
    .args = {{"group_ids", ARG_IDS, IN_BODY, .max = CLASSIFY_IDS, .zh = "这些群",
              .en = "these groups"},
             {"expression", ARG_EXPRESSION, IN_BODY, .zh = "符合此表达式（对象为群）的群",
              .en = "groups that match this expression about groups"},
             {"kind", ARG_CHOICE, IN_BODY, .choices = "feed|interest|service", .zh = "设为此类型",
              .en = "the kind they get"},
             {"level", ARG_CHOICE, IN_BODY, .choices = "welfare|vip|diamond", .zh = "设为此等级",
              .en = "the level they get"},
             {"dry_run", ARG_BOOL, IN_BODY, .zh = "只看会改多少，不改",
              .en = "only count, change nothing"}},
    .prepare = classify_prepare,
    .run = classify_run,
    .after = forget_review,
    .zh = "批量设置客户群的类型、等级，每次至多 500 个；left 不为 0 时再调用一次",
    .en = "Set the kind or level of many groups, up to 500 a call; call again while `left` is not "
          "0.",
    .reply = "GroupClassified",
};
