/* code_stats.c — rows by key in a sorted array: a lookup is a binary search, a new key moves what
 * is behind it, and there are as many keys as codes, staff or days. Costs what reading the entries
 * costs.
 */
#include "domain/code_stats.h"

#include "base/calendar.h"
#include "store/code.h"
#include "store/link.h"

#include <string.h>

enum { DAY_S = 86400, WEEK_S = 7 * DAY_S, FIRST_ROOM = 32 };

static const struct code_stats_row EMPTY = {
    .click_link_customer_cnt = DB_NULL, .new_customer_cnt = DB_NULL, .page_views = DB_NULL};

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
    s->rows[low] = EMPTY;
    s->rows[low].key = key;
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

/* What is not told adds nothing; a sum of nothing is not known. */
static void add(int64_t *sum, int64_t value)
{
    if (value != DB_NULL)
        *sum = *sum == DB_NULL ? value : *sum + value;
}

static void add_link(struct code_stats_row *row, const struct link_day *d)
{
    add(&row->click_link_customer_cnt, d->click_link_customer_cnt);
    add(&row->new_customer_cnt, d->new_customer_cnt);
}

static void see_link(void *ctx, const struct link_day *d)
{
    struct counting *c = ctx;
    add_link(row_of(c, c->by == CODE_BY_CODE ? d->code_id : d->day), d);
    add_link(&c->out->sum, d);
}

static void see_views(void *ctx, const struct code_view_day *v)
{
    struct counting *c = ctx;
    add(&row_of(c, c->by == CODE_BY_CODE ? v->code_id : v->day)->page_views, v->views);
    add(&c->out->sum.page_views, v->views);
}

enum rc code_stats_read(struct tx *tx, const struct code_outcome_filter *f, enum code_stats_by by,
                        struct code_stats *out, struct err *e)
{
    struct counting c = {.a = tx_arena(tx), .by = by, .now_s = tx_now_s(tx), .out = out};
    int64_t from_day = calendar_day_of(f->from_s), to_day = calendar_day_of(f->to_s - 1);
    *out = (struct code_stats){.sum = EMPTY};
    enum rc rc = code_outcomes(tx, f, see, &c, e);
    if (rc != RC_OK || (by != CODE_BY_CODE && by != CODE_BY_DAY))
        return rc;
    if (f->scope_account == 0)
        rc = link_day_each(tx, f->code_id, from_day, to_day, see_link, &c, e);
    return rc == RC_OK ? code_view_days(tx, f->code_id, from_day, to_day, see_views, &c, e) : rc;
}
