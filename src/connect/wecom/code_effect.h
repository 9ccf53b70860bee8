/* code_effect — what a code does at WeCom for a new friend: tags of the library and the remark.
 *
 * Done before the friendship is written down, and put into what was told, so that both sides agree
 * from the first row on: what only Koi knew would be taken off by WeCom's next answer. An attempt
 * that was cut off is repeated whole, which changes nothing.
 */
#ifndef KOI_CONNECT_WECOM_CODE_EFFECT_H
#define KOI_CONNECT_WECOM_CODE_EFFECT_H

#include "domain/app.h"
#include "domain/told.h"

enum { CODE_EFFECT_TRIES = 3 };

/* Of the friendship with `userid` in `contact`, if it came through a code of ours. Waits for up to
 * two calls, outside of any transaction. What WeCom refuses is left out of `contact` and logged by
 * its number; what failed for a while is an error as long as `try_again` is set, then likewise. */
enum rc code_effect_ask(struct app *app, struct str userid, bool try_again, struct arena *a,
                        struct told_contact *contact, struct err *e);

#endif
