/* guard.c — buckets for sign-in attempts and visits of strangers, in one fixed table.
 *
 * A bucket is found by a seeded hash of what it counts; two that fall on one place share it, which
 * can only make the limit stricter. Nothing is ever evicted, so an attacker cannot wash a bucket
 * out by filling the table: the bucket for all tries stops that long before. 2,048 places of 8
 * bytes for each kind, touched as they are used; a restart forgets them, which is worth 40 tries to
 * an attacker who can cause restarts.
 *
 * Sizes: a person mistypes a few times, so a login or a known browser gets 10 tries and then one
 * each 90 s; an office behind one address gets 30; all unknown browsers together 40 and then one
 * each 2 s. A page for strangers is opened by whole crowds behind one address of a phone network:
 * 120 at once and five a second.
 */
#include "http/guard.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/lock.h"
#include "base/secret.h"

#include <assert.h>
#include <pthread.h>

enum { PLACES = 2048 /* of each kind */, KINDS = 5 };

struct kind {
    int burst;
    int64_t refill_us; /* time for one more */
};

enum { OF_ALL, OF_LOGIN, OF_ADDRESS, OF_DEVICE, OF_VISITS };

static const struct kind KIND[KINDS] = {
    [OF_ALL] = {40, 2000000},     [OF_LOGIN] = {10, 90000000}, [OF_ADDRESS] = {30, 30000000},
    [OF_DEVICE] = {10, 90000000}, [OF_VISITS] = {120, 200000},
};

/* `full_us`: when the bucket will be full again; in the past: it is full. */
struct bucket {
    int64_t full_us;
};

static struct bucket buckets[KINDS][PLACES];
static struct lock lock;
static uint64_t seed;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void begin(void)
{
    lock_init(&lock, LOCK_LEAF);
    secret_random(&seed, sizeof seed);
}

static uint32_t place_of(int kind, struct str what)
{
    uint32_t i = kind == OF_ALL ? 0 : (uint32_t)(hash_bytes(what, seed) % PLACES);
    return (uint32_t)kind << 16 | i;
}

static struct bucket *bucket_at(uint32_t slot)
{
    return &buckets[slot >> 16][slot & 0xffff];
}

static bool has_room(uint32_t slot, int64_t now_us)
{
    const struct kind *k = &KIND[slot >> 16];
    int64_t owed_us = bucket_at(slot)->full_us - now_us;
    return owed_us <= (k->burst - 1) * k->refill_us;
}

static void use(uint32_t slot, int64_t now_us)
{
    struct bucket *b = bucket_at(slot);
    int64_t from_us = b->full_us > now_us ? b->full_us : now_us;
    b->full_us = from_us + KIND[slot >> 16].refill_us;
}

enum rc guard_take(struct str login, struct str address, struct str device, struct guard_try *out,
                   struct err *e)
{
    struct guard_try t = {.n = 0};
    pthread_once(&once, begin);
    if (!str_empty(device)) {
        t.slots[t.n++] = place_of(OF_DEVICE, device);
    } else {
        t.slots[t.n++] = place_of(OF_ALL, STR(""));
        t.slots[t.n++] = place_of(OF_LOGIN, login);
        t.slots[t.n++] = place_of(OF_ADDRESS, address);
    }
    int64_t now_us = clock_mono_us();
    bool room = true;
    lock_take(&lock);
    for (int i = 0; i < t.n; i++) {
        room = room && has_room(t.slots[i], now_us);
    }
    for (int i = 0; i < t.n && room; i++) {
        use(t.slots[i], now_us);
    }
    lock_give(&lock);
    if (!room) {
        err_set(e, RC_RATE, "sign_in_rate", NULL, "登录尝试太多，请稍后再试",
                "too many attempts to sign in, try again later");
        err_hint(e, "用登录过的浏览器不受影响；也可请管理员发一次性链接",
                 "a browser that has signed in before is not affected; an administrator can give "
                 "a one-time link");
        return RC_RATE;
    }
    *out = t;
    return RC_OK;
}

void guard_give(const struct guard_try *t)
{
    assert(t->n > 0);
    lock_take(&lock);
    for (int i = 0; i < t->n; i++) {
        bucket_at(t->slots[i])->full_us -= KIND[t->slots[i] >> 16].refill_us;
    }
    lock_give(&lock);
}

enum rc guard_visit(struct str address, struct err *e)
{
    pthread_once(&once, begin);
    uint32_t slot = place_of(OF_VISITS, address);
    int64_t now_us = clock_mono_us();
    lock_take(&lock);
    bool room = has_room(slot, now_us);
    if (room)
        use(slot, now_us);
    lock_give(&lock);
    if (room)
        return RC_OK;
    err_set(e, RC_RATE, "page_too_often", NULL, "打开得太频繁", "opened too often");
    err_hint(e, "请稍后再打开", "open it again in a moment");
    return RC_RATE;
}
