/* job_started — the one way in which a handler starts long work: 202 with {"job":{…}}. */
#ifndef KOI_API_JOB_STARTED_H
#define KOI_API_JOB_STARTED_H

#include "domain/job.h"
#include "http/request.h"

/* Puts a job in the queue and writes the whole reply and the audit row. */
enum rc job_started(struct request *rq, struct tx *tx, const struct job_order *order,
                    struct err *e);

#endif
