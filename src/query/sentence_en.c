/* sentence_en.c — an expression as one English sentence: "customers who" and a list of verb
 * phrases. Each condition is a phrase that fits behind "who": "are in 杭州", "placed at least 2
 * orders in the last 90 days". `not` has its own phrase where English has one, the opposite
 * comparison where that says the same, else "do not satisfy (…)". Groups: "groups that".
 */
#include "query/sentence.h"
#include "query/word.h"

#include <assert.h>
#include <inttypes.h>

static void say_node(const struct node *n, bool negate, struct buf *out);

static void quoted(struct str s, struct buf *out)
{
    buf_addf(out, "\"%.*s\"", STR_ARG(s));
}

static void names(const struct node *n, struct buf *out)
{
    say_values(n, LANGUAGE_EN, "\"", "\"", ", ", " or ", out);
}

static void plain(const struct node *n, struct buf *out)
{
    say_values(n, LANGUAGE_EN, "", "", ", ", " or ", out);
}

/* ---- time ---- */

static void length(const struct duration *d, struct buf *out)
{
    if (d->period)
        buf_addz(out, "period");
    else
        buf_addf(out, "%" PRId64 " %s%s", d->n, unit_word(d->unit), d->n == 1 ? "" : "s");
}

/* The window as an adverb, with a space before; nothing for none. */
static void window(const struct window *w, struct buf *out)
{
    static const char *const WORDS[] = {
        [WINDOW_EVER] = "",
        [WINDOW_LAST] = " in the last ",
        [WINDOW_NEXT] = " in the next ",
        [WINDOW_OLDER] = " before the ",
        [WINDOW_TODAY] = " today",
        [WINDOW_YESTERDAY] = " yesterday",
        [WINDOW_THIS] = " this ",
        [WINDOW_PREVIOUS] = " last ",
        [WINDOW_FOLLOWING] = " next ",
        [WINDOW_BETWEEN] = " from ",
        [WINDOW_SINCE] = " since ",
        [WINDOW_BEFORE] = " before ",
    };
    enum window_kind k = w->kind;
    buf_addz(out, k == WINDOW_LAST && w->length.period ? " in the " : WORDS[k]);
    if (k == WINDOW_LAST || k == WINDOW_NEXT || k == WINDOW_OLDER) {
        length(&w->length, out);
    } else if (k == WINDOW_THIS || k == WINDOW_PREVIOUS || k == WINDOW_FOLLOWING) {
        buf_addz(out, unit_word(w->unit));
    } else if (k == WINDOW_BETWEEN) {
        say_moment(&w->from, out);
        buf_addz(out, " to ");
        say_moment(&w->to, out);
    } else if (k == WINDOW_SINCE || k == WINDOW_BEFORE) {
        say_moment(k == WINDOW_SINCE ? &w->from : &w->to, out);
    }
}

/* ---- comparisons ---- */

static void compare(const struct node *n, enum op op, struct buf *out)
{
    static const char *const WORDS[] = {
        [OP_EQ] = "exactly ", [OP_NE] = "other than ", [OP_LT] = "fewer than ",
        [OP_LE] = "at most ", [OP_GT] = "more than ",  [OP_GE] = "at least "};
    if (op == OP_BETWEEN) {
        say_number(&n->values[0], out);
        buf_addz(out, " to ");
        say_number(&n->values[1], out);
    } else if (op == OP_IN) {
        plain(n, out);
    } else {
        assert(op <= OP_GE);
        bool counted =
            n->what == WHAT_COUNT || n->what == WHAT_DAYS || n->what == WHAT_GROUP_MEMBERS;
        buf_addz(out, op == OP_LT && !counted ? "less than " : WORDS[op]);
        say_number(&n->values[0], out);
    }
}

/* "noun is …" */
static void noun_test(const struct node *n, const char *noun, struct buf *out)
{
    static const char *const WORDS[OP_COUNT] = {[OP_EQ] = " is ",
                                                [OP_IN] = " is ",
                                                [OP_NE] = " is known and not ",
                                                [OP_LT] = " is before ",
                                                [OP_LE] = " is at the latest ",
                                                [OP_GT] = " is after ",
                                                [OP_GE] = " is at the earliest ",
                                                [OP_CONTAINS] = " contains "};
    buf_addz(out, noun);
    if (n->op == OP_KNOWN || n->op == OP_UNKNOWN) {
        buf_addz(out, n->op == OP_KNOWN ? " is known" : " is not known");
    } else if (n->op == OP_WITHIN) {
        buf_addz(out, " is");
        window(&n->compare, out);
    } else if (n->op == OP_BETWEEN || n->values[0].kind == LITERAL_NUMBER) {
        buf_addz(out, " is ");
        if (n->op == OP_EQ)
            plain(n, out);
        else
            compare(n, n->op, out);
    } else {
        buf_addz(out, WORDS[n->op]);
        names(n, out);
    }
}

/* ---- events ---- */

static void filter(const struct node *n, bool negate, struct buf *out)
{
    if (n->kind == NODE_NOT) {
        filter(n->items[0], !negate, out);
    } else if (n->kind == NODE_AND || n->kind == NODE_OR) {
        buf_addz(out, negate ? "not (" : "");
        for (size_t i = 0; i < n->n_items; i++) {
            bool brackets = n->items[i]->kind == NODE_AND || n->items[i]->kind == NODE_OR;
            buf_addz(out, i == 0 ? "" : n->kind == NODE_AND ? " and " : " or ");
            buf_addz(out, brackets ? "(" : "");
            filter(n->items[i], false, out);
            buf_addz(out, brackets ? ")" : "");
        }
        buf_addz(out, negate ? ")" : "");
    } else if (n->kind != NODE_TEST) {
        buf_addz(out, (n->kind == NODE_ALL) != negate ? "any" : "none");
    } else {
        buf_addz(out, negate ? "not: " : "");
        if (n->op == OP_TEAM) {
            buf_addz(out, "staff is in ");
            names(n, out);
        } else {
            noun_test(n, what_row(n->what)->en, out);
        }
        if (n->what == WHAT_EVENT_AMOUNT && n->n_values > 0)
            buf_addz(out, " yuan");
    }
}

static void narrowing(const struct events *ev, struct buf *out)
{
    if (!ev->kept && ev->where == NULL)
        return;
    buf_addz(out, ev->kept ? " (not refunded" : " (");
    buf_addz(out, ev->kept && ev->where != NULL ? ", " : "");
    if (ev->where != NULL)
        filter(ev->where, false, out);
    buf_addc(out, ')');
}

/* The kind's name for people when it is not built in. */
static struct str kind_name(const struct events *ev)
{
    return str_empty(ev->en) ? ev->kind : ev->en;
}

/* "placed an order" */
static void did(const struct events *ev, bool negate, struct buf *out)
{
    const struct kind_row *row = kind_row(ev->kind);
    if (row != NULL) {
        buf_addz(out, negate ? row->en_not : row->en_did);
    } else {
        buf_addz(out, negate ? "had no " : "had a ");
        quoted(kind_name(ev), out);
    }
    narrowing(ev, out);
}

static void ever(const struct node *n, bool negate, struct buf *out)
{
    buf_addz(out, negate && n->window.kind == WINDOW_EVER ? "never " : "");
    did(&n->events[0], negate && n->window.kind != WINDOW_EVER, out);
    window(&n->window, out);
}

static void count(const struct node *n, enum op op, struct buf *out)
{
    const struct events *ev = &n->events[0];
    const struct kind_row *row = kind_row(ev->kind);
    int64_t micro = n->values[0].micro;
    if ((op == OP_EQ && micro == 0) || (op == OP_LT && micro == 1000000)) {
        ever(n, true, out);
        return;
    }
    bool one = micro == 1000000 && op != OP_BETWEEN;
    buf_addz(out, row != NULL ? row->en_verb : "had");
    buf_addc(out, ' ');
    compare(n, op, out);
    buf_addc(out, ' ');
    if (row != NULL)
        buf_addz(out, one ? row->en_one : row->en_many);
    else
        quoted(kind_name(ev), out);
    narrowing(ev, out);
    window(&n->window, out);
}

/* The kind as a noun: order, or its own name. */
static void kind_noun(const struct events *ev, struct buf *out)
{
    bool plain_noun = str_eq(ev->kind, STR("order")) || str_eq(ev->kind, STR("refund"));
    buf_add(out, plain_noun ? ev->kind : kind_name(ev));
}

static void of_kind(const struct events *ev, struct buf *out)
{
    kind_noun(ev, out);
    narrowing(ev, out);
}

static void amount_of(const struct events *ev, bool many, struct buf *out)
{
    kind_noun(ev, out);
    buf_addz(out, many ? " amounts" : " amount");
    narrowing(ev, out);
}

/* sum, avg, min, max; days since; first and last as times. */
static void measure_of_amounts(const struct node *n, enum op op, struct buf *out)
{
    bool total = n->what == WHAT_SUM || n->what == WHAT_AVG;
    buf_addz(out, total ? "have " : n->what == WHAT_MIN ? "have a smallest " : "have a largest ");
    amount_of(&n->events[0], total, out);
    window(&n->window, out);
    buf_addz(out, n->what == WHAT_SUM   ? " totalling "
                  : n->what == WHAT_AVG ? " averaging "
                                        : " of ");
    compare(n, op, out);
    buf_addz(out, " yuan");
}

static void measure_of_times(const struct node *n, enum op op, struct buf *out)
{
    bool last = n->what == WHAT_DAYS_SINCE_LAST || n->what == WHAT_LAST_AT;
    buf_addz(out, last ? "have their last " : "have their first ");
    of_kind(&n->events[0], out);
    window(&n->window, out);
    if (n->op == OP_WITHIN) {
        window(&n->compare, out);
        return;
    }
    buf_addc(out, ' ');
    compare(n, op, out);
    buf_addz(out, n->values[0].micro == 1000000 && op != OP_BETWEEN ? " day ago" : " days ago");
}

static void measure(const struct node *n, enum op op, struct buf *out)
{
    if (n->what == WHAT_COUNT) {
        count(n, op, out);
    } else if (n->what == WHAT_DAYS) {
        did(&n->events[0], false, out);
        buf_addz(out, " on ");
        compare(n, op, out);
        buf_addz(out, n->values[0].micro == 1000000 && op != OP_BETWEEN ? " day" : " days");
        window(&n->window, out);
    } else if (n->what == WHAT_SPEND) {
        buf_addz(out, "spent");
        narrowing(&n->events[0], out);
        buf_addc(out, ' ');
        compare(n, op, out);
        buf_addz(out, " yuan net of refunds");
        window(&n->window, out);
    } else if (n->what >= WHAT_SUM && n->what <= WHAT_MAX) {
        measure_of_amounts(n, op, out);
    } else {
        measure_of_times(n, op, out);
    }
}

static void sequence(const struct node *n, bool negate, struct buf *out)
{
    buf_addz(out, negate ? "never " : "");
    for (size_t i = 0; i < n->n_events; i++) {
        buf_addz(out, i == 0 ? "" : ", then ");
        did(&n->events[i], false, out);
    }
    buf_addz(out, " within ");
    length(&n->within, out);
    window(&n->window, out);
}

/* ---- attributes ---- */

/* "have a noun of …", for what has no phrase of its own. */
static void have(const struct node *n, const char *noun, bool negate, struct buf *out)
{
    static const char *const WORDS[OP_COUNT] = {
        [OP_EQ] = " of ",           [OP_IN] = " of ",
        [OP_NE] = " other than ",   [OP_LT] = " before ",
        [OP_LE] = " on or before ", [OP_GT] = " after ",
        [OP_GE] = " on or after ",  [OP_CONTAINS] = " containing "};
    if (n->op == OP_KNOWN || n->op == OP_UNKNOWN) {
        buf_addf(out, (n->op == OP_KNOWN) != negate ? "have a known %s" : "have no known %s", noun);
        return;
    }
    buf_addz(out, negate ? "do not have a" : "have a");
    buf_addf(out, "%s %s%s", noun[0] == 'R' ? "n" : "", n->op == OP_NE ? "known " : "", noun);
    if (n->op == OP_WITHIN) {
        window(&n->compare, out);
    } else if (n->op == OP_BETWEEN || n->values[0].kind == LITERAL_NUMBER) {
        buf_addz(out, n->op == OP_NE ? "" : " of");
        buf_addc(out, ' ');
        compare(n, n->op, out);
    } else {
        buf_addz(out, WORDS[n->op]);
        names(n, out);
    }
}

static void otherwise(const struct node *n, bool negate, struct buf *out)
{
    have(n, what_row(n->what)->en, negate, out);
}

static void place(const struct node *n, bool negate, struct buf *out)
{
    if (n->op == OP_EQ || n->op == OP_IN) {
        buf_addz(out, negate ? "are not in " : "are in ");
        plain(n, out);
    } else if (n->op == OP_NE) {
        buf_addf(out,
                 negate ? "are not known to be in a %s other than " : "are in a %s other than ",
                 what_row(n->what)->en);
        plain(n, out);
    } else {
        otherwise(n, negate, out);
    }
}

static void age(const struct node *n, bool negate, struct buf *out)
{
    if (n->op == OP_KNOWN || n->op == OP_UNKNOWN) {
        otherwise(n, negate, out);
        return;
    }
    buf_addz(out, negate ? "are not known to be " : "are ");
    if (n->op == OP_EQ)
        plain(n, out);
    else
        compare(n, n->op, out);
    buf_addz(out, " years old");
}

static void stage_or_source(const struct node *n, bool negate, struct buf *out)
{
    bool stage = n->what == WHAT_STAGE;
    if (n->op == OP_KNOWN || n->op == OP_UNKNOWN) {
        buf_addf(out, (n->op == OP_KNOWN) != negate ? "have a %s" : "have no %s",
                 stage ? "stage" : "source");
        return;
    }
    buf_addz(out, stage    ? (negate ? "are not in " : "are in ")
                  : negate ? "did not come from "
                           : "came from ");
    buf_addz(out, n->op == OP_NE ? "another " : "the ");
    buf_addz(out, stage ? "stage " : "source ");
    buf_addz(out, n->op == OP_NE ? "than " : "");
    names(n, out);
}

static void staff(const struct node *n, bool negate, struct buf *out)
{
    buf_addz(out, negate ? "are not friends of " : "are friends of ");
    buf_addz(out, n->op == OP_TEAM ? "staff in " : "staff member ");
    names(n, out);
}

static void time_test(const struct node *n, bool negate, struct buf *out)
{
    static const char *const VERB[WHAT_COUNT_OF] = {[WHAT_ADDED] = "were added",
                                                    [WHAT_FIRST] = "were first seen",
                                                    [WHAT_GROUP_CREATED] = "were created"};
    static const char *const ADVERB[WHAT_COUNT_OF] = {
        [WHAT_ADDED] = "added", [WHAT_FIRST] = "first seen", [WHAT_GROUP_CREATED] = "created"};
    bool negative = n->op == OP_WITHIN ? negate : (n->op == OP_KNOWN) == negate;
    if (negative)
        buf_addf(out, n->op == OP_WITHIN ? "were not %s" : "were never %s", ADVERB[n->what]);
    else
        buf_addz(out, VERB[n->what]);
    if (n->op == OP_WITHIN)
        window(&n->compare, out);
    else
        buf_addz(out, negative ? "" : " at some time");
}

static void tier(const struct node *n, bool negate, struct buf *out)
{
    if (n->op == OP_NONE) {
        buf_addz(out, negate ? "are in a tier of " : "are in no tier of ");
    } else {
        buf_addz(out, negate ? "are not in " : "are in ");
        buf_addz(out, n->op == OP_NE ? "a tier other than " : "the tier ");
        names(n, out);
        buf_addz(out, " of ");
    }
    quoted(n->name, out);
}

static void members(const struct node *n, bool negate, struct buf *out)
{
    enum op op = negate && op_opposite(n->op) != OP_COUNT ? op_opposite(n->op) : n->op;
    buf_addz(out, negate && op == n->op ? "do not have " : "have ");
    compare(n, op, out);
    buf_addz(out, n->what == WHAT_GROUP_SHARE ? " of members who " : " members");
    if (n->n_items == 0)
        return;
    buf_addz(out, n->what == WHAT_GROUP_SHARE ? "" : " who ");
    say_node(n->items[0], false, out);
}

/* "are expected to spend more than 800 yuan in the next 52 weeks" */
static void lifetime_value(const struct node *n, bool negate, struct buf *out)
{
    bool known = n->op == OP_KNOWN;
    if (known || n->op == OP_UNKNOWN) {
        buf_addz(out, known != negate ? "have a known" : "have no known");
        buf_addz(out, " expected spending");
    } else {
        buf_addz(out, negate ? "are not expected to spend " : "are expected to spend ");
        compare(n, n->op, out);
        buf_addz(out, " yuan");
    }
    buf_addz(out, " in the next ");
    length(&n->within, out);
}

/* "are due for "Face cream" in the next 7 days" */
static void due(const struct node *n, bool negate, struct buf *out)
{
    bool known = n->op == OP_KNOWN;
    if (n->op == OP_WITHIN)
        buf_addz(out, negate ? "are not due for " : "are due for ");
    else
        buf_addz(out, known != negate ? "have a due date for " : "have no due date for ");
    quoted(n->name, out);
    if (n->op == OP_WITHIN)
        window(&n->compare, out);
}

static void field(const struct node *n, bool negate, struct buf *out)
{
    struct buf noun;
    buf_init(&noun, 1024);
    buf_addc(&noun, '"');
    buf_add(&noun, str_empty(n->found.en) ? n->name : n->found.en);
    buf_addc(&noun, '"');
    have(n, noun.p, negate, out);
    buf_done(&noun);
}

static void choice(const struct node *n, bool negate, struct buf *out)
{
    if (n->op != OP_EQ && n->op != OP_IN) {
        otherwise(n, negate, out);
        return;
    }
    buf_addz(out, negate ? "are not " : "are ");
    plain(n, out);
    buf_addz(out, n->what == WHAT_GROUP_LEVEL  ? " groups"
                  : n->what == WHAT_GROUP_KIND ? " groups"
                                               : "");
}

static bool attribute(const struct node *n, bool negate, struct buf *out)
{
    switch (n->what) {
    case WHAT_CITY:
    case WHAT_PROVINCE:
        place(n, negate, out);
        return true;
    case WHAT_AGE:
        age(n, negate, out);
        return true;
    case WHAT_BIRTHDAY:
        if (n->op != OP_WITHIN)
            return false;
        buf_addz(out, negate ? "do not have their birthday" : "have their birthday");
        window(&n->compare, out);
        return true;
    case WHAT_SOURCE:
    case WHAT_STAGE:
        stage_or_source(n, negate, out);
        return true;
    case WHAT_STAFF:
        staff(n, negate, out);
        return true;
    case WHAT_ADDED:
    case WHAT_FIRST:
    case WHAT_GROUP_CREATED:
        time_test(n, negate, out);
        return true;
    case WHAT_TIER:
        tier(n, negate, out);
        return true;
    case WHAT_CLV:
        lifetime_value(n, negate, out);
        return true;
    case WHAT_DUE:
        due(n, negate, out);
        return true;
    case WHAT_FIELD:
        field(n, negate, out);
        return true;
    case WHAT_GENDER:
    case WHAT_GROUP_KIND:
    case WHAT_GROUP_LEVEL:
        choice(n, negate, out);
        return true;
    case WHAT_GROUP_OWNER:
        buf_addz(out, negate ? "are not owned by " : "are owned by ");
        buf_addz(out, n->op == OP_TEAM ? "staff in " : "");
        names(n, out);
        return true;
    case WHAT_GROUP_MEMBERS:
    case WHAT_GROUP_SHARE:
        members(n, negate, out);
        return true;
    default:
        return false;
    }
}

static void test(const struct node *n, bool negate, struct buf *out)
{
    if (!what_row(n->what)->measure) {
        if (!attribute(n, negate, out))
            otherwise(n, negate, out);
        return;
    }
    bool flip = negate && always_known(n) && op_opposite(n->op) != OP_COUNT;
    buf_addz(out, negate && !flip ? "do not satisfy (" : "");
    measure(n, flip ? op_opposite(n->op) : n->op, out);
    buf_addz(out, negate && !flip ? ")" : "");
}

/* ---- the tree ---- */

static void leaf(const struct node *n, bool negate, struct buf *out)
{
    switch (n->kind) {
    case NODE_ALL:
    case NODE_NONE:
        buf_addz(out, (n->kind == NODE_ALL) != negate ? "are anyone" : "are no one");
        return;
    case NODE_TEST:
        test(n, negate, out);
        return;
    case NODE_FLAG:
        if (n->what == WHAT_FRIEND)
            buf_addz(out, negate ? "are not friends" : "are friends");
        else
            buf_addz(out, negate ? "did not refuse marketing" : "refused marketing");
        return;
    case NODE_TAG:
    case NODE_TAG_GROUP:
        buf_addz(out, negate ? "do not have " : "have ");
        buf_addz(out, n->kind == NODE_TAG ? "the tag " : "a tag of the group ");
        names(n, out);
        return;
    case NODE_GROUP:
        buf_addz(out, negate ? "are not in " : "are in ");
        buf_addz(out, n->n_values > 0  ? "the group "
                      : n->n_items > 0 ? "a group that ("
                                       : "any group");
        names(n, out);
        if (n->n_items > 0) {
            say_node(n->items[0], false, out);
            buf_addc(out, ')');
        }
        return;
    case NODE_EVER:
    case NODE_NEVER:
        ever(n, negate != (n->kind == NODE_NEVER), out);
        return;
    case NODE_SEQ:
        sequence(n, negate, out);
        return;
    case NODE_AUDIENCE:
        buf_addz(out, negate ? "are not in the audience " : "are in the audience ");
        quoted(n->name, out);
        return;
    default:
        assert(n->kind == NODE_SAMPLE);
        buf_addz(out, negate ? "are not in the " : "are in the ");
        say_number(&n->values[0], out);
        buf_addz(out, " sample ");
        quoted(n->name, out);
    }
}

static bool joins(const struct node *n)
{
    return n->kind == NODE_AND || n->kind == NODE_OR;
}

/* "A, B and C"; in brackets where a list stands in a list. */
static void say_joined(const struct node *n, struct buf *out)
{
    assert(joins(n));
    for (size_t i = 0; i < n->n_items; i++) {
        bool brackets = joins(n->items[i]);
        bool last = i + 1 == n->n_items;
        if (i > 0)
            buf_addz(out, n->kind == NODE_OR ? " or " : last ? " and " : ", ");
        buf_addz(out, brackets ? "(" : "");
        say_node(n->items[i], false, out);
        buf_addz(out, brackets ? ")" : "");
    }
}

static void say_node(const struct node *n, bool negate, struct buf *out)
{
    if (n->kind == NODE_NOT) {
        say_node(n->items[0], !negate, out);
    } else if (!joins(n)) {
        leaf(n, negate, out);
    } else {
        buf_addz(out, negate ? "do not satisfy (" : "");
        say_joined(n, out);
        buf_addz(out, negate ? ")" : "");
    }
}

void say_en(const struct audience_expr *x, struct buf *out)
{
    const struct node *n = x->root;
    bool group = x->subject == AUDIENCE_GROUP;
    if (n->kind == NODE_AS_OF) {
        buf_addz(out, "as of ");
        say_moment(&n->values[0].moment, out);
        buf_addz(out, ", ");
        n = n->items[0];
    }
    if (n->kind == NODE_ALL || n->kind == NODE_NONE) {
        buf_addf(out, "%s %s", n->kind == NODE_ALL ? "all" : "no", group ? "groups" : "customers");
        return;
    }
    buf_addz(out, group ? "groups that " : "customers who ");
    say_node(n, false, out);
}
