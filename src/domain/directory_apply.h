/* directory_apply — departments and staff as a platform tells them become the corp's rows.
 *
 * Full state in, difference out: what is told and differs is written, what is not told stays. Only
 * with `complete` is what the platform once told and tells no more taken out: departments removed
 * (their people go to the parent), staff marked as left. Departments that no platform knows are not
 * touched. Applied twice, the second writes nothing. Writing transactions only.
 */
#ifndef KOI_DOMAIN_DIRECTORY_APPLY_H
#define KOI_DOMAIN_DIRECTORY_APPLY_H

#include "db/db.h"
#include "domain/told.h"

struct directory_applied {
    int64_t added, changed, removed; /* rows of departments or staff */
};

/* Departments: made, renamed, moved, ordered. A parent that is neither told nor known counts as
 * none. RC_INVALID when the parents would run in a circle. Reads the whole tree; `out` is added
 * to. */
enum rc directory_apply_departments(struct tx *tx, const struct told_department *told, size_t n,
                                    bool complete, struct directory_applied *out, struct err *e);
/* Staff: made, renamed, moved, gone and back. `at_s` is when whoever is told no more left. */
enum rc directory_apply_staff(struct tx *tx, const struct told_staff *told, size_t n, bool complete,
                              int64_t at_s, struct directory_applied *out, struct err *e);
/* One that the platform says is gone; nothing happens when it is not known or gone already. */
enum rc directory_apply_department_gone(struct tx *tx, struct str id, struct directory_applied *out,
                                        struct err *e);
enum rc directory_apply_staff_gone(struct tx *tx, struct str userid, int64_t at_s,
                                   struct directory_applied *out, struct err *e);
/* The platform's new account for a member. Nothing happens when the old one is not known (it may
 * have been renamed before). */
enum rc directory_apply_renamed(struct tx *tx, struct str userid, struct str now,
                                struct directory_applied *out, struct err *e);

/* The member with this userid, made by it alone when the directory has not told of them yet: their
 * name is then their userid. 0 in `out` for an empty userid. */
enum rc directory_staff_of(struct tx *tx, struct str userid, int64_t *out, struct err *e);

#endif
