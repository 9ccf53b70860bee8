/* orders — passes over the daybook's orders, customer by customer, over the cores. Private to
 * query/mirror.
 *
 * A pass cuts the book into parts at the edges of customers, so that all orders of one stand in one
 * part; whoever counts keeps sums by part and adds them up.
 */
#ifndef KOI_QUERY_MIRROR_ORDERS_H
#define KOI_QUERY_MIRROR_ORDERS_H

#include "mirror/daybook.h"
#include "mirror/snapshot.h"
#include "query/board.h"

/* Days from … to with their units. */
struct day_units {
    int32_t from_day;
    size_t n_days, n;     /* days, units */
    int64_t *start_s;     /* by day, and the end */
    uint32_t *unit;       /* by day */
    int32_t *day;         /* by unit: its first day, which may be before from_day */
    int64_t *unit_from_s; /* by unit: when that day begins */
};
/* Memory from the arena; O(days). */
void day_units_init(struct day_units *u, struct arena *a, int64_t from_day, int64_t to_day,
                    enum report_unit unit);
/* Which of the days an instant within them is. */
static inline size_t day_units_day(const struct day_units *u, int64_t at_s)
{
    size_t d = (size_t)((at_s - u->start_s[0]) / 86400);
    d = d < u->n_days ? d : u->n_days - 1;
    while (at_s < u->start_s[d])
        d--;
    while (at_s >= u->start_s[d + 1])
        d++;
    return d;
}

/* Which orders count. */
struct order_pass {
    const struct daybook_edition *book;
    int64_t from_s, to_s; /* the last excluded */
    uint16_t channel;     /* code */
    bool any_channel;
    bool everyone;       /* orders of nobody known too */
    const uint8_t *seen; /* by code of the root, unless everyone */
    size_t n_parts;
    uint32_t *cut; /* by part: its first place, and the end */
};
enum { ORDER_PARTS_MOST = 32 };
/* A pass over a range; memory from the transaction's arena. RC_BUSY, `e` untouched, when it needs a
 * snapshot for the data scope and there is none. */
enum rc order_pass_init(struct order_pass *p, const struct board *b,
                        const struct report_range *range, struct err *e);
/* The same over instants, the last excluded. */
enum rc order_pass_init_at(struct order_pass *p, const struct board *b, int64_t from_s,
                           int64_t to_s, int64_t channel_id, int64_t scope_account, struct err *e);

/* Orders of one customer: places from … to, the last excluded; those of nobody known one by one. */
struct order_group {
    uint32_t from, to, root;
    bool seen; /* may count */
};
/* The next group of a part; `g` begins with from = to = the part's cut. */
static inline bool order_pass_next(const struct order_pass *p, uint32_t end, struct order_group *g)
{
    const uint32_t *root = p->book->root;
    if (g->to == end)
        return false;
    g->from = g->to++;
    g->root = root[g->from];
    if (g->root != 0)
        while (g->to < end && root[g->to] == g->root)
            g->to++;
    g->seen = p->everyone || (g->root != 0 && p->seen[g->root]);
    return true;
}
/* Whether an order is in the range and of the channel. */
static inline bool order_pass_has(const struct order_pass *p, uint32_t at)
{
    int64_t at_s = p->book->at_s[at];
    return at_s >= p->from_s && at_s < p->to_s &&
           (p->any_channel || p->book->channel[at] == p->channel);
}
static inline bool order_is_purchase(const struct order_pass *p, uint32_t at)
{
    return (p->book->flags[at] & ORDER_FEED_PURCHASE) != 0;
}
/* Whether it is one that has not been refunded wholly. */
static inline bool order_counts(const struct order_pass *p, uint32_t at)
{
    int64_t refunded_fen = run_amount(&p->book->refunded_fen, at);
    return order_is_purchase(p, at) &&
           !(refunded_fen > 0 && refunded_fen >= run_amount(&p->book->sale_fen, at));
}
/* The time of a customer's first purchase ever; −1: none, or they were erased. */
int64_t order_group_first_s(const struct order_pass *p, const struct order_group *g);

/* What questions of one board share, in the arena of its transaction. */
struct board_memo {
    const uint32_t *ordinal; /* NULL: not asked yet */
    const uint8_t *seen;     /* likewise, for `seen_account` */
    int64_t seen_account;
};
struct board_memo *board_memo_new(struct tx *tx);
/* The ordinal of each person of the book by code, UINT32_MAX: not known to the snapshot; the
 * board has both. In the transaction's arena. 20 ns a person, once a board. */
const uint32_t *people_ordinals(const struct board *b);
/* Whom an account may see, as bits by chunk, erased ones too; free() them. */
enum rc people_seen(const struct snapshot *s, struct tx *tx, int64_t scope_account,
                    struct set_words **out, struct err *e);

/* Who is there, and may be seen by an account. */
struct people {
    const struct snapshot *s;
    struct set_words *seen; /* by chunk; NULL: everyone */
};
enum rc people_begin(struct people *p, const struct snapshot *s, struct tx *tx,
                     int64_t scope_account, struct err *e);
/* Those of a chunk. */
void people_of(const struct people *p, uint32_t chunk, struct set_words *out);
/* How many of a set. 1 ns a word of 64. */
int64_t people_count(const struct people *p, const struct set *set);
void people_end(struct people *p);

/* Runs the statement behind it for each bit, as `local`. */
#define EACH_BIT(words, local)                                                                     \
    for (uint32_t word_ = 0; word_ < SET_WORDS; word_++)                                           \
        for (uint64_t left_ = (words)->w[word_], local = 0;                                        \
             left_ != 0 &&                                                                         \
             (local = word_ * 64 + (uint64_t)__builtin_ctzll(left_), left_ &= left_ - 1, true);)

#endif
