/* outbox.c — `koi outbox …`: wishes towards WeCom that wait or failed, telling them again, giving
 * them up.
 *
 *     koi outbox list --state dead
 *     koi outbox retry 123456
 *     koi outbox drop 123456
 */
#include "cmd/commands.h"
#include "cmd/print.h"

static enum rc list(struct invocation *in, struct err *e)
{
    static const char *const keys[] = {"id",       "made_s", "kind",          "key",        "state",
                                       "attempts", "due_s",  "error.message", "error.hint", NULL};
    const char *state = option_value(in, "state");
    const char *target = state == NULL
                             ? "/api/outbox?limit=200"
                             : arena_printf(&in->arena, "/api/outbox?limit=200&state=%s", state).p;
    return print_listing(in, target, keys, e);
}

const struct command command_outbox_list = {
    .name = "outbox list",
    .zh = "列出要告诉企业微信的待办，最新的在前",
    .en = "List the wishes towards WeCom, newest first",
    .options = {{"state", "STATE", .zh = "只看一种状态：waiting、done、dropped、unsure、dead",
                 .en = "only one state: waiting, done, dropped, unsure, dead"}},
    .run = list,
};

static enum rc act(struct invocation *in, const char *what, struct err *e)
{
    struct client *c = NULL;
    enum rc rc = client_open(in, &c, e);
    if (rc == RC_OK) {
        const char *target = arena_printf(&in->arena, "/api/outbox/%s/%s", position(in, 0), what).p;
        rc = client_call(c, "POST", target, STR_ABSENT, NULL, e);
    }
    client_close(c);
    return rc;
}

static enum rc retry(struct invocation *in, struct err *e)
{
    return act(in, "retry", e);
}

const struct command command_outbox_retry = {
    .name = "outbox retry",
    .usage = "ID",
    .zh = "重新告诉企业微信一条失败或不确定的待办",
    .en = "Tell WeCom again a wish that failed or is unsure",
    .positions_min = 1,
    .positions_max = 1,
    .run = retry,
};

static enum rc drop(struct invocation *in, struct err *e)
{
    return act(in, "drop", e);
}

const struct command command_outbox_drop = {
    .name = "outbox drop",
    .usage = "ID",
    .zh = "放弃一条待办，不再告诉企业微信",
    .en = "Give a wish up: WeCom will not be told",
    .positions_min = 1,
    .positions_max = 1,
    .run = drop,
};
