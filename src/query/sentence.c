/* sentence.c — the entry to the sentences, and what both languages share.
 *
 * A sentence is written in one walk over the tree, with names as they were typed; a checked tree
 * also knows what imported kinds of events and custom fields are called. It never fails but for the
 * buffer's ceiling. */
#include "query/sentence.h"
#include "query/print.h"
#include "query/word.h"

#include <assert.h>

void say_number(const struct literal *v, struct buf *out)
{
    print_number(v->micro, out);
    if (v->kind == LITERAL_PERCENT)
        buf_addc(out, '%');
}

void say_moment(const struct moment *m, struct buf *out)
{
    struct buf quoted;
    buf_init(&quoted, 64);
    print_moment(m, &quoted);
    struct str s = buf_str(&quoted);
    buf_add(out, m->has_time ? str_sub(s, 1, s.n - 2) : s);
    buf_done(&quoted);
}

static void say_value(const struct node *n, const struct literal *v, enum language language,
                      struct buf *out)
{
    int choice = -1;
    bool choices =
        n->kind == NODE_TEST && (what_row(n->what)->type == TYPE_CHOICE || n->what == WHAT_FIELD);
    if (choices && v->kind == LITERAL_WORD)
        choice = choice_find(n->what, v->text);
    if (choice >= 0) {
        const struct choice *row = &choice_list(n->what)[choice];
        buf_addz(out, language == LANGUAGE_ZH ? row->zh : row->en);
    } else if (v->kind == LITERAL_NUMBER || v->kind == LITERAL_PERCENT) {
        say_number(v, out);
    } else if (v->kind == LITERAL_MOMENT) {
        say_moment(&v->moment, out);
    } else {
        buf_add(out, v->text);
    }
}

void say_values(const struct node *n, enum language language, const char *open, const char *close,
                const char *joiner, const char *last, struct buf *out)
{
    for (size_t i = 0; i < n->n_values; i++) {
        if (i > 0)
            buf_addz(out, i + 1 == n->n_values ? last : joiner);
        bool quoted = n->values[i].kind == LITERAL_TEXT;
        buf_addz(out, quoted ? open : "");
        say_value(n, &n->values[i], language, out);
        buf_addz(out, quoted ? close : "");
    }
}

enum op op_opposite(enum op op)
{
    static const enum op OPPOSITE[] = {[OP_EQ] = OP_NE, [OP_NE] = OP_EQ, [OP_LT] = OP_GE,
                                       [OP_LE] = OP_GT, [OP_GT] = OP_LE, [OP_GE] = OP_LT};
    return op <= OP_GE ? OPPOSITE[op] : OP_COUNT;
}

bool always_known(const struct node *n)
{
    switch (n->what) {
    case WHAT_COUNT:
    case WHAT_DAYS:
    case WHAT_SUM:
    case WHAT_SPEND:
    case WHAT_GROUP_MEMBERS:
        return true;
    default:
        return false;
    }
}

void audience_say(const struct audience_expr *x, enum language language, struct buf *out)
{
    assert(x != NULL && out != NULL);
    if (language == LANGUAGE_ZH)
        say_zh(x, out);
    else
        say_en(x, out);
}
