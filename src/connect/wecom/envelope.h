/* envelope — what an encrypted callback is wrapped in, and what a reply to one is.
 *
 * <xml><ToUserName/><AgentID/><Encrypt/></xml> in any order, with or without CDATA, or the JSON
 * flavour {"encrypt":"…"}.
 */
#ifndef KOI_CONNECT_WECOM_ENVELOPE_H
#define KOI_CONNECT_WECOM_ENVELOPE_H

#include "base/arena.h"
#include "base/err.h"

struct envelope {
    struct str encrypt;           /* exactly as it stands in the body: the signature is over it */
    struct str to_user, agent_id; /* absent when not sent */
};

/* Reads a body; all of `out` is owned by the arena. RC_INVALID when it is neither flavour, has no
 * Encrypt or more than one. */
enum rc envelope_read(struct str body, struct arena *a, struct envelope *out, struct err *e);

/* The XML of a passive reply, owned by the arena; the texts are base64, hex and digits. */
struct str envelope_reply(struct str encrypt, struct str signature, struct str timestamp,
                          struct str nonce, struct arena *a);

#endif
