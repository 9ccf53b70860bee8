/* tags.c — the catalogue of tags on three levels.
 *
 * Archiving hides a tag from choice and leaves it on whoever wears it, so old audiences stay
 * readable. Groups and categories can be removed when empty.
 */
#include "api/report_args.h"
#include "api/routes.h"
#include "base/limits.h"
#include "domain/rounds.h"
#include "domain/tag_wish.h"
#include "store/tag.h"
#include "store/tag_library.h"

static void put_tag(struct json *j, const struct tag *t)
{
    json_open_object(j, NULL);
    json_put_id(j, "id", t->id);
    json_put_str(j, "name", t->name);
    json_put_str(j, "grain", t->grain);
    json_put_int(j, "position", t->position);
    json_put_int(j, "customers", t->customers);
    json_put_bool(j, "archived", t->archived_s != DB_NULL);
    json_close_object(j);
}

/* What of the tree is asked for. */
struct tag_filter {
    struct str words; /* a part of "group tag", in small letters; absent: any */
    int archived;     /* 1 or 0; -1: either */
};

static struct str small_letters(struct arena *a, struct str s)
{
    char *p = arena_z(a, s);
    for (size_t i = 0; i < s.n; i++)
        p[i] = (char)(p[i] >= 'A' && p[i] <= 'Z' ? p[i] - 'A' + 'a' : p[i]);
    return (struct str){p, s.n};
}

static bool is_wanted(struct arena *a, const struct tag_filter *f, const struct tag_group *g,
                      const struct tag *t)
{
    if (f->archived >= 0 && (t->archived_s != DB_NULL) != (f->archived == 1))
        return false;
    struct str both = arena_printf(a, STR_FMT " " STR_FMT, STR_ARG(g->name), STR_ARG(t->name));
    return str_empty(f->words) || str_find(small_letters(a, both), f->words) >= 0;
}

/* A group with the tags that are wanted; one that has none of them is left out of a search. */
static void put_group(struct request *rq, const struct tag_filter *f, const struct tag_group *g,
                      const struct tag *tags, size_t n)
{
    struct json *j = reply_json(rq);
    struct arena *a = request_arena(rq);
    bool any = str_empty(f->words);
    for (size_t i = 0; i < n && !any; i++)
        any = tags[i].group_id == g->id && is_wanted(a, f, g, &tags[i]);
    if (!any)
        return;
    json_open_object(j, NULL);
    json_put_id(j, "id", g->id);
    json_put_str(j, "name", g->name);
    json_put_int(j, "position", g->position);
    json_put_bool(j, "wecom", g->wecom);
    json_put_bool(j, "told", g->told);
    json_open_array(j, "tags");
    for (size_t i = 0; i < n; i++) {
        if (tags[i].group_id == g->id && is_wanted(a, f, g, &tags[i]))
            put_tag(j, &tags[i]);
    }
    json_close_array(j);
    json_close_object(j);
}

static enum rc tag_tree(struct request *rq, struct tx *tx, struct err *e)
{
    const struct board *board;
    struct tag_category *categories;
    struct tag_group *groups;
    struct tag *tags;
    size_t category_n, group_n, tag_n;
    struct tag_filter f = {
        .words = small_letters(request_arena(rq), str_trim(arg_str(rq, "q"))),
        .archived = arg_given(rq, "archived") ? (int)arg_int(rq, "archived") : -1,
    };
    enum rc rc = tag_category_list(tx, &categories, &category_n, e);
    if (rc == RC_OK)
        rc = tag_group_list(tx, &groups, &group_n, e);
    if (rc == RC_OK)
        rc = board_for_people(rq, tx, &board, e);
    if (rc == RC_OK)
        rc = board_tag_list(board, request_caller(rq)->scope_account, &tags, &tag_n, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_open_array(j, "categories");
    for (size_t c = 0; c < category_n; c++) {
        json_open_object(j, NULL);
        json_put_id(j, "id", categories[c].id);
        json_put_str(j, "name", categories[c].name);
        json_put_int(j, "position", categories[c].position);
        json_open_array(j, "groups");
        for (size_t g = 0; g < group_n; g++) {
            if (groups[g].category_id == categories[c].id)
                put_group(rq, &f, &groups[g], tags, tag_n);
        }
        json_close_array(j);
        json_close_object(j);
    }
    json_close_array(j);
    json_close_object(j);
    return RC_OK;
}

const struct route route_tag_tree = {
    .method = GET,
    .path = "/api/tags",
    .name = "tag_tree",
    .need = PERM_CUSTOMER_READ,
    .scope = SCOPE_ROWS,
    .args = {{"q", ARG_TEXT, .max = LIMIT_NAME * 4, .zh = "标签组或标签名的一部分",
              .en = "a part of the name of group or tag"},
             {"archived", ARG_BOOL, .zh = "只看已停用的，或只看在用的；不给为全部",
              .en = "only archived ones, or only those in use; both unless told"}},
    .run = tag_tree,
    .zh = "标签，按分类和标签组；人数只计数据范围内的客户",
    .en = "The tags by category and group; counts are of customers in your scope.",
    .reply = "TagTree",
};

#define ARG_POSITION                                                                               \
    {                                                                                              \
        "position", ARG_INT, IN_BODY, .min = 0, .max = 100000, .zh = "次序",                       \
                                      .en = "place among its siblings"                             \
    }
#define ARG_NEW_NAME                                                                               \
    {                                                                                              \
        "name", ARG_NAME, IN_BODY, .required = true, .zh = "名称", .en = "name"                    \
    }
#define ARG_RENAME                                                                                 \
    {                                                                                              \
        "name", ARG_NAME, IN_BODY, .zh = "名称", .en = "name"                                      \
    }
#define GRAINS "basic|fine"

/* ---- categories ---- */

static void put_made(struct request *rq, const char *kind, int64_t id, struct str name)
{
    request_audit(rq, kind, id, "%s", "");
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_id(j, "id", id);
    json_put_str(j, "name", name);
    json_close_object(j);
}

static enum rc category_add(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t id;
    enum rc rc =
        tag_category_add(tx, arg_str(rq, "name"), arg_int_or(rq, "position", DB_NULL), &id, e);
    if (rc != RC_OK)
        return rc;
    reply_status(rq, 201);
    put_made(rq, "tag_category", id, arg_str(rq, "name"));
    return RC_OK;
}

const struct route route_tag_category_create = {
    .method = POST,
    .path = "/api/tag-categories",
    .name = "tag_category_create",
    .need = PERM_TAG_WRITE,
    .scope = SCOPE_NONE,
    .writes = true,
    .idempotent = true,
    .audited = true,
    .args = {ARG_NEW_NAME, ARG_POSITION},
    .run = category_add,
    .zh = "新建标签分类",
    .en = "Make a tag category.",
    .reply = "Named",
};

static enum rc category_update(struct request *rq, struct tx *tx, struct err *e)
{
    struct tag_category c;
    enum rc rc = tag_category_load(tx, arg_int(rq, "category_id"), &c, e);
    if (rc != RC_OK)
        return rc;
    if (arg_given(rq, "name"))
        c.name = arg_str(rq, "name");
    c.position = arg_int_or(rq, "position", c.position);
    rc = tag_category_store(tx, &c, e);
    if (rc == RC_OK)
        put_made(rq, "tag_category", c.id, c.name);
    return rc;
}

#define ARG_CATEGORY_ID                                                                            \
    {                                                                                              \
        "category_id", ARG_ID, IN_PATH, .required = true, .zh = "标签分类", .en = "the category"   \
    }

const struct route route_tag_category_update = {
    .method = PATCH,
    .path = "/api/tag-categories/{category_id}",
    .name = "tag_category_update",
    .need = PERM_TAG_WRITE,
    .scope = SCOPE_NONE,
    .writes = true,
    .audited = true,
    .args = {ARG_CATEGORY_ID, ARG_RENAME, ARG_POSITION},
    .run = category_update,
    .zh = "修改标签分类",
    .en = "Rename or move a tag category.",
    .reply = "Named",
};

static enum rc category_remove(struct request *rq, struct tx *tx, struct err *e)
{
    struct tag_category c;
    enum rc rc = tag_category_load(tx, arg_int(rq, "category_id"), &c, e);
    if (rc == RC_OK)
        rc = tag_category_remove(tx, c.id, e);
    if (rc == RC_OK)
        put_made(rq, "tag_category", c.id, c.name);
    return rc;
}

const struct route route_tag_category_remove = {
    .method = DELETE,
    .path = "/api/tag-categories/{category_id}",
    .name = "tag_category_remove",
    .need = PERM_TAG_WRITE,
    .scope = SCOPE_NONE,
    .writes = true,
    .audited = true,
    .args = {ARG_CATEGORY_ID},
    .run = category_remove,
    .zh = "删除空的标签分类",
    .en = "Remove an empty tag category.",
    .reply = "Named",
};

/* ---- groups ---- */

static struct tag_wisher wisher(struct request *rq)
{
    return (struct tag_wisher){request_app(rq), request_caller(rq)->account_id};
}

static void changed(struct request *rq)
{
    rounds_wake(request_app(rq)->outbox);
}

static enum rc group_add(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t id;
    enum rc rc = tag_group_add(tx, arg_int(rq, "category_id"), arg_str(rq, "name"),
                               arg_int_or(rq, "position", DB_NULL), &id, e);
    if (rc == RC_OK && arg_int(rq, "wecom") != 0)
        rc = tag_wish_fits(tx, arg_str(rq, "name"), 0, e);
    if (rc == RC_OK && arg_int(rq, "wecom") != 0)
        rc = tag_library_want_group(tx, id, e);
    if (rc != RC_OK)
        return rc;
    reply_status(rq, 201);
    put_made(rq, "tag_group", id, arg_str(rq, "name"));
    return RC_OK;
}

const struct route route_tag_group_create = {
    .method = POST,
    .path = "/api/tag-groups",
    .name = "tag_group_create",
    .need = PERM_TAG_WRITE,
    .scope = SCOPE_NONE,
    .writes = true,
    .idempotent = true,
    .audited = true,
    .args = {{"category_id", ARG_ID, IN_BODY, .required = true, .zh = "所属分类",
              .en = "its category"},
             ARG_NEW_NAME,
             ARG_POSITION,
             {"wecom", ARG_BOOL, IN_BODY, .zh = "组内标签同步到企业微信",
              .en = "its tags are told to WeCom"}},
    .run = group_add,
    .zh = "新建标签组",
    .en = "Make a tag group.",
    .reply = "Named",
};

/* What WeCom is to be told of a group that was stored; one that is WeCom's stays so. */
static enum rc tell_group(struct request *rq, struct tx *tx, const struct tag_group *g,
                          bool renamed, struct err *e)
{
    const struct tag_wisher who = wisher(rq);
    bool wanted = arg_given(rq, "wecom") && arg_int(rq, "wecom") != 0;
    if (arg_given(rq, "wecom") && !wanted && g->wecom) {
        err_set(e, RC_CONFLICT, "wecom_group", "wecom", "标签组已在企业微信里，不能改为只在 Koi 里",
                "this group is WeCom's and cannot be made Koi's own");
        err_hint(e, "请在企业微信里删除它", "delete it at WeCom");
        return RC_CONFLICT;
    }
    enum rc rc = RC_OK;
    if (g->wecom || wanted)
        rc = tag_wish_fits(tx, g->name, 0, e);
    if (rc == RC_OK && wanted) /* again: its tags that were never told, or refused */
        rc = tag_wish_group_wanted(tx, &who, g->id, e);
    if (rc == RC_OK && renamed && g->wecom)
        rc = tag_wish_group_renamed(tx, &who, g->id, e);
    return rc;
}

static enum rc group_update(struct request *rq, struct tx *tx, struct err *e)
{
    struct tag_group g;
    struct tag_category c;
    enum rc rc = tag_group_load(tx, arg_int(rq, "group_id"), &g, e);
    if (rc != RC_OK)
        return rc;
    bool renamed = arg_given(rq, "name") && !str_eq(g.name, arg_str(rq, "name"));
    if (arg_given(rq, "name"))
        g.name = arg_str(rq, "name");
    g.category_id = arg_int_or(rq, "category_id", g.category_id);
    g.position = arg_int_or(rq, "position", g.position);
    rc = tag_category_load(tx, g.category_id, &c, e);
    if (rc == RC_OK)
        rc = tag_group_store(tx, &g, e);
    if (rc == RC_OK)
        rc = tell_group(rq, tx, &g, renamed, e);
    if (rc == RC_OK)
        put_made(rq, "tag_group", g.id, g.name);
    return rc;
}

#define ARG_GROUP_ID                                                                               \
    {                                                                                              \
        "group_id", ARG_ID, IN_PATH, .required = true, .zh = "标签组", .en = "the tag group"       \
    }

const struct route route_tag_group_update = {
    .method = PATCH,
    .path = "/api/tag-groups/{group_id}",
    .name = "tag_group_update",
    .need = PERM_TAG_WRITE,
    .scope = SCOPE_NONE,
    .writes = true,
    .audited = true,
    .args = {ARG_GROUP_ID,
             ARG_RENAME,
             {"category_id", ARG_ID, IN_BODY, .zh = "移到此分类", .en = "move it to this category"},
             ARG_POSITION,
             {"wecom", ARG_BOOL, IN_BODY, .zh = "组内标签同步到企业微信",
              .en = "its tags are told to WeCom"}},
    .run = group_update,
    .after = changed,
    .zh = "修改标签组",
    .en = "Rename or move a tag group.",
    .reply = "Named",
};

static enum rc group_remove(struct request *rq, struct tx *tx, struct err *e)
{
    struct tag_group g;
    enum rc rc = tag_group_load(tx, arg_int(rq, "group_id"), &g, e);
    if (rc == RC_OK)
        rc = tag_group_remove(tx, g.id, e);
    if (rc == RC_OK)
        put_made(rq, "tag_group", g.id, g.name);
    return rc;
}

const struct route route_tag_group_remove = {
    .method = DELETE,
    .path = "/api/tag-groups/{group_id}",
    .name = "tag_group_remove",
    .need = PERM_TAG_WRITE,
    .scope = SCOPE_NONE,
    .writes = true,
    .audited = true,
    .args = {ARG_GROUP_ID},
    .run = group_remove,
    .zh = "删除空的标签组",
    .en = "Remove an empty tag group.",
    .reply = "Named",
};

/* ---- tags ---- */

static enum rc put_loaded(struct request *rq, struct tx *tx, int64_t id, struct err *e)
{
    struct tag t;
    enum rc rc = tag_load(tx, id, &t, e);
    if (rc == RC_OK)
        rc = tag_wearers(tx, id, request_caller(rq)->scope_account, &t.customers, e);
    if (rc != RC_OK)
        return rc;
    request_audit(rq, "tag", id, "%s", "");
    put_tag(reply_json(rq), &t);
    return RC_OK;
}

static enum rc tag_create(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t id;
    struct tag_group g;
    const struct tag_wisher who = wisher(rq);
    struct str grain = arg_given(rq, "grain") ? arg_str(rq, "grain") : STR("basic");
    enum rc rc = tag_group_load(tx, arg_int(rq, "group_id"), &g, e);
    if (rc == RC_OK && g.wecom)
        rc = tag_wish_fits(tx, arg_str(rq, "name"), 1, e);
    if (rc != RC_OK)
        return rc;
    rc = tag_add(tx, arg_int(rq, "group_id"), arg_str(rq, "name"), grain,
                 arg_int_or(rq, "position", DB_NULL), &id, e);
    if (rc == RC_OK)
        rc = tag_wish_made(tx, &who, id, e);
    if (rc != RC_OK)
        return rc;
    reply_status(rq, 201);
    return put_loaded(rq, tx, id, e);
}

const struct route route_tag_create = {
    .method = POST,
    .path = "/api/tags",
    .name = "tag_create",
    .need = PERM_TAG_WRITE,
    .scope = SCOPE_ROWS,
    .writes = true,
    .idempotent = true,
    .audited = true,
    .args = {{"group_id", ARG_ID, IN_BODY, .required = true, .zh = "所属标签组",
              .en = "its tag group"},
             ARG_NEW_NAME,
             {"grain", ARG_CHOICE, IN_BODY, .choices = GRAINS,
              .zh = "basic 基础，fine 精细；默认 basic", .en = "basic (unless told) or fine"},
             ARG_POSITION},
    .run = tag_create,
    .after = changed,
    .zh = "新建标签",
    .en = "Make a tag.",
    .reply = "Tag",
};

/* What WeCom is to be told of a tag that was stored. `before`: as it was. */
static enum rc tell_tag(struct request *rq, struct tx *tx, const struct tag *before,
                        const struct tag *t, struct err *e)
{
    const struct tag_wisher who = wisher(rq);
    struct tag_address at;
    bool renamed = !str_eq(before->name, t->name);
    bool back = before->archived_s != DB_NULL && t->archived_s == DB_NULL;
    enum rc rc = tag_library_address(tx, t->id, &at, e);
    if (rc != RC_OK)
        return rc;
    if (before->group_id != t->group_id && !str_absent(at.id)) {
        err_set(e, RC_CONFLICT, "wecom_tag_group", "group_id", "企业微信的标签不能移到另一个标签组",
                "a tag of WeCom cannot be moved to another group");
        err_hint(e, "请在那个标签组里新建一个", "make a new one in that group");
        return RC_CONFLICT;
    }
    if (at.wecom && renamed)
        rc = tag_wish_fits(tx, t->name, 0, e);
    if (rc == RC_OK && renamed)
        rc = tag_wish_renamed(tx, &who, t->id, e);
    bool moved = before->group_id != t->group_id && t->archived_s == DB_NULL;
    return rc == RC_OK && (back || moved) ? tag_wish_made(tx, &who, t->id, e) : rc;
}

static enum rc tag_update(struct request *rq, struct tx *tx, struct err *e)
{
    struct tag t;
    struct tag_group g;
    enum rc rc = tag_load(tx, arg_int(rq, "tag_id"), &t, e);
    if (rc != RC_OK)
        return rc;
    const struct tag before = t;
    if (arg_given(rq, "name"))
        t.name = arg_str(rq, "name");
    if (arg_given(rq, "grain"))
        t.grain = arg_str(rq, "grain");
    t.group_id = arg_int_or(rq, "group_id", t.group_id);
    t.position = arg_int_or(rq, "position", t.position);
    if (arg_given(rq, "archived"))
        t.archived_s = arg_int(rq, "archived") != 0 ? tx_now_s(tx) : DB_NULL;
    rc = tag_group_load(tx, t.group_id, &g, e);
    if (rc == RC_OK)
        rc = tag_store(tx, &t, e);
    if (rc == RC_OK)
        rc = tell_tag(rq, tx, &before, &t, e);
    return rc == RC_OK ? put_loaded(rq, tx, t.id, e) : rc;
}

#define ARG_TAG_ID                                                                                 \
    {                                                                                              \
        "tag_id", ARG_ID, IN_PATH, .required = true, .zh = "标签", .en = "the tag"                 \
    }

const struct route route_tag_update = {
    .method = PATCH,
    .path = "/api/tags/{tag_id}",
    .name = "tag_update",
    .need = PERM_TAG_WRITE,
    .scope = SCOPE_ROWS,
    .writes = true,
    .audited = true,
    .args = {ARG_TAG_ID,
             ARG_RENAME,
             {"group_id", ARG_ID, IN_BODY, .zh = "移到此标签组", .en = "move it to this group"},
             {"grain", ARG_CHOICE, IN_BODY, .choices = GRAINS, .zh = "basic 基础，fine 精细",
              .en = "basic or fine"},
             {"archived", ARG_BOOL, IN_BODY, .zh = "停用或重新启用",
              .en = "archive, or bring back"},
             ARG_POSITION},
    .run = tag_update,
    .after = changed,
    .zh = "修改标签",
    .en = "Rename, move, archive or bring back a tag.",
    .reply = "Tag",
};

static enum rc tag_archive(struct request *rq, struct tx *tx, struct err *e)
{
    struct tag t;
    enum rc rc = tag_load(tx, arg_int(rq, "tag_id"), &t, e);
    if (rc != RC_OK)
        return rc;
    if (t.archived_s == DB_NULL) {
        t.archived_s = tx_now_s(tx);
        rc = tag_store(tx, &t, e);
    }
    const struct tag_wisher who = wisher(rq);
    if (rc == RC_OK && arg_int(rq, "wecom") != 0)
        rc = tag_wish_deleted(tx, &who, t.id, e);
    return rc == RC_OK ? put_loaded(rq, tx, t.id, e) : rc;
}

const struct route route_tag_remove = {
    .method = DELETE,
    .path = "/api/tags/{tag_id}",
    .name = "tag_remove",
    .need = PERM_TAG_WRITE,
    .scope = SCOPE_ROWS,
    .writes = true,
    .audited = true,
    .args = {ARG_TAG_ID,
             {"wecom", ARG_BOOL, .zh = "同时在企业微信里删除，所有客户都会失去它",
              .en = "have WeCom delete it too: everyone loses it there"}},
    .run = tag_archive,
    .after = changed,
    .zh = "停用标签：不再可选，已打的保留；答复说明有多少人佩戴",
    .en = "Archive a tag: hidden from choice, kept on those who wear it, whose number is told.",
    .reply = "Tag",
};

/* ---- coverage ---- */

static enum rc coverage(struct request *rq, struct tx *tx, struct err *e)
{
    const struct board *board;
    struct tag_coverage *list;
    size_t n;
    enum rc rc = board_for_people(rq, tx, &board, e);
    if (rc == RC_OK)
        rc = board_tag_coverage(board, request_caller(rq)->scope_account, &list, &n, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_open_array(j, "items");
    for (size_t i = 0; i < n; i++) {
        json_open_object(j, NULL);
        json_put_named(j, "staff", list[i].staff_id, list[i].staff);
        json_put_int(j, "customers", list[i].customers);
        json_put_int(j, "tagged", list[i].tagged);
        json_put_double(j, "share",
                        list[i].customers > 0 ? (double)list[i].tagged / (double)list[i].customers
                                              : 0);
        json_close_object(j);
    }
    json_close_array(j);
    reply_page_end(rq, STR_ABSENT, (int64_t)n);
    json_close_object(j);
    return RC_OK;
}

const struct route route_tag_coverage = {
    .method = GET,
    .path = "/api/tags/coverage",
    .name = "tag_coverage",
    .need = PERM_REPORT_READ,
    .scope = SCOPE_ROWS,
    .run = coverage,
    .zh = "各员工好友中有标签的比例",
    .en = "For each staff member: friends, and how many of them wear any tag.",
    .reply = "TagCoverage",
};
