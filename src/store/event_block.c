/* event_block.c — packing and unpacking.
 *
 * A block is a row of groups, one for each customer: the difference to the customer before, how
 * many bytes their events have, so that who asks for others leaps over them, and for each event the
 * difference of its time, the difference of its number, and its kind in one byte. Numbers are in
 * groups of seven bits, the lowest first, the high bit saying that more come; those that may be
 * negative have their sign in the lowest bit. The first event of a customer counts from the first
 * of the block, the others from the one before them; the first of all from 0, so that a block can
 * be read alone.
 */
#include "store/event_block.h"

#include "store/list.h"

#include <assert.h>

enum { VARINT_MOST = 10, EVENT_MOST = 2 * VARINT_MOST + 1, GROUP_MOST = 2 * VARINT_MOST };

int event_ref_compare(const void *a, const void *b)
{
    const struct event_ref *x = a, *y = b;
    if (x->customer_id != y->customer_id)
        return x->customer_id < y->customer_id ? -1 : 1;
    if (x->at_s != y->at_s)
        return x->at_s < y->at_s ? -1 : 1;
    return (x->seq > y->seq) - (x->seq < y->seq);
}

/* The first event of a block. */
struct base {
    int64_t at_s, seq;
};

/* ---- packing ---- */

static size_t put_varint(char *to, uint64_t x)
{
    size_t n = 0;
    for (; x >= 0x80; x >>= 7)
        to[n++] = (char)(0x80 | (x & 0x7f));
    to[n++] = (char)x;
    return n;
}

/* Differences wrap, and come out right when they are added again. */
static size_t put_signed(char *to, int64_t now, int64_t before)
{
    int64_t d = (int64_t)((uint64_t)now - (uint64_t)before);
    return put_varint(to, (uint64_t)d << 1 ^ (d < 0 ? UINT64_MAX : 0));
}

static size_t put_event(char *to, const struct event_ref *ref, int64_t at_s, int64_t seq)
{
    size_t n = put_signed(to, ref->at_s, at_s);
    n += put_signed(to + n, ref->seq, seq);
    to[n++] = (char)ref->kind;
    return n;
}

/* How many of a customer's events fit into `room` bytes, from a base; their bytes. */
static size_t fitting(const struct event_ref *refs, size_t n, const struct base *base, size_t room,
                      size_t *out_bytes)
{
    char scratch[EVENT_MOST];
    size_t k = 0, used = 0, more;
    int64_t at_s = base->at_s, seq = base->seq;
    for (; k < n; k++, used += more) {
        more = put_event(scratch, &refs[k], at_s, seq);
        if (used + more > room)
            break;
        at_s = refs[k].at_s;
        seq = refs[k].seq;
    }
    *out_bytes = used;
    return k;
}

struct packing {
    struct arena *a;
    struct event_block *blocks;
    size_t n, room;
    char bytes[EVENT_BLOCK_BYTES];
    size_t used;
    struct base base;
    int64_t last_id, from_s, to_s;
};

static void end_block(struct packing *p, int64_t no)
{
    if (p->used == 0)
        return;
    *LIST_ADD(p->a, p->blocks, p->n, p->room) = (struct event_block){
        .last_id = p->last_id,
        .no = no,
        .from_s = p->from_s,
        .to_s = p->to_s,
        .bytes = arena_str(p->a, (struct str){p->bytes, p->used}),
    };
    p->used = 0;
    p->last_id = 0;
    p->base = (struct base){0};
}

/* `bytes` is what fitting() says of them. */
static void put_group(struct packing *p, const struct event_ref *refs, size_t n, size_t bytes)
{
    int64_t at_s = p->base.at_s, seq = p->base.seq;
    bool first = p->used == 0;
    p->used += put_signed(p->bytes + p->used, refs->customer_id, p->last_id);
    p->used += put_varint(p->bytes + p->used, bytes);
    size_t begin = p->used;
    for (size_t i = 0; i < n; i++) {
        p->used += put_event(p->bytes + p->used, &refs[i], at_s, seq);
        at_s = refs[i].at_s;
        seq = refs[i].seq;
    }
    assert(p->used == begin + bytes && p->used <= EVENT_BLOCK_BYTES);
    p->from_s = first || refs[0].at_s < p->from_s ? refs[0].at_s : p->from_s;
    p->to_s = first || refs[n - 1].at_s > p->to_s ? refs[n - 1].at_s : p->to_s;
    p->last_id = refs->customer_id;
    if (first)
        p->base = (struct base){refs->at_s, refs->seq};
}

static void put_customer(struct packing *p, const struct event_ref *refs, size_t n)
{
    size_t bytes = 0, room = EVENT_BLOCK_BYTES - GROUP_MOST;
    if (p->used >= room || fitting(refs, n, &p->base, room - p->used, &bytes) < n) {
        end_block(p, 0);
        for (int64_t no = 0; n > 0; no++) {
            size_t k = fitting(refs, n, &p->base, room, &bytes);
            assert(k > 0);
            put_group(p, refs, k, bytes);
            if (k == n && no == 0)
                return; /* others may follow in its block */
            end_block(p, no);
            refs += k;
            n -= k;
        }
        return;
    }
    put_group(p, refs, n, bytes);
}

void event_block_pack(struct arena *a, const struct event_ref *refs, size_t n,
                      struct event_block **out, size_t *out_n)
{
    struct packing p = {.a = a};
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from + 1; to < n && refs[to].customer_id == refs[from].customer_id;)
            to++;
        assert(to == n || refs[to].customer_id > refs[from].customer_id);
        put_customer(&p, refs + from, to - from);
    }
    end_block(&p, 0);
    *out = p.blocks;
    *out_n = p.n;
}

/* ---- unpacking ---- */

static bool get_varint(struct str *from, uint64_t *out)
{
    uint64_t x = 0;
    for (unsigned shift = 0; from->n > 0 && shift < 64; shift += 7) {
        unsigned char byte = (unsigned char)*from->p++;
        from->n--;
        x |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *out = x;
            return true;
        }
    }
    return false;
}

/* Adds a difference to a number. */
static bool get_signed(struct str *from, int64_t *number)
{
    uint64_t x;
    if (!get_varint(from, &x))
        return false;
    *number = (int64_t)((uint64_t)*number + (x >> 1 ^ (0 - (x & 1))));
    return true;
}

static bool get_event(struct str *from, struct event_ref *ref)
{
    if (!get_signed(from, &ref->at_s) || !get_signed(from, &ref->seq) || from->n == 0)
        return false;
    ref->kind = (unsigned char)*from->p++;
    from->n--;
    return true;
}

/* The place of the first id that is not below a customer. */
static size_t first_id(const int64_t *ids, size_t n, int64_t customer_id)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (ids[mid] < customer_id)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* One group's events; the first of a block is the base of all. */
static bool read_group(struct str bytes, int64_t customer_id, struct base *base, bool seen,
                       void (*see)(void *to, const struct event_ref *ref), void *to)
{
    struct event_ref ref = {.customer_id = customer_id, .at_s = base->at_s, .seq = base->seq};
    bool first = base->seq == 0;
    while (bytes.n > 0) {
        if (!get_event(&bytes, &ref))
            return false;
        if (first)
            *base = (struct base){ref.at_s, ref.seq};
        first = false;
        if (seen)
            see(to, &ref);
    }
    return true;
}

bool event_block_read(struct str bytes, const int64_t *ids, size_t n,
                      void (*see)(void *to, const struct event_ref *ref), void *to)
{
    struct base base = {0};
    int64_t customer_id = 0;
    size_t at = 0;
    for (bool first = true; bytes.n > 0; first = false) {
        uint64_t length;
        if (!get_signed(&bytes, &customer_id) || !get_varint(&bytes, &length) || length == 0 ||
            length > bytes.n)
            return false;
        if (ids != NULL && first)
            at = first_id(ids, n, customer_id);
        while (ids != NULL && at < n && ids[at] < customer_id)
            at++;
        if (ids != NULL && at == n)
            return true;
        bool seen = ids == NULL || ids[at] == customer_id;
        struct str events = {bytes.p, (size_t)length};
        if ((seen || first) && !read_group(events, customer_id, &base, seen, see, to))
            return false;
        bytes.p += length;
        bytes.n -= (size_t)length;
    }
    return true;
}
