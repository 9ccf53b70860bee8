/* analysis_args — what the analyses' routes share: the arguments of every question, and the members
 * of every reply. */
#ifndef KOI_API_ANALYSIS_ARGS_H
#define KOI_API_ANALYSIS_ARGS_H

#include "http/request.h"
#include "query/analysis.h"

struct snapshot;

enum { LIMIT_EVENTS_TEXT = 2000 };

#define ARG_WINDOW                                                                                 \
    {                                                                                              \
        "window", ARG_TEXT, IN_BODY, .max = 200, .zh = "时间范围，如 last 30d；不给为全部",        \
                                     .en = "window of the events, as last 30d; all unless told"    \
    }
#define ARG_WHO                                                                                    \
    {                                                                                              \
        "audience", ARG_EXPRESSION, IN_BODY, .zh = "人群表达式，不给为所有客户",                   \
                                             .en = "an audience; everyone unless told"             \
    }
#define ARG_NOW                                                                                    \
    {                                                                                              \
        "now_s", ARG_TIME, IN_BODY, .zh = "以何时为“现在”", .en = "what `now` is"                  \
    }
#define ARGS_ANALYSIS ARG_WINDOW, ARG_WHO, ARG_NOW

/* A question under way. */
struct asked {
    struct analysis base;
    struct snapshot *snapshot;
    struct query_names names;
    int64_t began_us;
};
/* Reads the shared arguments and finds who answers. Call asked_done() also when it failed. */
enum rc asked_begin(struct request *rq, struct tx *tx, struct asked *out, struct err *e);
void asked_done(struct asked *a);
/* A list of events out of an argument; `fallback` where it was not sent. */
enum rc asked_events(struct request *rq, struct tx *tx, struct asked *a, const char *name,
                     const char *fallback, struct analysis_events *out, struct err *e);
/* Lists of events out of a JSON array of texts, 1 … most. */
enum rc asked_lists(struct request *rq, struct tx *tx, struct asked *a, const char *name,
                    size_t most, struct analysis_events *out, size_t *out_n, struct err *e);
/* Opens the reply's object with how long it took and what `now` was. */
struct json *asked_open(struct request *rq, const struct asked *a);
/* "name": "expression", or null when there is none; clears `text`. Expressions are only said of
 * now. */
void put_expression(struct json *j, const struct asked *a, const char *name, bool known,
                    struct buf *text);
/* "name": [{"text","zh","en"}, …] of lists of events. */
void put_lists(struct json *j, const char *name, const struct analysis_events *lists, size_t n);
/* The unit named by the argument "unit". */
enum unit asked_unit(struct request *rq);

#endif
