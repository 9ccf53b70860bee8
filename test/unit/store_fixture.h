/* store_fixture — an empty corp on either engine: the real schema, keys, a writer. For tests of
 * store and domain. */
#ifndef KOI_TEST_UNIT_STORE_FIXTURE_H
#define KOI_TEST_UNIT_STORE_FIXTURE_H

#include "unit.h"

#include "base/secret.h"
#include "db/writer.h"

struct store_fixture {
    enum db_engine engine;
    char folder[64], url[600];
    struct db *db;
    struct writer *writer;
    struct keyring *keys;
    struct err err;
};

/* cmocka's state says the engine: &STORE_SQLITE or &STORE_POSTGRES; it becomes a struct
 * store_fixture. */
extern enum db_engine STORE_SQLITE, STORE_POSTGRES;
int store_setup(void **state);
int store_teardown(void **state);

/* Fails the test with the error's sentence unless rc is RC_OK. */
#define store_must(f, rc) store_must_at((f), (rc), __FILE__, __LINE__)
void store_must_at(struct store_fixture *f, enum rc rc, const char *file, int line);

/* Runs a closure that must succeed. */
void store_write(struct store_fixture *f, enum rc (*run)(struct tx *tx, void *arg, struct err *e),
                 void *arg);

/* Two rows of cmocka's table: a test on both engines. */
#define STORE_TESTS(fn) STORE_TEST(fn, SQLITE), STORE_TEST(fn, POSTGRES)

/* A row of cmocka's table: a test on SQLITE or POSTGRES. Put those on PostgreSQL last, so that they
 * can be left out. */
#define STORE_TEST(fn, engine)                                                                     \
    {                                                                                              \
#fn " on " #engine, fn, store_setup, store_teardown, &STORE_##engine                       \
    }

#endif
