/* db_fixture — an empty database of either engine, with the tables of these tests and a writer. */
#ifndef KOI_TEST_UNIT_DB_FIXTURE_H
#define KOI_TEST_UNIT_DB_FIXTURE_H

#include "unit.h"

#include "db/writer.h"

struct fixture {
    enum db_engine engine;
    char folder[64];
    char url[600]; /* of the database: a path, or an address */
    struct db *db;
    struct writer *writer;
    struct err err;
};

/* The schema of these tests: kv(id, i, d, s, b), log(seq, who, n), parent and child. */
extern const struct migration FIXTURE_SCHEMA[];
extern const size_t FIXTURE_SCHEMA_N;

/* A new database with the schema, and its writer. cmocka's state says the engine:
 * &FIXTURE_SQLITE or &FIXTURE_POSTGRES. */
extern enum db_engine FIXTURE_SQLITE, FIXTURE_POSTGRES;
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* Closes and opens again, as another process would. */
void fixture_close(struct fixture *f);
void fixture_open(struct fixture *f);

/* Fails the test with the error's sentence unless rc is RC_OK. */
#define must(f, rc) fixture_must((f), (rc), __FILE__, __LINE__)
void fixture_must(struct fixture *f, enum rc rc, const char *file, int line);

/* A path in a new temporary folder, removed with everything in it by the second. */
void fixture_folder(char folder[static 64]);
void fixture_remove(const char *folder);

/* How many rows a table-counting statement gives now. */
int64_t fixture_count(struct fixture *f, const struct sql *q);

#endif
