/* code_apply.c — entries and what follows from them. An entry is unique by code, time and pair, so
 * whatever is told again finds it and changes nothing. Costs two probes where a state is no code's,
 * else about ten rows.
 */
#include "domain/code_apply.h"

#include "domain/profile.h"
#include "store/event.h"
#include "store/source.h"
#include "store/tag.h"

#include <assert.h>

static enum rc find(struct tx *tx, struct str state, struct code *out, struct err *e)
{
    return str_empty(state) ? RC_NOT_FOUND : code_of_state(tx, state, tx_arena(tx), out, e);
}

enum rc code_source(struct tx *tx, struct str state, int64_t *out, struct err *e)
{
    struct code c;
    enum rc rc = find(tx, state, &c, e);
    if (rc == RC_OK && c.source_id == 0)
        return RC_NOT_FOUND;
    if (rc == RC_OK)
        *out = c.source_id;
    return rc;
}

enum rc code_give_source(struct tx *tx, struct code *c, struct err *e)
{
    struct str kind = str_eq(c->kind, STR("group"))  ? STR("group_code")
                      : str_eq(c->kind, STR("link")) ? STR("link")
                                                     : STR("code");
    if (c->source_id != 0)
        return RC_OK;
    return source_of_key(tx, arena_printf(tx_arena(tx), "state:" STR_FMT, STR_ARG(c->state)),
                         c->name, kind, &c->source_id, e);
}

static bool has(const int64_t *ids, size_t n, int64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (ids[i] == id)
            return true;
    return false;
}

/* Somebody who came through a code. */
struct coming {
    struct tx *tx;
    const struct keyring *keys;
    struct code code;
    struct code_entry entry;
    bool made;
    const int64_t *worn; /* tags on the friendship already */
    size_t worn_n;
};

static enum rc put_tags(struct coming *x, int64_t root, struct err *e)
{
    int64_t changed;
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < x->code.tags_n; i++)
        if (!has(x->worn, x->worn_n, x->code.tags[i]))
            rc = tag_put(x->tx, &root, 1, x->code.tags[i], &changed, e);
    return rc;
}

/* Somebody in a stage is further on than a code knows. */
static enum rc put_stage(struct coming *x, int64_t root_id, struct err *e)
{
    struct customer root;
    struct profile_change change = {.stage_given = true, .stage_id = x->code.stage_id};
    enum rc rc = customer_load(x->tx, root_id, &root, e);
    if (rc != RC_OK || x->code.stage_id == 0 || root.stage_id != DB_NULL)
        return rc;
    return profile_change(x->tx, x->keys, &root, &change, e);
}

static enum rc come(struct coming *x, struct err *e)
{
    struct tx *tx = x->tx;
    bool buyer = false, fresh = false;
    int64_t root;
    enum rc rc = x->made ? RC_OK : code_entry_is_buyer(tx, x->entry.customer_id, &buyer, e);
    x->entry.code_id = x->code.id;
    x->entry.customer = x->made ? STR("new") : buyer ? STR("buyer") : STR("old");
    if (rc == RC_OK)
        rc = code_entry_add(tx, &x->entry, &fresh, e);
    if (rc != RC_OK || !fresh)
        return rc;
    rc = event_add(tx,
                   &(struct event){.customer_id = x->entry.customer_id,
                                   .at_s = x->entry.at_s,
                                   .kind = EVENT_SCAN,
                                   .staff_id = x->entry.staff_id,
                                   .object_kind = OBJECT_CODE,
                                   .object_id = x->code.id},
                   e);
    if (rc == RC_OK)
        rc = customer_root_of(tx, x->entry.customer_id, &root, e);
    if (rc == RC_OK)
        rc = put_tags(x, root, e);
    return rc == RC_OK ? put_stage(x, root, e) : rc;
}

enum rc code_friend(struct tx *tx, const struct keyring *keys, struct str state,
                    const struct relation_row *row, bool made, struct err *e)
{
    assert(tx_is_writing(tx) && row->id > 0);
    struct coming x = {.tx = tx,
                       .keys = keys,
                       .made = made,
                       .entry = {.at_s = row->added_s,
                                 .customer_id = row->customer_id,
                                 .staff_id = row->staff_id}};
    int64_t *worn = NULL;
    enum rc rc = find(tx, state, &x.code, e);
    if (rc == RC_OK)
        rc = relation_tags(tx, row->id, &worn, &x.worn_n, e);
    x.worn = worn;
    if (rc == RC_OK)
        rc = come(&x, e);
    if (rc == RC_OK && row->deleted_s != DB_NULL) /* it was over when it was heard of */
        rc = code_entry_end(tx, row->customer_id, row->staff_id, row->deleted_s, e);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc code_joiner(struct tx *tx, const struct keyring *keys, struct str state,
                    int64_t customer_id, int64_t group_id, int64_t joined_s, bool made,
                    struct err *e)
{
    assert(tx_is_writing(tx) && group_id > 0);
    struct coming x = {
        .tx = tx,
        .keys = keys,
        .made = made,
        .entry = {.at_s = joined_s, .customer_id = customer_id, .group_id = group_id}};
    enum rc rc = find(tx, state, &x.code, e);
    if (rc == RC_OK)
        rc = come(&x, e);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}
