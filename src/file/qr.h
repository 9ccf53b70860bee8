/* qr — a QR code drawn: as SVG with a caption and a mark or a logo in the middle, as PNG without
 * words (a server has no fonts).
 *
 * Error correction is H (three tenths of the modules may be covered), so the mark, which covers
 * less than a twentieth, does no harm. The logo stands in a white field with round corners, which
 * is as large as the code at hand can bear and no larger (file/qr_room.h); a code that has no room
 * is drawn in the next version that has. Four modules of quiet zone all around. Source: ISO/IEC
 * 18004; the encoding is libqrencode's, the PNG libpng's.
 */
#ifndef KOI_FILE_QR_H
#define KOI_FILE_QR_H

#include "base/arena.h"
#include "base/err.h"

struct qr_look {
    struct str caption; /* below it; empty: none */
    struct str mark;    /* in the middle, one or two characters; empty: none */
    struct str logo;    /* in the middle instead: what logo_clean() made; empty: none */
};

/* RC_LIMIT when the text does not fit a QR code (1,273 bytes). Owned by the arena. At most one of
 * mark and logo; with a logo RC_LIMIT "logo_no_room" for a text of over 958 bytes. */
enum rc qr_svg(struct str text, const struct qr_look *look, struct arena *a, struct str *out,
               struct err *e);
/* The same frame around a picture of a code that is somewhere else, by its address; that
 * picture has a middle of its own, so mark and logo are left out. */
struct str qr_svg_around(struct str picture_url, const struct qr_look *look, struct arena *a);
/* `scale` pixels a module, 1 … 40; grey, or RGB where there is a logo (else empty). RC_LIMIT as
 * above; RC_INVALID "picture_unreadable" for a logo that is damaged. */
enum rc qr_png(struct str text, struct str logo, int scale, struct arena *a, struct str *out,
               struct err *e);

#endif
