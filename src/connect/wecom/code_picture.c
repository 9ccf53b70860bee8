/* code_picture.c — fetch, read, write down.
 *
 * The bytes of the picture are kept nowhere, and neither its address nor what it says is logged.
 * What cannot be had now (no network, no library, a picture without a code) is a reason in the row
 * and is tried again after an hour; a server that is stopping writes nothing. Refuses addresses
 * that are not WeCom's (wecom_may_fetch). Costs one request and up to 50 ms, once a code.
 */
#include "connect/wecom/code_picture.h"

#include "base/log.h"
#include "connect/wecom/client.h"
#include "file/qr_read.h"

#include <inttypes.h>

enum { AGAIN_S = 3600 };

bool code_picture_due(const struct code *c, int64_t now_s)
{
    return code_is_active(c) && !str_empty(c->qr_url) && str_empty(c->qr_text) &&
           (c->qr_tried_s == DB_NULL || c->qr_tried_s + AGAIN_S <= now_s);
}

static enum rc write_down(struct tx *tx, void *arg, struct err *e)
{
    struct code *c = arg;
    c->qr_tried_s = tx_now_s(tx);
    return code_picture_read(tx, c->id, c->qr_url, c->qr_text, c->qr_problem, e);
}

enum rc code_picture_keep(struct app *app, struct code *c, struct arena *a, struct err *e)
{
    struct str bytes;
    struct err why = ERR_INIT;
    c->qr_text = c->qr_problem = STR_ABSENT;
    enum rc rc = wecom_fetch(app->wecom, c->qr_url, QR_READ_BYTES, a, &bytes, &why);
    if (rc == RC_OK)
        rc = qr_read(bytes, a, &c->qr_text, &why);
    if (rc == RC_BUSY) /* the server is stopping */
        return RC_OK;
    if (rc != RC_OK) {
        c->qr_problem = arena_str(a, str_from(why.code));
        log_line(LOG_WARN, "code_picture", "\"id\":%" PRId64 ",\"code\":\"%s\"", c->id, why.code);
    }
    return writer_run(app->writer, write_down, c, e);
}
