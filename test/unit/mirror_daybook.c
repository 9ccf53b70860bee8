/* mirror_daybook.c — the image of the daybook: it comes back as it was, and what was done to the
 * file is not believed. Random; a seed is printed on failure and taken from KOI_TEST_SEED. That a
 * daybook goes on from its image is in query_board.c.
 */
#include "mirror_world.h"

#include "base/hash.h"
#include "mirror/daybook_parts.h"
#include "store/feed.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAMAGES = 1000, DEEDS = 300 };

static uint64_t test_seed(void)
{
    const char *given = getenv("KOI_TEST_SEED");
    int64_t seed;
    return given != NULL && str_to_i64(str_from(given), &seed) ? (uint64_t)seed : 20261122;
}

/* A corp that has lived, and its daybook. */
struct bound {
    struct world *w;
    struct daybook *l;
    char path[128];
};

static void bind(struct bound *x, struct store_fixture *f)
{
    struct tx *tx;
    struct world *w = x->w = calloc(1, sizeof *w);
    w->f = f;
    w->seed = test_seed();
    w->rng = rng_seed(w->seed);
    store_write(f, world_found, w);
    for (int i = 0; i < DEEDS || w->undoing != 0; i++) {
        store_must(f, db_read_begin(f->db, &tx, &f->err));
        world_look(w, tx);
        db_read_end(tx);
        world_live(w);
    }
    snprintf(x->path, sizeof x->path, "%s/daybook.image", f->folder);
    x->l = daybook_new();
    store_must(f, db_read_begin(f->db, &tx, &f->err));
    store_must(f, daybook_read(x->l, tx, &f->err));
    store_must(f, daybook_save(x->l, tx, x->path, &f->err));
    db_read_end(tx);
}

static void unbind(struct bound *x)
{
    daybook_stop(x->l);
    world_lists_free(x->w);
    free(x->w);
}

/* Everything that a book says, as one number. */
static uint64_t said(const struct daybook_edition *b)
{
    struct daybook_column columns[DAYBOOK_COLUMNS];
    struct daybook_sizes sizes = daybook_edition_sizes(b);
    uint64_t sum = hash_bytes((struct str){(const char *)&sizes, sizeof sizes}, 0);
    daybook_edition_columns(b, columns);
    for (int k = 0; k < DAYBOOK_COLUMNS; k++)
        sum = hash_bytes((struct str){columns[k].at, columns[k].bytes}, sum);
    for (uint32_t code = 1; code < b->people_n; code++)
        sum = hash_u64(sum + (uint64_t)codes_id(b->people, code));
    for (uint32_t code = 1; code < b->products_n; code++)
        sum = hash_u64(sum + (uint64_t)codes_id(b->products, code));
    for (uint32_t code = 1; code <= codes_count(b->channels); code++)
        sum = hash_u64(sum + (uint64_t)codes_id(b->channels, code));
    for (uint16_t i = 1; i < b->provinces_n; i++)
        sum = hash_bytes(b->provinces[i], sum);
    return sum;
}

static uint64_t said_by(const struct bound *x, struct daybook *l, uint32_t *out_orders)
{
    struct tx *tx;
    struct daybook_edition *b;
    store_must(x->w->f, db_read_begin(x->w->f->db, &tx, &x->w->f->err));
    store_must(x->w->f, daybook_edition_for(l, tx, &b, &x->w->f->err));
    db_read_end(tx);
    assert_non_null(b);
    uint64_t sum = said(b);
    if (out_orders != NULL)
        *out_orders = b->n;
    daybook_edition_drop(b);
    return sum;
}

/* A daybook from the file; NULL when it is not believed. */
static struct daybook *loaded(const struct bound *x, const char *path)
{
    struct tx *tx;
    struct daybook *l = daybook_new();
    store_must(x->w->f, db_read_begin(x->w->f->db, &tx, &x->w->f->err));
    bool ok = daybook_load(l, tx, path);
    db_read_end(tx);
    assert_true(daybook_status(l).ready == ok);
    if (ok)
        return l;
    daybook_stop(l);
    return NULL;
}

static void it_comes_back_as_it_was(void **state)
{
    struct bound x;
    uint32_t orders = 0;
    bind(&x, *state);
    struct daybook *again = loaded(&x, x.path);
    assert_non_null(again);
    assert_true(said_by(&x, again, &orders) == said_by(&x, x.l, NULL));
    assert_true(orders > 20);
    assert_int_equal(daybook_status(again).image_seq, daybook_status(x.l).seq);
    daybook_stop(again);
    unbind(&x);
}

/* ---- what is not believed ---- */

static void overwrite(const char *path, const char *bytes, size_t n)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_true(fwrite(bytes, 1, n, file) == n);
    assert_int_equal(fclose(file), 0);
}

/* One byte, a lost end, or some hundred bytes of another place; gives the length. */
static size_t damage(struct rng *rng, char *bytes, size_t n)
{
    size_t at = (size_t)rng_below(rng, n - 256), other = (size_t)rng_below(rng, n - 256);
    switch (rng_below(rng, 3)) {
    case 0:
        bytes[at] ^= (char)(1 + rng_below(rng, 255));
        return n;
    case 1:
        return at;
    default:
        memmove(bytes + at, bytes + other, 256);
        return n;
    }
}

/* Whatever is done to the file: it is refused, or what was hit means nothing and it says the
 * same. */
static void damaged_images_are_not_believed(void **state)
{
    static char whole[4 << 20], bytes[4 << 20];
    struct bound x;
    bind(&x, *state);
    uint64_t want = said_by(&x, x.l, NULL);
    FILE *file = fopen(x.path, "rb");
    assert_non_null(file);
    size_t n = fread(whole, 1, sizeof whole, file), refused = 0;
    assert_true(n > 5000 && n < sizeof whole);
    fclose(file);
    for (int i = 0; i < DAMAGES; i++) {
        memcpy(bytes, whole, n);
        overwrite(x.path, bytes, damage(&x.w->rng, bytes, n));
        struct daybook *l = loaded(&x, x.path);
        refused += l == NULL;
        if (l != NULL && said_by(&x, l, NULL) != want)
            fail_msg("seed %" PRIu64 ": damage %d is believed", x.w->seed, i);
        daybook_stop(l);
    }
    print_message("%zu of %d damaged images refused\n", refused, DAMAGES);
    assert_true(refused > DAMAGES / 4 && refused < DAMAGES);
    unbind(&x);
}

/* Of a log with another end, of one that is longer, and the mirror's own are not this daybook's. */
static void images_of_another_log_are_not_believed(void **state)
{
    struct bound x;
    struct tx *tx;
    struct daybook_edition *b;
    uint64_t here = 0;
    bind(&x, *state);
    int64_t seq = daybook_status(x.l).seq;
    struct err *e = &x.w->f->err;
    store_must(x.w->f, db_read_begin(x.w->f->db, &tx, e));
    store_must(x.w->f, daybook_edition_for(x.l, tx, &b, e));
    store_must(x.w->f, feed_fingerprint(tx, seq, &here, e));
    db_read_end(tx);
    store_must(x.w->f, daybook_image_write(b, seq, here + 1, x.path, e));
    assert_null(loaded(&x, x.path));
    store_must(x.w->f, daybook_image_write(b, seq + 1, here, x.path, e));
    assert_null(loaded(&x, x.path));
    assert_null(loaded(&x, "/nowhere/daybook.image"));
    assert_int_equal(daybook_image_write(b, seq, here, "/nowhere/daybook.image", e), RC_IO);
    store_must(x.w->f, daybook_image_write(b, seq, here, x.path, e));
    struct daybook *l = loaded(&x, x.path);
    assert_non_null(l);
    daybook_stop(l);
    daybook_edition_drop(b);
    unbind(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(it_comes_back_as_it_was, SQLITE),
        STORE_TEST(damaged_images_are_not_believed, SQLITE),
        STORE_TEST(images_of_another_log_are_not_believed, SQLITE),
    };
    return cmocka_run_group_tests_name("mirror_daybook", tests, NULL, NULL);
}
