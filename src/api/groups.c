/* groups.c — customer groups: which there are, how they grow, who is in them.
 *
 * A group is seen by whoever sees the customers of its owner. Of its members those are named whom
 * the caller may see; the others are there without a name, so that counts and lists agree.
 */
#include "api/customer_json.h"
#include "api/group_json.h"
#include "api/listing.h"
#include "api/routes.h"
#include "base/calendar.h"
#include "base/secret.h"
#include "domain/app.h"
#include "store/group.h"

enum { DAYS_USUAL = 30, DAYS_MOST = 400 };

static enum rc group_page(struct request *rq, struct tx *tx, struct err *e)
{
    struct group_filter f = {
        .scope_account = request_caller(rq)->scope_account,
        .q = arg_str(rq, "q"),
        .kind = arg_str(rq, "kind"),
        .level = arg_str(rq, "level"),
        .owner_id = arg_int(rq, "owner_id"),
        .state = arg_str(rq, "state"),
        .plan = arg_str(rq, "plan"),
    };
    struct group_json_figures figures;
    int64_t before_s = INT64_MAX;
    int64_t before_id = INT64_MAX;
    bool behind = cursor_read(rq, &before_s, &before_id);
    int64_t limit = page_limit(rq);
    struct group_row *list;
    size_t n = 0;
    enum rc rc = group_list(tx, &f, before_s, before_id, limit + 1, &list, &n, e);
    bool more = n > (size_t)limit;
    size_t shown = more ? (size_t)limit : n;
    if (rc == RC_OK)
        rc = group_json_work(rq, tx, list, shown, &figures, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = listing_open(rq);
    for (size_t i = 0; rc == RC_OK && i < shown; i++) {
        json_open_object(j, NULL);
        rc = group_json_members(rq, j, &list[i], e);
        group_json_figures(j, &figures, &list[i]);
        json_close_object(j);
    }
    listing_close(
        rq, more ? cursor_write(rq, list[limit - 1].created_s, list[limit - 1].id) : STR_ABSENT,
        behind || more ? -1 : (int64_t)n);
    return rc;
}

const struct route route_group_list = {
    .method = GET,
    .path = "/api/groups",
    .name = "group_list",
    .need = PERM_STAFF_READ,
    .scope = SCOPE_ROWS,
    .args = {{"q", ARG_TEXT, .max = 120, .zh = "群名的一部分", .en = "part of the name"},
             {"kind", ARG_CHOICE, .choices = "feed|interest|service", .zh = "类型", .en = "kind"},
             {"level", ARG_CHOICE, .choices = "welfare|vip|diamond", .zh = "等级", .en = "level"},
             {"owner_id", ARG_ID, .zh = "群主", .en = "owner"},
             {"state", ARG_CHOICE, .choices = "active|dismissed|all", .zh = "默认为未解散的",
              .en = "those that exist, unless told"},
             {"plan", ARG_CHOICE, .choices = "keep|revive|give_up|none",
              .zh = "决定：保留、激活、放弃或还没有决定",
              .en = "what people decided, or none: nobody did"},
             {"days", ARG_INT, .min = 7, .max = 365,
              .zh = "给出则每个群带 figures：最近多少天的活跃、消息、销售和本类指标",
              .en = "when given, each group has its figures of so many days: activity, messages, "
                    "sales, the measure of its kind"},
             ARGS_PAGE},
    .run = group_page,
    .zh =
        "客户群，新建的在前；只含数据范围内员工为群主的群。留存为 7（30）天前的 90 天内进群者中满 "
        "7（30）天仍在群的比例",
    .en = "Customer groups, newest first, whose owner is in your scope. stay_7d (stay_30d): of who "
          "joined in the 90 days that ended 7 (30) days ago, the share still there after 7 (30) "
          "days.",
    .reply = "GroupList",
};

/* ---- one ---- */

static enum rc put_notice(struct request *rq, struct tx *tx, int64_t group_id, struct err *e)
{
    struct str sealed = STR_ABSENT, open = STR_ABSENT;
    enum rc rc = group_notice(tx, group_id, &sealed, e);
    if (rc == RC_OK && !str_absent(sealed))
        rc = secret_open(request_app(rq)->keys, STR("chat_group.notice"), sealed, request_arena(rq),
                         &open, e);
    if (rc == RC_OK)
        json_put_str(reply_json(rq), "notice", open);
    return rc;
}

static enum rc put_days(struct request *rq, struct tx *tx, int64_t group_id, struct err *e)
{
    struct json *j = reply_json(rq);
    struct group_day *days = NULL;
    int64_t asked = arg_given(rq, "days") ? arg_int(rq, "days") : DAYS_USUAL;
    int64_t from = calendar_day_of(tx_now_s(tx)) - asked + 1;
    enum rc rc = group_days(tx, group_id, from, (size_t)asked, &days, e);
    json_open_array(j, "days");
    for (int64_t i = 0; rc == RC_OK && i < asked; i++) {
        json_open_object(j, NULL);
        json_put_day(j, "day", days[i].day);
        json_put_int(j, "joined", days[i].joined);
        json_put_int(j, "left", days[i].left);
        json_put_int(j, "members", days[i].members);
        json_close_object(j);
    }
    json_close_array(j);
    return rc;
}

static enum rc group_get(struct request *rq, struct tx *tx, struct err *e)
{
    struct group_row g;
    struct group_json_figures figures;
    enum rc rc = group_load(tx, request_caller(rq)->scope_account, arg_int(rq, "group_id"), &g, e);
    if (rc == RC_OK)
        rc = group_json_work(rq, tx, &g, 1, &figures, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    rc = group_json_members(rq, j, &g, e);
    group_json_figures(j, &figures, &g);
    if (rc == RC_OK)
        rc = put_notice(rq, tx, g.id, e);
    if (rc == RC_OK)
        rc = put_days(rq, tx, g.id, e);
    json_close_object(j);
    return rc;
}

const struct route route_group_get = {
    .method = GET,
    .path = "/api/groups/{group_id}",
    .name = "group_get",
    .need = PERM_STAFF_READ,
    .scope = SCOPE_ROWS,
    .args = {{"group_id", ARG_ID, IN_PATH, .required = true, .zh = "客户群", .en = "the group"},
             {"days", ARG_INT, .min = 7, .max = DAYS_MOST,
              .zh = "最近多少天的进出和 figures，默认 30；figures 只在给出时有",
              .en = "joins and leaves, and (only when given) figures, of how many days; 30 unless "
                    "told"}},
    .run = group_get,
    .zh = "一个客户群：公告、最近每天的进出和人数、指标",
    .en = "One group: its notice, its figures, and joins, leaves and members of each of the last "
          "days.",
    .reply = "Group",
};

/* ---- its members ---- */

static void put_member(struct request *rq, struct json *j, const struct group_member_row *m)
{
    static const char *const SCENES[] = {NULL, "invited", "link", "code"};
    bool known = m->join_scene > 0 && m->join_scene < (int64_t)(sizeof SCENES / sizeof *SCENES);
    json_open_object(j, NULL);
    json_put_named(j, "customer", m->root_id, customer_nickname(rq, m->nickname));
    json_put_int(j, "joined_s", m->joined_s);
    json_put_known(j, "left_s", m->left_s);
    if (known)
        json_put_z(j, "scene", SCENES[m->join_scene]);
    else
        json_put_null(j, "scene");
    json_put_named(j, "inviter", m->inviter_id, m->inviter);
    json_put_bool(j, "friend", m->friend);
    json_close_object(j);
}

static enum rc member_page(struct request *rq, struct tx *tx, struct err *e)
{
    struct group_row g;
    struct group_member_row *list = NULL;
    size_t n = 0;
    int64_t before_s = INT64_MAX, before_id = INT64_MAX, limit = page_limit(rq);
    struct group_member_filter f = {.scope_account = request_caller(rq)->scope_account,
                                    .group_id = arg_int(rq, "group_id"),
                                    .state = arg_str(rq, "state")};
    cursor_read(rq, &before_s, &before_id);
    enum rc rc = group_load(tx, f.scope_account, f.group_id, &g, e);
    if (rc == RC_OK)
        rc = group_members(tx, &f, before_s, before_id, limit + 1, &list, &n, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = listing_open(rq);
    bool more = n > (size_t)limit;
    for (size_t i = 0; i < n && i < (size_t)limit; i++)
        put_member(rq, j, &list[i]);
    listing_close(rq,
                  more ? cursor_write(rq, list[limit - 1].joined_s, list[limit - 1].customer_id)
                       : STR_ABSENT,
                  -1);
    return RC_OK;
}

const struct route route_group_members = {
    .method = GET,
    .path = "/api/groups/{group_id}/members",
    .name = "group_members",
    .need = PERM_CUSTOMER_READ,
    .scope = SCOPE_ROWS,
    .args = {{"group_id", ARG_ID, IN_PATH, .required = true, .zh = "客户群", .en = "the group"},
             {"state", ARG_CHOICE, .choices = "present|left", .zh = "在群或已退群，不给为全部",
              .en = "present or left, both unless told"},
             ARGS_PAGE},
    .run = member_page,
    .zh = "群成员，最近进群的在前；数据范围以外的客户没有名字",
    .en = "Who is or was in a group, who joined last first; customers outside your data scope have "
          "no name.",
    .reply = "GroupMemberList",
};
