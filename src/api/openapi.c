/* openapi.c — prints the route table as an OpenAPI 3.1 document.
 *
 * Everything comes from the rows: paths, arguments with their bounds, permissions, help in English
 * (the Chinese line as x-zh). Replies refer to schemas.c. The document is made anew for each
 * request, some 100 KB in under a millisecond, and has no state. `npx @redocly/cli lint` accepts
 * it, which a test checks.
 */
#include "api/openapi.h"

#include "api/routes.h"
#include "api/schemas.h"

#include <assert.h>
#include <string.h>

static const char *const METHODS[METHOD_COUNT] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
static const char *const LOWER[METHOD_COUNT] = {"get", "post", "put", "patch", "delete"};
static const char *const KINDS[] = {"end",  "id",     "int", "fen",  "number",     "bool", "text",
                                    "name", "choice", "day", "time", "expression", "ids",  "json"};

const char *method_name(enum method m)
{
    assert(m < METHOD_COUNT);
    return METHODS[m];
}

static enum arg_place place_of(const struct route *r, const struct arg *a)
{
    const char *at = strstr(r->path, a->name);
    while (at != NULL && !(at > r->path && at[-1] == '{' && at[strlen(a->name)] == '}')) {
        at = strstr(at + 1, a->name);
    }
    return at != NULL ? IN_PATH : a->place;
}

/* ---- the schema of an argument ---- */

static void put_type(struct json *j, const char *type, bool nullable)
{
    if (!nullable) {
        json_put_z(j, "type", type);
        return;
    }
    json_open_array(j, "type");
    json_put_z(j, NULL, type);
    json_put_z(j, NULL, "null");
    json_close_array(j);
}

static void put_choices(struct json *j, const struct arg *a)
{
    struct str rest = str_from(a->choices);
    struct str one;
    json_open_array(j, "enum");
    while (str_cut(&rest, '|', &one)) {
        json_put_str(j, NULL, one);
    }
    if (a->nullable) {
        json_put_null(j, NULL);
    }
    json_close_array(j);
}

static void put_length(struct json *j, const struct arg *a)
{
    int64_t min = 0;
    int64_t max = 0;
    arg_bounds(a, &min, &max);
    json_put_int(j, "minLength", min);
    json_put_int(j, "maxLength", max);
}

static void put_bounds(struct json *j, const struct arg *a)
{
    int64_t min = 0;
    int64_t max = 0;
    arg_bounds(a, &min, &max);
    json_put_int(j, "minimum", min);
    json_put_int(j, "maximum", max);
}

static void put_ids(struct json *j, const struct arg *a, enum arg_place place)
{
    if (place == IN_QUERY) {
        json_put_z(j, "type", "string");
        json_put_z(j, "pattern", "^[0-9]+(,[0-9]+)*$");
        return;
    }
    int64_t min = 0;
    int64_t max = 0;
    arg_bounds(a, &min, &max);
    put_type(j, "array", a->nullable);
    json_put_int(j, "maxItems", max);
    json_open_object(j, "items");
    json_put_z(j, "type", "string");
    json_put_z(j, "pattern", "^[0-9]+$");
    json_close_object(j);
}

/* The members of the schema's object, which the caller has open. */
static void put_schema(struct json *j, const struct arg *a, enum arg_place place)
{
    switch (a->kind) {
    case ARG_INT:
    case ARG_FEN:
        put_type(j, "integer", a->nullable);
        put_bounds(j, a);
        break;
    case ARG_NUMBER:
        put_type(j, "number", a->nullable);
        put_bounds(j, a);
        break;
    case ARG_BOOL:
        put_type(j, "boolean", a->nullable);
        break;
    case ARG_ID:
        put_type(j, "string", a->nullable);
        json_put_z(j, "pattern", "^[0-9]+$");
        break;
    case ARG_TEXT:
    case ARG_NAME:
    case ARG_EXPRESSION:
        put_type(j, "string", a->nullable);
        put_length(j, a);
        break;
    case ARG_CHOICE:
        put_type(j, "string", a->nullable);
        put_choices(j, a);
        break;
    case ARG_DAY:
        put_type(j, "string", a->nullable);
        json_put_z(j, "format", "date");
        break;
    case ARG_TIME:
        json_open_array(j, "type");
        json_put_z(j, NULL, "integer");
        json_put_z(j, NULL, "string");
        json_close_array(j);
        break;
    case ARG_IDS:
        put_ids(j, a, place);
        break;
    case ARG_JSON:
    case ARG_END:
        break;
    }
}

/* ---- an operation ---- */

static void put_parameters(struct json *j, const struct route *r)
{
    json_open_array(j, "parameters");
    for (const struct arg *a = r->args; a->kind != ARG_END; a++) {
        enum arg_place place = place_of(r, a);
        if (place == IN_BODY) {
            continue;
        }
        json_open_object(j, NULL);
        json_put_z(j, "name", a->name);
        json_put_z(j, "in", place == IN_PATH ? "path" : "query");
        json_put_bool(j, "required", place == IN_PATH || a->required);
        json_put_z(j, "description", a->en);
        json_put_z(j, "x-zh", a->zh);
        json_open_object(j, "schema");
        put_schema(j, a, place);
        json_close_object(j);
        json_close_object(j);
    }
    if (r->idempotent) {
        json_open_object(j, NULL);
        json_put_z(j, "$ref", "#/components/parameters/IdempotencyKey");
        json_close_object(j);
    }
    json_close_array(j);
}

static void put_body_schema(struct json *j, const struct route *r)
{
    json_open_object(j, "schema");
    json_put_z(j, "type", "object");
    json_put_bool(j, "additionalProperties", false);
    json_open_object(j, "properties");
    for (const struct arg *a = r->args; a->kind != ARG_END; a++) {
        if (place_of(r, a) == IN_BODY) {
            json_open_object(j, a->name);
            json_put_z(j, "description", a->en);
            json_put_z(j, "x-zh", a->zh);
            put_schema(j, a, IN_BODY);
            json_close_object(j);
        }
    }
    json_close_object(j);
    json_open_array(j, "required");
    for (const struct arg *a = r->args; a->kind != ARG_END; a++) {
        if (place_of(r, a) == IN_BODY && a->required) {
            json_put_z(j, NULL, a->name);
        }
    }
    json_close_array(j);
    json_close_object(j);
}

static void put_body(struct json *j, const struct route *r)
{
    bool any = false;
    if (r->raw_body) {
        json_put_raw(j, "requestBody",
                     STR("{\"required\":true,\"content\":{\"application/"
                         "octet-stream\":{\"schema\":{\"type\":\"string\","
                         "\"format\":\"binary\"}}}}"));
        return;
    }
    if (r->foreign && r->method != GET) {
        json_put_raw(j, "requestBody",
                     STR("{\"required\":true,\"content\":{\"text/xml\":{\"schema\":"
                         "{\"type\":\"string\"}}}}"));
        return;
    }
    for (const struct arg *a = r->args; a->kind != ARG_END; a++) {
        any = any || place_of(r, a) == IN_BODY;
    }
    if (any) {
        json_open_object(j, "requestBody");
        json_open_object(j, "content");
        json_open_object(j, "application/json");
        put_body_schema(j, r);
        json_close_object(j);
        json_close_object(j);
        json_close_object(j);
    }
}

static void put_good_reply(struct json *j, const struct route *r)
{
    if (r->foreign) {
        json_put_raw(j, "200",
                     STR("{\"description\":\"Done.\",\"content\":{\"text/plain\":{\"schema\":"
                         "{\"type\":\"string\"}}}}"));
        return;
    }
    json_open_object(j, r->reply != NULL ? "200" : "204");
    json_put_z(j, "description", r->reply != NULL ? "Done." : "Done; no content.");
    if (r->reply != NULL) {
        json_open_object(j, "content");
        json_open_object(j, r->stream ? "text/event-stream" : "application/json");
        json_open_object(j, "schema");
        struct buf b;
        buf_init(&b, 256);
        buf_addf(&b, "#/components/schemas/%s", r->reply);
        json_put_str(j, "$ref", buf_str(&b));
        buf_done(&b);
        json_close_object(j);
        json_close_object(j);
        json_close_object(j);
    }
    json_close_object(j);
}

static void put_operation(struct json *j, const struct route *r)
{
    static const char *const scopes[] = {"", "none", "rows", "whole"};
    struct str tag = str_from(r->path);
    struct str part;
    str_cut(&tag, '/', &part);
    str_cut(&tag, '/', &part);
    if (str_eq(part, STR("api"))) {
        str_cut(&tag, '/', &part);
    }
    json_open_object(j, LOWER[r->method]);
    json_put_z(j, "operationId", r->name);
    json_open_array(j, "tags");
    json_put_str(j, NULL, part);
    json_close_array(j);
    json_put_z(j, "summary", r->en);
    json_put_z(j, "x-zh", r->zh);
    json_put_z(j, "x-permission", permission_name(r->need));
    json_put_z(j, "x-scope", scopes[r->scope]);
    put_parameters(j, r);
    put_body(j, r);
    json_open_object(j, "responses");
    put_good_reply(j, r);
    json_put_raw(j, "4XX", STR("{\"$ref\":\"#/components/responses/Error\"}"));
    json_put_raw(j, "5XX", STR("{\"$ref\":\"#/components/responses/Error\"}"));
    json_close_object(j);
    if (r->need == PERM_PUBLIC) {
        json_open_array(j, "security");
        json_close_array(j);
    }
    json_close_object(j);
}

/* ---- the document ---- */

static const char INFO[] =
    "{\"title\":\"Koi\",\"version\":\"" KOI_VERSION "\",\"description\":\"Private-domain "
    "operations. Ids are strings, "
    "times UTC seconds, money integer fen; docs/API.md says what the shapes "
    "mean.\",\"license\":{\"name\":\"Apache-2.0\","
    "\"identifier\":\"Apache-2.0\"}}";
static const char SECURITY_SCHEMES[] =
    "{\"session\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"__Host-koi\",\"description\":"
    "\"Set by signing in; "
    "writes also need X-CSRF-Token.\"},\"token\":{\"type\":\"http\",\"scheme\":\"bearer\"}}";
static const char PARAMETERS[] =
    "{\"IdempotencyKey\":{\"name\":\"Idempotency-Key\",\"in\":\"header\",\"required\":false,"
    "\"description\":\"A repeat with "
    "the same key and body has no second effect and gets the same reply, for a "
    "day.\",\"schema\":{\"type\":\"string\","
    "\"minLength\":1,\"maxLength\":128}}}";
static const char RESPONSES[] = "{\"Error\":{\"description\":\"What was wrong, where, and what to "
                                "do.\",\"content\":{\"application/json\":{\"schema\":"
                                "{\"$ref\":\"#/components/schemas/Error\"}}}}}";

static void put_paths(const struct router *r, struct json *j)
{
    const char *path = NULL;
    json_open_object(j, "paths");
    for (size_t i = 0; i < router_count(r); i++) {
        const struct route *row = router_at(r, i);
        if (row->refuse != NULL) {
            continue; /* a page, not for programs */
        }
        if (path == NULL || strcmp(path, row->path) != 0) {
            if (path != NULL) {
                json_close_object(j);
            }
            path = row->path;
            json_open_object(j, path);
        }
        put_operation(j, row);
    }
    json_close_object(j);
    json_close_object(j);
}

void openapi_print(const struct router *r, struct json *j)
{
    json_open_object(j, NULL);
    json_put_z(j, "openapi", "3.1.0");
    json_put_raw(j, "info", str_from(INFO));
    json_put_raw(j, "servers", STR("[{\"url\":\"/\"}]"));
    json_put_raw(j, "security", STR("[{\"session\":[]},{\"token\":[]}]"));
    put_paths(r, j);
    json_open_object(j, "components");
    json_put_raw(j, "securitySchemes", str_from(SECURITY_SCHEMES));
    json_put_raw(j, "parameters", str_from(PARAMETERS));
    json_put_raw(j, "responses", str_from(RESPONSES));
    json_open_object(j, "schemas");
    for (const struct schema *s = schema_table; s->name != NULL; s++) {
        json_put_raw(j, s->name, str_from(s->text));
    }
    json_close_object(j);
    json_close_object(j);
    json_close_object(j);
}

static void put_arg(struct json *j, const struct route *r, const struct arg *a)
{
    static const char *const places[] = {"query", "path", "body"};
    json_open_object(j, NULL);
    json_put_z(j, "name", a->name);
    json_put_z(j, "kind", KINDS[a->kind]);
    json_put_z(j, "in", places[place_of(r, a)]);
    json_put_bool(j, "required", a->required || place_of(r, a) == IN_PATH);
    json_put_bool(j, "nullable", a->nullable);
    json_put_int(j, "min", a->min);
    json_put_int(j, "max", a->max);
    json_put_z(j, "choices", a->choices);
    json_put_z(j, "zh", a->zh);
    json_put_z(j, "en", a->en);
    json_close_object(j);
}

void routes_print(const struct router *r, struct json *j)
{
    static const char *const scopes[] = {"", "none", "rows", "whole"};
    json_open_array(j, NULL);
    for (size_t i = 0; i < router_count(r); i++) {
        const struct route *row = router_at(r, i);
        json_open_object(j, NULL);
        json_put_z(j, "method", METHODS[row->method]);
        json_put_z(j, "path", row->path);
        json_put_z(j, "name", row->name);
        json_put_z(j, "need", permission_name(row->need));
        json_put_z(j, "scope", scopes[row->scope]);
        json_put_bool(j, "writes", row->writes);
        json_put_bool(j, "idempotent", row->idempotent);
        json_put_bool(j, "audited", row->audited);
        json_put_bool(j, "raw_body", row->raw_body);
        json_put_bool(j, "foreign", row->foreign);
        json_put_bool(j, "stream", row->stream);
        json_put_bool(j, "page", row->refuse != NULL);
        json_open_array(j, "roles");
        for (unsigned role = 0; role < ROLE_COUNT; role++) {
            if (role_may((enum role)role, row->need)) {
                json_put_z(j, NULL, role_name((enum role)role));
            }
        }
        json_close_array(j);
        json_open_array(j, "args");
        for (const struct arg *a = row->args; a->kind != ARG_END; a++) {
            put_arg(j, row, a);
        }
        json_close_array(j);
        json_put_z(j, "reply", row->reply);
        json_put_z(j, "zh", row->zh);
        json_put_z(j, "en", row->en);
        json_close_object(j);
    }
    json_close_array(j);
}

/* ---- GET /api/openapi.json ---- */

static enum rc openapi(struct request *rq, struct tx *tx, struct err *e)
{
    (void)tx;
    (void)e;
    openapi_print(request_router(rq), reply_json(rq));
    return RC_OK;
}

const struct route route_openapi = {
    .method = GET,
    .path = "/api/openapi.json",
    .name = "openapi",
    .need = PERM_SELF,
    .scope = SCOPE_NONE,
    .run = openapi,
    .zh = "这份接口的 OpenAPI 3.1 文件。",
    .en = "This API as an OpenAPI 3.1 document.",
    .reply = "Document",
};
