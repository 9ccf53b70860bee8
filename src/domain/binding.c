/* binding.c — the rules of binding.h: steps are written down, and a binding is computed again from
 * all steps of its family whenever one is added or the family changes. So no order of telling, no
 * merge and no undoing has a rule of its own, and a binding can be explained by reading the steps.
 * Families have a handful of steps.
 */
#include "domain/binding.h"

#include "store/customer.h"
#include "store/event.h"

#include <assert.h>

enum { DAY_S = 86400 };

/* As the settings' defaults say. */
static const struct binding_rule RULE = {.days = 90, .counts = BINDING_FRIEND};

/* ---- the rule ---- */

static enum rc rule_now(struct tx *tx, struct binding_rule *out, struct err *e)
{
    *out = RULE;
    enum rc rc = binding_rule_load(tx, out, e);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc binding_rule_keep(struct tx *tx, const struct config *config, struct err *e)
{
    assert(tx_is_writing(tx));
    struct binding_rule kept;
    struct binding_rule set = {.days = config_int(config, "binding_days")};
    struct str by = str_from(config_text(config, "binding_by"));
    while (!str_eq(by, str_from(binding_counts_names[set.counts])))
        set.counts++;
    enum rc rc = rule_now(tx, &kept, e);
    if (rc != RC_OK || (kept.days == set.days && kept.counts == set.counts))
        return rc;
    return binding_rule_add(tx, &set, e);
}

/* ---- from steps to a binding ---- */

static int64_t end_of(const struct binding_step *s)
{
    return s->days == 0 ? DB_NULL : s->at_s + s->days * DAY_S;
}

static bool is_free(const struct binding_state *at, int64_t at_s)
{
    return at->by == NULL || (at->until_s != DB_NULL && at_s >= at->until_s);
}

struct binding_state binding_fold(const struct binding_step *steps, size_t n)
{
    struct binding_state at = {.until_s = DB_NULL, .ended_s = DB_NULL};
    for (size_t i = 0; i < n; i++) {
        const struct binding_step *s = &steps[i];
        bool touch = s->kind == BINDING_STEP_FRIEND || s->kind == BINDING_STEP_GROUP;
        bool owner = at.by != NULL && at.by->staff_id == s->staff_id;
        if (s->kind == BINDING_STEP_TRANSFER || (touch && s->counts && is_free(&at, s->at_s)))
            at = (struct binding_state){.by = s, .until_s = end_of(s), .ended_s = DB_NULL};
        else if (owner && s->kind == BINDING_STEP_END)
            at.ended_s = s->at_s;
        else if (owner && s->kind == BINDING_STEP_FRIEND)
            at.ended_s = DB_NULL;
    }
    return at;
}

/* ---- keeping it ---- */

/* Why a binding is looked at again. */
struct look {
    const char *cause; /* as in binding_log */
    int64_t account_id;
    enum event_kind event; /* said when the owner is another, or when the step is: 0 */
    bool always;           /* a new step is said, though the owner stays */
};

static enum rc say(struct tx *tx, const struct look *look, const struct binding_step *by,
                   int64_t root_id, struct err *e)
{
    bool moved = look->event == EVENT_BIND_TRANSFER || !look->always;
    return event_add(tx,
                     &(struct event){.customer_id = look->always ? by->customer_id : root_id,
                                     .at_s = moved ? tx_now_s(tx) : by->at_s,
                                     .kind = look->event,
                                     .staff_id = by->staff_id},
                     e);
}

static enum rc refresh(struct tx *tx, int64_t root_id, const struct look *look, struct err *e)
{
    struct binding_step *steps = NULL;
    size_t n = 0;
    struct binding_row before = {0};
    enum rc rc = binding_load(tx, root_id, &before, e);
    bool had = rc == RC_OK;
    if (rc == RC_OK || rc == RC_NOT_FOUND)
        rc = binding_steps(tx, root_id, &steps, &n, e);
    if (rc != RC_OK)
        return rc;
    struct binding_state at = binding_fold(steps, n);
    if (at.by == NULL) {
        if (!had)
            return RC_OK;
        rc = binding_remove(tx, root_id, e);
        return rc == RC_OK
                   ? binding_log_add(tx, root_id, look->cause, look->account_id, &before, NULL, e)
                   : rc;
    }
    struct binding_row now = {
        .customer_id = root_id,
        .staff_id = at.by->staff_id,
        .step_id = at.by->id,
        .since_s = at.by->at_s,
        .until_s = at.until_s,
        .ended_s = at.ended_s,
    };
    if (had && before.step_id == now.step_id && before.ended_s == now.ended_s)
        return RC_OK;
    rc = binding_store(tx, &now, e);
    if (rc == RC_OK)
        rc = binding_log_add(tx, root_id, look->cause, look->account_id, had ? &before : NULL, &now,
                             e);
    bool another = !had || before.staff_id != now.staff_id;
    if (rc != RC_OK || !(another || (look->always && before.step_id != now.step_id)))
        return rc;
    return say(tx, look, at.by, root_id, e);
}

/* Writes a step down and looks at its family. */
static enum rc step(struct tx *tx, struct binding_step *s, const struct look *look, struct err *e)
{
    bool known = false;
    int64_t root_id = 0;
    enum rc rc = binding_step_known(tx, s, &known, e);
    if (rc != RC_OK || known)
        return rc;
    rc = binding_step_add(tx, s, e);
    if (rc == RC_OK)
        rc = customer_root_of(tx, s->customer_id, &root_id, e);
    return rc == RC_OK ? refresh(tx, root_id, look, e) : rc;
}

enum rc binding_touch(struct tx *tx, const struct binding_touch *t, struct err *e)
{
    static const struct look look = {.cause = "touch", .event = EVENT_BIND, .always = true};
    assert(tx_is_writing(tx) && t->customer_id > 0);
    struct binding_rule rule;
    bool group = t->group_id != 0;
    if (t->staff_id == 0)
        return RC_OK;
    enum rc rc = rule_now(tx, &rule, e);
    if (rc != RC_OK)
        return rc;
    struct binding_step s = {
        .customer_id = t->customer_id,
        .kind = group ? BINDING_STEP_GROUP : BINDING_STEP_FRIEND,
        .staff_id = t->staff_id,
        .at_s = t->at_s,
        .group_id = t->group_id,
        .source_id = t->source_id,
        .counts = rule.counts == BINDING_EITHER || (rule.counts == BINDING_GROUP) == group,
        .days = rule.days,
    };
    return step(tx, &s, &look, e);
}

enum rc binding_end(struct tx *tx, int64_t customer_id, int64_t staff_id, int64_t at_s,
                    struct err *e)
{
    static const struct look look = {.cause = "end", .event = EVENT_BIND};
    assert(tx_is_writing(tx));
    struct binding_step s = {
        .customer_id = customer_id, .kind = BINDING_STEP_END, .staff_id = staff_id, .at_s = at_s};
    return step(tx, &s, &look, e);
}

enum rc binding_merged(struct tx *tx, int64_t one_root, int64_t other_root, bool undone,
                       int64_t account_id, struct err *e)
{
    struct look look = {
        .cause = undone ? "unmerge" : "merge", .account_id = account_id, .event = EVENT_BIND};
    assert(tx_is_writing(tx));
    enum rc rc = refresh(tx, one_root, &look, e);
    return rc == RC_OK ? refresh(tx, other_root, &look, e) : rc;
}

/* ---- transfers ---- */

enum rc binding_check_heir(struct tx *tx, int64_t staff_id, struct err *e)
{
    bool active = false;
    enum rc rc = binding_staff_active(tx, staff_id, &active, e);
    if (rc == RC_NOT_FOUND) {
        err_set(e, RC_INVALID, "staff_unknown", "staff_id", "没有这位员工",
                "there is no such member of staff");
        err_hint(e, "请从员工列表中选择", "choose one of the list of staff");
        return RC_INVALID;
    }
    if (rc == RC_OK && !active) {
        err_set(e, RC_CONFLICT, "staff_left", "staff_id", "这位员工已离职，不能接收客户",
                "this member of staff has left and cannot take customers over");
        err_hint(e, "请选择一位在职的员工", "choose one who has not left");
        return RC_CONFLICT;
    }
    return rc;
}

/* Two transfers within a second differ: the later one is a second later. */
static enum rc transfer_one(struct tx *tx, struct binding_step *s, const struct look *look,
                            int64_t root_id, struct err *e)
{
    bool known = true;
    enum rc rc = RC_OK;
    s->customer_id = root_id;
    s->at_s = tx_now_s(tx);
    while (rc == RC_OK && known) {
        rc = binding_step_known(tx, s, &known, e);
        s->at_s += known;
    }
    return rc == RC_OK ? step(tx, s, look, e) : rc;
}

enum rc binding_transfer(struct tx *tx, const int64_t *roots, size_t n, int64_t staff_id,
                         int64_t account_id, struct str reason, int64_t *out_moved, struct err *e)
{
    assert(tx_is_writing(tx) && n <= BINDING_AT_ONCE);
    struct look look = {.cause = "transfer",
                        .account_id = account_id,
                        .event = EVENT_BIND_TRANSFER,
                        .always = true};
    struct binding_rule rule;
    struct binding_step s = {.kind = BINDING_STEP_TRANSFER,
                             .staff_id = staff_id,
                             .counts = true,
                             .account_id = account_id,
                             .reason = reason};
    int64_t *others = NULL;
    size_t others_n = 0;
    enum rc rc = binding_check_heir(tx, staff_id, e);
    if (rc == RC_OK)
        rc = rule_now(tx, &rule, e);
    if (rc == RC_OK)
        rc = binding_not_of(tx, roots, n, staff_id, &others, &others_n, e);
    if (rc != RC_OK)
        return rc;
    s.days = rule.days;
    for (size_t i = 0; rc == RC_OK && i < others_n; i++)
        rc = transfer_one(tx, &s, &look, others[i], e);
    if (rc == RC_OK)
        *out_moved = (int64_t)others_n;
    return rc;
}
