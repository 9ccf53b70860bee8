/* match.c — filters on a row, and the classes of many rows at once.
 *
 * A kind is taken apart into two halves of four bits. For each upper half that any class uses
 * there is a table of sixteen bytes by the lower half: the bits of the classes. A shuffle looks
 * 32 kinds up at once.
 */
#include "query/mirror/match.h"

#include "query/mirror/plan.h"
#include "query/mirror/wide.h"

#include <assert.h>
#include <string.h>

/* ---- filters ---- */

static bool lut_holds(const struct filter *f, const struct hit *h)
{
    uint32_t code;
    if (f->column == OF_CHANNEL) {
        code = run_value(&h->run->channel, h->row);
    } else if (f->column == OF_STAFF) {
        code = run_value(&h->run->staff, h->row);
    } else {
        uint32_t object = run_value(&h->run->object, h->row);
        bool same = object >> OBJECT_CODE_BITS == (uint32_t)f->object_kind;
        code = same ? object & ((1u << OBJECT_CODE_BITS) - 1) : 0;
    }
    return f->lut[code] != 0;
}

static bool filter_holds(const struct filter *f, const struct hit *h)
{
    switch (f->kind) {
    case FILTER_CONST:
        return f->holds;
    case FILTER_NOT:
        return !filter_holds(f->items[0], h);
    case FILTER_AND:
    case FILTER_OR:
        for (size_t i = 0; i < f->n_items; i++)
            if (filter_holds(f->items[i], h) == (f->kind == FILTER_OR))
                return f->kind == FILTER_OR;
        return f->kind == FILTER_AND;
    case FILTER_LUT:
        return lut_holds(f, h);
    default: {
        const struct run_posting *p = h->posting;
        int64_t value = p == NULL
                            ? RUN_NONE
                            : run_amount(f->quantity ? &p->quantity : &p->amount_fen, h->place);
        if (value == RUN_NONE)
            return f->node->op == OP_UNKNOWN;
        return f->node->op != OP_UNKNOWN && number_holds(f->node, value);
    }
    }
}

bool hit_matches(const struct match *m, const struct hit *h, int64_t now_s)
{
    if (h->kind != m->kinds[0] && (m->n_kinds < 2 || h->kind != m->kinds[1]))
        return false;
    if (m->kept && h->posting != NULL && h->posting->refunded_s != NULL &&
        h->posting->refunded_s[h->place] <= now_s)
        return false;
    return m->where == NULL || filter_holds(m->where, h);
}

/* ---- matchers ---- */

void matcher_init(struct matcher *m, struct plan *p)
{
    *m = (struct matcher){.p = p};
    memset(m->slot, NO_SLOT, sizeof m->slot);
}

static void want_places(struct matcher *m, uint8_t kind)
{
    if (m->slot[kind] != NO_SLOT)
        return;
    m->slot[kind] = (uint8_t)m->n_slots;
    m->kinds[m->n_slots++] = kind;
}

static void add_filtered(struct matcher *m, uint16_t bit, const struct match *match)
{
    if (m->n_matches == m->room) {
        size_t room = m->room > 0 ? m->room * 2 : 8;
        struct class_match *more = ARENA_ARRAY(m->p->a, struct class_match, room);
        for (size_t i = 0; i < m->n_matches; i++)
            more[i] = m->matches[i];
        m->matches = more;
        m->room = room;
    }
    m->matches[m->n_matches++] = (struct class_match){bit, *match};
}

/* A kind into the tables that the shuffles look up. */
static void tabulate(struct matcher *m, uint8_t kind)
{
    uint8_t upper = kind >> 4;
    size_t i = 0;
    while (i < m->n_used && m->used[i] != upper)
        i++;
    if (i == m->n_used)
        m->used[m->n_used++] = upper;
    m->table[upper][kind & 15] = (uint8_t)m->plain[kind];
}

static enum rc add_one(struct matcher *m, uint16_t bit, const struct events *ev, struct err *e)
{
    struct match match = {0};
    struct match_needs needs = {0};
    enum rc rc = plan_match(m->p, ev, &match, &needs, e);
    if (rc != RC_OK)
        return rc;
    m->unsupported = m->unsupported || needs.unsupported;
    m->wants_rows = m->wants_rows || needs.rows;
    for (int i = 0; i < match.n_kinds; i++) {
        uint8_t kind = (uint8_t)match.kinds[i];
        if (needs.columns || m->wants_columns)
            want_places(m, kind);
        if (match.where == NULL && !match.kept) {
            m->plain[kind] |= bit;
            tabulate(m, kind);
        } else {
            m->maybe[kind] |= bit;
        }
    }
    if (match.where != NULL || match.kept)
        add_filtered(m, bit, &match);
    return RC_OK;
}

enum rc matcher_add(struct matcher *m, const struct analysis_events *events, struct err *e)
{
    assert(m->n_classes < CLASSES_MAX);
    uint16_t bit = (uint16_t)(1u << m->n_classes++);
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < events->n; i++)
        rc = add_one(m, bit, &events->at[i], e);
    return rc;
}

/* ---- 64 rows at once ---- */

static void masks_scalar(const struct matcher *m, const uint8_t *kind, uint64_t *out)
{
    memset(out, 0, m->n_classes * sizeof *out);
    for (uint32_t i = 0; i < 64; i++)
        for (uint16_t left = m->plain[kind[i]]; left != 0; left &= (uint16_t)(left - 1))
            out[__builtin_ctz(left)] |= UINT64_C(1) << i;
}

WIDE static void masks_wide(const struct matcher *m, const uint8_t *kind, uint32_t n, uint64_t *out)
{
    wide_masks(m, m->n_classes, kind, n, out);
}

void matcher_masks(const struct matcher *m, const uint8_t *kind, uint32_t n, uint64_t *out)
{
    assert(n > 0 && n <= 64 && m->n_classes <= MASK_CLASSES_MAX);
    if (set_uses_avx2()) {
        masks_wide(m, kind, n, out);
        return;
    }
    masks_scalar(m, kind, out);
    for (size_t c = 0; c < m->n_classes && n < 64; c++)
        out[c] &= (UINT64_C(1) << n) - 1;
}
