/* reply_message — mass messages as WeCom answers: what was sent, by whom, to whom. All of the
 * results is owned by the arena. Refusals: reply.h. Source: wecom-api.md §12, from documents 93338
 * and 97610.
 */
#ifndef KOI_CONNECT_WECOM_REPLY_MESSAGE_H
#define KOI_CONNECT_WECOM_REPLY_MESSAGE_H

#include "connect/wecom/reply.h"

/* A text that does not apply to the kind is absent. */
struct reply_attachment {
    struct str kind; /* "image", "link", "miniprogram", "video", "file", or what WeCom adds */
    struct str media_id;
    struct str title, url, description;
    struct str picture; /* address of an image, or of a link's picture */
    struct str appid, page;
};
struct reply_message {
    struct str msgid;
    struct str creator;  /* a userid; absent: made by the API */
    int64_t created_s;   /* 0: not told as a number */
    int64_t create_type; /* 0 by the corp, 1 by a member of staff */
    struct str text;     /* absent: none */
    const struct reply_attachment *attachments;
    size_t attachments_n;
};
/* externalcontact/get_groupmsg_list_v2: a page, and where the next begins (absent at the end). */
enum rc reply_messages(const struct json_value *v, struct arena *a, struct reply_message **out,
                       size_t *out_n, struct str *out_next, struct err *e);

/* A member of staff who is to send a message. */
struct reply_sender {
    struct str userid;
    int64_t status; /* 0 not sent, 2 sent */
    int64_t sent_s; /* 0: not told */
};
/* externalcontact/get_groupmsg_task */
enum rc reply_senders(const struct json_value *v, struct arena *a, struct reply_sender **out,
                      size_t *out_n, struct str *out_next, struct err *e);

/* What became of a message for one customer or group. */
struct reply_sent {
    struct str external_userid, chat_id, userid; /* absent: not told */
    int64_t status; /* 0 unsent, 1 sent, 2 no friend, 3 had another mass message already */
    int64_t sent_s; /* 0: not told */
};
/* externalcontact/get_groupmsg_send_result */
enum rc reply_sent_list(const struct json_value *v, struct arena *a, struct reply_sent **out,
                        size_t *out_n, struct str *out_next, struct err *e);

#endif
