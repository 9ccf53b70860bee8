/* request — from the fields that were written to a call that is made.
 *
 * Who asks WeCom writes an object into a buf with base/json, and hands it over here: it becomes the
 * value that the client checks by the row of its endpoint, and the buf is done, whatever happens.
 */
#ifndef KOI_CONNECT_WECOM_REQUEST_H
#define KOI_CONNECT_WECOM_REQUEST_H

#include "base/buf.h"
#include "connect/wecom/client.h"

/* The value of what was written into `b`, in the arena, text included. RC_LIMIT
 * "wecom_request_size", the path as field, where the buf's ceiling did not hold it. */
enum rc wecom_request(struct buf *b, const char *path, struct arena *a,
                      const struct json_value **out, struct err *e);
/* Makes a call of `path` with it, as wecom_call(). RC_NOT_FOUND "wecom_not_set" without a client.
 */
enum rc wecom_send(struct wecom_client *c, const char *path, struct buf *b, struct arena *a,
                   const struct json_value **out, struct err *e);

#endif
