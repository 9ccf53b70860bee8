/* wecom_sync.c — rows of a sync; a few for each member of staff, none for a customer.
 *
 * Lists are read by the index on state, a hundred at a time, so that a corp of any size is walked
 * in bounded memory. Costs a probe for each row and each staff or group that is looked at.
 */
#include "store/wecom_sync.h"

#include "store/list.h"
#include "store/statements.h"

#include <assert.h>

static const char *const KINDS[] = {"department", "member", "follow", "group"};
static const char *const STATES[] = {"waiting", "done", "outside", "failed"};
enum { KIND_COUNT = sizeof KINDS / sizeof *KINDS, STATE_COUNT = sizeof STATES / sizeof *STATES };

static const struct sql ADD = {
    .text = "INSERT INTO wecom_sync_item (job_id, kind, ref, chunk, state)"
            " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (job_id, kind, ref) DO NOTHING",
    .in = "issis",
};
static const struct sql SET = {
    .text = "INSERT INTO wecom_sync_item (job_id, kind, ref, state, error)"
            " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (job_id, kind, ref)"
            " DO UPDATE SET state = excluded.state, error = excluded.error",
    .in = "isssS",
};
static const struct sql NOTE = {
    .text = "UPDATE wecom_sync_item SET error = $4 WHERE job_id = $1 AND kind = $2 AND ref = $3",
    .in = "issS",
};
#define ITEM_COLUMNS "SELECT kind, state, ref, error FROM wecom_sync_item WHERE job_id = $1 "
#define ITEM_TYPES "sssS"
static const struct sql WAITING = {
    .text = ITEM_COLUMNS "AND kind = $2 AND state = 'waiting' AND chunk = $3 ORDER BY ref LIMIT $4",
    .in = "isii",
    .out = ITEM_TYPES,
};
static const struct sql CHUNK = {
    .text = ITEM_COLUMNS "AND kind = $2 AND chunk = $3 ORDER BY ref",
    .in = "isi",
    .out = ITEM_TYPES,
};
static const struct sql OPEN = {
    .text = ITEM_COLUMNS "AND state IN ('failed', 'outside') ORDER BY kind, ref LIMIT $2",
    .in = "ii",
    .out = ITEM_TYPES,
};
static const struct sql COUNT = {
    .text = "SELECT count(*) FROM wecom_sync_item WHERE job_id = $1 AND kind = $2",
    .in = "is",
    .out = "i",
};
static const struct sql CLEAR = {
    .text = "DELETE FROM wecom_sync_item WHERE (job_id, kind, ref) IN (SELECT job_id, kind, ref"
            " FROM wecom_sync_item /*scan*/ WHERE $2 = 1 OR job_id <> $1 LIMIT $3)",
    .in = "iii",
};
static const struct sql REST_STAFF = {
    .text = "SELECT s.id, s.userid FROM staff s WHERE s.id > $2 AND s.status = 'active'"
            " AND NOT EXISTS (SELECT 1 FROM wecom_sync_item i WHERE i.job_id = $1"
            " AND i.kind = 'member' AND i.ref = s.userid) ORDER BY s.id LIMIT $3",
    .in = "iii",
    .out = "is",
};
static const struct sql REST_GROUPS = {
    .text = "SELECT g.id, g.external_id FROM chat_group g WHERE g.id > $3 AND g.dismissed_s IS NULL"
            " AND g.external_id IS NOT NULL AND (g.told_us IS NULL OR g.told_us < $2)"
            " AND NOT EXISTS (SELECT 1 FROM wecom_sync_item i WHERE i.job_id = $1"
            " AND i.kind = 'group' AND i.ref = g.external_id) ORDER BY g.id LIMIT $4",
    .in = "iiii",
    .out = "is",
};
static const struct sql REST_TAG = {
    .text = "SELECT coalesce(min(t.id), 0) FROM tag t /*scan*/ WHERE t.archived_s IS NOT NULL"
            " AND t.external_id IS NULL AND EXISTS (SELECT 1 FROM relation_tag x"
            " WHERE x.tag_id = t.id)",
    .out = "i",
};
static const struct sql KNOWN_FRIENDSHIPS = {
    .text = "SELECT count(*) FROM relation /*scan*/ WHERE deleted_s IS NULL",
    .out = "i",
};
static const struct sql KNOWN_GROUPS = {
    .text = "SELECT count(*) FROM chat_group /*scan*/ WHERE external_id IS NOT NULL"
            " AND dismissed_s IS NULL",
    .out = "i",
};

STATEMENTS(wecom_sync, &ADD, &SET, &NOTE, &WAITING, &CHUNK, &OPEN, &COUNT, &CLEAR, &REST_STAFF,
           &REST_GROUPS, &REST_TAG, &KNOWN_FRIENDSHIPS, &KNOWN_GROUPS);

const char *sync_kind_name(enum sync_kind kind)
{
    assert((unsigned)kind < KIND_COUNT);
    return KINDS[kind];
}

const char *sync_state_name(enum sync_state state)
{
    assert((unsigned)state < STATE_COUNT);
    return STATES[state];
}

static struct str kind_text(enum sync_kind kind)
{
    return str_from(sync_kind_name(kind));
}

enum rc sync_item_add(struct tx *tx, int64_t job_id, enum sync_kind kind, struct str ref,
                      int64_t chunk, struct err *e)
{
    enum sync_state state = kind == SYNC_MEMBER ? SYNC_DONE : SYNC_WAITING;
    assert(tx_is_writing(tx) && !str_empty(ref));
    return tx_exec(tx, &ADD, e, job_id, kind_text(kind), ref, chunk,
                   str_from(sync_state_name(state)));
}

enum rc sync_item_set(struct tx *tx, int64_t job_id, enum sync_kind kind, struct str ref,
                      enum sync_state state, struct str error, struct err *e)
{
    assert(tx_is_writing(tx) && !str_empty(ref));
    return tx_exec(tx, &SET, e, job_id, kind_text(kind), ref, str_from(sync_state_name(state)),
                   error);
}

enum rc sync_item_note(struct tx *tx, int64_t job_id, enum sync_kind kind, struct str ref,
                       struct str error, struct err *e)
{
    assert(tx_is_writing(tx));
    return tx_exec(tx, &NOTE, e, job_id, kind_text(kind), ref, error);
}

/* Which of a list of names a text is; the database has no others. */
static int name_of(const char *const *names, int n, struct str text)
{
    int i = 0;
    while (i < n && !str_eq(text, str_from(names[i])))
        i++;
    assert(i < n);
    return i;
}

static enum rc read_items(struct tx *tx, struct rows *r, struct sync_item **out, size_t *out_n,
                          struct err *e)
{
    struct arena *a = tx_arena(tx);
    struct sync_item *list = NULL;
    size_t n = 0, room = 0;
    while (rows_next(r)) {
        struct sync_item *item = LIST_ADD(a, list, n, room);
        item->kind = (enum sync_kind)name_of(KINDS, KIND_COUNT, rows_str(r, 0));
        item->state = (enum sync_state)name_of(STATES, STATE_COUNT, rows_str(r, 1));
        item->ref = rows_copy(r, 2, a);
        item->error = rows_copy(r, 3, a);
    }
    enum rc rc = rows_end(r, e);
    if (rc == RC_OK) {
        *out = list;
        *out_n = n;
    }
    return rc;
}

enum rc sync_items_waiting(struct tx *tx, int64_t job_id, enum sync_kind kind, int64_t chunk,
                           int64_t limit, struct sync_item **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &WAITING, &r, e, job_id, kind_text(kind), chunk, limit);
    return rc == RC_OK ? read_items(tx, r, out, out_n, e) : rc;
}

enum rc sync_items_chunk(struct tx *tx, int64_t job_id, enum sync_kind kind, int64_t chunk,
                         struct sync_item **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &CHUNK, &r, e, job_id, kind_text(kind), chunk);
    return rc == RC_OK ? read_items(tx, r, out, out_n, e) : rc;
}

enum rc sync_items_open(struct tx *tx, int64_t job_id, int64_t limit, struct sync_item **out,
                        size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &OPEN, &r, e, job_id, limit);
    return rc == RC_OK ? read_items(tx, r, out, out_n, e) : rc;
}

enum rc sync_items_count(struct tx *tx, int64_t job_id, enum sync_kind kind, int64_t *out,
                         struct err *e)
{
    return tx_int(tx, &COUNT, out, e, job_id, kind_text(kind));
}

enum rc sync_items_clear(struct tx *tx, int64_t job_id, bool own, int64_t limit, bool *out_more,
                         struct err *e)
{
    assert(tx_is_writing(tx));
    enum rc rc = tx_exec(tx, &CLEAR, e, job_id, own ? 1 : 0, limit);
    if (rc == RC_OK)
        *out_more = tx_changes(tx) >= limit;
    return rc;
}

static enum rc read_rest(struct tx *tx, struct rows *r, struct sync_rest **out, size_t *out_n,
                         struct err *e)
{
    struct arena *a = tx_arena(tx);
    struct sync_rest *list = NULL;
    size_t n = 0, room = 0;
    while (rows_next(r)) {
        struct sync_rest *rest = LIST_ADD(a, list, n, room);
        rest->id = rows_int(r, 0);
        rest->ref = rows_copy(r, 1, a);
    }
    enum rc rc = rows_end(r, e);
    if (rc == RC_OK) {
        *out = list;
        *out_n = n;
    }
    return rc;
}

enum rc sync_rest_staff(struct tx *tx, int64_t job_id, int64_t after_id, int64_t limit,
                        struct sync_rest **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &REST_STAFF, &r, e, job_id, after_id, limit);
    return rc == RC_OK ? read_rest(tx, r, out, out_n, e) : rc;
}

enum rc sync_rest_groups(struct tx *tx, int64_t job_id, int64_t since_us, int64_t after_id,
                         int64_t limit, struct sync_rest **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &REST_GROUPS, &r, e, job_id, since_us, after_id, limit);
    return rc == RC_OK ? read_rest(tx, r, out, out_n, e) : rc;
}

enum rc sync_rest_tag(struct tx *tx, int64_t *out_id, struct err *e)
{
    return tx_int(tx, &REST_TAG, out_id, e);
}

enum rc sync_known(struct tx *tx, int64_t *out_friendships, int64_t *out_groups, struct err *e)
{
    enum rc rc = tx_int(tx, &KNOWN_FRIENDSHIPS, out_friendships, e);
    return rc == RC_OK ? tx_int(tx, &KNOWN_GROUPS, out_groups, e) : rc;
}
