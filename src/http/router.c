/* router.c — from a method and a path to the row of the table.
 *
 * Rows are compiled once into an array sorted by number of segments, then by segment, names last,
 * so that "/api/audiences/check" is tried before "/api/audiences/{id}". A match scans the rows of
 * the path's length: about a hundred short comparisons, under a microsecond, and no allocation.
 * Immutable afterwards and shared by all threads. A row without permission, scope or help does not
 * compile.
 */
#include "http/parts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SEGMENTS = 10, ROUTES = 512 };

struct compiled {
    const struct route *route;
    size_t n;
    struct str segments[SEGMENTS]; /* absent: a {name} */
};

struct router {
    size_t n;
    const struct route **rows; /* as given */
    struct compiled *compiled; /* sorted */
};

static size_t split(struct str path, struct str *out)
{
    assert(path.n > 0 && path.p[0] == '/');
    struct str rest = str_sub(path, 1, path.n);
    struct str part;
    size_t n = 0;
    while (str_cut(&rest, '/', &part)) {
        if (n == SEGMENTS) {
            return SEGMENTS + 1;
        }
        out[n++] = part;
    }
    return n;
}

static bool is_name(struct str segment)
{
    return segment.n > 2 && segment.p[0] == '{' && segment.p[segment.n - 1] == '}';
}

static int by_pattern(const void *pa, const void *pb)
{
    const struct compiled *a = pa;
    const struct compiled *b = pb;
    if (a->n != b->n) {
        return a->n < b->n ? -1 : 1;
    }
    for (size_t i = 0; i < a->n; i++) {
        bool name_a = str_absent(a->segments[i]);
        bool name_b = str_absent(b->segments[i]);
        int order = name_a != name_b ? (name_a ? 1 : -1) : str_cmp(a->segments[i], b->segments[i]);
        if (order != 0) {
            return order;
        }
    }
    return (int)a->route->method - (int)b->route->method;
}

static void check_row(const struct route *r)
{
    assert(r->method < METHOD_COUNT && r->path != NULL && r->path[0] == '/');
    assert(r->name != NULL && r->zh != NULL && r->en != NULL);
    assert((unsigned)r->need < PERM_COUNT);
    assert(r->scope >= SCOPE_NONE && r->scope <= SCOPE_WHOLE);
    assert(r->run != NULL);
    assert(!r->writes || r->audited || r->need <= PERM_SELF);
    assert(!r->idempotent || r->writes);
    assert(!r->stream || !r->writes);
    assert(!r->foreign || (r->need == PERM_PUBLIC && !r->raw_body && !r->idempotent));
    for (const struct arg *a = r->args; a->kind != ARG_END; a++) {
        assert(a < r->args + ROUTE_ARGS);
        assert(a->name != NULL && a->zh != NULL && a->en != NULL);
        assert(a->kind != ARG_CHOICE || a->choices != NULL);
        assert(a->place != IN_BODY || (r->method != GET && !r->raw_body && !r->foreign));
        for (const struct arg *b = r->args; b < a; b++) {
            assert(strcmp(a->name, b->name) != 0);
        }
    }
}

static void compile(const struct route *r, struct compiled *out)
{
    check_row(r);
    out->route = r;
    out->n = split(str_from(r->path), out->segments);
    assert(out->n <= SEGMENTS);
    size_t names = 0;
    for (size_t i = 0; i < out->n; i++) {
        if (!is_name(out->segments[i])) {
            continue;
        }
        bool declared = false;
        struct str name = str_sub(out->segments[i], 1, out->segments[i].n - 2);
        for (const struct arg *a = r->args; a->kind != ARG_END; a++) {
            declared = declared || str_eq(name, str_from(a->name));
        }
        assert(declared);
        out->segments[i] = STR_ABSENT;
        names++;
    }
    assert(names <= PATH_VALUES);
}

struct router *router_new(const struct route *const *routes, size_t n)
{
    assert(routes != NULL && n > 0 && n <= ROUTES);
    struct router *r = calloc(1, sizeof *r);
    assert(r != NULL);
    r->n = n;
    r->rows = calloc(n, sizeof *r->rows);
    r->compiled = calloc(n, sizeof *r->compiled);
    assert(r->rows != NULL && r->compiled != NULL);
    for (size_t i = 0; i < n; i++) {
        r->rows[i] = routes[i];
        compile(routes[i], &r->compiled[i]);
    }
    qsort(r->compiled, n, sizeof *r->compiled, by_pattern);
    for (size_t i = 1; i < n; i++) {
        assert(by_pattern(&r->compiled[i - 1], &r->compiled[i]) != 0);
    }
    return r;
}

void router_free(struct router *r)
{
    if (r != NULL) {
        free(r->rows);
        free(r->compiled);
        free(r);
    }
}

size_t router_count(const struct router *r)
{
    return r->n;
}

const struct route *router_at(const struct router *r, size_t i)
{
    assert(i < r->n);
    return r->rows[i];
}

static bool matches(const struct compiled *c, const struct str *parts, size_t n, struct str *values)
{
    if (c->n != n) {
        return false;
    }
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        if (!str_absent(c->segments[i])) {
            if (!str_eq(c->segments[i], parts[i])) {
                return false;
            }
        } else if (parts[i].n == 0) {
            return false;
        } else {
            values[k++] = parts[i];
        }
    }
    return true;
}

const struct route *router_match(const struct router *r, enum method m, struct str path,
                                 struct str *values, unsigned *out_allowed)
{
    struct str parts[SEGMENTS];
    unsigned allowed = 0;
    const struct route *found = NULL;
    size_t n = path.n > 0 && path.p[0] == '/' ? split(path, parts) : SEGMENTS + 1;
    for (size_t i = 0; i < r->n && n <= SEGMENTS; i++) {
        struct str mine[PATH_VALUES] = {{0}};
        const struct compiled *c = &r->compiled[i];
        if (!matches(c, parts, n, mine)) {
            continue;
        }
        allowed |= 1u << c->route->method;
        if (c->route->method == m && found == NULL) {
            found = c->route;
            memcpy(values, mine, sizeof mine);
        }
    }
    *out_allowed = allowed;
    return found;
}
