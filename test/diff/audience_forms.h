/* audience_forms — what the differential programs share: the forms of one expression, and how a
 * program ends at the first difference. */
#ifndef KOI_TEST_AUDIENCE_FORMS_H
#define KOI_TEST_AUDIENCE_FORMS_H

#include "query/audience.h"

/* Says what is wrong with an expression, by which seed, and ends the program with 1. `e` may be
 * NULL. */
_Noreturn void diff_stop(uint64_t seed, const char *text, const char *what, const struct err *e);
/* Printing and reading the tree, as text and as JSON, gives an equal tree, and both sentences can
 * be said; else diff_stop(). `verbose` prints the expression and its sentences. */
void diff_forms(uint64_t seed, bool verbose, struct arena *a, const struct audience_expr *x,
                const char *text);

/* What a customer had at a past time, of which an expression can hold conditions. */
enum diff_past { PAST_TAG, PAST_FRIEND, PAST_GROUP, PAST_TIER, PAST_KINDS };
/* Counts up those kinds that an expression asks `as of` a time. */
void diff_count_past(const struct audience_expr *x, int64_t counts[static PAST_KINDS]);
/* Prints the counts in one line; the smallest of them. */
int64_t diff_print_past(const int64_t counts[static PAST_KINDS]);

#endif
