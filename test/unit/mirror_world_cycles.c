/* mirror_world_cycles.c — see mirror_world_cycles.h. Orders of the world name products P0 … P8 of a
 * shop, so the two that cycles count from are made ahead of them. */
#include "mirror_world_cycles.h"

#include "store/cycle.h"
#include "store/event.h"

enum rc world_found_cycles(struct tx *tx, int founded, struct err *e)
{
    struct arena *a = tx_arena(tx);
    int64_t products[2];
    enum rc rc = RC_OK;
    for (int i = 0; rc == RC_OK && i < 2; i++) {
        struct product_row row = {.issuer = STR("shop"), .code = arena_printf(a, "P%d", i + 1)};
        row.name = row.code;
        rc = product_find(tx, row.issuer, row.code, &row, e);
        if (rc == RC_NOT_FOUND) {
            row.id = tx_id(tx);
            rc = product_add(tx, &row, e);
        }
        products[i] = row.id;
    }
    const struct cycle_rule rules[] = {
        {.products = products, .n_products = 2, .length = 20},
        {.products = products, .n_products = 1, .length = 1, .months = true},
        {.starts = CYCLE_EVENT, .kind_id = EVENT_VIEW, .length = 10},
        {.starts = CYCLE_EVENT, .kind_id = EVENT_ORDER, .length = 2, .months = true},
    };
    for (int i = 0; rc == RC_OK && i < 4; i++) {
        struct cycle c = {
            .name = arena_printf(a, "周期%d of %d", i, founded), .rule = rules[i], .enabled = true};
        rc = cycle_add(tx, &c, e);
    }
    return rc;
}
