/* cycle_board — how many are due when: of one cycle, by day.
 *
 * Put to the daybook of orders and the mirror where they are there, to the database otherwise; both
 * give the same, and each number is how many the expression due("name") of those days picks. Cost
 * at two million orders: 20 ms for a cycle of purchases; of an event, a question to the mirror for
 * each number.
 */
#ifndef KOI_QUERY_CYCLE_BOARD_H
#define KOI_QUERY_CYCLE_BOARD_H

#include "query/board.h"
#include "store/cycle.h"

enum { CYCLE_AHEAD_MOST = 186, CYCLE_OVERDUE = 4 };
/* Overdue by at most so many days; the last number of overdue ones: by more. */
extern const int32_t CYCLE_OVERDUE_DAYS[CYCLE_OVERDUE - 1];

struct cycle_due {
    int64_t begun;                  /* who has a due date */
    int64_t overdue[CYCLE_OVERDUE]; /* due before today, by how long ago */
    int64_t *days;                  /* due on each day from today */
    size_t n_days;
};
/* Fills `out`, whose days are in the transaction's arena, for the next n days (1 …
 * CYCLE_AHEAD_MOST) from `now_s`, of those whom the account may see (0: everyone). */
enum rc board_cycle_due(const struct board *b, const struct cycle_rule *rule, int64_t scope_account,
                        int64_t now_s, size_t n_days, struct cycle_due *out, struct err *e);

/* For those who count: one more whose due day it is. */
void cycle_due_count(struct cycle_due *due, int32_t today, int64_t due_day);

#endif
