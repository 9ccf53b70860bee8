/* analysis_text — the customers behind a bar or a cell, as text of the audience language, so
 * that what was seen can be saved and used.
 *
 * Each function appends the expression and returns true, or returns false (nothing appended)
 * for what the language cannot say: an audience that is itself "as of", a list of events for a
 * measure, names that are not known, more alternatives than TEXT_WAYS_MOST. Windows stay as
 * they were written, so a saved "last 30d" moves on with time.
 */
#ifndef KOI_QUERY_ANALYSIS_TEXT_H
#define KOI_QUERY_ANALYSIS_TEXT_H

#include "query/analysis.h"

enum { TEXT_WAYS_MOST = 32 };

/* A row of a break-down by its names. */
struct analysis_group {
    enum analysis_by by;
    struct str name;  /* absent: those with none */
    struct str model; /* of the tier */
};

/* Those of the group who reached `level` (from 1); with `lost`, those who reached the level before
 * and not this one (level 2 and up). */
bool funnel_text(struct arena *a, const struct funnel *q, const struct analysis_group *group,
                 size_t level, bool lost, struct buf *out);
/* A cohort (column −1), or those of it who came back in a column's unit. `units` are the cohorts,
 * extended to the column. */
bool retention_text(struct arena *a, const struct retention *q, const struct analysis_units *units,
                    size_t cohort, int column, struct buf *out);
/* Who did something of a series in a unit. */
bool counts_text(struct arena *a, const struct counts *q, const struct analysis_units *units,
                 size_t unit, size_t series, struct buf *out);
/* A cell of the RFM table; scores from 0. */
bool rfm_text(struct arena *a, const struct rfm *q, const struct rfm_answer *answer,
              const int score[static 3], struct buf *out);
/* Those who bought at least `times`. */
bool repurchase_text(struct arena *a, const struct repurchase *q, int64_t times, struct buf *out);

#endif
