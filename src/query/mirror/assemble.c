/* assemble.c — columns copied run by run for one customer after the other.
 *
 * Customers ascend, so a place in each sparse run and each posting goes along with them. Rows of a
 * kind that a run has no posting for are looked for among the customer's rows there, which are few
 * in newer runs. Where the oldest run's rows will be read is called into the cache some customers
 * ahead.
 */
#include "query/mirror/assemble.h"

#include "base/must.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS_MOST = 8192 /* at once, so that they stay in the second cache */, AHEAD = 12 };

struct assembly_source {
    const struct run *run;
    bool cut_from, cut_to;     /* some of its rows are outside the span */
    uint32_t customer;         /* sparse: not behind the one at hand */
    uint32_t place[RUN_KINDS]; /* in postings, likewise */
};

/* ---- rooms ---- */

#define GROW(column, room) (column) = must(realloc((column), (room) * sizeof *(column) + RUN_SLACK))

/* Makes room for `more` rows. */
static void reserve_rows(struct assembly *a, uint32_t more)
{
    struct run *run = &a->run;
    if (run->n + more <= a->rows_room)
        return;
    uint32_t room = a->rows_room == 0 ? ROWS_MOST : a->rows_room * 2;
    a->rows_room = room = room > run->n + more ? room : run->n + more;
    GROW(run->kind, room);
    GROW(run->at_s, room);
    if (!a->needs.columns)
        return;
    struct run_column *columns[] = {&run->object, &run->channel, &run->staff};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        columns[i]->width = sizeof(uint32_t);
        columns[i]->data = must(realloc(columns[i]->data, room * sizeof(uint32_t)));
    }
}

static void grow_amounts(struct run_amounts *c, uint32_t room)
{
    if (c->narrow != NULL)
        GROW(c->narrow, room);
    if (c->wide != NULL)
        GROW(c->wide, room);
}

/* Makes room for `more` events of the kind. */
static void reserve_places(struct assembly *a, uint8_t kind, uint32_t more)
{
    struct run_posting *p = a->run.postings[kind];
    uint32_t room = a->postings_room[kind];
    if (p->n + more <= room)
        return;
    room = room * 2 > p->n + more ? room * 2 : p->n + more;
    a->postings_room[kind] = room;
    GROW(p->local, room);
    GROW(p->at_s, room);
    grow_amounts(&p->amount_fen, room);
    grow_amounts(&p->quantity, room);
    if (p->refunded_s != NULL)
        GROW(p->refunded_s, room);
}

/* ---- beginning ---- */

/* The column that has room for the values of both: the widest of those in the runs. */
static void open_amounts(struct run_amounts *to, const struct run_amounts *from)
{
    bool wide = from->wide != NULL || to->wide != NULL;
    if (from->wide == NULL && from->narrow == NULL)
        return;
    if (wide && to->wide == NULL) {
        free(to->narrow);
        *to = (struct run_amounts){.wide = must(malloc(RUN_SLACK))};
    } else if (!wide && to->narrow == NULL) {
        to->narrow = must(malloc(RUN_SLACK));
    }
}

/* An empty posting of the kind with the columns that any run's has; none where no run has one. */
static void open_posting(struct assembly *a, uint8_t kind)
{
    struct run_posting *to = NULL;
    for (int k = 0; k < a->chunk->n_runs; k++) {
        const struct run_posting *p = a->chunk->runs[k]->postings[kind];
        if (p == NULL)
            continue;
        to = to != NULL ? to : must(calloc(1, sizeof *to));
        open_amounts(&to->amount_fen, &p->amount_fen);
        open_amounts(&to->quantity, &p->quantity);
        if (p->refunded_s != NULL && to->refunded_s == NULL)
            to->refunded_s = must(malloc(RUN_SLACK));
    }
    a->run.postings[kind] = to;
    if (to != NULL)
        reserve_places(a, kind, a->needs.customers_most);
}

void assembly_begin(struct assembly *a, const struct chunk *chunk, const struct set_words *who,
                    const struct assembly_needs *needs)
{
    a->run = (struct run){.first_s = needs->from_s, .last_s = needs->to_s};
    a->chunk = chunk;
    a->needs = *needs;
    a->rows_room = a->at = 0;
    memset(a->postings_room, 0, sizeof a->postings_room);
    a->list = must(malloc((words_count(who) + 1) * sizeof *a->list));
    a->n = words_list(who, a->list);
    a->sources = must(calloc((size_t)chunk->n_runs, sizeof *a->sources));
    a->run.local = must(malloc((needs->customers_most + 1) * sizeof *a->run.local));
    a->run.start = must(calloc(needs->customers_most + 1, sizeof *a->run.start));
    for (int k = 0; k < chunk->n_runs; k++) {
        const struct run *run = chunk->runs[k];
        a->sources[k].run = run;
        a->sources[k].cut_from = needs->from_s > run->first_s;
        a->sources[k].cut_to = needs->to_s < run->last_s;
        for (int kind = 0; kind < RUN_KINDS; kind++)
            a->run.by_kind[kind] += run->by_kind[kind];
    }
    if (needs->rows)
        reserve_rows(a, 1);
    for (size_t i = 0; i < needs->n_kinds; i++)
        open_posting(a, needs->kinds[i]);
}

void assembly_end(struct assembly *a)
{
    struct run *run = &a->run;
    for (size_t i = 0; i < a->needs.n_kinds; i++) {
        struct run_posting *p = run->postings[a->needs.kinds[i]];
        if (p == NULL)
            continue;
        free(p->local);
        free(p->at_s);
        free(p->amount_fen.narrow);
        free(p->amount_fen.wide);
        free(p->quantity.narrow);
        free(p->quantity.wide);
        free(p->refunded_s);
        free(p);
    }
    free(run->local);
    free(run->start);
    free(run->kind);
    free(run->at_s);
    free(run->object.data);
    free(run->channel.data);
    free(run->staff.data);
    free(a->sources);
    free(a->list);
}

/* ---- one customer ---- */

/* Where the first place that is not below x stands, from `from` on. Where those asked for are not
 * few beside the places, it is near. */
static inline uint32_t place_of(const struct assembly *a, const uint16_t *places, uint32_t n,
                                uint32_t from, uint32_t x)
{
    enum { NEAR = 16 };
    if (n / NEAR > a->n)
        return places_gallop(places, n, from, x);
    while (from < n && places[from] < x)
        from++;
    return from;
}

/* The customer's rows in the span. */
static struct run_range rows_in(const struct assembly *a, struct assembly_source *s, uint32_t local)
{
    const struct run *run = s->run;
    struct run_range rows;
    if (run->local == NULL) {
        rows = (struct run_range){run->start[local], run->start[local + 1]};
    } else {
        uint32_t i = s->customer = place_of(a, run->local, run->customers, s->customer, local);
        if (i == run->customers || run->local[i] != local)
            return (struct run_range){0, 0};
        rows = (struct run_range){run->start[i], run->start[i + 1]};
    }
    if (s->cut_to && rows.from < rows.to && run->at_s[rows.to - 1] > a->needs.to_s)
        rows.to = run_first_since(run, local, rows, a->needs.to_s + 1);
    if (s->cut_from && rows.from < rows.to && run->at_s[rows.from] < a->needs.from_s)
        rows.from = run_first_since(run, local, rows, a->needs.from_s);
    return rows;
}

static void copy_column(const struct run_column *from, uint32_t row, uint32_t n, uint32_t *to)
{
    for (uint32_t i = 0; i < n; i++)
        to[i] = run_value(from, row + i);
}

static void copy_rows(struct assembly *a, const struct run *from, struct run_range rows)
{
    uint32_t n = rows.to - rows.from, at = a->run.n;
    reserve_rows(a, n);
    memcpy(a->run.kind + at, from->kind + rows.from, n);
    memcpy(a->run.at_s + at, from->at_s + rows.from, n * sizeof *from->at_s);
    if (a->needs.columns) {
        copy_column(&from->object, rows.from, n, (uint32_t *)a->run.object.data + at);
        copy_column(&from->channel, rows.from, n, (uint32_t *)a->run.channel.data + at);
        copy_column(&from->staff, rows.from, n, (uint32_t *)a->run.staff.data + at);
    }
    a->run.n += n;
}

/* What a run has no posting for has no amounts: `from` and its column are NULL. */
static void copy_amounts(struct run_amounts *to, uint32_t at, const struct run_amounts *from,
                         struct run_range places)
{
    uint32_t n = places.to - places.from;
    if (to->wide != NULL) {
        for (uint32_t i = 0; i < n; i++)
            to->wide[at + i] = from != NULL ? run_amount(from, places.from + i) : RUN_NONE;
    } else if (to->narrow != NULL) {
        for (uint32_t i = 0; i < n; i++)
            to->narrow[at + i] =
                from != NULL && from->narrow != NULL ? from->narrow[places.from + i] : INT32_MIN;
    }
}

/* Appends all but times: of places in a run's posting, or of as many events without (p NULL). */
static void copy_places(struct run_posting *to, uint32_t local, const struct run_posting *p,
                        struct run_range places)
{
    uint32_t n = places.to - places.from, at = to->n;
    for (uint32_t i = 0; i < n; i++)
        to->local[at + i] = (uint16_t)local;
    copy_amounts(&to->amount_fen, at, p != NULL ? &p->amount_fen : NULL, places);
    copy_amounts(&to->quantity, at, p != NULL ? &p->quantity : NULL, places);
    for (uint32_t i = 0; i < n && to->refunded_s != NULL; i++)
        to->refunded_s[at + i] =
            p != NULL && p->refunded_s != NULL ? p->refunded_s[places.from + i] : RUN_NEVER;
    to->n += n;
}

static struct run_range places_of(const struct assembly *a, struct assembly_source *s, uint8_t kind,
                                  uint32_t local)
{
    const struct run_posting *p = s->run->postings[kind];
    uint32_t i = s->place[kind] = place_of(a, p->local, p->n, s->place[kind], local);
    struct run_range places = {i, i};
    while (places.to < p->n && p->local[places.to] == local)
        places.to++;
    return places;
}

/* Of a kind that the run has no posting for. */
static void copy_from_rows(struct assembly *a, struct assembly_source *s, uint8_t kind,
                           uint32_t local)
{
    struct run_posting *to = a->run.postings[kind];
    struct run_range rows = rows_in(a, s, local), places = {0, 0};
    reserve_places(a, kind, rows.to - rows.from);
    for (uint32_t row = rows.from; row < rows.to; row++)
        if (s->run->kind[row] == kind)
            to->at_s[to->n + places.to++] = s->run->at_s[row];
    copy_places(to, local, NULL, places);
}

static void copy_posting(struct assembly *a, struct assembly_source *s, uint8_t kind,
                         uint32_t local)
{
    struct run_posting *to = a->run.postings[kind];
    const struct run_posting *p = s->run->postings[kind];
    if (to == NULL || s->run->by_kind[kind] == 0)
        return;
    if (p == NULL) {
        copy_from_rows(a, s, kind, local);
        return;
    }
    struct run_range places = places_of(a, s, kind, local);
    while (s->cut_from && places.from < places.to && p->at_s[places.from] < a->needs.from_s)
        places.from++;
    while (s->cut_to && places.from < places.to && p->at_s[places.to - 1] > a->needs.to_s)
        places.to--;
    reserve_places(a, kind, places.to - places.from);
    for (uint32_t i = places.from; i < places.to; i++)
        to->at_s[to->n + (i - places.from)] = p->at_s[i];
    copy_places(to, local, p, places);
}

static void take(struct assembly *a, uint32_t local)
{
    struct run *run = &a->run;
    uint32_t before = run->n;
    int oldest = chunk_oldest(a->chunk, local);
    for (int k = oldest; k < a->chunk->n_runs; k++) {
        struct assembly_source *s = &a->sources[k];
        if (k > oldest && !run_continues(s->run, local))
            continue;
        if (a->needs.rows) {
            struct run_range rows = rows_in(a, s, local);
            if (rows.from == rows.to)
                continue;
            copy_rows(a, s->run, rows);
        }
        for (size_t i = 0; i < a->needs.n_kinds; i++)
            copy_posting(a, s, a->needs.kinds[i], local);
    }
    words_put(&a->here, local);
    if (run->n == before)
        return;
    run->local[run->customers++] = (uint16_t)local;
    run->start[run->customers] = run->n;
}

/* What will be read of the first run for a customer. */
static void call_ahead(const struct assembly *a, uint32_t local)
{
    enum { LINES = 8, TIMES_A_LINE = 16 };
    const struct run *run = a->chunk->runs[0];
    for (size_t i = 0; i < a->needs.n_kinds; i++) {
        const struct run_posting *p = run->postings[a->needs.kinds[i]];
        if (p != NULL && p->index != NULL)
            run_posting_call(p, run_posting_of(p, local));
    }
    if (!a->needs.rows || run->local != NULL)
        return;
    uint32_t end = run->start[local + 1], recent = run->recent != NULL ? run->recent[local] : 0;
    uint32_t first = a->needs.from_s >= run->recent_s ? end - recent : run->start[local];
    for (uint32_t i = 0; i < LINES && first + i * TIMES_A_LINE < end; i++)
        __builtin_prefetch(&run->at_s[first + i * TIMES_A_LINE]);
    __builtin_prefetch(&run->kind[first]);
    __builtin_prefetch(&run->at_s[end - (end > 0)]);
    __builtin_prefetch(&run->kind[end - (end > 0)]);
}

bool assembly_next(struct assembly *a)
{
    struct run *run = &a->run;
    uint32_t from = a->at;
    run->n = run->customers = 0;
    words_clear(&a->here);
    for (size_t i = 0; i < a->needs.n_kinds; i++)
        if (run->postings[a->needs.kinds[i]] != NULL)
            run->postings[a->needs.kinds[i]]->n = 0;
    while (a->at < a->n && a->at - from < a->needs.customers_most && run->n < ROWS_MOST) {
        if (a->at + AHEAD < a->n)
            call_ahead(a, a->list[a->at + AHEAD]);
        take(a, a->list[a->at++]);
    }
    if (a->needs.rows)
        memset(run->kind + run->n, 0, RUN_SLACK);
    return a->at > from;
}
