/* customer_list.c — pages of customers under any of the list's filters, without a statement made at
 * run time.
 *
 * Two ways to a page, both of constant statements:
 *
 * Sets. Each filter that has an index is a set of roots. They are fetched, at most CAP of each, and
 * the smallest one is the candidates: the other filters are tested on it, it is sorted in memory,
 * and the total is exact.
 *
 * Walk. When every set is larger than CAP (or there is none), rows are read in the order of the
 * list, block by block, each with the answer whether it matches; matches are then so frequent that
 * a page is soon full. A walk that finds too little within BUDGET rows (a large set at the far end)
 * gives way to sets without the cap.
 *
 * With CAP at 10,000 a page costs at most about 40 ms either way: fetching a set is 2 µs a row,
 * testing all filters 3 µs. A search in nicknames has no index and looks at all of them (0.3 µs
 * each).
 */
#include "store/customer_list.h"

#include "store/ids.h"
#include "store/like.h"
#include "store/list.h"
#include "store/scope.h"
#include "store/statements.h"

#include <assert.h>

enum {
    CAP = 10000,
    BUDGET = 200000,
    COUNT_BUDGET = 20000, /* rows a walk goes on for the sake of the total */
    BLOCK_MAX = 4000,
    ALL_MAX = 4000000,
};

/* clang-format off */
#define ROOT(c) c ".root_id = " c ".id AND " c ".erased_s IS NULL"

/* ---- whether customer c matches: $1 … $13 ---- */

/* CROSS JOIN makes SQLite begin with the family, which is small, whatever it thinks of the other
 * tables. */
#define MEMBER_HAS(tables, where)                                                                  \
    "EXISTS (SELECT 1 FROM customer m CROSS JOIN " tables " WHERE m.root_id = c.id AND " where ")"
/* Asked once: most tags are put either on customers or on relations, so one of the two searches
 * falls away. */
#define ANYWHERE(table) "EXISTS (SELECT 1 FROM " table " z WHERE z.tag_id = $2)"
#define FRIENDS "r.customer_id = m.id AND r.deleted_s IS NULL"
#define HIT(ids)                                                                                   \
    "(" SCOPE_CUSTOMER("c.id", "$1")                                                               \
    " AND ($2 IS NULL OR (" ANYWHERE("customer_tag") " AND "                                       \
    MEMBER_HAS("customer_tag t", "t.customer_id = m.id AND t.tag_id = $2")                         \
    ") OR (" ANYWHERE("relation_tag") " AND "                                                      \
    MEMBER_HAS("relation r CROSS JOIN relation_tag t",                                             \
               "r.customer_id = m.id AND t.relation_id = r.id AND t.tag_id = $2")                  \
    ")) AND ($3 IS NULL OR c.stage_id = $3) AND ($4 IS NULL OR c.source_id = $4)"                   \
    " AND ($5 IS NULL OR " MEMBER_HAS("relation r", FRIENDS " AND r.staff_id = $5")                \
    ") AND ($6 IS NULL OR "                                                                        \
    MEMBER_HAS("relation r CROSS JOIN staff s CROSS JOIN department_above d",                      \
               FRIENDS " AND s.id = r.staff_id AND d.department_id = s.department_id"              \
               " AND d.above_id = $6")                                                             \
    ") AND ($7 IS NULL OR c.city = $7)"                                                            \
    " AND ($8 IS NULL OR EXISTS (SELECT 1 FROM customer_tier t"                                    \
    " WHERE t.tier_id = $8 AND t.customer_id = c.id))"                                             \
    " AND ($9 IS NULL OR $9 = CASE WHEN " MEMBER_HAS("relation r", FRIENDS)                        \
    " THEN 1 ELSE 0 END)"                                                                          \
    " AND ($10 IS NULL OR c.added_s >= $10) AND ($11 IS NULL OR c.added_s < $11)"                  \
    " AND ($12 IS NULL OR lower(c.nickname) LIKE $12 ESCAPE '\\' OR c.id " ids "))"
#define HIT_IN "iIIIIISIIIISS"

#define MATCHING(hit, ids)                                                                         \
    "SELECT c.id FROM customer c WHERE c.id " ids " AND " ROOT("c") " AND " hit
static const struct sql LIST_MATCHING = {
    .text = MATCHING(HIT(IDS_LITE("$13")), IDS_LITE("$14")),
    .pg = MATCHING(HIT(IDS_PG("$13")), IDS_PG("$14")),
    .in = HIT_IN "s",
    .out = "i",
};

/* ---- walks: id, key and whether it matches, behind ($14, $15), at most $16 rows ---- */

#define WALK(hit, key, from, where, order)                                                         \
    "SELECT c.id, " key ", CASE WHEN " hit " THEN 1 ELSE 0 END FROM " from                         \
    " WHERE " ROOT("c") " AND " where " ORDER BY " order " LIMIT $16"
#define WALKS(key, from, where, order)                                                             \
    .text = WALK(HIT(IDS_LITE("$13")), key, from, where, order),                                   \
    .pg = WALK(HIT(IDS_PG("$13")), key, from, where, order), .in = HIT_IN "iii", .out = "iii"

#define NEWEST "(c.listed_s, c.id) < ($14, $15) AND c.listed_s >= coalesce($10, 0)"
#define NEWEST_FIRST "c.listed_s DESC, c.id DESC"
static const struct sql WALK_ADDED_DESC = {
    WALKS("c.listed_s", "customer c", NEWEST, NEWEST_FIRST),
};
static const struct sql WALK_ADDED = {
    WALKS("c.listed_s", "customer c",
          "(c.listed_s, c.id) > ($14, $15) AND c.listed_s < coalesce($11, 9000000000000000000)",
          "c.listed_s, c.id"),
};
static const struct sql WALK_STAGE = {
    WALKS("c.listed_s", "customer c", "c.stage_id = $3 AND " NEWEST, NEWEST_FIRST),
};
static const struct sql WALK_SOURCE = {
    WALKS("c.listed_s", "customer c", "c.source_id = $4 AND " NEWEST, NEWEST_FIRST),
};
#define BY_STATS(column)                                                                           \
    WALKS("s." column, "customer_stats s CROSS JOIN customer c",                                   \
          "c.id = s.customer_id AND (s." column ", s.customer_id) < ($14, $15)",                   \
          "s." column " DESC, s.customer_id DESC")
static const struct sql WALK_SPEND = {BY_STATS("spend_fen")};
static const struct sql WALK_ORDERS = {BY_STATS("orders")};
static const struct sql WALK_LAST_ORDER = {BY_STATS("last_order_s")};
#define NO_KEY "-9000000000000000000"
static const int64_t no_key = -9000000000000000000;
/* Who never bought, behind those who did. $14 is looked at only so that all walks take the same. */
static const struct sql WALK_NEVER_BOUGHT = {
    WALKS(NO_KEY, "customer c",
          "c.id < $15 AND $14 = $14 AND NOT EXISTS"
          " (SELECT 1 FROM customer_stats s WHERE s.customer_id = c.id)",
          "c.id DESC"),
};

/* ---- sets: root ids with the keys of all sorts ----
 *
 * Each has a probe that counts its rows in an index, up to $2: it may count some that the set then
 * leaves out, never too few. $1 is what the filter asks for, $3 a second thing. */

#define KEYS                                                                                       \
    "r.id, r.listed_s, coalesce(s.spend_fen, " NO_KEY "), coalesce(s.orders, " NO_KEY "),"         \
    " coalesce(s.last_order_s, " NO_KEY ")"
#define KEYS_OUT "iiiii"
#define WITH_STATS " LEFT JOIN customer_stats s ON s.customer_id = r.id"
#define COUNTED(rows) "(SELECT count(*) FROM (SELECT 1 FROM " rows " LIMIT $2) q)"
#define PROBE(rows, types) {.text = "SELECT " COUNTED(rows), .in = types, .out = "i"}
/* Of members: their roots, each once. */
#define SET_OF(from, where)                                                                        \
    {                                                                                              \
        .text = "SELECT DISTINCT " KEYS " FROM " from " JOIN customer c ON c.id = x.customer_id"   \
                " JOIN customer r ON r.id = c.root_id" WITH_STATS                                  \
                " WHERE " where " AND x.deleted_s IS NULL AND r.erased_s IS NULL LIMIT $2",        \
        .in = "ii", .out = KEYS_OUT,                                                               \
    }
#define MINE "account_staff a JOIN relation x ON x.staff_id = a.staff_id"
static const struct sql SET_SCOPE = SET_OF(MINE, "a.account_id = $1");
static const struct sql PROBE_SCOPE =
    PROBE(MINE " WHERE a.account_id = $1 AND x.deleted_s IS NULL", "ii");
static const struct sql SET_STAFF = SET_OF("relation x", "x.staff_id = $1");
static const struct sql PROBE_STAFF =
    PROBE("relation x WHERE x.staff_id = $1 AND x.deleted_s IS NULL", "ii");
#define TEAM                                                                                       \
    "department_above d JOIN staff f ON f.department_id = d.department_id"                         \
    " JOIN relation x ON x.staff_id = f.id"
static const struct sql SET_DEPARTMENT = SET_OF(TEAM, "d.above_id = $1");
static const struct sql PROBE_DEPARTMENT =
    PROBE(TEAM " WHERE d.above_id = $1 AND x.deleted_s IS NULL", "ii");
static const struct sql SET_TAG = {
    .text = "SELECT " KEYS " FROM (SELECT c.root_id FROM customer_tag t"
            " JOIN customer c ON c.id = t.customer_id WHERE t.tag_id = $1"
            " UNION SELECT c.root_id FROM relation_tag t JOIN relation x ON x.id = t.relation_id"
            " JOIN customer c ON c.id = x.customer_id WHERE t.tag_id = $1) q"
            " JOIN customer r ON r.id = q.root_id" WITH_STATS " WHERE r.erased_s IS NULL LIMIT $2",
    .in = "ii",
    .out = KEYS_OUT,
};
static const struct sql PROBE_TAG = {
    .text = "SELECT " COUNTED("customer_tag WHERE tag_id = $1") " + "
            COUNTED("relation_tag WHERE tag_id = $1"),
    .in = "ii",
    .out = "i",
};
/* Who is no friend now: never was, or some friendship ended and none is left. */
static const struct sql SET_APART = {
    .text = "SELECT " KEYS " FROM (SELECT c.id AS root_id FROM customer c WHERE c.listed_s = 0"
            " AND " ROOT("c") " UNION SELECT c.root_id FROM relation x"
            " JOIN customer c ON c.id = x.customer_id WHERE x.deleted_s IS NOT NULL) q"
            " JOIN customer r ON r.id = q.root_id" WITH_STATS
            " WHERE $1 = 0 AND r.erased_s IS NULL AND NOT EXISTS (SELECT 1 FROM customer m"
            " CROSS JOIN relation x WHERE m.root_id = r.id AND x.customer_id = m.id"
            " AND x.deleted_s IS NULL) LIMIT $2",
    .in = "ii",
    .out = KEYS_OUT,
};
static const struct sql PROBE_APART = {
    .text = "SELECT $1 + " COUNTED("customer c WHERE c.listed_s = 0 AND " ROOT("c")) " + "
            COUNTED("relation WHERE deleted_s IS NOT NULL"),
    .in = "ii",
    .out = "i",
};
#define SET_ROOTS(from, where, types)                                                              \
    {                                                                                              \
        .text = "SELECT " KEYS " FROM " from WITH_STATS                                            \
                " WHERE " where " AND " ROOT("r") " LIMIT $2",                                     \
        .in = types, .out = KEYS_OUT,                                                              \
    }
static const struct sql SET_TIER =
    SET_ROOTS("customer_tier t JOIN customer r ON r.id = t.customer_id", "t.tier_id = $1", "ii");
static const struct sql PROBE_TIER = PROBE("customer_tier WHERE tier_id = $1", "ii");
static const struct sql SET_STAGE = SET_ROOTS("customer r", "r.stage_id = $1", "ii");
static const struct sql PROBE_STAGE =
    PROBE("customer r WHERE r.stage_id = $1 AND " ROOT("r"), "ii");
static const struct sql SET_SOURCE = SET_ROOTS("customer r", "r.source_id = $1", "ii");
static const struct sql PROBE_SOURCE =
    PROBE("customer r WHERE r.source_id = $1 AND " ROOT("r"), "ii");
static const struct sql SET_CITY = SET_ROOTS("customer r", "r.city = $1", "si");
static const struct sql PROBE_CITY = PROBE("customer WHERE city = $1", "si");
#define ADDED "r.listed_s >= coalesce($1, 1) AND r.listed_s < coalesce($3, 9000000000000000000)"
static const struct sql SET_ADDED = SET_ROOTS("customer r", ADDED, "IiI");
static const struct sql PROBE_ADDED = PROBE("customer r WHERE " ADDED " AND " ROOT("r"), "IiI");
/* + keeps to the table's own order, which is quicker than any index when all of it is read. */
#define NICKNAME(ids)                                                                              \
    "SELECT " KEYS " FROM customer r /*scan*/" WITH_STATS                                          \
    " WHERE (lower(r.nickname) LIKE $1 ESCAPE '\\' OR r.id " ids ")"                            \
    " AND +r.root_id = r.id AND r.erased_s IS NULL LIMIT $2"
static const struct sql SET_NICKNAME = {
    .text = NICKNAME(IDS_LITE("$3")),
    .pg = NICKNAME(IDS_PG("$3")),
    .in = "siS",
    .out = KEYS_OUT,
};
#define ONLY(ids)                                                                                  \
    "SELECT " KEYS " FROM customer r" WITH_STATS " WHERE r.id " ids " AND " ROOT("r") " LIMIT $2"
static const struct sql SET_ONLY = {
    .text = ONLY(IDS_LITE("$1")),
    .pg = ONLY(IDS_PG("$1")),
    .in = "si",
    .out = KEYS_OUT,
};
static const struct sql COUNT_ALL = {
    .text = "SELECT count(*) FROM (SELECT 1 FROM customer c WHERE c.listed_s >= 0 AND " ROOT("c")
            " LIMIT $1) q",
    .in = "i",
    .out = "i",
};
/* clang-format on */

STATEMENTS(customer_list, &LIST_MATCHING, &WALK_ADDED_DESC, &WALK_ADDED, &WALK_STAGE, &WALK_SOURCE,
           &WALK_SPEND, &WALK_ORDERS, &WALK_LAST_ORDER, &WALK_NEVER_BOUGHT, &SET_SCOPE,
           &PROBE_SCOPE, &SET_STAFF, &PROBE_STAFF, &SET_DEPARTMENT, &PROBE_DEPARTMENT, &SET_TAG,
           &PROBE_TAG, &SET_APART, &PROBE_APART, &SET_TIER, &PROBE_TIER, &SET_STAGE, &PROBE_STAGE,
           &SET_SOURCE, &PROBE_SOURCE, &SET_CITY, &PROBE_CITY, &SET_ADDED, &PROBE_ADDED,
           &SET_NICKNAME, &SET_ONLY, &COUNT_ALL);

/* ---- one question on its way ---- */

struct row {
    int64_t key, id;
};

struct lister {
    struct tx *tx;
    const struct customer_filter *f;
    enum customer_sort sort;
    struct customer_place from;
    int64_t offset, limit;
    bool want_total;
    struct db_value hit[17]; /* $1 … $13, room for three more, and the end */
    struct str like;         /* absent: no search in nicknames */
    struct str also;
    int filters; /* how many conditions, scope included */
    struct customer_page *out;
};

static bool is_ascending(const struct lister *l)
{
    return l->sort == CUSTOMER_BY_ADDED;
}

static int64_t none_if_zero(int64_t id)
{
    return id == 0 ? DB_NULL : id;
}

static void set_up(struct lister *l)
{
    const struct customer_filter *f = l->f;
    struct arena *a = tx_arena(l->tx);
    l->like = str_empty(f->nickname) ? STR_ABSENT : like_part(a, f->nickname);
    l->also = l->like.p != NULL && f->also_n > 0 ? ids_text(a, f->also, f->also_n) : STR_ABSENT;
    const struct db_value hit[] = {
        db_value_int(f->scope_account),
        db_value_int(none_if_zero(f->tag_id)),
        db_value_int(none_if_zero(f->stage_id)),
        db_value_int(none_if_zero(f->source_id)),
        db_value_int(none_if_zero(f->staff_id)),
        db_value_int(none_if_zero(f->department_id)),
        db_value_str(str_empty(f->city) ? STR_ABSENT : f->city),
        db_value_int(none_if_zero(f->tier_id)),
        db_value_int(f->friend < 0 ? DB_NULL : f->friend),
        db_value_int(f->added_from_s),
        db_value_int(f->added_to_s),
        db_value_str(l->like),
        db_value_str(l->also),
    };
    memcpy(l->hit, hit, sizeof hit);
    l->filters = (f->scope_account != 0) + (f->tag_id != 0) + (f->stage_id != 0) +
                 (f->source_id != 0) + (f->staff_id != 0) + (f->department_id != 0) +
                 !str_empty(f->city) + (f->tier_id != 0) + (f->friend >= 0) +
                 (f->added_from_s != DB_NULL || f->added_to_s != DB_NULL) + (l->like.p != NULL) +
                 (f->only != NULL);
}

/* ---- sets ---- */

static enum rc read_rows(struct lister *l, struct rows *r, struct row **out, size_t *out_n,
                         struct err *e)
{
    static const int column[] = {1, 1, 2, 3, 4}; /* by sort */
    struct row *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r)) {
        struct row *row = LIST_ADD(tx_arena(l->tx), list, n, room);
        row->id = rows_int(r, 0);
        row->key = rows_int(r, column[l->sort]);
    }
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

/* A set that the filter has: how to count it and how to fetch it; values are $1, $2 (the most), $3.
 * */
struct set {
    const struct sql *probe, *fetch;
    struct db_value values[4]; /* the last ends the list */
    size_t n;
};

static void add_set(struct set *list, size_t *n, const struct sql *probe, const struct sql *fetch,
                    struct db_value value)
{
    list[*n] = (struct set){probe, fetch, {value}, 2};
    (*n)++;
}

enum { SETS_MOST = 12 };

/* The sets of the filter that an index can count. */
static size_t list_sets(const struct lister *l, struct set list[static SETS_MOST])
{
    const struct customer_filter *f = l->f;
    const struct {
        int64_t id;
        const struct sql *probe, *fetch;
    } by_id[] = {
        {f->tag_id, &PROBE_TAG, &SET_TAG},
        {f->staff_id, &PROBE_STAFF, &SET_STAFF},
        {f->tier_id, &PROBE_TIER, &SET_TIER},
        {f->scope_account, &PROBE_SCOPE, &SET_SCOPE},
        {f->stage_id, &PROBE_STAGE, &SET_STAGE},
        {f->source_id, &PROBE_SOURCE, &SET_SOURCE},
        {f->department_id, &PROBE_DEPARTMENT, &SET_DEPARTMENT},
    };
    size_t n = 0;
    for (size_t k = 0; k < sizeof by_id / sizeof by_id[0]; k++) {
        if (by_id[k].id != 0)
            add_set(list, &n, by_id[k].probe, by_id[k].fetch, db_value_int(by_id[k].id));
    }
    if (!str_empty(f->city))
        add_set(list, &n, &PROBE_CITY, &SET_CITY, db_value_str(f->city));
    if (f->friend == 0)
        add_set(list, &n, &PROBE_APART, &SET_APART, db_value_int(0));
    if (f->added_from_s != DB_NULL || f->added_to_s != DB_NULL) {
        add_set(list, &n, &PROBE_ADDED, &SET_ADDED, db_value_int(f->added_from_s));
        list[n - 1].values[2] = db_value_int(f->added_to_s);
        list[n - 1].n = 3;
    }
    assert(n <= SETS_MOST);
    return n;
}

static enum rc fetch_set(struct lister *l, struct set *set, int64_t most, struct row **out,
                         size_t *out_n, struct err *e)
{
    struct rows *r;
    set->values[1] = db_value_int(most);
    enum rc rc = tx_query_values(l->tx, set->fetch, set->values, set->n, &r, e);
    if (rc == RC_OK)
        rc = read_rows(l, r, out, out_n, e);
    if (rc == RC_OK && *out == NULL)
        *out = ARENA_NEW(tx_arena(l->tx), struct row); /* empty, yet a set */
    return rc;
}

/* How many rows the set has, at most `most`. */
static enum rc probe_set(struct lister *l, struct set *set, int64_t most, int64_t *out,
                         struct err *e)
{
    struct rows *r;
    set->values[1] = db_value_int(most);
    enum rc rc = tx_query_values(l->tx, set->probe, set->values, set->n, &r, e);
    if (rc != RC_OK)
        return rc;
    if (rows_next(r))
        *out = rows_int(r, 0);
    return rows_end(r, e);
}

/* What has no probe: ids that are known already, and a search that reads all. */
static bool unprobed_set(struct lister *l, int64_t cap, bool other, struct set *out)
{
    const struct customer_filter *f = l->f;
    if (f->only != NULL && (int64_t)f->only_n <= cap) {
        struct str ids = ids_text(tx_arena(l->tx), f->only, f->only_n);
        *out = (struct set){NULL, &SET_ONLY, {db_value_str(ids)}, 2};
        return true;
    }
    if (l->like.p == NULL || other)
        return false;
    *out = (struct set){NULL, &SET_NICKNAME, {db_value_str(l->like)}, 3};
    out->values[2] = db_value_str(l->also);
    return true;
}

/* The smallest set with at most `cap` rows, or NULL. `out_any`: there is one at all, be it larger.
 * */
static enum rc smallest_set(struct lister *l, int64_t cap, struct row **out, size_t *out_n,
                            bool *out_any, struct err *e)
{
    struct set sets[SETS_MOST];
    size_t n = list_sets(l, sets);
    int64_t least = cap + 1;
    size_t best = 0;
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        int64_t count = 0;
        rc = probe_set(l, &sets[i], least, &count, e);
        if (count < least) {
            least = count;
            best = i;
        }
    }
    *out = NULL;
    *out_n = 0;
    *out_any = n > 0 || l->f->only != NULL || l->like.p != NULL;
    bool found = least <= cap;
    struct set set = found ? sets[best] : (struct set){0};
    if (rc == RC_OK && (!found || (l->f->only != NULL && (int64_t)l->f->only_n < least)))
        found = unprobed_set(l, cap, found, &set) || found;
    if (rc != RC_OK || !found)
        return rc;
    rc = fetch_set(l, &set, cap + 1, out, out_n, e);
    if (rc == RC_OK && *out_n > (size_t)cap)
        *out = NULL;
    return rc;
}

enum rc customer_ids_matching(struct tx *tx, const struct customer_filter *f, const int64_t *ids,
                              size_t n, int64_t **out, size_t *out_n, struct err *e)
{
    struct lister l = {.tx = tx, .f = f};
    set_up(&l);
    l.hit[13] = db_value_str(ids_text(tx_arena(tx), ids, n));
    struct rows *r;
    enum rc rc = tx_query_values(tx, &LIST_MATCHING, l.hit, 14, &r, e);
    if (rc != RC_OK)
        return rc;
    int64_t *list = NULL;
    size_t count = 0;
    size_t room = 0;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), list, count, room) = rows_int(r, 0);
    if (count > 1)
        qsort(list, count, sizeof *list, ids_compare);
    *out = list;
    *out_n = count;
    return rows_end(r, e);
}

static bool is_in(const int64_t *ids, size_t n, int64_t id)
{
    return n > 0 && bsearch(&id, ids, n, sizeof *ids, ids_compare) != NULL;
}

/* Leaves of the set what the other filters accept. */
static enum rc test_set(struct lister *l, struct row *set, size_t *n, struct err *e)
{
    if (l->filters <= 1 || *n == 0)
        return RC_OK;
    int64_t *ids = ARENA_ARRAY(tx_arena(l->tx), int64_t, *n);
    for (size_t i = 0; i < *n; i++)
        ids[i] = set[i].id;
    int64_t *good;
    size_t good_n;
    enum rc rc = customer_ids_matching(l->tx, l->f, ids, *n, &good, &good_n, e);
    if (rc != RC_OK)
        return rc;
    size_t kept = 0;
    for (size_t i = 0; i < *n; i++) {
        if (is_in(good, good_n, set[i].id) &&
            (l->f->only == NULL || is_in(l->f->only, l->f->only_n, set[i].id)))
            set[kept++] = set[i];
    }
    *n = kept;
    return RC_OK;
}

static int compare_ascending(const void *a, const void *b)
{
    const struct row *x = a;
    const struct row *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

static int compare_descending(const void *a, const void *b)
{
    return compare_ascending(b, a);
}

/* The page out of a whole set. */
static void cut_page(struct lister *l, struct row *set, size_t n)
{
    int (*compare)(const void *, const void *) =
        is_ascending(l) ? compare_ascending : compare_descending;
    if (n > 1)
        qsort(set, n, sizeof *set, compare);
    size_t start = l->offset < (int64_t)n ? (size_t)l->offset : n;
    if (l->from.given) {
        struct row place = {.key = l->from.key, .id = l->from.id};
        start = 0;
        while (start < n && compare(&set[start], &place) <= 0)
            start++;
    }
    struct customer_page *p = l->out;
    p->n = n - start < (size_t)l->limit ? n - start : (size_t)l->limit;
    p->ids = ARENA_ARRAY(tx_arena(l->tx), int64_t, p->n + 1);
    for (size_t i = 0; i < p->n; i++)
        p->ids[i] = set[start + i].id;
    p->more = start + p->n < n;
    if (p->more)
        p->next =
            (struct customer_place){true, set[start + p->n - 1].key, set[start + p->n - 1].id};
    p->total = l->want_total ? (int64_t)n : -1;
}

/* ---- walks ---- */

struct walk {
    struct lister *l;
    const struct sql *q;
    struct row at; /* the last row read */
    int64_t block;
    int64_t seen, hits; /* rows read, rows that match */
    struct row last;    /* of the page */
    bool ended;
};

/* What follows when a walk is at its end: those who never bought follow those who did. */
static bool next_walk(struct walk *w)
{
    if (w->l->sort < CUSTOMER_BY_SPEND_DESC || w->q == &WALK_NEVER_BOUGHT)
        return false;
    w->q = &WALK_NEVER_BOUGHT;
    w->at = (struct row){no_key, INT64_MAX};
    return true;
}

static void start_walk(struct walk *w)
{
    static const struct sql *const by_sort[] = {&WALK_ADDED_DESC, &WALK_ADDED, &WALK_SPEND,
                                                &WALK_ORDERS, &WALK_LAST_ORDER};
    const struct lister *l = w->l;
    w->q = by_sort[l->sort];
    if (l->sort == CUSTOMER_BY_ADDED_DESC && l->f->stage_id != 0)
        w->q = &WALK_STAGE;
    else if (l->sort == CUSTOMER_BY_ADDED_DESC && l->f->source_id != 0)
        w->q = &WALK_SOURCE;
    w->at = (struct row){INT64_MAX, INT64_MAX};
    if (is_ascending(l))
        w->at = (struct row){l->f->added_from_s == DB_NULL ? -1 : l->f->added_from_s, 0};
    else if (l->sort == CUSTOMER_BY_ADDED_DESC && l->f->added_to_s != DB_NULL)
        w->at = (struct row){l->f->added_to_s, 0};
    if (l->from.given) {
        w->at = (struct row){l->from.key, l->from.id};
        if (l->sort >= CUSTOMER_BY_SPEND_DESC && l->from.key == no_key)
            w->q = &WALK_NEVER_BOUGHT;
    }
    w->block = l->filters == 0 ? l->offset + l->limit + 1 : 4 * l->limit;
}

/* One matching row: skipped by the offset, put on the page, or only counted. */
static void take_hit(struct walk *w, struct row row)
{
    struct lister *l = w->l;
    struct customer_page *p = l->out;
    int64_t skip = l->from.given ? 0 : l->offset;
    w->hits++;
    if (w->hits <= skip)
        return;
    if ((int64_t)p->n < l->limit) {
        p->ids[p->n++] = row.id;
        w->last = row;
    } else {
        p->more = true;
    }
}

static enum rc walk_block(struct walk *w, struct err *e)
{
    struct lister *l = w->l;
    int64_t block = w->block < BLOCK_MAX ? w->block : BLOCK_MAX;
    l->hit[13] = db_value_int(w->at.key);
    l->hit[14] = db_value_int(w->at.id);
    l->hit[15] = db_value_int(block);
    struct rows *r;
    enum rc rc = tx_query_values(l->tx, w->q, l->hit, 16, &r, e);
    if (rc != RC_OK)
        return rc;
    int64_t n = 0;
    while (rows_next(r)) {
        w->at = (struct row){.id = rows_int(r, 0), .key = rows_int(r, 1)};
        n++;
        if (rows_int(r, 2) == 1 &&
            (l->f->only == NULL || is_in(l->f->only, l->f->only_n, w->at.id)))
            take_hit(w, w->at);
    }
    w->seen += n;
    w->block = block * 2;
    if (n < block)
        w->ended = !next_walk(w);
    return rows_end(r, e);
}

/* Walks until the page is full, and on for the total within its budget. `out_done`: the page is
 * right; else the budget ran out. */
static enum rc walk(struct lister *l, bool any_set, bool *out_done, struct err *e)
{
    struct walk w = {.l = l};
    struct customer_page *p = l->out;
    *p = (struct customer_page){.total = -1};
    p->ids = ARENA_ARRAY(tx_arena(l->tx), int64_t, l->limit);
    start_walk(&w);
    /* A single set that was too large to fetch has more than CAP rows: nothing to count. */
    bool count = l->want_total && !l->from.given && l->filters > (any_set ? 1 : 0);
    enum rc rc = RC_OK;
    while (rc == RC_OK && !w.ended) {
        if (p->more && !(count && w.hits <= CAP && w.seen < COUNT_BUDGET))
            break;
        if (!p->more && any_set && w.seen >= BUDGET) {
            *out_done = false;
            return RC_OK;
        }
        rc = walk_block(&w, e);
    }
    if (rc != RC_OK)
        return rc;
    if (p->more)
        p->next = (struct customer_place){true, w.last.key, w.last.id};
    if (l->want_total && !l->from.given && w.ended && w.hits <= CAP)
        p->total = w.hits;
    *out_done = true;
    return RC_OK;
}

/* Without any filter, the total is that of the index. */
static enum rc count_all(struct lister *l, struct err *e)
{
    int64_t n;
    enum rc rc = tx_int(l->tx, &COUNT_ALL, &n, e, (int64_t)CAP + 1);
    if (rc == RC_OK)
        l->out->total = n <= CAP ? n : -1;
    return rc;
}

enum rc customer_page(struct tx *tx, const struct customer_filter *f, enum customer_sort sort,
                      const struct customer_place *from, int64_t offset, int64_t limit,
                      bool want_total, struct customer_page *out, struct err *e)
{
    assert(limit > 0 && offset >= 0 && offset <= CAP);

    *out = (struct customer_page){.total = -1};
    struct lister l = {.tx = tx,
                       .f = f,
                       .sort = sort,
                       .offset = offset,
                       .limit = limit,
                       .want_total = want_total,
                       .out = out};
    if (from != NULL)
        l.from = *from;
    set_up(&l);

    struct row *set;
    size_t n;
    bool any;
    enum rc rc = smallest_set(&l, CAP, &set, &n, &any, e);
    bool done = false;
    if (rc == RC_OK && set == NULL) {
        rc = walk(&l, any, &done, e);
        if (rc == RC_OK && done)
            return want_total && l.filters == 0 ? count_all(&l, e) : RC_OK;
        if (rc == RC_OK)
            rc = smallest_set(&l, ALL_MAX, &set, &n, &any, e);
    }
    if (rc == RC_OK)
        rc = test_set(&l, set, &n, e);
    if (rc == RC_OK)
        cut_page(&l, set, n);
    if (rc == RC_OK && out->total > CAP)
        out->total = -1;
    return rc;
}
