/* link.c — one row of the quota with its parts, which are replaced together; figures by link and
 * day. A corp has some hundred links, so a range of days is read through the index of days and
 * added up by the caller.
 */
#include "store/link.h"

#include "store/list.h"
#include "store/statements.h"

#include <assert.h>

static const struct sql QUOTA = {
    .text = "SELECT total, balance, peak, told_us, tried_s, problem, due FROM link_quota"
            " WHERE id = 1",
    .out = "IIIIISi",
};
static const struct sql PARTS = {
    .text = "SELECT expire_s, balance FROM link_quota_part /*scan*/ ORDER BY expire_s",
    .out = "ii",
};
static const struct sql TOLD = {
    .text = "INSERT INTO link_quota (id, total, balance, peak, told_us, tried_s, problem, due)"
            " VALUES (1, $1, $2, $2, $3, $4, NULL, 0) ON CONFLICT (id) DO UPDATE SET"
            " total = excluded.total, peak = CASE WHEN link_quota.balance >= excluded.balance"
            " THEN link_quota.peak ELSE excluded.balance END, balance = excluded.balance,"
            " told_us = excluded.told_us, tried_s = excluded.tried_s, problem = NULL, due = 0"
            " WHERE link_quota.told_us IS NULL OR link_quota.told_us <= excluded.told_us",
    .in = "iiii",
};
static const struct sql PARTS_CLEAR = {.text = "DELETE FROM link_quota_part /*scan*/"};
static const struct sql PART_ADD = {
    .text = "INSERT INTO link_quota_part (expire_s, balance) VALUES ($1, $2)"
            " ON CONFLICT (expire_s) DO UPDATE SET"
            " balance = link_quota_part.balance + excluded.balance",
    .in = "ii",
};
static const struct sql FAILED = {
    .text = "INSERT INTO link_quota (id, tried_s, problem) VALUES (1, $1, $2)"
            " ON CONFLICT (id) DO UPDATE SET tried_s = excluded.tried_s,"
            " problem = excluded.problem, due = 0"
            " WHERE link_quota.told_us IS NULL OR link_quota.told_us < $3",
    .in = "isi",
};
static const struct sql WANTED = {
    .text = "INSERT INTO link_quota (id, due) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET due = 1",
};
#define LINKS " FROM code c WHERE c.status = 'active' AND c.kind = 'link'"
static const struct sql ANY = {.text = "SELECT count(*)" LINKS, .out = "i"};
static const struct sql NEXT = {
    .text = "SELECT c.id, c.created_s, (SELECT max(d.day) FROM link_day d WHERE d.code_id = c.id),"
            " c.config_id" LINKS " AND c.config_id IS NOT NULL AND c.id > $1 ORDER BY c.id LIMIT 1",
    .in = "i",
    .out = "iiIs",
};
static const struct sql DAY_STORE = {
    .text = "INSERT INTO link_day (code_id, day, click_link_customer_cnt, new_customer_cnt,"
            " told_us) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (code_id, day) DO UPDATE SET"
            " click_link_customer_cnt = excluded.click_link_customer_cnt,"
            " new_customer_cnt = excluded.new_customer_cnt, told_us = excluded.told_us",
    .in = "iiIIi",
};
#define DAYS "SELECT code_id, day, click_link_customer_cnt, new_customer_cnt, told_us FROM link_day"
static const struct sql EACH = {
    .text = DAYS " WHERE day >= $1 AND day <= $2", .in = "ii", .out = "iiIIi"};
static const struct sql EACH_OF = {
    .text = DAYS " WHERE code_id = $1 AND day >= $2 AND day <= $3",
    .in = "iii",
    .out = "iiIIi",
};

STATEMENTS(link, &QUOTA, &PARTS, &TOLD, &PARTS_CLEAR, &PART_ADD, &FAILED, &WANTED, &ANY, &NEXT,
           &DAY_STORE, &EACH, &EACH_OF);

/* ---- the quota ---- */

static enum rc read_parts(struct tx *tx, struct link_quota *out, struct err *e)
{
    struct rows *r;
    size_t room = 0;
    enum rc rc = tx_query(tx, &PARTS, &r, e);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), out->parts, out->parts_n, room) =
            (struct link_quota_part){rows_int(r, 0), rows_int(r, 1)};
    return rows_end(r, e);
}

enum rc link_quota_load(struct tx *tx, struct link_quota *out, struct err *e)
{
    struct rows *r;
    *out = (struct link_quota){DB_NULL, DB_NULL, DB_NULL, DB_NULL, DB_NULL, .problem = STR_ABSENT};
    enum rc rc = tx_find(tx, &QUOTA, &r, e);
    if (rc != RC_OK)
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    out->total = rows_known(r, 0);
    out->balance = rows_known(r, 1);
    out->peak = rows_known(r, 2);
    out->told_us = rows_known(r, 3);
    out->tried_s = rows_known(r, 4);
    out->problem = rows_copy(r, 5, tx_arena(tx));
    out->due = rows_int(r, 6) != 0;
    rc = rows_end(r, e);
    return rc == RC_OK ? read_parts(tx, out, e) : rc;
}

enum rc link_quota_told(struct tx *tx, const struct link_quota *told, bool *out_kept, struct err *e)
{
    assert(tx_is_writing(tx) && told->told_us != DB_NULL);
    enum rc rc = tx_exec(tx, &TOLD, e, told->total, told->balance, told->told_us, tx_now_s(tx));
    *out_kept = rc == RC_OK && tx_changes(tx) > 0;
    if (rc != RC_OK || !*out_kept)
        return rc;
    rc = tx_exec(tx, &PARTS_CLEAR, e);
    for (size_t i = 0; rc == RC_OK && i < told->parts_n; i++)
        rc = tx_exec(tx, &PART_ADD, e, told->parts[i].expire_s, told->parts[i].balance);
    return rc;
}

enum rc link_quota_failed(struct tx *tx, int64_t asked_us, struct str problem, struct err *e)
{
    assert(tx_is_writing(tx) && !str_empty(problem));
    return tx_exec(tx, &FAILED, e, tx_now_s(tx), problem, asked_us);
}

enum rc link_quota_wanted(struct tx *tx, struct err *e)
{
    assert(tx_is_writing(tx));
    return tx_exec(tx, &WANTED, e);
}

enum rc link_any(struct tx *tx, bool *out, struct err *e)
{
    int64_t n = 0;
    enum rc rc = tx_int(tx, &ANY, &n, e);
    *out = n > 0;
    return rc;
}

/* ---- clicks by day ---- */

enum rc link_day_store(struct tx *tx, const struct link_day *d, struct err *e)
{
    assert(tx_is_writing(tx) && d->code_id > 0);
    return tx_exec(tx, &DAY_STORE, e, d->code_id, d->day, d->click_link_customer_cnt,
                   d->new_customer_cnt, d->told_us);
}

enum rc link_day_each(struct tx *tx, int64_t code_id, int64_t from_day, int64_t to_day,
                      void (*see)(void *ctx, const struct link_day *d), void *ctx, struct err *e)
{
    struct rows *r;
    enum rc rc = code_id != 0 ? tx_query(tx, &EACH_OF, &r, e, code_id, from_day, to_day)
                              : tx_query(tx, &EACH, &r, e, from_day, to_day);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        see(ctx, &(struct link_day){rows_int(r, 0), rows_int(r, 1), rows_known(r, 2),
                                    rows_known(r, 3), rows_int(r, 4)});
    return rows_end(r, e);
}

enum rc link_day_next(struct tx *tx, int64_t after, struct link_to_tell *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &NEXT, &r, e, after);
    if (rc != RC_OK)
        return rc;
    *out = (struct link_to_tell){
        .id = rows_int(r, 0),
        .created_s = rows_int(r, 1),
        .last_day = rows_known(r, 2),
        .link_id = rows_copy(r, 3, tx_arena(tx)),
    };
    return rows_end(r, e);
}

enum rc link_day_links(struct tx *tx, int64_t *out, struct err *e)
{
    return tx_int(tx, &ANY, out, e);
}
