/* codes.c — codes: shown, made, changed, ended.
 *
 * What WeCom keeps of a code is asked for while the caller waits, so these routes run outside of
 * the threads that answer questions, and write by closures of their own around the call:
 *   made     a row "making" with its state, then the call, then what WeCom gave. Refused: the row
 *            is gone again. A lost answer leaves it, and the keeper looks for it (code_keeper.h).
 *   changed  `listed` is emptied, then the call, then the rest. Refused: it is put back. Cut off in
 *            between: the keeper tells WeCom what the row says.
 *   ended    the call, then the row. Its entries and figures stay.
 * The same key makes one code, however often it is sent.
 */
#include "api/code_args.h"
#include "api/code_greeting.h"
#include "api/listing.h"
#include "api/routes.h"
#include "base/clock.h"
#include "base/limits.h"
#include "connect/wecom/code_keeper.h"
#include "connect/wecom/code_picture.h"
#include "connect/wecom/code_way.h"
#include "connect/wecom/media_keeper.h"
#include "domain/app.h"
#include "domain/code_apply.h"
#include "domain/rounds.h"

#include <string.h>

/* ---- showing ---- */

/* As it is now: the request's own `tx` began before WeCom was asked. */
static enum rc put_now(struct request *rq, const struct code *c, struct err *e)
{
    struct tx *now;
    enum rc rc = db_read_begin(request_app(rq)->db, &now, e);
    if (rc != RC_OK)
        return rc;
    rc = code_json(rq, now, c, e);
    db_read_end(now);
    return rc;
}

static enum rc list(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t key = 0, id = INT64_MAX, limit = page_limit(rq);
    struct code_filter f = {
        .kind = arg_str(rq, "kind"), .status = arg_str(rq, "status"), .q = arg_str(rq, "q")};
    bool behind = cursor_read(rq, &key, &id);
    struct code *codes;
    size_t n;
    enum rc rc = code_list(tx, &f, id, limit + 1, &codes, &n, e);
    if (rc != RC_OK)
        return rc;
    listing_open(rq);
    bool more = n > (size_t)limit;
    for (size_t i = 0; i < n && i < (size_t)limit; i++)
        code_json_row(rq, &codes[i]);
    listing_close(rq, more ? cursor_write(rq, 0, codes[limit - 1].id) : STR_ABSENT,
                  behind || more ? -1 : (int64_t)n);
    return RC_OK;
}

#define KINDS "staff|group|link"

const struct route route_code_list = {
    .method = GET,
    .path = "/api/codes",
    .name = "code_list",
    .need = PERM_REPORT_READ,
    .scope = SCOPE_NONE,
    .args = {{"kind", ARG_CHOICE, .choices = KINDS,
              .zh = "staff 员工活码、group 群活码、link 获客链接", .en = "staff, group or link"},
             {"status", ARG_CHOICE, .choices = "making|active|expired|deleted",
              .zh = "状态，不给则不含已删除的", .en = "status; all but deleted unless told"},
             {"q", ARG_TEXT, .max = LIMIT_NAME, .zh = "名称的一部分", .en = "part of the name"},
             ARGS_PAGE},
    .run = list,
    .zh = "活码与获客链接，最新的在前",
    .en = "Codes and links, newest first.",
    .reply = "CodeList",
};

static enum rc get(struct request *rq, struct tx *tx, struct err *e)
{
    struct code c;
    enum rc rc = code_load(tx, arg_int(rq, "code_id"), request_arena(rq), &c, e);
    return rc == RC_OK ? code_json(rq, tx, &c, e) : rc;
}

#define ARG_CODE_ID                                                                                \
    {                                                                                              \
        "code_id", ARG_ID, IN_PATH, .required = true, .zh = "活码", .en = "the code"               \
    }

const struct route route_code_get = {
    .method = GET,
    .path = "/api/codes/{code_id}",
    .name = "code_get",
    .need = PERM_REPORT_READ,
    .scope = SCOPE_WHOLE,
    .args = {ARG_CODE_ID},
    .run = get,
    .zh = "一个活码的全部设置，以及现在由谁接待",
    .en = "All of a code, and who receives now.",
    .reply = "Code",
};

static enum rc warnings(struct request *rq, struct tx *tx, struct err *e)
{
    struct code_warning *found;
    size_t n;
    enum rc rc = code_warnings(tx, 0, &found, &n, e);
    if (rc != RC_OK)
        return rc;
    listing_open(rq);
    for (size_t i = 0; i < n; i++)
        code_json_warning(rq, &found[i]);
    listing_close(rq, STR_ABSENT, (int64_t)n);
    return RC_OK;
}

const struct route route_code_warnings = {
    .method = GET,
    .path = "/api/codes/warnings",
    .name = "code_warnings",
    .need = PERM_REPORT_READ,
    .scope = SCOPE_NONE,
    .run = warnings,
    .zh = "需要处理的活码与获客链接：无人可接待、额度不足等",
    .en = "What somebody should look at: nobody can receive, a quota runs out.",
    .reply = "CodeWarningList",
};

/* ---- making ---- */

/* A write under way: what the closures need and leave. */
struct work {
    struct request *rq;
    struct app *app;
    struct code code, before;
    struct code_choice choice;
    struct code_made made;
    enum greeting_wanted greets;
    struct greeting_said greeting;
    bool existed;
};

static enum rc run_work(struct work *w, enum rc (*run)(struct tx *tx, void *arg, struct err *e),
                        struct err *e)
{
    return writer_run(w->app->writer, run, w, e);
}

/* Who stands there from the beginning: never nobody. */
static enum rc choose(struct tx *tx, struct work *w, struct err *e)
{
    struct arena *a = request_arena(w->rq);
    enum rc rc = code_keeper_choose(tx, &w->code, tx_now_s(tx), a, &w->choice, e);
    if (rc == RC_OK && str_empty(w->choice.listed))
        w->choice.listed = code_everyone(&w->code, a);
    return rc;
}

static enum rc begin_making(struct tx *tx, void *arg, struct err *e)
{
    struct work *w = arg;
    struct arena *a = request_arena(w->rq);
    struct str key = w->code.request_key;
    enum rc rc = str_absent(key) ? RC_NOT_FOUND : code_of_key(tx, key, a, &w->before, e);
    w->existed = rc == RC_OK;
    if (rc != RC_NOT_FOUND)
        return rc;
    rc = code_check(&w->code, tx_now_s(tx), e);
    if (rc == RC_OK)
        rc = code_check_rows(tx, &w->code, a, e);
    if (rc == RC_OK)
        rc = code_check_media(tx, &w->code, e);
    if (rc == RC_OK && w->greets == GREETING_GIVEN)
        rc = group_greeting_check_rows(tx, &w->greeting, e);
    if (rc == RC_OK)
        rc = choose(tx, w, e);
    return rc == RC_OK ? code_add(tx, &w->code, e) : rc;
}

static enum rc end_making(struct tx *tx, void *arg, struct err *e)
{
    struct work *w = arg;
    struct code *c = &w->code;
    int64_t source_id = c->source_id;
    c->status = STR("active");
    c->config_id = w->made.config_id;
    c->qr_url = w->made.qr_url;
    c->link_url = w->made.link_url;
    c->listed = w->choice.listed;
    c->on_duty = w->choice.on_duty;
    enum rc rc = code_give_source(tx, c, e);
    if (rc == RC_OK)
        rc = code_store(tx, c, e);
    if (rc == RC_OK && w->choice.why == CODE_NOBODY)
        rc =
            code_warn(tx, c->id, str_eq(c->kind, STR("group")) ? STR("groups_full") : STR("nobody"),
                      STR(""), e);
    if (rc == RC_OK)
        rc = code_greeting_write(tx, w->rq, c->id, w->greets, &w->greeting, e);
    if (rc != RC_OK)
        c->source_id = source_id; /* run again, it is made again */
    return rc;
}

static enum rc take_back(struct tx *tx, void *arg, struct err *e)
{
    return code_forget(tx, ((struct work *)arg)->code.id, e);
}

/* WeCom has it: so have we, and what is in its picture. */
static enum rc made(struct work *w, struct err *e)
{
    enum rc rc = run_work(w, end_making, e);
    if (rc == RC_OK && code_picture_due(&w->code, w->code.created_s))
        rc = code_picture_keep(w->app, &w->code, request_arena(w->rq), e);
    return rc;
}

/* Whoever WeCom says is full is left out of other codes, too; the caller is told in any case. */
static void note_full(struct work *w, const struct err *e)
{
    struct err unheard = ERR_INIT;
    if (code_keeper_is_full(e, &w->code, w->choice.listed))
        (void)code_keeper_full(w->app, &w->code, w->choice.listed, &unheard);
}

static enum rc make(struct work *w, struct err *e)
{
    struct wecom_client *client = w->app->wecom;
    enum rc rc = run_work(w, begin_making, e);
    if (rc != RC_OK || w->existed)
        return rc;
    rc = code_way_make(client, &w->code, w->choice.listed, request_arena(w->rq), &w->made, e);
    if (rc == RC_OK)
        return made(w, e);
    struct err back = ERR_INIT;
    note_full(w, e);
    if (strcmp(e->code, "wecom_unsure") != 0)
        run_work(w, take_back,
                 &back); /* were this to fail, the keeper would find nothing at WeCom */
    return rc;
}

static enum rc create(struct request *rq, struct tx *tx, struct err *e)
{
    struct work w = {.rq = rq, .app = request_app(rq)};
    struct str key = arg_str(rq, "key");
    w.code = (struct code){
        .kind = arg_str(rq, "kind"),
        .state = code_new_state(request_arena(rq)),
        .status = STR("making"),
        .skip_verify = true,
        .expires_s = DB_NULL,
        .full_at = str_eq(arg_str(rq, "kind"), STR("group")) ? 190 : DB_NULL,
        .listed = STR(""),
        .on_duty = STR(""),
        .request_key = str_empty(key) ? STR_ABSENT : key,
        .account_id = request_caller(rq)->account_id,
    };
    (void)tx;
    enum rc rc = code_args_read(rq, &w.code, e);
    if (rc == RC_OK)
        rc = code_greeting_read(rq, w.code.kind, &w.greets, &w.greeting, e);
    if (rc == RC_OK)
        rc = make(&w, e);
    if (rc != RC_OK)
        return rc;
    const struct code *c = w.existed ? &w.before : &w.code;
    media_keeper_wake(w.app->media);
    rounds_wake(w.app->outbox);
    request_audit(rq, "code", c->id, "%s", "");
    reply_status(rq, w.existed ? 200 : 201);
    return put_now(rq, c, e);
}

#define PLACE_JSON(what, text_zh, text_en)                                                         \
    {                                                                                              \
        what, ARG_JSON, IN_BODY, .zh = text_zh, .en = text_en                                      \
    }
#define ARGS_CODE(must)                                                                            \
    {"name", ARG_NAME, IN_BODY, .required = must, .max = 30, .zh = "名称", .en = "name"},          \
        {"skip_verify", ARG_BOOL, IN_BODY, .zh = "免验证", .en = "friends at once"},               \
        {"exclusive", ARG_BOOL, IN_BODY, .zh = "同一客户只由一人接待",                             \
         .en = "the same member of staff for who scans again"},                                    \
        {"expires_s", ARG_TIME, IN_BODY, .nullable = true, .zh = "到期", .en = "when it ends"},    \
        {"remark",                                                                                 \
         ARG_TEXT,                                                                                 \
         IN_BODY,                                                                                  \
         .nullable = true,                                                                         \
         .max = 240,                                                                               \
         .zh = "备注模板，可用 {name} {code} {day}",                                               \
         .en = "remark, with {name} {code} {day}"},                                                \
        {"stage_id", ARG_ID, IN_BODY, .nullable = true, .zh = "客户阶段", .en = "stage"},          \
        {"source_id", ARG_ID, IN_BODY, .zh = "来源，默认以名称新建", .en = "source; its own"},     \
        {"tags", ARG_IDS, IN_BODY, .max = CODE_TAGS, .zh = "自动标签", .en = "tags"},              \
        PLACE_JSON("members", "员工 [{staff_id, weight, …}]",                                      \
                   "staff: [{staff_id, weight, daily_cap, …}]"),                                   \
        PLACE_JSON("hours", "工作时间 [{weekday, from_min, to_min, staff_id}]",                    \
                   "hours: [{weekday, from_min, to_min, staff_id}], 0 for all"),                   \
        PLACE_JSON("welcomes", "欢迎语 [{customer, text, attachments, …}]",                        \
                   "greetings: [{customer, text, attachments, …}]")
#define ARGS_GROUP_CODE                                                                            \
    {                                                                                              \
        "groups",                                                                                  \
        ARG_IDS,                                                                                   \
        IN_BODY,                                                                                   \
        .max = CODE_GROUPS,                                                                        \
        .zh = "依次使用的群",                                                                      \
        .en = "groups in order"},                                                                  \
        {"full_at",                                                                                \
         ARG_INT,                                                                                  \
         IN_BODY,                                                                                  \
         .min = 2,                                                                                 \
         .max = 199,                                                                               \
         .zh = "满多少人换群，默认 190",                                                           \
         .en = "members from which the next opens, 190"},                                          \
        {"auto_room", ARG_BOOL, IN_BODY, .zh = "群满后由企业微信建群", .en = "WeCom makes more"},  \
        {"greeting",                                                                               \
         ARG_JSON,                                                                                 \
         IN_BODY,                                                                                  \
         .nullable = true,                                                                         \
         .zh = "入群欢迎语 {text, attachments, notify}，null 为移除",                              \
         .en = "what the groups greet with: {text, attachments, notify}; null: nothing"},          \
        {"room_name",                                                                              \
         ARG_TEXT,                                                                                 \
         IN_BODY,                                                                                  \
         .nullable = true,                                                                         \
         .max = 160,                                                                               \
         .zh = "自动建群的群名前缀",                                                               \
         .en = "what those are called"},                                                           \
    {                                                                                              \
        "page_text", ARG_TEXT, IN_BODY, .nullable = true, .max = LIMIT_NOTE, .zh = "入群前的说明", \
                                        .en = "what the group is for"                              \
    }

const struct route route_code_create = {
    .method = POST,
    .path = "/api/codes",
    .name = "code_create",
    .need = PERM_CODE_WRITE,
    .scope = SCOPE_WHOLE,
    .audited = true,
    .outside = true,
    .args = {{"kind", ARG_CHOICE, IN_BODY, .required = true, .choices = KINDS,
              .zh = "staff 员工活码、group 群活码、link 获客链接", .en = "staff, group or link"},
             ARGS_CODE(true),
             ARGS_GROUP_CODE,
             {"key", ARG_TEXT, IN_BODY, .min = 8, .max = 64,
              .zh = "由调用方生成，同一个只会建一个活码",
              .en = "made by the caller: the same one makes one code"}},
    .run = create,
    .zh = "新建活码，会实际调用企业微信",
    .en = "Make a code, by asking WeCom.",
    .reply = "Code",
};

/* ---- changing ---- */

static enum rc set_listed(struct tx *tx, struct work *w, struct str to, struct err *e)
{
    bool done;
    struct code_standing s = {to, w->before.on_duty, w->before.shift_s};
    return code_stand(tx, w->before.id, w->before.updated_us, &s, &done, e);
}

static enum rc ended_already(struct err *e)
{
    err_set(e, RC_CONFLICT, "code_ended", "code_id", "这个活码已经失效",
            "this code has ended already");
    err_hint(e, "请新建一个", "make a new one");
    return RC_CONFLICT;
}

/* Whether something is named anew: somebody who has left meanwhile is no reason to refuse a new
 * name. */
static bool names_rows(const struct request *rq)
{
    return arg_given(rq, "members") || arg_given(rq, "groups") || arg_given(rq, "tags") ||
           arg_given(rq, "stage_id") || arg_given(rq, "source_id");
}

static enum rc begin_changing(struct tx *tx, void *arg, struct err *e)
{
    struct work *w = arg;
    struct arena *a = request_arena(w->rq);
    enum rc rc = code_load(tx, arg_int(w->rq, "code_id"), a, &w->before, e);
    if (rc == RC_OK && !code_is_active(&w->before))
        return ended_already(e);
    w->code = w->before;
    if (rc == RC_OK)
        rc = code_args_read(w->rq, &w->code, e);
    if (rc == RC_OK)
        rc = code_greeting_read(w->rq, w->code.kind, &w->greets, &w->greeting, e);
    if (rc == RC_OK)
        rc = code_check(&w->code, tx_now_s(tx), e);
    if (rc == RC_OK && names_rows(w->rq))
        rc = code_check_rows(tx, &w->code, a, e);
    if (rc == RC_OK && arg_given(w->rq, "welcomes"))
        rc = code_check_media(tx, &w->code, e);
    if (rc == RC_OK && w->greets == GREETING_GIVEN)
        rc = group_greeting_check_rows(tx, &w->greeting, e);
    if (rc == RC_OK)
        rc = choose(tx, w, e);
    return rc == RC_OK ? set_listed(tx, w, STR(""), e) : rc;
}

static enum rc end_changing(struct tx *tx, void *arg, struct err *e)
{
    struct work *w = arg;
    struct code *c = &w->code;
    c->listed = w->choice.listed;
    if (!str_eq(c->on_duty, w->choice.on_duty))
        c->shift_s = tx_now_s(tx);
    c->on_duty = w->choice.on_duty;
    enum rc rc = code_store(tx, c, e);
    if (rc == RC_OK)
        rc = code_store_lists(tx, c, e);
    return rc == RC_OK ? code_greeting_write(tx, w->rq, c->id, w->greets, &w->greeting, e) : rc;
}

static enum rc leave_unchanged(struct tx *tx, void *arg, struct err *e)
{
    struct work *w = arg;
    return set_listed(tx, w, w->before.listed, e);
}

static enum rc change(struct request *rq, struct tx *tx, struct err *e)
{
    struct work w = {.rq = rq, .app = request_app(rq)};
    (void)tx;
    enum rc rc = run_work(&w, begin_changing, e);
    if (rc != RC_OK)
        return rc;
    rc = code_way_change(w.app->wecom, &w.code, w.choice.listed, request_arena(rq), e);
    if (rc != RC_OK) {
        struct err back = ERR_INIT;
        note_full(&w, e);
        run_work(&w, leave_unchanged, &back); /* were this to fail, the keeper would tell WeCom */
        return rc;
    }
    rc = run_work(&w, end_changing, e);
    media_keeper_wake(w.app->media);
    rounds_wake(w.app->outbox);
    request_audit(rq, "code", w.code.id, "%s", "");
    return rc == RC_OK ? put_now(rq, &w.code, e) : rc;
}

const struct route route_code_change = {
    .method = PATCH,
    .path = "/api/codes/{code_id}",
    .name = "code_change",
    .need = PERM_CODE_WRITE,
    .scope = SCOPE_WHOLE,
    .audited = true,
    .outside = true,
    .args = {ARG_CODE_ID, ARGS_CODE(false), ARGS_GROUP_CODE},
    .run = change,
    .zh = "修改活码，会实际调用企业微信；给出的列表会整个替换",
    .en = "Change a code, by asking WeCom; lists that are given replace.",
    .reply = "Code",
};

/* ---- ending ---- */

static enum rc end_code(struct tx *tx, void *arg, struct err *e)
{
    struct work *w = arg;
    enum rc rc = code_load(tx, w->before.id, request_arena(w->rq), &w->code, e);
    w->code.status = STR("deleted");
    w->code.ended_s = tx_now_s(tx);
    if (rc == RC_OK)
        rc = code_store(tx, &w->code, e);
    if (rc == RC_OK)
        rc = code_greeting_write(tx, w->rq, w->code.id, GREETING_OFF, NULL, e);
    static const char *const KINDS_OVER[] = {"nobody", "groups_full",      "refused",
                                             "unsure", "link_unavailable", "full"};
    for (size_t i = 0; rc == RC_OK && i < sizeof KINDS_OVER / sizeof *KINDS_OVER; i++)
        rc = code_warn_over(tx, w->code.id, str_from(KINDS_OVER[i]), e);
    return rc;
}

static enum rc end(struct request *rq, struct tx *tx, struct err *e)
{
    struct work w = {.rq = rq, .app = request_app(rq)};
    enum rc rc = code_load(tx, arg_int(rq, "code_id"), request_arena(rq), &w.before, e);
    if (rc == RC_OK && code_is_active(&w.before))
        rc = code_way_end(w.app->wecom, &w.before, request_arena(rq), e);
    if (rc == RC_OK && !str_eq(w.before.status, STR("deleted")))
        rc = run_work(&w, end_code, e);
    else
        w.code = w.before;
    if (rc != RC_OK)
        return rc;
    request_audit(rq, "code", w.code.id, "%s", "");
    rounds_wake(w.app->outbox);
    return put_now(rq, &w.code, e);
}

const struct route route_code_end = {
    .method = DELETE,
    .path = "/api/codes/{code_id}",
    .name = "code_end",
    .need = PERM_CODE_WRITE,
    .scope = SCOPE_WHOLE,
    .audited = true,
    .outside = true,
    .args = {ARG_CODE_ID},
    .run = end,
    .zh = "删除活码：已印出的不能再扫，统计保留",
    .en = "End a code: what was printed no longer works; its figures stay.",
    .reply = "Code",
};

/* ---- looking at all of them ---- */

static enum rc look(struct request *rq, struct tx *tx, struct err *e)
{
    struct code_look l;
    (void)tx;
    enum rc rc = code_keeper_run(request_app(rq), clock_now_s(), &l, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_int(j, "looked", l.looked);
    json_put_int(j, "changed", l.changed);
    json_put_int(j, "ended", l.ended);
    json_put_int(j, "refused", l.refused);
    json_close_object(j);
    return RC_OK;
}

const struct route route_code_look = {
    .method = POST,
    .path = "/api/codes/look",
    .name = "code_look",
    .need = PERM_CODE_WRITE,
    .scope = SCOPE_WHOLE,
    .outside = true,
    .run = look,
    .zh = "立即按工作时间、权重与上限更新企业微信里的名单（平时每分钟一次）",
    .en = "Bring WeCom's lists up to hours, weights and capacities now, as each minute does.",
    .reply = "CodeLook",
};
