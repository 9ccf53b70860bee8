/* restore.c — `koi restore FILE`: puts a backup in place, with the server stopped.
 *
 * Everything is checked before anything is touched and again afterwards (domain/restore.h). Over an
 * installation that is there it needs --force, and keeps the database it replaces.
 */
#include "domain/restore.h"

#include "cmd/commands.h"
#include "cmd/http_client.h"
#include "cmd/passphrase.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

static enum rc check_stopped(struct invocation *in, struct err *e)
{
    int fd = http_connect(arena_printf(&in->arena, "%s/koi.sock", in->data_dir).p);
    if (fd < 0) {
        return RC_OK;
    }
    close(fd);
    err_set(e, RC_BUSY, "server_running", NULL, "服务正在运行", "the server is running");
    err_hint(e, "先停止服务，或在控制台里恢复", "stop it first, or restore from the console");
    return RC_BUSY;
}

static enum rc restore(struct invocation *in, struct err *e)
{
    struct restore_report report;
    struct restore_options o = {
        .data_dir = in->data_dir, .file = position(in, 0), .force = option_given(in, "force")};
    enum rc rc = check_stopped(in, e);
    if (rc == RC_OK && option_given(in, "passphrase-file")) {
        rc = passphrase_read(in, false, &o.passphrase, e);
    }
    if (rc == RC_OK) {
        rc = restore_run(&o, &report, e);
    }
    if (rc == RC_OK && in->json) {
        printf("{\"tables\":%" PRId64 ",\"rows\":%" PRId64 ",\"erased_again\":%" PRId64 "}\n",
               report.tables, report.rows, report.erased_again);
    } else if (rc == RC_OK) {
        printf("%s: %" PRId64 " / %" PRId64 "\n",
               say(in, "已恢复并核对，表 / 行", "restored and compared, tables / rows"),
               report.tables, report.rows);
        if (report.erased_again > 0) {
            printf(
                "%s: %" PRId64 "\n",
                say(in, "按删除记录再次删除的客户", "customers erased again by their tombstones"),
                report.erased_again);
        }
        if (report.kept[0] != 0) {
            printf("%s: %s\n", say(in, "原来的数据库", "the database that was there"), report.kept);
        }
    }
    return rc;
}

const struct command command_restore = {
    .name = "restore",
    .usage = "FILE",
    .zh = "恢复一份备份，前后都核对",
    .en = "Put a backup in place, compared before and after",
    .options =
        {
            {"force", NULL, .zh = "覆盖已有的数据",
             .en = "also over an installation that is there"},
            {"passphrase-file", "FILE", .zh = "备份里密钥的口令所在的文件",
             .en = "file with the passphrase of the keys in the backup"},
        },
    .positions_min = 1,
    .positions_max = 1,
    .run = restore,
};
