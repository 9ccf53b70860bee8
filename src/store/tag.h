/* tag — the catalogue (category, group, tag) and who wears what.
 *
 * A tag sits on a relation (staff, customer), as in WeCom, or on the customer alone when Koi puts
 * it. A customer wears the union over everyone with the same root. Putting a tag on twice writes
 * nothing. Each change of who wears what is an event and a change row.
 */
#ifndef KOI_STORE_TAG_H
#define KOI_STORE_TAG_H

#include "db/db.h"

struct tag_category {
    int64_t id;
    struct str name;
    int64_t position;
};
struct tag_group {
    int64_t id, category_id;
    struct str name;
    int64_t position;
    bool wecom; /* its tags are WeCom's, or are to be; written by tag_library.h */
    bool told;  /* WeCom has it; tag_group_list() only */
};
struct tag {
    int64_t id, group_id;
    struct str name, grain; /* grain: basic, fine */
    int64_t position;
    int64_t archived_s; /* DB_NULL: in use */
    int64_t customers;  /* root customers that wear it and the account may see; tag_list() only */
};

/* All of each, in the order people gave them. */
enum rc tag_category_list(struct tx *tx, struct tag_category **out, size_t *out_n, struct err *e);
enum rc tag_group_list(struct tx *tx, struct tag_group **out, size_t *out_n, struct err *e);
enum rc tag_list(struct tx *tx, int64_t scope_account, struct tag **out, size_t *out_n,
                 struct err *e);
/* The same with nobody counted. */
enum rc tag_list_plain(struct tx *tx, struct tag **out, size_t *out_n, struct err *e);

/* RC_CONFLICT with a sentence when the name is taken, RC_NOT_FOUND with one when the group or
 * category is none. Positions: DB_NULL puts it last. */
enum rc tag_category_add(struct tx *tx, struct str name, int64_t position, int64_t *out_id,
                         struct err *e);
enum rc tag_group_add(struct tx *tx, int64_t category_id, struct str name, int64_t position,
                      int64_t *out_id, struct err *e);
enum rc tag_add(struct tx *tx, int64_t group_id, struct str name, struct str grain,
                int64_t position, int64_t *out_id, struct err *e);

/* Loads by id: RC_NOT_FOUND with a sentence. */
enum rc tag_load(struct tx *tx, int64_t id, struct tag *out, struct err *e);
enum rc tag_group_load(struct tx *tx, int64_t id, struct tag_group *out, struct err *e);
enum rc tag_category_load(struct tx *tx, int64_t id, struct tag_category *out, struct err *e);
/* Writes every column back. RC_CONFLICT with a sentence when the name is taken. */
enum rc tag_store(struct tx *tx, const struct tag *t, struct err *e);
enum rc tag_group_store(struct tx *tx, const struct tag_group *g, struct err *e);
enum rc tag_category_store(struct tx *tx, const struct tag_category *c, struct err *e);
/* Removes an empty group or category; RC_CONFLICT with a sentence when something is in it. */
enum rc tag_group_remove(struct tx *tx, int64_t id, struct err *e);
enum rc tag_category_remove(struct tx *tx, int64_t id, struct err *e);
/* How many root customers wear a tag. */
enum rc tag_wearers(struct tx *tx, int64_t tag_id, int64_t scope_account, int64_t *out,
                    struct err *e);

/* Puts a tag on root customers (at most 500), and takes it off them and everyone merged into them,
 * from relations too. In `out_changed`: how many were not so before. Events (off a relation: with
 * its member of staff) and changes are written. WeCom hears of it by domain/tag_wish.h only. */
enum rc tag_put(struct tx *tx, const int64_t *roots, size_t n, int64_t tag_id, int64_t *out_changed,
                struct err *e);
enum rc tag_take_off(struct tx *tx, const int64_t *roots, size_t n, int64_t tag_id,
                     int64_t *out_changed, struct err *e);

/* WeCom's tags in use that a customer wears and none of their friendships, and taking one of them
 * off, with its event: for a customer who becomes a friend. */
enum rc tag_loose(struct tx *tx, int64_t root_id, int64_t **out, size_t *out_n, struct err *e);
enum rc tag_loose_off(struct tx *tx, int64_t root_id, int64_t tag_id, struct err *e);

/* For each staff member with friends: how many root customers are friends now, and how many of them
 * wear any tag. Those with most friends first. */
struct tag_coverage {
    int64_t staff_id;
    struct str staff;
    int64_t customers, tagged;
};
enum rc tag_coverage(struct tx *tx, int64_t scope_account, struct tag_coverage **out, size_t *out_n,
                     struct err *e);
/* The staff an account sees, by id, with nobody counted. */
enum rc tag_coverage_staff(struct tx *tx, int64_t scope_account, struct tag_coverage **out,
                           size_t *out_n, struct err *e);

#endif
