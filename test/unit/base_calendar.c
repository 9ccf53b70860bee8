/* The calendar: beside the C library's over two centuries of five zones, gaps and repeats by name,
 * every form of date that files bring, and damaged zone files. */
#include "unit.h"

#include "base/calendar.h"
#include "base/rng.h"
#include "base/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t at(int year, int month, int day, int hour, int minute)
{
    struct civil c = {year, month, day, hour, minute, 0};
    return calendar_instant_s(&c);
}

static void use(const char *name)
{
    struct err e = ERR_INIT;
    if (calendar_set_zone(str_from(name), &e) != RC_OK)
        fail_msg("%s: %s", name, e.en);
}

/* First, before any zone is set. */
static void default_zone_is_shanghai(void **state)
{
    (void)state;
    assert_int_equal(at(2026, 11, 21, 8, 30), 1795221000);
    assert_str(calendar_zone(), "Asia/Shanghai");
}

static void days_are_consecutive(void **state)
{
    (void)state;
    int32_t day = calendar_day_from_civil(1, 1, 1);
    assert_int_equal(day, -719162);
    static const int LENGTH[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int weekday = 1; /* 0001-01-01 was a Monday */
    for (int y = 1; y <= 9999; y++) {
        bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
        for (int m = 1; m <= 12; m++) {
            int most = LENGTH[m - 1] + (m == 2 && leap);
            for (int d = 1; d <= most; d++, day++) {
                int yy, mm, dd;
                calendar_civil_from_day(day, &yy, &mm, &dd);
                if (yy != y || mm != m || dd != d || calendar_weekday(day) != weekday ||
                    calendar_day_from_civil(y, m, d) != day)
                    fail_msg("%d-%d-%d", y, m, d);
                weekday = weekday % 7 + 1;
            }
        }
    }
    assert_int_equal(calendar_day_from_civil(1970, 1, 1), 0);
    assert_int_equal(calendar_weekday(0), 4);
}

static void starts_and_months(void **state)
{
    (void)state;
    int32_t day = calendar_day_from_civil(2026, 11, 21); /* a Saturday */
    assert_int_equal(calendar_weekday(day), 6);
    assert_int_equal(calendar_week_start(day), calendar_day_from_civil(2026, 11, 16));
    assert_int_equal(calendar_week_start(calendar_day_from_civil(2026, 11, 16)),
                     calendar_day_from_civil(2026, 11, 16));
    assert_int_equal(calendar_month_start(day), calendar_day_from_civil(2026, 11, 1));
    assert_int_equal(calendar_quarter_start(day), calendar_day_from_civil(2026, 10, 1));
    assert_int_equal(calendar_year_start(day), calendar_day_from_civil(2026, 1, 1));
    int32_t end = calendar_day_from_civil(2024, 1, 31);
    assert_int_equal(calendar_add_months(end, 1), calendar_day_from_civil(2024, 2, 29));
    assert_int_equal(calendar_add_months(end, 13), calendar_day_from_civil(2025, 2, 28));
    assert_int_equal(calendar_add_months(end, -1), calendar_day_from_civil(2023, 12, 31));
    assert_int_equal(calendar_add_months(end, -13), calendar_day_from_civil(2022, 12, 31));
    assert_int_equal(calendar_week_start(-1), calendar_day_from_civil(1969, 12, 29));
}

static void agrees_with_the_c_library(void **state)
{
    (void)state;
    static const char *const ZONES[] = {"Asia/Shanghai",
                                        "America/New_York",
                                        "Europe/London",
                                        "Australia/Lord_Howe",
                                        "Pacific/Apia",
                                        "Africa/Casablanca",
                                        "Asia/Kathmandu",
                                        "America/Sao_Paulo",
                                        "Europe/Dublin",
                                        "America/Santiago",
                                        "UTC"};
    struct rng r = rng_seed(1);
    for (size_t z = 0; z < sizeof ZONES / sizeof ZONES[0]; z++) {
        use(ZONES[z]);
        setenv("TZ", ZONES[z], 1);
        tzset();
        for (int i = 0; i < 40000; i++) {
            int64_t t = rng_between(&r, -4000000000, i % 2 ? 2500000000 : 20000000000);
            struct tm tm;
            time_t seconds = (time_t)t;
            localtime_r(&seconds, &tm);
            struct civil c = calendar_civil_of(t);
            if (c.year != tm.tm_year + 1900 || c.month != tm.tm_mon + 1 || c.day != tm.tm_mday ||
                c.hour != tm.tm_hour || c.minute != tm.tm_min || c.second != tm.tm_sec)
                fail_msg("%s at %lld: %d-%d-%d %d:%d:%d", ZONES[z], (long long)t, c.year, c.month,
                         c.day, c.hour, c.minute, c.second);
            assert_int_equal(calendar_day_of(t), calendar_day_from_civil(c.year, c.month, c.day));
            /* Back to the same instant, or to an earlier one of the same name. */
            int64_t back = calendar_instant_s(&c);
            struct civil again = calendar_civil_of(back);
            assert_true(back <= t && t - back <= 86400);
            assert_memory_equal(&again, &c, sizeof c);
        }
    }
    use("Asia/Shanghai");
}

static void gaps_and_repeats(void **state)
{
    (void)state;
    use("America/New_York");
    assert_int_equal(at(2026, 3, 8, 2, 30), at(2026, 3, 8, 3, 30));
    assert_int_equal(at(2026, 3, 8, 3, 0) - at(2026, 3, 8, 1, 59), 60);
    assert_int_equal(at(2026, 11, 1, 2, 0) - at(2026, 11, 1, 1, 30), 5400); /* the earlier 1:30 */
    assert_int_equal(at(2026, 11, 2, 0, 0) - at(2026, 11, 1, 0, 0), 25 * 3600);
    assert_int_equal(at(2090, 7, 1, 12, 0) % 86400, 16 * 3600); /* by the rule of the footer */
    assert_int_equal(at(2090, 1, 1, 12, 0) % 86400, 17 * 3600);
    use("America/Sao_Paulo"); /* midnight was skipped on 2018-11-04 */
    int32_t day = calendar_day_from_civil(2018, 11, 4);
    assert_int_equal(calendar_day_start_s(day), 1541300400);
    assert_int_equal(calendar_day_of(1541300400), day);
    assert_int_equal(calendar_day_of(1541300399), day - 1);
    use("America/Toronto"); /* 1919-03-30 23:30 became 1919-03-31 00:30 */
    day = calendar_day_from_civil(1919, 3, 31);
    int64_t start = calendar_day_start_s(day);
    assert_int_equal(calendar_day_of(start), day);
    assert_int_equal(calendar_day_of(start - 1), day - 1);
    use("Pacific/Apia"); /* 2011-12-30 did not happen */
    assert_int_equal(at(2011, 12, 31, 0, 0) - at(2011, 12, 29, 23, 59), 60);
    assert_int_equal(at(2011, 12, 30, 12, 0), at(2011, 12, 31, 12, 0));
    use("Asia/Shanghai"); /* summer time of 1986 … 1991 */
    assert_int_equal(at(1990, 7, 1, 12, 0) % 86400, 3 * 3600);
    assert_int_equal(at(1992, 7, 1, 12, 0) % 86400, 4 * 3600);
}

/* 2020-02-01 in Shanghai. */
#define DAY INT64_C(1580486400)
static const struct {
    const char *text;
    int64_t wanted;
} FORMS[] = {
    {"2020-02-01", DAY},
    {"2020-2-1", DAY},
    {"2020/2/1", DAY},
    {"2020/02/01", DAY},
    {"20200201", DAY},
    {"2020年2月1日", DAY},
    {"2020年02月01日", DAY},
    {"  2020-02-01\r\n", DAY},
    {"2020-02-01 8:30", DAY + 30600},
    {"2020-02-01 08:30:15", DAY + 30615},
    {"2020-02-01T08:30:15.999", DAY + 30615},
    {"2020-02-01T08:30:15.999999Z", DAY + 30615 + 28800},
    {"2020-02-01T08:30:15+08:00", DAY + 30615},
    {"2020-02-01 08:30:15 +0800", DAY + 30615},
    {"2020-02-01 08:30:15+08", DAY + 30615},
    {"2020-02-01 08:30:15 UTC", DAY + 30615 + 28800},
    {"2020-02-01T08:30-05:30", DAY + 30600 + 28800 + 19800},
    {"2020年2月1日8:30", DAY + 30600},
    {"2020年2月1日 08:30:15", DAY + 30615},
    {"20200201 8:30", DAY + 30600},
    {"20200201083015", DAY + 30615},
    {"20200201T08:30Z", DAY + 30600 + 28800},
    {"1580517015", 1580517015},
    {"1580517015999", 1580517015},
    {"2024-02-29", 1709136000},
    {"0001-01-01", INT64_C(-62135625943)},
    {"9999-12-31", INT64_C(253402185600)},
};
static const char *const NOT_DATES[] = {"",
                                        "2020",
                                        "2020-02",
                                        "2020-13-01",
                                        "2020-02-30",
                                        "2023-02-29",
                                        "2020-00-01",
                                        "2020-2/1",
                                        "20-02-01",
                                        "2020.02.01",
                                        "2020-02-01x",
                                        "2020-02-01 ",
                                        "2020-02-01 25:00",
                                        "2020-02-01 24:00",
                                        "2020-02-01 10:60",
                                        "2020-02-01 10:00:60",
                                        "2020-02-01 10",
                                        "2020-02-01 10:0",
                                        "2020-02-01 10:00:",
                                        "2020-02-01 10:00:00.",
                                        "2020-02-01Z",
                                        "2020-02-01 10:00 CST",
                                        "2020-02-01 10:00+8",
                                        "2020-02-01 10:00+08:",
                                        "2020-02-01 10:00+19:00",
                                        "2020-02-01 10:00+08:60",
                                        "2020-02-01 10:00Z ,",
                                        "2020年2月1",
                                        "2020年2-1日",
                                        "20200230",
                                        "20201301",
                                        "20200201250000",
                                        "123456789",
                                        "12345678901",
                                        "-1580517015",
                                        "0000-01-01",
                                        "2020-02-0110:00",
                                        "2020-02-01TT10:00",
                                        "tomorrow",
                                        "2020-123-1"};

static void reads_every_form(void **state)
{
    (void)state;
    use("Asia/Shanghai");
    for (size_t i = 0; i < sizeof FORMS / sizeof FORMS[0]; i++) {
        int64_t v = 99;
        if (!calendar_parse(str_from(FORMS[i].text), &v) || v != FORMS[i].wanted)
            fail_msg("%s gave %lld, not %lld", FORMS[i].text, (long long)v,
                     (long long)FORMS[i].wanted);
    }
    for (size_t i = 0; i < sizeof NOT_DATES / sizeof NOT_DATES[0]; i++) {
        int64_t v = 99;
        bool took = calendar_parse(str_from(NOT_DATES[i]), &v);
        if (strcmp(NOT_DATES[i], "2020-02-01 ") != 0 ? took || v != 99 : !took)
            fail_msg("took \"%s\"", NOT_DATES[i]);
    }
}

static void reads_nothing_behind_the_view(void **state)
{
    (void)state;
    /* Every prefix lies alone in its own memory, where a sanitizer sees it. */
    for (size_t i = 0; i < sizeof FORMS / sizeof FORMS[0]; i++) {
        for (size_t n = 1; n <= strlen(FORMS[i].text); n++) {
            char *alone = malloc(n);
            memcpy(alone, FORMS[i].text, n);
            int64_t v;
            calendar_parse((struct str){alone, n}, &v);
            free(alone);
        }
    }
}

static void formats(void **state)
{
    (void)state;
    char text[24];
    calendar_format(1795221000, text);
    assert_string_equal(text, "2026-11-21 08:30:00");
    calendar_format_rfc3339(1795221000, text);
    assert_string_equal(text, "2026-11-21T00:30:00Z");
    calendar_format_day(calendar_day_of(1795221000), text);
    assert_string_equal(text, "2026-11-21");
    calendar_format_rfc3339(-1, text);
    assert_string_equal(text, "1969-12-31T23:59:59Z");
    calendar_format(INT64_MAX, text);
    assert_string_equal(text, "9999-12-31 23:59:59");
    calendar_format_rfc3339(INT64_MIN, text);
    assert_string_equal(text, "0001-01-01T00:00:00Z");
    calendar_format_day(INT32_MAX, text);
    assert_string_equal(text, "9999-12-31");
    assert_int_equal(calendar_day_of(INT64_MAX), calendar_day_from_civil(9999, 12, 31));
    struct civil c = {2023, 2, 29, 0, 0, 0};
    assert_false(calendar_valid(&c));
    c.year = 2024;
    assert_true(calendar_valid(&c));
}

static void unknown_zones(void **state)
{
    (void)state;
    static const char *const BAD[] = {
        "",     "Mars/Base",      "../../../etc/passwd", "/etc/localtime",
        "Asia", "Asia/Shang hai", "zone.tab/x",          "x/../UTC"};
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        struct err e = ERR_INIT;
        assert_int_equal(calendar_set_zone(str_from(BAD[i]), &e), RC_INVALID);
        assert_string_equal(e.code, "zone_unknown");
    }
    struct err e = ERR_INIT;
    assert_int_equal(calendar_set_zone(STR("zone.tab"), &e),
                     RC_INVALID); /* a dot is not in names */
    assert_str(calendar_zone(), "Asia/Shanghai");
}

/* The smallest zone file: one type at UTC and a rule. */
static enum rc parse_rule_only(const char *rule, struct zone *out)
{
    static const char HEADER[44] = "TZif2",
                      ONE_TYPE[44] = {[0] = 'T', 'Z', 'i', 'f', '2', [39] = 1};
    char file[400];
    size_t n = 0;
    memcpy(file, HEADER, sizeof HEADER);
    memcpy(file + sizeof HEADER, ONE_TYPE, sizeof ONE_TYPE);
    n = sizeof HEADER + sizeof ONE_TYPE;
    memset(file + n, 0, 6);
    n += 6;
    int more = snprintf(file + n, sizeof file - n, "\n%s\n", rule);
    assert_true(more > 0 && (size_t)more < sizeof file - n);
    return zone_parse((struct str){file, n + (size_t)more}, out, NULL);
}

static int32_t offset_on(const struct zone *z, int year, int month, int day, int hour)
{
    return zone_span_at(z, calendar_day_from_civil(year, month, day) * INT64_C(86400) + hour * 3600)
        .offset_s;
}

static void rules_of_the_future(void **state)
{
    (void)state;
    static struct zone z;
    assert_int_equal(parse_rule_only("AAA0BBB,J60/0,J305/1", &z), RC_OK);
    for (int year = 2023; year <= 2024; year++) { /* 1 March and 1 November in both */
        assert_int_equal(offset_on(&z, year, 2, 28, 23), 0);
        assert_int_equal(offset_on(&z, year, 3, 1, 0), 3600);
        assert_int_equal(offset_on(&z, year, 10, 31, 23), 3600);
        assert_int_equal(offset_on(&z, year, 11, 1, 0), 0);
    }
    assert_int_equal(offset_on(&z, 2024, 2, 29, 23), 0);
    assert_int_equal(parse_rule_only("AAA0BBB,J32/0,J59/1", &z), RC_OK);
    assert_int_equal(offset_on(&z, 2024, 1, 31, 23), 0);
    assert_int_equal(offset_on(&z, 2024, 2, 1, 0), 3600);
    assert_int_equal(offset_on(&z, 2024, 2, 28, 0), 0);
    assert_int_equal(parse_rule_only("AAA0BBB,59/0,J365", &z), RC_OK);
    assert_int_equal(offset_on(&z, 2024, 2, 29, 0), 3600);
    assert_int_equal(offset_on(&z, 2023, 2, 28, 23), 0);
    assert_int_equal(offset_on(&z, 2023, 3, 1, 0), 3600);
    assert_int_equal(parse_rule_only("EST5EDT,0/0,J365/25", &z), RC_OK); /* all year */
    for (int month = 1; month <= 12; month++)
        assert_int_equal(offset_on(&z, 2030, month, 1, 5), -4 * 3600);
    assert_int_equal(parse_rule_only("<-03>3<-02>,M3.5.0/-2,M10.5.0/-1", &z), RC_OK);
    assert_int_equal(offset_on(&z, 2030, 3, 31, 0), -3 * 3600);
    assert_int_equal(offset_on(&z, 2030, 3, 31, 1), -2 * 3600);
    static const char *const BAD[] = {"A",
                                      "AAA",
                                      "AAA25",
                                      "AAA0BBB",
                                      "AAA0BBB,M13.1.0,M10.1.0",
                                      "AAA0BBB,M3.1.0",
                                      "AAA0BBB,M3.6.0,M10.1.0",
                                      "<>0",
                                      "AAA0BBB,J0,J5",
                                      "AAA0BBB,366,5",
                                      "AAA0BBB,1,2x",
                                      "AAA0:60",
                                      "AAA0BBB,1/168,2"};
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
        if (parse_rule_only(BAD[i], &z) != RC_CORRUPT)
            fail_msg("took the rule %s", BAD[i]);
}

/* A zone file, every byte changed in several ways, every length: never a crash, and what is taken
 * can be asked. */
static void damaged_files(void **state)
{
    (void)state;
    static char file[32768];
    FILE *f = fopen("/usr/share/zoneinfo/America/New_York", "rb");
    assert_non_null(f);
    size_t n = fread(file, 1, sizeof file, f);
    fclose(f);
    static struct zone z;
    assert_int_equal(zone_parse((struct str){file, n}, &z, NULL), RC_OK);
    assert_true(z.has_dst && z.n > 200);
    int refused = 0;
    for (size_t i = 0; i < n; i++) {
        char *alone = malloc(i + 1);
        memcpy(alone, file, i);
        assert_int_equal(zone_parse((struct str){alone, i}, &z, NULL), RC_CORRUPT);
        free(alone);
        static const unsigned char FLIPS[] = {0x01, 0x80, 0xFF, 0x10};
        for (size_t k = 0; k < sizeof FLIPS; k++) {
            file[i] = (char)(file[i] ^ FLIPS[k]);
            if (zone_parse((struct str){file, n}, &z, NULL) == RC_OK) {
                for (int64_t t = -5000000000; t < 9000000000; t += 900000000)
                    zone_span_at(&z, t);
            } else {
                refused++;
            }
            file[i] = (char)(file[i] ^ FLIPS[k]);
        }
    }
    assert_true(refused > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(default_zone_is_shanghai),
        cmocka_unit_test(days_are_consecutive),
        cmocka_unit_test(starts_and_months),
        cmocka_unit_test(agrees_with_the_c_library),
        cmocka_unit_test(gaps_and_repeats),
        cmocka_unit_test(reads_every_form),
        cmocka_unit_test(reads_nothing_behind_the_view),
        cmocka_unit_test(formats),
        cmocka_unit_test(unknown_zones),
        cmocka_unit_test(rules_of_the_future),
        cmocka_unit_test(damaged_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
