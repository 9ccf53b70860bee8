/* profile.c — the rules around one customer's profile.
 *
 * Searching: what an operator types is tried as whatever it could be, most exact first, by keyed
 * hashes; only words that nothing exact matches are looked for in nicknames and real names.
 * Changing: the root is locked and compared column by column, so the log tells only of real
 * changes. Erasing: everyone of the family goes at once. Costs: a search is at most eight index
 * probes before the nicknames; a change writes two rows and one event for each column.
 */
#include "domain/profile.h"

#include "domain/identity.h"
#include "store/ids.h"
#include "store/erasure.h"
#include "store/event.h"
#include "store/stage.h"

#include <assert.h>

/* ---- searching ---- */

enum { SEARCH_MOST = 2000 };

struct search {
    struct tx *tx;
    const struct keyring *keys;
    int64_t *ids;
    size_t n;
};

/* Those found by a value's hash as one kind of account. */
static enum rc search_account(struct search *s, enum identity_kind kind, struct str text,
                              struct err *e)
{
    struct str value;
    if (!identity_normalise(tx_arena(s->tx), kind, text, &value))
        return RC_OK;
    uint8_t hash[SECRET_INDEX_BYTES];
    identity_hash(s->keys, kind, value, hash);
    return customer_ids_by_hash(s->tx, (struct str){(const char *)hash, sizeof hash}, SEARCH_MOST,
                                &s->ids, &s->n, e);
}

static enum rc search_tail(struct search *s, struct str digits, struct err *e)
{
    uint8_t hash[SECRET_INDEX_BYTES];
    identity_tail_hash(s->keys, digits, hash);
    return customer_ids_by_tail(s->tx, (struct str){(const char *)hash, sizeof hash}, SEARCH_MOST,
                                &s->ids, &s->n, e);
}

static enum rc search_id(struct search *s, int64_t id, struct err *e)
{
    int64_t root;
    enum rc rc = customer_root_of(s->tx, id, &root, e);
    if (rc != RC_OK)
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    s->ids = ARENA_NEW(tx_arena(s->tx), int64_t);
    s->ids[0] = root;
    s->n = 1;
    return RC_OK;
}

/* Tries `q` as everything that an index knows, until something is found. */
static enum rc search_exact(struct search *s, struct str q, struct err *e)
{
    static const enum identity_kind order[] = {IDENTITY_BUYER,  IDENTITY_PHONE,
                                               IDENTITY_CARD,   IDENTITY_EXTERNAL_USERID,
                                               IDENTITY_OPENID, IDENTITY_UNIONID};
    int64_t number;
    bool digits = str_to_i64(q, &number) && number >= 0 && q.p[0] != '+';
    enum rc rc = RC_OK;
    if (digits && number > 0)
        rc = search_id(s, number, e);
    for (size_t i = 0; rc == RC_OK && s->n == 0 && i < sizeof order / sizeof order[0]; i++)
        rc = search_account(s, order[i], q, e);
    if (rc == RC_OK && s->n == 0 && digits && q.n == 4)
        rc = search_tail(s, q, e);
    return rc;
}

enum rc profile_search(struct tx *tx, const struct keyring *keys, struct str q,
                       struct customer_filter *out, struct err *e)
{
    struct str words = str_trim(q);
    if (str_empty(words))
        return RC_OK;
    struct search s = {.tx = tx, .keys = keys};
    enum rc rc = search_exact(&s, words, e);
    if (rc != RC_OK)
        return rc;
    if (s.n > 0) {
        if (s.n > 1)
            qsort(s.ids, s.n, sizeof *s.ids, ids_compare);
        out->only = s.ids;
        out->only_n = s.n;
        return RC_OK;
    }
    out->nickname = words;
    if (str_utf8_count(words) >= 2)
        rc = customer_ids_by_name(tx, keys, words, SEARCH_MOST, &s.ids, &s.n, e);
    out->also = s.ids;
    out->also_n = s.n;
    return rc;
}

/* ---- changing ---- */

/* One event for a changed column; `column` is a word of ours. */
static enum rc say_changed(struct tx *tx, int64_t customer_id, const char *column, struct err *e)
{
    struct str props = arena_printf(tx_arena(tx), "{\"column\":\"%s\"}", column);
    return event_add(tx,
                     &(struct event){.customer_id = customer_id,
                                     .at_s = tx_now_s(tx),
                                     .kind = EVENT_FIELD_CHANGE,
                                     .props = props},
                     e);
}

static bool same_text(struct str a, struct str b)
{
    return (a.p == NULL) == (b.p == NULL) && str_eq(a, b);
}

struct changing {
    struct tx *tx;
    const struct keyring *keys;
    struct customer *c;
    bool any;
    enum rc rc;
    struct err *e;
};

static void changed(struct changing *g, const char *column)
{
    g->any = true;
    if (g->rc == RC_OK)
        g->rc = say_changed(g->tx, g->c->id, column, g->e);
}

/* Empty text counts as none: a profile knows no difference. */
static void change_text(struct changing *g, bool given, struct str *at, struct str value,
                        const char *column)
{
    struct str want = str_empty(value) ? STR_ABSENT : value;
    if (!given || same_text(*at, want))
        return;
    *at = want;
    changed(g, column);
}

static void change_int(struct changing *g, bool given, int64_t *at, int64_t value,
                       const char *column)
{
    if (!given || *at == value)
        return;
    *at = value;
    changed(g, column);
}

/* Sealed texts are always new under the seal, so they are compared open. */
static void change_sealed(struct changing *g, bool given, struct str *at, struct str value,
                          const char *place, const char *column)
{
    struct str want = str_empty(value) ? STR_ABSENT : value;
    if (!given || g->rc != RC_OK)
        return;
    struct arena *a = tx_arena(g->tx);
    struct str now = STR_ABSENT;
    if (at->p != NULL)
        g->rc = secret_open(g->keys, str_from(place), *at, a, &now, g->e);
    if (g->rc != RC_OK || same_text(now, want))
        return;
    *at = want.p != NULL ? secret_seal(g->keys, str_from(place), want, a) : STR_ABSENT;
    changed(g, column);
    if (g->rc == RC_OK && at == &g->c->name_sealed)
        g->rc = customer_index_name(g->tx, g->keys, g->c->id, want, g->e);
}

static void change_stage(struct changing *g, bool given, int64_t stage_id)
{
    struct customer *c = g->c;
    if (!given || g->rc != RC_OK || c->stage_id == stage_id)
        return;
    if (stage_id != DB_NULL)
        g->rc = stage_check(g->tx, stage_id, g->e);
    if (g->rc != RC_OK)
        return;
    struct str props = STR_ABSENT;
    if (c->stage_id != DB_NULL)
        props = arena_printf(tx_arena(g->tx), "{\"from\":\"%lld\"}", (long long)c->stage_id);
    c->stage_id = stage_id;
    g->any = true;
    g->rc =
        event_add(g->tx,
                  &(struct event){.customer_id = c->id,
                                  .at_s = tx_now_s(g->tx),
                                  .kind = EVENT_STAGE_CHANGE,
                                  .object_kind = stage_id != DB_NULL ? OBJECT_STAGE : OBJECT_NONE,
                                  .object_id = stage_id != DB_NULL ? stage_id : 0,
                                  .props = props},
                  g->e);
}

enum rc profile_change(struct tx *tx, const struct keyring *keys, struct customer *c,
                       const struct profile_change *change, struct err *e)
{
    assert(tx_is_writing(tx) && c->id == c->root_id);

    const struct profile_change *x = change;
    struct changing g = {.tx = tx, .keys = keys, .c = c, .e = e};
    change_text(&g, x->nickname_given, &c->nickname, x->nickname, "nickname");
    change_text(&g, x->gender_given, &c->gender, x->gender, "gender");
    change_text(&g, x->province_given, &c->province, x->province, "province");
    change_text(&g, x->city_given, &c->city, x->city, "city");
    change_int(&g, x->birth_day_given, &c->birth_day, x->birth_day, "birth_day");
    change_int(&g, x->no_marketing_given, &c->no_marketing, x->no_marketing, "no_marketing");
    change_sealed(&g, x->name_given, &c->name_sealed, x->name, "customer.name", "name");
    change_sealed(&g, x->address_given, &c->address_sealed, x->address, "customer.address",
                  "address");
    change_stage(&g, x->stage_given, x->stage_id);
    if (g.rc == RC_OK && g.any) {
        g.rc = customer_store(tx, c, e);
        c->updated_us = tx_now_us(tx);
    }
    return g.rc;
}

/* ---- erasing ---- */

enum rc profile_erase(struct tx *tx, int64_t root_id, struct err *e)
{
    int64_t *family;
    size_t n;
    enum rc rc = customer_family(tx, root_id, &family, &n, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        rc = erasure_run(tx, family[i], e);
        if (rc == RC_OK)
            rc = change_add(tx, "customer", family[i], root_id, e);
    }
    if (rc != RC_OK)
        return rc;
    return event_add(
        tx, &(struct event){.customer_id = root_id, .at_s = tx_now_s(tx), .kind = EVENT_ERASE}, e);
}
