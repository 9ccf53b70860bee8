/* check — whether WeCom lets this installation in: one call for each permission, for each secret.
 *
 * For an operator who sets Koi up, and the seed of the console's wizard: what fails is said with
 * the words of the error table, so with the place in WeCom's console where it is mended.
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
};

/* Tries every secret that is set; when its first call fails, the others of that secret are left
 * out. Waits, 8 s a call at most; the findings are in the arena. RC_NOT_FOUND when no secret or no
 * corp id is set. */
enum rc wecom_check(struct wecom_client *c, int64_t now_s, struct arena *a,
                    struct wecom_finding **out, size_t *out_n, struct err *e);

#endif
