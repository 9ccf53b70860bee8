/* store_statements.c — every statement of src/store is listed, and is what its struct says on both
 * engines. */
#include "store_fixture.h"

#include "pg_fixture.h"
#include "store/statements.h"

#include <dirent.h>
#include <stdio.h>

/* ---- the lists are complete ---- */

static char *read_source(const char *name)
{
    static char text[1 << 20];
    char path[600];
    snprintf(path, sizeof path, "%.*s../../src/store/%s",
             (int)(sizeof __FILE__ - sizeof "store_statements.c"), __FILE__, name);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return NULL;
    size_t n = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[n] = 0;
    return text;
}

/* "static const struct sql NAME =" is followed somewhere by "&NAME" within STATEMENTS(…); static
 * lists of pointers do not count. */
static void check_source(const char *file)
{
    static const char mark[] = "\nstatic const struct sql ";
    char *text = read_source(file);
    assert_non_null(text);
    const char *list = strstr(text, "\nSTATEMENTS(");
    size_t found = 0;
    for (const char *at = strstr(text, mark); at != NULL; at = strstr(at + 1, mark)) {
        char name[80];
        const char *start = at + sizeof mark - 1;
        if (*start == '*')
            continue;
        size_t n = strcspn(start, " =[");
        assert_true(n > 0 && n < sizeof name - 1);
        snprintf(name, sizeof name, "&%.*s", (int)n, start);
        const char *listed = list != NULL ? strstr(list, name) : NULL;
        bool whole = false;
        while (listed != NULL && !whole) {
            whole = strchr(",) \n[", listed[n + 1]) != NULL && listed < strstr(list, ");");
            listed = strstr(listed + 1, name);
        }
        if (!whole)
            fail_msg("src/store/%s: %s is not in STATEMENTS(…)", file, name + 1);
        found++;
    }
    if (found == 0)
        return;
    size_t i = 0;
    while (statement_files[i].name != NULL &&
           (strlen(statement_files[i].name) != strlen(file) - 2 ||
            strncmp(statement_files[i].name, file, strlen(file) - 2) != 0))
        i++;
    if (statement_files[i].name == NULL)
        fail_msg("src/store/%s has statements but no line in statements.c", file);
}

static void every_statement_is_listed(void **state)
{
    (void)state;
    char path[600];
    snprintf(path, sizeof path, "%.*s../../src/store",
             (int)(sizeof __FILE__ - sizeof "store_statements.c"), __FILE__);
    DIR *dir = opendir(path);
    assert_non_null(dir);
    struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        size_t n = strlen(entry->d_name);
        if (n > 2 && strcmp(entry->d_name + n - 2, ".c") == 0)
            check_source(entry->d_name);
    }
    closedir(dir);
}

/* ---- each can be prepared ---- */

static void prepare_all(void **state)
{
    struct store_fixture *f = *state;
    size_t bad = 0;
    for (const struct statement_file *file = statement_files; file->name != NULL; file++) {
        for (size_t i = 0; file->list[i] != NULL; i++) {
            struct tx *tx;
            store_must(f, db_read_begin(f->db, &tx, &f->err));
            if (tx_prepare(tx, file->list[i], &f->err) != RC_OK) {
                print_error("%s, statement %zu: %s %s\n    %.200s\n", file->name, i, f->err.code,
                            f->err.en, file->list[i]->text);
                bad++;
            }
            db_read_end(tx);
        }
    }
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_statement_is_listed),
                                       STORE_TEST(prepare_all, SQLITE),
                                       STORE_TEST(prepare_all, POSTGRES)};
    size_t n = sizeof tests / sizeof *tests;
    return pg_fixture_skipped()
               ? _cmocka_run_group_tests("store_statements", tests, n - 1, NULL, NULL)
               : _cmocka_run_group_tests("store_statements", tests, n, NULL, NULL);
}
