/* setting.c — one row for each setting that someone has set in the console.
 *
 * Values are text; secret ones arrive here sealed already (hex). A row whose name no longer is a
 * setting is left alone and has no effect, so that an older program can be put back.
 */
#include "store/setting.h"
#include "store/list.h"
#include "store/statements.h"

#include <assert.h>

static const struct sql LIST = {
    .text = "SELECT name, value FROM setting /*scan*/ ORDER BY name",
    .out = "ss",
};

static const struct sql PUT = {
    .text = "INSERT INTO setting (name, value, updated_us, account_id) VALUES ($1, $2, $3, $4) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_us = "
            "excluded.updated_us, "
            "account_id = excluded.account_id",
    .in = "ssiI",
};

static const struct sql DROP = {
    .text = "DELETE FROM setting WHERE name = $1",
    .in = "s",
};

enum rc setting_list(struct tx *tx, struct setting_row **out, size_t *out_n, struct err *e)
{
    struct rows *r = NULL;
    struct arena *a = tx_arena(tx);
    struct setting_row *list = NULL;
    size_t n = 0;
    size_t room = 0;
    enum rc rc = tx_query(tx, &LIST, &r, e);
    while (rc == RC_OK && rows_next(r)) {
        *LIST_ADD(a, list, n, room) = (struct setting_row){rows_copy(r, 0, a), rows_copy(r, 1, a)};
    }
    rc = rc == RC_OK ? rows_end(r, e) : rc;
    if (rc == RC_OK) {
        *out = list;
        *out_n = n;
    }
    return rc;
}

enum rc setting_put(struct tx *tx, struct str name, struct str value, int64_t account_id,
                    struct err *e)
{
    assert(tx_is_writing(tx));
    return tx_exec(tx, &PUT, e, name, value, tx_now_us(tx), account_id != 0 ? account_id : DB_NULL);
}

enum rc setting_delete(struct tx *tx, struct str name, struct err *e)
{
    return tx_exec(tx, &DROP, e, name);
}

STATEMENTS(setting, &LIST, &PUT, &DROP);
