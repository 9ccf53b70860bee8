/* code_args.c — members, hours and greetings are small lists of flat objects. A member of an object
 * that is not known is refused by its name, so that a slip of the pen does not pass for a default;
 * a value of another kind likewise.
 */
#include "api/code_args.h"

#include "api/code_greeting.h"
#include "api/customer_json.h"
#include "api/work_json.h"
#include "base/calendar.h"
#include "domain/app.h"
#include "h5/group.h"

#include <string.h>

enum { PAGE_DAYS = 30 }; /* in which views of the page before joining are counted */

/* ---- reading ---- */

static enum rc no_list(const char *name, struct err *e)
{
    err_set(e, RC_INVALID, "code_list_shape", name, "%s 应是对象的列表", "%s is a list of objects",
            name);
    err_hint(e, "请参照接口文档中的例子", "see the example in the API's documentation");
    return RC_INVALID;
}

static enum rc wrong_member(const char *name, struct str key, struct err *e)
{
    err_set(e, RC_INVALID, "code_list_member", name, "%s 里的“" STR_FMT "”不认识，或类型不对",
            "%s: \"" STR_FMT "\" is not known, or of the wrong kind", name, STR_ARG(key));
    err_hint(e, "请参照接口文档中的例子", "see the example in the API's documentation");
    return RC_INVALID;
}

/* A member that an object of a list may have, and where it goes. */
struct part {
    const char *key;
    enum json_kind kind; /* JSON_INT also takes an id as text */
    size_t at;
};

static bool put_part(const struct part *p, const struct json_value *v, void *row, struct arena *a)
{
    char *to = (char *)row + p->at;
    int64_t number = json_int_or(v, INT64_MIN);
    switch (p->kind) {
    case JSON_INT:
        if (number == INT64_MIN)
            return false;
        memcpy(to, &number, sizeof number);
        return true;
    case JSON_BOOL:
        *(bool *)to = json_bool_or(v, false);
        return json_kind_of(v) == JSON_BOOL;
    case JSON_STR:
        *(struct str *)to = arena_str(a, json_str_or(v, STR("")));
        return json_kind_of(v) == JSON_STR;
    case JSON_ARRAY: {
        struct buf b;
        buf_init(&b, 64 << 10);
        struct json j = json_to(&b);
        json_put_value(&j, NULL, v);
        *(struct str *)to = arena_str(a, buf_str(&b));
        bool whole = !b.failed && json_kind_of(v) == JSON_ARRAY;
        buf_done(&b);
        return whole;
    }
    default:
        return false;
    }
}

static enum rc read_object(const char *name, const struct json_value *v, const struct part *parts,
                           size_t n, void *row, struct arena *a, struct err *e)
{
    for (size_t i = 0; i < json_count(v); i++) {
        struct str key;
        const struct json_value *member = json_member(v, i, &key);
        size_t k = 0;
        while (k < n && !str_eq(key, str_from(parts[k].key)))
            k++;
        if (k == n || !put_part(&parts[k], member, row, a))
            return wrong_member(name, key, e);
    }
    return RC_OK;
}

/* A list of objects into an array of rows that begin as `fresh`. */
struct listing {
    const char *name;
    const struct part *parts;
    size_t n, size;
    const void *fresh;
};

static enum rc read_list(struct request *rq, const struct listing *l, void **out, size_t *out_n,
                         struct err *e)
{
    const struct json_value *list = arg_json(rq, l->name);
    struct arena *a = request_arena(rq);
    if (!arg_given(rq, l->name))
        return RC_OK;
    if (list == NULL || json_kind_of(list) != JSON_ARRAY)
        return no_list(l->name, e);
    size_t n = json_count(list);
    char *rows = arena_alloc_array(a, l->size, n + 1);
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        const struct json_value *v = json_at(list, i);
        if (json_kind_of(v) != JSON_OBJECT)
            return no_list(l->name, e);
        memcpy(rows + i * l->size, l->fresh, l->size);
        rc = read_object(l->name, v, l->parts, l->n, rows + i * l->size, a, e);
    }
    *out = rows;
    *out_n = n;
    return rc;
}

#define PART(type, field, kind)                                                                    \
    {                                                                                              \
#field, kind, offsetof(struct type, field)                                                 \
    }
#define LISTING(what, list, row)                                                                   \
    {                                                                                              \
        .name = what, .parts = list, .n = sizeof list / sizeof *list, .size = sizeof row,          \
        .fresh = &row                                                                              \
    }

static const struct part MEMBER[] = {
    PART(code_member, staff_id, JSON_INT),  PART(code_member, weight, JSON_INT),
    PART(code_member, daily_cap, JSON_INT), PART(code_member, total_cap, JSON_INT),
    PART(code_member, backup, JSON_BOOL),
};
static const struct part HOURS[] = {
    PART(code_hours, staff_id, JSON_INT),
    PART(code_hours, weekday, JSON_INT),
    PART(code_hours, from_min, JSON_INT),
    PART(code_hours, to_min, JSON_INT),
};
static const struct part WELCOME[] = {
    PART(code_welcome, customer, JSON_STR), PART(code_welcome, weekdays, JSON_INT),
    PART(code_welcome, from_min, JSON_INT), PART(code_welcome, to_min, JSON_INT),
    PART(code_welcome, text, JSON_STR),     PART(code_welcome, attachments, JSON_ARRAY),
};
static const struct code_member NEW_MEMBER = {.weight = 1};
static const struct code_hours NEW_HOURS;
static const struct code_welcome NEW_WELCOME = {.customer = {"any", 3},
                                                .weekdays = 127,
                                                .to_min = 1440,
                                                .text = {"", 0},
                                                .attachments = {"[]", 2}};

static const struct listing MEMBERS = LISTING("members", MEMBER, NEW_MEMBER);
static const struct listing SHIFTS = LISTING("hours", HOURS, NEW_HOURS);
static const struct listing WELCOMES = LISTING("welcomes", WELCOME, NEW_WELCOME);

static enum rc check_customers(const struct code *c, struct err *e)
{
    static const char *const WORDS[] = {"any", "new", "old", "buyer"};
    for (size_t i = 0; i < c->welcomes_n; i++) {
        bool known = false;
        for (size_t k = 0; k < sizeof WORDS / sizeof *WORDS; k++)
            known = known || str_eq(c->welcomes[i].customer, str_from(WORDS[k]));
        if (known)
            continue;
        err_set(e, RC_INVALID, "code_customer", "welcomes.customer", "没有这种客户",
                "there is no such kind of customer");
        err_hint(e, "请填写 any、new、old 或 buyer", "say any, new, old or buyer");
        return RC_INVALID;
    }
    return RC_OK;
}

static void read_text(struct request *rq, const char *name, struct str *at)
{
    if (arg_given(rq, name))
        *at = arg_null(rq, name) || str_empty(arg_str(rq, name)) ? STR_ABSENT : arg_str(rq, name);
}

static void read_plain(struct request *rq, struct code *c)
{
    if (arg_given(rq, "name"))
        c->name = arg_str(rq, "name");
    c->skip_verify = arg_int_or(rq, "skip_verify", c->skip_verify) != 0;
    c->exclusive = arg_int_or(rq, "exclusive", c->exclusive) != 0;
    c->auto_room = arg_int_or(rq, "auto_room", c->auto_room) != 0;
    if (arg_given(rq, "expires_s"))
        c->expires_s = arg_null(rq, "expires_s") ? DB_NULL : arg_int(rq, "expires_s");
    if (arg_given(rq, "stage_id"))
        c->stage_id = arg_null(rq, "stage_id") ? 0 : arg_int(rq, "stage_id");
    if (arg_given(rq, "source_id") && !arg_null(rq, "source_id"))
        c->source_id = arg_int(rq, "source_id");
    c->full_at = arg_int_or(rq, "full_at", c->full_at);
    read_text(rq, "remark", &c->remark);
    read_text(rq, "room_name", &c->room_name);
    read_text(rq, "page_text", &c->page_text);
}

enum rc code_args_read(struct request *rq, struct code *c, struct err *e)
{
    struct arena *a = request_arena(rq);
    void *members = c->members, *hours = c->hours, *welcomes = c->welcomes;
    size_t n;
    const int64_t *ids;
    read_plain(rq, c);
    if (arg_given(rq, "tags")) {
        ids = arg_ids(rq, "tags", &n);
        c->tags = ARENA_ARRAY(a, int64_t, n + 1);
        c->tags_n = n;
        for (size_t i = 0; i < n; i++)
            c->tags[i] = ids[i];
    }
    if (arg_given(rq, "groups")) {
        ids = arg_ids(rq, "groups", &n);
        c->groups = ARENA_ARRAY(a, struct code_group, n + 1);
        c->groups_n = n;
        for (size_t i = 0; i < n; i++)
            c->groups[i].group_id = ids[i];
    }
    enum rc rc = read_list(rq, &MEMBERS, &members, &c->members_n, e);
    if (rc == RC_OK)
        rc = read_list(rq, &SHIFTS, &hours, &c->hours_n, e);
    if (rc == RC_OK)
        rc = read_list(rq, &WELCOMES, &welcomes, &c->welcomes_n, e);
    c->members = members;
    c->hours = hours;
    c->welcomes = welcomes;
    return rc == RC_OK ? check_customers(c, e) : rc;
}

/* ---- showing ---- */

/* Whether an id stands in a list with commas. */
static bool listed(struct str list, struct str id)
{
    struct str part;
    while (str_cut(&list, ',', &part))
        if (!str_empty(id) && str_eq(part, id))
            return true;
    return false;
}

static void put_row(struct request *rq, const struct code *c)
{
    struct json *j = reply_json(rq);
    json_put_id(j, "id", c->id);
    json_put_str(j, "kind", c->kind);
    json_put_str(j, "name", c->name);
    json_put_str(j, "status", c->status);
    json_put_bool(j, "skip_verify", c->skip_verify);
    json_put_bool(j, "exclusive", c->exclusive);
    json_put_known(j, "expires_s", c->expires_s);
    json_put_str(j, "qr_url", c->qr_url);
    json_put_str(j, "link_url", c->link_url);
    json_put_bool(j, "drawn", !str_empty(c->link_url) || !str_empty(c->qr_text));
    if (str_eq(c->kind, STR("group")))
        json_put_str(j, "page_path",
                     group_page_path(request_app(rq)->keys, c->id, request_arena(rq)));
    else
        json_put_null(j, "page_path");
    json_put_int(j, "created_s", c->created_s);
    json_put_known(j, "ended_s", c->ended_s);
}

void code_json_row(struct request *rq, const struct code *c)
{
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    put_row(rq, c);
    json_close_object(j);
}

static void put_members(struct json *j, const struct code *c)
{
    json_open_array(j, "members");
    for (size_t i = 0; i < c->members_n; i++) {
        const struct code_member *m = &c->members[i];
        json_open_object(j, NULL);
        json_put_named(j, "staff", m->staff_id, m->name);
        json_put_int(j, "weight", m->weight);
        json_put_int(j, "daily_cap", m->daily_cap);
        json_put_int(j, "total_cap", m->total_cap);
        json_put_bool(j, "backup", m->backup);
        json_put_bool(j, "left", m->left);
        json_put_bool(j, "listed", listed(c->listed, m->userid));
        json_put_known(j, "full_until_s", m->full_until_s);
        json_close_object(j);
    }
    json_close_array(j);
    json_open_array(j, "hours");
    for (size_t i = 0; i < c->hours_n; i++) {
        const struct code_hours *h = &c->hours[i];
        json_open_object(j, NULL);
        json_put_id(j, "staff_id", h->staff_id);
        json_put_int(j, "weekday", h->weekday);
        json_put_int(j, "from_min", h->from_min);
        json_put_int(j, "to_min", h->to_min);
        json_close_object(j);
    }
    json_close_array(j);
}

static void put_welcomes(struct json *j, const struct code *c)
{
    json_open_array(j, "welcomes");
    for (size_t i = 0; i < c->welcomes_n; i++) {
        const struct code_welcome *w = &c->welcomes[i];
        json_open_object(j, NULL);
        json_put_str(j, "customer", w->customer);
        json_put_int(j, "weekdays", w->weekdays);
        json_put_int(j, "from_min", w->from_min);
        json_put_int(j, "to_min", w->to_min);
        json_put_str(j, "text", w->text);
        json_put_raw(j, "attachments", w->attachments);
        json_close_object(j);
    }
    json_close_array(j);
}

static void put_groups(struct json *j, const struct code *c)
{
    json_open_array(j, "groups");
    for (size_t i = 0; i < c->groups_n; i++) {
        const struct code_group *g = &c->groups[i];
        json_open_object(j, NULL);
        json_put_named(j, "group", g->group_id, g->name);
        json_put_int(j, "members", g->members);
        json_put_bool(j, "dismissed", g->dismissed);
        json_put_bool(j, "listed", listed(c->listed, g->chat_id));
        json_close_object(j);
    }
    json_close_array(j);
    json_put_known(j, "full_at", c->full_at);
    json_put_bool(j, "auto_room", c->auto_room);
    json_put_str(j, "room_name", c->room_name);
    json_put_str(j, "page_text", c->page_text);
}

/* Those of media (media_keeper.h) and greetings (group_greeting.h) have an error as their detail,
 * the others a word. */
void code_json_warning(struct request *rq, const struct code_warning *w)
{
    struct json *j = reply_json(rq);
    struct work_error why;
    bool keeps = str_starts(w->kind, STR("media")) || str_starts(w->kind, STR("greeting"));
    bool has_error = keeps && work_error_read(rq, w->detail, &why);
    json_open_object(j, NULL);
    json_put_id(j, "id", w->id);
    json_put_named(j, "code", w->code_id, w->code);
    json_put_str(j, "kind", w->kind);
    json_put_str(j, "detail", has_error ? why.code : w->detail);
    work_put_error(rq, j, has_error ? w->detail : STR_ABSENT);
    json_put_int(j, "begun_s", w->begun_s);
    json_put_int(j, "last_s", w->last_s);
    json_close_object(j);
}

enum rc code_json(struct request *rq, struct tx *tx, const struct code *c, struct err *e)
{
    struct json *j = reply_json(rq);
    struct code_warning *warnings = NULL;
    size_t warnings_n = 0;
    int64_t page_views = 0, from_day = calendar_day_of(tx_now_s(tx)) - (PAGE_DAYS - 1);
    enum rc rc = code_warnings(tx, c->id, &warnings, &warnings_n, e);
    if (rc == RC_OK)
        rc = code_page_views(tx, c->id, (int32_t)from_day, &page_views, e);
    if (rc != RC_OK)
        return rc;
    json_open_object(j, NULL);
    put_row(rq, c);
    json_put_str(j, "remark", c->remark);
    json_put_id(j, "stage_id", c->stage_id);
    json_put_id(j, "source_id", c->source_id);
    json_open_array(j, "tags");
    for (size_t i = 0; i < c->tags_n; i++)
        json_put_id(j, NULL, c->tags[i]);
    json_close_array(j);
    put_members(j, c);
    put_welcomes(j, c);
    put_groups(j, c);
    json_put_int(j, "page_views", page_views);
    rc = code_greeting_put(rq, tx, c->id, e);
    json_open_array(j, "warnings");
    for (size_t i = 0; i < warnings_n; i++)
        code_json_warning(rq, &warnings[i]);
    json_close_array(j);
    json_close_object(j);
    return rc;
}
