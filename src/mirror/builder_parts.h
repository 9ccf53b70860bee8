/* builder_parts — what the two halves of the builder share. Private to src/mirror. */
#ifndef KOI_MIRROR_BUILDER_PARTS_H
#define KOI_MIRROR_BUILDER_PARTS_H

#include "base/lock.h"
#include "mirror/builder.h"
#include "mirror/merger.h"
#include "store/feed.h"

#define NOBODY UINT32_MAX
enum { OBJECT_KIND_ORDER = 6 };

/* When runs are merged; tests make them small. */
struct builder_bounds {
    uint32_t top_most; /* rows of a newest run that is still written anew at each step */
    /* Runs left alone become one with the next older that has up to so many times their rows, … */
    uint32_t growth;
    /* … and part of the first when they are more than one row in so many of it. */
    uint32_t base_share;
    uint32_t young_most; /* rows that runs of the last seconds may have as one */
    /* Questions are slower where customers have rows in several runs. So the first becomes one with
     * fewer rows, too: of one chunk after the other, with so many nanoseconds for each of its rows
     * between two; and of all of them when nothing has been written for so long. 0: never. */
    uint32_t tidy_ns;
    uint32_t quiet_us;
};

extern const struct builder_bounds builder_bounds; /* in force unless told */

struct builder {
    struct dictionaries dictionaries;
    struct daybook *daybook; /* of its snapshots; or NULL */
    uint32_t customers; /* ordinals given */
    uint32_t *root;     /* by ordinal: whom the customer stands for; NOBODY: not read yet */
    size_t root_room;
    struct str *texts;
    size_t texts_n;
    uint32_t *texts_table; /* open addressing: number + 1; as large as a power of two */
    size_t texts_table_n;
    struct lock codes_lock; /* held where a code may be given */
    struct merger *merger;
    struct order_patch *noted; /* of chunks whose runs are being merged */
    size_t n_noted, noted_room;
    struct builder_bounds bounds;
    int64_t wrote_us;    /* when a step last had something to read */
    int64_t tidy_us;     /* when the next first run may become one with few rows, … */
    uint32_t tidy_chunk; /* … and of which chunk on */
    bool behind; /* a build or step failed on its way: only everything anew will do */
    _Atomic int64_t at_seq, to_seq;
    _Atomic int64_t rows_anew; /* that steps have copied from runs so far */
};

/* NOBODY when the customer was never read. */
uint32_t ordinal_of(const struct builder *b, int64_t id);
/* The ordinal it has or gets now. */
uint32_t ordinal_put(struct builder *b, int64_t id);
/* The number of a text, which it gets now if it has none. */
int64_t text_number(struct builder *b, struct str text);
/* Knows nothing again. */
void builder_forget(struct builder *b);
/* Ascending, each once. */
void ordinals_sort(uint32_t *ordinals, size_t *n);

/* Seconds as runs have them. */
static inline uint32_t second_of(int64_t at_s)
{
    return at_s < 0 ? 0 : at_s >= UINT32_MAX ? UINT32_MAX - 1 : (uint32_t)at_s;
}

/* What a root's own row says: marks, columns. */
void put_attributes(struct builder *b, uint32_t ordinal, const struct feed_customer *c,
                    struct mark_pairs pairs[static MARK_KINDS]);
void put_columns(struct columns *columns, uint32_t ordinal, const struct feed_customer *c);
void put_scores(struct scores **scores, uint32_t ordinal, const struct feed_customer *c);
/* Appends to the rows of the root's chunk. Threads may call with lists of their own. */
enum rc put_event(struct builder *b, const struct feed_event *ev, uint32_t root,
                  struct run_rows **rows, struct err *e);

/* Reads the log up to `to_seq`, a list of rows for each chunk (NULL where there are none), and
 * adds who has what to `pairs`, shared out to the cores. The caller, who holds a read
 * transaction besides, frees the array and the lists, also when it failed. */
enum rc builder_read_log(struct builder *b, struct tx *tx, int64_t to_seq,
                         struct mark_pairs pairs[static FEED_RELATIONS], struct run_rows ***out,
                         struct err *e);

/* What a step has for one chunk. Rows may be NULL. */
struct new_rows {
    struct run_rows *fresh; /* in the order of the log; taken over and left empty */
    struct run_rows *again; /* older rows of the upset, all of them; likewise */
    struct set_words upset; /* whose rows in older runs do not count any more */
};
/* The next newest run of chunk i, which the caller owns: with these rows, and those of the one
 * before while that is small. */
void runs_renew(struct builder *b, struct chunk *c, uint32_t i, const struct new_rows *n);
/* Appends all rows of some customers, in the order of time and log. */
void runs_gather(const struct chunk *c, const struct set_words *who, struct run_rows *out);
/* Whether the runs that were merged still stand in the chunk; puts the one in their place (asserts
 * that they do). */
bool runs_stand(const struct chunk *c, const struct merging *g);
void runs_put_merged(struct chunk *c, struct merging *g);
/* Hands out what is to be merged. */
void runs_give_merges(struct builder *b, const struct snapshot *s);
/* Hands out what is in several runs, some chunks at once, when nothing was written of late. */
void runs_give_rest(struct builder *b, const struct snapshot *s);

/* ---- builder_merge.c: customers that became one ---- */

/* Whose root was `from` is of root `to` now. */
struct customer_move {
    uint32_t from, to;
    bool parted; /* others of them are not, or `from` itself is not */
};
/* Zeroed: none. */
struct customer_moves {
    struct customer_move *at;
    size_t n, room;
};
void customer_moved(struct customer_moves *x, uint32_t from, uint32_t to);
/* Each once, by `to`; finds out which are parted. */
void customer_moves_sort(struct customer_moves *x, const struct builder *b);
/* Appends the rows of all n roots that went to one, and of that one, as its own. False, with
 * nothing appended, when the order of some of them is not known. */
bool customer_moves_gather(const struct customer_move *at, size_t n, const struct snapshot *last,
                           struct run_rows *out);

/* ---- builder_moves.c: moves between tiers ---- */

/* Rows by chunk. Zeroed: none. */
struct moves_read {
    struct builder *b;
    struct move_rows *chunks;
    size_t n;
};
/* Takes every move there is; or all of these customers, n of whom are told at once. */
enum rc moves_read_all(struct moves_read *x, struct tx *tx, struct err *e);
enum rc moves_read_of(struct moves_read *x, struct tx *tx, const int64_t *ids, size_t n,
                      struct err *e);
/* Puts what was read of chunk i, which the caller owns, to what it has. */
void moves_read_put(struct moves_read *x, struct chunk *c, uint32_t i);
void moves_read_free(struct moves_read *x);

/* ---- builder_order.c: orders that were written again ---- */

struct changed_order {
    int64_t id, customer_id;
    bool known; /* nothing of it but its first refund can have changed; else the customer is read */
};
/* An order's event of a root, and when it was first refunded now. */
struct order_patch {
    uint32_t root;
    struct run_refund refund;
};
/* Zeroed: none. */
struct order_changes {
    struct changed_order *at;
    size_t n, room;
    int64_t *told; /* orders that the log has told since the last snapshot */
    size_t told_n, told_room;
    struct order_patch *patches; /* by ascending root */
    size_t n_patches, patches_room;
};
void order_changed(struct order_changes *x, int64_t id, int64_t customer_id);
void order_told(struct order_changes *x, int64_t id);
/* Reads the orders and finds out which are known, and the patches of those. */
enum rc order_changes_read(struct order_changes *x, struct builder *b, struct tx *tx,
                           const struct snapshot *last, struct err *e);
/* Puts n patches of chunk i, which the caller owns, into its runs, and notes them for a merge of it
 * that is under way. */
void order_patches_put(struct builder *b, const struct order_patch *at, size_t n, struct chunk *c,
                       uint32_t i);
/* Puts those that were noted into what was merged. */
void order_patches_merged(struct builder *b, struct merging *g);
/* Whether an order of the root is patched. */
bool order_patches_has(const struct order_changes *x, uint32_t root);
void order_changes_free(struct order_changes *x);

/* A snapshot with the chunks of `last` (NULL: none), without marks and `alive`. */
struct snapshot *snapshot_new(struct builder *b, const struct snapshot *last, int64_t seq);

#endif
