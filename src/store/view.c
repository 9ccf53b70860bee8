/* view.c — what a person has chosen for each list of the console.
 *
 * One row for an account and name; the value is handed back as it came. The number for an account
 * has a ceiling because names come from the client and rows would otherwise be its to make without
 * end.
 */
#include "store/view.h"
#include "store/statements.h"

#include <assert.h>

enum { VIEWS_MOST = 100 };

static const struct sql FIND = {
    .text = "SELECT value FROM view_setting WHERE account_id = $1 AND name = $2",
    .in = "is",
    .out = "s",
};

static const struct sql COUNT = {
    .text = "SELECT count(*) FROM view_setting WHERE account_id = $1 AND name <> $2",
    .in = "is",
    .out = "i",
};

static const struct sql PUT = {
    .text = "INSERT INTO view_setting (account_id, name, value) VALUES ($1, $2, $3) "
            "ON CONFLICT (account_id, name) DO UPDATE SET value = excluded.value",
    .in = "iss",
};

enum rc view_find(struct tx *tx, int64_t account_id, struct str name, struct str *out,
                  struct err *e)
{
    struct rows *r = NULL;
    enum rc rc = tx_find(tx, &FIND, &r, e, account_id, name);
    if (rc != RC_OK) {
        return rc;
    }
    *out = rows_copy(r, 0, tx_arena(tx));
    return rows_end(r, e);
}

enum rc view_put(struct tx *tx, int64_t account_id, struct str name, struct str value,
                 struct err *e)
{
    assert(tx_is_writing(tx));
    int64_t n = 0;
    enum rc rc = tx_int(tx, &COUNT, &n, e, account_id, name);
    if (rc == RC_OK && n >= VIEWS_MOST) {
        return err_set(e, RC_LIMIT, "views_full", "name", "最多记住 %d 个列表的设置",
                       "at most %d lists are remembered", VIEWS_MOST);
    }
    return rc == RC_OK ? tx_exec(tx, &PUT, e, account_id, name, value) : rc;
}

STATEMENTS(view, &FIND, &COUNT, &PUT);
