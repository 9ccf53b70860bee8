/* qr_read — what a picture of a QR code says.
 *
 * PNG by libpng; JPEG by libturbojpeg and the code itself by libzbar, both loaded when first
 * needed: whoever prints no staff codes need not install them. A picture is somebody else's bytes:
 * at most QR_READ_BYTES of it and QR_READ_SIDE pixels a side are looked at.
 */
#ifndef KOI_FILE_QR_READ_H
#define KOI_FILE_QR_READ_H

#include "base/arena.h"
#include "base/err.h"

/* WeCom's pictures are 20 to 100 KB and 400 to 1,000 pixels a side. */
enum { QR_READ_BYTES = 2 << 20, QR_READ_SIDE = 4096 };

/* The text of the one QR code in a PNG or JPEG, in the arena. RC_INVALID: neither of these,
 * damaged, or no code in it, or several; RC_LIMIT: too large; RC_IO "library_missing": libzbar0 or
 * libturbojpeg0 is not installed, and the hint says so. 1 to 50 ms, and a byte a pixel. */
enum rc qr_read(struct str picture, struct arena *a, struct str *out, struct err *e);

#endif
