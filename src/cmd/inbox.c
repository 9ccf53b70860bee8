/* inbox.c — `koi inbox …`: callbacks that wait, failed or were ignored, and trying them again.
 *
 *     koi inbox list --state dead
 *     koi inbox retry 123456
 */
#include "cmd/commands.h"
#include "cmd/print.h"

static enum rc list(struct invocation *in, struct err *e)
{
    static const char *const keys[] = {"id",       "received_s", "kind",          "key", "state",
                                       "attempts", "due_s",      "error.message", NULL};
    const char *state = option_value(in, "state");
    const char *target = state == NULL
                             ? "/api/inbox?limit=200"
                             : arena_printf(&in->arena, "/api/inbox?limit=200&state=%s", state).p;
    return print_listing(in, target, keys, e);
}

const struct command command_inbox_list = {
    .name = "inbox list",
    .zh = "列出收到的回调，最新的在前",
    .en = "List the callbacks received, newest first",
    .options = {{"state", "STATE", .zh = "只看一种状态：waiting、done、ignored、dead",
                 .en = "only one state: waiting, done, ignored, dead"}},
    .run = list,
};

static enum rc retry(struct invocation *in, struct err *e)
{
    struct client *c = NULL;
    enum rc rc = client_open(in, &c, e);
    if (rc == RC_OK) {
        const char *target = arena_printf(&in->arena, "/api/inbox/%s/retry", position(in, 0)).p;
        rc = client_call(c, "POST", target, STR_ABSENT, NULL, e);
    }
    client_close(c);
    return rc;
}

const struct command command_inbox_retry = {
    .name = "inbox retry",
    .usage = "ID",
    .zh = "重新处理一条失败或未处理的回调",
    .en = "Try a callback again that failed or was ignored",
    .positions_min = 1,
    .positions_max = 1,
    .run = retry,
};
