/* feed.c — each list as one statement, twice where it can also be asked of some customers.
 *
 * CROSS JOIN says SQLite the order of a join: events and lines come in the order of their numbers
 * by merging two tables in the order of their keys, without sorting.
 */
#include "store/feed.h"

#include "store/event.h"
#include "store/event_index.h"
#include "store/ids.h"
#include "store/statements.h"

#include <assert.h>

/* clang-format off */
#define OFF_BATCH                                                                                  \
    "(SELECT r.object_id FROM event r WHERE r.kind = 43 AND r.object_kind = 16"                    \
    " AND r.customer_id = 0 AND r.object_id IS NOT NULL)"
#define OFF_EVENT                                                                                  \
    "(SELECT r.object_id FROM event r WHERE r.kind = 43 AND r.object_kind = 17"                    \
    " AND r.object_id IS NOT NULL AND (r.batch_id IS NULL OR r.batch_id NOT IN " OFF_BATCH "))"
#define EVENT_COLUMNS                                                                              \
    "SELECT e.seq AS seq, e.customer_id, e.at_s, e.kind, e.channel_id, e.staff_id, e.object_kind," \
    " e.object_id, e.amount_fen, CAST(NULL AS BIGINT), CASE WHEN e.kind = 11 THEN"                 \
    " (SELECT min(f.at_s) FROM refund f WHERE f.order_id = e.object_id) END"
#define ITEM_COLUMNS                                                                               \
    "SELECT i.seq AS seq, i.customer_id, i.at_s, 13, o.channel_id, o.staff_id, 7, i.product_id,"   \
    " i.amount_fen, i.quantity, CAST(NULL AS BIGINT)"
#define LIVE                                                                                       \
    " AND (e.batch_id IS NULL OR e.batch_id NOT IN " OFF_BATCH ") AND e.seq NOT IN " OFF_EVENT
static const struct sql EVENTS = {
    .text = EVENT_COLUMNS " FROM event e WHERE e.seq > $1 AND e.seq <= $2 AND e.customer_id <> 0"
            LIVE " UNION ALL " ITEM_COLUMNS " FROM order_item i CROSS JOIN orders o"
            " WHERE i.seq > $1 AND i.seq <= $2 AND i.nature = 'sale' AND i.customer_id IS NOT NULL"
            " AND o.id = i.order_id ORDER BY seq",
    .in = "ii",
    .out = "iiiiIIIIIII",
};
#define EVENTS_BY_SEQ(seqs, ids)                                                                   \
    EVENT_COLUMNS " FROM event e WHERE e.seq " seqs LIVE " UNION ALL " ITEM_COLUMNS                \
    " FROM customer m CROSS JOIN orders o CROSS JOIN order_item i WHERE m.root_id " ids            \
    " AND o.customer_id = m.id AND i.order_id = o.id AND i.nature = 'sale'"                        \
    " AND i.customer_id = m.id AND i.seq > $3 AND i.seq <= $4 ORDER BY seq"
static const struct sql EVENTS_OF = {
    .text = EVENTS_BY_SEQ(IDS_LITE("$1"), IDS_LITE("$2")),
    .pg = EVENTS_BY_SEQ(IDS_PG("$1"), IDS_PG("$2")),
    .in = "ssii",
    .out = "iiiiIIIIIII",
};

#define CUSTOMER_COLUMNS                                                                           \
    "SELECT c.id, c.root_id, c.erased_s, c.no_marketing, c.birth_day, c.added_s, c.first_s,"       \
    " c.stage_id, c.source_id, c.city, c.province, c.gender, v.horizon_s, v.clv_fen,"              \
    " v.alive_ppm, v.purchases_micro, v.repeats, w.amount_fen"                                     \
    " FROM customer c LEFT JOIN clv_score v ON v.customer_id = c.id"                               \
    " LEFT JOIN rfm_score w ON w.customer_id = c.id"
#define CUSTOMER_TYPES "iiIiIIiIISSSIIIIII"
static const struct sql CUSTOMERS = {
    .text = CUSTOMER_COLUMNS " /*scan*/ ORDER BY c.id",
    .out = CUSTOMER_TYPES,
};
#define CUSTOMERS_BY_ID(ids) CUSTOMER_COLUMNS " WHERE c.id " ids " ORDER BY c.id"
static const struct sql CUSTOMERS_OF = {
    .text = CUSTOMERS_BY_ID(IDS_LITE("$1")),
    .pg = CUSTOMERS_BY_ID(IDS_PG("$1")),
    .in = "s",
    .out = CUSTOMER_TYPES,
};

static const struct sql TAGS = {
    .text = "SELECT m.root_id, t.tag_id FROM relation_tag t /*scan*/"
            " JOIN relation r ON r.id = t.relation_id JOIN customer m ON m.id = r.customer_id"
            " UNION ALL SELECT m.root_id, t.tag_id FROM customer_tag t"
            " JOIN customer m ON m.id = t.customer_id",
    .out = "ii",
};
#define TAGS_BY_ROOT(ids)                                                                          \
    "SELECT m.root_id, t.tag_id FROM customer m CROSS JOIN relation r CROSS JOIN relation_tag t"   \
    " WHERE m.root_id " ids " AND r.customer_id = m.id AND t.relation_id = r.id"                   \
    " UNION ALL SELECT m.root_id, t.tag_id FROM customer m CROSS JOIN customer_tag t"              \
    " WHERE m.root_id " ids " AND t.customer_id = m.id"
static const struct sql TAGS_OF = {
    .text = TAGS_BY_ROOT(IDS_LITE("$1")),
    .pg = TAGS_BY_ROOT(IDS_PG("$1")),
    .in = "s",
    .out = "ii",
};
static const struct sql FRIENDS = {
    .text = "SELECT m.root_id, r.staff_id FROM relation r /*scan*/"
            " JOIN customer m ON m.id = r.customer_id WHERE r.deleted_s IS NULL",
    .out = "ii",
};
#define FRIENDS_BY_ROOT(ids)                                                                       \
    "SELECT m.root_id, r.staff_id FROM customer m CROSS JOIN relation r WHERE m.root_id " ids      \
    " AND r.customer_id = m.id AND r.deleted_s IS NULL"
static const struct sql FRIENDS_OF = {
    .text = FRIENDS_BY_ROOT(IDS_LITE("$1")),
    .pg = FRIENDS_BY_ROOT(IDS_PG("$1")),
    .in = "s",
    .out = "ii",
};
static const struct sql GROUPS = {
    .text = "SELECT m.root_id, t.group_id FROM group_member t /*scan*/"
            " JOIN customer m ON m.id = t.customer_id WHERE t.left_s IS NULL",
    .out = "ii",
};
#define GROUPS_BY_ROOT(ids)                                                                        \
    "SELECT m.root_id, t.group_id FROM customer m CROSS JOIN group_member t WHERE m.root_id " ids  \
    " AND t.customer_id = m.id AND t.left_s IS NULL"
static const struct sql GROUPS_OF = {
    .text = GROUPS_BY_ROOT(IDS_LITE("$1")),
    .pg = GROUPS_BY_ROOT(IDS_PG("$1")),
    .in = "s",
    .out = "ii",
};
static const struct sql TIERS = {
    .text = "SELECT x.customer_id, x.tier_id FROM customer_tier x /*scan*/",
    .out = "ii",
};
#define TIERS_BY_ROOT(ids)                                                                         \
    "SELECT x.customer_id, x.tier_id FROM tier_model y /*scan*/ CROSS JOIN customer_tier x"        \
    " WHERE x.model_id = y.id AND x.customer_id " ids
static const struct sql TIERS_OF = {
    .text = TIERS_BY_ROOT(IDS_LITE("$1")),
    .pg = TIERS_BY_ROOT(IDS_PG("$1")),
    .in = "s",
    .out = "ii",
};
#define RFM(column) "SELECT s.customer_id, s." column " FROM rfm_score s"
#define RFM_ALL(column) {.text = RFM(column) " /*scan*/", .out = "ii"}
#define RFM_OF(column)                                                                             \
    {.text = RFM(column) " WHERE s.customer_id " IDS_LITE("$1"),                                   \
     .pg = RFM(column) " WHERE s.customer_id " IDS_PG("$1"),                                       \
     .in = "s",                                                                                    \
     .out = "ii"}
static const struct sql RFM_R_ALL = RFM_ALL("r");
static const struct sql RFM_F_ALL = RFM_ALL("f");
static const struct sql RFM_M_ALL = RFM_ALL("m");
static const struct sql RFM_R_OF = RFM_OF("r");
static const struct sql RFM_F_OF = RFM_OF("f");
static const struct sql RFM_M_OF = RFM_OF("m");

#define MOVE_COLUMNS                                                                               \
    "SELECT m.run_id, m.customer_id, coalesce(m.from_tier_id, 0), coalesce(m.to_tier_id, 0)"       \
    " FROM tier_move m"
static const struct sql MOVES = {
    .text = MOVE_COLUMNS " /*scan*/",
    .out = "iiii",
};
static const struct sql MOVES_OF = {
    .text = MOVE_COLUMNS " WHERE m.customer_id " IDS_LITE("$1"),
    .pg = MOVE_COLUMNS " WHERE m.customer_id " IDS_PG("$1"),
    .in = "s",
    .out = "iiii",
};

static const struct sql CHANGES = {
    .text = "SELECT table_name, customer_id, row_id FROM change WHERE seq > $1 AND seq <= $2"
            " AND customer_id IS NOT NULL",
    .in = "ii",
    .out = "sii",
};
static const struct sql UPSETS = {
    .text = "SELECT customer_id, kind, CASE WHEN object_kind = 6 THEN object_id ELSE 0 END"
            " FROM event WHERE seq > $1 AND seq <= $2 AND kind IN (11, 42, 43)",
    .in = "ii",
    .out = "iiI",
};

static const struct sql PRODUCTS = {
    .text = "SELECT p.id, p.category FROM product p /*scan*/",
    .out = "iS",
};
#define TAGS_IN(ids) "SELECT y.id FROM tag y /*scan*/ WHERE y.group_id " ids
static const struct sql TAGS_OF_GROUPS = {
    .text = TAGS_IN(IDS_LITE("$1")),
    .pg = TAGS_IN(IDS_PG("$1")),
    .in = "s",
    .out = "i",
};
static const struct sql TIERS_OF_MODEL = {
    .text = "SELECT t.id FROM tier t /*scan*/ WHERE t.model_id = $1",
    .in = "i",
    .out = "i",
};
static const struct sql LIVE_GROUPS = {
    .text = "SELECT g.id FROM chat_group g /*scan*/ WHERE g.dismissed_s IS NULL",
    .out = "i",
};
static const struct sql PAST_GROUPS = {
    .text = "SELECT g.id FROM chat_group g /*scan*/"
            " WHERE g.dismissed_s IS NULL OR g.dismissed_s > $1",
    .in = "i",
    .out = "i",
};
static const struct sql PAST_MOVES = {
    .text = "SELECT v.customer_id, v.at_s, v.run_id, v.to_tier_id FROM tier_run u /*scan*/"
            " CROSS JOIN tier_move v WHERE u.model_id = $1 AND v.run_id = u.id AND v.at_s <= $2",
    .in = "ii",
    .out = "iiiI",
};
#define TEAM_OF(ids)                                                                               \
    "SELECT s.id FROM department_above d CROSS JOIN staff s WHERE d.above_id " ids                 \
    " AND s.department_id = d.department_id"
static const struct sql TEAM = {
    .text = TEAM_OF(IDS_LITE("$1")),
    .pg = TEAM_OF(IDS_PG("$1")),
    .in = "s",
    .out = "i",
};
static const struct sql SCOPE = {
    .text = "SELECT a.staff_id FROM account_staff a WHERE a.account_id = $1",
    .in = "i",
    .out = "i",
};
/* clang-format on */

STATEMENTS(feed, &EVENTS, &EVENTS_OF, &CUSTOMERS, &CUSTOMERS_OF, &TAGS, &TAGS_OF, &FRIENDS,
           &FRIENDS_OF, &GROUPS, &GROUPS_OF, &TIERS, &TIERS_OF, &RFM_R_ALL, &RFM_F_ALL, &RFM_M_ALL,
           &RFM_R_OF, &RFM_F_OF, &RFM_M_OF, &MOVES, &MOVES_OF, &CHANGES, &UPSETS, &PRODUCTS,
           &TAGS_OF_GROUPS, &TIERS_OF_MODEL, &LIVE_GROUPS, &PAST_GROUPS, &PAST_MOVES, &TEAM,
           &SCOPE);

static_assert(EVENT_ORDER == 11 && EVENT_ITEM == 13 && EVENT_ERASE == 42 && EVENT_RETRACT == 43 &&
                  OBJECT_ORDER == 6 && OBJECT_PRODUCT == 7 && OBJECT_BATCH == 16 &&
                  OBJECT_EVENT == 17,
              "the statements write these numbers out");

static const struct {
    const struct sql *all, *some;
} PAIRS[FEED_RELATIONS] = {
    [FEED_TAG] = {&TAGS, &TAGS_OF},         [FEED_FRIEND] = {&FRIENDS, &FRIENDS_OF},
    [FEED_GROUP] = {&GROUPS, &GROUPS_OF},   [FEED_TIER] = {&TIERS, &TIERS_OF},
    [FEED_RFM_R] = {&RFM_R_ALL, &RFM_R_OF}, [FEED_RFM_F] = {&RFM_F_ALL, &RFM_F_OF},
    [FEED_RFM_M] = {&RFM_M_ALL, &RFM_M_OF},
};

static enum rc each_event(struct rows *r,
                          enum rc (*see)(void *to, const struct feed_event *ev, struct err *e),
                          void *to, struct err *e)
{
    enum rc rc = RC_OK;
    while (rc == RC_OK && rows_next(r)) {
        struct feed_event ev = {
            .seq = rows_int(r, 0),
            .customer_id = rows_int(r, 1),
            .at_s = rows_int(r, 2),
            .kind = (int)rows_int(r, 3),
            .channel_id = rows_int(r, 4),
            .staff_id = rows_int(r, 5),
            .object_kind = (int)rows_int(r, 6),
            .object_id = rows_int(r, 7),
            .amount_fen = rows_known(r, 8),
            .quantity = rows_known(r, 9),
            .refunded_s = rows_known(r, 10),
        };
        rc = see(to, &ev, e);
    }
    enum rc end = rows_end(r, rc == RC_OK ? e : NULL);
    return rc == RC_OK ? end : rc;
}

enum rc feed_events(struct tx *tx, int64_t after_seq, int64_t to_seq,
                    enum rc (*see)(void *to, const struct feed_event *ev, struct err *e), void *to,
                    struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &EVENTS, &r, e, after_seq, to_seq);
    return rc == RC_OK ? each_event(r, see, to, e) : rc;
}

/* At most SEQS_A_QUERY events at a time, each time with the lines up to the last of them. */
enum rc feed_events_of(struct tx *tx, const int64_t *roots, size_t n,
                       enum rc (*see)(void *to, const struct feed_event *ev, struct err *e),
                       void *to, struct err *e)
{
    enum { SEQS_A_QUERY = 100000 };
    int64_t *family = NULL, *seqs = NULL, after = 0;
    size_t family_n = 0, seqs_n = 0, from = 0, k;
    struct str root_text = ids_text(tx_arena(tx), roots, n);
    enum rc rc = event_index_family(tx, roots, n, &family, &family_n, e);
    if (rc == RC_OK)
        rc = event_index_seqs(tx, family, family_n, &seqs, &seqs_n, e);
    while (rc == RC_OK && after < INT64_MAX) {
        struct rows *r;
        k = seqs_n - from < SEQS_A_QUERY ? seqs_n - from : SEQS_A_QUERY;
        int64_t last = from + k < seqs_n ? seqs[from + k - 1] : INT64_MAX;
        rc = tx_query(tx, &EVENTS_OF, &r, e, ids_text(tx_arena(tx), k > 0 ? seqs + from : NULL, k),
                      root_text, after, last);
        if (rc == RC_OK)
            rc = each_event(r, see, to, e);
        from += k;
        after = last;
    }
    return rc;
}

static enum rc each_customer(struct rows *r,
                             enum rc (*see)(void *to, const struct feed_customer *c, struct err *e),
                             void *to, struct err *e)
{
    enum rc rc = RC_OK;
    while (rc == RC_OK && rows_next(r)) {
        struct feed_customer c = {
            .id = rows_int(r, 0),
            .root_id = rows_int(r, 1),
            .erased = !rows_null(r, 2),
            .no_marketing = rows_int(r, 3) != 0,
            .birth_day = rows_known(r, 4),
            .added_s = rows_known(r, 5),
            .first_s = rows_int(r, 6),
            .stage_id = rows_int(r, 7),
            .source_id = rows_int(r, 8),
            .city = rows_str(r, 9),
            .province = rows_str(r, 10),
            .gender = rows_str(r, 11),
            .clv_horizon_s = rows_known(r, 12),
            .clv_fen = rows_known(r, 13),
            .alive_ppm = rows_known(r, 14),
            .purchases_micro = rows_known(r, 15),
            .repeats = rows_known(r, 16),
            .rfm_fen = rows_known(r, 17),
        };
        rc = see(to, &c, e);
    }
    enum rc end = rows_end(r, rc == RC_OK ? e : NULL);
    return rc == RC_OK ? end : rc;
}

enum rc feed_customers(struct tx *tx,
                       enum rc (*see)(void *to, const struct feed_customer *c, struct err *e),
                       void *to, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &CUSTOMERS, &r, e);
    return rc == RC_OK ? each_customer(r, see, to, e) : rc;
}

enum rc feed_customers_of(struct tx *tx, const int64_t *ids, size_t n,
                          enum rc (*see)(void *to, const struct feed_customer *c, struct err *e),
                          void *to, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &CUSTOMERS_OF, &r, e, ids_text(tx_arena(tx), ids, n));
    return rc == RC_OK ? each_customer(r, see, to, e) : rc;
}

static enum rc each_pair(struct rows *r, void (*see)(void *to, int64_t root_id, int64_t id),
                         void *to, struct err *e)
{
    while (rows_next(r))
        see(to, rows_int(r, 0), rows_int(r, 1));
    return rows_end(r, e);
}

enum rc feed_pairs(struct tx *tx, enum feed_relation which,
                   void (*see)(void *to, int64_t root_id, int64_t id), void *to, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, PAIRS[which].all, &r, e);
    return rc == RC_OK ? each_pair(r, see, to, e) : rc;
}

enum rc feed_pairs_of(struct tx *tx, enum feed_relation which, const int64_t *roots, size_t n,
                      void (*see)(void *to, int64_t root_id, int64_t id), void *to, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, PAIRS[which].some, &r, e, ids_text(tx_arena(tx), roots, n));
    return rc == RC_OK ? each_pair(r, see, to, e) : rc;
}

static enum rc each_move(struct rows *r, void (*see)(void *to, const struct feed_move *m), void *to,
                         struct err *e)
{
    while (rows_next(r))
        see(to,
            &(struct feed_move){rows_int(r, 0), rows_int(r, 1), rows_int(r, 2), rows_int(r, 3)});
    return rows_end(r, e);
}

enum rc feed_moves(struct tx *tx, void (*see)(void *to, const struct feed_move *m), void *to,
                   struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &MOVES, &r, e);
    return rc == RC_OK ? each_move(r, see, to, e) : rc;
}

enum rc feed_moves_of(struct tx *tx, const int64_t *ids, size_t n,
                      void (*see)(void *to, const struct feed_move *m), void *to, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &MOVES_OF, &r, e, ids_text(tx_arena(tx), ids, n));
    return rc == RC_OK ? each_move(r, see, to, e) : rc;
}

enum rc feed_changes(struct tx *tx, int64_t after_seq, int64_t to_seq,
                     void (*see)(void *to, struct str table, int64_t customer_id, int64_t row_id),
                     void *to, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &CHANGES, &r, e, after_seq, to_seq);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        see(to, rows_str(r, 0), rows_int(r, 1), rows_int(r, 2));
    return rows_end(r, e);
}

enum rc feed_upsets(struct tx *tx, int64_t after_seq, int64_t to_seq,
                    void (*see)(void *to, int64_t customer_id, int kind, int64_t order_id),
                    void *to, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &UPSETS, &r, e, after_seq, to_seq);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        see(to, rows_int(r, 0), (int)rows_int(r, 1), rows_int(r, 2));
    return rows_end(r, e);
}

static enum rc each_id(struct rows *r, void (*see)(void *to, int64_t id), void *to, struct err *e)
{
    while (rows_next(r))
        see(to, rows_int(r, 0));
    return rows_end(r, e);
}

enum rc feed_products(struct tx *tx, void (*see)(void *to, int64_t id, struct str category),
                      void *to, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &PRODUCTS, &r, e);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        see(to, rows_int(r, 0), rows_str(r, 1));
    return rows_end(r, e);
}

enum rc feed_tags(struct tx *tx, const int64_t *tag_groups, size_t n,
                  void (*see)(void *to, int64_t id), void *to, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &TAGS_OF_GROUPS, &r, e, ids_text(tx_arena(tx), tag_groups, n));
    return rc == RC_OK ? each_id(r, see, to, e) : rc;
}

enum rc feed_tiers(struct tx *tx, int64_t model_id, void (*see)(void *to, int64_t id), void *to,
                   struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &TIERS_OF_MODEL, &r, e, model_id);
    return rc == RC_OK ? each_id(r, see, to, e) : rc;
}

enum rc feed_groups(struct tx *tx, void (*see)(void *to, int64_t id), void *to, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &LIVE_GROUPS, &r, e);
    return rc == RC_OK ? each_id(r, see, to, e) : rc;
}

enum rc feed_past_groups(struct tx *tx, int64_t at_s, void (*see)(void *to, int64_t id), void *to,
                         struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &PAST_GROUPS, &r, e, at_s);
    return rc == RC_OK ? each_id(r, see, to, e) : rc;
}

enum rc feed_past_moves(struct tx *tx, int64_t model_id, int64_t at_s,
                        void (*see)(void *to, const struct feed_past_move *move), void *to,
                        struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &PAST_MOVES, &r, e, model_id, at_s);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        see(to, &(struct feed_past_move){rows_int(r, 0), rows_int(r, 1), rows_int(r, 2),
                                         rows_null(r, 3) ? 0 : rows_int(r, 3)});
    return rows_end(r, e);
}

enum rc feed_team(struct tx *tx, const int64_t *departments, size_t n,
                  void (*see)(void *to, int64_t id), void *to, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &TEAM, &r, e, ids_text(tx_arena(tx), departments, n));
    return rc == RC_OK ? each_id(r, see, to, e) : rc;
}

enum rc feed_scope(struct tx *tx, int64_t account_id, void (*see)(void *to, int64_t id), void *to,
                   struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &SCOPE, &r, e, account_id);
    return rc == RC_OK ? each_id(r, see, to, e) : rc;
}
