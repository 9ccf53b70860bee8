/* code_keeper — keeps WeCom's lists of codes as the hours, weights and capacities want them.
 *
 * Once a minute each active code is looked at: one whose time is over is taken back at WeCom; of
 * the others the wanted list (domain/code.h) is compared with the one that stands there, and WeCom
 * is asked only where they differ. Codes whose making was unsure are looked for by their state.
 * What WeCom refuses, codes for which nobody can receive and staff who are full are told as
 * warnings while it lasts. Each look also asks for the quota of links when its hour has come
 * (quota_keeper.h).
 * It is here and not in domain/schedule, since it waits for WeCom.
 */
#ifndef KOI_CONNECT_WECOM_CODE_KEEPER_H
#define KOI_CONNECT_WECOM_CODE_KEEPER_H

#include "domain/app.h"
#include "domain/code.h"

struct code_look {
    int64_t looked, changed, ended, refused;
};
/* Looks at all codes once, as at now_s; waits for WeCom, outside of any transaction. A code that
 * WeCom refuses does not hold up the others; RC_OK all the same. */
enum rc code_keeper_run(struct app *app, int64_t now_s, struct code_look *out, struct err *e);

/* Who should stand there now, of any kind of code; the counts are read. */
enum rc code_keeper_choose(struct tx *tx, const struct code *c, int64_t now_s, struct arena *a,
                           struct code_choice *out, struct err *e);

/* Whether an error of making or changing a code says that a member of staff can have no more
 * customers (40099), and which: only where `listed` is one of them alone, for WeCom does not say
 * whom it means. */
bool code_keeper_is_full(const struct err *e, const struct code *c, struct str listed);
/* Leaves them out of every code for a day; `listed` as above. */
enum rc code_keeper_full(struct app *app, const struct code *c, struct str listed, struct err *e);

/* The thread that looks while the server runs. */
struct code_keeper;
struct code_keeper *code_keeper_start(struct app *app);
/* Lets the look under way end. Accepts NULL. */
void code_keeper_stop(struct code_keeper *k);

#endif
