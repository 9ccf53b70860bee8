/* code_quota — what is wrong with the uses of acquisition links, for who looks at the day. */
#ifndef KOI_API_CODE_QUOTA_H
#define KOI_API_CODE_QUOTA_H

#include "http/request.h"

/* Writes {title, detail, link} of each thing that is wrong into the open list of today's board:
 * uses that are gone, few, or lapse soon. Nothing while no balance is known. */
enum rc code_quota_put_wrong(struct request *rq, struct tx *tx, struct json *j, struct err *e);

#endif
