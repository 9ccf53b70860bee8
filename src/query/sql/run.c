/* run.c — asks the compiled questions. Each is one statement around the text of compile.c;
 * identical questions share a prepared statement through the connection's cache of texts. */
#include "query/sql/compile.h"
#include "store/event_index.h"
#include "store/ids.h"

#include <assert.h>
#include <stdlib.h>

/* The question's text between `before` and `after`, with room for `extra` more values behind its
 * own. */
struct asked {
    struct str text;
    struct db_value *values;
    size_t n;
};

enum { EXTRA = 2 };

/* The numbers of the events of one customer; of a group there are none to be asked for. */
static enum rc find_seqs(struct tx *tx, const struct audience_question *q, int64_t id,
                         struct str *out, struct err *e)
{
    int64_t *family = NULL, *seqs = NULL;
    size_t family_n = 0, n = 0;
    enum rc rc = RC_OK;
    if (q->expr->subject == AUDIENCE_CUSTOMER)
        rc = event_index_family(tx, &id, 1, &family, &family_n, e);
    if (rc == RC_OK)
        rc = event_index_seqs(tx, family, family_n, &seqs, &n, e);
    if (rc == RC_OK)
        *out = ids_text(tx_arena(tx), seqs, n);
    return rc;
}

/* Puts "before <text> q after" together; each '#' in `after` is the next of the `extra` values. */
static enum rc ask(struct tx *tx, const struct audience_question *q, int64_t only,
                   const char *before, const char *after, const int64_t *extra, size_t n_extra,
                   struct asked *out, struct err *e)
{
    assert(n_extra <= EXTRA);
    struct str text;
    struct db_value *values = NULL;
    size_t n = 0;
    struct arena *a = tx_arena(tx);
    struct str seqs = STR_ABSENT;
    enum rc rc = only != 0 ? find_seqs(tx, q, only, &seqs, e) : RC_OK;
    if (rc == RC_OK)
        rc = compile_question(a, tx_engine(tx), q, only, seqs, 1, &text, &values, &n, e);
    if (rc != RC_OK)
        return rc;
    struct buf b;
    set_begin(&b);
    out->values = ARENA_ARRAY(a, struct db_value, n + EXTRA);
    for (size_t i = 0; i < n; i++)
        out->values[i] = values[i];
    buf_addz(&b, before);
    buf_add(&b, text);
    struct str rest = str_from(after), part;
    for (size_t i = 0; str_cut(&rest, '#', &part); i++) {
        buf_add(&b, part);
        if (str_absent(rest))
            break;
        assert(i < n_extra);
        out->values[n] = (struct db_value){.type = 'i', .i = extra[i]};
        buf_addf(&b, "$%zu", ++n);
    }
    assert(!b.failed);
    out->text = arena_str(a, buf_str(&b));
    out->n = n;
    buf_done(&b);
    return RC_OK;
}

/* The first column of the only row. */
static enum rc one(struct tx *tx, const struct asked *asked, int64_t *out, struct err *e)
{
    struct rows *rows;
    enum rc rc = tx_query_text(tx, asked->text, "i", asked->values, asked->n, &rows, e);
    if (rc != RC_OK)
        return rc;
    int64_t value = rows_next(rows) ? rows_int(rows, 0) : 0;
    rc = rows_end(rows, e);
    if (rc == RC_OK)
        *out = value;
    return rc;
}

enum rc audience_count(struct tx *tx, const struct audience_question *q, int64_t *out,
                       struct err *e)
{
    assert(tx != NULL && out != NULL);
    struct asked asked;
    enum rc rc = ask(tx, q, 0, "SELECT count(*) FROM (", ") q", NULL, 0, &asked, e);
    return rc != RC_OK ? rc : one(tx, &asked, out, e);
}

enum rc audience_contains(struct tx *tx, const struct audience_question *q, int64_t id, bool *out,
                          struct err *e)
{
    assert(tx != NULL && out != NULL);
    if (id <= 0) {
        *out = false;
        return RC_OK;
    }
    struct asked asked;
    int64_t n = 0;
    enum rc rc = ask(tx, q, id, "SELECT count(*) FROM (", ") q", NULL, 0, &asked, e);
    if (rc == RC_OK)
        rc = one(tx, &asked, &n, e);
    if (rc == RC_OK)
        *out = n > 0;
    return rc;
}

static enum rc ids(struct tx *tx, const struct asked *asked, int64_t limit, int64_t *out_ids,
                   size_t *out_n, struct err *e)
{
    struct rows *rows;
    enum rc rc = tx_query_text(tx, asked->text, "i", asked->values, asked->n, &rows, e);
    if (rc != RC_OK)
        return rc;
    size_t n = 0;
    while (rows_next(rows)) {
        assert(n < (size_t)limit);
        out_ids[n++] = rows_int(rows, 0);
    }
    rc = rows_end(rows, e);
    if (rc == RC_OK)
        *out_n = n;
    return rc;
}

enum rc audience_page(struct tx *tx, const struct audience_question *q, int64_t after_id,
                      int64_t limit, int64_t *out_ids, size_t *out_n, struct err *e)
{
    assert(tx != NULL && out_ids != NULL && out_n != NULL);
    assert(limit > 0);
    struct asked asked;
    int64_t extra[] = {after_id, limit};
    enum rc rc = ask(tx, q, 0, "SELECT q.id FROM (", ") q WHERE q.id > # ORDER BY q.id LIMIT #",
                     extra, 2, &asked, e);
    return rc != RC_OK ? rc : ids(tx, &asked, limit, out_ids, out_n, e);
}

enum rc audience_each(struct tx *tx, const struct audience_question *q,
                      void (*see)(void *to, int64_t id), void *to, struct err *e)
{
    assert(tx != NULL && see != NULL);
    struct asked asked;
    struct rows *rows;
    enum rc rc = ask(tx, q, 0, "SELECT q.id FROM (", ") q", NULL, 0, &asked, e);
    if (rc == RC_OK)
        rc = tx_query_text(tx, asked.text, "i", asked.values, asked.n, &rows, e);
    if (rc != RC_OK)
        return rc;
    while (rows_next(rows))
        see(to, rows_int(rows, 0));
    return rows_end(rows, e);
}

enum rc audience_sample(struct tx *tx, const struct audience_question *q, int64_t limit,
                        int64_t *out_ids, size_t *out_n, struct err *e)
{
    assert(tx != NULL && out_ids != NULL && out_n != NULL);
    assert(limit > 0);
    struct asked asked;
    enum rc rc =
        ask(tx, q, 0, "SELECT q.id FROM (",
            ") q ORDER BY (q.id % 1000003) * 7919 % 1000003, q.id LIMIT #", &limit, 1, &asked, e);
    if (rc == RC_OK)
        rc = ids(tx, &asked, limit, out_ids, out_n, e);
    if (rc == RC_OK && *out_n > 1)
        qsort(out_ids, *out_n, sizeof *out_ids, ids_compare);
    return rc;
}

enum rc audience_explain(struct tx *tx, const struct audience_question *q, struct buf *out,
                         struct err *e)
{
    assert(tx != NULL && out != NULL);
    if (tx_engine(tx) != DB_SQLITE)
        return err_set(e, RC_INVALID, "explain_engine", "", "只有 SQLite 能在这里显示查询计划",
                       "only SQLite shows the plan of a question here");
    struct asked asked;
    struct rows *rows;
    enum rc rc = ask(tx, q, 0, "EXPLAIN QUERY PLAN ", "", NULL, 0, &asked, e);
    if (rc == RC_OK)
        rc = tx_query_text(tx, asked.text, "iiis", asked.values, asked.n, &rows, e);
    if (rc != RC_OK)
        return rc;
    while (rows_next(rows)) {
        buf_add(out, rows_str(rows, 3));
        buf_addc(out, '\n');
    }
    return rows_end(rows, e);
}
