/* version.c — `koi version`: which program this is.
 *
 * It opens nothing, so it works where there is no installation; the schema's version is the one
 * this program brings, which is the one a started server has. `koi doctor` tells what an
 * installation is at.
 */
#include "cmd/commands.h"
#include "store/schema_files.h"

#include <stdio.h>

static enum rc version(struct invocation *in, struct err *e)
{
    (void)e;
    int schema = schema_migrations[schema_migration_count - 1].version;
    printf(in->json ? "{\"version\":\"%s\",\"schema\":%d}\n" : "koi %s (schema %d)\n", KOI_VERSION,
           schema);
    return RC_OK;
}

const struct command command_version = {
    .name = "version",
    .zh = "程序版本",
    .en = "Version of the program",
    .run = version,
};
