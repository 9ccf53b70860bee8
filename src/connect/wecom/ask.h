/* ask — WeCom asked about one thing, its answer as the structs of domain/told.h.
 *
 * Each is one call (a customer of more than 500 friends among the staff: one for each 500), and
 * waits for it: any thread, outside of any transaction. What is given is owned by the arena.
 * `asked_us` in it is when the question was sent. Errors are those of wecom_call() and of the
 * decoders (reply.h); RC_NOT_FOUND "wecom_not_set" without a client.
 */
#ifndef KOI_CONNECT_WECOM_ASK_H
#define KOI_CONNECT_WECOM_ASK_H

#include "connect/wecom/client.h"
#include "domain/told.h"

/* Whether the error says that what was asked about is not there (any more): no friend of anyone, a
 * group that was dismissed, no member of staff. */
bool ask_is_gone(const struct err *e);
/* The same of a group whose chat_id WeCom gave us: one that it does not know was dismissed. */
bool ask_group_is_gone(const struct err *e);

/* A customer with all friendships: complete. */
enum rc ask_contact(struct wecom_client *c, struct str external_userid, struct arena *a,
                    struct told_contact *out, struct err *e);
/* A customer group with its members, and their names. */
enum rc ask_group(struct wecom_client *c, struct str chat_id, struct arena *a,
                  struct told_group *out, struct err *e);
/* The whole library of the corp's tags. */
enum rc ask_tags(struct wecom_client *c, struct arena *a, struct told_tag_group **out,
                 size_t *out_n, struct err *e);
enum rc ask_staff(struct wecom_client *c, struct str userid, struct arena *a,
                  struct told_staff *out, struct err *e);
/* All departments that are visible. */
enum rc ask_departments(struct wecom_client *c, struct arena *a, struct told_department **out,
                        size_t *out_n, struct err *e);

/* Whose code of OAuth it is: the userid of a member, else absent (somebody outside the corp). A
 * code is good once and for five minutes. */
enum rc ask_login(struct wecom_client *c, struct str code, struct arena *a, struct str *out_userid,
                  struct err *e);
/* A ticket of the JS-SDK: of the app (`agent`) or of the corp, and how long it lives. */
enum rc ask_ticket(struct wecom_client *c, bool agent, struct arena *a, struct str *out_ticket,
                   int64_t *out_life_s, struct err *e);

#endif
