/* image — the file that a mirror is kept in between two runs of the program.
 *
 * It begins with a head, then come parts (each a stretch of bytes on a multiple of 64, with a
 * checksum of its own), and a directory of them. It is written under another name and renamed
 * when all of it is on disk. What was written by another version, or fails any checksum, is not
 * believed. Numbers are as this machine has them: the file is not for sending around.
 */
#ifndef KOI_MIRROR_IMAGE_H
#define KOI_MIRROR_IMAGE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a part is, and of which chunk, run or kind. */
enum image_tag {
    IMAGE_ROOTS = 1, /* uint32_t a customer */
    IMAGE_CODES,     /* ids in the order of their codes; index: which dictionary */
    IMAGE_TEXTS,
    IMAGE_MARKS, /* index: the kind */
    IMAGE_ALIVE,
    IMAGE_COLUMNS, /* index: the chunk */
    IMAGE_RUN,     /* index: chunk × CHUNK_RUNS + place */
    IMAGE_SCORES,  /* index: the chunk; none where nobody has any */
    IMAGE_MOVES,   /* likewise */
    IMAGE_DAYBOOK, /* in a file of its own; index 0: how much of all, then the columns */
};

/* Facts about the whole, compared when it is opened. */
struct image_facts {
    int64_t seq;          /* of the last row of the log in it */
    uint64_t fingerprint; /* of the log up to there, see feed_fingerprint() */
    uint64_t layout;      /* what the parts look like, a hash */
    uint32_t customers, n_chunks;
};

/* ---- writing ---- */

struct image_writer;

/* Begins `path`.part. RC_IO when the disk says no; every later call then does nothing. */
struct image_writer *image_create(const char *path);
void image_part(struct image_writer *w, enum image_tag tag, uint32_t index);
/* Appends to the part that was begun last; `align` first fills up to a multiple of 64. */
void image_put(struct image_writer *w, const void *bytes, size_t n);
void image_align(struct image_writer *w);
/* Ends it: durable under its name, or nothing. Frees the writer. */
enum rc image_finish(struct image_writer *w, const struct image_facts *facts, struct err *e);

/* ---- reading ---- */

/* A file as memory, counted: runs point into it. */
struct image;

/* Maps and checks the whole file on all cores. False when there is none, or it is not to be
 * believed. The caller holds one reference. Cost: reading it, several GB/s a core when the system
 * has it in memory. Its pages are small: what is read again and again is better copied. */
bool image_open(const char *path, struct image **out, struct image_facts *facts);
struct image *image_hold(struct image *image);
/* Accepts NULL. */
void image_drop(struct image *image);
/* What nobody looks at any more: its pages are let go while the rest stays. */
void image_forget(struct image *image, const void *part, size_t bytes);
/* A part; NULL when there is none. Aligned to 64; RUN_SLACK bytes behind it may be read. */
const void *image_find(const struct image *image, enum image_tag tag, uint32_t index,
                       size_t *out_n);

#endif
