/* tree_json.c — the tree as JSON for the console's builder, and back. The shape is in
 * docs/AUDIENCE.md.
 *
 * Writing walks the tree. Reading writes the canonical text that the JSON stands for, quoting every
 * name, and lets the parser judge it: one place decides what is an expression. Words that are not
 * names (operators, units, kinds of window) are checked against their tables before they go into
 * the text, so that no JSON can smuggle syntax.
 */
#include "base/json.h"
#include "base/limits.h"
#include "query/lex.h"
#include "query/print.h"
#include "query/word.h"

#include <assert.h>
#include <inttypes.h>

static const char *const OP_WORDS[OP_COUNT] = {"=",       "!=",   "<",       "<=",       ">",
                                               ">=",      "in",   "between", "contains", "known",
                                               "unknown", "none", "team",    "within"};
static const char *const WINDOW_WORDS[] = {"ever",      "last",      "next",  "older",
                                           "today",     "yesterday", "this",  "previous",
                                           "following", "between",   "since", "before"};
static const char *const NODE_WORDS[] = {"all",   "none", "and",      "or",        "not",   "as_of",
                                         "test",  "flag", "tag",      "tag_group", "group", "ever",
                                         "never", "seq",  "audience", "sample"};

/* Levels of JSON before a part stays text: a node takes at most six (items, events, where, a
 * window). */
enum { NESTING = 24 };

/* ---- writing ---- */

static void put_node(struct json *j, const char *key, const struct node *n);

static void put_printed_moment(struct json *j, const char *key, const struct moment *m)
{
    struct buf b;
    buf_init(&b, 64);
    print_moment(m, &b);
    struct str s = buf_str(&b);
    json_put_str(j, key, m->has_time ? str_sub(s, 1, s.n - 2) : s);
    buf_done(&b);
}

static void put_duration(struct json *j, const char *key, const struct duration *d)
{
    struct buf b;
    buf_init(&b, 64);
    print_duration(d, &b);
    json_put_str(j, key, buf_str(&b));
    buf_done(&b);
}

static void put_window(struct json *j, const char *key, const struct window *w)
{
    enum window_kind k = w->kind;
    json_open_object(j, key);
    json_put_z(j, "kind", WINDOW_WORDS[k]);
    if (k == WINDOW_LAST || k == WINDOW_NEXT || k == WINDOW_OLDER)
        put_duration(j, "length", &w->length);
    if (k == WINDOW_THIS || k == WINDOW_PREVIOUS || k == WINDOW_FOLLOWING)
        json_put_z(j, "unit", unit_word(w->unit));
    if (k == WINDOW_BETWEEN || k == WINDOW_SINCE)
        put_printed_moment(j, "from", &w->from);
    if (k == WINDOW_BETWEEN || k == WINDOW_BEFORE)
        put_printed_moment(j, "to", &w->to);
    json_close_object(j);
}

static void put_literals(struct json *j, const struct node *n)
{
    static const char *const KINDS[] = {"text", "number", "percent", "word", "moment"};
    json_open_array(j, "values");
    for (size_t i = 0; i < n->n_values; i++) {
        const struct literal *v = &n->values[i];
        json_open_object(j, NULL);
        if (v->kind == LITERAL_MOMENT) {
            put_printed_moment(j, KINDS[v->kind], &v->moment);
        } else if (v->kind == LITERAL_NUMBER || v->kind == LITERAL_PERCENT) {
            struct buf b;
            buf_init(&b, 64);
            print_number(v->micro, &b);
            json_put_str(j, KINDS[v->kind], buf_str(&b));
            buf_done(&b);
        } else {
            json_put_str(j, KINDS[v->kind], v->text);
        }
        json_close_object(j);
    }
    json_close_array(j);
}

static void put_events(struct json *j, const char *key, const struct events *ev)
{
    json_open_object(j, key);
    if (!str_absent(ev->kind))
        json_put_str(j, "kind", ev->kind);
    if (ev->kept)
        json_put_bool(j, "kept", true);
    if (ev->where != NULL)
        put_node(j, "where", ev->where);
    json_close_object(j);
}

static const char *what_key(const struct node *n)
{
    return n->what == WHAT_DAYS_SINCE_FIRST  ? "days_since_first"
           : n->what == WHAT_DAYS_SINCE_LAST ? "days_since_last"
                                             : what_row(n->what)->word;
}

static void put_test(struct json *j, const struct node *n)
{
    bool measure = what_row(n->what)->measure;
    json_put_z(j, measure ? "measure" : "what", what_key(n));
    json_put_z(j, "compare", OP_WORDS[n->op]);
    if (n->op == OP_WITHIN)
        put_window(j, "in", &n->compare);
    if (n->what == WHAT_CLV)
        put_duration(j, "within", &n->within);
}

/* A part nested deeper than JSON can follow stays text. */
static void put_text_node(struct json *j, const char *key, const struct node *n)
{
    struct buf b;
    buf_init(&b, 4 * LIMIT_EXPRESSION);
    print_node(n, &b);
    json_open_object(j, key);
    json_put_z(j, "op", "text");
    json_put_str(j, "text", buf_str(&b));
    json_close_object(j);
    buf_done(&b);
}

static void put_node(struct json *j, const char *key, const struct node *n)
{
    if (j->depth >= NESTING) {
        put_text_node(j, key, n);
        return;
    }
    json_open_object(j, key);
    json_put_z(j, "op", NODE_WORDS[n->kind]);
    if (n->kind == NODE_TEST)
        put_test(j, n);
    if (n->kind == NODE_FLAG)
        json_put_z(j, "what", what_row(n->what)->word);
    if (!str_absent(n->name))
        json_put_str(j, "name", n->name);
    if (n->n_values > 0)
        put_literals(j, n);
    if (n->kind == NODE_SEQ) {
        json_open_array(j, "steps");
        for (size_t i = 0; i < n->n_events; i++)
            put_events(j, NULL, &n->events[i]);
        json_close_array(j);
        put_duration(j, "within", &n->within);
    } else if (n->n_events > 0) {
        put_events(j, "events", &n->events[0]);
    }
    if (n->window.kind != WINDOW_EVER)
        put_window(j, "window", &n->window);
    if (n->n_items > 0 && n->kind != NODE_AUDIENCE) {
        json_open_array(j, "items");
        for (size_t i = 0; i < n->n_items; i++)
            put_node(j, NULL, n->items[i]);
        json_close_array(j);
    }
    json_close_object(j);
}

void audience_to_json(const struct audience_expr *x, struct buf *out)
{
    assert(x != NULL && out != NULL);
    struct json j = json_to(out);
    put_node(&j, NULL, x->root);
}

/* ---- reading: JSON to text ---- */

struct reader {
    struct buf *out;
    struct err *e;
};

static bool read_node(struct reader *r, const struct json_value *v, int depth);

static bool refuse(struct reader *r, const char *member)
{
    err_set(r->e, RC_INVALID, "json_expression", "expression", "表达式的 JSON 里 %s 缺失或无效",
            "\"%s\" is missing or invalid in the JSON of the expression", member);
    return false;
}

/* The index of a member's text in a list of words, or -1. */
static int word_index(const struct json_value *v, const char *member, const char *const *words,
                      int n)
{
    struct str s = json_str_or(json_get(v, member), STR(""));
    for (int i = 0; i < n; i++)
        if (str_eq(s, str_from(words[i])))
            return i;
    return -1;
}

/* The first element of an array member, or NULL. */
static const struct json_value *first_of(const struct json_value *v, const char *member)
{
    const struct json_value *list = json_get(v, member);
    bool some = list != NULL && json_kind_of(list) == JSON_ARRAY && json_count(list) > 0;
    return some ? json_at(list, 0) : NULL;
}

static bool read_quoted(struct reader *r, const struct json_value *v, const char *member)
{
    struct str s = json_str_or(json_get(v, member), STR_ABSENT);
    if (str_absent(s))
        return refuse(r, member);
    print_text(s, r->out);
    return true;
}

/* A number, a length, a word or a date: only characters that cannot begin anything else. */
static bool read_plain(struct reader *r, const struct json_value *v, const char *member)
{
    struct str s = json_str_or(json_get(v, member), STR_ABSENT);
    if (str_empty(s) || s.n > LIMIT_NAME)
        return refuse(r, member);
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
              c == '_' || c == '.' || (c == '-' && (i == 0 || s.p[i - 1] != '-'))))
            return refuse(r, member);
    }
    buf_add(r->out, s);
    return true;
}

static bool read_moment(struct reader *r, const struct json_value *v, const char *member)
{
    struct moment m;
    if (!moment_read(json_str_or(json_get(v, member), STR("")), &m))
        return refuse(r, member);
    print_moment(&m, r->out);
    return true;
}

static bool read_window(struct reader *r, const struct json_value *v)
{
    static const char *const LEAD[] = {"",      "last ", "next ", "before ",  "today",  "yesterday",
                                       "this ", "last ", "next ", "between ", "since ", "before "};
    int k = word_index(v, "kind", WINDOW_WORDS, WINDOW_BEFORE + 1);
    if (k < 0)
        return refuse(r, "window");
    buf_addz(r->out, LEAD[k]);
    switch ((enum window_kind)k) {
    case WINDOW_LAST:
    case WINDOW_NEXT:
    case WINDOW_OLDER:
        return read_plain(r, v, "length");
    case WINDOW_THIS:
    case WINDOW_PREVIOUS:
    case WINDOW_FOLLOWING:
        return read_plain(r, v, "unit");
    case WINDOW_BETWEEN:
        if (!read_moment(r, v, "from"))
            return false;
        buf_addz(r->out, " and ");
        return read_moment(r, v, "to");
    case WINDOW_SINCE:
        return read_moment(r, v, "from");
    case WINDOW_BEFORE:
        return read_moment(r, v, "to");
    default:
        return true;
    }
}

static bool read_literal(struct reader *r, const struct json_value *v)
{
    if (json_get(v, "text") != NULL)
        return read_quoted(r, v, "text");
    if (json_get(v, "moment") != NULL)
        return read_moment(r, v, "moment");
    if (json_get(v, "word") != NULL)
        return read_plain(r, v, "word");
    if (json_get(v, "number") != NULL)
        return read_plain(r, v, "number");
    if (!read_plain(r, v, "percent"))
        return false;
    buf_addc(r->out, '%');
    return true;
}

static bool read_literals(struct reader *r, const struct json_value *v, const char *joiner)
{
    const struct json_value *values = json_get(v, "values");
    if (values == NULL || json_kind_of(values) != JSON_ARRAY || json_count(values) == 0)
        return refuse(r, "values");
    for (size_t i = 0; i < json_count(values); i++) {
        buf_addz(r->out, i > 0 ? joiner : "");
        if (!read_literal(r, json_at(values, i)))
            return false;
    }
    return true;
}

static bool read_list(struct reader *r, const struct json_value *v)
{
    buf_addc(r->out, '(');
    bool ok = read_literals(r, v, ", ");
    buf_addc(r->out, ')');
    return ok;
}

/* kind[.kept][.amount] [where …] */
static bool read_events(struct reader *r, const struct json_value *v, const char *amount, int depth)
{
    if (v == NULL || json_kind_of(v) != JSON_OBJECT)
        return refuse(r, "events");
    bool spend = json_get(v, "kind") == NULL;
    if (!spend && !read_quoted(r, v, "kind"))
        return false;
    if (json_bool_or(json_get(v, "kept"), false))
        buf_addz(r->out, ".kept");
    buf_addz(r->out, amount);
    if (json_get(v, "where") == NULL)
        return true;
    buf_addz(r->out, spend ? "where " : " where ");
    return read_node(r, json_get(v, "where"), depth + 1);
}

static bool read_window_and_close(struct reader *r, const struct json_value *v, bool comma)
{
    const struct json_value *w = json_get(v, "window");
    bool some = w != NULL && word_index(w, "kind", WINDOW_WORDS, 1) != 0;
    if (some)
        buf_addz(r->out, comma ? ", " : "");
    bool ok = !some || read_window(r, w);
    buf_addc(r->out, ')');
    return ok;
}

static bool read_measure(struct reader *r, const struct json_value *v, int depth)
{
    static const char *const WORDS[] = {
        "count", "days", "sum", "avg", "min", "max", "spend", "days_since_last", "days_since_first",
        "last",  "first"};
    int k = word_index(v, "measure", WORDS, 11);
    const struct json_value *events = json_get(v, "events");
    if (k < 0)
        return refuse(r, "measure");
    bool since = k == 7 || k == 8, amount = k >= 2 && k <= 5;
    buf_addz(r->out, since ? "days_since" : WORDS[k]);
    buf_addz(r->out, k == 7 ? "(last " : k == 8 ? "(first " : "(");
    bool filtered = events != NULL && json_get(events, "where") != NULL;
    if ((k != 6 || events != NULL) && !read_events(r, events, amount ? ".amount" : "", depth))
        return false;
    return read_window_and_close(r, v, k != 6 || filtered);
}

static bool read_left(struct reader *r, const struct json_value *v, int depth)
{
    if (json_get(v, "measure") != NULL)
        return read_measure(r, v, depth);
    struct str what = json_str_or(json_get(v, "what"), STR(""));
    if (!read_plain(r, v, "what"))
        return false;
    bool ok = true;
    if (str_eq(what, STR("field"))) {
        buf_addc(r->out, '.');
        ok = read_quoted(r, v, "name");
    } else if (json_get(v, "name") != NULL) {
        buf_addc(r->out, '(');
        ok = read_quoted(r, v, "name");
        buf_addc(r->out, ')');
    } else if (json_get(v, "within") != NULL) {
        buf_addc(r->out, '(');
        ok = read_plain(r, v, "within");
        buf_addc(r->out, ')');
    } else if (json_get(v, "items") != NULL) {
        buf_addc(r->out, '(');
        ok = read_node(r, first_of(v, "items"), depth + 1);
        buf_addc(r->out, ')');
    }
    return ok;
}

static bool read_test(struct reader *r, const struct json_value *v, int depth)
{
    int op = word_index(v, "compare", OP_WORDS, OP_COUNT);
    if (!read_left(r, v, depth))
        return false;
    switch (op) {
    case OP_IN:
    case OP_TEAM:
        buf_addz(r->out, op == OP_IN ? " in " : " in team");
        return read_list(r, v);
    case OP_KNOWN:
    case OP_UNKNOWN:
    case OP_NONE:
        buf_addf(r->out, " is %s", OP_WORDS[op]);
        return true;
    case OP_WITHIN:
        buf_addz(r->out, " in ");
        return read_window(r, json_get(v, "in"));
    case -1:
        return refuse(r, "compare");
    default:
        buf_addf(r->out, " %s ", OP_WORDS[op]);
        return read_literals(r, v, " and ");
    }
}

static bool read_items(struct reader *r, const struct json_value *v, const char *joiner, int depth)
{
    const struct json_value *items = json_get(v, "items");
    size_t n = items != NULL && json_kind_of(items) == JSON_ARRAY ? json_count(items) : 0;
    if (n == 0)
        return refuse(r, "items");
    for (size_t i = 0; i < n; i++) {
        struct str op = json_str_or(json_get(json_at(items, i), "op"), STR(""));
        bool parens = str_eq(op, STR("and")) || str_eq(op, STR("or")) || str_eq(op, STR("text"));
        buf_addz(r->out, i > 0 ? joiner : "");
        buf_addz(r->out, parens ? "(" : "");
        if (!read_node(r, json_at(items, i), depth + 1))
            return false;
        buf_addz(r->out, parens ? ")" : "");
    }
    return true;
}

static bool read_group(struct reader *r, const struct json_value *v, int depth)
{
    buf_addz(r->out, "group");
    if (json_get(v, "values") != NULL)
        return read_list(r, v);
    if (json_get(v, "items") == NULL) {
        buf_addz(r->out, "(any)");
        return true;
    }
    buf_addz(r->out, "(where ");
    bool ok = read_node(r, first_of(v, "items"), depth + 1);
    buf_addc(r->out, ')');
    return ok;
}

static bool read_seq(struct reader *r, const struct json_value *v, int depth)
{
    const struct json_value *steps = json_get(v, "steps");
    if (steps == NULL || json_kind_of(steps) != JSON_ARRAY)
        return refuse(r, "steps");
    buf_addz(r->out, "seq(");
    for (size_t i = 0; i < json_count(steps); i++) {
        buf_addz(r->out, i > 0 ? " -> " : "");
        if (!read_events(r, json_at(steps, i), "", depth))
            return false;
    }
    buf_addz(r->out, ", within ");
    return read_plain(r, v, "within") && read_window_and_close(r, v, true);
}

static bool read_ever(struct reader *r, const struct json_value *v, const char *word, int depth)
{
    buf_addz(r->out, word);
    return read_events(r, json_get(v, "events"), "", depth) && read_window_and_close(r, v, true);
}

static bool read_named(struct reader *r, const struct json_value *v, const char *word, bool share)
{
    buf_addz(r->out, word);
    if (!read_quoted(r, v, "name"))
        return false;
    buf_addz(r->out, share ? ", " : "");
    bool ok = !share || read_literals(r, v, ", ");
    buf_addc(r->out, ')');
    return ok;
}

static bool read_text_node(struct reader *r, const struct json_value *v)
{
    struct str s = json_str_or(json_get(v, "text"), STR_ABSENT);
    if (str_absent(s))
        return refuse(r, "text");
    buf_add(r->out, s);
    return true;
}

static bool read_as_of(struct reader *r, const struct json_value *v, int depth)
{
    const struct json_value *moment = first_of(v, "values");
    if (depth != 0 || moment == NULL)
        return refuse(r, "as_of");
    if (!read_node(r, first_of(v, "items"), depth + 1))
        return false;
    buf_addz(r->out, " as of ");
    return read_moment(r, moment, "moment");
}

static bool read_node(struct reader *r, const struct json_value *v, int depth)
{
    if (v == NULL || json_kind_of(v) != JSON_OBJECT || depth > LIMIT_EXPRESSION_DEPTH)
        return refuse(r, "items");
    if (str_eq(json_str_or(json_get(v, "op"), STR("")), STR("text")))
        return read_text_node(r, v);
    int op = word_index(v, "op", NODE_WORDS, NODE_SAMPLE + 1);
    switch (op) {
    case NODE_ALL:
    case NODE_NONE:
        buf_addz(r->out, NODE_WORDS[op]);
        return true;
    case NODE_AND:
    case NODE_OR:
        return read_items(r, v, op == NODE_AND ? " and " : " or ", depth);
    case NODE_NOT:
        buf_addz(r->out, "not ");
        return read_items(r, v, "", depth);
    case NODE_AS_OF:
        return read_as_of(r, v, depth);
    case NODE_TEST:
        return read_test(r, v, depth);
    case NODE_FLAG:
        return read_plain(r, v, "what");
    case NODE_TAG:
    case NODE_TAG_GROUP:
        buf_addz(r->out, NODE_WORDS[op]);
        return read_list(r, v);
    case NODE_GROUP:
        return read_group(r, v, depth);
    case NODE_EVER:
    case NODE_NEVER:
        return read_ever(r, v, op == NODE_EVER ? "ever(" : "never(", depth);
    case NODE_SEQ:
        return read_seq(r, v, depth);
    case NODE_AUDIENCE:
        return read_named(r, v, "audience(", false);
    case NODE_SAMPLE:
        return read_named(r, v, "sample(", true);
    default:
        return refuse(r, "op");
    }
}

enum rc audience_from_json(struct arena *a, enum audience_subject subject, struct str json,
                           struct audience_expr **out, struct err *e)
{
    assert(a != NULL && out != NULL);
    struct err own = ERR_INIT;
    e = e != NULL ? e : &own;
    const struct json_value *v;
    enum rc rc = json_parse(a, json, &v, e);
    if (rc != RC_OK)
        return rc;
    struct buf text;
    buf_init(&text, 4 * LIMIT_EXPRESSION);
    struct reader r = {.out = &text, .e = e};
    rc = RC_INVALID;
    if (read_node(&r, v, 0))
        rc = text.failed
                 ? err_set(e, RC_LIMIT, "expression_long", "expression", "表达式最多 %d 字节",
                           "an expression has at most %d bytes", LIMIT_EXPRESSION)
                 : audience_parse(a, subject, buf_str(&text), out, e);
    buf_done(&text);
    return rc;
}
