/* analysis_question — a question of any kind and its answer as one value each: made at random from
 * a seed, answered by any engine, and written as lines that can be compared. */
#ifndef KOI_TEST_ANALYSIS_QUESTION_H
#define KOI_TEST_ANALYSIS_QUESTION_H

#include "audience_world.h"
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

/* A question about a world, in arena `a`; `text` says it for people. Names are looked up by
 * `names`. The same seed and place give the same question. */
enum rc random_question(uint64_t seed, uint64_t place, const struct world *w, struct arena *a,
                        const struct query_names *names, struct question *out, struct buf *text,
                        struct err *e);

/* Every member of an answer on a line of its own: "groups[0].levels[1].customers 17". */
void answer_lines(const struct question *q, const struct answer *answer, struct buf *out);
/* Whether it says more than "nobody". */
bool answer_full(const struct question *q, const struct answer *answer);

#endif
