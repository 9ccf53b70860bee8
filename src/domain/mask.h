/* mask — what is shown of personal data, and to whom. The one place where that is decided.
 *
 * phone masked for everyone: 138****8000; the whole one only by unmasking, with a reason, audited
 *     real name            masked for everyone: 王**
 *     address              masked for everyone: its first six characters
 * nickname whole for those who serve the customer (staff, manager) and for administrators; masked
 * for
 *                          operators, who work on many and know none: 小**鱼
 *     unionid, openid      masked for everyone: the first and last four characters
 *     member card          masked for everyone: its last four
 *     external_userid,     whole: ids that say nothing about a person outside our systems
 *     buyer id
 *
 * Functions are pure; results are owned by the arena; absent stays absent.
 */
#ifndef KOI_DOMAIN_MASK_H
#define KOI_DOMAIN_MASK_H

#include "base/arena.h"
#include "store/identity.h"

/* 138****8000, 王**, 杭州市西湖区****: the form that everyone sees. */
struct str mask_phone(struct arena *a, struct str phone);
struct str mask_name(struct arena *a, struct str name);
struct str mask_address(struct arena *a, struct str address);
/* The form for operators; whoever may see it whole is not handed to this function. */
struct str mask_nickname(struct arena *a, struct str nickname);
/* By kind, as in the table above. */
struct str mask_identity(struct arena *a, enum identity_kind kind, struct str value);

#endif
