/* plan — a question as the mirror runs it. Private to query/mirror.
 *
 * A plan is made once, on one thread, and then only read. It lives in an arena; the sets that it
 * had the database make are its own.
 */
#ifndef KOI_QUERY_MIRROR_PLAN_H
#define KOI_QUERY_MIRROR_PLAN_H

#include "query/cycle.h"
#include "query/mirror/ask.h"
#include "query/tree.h"
#include "query/window.h"

/* What each member of `struct ask` is used by stands beside the kind. */
enum ask_kind {
    ASK_ALL,
    ASK_AND,      /* items, the cheapest first */
    ASK_OR,       /* items, the cheapest first */
    ASK_NOT,      /* items[0] */
    ASK_SETS,     /* sets: in any of them */
    ASK_COLUMN,   /* column, ranges: its value in any of them */
    ASK_BIRTHDAY, /* ranges[0]: places of the day in a year from March, perhaps round its end */
    ASK_SAMPLE,   /* salt, share */
    ASK_MEASURE,  /* events */
    ASK_SEQ,      /* events */
    ASK_LAST,     /* last */
    ASK_HAD,      /* had */
};

enum ask_column { COLUMN_BIRTH_DAY, COLUMN_ADDED, COLUMN_FIRST, COLUMN_CLV };

struct range {
    int64_t from, to; /* both included */
};

/* A condition of `where`. */
struct filter {
    enum { FILTER_CONST, FILTER_AND, FILTER_OR, FILTER_NOT, FILTER_LUT, FILTER_NUMBER } kind;
    bool holds; /* CONST */
    struct filter **items;
    size_t n_items;
    /* LUT: which column; by code whether it holds, [0] for none. Objects: only of `object_kind`,
     * others are none. */
    enum { OF_CHANNEL, OF_STAFF, OF_OBJECT } column;
    int object_kind;
    const uint8_t *lut;
    /* NUMBER: the test, over amounts or quantities */
    const struct node *node;
    bool quantity;
};

/* Which events: a kind (or two), perhaps only orders kept, perhaps filtered. */
struct match {
    int64_t kinds[2];
    int n_kinds;
    bool kept;
    const struct filter *where; /* NULL: all */
};

/* What a match looks at besides kind and time. */
struct match_needs {
    bool columns;     /* amounts, quantities, refunds: what stands in postings */
    bool rows;        /* channel, staff, object: what stands in rows */
    bool unsupported; /* what the mirror does not hold */
};

enum { MATCH_SLOTS = 2 * LIMIT_SEQ_STEPS, NO_SLOT = 255, AS_OF_MOST = 8 };

/* A condition on events. */
struct events_ask {
    const struct node *node; /* of a measure: its comparison; NODE_EVER: any at all */
    struct match matches[LIMIT_SEQ_STEPS];
    size_t n_matches;
    uint8_t slot[RUN_KINDS]; /* of a kind that matters, or NO_SLOT */
    uint8_t kinds[MATCH_SLOTS];
    size_t n_slots;
    bool wants_columns; /* amounts, quantities, refunds: what stands in postings */
    bool wants_rows;    /* channel, staff, object: what stands in rows */
    uint32_t from_s, to_s;
    bool empty; /* nothing can be in the window */
    int64_t now_s, within_s, period_s;
    bool zero; /* whether a customer without any such event is in it */
    /* Another measure of the very same events that has to hold, too; NULL: none. `zero` is of
     * all. */
    const struct events_ask *also;
};

/* What the last event of a kind before a time was about; who has no such event is not in it. */
struct last_ask {
    uint8_t kind;
    uint32_t before_s;
    int object_kind;
    const uint8_t *lut; /* by code of such objects: whether it holds */
    uint32_t lut_n;
    bool other; /* whether it holds for an object of another kind */
};

/* Things that customers as born had before a time: of which the last event was the one that puts
 * them on. */
struct had_ask {
    uint8_t on, off[2]; /* kinds */
    uint32_t before_s;
    bool by_staff, by_object; /* what a thing is told by, besides the customer as born */
    const uint8_t *staff;     /* by code: whether theirs are asked for; NULL: anyone's */
    uint32_t staff_n;
    const uint8_t
        *objects; /* by code of objects of a kind: whether they are asked for; NULL: any */
    uint32_t objects_n;
    int object_kind;
};

struct ask {
    enum ask_kind kind;
    int cost; /* smaller first */
    struct ask **items;
    size_t n_items;
    const struct set **sets;
    size_t n_sets;
    enum ask_column column;
    struct range *ranges;
    size_t n_ranges;
    uint32_t salt;
    int64_t share; /* of 10,000 */
    struct events_ask *events;
    const struct last_ask *last;
    const struct had_ask *had;
};

struct plan {
    const struct snapshot *s;
    struct arena *a;
    struct tx *tx;
    const struct audience_question *q;
    int64_t now_s;
    int64_t only;                         /* the one customer who is asked about, or 0 */
    const struct node *as_of[AS_OF_MOST]; /* around what is being planned, the outermost first */
    size_t as_of_n;
    struct set **owned;
    size_t owned_n, owned_room;
    struct marks **kept; /* whose sets it uses, each a reference */
    size_t kept_n, kept_room;
    struct ask *root;
    int depth; /* of nested asks */
};

/* Makes the plan of a question. Call plan_free() also when it failed. */
enum rc plan_make(struct plan *p, struct err *e);
void plan_free(struct plan *p);

/* For the parts of the planner. */
struct ask *ask_new(struct plan *p, enum ask_kind kind, int cost);
struct ask *ask_not(struct plan *p, struct ask *item);
/* Customers that the node's condition, put to the database, holds for. */
enum rc plan_from_sql(struct plan *p, const struct node *n, struct ask **out, struct err *e);
/* Takes over a reference, until plan_free(). */
void plan_keep_marks(struct plan *p, struct marks *m);
/* Whether any value's ids hold it. */
bool ids_have(const struct node *n, int64_t id);
/* The text test of the language: = != in contains; absent texts hold none of them. */
bool text_holds(const struct node *n, struct str text);
/* Staff meant by names or by teams, ascending. */
enum rc plan_staff(struct plan *p, const struct node *n, int64_t **out, size_t *out_n,
                   struct err *e);

/* plan_state.c: tests of what is so. Sets *out to NULL for what the mirror does not hold. */
enum rc plan_state(struct plan *p, const struct node *n, struct ask **out, struct err *e);
/* plan_past.c: tests of what was so of tags, friends, groups, stages and tiers, as of the plan's
 * now. */
enum rc plan_past(struct plan *p, const struct node *n, struct ask **out, struct err *e);
/* Friends of the staff an account may see. */
enum rc plan_scope(struct plan *p, struct ask **out, struct err *e);
/* plan_due.c: due dates; the same. */
enum rc plan_due(struct plan *p, const struct node *n, struct ask **out, struct err *e);
/* Ordinals that a plan gathers, and the set of them that it then owns; `known` is emptied. */
struct known {
    const struct snapshot *s;
    uint32_t *ordinals;
    size_t n, room;
};
/* Adds the customer of an id, if the snapshot knows them. */
void known_add(struct known *known, int64_t id);
struct ask *ask_known(struct plan *p, struct known *known);
/* plan_event.c: measures, ever, sequences; the same. */
enum rc plan_events(struct plan *p, const struct node *n, struct ask **out, struct err *e);
/* Of conditions that all have to hold: measures of the same events become one, so that events are
 * gone through once. Returns how many are left. */
size_t plan_fuse(struct ask **items, size_t n);

/* Which events `ev` means; adds to `needs`. */
enum rc plan_match(struct plan *p, const struct events *ev, struct match *out,
                   struct match_needs *needs, struct err *e);

/* run.c: calls the sets that an ask names into the cache, of a chunk that comes next. */
void ask_call(const struct ask *ask, uint32_t chunk);
/* Leaves of the customers in question, bits of one chunk, those the ask holds for. `scratch` has
 * room for 2 × depth word lists. */
void ask_run(const struct ask *ask, const struct snapshot *s, uint32_t chunk, struct set_words *x,
             struct set_words *scratch);
/* The same of what leads to postings, of all chunks: one pointer after the other, each of which
 * would be waited for. */
void ask_call_postings(const struct ask *ask, const struct snapshot *s);
/* run_event.c */
void events_call(const struct events_ask *x, const struct chunk *chunk);
void events_run(const struct ask *ask, const struct chunk *chunk, const struct set_words *cand,
                struct set_words *out);
/* run_past.c */
void last_run(const struct ask *ask, const struct chunk *chunk, const struct set_words *cand,
              struct set_words *out);
/* run_had.c */
void had_run(const struct ask *ask, const struct chunk *chunk, const struct set_words *cand,
             struct set_words *out);
/* Whether a measure's comparison holds for no events at all. */
bool measure_holds_for_none(const struct events_ask *x);

#endif
