/* field — custom fields of the profile, and their values. */
#ifndef KOI_STORE_FIELD_H
#define KOI_STORE_FIELD_H

#include "base/secret.h"
#include "db/db.h"

struct field {
    int64_t id;
    struct str key, name, type,
        class; /* type: text, number, day, choice, yes_no; class: plain, personal, sensitive */
    struct str choices; /* JSON list of texts; absent unless type is choice */
    int64_t position;
    int64_t archived_s; /* DB_NULL: in use */
};

/* All, by position; archived ones last. */
enum rc field_list(struct tx *tx, struct field **out, size_t *out_n, struct err *e);
/* By id or key: RC_NOT_FOUND with a sentence. */
enum rc field_load(struct tx *tx, int64_t id, struct field *out, struct err *e);
enum rc field_by_key(struct tx *tx, struct str key, struct field *out, struct err *e);
/* RC_CONFLICT with a sentence when the key is taken. id and position (DB_NULL: last) of `f` are
 * filled in. */
enum rc field_add(struct tx *tx, struct field *f, struct err *e);
/* Writes name, choices, position, archived_s; key, type and class never change. */
enum rc field_store(struct tx *tx, const struct field *f, struct err *e);

/* A value: `text` for text and choice, `number` for the others (number in millionths, civil day, 0
 * or 1). Both absent or DB_NULL: no value. */
struct field_value {
    struct field field;
    struct str text;
    int64_t number;
};
/* Fields in use with the root's values; sensitive and personal ones are opened. */
enum rc field_values(struct tx *tx, const struct keyring *keys, int64_t root_id,
                     struct field_value **out, size_t *out_n, struct err *e);
/* Sets or clears one; event and change are written when it differs. Values of classes personal and
 * sensitive are sealed. */
enum rc field_set(struct tx *tx, const struct keyring *keys, int64_t root_id,
                  const struct field_value *v, struct err *e);

#endif
