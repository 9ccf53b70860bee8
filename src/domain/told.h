/* told — what a platform says about the corp, as plain values: for the functions that make it the
 * corp's rows (directory_apply, tag_apply, contact_apply, group_apply).
 *
 * Ids are the platform's own texts. An absent text is not told and leaves what is there; an empty
 * one says that there is none. `asked_us` is when the question was sent, by our clock: of two
 * answers the later question counts, in whatever order they are applied. Texts and lists are
 * borrowed.
 */
#ifndef KOI_DOMAIN_TOLD_H
#define KOI_DOMAIN_TOLD_H

#include "base/str.h"

struct told_department {
    struct str id, parent_id; /* of the topmost that is visible the parent is not among them */
    struct str name;
    int64_t order; /* larger first */
};

enum told_staff_status { /* WeCom's numbers */
                         TOLD_STAFF_ACTIVE = 1,
                         TOLD_STAFF_DISABLED = 2,
                         TOLD_STAFF_NOT_ACTIVATED = 4,
                         TOLD_STAFF_LEFT = 5,
};

struct told_staff {
    struct str userid, name, alias, position;
    struct str main_department;    /* absent or empty: the first of `departments` */
    const struct str *departments; /* ids */
    size_t departments_n;
    int64_t status; /* enum told_staff_status; 0: not told */
};

struct told_tag {
    struct str id, name;
    int64_t order; /* larger first */
    bool deleted;
};
struct told_tag_group {
    struct str id, name;
    int64_t order;
    bool deleted;
    const struct told_tag *tags;
    size_t tags_n;
};

/* A friendship as the platform tells it. */
struct told_follow {
    struct str userid, remark, description, company;
    int64_t added_s;
    int64_t add_way;        /* WeCom's number, kept as it is; 0: unknown */
    struct str state;       /* of the code or link through which they came; empty: none */
    struct str oper_userid; /* who began it: a userid, or the customer's own id */
    const struct str *mobiles;
    size_t mobiles_n;
    const struct str *tag_ids; /* the corp's tags, all of them */
    size_t tag_ids_n;
    bool tags_told; /* false: nothing is said about tags */
};

struct told_contact {
    struct str external_userid, unionid, name, corp_name;
    int64_t gender; /* 0 unknown, 1 male, 2 female */
    int64_t type;   /* 1 a WeChat user, 2 a WeCom user; 0: not told */
    const struct told_follow *follows;
    size_t follows_n;
    bool complete; /* `follows` are all there are, so whoever is missing is no friend any more */
    int64_t asked_us;
};

struct told_member {
    struct str id; /* userid of a member of staff, else external_userid */
    bool is_staff;
    struct str unionid, name, state;
    struct str inviter; /* a userid; absent or empty: nobody of the corp */
    int64_t joined_s;
    int64_t join_scene; /* WeCom's number: 1 invited, 2 by link, 3 by code; 0: not told */
};
/* A customer group with all of its members. */
struct told_group {
    struct str chat_id, name, owner, notice, version;
    int64_t created_s;
    const struct told_member *members;
    size_t members_n;
    int64_t asked_us;
};

#endif
