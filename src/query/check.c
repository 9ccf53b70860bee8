/* check.c — names become ids, and every comparison is looked at: does the operator suit the left
 * side, the value the type, the window the question.
 *
 * A referenced audience is parsed and checked in place, so that a checked tree is complete:
 * compiling needs no database. The chain of references is kept on a stack; meeting one again is a
 * circle. A tier is stored, not inlined, but its model's expressions are followed too, since a
 * circle through them would never settle. The number of conditions of the whole, references
 * included, is limited, which also bounds what a chain of references can blow up to.
 */
#include "query/lex.h"
#include "query/word.h"
#include "base/limits.h"
#include "store/cycle.h"

#include <assert.h>
#include <inttypes.h>

enum { REFERENCES = 16 };

/* One link in the chain of references. */
struct link {
    enum name_kind kind;
    int64_t id;
};

struct checker {
    struct arena *a;
    const struct query_names *names;
    struct err *e;
    enum audience_subject subject;
    bool as_of;
    bool uses_period;
    int conditions;
    int followed;       /* references looked at */
    int followed_depth; /* how deep in following for circles only */
    struct link chain[REFERENCES];
    int n_chain;
};

static enum rc check_node(struct checker *c, struct node *n);

static enum rc wrong(struct checker *c, uint32_t at, const char *code, const char *zh,
                     const char *en)
{
    enum rc rc = err_set(c->e, RC_INVALID, code, "expression", "%s%.0s", "%.0s%s", zh, en);
    c->e->at = at;
    return rc;
}

/* ---- names ---- */

static const char *const KIND_ZH[NAME_KINDS] = {
    "标签", "标签组", "员工", "部门",     "群",   "阶段", "来源", "渠道",
    "商品", "行为",   "字段", "分层模型", "层级", "人群", "周期",
};
static const char *const KIND_EN[NAME_KINDS] = {
    "tag",   "tag group",  "staff member", "department", "group",
    "stage", "source",     "channel",      "product",    "kind of event",
    "field", "tier model", "tier",         "audience",   "cycle",
};

static const char *const KIND_CODE[NAME_KINDS] = {
    "tag_unknown",   "tag_group_unknown",  "staff_unknown",   "team_unknown",     "group_unknown",
    "stage_unknown", "source_unknown",     "channel_unknown", "product_unknown",  "kind_unknown",
    "field_unknown", "tier_model_unknown", "tier_unknown",    "audience_unknown", "cycle_unknown",
};

/* Finds a name that must exist, or says so with the nearest one. */
static enum rc find(struct checker *c, enum name_kind kind, int64_t parent, struct str name,
                    uint32_t at, struct name_found *out)
{
    struct name_found f = {0};
    enum rc rc = c->names->find(c->names->ctx, c->a, kind, parent, name, &f, c->e);
    if (rc != RC_OK) {
        c->e->at = at;
        return rc;
    }
    if (f.n > 0) {
        *out = f;
        return RC_OK;
    }
    struct suggestion s = suggestion_for(name);
    rc = c->names->each(c->names->ctx, c->a, kind, parent, suggestion_see, &s, c->e);
    if (rc != RC_OK)
        return rc;
    struct str shown = str_utf8_prefix(name, 60);
    rc = err_set(c->e, RC_INVALID, KIND_CODE[kind], "expression", "没有%s%.0s“%.*s”",
                 "there is no %.0s%s \"%.*s\"", KIND_ZH[kind], KIND_EN[kind], STR_ARG(shown));
    c->e->at = at;
    if (suggestion_best(&s) != NULL)
        err_hint(c->e, "你是不是想写 %s？", "did you mean %s?", suggestion_best(&s));
    return rc;
}

/* ---- windows and moments ---- */

static bool moment_less(const struct moment *a, const struct moment *b)
{
    const struct civil *x = &a->civil, *y = &b->civil;
    int64_t p = ((x->year * 12 + x->month) * 31 + x->day) * INT64_C(86400);
    int64_t q = ((y->year * 12 + y->month) * 31 + y->day) * INT64_C(86400);
    if (p != q || !a->has_time || !b->has_time) /* a day without a time ends at its end */
        return p < q;
    return x->hour * 3600 + x->minute * 60 + x->second <
           y->hour * 3600 + y->minute * 60 + y->second;
}

static enum rc check_window(struct checker *c, const struct window *w, bool days)
{
    bool future = w->kind == WINDOW_NEXT || w->kind == WINDOW_FOLLOWING;
    if (w->kind == WINDOW_BETWEEN && moment_less(&w->to, &w->from))
        return wrong(c, w->at, "window_order", "时间范围的结束早于开始",
                     "the window ends before it begins");
    if (future && !days)
        return wrong(c, w->at, "window_future", "将来的时间范围只能用于生日、到期日和日期字段",
                     "a window in the future is only for birthdays, due dates and day fields");
    if (days && !w->length.period && w->length.n > 0 && w->length.unit == UNIT_HOUR)
        return wrong(c, w->at, "window_hours", "日期按天计算，请用 d 或 w",
                     "days are counted here: use d or w");
    if (days && (w->from.has_time || w->to.has_time))
        return wrong(c, w->at, "window_time", "这里只能写日期，不能带时间",
                     "only a day may stand here, without a time");
    return RC_OK;
}

static enum rc check_birthday_window(struct checker *c, const struct window *w)
{
    enum window_kind k = w->kind;
    if (k == WINDOW_SINCE || k == WINDOW_BEFORE || k == WINDOW_OLDER || k == WINDOW_EVER)
        return wrong(c, w->at, "window_birthday",
                     "生日请用 next 7d、this month、between … and … 这样的范围",
                     "for birthdays use a window such as next 7d, this month, between … and …");
    return RC_OK;
}

/* ---- values ---- */

static enum rc bind_text(struct checker *c, struct literal *v)
{
    if (v->kind == LITERAL_TEXT)
        return RC_OK;
    enum rc rc =
        wrong(c, v->at, "value_text", "这里要写引号里的文字", "a text in quotes belongs here");
    if (v->kind == LITERAL_WORD) {
        struct str shown = str_utf8_prefix(v->text, 60);
        err_hint(c->e, "你是不是想写 \"%.*s\"？", "did you mean \"%.*s\"?", STR_ARG(shown));
    }
    return rc;
}

static enum rc bind_choice(struct checker *c, enum what w, struct literal *v)
{
    int i = v->kind == LITERAL_WORD || v->kind == LITERAL_TEXT ? choice_find(w, v->text) : -1;
    if (i >= 0) {
        v->bound = i;
        return RC_OK;
    }
    const struct choice *list = choice_list(w);
    enum rc rc =
        wrong(c, v->at, "value_choice", "这里没有这个选项", "there is no such choice here");
    err_hint(c->e, "可选：%s、%s%s%s", "choose %s, %s%s%s", list[0].word, list[1].word,
             list[2].word != NULL ? ", " : "", list[2].word != NULL ? list[2].word : "");
    return rc;
}

/* Scales a number to the unit of its left side: `unit` millionths make one. */
static enum rc bind_number(struct checker *c, struct literal *v, enum literal_kind kind,
                           int64_t unit, int64_t low, int64_t high)
{
    if (v->kind != kind)
        return kind == LITERAL_PERCENT
                   ? wrong(c, v->at, "value_percent", "这里要写百分比，如 10%",
                           "a percentage belongs here, as 10%")
                   : wrong(c, v->at, "value_number", "这里要写数字", "a number belongs here");
    if (v->micro % unit != 0)
        return unit == 1000000
                   ? wrong(c, v->at, "value_whole", "这里要写整数", "a whole number belongs here")
                   : wrong(c, v->at, "value_places", "最多两位小数", "at most two decimals");
    v->bound = v->micro / unit;
    if (v->bound < low || v->bound > high)
        return wrong(c, v->at, "value_range", "这个数字超出了范围", "this number is out of range");
    return RC_OK;
}

static enum rc bind_day(struct checker *c, struct literal *v)
{
    struct moment m = v->moment;
    if (v->kind == LITERAL_TEXT ? !moment_read(v->text, &m) : v->kind != LITERAL_MOMENT)
        return wrong(c, v->at, "value_day", "这里要写日期，如 2026-01-31",
                     "a day belongs here, as 2026-01-31");
    if (m.has_time)
        return wrong(c, v->at, "value_day", "这里只能写日期，不能带时间",
                     "only a day may stand here, without a time");
    v->bound = calendar_day_from_civil(m.civil.year, m.civil.month, m.civil.day);
    return RC_OK;
}

static enum rc bind_name(struct checker *c, enum name_kind kind, int64_t parent, struct literal *v)
{
    enum rc rc = bind_text(c, v);
    return rc != RC_OK ? rc : find(c, kind, parent, v->text, v->at, &v->found);
}

/* What numbers of a left side may be: wide enough for any use, narrow enough that no product
 * overflows. */
static enum rc bind_whole(struct checker *c, enum what w, struct literal *v)
{
    int64_t high = w == WHAT_AGE ? 150 : w == WHAT_EVENT_OBJECT ? 9000000000000 : 1000000000000;
    return bind_number(c, v, LITERAL_NUMBER, 1000000, w == WHAT_AGE ? 0 : -1000000000, high);
}

static enum rc bind(struct checker *c, const struct node *n, enum type t, struct literal *v)
{
    switch (t) {
    case TYPE_TEXT:
        return bind_text(c, v);
    case TYPE_CHOICE:
        return bind_choice(c, n->what, v);
    case TYPE_NUMBER:
        return bind_whole(c, n->what, v);
    case TYPE_MONEY:
        return bind_number(c, v, LITERAL_NUMBER, 10000, -100000000000000, 100000000000000);
    case TYPE_PERCENT:
        return bind_number(c, v, LITERAL_PERCENT, 10000, 0, 10000);
    case TYPE_DECIMAL:
        return bind_number(c, v, LITERAL_NUMBER, 1, INT64_MIN, INT64_MAX);
    case TYPE_DAY:
        return bind_day(c, v);
    case TYPE_NAME:
        return bind_name(c, what_row(n->what)->name, 0, v);
    case TYPE_STAFF:
        return bind_name(c, n->op == OP_TEAM ? NAME_TEAM : NAME_STAFF, 0, v);
    case TYPE_TIER:
        return bind_name(c, NAME_TIER, n->found.ids[0], v);
    default:
        assert(false && "this type has no values");
        return RC_INVALID;
    }
}

/* ---- circles of references ---- */

static enum rc follow(struct checker *c, const struct node *n, uint32_t at);

/* Looks for a way from the thing just found back to one in the chain. References that cannot be
 * read are not followed: they are their owner's error. Called before the thing itself is put on the
 * chain. */
static enum rc check_circle(struct checker *c, enum name_kind kind, const struct name_found *f,
                            uint32_t at)
{
    assert(f->n > 0);
    for (int i = 0; i < c->n_chain; i++)
        if (c->chain[i].kind == kind && c->chain[i].id == f->ids[0])
            return wrong(c, at, "circle", "这里的引用绕回了自己",
                         "this reference leads back to itself");
    if (c->n_chain == REFERENCES || ++c->followed > LIMIT_AUDIENCE_CONDITIONS)
        return wrong(c, at, "references_deep", "引用的层数或数量太多",
                     "references go too deep or are too many");
    if (kind == NAME_AUDIENCE && c->followed_depth == 0)
        return RC_OK; /* the caller checks it whole */
    c->chain[c->n_chain++] = (struct link){kind, f->ids[0]};
    c->followed_depth++;
    enum rc rc = RC_OK;
    struct str rest = f->expression, line;
    while (rc == RC_OK && str_cut(&rest, '\x1E', &line)) {
        struct audience_expr *x;
        struct err ignored = ERR_INIT;
        if (audience_parse(c->a, f->subject, line, &x, &ignored) == RC_OK)
            rc = follow(c, x->root, at);
    }
    c->followed_depth--;
    c->n_chain--;
    return rc;
}

/* Follows the references of a tree. */
static enum rc follow(struct checker *c, const struct node *n, uint32_t at)
{
    bool tier = n->kind == NODE_TEST && n->what == WHAT_TIER;
    if (tier || n->kind == NODE_AUDIENCE) {
        struct name_found f = {0};
        enum name_kind kind = tier ? NAME_TIER_MODEL : NAME_AUDIENCE;
        enum rc rc = c->names->find(c->names->ctx, c->a, kind, 0, n->name, &f, c->e);
        return rc != RC_OK || f.n == 0 ? rc : check_circle(c, kind, &f, at);
    }
    for (size_t i = 0; i < n->n_items; i++) {
        enum rc rc = follow(c, n->items[i], at);
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}

/* ---- events ---- */

/* Some left sides only make sense for some kinds of events; elsewhere they would silently match
 * nothing. */
static enum rc check_filter_kinds(struct checker *c, const struct node *n, int64_t kind)
{
    for (size_t i = 0; i < n->n_items; i++) {
        enum rc rc = check_filter_kinds(c, n->items[i], kind);
        if (rc != RC_OK)
            return rc;
    }
    if (n->kind != NODE_TEST)
        return RC_OK;
    bool product = n->what == WHAT_EVENT_PRODUCT || n->what == WHAT_EVENT_CATEGORY;
    if (product && (kind == 0 || kind == EVENT_ORDER || kind == EVENT_REFUND)) {
        enum rc rc = wrong(c, n->at, "filter_product", "订单可能含多种商品，不能这样筛选",
                           "an order may hold several products and cannot be filtered so");
        err_hint(c->e, "商品明细请用 item，如 count(item where product = \"A12\")",
                 "use item for the lines, as count(item where product = \"A12\")");
        return rc;
    }
    if (n->what == WHAT_EVENT_QUANTITY && kind != EVENT_ITEM)
        return wrong(c, n->at, "filter_quantity", "只有 item 有件数", "only item has a quantity");
    if (n->what == WHAT_EVENT_OBJECT && kind == EVENT_ITEM)
        return wrong(c, n->at, "filter_object", "item 请用 product 筛选", "filter item by product");
    return RC_OK;
}

static enum rc check_events(struct checker *c, struct events *ev)
{
    struct name_found f = {0};
    if (!str_absent(ev->kind)) {
        enum rc rc = find(c, NAME_EVENT_KIND, 0, ev->kind, ev->at, &f);
        if (rc != RC_OK)
            return rc;
        ev->kind_id = f.ids[0];
        ev->zh = f.zh;
        ev->en = f.en;
    }
    if (ev->kept && ev->kind_id != EVENT_ORDER)
        return wrong(c, ev->at, "kept", "只有 order 可以写 .kept（没有退过款的订单）",
                     "only order can be .kept (orders without a refund)");
    if (ev->where == NULL)
        return RC_OK;
    enum rc rc = check_node(c, ev->where);
    return rc != RC_OK ? rc : check_filter_kinds(c, ev->where, ev->kind_id);
}

/* ---- tests ---- */

static enum rc refuse_op(struct checker *c, const struct node *n, enum type t)
{
    enum rc rc = err_set(c->e, RC_INVALID, "operator", "expression", "“%s”不能这样比较",
                         "\"%s\" cannot be compared so", what_row(n->what)->word);
    c->e->at = n->at;
    if (t == TYPE_TIME)
        err_hint(
            c->e, "时间请写 in last 30d、since 2026-01-01、before 2026-01-01、between … and …",
            "for a time write in last 30d, since 2026-01-01, before 2026-01-01, between … and …");
    else if (t == TYPE_BIRTHDAY)
        err_hint(c->e, "生日请写 in next 7d、in this month",
                 "for a birthday write in next 7d, in this month");
    else if (t == TYPE_DUE)
        err_hint(c->e, "到期日请写 in next 7d、in last 30d、between … and …",
                 "for a due date write in next 7d, in last 30d, between … and …");
    else if (n->what == WHAT_STAFF)
        err_hint(
            c->e, "可以写 staff = \"…\"、staff in (…)、staff in team(\"…\")，反面用 not",
            "write staff = \"…\", staff in (…), staff in team(\"…\"), and not for the opposite");
    else
        err_hint(c->e, "可用：%s%s%s%s%s", "possible: %s%s%s%s%s",
                 type_allows(t, OP_EQ) ? "= != " : "", type_allows(t, OP_LT) ? "< <= > >= " : "",
                 type_allows(t, OP_IN) ? "in (…) " : "",
                 type_allows(t, OP_CONTAINS) ? "contains " : "",
                 type_allows(t, OP_KNOWN) ? "is known" : "");
    return rc;
}

/* A measure, a number of members: always known, and counted things are not listed with in. */
static bool derived(const struct node *n)
{
    return what_row(n->what)->measure || n->what == WHAT_GROUP_MEMBERS ||
           n->what == WHAT_GROUP_SHARE;
}

static enum type field_compares(enum field_type t)
{
    static const enum type AS[] = {[FIELD_TEXT] = TYPE_TEXT,
                                   [FIELD_NUMBER] = TYPE_DECIMAL,
                                   [FIELD_DAY] = TYPE_DAY,
                                   [FIELD_CHOICE] = TYPE_TEXT,
                                   [FIELD_YES_NO] = TYPE_CHOICE};
    assert(t <= FIELD_YES_NO);
    return AS[t];
}

/* Lifetime value is known for the horizon that was fitted, and no other. */
static enum rc check_horizon(struct checker *c, const struct node *n)
{
    int64_t fitted_s = 0;
    enum rc rc = RC_OK;
    if (c->names->horizon_s != NULL)
        rc = c->names->horizon_s(c->names->ctx, &fitted_s, c->e);
    if (rc != RC_OK || (!n->within.period && duration_s(n->within, 0) == fitted_s))
        return rc;
    if (fitted_s == 0) {
        rc = wrong(c, n->at, "clv_unavailable", "还没有拟合生命周期价值，clv 暂不可用",
                   "clv is not available until lifetime value has been fitted");
        err_hint(c->e, "在“洞察 › 生命周期价值”里拟合，或运行 koi clv fit。",
                 "fit it under Insight › Lifetime value, or run koi clv fit.");
        return rc;
    }
    struct str word = duration_word(c->a, fitted_s);
    rc = err_set(c->e, RC_INVALID, "clv_horizon", "expression",
                 "生命周期价值是按未来 " STR_FMT " 拟合的，不能问别的时间",
                 "lifetime value was fitted for the next " STR_FMT " and no other time",
                 STR_ARG(word));
    c->e->at = n->at;
    err_hint(c->e, "请写 clv(" STR_FMT ")", "write clv(" STR_FMT ")", STR_ARG(word));
    return rc;
}

/* Cycles that are counted from a field have no more of a history than the field. */
static enum rc check_cycle(struct checker *c, struct node *n)
{
    enum rc rc = find(c, NAME_CYCLE, 0, n->name, n->at, &n->found);
    if (rc != RC_OK || !c->as_of)
        return rc;
    assert(n->found.cycle != NULL);
    enum cycle_start starts = n->found.cycle->starts;
    if (starts == CYCLE_PURCHASE || starts == CYCLE_EVENT)
        return RC_OK;
    return wrong(c, n->at, "as_of", "这个周期从资料里的日期算起，没有历史，不能用于 as of",
                 "this cycle is counted from a field, which has no history, and cannot be asked as "
                 "of a past time");
}

/* Resolves the left side itself: field, tier model, events, inner expressions. Gives the type to
 * compare as. */
static enum rc check_left(struct checker *c, struct node *n, enum type *out)
{
    enum rc rc = RC_OK;
    *out = what_row(n->what)->type;
    if (n->what == WHAT_FIELD) {
        rc = find(c, NAME_FIELD, 0, n->name, n->at, &n->found);
        if (rc == RC_OK && n->found.sensitive)
            return wrong(c, n->at, "field_sensitive", "敏感字段不能用于人群",
                         "a sensitive field cannot be used in audiences");
        if (rc == RC_OK)
            *out = field_compares(n->found.type);
    } else if (n->what == WHAT_TIER) {
        rc = find(c, NAME_TIER_MODEL, 0, n->name, n->at, &n->found);
        if (rc == RC_OK)
            rc = check_circle(c, NAME_TIER_MODEL, &n->found, n->at);
    } else if (n->what == WHAT_CLV) {
        return check_horizon(c, n);
    } else if (n->what == WHAT_DUE) {
        return check_cycle(c, n);
    }
    for (size_t i = 0; i < n->n_events && rc == RC_OK; i++)
        rc = check_events(c, &n->events[i]);
    if (n->n_events > 0 && rc == RC_OK)
        rc = check_window(c, &n->window, false);
    for (size_t i = 0; i < n->n_items && rc == RC_OK; i++)
        rc = check_node(c, n->items[i]);
    return rc;
}

static enum rc check_test(struct checker *c, struct node *n)
{
    const struct what_row *row = what_row(n->what);
    enum type t;
    if (c->as_of && !row->as_of) {
        enum rc rc =
            err_set(c->e, RC_INVALID, "as_of", "expression", "“%s”没有历史，不能用于 as of",
                    "\"%s\" has no history and cannot be asked as of a past time", row->word);
        c->e->at = n->at;
        return rc;
    }
    enum rc rc = check_left(c, n, &t);
    if (rc != RC_OK)
        return rc;
    bool odd = n->op == OP_KNOWN || n->op == OP_UNKNOWN || n->op == OP_IN;
    bool choice_field =
        n->what == WHAT_FIELD && n->found.type == FIELD_CHOICE && n->op == OP_CONTAINS;
    if (!type_allows(t, n->op) || (derived(n) && odd) || choice_field)
        return refuse_op(c, n, t);
    for (size_t i = 0; i < n->n_values; i++) {
        rc = bind(c, n, t, &n->values[i]);
        if (rc != RC_OK)
            return rc;
    }
    if (n->op == OP_BETWEEN && n->values[0].bound > n->values[1].bound)
        return wrong(c, n->values[0].at, "between_order", "between 的第一个值要小于第二个",
                     "the first value of between is the smaller one");
    if (n->op == OP_CONTAINS && n->values[0].text.n == 0)
        return wrong(c, n->values[0].at, "contains_empty", "contains 后面不能是空的",
                     "contains wants a text that is not empty");
    if (n->op != OP_WITHIN)
        return RC_OK;
    rc = check_window(c, &n->compare, t != TYPE_TIME);
    return rc == RC_OK && t == TYPE_BIRTHDAY ? check_birthday_window(c, &n->compare) : rc;
}

/* ---- the rest ---- */

static enum rc check_names(struct checker *c, struct node *n, enum name_kind kind)
{
    for (size_t i = 0; i < n->n_values; i++) {
        enum rc rc = bind_name(c, kind, 0, &n->values[i]);
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}

/* An error inside a referenced audience is reported at the reference. */
static enum rc inside(struct checker *c, const struct node *n, enum rc rc)
{
    struct err inner = *c->e;
    c->e->at = n->at;
    if (rc != RC_INVALID || str_eq(str_from(inner.code), STR("circle")))
        return rc;
    struct str shown = str_utf8_prefix(n->name, 40);
    err_set(c->e, rc, inner.code, "expression", "人群“%.*s”的表达式有误：%s%.0s",
            "in the audience \"%.*s\": %.0s%s", STR_ARG(shown), inner.zh, inner.en);
    c->e->at = n->at;
    return rc;
}

static enum rc check_audience(struct checker *c, struct node *n)
{
    enum rc rc = find(c, NAME_AUDIENCE, 0, n->name, n->at, &n->found);
    if (rc == RC_OK)
        rc = check_circle(c, NAME_AUDIENCE, &n->found, n->at);
    if (rc != RC_OK)
        return rc;
    if (n->found.subject != c->subject)
        return wrong(c, n->at, "audience_subject", "这个人群选的是另一类对象（客户或群）",
                     "that audience picks the other subject (customers or groups)");
    struct audience_expr *x;
    rc = audience_parse(c->a, n->found.subject, n->found.expression, &x, c->e);
    if (rc != RC_OK)
        return inside(c, n, rc);
    c->chain[c->n_chain++] = (struct link){NAME_AUDIENCE, n->found.ids[0]};
    bool as_of = c->as_of;
    rc = check_node(c, x->root);
    c->as_of = as_of;
    c->n_chain--;
    if (rc != RC_OK)
        return inside(c, n, rc);
    c->uses_period = c->uses_period || x->uses_period;
    n->items = ARENA_ARRAY(c->a, struct node *, 1);
    n->items[0] = x->root;
    n->n_items = 1;
    return RC_OK;
}

static enum rc check_items(struct checker *c, struct node *n)
{
    for (size_t i = 0; i < n->n_items; i++) {
        enum rc rc = check_node(c, n->items[i]);
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}

/* Checks an expression whose subject is the other one. */
static enum rc check_other_subject(struct checker *c, struct node *n, enum audience_subject subject,
                                   enum rc (*check)(struct checker *c, struct node *n))
{
    enum audience_subject outer = c->subject;
    c->subject = subject;
    enum rc rc = check(c, n);
    c->subject = outer;
    return rc;
}

static enum rc check_group(struct checker *c, struct node *n)
{
    enum rc rc = check_names(c, n, NAME_GROUP);
    return rc != RC_OK ? rc : check_other_subject(c, n, AUDIENCE_GROUP, check_items);
}

static enum rc check_sequence(struct checker *c, struct node *n)
{
    for (size_t i = 0; i < n->n_events; i++) {
        enum rc rc = check_events(c, &n->events[i]);
        if (rc != RC_OK)
            return rc;
    }
    return check_window(c, &n->window, false);
}

static enum rc check_as_of(struct checker *c, struct node *n)
{
    if (c->subject == AUDIENCE_GROUP)
        return wrong(c, n->at, "as_of", "群人群还不支持 as of",
                     "group audiences cannot be asked as of a past time yet");
    c->as_of = true;
    enum rc rc = check_items(c, n);
    c->as_of = false;
    return rc;
}

static enum rc check_flag(struct checker *c, struct node *n)
{
    if (!c->as_of || what_row(n->what)->as_of)
        return RC_OK;
    return wrong(c, n->at, "as_of", "“no_marketing”没有历史，不能用于 as of",
                 "\"no_marketing\" has no history and cannot be asked as of a past time");
}

static enum rc check_node(struct checker *c, struct node *n)
{
    assert(n != NULL);
    bool joins =
        n->kind == NODE_AND || n->kind == NODE_OR || n->kind == NODE_NOT || n->kind == NODE_AS_OF;
    if (!joins && ++c->conditions > LIMIT_AUDIENCE_CONDITIONS) {
        enum rc rc = err_set(c->e, RC_LIMIT, "too_many_conditions", "expression",
                             "条件最多 %d 个（含引用的人群）",
                             "at most %d conditions, those of referenced audiences included",
                             LIMIT_AUDIENCE_CONDITIONS);
        c->e->at = n->at;
        return rc;
    }
    switch (n->kind) {
    case NODE_ALL:
    case NODE_NONE:
        return RC_OK;
    case NODE_AND:
    case NODE_OR:
    case NODE_NOT:
        return check_items(c, n);
    case NODE_AS_OF:
        return check_as_of(c, n);
    case NODE_TEST:
        return n->what == WHAT_GROUP_MEMBERS || n->what == WHAT_GROUP_SHARE
                   ? check_other_subject(c, n, AUDIENCE_CUSTOMER, check_test)
                   : check_test(c, n);
    case NODE_FLAG:
        return check_flag(c, n);
    case NODE_TAG:
        return check_names(c, n, NAME_TAG);
    case NODE_TAG_GROUP:
        return check_names(c, n, NAME_TAG_GROUP);
    case NODE_GROUP:
        return check_group(c, n);
    case NODE_EVER:
    case NODE_NEVER:
    case NODE_SEQ:
        return check_sequence(c, n);
    case NODE_AUDIENCE:
        return check_audience(c, n);
    case NODE_SAMPLE:
        return bind_number(c, &n->values[0], LITERAL_PERCENT, 10000, 0, 10000);
    }
    return RC_OK;
}

enum rc audience_check_owned(struct arena *a, const struct query_names *names, enum name_kind owner,
                             int64_t owner_id, struct audience_expr *x, struct err *e)
{
    assert(a != NULL && names != NULL && x != NULL);
    assert(owner == NAME_AUDIENCE || owner == NAME_TIER_MODEL || owner_id == 0);
    struct err own = ERR_INIT;
    struct checker c = {.a = a, .names = names, .e = e != NULL ? e : &own, .subject = x->subject};
    if (owner_id != 0)
        c.chain[c.n_chain++] = (struct link){owner, owner_id};
    enum rc rc = check_node(&c, x->root);
    if (rc != RC_OK)
        return rc;
    x->checked = true;
    x->uses_period = x->uses_period || c.uses_period;
    return RC_OK;
}

enum rc audience_check(struct arena *a, const struct query_names *names, struct audience_expr *x,
                       struct err *e)
{
    return audience_check_owned(a, names, NAME_AUDIENCE, 0, x, e);
}

enum rc audience_read(struct arena *a, const struct query_names *names,
                      enum audience_subject subject, struct str text,
                      const struct audience_expr **out, struct err *e)
{
    struct audience_expr *x;
    enum rc rc = audience_parse(a, subject, text, &x, e);
    if (rc == RC_OK)
        rc = audience_check(a, names, x, e);
    if (rc == RC_OK)
        *out = x;
    return rc;
}

enum rc audience_check_events(struct arena *a, const struct query_names *names,
                              struct events *events, size_t n, const struct window *window,
                              struct err *e)
{
    assert(e != NULL);
    struct checker c = {.a = a, .names = names, .e = e, .subject = AUDIENCE_CUSTOMER};
    for (size_t i = 0; i < n; i++) {
        enum rc rc = check_events(&c, &events[i]);
        if (rc != RC_OK)
            return rc;
    }
    return window != NULL ? check_window(&c, window, false) : RC_OK;
}
