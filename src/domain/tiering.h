/* tiering — tier models computed over everyone, and the models that ship with Koi.
 *
 * A run pins `now`, asks each tier's audience in order, and gives a customer the first tier that
 * matches; it then writes only what changed, as moves. It is a job, so it can be watched, stopped
 * and gone on with; twice in a row the second finds no moves. docs/TIERS.md tells it to operators.
 */
#ifndef KOI_DOMAIN_TIERING_H
#define KOI_DOMAIN_TIERING_H

#include "domain/job.h"
#include "store/tier.h"

/* Job "tier", detail {"model_id":"…"}, and perhaps "now_s" to compute it as of a past time (its
 * events only: tags and friends are those of today). Result {"customers":n,"moved":n}; n customers
 * are in some tier. A run that was stopped and finds a newer one when it is resumed leaves things
 * as they are: {"superseded":true}. */
extern const struct job_kind job_kind_tier;

/* A model as it ships: `name` and texts in both languages, period in days, tiers first to last. */
struct tier_template {
    const char *kind; /* "value", "tenure", "rfm", "fan" */
    const char *zh, *en, *note_zh, *note_en;
    int period_days;
    struct tier_template_row {
        const char *zh, *en, *expression, *color, *advice_zh, *advice_en;
    } tiers[9];
};
extern const struct tier_template tier_templates[];
extern const size_t tier_templates_n;

/* Adds a template as a model in the language given. RC_CONFLICT when a model of that name is
 * there. */
enum rc tiering_add_template(struct tx *tx, const struct tier_template *t, bool english,
                             int64_t *out_id, struct err *e);

/* Reads every tier's expression, so that a model that cannot be computed is never stored: the
 * error's field is "tiers[2].expression". The texts in `m` are replaced by what the printer writes.
 * A tier that refers to its own model is refused. */
enum rc tiering_check(struct tx *tx, struct tier_model *m, struct err *e);

#endif
