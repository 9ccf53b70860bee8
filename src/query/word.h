/* word — the vocabulary of the audience language as tables: what may stand where, with which
 * operators, and how it is called in sentences. Parser, checker, printer, sentences and compilers
 * all read these rows; a new attribute is a new row plus its fragment of SQL.
 */
#ifndef KOI_QUERY_WORD_H
#define KOI_QUERY_WORD_H

#include "query/tree.h"

/* Where a left side may stand. */
enum { IN_CUSTOMER = 1, IN_GROUP = 2, IN_EVENT = 4 };

enum type {
    TYPE_TEXT,     /* = != in contains known unknown */
    TYPE_CHOICE,   /* one word of a fixed list: gender, kind, level */
    TYPE_NUMBER,   /* whole */
    TYPE_MONEY,    /* yuan in the text, fen when bound */
    TYPE_PERCENT,  /* basis points when bound */
    TYPE_TIME,     /* an instant: within a window */
    TYPE_BIRTHDAY, /* a month and day: within a window of days */
    TYPE_DUE,      /* a day that is worked out: within a window of days */
    TYPE_NAME,     /* a thing by name: stage, source, channel … */
    TYPE_STAFF,    /* staff by name, or in team(…) */
    TYPE_TIER,
    TYPE_FIELD,   /* depends on the field */
    TYPE_FLAG,    /* stands alone */
    TYPE_DAY,     /* custom field: a civil day; compared, or within a window of days */
    TYPE_DECIMAL, /* custom field: millionths */
    TYPE_COUNT
};

struct what_row {
    const char *word; /* how it is written; measures: the function's name */
    int where;        /* IN_… bits */
    enum type type;
    bool measure;        /* written with parentheses and events */
    bool as_of;          /* may be asked as of a past time */
    enum name_kind name; /* TYPE_NAME, TYPE_STAFF: which names */
    const char *zh, *en; /* noun in sentences */
};

/* The row of a left side. */
const struct what_row *what_row(enum what w);
/* The left side written `word` at a place; WHAT_COUNT_OF when there is none. */
enum what what_find(struct str word, int where);

/* Whether values of the type may be compared so. */
bool type_allows(enum type t, enum op op);

/* "=", "<=" …; NULL for those that are words. */
const char *op_text(enum op op);

/* The list of a choice (gender, kind, level), NULL-terminated; index is the value's `bound`. `word`
 * is also what the database holds. Anything else is yes and no. */
struct choice {
    const char *word, *zh, *en;
};
const struct choice *choice_list(enum what w);
/* Index of a word, or of its Chinese name, or -1. */
int choice_find(enum what w, struct str word);

/* "hour" …. The word of a calendar unit (week … year) back to its unit. */
const char *unit_word(enum unit u);
bool unit_find(struct str word, enum unit *out);

/* How a sentence speaks of a built-in kind of event. NULL for kinds without a row (imports): use
 * its name. */
struct kind_row {
    const char *word;
    const char *zh_did;           /* 下过单 */
    const char *zh_not;           /* 没下过单 */
    const char *zh_count;         /* 下过 … 单: verb before the number */
    const char *zh_unit;          /* 单 */
    const char *zh_act;           /* 下单 */
    const char *en_did;           /* placed an order */
    const char *en_not;           /* placed no order */
    const char *en_verb;          /* placed */
    const char *en_one, *en_many; /* order, orders */
};
const struct kind_row *kind_row(struct str word);

/* Whether a word has a fixed role, so that a name spelt like it needs quotes. */
bool word_reserved(struct str word);

/* The best suggestion so far for a misspelt word: smallest edit distance, ties to the first
 * seen. */
struct suggestion {
    struct str typed;
    char best[128];
    size_t distance; /* SIZE_MAX: none yet */
};
struct suggestion suggestion_for(struct str typed);
/* Looks at one candidate; as a callback of query_names.each(). */
void suggestion_see(void *suggestion, struct str candidate);
/* The suggestion, or NULL when nothing is near enough (a third of the longer one's characters, at
 * least one; or one contains the other). */
const char *suggestion_best(const struct suggestion *s);

#endif
