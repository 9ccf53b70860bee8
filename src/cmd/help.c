/* help.c — `koi help`: what there is, or one command. The words come from the commands' rows, so
 * this page cannot fall behind them; with --json the rows themselves are printed, from which the
 * manual is made.
 */
#include "cmd/commands.h"

#include <stdio.h>
#include <string.h>

static enum rc help(struct invocation *in, struct err *e)
{
    char name[64] = "";
    const char *first = position(in, 0);
    const char *second = position(in, 1);
    if (first == NULL) {
        help_all(in);
        return RC_OK;
    }
    snprintf(name, sizeof name, "%s%s%s", first, second != NULL ? " " : "",
             second != NULL ? second : "");
    bool found = false;
    for (const struct command *const *c = command_table; *c != NULL; c++) {
        size_t n = strlen(name);
        bool under =
            strncmp((*c)->name, name, n) == 0 && ((*c)->name[n] == 0 || (*c)->name[n] == ' ');
        if (under) {
            help_one(in, *c);
            found = true;
        }
    }
    return found ? RC_OK
                 : err_set(e, RC_NOT_FOUND, "command_unknown", NULL, "没有命令 %s",
                           "there is no command %s", name);
}

const struct command command_help = {
    .name = "help",
    .usage = "[COMMAND]",
    .zh = "说明",
    .en = "Help on a command",
    .positions_max = 2,
    .run = help,
};
