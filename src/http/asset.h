/* asset — the files of the console and of the pages of src/h5, inside the program.
 *
 * tools/embed gzips web/dist and src/h5/files at build time into one sorted table; nothing is
 * compressed, hashed or copied while serving. A build without the console has the latter alone.
 */
#ifndef KOI_HTTP_ASSET_H
#define KOI_HTTP_ASSET_H

#include "base/arena.h"
#include "base/str.h"

struct asset {
    struct str path; /* "/index.html": below the console's root, with the leading slash */
    struct str mime; /* value of Content-Type */
    struct str etag; /* with its quotes; names the content */
    struct str gz;   /* the file, gzipped */
    size_t len;      /* bytes of the file itself */
};

/* Rows sorted by path; one more row behind the last is all absent. */
extern const struct asset asset_table[];
extern const size_t asset_count;

/* The file of that exact path, or NULL. O(log n); constant data, valid for ever. */
const struct asset *asset_find(struct str path);

/* The file that was STEM.css in src/h5/files, whose address has a hash of its content: stem
 * "sidebar", ending ".css". NULL: there is none. O(n), n about a hundred. */
const struct asset *asset_hashed(struct str stem, struct str ending);

/* The file's own bytes, in the arena, for a client that does not accept gzip. About 3 ms for each
 * MB. */
struct str asset_plain(const struct asset *asset, struct arena *a);

#endif
