/* link — what WeCom tells of acquisition links: the uses that are left, and clicks by day
 * (schema/0022_links.sql). The rules about them are in domain/link_quota.h. Writing functions are
 * for writing transactions only. Source: wecom-api.md §17, WeCom's document 97400.
 */
#ifndef KOI_STORE_LINK_H
#define KOI_STORE_LINK_H

#include "db/db.h"

/* ---- the quota ---- */

enum { LINK_QUOTA_PARTS = 1000 }; /* of one answer: purchases that have not lapsed */

struct link_quota_part {
    int64_t expire_s, balance;
};
struct link_quota {
    int64_t total;         /* spent so far */
    int64_t balance, peak; /* left; the balance when it rose last, at least `balance` */
    int64_t told_us;       /* when it was asked for; DB_NULL, as the three above: never told */
    int64_t tried_s;       /* the last asking, answered or not; DB_NULL: never asked */
    struct str problem;    /* code of the error of the last asking; absent: none */
    bool due;              /* to be asked for at the next look */
    struct link_quota_part *parts; /* by the time at which they lapse */
    size_t parts_n;
};
/* As told last; in the transaction's arena. */
enum rc link_quota_load(struct tx *tx, struct link_quota *out, struct err *e);
/* Keeps total, balance, told_us and parts of an answer; those of one time are added up. False in
 * `out_kept`, and nothing written, when a later question was answered already. */
enum rc link_quota_told(struct tx *tx, const struct link_quota *told, bool *out_kept,
                        struct err *e);
/* An asking that began at asked_us failed: what was told before stays. Nothing where a later one
 * has been answered meanwhile. */
enum rc link_quota_failed(struct tx *tx, int64_t asked_us, struct str problem, struct err *e);
/* The next look asks, whenever the last one did. */
enum rc link_quota_wanted(struct tx *tx, struct err *e);
/* Whether a link takes customers now. */
enum rc link_any(struct tx *tx, bool *out, struct err *e);

/* ---- clicks by day ---- */

struct link_day {
    int64_t code_id, day;
    int64_t click_link_customer_cnt, new_customer_cnt; /* DB_NULL: not told */
    int64_t told_us;
};
/* Replaces what is there of that day. */
enum rc link_day_store(struct tx *tx, const struct link_day *d, struct err *e);
/* Each row of the days from_day … to_day, of one link unless 0, in no order. */
enum rc link_day_each(struct tx *tx, int64_t code_id, int64_t from_day, int64_t to_day,
                      void (*see)(void *ctx, const struct link_day *d), void *ctx, struct err *e);

/* The next link that takes customers, by id behind `after`, and the last day that is told of it
 * (DB_NULL: none). RC_NOT_FOUND (e untouched) at the end. */
struct link_to_tell {
    int64_t id, created_s, last_day;
    struct str link_id; /* WeCom's, in the transaction's arena */
};
enum rc link_day_next(struct tx *tx, int64_t after, struct link_to_tell *out, struct err *e);
/* How many there are. */
enum rc link_day_links(struct tx *tx, int64_t *out, struct err *e);

#endif
