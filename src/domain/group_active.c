/* group_active.c — the set as one expression of the audience language, so that the mirror and the
 * database answer it as they answer any other, with retractions and merges.
 *
 * A corp has some twenty kinds that count and up to 155 of its own: a hundred of
 * them to a question, or as many as half the language's longest text holds; the answers are put
 * together.
 */
#include "domain/group_active.h"

#include "base/buf.h"
#include "base/limits.h"
#include "query/answer.h"
#include "query/print.h"
#include "store/catalogue.h"
#include "store/group_figure.h"
#include "store/ids.h"
#include "store/list.h"

#include <assert.h>
#include <stdlib.h>

enum { KINDS_AT_ONCE = 100 };

bool id_set_has(const struct id_set *s, int64_t id)
{
    return s->n > 0 && bsearch(&id, s->ids, s->n, sizeof id, ids_compare) != NULL;
}

struct collected {
    struct arena *a;
    int64_t *ids;
    size_t n, room;
};

static void collect(void *to, int64_t id)
{
    struct collected *c = to;
    *LIST_ADD(c->a, c->ids, c->n, c->room) = id;
}

enum rc group_whom(const struct snapshot *s, struct tx *tx, const struct audience_question *q,
                   struct id_set *out, struct err *e)
{
    if (s != NULL) {
        struct id_set found = {NULL, 0};
        enum rc rc = answer_members(s, tx, q, &found.ids, &found.n, e);
        if (rc == RC_OK) {
            arena_defer(tx_arena(tx), free, found.ids);
            *out = found;
        }
        return rc;
    }
    struct collected c = {.a = tx_arena(tx)};
    enum rc rc = audience_each(tx, q, collect, &c, e);
    if (rc != RC_OK)
        return rc;
    if (c.n > 1)
        qsort(c.ids, c.n, sizeof *c.ids, ids_compare);
    *out = (struct id_set){c.ids, c.n};
    return RC_OK;
}

enum rc group_by_text(const struct snapshot *s, struct tx *tx, const char *text,
                      int64_t scope_account, int64_t now_s, struct id_set *out, struct err *e)
{
    struct query_names names = query_names_sql(tx);
    struct audience_question q = {.now_s = now_s, .scope_account = scope_account};
    enum rc rc = audience_read(tx_arena(tx), &names, AUDIENCE_CUSTOMER, str_from(text), &q.expr, e);
    return rc == RC_OK ? group_whom(s, tx, &q, out, e) : rc;
}

/* Both ascending; each id once. */
static void merge(struct arena *a, struct id_set *set, const struct id_set *more)
{
    if (set->n == 0) {
        *set = *more;
        return;
    }
    int64_t *all = ARENA_ARRAY(a, int64_t, set->n + more->n);
    size_t i = 0, k = 0, n = 0;
    while (i < set->n || k < more->n) {
        bool first = k == more->n || (i < set->n && set->ids[i] <= more->ids[k]);
        int64_t id = first ? set->ids[i] : more->ids[k];
        i += i < set->n && set->ids[i] == id;
        k += k < more->n && more->ids[k] == id;
        all[n++] = id;
    }
    *set = (struct id_set){all, n};
}

/* Asks `ever("view", last 30d) or …` and adds who that is. */
static enum rc ask(const struct snapshot *s, struct tx *tx, const struct buf *text, int64_t to_s,
                   struct id_set *set, struct err *e)
{
    struct id_set found = {NULL, 0};
    struct arena *a = tx_arena(tx);
    enum rc rc = group_by_text(s, tx, arena_str(a, buf_str(text)).p, 0, to_s, &found, e);
    if (rc == RC_OK)
        merge(a, set, &found);
    return rc;
}

enum rc group_active(const struct snapshot *s, struct tx *tx, int64_t days, int64_t to_s,
                     struct id_set *out, struct err *e)
{
    struct kind_row *kinds = NULL;
    size_t n = 0;
    struct id_set set = {NULL, 0};
    struct buf text;
    int asked = 0;
    assert(days > 0);
    enum rc rc = catalogue_kinds(tx, &kinds, &n, e);
    buf_init(&text, LIMIT_EXPRESSION);
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        if (!group_kind_counts(kinds[i].id, kinds[i].touch))
            continue;
        buf_addz(&text, buf_str(&text).n > 0 ? " or ever(" : "ever(");
        print_text(kinds[i].name, &text);
        buf_addf(&text, ", last %dd)", (int)days);
        if (++asked < KINDS_AT_ONCE && buf_str(&text).n < LIMIT_EXPRESSION / 2)
            continue;
        rc = ask(s, tx, &text, to_s, &set, e);
        buf_clear(&text);
        asked = 0;
    }
    if (rc == RC_OK && buf_str(&text).n > 0)
        rc = ask(s, tx, &text, to_s, &set, e);
    buf_done(&text);
    if (rc == RC_OK)
        *out = set;
    return rc;
}
