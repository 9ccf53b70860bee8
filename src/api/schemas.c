/* schemas.c — one compact JSON Schema for each reply, sorted by name, for the OpenAPI file.
 *
 * They are written by hand beside the handlers' knowledge, and test/api/schemas.test.mjs holds
 * every reply it sees against them, so they cannot drift. Macros below for the types that recur:
 * ids are strings, times seconds, money fen, and a list has items, next and total.
 */
#include "api/schemas.h"

#include <stddef.h>

#define OBJECT(members) "{\"type\":\"object\",\"properties\":{" members "}}"
#define LIST_OF(item)                                                                              \
    OBJECT("\"items\":{\"type\":\"array\",\"items\":" item "},\"next\":" TEXT_NULL                 \
           ",\"total\":" INT_NULL)
#define ARRAY(item) "{\"type\":\"array\",\"items\":" item "}"
#define REF(name) "{\"$ref\":\"#/components/schemas/" name "\"}"
#define ID "{\"type\":\"string\",\"pattern\":\"^[0-9]+$\"}"
#define ID_NULL "{\"type\":[\"string\",\"null\"],\"pattern\":\"^[0-9]+$\"}"
#define TEXT "{\"type\":\"string\"}"
#define TEXT_NULL "{\"type\":[\"string\",\"null\"]}"
#define INT "{\"type\":\"integer\"}"
#define INT_NULL "{\"type\":[\"integer\",\"null\"]}"
#define BOOL "{\"type\":\"boolean\"}"
#define ANY "{}"

#define ACCOUNT_REF "{\"type\":[\"object\",\"null\"],\"properties\":{\"id\":" ID ",\"login\":" TEXT_NULL "}}"
#define STAFF_REF "{\"type\":[\"object\",\"null\"],\"properties\":{\"id\":" ID ",\"name\":" TEXT_NULL "}}"

const struct schema schema_table[] = {
    {"Account",
     OBJECT("\"id\":" ID ",\"login\":" TEXT ",\"name\":" TEXT ",\"role\":" TEXT ",\"scope\":" TEXT
                       ",\"staff\":" STAFF_REF ",\"language\":" TEXT ",\"disabled\":" BOOL ",\"has_password\":" BOOL
                       ",\"created_s\":" INT)},
    {"AccountLink", OBJECT("\"link\":" TEXT ",\"expires_s\":" INT)},
    {"AccountList", LIST_OF(REF("Account"))},
    {"AccountMade",
     OBJECT("\"id\":" ID ",\"login\":" TEXT ",\"link\":" TEXT ",\"expires_s\":" INT)},
    {"AuditList",
     LIST_OF(OBJECT("\"id\":" INT ",\"at_s\":" INT ",\"account\":" ACCOUNT_REF ",\"token_id\":" ID_NULL
                                 ",\"action\":" TEXT ",\"object_kind\":" TEXT_NULL ",\"object_id\":" ID_NULL
                                 ",\"detail\":{\"type\":\"object\"}"))},
    {"AuditReport",
     OBJECT("\"rows\":" INT ",\"ok\":" BOOL ",\"first_bad\":" INT_NULL ",\"head_id\":" INT
                           ",\"head_hash\":" TEXT)},
    {"Document", "{\"type\":\"object\"}"},
    {"Error",
     OBJECT("\"error\":" OBJECT("\"code\":" TEXT ",\"message\":" TEXT ",\"field\":" TEXT_NULL ",\"hint\":" TEXT_NULL
                                         ",\"at\":" INT_NULL))},
    {"Health", OBJECT("\"ok\":" BOOL)},
    {"Session",
     OBJECT("\"account\":{\"type\":[\"object\",\"null\"],\"properties\":{\"id\":" ID ",\"login\":" TEXT
                       ",\"name\":" TEXT ",\"role\":" TEXT ",\"scope\":" TEXT ",\"staff_id\":" ID_NULL
                       ",\"language\":" TEXT "}},\"csrf\":" TEXT_NULL ",\"permissions\":" ARRAY(TEXT)
                       ",\"must_set_password\":" BOOL ",\"corp\":" OBJECT("\"name\":" TEXT ",\"zone\":" TEXT
                       ",\"currency\":" TEXT ",\"demo\":" BOOL) ",\"version\":" TEXT)},
    {"SettingList",
     LIST_OF(OBJECT("\"name\":" TEXT ",\"zh\":" TEXT ",\"en\":" TEXT ",\"type\":" TEXT ",\"value\":" TEXT
                                   ",\"origin\":" TEXT ",\"secret\":" BOOL ",\"changeable\":" BOOL ",\"restart\":" BOOL
                                   ",\"choices\":" TEXT_NULL ",\"default\":" TEXT ",\"min\":" INT ",\"max\":" INT))},
    {"TokenList",
     LIST_OF(OBJECT("\"id\":" ID ",\"name\":" TEXT ",\"account_id\":" ID ",\"login\":" TEXT
                                 ",\"permissions\":" ARRAY(TEXT) ",\"created_s\":" INT ",\"used_s\":" INT_NULL
                                 ",\"expires_s\":" INT_NULL ",\"revoked_s\":" INT_NULL))},
    {"TokenMade", OBJECT("\"id\":" ID ",\"name\":" TEXT ",\"token\":" TEXT)},
    {"Version",
     OBJECT("\"version\":" TEXT ",\"schema\":" INT ",\"database\":" TEXT ",\"now_s\":" INT)},
    {"View", OBJECT("\"value\":" ANY)},
    {NULL, NULL},
};
