/* import_map — which column of a file means what: guessed, corrected, kept as JSON. docs/IMPORT.md
 * has the fields.
 *
 * A mapping is one JSON object: a member for each field with the column's name, and `options`:
 *     {"number": "InvoiceNo", "quantity": "Quantity", …, "options": {"channel": "天猫", "cancel_prefix": "C"}}
 * A mapping that somebody sends may hold "guess": true: fields it does not name are then guessed.
 */
#ifndef KOI_DOMAIN_IMPORT_MAP_H
#define KOI_DOMAIN_IMPORT_MAP_H

#include "base/json.h"
#include "file/table.h"
#include "store/batch.h"

/* The fields of all kinds of import. */
enum map_field {
    MAP_NUMBER,
    MAP_CUSTOMER,
    MAP_PHONE,
    MAP_UNIONID,
    MAP_EXTERNAL_USERID,
    MAP_OPENID,
    MAP_CARD,
    MAP_TIME,
    MAP_PAID_TIME,
    MAP_CODE,
    MAP_PRODUCT,
    MAP_CATEGORY,
    MAP_QUANTITY,
    MAP_PRICE,
    MAP_AMOUNT,
    MAP_TOTAL,
    MAP_PAID,
    MAP_REFUND,
    MAP_REFUND_TIME,
    MAP_STATE,
    MAP_PROVINCE,
    MAP_STAFF,
    MAP_TYPE,
    MAP_SESSION,
    MAP_NICKNAME,
    MAP_NAME,
    MAP_GENDER,
    MAP_BIRTHDAY,
    MAP_CITY,
    MAP_ADDRESS,
    MAP_TAGS,
    MAP_ADDED_TIME,
    MAP_FIRST_TIME,
    MAP_SOURCE,
    MAP_STAGE,
    MAP_NO_MARKETING,
    MAP_FIELDS
};

struct map_field_row {
    const char *name;
    unsigned kinds; /* bit BATCH_ORDERS … */
    const char *zh, *en;
    const char *synonyms; /* of columns, normalised, separated by '|', best first */
};
extern const struct map_field_row map_field_table[MAP_FIELDS];
/* MAP_FIELDS for a name that is none. */
enum map_field map_field_from(struct str name);

/* How rows of an order file make orders. */
enum map_shape {
    SHAPE_LINES,  /* a row is a line of the order it names */
    SHAPE_ORDERS, /* a row is an order with its totals */
    /* a row is a purchase without a number: customer, time and occurrence name it */
    SHAPE_PURCHASES,
};

enum { MAP_OWN = 64, MAP_PREFIX = 8 };

struct import_map {
    enum batch_kind kind;
    int column[MAP_FIELDS]; /* -1: not in the file */
    struct {
        int column;
        struct str key; /* of a custom field of customers */
    } own[MAP_OWN];
    size_t own_n;
    enum map_shape shape; /* orders only; follows from the columns */
    /* Options. */
    struct str channel;    /* name; absent: 导入 */
    struct str zone;       /* of times without one; absent: the corp's */
    struct str source;     /* first source of new customers; absent: 导入 */
    struct str event_type; /* of every row, when no column says it */
    char cancel_prefix[MAP_PREFIX], adjust_prefix[MAP_PREFIX]; /* of order numbers; "": none */
    struct table_options format;                               /* keys unset */
};

/* Guesses from the header and a sample of rows (read from `t`, which is then spent). */
enum rc import_map_guess(struct table *t, enum batch_kind kind, struct arena *a,
                         struct import_map *out, struct err *e);

/* From JSON, against a header; text is owned by the arena. RC_INVALID names the field and what
 * columns there are. A member with null or "" takes a field out. */
enum rc import_map_parse(const struct json_value *v, enum batch_kind kind, const struct str *header,
                         size_t header_n, struct arena *a, struct import_map *out, struct err *e);
/* Whether the columns suffice for the kind; settles `shape`. RC_INVALID says which are missing. */
enum rc import_map_check(struct import_map *m, struct err *e);
void import_map_print(const struct import_map *m, const struct str *header, struct json *out,
                      const char *key);
/* The options alone say how the file is read: format members of `v` ("delimiter", "encoding",
 * "sheet", "header"). */
enum rc import_map_format(const struct json_value *v, struct table_options *out, struct err *e);
/* Tells headers apart, for remembering: 32 bytes. */
void import_map_header_hash(const struct str *header, size_t n, uint8_t out[static 32]);

#endif
