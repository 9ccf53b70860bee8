/* audience_members.c — packing, and the plan of what to write.
 *
 * Both the stored lists and the members of now ascend, so one pass lays them side by side: where
 * number and sum agree the list stands as it is and is not even read. A list that would grow past
 * MEMBERS_MOST is split. Ids differ by some thousands where customers came in bulk, so a difference
 * takes two or three bytes, and one of customers who came one by one five.
 */
#include "domain/audience_members.h"

#include "base/hash.h"
#include "store/list.h"

#include <assert.h>

enum { VARINT_BYTES = 10 };

uint64_t members_sum(const int64_t *ids, size_t n)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += hash_u64((uint64_t)ids[i]);
    return sum;
}

struct str members_pack(struct arena *a, int64_t from_id, const int64_t *ids, size_t n)
{
    char *bytes = ARENA_ARRAY(a, char, n *VARINT_BYTES + 1);
    size_t at = 0;
    int64_t before = from_id;
    for (size_t i = 0; i < n; i++) {
        assert(ids[i] >= before && (i == 0 || ids[i] > before));
        uint64_t step = (uint64_t)(ids[i] - before);
        for (; step >= 0x80; step >>= 7)
            bytes[at++] = (char)(0x80 | (step & 0x7f));
        bytes[at++] = (char)step;
        before = ids[i];
    }
    return (struct str){bytes, at};
}

bool members_unpack(struct str packed, int64_t from_id, int64_t *out, size_t n)
{
    size_t at = 0;
    uint64_t id = (uint64_t)from_id;
    for (size_t i = 0; i < n; i++) {
        uint64_t step = 0, bits = 0x80;
        for (int shift = 0; (bits & 0x80) != 0; shift += 7) {
            if (at == packed.n || shift >= 63)
                return false;
            bits = (unsigned char)packed.p[at++];
            step |= (bits & 0x7f) << shift;
        }
        id += step;
        if (id > INT64_MAX || (i > 0 && step == 0))
            return false;
        out[i] = (int64_t)id;
    }
    return at == packed.n;
}

size_t members_missing(const int64_t *ids, size_t n, const int64_t *in, size_t in_n,
                       void (*each)(void *to, int64_t id), void *to)
{
    size_t missing = 0;
    for (size_t i = 0, k = 0; i < n; i++) {
        while (k < in_n && in[k] < ids[i])
            k++;
        if (k < in_n && in[k] == ids[i])
            continue;
        missing++;
        if (each != NULL)
            each(to, ids[i]);
    }
    return missing;
}

struct planning {
    struct arena *a;
    struct member_piece *pieces;
    size_t n, room;
};

/* One stored list that changed: a piece, or some where it has grown too long. */
static void plan_list(struct planning *p, int64_t from_id, const int64_t *old, size_t old_n,
                      const int64_t *now, size_t now_n)
{
    size_t most = now_n > MEMBERS_MOST ? MEMBERS_SPLIT : MEMBERS_MOST;
    do {
        struct member_piece *x = LIST_ADD(p->a, p->pieces, p->n, p->room);
        x->from_id = from_id;
        x->now = now;
        x->now_n = now_n < most ? now_n : most;
        x->split = x->now_n < now_n;
        x->old = old;
        x->old_n = old_n;
        if (x->split) {
            from_id = now[x->now_n];
            for (x->old_n = 0; x->old_n < old_n && old[x->old_n] < from_id;)
                x->old_n++;
        }
        x->entered_n = members_missing(x->now, x->now_n, x->old, x->old_n, NULL, NULL);
        x->left_n = members_missing(x->old, x->old_n, x->now, x->now_n, NULL, NULL);
        now += x->now_n;
        now_n -= x->now_n;
        old += x->old_n;
        old_n -= x->old_n;
    } while (now_n > 0);
}

enum rc members_plan(struct arena *a, const struct audience_list_head *heads, size_t heads_n,
                     const int64_t *now, size_t n,
                     enum rc (*read)(void *from, const struct audience_list_head *head,
                                     int64_t *out, struct err *e),
                     void *from, struct member_piece **out, size_t *out_n, struct err *e)
{
    struct planning p = {.a = a};
    enum rc rc = RC_OK;
    size_t at = 0;
    bool from_0 = heads_n > 0 && heads[0].from_id == 0;
    for (size_t i = 0; rc == RC_OK && i < heads_n + !from_0; i++) {
        /* Where no list is stored from 0 on, an empty one is thought of. */
        struct audience_list_head none = {0}, head = i == 0 && !from_0 ? none : heads[i - !from_0];
        size_t next = i + 1 - !from_0, end = at;
        while (end < n && (next >= heads_n || now[end] < heads[next].from_id))
            end++;
        if ((int64_t)(end - at) != head.n || members_sum(now + at, end - at) != head.sum) {
            int64_t *old = ARENA_ARRAY(a, int64_t, head.n + 1);
            rc = head.n > 0 ? read(from, &head, old, e) : RC_OK;
            if (rc == RC_OK)
                plan_list(&p, head.from_id, old, (size_t)head.n, now + at, end - at);
        }
        at = end;
    }
    if (rc != RC_OK)
        return rc;
    *out = p.pieces;
    *out_n = p.n;
    return RC_OK;
}
