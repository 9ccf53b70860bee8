/* daybook.c — how the daybook follows the log, and its thread.
 *
 * A step reads which orders and customers changed, those orders again, and whom those customers
 * stand for now; if anything is different, the next book is merged. An import that was taken back
 * names no orders, so everything is read anew, and while one is being taken back there is no book:
 * the database answers. Texts and codes only grow and are freed at the end.
 *
 * The image is written by the thread when it has read everything or its tail has grown long, and
 * when the daybook stops; what came since its number is a step like any other. */
#include "mirror/daybook.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/must.h"
#include "mirror/daybook_parts.h"
#include "store/feed.h"

#include <assert.h>
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>

enum {
    AT_ONCE = 1000,      /* orders read by one statement */
    FOLLOW_FROM = 20000, /* rows of the log past which the thread does not wait for askers */
    LOOK_AGAIN_US = 1000000,
    NUMBERS_MOST = UINT16_MAX,
    PROVINCES_MOST = 2000, /* a corp has 34; they are looked through one by one */
};

struct daybook {
    struct db *db;
    pthread_t thread;
    bool has_thread;
    struct lock lock; /* all that follows */
    struct signal wake;
    struct daybook_edition *book; /* NULL: none */
    int64_t seq;                  /* that it has */
    struct daybook_names names;
    void *old_provinces[32]; /* that older books may look at */
    size_t old_provinces_n;
    struct daybook_status status;
    _Atomic int64_t at;   /* orders read, of a reading under way */
    atomic_bool stopping; /* the thread ends, a reading is given up */
    /* The image: its path, "": none; when it last began to be written and how long it took. */
    char image[4096];
    int64_t image_began_us, image_took_us;
};

/* ---- dictionaries ---- */

/* The number of a province, which it gets now if it has none; PROVINCES_MOST: no room. */
static uint16_t province_number(struct daybook *l, struct str name)
{
    if (str_absent(name))
        return 0;
    for (uint16_t i = 1; i < l->names.provinces_n; i++)
        if (str_eq(l->names.provinces[i], name))
            return i;
    if (l->names.provinces_n == PROVINCES_MOST)
        return PROVINCES_MOST;
    if (l->names.provinces_n == l->names.provinces_room) {
        struct str *more = must(calloc(l->names.provinces_room * 2, sizeof *more));
        memcpy(more, l->names.provinces, l->names.provinces_n * sizeof *more);
        l->old_provinces[l->old_provinces_n++] = l->names.provinces;
        l->names.provinces = more;
        l->names.provinces_room *= 2;
    }
    char *copy = must(malloc(name.n + 1));
    if (name.n > 0)
        memcpy(copy, name.p, name.n);
    l->names.provinces[l->names.provinces_n] = (struct str){copy, name.n};
    return l->names.provinces_n++;
}

static uint32_t person_code(struct daybook *l, int64_t id)
{
    return id != 0 ? codes_put(l->names.people, id) : 0;
}

/* ---- rows on their way ---- */

struct reading {
    struct daybook *l;
    struct daybook_fresh fresh;
    struct daybook_ids orders, people; /* that changed */
    /* Lines come order by order: the row they belong to, and what the order at hand has had. */
    size_t row;
    struct line_fact *seen;
    size_t n_seen, seen_room;
    bool too_much; /* something does not fit its column */
};

static void reading_free(struct reading *r)
{
    daybook_fresh_free(&r->fresh);
    free(r->orders.at);
    free(r->people.at);
    free(r->seen);
}

static bool fits(int64_t at_s, uint32_t channel, uint16_t province)
{
    return at_s >= 0 && at_s < UINT32_MAX && channel < NUMBERS_MOST && province < PROVINCES_MOST;
}

static bool see_order(void *to, const struct order_fact *o)
{
    struct reading *r = to;
    struct daybook *l = r->l;
    uint32_t channel = codes_put(l->names.channels, o->channel_id);
    uint16_t province = province_number(l, o->province);
    r->too_much = r->too_much || !fits(o->at_s, channel, province);
    const struct daybook_row row = {
        .id = o->id,
        .sale_fen = o->sale_fen,
        .refunded_fen = o->refunded_fen,
        .paid_fen = o->paid_fen == DB_NULL ? RUN_NONE : o->paid_fen,
        .total_fen = o->total_fen,
        .root = person_code(l, o->root_id),
        .born = person_code(l, o->root_id != 0 ? o->customer_id : 0),
        .at_s = (uint32_t)o->at_s,
        .channel = (uint16_t)channel,
        .province = province,
        .flags = (uint8_t)o->flags,
    };
    daybook_fresh_row(&r->fresh, &row);
    atomic_fetch_add_explicit(&l->at, 1, memory_order_relaxed);
    return !atomic_load_explicit(&l->stopping, memory_order_relaxed);
}

static bool same_line(const struct line_fact *a, const struct line_fact *b)
{
    return a->product_id == b->product_id && a->at_s == b->at_s && a->quantity == b->quantity &&
           a->unit_price_micro == b->unit_price_micro && a->name_hash == b->name_hash;
}

/* Notes a line of the order at hand; whether an equal one was there. */
static bool note_line(struct reading *r, const struct line_fact *i)
{
    bool repeat = false;
    for (size_t k = 0; k < r->n_seen && !repeat; k++)
        repeat = same_line(&r->seen[k], i);
    if (r->n_seen == r->seen_room) {
        r->seen_room = r->seen_room > 0 ? r->seen_room * 2 : 64;
        r->seen = must(realloc(r->seen, r->seen_room * sizeof *r->seen));
    }
    r->seen[r->n_seen++] = *i;
    return repeat;
}

/* A line, of the next row that has the order's id: rows are in the order of their ids. */
static bool see_line(void *to, const struct line_fact *i)
{
    struct reading *r = to;
    struct daybook_fresh *f = &r->fresh;
    while (r->row < f->n && f->rows[r->row].id < i->order_id)
        r->row++;
    if (r->row == f->n || f->rows[r->row].id != i->order_id)
        return !atomic_load_explicit(&r->l->stopping, memory_order_relaxed);
    struct daybook_row *row = &f->rows[r->row];
    if (row->n_lines == 0) {
        row->first_line = (uint32_t)f->n_lines;
        r->n_seen = 0;
    }
    bool repeat = note_line(r, i);
    if (i->at_s != r->seen[0].at_s)
        f->lines[row->first_line].flags |= DAYBOOK_LINE_TIMES;
    const struct daybook_line line = {
        .quantity = i->quantity,
        .amount_fen = i->amount_fen,
        .product = i->product_id != 0 ? codes_put(r->l->names.products, i->product_id) : 0,
        .flags = (uint8_t)(i->flags | (repeat ? DAYBOOK_LINE_REPEAT : 0)),
    };
    daybook_fresh_line(f, &line);
    row->n_lines++;
    return !atomic_load_explicit(&r->l->stopping, memory_order_relaxed);
}

static void see_refund(void *to, const struct refund_fact *f)
{
    struct reading *r = to;
    uint32_t channel = codes_put(r->l->names.channels, f->channel_id);
    r->too_much = r->too_much || !fits(f->at_s, channel, 0);
    const struct daybook_refund refund = {
        .order_id = f->order_id,
        .amount_fen = f->amount_fen,
        .born = person_code(r->l, f->root_id != 0 ? f->customer_id : 0),
        .root = person_code(r->l, f->root_id),
        .at_s = (uint32_t)f->at_s,
        .channel = (uint16_t)channel,
    };
    daybook_fresh_refund(&r->fresh, &refund);
}

static void see_change(void *to, bool is_order, int64_t id)
{
    struct reading *r = to;
    if (is_order)
        daybook_ids_add(&r->orders, id);
    else if (codes_find(r->l->names.people, id) != 0)
        daybook_ids_add(&r->people, codes_find(r->l->names.people, id));
}

/* ---- the next book ---- */

/* Puts a new book in the place of the last. The caller holds the lock. */
static void put_book(struct daybook *l, struct daybook_edition *fresh)
{
    if (fresh != NULL) {
        fresh->provinces = l->names.provinces;
        fresh->provinces_n = l->names.provinces_n;
        fresh->people = l->names.people;
        fresh->people_n = codes_count(l->names.people) + 1;
        fresh->channels = l->names.channels;
        fresh->products = l->names.products;
        fresh->products_n = codes_count(l->names.products) + 1;
    }
    daybook_edition_drop(l->book);
    l->book = fresh;
    l->status.ready = fresh != NULL;
    l->status.orders = fresh != NULL ? fresh->n : 0;
    l->status.bytes = codes_bytes(l->names.people) + codes_bytes(l->names.channels) +
                      codes_bytes(l->names.products) +
                      (fresh != NULL ? daybook_edition_bytes(fresh) : 0);
}

static int compare_row_ids(const void *a, const void *b)
{
    const struct daybook_row *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

/* Orders that changed, as they are now. */
static enum rc read_orders(struct reading *r, struct tx *tx, struct err *e)
{
    enum rc rc = RC_OK;
    daybook_ids_sort(&r->orders);
    for (size_t i = 0; rc == RC_OK && i < r->orders.n; i += AT_ONCE) {
        size_t n = r->orders.n - i < AT_ONCE ? r->orders.n - i : AT_ONCE;
        rc = order_feed_of(tx, r->orders.at + i, n, see_order, r, e);
        if (rc == RC_OK)
            rc = refund_feed_of(tx, r->orders.at + i, n, see_refund, r, e);
    }
    if (r->fresh.n > 0)
        qsort(r->fresh.rows, r->fresh.n, sizeof *r->fresh.rows, compare_row_ids);
    for (size_t i = 0; rc == RC_OK && i < r->orders.n; i += AT_ONCE)
        rc = line_feed_of(tx, r->orders.at + i,
                          r->orders.n - i < AT_ONCE ? r->orders.n - i : AT_ONCE, see_line, r, e);
    for (size_t i = 0; i < r->orders.n; i++)
        daybook_ids_add(&r->fresh.gone, r->orders.at[i]);
    return rc;
}

/* Whom a customer stands for now. */
struct standing {
    uint32_t born, root;
    bool erased;
};
struct standings {
    struct daybook *l;
    struct standing *at; /* by ascending born, once sorted */
    size_t n;
};

static void see_person(void *to, int64_t id, int64_t root_id, bool erased)
{
    struct standings *s = to;
    s->at[s->n++] =
        (struct standing){codes_find(s->l->names.people, id), person_code(s->l, root_id), erased};
}

static int compare_standings(const void *a, const void *b)
{
    const struct standing *x = a, *y = b;
    return (x->born > y->born) - (x->born < y->born);
}

static const struct standing *standing_of(const struct standings *s, uint32_t born)
{
    const struct standing key = {.born = born};
    return s->n > 0 ? bsearch(&key, s->at, s->n, sizeof key, compare_standings) : NULL;
}

/* The customers as born whose rows a changed customer may have to do with: it, and all who stood
 * for the same one. */
static void find_born(const struct reading *r, struct daybook_ids *out)
{
    const struct daybook_edition *b = r->l->book;
    for (uint32_t i = 0; i < b->n; i++)
        if (daybook_ids_has(&r->people, b->born[i]) || daybook_ids_has(&r->people, b->root[i]))
            daybook_ids_add(out, codes_id(r->l->names.people, b->born[i]));
    for (uint32_t i = 0; i < b->n_refunds; i++)
        if (daybook_ids_has(&r->people, b->refunds[i].born))
            daybook_ids_add(out, codes_id(r->l->names.people, b->refunds[i].born));
    daybook_ids_sort(out);
}

/* Moves the rows of those who stand for another now. */
static void move_rows(struct reading *r, const struct standings *s)
{
    const struct daybook_edition *b = r->l->book;
    struct daybook_ids moved = {0};
    for (uint32_t i = 0; i < b->n; i++) {
        const struct standing *now = standing_of(s, b->born[i]);
        bool erased = (b->flags[i] & ORDER_FEED_ERASED) != 0;
        if (now == NULL || (now->root == b->root[i] && now->erased == erased) ||
            daybook_ids_has(&r->orders, b->id[i]))
            continue;
        struct daybook_row row = daybook_row_at(b, i);
        row.root = now->root;
        row.flags =
            (uint8_t)((row.flags & ~ORDER_FEED_ERASED) | (now->erased ? ORDER_FEED_ERASED : 0));
        row.first_line = (uint32_t)r->fresh.n_lines;
        row.n_lines = b->first_line[i + 1] - b->first_line[i];
        for (uint32_t k = b->first_line[i]; k < b->first_line[i + 1]; k++) {
            struct daybook_line line = daybook_line_at(b, k);
            daybook_fresh_line(&r->fresh, &line);
        }
        daybook_fresh_row(&r->fresh, &row);
        daybook_ids_add(&moved, row.id);
    }
    daybook_ids_sort(&moved);
    for (uint32_t i = 0; i < b->n_refunds; i++)
        if (daybook_ids_has(&moved, b->refunds[i].order_id)) {
            struct daybook_refund refund = b->refunds[i];
            const struct standing *now = standing_of(s, refund.born);
            refund.root = now != NULL ? now->root : refund.root;
            daybook_fresh_refund(&r->fresh, &refund);
        }
    for (size_t i = 0; i < moved.n; i++)
        daybook_ids_add(&r->fresh.gone, moved.at[i]);
    free(moved.at);
}

static enum rc read_people(struct reading *r, struct tx *tx, struct err *e)
{
    struct daybook_ids born = {0};
    daybook_ids_sort(&r->people);
    if (r->people.n == 0)
        return RC_OK;
    find_born(r, &born);
    struct standings s = {.l = r->l, .at = must(calloc(born.n + 1, sizeof *s.at))};
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < born.n; i += AT_ONCE)
        rc = order_feed_people(tx, born.at + i, born.n - i < AT_ONCE ? born.n - i : AT_ONCE,
                               see_person, &s, e);
    if (s.n > 0)
        qsort(s.at, s.n, sizeof *s.at, compare_standings);
    if (rc == RC_OK && s.n > 0)
        move_rows(r, &s);
    free(s.at);
    free(born.at);
    return rc;
}

static enum rc too_large(struct err *e)
{
    return err_set(e, RC_LIMIT, "daybook", NULL, "订单超出内存订单簿的范围",
                   "orders do not fit the daybook in memory");
}

/* Up to `seq`, which the transaction sees. The caller holds the lock; there is a book. */
static enum rc step(struct daybook *l, struct tx *tx, int64_t seq, struct err *e)
{
    struct reading r = {.l = l};
    bool upset = false;
    int64_t began_us = clock_mono_us();
    enum rc rc = order_feed_upset(tx, l->seq, seq, &upset, e);
    if (rc == RC_OK && upset) {
        put_book(l, NULL);
        signal_one(&l->wake);
        return RC_OK;
    }
    if (rc == RC_OK)
        rc = order_feed_changes(tx, l->seq, seq, see_change, &r, e);
    if (rc == RC_OK)
        rc = read_orders(&r, tx, e);
    if (rc == RC_OK)
        rc = read_people(&r, tx, e);
    if (rc == RC_OK && r.too_much)
        rc = too_large(e);
    if (rc == RC_OK && r.fresh.gone.n > 0) {
        daybook_ids_sort(&r.fresh.gone);
        put_book(l, daybook_edition_merge(l->book, &r.fresh));
        l->status.steps++;
        l->status.step_us = clock_mono_us() - began_us;
    }
    if (rc == RC_OK)
        l->seq = seq;
    else
        put_book(l, NULL); /* of what failed nobody knows how stale it is */
    reading_free(&r);
    return rc;
}

static enum rc read_all(struct daybook *l, struct tx *tx, struct err *e)
{
    struct reading r = {.l = l};
    bool upset = false;
    int64_t seq = 0, began_us = clock_mono_us();
    atomic_store(&l->at, 0);
    put_book(l, NULL);
    enum rc rc = tx_last_seq(tx, &seq, e);
    if (rc == RC_OK)
        rc = order_feed_upset(tx, seq, seq, &upset, e);
    if (rc != RC_OK || upset)
        return rc;
    /* Nobody else changes the dictionaries while there is no book. */
    lock_give(&l->lock);
    rc = order_feed(tx, see_order, &r, e);
    if (rc == RC_OK)
        rc = line_feed(tx, see_line, &r, e);
    if (rc == RC_OK)
        rc = refund_feed(tx, see_refund, &r, e);
    if (rc == RC_OK && r.too_much)
        rc = too_large(e);
    bool whole = rc == RC_OK && !atomic_load(&l->stopping);
    struct daybook_edition *fresh = whole ? daybook_edition_merge(NULL, &r.fresh) : NULL;
    reading_free(&r);
    malloc_trim(0);
    lock_take(&l->lock);
    put_book(l, fresh);
    l->seq = seq;
    l->status.reads += whole;
    l->status.read_us = clock_mono_us() - began_us;
    l->status.expected = fresh != NULL ? fresh->n : l->status.expected;
    return rc;
}

enum rc daybook_read(struct daybook *l, struct tx *tx, struct err *e)
{
    lock_take(&l->lock);
    enum rc rc = read_all(l, tx, e);
    lock_give(&l->lock);
    return rc;
}

enum rc daybook_edition_for(struct daybook *l, struct tx *tx, struct daybook_edition **out,
                            struct err *e)
{
    int64_t seq = 0;
    *out = NULL;
    if (l == NULL || tx_is_writing(tx))
        return RC_OK;
    enum rc rc = tx_last_seq(tx, &seq, e);
    if (rc != RC_OK)
        return rc;
    lock_take(&l->lock);
    if (l->book != NULL && l->seq < seq && seq - l->seq <= DAYBOOK_STEP_MOST)
        rc = step(l, tx, seq, e);
    if (rc == RC_LIMIT) /* the database has room for more */
        rc = RC_OK;
    if (rc == RC_OK && l->book != NULL && l->seq >= seq) {
        atomic_fetch_add_explicit(&l->book->refs, 1, memory_order_relaxed);
        *out = l->book;
    }
    lock_give(&l->lock);
    return rc;
}

/* ---- the image ---- */

enum { IMAGE_TAIL = 500000 /* rows of the log */, IMAGE_REST = 20 /* × its writing */ };

bool daybook_load(struct daybook *l, struct tx *tx, const char *path)
{
    struct daybook_names names = daybook_names_new();
    int64_t seq = 0;
    /* Nobody else changes the dictionaries while there is no book. */
    assert(l->book == NULL && codes_count(l->names.people) == 0);
    struct daybook_edition *b = daybook_image_read(path, feed_is_of, tx, &names, &seq);
    if (b != NULL) {
        struct daybook_names none = l->names;
        lock_take(&l->lock);
        l->names = names;
        put_book(l, b);
        l->seq = l->status.image_seq = seq;
        l->status.expected = b->n;
        lock_give(&l->lock);
        names = none;
    }
    daybook_names_free(&names);
    return b != NULL;
}

enum rc daybook_save(struct daybook *l, struct tx *tx, const char *path, struct err *e)
{
    uint64_t fingerprint = 0;
    lock_take(&l->lock);
    struct daybook_edition *b = l->book;
    int64_t seq = l->seq;
    if (b != NULL)
        atomic_fetch_add_explicit(&b->refs, 1, memory_order_relaxed);
    lock_give(&l->lock);
    if (b == NULL)
        return RC_OK;
    enum rc rc = feed_fingerprint(tx, seq, &fingerprint, e);
    if (rc == RC_OK)
        rc = daybook_image_write(b, seq, fingerprint, path, e);
    daybook_edition_drop(b);
    if (rc != RC_OK)
        return rc;
    lock_take(&l->lock);
    l->status.image_seq = seq;
    lock_give(&l->lock);
    return RC_OK;
}

/* Begins from the image, if it is to be believed. */
static void load_image(struct daybook *l)
{
    struct tx *tx = NULL;
    int64_t began_us = clock_mono_us();
    bool loaded = l->image[0] != 0 && db_read_begin(l->db, &tx, NULL) == RC_OK &&
                  daybook_load(l, tx, l->image);
    db_read_end(tx);
    if (loaded)
        log_line(LOG_INFO, "daybook_loaded", "\"took_us\":%" PRId64, clock_mono_us() - began_us);
}

/* Has the image written when it is not of this very number, or `tail` rows are not in it. */
static void leave_image(struct daybook *l, int64_t tail)
{
    struct err e = ERR_INIT;
    struct tx *tx = NULL;
    int64_t began_us = clock_mono_us();
    struct daybook_status s = daybook_status(l);
    if (l->image[0] == 0 || !s.ready || s.seq == s.image_seq || s.seq < s.image_seq + tail)
        return;
    enum rc rc = db_read_begin(l->db, &tx, &e);
    if (rc == RC_OK)
        rc = daybook_save(l, tx, l->image, &e);
    db_read_end(tx);
    if (rc != RC_OK)
        log_line(LOG_ERROR, "daybook_image", "\"code\":\"%s\"", e.code);
    l->image_began_us = began_us;
    l->image_took_us = clock_mono_us() - began_us;
}

/* The same on the thread, unless it was just written. The caller holds the lock. */
static void renew_image(struct daybook *l)
{
    if (clock_mono_us() - l->image_began_us < IMAGE_REST * l->image_took_us)
        return;
    lock_give(&l->lock);
    leave_image(l, IMAGE_TAIL);
    lock_take(&l->lock);
}

/* ---- the thread ---- */

/* One look at the database. The caller holds the lock. */
static enum rc look(struct daybook *l, struct err *e)
{
    struct tx *tx = NULL;
    int64_t seq = 0;
    lock_give(&l->lock);
    enum rc rc = db_read_begin(l->db, &tx, e);
    if (rc == RC_OK)
        rc = tx_last_seq(tx, &seq, e);
    lock_take(&l->lock);
    if (rc == RC_OK && l->book == NULL)
        rc = read_all(l, tx, e);
    else if (rc == RC_OK && seq - l->seq > FOLLOW_FROM)
        rc = step(l, tx, seq, e);
    lock_give(&l->lock);
    db_read_end(tx);
    lock_take(&l->lock);
    return rc;
}

static void *run(void *arg)
{
    struct daybook *l = arg;
    load_image(l);
    lock_take(&l->lock);
    while (!atomic_load(&l->stopping)) {
        struct err e = ERR_INIT;
        int64_t reads = l->status.reads;
        enum rc rc = l->status.hopeless ? RC_OK : look(l, &e);
        l->status.hopeless = l->status.hopeless || rc == RC_LIMIT;
        if (rc != RC_OK)
            log_line(LOG_ERROR, "daybook", "\"code\":\"%s\"", e.code);
        else if (l->status.reads > reads)
            log_line(LOG_INFO, "daybook_read", "\"took_us\":%" PRId64, l->status.read_us);
        renew_image(l);
        if (!atomic_load(&l->stopping))
            signal_wait_for(&l->wake, &l->lock, LOOK_AGAIN_US);
    }
    lock_give(&l->lock);
    return NULL;
}

/* ---- its life ---- */

struct daybook *daybook_new(void)
{
    struct daybook *l = must(calloc(1, sizeof *l));
    lock_init(&l->lock, LOCK_DAYBOOK);
    signal_init(&l->wake);
    l->names = daybook_names_new();
    put_book(l, NULL);
    return l;
}

struct daybook *daybook_start(struct db *db, const char *image)
{
    struct daybook *l = daybook_new();
    l->db = db;
    snprintf(l->image, sizeof l->image, "%s", image != NULL ? image : "");
    l->has_thread = true;
    l->thread = thread_start("koi-daybook", run, l);
    return l;
}

void daybook_stop(struct daybook *l)
{
    if (l == NULL)
        return;
    atomic_store(&l->stopping, true);
    lock_take(&l->lock);
    signal_one(&l->wake);
    lock_give(&l->lock);
    if (l->has_thread) {
        pthread_join(l->thread, NULL);
        leave_image(l, 0);
    }
    daybook_edition_drop(l->book);
    for (size_t i = 0; i < l->old_provinces_n; i++)
        free(l->old_provinces[i]);
    daybook_names_free(&l->names);
    signal_done(&l->wake);
    lock_done(&l->lock);
    free(l);
}

struct daybook_status daybook_status(struct daybook *l)
{
    lock_take(&l->lock);
    struct daybook_status s = l->status;
    s.seq = l->seq;
    lock_give(&l->lock);
    s.at = atomic_load(&l->at);
    return s;
}
