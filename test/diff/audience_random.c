/* audience_random.c — random expressions. Each production of the grammar has its function or its
 * line in a table; values are drawn from what the world has, so that many answers are neither empty
 * nor everyone. */
#include "audience_random.h"

#include "audience_world.h"

#include <inttypes.h>

struct maker {
    struct rng *r;
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

#define ONE_OF(m, list) quoted((m), (list)[pick((m), (int)(sizeof(list) / sizeof((list)[0])))])

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

/* ---- time ---- */

static void day(struct maker *m)
{
    buf_addf(m->out, "2026-%02d-%02d", 1 + pick(m, 12), 1 + pick(m, 28));
}

static void moment(struct maker *m)
{
    if (chance(m, 60))
        day(m);
    else
        buf_addf(m->out, "\"2026-%02d-%02d %02d:%02d%s\"", 1 + pick(m, 11), 1 + pick(m, 28),
                 pick(m, 24), pick(m, 60), chance(m, 30) ? ":30" : "");
}

static void between(struct maker *m, bool times)
{
    int a = 1 + pick(m, 10), b = a + 1 + pick(m, 11 - a);
    bool time = times && chance(m, 30);
    buf_addf(m->out,
             time ? "between \"2026-%02d-05 10:30\" and 2026-%02d-20"
                  : "between 2026-%02d-05 and 2026-%02d-20",
             a, b);
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
    if (chance(m, 50))
        ONE_OF(m, W_STAFF);
    else
        ONE_OF(m, W_STAFF_NAMES);
}

static void teams(struct maker *m)
{
    say(m, " in team(");
    ONE_OF(m, W_TEAMS);
    if (chance(m, 20)) {
        say(m, ", ");
        ONE_OF(m, W_TEAMS);
    }
    say(m, ")");
}

static void staff_test(struct maker *m)
{
    if (chance(m, 40)) {
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

static void channel_value(struct maker *m)
{
    static const char *const CHANNELS[] = {"企业微信", "客户群", "小程序", "门店", "导入"};
    ONE_OF(m, CHANNELS);
}

static void product_value(struct maker *m)
{
    ONE_OF(m, W_PRODUCTS);
}

static void category_value(struct maker *m)
{
    static const char *const CATEGORIES[] = {"面膜", "精华", "洗护", "礼盒"};
    ONE_OF(m, CATEGORIES);
}

static const char *const TAG_NAMES[] = {"VIP",         "普通", "已流失",   "高意向",     "中意向",
                                        "意向/待跟进", "双11", "618/大促", "活动/待跟进"};
static const char *const GROUP_NAMES[] = {"福利一群", "福利二群", "兴趣群",
                                          "VIP群",    "售后群",   "旧群"};
static const char *const STAGES[] = {"新客", "意向", "首单", "复购", "流失"};

static void tag_value(struct maker *m)
{
    ONE_OF(m, TAG_NAMES);
}

static void group_value(struct maker *m)
{
    ONE_OF(m, GROUP_NAMES);
}

static void stage_value(struct maker *m)
{
    ONE_OF(m, STAGES);
}

enum events_of { ANY_KIND, ORDERS, ITEMS };

static void filter_test(struct maker *m, enum events_of of)
{
    switch (pick(m, of == ORDERS ? 5 : of == ITEMS ? 9 : 13)) {
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
            say(m, " contains \"面\"");
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
        say(m, W_KINDS[pick(m, 12)]);
    else
        quoted(m, W_KINDS[13 - pick(m, 2)]);
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
            say(m, W_KINDS[pick(m, 4)]);
        else
            events(m, false);
    }
    say(m, ", within ");
    length(m, true);
    maybe_window(m);
}

/* ---- attributes ---- */

static void city_value(struct maker *m)
{
    ONE_OF(m, W_CITIES);
}

static void province_value(struct maker *m)
{
    ONE_OF(m, W_PROVINCES);
}

static void nickname_value(struct maker *m)
{
    ONE_OF(m, W_NICKNAMES);
}

static void gender_value(struct maker *m)
{
    static const char *const WORDS[] = {"male", "female", "\"女\"", "\"男\""};
    say(m, WORDS[pick(m, 4)]);
}

static void source_value(struct maker *m)
{
    static const char *const SOURCES[] = {"导入", "门店", "包裹卡", "直播"};
    ONE_OF(m, SOURCES);
}

static void field_text_value(struct maker *m)
{
    ONE_OF(m, W_FIELD_TEXTS);
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
        const char *part;
    } ROWS[] = {{"city", city_value, "州"},         {"province", province_value, "江"},
                {"nickname", nickname_value, "王"}, {"nickname", nickname_value, "\\\""},
                {"gender", gender_value, NULL},     {"source", source_value, NULL}};
    int k = pick(m, 6);
    say(m, ROWS[k].word);
    if (ROWS[k].part != NULL && chance(m, 25))
        buf_addf(m->out, " contains \"%s\"", ROWS[k].part);
    else
        equality(m, ROWS[k].value, true);
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

static void leaf_field(struct maker *m)
{
    switch (pick(m, 6)) {
    case 0:
        say(m, chance(m, 50) ? "field.skin" : "field.\"skin\"");
        if (chance(m, 30))
            say(m, " contains \"油\"");
        else
            equality(m, field_text_value, true);
        return;
    case 1:
        say(m, "field.score");
        if (chance(m, 20))
            say(m, chance(m, 50) ? " in (0.25, 1.5, -0.5)" : " is known");
        else
            comparison(m, -2, 8, false);
        return;
    case 2:
    case 3:
        say(m, "field.due");
        if (chance(m, 60)) {
            days_window(m, false);
        } else if (chance(m, 70)) {
            static const char *const OPS[] = {" = ", " != ", " < ", " <= ", " > ", " >= "};
            buf_addf(m->out, "%s2026-%02d-%02d", OPS[pick(m, 6)], 11 + pick(m, 2), 1 + pick(m, 28));
        } else {
            say(m, " is known");
        }
        return;
    case 4:
        say(m, "field.hair");
        equality(m, field_text_value, true);
        return;
    default:
        say(m, "field.member");
        equality(m, yes_no_value, true);
    }
}

static void leaf_tag(struct maker *m)
{
    if (chance(m, 30)) {
        say(m, "tag_group(");
        ONE_OF(m, W_TAG_GROUPS);
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
    int model = pick(m, 2);
    buf_addf(m->out, "tier(\"%s\")", W_MODELS[model]);
    int k = pick(m, 5);
    if (k == 0)
        say(m, " is none");
    else if (k == 1)
        buf_addf(m->out, " in (\"%s\", \"%s\")", W_TIERS[model * 3], W_TIERS[model * 3 + 2]);
    else
        buf_addf(m->out, " %s \"%s\"", k == 2 ? "!=" : "=", W_TIERS[model * 3 + pick(m, 3)]);
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

static void leaf_sample(struct maker *m)
{
    buf_addf(m->out, "sample(\"实验%d\", %d%s%%)", pick(m, 50), 1 + pick(m, 99),
             chance(m, 20) ? ".25" : "");
}

static void leaf_audience(struct maker *m)
{
    buf_addf(m->out, "audience(\"%s\")", W_AUDIENCES[m->as_of ? 1 + 2 * pick(m, 2) : pick(m, 4)]);
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

static void customer_leaf(struct maker *m)
{
    static const struct {
        void (*make)(struct maker *m);
        bool as_of;
    } LEAVES[] = {
        {leaf_count, true}, {leaf_count, true},  {leaf_amount, true},   {leaf_amount, true},
        {leaf_spend, true}, {leaf_ever, true},   {leaf_since, true},    {leaf_when, true},
        {leaf_seq, true},   {leaf_seq, true},    {leaf_age, true},      {leaf_birthday, true},
        {leaf_time, true},  {leaf_tag, true},    {leaf_staff, true},    {leaf_stage, true},
        {leaf_tier, true},  {leaf_sample, true}, {leaf_audience, true}, {leaf_group, true},
        {leaf_text, false}, {leaf_text, false},  {leaf_field, false},   {leaf_rfm, false},
        {leaf_flag, false},
    };
    for (;;) {
        int k = pick(m, (int)(sizeof LEAVES / sizeof LEAVES[0]));
        if (m->as_of && !LEAVES[k].as_of)
            continue;
        LEAVES[k].make(m);
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

static void group_leaf(struct maker *m)
{
    switch (pick(m, 9)) {
    case 0:
        say(m, "name");
        equality(m, group_value, false);
        return;
    case 1:
        say(m, "name contains \"福利\"");
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
        comparison(m, 0, 20, false);
        return;
    case 7:
        say(m, "members(");
        customer_leaf(m);
        say(m, ")");
        comparison(m, 0, 8, false);
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

void random_audience(struct rng *r, enum audience_subject subject, struct buf *out)
{
    struct maker m = {.r = r, .out = out};
    m.as_of = subject == AUDIENCE_CUSTOMER && chance(&m, 12);
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
