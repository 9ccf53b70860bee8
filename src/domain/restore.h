/* restore — puts a backup in the place of an installation, or makes a new one from it.
 *
 * The backup is verified before anything is touched, and what came of it afterwards: rows of every
 * table, the engine's integrity, the audit chain. The database that was there is kept in backup/
 * under a name of its own. Persons erased since the backup was made stay erased: their tombstones
 * are read from the database that was there and replayed. No server may be running.
 */
#ifndef KOI_DOMAIN_RESTORE_H
#define KOI_DOMAIN_RESTORE_H

#include "base/err.h"

struct restore_options {
    const char *data_dir;
    const char *file;
    /* opens the key in the backup, if it has one and the directory has none; may be NULL */
    const char *passphrase;
    bool force; /* also over an installation that is there */
};

struct restore_report {
    int64_t tables, rows; /* compared, before and after */
    int64_t erased_again; /* customers that tombstones took out again */
    char kept[256];       /* path of the database that was there; empty: none */
};

/* RC_CONFLICT when something is there and `force` is not set, RC_BUSY when a server has it open,
 * RC_INVALID for a wrong passphrase, RC_CORRUPT when the backup is. On a failure before the swap
 * nothing has changed. */
enum rc restore_run(const struct restore_options *o, struct restore_report *out, struct err *e);

#endif
