/* doctor.c — `koi doctor`: what is well, what is not, and what to do.
 *
 * Asks the running server, or opens the installation when none runs. Exit code 0 only when every
 * check is well. Where the installation cannot even be opened, the error that says so is the
 * diagnosis.
 */
#include "cmd/commands.h"
#include "cmd/print.h"

#include <stdio.h>

static bool print_check(struct invocation *in, const struct json_value *c)
{
    bool ok = json_bool_or(json_get(c, "ok"), false);
    struct str title = json_str_or(json_get(c, in->english ? "en" : "zh"), STR(""));
    struct str value = json_str_or(json_get(c, "value"), STR(""));
    struct str advice = json_str_or(json_get(c, "advice"), STR_ABSENT);
    printf("%s " STR_FMT "%s" STR_FMT "\n", ok ? "ok  " : "BAD ", STR_ARG(title),
           value.n > 0 ? ": " : "", STR_ARG(value));
    if (!str_absent(advice)) {
        printf("     " STR_FMT "\n", STR_ARG(advice));
    }
    return ok;
}

static bool index_is_well(const struct client_reply *r)
{
    const struct json_value *items = json_get(r->json, "items");
    for (size_t i = 0; i < json_count(items); i++) {
        const struct json_value *check = json_at(items, i);
        if (str_eq(json_str_or(json_get(check, "name"), STR("")), STR("event_index")))
            return json_bool_or(json_get(check, "ok"), false);
    }
    return true;
}

/* Has the index built anew, and looks again. */
static enum rc mend(struct invocation *in, struct client *c, struct client_reply *r, struct err *e)
{
    enum rc rc = client_call(c, "POST", "/api/doctor/mend", STR("{}"), r, e);
    if (rc == RC_OK && !in->json)
        printf("%s", say(in, "事件索引已弃用，由服务在后台重建（约每百万事件一秒）\n",
                         "the event index was given up; the server builds it anew, about a second "
                         "for a million events\n"));
    return rc == RC_OK ? client_call(c, "GET", "/api/doctor?deep=true", STR_ABSENT, r, e) : rc;
}

static enum rc doctor(struct invocation *in, struct err *e)
{
    struct client *c = NULL;
    struct client_reply r;
    bool well = true;
    enum rc rc = client_open(in, &c, e);
    bool remote = rc == RC_OK && client_is_remote(c);
    if (rc == RC_OK) {
        rc = client_call(c, "GET",
                         option_given(in, "quick") ? "/api/doctor" : "/api/doctor?deep=true",
                         STR_ABSENT, &r, e);
    }
    if (rc == RC_OK && option_given(in, "mend") && !index_is_well(&r))
        rc = mend(in, c, &r, e);
    client_close(c);
    if (rc != RC_OK) {
        return rc;
    }
    const struct json_value *items = json_get(r.json, "items");
    for (size_t i = 0; i < json_count(items); i++) {
        const struct json_value *check = json_at(items, i);
        well = (in->json ? json_bool_or(json_get(check, "ok"), false) : print_check(in, check)) &&
               well;
    }
    if (in->json) {
        print_json(&r);
    } else {
        printf("     %s\n",
               remote ? say(in, "（由运行中的服务回答）", "(answered by the running server)")
                      : say(in, "（没有服务在运行）", "(no server is running)"));
    }
    return well ? RC_OK
                : err_set(e, RC_CORRUPT, "not_well", NULL, "有检查未通过", "something is not well");
}

const struct command command_doctor = {
    .name = "doctor",
    .zh = "体检：路径、设置、磁盘、时钟、权限、完整性、审计链、备份",
    .en = "Look the installation over: paths, settings, disk, clock, permissions, integrity, audit "
          "chain, backups",
    .options = {{"quick", NULL, .zh = "不读整个数据库", .en = "do not read the whole database"},
                {"mend", NULL, .zh = "事件索引损坏时重建它（事件不受影响）",
                 .en = "build the event index anew where it is damaged (events stay as they are)"}},
    .run = doctor,
};
