/* qr_room.c — the way of the codewords through a code, followed to count what a field covers.
 *
 * Codewords run in columns two modules wide, up and down from the right, around what carries no
 * data; eight modules a codeword. The blocks' codewords are dealt out in turn: data first, then
 * check. Costs a look at each module for each size tried.
 */
#include "file/qr_room.h"

#include <assert.h>

enum { CODEWORDS = 3706, BLOCKS = 81, NO_DATA = 0x80 };

/* Level H by version: check codewords of a block, and blocks. */
static const unsigned char CHECKS[QR_VERSIONS] = {
    17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24, 24, 30, 28, 28, 26, 28,
    30, 24, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30};
static const unsigned char BLOCK_COUNT[QR_VERSIONS] = {
    1,  1,  2,  4,  4,  4,  5,  6,  8,  8,  11, 11, 16, 16, 18, 16, 19, 21, 25, 25,
    25, 34, 30, 32, 35, 37, 40, 42, 45, 48, 51, 54, 57, 60, 63, 66, 70, 74, 77, 81};

struct blocks {
    int n, checks, total; /* blocks; check codewords of each; codewords of all */
    int short_n;          /* blocks with one data codeword fewer come first */
    int short_data;
};

/* Modules that carry data, from the pattern of a version. */
static int modules_of(int version)
{
    int n = (16 * version + 128) * version + 64;
    if (version >= 2) {
        int around = version / 7 + 2; /* alignment patterns a side */
        n -= (25 * around - 10) * around - 55;
    }
    return version >= 7 ? n - 36 : n;
}

static struct blocks blocks_of(int version)
{
    assert(version >= 1 && version <= QR_VERSIONS);
    struct blocks b = {.n = BLOCK_COUNT[version - 1], .checks = CHECKS[version - 1]};
    b.total = modules_of(version) / 8;
    b.short_n = b.n - b.total % b.n;
    b.short_data = b.total / b.n - b.checks;
    assert(b.total <= CODEWORDS && b.n <= BLOCKS && b.short_data > 0);
    return b;
}

int qr_room_bytes(int version)
{
    struct blocks b = blocks_of(version);
    int head = version < 10 ? 2 : 3; /* mode and length, 12 or 20 bits, and the end */
    return b.total - b.n * b.checks - head;
}

/* The block of a codeword, by its place in the final sequence. */
static int block_of(const struct blocks *b, int place)
{
    int even = b->short_data * b->n;
    int data = even + b->n - b->short_n;
    if (place < even)
        return place % b->n;
    return place < data ? b->short_n + place - even : (place - data) % b->n;
}

struct walk {
    const struct blocks *b;
    int from, until;      /* the field: rows and columns from, without until */
    int modules;          /* passed so far */
    bool seen[CODEWORDS]; /* already counted as lost */
    int lost[BLOCKS];
};

static void step(struct walk *w, int x, int y)
{
    int codeword = w->modules++ / 8;
    if (codeword >= w->b->total) /* up to seven modules are left over */
        return;
    if (x < w->from || x >= w->until || y < w->from || y >= w->until || w->seen[codeword])
        return;
    w->seen[codeword] = true;
    w->lost[block_of(w->b, codeword)]++;
}

int qr_room_lost(const unsigned char *modules, int width, int side, int *out_restores)
{
    struct blocks b = blocks_of((width - 17) / 4);
    struct walk w = {.b = &b, .from = (width - side) / 2, .until = (width + side) / 2};
    int worst = 0;
    assert(width % 2 == 1 && side % 2 == 1 && side < width);
    for (int right = width - 1; right >= 1; right -= 2) {
        right = right == 6 ? 5 : right; /* the column of the timing pattern */
        bool up = ((right + 1) & 2) == 0;
        for (int i = 0; i < width; i++)
            for (int x = right; x > right - 2; x--) {
                int y = up ? width - 1 - i : i;
                if ((modules[y * width + x] & NO_DATA) == 0)
                    step(&w, x, y);
            }
    }
    assert(w.modules / 8 == b.total);
    for (int i = 0; i < b.n; i++)
        worst = w.lost[i] > worst ? w.lost[i] : worst;
    *out_restores = b.checks / 2;
    return worst;
}

/* Whether the field leaves every pattern alone. */
static bool only_data(const unsigned char *modules, int width, int side)
{
    int from = (width - side) / 2;
    for (int y = from; y < from + side; y++)
        for (int x = from; x < from + side; x++)
            if ((modules[y * width + x] & NO_DATA) != 0)
                return false;
    return true;
}

int qr_room(const unsigned char *modules, int width)
{
    int side = width * QR_ROOM_PERCENT / 100;
    for (side -= side % 2 == 0; side * 100 >= width * QR_ROOM_LEAST_PERCENT; side -= 2) {
        int restores;
        if (only_data(modules, width, side) &&
            qr_room_lost(modules, width, side, &restores) <= restores / 2)
            return side;
    }
    return 0;
}
