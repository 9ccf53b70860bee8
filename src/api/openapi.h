/* openapi — the route table printed for programs. */
#ifndef KOI_API_OPENAPI_H
#define KOI_API_OPENAPI_H

#include "base/json.h"
#include "http/dispatch.h"

/* The whole OpenAPI 3.1 document. */
void openapi_print(const struct router *r, struct json *j);
/* The table as plain JSON, for tests: [{method, path, name, need, scope, writes, …, args:[…]}]. */
void routes_print(const struct router *r, struct json *j);
const char *method_name(enum method m);

#endif
