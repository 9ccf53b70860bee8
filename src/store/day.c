/* day.c — fills the calendar from base/calendar.h, so that SQL and C agree about every day by
 * construction.
 *
 * 47,847 rows, about 100 ms, once for a zone: at the making of an installation or at the first
 * start after the zone was changed. The name of the zone is written last, so a fill that was cut
 * off is begun again. A few steps write 2,000 rows each, the most that one closure may.
 */
#include "store/day.h"

#include "base/calendar.h"
#include "base/limits.h"
#include "store/statements.h"

#include <assert.h>

static const struct sql ZONE = {
    .text = "SELECT value FROM meta WHERE key = 'calendar_zone'",
    .out = "s",
};

static const struct sql ZONE_PUT = {
    .text = "INSERT INTO meta (key, value) VALUES ('calendar_zone', $1) "
            "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    .in = "s",
};

static const struct sql ZONE_DROP = {
    .text = "DELETE FROM meta WHERE key = 'calendar_zone'",
};

static const struct sql CLEAR = {
    .text = "DELETE FROM calendar /*scan*/",
};

static const struct sql PUT = {
    .text =
        "INSERT INTO calendar (day, start_s, end_s, week_day, month_day, quarter_day, year_day) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
    .in = "iiiiiii",
};

enum rc day_zone(struct tx *tx, struct str *out, struct err *e)
{
    struct rows *r = NULL;
    enum rc rc = tx_find(tx, &ZONE, &r, e);
    if (rc != RC_OK) {
        return rc;
    }
    *out = rows_copy(r, 0, tx_arena(tx));
    return rows_end(r, e);
}

enum rc day_clear(struct tx *tx, struct err *e)
{
    enum rc rc = tx_exec(tx, &ZONE_DROP, e);
    return rc == RC_OK ? tx_exec(tx, &CLEAR, e) : rc;
}

enum rc day_fill(struct tx *tx, int32_t from, int32_t to, struct err *e)
{
    assert(from <= to && to - from < LIMIT_CLOSURE_ROWS);
    int64_t start_s = calendar_day_start_s(from);
    for (int32_t day = from; day <= to; day++) {
        int64_t end_s = calendar_day_start_s(day + 1);
        enum rc rc = tx_exec(tx, &PUT, e, day, start_s, end_s, calendar_week_start(day),
                             calendar_month_start(day), calendar_quarter_start(day),
                             calendar_year_start(day));
        if (rc != RC_OK) {
            return rc;
        }
        start_s = end_s;
    }
    return RC_OK;
}

enum rc day_filled(struct tx *tx, struct str zone, struct err *e)
{
    return tx_exec(tx, &ZONE_PUT, e, zone);
}

STATEMENTS(day, &ZONE, &ZONE_PUT, &ZONE_DROP, &CLEAR, &PUT);
