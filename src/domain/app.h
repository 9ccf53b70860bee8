/* app — one open installation: what every front door needs, opened once and passed down explicitly.
 *
 * The data directory holds koi.db (unless a PostgreSQL URL is set), koi.key (mode 0600), koi.sock
 * while serving, and the folders upload/, export/, reject/, backup/. Nothing here is global.
 */
#ifndef KOI_DOMAIN_APP_H
#define KOI_DOMAIN_APP_H

#include "base/err.h"
#include "base/secret.h"
#include "db/db.h"
#include "db/writer.h"
#include "domain/config.h"

#include <stdatomic.h>

struct audience_ticker;    /* domain/audience_tick.h */
struct event_parts_thread; /* domain/event_parts.h */
struct rounds;             /* domain/rounds.h */
struct job_runner;         /* domain/job.h */
struct daybook;            /* mirror/daybook.h */
struct group_memo;         /* domain/group_review.h */
struct known;              /* domain/known.h */
struct mirror;             /* mirror/mirror.h */
struct media_keeper;       /* connect/wecom/media_keeper.h */
struct schedule;           /* domain/schedule.h */
struct wecom_client;       /* connect/wecom/client.h */
struct wecom_tickets;      /* connect/wecom/ticket.h */
struct welcome_lane;       /* connect/wecom/welcome.h */

struct app {
    const char *data_dir;
    struct db *db;
    struct writer *writer;
    struct keyring *keys;
    struct config *config;
    struct job_runner *jobs;          /* NULL where no jobs run (read-only commands) */
    struct mirror *mirror;            /* NULL where questions go to the database */
    struct daybook *daybook;          /* NULL likewise */
    struct audience_ticker *ticker;   /* NULL where nothing is served */
    struct schedule *schedule;        /* NULL likewise */
    struct event_parts_thread *parts; /* NULL where nothing is written */
    struct rounds *inbox;             /* NULL where nothing is served; its starter sets it */
    struct rounds *outbox;            /* NULL likewise */
    struct rounds *churn;             /* NULL likewise */
    struct known *known;              /* NULL where nothing is served */
    struct group_memo *groups;        /* the last pass over all groups */
    /* NULL where nothing is served; its starter sets it and ends it */
    struct wecom_client *wecom;
    struct wecom_tickets *tickets; /* NULL likewise; its starter ends it, before the client */
    struct welcome_lane *welcomes; /* NULL likewise; its starter ends it, before the writer */
    struct media_keeper *media;    /* NULL likewise */
    int64_t started_us;
    _Atomic int64_t
        callback_refused_us; /* when a callback was last refused; 0: not since the start */
    /* a backup that is to be restored when the server has stopped; NULL: none */
    char *restore_from;
};

struct app_options {
    const char *data_dir;            /* required */
    const struct config_flag *flags; /* settings given on the command line; may be NULL */
    size_t flag_count;
    bool create;      /* make directory, key and schema if missing (init, demo) */
    bool with_jobs;   /* start the job runner */
    bool with_mirror; /* keep everything in memory for questions (serve) */
    bool read_only;
};

/* The file of that name in the data directory, owned by the arena. */
const char *app_path(const struct app *app, struct arena *a, const char *name);
/* Reads the console's settings again, after one was changed. Call outside of closures'
 * transactions: it opens a read transaction. */
enum rc app_reload_settings(struct app *app, struct err *e);

/* Opens everything in order, migrates the schema (after an automatic backup). RC_NOT_FOUND when
 * there is no installation and `create` is not set; RC_BUSY when a server has it open: the command
 * line then talks to its socket instead. */
enum rc app_open(const struct app_options *options, struct app **out, struct err *e);
void app_close(struct app *app);

#endif
