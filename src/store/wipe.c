/* wipe.c — the tables of customers' data in an order in which nothing is deleted before what refers
 * to it.
 *
 * Each large table has a statement that takes up to 2,000 rows by its key; small ones go whole. A
 * closure works down the list and stops at the first table that gave rows, so the next one begins
 * there again: wiping is finished when a pass deletes nothing.
 */
#include "store/wipe.h"

#include "store/event_tail.h"
#include "store/removal.h"
#include "store/statements.h"

#include <assert.h>

#define SOME(table, key)                                                                           \
    "DELETE FROM " table " WHERE " key " IN (SELECT " key " FROM " table " LIMIT 2000) /*scan*/"
#define SOME_OF_TWO(table, one, two)                                                               \
    "DELETE FROM " table " WHERE (" one ", " two ") IN (SELECT " one ", " two " FROM " table       \
    " LIMIT 2000) /*scan*/"
#define SOME_OF_THREE(table, one, two, three)                                                      \
    "DELETE FROM " table " WHERE (" one ", " two ", " three ") IN (SELECT " one ", " two           \
    ", " three " FROM " table " LIMIT 2000) /*scan*/"

static const struct sql WIPE[] = {
    {.text = SOME_OF_TWO("audience_move", "audience_id", "id")},
    {.text = SOME_OF_TWO("audience_member", "audience_id", "from_id")},
    {.text = SOME_OF_TWO("audience_size", "audience_id", "hour_s")},
    {.text = SOME("audience_follow", "audience_id")},
    {.text = SOME_OF_TWO("tier_move", "run_id", "customer_id")},
    {.text = SOME_OF_TWO("customer_tier", "model_id", "customer_id")},
    {.text = SOME("rfm_score", "customer_id")},
    {.text = SOME("clv_score", "customer_id")},
    {.text = SOME("customer_stats", "customer_id")},
    {.text = SOME("note", "id")},
    {.text = SOME_OF_TWO("customer_field", "customer_id", "field_id")},
    {.text = SOME_OF_TWO("customer_tag", "customer_id", "tag_id")},
    {.text = SOME_OF_TWO("relation_tag", "relation_id", "tag_id")},
    {.text = SOME("relation", "id")},
    {.text = SOME("churn_alert", "id")},
    {.text = SOME("binding", "customer_id")},
    {.text = SOME("binding_step", "id")},
    {.text = SOME("binding_log", "id")},
    {.text = "DELETE FROM code_entry WHERE code_id > 0 /*scan*/"},
    {.text = "DELETE FROM code_member WHERE code_id > 0 /*scan*/"},
    {.text = "DELETE FROM code_hours WHERE code_id > 0 /*scan*/"},
    {.text = "DELETE FROM code_welcome WHERE code_id > 0 /*scan*/"},
    {.text = "DELETE FROM code_group WHERE code_id > 0 /*scan*/"},
    {.text = "DELETE FROM code_tag WHERE code_id > 0 /*scan*/"},
    {.text = "DELETE FROM code_warning WHERE id > 0 /*scan*/"},
    {.text = "DELETE FROM code_page_view WHERE code_id > 0 /*scan*/"},
    {.text = "DELETE FROM group_greeting WHERE id > 0 /*scan*/"},
    {.text = "DELETE FROM link_day WHERE code_id > 0 /*scan*/"},
    {.text = "DELETE FROM code WHERE id > 0 /*scan*/"},
    {.text = SOME_OF_TWO("group_member", "group_id", "customer_id")},
    {.text = SOME("order_item", "seq")},
    {.text = SOME("refund", "id")},
    {.text = SOME("orders", "id")},
    {.text = SOME("merge_proposal", "id")},
    {.text = SOME("merge", "id")},
    {.text = SOME_OF_TWO("customer_name_index", "bigram_hash", "customer_id")},
    {.text = SOME("identity", "id")},
    {.text = SOME_OF_THREE("event_part_block", "part_id", "last_id", "no")},
    {.text = SOME("event_part", "id")},
    {.text = SOME("event", "seq")},
    {.text = SOME("change", "seq")},
    {.text = "DELETE FROM customer WHERE id IN (SELECT id FROM customer WHERE root_id <> id LIMIT "
             "2000) /*scan*/"},
    {.text = SOME("customer", "id")},
    {.text = "DELETE FROM tier_size WHERE run_id > 0 /*scan*/"},
    {.text = "DELETE FROM tier_run WHERE id > 0 /*scan*/"},
    {.text = "DELETE FROM tier WHERE id > 0 /*scan*/"},
    {.text = "DELETE FROM tier_model WHERE id > 0 /*scan*/"},
    {.text = "DELETE FROM score_fit WHERE id > 0 /*scan*/"},
    {.text = "DELETE FROM audience_version WHERE audience_id > 0 /*scan*/"},
    {.text = "DELETE FROM audience WHERE id > 0 /*scan*/"},
    {.text = "DELETE FROM chat_group WHERE id > 0 /*scan*/"},
    {.text = "DELETE FROM cost WHERE id > 0 /*scan*/"},
    {.text = "DELETE FROM source WHERE id > 1 /*scan*/"},
    {.text = "DELETE FROM cycle_product WHERE cycle_id > 0 /*scan*/"},
    {.text = "DELETE FROM cycle WHERE id > 0 /*scan*/"},
    {.text = "DELETE FROM product WHERE id > 0 /*scan*/"},
    {.text = "DELETE FROM channel WHERE id > 5 /*scan*/"},
    {.text = "DELETE FROM field WHERE id > 0 /*scan*/"},
    {.text = "DELETE FROM tag WHERE id > 0 /*scan*/"},
    {.text = "DELETE FROM tag_group WHERE id > 0 /*scan*/"},
    {.text = "DELETE FROM tag_category WHERE id > 0 /*scan*/"},
    {.text = "DELETE FROM account_staff WHERE account_id > 0 /*scan*/"},
    {.text = "UPDATE account SET staff_id = NULL WHERE staff_id IS NOT NULL /*scan*/"},
    {.text = "DELETE FROM staff_full WHERE staff_id > 0 /*scan*/"},
    {.text = "DELETE FROM staff WHERE id > 0 /*scan*/"},
    {.text = "DELETE FROM department_above WHERE department_id > 0 /*scan*/"},
    {.text = "DELETE FROM department WHERE id IN (SELECT d.id FROM department d WHERE NOT EXISTS"
             " (SELECT 1 FROM department c WHERE c.parent_id = d.id)) /*scan*/"},
    {.text = "DELETE FROM batch WHERE kind = 'demo' /*scan*/"},
};
enum { WIPE_N = sizeof WIPE / sizeof *WIPE };
_Static_assert(WIPE_N == 68, "STATEMENTS below names each");

static const struct sql OTHERS = {
    .text = "SELECT count(*) FROM batch WHERE kind <> 'demo' AND state <> 'undone' /*scan*/",
    .out = "i",
};

STATEMENTS(wipe, &OTHERS, &WIPE[0], &WIPE[1], &WIPE[2], &WIPE[3], &WIPE[4], &WIPE[5], &WIPE[6],
           &WIPE[7], &WIPE[8], &WIPE[9], &WIPE[10], &WIPE[11], &WIPE[12], &WIPE[13], &WIPE[14],
           &WIPE[15], &WIPE[16], &WIPE[17], &WIPE[18], &WIPE[19], &WIPE[20], &WIPE[21], &WIPE[22],
           &WIPE[23], &WIPE[24], &WIPE[25], &WIPE[26], &WIPE[27], &WIPE[28], &WIPE[29], &WIPE[30],
           &WIPE[31], &WIPE[32], &WIPE[33], &WIPE[34], &WIPE[35], &WIPE[36], &WIPE[37], &WIPE[38],
           &WIPE[39], &WIPE[40], &WIPE[41], &WIPE[42], &WIPE[43], &WIPE[44], &WIPE[45], &WIPE[46],
           &WIPE[47], &WIPE[48], &WIPE[49], &WIPE[50], &WIPE[51], &WIPE[52], &WIPE[53], &WIPE[54],
           &WIPE[55], &WIPE[56], &WIPE[57], &WIPE[58], &WIPE[59], &WIPE[60], &WIPE[61], &WIPE[62],
           &WIPE[63], &WIPE[64], &WIPE[65], &WIPE[66], &WIPE[67]);

enum rc wipe_some(struct tx *tx, bool *out_empty, struct err *e)
{
    assert(tx_is_writing(tx));
    for (size_t i = 0; i < WIPE_N; i++) {
        enum rc rc = tx_exec(tx, &WIPE[i], e);
        if (rc != RC_OK)
            return rc;
        if (tx_changes(tx) > 0) {
            *out_empty = false;
            return removal_note(tx, e);
        }
    }
    event_tail_forget(tx_db(tx));
    *out_empty = true;
    return RC_OK;
}

enum rc wipe_others(struct tx *tx, int64_t *out, struct err *e)
{
    return tx_int(tx, &OTHERS, out, e);
}
