/* upload — takes a raw body in pieces, sealed to a file of the upload folder as it comes. */
#ifndef KOI_HTTP_UPLOAD_H
#define KOI_HTTP_UPLOAD_H

#include "base/secret.h"
#include "http/request.h"

struct taker;

/* Begins a new file in `<data_dir>/upload`. Free with taker_end() or taker_drop(). */
enum rc taker_begin(const struct keyring *keys, const char *data_dir, struct taker **out,
                    struct err *e);
/* The next piece; RC_LIMIT past LIMIT_UPLOAD_MB. */
enum rc taker_add(struct taker *t, struct str piece, struct err *e);
/* The file is whole: fills all of `out` but its name; the path lives in the arena. Frees the taker,
 * and on failure removes the file. */
enum rc taker_end(struct taker *t, struct arena *a, struct upload *out, struct err *e);
/* Removes what there is. Accepts NULL. */
void taker_drop(struct taker *t);
/* A plain file of this machine, taken in whole. */
enum rc taker_file(const struct keyring *keys, const char *data_dir, const char *path,
                   struct arena *a, struct upload *out, struct err *e);

#endif
