/* handovers.c — hand-overs of customers and groups at WeCom: planned, made, shown, stopped.
 *
 * Making one writes thousands of rows, so it runs outside of the threads that answer questions and
 * writes by closures of its own: the hand-over as `making`, its items, then `running`. WeCom is not
 * asked here but by the keeper, which takes what was left `making` back. Who made a plan says how
 * many customers it meant: when another number would go by now, nothing is made.
 *
 * A hand-over belongs to whoever sees the member it takes from; its customers are cut to the
 * caller's scope all the same, and successors must be within it too.
 */
#include "api/customer_json.h"
#include "api/customers.h"
#include "api/listing.h"
#include "api/routes.h"
#include "api/work_json.h"
#include "base/clock.h"
#include "connect/wecom/errors.h"
#include "connect/wecom/handover_keeper.h"
#include "domain/app.h"
#include "domain/handover.h"
#include "domain/wecom_order.h"

#include <string.h>

enum { HEIRS_JSON = 256 << 10 };

/* ---- what was asked for ---- */

static enum rc heir_shape(struct err *e)
{
    err_set(e, RC_INVALID, "heirs_shape", "heirs",
            "heirs 应为 [{staff_id, weight, cap, expression}]，weight 为 1 至 100",
            "heirs is [{staff_id, weight, cap, expression}], weight from 1 to 100");
    err_hint(e, "请参照接口文档中的例子", "see the example in the API's documentation");
    return RC_INVALID;
}

/* An id as text or number; INT64_MIN when it is neither. */
static int64_t id_of(const struct json_value *v)
{
    int64_t id = json_int_or(v, INT64_MIN);
    struct str text = json_str_or(v, STR_ABSENT);
    return !str_absent(text) && !str_to_i64(text, &id) ? INT64_MIN : id;
}

static bool read_heir(const struct json_value *v, struct arena *a, struct handover_heir *out)
{
    *out = (struct handover_heir){
        .staff_id = id_of(json_get(v, "staff_id")),
        .weight = json_int_or(json_get(v, "weight"), 1),
        .cap = json_int_or(json_get(v, "cap"), 0),
        .expression = arena_str(a, json_str_or(json_get(v, "expression"), STR_ABSENT)),
    };
    return json_kind_of(v) == JSON_OBJECT && out->staff_id > 0 && out->weight >= 1 &&
           out->weight <= 100 && out->cap >= 0 && out->cap <= 1000000;
}

static enum rc read_plan(struct request *rq, struct handover_plan *out, struct err *e)
{
    struct arena *a = request_arena(rq);
    const struct json_value *heirs = arg_json(rq, "heirs");
    size_t n = heirs != NULL ? json_count(heirs) : 0;
    struct str rule = arg_str(rq, "rule");
    *out = (struct handover_plan){
        .from_staff_id = arg_int(rq, "from_staff_id"),
        .heirs = ARENA_ARRAY(a, struct handover_heir, n + 1),
        .heirs_n = n,
        .department_id = arg_int(rq, "department_id"),
        .expression = arg_str(rq, "expression"),
        .with_groups = arg_int_or(rq, "groups", 1) != 0,
        .full_at = config_int(request_app(rq)->config, "handover_full_at"),
    };
    while (!str_eq(rule, str_from(handover_rule_names[out->rule])))
        out->rule++;
    if (heirs != NULL && json_kind_of(heirs) != JSON_ARRAY)
        return heir_shape(e);
    for (size_t i = 0; i < n; i++)
        if (!read_heir(json_at(heirs, i), a, &out->heirs[i]))
            return heir_shape(e);
    return RC_OK;
}

/* ---- planning ---- */

static const struct {
    enum handover_why why;
    const char *zh, *en;
} WHYS[] = {
    {HANDOVER_OPEN, "已在另一次继承中等待", "waiting in another hand-over already"},
    {HANDOVER_ENDED, "已不是好友", "no friend any more"},
    {HANDOVER_UNTOLD, "企业微信还没有告诉 Koi 这位好友，请先同步",
     "WeCom has not told of this friend yet: sync first"},
    {HANDOVER_TWICE, "90 天内已继承两次（企业微信的上限）",
     "handed over twice within 90 days, WeCom's limit"},
    {HANDOVER_NO_RULE, "不符合任何接替员工的条件", "matches no successor's condition"},
    {HANDOVER_NO_ROOM, "接替员工都已到上限", "every successor is full"},
};

static void put_plan(struct request *rq, const struct handover_plan *p, int64_t id)
{
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_id(j, "id", id);
    json_put_z(j, "kind", p->onjob ? "onjob" : "resigned");
    json_put_int(j, "customers", p->customers);
    json_put_int(j, "groups", p->groups);
    json_put_int(j, "groups_open", p->groups_open);
    json_open_array(j, "heirs");
    for (size_t i = 0; i < p->heirs_n; i++) {
        json_open_object(j, NULL);
        json_put_named(j, "staff", p->heirs[i].staff_id, p->heirs[i].name);
        json_put_int(j, "customers", p->heirs[i].given);
        json_put_int(j, "groups", p->heirs[i].groups);
        json_put_known(j, "room", p->heirs[i].room == INT64_MAX ? DB_NULL : p->heirs[i].room);
        json_close_object(j);
    }
    json_close_array(j);
    json_open_array(j, "left_out");
    for (size_t i = 0; i < sizeof WHYS / sizeof *WHYS; i++) {
        if (p->left_out[WHYS[i].why] == 0)
            continue;
        json_open_object(j, NULL);
        json_put_z(j, "code", handover_why_names[WHYS[i].why]);
        json_put_int(j, "customers", p->left_out[WHYS[i].why]);
        json_put_z(j, "message", request_caller(rq)->english ? WHYS[i].en : WHYS[i].zh);
        json_close_object(j);
    }
    json_close_array(j);
    json_close_object(j);
}

/* ---- making ---- */

static enum rc too_long(enum rc rc, struct err *e)
{
    err_hint(e, "请缩短后再试", "make it shorter and try again");
    return rc;
}

struct making {
    struct handover h;
    const struct handover_plan *plan;
    size_t from;
};

static enum rc add_handover(struct tx *tx, void *arg, struct err *e)
{
    return handover_add(tx, &((struct making *)arg)->h, e);
}

static enum rc add_items(struct tx *tx, void *arg, struct err *e)
{
    struct making *m = arg;
    enum rc rc = RC_OK;
    size_t to = m->from + HANDOVER_AT_ONCE;
    for (size_t i = m->from; rc == RC_OK && i < m->plan->parts_n && i < to; i++) {
        const struct handover_part *p = &m->plan->parts[i];
        struct handover_item item = {.handover_id = m->h.id,
                                     .group = p->group,
                                     .object_id = p->object_id,
                                     .staff_id = m->plan->heirs[p->heir].staff_id};
        rc = handover_item_add(tx, &item, e);
    }
    return rc;
}

static enum rc begin_running(struct tx *tx, void *arg, struct err *e)
{
    return handover_set_state(tx, ((struct making *)arg)->h.id, "running", e);
}

static struct str heirs_json(struct request *rq, const struct handover_plan *p)
{
    struct buf b;
    buf_init(&b, HEIRS_JSON);
    struct json j = json_to(&b);
    json_open_array(&j, NULL);
    for (size_t i = 0; i < p->heirs_n; i++) {
        const struct handover_heir *h = &p->heirs[i];
        json_open_object(&j, NULL);
        json_put_named(&j, "staff", h->staff_id, h->name);
        json_put_int(&j, "weight", h->weight);
        json_put_int(&j, "cap", h->cap);
        json_put_str(&j, "expression", h->expression);
        json_close_object(&j);
    }
    json_close_array(&j);
    struct str out = b.failed ? STR_ABSENT : arena_str(request_arena(rq), buf_str(&b));
    buf_done(&b);
    return out;
}

static enum rc make(struct request *rq, const struct handover_plan *p, int64_t *out_id,
                    struct err *e)
{
    struct writer *writer = request_app(rq)->writer;
    struct str message = arg_str(rq, "message");
    struct making m = {
        .h = {.from_staff_id = p->from_staff_id,
              .kind = p->onjob ? STR("onjob") : STR("resigned"),
              .rule = str_from(handover_rule_names[p->rule]),
              .heirs = heirs_json(rq, p),
              .expression = str_empty(p->expression) ? STR_ABSENT : p->expression,
              .message = str_empty(message) || !p->onjob ? STR_ABSENT : message,
              .reason = arg_str(rq, "reason"),
              .account_id = request_caller(rq)->account_id},
        .plan = p,
    };
    if (str_absent(m.h.heirs))
        return too_long(err_set(e, RC_LIMIT, "heirs_large", "heirs", "条件太长",
                                "the expressions are too long"),
                        e);
    enum rc rc = writer_run(writer, add_handover, &m, e);
    for (m.from = 0; rc == RC_OK && m.from < p->parts_n; m.from += HANDOVER_AT_ONCE)
        rc = writer_run(writer, add_items, &m, e);
    if (rc == RC_OK)
        rc = writer_run(writer, begin_running, &m, e);
    *out_id = m.h.id;
    return rc;
}

static enum rc check_meant(struct request *rq, const struct handover_plan *p, struct err *e)
{
    if (!wecom_order_is_set(request_app(rq)))
        return wecom_not_set(e);
    if (p->parts_n == 0) {
        err_set(e, RC_CONFLICT, "handover_empty", "from_staff_id", "没有可以继承的客户或群",
                "there is nobody and no group to hand over");
        err_hint(e, "预览里写着每一类不能继承的原因",
                 "the plan says why those who are there cannot go");
        return RC_CONFLICT;
    }
    if (arg_given(rq, "customers") && arg_int(rq, "customers") != p->customers) {
        err_set(e, RC_CONFLICT, "handover_changed", "customers",
                "现在会继承 %" PRId64 " 位客户，与确认的不同",
                "by now %" PRId64 " customers would go, which is not what was confirmed",
                p->customers);
        err_hint(e, "请再预览一次后确认", "look at the plan again, then confirm");
        return RC_CONFLICT;
    }
    return RC_OK;
}

static enum rc create(struct request *rq, struct tx *tx, struct err *e)
{
    struct handover_plan plan;
    struct customer_asker who = customer_asker(rq, tx);
    bool dry = arg_int(rq, "dry_run") != 0;
    int64_t id = 0;
    if (str_utf8_count(arg_str(rq, "message")) > HANDOVER_MESSAGE)
        return too_long(err_set(e, RC_INVALID, "message_long", "message", "给客户的话至多 %d 字",
                                "the words for customers have at most %d characters",
                                HANDOVER_MESSAGE),
                        e);
    enum rc rc = read_plan(rq, &plan, e);
    if (rc == RC_OK)
        rc = handover_plan(tx, &who, &plan, e);
    if (rc == RC_OK && !dry)
        rc = check_meant(rq, &plan, e);
    if (rc == RC_OK && !dry)
        rc = make(rq, &plan, &id, e);
    if (rc != RC_OK)
        return rc;
    struct str reason = json_quote(request_arena(rq), arg_str(rq, "reason"));
    request_audit(rq, dry ? "staff" : "handover", dry ? plan.from_staff_id : id,
                  "\"customers\":%" PRId64 ",\"groups\":%" PRId64
                  ",\"dry_run\":%s,\"reason\":" STR_FMT,
                  plan.customers, plan.groups, dry ? "true" : "false", STR_ARG(reason));
    reply_status(rq, dry ? 200 : 201);
    put_plan(rq, &plan, id);
    return RC_OK;
}

const struct route route_handover_create = {
    .method = POST,
    .path = "/api/handovers",
    .name = "handover_create",
    .need = PERM_HANDOVER_WRITE,
    .scope = SCOPE_ROWS,
    .audited = true,
    .outside = true,
    .args = {{"from_staff_id", ARG_ID, IN_BODY, .required = true, .zh = "原员工，在职或已离职",
              .en = "who hands over, on the job or having left"},
             {"rule", ARG_CHOICE, IN_BODY, .required = true,
              .choices = "one|even|weights|department|expression",
              .zh = "一人、平均、按权重、某部门平均、按条件",
              .en = "one, evenly, by weights, evenly to a department, by expressions"},
             {"heirs", ARG_JSON, IN_BODY, .zh = "接替员工 [{staff_id, weight, cap, expression}]",
              .en = "successors: [{staff_id, weight, cap, expression}]"},
             {"department_id", ARG_ID, IN_BODY, .zh = "按部门时的部门，默认原员工的部门",
              .en = "of rule department: that of the member unless told"},
             {"expression", ARG_EXPRESSION, IN_BODY, .zh = "只继承符合此表达式的客户",
              .en = "only customers who match"},
             {"groups", ARG_BOOL, IN_BODY, .zh = "是否一并转让客户群，默认是",
              .en = "the groups too; yes unless told"},
             {"message", ARG_TEXT, IN_BODY, .max = 800, .zh = "在职继承时发给客户的话，至多 200 字",
              .en = "words for the customers, on the job; at most 200 characters"},
             {"reason", ARG_NAME, IN_BODY, .required = true, .min = 2,
              .zh = "原因，记入归属历史和审计日志，请勿写个人信息",
              .en = "why; kept in the history and the audit log, so no personal data"},
             {"customers", ARG_INT, IN_BODY, .min = 0, .max = HANDOVER_MOST,
              .zh = "确认的客户数；与实际不符时不执行",
              .en = "how many customers were confirmed: nothing is done when it is another number"},
             {"dry_run", ARG_BOOL, IN_BODY, .zh = "只看谁会得到多少，不执行",
              .en = "only say who would get how many"}},
    .run = create,
    .zh = "继承：把一位员工的客户和群交给其他员工，企业微信会通知客户，24 小时内可拒绝",
    .en = "Hand the customers and groups of a member of staff over; WeCom tells the customers, who "
          "have 24 hours to refuse.",
    .reply = "HandoverPlan",
};

/* ---- showing ---- */

static void put_counts(struct json *j, const char *key, const int64_t *counts)
{
    int64_t all = 0;
    json_open_object(j, key);
    for (int s = 0; s < HANDOVER_STATES; s++) {
        json_put_int(j, handover_state_names[s], counts[s]);
        all += counts[s];
    }
    json_put_int(j, "all", all);
    json_close_object(j);
}

static enum rc put_handover(struct request *rq, const struct handover *h, struct err *e)
{
    struct json *j = reply_json(rq);
    const struct json_value *heirs;
    enum rc rc = json_parse(request_arena(rq), h->heirs, &heirs, e);
    if (rc != RC_OK)
        return rc;
    json_open_object(j, NULL);
    json_put_id(j, "id", h->id);
    json_put_named(j, "from_staff", h->from_staff_id, h->from_staff);
    json_put_str(j, "kind", h->kind);
    json_put_str(j, "rule", h->rule);
    json_put_value(j, "heirs", heirs);
    json_put_str(j, "expression", h->expression);
    json_put_str(j, "message", h->message);
    json_put_str(j, "reason", h->reason);
    json_put_str(j, "state", h->state);
    json_put_int(j, "unknown", h->unknown);
    work_put_error(rq, j, h->error);
    json_put_named(j, "account", h->account_id, h->account);
    json_put_int(j, "created_s", h->created_s);
    json_put_known(j, "ended_s", h->ended_s);
    put_counts(j, "customers", h->counts[0]);
    put_counts(j, "groups", h->counts[1]);
    json_close_object(j);
    return RC_OK;
}

static enum rc list(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t key = 0, before = INT64_MAX, limit = page_limit(rq);
    struct handover *found = NULL;
    size_t n = 0;
    bool behind = cursor_read(rq, &key, &before);
    enum rc rc = handover_list(tx, request_caller(rq)->scope_account, arg_str(rq, "state"),
                               arg_int(rq, "from_staff_id"), before, limit + 1, &found, &n, e);
    if (rc != RC_OK)
        return rc;
    listing_open(rq);
    bool more = n > (size_t)limit;
    for (size_t i = 0; rc == RC_OK && i < n && i < (size_t)limit; i++)
        rc = put_handover(rq, &found[i], e);
    listing_close(rq, more ? cursor_write(rq, 0, found[limit - 1].id) : STR_ABSENT,
                  behind || more ? -1 : (int64_t)n);
    return rc;
}

const struct route route_handover_list = {
    .method = GET,
    .path = "/api/handovers",
    .name = "handover_list",
    .need = PERM_HANDOVER_WRITE,
    .scope = SCOPE_ROWS,
    .args = {{"state", ARG_CHOICE, .choices = "making|running|done|stopped", .zh = "状态",
              .en = "state"},
             {"from_staff_id", ARG_ID, .zh = "原员工", .en = "who handed over"},
             ARGS_PAGE},
    .run = list,
    .zh = "继承记录，最新的在前，各状态的客户数与群数",
    .en = "Hand-overs, newest first, with how many customers and groups are in which state.",
    .reply = "HandoverList",
};

#define ARG_HANDOVER_ID                                                                            \
    {                                                                                              \
        "handover_id", ARG_ID, IN_PATH, .required = true, .zh = "继承", .en = "the hand-over"      \
    }

static enum rc load(struct request *rq, struct tx *tx, struct handover *out, struct err *e)
{
    return handover_load(tx, request_caller(rq)->scope_account, arg_int(rq, "handover_id"), out, e);
}

static enum rc get(struct request *rq, struct tx *tx, struct err *e)
{
    struct handover h;
    enum rc rc = load(rq, tx, &h, e);
    return rc == RC_OK ? put_handover(rq, &h, e) : rc;
}

const struct route route_handover_get = {
    .method = GET,
    .path = "/api/handovers/{handover_id}",
    .name = "handover_get",
    .need = PERM_HANDOVER_WRITE,
    .scope = SCOPE_ROWS,
    .args = {ARG_HANDOVER_ID},
    .run = get,
    .zh = "一次继承及其进展",
    .en = "One hand-over and how far it is.",
    .reply = "Handover",
};

/* Why an item was refused, in words. */
static struct str code_words(struct request *rq, struct str code)
{
    static const struct {
        const char *code, *zh, *en;
    } OWN[] = {
        {"customer_refused", "客户拒绝了继承", "the customer refused"},
        {"customer_limit_exceed", "接替员工的客户数已满",
         "the successor can take no more customers"},
        {"not_listed", "企业微信的待分配列表里没有这位客户",
         "WeCom does not list this customer as left behind"},
        {"silent", "企业微信 7 天没有给出结果", "WeCom gave no result for 7 days"},
    };
    bool english = request_caller(rq)->english;
    int64_t n = wecom_error_number(code);
    for (size_t i = 0; i < sizeof OWN / sizeof *OWN; i++)
        if (str_eq(code, str_from(OWN[i].code)))
            return str_from(english ? OWN[i].en : OWN[i].zh);
    if (n == 0)
        return STR_ABSENT;
    const struct wecom_errcode *row = wecom_errcode(n);
    return str_from(english ? row->en : row->zh);
}

static void put_item(struct request *rq, const struct handover_item *i)
{
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_id(j, "id", i->id);
    json_put_named(j, "customer", i->group ? 0 : i->root_id,
                   i->group ? STR_ABSENT : customer_nickname(rq, i->name));
    json_put_named(j, "group", i->group ? i->object_id : 0, i->name);
    json_put_named(j, "staff", i->staff_id, i->staff);
    json_put_z(j, "state", handover_state_names[i->state]);
    json_put_str(j, "code", i->code);
    json_put_str(j, "message", str_empty(i->code) ? STR_ABSENT : code_words(rq, i->code));
    json_put_int(j, "tries", i->tries);
    json_put_known(j, "asked_s", i->asked_s);
    json_put_known(j, "due_s", i->due_s);
    json_put_int(j, "changed_s", i->changed_s);
    json_close_object(j);
}

static enum rc items(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t key = 0, after = 0, limit = page_limit(rq);
    struct handover h;
    struct handover_item *found = NULL;
    size_t n = 0;
    bool behind = cursor_read(rq, &key, &after);
    enum rc rc = load(rq, tx, &h, e);
    if (rc == RC_OK)
        rc = handover_items(tx, request_caller(rq)->scope_account, h.id, arg_str(rq, "state"),
                            after, limit + 1, &found, &n, e);
    if (rc != RC_OK)
        return rc;
    listing_open(rq);
    bool more = n > (size_t)limit;
    for (size_t i = 0; i < n && i < (size_t)limit; i++)
        put_item(rq, &found[i]);
    listing_close(rq, more ? cursor_write(rq, 0, found[limit - 1].id) : STR_ABSENT,
                  behind || more ? -1 : (int64_t)n);
    return RC_OK;
}

const struct route route_handover_items = {
    .method = GET,
    .path = "/api/handovers/{handover_id}/items",
    .name = "handover_items",
    .need = PERM_HANDOVER_WRITE,
    .scope = SCOPE_ROWS,
    .args = {ARG_HANDOVER_ID,
             {"state", ARG_CHOICE, .choices = "waiting|asking|asked|refused|passed|lost|stopped",
              .zh = "状态；lost 即没有跟来的", .en = "state; lost: who did not come along"},
             ARGS_PAGE},
    .run = items,
    .zh = "一次继承里的客户和群：给谁、到哪一步、为什么被拒",
    .en = "The customers and groups of a hand-over: to whom, how far, why refused.",
    .reply = "HandoverItemList",
};

/* ---- stopping, trying again, looking ---- */

static enum rc ended_already(struct err *e)
{
    err_set(e, RC_CONFLICT, "handover_ended", "handover_id", "这次继承已经结束",
            "this hand-over has ended already");
    err_hint(e, "没有跟来的可以再试一次", "those who were lost can be tried again");
    return RC_CONFLICT;
}

static enum rc stop(struct request *rq, struct tx *tx, struct err *e)
{
    struct handover h;
    int64_t stopped = 0;
    enum rc rc = load(rq, tx, &h, e);
    if (rc == RC_OK && !str_eq(h.state, STR("running")))
        return ended_already(e);
    if (rc == RC_OK)
        rc = handover_stop_items(tx, h.id, &stopped, e);
    if (rc == RC_OK)
        rc = handover_set_state(tx, h.id, "stopped", e);
    if (rc == RC_OK)
        rc = load(rq, tx, &h, e);
    request_audit(rq, "handover", h.id, "%s", "");
    return rc == RC_OK ? put_handover(rq, &h, e) : rc;
}

const struct route route_handover_stop = {
    .method = POST,
    .path = "/api/handovers/{handover_id}/stop",
    .name = "handover_stop",
    .need = PERM_HANDOVER_WRITE,
    .scope = SCOPE_ROWS,
    .writes = true,
    .audited = true,
    .args = {ARG_HANDOVER_ID},
    .run = stop,
    .zh = "停止一次继承：还没有向企业微信提出的不再提出，已提出的照常等待结果",
    .en = "Stop a hand-over: what WeCom was not asked for is not asked any more; the rest goes on.",
    .reply = "Handover",
};

static enum rc retry(struct request *rq, struct tx *tx, struct err *e)
{
    struct handover h;
    int64_t moved = 0;
    enum rc rc = load(rq, tx, &h, e);
    if (rc == RC_OK)
        rc = handover_retry_items(tx, h.id, &moved, e);
    if (rc == RC_OK && moved > 0)
        rc = handover_set_state(tx, h.id, "running", e);
    if (rc == RC_OK)
        rc = load(rq, tx, &h, e);
    request_audit(rq, "handover", h.id, "\"items\":%" PRId64, moved);
    return rc == RC_OK ? put_handover(rq, &h, e) : rc;
}

const struct route route_handover_retry = {
    .method = POST,
    .path = "/api/handovers/{handover_id}/retry",
    .name = "handover_retry",
    .need = PERM_HANDOVER_WRITE,
    .scope = SCOPE_ROWS,
    .writes = true,
    .audited = true,
    .args = {ARG_HANDOVER_ID},
    .run = retry,
    .zh = "再试一次没有跟来和被停止的，每次至多 500 个；客户 90 天内只能继承两次",
    .en = "Try those again who were lost or stopped, up to 500 a call; a customer can be handed "
          "over twice in 90 days.",
    .reply = "Handover",
};

static enum rc look(struct request *rq, struct tx *tx, struct err *e)
{
    struct handover_look l;
    (void)tx;
    enum rc rc = handover_keeper_run(request_app(rq), clock_now_s(), &l, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_int(j, "asked", l.asked);
    json_put_int(j, "accepted", l.accepted);
    json_put_int(j, "refused", l.refused);
    json_put_int(j, "waiting", l.waiting);
    json_put_int(j, "ended", l.ended);
    json_close_object(j);
    return RC_OK;
}

const struct route route_handover_look = {
    .method = POST,
    .path = "/api/handovers/look",
    .name = "handover_look",
    .need = PERM_SYSTEM,
    .scope = SCOPE_WHOLE,
    .outside = true,
    .run = look,
    .zh = "立即向企业微信提出并查询到期的继承（平时每分钟一次）",
    .en = "Ask WeCom for what is due, and what became of it, now, as each minute does.",
    .reply = "HandoverLook",
};
