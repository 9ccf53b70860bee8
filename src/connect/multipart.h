/* multipart — a form with one file in it, as the body of a request (RFC 7578).
 *
 * Built by hand and not by libcurl, so that it goes the way of every other body through
 * transport.h, and so that a call can be repeated without being put together again.
 */
#ifndef KOI_CONNECT_MULTIPART_H
#define KOI_CONNECT_MULTIPART_H

#include "base/buf.h"

enum {
    MULTIPART_BOUNDARY = 32,   /* characters */
    MULTIPART_OVERHEAD = 1024, /* bytes around the file, at most */
};

struct multipart_file {
    struct str field; /* of the form; letters */
    struct str name;  /* as media_check() lets it through: no quotes, no control characters */
    struct str type;  /* a mime type */
    struct str bytes;
};

/* A boundary that does not occur in the bytes, with a final 0: random, so that nobody can have
 * written it into their file. */
void multipart_boundary(struct str bytes, char out[static MULTIPART_BOUNDARY + 1]);
/* Appends the body. The name stands there as UTF-8, with its file's length behind it, as WeCom's
 * document 90253 wants it. Copies the file once. */
void multipart_put(struct buf *b, const char *boundary, const struct multipart_file *file);

#endif
