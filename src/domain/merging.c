/* merging.c — merges and their exact undoing.
 *
 * Merges in force are edges of trees (store/merge.h). What a customer's profile holds is its own
 * values with the fills of the merges into it applied in order of time; each merge's row remembers
 * what its fill replaced and by what. So a merge can leave the middle of such a chain: the fills of
 * the merges from it on are unwound, newest first, and all but it are applied again. Where that
 * changed the profile and the customer is itself merged into another, the same happens one step up.
 * A column that was changed by hand since no longer holds what the fill wrote, so unwinding passes
 * it by.
 *
 * Invariant, which test/unit/store_merge.c compares with a naive model: after any sequence of
 * merges and undoings, roots and profiles are those of the merges still in force, applied in order
 * to untouched customers. Cost: a few rows for each merge into the customers on the way up;
 * families are small.
 */
#include "domain/merging.h"

#include "base/json.h"
#include "base/limits.h"
#include "domain/binding.h"
#include "store/customer.h"
#include "store/customer_stats.h"
#include "store/event.h"
#include "store/ids.h"
#include "store/merge.h"

#include <assert.h>
#include <inttypes.h>
#include <stddef.h>

/* ---- the columns that a merge fills ---- */

enum rule { FILL_TEXT, FILL_BYTES, FILL_INT, FILL_EARLIEST, FILL_LARGEST };

static const struct column {
    const char *name;
    enum rule rule;
    size_t offset; /* in struct customer */
} columns[] = {
    {"nickname", FILL_TEXT, offsetof(struct customer, nickname)},
    {"name_sealed", FILL_BYTES, offsetof(struct customer, name_sealed)},
    {"address_sealed", FILL_BYTES, offsetof(struct customer, address_sealed)},
    {"gender", FILL_TEXT, offsetof(struct customer, gender)},
    {"birth_day", FILL_INT, offsetof(struct customer, birth_day)},
    {"province", FILL_TEXT, offsetof(struct customer, province)},
    {"city", FILL_TEXT, offsetof(struct customer, city)},
    {"source_id", FILL_INT, offsetof(struct customer, source_id)},
    {"stage_id", FILL_INT, offsetof(struct customer, stage_id)},
    {"first_s", FILL_EARLIEST, offsetof(struct customer, first_s)},
    {"added_s", FILL_EARLIEST, offsetof(struct customer, added_s)},
    {"no_marketing", FILL_LARGEST, offsetof(struct customer, no_marketing)},
    {"phone_tail", FILL_TEXT, offsetof(struct customer, phone_tail)},
};
enum { COLUMNS = sizeof columns / sizeof columns[0] };

static bool is_text(const struct column *c)
{
    return c->rule == FILL_TEXT || c->rule == FILL_BYTES;
}

static struct str *text_at(struct customer *c, const struct column *col)
{
    assert(is_text(col));
    return (struct str *)(void *)((char *)c + col->offset);
}

static int64_t *int_at(struct customer *c, const struct column *col)
{
    assert(!is_text(col));
    return (int64_t *)(void *)((char *)c + col->offset);
}

/* Whether the rule wants the other's number in place of ours. */
static bool wants(enum rule rule, int64_t ours, int64_t theirs)
{
    if (theirs == DB_NULL || ours == theirs)
        return false;
    if (ours == DB_NULL)
        return true;
    return (rule == FILL_EARLIEST && theirs < ours) || (rule == FILL_LARGEST && theirs > ours);
}

/* ---- what was filled, as JSON ---- */

/* Bytes in hex; text as it is. */
static void put_text(struct json *j, struct arena *a, const char *key, const struct column *col,
                     struct str value)
{
    if (value.p != NULL && col->rule == FILL_BYTES) {
        char *hex = arena_alloc(a, value.n * 2 + 1);
        secret_hex(value.p, value.n, hex);
        json_put_z(j, key, hex);
    } else {
        json_put_str(j, key, value);
    }
}

static int hex_digit(char c)
{
    return c >= 'a' ? c - 'a' + 10 : c - '0';
}

static struct str read_text(struct arena *a, const struct column *col, const struct json_value *v)
{
    struct str s = json_str_or(v, STR_ABSENT);
    if (s.p == NULL || col->rule != FILL_BYTES)
        return s;
    char *bytes = arena_alloc(a, s.n / 2 + 1);
    for (size_t i = 0; i + 1 < s.n; i += 2)
        bytes[i / 2] = (char)(hex_digit(s.p[i]) << 4 | hex_digit(s.p[i + 1]));
    return (struct str){bytes, s.n / 2};
}

static void put_int(struct json *j, const char *key, int64_t value)
{
    if (value == DB_NULL)
        json_put_null(j, key);
    else
        json_put_int(j, key, value);
}

/* Fills one column of `kept` from `merged` and says so in `j`. */
static void fill_column(struct customer *kept, struct customer *merged, const struct column *col,
                        struct json *j, struct arena *a)
{
    if (is_text(col)) {
        struct str *ours = text_at(kept, col);
        struct str theirs = *text_at(merged, col);
        if (ours->p != NULL || theirs.p == NULL)
            return;
        json_open_object(j, col->name);
        put_text(j, a, "before", col, *ours);
        put_text(j, a, "after", col, theirs);
        json_close_object(j);
        *ours = theirs;
        return;
    }
    int64_t *ours = int_at(kept, col);
    int64_t theirs = *int_at(merged, col);
    if (!wants(col->rule, *ours, theirs))
        return;
    json_open_object(j, col->name);
    put_int(j, "before", *ours);
    put_int(j, "after", theirs);
    json_close_object(j);
    *ours = theirs;
}

/* Fills what `kept` lacks from `merged`, in memory; what was done as JSON in the arena. */
static struct str fill(struct arena *a, struct customer *kept, struct customer *merged)
{
    struct buf text;
    buf_init(&text, LIMIT_BODY);
    struct json j = json_to(&text);
    json_open_object(&j, NULL);
    for (size_t i = 0; i < COLUMNS; i++)
        fill_column(kept, merged, &columns[i], &j, a);
    json_close_object(&j);
    struct str out = arena_str(a, buf_str(&text));
    buf_done(&text);
    return out;
}

/* Takes a fill back, in memory: columns that still hold what it wrote get what they held. */
static enum rc unfill(struct arena *a, struct customer *kept, struct str filled, struct err *e)
{
    const struct json_value *all;
    enum rc rc = json_parse(a, filled, &all, e);
    if (rc != RC_OK)
        return rc;
    for (size_t i = 0; i < COLUMNS; i++) {
        const struct json_value *one = json_get(all, columns[i].name);
        if (one == NULL)
            continue;
        const struct json_value *before = json_get(one, "before");
        const struct json_value *after = json_get(one, "after");
        if (is_text(&columns[i])) {
            struct str *ours = text_at(kept, &columns[i]);
            struct str wrote = read_text(a, &columns[i], after);
            if (ours->p != NULL && str_eq(*ours, wrote))
                *ours = read_text(a, &columns[i], before);
        } else {
            int64_t *ours = int_at(kept, &columns[i]);
            if (*ours == json_int_or(after, DB_NULL))
                *ours = json_int_or(before, DB_NULL);
        }
    }
    return RC_OK;
}

/* ---- merging ---- */

static const char *const reasons[] = {
    [MERGE_UNIONID] = "unionid",
    [MERGE_ACCEPTED] = "accepted",
    [MERGE_MANUAL] = "manual",
    [MERGE_IMPORT] = "import",
};

static enum rc gone(struct err *e)
{
    err_set(e, RC_NOT_FOUND, "customer_unknown", "customer_id",
            "没有这个客户，或其信息已按要求删除",
            "there is no such customer, or the person had themselves erased");
    err_hint(e, "请刷新列表后重试", "reload the list and try again");
    return RC_NOT_FOUND;
}

/* The root of `id`, locked. */
static enum rc load_root(struct tx *tx, int64_t id, struct customer *out, struct err *e)
{
    int64_t root;
    enum rc rc = customer_root_of(tx, id, &root, e);
    if (rc == RC_OK)
        rc = customer_load(tx, root, out, e);
    if (rc == RC_OK && out->root_id != out->id) /* merged between the two look-ups */
        return load_root(tx, id, out, e);
    return rc == RC_NOT_FOUND || (rc == RC_OK && out->erased_s != DB_NULL) ? gone(e) : rc;
}

static bool is_older(const struct customer *x, const struct customer *y)
{
    return x->first_s != y->first_s ? x->first_s < y->first_s : x->id < y->id;
}

static enum rc say(struct tx *tx, int kind, int64_t customer_id, int64_t other_id, struct err *e)
{
    return event_add(tx,
                     &(struct event){.customer_id = customer_id,
                                     .at_s = tx_now_s(tx),
                                     .kind = kind,
                                     .object_kind = OBJECT_CUSTOMER,
                                     .object_id = other_id},
                     e);
}

static enum rc merge_roots(struct tx *tx, struct customer *kept, struct customer *merged,
                           enum merge_reason reason, int64_t account_id, int64_t *out_merge,
                           struct err *e)
{
    struct arena *a = tx_arena(tx);
    int64_t *moved;
    size_t n;
    enum rc rc = customer_family(tx, merged->id, &moved, &n, e);
    if (rc == RC_OK)
        rc = customer_set_root(tx, moved, n, kept->id, e);
    if (rc != RC_OK)
        return rc;

    struct merge_row row = {
        .id = tx_id(tx),
        .kept_id = kept->id,
        .merged_id = merged->id,
        .reason = str_from(reasons[reason]),
        .moved = ids_text(a, moved, n),
        .filled = fill(a, kept, merged),
        .at_us = tx_now_us(tx),
        .account_id = account_id == 0 ? DB_NULL : account_id,
    };
    rc = customer_store(tx, kept, e);
    if (rc == RC_OK)
        rc = merge_add(tx, &row, e);
    if (rc == RC_OK)
        rc = customer_stats_refresh_many(tx, (const int64_t[]){kept->id, merged->id}, 2, e);
    if (rc == RC_OK)
        rc = binding_merged(tx, kept->id, merged->id, false, account_id, e);
    if (rc == RC_OK)
        rc = say(tx, EVENT_MERGE, kept->id, merged->id, e);
    if (rc == RC_OK)
        *out_merge = row.id;
    return rc;
}

enum rc identity_merge(struct tx *tx, int64_t one_id, int64_t other_id, int64_t keep,
                       enum merge_reason reason, int64_t account_id, int64_t *out_merge,
                       struct err *e)
{
    assert(tx_is_writing(tx));
    assert(keep == 0 || keep == one_id || keep == other_id);

    struct customer one, other;
    enum rc rc = load_root(tx, one_id, &one, e);
    if (rc == RC_OK)
        rc = load_root(tx, other_id, &other, e);
    if (rc != RC_OK)
        return rc;
    if (one.id == other.id) {
        err_set(e, RC_CONFLICT, "merge_same", "merged_id", "这两个客户已经是同一个人",
                "these two customers are one already");
        err_hint(e, "无需再合并", "nothing is left to merge");
        return RC_CONFLICT;
    }
    bool keep_one = keep == 0 ? is_older(&one, &other) : keep == one_id;
    return keep_one ? merge_roots(tx, &one, &other, reason, account_id, out_merge, e)
                    : merge_roots(tx, &other, &one, reason, account_id, out_merge, e);
}

/* ---- undoing ---- */

/* Computes the profile of `kept_id` again: unwinds the fills of `list` (merges into it, oldest
 * first, the first of which is perhaps undone) and applies those in force. */
static enum rc refill(struct tx *tx, int64_t kept_id, struct merge_row *list, size_t n,
                      struct err *e)
{
    struct arena *a = tx_arena(tx);
    struct customer kept;
    enum rc rc = customer_load(tx, kept_id, &kept, e);
    for (size_t i = n; rc == RC_OK && i > 0; i--)
        rc = unfill(a, &kept, list[i - 1].filled, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        if (list[i].undone_us != DB_NULL)
            continue;
        struct customer merged;
        rc = customer_load(tx, list[i].merged_id, &merged, e);
        if (rc == RC_OK)
            rc = merge_set_filled(tx, list[i].id, fill(a, &kept, &merged), e);
    }
    return rc == RC_OK ? customer_store(tx, &kept, e) : rc;
}

/* The merges into the customer of `first`, from it on; `first` itself leads even when it is
 * undone. */
static enum rc merges_from(struct tx *tx, const struct merge_row *first, struct merge_row **out,
                           size_t *out_n, struct err *e)
{
    struct merge_row *later;
    size_t n;
    enum rc rc = merge_into(tx, first->kept_id, first->id + 1, &later, &n, e);
    if (rc != RC_OK)
        return rc;
    struct merge_row *list = ARENA_ARRAY(tx_arena(tx), struct merge_row, n + 1);
    list[0] = *first;
    if (n > 0)
        memcpy(list + 1, later, n * sizeof *list);
    *out = list;
    *out_n = n + 1;
    return RC_OK;
}

/* Makes the profiles forget `undone`: of the customer it was merged into, and of everyone above. */
static enum rc forget(struct tx *tx, const struct merge_row *undone, struct err *e)
{
    struct merge_row at = *undone;
    for (;;) {
        struct merge_row *list;
        size_t n;
        enum rc rc = merges_from(tx, &at, &list, &n, e);
        if (rc == RC_OK)
            rc = refill(tx, at.kept_id, list, n, e);
        if (rc == RC_OK)
            rc = merge_above(tx, at.kept_id, &at, e);
        if (rc != RC_OK)
            return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
}

/* Loads the merge and sees that it can be undone. `out_root`: the root of both until now. */
static enum rc load_undoable(struct tx *tx, int64_t merge_id, struct merge_row *out,
                             int64_t *out_root, struct err *e)
{
    enum rc rc = merge_load(tx, merge_id, out, e);
    if (rc == RC_NOT_FOUND)
        return err_set(e, RC_NOT_FOUND, "merge_unknown", "id", "没有这条合并记录",
                       "there is no such merge");
    if (rc != RC_OK)
        return rc;
    if (out->undone_us != DB_NULL) {
        err_set(e, RC_CONFLICT, "merge_undone", "id", "这次合并已经撤销过了",
                "this merge is undone already");
        err_hint(e, "刷新合并记录即可看到", "reload the list of merges to see it");
        return RC_CONFLICT;
    }
    struct customer kept, merged;
    rc = customer_load(tx, out->kept_id, &kept, e);
    if (rc == RC_OK)
        rc = customer_load(tx, out->merged_id, &merged, e);
    if (rc != RC_OK)
        return rc;
    if (kept.erased_s != DB_NULL || merged.erased_s != DB_NULL) {
        err_set(e, RC_CONFLICT, "merge_erased", "id", "该客户已要求删除个人信息，不能再拆开",
                "the person had themselves erased, so there is nothing left to take apart");
        err_hint(e, "删除不可撤销", "an erasure cannot be undone");
        return RC_CONFLICT;
    }
    *out_root = kept.root_id;
    return RC_OK;
}

enum rc identity_unmerge(struct tx *tx, int64_t merge_id, int64_t account_id, struct err *e)
{
    assert(tx_is_writing(tx));

    struct merge_row m;
    int64_t root = 0;
    enum rc rc = load_undoable(tx, merge_id, &m, &root, e);
    if (rc == RC_OK)
        rc = merge_set_undone(tx, m.id, account_id, e);
    if (rc != RC_OK)
        return rc;

    m.undone_us = tx_now_us(tx);
    int64_t *back;
    size_t n;
    rc = merge_tree(tx, m.merged_id, &back, &n, e);
    if (rc == RC_OK)
        rc = customer_set_root(tx, back, n, m.merged_id, e);
    if (rc == RC_OK)
        rc = forget(tx, &m, e);
    if (rc == RC_OK)
        rc = customer_stats_refresh_many(tx, (const int64_t[]){root, m.merged_id}, 2, e);
    if (rc == RC_OK)
        rc = binding_merged(tx, root, m.merged_id, true, account_id, e);
    if (rc == RC_OK)
        rc = say(tx, EVENT_UNMERGE, m.kept_id, m.merged_id, e);
    if (rc == RC_OK)
        rc = say(tx, EVENT_UNMERGE, m.merged_id, m.kept_id, e);
    return rc;
}
