/* export.c — `koi export customers --output FILE`: a list into a spreadsheet.
 *
 * The list is asked as the administrator of this machine. Its filters are those of its route,
 * written name=value; the file's ending decides the format unless --format does. The sealed copy
 * that the server keeps goes after a week.
 */
#include "cmd/export.h"

#include "cmd/commands.h"

#include <stdio.h>
#include <string.h>

static enum rc put_filter(struct json *j, const struct invocation *in, struct err *e)
{
    struct str list = str_from(option_value(in, "filter")), part, name;
    json_open_object(j, "filter");
    while (!str_absent(list) && str_cut(&list, ',', &part)) {
        if (!str_cut(&part, '=', &name) || str_absent(part))
            return err_set(e, RC_INVALID, "filter", NULL, "--filter 应写成 名称=值,名称=值",
                           "--filter is written name=value,name=value");
        json_key(j, str_trim(name));
        json_put_str(j, NULL, str_trim(part));
    }
    if (position(in, 1) != NULL)
        json_put_z(j, "audience_id", position(in, 1));
    json_close_object(j);
    return RC_OK;
}

const char *export_format(const char *wanted, const char *file)
{
    if (wanted != NULL)
        return wanted;
    return str_ends(str_from(file), STR(".csv")) ? "csv" : "xlsx";
}

static enum rc body_of(struct invocation *in, struct str *out, struct err *e)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    json_put_z(&j, "what", position(in, 0));
    json_put_z(&j, "format", export_format(option_value(in, "format"), option_value(in, "output")));
    enum rc rc = put_filter(&j, in, e);
    if (rc == RC_OK && option_given(in, "columns")) {
        struct str list = str_from(option_value(in, "columns")), part;
        json_open_array(&j, "columns");
        while (str_cut(&list, ',', &part))
            json_put_str(&j, NULL, str_trim(part));
        json_close_array(&j);
    }
    if (rc == RC_OK)
        json_close_object(&j);
    *out = arena_str(&in->arena, buf_str(&b));
    buf_done(&b);
    return rc;
}

enum rc export_fetch(struct invocation *in, struct client *c, struct str body, const char *file,
                     struct err *e)
{
    struct client_reply r;
    struct str job = STR("");
    enum rc rc = client_call(c, "POST", "/api/exports", body, &r, e);
    if (rc == RC_OK) {
        job = json_str_or(json_get(json_get(r.json, "job"), "id"), STR(""));
        rc = client_follow(c, job, &r, e);
    }
    if (rc == RC_OK)
        rc = client_download(
            c, arena_printf(&in->arena, "/api/exports/" STR_FMT "/file", STR_ARG(job)).p, file, e);
    if (rc == RC_OK && in->json)
        printf(STR_FMT "\n", STR_ARG(r.body));
    else if (rc == RC_OK)
        fprintf(stderr, say(in, "已导出 %lld 行到 %s\n", "%lld rows exported to %s\n"),
                (long long)json_int_or(json_get(json_get(r.json, "result"), "rows"), 0), file);
    return rc;
}

static enum rc export_run(struct invocation *in, struct err *e)
{
    struct client *c = NULL;
    struct str body = STR("");
    enum rc rc = body_of(in, &body, e);
    if (rc == RC_OK)
        rc = client_open(in, &c, e);
    if (rc == RC_OK)
        rc = export_fetch(in, c, body, option_value(in, "output"), e);
    client_close(c);
    return rc;
}

const struct command command_export = {
    .name = "export",
    .usage = "customers|orders|audience|… [AUDIENCE]",
    .zh = "把一个列表导出成表格（XLSX 或 CSV）",
    .en = "Export a list as a spreadsheet (XLSX or CSV)",
    .options =
        {
            {"output", "FILE", .required = true, .zh = "写到哪个文件", .en = "the file to write"},
            {"format", "xlsx|csv", .zh = "格式，缺省看文件名",
             .en = "the format; by the file's ending unless told"},
            {"filter", "NAME=VALUE,…", .zh = "列表的筛选参数", .en = "filters of the list"},
            {"columns", "KEY,…", .zh = "列，缺省为全部", .en = "columns, all unless told"},
        },
    .positions_min = 1,
    .positions_max = 2,
    .run = export_run,
};
