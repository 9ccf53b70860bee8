/* asset — look-up in the table that tools/embed made.
 *
 * The table is sorted by path in byte order, so a look-up is a binary search over constant data: no
 * start-up cost, no memory beside the program's own pages. Unpacking trusts its input, which our
 * own build wrote; a failure there is a broken binary and asserts.
 */
#include "http/asset.h"

#include <assert.h>
#include <zlib.h>

const struct asset *asset_find(struct str path)
{
    size_t low = 0;
    size_t high = asset_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_cmp(path, asset_table[middle].path);
        if (order == 0) {
            return &asset_table[middle];
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}

const struct asset *asset_hashed(struct str stem, struct str ending)
{
    enum { HASH = 17 }; /* "-" and sixteen digits */
    struct str folder = STR("/assets/");
    for (size_t i = 0; i < asset_count; i++) {
        struct str path = asset_table[i].path;
        bool ours = path.n == folder.n + stem.n + HASH + ending.n && str_starts(path, folder) &&
                    str_starts(str_sub(path, folder.n, path.n), stem) &&
                    path.p[folder.n + stem.n] == '-' && str_ends(path, ending);
        if (ours) {
            return &asset_table[i];
        }
    }
    return NULL;
}

struct str asset_plain(const struct asset *asset, struct arena *a)
{
    assert(asset != NULL && asset->gz.p != NULL);
    unsigned char *out = arena_alloc(a, asset->len + 1);
    z_stream z = {
        .next_in = (z_const Bytef *)(uintptr_t)asset->gz.p,
        .avail_in = (uInt)asset->gz.n,
        .next_out = out,
        .avail_out = (uInt)asset->len + 1,
    };
    int rc = inflateInit2(&z, 15 + 16);
    assert(rc == Z_OK);
    rc = inflate(&z, Z_FINISH);
    assert(rc == Z_STREAM_END && z.total_out == asset->len);
    inflateEnd(&z);
    return (struct str){(const char *)out, asset->len};
}
