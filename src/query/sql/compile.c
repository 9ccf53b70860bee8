/* compile.c — a checked expression as one SELECT. The frame, the booleans, and the attributes of
 * the row itself.
 *
 * Two-valued logic: a comparison with an unknown value is false and its `not` is true. Since `not`
 * arrives at the leaves, a leaf without it may evaluate to NULL (WHERE, AND and OR treat that as
 * false), and a leaf with it is written (…) IS NOT TRUE.
 *
 * SQLite and PostgreSQL differ in four fragments: instr/strpos; NOT IN / NOT EXISTS for "not in
 * this set" (PostgreSQL makes an anti-join only of the second, SQLite computes the set only once
 * for the first); MATERIALIZED for sets; and how a plan is asked for. The parser of SQLite has a
 * stack of 100 symbols, so a predicate nested deeper than HOIST levels continues in a CTE of its
 * own.
 */
#include "query/sql/compile.h"
#include "base/hash.h"
#include "query/word.h"
#include "store/scope.h"

#include <assert.h>
#include <inttypes.h>

enum { HOIST = 10, LIMIT_SQL = 4 << 20 };

/* ---- values ---- */

static void put_value(struct compile *c, struct db_value v, struct buf *out)
{
    if (c->n_values == c->cap_values) {
        size_t cap = c->cap_values > 0 ? c->cap_values * 2 : 32;
        struct db_value *more = ARENA_ARRAY(c->a, struct db_value, cap);
        for (size_t i = 0; i < c->n_values; i++)
            more[i] = c->values[i];
        c->values = more;
        c->cap_values = cap;
    }
    c->values[c->n_values] = v;
    buf_addf(out, "$%d", c->first_param + (int)c->n_values);
    c->n_values++;
}

void put_int(struct compile *c, int64_t value, struct buf *out)
{
    put_value(c, (struct db_value){.type = 'i', .i = value}, out);
}

void put_str(struct compile *c, struct str value, struct buf *out)
{
    assert(!str_absent(value));
    put_value(c, (struct db_value){.type = 's', .s = value}, out);
}

void put_ids(struct compile *c, const struct literal *values, size_t n, struct buf *out)
{
    bool first = true;
    buf_addz(out, " IN (");
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < values[i].found.n; j++) {
            if (!first)
                buf_addz(out, ", ");
            put_int(c, values[i].found.ids[j], out);
            first = false;
        }
    assert(!first);
    buf_addc(out, ')');
}

void put_span(struct compile *c, struct span s, struct buf *out)
{
    buf_addz(out, " BETWEEN ");
    put_int(c, s.from_s, out);
    buf_addz(out, " AND ");
    put_int(c, s.to_s, out);
}

void put_only(struct compile *c, const char *column, struct buf *out)
{
    if (c->only == 0)
        return;
    buf_addf(out, " AND %s = ", column);
    put_int(c, c->only, out);
}

void put_only_seqs(struct compile *c, const char *column, struct buf *out)
{
    if (c->only == 0)
        return;
    assert(!str_absent(c->only_seqs));
    bool lite = c->engine == DB_SQLITE;
    buf_addf(out,
             lite ? " AND %s IN (SELECT value FROM json_each("
                  : " AND %s = ANY (string_to_array(trim(both '[]' from ",
             column);
    put_str(c, c->only_seqs, out);
    buf_addz(out, lite ? "))" : "), ',')::bigint[])");
}

/* ---- sets ---- */

void set_begin(struct buf *set)
{
    buf_init(set, LIMIT_SQL);
}

void set_end(struct compile *c, struct buf *set, bool negate, struct buf *out)
{
    char column = c->subject == AUDIENCE_GROUP ? 'g' : 'c';
    int k = ++c->sets;
    /* Left to itself PostgreSQL may put a set that it expects to need a few times into a loop, and
     * scan the log each time. */
    buf_addf(&c->with, "q%d AS %s(", k, c->engine == DB_POSTGRES ? "MATERIALIZED " : "");
    buf_add(&c->with, buf_str(set));
    buf_addz(&c->with, "), ");
    c->with.failed = c->with.failed || set->failed;
    buf_done(set);
    if (!negate)
        buf_addf(out, "%c.id IN (SELECT id FROM q%d)", column, k);
    else if (c->engine == DB_SQLITE)
        buf_addf(out, "%c.id NOT IN (SELECT id FROM q%d)", column, k);
    else
        buf_addf(out, "NOT EXISTS (SELECT 1 FROM q%d WHERE q%d.id = %c.id)", k, k, column);
}

/* ---- comparisons of a column ---- */

static void put_list(struct compile *c, const struct node *n, bool texts, struct buf *out)
{
    buf_addz(out, " IN (");
    for (size_t i = 0; i < n->n_values; i++) {
        if (i > 0)
            buf_addz(out, ", ");
        if (texts)
            put_str(c, n->values[i].text, out);
        else
            put_int(c, n->values[i].bound, out);
    }
    buf_addc(out, ')');
}

static const char *op_sql(enum op op)
{
    static const char *const SQL[] = {" = ", " <> ", " < ", " <= ", " > ", " >= "};
    assert(op <= OP_GE);
    return SQL[op];
}

/* "column IS [NOT] NULL" for known and unknown; false for another operator. */
static bool put_known(const struct node *n, const char *column, struct buf *out)
{
    if (n->op != OP_KNOWN && n->op != OP_UNKNOWN)
        return false;
    buf_addf(out, "%s %s", column, n->op == OP_KNOWN ? "IS NOT NULL" : "IS NULL");
    return true;
}

void put_compare(struct compile *c, const struct node *n, const char *column, struct buf *out)
{
    if (put_known(n, column, out))
        return;
    buf_addz(out, column);
    if (n->op == OP_IN) {
        put_list(c, n, false, out);
    } else if (n->op == OP_BETWEEN) {
        buf_addz(out, " BETWEEN ");
        put_int(c, n->values[0].bound, out);
        buf_addz(out, " AND ");
        put_int(c, n->values[1].bound, out);
    } else {
        buf_addz(out, op_sql(n->op));
        put_int(c, n->values[0].bound, out);
    }
}

void put_text_test(struct compile *c, const struct node *n, const char *column, struct buf *out)
{
    if (put_known(n, column, out))
        return;
    if (n->op == OP_CONTAINS) {
        buf_addf(out, "%s(%s, ", c->engine == DB_SQLITE ? "instr" : "strpos", column);
        put_str(c, n->values[0].text, out);
        buf_addz(out, ") > 0");
        return;
    }
    buf_addz(out, column);
    if (n->op == OP_IN) {
        put_list(c, n, true, out);
        return;
    }
    buf_addz(out, op_sql(n->op));
    put_str(c, n->values[0].text, out);
}

void put_name_test(struct compile *c, const struct node *n, const char *column, struct buf *out)
{
    if (put_known(n, column, out))
        return;
    buf_addf(out, n->op == OP_NE ? "%s NOT" : "%s", column);
    put_ids(c, n->values, n->n_values, out);
}

void put_staff_test(struct compile *c, const struct node *n, const char *column, struct buf *out)
{
    buf_addz(out, column);
    if (n->op != OP_TEAM) {
        put_ids(c, n->values, n->n_values, out);
        return;
    }
    buf_addz(
        out,
        " IN (SELECT s.id FROM staff s JOIN department_above d ON d.department_id = s.department_id"
        " WHERE d.above_id");
    put_ids(c, n->values, n->n_values, out);
    buf_addc(out, ')');
}

/* A choice is stored as its word. */
static void put_choice(struct compile *c, const struct node *n, const char *column, struct buf *out)
{
    const struct choice *list = choice_list(n->what);
    struct node as_text = *n;
    as_text.values = ARENA_ARRAY(c->a, struct literal, n->n_values > 0 ? n->n_values : 1);
    for (size_t i = 0; i < n->n_values; i++)
        as_text.values[i].text = str_from(list[n->values[i].bound].word);
    put_text_test(c, &as_text, column, out);
}

/* ---- age and birthday ---- */

/* "old enough to be `years`": birth_day <= $1; or the opposite. */
static void put_age_bound(struct compile *c, int64_t years, bool younger, struct buf *out)
{
    buf_addf(out, "c.birth_day %s ", younger ? ">" : "<=");
    put_int(c, window_birth_day(calendar_day_of(c->now_s), years), out);
}

/* Ages from low to high, both included. */
static void put_age_span(struct compile *c, int64_t low, int64_t high, struct buf *out)
{
    buf_addc(out, '(');
    put_age_bound(c, low, false, out);
    buf_addz(out, " AND ");
    put_age_bound(c, high + 1, true, out);
    buf_addc(out, ')');
}

static void put_age(struct compile *c, const struct node *n, struct buf *out)
{
    if (put_known(n, "c.birth_day", out))
        return;
    int64_t v = n->values[0].bound;
    switch (n->op) {
    case OP_GE:
    case OP_LT:
        put_age_bound(c, v, n->op == OP_LT, out);
        return;
    case OP_GT:
    case OP_LE:
        put_age_bound(c, v + 1, n->op == OP_LE, out);
        return;
    case OP_NE:
        buf_addc(out, '(');
        put_age_bound(c, v, true, out);
        buf_addz(out, " OR ");
        put_age_bound(c, v + 1, false, out);
        buf_addc(out, ')');
        return;
    case OP_BETWEEN:
        put_age_span(c, v, n->values[1].bound, out);
        return;
    default:
        buf_addc(out, '(');
        for (size_t i = 0; i < n->n_values; i++) {
            if (i > 0)
                buf_addz(out, " OR ");
            put_age_span(c, n->values[i].bound, n->values[i].bound, out);
        }
        buf_addc(out, ')');
    }
}

/* Birthdays by their place in the March year, computed from the civil day as in Howard Hinnant,
 * "chrono-Compatible Low-Level Date Algorithms" (civil_from_days). 29 February is kept on the 28th
 * in common years. */
static const char BIRTHDAYS[] =
    "SELECT z.id AS id FROM (SELECT y.id AS id, y.d - (365 * y.y + y.y / 4 - y.y / 100) AS place "
    "FROM"
    " (SELECT x.id AS id, x.d AS d, (x.d - x.d / 1460 + x.d / 36524 - x.d / 146096) / 365 AS y FROM"
    " (SELECT b.id AS id, (b.birth_day + 719468) % 146097 AS d FROM customer b /*scan*/"
    " WHERE b.birth_day IS NOT NULL AND b.root_id = b.id";

static void put_birthday(struct compile *c, const struct node *n, bool negate, struct buf *out)
{
    struct day_span days = window_days(&n->compare, c->now_s, c->q->period_s);
    if (days.from > days.to || days.to - days.from >= 365) {
        bool all = days.from <= days.to;
        buf_addz(out, !all     ? (negate ? "1 = 1" : "1 = 0")
                      : negate ? "c.birth_day IS NULL"
                               : "c.birth_day IS NOT NULL");
        return;
    }
    int32_t from = window_march_day(days.from), to = window_march_day(days.to);
    if (window_march_day(days.to + 1) == 0)
        to = 365;
    struct buf set;
    set_begin(&set);
    buf_addz(&set, BIRTHDAYS);
    put_only(c, "b.id", &set);
    buf_addz(&set, ") x) y) z WHERE z.place >= ");
    put_int(c, from, &set);
    buf_addz(&set, from <= to ? " AND z.place <= " : " OR z.place <= ");
    put_int(c, to, &set);
    set_end(c, &set, negate, out);
}

/* ---- other leaves ---- */

/* hash_sample() of base/hash.h in SQL, one level of SELECT for each round. */
static void put_sample(struct compile *c, const struct node *n, bool negate, struct buf *out)
{
    static const int64_t ROUNDS[] = {HASH_SAMPLE_D, HASH_SAMPLE_E, HASH_SAMPLE_F};
    struct buf set, salt;
    set_begin(&set);
    set_begin(&salt);
    buf_addz(&salt, "CAST(");
    put_int(c, hash_salt(n->name), &salt);
    buf_addz(&salt, " AS BIGINT)");
    buf_addz(&set, "SELECT r.id AS id FROM ");
    for (int i = 2; i >= 0; i--)
        buf_addf(&set,
                 "(SELECT r.id AS id, (((r.h * (2 * r.h + 1)) & %" PRId64 ") * %" PRId64 " + %s) "
                 "%% %" PRId64 " AS h FROM ",
                 HASH_SAMPLE_MASK, ROUNDS[i], salt.p, HASH_SAMPLE_P);
    buf_addf(
        &set,
        "(SELECT i.id AS id, ((i.id & %" PRId64 ") * %" PRId64 " + ((i.id / 2147483648) & "
        "%" PRId64 ") * %" PRId64 " + %s * %" PRId64 ") %% %" PRId64 " AS h FROM %s i /*scan*/",
        HASH_SAMPLE_MASK, HASH_SAMPLE_A, HASH_SAMPLE_MASK, HASH_SAMPLE_B, salt.p, HASH_SAMPLE_C,
        HASH_SAMPLE_P, c->subject == AUDIENCE_GROUP ? "chat_group" : "customer");
    buf_addz(&set, " WHERE 1 = 1");
    put_only(c, "i.id", &set);
    buf_addz(&set, ") r) r) r) r WHERE r.h % 10000 < ");
    put_int(c, n->values[0].bound, &set);
    buf_done(&salt);
    set_end(c, &set, negate, out);
}

static void put_rfm(struct compile *c, const struct node *n, bool negate, struct buf *out)
{
    static const char *const COLUMNS[] = {"s.r", "s.f", "s.m"};
    struct node known = *n;
    bool unknown = n->op == OP_UNKNOWN;
    known.op = unknown ? OP_KNOWN : n->op;
    struct buf set;
    set_begin(&set);
    buf_addz(&set, "SELECT s.customer_id AS id FROM rfm_score s /*scan*/ WHERE ");
    put_compare(c, &known, COLUMNS[n->what - WHAT_RFM_R], &set);
    put_only(c, "s.customer_id", &set);
    set_end(c, &set, negate != unknown, out);
}

/* Rows of an earlier fit with another horizon may still stand while a fit is being written. */
static void put_clv(struct compile *c, const struct node *n, bool negate, struct buf *out)
{
    struct node known = *n;
    bool unknown = n->op == OP_UNKNOWN;
    known.op = unknown ? OP_KNOWN : n->op;
    struct buf set;
    set_begin(&set);
    buf_addz(&set, "SELECT s.customer_id AS id FROM clv_score s /*scan*/ WHERE s.horizon_s = ");
    put_int(c, duration_s(n->within, 0), &set);
    buf_addz(&set, " AND ");
    put_compare(c, &known, "s.clv_fen", &set);
    put_only(c, "s.customer_id", &set);
    set_end(c, &set, negate != unknown, out);
}

static void put_time(struct compile *c, const struct node *n, const char *column, struct buf *out)
{
    if (n->op == OP_WITHIN) {
        buf_addz(out, column);
        put_span(c, window_span(&n->compare, c->now_s, c->q->period_s), out);
    } else if (c->as_of) {
        buf_addf(out, n->op == OP_KNOWN ? "%s <= " : "(%s <= ", column);
        put_int(c, c->now_s, out);
        if (n->op == OP_UNKNOWN)
            buf_addz(out, ") IS NOT TRUE");
    } else {
        put_known(n, column, out);
    }
}

/* Attributes that are one column of the subject's row. False for those that are not. */
static bool put_column_test(struct compile *c, const struct node *n, struct buf *out)
{
    switch (n->what) {
    case WHAT_CITY:
        put_text_test(c, n, "c.city", out);
        return true;
    case WHAT_PROVINCE:
        put_text_test(c, n, "c.province", out);
        return true;
    case WHAT_NICKNAME:
        put_text_test(c, n, "c.nickname", out);
        return true;
    case WHAT_GENDER:
        put_choice(c, n, "c.gender", out);
        return true;
    case WHAT_AGE:
        put_age(c, n, out);
        return true;
    case WHAT_SOURCE:
        put_name_test(c, n, "c.source_id", out);
        return true;
    case WHAT_ADDED:
        put_time(c, n, "c.added_s", out);
        return true;
    case WHAT_FIRST:
        put_time(c, n, "c.first_s", out);
        return true;
    case WHAT_GROUP_NAME:
        put_text_test(c, n, "g.name", out);
        return true;
    case WHAT_GROUP_KIND:
        put_choice(c, n, "g.kind", out);
        return true;
    case WHAT_GROUP_LEVEL:
        put_choice(c, n, "g.level", out);
        return true;
    case WHAT_GROUP_OWNER:
        put_staff_test(c, n, "g.owner_id", out);
        return true;
    case WHAT_GROUP_CREATED:
        put_time(c, n, "g.created_s", out);
        return true;
    default:
        return false;
    }
}

static void put_test(struct compile *c, const struct node *n, bool negate, struct buf *out)
{
    struct buf column;
    set_begin(&column);
    if (put_column_test(c, n, &column)) {
        buf_addz(out, negate ? "(" : "");
        buf_add(out, buf_str(&column));
        buf_addz(out, negate ? ") IS NOT TRUE" : "");
    } else if (n->what == WHAT_BIRTHDAY && n->op == OP_WITHIN) {
        put_birthday(c, n, negate, out);
    } else if (n->what == WHAT_BIRTHDAY) {
        buf_addz(out,
                 (n->op == OP_KNOWN) != negate ? "c.birth_day IS NOT NULL" : "c.birth_day IS NULL");
    } else if (n->what == WHAT_STAGE) {
        put_stage(c, n, negate, out);
    } else if (n->what == WHAT_STAFF) {
        put_relation(c, n, negate, out);
    } else if (n->what == WHAT_FIELD) {
        put_field(c, n, negate, out);
    } else if (n->what == WHAT_TIER) {
        put_tier(c, n, negate, out);
    } else if (n->what >= WHAT_RFM_R && n->what <= WHAT_RFM_M) {
        put_rfm(c, n, negate, out);
    } else if (n->what == WHAT_CLV) {
        put_clv(c, n, negate, out);
    } else if (n->what == WHAT_DUE) {
        put_due(c, n, negate, out);
    } else if (n->what == WHAT_GROUP_MEMBERS || n->what == WHAT_GROUP_SHARE) {
        put_members(c, n, negate, out);
    } else {
        assert(what_row(n->what)->measure);
        put_measure(c, n, negate, out);
    }
    buf_done(&column);
}

/* ---- booleans ---- */

static void put_joined(struct compile *c, const struct node *n, bool negate, struct buf *out)
{
    const char *word = (n->kind == NODE_AND) != negate ? " AND " : " OR ";
    buf_addc(out, '(');
    for (size_t i = 0; i < n->n_items; i++) {
        if (i > 0)
            buf_addz(out, word);
        put_predicate(c, n->items[i], negate, out);
    }
    buf_addc(out, ')');
}

/* "SELECT g.id AS id … AND ": the groups that are (were) not dismissed. */
static void put_group_rows(struct compile *c, struct buf *out)
{
    buf_addz(out, "SELECT g.id AS id FROM chat_group g /*scan*/ WHERE ");
    if (!c->as_of) {
        buf_addz(out, "g.dismissed_s IS NULL AND ");
        return;
    }
    buf_addz(out, "(g.dismissed_s IS NULL OR g.dismissed_s > ");
    put_int(c, c->now_s, out);
    buf_addz(out, ") AND ");
}

/* Continues a deep predicate in a set of its own. */
static void put_hoisted(struct compile *c, const struct node *n, bool negate, struct buf *out)
{
    struct buf set;
    int depth = c->depth;
    c->depth = 0;
    set_begin(&set);
    if (c->subject == AUDIENCE_GROUP)
        put_group_rows(c, &set);
    else
        buf_addz(&set, "SELECT c.id AS id FROM customer c /*scan*/ WHERE c.root_id = c.id AND ");
    put_predicate(c, n, negate, &set);
    put_only(c, c->subject == AUDIENCE_GROUP ? "g.id" : "c.id", &set);
    c->depth = depth;
    set_end(c, &set, false, out);
}

/* As of a past time: only those we had heard of by then, and everything else at that now. */
static void put_as_of(struct compile *c, const struct node *n, bool negate, struct buf *out)
{
    int64_t now_s = c->now_s;
    bool as_of = c->as_of;
    c->now_s = window_as_of(&n->values[0].moment, now_s);
    c->as_of = true;
    buf_addz(out, negate ? "(c.first_s > " : "(c.first_s <= ");
    put_int(c, c->now_s, out);
    buf_addz(out, negate ? " OR " : " AND ");
    put_predicate(c, n->items[0], negate, out);
    buf_addc(out, ')');
    c->now_s = now_s;
    c->as_of = as_of;
}

static void put_leaf(struct compile *c, const struct node *n, bool negate, struct buf *out)
{
    switch (n->kind) {
    case NODE_ALL:
    case NODE_NONE:
        buf_addz(out, (n->kind == NODE_ALL) != negate ? "1 = 1" : "1 = 0");
        return;
    case NODE_TEST:
        put_test(c, n, negate, out);
        return;
    case NODE_FLAG:
        if (n->what == WHAT_FRIEND)
            put_relation(c, n, negate, out);
        else
            buf_addz(out, negate ? "c.no_marketing = 0" : "c.no_marketing <> 0");
        return;
    case NODE_TAG:
    case NODE_TAG_GROUP:
        put_tag(c, n, negate, out);
        return;
    case NODE_GROUP:
        put_group(c, n, negate, out);
        return;
    case NODE_EVER:
    case NODE_NEVER:
        put_ever(c, n, negate, out);
        return;
    case NODE_SEQ:
        put_seq(c, n, negate, out);
        return;
    default:
        assert(n->kind == NODE_SAMPLE);
        put_sample(c, n, negate, out);
    }
}

void put_predicate(struct compile *c, const struct node *n, bool negate, struct buf *out)
{
    assert(n != NULL && out != NULL);
    if (n->kind == NODE_NOT || n->kind == NODE_AUDIENCE) {
        put_predicate(c, n->items[0], negate != (n->kind == NODE_NOT), out);
        return;
    }
    if (n->kind != NODE_AND && n->kind != NODE_OR && n->kind != NODE_AS_OF) {
        put_leaf(c, n, negate, out);
        return;
    }
    if (c->depth == HOIST) {
        put_hoisted(c, n, negate, out);
        return;
    }
    c->depth++;
    if (n->kind == NODE_AS_OF)
        put_as_of(c, n, negate, out);
    else
        put_joined(c, n, negate, out);
    c->depth--;
}

/* ---- the frame ---- */

/* The data scope of store/scope.h with this question's account: as a set when everyone is asked
 * about, as a look-up when one customer is; groups by their owner. */
static void put_scope(struct compile *c, bool group, struct buf *out)
{
    static const char ONE[] = SCOPE_CUSTOMER("c.id", "\x1F");
    static const char ALL[] = "c.id IN " SCOPE_ROOTS("\x1F");
    static const char GROUPS[] =
        "g.owner_id IN (SELECT a.staff_id FROM account_staff a WHERE a.account_id = \x1F)";
    struct str rest = str_from(group ? GROUPS : c->only != 0 ? ONE : ALL);
    struct buf param;
    struct str part;
    if (c->q->scope_account == 0)
        return;
    set_begin(&param);
    put_int(c, c->q->scope_account, &param);
    buf_addz(out, " AND ");
    for (bool first = true; str_cut(&rest, '\x1F', &part); first = false) {
        if (!first)
            buf_add(out, buf_str(&param));
        buf_add(out, part);
    }
    buf_done(&param);
}

void put_customers(struct compile *c, const struct node *n, struct buf *out)
{
    assert(c->subject == AUDIENCE_CUSTOMER);
    buf_addz(out, "SELECT c.id AS id FROM customer c /*scan*/"
                  " WHERE c.root_id = c.id AND c.erased_s IS NULL");
    if (n != NULL) {
        buf_addz(out, " AND ");
        put_predicate(c, n, false, out);
    }
    put_only(c, "c.id", out);
    put_scope(c, false, out);
}

static void put_groups(struct compile *c, const struct node *n, struct buf *out)
{
    put_group_rows(c, out);
    put_predicate(c, n, false, out);
    put_only(c, "g.id", out);
    put_scope(c, true, out);
}

static void put_frame(struct compile *c, struct buf *out)
{
    struct buf select;
    set_begin(&select);
    if (c->subject == AUDIENCE_GROUP)
        put_groups(c, c->q->expr->root, &select);
    else
        put_customers(c, c->q->expr->root, &select);
    bool sets = c->with.n > 0;
    if (sets) { /* wrapped, so that the text begins with SELECT whatever it holds */
        buf_addz(out, "SELECT z.id AS id FROM (WITH ");
        buf_add(out, str_sub(buf_str(&c->with), 0, c->with.n - 2));
        buf_addc(out, ' ');
    }
    buf_add(out, buf_str(&select));
    buf_addz(out, sets ? ") z" : "");
    out->failed = out->failed || c->with.failed || select.failed;
    buf_done(&select);
}

/* Whether a condition on members of a group stands anywhere in the tree. */
static bool has_other_subject(const struct node *n)
{
    bool members =
        n->kind == NODE_TEST && (n->what == WHAT_GROUP_MEMBERS || n->what == WHAT_GROUP_SHARE);
    for (size_t i = 0; i < n->n_items && !members; i++)
        members = has_other_subject(n->items[i]);
    return members;
}

enum rc compile_period(const struct audience_expr *x, int64_t period_s, struct err *e)
{
    assert(x->checked);
    if (!x->uses_period || period_s > 0)
        return RC_OK;
    return err_set(e, RC_INVALID, "period_unbound", "expression",
                   "period 只能用在分层模型的表达式里",
                   "period is only for the expressions of tier models");
}

enum rc compile_too_large(struct err *e)
{
    return err_set(e, RC_LIMIT, "expression_large", "expression", "表达式太大",
                   "the expression is too large");
}

enum rc compile_question(struct arena *a, enum db_engine engine, const struct audience_question *q,
                         int64_t only, struct str only_seqs, int first_param, struct str *out_text,
                         struct db_value **out_values, size_t *out_n, struct err *e)
{
    assert(a != NULL && q != NULL && q->expr != NULL);
    enum rc rc = compile_period(q->expr, q->period_s, e);
    if (rc != RC_OK)
        return rc;
    struct compile c = {
        .a = a, .engine = engine, .q = q, .now_s = q->now_s, .only = only, .only_seqs = only_seqs};
    c.subject = q->expr->subject;
    c.first_param = first_param;
    c.as_of = q->in_past;
    assert(!q->in_past || c.subject == AUDIENCE_GROUP);
    c.narrow = q->expr->subject == AUDIENCE_CUSTOMER && !has_other_subject(q->expr->root);
    set_begin(&c.with);
    struct buf text;
    set_begin(&text);
    put_frame(&c, &text);
    bool failed = text.failed;
    if (!failed) {
        *out_text = arena_str(a, buf_str(&text));
        *out_values = c.values;
        *out_n = c.n_values;
    }
    buf_done(&text);
    buf_done(&c.with);
    return failed ? compile_too_large(e) : RC_OK;
}

enum rc audience_sql(struct arena *a, enum db_engine engine, const struct audience_question *q,
                     int first_param, struct str *out_text, struct db_value **out_values,
                     size_t *out_n, struct err *e)
{
    return compile_question(a, engine, q, 0, STR_ABSENT, first_param, out_text, out_values, out_n,
                            e);
}
