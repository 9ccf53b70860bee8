/* units.c — (at − base) / length as a multiplication: for 32-bit x and length, floor(x / length) =
 * (x × m) >> (32 + s) with m = ⌈2^(32+s) / length⌉ whenever x × (m × length − 2^(32+s)) < 2^(32+s).
 * Where that cannot be had with a 32-bit m the units count as not of one length. */
#include "query/mirror/units.h"

#include <assert.h>

static uint32_t clip(int64_t at_s)
{
    return at_s < 0 ? 0 : at_s >= UINT32_MAX ? UINT32_MAX - 1 : (uint32_t)at_s;
}

static uint32_t common_length(const struct analysis_units *u)
{
    int64_t length = u->from_s[1] - u->from_s[0];
    for (size_t i = 1; i < u->n; i++)
        if (u->from_s[i + 1] - u->from_s[i] != length)
            return 0;
    return u->from_s[0] >= 0 && u->from_s[u->n] < UINT32_MAX ? (uint32_t)length : 0;
}

void unit_finder_init(struct unit_finder *f, struct arena *a, const struct analysis_units *units)
{
    assert(units->n > 0);
    *f = (struct unit_finder){
        .units = units,
        .base_s = clip(units->from_s[0]),
        .end_s = clip(units->from_s[units->n]),
        .length_s = common_length(units),
    };
    if (f->length_s >> UNIT_SHIFT > 0)
        f->factor = (uint32_t)(((UINT64_C(1) << 32) + (f->length_s >> UNIT_SHIFT) - 1) /
                               (f->length_s >> UNIT_SHIFT));
    size_t days = (f->end_s - f->base_s) / 86400 + 1;
    uint16_t *of_day = ARENA_ARRAY(a, uint16_t, days);
    uint32_t unit = 0;
    for (size_t d = 0; d < days; d++) {
        int64_t at_s = f->base_s + (int64_t)d * 86400;
        while (unit + 1 < units->n && at_s >= units->from_s[unit + 1])
            unit++;
        of_day[d] = (uint16_t)unit;
    }
    f->of_day = of_day;
}

bool units_are_even(const struct unit_finder *f)
{
    return f->units->n <= 32 && f->length_s != 0 && f->length_s % (1 << UNIT_SHIFT) == 0;
}
