/* ingest_parts — the inside of an ingest session, shared by ingest*.c only.
 */
#ifndef KOI_DOMAIN_INGEST_PARTS_H
#define KOI_DOMAIN_INGEST_PARTS_H

#include "domain/id_cache.h"
#include "domain/ingest.h"

struct ingest {
    struct ingest_options options;
    int64_t last_step;
    struct secret_indexer indexers[IDENTITY_KINDS]; /* made when a kind first comes */
    bool indexed[IDENTITY_KINDS];
    struct id_cache customers;     /* by identity; flag: made by this session */
    struct id_cache products;      /* by issuer and code; flag: it has a name of its own */
    struct event_filters *filters; /* of an import, to compare events with the log; else NULL */
    /* Customers whose orders changed in this step, for customer_stats. */
    int64_t *touched;
    size_t touched_n, touched_room;
};

/* Notes that a customer's purchases changed in this step; `later`: a session that defers statistics
 * counts them when all is read. */
void ingest_touch(struct ingest *g, int64_t customer_id, bool later);

/* The product of a code, made or named as the row tells; 0 in `out` without a code. */
enum rc ingest_product(struct ingest *g, struct tx *tx, struct str issuer, struct str code,
                       struct str name, struct str category, struct ingest_counts *counts,
                       int64_t *out, struct err *e);

/* The customer of an account as a file tells it (not normalised), and of the others told with it; 0
 * in `out` for nobody or an erased person. `out_fresh`: made by this session, so nothing older is
 * known of them. */
struct ingest_who {
    const struct identity *first, *also;
    size_t also_n;
    int64_t seen_s;
};
enum rc ingest_buyer(struct ingest *g, struct tx *tx, const struct ingest_who *who,
                     struct ingest_counts *counts, int64_t *out, bool *out_fresh, struct err *e);

#endif
