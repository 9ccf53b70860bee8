/* job_kinds — the kinds of jobs that live in src/domain; kinds of higher folders come by
 * job_register(). */
#ifndef KOI_DOMAIN_JOB_KINDS_H
#define KOI_DOMAIN_JOB_KINDS_H

#include "domain/job.h"

/* Sorted by name; ends with NULL. */
extern const struct job_kind *const job_kinds[];

#endif
