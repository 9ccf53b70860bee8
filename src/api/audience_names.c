/* audience_names.c — names offered while an audience is being typed.
 *
 * One table says what may be asked for and where its names come from. Answers are at most 50 and
 * contain what was typed; lists of things are short, so a call looks at all of them
 * (query_names_like). Names of things are no personal data, but cities and provinces are those of
 * customers, so they are cut to the caller's data scope.
 */
#include "api/audience_names.h"

#include "api/listing.h"
#include "api/routes.h"
#include "base/limits.h"
#include "domain/app.h"
#include "query/sql/audience_sql.h"
#include "store/audience.h"
#include "store/catalogue.h"
#include "store/group.h"

enum { SUGGESTIONS = 50 };

enum rc audience_put_kinds(struct json *j, struct tx *tx, struct err *e)
{
    struct kind_row *kinds;
    size_t n;
    enum rc rc = catalogue_kinds(tx, &kinds, &n, e);
    if (rc != RC_OK)
        return rc;
    json_open_array(j, "kinds");
    for (size_t i = 0; i < n; i++) {
        json_open_object(j, NULL);
        json_put_str(j, "word", kinds[i].name);
        json_put_str(j, "zh", kinds[i].zh);
        json_put_str(j, "en", kinds[i].en);
        json_put_bool(j, "touch", kinds[i].touch);
        json_close_object(j);
    }
    json_close_array(j);
    return RC_OK;
}

/* What can be asked for; NAME_KINDS: not a name of the language's own look-ups. */
static const struct {
    const char *what;
    enum name_kind kind;
} WHATS[] = {
    {"tag", NAME_TAG},           {"tag_group", NAME_TAG_GROUP},
    {"staff", NAME_STAFF},       {"owner", NAME_STAFF},
    {"team", NAME_TEAM},         {"group", NAME_GROUP},
    {"stage", NAME_STAGE},       {"source", NAME_SOURCE},
    {"channel", NAME_CHANNEL},   {"product", NAME_PRODUCT},
    {"field", NAME_FIELD},       {"kind", NAME_EVENT_KIND},
    {"audience", NAME_AUDIENCE}, {"tier_model", NAME_TIER_MODEL},
    {"cycle", NAME_CYCLE},
};

static void put_name(void *to, struct str name)
{
    struct json *j = to;
    json_put_str(j, NULL, name);
}

/* Hands on the tiers whose name contains what was typed. */
struct typed {
    struct json *j;
    struct str part;
};

static void put_containing(void *to, struct str name)
{
    struct typed *t = to;
    if (str_find(name, t->part) >= 0)
        put_name(t->j, name);
}

/* Tiers of the model of that name; none of an unknown one. */
static enum rc suggest_tiers(struct json *j, struct tx *tx, struct str model, struct str part,
                             struct err *e)
{
    struct query_names names = query_names_sql(tx);
    struct typed typed = {j, part};
    struct name_found found;
    enum rc rc = names.find(names.ctx, tx_arena(tx), NAME_TIER_MODEL, 0, model, &found, e);
    if (rc != RC_OK || found.n == 0)
        return rc;
    return names.each(names.ctx, tx_arena(tx), NAME_TIER, found.ids[0], put_containing, &typed, e);
}

static enum rc suggest_cities(struct request *rq, struct tx *tx, struct str part, struct err *e)
{
    struct city_row *cities;
    size_t n;
    enum rc rc =
        catalogue_cities(tx, part, request_caller(rq)->scope_account, SUGGESTIONS, &cities, &n, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        put_name(reply_json(rq), cities[i].name);
    return rc;
}

/* Groups are seen by those who see their owner, here as in their list. */
static enum rc suggest_groups(struct request *rq, struct tx *tx, struct str part, struct err *e)
{
    struct group_row *groups;
    size_t n;
    struct group_filter f = {
        .scope_account = request_caller(rq)->scope_account, .q = part, .kind = STR_ABSENT, .level = STR_ABSENT};
    enum rc rc = group_list(tx, &f, INT64_MAX, INT64_MAX, SUGGESTIONS, &groups, &n, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        put_name(reply_json(rq), groups[i].name);
    return rc;
}

static enum rc suggest(struct request *rq, struct tx *tx, struct str what, struct err *e)
{
    struct json *j = reply_json(rq);
    struct str part = arg_given(rq, "q") ? arg_str(rq, "q") : STR("");
    if (str_eq(what, STR("tier")))
        return suggest_tiers(j, tx, arg_given(rq, "model") ? arg_str(rq, "model") : STR(""), part,
                             e);
    if (str_eq(what, STR("city")))
        return suggest_cities(rq, tx, part, e);
    if (str_eq(what, STR("group")) && request_caller(rq)->scope_account != 0)
        return suggest_groups(rq, tx, part, e);
    if (str_eq(what, STR("province")))
        return audience_provinces(tx, part, request_caller(rq)->scope_account, SUGGESTIONS,
                                  put_name, j, e);
    if (str_eq(what, STR("category")))
        return audience_categories(tx, part, SUGGESTIONS, put_name, j, e);
    for (size_t i = 0; i < sizeof WHATS / sizeof *WHATS; i++)
        if (str_eq(what, str_from(WHATS[i].what)))
            return query_names_like(tx, WHATS[i].kind, part, SUGGESTIONS, put_name, j, e);
    return RC_OK;
}

static enum rc suggest_run(struct request *rq, struct tx *tx, struct err *e)
{
    listing_open(rq);
    enum rc rc = suggest(rq, tx, arg_str(rq, "what"), e);
    listing_close(rq, STR_ABSENT, -1);
    return rc;
}

const struct route route_audience_suggest = {
    .method = GET,
    .path = "/api/audiences/suggest",
    .name = "audience_suggest",
    .need = PERM_AUDIENCE_READ,
    .scope = SCOPE_ROWS,
    .args =
        {
            {"what", ARG_CHOICE, .required = true,
             .choices = "tag|tag_group|staff|owner|team|group|stage|source|channel|product|"
                        "category|field|kind|audience|tier_model|tier|city|province|cycle",
             .zh = "要哪一类名称", .en = "names of what"},
            {"q", ARG_TEXT, .max = LIMIT_NAME, .zh = "已输入的部分", .en = "what was typed so far"},
            {"model", ARG_TEXT, .max = LIMIT_NAME, .zh = "what=tier 时的模型名称",
             .en = "name of the model, for what=tier"},
        },
    .run = suggest_run,
    .zh = "输入表达式时可用的名称，最多 50 个。",
    .en = "Names that may be written, at most 50.",
    .reply = "NameList",
};
