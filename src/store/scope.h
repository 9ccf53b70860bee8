/* scope — data scope in one place: the condition that cuts rows to the customers an account may
 * see.
 *
 * Scope `all` is bound as 0. Otherwise the bound value is the account id, and a customer is visible
 * when anyone with the same root has an active relation with a staff member listed for the account
 * in account_staff (which store/account.c keeps true: oneself for `own`, the whole team below one's
 * department for `team`). Used in every statement behind a route with SCOPE_ROWS;
 * test/api/scope.test.mjs runs each such route as each role and looks for leaks.
 */
#ifndef KOI_STORE_SCOPE_H
#define KOI_STORE_SCOPE_H

/* `root` is an SQL expression for a root customer's id, `param` the parameter holding the scope
 * account: SCOPE_CUSTOMER("c.id", "$1"). */
#define SCOPE_CUSTOMER(root, param)                                                                \
    "(" param " = 0 OR EXISTS (SELECT 1 FROM customer scope_c"                                     \
    " CROSS JOIN relation scope_r CROSS JOIN account_staff scope_a WHERE scope_c.root_id = " root   \
    " AND scope_r.customer_id = scope_c.id AND scope_r.deleted_s IS NULL"                          \
    " AND scope_a.account_id = " param " AND scope_a.staff_id = scope_r.staff_id))"

/* The same as a set of root ids, where whoever asks is better driven by the customers an account
 * sees than by all rows of a table: "x.customer_id IN " SCOPE_ROOTS("$2"). Only for an account that
 * does not see all. */
#define SCOPE_ROOTS(param)                                                                         \
    "(SELECT roots_c.root_id FROM account_staff roots_a"                                           \
    " JOIN relation roots_r ON roots_r.staff_id = roots_a.staff_id AND roots_r.deleted_s IS NULL"  \
    " JOIN customer roots_c ON roots_c.id = roots_r.customer_id WHERE roots_a.account_id = "       \
    "" param ")"

#endif
