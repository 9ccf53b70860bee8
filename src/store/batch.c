/* batch.c — rows of imports: their file (name and hash), mapping, state and counts; mappings by the
 * hash of a header.
 *
 * Counts are written by the import in the same transaction as the rows they count, so a list never
 * shows what is not there. The mapping of a batch is the one it was read with, kept for reading it
 * again after a crash. A row or two by key each: microseconds.
 */
#include "store/batch.h"

#include "store/event.h"
#include "store/event_index.h"
#include "store/ids.h"
#include "store/list.h"
#include "store/statements.h"

#include <assert.h>

#define BATCH_COLUMNS                                                                              \
    "SELECT id, kind, file_name, file_hash, mapping, state, lines, added, known, rejected, "       \
    "job_id, created_s, undone_s"                                                                  \
    " FROM batch "
#define BATCH_TYPES "issbssiiiiIiI"

static const struct sql BATCH_ADD = {
    .text = "INSERT INTO batch (id, kind, file_name, file_hash, mapping, state, job_id, created_s)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    .in = "issbssIi",
};
static const struct sql BATCH_GET = {
    .text = BATCH_COLUMNS "WHERE id = $1", .in = "i", .out = BATCH_TYPES};
static const struct sql BATCH_LIST = {
    .text = BATCH_COLUMNS "WHERE id < $1 ORDER BY id DESC LIMIT $2",
    .in = "ii",
    .out = BATCH_TYPES,
};
static const struct sql BATCH_PUT = {
    .text = "UPDATE batch SET state = $2, lines = $3, added = $4, known = $5, rejected = $6 WHERE "
            "id = $1",
    .in = "isiiii",
};
static const struct sql BATCH_STATE = {
    .text = "UPDATE batch SET state = $2, undone_s = $3 WHERE id = $1",
    .in = "isI",
};
static const struct sql BATCH_JOB = {.text = "UPDATE batch SET job_id = $2 WHERE id = $1",
                                     .in = "ii"};
static const struct sql BATCH_OF_FILE = {
    .text = "SELECT id FROM batch WHERE file_hash = $1 AND kind = $2 AND state IN ('running', "
            "'stopped', 'done')"
            " ORDER BY id DESC LIMIT 1",
    .in = "bs",
    .out = "i",
};
static const struct sql MAPPING_RECALL = {
    .text = "SELECT mapping FROM import_mapping WHERE kind = $1 AND header_hash = $2",
    .in = "sb",
    .out = "s",
};
static const struct sql MAPPING_REMEMBER = {
    .text =
        "INSERT INTO import_mapping (kind, header_hash, mapping, used_s) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (kind, header_hash) DO UPDATE SET mapping = excluded.mapping, used_s = "
        "excluded.used_s",
    .in = "sbsi",
};

static const struct sql BATCH_TOUCHED = {
    .text = "SELECT id FROM (SELECT customer_id AS id FROM orders WHERE batch_id = $1 AND "
            "customer_id > $2"
            " UNION SELECT id FROM customer WHERE batch_id = $1 AND id > $2) AS touched ORDER BY "
            "id",
    .in = "ii",
    .out = "i",
};
/* $1 the earliest event, DB_NULL for none. */
static const struct sql BATCH_FIRST_SEEN = {
    .text = "UPDATE customer SET first_s = coalesce((SELECT min(t.s) FROM (SELECT min(o.at_s) AS s"
            " FROM orders o WHERE o.customer_id = $2 UNION ALL SELECT $1) AS t), first_s)"
            " WHERE id = $2",
    .in = "Ii",
};
#define MADE(ids) "SELECT id FROM customer WHERE batch_id = $1 AND id " ids " ORDER BY id"
static const struct sql BATCH_MADE = {
    .text = MADE(IDS_LITE("$2")),
    .pg = MADE(IDS_PG("$2")),
    .in = "is",
    .out = "i",
};

STATEMENTS(batch, &BATCH_ADD, &BATCH_GET, &BATCH_LIST, &BATCH_PUT, &BATCH_STATE, &BATCH_JOB,
           &BATCH_OF_FILE, &MAPPING_RECALL, &MAPPING_REMEMBER, &BATCH_TOUCHED, &BATCH_MADE,
           &BATCH_FIRST_SEEN);

static const char *const kinds[] = {"orders", "customers", "events", "demo"};
static const char *const states[] = {"running", "stopped", "done", "undoing", "undone", "failed"};

const char *batch_kind_name(enum batch_kind k)
{
    assert(k < BATCH_KINDS);
    return kinds[k];
}

const char *batch_state_name(enum batch_state s)
{
    assert(s <= BATCH_FAILED);
    return states[s];
}

enum batch_kind batch_kind_from(struct str name)
{
    int k = 0;
    while (k < BATCH_KINDS && !str_eq(name, str_from(kinds[k])))
        k++;
    return (enum batch_kind)k;
}

static enum batch_state state_from(struct str name)
{
    int s = 0;
    while (s < BATCH_FAILED && !str_eq(name, str_from(states[s])))
        s++;
    return (enum batch_state)s;
}

enum rc batch_add(struct tx *tx, const struct batch_row *b, struct err *e)
{
    assert(tx_is_writing(tx) && b->id != 0 && b->file_hash.n == 32);
    return tx_exec(tx, &BATCH_ADD, e, b->id, str_from(kinds[b->kind]), b->file_name, b->file_hash,
                   b->mapping, str_from(states[b->state]), b->job_id == 0 ? DB_NULL : b->job_id,
                   tx_now_s(tx));
}

static struct batch_row read_batch(struct tx *tx, const struct rows *r)
{
    struct arena *a = tx_arena(tx);
    return (struct batch_row){
        .id = rows_int(r, 0),
        .kind = batch_kind_from(rows_str(r, 1)),
        .file_name = rows_copy(r, 2, a),
        .file_hash = rows_copy(r, 3, a),
        .mapping = rows_copy(r, 4, a),
        .state = state_from(rows_str(r, 5)),
        .lines = rows_int(r, 6),
        .added = rows_int(r, 7),
        .known = rows_int(r, 8),
        .rejected = rows_int(r, 9),
        .job_id = rows_int(r, 10),
        .created_s = rows_int(r, 11),
        .undone_s = rows_int(r, 12),
    };
}

enum rc batch_get(struct tx *tx, int64_t id, struct batch_row *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &BATCH_GET, &r, e, id);
    if (rc == RC_NOT_FOUND) {
        err_set(e, rc, "import_unknown", "id", "没有这次导入", "there is no such import");
        err_hint(e, "用 GET /api/imports 查看导入记录", "GET /api/imports lists them");
    }
    if (rc != RC_OK)
        return rc;
    *out = read_batch(tx, r);
    return rows_end(r, e);
}

enum rc batch_list(struct tx *tx, int64_t before, int64_t limit, struct batch_row **out,
                   size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &BATCH_LIST, &r, e, before, limit);
    if (rc != RC_OK)
        return rc;
    struct batch_row *list = NULL;
    size_t n = 0, room = 0;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), list, n, room) = read_batch(tx, r);
    rc = rows_end(r, e);
    if (rc != RC_OK)
        return rc;
    *out = list;
    *out_n = n;
    return RC_OK;
}

enum rc batch_put(struct tx *tx, int64_t id, enum batch_state state, int64_t lines, int64_t added,
                  int64_t known, int64_t rejected, struct err *e)
{
    return tx_exec(tx, &BATCH_PUT, e, id, str_from(states[state]), lines, added, known, rejected);
}

enum rc batch_set_state(struct tx *tx, int64_t id, enum batch_state state, struct err *e)
{
    return tx_exec(tx, &BATCH_STATE, e, id, str_from(states[state]),
                   state == BATCH_UNDONE ? tx_now_s(tx) : DB_NULL);
}

enum rc batch_set_job(struct tx *tx, int64_t id, int64_t job_id, struct err *e)
{
    return tx_exec(tx, &BATCH_JOB, e, id, job_id);
}

enum rc batch_of_file(struct tx *tx, enum batch_kind kind, struct str file_hash, int64_t *out_id,
                      struct err *e)
{
    return tx_int(tx, &BATCH_OF_FILE, out_id, e, file_hash, str_from(kinds[kind]));
}

enum rc mapping_recall(struct tx *tx, enum batch_kind kind, struct str header_hash, struct str *out,
                       struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &MAPPING_RECALL, &r, e, str_from(kinds[kind]), header_hash);
    if (rc != RC_OK)
        return rc;
    *out = rows_copy(r, 0, tx_arena(tx));
    return rows_end(r, e);
}

enum rc mapping_remember(struct tx *tx, enum batch_kind kind, struct str header_hash,
                         struct str mapping, struct err *e)
{
    return tx_exec(tx, &MAPPING_REMEMBER, e, str_from(kinds[kind]), header_hash, mapping,
                   tx_now_s(tx));
}

enum rc batch_customers(struct tx *tx, int64_t batch_id, int64_t after, int64_t **out,
                        size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &BATCH_TOUCHED, &r, e, batch_id, after);
    return rc == RC_OK ? ids_read(tx, r, out, out_n, e) : rc;
}

/* Each customer's earliest event. */
struct firsts {
    const int64_t *ids; /* ascending */
    size_t n;
    int64_t *at_s; /* DB_NULL: none */
};

static void see_first(void *to, const struct event_ref *ref)
{
    struct firsts *f = to;
    const int64_t *id = bsearch(&ref->customer_id, f->ids, f->n, sizeof *f->ids, ids_compare);
    int64_t *at_s = &f->at_s[id - f->ids];
    if (*at_s == DB_NULL || ref->at_s < *at_s)
        *at_s = ref->at_s;
}

/* The customers that the batch made, ascending. */
static enum rc made_by(struct tx *tx, int64_t batch_id, const int64_t *ids, size_t n, int64_t *out,
                       size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &BATCH_MADE, &r, e, batch_id, ids_text(tx_arena(tx), ids, n));
    if (rc != RC_OK)
        return rc;
    while (*out_n < n && rows_next(r))
        out[(*out_n)++] = rows_int(r, 0);
    return rows_end(r, e);
}

enum rc batch_first_seen(struct tx *tx, int64_t batch_id, const int64_t *ids, size_t n,
                         struct err *e)
{
    int64_t *made = ARENA_ARRAY(tx_arena(tx), int64_t, n + 1);
    struct firsts f = {.ids = made, .at_s = ARENA_ARRAY(tx_arena(tx), int64_t, n + 1)};
    if (n == 0)
        return RC_OK;
    for (size_t i = 0; i < n; i++)
        f.at_s[i] = DB_NULL;
    enum rc rc = made_by(tx, batch_id, ids, n, made, &f.n, e);
    struct event_ask ask = {.ids = made, .n = f.n, EVENT_ALWAYS};
    if (rc == RC_OK)
        rc = event_index_each(tx, &ask, see_first, &f, e);
    for (size_t i = 0; rc == RC_OK && i < f.n; i++)
        rc = tx_exec(tx, &BATCH_FIRST_SEEN, e, f.at_s[i], made[i]);
    for (size_t i = 0; rc == RC_OK && i < f.n; i++)
        rc = change_add(tx, "customer", made[i], made[i], e);
    return rc;
}
