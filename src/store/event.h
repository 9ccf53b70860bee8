/* event — the log: what happened, when, to whom, through what. Append-only.
 *
 * An event is written once and never changed; a correction is a new event, and `retract` takes one
 * event or a whole import back. A retraction carries the customer of what it takes back, so that
 * whoever reads one customer's events sees it; EVENT_LIVE is the condition that leaves retracted
 * events out.
 */
#ifndef KOI_STORE_EVENT_H
#define KOI_STORE_EVENT_H

#include "db/db.h"

/* The kinds built in, as in schema/0001_core.sql. From EVENT_KIND_OWN on they are made by imports.
 */
enum event_kind {
    EVENT_FRIEND_ADD = 1,
    EVENT_FRIEND_DELETE,
    EVENT_FRIEND_REMOVE,
    EVENT_GROUP_JOIN,
    EVENT_GROUP_LEAVE,
    EVENT_TAG_PUT,
    EVENT_TAG_OFF,
    EVENT_STAGE_CHANGE,
    EVENT_TIER_CHANGE,
    EVENT_FIELD_CHANGE,
    EVENT_ORDER,
    EVENT_REFUND,
    EVENT_ITEM,
    EVENT_MESSAGE,
    EVENT_MESSAGE_SENT,
    EVENT_BROADCAST,
    EVENT_VIEW,
    EVENT_CLICK,
    EVENT_SHARE,
    EVENT_CART,
    EVENT_FAVORITE,
    EVENT_COUPON_GIVE,
    EVENT_COUPON_CLAIM,
    EVENT_COUPON_REDEEM,
    EVENT_COUPON_EXPIRE,
    EVENT_MOMENT_LIKE,
    EVENT_MOMENT_COMMENT,
    EVENT_SCAN,
    EVENT_FORM_SUBMIT,
    EVENT_CALL,
    EVENT_VISIT,
    EVENT_BOOKING,
    EVENT_CHECK_IN,
    EVENT_LIVE_WATCH,
    EVENT_REFERRAL,
    EVENT_INVITED,
    EVENT_IDENTITY_ADD,
    EVENT_MERGE,
    EVENT_UNMERGE,
    EVENT_CONSENT_GIVE,
    EVENT_CONSENT_WITHDRAW,
    EVENT_ERASE,
    EVENT_RETRACT,
    EVENT_NOTE,
    EVENT_ORDER_CHANGE,
    EVENT_TOP_UP,
    EVENT_SURVEY_ANSWER,
    EVENT_REFERRAL_CONVERT,
    EVENT_BIND = 60, /* schema/0014_binding.sql */
    EVENT_BIND_TRANSFER,
    EVENT_FRIEND_CONFIRM,     /* schema/0015_heard.sql */
    EVENT_HANDOVER_LOST = 66, /* schema/0017_staff_figures.sql */
    EVENT_KIND_OWN = 100,
    EVENT_KIND_MAX = 255,
};

/* What `object_id` is an id of. */
enum object_kind {
    OBJECT_NONE = 0,
    OBJECT_TAG,
    OBJECT_STAGE,
    OBJECT_TIER,
    OBJECT_FIELD,
    OBJECT_GROUP,
    OBJECT_ORDER,
    OBJECT_PRODUCT,
    OBJECT_COUPON,
    OBJECT_MATERIAL,
    OBJECT_PAGE,
    OBJECT_CUSTOMER,
    OBJECT_IDENTITY,
    OBJECT_AUDIENCE,
    OBJECT_CODE,
    OBJECT_TASK,
    OBJECT_BATCH,
    OBJECT_EVENT,
    OBJECT_RELATION,
};

/* One event. A member that does not apply is 0 (props: absent). */
struct event {
    int64_t customer_id; /* as born; never a merged root's in place of it; 0: nobody known, for a
                            change of an order and the retraction of a batch only */
    int64_t at_s;
    int kind;
    int64_t channel_id, staff_id;
    enum object_kind object_kind;
    int64_t object_id;
    int64_t amount_fen;
    bool has_amount;  /* false: amount_fen is NULL, whatever it holds */
    struct str props; /* JSON for display, no personal data */
    int64_t batch_id; /* the import it came with */
};

/* Appends an event. Writing transactions only. About 2 µs on SQLite. */
enum rc event_add(struct tx *tx, const struct event *ev, struct err *e);

/* What there is in the log that may be equal to some events, so that many are compared at once. */
struct event_peers;
/* In the transaction's arena. One look into the index for all of them, with the session's filters
 * (store/event_filter.h; may be NULL). */
struct event_filters;
enum rc event_peers_read(struct tx *tx, struct event_filters *filters, const struct event *events,
                         size_t n, struct event_peers **out, struct err *e);
/* How many live events have the same customer, second, kind, channel, staff, object and amount, of
 * those that were there when the peers of `ev` were read; one row is read for each of the same
 * customer, second and kind. */
enum rc event_count_equal(struct tx *tx, const struct event_peers *peers, const struct event *ev,
                          int64_t *out, struct err *e);
/* The number of the newest live event of a kind about an object, at a time; RC_NOT_FOUND (e
 * untouched). */
enum rc event_find(struct tx *tx, int64_t customer_id, int64_t at_s, int kind,
                   enum object_kind object_kind, int64_t object_id, int64_t *out_seq,
                   struct err *e);

/* What is looked for: the earliest live event of a kind, of times that are both included. */
struct event_seek {
    int64_t customer_id;
    int64_t from_s, to_s;
    enum event_kind kind;
    int64_t staff_id;  /* 0: whoever */
    int64_t object_id; /* 0: about whatever */
};
struct event_seen {
    int64_t seq, at_s;
    bool found_missing; /* EVENT_FOUND_MISSING is its props */
};
/* RC_NOT_FOUND (e untouched). Reads a row for each of the customer's of that kind and time. */
enum rc event_first(struct tx *tx, const struct event_seek *seek, struct event_seen *out,
                    struct err *e);
/* props of an end that nobody told of: it is when an answer told no more of what had ended. */
#define EVENT_FOUND_MISSING STR("{\"found_missing\":true}")
/* Our clock says when an end was found missing, the platform's when it was. */
enum { EVENT_SKEW_S = 60 };
/* The seconds of one beginning that an answer and a callback tell may differ by this much. */
enum { EVENT_CLOCKS_S = 5 };
/* An end at at_s is heard of: the first end behind it (or up to EVENT_SKEW_S before) was this, if
 * it was found missing and none of the two kinds of beginning lies in between, and is taken back.
 * Of `whose`, kind and times are not looked at. */
enum rc event_unfind(struct tx *tx, const struct event_seek *whose, enum event_kind end,
                     const enum event_kind begins[static 2], int64_t at_s, struct err *e);

/* Takes one event back: `seq` is its number, `customer_id` its customer. Also for a line of an
 * order (order_item.seq). */
enum rc event_retract(struct tx *tx, int64_t seq, int64_t customer_id, int64_t batch_id,
                      struct err *e);
/* Takes back every event of an import with one event of customer 0. The batch is not in state
 * 'done' any more. */
enum rc event_retract_batch(struct tx *tx, int64_t batch_id, struct err *e);

/* The condition, in SQL, that an event (alias `v`) has not been taken back: neither alone nor with
 * its import. A retraction that came with an import which was taken back is void itself. */
#define EVENT_LIVE(v)                                                                              \
    "(" EVENT_BATCH_LIVE(v) " AND NOT EXISTS (SELECT 1 FROM event live_r"                          \
                            " WHERE live_r.customer_id = " v ".customer_id AND live_r.kind = 43"   \
                            " AND live_r.object_kind = 17 AND live_r.object_id = " v ".seq"        \
                            " AND " EVENT_BATCH_LIVE("live_r") "))"
#define EVENT_BATCH_LIVE(v)                                                                        \
    "NOT EXISTS (SELECT 1 FROM batch live_b WHERE live_b.id = " v ".batch_id"                      \
    " AND live_b.state IN ('undoing', 'undone'))"

/* Appends to `change` that a row changed which the mirror holds: `table` is a table of the schema,
 * `customer_id` the customer it hangs on or 0. */
enum rc change_add(struct tx *tx, const char *table, int64_t row_id, int64_t customer_id,
                   struct err *e);

/* The id of a kind by its word, made if it is new (ids from EVENT_KIND_OWN). The word becomes lower
 * case with _ for whatever is not a letter, digit or Chinese. RC_LIMIT when all EVENT_KIND_MAX are
 * used. */
enum rc event_kind_find_or_add(struct tx *tx, struct str name, int *out, struct err *e);

#endif
