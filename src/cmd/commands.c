/* commands.c — the table of commands, sorted by name.
 *
 * What a command takes and does stands in its row, in the file of its name; this list only says that it exists. The
 * name is written a second time to be read and sorted; that it is the row's own is asserted at each start.
 */
#include "cmd/commands.h"

#include <stddef.h>

const struct command *const command_table[] = {
    &command_init,
    &command_serve,
    &command_version,
    NULL,
};
