/* uploads.c — a file from the browser or the command line, sealed as it came in.
 *
 * Its id is the random name of the sealed file; whoever has it, and may import, may use it. Name,
 * size and hash are in a sealed note beside it. Both go when the import is done, or after two weeks
 * (domain/upkeep.c).
 */
#include "api/routes.h"
#include "api/upload_note.h"
#include "file/sealed.h"

#include <string.h>

enum { ID_BYTES = 24, NOTE_BYTES = 4096 };

static struct str id_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return str_from(slash != NULL ? slash + 1 : path);
}

static const char *note_path(const char *path, struct arena *a)
{
    return arena_printf(a, "%s.note", path).p;
}

static void print_note(const struct upload *u, struct json *j)
{
    char hex[65];
    secret_hex(u->sha256, 32, hex);
    json_open_object(j, NULL);
    json_put_str(j, "id", id_of(u->path));
    json_put_str(j, "name", str_utf8_prefix(u->name, 200));
    json_put_int(j, "bytes", u->bytes);
    json_put_z(j, "sha256", hex);
    json_close_object(j);
}

static enum rc write_note(struct request *rq, const struct upload *u, struct err *e)
{
    struct sealed_writer *w;
    struct buf b;
    buf_init(&b, NOTE_BYTES);
    struct json j = json_to(&b);
    print_note(u, &j);
    enum rc rc = sealed_create(request_app(rq)->keys, note_path(u->path, request_arena(rq)), &w, e);
    if (rc == RC_OK) {
        rc = sealed_write(w, buf_str(&b), e);
        if (rc == RC_OK)
            rc = sealed_finish(w, e);
        else
            sealed_drop(w);
    }
    buf_done(&b);
    return rc;
}

static enum rc upload_run(struct request *rq, struct tx *tx, struct err *e)
{
    const struct upload *u = request_upload(rq);
    (void)tx;
    enum rc rc = write_note(rq, u, e);
    if (rc != RC_OK)
        return rc;
    reply_status(rq, 201);
    request_audit(rq, "upload", 0, "\"bytes\":%lld", (long long)u->bytes);
    print_note(u, reply_json(rq));
    return RC_OK;
}

const struct route route_upload_create = {
    .method = POST,
    .path = "/api/uploads",
    .name = "upload_create",
    .need = PERM_IMPORT,
    .scope = SCOPE_WHOLE,
    .writes = true,
    .audited = true,
    .raw_body = true,
    .run = upload_run,
    .zh = "上传一个文件（原样放在请求体里，文件名放在 X-File-Name）。",
    .en = "Send a file (as the raw body, its name in X-File-Name).",
    .reply = "Upload",
};

/* Ids are the characters of secret_random_text() and nothing else: they become part of a path. */
static bool id_valid(struct str id)
{
    for (size_t i = 0; i < id.n; i++) {
        char x = id.p[i];
        if (!((x >= '0' && x <= '9') || (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z')))
            return false;
    }
    return id.n == ID_BYTES;
}

static enum rc unknown(struct err *e)
{
    enum rc rc = err_set(e, RC_NOT_FOUND, "upload_unknown", "upload_id", "没有这个上传文件",
                         "there is no such upload");
    err_hint(e, "文件可能已导入或过期，请重新上传",
             "it may have been imported or have expired: upload it again");
    return rc;
}

static void unhex(struct str hex, uint8_t out[static 32])
{
    for (size_t i = 0; i < 32 && 2 * i + 1 < hex.n; i++) {
        int v = 0;
        for (size_t k = 0; k < 2; k++) {
            char x = hex.p[2 * i + k];
            v = v * 16 + (x <= '9' ? x - '0' : x - 'a' + 10);
        }
        out[i] = (uint8_t)v;
    }
}

enum rc upload_note_read(struct app *app, struct arena *a, struct str id, struct upload_note *out,
                         struct err *e)
{
    struct sealed_reader *r;
    char *text = arena_alloc(a, NOTE_BYTES);
    size_t n = 0;
    if (!id_valid(id))
        return unknown(e);
    const char *path = app_path(app, a, arena_printf(a, "upload/" STR_FMT, STR_ARG(id)).p);
    enum rc rc = sealed_open(app->keys, note_path(path, a), &r, e);
    if (rc != RC_OK)
        return rc == RC_NOT_FOUND ? unknown(e) : rc;
    rc = sealed_read(r, text, NOTE_BYTES, &n, e);
    sealed_close(r);
    const struct json_value *v;
    if (rc == RC_OK)
        rc = json_parse(a, (struct str){text, n}, &v, e);
    if (rc != RC_OK)
        return rc;
    *out = (struct upload_note){.path = path,
                                .name = json_str_or(json_get(v, "name"), STR("")),
                                .bytes = json_int_or(json_get(v, "bytes"), 0)};
    unhex(json_str_or(json_get(v, "sha256"), STR("")), out->sha256);
    return RC_OK;
}
