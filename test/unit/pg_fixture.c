/* pg_fixture.c — a throw-away PostgreSQL.
 *
 * The server is our own child, not a daemon: it is stopped by its process id when the program
 * ends, and by PR_SET_PDEATHSIG when the program is killed. Forked copies of the test must leave
 * with _exit(), so that they do not stop what is not theirs.
 */
#include "pg_fixture.h"

#include "db/libpq.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char bin[256], folder[128], data[160], url[512];
static pid_t server, owner;
static int databases;

static void die(const char *what)
{
    fprintf(stderr, "pg_fixture: %s (%s). Install postgresql, or set KOI_SKIP_POSTGRES=1.\n", what,
            strerror(errno));
    abort();
}

bool pg_fixture_skipped(void)
{
    const char *skip = getenv("KOI_SKIP_POSTGRES");
    if (skip == NULL || strcmp(skip, "1") != 0)
        return false;
    fprintf(stderr, "[  SKIPPED ] PostgreSQL: KOI_SKIP_POSTGRES=1\n");
    return true;
}

/* The newest /usr/lib/postgresql/N/bin. */
static void find_bin(void)
{
    DIR *d = opendir("/usr/lib/postgresql");
    long newest = 0;
    for (struct dirent *entry; d != NULL && (entry = readdir(d)) != NULL;) {
        long version = strtol(entry->d_name, NULL, 10);
        newest = version > newest ? version : newest;
    }
    if (d != NULL)
        closedir(d);
    if (newest == 0)
        die("no PostgreSQL in /usr/lib/postgresql");
    snprintf(bin, sizeof bin, "/usr/lib/postgresql/%ld/bin", newest);
}

/* Runs a program as a user that PostgreSQL accepts; returns its process id. */
static pid_t run(const char *name, char *argv[])
{
    pid_t parent = getpid();
    pid_t child = fork();
    if (child != 0)
        return child;
    if (geteuid() == 0) {
        const struct passwd *user = getpwnam("postgres");
        if (user == NULL || setgroups(0, NULL) != 0 || setgid(user->pw_gid) != 0 ||
            setuid(user->pw_uid) != 0)
            _exit(126);
    }
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (getppid() != parent || chdir(folder) != 0)
        _exit(125);
    int log = open("log", O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (log < 0)
        _exit(124);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    char path[300];
    snprintf(path, sizeof path, "%s/%s", bin, name);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    argv[0] = path; /* by it the programs of PostgreSQL find each other */
    execv(path, argv);
    _exit(127);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

static void stop(int sig)
{
    if (server <= 0)
        return;
    kill(server, sig);
    waitpid(server, NULL, 0);
    server = 0;
}

static void end(void)
{
    if (getpid() != owner)
        return;
    stop(SIGINT);
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static PGconn *connect_to(const char *address)
{
    const char *const names[] = {"dbname", NULL};
    const char *const values[] = {address, NULL};
    return libpq.PQconnectdbParams(names, values, 1);
}

static void start_server(void)
{
    char *argv[] = {(char *)"postgres",
                    (char *)"-D",
                    data,
                    (char *)"-k",
                    folder,
                    (char *)"-c",
                    (char *)"listen_addresses=",
                    (char *)"-c",
                    (char *)"fsync=off",
                    (char *)"-c",
                    (char *)"full_page_writes=off",
                    (char *)"-c",
                    (char *)"max_connections=60",
                    (char *)"-c",
                    (char *)"deadlock_timeout=50ms",
                    NULL};
    server = run("postgres", argv);
    char address[300];
    snprintf(address, sizeof address, "postgresql:///postgres?host=%s&user=postgres", folder);
    for (int tries = 0;; tries++) {
        PGconn *pg = connect_to(address);
        bool up = libpq.PQstatus(pg) == CONNECTION_OK;
        libpq.PQfinish(pg);
        if (up)
            return;
        if (tries == 1000 || waitpid(server, NULL, WNOHANG) == server)
            die("the server did not start");
        usleep(10000); /* between two looks at the condition */
    }
}

static void start(void)
{
    if (libpq_load(NULL) != RC_OK)
        die("no libpq");
    find_bin();
    snprintf(folder, sizeof folder, "/tmp/koi-pg-XXXXXX");
    if (mkdtemp(folder) == NULL)
        die("no temporary folder");
    snprintf(data, sizeof data, "%s/data", folder);
    if (geteuid() == 0) {
        const struct passwd *user = getpwnam("postgres");
        if (user == NULL || chown(folder, user->pw_uid, user->pw_gid) != 0)
            die("no user postgres");
    }
    owner = getpid();
    atexit(end);
    char *argv[] = {(char *)"initdb",
                    (char *)"-D",
                    data,
                    (char *)"-A",
                    (char *)"trust",
                    (char *)"-U",
                    (char *)"postgres",
                    (char *)"-E",
                    (char *)"UTF8",
                    (char *)"--locale=C",
                    (char *)"--no-sync",
                    (char *)"--no-instructions",
                    NULL};
    int status = 1;
    pid_t child = run("initdb", argv);
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
        die("initdb failed");
    start_server();
}

pid_t pg_fixture_pid(void)
{
    return server;
}

void pg_fixture_restart(void)
{
    stop(SIGINT);
    start_server();
}

void pg_fixture_run(const char *address, const char *text)
{
    PGconn *pg = connect_to(address);
    PGresult *result = libpq.PQexec(pg, text);
    ExecStatusType status = libpq.PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
        fprintf(stderr, "pg_fixture: %s\n", libpq.PQerrorMessage(pg));
        abort();
    }
    libpq.PQclear(result);
    libpq.PQfinish(pg);
}

const char *pg_fixture_url(void)
{
    if (server == 0)
        start();
    char text[64], address[300];
    snprintf(address, sizeof address, "postgresql:///postgres?host=%s&user=postgres", folder);
    snprintf(text, sizeof text, "CREATE DATABASE t%d", ++databases);
    pg_fixture_run(address, text);
    snprintf(url, sizeof url, "postgresql:///t%d?host=%s&user=postgres", databases, folder);
    return url;
}
