/* demo_world — the fixed part of the demo corp: a tea house and bakery chain, its people, products
 * and words.
 *
 * The corp is invented. Everything here is a table or a pure function of a seeded generator, so
 * that the same seed always builds the same corp. Sums of weights need not be 1: demo_pick()
 * normalises.
 */
#ifndef KOI_DOMAIN_DEMO_WORLD_H
#define KOI_DOMAIN_DEMO_WORLD_H

#include "base/arena.h"
#include "base/rng.h"

enum { DEMO_STORES = 46, DEMO_STAFF = 300, DEMO_DAYS = 548 };

/* Whose numbers the codes of products are: the shop in the mini-program, by its channel's name. */
#define DEMO_SHOP "小程序"

struct demo_city {
    const char *name, *province;
    int stores;    /* how many of the 46 */
    double weight; /* of its customers */
};

struct demo_product {
    const char *code, *name, *category;
    int64_t price_fen;
    double weight; /* how often it is in a basket */
    bool gift;     /* bought before festivals */
};

struct demo_source {
    const char *name, *kind; /* kind as in table source */
    double weight;
    double buys;                                   /* times the usual chance to become a buyer */
    int64_t fixed_fen_month, traffic_fen_customer; /* costs */
};

struct demo_table {
    const struct demo_city *cities;
    size_t cities_n;
    const struct demo_product *products;
    size_t products_n;
    const struct demo_source *sources;
    size_t sources_n;
    const char *const *categories; /* of products, in the order of the preference tags */
    size_t categories_n;
};

extern const struct demo_table demo_table;

/* Index drawn by weights w[0 … n). */
size_t demo_pick(struct rng *r, const double *w, size_t n);

/* Names, owned by the arena: a store ("锦池·湖滨店"), a person ("林晓彤"), and what a person calls
 * themselves in WeChat ("小鱼儿🌸"). */
struct str demo_store_name(struct arena *a, int i);
struct str demo_person_name(struct rng *r, struct arena *a, bool female);
struct str demo_nickname(struct rng *r, struct arena *a, struct str person_name);

/* How busy the shop is on a local civil day: 1.0 on an ordinary weekday; weekends, 6.18, 11.11, the
 * days before Spring Festival and Mid-Autumn, and summer are busier. `out_gift` (may be NULL) is
 * how many times more gifts than usual sell. */
double demo_season(int32_t day, double *out_gift);
/* The highest value of demo_season(). */
#define DEMO_SEASON_MAX 3.6

/* A second of the day between 07:00 and 23:00 with peaks at noon, mid-afternoon and after
 * dinner. */
int64_t demo_second_of_day(struct rng *r);

#endif
