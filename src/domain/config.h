/* config — the settings of one installation, each with the place its value came from.
 *
 * A setting is a row of the table in settings.c. Its value comes from the first of: a flag of the
 * command line, the environment (KOI_NAME, or KOI_NAME_FILE naming a file that holds it), the file
 * koi.conf in the data directory ("name = value" lines), the console (table `setting`), the
 * default. Values were checked against the row when they were read. Texts handed out stay valid
 * until config_free(), also when the setting changes; any thread may ask.
 */
#ifndef KOI_DOMAIN_CONFIG_H
#define KOI_DOMAIN_CONFIG_H

#include "base/err.h"
#include "base/secret.h"
#include "db/db.h"

enum setting_type { SETTING_TEXT, SETTING_INT, SETTING_CHOICE };

struct setting {
    const char *name;
    enum setting_type type;
    int64_t min, max;                /* of the number, or of the text's bytes */
    const char *choices;             /* separated by '|' */
    const char *fallback;            /* the default; "" for none */
    bool secret;                     /* never shown, sealed in the table */
    bool changeable;                 /* from the console */
    bool restart;                    /* takes effect at the next start */
    bool (*good)(const char *value); /* a check beyond type and bounds; may be NULL */
    /* Likewise, but says itself what is wrong; may be NULL. */
    enum rc (*check)(struct str value, struct err *e);
    /* Whether the rows that a value names exist, when the console sets it; may be NULL. */
    enum rc (*names)(struct tx *tx, struct str value, struct err *e);
    const char *zh, *en;
};
extern const struct setting setting_table[]; /* sorted by name */
extern const size_t setting_count;
/* The row of that name, or NULL. */
const struct setting *setting_find(struct str name);
/* Whether the text is a value of the setting; RC_INVALID with the setting's name as field. */
enum rc setting_check(const struct setting *s, struct str value, struct err *e);

enum origin { ORIGIN_DEFAULT, ORIGIN_CONSOLE, ORIGIN_FILE, ORIGIN_ENVIRONMENT, ORIGIN_FLAG };
/* "default", "console", "file", "environment", "flag". */
const char *origin_name(enum origin o);

struct config;

/* A setting given on the command line. */
struct config_flag {
    const char *name;
    const char *value;
};

/* Reads flags, environment and file; nothing from the database yet. RC_INVALID names the setting
 * and where it stands. */
enum rc config_open(const char *data_dir, const struct config_flag *flags, size_t n,
                    struct config **out, struct err *e);
void config_free(struct config *c);
/* Reads the console's values. A value that no longer fits its row counts as not set. */
enum rc config_read_console(struct config *c, const struct keyring *keys, struct tx *tx,
                            struct err *e);

/* The value in force and its origin; never NULL. Asserts that the setting exists. */
const char *config_text(const struct config *c, const char *name);
int64_t config_int(const struct config *c, const char *name);
enum origin config_origin(const struct config *c, const char *name);
/* A console value as it is stored: sealed in hex when the setting is secret. Owned by the arena. */
struct str config_stored(const struct setting *s, const struct keyring *keys, struct str value,
                         struct arena *a);

/* When a session that began at created_s and is seen now ends unless seen again: session_hours
 * later, and never more than 30 days after it began. */
int64_t session_end_s(const struct config *c, int64_t created_s, int64_t now_s);

#endif
