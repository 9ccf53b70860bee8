/* like — a part of a name as a pattern for LIKE … ESCAPE '\', compared with lower(column).
 *
 * Both engines' lower() changes ASCII letters only (PostgreSQL: collation C), so the pattern is
 * made small the same way here.
 */
#ifndef KOI_STORE_LIKE_H
#define KOI_STORE_LIKE_H

#include "base/arena.h"

/* "50%" becomes "%50\%%". Owned by the arena. */
static inline struct str like_part(struct arena *a, struct str part)
{
    char *out = arena_alloc(a, part.n * 2 + 3);
    size_t n = 0;
    out[n++] = '%';
    for (size_t i = 0; i < part.n; i++) {
        char c = part.p[i];
        if (c == '%' || c == '_' || c == '\\')
            out[n++] = '\\';
        out[n++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    out[n++] = '%';
    return (struct str){out, n};
}

#endif
