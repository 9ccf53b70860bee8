/* passphrase — a secret that a person gives: from a file, the environment, or typed without
 * echo. */
#ifndef KOI_CMD_PASSPHRASE_H
#define KOI_CMD_PASSPHRASE_H

#include "cmd/command.h"

/* From --passphrase-file, else KOI_PASSPHRASE, else asked for on the terminal (`twice`: and asked
 * again). RC_INVALID when it is shorter than 8 bytes, differs, or there is no terminal to ask on.
 * Owned by the invocation's arena. */
enum rc passphrase_read(struct invocation *in, bool twice, const char **out, struct err *e);

#endif
