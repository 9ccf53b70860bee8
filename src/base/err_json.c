/* err_json.c — the words of an error in both languages, as one JSON object.
 *
 * Every text of a struct err fits, however much of it must be escaped; what is empty is an empty
 * text. Costs one copy into the arena. Where an error happened in a file or expression (`at`) is
 * for whoever is there when it happens, and not kept.
 */
#include "base/err_json.h"

#include "base/buf.h"
#include "base/json.h"

enum { BYTES = 16384 };

struct str err_json(const struct err *e, struct arena *a)
{
    struct buf b;
    buf_init(&b, BYTES);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    json_put_z(&j, "code", e->code);
    json_put_z(&j, "zh", e->zh);
    json_put_z(&j, "en", e->en);
    json_put_z(&j, "hint_zh", e->hint_zh);
    json_put_z(&j, "hint_en", e->hint_en);
    json_put_z(&j, "field", e->field);
    json_close_object(&j);
    struct str text = arena_str(a, buf_str(&b));
    buf_done(&b);
    return text;
}
