/* permission — who may do what. A route names one permission; a role has a set of them; a token may
 * be cut down to fewer. Data scope (own, team, all) is a property of the account and is enforced in
 * the SQL through store/scope.h, never here.
 */
#ifndef KOI_HTTP_PERMISSION_H
#define KOI_HTTP_PERMISSION_H

#include "base/str.h"

enum permission {
    PERM_PUBLIC,         /* nobody need be signed in: sign-in itself, health */
    PERM_SELF,           /* anyone signed in, about themselves */
    PERM_CUSTOMER_READ,  /* lists, profiles (masked), timelines, counts */
    PERM_CUSTOMER_WRITE, /* profile, stage, notes, tags of a customer */
    PERM_CUSTOMER_UNMASK,
    PERM_CUSTOMER_MERGE,
    PERM_CUSTOMER_ERASE,
    PERM_TAG_WRITE, /* the catalogue of tags, fields, stages; bulk tagging */
    PERM_AUDIENCE_READ,
    PERM_AUDIENCE_WRITE,
    PERM_TIER_WRITE,
    PERM_ORDER_READ,
    PERM_REPORT_READ,
    PERM_COST_WRITE,     /* sources and costs */
    PERM_BINDING_WRITE,  /* handing customers over to other staff */
    PERM_CODE_WRITE,     /* staff codes, group codes, acquisition links */
    PERM_GROUP_WRITE,    /* kind, level and plan of groups whose owner is in one's scope */
    PERM_HANDOVER_WRITE, /* hand-overs at WeCom, of staff within one's scope */
    PERM_IMPORT,
    PERM_EXPORT,
    PERM_STAFF_READ, /* directory of staff, departments, groups */
    PERM_SETTING_WRITE,
    PERM_ACCOUNT_WRITE,
    PERM_AUDIT_READ,
    PERM_SYSTEM, /* backup, restore, doctor, metrics, jobs of others */
    PERM_COUNT
};

enum role { ROLE_STAFF, ROLE_MANAGER, ROLE_OPERATOR, ROLE_ADMINISTRATOR, ROLE_COUNT };

/* "customer_read"; PERM_COUNT and ROLE_COUNT when there is no such name. */
const char *permission_name(enum permission p);
enum permission permission_from(struct str name);
const char *role_name(enum role r);
enum role role_from(struct str name);
/* Whether the role has the permission. The table is in permission.c, one line for each role. */
bool role_may(enum role r, enum permission p);

#endif
