/* invite — the lines a newcomer waits for: where Koi is, and a one-time link to get in. */
#ifndef KOI_CMD_INVITE_H
#define KOI_CMD_INVITE_H

#include "cmd/command.h"
#include "http/dispatch.h"

/* Prints the address, a new one-time link for the account with that login, and how to reach it from
 * another machine. Made through the API in process, so it is audited like any other. RC_NOT_FOUND
 * when there is no such account. */
enum rc invite_print(struct invocation *in, struct app *app, const struct router *router, int port,
                     const char *login, struct err *e);

#endif
