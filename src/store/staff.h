/* staff — the people of the corp and its departments, as the directory shows them. */
#ifndef KOI_STORE_STAFF_H
#define KOI_STORE_STAFF_H

#include "db/db.h"

struct department {
    int64_t id, parent_id;       /* 0: the root */
    struct str name, kind, city; /* kind: office, region, store */
    int64_t position;
    int64_t staff; /* active ones in it, not below it */
};
/* All of them, by position among siblings. */
enum rc department_list(struct tx *tx, struct department **out, size_t *out_n, struct err *e);

struct staff {
    int64_t id;
    struct str userid, name, title, status; /* status: active, left */
    int64_t department_id;                  /* 0: none */
    struct str department;
    int64_t joined_s;  /* DB_NULL: not known */
    int64_t left_s;    /* DB_NULL: has not, or not known */
    int64_t customers; /* relations in force */
    int64_t groups;    /* customer groups they own that exist */
    int64_t bound;     /* customers who are theirs by domain/binding.h */
    /* What the newest full sync was told of them: "told", "waiting" (it is under way), "outside"
     * the app's visible range, "refused", or "unknown": it told nothing, or there was none. */
    struct str told;
    struct str told_error; /* JSON of base/err_json.h; absent: none */
    int64_t told_s;        /* when that sync began; DB_NULL unless told */
};
struct staff_filter {
    int64_t scope_account; /* only staff whose customers the account sees */
    struct str q;          /* part of name or userid; absent: all */
    int64_t department_id; /* in it or below; 0: all */
    struct str status;     /* absent: all */
    struct str told;       /* absent: all */
    int64_t staff_id;      /* this one; 0: all */
};
/* Counts are by indexes, of the page alone (of all who match, where `told` is asked for).
 * At most `limit` with (name, id) behind the place given (name absent: from the start), by name. */
enum rc staff_list(struct tx *tx, const struct staff_filter *f, struct str after_name,
                   int64_t after_id, int64_t limit, struct staff **out, size_t *out_n,
                   struct err *e);

#endif
