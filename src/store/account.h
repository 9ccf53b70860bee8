/* account — those who sign in: role, data scope, password, and the staff whose customers they see.
 *
 * Logins are unique without regard to case and stored in lower case. The derived table
 * account_staff is kept true by account_scope_refresh(): whoever changes an account, a staff
 * member's department or the tree of departments calls it in the same closure.
 */
#ifndef KOI_STORE_ACCOUNT_H
#define KOI_STORE_ACCOUNT_H

#include "db/db.h"

struct account {
    int64_t id;
    struct str login, name;
    struct str role, scope;   /* words of the schema's CHECKs */
    int64_t staff_id;         /* 0: none */
    struct str staff_name;    /* absent: none; read only */
    struct str language;      /* "zh", "en" */
    struct str password_hash; /* absent: none yet */
    int64_t disabled_s;       /* 0: active */
    int64_t created_s, updated_us;
};

/* By id; by login in lower case. RC_NOT_FOUND (e untouched). Texts live in the transaction's
 * arena. */
enum rc account_find(struct tx *tx, int64_t id, struct account *out, struct err *e);
enum rc account_by_login(struct tx *tx, struct str login, struct account *out, struct err *e);
/* Of a member of staff, an active one first; RC_NOT_FOUND (e untouched). */
enum rc account_by_staff(struct tx *tx, int64_t staff_id, struct account *out, struct err *e);
/* At most `limit` accounts with login > `after`, in the order of their logins, in the transaction's
 * arena. */
enum rc account_list(struct tx *tx, struct str after, int64_t limit, struct account **out,
                     size_t *out_n, struct err *e);
/* How many there are; how many active administrators. */
enum rc account_count(struct tx *tx, int64_t *out, struct err *e);
enum rc account_administrators(struct tx *tx, int64_t *out, struct err *e);

/* A new account; id and times are filled in. RC_CONFLICT with code "login_taken" when the login
 * exists. */
enum rc account_insert(struct tx *tx, struct account *a, struct err *e);
/* Writes name, role, scope, staff, language and disabled_s; moves updated_us, also in `a`. */
enum rc account_update(struct tx *tx, struct account *a, struct err *e);
/* Absent: no password, only a one-time link signs in. */
enum rc account_set_password(struct tx *tx, int64_t id, struct str hash, struct err *e);
enum rc account_set_language(struct tx *tx, int64_t id, struct str language, struct err *e);
/* Makes account_staff true for one account, or for all of them (0). Costs a few ms for each 1,000
 * staff. */
enum rc account_scope_refresh(struct tx *tx, int64_t account_id, struct err *e);
/* Whether a staff member with this id exists: RC_INVALID with field "staff_id" if not. */
enum rc account_check_staff(struct tx *tx, int64_t staff_id, struct err *e);

#endif
