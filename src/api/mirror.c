/* mirror.c — GET /api/mirror: what is held in memory for questions, and how fresh it is.
 *
 * Figures only, no customer's data; the console's page 系统 and `koi mirror status` show them.
 */
#include "mirror/mirror.h"
#include "api/routes.h"
#include "base/clock.h"
#include "domain/app.h"
#include "mirror/daybook.h"

static void put_parts(struct json *j, const struct mirror_status *s, size_t daybook_bytes)
{
    const struct {
        const char *name;
        size_t bytes;
    } PARTS[] = {{"events", s->bytes.events},
                 {"sets", s->bytes.marks},
                 {"columns", s->bytes.columns},
                 {"moves", s->bytes.moves},
                 {"dictionaries", s->bytes.dictionaries},
                 {"daybook", daybook_bytes}};
    json_open_array(j, "parts");
    for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++) {
        json_open_object(j, NULL);
        json_put_z(j, "name", PARTS[i].name);
        json_put_int(j, "bytes", (int64_t)PARTS[i].bytes);
        json_close_object(j);
    }
    json_close_array(j);
}

static enum rc status_run(struct request *rq, struct tx *tx, struct err *e)
{
    static const char *const STATES[] = {
        [MIRROR_BUILDING] = "building", [MIRROR_READY] = "ready", [MIRROR_FAILED] = "failed"};
    struct mirror *m = request_app(rq)->mirror;
    struct daybook *l = request_app(rq)->daybook;
    int64_t seq = 0;
    enum rc rc = tx_last_seq(tx, &seq, e);
    if (rc != RC_OK)
        return rc;
    struct mirror_status s = {0};
    if (m != NULL)
        s = mirror_status(m);
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_z(j, "state", m == NULL ? "off" : STATES[s.state]);
    json_put_z(j, "trouble", s.trouble[0] != 0 ? s.trouble : NULL);
    json_put_int(j, "customers", s.customers);
    json_put_int(j, "events", s.rows);
    json_put_int(j, "seq", s.seq);
    json_put_int(j, "behind", s.seq > 0 && seq > s.seq ? seq - s.seq : 0);
    json_put_int(j, "built_seq", s.at_seq);
    json_put_int(j, "build_seq", s.to_seq);
    json_put_int(j, "builds", s.builds);
    json_put_int(j, "steps", s.steps);
    json_put_bool(j, "loaded", s.loaded);
    json_put_int(j, "image_seq", s.image_seq);
    json_put_int(j, "build_us", s.build_us);
    json_put_int(j, "step_us", s.step_us);
    json_put_int(j, "rows_anew", s.rows_anew);
    json_put_int(j, "runs_most", s.runs_most);
    put_parts(j, &s, l != NULL ? daybook_status(l).bytes : 0);
    json_close_object(j);
    return RC_OK;
}

const struct route route_mirror_status = {
    .method = GET,
    .path = "/api/mirror",
    .name = "mirror_status",
    .need = PERM_SYSTEM,
    .scope = SCOPE_NONE,
    .run = status_run,
    .zh = "内存镜像：状态、行数、内存、与数据库的差距。",
    .en = "The mirror in memory: state, rows, memory, and how far it is behind the database.",
    .reply = "Mirror",
};
