/* code_keeper.c — a look at every code.
 *
 * A code is read, WeCom asked, and what then stands there written, in three steps; a change by
 * people in between is seen by updated_us, and the next look begins anew. A look that was cut off
 * between asking and writing asks WeCom the same once more. Costs a reading of each code with its
 * entries, and a call where something differs.
 */
#include "connect/wecom/code_keeper.h"

#include "base/calendar.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/must.h"
#include "base/periodic.h"
#include "connect/wecom/code_picture.h"
#include "connect/wecom/code_way.h"
#include "connect/wecom/quota_keeper.h"
#include "domain/code_apply.h"
#include "domain/group_greeting.h"
#include "domain/rounds.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK_US = 60 * 1000000, IDS_A_READ = 500, UNSURE_S = 60 };

enum rc code_keeper_choose(struct tx *tx, const struct code *c, int64_t now_s, struct arena *a,
                           struct code_choice *out, struct err *e)
{
    struct code_received *received = NULL;
    size_t n = 0;
    if (str_eq(c->kind, STR("group"))) {
        code_pick_group(c, a, out);
        return RC_OK;
    }
    int64_t today_s = calendar_day_start_s(calendar_day_of(now_s));
    enum rc rc = code_received(tx, c->id, c->shift_s, today_s, &received, &n, e);
    if (rc == RC_OK)
        code_pick(c, now_s, received, n, a, out);
    return rc;
}

/* ---- who is full ---- */

static const struct code_member *only(const struct code *c, struct str listed)
{
    for (size_t i = 0; i < c->members_n; i++)
        if (str_eq(c->members[i].userid, listed))
            return &c->members[i];
    return NULL;
}

bool code_keeper_is_full(const struct err *e, const struct code *c, struct str listed)
{
    return strcmp(e->code, "wecom_40099") == 0 && only(c, listed) != NULL;
}

static enum rc write_full(struct tx *tx, void *arg, struct err *e)
{
    return code_staff_full(tx, *(const int64_t *)arg, e);
}

enum rc code_keeper_full(struct app *app, const struct code *c, struct str listed, struct err *e)
{
    int64_t staff_id = only(c, listed)->staff_id;
    return writer_run(app->writer, write_full, &staff_id, e);
}

/* ---- one code ---- */

struct look {
    struct app *app;
    int64_t now_s;
    struct arena a; /* of one code */
    struct code code;
    struct code_choice choice;
    struct code_warning *warnings;
    size_t warnings_n;
    struct code_look *out;
};

/* What is to be written about a code, by one closure. */
struct note {
    struct look *look;
    const struct code_standing *standing; /* NULL: as it was */
    const struct code_made *made;         /* of one that was unsure; NULL: not */
    const char *ended;                    /* the status; NULL: goes on */
    const char *warn, *over;              /* kinds of warnings; NULL: none */
    struct str detail;
};

static enum rc write_note(struct tx *tx, void *arg, struct err *e)
{
    struct note *n = arg;
    struct code *c = &n->look->code;
    bool done = true;
    enum rc rc = RC_OK;
    if (n->standing != NULL)
        rc = code_stand(tx, c->id, c->updated_us, n->standing, &done, e);
    if (rc == RC_OK && (n->ended != NULL || n->made != NULL)) {
        struct code now;
        rc = code_load(tx, c->id, tx_arena(tx), &now, e);
        if (rc == RC_OK && n->made != NULL) {
            now.config_id = n->made->config_id;
            now.qr_url = n->made->qr_url;
            rc = code_give_source(tx, &now, e);
        }
        now.status = n->ended != NULL ? str_from(n->ended) : STR("active");
        now.ended_s = n->ended != NULL ? tx_now_s(tx) : DB_NULL;
        if (rc == RC_OK)
            rc = code_store(tx, &now, e);
        if (rc == RC_OK && n->ended != NULL)
            rc =
                group_greeting_remove(tx, &(struct greeting_wisher){.app = n->look->app}, c->id, e);
    }
    if (rc == RC_OK && n->over != NULL)
        rc = code_warn_over(tx, c->id, str_from(n->over), e);
    if (rc == RC_OK && n->warn != NULL)
        rc = code_warn(tx, c->id, str_from(n->warn), n->detail, e);
    return rc;
}

static enum rc note(struct look *l, struct note n, struct err *e)
{
    n.look = l;
    return writer_run(l->app->writer, write_note, &n, e);
}

static bool warned(const struct look *l, const char *kind)
{
    for (size_t i = 0; i < l->warnings_n; i++)
        if (str_eq(l->warnings[i].kind, str_from(kind)))
            return true;
    return false;
}

/* Says what WeCom refused; what passes by itself is only tried again. Who is full is known where
 * one alone was to stand there: they are left out from the next look on. */
static enum rc refused(struct look *l, enum rc rc, struct err *e)
{
    if (code_keeper_is_full(e, &l->code, l->choice.listed)) {
        log_line(LOG_WARN, "code_full", "\"id\":%" PRId64, l->code.id);
        l->out->refused++;
        *e = (struct err)ERR_INIT;
        return code_keeper_full(l->app, &l->code, l->choice.listed, e);
    }
    struct str code = arena_str(&l->a, str_from(e->code));
    bool passes = rc == RC_IO || rc == RC_BUSY || rc == RC_RATE;
    log_line(LOG_WARN, "code_refused", "\"id\":%" PRId64 ",\"code\":\"%s\"", l->code.id, e->code);
    l->out->refused++;
    *e = (struct err)ERR_INIT;
    return passes ? RC_OK : note(l, (struct note){.warn = "refused", .detail = code}, e);
}

static enum rc expire(struct look *l, struct err *e)
{
    enum rc rc = code_way_end(l->app->wecom, &l->code, &l->a, e);
    if (rc != RC_OK)
        return refused(l, rc, e);
    l->out->ended++;
    rc = note(l, (struct note){.ended = "expired", .over = "nobody"}, e);
    rounds_wake(l->app->outbox); /* what its groups greet with goes, too */
    return rc == RC_OK && warned(l, "full") ? note(l, (struct note){.over = "full"}, e) : rc;
}

/* The kind of warning that nobody can receive is. */
static const char *nobody_word(const struct code *c)
{
    return str_eq(c->kind, STR("group")) ? "groups_full" : "nobody";
}

/* Somebody can or cannot receive: the warning begins or ends. */
static enum rc say_nobody(struct look *l, struct err *e)
{
    const char *word = nobody_word(&l->code);
    bool none = l->choice.why == CODE_NOBODY;
    if (none == warned(l, word))
        return RC_OK;
    return note(
        l, none ? (struct note){.warn = word, .detail = STR("")} : (struct note){.over = word}, e);
}

/* Who is full, by name; empty: nobody. */
static struct str full_names(struct look *l)
{
    struct str names = STR("");
    for (size_t i = 0; i < l->code.members_n; i++) {
        const struct code_member *m = &l->code.members[i];
        if (m->full_until_s <= l->now_s || m->left)
            continue;
        names = arena_printf(&l->a, STR_FMT "%s" STR_FMT, STR_ARG(names),
                             str_empty(names) ? "" : ", ", STR_ARG(m->name));
    }
    return names;
}

static enum rc say_full(struct look *l, struct err *e)
{
    struct str names = full_names(l);
    if (str_empty(names))
        return warned(l, "full") ? note(l, (struct note){.over = "full"}, e) : RC_OK;
    for (size_t i = 0; i < l->warnings_n; i++)
        if (str_eq(l->warnings[i].kind, STR("full")) && str_eq(l->warnings[i].detail, names))
            return RC_OK;
    return note(l, (struct note){.warn = "full", .detail = names}, e);
}

static enum rc keep(struct look *l, struct err *e)
{
    const struct code *c = &l->code;
    struct code_choice *choice = &l->choice;
    struct code_standing now = {c->listed, choice->on_duty, c->shift_s};
    enum rc rc = say_nobody(l, e);
    if (rc == RC_OK)
        rc = say_full(l, e);
    if (rc != RC_OK || str_empty(choice->listed))
        return rc;
    bool other_shift = !str_eq(choice->on_duty, c->on_duty);
    bool other_list = !str_eq(choice->listed, c->listed);
    if (other_shift)
        now.shift_s = l->now_s;
    if (other_list) {
        rc = code_way_change(l->app->wecom, c, choice->listed, &l->a, e);
        if (rc != RC_OK)
            return refused(l, rc, e);
        now.listed = choice->listed;
        l->out->changed++;
    }
    if (!other_list && !other_shift)
        return RC_OK;
    return note(l, (struct note){.standing = &now, .over = warned(l, "refused") ? "refused" : NULL},
                e);
}

/* One whose answer was lost: there or not. Links and groups cannot be found by their state. */
static enum rc look_for(struct look *l, struct err *e)
{
    struct code_made made;
    if (l->code.created_s + UNSURE_S > l->now_s)
        return RC_OK;
    if (!str_eq(l->code.kind, STR("staff")))
        return warned(l, "unsure") ? RC_OK
                                   : note(l, (struct note){.warn = "unsure", .detail = STR("")}, e);
    enum rc rc = code_way_find(l->app->wecom, &l->code, &l->a, &made, e);
    if (rc == RC_OK) {
        l->out->changed++;
        return note(l, (struct note){.made = &made}, e);
    }
    if (rc != RC_NOT_FOUND || e->code[0] != 0)
        return refused(l, rc, e);
    l->out->ended++;
    return note(l, (struct note){.ended = "deleted"}, e);
}

static enum rc read_code(struct look *l, int64_t id, struct err *e)
{
    struct tx *tx;
    struct code_warning *list;
    enum rc rc = db_read_begin(l->app->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    rc = code_load(tx, id, &l->a, &l->code, e);
    if (rc == RC_OK)
        rc = code_keeper_choose(tx, &l->code, l->now_s, &l->a, &l->choice, e);
    if (rc == RC_OK)
        rc = code_warnings(tx, id, &list, &l->warnings_n, e);
    l->warnings = ARENA_ARRAY(&l->a, struct code_warning, l->warnings_n + 1);
    for (size_t i = 0; rc == RC_OK && i < l->warnings_n; i++) {
        l->warnings[i].kind = arena_str(&l->a, list[i].kind);
        l->warnings[i].detail = arena_str(&l->a, list[i].detail);
    }
    db_read_end(tx);
    return rc;
}

static enum rc look_at(struct look *l, int64_t id, struct err *e)
{
    enum rc rc = read_code(l, id, e);
    if (rc != RC_OK)
        return rc;
    l->out->looked++;
    if (str_eq(l->code.status, STR("making")))
        return look_for(l, e);
    if (l->code.expires_s != DB_NULL && l->code.expires_s <= l->now_s)
        return expire(l, e);
    if (code_picture_due(&l->code, l->now_s))
        rc = code_picture_keep(l->app, &l->code, &l->a, e);
    return rc == RC_OK ? keep(l, e) : rc;
}

/* ---- all of them ---- */

static enum rc next_ids(struct app *app, int64_t after_id, struct arena *a, int64_t **out,
                        size_t *out_n, struct err *e)
{
    struct tx *tx;
    int64_t *ids;
    enum rc rc = db_read_begin(app->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    rc = code_active_ids(tx, after_id, IDS_A_READ, &ids, out_n, e);
    *out = ARENA_ARRAY(a, int64_t, *out_n + 1);
    if (rc == RC_OK && *out_n > 0)
        memcpy(*out, ids, *out_n * sizeof *ids);
    db_read_end(tx);
    return rc;
}

enum rc code_keeper_run(struct app *app, int64_t now_s, struct code_look *out, struct err *e)
{
    struct look l = {.app = app, .now_s = now_s, .out = out};
    struct arena ids_arena;
    enum rc rc = RC_OK;
    int64_t after = 0, *ids = NULL;
    size_t n = IDS_A_READ;
    *out = (struct code_look){0};
    arena_init(&ids_arena, 0);
    arena_init(&l.a, 0);
    while (rc == RC_OK && n == IDS_A_READ) {
        n = 0;
        rc = next_ids(app, after, &ids_arena, &ids, &n, e);
        for (size_t i = 0; rc == RC_OK && i < n; i++) {
            rc = look_at(&l, after = ids[i], e);
            arena_reset(&l.a);
        }
        arena_reset(&ids_arena);
    }
    arena_done(&l.a);
    arena_done(&ids_arena);
    return rc == RC_OK ? quota_keeper_run(app, now_s, e) : rc;
}

/* ---- the thread ---- */

struct code_keeper {
    struct app *app;
    struct periodic periodic;
};

static void *run(void *arg)
{
    struct code_keeper *k = arg;
    while (periodic_wait(&k->periodic, LOOK_US)) {
        struct err e = ERR_INIT;
        struct code_look look;
        if (code_keeper_run(k->app, clock_now_s(), &look, &e) != RC_OK)
            log_line(LOG_ERROR, "codes", "\"code\":\"%s\"", e.code);
        else if (look.changed + look.ended + look.refused > 0)
            log_line(LOG_INFO, "codes",
                     "\"looked\":%" PRId64 ",\"changed\":%" PRId64 ",\"ended\":%" PRId64
                     ",\"refused\":%" PRId64,
                     look.looked, look.changed, look.ended, look.refused);
    }
    return NULL;
}

struct code_keeper *code_keeper_start(struct app *app)
{
    struct code_keeper *k = must(calloc(1, sizeof *k));
    k->app = app;
    periodic_start(&k->periodic, "codes", run, k);
    return k;
}

void code_keeper_stop(struct code_keeper *k)
{
    if (k == NULL)
        return;
    periodic_stop(&k->periodic);
    free(k);
}
