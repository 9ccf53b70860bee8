/* analysis_naive — another opinion on funnels, retention and the rest: query/analysis.h written
 * down as plainly as possible, customer by customer over the arrays of a world. It shares with the
 * program the trees, the bounds of windows and the days of the calendar. */
#ifndef KOI_TEST_ANALYSIS_NAIVE_H
#define KOI_TEST_ANALYSIS_NAIVE_H

#include "analysis_question.h"
#include "audience_naive.h"

/* The answer, in arena `a`; its rc says what the engines are to refuse. */
void naive_answer(struct naive *n, const struct question *q, struct arena *a, struct answer *out);

#endif
