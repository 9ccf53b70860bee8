/* commands — every command, defined in the file of its name. To add one: a file, a line here, a line in commands.c. */
#ifndef KOI_CMD_COMMANDS_H
#define KOI_CMD_COMMANDS_H

#include "cmd/command.h"

extern const struct command command_init;
extern const struct command command_serve;
extern const struct command command_version;

#endif
