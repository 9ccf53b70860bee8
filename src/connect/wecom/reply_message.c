/* reply_message.c — the tables of mass messages. An attachment has its fields in an object that is
 * called like its kind. The time of a message is a text in the documents' own sample, and no number
 * there: it is read as far as it is one.
 */
#include "connect/wecom/reply_message.h"

struct listed {
    struct reply_message message;
    struct str created;
};
static const struct reply_field MESSAGE[] = {
    REPLY_FIELD(listed, message.msgid, "msgid", REPLY_TEXT, true),
    REPLY_FIELD(listed, message.creator, "creator", REPLY_TEXT, false),
    REPLY_FIELD(listed, message.create_type, "create_type", REPLY_INT, false),
    REPLY_FIELD(listed, created, "create_time", REPLY_TEXT, false),
};
static const struct reply_field CONTENT[] = {
    REPLY_FIELD(reply_message, text, "content", REPLY_TEXT, false),
};
static const struct reply_field KIND[] = {
    REPLY_FIELD(reply_attachment, kind, "msgtype", REPLY_TEXT, true),
};
static const struct reply_field ATTACHMENT[] = {
    REPLY_FIELD(reply_attachment, media_id, "media_id", REPLY_TEXT, false),
    REPLY_FIELD(reply_attachment, title, "title", REPLY_TEXT, false),
    REPLY_FIELD(reply_attachment, url, "url", REPLY_TEXT, false),
    REPLY_FIELD(reply_attachment, description, "desc", REPLY_TEXT, false),
    REPLY_FIELD(reply_attachment, picture, "picurl", REPLY_TEXT, false),
    REPLY_FIELD(reply_attachment, picture, "pic_url", REPLY_TEXT, false),
    REPLY_FIELD(reply_attachment, appid, "appid", REPLY_TEXT, false),
    REPLY_FIELD(reply_attachment, page, "page", REPLY_TEXT, false),
};
static const struct reply_field SENDER[] = {
    REPLY_FIELD(reply_sender, userid, "userid", REPLY_TEXT, true),
    REPLY_FIELD(reply_sender, status, "status", REPLY_INT, true),
    REPLY_FIELD(reply_sender, sent_s, "send_time", REPLY_INT, false),
};
static const struct reply_field SENT[] = {
    REPLY_FIELD(reply_sent, external_userid, "external_userid", REPLY_TEXT, false),
    REPLY_FIELD(reply_sent, chat_id, "chat_id", REPLY_TEXT, false),
    REPLY_FIELD(reply_sent, userid, "userid", REPLY_TEXT, false),
    REPLY_FIELD(reply_sent, status, "status", REPLY_INT, true),
    REPLY_FIELD(reply_sent, sent_s, "send_time", REPLY_INT, false),
};

static enum rc read_attachment(const struct json_value *v, struct arena *a,
                               struct reply_attachment *out, struct err *e)
{
    const struct json_value *body;
    *out = (struct reply_attachment){0};
    enum rc rc = reply_read(v, "attachments", KIND, REPLY_COUNT(KIND), a, out, e);
    if (rc != RC_OK)
        return rc;
    const char *name = arena_z(a, out->kind);
    rc = reply_object(v, name, false, &body, e);
    return rc == RC_OK && body != NULL
               ? reply_read(body, name, ATTACHMENT, REPLY_COUNT(ATTACHMENT), a, out, e)
               : rc;
}

static enum rc read_message(const struct json_value *v, struct arena *a, struct reply_message *out,
                            struct err *e)
{
    const struct json_value *text, *list;
    struct listed m = {0};
    enum rc rc = reply_read(v, "group_msg_list", MESSAGE, REPLY_COUNT(MESSAGE), a, &m, e);
    if (rc == RC_OK)
        rc = reply_object(v, "text", false, &text, e);
    if (rc == RC_OK && text != NULL)
        rc = reply_read(text, "text", CONTENT, REPLY_COUNT(CONTENT), a, &m.message, e);
    if (rc == RC_OK)
        rc = reply_list(v, "attachments", false, &list, e);
    if (rc != RC_OK)
        return rc;
    if (!str_to_i64(m.created, &m.message.created_s))
        m.message.created_s = 0;
    size_t n = json_count(list);
    struct reply_attachment *all = ARENA_ARRAY(a, struct reply_attachment, n + 1);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        rc = read_attachment(json_at(list, i), a, &all[i], e);
    m.message.attachments = all;
    m.message.attachments_n = n;
    *out = m.message;
    return rc;
}

/* A page of a list: how many rows, and where the next begins. */
static enum rc page(const struct json_value *v, const char *name, struct arena *a,
                    const struct json_value **out_list, size_t *out_n, struct str *out_next,
                    struct err *e)
{
    enum rc rc = reply_list(v, name, false, out_list, e);
    if (rc == RC_OK)
        rc = reply_next_cursor(v, a, out_next, e);
    *out_n = rc == RC_OK ? json_count(*out_list) : 0;
    return rc;
}

enum rc reply_messages(const struct json_value *v, struct arena *a, struct reply_message **out,
                       size_t *out_n, struct str *out_next, struct err *e)
{
    const struct json_value *list;
    enum rc rc = page(v, "group_msg_list", a, &list, out_n, out_next, e);
    struct reply_message *all = ARENA_ARRAY(a, struct reply_message, *out_n + 1);
    for (size_t i = 0; rc == RC_OK && i < *out_n; i++)
        rc = read_message(json_at(list, i), a, &all[i], e);
    *out = all;
    return rc;
}

enum rc reply_senders(const struct json_value *v, struct arena *a, struct reply_sender **out,
                      size_t *out_n, struct str *out_next, struct err *e)
{
    const struct json_value *list;
    enum rc rc = page(v, "task_list", a, &list, out_n, out_next, e);
    struct reply_sender *all = ARENA_ARRAY(a, struct reply_sender, *out_n + 1);
    for (size_t i = 0; rc == RC_OK && i < *out_n; i++)
        rc = reply_read(json_at(list, i), "task_list", SENDER, REPLY_COUNT(SENDER), a, &all[i], e);
    *out = all;
    return rc;
}

enum rc reply_sent_list(const struct json_value *v, struct arena *a, struct reply_sent **out,
                        size_t *out_n, struct str *out_next, struct err *e)
{
    const struct json_value *list;
    enum rc rc = page(v, "send_list", a, &list, out_n, out_next, e);
    struct reply_sent *all = ARENA_ARRAY(a, struct reply_sent, *out_n + 1);
    for (size_t i = 0; rc == RC_OK && i < *out_n; i++)
        rc = reply_read(json_at(list, i), "send_list", SENT, REPLY_COUNT(SENT), a, &all[i], e);
    *out = all;
    return rc;
}
