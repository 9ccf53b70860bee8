/* ids.c — see ids.h. One pass, one allocation of the largest size the text can have: 20 bytes hold
 * any 64-bit number and the comma behind it needs one more. Ids are ours and positive, but nothing
 * here depends on it.
 */
#include "store/ids.h"

#include "store/list.h"

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

enum rc ids_read(struct tx *tx, struct rows *r, int64_t **out, size_t *out_n, struct err *e)
{
    int64_t *list = NULL;
    size_t n = 0, room = 0;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), list, n, room) = rows_int(r, 0);
    enum rc rc = rows_end(r, e);
    if (rc != RC_OK)
        return rc;
    *out = list;
    *out_n = n;
    return RC_OK;
}

int ids_compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

enum rc texts_read(struct tx *tx, struct rows *r, struct str **out, size_t *out_n, struct err *e)
{
    struct str *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), list, n, room) = rows_copy(r, 0, tx_arena(tx));
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}
