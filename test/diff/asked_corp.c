/* asked_corp.c — see asked_corp.h. */
#include "asked_corp.h"

#include "base/clock.h"

enum { SIGHTINGS = 5000, MOST_MODELS = 20, PERIOD_S = 90 * 86400 };

/* Every so many-th row of the log. */
static const struct sql SOME_EVENTS = {
    .text = "SELECT e.customer_id, e.at_s FROM event e WHERE e.seq % $1 = 0 AND e.customer_id <> 0"
            " /*scan*/ ORDER BY e.seq LIMIT 5000",
    .in = "i",
    .out = "ii",
};
static const struct sql EVENTS = {.text = "SELECT count(*) FROM event /*scan*/", .out = "i"};
static const struct sql LATEST = {
    .text = "SELECT max(at_s) FROM event /*scan*/ WHERE at_s <= $1", .in = "i", .out = "I"};
static const struct sql MODELS = {
    .text = "SELECT id FROM tier_model /*scan*/ WHERE subject = 'customer' ORDER BY id LIMIT 20",
    .out = "i",
};
static const struct sql ACCOUNT = {
    .text = "SELECT account_id FROM account_staff /*scan*/ ORDER BY account_id LIMIT 1",
    .out = "i",
};

static enum rc read_events(struct tx *tx, struct asked_corp *c, struct err *e)
{
    struct rows *r;
    int64_t all = 0;
    struct sighting *events = ARENA_ARRAY(&c->arena, struct sighting, SIGHTINGS);
    enum rc rc = tx_int(tx, &EVENTS, &all, e);
    if (rc == RC_OK)
        rc = tx_query(tx, &SOME_EVENTS, &r, e, all / SIGHTINGS + 1);
    if (rc != RC_OK)
        return rc;
    for (; c->corp.n_events < SIGHTINGS && rows_next(r); c->corp.n_events++)
        events[c->corp.n_events] = (struct sighting){rows_int(r, 0), rows_int(r, 1)};
    c->corp.events = events;
    return rows_end(r, e);
}

static enum rc read_models(struct tx *tx, struct asked_corp *c, struct err *e)
{
    struct rows *r;
    int64_t *models = ARENA_ARRAY(&c->arena, int64_t, MOST_MODELS);
    enum rc rc = tx_query(tx, &MODELS, &r, e);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        models[c->corp.n_models++] = rows_int(r, 0);
    c->corp.models = models;
    return rows_end(r, e);
}

enum rc asked_corp_load(struct tx *tx, int64_t now_s, struct asked_corp *out, struct buf *lacks,
                        struct err *e)
{
    *out = (struct asked_corp){.corp = {.period_s = PERIOD_S, .now_s = now_s}};
    struct question_corp *corp = &out->corp;
    arena_init(&out->arena, 0);
    enum rc rc = now_s != 0 ? RC_OK : tx_int(tx, &LATEST, &corp->now_s, e, clock_now_s());
    if (rc == RC_OK)
        rc = corp_names_load(tx, &out->arena, corp->now_s, &out->names, lacks, e);
    if (rc == RC_OK)
        rc = read_events(tx, out, e);
    if (rc == RC_OK)
        rc = read_models(tx, out, e);
    if (rc == RC_OK)
        rc = tx_int(tx, &ACCOUNT, &corp->account_id, e);
    corp->names = &out->names;
    if (rc == RC_NOT_FOUND)
        rc = RC_OK; /* everyone sees all */
    if (rc == RC_OK && corp->n_events == 0)
        rc = err_set(e, RC_NOT_FOUND, "no_events", NULL, "没有行为", "the corp has no events");
    return rc;
}

void asked_corp_done(struct asked_corp *c)
{
    arena_done(&c->arena);
}
