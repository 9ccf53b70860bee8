/* demo_life — one invented customer from being added to today: a pure function of the seed, the
 * number of the customer, and the corp's shape. Nothing here touches the database; domain/demo.c
 * hands the result to ingest.
 */
#ifndef KOI_DOMAIN_DEMO_LIFE_H
#define KOI_DOMAIN_DEMO_LIFE_H

#include "domain/demo_world.h"
#include "domain/ingest.h"

enum {
    DEMO_LIFE_EVENTS = 600,
    DEMO_LIFE_ORDERS = 160,
    DEMO_LIFE_DEEDS = 24,
    DEMO_GROUPS_PER_STORE = 2
};

/* What the life needs to know about the corp: ids by position. */
struct demo_shape {
    uint64_t seed;
    int64_t end_s;            /* nothing happens after it */
    int64_t customers;        /* how many lives there are in all */
    const int64_t *staff_ids; /* DEMO_STAFF */
    const int *staff_store;   /* store of each staff member, -1: head office */
    const int
        *store_first_staff; /* DEMO_STORES + 1: the staff of store i are [first[i], first[i + 1]) */
    const int64_t *group_ids;       /* DEMO_STORES × DEMO_GROUPS_PER_STORE */
    const int64_t *source_ids;      /* as demo_table.sources */
    const int64_t *stage_ids;       /* the five built-in stages */
    const int64_t *preference_tags; /* as demo_table.categories */
    const int64_t *spend_tags;      /* three: high, middle, low */
    const int64_t *habit_tags;      /* four: weekend, lunch, evening, gifts */
    int64_t field_sweetness, field_child_day;
    int64_t channel_wecom, channel_group, channel_mini, channel_store;
    const int64_t *added_s; /* of lives 0 … number − 1, ascending: who can have invited this one */
};

/* A thing that changes a row beside the log: joining or leaving a group, the end of a
 * friendship. */
struct demo_deed {
    enum { DEED_GROUP_JOIN, DEED_GROUP_LEAVE, DEED_FRIEND_DELETE } what;
    int64_t at_s, group_id, staff_id;
};

struct demo_life {
    struct ingest_customer customer;
    struct identity identities[2];
    int64_t tags[6];
    struct ingest_field fields[2];
    struct ingest_event events[DEMO_LIFE_EVENTS];
    size_t events_n;
    struct ingest_order orders[DEMO_LIFE_ORDERS];
    size_t orders_n, items_n;
    struct demo_deed deeds[DEMO_LIFE_DEEDS];
    size_t deeds_n;
};

/* The external_userid of life i: 32 characters, the same for every caller. */
struct str demo_external_userid(struct arena *a, uint64_t seed, int64_t i);
/* The chat_id of group i, in the same way. */
struct str demo_chat_id(struct arena *a, uint64_t seed, int64_t i);
/* When life i was added: draws `n` moments in the DEMO_DAYS before end_s by season and growth,
 * ascending. */
void demo_added_times(uint64_t seed, int64_t end_s, int64_t *out_s, int64_t n);
/* Lives life i. Texts and arrays are in the arena; `out` is overwritten. */
void demo_live(const struct demo_shape *shape, int64_t i, struct arena *a, struct demo_life *out);

#endif
