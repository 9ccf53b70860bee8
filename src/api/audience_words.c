/* audience_words.c — the vocabulary of the audience language, for the builder and for completion.
 *
 * Attributes come from the table the parser itself reads (query/word.h), so what is offered is what
 * is understood; custom fields and kinds of events come from the database. Only the functions that
 * are no attribute, and the windows, are listed here by hand; a test has each of them parsed.
 */
#include "api/audience_names.h"
#include "api/routes.h"
#include "domain/app.h"
#include "query/print.h"
#include "query/word.h"
#include "store/clv.h"
#include "store/cycle.h"
#include "store/field.h"

static const char *const TYPES[TYPE_COUNT] = {
    [TYPE_TEXT] = "text",         [TYPE_CHOICE] = "choice",   [TYPE_NUMBER] = "number",
    [TYPE_MONEY] = "money",       [TYPE_PERCENT] = "percent", [TYPE_TIME] = "time",
    [TYPE_BIRTHDAY] = "birthday", [TYPE_DUE] = "due",         [TYPE_NAME] = "name",
    [TYPE_STAFF] = "staff",       [TYPE_TIER] = "tier",       [TYPE_FIELD] = "field",
    [TYPE_FLAG] = "flag",         [TYPE_DAY] = "day",         [TYPE_DECIMAL] = "decimal",
};

static const char *const NAMES[NAME_KINDS] = {
    [NAME_TAG] = "tag",         [NAME_STAFF] = "staff",   [NAME_GROUP] = "group",
    [NAME_STAGE] = "stage",     [NAME_SOURCE] = "source", [NAME_CHANNEL] = "channel",
    [NAME_PRODUCT] = "product", [NAME_TIER] = "tier",     [NAME_CYCLE] = "cycle",
};

static const char *const OPS[OP_COUNT] = {
    "=",       "!=",       "<",        "<=",         ">",       ">=",      "in",
    "between", "contains", "is known", "is unknown", "is none", "in team", "within",
};

/* Functions that stand for a condition of their own, and how they are called in the builder. */
static const struct {
    const char *word, *example, *zh, *en;
} FUNCTIONS[] = {
    {"tag", "tag(\"VIP\")", "有标签", "has a tag"},
    {"tag_group", "tag_group(\"兴趣\")", "有某组的标签", "has a tag of a group"},
    {"group", "group(any)", "在群里", "is in a group"},
    {"ever", "ever(order, last 90d)", "做过", "did"},
    {"never", "never(order, last 90d)", "没做过", "did not"},
    {"seq", "seq(view -> order, within 7d)", "依次做过", "did in order"},
    {"audience", "audience(\"名称\")", "属于人群", "is in an audience"},
    {"sample", "sample(\"A\", 10%)", "固定随机比例", "a stable random share"},
    {"tier", "tier(\"模型\") = \"层\"", "属于分层", "is in a tier"},
    {"due", "due(\"周期\") in next 7d", "到期", "is due"},
};

/* How a time is written after a comma or `within`. */
static const struct {
    const char *word, *zh, *en;
} WINDOWS[] = {
    {"last 7d", "最近 7 天", "in the last 7 days"},
    {"last 30d", "最近 30 天", "in the last 30 days"},
    {"last 90d", "最近 90 天", "in the last 90 days"},
    {"last period", "本周期", "in the period"},
    {"before period", "本周期之前", "before the period"},
    {"today", "今天", "today"},
    {"yesterday", "昨天", "yesterday"},
    {"this week", "本周", "this week"},
    {"this month", "本月", "this month"},
    {"this quarter", "本季度", "this quarter"},
    {"this year", "今年", "this year"},
    {"last week", "上周", "last week"},
    {"last month", "上月", "last month"},
    {"since 2026-01-01", "从某日起", "since a day"},
    {"before 2026-01-01", "某日之前", "before a day"},
    {"between 2026-01-01 and 2026-01-31", "两日之间", "between two days"},
};

static void put_operators(struct json *j, enum type type)
{
    json_open_array(j, "operators");
    for (enum op op = 0; op < OP_COUNT; op++)
        if (type_allows(type, op))
            json_put_z(j, NULL, OPS[op]);
    json_close_array(j);
}

static void put_choices(struct json *j, enum what what, enum type type)
{
    json_open_array(j, "choices");
    for (const struct choice *c = choice_list(what); type == TYPE_CHOICE && c->word != NULL; c++) {
        json_open_object(j, NULL);
        json_put_z(j, "word", c->word);
        json_put_z(j, "zh", c->zh);
        json_put_z(j, "en", c->en);
        json_close_object(j);
    }
    json_close_array(j);
}

/* One word; `names` (may be NULL) is what to ask audiences/suggest for. */
static void put_word(struct json *j, enum what what, const char *word, const char *names)
{
    const struct what_row *row = what_row(what);
    json_open_object(j, NULL);
    json_put_z(j, "word", word);
    json_put_z(j, "subject",
               row->where == IN_GROUP   ? "group"
               : row->where == IN_EVENT ? "event"
                                        : "customer");
    json_put_z(j, "type", TYPES[row->type]);
    json_put_z(j, "names", names);
    put_operators(j, row->type);
    put_choices(j, what, row->type);
    json_put_z(j, "zh", row->zh);
    json_put_z(j, "en", row->en);
    json_close_object(j);
}

/* Texts whose values can be suggested though they are no names. */
static const char *suggested(enum what what)
{
    switch (what) {
    case WHAT_CITY:
        return "city";
    case WHAT_PROVINCE:
        return "province";
    case WHAT_EVENT_CATEGORY:
        return "category";
    default:
        return what_row(what)->name < NAME_KINDS ? NAMES[what_row(what)->name] : NULL;
    }
}

/* A custom field as an attribute "field.key". Sensitive ones cannot be asked for. */
static void put_field(struct json *j, struct arena *a, const struct field *f)
{
    static const struct {
        const char *type;
        enum type as;
    } KINDS[] = {{"text", TYPE_TEXT},
                 {"number", TYPE_DECIMAL},
                 {"day", TYPE_DAY},
                 {"choice", TYPE_TEXT},
                 {"yes_no", TYPE_CHOICE}};
    enum type type = TYPE_TEXT;
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++)
        if (str_eq(f->type, str_from(KINDS[i].type)))
            type = KINDS[i].as;
    json_open_object(j, NULL);
    json_put_str(j, "word", arena_printf(a, "field." STR_FMT, STR_ARG(f->key)));
    json_put_z(j, "subject", "customer");
    json_put_str(j, "type", f->type);
    json_put_null(j, "names");
    put_operators(j, type);
    json_put_raw(j, "choices", str_absent(f->choices) ? STR("[]") : f->choices);
    json_put_str(j, "zh", f->name);
    json_put_str(j, "en", f->name);
    json_close_object(j);
}

/* A cycle as an attribute: due("name"). */
static void put_cycle(struct json *j, struct arena *a, const struct cycle *c)
{
    struct buf word;
    buf_init(&word, 4096);
    buf_addz(&word, "due(");
    print_text(c->name, &word);
    buf_addc(&word, ')');
    json_open_object(j, NULL);
    json_put_str(j, "word", buf_str(&word));
    json_put_z(j, "subject", "customer");
    json_put_z(j, "type", TYPES[TYPE_DUE]);
    json_put_null(j, "names");
    put_operators(j, TYPE_DUE);
    json_put_raw(j, "choices", STR("[]"));
    json_put_str(j, "zh", arena_printf(a, "“" STR_FMT "”到期", STR_ARG(c->name)));
    json_put_str(j, "en", arena_printf(a, "due: " STR_FMT, STR_ARG(c->name)));
    json_close_object(j);
    buf_done(&word);
}

static enum rc put_attributes(struct request *rq, struct tx *tx, struct err *e)
{
    struct json *j = reply_json(rq);
    struct field *fields;
    struct cycle *cycles;
    size_t n, n_cycles;
    int64_t horizon_s;
    enum rc rc = field_list(tx, &fields, &n, e);
    if (rc == RC_OK)
        rc = clv_horizon_s(tx, &horizon_s, e);
    if (rc == RC_OK)
        rc = cycle_list(tx, &cycles, &n_cycles, e);
    if (rc != RC_OK)
        return rc;
    json_open_array(j, "attributes");
    for (enum what w = 0; w < WHAT_COUNT_OF; w++) {
        const struct what_row *row = what_row(w);
        if (!row->measure && w != WHAT_CLV && w != WHAT_DUE && row->type != TYPE_FIELD &&
            row->type != TYPE_TIER)
            put_word(j, w, row->word, suggested(w));
    }
    if (horizon_s > 0)
        put_word(j, WHAT_CLV,
                 arena_printf(request_arena(rq), "clv(" STR_FMT ")",
                              STR_ARG(duration_word(request_arena(rq), horizon_s)))
                     .p,
                 NULL);
    for (size_t i = 0; i < n; i++)
        if (fields[i].archived_s == DB_NULL && !str_eq(fields[i].class, STR("sensitive")))
            put_field(j, request_arena(rq), &fields[i]);
    for (size_t i = 0; i < n_cycles; i++)
        put_cycle(j, request_arena(rq), &cycles[i]);
    json_close_array(j);
    return RC_OK;
}

static void put_functions(struct json *j)
{
    json_open_array(j, "functions");
    for (enum what w = 0; w < WHAT_COUNT_OF; w++)
        if (what_row(w)->measure)
            put_word(j, w, what_row(w)->word, NULL);
    for (size_t i = 0; i < sizeof FUNCTIONS / sizeof *FUNCTIONS; i++) {
        json_open_object(j, NULL);
        json_put_z(j, "word", FUNCTIONS[i].word);
        json_put_z(j, "example", FUNCTIONS[i].example);
        json_put_z(j, "zh", FUNCTIONS[i].zh);
        json_put_z(j, "en", FUNCTIONS[i].en);
        json_close_object(j);
    }
    json_close_array(j);
    json_open_array(j, "windows");
    for (size_t i = 0; i < sizeof WINDOWS / sizeof *WINDOWS; i++) {
        json_open_object(j, NULL);
        json_put_z(j, "word", WINDOWS[i].word);
        json_put_z(j, "zh", WINDOWS[i].zh);
        json_put_z(j, "en", WINDOWS[i].en);
        json_close_object(j);
    }
    json_close_array(j);
}

static enum rc words_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    enum rc rc = put_attributes(rq, tx, e);
    if (rc == RC_OK)
        rc = audience_put_kinds(j, tx, e);
    if (rc != RC_OK)
        return rc;
    put_functions(j);
    json_close_object(j);
    return RC_OK;
}

const struct route route_audience_words = {
    .method = GET,
    .path = "/api/audiences/words",
    .name = "audience_words",
    .need = PERM_AUDIENCE_READ,
    .scope = SCOPE_NONE,
    .run = words_run,
    .zh = "人群语言的词汇：属性、事件、函数、时间。",
    .en = "The words of the audience language: attributes, kinds, functions, windows.",
    .reply = "AudienceWords",
};
