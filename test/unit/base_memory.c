/* Arenas, buffers and errors: lifetimes, ceilings, sticky failure, sentences cut at a character. */
#include "unit.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"

#include <string.h>

static char order[8];

static void note(void *arg)
{
    size_t n = strlen(order);
    assert_true(n + 1 < sizeof order);
    order[n] = *(const char *)arg;
    order[n + 1] = '\0';
}

static void arena_hands_out_zeroed_aligned_memory(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 0);
    for (int round = 0; round < 3; round++) {
        for (size_t n = 0; n < 3000; n += 7) {
            char *p = arena_alloc(&a, n);
            assert_int_equal((uintptr_t)p % 16, 0);
            for (size_t i = 0; i < n; i++)
                assert_int_equal(p[i], 0);
            memset(p, 0xEE, n);
        }
        char *large = arena_alloc(&a, 5 << 20);
        assert_int_equal(large[0] | large[(5 << 20) - 1], 0);
        char *small = arena_alloc(&a, 16), *next = arena_alloc(&a, 16);
        assert_true(next == small + 16); /* a large block does not end the shared one */
        arena_reset(&a);
        assert_int_equal(a.used, 0);
    }
    arena_done(&a);
}

static void arena_keeps_its_first_block_on_reset(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 0);
    void *first = arena_alloc(&a, 100);
    arena_alloc(&a, 100000);
    arena_reset(&a);
    assert_ptr_equal(arena_alloc(&a, 100), first);
    arena_done(&a);
    assert_null(a.blocks);
}

static void arena_ceiling_binds_only_try(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1000);
    assert_non_null(arena_try_alloc(&a, 900));
    assert_null(arena_try_alloc(&a, 100));
    assert_null(arena_try_alloc(&a, SIZE_MAX));
    assert_non_null(arena_alloc(&a, 5000));
    assert_null(arena_try_alloc(&a, 1));
    arena_done(&a);
    struct arena zeroed = {0};
    assert_null(arena_try_alloc(&zeroed, (size_t)LIMIT_ARENA + 1));
    arena_done(&zeroed);
    arena_done(NULL);
}

static void overflowing_array(void *arg)
{
    struct arena a;
    arena_init(&a, 0);
    (void)arg;
    ARENA_ARRAY(&a, int64_t, SIZE_MAX / 4);
}

static void arena_defers_last_in_first_out(void **state)
{
    (void)state;
    char one[] = "1", two[] = "2", three[] = "3";
    struct arena a;
    arena_init(&a, 0);
    arena_defer(&a, note, one);
    arena_defer(&a, note, two);
    arena_reset(&a);
    arena_defer(&a, note, three);
    arena_done(&a);
    arena_done(&a);
    assert_string_equal(order, "213");
    assert_true(unit_aborts(overflowing_array, NULL));
}

static void arena_text(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 0);
    assert_true(str_absent(arena_str(&a, STR_ABSENT)));
    assert_false(str_absent(arena_str(&a, STR(""))));
    assert_string_equal(arena_z(&a, STR("锦池")), "锦池");
    assert_str(arena_printf(&a, "%d-%s", 5, "x"), "5-x");
    assert_int_equal(arena_printf(&a, "%9000d", 1).n, 9000);
    arena_done(&a);
}

static void buf_fails_stickily_and_whole(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 10);
    assert_str(buf_str(&b), "");
    assert_non_null(buf_str(&b).p);
    buf_addz(&b, "12345");
    buf_addi(&b, 6789);
    buf_addf(&b, "%d", 12); /* would be eleven */
    assert_true(b.failed);
    buf_addc(&b, 'x');
    assert_str(buf_str(&b), "123456789");
    assert_int_equal(b.p[b.n], 0);
    assert_null(buf_room(&b, 1));
    buf_clear(&b);
    buf_addz(&b, "1234567890");
    assert_false(b.failed);
    assert_str(buf_str(&b), "1234567890");
    assert_true(b.cap <= 11);
    buf_done(&b);
    buf_done(&b);
}

static void buf_grows(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1 << 20);
    for (int i = 0; i < 100000; i++)
        buf_addc(&b, (char)('a' + i % 26));
    assert_int_equal(b.n, 100000);
    for (int i = 0; i < 100000; i++)
        assert_int_equal(b.p[i], 'a' + i % 26);
    memcpy(buf_room(&b, 3), "end", 3);
    buf_commit(&b, 3);
    assert_true(str_ends(buf_str(&b), STR("dend")));
    buf_clear(&b);
    buf_addi(&b, INT64_MIN);
    buf_addi(&b, 0);
    buf_addf(&b, "%s", "!");
    assert_str(buf_str(&b), "-92233720368547758080!");
    buf_add(&b, STR_ABSENT);
    assert_false(b.failed);
    buf_done(&b);
}

static void err_speaks_both_languages(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    assert_int_equal(e.at, -1);
    assert_int_equal(err_set(&e, RC_INVALID, "tag_unknown", "tag", "没有标签“%s”（%d）",
                             "no tag \"%s\" (%d)", "VIP", 7),
                     RC_INVALID);
    assert_string_equal(e.zh, "没有标签“VIP”（7）");
    assert_string_equal(e.en, "no tag \"VIP\" (7)");
    assert_string_equal(e.code, "tag_unknown");
    assert_string_equal(e.field, "tag");
    assert_string_equal(e.hint_zh, "");
    err_hint(&e, "试试 %s", "try %s", "vip");
    assert_string_equal(e.hint_zh, "试试 vip");
    assert_string_equal(e.hint_en, "try vip");
    assert_int_equal(err_set(NULL, RC_IO, "x", NULL, "%d", "%d", 1), RC_IO);
    err_hint(NULL, "x", "x");
}

static void err_cuts_at_a_character(void **state)
{
    (void)state;
    char text[ERR_TEXT_BYTES * 2];
    for (int pad = 0; pad < 6; pad++) {
        size_t n = 0;
        for (int i = 0; i < pad; i++)
            text[n++] = 'x';
        while (n + 4 < sizeof text) {
            memcpy(text + n, "锦", 3);
            n += 3;
        }
        text[n] = '\0';
        struct err e = ERR_INIT;
        err_set(&e, RC_LIMIT, "long", text, "%s", "%s", text);
        assert_true(str_utf8_valid(str_from(e.zh)));
        assert_true(strlen(e.zh) > ERR_TEXT_BYTES - 5);
        assert_int_equal(strlen(e.field), sizeof e.field - 1);
    }
}

static void rc_table_is_whole(void **state)
{
    (void)state;
    for (int rc = RC_OK; rc < RC_COUNT; rc++) {
        assert_true(strlen(rc_name((enum rc)rc)) > 0);
        assert_int_equal(rc == RC_OK, rc_exit_code((enum rc)rc) == 0);
        assert_int_equal(rc == RC_OK, rc_http_status((enum rc)rc) == 200);
        for (int other = RC_OK; other < rc; other++)
            assert_string_not_equal(rc_name((enum rc)rc), rc_name((enum rc)other));
    }
    assert_int_equal(rc_http_status(RC_BUSY), 503);
    assert_int_equal(rc_exit_code(RC_CORRUPT), 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena_hands_out_zeroed_aligned_memory),
        cmocka_unit_test(arena_keeps_its_first_block_on_reset),
        cmocka_unit_test(arena_ceiling_binds_only_try),
        cmocka_unit_test(arena_defers_last_in_first_out),
        cmocka_unit_test(arena_text),
        cmocka_unit_test(buf_fails_stickily_and_whole),
        cmocka_unit_test(buf_grows),
        cmocka_unit_test(err_speaks_both_languages),
        cmocka_unit_test(err_cuts_at_a_character),
        cmocka_unit_test(rc_table_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
