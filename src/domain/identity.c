/* identity.c — who is this? Normalising accounts, and deciding to which customer they lead.
 *
 * The accounts of one row are looked up strongest first. The strongest that is known decides; what
 * nobody has is added to the customer it led to. A unionid in the row vouches for the strong
 * accounts beside it, so the customers they lead to are merged, unless one of them already has
 * another unionid of the same issuer: a person has one, so that is a conflict for a human. All
 * other disagreements only propose. The merges themselves are in merging.c. Costs a probe for each
 * account (two with the tombstones); callers with millions of rows cache by hash (domain/ingest).
 */
#include "domain/identity.h"

#include "domain/merging.h"
#include "store/event.h"
#include "store/merge.h"

#include <assert.h>

/* ---- normalising ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The digits of a phone as people write it; false when anything but digits and separators is in it.
 * `out_plus`: it began with + or 00, so a country code follows. */
static bool phone_digits(struct str text, char out[static 24], size_t *out_n, bool *out_plus)
{
    size_t n = 0;
    *out_plus = text.n > 0 && text.p[0] == '+';
    for (size_t i = *out_plus ? 1 : 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == ' ' || c == '-' || c == '(' || c == ')' || c == '.')
            continue;
        if (!is_digit(c) || n == 20)
            return false;
        out[n++] = c;
    }
    if (!*out_plus && n > 8 && out[0] == '0' && out[1] == '0') {
        *out_plus = true;
        n -= 2;
        memmove(out, out + 2, n);
    }
    *out_n = n;
    return true;
}

static bool is_mobile(const char *digits, size_t n)
{
    return n == 11 && digits[0] == '1' && digits[1] >= '3';
}

static bool normalise_phone(struct arena *a, struct str text, struct str *out)
{
    char digits[24];
    size_t n;
    bool plus;
    if (!phone_digits(text, digits, &n, &plus) || n < 7 || n > 15)
        return false;
    if (n == 13 && digits[0] == '8' && digits[1] == '6' && is_mobile(digits + 2, 11)) {
        *out = arena_printf(a, "%.11s", digits + 2);
        return true;
    }
    *out = arena_printf(a, "%s%.*s", plus ? "+" : "", (int)n, digits);
    return true;
}

/* "17850.0" is what a spreadsheet makes of 17850. */
static struct str without_point_zero(struct str text)
{
    if (!str_ends(text, STR(".0")) || text.n < 3)
        return text;
    for (size_t i = 0; i < text.n - 2; i++) {
        if (!is_digit(text.p[i]))
            return text;
    }
    return str_sub(text, 0, text.n - 2);
}

bool identity_normalise(struct arena *a, enum identity_kind kind, struct str text, struct str *out)
{
    assert(kind < IDENTITY_KINDS);

    struct str trimmed = str_trim(text);
    if (str_empty(trimmed) || trimmed.n > IDENTITY_VALUE_BYTES || !str_utf8_valid(trimmed))
        return false;
    if (kind == IDENTITY_PHONE)
        return normalise_phone(a, trimmed, out);
    if (kind == IDENTITY_BUYER || kind == IDENTITY_CARD)
        trimmed = without_point_zero(trimmed);
    *out = arena_str(a, trimmed);
    return true;
}

/* ---- resolving ---- */

/* One account on its way: who has it (0: nobody), and that customer's root today. */
struct seen {
    const struct identity *identity;
    uint8_t hash[SECRET_INDEX_BYTES];
    int64_t customer_id, root_id;
};

struct resolve {
    struct tx *tx;
    const struct keyring *keys;
    struct seen seen[IDENTITY_TOGETHER]; /* strongest first */
    size_t n;
    const struct customer_new *fresh;
    struct identity_answer *out;
};

static bool is_strong(const struct identity *i)
{
    return i->kind < IDENTITY_CARD;
}

/* Sorts by kind, keeping the given order within one. */
static void strongest_first(struct resolve *v, const struct identity *list, size_t n)
{
    for (int kind = 0; kind < IDENTITY_KINDS; kind++) {
        for (size_t i = 0; i < n; i++) {
            if ((int)list[i].kind == kind)
                v->seen[v->n++].identity = &list[i];
        }
    }
    assert(v->n == n);
}

static enum rc look_up(struct resolve *v, struct err *e)
{
    for (size_t i = 0; i < v->n; i++) {
        struct seen *s = &v->seen[i];
        const struct identity *id = s->identity;
        identity_hash(v->keys, id->kind, id->value, s->hash);
        bool erased;
        enum rc rc = identity_is_erased(v->tx, id->kind, id->issuer, s->hash, &erased, e);
        if (rc != RC_OK)
            return rc;
        if (erased) {
            v->out->erased = true;
            return RC_OK;
        }
        rc = identity_find(v->tx, id->kind, id->issuer, s->hash, &s->customer_id, e);
        if (rc == RC_OK)
            rc = customer_root_of(v->tx, s->customer_id, &s->root_id, e);
        if (rc != RC_OK && rc != RC_NOT_FOUND)
            return rc;
    }
    return RC_OK;
}

/* Whether someone of the root's family has a unionid of this issuer with another value. */
static enum rc has_other_unionid(struct resolve *v, int64_t root_id, const struct identity *unionid,
                                 bool *out, struct err *e)
{
    struct identity_row *rows;
    size_t n;
    enum rc rc = identity_list(v->tx, v->keys, root_id, &rows, &n, e);
    if (rc != RC_OK)
        return rc;
    *out = false;
    for (size_t i = 0; i < n; i++) {
        bool rival = rows[i].kind == IDENTITY_UNIONID && str_eq(rows[i].issuer, unionid->issuer);
        *out = *out || (rival && !str_eq(rows[i].value, unionid->value));
    }
    return RC_OK;
}

/* The account that decides, or NULL when a customer must be made: the first known one of the
 * strong, or, where the row has no strong ones at all, of the weak. A new unionid does not join a
 * customer with another one. */
static enum rc choose_base(struct resolve *v, const struct seen **out, struct err *e)
{
    *out = NULL;
    bool any_strong = is_strong(v->seen[0].identity);
    for (size_t i = 0; i < v->n && *out == NULL; i++) {
        const struct seen *s = &v->seen[i];
        if (s->customer_id != 0 && (is_strong(s->identity) || !any_strong))
            *out = s;
    }
    const struct identity *first = v->seen[0].identity;
    if (*out == NULL || first->kind != IDENTITY_UNIONID || v->seen[0].customer_id != 0)
        return RC_OK;
    bool other;
    enum rc rc = has_other_unionid(v, (*out)->root_id, first, &other, e);
    if (rc == RC_OK && other)
        *out = NULL;
    return rc;
}

static enum rc add_missing(struct resolve *v, struct err *e)
{
    int64_t customer_id = v->out->customer_id;
    for (size_t i = 0; i < v->n; i++) {
        const struct identity *id = v->seen[i].identity;
        if (v->seen[i].customer_id != 0)
            continue;
        bool twice = false;
        for (size_t j = 0; j < i; j++)
            twice = twice || (v->seen[j].identity->kind == id->kind &&
                              str_eq(v->seen[j].identity->issuer, id->issuer) &&
                              str_eq(v->seen[j].identity->value, id->value));
        if (twice)
            continue;
        int64_t batch = v->fresh->batch_id;
        enum rc rc =
            identity_add(v->tx, v->keys, customer_id, id->kind, id->issuer, id->value, batch, e);
        if (rc == RC_OK && !v->out->made)
            rc = event_add(v->tx,
                           &(struct event){.customer_id = customer_id,
                                           .at_s = tx_now_s(v->tx),
                                           .kind = EVENT_IDENTITY_ADD,
                                           .object_kind = OBJECT_IDENTITY,
                                           .batch_id = batch},
                           e);
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}

static enum rc propose(struct resolve *v, const struct seen *s, struct err *e)
{
    const char *reason = s->identity->kind == IDENTITY_PHONE  ? "phone"
                         : s->identity->kind == IDENTITY_CARD ? "card"
                                                              : "conflict";
    bool added;
    enum rc rc = proposal_add(v->tx, v->out->root_id, s->root_id, reason, &added, e);
    if (rc == RC_OK && added)
        v->out->proposals++;
    return rc;
}

/* An account that led to another customer: merge where a unionid vouches for it, else propose. */
static enum rc join(struct resolve *v, const struct seen *s, struct err *e)
{
    const struct identity *unionid = v->seen[0].identity;
    if (unionid->kind != IDENTITY_UNIONID || !is_strong(s->identity))
        return propose(v, s, e);
    bool other;
    enum rc rc = has_other_unionid(v, s->root_id, unionid, &other, e);
    if (rc != RC_OK)
        return rc;
    if (other)
        return propose(v, s, e);

    int64_t merge;
    rc = identity_merge(v->tx, v->out->root_id, s->root_id, 0, MERGE_UNIONID, 0, &merge, e);
    if (rc == RC_OK) {
        v->out->merges++;
        rc = customer_root_of(v->tx, v->out->customer_id, &v->out->root_id, e);
    }
    return rc;
}

enum rc identity_resolve(struct tx *tx, const struct keyring *keys, const struct identity *list,
                         size_t n, const struct customer_new *fresh, struct identity_answer *out,
                         struct err *e)
{
    assert(n >= 1 && n <= IDENTITY_TOGETHER);
    assert(tx_is_writing(tx));

    *out = (struct identity_answer){0};
    struct resolve v = {.tx = tx, .keys = keys, .fresh = fresh, .out = out};
    strongest_first(&v, list, n);
    enum rc rc = look_up(&v, e);
    if (rc != RC_OK || out->erased)
        return rc == RC_NOT_FOUND ? RC_OK : rc;

    const struct seen *base = NULL;
    rc = choose_base(&v, &base, e);
    if (rc != RC_OK)
        return rc;
    out->made = base == NULL;
    if (base != NULL)
        out->customer_id = base->customer_id;
    else
        rc = customer_make(tx, keys, fresh, &out->customer_id, e);
    if (rc == RC_OK)
        rc = add_missing(&v, e);
    if (rc != RC_OK)
        return rc;

    out->root_id = base != NULL ? base->root_id : out->customer_id;
    for (size_t i = 0; rc == RC_OK && i < v.n; i++) {
        struct seen *s = &v.seen[i];
        if (s->customer_id == 0)
            continue;
        rc = customer_root_of(tx, s->customer_id, &s->root_id, e); /* a merge may have moved it */
        if (rc == RC_OK && s->root_id != out->root_id)
            rc = join(&v, s, e);
    }
    return rc;
}
