/* welcome_lighter.c — a request read and written once more, with fewer attachments.
 *
 * Which refusals may lie at an attachment is told by their class: WeCom's numbers for attachments
 * are many and not all documented (a mini-program that is not linked to the corp has none), so
 * every refusal of the request itself counts, but for those of the code (41049 … 41051).
 */
#include "connect/wecom/welcome_lighter.h"

#include "base/json.h"
#include "connect/wecom/errors.h"

#include <string.h>

enum { REQUEST_BYTES = 128 << 10 };

enum welcome_weight welcome_weight_after(enum welcome_weight now, const struct err *e)
{
    int64_t n = wecom_error_number(str_from(e->code));
    if (n <= 0)
        return now;
    enum wecom_class class = wecom_errcode(n)->class;
    bool of_request =
        class == WECOM_CLASS_OURS || class == WECOM_CLASS_REFUSED || class == WECOM_CLASS_UNKNOWN;
    if (!of_request || (n >= 41049 && n <= 41051))
        return now;
    bool of_id = n == 40007 || n == 40145;
    return of_id && now == WELCOME_WHOLE ? WELCOME_WITHOUT_IDS : WELCOME_BARE;
}

/* The media id of an attachment; empty: it has none. */
static struct str id_of(const struct json_value *one)
{
    struct str kind = json_str_or(json_get(one, "msgtype"), STR(""));
    for (size_t i = 0; i < json_count(one); i++) {
        struct str name;
        const struct json_value *body = json_member(one, i, &name);
        if (!str_eq(name, kind))
            continue;
        struct str id = json_str_or(json_get(body, "media_id"), STR(""));
        return str_empty(id) ? json_str_or(json_get(body, "pic_media_id"), STR("")) : id;
    }
    return STR("");
}

bool welcome_lighten(struct str request, enum welcome_weight to, struct arena *a, struct str *out,
                     struct str **out_ids, size_t *out_n)
{
    const struct json_value *v = NULL;
    struct buf b;
    if (to == WELCOME_WHOLE || json_parse(a, request, &v, NULL) != RC_OK)
        return false;
    const struct json_value *all = json_get(v, "attachments");
    const struct json_value *text = json_get(v, "text");
    size_t kept = 0, n = json_count(all);
    *out_n = 0;
    *out_ids = ARENA_ARRAY(a, struct str, n + 1);
    buf_init(&b, REQUEST_BYTES);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    json_put_value(&j, "welcome_code", json_get(v, "welcome_code"));
    if (text != NULL)
        json_put_value(&j, "text", text);
    if (to == WELCOME_WITHOUT_IDS)
        json_open_array(&j, "attachments");
    for (size_t i = 0; i < n; i++) {
        struct str id = id_of(json_at(all, i));
        if (!str_empty(id)) {
            (*out_ids)[(*out_n)++] = id;
        } else if (to == WELCOME_WITHOUT_IDS) {
            json_put_value(&j, NULL, json_at(all, i));
            kept++;
        }
    }
    if (to == WELCOME_WITHOUT_IDS)
        json_close_array(&j);
    json_close_object(&j);
    bool lighter = !b.failed && n > kept && (text != NULL || kept > 0);
    if (lighter)
        *out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return lighter;
}
