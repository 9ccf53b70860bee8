/* job_secret.c — a JSON document, sealed by the installation's key, as hexadecimal text.
 *
 * The detail of a job is JSON in a column that backups and the console's lists carry around; what
 * an operator typed into a search box has no place there in the clear. Costs twice the size and 80
 * bytes more; text that was changed by anyone is refused, never half read.
 */
#include "domain/job_secret.h"

#include "base/secret.h"

#define PLACE STR("job.detail")

struct str job_secret_seal(struct app *app, struct arena *a, struct str json)
{
    struct str sealed = secret_seal(app->keys, PLACE, json, a);
    char *hex = arena_alloc(a, 2 * sealed.n + 1);
    secret_hex(sealed.p, sealed.n, hex);
    return str_from(hex);
}

enum rc job_secret_open(struct app *app, struct arena *a, struct str sealed,
                        const struct json_value **out, struct err *e)
{
    struct str bytes, plain;
    if (!secret_unhex(sealed, a, &bytes))
        return err_set(e, RC_INVALID, "job_detail", NULL, "任务的参数已损坏",
                       "the parameters of the job are damaged");
    enum rc rc = secret_open(app->keys, PLACE, bytes, a, &plain, e);
    return rc == RC_OK ? json_parse(a, plain, out, e) : rc;
}
