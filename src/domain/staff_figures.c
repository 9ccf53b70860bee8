/* staff_figures.c — one slot for each key, found by the member of staff; every row of the range is
 * added to its slot and to the sum. Memory: a slot for each member, department or day.
 */
#include "domain/staff_figures.h"

#include "base/calendar.h"
#include "store/ids.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_S = 86400 };

struct staff_figures staff_figures_fresh(int64_t key)
{
    return (struct staff_figures){
        .key = key,
        .chat_cnt = DB_NULL,
        .message_cnt = DB_NULL,
        .negative_feedback_cnt = DB_NULL,
        .new_apply_cnt = DB_NULL,
        .new_contact_cnt = DB_NULL,
        .reply_low = (double)NAN,
        .reply_high = (double)NAN,
        .minutes_low = DB_NULL,
        .minutes_high = DB_NULL,
        .new_chat_cnt = DB_NULL,
        .new_member_cnt = DB_NULL,
        .msg_total = DB_NULL,
        .chat_total = DB_NULL,
        .member_total = DB_NULL,
        .told_us = DB_NULL,
    };
}

static void add(int64_t *sum, int64_t v)
{
    if (v != DB_NULL)
        *sum = *sum == DB_NULL ? v : *sum + v;
}

static void latest(int64_t *at, int64_t v)
{
    if (*at == DB_NULL || v > *at)
        *at = v;
}

void staff_figures_add(struct staff_figures *f, const struct staff_day *d)
{
    f->days++;
    add(&f->chat_cnt, d->chat_cnt);
    add(&f->message_cnt, d->message_cnt);
    add(&f->negative_feedback_cnt, d->negative_feedback_cnt);
    add(&f->new_apply_cnt, d->new_apply_cnt);
    add(&f->new_contact_cnt, d->new_contact_cnt);
    latest(&f->told_us, d->told_us);
    if (!isnan(d->reply_percentage)) {
        f->reply_low = fmin(f->reply_low, d->reply_percentage); /* fmin passes over NaN */
        f->reply_high = fmax(f->reply_high, d->reply_percentage);
    }
    if (d->avg_reply_time != DB_NULL) {
        if (f->minutes_low == DB_NULL || d->avg_reply_time < f->minutes_low)
            f->minutes_low = d->avg_reply_time;
        latest(&f->minutes_high, d->avg_reply_time);
    }
}

/* `last`: the owner's last told day, whose totals count. */
static void add_owner(struct staff_figures *f, const struct owner_day *d, bool last)
{
    add(&f->new_chat_cnt, d->new_chat_cnt);
    add(&f->new_member_cnt, d->new_member_cnt);
    add(&f->msg_total, d->msg_total);
    latest(&f->told_us, d->told_us);
    if (last) {
        add(&f->chat_total, d->chat_total);
        add(&f->member_total, d->member_total);
    }
}

static void add_kept(const struct friend_days *x, int64_t days, int64_t now_s, int64_t *base,
                     int64_t *kept)
{
    int64_t over_s = x->added_s + days * DAY_S;
    if (over_s > now_s)
        return;
    ++*base;
    *kept += x->deleted_s == DB_NULL || x->deleted_s >= over_s;
}

void staff_figures_add_friend(struct staff_figures *f, const struct friend_days *x, int64_t from_s,
                              int64_t to_s, int64_t now_s)
{
    if (!x->began_unseen && x->added_s >= from_s && x->added_s < to_s) {
        f->added++;
        add_kept(x, 7, now_s, &f->base_7, &f->kept_7);
        add_kept(x, 30, now_s, &f->base_30, &f->kept_30);
    }
    if (x->deleted_s != DB_NULL && x->deleted_s >= from_s && x->deleted_s < to_s) {
        f->ended_by_customer += x->by_customer;
        f->ended_by_staff += !x->by_customer;
    }
}

/* ---- slots ---- */

struct reading {
    const struct staff_figures_range *range;
    const struct staff_of_scope *staff;
    size_t staff_n;
    int64_t *last_day; /* of each member as owner */
    int64_t *departments;
    size_t departments_n;
    struct staff_figures *slots;
    size_t n;
    struct staff_figures sum;
};

static int by_staff(const void *key, const void *row)
{
    int64_t id = *(const int64_t *)key, other = ((const struct staff_of_scope *)row)->id;
    return (id > other) - (id < other);
}

/* Which of the staff it is, or staff_n: none that is meant. */
static size_t place_of(const struct reading *x, int64_t staff_id)
{
    const struct staff_of_scope *s =
        x->staff_n == 0 ? NULL : bsearch(&staff_id, x->staff, x->staff_n, sizeof *s, by_staff);
    return s == NULL ? x->staff_n : (size_t)(s - x->staff);
}

static struct staff_figures *slot_of(struct reading *x, size_t place, int64_t day)
{
    const int64_t *d;
    switch (x->range->by) {
    case FIGURES_BY_DAY:
        return &x->slots[day - x->range->from_day];
    case FIGURES_BY_DEPARTMENT:
        d = bsearch(&x->staff[place].department_id, x->departments, x->departments_n, sizeof *d,
                    ids_compare);
        assert(d != NULL);
        return &x->slots[d - x->departments];
    default:
        return &x->slots[place];
    }
}

static void see_staff(void *ctx, const struct staff_day *d)
{
    struct reading *x = ctx;
    size_t place = place_of(x, d->staff_id);
    if (place == x->staff_n)
        return;
    staff_figures_add(slot_of(x, place, d->day), d);
    staff_figures_add(&x->sum, d);
}

static void see_last(void *ctx, const struct owner_day *d)
{
    struct reading *x = ctx;
    size_t place = place_of(x, d->staff_id);
    if (place < x->staff_n)
        latest(&x->last_day[place], d->day);
}

static void see_owner(void *ctx, const struct owner_day *d)
{
    struct reading *x = ctx;
    size_t place = place_of(x, d->staff_id);
    if (place == x->staff_n)
        return;
    bool last = d->day == x->last_day[place];
    add_owner(slot_of(x, place, d->day), d, last || x->range->by == FIGURES_BY_DAY);
    add_owner(&x->sum, d, last);
}

/* By day a friendship counts on the day it began and on the day it ended. */
static void see_friend(void *ctx, const struct friend_days *f)
{
    struct reading *x = ctx;
    const struct staff_figures_range *r = x->range;
    int64_t from_s = calendar_day_start_s((int32_t)r->from_day);
    int64_t to_s = calendar_day_start_s((int32_t)r->to_day + 1);
    size_t place = place_of(x, f->staff_id);
    if (place == x->staff_n)
        return;
    staff_figures_add_friend(&x->sum, f, from_s, to_s, r->now_s);
    if (r->by != FIGURES_BY_DAY) {
        staff_figures_add_friend(slot_of(x, place, r->from_day), f, from_s, to_s, r->now_s);
        return;
    }
    const int64_t moments[] = {f->added_s, f->deleted_s};
    for (size_t i = 0; i < 2; i++) {
        int64_t day = moments[i] == DB_NULL ? -1 : calendar_day_of(moments[i]);
        bool same = i == 1 && f->deleted_s != DB_NULL && day == calendar_day_of(f->added_s);
        if (moments[i] == DB_NULL || day < r->from_day || day > r->to_day || same)
            continue;
        staff_figures_add_friend(slot_of(x, place, day), f, calendar_day_start_s((int32_t)day),
                                 calendar_day_start_s((int32_t)day + 1), r->now_s);
    }
}

static void make_departments(struct reading *x, struct arena *a)
{
    size_t n = 0;
    x->departments = ARENA_ARRAY(a, int64_t, x->staff_n + 1);
    for (size_t i = 0; i < x->staff_n; i++)
        x->departments[i] = x->staff[i].department_id;
    if (x->staff_n > 1)
        qsort(x->departments, x->staff_n, sizeof *x->departments, ids_compare);
    for (size_t i = 0; i < x->staff_n; i++)
        if (n == 0 || x->departments[n - 1] != x->departments[i])
            x->departments[n++] = x->departments[i];
    x->departments_n = n;
}

static void make_slots(struct reading *x, struct arena *a)
{
    const struct staff_figures_range *r = x->range;
    make_departments(x, a);
    x->n = r->by == FIGURES_BY_DAY          ? (size_t)(r->to_day - r->from_day + 1)
           : r->by == FIGURES_BY_DEPARTMENT ? x->departments_n
                                            : x->staff_n;
    x->slots = ARENA_ARRAY(a, struct staff_figures, x->n + 1);
    x->last_day = ARENA_ARRAY(a, int64_t, x->staff_n + 1);
    for (size_t i = 0; i < x->n && r->by == FIGURES_BY_DAY; i++)
        x->slots[i] = staff_figures_fresh(r->from_day + (int64_t)i);
    for (size_t i = 0; i < x->n && r->by == FIGURES_BY_DEPARTMENT; i++)
        x->slots[i] = staff_figures_fresh(x->departments[i]);
    for (size_t i = 0; i < x->staff_n; i++) {
        const struct staff_of_scope *s = &x->staff[i];
        struct staff_figures *slot = r->by == FIGURES_BY_DAY ? NULL : slot_of(x, i, r->from_day);
        x->last_day[i] = DB_NULL;
        if (r->by == FIGURES_BY_STAFF) {
            *slot = staff_figures_fresh(s->id);
            slot->name = s->name;
        }
        if (slot != NULL) {
            slot->department_id = s->department_id;
            slot->department = s->department;
        }
    }
    x->sum = staff_figures_fresh(0);
}

static int by_name(const void *a, const void *b)
{
    const struct staff_figures *x = a, *y = b;
    int order = str_cmp(x->name, y->name);
    if (order == 0)
        order = str_cmp(x->department, y->department);
    return order != 0 ? order : (x->key > y->key) - (x->key < y->key);
}

static bool says_something(const struct staff_figures *f)
{
    return f->told_us != DB_NULL || f->added + f->ended_by_customer + f->ended_by_staff > 0;
}

enum rc staff_figures_read(struct tx *tx, const struct staff_figures_range *range,
                           struct staff_figures **out, size_t *out_n, struct staff_figures *out_sum,
                           struct err *e)
{
    struct reading x = {.range = range};
    struct staff_of_scope *staff = NULL;
    size_t kept = 0;
    if (range->to_day < range->from_day || range->to_day - range->from_day >= FIGURES_DAYS) {
        err_set(e, RC_INVALID, "range", "to", "日期范围应为 1 至 %d 天", "a range has 1 to %d days",
                FIGURES_DAYS);
        err_hint(e, "企业微信只提供最近 180 天", "WeCom tells the last 180 days");
        return RC_INVALID;
    }
    enum rc rc =
        staff_day_staff(tx, range->scope_account, range->department_id, &staff, &x.staff_n, e);
    if (rc != RC_OK)
        return rc;
    x.staff = staff;
    make_slots(&x, tx_arena(tx));
    rc = staff_day_each(tx, range->from_day, range->to_day, see_staff, &x, e);
    if (rc == RC_OK)
        rc = owner_day_each(tx, range->from_day, range->to_day, see_last, &x, e);
    if (rc == RC_OK)
        rc = owner_day_each(tx, range->from_day, range->to_day, see_owner, &x, e);
    if (rc == RC_OK)
        rc = staff_day_friends(tx, calendar_day_start_s((int32_t)range->from_day),
                               calendar_day_start_s((int32_t)range->to_day + 1), see_friend, &x, e);
    if (rc != RC_OK)
        return rc;
    for (size_t i = 0; i < x.n; i++)
        if (range->by == FIGURES_BY_DAY || says_something(&x.slots[i]))
            x.slots[kept++] = x.slots[i];
    if (range->by != FIGURES_BY_DAY && kept > 1)
        qsort(x.slots, kept, sizeof *x.slots, by_name);
    *out = x.slots;
    *out_n = kept;
    *out_sum = x.sum;
    return RC_OK;
}
