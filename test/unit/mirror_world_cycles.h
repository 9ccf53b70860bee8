/* mirror_world_cycles — cycles for a corp that lives at random. */
#ifndef KOI_TEST_UNIT_MIRROR_WORLD_CYCLES_H
#define KOI_TEST_UNIT_MIRROR_WORLD_CYCLES_H

#include "db/db.h"

/* Cycles of two of the products that orders name, together and alone, and of two kinds of events,
 * named after the founding. Makes the products where they are not there yet. */
enum rc world_found_cycles(struct tx *tx, int founded, struct err *e);

#endif
