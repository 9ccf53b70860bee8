/* handlers.c — the table of what is done for each kind of callback.
 *
 * A row without functions has nothing to do: its callback is done when it is taken, and its body
 * goes. Sorted by kind. Costs nothing beside the inbox's own round.
 */
#include "connect/wecom/handlers.h"

#include <stddef.h>

const struct inbox_handler wecom_handlers[] = {
    {.kind = "click"},
    {.kind = "enter_agent"},
    {.kind = "message/"},
    {.kind = "subscribe"},
    {.kind = "template_card_event"},
    {.kind = "unsubscribe"},
    {.kind = "view"},
    {.kind = NULL},
};
