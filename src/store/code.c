/* code.c — codes and their lists.
 *
 * Lists are short (CODE_… in the header), so they are replaced rather than compared. A code costs
 * one probe and one for each of its five lists.
 */
#include "store/code.h"

#include "store/ids.h"
#include "store/like.h"
#include "store/list.h"
#include "store/statements.h"

#include <assert.h>

#define COLUMNS                                                                                    \
    "c.id, c.kind, c.name, c.state, c.status, c.skip_verify, c.exclusive, c.expires_s, c.remark,"  \
    " coalesce(c.stage_id, 0), coalesce(c.source_id, 0), c.full_at, c.auto_room, c.room_name,"     \
    " c.page_text, c.config_id, c.qr_url, c.link_url, c.listed, c.on_duty, c.shift_s,"             \
    " c.request_key, coalesce(c.account_id, 0), c.created_s, c.updated_us, c.ended_s,"             \
    " c.qr_text, c.qr_problem, c.qr_tried_s"
#define TYPES "issssiiISiiIiSSSSSssiSiiiISSI"

static const struct sql ADD = {
    .text = "INSERT INTO code (id, kind, name, state, status, skip_verify, exclusive, expires_s,"
            " remark, stage_id, source_id, full_at, auto_room, room_name, page_text, config_id,"
            " qr_url, link_url, listed, on_duty, shift_s, request_key, account_id, created_s,"
            " updated_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,"
            " $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)",
    .in = "issssiiISIIIiSSSSSssiSIii",
};
static const struct sql STORE = {
    .text = "UPDATE code SET name = $2, status = $3, skip_verify = $4, exclusive = $5,"
            " expires_s = $6, remark = $7, stage_id = $8, source_id = $9, full_at = $10,"
            " auto_room = $11, room_name = $12, page_text = $13, config_id = $14, qr_url = $15,"
            " link_url = $16, listed = $17, on_duty = $18, shift_s = $19, updated_us = $20,"
            " ended_s = $21 WHERE id = $1",
    .in = "issiiISIIIiSSSSSssiiI",
};
static const struct sql STAND = {
    .text = "UPDATE code SET listed = $3, on_duty = $4, shift_s = $5"
            " WHERE id = $1 AND updated_us = $2",
    .in = "iissi",
};
static const struct sql PICTURE = {
    .text = "UPDATE code SET qr_text = $3, qr_problem = $4, qr_tried_s = $5"
            " WHERE id = $1 AND qr_url = $2",
    .in = "isSSi",
};
static const struct sql FORGET = {.text = "DELETE FROM code WHERE id = $1", .in = "i"};
static const struct sql LOAD = {
    .text = "SELECT " COLUMNS " FROM code c WHERE c.id = $1", .in = "i", .out = TYPES};
static const struct sql OF_STATE = {
    .text = "SELECT " COLUMNS " FROM code c WHERE c.state = $1", .in = "s", .out = TYPES};
static const struct sql OF_KEY = {
    .text = "SELECT " COLUMNS " FROM code c WHERE c.request_key = $1", .in = "s", .out = TYPES};
static const struct sql OF_CONFIG = {
    .text = "SELECT " COLUMNS " FROM code c WHERE c.config_id = $1", .in = "s", .out = TYPES};
static const struct sql LIST = {
    .text = "SELECT " COLUMNS " FROM code c WHERE c.id < $1 AND ($2 = '' OR c.kind = $2)"
            " AND ($3 = '' AND c.status <> 'deleted' OR c.status = $3)"
            " AND ($4 = '' OR lower(c.name) LIKE $4 ESCAPE '\\') ORDER BY c.id DESC LIMIT $5",
    .in = "isssi",
    .out = TYPES,
};
static const struct sql ACTIVE = {
    .text =
        "SELECT id FROM code WHERE status IN ('active', 'making') AND id > $1 ORDER BY id LIMIT $2",
    .in = "ii",
    .out = "i",
};

static const struct sql MEMBERS = {
    .text = "SELECT m.staff_id, m.weight, m.daily_cap, m.total_cap, m.backup, s.userid, s.name,"
            " CASE WHEN s.status = 'left' THEN 1 ELSE 0 END, f.until_s FROM code_member m"
            " JOIN staff s ON s.id = m.staff_id LEFT JOIN staff_full f ON f.staff_id = s.id"
            " WHERE m.code_id = $1 ORDER BY m.position",
    .in = "i",
    .out = "iiiiissiI",
};
static const struct sql HOURS = {
    .text = "SELECT staff_id, weekday, from_min, to_min FROM code_hours WHERE code_id = $1"
            " ORDER BY staff_id, weekday, from_min",
    .in = "i",
    .out = "iiii",
};
static const struct sql WELCOMES = {
    .text = "SELECT customer, weekdays, from_min, to_min, text, attachments FROM code_welcome"
            " WHERE code_id = $1 ORDER BY position",
    .in = "i",
    .out = "siiiss",
};
/* The owner is staff, and counts for WeCom. */
static const struct sql GROUPS = {
    .text = "SELECT x.group_id, g.external_id, g.name, 1 + (SELECT count(*) FROM group_member m"
            " WHERE m.group_id = x.group_id AND m.left_s IS NULL),"
            " CASE WHEN g.dismissed_s IS NULL THEN 0 ELSE 1 END, s.name FROM code_group x"
            " JOIN chat_group g ON g.id = x.group_id LEFT JOIN staff s ON s.id = g.owner_id"
            " WHERE x.code_id = $1 ORDER BY x.position",
    .in = "i",
    .out = "iSsiiS",
};
static const struct sql STAFF_OF = {
    .text = "SELECT s.userid, s.name, CASE WHEN s.status = 'left' THEN 1 ELSE 0 END, f.until_s"
            " FROM staff s LEFT JOIN staff_full f ON f.staff_id = s.id WHERE s.id = $1",
    .in = "i",
    .out = "ssiI",
};
static const struct sql FULL = {
    .text = "INSERT INTO staff_full (staff_id, told_s, until_s) VALUES ($1, $2, $3)"
            " ON CONFLICT (staff_id) DO UPDATE SET told_s = excluded.told_s,"
            " until_s = excluded.until_s",
    .in = "iii",
};
static const struct sql GROUP_OF = {
    .text = "SELECT external_id, name, 1 + (SELECT count(*) FROM group_member m"
            " WHERE m.group_id = g.id AND m.left_s IS NULL),"
            " CASE WHEN dismissed_s IS NULL THEN 0 ELSE 1 END FROM chat_group g WHERE id = $1",
    .in = "i",
    .out = "Ssii",
};
static const struct sql TAGS = {
    .text = "SELECT tag_id FROM code_tag WHERE code_id = $1 ORDER BY tag_id",
    .in = "i",
    .out = "i",
};

static const struct sql TAG_EXTERNALS = {
    .text = "SELECT t.external_id FROM code_tag x JOIN tag t ON t.id = x.tag_id"
            " WHERE x.code_id = $1 AND t.external_id IS NOT NULL AND t.archived_s IS NULL"
            " ORDER BY t.id",
    .in = "i",
    .out = "s",
};

static const struct sql MEMBER_ADD = {
    .text = "INSERT INTO code_member (code_id, position, staff_id, weight, daily_cap, total_cap,"
            " backup) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    .in = "iiiiiii",
};
static const struct sql HOURS_ADD = {
    .text = "INSERT INTO code_hours (code_id, staff_id, weekday, from_min, to_min)"
            " VALUES ($1, $2, $3, $4, $5)",
    .in = "iiiii",
};
static const struct sql WELCOME_ADD = {
    .text = "INSERT INTO code_welcome (code_id, position, customer, weekdays, from_min, to_min,"
            " text, attachments) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    .in = "iisiiiss",
};
static const struct sql GROUP_ADD = {
    .text = "INSERT INTO code_group (code_id, position, group_id) VALUES ($1, $2, $3)",
    .in = "iii",
};
static const struct sql TAG_ADD = {
    .text = "INSERT INTO code_tag (code_id, tag_id) VALUES ($1, $2)",
    .in = "ii",
};
static const struct sql CLEAR[] = {
    {.text = "DELETE FROM code_member WHERE code_id = $1", .in = "i"},
    {.text = "DELETE FROM code_hours WHERE code_id = $1", .in = "i"},
    {.text = "DELETE FROM code_welcome WHERE code_id = $1", .in = "i"},
    {.text = "DELETE FROM code_group WHERE code_id = $1", .in = "i"},
    {.text = "DELETE FROM code_tag WHERE code_id = $1", .in = "i"},
};

static const struct sql PAGE_VIEWED = {
    .text = "INSERT INTO code_page_view (code_id, day, views) VALUES ($1, $2, 1)"
            " ON CONFLICT (code_id, day) DO UPDATE SET views = code_page_view.views + 1",
    .in = "ii",
};
static const struct sql PAGE_VIEWS = {
    .text = "SELECT coalesce(sum(views), 0) FROM code_page_view WHERE code_id = $1 AND day >= $2",
    .in = "ii",
    .out = "i",
};

/* Some hundred codes, of each a row a day on which somebody looked. */
static const struct sql VIEW_DAYS = {
    .text = "SELECT code_id, day, views FROM code_page_view /*scan*/"
            " WHERE ($1 = 0 OR code_id = $1) AND day >= $2 AND day <= $3",
    .in = "iii",
    .out = "iii",
};

static const struct sql WARNING_AGAIN = {
    .text = "UPDATE code_warning SET last_s = $4, detail = $3"
            " WHERE code_id = $1 AND kind = $2 AND closed_s IS NULL",
    .in = "issi",
};
static const struct sql WARNING_ADD = {
    .text = "INSERT INTO code_warning (id, code_id, kind, detail, begun_s, last_s)"
            " VALUES ($1, $2, $3, $4, $5, $5)",
    .in = "iissi",
};
static const struct sql WARNING_OVER = {
    .text = "UPDATE code_warning SET closed_s = $3"
            " WHERE code_id = $1 AND kind = $2 AND closed_s IS NULL",
    .in = "isi",
};
static const struct sql WARNINGS = {
    .text = "SELECT w.id, w.code_id, c.name, w.kind, w.detail, w.begun_s, w.last_s"
            " FROM code_warning w LEFT JOIN code c ON c.id = w.code_id"
            " WHERE w.closed_s IS NULL AND ($1 = 0 OR w.code_id = $1)"
            " ORDER BY w.id DESC LIMIT 200",
    .in = "i",
    .out = "iiSssii",
};

STATEMENTS(code, &ADD, &STORE, &STAND, &PICTURE, &FORGET, &LOAD, &OF_STATE, &OF_KEY, &OF_CONFIG,
           &LIST, &ACTIVE, &MEMBERS, &HOURS, &WELCOMES, &GROUPS, &STAFF_OF, &FULL, &GROUP_OF, &TAGS,
           &TAG_EXTERNALS, &MEMBER_ADD, &HOURS_ADD, &WELCOME_ADD, &GROUP_ADD, &TAG_ADD, &CLEAR[0],
           &CLEAR[1], &CLEAR[2], &CLEAR[3], &CLEAR[4], &WARNING_AGAIN, &WARNING_ADD, &WARNING_OVER,
           &WARNINGS, &PAGE_VIEWED, &PAGE_VIEWS, &VIEW_DAYS);

bool code_is_active(const struct code *c)
{
    return str_eq(c->status, STR("active"));
}

/* ---- writing ---- */

static int64_t none_if_zero(int64_t id)
{
    return id == 0 ? DB_NULL : id;
}

enum rc code_add(struct tx *tx, struct code *c, struct err *e)
{
    assert(tx_is_writing(tx) && !str_empty(c->state));
    c->id = tx_id(tx);
    c->created_s = c->shift_s = tx_now_s(tx);
    c->updated_us = tx_now_us(tx);
    c->ended_s = DB_NULL;
    c->qr_tried_s = DB_NULL;
    enum rc rc = tx_exec(tx, &ADD, e, c->id, c->kind, c->name, c->state, c->status,
                         (int64_t)c->skip_verify, (int64_t)c->exclusive, c->expires_s, c->remark,
                         none_if_zero(c->stage_id), none_if_zero(c->source_id), c->full_at,
                         (int64_t)c->auto_room, c->room_name, c->page_text, c->config_id, c->qr_url,
                         c->link_url, c->listed, c->on_duty, c->shift_s, c->request_key,
                         none_if_zero(c->account_id), c->created_s, c->updated_us);
    return rc == RC_OK ? code_store_lists(tx, c, e) : rc;
}

enum rc code_store(struct tx *tx, struct code *c, struct err *e)
{
    assert(tx_is_writing(tx) && c->id > 0);
    c->updated_us = tx_now_us(tx);
    return tx_exec(tx, &STORE, e, c->id, c->name, c->status, (int64_t)c->skip_verify,
                   (int64_t)c->exclusive, c->expires_s, c->remark, none_if_zero(c->stage_id),
                   none_if_zero(c->source_id), c->full_at, (int64_t)c->auto_room, c->room_name,
                   c->page_text, c->config_id, c->qr_url, c->link_url, c->listed, c->on_duty,
                   c->shift_s, c->updated_us, c->ended_s);
}

static enum rc clear(struct tx *tx, int64_t id, struct err *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < sizeof CLEAR / sizeof *CLEAR; i++)
        rc = tx_exec(tx, &CLEAR[i], e, id);
    return rc;
}

enum rc code_store_lists(struct tx *tx, const struct code *c, struct err *e)
{
    enum rc rc = clear(tx, c->id, e);
    for (size_t i = 0; rc == RC_OK && i < c->members_n; i++) {
        const struct code_member *m = &c->members[i];
        rc = tx_exec(tx, &MEMBER_ADD, e, c->id, i, m->staff_id, m->weight, m->daily_cap,
                     m->total_cap, (int64_t)m->backup);
    }
    for (size_t i = 0; rc == RC_OK && i < c->hours_n; i++) {
        const struct code_hours *h = &c->hours[i];
        rc = tx_exec(tx, &HOURS_ADD, e, c->id, h->staff_id, h->weekday, h->from_min, h->to_min);
    }
    for (size_t i = 0; rc == RC_OK && i < c->welcomes_n; i++) {
        const struct code_welcome *w = &c->welcomes[i];
        rc = tx_exec(tx, &WELCOME_ADD, e, c->id, i, w->customer, w->weekdays, w->from_min,
                     w->to_min, w->text, w->attachments);
    }
    for (size_t i = 0; rc == RC_OK && i < c->groups_n; i++)
        rc = tx_exec(tx, &GROUP_ADD, e, c->id, i, c->groups[i].group_id);
    for (size_t i = 0; rc == RC_OK && i < c->tags_n; i++)
        rc = tx_exec(tx, &TAG_ADD, e, c->id, c->tags[i]);
    return rc;
}

enum rc code_stand(struct tx *tx, int64_t id, int64_t updated_us, const struct code_standing *now,
                   bool *out_done, struct err *e)
{
    enum rc rc = tx_exec(tx, &STAND, e, id, updated_us, now->listed, now->on_duty, now->shift_s);
    if (rc == RC_OK)
        *out_done = tx_changes(tx) > 0;
    return rc;
}

enum rc code_picture_read(struct tx *tx, int64_t id, struct str qr_url, struct str text,
                          struct str problem, struct err *e)
{
    return tx_exec(tx, &PICTURE, e, id, qr_url, text, problem, tx_now_s(tx));
}

enum rc code_forget(struct tx *tx, int64_t id, struct err *e)
{
    enum rc rc = clear(tx, id, e);
    return rc == RC_OK ? tx_exec(tx, &FORGET, e, id) : rc;
}

/* ---- reading ---- */

static void read_code(const struct rows *r, struct arena *a, struct code *out)
{
    *out = (struct code){
        .id = rows_int(r, 0),
        .kind = rows_copy(r, 1, a),
        .name = rows_copy(r, 2, a),
        .state = rows_copy(r, 3, a),
        .status = rows_copy(r, 4, a),
        .skip_verify = rows_int(r, 5) != 0,
        .exclusive = rows_int(r, 6) != 0,
        .expires_s = rows_known(r, 7),
        .remark = rows_copy(r, 8, a),
        .stage_id = rows_int(r, 9),
        .source_id = rows_int(r, 10),
        .full_at = rows_known(r, 11),
        .auto_room = rows_int(r, 12) != 0,
        .room_name = rows_copy(r, 13, a),
        .page_text = rows_copy(r, 14, a),
        .config_id = rows_copy(r, 15, a),
        .qr_url = rows_copy(r, 16, a),
        .link_url = rows_copy(r, 17, a),
        .listed = rows_copy(r, 18, a),
        .on_duty = rows_copy(r, 19, a),
        .shift_s = rows_int(r, 20),
        .request_key = rows_copy(r, 21, a),
        .account_id = rows_int(r, 22),
        .created_s = rows_int(r, 23),
        .updated_us = rows_int(r, 24),
        .ended_s = rows_known(r, 25),
        .qr_text = rows_copy(r, 26, a),
        .qr_problem = rows_copy(r, 27, a),
        .qr_tried_s = rows_known(r, 28),
    };
}

static enum rc read_members(struct tx *tx, struct arena *a, struct code *c, struct err *e)
{
    struct rows *r;
    size_t room = 0;
    enum rc rc = tx_query(tx, &MEMBERS, &r, e, c->id);
    while (rc == RC_OK && rows_next(r))
        *LIST_ADD(a, c->members, c->members_n, room) = (struct code_member){
            .staff_id = rows_int(r, 0),
            .weight = rows_int(r, 1),
            .daily_cap = rows_int(r, 2),
            .total_cap = rows_int(r, 3),
            .backup = rows_int(r, 4) != 0,
            .userid = rows_copy(r, 5, a),
            .name = rows_copy(r, 6, a),
            .left = rows_int(r, 7) != 0,
            .full_until_s = rows_known(r, 8),
        };
    return rc == RC_OK ? rows_end(r, e) : rc;
}

static enum rc read_hours(struct tx *tx, struct arena *a, struct code *c, struct err *e)
{
    struct rows *r;
    size_t room = 0;
    enum rc rc = tx_query(tx, &HOURS, &r, e, c->id);
    while (rc == RC_OK && rows_next(r))
        *LIST_ADD(a, c->hours, c->hours_n, room) =
            (struct code_hours){rows_int(r, 0), rows_int(r, 1), rows_int(r, 2), rows_int(r, 3)};
    return rc == RC_OK ? rows_end(r, e) : rc;
}

static enum rc read_welcomes(struct tx *tx, struct arena *a, struct code *c, struct err *e)
{
    struct rows *r;
    size_t room = 0;
    enum rc rc = tx_query(tx, &WELCOMES, &r, e, c->id);
    while (rc == RC_OK && rows_next(r))
        *LIST_ADD(a, c->welcomes, c->welcomes_n, room) =
            (struct code_welcome){rows_copy(r, 0, a), rows_int(r, 1),     rows_int(r, 2),
                                  rows_int(r, 3),     rows_copy(r, 4, a), rows_copy(r, 5, a)};
    return rc == RC_OK ? rows_end(r, e) : rc;
}

static enum rc read_groups(struct tx *tx, struct arena *a, struct code *c, struct err *e)
{
    struct rows *r;
    size_t room = 0;
    enum rc rc = tx_query(tx, &GROUPS, &r, e, c->id);
    while (rc == RC_OK && rows_next(r))
        *LIST_ADD(a, c->groups, c->groups_n, room) =
            (struct code_group){rows_int(r, 0), rows_copy(r, 1, a),  rows_copy(r, 2, a),
                                rows_int(r, 3), rows_int(r, 4) != 0, rows_copy(r, 5, a)};
    return rc == RC_OK ? rows_end(r, e) : rc;
}

static enum rc read_tags(struct tx *tx, struct arena *a, struct code *c, struct err *e)
{
    struct rows *r;
    size_t room = 0;
    enum rc rc = tx_query(tx, &TAGS, &r, e, c->id);
    while (rc == RC_OK && rows_next(r))
        *LIST_ADD(a, c->tags, c->tags_n, room) = rows_int(r, 0);
    return rc == RC_OK ? rows_end(r, e) : rc;
}

enum rc code_member_fill(struct tx *tx, struct code_member *m, struct arena *a, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &STAFF_OF, &r, e, m->staff_id);
    if (rc != RC_OK)
        return rc;
    m->userid = rows_copy(r, 0, a);
    m->name = rows_copy(r, 1, a);
    m->left = rows_int(r, 2) != 0;
    m->full_until_s = rows_known(r, 3);
    return rows_end(r, e);
}

enum rc code_staff_full(struct tx *tx, int64_t staff_id, struct err *e)
{
    assert(tx_is_writing(tx) && staff_id > 0);
    return tx_exec(tx, &FULL, e, staff_id, tx_now_s(tx), tx_now_s(tx) + CODE_FULL_S);
}

enum rc code_group_fill(struct tx *tx, struct code_group *g, struct arena *a, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &GROUP_OF, &r, e, g->group_id);
    if (rc != RC_OK)
        return rc;
    g->chat_id = rows_copy(r, 0, a);
    g->name = rows_copy(r, 1, a);
    g->members = rows_int(r, 2);
    g->dismissed = rows_int(r, 3) != 0;
    return rows_end(r, e);
}

/* The rest of what tx_find() has begun. */
static enum rc read_whole(struct tx *tx, struct rows *r, struct arena *a, struct code *out,
                          struct err *e)
{
    struct code c;
    read_code(r, a, &c);
    enum rc rc = rows_end(r, e);
    if (rc == RC_OK)
        rc = read_members(tx, a, &c, e);
    if (rc == RC_OK)
        rc = read_hours(tx, a, &c, e);
    if (rc == RC_OK)
        rc = read_welcomes(tx, a, &c, e);
    if (rc == RC_OK)
        rc = read_groups(tx, a, &c, e);
    if (rc == RC_OK)
        rc = read_tags(tx, a, &c, e);
    if (rc == RC_OK)
        *out = c;
    return rc;
}

enum rc code_load(struct tx *tx, int64_t id, struct arena *a, struct code *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &LOAD, &r, e, id);
    if (rc == RC_NOT_FOUND) {
        err_set(e, RC_NOT_FOUND, "code_unknown", "code_id", "没有这个活码",
                "there is no such code");
        err_hint(e, "请从活码列表中选择", "choose one from the list of codes");
    }
    return rc == RC_OK ? read_whole(tx, r, a, out, e) : rc;
}

enum rc code_of_state(struct tx *tx, struct str state, struct arena *a, struct code *out,
                      struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &OF_STATE, &r, e, state);
    return rc == RC_OK ? read_whole(tx, r, a, out, e) : rc;
}

enum rc code_of_key(struct tx *tx, struct str request_key, struct arena *a, struct code *out,
                    struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &OF_KEY, &r, e, request_key);
    return rc == RC_OK ? read_whole(tx, r, a, out, e) : rc;
}

enum rc code_of_config(struct tx *tx, struct str config_id, struct arena *a, struct code *out,
                       struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &OF_CONFIG, &r, e, config_id);
    return rc == RC_OK ? read_whole(tx, r, a, out, e) : rc;
}

static struct str or_empty(struct str s)
{
    return str_absent(s) ? STR("") : s;
}

enum rc code_list(struct tx *tx, const struct code_filter *f, int64_t before_id, int64_t limit,
                  struct code **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    struct arena *a = tx_arena(tx);
    struct code *list = NULL;
    size_t n = 0, room = 0;
    struct str like = str_empty(f->q) ? STR("") : like_part(a, f->q);
    enum rc rc =
        tx_query(tx, &LIST, &r, e, before_id, or_empty(f->kind), or_empty(f->status), like, limit);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        read_code(r, a, LIST_ADD(a, list, n, room));
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc code_active_ids(struct tx *tx, int64_t after_id, int64_t limit, int64_t **out,
                        size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &ACTIVE, &r, e, after_id, limit);
    return rc == RC_OK ? ids_read(tx, r, out, out_n, e) : rc;
}

enum rc code_tag_externals(struct tx *tx, int64_t id, struct arena *a, struct str **out,
                           size_t *out_n, struct err *e)
{
    struct rows *r;
    struct str *list = NULL;
    size_t n = 0, room = 0;
    enum rc rc = tx_query(tx, &TAG_EXTERNALS, &r, e, id);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        *LIST_ADD(a, list, n, room) = rows_copy(r, 0, a);
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

/* ---- warnings ---- */

enum rc code_warn(struct tx *tx, int64_t code_id, struct str kind, struct str detail, struct err *e)
{
    enum rc rc = tx_exec(tx, &WARNING_AGAIN, e, code_id, kind, detail, tx_now_s(tx));
    if (rc != RC_OK || tx_changes(tx) > 0)
        return rc;
    return tx_exec(tx, &WARNING_ADD, e, tx_id(tx), code_id, kind, detail, tx_now_s(tx));
}

enum rc code_warn_over(struct tx *tx, int64_t code_id, struct str kind, struct err *e)
{
    return tx_exec(tx, &WARNING_OVER, e, code_id, kind, tx_now_s(tx));
}

enum rc code_warnings(struct tx *tx, int64_t code_id, struct code_warning **out, size_t *out_n,
                      struct err *e)
{
    struct rows *r;
    struct arena *a = tx_arena(tx);
    struct code_warning *list = NULL;
    size_t n = 0, room = 0;
    enum rc rc = tx_query(tx, &WARNINGS, &r, e, code_id);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        *LIST_ADD(a, list, n, room) = (struct code_warning){
            rows_int(r, 0),     rows_int(r, 1), rows_copy(r, 2, a), rows_copy(r, 3, a),
            rows_copy(r, 4, a), rows_int(r, 5), rows_int(r, 6)};
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

/* ---- the page before joining ---- */

enum rc code_page_viewed(struct tx *tx, int64_t id, int32_t day, struct err *e)
{
    return tx_exec(tx, &PAGE_VIEWED, e, id, day);
}

enum rc code_page_views(struct tx *tx, int64_t id, int32_t from_day, int64_t *out, struct err *e)
{
    return tx_int(tx, &PAGE_VIEWS, out, e, id, from_day);
}

enum rc code_view_days(struct tx *tx, int64_t id, int64_t from_day, int64_t to_day,
                       void (*see)(void *ctx, const struct code_view_day *v), void *ctx,
                       struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &VIEW_DAYS, &r, e, id, from_day, to_day);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        see(ctx, &(struct code_view_day){rows_int(r, 0), rows_int(r, 1), rows_int(r, 2)});
    return rows_end(r, e);
}
