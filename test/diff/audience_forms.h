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

#endif
