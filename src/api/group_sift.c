/* group_sift.c — who qualifies for groups of a level: whom to invite, from where, into which group
 * (domain/group_sift.h). Each page asks again, so that a list read slowly stays true; what it costs
 * is the expression's own price.
 */
#include "api/customer_json.h"
#include "api/group_json.h"
#include "api/listing.h"
#include "api/routes.h"
#include "base/calendar.h"
#include "domain/app.h"
#include "domain/group_sift.h"
#include "query/print.h"

/* The saved audience that the settings name for the level, as an expression; empty: none. */
static struct str usual_expression(struct request *rq, struct str level)
{
    const struct config *c = request_app(rq)->config;
    struct buf b;
    struct str name = STR("");
    if (str_eq(level, STR("vip")))
        name = str_from(config_text(c, "group_vip_audience"));
    else if (str_eq(level, STR("diamond")))
        name = str_from(config_text(c, "group_diamond_audience"));
    if (str_empty(name))
        return STR_ABSENT;
    buf_init(&b, 2048);
    buf_addz(&b, "audience(");
    print_text(name, &b);
    buf_addc(&b, ')');
    struct str out = arena_str(request_arena(rq), buf_str(&b));
    buf_done(&b);
    return out;
}

static enum rc no_expression(struct str level, struct err *e)
{
    err_set(e, RC_INVALID, "expression_missing", "expression",
            "没有给出条件，也没有为这个等级设置默认人群",
            "no condition was given, and no audience is set for this level");
    if (str_eq(level, STR("welfare")))
        err_hint(e, "请写下条件：福利群没有默认人群",
                 "write a condition: groups of level welfare have no usual audience");
    else
        err_hint(e, "请写下条件；管理员也可以在“设置”里为这个等级指定默认人群",
                 "write a condition; an administrator can also name an audience for this level in "
                 "the settings");
    return RC_INVALID;
}

static enum rc not_yet(struct err *e)
{
    err_set(e, RC_INVALID, "before_future", "before", "这一天还没有到",
            "that day is still to come");
    err_hint(e, "请选今天以前的一天，例如活动开始的前一天",
             "choose a day before today, such as the one before the promotion");
    return RC_INVALID;
}

static void put_sums(struct request *rq, struct json *j, const struct group_sifting *q,
                     const struct group_sifted *f)
{
    json_put_str(j, "level", q->level);
    json_put_str(j, "expression", q->expression);
    json_put_day(j, "before", q->before_day);
    json_put_int(j, "qualify", f->qualify);
    json_put_int(j, "inside", f->inside);
    json_put_int(j, "invite", (int64_t)f->invite.n);
    json_put_known(j, "fresh", f->fresh_known ? (int64_t)f->fresh.n : DB_NULL);
    json_put_z(j, "fresh_problem",
               f->fresh_why == NULL          ? NULL
               : request_caller(rq)->english ? f->fresh_why->en
                                             : f->fresh_why->zh);
    json_put_int(j, "no_longer", (int64_t)f->no_longer.n);
    json_put_int(j, "full_at", GROUP_FULL_AT);
}

/* The owner of their best group; of who is in none that the caller sees, or whose group has no
 * owner, the member of staff whose friend they have been longest. */
static void put_inviter(struct json *j, const struct group_sift_row *row,
                        const struct customer_card *card)
{
    for (size_t i = 0; i < row->places_n; i++)
        if (row->places[i].owner_id != 0) {
            json_put_named(j, "inviter", row->places[i].owner_id, row->places[i].owner);
            return;
        }
    if (card->staff_n > 0)
        json_put_named(j, "inviter", card->staff[0].id, card->staff[0].name);
    else
        json_put_null(j, "inviter");
}

static void put_row(struct request *rq, struct json *j, const struct group_sift_row *row,
                    const struct customer_card *card, bool fresh_known, bool fresh)
{
    json_open_object(j, NULL);
    customer_json_members(rq, j, card);
    if (fresh_known)
        json_put_bool(j, "fresh", fresh);
    else
        json_put_null(j, "fresh");
    json_open_array(j, "groups");
    for (size_t i = 0; i < row->places_n; i++) {
        const struct group_place *p = &row->places[i];
        json_open_object(j, NULL);
        json_put_id(j, "id", p->group_id);
        json_put_str(j, "name", p->name);
        json_put_str(j, "level", p->level);
        json_put_named(j, "owner", p->owner_id, p->owner);
        json_close_object(j);
    }
    json_close_array(j);
    put_inviter(j, row, card);
    if (row->target == NULL) {
        json_put_null(j, "into");
    } else {
        json_open_object(j, "into");
        json_put_id(j, "id", row->target->group_id);
        json_put_str(j, "name", row->target->name);
        json_put_named(j, "owner", row->target->owner_id, row->target->owner);
        json_put_int(j, "people", row->target->members);
        json_close_object(j);
    }
    json_close_object(j);
}

/* Ids behind the cursor, at most `limit`; whether there are more. */
static const int64_t *cut_page(struct request *rq, const struct id_set *set, size_t limit,
                               size_t *out_n, bool *out_more)
{
    int64_t after = 0;
    size_t from = 0, to = set->n;
    str_to_i64(page_cursor(rq), &after);
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (set->ids[middle] <= after)
            from = middle + 1;
        else
            to = middle;
    }
    *out_more = set->n - from > limit;
    *out_n = *out_more ? limit : set->n - from;
    return *out_n > 0 ? &set->ids[from] : NULL;
}

static enum rc put_page(struct request *rq, struct tx *tx, const struct group_sifting *q,
                        const struct group_sifted *f, struct err *e)
{
    struct str show = arg_str(rq, "show");
    bool gone = str_eq(show, STR("no_longer")), only_fresh = str_eq(show, STR("fresh"));
    const struct id_set *set = gone ? &f->no_longer : only_fresh ? &f->fresh : &f->invite;
    struct group_sift_row *rows = NULL;
    struct customer_card *cards = NULL;
    size_t n = 0, cards_n = 0;
    bool more = false;
    const int64_t *ids = cut_page(rq, set, (size_t)page_limit(rq), &n, &more);
    int64_t *friends = ARENA_ARRAY(request_arena(rq), int64_t, n + 1);
    enum rc rc =
        customer_cards(tx, request_app(rq)->keys, q->scope_account, ids, n, &cards, &cards_n, e);
    for (size_t i = 0, c = 0; rc == RC_OK && i < n && c < cards_n; i++)
        if (cards[c].id == ids[i]) {
            friends[i] = cards[c].staff_n > 0 ? cards[c].staff[0].id : 0;
            c++;
        }
    if (rc == RC_OK)
        rc = group_sift_rows(tx, q, gone, ids, friends, n, &rows, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    put_sums(rq, j, q, f);
    json_open_array(j, "items");
    for (size_t i = 0, c = 0; i < n && c < cards_n; i++)
        if (cards[c].id == ids[i])
            put_row(rq, j, &rows[i], &cards[c++], f->fresh_known && !gone,
                    id_set_has(&f->fresh, ids[i]));
    struct str next = more ? arena_printf(request_arena(rq), "%" PRId64, ids[n - 1]) : STR_ABSENT;
    listing_close(rq, next, (int64_t)set->n);
    return RC_OK;
}

static enum rc sift_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct group_sifted f;
    struct group_sifting q = {
        .level = arg_str(rq, "level"),
        .expression = arg_str(rq, "expression"),
        .before_day = arg_given(rq, "before") ? arg_int(rq, "before") : DB_NULL,
        .scope_account = request_caller(rq)->scope_account,
    };
    if (str_empty(q.expression))
        q.expression = usual_expression(rq, q.level);
    if (str_empty(q.expression))
        return no_expression(q.level, e);
    if (q.before_day != DB_NULL && q.before_day >= calendar_day_of(tx_now_s(tx)))
        return not_yet(e);
    if (q.before_day == DB_NULL && str_eq(arg_str(rq, "show"), STR("fresh")))
        return err_set(e, RC_INVALID, "before_missing", "before", "请给出与哪天相比（before）",
                       "say since which day: `before`");
    enum rc rc = group_sift(request_app(rq)->mirror, tx, &q, &f, e);
    return rc == RC_OK ? put_page(rq, tx, &q, &f, e) : rc;
}

const struct route route_group_sift = {
    .method = GET,
    .path = "/api/groups/sift",
    .name = "group_sift",
    .need = PERM_CUSTOMER_READ,
    .scope = SCOPE_ROWS,
    .args = {{"level", ARG_CHOICE, .required = true, .choices = "welfare|vip|diamond",
              .zh = "哪个等级的群", .en = "groups of which level"},
             {"expression", ARG_EXPRESSION, .zh = "谁够格；不给则用设置里为该等级指定的人群",
              .en = "who qualifies; the audience that the settings name for the level unless told"},
             {"before", ARG_DAY, .zh = "与这天结束时相比，谁是新够格的",
              .en = "compared with the end of this day: who qualifies newly"},
             {"show", ARG_CHOICE, .choices = "invite|fresh|no_longer",
              .zh = "列出待邀请（默认）、其中新够格的，或在群里但不再够格的",
              .en = "list whom to invite (unless told), those of them who qualify newly, or who is "
                    "in such a group and does not qualify any more"},
             ARGS_PAGE},
    .run = sift_run,
    .zh = "活动前后的群筛选：谁够格而不在该等级（或更高）的群里，由谁邀请、进哪个群",
    .en = "Sifting before and after a promotion: who qualifies and is in no group of that level or "
          "above, who invites them, and into which group.",
    .reply = "GroupSift",
};
