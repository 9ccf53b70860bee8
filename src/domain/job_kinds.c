/* job_kinds.c — the list, by hand, sorted by name. */
#include "domain/job_kinds.h"

#include "domain/backup.h"
#include "domain/clv.h"
#include "domain/demo.h"
#include "domain/expression.h"
#include "domain/import.h"
#include "domain/rfm.h"
#include "domain/tagging.h"
#include "domain/tiering.h"

/* clang-format off: one a line */
const struct job_kind *const job_kinds[] = {
    &job_kind_audience_size,
    &job_kind_backup,
    &job_kind_bulk_tag,
    &job_kind_clv,
    &job_kind_demo,
    &job_kind_demo_remove,
    &job_kind_import,
    &job_kind_import_undo,
    &job_kind_rfm,
    &job_kind_tier,
    NULL,
};
