/* marks.c — for each kind an array sorted by key. An edit walks old keys and new pairs side by
 * side: a key costs one look at its set when nobody touched has it. */
#include "mirror/marks.h"

#include "base/must.h"
#include "mirror/codes.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct kind {
    atomic_uint refs;
    size_t n;
    struct mark at[];
};

struct marks {
    atomic_uint refs;
    struct kind *kinds[MARK_KINDS]; /* NULL: none */
};

/* ---- references ---- */

static struct kind *kind_hold(struct kind *k)
{
    if (k != NULL)
        atomic_fetch_add_explicit(&k->refs, 1, memory_order_relaxed);
    return k;
}

static void kind_drop(struct kind *k)
{
    if (k == NULL || atomic_fetch_sub_explicit(&k->refs, 1, memory_order_acq_rel) > 1)
        return;
    for (size_t i = 0; i < k->n; i++)
        set_drop(k->at[i].set);
    free(k);
}

struct marks *marks_none(void)
{
    struct marks *m = must(calloc(1, sizeof *m));
    m->refs = 1;
    return m;
}

struct marks *marks_hold(const struct marks *m)
{
    atomic_fetch_add_explicit(&((struct marks *)m)->refs, 1, memory_order_relaxed);
    return (struct marks *)m;
}

void marks_drop(struct marks *m)
{
    if (m == NULL || atomic_fetch_sub_explicit(&m->refs, 1, memory_order_acq_rel) > 1)
        return;
    for (int k = 0; k < MARK_KINDS; k++)
        kind_drop(m->kinds[k]);
    free(m);
}

/* `old` with one kind another; takes over the reference to it. */
static struct marks *with_kind(const struct marks *old, enum mark_kind kind, struct kind *fresh)
{
    struct marks *m = marks_none();
    for (int k = 0; k < MARK_KINDS; k++)
        m->kinds[k] = k == (int)kind ? fresh : kind_hold(old->kinds[k]);
    return m;
}

/* ---- pairs ---- */

void mark_pairs_add(struct mark_pairs *p, int64_t key, uint32_t ordinal)
{
    if (p->n == p->room) {
        p->room = p->room > 0 ? p->room * 2 : 256;
        p->at = must(realloc(p->at, p->room * sizeof *p->at));
    }
    p->at[p->n++] = (struct mark_pair){key, ordinal};
}

void mark_pairs_free(struct mark_pairs *p)
{
    free(p->at);
    *p = (struct mark_pairs){0};
}

static int compare_pairs(const void *a, const void *b)
{
    const struct mark_pair *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->ordinal > y->ordinal) - (x->ordinal < y->ordinal);
}

enum { MANY = 4096, DIGITS = 3, DIGIT_BITS = 11, BUCKETS = 1 << DIGIT_BITS };

/* One pass of a sort by digits: pairs into `to` by bucket_of[i], stable. */
static void scatter(const struct mark_pair *from, struct mark_pair *to, size_t n,
                    const uint32_t *bucket_of, uint32_t *start)
{
    for (size_t i = 0; i < n; i++)
        to[start[bucket_of[i]]++] = from[i];
}

/* Where each of `n_buckets` begins. */
static void begin_buckets(const uint32_t *bucket_of, size_t n, uint32_t *start, size_t n_buckets)
{
    memset(start, 0, n_buckets * sizeof *start);
    for (size_t i = 0; i < n; i++)
        start[bucket_of[i]]++;
    uint32_t before = 0;
    for (size_t b = 0; b < n_buckets; b++) {
        uint32_t here = start[b];
        start[b] = before;
        before += here;
    }
}

static int compare_i64(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The place of each pair's key among the ascending keys; how many there are. */
static size_t rank_keys(const struct mark_pair *at, size_t n, uint32_t *rank)
{
    struct codes *codes = codes_new(1024);
    for (size_t i = 0; i < n; i++) /* a code is an id, which 0 is not */
        rank[i] = at[i].key == 0 ? 0 : codes_put(codes, at[i].key);
    size_t n_keys = codes_count(codes) + 1;
    struct pair_key {
        int64_t key;
        uint32_t code;
    } *keys = must(malloc(n_keys * sizeof *keys));
    uint32_t *of_code = must(malloc(n_keys * sizeof *of_code));
    for (uint32_t c = 0; c < n_keys; c++)
        keys[c] = (struct pair_key){c == 0 ? 0 : codes_id(codes, c), c};
    qsort(keys, n_keys, sizeof *keys, compare_i64); /* the key comes first in it */
    for (uint32_t k = 0; k < n_keys; k++)
        of_code[keys[k].code] = k;
    for (size_t i = 0; i < n; i++)
        rank[i] = of_code[rank[i]];
    free(of_code);
    free(keys);
    codes_free(codes);
    return n_keys;
}

/* By ordinal, digit by digit, then by key: 16 ns a pair, where comparing takes 150. */
static void sort_many(struct mark_pairs *p)
{
    struct mark_pair *other = must(malloc(p->n * sizeof *other));
    uint32_t *bucket_of = must(malloc(p->n * sizeof *bucket_of));
    uint32_t start[BUCKETS];
    for (int d = 0; d < DIGITS; d++) {
        for (size_t i = 0; i < p->n; i++)
            bucket_of[i] = p->at[i].ordinal >> (d * DIGIT_BITS) & (BUCKETS - 1);
        begin_buckets(bucket_of, p->n, start, BUCKETS);
        scatter(p->at, other, p->n, bucket_of, start);
        struct mark_pair *swap = p->at;
        p->at = other;
        other = swap;
    }
    size_t n_keys = rank_keys(p->at, p->n, bucket_of);
    uint32_t *begin = must(malloc(n_keys * sizeof *begin));
    begin_buckets(bucket_of, p->n, begin, n_keys);
    scatter(p->at, other, p->n, bucket_of, begin);
    free(p->at);
    p->at = other;
    p->room = p->n;
    free(begin);
    free(bucket_of);
}

static void sort_pairs(struct mark_pairs *p)
{
    size_t kept = 0;
    assert(p->n < UINT32_MAX);
    if (p->n > MANY)
        sort_many(p);
    else if (p->n > 1)
        qsort(p->at, p->n, sizeof *p->at, compare_pairs);
    for (size_t i = 0; i < p->n; i++)
        if (kept == 0 || compare_pairs(&p->at[kept - 1], &p->at[i]) != 0)
            p->at[kept++] = p->at[i];
    p->n = kept;
}

static size_t distinct_keys(const struct mark_pairs *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++)
        n += i == 0 || p->at[i].key != p->at[i - 1].key;
    return n;
}

static struct kind *kind_new(size_t room)
{
    struct kind *k = must(malloc(sizeof *k + room * sizeof *k->at));
    k->refs = 1;
    k->n = 0;
    return k;
}

/* The ordinals of the pairs from i on that have its key, into `out`; how many. */
static size_t take_key(const struct mark_pairs *p, size_t i, uint32_t *out)
{
    size_t n = 0;
    for (int64_t key = p->at[i].key; i + n < p->n && p->at[i + n].key == key; n++)
        out[n] = p->at[i + n].ordinal;
    return n;
}

/* ---- making ---- */

struct marks *marks_with(const struct marks *old, enum mark_kind kind, struct mark_pairs *pairs)
{
    sort_pairs(pairs);
    struct kind *k = kind_new(distinct_keys(pairs));
    uint32_t *ordinals = must(malloc((pairs->n + 1) * sizeof *ordinals));
    for (size_t i = 0; i < pairs->n;) {
        size_t n = take_key(pairs, i, ordinals);
        k->at[k->n++] = (struct mark){pairs->at[i].key, set_new(ordinals, n)};
        i += n;
    }
    free(ordinals);
    return with_kind(old, kind, k);
}

struct marks *marks_put(const struct marks *old, enum mark_kind kind, const struct mark *marks,
                        size_t n)
{
    struct kind *k = kind_new(n);
    for (size_t i = 0; i < n; i++)
        k->at[k->n++] = marks[i];
    return with_kind(old, kind, k);
}

/* What an edit works with: room for as many ordinals as were touched. */
struct edit {
    const uint32_t *touched;
    size_t n;
    uint32_t *put, *off;
    size_t put_n;
};

/* The set of one key after the edit; NULL when nobody is left in it. `old` may be NULL. */
static struct set *edit_set(struct edit *x, struct set *old)
{
    size_t off_n = 0, put_n = 0;
    for (size_t i = 0, k = 0; i < x->n; i++) {
        while (k < x->put_n && x->put[k] < x->touched[i])
            k++;
        bool has = k < x->put_n && x->put[k] == x->touched[i];
        bool had = set_has(old, x->touched[i]);
        if (had && !has)
            x->off[off_n++] = x->touched[i];
        else if (has && !had)
            x->put[put_n++] = x->touched[i];
    }
    if (off_n == 0 && put_n == 0)
        return old != NULL ? set_hold(old) : NULL;
    struct set *fresh = set_edit(old, x->put, put_n, x->off, off_n);
    if (set_count(fresh) > 0)
        return fresh;
    set_drop(fresh);
    return NULL;
}

struct marks *marks_edit(const struct marks *old, enum mark_kind kind, const uint32_t *touched,
                         size_t n, struct mark_pairs *pairs)
{
    sort_pairs(pairs);
    const struct kind *before = old->kinds[kind];
    size_t keys = before != NULL ? before->n : 0;
    struct kind *k = kind_new(keys + distinct_keys(pairs));
    struct edit x = {.touched = touched,
                     .n = n,
                     .put = must(malloc((n + pairs->n + 1) * sizeof *x.put)),
                     .off = must(malloc((n + 1) * sizeof *x.off))};
    for (size_t i = 0, b = 0; i < pairs->n || b < keys;) {
        bool of_pairs = i < pairs->n && (b == keys || pairs->at[i].key <= before->at[b].key);
        int64_t key = of_pairs ? pairs->at[i].key : before->at[b].key;
        struct set *was = b < keys && before->at[b].key == key ? before->at[b++].set : NULL;
        x.put_n = of_pairs ? take_key(pairs, i, x.put) : 0;
        i += x.put_n;
        struct set *set = edit_set(&x, was);
        if (set != NULL)
            k->at[k->n++] = (struct mark){key, set};
    }
    free(x.put);
    free(x.off);
    return with_kind(old, kind, k);
}

/* ---- reading ---- */

const struct mark *marks_of(const struct marks *m, enum mark_kind kind, size_t *out_n)
{
    const struct kind *k = m->kinds[kind];
    *out_n = k != NULL ? k->n : 0;
    return k != NULL ? k->at : NULL;
}

const struct set *marks_find(const struct marks *m, enum mark_kind kind, int64_t key)
{
    size_t n, from = 0;
    const struct mark *at = marks_of(m, kind, &n);
    for (size_t to = n; from < to;) {
        size_t middle = from + (to - from) / 2;
        if (at[middle].key < key)
            from = middle + 1;
        else
            to = middle;
    }
    return from < n && at[from].key == key ? at[from].set : NULL;
}

size_t marks_bytes(const struct marks *m)
{
    size_t bytes = sizeof *m;
    for (int k = 0; k < MARK_KINDS; k++) {
        size_t n;
        const struct mark *at = marks_of(m, (enum mark_kind)k, &n);
        bytes += sizeof(struct kind) + n * sizeof *at;
        for (size_t i = 0; i < n; i++)
            bytes += set_bytes(at[i].set);
    }
    return bytes;
}
