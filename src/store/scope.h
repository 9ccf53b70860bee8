/* scope — data scope in one place: the condition that cuts rows to the customers an account may see.
 *
 * Scope `all` is bound as 0. Otherwise the bound value is the account id, and a customer is visible when anyone with the same root has an
 * active relation with a staff member listed for the account in account_staff (which store/account.c keeps true: oneself for `own`, the
 * whole team below one's department for `team`). Used in every statement behind a route with SCOPE_ROWS; test/api/scope.test.js
 * runs each such route as each role and looks for leaks.
 */
#ifndef KOI_STORE_SCOPE_H
#define KOI_STORE_SCOPE_H

/* `root` is an SQL expression for a root customer's id, `param` the parameter holding the scope account: SCOPE_CUSTOMER("c.id", "$1"). */
#define SCOPE_CUSTOMER(root, param)                                                                        \
    "(" param " = 0 OR EXISTS (SELECT 1 FROM customer scope_c"                                             \
    " JOIN relation scope_r ON scope_r.customer_id = scope_c.id AND scope_r.deleted_s IS NULL"              \
    " JOIN account_staff scope_a ON scope_a.staff_id = scope_r.staff_id AND scope_a.account_id = " param   \
    " WHERE scope_c.root_id = " root "))"

#endif
