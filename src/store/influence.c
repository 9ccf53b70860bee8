/* influence.c — counts over converted referrals.
 *
 * The partial index event_converted holds nothing but events of kind 48 (EVENT_REFERRAL_CONVERT):
 * the number stands in the statements as it stands in the index, or neither engine would use it.
 */
#include "store/influence.h"

#include "store/event.h"
#include "store/scope.h"
#include "store/statements.h"

#include <assert.h>

static_assert(EVENT_REFERRAL_CONVERT == 48, "as in schema/0002_products.sql");

enum { PERIOD_S = 90 * 86400 };

/* clang-format off */
#define CONVERTED "v.kind = 48 AND v.at_s > $2 AND v.at_s <= $3 AND " EVENT_LIVE("v")
static const struct sql PERIOD = {
    .text = "SELECT period_s FROM tier_model /*scan*/ WHERE kind = 'value' AND enabled = 1"
            " AND archived_s IS NULL ORDER BY id LIMIT 1",
    .out = "i",
};
static const struct sql COUNT = {
    .text = "SELECT count(*) FROM customer m JOIN event v ON v.customer_id = m.id"
            " WHERE m.root_id = $1 AND " CONVERTED,
    .in = "iii",
    .out = "i",
};
static const struct sql RANK = {
    .text = "SELECT CAST(coalesce(sum(CASE WHEN q.n <= $4 THEN 1 ELSE 0 END), 0) AS BIGINT),"
            " count(*) FROM (SELECT count(*) AS n FROM event v /*scan*/"
            " JOIN customer m ON m.id = v.customer_id JOIN customer c ON c.id = m.root_id"
            " WHERE " CONVERTED " AND c.erased_s IS NULL AND " SCOPE_CUSTOMER("c.id", "$1")
            " GROUP BY m.root_id) q",
    .in = "iiii",
    .out = "ii",
};
/* clang-format on */

STATEMENTS(influence, &PERIOD, &COUNT, &RANK);

enum rc influence_of(struct tx *tx, int64_t root_id, int64_t scope_account, struct influence *out,
                     struct err *e)
{
    struct influence found = {.period_s = PERIOD_S};
    enum rc rc = tx_int(tx, &PERIOD, &found.period_s, e);
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return rc;
    int64_t now_s = tx_now_s(tx);
    int64_t from_s = now_s - found.period_s;
    rc = tx_int(tx, &COUNT, &found.converted, e, root_id, from_s, now_s);
    if (rc == RC_OK && found.converted > 0) {
        struct rows *r;
        rc = tx_find(tx, &RANK, &r, e, scope_account, from_s, now_s, found.converted);
        if (rc != RC_OK)
            return rc;
        int64_t no_more = rows_int(r, 0);
        int64_t all = rows_int(r, 1);
        rc = rows_end(r, e);
        /* In a write transaction of PostgreSQL the two may see different commits. */
        if (rc == RC_OK && all > 0)
            found.score = (200 * no_more + all) / (2 * all);
    }
    if (rc == RC_OK)
        *out = found;
    return rc;
}
