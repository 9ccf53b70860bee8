/* zone — one time zone's offsets from UTC, read from the system's tz database. For calendar.c, and
 * for checking a name without setting it.
 */
#ifndef KOI_BASE_ZONE_H
#define KOI_BASE_ZONE_H

#include "base/err.h"
#include "base/str.h"

enum { ZONE_TRANSITIONS = 1024, ZONE_TYPES = 256, ZONE_NAME_BYTES = 64 };

/* When a rule of the future starts: POSIX.1 TZ, "M3.2.0/2", "J60/0" or "59". */
struct zone_moment {
    char kind;            /* 'M', 'J', or '0' for the zero-based day of the year */
    int month, week, day; /* 'M': 1 … 12, 1 … 5 (5 = last), 0 … 6 from Sunday; else only `day` */
    int32_t second;       /* of the local day; may be negative or past 86,400 */
};

struct zone {
    char name[ZONE_NAME_BYTES];
    int32_t n;                          /* transitions */
    int64_t at_s[ZONE_TRANSITIONS];     /* ascending */
    int32_t offset_s[ZONE_TRANSITIONS]; /* in force from at_s[i]; east of Greenwich is positive */
    int32_t first_offset_s;             /* before at_s[0] */
    /* Behind the last transition: `std` always, or between two moments of each year `dst`. */
    bool has_rule, has_dst;
    int32_t std_offset_s, dst_offset_s;
    struct zone_moment dst_start, dst_end;
};

/* A stretch of time, [from_s, to_s), with one offset. */
struct zone_span {
    int64_t from_s, to_s;
    int32_t offset_s;
};

/* Reads a zone by IANA name. RC_INVALID when there is none of that name, RC_CORRUPT when its file
 * breaks RFC 8536 (versions 2 and later), RC_IO when it cannot be read. */
enum rc zone_load(struct str name, struct zone *out, struct err *e);
/* The same from the bytes of a file. */
enum rc zone_parse(struct str bytes, struct zone *out, struct err *e);
/* The span that `at_s` lies in; at_s is within the years -1 to 10001. */
struct zone_span zone_span_at(const struct zone *z, int64_t at_s);

#endif
