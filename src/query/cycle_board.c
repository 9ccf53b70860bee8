/* cycle_board.c — due days of a cycle counted, by whoever can.
 *
 * The daybook knows who bought what, and the database all other days; of a kind of event each
 * number is a question about an audience, since the mirror answers those at once. */
#include "query/cycle_board.h"

#include "query/answer.h"
#include "query/cycle.h"
#include "query/mirror/reports.h"

#include <assert.h>

const int32_t CYCLE_OVERDUE_DAYS[CYCLE_OVERDUE - 1] = {7, 30, 90};

void cycle_due_count(struct cycle_due *due, int32_t today, int64_t due_day)
{
    due->begun++;
    if (due_day >= today) {
        if (due_day - today < (int64_t)due->n_days)
            due->days[due_day - today]++;
        return;
    }
    size_t k = 0;
    while (k < CYCLE_OVERDUE - 1 && today - due_day > CYCLE_OVERDUE_DAYS[k])
        k++;
    due->overdue[k]++;
}

/* ---- by the database ---- */

struct counting {
    const struct cycle_rule *rule;
    struct cycle_due *due;
    int32_t today;
};

static void see_value(void *to, int64_t value)
{
    struct counting *c = to;
    int64_t day = value;
    if (c->rule->starts == CYCLE_PURCHASE)
        day = cycle_due_day(c->rule, calendar_day_of(value));
    else if (c->rule->starts == CYCLE_FIELD)
        day = cycle_due_day(c->rule, (int32_t)value);
    cycle_due_count(c->due, c->today, day);
}

/* ---- by audiences ---- */

struct asking {
    const struct board *board;
    struct audience_expr expr;
    struct node test;
    struct audience_question q;
};

static struct moment moment_of(int32_t day)
{
    struct moment m = {.has_time = false};
    calendar_civil_from_day(day, &m.civil.year, &m.civil.month, &m.civil.day);
    return m;
}

/* How many are due on the days from … to. */
static enum rc count_days(struct asking *x, int32_t from, int32_t to, int64_t *out, struct err *e)
{
    x->test.op = OP_WITHIN;
    x->test.compare =
        (struct window){.kind = WINDOW_BETWEEN, .from = moment_of(from), .to = moment_of(to)};
    return answer_count(x->board->s, x->board->tx, &x->q, out, e);
}

static enum rc count_all(struct asking *x, int32_t today, struct cycle_due *out, struct err *e)
{
    x->test.op = OP_KNOWN;
    enum rc rc = answer_count(x->board->s, x->board->tx, &x->q, &out->begun, e);
    for (size_t i = 0; rc == RC_OK && i < out->n_days; i++)
        rc = count_days(x, today + (int32_t)i, today + (int32_t)i, &out->days[i], e);
    int32_t to = today - 1;
    for (size_t k = 0; rc == RC_OK && k < CYCLE_OVERDUE - 1; k++) {
        rc = count_days(x, today - CYCLE_OVERDUE_DAYS[k], to, &out->overdue[k], e);
        to = today - CYCLE_OVERDUE_DAYS[k] - 1;
    }
    x->test.compare = (struct window){.kind = WINDOW_BEFORE, .to = moment_of(to + 1)};
    return rc == RC_OK
               ? answer_count(x->board->s, x->board->tx, &x->q, &out->overdue[CYCLE_OVERDUE - 1], e)
               : rc;
}

static enum rc by_audiences(const struct board *b, const struct cycle_rule *rule,
                            int64_t scope_account, int64_t now_s, struct cycle_due *out,
                            struct err *e)
{
    struct asking x = {.board = b};
    x.test = (struct node){.kind = NODE_TEST, .what = WHAT_DUE, .found = {.cycle = rule}};
    x.expr = (struct audience_expr){.subject = AUDIENCE_CUSTOMER, .root = &x.test, .checked = true};
    x.q =
        (struct audience_question){.expr = &x.expr, .now_s = now_s, .scope_account = scope_account};
    return count_all(&x, calendar_day_of(now_s), out, e);
}

enum rc board_cycle_due(const struct board *b, const struct cycle_rule *rule, int64_t scope_account,
                        int64_t now_s, size_t n_days, struct cycle_due *out, struct err *e)
{
    assert(n_days > 0 && n_days <= CYCLE_AHEAD_MOST);
    *out =
        (struct cycle_due){.days = ARENA_ARRAY(tx_arena(b->tx), int64_t, n_days), .n_days = n_days};
    if (rule->starts == CYCLE_EVENT)
        return by_audiences(b, rule, scope_account, now_s, out, e);
    enum rc rc = RC_BUSY;
    if (rule->starts == CYCLE_PURCHASE && b->book != NULL)
        rc = mirror_cycle_due(b, rule, scope_account, now_s, out, e);
    if (rc != RC_BUSY)
        return rc;
    struct counting c = {rule, out, calendar_day_of(now_s)};
    return cycle_each(b->tx, rule, scope_account, now_s, see_value, &c, e);
}
