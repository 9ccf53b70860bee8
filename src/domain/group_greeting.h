/* group_greeting — what a group code's groups greet who joins with, and the wishes that tell WeCom.
 *
 * At WeCom it is a group welcome template 入群欢迎语: offered to the owners of groups, each of whom
 * picks it once for a group; whether they did is told to nobody. WeCom holds a hundred of a corp.
 * The text has {name}, which is told as %NICKNAME%; at most one attachment, written as in the
 * greetings of staff codes (attachment.h).
 *
 * What people change is written in the caller's transaction, row and wish together, and told by the
 * outbox (connect/wecom/greeting_wish.h), so that WeCom's refusal never touches the code. Making is
 * told once: after a lost answer the row is `unsure` until an operator says whether it is told
 * again; a text that is changed meanwhile is told then. Changing and deleting may be repeated. Each
 * greeting is a row of its own: one that was taken off and given again is another one, made anew,
 * and what is still told of the old one cannot reach it. A row is `waiting` while a wish waits that
 * brings it where people want it; wishes that can do nothing for it any more change it in no way.
 *
 * While WeCom does not have what people want, and somebody should look, the code carries a warning:
 * "greeting" refused, "greeting_unsure", or "greeting_left" where WeCom would not delete one. Its
 * detail is the error (base/err_json.h). Source: wecom-api.md §11.
 */
#ifndef KOI_DOMAIN_GROUP_GREETING_H
#define KOI_DOMAIN_GROUP_GREETING_H

#include "domain/app.h"
#include "store/group_greeting.h"
#include "store/outbox.h"

/* Kinds of wishes, about a greeting by its id. */
#define GREETING_WISH_ADD "group_greeting_add"
#define GREETING_WISH_EDIT "group_greeting_edit"
#define GREETING_WISH_DELETE "group_greeting_delete"

enum { GREETING_BYTES = 3000, GREETINGS_MOST = 100 };

/* What people ask for. */
struct greeting_said {
    struct str text, attachments; /* the latter a JSON list */
    bool notify;                  /* WeCom tells owners when it is made; not when it is changed */
};
/* Whether WeCom allows it: something is said, 3,000 bytes as they are told, one attachment. Pure;
 * RC_INVALID with a field that begins with "greeting". */
enum rc group_greeting_check(const struct greeting_said *said, struct err *e);
/* Whether the original that it is sent with exists and is of its kind. */
enum rc group_greeting_check_rows(struct tx *tx, const struct greeting_said *said, struct err *e);
/* The text as WeCom is told it, in the arena. */
struct str group_greeting_told_text(struct str text, struct arena *a);

/* Who changes. */
struct greeting_wisher {
    const struct app *app;
    int64_t account_id; /* 0: Koi by itself */
};
/* The code greets so from now on: it has passed the checks. Given again as it is, it is told again
 * where it was refused or given up, and nothing happens else. */
enum rc group_greeting_give(struct tx *tx, const struct greeting_wisher *who, int64_t code_id,
                            const struct greeting_said *said, struct err *e);
/* It greets no more, or has ended; nothing without a greeting. */
enum rc group_greeting_remove(struct tx *tx, const struct greeting_wisher *who, int64_t code_id,
                              struct err *e);

/* Whether a wish of that kind still does something for it: making while WeCom has none, changing
 * what WeCom has with other words than people want, deleting what they do not want. Pure. */
bool group_greeting_acts(const struct group_greeting *g, struct str kind);

/* ---- what came of telling; greetings that are gone by then are left alone ---- */

/* WeCom has it now with that text and attachments: made when `template_id` is given, else changed.
 * What people want by now, another text or none, is put behind it unless it waits there. */
enum rc group_greeting_told(struct tx *tx, const struct app *app, int64_t id,
                            struct str template_id, const struct greeting_said *said,
                            struct err *e);
/* WeCom has lost it: it is made anew. */
enum rc group_greeting_lost(struct tx *tx, const struct app *app, int64_t id, struct err *e);
/* WeCom has deleted it, so there is room: the oldest that was refused for want of it (41055) is
 * told again. */
enum rc group_greeting_deleted(struct tx *tx, const struct app *app, int64_t id, struct err *e);
/* An attempt that has failed. */
struct greeting_failure {
    struct str kind;         /* of the wish */
    enum outbox_state state; /* in which it is now */
    const struct err *why;
    struct str problem;               /* the same as it is kept */
    const struct greeting_said *sent; /* NULL: it did not come to that */
};
/* Where one is refused whose words are others by now, those are told. */
enum rc group_greeting_failed(struct tx *tx, const struct app *app, int64_t id,
                              const struct greeting_failure *f, struct err *e);
/* The code that a wish's key is about; 0 for another key. */
int64_t group_greeting_code(struct str key);
/* An operator has the wish told again, which waits by now; nothing for those of other kinds. */
enum rc group_greeting_retried(struct tx *tx, const struct outbox_row *row, struct err *e);
/* An operator has given a wish up, which is dropped by now. Nothing for those of other kinds, nor
 * where it could do nothing any more, or another one goes on. */
enum rc group_greeting_given_up(struct tx *tx, const struct outbox_row *row, struct err *e);

#endif
