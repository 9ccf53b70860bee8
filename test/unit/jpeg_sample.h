/* jpeg_sample — a grey JPEG for tests, made by the library that is to read it. */
#ifndef KOI_TEST_UNIT_JPEG_SAMPLE_H
#define KOI_TEST_UNIT_JPEG_SAMPLE_H

#include "base/arena.h"

/* `grey`: a byte a pixel, rows from the top. Owned by the arena. Fails the test without
 * libturbojpeg0. */
struct str jpeg_sample(const unsigned char *grey, unsigned width, unsigned height, struct arena *a);

#endif
