/* calendar.c — days, weeks and months in the corp's zone.
 *
 * Civil arithmetic is Howard Hinnant's ("chrono-Compatible Low-Level Date Algorithms", 2014): no
 * tables, no loops, right for every year. The zone's offsets come from zone.c. Because instants of
 * one import or one answer lie close together, each thread keeps the span with one offset that it
 * used last; Asia/Shanghai has had a single one since 1991, so day_of() is a comparison, an
 * addition and a division: about 5 ns, and calendar_parse() about 50 ns.
 *
 * Instants outside the years 1 … 9999 are taken as the first or last of them, so "never" and "for
 * ever" (INT64_MIN, INT64_MAX) format and group without overflow. Before calendar_set_zone() the
 * zone is Asia/Shanghai, or plain UTC+8 on a system without a tz database.
 */
#include "base/calendar.h"
#include "base/zone.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>

enum { DAY_S = 86400 };

static const int64_t FIRST_S = INT64_C(-62135596800); /* 0001-01-01 */
static const int64_t LAST_S = INT64_C(253402300799);  /* 9999-12-31 23:59:59 */
static const int32_t FIRST_DAY = -719162, LAST_DAY = 2932896;

static struct zone zone;
static pthread_once_t zone_once = PTHREAD_ONCE_INIT;
static unsigned zone_generation = 1; /* counts calendar_set_zone(), so that cached spans expire */

static _Thread_local struct zone_span last_span; /* empty until first used */
static _Thread_local unsigned last_generation;

/* ---- the zone ---- */

static void load_default_zone(void)
{
    if (zone.name[0] != '\0' || zone_load(STR("Asia/Shanghai"), &zone, NULL) == RC_OK)
        return;
    zone = (struct zone){.name = "Asia/Shanghai", .first_offset_s = 8 * 3600};
}

enum rc calendar_set_zone(struct str name, struct err *e)
{
    struct zone z;
    enum rc rc = zone_load(name, &z, e);
    if (rc != RC_OK)
        return rc;
    assert(z.name[0] != '\0');
    zone = z;
    zone_generation++;
    return RC_OK;
}

struct str calendar_zone(void)
{
    pthread_once(&zone_once, load_default_zone);
    assert(zone.name[0] != '\0');
    return str_from(zone.name);
}

static struct zone_span look_up(int64_t at_s)
{
    pthread_once(&zone_once, load_default_zone);
    last_span = zone_span_at(&zone, at_s);
    last_generation = zone_generation;
    return last_span;
}

static inline struct zone_span span_at(int64_t at_s)
{
    if (last_generation == zone_generation && at_s >= last_span.from_s && at_s < last_span.to_s)
        return last_span;
    return look_up(at_s);
}

/* ---- civil arithmetic ---- */

int32_t calendar_day_from_civil(int year, int month, int day)
{
    assert(month >= 1 && month <= 12);
    /* Years start in March, so that the leap day is the last; eras are 400 years. */
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t days = era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
    assert(days >= INT32_MIN && days <= INT32_MAX);
    return (int32_t)days;
}

void calendar_civil_from_day(int32_t day, int *year, int *month, int *day_of_month)
{
    assert(year != NULL && month != NULL && day_of_month != NULL);
    int64_t z = (int64_t)day + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t of_era = z - era * 146097;
    int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * y + y / 4 - y / 100);
    int64_t m = (5 * of_year + 2) / 153;
    *day_of_month = (int)(of_year - (153 * m + 2) / 5 + 1);
    *month = (int)(m < 10 ? m + 3 : m - 9);
    *year = (int)(y + era * 400 + (*month <= 2));
}

int calendar_weekday(int32_t day)
{
    /* Day 0 was a Thursday. */
    int64_t since_monday = ((int64_t)day + 3) % 7;
    return (int)(since_monday < 0 ? since_monday + 8 : since_monday + 1);
}

static int days_in_month(int year, int month)
{
    static const int DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    assert(month >= 1 && month <= 12);
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : DAYS[month - 1];
}

bool calendar_valid(const struct civil *c)
{
    assert(c != NULL);
    return c->year >= 1 && c->year <= 9999 && c->month >= 1 && c->month <= 12 && c->day >= 1 &&
           c->day <= days_in_month(c->year, c->month) && c->hour >= 0 && c->hour <= 23 &&
           c->minute >= 0 && c->minute <= 59 && c->second >= 0 && c->second <= 59;
}

int32_t calendar_week_start(int32_t day)
{
    return day - (calendar_weekday(day) - 1);
}

int32_t calendar_month_start(int32_t day)
{
    int year, month, of_month;
    calendar_civil_from_day(day, &year, &month, &of_month);
    return day - (of_month - 1);
}

int32_t calendar_quarter_start(int32_t day)
{
    int year, month, of_month;
    calendar_civil_from_day(day, &year, &month, &of_month);
    return calendar_day_from_civil(year, (month - 1) / 3 * 3 + 1, 1);
}

int32_t calendar_year_start(int32_t day)
{
    int year, month, of_month;
    calendar_civil_from_day(day, &year, &month, &of_month);
    return calendar_day_from_civil(year, 1, 1);
}

int32_t calendar_add_months(int32_t day, int months)
{
    assert(months > -1200000 && months < 1200000);
    int year, month, of_month;
    calendar_civil_from_day(day, &year, &month, &of_month);
    int64_t count = (int64_t)year * 12 + (month - 1) + months;
    int64_t new_year = (count >= 0 ? count : count - 11) / 12;
    int new_month = (int)(count - new_year * 12) + 1;
    int most = days_in_month((int)new_year, new_month);
    return calendar_day_from_civil((int)new_year, new_month, of_month < most ? of_month : most);
}

/* ---- instants ---- */

static int64_t clip_s(int64_t at_s)
{
    return at_s < FIRST_S ? FIRST_S : at_s > LAST_S ? LAST_S : at_s;
}

static int32_t clip_day(int32_t day)
{
    return day < FIRST_DAY ? FIRST_DAY : day > LAST_DAY ? LAST_DAY : day;
}

static int64_t floor_days(int64_t s)
{
    return (s >= 0 ? s : s - (DAY_S - 1)) / DAY_S;
}

int32_t calendar_day_of(int64_t at_s)
{
    int64_t at = clip_s(at_s);
    return clip_day((int32_t)floor_days(at + span_at(at).offset_s));
}

static struct civil civil_from_local(int64_t local_s)
{
    struct civil c;
    int64_t day = floor_days(local_s), second = local_s - day * DAY_S;
    assert(second >= 0 && second < DAY_S);
    calendar_civil_from_day((int32_t)day, &c.year, &c.month, &c.day);
    c.hour = (int)(second / 3600);
    c.minute = (int)(second / 60 % 60);
    c.second = (int)(second % 60);
    return c;
}

struct civil calendar_civil_of(int64_t at_s)
{
    int64_t at = clip_s(at_s);
    return civil_from_local(clip_s(at + span_at(at).offset_s));
}

/* The instant of a local time, and whether the zone skipped it. */
static int64_t instant_of(int64_t local_s, bool *skipped)
{
    *skipped = false;
    /* Far from both ends of the span used last there is only one candidate. */
    int64_t guess = local_s - last_span.offset_s;
    if (last_generation == zone_generation && guess - 2 * DAY_S >= last_span.from_s &&
        guess + 2 * DAY_S < last_span.to_s)
        return guess;
    /* Offsets are less than a day, so these two instants lie on either side of the one wanted. The
     * earlier offset gives the earlier of two answers, and moves a skipped time behind the gap. */
    int64_t early = local_s - span_at(local_s - DAY_S).offset_s;
    if (local_s - early == span_at(early).offset_s)
        return early;
    int64_t late = local_s - span_at(local_s + DAY_S).offset_s;
    if (local_s - late == span_at(late).offset_s)
        return late;
    *skipped = true;
    return early;
}

int64_t calendar_day_start_s(int32_t day)
{
    bool skipped;
    int64_t at_s = instant_of((int64_t)clip_day(day) * DAY_S, &skipped);
    /* Where midnight was skipped the day starts with the change itself. */
    return skipped ? span_at(at_s).from_s : at_s;
}

int64_t calendar_instant_s(const struct civil *c)
{
    assert(calendar_valid(c));
    bool skipped;
    int64_t day = calendar_day_from_civil(c->year, c->month, c->day);
    return instant_of(day * DAY_S + c->hour * 3600 + c->minute * 60 + c->second, &skipped);
}

/* ---- reading ---- */

/* What is left to read; every take_…() moves `p` only when it succeeds. */
struct reader {
    const char *p, *end;
};

static bool take_char(struct reader *r, char c)
{
    if (r->p == r->end || *r->p != c)
        return false;
    r->p++;
    return true;
}

static bool take_text(struct reader *r, struct str what)
{
    if (!str_starts((struct str){r->p, (size_t)(r->end - r->p)}, what))
        return false;
    r->p += what.n;
    return true;
}

/* A number of least … most digits. */
static bool take_number(struct reader *r, int least, int most, int *out)
{
    const char *p = r->p;
    int value = 0, n = 0;
    while (p < r->end && n < most && *p >= '0' && *p <= '9') {
        value = value * 10 + (*p++ - '0');
        n++;
    }
    if (n < least)
        return false;
    r->p = p;
    *out = value;
    return true;
}

static size_t digits_ahead(const struct reader *r)
{
    const char *p = r->p;
    while (p < r->end && *p >= '0' && *p <= '9')
        p++;
    return (size_t)(p - r->p);
}

/* 2020-02-01, 2020/2/1, 2020年2月1日, 20200201 */
static bool take_date(struct reader *r, struct civil *c)
{
    if (digits_ahead(r) == 8)
        return take_number(r, 4, 4, &c->year) && take_number(r, 2, 2, &c->month) &&
               take_number(r, 2, 2, &c->day);
    if (digits_ahead(r) != 4 || !take_number(r, 4, 4, &c->year))
        return false;
    if (take_text(r, STR("年")))
        return take_number(r, 1, 2, &c->month) && take_text(r, STR("月")) &&
               take_number(r, 1, 2, &c->day) && take_text(r, STR("日"));
    char separator = take_char(r, '-') ? '-' : '/';
    if (separator == '/' && !take_char(r, '/'))
        return false;
    return take_number(r, 1, 2, &c->month) && take_char(r, separator) &&
           take_number(r, 1, 2, &c->day);
}

/* H:MM[:SS[.fff]]; the fraction is dropped. */
static bool take_time(struct reader *r, struct civil *c)
{
    if (!take_number(r, 1, 2, &c->hour) || !take_char(r, ':') || !take_number(r, 2, 2, &c->minute))
        return false;
    if (!take_char(r, ':'))
        return true;
    if (!take_number(r, 2, 2, &c->second))
        return false;
    int fraction;
    return !take_char(r, '.') || take_number(r, 1, 9, &fraction);
}

/* Z, UTC or ±HH[[:]MM]. */
static bool take_offset(struct reader *r, int32_t *out_s)
{
    if (take_char(r, 'Z') || take_char(r, 'z') || take_text(r, STR("UTC"))) {
        *out_s = 0;
        return true;
    }
    bool west = take_char(r, '-');
    int hour, minute = 0;
    if ((!west && !take_char(r, '+')) || !take_number(r, 2, 2, &hour))
        return false;
    if ((take_char(r, ':') || r->p < r->end) && !take_number(r, 2, 2, &minute))
        return false;
    if (hour > 18 || minute > 59)
        return false;
    *out_s = (west ? -1 : 1) * (hour * 3600 + minute * 60);
    return true;
}

static bool skip_blanks(struct reader *r)
{
    const char *from = r->p;
    while (r->p < r->end && *r->p == ' ')
        r->p++;
    return r->p != from;
}

/* Text that is digits only: a Unix time, or 20200201[093000]. */
static bool parse_digits(struct str s, int64_t *out_s)
{
    struct reader r = {s.p, s.p + s.n};
    struct civil c = {0};
    int64_t value = 0;
    if (s.n == 10 || s.n == 13) {
        if (!str_to_i64(s, &value))
            return false;
        *out_s = s.n == 13 ? value / 1000 : value;
        return true;
    }
    if (s.n != 8 && s.n != 14)
        return false;
    bool ok = take_number(&r, 4, 4, &c.year) && take_number(&r, 2, 2, &c.month) &&
              take_number(&r, 2, 2, &c.day);
    if (s.n == 14)
        ok = ok && take_number(&r, 2, 2, &c.hour) && take_number(&r, 2, 2, &c.minute) &&
             take_number(&r, 2, 2, &c.second);
    assert(ok && r.p == r.end);
    if (!calendar_valid(&c))
        return false;
    *out_s = calendar_instant_s(&c);
    return true;
}

bool calendar_parse(struct str text, int64_t *out_s)
{
    assert(out_s != NULL);
    struct str s = str_trim(text);
    if (s.n < 8) /* absent, perhaps */
        return false;
    struct reader r = {s.p, s.p + s.n};
    if (digits_ahead(&r) == s.n)
        return parse_digits(s, out_s);

    struct civil c = {0};
    int32_t offset_s = 0;
    bool has_offset = false;
    if (!take_date(&r, &c))
        return false;
    if (r.p < r.end) {
        bool parted = skip_blanks(&r) || take_char(&r, 'T') || take_char(&r, 't');
        bool chinese = r.p[-1] == STR("日").p[2];
        if ((!parted && !chinese) || !take_time(&r, &c))
            return false;
        skip_blanks(&r);
        has_offset = r.p < r.end;
        if (has_offset && !take_offset(&r, &offset_s))
            return false;
    }
    if (r.p != r.end || !calendar_valid(&c))
        return false;
    int64_t day = calendar_day_from_civil(c.year, c.month, c.day);
    *out_s = has_offset ? day * DAY_S + c.hour * 3600 + c.minute * 60 + c.second - offset_s
                        : calendar_instant_s(&c);
    return true;
}

/* ---- writing ---- */

static char *put(char *p, int value, int digits)
{
    assert(value >= 0);
    for (int i = digits; i-- > 0; value /= 10)
        p[i] = (char)('0' + value % 10);
    return p + digits;
}

static char *put_date(char *p, const struct civil *c)
{
    p = put(p, c->year, 4);
    *p++ = '-';
    p = put(p, c->month, 2);
    *p++ = '-';
    return put(p, c->day, 2);
}

static char *put_time(char *p, const struct civil *c)
{
    p = put(p, c->hour, 2);
    *p++ = ':';
    p = put(p, c->minute, 2);
    *p++ = ':';
    return put(p, c->second, 2);
}

void calendar_format(int64_t at_s, char out[static 20])
{
    struct civil c = calendar_civil_of(at_s);
    char *p = put_date(out, &c);
    *p++ = ' ';
    p = put_time(p, &c);
    *p = '\0';
    assert(p - out == 19);
}

void calendar_format_day(int32_t day, char out[static 11])
{
    struct civil c = civil_from_local((int64_t)clip_day(day) * DAY_S);
    char *p = put_date(out, &c);
    *p = '\0';
    assert(p - out == 10);
}

void calendar_format_rfc3339(int64_t at_s, char out[static 21])
{
    struct civil c = civil_from_local(clip_s(at_s));
    char *p = put_date(out, &c);
    *p++ = 'T';
    p = put_time(p, &c);
    *p++ = 'Z';
    *p = '\0';
    assert(p - out == 20);
}
