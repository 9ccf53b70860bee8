/* contact_apply.c — the rules of contact_apply.h, friendship by friendship.
 *
 * Each friendship has the time of the question whose answer it holds (relation.told_us), and the
 * account that of the last answer with all friendships, so that an older answer neither changes
 * what is there nor brings back what a newer one did not tell. Texts of staff are sealed, so they
 * are compared open. Costs about ten probes a customer and four a friendship where nothing changed.
 */
#include "domain/contact_apply.h"

#include "domain/binding.h"
#include "domain/code_apply.h"
#include "domain/directory_apply.h"
#include "domain/profile.h"
#include "domain/tag_wish.h"
#include "store/directory.h"
#include "store/outbox.h"
#include "store/relation.h"
#include "store/source.h"
#include "store/tag_library.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

/* An answer may lag behind what the platform has said by callback. */
enum { LAG_S = 60 };

/* ---- who ---- */

enum rc contact_find(struct tx *tx, const struct keyring *keys, struct str external_userid,
                     struct str unionid, const struct customer_new *fresh,
                     struct identity_answer *out_answer, struct identity_told *out, struct err *e)
{
    struct identity list[2] = {{IDENTITY_EXTERNAL_USERID, STR(""), STR_ABSENT},
                               {IDENTITY_UNIONID, STR(""), STR_ABSENT}};
    struct arena *a = tx_arena(tx);
    if (!identity_normalise(a, IDENTITY_EXTERNAL_USERID, external_userid, &list[0].value)) {
        err_set(e, RC_INVALID, "external_userid", "external_userid",
                "external_userid 不是有效的编号", "external_userid is no id");
        err_hint(e, "请重新向企业微信查询这位客户", "ask WeCom for this customer again");
        return RC_INVALID;
    }
    bool two = identity_normalise(a, IDENTITY_UNIONID, unionid, &list[1].value);
    enum rc rc = identity_resolve(tx, keys, list, two ? 2 : 1, fresh, out_answer, e);
    if (rc != RC_OK || out_answer->erased)
        return rc;
    uint8_t hash[SECRET_INDEX_BYTES];
    identity_hash(keys, IDENTITY_EXTERNAL_USERID, list[0].value, hash);
    rc = identity_told(tx, IDENTITY_EXTERNAL_USERID, STR(""), hash, out, e);
    assert(rc != RC_NOT_FOUND); /* it was just found or added */
    return rc;
}

/* ---- where from ---- */

/* WeCom's ways of adding, by its numbers; the names are what people read. */
static const struct {
    int64_t way;
    const char *name, *kind;
} WAYS[] = {
    {1, "扫描二维码", "code"},
    {2, "搜索手机号", "search"},
    {3, "名片分享", "introduction"},
    {4, "群聊添加", "other"},
    {5, "手机通讯录", "other"},
    {6, "微信联系人", "other"},
    {8, "安装第三方应用", "other"},
    {9, "搜索邮箱", "search"},
    {10, "视频号添加", "live"},
    {11, "日程参与人", "other"},
    {12, "会议参与人", "other"},
    {13, "微信好友的企业微信", "other"},
    {14, "智慧硬件客服", "other"},
    {15, "上门服务客服", "offline"},
    {16, "获客链接", "link"},
    {17, "定制开发", "other"},
    {18, "需求回复", "other"},
    {21, "第三方售前客服", "other"},
    {22, "可能的商务伙伴", "other"},
    {24, "接受微信账号的申请", "other"},
    {201, "内部成员共享", "introduction"},
    {202, "管理员分配", "other"},
};

enum rc contact_source(struct tx *tx, struct str state, int64_t add_way, int64_t *out,
                       struct err *e)
{
    struct arena *a = tx_arena(tx);
    const char *kind = add_way == 16 ? "link" : add_way == 0 ? "group_code" : "code";
    if (!str_empty(state)) {
        enum rc rc = code_source(tx, state, out, e);
        if (rc != RC_NOT_FOUND)
            return rc;
        return source_of_key(tx, arena_printf(a, "state:" STR_FMT, STR_ARG(state)), state,
                             str_from(kind), out, e);
    }
    *out = 0;
    for (size_t i = 0; i < sizeof WAYS / sizeof *WAYS; i++)
        if (WAYS[i].way == add_way)
            return source_of_key(tx, arena_printf(a, "add_way:%" PRId64, add_way),
                                 str_from(WAYS[i].name), str_from(WAYS[i].kind), out, e);
    return RC_OK;
}

/* ---- one customer ---- */

struct contact {
    struct tx *tx;
    const struct keyring *keys;
    const struct told_contact *told;
    int64_t asked_s;
    struct identity_answer who;
    struct identity_told account;
    bool older_than_all; /* all friendships were told by a later answer */
    struct contact_applied *out;
};

/* The friendship that began first: it says when we heard of them, and from where. */
static const struct told_follow *first_follow(const struct told_contact *told)
{
    const struct told_follow *first = NULL;
    for (size_t i = 0; i < told->follows_n; i++)
        if (first == NULL || told->follows[i].added_s < first->added_s)
            first = &told->follows[i];
    return first;
}

static struct str gender_of(int64_t gender)
{
    return gender == 1 ? STR("male") : gender == 2 ? STR("female") : STR_ABSENT;
}

static enum rc find_who(struct contact *c, struct err *e)
{
    const struct told_follow *first = first_follow(c->told);
    struct customer_new fresh = CUSTOMER_NEW;
    fresh.nickname = str_empty(c->told->name) ? STR_ABSENT : c->told->name;
    fresh.gender = gender_of(c->told->gender);
    fresh.first_s = first == NULL || first->added_s > c->asked_s ? c->asked_s : first->added_s;
    enum rc rc = RC_OK;
    if (first != NULL)
        rc = contact_source(c->tx, first->state, first->add_way, &fresh.source_id, e);
    if (rc == RC_OK)
        rc = contact_find(c->tx, c->keys, c->told->external_userid, c->told->unionid, &fresh,
                          &c->who, &c->account, e);
    return rc;
}

static bool same_hash(struct str kept, const uint8_t hash[static SECRET_INDEX_BYTES])
{
    return str_eq(kept, (struct str){(const char *)hash, SECRET_INDEX_BYTES});
}

/* What the platform says of the person, unless it said so before or a later answer is known. */
static enum rc apply_profile(struct contact *c, struct err *e)
{
    struct identity_told *account = &c->account;
    struct arena *a = tx_arena(c->tx);
    const struct told_contact *told = c->told;
    uint8_t hash[SECRET_INDEX_BYTES];
    struct customer root;
    if (account->told_us != DB_NULL && account->told_us >= told->asked_us)
        return RC_OK;
    secret_index(c->keys, STR("identity.told"),
                 arena_printf(a, "%" PRId64 "\n" STR_FMT, told->gender, STR_ARG(told->name)), hash);
    enum rc rc = RC_OK;
    if (!same_hash(account->hash, hash) && !c->who.made) {
        struct profile_change change = {
            .nickname_given = !str_empty(told->name),
            .nickname = told->name,
            .gender_given = told->gender != 0,
            .gender = gender_of(told->gender),
        };
        rc = customer_root_of(c->tx, account->customer_id, &c->who.root_id, e);
        if (rc == RC_OK)
            rc = customer_load(c->tx, c->who.root_id, &root, e);
        if (rc == RC_OK)
            rc = profile_change(c->tx, c->keys, &root, &change, e);
    }
    account->hash = arena_str(a, (struct str){(const char *)hash, sizeof hash});
    account->told_us = told->asked_us;
    if (told->type != 0)
        account->type = told->type;
    return rc;
}

/* ---- one friendship ---- */

/* A text of staff: what is kept after it was told; `out_changed` may be set. */
static enum rc seal_told(struct contact *c, const char *place, struct str told, struct str *kept,
                         struct err *e)
{
    struct arena *a = tx_arena(c->tx);
    struct str now = STR_ABSENT;
    if (str_absent(told))
        return RC_OK;
    if (!str_absent(*kept)) {
        enum rc rc = secret_open(c->keys, str_from(place), *kept, a, &now, e);
        if (rc != RC_OK)
            return rc;
    }
    if (str_eq(now, told)) /* none and empty are one */
        return RC_OK;
    *kept = str_empty(told) ? STR_ABSENT : secret_seal(c->keys, str_from(place), told, a);
    return RC_OK;
}

/* Another beginning than the row says; `row` is how it then stands. */
static enum rc renew(struct contact *c, struct relation_row *row, int64_t added_s, struct err *e)
{
    c->out->begun++;
    enum rc rc = relation_renew(c->tx, row, added_s, e);
    return rc == RC_OK ? relation_find(c->tx, row->customer_id, row->staff_id, row, e) : rc;
}

/* A friendship is told although it has ended. It may have begun again before that end, unseen. */
static enum rc told_ended(struct contact *c, struct relation_row *row, int64_t added_s,
                          struct err *e)
{
    if (row->told_us == DB_NULL || added_s <= row->added_s + EVENT_CLOCKS_S)
        return RC_OK;
    return renew(c, row, added_s, e);
}

/* A pair that is no pair of friends as far as we know, told as one since told->added_s. */
static enum rc begin_told(struct contact *c, const struct told_follow *told, int64_t source_id,
                          struct relation_row *row, struct err *e)
{
    int64_t added_s = told->added_s;
    bool known = row->id != 0, begun = false;
    enum rc rc = RC_OK;
    if (known && row->found_missing && added_s > row->added_s && added_s <= row->deleted_s) {
        /* a half friend is told of when they are confirmed, as a friend since the beginning */
        rc = relation_end_earlier(c->tx, row, added_s, e);
    } else if (known && added_s <= row->deleted_s) {
        if (row->by_customer || c->asked_s <= row->deleted_s + LAG_S)
            return told_ended(c, row, added_s, e);
        if (added_s < row->deleted_s)
            added_s = c->asked_s; /* it stands after all; since when is not known */
    }
    if (rc == RC_OK && known)
        rc = relation_unconfirm(c->tx, row, added_s, e);
    if (rc == RC_OK)
        rc = relation_begin(c->tx, row->customer_id, row->staff_id, added_s, source_id, 0, &begun,
                            e);
    c->out->begun += begun;
    if (rc == RC_OK)
        rc = relation_find(c->tx, row->customer_id, row->staff_id, row, e);
    if (rc != RC_OK || !known || !begun)
        return rc;
    /* an end behind the question may have been heard of already */
    return relation_end_known(c->tx, row, added_s > c->asked_s ? added_s : c->asked_s, e);
}

/* Begins what is new or has begun again; in `row` (id 0: none) how it then stands. */
static enum rc apply_standing(struct contact *c, const struct told_follow *told, int64_t source_id,
                              struct relation_row *row, struct err *e)
{
    bool known = row->id != 0, stands = known && row->deleted_s == DB_NULL;
    bool unseen = known && row->began_unseen && told->added_s <= row->deleted_s, other = false;
    enum rc rc = RC_OK;
    if (unseen) /* an old answer may tell of one that ended before the row's began */
        rc = relation_ended_between(c->tx, row, told->added_s, row->deleted_s, &other, e);
    if (rc != RC_OK)
        return rc;
    if (!stands && (!unseen || other))
        return begin_told(c, told, source_id, row, e);
    /* a row of an import has a beginning that people wrote down: it is no other friendship */
    if (stands && (row->told_us == DB_NULL || told->added_s <= row->added_s))
        return RC_OK;
    return renew(c, row, told->added_s, e);
}

static bool has(const int64_t *ids, size_t n, int64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (ids[i] == id)
            return true;
    return false;
}

/* Takes out of both lists what the answer says nothing about: tags put on or taken off here, of
 * which the platform was not told when it was asked. What is in both stays, and costs nothing. */
static enum rc leave_ours(struct contact *c, const struct relation_row *row, int64_t *on,
                          size_t *on_n, int64_t *want, size_t *want_n, struct err *e)
{
    bool same = *on_n == *want_n;
    for (size_t i = 0; i < *on_n && same; i++)
        same = has(want, *want_n, on[i]);
    int64_t *ours = NULL;
    size_t n = 0, kept = 0;
    if (same)
        return RC_OK;
    enum rc rc = outbox_counts(c->tx, STR(TAG_WISH_MARK), tag_wish_key(c->tx, row->id),
                               c->told->asked_us, &ours, &n, e);
    for (size_t i = 0; rc == RC_OK && i < *on_n; i++)
        if (!has(ours, n, on[i]))
            on[kept++] = on[i];
    *on_n = rc == RC_OK ? kept : *on_n;
    kept = 0;
    for (size_t i = 0; rc == RC_OK && i < *want_n; i++)
        if (!has(ours, n, want[i]))
            want[kept++] = want[i];
    *want_n = rc == RC_OK ? kept : *want_n;
    return rc;
}

static enum rc apply_tags(struct contact *c, const struct told_follow *told,
                          const struct relation_row *row, struct err *e)
{
    struct arena *a = tx_arena(c->tx);
    int64_t *on = NULL, *want = ARENA_ARRAY(a, int64_t, told->tag_ids_n + 1);
    size_t on_n = 0, want_n = 0;
    struct tag tag;
    enum rc rc = relation_tags(c->tx, row->id, &on, &on_n, e);
    for (size_t i = 0; rc == RC_OK && i < told->tag_ids_n; i++) {
        rc = tag_library_tag(c->tx, told->tag_ids[i], &tag, e);
        if (rc == RC_OK && !has(want, want_n, tag.id))
            want[want_n++] = tag.id;
        c->out->unknown_tags += rc == RC_NOT_FOUND;
        rc = rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    if (rc == RC_OK)
        rc = leave_ours(c, row, on, &on_n, want, &want_n, e);
    for (size_t i = 0; rc == RC_OK && i < want_n; i++) {
        if (has(on, on_n, want[i]))
            continue;
        c->out->tagged++;
        rc = relation_tag_put(c->tx, row, want[i], c->asked_s, e);
    }
    for (size_t i = 0; rc == RC_OK && i < on_n; i++) {
        if (has(want, want_n, on[i]))
            continue;
        c->out->untagged++;
        rc = relation_tag_off(c->tx, row, on[i], c->asked_s, e);
    }
    return rc;
}

/* With the account beside them, so that they add to it or propose. */
static enum rc apply_phones(struct contact *c, const struct told_follow *told, struct err *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < told->mobiles_n; i++) {
        struct identity list[2] = {
            {IDENTITY_EXTERNAL_USERID, STR(""), str_trim(c->told->external_userid)},
            {IDENTITY_PHONE, STR(""), STR_ABSENT}};
        struct customer_new fresh = CUSTOMER_NEW;
        struct identity_answer answer;
        if (!identity_normalise(tx_arena(c->tx), IDENTITY_PHONE, told->mobiles[i], &list[1].value))
            continue;
        rc = identity_resolve(c->tx, c->keys, list, 2, &fresh, &answer, e);
        c->out->proposals += rc == RC_OK ? answer.proposals : 0;
    }
    return rc;
}

static enum rc apply_follow(struct contact *c, const struct told_follow *told, struct err *e)
{
    struct relation_row row;
    int64_t staff_id, source_id, begun = c->out->begun;
    enum rc rc = directory_staff_of(c->tx, told->userid, &staff_id, e);
    if (rc == RC_OK)
        rc = relation_find(c->tx, c->account.customer_id, staff_id, &row, e);
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return rc;
    if (rc == RC_NOT_FOUND)
        row = (struct relation_row){.customer_id = c->account.customer_id,
                                    .staff_id = staff_id,
                                    .deleted_s = DB_NULL,
                                    .told_us = DB_NULL};
    bool known = row.told_us != DB_NULL;
    if (known && row.told_us == c->told->asked_us)
        return RC_OK; /* this very answer */
    if (c->older_than_all || (known && row.told_us > c->told->asked_us)) {
        c->out->stale++;
        return RC_OK;
    }
    rc = contact_source(c->tx, told->state, told->add_way, &source_id, e);
    if (rc == RC_OK)
        rc = apply_standing(c, told, source_id, &row, e);
    if (rc == RC_OK)
        rc = seal_told(c, "relation.remark", told->remark, &row.remark_sealed, e);
    if (rc == RC_OK)
        rc = seal_told(c, "relation.description", told->description, &row.description_sealed, e);
    if (rc != RC_OK)
        return rc;
    row.add_way = told->add_way;
    row.told_us = c->told->asked_us;
    if (source_id != 0)
        row.source_id = source_id;
    rc = relation_tell(c->tx, &row, e);
    if (rc == RC_OK && told->tags_told)
        rc = apply_tags(c, told, &row, e);
    if (rc == RC_OK && (row.deleted_s == DB_NULL || c->out->begun > begun))
        rc = binding_touch(c->tx,
                           &(struct binding_touch){.customer_id = row.customer_id,
                                                   .staff_id = staff_id,
                                                   .source_id = source_id,
                                                   .at_s = row.added_s},
                           e);
    if (rc == RC_OK && c->out->begun > begun)
        rc = code_friend(c->tx, c->keys, told->state, &row, c->who.made, e);
    return rc == RC_OK ? apply_phones(c, told, e) : rc;
}

static bool told_since(const struct relation_row *row, int64_t asked_us)
{
    return row->told_us != DB_NULL && row->told_us >= asked_us;
}

/* One that a customer ended goes on being told: who is told no more was removed by the staff. */
enum rc contact_end_missing(struct tx *tx, struct relation_row *row, int64_t asked_us,
                            bool *out_ended, struct err *e)
{
    int64_t asked_s = asked_us / 1000000;
    *out_ended = false;
    if (row->deleted_s != DB_NULL || told_since(row, asked_us) || row->added_s + LAG_S > asked_s)
        return RC_OK;
    enum rc rc = relation_end_found(tx, row, asked_s, out_ended, e);
    if (rc == RC_OK && *out_ended)
        rc = binding_end(tx, row->customer_id, row->staff_id, asked_s, e);
    row->told_us = asked_us;
    return rc == RC_OK ? relation_tell(tx, row, e) : rc;
}

/* Those that a complete answer does not tell. */
static enum rc end_missing(struct contact *c, struct err *e)
{
    struct relation_row *rows = NULL;
    size_t n = 0;
    enum rc rc = relation_in_force(c->tx, c->account.customer_id, &rows, &n, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        bool ended;
        rc = contact_end_missing(c->tx, &rows[i], c->told->asked_us, &ended, e);
        c->out->ended += ended;
    }
    return rc;
}

static enum rc apply_all(struct contact *c, struct err *e)
{
    struct identity_told before = c->account;
    enum rc rc = apply_profile(c, e);
    for (size_t i = 0; rc == RC_OK && i < c->told->follows_n; i++)
        rc = apply_follow(c, &c->told->follows[i], e);
    if (rc == RC_OK && c->told->complete && !c->older_than_all &&
        c->account.complete_us != c->told->asked_us) {
        rc = end_missing(c, e);
        c->account.complete_us = c->told->asked_us;
    }
    bool same =
        before.told_us == c->account.told_us && before.complete_us == c->account.complete_us;
    return rc == RC_OK && !same ? identity_tell(c->tx, &c->account, e) : rc;
}

enum rc contact_apply(struct tx *tx, const struct keyring *keys, const struct told_contact *told,
                      struct contact_applied *out, struct err *e)
{
    assert(tx_is_writing(tx) && told->asked_us > 0);
    *out = (struct contact_applied){0};
    struct contact c = {
        .tx = tx, .keys = keys, .told = told, .asked_s = told->asked_us / 1000000, .out = out};
    enum rc rc = find_who(&c, e);
    if (rc != RC_OK)
        return rc;
    out->erased = c.who.erased;
    out->made = c.who.made;
    out->merges = c.who.merges;
    out->proposals = c.who.proposals;
    if (out->erased)
        return RC_OK;
    out->customer_id = c.account.customer_id;
    c.older_than_all = c.account.complete_us != DB_NULL && c.account.complete_us > told->asked_us;
    return apply_all(&c, e);
}

/* ---- all of a member of staff ---- */

enum rc contact_untold(struct tx *tx, struct str userid, int64_t asked_us, int64_t after,
                       int64_t **out_customers, size_t *out_n, struct err *e)
{
    struct staff_row staff;
    struct relation_row *rows = NULL;
    size_t n = 0;
    enum rc rc = directory_find_staff(tx, userid, &staff, e);
    if (rc == RC_OK)
        rc = relation_untold(tx, staff.id, asked_us, after, CONTACT_UNTOLD, &rows, &n, e);
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return rc;
    int64_t *list = ARENA_ARRAY(tx_arena(tx), int64_t, n + 1);
    for (size_t i = 0; i < n; i++)
        list[i] = rows[i].customer_id;
    *out_customers = list;
    *out_n = n;
    return RC_OK;
}

enum rc contact_apply_untold(struct tx *tx, struct str userid, int64_t asked_us,
                             const int64_t *customers, size_t n, int64_t *out_ended, struct err *e)
{
    assert(tx_is_writing(tx) && asked_us > 0);
    struct staff_row staff;
    struct relation_row row;
    int64_t sum = 0;
    enum rc rc = directory_find_staff(tx, userid, &staff, e);
    if (rc == RC_NOT_FOUND)
        n = 0;
    else if (rc != RC_OK)
        return rc;
    for (size_t i = 0; i < n; i++) {
        bool ended = false;
        rc = relation_find(tx, customers[i], staff.id, &row, e);
        if (rc == RC_OK)
            rc = contact_end_missing(tx, &row, asked_us, &ended, e);
        if (rc != RC_OK && rc != RC_NOT_FOUND)
            return rc;
        sum += ended;
    }
    *out_ended = sum;
    return RC_OK;
}

/* ---- one pair ---- */

enum rc contact_pair(struct tx *tx, const struct keyring *keys, struct str external_userid,
                     struct str userid, struct relation_row *out, struct err *e)
{
    struct str value;
    int64_t customer_id;
    struct staff_row staff;
    uint8_t hash[SECRET_INDEX_BYTES];
    if (!identity_normalise(tx_arena(tx), IDENTITY_EXTERNAL_USERID, external_userid, &value))
        return RC_NOT_FOUND;
    identity_hash(keys, IDENTITY_EXTERNAL_USERID, value, hash);
    enum rc rc = identity_find(tx, IDENTITY_EXTERNAL_USERID, STR(""), hash, &customer_id, e);
    if (rc == RC_OK)
        rc = directory_find_staff(tx, userid, &staff, e);
    return rc == RC_OK ? relation_find(tx, customer_id, staff.id, out, e) : rc;
}

enum rc contact_knows(struct tx *tx, const struct keyring *keys, struct str external_userid,
                      struct str userid, bool *out, struct err *e)
{
    struct relation_row row;
    enum rc rc = contact_pair(tx, keys, external_userid, userid, &row, e);
    *out = rc == RC_OK;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}
