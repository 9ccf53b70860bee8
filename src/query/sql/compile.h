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

#include "query/analysis.h"
#include "query/cycle.h"
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
    struct str only_seqs; /* the numbers of the one customer's events: "[1,2]" */
    struct buf with;      /* the CTEs so far, each followed by ", " */
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
/* " AND <column> IN (…)", the numbers of their events, when one customer is asked about: the log
 * has no index by customer. */
void put_only_seqs(struct compile *c, const char *column, struct buf *out);

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

/* "SELECT c.id AS id FROM customer c …": the roots that are not erased, that the question's account
 * may see, and for whom the condition holds (NULL: all). */
void put_customers(struct compile *c, const struct node *n, struct buf *out);
/* RC_INVALID when the expression says `period` and there is none. */
enum rc compile_period(const struct audience_expr *x, int64_t period_s, struct err *e);
/* RC_LIMIT: the text came out larger than a statement may be. */
enum rc compile_too_large(struct err *e);

/* audience_sql() for everyone (`only` 0) or for one customer or group; `only_seqs` are the numbers
 * of that customer's events as ids_text() writes them. */
enum rc compile_question(struct arena *a, enum db_engine engine, const struct audience_question *q,
                         int64_t only, struct str only_seqs, int first_param, struct str *out_text,
                         struct db_value **out_values, size_t *out_n, struct err *e);

/* compile_event.c */
/* Conditions over events: tests of measures, ever, never, sequences. */
void put_measure(struct compile *c, const struct node *n, bool negate, struct buf *out);
void put_ever(struct compile *c, const struct node *n, bool negate, struct buf *out);
void put_seq(struct compile *c, const struct node *n, bool negate, struct buf *out);
/* " AND <event e is not taken back>". */
void put_not_retracted(struct compile *c, struct buf *out);
/* Rows (id, at_s, seq, m0 … m<n − 1>) of the events in the span that are in any of the lists: mi is
 * 1 when the event is in list i, else 0. With `amounts` also amount: fen, a refund's negative, 0
 * when it is not known. */
void put_marked(struct compile *c, const struct analysis_events *lists, size_t n, struct span span,
                bool amounts, struct buf *out);
/* Carries starts forward: from the CTE "s<id>_0" (id, at_s, seq, start, m1 … m<last>), where start
 * is the time of an event of the first step and else NULL, the CTEs "s<id>_1" … "s<id>_<last>";
 * start in the kth is, for an event of step k, the latest start of the steps before it. */
void put_carried(struct compile *c, int id, size_t last);

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
/* When something is due: through the last event, or the field, that it is counted from. */
void put_due(struct compile *c, const struct node *n, bool negate, struct buf *out);

/* analysis.c: the frame of questions whose answer is a table. */
/* Begins one: `c` is set up and holds the CTE "people" (id), those it is about. RC_INVALID when it
 * says `period` and there is none. After RC_OK end it with analysis_end(). */
enum rc analysis_begin(struct compile *c, struct tx *tx, const struct analysis *base,
                       struct err *e);
void analysis_end(struct compile *c);
/* Adds a CTE; `body` is done with. */
void analysis_with(struct compile *c, const char *name, struct buf *body);
/* "<column> is in the CTE <set>". */
void put_among(const char *column, const char *set, struct buf *out);
/* The CTE "ev": put_marked() of people's events, with amounts. */
void analysis_with_events(struct compile *c, const struct analysis_events *lists, size_t n,
                          struct span span);
/* The CTE "unit" (i, from_s, to_s) of units 0 … n − 1; to_s is not included. */
void analysis_with_units(struct compile *c, const struct analysis_units *units);
/* Runs "WITH … <body>", rows in the order of `order` ("z.i, z.step"; NULL: any); `body` is done
 * with. RC_LIMIT when the text is too large. */
enum rc analysis_ask(struct compile *c, struct tx *tx, struct buf *body, const char *order,
                     const char *types, struct rows **out, struct err *e);
/* The units of a span; one without a beginning begins with the least at_s of the CTE `from`, and
 * has no units when there is none. */
enum rc analysis_units_of(struct compile *c, struct tx *tx, struct span span, const char *from,
                          enum unit unit, size_t most, struct analysis_units *out, struct err *e);
/* Columns n, p25, p50, p75, p90 over rows x (value, place, n): the place of the value among n. */
extern const char ANALYSIS_QUANTILES[];

#endif
