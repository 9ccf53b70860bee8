/* source — the bytes of a file as a stream: from plain or sealed disk, through gzip, into UTF-8.
 *
 * What is compressed is seen by its first bytes. The encoding is told by the caller, who has looked
 * at a sample. Private to src/file.
 */
#ifndef KOI_FILE_SOURCE_H
#define KOI_FILE_SOURCE_H

#include "base/err.h"
#include "file/table.h"

struct source;

/* Opens a file; `keys` as in struct table_options. ENCODING_GUESS hands the bytes through as they
 * are, a byte order mark included; with an encoding, UTF-8 comes out, without a mark, and what
 * cannot be converted becomes U+FFFD. */
enum rc source_open(const char *path, const struct keyring *keys, enum table_encoding encoding,
                    struct source **out, struct err *e);
void source_close(struct source *s);

/* Reads at most n bytes; 0 in *out_n at the end only. RC_CORRUPT for a damaged gzip file, RC_LIMIT
 * for a bomb. */
enum rc source_read(struct source *s, void *p, size_t n, size_t *out_n, struct err *e);
bool source_is_gzip(const struct source *s);
/* Bytes of the file on disk (of a sealed one: inside) consumed so far, and all of them. */
int64_t source_at(const struct source *s);
int64_t source_size(const struct source *s);

/* Random access without gzip and encoding, for zip files. */
enum rc source_read_at(struct source *s, int64_t at, void *p, size_t n, size_t *out_n,
                       struct err *e);

#endif
