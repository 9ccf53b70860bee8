/* builder_image — a snapshot into the mirror's file, and a builder with its snapshot out of it.
 *
 * What is read is only as true as the log behind it: the caller compares the facts with the
 * database (feed_fingerprint()) and has builder_next() do the rest.
 */
#ifndef KOI_MIRROR_BUILDER_IMAGE_H
#define KOI_MIRROR_BUILDER_IMAGE_H

#include "mirror/builder.h"

/* What a file needs besides the snapshot, taken on the builder's thread; the rest may be done on
 * any other. Owns a reference to the snapshot. */
struct image_draft;
struct image_draft *builder_draft(const struct builder *b, const struct snapshot *s,
                                  uint64_t fingerprint);
/* Writes it durably under its name and frees the draft. Cost: about 1 GB/s, or the disk's speed. */
enum rc image_draft_write(struct image_draft *d, const char *path, struct err *e);

/* Fills a builder that knows nothing. False, the builder unchanged, when there is no file, or
 * it is damaged, of another version, or (`expects` says so) of another log. The caller holds
 * the snapshot. */
bool builder_load(struct builder *b, const char *path,
                  bool (*expects)(void *ctx, int64_t seq, uint64_t fingerprint), void *ctx,
                  struct snapshot **out);

#endif
