/* routes.c — the table that runs the API: one line a route, sorted by path, then GET POST PUT PATCH DELETE.
 *
 * What a route needs and does stands in its row, beside its handler; this list only says that it exists, so that
 * a reader finds everything the program answers on one page. The path is written here a second time to be read
 * and sorted; that it is the row's own is asserted when the table is compiled, at each start.
 */
#include "api/routes.h"

#include <assert.h>
#include <string.h>

struct entry {
    const char *path;
    const struct route *route;
};

static const struct entry TABLE[] = {
    {"/api/accounts", &route_account_list},
    {"/api/accounts", &route_account_create},
    {"/api/accounts/{account_id}", &route_account_update},
    {"/api/accounts/{account_id}/link", &route_account_link},
    {"/api/audit", &route_audit_list},
    {"/api/audit/verify", &route_audit_verify},
    {"/api/openapi.json", &route_openapi},
    {"/api/session", &route_session_get},
    {"/api/session", &route_session_sign_in},
    {"/api/session", &route_session_update},
    {"/api/session", &route_session_end},
    {"/api/session/link", &route_session_link},
    {"/api/session/password", &route_session_password},
    {"/api/settings", &route_setting_list},
    {"/api/settings/{name}", &route_setting_put},
    {"/api/tokens", &route_token_list},
    {"/api/tokens", &route_token_create},
    {"/api/tokens/{token_id}", &route_token_revoke},
    {"/api/version", &route_version},
    {"/api/views/{name}", &route_view_get},
    {"/api/views/{name}", &route_view_put},
    {"/health", &route_health},
    {"/metrics", &route_metrics},
};

enum { COUNT = sizeof TABLE / sizeof *TABLE };

struct router *routes_compile(void)
{
    const struct route *rows[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        assert(strcmp(TABLE[i].path, TABLE[i].route->path) == 0);
        rows[i] = TABLE[i].route;
    }
    return router_new(rows, COUNT);
}
