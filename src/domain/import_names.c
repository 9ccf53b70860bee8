/* import_names.c — one table from names to ids, filled at the start and as new names come up.
 *
 * A name that two things share gets the id -1 and is not found: guessing would put a customer on
 * the wrong member of staff. A new name is made in a closure of its own, outside of the import's
 * steps, since it may be there already when a step runs again. Undoing an import leaves such names
 * where they are; they are catalogue, not data.
 */
#include "domain/import_names.h"

#include "store/names.h"
#include "store/order.h"

#include <assert.h>

static void learn(struct import_names *n, enum name_kind kind, struct str name, int64_t id)
{
    uint64_t hash;
    struct id_entry *en = id_cache_find(&n->ids, (unsigned)kind + 1, STR(""), name, &hash);
    if (en == NULL)
        id_cache_put(&n->ids, (unsigned)kind + 1, STR(""), name, hash, id);
    else if (en->id != id)
        en->id = -1;
}

static enum rc load_list(struct import_names *n, struct tx *tx, enum name_kind kind, struct err *e)
{
    static const enum name_list lists[] = {
        [NAME_STAFF] = NAMES_STAFF,  [NAME_EVENT] = NAMES_EVENT_KINDS, [NAME_TAG] = NAMES_TAGS,
        [NAME_STAGE] = NAMES_STAGES, [NAME_SOURCE] = NAMES_SOURCES,
    };
    struct name_row *rows;
    size_t count;
    enum rc rc = names_read(tx, lists[kind], &rows, &count, e);
    if (rc != RC_OK)
        return rc;
    for (size_t i = 0; i < count; i++)
        for (int j = 0; j < 3; j++)
            if (!str_empty(rows[i].names[j]))
                learn(n, kind, rows[i].names[j], rows[i].id);
    n->loaded[kind] = true;
    return RC_OK;
}

static enum rc load(struct import_names *n, struct tx *tx, struct err *e)
{
    struct field *fields;
    size_t count;
    for (int k = 0; k < NAME_KINDS; k++) {
        enum rc rc = load_list(n, tx, (enum name_kind)k, e);
        if (rc != RC_OK)
            return rc;
    }
    enum rc rc = field_list(tx, &fields, &count, e);
    if (rc != RC_OK)
        return rc;
    n->fields = ARENA_ARRAY(&n->arena, struct field, count + 1);
    for (size_t i = 0; i < count; i++) {
        struct field *f = &n->fields[n->fields_n++];
        *f = fields[i];
        f->key = arena_str(&n->arena, f->key);
        f->name = arena_str(&n->arena, f->name);
        f->type = arena_str(&n->arena, f->type);
        f->class = arena_str(&n->arena, f->class);
        f->choices = arena_str(&n->arena, f->choices);
    }
    return RC_OK;
}

enum rc import_names_init(struct import_names *n, struct app *app, bool dry, struct err *e)
{
    *n = (struct import_names){.app = app, .dry = dry};
    arena_init(&n->arena, 0);
    id_cache_init(&n->ids, 16 << 20);
    struct tx *tx = NULL;
    enum rc rc = db_read_begin(app->db, &tx, e);
    if (rc == RC_OK)
        rc = load(n, tx, e);
    db_read_end(tx);
    if (rc != RC_OK)
        import_names_done(n);
    return rc;
}

void import_names_begin(struct import_names *n, struct app *app, struct tx *tx)
{
    *n = (struct import_names){.app = app, .tx = tx};
    arena_init(&n->arena, 0);
    id_cache_init(&n->ids, 1 << 20);
}

void import_names_done(struct import_names *n)
{
    id_cache_done(&n->ids);
    arena_done(&n->arena);
}

/* ---- names that are new ---- */

struct making {
    enum name_kind kind;
    struct str name;
    int64_t id;
};

static enum rc make(struct tx *tx, void *arg, struct err *e)
{
    struct making *m = arg;
    int kind = 0;
    enum rc rc;
    switch (m->kind) {
    case NAME_EVENT:
        rc = event_kind_find_or_add(tx, m->name, &kind, e);
        m->id = kind;
        return rc;
    case NAME_TAG:
        return names_tag_add(tx, m->name, &m->id, e);
    default:
        assert(m->kind == NAME_SOURCE);
        return source_find_or_add(tx, m->name, &m->id, e);
    }
}

/* A kind of events that the closure is to make. */
static void put_fresh(struct import_names *n, struct str name, uint64_t hash, int64_t *out)
{
    enum { FIRST_ROOM = 16 };
    if (n->fresh_n == n->fresh_room) {
        size_t room = n->fresh_room > 0 ? n->fresh_room * 2 : FIRST_ROOM;
        struct str *more = ARENA_ARRAY(&n->arena, struct str, room);
        if (n->fresh_n > 0)
            memcpy(more, n->fresh, n->fresh_n * sizeof *more);
        n->fresh = more;
        n->fresh_room = room;
    }
    *out = NAMES_FRESH + (int64_t)n->fresh_n;
    n->fresh[n->fresh_n++] = arena_str(&n->arena, name);
    id_cache_put(&n->ids, (unsigned)NAME_EVENT + 1, STR(""), name, hash, *out);
}

enum rc import_names_find(struct import_names *n, enum name_kind kind, struct str name,
                          int64_t *out, struct err *e)
{
    uint64_t hash;
    if (n->tx != NULL && !n->loaded[kind]) {
        assert(kind == NAME_STAFF || kind == NAME_EVENT);
        enum rc rc = load_list(n, n->tx, kind, e);
        if (rc != RC_OK)
            return rc;
    }
    struct id_entry *en = id_cache_find(&n->ids, (unsigned)kind + 1, STR(""), name, &hash);
    if (en != NULL && en->id >= 0) {
        *out = en->id;
        return RC_OK;
    }
    if (kind == NAME_STAFF || kind == NAME_STAGE)
        return RC_NOT_FOUND;
    if (n->tx != NULL && en == NULL) {
        put_fresh(n, name, hash, out);
        return RC_OK;
    }
    struct making m = {.kind = kind, .name = name};
    enum rc rc = n->dry ? RC_OK : writer_run(n->app->writer, make, &m, e);
    if (n->dry)
        m.id = kind == NAME_EVENT ? EVENT_KIND_OWN : 0;
    if (rc != RC_OK)
        return rc;
    if (en != NULL)
        en->id = m.id;
    else
        id_cache_put(&n->ids, (unsigned)kind + 1, STR(""), name, hash, m.id);
    *out = m.id;
    return RC_OK;
}

const struct field *import_names_field(const struct import_names *n, struct str key)
{
    for (size_t i = 0; i < n->fields_n; i++)
        if (str_eq(n->fields[i].key, key) || str_eq(n->fields[i].name, key))
            return &n->fields[i];
    return NULL;
}
