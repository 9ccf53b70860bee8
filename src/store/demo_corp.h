/* demo_corp — the demo corp as the simulator of WeCom is to know it (docs/DEMO.md, "Live"): its
 * departments, staff, groups and tags, and its customers by pages. Only for a demo corp: accounts
 * of real people are shown by nothing here.
 */
#ifndef KOI_STORE_DEMO_CORP_H
#define KOI_STORE_DEMO_CORP_H

#include "db/db.h"

/* A row of any of the lists below: texts and numbers by the list's own columns. A text is absent
 * where the row has none. */
struct demo_corp_row {
    struct str text[4];
    int64_t number[3];
};

enum demo_corp_list {
    DEMO_CORP_DEPARTMENTS, /* id, parent's id, name; position. Parents first */
    DEMO_CORP_STAFF,       /* userid, name, title, department's id */
    DEMO_CORP_GROUPS,      /* chat_id, name, owner's userid; created_s */
    DEMO_CORP_TAGS,        /* group, name */
};
/* All rows of a list, in the transaction's arena. Ids are those the platform has. */
enum rc demo_corp_list(struct tx *tx, enum demo_corp_list which, struct demo_corp_row **out,
                       size_t *out_n, struct err *e);

enum demo_corp_part {
    DEMO_CORP_CUSTOMERS, /* external_userid, nickname, gender; id */
    DEMO_CORP_FRIENDS,   /* userid; customer's id, added_s, 1 where the customer has ended it */
    DEMO_CORP_MEMBERS,   /* chat_id, inviter's userid; customer's id, joined_s */
};
/* The rows of a part for customers behind `after` and up to `last`, by customer. Friendships that
 * the staff ended, and members who left, are not told. */
enum rc demo_corp_part(struct tx *tx, enum demo_corp_part which, int64_t after, int64_t last,
                       struct demo_corp_row **out, size_t *out_n, struct err *e);
/* The id of the last of at most `limit` customers behind `after`; 0: there is none. */
enum rc demo_corp_last(struct tx *tx, int64_t after, int64_t limit, int64_t *out, struct err *e);

#endif
