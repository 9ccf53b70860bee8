/* metrics — counters of the server since its start, for GET /metrics. Adding costs two atomic
 * additions. */
#ifndef KOI_HTTP_METRICS_H
#define KOI_HTTP_METRICS_H

#include "base/buf.h"

/* Counts one request: its status, and microseconds from its first byte to its reply. */
void metrics_request(int status, int64_t took_us);
/* Event streams open now; sign-ins that were refused by the rate limit; passwords that were
 * checked. */
void metrics_streams(int change);
void metrics_refused_sign_in(void);
void metrics_checked_password(void);
/* Writes them in Prometheus' text format. */
void metrics_print(struct buf *out);

#endif
