/* import_undo.c — an import out again: retract what it logged, delete what it added, put back what
 * it changed.
 *
 * First, in one closure, the batch is marked and one event retracts everything it logged: from then
 * on no answer counts it. Then the rows go, part by part, in steps; a killed undo goes on where it
 * was, since deleting what is left is all it ever does. A customer that something else has touched
 * since stays, without what the import knew; orders of other imports that it changed get their
 * former header and lines back from the `order_change` events it left.
 */
#include "domain/import.h"

#include "base/limits.h"
#include "domain/order_undo.h"
#include "store/customer_stats.h"
#include "store/event.h"
#include "store/tag.h"
#include "store/undo.h"

#include <assert.h>
#include <inttypes.h>
#include <unistd.h>

enum { UNDO_ROWS = 500, UNDO_PEOPLE = 50 };

struct import_undoing {
    struct job *job;
    int64_t batch_id;
    int part; /* enum undo_part; -1: nothing yet */
    int64_t after, done, kept;
    int64_t *keys, *owners; /* of this step: rows, and whose orders they are */
    size_t n, owners_n;
};

enum rc import_undo_add(struct app *app, struct tx *tx, int64_t batch_id, int64_t account_id,
                        int64_t *out_job, struct err *e)
{
    struct batch_row b;
    enum rc rc = batch_get(tx, batch_id, &b, e);
    if (rc != RC_OK)
        return rc;
    if (b.state != BATCH_DONE && b.state != BATCH_STOPPED && b.state != BATCH_FAILED) {
        rc = err_set(e, RC_CONFLICT, "import_state", "id", "这次导入现在不能撤销（%s）",
                     "this import cannot be undone now (%s)", batch_state_name(b.state));
        err_hint(e, "正在运行的导入请先停止", "stop it first if it runs");
        return rc;
    }
    if (b.kind == BATCH_DEMO) {
        rc = err_set(e, RC_CONFLICT, "import_demo", "id", "这是演示数据", "this is the demo corp");
        err_hint(e, "请用 koi demo --remove 或设置页移除",
                 "remove it by koi demo --remove or from the settings");
        return rc;
    }
    struct job_order order = {
        .kind = "import_undo",
        .title = STR("撤销导入"),
        .detail = arena_printf(tx_arena(tx), "{\"batch_id\":\"%" PRId64 "\"}", batch_id),
        .total = b.lines,
        .account_id = account_id,
    };
    rc = job_add(app, tx, &order, out_job, e);
    return rc == RC_OK ? batch_set_job(tx, batch_id, *out_job, e) : rc;
}

static enum rc checkpoint(struct import_undoing *u, struct tx *tx, int part, int64_t after,
                          int64_t done, struct err *e)
{
    struct str cursor = arena_printf(tx_arena(tx), "%d %" PRId64, part, after);
    return job_checkpoint(u->job, tx, cursor, done, e);
}

static enum rc write_begin(struct tx *tx, void *arg, struct err *e)
{
    struct import_undoing *u = arg;
    enum rc rc = event_retract_batch(tx, u->batch_id, e);
    if (rc == RC_OK)
        rc = batch_set_state(tx, u->batch_id, BATCH_UNDOING, e);
    return rc == RC_OK ? checkpoint(u, tx, 0, 0, 0, e) : rc;
}

static enum rc take_tags_off(struct import_undoing *u, struct tx *tx, int64_t customer_id,
                             struct err *e)
{
    int64_t *tags, changed;
    size_t n;
    enum rc rc = undo_tags(tx, u->batch_id, customer_id, &tags, &n, e);
    for (size_t i = 0; i < n && rc == RC_OK; i++)
        rc = tag_take_off(tx, &customer_id, 1, tags[i], &changed, e);
    return rc;
}

static enum rc take_out(struct import_undoing *u, struct tx *tx, int64_t key, bool *out_gone,
                        struct err *e)
{
    *out_gone = true;
    if (u->part == UNDO_CHANGES)
        return order_undo_change(tx, key, u->batch_id, e);
    if (u->part == UNDO_TAGS)
        return take_tags_off(u, tx, key, e);
    return undo_remove(tx, (enum undo_part)u->part, u->batch_id, key, out_gone, e);
}

static enum rc write_some(struct tx *tx, void *arg, struct err *e)
{
    struct import_undoing *u = arg;
    int64_t kept = 0;
    enum rc rc = RC_OK;
    for (size_t i = 0; i < u->n && rc == RC_OK; i++) {
        bool gone;
        rc = take_out(u, tx, u->keys[i], &gone, e);
        kept += !gone;
    }
    if (rc == RC_OK && u->owners_n > 0)
        rc = customer_stats_refresh_many(tx, u->owners, u->owners_n, e);
    if (rc == RC_OK)
        rc = checkpoint(u, tx, u->part, u->n > 0 ? u->keys[u->n - 1] : u->after,
                        u->done + (int64_t)u->n, e);
    u->kept = kept;
    return rc;
}

/* Says it once more, now that the rows are gone: whoever follows the log reads everything anew, and
 * nobody else was told of lines and refunds that went or came back. */
static enum rc write_end(struct tx *tx, void *arg, struct err *e)
{
    struct import_undoing *u = arg;
    enum rc rc = event_retract_batch(tx, u->batch_id, e);
    return rc == RC_OK ? batch_set_state(tx, u->batch_id, BATCH_UNDONE, e) : rc;
}

static enum rc undo_open(struct job *job, struct err *e)
{
    struct import_undoing *u = ARENA_NEW(job_arena(job), struct import_undoing);
    struct str cursor = job_cursor(job), part;
    int64_t at = -1;
    u->job = job;
    u->batch_id = json_int_or(json_get(job_detail(job), "batch_id"), 0);
    u->done = job_done(job);
    if (str_cut(&cursor, ' ', &part) && str_to_i64(part, &at))
        str_to_i64(cursor, &u->after);
    u->part = (int)at;
    job_set_state(job, u);
    return u->part >= 0 ? RC_OK : writer_run(job_app(job)->writer, write_begin, u, e);
}

/* Writes all keys of the step, as many closures as it takes. */
static enum rc write_keys(struct import_undoing *u, struct err *e)
{
    enum rc rc = RC_OK;
    int64_t *keys = u->keys;
    size_t left = u->n;
    while (left > 0 && rc == RC_OK) {
        u->keys = keys;
        u->n = left < UNDO_ROWS ? left : UNDO_ROWS;
        rc = writer_run(job_app(u->job)->writer, write_some, u, e);
        if (rc != RC_OK)
            return rc;
        u->after = keys[u->n - 1];
        u->done += (int64_t)u->n;
        keys += u->n;
        left -= u->n;
        job_progress(u->job, u->done, -1);
    }
    return rc;
}

static enum rc undo_end(struct import_undoing *u, struct err *e)
{
    struct app *app = job_app(u->job);
    struct arena *a = job_arena(u->job);
    unlink(import_reject_path(app, a, u->batch_id));
    job_set_result(u->job, arena_printf(a, "{\"import_id\":\"%" PRId64 "\",\"rows\":%" PRId64 "}",
                                        u->batch_id, u->done));
    return writer_run(app->writer, write_end, u, e);
}

static enum rc undo_step(struct job *job, bool *out_finished, struct err *e)
{
    struct import_undoing *u = job_state(job);
    struct tx *tx = NULL;
    if (u->part < 0)
        u->part = 0;
    u->owners_n = 0;
    bool heavy = u->part == UNDO_CUSTOMERS || u->part == UNDO_IDENTITIES || u->part == UNDO_CHANGES;
    int64_t limit = heavy ? UNDO_PEOPLE : UNDO_ROWS;
    enum rc rc = db_read_begin(job_app(job)->db, &tx, e);
    if (rc == RC_OK)
        rc = undo_next(tx, (enum undo_part)u->part, u->batch_id, u->after, limit, &u->keys, &u->n,
                       e);
    if (rc == RC_OK && u->part == UNDO_ORDERS && u->n > 0)
        rc = order_undo_owners(tx, u->keys, u->n, &u->owners, &u->owners_n, e);
    bool more = rc == RC_OK && u->n > 0;
    if (more)
        rc = write_keys(u, e);
    db_read_end(tx);
    if (rc != RC_OK || more)
        return rc;
    u->after = 0;
    *out_finished = ++u->part == UNDO_PARTS;
    return *out_finished ? undo_end(u, e) : RC_OK;
}

const struct job_kind job_kind_import_undo = {
    .name = "import_undo",
    .lane = "data",
    .open = undo_open,
    .step = undo_step,
};
