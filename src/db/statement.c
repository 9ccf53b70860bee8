/* statement.c — from a `struct sql` to a prepared statement, its values, and its rows.
 *
 * A connection keeps what it has prepared: statements of the store by the address of their
 * struct sql in a small hash table that only grows (a program has some hundred), statements that
 * query/sql made by their text, DB_TEXTS of them, the least recently used one giving way. A
 * look-up is a multiplication and usually one comparison; running a cached statement allocates
 * nothing.
 *
 * Invariants: a statement whose rows are open is busy, and running it again inside itself
 * prepares a second copy that lives as long as its rows; the values match `in`, the columns
 * `out`; after a failure nothing runs until the transaction ends. The types are checked by
 * assertions, because only our own code can get them wrong.
 */
#include "db/driver.h"

#include "base/hash.h"

#include <assert.h>
#include <ctype.h>
#include <math.h>

/* ---- the cache ---- */

static void stmt_free(struct conn *c, struct stmt *st)
{
    if (st == NULL)
        return;
    assert(!st->busy);
    c->db->driver->finalize(c, st);
    free(st->text);
    free(st->in);
    free(st->out);
    free(st);
}

void stmt_cache_done(struct conn *c)
{
    struct stmt_cache *cache = &c->cache;
    for (size_t i = 0; i < cache->size; i++)
        stmt_free(c, cache->place[i]);
    for (size_t i = 0; i < DB_TEXTS; i++)
        stmt_free(c, cache->texts[i]);
    free(cache->place);
    *cache = (struct stmt_cache){0};
}

static char *copy_z(struct str s)
{
    char *z = malloc(s.n + 1);
    if (z == NULL)
        abort();
    if (s.n > 0)
        memcpy(z, s.p, s.n);
    z[s.n] = '\0';
    return z;
}

static bool has_word(struct str text, struct str word)
{
    for (size_t i = 0; i + word.n <= text.n; i++)
        if (str_eq_nocase(str_sub(text, i, word.n), word))
            return true;
    return false;
}

/* Whether a text may change the database: anything but a plain SELECT or VALUES. */
static bool text_writes(struct str text)
{
    struct str s = str_trim(text);
    while (str_starts(s, STR("/*"))) {
        ptrdiff_t end = str_find(s, STR("*/"));
        if (end < 0)
            break;
        s = str_trim(str_sub(s, (size_t)end + 2, s.n));
    }
    struct str word = str_sub(s, 0, 6);
    if (str_eq_nocase(word, STR("select")) || str_eq_nocase(word, STR("values")))
        return false;
    if (!str_eq_nocase(str_sub(s, 0, 4), STR("with")))
        return true;
    return has_word(s, STR("insert")) || has_word(s, STR("update")) || has_word(s, STR("delete"));
}

static enum rc stmt_new(struct conn *c, struct str text, struct str in, struct str out_types,
                        struct stmt **out, struct err *e)
{
    const struct driver *driver = c->db->driver;
    assert(driver->stmt_bytes >= sizeof(struct stmt));
    assert(in.n <= DB_PARAMS);
    struct stmt *st = calloc(1, driver->stmt_bytes);
    if (st == NULL)
        abort();
    st->text = copy_z(text);
    st->in = copy_z(in);
    st->out = copy_z(out_types);
    st->in_n = in.n;
    st->out_n = out_types.n;
    st->writes = text_writes(text);
    enum rc rc = driver->prepare(c, st, e);
    if (rc != RC_OK) {
        stmt_free(c, st);
        return rc;
    }
    *out = st;
    return RC_OK;
}

static struct str text_for(const struct conn *c, const struct sql *q)
{
    bool twin = c->db->driver->engine == DB_POSTGRES && q->pg != NULL;
    return str_from(twin ? q->pg : q->text);
}

static enum rc stmt_from_sql(struct conn *c, const struct sql *q, struct stmt **out, struct err *e)
{
    enum rc rc = stmt_new(c, text_for(c, q), str_from(q->in), str_from(q->out), out, e);
    if (rc == RC_OK)
        (*out)->q = q;
    return rc;
}

/* Where q is, or the free place where it belongs. */
static struct stmt **place_of(const struct stmt_cache *cache, const struct sql *q)
{
    size_t mask = cache->size - 1;
    assert(cache->size > 0 && (cache->size & mask) == 0);
    size_t i = (size_t)((uintptr_t)q * UINT64_C(0x9E3779B97F4A7C15) >> 20) & mask;
    while (cache->place[i] != NULL && cache->place[i]->q != q)
        i = (i + 1) & mask;
    return &cache->place[i];
}

static void cache_grow(struct stmt_cache *cache)
{
    struct stmt_cache bigger = *cache;
    bigger.size = cache->size == 0 ? 64 : cache->size * 2;
    bigger.place = calloc(bigger.size, sizeof(struct stmt *));
    if (bigger.place == NULL)
        abort();
    for (size_t i = 0; i < cache->size; i++)
        if (cache->place[i] != NULL)
            *place_of(&bigger, cache->place[i]->q) = cache->place[i];
    free(cache->place);
    *cache = bigger;
}

static enum rc cached_sql(struct conn *c, const struct sql *q, struct stmt **out, struct err *e)
{
    struct stmt_cache *cache = &c->cache;
    if (cache->n * 2 >= cache->size)
        cache_grow(cache);
    struct stmt **place = place_of(cache, q);
    if (*place != NULL) {
        *out = *place;
        return RC_OK;
    }
    enum rc rc = stmt_from_sql(c, q, place, e);
    if (rc != RC_OK) {
        *place = NULL;
        return rc;
    }
    cache->n++;
    *out = *place;
    return RC_OK;
}

static enum rc cached_text(struct conn *c, struct str text, struct str in, struct str out_types,
                           struct stmt **out, struct err *e)
{
    struct stmt_cache *cache = &c->cache;
    uint64_t hash = hash_bytes(out_types, hash_bytes(in, hash_bytes(text, 0)));
    size_t oldest = 0;
    for (size_t i = 0; i < DB_TEXTS; i++) {
        struct stmt *st = cache->texts[i];
        if (st != NULL && st->hash == hash && str_eq(str_from(st->text), text) &&
            str_eq(str_from(st->in), in) && str_eq(str_from(st->out), out_types)) {
            st->used = ++cache->clock;
            *out = st;
            return RC_OK;
        }
        const struct stmt *other = cache->texts[oldest];
        if (other != NULL && (st == NULL || (!st->busy && (other->busy || st->used < other->used))))
            oldest = i;
    }
    struct stmt *st;
    enum rc rc = stmt_new(c, text, in, out_types, &st, e);
    if (rc != RC_OK)
        return rc;
    st->hash = hash;
    st->used = ++cache->clock;
    struct stmt *gone = cache->texts[oldest];
    if (gone != NULL && gone->busy) {
        st->transient = true; /* all are in use: this one lives only for its own rows */
    } else {
        cache->texts[oldest] = st;
        stmt_free(c, gone);
    }
    *out = st;
    return RC_OK;
}

/* ---- values ---- */

static char small(char type)
{
    return (char)tolower((unsigned char)type);
}

static bool may_be_null(char type)
{
    return isupper((unsigned char)type) != 0;
}

static bool value_is_null(const struct db_value *v)
{
    switch (small(v->type)) {
    case 'i':
        return v->i == DB_NULL;
    case 'd':
        return isnan(v->d);
    default:
        return str_absent(v->s);
    }
}

/* Whether a value may stand for a parameter of this type. */
static bool value_fits(const struct db_value *v, char type)
{
    char have = small(v->type), want = small(type);
    bool text = (have == 's' || have == 'b') && (want == 's' || want == 'b');
    return (have == want || text || (have == 'i' && want == 'd')) &&
           (may_be_null(type) || !value_is_null(v));
}

static void check_values(const char *in, size_t n, const struct db_value *v)
{
    for (size_t i = 0; i < n; i++)
        assert(value_fits(&v[i], in[i]) &&
               "a value has the kind that `in` says, and is NULL only under a capital");
}

/* ---- running ---- */

/* RC_OK when a statement may run; otherwise the failure, again. */
static enum rc may_run(struct tx *tx, struct err *e)
{
    assert(tx->running && "inside a transaction");
    if (tx->failed == RC_OK)
        return RC_OK;
    return tx_fail(tx, tx->failed, e);
}

/* Before the first change that a closure of a group makes. */
static enum rc before_change(struct tx *tx)
{
    assert(tx->writing && "writing happens in closures of the writer");
    if (tx->wrote)
        return RC_OK;
    tx->wrote = true;
    return tx->grouped ? tx->db->driver->savepoint(tx->conn, &tx->err) : RC_OK;
}

static enum rc run_exec(struct tx *tx, struct stmt *st, const struct db_value *v)
{
    assert(st->out_n == 0 && "tx_exec() is for statements without a result");
    check_values(st->in, st->in_n, v);
    enum rc rc = st->writes ? before_change(tx) : RC_OK;
    return rc == RC_OK ? tx->db->driver->exec(tx->conn, st, v, &tx->err) : rc;
}

static enum rc run_query(struct tx *tx, struct stmt *st, const struct db_value *v, bool one,
                         struct rows **out)
{
    assert(st->out_n > 0 && "a query says the types of its columns");
    assert(!st->busy);
    check_values(st->in, st->in_n, v);
    enum rc rc = st->writes ? before_change(tx) : RC_OK;
    if (rc == RC_OK)
        rc = tx->db->driver->query(tx->conn, st, v, one, &tx->err);
    if (rc != RC_OK)
        return rc;
    struct rows *r = &st->rows;
    *r = (struct rows){.tx = tx, .st = st, .next = tx->open};
    tx->open = r;
    st->busy = true;
    *out = r;
    return RC_OK;
}

/* The statement for q; a second copy of it when its rows are being read. */
static enum rc stmt_for(struct tx *tx, const struct sql *q, struct stmt **out)
{
    enum rc rc = cached_sql(tx->conn, q, out, &tx->err);
    if (rc != RC_OK || !(*out)->busy)
        return rc;
    rc = stmt_from_sql(tx->conn, q, out, &tx->err);
    if (rc == RC_OK)
        (*out)->transient = true;
    return rc;
}

/* How many values a list has. */
static size_t list_count(const struct db_value *list)
{
    size_t n = 0;
    while (list[n].type != 0)
        n++;
    return n;
}

static size_t in_count(const struct sql *q)
{
    return q->in != NULL ? strlen(q->in) : 0;
}

enum rc tx_exec_values(struct tx *tx, const struct sql *q, const struct db_value *v, size_t n,
                       struct err *e)
{
    assert(n == in_count(q) && "as many values as `in` has letters");
    if (may_run(tx, e) != RC_OK)
        return tx->failed;
    struct stmt *st = NULL;
    enum rc rc = stmt_for(tx, q, &st);
    if (rc == RC_OK)
        rc = run_exec(tx, st, v);
    if (st != NULL && st->transient)
        stmt_free(tx->conn, st);
    return rc == RC_OK ? RC_OK : tx_fail(tx, rc, e);
}

static enum rc query(struct tx *tx, const struct sql *q, const struct db_value *v, size_t n,
                     bool one, struct rows **out, struct err *e)
{
    assert(n == in_count(q) && "as many values as `in` has letters");
    if (may_run(tx, e) != RC_OK)
        return tx->failed;
    struct stmt *st = NULL;
    enum rc rc = stmt_for(tx, q, &st);
    if (rc == RC_OK)
        rc = run_query(tx, st, v, one, out);
    if (rc == RC_OK)
        return RC_OK;
    if (st != NULL && st->transient)
        stmt_free(tx->conn, st);
    return tx_fail(tx, rc, e);
}

enum rc tx_exec_list(struct tx *tx, const struct sql *q, const struct db_value *list, struct err *e)
{
    return tx_exec_values(tx, q, list, list_count(list), e);
}

enum rc tx_query_values(struct tx *tx, const struct sql *q, const struct db_value *v, size_t n,
                        struct rows **out, struct err *e)
{
    return query(tx, q, v, n, false, out, e);
}

enum rc tx_query_list(struct tx *tx, const struct sql *q, const struct db_value *list,
                      struct rows **out, struct err *e)
{
    return query(tx, q, list, list_count(list), false, out, e);
}

enum rc tx_find_list(struct tx *tx, const struct sql *q, const struct db_value *list,
                     struct rows **out, struct err *e)
{
    struct rows *r;
    enum rc rc = query(tx, q, list, list_count(list), true, &r, e);
    if (rc != RC_OK)
        return rc;
    if (rows_next(r)) {
        *out = r;
        return RC_OK;
    }
    rc = rows_end(r, e);
    return rc == RC_OK ? RC_NOT_FOUND : rc;
}

enum rc tx_int_list(struct tx *tx, const struct sql *q, const struct db_value *list, int64_t *out,
                    struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find_list(tx, q, list, &r, e);
    if (rc != RC_OK)
        return rc;
    bool null = tx->db->driver->column_null(r, 0);
    int64_t value = null ? 0 : rows_int(r, 0);
    rc = rows_end(r, e);
    if (rc != RC_OK || null)
        return rc != RC_OK ? rc : RC_NOT_FOUND;
    *out = value;
    return RC_OK;
}

enum rc tx_prepare(struct tx *tx, const struct sql *q, struct err *e)
{
    if (may_run(tx, e) != RC_OK)
        return tx->failed;
    struct stmt *st;
    enum rc rc = cached_sql(tx->conn, q, &st, &tx->err);
    if (rc == RC_OK)
        rc = tx->db->driver->verify(tx->conn, st, &tx->err);
    return rc == RC_OK ? RC_OK : tx_fail(tx, rc, e);
}

int64_t tx_changes(struct tx *tx)
{
    assert(tx->running);
    if (tx->failed != RC_OK)
        return 0;
    enum rc rc = tx->db->driver->settle(tx->conn, &tx->err);
    if (rc == RC_OK)
        return tx->db->driver->changes(tx->conn);
    tx_fail(tx, rc, NULL);
    return 0;
}

enum rc tx_append_list(struct tx *tx, const struct sql *q, struct db_value *list, struct err *e)
{
    assert(tx->writing && "the log is written in closures of the writer");
    assert(list_count(list) == in_count(q) && q->in[0] == 'i' &&
           "$1 is the number, the rest are given");
    if (may_run(tx, e) != RC_OK)
        return tx->failed;
    struct stmt *st;
    enum rc rc = cached_sql(tx->conn, q, &st, &tx->err);
    if (rc == RC_OK) {
        assert(st->out_n == 0 && st->writes && !st->busy);
        check_values(st->in + 1, st->in_n - 1, list + 1);
        rc = tx->db->driver->append(tx->conn, st, list, &tx->err);
    }
    return rc == RC_OK ? RC_OK : tx_fail(tx, rc, e);
}

/* ---- statements made by query/sql ---- */

static enum rc text_stmt(struct tx *tx, struct str text, const char *out_types,
                         const struct db_value *v, size_t n, struct stmt **out)
{
    assert(n <= DB_PARAMS);
    char *in = arena_alloc(&tx->arena, n + 1);
    for (size_t i = 0; i < n; i++)
        in[i] = (char)toupper((unsigned char)v[i].type);
    enum rc rc =
        cached_text(tx->conn, text, (struct str){in, n}, str_from(out_types), out, &tx->err);
    if (rc != RC_OK || !(*out)->busy)
        return rc;
    rc = stmt_new(tx->conn, text, (struct str){in, n}, str_from(out_types), out, &tx->err);
    if (rc == RC_OK)
        (*out)->transient = true;
    return rc;
}

enum rc tx_query_text(struct tx *tx, struct str text, const char *out_types,
                      const struct db_value *v, size_t n, struct rows **out, struct err *e)
{
    if (may_run(tx, e) != RC_OK)
        return tx->failed;
    struct stmt *st = NULL;
    enum rc rc = text_stmt(tx, text, out_types, v, n, &st);
    if (rc == RC_OK)
        rc = run_query(tx, st, v, false, out);
    if (rc == RC_OK)
        return RC_OK;
    if (st != NULL && st->transient)
        stmt_free(tx->conn, st);
    return tx_fail(tx, rc, e);
}

enum rc tx_exec_text(struct tx *tx, struct str text, const struct db_value *v, size_t n,
                     struct err *e)
{
    if (may_run(tx, e) != RC_OK)
        return tx->failed;
    struct stmt *st = NULL;
    enum rc rc = text_stmt(tx, text, "", v, n, &st);
    if (rc == RC_OK)
        rc = run_exec(tx, st, v);
    if (st != NULL && st->transient)
        stmt_free(tx->conn, st);
    return rc == RC_OK ? RC_OK : tx_fail(tx, rc, e);
}

/* ---- rows ---- */

bool rows_next(struct rows *r)
{
    assert(r->tx != NULL && "not after rows_end()");
    struct tx *tx = r->tx;
    r->on_row = false;
    if (r->ended || tx->failed != RC_OK)
        return false;
    enum step step = tx->db->driver->next(r, &tx->err);
    r->on_row = step == STEP_ROW;
    r->ended = step != STEP_ROW;
    if (step == STEP_FAILED)
        tx_fail(tx, tx->err.rc, NULL);
    return r->on_row;
}

enum rc rows_end(struct rows *r, struct err *e)
{
    if (r == NULL)
        return RC_OK;
    assert(r->tx != NULL && "ended once");
    struct tx *tx = r->tx;
    struct stmt *st = r->st;
    tx->db->driver->end(r);
    struct rows **at = &tx->open;
    while (*at != r)
        at = &(*at)->next;
    *at = r->next;
    *r = (struct rows){0};
    st->busy = false;
    if (st->transient)
        stmt_free(tx->conn, st);
    return tx->failed == RC_OK ? RC_OK : tx_fail(tx, tx->failed, e);
}

/* The type that the statement gives a column, after checking that a row is there. */
static char column_type(const struct rows *r, int column)
{
    assert(r->tx != NULL && r->on_row && "rows_next() said true");
    assert(column >= 0 && (size_t)column < r->st->out_n);
    return r->st->out[column];
}

static bool column_is_null(const struct rows *r, int column, char type)
{
    if (!r->tx->db->driver->column_null(r, column))
        return false;
    assert(may_be_null(type) && "a column that may be NULL has a capital letter in `out`");
    return true;
}

bool rows_null(const struct rows *r, int column)
{
    return column_is_null(r, column, column_type(r, column));
}

/* An integer, or what stands for NULL. */
static int64_t int_else(const struct rows *r, int column, int64_t null)
{
    char type = column_type(r, column);
    assert(small(type) == 'i');
    return column_is_null(r, column, type) ? null : r->tx->db->driver->column_int(r, column);
}

int64_t rows_int(const struct rows *r, int column)
{
    return int_else(r, column, 0);
}

int64_t rows_known(const struct rows *r, int column)
{
    return int_else(r, column, DB_NULL);
}

void rows_ints(const struct rows *r, int64_t *out)
{
    assert(r->tx != NULL && r->on_row && "rows_next() said true");
    r->tx->db->driver->column_ints(r, r->st->out_n, out);
}

double rows_double(const struct rows *r, int column)
{
    char type = column_type(r, column);
    assert(small(type) == 'd');
    return column_is_null(r, column, type) ? 0 : r->tx->db->driver->column_double(r, column);
}

struct str rows_str(const struct rows *r, int column)
{
    char type = column_type(r, column);
    assert(small(type) == 's');
    return column_is_null(r, column, type) ? STR_ABSENT : r->tx->db->driver->column_str(r, column);
}

struct str rows_bytes(const struct rows *r, int column)
{
    char type = column_type(r, column);
    assert(small(type) == 'b');
    return column_is_null(r, column, type) ? STR_ABSENT : r->tx->db->driver->column_str(r, column);
}

struct str rows_copy(const struct rows *r, int column, struct arena *a)
{
    char type = column_type(r, column);
    assert(small(type) == 's' || small(type) == 'b');
    return column_is_null(r, column, type) ? STR_ABSENT
                                           : arena_str(a, r->tx->db->driver->column_str(r, column));
}

enum rc tx_scan(struct tx *tx, const struct db_scan *scan, struct err *e)
{
    const struct driver *driver = tx->db->driver;
    return driver->scan != NULL && !tx->writing ? driver->scan(tx->conn, scan, e) : RC_BUSY;
}
