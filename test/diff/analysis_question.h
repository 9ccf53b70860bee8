/* analysis_question — a question of any kind and its answer as one value each: made at random from
 * a seed, answered by any engine, and written as lines that can be compared. */
#ifndef KOI_TEST_ANALYSIS_QUESTION_H
#define KOI_TEST_ANALYSIS_QUESTION_H

#include "audience_random.h"
#include "base/buf.h"
#include "query/analysis.h"

enum analysis_kind { FUNNEL, RETENTION, COUNTS, RFM, REPURCHASE, PATHS, ANALYSIS_KINDS };

struct question {
    enum analysis_kind kind;
    union {
        struct analysis base; /* the first member of each */
        struct funnel funnel;
        struct retention retention;
        struct counts counts;
        struct rfm rfm;
        struct repurchase repurchase;
        struct paths paths;
    };
};
struct answer {
    enum rc rc; /* the rest only with RC_OK */
    union {
        struct funnel_answer funnel;
        struct retention_answer retention;
        struct counts_answer counts;
        struct rfm_answer rfm;
        struct repurchase_answer repurchase;
        struct paths_answer paths;
    };
};

const char *analysis_name(enum analysis_kind kind);

/* The corp that questions are about. Constants are drawn from it: its names, times between events
 * that it has. */
struct sighting {
    int64_t customer, at_s;
};
struct question_corp {
    const struct random_names *names;
    int64_t now_s, period_s;
    const struct sighting *events; /* some of its events; at least one */
    size_t n_events;
    const int64_t *models; /* tier models; none: nothing is broken down by tier */
    size_t n_models;
    int64_t account_id; /* whose scope is asked about now and then; 0: nobody's */
    bool steps_only;    /* funnels and retention, nothing else */
};

/* A question about a corp, in arena `a`; `text` says it for people. Names are looked up by `names`.
 * The same corp, seed and place give the same question. */
enum rc random_question(uint64_t seed, uint64_t place, const struct question_corp *corp,
                        struct arena *a, const struct query_names *names, struct question *out,
                        struct buf *text, struct err *e);

struct snapshot;
/* Puts a question to an engine: out->rc says how it went. The mirror may leave it to SQL with
 * RC_BUSY. */
void question_ask_sql(struct tx *tx, const struct question *q, struct answer *out, struct err *e);
void question_ask_mirror(const struct snapshot *s, struct tx *tx, const struct question *q,
                         struct answer *out, struct err *e);

/* Every member of an answer on a line of its own: "groups[0].levels[1].customers 17". */
void answer_lines(const struct question *q, const struct answer *answer, struct buf *out);
/* Whether two answers are equal, as lines; else the first lines that are not. */
bool answer_lines_equal(struct str a, struct str b, struct str *out_a, struct str *out_b);
/* Whether it says more than "nobody". */
bool answer_full(const struct question *q, const struct answer *answer);

#endif
