/* imports.c — imports from the console: look, try, run, list, rejects, undo. What they mean is
 * docs/IMPORT.md.
 *
 * Looking at a file reads up to two thousand rows of it and runs on the request's own thread before
 * any transaction of the writer; what is heavy is a job.
 */
#include "domain/import.h"

#include "api/listing.h"
#include "api/routes.h"
#include "api/upload_note.h"
#include "domain/import_map.h"
#include "file/sealed.h"

#include <unistd.h>

#define KIND_ARG                                                                                   \
    {                                                                                              \
        "kind", ARG_CHOICE, IN_BODY, .required = true, .choices = "orders|customers|events",       \
                                     .zh = "文件的种类", .en = "what the file holds"               \
    }
#define UPLOAD_ARG                                                                                 \
    {                                                                                              \
        "upload_id", ARG_TEXT, IN_BODY, .required = true, .min = 24, .max = 24,                    \
                                        .zh = "POST /api/uploads 给出的 id",                       \
                                        .en = "the id that POST /api/uploads gave"                 \
    }

static enum rc spec_of(struct request *rq, struct import_spec *spec, struct err *e)
{
    struct upload_note note;
    const struct caller *c = request_caller(rq);
    enum rc rc =
        upload_note_read(request_app(rq), request_arena(rq), arg_str(rq, "upload_id"), &note, e);
    if (rc != RC_OK)
        return rc;
    *spec = (struct import_spec){
        .kind = batch_kind_from(arg_str(rq, "kind")),
        .path = note.path,
        .sealed = true,
        .name = note.name,
        .english = c->english,
        .account_id = c->account_id,
    };
    memcpy(spec->sha256, note.sha256, 32);
    return RC_OK;
}

static enum rc preview_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct import_spec spec;
    enum rc rc = spec_of(rq, &spec, e);
    return rc == RC_OK ? import_preview(request_app(rq), tx, &spec, arg_json(rq, "options"),
                                        spec.english, reply_json(rq), e)
                       : rc;
}

const struct route route_import_preview = {
    .method = POST,
    .path = "/api/imports/preview",
    .name = "import_preview",
    .need = PERM_IMPORT,
    .scope = SCOPE_WHOLE,
    .args =
        {
            UPLOAD_ARG,
            KIND_ARG,
            {"options", ARG_JSON, IN_BODY, .zh = "读法：delimiter、encoding、header、sheet",
             .en = "how to read it: delimiter, encoding, header, sheet"},
        },
    .run = preview_run,
    .zh = "看一眼文件：格式、表头、猜测的映射、前 50 行、前 20 个问题。",
    .en = "Look at a file: format, header, guessed mapping, the first 50 rows and 20 problems.",
    .reply = "ImportPreview",
};

struct settled_import {
    struct import_spec spec;
    struct str mapping;
};

static struct str json_text(struct arena *a, const struct json_value *v);

/* The mapping as it was sent: members are texts, options a small object. */
static void print_value(struct json *j, const char *key, const struct json_value *v)
{
    switch (json_kind_of(v)) {
    case JSON_BOOL:
        json_put_bool(j, key, json_bool_or(v, false));
        break;
    case JSON_STR:
        json_put_str(j, key, json_str_or(v, STR("")));
        break;
    case JSON_OBJECT:
        json_open_object(j, key);
        for (size_t i = 0; i < json_count(v); i++) {
            struct str name;
            const struct json_value *member = json_member(v, i, &name);
            if (json_kind_of(member) == JSON_OBJECT)
                continue; /* nothing in a mapping is deeper */
            json_key(j, name);
            print_value(j, NULL, member);
        }
        json_close_object(j);
        break;
    default:
        json_put_null(j, key);
    }
}

static struct str json_text(struct arena *a, const struct json_value *v)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    for (size_t i = 0; v != NULL && json_kind_of(v) == JSON_OBJECT && i < json_count(v); i++) {
        struct str name;
        const struct json_value *member = json_member(v, i, &name);
        json_key(&j, name);
        print_value(&j, NULL, member);
    }
    json_close_object(&j);
    struct str out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return out;
}

static enum rc create_prepare(struct request *rq, struct tx *tx, struct err *e)
{
    struct settled_import *s = ARENA_NEW(request_arena(rq), struct settled_import);
    enum rc rc = spec_of(rq, &s->spec, e);
    if (rc != RC_OK)
        return rc;
    s->spec.dry_run = arg_int(rq, "dry_run") != 0;
    if (arg_json(rq, "mapping") != NULL)
        s->spec.mapping = json_text(request_arena(rq), arg_json(rq, "mapping"));
    rc = import_settle(request_app(rq), tx, &s->spec, request_arena(rq), &s->mapping, e);
    request_set_note(rq, s);
    return rc;
}

static enum rc create_run(struct request *rq, struct tx *tx, struct err *e)
{
    const struct settled_import *s = request_note(rq);
    int64_t job;
    enum rc rc = import_add(request_app(rq), tx, &s->spec, s->mapping, &job, e);
    if (rc != RC_OK)
        return rc;
    request_audit(rq, "job", job, "\"kind\":\"%s\",\"dry_run\":%s", batch_kind_name(s->spec.kind),
                  s->spec.dry_run ? "true" : "false");
    reply_status(rq, 202);
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    rc = job_print(request_app(rq), tx, job, j, "job", e);
    json_close_object(j);
    return rc;
}

const struct route route_import_create = {
    .method = POST,
    .path = "/api/imports",
    .name = "import_create",
    .need = PERM_IMPORT,
    .scope = SCOPE_WHOLE,
    .writes = true,
    .idempotent = true,
    .audited = true,
    .args =
        {
            UPLOAD_ARG,
            KIND_ARG,
            {"mapping", ARG_JSON, IN_BODY, .zh = "字段到列名，和 options；缺省用记住的或猜测的",
             .en = "fields to columns, and options; the remembered or guessed one unless given"},
            {"dry_run", ARG_BOOL, IN_BODY, .zh = "只检查，什么也不写",
             .en = "check everything, write nothing"},
        },
    .prepare = create_prepare,
    .run = create_run,
    .zh = "导入一个上传的文件。",
    .en = "Import an uploaded file.",
    .reply = "JobStarted",
};

/* ---- batches ---- */

static enum rc print_batch(struct request *rq, struct tx *tx, const struct batch_row *b,
                           struct json *j, struct err *e)
{
    enum rc rc = RC_OK;
    json_open_object(j, NULL);
    json_put_id(j, "id", b->id);
    json_put_z(j, "kind", batch_kind_name(b->kind));
    json_put_str(j, "file_name", b->file_name);
    json_put_z(j, "state", batch_state_name(b->state));
    json_put_int(j, "lines", b->lines);
    json_put_int(j, "added", b->added);
    json_put_int(j, "known", b->known);
    json_put_int(j, "rejected", b->rejected);
    json_put_int(j, "created_s", b->created_s);
    json_put_raw(j, "mapping", str_empty(b->mapping) ? STR("null") : b->mapping);
    if (b->job_id != 0)
        rc = job_print(request_app(rq), tx, b->job_id, j, "job", e);
    else
        json_put_null(j, "job");
    json_close_object(j);
    return rc;
}

static enum rc list_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct batch_row *rows;
    size_t n;
    int64_t before = INT64_MAX, ignored, limit = page_limit(rq);
    cursor_read(rq, &before, &ignored);
    enum rc rc = batch_list(tx, before, limit + 1, &rows, &n, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = listing_open(rq);
    bool more = (int64_t)n > limit;
    n = more ? (size_t)limit : n;
    for (size_t i = 0; i < n && rc == RC_OK; i++)
        rc = print_batch(rq, tx, &rows[i], j, e);
    listing_close(rq, more ? cursor_write(rq, rows[n - 1].id, 0) : STR_ABSENT, -1);
    return rc;
}

const struct route route_import_list = {
    .method = GET,
    .path = "/api/imports",
    .name = "import_list",
    .need = PERM_IMPORT,
    .scope = SCOPE_WHOLE,
    .args = {ARGS_PAGE},
    .run = list_run,
    .zh = "导入记录，最新的在前。",
    .en = "Imports, newest first.",
    .reply = "ImportList",
};

static enum rc get_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct batch_row b;
    enum rc rc = batch_get(tx, arg_int(rq, "import_id"), &b, e);
    return rc == RC_OK ? print_batch(rq, tx, &b, reply_json(rq), e) : rc;
}

const struct route route_import_get = {
    .method = GET,
    .path = "/api/imports/{import_id}",
    .name = "import_get",
    .need = PERM_IMPORT,
    .scope = SCOPE_WHOLE,
    .args = {{"import_id", ARG_ID, IN_PATH, .required = true, .zh = "导入", .en = "the import"}},
    .run = get_run,
    .zh = "一次导入的数字和任务。",
    .en = "One import: its figures and its job.",
    .reply = "Import",
};

static enum rc rejects_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct batch_row b;
    enum rc rc = batch_get(tx, arg_int(rq, "import_id"), &b, e);
    if (rc != RC_OK)
        return rc;
    const char *path = import_reject_path(request_app(rq), request_arena(rq), b.id);
    if (access(path, R_OK) != 0)
        return err_set(e, RC_NOT_FOUND, "no_rejects", "import_id",
                       "这次导入没有被拒绝的行，或还在进行",
                       "no rows of this import were rejected, or it is still running");
    request_audit(rq, "import", b.id, "%s", "");
    reply_file(rq, path, "text/csv; charset=utf-8",
               arena_printf(request_arena(rq), "rejects-%lld.csv", (long long)b.id), false);
    return RC_OK;
}

const struct route route_import_rejects = {
    .method = GET,
    .path = "/api/imports/{import_id}/rejects",
    .name = "import_rejects",
    .need = PERM_IMPORT,
    .scope = SCOPE_WHOLE,
    .audited = true,
    .args = {{"import_id", ARG_ID, IN_PATH, .required = true, .zh = "导入", .en = "the import"}},
    .run = rejects_run,
    .zh = "被拒绝的行：行号、列、原因、原文（CSV 文件）。",
    .en = "The rows that were rejected: line, column, reason, text (a CSV file).",
};

static enum rc undo_run(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t id = arg_int(rq, "import_id"), job;
    enum rc rc = import_undo_add(request_app(rq), tx, id, request_caller(rq)->account_id, &job, e);
    if (rc != RC_OK)
        return rc;
    request_audit(rq, "import", id, "%s", "");
    reply_status(rq, 202);
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    rc = job_print(request_app(rq), tx, job, j, "job", e);
    json_close_object(j);
    return rc;
}

const struct route route_import_undo = {
    .method = POST,
    .path = "/api/imports/{import_id}/undo",
    .name = "import_undo",
    .need = PERM_IMPORT,
    .scope = SCOPE_WHOLE,
    .writes = true,
    .idempotent = true,
    .audited = true,
    .args = {{"import_id", ARG_ID, IN_PATH, .required = true, .zh = "导入", .en = "the import"}},
    .run = undo_run,
    .zh = "撤销一次导入：它带来的一切都会移除。",
    .en = "Undo an import: everything it brought is taken out.",
    .reply = "JobStarted",
};
