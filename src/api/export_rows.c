/* export_rows.c — replies that are trees, figures or columns, as rows of a table.
 *
 * A spreadsheet has rows of one kind. The catalogue of tags is a tree, the facts of the order data
 * are one object, the trend is a list for each column, moves name their tiers by id. Here each of
 * them is written anew as an array of flat objects, which the export then takes like any list.
 * Nothing is looked up: what the reply does not say, the table does not show.
 */
#include "api/export_rows.h"

#include "api/export_columns.h"

/* The members of an object, into one that is open. */
static void put_members(struct json *out, const struct json_value *object)
{
    for (size_t i = 0; i < json_count(object); i++) {
        struct str name;
        const struct json_value *v = json_member(object, i, &name);
        json_key(out, name);
        json_put_value(out, NULL, v);
    }
}

static void put_tags(struct json *out, const struct json_value *category,
                     const struct json_value *group)
{
    const struct json_value *tags = json_get(group, "tags");
    for (size_t i = 0; i < json_count(tags); i++) {
        json_open_object(out, NULL);
        json_put_value(out, "category", json_get(category, "name"));
        json_put_value(out, "group", json_get(group, "name"));
        put_members(out, json_at(tags, i));
        json_close_object(out);
    }
}

void export_tags(struct json *out, const struct json_value *reply, const struct json_value *asked,
                 bool english)
{
    (void)asked, (void)english;
    const struct json_value *categories = json_get(reply, "categories");
    json_open_array(out, NULL);
    for (size_t c = 0; c < json_count(categories); c++) {
        const struct json_value *groups = json_get(json_at(categories, c), "groups");
        for (size_t g = 0; g < json_count(groups); g++)
            put_tags(out, json_at(categories, c), json_at(groups, g));
    }
    json_close_array(out);
}

void export_facts(struct json *out, const struct json_value *reply, const struct json_value *asked,
                  bool english)
{
    (void)asked;
    struct arena a;
    arena_init(&a, 0);
    json_open_array(out, NULL);
    for (size_t i = 0; i < json_count(reply); i++) {
        struct str name;
        const struct json_value *v = json_member(reply, i, &name);
        bool money = export_kind(name) == SHEET_MONEY;
        json_open_object(out, NULL);
        json_put_str(out, "fact", export_title(&a, "report_facts", name, english));
        json_put_value(out, money ? "amount_fen" : "count", v);
        json_close_object(out);
    }
    json_close_array(out);
    arena_done(&a);
}

void export_trend(struct json *out, const struct json_value *reply, const struct json_value *asked,
                  bool english)
{
    (void)asked, (void)english;
    static const char *const columns[] = {"friends", "orders", "sale_fen"};
    const struct json_value *trend = json_get(reply, "trend");
    const struct json_value *days = json_get(trend, "days");
    json_open_array(out, NULL);
    for (size_t i = 0; i < json_count(days); i++) {
        json_open_object(out, NULL);
        json_put_value(out, "day", json_at(days, i));
        for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
            json_put_value(out, columns[c], json_at(json_get(trend, columns[c]), i));
        json_close_object(out);
    }
    json_close_array(out);
}

/* The name of the tier with this id; null stands for "in none". */
static const struct json_value *tier_name(const struct json_value *reply,
                                          const struct json_value *id)
{
    const struct json_value *nodes = json_get(reply, "nodes");
    for (size_t i = 0; i < json_count(nodes); i++) {
        const struct json_value *node = json_at(nodes, i);
        if (json_int_or(json_get(node, "tier_id"), 0) == json_int_or(id, 0))
            return json_get(node, "name");
    }
    return NULL;
}

void export_tier_moves(struct json *out, const struct json_value *reply,
                       const struct json_value *asked, bool english)
{
    (void)asked, (void)english;
    const struct json_value *links = json_get(reply, "links");
    json_open_array(out, NULL);
    for (size_t i = 0; i < json_count(links); i++) {
        const struct json_value *link = json_at(links, i);
        json_open_object(out, NULL);
        json_put_value(out, "source", tier_name(reply, json_get(link, "source")));
        json_put_value(out, "target", tier_name(reply, json_get(link, "target")));
        json_put_value(out, "customers", json_get(link, "customers"));
        json_close_object(out);
    }
    json_close_array(out);
}

void export_tier_history(struct json *out, const struct json_value *reply,
                         const struct json_value *asked, bool english)
{
    (void)asked, (void)english;
    const struct json_value *history = json_get(reply, "history");
    json_open_array(out, NULL);
    for (size_t i = 0; i < json_count(history); i++) {
        const struct json_value *run = json_at(history, i);
        const struct json_value *tiers = json_get(run, "tiers");
        for (size_t k = 0; k < json_count(tiers); k++) {
            const struct json_value *tier = json_at(tiers, k);
            json_open_object(out, NULL);
            json_put_value(out, "at_s", json_get(run, "at_s"));
            json_put_value(out, "tier", tier_name(reply, json_get(tier, "tier_id")));
            json_put_value(out, "customers", json_get(tier, "customers"));
            json_close_object(out);
        }
    }
    json_close_array(out);
}

void export_due(struct json *out, const struct json_value *reply, const struct json_value *asked,
                bool english)
{
    (void)asked, (void)english;
    static const char *const parts[] = {"overdue", "due"};
    json_open_array(out, NULL);
    for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
        const struct json_value *bars = json_get(reply, parts[p]);
        for (size_t i = 0; i < json_count(bars); i++) {
            const struct json_value *bar = json_at(bars, i);
            json_open_object(out, NULL);
            json_put_value(out, "from_day", json_get(bar, "from"));
            json_put_value(out, "to_day", json_get(bar, "to"));
            json_put_value(out, "customers", json_get(bar, "customers"));
            json_put_value(out, "expression", json_get(bar, "expression"));
            json_close_object(out);
        }
    }
    json_close_array(out);
}
