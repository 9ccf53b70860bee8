/* code.c — who receives now, and with which words.
 *
 * A look reads each list once, so a code of 100 members with a row of hours a day costs 100 × 700
 * comparisons at most. What is allowed is in code_check.c.
 */
#include "domain/code.h"

#include "base/buf.h"
#include "base/calendar.h"
#include "base/secret.h"
#include "store/directory.h"

#include <assert.h>

enum { LIST_BYTES = 64 << 10, TEXT_BYTES = 16 << 10, DAY_MINUTES = 1440, DAY_BYTES = 20 };

struct str code_new_state(struct arena *a)
{
    char text[CODE_STATE_CHARS + 1];
    secret_random_text(text, CODE_STATE_CHARS);
    return arena_str(a, str_from(text));
}

/* ---- hours ---- */

struct minute {
    int64_t weekday, minute;
};

static struct minute minute_of(int64_t at_s)
{
    struct civil t = calendar_civil_of(at_s);
    return (struct minute){calendar_weekday(calendar_day_of(at_s)), t.hour * 60 + t.minute};
}

/* Whether any row is of `staff_id`, and whether one of them holds the minute. */
static bool has_hours(const struct code *c, int64_t staff_id, struct minute m, bool *out_inside)
{
    bool any = false;
    *out_inside = false;
    for (size_t i = 0; i < c->hours_n; i++) {
        const struct code_hours *h = &c->hours[i];
        if (h->staff_id != staff_id)
            continue;
        any = true;
        *out_inside = *out_inside ||
                      (h->weekday == m.weekday && h->from_min <= m.minute && m.minute < h->to_min);
    }
    return any;
}

bool code_on_duty(const struct code *c, int64_t staff_id, int64_t at_s)
{
    struct minute m = minute_of(at_s);
    bool inside;
    if (has_hours(c, staff_id, m, &inside) || has_hours(c, 0, m, &inside))
        return inside;
    return true;
}

/* ---- who ---- */

static const struct code_received *received_by(const struct code_received *list, size_t n,
                                               int64_t staff_id)
{
    static const struct code_received none;
    for (size_t i = 0; i < n; i++)
        if (list[i].staff_id == staff_id)
            return &list[i];
    return &none;
}

static bool is_full(const struct code_member *m, int64_t now_s)
{
    return m->full_until_s > now_s; /* DB_NULL is below any time */
}

static bool can_receive(const struct code *c, const struct code_member *m, int64_t now_s,
                        const struct code_received *r)
{
    return !m->backup && !m->left && !is_full(m, now_s) &&
           (m->daily_cap == 0 || r->today < m->daily_cap) &&
           (m->total_cap == 0 || r->total < m->total_cap) && code_on_duty(c, m->staff_id, now_s);
}

static void list_add(struct buf *b, struct str id)
{
    if (b->n > 0)
        buf_addc(b, ',');
    buf_add(b, id);
}

static struct str take(struct buf *b, struct arena *a)
{
    assert(!b->failed); /* 500 ids of 64 bytes fit */
    struct str out = arena_str(a, buf_str(b));
    buf_done(b);
    return out;
}

/* Those on duty who have not had more than their part of this shift: somebody always has not. */
static struct str by_weight(const struct code *c, const bool *can, const struct code_received *list,
                            size_t n, bool new_shift, struct arena *a, size_t *out_n)
{
    int64_t weights = 0, all = 0;
    struct buf b;
    buf_init(&b, LIST_BYTES);
    for (size_t i = 0; i < c->members_n; i++) {
        if (!can[i])
            continue;
        weights += c->members[i].weight;
        all += new_shift ? 0 : received_by(list, n, c->members[i].staff_id)->shift;
    }
    *out_n = 0;
    bool equal = true;
    for (size_t i = 0, first = c->members_n; i < c->members_n; i++) {
        first = can[i] && first == c->members_n ? i : first;
        equal = equal && (!can[i] || c->members[i].weight == c->members[first].weight);
    }
    for (size_t i = 0; i < c->members_n; i++) {
        const struct code_member *m = &c->members[i];
        int64_t had = new_shift ? 0 : received_by(list, n, m->staff_id)->shift;
        if (!can[i] || (!equal && had * weights > m->weight * (all + 1)))
            continue;
        list_add(&b, m->userid);
        ++*out_n;
    }
    return take(&b, a);
}

static struct str backups(const struct code *c, int64_t now_s, struct arena *a, size_t *out_n)
{
    struct buf b;
    buf_init(&b, LIST_BYTES);
    *out_n = 0;
    for (size_t i = 0; i < c->members_n; i++) {
        const struct code_member *m = &c->members[i];
        if (!m->backup || m->left || is_full(m, now_s))
            continue;
        list_add(&b, m->userid);
        ++*out_n;
    }
    return take(&b, a);
}

void code_pick(const struct code *c, int64_t now_s, const struct code_received *received, size_t n,
               struct arena *a, struct code_choice *out)
{
    bool *can = ARENA_ARRAY(a, bool, c->members_n + 1);
    bool any = false;
    struct buf b;
    buf_init(&b, LIST_BYTES);
    for (size_t i = 0; i < c->members_n; i++) {
        const struct code_member *m = &c->members[i];
        can[i] = can_receive(c, m, now_s, received_by(received, n, m->staff_id));
        any = any || can[i];
        if (can[i])
            list_add(&b, m->userid);
    }
    *out = (struct code_choice){.why = CODE_ON_DUTY, .on_duty = take(&b, a)};
    if (any) {
        bool new_shift = !str_eq(out->on_duty, c->on_duty);
        out->listed = by_weight(c, can, received, n, new_shift, a, &out->n);
        assert(out->n > 0);
        return;
    }
    out->listed = backups(c, now_s, a, &out->n);
    out->why = out->n > 0 ? CODE_BACKUP : CODE_NOBODY;
}

struct str code_everyone(const struct code *c, struct arena *a)
{
    struct buf b;
    buf_init(&b, LIST_BYTES);
    for (int left = 0; left <= 1 && b.n == 0; left++)
        for (size_t i = 0; i < c->members_n; i++)
            if (left || !(c->members[i].backup || c->members[i].left))
                list_add(&b, c->members[i].userid);
    return take(&b, a);
}

void code_pick_group(const struct code *c, struct arena *a, struct code_choice *out)
{
    const struct code_group *last = NULL;
    *out = (struct code_choice){.why = CODE_NOBODY, .on_duty = STR(""), .listed = STR("")};
    for (size_t i = 0; i < c->groups_n; i++) {
        const struct code_group *g = &c->groups[i];
        if (g->dismissed || str_empty(g->chat_id))
            continue;
        last = g;
        if (g->members < c->full_at) {
            out->why = CODE_ON_DUTY;
            break;
        }
    }
    if (last == NULL)
        return;
    if (out->why == CODE_NOBODY && c->auto_room)
        out->why = CODE_BACKUP; /* WeCom makes the next one behind it */
    out->listed = out->on_duty = arena_str(a, last->chat_id);
    out->n = 1;
}

/* ---- words ---- */

const struct code_welcome *code_welcome_at(const struct code *c, struct str customer, int64_t at_s)
{
    struct minute m = minute_of(at_s);
    for (size_t i = 0; i < c->welcomes_n; i++) {
        const struct code_welcome *w = &c->welcomes[i];
        if ((str_eq(w->customer, STR("any")) || str_eq(w->customer, customer)) &&
            (w->weekdays >> (m.weekday - 1) & 1) != 0 && w->from_min <= m.minute &&
            m.minute < w->to_min)
            return w;
    }
    return NULL;
}

struct str code_fill(struct str text, const struct code_words *words, size_t chars, struct arena *a)
{
    char day[DAY_BYTES];
    calendar_format_day(calendar_day_of(words->at_s), day);
    const struct {
        struct str word, value;
    } WORDS[] = {{STR("{name}"), words->name},
                 {STR("{staff}"), words->staff},
                 {STR("{code}"), words->code},
                 {STR("{day}"), str_from(day)}};
    struct buf b;
    buf_init(&b, TEXT_BYTES);
    for (size_t at = 0; at < text.n;) {
        struct str rest = str_sub(text, at, text.n - at);
        size_t k = 0, n = sizeof WORDS / sizeof *WORDS;
        while (k < n && (str_absent(WORDS[k].value) || !str_starts(rest, WORDS[k].word)))
            k++;
        if (k < n)
            buf_add(&b, WORDS[k].value);
        else
            buf_addc(&b, rest.p[0]);
        at += k < n ? WORDS[k].word.n : 1;
    }
    struct str out = arena_str(a, buf_str(&b)); /* what passes TEXT_BYTES is cut */
    buf_done(&b);
    out.n = str_utf8_valid_bytes(out);
    return chars == 0 ? out : str_utf8_prefix(out, chars);
}

enum rc code_welcome(struct tx *tx, struct str state, struct str userid, int64_t now_s,
                     struct str customer, struct arena *a, struct code_greeting *out, struct err *e)
{
    struct code c;
    struct staff_row staff = {0};
    enum rc rc = str_empty(state) ? RC_NOT_FOUND : code_of_state(tx, state, a, &c, e);
    if (rc != RC_OK)
        return rc;
    const struct code_welcome *w = code_welcome_at(&c, customer, now_s);
    if (w == NULL)
        return RC_NOT_FOUND;
    rc = directory_find_staff(tx, userid, &staff, e);
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return rc;
    struct code_words words = {
        .staff = rc == RC_OK ? staff.name : userid, .code = c.name, .at_s = now_s};
    *out = (struct code_greeting){c.id, code_fill(w->text, &words, 0, a), w->attachments};
    return RC_OK;
}
