/* handover_keeper — carries hand-overs out: asks WeCom, looks what became of it, writes it down.
 *
 * Once a minute everything that is due is looked at: what is to be asked goes to WeCom, up to 100 a
 * call; what was asked is looked for in transfer_result each hour. An item is marked before it is
 * asked, in a commit of its own: whatever ends the server in between, it is looked for afterwards
 * and asked again only when WeCom does not have it. A hand-over of somebody who left is compared
 * with get_unassigned_list first. A customer who came along is asked for, so that the friendship is
 * a row, and the binding passes in the same transaction.
 *
 * What WeCom cannot be asked for now (rights, frequency, network) stays due and is said at the
 * hand-over; what it refuses follows domain/handover.h. It is here and not in domain/schedule,
 * since it waits for WeCom.
 */
#ifndef KOI_CONNECT_WECOM_HANDOVER_KEEPER_H
#define KOI_CONNECT_WECOM_HANDOVER_KEEPER_H

#include "domain/app.h"

struct handover_look {
    int64_t asked, accepted, refused, waiting, ended; /* waiting: could not be asked */
};
/* Looks once, as at now_s; waits for WeCom, outside of any transaction. RC_OK also when WeCom
 * refuses. One at a time: a second look at once finds nothing to do. */
enum rc handover_keeper_run(struct app *app, int64_t now_s, struct handover_look *out,
                            struct err *e);

/* The thread that looks while the server runs. */
struct handover_keeper;
struct handover_keeper *handover_keeper_start(struct app *app);
/* Lets the look under way end. Accepts NULL. */
void handover_keeper_stop(struct handover_keeper *k);

#endif
