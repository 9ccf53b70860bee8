/* cycles.c — dates that matter: which there are, and how many are due when.
 *
 * Each number of due customers comes with the expression that picks them. A suggestion of a length
 * says what it rests on, so that nobody need trust it.
 */
#include "api/audiences.h"
#include "api/listing.h"
#include "api/report_args.h"
#include "api/routes.h"
#include "base/limits.h"
#include "query/cycle_board.h"
#include "query/print.h"
#include "query/product_repurchase.h"
#include "store/catalogue.h"
#include "store/field.h"

#include <inttypes.h>

enum { SOON_DAYS = 7, DAYS_AHEAD = 28, WEEKS_AHEAD = 12, WEEKS_MOST = 26, ENOUGH_INTERVALS = 20 };

/* ---- a cycle ---- */

static void put_products(struct json *j, const struct cycle *c)
{
    json_open_array(j, "products");
    for (size_t i = 0; i < c->rule.n_products; i++) {
        json_open_object(j, NULL);
        json_put_id(j, "id", c->products[i].id);
        json_put_str(j, "code", c->products[i].code);
        json_put_str(j, "name", c->products[i].name);
        json_close_object(j);
    }
    json_close_array(j);
}

static void put_kind(struct json *j, const struct cycle *c)
{
    if (c->rule.kind_id == 0) {
        json_put_null(j, "kind");
        return;
    }
    json_open_object(j, "kind");
    json_put_str(j, "word", c->kind);
    json_put_str(j, "zh", c->kind_zh);
    json_put_str(j, "en", c->kind_en);
    json_close_object(j);
}

/* The members of a cycle, into an object that is open. */
static void put_cycle(struct json *j, const struct cycle *c)
{
    json_put_id(j, "id", c->id);
    json_put_str(j, "name", c->name);
    json_put_z(j, "starts", cycle_start_word(c->rule.starts));
    put_products(j, c);
    put_kind(j, c);
    if (c->rule.field_id == 0) {
        json_put_null(j, "field");
    } else {
        json_open_object(j, "field");
        json_put_id(j, "id", c->rule.field_id);
        json_put_str(j, "key", c->field);
        json_put_str(j, "name", c->field_name);
        json_close_object(j);
    }
    json_put_known(j, "length", c->rule.length != 0 ? c->rule.length : DB_NULL);
    json_put_z(j, "unit", c->rule.length == 0 ? NULL : c->rule.months ? "month" : "day");
    json_put_bool(j, "enabled", c->enabled);
    json_put_str(j, "account", c->account);
    json_put_int(j, "created_s", c->created_s);
}

/* ---- how many are due ---- */

/* The expression of those due on the days from … to; INT32_MIN: any time before. */
static struct str due_text(struct arena *a, const struct cycle *c, int32_t from, int32_t to)
{
    char first[11], last[11];
    struct buf text;
    buf_init(&text, 4096);
    buf_addz(&text, "due(");
    print_text(c->name, &text);
    if (from == INT32_MIN) {
        calendar_format_day(to + 1, last);
        buf_addf(&text, ") before %s", last);
    } else {
        calendar_format_day(from, first);
        calendar_format_day(to, last);
        buf_addf(&text, ") between %s and %s", first, last);
    }
    struct str out = arena_str(a, buf_str(&text));
    buf_done(&text);
    return out;
}

static void put_bar(struct request *rq, const struct cycle *c, int32_t from, int32_t to,
                    int64_t customers)
{
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    if (from == INT32_MIN)
        json_put_null(j, "from");
    else
        json_put_day(j, "from", from);
    json_put_day(j, "to", to);
    json_put_int(j, "customers", customers);
    json_put_str(j, "expression", due_text(request_arena(rq), c, from, to));
    json_close_object(j);
}

/* Bars of `each` days, and what is overdue, the longest ago first. */
static void put_due(struct request *rq, const struct cycle *c, const struct cycle_due *d,
                    int32_t today, size_t each)
{
    struct json *j = reply_json(rq);
    json_put_day(j, "today", today);
    json_put_int(j, "begun", d->begun);
    json_open_array(j, "overdue");
    for (size_t k = CYCLE_OVERDUE; k-- > 0;) {
        int32_t from = k < CYCLE_OVERDUE - 1 ? today - CYCLE_OVERDUE_DAYS[k] : INT32_MIN;
        put_bar(rq, c, from, k == 0 ? today - 1 : today - CYCLE_OVERDUE_DAYS[k - 1] - 1,
                d->overdue[k]);
    }
    json_close_array(j);
    json_open_array(j, "due");
    for (size_t i = 0; i < d->n_days; i += each) {
        int64_t sum = 0;
        for (size_t k = i; k < i + each; k++)
            sum += d->days[k];
        put_bar(rq, c, today + (int32_t)i, today + (int32_t)(i + each) - 1, sum);
    }
    json_close_array(j);
}

/* Sums for a list: who is due soon, and who is overdue. */
static enum rc put_soon(struct request *rq, const struct board *board, const struct cycle *c,
                        struct err *e)
{
    struct cycle_due d;
    struct json *j = reply_json(rq);
    int64_t soon = 0, overdue = 0;
    enum rc rc = board_cycle_due(board, &c->rule, request_caller(rq)->scope_account,
                                 tx_now_s(board->tx), SOON_DAYS, &d, e);
    if (rc != RC_OK)
        return rc;
    for (size_t i = 0; i < d.n_days; i++)
        soon += d.days[i];
    for (size_t k = 0; k < CYCLE_OVERDUE; k++)
        overdue += d.overdue[k];
    json_put_int(j, "soon", soon);
    json_put_int(j, "overdue", overdue);
    json_put_int(j, "begun", d.begun);
    return RC_OK;
}

/* ---- reading ---- */

static enum rc list_run(struct request *rq, struct tx *tx, struct err *e)
{
    const struct board *board;
    struct cycle *list;
    size_t n;
    enum rc rc = cycle_list(tx, &list, &n, e);
    if (rc == RC_OK)
        rc = board_for(rq, tx, &board, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = listing_open(rq);
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        json_open_object(j, NULL);
        put_cycle(j, &list[i]);
        rc = put_soon(rq, board, &list[i], e);
        json_close_object(j);
    }
    if (rc == RC_OK)
        listing_close(rq, STR_ABSENT, (int64_t)n);
    return rc;
}

const struct route route_cycle_list = {
    .method = GET,
    .path = "/api/cycles",
    .name = "cycle_list",
    .need = PERM_AUDIENCE_READ,
    .scope = SCOPE_ROWS,
    .run = list_run,
    .zh = "周期，及 7 天内到期和已逾期的人数",
    .en = "Cycles, with how many are due within 7 days and how many are overdue.",
    .reply = "CycleList",
};

#define ARG_CYCLE_ID                                                                               \
    {                                                                                              \
        "cycle_id", ARG_ID, IN_PATH, .required = true, .zh = "周期", .en = "the cycle"             \
    }

static enum rc get_run(struct request *rq, struct tx *tx, struct err *e)
{
    const struct board *board;
    struct cycle c;
    struct cycle_due due;
    bool weeks = str_eq(arg_str(rq, "unit"), STR("week"));
    int64_t ahead = arg_int_or(rq, "ahead", weeks ? WEEKS_AHEAD : DAYS_AHEAD);
    int64_t now_s = tx_now_s(tx), most = weeks ? WEEKS_MOST : CYCLE_AHEAD_MOST;
    enum rc rc = cycle_load(tx, arg_int(rq, "cycle_id"), &c, e);
    if (rc == RC_OK && ahead > most)
        rc = err_set(e, RC_INVALID, "argument_invalid", "ahead", "ahead 最大为 %d",
                     "ahead is at most %d", (int)most);
    if (rc == RC_OK)
        rc = board_for(rq, tx, &board, e);
    if (rc == RC_OK)
        rc = board_cycle_due(board, &c.rule, request_caller(rq)->scope_account, now_s,
                             (size_t)ahead * (weeks ? 7 : 1), &due, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    put_cycle(j, &c);
    put_due(rq, &c, &due, calendar_day_of(now_s), weeks ? 7 : 1);
    json_close_object(j);
    return RC_OK;
}

const struct route route_cycle_get = {
    .method = GET,
    .path = "/api/cycles/{cycle_id}",
    .name = "cycle_get",
    .need = PERM_AUDIENCE_READ,
    .scope = SCOPE_ROWS,
    .args = {ARG_CYCLE_ID,
             {"unit", ARG_CHOICE, .choices = "day|week", .zh = "按天（默认）或按周",
              .en = "by day, unless told, or by week"},
             {"ahead", ARG_INT, .min = 1, .max = CYCLE_AHEAD_MOST,
              .zh = "往后多少天（默认 28，最多 186）或周（默认 12，最多 26）",
              .en = "days ahead (28 unless told, at most 186), or weeks (12, at most 26)"}},
    .run = get_run,
    .zh = "一个周期，及今后每天或每周到期、已逾期的人数和人群表达式",
    .en =
        "A cycle, with how many are due on each day or week to come and how many are overdue, each "
        "with its expression.",
    .reply = "CycleDue",
};

static enum rc customers_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct cycle c;
    enum rc rc = cycle_load(tx, arg_int(rq, "cycle_id"), &c, e);
    int64_t from = arg_int_or(rq, "from", INT32_MIN);
    int64_t to = arg_int_or(rq, "to", calendar_day_of(tx_now_s(tx)));
    if (rc == RC_OK && from > to)
        rc = err_set(e, RC_INVALID, "argument_invalid", "to", "to 不能早于 from",
                     "to cannot be before from");
    if (rc != RC_OK)
        return rc;
    struct str text = due_text(request_arena(rq), &c, (int32_t)from, (int32_t)to);
    return audience_reply_customers(rq, tx, text, e);
}

const struct route route_cycle_customers = {
    .method = GET,
    .path = "/api/cycles/{cycle_id}/customers",
    .name = "cycle_customers",
    .need = PERM_AUDIENCE_READ,
    .scope = SCOPE_ROWS,
    .args = {ARG_CYCLE_ID,
             {"from", ARG_DAY, .zh = "到期日从哪天起，不给则不限",
              .en = "due from this day; any time before unless told"},
             {"to", ARG_DAY, .zh = "到期日到哪天（含），默认今天",
              .en = "due until this day, inclusive; today unless told"},
             ARGS_PAGE},
    .run = customers_run,
    .zh = "在这些日子到期的客户；不给日期则为已逾期和今天到期的",
    .en = "Who is due on those days; overdue or due today unless told.",
    .reply = "CustomerList",
};

/* ---- writing ---- */

static enum rc refuse(struct err *e, const char *field, const char *zh, const char *en)
{
    return err_set(e, RC_INVALID, "cycle_rule", field, "%s%.0s", "%.0s%s", zh, en);
}

static enum rc read_length(struct request *rq, struct cycle_rule *rule, struct err *e)
{
    if (rule->starts == CYCLE_RELATIVE)
        return arg_given(rq, "length")
                   ? refuse(e, "length", "长度由每位客户首次购买时的年龄决定，不能填写",
                            "the length is each customer's age at their first purchase")
                   : RC_OK;
    rule->length = arg_int_or(rq, "length", rule->length);
    if (arg_given(rq, "unit"))
        rule->months = str_eq(arg_str(rq, "unit"), STR("month"));
    if (rule->length < 1)
        return refuse(e, "length", "请填写长度", "a length is needed");
    if (rule->months && rule->length > CYCLE_MONTHS_MOST)
        return refuse(e, "length", "最多 1200 个月", "at most 1200 months");
    return RC_OK;
}

static enum rc read_products(struct request *rq, struct tx *tx, struct cycle_rule *rule,
                             struct err *e)
{
    if (!arg_given(rq, "product_ids") && rule->n_products > 0)
        return RC_OK;
    const int64_t *ids = arg_ids(rq, "product_ids", &rule->n_products);
    if (rule->n_products == 0)
        return refuse(e, "product_ids", "请选择商品", "choose at least one product");
    rule->products = ARENA_ARRAY(tx_arena(tx), int64_t, rule->n_products);
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < rule->n_products; i++) {
        struct product_card p;
        rule->products[i] = ids[i];
        rc = catalogue_product(tx, ids[i], &p, e);
    }
    return rc == RC_NOT_FOUND ? refuse(e, "product_ids", "没有这个商品", "there is no such product")
                              : rc;
}

static enum rc read_kind(struct request *rq, struct tx *tx, struct cycle_rule *rule, struct err *e)
{
    struct kind_row *kinds;
    size_t n;
    enum rc rc = catalogue_kinds(tx, &kinds, &n, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        if (str_eq(kinds[i].name, arg_str(rq, "kind")))
            rule->kind_id = kinds[i].id;
    if (rc == RC_OK && rule->kind_id == 0)
        rc = refuse(e, "kind", "没有这种行为", "there is no such kind of event");
    return rc;
}

static enum rc read_field(struct request *rq, struct tx *tx, struct cycle_rule *rule, struct err *e)
{
    struct field f;
    if (!arg_given(rq, "field_id"))
        return refuse(e, "field_id", "请选择日期字段", "choose a day field");
    enum rc rc = field_load(tx, arg_int(rq, "field_id"), &f, e);
    if (rc == RC_NOT_FOUND)
        return refuse(e, "field_id", "没有这个字段", "there is no such field");
    if (rc == RC_OK && (!str_eq(f.type, STR("day")) || !str_eq(f.class, STR("plain"))))
        return refuse(e, "field_id", "只能用类型为日期、分级为普通的字段（其余加密保存，不能计算）",
                      "only a field of type day and class plain will do: the others are sealed");
    rule->field_id = f.id;
    return rc;
}

static enum rc show(struct request *rq, struct tx *tx, int64_t id, struct err *e)
{
    struct cycle c;
    enum rc rc = cycle_load(tx, id, &c, e);
    if (rc != RC_OK)
        return rc;
    request_audit(rq, "cycle", id, "%s", "");
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    put_cycle(j, &c);
    json_close_object(j);
    return RC_OK;
}

static enum rc create_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct cycle c = {.name = arg_str(rq, "name"),
                      .enabled = !arg_given(rq, "enabled") || arg_int(rq, "enabled") != 0,
                      .account_id = request_caller(rq)->account_id};
    c.rule.starts = cycle_start_from(arg_str(rq, "starts"));
    enum rc rc = read_length(rq, &c.rule, e);
    if (rc == RC_OK && c.rule.starts == CYCLE_PURCHASE)
        rc = read_products(rq, tx, &c.rule, e);
    else if (rc == RC_OK && c.rule.starts == CYCLE_EVENT)
        rc = read_kind(rq, tx, &c.rule, e);
    else if (rc == RC_OK)
        rc = read_field(rq, tx, &c.rule, e);
    if (rc == RC_OK)
        rc = cycle_add(tx, &c, e);
    if (rc != RC_OK)
        return rc;
    reply_status(rq, 201);
    return show(rq, tx, c.id, e);
}

#define ARGS_OF_RULE                                                                               \
    {"product_ids",                                                                                \
     ARG_IDS,                                                                                      \
     IN_BODY,                                                                                      \
     .max = CYCLE_PRODUCTS_MOST,                                                                   \
     .zh = "purchase：买过其中任何一个商品都重新计算，最多 50 个",                                 \
     .en = "purchase: the products; buying any of them begins it anew; at most 50"},               \
        {"length",                                                                                 \
         ARG_INT,                                                                                  \
         IN_BODY,                                                                                  \
         .min = 1,                                                                                 \
         .max = CYCLE_DAYS_MOST,                                                                   \
         .zh = "长度；relative 没有",                                                              \
         .en = "how long; relative has none"},                                                     \
        {"unit",                                                                                   \
         ARG_CHOICE,                                                                               \
         IN_BODY,                                                                                  \
         .choices = "day|month",                                                                   \
         .zh = "天（默认）或月",                                                                   \
         .en = "days, unless told, or months"},                                                    \
    {                                                                                              \
        "enabled", ARG_BOOL, IN_BODY, .zh = "是否出现在今日待办中",                                \
                                      .en = "whether it is among what is due today"                \
    }

const struct route route_cycle_create = {
    .method = POST,
    .path = "/api/cycles",
    .name = "cycle_create",
    .need = PERM_AUDIENCE_WRITE,
    .scope = SCOPE_NONE,
    .writes = true,
    .idempotent = true,
    .audited = true,
    .args = {{"name", ARG_NAME, IN_BODY, .required = true, .zh = "名称，表达式里写 due(\"名称\")",
              .en = "name, in expressions due(\"name\")"},
             {"starts", ARG_CHOICE, IN_BODY, .required = true,
              .choices = "purchase|event|field|relative",
              .zh = "从何算起：上次购买、上次行为、日期字段、亲属生日（长度为客户首购时的年龄）",
              .en = "counted from the last purchase, the last event, a day field, or a relative's "
                    "birth (with the customer's age at first purchase)"},
             {"kind", ARG_NAME, IN_BODY, .zh = "event：哪种行为", .en = "event: which kind"},
             {"field_id", ARG_ID, IN_BODY, .zh = "field、relative：哪个日期字段",
              .en = "field, relative: which day field"},
             ARGS_OF_RULE},
    .run = create_run,
    .zh = "新建周期",
    .en = "Make a cycle.",
    .reply = "Cycle",
};

static enum rc change_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct cycle c;
    enum rc rc = cycle_load(tx, arg_int(rq, "cycle_id"), &c, e);
    if (rc != RC_OK)
        return rc;
    if (arg_given(rq, "name"))
        c.name = arg_str(rq, "name");
    if (arg_given(rq, "enabled"))
        c.enabled = arg_int(rq, "enabled") != 0;
    if (arg_given(rq, "product_ids") && c.rule.starts != CYCLE_PURCHASE)
        return refuse(e, "product_ids", "这个周期不按商品计算",
                      "this cycle is not counted from products");
    rc = read_length(rq, &c.rule, e);
    if (rc == RC_OK && c.rule.starts == CYCLE_PURCHASE)
        rc = read_products(rq, tx, &c.rule, e);
    if (rc == RC_OK)
        rc = cycle_store(tx, &c, e);
    return rc == RC_OK ? show(rq, tx, c.id, e) : rc;
}

const struct route route_cycle_update = {
    .method = PATCH,
    .path = "/api/cycles/{cycle_id}",
    .name = "cycle_update",
    .need = PERM_AUDIENCE_WRITE,
    .scope = SCOPE_NONE,
    .writes = true,
    .audited = true,
    .args = {ARG_CYCLE_ID, {"name", ARG_NAME, IN_BODY, .zh = "名称", .en = "name"}, ARGS_OF_RULE},
    .run = change_run,
    .zh = "修改周期；从何算起不能改",
    .en = "Change a cycle; what it is counted from stays.",
    .reply = "Cycle",
};

static enum rc remove_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct cycle c;
    enum rc rc = cycle_load(tx, arg_int(rq, "cycle_id"), &c, e);
    if (rc == RC_OK)
        rc = cycle_remove(tx, c.id, e);
    if (rc != RC_OK)
        return rc;
    request_audit(rq, "cycle", c.id, "%s", "");
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    put_cycle(j, &c);
    json_close_object(j);
    return RC_OK;
}

const struct route route_cycle_remove = {
    .method = DELETE,
    .path = "/api/cycles/{cycle_id}",
    .name = "cycle_remove",
    .need = PERM_AUDIENCE_WRITE,
    .scope = SCOPE_NONE,
    .writes = true,
    .audited = true,
    .args = {ARG_CYCLE_ID},
    .run = remove_run,
    .zh = "删除周期；引用它的表达式不再可用",
    .en = "Remove a cycle; expressions that name it are no longer understood.",
    .reply = "Cycle",
};

/* ---- a suggestion ---- */

static enum rc suggest_run(struct request *rq, struct tx *tx, struct err *e)
{
    const struct board *board;
    struct product_repurchase_question q = {.within_days = 0};
    struct product_repurchase *row;
    int64_t weeks[REPURCHASE_WEEKS];
    size_t n;
    q.set = arg_ids(rq, "product_ids", &q.n_set);
    q.range = (struct report_range){
        .scope_account = request_caller(rq)->scope_account, .from_day = DB_NULL, .to_day = DB_NULL};
    enum rc rc = q.n_set > 0
                     ? report_range_fill(tx, &q.range, e)
                     : refuse(e, "product_ids", "请选择商品", "choose at least one product");
    if (rc == RC_OK)
        rc = board_for(rq, tx, &board, e);
    if (rc == RC_OK)
        rc = board_product_repurchase(board, &q, weeks, &row, &n, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_known(j, "length", row->intervals > 0 ? row->p50_days : DB_NULL);
    json_put_bool(j, "enough", row->intervals >= ENOUGH_INTERVALS);
    json_put_int(j, "buyers", row->buyers);
    json_put_int(j, "intervals", row->intervals);
    json_put_known(j, "p25_days", row->intervals > 0 ? row->p25_days : DB_NULL);
    json_put_known(j, "p50_days", row->intervals > 0 ? row->p50_days : DB_NULL);
    json_put_known(j, "p75_days", row->intervals > 0 ? row->p75_days : DB_NULL);
    json_open_array(j, "by_week");
    for (size_t i = 0; i < REPURCHASE_WEEKS; i++)
        json_put_int(j, NULL, weeks[i]);
    json_close_array(j);
    json_close_object(j);
    return RC_OK;
}

const struct route route_cycle_suggest = {
    .method = POST,
    .path = "/api/cycles/suggestion",
    .name = "cycle_suggest",
    .need = PERM_AUDIENCE_READ,
    .scope = SCOPE_ROWS,
    .args = {{"product_ids", ARG_IDS, IN_BODY, .required = true, .max = CYCLE_PRODUCTS_MOST,
              .zh = "商品，合在一起算", .en = "the products, taken as one"}},
    .run = suggest_run,
    .zh = "由数据建议的长度：同一客户两次购买的间隔天数的中位数，及其依据",
    .en = "A length from the data: the median of the days between purchases of the same customer, "
          "and what it rests on.",
    .reply = "CycleSuggestion",
};
