/* import_names — what a file calls by name and the database by id: staff, kinds of events, tags,
 * stages, sources, fields.
 *
 * All of them are few and are loaded once. Kinds, tags and sources that are new are made when they
 * are met, unless nothing may be written (a dry run): then they get the id 0. A batch of events
 * loads only what it names, and its new kinds are made in the closure that writes it. Private to
 * import.
 */
#ifndef KOI_DOMAIN_IMPORT_NAMES_H
#define KOI_DOMAIN_IMPORT_NAMES_H

#include "domain/app.h"
#include "domain/id_cache.h"
#include "store/event.h"
#include "store/field.h"

enum name_kind { NAME_STAFF, NAME_EVENT, NAME_TAG, NAME_STAGE, NAME_SOURCE, NAME_KINDS };

struct import_names {
    struct app *app;
    bool dry;
    struct arena arena;
    struct id_cache ids; /* by kind and name; id -1: two things have the name */
    struct field *fields;
    size_t fields_n;
    /* Of import_names_begin(): what is loaded when it is first asked for, kinds that are new. */
    struct tx *tx;
    bool loaded[NAME_KINDS];
    struct str *fresh;
    size_t fresh_n, fresh_room;
};

/* Ids of kinds that are new, in the order of `fresh`. */
enum { NAMES_FRESH = EVENT_KIND_MAX + 1 };

/* Loads everything. */
enum rc import_names_init(struct import_names *n, struct app *app, bool dry, struct err *e);
/* Loads nothing yet: staff and kinds of events when the first is looked for, out of `tx`, which
 * must be there then. A kind that is new gets an id from NAMES_FRESH on and is listed. */
void import_names_begin(struct import_names *n, struct app *app, struct tx *tx);
void import_names_done(struct import_names *n);

/* The id; RC_NOT_FOUND (e untouched) for a member of staff or a stage that does not exist or whose
 * name is not unique. */
enum rc import_names_find(struct import_names *n, enum name_kind kind, struct str name,
                          int64_t *out, struct err *e);
const struct field *import_names_field(const struct import_names *n, struct str key);

#endif
