/* serve.c — `koi serve`: the server, until SIGTERM or SIGINT.
 *
 * Opens the installation with its jobs, starts the server, prints one line
 * {"event":"listening","port":N} and waits for a signal. A stop answers what is under way, lets
 * each job finish its step, and closes the database. systemd may hand in the listening socket
 * (LISTEN_FDS), so that the first request starts the program.
 */
#include "api/routes.h"
#include "base/log.h"
#include "cmd/commands.h"
#include "domain/app.h"
#include "http/server.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { FIRST_FD = 3 };

/* The socket systemd has opened for us, 0 for none. */
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
    return for_pid == getpid() && count >= 1 ? FIRST_FD : 0;
}

static sigset_t stop_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    return set;
}

static enum rc serve_app(struct invocation *in, struct app *app, const sigset_t *signals,
                         struct err *e)
{
    struct server *server = NULL;
    struct router *router = routes_compile();
    enum log_level level;
    int which = 0;
    const char *trusted = config_text(app->config, "trusted_proxy");
    if (log_level_from(str_from(config_text(app->config, "log_level")), &level)) {
        log_set_level(level);
    }
    struct server_config config = {
        .listen = config_text(app->config, "listen"),
        .socket_path = arena_printf(&in->arena, "%s/koi.sock", in->data_dir).p,
        .trusted_proxy = trusted[0] != 0 ? trusted : NULL,
        .threads = (int)config_int(app->config, "threads"),
        .inherited_fd = inherited_socket(),
    };
    enum rc rc = server_start(app, router, &config, &server, e);
    if (rc == RC_OK) {
        printf("{\"event\":\"listening\",\"port\":%d}\n", server_port(server));
        fflush(stdout);
        sigwait(signals, &which);
        log_line(LOG_INFO, "stopping", "\"signal\":%d", which);
    }
    server_stop(server);
    router_free(router);
    return rc;
}

static enum rc serve(struct invocation *in, struct err *e)
{
    struct app *app = NULL;
    sigset_t signals = stop_signals();
    struct app_options options = {
        .data_dir = in->data_dir,
        .flags = in->flags,
        .flag_count = in->flag_count,
        .with_jobs = true,
    };
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    enum rc rc = app_open(&options, &app, e);
    if (rc == RC_OK) {
        rc = serve_app(in, app, &signals, e);
    }
    app_close(app);
    return rc;
}

const struct command command_serve = {
    .name = "serve", .zh = "启动服务", .en = "Start the server", .settings = true, .run = serve,
};
