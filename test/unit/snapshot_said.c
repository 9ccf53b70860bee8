/* snapshot_said.c — customers by id, and of each the columns, marks, standing and events as a list
 * of numbers, told by ids where snapshots have codes of their own.
 */
#include "snapshot_said.h"

#include "mirror_world.h"

#include "base/hash.h"
#include "mirror/builder_parts.h"

#include <inttypes.h>
#include <stdlib.h>

struct person {
    int64_t id;
    uint32_t ordinal;
};

static int compare_people(const void *a, const void *b)
{
    const struct person *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

/* Everyone alive, by id. */
static struct person *people_of(const struct snapshot *s, size_t *out_n)
{
    struct person *people = malloc((s->customers + 1) * sizeof *people);
    size_t n = 0;
    for (uint32_t i = 0; i < s->customers; i++)
        if (set_has(s->alive, i))
            people[n++] = (struct person){codes_id(s->dictionaries->customers, i + 1), i};
    assert_int_equal(n, set_count(s->alive));
    qsort(people, n, sizeof *people, compare_people);
    *out_n = n;
    return people;
}

/* Each mark as its kind and key; a text as its hash. */
static void say_marks(const struct snapshot *s, uint32_t ordinal, struct numbers *out)
{
    for (int k = 0; k < MARK_KINDS; k++) {
        size_t n, from = out->n + 1;
        const struct mark *at = marks_of(s->marks, (enum mark_kind)k, &n);
        bool text = k == MARK_CITY || k == MARK_PROVINCE || k == MARK_GENDER;
        number_add(out, -k);
        for (size_t i = 0; i < n; i++) {
            if (!set_has(at[i].set, ordinal))
                continue;
            if (text)
                assert_true(at[i].key >= 0 && (size_t)at[i].key < s->texts->n);
            number_add(out, text ? (int64_t)hash_bytes(s->texts->at[at[i].key], 0) : at[i].key);
        }
        qsort(out->at + from, out->n - from, sizeof *out->at, compare_numbers);
    }
}

static int64_t id_of(const struct codes *codes, uint32_t code)
{
    return code == 0 ? 0 : codes_id(codes, code);
}

static void say_event(const struct snapshot *s, const struct run *run, uint32_t row, uint32_t place,
                      struct numbers *out)
{
    const struct run_posting *p = run->postings[run->kind[row]];
    uint32_t object = run_value(&run->object, row);
    uint32_t kind = object >> OBJECT_CODE_BITS;
    uint32_t code = object & ((1U << OBJECT_CODE_BITS) - 1);
    number_add(out, run->kind[row]);
    number_add(out, run->at_s[row]);
    number_add(out, kind);
    number_add(out, id_of(s->dictionaries->objects[kind], code));
    number_add(out, id_of(s->dictionaries->channels, run_value(&run->channel, row)));
    number_add(out, id_of(s->dictionaries->staff, run_value(&run->staff, row)));
    number_add(out, p != NULL ? run_amount(&p->amount_fen, place) : RUN_NONE);
    number_add(out, p != NULL ? run_amount(&p->quantity, place) : RUN_NONE);
    number_add(out, p != NULL && p->refunded_s != NULL ? p->refunded_s[place] : RUN_NEVER);
    uint32_t born = run_born_from(run, row);
    bool told = born < run->born_n && run->born[born].row == row;
    assert_true(!told || run_tells_born(run->kind[row]));
    number_add(out, told ? id_of(s->dictionaries->customers, run->born[born].code) : 0);
}

enum { EVENT_NUMBERS = 10 };

static void say_events_of_run(const struct snapshot *s, const struct run *run, uint32_t local,
                              struct numbers *out)
{
    struct run_range range = run_range_of(run, local);
    uint32_t next[RUN_KINDS];
    bool begun[RUN_KINDS] = {0};
    for (uint32_t i = range.from; i < range.to; i++) {
        const struct run_posting *p = run->postings[run->kind[i]];
        uint8_t kind = run->kind[i];
        if (p != NULL && !begun[kind])
            next[kind] = run_posting_of(p, local).from;
        begun[kind] = true;
        say_event(s, run, i, p != NULL ? next[kind]++ : 0, out);
    }
}

static void say_events(const struct snapshot *s, uint32_t ordinal, struct numbers *out)
{
    const struct chunk *c = s->chunks[ordinal / SET_CHUNK];
    uint32_t local = ordinal % SET_CHUNK, last_s = 0;
    for (int k = chunk_oldest(c, local); k < c->n_runs; k++) {
        struct run_range range = run_range_of(c->runs[k], local);
        if (k > 0 && range.from < range.to)
            assert_true(run_replaces(c->runs[k], local) != run_continues(c->runs[k], local));
        else if (k > 0)
            assert_false(run_continues(c->runs[k], local));
        if (range.from == range.to)
            continue;
        assert_true(c->runs[k]->at_s[range.from] >= last_s);
        last_s = c->runs[k]->at_s[range.to - 1];
        say_events_of_run(s, c->runs[k], local, out);
    }
}

static void say_standing(const struct snapshot *s, uint32_t ordinal, struct numbers *out)
{
    const struct chunk *c = s->chunks[ordinal / SET_CHUNK];
    struct score x = {0};
    if (c->scores != NULL)
        x = score_at(c->scores, ordinal % SET_CHUNK);
    number_add(out, x.rfm_fen);
    number_add(out, x.purchases_micro);
    number_add(out, x.alive_ppm);
    number_add(out, x.repeater);
    for (uint32_t i = 0; c->moves != NULL && i < c->moves->n; i++) {
        const struct move *m = &c->moves->at[i];
        if (m->local != ordinal % SET_CHUNK)
            continue;
        number_add(out, codes_id(s->dictionaries->tier_runs, m->run));
        number_add(out, id_of(s->dictionaries->objects[OBJECT_TIER], m->from));
        number_add(out, id_of(s->dictionaries->objects[OBJECT_TIER], m->to));
    }
}

/* All that is known of a customer. Returns where the events begin. */
static size_t describe(const struct snapshot *s, uint32_t ordinal, struct numbers *out)
{
    const struct columns *c = s->chunks[ordinal / SET_CHUNK]->columns;
    out->n = 0;
    number_add(out, c->birth_day[ordinal % SET_CHUNK]);
    number_add(out, c->added_s[ordinal % SET_CHUNK]);
    number_add(out, c->first_s[ordinal % SET_CHUNK]);
    number_add(out, c->clv_fen[ordinal % SET_CHUNK]);
    say_marks(s, ordinal, out);
    say_standing(s, ordinal, out);
    size_t events = out->n;
    say_events(s, ordinal, out);
    return events;
}

uint64_t snapshot_sum(const struct snapshot *s)
{
    struct numbers l = {0};
    size_t n;
    struct person *people = people_of(s, &n);
    uint64_t sum = (uint64_t)s->seq;
    for (size_t i = 0; i < n; i++) {
        describe(s, people[i].ordinal, &l);
        sum = hash_bytes((struct str){(const char *)l.at, l.n * sizeof *l.at},
                         hash_u64(sum) + (uint64_t)people[i].id);
    }
    free(people);
    free(l.at);
    return sum;
}

static void agree_about(const struct snapshot *a, const struct snapshot *b, const struct person *x,
                        const struct person *y, const char *when, struct numbers l[static 2])
{
    if (x->id != y->id)
        fail_msg("%s: alive is %" PRId64 ", should be %" PRId64, when, x->id, y->id);
    size_t from = describe(a, x->ordinal, &l[0]);
    size_t want = describe(b, y->ordinal, &l[1]);
    if (from != want)
        fail_msg("%s: customer %" PRId64 " has %zu columns, marks and moves, should have %zu", when,
                 x->id, from, want);
    for (size_t i = 0; i < l[0].n && i < l[1].n; i++) {
        if (l[0].at[i] == l[1].at[i])
            continue;
        if (i < from)
            fail_msg("%s: customer %" PRId64 ", column or mark %zu: %" PRId64
                     ", should be %" PRId64,
                     when, x->id, i, l[0].at[i], l[1].at[i]);
        size_t row = (i - from) / EVENT_NUMBERS, first = from + row * EVENT_NUMBERS;
        fail_msg("%s: customer %" PRId64 ", event %zu, member %zu: %" PRId64 ", should be %" PRId64
                 " (of kind %" PRId64 " for %" PRId64 ")",
                 when, x->id, row, i - first, l[0].at[i], l[1].at[i], l[0].at[first],
                 l[1].at[first]);
    }
    if (l[0].n != l[1].n)
        fail_msg("%s: customer %" PRId64 " has %zu events, should have %zu", when, x->id,
                 (l[0].n - from) / EVENT_NUMBERS, (l[1].n - from) / EVENT_NUMBERS);
}

void snapshots_agree(const struct snapshot *a, const struct snapshot *b, const char *when)
{
    struct numbers l[2] = {0};
    size_t n, m;
    struct person *x = people_of(a, &n), *y = people_of(b, &m);
    assert_true(a->seq == b->seq);
    for (size_t i = 0; i < n && i < m; i++)
        agree_about(a, b, &x[i], &y[i], when, l);
    if (n != m)
        fail_msg("%s: %zu are alive, should be %zu", when, n, m);
    free(x);
    free(y);
    free(l[0].at);
    free(l[1].at);
}
