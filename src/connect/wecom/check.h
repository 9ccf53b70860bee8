/* check — whether WeCom lets this installation in: one call for each permission, for each secret.
 *
 * For an operator who sets Koi up, and for the console's wizard: what fails is said with the words
 * of the error table, so with the place in WeCom's console where it is mended. What is let in says
 * how much it sees: the visible range of the app, which is set in WeCom's console too.
 */
#ifndef KOI_CONNECT_WECOM_CHECK_H
#define KOI_CONNECT_WECOM_CHECK_H

#include "connect/wecom/client.h"

struct wecom_finding {
    enum wecom_key key;
    const char *name, *path; /* "customers", "externalcontact/get_follow_user_list" */
    const char *zh, *en;     /* what the call is for */
    bool ok;
    struct err err; /* when it is not */
    int64_t count;  /* how many it sees; DB_NULL: it does not tell */
    bool more;      /* there are more than were counted */
    /* of departments, the first WECOM_NAMES in WeCom's order; those that WeCom names */
    struct str *names;
    size_t names_n;
};

/* Names that are given, and departments whose members are counted: one call each. */
enum { WECOM_NAMES = 30 };

/* Tries every secret that is set; when its first call fails, the others of that secret are left
 * out. Waits, 8 s a call at most; the findings are in the arena. RC_NOT_FOUND when no secret or no
 * corp id is set. */
enum rc wecom_check(struct wecom_client *c, int64_t now_s, struct arena *a,
                    struct wecom_finding **out, size_t *out_n, struct err *e);

#endif
