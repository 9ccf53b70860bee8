/* audience_sql — audiences answered by the database: the reference that the mirror is held against,
 * and the fallback while it is being built.
 *
 * One text of SQL serves both engines but for four fragments (see compile.c). Values are only ever
 * bound. A question over everyone scans the events once for each event condition (SQLite, 20,000
 * customers and a million events: 0.2 to 0.5 s of one core; a sequence sorts its events once a
 * step, 2 s); audience_contains() touches only the rows of one customer, about 1 ms. The subject is
 * root customers that are not erased (root_id = id), or groups that are not dismissed; `ids` are
 * theirs.
 */
#ifndef KOI_QUERY_SQL_AUDIENCE_SQL_H
#define KOI_QUERY_SQL_AUDIENCE_SQL_H

#include "db/db.h"
#include "query/audience.h"

struct audience_question {
    const struct audience_expr *expr; /* checked */
    int64_t now_s;                    /* the pinned now */
    /* what `period` means; 0: the expression may not say it (RC_INVALID) */
    int64_t period_s;
    bool in_past;          /* a group expression within `as of`: everything is as of now_s */
    int64_t scope_account; /* only customers this account may see; 0: all */
};

/* How many. */
enum rc audience_count(struct tx *tx, const struct audience_question *q, int64_t *out,
                       struct err *e);
/* The next ids after `after_id` (0: from the start), ascending, at most `limit`; `out_ids` has room
 * for them. Each call computes the whole audience: for bulk work ask for large pages, or use
 * audience_sql(). */
enum rc audience_page(struct tx *tx, const struct audience_question *q, int64_t after_id,
                      int64_t limit, int64_t *out_ids, size_t *out_n, struct err *e);
/* Calls see() with every id, in no order: the audience is computed once. */
enum rc audience_each(struct tx *tx, const struct audience_question *q,
                      void (*see)(void *to, int64_t id), void *to, struct err *e);
/* At most `limit` ids spread over the audience, the same ones each time, ascending. */
enum rc audience_sample(struct tx *tx, const struct audience_question *q, int64_t limit,
                        int64_t *out_ids, size_t *out_n, struct err *e);
/* Whether one customer (or group) is in it; a merged or erased customer's id is in none. */
enum rc audience_contains(struct tx *tx, const struct audience_question *q, int64_t id, bool *out,
                          struct err *e);

/* The whole question as SQL: "SELECT c.id AS id FROM …" without ORDER BY, and its values, in arena
 * `a`. `first_param` is the number of its first parameter (1 unless the text is put into a larger
 * statement). For tiers and bulk work:
 *     INSERT INTO … SELECT $1, q.id FROM (<text>) q          with first_param = 2 */
enum rc audience_sql(struct arena *a, enum db_engine engine, const struct audience_question *q,
                     int first_param, struct str *out_text, struct db_value **out_values,
                     size_t *out_n, struct err *e);

/* SQLite's plan for the question, one step a line, for people who ask why it is slow. RC_INVALID on
 * PostgreSQL: the database layer takes EXPLAIN for a change there. */
enum rc audience_explain(struct tx *tx, const struct audience_question *q, struct buf *out,
                         struct err *e);

/* Look-ups over the database, valid as long as the transaction. */
struct query_names query_names_sql(struct tx *tx);

/* What may be written in audiences, for the console's suggestions while typing: at most `limit`
 * names of the kind that contain `part`, by see(). */
enum rc query_names_like(struct tx *tx, enum name_kind kind, struct str part, int limit,
                         void (*see)(void *to, struct str name), void *to, struct err *e);

#endif
