/* media — pictures, films and files that are sent to customers: what they may be.
 *
 * Looks at names, sizes and the first bytes; decodes nothing. Limits and forms are those of WeCom's
 * media/upload (documents 90253; wecom-api.md §14), so that what passes here is not refused there.
 */
#ifndef KOI_FILE_MEDIA_H
#define KOI_FILE_MEDIA_H

#include "base/err.h"
#include "base/str.h"

enum media_kind { MEDIA_IMAGE, MEDIA_VOICE, MEDIA_VIDEO, MEDIA_FILE, MEDIA_KINDS };

enum {
    MEDIA_BYTES_LEAST = 6,
    MEDIA_BYTES_MOST = 20 << 20,  /* of any kind: that of a file */
    MEDIA_PICTURE_MOST = 2 << 20, /* of what media/uploadimg takes */
    MEDIA_NAME_BYTES = 120,
};

/* "image", "voice" … and back; false for any other word. */
const char *media_kind_name(enum media_kind k);
bool media_kind_of(struct str name, enum media_kind *out);
/* The most bytes of a kind. */
size_t media_most(enum media_kind k);
/* What the bytes are by their beginning: a picture (JPEG, PNG), a film (MP4), AMR, else a file. */
enum media_kind media_look(struct str bytes);
/* "image/png" …; "application/octet-stream" for a file. Static. */
const char *media_mime(enum media_kind k, struct str bytes);
/* ".png" …, as the mime; "" for a file. Static. */
const char *media_ending(enum media_kind k, struct str bytes);

/* Whether that kind takes such a name and such bytes: RC_INVALID "media_name", "media_form",
 * "media_empty", RC_LIMIT "media_too_large", each with the way out. A microsecond. */
enum rc media_check(enum media_kind k, struct str name, struct str bytes, struct err *e);

#endif
