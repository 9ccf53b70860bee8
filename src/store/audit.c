/* audit.c — appending to the chain, and walking it.
 *
 * The hash covers the fields as they are bound, each with its length in front, so that no two
 * different rows have one encoding; NULL and empty differ. The head is read and written with each
 * append, in the writer's transaction; on PostgreSQL it is locked (FOR UPDATE), which serialises
 * the nodes' appends. An append continues from the head, not from the last row it finds: so
 * whatever was done to the rows, the chain behind it no longer fits, and verification names the
 * place.
 */
#include "store/audit.h"
#include "base/json.h"
#include "store/list.h"
#include "store/statements.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

enum { HASH = 32 };

static const struct sql HEAD = {
    .text = "SELECT h.last_id, h.hash, h.mac, (SELECT coalesce(max(a.id), 0) FROM audit a) FROM "
            "audit_head h WHERE h.one = 1",
    .pg = "SELECT h.last_id, h.hash, h.mac, (SELECT coalesce(max(a.id), 0) FROM audit a) FROM "
          "audit_head h WHERE h.one = 1 "
          "FOR UPDATE",
    .out = "ibbi",
};

static const struct sql HEAD_READ = {
    .text = "SELECT last_id, hash, mac FROM audit_head WHERE one = 1",
    .out = "ibb",
};

static const struct sql LAST_ID = {
    .text = "SELECT coalesce(max(id), 0) FROM audit",
    .out = "i",
};

static const struct sql HEAD_PUT = {
    .text = "INSERT INTO audit_head (one, last_id, hash, mac) VALUES (1, $1, $2, $3) "
            "ON CONFLICT (one) DO UPDATE SET last_id = excluded.last_id, hash = excluded.hash, "
            "mac = excluded.mac",
    .in = "ibb",
};

static const struct sql APPEND = {
    .text = "INSERT INTO audit (id, at_us, account_id, token_id, action, object_kind, object_id, "
            "detail, hash) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    .in = "iiIIsSIsb",
};

static const struct sql WALK = {
    .text = "SELECT id, at_us, account_id, token_id, action, object_kind, object_id, detail, hash "
            "FROM audit /*scan*/ "
            "ORDER BY id",
    .out = "iiIIsSIsb",
};

static const struct sql LIST = {
    .text = "SELECT u.id, u.at_us, u.account_id, u.token_id, a.login, u.action, u.object_kind, "
            "u.object_id, u.detail "
            "FROM audit u LEFT JOIN account a ON a.id = u.account_id "
            "WHERE u.id < $1 AND ($2 = 0 OR u.account_id = $2) AND ($3 = '' OR u.action = $3) "
            "AND u.at_us >= $4 AND u.at_us < $5 ORDER BY u.id DESC LIMIT $6",
    .in = "iisiii",
    .out = "iiIISsSIs",
};

/* ---- hashing ---- */

static void add_int(struct buf *b, int64_t v)
{
    buf_addf(b, "i%" PRId64 ";", v);
}

static void add_str(struct buf *b, struct str s)
{
    if (str_absent(s)) {
        buf_addz(b, "n;");
        return;
    }
    buf_addf(b, "s%zu:", s.n);
    buf_add(b, s);
}

static void hash_row(const uint8_t before[static HASH], const struct audit_entry *r,
                     uint8_t out[static HASH])
{
    struct buf b;
    buf_init(&b, 64 << 10);
    buf_add(&b, (struct str){(const char *)before, HASH});
    add_int(&b, r->id);
    add_int(&b, r->at_us);
    add_int(&b, r->account_id);
    add_int(&b, r->token_id);
    add_str(&b, r->action);
    add_str(&b, r->object_kind);
    add_int(&b, r->object_id);
    add_str(&b, r->detail);
    assert(!b.failed);
    secret_sha256(buf_str(&b), out);
    buf_done(&b);
}

struct head {
    int64_t last_id;
    uint8_t hash[HASH];
    bool sound;
};

static void head_mac(const struct keyring *keys, int64_t last_id, const uint8_t hash[static HASH],
                     uint8_t out[static SECRET_INDEX_BYTES])
{
    char text[32 + 2 * HASH];
    char hex[2 * HASH + 1];
    secret_hex(hash, HASH, hex);
    int n = snprintf(text, sizeof text, "%" PRId64 ":%s", last_id, hex);
    assert(n > 0 && n < (int)sizeof text);
    secret_index(keys, STR("audit.head"), (struct str){text, (size_t)n}, out);
}

/* ---- the head ---- */

static enum rc head_put(struct tx *tx, const struct keyring *keys, int64_t last_id,
                        const uint8_t hash[static HASH], struct err *e)
{
    uint8_t mac[SECRET_INDEX_BYTES];
    head_mac(keys, last_id, hash, mac);
    struct str hash_str = {(const char *)hash, HASH};
    struct str mac_str = {(const char *)mac, sizeof mac};
    return tx_exec(tx, &HEAD_PUT, e, last_id, hash_str, mac_str);
}

static void head_take(const struct rows *r, const struct keyring *keys, struct head *out)
{
    struct str hash = rows_bytes(r, 1);
    struct str mac = rows_bytes(r, 2);
    uint8_t expected[SECRET_INDEX_BYTES];
    out->last_id = rows_int(r, 0);
    memset(out->hash, 0, HASH);
    if (hash.n == HASH) {
        memcpy(out->hash, hash.p, HASH);
    }
    head_mac(keys, out->last_id, out->hash, expected);
    out->sound = hash.n == HASH && mac.n == sizeof expected &&
                 secret_equal(mac.p, expected, sizeof expected);
}

/* The head for an append; `out_next` is the id of the next row. */
static enum rc head_lock(struct tx *tx, const struct keyring *keys, struct head *out,
                         int64_t *out_next, struct err *e)
{
    struct rows *r = NULL;
    int64_t last = 0;
    enum rc rc = tx_find(tx, &HEAD, &r, e);
    if (rc == RC_OK) {
        head_take(r, keys, out);
        last = rows_int(r, 3);
        rc = rows_end(r, e);
    } else if (rc == RC_NOT_FOUND) {
        *out = (struct head){0};
        rc = tx_int(tx, &LAST_ID, &last, e);
    }
    *out_next = (last > out->last_id ? last : out->last_id) + 1;
    return rc;
}

enum rc audit_begin(struct tx *tx, const struct keyring *keys, struct err *e)
{
    static const uint8_t zero[HASH] = {0};
    return head_put(tx, keys, 0, zero, e);
}

/* ---- appending ---- */

/* The detail as a JSON object, whatever the caller wrote: a row must never be lost over its
 * wording. */
static struct str whole_detail(struct arena *a, struct str detail)
{
    const struct json_value *v = NULL;
    struct str text = detail;
    if (detail.n == 0 || detail.p[0] != '{') {
        text = arena_printf(a, "{" STR_FMT "}", STR_ARG(detail));
    }
    if (json_parse(a, text, &v, NULL) == RC_OK) {
        return text;
    }
    struct buf b;
    buf_init(&b, 64 << 10);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    json_put_str(&j, "text", detail);
    json_close_object(&j);
    text = arena_str(a, buf_str(&b));
    buf_done(&b);
    return text;
}

static enum rc append_one(struct tx *tx, struct head *head, const struct audit_entry *r,
                          struct err *e)
{
    uint8_t hash[HASH];
    struct str hash_str = {(const char *)hash, HASH};
    hash_row(head->hash, r, hash);
    enum rc rc =
        tx_exec(tx, &APPEND, e, r->id, r->at_us, r->account_id != 0 ? r->account_id : DB_NULL,
                r->token_id != 0 ? r->token_id : DB_NULL, r->action, r->object_kind,
                r->object_id != 0 ? r->object_id : DB_NULL, r->detail, hash_str);
    memcpy(head->hash, hash, HASH);
    head->last_id = r->id;
    return rc;
}

enum rc audit_append(struct tx *tx, const struct keyring *keys, struct audit_entry *entry,
                     struct err *e)
{
    assert(tx_is_writing(tx) && entry->action.n > 0);
    struct head head;
    int64_t next = 0;
    enum rc rc = head_lock(tx, keys, &head, &next, e);
    entry->at_us = tx_now_us(tx);
    entry->detail = whole_detail(tx_arena(tx), entry->detail);
    if (rc == RC_OK && !head.sound) {
        struct audit_entry broken = {.id = next++,
                                     .at_us = entry->at_us,
                                     .action = STR("audit_broken"),
                                     .object_kind = STR_ABSENT,
                                     .detail = STR("{}")};
        rc = append_one(tx, &head, &broken, e);
    }
    entry->id = next;
    if (rc == RC_OK) {
        rc = append_one(tx, &head, entry, e);
    }
    return rc == RC_OK ? head_put(tx, keys, head.last_id, head.hash, e) : rc;
}

/* ---- reading ---- */

enum rc audit_list(struct tx *tx, const struct audit_filter *f, struct audit_entry **out,
                   size_t *out_n, struct err *e)
{
    struct rows *r = NULL;
    struct arena *a = tx_arena(tx);
    struct audit_entry *list = NULL;
    size_t n = 0;
    size_t room = 0;
    struct str action = str_absent(f->action) ? STR("") : f->action;
    enum rc rc = tx_query(tx, &LIST, &r, e, f->before_id, f->account_id, action, f->from_us,
                          f->to_us, f->limit);
    while (rc == RC_OK && rows_next(r)) {
        *LIST_ADD(a, list, n, room) = (struct audit_entry){
            .id = rows_int(r, 0),
            .at_us = rows_int(r, 1),
            .account_id = rows_int(r, 2),
            .token_id = rows_int(r, 3),
            .login = rows_copy(r, 4, a),
            .action = rows_copy(r, 5, a),
            .object_kind = rows_copy(r, 6, a),
            .object_id = rows_int(r, 7),
            .detail = rows_copy(r, 8, a),
        };
    }
    rc = rc == RC_OK ? rows_end(r, e) : rc;
    if (rc == RC_OK) {
        *out = list;
        *out_n = n;
    }
    return rc;
}

/* Whether the row the walk stands on follows `before`; moves `before` on to it. */
static bool row_follows(const struct rows *r, int64_t expected_id, uint8_t before[static HASH])
{
    struct audit_entry row = {
        .id = rows_int(r, 0),
        .at_us = rows_int(r, 1),
        .account_id = rows_int(r, 2),
        .token_id = rows_int(r, 3),
        .action = rows_str(r, 4),
        .object_kind = rows_str(r, 5),
        .object_id = rows_int(r, 6),
        .detail = rows_str(r, 7),
    };
    struct str stored = rows_bytes(r, 8);
    uint8_t hash[HASH];
    hash_row(before, &row, hash);
    memcpy(before, hash, HASH);
    /* An id of 0 is stored as NULL; told apart here, since the hash takes them for the same. */
    bool zero = (!rows_null(r, 2) && row.account_id == 0) ||
                (!rows_null(r, 3) && row.token_id == 0) || (!rows_null(r, 6) && row.object_id == 0);
    return !zero && row.id == expected_id && stored.n == HASH &&
           memcmp(stored.p, hash, HASH) == 0 && !str_eq(row.action, STR("audit_broken"));
}

enum rc audit_verify(struct tx *tx, const struct keyring *keys, struct audit_report *out,
                     struct err *e)
{
    struct head head = {0};
    struct rows *r = NULL;
    uint8_t before[HASH] = {0};
    struct audit_report report = {.rows = 0};
    enum rc rc = tx_find(tx, &HEAD_READ, &r, e);
    if (rc == RC_OK) {
        head_take(r, keys, &head);
        rc = rows_end(r, e);
    }
    if (rc == RC_OK || rc == RC_NOT_FOUND) {
        rc = tx_query(tx, &WALK, &r, e);
    }
    while (rc == RC_OK && rows_next(r)) {
        report.rows++;
        if (!row_follows(r, report.rows, before) && report.first_bad == 0) {
            report.first_bad = report.rows;
        }
    }
    rc = rc == RC_OK ? rows_end(r, e) : rc;
    if (rc != RC_OK) {
        return rc;
    }
    bool whole = head.sound && head.last_id == report.rows && memcmp(head.hash, before, HASH) == 0;
    if (report.first_bad == 0 && !whole) {
        report.first_bad = report.rows + 1;
    }
    report.ok = report.first_bad == 0;
    report.head_id = head.last_id;
    secret_hex(head.hash, HASH, report.head_hash);
    *out = report;
    return RC_OK;
}

enum rc audit_head(struct tx *tx, const struct keyring *keys, struct audit_report *out,
                   struct err *e)
{
    struct rows *r = NULL;
    struct head head = {0};
    enum rc rc = tx_find(tx, &HEAD_READ, &r, e);
    if (rc != RC_OK) {
        return rc;
    }
    head_take(r, keys, &head);
    *out = (struct audit_report){.ok = head.sound, .head_id = head.last_id};
    secret_hex(head.hash, HASH, out->head_hash);
    return rows_end(r, e);
}

STATEMENTS(audit, &HEAD, &HEAD_READ, &LAST_ID, &HEAD_PUT, &APPEND, &WALK, &LIST);
