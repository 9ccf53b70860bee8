/* tree — the audience language as data: what the parser makes, and every engine walks.
 *
 * One struct serves all nodes; the comment beside each kind says which members it uses, the others
 * are zero. Literals keep what was written, in a form without time zone or scale: a moment as a
 * civil time, a number in millionths. The checker adds ids and scaled integers (`found`, `bound`)
 * and nothing else. Nodes live in an arena and do not change after the check. Trees are at most
 * LIMIT_EXPRESSION_DEPTH deep, so recursion is fine.
 */
#ifndef KOI_QUERY_TREE_H
#define KOI_QUERY_TREE_H

#include "base/calendar.h"
#include "query/audience.h"

enum node_kind {
    NODE_ALL,
    NODE_NONE,
    NODE_AND,       /* items, two or more */
    NODE_OR,        /* items, two or more */
    NODE_NOT,       /* items[0] */
    NODE_AS_OF,     /* values[0] a moment, items[0]; only at the top of an expression */
    NODE_TEST,      /* what op values | window; what decides name, events, items */
    NODE_FLAG,      /* what: friend, no_marketing */
    NODE_TAG,       /* values: tag names, any of them */
    NODE_TAG_GROUP, /* values: names, any tag of any of them */
    /* member of a group: values are names; or items[0] a group expression; or neither: any */
    NODE_GROUP,
    NODE_EVER,     /* events, window */
    NODE_NEVER,    /* events, window */
    NODE_SEQ,      /* steps, within, window */
    NODE_AUDIENCE, /* name; checked: items[0] is its tree */
    NODE_SAMPLE,   /* name, values[0] percent; checked: values[0].bound in basis points */
};

/* The left side of a test. Rows in word.c carry the word, its type, and where it may stand. */
enum what {
    WHAT_CITY,
    WHAT_PROVINCE,
    WHAT_NICKNAME,
    WHAT_GENDER,
    WHAT_AGE,
    WHAT_BIRTHDAY,
    WHAT_SOURCE,
    WHAT_STAGE,
    WHAT_STAFF,
    WHAT_ADDED,
    WHAT_FIRST,
    WHAT_FRIEND,       /* flag */
    WHAT_NO_MARKETING, /* flag */
    WHAT_FIELD,        /* name: the key */
    WHAT_TIER,         /* name: the model */
    WHAT_RFM_R,
    WHAT_RFM_F,
    WHAT_RFM_M,
    WHAT_CLV,   /* within: the horizon */
    WHAT_DUE,   /* name: the cycle */
    WHAT_COUNT, /* events, window; so are the next ones */
    WHAT_DAYS,  /* distinct local days with such an event */
    WHAT_SUM,   /* of amounts; so are the next three */
    WHAT_AVG,
    WHAT_MIN,
    WHAT_MAX,
    WHAT_SPEND, /* events: where filter only; orders − refunds */
    WHAT_DAYS_SINCE_LAST,
    WHAT_DAYS_SINCE_FIRST,
    WHAT_LAST_AT,
    WHAT_FIRST_AT,
    WHAT_GROUP_NAME,
    WHAT_GROUP_KIND,
    WHAT_GROUP_LEVEL,
    WHAT_GROUP_OWNER,
    WHAT_GROUP_CREATED,
    WHAT_GROUP_MEMBERS, /* items[0], when given: a customer expression */
    WHAT_GROUP_SHARE,   /* items[0]: a customer expression */
    WHAT_EVENT_CHANNEL, /* from here on: inside `where` of an event condition */
    WHAT_EVENT_STAFF,
    WHAT_EVENT_PRODUCT,
    WHAT_EVENT_CATEGORY,
    WHAT_EVENT_AMOUNT,
    WHAT_EVENT_QUANTITY,
    WHAT_EVENT_TAG,
    WHAT_EVENT_GROUP,
    WHAT_EVENT_STAGE,
    WHAT_EVENT_OBJECT,
    WHAT_COUNT_OF
};

enum op {
    OP_EQ,
    OP_NE,
    OP_LT,
    OP_LE,
    OP_GT,
    OP_GE,
    OP_IN,       /* values */
    OP_BETWEEN,  /* values[0] … values[1], both included */
    OP_CONTAINS, /* values[0]: byte-exact part of the text */
    OP_KNOWN,
    OP_UNKNOWN,
    OP_NONE,   /* tier: in none */
    OP_TEAM,   /* staff: in one of the teams in values */
    OP_WITHIN, /* a time or day in the window */
    OP_COUNT
};

enum literal_kind { LITERAL_TEXT, LITERAL_NUMBER, LITERAL_PERCENT, LITERAL_WORD, LITERAL_MOMENT };

/* A moment as written: a civil day, or with a time of day. */
struct moment {
    struct civil civil;
    bool has_time;
};

struct literal {
    enum literal_kind kind;
    uint32_t at;
    struct str text; /* text, word */
    int64_t micro;   /* number, percent: in millionths */
    struct moment moment;
    /* checked: */
    struct name_found found; /* a name: its ids */
    /* A number in the unit of its left side (fen, whole, millionths, basis points); a moment of a
     * day field as a civil day; a word as its place in its list. */
    int64_t bound;
};

enum unit { UNIT_HOUR, UNIT_DAY, UNIT_WEEK, UNIT_MONTH, UNIT_QUARTER, UNIT_YEAR };

/* A length of time: n hours, days or weeks; or the period of the caller. */
struct duration {
    bool period;
    int64_t n;
    enum unit unit;
};

enum window_kind {
    WINDOW_EVER,  /* none written */
    WINDOW_LAST,  /* last 90d, last period: (now − length, now] */
    WINDOW_NEXT,  /* next 7d: days only, today included */
    WINDOW_OLDER, /* before period: at ≤ now − period */
    WINDOW_TODAY,
    WINDOW_YESTERDAY,
    WINDOW_THIS,      /* unit: this week … this year, up to now */
    WINDOW_PREVIOUS,  /* unit: last week … last year, whole */
    WINDOW_FOLLOWING, /* unit: next week … next year, whole; days only */
    WINDOW_BETWEEN,   /* from, to: both included; a day means the whole of it */
    WINDOW_SINCE,     /* from: included */
    WINDOW_BEFORE,    /* to: not included */
};

struct window {
    enum window_kind kind;
    uint32_t at;
    struct duration length;
    enum unit unit;
    struct moment from, to;
};

/* Which events: a kind, perhaps only kept orders, perhaps filtered. */
struct events {
    uint32_t at;
    struct str kind;    /* the word, never empty; absent for spend */
    bool kept;          /* order.kept */
    struct node *where; /* NULL: all */
    /* checked: */
    bool counted; /* item, of a cycle: only lines that count by now (store/cycle.h) */
    int64_t kind_id;
    struct str zh, en; /* the kind's names for people */
};

struct node {
    enum node_kind kind;
    uint32_t at; /* byte in the text */
    enum what what;
    enum op op;
    struct node **items;
    size_t n_items;
    struct literal *values;
    size_t n_values;
    struct str name;
    struct events *events; /* one, or the steps of a sequence */
    size_t n_events;
    struct window window;  /* of the events */
    struct window compare; /* OP_WITHIN: what the left side is to lie in */
    struct duration within;
    /* checked: */
    struct name_found found; /* of `name` */
};

struct audience_expr {
    enum audience_subject subject;
    struct node *root;
    bool checked;
    bool uses_period;
};

enum {
    LIMIT_SEQ_STEPS = 8,
    /* Conditions of an expression with all it refers to: each may cost one pass over the events. */
    LIMIT_AUDIENCE_CONDITIONS = 200,
    /* Nesting inside `where`: SQL's own parser has a stack of 100 symbols, and this is three a
     * level. */
    LIMIT_WHERE_DEPTH = 12,
};

/* Kinds of events that the language treats apart (base rows of event_kind), and kinds of
 * objects. */
enum {
    EVENT_FRIEND_ADD = 1,
    EVENT_FRIEND_DELETE = 2,
    EVENT_FRIEND_REMOVE = 3,
    EVENT_GROUP_JOIN = 4,
    EVENT_GROUP_LEAVE = 5,
    EVENT_TAG_PUT = 6,
    EVENT_TAG_OFF = 7,
    EVENT_STAGE_CHANGE = 8,
    EVENT_ORDER = 11,
    EVENT_REFUND = 12,
    EVENT_ITEM = 13,
    EVENT_RETRACT = 43,
};
enum {
    OBJECT_TAG = 1,
    OBJECT_STAGE = 2,
    OBJECT_GROUP = 5,
    OBJECT_PRODUCT = 7,
    OBJECT_BATCH = 16,
    OBJECT_EVENT = 17
};

/* Pieces of the language by themselves, for analyses: "view, order where amount > 100" (at most
 * `most`, room in `out`), "last 30d", "7d". Events are unchecked until audience_check_events(),
 * which also looks at a window (NULL: none). Errors as those of audience_parse(). */
enum rc audience_parse_events(struct arena *a, struct str text, size_t most, struct events *out,
                              size_t *out_n, struct err *e);
enum rc audience_parse_window(struct arena *a, struct str text, struct window *out, struct err *e);
enum rc audience_parse_duration(struct arena *a, struct str text, struct duration *out,
                                struct err *e);
enum rc audience_check_events(struct arena *a, const struct query_names *names,
                              struct events *events, size_t n, const struct window *window,
                              struct err *e);

/* A length of whole seconds as it is written: "52w", "10d", "5h". */
struct str duration_word(struct arena *a, int64_t seconds);
/* Seconds of a duration; `period_s` is what `period` means. */
int64_t duration_s(struct duration d, int64_t period_s);
/* The comparison of a known number with the node's values: = != < <= > >= in between known. */
bool number_holds(const struct node *n, int64_t value);
/* Whether the trees are equal, see audience_equal(). */
bool node_equal(const struct node *a, const struct node *b);

#endif
