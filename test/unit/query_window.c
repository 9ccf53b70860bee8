/* query_window — what each window means, to the second, in Asia/Shanghai at 2026-11-21 20:00:00 (a
 * Saturday). */
#include "unit.h"

#include "query/cycle.h"
#include "query/lex.h"
#include "query/window.h"

static const int64_t DAY_S = 86400;

static struct window window_of(const char *text, struct arena *a)
{
    struct err e = ERR_INIT;
    struct audience_expr *x;
    char all[200];
    int n = snprintf(all, sizeof all, "birthday %s", text);
    assert_int_equal(audience_parse(a, AUDIENCE_CUSTOMER, (struct str){all, (size_t)n}, &x, &e),
                     RC_OK);
    return x->root->compare;
}

static int64_t at(const char *text)
{
    struct moment m;
    assert_true(moment_read(str_from(text), &m));
    return moment_s(&m);
}

static int setup(void **state)
{
    struct err e = ERR_INIT;
    (void)state;
    return calendar_set_zone(STR("Asia/Shanghai"), &e) == RC_OK ? 0 : 1;
}

static void spans_of_instants(void **state)
{
    static const struct {
        const char *text, *from, *to; /* NULL: no beginning; now */
        int64_t add_from, add_to;
    } ROWS[] = {
        {"in last 90d", "2026-08-23 20:00", NULL, 1, 0},
        {"in last 12h", "2026-11-21 08:00", NULL, 1, 0},
        {"in last 2w", "2026-11-07 20:00", NULL, 1, 0},
        {"in last period", "2026-11-11 20:00", NULL, 1, 0},
        {"before period", NULL, "2026-11-11 20:00", 0, 0},
        {"in today", "2026-11-21", NULL, 0, 0},
        {"in yesterday", "2026-11-20", "2026-11-21", 0, -1},
        {"in this week", "2026-11-16", NULL, 0, 0},
        {"in this month", "2026-11-01", NULL, 0, 0},
        {"in this quarter", "2026-10-01", NULL, 0, 0},
        {"in this year", "2026-01-01", NULL, 0, 0},
        {"in last week", "2026-11-09", "2026-11-16", 0, -1},
        {"in last month", "2026-10-01", "2026-11-01", 0, -1},
        {"in last quarter", "2026-07-01", "2026-10-01", 0, -1},
        {"in last year", "2025-01-01", "2026-01-01", 0, -1},
        {"between 2026-01-01 and 2026-01-31", "2026-01-01", "2026-02-01", 0, -1},
        {"between \"2026-01-01 12:00\" and \"2026-01-31 12:00\"", "2026-01-01 12:00",
         "2026-01-31 12:00", 0, 0},
        {"between 2026-11-01 and 2026-12-31", "2026-11-01", NULL, 0, 0},
        {"since 2026-01-01", "2026-01-01", NULL, 0, 0},
        {"before 2026-01-01", NULL, "2026-01-01", 0, -1},
    };
    (void)state;
    int64_t now = at("2026-11-21 20:00");
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        struct arena a;
        arena_init(&a, 0);
        struct window w = window_of(ROWS[i].text, &a);
        struct span s = window_span(&w, now, 10 * DAY_S);
        int64_t from = ROWS[i].from != NULL ? at(ROWS[i].from) + ROWS[i].add_from : SPAN_START;
        int64_t to = ROWS[i].to != NULL ? at(ROWS[i].to) + ROWS[i].add_to : now;
        if (s.from_s != from || s.to_s != to)
            fail_msg("%s: off by %lld and %lld s", ROWS[i].text, (long long)(s.from_s - from),
                     (long long)(s.to_s - to));
        arena_done(&a);
    }
}

static void spans_of_days(void **state)
{
    static const struct {
        const char *text, *from, *to;
    } ROWS[] = {
        {"in next 7d", "2026-11-21", "2026-11-27"},
        {"in last 7d", "2026-11-15", "2026-11-21"},
        {"in next 2w", "2026-11-21", "2026-12-04"},
        {"in today", "2026-11-21", "2026-11-21"},
        {"in yesterday", "2026-11-20", "2026-11-20"},
        {"in this week", "2026-11-16", "2026-11-22"},
        {"in this month", "2026-11-01", "2026-11-30"},
        {"in next month", "2026-12-01", "2026-12-31"},
        {"in next quarter", "2027-01-01", "2027-03-31"},
        {"in last year", "2025-01-01", "2025-12-31"},
        {"between 2026-12-01 and 2026-12-05", "2026-12-01", "2026-12-05"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        struct arena a;
        arena_init(&a, 0);
        struct window w = window_of(ROWS[i].text, &a);
        struct day_span s = window_days(&w, at("2026-11-21 20:00"), 10 * DAY_S);
        if (s.from != calendar_day_of(at(ROWS[i].from)) || s.to != calendar_day_of(at(ROWS[i].to)))
            fail_msg("%s: other days", ROWS[i].text);
        arena_done(&a);
    }
}

static void ages_turn_on_the_birthday(void **state)
{
    (void)state;
    int32_t today = calendar_day_from_civil(2026, 2, 28);
    assert_int_equal(window_birth_day(today, 18), calendar_day_from_civil(2008, 2, 28));
    assert_int_equal(window_birth_day(today + 1, 18), calendar_day_from_civil(2008, 3, 1));
    assert_int_equal(window_birth_day(calendar_day_from_civil(2024, 2, 29), 1),
                     calendar_day_from_civil(2023, 2, 28));
}

/* The days whose due day lies in a span are found as by trying every day. */
static void due_days_are_told_backwards(void **state)
{
    static const struct cycle_rule RULES[] = {{.length = 1},
                                              {.length = 45},
                                              {.length = 1, .months = true},
                                              {.length = 11, .months = true},
                                              {.length = 36, .months = true}};
    (void)state;
    int32_t first = calendar_day_from_civil(2023, 12, 1);
    for (size_t r = 0; r < sizeof RULES / sizeof *RULES; r++)
        for (int32_t from = first; from < first + 500; from++) {
            struct day_span due = {from, from + from % 9 - 1},
                            days = cycle_from_days(&RULES[r], due);
            for (int32_t day = from - 1200; day <= from + 20; day++) {
                int32_t on = cycle_due_day(&RULES[r], day);
                bool inside = on >= due.from && on <= due.to;
                if (inside != (day >= days.from && day <= days.to))
                    fail_msg("rule %zu, due %d to %d: day %d", r, due.from, due.to, day);
            }
        }
    assert_int_equal(cycle_due_day(&RULES[2], calendar_day_from_civil(2024, 1, 31)),
                     calendar_day_from_civil(2024, 2, 29));
    struct day_span ever = window_days(&(struct window){.kind = WINDOW_EVER}, 0, 0);
    assert_true(cycle_from_days(&RULES[4], ever).from == ever.from);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans_of_instants),
        cmocka_unit_test(spans_of_days),
        cmocka_unit_test(ages_turn_on_the_birthday),
        cmocka_unit_test(due_days_are_told_backwards),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
