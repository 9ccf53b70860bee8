/* code_way — a code at WeCom: the contact way of a staff code, the join way of a group code, an
 * acquisition link.
 *
 * Each function is a call or two and waits for them: any thread, outside of any transaction. Errors
 * are those of wecom_call(). What WeCom has is told by the arguments, so nothing here reads or
 * writes rows. Sources: wecom-api.md §10, §11, §17.
 */
#ifndef KOI_CONNECT_WECOM_CODE_WAY_H
#define KOI_CONNECT_WECOM_CODE_WAY_H

#include "connect/wecom/client.h"
#include "domain/code.h"

/* What WeCom gives for a new code; owned by the arena. */
struct code_made {
    struct str config_id; /* of a link its link_id */
    struct str qr_url;    /* a picture of the code; absent for links */
    struct str link_url;  /* with the channel that is the code's state; absent for the others */
};

/* Makes it, `listed` standing there. Not repeated by itself: an error "wecom_unsure" leaves open
 * whether it was made. */
enum rc code_way_make(struct wecom_client *client, const struct code *c, struct str listed,
                      struct arena *a, struct code_made *out, struct err *e);
/* Looks for a staff code whose making was unsure, by its state, among the contact ways made since
 * then. RC_NOT_FOUND, `e` untouched, when WeCom has none. One call for each way since. */
enum rc code_way_find(struct wecom_client *client, const struct code *c, struct arena *a,
                      struct code_made *out, struct err *e);
/* Says name, way of consent and who stands there. */
enum rc code_way_change(struct wecom_client *client, const struct code *c, struct str listed,
                        struct arena *a, struct err *e);
/* Takes it back; RC_OK as well when WeCom does not have it any more. */
enum rc code_way_end(struct wecom_client *client, const struct code *c, struct arena *a,
                     struct err *e);

/* Marks a new friend with tags of WeCom's library (their ids there), or writes the remark. */
enum rc code_way_mark(struct wecom_client *client, struct str userid, struct str external_userid,
                      const struct str *tags, size_t n, struct arena *a, struct err *e);
enum rc code_way_remark(struct wecom_client *client, struct str userid, struct str external_userid,
                        struct str remark, struct arena *a, struct err *e);

#endif
