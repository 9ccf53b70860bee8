/* err — the world's errors: a closed set of codes, and one sentence for people in two languages.
 *
 * A function that can fail for a reason outside this program returns an `enum rc` and fills the
 * `struct err` it was given, once, where the failure is understood. Callers pass both up unchanged.
 * Our own mistakes are assertions, never an rc. The mapping to HTTP status and CLI exit code is one
 * table in err.c.
 */
#ifndef KOI_BASE_ERR_H
#define KOI_BASE_ERR_H

#include "base/str.h"

enum rc {
    RC_OK = 0,
    RC_INVALID,   /* 400: what was sent is wrong; the field says where */
    RC_SIGNIN,    /* 401: nobody is signed in, or the session or token ended */
    RC_FORBIDDEN, /* 403: signed in, but this role or scope may not */
    RC_NOT_FOUND, /* 404: no such thing, or none in the caller's scope */
    RC_CONFLICT,  /* 409: it changed meanwhile, exists already, or the key was used for another */
    RC_LIMIT,     /* 413: larger than limits.h allows */
    RC_RATE,      /* 429: too many, try again later */
    RC_BUSY,      /* 503: building, locked by another process, or shutting down: try again */
    RC_IO,        /* 500: disk, network or database said no */
    RC_CORRUPT,   /* 500: stored data fails its own checks */
    RC_COUNT
};

enum { ERR_TEXT_BYTES = 320 };

struct err {
    enum rc rc;
    char code[48];  /* machine-readable, snake_case, stable: "tag_unknown" */
    char field[64]; /* the argument, column or setting at fault; empty if none */
    int64_t at; /* position in it: 0-based byte of an expression, 1-based line of a file; or -1 */
    char zh[ERR_TEXT_BYTES], en[ERR_TEXT_BYTES];           /* what is wrong */
    char hint_zh[ERR_TEXT_BYTES], hint_en[ERR_TEXT_BYTES]; /* the way out; may be empty */
};

/* A struct err ready to be passed down. */
#define ERR_INIT ((struct err){.at = -1})

/* Fills `e` (which may be NULL) and returns `rc`, so that a failure is one statement:
 *     return err_set(e, RC_INVALID, "tag_unknown", "tag",
 *                    "没有标签“%s”", "there is no tag \"%s\"", name);
 * Both sentences are formatted with the same arguments, in the same order, and cut at a whole
 * character when too long. `field` may be NULL. `rc` is not RC_OK. `at` becomes -1: set it after.
 * */
enum rc err_set(struct err *e, enum rc rc, const char *code, const char *field, const char *zh,
                const char *en, ...) __attribute__((format(printf, 5, 7), format(printf, 6, 7)));

/* Adds the way out to an error already set (NULL is accepted). Both sentences take the same
 * arguments. */
void err_hint(struct err *e, const char *zh, const char *en, ...)
    __attribute__((format(printf, 2, 4), format(printf, 3, 4)));

/* The row of the table: "invalid", 400, exit code 2 … */
const char *rc_name(enum rc rc);
int rc_http_status(enum rc rc);
int rc_exit_code(enum rc rc);

#endif
