/* job_started.c — a job put in the queue within the request's own transaction, so that it starts if
 * and only if the request commits; the reply shows it as GET /api/jobs/{id} would. */
#include "api/job_started.h"

enum rc job_started(struct request *rq, struct tx *tx, const struct job_order *order, struct err *e)
{
    int64_t id;
    enum rc rc = job_add(request_app(rq), tx, order, &id, e);
    if (rc != RC_OK)
        return rc;
    request_audit(rq, "job", id, "%s", "");
    reply_status(rq, 202);
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    rc = job_print(request_app(rq), tx, id, j, "job", e);
    json_close_object(j);
    return rc;
}
