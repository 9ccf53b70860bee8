/* acts.c — what the forms of a customer's page do: tags, stage, notes. Each goes back to the part
 * of the page it came from. The work is that of the API's handlers, so WeCom is told of tags and
 * each act is in the audit log. A second press changes nothing, but for notes: the page's script
 * keeps a form from being sent twice.
 */
#include "api/customers.h"
#include "base/calendar.h"
#include "base/limits.h"
#include "domain/app.h"
#include "domain/profile.h"
#include "h5/page.h"
#include "store/customer.h"
#include "store/timeline.h"

enum { REMIND_HOUR_S = 9 * 3600, REMIND_DAYS_MOST = 365 };

static void go_back(struct request *rq, int64_t root, const char *part)
{
    reply_see_other(
        rq, arena_printf(request_arena(rq), "/sidebar/customers/%lld#%s", (long long)root, part));
}

static enum rc change_tag(struct request *rq, struct tx *tx, bool remove, struct err *e)
{
    bool changed;
    enum rc rc = customer_tag_change(rq, tx, remove, &changed, e);
    if (rc == RC_OK)
        go_back(rq, arg_int(rq, "customer_id"), "tags");
    return rc;
}

static enum rc tag_put_form(struct request *rq, struct tx *tx, struct err *e)
{
    return change_tag(rq, tx, false, e);
}

static enum rc tag_remove_form(struct request *rq, struct tx *tx, struct err *e)
{
    return change_tag(rq, tx, true, e);
}

#define ARG_TAG_ID                                                                                 \
    {                                                                                              \
        "tag_id", ARG_ID, IN_PATH, .required = true, .zh = "标签", .en = "the tag"                 \
    }

const struct route route_sidebar_tag_put = {
    .method = POST,
    .path = "/sidebar/customers/{customer_id}/tags/{tag_id}/put",
    .name = "sidebar_tag_put",
    .need = PERM_CUSTOMER_WRITE,
    .scope = SCOPE_ROWS,
    .writes = true,
    .audited = true,
    .args = {ARG_CUSTOMER_ID, ARG_TAG_ID},
    .run = tag_put_form,
    .after = customer_tagged,
    .refuse = page_refuse,
    .zh = "页面：打标签",
    .en = "Page: put a tag on.",
};

const struct route route_sidebar_tag_remove = {
    .method = POST,
    .path = "/sidebar/customers/{customer_id}/tags/{tag_id}/remove",
    .name = "sidebar_tag_remove",
    .need = PERM_CUSTOMER_WRITE,
    .scope = SCOPE_ROWS,
    .writes = true,
    .audited = true,
    .args = {ARG_CUSTOMER_ID, ARG_TAG_ID},
    .run = tag_remove_form,
    .after = customer_tagged,
    .refuse = page_refuse,
    .zh = "页面：移除标签",
    .en = "Page: take a tag off.",
};

static enum rc stage_form(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t root;
    struct customer c;
    struct profile_change x = {
        .stage_given = true,
        .stage_id = arg_given(rq, "stage_id") ? arg_int(rq, "stage_id") : DB_NULL,
    };
    enum rc rc = customer_arg(rq, tx, &root, e);
    if (rc == RC_OK)
        rc = customer_load(tx, root, &c, e);
    if (rc == RC_OK)
        rc = profile_change(tx, request_app(rq)->keys, &c, &x, e);
    if (rc != RC_OK)
        return rc;
    request_audit(rq, "customer", root, "%s", "");
    go_back(rq, root, "stage");
    return RC_OK;
}

const struct route route_sidebar_stage = {
    .method = POST,
    .path = "/sidebar/customers/{customer_id}/stage",
    .name = "sidebar_stage",
    .need = PERM_CUSTOMER_WRITE,
    .scope = SCOPE_ROWS,
    .writes = true,
    .audited = true,
    .args = {ARG_CUSTOMER_ID,
             {"stage_id", ARG_ID, IN_BODY, .zh = "阶段；没有则清除",
              .en = "the stage; none clears it"}},
    .run = stage_form,
    .refuse = page_refuse,
    .zh = "页面：改客户阶段",
    .en = "Page: change the stage.",
};

/* Nine in the morning of the day so many days from now; DB_NULL without days. */
static int64_t remind_at(struct request *rq, struct tx *tx)
{
    int64_t days = arg_int(rq, "remind_days");
    int32_t today = calendar_day_of(tx_now_s(tx));
    return days == 0 ? DB_NULL : calendar_day_start_s(today + (int32_t)days) + REMIND_HOUR_S;
}

static enum rc note_form(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t root;
    int64_t id;
    enum rc rc = customer_arg(rq, tx, &root, e);
    if (rc == RC_OK)
        rc = note_add(tx, request_app(rq)->keys, root, request_caller(rq)->account_id,
                      arg_str(rq, "text"), remind_at(rq, tx), &id, e);
    if (rc != RC_OK)
        return rc;
    request_audit(rq, "customer", root, "%s", "");
    go_back(rq, root, "notes");
    return RC_OK;
}

const struct route route_sidebar_note_add = {
    .method = POST,
    .path = "/sidebar/customers/{customer_id}/notes",
    .name = "sidebar_note_add",
    .need = PERM_CUSTOMER_WRITE,
    .scope = SCOPE_ROWS,
    .writes = true,
    .audited = true,
    .args = {ARG_CUSTOMER_ID,
             {"text", ARG_TEXT, IN_BODY, .required = true, .min = 1, .max = LIMIT_NOTE,
              .zh = "备注，加密保存", .en = "the note, kept encrypted"},
             {"remind_days", ARG_INT, IN_BODY, .min = 0, .max = REMIND_DAYS_MOST,
              .zh = "几天后提醒自己", .en = "in how many days to be reminded"}},
    .run = note_form,
    .refuse = page_refuse,
    .zh = "页面：写一条备注",
    .en = "Page: write a note.",
};
