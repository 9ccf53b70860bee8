/* lint — the house style, as far as a program can check it (README.md lists the rules).
 *
 * A source is read once and each byte is given a class, so that a rule can ask for code, comments
 * or strings without knowing C. Rules are functions over one source and report findings; main.c
 * compares these with tools/lint.exceptions.
 */
#ifndef KOI_TOOLS_LINT_H
#define KOI_TOOLS_LINT_H

#include <stdbool.h>
#include <stddef.h>

/* What a byte of a C file belongs to. */
enum byte_class { BYTE_CODE, BYTE_COMMENT, BYTE_STRING, BYTE_DIRECTIVE };

struct source {
    char path[512];       /* relative to the root, "/" between parts */
    char *text;           /* n bytes and a zero */
    unsigned char *class; /* enum byte_class of each byte; C files only, else NULL */
    size_t *line_at;      /* offset of each line, and of the end: lines + 1 values */
    size_t n;
    size_t lines;
    const char *suffix; /* ".c", or "" */
};

/* Reads root/path. False when it cannot be read or holds a zero byte (not a text). */
bool source_read(struct source *s, const char *root, const char *path);
/* Frees what source_read() allocated. */
void source_done(struct source *s);
/* Line of an offset, from 1. O(log lines). */
size_t source_line(const struct source *s, size_t offset);
/* Whether the path begins with `prefix`. */
bool source_under(const struct source *s, const char *prefix);
/* Whether `word` stands at the offset as a whole word, its neighbours being no letters, digits or
 * "_". */
bool source_word_at(const struct source *s, size_t offset, const char *word);

/* Reports one finding; printf-like. Kept until the end of the run. */
__attribute__((format(printf, 4, 5))) void finding(const struct source *s, const char *rule,
                                                   size_t line, const char *format, ...);

/* Rules for every text: length of file and lines, banned words, markers. */
void rules_text(const struct source *s);
/* Rules for C: functions, includes, SQL, contracts, essays. */
void rules_c(const struct source *s);
/* Rules for the tables of routes, commands and settings. */
void rules_table(const struct source *s);

#endif
