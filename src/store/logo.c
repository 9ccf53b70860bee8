/* logo.c — one row, found by its key. Its bytes are copied, so a page that shows only whether there
 * is one costs up to 200 KB; it is asked for a few times a day.
 */
#include "store/logo.h"

#include "store/statements.h"

#include <assert.h>

static const struct sql LOAD = {
    .text = "SELECT picture, side, changed_us FROM logo WHERE id = 1",
    .out = "bii",
};

static const struct sql PUT = {
    .text = "INSERT INTO logo (id, picture, side, changed_us, account_id)"
            " VALUES (1, $1, $2, $3, $4)"
            " ON CONFLICT (id) DO UPDATE SET picture = excluded.picture, side = excluded.side,"
            " changed_us = excluded.changed_us, account_id = excluded.account_id",
    .in = "biiI",
};

static const struct sql DROP = {
    .text = "DELETE FROM logo WHERE id = 1",
};

enum rc logo_load(struct tx *tx, struct arena *a, struct logo *out, struct err *e)
{
    struct rows *r = NULL;
    struct logo found = {.picture = STR_ABSENT};
    enum rc rc = tx_query(tx, &LOAD, &r, e);
    if (rc == RC_OK && rows_next(r)) {
        found.picture = arena_str(a, rows_bytes(r, 0));
        found.side = rows_int(r, 1);
        found.changed_us = rows_int(r, 2);
    }
    rc = rc == RC_OK ? rows_end(r, e) : rc;
    if (rc == RC_OK)
        *out = found;
    return rc;
}

enum rc logo_put(struct tx *tx, struct str picture, int64_t side, int64_t account_id, struct err *e)
{
    assert(tx_is_writing(tx));
    return tx_exec(tx, &PUT, e, picture, side, tx_now_us(tx),
                   account_id != 0 ? account_id : DB_NULL);
}

enum rc logo_drop(struct tx *tx, struct err *e)
{
    assert(tx_is_writing(tx));
    return tx_exec(tx, &DROP, e);
}

STATEMENTS(logo, &LOAD, &PUT, &DROP);
