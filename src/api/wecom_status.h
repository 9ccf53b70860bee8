/* wecom_status — what between WeCom and this installation wants a person to look at it. */
#ifndef KOI_API_WECOM_STATUS_H
#define KOI_API_WECOM_STATUS_H

#include "db/db.h"

/* Rows, now. */
struct wecom_troubles {
    int64_t inbox_dead, outbox_dead, outbox_unsure;
    int64_t welcomes_missed; /* in the last 24 hours; not where the two were chatting already */
};

/* Four counts, each by an index of the rows it counts. */
enum rc wecom_troubles(struct tx *tx, struct wecom_troubles *out, struct err *e);

#endif
