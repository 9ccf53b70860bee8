/* orders.c — what passes over orders have in common: days, parts, scope.
 *
 * Parts are cut at the edges of customers, at most ORDER_PARTS_MOST, so that sums by part stay few.
 * A data scope becomes a byte for each person of the daybook, by way of the mirror's sets of
 * friends. */
#include "query/mirror/orders.h"

#include "base/calendar.h"
#include "base/must.h"
#include "base/share.h"
#include "store/feed.h"

#include <assert.h>

/* ---- days ---- */

static int32_t unit_start(int32_t day, enum report_unit unit)
{
    return unit == REPORT_DAY    ? day
           : unit == REPORT_WEEK ? calendar_week_start(day)
                                 : calendar_month_start(day);
}

void day_units_init(struct day_units *u, struct arena *a, int64_t from_day, int64_t to_day,
                    enum report_unit unit)
{
    assert(from_day <= to_day);
    size_t n = (size_t)(to_day - from_day) + 1;
    *u = (struct day_units){
        .from_day = (int32_t)from_day,
        .n_days = n,
        .start_s = ARENA_ARRAY(a, int64_t, n + 1),
        .unit = ARENA_ARRAY(a, uint32_t, n),
        .day = ARENA_ARRAY(a, int32_t, n),
        .unit_from_s = ARENA_ARRAY(a, int64_t, n),
    };
    for (size_t i = 0; i < n; i++) {
        int32_t day = (int32_t)from_day + (int32_t)i, first = unit_start(day, unit);
        u->start_s[i] = calendar_day_start_s(day);
        if (u->n == 0 || u->day[u->n - 1] != first) {
            u->day[u->n] = first;
            u->unit_from_s[u->n++] = calendar_day_start_s(first);
        }
        u->unit[i] = (uint32_t)u->n - 1;
    }
    u->start_s[n] = calendar_day_start_s((int32_t)to_day + 1);
}

/* ---- parts ---- */

enum { PART_LEAST = 16384 };

static void cut_parts(struct order_pass *p, struct arena *a)
{
    uint32_t n = p->book->n;
    size_t parts = n / PART_LEAST + 1;
    p->n_parts = parts < ORDER_PARTS_MOST ? parts : ORDER_PARTS_MOST;
    p->cut = ARENA_ARRAY(a, uint32_t, p->n_parts + 1);
    for (size_t i = 1; i < p->n_parts; i++) {
        uint32_t at = (uint32_t)((uint64_t)n * i / p->n_parts);
        at = at > p->cut[i - 1] ? at : p->cut[i - 1];
        while (at > 0 && at < n && p->book->root[at] != 0 &&
               p->book->root[at] == p->book->root[at - 1])
            at++;
        p->cut[i] = at;
    }
    p->cut[p->n_parts] = n;
}

int64_t order_group_first_s(const struct order_pass *p, const struct order_group *g)
{
    if (g->root == 0 || (p->book->flags[g->from] & ORDER_FEED_ERASED) != 0)
        return -1;
    for (uint32_t i = g->from; i < g->to; i++)
        if (order_is_purchase(p, i))
            return p->book->at_s[i];
    return -1;
}

/* ---- people ---- */

enum { PEOPLE_AT_ONCE = 16384 };

struct finding {
    const struct daybook_edition *book;
    const struct snapshot *s;
    uint32_t *ordinal;
};

static void find_ordinals(void *arg, size_t i)
{
    struct finding *f = arg;
    const struct codes *known = f->s->dictionaries->customers;
    uint32_t from = (uint32_t)i * PEOPLE_AT_ONCE, to = from + PEOPLE_AT_ONCE;
    to = to < f->book->people_n ? to : f->book->people_n;
    for (uint32_t code = from > 0 ? from : 1; code < to; code++) {
        uint32_t found = codes_find(known, codes_id(f->book->people, code));
        f->ordinal[code] = found == 0 || found > f->s->customers ? UINT32_MAX : found - 1;
    }
}

struct board_memo *board_memo_new(struct tx *tx)
{
    return ARENA_NEW(tx_arena(tx), struct board_memo);
}

const uint32_t *people_ordinals(const struct board *b)
{
    if (b->memo != NULL && b->memo->ordinal != NULL)
        return b->memo->ordinal;
    struct finding f = {b->book, b->s,
                        ARENA_ARRAY(tx_arena(b->tx), uint32_t, b->book->people_n + 1)};
    f.ordinal[0] = UINT32_MAX;
    share_rounds(b->book->people_n / PEOPLE_AT_ONCE + 1, find_ordinals, &f);
    if (b->memo != NULL)
        b->memo->ordinal = f.ordinal;
    return f.ordinal;
}

struct staff_sets {
    const struct snapshot *s;
    struct set_words *out;
};

static void add_friends(void *to, int64_t staff_id)
{
    struct staff_sets *x = to;
    const struct set *friends = marks_find(x->s->marks, MARK_FRIEND, staff_id);
    for (uint32_t c = 0; c < x->s->n_chunks && c < set_chunks(friends); c++)
        set_or(friends, c, &x->out[c]);
}

enum rc people_seen(const struct snapshot *s, struct tx *tx, int64_t scope_account,
                    struct set_words **out, struct err *e)
{
    struct staff_sets x = {s, must(aligned_alloc(_Alignof(struct set_words),
                                                 (s->n_chunks + 1) * sizeof(struct set_words)))};
    for (uint32_t c = 0; c < s->n_chunks; c++)
        words_clear(&x.out[c]);
    enum rc rc = feed_scope(tx, scope_account, add_friends, &x, e);
    if (rc == RC_OK)
        *out = x.out;
    else
        free(x.out);
    return rc;
}

/* Marks the people of the daybook whom an account may see. */
static enum rc see_people(struct order_pass *p, const struct board *b, int64_t scope_account,
                          struct err *e)
{
    struct set_words *bits;
    if (b->s == NULL)
        return RC_BUSY;
    if (b->memo != NULL && b->memo->seen != NULL && b->memo->seen_account == scope_account) {
        p->seen = b->memo->seen;
        return RC_OK;
    }
    enum rc rc = people_seen(b->s, b->tx, scope_account, &bits, e);
    if (rc != RC_OK)
        return rc;
    const uint32_t *ordinal = people_ordinals(b);
    uint8_t *seen = ARENA_ARRAY(tx_arena(b->tx), uint8_t, b->book->people_n + 1);
    for (uint32_t code = 1; code < b->book->people_n; code++)
        seen[code] = ordinal[code] != UINT32_MAX &&
                     words_has(&bits[ordinal[code] / SET_CHUNK], ordinal[code] % SET_CHUNK);
    free(bits);
    p->seen = seen;
    if (b->memo != NULL) {
        b->memo->seen = seen;
        b->memo->seen_account = scope_account;
    }
    return RC_OK;
}

enum rc order_pass_init_at(struct order_pass *p, const struct board *b, int64_t from_s,
                           int64_t to_s, int64_t channel_id, int64_t scope_account, struct err *e)
{
    *p = (struct order_pass){
        .book = b->book,
        .from_s = from_s,
        .to_s = to_s,
        .any_channel = channel_id == 0,
        .everyone = scope_account == 0,
    };
    if (!p->any_channel)
        p->channel = (uint16_t)codes_find(b->book->channels, channel_id);
    cut_parts(p, tx_arena(b->tx));
    return p->everyone ? RC_OK : see_people(p, b, scope_account, e);
}

enum rc order_pass_init(struct order_pass *p, const struct board *b,
                        const struct report_range *range, struct err *e)
{
    return order_pass_init_at(p, b, calendar_day_start_s((int32_t)range->from_day),
                              calendar_day_start_s((int32_t)range->to_day + 1), range->channel_id,
                              range->scope_account, e);
}

enum rc people_begin(struct people *p, const struct snapshot *s, struct tx *tx,
                     int64_t scope_account, struct err *e)
{
    *p = (struct people){.s = s};
    return scope_account != 0 ? people_seen(s, tx, scope_account, &p->seen, e) : RC_OK;
}

void people_of(const struct people *p, uint32_t chunk, struct set_words *out)
{
    set_load(p->s->alive, chunk, out);
    if (p->seen != NULL)
        words_and(out, &p->seen[chunk]);
}

int64_t people_count(const struct people *p, const struct set *set)
{
    struct set_words who;
    int64_t n = 0;
    if (p->seen == NULL)
        return set_count_both(set, p->s->alive);
    for (uint32_t c = 0; c < p->s->n_chunks && c < set_chunks(set); c++) {
        if (set_chunk_count(set, c) == 0)
            continue;
        people_of(p, c, &who);
        set_and(set, c, &who);
        n += words_count(&who);
    }
    return n;
}

void people_end(struct people *p)
{
    free(p->seen);
}
