/* welcome_for — what is said to a new friend: the one place that decides.
 *
 * Who came by a code or link gets the greeting of it that fits the hour and whether they are new,
 * known or a buyer (code.h); everyone else, and where none fits, the settings `wecom_welcome` and
 * `wecom_welcome_attachments`. What WeCom does not have of an attachment at that moment is left
 * out; where nothing of a code's greeting is left, the general one is said.
 */
#ifndef KOI_DOMAIN_WELCOME_FOR_H
#define KOI_DOMAIN_WELCOME_FOR_H

#include "domain/app.h"

/* Bytes of text that WeCom takes (send_welcome_msg). */
enum { WELCOME_TEXT_BYTES = 4000 };

/* Ids of the platform. */
struct welcome_asked {
    struct str state; /* of the code or link they came by; absent or empty: none */
    struct str userid, external_userid;
};

struct welcome_said {
    struct str text;        /* at most WELCOME_TEXT_BYTES; absent or empty: none */
    struct str attachments; /* a JSON list as send_welcome_msg takes it; absent or empty: none */
};

/* Decides when the callback has come, on its own thread and in its read transaction: the clock of
 * 20 s runs, so some probes are fine and a call to others is not. Without text and attachments
 * nothing is sent. {name} in a text becomes the customer's nickname where Koi knows it, else
 * nothing. Owned by the arena. */
enum rc welcome_for(const struct app *app, struct tx *tx, const struct welcome_asked *who,
                    int64_t now_s, struct arena *a, struct welcome_said *out, struct err *e);

#endif
