/* money — integer fen, and exact conversions from decimal text. No double ever holds money.
 *
 * A unit price can have more decimals than the currency (0.001): it is kept in millionths of the
 * currency unit, `_micro`; 1 fen = 10,000 micro.
 */
#ifndef KOI_BASE_MONEY_H
#define KOI_BASE_MONEY_H

#include "base/str.h"

enum { MONEY_MICRO_PER_FEN = 10000 };

/* Reads "12", "-12.5", "1,234.50", "¥12.50", "£3", "12.50元" as millionths: a sign and one of ¥ ￥ £
 * € $ in either order, commas only between groups of three, at least one digit on each side of a
 * point, blanks around ignored. At most 6 decimals and |value| < 9e12 currency units. False,
 * `out_micro` untouched, for anything else. */
bool money_parse_micro(struct str text, int64_t *out_micro);
/* The same rounded half to even to fen. */
bool money_parse_fen(struct str text, int64_t *out_fen);
/* quantity × unit price, rounded half to even to fen. False on overflow. */
bool money_amount_fen(int64_t quantity, int64_t unit_price_micro, int64_t *out_fen);
/* round(amount × part ÷ all), halves up, for 0 ≤ amount, 0 ≤ part ≤ all and all > 0: differences of
 * such sums divide an amount without losing a fen. */
int64_t money_share(int64_t amount, int64_t part, int64_t all);
/* "-12.50": always two decimals, no grouping. At least 24 bytes. */
void money_format(int64_t fen, char out[static 24]);

#endif
