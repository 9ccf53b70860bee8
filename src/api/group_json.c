/* group_json.c — figures of a group are worked out for all groups of a page at once, then each is
 * written beside what the row says. docs/GROUPS.md defines them.
 */
#include "api/group_json.h"

#include "api/customer_json.h"
#include "base/secret.h"
#include "domain/app.h"
#include "query/answer.h"
#include "query/board.h"
#include "store/ids.h"

#include <math.h>
#include <stdlib.h>

void json_put_share(struct json *j, const char *key, int64_t part, int64_t whole)
{
    json_put_double(j, key, whole == 0 ? NAN : (double)part / (double)whole);
}

enum rc group_json_members(struct request *rq, struct json *j, const struct group_row *g,
                           struct err *e)
{
    struct str note = STR_ABSENT;
    enum rc rc = RC_OK;
    if (!str_absent(g->plan_note_sealed))
        rc = secret_open(request_app(rq)->keys, STR("chat_group.plan_note"), g->plan_note_sealed,
                         request_arena(rq), &note, e);
    if (rc != RC_OK)
        return rc;
    json_put_id(j, "id", g->id);
    json_put_str(j, "name", g->name);
    json_put_named(j, "owner", g->owner_id, g->owner);
    json_put_str(j, "kind", g->kind);
    json_put_str(j, "level", g->level);
    json_put_int(j, "members", g->members);
    json_put_int(j, "friends", g->friends);
    json_put_int(j, "joined_7d", g->joined_7d);
    json_put_int(j, "left_7d", g->left_7d);
    json_put_int(j, "joined_30d", g->joined_30d);
    json_put_int(j, "left_30d", g->left_30d);
    json_put_share(j, "stay_7d", g->stay_7d.stayed, g->stay_7d.joined);
    json_put_int(j, "stay_7d_of", g->stay_7d.joined);
    json_put_share(j, "stay_30d", g->stay_30d.stayed, g->stay_30d.joined);
    json_put_int(j, "stay_30d_of", g->stay_30d.joined);
    json_put_int(j, "created_s", g->created_s);
    json_put_known(j, "dismissed_s", g->dismissed_s);
    json_put_str(j, "plan", g->plan);
    json_put_str(j, "plan_note", note);
    json_put_known(j, "plan_s", g->plan_s);
    json_put_str(j, "plan_by", g->plan_by);
    return RC_OK;
}

/* ---- figures ---- */

/* What everybody spent: of the daybook, or the orders of the window one by one. */
static enum rc all_sales(struct request *rq, struct tx *tx, const struct group_window *w,
                         int64_t *out_fen, struct err *e)
{
    const struct app *app = request_app(rq);
    struct board b;
    enum rc rc = board_begin_short(&b, app->mirror, app->daybook, tx, e);
    if (rc == RC_OK)
        rc =
            board_all_sales(&b, w->now_s - w->days * 86400, w->now_s, w->scope_account, out_fen, e);
    board_end(&b);
    return rc;
}

enum rc group_json_work(struct request *rq, struct tx *tx, const struct group_row *rows, size_t n,
                        struct group_json_figures *out, struct err *e)
{
    struct group_json_figures f = {
        .window = {arg_int_or(rq, "days", 0), tx_now_s(tx), request_caller(rq)->scope_account}};
    int64_t *ids = ARENA_ARRAY(request_arena(rq), int64_t, n + 1);
    struct group_figures *list = NULL;
    struct snapshot *s = NULL;
    struct err *busy = ARENA_NEW(request_arena(rq), struct err);
    enum rc rc = RC_OK;
    *out = f;
    if (f.window.days == 0 || n == 0)
        return RC_OK;
    for (size_t i = 0; i < n; i++)
        ids[i] = rows[i].id;
    qsort(ids, n, sizeof *ids, ids_compare);
    rc = answer_from_long(request_app(rq)->mirror, tx, &s, busy);
    if (rc == RC_BUSY) {
        out->problem = request_caller(rq)->english ? busy->en : busy->zh;
        return RC_OK;
    }
    if (rc != RC_OK)
        *e = *busy;
    if (rc == RC_OK)
        rc = group_figures(s, tx, &f.window, ids, n, &list, e);
    answer_done(s);
    if (rc == RC_OK)
        rc = all_sales(rq, tx, &f.window, &f.all_fen, e);
    f.list = list;
    f.n = n;
    if (rc == RC_OK)
        *out = f;
    return rc;
}

/* The measure of the group's kind, and what stands beside it. */
static void put_measure(struct json *j, const struct group_figures *f, int64_t all_fen,
                        const struct group_row *g)
{
    bool feed = str_eq(g->kind, STR("feed")), service = str_eq(g->kind, STR("service"));
    json_put_z(j, "measure", feed ? "sales_share" : service ? "repurchase" : "activity");
    if (feed)
        json_put_share(j, "measure_value", f->sales.amount_fen, all_fen);
    else if (service)
        json_put_share(j, "measure_value", f->sales.repeaters, f->sales.buyers);
    else
        json_put_share(j, "measure_value", f->activity.active, f->activity.members);
    json_put_z(j, "beside", feed ? "bought_share" : service ? "stay_30d" : "activity_before");
    if (feed)
        json_put_share(j, "beside_value", f->sales.members, f->members_seen);
    else if (service)
        json_put_share(j, "beside_value", g->stay_30d.stayed, g->stay_30d.joined);
    else
        json_put_share(j, "beside_value", f->activity.active_before, f->activity.members_before);
}

static void put_messages(struct json *j, const struct group_messages *m)
{
    bool said = m->why == GROUP_SAID;
    json_put_known(j, "messages", said ? m->messages : DB_NULL);
    json_put_share(j, "writers_a_day", m->writer_days, said ? m->days : 0);
    json_put_known(j, "message_days", said ? m->days : DB_NULL);
    json_put_z(j, "messages_not_available", group_unsaid_names[m->why]);
}

void group_json_figures(struct json *j, const struct group_json_figures *w,
                        const struct group_row *g)
{
    const struct group_figures *f = /* the id is its first member */
        w->n == 0 ? NULL : bsearch(&g->id, w->list, w->n, sizeof *w->list, ids_compare);
    json_put_z(j, "figures_problem", w->problem);
    if (f == NULL || g->dismissed_s != DB_NULL) {
        json_put_null(j, "figures");
        return;
    }
    const struct group_activity *a = &f->activity;
    json_open_object(j, "figures");
    json_put_int(j, "days", w->window.days);
    put_measure(j, f, w->all_fen, g);
    json_put_int(j, "people", a->members);
    json_put_int(j, "active", a->active);
    json_put_share(j, "activity", a->active, a->members);
    json_put_int(j, "people_before", a->members_before);
    json_put_int(j, "active_before", a->active_before);
    json_put_share(j, "activity_before", a->active_before, a->members_before);
    put_messages(j, &f->messages);
    json_put_int(j, "orders", f->sales.orders);
    json_put_int(j, "buyers", f->sales.buyers);
    json_put_int(j, "repeaters", f->sales.repeaters);
    json_put_int(j, "amount_fen", f->sales.amount_fen);
    json_put_share(j, "sales_share", f->sales.amount_fen, w->all_fen);
    json_put_share(j, "bought_share", f->sales.members, f->members_seen);
    json_put_share(j, "repurchase", f->sales.repeaters, f->sales.buyers);
    json_close_object(j);
}
