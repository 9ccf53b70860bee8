/* event_batch.c — JSON values as the cells of a row, and the reader of files over them.
 *
 * Both shapes end in the same rows: with `columns` the mapping is made once and a row's values are
 * its cells; an object's members are cells at the place of their field, and the mapping says which
 * it has. Numbers are written as text again, since the reader takes texts. Kinds of events that are
 * new are made by the closure, so that nothing is left behind by a batch that was not kept.
 */
#include "domain/event_batch.h"

#include "base/limits.h"
#include "domain/import_read.h"
#include "domain/known.h"

#include <assert.h>

struct event_batch {
    struct app *app;
    struct arena *arena;
    struct str channel, source;
    struct import_names names;
    struct reader reader;
    struct import_map map;
    struct zone zone;
    size_t n;                    /* sent */
    struct ingest_event *events; /* what was fine, and the place of each */
    size_t *places;
    size_t events_n;
    struct event_problem *problems;
    size_t problems_n, wrong_n; /* with those of the last writing; of the reading alone */
    int64_t removals;           /* when customers and products were looked up */
};

/* ---- cells ---- */

/* A whole number as text: there may be some for each event. */
static struct str digits(struct arena *a, int64_t value)
{
    enum { MOST = 20 };
    char *end = (char *)arena_alloc(a, MOST) + MOST, *p = end;
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do
        *--p = (char)('0' + left % 10);
    while ((left /= 10) > 0);
    if (value < 0)
        *--p = '-';
    return (struct str){p, (size_t)(end - p)};
}

/* The text that stands for a value in a file; false for what has none. */
static bool cell_of(struct arena *a, const struct json_value *v, struct str *out)
{
    *out = STR_ABSENT;
    switch (json_kind_of(v)) {
    case JSON_NULL:
        return true;
    case JSON_STR:
        *out = json_str_or(v, STR(""));
        return true;
    case JSON_INT:
        *out = digits(a, json_int_or(v, 0));
        return true;
    case JSON_DOUBLE:
        *out = json_written_or(v, STR("")); /* an amount keeps each of its digits */
        if (memchr(out->p, 'e', out->n) != NULL || memchr(out->p, 'E', out->n) != NULL)
            *out = arena_printf(a, "%.15g", json_double_or(v, 0));
        return true;
    default:
        return false;
    }
}

static bool of_events(enum map_field f)
{
    return f < MAP_FIELDS && (map_field_table[f].kinds & 1u << BATCH_EVENTS) != 0;
}

static void put_problem(struct event_batch *b, size_t index, const char *field, const char *zh,
                        const char *en)
{
    b->problems[b->problems_n++] = (struct event_problem){index, field, zh, en};
}

static void put_fault(struct event_batch *b, size_t index, const char *field, enum table_fault f)
{
    put_problem(b, index, field, table_fault_zh(f), table_fault_en(f));
}

/* One cell of an event; false, with the problem put, when it can be none. */
static bool take_cell(struct event_batch *b, size_t index, const char *field,
                      const struct json_value *v, struct str *out)
{
    if (!cell_of(b->arena, v, out))
        put_problem(b, index, field, "应是文字或数字", "is a text or a number");
    else if (out->n > LIMIT_CELL)
        put_fault(b, index, field, TABLE_CELL_LONG);
    else
        return true;
    return false;
}

/* ---- reading ---- */

/* The cells through the reader. `fields` names them. RC_INVALID never: that is a problem. */
static enum rc read_cells(struct event_batch *b, size_t index, const struct str *cells, size_t n,
                          const enum map_field *fields, struct err *e)
{
    struct problem p;
    struct table_row row = {.cells = cells, .n = n};
    enum rc rc = reader_event(&b->reader, &row, b->arena, &b->events[b->events_n], &p, e);
    if (rc == RC_OK)
        b->places[b->events_n++] = index;
    if (rc != RC_INVALID)
        return rc;
    put_problem(b, index, p.column < 0 ? NULL : map_field_table[fields[p.column]].name, p.zh, p.en);
    return RC_OK;
}

static enum rc read_row(struct event_batch *b, size_t index, const struct json_value *row,
                        const enum map_field *fields, size_t n, struct err *e)
{
    struct str cells[MAP_FIELDS];
    if (json_kind_of(row) != JSON_ARRAY || json_count(row) != n) {
        put_fault(b, index, NULL, TABLE_RAGGED);
        return RC_OK;
    }
    for (size_t i = 0; i < n; i++)
        if (!take_cell(b, index, map_field_table[fields[i]].name, json_at(row, i), &cells[i]))
            return RC_OK;
    return read_cells(b, index, cells, n, fields, e);
}

static enum rc read_object(struct event_batch *b, size_t index, const struct json_value *object,
                           struct err *e)
{
    struct str cells[MAP_FIELDS], key;
    enum map_field fields[MAP_FIELDS];
    const struct json_value *v;
    if (json_kind_of(object) != JSON_OBJECT) {
        put_problem(b, index, NULL, "应是对象", "is an object");
        return RC_OK;
    }
    for (int f = 0; f < MAP_FIELDS; f++) {
        fields[f] = (enum map_field)f;
        b->map.column[f] = -1;
    }
    for (size_t i = 0; (v = json_member(object, i, &key)) != NULL; i++) {
        enum map_field f = map_field_from(key);
        if (!of_events(f)) {
            put_problem(b, index, arena_z(b->arena, str_utf8_prefix(key, LIMIT_NAME)),
                        "没有这个字段", "there is no such field");
            return RC_OK;
        }
        if (!take_cell(b, index, map_field_table[f].name, v, &cells[f]))
            return RC_OK;
        b->map.column[f] = str_absent(cells[f]) ? -1 : (int)f;
    }
    /* So that what lacks is told by its name. */
    static const enum map_field needed[] = {MAP_TIME, MAP_CUSTOMER, MAP_TYPE};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        enum map_field f = needed[i];
        if (b->map.column[f] >= 0 || (f == MAP_TYPE && !str_empty(b->map.event_type)))
            continue;
        b->map.column[f] = (int)f;
        cells[f] = STR_ABSENT;
    }
    return read_cells(b, index, cells, MAP_FIELDS, fields, e);
}

static enum rc read_columns(struct event_batch *b, const struct json_value *columns,
                            enum map_field fields[static MAP_FIELDS], size_t *out_n, struct err *e)
{
    size_t n = json_count(columns);
    for (size_t i = 0; i < n; i++) {
        struct str name = json_str_or(json_at(columns, i), STR(""));
        enum map_field f = map_field_from(name);
        if (!of_events(f))
            return err_set(e, RC_INVALID, "column_unknown", "columns", "没有字段“" STR_FMT "”",
                           "there is no field \"" STR_FMT "\"",
                           STR_ARG(str_utf8_prefix(name, LIMIT_NAME)));
        if (b->map.column[f] >= 0)
            return err_set(e, RC_INVALID, "column_twice", "columns", "字段“%s”出现了两次",
                           "the field \"%s\" appears twice", map_field_table[f].name);
        b->map.column[f] = (int)i;
        fields[i] = f;
    }
    *out_n = n;
    enum rc rc = import_map_check(&b->map, e);
    if (rc != RC_OK)
        err_hint(e, "请写进 columns", "name it in `columns`");
    return rc;
}

static enum rc read_all(struct event_batch *b, const struct event_batch_spec *spec, struct err *e)
{
    enum map_field fields[MAP_FIELDS];
    size_t columns = 0;
    enum rc rc =
        spec->columns != NULL ? read_columns(b, spec->columns, fields, &columns, e) : RC_OK;
    for (size_t i = 0; i < b->n && rc == RC_OK; i++)
        rc = spec->columns != NULL ? read_row(b, i, json_at(spec->rows, i), fields, columns, e)
                                   : read_object(b, i, json_at(spec->events, i), e);
    return rc;
}

static enum rc check_shape(const struct event_batch_spec *spec, struct err *e)
{
    bool rows = spec->columns != NULL && spec->rows != NULL;
    bool mixed = spec->events != NULL && (spec->columns != NULL || spec->rows != NULL);
    const struct json_value *list = rows ? spec->rows : spec->events;
    if (mixed || list == NULL || json_kind_of(list) != JSON_ARRAY ||
        (rows && json_kind_of(spec->columns) != JSON_ARRAY)) {
        err_set(e, RC_INVALID, "events_shape", rows ? "rows" : "events",
                "要有列表 events，或 columns 与 rows",
                "there is to be a list `events`, or `columns` with `rows`");
        err_hint(e, "见 docs/API.md", "see docs/API.md");
        return RC_INVALID;
    }
    if (json_count(list) <= LIMIT_EVENTS)
        return RC_OK;
    err_set(e, RC_LIMIT, "events_too_many", rows ? "rows" : "events", "一次最多 %d 条",
            "at most %d at a time", LIMIT_EVENTS);
    err_hint(e, "请分几次发送", "send them in several requests");
    return RC_LIMIT;
}

static void batch_done(void *arg)
{
    struct event_batch *b = arg;
    import_names_done(&b->names);
    reader_done(&b->reader);
}

enum rc event_batch_read(struct app *app, struct tx *tx, const struct event_batch_spec *spec,
                         struct arena *a, struct event_batch **out, struct err *e)
{
    enum rc rc = check_shape(spec, e);
    if (rc != RC_OK)
        return rc;
    struct event_batch *b = ARENA_NEW(a, struct event_batch);
    b->app = app;
    b->arena = a;
    b->n = json_count(spec->columns != NULL ? spec->rows : spec->events);
    b->channel = str_empty(spec->channel) ? STR("导入") : spec->channel;
    b->source = str_empty(spec->source) ? STR("导入") : spec->source;
    b->events = ARENA_ARRAY(a, struct ingest_event, b->n + 1);
    b->places = ARENA_ARRAY(a, size_t, b->n + 1);
    b->problems = ARENA_ARRAY(a, struct event_problem, b->n + 1);
    b->map.kind = BATCH_EVENTS;
    b->map.event_type = spec->type;
    for (int f = 0; f < MAP_FIELDS; f++)
        b->map.column[f] = -1;
    b->reader = (struct reader){
        .map = &b->map, .names = &b->names, .issuer = b->channel, .keys = app->keys};
    import_names_begin(&b->names, app, tx);
    arena_defer(a, batch_done, b);
    if (!str_empty(spec->zone)) {
        rc = zone_load(spec->zone, &b->zone, e);
        if (rc != RC_OK && e != NULL)
            snprintf(e->field, sizeof e->field, "zone");
        b->reader.zone = &b->zone;
    }
    if (rc == RC_OK)
        rc = read_all(b, spec, e);
    if (rc == RC_OK)
        rc = known_fill(app->known, tx, b->events, b->events_n, &b->removals, e);
    b->names.tx = NULL;
    b->wrong_n = b->problems_n;
    if (rc == RC_OK)
        *out = b;
    return rc;
}

/* ---- writing ---- */

/* Makes the kinds that are new; 0 for one there is no room for. */
static enum rc make_kinds(const struct event_batch *b, struct tx *tx, int *kinds, struct err *e)
{
    for (size_t i = 0; i < b->names.fresh_n; i++) {
        kinds[i] = 0;
        enum rc rc = event_kind_find_or_add(tx, b->names.fresh[i], &kinds[i], e);
        if (rc != RC_OK && rc != RC_LIMIT)
            return rc;
    }
    return RC_OK;
}

static int by_index(const void *a, const void *b)
{
    const struct event_problem *x = a, *y = b;
    return (x->index > y->index) - (x->index < y->index);
}

static enum rc write_events(struct event_batch *b, struct tx *tx, struct ingest *g,
                            int64_t channel_id, const int *kinds, struct ingest_counts *out,
                            struct err *e)
{
    struct ingest_event *events = ARENA_ARRAY(tx_arena(tx), struct ingest_event, b->events_n + 1);
    size_t n = 0;
    bool holds = false;
    enum rc rc = known_holds(tx, b->removals, &holds, e);
    for (size_t i = 0; i < b->events_n; i++) {
        struct ingest_event *ev = &events[n];
        *ev = b->events[i];
        ev->channel_id = channel_id;
        if (!holds)
            ev->customer_id = ev->product_id = 0;
        if (ev->kind >= NAMES_FRESH)
            ev->kind = kinds[ev->kind - NAMES_FRESH];
        n += ev->kind != 0;
        if (ev->kind == 0)
            put_problem(b, b->places[i], map_field_table[MAP_TYPE].name, "行为类型已满",
                        "all kinds of events are in use");
    }
    if (rc == RC_OK)
        rc = ingest_begin(g, tx, 0, e);
    if (rc == RC_OK)
        rc = ingest_events(g, tx, events, n, out, e);
    return rc == RC_OK ? ingest_end(g, tx, e) : rc;
}

enum rc event_batch_write(struct event_batch *b, struct tx *tx, bool once,
                          struct ingest_counts *out, struct err *e)
{
    assert(tx_is_writing(tx));
    struct ingest_options options = {.keys = b->app->keys, .once = once};
    int64_t channel_id = 0;
    int *kinds = ARENA_ARRAY(tx_arena(tx), int, b->names.fresh_n + 1);
    *out = (struct ingest_counts){0};
    b->problems_n = b->wrong_n;
    enum rc rc = channel_find_or_add(tx, b->channel, &channel_id, e);
    if (rc == RC_OK)
        rc = source_find_or_add(tx, b->source, &options.source_id, e);
    if (rc == RC_OK)
        rc = make_kinds(b, tx, kinds, e);
    if (rc != RC_OK)
        return rc;
    struct ingest *g = ingest_new(&options);
    rc = write_events(b, tx, g, channel_id, kinds, out, e);
    ingest_free(g);
    qsort(b->problems, b->problems_n, sizeof *b->problems, by_index);
    return rc;
}

const struct event_problem *event_batch_problems(const struct event_batch *b, size_t *out_n)
{
    *out_n = b->problems_n;
    return b->problems;
}
