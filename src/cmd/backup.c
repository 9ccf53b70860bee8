/* backup.c — `koi backup [FILE]`: a checked copy of everything, also while the server runs.
 *
 * The job makes the backup in the data directory's backup/ and checks it; with FILE it is then
 * copied there, whole or not at all. The keys stay out unless --with-key wraps them by a
 * passphrase: without keys a stolen backup shows no phone number, and without a copy of koi.key
 * elsewhere a lost machine is lost. The command reminds of that.
 */
#include "base/buf.h"
#include "cmd/commands.h"
#include "cmd/passphrase.h"
#include "cmd/print.h"

#include <stdio.h>
#include <unistd.h>

static enum rc order(struct invocation *in, struct client *c, const char *passphrase,
                     struct client_reply *out, struct err *e)
{
    struct buf b;
    buf_init(&b, 4096);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    if (passphrase != NULL) {
        json_put_z(&j, "passphrase", passphrase);
    }
    json_close_object(&j);
    enum rc rc = client_call(c, "POST", "/api/backups", buf_str(&b), out, e);
    buf_done(&b);
    (void)in;
    return rc;
}

static enum rc fetch(struct invocation *in, struct client *c, struct str name, const char *path,
                     struct err *e)
{
    if (access(path, F_OK) == 0) {
        return err_set(e, RC_CONFLICT, "file_exists", NULL, "已有文件 %s",
                       "there is a file %s already", path);
    }
    const char *target = arena_printf(&in->arena, "/api/backups/" STR_FMT "/file", STR_ARG(name)).p;
    return client_download(c, target, path, e);
}

static enum rc backup(struct invocation *in, struct err *e)
{
    struct client *c = NULL;
    struct client_reply r;
    const char *passphrase = NULL;
    enum rc rc = RC_OK;
    if (option_given(in, "with-key")) {
        rc = passphrase_read(in, true, &passphrase, e);
    }
    if (rc == RC_OK) {
        rc = client_open(in, &c, e);
    }
    if (rc == RC_OK) {
        rc = order(in, c, passphrase, &r, e);
    }
    if (rc == RC_OK) {
        rc =
            client_follow(c, json_str_or(json_get(json_get(r.json, "job"), "id"), STR("0")), &r, e);
    }
    const struct json_value *result = rc == RC_OK ? json_get(r.json, "result") : NULL;
    struct str name = json_str_or(json_get(result, "name"), STR(""));
    if (rc == RC_OK && position(in, 0) != NULL) {
        rc = fetch(in, c, name, position(in, 0), e);
    }
    if (rc == RC_OK && in->json) {
        print_json(&r);
    } else if (rc == RC_OK && position(in, 0) != NULL) {
        printf("%s\n", position(in, 0));
    } else if (rc == RC_OK) {
        printf("%s/backup/" STR_FMT "\n", in->data_dir, STR_ARG(name));
    }
    if (rc == RC_OK && passphrase == NULL && !in->json) {
        fprintf(stderr, "%s\n",
                say(in, "备份里没有密钥：请另存一份 koi.key，或用 --with-key。",
                    "The keys are not in it: keep a copy of koi.key elsewhere, or "
                    "use --with-key."));
    }
    client_close(c);
    return rc;
}

const struct command command_backup = {
    .name = "backup",
    .usage = "[FILE]",
    .zh = "做一份已校验的备份，服务运行时也可以",
    .en = "Make a checked backup, also while the server runs",
    .options =
        {
            {"with-key", NULL, .zh = "带上用口令包装的密钥",
             .en = "put the keys in, wrapped by a passphrase"},
            {"passphrase-file", "FILE", .zh = "口令所在的文件",
             .en = "file that holds the passphrase"},
        },
    .positions_max = 1,
    .run = backup,
};
