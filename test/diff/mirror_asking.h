/* mirror_asking — random questions put to a snapshot and to SQL in a transaction of the same state:
 * the answers are equal, or the program ends. */
#ifndef KOI_TEST_MIRROR_ASKING_H
#define KOI_TEST_MIRROR_ASKING_H

#include "asked_corp.h"
#include "audience_forms.h"
#include "mirror/snapshot.h"

/* What one thread asks, and what came of it. */
struct asking {
    uint64_t seed;
    int64_t expressions, tables; /* in all, mixed evenly; see ask_place() */
    int64_t now_s;               /* the latest now of a question */
    int repeats;                 /* how often the mirror is asked the same expression, 1 … */
    bool verbose;
    const char *expression; /* asked instead of random ones; NULL: none */
    struct asked_corp corp;
    int64_t *ids[2]; /* answers */
    size_t ids_room;
    /* tallies */
    int64_t asked, nontrivial;
    int64_t past[PAST_KINDS]; /* expressions with such a condition, answered by some but not all */
    int64_t kinds[ANALYSIS_KINDS], full[ANALYSIS_KINDS], left_to_sql[ANALYSIS_KINDS];
    int64_t runs[CHUNK_RUNS + 1]; /* questions by the runs of the first chunk */
    int64_t sql_us, mirror_us;    /* of expressions */
};

/* Question number `place` (0 … expressions + tables − 1). Five of six tables are funnels or
 * retentions, every sixth is of any kind. The snapshot's number is the transaction's. */
void ask_place(struct asking *x, struct tx *tx, const struct snapshot *s, int64_t place);
/* Reads what questions are made of anew. */
void asking_look(struct asking *x, struct tx *tx);
/* Adds the tallies of another. */
void asking_add(struct asking *x, const struct asking *other);
/* Prints the tallies. False when too few answers say anything,
 * or some condition on a past time never did, which only larger runs can say. */
bool asking_print(const struct asking *x);
void asking_done(struct asking *x);

#endif
