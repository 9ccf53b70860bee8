/* statements — every statement of the store, so that a test can prepare each on both engines.
 *
 * Each store file ends with one line
 *     STATEMENTS(customer, &CUSTOMER_MAKE, &CUSTOMER_LOAD);
 * that names all its `static const struct sql`, and has one line in statements.c. A test reads the
 * sources and fails when a statement or a file is missing from the lists, prepares each statement
 * on SQLite and PostgreSQL, and compares the number and types of its parameters and columns with
 * what the struct says.
 */
#ifndef KOI_STORE_STATEMENTS_H
#define KOI_STORE_STATEMENTS_H

#include "db/db.h"

/* As many statements of one file as there are; the list ends with NULL. */
#define STATEMENTS(file, ...)                                                                      \
    extern const struct sql *const file##_statements[];                                            \
    const struct sql *const file##_statements[] = {__VA_ARGS__, NULL}

struct statement_file {
    const char *name; /* "customer", for src/store/customer.c */
    const struct sql *const *list; /* ends with NULL */
};

/* All files, ends with a NULL name. */
extern const struct statement_file statement_files[];

#endif
