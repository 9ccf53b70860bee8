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
    uint32_t top_most;  /* rows of a newest run that is still written anew at each step */
    uint32_t top_share; /* … and no more than one row in so many of the first run, … */
    uint32_t top_least; /* … unless it has but so few */
    /* Newer runs become part of the first when they are one row in so many of it. */
    uint32_t middle_share;
};

extern const struct builder_bounds builder_bounds; /* in force unless told */

struct builder {
    struct dictionaries dictionaries;
    uint32_t customers; /* ordinals given */
    uint32_t *root;     /* by ordinal: whom the customer stands for; NOBODY: not read yet */
    size_t root_room;
    struct str *texts;
    size_t texts_n;
    uint32_t *texts_table; /* open addressing: number + 1; as large as a power of two */
    size_t texts_table_n;
    struct lock codes_lock; /* held where a code may be given */
    struct merger *merger;
    struct builder_bounds bounds;
    bool behind; /* a build or step failed on its way: only everything anew will do */
    _Atomic int64_t at_seq, to_seq;
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

/* What a root's own row says: marks, columns. */
void put_attributes(struct builder *b, uint32_t ordinal, const struct feed_customer *c,
                    struct mark_pairs pairs[static MARK_KINDS]);
void put_columns(struct columns *columns, uint32_t ordinal, const struct feed_customer *c);
/* Appends to the rows of the root's chunk. Threads may call with lists of their own. */
enum rc put_event(struct builder *b, const struct feed_event *ev, uint32_t root,
                  struct run_rows **rows, struct err *e);

/* Reads the log up to `to_seq`, a list of rows for each chunk (NULL where there are none), and
 * adds who has what to `pairs`, shared out to the cores. The caller, who holds a read
 * transaction besides, frees the array and the lists, also when it failed. */
enum rc builder_read_log(struct builder *b, struct tx *tx, int64_t to_seq,
                         struct mark_pairs pairs[static FEED_RELATIONS], struct run_rows ***out,
                         struct err *e);

/* A snapshot with the chunks of `last` (NULL: none), without marks and `alive`. */
struct snapshot *snapshot_new(struct builder *b, const struct snapshot *last, int64_t seq);

#endif
