/* err.c — the closed set of error codes, and the sentence for people.
 *
 * The table below is the only place that knows which HTTP status and exit code an rc has. Sentences
 * that do not fit are cut at a whole character. Filling an error costs two vsnprintf(); it
 * allocates nothing, so it works when memory is what failed. Refused: RC_OK as an error, and a hint
 * on none.
 */
#include "base/err.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct rc_row {
    const char *name;
    int http_status;
    int exit_code;
};

/* 1 is left to the shell and to abort-like ends; 413 and 429 share "too much". */
static const struct rc_row TABLE[RC_COUNT] = {
    [RC_OK] = {"ok", 200, 0},
    [RC_INVALID] = {"invalid", 400, 2},
    [RC_SIGNIN] = {"signin", 401, 3},
    [RC_FORBIDDEN] = {"forbidden", 403, 3},
    [RC_NOT_FOUND] = {"not_found", 404, 4},
    [RC_CONFLICT] = {"conflict", 409, 5},
    [RC_LIMIT] = {"limit", 413, 6},
    [RC_RATE] = {"rate", 429, 6},
    [RC_BUSY] = {"busy", 503, 7},
    [RC_IO] = {"io", 500, 8},
    [RC_CORRUPT] = {"corrupt", 500, 9},
};

static const struct rc_row *row_of(enum rc rc)
{
    assert((unsigned)rc < RC_COUNT);
    assert(TABLE[rc].name != NULL);
    return &TABLE[rc];
}

const char *rc_name(enum rc rc)
{
    return row_of(rc)->name;
}

int rc_http_status(enum rc rc)
{
    return row_of(rc)->http_status;
}

int rc_exit_code(enum rc rc)
{
    return row_of(rc)->exit_code;
}

/* Copies a word that we wrote ourselves, so it is ASCII and can be cut anywhere. */
static void copy_word(char *out, size_t size, const char *word)
{
    size_t n = word != NULL ? strnlen(word, size - 1) : 0;
    if (n > 0)
        memcpy(out, word, n);
    out[n] = '\0';
}

/* Takes a sequence off the end of z that was cut in the middle. */
static void drop_cut_character(char *z)
{
    size_t n = strlen(z), back = 0;
    while (back < 3 && back < n && ((unsigned char)z[n - 1 - back] & 0xC0) == 0x80)
        back++;
    if (back == n)
        return;
    unsigned char lead = (unsigned char)z[n - 1 - back];
    size_t needs = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
    if (back < needs)
        z[n - 1 - back] = '\0';
}

static void write_sentence(char out[static ERR_TEXT_BYTES], const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
static void write_sentence(char out[static ERR_TEXT_BYTES], const char *format, va_list args)
{
    assert(format != NULL);
    int n = vsnprintf(out, ERR_TEXT_BYTES, format, args);
    assert(n >= 0);
    if (n >= ERR_TEXT_BYTES)
        drop_cut_character(out);
}

enum rc err_set(struct err *e, enum rc rc, const char *code, const char *field, const char *zh,
                const char *en, ...)
{
    assert(rc > RC_OK && rc < RC_COUNT);
    assert(code != NULL && zh != NULL && en != NULL);
    if (e == NULL)
        return rc;
    *e = ERR_INIT;
    e->rc = rc;
    copy_word(e->code, sizeof e->code, code);
    copy_word(e->field, sizeof e->field, field);
    va_list args, again;
    va_start(args, en);
    va_copy(again, args);
    write_sentence(e->zh, zh, args);
    write_sentence(e->en, en, again);
    va_end(again);
    va_end(args);
    return rc;
}

void err_hint(struct err *e, const char *zh, const char *en, ...)
{
    assert(zh != NULL && en != NULL);
    if (e == NULL)
        return;
    assert(e->rc != RC_OK);
    va_list args, again;
    va_start(args, en);
    va_copy(again, args);
    write_sentence(e->hint_zh, zh, args);
    write_sentence(e->hint_en, en, again);
    va_end(again);
    va_end(args);
}
