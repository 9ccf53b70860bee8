/* image.c — parts into a file and out of it.
 *
 * A part's checksum runs over blocks of 64 KB, each taking the sum so far as its seed, so that a
 * writer need not have the part in one piece. The head holds the directory's checksum and is itself
 * summed, so no byte that is read stands outside of a sum.
 */
#include "mirror/image.h"

#include "base/hash.h"
#include "base/must.h"
#include "base/pages.h"
#include "base/share.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 64 << 10, ALIGN = 64, HEAD = 4096, VERSION = 2 };
static const char MAGIC[8] = "KOIMIRR";

struct entry {
    uint32_t tag, index;
    uint64_t offset, bytes, sum;
};

struct head {
    char magic[8];
    uint32_t version, n_entries;
    struct image_facts facts;
    uint64_t directory_at, directory_sum;
    uint64_t sum; /* of all before it */
};

static uint64_t head_sum(const struct head *h)
{
    return hash_bytes((struct str){(const char *)h, offsetof(struct head, sum)}, VERSION);
}

static uint64_t part_sum(const char *p, uint64_t n, uint64_t seed)
{
    uint64_t sum = seed;
    for (uint64_t at = 0; at < n; at += BLOCK)
        sum = hash_bytes((struct str){p + at, n - at < BLOCK ? n - at : BLOCK}, sum);
    return sum;
}

/* ---- writing ---- */

struct image_writer {
    int fd, error; /* errno of the first failure */
    char path[4096], part[4100];
    uint64_t at; /* in the file, buffer not counted */
    struct entry *entries;
    size_t n, room;
    size_t filled;
    char buffer[BLOCK];
};

struct image_writer *image_create(const char *path)
{
    struct image_writer *w = must(calloc(1, sizeof *w));
    snprintf(w->path, sizeof w->path, "%s", path);
    snprintf(w->part, sizeof w->part, "%s.tmp", w->path);
    w->fd = open(w->part, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    w->error = w->fd < 0 ? errno : 0;
    w->at = HEAD;
    return w;
}

static void write_at(struct image_writer *w, const void *bytes, size_t n, uint64_t at)
{
    const char *p = bytes;
    while (n > 0 && w->error == 0) {
        ssize_t done = pwrite(w->fd, p, n, (off_t)at);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0) {
            w->error = done < 0 ? errno : ENOSPC;
            break;
        }
        p += done;
        n -= (size_t)done;
        at += (uint64_t)done;
    }
}

/* Writes the buffer, which is a block of the part or its end. */
static void flush(struct image_writer *w)
{
    if (w->filled == 0)
        return;
    struct entry *e = &w->entries[w->n - 1];
    e->sum = hash_bytes((struct str){w->buffer, w->filled}, e->sum);
    e->bytes += w->filled;
    write_at(w, w->buffer, w->filled, w->at);
    w->at += w->filled;
    w->filled = 0;
}

void image_part(struct image_writer *w, enum image_tag tag, uint32_t index)
{
    flush(w);
    w->at = (w->at + ALIGN - 1) / ALIGN * ALIGN;
    if (w->n == w->room) {
        w->room = w->room > 0 ? w->room * 2 : 64;
        w->entries = must(realloc(w->entries, w->room * sizeof *w->entries));
    }
    w->entries[w->n++] =
        (struct entry){.tag = tag, .index = index, .offset = w->at, .sum = tag + 1000u * index};
}

void image_put(struct image_writer *w, const void *bytes, size_t n)
{
    const char *p = bytes;
    while (n > 0) {
        size_t take = BLOCK - w->filled < n ? BLOCK - w->filled : n;
        memcpy(w->buffer + w->filled, p, take);
        w->filled += take;
        p += take;
        n -= take;
        if (w->filled == BLOCK)
            flush(w);
    }
}

void image_align(struct image_writer *w)
{
    static const char ZEROS[ALIGN];
    size_t over = w->filled % ALIGN; /* blocks are multiples of it */
    if (over > 0)
        image_put(w, ZEROS, ALIGN - over);
}

static void put_head(struct image_writer *w, const struct image_facts *facts)
{
    struct head h;
    memset(&h, 0, sizeof h); /* gaps between members are summed too */
    memcpy(h.magic, MAGIC, sizeof MAGIC);
    h.version = VERSION;
    h.n_entries = (uint32_t)w->n;
    h.facts.seq = facts->seq;
    h.facts.fingerprint = facts->fingerprint;
    h.facts.layout = facts->layout;
    h.facts.customers = facts->customers;
    h.facts.n_chunks = facts->n_chunks;
    h.directory_at = w->at;
    h.directory_sum = part_sum((const char *)w->entries, w->n * sizeof *w->entries, 0);
    h.sum = head_sum(&h);
    write_at(w, &h, sizeof h, 0);
}

enum rc image_finish(struct image_writer *w, const struct image_facts *facts, struct err *e)
{
    static const char SLACK[256];
    flush(w);
    w->at = (w->at + ALIGN - 1) / ALIGN * ALIGN;
    write_at(w, w->entries, w->n * sizeof *w->entries, w->at);
    put_head(w, facts);
    write_at(w, SLACK, sizeof SLACK, w->at + w->n * sizeof *w->entries);
    if (w->error == 0 && (fsync(w->fd) != 0 || rename(w->part, w->path) != 0))
        w->error = errno;
    if (w->fd >= 0)
        close(w->fd);
    enum rc rc = RC_OK;
    if (w->error != 0) {
        rc = err_set(e, RC_IO, "image_write", NULL, "写不了镜像文件：%s",
                     "the mirror's file could not be written: %s", strerror(w->error));
        unlink(w->part);
    }
    free(w->entries);
    free(w);
    return rc;
}

/* ---- reading ---- */

struct image {
    atomic_uint refs;
    char *base;
    size_t size;
    const struct entry *entries;
    size_t n;
};

struct image *image_hold(struct image *image)
{
    atomic_fetch_add_explicit(&image->refs, 1, memory_order_relaxed);
    return image;
}

void image_drop(struct image *image)
{
    if (image == NULL || atomic_fetch_sub_explicit(&image->refs, 1, memory_order_acq_rel) > 1)
        return;
    if (image->base != NULL)
        munmap(image->base, image->size);
    free(image);
}

void image_forget(struct image *image, const void *part, size_t bytes)
{
    size_t from = (size_t)((const char *)part - image->base);
    assert(from <= image->size && bytes <= image->size - from);
    pages_forget(image->base + from, bytes);
}

/* In memory of our own it would be had in large pages, but clearing those takes ten times as long
 * as reading the file. */
static bool fetch(struct image *image, const char *path)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool ok = fstat(fd, &st) == 0 && st.st_size > HEAD;
    if (ok) {
        void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        ok = p != MAP_FAILED;
        image->base = ok ? p : NULL;
        image->size = ok ? (size_t)st.st_size : 0;
    }
    if (ok)
        madvise(image->base, image->size, MADV_WILLNEED);
    close(fd);
    return ok;
}

/* Head and directory; every entry lies within the file. */
static bool read_directory(struct image *image, struct image_facts *facts)
{
    const struct head *h = (const struct head *)image->base;
    if (memcmp(h->magic, MAGIC, sizeof MAGIC) != 0 || h->version != VERSION ||
        h->sum != head_sum(h))
        return false;
    uint64_t bytes = h->n_entries * sizeof(struct entry);
    if (h->directory_at % ALIGN != 0 || h->directory_at > image->size ||
        bytes > image->size - h->directory_at)
        return false;
    image->entries = (const struct entry *)(image->base + h->directory_at);
    image->n = h->n_entries;
    if (part_sum((const char *)image->entries, bytes, 0) != h->directory_sum)
        return false;
    for (size_t i = 0; i < image->n; i++) {
        const struct entry *e = &image->entries[i];
        if (e->offset % ALIGN != 0 || e->offset > h->directory_at ||
            e->bytes > h->directory_at - e->offset)
            return false;
    }
    *facts = h->facts;
    return true;
}

struct checking {
    const struct image *image;
    atomic_bool bad;
};

static void check_part(void *arg, size_t i)
{
    struct checking *c = arg;
    const struct entry *e = &c->image->entries[i];
    pages_call(c->image->base + e->offset, e->bytes);
    if (!atomic_load_explicit(&c->bad, memory_order_relaxed) &&
        part_sum(c->image->base + e->offset, e->bytes, e->tag + 1000u * e->index) != e->sum)
        atomic_store(&c->bad, true);
}

bool image_open(const char *path, struct image **out, struct image_facts *facts)
{
    struct image *image = must(calloc(1, sizeof *image));
    image->refs = 1;
    struct checking c = {.image = image};
    if (fetch(image, path) && read_directory(image, facts))
        share_rounds(image->n, check_part, &c);
    else
        c.bad = true;
    if (!c.bad) {
        *out = image;
        return true;
    }
    image_drop(image);
    return false;
}

const void *image_find(const struct image *image, enum image_tag tag, uint32_t index, size_t *out_n)
{
    for (size_t i = 0; i < image->n; i++)
        if (image->entries[i].tag == tag && image->entries[i].index == index) {
            *out_n = image->entries[i].bytes;
            return image->base + image->entries[i].offset;
        }
    return NULL;
}
