/* group_review.c — groups to see to, who is valuable in one, and all groups together.
 *
 * Proposals are of groups that nobody decided about. Verdicts are those of domain/group_review.h;
 * every figure a verdict hangs on is told beside it, so that a reader can check it.
 */
#include "api/customer_json.h"
#include "api/group_json.h"
#include "api/listing.h"
#include "api/routes.h"
#include "domain/app.h"
#include "domain/group_review.h"
#include "store/ids.h"

#include <stdlib.h>

/* A group of WeCom holds 500; one that was imported may be larger. */
enum { DAYS_USUAL = 30, VALUABLE_MOST = 2000 };

/* ---- to see to ---- */

static bool is_proposal(enum group_verdict v)
{
    return v == GROUP_REVIVE || v == GROUP_TAKE_OUT || v == GROUP_GIVE_UP;
}

static bool is_asked(const struct group_reviewed *r, struct str verdict)
{
    if (r->planned)
        return false;
    return str_empty(verdict) ? is_proposal(r->verdict)
                              : str_eq(verdict, str_from(group_verdict_names[r->verdict]));
}

static void put_counts(struct json *j, const struct group_review *v)
{
    int64_t counts[GROUP_VERDICTS] = {0}, planned = 0;
    for (size_t i = 0; i < v->n; i++) {
        planned += v->list[i].planned;
        counts[v->list[i].verdict] += !v->list[i].planned;
    }
    json_open_object(j, "counts");
    for (int i = 0; i < GROUP_VERDICTS; i++)
        json_put_int(j, group_verdict_names[i], counts[i]);
    json_put_int(j, "planned", planned);
    json_close_object(j);
    json_open_object(j, "rule");
    json_put_int(j, "quiet_percent", v->rule.quiet_percent);
    json_put_int(j, "revive_valuable", v->rule.revive_valuable);
    json_put_int(j, "fall_least", GROUP_FALL_LEAST);
    json_close_object(j);
    json_put_int(j, "days", GROUP_VERDICT_DAYS);
    json_put_known(j, "as_of_s", v->as_of_s);
}

static void put_reviewed(struct json *j, const struct group_reviewed *r, const struct group_row *g)
{
    const struct group_signs *s = &r->signs;
    json_open_object(j, NULL);
    json_put_id(j, "id", g->id);
    json_put_str(j, "name", g->name);
    json_put_named(j, "owner", g->owner_id, g->owner);
    json_put_str(j, "kind", g->kind);
    json_put_str(j, "level", g->level);
    json_put_int(j, "created_s", g->created_s);
    json_put_z(j, "verdict", group_verdict_names[r->verdict]);
    json_put_bool(j, "quiet", r->quiet);
    json_put_bool(j, "falling", r->falling);
    json_put_int(j, "people", s->members);
    json_put_int(j, "active", s->active);
    json_put_share(j, "activity", s->active, s->members);
    json_put_int(j, "people_before", s->members_before);
    json_put_int(j, "active_before", s->active_before);
    json_put_share(j, "activity_before", s->active_before, s->members_before);
    json_put_known(j, "messages", r->why == GROUP_SAID ? s->messages : DB_NULL);
    json_put_known(j, "message_days", r->why == GROUP_SAID ? r->message_days : DB_NULL);
    json_put_z(j, "messages_not_available", group_unsaid_names[r->why]);
    json_put_int(j, "valuable", s->valuable);
    json_put_int(j, "valuable_alone", s->valuable_alone);
    json_close_object(j);
}

static const struct group_row *row_of(const struct group_row *rows, size_t n, int64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (rows[i].id == id)
            return &rows[i];
    return NULL;
}

/* The page behind the cursor: where its groups stand in the review; one more than the limit when
 * there are more. */
static size_t cut_page(struct request *rq, const struct group_review *v, size_t *out, size_t limit)
{
    int64_t worth = INT64_MAX, id = 0;
    size_t n = 0;
    cursor_read(rq, &worth, &id);
    for (size_t i = 0; i < v->n && n <= limit; i++) {
        const struct group_reviewed *r = &v->list[i];
        bool behind = r->signs.valuable < worth || (r->signs.valuable == worth && r->group_id > id);
        if (behind && is_asked(r, arg_str(rq, "verdict")))
            out[n++] = i;
    }
    return n;
}

static enum rc review_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct group_review v;
    struct group_row *rows = NULL;
    size_t rows_n = 0, limit = (size_t)page_limit(rq);
    size_t *at = ARENA_ARRAY(request_arena(rq), size_t, limit + 1);
    int64_t scope = request_caller(rq)->scope_account;
    int64_t *ids = ARENA_ARRAY(request_arena(rq), int64_t, limit + 1);
    enum rc rc = group_review(request_app(rq), tx, scope, &v, e);
    if (rc != RC_OK)
        return rc;
    size_t n = cut_page(rq, &v, at, limit);
    bool more = n > limit;
    n = more ? limit : n;
    for (size_t i = 0; i < n; i++)
        ids[i] = v.list[at[i]].group_id;
    rc = group_list_of(tx, scope, ids, n, &rows, &rows_n, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    put_counts(j, &v);
    json_open_array(j, "items");
    for (size_t i = 0; i < n; i++) {
        const struct group_row *g = row_of(rows, rows_n, ids[i]);
        if (g != NULL)
            put_reviewed(j, &v.list[at[i]], g);
    }
    const struct group_reviewed *last = n > 0 ? &v.list[at[n - 1]] : NULL;
    listing_close(rq, more ? cursor_write(rq, last->signs.valuable, last->group_id) : STR_ABSENT,
                  -1);
    return RC_OK;
}

const struct route route_group_review = {
    .method = GET,
    .path = "/api/groups/review",
    .name = "group_review",
    .need = PERM_STAFF_READ,
    .scope = SCOPE_ROWS,
    .args = {{"verdict", ARG_CHOICE, .choices = "revive|take_out|give_up|new|keep",
              .zh = "只看这一种，默认为前三种：激活、先转出重要客户、放弃",
              .en = "this one only; unless told the first three: revive, take valuable members "
                    "out, give up"},
             ARGS_PAGE},
    .run = review_run,
    .zh = "要处理的客户群，重要客户多的在前；已有决定的不列。规则见 docs/GROUPS.md",
    .en = "Groups to see to, those with most valuable members first, without those that people "
          "decided about. docs/GROUPS.md has the rule.",
    .reply = "GroupReview",
};

/* ---- who is valuable in one ---- */

static enum rc valuable_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct group_row g;
    struct group_valuable *list = NULL;
    struct customer_card *cards = NULL;
    size_t n = 0, cards_n = 0, kept = 0;
    int64_t scope = request_caller(rq)->scope_account;
    bool alone = arg_int(rq, "alone") != 0;
    enum rc rc = group_load(tx, scope, arg_int(rq, "group_id"), &g, e);
    if (rc == RC_OK)
        rc = group_valuables(request_app(rq), tx, g.id, g.level, &list, &n, e);
    if (rc != RC_OK)
        return rc;
    int64_t *ids = ARENA_ARRAY(request_arena(rq), int64_t, n + 1);
    for (size_t i = 0; i < n && kept < VALUABLE_MOST; i++)
        if (!alone || list[i].alone)
            list[kept++] = list[i];
    for (size_t i = 0; i < kept; i++)
        ids[i] = list[i].root_id;
    rc = customer_cards(tx, request_app(rq)->keys, scope, ids, kept, &cards, &cards_n, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_int(j, "hidden", (int64_t)(kept - cards_n));
    json_open_array(j, "items");
    for (size_t i = 0, c = 0; i < kept && c < cards_n; i++) {
        if (cards[c].id != list[i].root_id)
            continue; /* outside of the scope */
        json_open_object(j, NULL);
        customer_json_members(rq, j, &cards[c++]);
        json_put_bool(j, "alone", list[i].alone);
        json_close_object(j);
    }
    listing_close(rq, STR_ABSENT, (int64_t)cards_n);
    return RC_OK;
}

const struct route route_group_valuable = {
    .method = GET,
    .path = "/api/groups/{group_id}/valuable",
    .name = "group_valuable",
    .need = PERM_CUSTOMER_READ,
    .scope = SCOPE_ROWS,
    .args = {{"group_id", ARG_ID, IN_PATH, .required = true, .zh = "客户群", .en = "the group"},
             {"alone", ARG_BOOL, .zh = "只看不在其他同级或更高级群里的",
              .en = "only those in no other group of its level or above"}},
    .run = valuable_run,
    .zh = "群里的重要客户（同流失提醒的规则），放弃这个群之前先把 alone 的请到别的群；hidden "
          "为另有几位不在数据范围内",
    .en = "Members who matter, by the rule of churn alerts; before the group is given up, invite "
          "those who are `alone` into another. `hidden`: how many more are outside of your data "
          "scope.",
    .reply = "GroupValuableList",
};

/* ---- all of them together ---- */

static enum rc totals_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct group_window w = {arg_int_or(rq, "days", DAYS_USUAL), tx_now_s(tx),
                             request_caller(rq)->scope_account};
    struct group_total t;
    int64_t as_of_s = DB_NULL;
    enum rc rc = group_total_kept(request_app(rq), tx, &w, &t, &as_of_s, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_int(j, "days", w.days);
    json_put_known(j, "as_of_s", as_of_s);
    json_put_int(j, "groups", t.groups);
    json_put_int(j, "people", t.members);
    json_put_int(j, "active", t.active);
    json_put_share(j, "activity", t.active, t.members);
    json_put_int(j, "orders", t.sales.orders);
    json_put_int(j, "buyers", t.sales.buyers);
    json_put_int(j, "amount_fen", t.sales.amount_fen);
    json_put_int(j, "all_orders", t.sales.all_orders);
    json_put_int(j, "all_buyers", t.sales.all_buyers);
    json_put_int(j, "all_amount_fen", t.sales.all_amount_fen);
    json_put_share(j, "sales_share", t.sales.amount_fen, t.sales.all_amount_fen);
    json_close_object(j);
    return RC_OK;
}

const struct route route_group_totals = {
    .method = GET,
    .path = "/api/groups/totals",
    .name = "group_totals",
    .need = PERM_REPORT_READ,
    .scope = SCOPE_ROWS,
    .args = {ARG_GROUP_DAYS},
    .run = totals_run,
    .zh = "所有客户群合计：人数、活跃、群成员销售占比；每位客户、每笔订单只算一次。算得久的保留几"
          "分钟，as_of_s 为计算时间",
    .en = "All groups together: members, activity, their share of sales; each customer and each "
          "order once. Totals that took long are kept for some minutes; as_of_s says since when.",
    .reply = "GroupTotals",
};
