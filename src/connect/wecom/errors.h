/* errors — WeCom's numbers for what went wrong: what the client should do, and plain words.
 *
 * `errmsg` of a reply is for people, unstable, and may carry an address: nothing branches on it and
 * nothing shows it. What is shown are the words of this table. Source: WeCom's documents 90313
 * (error codes) and 90312 (frequency), as of 2026-07. Finding a row is a binary search, about 50
 * ns.
 */
#ifndef KOI_CONNECT_WECOM_ERRORS_H
#define KOI_CONNECT_WECOM_ERRORS_H

#include "base/err.h"

/* What to do with a call that was answered so. */
enum wecom_class {
    WECOM_CLASS_OK,
    WECOM_CLASS_LATER,   /* the same again after a pause, three times at most */
    WECOM_CLASS_BLOCKED, /* too many calls: this api waits until its window has passed */
    WECOM_CLASS_TOKEN,   /* a new token, then once more */
    WECOM_CLASS_SETTING, /* a person must change something at WeCom or in the settings */
    WECOM_CLASS_OURS,    /* the request is wrong: never again as it is */
    WECOM_CLASS_REFUSED, /* this one thing cannot be done: note it and go on */
    WECOM_CLASS_USER,    /* the person at the screen must do something */
    WECOM_CLASS_UNKNOWN, /* a number this table does not have: fails, is not repeated */
    WECOM_CLASS_COUNT
};
/* "ok", "later", "blocked" … */
const char *wecom_class_name(enum wecom_class c);

struct wecom_errcode {
    int64_t code, last; /* the row is for code … last */
    enum wecom_class class;
    enum rc rc;
    const char *zh, *en;           /* what is wrong */
    const char *hint_zh, *hint_en; /* the way out; NULL: that of its class */
};
/* All of them, by code. */
extern const struct wecom_errcode wecom_errcode_table[];
extern const size_t wecom_errcode_count;

/* The row of a code, never NULL: one row of class UNKNOWN stands for what is not in the table. */
const struct wecom_errcode *wecom_errcode(int64_t code);
/* Fills `e` with the words of a code (not 0) that a call of `path` was answered with: code
 * "wecom_60020", the path as field. Returns the row's rc. */
enum rc wecom_errcode_set(struct err *e, int64_t code, const char *path);
/* The number in an error's code, as that wrote it: "wecom_60020" is 60020, "wecom_minus_1" -1. 0:
 * none of WeCom's. */
int64_t wecom_error_number(struct str code);

/* RC_NOT_FOUND "wecom_not_set": no corp is connected. */
enum rc wecom_not_set(struct err *e);
/* RC_IO "wecom_reply": an answer of `path` lacks what it must have. */
enum rc wecom_reply_lacks(const char *path, struct err *e);

#endif
