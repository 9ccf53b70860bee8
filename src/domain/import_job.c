/* import_job.c — the job: rows are read on its thread, written on the writer's, up to
 * IMPORT_FLIGHTS steps ahead.
 *
 * Each step is a closure: its rows, the batch's counts and the job's cursor, in one transaction;
 * the writer puts several of them into one commit, which is one fsync for many thousand rows, while
 * other closures still get in between two steps. Closures run in the order they were handed in, and
 * one whose predecessor failed refuses to run, so nothing is ever skipped. A step is cut when it
 * holds as many rows as lately took 12 ms to write, at most STEP_ROWS, and at a border of orders.
 *
 * Resuming reads the file from its first row again without writing, up to the row behind the last
 * committed step: repeats of lines and orders are counted over the whole file, and a gzip or xlsx
 * file cannot be entered in the middle anyway. Reading costs a tenth of writing.
 *
 * When all rows are in, the statistics of the customers concerned are computed, once each, in steps
 * of their own.
 */
#include "domain/import_run.h"

#include "base/calendar.h"
#include "base/clock.h"
#include "base/limits.h"
#include "store/customer_stats.h"

#include <assert.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <unistd.h>

enum { STEP_TARGET_US = 12000, STEP_ROWS_LEAST = 20, STATS_CUSTOMERS = 100 };

/* ---- the cursor ---- */

struct str import_tally_text(const struct import_tally *t, struct arena *a)
{
    const struct ingest_counts *c = &t->counts;
    return arena_printf(a,
                        "%" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64
                        " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64,
                        t->rows, t->rejected, c->added, c->changed, c->known, c->orders,
                        c->customers, c->products, c->events, t->stats_after);
}

bool import_tally_parse(struct str text, struct import_tally *out)
{
    struct import_tally t = {0};
    int64_t *members[] = {
        &t.rows,          &t.rejected,      &t.counts.added,     &t.counts.changed,
        &t.counts.known,  &t.counts.orders, &t.counts.customers, &t.counts.products,
        &t.counts.events, &t.stats_after};
    struct str part;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (!str_cut(&text, ' ', &part) || !str_to_i64(part, members[i]))
            return false;
    *out = t;
    return true;
}

/* ---- a step in the database ---- */

static void add_counts(struct ingest_counts *to, const struct ingest_counts *c)
{
    to->added += c->added;
    to->changed += c->changed;
    to->known += c->known;
    to->orders += c->orders;
    to->customers += c->customers;
    to->products += c->products;
    to->events += c->events;
}

static enum rc write_rows(struct flight *f, struct tx *tx, struct ingest_counts *counts,
                          struct err *e)
{
    struct import *imp = f->imp;
    struct import_step *s = f->step;
    enum rc rc = ingest_begin(imp->ingest, tx, f->number, e);
    if (rc == RC_OK)
        rc = ingest_orders(imp->ingest, tx, s->orders, s->orders_n, counts, e);
    if (rc == RC_OK)
        rc = ingest_events(imp->ingest, tx, s->events, s->events_n, counts, e);
    if (rc == RC_OK)
        rc = ingest_customers(imp->ingest, tx, s->customers, s->customers_n, counts, e);
    return rc == RC_OK ? ingest_end(imp->ingest, tx, e) : rc;
}

static enum rc put_tally(struct import *imp, struct tx *tx, const struct import_tally *t,
                         enum batch_state state, struct err *e)
{
    enum rc rc = job_checkpoint(imp->job, tx, import_tally_text(t, tx_arena(tx)), t->rows, e);
    if (rc == RC_OK)
        rc = batch_put(tx, imp->batch_id, state, t->rows, t->counts.added + t->counts.changed,
                       t->counts.known, t->rejected, e);
    return rc;
}

/* What the steps before this one have done. One that failed in the same group has not been told so
 * yet: hence the ring, which is written as closures run. */
static enum rc before(struct flight *f, struct import_tally *out, struct err *e)
{
    struct import *imp = f->imp;
    size_t own = (size_t)f->number % IMPORT_RING;
    size_t last = (size_t)(f->number + IMPORT_RING - 1) % IMPORT_RING;
    lock_take(&imp->lock);
    imp->ring[own].number = 0;
    bool good = imp->failed == RC_OK && (f->number == 0 || imp->ring[last].number == f->number);
    *out = f->number == 0 ? imp->start : imp->ring[last].after;
    lock_give(&imp->lock);
    return good ? RC_OK
                : err_set(e, RC_BUSY, "step_before_failed", NULL, "前一步没有完成",
                          "the step before failed");
}

static enum rc flight_run(struct tx *tx, void *arg, struct err *e)
{
    struct flight *f = arg;
    struct import_tally t;
    struct ingest_counts counts = {0};
    int64_t start_us = clock_mono_us();
    enum rc rc = before(f, &t, e);
    if (rc == RC_OK)
        rc = write_rows(f, tx, &counts, e);
    if (rc != RC_OK)
        return rc;
    add_counts(&t.counts, &counts);
    t.rows = f->rows;
    t.rejected = f->rejected;
    t.stats_after = -1;
    rc = put_tally(f->imp, tx, &t, BATCH_RUNNING, e);
    if (rc != RC_OK)
        return rc;
    lock_take(&f->imp->lock);
    f->imp->ring[f->number % IMPORT_RING].number = f->number + 1;
    f->imp->ring[f->number % IMPORT_RING].after = t;
    if (f->step->rows > 0) {
        double us = (double)(clock_mono_us() - start_us) / (double)f->step->rows;
        f->imp->us_a_row = f->imp->us_a_row == 0 ? us : f->imp->us_a_row * 0.8 + us * 0.2;
    }
    lock_give(&f->imp->lock);
    return RC_OK;
}

static void flight_done(void *arg, enum rc rc, const struct err *e)
{
    struct flight *f = arg;
    struct import *imp = f->imp;
    lock_take(&imp->lock);
    f->busy = false;
    if (rc == RC_OK) {
        imp->done = imp->ring[f->number % IMPORT_RING].after;
    } else if (imp->failed == RC_OK) {
        imp->failed = rc;
        imp->why = *e;
    }
    signal_all(&imp->landed);
    lock_give(&imp->lock);
}

/* Waits until no step is on its way. */
static void land_all(struct import *imp)
{
    lock_take(&imp->lock);
    for (int i = 0; i < IMPORT_FLIGHTS; i++)
        while (imp->flights[i].busy)
            signal_wait(&imp->landed, &imp->lock);
    lock_give(&imp->lock);
}

static enum rc failed(struct import *imp, struct err *e)
{
    lock_take(&imp->lock);
    enum rc rc = imp->failed;
    if (rc != RC_OK && e != NULL)
        *e = imp->why;
    lock_give(&imp->lock);
    return rc;
}

/* ---- reading ---- */

static struct flight *next_flight(struct import *imp)
{
    struct flight *f = &imp->flights[imp->steps % IMPORT_FLIGHTS];
    lock_take(&imp->lock);
    while (f->busy)
        signal_wait(&imp->landed, &imp->lock);
    double us = imp->us_a_row;
    lock_give(&imp->lock);
    if (f->step == NULL)
        f->step = import_step_new();
    import_step_clear(f->step);
    f->imp = imp;
    int64_t rows = us > 0 ? (int64_t)(STEP_TARGET_US / us) : STEP_ROWS / 4;
    imp->reader.step_rows = rows > STEP_ROWS         ? STEP_ROWS
                            : rows < STEP_ROWS_LEAST ? STEP_ROWS_LEAST
                                                     : (size_t)rows;
    reader_new_step(&imp->reader);
    return f;
}

/* Reads rows into a step until it is full, `until` rows have been read (-1: no such end), or the
 * file ends. */
static enum rc fill(struct import *imp, struct import_step *s, int64_t until, struct err *e)
{
    while (imp->rows != until && s->rows < STEP_ROOM) {
        struct problem p;
        if (!imp->has_held) {
            enum rc rc = table_next(imp->table, &imp->held, e);
            imp->at_end = rc == RC_NOT_FOUND;
            if (rc != RC_OK)
                return imp->at_end ? RC_OK : rc;
        }
        imp->has_held = s->rows > 0 && reader_cuts(&imp->reader, &imp->held, s);
        if (imp->has_held)
            return RC_OK;
        enum rc rc = reader_row(&imp->reader, &imp->held, s, &p, e);
        imp->rows++;
        if (rc == RC_INVALID) {
            imp->rejected++;
            rc = reject_add(imp->reject, &imp->held, &p, e);
        }
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}

/* A dry run asks only which orders are there already. */
static enum rc try_step(struct import *imp, struct import_step *s, struct err *e)
{
    struct tx *tx = NULL;
    enum rc rc = s->orders_n > 0 ? db_read_begin(imp->app->db, &tx, e) : RC_OK;
    for (size_t i = 0; i < s->orders_n && rc == RC_OK; i++) {
        struct order_row row;
        const struct ingest_order *o = &s->orders[i];
        imp->done.counts.orders += !o->continued;
        if (o->continued || o->channel_id == 0)
            continue;
        rc = order_find(tx, o->channel_id, o->number, &row, e);
        imp->known_orders += rc == RC_OK;
        rc = rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    db_read_end(tx);
    imp->done.counts.added += (int64_t)s->rows;
    imp->done.rows = imp->rows;
    imp->done.rejected = imp->rejected;
    return rc;
}

static void tell_progress(struct import *imp)
{
    int64_t at = table_at_bytes(imp->table), size = table_size_bytes(imp->table);
    lock_take(&imp->lock);
    int64_t done = imp->done.rows;
    lock_give(&imp->lock);
    int64_t total = imp->at_end ? imp->rows
                    : at > 0    ? (int64_t)((double)imp->rows * (double)size / (double)at)
                                : -1;
    if (total >= 0 && total < imp->rows)
        total = imp->rows;
    job_progress(imp->job, done, total);
}

static enum rc read_step(struct import *imp, struct err *e)
{
    struct flight *f = next_flight(imp);
    bool replay = imp->rows < imp->resume_rows;
    enum rc rc = failed(imp, e);
    if (rc == RC_OK)
        rc = fill(imp, f->step, replay ? imp->resume_rows : -1, e);
    if (rc != RC_OK || replay)
        return rc;
    tell_progress(imp);
    if (imp->dry)
        return try_step(imp, f->step, e);
    if (f->step->continues && imp->reader.apart)
        land_all(imp);
    f->number = imp->steps++;
    f->rows = imp->rows;
    f->rejected = imp->rejected;
    f->write = (struct write){.run = flight_run, .done = flight_done, .arg = f};
    f->busy = true;
    rc = writer_submit(imp->app->writer, &f->write, e);
    if (rc != RC_OK)
        f->busy = false;
    return rc;
}

/* ---- behind the last row ---- */

struct stats_step {
    struct import *imp;
    struct import_tally tally;
    int64_t *ids;
    size_t n;
};

static enum rc write_stats(struct tx *tx, void *arg, struct err *e)
{
    struct stats_step *s = arg;
    enum rc rc = RC_OK;
    if (s->imp->map.kind == BATCH_ORDERS)
        rc = customer_stats_refresh_many(tx, s->ids, s->n, e);
    if (rc == RC_OK)
        rc = batch_first_seen(tx, s->imp->batch_id, s->ids, s->n, e);
    return rc == RC_OK ? put_tally(s->imp, tx, &s->tally, BATCH_RUNNING, e) : rc;
}

/* Reads once who is concerned. */
static enum rc find_touched(struct import *imp, struct err *e)
{
    struct tx *tx = NULL;
    int64_t *ids;
    size_t n;
    int64_t after = imp->done.stats_after < 0 ? 0 : imp->done.stats_after;
    enum rc rc = db_read_begin(imp->app->db, &tx, e);
    if (rc == RC_OK)
        rc = batch_customers(tx, imp->batch_id, after, &ids, &n, e);
    if (rc == RC_OK) {
        imp->touched = malloc((n + 1) * sizeof *ids);
        if (imp->touched == NULL)
            abort();
        if (n > 0)
            memcpy(imp->touched, ids, n * sizeof *ids);
        imp->touched_n = n;
    }
    db_read_end(tx);
    return rc;
}

/* The next customers' statistics; false in *out_more when there are none left. */
static enum rc stats_step(struct import *imp, bool *out_more, struct err *e)
{
    enum rc rc = imp->touched == NULL ? find_touched(imp, e) : RC_OK;
    if (rc != RC_OK)
        return rc;
    size_t left = imp->touched_n - imp->touched_at;
    struct stats_step s = {.imp = imp, .tally = imp->done};
    s.ids = imp->touched + imp->touched_at;
    s.n = left < STATS_CUSTOMERS ? left : STATS_CUSTOMERS;
    *out_more = s.n > 0;
    if (s.n == 0)
        return RC_OK;
    s.tally.stats_after = s.ids[s.n - 1];
    rc = writer_run(imp->app->writer, write_stats, &s, e);
    if (rc != RC_OK)
        return rc;
    imp->touched_at += s.n;
    imp->done = s.tally;
    return RC_OK;
}

static enum rc write_done(struct tx *tx, void *arg, struct err *e)
{
    struct import *imp = arg;
    enum rc rc = put_tally(imp, tx, &imp->done, BATCH_DONE, e);
    return rc == RC_OK
               ? mapping_remember(tx, imp->map.kind,
                                  (struct str){(const char *)imp->header_hash, 32}, imp->mapping, e)
               : rc;
}

static struct str result_json(struct import *imp)
{
    const struct import_tally *t = &imp->done;
    struct buf b;
    buf_init(&b, 64 << 10);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    json_put_id(&j, "import_id", imp->batch_id);
    json_put_bool(&j, "dry_run", imp->dry);
    json_put_int(&j, "lines", t->rows);
    json_put_int(&j, "added", t->counts.added);
    json_put_int(&j, "changed", t->counts.changed);
    json_put_int(&j, "known", t->counts.known);
    json_put_int(&j, "rejected", t->rejected);
    json_put_int(&j, "orders", t->counts.orders);
    if (imp->dry) {
        json_put_int(&j, "known_orders", imp->known_orders);
    } else {
        json_put_int(&j, "customers", t->counts.customers);
        json_put_int(&j, "products", t->counts.products);
        json_put_int(&j, "events", t->counts.events);
    }
    reject_print(imp->reject, &j, "problems");
    json_close_object(&j);
    struct str out = arena_str(job_arena(imp->job), buf_str(&b));
    buf_done(&b);
    return out;
}

static enum rc finish(struct import *imp, struct err *e)
{
    enum rc rc = imp->dry ? RC_OK : writer_run(imp->app->writer, write_done, imp, e);
    if (rc != RC_OK)
        return rc;
    job_progress(imp->job, imp->done.rows, imp->done.rows);
    job_set_result(imp->job, result_json(imp));
    return RC_OK;
}

static enum rc import_job_step(struct job *job, bool *out_finished, struct err *e)
{
    struct import *imp = job_state(job);
    if (!imp->at_end)
        return read_step(imp, e);
    land_all(imp);
    enum rc rc = failed(imp, e);
    bool more = false;
    if (rc == RC_OK && !imp->dry)
        rc = stats_step(imp, &more, e);
    if (rc != RC_OK || more)
        return rc;
    *out_finished = true;
    return finish(imp, e);
}

/* ---- opening and closing ---- */

/* What the mapping names and the batch's state. */
static enum rc settle_names(struct tx *tx, void *arg, struct err *e)
{
    struct import *imp = arg;
    enum rc rc = channel_find_or_add(tx, imp->reader.issuer, &imp->reader.channel_id, e);
    return rc == RC_OK ? batch_set_state(tx, imp->batch_id, BATCH_RUNNING, e) : rc;
}

/* A dry run makes no channel: orders of one that is not there are all new. */
static enum rc look_channel(struct import *imp, struct err *e)
{
    struct tx *tx = NULL;
    enum rc rc = db_read_begin(imp->app->db, &tx, e);
    if (rc == RC_OK)
        rc = channel_find(tx, imp->reader.issuer, &imp->reader.channel_id, e);
    db_read_end(tx);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc find_channel(struct import *imp, struct err *e)
{
    imp->reader.issuer = str_empty(imp->map.channel) ? STR("导入") : imp->map.channel;
    return imp->dry ? look_channel(imp, e) : writer_run(imp->app->writer, settle_names, imp, e);
}

static enum rc open_file(struct import *imp, const struct json_value *detail, struct err *e)
{
    struct table_options options = {0};
    const struct json_value *mapping = json_get(detail, "mapping");
    size_t n;
    enum rc rc = import_map_format(json_get(mapping, "options"), &options, e);
    options.keys = imp->sealed ? imp->app->keys : NULL;
    if (rc == RC_OK)
        rc = table_open(imp->path, &options, &imp->table, e);
    if (rc != RC_OK)
        return rc;
    const struct str *header = table_header(imp->table, &n);
    import_map_header_hash(header, n, imp->header_hash);
    enum batch_kind kind = batch_kind_from(json_str_or(json_get(detail, "kind"), STR("")));
    rc = import_map_parse(mapping, kind, header, n, job_arena(imp->job), &imp->map, e);
    return rc == RC_OK ? import_map_check(&imp->map, e) : rc;
}

static enum rc open_reader(struct import *imp, struct err *e)
{
    size_t n;
    const struct str *header = table_header(imp->table, &n);
    const char *path =
        imp->dry ? NULL : import_reject_path(imp->app, job_arena(imp->job), imp->batch_id);
    struct ingest_options options = {imp->app->keys, imp->batch_id, 0, true};
    imp->reader.map = &imp->map;
    imp->reader.keys = imp->app->keys;
    imp->reader.names = &imp->names;
    imp->reader.step_rows = STEP_ROWS;
    imp->reader.apart = db_engine_of(imp->app->db) == DB_POSTGRES;
    enum rc rc = import_names_init(&imp->names, imp->app, imp->dry, e);
    if (rc == RC_OK && !str_empty(imp->map.zone)) {
        rc = zone_load(imp->map.zone, &imp->zone, e);
        imp->reader.zone = &imp->zone;
    }
    if (rc == RC_OK)
        rc = import_names_find(&imp->names, NAME_SOURCE,
                               str_empty(imp->map.source) ? STR("导入") : imp->map.source,
                               &options.source_id, e);
    if (rc == RC_OK)
        rc = find_channel(imp, e);
    if (rc == RC_OK)
        rc = reject_new(imp->app->keys, path, header, imp->english, &imp->reject, e);
    imp->ingest = ingest_new(&options);
    return rc;
}

static void import_free(struct import *imp)
{
    table_close(imp->table);
    import_names_done(&imp->names);
    reader_done(&imp->reader);
    ingest_free(imp->ingest);
    free(imp->touched);
    for (int i = 0; i < IMPORT_FLIGHTS; i++)
        import_step_free(imp->flights[i].step);
    signal_done(&imp->landed);
    lock_done(&imp->lock);
    free(imp);
}

static enum rc write_state(struct tx *tx, void *arg, struct err *e)
{
    struct flight *f = arg; /* only a carrier of two numbers */
    return batch_set_state(tx, f->imp->batch_id, (enum batch_state)f->number, e);
}

static void set_batch_state(struct import *imp, enum batch_state state)
{
    struct flight carrier = {.imp = imp, .number = state};
    if (!imp->dry)
        writer_run(imp->app->writer, write_state, &carrier, NULL);
}

static enum rc import_job_open(struct job *job, struct err *e)
{
    const struct json_value *d = job_detail(job);
    struct import *imp = calloc(1, sizeof *imp);
    if (imp == NULL)
        abort();
    imp->app = job_app(job);
    imp->job = job;
    imp->dry = json_bool_or(json_get(d, "dry_run"), false);
    imp->english = json_bool_or(json_get(d, "english"), false);
    imp->sealed = json_bool_or(json_get(d, "sealed"), true);
    imp->batch_id = json_int_or(json_get(d, "batch_id"), 0);
    imp->path = arena_z(job_arena(job), json_str_or(json_get(d, "path"), STR("")));
    imp->resume_rows = -1;
    imp->done.stats_after = -1;
    lock_init(&imp->lock, LOCK_LEAF);
    signal_init(&imp->landed);
    if (job_cursor(job).n > 0 && import_tally_parse(job_cursor(job), &imp->done))
        imp->resume_rows = imp->done.rows > 0 ? imp->done.rows : -1;
    imp->start = imp->done;
    enum rc rc = open_file(imp, d, e);
    if (rc == RC_OK)
        rc = open_reader(imp, e);
    if (rc != RC_OK) {
        set_batch_state(imp, BATCH_FAILED);
        reject_drop(imp->reject);
        import_free(imp);
        return rc;
    }
    struct buf b;
    buf_init(&b, 1 << 20);
    struct json j = json_to(&b);
    size_t n;
    import_map_print(&imp->map, table_header(imp->table, &n), &j, NULL);
    imp->mapping = arena_str(job_arena(job), buf_str(&b));
    buf_done(&b);
    job_set_unit(job, "rows");
    job_set_state(job, imp);
    return RC_OK;
}

/* A stopped import keeps its file for going on; a finished one needs it no more. */
static void import_job_close(struct job *job, enum rc rc, bool stopped)
{
    struct import *imp = job_state(job);
    land_all(imp);
    if (stopped || rc != RC_OK)
        set_batch_state(imp, rc != RC_OK ? BATCH_FAILED : BATCH_STOPPED);
    if (reject_finish(imp->reject, NULL) == RC_OK && imp->sealed && rc == RC_OK && !stopped &&
        !imp->dry)
        unlink(imp->path);
    import_free(imp);
}

const struct job_kind job_kind_import = {
    .name = "import",
    .lane = "data",
    .open = import_job_open,
    .step = import_job_step,
    .close = import_job_close,
};
