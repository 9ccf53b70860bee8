/* print.c — a tree as its canonical text: one spelling for each tree, lower-case words, ASCII
 * punctuation, parentheses only where the tree has them (not around a single condition). Parsing
 * the result gives an equal tree.
 */
#include "query/print.h"
#include "query/word.h"

#include <assert.h>
#include <inttypes.h>

void print_text(struct str s, struct buf *out)
{
    buf_addc(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"' || s.p[i] == '\\')
            buf_addc(out, '\\');
        buf_addc(out, s.p[i]);
    }
    buf_addc(out, '"');
}

void print_number(int64_t micro, struct buf *out)
{
    uint64_t v = micro < 0 ? -(uint64_t)micro : (uint64_t)micro;
    if (micro < 0)
        buf_addc(out, '-');
    buf_addf(out, "%" PRIu64, v / 1000000);
    uint64_t part = v % 1000000;
    if (part == 0)
        return;
    int places = 6;
    for (; part % 10 == 0; part /= 10)
        places--;
    buf_addf(out, ".%0*" PRIu64, places, part);
}

void print_moment(const struct moment *m, struct buf *out)
{
    const struct civil *c = &m->civil;
    if (!m->has_time)
        buf_addf(out, "%04d-%02d-%02d", c->year, c->month, c->day);
    else if (c->second == 0)
        buf_addf(out, "\"%04d-%02d-%02d %02d:%02d\"", c->year, c->month, c->day, c->hour,
                 c->minute);
    else
        buf_addf(out, "\"%04d-%02d-%02d %02d:%02d:%02d\"", c->year, c->month, c->day, c->hour,
                 c->minute, c->second);
}

void print_duration(const struct duration *d, struct buf *out)
{
    if (d->period)
        buf_addz(out, "period");
    else
        buf_addf(out, "%" PRId64 "%c", d->n, "hdw"[d->unit]);
}

void print_window(const struct window *w, struct buf *out)
{
    static const char *const WORDS[] = {
        [WINDOW_EVER] = "",           [WINDOW_LAST] = "last ",
        [WINDOW_NEXT] = "next ",      [WINDOW_OLDER] = "before ",
        [WINDOW_TODAY] = "today",     [WINDOW_YESTERDAY] = "yesterday",
        [WINDOW_THIS] = "this ",      [WINDOW_PREVIOUS] = "last ",
        [WINDOW_FOLLOWING] = "next ", [WINDOW_BETWEEN] = "between ",
        [WINDOW_SINCE] = "since ",    [WINDOW_BEFORE] = "before ",
    };
    assert(w->kind <= WINDOW_BEFORE);
    buf_addz(out, WORDS[w->kind]);
    if (w->kind == WINDOW_LAST || w->kind == WINDOW_NEXT || w->kind == WINDOW_OLDER)
        print_duration(&w->length, out);
    if (w->kind == WINDOW_THIS || w->kind == WINDOW_PREVIOUS || w->kind == WINDOW_FOLLOWING)
        buf_addz(out, unit_word(w->unit));
    if (w->kind == WINDOW_BETWEEN || w->kind == WINDOW_SINCE)
        print_moment(&w->from, out);
    if (w->kind == WINDOW_BETWEEN)
        buf_addz(out, " and ");
    if (w->kind == WINDOW_BETWEEN || w->kind == WINDOW_BEFORE)
        print_moment(&w->to, out);
}

static void print_literal(const struct literal *v, struct buf *out)
{
    switch (v->kind) {
    case LITERAL_TEXT:
        print_text(v->text, out);
        return;
    case LITERAL_NUMBER:
    case LITERAL_PERCENT:
        print_number(v->micro, out);
        if (v->kind == LITERAL_PERCENT)
            buf_addc(out, '%');
        return;
    case LITERAL_WORD:
        buf_add(out, v->text);
        return;
    case LITERAL_MOMENT:
        print_moment(&v->moment, out);
        return;
    }
}

static void print_list(const struct node *n, struct buf *out)
{
    buf_addc(out, '(');
    for (size_t i = 0; i < n->n_values; i++) {
        if (i > 0)
            buf_addz(out, ", ");
        print_literal(&n->values[i], out);
    }
    buf_addc(out, ')');
}

/* Whether a name may stand without quotes where a word is expected. */
static bool bare(struct str s)
{
    if (s.n == 0 || word_reserved(s))
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && (i == 0 || c < '0' || c > '9'))
            return false;
    }
    return true;
}

static void print_name(struct str s, struct buf *out)
{
    if (bare(s))
        buf_add(out, s);
    else
        print_text(s, out);
}

void print_events(const struct events *ev, bool amount, struct buf *out)
{
    print_name(ev->kind, out);
    if (ev->kept)
        buf_addz(out, ".kept");
    if (amount)
        buf_addz(out, ".amount");
    if (ev->where != NULL) {
        buf_addz(out, " where ");
        print_node(ev->where, out);
    }
}

static void print_window_and_close(const struct window *w, struct buf *out)
{
    if (w->kind != WINDOW_EVER) {
        buf_addz(out, ", ");
        print_window(w, out);
    }
    buf_addc(out, ')');
}

static void print_measure(const struct node *n, struct buf *out)
{
    buf_addz(out, what_row(n->what)->word);
    buf_addc(out, '(');
    if (n->what == WHAT_SPEND) {
        if (n->events[0].where == NULL) {
            print_window(&n->window, out);
            buf_addc(out, ')');
            return;
        }
        buf_addz(out, "where ");
        print_node(n->events[0].where, out);
        print_window_and_close(&n->window, out);
        return;
    }
    if (n->what == WHAT_DAYS_SINCE_LAST || n->what == WHAT_DAYS_SINCE_FIRST)
        buf_addz(out, n->what == WHAT_DAYS_SINCE_LAST ? "last " : "first ");
    print_events(&n->events[0], n->what >= WHAT_SUM && n->what <= WHAT_MAX, out);
    print_window_and_close(&n->window, out);
}

static void print_left(const struct node *n, struct buf *out)
{
    if (what_row(n->what)->measure) {
        print_measure(n, out);
        return;
    }
    buf_addz(out, what_row(n->what)->word);
    if (n->what == WHAT_FIELD) {
        buf_addc(out, '.');
        print_name(n->name, out);
    } else if (n->what == WHAT_TIER || n->what == WHAT_DUE) {
        buf_addc(out, '(');
        print_text(n->name, out);
        buf_addc(out, ')');
    } else if (n->what == WHAT_CLV) {
        buf_addc(out, '(');
        print_duration(&n->within, out);
        buf_addc(out, ')');
    } else if (n->n_items > 0) {
        buf_addc(out, '(');
        print_node(n->items[0], out);
        buf_addc(out, ')');
    }
}

static void print_test(const struct node *n, struct buf *out)
{
    static const char *const WORDS[OP_COUNT] = {
        [OP_IN] = " in ",
        [OP_BETWEEN] = " between ",
        [OP_CONTAINS] = " contains ",
        [OP_KNOWN] = " is known",
        [OP_UNKNOWN] = " is unknown",
        [OP_NONE] = " is none",
        [OP_TEAM] = " in team",
        [OP_WITHIN] = " ",
    };
    print_left(n, out);
    if (op_text(n->op) != NULL)
        buf_addf(out, " %s ", op_text(n->op));
    else
        buf_addz(out, WORDS[n->op]);
    if (n->op == OP_IN || n->op == OP_TEAM) {
        print_list(n, out);
    } else if (n->op == OP_WITHIN) {
        enum window_kind k = n->compare.kind;
        if (k != WINDOW_BETWEEN && k != WINDOW_SINCE && k != WINDOW_BEFORE && k != WINDOW_OLDER)
            buf_addz(out, "in ");
        print_window(&n->compare, out);
    } else {
        for (size_t i = 0; i < n->n_values; i++) {
            if (i > 0)
                buf_addz(out, " and ");
            print_literal(&n->values[i], out);
        }
    }
}

static void print_joined(const struct node *n, struct buf *out)
{
    for (size_t i = 0; i < n->n_items; i++) {
        const struct node *item = n->items[i];
        /* An "or" binds less than an "and"; the same word nested keeps its shape. */
        bool parens = item->kind == n->kind || item->kind == NODE_OR;
        if (i > 0)
            buf_addz(out, n->kind == NODE_AND ? " and " : " or ");
        if (parens)
            buf_addc(out, '(');
        print_node(item, out);
        if (parens)
            buf_addc(out, ')');
    }
}

static void print_group(const struct node *n, struct buf *out)
{
    buf_addz(out, "group");
    if (n->n_values > 0) {
        print_list(n, out);
    } else if (n->n_items > 0) {
        buf_addz(out, "(where ");
        print_node(n->items[0], out);
        buf_addc(out, ')');
    } else {
        buf_addz(out, "(any)");
    }
}

static void print_not(const struct node *n, struct buf *out)
{
    bool parens = n->items[0]->kind == NODE_AND || n->items[0]->kind == NODE_OR;
    buf_addz(out, parens ? "not (" : "not ");
    print_node(n->items[0], out);
    if (parens)
        buf_addc(out, ')');
}

static void print_seq(const struct node *n, struct buf *out)
{
    buf_addz(out, "seq(");
    for (size_t i = 0; i < n->n_events; i++) {
        if (i > 0)
            buf_addz(out, " -> ");
        print_events(&n->events[i], false, out);
    }
    buf_addz(out, ", within ");
    print_duration(&n->within, out);
    print_window_and_close(&n->window, out);
}

void print_node(const struct node *n, struct buf *out)
{
    assert(n != NULL && out != NULL);
    switch (n->kind) {
    case NODE_ALL:
    case NODE_NONE:
        buf_addz(out, n->kind == NODE_ALL ? "all" : "none");
        return;
    case NODE_AND:
    case NODE_OR:
        print_joined(n, out);
        return;
    case NODE_NOT:
        print_not(n, out);
        return;
    case NODE_AS_OF:
        print_node(n->items[0], out);
        buf_addz(out, " as of ");
        print_moment(&n->values[0].moment, out);
        return;
    case NODE_TEST:
        print_test(n, out);
        return;
    case NODE_FLAG:
        buf_addz(out, what_row(n->what)->word);
        return;
    case NODE_TAG:
    case NODE_TAG_GROUP:
        buf_addz(out, n->kind == NODE_TAG ? "tag" : "tag_group");
        print_list(n, out);
        return;
    case NODE_GROUP:
        print_group(n, out);
        return;
    case NODE_EVER:
    case NODE_NEVER:
        buf_addz(out, n->kind == NODE_EVER ? "ever(" : "never(");
        print_events(&n->events[0], false, out);
        print_window_and_close(&n->window, out);
        return;
    case NODE_SEQ:
        print_seq(n, out);
        return;
    case NODE_AUDIENCE:
    case NODE_SAMPLE:
        buf_addz(out, n->kind == NODE_AUDIENCE ? "audience(" : "sample(");
        print_text(n->name, out);
        if (n->kind == NODE_SAMPLE) {
            buf_addz(out, ", ");
            print_literal(&n->values[0], out);
        }
        buf_addc(out, ')');
        return;
    }
}

void audience_print(const struct audience_expr *x, struct buf *out)
{
    assert(x != NULL && x->root != NULL);
    print_node(x->root, out);
}
