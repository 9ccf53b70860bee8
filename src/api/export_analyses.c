/* export_analyses.c — see export_analyses.h. Lists of events are called as people call them; with a
 * condition they are said as they were asked, since their names do not say it.
 */
#include "api/export_analyses.h"

#include "api/export_terms.h"
#include "base/arena.h"

#include <math.h>

static int64_t number(const struct json_value *object, const char *key)
{
    return json_int_or(json_get(object, key), 0);
}

static struct str events_at(const struct json_value *lists, int64_t i, bool english)
{
    const struct json_value *list = i >= 0 ? json_at(lists, (size_t)i) : NULL;
    struct str text = json_str_or(json_get(list, "text"), STR_ABSENT);
    if (str_absent(text) || str_find(text, STR(" where ")) >= 0)
        return text;
    return json_str_or(json_get(list, english ? "en" : "zh"), text);
}

/* To a ten-thousandth; null of nothing. */
static void put_share(struct json *out, const char *key, int64_t part, int64_t whole)
{
    if (whole > 0)
        json_put_double(out, key, round(1e4 * (double)part / (double)whole) / 1e4);
    else
        json_put_null(out, key);
}

static void put_hours(struct json *out, const char *key, int64_t seconds)
{
    json_put_double(out, key, round((double)seconds / 36.0) / 100);
}

/* ---- funnel ---- */

static void put_group(struct json *out, const struct json_value *steps,
                      const struct json_value *group, struct str name, bool english)
{
    const struct json_value *levels = json_get(group, "levels");
    int64_t first = number(json_at(levels, 0), "customers"), last = first;
    for (size_t k = 0; k < json_count(levels); k++) {
        const struct json_value *level = json_at(levels, k);
        int64_t customers = number(level, "customers");
        json_open_object(out, NULL);
        json_put_str(out, "group", name);
        json_put_int(out, "step", (int64_t)k + 1);
        json_put_str(out, "event", events_at(steps, (int64_t)k, english));
        json_put_int(out, "customers", customers);
        put_share(out, "from_last", customers, last);
        put_share(out, "from_first", customers, first);
        json_put_int(out, "lost", last - customers);
        put_hours(out, "p25_h", number(level, "p25_s"));
        put_hours(out, "p50_h", number(level, "p50_s"));
        put_hours(out, "p75_h", number(level, "p75_s"));
        put_hours(out, "p90_h", number(level, "p90_s"));
        json_close_object(out);
        last = customers;
    }
}

void export_funnel(struct json *out, const struct json_value *reply, const struct json_value *asked,
                   bool english)
{
    const struct json_value *groups = json_get(reply, "groups");
    struct str by = json_str_or(json_get(asked, "by"), STR(""));
    json_open_array(out, NULL);
    for (size_t i = 0; i < json_count(groups); i++) {
        const struct json_value *group = json_at(groups, i);
        struct str nobody = i == 0 ? (english ? STR("all") : STR("全部"))
                                   : (english ? STR("(none)") : STR("（无）"));
        struct str name = json_str_or(json_get(group, "name"), nobody);
        struct str said = export_term(by, name, english); /* female, male */
        put_group(out, json_get(reply, "steps"), group, str_absent(said) ? name : said, english);
    }
    json_close_array(out);
}

/* ---- retention ---- */

void export_retention(struct json *out, const struct json_value *reply,
                      const struct json_value *asked, bool english)
{
    const struct json_value *cohorts = json_get(reply, "cohorts");
    bool amount = str_eq(json_str_or(json_get(asked, "measure"), STR("")), STR("amount"));
    (void)english;
    json_open_array(out, NULL);
    for (size_t i = 0; i < json_count(cohorts); i++) {
        const struct json_value *c = json_at(cohorts, i), *cells = json_get(c, "cells");
        json_open_object(out, NULL);
        json_put_value(out, "day", json_get(c, "day"));
        json_put_value(out, "customers", json_get(c, "customers"));
        json_open_array(out, "cells");
        for (size_t k = 0; k < json_count(cells); k++) {
            const struct json_value *cell = json_at(cells, k);
            if (amount && json_kind_of(cell) != JSON_NULL)
                json_put_double(out, NULL, (double)json_int_or(cell, 0) / 100);
            else
                json_put_value(out, NULL, cell);
        }
        json_close_array(out);
        json_close_object(out);
    }
    json_close_array(out);
}

/* ---- counts ---- */

static void put_series(struct json *out, const struct json_value *series,
                       const struct json_value *bucket, bool english)
{
    const struct json_value *cells = json_get(bucket, "series");
    for (size_t k = 0; k < json_count(cells); k++) {
        const struct json_value *cell = json_at(cells, k);
        json_open_object(out, NULL);
        json_put_value(out, "day", json_get(bucket, "day"));
        json_put_str(out, "series", events_at(series, (int64_t)k, english));
        json_put_value(out, "events", json_get(cell, "events"));
        json_put_value(out, "customers", json_get(cell, "customers"));
        json_close_object(out);
    }
}

void export_counts(struct json *out, const struct json_value *reply, const struct json_value *asked,
                   bool english)
{
    const struct json_value *buckets = json_get(reply, "buckets");
    const struct json_value *series = json_get(reply, "series");
    (void)asked;
    json_open_array(out, NULL);
    for (size_t i = 0; i < json_count(buckets); i++)
        put_series(out, series, json_at(buckets, i), english);
    put_series(out, series, json_get(reply, "all"), english);
    json_close_array(out);
}

/* ---- paths ---- */

/* All visits that were at a node at a step. */
static int64_t visits_at(const struct json_value *links, int64_t step, int64_t from)
{
    int64_t n = 0;
    for (size_t i = 0; i < json_count(links); i++) {
        const struct json_value *l = json_at(links, i);
        if (number(l, "step") == step && number(l, "from") == from)
            n += number(l, "visits");
    }
    return n;
}

void export_paths(struct json *out, const struct json_value *reply, const struct json_value *asked,
                  bool english)
{
    const struct json_value *links = json_get(reply, "links"), *nodes = json_get(reply, "nodes");
    bool backwards = json_bool_or(json_get(asked, "backwards"), false);
    struct str end = backwards ? (english ? STR("(began)") : STR("（访问开始）"))
                               : (english ? STR("(left)") : STR("（离开）"));
    json_open_array(out, NULL);
    for (size_t i = 0; i < json_count(links); i++) {
        const struct json_value *l = json_at(links, i);
        int64_t step = number(l, "step"), from = number(l, "from"), to = number(l, "to");
        json_open_object(out, NULL);
        json_put_int(out, "step", step + 1);
        json_put_str(out, "node_from", events_at(nodes, from, english));
        json_put_str(out, "node_to", to < 0 ? end : events_at(nodes, to, english));
        json_put_int(out, "visits", number(l, "visits"));
        put_share(out, "share", number(l, "visits"), visits_at(links, step, from));
        json_close_object(out);
    }
    json_close_array(out);
}

/* ---- repurchase ---- */

/* "3", and "10+" of the last, which has all above it as well. */
static void put_place(struct json *out, const char *key, int64_t n, bool last)
{
    struct arena a;
    arena_init(&a, 0);
    json_put_str(out, key, arena_printf(&a, "%lld%s", (long long)n, last ? "+" : ""));
    arena_done(&a);
}

void export_again(struct json *out, const struct json_value *reply, const struct json_value *asked,
                  bool english)
{
    const struct json_value *times = json_get(reply, "times");
    (void)asked, (void)english;
    json_open_array(out, NULL);
    for (size_t i = 0; i < json_count(times); i++) {
        int64_t customers = json_int_or(json_at(times, i), 0);
        json_open_object(out, NULL);
        put_place(out, "times", (int64_t)i + 1, i + 1 == json_count(times));
        json_put_int(out, "customers", customers);
        put_share(out, "share", customers, number(reply, "buyers"));
        json_close_object(out);
    }
    json_close_array(out);
}

void export_intervals(struct json *out, const struct json_value *reply,
                      const struct json_value *asked, bool english)
{
    const struct json_value *intervals = json_get(reply, "intervals");
    size_t last = json_count(intervals);
    int64_t so_far = 0;
    (void)asked, (void)english;
    while (last > 0 && json_int_or(json_at(intervals, last - 1), 0) == 0)
        last--;
    json_open_array(out, NULL);
    for (size_t i = 0; i < last; i++) {
        int64_t count = json_int_or(json_at(intervals, i), 0);
        so_far += count;
        json_open_object(out, NULL);
        put_place(out, "days", (int64_t)i, i + 1 == json_count(intervals));
        json_put_int(out, "count", count);
        put_share(out, "so_far", so_far, number(reply, "n_intervals"));
        json_close_object(out);
    }
    json_close_array(out);
}
