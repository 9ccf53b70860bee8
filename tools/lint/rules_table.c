/* rules_table — the rows of routes, commands and settings stand in order, so that a reader finds
 * them.
 *
 * A row is a line that opens a brace at the depth of the table's body; its key is its string
 * literals up to the first comma behind the name (a route: path, then method). Rows must ascend in
 * byte order and not repeat.
 */
#include "lint.h"

#include <stdio.h>
#include <string.h>

/* The name of a row that points to one elsewhere: "    &command_init,". */
static bool pointer_name(const struct source *s, size_t line, char out[256])
{
    const char *p = s->text + s->line_at[line];
    if (strncmp(p, "    &", 5) != 0) {
        return false;
    }
    snprintf(out, 256, "%.*s", (int)strcspn(p + 5, ",\n"), p + 5);
    return true;
}

/* The name of a row: the first string literal on the line that begins with "/" (a path) or, without
 * one, the first string literal. False when the line is no row. */
static bool row_name(const struct source *s, size_t line, char out[256])
{
    size_t i = s->line_at[line];
    size_t end = s->line_at[line + 1];
    size_t depth_blank = strspn(s->text + i, " ");
    if (depth_blank != 4 || s->text[i + 4] != '{') {
        return false;
    }
    const char *found = NULL;
    for (const char *p = memchr(s->text + i, '"', end - i); p != NULL && p < s->text + end;
         p = strchr(p, '"')) {
        const char *close = strchr(p + 1, '"');
        if (close == NULL || close >= s->text + end) {
            break;
        }
        if (found == NULL || p[1] == '/') {
            found = p + 1;
        }
        if (p[1] == '/') {
            break;
        }
        p = close + 1;
    }
    if (found == NULL) {
        return false;
    }
    snprintf(out, 256, "%.*s", (int)strcspn(found, "\""), found);
    return true;
}

static bool is_table(const struct source *s)
{
    const char *base = strrchr(s->path, '/');
    return source_under(s, "src/") && base != NULL &&
           (strcmp(base, "/routes.c") == 0 || strcmp(base, "/commands.c") == 0 ||
            strcmp(base, "/settings.c") == 0);
}

void rules_table(const struct source *s)
{
    char before[256] = "";
    char name[256];
    if (!is_table(s)) {
        return;
    }
    for (size_t line = 0; line < s->lines; line++) {
        if (s->text[s->line_at[line]] == '}') {
            before[0] = 0; /* the end of a table */
        } else if (row_name(s, line, name) || pointer_name(s, line, name)) {
            if (strcmp(before, name) > 0) {
                finding(s, "order", line + 1, "\"%s\" stands behind \"%s\"", name, before);
            }
            snprintf(before, sizeof before, "%s", name);
        }
    }
}
