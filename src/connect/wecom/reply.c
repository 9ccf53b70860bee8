/* reply.c — see reply.h. One pass over the fields of a table for each object; a member is found by
 * walking the object, which has some twenty. Texts are views of the parsed document; only numbers
 * sent where a text belongs are written anew. A refusal says field and shape, never the value:
 * answers are full of personal data.
 */
#include "connect/wecom/reply.h"

#include <assert.h>
#include <inttypes.h>

enum shape { MISSING, EMPTY, NO_TEXT, NO_NUMBER, NO_LIST, NO_OBJECT };

static enum rc wrong(const char *where, const char *name, enum shape shape, struct err *e)
{
    char field[64];
    snprintf(field, sizeof field, "%s%s%s", where != NULL ? where : "", where != NULL ? "." : "",
             name);
#define SAY(zh, en)                                                                                \
    err_set(e, RC_INVALID, "reply_field", field, "企业微信的应答里，%s " zh,                       \
            "in WeCom's answer %s " en, field)
    switch (shape) {
    case MISSING:
        SAY("没有给出", "is missing");
        break;
    case EMPTY:
        SAY("是空的", "is empty");
        break;
    case NO_TEXT:
        SAY("不是文本", "is not a text");
        break;
    case NO_NUMBER:
        SAY("不是数字", "is not a number");
        break;
    case NO_LIST:
        SAY("不是列表", "is not a list");
        break;
    case NO_OBJECT:
        SAY("不是对象", "is not an object");
        break;
    }
#undef SAY
    err_hint(e, "请升级 Koi；若已是最新版本，请把字段名告诉我们",
             "upgrade Koi; if this is the newest version, tell us the name of the field");
    return RC_INVALID;
}

static bool nothing(const struct json_value *v)
{
    return v == NULL || json_kind_of(v) == JSON_NULL;
}

/* False: of another shape. */
static bool take(const struct json_value *v, enum reply_type type, struct arena *a, void *at)
{
    enum json_kind kind = json_kind_of(v);
    if (type == REPLY_TEXT && (kind == JSON_STR || kind == JSON_INT)) {
        *(struct str *)at = kind == JSON_STR ? json_str_or(v, STR_ABSENT)
                                             : arena_printf(a, "%" PRId64, json_int_or(v, 0));
        return true;
    }
    if (type == REPLY_BOOL && kind == JSON_BOOL) {
        *(bool *)at = json_bool_or(v, false);
        return true;
    }
    int64_t number;
    if (kind == JSON_INT)
        number = json_int_or(v, 0);
    else if (type == REPLY_TEXT || kind != JSON_STR ||
             !str_to_i64(str_trim(json_str_or(v, STR_ABSENT)), &number))
        return false;
    if (type == REPLY_BOOL)
        *(bool *)at = number != 0;
    else
        *(int64_t *)at = number;
    return true;
}

enum rc reply_read(const struct json_value *object, const char *where,
                   const struct reply_field *fields, size_t n, struct arena *a, void *out,
                   struct err *e)
{
    if (nothing(object) || json_kind_of(object) != JSON_OBJECT)
        return wrong(NULL, where != NULL ? where : "answer", NO_OBJECT, e);
    for (size_t i = 0; i < n; i++) {
        const struct reply_field *f = &fields[i];
        const struct json_value *v = json_get(object, f->name);
        if (nothing(v)) {
            if (f->needed)
                return wrong(where, f->name, MISSING, e);
            continue;
        }
        if (!take(v, f->type, a, (char *)out + f->at))
            return wrong(where, f->name, f->type == REPLY_TEXT ? NO_TEXT : NO_NUMBER, e);
        if (f->needed && f->type == REPLY_TEXT && str_empty(*(struct str *)((char *)out + f->at)))
            return wrong(where, f->name, EMPTY, e);
    }
    return RC_OK;
}

/* A member of one kind; NULL in `out` when it is not sent. */
static enum rc member(const struct json_value *object, const char *name, bool needed,
                      enum json_kind kind, const struct json_value **out, struct err *e)
{
    const struct json_value *v = json_get(object, name);
    if (nothing(v) && needed)
        return wrong(NULL, name, MISSING, e);
    if (!nothing(v) && json_kind_of(v) != kind)
        return wrong(NULL, name, kind == JSON_ARRAY ? NO_LIST : NO_OBJECT, e);
    *out = nothing(v) ? NULL : v;
    return RC_OK;
}

enum rc reply_list(const struct json_value *object, const char *name, bool needed,
                   const struct json_value **out, struct err *e)
{
    return member(object, name, needed, JSON_ARRAY, out, e);
}

enum rc reply_object(const struct json_value *object, const char *name, bool needed,
                     const struct json_value **out, struct err *e)
{
    return member(object, name, needed, JSON_OBJECT, out, e);
}

enum rc reply_texts(const struct json_value *object, const char *name, struct arena *a,
                    const struct str **out, size_t *out_n, struct err *e)
{
    const struct json_value *list;
    enum rc rc = reply_list(object, name, false, &list, e);
    if (rc != RC_OK)
        return rc;
    size_t n = json_count(list);
    struct str *texts = ARENA_ARRAY(a, struct str, n + 1);
    for (size_t i = 0; i < n; i++) {
        const struct json_value *v = json_at(list, i);
        if (nothing(v) || !take(v, REPLY_TEXT, a, &texts[i]))
            return wrong(name, "[]", NO_TEXT, e);
    }
    *out = texts;
    *out_n = n;
    return RC_OK;
}

enum rc reply_next_cursor(const struct json_value *object, struct arena *a, struct str *out,
                          struct err *e)
{
    struct page {
        struct str cursor;
    } page = {STR_ABSENT};
    static const struct reply_field FIELDS[] = {
        REPLY_FIELD(page, cursor, "next_cursor", REPLY_TEXT, false),
    };
    enum rc rc = reply_read(object, NULL, FIELDS, REPLY_COUNT(FIELDS), a, &page, e);
    if (rc == RC_OK)
        *out = str_empty(page.cursor) ? STR_ABSENT : page.cursor;
    return rc;
}

enum rc reply_ids(const struct json_value *v, const char *name, struct arena *a,
                  const struct str **out, size_t *out_n, struct err *e)
{
    return reply_texts(v, name, a, out, out_n, e);
}
