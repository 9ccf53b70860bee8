/* removal.c — one row with one number.
 *
 * It only ever grows, so two readings that are equal mean that nothing went in between. On
 * PostgreSQL those who count it up wait for each other's transactions; removals are rare. Costs a
 * probe by key each.
 */
#include "store/removal.h"

#include "store/statements.h"

#include <assert.h>

static const struct sql TIMES = {
    .text = "SELECT times FROM removal WHERE id = 1",
    .out = "i",
};
static const struct sql NOTE = {
    .text = "UPDATE removal SET times = times + 1 WHERE id = 1",
};

STATEMENTS(removal, &TIMES, &NOTE);

enum rc removal_times(struct tx *tx, int64_t *out, struct err *e)
{
    return tx_int(tx, &TIMES, out, e);
}

enum rc removal_note(struct tx *tx, struct err *e)
{
    assert(tx_is_writing(tx));
    return tx_exec(tx, &NOTE, e);
}
