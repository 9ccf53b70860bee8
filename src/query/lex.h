/* lex — the audience language cut into tokens, with positions.
 *
 * Full-width punctuation that Chinese keyboards give （ ） ， “ ” ＝ ＞ ＜ is read as its ASCII
 * twin, so that what an operator types just works; the printer writes ASCII. "--" starts a comment
 * up to the end of the line. */
#ifndef KOI_QUERY_LEX_H
#define KOI_QUERY_LEX_H

#include "query/tree.h"

enum token_kind {
    TOKEN_END,
    TOKEN_BAD,      /* the error is set */
    TOKEN_WORD,     /* text */
    TOKEN_TEXT,     /* text, without quotes and escapes */
    TOKEN_NUMBER,   /* micro */
    TOKEN_PERCENT,  /* micro */
    TOKEN_DURATION, /* length: 90d, 12h, 4w */
    TOKEN_DATE,     /* moment, without a time */
    TOKEN_OP,       /* op: = != < <= > >= */
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_COMMA,
    TOKEN_DOT,
    TOKEN_ARROW,
};

struct token {
    enum token_kind kind;
    uint32_t at, end; /* bytes [at, end) */
    struct str text;
    int64_t micro;
    struct duration length;
    struct moment moment;
    enum op op;
};

struct lexer {
    struct arena *a;
    struct str text;
    uint32_t at;
    struct err *e;
};

/* The next token. TOKEN_BAD when the bytes are none: then `e` says why, and the lexer must not be
 * used again. */
struct token lex_next(struct lexer *l);
/* A moment written as text: "2026-01-01", "2026-01-01 12:00", "2026-01-01 12:00:30", years 1970 …
 * 2100. */
bool moment_read(struct str text, struct moment *out);

#endif
