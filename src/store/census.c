/* census.c — how many rows there are.
 *
 * The list of tables is written by hand, because a backup is compared by it: a table that is
 * missing here would go unwatched. test/api/care.test.mjs holds it against the schema. Counting
 * scans each table once; on the SQLite of a large corp that is seconds, so only backups and
 * restores ask.
 */
#include "store/census.h"

#include "store/list.h"
#include "store/statements.h"

#define COUNT_OF(name) "SELECT '" #name "', count(*) FROM " #name " /*scan*/"
#define AND_OF(name) " UNION ALL " COUNT_OF(name)

static const struct sql TABLES = {
    /* clang-format off */
    .text = COUNT_OF(account)
        AND_OF(account_staff)
        AND_OF(audience)
        AND_OF(audience_follow)
        AND_OF(audience_member)
        AND_OF(audience_move)
        AND_OF(audience_size)
        AND_OF(audience_version)
        AND_OF(audit)
        AND_OF(audit_head)
        AND_OF(batch)
        AND_OF(binding)
        AND_OF(binding_log)
        AND_OF(binding_rule)
        AND_OF(binding_step)
        AND_OF(calendar)
        AND_OF(callback_check)
        AND_OF(change)
        AND_OF(channel)
        AND_OF(chat_group)
        AND_OF(churn_alert)
        AND_OF(churn_place)
        AND_OF(clv_score)
        AND_OF(code)
        AND_OF(code_entry)
        AND_OF(code_group)
        AND_OF(code_hours)
        AND_OF(code_member)
        AND_OF(code_page_view)
        AND_OF(code_tag)
        AND_OF(code_warning)
        AND_OF(code_welcome)
        AND_OF(cost)
        AND_OF(customer)
        AND_OF(customer_field)
        AND_OF(customer_name_index)
        AND_OF(customer_stats)
        AND_OF(customer_tag)
        AND_OF(customer_tier)
        AND_OF(cycle)
        AND_OF(cycle_product)
        AND_OF(department)
        AND_OF(department_above)
        AND_OF(event)
        AND_OF(event_kind)
        AND_OF(event_part)
        AND_OF(event_part_block)
        AND_OF(field)
        AND_OF(group_greeting)
        AND_OF(group_member)
        AND_OF(handover)
        AND_OF(handover_item)
        AND_OF(identity)
        AND_OF(import_mapping)
        AND_OF(inbox)
        AND_OF(job)
        AND_OF(link_day)
        AND_OF(link_quota)
        AND_OF(link_quota_part)
        AND_OF(logo)
        AND_OF(media)
        AND_OF(media_at_wecom)
        AND_OF(merge)
        AND_OF(merge_proposal)
        AND_OF(note)
        AND_OF(order_item)
        AND_OF(orders)
        AND_OF(outbox)
        AND_OF(owner_day)
        AND_OF(product)
        AND_OF(refund)
        AND_OF(relation)
        AND_OF(relation_tag)
        AND_OF(removal)
        AND_OF(rfm_score)
        AND_OF(score_fit)
        AND_OF(script)
        AND_OF(setting)
        AND_OF(source)
        AND_OF(staff)
        AND_OF(staff_day)
        AND_OF(staff_full)
        AND_OF(stage)
        AND_OF(tag)
        AND_OF(tag_category)
        AND_OF(tag_group)
        AND_OF(tier)
        AND_OF(tier_model)
        AND_OF(tier_move)
        AND_OF(tier_run)
        AND_OF(tier_size)
        AND_OF(token)
        AND_OF(tombstone)
        AND_OF(view_setting)
        AND_OF(wecom_sync_item)
        AND_OF(welcome),
    /* clang-format on */
    .out = "si",
};

static const struct sql DEMO = {
    .text = "SELECT count(*) FROM batch /*scan*/ WHERE kind = 'demo' AND state <> 'undone'",
    .out = "i",
};

static const struct sql JOBS = {
    .text =
        "SELECT coalesce(sum(CASE WHEN state = 'waiting' THEN 1 ELSE 0 END), 0), count(*) FROM job "
        "WHERE state IN ('waiting', 'running', 'stopping')",
    .out = "ii",
};

enum rc census_tables(struct tx *tx, struct census_row **out, size_t *out_n, struct err *e)
{
    struct rows *r = NULL;
    struct arena *a = tx_arena(tx);
    struct census_row *list = NULL;
    size_t n = 0;
    size_t room = 0;
    enum rc rc = tx_query(tx, &TABLES, &r, e);
    while (rc == RC_OK && rows_next(r)) {
        *LIST_ADD(a, list, n, room) = (struct census_row){rows_copy(r, 0, a), rows_int(r, 1)};
    }
    rc = rc == RC_OK ? rows_end(r, e) : rc;
    if (rc == RC_OK) {
        *out = list;
        *out_n = n;
    }
    return rc;
}

enum rc census_demo(struct tx *tx, bool *out, struct err *e)
{
    int64_t n = 0;
    enum rc rc = tx_int(tx, &DEMO, &n, e);
    if (rc == RC_OK) {
        *out = n > 0;
    }
    return rc;
}

enum rc census_jobs(struct tx *tx, int64_t *out_waiting, int64_t *out_running, struct err *e)
{
    struct rows *r = NULL;
    enum rc rc = tx_find(tx, &JOBS, &r, e);
    if (rc != RC_OK) {
        return rc;
    }
    *out_waiting = rows_int(r, 0);
    *out_running = rows_int(r, 1) - rows_int(r, 0);
    return rows_end(r, e);
}

STATEMENTS(census, &TABLES, &DEMO, &JOBS);
