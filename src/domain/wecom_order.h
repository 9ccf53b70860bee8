/* wecom_order — when a full sync with WeCom may begin, for whoever starts one: the API, the
 * schedule. What it does is in connect/wecom/sync.h.
 */
#ifndef KOI_DOMAIN_WECOM_ORDER_H
#define KOI_DOMAIN_WECOM_ORDER_H

#include "domain/job.h"

/* Whether the settings name a corp and a secret that may ask for its customers. */
bool wecom_order_is_set(const struct app *app);
/* The order of a sync, of a job of kind "wecom_sync". RC_NOT_FOUND "wecom_not_set", RC_CONFLICT
 * "sync_running" while another waits or runs: it would ask for the same. */
enum rc wecom_order(const struct app *app, struct tx *tx, int64_t account_id, struct job_order *out,
                    struct err *e);

/* The same of the figures of staff, a job of kind "wecom_statistics"; "statistics_running". */
enum rc wecom_order_statistics(const struct app *app, struct tx *tx, int64_t account_id,
                               struct job_order *out, struct err *e);

#endif
