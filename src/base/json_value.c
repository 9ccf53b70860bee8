/* json_value.c — a parsed value written again, through the public reader and writer alone.
 *
 * Recursion is bounded by the depth json_parse() accepts. Members keep their order, so parse and
 * put give the same document but for white space and the form of numbers.
 */
#include "base/json.h"

#include <assert.h>

static void put_items(struct json *j, const struct json_value *v)
{
    for (size_t i = 0; i < json_count(v); i++)
        json_put_value(j, NULL, json_at(v, i));
}

static void put_members(struct json *j, const struct json_value *v)
{
    for (size_t i = 0; i < json_count(v); i++) {
        struct str name;
        const struct json_value *member = json_member(v, i, &name);
        json_key(j, name);
        json_put_value(j, NULL, member);
    }
}

void json_put_value(struct json *j, const char *key, const struct json_value *v)
{
    assert(j != NULL);
    switch (v == NULL ? JSON_NULL : json_kind_of(v)) {
    case JSON_NULL:
        json_put_null(j, key);
        break;
    case JSON_BOOL:
        json_put_bool(j, key, json_bool_or(v, false));
        break;
    case JSON_INT:
        json_put_int(j, key, json_int_or(v, 0));
        break;
    case JSON_DOUBLE:
        json_put_double(j, key, json_double_or(v, 0));
        break;
    case JSON_STR:
        json_put_str(j, key, json_str_or(v, STR("")));
        break;
    case JSON_ARRAY:
        json_open_array(j, key);
        put_items(j, v);
        json_close_array(j);
        break;
    case JSON_OBJECT:
        json_open_object(j, key);
        put_members(j, v);
        json_close_object(j);
        break;
    }
}
