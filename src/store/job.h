/* job — rows of work that takes longer than a request. The rules are in domain/job.h.
 */
#ifndef KOI_STORE_JOB_H
#define KOI_STORE_JOB_H

#include "db/db.h"

enum job_state { JOB_WAITING, JOB_RUNNING, JOB_STOPPING, JOB_STOPPED, JOB_DONE, JOB_FAILED };

const char *job_state_name(enum job_state s);

struct job_row {
    int64_t id;
    struct str kind;
    enum job_state state;
    struct str title, detail, cursor;
    int64_t done, total;                      /* total: DB_NULL when not known */
    struct str unit, result, error;           /* result, error: absent when there is none */
    int64_t account_id;                       /* 0: none */
    int64_t created_us, started_us, ended_us; /* 0: not yet */
};

enum rc job_row_add(struct tx *tx, const struct job_row *row, struct err *e);
/* RC_NOT_FOUND with a sentence when there is none. Text is in the transaction's arena. */
enum rc job_row_get(struct tx *tx, int64_t id, struct job_row *out, struct err *e);
/* Newest first, those with an id below `before`; account_id 0: everyone's; state absent: any. */
enum rc job_row_list(struct tx *tx, int64_t before, int64_t account_id, struct str state,
                     int64_t limit, struct job_row **out, size_t *out_n, struct err *e);
/* Of one kind, newest first, by an index. */
enum rc job_row_of_kind(struct tx *tx, struct str kind, int64_t limit, struct job_row **out,
                        size_t *out_n, struct err *e);
/* Those that wait, run or are stopping, oldest first, at most 200. */
enum rc job_row_open(struct tx *tx, struct job_row **out, size_t *out_n, struct err *e);

enum rc job_row_set_state(struct tx *tx, int64_t id, enum job_state state, struct err *e);
enum rc job_row_checkpoint(struct tx *tx, int64_t id, struct str cursor, int64_t done,
                           int64_t total, struct err *e);
/* Begins a run: state running, started_us if it is the first. */
enum rc job_row_start(struct tx *tx, int64_t id, struct err *e);
/* Ends a run: done, stopped or failed. */
enum rc job_row_end(struct tx *tx, int64_t id, enum job_state state, int64_t done, int64_t total,
                    struct str unit, struct str result, struct str error, struct err *e);

#endif
