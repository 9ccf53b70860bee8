/* mirror_codes.c — codes of ids, also while another thread reads. */
#include "unit.h"

#include "base/hash.h"
#include "mirror/codes.h"

#include <pthread.h>
#include <stdatomic.h>

enum { IDS = 300000 };

static int64_t id_of(uint32_t code)
{
    return (int64_t)(hash_u64(code) >> 2) | 1;
}

static void codes_are_dense_and_stay(void **state)
{
    (void)state;
    struct codes *c = codes_new(10);
    assert_int_equal(codes_find(c, 5), 0);
    assert_int_equal(codes_find(c, 0), 0);
    for (uint32_t i = 1; i <= IDS; i++)
        assert_int_equal(codes_put(c, id_of(i)), i);
    for (uint32_t i = 1; i <= IDS; i++) {
        assert_int_equal(codes_put(c, id_of(i)), i);
        assert_int_equal(codes_find(c, id_of(i)), i);
        assert_true(codes_id(c, i) == id_of(i));
    }
    assert_int_equal(codes_find(c, id_of(IDS + 1)), 0);
    assert_int_equal(codes_count(c), IDS);
    assert_true(codes_bytes(c) >= IDS * 20 && codes_bytes(c) < IDS * 80);
    codes_free(c);
    codes_free(NULL);
}

static atomic_bool ended;

static void *reader(void *arg)
{
    const struct codes *c = arg;
    while (!atomic_load(&ended)) {
        uint32_t n = codes_count(c);
        for (uint32_t i = n > 2000 ? n - 2000 : 1; i <= n; i++) {
            if (codes_find(c, id_of(i)) != i || codes_id(c, i) != id_of(i))
                return arg;
        }
        uint32_t later = codes_find(c, id_of(n + 50));
        if (later != 0 && later != n + 50)
            return arg;
    }
    return NULL;
}

static void readers_need_no_lock(void **state)
{
    (void)state;
    struct codes *c = codes_new(10);
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, reader, c), 0);
    for (uint32_t i = 1; i <= IDS; i++)
        codes_put(c, id_of(i));
    atomic_store(&ended, true);
    for (int i = 0; i < 2; i++) {
        void *wrong;
        pthread_join(threads[i], &wrong);
        assert_null(wrong);
    }
    codes_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_dense_and_stay),
        cmocka_unit_test(readers_need_no_lock),
    };
    return cmocka_run_group_tests_name("mirror_codes", tests, NULL, NULL);
}
