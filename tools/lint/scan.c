/* scan — reads a file and says of each byte whether it is code, comment, string or directive.
 *
 * A small state machine over the bytes: it knows line and block comments, strings and characters
 * with escapes, and preprocessor lines with continuations. It does not expand macros and knows no
 * trigraphs. Cost: one pass, one byte of class for each byte of text.
 */
#include "lint.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Gives [from, to) one class and returns `to`. */
static size_t mark(struct source *s, size_t from, size_t to, enum byte_class class)
{
    memset(s->class + from, class, to - from);
    return to;
}

static size_t end_of_comment(const struct source *s, size_t i)
{
    const char *end =
        s->text[i + 1] == '/' ? strchr(s->text + i, '\n') : strstr(s->text + i + 2, "*/");
    if (end == NULL) {
        return s->n;
    }
    return (size_t)(end - s->text) + (s->text[i + 1] == '/' ? 0 : 2);
}

static size_t end_of_string(const struct source *s, size_t i)
{
    char quote = s->text[i++];
    while (i < s->n && s->text[i] != quote && s->text[i] != '\n') {
        i += s->text[i] == '\\' && i + 1 < s->n ? 2 : 1;
    }
    return i < s->n ? i + 1 : s->n;
}

/* A directive ends with its line, unless a backslash carries it on; a comment in it is left to the
 * caller. */
static size_t end_of_directive(const struct source *s, size_t i)
{
    for (; i < s->n; i++) {
        if (s->text[i] == '/' && (s->text[i + 1] == '*' || s->text[i + 1] == '/')) {
            return i;
        }
        if (s->text[i] == '\n' && s->text[i - 1] != '\\') {
            return i;
        }
    }
    return s->n;
}

static void classify(struct source *s)
{
    bool line_start = true;
    for (size_t i = 0; i < s->n;) {
        char c = s->text[i];
        char next = s->text[i + 1];
        if (c == '/' && (next == '*' || next == '/')) {
            i = mark(s, i, end_of_comment(s, i), BYTE_COMMENT);
        } else if (c == '"' || c == '\'') {
            i = mark(s, i, end_of_string(s, i), BYTE_STRING);
        } else if (c == '#' && line_start) {
            i = mark(s, i, end_of_directive(s, i), BYTE_DIRECTIVE);
        } else {
            line_start = c == '\n' || (line_start && isspace((unsigned char)c));
            i = mark(s, i, i + 1, BYTE_CODE);
            continue;
        }
        line_start = false;
    }
}

static void find_lines(struct source *s)
{
    for (size_t i = 0; i < s->n; i++) {
        s->lines += s->text[i] == '\n' || i + 1 == s->n;
    }
    s->line_at = calloc(s->lines + 1, sizeof *s->line_at);
    size_t line = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (i == 0 || s->text[i - 1] == '\n') {
            s->line_at[line++] = i;
        }
    }
    s->line_at[s->lines] = s->n;
}

bool source_read(struct source *s, const char *root, const char *path)
{
    char full[1024];
    struct stat st;
    *s = (struct source){.suffix = ""};
    snprintf(s->path, sizeof s->path, "%s", path);
    snprintf(full, sizeof full, "%s/%s", root, path);
    FILE *f = fopen(full, "rb");
    if (f == NULL || fstat(fileno(f), &st) != 0) {
        return false;
    }
    s->n = (size_t)st.st_size;
    s->text = calloc(s->n + 2, 1);
    bool ok = fread(s->text, 1, s->n, f) == s->n && memchr(s->text, 0, s->n) == NULL;
    fclose(f);
    if (!ok) {
        source_done(s);
        return false;
    }
    const char *base = strrchr(s->path, '/');
    const char *dot = strrchr(base != NULL ? base : s->path, '.');
    s->suffix = dot != NULL ? dot : "";
    find_lines(s);
    if (strcmp(s->suffix, ".c") == 0 || strcmp(s->suffix, ".h") == 0) {
        s->class = calloc(s->n + 1, 1);
        classify(s);
    }
    return true;
}

void source_done(struct source *s)
{
    free(s->text);
    free(s->class);
    free(s->line_at);
    *s = (struct source){.suffix = ""};
}

size_t source_line(const struct source *s, size_t offset)
{
    size_t low = 0;
    size_t high = s->lines;
    while (low + 1 < high) {
        size_t middle = (low + high) / 2;
        if (s->line_at[middle] <= offset) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low + 1;
}

bool source_under(const struct source *s, const char *prefix)
{
    return strncmp(s->path, prefix, strlen(prefix)) == 0;
}

static bool word_byte(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

bool source_word_at(const struct source *s, size_t offset, const char *word)
{
    size_t n = strlen(word);
    return offset + n <= s->n && memcmp(s->text + offset, word, n) == 0 &&
           (offset == 0 || !word_byte(s->text[offset - 1])) && !word_byte(s->text[offset + n]);
}
