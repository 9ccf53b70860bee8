/* run_had.c — what customers had at a past time: tags, friends, groups.
 *
 * A customer as born has a thing by the last event about it, and anything that any of a root's
 * customers had counts. So rows are gone through from the end of what had happened by then, newest
 * run first: the first row that puts a thing on is the answer, unless a later row took the same
 * thing off the same customer as born. What was taken off is kept in a list, a few things long as a
 * rule. Cost: 1 ns for each row looked at, and a comparison with each thing that was taken off.
 */
#include "query/mirror/plan.h"

#include "base/must.h"

#include <assert.h>
#include <stdlib.h>

/* What a row is about: a thing of a customer as born. */
struct thing {
    uint32_t born, object;
    uint32_t staff;
};

enum { FEW_THINGS = 16 };

/* Things that later rows took off. */
struct taken_off {
    struct thing few[FEW_THINGS], *more;
    size_t n, room; /* of all; of `more` */
};

static void note_off(struct taken_off *t, struct thing x)
{
    if (t->n < FEW_THINGS) {
        t->few[t->n++] = x;
        return;
    }
    if (t->n - FEW_THINGS == t->room) {
        t->room = t->room > 0 ? t->room * 2 : FEW_THINGS * 4;
        t->more = must(realloc(t->more, t->room * sizeof *t->more));
    }
    t->more[t->n++ - FEW_THINGS] = x;
}

static bool is_off(const struct taken_off *t, struct thing x)
{
    for (size_t i = 0; i < t->n; i++) {
        const struct thing *y = i < FEW_THINGS ? &t->few[i] : &t->more[i - FEW_THINGS];
        if (y->object == x.object && y->born == x.born && y->staff == x.staff)
            return true;
    }
    return false;
}

/* Whether a row is about a thing that is asked for. */
static bool is_asked(const struct had_ask *x, const struct thing *t)
{
    if (x->staff != NULL) {
        assert(t->staff < x->staff_n); /* the look-up is younger than the run */
        return x->staff[t->staff];
    }
    if (x->objects == NULL)
        return true;
    uint32_t code = t->object & ((1U << OBJECT_CODE_BITS) - 1);
    if (t->object >> OBJECT_CODE_BITS != (uint32_t)x->object_kind)
        return false;
    assert(code < x->objects_n);
    return x->objects[code];
}

/* Whether the rows of a customer in one run say that they had it; `t` is what newer runs took off,
 * and gets what this one did. */
static bool run_says(const struct had_ask *x, const struct run *run, uint32_t local,
                     struct taken_off *t)
{
    struct run_range range = run_range_of(run, local);
    if (range.from == range.to)
        return false;
    uint32_t row = run_first_since(run, local, range, x->before_s);
    uint32_t born = run->born_n > 0 ? run_born_from(run, row) : 0;
    while (row-- > range.from) {
        uint8_t kind = run->kind[row];
        if (kind != x->on && kind != x->off[0] && kind != x->off[1])
            continue;
        while (born > 0 && run->born[born - 1].row > row)
            born--;
        struct thing thing = {
            .born = born > 0 && run->born[born - 1].row == row ? run->born[born - 1].code : 0,
            .object = x->by_object ? run_value(&run->object, row) : 0,
            .staff = x->by_staff ? run_value(&run->staff, row) : 0,
        };
        if (!is_asked(x, &thing) || is_off(t, thing))
            continue;
        if (kind == x->on)
            return true;
        note_off(t, thing);
    }
    return false;
}

/* Of a customer in all of their runs. */
static bool runs_say(const struct had_ask *x, const struct chunk *chunk, uint32_t local)
{
    struct taken_off t = {.n = 0};
    bool had = false;
    int oldest = chunk_oldest(chunk, local);
    for (int k = chunk->n_runs; !had && k-- > oldest;)
        if (k == oldest || run_continues(chunk->runs[k], local))
            had = run_says(x, chunk->runs[k], local, &t);
    free(t.more);
    return had;
}

static bool one_says(const struct had_ask *x, const struct run *run, uint32_t local)
{
    struct taken_off t = {.n = 0};
    bool had = run_says(x, run, local, &t);
    free(t.more);
    return had;
}

/* Those of `who`, all of whom the run holds. */
static void run_one(const struct had_ask *x, const struct run *run, const struct set_words *who,
                    struct set_words *out)
{
    const struct run_posting *p = run->postings[x->on];
    if (run->by_kind[x->on] == 0)
        return;
    for (uint32_t i = 0; p != NULL && i < p->n; i++) {
        uint32_t local = p->local[i];
        if ((i == 0 || p->local[i - 1] != local) && words_has(who, local) &&
            one_says(x, run, local))
            words_put(out, local);
    }
    for (uint32_t w = 0; p == NULL && w < SET_WORDS; w++)
        for (uint64_t left = who->w[w]; left != 0; left &= left - 1) {
            uint32_t local = w * 64 + (uint32_t)__builtin_ctzll(left);
            if (one_says(x, run, local))
                words_put(out, local);
        }
}

void had_run(const struct ask *ask, const struct chunk *chunk, const struct set_words *cand,
             struct set_words *out)
{
    struct chunk_runs v;
    words_clear(out);
    chunk_runs_begin(&v, chunk, cand);
    while (chunk_runs_next(&v))
        run_one(ask->had, v.run, &v.here, out);
    for (uint32_t w = 0; v.any_several && w < SET_WORDS; w++)
        for (uint64_t left = v.several.w[w]; left != 0; left &= left - 1) {
            uint32_t local = w * 64 + (uint32_t)__builtin_ctzll(left);
            if (runs_say(ask->had, chunk, local))
                words_put(out, local);
        }
}
