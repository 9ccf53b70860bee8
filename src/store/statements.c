/* statements.c — the store files that have statements, sorted by name. See statements.h.
 *
 * A list by hand, checked by test/unit/store_statements.c, since a linker section or a preprocessor would hide it from
 * readers. Costs a few pointers; only tests and `koi doctor` read it.
 */
#include "store/statements.h"

#define FILE_LIST(X)                                                                               \
    X(batch)                                                                                       \
    X(customer)                                                                                    \
    X(customer_stats)                                                                              \
    X(event)                                                                                       \
    X(identity)                                                                                    \
    X(job)                                                                                         \
    X(merge)                                                                                       \
    X(order)

#define DECLARE(file) extern const struct sql *const file##_statements[];
FILE_LIST(DECLARE)

#define ROW(file) {.name = #file, .list = file##_statements},
const struct statement_file statement_files[] = {FILE_LIST(ROW){.name = NULL}};
