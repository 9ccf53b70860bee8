/* script — ready sentences that staff send to customers: 话术.
 *
 * A few hundred rows that everyone reads and operators keep. All are read at once and looked
 * through in memory, so that searching means the same on both engines.
 */
#ifndef KOI_STORE_SCRIPT_H
#define KOI_STORE_SCRIPT_H

#include "db/db.h"

enum {
    SCRIPTS_MOST = 2000,    /* of a corp, archived ones included: what a list is read for */
    SCRIPT_TEXT_MOST = 2000 /* bytes: what a chat takes as one message with room to spare */
};

struct script {
    int64_t id;
    struct str group, title, text;
    int64_t position;   /* among those of its group */
    int64_t archived_s; /* DB_NULL: in use */
    struct str account; /* who changed it last; absent: the command line */
    int64_t created_s, updated_us;
};

/* Which scripts; absent texts mean any. */
struct script_filter {
    struct str group; /* exactly this one */
    /* each of them, split at blanks, stands in title or text; ASCII letters without case */
    struct str words;
    bool archived; /* those out of use instead of those in use */
};
/* By group and position, at most SCRIPTS_MOST, in the transaction's arena. About 1 ms for 2,000. */
enum rc script_list(struct tx *tx, const struct script_filter *f, struct script **out,
                    size_t *out_n, struct err *e);
/* The groups that have scripts in use, by name. */
enum rc script_groups(struct tx *tx, struct str **out, size_t *out_n, struct err *e);
/* RC_NOT_FOUND with a sentence. */
enum rc script_load(struct tx *tx, int64_t id, struct script *out, struct err *e);
/* Writes a new one at the end of its group and fills in id and times; RC_LIMIT with a sentence when
 * there are SCRIPTS_MOST. `account_id` 0: the command line. */
enum rc script_add(struct tx *tx, struct script *s, int64_t account_id, struct err *e);
/* Writes group, title, text, position and archived_s back; moves updated_us, also in `s`. */
enum rc script_store(struct tx *tx, struct script *s, int64_t account_id, struct err *e);

#endif
