/* customer_query.c — from the list's filters to a set of customers, once for a page and once for a
 * job that means all of them.
 *
 * Evaluating an expression may take seconds for millions of customers, so callers do it with a read
 * transaction, never in the writer. Small audiences are fetched into a small array first; only one
 * that fills it is fetched again into the large one.
 */
#include "domain/customer_query.h"

#include "domain/profile.h"
#include "query/answer.h"
#include "store/audience.h"
#include "store/binding.h"
#include "store/ids.h"
#include "store/list.h"

enum { AUDIENCE_SMALL = 20000, AUDIENCE_MOST = 4000000, PAGE = 50000 };

/* ---- into the store's filter ---- */

/* The filter's `only` becomes `ids`, ascending, cut to what it was where it has one already. */
static void keep_only(struct customer_filter *f, int64_t *ids, size_t n)
{
    if (f->only != NULL) {
        size_t kept = 0;
        for (size_t i = 0; i < n; i++) {
            if (bsearch(&ids[i], f->only, f->only_n, sizeof *ids, ids_compare) != NULL)
                ids[kept++] = ids[i];
        }
        n = kept;
    }
    f->only = ids;
    f->only_n = n;
}

static enum rc narrow_to_bound(struct tx *tx, int64_t staff_id, struct customer_filter *f,
                               struct err *e)
{
    int64_t *ids = NULL;
    size_t n = 0;
    enum rc rc = binding_customers_of(tx, staff_id, &ids, &n, e);
    if (rc != RC_OK)
        return rc;
    keep_only(f, ids != NULL ? ids : ARENA_ARRAY(tx_arena(tx), int64_t, 1), n);
    return RC_OK;
}

/* The ids of an expression. */
static enum rc narrow(struct tx *tx, const struct customer_asker *who, struct str expression,
                      struct customer_filter *f, struct err *e)
{
    struct arena *a = tx_arena(tx);
    struct query_names names = query_names_sql(tx);
    struct audience_question q = {.now_s = who->now_s, .scope_account = who->scope_account};
    enum rc rc = audience_read(a, &names, AUDIENCE_CUSTOMER, expression, &q.expr, e);
    if (rc != RC_OK)
        return rc;
    size_t room = AUDIENCE_SMALL;
    size_t n;
    int64_t *ids = ARENA_ARRAY(a, int64_t, room);
    struct snapshot *s = answer_from(who->mirror, tx);
    rc = answer_page(s, tx, &q, 0, (int64_t)room, ids, &n, e);
    if (rc == RC_OK && n == room) {
        room = AUDIENCE_MOST;
        int64_t *more = arena_try_alloc(a, room * sizeof *more);
        rc = more != NULL ? answer_page(s, tx, &q, 0, (int64_t)room, more, &n, e)
                          : err_set(e, RC_LIMIT, "audience_large", "expression",
                                    "人群太大，列表放不下", "the audience is too large for a list");
        ids = more != NULL ? more : ids;
    }
    answer_done(s);
    if (rc != RC_OK)
        return rc;
    keep_only(f, ids, n);
    return RC_OK;
}

static enum rc narrow_to_audience(struct tx *tx, const struct customer_asker *who,
                                  int64_t audience_id, struct customer_filter *f, struct err *e)
{
    struct audience_row row;
    enum rc rc = audience_load(tx, audience_id, &row, e);
    if (rc != RC_OK)
        return rc;
    if (!str_eq(row.subject, STR("customer")))
        return err_set(e, RC_INVALID, "audience_subject", "audience_id",
                       "这个人群的对象是客户群，不是客户",
                       "this audience is one of groups, not of customers");
    return narrow(tx, who, row.expression, f, e);
}

enum rc customer_query_filter(struct tx *tx, const struct customer_query *q,
                              const struct customer_asker *who, struct customer_filter *out,
                              struct err *e)
{
    struct customer_filter f = CUSTOMER_FILTER;
    f.scope_account = who->scope_account;
    f.tag_id = q->tag_id;
    f.stage_id = q->stage_id;
    f.source_id = q->source_id;
    f.staff_id = q->staff_id;
    f.department_id = q->department_id;
    f.tier_id = q->tier_id;
    f.city = q->city;
    f.friend = (int)q->friend;
    f.added_from_s = q->added_from_s;
    f.added_to_s = q->added_to_s;
    enum rc rc = profile_search(tx, who->keys, q->q, &f, e);
    if (rc == RC_OK && q->audience_id != 0)
        rc = narrow_to_audience(tx, who, q->audience_id, &f, e);
    if (rc == RC_OK && q->bound_to != 0)
        rc = narrow_to_bound(tx, q->bound_to, &f, e);
    if (rc == RC_OK && !str_empty(q->expression))
        rc = narrow(tx, who, q->expression, &f, e);
    if (rc == RC_OK)
        *out = f;
    return rc;
}

/* ---- everyone who matches ---- */

enum rc customer_query_ids(struct tx *tx, const struct customer_query *q,
                           const struct customer_asker *who, size_t limit, int64_t **out,
                           size_t *out_n, struct err *e)
{
    struct customer_filter f;
    struct customer_page page = {.more = true};
    int64_t *ids = NULL;
    size_t n = 0, room = 0;
    enum rc rc = customer_query_filter(tx, q, who, &f, e);
    while (rc == RC_OK && page.more && n < limit) {
        struct customer_place from = page.next;
        size_t most = limit - n < PAGE ? limit - n : PAGE;
        rc =
            customer_page(tx, &f, CUSTOMER_BY_ADDED_DESC, &from, 0, (int64_t)most, false, &page, e);
        for (size_t i = 0; rc == RC_OK && i < page.n; i++)
            *LIST_ADD(tx_arena(tx), ids, n, room) = page.ids[i];
    }
    if (rc != RC_OK)
        return rc;
    if (n > 1)
        qsort(ids, n, sizeof *ids, ids_compare);
    *out = ids;
    *out_n = n;
    return RC_OK;
}

/* ---- kept for later ---- */

/* The members that are numbers, by name. */
static const struct {
    const char *name;
    size_t at;
    int64_t any;
} numbers[] = {
    {"tag_id", offsetof(struct customer_query, tag_id), 0},
    {"stage_id", offsetof(struct customer_query, stage_id), 0},
    {"source_id", offsetof(struct customer_query, source_id), 0},
    {"staff_id", offsetof(struct customer_query, staff_id), 0},
    {"department_id", offsetof(struct customer_query, department_id), 0},
    {"tier_id", offsetof(struct customer_query, tier_id), 0},
    {"audience_id", offsetof(struct customer_query, audience_id), 0},
    {"bound_to", offsetof(struct customer_query, bound_to), 0},
    {"friend", offsetof(struct customer_query, friend), -1},
    {"added_from_s", offsetof(struct customer_query, added_from_s), DB_NULL},
    {"added_to_s", offsetof(struct customer_query, added_to_s), DB_NULL},
};
enum { NUMBERS = sizeof numbers / sizeof *numbers };

void customer_query_put(struct json *j, const struct customer_query *q)
{
    json_open_object(j, NULL);
    json_put_str(j, "q", q->q);
    json_put_str(j, "city", q->city);
    json_put_str(j, "expression", q->expression);
    for (size_t i = 0; i < NUMBERS; i++) {
        int64_t v = *(const int64_t *)((const char *)q + numbers[i].at);
        if (v != numbers[i].any)
            json_put_int(j, numbers[i].name, v);
    }
    json_close_object(j);
}

struct customer_query customer_query_get(const struct json_value *v)
{
    struct customer_query q = {
        .q = json_str_or(json_get(v, "q"), STR_ABSENT),
        .city = json_str_or(json_get(v, "city"), STR_ABSENT),
        .expression = json_str_or(json_get(v, "expression"), STR_ABSENT),
    };
    for (size_t i = 0; i < NUMBERS; i++) {
        int64_t *to = (int64_t *)((char *)&q + numbers[i].at);
        *to = json_int_or(json_get(v, numbers[i].name), numbers[i].any);
    }
    return q;
}
