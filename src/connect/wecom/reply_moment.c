/* reply_moment.c — the tables of Moments. What a post holds lies in objects by kind: text, image,
 * video, link, location. The documents' samples have ids with a blank behind them.
 */
#include "connect/wecom/reply_moment.h"

static const struct reply_field MOMENT[] = {
    REPLY_FIELD(reply_moment, moment_id, "moment_id", REPLY_TEXT, true),
    REPLY_FIELD(reply_moment, creator, "creator", REPLY_TEXT, false),
    REPLY_FIELD(reply_moment, created_s, "create_time", REPLY_INT, true),
    REPLY_FIELD(reply_moment, create_type, "create_type", REPLY_INT, false),
    REPLY_FIELD(reply_moment, visible_type, "visible_type", REPLY_INT, false),
};
static const struct reply_field TEXT[] = {
    REPLY_FIELD(reply_moment, text, "content", REPLY_TEXT, false),
};
static const struct reply_field VIDEO[] = {
    REPLY_FIELD(reply_moment, video, "media_id", REPLY_TEXT, false),
    REPLY_FIELD(reply_moment, thumb, "thumb_media_id", REPLY_TEXT, false),
};
static const struct reply_field LINK[] = {
    REPLY_FIELD(reply_moment, link_title, "title", REPLY_TEXT, false),
    REPLY_FIELD(reply_moment, link_url, "url", REPLY_TEXT, false),
};
static const struct reply_field LOCATION[] = {
    REPLY_FIELD(reply_moment, place, "name", REPLY_TEXT, false),
    REPLY_FIELD(reply_moment, latitude, "latitude", REPLY_TEXT, false),
    REPLY_FIELD(reply_moment, longitude, "longitude", REPLY_TEXT, false),
};
#define PART(name, table)                                                                          \
    {                                                                                              \
        name, table, REPLY_COUNT(table)                                                            \
    }
static const struct {
    const char *name;
    const struct reply_field *fields;
    size_t n;
} PARTS[] = {PART("text", TEXT), PART("video", VIDEO), PART("link", LINK),
             PART("location", LOCATION)};

struct image {
    struct str media_id;
};
static const struct reply_field IMAGE[] = {
    REPLY_FIELD(image, media_id, "media_id", REPLY_TEXT, true),
};
static const struct reply_field REACTION[] = {
    REPLY_FIELD(reply_reaction, external_userid, "external_userid", REPLY_TEXT, false),
    REPLY_FIELD(reply_reaction, userid, "userid", REPLY_TEXT, false),
    REPLY_FIELD(reply_reaction, at_s, "create_time", REPLY_INT, true),
};

static enum rc read_images(const struct json_value *v, struct arena *a, struct reply_moment *out,
                           struct err *e)
{
    const struct json_value *list;
    enum rc rc = reply_list(v, "image", false, &list, e);
    size_t n = rc == RC_OK ? json_count(list) : 0;
    struct str *all = ARENA_ARRAY(a, struct str, n + 1);
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        struct image image = {STR_ABSENT};
        rc = reply_read(json_at(list, i), "image", IMAGE, REPLY_COUNT(IMAGE), a, &image, e);
        all[i] = image.media_id;
    }
    out->images = all;
    out->images_n = n;
    return rc;
}

static enum rc read_moment(const struct json_value *v, struct arena *a, struct reply_moment *out,
                           struct err *e)
{
    const struct json_value *part;
    *out = (struct reply_moment){0};
    enum rc rc = reply_read(v, "moment_list", MOMENT, REPLY_COUNT(MOMENT), a, out, e);
    for (size_t i = 0; rc == RC_OK && i < sizeof PARTS / sizeof *PARTS; i++) {
        rc = reply_object(v, PARTS[i].name, false, &part, e);
        if (rc == RC_OK && part != NULL)
            rc = reply_read(part, PARTS[i].name, PARTS[i].fields, PARTS[i].n, a, out, e);
    }
    return rc == RC_OK ? read_images(v, a, out, e) : rc;
}

enum rc reply_moments(const struct json_value *v, struct arena *a, struct reply_moment **out,
                      size_t *out_n, struct str *out_next, struct err *e)
{
    const struct json_value *list;
    enum rc rc = reply_list(v, "moment_list", false, &list, e);
    if (rc == RC_OK)
        rc = reply_next_cursor(v, a, out_next, e);
    *out_n = rc == RC_OK ? json_count(list) : 0;
    *out = ARENA_ARRAY(a, struct reply_moment, *out_n + 1);
    for (size_t i = 0; rc == RC_OK && i < *out_n; i++)
        rc = read_moment(json_at(list, i), a, &(*out)[i], e);
    return rc;
}

static enum rc read_reactions(const struct json_value *v, const char *name, struct arena *a,
                              const struct reply_reaction **out, size_t *out_n, struct err *e)
{
    const struct json_value *list;
    enum rc rc = reply_list(v, name, false, &list, e);
    size_t n = rc == RC_OK ? json_count(list) : 0;
    struct reply_reaction *all = ARENA_ARRAY(a, struct reply_reaction, n + 1);
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        rc = reply_read(json_at(list, i), name, REACTION, REPLY_COUNT(REACTION), a, &all[i], e);
        all[i].external_userid = str_trim(all[i].external_userid);
        all[i].userid = str_trim(all[i].userid);
    }
    *out = all;
    *out_n = n;
    return rc;
}

enum rc reply_moment_reactions(const struct json_value *v, struct arena *a,
                               struct reply_reactions *out, struct err *e)
{
    enum rc rc = read_reactions(v, "comment_list", a, &out->comments, &out->comments_n, e);
    return rc == RC_OK ? read_reactions(v, "like_list", a, &out->likes, &out->likes_n, e) : rc;
}
