/* schedule — work that comes by itself: tier models every day, lifetime value every week, and the
 * full sync with WeCom every night.
 *
 * Once someone has run a model (or fitted lifetime value), a job like theirs is started when its
 * hour has come: `model_hour` in the corp's zone, and for lifetime value on `clv_weekday`. A server
 * that was away at that hour makes up for it when it is back. What has been run since the hour, by
 * hand or as a job that is waiting, running or failed, is not started again. The fit asks what the
 * last one asked (model, weeks, discount, since, accept), up to today. The sync begins at
 * `wecom_sync_hour` once WeCom is set up; a server that starts after that hour makes up for it.
 */
#ifndef KOI_DOMAIN_SCHEDULE_H
#define KOI_DOMAIN_SCHEDULE_H

#include "domain/app.h"

/* The latest time not after `now_s` that was `hour` o'clock; on `weekday` (1 Monday … 7 Sunday), or
 * on any day (0). And the first such time after `now_s`. */
int64_t schedule_last_s(int64_t now_s, int hour, int weekday);
int64_t schedule_next_s(int64_t now_s, int hour, int weekday);

/* When a tier model that was run will be run next, and lifetime value fitted; DB_NULL when the
 * settings say never. */
int64_t schedule_tiers_s(const struct app *app, int64_t now_s);
int64_t schedule_clv_s(const struct app *app, int64_t now_s);

/* Starts what is due at now_s: one closure, which reads models and jobs; how many jobs. */
enum rc schedule_run(struct app *app, int64_t now_s, int64_t *out_started, struct err *e);

/* The thread that looks once a minute while the server runs. */
struct schedule;
struct schedule *schedule_start(struct app *app);
/* Accepts NULL. */
void schedule_stop(struct schedule *s);

#endif
