/* log — one JSON object a line on standard error: {"time","level","event",…}. Library folders never
 * log; only src/http, src/api, src/cmd, the job runner and the threads of domain do. Values are
 * machine words (ids, counts, codes, paths of routes), never names, phones, texts or query strings
 * of people: the caller picks fields, so personal data never reaches a log.
 */
#ifndef KOI_BASE_LOG_H
#define KOI_BASE_LOG_H

#include "base/str.h"

/* "" is how a line without fields is written. */
#pragma GCC diagnostic ignored "-Wformat-zero-length"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* Lines below this level are dropped; LOG_INFO at start. */
void log_set_level(enum log_level level);
/* Level by name; false when there is none. */
bool log_level_from(struct str name, enum log_level *out);

/* A line: event name, then pairs by format. `fields` is a printf format that yields JSON members
 * such as "\"job\":\"%" PRId64 "\",\"rows\":%d"; empty for none. At most 2 KB: a longer line loses
 * its fields and says "truncated":true. One write(2), so lines of threads never mix. Waits 100 ms
 * at most for a reader of standard error; lines that find none are lost, and counted in a line
 * "log_lost" when there is one again. */
void log_line(enum log_level level, const char *event, const char *fields, ...)
    __attribute__((format(printf, 3, 4)));

#endif
