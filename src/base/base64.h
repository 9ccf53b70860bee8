/* base64 — bytes as text and back (RFC 4648, with padding, on one line).
 *
 * For pictures inside JSON and inside SVG; a byte costs a nanosecond or so.
 */
#ifndef KOI_BASE_BASE64_H
#define KOI_BASE_BASE64_H

#include "base/arena.h"

/* The value of a character of the alphabet, 0 … 63, or -1. Without a table: its time does not
 * depend on the text by way of a cache. */
static inline int base64_digit(char c)
{
    return c >= 'A' && c <= 'Z'   ? c - 'A'
           : c >= 'a' && c <= 'z' ? c - 'a' + 26
           : c >= '0' && c <= '9' ? c - '0' + 52
           : c == '+'             ? 62
           : c == '/'             ? 63
                                  : -1;
}

/* Owned by the arena; 4 characters for each 3 bytes. */
struct str base64_encode(struct str bytes, struct arena *a);
/* Into the arena; false, and `out` untouched, for anything but a strict text: no blanks, no spare
 * bits, padding where it belongs. The empty text is no bytes. */
bool base64_decode(struct str text, struct arena *a, struct str *out);

#endif
