/* batch — imports: what was read, what came of it; and the mappings people chose. Taking one out
 * again: store/undo.h.
 */
#ifndef KOI_STORE_BATCH_H
#define KOI_STORE_BATCH_H

#include "db/db.h"

enum batch_kind { BATCH_ORDERS, BATCH_CUSTOMERS, BATCH_EVENTS, BATCH_DEMO, BATCH_KINDS };
enum batch_state {
    BATCH_RUNNING,
    BATCH_STOPPED,
    BATCH_DONE,
    BATCH_UNDOING,
    BATCH_UNDONE,
    BATCH_FAILED
};

const char *batch_kind_name(enum batch_kind k);
const char *batch_state_name(enum batch_state s);
/* BATCH_KINDS for a word that is none. */
enum batch_kind batch_kind_from(struct str name);

struct batch_row {
    int64_t id;
    enum batch_kind kind;
    struct str file_name, file_hash, mapping; /* hash: 32 bytes; mapping: JSON, docs/IMPORT.md */
    enum batch_state state;
    int64_t lines, added, known, rejected;
    int64_t job_id, created_s, undone_s; /* 0: none */
};

enum rc batch_add(struct tx *tx, const struct batch_row *row, struct err *e);
/* RC_NOT_FOUND with a sentence when there is none. Text is in the transaction's arena. */
enum rc batch_get(struct tx *tx, int64_t id, struct batch_row *out, struct err *e);
/* Newest first, those with an id below `before` (INT64_MAX: from the newest). */
enum rc batch_list(struct tx *tx, int64_t before, int64_t limit, struct batch_row **out,
                   size_t *out_n, struct err *e);
/* State and counts; the rest stays. */
enum rc batch_put(struct tx *tx, int64_t id, enum batch_state state, int64_t lines, int64_t added,
                  int64_t known, int64_t rejected, struct err *e);
enum rc batch_set_state(struct tx *tx, int64_t id, enum batch_state state, struct err *e);
enum rc batch_set_job(struct tx *tx, int64_t id, int64_t job_id, struct err *e);
/* The newest batch of that kind made from a file of that hash which is still there (running,
 * stopped or done); RC_NOT_FOUND (e untouched). */
enum rc batch_of_file(struct tx *tx, enum batch_kind kind, struct str file_hash, int64_t *out_id,
                      struct err *e);

/* ---- mappings ---- */

/* RC_NOT_FOUND (e untouched) when nobody imported a file with this header. */
enum rc mapping_recall(struct tx *tx, enum batch_kind kind, struct str header_hash, struct str *out,
                       struct err *e);
enum rc mapping_remember(struct tx *tx, enum batch_kind kind, struct str header_hash,
                         struct str mapping, struct err *e);

/* ---- when all is read ---- */

/* Customers that have orders of this batch, or that it made, ascending above `after`, in the
 * transaction's arena. */
enum rc batch_customers(struct tx *tx, int64_t batch_id, int64_t after, int64_t **out,
                        size_t *out_n, struct err *e);
/* Sets first_s of those of the customers that the batch made to their earliest order or event. */
enum rc batch_first_seen(struct tx *tx, int64_t batch_id, const int64_t *ids, size_t n,
                         struct err *e);

#endif
