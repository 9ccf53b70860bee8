/* corp_names.c — see corp_names.h: one row of a table for each kind of name. */
#include "corp_names.h"

#include "base/calendar.h"
#include "query/sql/audience_sql.h"

#include <string.h>

enum { MOST_NAMES = 60 };

#define SELECT(query)                                                                              \
    {                                                                                              \
        .text = "SELECT " query " LIMIT 60", .out = "s"                                            \
    }
#define FIELDS(of_type)                                                                            \
    SELECT("key FROM field /*scan*/ WHERE type = '" of_type "' AND class <> 'sensitive'"           \
           " AND archived_s IS NULL ORDER BY position, id")
#define MOST_OFTEN(column)                                                                         \
    SELECT(column " FROM customer /*scan*/ WHERE " column " <> '' GROUP BY " column                \
                  " ORDER BY count(*) DESC, " column)
/* Not order, refund and item, which have productions of their own; 43 are retractions. */
#define OTHER_KINDS "kind NOT IN (11, 12, 13, 43)"

/* How the names of a list are found; `before` and `after` make an expression of one to try it with,
 * NULL where any text will do. */
static const struct kind {
    enum random_list_of list;
    const char *what;
    struct sql sql;
    const char *before, *after;
    bool bare; /* written without quotes */
} KINDS[] = {
    {RANDOM_USERIDS, "staff", SELECT("userid FROM staff /*scan*/ ORDER BY id"), "staff = ", "", 0},
    {RANDOM_STAFF_NAMES, "names of staff", SELECT("name FROM staff /*scan*/ ORDER BY id"),
     "staff = ", "", 0},
    {RANDOM_TEAMS, "teams", SELECT("name FROM department /*scan*/ ORDER BY id"), "staff in team(",
     ")", 0},
    {RANDOM_TAGS, "tags",
     SELECT("t.name FROM tag t /*scan*/ WHERE archived_s IS NULL UNION SELECT p.name || '/' ||"
            " t.name FROM tag t JOIN tag_group p ON p.id = t.group_id WHERE t.archived_s IS NULL"
            " ORDER BY 1"),
     "tag(", ")", 0},
    {RANDOM_TAG_GROUPS, "tag groups", SELECT("name FROM tag_group /*scan*/ ORDER BY id"),
     "tag_group(", ")", 0},
    {RANDOM_GROUPS, "groups",
     SELECT("name FROM chat_group /*scan*/ WHERE dismissed_s IS NULL ORDER BY id"), "group(", ")",
     0},
    {RANDOM_STAGES, "stages", SELECT("name FROM stage /*scan*/ ORDER BY position, id"),
     "stage = ", "", 0},
    {RANDOM_CHANNELS, "channels", SELECT("name FROM channel /*scan*/ ORDER BY id"),
     "ever(order where channel = ", ")", 0},
    {RANDOM_SOURCES, "sources",
     SELECT("name FROM source /*scan*/ WHERE archived_s IS NULL ORDER BY id"), "source = ", "", 0},
    {RANDOM_PRODUCTS, "products",
     SELECT("code FROM product /*scan*/ UNION SELECT name FROM product ORDER BY 1"),
     "ever(item where product = ", ")", 0},
    {RANDOM_CATEGORIES, "categories",
     SELECT("DISTINCT category FROM product /*scan*/ WHERE category <> '' ORDER BY 1"),
     "ever(item where category = ", ")", 0},
    {RANDOM_CITIES, "cities", MOST_OFTEN("city"), "city = ", "", 0},
    {RANDOM_PROVINCES, "provinces", MOST_OFTEN("province"), "province = ", "", 0},
    {RANDOM_NICKNAMES, "nicknames", MOST_OFTEN("nickname"), "nickname = ", "", 0},
    {RANDOM_TEXT_FIELDS, "text fields", FIELDS("text"), "field.", " is known", true},
    {RANDOM_NUMBER_FIELDS, "number fields", FIELDS("number"), "field.", " is known", true},
    {RANDOM_DAY_FIELDS, "day fields", FIELDS("day"), "field.", " is known", true},
    {RANDOM_CHOICE_FIELDS, "choice fields", FIELDS("choice"), "field.", " is known", true},
    {RANDOM_YES_NO_FIELDS, "yes-no fields", FIELDS("yes_no"), "field.", " is known", true},
    {RANDOM_FIELD_VALUES, "values of fields",
     SELECT("DISTINCT v.value_text FROM customer_field v /*scan*/ JOIN field f ON f.id = v.field_id"
            " WHERE v.value_text <> '' AND f.class <> 'sensitive' ORDER BY 1"),
     "city = ", "", 0},
    {RANDOM_KINDS, "kinds of events",
     SELECT("name FROM event_kind /*scan*/ WHERE id IN (SELECT kind FROM event WHERE " OTHER_KINDS
            ") ORDER BY id"),
     "ever(", ")", true},
    {RANDOM_QUOTED_KINDS, "kinds of events",
     SELECT("name FROM event_kind /*scan*/ WHERE id IN (SELECT kind FROM event WHERE " OTHER_KINDS
            ") ORDER BY id"),
     "ever(", ")", 0},
    {RANDOM_STEPS,
     "events of customers",
     {.text = "SELECT k.name FROM event e /*scan*/ JOIN event_kind k ON k.id = e.kind"
              " WHERE e." OTHER_KINDS " AND k.touch = 0 GROUP BY k.id, k.name"
              " ORDER BY count(*) DESC, k.id LIMIT 6",
      .out = "s"},
     "ever(",
     ")",
     true},
    {RANDOM_MODELS, "tier models",
     SELECT("name FROM tier_model m /*scan*/ WHERE archived_s IS NULL AND subject = 'customer' AND"
            " EXISTS (SELECT 1 FROM tier t WHERE t.model_id = m.id AND t.removed_s IS NULL)"
            " ORDER BY id"),
     "tier(", ") is none", 0},
    {RANDOM_HORIZONS, "horizons of lifetime value",
     SELECT("CAST(period_s / 604800 AS TEXT) || 'w' FROM score_fit /*scan*/ WHERE kind = 'clv'"
            " AND applied = 1 ORDER BY at_s DESC"),
     "clv(", ") is known", true},
    {RANDOM_CYCLES, "cycles", SELECT("name FROM cycle /*scan*/ ORDER BY id"), "due(",
     ") in next 7d", 0},
    {RANDOM_PAST_CYCLES, "cycles with a history", SELECT("name FROM cycle /*scan*/ ORDER BY id"),
     "due(", ") is known as of 2026-01-01", 0},
    {RANDOM_AUDIENCES, "audiences",
     SELECT("name FROM audience /*scan*/ WHERE archived_s IS NULL ORDER BY id"), "audience(", ")",
     0},
    {RANDOM_PAST_AUDIENCES, "audiences with a history",
     SELECT("name FROM audience /*scan*/ WHERE archived_s IS NULL ORDER BY id"), "audience(",
     ") as of 2026-01-01", 0},
};

static const struct sql TIERS = {
    .text = "SELECT t.name FROM tier t /*scan*/ JOIN tier_model m ON m.id = t.model_id"
            " WHERE m.name = $1 AND t.removed_s IS NULL ORDER BY t.position LIMIT 60",
    .in = "s",
    .out = "s",
};
static const struct sql LARGEST_GROUP = {
    .text = "SELECT count(*) FROM group_member /*scan*/ WHERE left_s IS NULL GROUP BY group_id"
            " ORDER BY 1 DESC LIMIT 1",
    .out = "i",
};

/* Whether the language takes a name of that kind. */
static bool accepted(struct tx *tx, const struct kind *kind, struct str name)
{
    struct buf b;
    struct err e = ERR_INIT;
    const struct audience_expr *x;
    struct query_names names = query_names_sql(tx);
    buf_init(&b, 4096);
    buf_addz(&b, kind->before);
    buf_addz(&b, kind->bare ? "" : "\"");
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] == '"' || name.p[i] == '\\')
            buf_addc(&b, '\\');
        buf_addc(&b, name.p[i]);
    }
    buf_addz(&b, kind->bare ? "" : "\"");
    buf_addz(&b, kind->after);
    bool ok = !b.failed &&
              audience_read(tx_arena(tx), &names, AUDIENCE_CUSTOMER, buf_str(&b), &x, &e) == RC_OK;
    buf_done(&b);
    return ok;
}

/* The rows of a query as a list; `kind` NULL takes all of them. */
static enum rc read_list(struct tx *tx, struct arena *a, struct rows *rows, const struct kind *kind,
                         struct random_list *out, struct err *e)
{
    const char **names = ARENA_ARRAY(a, const char *, MOST_NAMES);
    int n = 0, kept = 0;
    while (n < MOST_NAMES && rows_next(rows))
        names[n++] = arena_z(a, rows_str(rows, 0));
    enum rc rc = rows_end(rows, e);
    for (int i = 0; i < n; i++)
        if (kind == NULL || accepted(tx, kind, str_from(names[i])))
            names[kept++] = names[i];
    *out = (struct random_list){names, kept};
    return rc;
}

static enum rc read_tiers(struct tx *tx, struct arena *a, struct random_names *out, struct err *e)
{
    const struct random_list *models = &out->list[RANDOM_MODELS];
    struct random_list *tiers = ARENA_ARRAY(a, struct random_list, MOST_NAMES);
    enum rc rc = RC_OK;
    for (int i = 0; i < models->n && rc == RC_OK; i++) {
        struct rows *rows;
        rc = tx_query(tx, &TIERS, &rows, e, str_from(models->of[i]));
        if (rc == RC_OK)
            rc = read_list(tx, a, rows, NULL, &tiers[i], e);
    }
    out->tiers = tiers;
    return rc;
}

/* The last character of the first name, for `contains`. */
static void make_part(struct arena *a, struct random_names *names, enum random_list_of of,
                      enum random_list_of parts)
{
    const struct random_list *l = &names->list[of];
    const char **part = ARENA_ARRAY(a, const char *, 1);
    if (l->n == 0)
        return;
    struct str first = str_from(l->of[0]);
    size_t most = str_utf8_count(first) - 1;
    part[0] = l->of[0] + str_utf8_prefix(first, most).n;
    names->list[parts] = (struct random_list){part, 1};
}

static void make_parts(struct arena *a, struct random_names *names)
{
    make_part(a, names, RANDOM_GROUPS, RANDOM_GROUP_PARTS);
    make_part(a, names, RANDOM_CATEGORIES, RANDOM_CATEGORY_PARTS);
    make_part(a, names, RANDOM_CITIES, RANDOM_CITY_PARTS);
    make_part(a, names, RANDOM_PROVINCES, RANDOM_PROVINCE_PARTS);
    make_part(a, names, RANDOM_NICKNAMES, RANDOM_NICKNAME_PARTS);
    make_part(a, names, RANDOM_FIELD_VALUES, RANDOM_FIELD_PARTS);
    if (names->list[RANDOM_FIELD_VALUES].n == 0)
        names->list[RANDOM_TEXT_FIELDS].n = names->list[RANDOM_CHOICE_FIELDS].n = 0;
}

enum rc corp_names_load(struct tx *tx, struct arena *a, int64_t now_s, struct random_names *out,
                        struct buf *lacks, struct err *e)
{
    int month, day;
    int64_t most = 0;
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        const struct kind *kind = &KINDS[i];
        struct rows *rows;
        enum rc rc = tx_query(tx, &kind->sql, &rows, e);
        if (rc == RC_OK)
            rc = read_list(tx, a, rows, kind, &out->list[kind->list], e);
        if (rc != RC_OK)
            return rc;
        if (out->list[kind->list].n == 0)
            buf_addf(lacks, "%s%s", lacks->n > 0 ? ", " : "", kind->what);
    }
    if (out->list[RANDOM_KINDS].n == 0 || out->list[RANDOM_STEPS].n == 0)
        return err_set(e, RC_NOT_FOUND, "no_events", NULL, "没有行为", "the corp has no events");
    make_parts(a, out);
    enum rc rc = read_tiers(tx, a, out, e);
    if (rc == RC_OK)
        rc = tx_int(tx, &LARGEST_GROUP, &most, e);
    out->most_members = (int)most + 1;
    out->most_matching = (int)most / 3 + 1;
    /* Dates that are written out lie behind us for the greater part. */
    calendar_civil_from_day(calendar_day_of(now_s - 120 * 86400), &out->year, &month, &day);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}
