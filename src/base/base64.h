/* base64 — bytes as text and back (RFC 4648, with padding, on one line).
 *
 * For pictures inside JSON and inside SVG; a byte costs a nanosecond or so.
 */
#ifndef KOI_BASE_BASE64_H
#define KOI_BASE_BASE64_H

#include "base/arena.h"

/* Owned by the arena; 4 characters for each 3 bytes. */
struct str base64_encode(struct str bytes, struct arena *a);
/* Into the arena; false, and `out` untouched, for anything but a strict text: no blanks, no spare
 * bits, padding where it belongs. The empty text is no bytes. */
bool base64_decode(struct str text, struct arena *a, struct str *out);

#endif
