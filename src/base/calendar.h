/* calendar — days, weeks and months in the corp's time zone.
 *
 * A `day` is a count of civil days since 1970-01-01 in the proleptic Gregorian calendar.
 * Conversions to and from instants go through the zone set by calendar_set_zone() (IANA name,
 * default Asia/Shanghai), read from the system's tz database. Weeks start on Monday (ISO 8601). A
 * local time that the zone skips is moved forward by the length of the gap, as PostgreSQL does
 * (02:30 becomes 03:30); of one that it repeats the earlier instant is meant. Instants and days
 * outside the years 1 … 9999 are taken as the first or last of them.
 */
#ifndef KOI_BASE_CALENDAR_H
#define KOI_BASE_CALENDAR_H

#include "base/err.h"
#include "base/str.h"

struct civil {
    int year;       /* 1 … 9999 */
    int month, day; /* 1 … 12, 1 … 31 */
    int hour, minute, second;
};

/* Sets the zone of the process. RC_INVALID when the system does not know the name, RC_CORRUPT or
 * RC_IO when its file cannot be used. Not thread-safe: call at start, before threads. */
enum rc calendar_set_zone(struct str name, struct err *e);
struct str calendar_zone(void);

/* A month of 1 … 12; any day of month, counted from the first. */
int32_t calendar_day_from_civil(int year, int month, int day);
void calendar_civil_from_day(int32_t day, int *year, int *month, int *day_of_month);
/* 1 = Monday … 7 = Sunday. */
int calendar_weekday(int32_t day);
/* Whether it is a day and a time that exist in the calendar (the zone is not asked). */
bool calendar_valid(const struct civil *c);

/* The instant's local day, and its whole local time. */
int32_t calendar_day_of(int64_t at_s);
struct civil calendar_civil_of(int64_t at_s);
/* The first instant of a local day; the instant of a valid local time. */
int64_t calendar_day_start_s(int32_t day);
int64_t calendar_instant_s(const struct civil *c);

/* First day of the day's week (Monday), month, quarter, year; and the same moved by n of them. */
int32_t calendar_week_start(int32_t day);
int32_t calendar_month_start(int32_t day);
int32_t calendar_quarter_start(int32_t day);
int32_t calendar_year_start(int32_t day);
/* The day of the month is clipped to the month's length. */
int32_t calendar_add_months(int32_t day, int months);

/* Reads a date with or without time in the forms that files bring: 2020-02-01, 2020/2/1, 20200201,
 * 2020年2月1日, each optionally followed by H:MM[:SS[.fff]], T allowed between, and then by Z, UTC or
 * ±HH[[:]MM]. Without an offset the corp's zone counts. Also 20200201093000, and 10- and 13-digit
 * Unix times in seconds and milliseconds. Blanks around are ignored, fractions dropped. False,
 * `out_s` untouched, for anything else. `out_s` is the instant. */
bool calendar_parse(struct str text, int64_t *out_s);

/* "2026-11-21 08:30:00" and "2026-11-21" in the corp's zone; at least 20 and 11 bytes. */
void calendar_format(int64_t at_s, char out[static 20]);
void calendar_format_day(int32_t day, char out[static 11]);
/* RFC 3339 in UTC: "2026-11-21T00:30:00Z"; at least 21 bytes. */
void calendar_format_rfc3339(int64_t at_s, char out[static 21]);

#endif
