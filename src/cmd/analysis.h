/* analysis — what the commands of the analyses share: asking a question over the API, and tables
 * that are put together from its answer. */
#ifndef KOI_CMD_ANALYSIS_H
#define KOI_CMD_ANALYSIS_H

#include "base/buf.h"
#include "cmd/client.h"

/* What every question takes. */
#define OPTIONS_ANALYSIS                                                                           \
    {"window", "WINDOW", .zh = "时间范围，如 'last 30d'；不给为全部",                              \
     .en = "the window, as 'last 30d'; all time unless told"},                                     \
        {"export", "FILE", .zh = "把表格写到文件（.xlsx 或 .csv），不显示",                        \
         .en = "write the table to a file (.xlsx or .csv) instead of showing it"},                 \
    {                                                                                              \
        "audience", "EXPRESSION", .zh = "只看这些客户", .en = "only these customers"               \
    }
#define OPTION_UNIT                                                                                \
    {                                                                                              \
        "unit", "UNIT", .zh = "day、week 或 month，默认 day",                                      \
                        .en = "day, week or month; day unless told"                                \
    }

/* A JSON text that is being written. */
struct analysis_text {
    struct buf text;
    struct json j;
};

/* Opens the body of a question with the shared options and, if `given` (may be NULL) names any,
 * these text options as they are. */
void question_open(struct analysis_text *q, struct invocation *in, const char *const *given);
/* A whole-number option, if it was given. RC_INVALID names it. */
enum rc question_number(struct analysis_text *q, struct invocation *in, const char *option,
                        const char *name, struct err *e);
/* The positions from `from` on, as an array of texts. */
void question_positions(struct analysis_text *q, struct invocation *in, int from, const char *name);
/* Closes the body, asks POST /api/analyses/NAME unless `rc` is a failure already, prints the reply
 * if JSON is wanted; with --export has `list` (a name of GET /api/exports) written to the file
 * instead. */
enum rc question_ask(struct analysis_text *q, struct invocation *in, enum rc rc, const char *name,
                     const char *list, struct client_reply *out, struct err *e);
/* Whether nothing is left to be shown: the answer was printed as JSON, or exported. */
bool question_is_shown(const struct invocation *in);

/* Rows for print_table(): open one, put members called by its keys, close it, print them all. */
void rows_open(struct analysis_text *rows);
enum rc rows_print(struct analysis_text *rows, struct invocation *in, const char *const *keys,
                   struct err *e);

/* A member that is a number, 0 where there is none. */
int64_t number_of(const struct json_value *object, const char *key);
/* The text of a list of events in the language of the terminal. */
struct str events_of(const struct invocation *in, const struct json_value *lists, int64_t i);
/* "28.4%" of a whole, "-" of nothing; "3d 4h" of seconds. */
struct str share_text(struct arena *a, int64_t part, int64_t whole);
struct str length_text(struct arena *a, int64_t seconds);

#endif
