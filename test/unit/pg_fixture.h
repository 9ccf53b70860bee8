/* pg_fixture — a throw-away PostgreSQL for the tests of one program.
 *
 * The first call makes a cluster in a temporary folder (as user postgres when we are root,
 * because the server refuses root) and starts it on a unix socket in that folder, without fsync.
 * It ends with this process, however that ends. Starting takes about two seconds.
 */
#ifndef KOI_TEST_UNIT_PG_FIXTURE_H
#define KOI_TEST_UNIT_PG_FIXTURE_H

#include <stdbool.h>
#include <sys/types.h>

/* True, and a line on standard error, when KOI_SKIP_POSTGRES=1: the caller then leaves its tests
 * out. */
bool pg_fixture_skipped(void);
/* The address of a new, empty database. Valid until the next call. Aborts with a message when
 * PostgreSQL is not installed or does not start. */
const char *pg_fixture_url(void);
/* The process id of the server. */
pid_t pg_fixture_pid(void);
/* Stops the server and starts it again on the same data; open connections are lost. */
void pg_fixture_restart(void);
/* Runs one statement, given by the test itself, in the database of an address. */
void pg_fixture_run(const char *url, const char *text);

#endif
