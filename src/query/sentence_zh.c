/* sentence_zh.c — an expression as one Chinese sentence: conditions stand before "的客户", joined
 * by 、, alternatives by 或者, with brackets （） where the tree needs them. `not` is said in the
 * condition itself where Chinese has a word for it (没下过单, 不在杭州), by the opposite comparison
 * where that is the same, else by 并非. A comparison with != excludes the unknown and a negated one
 * includes it; the sentence says so where it matters. */
#include "query/sentence.h"
#include "query/word.h"

#include <assert.h>
#include <inttypes.h>

static void say_node(const struct node *n, bool negate, struct buf *out);
static void say_joined(const struct node *n, bool negate, struct buf *out);

static void quoted(struct str s, struct buf *out)
{
    buf_addf(out, "“%.*s”", STR_ARG(s));
}

/* A space between a Chinese character and a number or a Latin word that follows; none behind
 * brackets and quotes. */
static void gap(struct buf *out)
{
    static const char *const CLOSED[] = {"（", "）", "“", "”", "、", "，"};
    struct str s = buf_str(out);
    if (s.n == 0 || ((unsigned char)s.p[s.n - 1] & 0x80) == 0)
        return;
    for (size_t i = 0; i < sizeof CLOSED / sizeof CLOSED[0]; i++)
        if (str_ends(s, str_from(CLOSED[i])))
            return;
    buf_addc(out, ' ');
}

static void names(const struct node *n, struct buf *out)
{
    say_values(n, LANGUAGE_ZH, "“", "”", "、", "或", out);
}

/* Numbers, and words that need no quotes. */
static void plain(const struct node *n, struct buf *out)
{
    bool number = n->n_values > 0 && n->values[0].kind == LITERAL_NUMBER;
    if (number)
        gap(out);
    say_values(n, LANGUAGE_ZH, "", "", "、", number ? " 或 " : "或", out);
}

/* ---- time ---- */

static const char *const THIS[] = {
    [UNIT_WEEK] = "本周", [UNIT_MONTH] = "本月", [UNIT_QUARTER] = "本季度", [UNIT_YEAR] = "今年"};
static const char *const PREVIOUS[] = {
    [UNIT_WEEK] = "上周", [UNIT_MONTH] = "上月", [UNIT_QUARTER] = "上季度", [UNIT_YEAR] = "去年"};
static const char *const FOLLOWING[] = {
    [UNIT_WEEK] = "下周", [UNIT_MONTH] = "下月", [UNIT_QUARTER] = "下季度", [UNIT_YEAR] = "明年"};

static void length(const char *before, const struct duration *d, struct buf *out)
{
    static const char *const UNIT[] = {"小时", "天", "周"};
    if (d->period)
        buf_addz(out, "本周期");
    else
        buf_addf(out, "%s%" PRId64 " %s", before, d->n, UNIT[d->unit]);
}

/* The window as an adverb; nothing for none. `recent` is what "last" is called: 最近, or 近 in a
 * negation. */
static void window(const struct window *w, const char *recent, struct buf *out)
{
    switch (w->kind) {
    case WINDOW_EVER:
        return;
    case WINDOW_LAST:
        length(recent, &w->length, out);
        return;
    case WINDOW_NEXT:
        length("未来 ", &w->length, out);
        return;
    case WINDOW_OLDER:
        length("", &w->length, out);
        buf_addz(out, w->length.period ? "之前" : "前");
        return;
    case WINDOW_TODAY:
        buf_addz(out, "今天");
        return;
    case WINDOW_YESTERDAY:
        buf_addz(out, "昨天");
        return;
    case WINDOW_THIS:
        buf_addz(out, THIS[w->unit]);
        return;
    case WINDOW_PREVIOUS:
        buf_addz(out, PREVIOUS[w->unit]);
        return;
    case WINDOW_FOLLOWING:
        buf_addz(out, FOLLOWING[w->unit]);
        return;
    case WINDOW_BETWEEN:
        gap(out);
        say_moment(&w->from, out);
        buf_addz(out, " 至 ");
        say_moment(&w->to, out);
        buf_addc(out, ' ');
        return;
    case WINDOW_SINCE:
        gap(out);
        say_moment(&w->from, out);
        buf_addz(out, " 以来");
        return;
    case WINDOW_BEFORE:
        gap(out);
        say_moment(&w->to, out);
        buf_addz(out, " 之前");
    }
}

/* ---- comparisons ---- */

/* "至少 500" … with a unit. */
static void compare(const struct node *n, enum op op, const char *unit, struct buf *out)
{
    static const char *const WORDS[] = {[OP_EQ] = "恰好 ", [OP_NE] = "不等于 ", [OP_LT] = "不到 ",
                                        [OP_LE] = "最多 ", [OP_GT] = "超过 ",   [OP_GE] = "至少 "};
    if (op == OP_BETWEEN) {
        gap(out);
        say_number(&n->values[0], out);
        buf_addz(out, " 到 ");
        say_number(&n->values[1], out);
    } else if (op == OP_IN) {
        buf_addz(out, "等于");
        plain(n, out);
    } else {
        assert(op <= OP_GE);
        buf_addz(out, op == OP_GT && n->what == WHAT_COUNT ? "多于 " : WORDS[op]);
        say_number(&n->values[0], out);
    }
    buf_addf(out, "%s%s", unit[0] != 0 ? " " : "", unit);
}

/* "noun" with known, unknown, =, !=, in, contains, or a comparison of numbers. */
static void noun_test(const struct node *n, const char *noun, bool quote, struct buf *out)
{
    bool number = n->n_values > 0 && n->values[0].kind == LITERAL_NUMBER;
    if ((noun[0] & 0x80) == 0)
        gap(out);
    buf_addz(out, noun);
    if (n->op == OP_KNOWN || n->op == OP_UNKNOWN) {
        buf_addz(out, n->op == OP_KNOWN ? "已知" : "未知");
        return;
    }
    if (n->op == OP_WITHIN) {
        buf_addz(out, "在");
        window(&n->compare, "最近 ", out);
        return;
    }
    if (number || n->op == OP_BETWEEN) {
        compare(n, n->op, "", out);
        return;
    }
    static const char *const WORDS[OP_COUNT] = {
        [OP_EQ] = "为",      [OP_IN] = "为",    [OP_NE] = "已知且不为", [OP_LT] = "早于 ",
        [OP_LE] = "不晚于 ", [OP_GT] = "晚于 ", [OP_GE] = "不早于 ",    [OP_CONTAINS] = "含"};
    buf_addz(out, WORDS[n->op] != NULL ? WORDS[n->op] : "");
    if (quote || n->op == OP_CONTAINS) {
        names(n, out);
        return;
    }
    if (n->what == WHAT_GROUP_LEVEL && n->n_values > 0 && n->values[0].bound == 1)
        gap(out); /* VIP */
    plain(n, out);
}

/* ---- events ---- */

static void filter(const struct node *n, bool negate, struct buf *out)
{
    if (n->kind == NODE_NOT) {
        filter(n->items[0], !negate, out);
    } else if (n->kind == NODE_AND || n->kind == NODE_OR) {
        buf_addz(out, negate ? "并非（" : "");
        for (size_t i = 0; i < n->n_items; i++) {
            bool brackets = n->items[i]->kind == NODE_AND || n->items[i]->kind == NODE_OR;
            buf_addz(out, i == 0 ? "" : n->kind == NODE_AND ? "且" : "或");
            buf_addz(out, brackets ? "（" : "");
            filter(n->items[i], false, out);
            buf_addz(out, brackets ? "）" : "");
        }
        buf_addz(out, negate ? "）" : "");
    } else if (n->kind != NODE_TEST) {
        buf_addz(out, (n->kind == NODE_ALL) != negate ? "不限" : "无");
    } else {
        buf_addz(out, negate ? "并非" : "");
        if (n->op == OP_TEAM) {
            buf_addz(out, "员工属于");
            names(n, out);
        } else {
            noun_test(n, what_row(n->what)->zh, true, out);
        }
        if (n->what == WHAT_EVENT_AMOUNT && n->n_values > 0)
            buf_addz(out, " 元");
    }
}

/* "（未退款，渠道为“门店”）" */
static void narrowing(const struct events *ev, struct buf *out)
{
    if (!ev->kept && ev->where == NULL)
        return;
    buf_addz(out, ev->kept ? "（未退款" : "（");
    buf_addz(out, ev->kept && ev->where != NULL ? "，" : "");
    if (ev->where != NULL)
        filter(ev->where, false, out);
    buf_addz(out, "）");
}

/* The kind as a verb: 下单, 领券, “自定义”. */
static void act(const struct events *ev, struct buf *out)
{
    const struct kind_row *row = kind_row(ev->kind);
    if (row != NULL)
        buf_addz(out, row->zh_act);
    else
        quoted(str_empty(ev->zh) ? ev->kind : ev->zh, out);
}

static void ever(const struct node *n, bool negate, struct buf *out)
{
    const struct events *ev = &n->events[0];
    const struct kind_row *row = kind_row(ev->kind);
    window(&n->window, negate ? "近 " : "最近 ", out);
    if (negate && n->window.kind == WINDOW_EVER)
        buf_addz(out, "从");
    if (row != NULL) {
        buf_addz(out, negate ? row->zh_not : row->zh_did);
    } else {
        buf_addz(out, negate ? "没有过" : "有过");
        act(ev, out);
    }
    narrowing(ev, out);
}

static void count(const struct node *n, enum op op, struct buf *out)
{
    const struct events *ev = &n->events[0];
    const struct kind_row *row = kind_row(ev->kind);
    const struct literal *v = &n->values[0];
    if ((op == OP_EQ && v->micro == 0) || (op == OP_LT && v->micro == 1000000)) {
        ever(n, true, out);
        return;
    }
    window(&n->window, "最近 ", out);
    if (op == OP_LE) {
        buf_addz(out, "最多");
    } else if (row == NULL) {
        buf_addz(out, "有过");
    }
    if (row != NULL)
        buf_addz(out, row->zh_count);
    else if (op == OP_LE)
        buf_addz(out, "有过");
    struct node shown = *n;
    if (op == OP_LE) {
        buf_addc(out, ' ');
        say_number(v, out);
        buf_addf(out, " %s", row != NULL ? row->zh_unit : "次");
    } else {
        compare(&shown, op, row != NULL ? row->zh_unit : "次", out);
    }
    if (row == NULL)
        act(ev, out);
    narrowing(ev, out);
}

static void measure(const struct node *n, enum op op, struct buf *out)
{
    const struct events *ev = &n->events[0];
    static const char *const AMOUNT[WHAT_COUNT_OF] = {[WHAT_SUM] = "金额累计",
                                                      [WHAT_AVG] = "平均金额",
                                                      [WHAT_MIN] = "最小一笔金额",
                                                      [WHAT_MAX] = "最大一笔金额"};
    if (n->what == WHAT_COUNT) {
        count(n, op, out);
        return;
    }
    bool since = n->what == WHAT_DAYS_SINCE_LAST || n->what == WHAT_DAYS_SINCE_FIRST;
    window(&n->window, "最近 ", out);
    if (since || n->what == WHAT_LAST_AT || n->what == WHAT_FIRST_AT) {
        bool last = n->what == WHAT_DAYS_SINCE_LAST || n->what == WHAT_LAST_AT;
        buf_addz(out, since ? (last ? "距上次" : "距首次") : (last ? "上次" : "首次"));
        act(ev, out);
        narrowing(ev, out);
        if (since) {
            compare(n, op, "天", out);
        } else {
            buf_addz(out, "在");
            window(&n->compare, "最近 ", out);
            if (n->compare.kind == WINDOW_LAST)
                buf_addz(out, "内");
        }
        return;
    }
    if (n->what == WHAT_DAYS) {
        buf_addz(out, "有");
        compare(n, op, "天", out);
        act(ev, out);
        narrowing(ev, out);
        return;
    }
    if (n->what == WHAT_SPEND)
        buf_addz(out, "净消费");
    else
        act(ev, out);
    narrowing(ev, out);
    buf_addz(out, n->what == WHAT_SPEND ? "" : AMOUNT[n->what]);
    compare(n, op, "元", out);
}

static void sequence(const struct node *n, bool negate, struct buf *out)
{
    window(&n->window, negate ? "近 " : "最近 ", out);
    buf_addz(out, negate ? "没有" : "");
    for (size_t i = 0; i < n->n_events; i++) {
        buf_addz(out, i == 0 ? "先" : "再");
        act(&n->events[i], out);
        narrowing(&n->events[i], out);
    }
    buf_addz(out, "（");
    length("", &n->within, out);
    buf_addz(out, "内）");
}

/* ---- attributes ---- */

static void place(const struct node *n, bool negate, struct buf *out)
{
    if (n->op == OP_EQ || n->op == OP_IN) {
        buf_addz(out, negate ? "不在" : "在");
        plain(n, out);
        return;
    }
    buf_addz(out, negate ? "并非" : "");
    if (n->op == OP_NE) {
        buf_addz(out, "在");
        plain(n, out);
        buf_addz(out, n->what == WHAT_CITY ? "以外的城市" : "以外的省份");
    } else {
        noun_test(n, what_row(n->what)->zh, true, out);
    }
}

static void gender(const struct node *n, bool negate, struct buf *out)
{
    if (n->op == OP_EQ && n->n_values == 1) {
        buf_addz(out, negate ? "不是" : "");
        plain(n, out);
        buf_addz(out, "性");
        return;
    }
    buf_addz(out, negate ? "并非" : "");
    noun_test(n, "性别", false, out);
}

static void age(const struct node *n, bool negate, struct buf *out)
{
    buf_addz(out, negate ? "并非" : "");
    if (n->op == OP_KNOWN || n->op == OP_UNKNOWN || n->op == OP_NE) {
        noun_test(n, "年龄", false, out);
    } else if (n->op == OP_LT) {
        buf_addz(out, "未满 ");
        plain(n, out);
    } else if (n->op == OP_EQ || n->op == OP_IN) {
        plain(n, out);
    } else {
        compare(n, n->op, "", out);
    }
    if (n->n_values > 0)
        buf_addz(out, negate ? " 岁（含未知）" : " 岁");
}

static void stage(const struct node *n, bool negate, struct buf *out)
{
    if (n->op == OP_KNOWN || n->op == OP_UNKNOWN) {
        buf_addz(out, (n->op == OP_KNOWN) != negate ? "已有阶段" : "没有阶段");
        return;
    }
    buf_addz(out, negate ? "不处于" : "处于");
    names(n, out);
    buf_addz(out, n->op == OP_NE ? "以外的阶段" : "阶段");
}

static void staff(const struct node *n, bool negate, struct buf *out)
{
    buf_addz(out, negate ? "不是" : "是");
    buf_addz(out, n->op == OP_TEAM ? "" : "员工");
    names(n, out);
    buf_addz(out, n->op == OP_TEAM ? "员工的好友" : "的好友");
}

/* added, first, created */
static void time_test(const struct node *n, bool negate, struct buf *out)
{
    static const char *const VERB[WHAT_COUNT_OF] = {
        [WHAT_ADDED] = "添加", [WHAT_FIRST] = "首次出现", [WHAT_GROUP_CREATED] = "创建"};
    if (n->op == OP_WITHIN) {
        buf_addz(out, negate ? "并非" : "");
        window(&n->compare, "最近 ", out);
        buf_addz(out, VERB[n->what]);
        return;
    }
    bool known = (n->op == OP_KNOWN) != negate;
    if (n->what == WHAT_ADDED)
        buf_addz(out, known ? "加过好友" : "从没加过好友");
    else
        buf_addf(out, "%s时间%s", VERB[n->what], known ? "已知" : "未知");
}

static void tier(const struct node *n, bool negate, struct buf *out)
{
    if (n->op == OP_NONE) {
        buf_addz(out, negate ? "在" : "不在");
        quoted(n->name, out);
        buf_addz(out, negate ? "的某一层" : "的任何一层");
        return;
    }
    buf_addz(out, negate ? "不在" : "在");
    quoted(n->name, out);
    buf_addz(out, "的");
    names(n, out);
    buf_addz(out, n->op == OP_NE ? "以外的层" : "层");
}

static void members(const struct node *n, bool negate, struct buf *out)
{
    enum op op = negate && op_opposite(n->op) != OP_COUNT ? op_opposite(n->op) : n->op;
    buf_addz(out, negate && op == n->op ? "并非" : "");
    if (n->what == WHAT_GROUP_SHARE) {
        compare(n, op, "的成员", out);
    } else {
        buf_addz(out, n->n_items == 0 ? "有" : "");
        compare(n, op, n->n_items == 0 ? "位客户" : "位成员", out);
    }
    if (n->n_items > 0)
        say_node(n->items[0], false, out);
}

/* "未来 52 周预计消费超过 800 元" */
static void lifetime_value(const struct node *n, bool negate, struct buf *out)
{
    enum op op = n->op;
    buf_addz(out, negate ? "并非" : "");
    length("未来 ", &n->within, out);
    buf_addz(out, "预计消费");
    if (op == OP_KNOWN || op == OP_UNKNOWN)
        buf_addz(out, op == OP_KNOWN ? "已知" : "未知");
    else
        compare(n, op, "元", out);
}

static void field(const struct node *n, bool negate, struct buf *out)
{
    struct buf noun;
    buf_init(&noun, 1024);
    buf_add(&noun, str_empty(n->found.zh) ? n->name : n->found.zh);
    buf_addz(out, negate ? "并非" : "");
    noun_test(n, noun.p != NULL ? noun.p : "", true, out);
    buf_done(&noun);
}

/* "“面霜”未来 7 天到期", "“面霜”在 2026-01-01 至 2026-02-01 到期" */
static void due(const struct node *n, bool negate, struct buf *out)
{
    quoted(n->name, out);
    if (n->op != OP_WITHIN) {
        buf_addz(out, (n->op == OP_KNOWN) != negate ? "有到期日" : "没有到期日");
        return;
    }
    buf_addz(out, negate ? "不在" : "在");
    window(&n->compare, "最近 ", out);
    buf_addz(out,
             n->compare.kind == WINDOW_LAST || n->compare.kind == WINDOW_NEXT ? "内到期" : "到期");
}

static void owner(const struct node *n, bool negate, struct buf *out)
{
    buf_addz(out, negate ? "群主不" : "群主");
    buf_addz(out, n->op == OP_TEAM ? "属于" : "是");
    names(n, out);
}

static void test(const struct node *n, bool negate, struct buf *out)
{
    switch (n->what) {
    case WHAT_CITY:
    case WHAT_PROVINCE:
        place(n, negate, out);
        return;
    case WHAT_GENDER:
        gender(n, negate, out);
        return;
    case WHAT_AGE:
        age(n, negate, out);
        return;
    case WHAT_BIRTHDAY:
        if (n->op != OP_WITHIN)
            break;
        window(&n->compare, "最近 ", out);
        buf_addz(out, negate ? "不过生日" : "过生日");
        return;
    case WHAT_STAGE:
        stage(n, negate, out);
        return;
    case WHAT_STAFF:
        staff(n, negate, out);
        return;
    case WHAT_ADDED:
    case WHAT_FIRST:
    case WHAT_GROUP_CREATED:
        time_test(n, negate, out);
        return;
    case WHAT_TIER:
        tier(n, negate, out);
        return;
    case WHAT_CLV:
        lifetime_value(n, negate, out);
        return;
    case WHAT_DUE:
        due(n, negate, out);
        return;
    case WHAT_FIELD:
        field(n, negate, out);
        return;
    case WHAT_GROUP_OWNER:
        owner(n, negate, out);
        return;
    case WHAT_GROUP_MEMBERS:
    case WHAT_GROUP_SHARE:
        members(n, negate, out);
        return;
    default:
        break;
    }
    if (!what_row(n->what)->measure) {
        buf_addz(out, negate ? "并非" : "");
        noun_test(n, what_row(n->what)->zh, what_row(n->what)->type != TYPE_CHOICE, out);
        buf_addz(out, negate && n->n_values > 0 && n->what < WHAT_GROUP_NAME ? "（含未知）" : "");
        return;
    }
    enum op op = n->op;
    if (negate && always_known(n) && op_opposite(op) != OP_COUNT)
        op = op_opposite(op);
    else if (negate)
        buf_addz(out, "并非");
    measure(n, op, out);
}

/* ---- the tree ---- */

static void group(const struct node *n, bool negate, struct buf *out)
{
    buf_addz(out, negate ? "不在" : "在");
    if (n->n_values > 0) {
        buf_addz(out, "群");
        names(n, out);
        buf_addz(out, "里");
    } else if (n->n_items > 0) {
        say_node(n->items[0], false, out);
        buf_addz(out, "的群里");
    } else {
        buf_addz(out, negate ? "任何群里" : "群里");
    }
}

static void leaf(const struct node *n, bool negate, struct buf *out)
{
    switch (n->kind) {
    case NODE_ALL:
    case NODE_NONE:
        buf_addz(out, (n->kind == NODE_ALL) != negate ? "不限" : "不可能");
        return;
    case NODE_TEST:
        test(n, negate, out);
        return;
    case NODE_FLAG:
        if (n->what == WHAT_FRIEND)
            buf_addz(out, negate ? "不是好友" : "是好友");
        else
            buf_addz(out, negate ? "没有谢绝营销" : "谢绝营销");
        return;
    case NODE_TAG:
        buf_addz(out, negate ? "没有标签" : "有标签");
        names(n, out);
        return;
    case NODE_TAG_GROUP:
        buf_addz(out, negate ? "没有" : "有");
        names(n, out);
        buf_addz(out, "组的标签");
        return;
    case NODE_GROUP:
        group(n, negate, out);
        return;
    case NODE_EVER:
    case NODE_NEVER:
        ever(n, negate != (n->kind == NODE_NEVER), out);
        return;
    case NODE_SEQ:
        sequence(n, negate, out);
        return;
    case NODE_AUDIENCE:
        buf_addz(out, negate ? "不属于人群" : "属于人群");
        quoted(n->name, out);
        return;
    default:
        assert(n->kind == NODE_SAMPLE);
        buf_addz(out, negate ? "不在抽样" : "在抽样");
        quoted(n->name, out);
        buf_addz(out, "的 ");
        say_number(&n->values[0], out);
        buf_addz(out, " 里");
    }
}

static bool joins(const struct node *n)
{
    return n->kind == NODE_AND || n->kind == NODE_OR;
}

static void say_node(const struct node *n, bool negate, struct buf *out)
{
    if (n->kind == NODE_NOT) {
        say_node(n->items[0], !negate, out);
    } else if (!joins(n)) {
        leaf(n, negate, out);
    } else if (negate) {
        buf_addz(out, n->kind == NODE_AND ? "不同时满足（" : "不满足（");
        say_joined(n, false, out);
        buf_addz(out, "）");
    } else {
        say_joined(n, false, out);
    }
}

static void say_joined(const struct node *n, bool negate, struct buf *out)
{
    assert(joins(n) && !negate);
    for (size_t i = 0; i < n->n_items; i++) {
        bool brackets = joins(n->items[i]);
        if (i > 0)
            buf_addz(out, n->kind == NODE_AND ? "、" : "或者");
        buf_addz(out, brackets ? "（" : "");
        say_node(n->items[i], false, out);
        buf_addz(out, brackets ? "）" : "");
    }
}

void say_zh(const struct audience_expr *x, struct buf *out)
{
    const struct node *n = x->root;
    const char *subject = x->subject == AUDIENCE_GROUP ? "群" : "客户";
    if (n->kind == NODE_AS_OF) {
        buf_addz(out, "截至 ");
        say_moment(&n->values[0].moment, out);
        buf_addz(out, "，");
        n = n->items[0];
    }
    if (n->kind == NODE_ALL) {
        buf_addf(out, "所有%s", subject);
        return;
    }
    if (n->kind == NODE_NONE) {
        buf_addf(out, "没有%s", subject);
        return;
    }
    say_node(n, false, out);
    if (out->n > 0 && (out->p[out->n - 1] & 0x80) == 0)
        buf_addc(out, ' ');
    buf_addf(out, "的%s", subject);
}
