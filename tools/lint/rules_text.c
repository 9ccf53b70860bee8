/* rules_text — what holds for every text file: lengths, words that date or excuse, names of
 * machines.
 *
 * Columns are code points, so a Chinese comment is not punished for its encoding. Generated and
 * foreign files never get here (main.c skips them).
 */
#include "lint.h"

#include <string.h>

enum { MAX_COLUMNS = 100, MAX_LINES = 1000 };

static bool has_suffix(const struct source *s, const char *list)
{
    const char *at = *s->suffix != 0 ? strstr(list, s->suffix) : NULL;
    return at != NULL && at[strlen(s->suffix)] == ' ';
}

static void check_length(const struct source *s)
{
    if (s->lines > MAX_LINES) {
        finding(s, "file", s->lines, "%zu lines; a file has at most %d", s->lines, MAX_LINES);
    }
}

/* The console's width is Prettier's business. */
static void check_columns(const struct source *s)
{
    for (size_t line = 0; line < s->lines; line++) {
        size_t columns = 0;
        for (size_t i = s->line_at[line]; i < s->line_at[line + 1] && s->text[i] != '\n'; i++) {
            columns += ((unsigned char)s->text[i] & 0xc0) != 0x80;
        }
        if (columns > MAX_COLUMNS) {
            finding(s, "columns", line + 1, "%zu columns; a line has at most %d", columns,
                    MAX_COLUMNS);
        }
    }
}

/* Each in two halves, so that this file does not contain it. */
static const char *const markers[][2] = {{"TO", "DO"}, {"FIX", "ME"}, {"X", "XX"}, {"HA", "CK"}};
static const char *const excuses[][2] = {
    {"klu", "dge"}, {"foo", "bar"}, {"obvi", "ously"}, {"black", "list"}, {"white", "list"}};
static const char *const machines[][2] = {
    {"/wo", "rk/"}, {"/ro", "ot/"}, {"/ho", "me/"}, {"//reg", "istry."}};

static void check_words(const struct source *s, const char *rule, const char *const (*words)[2],
                        size_t n, bool whole, const char *why)
{
    for (size_t w = 0; w < n; w++) {
        char word[32] = "";
        strncat(word, words[w][0], 15);
        strncat(word, words[w][1], 15);
        for (const char *at = s->text; (at = strstr(at, word)) != NULL; at++) {
            size_t offset = (size_t)(at - s->text);
            if (!whole || source_word_at(s, offset, word)) {
                finding(s, rule, source_line(s, offset), "\"%s\": %s", word, why);
            }
        }
    }
}

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

void rules_text(const struct source *s)
{
    if (has_suffix(s, ".c .h .sql .sh .mjs .js .ts .tsx .css .build ") || *s->suffix == 0) {
        check_length(s);
    }
    if (has_suffix(s, ".c .h .sql .sh .mjs ") || *s->suffix == 0) {
        check_columns(s);
    }
    check_words(s, "marker", markers, COUNT(markers), true, "finish it, or open an issue");
    check_words(s, "word", excuses, COUNT(excuses), true, "say it plainly");
    check_words(s, "machine", machines, COUNT(machines), false, "names one machine or one host");
}
