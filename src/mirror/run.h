/* run — events of one chunk of customers, in columns, sorted by (customer, time).
 *
 * A run never changes once it is made. The base run of a chunk holds nearly everything; newer
 * runs hold what came since, late events included, and are merged into it in the background.
 * Within a customer equal seconds keep the order of the log (`seq`), which is the order in
 * which rows are given here, so `seq` itself is not kept.
 *
 * A newer run continues a customer, as a rule: none of their rows in it is earlier than any in
 * older runs (of equal seconds the newer run's come later in the log, too), so that all of them are
 * the rows of each run, one run after the other. Or it replaces a customer: older runs then do not
 * count for them. That is how late rows, merges, erasures and events taken back come in.
 *
 * Columns are as narrow as their values in this run: a column of one value takes no room. What
 * few events have (amount, quantity, when an order was first refunded) stands in the postings
 * of their kind. A posting lists the events of a rare kind, or of one with amounts, so that
 * questions about orders need not look at messages.
 *
 * Cost: at most 13 bytes an event (8 more for a friend, group or tag of a customer who became part
 * of another), 9 with neither staff nor channel; 6 bytes a posting and 4 (8 for large amounts) for
 * each of its columns, 32 KB for the index of a large one, 64 KB more for one half as large as the
 * chunk, and as much again for one with amounts; 4 bytes a customer of a dense run, 6 of a sparse
 * one; 16 KB for who is replaced and continued. Making: about 30 ns an event.
 */
#ifndef KOI_MIRROR_RUN_H
#define KOI_MIRROR_RUN_H

#include "mirror/set.h"

struct run_days;

/* No amount, no quantity. */
#define RUN_NONE INT64_MIN
/* Bytes behind the columns of kinds and times that may be read, for loops that take many at a
 * time. */
enum { RUN_SLACK = 64 };
/* Never refunded. */
#define RUN_NEVER UINT32_MAX

enum { RUN_KINDS = 256 };

/* The kinds (friends, groups, tags) whose rows tell which of the root's customers they are of,
 * since one of two who became one may lose what the other keeps. */
static inline bool run_tells_born(uint8_t kind)
{
    return kind >= 1 && kind <= 7;
}

/* ---- rows on their way in ---- */

/* One event. Codes are of the mirror's dictionaries, 0: none. */
struct run_row {
    uint16_t local; /* the customer's ordinal within its chunk */
    uint8_t kind;
    uint32_t at_s; /* since 1970, which ends in 2106 */
    uint32_t object;
    uint16_t channel, staff;
    int64_t amount_fen, quantity; /* RUN_NONE: none */
    uint32_t refunded_s;          /* of an order: its first refund; RUN_NEVER */
    uint32_t born; /* code of the customer as born, where run_tells_born(); 0: the root itself */
};

/* A list of rows in the order of the log; 15 bytes a row. */
struct run_rows;
struct run_rows *run_rows_new(void);
/* Accepts NULL. */
void run_rows_free(struct run_rows *rows);
/* Appends; aborts when memory ends. */
void run_rows_add(struct run_rows *rows, const struct run_row *row);
/* Appends all rows of another list, which is left empty. */
void run_rows_take(struct run_rows *rows, struct run_rows *more);
/* How many rows, and bytes held. */
size_t run_rows_count(const struct run_rows *rows);
size_t run_rows_bytes(const struct run_rows *rows);

/* ---- runs ---- */

/* A row that is not of the root as born: the code of the customer. */
struct run_born {
    uint32_t row, code;
};

/* A column of n values: `width` bytes each, or none when all are `constant`. */
struct run_column {
    uint8_t width; /* 0, 1, 2 or 4 */
    uint32_t constant;
    void *data;
};

/* A column of amounts or quantities, at most one of the two arrays; in 32 bits where all fit. */
struct run_amounts {
    int32_t *narrow; /* INT32_MIN: none */
    int64_t *wide;   /* RUN_NONE: none */
};

/* Who is in a posting, and where: the places of a customer begin `begin` behind those of the first
 * of the 64 customers of their word. */
struct posting_index {
    struct set_words once, again;   /* customers with one place or more, with two or more */
    uint32_t place[SET_WORDS + 1];  /* at which the customers of a word begin, and the end */
    uint32_t before[SET_WORDS + 1]; /* how many of `once` are before a word, and all */
    /* In steps of time, which end at last_s, when each customer's newest event was, and the one
     * before it; 0: none. NULL where events are few; the second where they have no amounts. */
    uint32_t last_s;
    uint8_t *newest, *second;
    uint16_t begin[]; /* of each of `once` */
};

/* The events of one kind. */
struct run_posting {
    uint32_t n;
    uint16_t *local;             /* ascending, with RUN_SLACK bytes behind */
    struct posting_index *index; /* of many places; or NULL */
    uint32_t *at_s;              /* ascending within a customer */
    /* Present when any event of the kind has one: */
    struct run_amounts amount_fen, quantity;
    uint32_t *refunded_s; /* or NULL */
};

struct run {
    uint32_t n;               /* rows */
    uint32_t customers;       /* with rows, when sparse; SET_CHUNK when dense */
    uint16_t *local;          /* sparse: the customers, ascending; dense: NULL */
    uint32_t *start;          /* row at which each begins, and the end */
    uint32_t first_s, last_s; /* earliest and latest time; of no rows UINT32_MAX and 0 */
    /* Dense: how many of each customer's rows are not earlier than recent_s (at most UINT16_MAX are
     * told), about a third of all; so that a question about the last weeks need not look for where
     * they begin. Sparse: NULL. */
    uint32_t recent_s;
    uint16_t *recent;
    uint8_t *kind;  /* with RUN_SLACK bytes behind */
    uint32_t *at_s; /* likewise */
    struct run_column object, channel, staff;
    struct run_born *born; /* by ascending row; NULL: none */
    uint32_t born_n;
    struct run_posting *postings[RUN_KINDS]; /* NULL: none, or look at the rows */
    struct set_words *replaced;              /* customers whose older runs do not count; or NULL */
    struct set_words *continued;             /* the others with rows in a newer run; or NULL */
    uint32_t by_kind[RUN_KINDS];             /* how many rows */
    /* Their earliest and latest time; of none UINT32_MAX and 0. A span that ends after the last of
     * the kinds in question need not be looked for in the rows. */
    uint32_t first_of[RUN_KINDS], last_of[RUN_KINDS];
    struct run_days *days; /* of a run that nothing is older than (mirror/days.h); or NULL */
};

/* Makes a run; `rows` stay the caller's. `replaced` is copied; NULL: nothing is older. The caller
 * holds one reference. */
struct run *run_new(const struct run_rows *rows, const struct set_words *replaced);
/* For tests: whether runs made from now on have all indexes, however small they are. */
void run_treat_as_large(bool yes);
bool run_treated_as_large(void);
/* One run of several, the oldest first, each of which continues or replaces whom it holds. With
 * `base`, nothing is older: what is replaced is gone and not remembered. Cost: about 30 ns a
 * row. */
struct run *run_merge(const struct run *const *runs, size_t n, bool base);

/* When an order was first refunded: of the row of a customer at a time with an amount. */
struct run_refund {
    uint16_t local;
    uint32_t at_s;
    int64_t amount_fen;
    uint32_t refunded_s; /* RUN_NEVER: not any more */
};
/* The run with n first refunds as told of rows of a kind, all else shared with `run`; NULL when it
 * has none of the rows. The caller holds one reference to it. Cost: 4 bytes an event of the kind.
 * */
struct run *run_with_refunds(const struct run *run, uint8_t kind, const struct run_refund *at,
                             size_t n);
/* The run that shares its columns, itself where none does: alike for all that were made of it. */
const struct run *run_origin(const struct run *run);

/* A run as a part of a file, and back: the run points into the file and holds it. NULL for a part
 * that is too short for what it says. */
struct image_writer;
struct image;
void run_save(const struct run *run, struct image_writer *w);
struct run *run_load(struct image *image, const void *part, size_t bytes);
/* Whether its columns are a file's; and the same run in memory of its own. */
bool run_is_in_file(const struct run *run);
struct run *run_copy(const struct run *run);

/* Takes another reference. */
struct run *run_hold(const struct run *run);
/* Gives a reference back; accepts NULL. */
void run_drop(struct run *run);
/* Bytes held, O(kinds). */
size_t run_bytes(const struct run *run);

/* ---- reading ---- */

struct run_range {
    uint32_t from, to; /* rows, the last excluded */
};

/* Where the rows of `range`, a customer's, that are not earlier than from_s begin. */
uint32_t run_first_since(const struct run *run, uint32_t local, struct run_range range,
                         uint32_t from_s);
/* Where those of a range of rows that are not of the root begin in `born`; born_n when there are
 * none behind `row`. O(log born_n). */
uint32_t run_born_from(const struct run *run, uint32_t row);
/* The rows of one customer; O(log customers) when sparse. */
struct run_range run_range_of(const struct run *run, uint32_t local);
/* The places of one customer in a posting; a few ns with an index, else O(log n). */
struct run_range run_posting_of(const struct run_posting *p, uint32_t local);

/* The same of a posting with an index, for loops over many customers. */
__attribute__((always_inline)) static inline struct run_range
posting_index_of(const struct posting_index *x, uint32_t local)
{
    uint32_t w = local / 64;
    uint64_t bit = UINT64_C(1) << local % 64, bits = x->once.w[w];
    if ((bits & bit) == 0)
        return (struct run_range){0, 0};
    uint32_t i = x->before[w] + (uint32_t)__builtin_popcountll(bits & (bit - 1));
    uint32_t from = x->place[w] + x->begin[i];
    uint32_t to = i + 1 < x->before[w + 1] ? x->place[w] + x->begin[i + 1] : x->place[w + 1];
    return (struct run_range){from, to};
}

/* Leaves of `who` those who may have an event, or two of them, from from_s on: all who have, and
 * some whose is up to a day and a half too old. Cost: a byte a customer of the chunk. */
void run_posting_narrow(const struct posting_index *x, uint32_t from_s, bool twice,
                        struct set_words *who);
/* The same for one event, and moves those whose newest is certainly in [from_s, to_s] to `out`;
 * more may have one. */
void run_posting_settle(const struct posting_index *x, uint32_t from_s, uint32_t to_s,
                        struct set_words *who, struct set_words *out);

/* For functions that do nothing but call into the cache: GCC 12 finds them without effect, and
 * drops the calls of those that it does not inline at once. */
#define ONLY_CALLS __attribute__((always_inline)) static inline

/* Calls what run_posting_of() will read into the cache. */
ONLY_CALLS void run_posting_call_index(const struct run_posting *p, uint32_t local)
{
    const struct posting_index *x = p->index;
    if (x == NULL)
        return;
    uint64_t before = x->once.w[local / 64] & ((UINT64_C(1) << local % 64) - 1);
    __builtin_prefetch(&x->begin[x->before[local / 64] + (uint32_t)__builtin_popcountll(before)]);
}

/* Calls a customer's latest places into the cache. */
ONLY_CALLS void run_posting_call(const struct run_posting *p, struct run_range places)
{
    enum { LATEST = 12 };
    if (places.from == places.to)
        return;
    uint32_t last = places.to - 1,
             first = last - places.from < LATEST ? places.from : last - LATEST;
    __builtin_prefetch(&p->at_s[last]);
    __builtin_prefetch(&p->at_s[first]);
    if (p->amount_fen.narrow != NULL) {
        __builtin_prefetch(&p->amount_fen.narrow[last]);
        __builtin_prefetch(&p->amount_fen.narrow[first]);
    }
}

static inline uint32_t run_value(const struct run_column *c, uint32_t row)
{
    switch (c->width) {
    case 0:
        return c->constant;
    case 1:
        return ((const uint8_t *)c->data)[row];
    case 2:
        return ((const uint16_t *)c->data)[row];
    default:
        return ((const uint32_t *)c->data)[row];
    }
}

/* RUN_NONE where there is none. */
static inline int64_t run_amount(const struct run_amounts *c, uint32_t place)
{
    if (c->narrow != NULL)
        return c->narrow[place] == INT32_MIN ? RUN_NONE : c->narrow[place];
    return c->wide != NULL ? c->wide[place] : RUN_NONE;
}

static inline bool run_replaces(const struct run *run, uint32_t local)
{
    return run->replaced != NULL && words_has(run->replaced, local);
}
static inline bool run_continues(const struct run *run, uint32_t local)
{
    return run->continued != NULL && words_has(run->continued, local);
}

#endif
