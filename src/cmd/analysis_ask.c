/* analysis_ask.c — the way from options to a question, and from an answer to rows.
 *
 * Options go into the body as they were given: the server reads and refuses them. Rows are written
 * as JSON and read again, so that one table printer serves every command.
 */
#include "cmd/analysis.h"
#include "cmd/export.h"
#include "cmd/print.h"

#include <inttypes.h>

void question_open(struct analysis_text *q, struct invocation *in, const char *const *given)
{
    buf_init(&q->text, 64 << 10);
    q->j = json_to(&q->text);
    json_open_object(&q->j, NULL);
    if (option_given(in, "window"))
        json_put_z(&q->j, "window", option_value(in, "window"));
    if (option_given(in, "audience"))
        json_put_z(&q->j, "audience", option_value(in, "audience"));
    for (; given != NULL && *given != NULL; given++)
        if (option_given(in, *given))
            json_put_z(&q->j, *given, option_value(in, *given));
}

enum rc question_number(struct analysis_text *q, struct invocation *in, const char *option,
                        const char *name, struct err *e)
{
    int64_t n;
    const char *text = option_value(in, option);
    if (text == NULL)
        return RC_OK;
    if (!str_to_i64(str_from(text), &n))
        return err_set(e, RC_INVALID, "number", option, "--%s 应为整数",
                       "--%s takes a whole number", option);
    json_put_int(&q->j, name, n);
    return RC_OK;
}

void question_positions(struct analysis_text *q, struct invocation *in, int from, const char *name)
{
    json_open_array(&q->j, name);
    for (int i = from; position(in, i) != NULL; i++)
        json_put_z(&q->j, NULL, position(in, i));
    json_close_array(&q->j);
}

/* The export of a question instead of its answer. */
static enum rc export_question(struct invocation *in, struct client *c, const char *list,
                               struct str question, struct err *e)
{
    const char *file = option_value(in, "export");
    struct str body =
        arena_printf(&in->arena, "{\"what\":\"%s\",\"format\":\"%s\",\"filter\":" STR_FMT "}", list,
                     export_format(NULL, file), STR_ARG(question));
    return export_fetch(in, c, body, file, e);
}

bool question_is_shown(const struct invocation *in)
{
    return in->json || option_given(in, "export");
}

enum rc question_ask(struct analysis_text *q, struct invocation *in, enum rc rc, const char *name,
                     const char *list, struct client_reply *out, struct err *e)
{
    struct client *c = NULL;
    bool exported = option_given(in, "export");
    json_close_object(&q->j);
    struct str body = arena_str(&in->arena, buf_str(&q->text));
    buf_done(&q->text);
    if (rc == RC_OK)
        rc = client_open(in, &c, e);
    if (rc == RC_OK && exported)
        rc = export_question(in, c, list, body, e);
    if (rc == RC_OK && !exported)
        rc = client_call(c, "POST", arena_printf(&in->arena, "/api/analyses/%s", name).p, body, out,
                         e);
    if (rc == RC_OK && in->json && !exported)
        print_json(out);
    client_close(c);
    return rc;
}

void rows_open(struct analysis_text *rows)
{
    buf_init(&rows->text, 4 << 20);
    rows->j = json_to(&rows->text);
    json_open_array(&rows->j, NULL);
}

enum rc rows_print(struct analysis_text *rows, struct invocation *in, const char *const *keys,
                   struct err *e)
{
    const struct json_value *items;
    json_close_array(&rows->j);
    enum rc rc = json_parse(&in->arena, buf_str(&rows->text), &items, e);
    if (rc == RC_OK)
        print_table(in, items, keys);
    buf_done(&rows->text);
    return rc;
}

int64_t number_of(const struct json_value *object, const char *key)
{
    return json_int_or(json_get(object, key), 0);
}

struct str events_of(const struct invocation *in, const struct json_value *lists, int64_t i)
{
    const struct json_value *list = i >= 0 ? json_at(lists, (size_t)i) : NULL;
    struct str text = json_str_or(json_get(list, "text"), STR("-"));
    if (str_find(text, STR(" where ")) >= 0) /* the names do not say the condition */
        return text;
    return json_str_or(json_get(list, in->english ? "en" : "zh"), text);
}

struct str share_text(struct arena *a, int64_t part, int64_t whole)
{
    return whole > 0 ? arena_printf(a, "%.1f%%", 100.0 * (double)part / (double)whole) : STR("-");
}

struct str length_text(struct arena *a, int64_t seconds)
{
    int64_t minutes = seconds / 60, hours = minutes / 60;
    if (seconds <= 0)
        return STR("-");
    if (hours >= 24)
        return arena_printf(a, "%" PRId64 "d %" PRId64 "h", hours / 24, hours % 24);
    if (minutes >= 60)
        return arena_printf(a, "%" PRId64 "h %" PRId64 "m", hours, minutes % 60);
    return minutes > 0 ? arena_printf(a, "%" PRId64 "m", minutes)
                       : arena_printf(a, "%" PRId64 "s", seconds);
}
