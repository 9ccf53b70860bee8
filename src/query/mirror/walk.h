/* walk — the events of an analysis, customer by customer, over the cores. Private to
 * query/mirror.
 *
 * An analysis gives its matcher, who counts, and a span; the walk finds each customer's run and
 * their rows in the span, and calls back, customer by customer or for some hundred at once. Whose
 * rows are in several runs, they are put together first (assemble.h). Customers without a row in
 * the span are passed over. Work is shared out by chunks, so whoever is called keeps sums by chunk
 * and adds them up afterwards. Cost: 4 to 8 ns a customer besides what the callback takes.
 */
#ifndef KOI_QUERY_MIRROR_WALK_H
#define KOI_QUERY_MIRROR_WALK_H

#include "query/mirror/match.h"

/* What every analysis begins with. */
struct survey {
    struct plan plan; /* of the base question; plan.s is the snapshot */
    struct audience_question question;
    struct mirror_answer who; /* bits by chunk */
    struct matcher matcher;
    struct span span; /* of the events that are looked at */
    bool by_posting;  /* the callback takes events by walk_next() alone, not rows */
};
/* Plans the base question and finds who counts; call survey_done() also when it failed. `tx`'s
 * arena holds the plan. */
enum rc survey_begin(struct survey *v, const struct snapshot *s, struct tx *tx,
                     const struct analysis *base, struct err *e);
void survey_done(struct survey *v);
/* Another audience (NULL: everyone) at the same moment, without scope. Free with
 * mirror_answer_free(). */
enum rc survey_audience(struct survey *v, const struct audience_expr *who,
                        struct mirror_answer *out, struct err *e);

/* Whether some run's rows need not be read, since one posting has all that is asked for. */
bool survey_reads_posting(const struct survey *v);
/* The earliest event in the span that is of any of the classes, or another in the same unit when
 * nothing can be in an earlier one; INT64_MAX: none. */
int64_t survey_earliest(const struct survey *v, uint16_t classes, enum unit unit);

/* Customers of one run in ascending order, and their rows in the span; none is without. */
enum { WALK_BATCH = 240 /* below 256, so that counts of a batch fit into bytes */ };
struct walk_batch {
    const struct run *run;
    uint32_t n;
    uint16_t local[WALK_BATCH];
    struct run_range rows[WALK_BATCH];
};
/* Calls see() for the customers of `who` in the chunk whose run has any of the matcher's kinds. */
void walk_batches(const struct survey *v, uint32_t chunk, const struct set_words *who,
                  void (*see)(void *to, const struct walk_batch *b), void *to);
/* The same for callers that look for the end of the span themselves, which is the quicker where
 * they read the times of rows anyway: behind the customer's rows in the span there may be later
 * ones, and perhaps none in it at all. */
void walk_openly(const struct survey *v, uint32_t chunk, const struct set_words *who,
                 void (*see)(void *to, const struct walk_batch *b), void *to);

/* The same two for the rows that one run has of `who`, whether they count or not. */
void walk_batches_of_run(const struct survey *v, const struct run *run, const struct set_words *who,
                         void (*see)(void *to, const struct walk_batch *b), void *to);
void walk_openly_of_run(const struct survey *v, const struct run *run, const struct set_words *who,
                        void (*see)(void *to, const struct walk_batch *b), void *to);

/* And for callers that look at the times of a few rows themselves, which is quicker than looking
 * for both ends: customers who have at most WALK_FEW in the run come with all of them, inside the
 * span or not; of the others as from walk_batches(). */
enum { WALK_FEW = 32 };
void walk_loosely_of_run(const struct survey *v, const struct run *run, const struct set_words *who,
                         void (*see)(void *to, const struct walk_batch *b), void *to);

/* One customer at hand. */
struct walk {
    const struct matcher *m;
    const struct run *run;
    uint32_t from_s, to_s; /* the span as seconds of a run */
    uint32_t local;
    struct run_range rows;                        /* in the span, not empty unless `only` is read */
    const struct run_posting *posting[RUN_KINDS]; /* by slot of the matcher */
    uint32_t place[RUN_KINDS];      /* by slot: of the first row in the span that has it */
    const struct run_posting *only; /* not NULL: this posting instead of rows, */
    uint8_t only_kind;
    struct run_range places; /* in the span */
};
/* Calls see() for each customer of `who` in the chunk, in no order. */
void walk_chunk(const struct survey *v, uint32_t chunk, const struct set_words *who,
                void (*see)(void *to, struct walk *w), void *to);
/* The same for the rows that one run has of `who`, whether they count or not. */
void walk_run(const struct survey *v, const struct run *run, const struct set_words *who,
              void (*see)(void *to, struct walk *w), void *to);

/* The customer's next event of any class; false at the end. Advances w->rows. */
static inline bool walk_next(struct walk *w, struct hit *h, uint16_t *classes)
{
    const struct matcher *m = w->m;
    while (w->only != NULL && w->places.from < w->places.to) {
        uint32_t place = w->places.from++;
        *h = (struct hit){w->run, w->only, 0, place, w->only_kind, w->only->at_s[place]};
        *classes = matcher_classes(m, h);
        if (*classes != 0)
            return true;
    }
    while (w->rows.from < w->rows.to) {
        uint32_t row = w->rows.from++;
        uint8_t kind = w->run->kind[row];
        if ((m->plain[kind] | m->maybe[kind]) == 0)
            continue;
        *h = (struct hit){.run = w->run, .row = row, .kind = kind, .at_s = w->run->at_s[row]};
        uint8_t slot = m->slot[kind];
        if (slot != NO_SLOT) {
            h->posting = w->posting[slot];
            h->place = w->place[slot]++;
        }
        *classes = matcher_classes(m, h);
        if (*classes != 0)
            return true;
    }
    return false;
}

#endif
