/* routes — every row of the API, defined beside its handler. To add one: `const struct route route_x` in the
 * handler's file, a declaration here, a line in routes.c.
 */
#ifndef KOI_API_ROUTES_H
#define KOI_API_ROUTES_H

#include "http/dispatch.h"

/* The whole table, compiled. Free with router_free(). */
struct router *routes_compile(void);

/* accounts.c */
extern const struct route route_account_list, route_account_create, route_account_update, route_account_link;
/* audit.c */
extern const struct route route_audit_list, route_audit_verify;
/* openapi.c */
extern const struct route route_openapi;
/* session.c */
extern const struct route route_session_sign_in, route_session_link, route_session_get, route_session_end,
    route_session_password, route_session_update;
/* settings.c */
extern const struct route route_setting_list, route_setting_put;
/* system.c */
extern const struct route route_health, route_metrics, route_version;
/* tokens.c */
extern const struct route route_token_list, route_token_create, route_token_revoke;
/* views.c */
extern const struct route route_view_get, route_view_put;

#endif
