/* set.c — the chunks of a set: made, shared, asked.
 *
 * A chunk is a counted reference of its own, so a set that differs in one chunk from another costs
 * that chunk and a pointer for each of the others. In which form a chunk is kept is decided once,
 * when it is made. The loops over words are in words.c.
 */
#include "mirror/set.h"

#include "base/must.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* From so many places on bits are kept, although they take up to four times the room: places are
 * gone through one by one, bits 512 at a time. */
enum { LISTED_MOST = SET_ARRAY_MOST / 4 };

/* How a chunk that is not empty is kept. */
enum form { ALL, FEW, MOST, BITS };
struct chunk {
    atomic_uint refs;
    enum form form;
    uint32_t n;       /* members, 1 … SET_CHUNK */
    uint32_t listed;  /* places, at most LISTED_MOST */
    uint16_t *places; /* ascending: the members of FEW, who is missing of MOST; else NULL */
    uint64_t *words;  /* SET_WORDS of them, aligned, of BITS; else NULL */
};

struct set {
    atomic_uint refs;
    uint32_t chunks;
    int64_t count;
    struct chunk *at[]; /* NULL: empty */
};

/* ---- chunks ---- */

static struct chunk *chunk_hold(struct chunk *c)
{
    if (c != NULL)
        atomic_fetch_add_explicit(&c->refs, 1, memory_order_relaxed);
    return c;
}

static void chunk_drop(struct chunk *c)
{
    if (c == NULL || atomic_fetch_sub_explicit(&c->refs, 1, memory_order_acq_rel) > 1)
        return;
    free(c->places);
    free(c->words);
    free(c);
}

static struct chunk *chunk_new(enum form form, uint32_t n, uint32_t listed)
{
    struct chunk *c = must(calloc(1, sizeof *c));
    *c = (struct chunk){.form = form, .n = n, .listed = listed};
    c->refs = 1;
    if (listed > 0)
        c->places = must(malloc(listed * sizeof *c->places));
    return c;
}

/* In whichever form is asked soonest; NULL for none. */
static struct chunk *chunk_of_words(const struct set_words *x)
{
    uint32_t n = words_count(x);
    struct chunk *c;
    if (n == 0)
        return NULL;
    if (n == SET_CHUNK)
        return chunk_new(ALL, n, 0);
    if (n <= LISTED_MOST) {
        c = chunk_new(FEW, n, n);
        words_list(x, c->places);
    } else if (SET_CHUNK - n <= LISTED_MOST) {
        struct set_words missing;
        words_fill(&missing, SET_CHUNK);
        words_and_not(&missing, x);
        c = chunk_new(MOST, n, SET_CHUNK - n);
        words_list(&missing, c->places);
    } else {
        c = chunk_new(BITS, n, 0);
        c->words = must(aligned_alloc(64, sizeof x->w));
        memcpy(c->words, x->w, sizeof x->w);
    }
    return c;
}

static struct chunk *chunk_of_array(const uint32_t *members, uint32_t n)
{
    struct chunk *c = chunk_new(FEW, n, n);
    for (uint32_t i = 0; i < n; i++)
        c->places[i] = (uint16_t)members[i];
    return c;
}

static bool is_listed(const struct chunk *c, uint16_t x)
{
    uint32_t i = places_lower(c->places, c->listed, x);
    return i < c->listed && c->places[i] == x;
}

static const struct set_words *words_of(const struct chunk *c)
{
    return (const struct set_words *)(const void *)c->words;
}

/* ---- making ---- */

static struct set *new_set(uint32_t chunks)
{
    struct set *s = must(calloc(1, sizeof *s + chunks * sizeof s->at[0]));
    s->refs = 1;
    s->chunks = chunks;
    return s;
}

/* Counts, and leaves empty chunks at the end out of sight. */
static struct set *finish(struct set *s)
{
    s->count = 0;
    for (uint32_t i = 0; i < s->chunks; i++)
        s->count += s->at[i] != NULL ? s->at[i]->n : 0;
    while (s->chunks > 0 && s->at[s->chunks - 1] == NULL)
        s->chunks--;
    return s;
}

struct set *set_new(const uint32_t *members, size_t n)
{
    struct set *s = new_set(n > 0 ? members[n - 1] / SET_CHUNK + 1 : 0);
    struct set_words bits;
    for (size_t i = 0; i < n;) {
        uint32_t chunk = members[i] / SET_CHUNK;
        size_t end = i;
        while (end < n && members[end] / SET_CHUNK == chunk)
            end++;
        if (end - i <= LISTED_MOST) {
            s->at[chunk] = chunk_of_array(members + i, (uint32_t)(end - i));
        } else {
            words_clear(&bits);
            for (size_t k = i; k < end; k++)
                words_put(&bits, members[k] % SET_CHUNK);
            s->at[chunk] = chunk_of_words(&bits);
        }
        i = end;
    }
    return finish(s);
}

struct set *set_below(uint32_t n)
{
    struct set *s = new_set((uint32_t)(((uint64_t)n + SET_CHUNK - 1) / SET_CHUNK));
    struct set_words bits;
    for (uint32_t i = 0; i < s->chunks; i++) {
        uint32_t left = n - i * SET_CHUNK;
        words_fill(&bits, left < SET_CHUNK ? left : SET_CHUNK);
        s->at[i] = chunk_of_words(&bits);
    }
    return finish(s);
}

/* A copy that shares all chunks, with room for `chunks`. */
static struct set *copy_with_room(const struct set *old, uint32_t chunks)
{
    uint32_t have = set_chunks(old);
    struct set *s = new_set(have > chunks ? have : chunks);
    for (uint32_t i = 0; i < have; i++)
        s->at[i] = chunk_hold(old->at[i]);
    return s;
}

struct set *set_edit(const struct set *old, const uint32_t *put, size_t put_n, const uint32_t *off,
                     size_t off_n)
{
    struct set *s = copy_with_room(old, put_n > 0 ? put[put_n - 1] / SET_CHUNK + 1 : 0);
    size_t i = 0;
    size_t k = 0;
    struct set_words bits;
    while (i < put_n || k < off_n) {
        uint32_t chunk = UINT32_MAX;
        if (i < put_n)
            chunk = put[i] / SET_CHUNK;
        if (k < off_n && off[k] / SET_CHUNK < chunk)
            chunk = off[k] / SET_CHUNK;
        set_load(s, chunk, &bits);
        for (; i < put_n && put[i] / SET_CHUNK == chunk; i++)
            words_put(&bits, put[i] % SET_CHUNK);
        for (; k < off_n && off[k] / SET_CHUNK == chunk; k++)
            bits.w[off[k] % SET_CHUNK / 64] &= ~(UINT64_C(1) << (off[k] % 64));
        if (chunk < s->chunks) {
            chunk_drop(s->at[chunk]);
            s->at[chunk] = chunk_of_words(&bits);
        }
    }
    return finish(s);
}

struct set *set_with_chunk(const struct set *old, uint32_t chunk, const struct set_words *bits)
{
    struct set *s = copy_with_room(old, chunk + 1);
    chunk_drop(s->at[chunk]);
    s->at[chunk] = chunk_of_words(bits);
    return finish(s);
}

struct set *set_hold(const struct set *s)
{
    struct set *mine = (struct set *)s;
    if (mine != NULL)
        atomic_fetch_add_explicit(&mine->refs, 1, memory_order_relaxed);
    return mine;
}

void set_drop(struct set *s)
{
    if (s == NULL || atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) > 1)
        return;
    for (uint32_t i = 0; i < s->chunks; i++)
        chunk_drop(s->at[i]);
    free(s);
}

/* ---- asking ---- */

static const struct chunk *chunk_at(const struct set *s, uint32_t chunk)
{
    return s != NULL && chunk < s->chunks ? s->at[chunk] : NULL;
}

bool set_has(const struct set *s, uint32_t ordinal)
{
    const struct chunk *c = chunk_at(s, ordinal / SET_CHUNK);
    if (c == NULL)
        return false;
    if (c->form == BITS)
        return words_has(words_of(c), ordinal % SET_CHUNK);
    return is_listed(c, (uint16_t)(ordinal % SET_CHUNK)) == (c->form == FEW);
}

int64_t set_count(const struct set *s)
{
    return s != NULL ? s->count : 0;
}

uint32_t set_chunks(const struct set *s)
{
    return s != NULL ? s->chunks : 0;
}

uint32_t set_chunk_count(const struct set *s, uint32_t chunk)
{
    const struct chunk *c = chunk_at(s, chunk);
    return c != NULL ? c->n : 0;
}

size_t set_bytes(const struct set *s)
{
    size_t bytes = s != NULL ? sizeof *s + s->chunks * sizeof s->at[0] : 0;
    for (uint32_t i = 0; i < set_chunks(s); i++) {
        const struct chunk *c = s->at[i];
        if (c == NULL)
            continue;
        bytes += sizeof *c + c->listed * sizeof *c->places +
                 (c->words != NULL ? sizeof(struct set_words) : 0);
    }
    return bytes;
}

int64_t set_count_both(const struct set *a, const struct set *b)
{
    int64_t n = 0;
    uint32_t chunks = set_chunks(a) < set_chunks(b) ? set_chunks(a) : set_chunks(b);
    struct set_words x;
    for (uint32_t i = 0; i < chunks; i++) {
        if (a->at[i] == NULL || b->at[i] == NULL)
            continue;
        set_load(a, i, &x);
        set_and(b, i, &x);
        n += words_count(&x);
    }
    return n;
}

/* ---- one chunk at a time ---- */

void set_call(const struct set *s, uint32_t chunk)
{
    enum { A_LINE = 64, A_PAGE = 4096, LINES = 4 /* of a page, then the processor goes on */ };
    const struct chunk *c = chunk_at(s, chunk);
    if (s != NULL && chunk + 1 < s->chunks)
        __builtin_prefetch(s->at[chunk + 1]);
    if (c == NULL)
        return;
    bool bits = c->form == BITS;
    const char *from = bits ? (const char *)c->words : (const char *)c->places;
    size_t bytes = bits ? sizeof(struct set_words) : c->listed * sizeof *c->places;
    for (size_t page = 0; from != NULL && page < bytes; page += A_PAGE)
        for (size_t line = 0; line < LINES && page + line * A_LINE < bytes; line++)
            __builtin_prefetch(from + page + line * A_LINE);
}

static void put(const struct chunk *c, struct set_words *x)
{
    for (uint32_t i = 0; i < c->listed; i++)
        words_put(x, c->places[i]);
}

static void take_off(const struct chunk *c, struct set_words *x)
{
    for (uint32_t i = 0; i < c->listed; i++)
        x->w[c->places[i] / 64] &= ~(UINT64_C(1) << (c->places[i] % 64));
}

/* Of x those who are listed. */
static void keep(const struct chunk *c, const struct set_words *x, struct set_words *out)
{
    words_clear(out);
    for (uint32_t i = 0; i < c->listed; i++) {
        uint32_t m = c->places[i];
        out->w[m / 64] |= x->w[m / 64] & (UINT64_C(1) << (m % 64));
    }
}

void set_load(const struct set *s, uint32_t chunk, struct set_words *out)
{
    const struct chunk *c = chunk_at(s, chunk);
    if (c != NULL && c->form == BITS) {
        memcpy(out->w, c->words, sizeof out->w);
        return;
    }
    words_fill(out, c != NULL && c->form != FEW ? SET_CHUNK : 0);
    if (c != NULL && c->form == FEW)
        put(c, out);
    else if (c != NULL)
        take_off(c, out);
}

void set_and(const struct set *s, uint32_t chunk, struct set_words *x)
{
    const struct chunk *c = chunk_at(s, chunk);
    if (c == NULL) {
        words_clear(x);
    } else if (c->form == BITS) {
        words_and(x, words_of(c));
    } else if (c->form == FEW) {
        struct set_words both;
        keep(c, x, &both);
        *x = both;
    } else {
        take_off(c, x);
    }
}

void set_or(const struct set *s, uint32_t chunk, struct set_words *x)
{
    const struct chunk *c = chunk_at(s, chunk);
    if (c == NULL)
        return;
    if (c->form == BITS) {
        words_or(x, words_of(c));
    } else if (c->form == FEW) {
        put(c, x);
    } else {
        struct set_words missing_here;
        keep(c, x, &missing_here);
        words_fill(x, SET_CHUNK);
        take_off(c, x);
        words_or(x, &missing_here);
    }
}

void set_and_not(const struct set *s, uint32_t chunk, struct set_words *x)
{
    const struct chunk *c = chunk_at(s, chunk);
    if (c == NULL)
        return;
    if (c->form == BITS) {
        words_and_not(x, words_of(c));
    } else if (c->form == FEW) {
        take_off(c, x);
    } else {
        struct set_words both;
        keep(c, x, &both);
        *x = both;
    }
}
