/* code_picture — WeCom's picture of a code, fetched and read, so that Koi can draw the code itself.
 *
 * WeCom tells of staff and group codes only where a picture of them is. What the picture says
 * never changes, so it is read once: when the code is made, else by the keeper's look, and after a
 * failure an hour later.
 */
#ifndef KOI_CONNECT_WECOM_CODE_PICTURE_H
#define KOI_CONNECT_WECOM_CODE_PICTURE_H

#include "domain/app.h"
#include "store/code.h"

/* Whether there is a picture that is to be read now. */
bool code_picture_due(const struct code *c, int64_t now_s);
/* Fetches and reads it, and writes what came of it into the row and `c`; a failure is kept there,
 * and logged by its code, rather than returned. Errors are those of the database. Waits up to 8 s
 * for WeCom: outside of any transaction. */
enum rc code_picture_keep(struct app *app, struct code *c, struct arena *a, struct err *e);

#endif
