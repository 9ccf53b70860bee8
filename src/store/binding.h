/* binding — who brought a customer and whose they are, as rows. The rules are domain/binding.h's.
 *
 * Steps are what happened, written once; a binding is what follows from them for a root; the log is
 * what was in force when. Writing functions are for writing transactions only.
 */
#ifndef KOI_STORE_BINDING_H
#define KOI_STORE_BINDING_H

#include "db/db.h"

enum binding_counts { BINDING_FRIEND, BINDING_GROUP, BINDING_EITHER, BINDING_COUNTS };
/* "friend", "group", "either". */
extern const char *const binding_counts_names[BINDING_COUNTS];

struct binding_rule {
    int64_t days; /* 0: for ever */
    enum binding_counts counts;
};
/* The newest; RC_NOT_FOUND (e untouched) when none was ever written. */
enum rc binding_rule_load(struct tx *tx, struct binding_rule *out, struct err *e);
enum rc binding_rule_add(struct tx *tx, const struct binding_rule *rule, struct err *e);

enum binding_kind {
    BINDING_STEP_FRIEND,
    BINDING_STEP_GROUP,
    BINDING_STEP_END,
    BINDING_STEP_TRANSFER,
    BINDING_KINDS
};
/* "friend", "group", "end", "transfer". */
extern const char *const binding_kind_names[BINDING_KINDS];

/* Columns of binding_step. 0 for what does not apply. */
struct binding_step {
    int64_t id, customer_id;
    enum binding_kind kind;
    int64_t staff_id, at_s;
    int64_t group_id, source_id;
    bool counts;
    int64_t days;
    int64_t account_id;
    struct str reason; /* absent: none; only written, not read by binding_steps() */
};
/* Whether such a step is written already. */
enum rc binding_step_known(struct tx *tx, const struct binding_step *s, bool *out, struct err *e);
/* Writes it under a new id; nothing when it is there already. */
enum rc binding_step_add(struct tx *tx, const struct binding_step *s, struct err *e);
/* Of everyone with this root, by time; at one second a transfer comes last, else the order in which
 * they were written. Families have few. */
enum rc binding_steps(struct tx *tx, int64_t root_id, struct binding_step **out, size_t *out_n,
                      struct err *e);

/* The binding in force of a root. */
struct binding_row {
    int64_t customer_id, staff_id, step_id;
    int64_t since_s;
    int64_t until_s; /* DB_NULL: for ever */
    int64_t ended_s; /* DB_NULL: the owner's friendship did not end */
};
/* RC_NOT_FOUND (e untouched): nobody's. */
enum rc binding_load(struct tx *tx, int64_t root_id, struct binding_row *out, struct err *e);
enum rc binding_store(struct tx *tx, const struct binding_row *row, struct err *e);
enum rc binding_remove(struct tx *tx, int64_t root_id, struct err *e);

/* Appends to the log that `now` (NULL: nobody's) follows `before` (likewise). */
enum rc binding_log_add(struct tx *tx, int64_t root_id, const char *cause, int64_t account_id,
                        const struct binding_row *before, const struct binding_row *now,
                        struct err *e);

/* ---- as people see it ---- */

struct binding_touch_shown {
    int64_t at_s; /* DB_NULL: there is none */
    struct str kind;
    int64_t staff_id, source_id, group_id; /* 0: none */
    struct str staff, source, group;
};
/* The first touch of everyone with this root, whether it binds or not. */
enum rc binding_first_touch(struct tx *tx, int64_t root_id, struct binding_touch_shown *out,
                            struct err *e);
/* The step that bound them. */
enum rc binding_touch_of(struct tx *tx, int64_t step_id, struct binding_touch_shown *out,
                         struct err *e);

struct binding_past {
    int64_t id, at_us;
    struct str cause;
    int64_t from_staff_id, staff_id; /* 0: nobody */
    struct str from_staff, staff;
    int64_t since_s, until_s, ended_s; /* DB_NULL: none */
    int64_t account_id;                /* 0: none */
    struct str account, reason;        /* absent: none */
};
/* The newest `limit` rows of the log of everyone with this root, newest first. */
enum rc binding_history(struct tx *tx, int64_t root_id, int64_t limit, struct binding_past **out,
                        size_t *out_n, struct err *e);

/* The customers of a member of staff, ascending; erased ones are not among them. */
enum rc binding_customers_of(struct tx *tx, int64_t staff_id, int64_t **out, size_t *out_n,
                             struct err *e);
/* Those of `roots`, ascending, that are not this member's; in the transaction's arena. */
enum rc binding_not_of(struct tx *tx, const int64_t *roots, size_t n, int64_t staff_id,
                       int64_t **out, size_t *out_n, struct err *e);

/* Members of staff who left and still have customers that the account may see, by name. */
struct binding_left {
    int64_t staff_id, left_s; /* left_s: DB_NULL: not known */
    struct str staff;
    int64_t customers;
};
enum rc binding_left_behind(struct tx *tx, int64_t scope_account, struct binding_left **out,
                            size_t *out_n, struct err *e);

/* Whether a member of staff is there (RC_NOT_FOUND, e untouched), and has not left. */
enum rc binding_staff_active(struct tx *tx, int64_t staff_id, bool *out, struct err *e);

#endif
