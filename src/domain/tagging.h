/* tagging — one tag on many customers, or off them: at once when they are few, as a job when they
 * are many.
 *
 * Only customers in the caller's scope; others are skipped, not refused, and counted.
 */
#ifndef KOI_DOMAIN_TAGGING_H
#define KOI_DOMAIN_TAGGING_H

#include "domain/job.h"
#include "domain/customer_query.h"
#include "domain/tag_wish.h"
#include "store/tag.h"

enum {
    TAGGING_AT_ONCE = 500, /* customers tagged within the request */
    TAGGING_STEP = 250,  /* of a job: with a friend each, what WeCom is told makes it 1,250 rows */
    TAGGING_IDS = 10000, /* ids a request may name */
};

struct tagging_result {
    int64_t tagged;  /* newly tagged, or newly without it */
    int64_t skipped; /* not visible, erased, or there was nothing to change */
};

/* Tags (or untags) at most TAGGING_AT_ONCE ids that the account may see, by domain/tag_wish.h, so
 * that WeCom is told. A merged id counts as its root. */
enum rc tagging_few(struct tx *tx, const struct tag_wisher *who, int64_t scope_account,
                    const int64_t *ids, size_t n, int64_t tag_id, bool remove,
                    struct tagging_result *out, struct err *e);

/* Whom: one of the three. An expression and a query are pinned to now; a query is kept sealed,
 * since it may name a person. */
struct tagging_whom {
    struct str expression;              /* absent: not this */
    const struct customer_query *query; /* NULL: not this */
    const int64_t *ids;                 /* at most TAGGING_IDS */
    size_t n;
};

/* Makes a job of it, for the account's own scope. */
enum rc tagging_job(struct app *app, struct tx *tx, int64_t account_id, int64_t scope_account,
                    const struct tag *tag, bool remove, const struct tagging_whom *whom,
                    int64_t *out_job, struct err *e);

/* The kind, for job_kinds.c. */
extern const struct job_kind job_kind_bulk_tag;

#endif
