/* system.c — is it alive, which version, how busy.
 *
 * /health costs one small read and says nothing about the corp. /metrics is for Prometheus:
 * counters and gauges without names; it is open to the machine itself and to whoever may
 * PERM_SYSTEM, since even counts are the corp's own.
 */
#include "api/routes.h"

#include "base/clock.h"
#include "connect/wecom/client.h"
#include "domain/app.h"
#include "domain/doctor.h"
#include "domain/event_parts.h"
#include "domain/known.h"
#include "http/metrics.h"
#include "mirror/mirror.h"
#include "store/census.h"
#include "store/session.h"

#include <inttypes.h>
#include <unistd.h>

static enum rc health(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t seq = 0;
    enum rc rc = tx_last_seq(tx, &seq, e);
    if (rc == RC_OK) {
        json_open_object(reply_json(rq), NULL);
        json_put_bool(reply_json(rq), "ok", true);
        json_close_object(reply_json(rq));
    }
    return rc;
}

const struct route route_health = {
    .method = GET,
    .path = "/health",
    .name = "health",
    .need = PERM_PUBLIC,
    .scope = SCOPE_NONE,
    .run = health,
    .zh = "服务与数据库是否可用。",
    .en = "Whether server and database answer.",
    .reply = "Health",
};

static enum rc version(struct request *rq, struct tx *tx, struct err *e)
{
    int schema = 0;
    (void)e;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_z(j, "version", KOI_VERSION);
    if (db_version(tx_db(tx), &schema, NULL) == RC_OK) {
        json_put_int(j, "schema", schema);
    }
    json_put_z(j, "database", tx_engine(tx) == DB_SQLITE ? "sqlite" : "postgresql");
    json_put_int(j, "now_s", tx_now_s(tx));
    json_close_object(j);
    return RC_OK;
}

const struct route route_version = {
    .method = GET,
    .path = "/api/version",
    .name = "version",
    .need = PERM_SELF,
    .scope = SCOPE_NONE,
    .run = version,
    .zh = "程序与数据库的版本。",
    .en = "Version of program and schema.",
    .reply = "Version",
};

/* Resident memory of the process in bytes; 0 when the system does not tell. */
static int64_t resident_bytes(void)
{
    int64_t pages = 0;
    char line[128] = "";
    FILE *f = fopen("/proc/self/statm", "re");
    if (f == NULL) {
        return 0;
    }
    struct str rest = STR_ABSENT;
    struct str part;
    if (fgets(line, sizeof line, f) != NULL) {
        rest = str_from(line);
    }
    fclose(f);
    struct str size; /* the first figure of statm; the second is what is resident */
    if (str_cut(&rest, ' ', &size) && str_cut(&rest, ' ', &part)) {
        str_to_i64(part, &pages);
    }
    return pages * sysconf(_SC_PAGESIZE);
}

static void gauge(struct buf *b, const char *name, const char *type, int64_t value)
{
    buf_addf(b, "# TYPE koi_%s %s\nkoi_%s %" PRId64 "\n", name, type, name, value);
}

static void put_mirror(struct mirror *m, struct buf *b)
{
    if (m == NULL)
        return;
    struct mirror_status s = mirror_status(m);
    gauge(b, "mirror_ready", "gauge", s.state == MIRROR_READY);
    gauge(b, "mirror_events", "gauge", s.rows);
    gauge(b, "mirror_customers", "gauge", s.customers);
    gauge(b, "mirror_events_bytes", "gauge", (int64_t)s.bytes.events);
    gauge(b, "mirror_sets_bytes", "gauge", (int64_t)s.bytes.marks);
    gauge(b, "mirror_columns_bytes", "gauge", (int64_t)s.bytes.columns);
    gauge(b, "mirror_dictionaries_bytes", "gauge", (int64_t)s.bytes.dictionaries);
    gauge(b, "mirror_seq", "gauge", s.seq);
    gauge(b, "mirror_builds_total", "counter", s.builds);
    gauge(b, "mirror_steps_total", "counter", s.steps);
    gauge(b, "mirror_step_us", "gauge", s.step_us);
    gauge(b, "mirror_rows_anew_total", "counter", s.rows_anew);
    gauge(b, "mirror_runs_most", "gauge", s.runs_most);
}

static enum rc put_figures(struct request *rq, struct tx *tx, struct buf *b, struct err *e)
{
    struct app *app = request_app(rq);
    int64_t sessions = 0;
    int64_t waiting = 0;
    int64_t running = 0;
    enum rc rc = session_count(tx, &sessions, e);
    if (rc == RC_OK) {
        rc = census_jobs(tx, &waiting, &running, e);
    }
    gauge(b, "sessions", "gauge", sessions);
    gauge(b, "jobs_waiting", "gauge", waiting);
    gauge(b, "jobs_running", "gauge", running);
    gauge(b, "database_bytes", "gauge", db_size_bytes(app->db));
    gauge(b, "wal_bytes", "gauge", db_wal_bytes(app->db));
    gauge(b, "resident_bytes", "gauge", resident_bytes());
    struct known_size known = known_size(app->known);
    gauge(b, "known_accounts_and_products", "gauge", known.things);
    gauge(b, "known_bytes", "gauge", known.bytes);
    buf_addf(b, "# TYPE koi_uptime_seconds gauge\nkoi_uptime_seconds %.3f\n",
             (double)(clock_now_us() - app->started_us) / 1e6);
    gauge(b, "wecom_calls_open", "gauge", wecom_calls_open(app->wecom));
    put_mirror(app->mirror, b);
    if (app->writer != NULL) {
        struct writer_stats w = writer_stats(app->writer);
        gauge(b, "commits_total", "counter", w.groups);
        gauge(b, "writes_total", "counter", w.closures);
        gauge(b, "write_failures_total", "counter", w.failures);
        gauge(b, "writes_waiting", "gauge", w.waiting);
        buf_addf(b, "# TYPE koi_commit_seconds_total counter\nkoi_commit_seconds_total %.6f\n",
                 (double)w.commit_us / 1e6);
    }
    return rc;
}

static enum rc metrics(struct request *rq, struct tx *tx, struct err *e)
{
    struct str address = request_address(rq);
    struct str sent = request_caller(rq)->local ? STR("127.0.0.1") : address;
    if (!request_may(rq, PERM_SYSTEM) && !str_eq(sent, STR("127.0.0.1")) &&
        !str_eq(sent, STR("::1"))) {
        return err_set(e, RC_FORBIDDEN, "metrics_local", NULL, "指标只给本机和管理员看",
                       "metrics are for this machine and administrators");
    }
    struct buf b;
    buf_init(&b, 64 << 10);
    metrics_print(&b);
    enum rc rc = put_figures(rq, tx, &b, e);
    if (rc == RC_OK) {
        reply_bytes(rq, "text/plain; version=0.0.4; charset=utf-8", buf_str(&b));
    }
    buf_done(&b);
    return rc;
}

const struct route route_metrics = {
    .method = GET,
    .path = "/metrics",
    .name = "metrics",
    .need = PERM_PUBLIC,
    .scope = SCOPE_NONE,
    .run = metrics,
    .zh = "Prometheus 指标，限本机与管理员。",
    .en = "Metrics for Prometheus; this machine and administrators only.",
};

static enum rc doctor(struct request *rq, struct tx *tx, struct err *e)
{
    struct checks *checks = ARENA_NEW(request_arena(rq), struct checks);
    bool english = request_caller(rq)->english;
    enum rc rc = doctor_run(request_app(rq), tx, arg_int_or(rq, "deep", 0) != 0, request_arena(rq),
                            checks, e);
    if (rc != RC_OK) {
        return rc;
    }
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_open_array(j, "items");
    for (size_t i = 0; i < checks->n; i++) {
        const struct check *c = &checks->list[i];
        json_open_object(j, NULL);
        json_put_z(j, "name", c->name);
        json_put_z(j, "zh", c->zh);
        json_put_z(j, "en", c->en);
        json_put_bool(j, "ok", c->ok);
        json_put_str(j, "value", c->value);
        json_put_z(j, "note", english ? c->note_en : c->note_zh);
        json_put_z(j, "advice", english ? c->advice_en : c->advice_zh);
        json_close_object(j);
    }
    json_close_array(j);
    reply_page_end(rq, STR_ABSENT, (int64_t)checks->n);
    json_close_object(j);
    return RC_OK;
}

const struct route route_doctor = {
    .method = GET,
    .path = "/api/doctor",
    .name = "doctor",
    .need = PERM_SYSTEM,
    .scope = SCOPE_NONE,
    .args = {{"deep", ARG_BOOL, .zh = "也检查数据库完整性、整条审计链和事件索引",
              .en = "also the database's integrity, the whole audit chain, the event index"}},
    .run = doctor,
    .zh = "体检：目录、密钥、磁盘、备份、时钟、数据库。",
    .en = "Look the installation over: directory, keys, disk, backups, clock, database.",
    .reply = "CheckList",
};

static enum rc mend(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t parts = 0;
    enum rc rc = event_parts_give_up(tx, &parts, e);
    if (rc != RC_OK) {
        return rc;
    }
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_int(j, "parts", parts);
    json_close_object(j);
    return RC_OK;
}

const struct route route_doctor_mend = {
    .method = POST,
    .path = "/api/doctor/mend",
    .name = "doctor_mend",
    .need = PERM_SYSTEM,
    .scope = SCOPE_NONE,
    .writes = true,
    .idempotent = true,
    .audited = true,
    .run = mend,
    .zh = "弃用事件索引，由后台从事件日志重建；事件不受影响。",
    .en = "Give up the event index, which is built anew from the log behind the requests; events "
          "stay as they are.",
    .reply = "Mended",
};
