/* audience — saved expressions with their versions.
 *
 * The text is stored as the printer writes it; whoever saves one has read it through
 * query/audience.h before. An archived one keeps its name, so that texts which refer to it stay
 * readable: names are unique among all. Who is in it is computed; of live ones audience_move.h
 * keeps who was in them at the last tick. `size` is what the last count found, over everyone.
 */
#ifndef KOI_STORE_AUDIENCE_H
#define KOI_STORE_AUDIENCE_H

#include "db/db.h"

struct audience_row {
    int64_t id;
    struct str name, subject, expression,
        note; /* subject: "customer" or "group"; note may be absent */
    int64_t version;
    bool live;
    int64_t account_id;    /* who made it; 0: nobody known */
    int64_t size, sized_s; /* DB_NULL: not counted yet */
    int64_t archived_s;    /* DB_NULL: in use */
    int64_t created_s, updated_us;
};

/* Adds an audience (row->id comes from tx_id, version becomes 1). RC_CONFLICT when the name is
 * taken. */
enum rc audience_add(struct tx *tx, const struct audience_row *row, struct err *e);
/* Writes name, note, live and expression; a changed expression makes the next version and forgets
 * the size. RC_CONFLICT when the name is taken, RC_NOT_FOUND when there is none such. */
enum rc audience_change(struct tx *tx, const struct audience_row *row, int64_t account_id,
                        struct err *e);
/* RC_NOT_FOUND when it is archived already. */
enum rc audience_archive(struct tx *tx, int64_t id, struct err *e);
/* What a count found; no new version. */
enum rc audience_set_size(struct tx *tx, int64_t id, int64_t size, int64_t at_s, struct err *e);

/* Texts in the transaction's arena. RC_NOT_FOUND with a sentence. */
enum rc audience_load(struct tx *tx, int64_t id, struct audience_row *out, struct err *e);
/* The first live one with id > after_id; RC_NOT_FOUND (e untouched) when there is none. */
enum rc audience_next_live(struct tx *tx, int64_t after_id, struct audience_row *out,
                           struct err *e);
/* Those in use with id < before_id, newest first; with `q`: whose name or note has it, ASCII
 * letters without case. Reads the table backwards: hundreds of rows. */
enum rc audience_list(struct tx *tx, struct str q, int64_t before_id, int64_t limit,
                      struct audience_row **out, size_t *out_n, struct err *e);

/* One text it had. */
struct audience_version {
    int64_t version;
    struct str expression;
    int64_t at_us;
    struct str account; /* name of who wrote it; absent: nobody known */
};
/* Every text it had, newest first. */
enum rc audience_versions(struct tx *tx, int64_t id, struct audience_version **out, size_t *out_n,
                          struct err *e);

/* ---- values without a table of their own, for suggestions while typing ---- */

/* Calls see() with provinces that contain `part`, at most `limit`, of customers the account sees;
 * for one that sees all, of the newest 100,000. */
enum rc audience_provinces(struct tx *tx, struct str part, int64_t scope_account, int limit,
                           void (*see)(void *to, struct str name), void *to, struct err *e);
/* The same with categories of products. */
enum rc audience_categories(struct tx *tx, struct str part, int limit,
                            void (*see)(void *to, struct str name), void *to, struct err *e);

#endif
