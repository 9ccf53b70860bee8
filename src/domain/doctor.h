/* doctor — looks an installation over and says, for each thing, whether it is well and what to do
 * if not. */
#ifndef KOI_DOMAIN_DOCTOR_H
#define KOI_DOMAIN_DOCTOR_H

#include "domain/app.h"

struct check {
    const char *name;    /* "disk_space" */
    const char *zh, *en; /* what is looked at */
    bool ok;
    struct str value;                  /* what was found, for people; absent: nothing to tell */
    const char *note_zh, *note_en;     /* what it means, and what is good, in plain words */
    const char *advice_zh, *advice_en; /* when not ok */
};

enum { CHECKS_MOST = 24 };

struct checks {
    struct check list[CHECKS_MOST];
    size_t n;
};

/* Runs all checks in a read transaction; `deep` adds those that read everything (integrity of the
 * database, the whole audit chain, the index of the log beside the log): seconds for each gigabyte.
 * Texts live in the arena. */
enum rc doctor_run(struct app *app, struct tx *tx, bool deep, struct arena *a, struct checks *out,
                   struct err *e);

#endif
