/* contact_heard.c — the rules of contact_heard.h: what a row says already, what it says from now
 * on, and what only the log remembers. Costs about ten probes and a look or two into the index of
 * events.
 */
#include "domain/contact_heard.h"

#include "domain/binding.h"
#include "domain/code_apply.h"
#include "domain/contact_apply.h"
#include "domain/directory_apply.h"
#include "store/relation.h"

#include <assert.h>

/* Two of whom a callback speaks. */
struct known {
    int64_t customer_id; /* as born; 0: an erased person */
    int64_t staff_id;
    bool made; /* the customer was, just now */
    struct identity_told account;
};

/* Makes both known. */
static enum rc know_pair(struct tx *tx, const struct keyring *keys, struct str external_userid,
                         struct str userid, int64_t source_id, int64_t at_s, struct known *out,
                         struct err *e)
{
    struct customer_new fresh = CUSTOMER_NEW;
    struct identity_answer who;
    fresh.first_s = at_s;
    fresh.source_id = source_id;
    *out = (struct known){0};
    enum rc rc =
        contact_find(tx, keys, external_userid, STR_ABSENT, &fresh, &who, &out->account, e);
    if (rc == RC_OK)
        rc = directory_staff_of(tx, userid, &out->staff_id, e);
    if (rc != RC_OK || who.erased)
        return rc;
    out->customer_id = out->account.customer_id;
    out->made = who.made;
    return RC_OK;
}

/* ---- ends ---- */

/* Somebody of the past whom nobody knows: an end is all that is known of the two. */
static enum rc end_unseen(struct tx *tx, const struct keyring *keys, struct str external_userid,
                          struct str userid, int64_t at_s, bool by_customer, struct err *e)
{
    struct known two;
    enum rc rc = know_pair(tx, keys, external_userid, userid, 0, at_s, &two, e);
    if (rc != RC_OK || two.customer_id == 0)
        return rc;
    return relation_end_unseen(tx, two.customer_id, two.staff_id, at_s, by_customer, e);
}

/* An end within the time that the row tells of: it stands, or was found missing later. */
static enum rc end_within(struct tx *tx, const struct relation_row *row, int64_t at_s,
                          bool by_customer, bool *out_new, struct err *e)
{
    enum event_kind kind = relation_kind_of_end(by_customer);
    int64_t again_s, to_s = row->deleted_s == DB_NULL ? INT64_MAX : row->deleted_s + EVENT_SKEW_S;
    enum rc rc = relation_confirmed(tx, row, at_s, to_s, &again_s, e);
    if (rc == RC_OK) { /* they became friends again behind it */
        rc = relation_remember(tx, row, kind, at_s, out_new, e);
        return rc == RC_OK ? relation_renew(tx, row, again_s, e) : rc;
    }
    if (rc != RC_NOT_FOUND)
        return rc;
    *out_new = true;
    if (row->found_missing)
        return relation_end_heard(tx, row, at_s, by_customer, e);
    return relation_end(tx, row->customer_id, row->staff_id, at_s, by_customer, out_new, e);
}

/* The end of a known pair; `out_new`: it was not known. */
static enum rc end_known(struct tx *tx, const struct relation_row *row, int64_t at_s,
                         bool by_customer, bool *out_new, struct err *e)
{
    enum event_kind kind = relation_kind_of_end(by_customer);
    bool ended = row->deleted_s != DB_NULL;
    bool later = ended && at_s > row->deleted_s + (row->found_missing ? EVENT_SKEW_S : 0);
    *out_new = false;
    if (!later && at_s >= row->added_s && (!ended || row->found_missing))
        return end_within(tx, row, at_s, by_customer, out_new, e);
    /* staff tidy up whoever has left them: that ends nothing more */
    bool tidied = ended && row->by_customer && !by_customer;
    if (!later || tidied)
        return relation_remember(tx, row, kind, at_s, out_new, e);
    *out_new = true; /* it had begun again, unseen */
    return relation_end_again(tx, row, at_s, by_customer, e);
}

enum rc contact_heard_ended(struct tx *tx, const struct keyring *keys, struct str external_userid,
                            struct str userid, int64_t at_s, bool by_customer,
                            enum contact_end *out, struct err *e)
{
    assert(tx_is_writing(tx));
    struct relation_row row;
    bool ended = false;
    enum rc rc = contact_pair(tx, keys, external_userid, userid, &row, e);
    if (rc == RC_NOT_FOUND) {
        *out = CONTACT_UNKNOWN;
        return end_unseen(tx, keys, external_userid, userid, at_s, by_customer, e);
    }
    if (rc == RC_OK)
        rc = end_known(tx, &row, at_s, by_customer, &ended, e);
    if (rc == RC_OK && ended)
        rc = binding_end(tx, row.customer_id, row.staff_id, at_s, e);
    if (rc == RC_OK)
        *out = ended ? CONTACT_ENDED : CONTACT_ENDED_BEFORE;
    return rc;
}

/* ---- beginnings ---- */

static enum rc begin(struct tx *tx, struct relation_row *row, int64_t at_s, int64_t source_id,
                     bool *out_new, struct err *e)
{
    enum rc rc =
        relation_begin(tx, row->customer_id, row->staff_id, at_s, source_id, 0, out_new, e);
    if (rc == RC_OK)
        rc = relation_find(tx, row->customer_id, row->staff_id, row, e);
    row->told_us = at_s * 1000000;
    if (rc == RC_OK)
        rc = relation_tell(tx, row, e);
    return rc == RC_OK ? relation_end_known(tx, row, at_s, e) : rc;
}

/* `row` (id 0: none) and the log learn of a beginning; `out_new`: it was not known. */
static enum rc begin_heard(struct tx *tx, struct relation_row *row, int64_t at_s, int64_t source_id,
                           bool *out_new, struct err *e)
{
    bool ended = row->deleted_s != DB_NULL;
    *out_new = false;
    if (row->id == 0 || (ended && at_s > row->deleted_s))
        return begin(tx, row, at_s, source_id, out_new, e);
    bool other = false; /* the beginning of one that ended before the row's began, unseen */
    enum rc rc = RC_OK;
    if (row->began_unseen)
        rc = relation_ended_between(tx, row, at_s, row->deleted_s, &other, e);
    if (rc != RC_OK)
        return rc;
    if (row->began_unseen && !other) {
        *out_new = true;
        rc = relation_renew(tx, row, at_s, e);
        row->added_s = at_s;
        row->began_unseen = false;
        row->told_us = row->told_us < at_s * 1000000 ? at_s * 1000000 : row->told_us;
        return rc == RC_OK ? relation_tell(tx, row, e) : rc;
    }
    if (!other && at_s - row->added_s <= EVENT_CLOCKS_S && row->added_s - at_s <= EVENT_CLOCKS_S)
        return RC_OK;
    enum event_kind kind = at_s < row->added_s ? EVENT_FRIEND_ADD : EVENT_FRIEND_CONFIRM;
    rc = relation_remember(tx, row, kind, at_s, out_new, e);
    *out_new = *out_new && kind == EVENT_FRIEND_ADD;
    return rc;
}

enum rc contact_heard_begun(struct tx *tx, const struct keyring *keys, struct str external_userid,
                            struct str userid, struct str state, int64_t at_s, bool *out_begun,
                            struct err *e)
{
    assert(tx_is_writing(tx));
    struct relation_row row = {0};
    int64_t source_id;
    struct known two;
    bool over;
    *out_begun = false;
    /* the way is not told; a state is of a code or link */
    enum rc rc = contact_source(tx, state, str_empty(state) ? 0 : 1, &source_id, e);
    if (rc == RC_OK)
        rc = know_pair(tx, keys, external_userid, userid, source_id, at_s, &two, e);
    if (rc != RC_OK || two.customer_id == 0)
        return rc;
    rc = relation_find(tx, two.customer_id, two.staff_id, &row, e);
    if (rc == RC_NOT_FOUND) {
        row = (struct relation_row){
            .customer_id = two.customer_id, .staff_id = two.staff_id, .deleted_s = DB_NULL};
        rc = RC_OK;
    }
    if (rc == RC_OK)
        rc = begin_heard(tx, &row, at_s, source_id, out_begun, e);
    if (rc != RC_OK || !*out_begun)
        return rc;
    /* An answer with all friendships did not tell of it although it was asked for later. */
    if (two.account.complete_us != DB_NULL)
        rc = contact_end_missing(tx, &row, two.account.complete_us, &over, e);
    if (rc == RC_OK)
        rc = binding_touch(tx,
                           &(struct binding_touch){.customer_id = two.customer_id,
                                                   .staff_id = two.staff_id,
                                                   .source_id = source_id,
                                                   .at_s = at_s},
                           e);
    return rc == RC_OK ? code_friend(tx, keys, state, &row, two.made, e) : rc;
}
