/* reply — WeCom's JSON answers as plain structs, by tables of fields.
 *
 * A row names a field, its type and its place in a struct. A text may be sent as a number and a
 * number as a text, since WeCom does both; a field that no row names is ignored, and null is as
 * good as nothing. Anything of another shape, and a field that is needed and missing, is refused
 * by its name: RC_INVALID "reply_field". An answer is an object whose `errcode` says success: who
 * asked has looked (client.h). Source: wecom-api.md, from WeCom's documents 90196
 * to 92122.
 */
#ifndef KOI_CONNECT_WECOM_REPLY_H
#define KOI_CONNECT_WECOM_REPLY_H

#include "base/json.h"

enum reply_type { REPLY_TEXT, REPLY_INT, REPLY_BOOL };

struct reply_field {
    const char *name;
    enum reply_type type;
    bool needed;
    size_t at; /* offsetof() of a struct str, int64_t or bool */
};
#define REPLY_FIELD(of, member, name, type, needed)                                                \
    {                                                                                              \
        name, type, needed, offsetof(struct of, member)                                            \
    }
#define REPLY_COUNT(table) (sizeof(table) / sizeof *(table))

/* Fills the struct at `out` from an object. What is not sent stays as it is. `where` says in a
 * refusal which object it was: "follow_user". */
enum rc reply_read(const struct json_value *object, const char *where,
                   const struct reply_field *fields, size_t n, struct arena *a, void *out,
                   struct err *e);
/* A list that is a member of an object; NULL in `out` when it is not sent, unless needed. */
enum rc reply_list(const struct json_value *object, const char *name, bool needed,
                   const struct json_value **out, struct err *e);
/* A member that is an object. */
enum rc reply_object(const struct json_value *object, const char *name, bool needed,
                     const struct json_value **out, struct err *e);
/* A list of texts; none when it is not sent. */
enum rc reply_texts(const struct json_value *object, const char *name, struct arena *a,
                    const struct str **out, size_t *out_n, struct err *e);
/* Where the next page begins; absent at the end. */
enum rc reply_next_cursor(const struct json_value *object, struct arena *a, struct str *out,
                          struct err *e);

/* An answer that is a list of ids: get_follow_user_list ("follow_user"), externalcontact/list
 * ("external_userid"). */
enum rc reply_ids(const struct json_value *v, const char *name, struct arena *a,
                  const struct str **out, size_t *out_n, struct err *e);

#endif
