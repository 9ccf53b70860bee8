/* code_stats.c — rows by key in a sorted array: a lookup is a binary search, a new key moves what
 * is behind it, and there are as many keys as codes, staff or days. Costs what reading the entries
 * costs.
 */
#include "domain/code_stats.h"

#include "base/calendar.h"

#include <string.h>

enum { DAY_S = 86400, WEEK_S = 7 * DAY_S, FIRST_ROOM = 32 };

struct counting {
    struct arena *a;
    enum code_stats_by by;
    int64_t now_s;
    struct code_stats *out;
    size_t room;
};

static int64_t key_of(const struct counting *c, const struct code_outcome *o)
{
    switch (c->by) {
    case CODE_BY_CODE:
        return o->code_id;
    case CODE_BY_STAFF:
        return o->staff_id;
    case CODE_BY_HOUR:
        return calendar_civil_of(o->at_s).hour;
    case CODE_BY_DAY:
        break;
    }
    return calendar_day_of(o->at_s);
}

static struct code_stats_row *row_of(struct counting *c, int64_t key)
{
    struct code_stats *s = c->out;
    size_t low = 0, high = s->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (s->rows[mid].key < key)
            low = mid + 1;
        else
            high = mid;
    }
    if (low < s->n && s->rows[low].key == key)
        return &s->rows[low];
    if (s->n == c->room) {
        c->room = c->room == 0 ? FIRST_ROOM : c->room * 2;
        struct code_stats_row *more = ARENA_ARRAY(c->a, struct code_stats_row, c->room);
        if (s->n > 0)
            memcpy(more, s->rows, s->n * sizeof *more);
        s->rows = more;
    }
    memmove(&s->rows[low + 1], &s->rows[low], (s->n - low) * sizeof *s->rows);
    s->rows[low] = (struct code_stats_row){.key = key};
    s->n++;
    return &s->rows[low];
}

static void count(struct code_stats_row *row, const struct code_outcome *o, int64_t now_s)
{
    bool friendship = o->staff_id != 0;
    int64_t lasted_s = o->ended_s == DB_NULL ? INT64_MAX : o->ended_s - o->at_s;
    row->friends += friendship;
    row->joined += !friendship;
    row->fresh += o->is_new;
    row->buyers += o->is_buyer;
    row->old += !o->is_new && !o->is_buyer;
    row->aged += friendship && o->at_s + WEEK_S <= now_s;
    row->ended_1d += lasted_s < DAY_S;
    row->ended_7d += lasted_s < WEEK_S;
    row->ordered += o->orders > 0;
    row->orders += o->orders;
    row->amount_fen += o->amount_fen;
}

static enum rc see(void *arg, const struct code_outcome *o, struct err *e)
{
    struct counting *c = arg;
    (void)e;
    count(row_of(c, key_of(c, o)), o, c->now_s);
    count(&c->out->sum, o, c->now_s);
    return RC_OK;
}

enum rc code_stats_read(struct tx *tx, const struct code_outcome_filter *f, enum code_stats_by by,
                        struct code_stats *out, struct err *e)
{
    struct counting c = {.a = tx_arena(tx), .by = by, .now_s = tx_now_s(tx), .out = out};
    *out = (struct code_stats){.rows = NULL};
    return code_outcomes(tx, f, see, &c, e);
}
