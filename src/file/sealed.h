/* sealed — a file encrypted at rest, written and read as a stream: uploads, reject files, exports.
 *
 * The plain bytes are cut into pieces of 256 KB, each sealed by itself (base/secret.h) and bound to
 * the file, its place in it and to being the last: a piece that was altered, moved, left out or
 * taken from another file does not open. Overhead is under 0.1 ‰. A file appears under its name
 * only when it is whole (written beside it as `<path>.part`, then renamed).
 */
#ifndef KOI_FILE_SEALED_H
#define KOI_FILE_SEALED_H

#include "base/err.h"
#include "base/secret.h"

struct sealed_writer;
struct sealed_reader;

/* Begins a new file; one of the same name is replaced at the end. */
enum rc sealed_create(const struct keyring *keys, const char *path, struct sealed_writer **out,
                      struct err *e);
/* After a failure every later call fails the same way. */
enum rc sealed_write(struct sealed_writer *w, struct str bytes, struct err *e);
/* Bytes written so far. */
int64_t sealed_written(const struct sealed_writer *w);
/* Ends the file, makes it durable and gives it its name; or removes what there is of it. Both free
 * the writer; NULL is accepted by the second. */
enum rc sealed_finish(struct sealed_writer *w, struct err *e);
void sealed_drop(struct sealed_writer *w);

/* RC_NOT_FOUND, RC_IO; RC_CORRUPT when it is no sealed file or was altered. */
enum rc sealed_open(const struct keyring *keys, const char *path, struct sealed_reader **out,
                    struct err *e);
void sealed_close(struct sealed_reader *r);
/* Plain bytes in all. */
int64_t sealed_size(const struct sealed_reader *r);
/* Reads up to n bytes on from the last place; 0 in *out_n at the end only. */
enum rc sealed_read(struct sealed_reader *r, void *p, size_t n, size_t *out_n, struct err *e);
/* Where the next read starts: 0 … size. */
void sealed_seek(struct sealed_reader *r, int64_t at);

#endif
