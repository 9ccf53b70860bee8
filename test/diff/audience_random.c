/* audience_random.c — random expressions. Each production of the grammar has its function or its
 * line in a table; values are drawn from the names given, so that many answers are neither empty
 * nor everyone. A production that has no names is drawn again; names of one draw nothing. The
 * sequence of draws for the world is part of what a seed means: it does not change. */
#include "audience_random.h"

#include <assert.h>
#include <inttypes.h>

struct maker {
    struct rng *r;
    const struct random_names *names;
    struct buf *out;
    bool as_of; /* only what has a history */
};

static int pick(struct maker *m, int n)
{
    return (int)rng_below(m->r, (uint64_t)n);
}

static bool chance(struct maker *m, int percent)
{
    return pick(m, 100) < percent;
}

static void say(struct maker *m, const char *z)
{
    buf_addz(m->out, z);
}

static void quoted(struct maker *m, const char *z)
{
    buf_addc(m->out, '"');
    for (; *z != 0; z++) {
        if (*z == '"' || *z == '\\')
            buf_addc(m->out, '\\');
        buf_addc(m->out, *z);
    }
    buf_addc(m->out, '"');
}

static bool has(const struct maker *m, enum random_list_of list)
{
    return list == RANDOM_NOTHING || m->names->list[list].n > 0;
}

static const char *name(struct maker *m, enum random_list_of list)
{
    const struct random_list *l = &m->names->list[list];
    return l->of[l->n == 1 ? 0 : pick(m, l->n)];
}

static void one_of(struct maker *m, enum random_list_of list)
{
    quoted(m, name(m, list));
}

/* " = x", " != x", " in (…)" or is known, for values that `value` writes. */
static void equality(struct maker *m, void (*value)(struct maker *m), bool known)
{
    int k = pick(m, known ? 7 : 5);
    if (k >= 5) {
        say(m, k == 5 ? " is known" : " is unknown");
    } else if (k >= 3) {
        say(m, " in (");
        for (int i = 0, n = 1 + pick(m, 3); i < n; i++) {
            say(m, i > 0 ? ", " : "");
            value(m);
        }
        say(m, ")");
    } else {
        say(m, k == 0 ? " != " : " = ");
        value(m);
    }
}

static void contains(struct maker *m, enum random_list_of parts)
{
    say(m, " contains ");
    one_of(m, parts);
}

static void number(struct maker *m, int64_t low, int64_t high)
{
    buf_addf(m->out, "%" PRId64, rng_between(m->r, low, high));
}

/* An amount in yuan, sometimes with cents. */
static void amount(struct maker *m, int high)
{
    number(m, 0, high);
    if (chance(m, 30))
        buf_addf(m->out, ".%d", 1 + pick(m, 98));
}

static void comparison(struct maker *m, int64_t low, int64_t high, bool yuan)
{
    static const char *const OPS[] = {" = ", " != ", " < ", " <= ", " > ", " >= "};
    int k = pick(m, 10);
    if (k == 9) {
        int64_t a = rng_between(m->r, low, high), b = rng_between(m->r, low, high);
        buf_addf(m->out, " between %" PRId64 " and %" PRId64, a < b ? a : b, a < b ? b : a);
        return;
    }
    say(m, OPS[k < 6 ? k : 2 + k % 4]);
    if (yuan)
        amount(m, (int)high);
    else
        number(m, low, high);
}

/* A value out of a list of names. */
#define VALUE_OF(what, list)                                                                       \
    static void what##_value(struct maker *m)                                                      \
    {                                                                                              \
        one_of(m, list);                                                                           \
    }
VALUE_OF(channel, RANDOM_CHANNELS)
VALUE_OF(product, RANDOM_PRODUCTS)
VALUE_OF(category, RANDOM_CATEGORIES)
VALUE_OF(tag, RANDOM_TAGS)
VALUE_OF(group, RANDOM_GROUPS)
VALUE_OF(stage, RANDOM_STAGES)
VALUE_OF(city, RANDOM_CITIES)
VALUE_OF(province, RANDOM_PROVINCES)
VALUE_OF(nickname, RANDOM_NICKNAMES)
VALUE_OF(source, RANDOM_SOURCES)
VALUE_OF(field_text, RANDOM_FIELD_VALUES)

/* ---- time ---- */

static void day(struct maker *m)
{
    buf_addf(m->out, "%d-%02d-%02d", m->names->year, 1 + pick(m, 12), 1 + pick(m, 28));
}

static void moment(struct maker *m)
{
    if (chance(m, 60))
        day(m);
    else
        buf_addf(m->out, "\"%d-%02d-%02d %02d:%02d%s\"", m->names->year, 1 + pick(m, 11),
                 1 + pick(m, 28), pick(m, 24), pick(m, 60), chance(m, 30) ? ":30" : "");
}

static void between(struct maker *m, bool times)
{
    int a = 1 + pick(m, 10), b = a + 1 + pick(m, 11 - a), year = m->names->year;
    bool time = times && chance(m, 30);
    buf_addf(m->out,
             time ? "between \"%d-%02d-05 10:30\" and %d-%02d-20"
                  : "between %d-%02d-05 and %d-%02d-20",
             year, a, year, b);
}

static const char *const UNITS[] = {"week", "month", "quarter", "year"};

static void length(struct maker *m, bool hours)
{
    int k = pick(m, 10);
    if (k < 2)
        buf_addf(m->out, "%dw", 1 + pick(m, 30));
    else if (k < 4 && hours)
        buf_addf(m->out, "%dh", 1 + pick(m, 200));
    else if (k == 4)
        say(m, "period");
    else
        buf_addf(m->out, "%dd", 1 + pick(m, chance(m, 50) ? 30 : 300));
}

/* A window of the past, as it stands behind a comma. `word` comes before those that want "in". */
static void window(struct maker *m, const char *word)
{
    int k = pick(m, 16);
    if (k < 12)
        say(m, word);
    switch (k) {
    case 0:
        say(m, "today");
        return;
    case 1:
        say(m, "yesterday");
        return;
    case 2:
    case 3:
        buf_addf(m->out, "this %s", UNITS[pick(m, 4)]);
        return;
    case 4:
    case 5:
        buf_addf(m->out, "last %s", UNITS[pick(m, 4)]);
        return;
    case 12:
        between(m, true);
        return;
    case 13:
        say(m, "since ");
        moment(m);
        return;
    case 14:
        say(m, "before ");
        moment(m);
        return;
    case 15:
        say(m, "before period");
        return;
    default:
        say(m, "last ");
        length(m, true);
    }
}

/* A window of days, future ones too. */
static void days_window(struct maker *m, bool birthday)
{
    int k = pick(m, birthday ? 8 : 11);
    say(m, k < 7 ? " in " : " ");
    switch (k) {
    case 0:
        say(m, chance(m, 50) ? "today" : "yesterday");
        return;
    case 1:
        buf_addf(m->out, "this %s", UNITS[pick(m, 4)]);
        return;
    case 2:
        buf_addf(m->out, "next %s", UNITS[pick(m, 4)]);
        return;
    case 3:
        buf_addf(m->out, "last %s", UNITS[pick(m, 4)]);
        return;
    case 4:
    case 5:
        say(m, "next ");
        length(m, false);
        return;
    case 6:
        say(m, "last ");
        length(m, false);
        return;
    case 7:
        between(m, false);
        return;
    case 8:
        say(m, "since ");
        day(m);
        return;
    case 9:
        say(m, "before ");
        day(m);
        return;
    default:
        say(m, "before period");
    }
}

static void maybe_window(struct maker *m)
{
    if (chance(m, 60)) {
        say(m, ", ");
        window(m, "");
    }
    say(m, ")");
}

/* ---- events ---- */

static void staff_value(struct maker *m)
{
    bool userid = chance(m, 50);
    one_of(m, userid || !has(m, RANDOM_STAFF_NAMES) ? RANDOM_USERIDS : RANDOM_STAFF_NAMES);
}

static void teams(struct maker *m)
{
    say(m, " in team(");
    one_of(m, RANDOM_TEAMS);
    if (chance(m, 20)) {
        say(m, ", ");
        one_of(m, RANDOM_TEAMS);
    }
    say(m, ")");
}

static void staff_test(struct maker *m)
{
    if (chance(m, 40) && has(m, RANDOM_TEAMS)) {
        teams(m);
        return;
    }
    bool list = chance(m, 40);
    say(m, list ? " in (" : " = ");
    staff_value(m);
    if (list && chance(m, 60)) {
        say(m, ", ");
        staff_value(m);
    }
    say(m, list ? ")" : "");
}

enum events_of { ANY_KIND, ORDERS, ITEMS };

/* A test of the filter, by its place in filter_test(), that there are names for. */
static int filter_kind(struct maker *m, enum events_of of)
{
    static const enum random_list_of NEEDS[13] = {
        [0] = RANDOM_CHANNELS, [1] = RANDOM_CHANNELS,   [2] = RANDOM_USERIDS, [5] = RANDOM_PRODUCTS,
        [6] = RANDOM_PRODUCTS, [7] = RANDOM_CATEGORIES, [9] = RANDOM_TAGS,    [10] = RANDOM_TAGS,
        [11] = RANDOM_GROUPS,  [12] = RANDOM_STAGES,
    };
    for (;;) {
        int k = pick(m, of == ORDERS ? 5 : of == ITEMS ? 9 : 13);
        if (has(m, NEEDS[k]))
            return k;
    }
}

static void filter_test(struct maker *m, enum events_of of)
{
    switch (filter_kind(m, of)) {
    case 0:
    case 1:
        say(m, "channel");
        equality(m, channel_value, true);
        return;
    case 2:
        say(m, "staff");
        staff_test(m);
        return;
    case 3:
        say(m, "amount");
        comparison(m, 0, 150, true);
        return;
    case 4:
        say(m, chance(m, 50)   ? "amount is unknown"
               : chance(m, 80) ? "amount is known"
               : chance(m, 50) ? "all"
                               : "none");
        return;
    case 5:
    case 6:
        say(m, "product");
        equality(m, product_value, true);
        return;
    case 7:
        say(m, "category");
        if (chance(m, 20))
            contains(m, RANDOM_CATEGORY_PARTS);
        else
            equality(m, category_value, true);
        return;
    case 8:
        say(m, of == ITEMS ? "quantity" : "object");
        comparison(m, 1, of == ITEMS ? 4 : 9, false);
        return;
    case 9:
    case 10:
        say(m, "tag");
        equality(m, tag_value, true);
        return;
    case 11:
        say(m, "group");
        equality(m, group_value, true);
        return;
    default:
        say(m, "stage");
        equality(m, stage_value, true);
    }
}

static void filter(struct maker *m, enum events_of of, int depth)
{
    if (depth > 0 && chance(m, 35)) {
        const char *word = chance(m, 50) ? " and " : " or ";
        say(m, "(");
        filter(m, of, depth - 1);
        say(m, word);
        filter(m, of, depth - 1);
        say(m, ")");
    } else if (chance(m, 15)) {
        say(m, "not ");
        filter(m, of, 0);
    } else {
        filter_test(m, of);
    }
}

static void where(struct maker *m, enum events_of of, int percent)
{
    if (!chance(m, percent))
        return;
    say(m, " where ");
    filter(m, of, 2);
}

static enum events_of events(struct maker *m, bool amount)
{
    int k = pick(m, 10);
    enum events_of of = k < 4 ? ORDERS : k < 6 ? ITEMS : ANY_KIND;
    if (of == ORDERS)
        say(m, chance(m, 70) ? (chance(m, 25) ? "order.kept" : "order") : "refund");
    else if (of == ITEMS)
        say(m, "item");
    else if (chance(m, 85))
        say(m, name(m, RANDOM_KINDS));
    else
        one_of(m, RANDOM_QUOTED_KINDS);
    if (amount)
        say(m, ".amount");
    where(m, of, 35);
    return of;
}

static void leaf_count(struct maker *m)
{
    static const char *const WORDS[] = {"count", "count", "days"};
    say(m, WORDS[pick(m, 3)]);
    say(m, "(");
    enum events_of of = events(m, false);
    maybe_window(m);
    comparison(m, 0, of == ANY_KIND ? 6 : 4, false);
}

static void leaf_amount(struct maker *m)
{
    static const char *const WORDS[] = {"sum", "sum", "avg", "min", "max"};
    say(m, WORDS[pick(m, 5)]);
    say(m, "(");
    events(m, true);
    maybe_window(m);
    comparison(m, 0, 300, true);
}

static void leaf_spend(struct maker *m)
{
    bool filtered = chance(m, 40);
    say(m, "spend(");
    if (filtered) {
        say(m, "where ");
        filter(m, ORDERS, 1);
    }
    if (chance(m, 60)) {
        say(m, filtered ? ", " : "");
        window(m, "");
    }
    say(m, ")");
    comparison(m, -50, 400, false);
}

static void leaf_ever(struct maker *m)
{
    say(m, chance(m, 50) ? "ever(" : "never(");
    events(m, false);
    maybe_window(m);
}

static void leaf_since(struct maker *m)
{
    say(m, chance(m, 60) ? "days_since(last " : "days_since(first ");
    events(m, false);
    maybe_window(m);
    comparison(m, 0, 200, false);
}

static void leaf_when(struct maker *m)
{
    say(m, chance(m, 50) ? "last(" : "first(");
    events(m, false);
    maybe_window(m);
    say(m, " ");
    window(m, "in ");
}

static void leaf_seq(struct maker *m)
{
    say(m, "seq(");
    for (int i = 0, n = chance(m, 5) ? 8 : 2 + pick(m, 3); i < n; i++) {
        say(m, i > 0 ? " -> " : "");
        if (chance(m, 60))
            say(m, name(m, RANDOM_STEPS));
        else
            events(m, false);
    }
    say(m, ", within ");
    length(m, true);
    maybe_window(m);
}

/* ---- attributes ---- */

static void gender_value(struct maker *m)
{
    static const char *const WORDS[] = {"male", "female", "\"女\"", "\"男\""};
    say(m, WORDS[pick(m, 4)]);
}

static void yes_no_value(struct maker *m)
{
    say(m, chance(m, 50) ? "yes" : "no");
}

static void leaf_text(struct maker *m)
{
    static const struct {
        const char *word;
        void (*value)(struct maker *m);
        enum random_list_of needs, parts;
    } ROWS[] = {{"city", city_value, RANDOM_CITIES, RANDOM_CITY_PARTS},
                {"province", province_value, RANDOM_PROVINCES, RANDOM_PROVINCE_PARTS},
                {"nickname", nickname_value, RANDOM_NICKNAMES, RANDOM_NICKNAME_PARTS},
                {"nickname", nickname_value, RANDOM_NICKNAMES, RANDOM_NOTHING},
                {"gender", gender_value, RANDOM_NOTHING, RANDOM_NOTHING},
                {"source", source_value, RANDOM_SOURCES, RANDOM_NOTHING}};
    int k = pick(m, 6);
    while (!has(m, ROWS[k].needs))
        k = pick(m, 6);
    say(m, ROWS[k].word);
    if (k <= 3 && chance(m, 25)) {
        if (ROWS[k].parts == RANDOM_NOTHING)
            say(m, " contains \"\\\"\"");
        else
            contains(m, ROWS[k].parts);
    } else {
        equality(m, ROWS[k].value, true);
    }
}

static void leaf_age(struct maker *m)
{
    say(m, "age");
    if (chance(m, 15))
        say(m, chance(m, 50) ? " is known" : " in (18, 25, 30, 44)");
    else
        comparison(m, 15, 70, false);
}

static void leaf_birthday(struct maker *m)
{
    say(m, "birthday");
    if (chance(m, 10))
        say(m, " is known");
    else
        days_window(m, true);
}

static void leaf_time(struct maker *m)
{
    say(m, chance(m, 50) ? "added" : "first");
    if (chance(m, 15)) {
        say(m, chance(m, 50) ? " is known" : " is unknown");
        return;
    }
    say(m, " ");
    window(m, "in ");
}

static const enum random_list_of FIELDS[] = {RANDOM_TEXT_FIELDS,   RANDOM_NUMBER_FIELDS,
                                             RANDOM_DAY_FIELDS,    RANDOM_DAY_FIELDS,
                                             RANDOM_CHOICE_FIELDS, RANDOM_YES_NO_FIELDS};
enum { FIELD_ROWS = sizeof FIELDS / sizeof FIELDS[0] };

static bool any_field(const struct maker *m)
{
    for (int i = 0; i < FIELD_ROWS; i++)
        if (has(m, FIELDS[i]))
            return true;
    return false;
}

static void text_field(struct maker *m)
{
    bool bare = chance(m, 50);
    say(m, "field.");
    if (bare)
        say(m, name(m, RANDOM_TEXT_FIELDS));
    else
        one_of(m, RANDOM_TEXT_FIELDS);
    if (chance(m, 30))
        contains(m, RANDOM_FIELD_PARTS);
    else
        equality(m, field_text_value, true);
}

static void day_field(struct maker *m)
{
    buf_addf(m->out, "field.%s", name(m, RANDOM_DAY_FIELDS));
    if (chance(m, 60)) {
        days_window(m, false);
    } else if (chance(m, 70)) {
        static const char *const OPS[] = {" = ", " != ", " < ", " <= ", " > ", " >= "};
        buf_addf(m->out, "%s%d-%02d-%02d", OPS[pick(m, 6)], m->names->year, 11 + pick(m, 2),
                 1 + pick(m, 28));
    } else {
        say(m, " is known");
    }
}

static void leaf_field(struct maker *m)
{
    int k = pick(m, FIELD_ROWS);
    while (!has(m, FIELDS[k]))
        k = pick(m, FIELD_ROWS);
    switch (FIELDS[k]) {
    case RANDOM_TEXT_FIELDS:
        text_field(m);
        return;
    case RANDOM_NUMBER_FIELDS:
        buf_addf(m->out, "field.%s", name(m, RANDOM_NUMBER_FIELDS));
        if (chance(m, 20))
            say(m, chance(m, 50) ? " in (0.25, 1.5, -0.5)" : " is known");
        else
            comparison(m, -2, 8, false);
        return;
    case RANDOM_DAY_FIELDS:
        day_field(m);
        return;
    case RANDOM_CHOICE_FIELDS:
        buf_addf(m->out, "field.%s", name(m, RANDOM_CHOICE_FIELDS));
        equality(m, field_text_value, true);
        return;
    default:
        buf_addf(m->out, "field.%s", name(m, RANDOM_YES_NO_FIELDS));
        equality(m, yes_no_value, true);
    }
}

static void leaf_tag(struct maker *m)
{
    if (chance(m, 30) && has(m, RANDOM_TAG_GROUPS)) {
        say(m, "tag_group(");
        one_of(m, RANDOM_TAG_GROUPS);
    } else {
        say(m, "tag(");
        tag_value(m);
        if (chance(m, 25)) {
            say(m, ", ");
            tag_value(m);
        }
    }
    say(m, ")");
}

static void leaf_staff(struct maker *m)
{
    if (chance(m, 25)) {
        say(m, "friend");
        return;
    }
    say(m, "staff");
    staff_test(m);
}

static void leaf_stage(struct maker *m)
{
    say(m, "stage");
    equality(m, stage_value, true);
}

static void leaf_tier(struct maker *m)
{
    int model = pick(m, m->names->list[RANDOM_MODELS].n);
    const struct random_list *tiers = &m->names->tiers[model];
    say(m, "tier(");
    quoted(m, m->names->list[RANDOM_MODELS].of[model]);
    say(m, ")");
    int k = pick(m, 5);
    if (k == 0) {
        say(m, " is none");
    } else if (k == 1) {
        say(m, " in (");
        quoted(m, tiers->of[0]);
        say(m, ", ");
        quoted(m, tiers->of[tiers->n - 1]);
        say(m, ")");
    } else {
        say(m, k == 2 ? " != " : " = ");
        quoted(m, tiers->of[pick(m, tiers->n)]);
    }
}

static void leaf_rfm(struct maker *m)
{
    static const char *const WORDS[] = {"rfm.r", "rfm.f", "rfm.m"};
    say(m, WORDS[pick(m, 3)]);
    if (chance(m, 15))
        say(m, chance(m, 50) ? " is known" : " in (1, 5)");
    else
        comparison(m, 1, 5, false);
}

static void leaf_clv(struct maker *m)
{
    buf_addf(m->out, "clv(%s)", m->names->list[RANDOM_HORIZONS].of[0]);
    if (chance(m, 20))
        say(m, chance(m, 50) ? " is known" : " is unknown");
    else
        comparison(m, 0, 300, true);
}

static void leaf_due(struct maker *m)
{
    say(m, "due(");
    one_of(m, m->as_of ? RANDOM_PAST_CYCLES : RANDOM_CYCLES);
    say(m, ")");
    if (chance(m, 15))
        say(m, chance(m, 50) ? " is known" : " is unknown");
    else
        days_window(m, false);
}

static void leaf_sample(struct maker *m)
{
    buf_addf(m->out, "sample(\"实验%d\", %d%s%%)", pick(m, 50), 1 + pick(m, 99),
             chance(m, 20) ? ".25" : "");
}

static void leaf_audience(struct maker *m)
{
    say(m, "audience(");
    one_of(m, m->as_of ? RANDOM_PAST_AUDIENCES : RANDOM_AUDIENCES);
    say(m, ")");
}

static void expression(struct maker *m, void (*leaf)(struct maker *m), int depth);
static void group_leaf(struct maker *m);
static void customer_leaf(struct maker *m);

static void leaf_group(struct maker *m)
{
    int k = pick(m, 5);
    if (k == 0) {
        say(m, "group(any)");
    } else if (k <= 2) {
        say(m, "group(where ");
        expression(m, group_leaf, 1);
        say(m, ")");
    } else {
        say(m, "group(");
        group_value(m);
        if (chance(m, 30)) {
            say(m, ", ");
            group_value(m);
        }
        say(m, ")");
    }
}

static void leaf_flag(struct maker *m)
{
    static const char *const WORDS[] = {"no_marketing", "friend", "all", "none"};
    say(m, WORDS[chance(m, 20) ? 2 + pick(m, 2) : pick(m, 2)]);
}

static void leaf_friend(struct maker *m)
{
    say(m, "friend");
}

/* The leaves of expressions about customers: how often by their number of rows. */
struct leaf {
    void (*make)(struct maker *m);
    bool as_of; /* has a history */
    enum random_list_of needs;
};
static const struct leaf LEAVES[] = {
    {leaf_count, true, 0},
    {leaf_count, true, 0},
    {leaf_amount, true, 0},
    {leaf_amount, true, 0},
    {leaf_spend, true, 0},
    {leaf_ever, true, 0},
    {leaf_since, true, 0},
    {leaf_when, true, 0},
    {leaf_seq, true, 0},
    {leaf_seq, true, 0},
    {leaf_age, true, 0},
    {leaf_birthday, true, 0},
    {leaf_time, true, 0},
    {leaf_tag, true, RANDOM_TAGS},
    {leaf_staff, true, RANDOM_USERIDS},
    {leaf_stage, true, RANDOM_STAGES},
    {leaf_tier, true, RANDOM_MODELS},
    {leaf_sample, true, 0},
    {leaf_audience, true, RANDOM_AUDIENCES},
    {leaf_group, true, RANDOM_GROUPS},
    {leaf_text, false, 0},
    {leaf_text, false, 0},
    {leaf_field, false, 0},
    {leaf_rfm, false, 0},
    {leaf_clv, false, RANDOM_HORIZONS},
    {leaf_due, true, RANDOM_CYCLES},
    {leaf_due, true, RANDOM_CYCLES},
    {leaf_flag, false, 0},
};

static bool possible(const struct maker *m, const struct leaf *leaf)
{
    if (m->as_of && !leaf->as_of)
        return false;
    if (leaf->make == leaf_field)
        return any_field(m);
    if (leaf->make == leaf_due && m->as_of)
        return has(m, RANDOM_PAST_CYCLES);
    if (leaf->make == leaf_audience && m->as_of)
        return has(m, RANDOM_PAST_AUDIENCES);
    return has(m, leaf->needs);
}

/* What is told by its last event, or move, by then. */
static const struct leaf PAST_LEAVES[] = {
    {leaf_tag, true, RANDOM_TAGS},
    {leaf_staff, true, RANDOM_USERIDS},
    {leaf_group, true, RANDOM_GROUPS},
    {leaf_tier, true, RANDOM_MODELS},
    {leaf_friend, true, 0},
};

static void customer_leaf(struct maker *m)
{
    bool past = m->as_of && chance(m, 40);
    for (;;) {
        const struct leaf *leaf =
            past ? &PAST_LEAVES[pick(m, (int)(sizeof PAST_LEAVES / sizeof PAST_LEAVES[0]))]
                 : &LEAVES[pick(m, (int)(sizeof LEAVES / sizeof LEAVES[0]))];
        if (!possible(m, leaf))
            continue;
        leaf->make(m);
        return;
    }
}

static void group_kind_value(struct maker *m)
{
    static const char *const WORDS[] = {"feed", "interest", "service", "\"服务群\""};
    say(m, WORDS[pick(m, 4)]);
}

static void group_level_value(struct maker *m)
{
    static const char *const WORDS[] = {"welfare", "vip", "diamond", "\"福利\""};
    say(m, WORDS[pick(m, 4)]);
}

static int group_kind(struct maker *m)
{
    for (;;) {
        int k = pick(m, 9);
        if (has(m, k <= 1 ? RANDOM_GROUPS : k == 4 ? RANDOM_USERIDS : RANDOM_NOTHING))
            return k;
    }
}

static void group_leaf(struct maker *m)
{
    switch (group_kind(m)) {
    case 0:
        say(m, "name");
        equality(m, group_value, false);
        return;
    case 1:
        say(m, "name");
        contains(m, RANDOM_GROUP_PARTS);
        return;
    case 2:
        say(m, "kind");
        equality(m, group_kind_value, false);
        return;
    case 3:
        say(m, "level");
        equality(m, group_level_value, false);
        return;
    case 4:
        say(m, "owner");
        staff_test(m);
        return;
    case 5:
        say(m, "created ");
        window(m, "in ");
        return;
    case 6:
        say(m, "members");
        comparison(m, 0, m->names->most_members, false);
        return;
    case 7:
        say(m, "members(");
        customer_leaf(m);
        say(m, ")");
        comparison(m, 0, m->names->most_matching, false);
        return;
    default:
        say(m, "share(");
        customer_leaf(m);
        buf_addf(m->out, ") %s %d%%", chance(m, 50) ? ">=" : "<", 5 + pick(m, 90));
    }
}

static void expression(struct maker *m, void (*leaf)(struct maker *m), int depth)
{
    if (m->out->n > 4000)
        depth = 0;
    int k = pick(m, 10);
    if (depth == 0 || k < 3) {
        leaf(m);
    } else if (k < 5) {
        say(m, "not ");
        bool parens = chance(m, 40);
        say(m, parens ? "(" : "");
        if (parens)
            expression(m, leaf, depth - 1);
        else
            leaf(m);
        say(m, parens ? ")" : "");
    } else {
        const char *word = chance(m, 55) ? " and " : " or ";
        for (int i = 0, n = 2 + pick(m, 3); i < n; i++) {
            bool parens = chance(m, 50);
            say(m, i > 0 ? word : "");
            say(m, parens ? "(" : "");
            expression(m, leaf, parens ? depth - 1 : 0);
            say(m, parens ? ")" : "");
        }
    }
}

/* Something cheap, for long chains. */
static void cheap_leaf(struct maker *m, void (*leaf)(struct maker *m))
{
    if (leaf == group_leaf)
        say(m, chance(m, 50) ? "level = vip" : "level != welfare");
    else
        leaf_age(m);
}

/* A chain of brackets, far deeper than people write. */
static void deep(struct maker *m, void (*leaf)(struct maker *m))
{
    int levels = 14 + pick(m, 16); /* "not (" counts twice, of at most 64 */
    for (int i = 0; i < levels; i++) {
        if (chance(m, 30)) {
            say(m, "not (");
        } else {
            cheap_leaf(m, leaf);
            say(m, i % 2 == 0 ? " and (" : " or (");
        }
    }
    leaf(m);
    for (int i = 0; i < levels; i++)
        say(m, ")");
}

void random_audience(struct rng *r, const struct random_names *names, enum audience_subject subject,
                     struct buf *out)
{
    assert(names->list[RANDOM_KINDS].n > 0 && names->list[RANDOM_STEPS].n > 0);
    struct maker m = {.r = r, .names = names, .out = out};
    m.as_of = subject == AUDIENCE_CUSTOMER && chance(&m, 20);
    void (*leaf)(struct maker * m) = subject == AUDIENCE_GROUP ? group_leaf : customer_leaf;
    if (chance(&m, 2))
        deep(&m, leaf);
    else
        expression(&m, leaf, pick(&m, 4));
    if (m.as_of) {
        say(&m, " as of ");
        moment(&m);
    }
}

void random_events(struct rng *r, const struct random_names *names, struct buf *out)
{
    struct maker m = {.r = r, .names = names, .out = out};
    events(&m, false);
}

void random_window(struct rng *r, const struct random_names *names, struct buf *out)
{
    struct maker m = {.r = r, .names = names, .out = out};
    window(&m, "");
}
