/* print.c — tables on a terminal.
 *
 * Two passes: widths, then rows; a cell is cut nowhere, since people copy ids from here. East Asian
 * characters are two columns wide, which utf8proc knows. Times are shown in the machine's time zone
 * as calendar has it.
 */
#include "cmd/print.h"

#include "base/calendar.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

/* Cohorts have the most. */
enum { COLUMNS_MOST = 64 };

void print_json(const struct client_reply *r)
{
    if (r->body.n > 0) {
        printf(STR_FMT "\n", STR_ARG(r->body));
    }
}

static const struct json_value *member(const struct json_value *object, const char *key)
{
    char name[64];
    struct str rest = str_from(key);
    struct str part;
    const struct json_value *v = object;
    while (v != NULL && str_cut(&rest, '.', &part)) {
        snprintf(name, sizeof name, STR_FMT, STR_ARG(part));
        v = json_kind_of(v) == JSON_OBJECT ? json_get(v, name) : NULL;
    }
    return v;
}

struct str print_cell(struct arena *a, const struct json_value *object, const char *key)
{
    const struct json_value *v = member(object, key);
    enum json_kind kind = v != NULL ? json_kind_of(v) : JSON_NULL;
    if (kind == JSON_INT && str_ends(str_from(key), STR("_s"))) {
        char text[21];
        calendar_format_rfc3339(json_int_or(v, 0), text);
        return arena_str(a, str_from(text));
    }
    switch (kind) {
    case JSON_STR:
        return json_str_or(v, STR(""));
    case JSON_INT:
        return arena_printf(a, "%" PRId64, json_int_or(v, 0));
    case JSON_DOUBLE:
        return arena_printf(a, "%g", json_double_or(v, 0));
    case JSON_BOOL:
        return json_bool_or(v, false) ? STR("yes") : STR("no");
    case JSON_ARRAY:
        return arena_printf(a, "%zu", json_count(v));
    case JSON_NULL:
    case JSON_OBJECT:
        break;
    }
    return STR("-");
}

static int width_of(struct str s)
{
    int width = 0;
    utf8proc_ssize_t at = 0;
    while (at < (utf8proc_ssize_t)s.n) {
        utf8proc_int32_t c = 0;
        utf8proc_ssize_t n =
            utf8proc_iterate((const utf8proc_uint8_t *)s.p + at, (utf8proc_ssize_t)s.n - at, &c);
        if (n <= 0) {
            break;
        }
        width += utf8proc_charwidth(c);
        at += n;
    }
    return width;
}

static void put(struct str s, int width, bool last)
{
    fwrite(s.p, 1, s.n, stdout);
    for (int i = width_of(s); i < width + 2 && !last; i++) {
        putchar(' ');
    }
    if (last) {
        putchar('\n');
    }
}

void print_table(struct invocation *in, const struct json_value *items, const char *const *keys)
{
    int widths[COLUMNS_MOST] = {0};
    int columns = 0;
    size_t n = items != NULL ? json_count(items) : 0;
    for (; columns < COLUMNS_MOST && keys[columns] != NULL; columns++) {
        widths[columns] = width_of(str_from(keys[columns]));
        for (size_t i = 0; i < n; i++) {
            int w = width_of(print_cell(&in->arena, json_at(items, i), keys[columns]));
            widths[columns] = w > widths[columns] ? w : widths[columns];
        }
    }
    for (int c = 0; c < columns; c++) {
        put(str_from(keys[c]), widths[c], c == columns - 1);
    }
    for (size_t i = 0; i < n; i++) {
        for (int c = 0; c < columns; c++) {
            put(print_cell(&in->arena, json_at(items, i), keys[c]), widths[c], c == columns - 1);
        }
    }
}

enum rc print_listing(struct invocation *in, const char *target, const char *const *keys,
                      struct err *e)
{
    struct client *c = NULL;
    struct client_reply r;
    enum rc rc = client_open(in, &c, e);
    if (rc == RC_OK)
        rc = client_call(c, "GET", target, STR_ABSENT, &r, e);
    client_close(c);
    if (rc == RC_OK && in->json)
        print_json(&r);
    else if (rc == RC_OK)
        print_table(in, json_get(r.json, "items"), keys);
    return rc;
}
