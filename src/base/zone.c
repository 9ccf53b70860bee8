/* zone.c — reading the tz database (TZif, RFC 8536) and its rule for the future (POSIX.1 TZ).
 *
 * A zone is a sorted list of transitions and, behind the last of them, a rule. Nothing here touches
 * the process's TZ, so the answer does not depend on the environment. The file is taken as hostile:
 * every count is checked against the bytes that are left before it is used, and what breaks the
 * format is RC_CORRUPT. Refused as well: version 1 (32 bits, no rule), leap seconds ("right/…"),
 * more than 1,024 transitions. Looking up costs a binary search; calendar.c keeps the last answer.
 */
#include "base/zone.h"
#include "base/calendar.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ZONE_FOLDER "/usr/share/zoneinfo/"

enum { HEADER_BYTES = 44, FILE_BYTES = 32 << 10, OFFSET_MOST_S = 26 * 3600, DAY_S = 86400 };

/* ---- the rule of the future ---- */

static bool take_char(struct str *s, char c)
{
    if (s->n == 0 || s->p[0] != c)
        return false;
    *s = str_sub(*s, 1, s->n);
    return true;
}

/* A number of at most three digits, low … high. */
static bool take_number(struct str *s, int low, int high, int *out)
{
    int value = 0;
    size_t i = 0;
    for (; i < s->n && i < 3 && s->p[i] >= '0' && s->p[i] <= '9'; i++)
        value = value * 10 + (s->p[i] - '0');
    if (i == 0 || value < low || value > high)
        return false;
    *s = str_sub(*s, i, s->n);
    *out = value;
    return true;
}

/* [+-]h[:mm[:ss]] in seconds. */
static bool take_hms(struct str *s, int most_hours, int32_t *out)
{
    int hour, minute = 0, second = 0;
    bool negative = take_char(s, '-');
    if (!negative)
        take_char(s, '+');
    if (!take_number(s, 0, most_hours, &hour))
        return false;
    if (take_char(s, ':') && !take_number(s, 0, 59, &minute))
        return false;
    if (take_char(s, ':') && !take_number(s, 0, 59, &second))
        return false;
    int32_t value = hour * 3600 + minute * 60 + second;
    *out = negative ? -value : value;
    return true;
}

/* EST or <+0330>. */
static bool skip_name(struct str *s)
{
    size_t i = 0;
    if (take_char(s, '<')) {
        ptrdiff_t end = str_find_byte(*s, '>');
        if (end < 1)
            return false;
        *s = str_sub(*s, (size_t)end + 1, s->n);
        return true;
    }
    while (i < s->n && ((s->p[i] >= 'A' && s->p[i] <= 'Z') || (s->p[i] >= 'a' && s->p[i] <= 'z')))
        i++;
    *s = str_sub(*s, i, s->n);
    return i > 0;
}

/* ,M3.2.0[/2] or ,J60[/2] or ,59[/2] */
static bool take_moment(struct str *s, struct zone_moment *out)
{
    struct zone_moment m = {.kind = '0', .second = 2 * 3600};
    if (!take_char(s, ','))
        return false;
    bool ok;
    if (take_char(s, 'M')) {
        m.kind = 'M';
        ok = take_number(s, 1, 12, &m.month) && take_char(s, '.') &&
             take_number(s, 1, 5, &m.week) && take_char(s, '.') && take_number(s, 0, 6, &m.day);
    } else if (take_char(s, 'J')) {
        m.kind = 'J';
        ok = take_number(s, 1, 365, &m.day);
    } else {
        ok = take_number(s, 0, 365, &m.day);
    }
    if (ok && take_char(s, '/'))
        ok = take_hms(s, 167, &m.second);
    if (ok)
        *out = m;
    return ok;
}

/* POSIX counts west of Greenwich as positive. */
static bool parse_rule(struct str s, struct zone *z)
{
    int32_t west;
    if (!skip_name(&s) || !take_hms(&s, 24, &west))
        return false;
    z->has_rule = true;
    z->std_offset_s = -west;
    if (s.n == 0)
        return true;
    if (!skip_name(&s))
        return false;
    z->has_dst = true;
    z->dst_offset_s = z->std_offset_s + 3600;
    if (s.n > 0 && s.p[0] != ',') {
        if (!take_hms(&s, 24, &west))
            return false;
        z->dst_offset_s = -west;
    }
    return take_moment(&s, &z->dst_start) && take_moment(&s, &z->dst_end) && s.n == 0;
}

/* ---- the file ---- */

static uint32_t be32(const char *p)
{
    uint32_t v = 0;
    for (int i = 0; i < 4; i++)
        v = v << 8 | (unsigned char)p[i];
    return v;
}

static int64_t be64(const char *p)
{
    return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

struct header {
    uint32_t utc, std, leap, times, types, chars;
};

static bool take_header(struct str *s, struct header *out)
{
    if (s->n < HEADER_BYTES || !str_starts(*s, STR("TZif")) || s->p[4] < '2' || s->p[4] > '9')
        return false;
    const char *p = s->p + 20;
    *out = (struct header){be32(p),      be32(p + 4),  be32(p + 8),
                           be32(p + 12), be32(p + 16), be32(p + 20)};
    *s = str_sub(*s, HEADER_BYTES, s->n);
    return out->utc <= ZONE_TYPES && out->std <= ZONE_TYPES && out->leap <= ZONE_TRANSITIONS &&
           out->times <= 2 * ZONE_TRANSITIONS && out->types <= ZONE_TYPES &&
           out->chars <= FILE_BYTES;
}

/* Bytes of a data block whose times take `width` bytes. */
static size_t block_bytes(const struct header *h, size_t width)
{
    assert(width == 4 || width == 8);
    return h->times * (width + 1) + h->types * (size_t)6 + h->chars + h->leap * (width + 4) +
           h->std + h->utc;
}

/* Transitions of the 64-bit block; its size was checked. */
static bool read_block(const char *p, const struct header *h, struct zone *z)
{
    const char *index = p + (size_t)h->times * 8, *types = index + h->times;
    int32_t offset[ZONE_TYPES];
    for (uint32_t i = 0; i < h->types; i++) {
        offset[i] = (int32_t)be32(types + (size_t)i * 6);
        if (offset[i] <= -OFFSET_MOST_S || offset[i] >= OFFSET_MOST_S)
            return false;
    }
    z->first_offset_s = offset[0];
    z->n = (int32_t)h->times;
    for (uint32_t i = 0; i < h->times; i++) {
        unsigned char type = (unsigned char)index[i];
        z->at_s[i] = be64(p + (size_t)i * 8);
        if (type >= h->types || (i > 0 && z->at_s[i] <= z->at_s[i - 1]))
            return false;
        z->offset_s[i] = offset[type];
    }
    return true;
}

static bool parse(struct str s, struct zone *z)
{
    struct header h;
    if (!take_header(&s, &h) || block_bytes(&h, 4) > s.n)
        return false;
    s = str_sub(s, block_bytes(&h, 4), s.n);
    if (!take_header(&s, &h) || block_bytes(&h, 8) > s.n)
        return false;
    if (h.types == 0 || h.times > ZONE_TRANSITIONS || h.leap != 0 || !read_block(s.p, &h, z))
        return false;
    s = str_sub(s, block_bytes(&h, 8), s.n);
    ptrdiff_t end = s.n > 1 && s.p[0] == '\n' ? str_find_byte(str_sub(s, 1, s.n), '\n') : -1;
    if (end < 0)
        return false;
    return end == 0 || parse_rule(str_sub(s, 1, (size_t)end), z);
}

enum rc zone_parse(struct str bytes, struct zone *out, struct err *e)
{
    assert(out != NULL);
    struct zone z = {0};
    if (!parse(bytes, &z))
        return err_set(e, RC_CORRUPT, "zone_corrupt", "timezone", "系统的时区文件已损坏",
                       "the system's time zone file is damaged");
    *out = z;
    return RC_OK;
}

/* A name that stays inside the folder. */
static bool name_is_safe(struct str name)
{
    if (name.n == 0 || name.n >= ZONE_NAME_BYTES || name.p[0] == '/' ||
        str_find(name, STR("..")) >= 0)
        return false;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool word = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!word && c != '_' && c != '-' && c != '+' && c != '/')
            return false;
    }
    return true;
}

/* The whole file into `bytes`; its length, or -1 with errno. A longer one ends at FILE_BYTES, which
 * the parser then finds incomplete. */
static ssize_t read_file(const char *path, char bytes[static FILE_BYTES])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return -1;
    struct stat st;
    ssize_t n = -1;
    if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode))
        errno = ENOENT;
    else
        n = read(fd, bytes, FILE_BYTES);
    close(fd);
    return n;
}

enum rc zone_load(struct str name, struct zone *out, struct err *e)
{
    assert(out != NULL);
    char path[sizeof ZONE_FOLDER + ZONE_NAME_BYTES] = ZONE_FOLDER;
    char bytes[FILE_BYTES];
    ssize_t n = -1;
    errno = ENOENT;
    if (name_is_safe(name)) {
        memcpy(path + strlen(path), name.p, name.n);
        n = read_file(path, bytes);
    }
    if (n < 0 && (errno == ENOENT || errno == ENOTDIR)) {
        err_set(e, RC_INVALID, "zone_unknown", "timezone", "没有时区“" STR_FMT "”",
                "there is no time zone \"" STR_FMT "\"", STR_ARG(str_utf8_prefix(name, 40)));
        err_hint(e, "请用 Asia/Shanghai 这样的名称，并安装系统的 tzdata",
                 "use a name such as Asia/Shanghai, with the system's tzdata installed");
        return RC_INVALID;
    }
    if (n < 0)
        return err_set(e, RC_IO, "zone_unreadable", "timezone", "读不了时区文件 %s",
                       "cannot read the time zone file %s", path);
    struct zone z;
    enum rc rc = zone_parse((struct str){bytes, (size_t)n}, &z, e);
    if (rc != RC_OK)
        return rc;
    memcpy(z.name, name.p, name.n);
    *out = z;
    return RC_OK;
}

/* ---- looking up ---- */

/* The moment in a year as local seconds since 1970, by the clock that it ends. */
static int64_t moment_s(const struct zone_moment *m, int year)
{
    int32_t first = calendar_day_from_civil(year, 1, 1);
    int32_t march = calendar_day_from_civil(year, 3, 1);
    int32_t day = first + m->day;
    if (m->kind == 'J') {
        /* J60 is 1 March in every year: 29 February has no number. */
        day = m->day < 60 ? first + m->day - 1 : march + m->day - 60;
    } else if (m->kind == 'M') {
        int32_t month = calendar_day_from_civil(year, m->month, 1);
        int32_t next = calendar_add_months(month, 1);
        day = month + (m->day - calendar_weekday(month) % 7 + 7) % 7 + 7 * (m->week - 1);
        while (day >= next)
            day -= 7;
    }
    return (int64_t)day * DAY_S + m->second;
}

/* The span by the rule alone. Of two changes at one instant the start of summer time wins, which is
 * how POSIX writes a zone that has it all year. */
static struct zone_span rule_span(const struct zone *z, int64_t at_s)
{
    if (!z->has_dst)
        return (struct zone_span){INT64_MIN, INT64_MAX, z->std_offset_s};
    int year, month, day;
    calendar_civil_from_day((int32_t)(at_s / DAY_S), &year, &month, &day);
    struct zone_span span = {INT64_MIN, INT64_MAX, z->std_offset_s};
    for (int y = year - 2; y <= year + 1; y++) {
        const int64_t change_s[2] = {moment_s(&z->dst_end, y) - z->dst_offset_s,
                                     moment_s(&z->dst_start, y) - z->std_offset_s};
        const int32_t offset_s[2] = {z->std_offset_s, z->dst_offset_s};
        for (int i = 0; i < 2; i++) {
            if (change_s[i] <= at_s && change_s[i] >= span.from_s) {
                span.from_s = change_s[i];
                span.offset_s = offset_s[i];
            } else if (change_s[i] > at_s && change_s[i] < span.to_s) {
                span.to_s = change_s[i];
            }
        }
    }
    assert(span.from_s <= at_s && at_s < span.to_s);
    return span;
}

struct zone_span zone_span_at(const struct zone *z, int64_t at_s)
{
    assert(z != NULL && z->n >= 0 && z->n <= ZONE_TRANSITIONS);
    int32_t low = 0, high = z->n; /* transitions before low are <= at_s, from high on are > at_s */
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        if (z->at_s[middle] <= at_s)
            low = middle + 1;
        else
            high = middle;
    }
    struct zone_span span = {
        .from_s = low > 0 ? z->at_s[low - 1] : INT64_MIN,
        .to_s = low < z->n ? z->at_s[low] : INT64_MAX,
        .offset_s = low > 0 ? z->offset_s[low - 1] : z->first_offset_s,
    };
    if (low == z->n && z->has_rule) {
        struct zone_span ruled = rule_span(z, at_s);
        if (ruled.from_s < span.from_s)
            ruled.from_s = span.from_s;
        span = ruled;
    }
    assert(span.from_s <= at_s && at_s < span.to_s);
    return span;
}
