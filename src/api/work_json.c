/* work_json.c — errors that were kept in both languages are shown in one.
 *
 * What cannot be read as such an error is shown as none: it is from another version, and its row
 * says by its state that it failed. Costs a parse of the text for each row that has one.
 */
#include "api/work_json.h"

enum { US_PER_S = 1000000 };

bool work_error_read(struct request *rq, struct str text, struct work_error *out)
{
    const struct json_value *v = NULL;
    bool english = request_caller(rq)->english;
    bool kept = !str_absent(text) && json_parse(request_arena(rq), text, &v, NULL) == RC_OK;
    *out = (struct work_error){STR(""), STR(""), STR("")};
    if (!kept)
        return false;
    out->code = json_str_or(json_get(v, "code"), STR(""));
    out->message = json_str_or(json_get(v, english ? "en" : "zh"), STR(""));
    out->hint = json_str_or(json_get(v, english ? "hint_en" : "hint_zh"), STR(""));
    return true;
}

void work_put_error(struct request *rq, struct json *j, struct str text)
{
    struct work_error why;
    if (!work_error_read(rq, text, &why)) {
        json_put_null(j, "error");
        return;
    }
    json_open_object(j, "error");
    json_put_str(j, "code", why.code);
    json_put_str(j, "message", why.message);
    json_put_str(j, "hint", why.hint);
    json_close_object(j);
}

void work_put_times(struct json *j, bool waiting, int64_t due_us, int64_t ended_us)
{
    if (waiting) {
        json_put_int(j, "due_s", due_us / US_PER_S);
        json_put_null(j, "ended_s");
    } else {
        json_put_null(j, "due_s");
        json_put_int(j, "ended_s", ended_us / US_PER_S);
    }
}
