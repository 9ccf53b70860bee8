/* reply_moment — posts in Moments and who reacted to them, as WeCom answers; it tells no comment's
 * text. All of the results is owned by the arena. Refusals: reply.h. Source: wecom-api.md §13, from
 * documents 93333 and 96351.
 */
#ifndef KOI_CONNECT_WECOM_REPLY_MOMENT_H
#define KOI_CONNECT_WECOM_REPLY_MOMENT_H

#include "connect/wecom/reply.h"

struct reply_moment {
    struct str moment_id;
    struct str creator; /* a userid; absent: not told */
    int64_t created_s;
    int64_t create_type;      /* 0 by the corp, 1 by a member of staff */
    int64_t visible_type;     /* 0 to some, 1 to all */
    struct str text;          /* absent: none, as all below */
    const struct str *images; /* media ids */
    size_t images_n;
    struct str video, thumb; /* media ids */
    struct str link_title, link_url;
    struct str place, latitude, longitude; /* degrees as texts */
};
/* externalcontact/get_moment_list: a page, and where the next begins (absent at the end). */
enum rc reply_moments(const struct json_value *v, struct arena *a, struct reply_moment **out,
                      size_t *out_n, struct str *out_next, struct err *e);

/* One of the two is there: a customer, or one of the staff. */
struct reply_reaction {
    struct str external_userid, userid;
    int64_t at_s;
};
struct reply_reactions {
    const struct reply_reaction *comments, *likes;
    size_t comments_n, likes_n;
};
/* externalcontact/get_moment_comments */
enum rc reply_moment_reactions(const struct json_value *v, struct arena *a,
                               struct reply_reactions *out, struct err *e);

#endif
