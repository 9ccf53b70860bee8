/* media.c — originals by id, and beside each at most two rows of what WeCom gave.
 *
 * A list never reads the contents, which lie behind the other columns of a row. Reading the
 * greetings scans those of active codes: some thousand rows, once a minute and before an original
 * is deleted.
 */
#include "store/media.h"

#include "store/list.h"
#include "store/statements.h"

#include <assert.h>

#define COLUMNS "id, sha256, kind, name, mime, bytes, coalesce(account_id, 0), created_s"

static const struct sql SAME = {
    .text = "SELECT id, created_s FROM media WHERE sha256 = $1 AND kind = $2 AND name = $3",
    .in = "bss",
    .out = "ii",
};
static const struct sql ADD = {
    .text =
        "INSERT INTO media (id, sha256, kind, name, mime, bytes, account_id, created_s, content)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    .in = "ibsssiIib",
};
static const struct sql LOAD = {
    .text = "SELECT " COLUMNS " FROM media WHERE id = $1",
    .in = "i",
    .out = "ibsssiii",
};
static const struct sql CONTENT = {
    .text = "SELECT content FROM media WHERE id = $1",
    .in = "i",
    .out = "b",
};
static const struct sql LIST = {
    .text = "SELECT " COLUMNS " FROM media WHERE id < $2 AND ($1 IS NULL OR kind = $1)"
            " ORDER BY id DESC LIMIT $3",
    .pg = "SELECT " COLUMNS " FROM media WHERE id < $2 AND ($1::text IS NULL OR kind = $1)"
          " ORDER BY id DESC LIMIT $3",
    .in = "Sii",
    .out = "ibsssiii",
};
static const struct sql DROP_AT = {
    .text = "DELETE FROM media_at_wecom WHERE media_id = $1",
    .in = "i",
};
static const struct sql DROP = {
    .text = "DELETE FROM media WHERE id = $1",
    .in = "i",
};
static const struct sql AT_LOAD = {
    .text = "SELECT given, expires_s, tried_s, problem FROM media_at_wecom"
            " WHERE media_id = $1 AND purpose = $2",
    .in = "is",
    .out = "SIiS",
};
static const struct sql AT_CLAIM = {
    .text = "INSERT INTO media_at_wecom (media_id, purpose, tried_s)"
            " SELECT id, $2, $3 FROM media WHERE id = $1"
            " ON CONFLICT (media_id, purpose) DO UPDATE SET tried_s = excluded.tried_s"
            " WHERE media_at_wecom.tried_s <= $4",
    .pg = "INSERT INTO media_at_wecom (media_id, purpose, tried_s)"
          " SELECT id, $2::text, $3::bigint FROM media WHERE id = $1"
          " ON CONFLICT (media_id, purpose) DO UPDATE SET tried_s = excluded.tried_s"
          " WHERE media_at_wecom.tried_s <= $4",
    .in = "isii",
};
static const struct sql AT_GIVEN = {
    .text = "UPDATE media_at_wecom SET given = $3, expires_s = $4, problem = NULL"
            " WHERE media_id = $1 AND purpose = $2",
    .in = "issI",
};
static const struct sql AT_FAILED = {
    .text = "UPDATE media_at_wecom SET problem = $3 WHERE media_id = $1 AND purpose = $2",
    .in = "iss",
};
static const struct sql AT_FORGET = {
    .text =
        "UPDATE media_at_wecom SET given = NULL, expires_s = NULL, problem = $2 WHERE given = $1",
    .in = "ss",
};
static const struct sql GREETINGS = {
    .text = "SELECT w.code_id, c.name, w.attachments, 1, w.position FROM code c /*scan*/"
            " JOIN code_welcome w ON w.code_id = c.id WHERE c.status IN ('making', 'active')"
            " AND w.attachments <> '[]' UNION ALL SELECT g.code_id, c.name, g.attachments,"
            " CASE WHEN g.state = 'waiting' THEN 1 ELSE 0 END, 0 FROM group_greeting g"
            " JOIN code c ON c.id = g.code_id WHERE g.wanted = 1 AND g.attachments <> '[]'"
            " ORDER BY 1, 5",
    .out = "issii",
};

static const struct sql AT_UNCLAIM = {
    .text = "UPDATE media_at_wecom SET tried_s = $3 WHERE media_id = $1 AND purpose = $2",
    .in = "isi",
};
STATEMENTS(media, &AT_UNCLAIM, &SAME, &ADD, &LOAD, &CONTENT, &LIST, &DROP_AT, &DROP, &AT_LOAD,
           &AT_CLAIM, &AT_GIVEN, &AT_FAILED, &AT_FORGET, &GREETINGS);

static const char *const PURPOSES[MEDIA_PURPOSES] = {"message", "picture"};

static struct str word(enum media_purpose purpose)
{
    assert(purpose < MEDIA_PURPOSES);
    return str_from(PURPOSES[purpose]);
}

static void read_media(const struct rows *r, struct arena *a, struct media *out)
{
    *out = (struct media){
        .id = rows_int(r, 0),
        .sha256 = arena_str(a, rows_bytes(r, 1)),
        .kind = rows_copy(r, 2, a),
        .name = rows_copy(r, 3, a),
        .mime = rows_copy(r, 4, a),
        .bytes = rows_int(r, 5),
        .account_id = rows_int(r, 6),
        .created_s = rows_int(r, 7),
    };
}

enum rc media_add(struct tx *tx, struct media *m, struct str content, bool *out_new, struct err *e)
{
    struct rows *r;
    assert(tx_is_writing(tx) && m->sha256.n == MEDIA_HASH && (size_t)m->bytes == content.n);
    enum rc rc = tx_find(tx, &SAME, &r, e, m->sha256, m->kind, m->name);
    *out_new = rc == RC_NOT_FOUND;
    if (rc == RC_OK) {
        m->id = rows_int(r, 0);
        m->created_s = rows_int(r, 1);
        return rows_end(r, e);
    }
    if (rc != RC_NOT_FOUND)
        return rc;
    m->id = tx_id(tx);
    m->created_s = tx_now_s(tx);
    return tx_exec(tx, &ADD, e, m->id, m->sha256, m->kind, m->name, m->mime, m->bytes,
                   m->account_id != 0 ? m->account_id : DB_NULL, m->created_s, content);
}

static enum rc unknown(enum rc rc, struct err *e)
{
    if (rc != RC_NOT_FOUND)
        return rc;
    err_set(e, RC_NOT_FOUND, "media_unknown", "media_id", "没有这个素材，可能已被删除",
            "there is no such media; it may have been deleted");
    err_hint(e, "请在素材列表里重新选择，或再上传一次", "choose another one, or upload it again");
    return RC_NOT_FOUND;
}

enum rc media_load(struct tx *tx, int64_t id, struct arena *a, struct media *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &LOAD, &r, e, id);
    if (rc != RC_OK)
        return unknown(rc, e);
    read_media(r, a, out);
    return rows_end(r, e);
}

enum rc media_content(struct tx *tx, int64_t id, struct arena *a, struct str *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &CONTENT, &r, e, id);
    if (rc != RC_OK)
        return unknown(rc, e);
    *out = arena_str(a, rows_bytes(r, 0));
    return rows_end(r, e);
}

enum rc media_list(struct tx *tx, struct str kind, int64_t before_id, int64_t limit,
                   struct media **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    struct media *list = NULL;
    struct arena *a = tx_arena(tx);
    size_t n = 0, room = 0;
    enum rc rc = tx_query(tx, &LIST, &r, e, kind, before_id, limit);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        read_media(r, a, LIST_ADD(a, list, n, room));
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc media_drop(struct tx *tx, int64_t id, struct err *e)
{
    assert(tx_is_writing(tx));
    enum rc rc = tx_exec(tx, &DROP_AT, e, id);
    return rc == RC_OK ? tx_exec(tx, &DROP, e, id) : rc;
}

/* ---- at WeCom ---- */

enum rc media_at_load(struct tx *tx, int64_t id, enum media_purpose purpose, struct arena *a,
                      struct media_at *out, struct err *e)
{
    struct rows *r;
    *out = (struct media_at){.given = STR_ABSENT, .expires_s = DB_NULL, .problem = STR_ABSENT};
    enum rc rc = tx_find(tx, &AT_LOAD, &r, e, id, word(purpose));
    if (rc != RC_OK)
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    *out = (struct media_at){
        .given = rows_copy(r, 0, a),
        .expires_s = rows_known(r, 1),
        .tried_s = rows_int(r, 2),
        .problem = rows_copy(r, 3, a),
    };
    return rows_end(r, e);
}

enum rc media_at_claim(struct tx *tx, int64_t id, enum media_purpose purpose, int64_t before_s,
                       bool *out_mine, struct err *e)
{
    assert(tx_is_writing(tx));
    enum rc rc = tx_exec(tx, &AT_CLAIM, e, id, word(purpose), tx_now_s(tx), before_s);
    *out_mine = rc == RC_OK && tx_changes(tx) > 0;
    return rc;
}

enum rc media_at_unclaim(struct tx *tx, int64_t id, enum media_purpose purpose, int64_t tried_s,
                         struct err *e)
{
    assert(tx_is_writing(tx));
    return tx_exec(tx, &AT_UNCLAIM, e, id, word(purpose), tried_s);
}

enum rc media_at_given(struct tx *tx, int64_t id, enum media_purpose purpose, struct str given,
                       int64_t expires_s, struct err *e)
{
    assert(tx_is_writing(tx));
    return tx_exec(tx, &AT_GIVEN, e, id, word(purpose), given, expires_s);
}

enum rc media_at_failed(struct tx *tx, int64_t id, enum media_purpose purpose, struct str problem,
                        struct err *e)
{
    assert(tx_is_writing(tx));
    return tx_exec(tx, &AT_FAILED, e, id, word(purpose), problem);
}

enum rc media_at_forget(struct tx *tx, struct str given, struct str problem, struct err *e)
{
    assert(tx_is_writing(tx));
    return tx_exec(tx, &AT_FORGET, e, given, problem);
}

enum rc media_greetings(struct tx *tx, struct media_greeting **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    struct media_greeting *list = NULL;
    struct arena *a = tx_arena(tx);
    size_t n = 0, room = 0;
    enum rc rc = tx_query(tx, &GREETINGS, &r, e);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        *LIST_ADD(a, list, n, room) = (struct media_greeting){
            rows_int(r, 0), rows_copy(r, 1, a), rows_copy(r, 2, a), rows_int(r, 3) != 0};
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}
