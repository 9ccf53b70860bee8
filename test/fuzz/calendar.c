/* calendar — any text as a date and as money; what is understood must survive being written and
 * read.
 *
 * An instant prints as local time, which reads back as the same instant, but for an hour that a
 * zone repeats (Asia/Shanghai had such hours until 1991): there the earlier one is meant.
 */
#include "base/calendar.h"
#include "base/money.h"

#include <assert.h>

/* 0001-01-01 and 9999-12-31, UTC. */
static const int64_t FIRST_S = -62135596800;
static const int64_t LAST_S = 253402300799;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void date(struct str text)
{
    int64_t at_s = 0;
    int64_t again_s = 0;
    char out[20];
    if (!calendar_parse(text, &at_s)) {
        assert(at_s == 0);
        return;
    }
    calendar_format(at_s, out);
    assert(calendar_parse(str_from(out), &again_s));
    bool at_the_end = at_s < FIRST_S + 86400 || at_s > LAST_S - 86400;
    assert(at_the_end || (at_s - again_s >= 0 && at_s - again_s <= 3600));
    int32_t day = calendar_day_of(at_s);
    assert(calendar_week_start(day) <= day && calendar_weekday(calendar_week_start(day)) == 1);
    assert(calendar_month_start(day) <= day && calendar_year_start(day) <= day);
}

static void money(struct str text)
{
    int64_t fen = 0;
    int64_t again = 0;
    char out[24];
    if (money_parse_fen(text, &fen)) {
        money_format(fen, out);
        assert(money_parse_fen(str_from(out), &again) && again == fen);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct str text = {(const char *)data, n};
    date(text);
    money(text);
    return 0;
}
