/* import — a file of orders, customers or events, into the database: looked at, tried, run,
 * stopped, resumed, taken out again.
 *
 * docs/IMPORT.md is the manual. The file is read by the job's thread and written by the writer's, a
 * few steps ahead. Each step commits its rows together with how far it came, so an import that was
 * killed goes on behind its last step and ends as if nothing had happened.
 */
#ifndef KOI_DOMAIN_IMPORT_H
#define KOI_DOMAIN_IMPORT_H

#include "base/json.h"
#include "domain/app.h"
#include "domain/job.h"
#include "store/batch.h"

extern const struct job_kind job_kind_import;
extern const struct job_kind job_kind_import_undo;

struct import_spec {
    enum batch_kind kind;
    const char *path; /* of the file on this machine */
    bool sealed;      /* it is an upload, and removed when the import is done */
    struct str name;  /* as the person called it */
    uint8_t sha256[32];
    struct str mapping; /* JSON; absent: the remembered one, or the guess */
    bool dry_run;
    bool english; /* language of the reject file */
    int64_t account_id;
};

/* Opens the file and settles its mapping (canonical JSON, in the arena). RC_INVALID when the
 * columns do not suffice. */
enum rc import_settle(struct app *app, struct tx *tx, const struct import_spec *spec,
                      struct arena *a, struct str *out_mapping, struct err *e);
/* Makes the job (and, unless it is a dry run, the batch), in a closure. */
enum rc import_add(struct app *app, struct tx *tx, const struct import_spec *spec,
                   struct str settled, int64_t *out_job, struct err *e);
/* Writes what the file looks like, as docs/API.md says of the preview. `options` may be NULL. */
enum rc import_preview(struct app *app, struct tx *tx, const struct import_spec *spec,
                       const struct json_value *options, bool english, struct json *out,
                       struct err *e);

/* Makes the job that takes a batch out again. RC_CONFLICT unless it is done, stopped or failed. */
enum rc import_undo_add(struct app *app, struct tx *tx, int64_t batch_id, int64_t account_id,
                        int64_t *out_job, struct err *e);

/* Path of a batch's reject file, in the arena. */
const char *import_reject_path(const struct app *app, struct arena *a, int64_t batch_id);
/* SHA-256 of a plain file. */
enum rc import_hash_file(const char *path, uint8_t out[static 32], struct err *e);

#endif
