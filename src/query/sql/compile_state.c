/* compile_state.c — conditions over what is so: tags, relations, groups, stage, tier, fields,
 * due dates.
 *
 * Now, they are read from their tables. As of a past time they are worked out from the log: for
 * each thing (customer, staff, tag …) the last event about it by then, ordered by (at_s, seq), says
 * whether it was so. Tiers come from the history of moves. Rows hang on the customer they were made
 * with; all rows of one root count.
 */
#include "query/sql/compile.h"

#include <assert.h>
#include <inttypes.h>

static void put_tag_ids(struct compile *c, const struct node *n, const char *column,
                        struct buf *out);

/* "(SELECT … , row_number() … AS place FROM event …) x": the last event for each key, alias x,
 * place < 2. Tags are part of their key, so only events about those meant (`tags`, or NULL) need a
 * place. Readers say place < 2 and which kinds it must not be: of place = 1 and a kind PostgreSQL
 * expects one row in 20,000, and then walks all rows again for each customer. */
static void put_latest(struct compile *c, const char *kinds, const char *key,
                       const struct node *tags, struct buf *out)
{
    buf_addf(out,
             "(SELECT m.root_id AS id, e.customer_id AS customer_id, e.kind AS kind, e.staff_id "
             "AS staff_id,"
             " e.object_id AS object_id, row_number() OVER (PARTITION BY %s ORDER BY e.at_s DESC, "
             "e.seq DESC) AS place"
             " FROM event e /*scan*/ JOIN customer m ON m.id = e.customer_id WHERE e.kind IN (%s) "
             "AND e.at_s <= ",
             key, kinds);
    put_int(c, c->now_s, out);
    if (tags != NULL) {
        buf_addz(out, " AND ");
        put_tag_ids(c, tags, "e.object_id", out);
    }
    put_not_retracted(c, out);
    put_only_seqs(c, "e.seq", out);
    put_only(c, "m.root_id", out);
    buf_addz(out, ") x");
}

/* "t.tag_id" or "x.object_id" is one of the tags meant. */
static void put_tag_ids(struct compile *c, const struct node *n, const char *column,
                        struct buf *out)
{
    buf_addz(out, column);
    if (n->kind == NODE_TAG) {
        put_ids(c, n->values, n->n_values, out);
        return;
    }
    buf_addz(out, " IN (SELECT y.id FROM tag y WHERE y.group_id");
    put_ids(c, n->values, n->n_values, out);
    buf_addc(out, ')');
}

void put_tag(struct compile *c, const struct node *n, bool negate, struct buf *out)
{
    struct buf set;
    set_begin(&set);
    if (c->as_of) {
        buf_addz(&set, "SELECT x.id AS id FROM ");
        put_latest(c, "6, 7", "e.customer_id, coalesce(e.staff_id, 0), e.object_id", n, &set);
        buf_addz(&set, " WHERE x.place < 2 AND x.kind <> 7");
    } else {
        buf_addz(
            &set,
            "SELECT m.root_id AS id FROM relation_tag t JOIN relation r ON r.id = t.relation_id"
            " JOIN customer m ON m.id = r.customer_id WHERE ");
        put_tag_ids(c, n, "t.tag_id", &set);
        put_only(c, "m.root_id", &set);
        buf_addz(&set, " UNION ALL SELECT m.root_id AS id FROM customer_tag t JOIN customer m ON "
                       "m.id = t.customer_id"
                       " WHERE ");
        put_tag_ids(c, n, "t.tag_id", &set);
        put_only(c, "m.root_id", &set);
    }
    set_end(c, &set, negate, out);
}

void put_relation(struct compile *c, const struct node *n, bool negate, struct buf *out)
{
    struct buf set;
    set_begin(&set);
    if (c->as_of) {
        buf_addz(&set, "SELECT x.id AS id FROM ");
        put_latest(c, "1, 2, 3", "e.customer_id, e.staff_id", NULL, &set);
        buf_addz(&set, " WHERE x.place < 2 AND x.kind NOT IN (2, 3)");
    } else {
        buf_addz(&set, "SELECT m.root_id AS id FROM relation r /*scan*/ JOIN customer m ON m.id = "
                       "r.customer_id"
                       " WHERE r.deleted_s IS NULL");
        put_only(c, "m.root_id", &set);
    }
    if (n->kind == NODE_TEST) {
        buf_addz(&set, " AND ");
        put_staff_test(c, n, c->as_of ? "x.staff_id" : "r.staff_id", &set);
    }
    set_end(c, &set, negate, out);
}

/* ---- groups ---- */

/* "(…) t": who is (was) a member of which group, by customer as born. */
static void put_membership(struct compile *c, struct buf *out)
{
    if (!c->as_of) {
        buf_addz(out, "group_member t /*scan*/");
        return;
    }
    buf_addz(out, "(SELECT x.customer_id AS customer_id, x.object_id AS group_id, 0 AS gone FROM ");
    put_latest(c, "4, 5", "e.customer_id, e.object_id", NULL, out);
    buf_addz(out, " WHERE x.place < 2 AND x.kind <> 5) t");
}

static void put_membership_now(struct compile *c, struct buf *out)
{
    if (c->as_of) {
        buf_addz(out, "(g.dismissed_s IS NULL OR g.dismissed_s > ");
        put_int(c, c->now_s, out);
        buf_addc(out, ')');
    } else {
        buf_addz(out, "t.left_s IS NULL AND g.dismissed_s IS NULL");
    }
}

/* The predicate of an expression about the other subject, which knows nothing of who is asked
 * about. */
static void put_other(struct compile *c, const struct node *n, enum audience_subject subject,
                      struct buf *out)
{
    enum audience_subject outer = c->subject;
    int64_t only = c->only;
    c->subject = subject;
    c->only = 0;
    put_predicate(c, n, false, out);
    c->subject = outer;
    c->only = only;
}

void put_group(struct compile *c, const struct node *n, bool negate, struct buf *out)
{
    struct buf set;
    set_begin(&set);
    buf_addz(&set, "SELECT m.root_id AS id FROM ");
    put_membership(c, &set);
    buf_addz(
        &set,
        " JOIN chat_group g ON g.id = t.group_id JOIN customer m ON m.id = t.customer_id WHERE ");
    put_membership_now(c, &set);
    put_only(c, "m.root_id", &set);
    if (n->n_values > 0) {
        buf_addz(&set, " AND t.group_id");
        put_ids(c, n->values, n->n_values, &set);
    } else if (n->n_items > 0) {
        buf_addz(&set, " AND ");
        put_other(c, n->items[0], AUDIENCE_GROUP, &set);
    }
    set_end(c, &set, negate, out);
}

/* share op x%: 10,000 × matching op x × all, without dividing. */
static void put_share(struct compile *c, const struct node *n, const char *matching,
                      struct buf *out)
{
    bool between = n->op == OP_BETWEEN;
    static const char *const OPS[] = {"=", "<>", "<", "<=", ">", ">="};
    buf_addf(out, "10000 * %s %s CAST(", matching, between ? ">=" : OPS[n->op]);
    put_int(c, n->values[0].bound, out);
    buf_addz(out, " AS BIGINT) * count(DISTINCT c.id)");
    if (!between)
        return;
    buf_addf(out, " AND 10000 * %s <= CAST(", matching);
    put_int(c, n->values[1].bound, out);
    buf_addz(out, " AS BIGINT) * count(DISTINCT c.id)");
}

/* members(expression) op n, members op n, share(expression) op x%: over the distinct root customers
 * of the group. */
void put_members(struct compile *c, const struct node *n, bool negate, struct buf *out)
{
    struct buf set, matching;
    set_begin(&set);
    set_begin(&matching);
    if (n->n_items > 0) {
        buf_addz(&matching, "count(DISTINCT CASE WHEN ");
        put_other(c, n->items[0], AUDIENCE_CUSTOMER, &matching);
        buf_addz(&matching, " THEN c.id END)");
    } else {
        buf_addz(&matching, "count(DISTINCT c.id)");
    }
    buf_addz(&set, "SELECT t.group_id AS id FROM ");
    int64_t only = c->only;
    c->only = 0;
    put_membership(c, &set);
    c->only = only;
    buf_addz(&set, " JOIN chat_group g ON g.id = t.group_id JOIN customer m ON m.id = t.customer_id"
                   " JOIN customer c ON c.id = m.root_id WHERE c.erased_s IS NULL AND ");
    put_membership_now(c, &set);
    put_only(c, "t.group_id", &set);
    buf_addz(&set, " GROUP BY t.group_id HAVING ");
    if (n->what == WHAT_GROUP_SHARE) {
        put_share(c, n, matching.p, &set);
    } else {
        bool invert = number_holds(n, 0);
        buf_addz(&set, invert ? "NOT (" : "(");
        put_compare(c, n, matching.p, &set);
        buf_addc(&set, ')');
        negate = negate != invert;
    }
    buf_done(&matching);
    set_end(c, &set, negate, out);
}

/* ---- stage, tier, field ---- */

void put_stage(struct compile *c, const struct node *n, bool negate, struct buf *out)
{
    if (!c->as_of) {
        buf_addz(out, negate ? "(" : "");
        put_name_test(c, n, "c.stage_id", out);
        buf_addz(out, negate ? ") IS NOT TRUE" : "");
        return;
    }
    struct node known = *n;
    bool unknown = n->op == OP_UNKNOWN;
    known.op = unknown ? OP_KNOWN : n->op;
    struct buf set;
    set_begin(&set);
    buf_addz(&set, "SELECT x.id AS id FROM ");
    put_latest(c, "8", "m.root_id", NULL, &set);
    buf_addz(&set, " WHERE x.place < 2 AND ");
    put_name_test(c, &known, "x.object_id", &set);
    set_end(c, &set, negate != unknown, out);
}

void put_tier(struct compile *c, const struct node *n, bool negate, struct buf *out)
{
    struct buf set;
    bool none = n->op == OP_NONE;
    set_begin(&set);
    if (c->as_of) {
        buf_addz(&set, "SELECT x.id AS id FROM (SELECT v.customer_id AS id, v.to_tier_id AS "
                       "tier_id, row_number() OVER"
                       " (PARTITION BY v.customer_id ORDER BY v.at_s DESC, v.run_id DESC) AS "
                       "place FROM tier_move v"
                       " /*scan*/ JOIN tier_run u ON u.id = v.run_id WHERE u.model_id = ");
        put_int(c, n->found.ids[0], &set);
        buf_addz(&set, " AND v.at_s <= ");
        put_int(c, c->now_s, &set);
        put_only(c, "v.customer_id", &set);
        buf_addz(&set, ") x WHERE x.place < 2 AND x.tier_id");
    } else {
        buf_addz(&set,
                 "SELECT x.customer_id AS id FROM customer_tier x /*scan*/ WHERE x.model_id = ");
        put_int(c, n->found.ids[0], &set);
        put_only(c, "x.customer_id", &set);
        buf_addz(&set, " AND x.tier_id");
    }
    if (none) {
        buf_addz(&set, " IS NOT NULL");
    } else {
        buf_addz(&set, n->op == OP_NE ? " NOT" : "");
        put_ids(c, n->values, n->n_values, &set);
    }
    set_end(c, &set, negate != none, out);
}

/* A field's value, by its type: text, or an integer (millionths, civil day, 0 and 1). */
static void put_field_value(struct compile *c, const struct node *n, struct buf *out)
{
    enum field_type t = n->found.type;
    if (t == FIELD_TEXT || t == FIELD_CHOICE) {
        put_text_test(c, n, "f.value_text", out);
    } else if (n->op == OP_WITHIN) {
        struct day_span s = window_days(&n->compare, c->now_s, c->q->period_s);
        buf_addz(out, "f.value_int");
        put_span(c, (struct span){s.from, s.to}, out);
    } else {
        put_compare(c, n, "f.value_int", out);
    }
}

void put_field(struct compile *c, const struct node *n, bool negate, struct buf *out)
{
    struct node known = *n;
    bool unknown = n->op == OP_UNKNOWN;
    known.op = unknown ? OP_KNOWN : n->op;
    struct buf set;
    set_begin(&set);
    buf_addz(&set, "SELECT f.customer_id AS id FROM customer_field f WHERE f.field_id = ");
    put_int(c, n->found.ids[0], &set);
    put_only(c, "f.customer_id", &set);
    buf_addz(&set, " AND ");
    put_field_value(c, &known, &set);
    set_end(c, &set, negate != unknown, out);
}

/* ---- due dates ---- */

/* A relative's day, moved by the age that the customer had at their first order. */
static void put_relative(struct compile *c, const struct node *n, struct buf *set)
{
    struct day_span days = cycle_asked_days(n, c->now_s, c->q->period_s);
    struct buf now;
    set_begin(&now);
    put_int(c, c->now_s, &now);
    buf_addf(set,
             "SELECT f.customer_id AS id FROM customer_field f JOIN customer b ON b.id ="
             " f.customer_id WHERE f.value_int - b.birth_day + (SELECT d.day FROM calendar d WHERE"
             " d.start_s <= " CYCLE_FIRST_S("b.id", "%s") " ORDER BY d.start_s DESC LIMIT 1)",
             now.p, now.p);
    buf_done(&now);
    put_span(c, (struct span){days.from, days.to}, set);
}

void put_due(struct compile *c, const struct node *n, bool negate, struct buf *out)
{
    const struct cycle_rule *rule = n->found.cycle;
    bool unknown = n->op == OP_UNKNOWN;
    if (rule->starts == CYCLE_PURCHASE || rule->starts == CYCLE_EVENT) {
        struct node *last = cycle_last_node(c->a, n, true, c->now_s, c->q->period_s);
        put_measure(c, last, negate != unknown, out);
        return;
    }
    struct buf set;
    set_begin(&set);
    if (rule->starts == CYCLE_RELATIVE) {
        put_relative(c, n, &set);
    } else {
        struct day_span days = cycle_asked_days(n, c->now_s, c->q->period_s);
        buf_addz(&set, "SELECT f.customer_id AS id FROM customer_field f WHERE f.value_int");
        put_span(c, (struct span){days.from, days.to}, &set);
    }
    buf_addz(&set, " AND f.field_id = ");
    put_int(c, rule->field_id, &set);
    put_only(c, "f.customer_id", &set);
    set_end(c, &set, negate != unknown, out);
}
