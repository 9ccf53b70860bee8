/* exports — the job kind that lives above the domain, since it asks the API's own lists. */
#ifndef KOI_API_EXPORTS_H
#define KOI_API_EXPORTS_H

#include "domain/job.h"

extern const struct job_kind job_kind_export;

#endif
