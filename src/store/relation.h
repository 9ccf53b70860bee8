/* relation — a customer befriended by a staff member. One row for each pair, renewed when they
 * become friends again. */
#ifndef KOI_STORE_RELATION_H
#define KOI_STORE_RELATION_H

#include "base/secret.h"
#include "db/db.h"
#include "store/event.h"

/* The pair became friends at `added_s`: makes or renews the row, keeps customer.added_s the
 * earliest, and writes event friend_add and changes. `source_id`, `batch_id`: 0 none. `out_added`
 * is false, and nothing is written, when they are friends already. */
enum rc relation_begin(struct tx *tx, int64_t customer_id, int64_t staff_id, int64_t added_s,
                       int64_t source_id, int64_t batch_id, bool *out_added, struct err *e);
/* One of the two ended it: event friend_delete (by the customer) or friend_remove. `out_ended` is
 * false when they were no friends. */
enum rc relation_end(struct tx *tx, int64_t customer_id, int64_t staff_id, int64_t at_s,
                     bool by_customer, bool *out_ended, struct err *e);

/* The kind of event that an end is. */
static inline enum event_kind relation_kind_of_end(bool by_customer)
{
    return by_customer ? EVENT_FRIEND_DELETE : EVENT_FRIEND_REMOVE;
}

/* A relation as it is kept. */
struct relation_row {
    int64_t id, customer_id, staff_id;
    int64_t added_s, deleted_s; /* deleted_s: DB_NULL while friends */
    bool by_customer;           /* it was the customer who ended it */
    bool found_missing; /* nobody heard of its end: deleted_s is when it was not told any more */
    bool began_unseen;  /* nobody heard of its beginning: added_s is deleted_s */
    int64_t source_id;  /* 0: none */
    int64_t add_way, told_us; /* of the platform; DB_NULL: it has told nothing yet */
    struct str remark_sealed, description_sealed; /* absent: none */
};
/* Of a pair; RC_NOT_FOUND (e untouched) when there never was one. */
enum rc relation_find(struct tx *tx, int64_t customer_id, int64_t staff_id,
                      struct relation_row *out, struct err *e);
/* Those in force of a customer as born. */
enum rc relation_in_force(struct tx *tx, int64_t customer_id, struct relation_row **out,
                          size_t *out_n, struct err *e);
/* Those in force of a member of staff that no answer to a question since `since_us` has told, by
 * customer behind `after_customer`, at most `limit`. Looks at each of their friendships, 10 ms for
 * 20,000. */
enum rc relation_untold(struct tx *tx, int64_t staff_id, int64_t since_us, int64_t after_customer,
                        int64_t limit, struct relation_row **out, size_t *out_n, struct err *e);
/* Writes add_way, told_us, source and the two texts back. */
enum rc relation_tell(struct tx *tx, const struct relation_row *row, struct err *e);
/* A friendship in force that is told to have begun anew later, or one that had ended before its
 * beginning was told: moves added_s, writes friend_add; a friend_confirm of that second, which was
 * this beginning, is taken back. */
enum rc relation_renew(struct tx *tx, const struct relation_row *row, int64_t added_s,
                       struct err *e);
/* One that had ended and has ended once more, later: it had begun again unseen. The row says the
 * later end with added_s = deleted_s, as relation_end_unseen(); event friend_delete or
 * friend_remove. */
enum rc relation_end_again(struct tx *tx, const struct relation_row *row, int64_t at_s,
                           bool by_customer, struct err *e);
/* The end of a friendship of which nothing was known: makes the row with added_s = deleted_s, since
 * its beginning is not known; event friend_delete or friend_remove. The pair has no row. */
enum rc relation_end_unseen(struct tx *tx, int64_t customer_id, int64_t staff_id, int64_t at_s,
                            bool by_customer, struct err *e);
/* A friendship in force is told no more: ends it at at_s, found_missing; event friend_remove. */
enum rc relation_end_found(struct tx *tx, const struct relation_row *row, int64_t at_s,
                           bool *out_ended, struct err *e);
/* What had been found missing must have ended by at_s, since it began again then: moves the end and
 * its event. */
enum rc relation_end_earlier(struct tx *tx, const struct relation_row *row, int64_t at_s,
                             struct err *e);
/* The end of one that had been found missing is heard of: the row says when it was and who, its
 * event is taken back and written as it was. */
enum rc relation_end_heard(struct tx *tx, const struct relation_row *row, int64_t at_s,
                           bool by_customer, struct err *e);
/* A friendship that has just begun may have ended already, as the log knows: the earliest end
 * behind after_s becomes the row's. No event. */
enum rc relation_end_known(struct tx *tx, struct relation_row *row, int64_t after_s, struct err *e);
/* Whether the log has an end of the pair behind after_s and before before_s. */
enum rc relation_ended_between(struct tx *tx, const struct relation_row *row, int64_t after_s,
                               int64_t before_s, bool *out, struct err *e);
/* Event friend_confirm: the earliest of the pair behind after_s and up to to_s, RC_NOT_FOUND (e
 * untouched); and takes back the one at at_s, where there is one. */
enum rc relation_confirmed(struct tx *tx, const struct relation_row *row, int64_t after_s,
                           int64_t to_s, int64_t *out_at_s, struct err *e);
enum rc relation_unconfirm(struct tx *tx, const struct relation_row *row, int64_t at_s,
                           struct err *e);
/* Something of the pair's past that the row does not tell, since later things are known: writes
 * friend_add, friend_delete, friend_remove or friend_confirm at at_s unless the log has it
 * (`out_new` is false). */
enum rc relation_remember(struct tx *tx, const struct relation_row *row, enum event_kind kind,
                          int64_t at_s, bool *out_new, struct err *e);
/* The tags on a relation, ascending. */
enum rc relation_tags(struct tx *tx, int64_t relation_id, int64_t **out, size_t *out_n,
                      struct err *e);
/* Puts a tag on a relation that does not have it, or takes off one that it has: row, event
 * (tag_put, tag_off, with the staff member) and change. */
enum rc relation_tag_put(struct tx *tx, const struct relation_row *row, int64_t tag_id,
                         int64_t at_s, struct err *e);
enum rc relation_tag_off(struct tx *tx, const struct relation_row *row, int64_t tag_id,
                         int64_t at_s, struct err *e);
/* At most `limit` relations that wear a tag. */
enum rc relation_wearing(struct tx *tx, int64_t tag_id, int64_t limit, struct relation_row **out,
                         size_t *out_n, struct err *e);

/* Those of everyone with one of these roots (at most 500): the ones that wear a tag, and the ones
 * in force that the platform has told of, with whether they wear it. */
struct relation_of_root {
    struct relation_row row;
    int64_t root_id;
    bool wears;
};
enum rc relation_wearers(struct tx *tx, const int64_t *roots, size_t n, int64_t tag_id,
                         struct relation_of_root **out, size_t *out_n, struct err *e);
enum rc relation_told_of(struct tx *tx, const int64_t *roots, size_t n, int64_t tag_id,
                         struct relation_of_root **out, size_t *out_n, struct err *e);
/* By its id; RC_NOT_FOUND (e untouched). */
enum rc relation_load(struct tx *tx, int64_t id, struct relation_row *out, struct err *e);
/* How the platform calls the two. RC_NOT_FOUND (e untouched) when it has told of neither. */
enum rc relation_address(struct tx *tx, int64_t id, struct str *out_userid,
                         struct str *out_external_userid, struct err *e);

/* The two as people call them; the customer by the root. RC_NOT_FOUND (e untouched). */
struct relation_names {
    int64_t customer_id, staff_id;
    struct str nickname; /* absent where it is not known */
    struct str staff;
};
enum rc relation_names(struct tx *tx, int64_t id, struct relation_names *out, struct err *e);

struct relation_tag_name {
    int64_t id;
    struct str name;
};
/* A relation of the profile. */
struct relation_card {
    int64_t id, customer_id, staff_id;
    struct str staff;
    int64_t added_s, deleted_s; /* deleted_s: DB_NULL while friends */
    struct str deleted_by;      /* customer, staff; absent while friends */
    struct str
        remark; /* opened; absent when there is none or it is not the account's own staff's */
    struct relation_tag_name *tags;
    size_t tags_n, tags_room;
};
/* All relations of everyone with this root, newest first. Remarks are opened only for scope account
 * 0 or its own staff. */
enum rc relation_cards(struct tx *tx, const struct keyring *keys, int64_t scope_account,
                       int64_t root_id, struct relation_card **out, size_t *out_n, struct err *e);

#endif
