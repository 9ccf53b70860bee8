/* domain_upkeep.c — automatic backups: one when it is due, none while one is under way. */
#include "db_fixture.h"

#include "domain/app.h"
#include "domain/upkeep.h"
#include "store/job.h"

#include <time.h>

static int64_t newest_backup(struct app *app, enum job_state *out_state)
{
    struct tx *tx;
    struct err e;
    struct job_row *rows = NULL;
    size_t n = 0;
    int64_t id = 0;
    assert_int_equal(db_read_begin(app->db, &tx, &e), RC_OK);
    assert_int_equal(job_row_list(tx, INT64_MAX, 0, STR_ABSENT, 10, &rows, &n, &e), RC_OK);
    for (size_t i = n; i-- > 0;)
        if (str_eq(rows[i].kind, STR("backup"))) {
            id = rows[i].id;
            *out_state = rows[i].state;
        }
    db_read_end(tx);
    return id;
}

struct change {
    int64_t id;
    enum job_state state;
};

static enum rc set_state(struct tx *tx, void *arg, struct err *e)
{
    const struct change *c = arg;
    return job_row_set_state(tx, c->id, c->state, e);
}

static void a_backup_is_ordered_once(void **state)
{
    (void)state;
    char folder[64];
    struct app *app = NULL;
    struct err e;
    enum job_state was = JOB_WAITING;
    bool ordered = false;
    fixture_folder(folder);
    const struct app_options options = {.data_dir = folder, .create = true, .with_jobs = true};
    assert_int_equal(app_open(&options, &app, &e), RC_OK);
    assert_int_equal(upkeep_run(app, &ordered, &e), RC_OK);
    assert_false(ordered); /* a server that has just begun has better things to do */
    app->started_us = 0;
    assert_int_equal(upkeep_run(app, &ordered, &e), RC_OK);
    assert_true(ordered);
    int64_t id = newest_backup(app, &was);
    for (int i = 0; was != JOB_DONE && i < 3000; i++) {
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
        id = newest_backup(app, &was);
    }
    assert_int_equal(was, JOB_DONE);
    assert_int_equal(upkeep_run(app, &ordered, &e), RC_OK);
    assert_false(ordered); /* it is there */

    char command[200];
    snprintf(command, sizeof command, "rm -f %s/backup/auto-*", folder);
    assert_int_equal(system(command), 0);
    struct change c = {id, JOB_STOPPING};
    assert_int_equal(writer_run(app->writer, set_state, &c, &e), RC_OK);
    assert_int_equal(upkeep_run(app, &ordered, &e), RC_OK);
    assert_false(ordered); /* one is still under way */
    c.state = JOB_STOPPED;
    assert_int_equal(writer_run(app->writer, set_state, &c, &e), RC_OK);
    assert_int_equal(upkeep_run(app, &ordered, &e), RC_OK);
    assert_true(ordered);
    app_close(app);
    fixture_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_backup_is_ordered_once),
    };
    return cmocka_run_group_tests_name("domain_upkeep", tests, NULL, NULL);
}
