/* code_keeper — keeps WeCom's lists of codes as the hours, weights and capacities want them.
 *
 * Once a minute each active code is looked at: one whose time is over is taken back at WeCom; of
 * the others the wanted list (domain/code.h) is compared with the one that stands there, and WeCom
 * is asked only where they differ. Codes whose making was unsure are looked for by their state.
 * What WeCom refuses, and codes for which nobody can receive, are told as warnings while it lasts.
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

/* The thread that looks while the server runs. */
struct code_keeper;
struct code_keeper *code_keeper_start(struct app *app);
/* Lets the look under way end. Accepts NULL. */
void code_keeper_stop(struct code_keeper *k);

#endif
