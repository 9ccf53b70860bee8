/* run_row_order — the order in which a run has rows, for naive twins: by customer, then time, then
 * as they were given. For qsort() over pointers into one array. */
#ifndef KOI_TEST_RUN_ROW_ORDER_H
#define KOI_TEST_RUN_ROW_ORDER_H

#include "mirror/run.h"

static inline int by_customer_and_time(const void *a, const void *b)
{
    const struct run_row *x = *(const struct run_row *const *)a;
    const struct run_row *y = *(const struct run_row *const *)b;
    if (x->local != y->local)
        return x->local < y->local ? -1 : 1;
    if (x->at_s != y->at_s)
        return x->at_s < y->at_s ? -1 : 1;
    return (x > y) - (x < y);
}

#endif
