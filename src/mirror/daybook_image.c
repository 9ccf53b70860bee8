/* daybook_image.c — a book into a file, and out of it.
 *
 * The file is made as the mirror's is (mirror/image.h), beside it: the two have threads of their
 * own, and neither waits for the other at the start. Columns are copied out of it, about a hundred
 * megabytes for two million orders. Besides the checksums, whatever is used as a place in something
 * else is looked at, so that no file makes a question read where nothing is.
 */
#include "mirror/daybook_parts.h"
#include "mirror/image.h"

#include "base/hash.h"
#include "base/must.h"

#include <string.h>

enum { OF_PEOPLE, OF_CHANNELS, OF_PRODUCTS, DICTIONARIES };
enum { NUMBERS_MOST = UINT16_MAX };

/* Changes whenever the parts look different. */
static uint64_t layout(void)
{
    const uint64_t sizes[] = {
        1, /* raised when parts, or what is read into them, change and the sizes do not tell */
        sizeof(struct daybook_refund),
        sizeof(struct daybook_sizes),
        DAYBOOK_COLUMNS,
        ORDER_FEED_STATE,
        DAYBOOK_LINE_TIMES,
    };
    return hash_bytes((struct str){(const char *)sizes, sizeof sizes}, 8);
}

/* ---- names ---- */

struct daybook_names daybook_names_new(void)
{
    struct daybook_names x = {
        .people = codes_new(64),
        .channels = codes_new(16),
        .products = codes_new(64),
        .provinces_n = 1,
        .provinces_room = 64,
    };
    x.provinces = must(calloc(x.provinces_room, sizeof *x.provinces));
    return x;
}

void daybook_names_free(struct daybook_names *x)
{
    for (uint16_t i = 1; i < x->provinces_n; i++)
        free((char *)(uintptr_t)x->provinces[i].p);
    free(x->provinces);
    codes_free(x->people);
    codes_free(x->channels);
    codes_free(x->products);
    *x = (struct daybook_names){0};
}

static struct codes *codes_of(const struct daybook_names *x, int which)
{
    struct codes *const all[DICTIONARIES] = {x->people, x->channels, x->products};
    return all[which];
}

/* ---- writing ---- */

static void put_names(struct image_writer *w, const struct daybook_edition *b)
{
    const struct codes *const all[DICTIONARIES] = {b->people, b->channels, b->products};
    for (uint32_t k = 0; k < DICTIONARIES; k++) {
        uint32_t n = codes_count(all[k]);
        image_part(w, IMAGE_CODES, k);
        for (uint32_t code = 1; code <= n; code++) {
            int64_t id = codes_id(all[k], code);
            image_put(w, &id, sizeof id);
        }
    }
    image_part(w, IMAGE_TEXTS, 0);
    for (uint16_t i = 1; i < b->provinces_n; i++) {
        uint32_t n = (uint32_t)b->provinces[i].n;
        image_put(w, &n, sizeof n);
        image_put(w, b->provinces[i].p, n);
    }
}

enum rc daybook_image_write(const struct daybook_edition *b, int64_t seq, uint64_t fingerprint,
                            const char *path, struct err *e)
{
    const struct image_facts facts = {
        .seq = seq, .fingerprint = fingerprint, .layout = layout(), .customers = b->n};
    const struct daybook_sizes sizes = daybook_edition_sizes(b);
    struct daybook_column columns[DAYBOOK_COLUMNS];
    struct image_writer *w = image_create(path);
    daybook_edition_columns(b, columns);
    put_names(w, b);
    image_part(w, IMAGE_DAYBOOK, 0);
    image_put(w, &sizes, sizeof sizes);
    for (uint32_t k = 0; k < DAYBOOK_COLUMNS; k++) {
        image_part(w, IMAGE_DAYBOOK, k + 1);
        image_put(w, columns[k].at, columns[k].bytes);
    }
    return image_finish(w, &facts, e);
}

/* ---- reading ---- */

static bool read_codes(const struct image *image, uint32_t which, struct codes *codes)
{
    size_t bytes = 0;
    const int64_t *ids = image_find(image, IMAGE_CODES, which, &bytes);
    uint32_t n = 0;
    for (size_t i = 0; ids != NULL && i < bytes / sizeof *ids; i++)
        if (ids[i] == 0 || codes_put(codes, ids[i]) != ++n)
            return false;
    return ids != NULL;
}

static bool read_provinces(const struct image *image, struct daybook_names *x)
{
    size_t left = 0;
    const char *p = image_find(image, IMAGE_TEXTS, 0, &left);
    for (uint32_t n; p != NULL && left > 0; p += n, left -= n) {
        if (left < sizeof n || x->provinces_n == NUMBERS_MOST)
            return false;
        memcpy(&n, p, sizeof n);
        p += sizeof n;
        left -= sizeof n;
        if (n > left)
            return false;
        if (x->provinces_n == x->provinces_room) {
            x->provinces_room *= 2;
            x->provinces = must(realloc(x->provinces, x->provinces_room * sizeof *x->provinces));
        }
        char *copy = must(malloc(n + (size_t)1));
        memcpy(copy, p, n);
        x->provinces[x->provinces_n++] = (struct str){copy, n};
    }
    return p != NULL;
}

static bool rows_are_sound(const struct daybook_edition *b, const struct daybook_names *x)
{
    uint32_t people = codes_count(x->people), channels = codes_count(x->channels);
    bool sound = b->first_line[0] == 0 && b->first_line[b->n] == b->n_lines;
    for (uint32_t i = 0; i < b->n; i++)
        sound = sound && b->root[i] <= people && b->born[i] <= people &&
                b->channel[i] <= channels && b->province[i] < x->provinces_n &&
                b->first_line[i] <= b->first_line[i + 1];
    return sound;
}

static bool is_sound(const struct daybook_edition *b, const struct daybook_names *x)
{
    uint32_t people = codes_count(x->people), products = codes_count(x->products);
    bool sound = rows_are_sound(b, x);
    for (uint32_t i = 0; i < b->n_lines; i++)
        sound = sound && b->product[i] <= products;
    for (uint32_t i = 0; i < b->n_refunds; i++)
        sound = sound && b->refunds[i].root <= people && b->refunds[i].born <= people;
    return sound;
}

/* The columns of a book that has been made for them. */
static bool read_columns(const struct image *image, struct daybook_edition *b,
                         const struct daybook_sizes *sizes)
{
    struct daybook_column columns[DAYBOOK_COLUMNS];
    b->n = sizes->n;
    b->n_lines = sizes->n_lines;
    b->n_refunds = sizes->n_refunds;
    daybook_edition_columns(b, columns);
    for (uint32_t k = 0; k < DAYBOOK_COLUMNS; k++) {
        size_t bytes = 0;
        const void *p = image_find(image, IMAGE_DAYBOOK, k + 1, &bytes);
        if (p == NULL || bytes != columns[k].bytes)
            return false;
        if (bytes > 0)
            memcpy(columns[k].at, p, bytes);
    }
    return true;
}

/* Whether there is as much as the sizes say, before room is made for it. */
static bool room_is_told(const struct image *image, const struct daybook_sizes *sizes)
{
    enum { ID = 1, PRODUCT = 9, REFUNDS = 11 };
    size_t id = 0, product = 0, refunds = 0;
    return image_find(image, IMAGE_DAYBOOK, ID, &id) != NULL &&
           image_find(image, IMAGE_DAYBOOK, PRODUCT, &product) != NULL &&
           image_find(image, IMAGE_DAYBOOK, REFUNDS, &refunds) != NULL &&
           id == sizes->n * sizeof(int64_t) && product == sizes->n_lines * sizeof(uint32_t) &&
           refunds == sizes->n_refunds * sizeof(struct daybook_refund);
}

static struct daybook_edition *read_book(const struct image *image, const struct image_facts *facts,
                                         struct daybook_names *x)
{
    size_t bytes = 0;
    const struct daybook_sizes *sizes = image_find(image, IMAGE_DAYBOOK, 0, &bytes);
    bool ok = sizes != NULL && bytes == sizeof *sizes && sizes->n == facts->customers;
    for (uint32_t k = 0; ok && k < DICTIONARIES; k++)
        ok = read_codes(image, k, codes_of(x, (int)k));
    if (!ok || !read_provinces(image, x) || !room_is_told(image, sizes))
        return NULL;
    struct daybook_edition *b = daybook_edition_new(sizes);
    if (read_columns(image, b, sizes) && is_sound(b, x))
        return b;
    daybook_edition_drop(b);
    return NULL;
}

struct daybook_edition *
daybook_image_read(const char *path, bool (*expects)(void *ctx, int64_t seq, uint64_t fingerprint),
                   void *ctx, struct daybook_names *names, int64_t *out_seq)
{
    struct image *image;
    struct image_facts facts;
    struct daybook_edition *b = NULL;
    if (!image_open(path, &image, &facts))
        return NULL;
    struct daybook_names fresh = daybook_names_new();
    if (facts.layout == layout() && expects(ctx, facts.seq, facts.fingerprint))
        b = read_book(image, &facts, &fresh);
    image_drop(image);
    if (b == NULL) {
        daybook_names_free(&fresh);
        return NULL;
    }
    daybook_names_free(names);
    *names = fresh;
    *out_seq = facts.seq;
    return b;
}
