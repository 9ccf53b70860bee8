/* rules_c — the rules for C: short functions, includes that point up, SQL in its layer, contracts
 * in headers.
 *
 * Works on the classes of scan.c: only code bytes count as braces and parentheses. A function body
 * is a brace at depth 0 that follows a closing parenthesis; an initialiser follows "=". What macros
 * hide is not seen.
 */
#include "lint.h"

#include <ctype.h>
#include <string.h>

enum { MAX_FUNCTION_LINES = 70, MIN_ESSAY = 150 };

/* ---- functions ---- */

/* The last code byte before `i` that is no blank; 0 at the start. */
static char code_before(const struct source *s, size_t i)
{
    while (i-- > 0) {
        if (s->class[i] == BYTE_CODE && !isspace((unsigned char)s->text[i])) {
            return s->text[i];
        }
    }
    return 0;
}

/* The name before the first "(" at or after `from`, for the message. */
static void function_name(const struct source *s, size_t from, size_t to, char out[64])
{
    size_t end = from;
    while (end < to && (s->class[end] != BYTE_CODE || s->text[end] != '(')) {
        end++;
    }
    size_t start = end;
    while (start > from &&
           (isalnum((unsigned char)s->text[start - 1]) || s->text[start - 1] == '_')) {
        start--;
    }
    size_t n = end - start < 63 ? end - start : 63;
    memcpy(out, s->text + start, n);
    out[n] = 0;
}

static void check_function(const struct source *s, size_t start, size_t open, size_t close)
{
    size_t first = source_line(s, start);
    size_t lines = source_line(s, close) - first + 1;
    char name[64];
    if (lines > MAX_FUNCTION_LINES && code_before(s, open) == ')') {
        function_name(s, start, open, name);
        finding(s, "function", first, "%s has %zu lines; a function has at most %d", name, lines,
                MAX_FUNCTION_LINES);
    }
}

static void check_functions(const struct source *s)
{
    int depth = 0;
    size_t start = 0; /* first byte of the declaration being read */
    size_t open = 0;
    bool fresh = true;
    for (size_t i = 0; i < s->n; i++) {
        char c = s->text[i];
        if (s->class[i] != BYTE_CODE || isspace((unsigned char)c)) {
            continue;
        }
        if (fresh && depth == 0) {
            start = i;
            fresh = false;
        }
        if (c == '{' && depth++ == 0) {
            open = i;
        } else if (c == '}' && depth > 0 && --depth == 0) {
            check_function(s, start, open, i);
            fresh = true;
        } else if (c == ';' && depth == 0) {
            fresh = true;
        }
    }
}

/* ---- includes ---- */

/* The order of the folders: data flows down this list, and so do includes. The front doors share a
 * rank. */
static const char *const folders[] = {"base",  "file",   "db",      "store", "mirror",
                                      "query", "domain", "connect", "http"};
static const char *const doors[] = {"api", "h5", "cmd"};

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

/* Rank of the folder that `path` begins with ("db/db.h"), or -1. */
static int folder_rank(const char *path)
{
    size_t n = strcspn(path, "/");
    for (size_t i = 0; i < COUNT(folders); i++) {
        if (strlen(folders[i]) == n && memcmp(path, folders[i], n) == 0) {
            return (int)i;
        }
    }
    for (size_t i = 0; i < COUNT(doors); i++) {
        if (strlen(doors[i]) == n && memcmp(path, doors[i], n) == 0) {
            return (int)COUNT(folders);
        }
    }
    return -1;
}

static void check_includes(const struct source *s)
{
    int own = folder_rank(s->path + strlen("src/"));
    for (size_t line = 0; line < s->lines; line++) {
        const char *p = s->text + s->line_at[line];
        if (s->class[s->line_at[line]] != BYTE_DIRECTIVE || strncmp(p, "#include \"", 10) != 0) {
            continue;
        }
        const char *target = p + 10;
        size_t n = strcspn(target, "\"\n");
        if (memchr(target, '/', n) == NULL) {
            continue; /* a neighbour in the same folder */
        }
        int rank = folder_rank(target);
        if (rank < 0) {
            finding(s, "include", line + 1, "%.*s is in no folder of src", (int)n, target);
        } else if (rank > own) {
            finding(s, "include", line + 1, "%.*s lies below this folder; includes point up",
                    (int)n, target);
        }
    }
}

/* ---- SQL ---- */

static const char *const sql_words[] = {"SELECT ",       "INSERT INTO ",  "DELETE FROM ",
                                        "CREATE TABLE ", "CREATE INDEX ", "DROP TABLE ",
                                        "ALTER TABLE ",  "PRAGMA ",       "BEGIN IMMEDIATE",
                                        "ORDER BY ",     " SET "};

static void check_sql(const struct source *s)
{
    if (source_under(s, "src/store/") || source_under(s, "src/query/sql/") ||
        source_under(s, "src/db/")) {
        return;
    }
    for (size_t i = 0; i < s->n; i++) {
        if (s->class[i] != BYTE_STRING || s->text[i] != '"' ||
            (i > 0 && s->class[i - 1] == BYTE_STRING)) {
            continue;
        }
        size_t end = i + 1;
        while (end < s->n && s->class[end] == BYTE_STRING) {
            end++;
        }
        for (size_t w = 0; w < COUNT(sql_words); w++) {
            if (memmem(s->text + i, end - i, sql_words[w], strlen(sql_words[w])) != NULL) {
                finding(s, "sql", source_line(s, i),
                        "\"%s\" in a string: SQL lives in src/store and src/query/sql",
                        sql_words[w]);
                break;
            }
        }
        i = end;
    }
}

/* ---- contracts and essays ---- */

/* Whether the line before `line` (from 0), blank ones skipped, ends a comment; `out_gap` tells of
 * blanks. */
static bool comment_above(const struct source *s, size_t line, bool *out_gap)
{
    *out_gap = false;
    while (line-- > 0) {
        size_t end = s->line_at[line + 1];
        while (end > s->line_at[line] && isspace((unsigned char)s->text[end - 1])) {
            end--;
        }
        if (end > s->line_at[line]) {
            return s->class[end - 1] == BYTE_COMMENT;
        }
        *out_gap = true;
    }
    return false;
}

/* Whether the declaration [start, end) is a prototype: it has a parameter list and is no type. */
static bool is_prototype(const struct source *s, size_t start, size_t end)
{
    bool paren = false;
    for (size_t i = start; i < end; i++) {
        if (s->class[i] != BYTE_CODE) {
            continue;
        }
        paren = paren || s->text[i] == '(';
        if (s->text[i] == '=' || s->text[i] == '{') {
            return false;
        }
    }
    return paren && !source_word_at(s, start, "typedef") &&
           !source_word_at(s, start, "_Static_assert") &&
           !source_word_at(s, start, "static_assert");
}

/* A prototype needs a comment above it, or stands in one block with a prototype that has one. */
static void check_contracts(const struct source *s)
{
    int depth = 0;
    bool fresh = true;
    bool block_has_contract = false;
    size_t start = 0;
    for (size_t i = 0; i < s->n; i++) {
        char c = s->text[i];
        if (s->class[i] != BYTE_CODE || isspace((unsigned char)c)) {
            continue;
        }
        if (fresh) {
            start = i;
            fresh = false;
        }
        depth += (c == '{') - (c == '}');
        if (depth != 0 || (c != ';' && c != '}')) {
            continue;
        }
        fresh = true;
        bool gap;
        bool has = comment_above(s, source_line(s, start) - 1, &gap);
        block_has_contract = has || (!gap && block_has_contract);
        if (is_prototype(s, start, i) && !block_has_contract) {
            char name[64];
            function_name(s, start, i, name);
            finding(s, "contract", source_line(s, start), "%s has no contract above it", name);
        }
    }
}

static void check_essay(const struct source *s)
{
    const char *end = strncmp(s->text, "/*", 2) == 0 ? strstr(s->text, "*/") : NULL;
    if (end == NULL) {
        finding(s, "essay", 1, "opens without saying what it is");
    } else if (strcmp(s->suffix, ".c") == 0 && source_under(s, "src/") &&
               end - s->text < MIN_ESSAY) {
        finding(s, "essay", 1,
                "opens with %d bytes; say what it is, its invariants, its cost, what it refuses",
                (int)(end - s->text));
    }
}

void rules_c(const struct source *s)
{
    check_functions(s);
    check_essay(s);
    if (source_under(s, "src/")) {
        check_includes(s);
        check_sql(s);
        if (strcmp(s->suffix, ".h") == 0) {
            check_contracts(s);
        }
    }
}
