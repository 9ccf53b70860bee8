/* qr_room — how much of the middle of a QR code may be covered.
 *
 * At level H a block of a code with `c` check codewords is restored when at most c/2 of its
 * codewords are wrong. A codeword of which one module is covered is counted as wrong, although half
 * of what is covered happens to be white. The field is the largest square, an odd number of modules
 * up to QR_ROOM_PERCENT of the width, for which no block loses more than half of what it can
 * restore, c/4: the other half is left for print, dirt and a bad camera. Blocks are interleaved and
 * their order is followed exactly, so this is a computation and no estimate.
 *
 * No pattern by which readers find their way is covered: one that looks for an alignment pattern
 * and takes a part of a logo for it misreads far more than the field. Versions 7 to 13, 21 to 27
 * and 35 to 40 have such a pattern in the very middle, and so no room at all: a logo wants a larger
 * version there. Source: ISO/IEC 18004:2015, 7.5 (blocks, table 9), 7.6 (final sequence) and 7.7.3
 * (placement).
 */
#ifndef KOI_FILE_QR_ROOM_H
#define KOI_FILE_QR_ROOM_H

#include <stdbool.h>

enum {
    QR_ROOM_PERCENT = 24,       /* of the width, at most: beyond it readers begin to miss codes */
    QR_ROOM_LEAST_PERCENT = 10, /* of the width: in a smaller field nobody knows a logo */
    QR_VERSIONS = 40,
};

/* Side in modules of the field in the middle of a code of level H, whose modules libqrencode gave
 * (row by row, bit 7 set in those that carry no data); 0: none of QR_ROOM_LEAST_PERCENT of the
 * width or more. A millisecond for the largest. */
int qr_room(const unsigned char *modules, int width);
/* The most codewords that any block loses to a field of `side` in the middle, and how many it can
 * restore (c/2). For qr_room() and its test. */
int qr_room_lost(const unsigned char *modules, int width, int side, int *out_restores);
/* How many bytes a code of that version (1 … 40) carries at level H. For the test, which holds the
 * table of blocks against libqrencode. */
int qr_room_bytes(int version);

#endif
