/* upkeep — what an installation needs done from time to time while it is served: automatic backups,
 * old uploads. */
#ifndef KOI_DOMAIN_UPKEEP_H
#define KOI_DOMAIN_UPKEEP_H

#include "domain/app.h"

/* Looks what is due and does it, or starts the job for it. Call once a minute. `out_backup` tells
 * whether a backup was started. */
enum rc upkeep_run(struct app *app, bool *out_backup, struct err *e);

#endif
