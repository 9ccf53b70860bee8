/* command — a row of the table that runs the command line, and what a running command sees.
 *
 * Every command is a thin front of the API: it turns options into one or two calls of client.h and
 * prints the replies, for people or (--json) as they are. Options are declared in the row; what is
 * not declared is refused, and help is printed from the rows. A word of two parts ("account add")
 * is one command.
 */
#ifndef KOI_CMD_COMMAND_H
#define KOI_CMD_COMMAND_H

#include "base/arena.h"
#include "base/err.h"
#include "domain/config.h"

struct invocation;

struct option {
    const char *name;  /* "role", given as --role VALUE or --role=VALUE */
    const char *value; /* what the value is, "ROLE"; NULL: a switch without a value */
    bool required;
    const char *zh, *en;
};

enum { COMMAND_OPTIONS = 16, COMMAND_POSITIONS = 16, COMMAND_FLAGS = 32 };

struct command {
    const char *name;  /* "account add" */
    const char *usage; /* names of what stands without option: "LOGIN", "[FILE]"; NULL: none */
    const char *zh, *en;
    struct option options[COMMAND_OPTIONS];
    int positions_min, positions_max;
    bool settings; /* every setting is an option as well (--listen 127.0.0.1:0) */
    enum rc (*run)(struct invocation *in, struct err *e);
};

/* All of them, sorted by name; ends with NULL. */
extern const struct command *const command_table[];

struct invocation {
    const struct command *command;
    struct arena arena; /* for the whole run */
    const char *data_dir;
    bool json; /* print JSON */
    bool english;
    bool terminal; /* standard error is one: progress may be drawn */
    /* by option; "" for a switch that was given; NULL: not given */
    const char *values[COMMAND_OPTIONS];
    const char *positions[COMMAND_POSITIONS];
    int position_count;
    struct config_flag flags[COMMAND_FLAGS];
    size_t flag_count;
};

/* The value of a declared option, NULL when not given; whether it was given. Asserts that it is
 * declared. */
const char *option_value(const struct invocation *in, const char *name);
bool option_given(const struct invocation *in, const char *name);
/* What stands without option, from 0; NULL past the last. */
const char *position(const struct invocation *in, int i);
/* One of two sentences, by the language of the terminal. */
const char *say(const struct invocation *in, const char *zh, const char *en)
    __attribute__((format_arg(2), format_arg(3)));

/* Prints help: of all commands, or of one. */
void help_all(const struct invocation *in);
void help_one(const struct invocation *in, const struct command *c);

#endif
