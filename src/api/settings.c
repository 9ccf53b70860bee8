/* settings.c — the settings as the console sees them: value in force, origin, and changing those
 * that may be changed.
 *
 * A setting given by flag, environment or file cannot be changed here, because the change would
 * have no effect: the reply says where it is set. A secret's value is never shown, only whether
 * there is one. A change takes effect with its commit, but for the rows marked `restart`.
 */
#include "api/routes.h"

#include "base/log.h"
#include "connect/wecom/media_keeper.h"
#include "domain/app.h"
#include "store/setting.h"

#include <assert.h>

static void put_setting(struct json *j, const struct config *c, const struct setting *s)
{
    static const char *const types[] = {"text", "integer", "choice"};
    const char *value = config_text(c, s->name);
    enum origin origin = config_origin(c, s->name);
    json_open_object(j, NULL);
    json_put_z(j, "name", s->name);
    json_put_z(j, "zh", s->zh);
    json_put_z(j, "en", s->en);
    json_put_z(j, "type", types[s->type]);
    json_put_z(j, "value", s->secret ? (value[0] != 0 ? "***" : "") : value);
    json_put_z(j, "origin", origin_name(origin));
    json_put_bool(j, "secret", s->secret);
    json_put_bool(j, "changeable", s->changeable && origin <= ORIGIN_CONSOLE);
    json_put_bool(j, "restart", s->restart);
    json_put_z(j, "choices", s->choices);
    json_put_z(j, "default", s->fallback);
    if (s->type == SETTING_INT) {
        json_put_int(j, "min", s->min);
        json_put_int(j, "max", s->max);
    }
    json_close_object(j);
}

static enum rc setting_list_run(struct request *rq, struct tx *tx, struct err *e)
{
    (void)tx;
    (void)e;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_open_array(j, "items");
    for (size_t i = 0; i < setting_count; i++) {
        put_setting(j, request_app(rq)->config, &setting_table[i]);
    }
    json_close_array(j);
    reply_page_end(rq, STR_ABSENT, (int64_t)setting_count);
    json_close_object(j);
    return RC_OK;
}

const struct route route_setting_list = {
    .method = GET,
    .path = "/api/settings",
    .name = "setting_list",
    .need = PERM_SETTING_WRITE,
    .scope = SCOPE_NONE,
    .run = setting_list_run,
    .zh = "全部设置：值与来源。",
    .en = "All settings: value and origin.",
    .reply = "SettingList",
};

static enum rc check_changeable(const struct config *c, const struct setting *s, struct err *e)
{
    enum origin origin = config_origin(c, s->name);
    if (!s->changeable) {
        err_set(e, RC_FORBIDDEN, "setting_fixed", s->name, "%s 不能在这里改",
                "%s cannot be changed here", s->name);
        err_hint(e, "写进 koi.conf，或用环境变量", "put it into koi.conf or the environment");
        return RC_FORBIDDEN;
    }
    if (origin > ORIGIN_CONSOLE) {
        err_set(e, RC_CONFLICT, "setting_overridden", s->name, "%s 已由别处设定：%s",
                "%s is set elsewhere: %s", s->name, origin_name(origin));
        err_hint(e, "先在那里去掉它", "take it out there first");
        return RC_CONFLICT;
    }
    return RC_OK;
}

static enum rc setting_put_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct app *app = request_app(rq);
    const struct setting *s = setting_find(arg_str(rq, "name"));
    if (s == NULL) {
        return err_set(e, RC_NOT_FOUND, "setting_unknown", "name", "没有这个设置",
                       "there is no such setting");
    }
    request_audit(rq, "setting", 0, "\"name\":\"%s\"", s->name);
    enum rc rc = check_changeable(app->config, s, e);
    if (rc != RC_OK) {
        return rc;
    }
    if (arg_null(rq, "value")) {
        return setting_delete(tx, str_from(s->name), e);
    }
    struct str value = arg_str(rq, "value");
    rc = setting_check(s, value, e);
    if (rc == RC_OK && s->names != NULL) {
        rc = s->names(tx, value, e);
    }
    if (rc != RC_OK) {
        return rc;
    }
    struct str stored = config_stored(s, app->keys, value, request_arena(rq));
    return setting_put(tx, str_from(s->name), stored, request_caller(rq)->account_id, e);
}

/* The change is committed: read it. A failure leaves the old value until the next start, which is
 * logged. */
static void setting_changed(struct request *rq)
{
    struct err e = ERR_INIT;
    if (app_reload_settings(request_app(rq), &e) != RC_OK) {
        log_line(LOG_ERROR, "settings_not_reloaded", "\"code\":\"%s\"", e.code);
    }
    media_keeper_wake(request_app(rq)->media);
}

const struct route route_setting_put = {
    .method = PUT,
    .path = "/api/settings/{name}",
    .name = "setting_put",
    .need = PERM_SETTING_WRITE,
    .scope = SCOPE_NONE,
    .writes = true,
    .audited = true,
    .args =
        {
            {"name", ARG_NAME, IN_PATH, .required = true, .zh = "设置的名称",
             .en = "name of the setting"},
            {"value", ARG_TEXT, IN_BODY, .required = true, .nullable = true, .min = 0, .max = 6000,
             .zh = "值；null 恢复默认", .en = "value; null takes it back"},
        },
    .run = setting_put_run,
    .after = setting_changed,
    .zh = "改一个设置。",
    .en = "Change a setting.",
};
