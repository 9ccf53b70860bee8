/* units — the calendar unit of many instants, fast. Private to query/mirror.
 *
 * Within a table of days of 86,400 s an instant is at most one unit early, however long days and
 * units are, so a look-up and a comparison do. Units of one length, as days and weeks are where
 * clocks are never changed, are a multiplication, eight at once with AVX2.
 */
#ifndef KOI_QUERY_MIRROR_UNITS_H
#define KOI_QUERY_MIRROR_UNITS_H

#include "base/arena.h"
#include "query/analysis.h"

struct unit_finder {
    const struct analysis_units *units;
    uint32_t base_s, end_s; /* first instant, and the one after the last */
    const uint16_t *of_day; /* unit of base_s + 86400 d */
    uint32_t length_s;      /* of every unit; 0: they differ */
    uint32_t factor;        /* that divides by it */
};

/* Over 1 or more units that lie between 1970 and 2106 (clipped to them); memory from the arena. */
void unit_finder_init(struct unit_finder *f, struct arena *a, const struct analysis_units *units);

/* The unit of an instant in [base_s, end_s). */
static inline uint32_t unit_find_at(const struct unit_finder *f, uint32_t at_s)
{
    uint32_t unit = f->of_day[(at_s - f->base_s) / 86400];
    return unit + (at_s >= f->units->from_s[unit + 1]);
}

/* Day's length divides every length there is, and 86,400 = 2^7 × 675: shift by 7, then divide by
 * length / 128, which leaves 25 bits and makes a 32-bit factor exact. */
enum { UNIT_SHIFT = 7 };

/* Whether unit_of_even() and wide_units() may be asked: at most 32 units of one length. */
bool units_are_even(const struct unit_finder *f);
/* The unit of an instant in [base_s, end_s). */
static inline uint32_t unit_of_even(const struct unit_finder *f, uint32_t at_s)
{
    return (uint32_t)((uint64_t)((at_s - f->base_s) >> UNIT_SHIFT) * f->factor >> 32);
}

/* The end of that unit. */
static inline uint32_t unit_end_even(const struct unit_finder *f, uint32_t at_s)
{
    return f->base_s + (unit_of_even(f, at_s) + 1) * f->length_s;
}

#endif
