/* permission.c — the names of permissions and roles, and which role may do what.
 *
 * Roles grow: a manager may all that staff may, an operator all that a manager may, an
 * administrator everything. The table therefore holds, for each permission, the least role that has
 * it; a role added later between two others needs no second list. What each step adds, and why:
 *   staff          sees and tends the customers of their scope, phones masked
 *   manager        reads reports, shows a phone (each time audited), saves audiences, exports,
 *                  hands over the customers of their staff, sets kind, level and plan of their
 *                  groups
 *   operator       runs the catalogue: tags, tiers, merges, sources and costs, imports
 *   administrator  erases people, accounts, settings, the audit log, backups
 */
#include "http/permission.h"

#include <assert.h>

struct permission_row {
    const char *name;
    enum role least;
};

static const struct permission_row TABLE[PERM_COUNT] = {
    [PERM_PUBLIC] = {"public", ROLE_STAFF},
    [PERM_SELF] = {"self", ROLE_STAFF},
    [PERM_CUSTOMER_READ] = {"customer_read", ROLE_STAFF},
    [PERM_CUSTOMER_WRITE] = {"customer_write", ROLE_STAFF},
    [PERM_CUSTOMER_UNMASK] = {"customer_unmask", ROLE_MANAGER},
    [PERM_CUSTOMER_MERGE] = {"customer_merge", ROLE_OPERATOR},
    [PERM_CUSTOMER_ERASE] = {"customer_erase", ROLE_ADMINISTRATOR},
    [PERM_TAG_WRITE] = {"tag_write", ROLE_OPERATOR},
    [PERM_AUDIENCE_READ] = {"audience_read", ROLE_STAFF},
    [PERM_AUDIENCE_WRITE] = {"audience_write", ROLE_MANAGER},
    [PERM_TIER_WRITE] = {"tier_write", ROLE_OPERATOR},
    [PERM_ORDER_READ] = {"order_read", ROLE_STAFF},
    [PERM_REPORT_READ] = {"report_read", ROLE_MANAGER},
    [PERM_COST_WRITE] = {"cost_write", ROLE_OPERATOR},
    [PERM_BINDING_WRITE] = {"binding_write", ROLE_OPERATOR},
    [PERM_CODE_WRITE] = {"code_write", ROLE_OPERATOR},
    [PERM_GROUP_WRITE] = {"group_write", ROLE_MANAGER},
    [PERM_HANDOVER_WRITE] = {"handover_write", ROLE_MANAGER},
    [PERM_IMPORT] = {"import", ROLE_OPERATOR},
    [PERM_EXPORT] = {"export", ROLE_MANAGER},
    [PERM_STAFF_READ] = {"staff_read", ROLE_STAFF},
    [PERM_SETTING_WRITE] = {"setting_write", ROLE_ADMINISTRATOR},
    [PERM_ACCOUNT_WRITE] = {"account_write", ROLE_ADMINISTRATOR},
    [PERM_AUDIT_READ] = {"audit_read", ROLE_ADMINISTRATOR},
    [PERM_SYSTEM] = {"system", ROLE_ADMINISTRATOR},
};

static const char *const ROLES[ROLE_COUNT] = {
    [ROLE_STAFF] = "staff",
    [ROLE_MANAGER] = "manager",
    [ROLE_OPERATOR] = "operator",
    [ROLE_ADMINISTRATOR] = "administrator",
};

const char *permission_name(enum permission p)
{
    assert((unsigned)p < PERM_COUNT);
    assert(TABLE[p].name != NULL);
    return TABLE[p].name;
}

enum permission permission_from(struct str name)
{
    for (unsigned p = 0; p < PERM_COUNT; p++) {
        if (str_eq(name, str_from(TABLE[p].name))) {
            return (enum permission)p;
        }
    }
    return PERM_COUNT;
}

const char *role_name(enum role r)
{
    assert((unsigned)r < ROLE_COUNT);
    return ROLES[r];
}

enum role role_from(struct str name)
{
    for (unsigned r = 0; r < ROLE_COUNT; r++) {
        if (str_eq(name, str_from(ROLES[r]))) {
            return (enum role)r;
        }
    }
    return ROLE_COUNT;
}

bool role_may(enum role r, enum permission p)
{
    assert((unsigned)r < ROLE_COUNT && (unsigned)p < PERM_COUNT);
    return r >= TABLE[p].least;
}
