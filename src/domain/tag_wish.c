/* tag_wish.c — rows, events and wishes of tags in one transaction.
 *
 * A wish says as little as it can: names and ids are read when it is told, so that it tells what is
 * true then. Only whether a tag is on or off is in the wish, since that is what is wished. Costs
 * beside the tag itself: a probe for the group, a read of the friendships, and two statements for
 * each wish.
 */
#include "domain/tag_wish.h"

#include "store/customer.h"
#include "store/outbox.h"
#include "store/relation.h"
#include "store/tag_library.h"

#include <assert.h>
#include <inttypes.h>

#define KEY_PREFIX "relation:"

struct str tag_wish_key(struct tx *tx, int64_t relation_id)
{
    return arena_printf(tx_arena(tx), KEY_PREFIX "%" PRId64, relation_id);
}

int64_t tag_wish_relation(struct str key)
{
    int64_t id = 0;
    bool ours = str_starts(key, STR(KEY_PREFIX)) &&
                str_to_i64(str_sub(key, sizeof KEY_PREFIX - 1, key.n), &id);
    return ours ? id : 0;
}

static bool is_set(const struct app *app, const char *setting)
{
    return config_text(app->config, setting)[0] != 0;
}

static bool connected(const struct app *app)
{
    return is_set(app, "wecom_corp_id") &&
           (is_set(app, "wecom_app_secret") || is_set(app, "wecom_contact_secret"));
}

enum rc tag_wish_fits(struct tx *tx, struct str name, int64_t more, struct err *e)
{
    int64_t size = 0;
    int64_t chars = 0;
    for (size_t i = 0; i < name.n; i++)
        chars += ((unsigned char)name.p[i] & 0xc0) != 0x80;
    if (chars > TAG_NAME_CHARS) {
        err_set(e, RC_INVALID, "wecom_tag_name", "name", "企业微信的标签和标签组名称至多 %d 个字",
                "a tag or tag group of WeCom has a name of at most %d characters", TAG_NAME_CHARS);
        err_hint(e, "请缩短名称，或把它放进不同步到企业微信的标签组",
                 "shorten it, or put it into a group that is not told to WeCom");
        return RC_INVALID;
    }
    enum rc rc = more > 0 ? tag_library_size(tx, &size, e) : RC_OK;
    if (rc != RC_OK || size + more <= TAG_LIBRARY_MOST)
        return rc;
    err_set(e, RC_LIMIT, "wecom_tag_library", "group_id",
            "企业微信的标签库至多 %d 个标签，已有 %lld 个",
            "WeCom's library holds at most %d tags, and there are %lld", TAG_LIBRARY_MOST,
            (long long)size);
    err_hint(e, "请先删除不用的标签，或使用不同步到企业微信的标签组",
             "delete tags that nobody needs, or use a group that is not told to WeCom");
    return RC_LIMIT;
}

/* ---- the library ---- */

static enum rc wish(struct tx *tx, const struct tag_wisher *who, const char *kind, int64_t id,
                    bool keep, struct err *e)
{
    const struct outbox_wish w = {
        .kind = str_from(kind),
        .key = STR(TAG_WISH_KEY),
        .object_id = id,
        .once = STR_ABSENT,
        .body = STR_ABSENT,
        .account_id = who->account_id,
        .keep = keep,
    };
    return outbox_put(tx, who->app->keys, &w, e);
}

enum rc tag_wish_made(struct tx *tx, const struct tag_wisher *who, int64_t tag_id, struct err *e)
{
    struct tag_address at;
    enum rc rc = tag_library_address(tx, tag_id, &at, e);
    if (rc != RC_OK || !at.wecom || !connected(who->app))
        return rc;
    rc = outbox_withdraw(tx, STR(TAG_WISH_DELETE), STR(TAG_WISH_KEY), tag_id, e);
    return rc == RC_OK && str_absent(at.id) ? wish(tx, who, TAG_WISH_ADD, tag_id, true, e) : rc;
}

/* One that is not there yet is told by its name of then. */
enum rc tag_wish_renamed(struct tx *tx, const struct tag_wisher *who, int64_t tag_id, struct err *e)
{
    struct tag_address at;
    enum rc rc = tag_library_address(tx, tag_id, &at, e);
    if (rc != RC_OK || !at.wecom || !connected(who->app))
        return rc;
    return wish(tx, who, TAG_WISH_EDIT, tag_id, false, e);
}

enum rc tag_wish_group_renamed(struct tx *tx, const struct tag_wisher *who, int64_t group_id,
                               struct err *e)
{
    struct str id = STR_ABSENT;
    enum rc rc = tag_library_group_id(tx, group_id, &id, e);
    if (rc != RC_OK || str_absent(id) || !connected(who->app))
        return rc;
    return wish(tx, who, TAG_WISH_GROUP, group_id, false, e);
}

enum rc tag_wish_group_wanted(struct tx *tx, const struct tag_wisher *who, int64_t group_id,
                              struct err *e)
{
    int64_t *ids = NULL;
    size_t n = 0;
    struct tag_address at;
    enum rc rc = tag_library_untold(tx, group_id, &ids, &n, e);
    if (rc == RC_OK)
        rc = tag_wish_fits(tx, STR(""), (int64_t)n, e);
    if (rc == RC_OK)
        rc = tag_library_want_group(tx, group_id, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        rc = tag_library_address(tx, ids[i], &at, e);
        if (rc == RC_OK)
            rc = tag_wish_fits(tx, at.name, 0, e);
        if (rc == RC_OK)
            rc = tag_wish_made(tx, who, ids[i], e);
    }
    return rc;
}

enum rc tag_wish_deleted(struct tx *tx, const struct tag_wisher *who, int64_t tag_id, struct err *e)
{
    struct tag_address at;
    enum rc rc = tag_library_address(tx, tag_id, &at, e);
    if (rc != RC_OK)
        return rc;
    if (!at.wecom || str_absent(at.id) || !connected(who->app)) {
        err_set(e, RC_CONFLICT, "tag_not_wecom", "wecom", "企业微信里没有这个标签",
                "this tag is not at WeCom");
        err_hint(e, "去掉 wecom 参数，只在 Koi 里停用它",
                 "leave the parameter wecom out to archive it in Koi alone");
        return RC_CONFLICT;
    }
    return wish(tx, who, TAG_WISH_DELETE, tag_id, false, e);
}

/* ---- on people ---- */

/* A friendship as it is, and what WeCom is to make of it. */
static enum rc mark(struct tx *tx, const struct tag_wisher *who, int64_t relation_id,
                    int64_t tag_id, bool on, struct err *e)
{
    const struct outbox_wish w = {
        .kind = STR(TAG_WISH_MARK),
        .key = tag_wish_key(tx, relation_id),
        .object_id = tag_id,
        .once = STR_ABSENT,
        .body = on ? STR("{\"on\":true}") : STR("{\"on\":false}"),
        .account_id = who->account_id,
    };
    return outbox_put(tx, who->app->keys, &w, e);
}

static enum rc is_told(struct tx *tx, const struct tag_wisher *who, int64_t tag_id, bool *out,
                       struct err *e)
{
    struct tag_address at;
    enum rc rc = tag_library_address(tx, tag_id, &at, e);
    *out = rc == RC_OK && at.wecom && connected(who->app);
    return rc;
}

static bool has_root(const struct relation_of_root *rows, size_t n, int64_t root_id)
{
    for (size_t i = 0; i < n; i++)
        if (rows[i].root_id == root_id)
            return true;
    return false;
}

enum rc tag_wish_put(struct tx *tx, const struct tag_wisher *who, const int64_t *roots, size_t n,
                     int64_t tag_id, int64_t *out_changed, struct err *e)
{
    struct relation_of_root *rows = NULL;
    size_t rows_n = 0, bare_n = 0, put_n = 0;
    bool told;
    enum rc rc = is_told(tx, who, tag_id, &told, e);
    if (rc == RC_OK && !told)
        return tag_put(tx, roots, n, tag_id, out_changed, e);
    if (rc == RC_OK)
        rc = relation_told_of(tx, roots, n, tag_id, &rows, &rows_n, e);
    if (rc != RC_OK)
        return rc;
    int64_t *bare = ARENA_ARRAY(tx_arena(tx), int64_t, n + 1);
    for (size_t i = 0; i < n; i++)
        if (!has_root(rows, rows_n, roots[i]))
            bare[bare_n++] = roots[i];
    rc = bare_n > 0 ? tag_put(tx, bare, bare_n, tag_id, out_changed, e) : RC_OK;
    int64_t changed = rc == RC_OK && bare_n > 0 ? *out_changed : 0;
    for (size_t i = 0; rc == RC_OK && i < rows_n; i++) {
        if (rows[i].wears)
            continue;
        changed += has_root(rows, put_n, rows[i].root_id) ? 0 : 1;
        rc = relation_tag_put(tx, &rows[i].row, tag_id, tx_now_s(tx), e);
        if (rc == RC_OK)
            rc = mark(tx, who, rows[i].row.id, tag_id, true, e);
        rows[put_n++] = rows[i]; /* those already seen, in front */
    }
    *out_changed = changed;
    return rc;
}

static enum rc settle_one(struct tx *tx, const struct tag_wisher *who, int64_t root_id,
                          int64_t tag_id, struct err *e)
{
    struct relation_of_root *rows = NULL;
    size_t n = 0;
    enum rc rc = relation_told_of(tx, &root_id, 1, tag_id, &rows, &n, e);
    if (rc != RC_OK || n == 0)
        return rc;
    rc = tag_loose_off(tx, root_id, tag_id, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        if (rows[i].wears)
            continue;
        rc = relation_tag_put(tx, &rows[i].row, tag_id, tx_now_s(tx), e);
        if (rc == RC_OK)
            rc = mark(tx, who, rows[i].row.id, tag_id, true, e);
    }
    return rc;
}

enum rc tag_wish_settle(struct tx *tx, const struct tag_wisher *who, int64_t customer_id,
                        struct err *e)
{
    int64_t root_id, *tags = NULL;
    size_t n = 0;
    if (!connected(who->app))
        return RC_OK;
    enum rc rc = customer_root_of(tx, customer_id, &root_id, e);
    if (rc == RC_OK)
        rc = tag_loose(tx, root_id, &tags, &n, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        rc = settle_one(tx, who, root_id, tags[i], e);
    return rc;
}

enum rc tag_wish_take_off(struct tx *tx, const struct tag_wisher *who, const int64_t *roots,
                          size_t n, int64_t tag_id, int64_t *out_changed, struct err *e)
{
    struct relation_of_root *rows = NULL;
    size_t rows_n = 0;
    bool told;
    enum rc rc = is_told(tx, who, tag_id, &told, e);
    if (rc == RC_OK && told)
        rc = relation_wearers(tx, roots, n, tag_id, &rows, &rows_n, e);
    for (size_t i = 0; rc == RC_OK && i < rows_n; i++) {
        const struct relation_row *row = &rows[i].row;
        if (row->deleted_s == DB_NULL && row->told_us != DB_NULL)
            rc = mark(tx, who, row->id, tag_id, false, e);
    }
    return rc == RC_OK ? tag_take_off(tx, roots, n, tag_id, out_changed, e) : rc;
}
