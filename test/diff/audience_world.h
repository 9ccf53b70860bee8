/* audience_world — a small corp made from a seed, as plain arrays and as rows of a database.
 *
 * It has what makes audiences hard: merged and erased customers, unknown values everywhere, events
 * at the same second, in the future and taken back, orders with refunds, tags on both sides of a
 * merge, people who left groups, and a history for questions about the past. The arrays are what
 * the naive evaluator reads; ids are small and given by the place. */
#ifndef KOI_TEST_AUDIENCE_WORLD_H
#define KOI_TEST_AUDIENCE_WORLD_H

#include "base/rng.h"
#include "db/db.h"
#include "db/writer.h"
#include "store/cycle.h"

enum {
    NO_DAY = INT32_MIN,
    W_SCOPE_STAFF = 2, /* account 1 sees the friends of the first so many staff */
};
#define NO_AMOUNT DB_NULL

struct w_customer {
    int64_t id, root;
    const char *nickname, *gender, *province, *city; /* NULL: unknown */
    int32_t birth_day;                               /* NO_DAY: unknown */
    int64_t source, stage;                           /* 0: unknown */
    int64_t first_s, added_s;                        /* added_s 0: never */
    bool no_marketing, erased;
};
struct w_event {
    int64_t seq, batch, customer, at_s, kind, channel, staff, object_kind, object,
        amount; /* 0: NULL */
};
struct w_item {
    int64_t seq, order, customer, product, at_s, quantity, amount;
    bool sale;
};
struct w_order {
    int64_t id, channel, staff, customer, at_s, amount;
    bool paid;
};
struct w_refund {
    int64_t order, customer, at_s, amount;
};
struct w_relation {
    int64_t id, customer, staff, added_s, deleted_s;
};
struct w_pair { /* relation_tag, customer_tag */
    int64_t on, tag;
};
struct w_field {
    int64_t customer, field;
    const char *text;
    int64_t number;
};
struct w_member {
    int64_t group, customer, joined_s, left_s;
};
struct w_group {
    int64_t id;
    const char *name, *kind, *level;
    int64_t owner, created_s, dismissed_s;
};
struct w_tier {
    int64_t model, customer, tier;
};
struct w_move {
    int64_t run, model, customer, to, at_s;
};
struct w_rfm {
    int64_t customer, r, f, m;
};

struct w_clv {
    int64_t customer, horizon_s, fen;
};

#define LIST(type, name)                                                                           \
    struct type *name;                                                                             \
    size_t n_##name, cap_##name

struct world {
    int64_t now_s, period_s;
    int64_t seq;
    LIST(w_customer, customers);
    LIST(w_event, events);
    LIST(w_item, items);
    LIST(w_order, orders);
    LIST(w_refund, refunds);
    LIST(w_relation, relations);
    LIST(w_pair, relation_tags);
    LIST(w_pair, customer_tags);
    LIST(w_field, fields);
    LIST(w_group, groups);
    LIST(w_member, members);
    LIST(w_tier, tiers);
    LIST(w_move, moves);
    LIST(w_rfm, rfm);
    LIST(w_clv, clv);
};

/* The horizon that was fitted; rows of another one are left over from before. */
enum { W_HORIZON_S = 52 * 7 * 86400 };

/* What there is, by place: id = index + 1 unless said otherwise. */
extern const char *const W_CITIES[6], *const W_PROVINCES[4], *const W_NICKNAMES[8];
extern const char *const W_STAFF[8]; /* userids; names are W_STAFF_NAMES */
extern const char *const W_STAFF_NAMES[8];
extern const char *const W_TEAMS[6];
extern const int W_TEAM_PARENT[6]; /* id of the parent, 0: root */
extern const char *const W_TAG_GROUPS[3];
extern const char *const W_TAGS[9]; /* three to a group, the last of group 2 and 3 share a name */
extern const char *const W_PRODUCTS[8], *const W_CATEGORIES[8];
extern const char *const W_TIERS[6]; /* three to a model */
extern const char *const W_MODELS[2];
extern const char *const W_AUDIENCES[4], *const W_AUDIENCE_TEXTS[4];
extern const char *const W_FIELD_KEYS[6]; /* text, number, day, choice, yes_no, day */
/* A cycle's name is that of its rule in audience_store.c. */
extern const char *const W_CYCLES[7];
extern const char *const W_FIELD_TEXTS[4];
extern const char *const W_KINDS[14]; /* kinds that events of the world have */

/* The rule of a cycle by its place in W_CYCLES. */
const struct cycle_rule *world_cycle(size_t i);
/* Makes a world of `customers` people and about `events` events. */
struct world *world_new(uint64_t seed, size_t customers, size_t events);
void world_free(struct world *w);
/* Whether account 1 may see a root customer: a friend of one of the first staff. */
bool world_in_scope(const struct world *w, int64_t root);
/* Puts it into an empty migrated database. */
enum rc world_store(const struct world *w, struct writer *writer, struct err *e);

#endif
