/* media_keeper — sees to it that WeCom has what greetings are sent with.
 *
 * A welcome has 20 s and waits for no upload, so uploads are made beforehand: once a minute, and
 * when it is woken, each original that a greeting of an active code or the general greeting names
 * (domain/attachment.h) is uploaded unless WeCom's id of it lives six hours more. One that fails is
 * tried again after ten minutes; while WeCom has nothing of it, the codes that use it carry the
 * warning "media" (for the general greeting: "media_welcome") with the error. An upload is
 * claimed in a transaction of its own, so that two who look make one. Source: wecom-api.md §14.
 */
#ifndef KOI_CONNECT_WECOM_MEDIA_KEEPER_H
#define KOI_CONNECT_WECOM_MEDIA_KEEPER_H

#include "domain/app.h"

enum {
    MEDIA_AHEAD_S = 6 * 3600,
    MEDIA_AGAIN_S = 600,
    MEDIA_LIFE_S = 3 * 86400, /* of a media id */
};

struct media_look {
    int64_t looked, uploaded, refused;
};
/* Looks at all of it once, as at now_s; waits for WeCom, outside of any transaction. What WeCom
 * refuses holds up nothing else; RC_OK all the same. */
enum rc media_keeper_run(struct app *app, int64_t now_s, struct media_look *out, struct err *e);

/* The thread that looks while the server runs. */
struct media_keeper;
struct media_keeper *media_keeper_start(struct app *app);
/* Has it look now. Any thread; accepts NULL. */
void media_keeper_wake(struct media_keeper *k);
/* Lets the upload under way end. Accepts NULL. */
void media_keeper_stop(struct media_keeper *k);

#endif
