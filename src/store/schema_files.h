/* schema_files — the files of schema/, inside the program (made by tools/embed). */
#ifndef KOI_STORE_SCHEMA_FILES_H
#define KOI_STORE_SCHEMA_FILES_H

#include "db/db.h"

/* In ascending versions without gaps; hand both to db_migrate(). */
extern const struct migration schema_migrations[];
extern const size_t schema_migration_count;

#endif
