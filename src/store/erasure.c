/* erasure.c — one statement for each table that holds something personal.
 *
 * The order matters only for the tombstones: they are made from the accounts before those go.
 * Orders, lines, events and memberships stay, since the corp's books must still add up; they name a
 * customer id that now says nothing. A backup taken before holds the person still: restoring
 * replays the tombstones (docs/OPERATE.md). Costs a dozen statements for a customer, each by index.
 */
#include "store/erasure.h"

#include "store/removal.h"
#include "store/statements.h"

#include <assert.h>

static const struct sql ERASE_TOMBSTONES = {
    .text = "INSERT INTO tombstone (kind, issuer, value_hash, erased_s)"
            " SELECT i.kind, i.issuer, i.value_hash, $2 FROM identity i WHERE i.customer_id = $1"
            " ON CONFLICT (kind, issuer, value_hash) DO NOTHING",
    .in = "ii",
};
static const struct sql ERASE_IDENTITIES = {
    .text = "DELETE FROM identity WHERE customer_id = $1",
    .in = "i",
};
/* What WeCom told about them; before their identities go. */
static const struct sql ERASE_INBOX = {
    .text = "DELETE FROM inbox WHERE order_key IN (SELECT 'contact:' || i.value FROM identity i"
            " WHERE i.customer_id = $1 AND i.kind = 'external_userid')",
    .in = "i",
};
static const struct sql ERASE_NAMES = {
    .text = "DELETE FROM customer_name_index WHERE customer_id = $1",
    .in = "i",
};
static const struct sql ERASE_FIELDS = {
    .text = "DELETE FROM customer_field WHERE customer_id = $1",
    .in = "i",
};
static const struct sql ERASE_NOTES = {
    .text = "DELETE FROM note WHERE customer_id = $1",
    .in = "i",
};
static const struct sql ERASE_REMARKS = {
    .text = "UPDATE relation SET remark_sealed = NULL, description_sealed = NULL,"
            " deleted_s = coalesce(deleted_s, $2)"
            " WHERE customer_id = $1",
    .in = "ii",
};
static const struct sql ERASE_CUSTOMER_TAGS = {
    .text = "DELETE FROM customer_tag WHERE customer_id = $1",
    .in = "i",
};
static const struct sql ERASE_RELATION_TAGS = {
    .text = "DELETE FROM relation_tag WHERE relation_id IN"
            " (SELECT r.id FROM relation r WHERE r.customer_id = $1)",
    .in = "i",
};
static const struct sql ERASE_MERGES_KEPT = {
    .text = "UPDATE merge SET filled = '{}' WHERE kept_id = $1",
    .in = "i",
};
static const struct sql ERASE_MERGES_MERGED = {
    .text = "UPDATE merge SET filled = '{}' WHERE merged_id = $1",
    .in = "i",
};
static const struct sql ERASE_MOVES = {
    .text = "DELETE FROM audience_move WHERE customer_id = $1",
    .in = "i",
};
static const struct sql ERASE_PROFILE = {
    .text = "UPDATE customer SET nickname = NULL, name_sealed = NULL, address_sealed = NULL,"
            " gender = NULL, birth_day = NULL, province = NULL, city = NULL, phone_tail = NULL,"
            " stage_id = NULL, no_marketing = 1, erased_s = $2, updated_us = $3 WHERE id = $1",
    .in = "iii",
};
static const struct sql ERASE_STATS = {
    .text = "DELETE FROM customer_stats WHERE customer_id = $1",
    .in = "i",
};
static const struct sql ERASE_TIERS = {
    .text = "DELETE FROM customer_tier WHERE customer_id = $1"
            " AND model_id IN (SELECT m.id FROM tier_model m /*scan*/)",
    .in = "i",
};
static const struct sql ERASE_SCORES = {
    .text = "DELETE FROM rfm_score WHERE customer_id = $1",
    .in = "i",
};
static const struct sql ERASE_VALUES = {
    .text = "DELETE FROM clv_score WHERE customer_id = $1",
    .in = "i",
};
static const struct sql ERASE_CHURN = {
    .text = "DELETE FROM churn_alert WHERE customer_id = $1",
    .in = "i",
};
static const struct sql ERASED_COUNT = {
    .text = "SELECT count(*) FROM tombstone /*scan*/",
    .out = "i",
};

STATEMENTS(erasure, &ERASE_TOMBSTONES, &ERASE_INBOX, &ERASE_IDENTITIES, &ERASE_NAMES, &ERASE_FIELDS,
           &ERASE_NOTES, &ERASE_REMARKS, &ERASE_CUSTOMER_TAGS, &ERASE_RELATION_TAGS,
           &ERASE_MERGES_KEPT, &ERASE_MERGES_MERGED, &ERASE_PROFILE, &ERASE_STATS, &ERASE_TIERS,
           &ERASE_SCORES, &ERASE_VALUES, &ERASE_MOVES, &ERASE_CHURN, &ERASED_COUNT);

enum rc erasure_run(struct tx *tx, int64_t customer_id, struct err *e)
{
    assert(tx_is_writing(tx) && customer_id > 0);

    static const struct sql *const by_id[] = {
        &ERASE_INBOX,         &ERASE_IDENTITIES,    &ERASE_NAMES,         &ERASE_FIELDS,
        &ERASE_NOTES,         &ERASE_CUSTOMER_TAGS, &ERASE_RELATION_TAGS, &ERASE_MERGES_KEPT,
        &ERASE_MERGES_MERGED, &ERASE_STATS,         &ERASE_TIERS,         &ERASE_SCORES,
        &ERASE_VALUES,        &ERASE_MOVES,         &ERASE_CHURN,
    };
    enum rc rc = tx_exec(tx, &ERASE_TOMBSTONES, e, customer_id, tx_now_s(tx));
    for (size_t i = 0; rc == RC_OK && i < sizeof by_id / sizeof by_id[0]; i++)
        rc = tx_exec(tx, by_id[i], e, customer_id);
    if (rc == RC_OK)
        rc = tx_exec(tx, &ERASE_REMARKS, e, customer_id, tx_now_s(tx));
    if (rc == RC_OK)
        rc = tx_exec(tx, &ERASE_PROFILE, e, customer_id, tx_now_s(tx), tx_now_us(tx));
    return rc == RC_OK ? removal_note(tx, e) : rc;
}

enum rc erasure_count(struct tx *tx, int64_t *out, struct err *e)
{
    return tx_int(tx, &ERASED_COUNT, out, e);
}
