/* metrics.c — process-wide counters, the one thing here that is global, since they only ever grow
 * and mean the process. Latencies fall into a fixed histogram with bounds that double twice a
 * decade, so that a percentile can be read off within a factor of about two. No label carries a
 * path or an id.
 */
#include "http/metrics.h"

#include <inttypes.h>
#include <stdatomic.h>

enum { CLASSES = 6, BOUNDS = 11 };

static const int64_t BOUND_US[BOUNDS] = {100,   250,    1000,   2500,    10000,  25000,
                                         50000, 100000, 250000, 1000000, 5000000};
static const char *const BOUND_TEXT[BOUNDS] = {
    "0.0001", "0.00025", "0.001", "0.0025", "0.01", "0.025", "0.05", "0.1", "0.25", "1", "5"};

static _Atomic(int64_t) requests[CLASSES];
static _Atomic(int64_t) within[BOUNDS + 1];
static _Atomic(int64_t) total_us;
static _Atomic(int64_t) streams;
static _Atomic(int64_t) refused;
static _Atomic(int64_t) checked;

void metrics_request(int status, int64_t took_us)
{
    int class = status / 100 < CLASSES ? status / 100 : 0;
    int i = 0;
    while (i < BOUNDS && took_us > BOUND_US[i]) {
        i++;
    }
    atomic_fetch_add_explicit(&requests[class], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&within[i], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&total_us, took_us, memory_order_relaxed);
}

void metrics_streams(int change)
{
    atomic_fetch_add(&streams, change);
}

void metrics_refused_sign_in(void)
{
    atomic_fetch_add(&refused, 1);
}

void metrics_checked_password(void)
{
    atomic_fetch_add(&checked, 1);
}

void metrics_print(struct buf *out)
{
    buf_addz(out, "# TYPE koi_http_requests_total counter\n");
    for (int class = 1; class < CLASSES; class ++) {
        buf_addf(out, "koi_http_requests_total{class=\"%dxx\"} %" PRId64 "\n", class,
                 atomic_load(&requests[class]));
    }
    int64_t n = 0;
    buf_addz(out, "# TYPE koi_http_request_seconds histogram\n");
    for (int i = 0; i < BOUNDS; i++) {
        n += atomic_load(&within[i]);
        buf_addf(out, "koi_http_request_seconds_bucket{le=\"%s\"} %" PRId64 "\n", BOUND_TEXT[i], n);
    }
    n += atomic_load(&within[BOUNDS]);
    buf_addf(out, "koi_http_request_seconds_bucket{le=\"+Inf\"} %" PRId64 "\n", n);
    buf_addf(out, "koi_http_request_seconds_sum %.6f\n", (double)atomic_load(&total_us) / 1e6);
    buf_addf(out, "koi_http_request_seconds_count %" PRId64 "\n", n);
    buf_addf(out, "# TYPE koi_event_streams gauge\nkoi_event_streams %" PRId64 "\n",
             atomic_load(&streams));
    buf_addf(out,
             "# TYPE koi_sign_in_refused_total counter\nkoi_sign_in_refused_total %" PRId64 "\n",
             atomic_load(&refused));
    buf_addf(out,
             "# TYPE koi_passwords_checked_total counter\nkoi_passwords_checked_total %" PRId64
             "\n",
             atomic_load(&checked));
}
