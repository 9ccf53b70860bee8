/* suggest.c — "did you mean": the nearest known name by edit distance.
 *
 * Optimal string alignment (Levenshtein plus swapped neighbours) over code points, so that one
 * wrong Chinese character counts as one and a typed "odrer" is one step from "order". Names longer
 * than 48 code points are not looked at; the table is three rows on the stack.
 */
#include "query/word.h"

#include <assert.h>

enum { LONGEST = 48 };

/* Code points of a text, at most LONGEST; SIZE_MAX when there are more. ASCII letters without
 * case. */
static size_t points(struct str s, uint32_t out[static LONGEST])
{
    size_t n = 0;
    for (size_t i = 0; i < s.n;) {
        uint32_t v = (unsigned char)s.p[i++];
        if (v >= 'A' && v <= 'Z')
            v += 'a' - 'A';
        while (i < s.n && ((unsigned char)s.p[i] & 0xC0) == 0x80)
            v = v << 8 | (unsigned char)s.p[i++];
        if (n == LONGEST)
            return SIZE_MAX;
        out[n++] = v;
    }
    return n;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t distance(const uint32_t *a, size_t na, const uint32_t *b, size_t nb)
{
    size_t rows[3][LONGEST + 1];
    for (size_t j = 0; j <= nb; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= na; i++) {
        size_t *now = rows[i % 3], *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= nb; j++) {
            size_t cost = a[i - 1] == b[j - 1] ? 0 : 1;
            now[j] = least(least(above[j] + 1, now[j - 1] + 1), above[j - 1] + cost);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = least(now[j], above2[j - 2] + 1);
        }
    }
    return rows[na % 3][nb];
}

struct suggestion suggestion_for(struct str typed)
{
    return (struct suggestion){.typed = typed, .distance = SIZE_MAX};
}

void suggestion_see(void *suggestion, struct str candidate)
{
    struct suggestion *s = suggestion;
    assert(s != NULL);
    uint32_t a[LONGEST], b[LONGEST];
    size_t na = points(s->typed, a), nb = points(candidate, b);
    if (na == SIZE_MAX || nb == SIZE_MAX || na == 0 || nb == 0 || candidate.n >= sizeof s->best)
        return;

    size_t d = distance(a, na, b, nb), longer = na > nb ? na : nb;
    size_t allowed = longer / 3 > 0 ? longer / 3 : 1;
    if (na >= 2 && (str_find(candidate, s->typed) >= 0 || str_find(s->typed, candidate) >= 0))
        d = least(d, allowed);
    if (longer == 1 || d > allowed || d >= s->distance)
        return;
    s->distance = d;
    for (size_t i = 0; i < candidate.n; i++)
        s->best[i] = candidate.p[i];
    s->best[candidate.n] = 0;
}

const char *suggestion_best(const struct suggestion *s)
{
    assert(s != NULL);
    return s->distance == SIZE_MAX ? NULL : s->best;
}
