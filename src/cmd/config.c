/* config.c — `koi config`: each setting, its value and where that came from; `koi config set`
 * changes one.
 *
 * A running server answers for itself, since its flags and environment are its own; with none the
 * files and this environment count. Secrets are never printed.
 */
#include "base/buf.h"
#include "cmd/commands.h"
#include "cmd/print.h"

#include <stdio.h>
#include <string.h>

static enum rc show(struct invocation *in, struct err *e)
{
    static const char *const keys[] = {"name", "value", "origin", NULL};
    return print_listing(in, "/api/settings", keys, e);
}

const struct command command_config = {
    .name = "config",
    .zh = "每个设置的值与来源",
    .en = "Each setting, its value and origin",
    .settings = true,
    .run = show,
};

static enum rc set(struct invocation *in, struct err *e)
{
    struct client *c = NULL;
    struct buf b;
    buf_init(&b, 8192);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    json_put_z(&j, "value", position(in, 1));
    json_close_object(&j);
    enum rc rc = client_open(in, &c, e);
    if (rc == RC_OK) {
        const char *target = arena_printf(&in->arena, "/api/settings/%s", position(in, 0)).p;
        rc = client_call(c, "PUT", target, buf_str(&b), NULL, e);
    }
    client_close(c);
    buf_done(&b);
    return rc;
}

const struct command command_config_set = {
    .name = "config set",
    .usage = "NAME [VALUE]",
    .zh = "改一个设置，没有值时恢复默认",
    .en = "Change a setting; without a value, take it back",
    .positions_min = 1,
    .positions_max = 2,
    .run = set,
};
