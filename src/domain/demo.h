/* demo — a believable corp made from a seed: a chain of tea houses with its stores, staff,
 * customers and eighteen months of what they did. Everything goes through the same doors as real
 * data (ingest, relations, groups), so what a report says of the demo it would say of a real corp.
 * What to expect of it is written, with bands, in docs/DEMO.md and checked by demo_figures().
 */
#ifndef KOI_DOMAIN_DEMO_H
#define KOI_DOMAIN_DEMO_H

#include "domain/job.h"

enum { DEMO_CUSTOMERS_MIN = 100, DEMO_CUSTOMERS_MAX = 2000000 };

/* Job "demo", detail {"seed":n,"customers":n}: fills an installation that has no customers, in
 * about 10 µs an event, then queues the computation of scores and tiers. Result {customers, events,
 * orders, items, took_us, jobs:[ids]}; `events` are rows of the log and order lines together. A job
 * that was killed cannot go on: the demo is taken out and made again. */
extern const struct job_kind job_kind_demo;

/* RC_CONFLICT with a sentence when there are customers already. */
enum rc demo_allowed(struct tx *tx, struct err *e);

/* Job "demo_remove": takes every customer, order, event, staff member, group, tag, audience and
 * model out again. Accounts, settings and the audit log stay. */
extern const struct job_kind job_kind_demo_remove;

/* RC_CONFLICT with a sentence when there is no demo, or data of other imports that would go with
 * it. */
enum rc demo_removable(struct tx *tx, struct err *e);

/* Figures of what is in the database beside the band each should lie in: an array of {name, zh, en,
 * value, low, high, ok}. `out_ok`: all do. */
enum rc demo_figures(struct tx *tx, struct json *out, bool *out_ok, struct err *e);

#endif
