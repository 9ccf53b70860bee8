/* code_way.c — requests about codes.
 *
 * A staff code is always of type 2 (several staff), since a type cannot be changed and its list may
 * shrink to one and grow again. Updates of join ways and links overwrite everything, so all of it
 * is sent. What is asked by kind is in one table.
 */
#include "connect/wecom/code_way.h"

#include "base/buf.h"
#include "base/clock.h"
#include "connect/wecom/errors.h"
#include "connect/wecom/request.h"

#include <assert.h>
#include <string.h>

enum {
    REQUEST_BYTES = 64 << 10,
    SCENE_QR = 2,
    TYPE_SEVERAL = 2,
    FIND_MARGIN_S = 300,
    FIND_MOST = 50
};

/* ---- a request ---- */

struct ask {
    struct wecom_client *client;
    struct arena *a;
    struct buf b;
    struct json j;
};

static struct ask begin(struct wecom_client *client, struct arena *a)
{
    struct ask x = {.client = client, .a = a};
    buf_init(&x.b, REQUEST_BYTES);
    return x;
}

/* `x` stays where it is from here on: its writer writes into it. */
static struct json *open(struct ask *x)
{
    x->j = json_to(&x->b);
    json_open_object(&x->j, NULL);
    return &x->j;
}

/* Sends what was written; `out` may be NULL. */
static enum rc send(struct ask *x, const char *path, const struct json_value **out, struct err *e)
{
    const struct json_value *reply;
    json_close_object(&x->j);
    enum rc rc = wecom_send(x->client, path, &x->b, x->a, &reply, e);
    if (rc == RC_OK && out != NULL)
        *out = reply;
    return rc;
}

static void put_list(struct json *j, const char *key, struct str list)
{
    struct str part;
    json_open_array(j, key);
    while (str_cut(&list, ',', &part))
        if (!str_empty(part))
            json_put_str(j, NULL, part);
    json_close_array(j);
}

/* ---- what is said of each kind ---- */

static bool is(const struct code *c, const char *kind)
{
    return str_eq(c->kind, str_from(kind));
}

static void say_contact_way(struct json *j, const struct code *c, struct str listed)
{
    json_put_str(j, "remark", c->name);
    json_put_bool(j, "skip_verify", c->skip_verify);
    json_put_str(j, "state", c->state);
    put_list(j, "user", listed);
}

static void say_join_way(struct json *j, const struct code *c, struct str listed)
{
    json_put_int(j, "scene", SCENE_QR);
    json_put_str(j, "remark", c->name);
    json_put_int(j, "auto_create_room", c->auto_room);
    if (c->auto_room) {
        json_put_str(j, "room_base_name", c->room_name);
        json_put_int(j, "room_base_id", 1);
    }
    put_list(j, "chat_id_list", listed);
    json_put_str(j, "state", c->state);
}

static void say_link(struct json *j, const struct code *c, struct str listed)
{
    json_put_str(j, "link_name", c->name);
    json_put_bool(j, "skip_verify", c->skip_verify);
    json_open_object(j, "range");
    put_list(j, "user_list", listed);
    json_close_object(j);
}

/* ---- making ---- */

static struct str copy(struct arena *a, const struct json_value *v)
{
    return arena_str(a, json_str_or(v, STR("")));
}

static enum rc make_contact_way(struct ask *x, const struct code *c, struct str listed,
                                struct code_made *out, struct err *e)
{
    static const char PATH[] = "externalcontact/add_contact_way";
    const struct json_value *reply = NULL;
    struct json *j = open(x);
    json_put_int(j, "type", TYPE_SEVERAL);
    json_put_int(j, "scene", SCENE_QR);
    json_put_bool(j, "is_exclusive", c->exclusive);
    say_contact_way(j, c, listed);
    enum rc rc = send(x, PATH, &reply, e);
    if (rc != RC_OK)
        return rc;
    *out = (struct code_made){copy(x->a, json_get(reply, "config_id")),
                              copy(x->a, json_get(reply, "qr_code")), STR_ABSENT};
    return str_empty(out->config_id) || str_empty(out->qr_url) ? wecom_reply_lacks(PATH, e) : RC_OK;
}

static enum rc make_join_way(struct ask *x, const struct code *c, struct str listed,
                             struct code_made *out, struct err *e)
{
    static const char PATH[] = "externalcontact/groupchat/get_join_way";
    const struct json_value *reply = NULL;
    struct ask second = begin(x->client, x->a);
    say_join_way(open(x), c, listed);
    enum rc rc = send(x, "externalcontact/groupchat/add_join_way", &reply, e);
    struct str id = rc == RC_OK ? copy(x->a, json_get(reply, "config_id")) : STR("");
    if (rc == RC_OK && str_empty(id))
        rc = wecom_reply_lacks("externalcontact/groupchat/add_join_way", e);
    if (rc != RC_OK)
        return rc;
    json_put_str(open(&second), "config_id", id);
    rc = send(&second, PATH, &reply, e);
    if (rc != RC_OK) /* it is made, and the picture can be asked for again */
        *e = (struct err)ERR_INIT;
    struct str qr =
        rc == RC_OK ? copy(x->a, json_get(json_get(reply, "join_way"), "qr_code")) : STR_ABSENT;
    *out = (struct code_made){id, qr, STR_ABSENT};
    return RC_OK;
}

static enum rc make_link(struct ask *x, const struct code *c, struct str listed,
                         struct code_made *out, struct err *e)
{
    static const char PATH[] = "externalcontact/customer_acquisition/create_link";
    const struct json_value *reply = NULL;
    say_link(open(x), c, listed);
    enum rc rc = send(x, PATH, &reply, e);
    if (rc != RC_OK)
        return rc;
    const struct json_value *link = json_get(reply, "link");
    struct str url = json_str_or(json_get(link, "url"), STR(""));
    *out = (struct code_made){copy(x->a, json_get(link, "link_id")), STR_ABSENT,
                              arena_printf(x->a, STR_FMT "%scustomer_channel=" STR_FMT,
                                           STR_ARG(url), str_find_byte(url, '?') >= 0 ? "&" : "?",
                                           STR_ARG(c->state))};
    return str_empty(out->config_id) || str_empty(url) ? wecom_reply_lacks(PATH, e) : RC_OK;
}

enum rc code_way_make(struct wecom_client *client, const struct code *c, struct str listed,
                      struct arena *a, struct code_made *out, struct err *e)
{
    assert(!str_empty(listed) && !str_empty(c->state));
    struct ask x = begin(client, a);
    if (is(c, "staff"))
        return make_contact_way(&x, c, listed, out, e);
    return is(c, "group") ? make_join_way(&x, c, listed, out, e) : make_link(&x, c, listed, out, e);
}

/* One of WeCom's contact ways, whether it is the code's. */
static enum rc look_at(struct wecom_client *client, const struct code *c, struct str config_id,
                       struct arena *a, struct code_made *out, struct err *e)
{
    const struct json_value *reply = NULL;
    struct ask x = begin(client, a);
    json_put_str(open(&x), "config_id", config_id);
    enum rc rc = send(&x, "externalcontact/get_contact_way", &reply, e);
    const struct json_value *way = rc == RC_OK ? json_get(reply, "contact_way") : NULL;
    if (way != NULL && json_kind_of(way) == JSON_ARRAY)
        way = json_at(way, 0);
    if (rc != RC_OK || !str_eq(json_str_or(json_get(way, "state"), STR("")), c->state))
        return rc == RC_OK ? RC_NOT_FOUND : rc;
    *out =
        (struct code_made){arena_str(a, config_id), copy(a, json_get(way, "qr_code")), STR_ABSENT};
    return RC_OK;
}

enum rc code_way_find(struct wecom_client *client, const struct code *c, struct arena *a,
                      struct code_made *out, struct err *e)
{
    struct str cursor = STR_ABSENT;
    for (int page = 0; page < FIND_MOST; page++) {
        const struct json_value *reply = NULL;
        struct ask x = begin(client, a);
        struct json *j = open(&x);
        json_put_int(j, "start_time", c->created_s - FIND_MARGIN_S);
        json_put_int(j, "end_time", clock_now_s() + FIND_MARGIN_S);
        if (!str_empty(cursor))
            json_put_str(j, "cursor", cursor);
        enum rc rc = send(&x, "externalcontact/list_contact_way", &reply, e);
        if (rc != RC_OK)
            return rc;
        const struct json_value *list = json_get(reply, "contact_way");
        for (size_t i = 0; i < json_count(list); i++) {
            struct str id = json_str_or(json_get(json_at(list, i), "config_id"), STR(""));
            rc = look_at(client, c, id, a, out, e);
            if (rc != RC_NOT_FOUND)
                return rc;
        }
        cursor = copy(a, json_get(reply, "next_cursor"));
        if (str_empty(cursor))
            return RC_NOT_FOUND;
    }
    return wecom_reply_lacks("externalcontact/list_contact_way", e);
}

/* ---- changing, ending ---- */

enum rc code_way_change(struct wecom_client *client, const struct code *c, struct str listed,
                        struct arena *a, struct err *e)
{
    assert(!str_empty(listed) && !str_empty(c->config_id));
    struct ask x = begin(client, a);
    struct json *j = open(&x);
    if (is(c, "link")) {
        json_put_str(j, "link_id", c->config_id);
        say_link(j, c, listed);
        return send(&x, "externalcontact/customer_acquisition/update_link", NULL, e);
    }
    json_put_str(j, "config_id", c->config_id);
    if (is(c, "staff")) {
        say_contact_way(j, c, listed);
        return send(&x, "externalcontact/update_contact_way", NULL, e);
    }
    say_join_way(j, c, listed);
    return send(&x, "externalcontact/groupchat/update_join_way", NULL, e);
}

enum rc code_way_end(struct wecom_client *client, const struct code *c, struct arena *a,
                     struct err *e)
{
    struct ask x = begin(client, a);
    struct json *j = open(&x);
    const char *path = is(c, "link")    ? "externalcontact/customer_acquisition/delete_link"
                       : is(c, "staff") ? "externalcontact/del_contact_way"
                                        : "externalcontact/groupchat/del_join_way";
    json_put_str(j, is(c, "link") ? "link_id" : "config_id", c->config_id);
    enum rc rc = send(&x, path, NULL, e);
    bool gone = strcmp(e->code, "wecom_41044") == 0 ||
                (is(c, "link") && strcmp(e->code, "wecom_40058") == 0);
    if (rc == RC_OK || !gone)
        return rc;
    *e = (struct err)ERR_INIT;
    return RC_OK;
}

/* ---- a new friend ---- */

enum rc code_way_mark(struct wecom_client *client, struct str userid, struct str external_userid,
                      const struct str *tags, size_t n, struct arena *a, struct err *e)
{
    struct ask x = begin(client, a);
    struct json *j = open(&x);
    json_put_str(j, "userid", userid);
    json_put_str(j, "external_userid", external_userid);
    json_open_array(j, "add_tag");
    for (size_t i = 0; i < n; i++)
        json_put_str(j, NULL, tags[i]);
    json_close_array(j);
    return send(&x, "externalcontact/mark_tag", NULL, e);
}

enum rc code_way_remark(struct wecom_client *client, struct str userid, struct str external_userid,
                        struct str remark, struct arena *a, struct err *e)
{
    struct ask x = begin(client, a);
    struct json *j = open(&x);
    json_put_str(j, "userid", userid);
    json_put_str(j, "external_userid", external_userid);
    json_put_str(j, "remark", remark);
    return send(&x, "externalcontact/remark", NULL, e);
}
