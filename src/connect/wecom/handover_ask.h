/* handover_ask — WeCom's calls about hand-overs: asked for, looked for, listed.
 *
 * Each waits for its call, outside of any transaction. What is given is owned by the arena. Errors
 * are those of wecom_call(); handover_verdict() says what they mean for whoever was asked about.
 * Sources: WeCom's documents 92125, 94096 (on the job), 92124, 94100 (after leaving), 92127, 94104
 * (groups).
 */
#ifndef KOI_CONNECT_WECOM_HANDOVER_ASK_H
#define KOI_CONNECT_WECOM_HANDOVER_ASK_H

#include "connect/wecom/client.h"
#include "domain/handover.h"

enum handover_verdict {
    HANDOVER_UNSURE,  /* it may have been done: look for it */
    HANDOVER_LATER,   /* nothing was asked: again later, for its error's reason */
    HANDOVER_REFUSAL, /* nothing was asked, for a reason of this hand-over: e->code */
};
enum handover_verdict handover_verdict(const struct err *e);

/* What WeCom says of one: by external_userid or chat_id. */
struct handover_answer {
    struct str external_id;
    int64_t number; /* of an asking: errcode, 0 begun; of a look: status 1 … 4 */
    int64_t at_s;   /* of a look: when they came along; 0: not */
};

/* Asks for up to HANDOVER_A_CALL customers of one member to go to another. */
enum rc handover_ask(struct wecom_client *c, const struct handover_due *d,
                     const struct handover_item *items, size_t n, struct arena *a,
                     struct handover_answer **out, size_t *out_n, struct err *e);
/* The same of groups, which pass at once; only those that did not are answered. */
enum rc handover_ask_groups(struct wecom_client *c, const struct handover_due *d,
                            const struct handover_item *items, size_t n, struct arena *a,
                            struct handover_answer **out, size_t *out_n, struct err *e);
/* What became of all that one member hands to another, by external_id. A call a thousand. */
enum rc handover_ask_results(struct wecom_client *c, const struct handover_due *d, struct arena *a,
                             struct handover_answer **out, size_t *out_n, struct err *e);
/* The external_userids, ascending, whom WeCom lists as left behind by a member who left. Reads the
 * corp's whole list: a call a thousand. */
enum rc handover_ask_unassigned(struct wecom_client *c, struct str userid, struct arena *a,
                                struct str **out, size_t *out_n, struct err *e);

#endif
