/* http_asset — look-up and unpacking, over a table of our own in the place of the console's. */
#include "../../src/http/asset.c"

#include "unit.h"

/* `printf hello | gzip -n`, and of nothing. */
static const char HELLO[] = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9\xc9\x07\x00"
                            "\x86\xa6\x10\x36\x05\x00\x00"
                            "\x00";
static const char EMPTY[] =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00";

#define ROW(path, gz, len)                                                                         \
    {                                                                                              \
        {path, sizeof path - 1}, {"text/plain", 10}, {"\"1\"", 3}, {gz, sizeof gz - 1}, len        \
    }
const struct asset asset_table[] = {ROW("/a", HELLO, 5),
                                    ROW("/assets/b.js", EMPTY, 0),
                                    ROW("/assets/page-0123456789abcdef.css", HELLO, 5),
                                    ROW("/assets/page-0123456789abcdef.js", HELLO, 5),
                                    ROW("/index.html", HELLO, 5),
                                    {.len = 0}};
const size_t asset_count = 5;

static void finds_every_row_and_nothing_else(void **state)
{
    (void)state;
    for (size_t i = 0; i < asset_count; i++) {
        assert_ptr_equal(asset_find(asset_table[i].path), &asset_table[i]);
    }
    assert_null(asset_find(STR("/")));
    assert_null(asset_find(STR("/assets")));
    assert_null(asset_find(STR("/index.htm")));
    assert_null(asset_find(STR("/index.html/")));
    assert_null(asset_find(STR_ABSENT));
}

static void finds_by_stem_and_ending(void **state)
{
    (void)state;
    assert_ptr_equal(asset_hashed(STR("page"), STR(".css")), &asset_table[2]);
    assert_ptr_equal(asset_hashed(STR("page"), STR(".js")), &asset_table[3]);
    assert_null(asset_hashed(STR("pag"), STR(".css")));
    assert_null(asset_hashed(STR("b"), STR(".js")));
    assert_null(asset_hashed(STR("page-0123456789abcdef"), STR("")));
}

static void unpacks_what_was_packed(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 0);
    assert_true(str_eq(asset_plain(&asset_table[0], &a), STR("hello")));
    assert_int_equal(asset_plain(&asset_table[1], &a).n, 0);
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_every_row_and_nothing_else),
        cmocka_unit_test(finds_by_stem_and_ending),
        cmocka_unit_test(unpacks_what_was_packed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
