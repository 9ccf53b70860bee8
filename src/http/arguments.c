/* arguments.c — from path, query and body to typed, bounded values.
 *
 * The row declares; nothing else gets through. Every parameter that was sent must be declared (the
 * error names it and suggests the nearest), may be sent once, and must fit its kind and bounds;
 * every required one must be there. All work is linear in the size of the request, in its arena.
 * The body is one JSON object of at most LIMIT_BODY bytes, or the raw upload or somebody else's
 * bytes, which are not looked at here.
 */
#include "base/calendar.h"
#include "base/limits.h"
#include "http/parts.h"
#include "query/word.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

/* One parameter as it was sent: text of a path or query, or a JSON value of the body. */
struct sent {
    struct str text;
    const struct json_value *json; /* NULL: text */
};

/* Integers beyond this are not exact in the JSON of a browser. */
static const int64_t INT_MOST = (int64_t)1 << 53;
static const int64_t NUMBER_MOST = 1000000000000000;

/* ---- errors ---- */

/* "%.0s" prints nothing: each sentence takes its own language's words. */
static enum rc refuse(const struct arg *a, struct err *e, const char *zh, const char *en)
{
    return err_set(e, RC_INVALID, "argument_invalid", a->name, "%s %s%.0s", "%s %.0s%s", a->name,
                   zh, en);
}

static enum rc refuse_range(const struct arg *a, int64_t min, int64_t max, struct err *e)
{
    return err_set(e, RC_INVALID, "argument_invalid", a->name,
                   "%s 应是 %" PRId64 " 到 %" PRId64 " 的整数",
                   "%s is a whole number from %" PRId64 " to %" PRId64, a->name, min, max);
}

static enum rc refuse_length(const struct arg *a, int64_t min, int64_t max, struct err *e)
{
    return err_set(e, RC_INVALID, "argument_length", a->name,
                   "%s 的长度应在 %" PRId64 " 到 %" PRId64 " 之间",
                   "%s has a length from %" PRId64 " to %" PRId64, a->name, min, max);
}

static enum rc refuse_unknown(const struct route *r, struct str name, struct err *e)
{
    struct suggestion best = suggestion_for(name);
    for (const struct arg *a = r->args; a->kind != ARG_END; a++) {
        suggestion_see(&best, str_from(a->name));
    }
    struct str shown = str_utf8_prefix(name, 60);
    err_set(e, RC_INVALID, "argument_unknown", NULL, "没有参数“" STR_FMT "”",
            "there is no argument \"" STR_FMT "\"", STR_ARG(shown));
    if (e != NULL) {
        snprintf(e->field, sizeof e->field, STR_FMT, STR_ARG(str_sub(name, 0, 60)));
    }
    const char *guess = suggestion_best(&best);
    if (guess != NULL) {
        err_hint(e, "是否想写 %s？", "did you mean %s?", guess);
    } else {
        err_hint(e, "可用的参数见 koi routes %s", "koi routes %s lists its arguments", r->name);
    }
    return RC_INVALID;
}

/* ---- decoding ---- */

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

enum rc percent_decode(struct arena *a, struct str in, bool plus, const char *field,
                       struct str *out, struct err *e)
{
    char *p = arena_alloc(a, in.n + 1);
    size_t n = 0;
    bool good = true;
    for (size_t i = 0; i < in.n && good; i++) {
        char c = in.p[i];
        if (c == '%') {
            int high = i + 2 < in.n ? hex_digit(in.p[i + 1]) : -1;
            int low = i + 2 < in.n ? hex_digit(in.p[i + 2]) : -1;
            good = high >= 0 && low >= 0;
            c = good ? (char)(high << 4 | low) : 0;
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        good = good && c != 0;
        p[n++] = c;
    }
    struct str text = {p, n};
    if (!good || !str_utf8_valid(text)) {
        return err_set(e, RC_INVALID, "url_invalid", field, "网址里的 %%XX 编码不正确",
                       "a %%XX escape of the address is broken");
    }
    *out = text;
    return RC_OK;
}

/* ---- the kinds ---- */

/* The text of a parameter; absent when a JSON value is of another kind. */
static struct str text_of(const struct sent *s)
{
    return s->json == NULL ? s->text : json_str_or(s->json, STR_ABSENT);
}

static bool integer_of(const struct sent *s, int64_t *out)
{
    if (s->json == NULL) {
        return str_to_i64(s->text, out);
    }
    if (json_kind_of(s->json) == JSON_INT) {
        *out = json_int_or(s->json, 0);
        return true;
    }
    return json_kind_of(s->json) == JSON_STR && str_to_i64(json_str_or(s->json, STR_ABSENT), out);
}

static enum rc read_id(const struct arg *a, const struct sent *s, int64_t *out, struct err *e)
{
    int64_t id = 0;
    if (!integer_of(s, &id) || id <= 0) {
        return refuse(a, e, "应是一个编号", "is not an id");
    }
    *out = id;
    return RC_OK;
}

void arg_bounds(const struct arg *a, int64_t *out_min, int64_t *out_max)
{
    bool text = a->kind == ARG_TEXT || a->kind == ARG_NAME || a->kind == ARG_EXPRESSION;
    int64_t most = a->kind == ARG_NAME         ? LIMIT_NAME
                   : a->kind == ARG_EXPRESSION ? LIMIT_EXPRESSION
                   : a->kind == ARG_TEXT       ? LIMIT_NOTE
                   : a->kind == ARG_IDS        ? LIMIT_CLOSURE_ROWS
                   : a->kind == ARG_NUMBER     ? NUMBER_MOST
                                               : INT_MOST;
    int64_t least = text ? a->kind != ARG_TEXT : a->kind == ARG_IDS ? 0 : -most;
    *out_min = a->min == 0 && a->max == 0 ? least : a->min;
    *out_max = a->max == 0 && a->min >= 0 ? most : a->max;
}

static enum rc read_int(const struct arg *a, const struct sent *s, int64_t *out, struct err *e)
{
    int64_t min = 0;
    int64_t max = 0;
    int64_t v = 0;
    arg_bounds(a, &min, &max);
    if (!integer_of(s, &v) || v < min || v > max) {
        return refuse_range(a, min, max, e);
    }
    *out = v;
    return RC_OK;
}

static enum rc read_number(const struct arg *a, const struct sent *s, double *out, struct err *e)
{
    int64_t min = 0;
    int64_t max = 0;
    double v = 0;
    arg_bounds(a, &min, &max);
    bool good = s->json == NULL
                    ? str_to_double(s->text, &v)
                    : json_kind_of(s->json) == JSON_INT || json_kind_of(s->json) == JSON_DOUBLE;
    if (good && s->json != NULL) {
        v = json_double_or(s->json, 0);
    }
    if (!good || v < (double)min || v > (double)max) {
        return err_set(e, RC_INVALID, "argument_invalid", a->name,
                       "%s 应是 %" PRId64 " 到 %" PRId64 " 的数",
                       "%s is a number from %" PRId64 " to %" PRId64, a->name, min, max);
    }
    *out = v;
    return RC_OK;
}

static enum rc read_bool(const struct arg *a, const struct sent *s, int64_t *out, struct err *e)
{
    if (s->json != NULL && json_kind_of(s->json) == JSON_BOOL) {
        *out = json_bool_or(s->json, false);
        return RC_OK;
    }
    struct str t = s->json == NULL ? s->text : STR_ABSENT;
    bool yes = str_eq(t, STR("true")) || str_eq(t, STR("1"));
    if (!yes && !str_eq(t, STR("false")) && !str_eq(t, STR("0"))) {
        return refuse(a, e, "应是 true 或 false", "is true or false");
    }
    *out = yes;
    return RC_OK;
}

/* Control characters have no place in what people type, but for line breaks and tabs in longer
 * texts. */
static bool has_control(struct str t, bool one_line)
{
    for (size_t i = 0; i < t.n; i++) {
        unsigned char c = (unsigned char)t.p[i];
        bool line = c == '\n' || c == '\t' || (c == '\r' && i + 1 < t.n && t.p[i + 1] == '\n');
        if ((c < ' ' || c == 0x7f) && (one_line || !line)) {
            return true;
        }
    }
    return false;
}

static enum rc read_text(const struct arg *a, const struct sent *s, struct str *out, struct err *e)
{
    struct str t = text_of(s);
    if (str_absent(t)) {
        return refuse(a, e, "应是文字", "is a text");
    }
    bool name = a->kind == ARG_NAME;
    int64_t min = 0;
    int64_t max = 0;
    arg_bounds(a, &min, &max);
    if (name) {
        t = str_trim(t);
    }
    if (has_control(t, name)) {
        return refuse(a, e, "含有不可见的控制字符", "holds control characters");
    }
    int64_t n = (int64_t)(name ? str_utf8_count(t) : t.n);
    if (n < min || n > max) {
        return refuse_length(a, min, max, e);
    }
    *out = t;
    return RC_OK;
}

static enum rc read_choice(const struct arg *a, const struct sent *s, struct str *out,
                           struct err *e)
{
    struct str t = text_of(s);
    struct str rest = str_from(a->choices);
    struct str choice;
    while (str_cut(&rest, '|', &choice)) {
        if (!str_absent(t) && str_eq(choice, t)) {
            *out = choice;
            return RC_OK;
        }
    }
    return err_set(e, RC_INVALID, "argument_invalid", a->name, "%s 应是其中之一：%s",
                   "%s is one of: %s", a->name, a->choices);
}

static enum rc read_day(const struct arg *a, const struct sent *s, int64_t *out, struct err *e)
{
    struct str t = text_of(s);
    struct civil c = {0};
    int64_t year = 0;
    int64_t month = 0;
    int64_t day = 0;
    bool good = t.n == 10 && t.p[4] == '-' && t.p[7] == '-' &&
                str_to_i64(str_sub(t, 0, 4), &year) && str_to_i64(str_sub(t, 5, 2), &month) &&
                str_to_i64(str_sub(t, 8, 2), &day);
    c = (struct civil){.year = (int)year, .month = (int)month, .day = (int)day};
    if (!good || !calendar_valid(&c)) {
        return refuse(a, e, "应是日期，如 2026-11-21", "is a day such as 2026-11-21");
    }
    *out = calendar_day_from_civil(c.year, c.month, c.day);
    return RC_OK;
}

static enum rc read_time(const struct arg *a, const struct sent *s, int64_t *out, struct err *e)
{
    int64_t at_s = 0;
    bool good = integer_of(s, &at_s) || calendar_parse(text_of(s), &at_s);
    if (!good || at_s < -INT_MOST || at_s > INT_MOST) {
        return refuse(a, e, "应是秒数或 2026-11-21T08:30:00+08:00 这样的时间",
                      "is a time: seconds, or text such as 2026-11-21T08:30:00+08:00");
    }
    *out = at_s;
    return RC_OK;
}

/* In a query, ids are separated by commas. */
static enum rc read_ids(struct request *rq, const struct arg *a, const struct sent *s,
                        struct arg_value *out, struct err *e)
{
    int64_t min = 0;
    int64_t max = 0;
    size_t n = 1;
    arg_bounds(a, &min, &max);
    struct str rest = s->text;
    if (s->json != NULL) {
        if (json_kind_of(s->json) != JSON_ARRAY) {
            return refuse(a, e, "应是编号的列表", "is a list of ids");
        }
        n = json_count(s->json);
    } else {
        for (size_t i = 0; i < s->text.n; i++) {
            n += s->text.p[i] == ',';
        }
    }
    if ((int64_t)n > max || (int64_t)n < min) {
        return refuse_length(a, min, max, e);
    }
    int64_t *ids = ARENA_ARRAY(&rq->arena, int64_t, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct sent one = {.json = s->json != NULL ? json_at(s->json, i) : NULL};
        if (s->json == NULL) {
            str_cut(&rest, ',', &one.text);
        }
        enum rc rc = read_id(a, &one, &ids[i], e);
        if (rc != RC_OK) {
            return rc;
        }
    }
    out->ids = ids;
    out->n = n;
    return RC_OK;
}

static enum rc read_json(struct request *rq, const struct arg *a, const struct sent *s,
                         const struct json_value **out, struct err *e)
{
    const struct json_value *v = s->json;
    if (v == NULL) {
        enum rc rc = json_parse(&rq->arena, s->text, &v, e);
        if (rc != RC_OK) {
            return rc;
        }
    }
    if (json_kind_of(v) != JSON_OBJECT && json_kind_of(v) != JSON_ARRAY) {
        return refuse(a, e, "应是对象或列表", "is an object or a list");
    }
    *out = v;
    return RC_OK;
}

static enum rc read_one(struct request *rq, const struct arg *a, const struct sent *s,
                        struct arg_value *out, struct err *e)
{
    switch (a->kind) {
    case ARG_ID:
        return read_id(a, s, &out->i, e);
    case ARG_INT:
    case ARG_FEN:
        return read_int(a, s, &out->i, e);
    case ARG_NUMBER:
        return read_number(a, s, &out->d, e);
    case ARG_BOOL:
        return read_bool(a, s, &out->i, e);
    case ARG_TEXT:
    case ARG_NAME:
    case ARG_EXPRESSION:
        return read_text(a, s, &out->s, e);
    case ARG_CHOICE:
        return read_choice(a, s, &out->s, e);
    case ARG_DAY:
        return read_day(a, s, &out->i, e);
    case ARG_TIME:
        return read_time(a, s, &out->i, e);
    case ARG_IDS:
        return read_ids(rq, a, s, out, e);
    case ARG_JSON:
        return read_json(rq, a, s, &out->json, e);
    case ARG_END:
        break;
    }
    assert(false && "a kind without a reader");
    return RC_INVALID;
}

/* ---- the three places ---- */

static bool in_path(const struct route *r, const char *name)
{
    const char *at = strstr(r->path, name);
    while (at != NULL && !(at > r->path && at[-1] == '{' && at[strlen(name)] == '}')) {
        at = strstr(at + 1, name);
    }
    return at != NULL;
}

/* Index of a declared argument, or -1. A name in the path is not looked for elsewhere. */
static int find_arg(const struct route *r, struct str name, enum arg_place place)
{
    for (int i = 0; r->args[i].kind != ARG_END; i++) {
        const struct arg *a = &r->args[i];
        if (a->place == place && str_eq(name, str_from(a->name)) && !in_path(r, a->name)) {
            return i;
        }
    }
    return -1;
}

static enum rc take(struct request *rq, int i, const struct sent *s, struct err *e)
{
    const struct arg *a = &rq->route->args[i];
    struct arg_value *v = &rq->args[i];
    if (v->given) {
        return refuse(a, e, "只能给一次", "may be given once");
    }
    v->given = true;
    if (s->json != NULL && json_kind_of(s->json) == JSON_NULL) {
        v->null = true;
        return a->nullable ? RC_OK : refuse(a, e, "不能为 null", "may not be null");
    }
    return read_one(rq, a, s, v, e);
}

static enum rc read_path(struct request *rq, struct err *e)
{
    struct str rest = str_from(rq->route->path);
    struct str part;
    size_t k = 0;
    while (str_cut(&rest, '/', &part)) {
        if (part.n < 3 || part.p[0] != '{') {
            continue;
        }
        struct sent s = {0};
        struct str name = str_sub(part, 1, part.n - 2);
        int i = 0;
        while (!str_eq(name, str_from(rq->route->args[i].name))) {
            i++;
        }
        enum rc rc = percent_decode(&rq->arena, rq->path_values[k++], false,
                                    rq->route->args[i].name, &s.text, e);
        if (rc == RC_OK) {
            rc = take(rq, i, &s, e);
        }
        if (rc != RC_OK) {
            return rc;
        }
    }
    return RC_OK;
}

static enum rc read_query(struct request *rq, struct err *e)
{
    struct str rest = rq->wire.query;
    struct str pair;
    while (str_cut(&rest, '&', &pair)) {
        struct str value = pair;
        struct str name;
        struct sent s = {0};
        if (pair.n == 0) {
            continue;
        }
        str_cut(&value, '=', &name);
        enum rc rc = percent_decode(&rq->arena, name, true, NULL, &name, e);
        int i = rc == RC_OK ? find_arg(rq->route, name, IN_QUERY) : -1;
        if (rc == RC_OK && i < 0 && rq->route->foreign) {
            continue;
        }
        if (rc == RC_OK && i < 0) {
            rc = refuse_unknown(rq->route, name, e);
        }
        if (rc == RC_OK) {
            rc = percent_decode(&rq->arena, value, true, rq->route->args[i].name, &s.text, e);
        }
        if (rc == RC_OK) {
            rc = take(rq, i, &s, e);
        }
        if (rc != RC_OK) {
            return rc;
        }
    }
    return RC_OK;
}

/* ---- forms ---- */

struct str form_csrf(const struct request *rq)
{
    struct str rest = rq->body;
    struct str pair;
    while (str_cut(&rest, '&', &pair)) {
        if (str_starts(pair, STR("csrf="))) {
            return str_sub(pair, 5, pair.n);
        }
    }
    return STR_ABSENT;
}

/* A form of a page: fields left empty are not sent. */
static enum rc read_form(struct request *rq, struct err *e)
{
    struct str rest = rq->body;
    struct str pair;
    enum rc rc = RC_OK;
    while (rc == RC_OK && str_cut(&rest, '&', &pair)) {
        struct str value = pair;
        struct str name;
        struct sent s = {0};
        str_cut(&value, '=', &name);
        rc = percent_decode(&rq->arena, name, true, NULL, &name, e);
        if (rc != RC_OK || str_empty(value) || str_eq(name, STR("csrf"))) {
            continue;
        }
        int i = find_arg(rq->route, name, IN_BODY);
        rc = i < 0 ? refuse_unknown(rq->route, name, e)
                   : percent_decode(&rq->arena, value, true, rq->route->args[i].name, &s.text, e);
        if (rc == RC_OK) {
            rc = take(rq, i, &s, e);
        }
    }
    return rc;
}

static enum rc read_body(struct request *rq, struct err *e)
{
    const struct json_value *body = NULL;
    struct str type = rq->wire.fields[FIELD_CONTENT_TYPE];
    if (rq->route->refuse != NULL && str_starts(type, STR("application/x-www-form-urlencoded"))) {
        return read_form(rq, e);
    }
    if (rq->route->raw_body || rq->route->foreign || rq->body.n == 0) {
        return RC_OK;
    }
    if (rq->wire.from_network && !str_starts(type, STR("application/json"))) {
        err_set(e, RC_INVALID, "content_type", NULL, "请求正文应是 JSON", "the body must be JSON");
        err_hint(e, "请求头写 Content-Type: application/json",
                 "send Content-Type: application/json");
        return RC_INVALID;
    }
    enum rc rc = json_parse(&rq->arena, rq->body, &body, e);
    if (rc != RC_OK) {
        return rc;
    }
    if (json_kind_of(body) != JSON_OBJECT) {
        return err_set(e, RC_INVALID, "body_not_object", NULL, "请求正文应是一个 JSON 对象",
                       "the body must be one JSON object");
    }
    for (size_t m = 0; m < json_count(body) && rc == RC_OK; m++) {
        struct str name;
        struct sent s = {.json = json_member(body, m, &name)};
        int i = find_arg(rq->route, name, IN_BODY);
        rc = i < 0 ? refuse_unknown(rq->route, name, e) : take(rq, i, &s, e);
    }
    return rc;
}

static enum rc check_required(struct request *rq, struct err *e)
{
    for (int i = 0; rq->route->args[i].kind != ARG_END; i++) {
        const struct arg *a = &rq->route->args[i];
        if (a->required && !rq->args[i].given) {
            err_set(e, RC_INVALID, "argument_missing", a->name, "缺少参数 %s", "%s is missing",
                    a->name);
            err_hint(e, "%s%.0s", "%.0s%s", a->zh, a->en);
            return RC_INVALID;
        }
    }
    return RC_OK;
}

/* The paging arguments mean something together: the cursor is opened, the page is within reach. */
static enum rc check_page(struct request *rq, struct err *e)
{
    int cursor = find_arg(rq->route, STR("cursor"), IN_QUERY);
    int page = find_arg(rq->route, STR("page"), IN_QUERY);
    if (page >= 0 && rq->args[page].given) {
        if (cursor >= 0 && rq->args[cursor].given) {
            return err_set(e, RC_INVALID, "page_and_cursor", "page", "page 与 cursor 只能用一个",
                           "use page or cursor, not both");
        }
        if ((rq->args[page].i - 1) * page_limit(rq) >= PAGE_ROWS) {
            err_set(e, RC_INVALID, "page_too_far", "page", "页码只到第 %d 行",
                    "pages go up to row %d", PAGE_ROWS);
            err_hint(e, "再往后请用 cursor", "further on, use cursor");
            return RC_INVALID;
        }
    }
    if (cursor < 0 || rq->args[cursor].s.n == 0) {
        rq->cursor = STR("");
        return RC_OK;
    }
    return cursor_open(rq->app->keys, rq->route->name, rq->args[cursor].s, &rq->arena, &rq->cursor,
                       e);
}

enum rc arguments_read(struct request *rq, struct err *e)
{
    assert(rq->route != NULL);
    enum rc rc = read_path(rq, e);
    if (rc == RC_OK) {
        rc = read_query(rq, e);
    }
    if (rc == RC_OK) {
        rc = read_body(rq, e);
    }
    if (rc == RC_OK) {
        rc = check_required(rq, e);
    }
    return rc == RC_OK ? check_page(rq, e) : rc;
}

static void view_free(void *view)
{
    struct request *rq = view;
    arena_done(&rq->arena);
}

enum rc request_as(struct request *rq, const struct route *route, const struct json_value *query,
                   struct request **out, struct err *e)
{
    struct request *view = ARENA_NEW(&rq->arena, struct request);
    view->app = rq->app;
    view->router = rq->router;
    view->caller = rq->caller;
    view->route = route;
    arena_init(&view->arena, LIMIT_BODY * 4);
    arena_defer(&rq->arena, view_free, view);
    if (json_kind_of(query) != JSON_OBJECT) {
        return err_set(e, RC_INVALID, "filter_not_object", "filter", "filter 应是一个对象",
                       "filter is an object");
    }
    enum rc rc = RC_OK;
    for (size_t m = 0; m < json_count(query) && rc == RC_OK; m++) {
        struct str name;
        struct sent s = {.json = json_member(query, m, &name)};
        if (json_kind_of(s.json) == JSON_NULL) {
            continue;
        }
        if (json_kind_of(s.json) == JSON_STR) {
            s = (struct sent){.text = json_str_or(s.json, STR(""))};
        }
        int i = find_arg(route, name, IN_QUERY);
        rc = i < 0 ? refuse_unknown(route, name, e) : take(view, i, &s, e);
    }
    if (rc == RC_OK) {
        rc = check_required(view, e);
    }
    if (rc == RC_OK) {
        *out = view;
    }
    return rc;
}

/* ---- what handlers ask ---- */

static const struct arg_value *value_of(const struct request *rq, const char *name)
{
    for (int i = 0; rq->route->args[i].kind != ARG_END; i++) {
        if (strcmp(rq->route->args[i].name, name) == 0) {
            return &rq->args[i];
        }
    }
    assert(false && "a handler asks for an argument its row does not declare");
    return NULL;
}

bool arg_given(const struct request *rq, const char *name)
{
    return value_of(rq, name)->given;
}

bool arg_null(const struct request *rq, const char *name)
{
    return value_of(rq, name)->null;
}

int64_t arg_int(const struct request *rq, const char *name)
{
    return value_of(rq, name)->i;
}

int64_t arg_int_or(const struct request *rq, const char *name, int64_t fallback)
{
    const struct arg_value *v = value_of(rq, name);
    return v->given && !v->null ? v->i : fallback;
}

double arg_number_or(const struct request *rq, const char *name, double fallback)
{
    const struct arg_value *v = value_of(rq, name);
    return v->given && !v->null ? v->d : fallback;
}

struct str arg_str(const struct request *rq, const char *name)
{
    return value_of(rq, name)->s;
}

const int64_t *arg_ids(const struct request *rq, const char *name, size_t *out_n)
{
    const struct arg_value *v = value_of(rq, name);
    *out_n = v->n;
    return v->ids;
}

const struct json_value *arg_json(const struct request *rq, const char *name)
{
    return value_of(rq, name)->json;
}

int64_t page_limit(const struct request *rq)
{
    return arg_int_or(rq, "limit", 50);
}

struct str page_cursor(const struct request *rq)
{
    return rq->cursor;
}

bool page_by_number(const struct request *rq)
{
    return arg_given(rq, "page");
}

int64_t page_offset(const struct request *rq)
{
    return page_by_number(rq) ? (arg_int(rq, "page") - 1) * page_limit(rq) : 0;
}
