/* import_names — what a file calls by name and the database by id: staff, kinds of events, tags,
 * stages, sources, fields.
 *
 * All of them are few and are loaded once. Kinds, tags and sources that are new are made when they
 * are met, unless nothing may be written (a dry run): then they get the id 0. Private to import.
 */
#ifndef KOI_DOMAIN_IMPORT_NAMES_H
#define KOI_DOMAIN_IMPORT_NAMES_H

#include "domain/app.h"
#include "domain/id_cache.h"
#include "store/field.h"

enum name_kind { NAME_STAFF, NAME_EVENT, NAME_TAG, NAME_STAGE, NAME_SOURCE };

struct import_names {
    struct app *app;
    bool dry;
    struct arena arena;
    struct id_cache ids; /* by kind and name; id -1: two things have the name */
    struct field *fields;
    size_t fields_n;
};

/* Loads everything. */
enum rc import_names_init(struct import_names *n, struct app *app, bool dry, struct err *e);
void import_names_done(struct import_names *n);

/* The id; RC_NOT_FOUND (e untouched) for a member of staff or a stage that does not exist or whose
 * name is not unique. */
enum rc import_names_find(struct import_names *n, enum name_kind kind, struct str name,
                          int64_t *out, struct err *e);
const struct field *import_names_field(const struct import_names *n, struct str key);

#endif
