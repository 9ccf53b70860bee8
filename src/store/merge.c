/* merge.c — merges as rows that can be read back, and proposals.
 *
 * What a merge did is in its row, so undoing needs no other memory. The tree below a customer is
 * found by a recursive walk over merges in force (index merge_kept), the edge above it by
 * merge_merged: both cost a few probes, since families are small. Proposals are kept for ever: a
 * pair that a human has told apart is not proposed again.
 */
#include "store/merge.h"

#include "store/ids.h"
#include "store/list.h"
#include "store/scope.h"
#include "store/statements.h"

#include <assert.h>

static const struct sql MERGE_ADD = {
    .text = "INSERT INTO merge (id, kept_id, merged_id, reason, moved, filled, at_us, account_id)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    .in = "iiisssiI",
};

#define MERGE_COLUMNS                                                                              \
    "m.id, m.kept_id, m.merged_id, m.reason, m.moved, m.filled, m.at_us, m.account_id,"            \
    " m.undone_us, m.undone_by"
#define MERGE_TYPES "iiisssiIII"
#define MERGE_BY_ID "SELECT " MERGE_COLUMNS " FROM merge m WHERE m.id = $1"
static const struct sql MERGE_LOAD = {
    .text = MERGE_BY_ID,
    .pg = MERGE_BY_ID " FOR UPDATE",
    .in = "i",
    .out = MERGE_TYPES,
};
static const struct sql MERGE_SET_FILLED = {
    .text = "UPDATE merge SET filled = $2 WHERE id = $1",
    .in = "is",
};
static const struct sql MERGE_SET_UNDONE = {
    .text = "UPDATE merge SET undone_us = $2, undone_by = $3 WHERE id = $1",
    .in = "iiI",
};
static const struct sql MERGE_INTO = {
    .text = "SELECT " MERGE_COLUMNS " FROM merge m WHERE m.kept_id = $1 AND m.id >= $2"
            " AND m.undone_us IS NULL ORDER BY m.id",
    .in = "ii",
    .out = MERGE_TYPES,
};
static const struct sql MERGE_ABOVE = {
    .text = "SELECT " MERGE_COLUMNS " FROM merge m WHERE m.merged_id = $1 AND m.undone_us IS NULL",
    .in = "i",
    .out = MERGE_TYPES,
};
static const struct sql MERGE_TREE = {
    .text = "WITH RECURSIVE below (id) AS (SELECT c.id FROM customer c WHERE c.id = $1"
            " UNION SELECT m.merged_id FROM below b JOIN merge m ON m.kept_id = b.id"
            " WHERE m.undone_us IS NULL) SELECT id FROM below",
    .in = "i",
    .out = "i",
};

#define SHOWN "SELECT " MERGE_COLUMNS ", k.nickname, d.nickname, a.name"
#define SHOWN_JOINS                                                                                \
    " JOIN customer k ON k.id = m.kept_id JOIN customer d ON d.id = m.merged_id"                   \
    " LEFT JOIN account a ON a.id = m.account_id"
static const struct sql MERGE_LIST = {
    .text = SHOWN " FROM merge m" SHOWN_JOINS " WHERE m.id < $2 AND k.erased_s IS NULL"
            " AND " SCOPE_CUSTOMER("k.root_id", "$1") " ORDER BY m.id DESC LIMIT $3",
    .in = "iii",
    .out = MERGE_TYPES "SSS",
};
static const struct sql MERGE_LIST_FAMILY = {
    .text = SHOWN " FROM customer f JOIN merge m ON m.kept_id = f.id" SHOWN_JOINS
            " WHERE f.root_id = $4 AND m.id < $2 AND " SCOPE_CUSTOMER("k.root_id", "$1")
            " ORDER BY m.id DESC LIMIT $3",
    .in = "iiii",
    .out = MERGE_TYPES "SSS",
};

static const struct sql PROPOSAL_ADD = {
    .text = "INSERT INTO merge_proposal (id, low_id, high_id, reason, state, created_s)"
            " VALUES ($1, $2, $3, $4, 'open', $5) ON CONFLICT (low_id, high_id, reason) DO NOTHING",
    .in = "iiisi",
};
#define PROPOSAL                                                                                   \
    "SELECT p.id, p.low_id, p.high_id, p.reason, p.state, p.created_s, p.decided_s,"               \
    " p.decided_by, l.root_id, h.root_id FROM merge_proposal p"                                                  \
    " JOIN customer l ON l.id = p.low_id JOIN customer h ON h.id = p.high_id"
#define PROPOSAL_TYPES "iiissiIIii"
#define PROPOSAL_SEEN(account)                                                                     \
    " AND l.erased_s IS NULL AND h.erased_s IS NULL"                                               \
    " AND " SCOPE_CUSTOMER("l.root_id", account)                                                   \
    " AND " SCOPE_CUSTOMER("h.root_id", account)
static const struct sql PROPOSAL_LOAD = {
    .text = PROPOSAL " WHERE p.id = $1" PROPOSAL_SEEN("$2"),
    .in = "ii",
    .out = PROPOSAL_TYPES,
};
static const struct sql PROPOSAL_DECIDE = {
    .text = "UPDATE merge_proposal SET state = $2, decided_s = $3, decided_by = $4 WHERE id = $1",
    .in = "isiI",
};
static const struct sql PROPOSAL_LIST = {
    .text = PROPOSAL " WHERE p.state = $2 AND p.id < $3"
            " AND (p.state <> 'open' OR l.root_id <> h.root_id)" PROPOSAL_SEEN("$1") " ORDER BY p.id DESC LIMIT $4",
    .in = "isii",
    .out = PROPOSAL_TYPES,
};
static const struct sql PROPOSAL_COUNT_OPEN = {
    .text = "SELECT count(*) FROM (SELECT 1 FROM merge_proposal p"
            " JOIN customer l ON l.id = p.low_id JOIN customer h ON h.id = p.high_id WHERE p.state = 'open' AND l.root_id <> h.root_id"
            PROPOSAL_SEEN("$1") " LIMIT 1000) q",
    .in = "i",
    .out = "i",
};

STATEMENTS(merge, &MERGE_ADD, &MERGE_LOAD, &MERGE_SET_FILLED, &MERGE_SET_UNDONE, &MERGE_INTO,
           &MERGE_ABOVE, &MERGE_TREE, &MERGE_LIST, &MERGE_LIST_FAMILY, &PROPOSAL_ADD,
           &PROPOSAL_LOAD, &PROPOSAL_DECIDE, &PROPOSAL_LIST, &PROPOSAL_COUNT_OPEN);

static void read_merge(const struct rows *r, struct arena *a, struct merge_row *out)
{
    *out = (struct merge_row){
        .id = rows_int(r, 0),
        .kept_id = rows_int(r, 1),
        .merged_id = rows_int(r, 2),
        .reason = rows_copy(r, 3, a),
        .moved = rows_copy(r, 4, a),
        .filled = rows_copy(r, 5, a),
        .at_us = rows_int(r, 6),
        .account_id = rows_known(r, 7),
        .undone_us = rows_known(r, 8),
        .undone_by = rows_known(r, 9),
    };
}

enum rc merge_add(struct tx *tx, const struct merge_row *row, struct err *e)
{
    assert(tx_is_writing(tx) && row->kept_id != row->merged_id);
    return tx_exec(tx, &MERGE_ADD, e, row->id, row->kept_id, row->merged_id, row->reason,
                   row->moved, row->filled, row->at_us, row->account_id);
}

enum rc merge_load(struct tx *tx, int64_t id, struct merge_row *out, struct err *e)
{
    assert(tx_is_writing(tx));
    struct rows *r;
    enum rc rc = tx_find(tx, &MERGE_LOAD, &r, e, id);
    if (rc != RC_OK)
        return rc;
    read_merge(r, tx_arena(tx), out);
    return rows_end(r, e);
}

enum rc merge_set_filled(struct tx *tx, int64_t id, struct str filled, struct err *e)
{
    return tx_exec(tx, &MERGE_SET_FILLED, e, id, filled);
}

enum rc merge_set_undone(struct tx *tx, int64_t id, int64_t account_id, struct err *e)
{
    return tx_exec(tx, &MERGE_SET_UNDONE, e, id, tx_now_us(tx),
                   account_id == 0 ? DB_NULL : account_id);
}

enum rc merge_into(struct tx *tx, int64_t kept_id, int64_t from_id, struct merge_row **out,
                   size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &MERGE_INTO, &r, e, kept_id, from_id);
    if (rc != RC_OK)
        return rc;

    struct merge_row *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        read_merge(r, tx_arena(tx), LIST_ADD(tx_arena(tx), list, n, room));
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc merge_above(struct tx *tx, int64_t merged_id, struct merge_row *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &MERGE_ABOVE, &r, e, merged_id);
    if (rc != RC_OK)
        return rc;
    read_merge(r, tx_arena(tx), out);
    return rows_end(r, e);
}

enum rc merge_tree(struct tx *tx, int64_t customer_id, int64_t **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &MERGE_TREE, &r, e, customer_id);
    return rc == RC_OK ? ids_read(tx, r, out, out_n, e) : rc;
}

enum rc merge_list(struct tx *tx, int64_t scope_account, int64_t root_id, int64_t before_id,
                   int64_t limit, struct merge_shown **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc =
        root_id == 0
            ? tx_query(tx, &MERGE_LIST, &r, e, scope_account, before_id, limit)
            : tx_query(tx, &MERGE_LIST_FAMILY, &r, e, scope_account, before_id, limit, root_id);
    if (rc != RC_OK)
        return rc;

    struct arena *a = tx_arena(tx);
    struct merge_shown *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r)) {
        struct merge_shown *m = LIST_ADD(a, list, n, room);
        read_merge(r, a, &m->row);
        m->kept_nickname = rows_copy(r, 10, a);
        m->merged_nickname = rows_copy(r, 11, a);
        m->account = rows_copy(r, 12, a);
    }
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

/* ---- proposals ---- */

static void read_proposal(const struct rows *r, struct arena *a, struct proposal_row *out)
{
    *out = (struct proposal_row){
        .id = rows_int(r, 0),
        .low_id = rows_int(r, 1),
        .high_id = rows_int(r, 2),
        .reason = rows_copy(r, 3, a),
        .state = rows_copy(r, 4, a),
        .created_s = rows_int(r, 5),
        .decided_s = rows_known(r, 6),
        .decided_by = rows_known(r, 7),
        .low_root_id = rows_int(r, 8),
        .high_root_id = rows_int(r, 9),
    };
}

enum rc proposal_add(struct tx *tx, int64_t one_id, int64_t other_id, const char *reason,
                     bool *out_added, struct err *e)
{
    assert(tx_is_writing(tx) && one_id != other_id);

    int64_t low = one_id < other_id ? one_id : other_id;
    int64_t high = one_id < other_id ? other_id : one_id;
    enum rc rc =
        tx_exec(tx, &PROPOSAL_ADD, e, tx_id(tx), low, high, str_from(reason), tx_now_s(tx));
    if (rc == RC_OK)
        *out_added = tx_changes(tx) == 1;
    return rc;
}

enum rc proposal_load(struct tx *tx, int64_t id, int64_t scope_account, struct proposal_row *out,
                      struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &PROPOSAL_LOAD, &r, e, id, scope_account);
    if (rc != RC_OK)
        return rc;
    read_proposal(r, tx_arena(tx), out);
    return rows_end(r, e);
}

enum rc proposal_decide(struct tx *tx, int64_t id, bool accept, int64_t account_id, struct err *e)
{
    return tx_exec(tx, &PROPOSAL_DECIDE, e, id, accept ? STR("accepted") : STR("rejected"),
                   tx_now_s(tx), account_id == 0 ? DB_NULL : account_id);
}

enum rc proposal_list(struct tx *tx, int64_t scope_account, struct str state, int64_t before_id,
                      int64_t limit, struct proposal_row **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &PROPOSAL_LIST, &r, e, scope_account, state, before_id, limit);
    if (rc != RC_OK)
        return rc;

    struct proposal_row *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        read_proposal(r, tx_arena(tx), LIST_ADD(tx_arena(tx), list, n, room));
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc proposal_count_open(struct tx *tx, int64_t scope_account, int64_t *out, struct err *e)
{
    return tx_int(tx, &PROPOSAL_COUNT_OPEN, out, e, scope_account);
}
