/* domain_staff_figures.c — figures added up beside a naive sum, whatever days WeCom left out; and
 * friends who are kept, to the second.
 */
#include "unit.h"

#include "base/rng.h"
#include "domain/staff_figures.h"

#include <math.h>

enum { DAY = 86400, ROUNDS = 500, ROWS = 40 };

static int64_t maybe(struct rng *r)
{
    return rng_below(r, 4) == 0 ? DB_NULL : (int64_t)rng_below(r, 100);
}

static void sums_agree_with_a_naive_model(void **state)
{
    struct rng r;
    (void)state;
    r = rng_seed(20261123);
    for (int round = 0; round < ROUNDS; round++) {
        struct staff_figures f = staff_figures_fresh(1);
        int64_t chats = 0, told = 0, low = INT64_MAX, high = -1, n = (int64_t)rng_below(&r, ROWS);
        double least = 1e9, most = -1;
        for (int64_t i = 0; i < n; i++) {
            bool rated = rng_below(&r, 2) == 0;
            struct staff_day d = {.staff_id = 1,
                                  .day = i,
                                  .chat_cnt = maybe(&r),
                                  .message_cnt = DB_NULL,
                                  .reply_percentage =
                                      rated ? (double)rng_below(&r, 1001) / 10 : (double)NAN,
                                  .avg_reply_time = maybe(&r),
                                  .negative_feedback_cnt = maybe(&r),
                                  .new_apply_cnt = maybe(&r),
                                  .new_contact_cnt = maybe(&r),
                                  .told_us = 1000 - i};
            staff_figures_add(&f, &d);
            told += d.chat_cnt != DB_NULL;
            chats += d.chat_cnt != DB_NULL ? d.chat_cnt : 0;
            if (rated) {
                least = d.reply_percentage < least ? d.reply_percentage : least;
                most = d.reply_percentage > most ? d.reply_percentage : most;
            }
            if (d.avg_reply_time != DB_NULL) {
                low = d.avg_reply_time < low ? d.avg_reply_time : low;
                high = d.avg_reply_time > high ? d.avg_reply_time : high;
            }
        }
        assert_int_equal(f.days, n);
        assert_int_equal(f.chat_cnt, told == 0 ? DB_NULL : chats);
        assert_int_equal(f.message_cnt, DB_NULL); /* never told: not 0 */
        assert_int_equal(f.told_us, n == 0 ? DB_NULL : 1000);
        assert_true(most < 0 ? isnan(f.reply_low) : f.reply_low == least && f.reply_high == most);
        assert_int_equal(f.minutes_low, high < 0 ? DB_NULL : low);
        assert_int_equal(f.minutes_high, high < 0 ? DB_NULL : high);
    }
}

static void friends_are_kept_to_the_second(void **state)
{
    const int64_t from = 10 * DAY, to = 11 * DAY, now = 40 * DAY + 5;
    const struct {
        int64_t added_s, deleted_s, base_7, kept_7, base_30, kept_30;
    } rows[] = {
        {10 * DAY, DB_NULL, 1, 1, 1, 1},
        {10 * DAY + 6, DB_NULL, 1, 1, 0, 0}, /* the thirty days are over in a second */
        {10 * DAY, 17 * DAY, 1, 1, 1, 0},
        {10 * DAY, 17 * DAY - 1, 1, 0, 1, 0},
        {9 * DAY, DB_NULL, 0, 0, 0, 0}, /* added before the range */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct staff_figures f = staff_figures_fresh(1);
        struct friend_days x = {.added_s = rows[i].added_s, .deleted_s = rows[i].deleted_s};
        staff_figures_add_friend(&f, &x, from, to, now);
        assert_int_equal(f.added, rows[i].added_s >= from);
        assert_int_equal(f.base_7, rows[i].base_7);
        assert_int_equal(f.kept_7, rows[i].kept_7);
        assert_int_equal(f.base_30, rows[i].base_30);
        assert_int_equal(f.kept_30, rows[i].kept_30);
    }
    struct staff_figures f = staff_figures_fresh(1);
    struct friend_days ended = {.added_s = 0, .deleted_s = from, .by_customer = true};
    staff_figures_add_friend(&f, &ended, from, to, now);
    ended.deleted_s = to; /* the day after */
    staff_figures_add_friend(&f, &ended, from, to, now);
    assert_int_equal(f.ended_by_customer, 1);
    assert_int_equal(f.ended_by_staff, 0);
    /* nobody knows when it began: an end, and nobody who was added and lost within a week */
    struct friend_days unseen = {.added_s = from, .deleted_s = from, .began_unseen = true};
    staff_figures_add_friend(&f, &unseen, from, to, now);
    assert_int_equal(f.ended_by_staff, 1);
    assert_int_equal(f.added + f.base_7 + f.base_30, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_agree_with_a_naive_model),
        cmocka_unit_test(friends_are_kept_to_the_second),
    };
    return cmocka_run_group_tests_name("domain_staff_figures", tests, NULL, NULL);
}
