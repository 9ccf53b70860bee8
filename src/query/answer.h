/* answer — a question about an audience, put to whoever can answer it best: the mirror where there
 * is one, the database otherwise.
 *
 * Both give the same ids for the same state of the log. Whoever asks several questions that must
 * agree with each other asks them of one snapshot. Questions about groups go to the database, and
 * so do those within a writing transaction, which must see its own rows.
 */
#ifndef KOI_QUERY_ANSWER_H
#define KOI_QUERY_ANSWER_H

#include "query/sql/audience_sql.h"

struct mirror;   /* mirror/mirror.h */
struct snapshot; /* mirror/snapshot.h */

/* A snapshot that has everything the transaction sees, held until answer_done(). NULL, which means
 * the database, when there is no mirror, while it is being built, and when it does not catch up
 * within a moment. */
struct snapshot *answer_from(struct mirror *m, struct tx *tx);
/* Accepts NULL. */
void answer_done(struct snapshot *s);

/* As audience_count(), audience_page(), audience_sample() and audience_contains() of
 * query/sql/audience_sql.h, of a snapshot, or of the database when it is NULL. A sample of the one
 * is other customers than one of the other, but the same ones each time. */
enum rc answer_count(const struct snapshot *s, struct tx *tx, const struct audience_question *q,
                     int64_t *out, struct err *e);
enum rc answer_page(const struct snapshot *s, struct tx *tx, const struct audience_question *q,
                    int64_t after_id, int64_t limit, int64_t *out_ids, size_t *out_n,
                    struct err *e);
enum rc answer_sample(const struct snapshot *s, struct tx *tx, const struct audience_question *q,
                      int64_t limit, int64_t *out_ids, size_t *out_n, struct err *e);
enum rc answer_contains(const struct snapshot *s, struct tx *tx, const struct audience_question *q,
                        int64_t id, bool *out, struct err *e);

#endif
