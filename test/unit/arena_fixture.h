/* arena_fixture — an arena for each test of a file: wrap its functions in TEST(). */
#ifndef KOI_TEST_ARENA_FIXTURE_H
#define KOI_TEST_ARENA_FIXTURE_H

#include "unit.h"

#include "base/arena.h"

static struct arena arena;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

#endif
