/* ask — audiences answered by the mirror: the same expressions as query/sql/audience_sql.h, the
 * same answers, in milliseconds over millions of customers.
 *
 * A checked tree becomes a plan: conditions on sets first, on columns next, on events last, so that
 * the dear ones look only at customers still in question. It runs chunk by chunk over 8 KB of bits,
 * the chunks shared out to the cores. What the mirror does not hold (nicknames, custom
 * fields, tags as of a past time) is asked of the database as a set, within the same plan.
 *
 * Cost: a condition on sets about 0.3 µs a chunk of 65,536 customers; on events whose kind has a
 * posting 1 to 2 ns a posting; on other events about 1 ns a row of the customers in question.
 */
#ifndef KOI_QUERY_MIRROR_ASK_H
#define KOI_QUERY_MIRROR_ASK_H

#include "mirror/snapshot.h"
#include "query/sql/audience_sql.h"

/* Who is in an audience: bits of ordinals, a word list for each chunk of the snapshot. */
struct mirror_answer {
    int64_t count;
    uint32_t n_chunks;
    struct set_words *chunks; /* owned */
};

/* Answers a question about customers (not groups: asserts). `tx` serves small look-ups and what the
 * mirror does not hold; it may be newer than the snapshot. */
enum rc mirror_ask(const struct snapshot *s, struct tx *tx, const struct audience_question *q,
                   struct mirror_answer *out, struct err *e);
/* How many are in it. */
enum rc mirror_count(const struct snapshot *s, struct tx *tx, const struct audience_question *q,
                     int64_t *out, struct err *e);
/* Whether a customer is in it; one customer's events only are looked at. */
enum rc mirror_contains(const struct snapshot *s, struct tx *tx, const struct audience_question *q,
                        int64_t customer_id, bool *out, struct err *e);

/* The ids, ascending; room for `count`. */
void mirror_answer_ids(const struct mirror_answer *a, const struct snapshot *s, int64_t *out_ids);
/* At most `limit` ids spread over the answer, ascending; how many. */
size_t mirror_answer_sample(const struct mirror_answer *a, const struct snapshot *s, int64_t limit,
                            int64_t *out_ids);
/* Accepts what is zeroed. */
void mirror_answer_free(struct mirror_answer *a);

#endif
