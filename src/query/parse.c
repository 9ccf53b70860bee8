/* parse.c — the audience language read by recursive descent; the grammar is in docs/AUDIENCE.md.
 *
 * One token of look-ahead. A function that fails has set the error and returns NULL or false, and
 * everybody above passes it up; nothing is freed since all of it lies in the arena. What a word may
 * mean depends on where it stands (customers, groups, events of a condition), so the place is part
 * of the parser's state. Syntax only: whether "=" suits a time, or the name exists, is for check.c.
 */
#include "query/lex.h"
#include "query/word.h"
#include "base/limits.h"

#include <assert.h>

struct parser {
    struct arena *a;
    struct lexer lexer;
    struct token now; /* the next token */
    int place;        /* IN_CUSTOMER, IN_GROUP or IN_EVENT */
    int depth;
    int where_depth; /* the depth at which the current `where` began */
    bool uses_period;
    struct err *e;
};

static struct node *parse_or(struct parser *p);

static bool fail(struct parser *p, uint32_t at, const char *code, const char *zh, const char *en)
{
    err_set(p->e, RC_INVALID, code, "expression", "%s%.0s", "%.0s%s", zh, en);
    if (p->e != NULL)
        p->e->at = at;
    return false;
}

static bool step(struct parser *p)
{
    p->now = lex_next(&p->lexer);
    return p->now.kind != TOKEN_BAD;
}

static bool is_word(const struct parser *p, const char *word)
{
    return p->now.kind == TOKEN_WORD && str_eq_nocase(p->now.text, str_from(word));
}

/* Takes a token of a kind, or fails with what was expected. */
static bool expect(struct parser *p, enum token_kind kind, const char *zh, const char *en)
{
    if (p->now.kind == kind)
        return step(p);
    return fail(p, p->now.at, "syntax", zh, en);
}

static bool expect_open(struct parser *p)
{
    return expect(p, TOKEN_OPEN, "这里应当是左括号 (", "an opening parenthesis ( belongs here");
}

static bool expect_close(struct parser *p)
{
    return expect(p, TOKEN_CLOSE, "这里应当是右括号 )", "a closing parenthesis ) belongs here");
}

static bool expect_comma(struct parser *p)
{
    return expect(p, TOKEN_COMMA, "这里应当是逗号", "a comma belongs here");
}

static bool expect_word(struct parser *p, const char *word)
{
    if (is_word(p, word))
        return step(p);
    err_set(p->e, RC_INVALID, "syntax", "expression", "这里应当是 %s", "%s belongs here", word);
    if (p->e != NULL)
        p->e->at = p->now.at;
    return false;
}

static bool expect_text(struct parser *p, struct str *out)
{
    *out = p->now.text;
    return expect(p, TOKEN_TEXT, "这里应当是引号里的名称，如 \"VIP\"",
                  "a name in quotes belongs here, as \"VIP\"");
}

static bool enter(struct parser *p, uint32_t at)
{
    int limit = p->place == IN_EVENT ? p->where_depth + LIMIT_WHERE_DEPTH : LIMIT_EXPRESSION_DEPTH;
    if (p->depth < limit && p->depth < LIMIT_EXPRESSION_DEPTH) {
        p->depth++;
        return true;
    }
    err_set(p->e, RC_LIMIT, "too_deep", "expression", "这里嵌套最多 %d 层",
            "at most %d levels of nesting here",
            p->place == IN_EVENT ? LIMIT_WHERE_DEPTH : LIMIT_EXPRESSION_DEPTH);
    if (p->e != NULL)
        p->e->at = at;
    return false;
}

static struct node *new_node(struct parser *p, enum node_kind kind, uint32_t at)
{
    struct node *n = ARENA_NEW(p->a, struct node);
    n->kind = kind;
    n->at = at;
    return n;
}

/* ---- literals, durations, windows ---- */

static bool parse_moment(struct parser *p, struct moment *out)
{
    if (p->now.kind == TOKEN_DATE)
        *out = p->now.moment;
    else if (p->now.kind != TOKEN_TEXT || !moment_read(p->now.text, out))
        return fail(p, p->now.at, "moment",
                    "这里应当是日期 2026-01-31 或引号里的时间 \"2026-01-31 12:00\"",
                    "a day 2026-01-31 or a quoted time \"2026-01-31 12:00\" belongs here");
    return step(p);
}

static bool parse_literal(struct parser *p, struct literal *out)
{
    const struct token *t = &p->now;
    *out = (struct literal){.at = t->at};
    switch (t->kind) {
    case TOKEN_TEXT:
        out->kind = LITERAL_TEXT;
        out->text = t->text;
        break;
    case TOKEN_NUMBER:
    case TOKEN_PERCENT:
        out->kind = t->kind == TOKEN_NUMBER ? LITERAL_NUMBER : LITERAL_PERCENT;
        out->micro = t->micro;
        break;
    case TOKEN_DATE:
        out->kind = LITERAL_MOMENT;
        out->moment = t->moment;
        break;
    case TOKEN_WORD:
        out->kind = LITERAL_WORD;
        out->text = arena_str(p->a, t->text);
        if (!word_reserved(t->text))
            break;
        /* fall through */
    default:
        return fail(p, t->at, "value", "这里应当是一个值：引号里的名称、数字或日期",
                    "a value belongs here: a name in quotes, a number or a day");
    }
    return step(p);
}

/* "(" literal { "," literal } ")" */
static bool parse_list(struct parser *p, struct node *n)
{
    if (!expect_open(p))
        return false;
    size_t cap = 4;
    n->values = ARENA_ARRAY(p->a, struct literal, cap);
    for (;;) {
        if (n->n_values == cap) {
            struct literal *more = ARENA_ARRAY(p->a, struct literal, cap * 2);
            for (size_t i = 0; i < cap; i++)
                more[i] = n->values[i];
            n->values = more;
            cap *= 2;
        }
        if (!parse_literal(p, &n->values[n->n_values++]))
            return false;
        if (p->now.kind != TOKEN_COMMA)
            return expect_close(p);
        if (!step(p))
            return false;
    }
}

static bool parse_values(struct parser *p, struct node *n, size_t count)
{
    n->values = ARENA_ARRAY(p->a, struct literal, count);
    n->n_values = count;
    return parse_literal(p, &n->values[0]);
}

/* 7d, or the word period. */
static bool parse_duration(struct parser *p, struct duration *out)
{
    if (is_word(p, "period")) {
        out->period = true;
        p->uses_period = true;
        return step(p);
    }
    *out = p->now.length;
    return expect(p, TOKEN_DURATION, "这里应当是时长，如 90d、12h、4w",
                  "a length belongs here, as 90d, 12h, 4w");
}

/* After "last" or "next": a length or a calendar unit. */
static bool parse_relative(struct parser *p, struct window *w, enum window_kind length,
                           enum window_kind unit)
{
    if (p->now.kind == TOKEN_WORD && unit_find(p->now.text, &w->unit)) {
        w->kind = unit;
        return step(p);
    }
    w->kind = length;
    return parse_duration(p, &w->length);
}

static bool parse_between(struct parser *p, struct window *w)
{
    w->kind = WINDOW_BETWEEN;
    return parse_moment(p, &w->from) && expect_word(p, "and") && parse_moment(p, &w->to);
}

static bool parse_window(struct parser *p, struct window *w)
{
    static const char *const WORDS[] = {"last",      "next",    "this",  "today",
                                        "yesterday", "between", "since", "before"};
    size_t which = 0, n_words = sizeof WORDS / sizeof WORDS[0];
    while (which < n_words && !is_word(p, WORDS[which]))
        which++;
    *w = (struct window){.at = p->now.at};
    if (which == n_words)
        return fail(p, p->now.at, "window",
                    "这里应当是时间范围：last 90d、today、this month、last week、between … and "
                    "…、since …、before "
                    "…",
                    "a window belongs here: last 90d, today, this month, last week, between … and "
                    "…, since …, before …");
    if (!step(p))
        return false;
    switch (which) {
    case 0:
        return parse_relative(p, w, WINDOW_LAST, WINDOW_PREVIOUS);
    case 1:
        return parse_relative(p, w, WINDOW_NEXT, WINDOW_FOLLOWING);
    case 2:
        w->kind = WINDOW_THIS;
        if (p->now.kind != TOKEN_WORD || !unit_find(p->now.text, &w->unit))
            return fail(p, p->now.at, "unit", "这里应当是 week、month、quarter 或 year",
                        "week, month, quarter or year belongs here");
        return step(p);
    case 3:
    case 4:
        w->kind = which == 3 ? WINDOW_TODAY : WINDOW_YESTERDAY;
        return true;
    case 5:
        return parse_between(p, w);
    case 6:
        w->kind = WINDOW_SINCE;
        return parse_moment(p, &w->from);
    default:
        w->kind = is_word(p, "period") ? WINDOW_OLDER : WINDOW_BEFORE;
        return w->kind == WINDOW_OLDER ? parse_duration(p, &w->length) : parse_moment(p, &w->to);
    }
}

/* [ "," window ] ")" */
static bool parse_window_and_close(struct parser *p, struct window *w)
{
    if (p->now.kind == TOKEN_COMMA && !(step(p) && parse_window(p, w)))
        return false;
    return expect_close(p);
}

/* ---- events ---- */

/* "where" filter, or nothing. */
static bool parse_where(struct parser *p, struct events *ev)
{
    if (!is_word(p, "where"))
        return true;
    uint32_t at = p->now.at;
    int place = p->place;
    p->place = IN_EVENT;
    p->where_depth = p->depth;
    bool ok = enter(p, at) && step(p) && (ev->where = parse_or(p)) != NULL;
    p->place = place;
    p->depth--;
    return ok;
}

/* kind [ "." "kept" ] [ "." "amount" when asked ] [ "where" filter ] */
static bool parse_events(struct parser *p, struct events *ev, bool amount)
{
    ev->at = p->now.at;
    if ((p->now.kind == TOKEN_TEXT && p->now.text.n > 0) ||
        (p->now.kind == TOKEN_WORD && !word_reserved(p->now.text)))
        ev->kind = arena_str(p->a, p->now.text);
    else
        return fail(p, p->now.at, "kind", "这里应当是行为，如 order、view、coupon_claim",
                    "a kind of event belongs here, as order, view, coupon_claim");
    if (!step(p))
        return false;
    while (p->now.kind == TOKEN_DOT) {
        if (!step(p))
            return false;
        if (amount && is_word(p, "amount")) {
            amount = false;
            if (!step(p))
                return false;
            break;
        }
        if (ev->kept || !is_word(p, "kept"))
            return fail(p, p->now.at, "kind_part", "点后面只能是 kept 或 amount",
                        "only kept or amount may follow the dot");
        ev->kept = true;
        if (!step(p))
            return false;
    }
    if (amount)
        return fail(p, p->now.at, "amount", "这里应当写明金额，如 order.amount",
                    "the amount belongs here, as order.amount");
    return parse_where(p, ev);
}

static struct events *new_events(struct parser *p, struct node *n, size_t count)
{
    n->events = ARENA_ARRAY(p->a, struct events, count);
    n->n_events = 1;
    return n->events;
}

static bool parse_compare(struct parser *p, struct node *n);

/* ever(…), never(…) */
static bool atom_ever(struct parser *p, struct node *n)
{
    struct events *ev = new_events(p, n, 1);
    return step(p) && parse_events(p, ev, false) && parse_window_and_close(p, &n->window);
}

/* count(…), days(…), first(…), last(…) and a comparison */
static bool atom_count(struct parser *p, struct node *n)
{
    return atom_ever(p, n) && parse_compare(p, n);
}

/* sum(order.amount …), avg, min, max */
static bool atom_sum(struct parser *p, struct node *n)
{
    struct events *ev = new_events(p, n, 1);
    return step(p) && parse_events(p, ev, true) && parse_window_and_close(p, &n->window) &&
           parse_compare(p, n);
}

/* spend( [where …] [,] [window] ) */
static bool atom_spend(struct parser *p, struct node *n)
{
    struct events *ev = new_events(p, n, 1);
    ev->at = p->now.at;
    if (!step(p) || !parse_where(p, ev))
        return false;
    if (ev->where == NULL && p->now.kind != TOKEN_CLOSE && !parse_window(p, &n->window))
        return false;
    return parse_window_and_close(p, &n->window) && parse_compare(p, n);
}

/* days_since(last order …) */
static bool atom_days_since(struct parser *p, struct node *n)
{
    struct events *ev = new_events(p, n, 1);
    if (!step(p))
        return false;
    if (is_word(p, "first"))
        n->what = WHAT_DAYS_SINCE_FIRST;
    else if (!is_word(p, "last"))
        return fail(p, p->now.at, "first_or_last", "这里应当是 last 或 first",
                    "last or first belongs here");
    return step(p) && parse_events(p, ev, false) && parse_window_and_close(p, &n->window) &&
           parse_compare(p, n);
}

/* seq(view -> click -> order, within 7d [, window]) */
static bool atom_seq(struct parser *p, struct node *n)
{
    new_events(p, n, LIMIT_SEQ_STEPS);
    n->n_events = 0;
    do {
        if (n->n_events == LIMIT_SEQ_STEPS)
            return fail(p, p->now.at, "too_many_steps", "最多 8 步", "at most 8 steps");
        if (!step(p) || !parse_events(p, &n->events[n->n_events++], false))
            return false;
    } while (p->now.kind == TOKEN_ARROW);
    if (n->n_events < 2)
        return fail(p, p->now.at, "one_step", "至少两步，用 -> 连接",
                    "at least two steps, joined by ->");
    return expect_comma(p) && expect_word(p, "within") && parse_duration(p, &n->within) &&
           parse_window_and_close(p, &n->window);
}

/* ---- other atoms; each stands at its "(" or behind its word ---- */

static bool atom_nothing(struct parser *p, struct node *n)
{
    (void)p, (void)n;
    return true;
}

/* tag("…", …), tag_group("…", …) */
static bool atom_names(struct parser *p, struct node *n)
{
    return parse_list(p, n);
}

/* A whole expression of another place, in parentheses that are not consumed here. */
static bool parse_inner(struct parser *p, struct node *n, int place)
{
    int outer = p->place;
    p->place = place;
    n->items = ARENA_ARRAY(p->a, struct node *, 1);
    n->n_items = 1;
    bool ok = enter(p, p->now.at) && (n->items[0] = parse_or(p)) != NULL;
    p->place = outer;
    p->depth--;
    return ok;
}

/* group("…", …), group(any), group(where …) */
static bool atom_group(struct parser *p, struct node *n)
{
    /* A list is read by parse_list(), which wants the "(" itself; so look behind it by hand. */
    struct parser at_open = *p;
    if (!step(p))
        return false;
    if (is_word(p, "any"))
        return step(p) && expect_close(p);
    if (is_word(p, "where"))
        return step(p) && parse_inner(p, n, IN_GROUP) && expect_close(p);
    at_open.uses_period = p->uses_period;
    *p = at_open;
    return parse_list(p, n);
}

/* members [ (customer expression) ] comparison; share(customer expression) comparison */
static bool atom_members(struct parser *p, struct node *n)
{
    return step(p) && parse_inner(p, n, IN_CUSTOMER) && expect_close(p) && parse_compare(p, n);
}

static bool atom_audience(struct parser *p, struct node *n)
{
    return step(p) && expect_text(p, &n->name) && expect_close(p);
}

static bool atom_sample(struct parser *p, struct node *n)
{
    if (!step(p) || !expect_text(p, &n->name) || !expect_comma(p) || !parse_values(p, n, 1))
        return false;
    if (n->values[0].kind != LITERAL_PERCENT)
        return fail(p, n->values[0].at, "percent", "这里应当是百分比，如 10%",
                    "a percentage belongs here, as 10%");
    return expect_close(p);
}

/* tier("…"), due("…") and a comparison */
static bool atom_named(struct parser *p, struct node *n)
{
    return step(p) && expect_text(p, &n->name) && expect_close(p) && parse_compare(p, n);
}

static bool atom_clv(struct parser *p, struct node *n)
{
    return step(p) && parse_duration(p, &n->within) && expect_close(p) && parse_compare(p, n);
}

static bool expect_dot(struct parser *p)
{
    return expect(p, TOKEN_DOT, "这里应当是一个点", "a dot belongs here");
}

static bool atom_field(struct parser *p, struct node *n)
{
    if (!expect_dot(p))
        return false;
    if ((p->now.kind != TOKEN_WORD && p->now.kind != TOKEN_TEXT) || p->now.text.n == 0)
        return fail(p, p->now.at, "field_key", "这里应当是字段的键",
                    "the key of a field belongs here");
    n->name = arena_str(p->a, p->now.text);
    return step(p) && parse_compare(p, n);
}

static bool atom_rfm(struct parser *p, struct node *n)
{
    if (!expect_dot(p))
        return false;
    if (is_word(p, "f"))
        n->what = WHAT_RFM_F;
    else if (is_word(p, "m"))
        n->what = WHAT_RFM_M;
    else if (!is_word(p, "r"))
        return fail(p, p->now.at, "rfm_part", "这里应当是 r、f 或 m", "r, f or m belongs here");
    return step(p) && parse_compare(p, n);
}

/* ---- what can stand as a condition ---- */

enum follow { ALONE, OPEN, DOT };

struct atom {
    const char *word;
    int places;
    enum follow follow; /* what has to come behind the word */
    enum node_kind kind;
    enum what what;
    bool (*parse)(struct parser *p, struct node *n);
};

static const struct atom ATOMS[] = {
    {"all", IN_CUSTOMER | IN_GROUP | IN_EVENT, ALONE, NODE_ALL, 0, atom_nothing},
    {"none", IN_CUSTOMER | IN_GROUP | IN_EVENT, ALONE, NODE_NONE, 0, atom_nothing},
    {"friend", IN_CUSTOMER, ALONE, NODE_FLAG, WHAT_FRIEND, atom_nothing},
    {"no_marketing", IN_CUSTOMER, ALONE, NODE_FLAG, WHAT_NO_MARKETING, atom_nothing},
    {"tag", IN_CUSTOMER, OPEN, NODE_TAG, 0, atom_names},
    {"tag_group", IN_CUSTOMER, OPEN, NODE_TAG_GROUP, 0, atom_names},
    {"group", IN_CUSTOMER, OPEN, NODE_GROUP, 0, atom_group},
    {"ever", IN_CUSTOMER, OPEN, NODE_EVER, 0, atom_ever},
    {"never", IN_CUSTOMER, OPEN, NODE_NEVER, 0, atom_ever},
    {"seq", IN_CUSTOMER, OPEN, NODE_SEQ, 0, atom_seq},
    {"count", IN_CUSTOMER, OPEN, NODE_TEST, WHAT_COUNT, atom_count},
    {"days", IN_CUSTOMER, OPEN, NODE_TEST, WHAT_DAYS, atom_count},
    {"last", IN_CUSTOMER, OPEN, NODE_TEST, WHAT_LAST_AT, atom_count},
    {"first", IN_CUSTOMER, OPEN, NODE_TEST, WHAT_FIRST_AT, atom_count},
    {"sum", IN_CUSTOMER, OPEN, NODE_TEST, WHAT_SUM, atom_sum},
    {"avg", IN_CUSTOMER, OPEN, NODE_TEST, WHAT_AVG, atom_sum},
    {"min", IN_CUSTOMER, OPEN, NODE_TEST, WHAT_MIN, atom_sum},
    {"max", IN_CUSTOMER, OPEN, NODE_TEST, WHAT_MAX, atom_sum},
    {"spend", IN_CUSTOMER, OPEN, NODE_TEST, WHAT_SPEND, atom_spend},
    {"days_since", IN_CUSTOMER, OPEN, NODE_TEST, WHAT_DAYS_SINCE_LAST, atom_days_since},
    {"tier", IN_CUSTOMER, OPEN, NODE_TEST, WHAT_TIER, atom_named},
    {"clv", IN_CUSTOMER, OPEN, NODE_TEST, WHAT_CLV, atom_clv},
    {"due", IN_CUSTOMER, OPEN, NODE_TEST, WHAT_DUE, atom_named},
    {"rfm", IN_CUSTOMER, DOT, NODE_TEST, WHAT_RFM_R, atom_rfm},
    {"field", IN_CUSTOMER, DOT, NODE_TEST, WHAT_FIELD, atom_field},
    {"members", IN_GROUP, OPEN, NODE_TEST, WHAT_GROUP_MEMBERS, atom_members},
    {"share", IN_GROUP, OPEN, NODE_TEST, WHAT_GROUP_SHARE, atom_members},
    {"audience", IN_CUSTOMER | IN_GROUP, OPEN, NODE_AUDIENCE, 0, atom_audience},
    {"sample", IN_CUSTOMER | IN_GROUP, OPEN, NODE_SAMPLE, 0, atom_sample},
};

static const struct atom *atom_find(const struct parser *p, struct str word)
{
    for (size_t i = 0; i < sizeof ATOMS / sizeof ATOMS[0]; i++) {
        const struct atom *a = &ATOMS[i];
        if ((a->places & p->place) == 0 || !str_eq_nocase(word, str_from(a->word)))
            continue;
        if (a->follow == ALONE || (a->follow == OPEN) == (p->now.kind == TOKEN_OPEN))
            return a;
    }
    return NULL;
}

/* A word that means nothing here: says so, with the nearest one that would. */
static struct node *unknown_word(struct parser *p, const struct token *word)
{
    struct suggestion s = suggestion_for(word->text);
    bool wants_open = false;
    for (size_t i = 0; i < sizeof ATOMS / sizeof ATOMS[0]; i++)
        if ((ATOMS[i].places & p->place) != 0) {
            suggestion_see(&s, str_from(ATOMS[i].word));
            wants_open = wants_open || str_eq_nocase(word->text, str_from(ATOMS[i].word));
        }
    for (enum what w = 0; w < WHAT_COUNT_OF; w++)
        if ((what_row(w)->where & p->place) != 0 && !what_row(w)->measure)
            suggestion_see(&s, str_from(what_row(w)->word));
    struct str shown = str_utf8_prefix(word->text, 60);
    if (wants_open)
        err_set(p->e, RC_INVALID, "syntax", "expression", "“%.*s”后面应当是 (",
                "( belongs behind \"%.*s\"", STR_ARG(shown));
    else
        err_set(p->e, RC_INVALID, "word_unknown", "expression", "这里不认识“%.*s”",
                "\"%.*s\" means nothing here", STR_ARG(shown));
    if (p->e != NULL)
        p->e->at = word->at;
    if (suggestion_best(&s) != NULL && !wants_open)
        err_hint(p->e, "你是不是想写 %s？", "did you mean %s?", suggestion_best(&s));
    return NULL;
}

static struct node *parse_atom(struct parser *p)
{
    struct token word = p->now;
    if (word.kind != TOKEN_WORD) {
        fail(p, word.at, "condition", "这里应当是一个条件，如 tag(\"VIP\")、city = \"杭州\"",
             "a condition belongs here, as tag(\"VIP\"), city = \"Hangzhou\"");
        return NULL;
    }
    if (!step(p))
        return NULL;
    const struct atom *atom = atom_find(p, word.text);
    if (atom != NULL) {
        struct node *n = new_node(p, atom->kind, word.at);
        n->what = atom->what;
        return atom->parse(p, n) ? n : NULL;
    }
    enum what what = what_find(word.text, p->place);
    if (what == WHAT_COUNT_OF || what == WHAT_FIELD || what == WHAT_TIER || what == WHAT_CLV ||
        what == WHAT_DUE || what == WHAT_GROUP_SHARE)
        return unknown_word(p, &word);
    struct node *n = new_node(p, NODE_TEST, word.at);
    n->what = what;
    return parse_compare(p, n) ? n : NULL;
}

/* "is" [ "not" ] ( "known" | "unknown" | "none" ) */
static bool parse_is(struct parser *p, struct node *n)
{
    bool negate = false;
    if (!step(p))
        return false;
    if (is_word(p, "not")) {
        negate = true;
        if (!step(p))
            return false;
    }
    if (is_word(p, "known") || is_word(p, "unknown"))
        n->op = is_word(p, "known") != negate ? OP_KNOWN : OP_UNKNOWN;
    else if (is_word(p, "none") && !negate)
        n->op = OP_NONE;
    else
        return fail(p, p->now.at, "known", "这里应当是 known、unknown 或 none",
                    "known, unknown or none belongs here");
    return step(p);
}

static bool parse_in(struct parser *p, struct node *n)
{
    if (!step(p))
        return false;
    n->op = OP_IN;
    if (p->now.kind == TOKEN_OPEN)
        return parse_list(p, n);
    if (is_word(p, "team")) {
        n->op = OP_TEAM;
        return step(p) && parse_list(p, n);
    }
    n->op = OP_WITHIN;
    return parse_window(p, &n->compare);
}

/* "between" a "and" b: a window when it begins with a moment. */
static bool parse_between_or_window(struct parser *p, struct node *n)
{
    uint32_t at = p->now.at;
    if (!step(p))
        return false;
    if (p->now.kind == TOKEN_DATE || p->now.kind == TOKEN_TEXT) {
        n->op = OP_WITHIN;
        n->compare.at = at;
        return parse_between(p, &n->compare);
    }
    n->op = OP_BETWEEN;
    return parse_values(p, n, 2) && expect_word(p, "and") && parse_literal(p, &n->values[1]);
}

/* What comes behind a left side. */
static bool parse_compare(struct parser *p, struct node *n)
{
    if (p->now.kind == TOKEN_OP) {
        n->op = p->now.op;
        return step(p) && parse_values(p, n, 1);
    }
    if (is_word(p, "in"))
        return parse_in(p, n);
    if (is_word(p, "between"))
        return parse_between_or_window(p, n);
    if (is_word(p, "since") || is_word(p, "before")) {
        n->op = OP_WITHIN;
        return parse_window(p, &n->compare);
    }
    if (is_word(p, "contains")) {
        n->op = OP_CONTAINS;
        return step(p) && parse_values(p, n, 1);
    }
    if (is_word(p, "is"))
        return parse_is(p, n);
    return fail(p, p->now.at, "comparison", "这里应当是比较：= != < <= > >= in between contains is",
                "a comparison belongs here: = != < <= > >= in between contains is");
}

/* ---- and, or, not ---- */

static struct node *parse_unary(struct parser *p)
{
    uint32_t at = p->now.at;
    struct node *n = NULL;
    if (is_word(p, "not")) {
        n = new_node(p, NODE_NOT, at);
        n->items = ARENA_ARRAY(p->a, struct node *, 1);
        n->n_items = 1;
        bool ok = enter(p, at) && step(p) && (n->items[0] = parse_unary(p)) != NULL;
        p->depth--;
        return ok ? n : NULL;
    }
    if (p->now.kind != TOKEN_OPEN)
        return parse_atom(p);
    bool ok = enter(p, at) && step(p) && (n = parse_or(p)) != NULL && expect_close(p);
    p->depth--;
    return ok ? n : NULL;
}

/* one { word one } */
static struct node *parse_joined(struct parser *p, const char *word, enum node_kind kind,
                                 struct node *(*one)(struct parser *p))
{
    uint32_t at = p->now.at;
    struct node *first = one(p);
    if (first == NULL || !is_word(p, word))
        return first;
    struct node *n = new_node(p, kind, at);
    size_t cap = 4;
    n->items = ARENA_ARRAY(p->a, struct node *, cap);
    n->items[n->n_items++] = first;
    while (is_word(p, word)) {
        if (n->n_items == cap) {
            struct node **more = ARENA_ARRAY(p->a, struct node *, cap * 2);
            for (size_t i = 0; i < cap; i++)
                more[i] = n->items[i];
            n->items = more;
            cap *= 2;
        }
        if (!step(p) || (n->items[n->n_items] = one(p)) == NULL)
            return NULL;
        n->n_items++;
    }
    return n;
}

static struct node *parse_and(struct parser *p)
{
    return parse_joined(p, "and", NODE_AND, parse_unary);
}

static struct node *parse_or(struct parser *p)
{
    return parse_joined(p, "or", NODE_OR, parse_and);
}

/* expression [ "as" "of" moment ] end */
static struct node *parse_top(struct parser *p)
{
    if (!step(p))
        return NULL;
    struct node *n = parse_or(p);
    if (n != NULL && is_word(p, "as")) {
        struct node *inner = n;
        n = new_node(p, NODE_AS_OF, p->now.at);
        n->items = ARENA_ARRAY(p->a, struct node *, 1);
        n->items[0] = inner;
        n->n_items = 1;
        n->values = ARENA_ARRAY(p->a, struct literal, 1);
        n->n_values = 1;
        if (!step(p) || !expect_word(p, "of"))
            return NULL;
        n->values[0] = (struct literal){.kind = LITERAL_MOMENT, .at = p->now.at};
        if (!parse_moment(p, &n->values[0].moment))
            return NULL;
    }
    if (n != NULL && p->now.kind != TOKEN_END) {
        fail(p, p->now.at, "trailing", "到这里表达式已经完整，后面应当是 and 或 or",
             "the expression is complete here; and or or may follow");
        return NULL;
    }
    return n;
}

static enum rc check_length(struct str text, struct err *e)
{
    if (text.n <= LIMIT_EXPRESSION)
        return RC_OK;
    return err_set(e, RC_LIMIT, "expression_long", "expression", "表达式最多 %d 字节",
                   "an expression has at most %d bytes", LIMIT_EXPRESSION);
}

enum rc audience_parse(struct arena *a, enum audience_subject subject, struct str text,
                       struct audience_expr **out, struct err *e)
{
    assert(a != NULL && out != NULL);
    struct err own = ERR_INIT;
    e = e != NULL ? e : &own;
    if (check_length(text, e) != RC_OK)
        return RC_LIMIT;
    struct parser p = {.a = a, .lexer = {.a = a, .text = text, .e = e}, .e = e};
    p.place = subject == AUDIENCE_GROUP ? IN_GROUP : IN_CUSTOMER;
    if (str_empty(str_trim(text))) {
        fail(&p, 0, "empty", "请写一个条件；all 表示所有人",
             "write a condition; all means everyone");
        return RC_INVALID;
    }
    struct node *root = parse_top(&p);
    if (root == NULL)
        return e->rc != RC_OK ? e->rc : RC_INVALID;
    assert(p.depth == 0);
    struct audience_expr *x = ARENA_NEW(a, struct audience_expr);
    *x = (struct audience_expr){.subject = subject, .root = root, .uses_period = p.uses_period};
    *out = x;
    return RC_OK;
}

/* ---- pieces for analyses ---- */

static enum rc piece_end(struct parser *p, bool ok)
{
    if (ok && p->now.kind != TOKEN_END)
        ok = fail(p, p->now.at, "trailing", "到这里已经完整，后面不应再有内容",
                  "it is complete here, nothing more belongs behind it");
    return ok ? RC_OK : p->e->rc != RC_OK ? p->e->rc : RC_INVALID;
}

enum rc audience_parse_events(struct arena *a, struct str text, size_t most, struct events *out,
                              size_t *out_n, struct err *e)
{
    assert(most > 0 && e != NULL);
    struct parser p = {.a = a, .lexer = {.a = a, .text = text, .e = e}, .e = e};
    p.place = IN_CUSTOMER;
    *out_n = 0;
    if (check_length(text, e) != RC_OK)
        return RC_LIMIT;
    bool ok = step(&p);
    for (bool more = true; ok && more;) {
        if (*out_n == most)
            return err_set(e, RC_LIMIT, "too_many_events", "expression", "最多 %zu 种行为",
                           "at most %zu kinds of events", most);
        ok = parse_events(&p, &out[(*out_n)++], false);
        more = ok && p.now.kind == TOKEN_COMMA;
        ok = ok && (!more || step(&p));
    }
    return piece_end(&p, ok);
}

enum rc audience_parse_window(struct arena *a, struct str text, struct window *out, struct err *e)
{
    struct parser p = {.a = a, .lexer = {.a = a, .text = text, .e = e}, .e = e};
    if (check_length(text, e) != RC_OK)
        return RC_LIMIT;
    return piece_end(&p, step(&p) && parse_window(&p, out));
}

enum rc audience_parse_duration(struct arena *a, struct str text, struct duration *out,
                                struct err *e)
{
    struct parser p = {.a = a, .lexer = {.a = a, .text = text, .e = e}, .e = e};
    if (check_length(text, e) != RC_OK)
        return RC_LIMIT;
    return piece_end(&p, step(&p) && parse_duration(&p, out));
}
