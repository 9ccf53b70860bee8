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
    {"Audience",
     OBJECT("\"id\":" ID ",\"name\":" TEXT ",\"subject\":" TEXT ",\"note\":" TEXT_NULL
            ",\"version\":" INT ",\"live\":" BOOL ",\"size\":" INT_NULL ",\"sized_s\":" INT_NULL
            ",\"archived\":" BOOL ",\"created_s\":" INT ",\"updated_s\":" INT ",\"expression\":" TEXT
            ",\"sentence_zh\":" TEXT_NULL ",\"sentence_en\":" TEXT_NULL ",\"tree\":" ANY
            ",\"problem\":" TEXT_NULL)},
    {"AudienceCount",
     OBJECT("\"count\":" INT ",\"of\":" INT ",\"took_us\":" INT ",\"sample\":"
            ARRAY("{\"type\":\"object\"}"))},
    {"AudienceList",
     LIST_OF(REF("Audience"))},
    {"AudienceText",
     OBJECT("\"expression\":" TEXT ",\"sentence_zh\":" TEXT ",\"sentence_en\":" TEXT
            ",\"tree\":{\"type\":\"object\"}")},
    {"AudienceVersions",
     LIST_OF(OBJECT("\"version\":" INT ",\"expression\":" TEXT ",\"at_s\":" INT ",\"account\":"
                    TEXT_NULL))},
    {"AudienceWords",
     OBJECT("\"attributes\":" ARRAY(REF("Word")) ",\"kinds\":" ARRAY(REF("Word"))
            ",\"functions\":" ARRAY(REF("Word")) ",\"windows\":" ARRAY(REF("Word")))},
    {"AuditList",
     LIST_OF(OBJECT("\"id\":" INT ",\"at_s\":" INT ",\"account\":" ACCOUNT_REF ",\"token_id\":" ID_NULL
                                 ",\"action\":" TEXT ",\"object_kind\":" TEXT_NULL ",\"object_id\":" ID_NULL
                                 ",\"detail\":{\"type\":\"object\"}"))},
    {"AuditReport",
     OBJECT("\"rows\":" INT ",\"ok\":" BOOL ",\"first_bad\":" ID_NULL ",\"head_id\":" ID_NULL
                           ",\"head_hash\":" TEXT)},
    {"BackupList",
     LIST_OF(OBJECT("\"name\":" TEXT ",\"bytes\":" INT ",\"created_s\":" INT ",\"whole\":" BOOL))},
    {"CheckList",
     LIST_OF(OBJECT("\"name\":" TEXT ",\"zh\":" TEXT ",\"en\":" TEXT ",\"ok\":" BOOL ",\"value\":" TEXT_NULL
                               ",\"advice\":" TEXT_NULL))},
    {"DemoFigures",
     OBJECT("\"items\":" ARRAY(OBJECT("\"name\":" TEXT ",\"zh\":" TEXT ",\"en\":" TEXT
                                    ",\"value\":{\"type\":\"number\"},\"low\":{\"type\":\"number\"},"
                                    "\"high\":{\"type\":\"number\"},\"ok\":" BOOL)) ",\"ok\":" BOOL)},
    {"Document", "{\"type\":\"object\"}"},
    {"Error",
     OBJECT("\"error\":" OBJECT("\"code\":" TEXT ",\"message\":" TEXT ",\"field\":" TEXT_NULL ",\"hint\":" TEXT_NULL
                                         ",\"at\":" INT_NULL))},
    {"Health", OBJECT("\"ok\":" BOOL)},
    {"Import",
     OBJECT("\"id\":" ID ",\"kind\":" TEXT ",\"file_name\":" TEXT ",\"state\":" TEXT ",\"lines\":" INT
            ",\"added\":" INT ",\"known\":" INT ",\"rejected\":" INT ",\"created_s\":" INT ",\"mapping\":" ANY
            ",\"job\":{\"type\":[\"object\",\"null\"]}")},
    {"ImportList", LIST_OF(REF("Import"))},
    {"ImportPreview",
     OBJECT("\"format\":{\"type\":\"object\"},\"header\":" ARRAY(TEXT) ",\"mapping\":{\"type\":\"object\"}"
            ",\"remembered\":" BOOL ",\"rows\":" ARRAY(ARRAY(TEXT)) ",\"problems\":"
            ARRAY(OBJECT("\"line\":" INT ",\"column\":" TEXT_NULL ",\"reason\":" TEXT))
            ",\"guesses\":{\"type\":\"object\"}")},
    {"Job",
     OBJECT("\"id\":" ID ",\"kind\":" TEXT ",\"state\":" TEXT ",\"title\":" TEXT ",\"done\":" INT
            ",\"total\":" INT_NULL ",\"unit\":" TEXT ",\"rate\":" INT ",\"remaining_s\":" INT_NULL
            ",\"result\":" ANY ",\"error\":{\"type\":[\"object\",\"null\"]},\"created_s\":" INT
            ",\"ended_s\":" INT_NULL)},
    {"JobList", LIST_OF(REF("Job"))},
    {"JobStarted", OBJECT("\"job\":" REF("Job"))},
    {"NameList",
     LIST_OF(TEXT)},
    {"Restarting", OBJECT("\"restarting\":" BOOL)},
    {"Rfm",
     OBJECT("\"fit\":{\"type\":[\"object\",\"null\"]},\"cells\":"
            ARRAY(OBJECT("\"r\":" INT ",\"f\":" INT ",\"m\":" INT ",\"customers\":" INT
                         ",\"amount_fen\":" INT)))},
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
    {"Tier",
     OBJECT("\"id\":" ID_NULL ",\"position\":" INT ",\"name\":" TEXT ",\"color\":" TEXT
            ",\"advice\":" TEXT_NULL ",\"customers\":" INT_NULL ",\"expression\":" TEXT
            ",\"sentence_zh\":" TEXT_NULL ",\"sentence_en\":" TEXT_NULL ",\"tree\":" ANY
            ",\"problem\":" TEXT_NULL)},
    {"TierModel",
     OBJECT("\"id\":" ID ",\"name\":" TEXT ",\"kind\":" TEXT ",\"subject\":" TEXT
            ",\"period_days\":" INT ",\"version\":" INT ",\"enabled\":" BOOL ",\"tiers\":"
            ARRAY(REF("Tier")) ",\"last_run\":{\"type\":[\"object\",\"null\"]}")},
    {"TierModelList",
     LIST_OF(REF("TierModel"))},
    {"TierMoves",
     OBJECT("\"nodes\":" ARRAY(OBJECT("\"tier_id\":" ID_NULL ",\"name\":" TEXT ",\"color\":" TEXT
                                     ",\"removed\":" BOOL)) ",\"links\":"
            ARRAY(OBJECT("\"source\":" ID_NULL ",\"target\":" ID_NULL ",\"customers\":" INT))
            ",\"history\":" ARRAY(OBJECT("\"at_s\":" INT ",\"tiers\":"
                                         ARRAY(OBJECT("\"tier_id\":" ID ",\"customers\":" INT)))))},
    {"TierTemplateList",
     LIST_OF(OBJECT("\"kind\":" TEXT ",\"name\":" TEXT ",\"note\":" TEXT ",\"period_days\":" INT
                    ",\"tiers\":" ARRAY(REF("Tier"))))},
    {"TokenList",
     LIST_OF(OBJECT("\"id\":" ID ",\"name\":" TEXT ",\"account_id\":" ID ",\"login\":" TEXT
                                 ",\"permissions\":" ARRAY(TEXT) ",\"created_s\":" INT ",\"used_s\":" INT_NULL
                                 ",\"expires_s\":" INT_NULL ",\"revoked_s\":" INT_NULL))},
    {"TokenMade", OBJECT("\"id\":" ID ",\"name\":" TEXT ",\"token\":" TEXT)},
    {"Upload", OBJECT("\"id\":" TEXT ",\"name\":" TEXT ",\"bytes\":" INT ",\"sha256\":" TEXT)},
    {"Version",
     OBJECT("\"version\":" TEXT ",\"schema\":" INT ",\"database\":" TEXT ",\"now_s\":" INT)},
    {"View", OBJECT("\"value\":" ANY)},
    {"Word",
     OBJECT("\"word\":" TEXT ",\"subject\":" TEXT ",\"type\":" TEXT ",\"names\":" TEXT_NULL
            ",\"operators\":" ARRAY(TEXT) ",\"choices\":" ARRAY(ANY) ",\"example\":" TEXT
            ",\"touch\":" BOOL ",\"zh\":" TEXT ",\"en\":" TEXT)},
    {NULL, NULL},
};
