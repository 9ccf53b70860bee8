/* welcome_lighter — a welcome without the attachments that WeCom would not take.
 *
 * A refused send_welcome_msg has not used its code, so while there is time the text can still
 * arrive. WeCom says by number alone what is wrong, not which attachment it is: when a media id is
 * not known (40007, 40145) all that have one go, else all of them go. Source: wecom-api.md §12.
 */
#ifndef KOI_CONNECT_WECOM_WELCOME_LIGHTER_H
#define KOI_CONNECT_WECOM_WELCOME_LIGHTER_H

#include "base/arena.h"
#include "base/err.h"

enum welcome_weight {
    WELCOME_WHOLE,
    WELCOME_WITHOUT_IDS, /* no attachment that has a media id */
    WELCOME_BARE,        /* no attachment */
};

/* How light a welcome must be after that refusal of one so light; the same again when sending less
 * would not help: another reason, or nothing to leave out. Pure. */
enum welcome_weight welcome_weight_after(enum welcome_weight now, const struct err *e);

/* The request so light, in the arena, and the media ids that were left out. False when nothing
 * would be left to say, or nothing is left out. Up to 128 KB are parsed and written. */
bool welcome_lighten(struct str request, enum welcome_weight to, struct arena *a, struct str *out,
                     struct str **out_ids, size_t *out_n);

#endif
