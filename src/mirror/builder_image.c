/* builder_image.c — the parts of a file.
 *
 * Sets are written container by container: how many members, then those as 16-bit numbers, or 8
 * KB of bits. Runs are used where they stand in the file; everything else, a few dozen bytes a
 * customer, is put together anew.
 */
#include "mirror/builder_image.h"

#include "base/hash.h"
#include "base/must.h"
#include "base/share.h"
#include "mirror/builder_parts.h"
#include "mirror/image.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { OF_CUSTOMERS, OF_CHANNELS, OF_STAFF, OF_TIER_RUNS, OF_OBJECTS };

/* Changes whenever the parts look different. */
static uint64_t layout(void)
{
    const uint64_t sizes[] = {
        6, /* raised when parts change that the sizes do not tell */
        sizeof(struct columns),
        CHUNK_RUNS,
        RUN_KINDS,
        MARK_KINDS,
        OBJECT_KINDS,
        sizeof(struct set_words),
        OBJECT_CODE_BITS,
    };
    return hash_bytes((struct str){(const char *)sizes, sizeof sizes}, 7);
}

/* ---- writing ---- */

struct image_draft {
    struct snapshot *s;
    uint32_t *root;
    uint64_t fingerprint;
};

struct image_draft *builder_draft(const struct builder *b, const struct snapshot *s,
                                  uint64_t fingerprint)
{
    struct image_draft *d = must(calloc(1, sizeof *d));
    d->s = snapshot_hold(s);
    d->fingerprint = fingerprint;
    d->root = must(malloc((s->customers + 1) * sizeof *d->root));
    if (s->customers > 0)
        memcpy(d->root, b->root, s->customers * sizeof *d->root);
    return d;
}

static void put_codes(struct image_writer *w, uint32_t which, const struct codes *codes, uint32_t n)
{
    image_part(w, IMAGE_CODES, which);
    for (uint32_t code = 1; code <= n; code++) {
        int64_t id = codes_id(codes, code);
        image_put(w, &id, sizeof id);
    }
}

static void put_set(struct image_writer *w, const struct set *set)
{
    uint16_t *members = must(malloc(SET_CHUNK * sizeof *members));
    struct set_words words;
    uint32_t n_chunks = set_chunks(set);
    image_put(w, &n_chunks, sizeof n_chunks);
    for (uint32_t i = 0; i < n_chunks; i++) {
        uint32_t n = set_chunk_count(set, i);
        image_put(w, &n, sizeof n);
        if (n == 0)
            continue;
        set_load(set, i, &words);
        if (n > SET_ARRAY_MOST) {
            image_put(w, words.w, sizeof words.w);
            continue;
        }
        words_list(&words, members);
        image_put(w, members, n * sizeof *members);
    }
    free(members);
}

static void put_texts(struct image_writer *w, const struct texts *t)
{
    image_part(w, IMAGE_TEXTS, 0);
    for (size_t i = 0; i < t->n; i++) {
        uint32_t n = (uint32_t)t->at[i].n;
        image_put(w, &n, sizeof n);
        image_put(w, t->at[i].p, n);
    }
}

static void put_chunk(struct image_writer *w, uint32_t i, const struct chunk *c)
{
    image_part(w, IMAGE_COLUMNS, i);
    image_put(w, c->columns->birth_day, sizeof c->columns->birth_day);
    image_put(w, c->columns->added_s, sizeof c->columns->added_s);
    image_put(w, c->columns->first_s, sizeof c->columns->first_s);
    image_put(w, c->columns->clv_fen, sizeof c->columns->clv_fen);
    if (c->scores != NULL) {
        image_part(w, IMAGE_SCORES, i);
        image_put(w, c->scores->low, sizeof c->scores->low);
        image_put(w, c->scores->word, sizeof c->scores->word);
    }
    if (c->moves != NULL) {
        image_part(w, IMAGE_MOVES, i);
        image_put(w, c->moves->at, c->moves->n * sizeof *c->moves->at);
    }
    for (int k = 0; k < c->n_runs; k++) {
        image_part(w, IMAGE_RUN, i * CHUNK_RUNS + (uint32_t)k);
        run_save(c->runs[k], w);
    }
}

static void put_everything(struct image_writer *w, const struct image_draft *d)
{
    const struct snapshot *s = d->s;
    const struct dictionaries *x = s->dictionaries;
    image_part(w, IMAGE_ROOTS, 0);
    image_put(w, d->root, s->customers * sizeof *d->root);
    put_codes(w, OF_CUSTOMERS, x->customers, s->customers);
    put_codes(w, OF_CHANNELS, x->channels, codes_count(x->channels));
    put_codes(w, OF_STAFF, x->staff, codes_count(x->staff));
    put_codes(w, OF_TIER_RUNS, x->tier_runs, codes_count(x->tier_runs));
    for (uint32_t k = 0; k < OBJECT_KINDS; k++)
        put_codes(w, OF_OBJECTS + k, x->objects[k], codes_count(x->objects[k]));
    put_texts(w, s->texts);
    for (uint32_t k = 0; k < MARK_KINDS; k++) {
        size_t n;
        const struct mark *marks = marks_of(s->marks, (enum mark_kind)k, &n);
        image_part(w, IMAGE_MARKS, k);
        for (size_t i = 0; i < n; i++) {
            image_put(w, &marks[i].key, sizeof marks[i].key);
            put_set(w, marks[i].set);
        }
    }
    image_part(w, IMAGE_ALIVE, 0);
    put_set(w, s->alive);
    for (uint32_t i = 0; i < s->n_chunks; i++)
        put_chunk(w, i, s->chunks[i]);
}

enum rc image_draft_write(struct image_draft *d, const char *path, struct err *e)
{
    struct image_writer *w = image_create(path);
    const struct image_facts facts = {
        .seq = d->s->seq,
        .fingerprint = d->fingerprint,
        .layout = layout(),
        .customers = d->s->customers,
        .n_chunks = d->s->n_chunks,
    };
    put_everything(w, d);
    enum rc rc = image_finish(w, &facts, e);
    snapshot_drop(d->s);
    free(d->root);
    free(d);
    return rc;
}

/* ---- reading ---- */

/* A part read from its beginning; `bad` past its end. */
struct part {
    const char *p;
    size_t left;
    bool bad;
};

static struct part find(const struct image *image, enum image_tag tag, uint32_t index)
{
    struct part part = {0};
    part.p = image_find(image, tag, index, &part.left);
    part.bad = part.p == NULL;
    return part;
}

static const void *take(struct part *part, size_t n)
{
    if (part->bad || n > part->left) {
        part->bad = true;
        return NULL;
    }
    const char *p = part->p;
    part->p += n;
    part->left -= n;
    return p;
}

static bool take_into(struct part *part, void *to, size_t n)
{
    const void *p = take(part, n);
    if (p != NULL && n > 0)
        memcpy(to, p, n);
    return p != NULL;
}

static bool read_codes(const struct image *image, uint32_t which, struct codes *codes)
{
    enum { AHEAD = 32 };
    struct part part = find(image, IMAGE_CODES, which);
    size_t n = part.bad ? 0 : part.left / sizeof(int64_t);
    const int64_t *ids = (const int64_t *)(const void *)part.p;
    codes_expect(codes, n);
    for (size_t i = 0; i < n; i++) {
        if (i + AHEAD < n)
            codes_call_ahead(codes, ids[i + AHEAD]);
        if (ids[i] == 0 || codes_put(codes, ids[i]) != i + 1)
            return false;
    }
    return !part.bad && part.left % sizeof(int64_t) == 0;
}

/* A set, NULL when the part is bad; members below `customers`. */
static struct set *read_set(struct part *part, uint32_t n_chunks_most)
{
    struct set_words words;
    struct set *set = set_new(NULL, 0);
    uint32_t n_chunks = 0;
    part->bad =
        part->bad || !take_into(part, &n_chunks, sizeof n_chunks) || n_chunks > n_chunks_most;
    for (uint32_t i = 0; i < n_chunks && !part->bad; i++) {
        uint32_t n;
        if (!take_into(part, &n, sizeof n) || n == 0)
            continue;
        words_clear(&words);
        if (n > SET_ARRAY_MOST) {
            take_into(part, words.w, sizeof words.w);
        } else {
            const char *members = take(part, n * sizeof(uint16_t));
            for (uint32_t k = 0; members != NULL && k < n; k++) {
                uint16_t member; /* not aligned in the part */
                memcpy(&member, members + k * sizeof member, sizeof member);
                words_put(&words, member);
            }
        }
        struct set *with = set_with_chunk(set, i, &words);
        set_drop(set);
        set = with;
    }
    if (!part->bad)
        return set;
    set_drop(set);
    return NULL;
}

static bool read_texts(struct builder *b, const struct image *image)
{
    struct part part = find(image, IMAGE_TEXTS, 0);
    uint32_t n;
    while (!part.bad && part.left > 0 && take_into(&part, &n, sizeof n)) {
        const char *p = take(&part, n);
        if (p != NULL)
            text_number(b, (struct str){p, n});
    }
    return !part.bad;
}

static bool read_marks(const struct image *image, struct snapshot *s, uint32_t kind)
{
    struct part part = find(image, IMAGE_MARKS, kind);
    struct mark mark;
    struct mark *marks = NULL;
    size_t n = 0, room = 0;
    while (!part.bad && part.left > 0 && take_into(&part, &mark.key, sizeof mark.key)) {
        mark.set = read_set(&part, s->n_chunks);
        if (mark.set == NULL)
            break;
        if (n == room) {
            room = room > 0 ? room * 2 : 64;
            marks = must(realloc(marks, room * sizeof *marks));
        }
        marks[n++] = mark;
    }
    struct marks *with = marks_put(s->marks, (enum mark_kind)kind, marks, n);
    marks_drop(s->marks);
    s->marks = with;
    free(marks);
    return !part.bad;
}

/* Parts that a chunk need not have. */
static void read_standing(const struct image *image, struct chunk *c, uint32_t i)
{
    struct part scores = find(image, IMAGE_SCORES, i), moves = find(image, IMAGE_MOVES, i);
    if (!scores.bad) {
        c->scores = scores_new();
        take_into(&scores, c->scores->low, sizeof c->scores->low);
        take_into(&scores, c->scores->word, sizeof c->scores->word);
    }
    if (!moves.bad && moves.left > 0) {
        c->moves = must(malloc(sizeof *c->moves + moves.left));
        c->moves->refs = 1;
        c->moves->n = (uint32_t)(moves.left / sizeof *c->moves->at);
        take_into(&moves, c->moves->at, moves.left);
    }
}

struct reading_chunks {
    struct image *image;
    struct snapshot *s;
    atomic_bool bad;
};

static bool read_chunk(struct image *image, struct snapshot *s, uint32_t i)
{
    struct chunk *c = s->chunks[i] = chunk_new();
    struct part part = find(image, IMAGE_COLUMNS, i);
    c->columns = columns_new();
    take_into(&part, c->columns->birth_day, sizeof c->columns->birth_day);
    take_into(&part, c->columns->added_s, sizeof c->columns->added_s);
    take_into(&part, c->columns->first_s, sizeof c->columns->first_s);
    take_into(&part, c->columns->clv_fen, sizeof c->columns->clv_fen);
    read_standing(image, c, i);
    for (uint32_t k = 0; !part.bad && k < CHUNK_RUNS; k++) {
        size_t bytes;
        const void *run = image_find(image, IMAGE_RUN, i * CHUNK_RUNS + k, &bytes);
        if (run == NULL)
            break;
        c->runs[c->n_runs] = run_load(image, run, bytes);
        part.bad = c->runs[c->n_runs] == NULL;
        c->n_runs += !part.bad;
    }
    return !part.bad && c->n_runs > 0;
}

static void read_one_chunk(void *arg, size_t i)
{
    struct reading_chunks *x = arg;
    if (!read_chunk(x->image, x->s, (uint32_t)i))
        atomic_store(&x->bad, true);
}

static bool read_roots(struct builder *b, const struct image *image, uint32_t customers)
{
    struct part part = find(image, IMAGE_ROOTS, 0);
    if (part.bad || part.left != customers * sizeof *b->root)
        return false;
    b->root_room = b->customers = customers;
    b->root = must(realloc(b->root, (customers + 1) * sizeof *b->root));
    return take_into(&part, b->root, customers * sizeof *b->root);
}

static bool read_dictionaries(struct builder *b, const struct image *image)
{
    struct dictionaries *d = &b->dictionaries;
    bool ok = read_codes(image, OF_CUSTOMERS, d->customers) &&
              read_codes(image, OF_CHANNELS, d->channels) &&
              read_codes(image, OF_STAFF, d->staff) &&
              read_codes(image, OF_TIER_RUNS, d->tier_runs);
    for (uint32_t k = 0; ok && k < OBJECT_KINDS; k++)
        ok = read_codes(image, OF_OBJECTS + k, d->objects[k]);
    return ok && read_texts(b, image);
}

static bool read_snapshot(struct builder *b, struct image *image, const struct image_facts *facts,
                          struct snapshot **out)
{
    if (codes_count(b->dictionaries.customers) != facts->customers ||
        !read_roots(b, image, facts->customers))
        return false;
    struct snapshot *s = *out = snapshot_new(b, NULL, facts->seq);
    struct reading_chunks x = {.image = image, .s = s};
    s->marks = marks_none();
    share_rounds(s->n_chunks, read_one_chunk, &x); /* all of them, so that it can be let go */
    bool ok = s->n_chunks == facts->n_chunks && !x.bad;
    for (uint32_t k = 0; ok && k < MARK_KINDS; k++)
        ok = read_marks(image, s, k);
    struct part alive = find(image, IMAGE_ALIVE, 0);
    s->alive = ok ? read_set(&alive, s->n_chunks) : NULL;
    return s->alive != NULL;
}

bool builder_load(struct builder *b, const char *path,
                  bool (*expects)(void *ctx, int64_t seq, uint64_t fingerprint), void *ctx,
                  struct snapshot **out)
{
    struct image *image;
    struct image_facts facts;
    assert(b->customers == 0);
    *out = NULL;
    if (!image_open(path, &image, &facts))
        return false;
    bool ok = facts.layout == layout() && expects(ctx, facts.seq, facts.fingerprint) &&
              read_dictionaries(b, image) && read_snapshot(b, image, &facts, out);
    image_drop(image);
    if (ok) {
        runs_give_merges(b, *out);
        return true;
    }
    snapshot_drop(*out);
    *out = NULL;
    builder_forget(b);
    return false;
}
