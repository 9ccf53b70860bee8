/* limit.c — buckets as one number each: the time at which they are full again.
 *
 * With `most` calls in a window, `burst` of them (a tenth, one at least) may go at once and one
 * more after each window / (most - burst): any window then sees burst + (most - burst). Taking
 * moves the time by one such step; it is refused while the time would lie further ahead than the
 * burst allows (the generic cell rate algorithm, ITU-T I.371). What is urgent has another shape: a
 * fiftieth of a minute's calls at once and 163 a second after that, for as long as four fifths of
 * an hour's 150,000 last. A clock that goes back finds a time too far ahead and takes it back to
 * what the bucket can owe at most.
 */
#include "connect/wecom/limit.h"

#include "base/must.h"

#include <assert.h>
#include <stdlib.h>

#define S_US INT64_C(1000000)

static const struct {
    int64_t length_us;
    int64_t usual; /* the rule of every api; 0: none */
} WINDOWS[WECOM_WINDOWS] = {
    {60 * S_US, 10000},
    {3600 * S_US, 150000},
    {86400 * S_US, 0},
};

#define CROWDED_US (S_US / 2)

void wecom_limit_init(struct wecom_limit *l)
{
    l->buckets = must(calloc(wecom_endpoint_count, sizeof *l->buckets));
}

void wecom_limit_done(struct wecom_limit *l)
{
    free(l->buckets);
    l->buckets = NULL;
}

static struct wecom_bucket *bucket_of(struct wecom_limit *l, const struct wecom_endpoint *ep)
{
    assert(l->buckets != NULL);
    return &l->buckets[wecom_endpoint_index(ep)];
}

static int64_t most_in(const struct wecom_endpoint *ep, int window)
{
    const int64_t own[WECOM_WINDOWS] = {ep->rate.minute, ep->rate.hour, ep->rate.day};
    return own[window] > 0 ? own[window] : WINDOWS[window].usual;
}

/* The step and the furthest that the bucket may be behind, of a window with `most` calls; half of
 * it for the background. A rush of what is urgent goes steadily and may use up most of an hour's
 * count. */
static void shape(bool urgent, int window, int64_t most, bool background, int64_t *out_step_us,
                  int64_t *out_ahead_us)
{
    int64_t burst = most >= 20 ? most / 10 : 1;
    if (urgent)
        burst = window == 0 ? most / 50 : most * 4 / 5;
    int64_t spread = most > burst ? most - burst : 1;
    *out_step_us = (WINDOWS[window].length_us + spread - 1) / spread;
    *out_ahead_us = ((background ? (burst + 1) / 2 : burst) - 1) * *out_step_us;
}

int64_t wecom_limit_take(struct wecom_limit *l, const struct wecom_endpoint *ep, bool background,
                         int64_t now_us)
{
    struct wecom_bucket *b = bucket_of(l, ep);
    int64_t next[WECOM_WINDOWS] = {0};
    int64_t wait_us = b->blocked_us > now_us ? b->blocked_us - now_us : 0;
    for (int w = 0; w < WECOM_WINDOWS && !ep->unlimited; w++) {
        int64_t most = most_in(ep, w);
        int64_t step_us;
        int64_t ahead_us;
        if (most == 0)
            continue;
        shape(ep->urgent, w, most, false, &step_us, &ahead_us);
        int64_t full_us = b->full_us[w] > now_us ? b->full_us[w] : now_us;
        if (full_us > now_us + ahead_us + step_us)
            full_us = now_us + ahead_us + step_us;
        if (background)
            shape(ep->urgent, w, most, true, &step_us, &ahead_us);
        if (full_us - ahead_us - now_us > wait_us)
            wait_us = full_us - ahead_us - now_us;
        next[w] = full_us + step_us;
    }
    for (int w = 0; w < WECOM_WINDOWS && wait_us == 0; w++)
        b->full_us[w] = next[w];
    return wait_us;
}

void wecom_limit_refused(struct wecom_limit *l, const struct wecom_endpoint *ep, int64_t now_us)
{
    struct wecom_bucket *b = bucket_of(l, ep);
    if (b->blocked_us > now_us)
        return;
    b->blocked_us = now_us + WINDOWS[b->strikes == 0 ? 0 : 1].length_us;
    b->strikes++;
}

void wecom_limit_crowded(struct wecom_limit *l, const struct wecom_endpoint *ep, int64_t now_us)
{
    struct wecom_bucket *b = bucket_of(l, ep);
    if (b->blocked_us < now_us + CROWDED_US)
        b->blocked_us = now_us + CROWDED_US;
}

void wecom_limit_answered(struct wecom_limit *l, const struct wecom_endpoint *ep)
{
    bucket_of(l, ep)->strikes = 0;
}
