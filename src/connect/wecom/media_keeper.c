/* media_keeper.c — a look at every original that a greeting names.
 *
 * What is used is read in one transaction, then each original that is due is read, uploaded and
 * written down by itself, so that at most one content is in memory. Cut off between upload and
 * writing, it is uploaded once more. Costs two probes for each use, and an upload every 66 hours
 * for each that is no small picture.
 */
#include "connect/wecom/media_keeper.h"

#include "base/clock.h"
#include "base/err_json.h"
#include "base/log.h"
#include "base/must.h"
#include "base/periodic.h"
#include "connect/wecom/client.h"
#include "connect/wecom/errors.h"
#include "domain/attachment.h"
#include "store/code.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK_US = 60 * 1000000 };

/* An original that a greeting names. */
struct want {
    int64_t code_id; /* 0: the general greeting */
    int64_t media_id;
    bool dropped; /* there is no such original any more */
    enum media_purpose purpose;
    struct media_at at;
};

struct look {
    struct app *app;
    int64_t now_s;
    struct arena all, one; /* of the whole look, of one upload */
    struct want *wants;
    size_t n, room;
    struct media_look *out;
};

/* ---- what is wanted ---- */

static enum rc add_wants(struct look *l, struct tx *tx, int64_t code_id, struct str list,
                         struct err *e)
{
    struct attachment_use *uses;
    size_t n;
    enum rc rc = RC_OK;
    attachment_uses(list, &l->all, &uses, &n);
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        struct media m;
        struct err gone = ERR_INIT;
        rc = media_load(tx, uses[i].media_id, &l->all, &m, &gone);
        if (rc != RC_OK && rc != RC_NOT_FOUND) {
            *e = gone;
            return rc;
        }
        bool dropped = rc == RC_NOT_FOUND;
        if (l->n == l->room)
            l->wants = must(realloc(l->wants, (l->room = l->room * 2 + 16) * sizeof *l->wants));
        struct want *w = &l->wants[l->n++];
        *w = (struct want){.code_id = code_id, .media_id = uses[i].media_id, .dropped = dropped};
        if (dropped) { /* while the code that names it was being changed */
            err_set(&gone, RC_NOT_FOUND, "media_dropped", NULL, "附件的素材已被删除",
                    "an attachment's media was deleted");
            err_hint(&gone, "请在欢迎语里换一个", "choose another one for the greeting");
            w->at.problem = err_json(&gone, &l->all);
            rc = RC_OK;
            continue;
        }
        w->purpose = attachment_purpose(&uses[i], m.bytes);
        rc = media_at_load(tx, m.id, w->purpose, &l->all, &w->at, e);
    }
    return rc;
}

static enum rc read_wants(struct look *l, struct err *e)
{
    struct tx *tx;
    struct media_greeting *list;
    size_t n = 0;
    enum rc rc = db_read_begin(l->app->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    rc = media_greetings(tx, &list, &n, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        if (list[i].to_upload)
            rc = add_wants(l, tx, list[i].code_id, list[i].attachments, e);
    if (rc == RC_OK)
        rc = add_wants(l, tx, 0, str_from(config_text(l->app->config, "wecom_welcome_attachments")),
                       e);
    db_read_end(tx);
    return rc;
}

static bool is_due(const struct look *l, const struct want *w)
{
    return !w->dropped && !attachment_lives(&w->at, l->now_s, MEDIA_AHEAD_S) &&
           w->at.tried_s + MEDIA_AGAIN_S <= l->now_s;
}

/* ---- one upload ---- */

struct upload {
    struct look *look;
    struct want *want;
    bool mine;
    int64_t tried_s;           /* before it was claimed */
    struct str given, problem; /* one of the two is absent */
    int64_t expires_s;
};

static enum rc claim(struct tx *tx, void *arg, struct err *e)
{
    struct upload *u = arg;
    return media_at_claim(tx, u->want->media_id, u->want->purpose, u->look->now_s - MEDIA_AGAIN_S,
                          &u->mine, e);
}

/* It was not made after all: it is due as it was before. */
static enum rc unclaim(struct tx *tx, void *arg, struct err *e)
{
    const struct upload *u = arg;
    return media_at_unclaim(tx, u->want->media_id, u->want->purpose, u->tried_s, e);
}

static enum rc write_end(struct tx *tx, void *arg, struct err *e)
{
    struct upload *u = arg;
    const struct want *w = u->want;
    return str_absent(u->problem)
               ? media_at_given(tx, w->media_id, w->purpose, u->given, u->expires_s, e)
               : media_at_failed(tx, w->media_id, w->purpose, u->problem, e);
}

static enum rc read_original(struct look *l, int64_t id, struct media *m, struct str *content,
                             struct err *e)
{
    struct tx *tx;
    enum rc rc = db_read_begin(l->app->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    rc = media_load(tx, id, &l->one, m, e);
    if (rc == RC_OK)
        rc = media_content(tx, id, &l->one, content, e);
    db_read_end(tx);
    return rc;
}

/* The request for a purpose: what is uploaded, or nothing. */
static const struct json_value *request_for(struct upload *u, struct str kind)
{
    const struct json_value *v = NULL;
    struct arena *a = &u->look->one;
    if (u->want->purpose == MEDIA_MESSAGE) {
        enum rc rc =
            json_parse(a, arena_printf(a, "{\"type\":\"" STR_FMT "\"}", STR_ARG(kind)), &v, NULL);
        assert(rc == RC_OK);
    }
    return v;
}

static enum rc tell(struct upload *u, struct err *e)
{
    struct look *l = u->look;
    bool stays = u->want->purpose == MEDIA_PICTURE;
    struct media m;
    struct wecom_file file;
    const struct json_value *reply = NULL;
    enum rc rc = read_original(l, u->want->media_id, &m, &file.bytes, e);
    if (rc != RC_OK)
        return rc;
    file.name = m.name;
    const struct wecom_call call = {
        .endpoint = wecom_endpoint(stays ? "media/uploadimg" : "media/upload"),
        .request = request_for(u, m.kind),
        .background = true,
    };
    rc = wecom_upload(l->app->wecom, &call, &file, &l->one, &reply, e);
    if (rc != RC_OK)
        return rc;
    u->given = json_str_or(json_get(reply, stays ? "url" : "media_id"), STR(""));
    u->expires_s = stays ? DB_NULL : l->now_s + MEDIA_LIFE_S;
    if (str_empty(u->given))
        return err_set(e, RC_IO, "wecom_reply", call.endpoint->path, "企业微信没有给出素材编号",
                       "WeCom gave no id for the media");
    return RC_OK;
}

static enum rc upload(struct look *l, struct want *w, struct err *e)
{
    struct upload u = {
        .look = l, .want = w, .given = STR_ABSENT, .problem = STR_ABSENT, .tried_s = w->at.tried_s};
    struct err failed = ERR_INIT;
    enum rc rc = writer_run(l->app->writer, claim, &u, e);
    if (rc != RC_OK || !u.mine)
        return rc;
    rc = tell(&u, &failed);
    if (rc == RC_BUSY && strcmp(failed.code, "stopping") == 0)
        return writer_run(l->app->writer, unclaim, &u, e);
    if (rc != RC_OK) {
        log_line(LOG_WARN, "media_refused", "\"id\":%" PRId64 ",\"code\":\"%s\"", w->media_id,
                 failed.code);
        u.problem = err_json(&failed, &l->all);
        l->out->refused++;
    } else {
        l->out->uploaded++;
    }
    rc = writer_run(l->app->writer, write_end, &u, e);
    if (str_absent(u.problem)) {
        w->at.given = arena_str(&l->all, u.given);
        w->at.expires_s = u.expires_s;
    }
    w->at.problem = u.problem;
    w->at.tried_s = l->now_s;
    return rc;
}

/* Those who want the same hear of it. */
static void spread(struct look *l, const struct want *from)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->wants[i].media_id == from->media_id && l->wants[i].purpose == from->purpose)
            l->wants[i].at = from->at;
}

/* ---- warnings ---- */

static const char *warning_of(int64_t code_id)
{
    return code_id != 0 ? "media" : "media_welcome";
}

/* Its greeting goes without it, because WeCom has refused it. */
static bool is_trouble(const struct look *l, const struct want *w)
{
    return !str_empty(w->at.problem) && !attachment_lives(&w->at, l->now_s, 0);
}

static bool has_trouble(const struct look *l, int64_t code_id)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->wants[i].code_id == code_id && is_trouble(l, &l->wants[i]))
            return true;
    return false;
}

/* What a code wants lies together, so that one warning for each is one for each run. */
static enum rc write_warnings(struct tx *tx, void *arg, struct err *e)
{
    struct look *l = arg;
    struct code_warning *open;
    size_t n;
    int64_t last = -1;
    enum rc rc = code_warnings(tx, 0, &open, &n, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        if (str_eq(open[i].kind, str_from(warning_of(open[i].code_id))) &&
            !has_trouble(l, open[i].code_id))
            rc = code_warn_over(tx, open[i].code_id, open[i].kind, e);
    for (size_t i = 0; rc == RC_OK && i < l->n; i++) {
        const struct want *w = &l->wants[i];
        if (w->code_id == last || !is_trouble(l, w))
            continue;
        last = w->code_id;
        rc = code_warn(tx, w->code_id, str_from(warning_of(w->code_id)), w->at.problem, e);
    }
    return rc;
}

/* Whether there is a warning to begin, to go on or to end. */
static enum rc has_warnings(struct look *l, bool *out, struct err *e)
{
    struct tx *tx;
    struct code_warning *open;
    size_t n;
    *out = false;
    for (size_t i = 0; i < l->n; i++)
        *out = *out || is_trouble(l, &l->wants[i]);
    enum rc rc = db_read_begin(l->app->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    rc = code_warnings(tx, 0, &open, &n, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        *out = *out || str_eq(open[i].kind, str_from(warning_of(open[i].code_id)));
    db_read_end(tx);
    return rc;
}

/* ---- the whole ---- */

struct media_keeper {
    struct app *app;
    struct periodic periodic;
    struct lock lock;
    struct signal ended;
    int64_t asked, served; /* looks that somebody waits for, by number */
    struct media_look last;
    struct err failed; /* what that look ended with */
};

static enum rc look_once(struct media_keeper *k, int64_t now_s, struct media_look *out,
                         struct err *e)
{
    struct look l = {.app = k->app, .now_s = now_s, .out = out};
    bool warn = false;
    *out = (struct media_look){.done = true};
    arena_init(&l.all, 0);
    arena_init(&l.one, 0);
    enum rc rc = read_wants(&l, e);
    for (size_t i = 0; rc == RC_OK && i < l.n; i++) {
        out->looked++;
        if (!is_due(&l, &l.wants[i]) || periodic_stopping(&k->periodic))
            continue;
        rc = upload(&l, &l.wants[i], e);
        spread(&l, &l.wants[i]);
        arena_reset(&l.one);
    }
    if (rc == RC_OK)
        rc = has_warnings(&l, &warn, e);
    if (rc == RC_OK && warn)
        rc = writer_run(k->app->writer, write_warnings, &l, e);
    free(l.wants);
    arena_done(&l.one);
    arena_done(&l.all);
    return rc;
}

/* ---- the thread ---- */

static enum rc look_and_say(struct media_keeper *k, struct media_look *out, struct err *e)
{
    *out = (struct media_look){.done = true};
    if (!wecom_client_has(k->app->wecom, WECOM_KEY_APP))
        return wecom_not_set(e);
    enum rc rc = look_once(k, clock_now_s(), out, e);
    if (rc != RC_OK)
        log_line(LOG_ERROR, "media", "\"code\":\"%s\"", e->code);
    else if (out->uploaded + out->refused > 0)
        log_line(LOG_INFO, "media",
                 "\"looked\":%" PRId64 ",\"uploaded\":%" PRId64 ",\"refused\":%" PRId64,
                 out->looked, out->uploaded, out->refused);
    return rc;
}

static void *run(void *arg)
{
    struct media_keeper *k = arg;
    while (periodic_wait(&k->periodic, LOOK_US)) {
        struct err e = ERR_INIT;
        struct media_look look;
        lock_take(&k->lock);
        int64_t serves = k->asked;
        lock_give(&k->lock);
        look_and_say(k, &look, &e);
        lock_take(&k->lock);
        k->last = look;
        k->failed = e;
        k->served = serves;
        signal_all(&k->ended);
        lock_give(&k->lock);
    }
    return NULL;
}

struct media_keeper *media_keeper_start(struct app *app)
{
    struct media_keeper *k = must(calloc(1, sizeof *k));
    k->app = app;
    lock_init(&k->lock, LOCK_LEAF);
    signal_init(&k->ended);
    periodic_start(&k->periodic, "media", run, k);
    return k;
}

void media_keeper_wake(struct media_keeper *k)
{
    if (k != NULL)
        periodic_wake(&k->periodic);
}

void media_keeper_stop(struct media_keeper *k)
{
    if (k == NULL)
        return;
    periodic_stop(&k->periodic);
    signal_done(&k->ended);
    lock_done(&k->lock);
    free(k);
}

enum rc media_keeper_look(struct media_keeper *k, int64_t wait_us, struct media_look *out,
                          struct err *e)
{
    int64_t until_us = clock_mono_us() + wait_us;
    *out = (struct media_look){.done = false};
    if (k == NULL)
        return wecom_not_set(e);
    lock_take(&k->lock);
    int64_t mine = ++k->asked;
    lock_give(&k->lock);
    periodic_wake(&k->periodic);
    lock_take(&k->lock);
    for (int64_t left_us = wait_us; k->served < mine && left_us > 0;
         left_us = until_us - clock_mono_us())
        signal_wait_for(&k->ended, &k->lock, left_us);
    bool ended = k->served >= mine;
    struct err failed = k->failed;
    if (ended)
        *out = k->last;
    lock_give(&k->lock);
    if (!ended || failed.rc == RC_OK)
        return RC_OK;
    *e = failed;
    return failed.rc;
}
