/* snapshot_said — what a snapshot says of everyone, for tests that hold one against another. */
#ifndef KOI_TEST_UNIT_SNAPSHOT_SAID_H
#define KOI_TEST_UNIT_SNAPSHOT_SAID_H

#include "mirror/snapshot.h"

/* Fails, with `when` and the first difference, unless `a`, made step by step, says the same as `b`,
 * made from nothing: who is alive, columns, marks, standing, and events as the runs that count have
 * them. */
void snapshots_agree(const struct snapshot *a, const struct snapshot *b, const char *when);
/* Of all of that: what a snapshot says once, it says to its end. */
uint64_t snapshot_sum(const struct snapshot *s);

#endif
