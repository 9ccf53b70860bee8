/* domain_report.c — masks, and the arithmetic of reports. */
#include "unit.h"

#include "domain/mask.h"
#include "domain/report.h"

#include <math.h>

#define MASKED(fn, in, out) assert_str(fn(&a, STR(in)), out)

static void nothing_personal_shows(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 0);
    MASKED(mask_phone, "13800138000", "138****8000");
    MASKED(mask_phone, "+442079460958", "+44****0958");
    MASKED(mask_phone, "1234567", "****");
    MASKED(mask_name, "王小明", "王**");
    MASKED(mask_name, "王", "**");
    MASKED(mask_address, "杭州市西湖区文三路 478 号", "杭州市西湖区****");
    MASKED(mask_nickname, "小金鱼", "小**鱼");
    MASKED(mask_nickname, "小鱼", "小**");
    MASKED(mask_nickname, "鱼", "**");
    MASKED(mask_nickname, "", "");
    assert_true(str_absent(mask_phone(&a, STR_ABSENT)));
    assert_str(mask_identity(&a, IDENTITY_UNIONID, STR("oABCDEFGHIJ")), "oABC****GHIJ");
    assert_str(mask_identity(&a, IDENTITY_CARD, STR("VIP00017850")), "****7850");
    assert_str(mask_identity(&a, IDENTITY_PHONE, STR("13800138000")), "138****8000");
    assert_str(mask_identity(&a, IDENTITY_BUYER, STR("17850")), "17850");
    arena_done(&a);
}

static void medians_are_of_days(void **state)
{
    (void)state;
    const struct report_days_row rows[] = {
        {-1, 5, -9}, {0, 2, 3600}, {3, 1, 3 * 86400}, {10, 1, 10 * 86400}};
    assert_true(report_median(rows, 4) == 1.5);
    assert_true(report_median(rows + 1, 2) == 0);
    assert_true(isnan(report_median(rows, 1)) && isnan(report_mean(rows, 1)));
    assert_true(isnan(report_median(NULL, 0)));
    assert_true(fabs(report_mean(rows, 4) - (13 + 3600 / 86400.0) / 4) < 1e-12);
    assert_true(isnan(report_ratio(1, 0)) && report_ratio(1, 4) == 0.25);
}

static void shares_of_a_cost_add_up(void **state)
{
    (void)state;
    const struct report_cost c = {.from_day = 100, .to_day = 130, .amount_fen = 1000};
    assert_int_equal(report_cost_share(&c, 0, 1000), 1000);
    assert_int_equal(report_cost_share(&c, 0, 99), 0);
    assert_int_equal(report_cost_share(&c, 131, 200), 0);
    for (int64_t cut = 95; cut < 135; cut++)
        assert_int_equal(report_cost_share(&c, 0, cut) + report_cost_share(&c, cut + 1, 1000),
                         1000);
    int64_t sum = 0;
    for (int64_t day = 90; day < 140; day++) {
        int64_t share = report_cost_share(&c, day, day);
        assert_true(share == 0 || share == 32 || share == 33);
        sum += share;
    }
    assert_int_equal(sum, 1000);
    const struct report_cost large = {.from_day = 0, .to_day = 9999, .amount_fen = 100000000000000};
    assert_int_equal(report_cost_share(&large, 0, 4999), 50000000000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_personal_shows),
        cmocka_unit_test(medians_are_of_days),
        cmocka_unit_test(shares_of_a_cost_add_up),
    };
    return cmocka_run_group_tests_name("domain_report", tests, NULL, NULL);
}
