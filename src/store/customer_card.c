/* customer_card.c — the cards of a page of customers.
 *
 * Five statements over the page's ids, each in the order of roots, so that filling the cards is a
 * binary search by id. What hangs on a customer is found through root_id; the union over merged
 * customers can name one staff member or tag twice, which DISTINCT or the filling removes. Phones
 * belong to identities, hence to the customer they were born with: an account with a narrow scope
 * is shown only those whose customer its own staff have befriended. A page of 50 costs about 2 ms.
 */
#include "store/customer_card.h"

#include "store/ids.h"
#include "store/list.h"
#include "store/scope.h"
#include "store/statements.h"

#include <assert.h>

#define CARD(ids)                                                                                  \
    "SELECT c.id, c.nickname, c.gender, c.birth_day, c.province, c.city, c.source_id, o.name,"     \
    " c.stage_id, g.name, c.added_s, c.first_s, c.no_marketing, coalesce(s.orders, 0),"            \
    " coalesce(s.spend_fen, 0), s.last_order_s, c.updated_us FROM customer c"                      \
    " LEFT JOIN source o ON o.id = c.source_id LEFT JOIN stage g ON g.id = c.stage_id"             \
    " LEFT JOIN customer_stats s ON s.customer_id = c.id"                                          \
    " WHERE c.id " ids " AND c.root_id = c.id AND c.erased_s IS NULL AND " SCOPE_CUSTOMER(         \
        "c.id", "$2") " ORDER BY c.id"
static const struct sql CARDS = {
    .text = CARD(IDS_LITE("$1")),
    .pg = CARD(IDS_PG("$1")),
    .in = "si",
    .out = "iSSISSISISIiiiiIi",
};

#define PHONES(ids)                                                                                \
    "SELECT m.root_id, i.value_sealed FROM customer m JOIN identity i ON i.customer_id = m.id"     \
    " WHERE m.root_id " ids " AND i.kind = 'phone' AND ($2 = 0 OR EXISTS"                          \
    " (SELECT 1 FROM relation r CROSS JOIN account_staff a WHERE r.customer_id = i.customer_id"    \
    " AND r.deleted_s IS NULL AND a.account_id = $2 AND a.staff_id = r.staff_id))"                 \
    " ORDER BY m.root_id, i.created_s DESC, i.id DESC"
static const struct sql CARD_PHONES = {
    .text = PHONES(IDS_LITE("$1")),
    .pg = PHONES(IDS_PG("$1")),
    .in = "si",
    .out = "iB",
};

#define STAFF(ids)                                                                                 \
    "SELECT m.root_id, r.staff_id, s.name, min(r.added_s) FROM customer m"                         \
    " JOIN relation r ON r.customer_id = m.id JOIN staff s ON s.id = r.staff_id"                   \
    " WHERE m.root_id " ids " AND r.deleted_s IS NULL"                                             \
    " GROUP BY m.root_id, r.staff_id, s.name ORDER BY 1, 4, 2"
static const struct sql CARD_STAFF = {
    .text = STAFF(IDS_LITE("$1")),
    .pg = STAFF(IDS_PG("$1")),
    .in = "s",
    .out = "iisi",
};

#define TAGS(ids)                                                                                  \
    "SELECT q.root_id, t.id, t.name, g.name FROM ("                                                \
    "SELECT m.root_id, x.tag_id FROM customer m JOIN customer_tag x ON x.customer_id = m.id"       \
    " WHERE m.root_id " ids " UNION"                                                               \
    " SELECT m.root_id, x.tag_id FROM customer m JOIN relation r ON r.customer_id = m.id"          \
    " JOIN relation_tag x ON x.relation_id = r.id WHERE m.root_id " ids ") q"                      \
    " JOIN tag t ON t.id = q.tag_id JOIN tag_group g ON g.id = t.group_id"                         \
    " ORDER BY q.root_id, g.position, g.id, t.position, t.id"
static const struct sql CARD_TAGS = {
    .text = TAGS(IDS_LITE("$1")),
    .pg = TAGS(IDS_PG("$1")),
    .in = "s",
    .out = "iiss",
};

/* Few models, each looked up for each customer: in this order, or all tiers of everyone are
 * read. */
#define TIERS(ids)                                                                                 \
    "SELECT x.customer_id, m.name, t.name, t.color FROM tier_model m CROSS JOIN customer_tier x"   \
    " CROSS JOIN tier t WHERE x.model_id = m.id AND x.customer_id " ids " AND t.id = x.tier_id"    \
    " AND m.archived_s IS NULL ORDER BY x.customer_id, m.id"
static const struct sql CARD_TIERS = {
    .text = TIERS(IDS_LITE("$1")) " /*scan*/",
    .pg = TIERS(IDS_PG("$1")),
    .in = "s",
    .out = "isss",
};

static const struct sql CUSTOMER_RFM = {
    .text = "SELECT r, f, m FROM rfm_score WHERE customer_id = $1",
    .in = "i",
    .out = "iii",
};

STATEMENTS(customer_card, &CARDS, &CARD_PHONES, &CARD_STAFF, &CARD_TAGS, &CARD_TIERS,
           &CUSTOMER_RFM);

/* Cards ascending by id while they are filled. */
struct filling {
    struct tx *tx;
    struct arena *a;
    struct customer_card *cards;
    size_t n;
};

static struct customer_card *card_of(const struct filling *f, int64_t id)
{
    size_t low = 0;
    size_t high = f->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (f->cards[middle].id == id)
            return &f->cards[middle];
        if (f->cards[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static enum rc read_cards(struct filling *f, struct str ids, int64_t scope_account, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(f->tx, &CARDS, &r, e, ids, scope_account);
    if (rc != RC_OK)
        return rc;
    size_t room = 0;
    while (rows_next(r)) {
        struct customer_card *c = LIST_ADD(f->a, f->cards, f->n, room);
        *c = (struct customer_card){
            .id = rows_int(r, 0),
            .nickname = rows_copy(r, 1, f->a),
            .gender = rows_copy(r, 2, f->a),
            .birth_day = rows_known(r, 3),
            .province = rows_copy(r, 4, f->a),
            .city = rows_copy(r, 5, f->a),
            .source_id = rows_int(r, 6),
            .source = rows_copy(r, 7, f->a),
            .stage_id = rows_int(r, 8),
            .stage = rows_copy(r, 9, f->a),
            .added_s = rows_known(r, 10),
            .first_s = rows_int(r, 11),
            .no_marketing = rows_int(r, 12),
            .orders = rows_int(r, 13),
            .spend_fen = rows_int(r, 14),
            .last_order_s = rows_known(r, 15),
            .updated_us = rows_int(r, 16),
        };
    }
    return rows_end(r, e);
}

/* The newest phone of each that opens and may be seen. */
static enum rc read_phones(struct filling *f, const struct keyring *keys, struct str ids,
                           int64_t scope_account, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(f->tx, &CARD_PHONES, &r, e, ids, scope_account);
    if (rc != RC_OK)
        return rc;
    while (rc == RC_OK && rows_next(r)) {
        struct customer_card *c = card_of(f, rows_int(r, 0));
        if (c != NULL && c->phone.p == NULL && !rows_null(r, 1))
            rc = secret_open(keys, STR("identity.phone"), rows_bytes(r, 1), f->a, &c->phone, e);
    }
    enum rc end = rows_end(r, rc == RC_OK ? e : NULL);
    return rc != RC_OK ? rc : end;
}

static enum rc read_staff(struct filling *f, struct str ids, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(f->tx, &CARD_STAFF, &r, e, ids);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r)) {
        struct customer_card *c = card_of(f, rows_int(r, 0));
        if (c == NULL)
            continue;
        struct customer_staff *s = LIST_ADD(f->a, c->staff, c->staff_n, c->staff_room);
        s->id = rows_int(r, 1);
        s->name = rows_copy(r, 2, f->a);
    }
    return rows_end(r, e);
}

static enum rc read_tags(struct filling *f, struct str ids, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(f->tx, &CARD_TAGS, &r, e, ids);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r)) {
        struct customer_card *c = card_of(f, rows_int(r, 0));
        if (c == NULL)
            continue;
        struct customer_tag_card *t = LIST_ADD(f->a, c->tags, c->tags_n, c->tags_room);
        t->id = rows_int(r, 1);
        t->name = rows_copy(r, 2, f->a);
        t->group = rows_copy(r, 3, f->a);
    }
    return rows_end(r, e);
}

static enum rc read_tiers(struct filling *f, struct str ids, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(f->tx, &CARD_TIERS, &r, e, ids);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r)) {
        struct customer_card *c = card_of(f, rows_int(r, 0));
        if (c == NULL)
            continue;
        struct customer_tier_card *t = LIST_ADD(f->a, c->tiers, c->tiers_n, c->tiers_room);
        t->model = rows_copy(r, 1, f->a);
        t->tier = rows_copy(r, 2, f->a);
        t->color = rows_copy(r, 3, f->a);
    }
    return rows_end(r, e);
}

enum rc customer_cards(struct tx *tx, const struct keyring *keys, int64_t scope_account,
                       const int64_t *ids, size_t n, struct customer_card **out, size_t *out_n,
                       struct err *e)
{
    assert(n <= 2000);

    struct filling f = {.tx = tx, .a = tx_arena(tx)};
    struct str text = ids_text(f.a, ids, n);
    enum rc rc = n > 0 ? read_cards(&f, text, scope_account, e) : RC_OK;
    if (rc == RC_OK && f.n > 0)
        rc = read_phones(&f, keys, text, scope_account, e);
    if (rc == RC_OK && f.n > 0)
        rc = read_staff(&f, text, e);
    if (rc == RC_OK && f.n > 0)
        rc = read_tags(&f, text, e);
    if (rc == RC_OK && f.n > 0)
        rc = read_tiers(&f, text, e);
    if (rc != RC_OK)
        return rc;

    struct customer_card *list = ARENA_ARRAY(f.a, struct customer_card, n + 1);
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        const struct customer_card *c = card_of(&f, ids[i]);
        if (c != NULL)
            list[count++] = *c;
    }
    *out = list;
    *out_n = count;
    return RC_OK;
}

enum rc customer_rfm(struct tx *tx, int64_t root_id, int64_t *out_r, int64_t *out_f, int64_t *out_m,
                     struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &CUSTOMER_RFM, &r, e, root_id);
    if (rc != RC_OK)
        return rc;
    *out_r = rows_int(r, 0);
    *out_f = rows_int(r, 1);
    *out_m = rows_int(r, 2);
    return rows_end(r, e);
}
