/* ids.c — see ids.h. One pass, one allocation of the largest size the text can have: 20 bytes hold
 * any 64-bit number and the comma behind it needs one more. Ids are ours and positive, but nothing
 * here depends on it.
 */
#include "store/ids.h"

#include <assert.h>
#include <inttypes.h>

struct str ids_text(struct arena *a, const int64_t *ids, size_t n)
{
    assert(ids != NULL || n == 0);

    size_t room = n * 21 + 3;
    char *text = arena_alloc(a, room);
    size_t at = 0;
    text[at++] = '[';
    for (size_t i = 0; i < n; i++) {
        int wrote = snprintf(text + at, room - at, i == 0 ? "%" PRId64 : ",%" PRId64, ids[i]);
        assert(wrote > 0 && (size_t)wrote < room - at);
        at += (size_t)wrote;
    }
    text[at++] = ']';
    return (struct str){text, at};
}

int ids_compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}
