/* wecom_status — what between WeCom and this installation wants a person to look at it. */
#ifndef KOI_API_WECOM_STATUS_H
#define KOI_API_WECOM_STATUS_H

#include "db/db.h"

struct app; /* domain/app.h */

/* Rows, now. */
struct wecom_troubles {
    int64_t inbox_dead, outbox_dead, outbox_unsure;
    int64_t welcomes_missed; /* in the last 24 hours; not where the two were chatting already */
};

/* Four counts, each by an index of the rows it counts. */
enum rc wecom_troubles(struct tx *tx, struct wecom_troubles *out, struct err *e);

/* What is wrong with the last full sync, if anything. */
enum wecom_sync_trouble {
    SYNC_WELL, /* also where WeCom is not connected */
    SYNC_NEVER,
    SYNC_FAILED_WHOLE, /* ended by an error, or stopped: a part is there */
    SYNC_STOPPED_PART,
    SYNC_INCOMPLETE, /* some could not be told */
    SYNC_TOO_OLD,    /* more than two days since the last one that ended */
};
struct wecom_sync_news {
    enum wecom_sync_trouble trouble;
    int64_t n; /* what could not be told; days, when it is too old */
};

/* By the newest sync that has ended; one that runs counts when it has. Reads 20 jobs. */
enum rc wecom_sync_look(const struct app *app, struct tx *tx, struct wecom_sync_news *out,
                        struct err *e);

#endif
