/* job_secret — parameters of a job that may name a person: the detail of a job is stored in the
 * clear, so they are sealed into it.
 */
#ifndef KOI_DOMAIN_JOB_SECRET_H
#define KOI_DOMAIN_JOB_SECRET_H

#include "base/json.h"
#include "domain/app.h"

/* A JSON document sealed, as text for a member of the detail; owned by the arena. */
struct str job_secret_seal(struct app *app, struct arena *a, struct str json);
/* The document again. RC_CORRUPT or RC_INVALID for text that is none of ours. */
enum rc job_secret_open(struct app *app, struct arena *a, struct str sealed,
                        const struct json_value **out, struct err *e);

#endif
