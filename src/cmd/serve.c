/* serve.c — `koi serve`: the server, until SIGTERM or SIGINT.
 *
 * Opens the installation with its jobs, starts the server, prints one line
 * {"event":"listening","port":N} and waits for a signal. A stop answers what is under way, lets
 * each job finish its step, and closes the database. systemd may hand in the listening socket
 * (LISTEN_FDS), so that the first request starts the program.
 */
#include "api/exports.h"
#include "api/routes.h"
#include "base/log.h"
#include "cmd/commands.h"
#include "cmd/invite.h"
#include "connect/wecom/client.h"
#include "connect/wecom/code_keeper.h"
#include "connect/wecom/media_keeper.h"
#include "connect/wecom/handover_keeper.h"
#include "connect/wecom/handlers.h"
#include "connect/wecom/statistics.h"
#include "connect/wecom/sync.h"
#include "connect/wecom/ticket.h"
#include "connect/wecom/welcome.h"
#include "connect/wecom/wishes.h"
#include "domain/app.h"
#include "domain/restore.h"
#include "domain/upkeep.h"
#include "http/server.h"
#include "store/audit.h"

#include <fcntl.h>
#include <inttypes.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { FIRST_FD = 3 };

/* A duplicate of the socket systemd has opened for us, 0 for none: the server closes its own, and
 * after a restore
 * the socket is needed once more. */
static int inherited_socket(void)
{
    const char *pid = getenv("LISTEN_PID");
    const char *n = getenv("LISTEN_FDS");
    int64_t for_pid = 0;
    int64_t count = 0;
    if (pid == NULL || n == NULL || !str_to_i64(str_from(pid), &for_pid) ||
        !str_to_i64(str_from(n), &count)) {
        return 0;
    }
    if (for_pid != getpid() || count < 1) {
        return 0;
    }
    int fd = fcntl(FIRST_FD, F_DUPFD_CLOEXEC, FIRST_FD + 1);
    int flags = fd > 0 ? fcntl(fd, F_GETFL) : 0;
    return fd > 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 ? fd : 0;
}

static sigset_t stop_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGUSR1); /* a restore was asked for: api/backups.c */
    return set;
}

/* The audit log's head goes into the log once an hour: a copy that a change of the database does
 * not reach. */
static void log_audit_head(struct app *app)
{
    struct tx *tx = NULL;
    struct audit_report r;
    if (db_read_begin(app->db, &tx, NULL) == RC_OK &&
        audit_head(tx, app->keys, &r, NULL) == RC_OK) {
        log_line(LOG_INFO, "audit_head", "\"id\":%" PRId64 ",\"hash\":\"%s\"", r.head_id,
                 r.head_hash);
    }
    db_read_end(tx);
}

/* Waits for a signal and does what is due every minute meanwhile. */
static int wait_for_signal(struct app *app, const sigset_t *signals)
{
    for (int minute = 0;; minute++) {
        struct err e = ERR_INIT;
        bool backup = false;
        int which = sigtimedwait(signals, NULL, &(struct timespec){.tv_sec = 60});
        if (which > 0) {
            return which;
        }
        if (upkeep_run(app, &backup, &e) != RC_OK) {
            log_line(LOG_ERROR, "upkeep", "\"code\":\"%s\"", e.code);
        } else if (backup) {
            log_line(LOG_INFO, "backup_started", "%s", "\"automatic\":true");
        }
        if (minute % 60 == 0) {
            log_audit_head(app);
        }
    }
}

/* `port` is where to listen again after a restore: the port we had, if the system picked it. */
static const char *listen_on(struct invocation *in, struct app *app, int port)
{
    const char *text = config_text(app->config, "listen");
    const char *colon = strrchr(text, ':');
    return port == 0 ? text
                     : arena_printf(&in->arena, "%.*s:%d", (int)(colon - text), text, port).p;
}

static enum rc serve_app(struct invocation *in, struct app *app, const sigset_t *signals, int *port,
                         struct err *e)
{
    struct server *server = NULL;
    struct router *router = routes_compile();
    enum log_level level;
    const char *trusted = config_text(app->config, "trusted_proxy");
    if (log_level_from(str_from(config_text(app->config, "log_level")), &level)) {
        log_set_level(level);
    }
    struct server_config config = {
        .listen = listen_on(in, app, *port),
        .socket_path = arena_printf(&in->arena, "%s/koi.sock", in->data_dir).p,
        .trusted_proxy = trusted[0] != 0 ? trusted : NULL,
        .threads = (int)config_int(app->config, "threads"),
        .inherited_fd = inherited_socket(),
    };
    enum rc rc = server_start(app, router, &config, &server, e);
    if (rc == RC_OK) {
        *port = server_port(server);
        printf("{\"event\":\"listening\",\"port\":%d}\n", *port);
        fflush(stdout);
        if (option_given(in, "invite")) {
            rc = invite_print(in, app, router, *port, option_value(in, "invite"), e);
        }
    }
    if (rc == RC_OK) {
        log_line(LOG_INFO, "stopping", "\"signal\":%d", wait_for_signal(app, signals));
    }
    wecom_client_stop(app->wecom); /* what waits for WeCom would hold the server's end up */
    server_stop(server);
    router_free(router);
    return rc;
}

/* Opens, serves, closes; `out_restore` is the backup that is to be restored before serving again,
 * or NULL. */
static enum rc serve_once(struct invocation *in, const sigset_t *signals, int *port,
                          const char **out_restore, struct err *e)
{
    struct app *app = NULL;
    struct wecom_client *wecom = NULL;
    struct code_keeper *codes = NULL;
    struct media_keeper *media = NULL;
    struct handover_keeper *handovers = NULL;
    struct wecom_tickets *tickets = NULL;
    struct app_options options = {
        .data_dir = in->data_dir,
        .flags = in->flags,
        .flag_count = in->flag_count,
        .with_jobs = true,
        .with_mirror = true,
    };
    *out_restore = NULL;
    enum rc rc = app_open(&options, &app, e);
    if (rc == RC_OK) {
        job_register(app->jobs, &job_kind_export);
        app->wecom = wecom = wecom_client_new(app->config);
        job_register(app->jobs, &job_kind_wecom_sync); /* one that a crash left goes on at once */
        job_register(app->jobs, &job_kind_wecom_statistics);
        app->tickets = tickets = wecom_tickets_new(wecom, app->config);
        app->inbox = inbox_work_start(app, wecom_handlers);
        codes = code_keeper_start(app);
        app->media = media = media_keeper_start(app);
        handovers = handover_keeper_start(app);
        app->outbox = outbox_work_start(app, wecom_wishes);
        app->welcomes = welcome_lane_start(app);
        rc = serve_app(in, app, signals, port, e);
        *out_restore =
            app->restore_from != NULL ? arena_z(&in->arena, str_from(app->restore_from)) : NULL;
        welcome_lane_stop(app->welcomes);
        app->welcomes = NULL;
    }
    code_keeper_stop(codes);
    media_keeper_stop(media);
    handover_keeper_stop(handovers);
    app_close(app);
    wecom_tickets_free(tickets);
    wecom_client_free(wecom); /* behind the threads that call it */
    return rc;
}

static void restore(struct invocation *in, const char *file)
{
    struct restore_report report = {0};
    struct err e = ERR_INIT;
    enum rc rc = restore_run(
        &(struct restore_options){.data_dir = in->data_dir, .file = file, .force = true}, &report,
        &e);
    log_line(rc == RC_OK ? LOG_INFO : LOG_ERROR, "restored", "\"code\":\"%s\",\"rows\":%" PRId64,
             e.code, report.rows);
}

/* One heap for each core instead of glibc's eight: a thread that has freed leaves its heap to the
 * others, which keeps an idle server some megabytes smaller. And what is large, as the mirror's
 * columns are, never comes from a heap, so that it goes back to the system when it is replaced;
 * glibc would raise that bound to 32 MB by itself. What a question needs for a moment stays with
 * the heap, since giving it back each time costs small questions a third of theirs. */
static void share_heaps(void)
{
    enum { LARGE = 2 << 20, KEPT = 1 << 20 };
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    mallopt(M_ARENA_MAX, cores < 2 ? 2 : (int)cores);
    mallopt(M_MMAP_THRESHOLD, LARGE);
    mallopt(M_TRIM_THRESHOLD, KEPT);
}

static enum rc serve(struct invocation *in, struct err *e)
{
    share_heaps();
    sigset_t signals = stop_signals();
    const char *file = NULL;
    int port = 0;
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    enum rc rc = serve_once(in, &signals, &port, &file, e);
    while (rc == RC_OK && file != NULL) {
        restore(in, file);
        rc = serve_once(in, &signals, &port, &file, e);
    }
    return rc;
}

const struct command command_serve = {
    .name = "serve",
    .zh = "启动服务",
    .en = "Start the server",
    .options = {{"invite", "LOGIN", .zh = "启动后打印网址和这个账号的一次性登录链接",
                 .en = "once it listens, print the address and a one-time link for this account"}},
    .settings = true,
    .run = serve,
};
