/* compile — what the parts of the SQL generator share. Private to query/sql.
 *
 * A condition becomes a predicate on the alias of its subject: c (customer) or g (chat_group). What
 * needs other tables becomes a set: a CTE "qN AS (SELECT … AS id …)" computed once, and the
 * predicate "c.id IN (SELECT id FROM qN)". `not` is pushed down to the leaves while compiling, so
 * that "unknown" can be settled as false at each leaf and the whole stays two-valued. Text is put
 * together from fixed fragments; every value is a parameter.
 */
#ifndef KOI_QUERY_SQL_COMPILE_H
#define KOI_QUERY_SQL_COMPILE_H

#include "query/sql/audience_sql.h"
#include "query/tree.h"
#include "query/window.h"

struct compile {
    struct arena *a;
    enum db_engine engine;
    const struct audience_question *q;
    enum audience_subject subject; /* of the condition being compiled */
    int64_t now_s;
    bool as_of;
    /* the one customer or group that is asked about; 0: everyone, as inside a condition on another
     * subject */
    int64_t only;
    struct buf with; /* the CTEs so far, each followed by ", " */
    int sets;
    bool retractions; /* their CTEs are there */
    bool narrow;      /* no condition is about another subject, so retractions of one customer do */
    int depth;        /* of the predicate being written */
    struct db_value *values;
    size_t n_values, cap_values;
    int first_param;
};

/* Appends the parameter of a value: "$7". */
void put_int(struct compile *c, int64_t value, struct buf *out);
void put_str(struct compile *c, struct str value, struct buf *out);
/* " IN ($1, $2)" over the ids of all values. */
void put_ids(struct compile *c, const struct literal *values, size_t n, struct buf *out);
/* " BETWEEN $1 AND $2". */
void put_span(struct compile *c, struct span s, struct buf *out);

/* A set being written: put "SELECT … AS id …" into it. Sets may be begun inside each other. */
void set_begin(struct buf *set);
/* Ends it and appends the predicate that the subject is in it (not in it, when `negate`). */
void set_end(struct compile *c, struct buf *set, bool negate, struct buf *out);

/* " AND <column> = $1" when one customer or group is asked about. */
void put_only(struct compile *c, const char *column, struct buf *out);

/* The predicate of a condition on the current subject. */
void put_predicate(struct compile *c, const struct node *n, bool negate, struct buf *out);
/* "<column> <op> value(s)" for op = != < <= > >= in between, by `bound`. */
void put_compare(struct compile *c, const struct node *n, const char *column, struct buf *out);
/* "<column> op text": = != in contains known unknown. */
void put_text_test(struct compile *c, const struct node *n, const char *column, struct buf *out);
/* "<column> op ids": = != in known unknown. */
void put_name_test(struct compile *c, const struct node *n, const char *column, struct buf *out);
/* "<column> IN (…)" for staff given by name or team. */
void put_staff_test(struct compile *c, const struct node *n, const char *column, struct buf *out);

/* audience_sql() for everyone (`only` 0) or for one customer or group. */
enum rc compile_question(struct arena *a, enum db_engine engine, const struct audience_question *q,
                         int64_t only, int first_param, struct str *out_text,
                         struct db_value **out_values, size_t *out_n, struct err *e);

/* compile_event.c */
/* Conditions over events: tests of measures, ever, never, sequences. */
void put_measure(struct compile *c, const struct node *n, bool negate, struct buf *out);
void put_ever(struct compile *c, const struct node *n, bool negate, struct buf *out);
void put_seq(struct compile *c, const struct node *n, bool negate, struct buf *out);
/* " AND <event e is not taken back>". */
void put_not_retracted(struct compile *c, struct buf *out);

/* compile_state.c */
/* Conditions over what is so now, or was at a past time: tags, relations, groups, stage, tier,
 * field. */
void put_tag(struct compile *c, const struct node *n, bool negate, struct buf *out);
void put_relation(struct compile *c, const struct node *n, bool negate, struct buf *out);
void put_group(struct compile *c, const struct node *n, bool negate, struct buf *out);
void put_members(struct compile *c, const struct node *n, bool negate, struct buf *out);
void put_stage(struct compile *c, const struct node *n, bool negate, struct buf *out);
void put_tier(struct compile *c, const struct node *n, bool negate, struct buf *out);
void put_field(struct compile *c, const struct node *n, bool negate, struct buf *out);

#endif
