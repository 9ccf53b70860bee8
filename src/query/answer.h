/* answer — a question about an audience, put to whoever can answer it best: the mirror where there
 * is one, the database otherwise.
 *
 * Both give the same ids for the same state of the log. Whoever asks several questions that must
 * agree with each other asks them of one snapshot. Questions about groups go to the database, and
 * so do those within a writing transaction, which must see its own rows.
 */
#ifndef KOI_QUERY_ANSWER_H
#define KOI_QUERY_ANSWER_H

#include "query/analysis.h"
#include "query/sql/audience_sql.h"

struct mirror;   /* mirror/mirror.h */
struct snapshot; /* mirror/snapshot.h */

/* A snapshot that has everything the transaction sees, held until answer_done(). NULL, which means
 * the database, when there is no mirror, while it is being built, and when it does not catch up
 * within a moment (of a log too long for the database: within ten seconds). */
struct snapshot *answer_from(struct mirror *m, struct tx *tx);
/* Accepts NULL. */
void answer_done(struct snapshot *s);
/* The same for a question that reads the whole log. Of a log too long for the database: RC_BUSY
 * with how far it is while the mirror is being built, and when it does not catch up. */
enum rc answer_from_long(struct mirror *m, struct tx *tx, struct snapshot **out, struct err *e);
/* Whether an audience reads events, so that the database would take long. */
bool answer_is_long(const struct audience_expr *x);

/* As audience_count(), audience_page() and audience_contains() of query/sql/audience_sql.h, of a
 * snapshot, or of the database when it is NULL. */
enum rc answer_count(const struct snapshot *s, struct tx *tx, const struct audience_question *q,
                     int64_t *out, struct err *e);
enum rc answer_page(const struct snapshot *s, struct tx *tx, const struct audience_question *q,
                    int64_t after_id, int64_t limit, int64_t *out_ids, size_t *out_n,
                    struct err *e);
/* Everyone who is in it, ascending, for a question about customers to a snapshot (not NULL); free()
 * the list. About 3 ns a member besides the question. */
enum rc answer_members(const struct snapshot *s, struct tx *tx, const struct audience_question *q,
                       int64_t **out_ids, size_t *out_n, struct err *e);
/* A count with a sample (as audience_sample()) of at most `limit`, for the price of the count. A
 * sample of the mirror is other customers than one of the database, but the same ones each time. */
enum rc answer_count_sample(const struct snapshot *s, struct tx *tx,
                            const struct audience_question *q, int64_t limit, int64_t *out_count,
                            int64_t *out_ids, size_t *out_n, struct err *e);
/* Everyone whom the account may see. O(1) where that is everyone there is. */
enum rc answer_count_all(const struct snapshot *s, struct tx *tx, struct audience_question q,
                         int64_t *out, struct err *e);
enum rc answer_contains(const struct snapshot *s, struct tx *tx, const struct audience_question *q,
                        int64_t id, bool *out, struct err *e);

/* As query/sql/analysis_sql.h, likewise. */
enum rc answer_funnel(const struct snapshot *s, struct tx *tx, const struct funnel *q,
                      struct funnel_answer *out, struct err *e);
enum rc answer_retention(const struct snapshot *s, struct tx *tx, const struct retention *q,
                         struct retention_answer *out, struct err *e);
enum rc answer_counts(const struct snapshot *s, struct tx *tx, const struct counts *q,
                      struct counts_answer *out, struct err *e);
enum rc answer_rfm(const struct snapshot *s, struct tx *tx, const struct rfm *q,
                   struct rfm_answer *out, struct err *e);
enum rc answer_repurchase(const struct snapshot *s, struct tx *tx, const struct repurchase *q,
                          struct repurchase_answer *out, struct err *e);
enum rc answer_paths(const struct snapshot *s, struct tx *tx, const struct paths *q,
                     struct paths_answer *out, struct err *e);

#endif
