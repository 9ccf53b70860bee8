/* import.c — `koi import orders|customers|events FILE`: a file into the database, with progress.
 *
 * With a server running the file is sent to it and the server's job is followed. Without one the
 * import runs here, straight from the file, which must then stay where it is until the import is
 * done: an interrupted one is continued by --resume, which reads it again. What is printed at the
 * end are the counts; the rejected rows are fetched by --rejects.
 */
#include "cmd/client.h"
#include "cmd/commands.h"
#include "domain/import.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the mapping from options ---- */

static enum rc put_columns(struct json *j, struct str list, struct err *e)
{
    struct str part;
    while (str_cut(&list, ',', &part)) {
        struct str field;
        if (!str_cut(&part, '=', &field) || str_absent(part)) {
            enum rc rc = err_set(e, RC_INVALID, "map", "map", "--map 应写成 字段=列名,字段=列名",
                                 "--map is written field=column,field=column");
            err_hint(e, "例如 --map number=订单编号,total=总金额",
                     "such as --map number=Invoice,total=Amount");
            return rc;
        }
        json_key(j, str_trim(field));
        json_put_str(j, NULL, str_trim(part));
    }
    return RC_OK;
}

static bool any_option(const struct invocation *in)
{
    static const char *const names[] = {"zone",  "channel", "delimiter", "encoding",
                                        "sheet", "source",  "no-header", "type"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (option_given(in, names[i]))
            return true;
    return false;
}

static void put_options(const struct invocation *in, struct json *j)
{
    static const char *const names[][2] = {{"zone", "zone"},           {"channel", "channel"},
                                           {"delimiter", "delimiter"}, {"encoding", "encoding"},
                                           {"sheet", "sheet"},         {"source", "source"},
                                           {"type", "event_type"}};
    json_open_object(j, "options");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (option_given(in, names[i][0]))
            json_put_z(j, names[i][1], option_value(in, names[i][0]));
    if (option_given(in, "no-header"))
        json_put_bool(j, "header", false);
    json_close_object(j);
}

/* What --map and the options say, over the guess: absent when they say nothing. */
static enum rc mapping_of(struct invocation *in, struct str *out, struct err *e)
{
    struct buf b;
    *out = STR_ABSENT;
    if (!option_given(in, "map") && !any_option(in))
        return RC_OK;
    buf_init(&b, 1 << 20);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    enum rc rc =
        option_given(in, "map") ? put_columns(&j, str_from(option_value(in, "map")), e) : RC_OK;
    json_put_bool(&j, "guess", true);
    put_options(in, &j);
    json_close_object(&j);
    *out = arena_str(&in->arena, buf_str(&b));
    buf_done(&b);
    return rc;
}

/* ---- starting ---- */

struct starting {
    struct app *app;
    const struct import_spec *spec;
    struct str settled;
    int64_t job;
};

static enum rc add(struct tx *tx, void *arg, struct err *e)
{
    struct starting *s = arg;
    return import_add(s->app, tx, s->spec, s->settled, &s->job, e);
}

static enum rc start_here(struct invocation *in, struct app *app, enum batch_kind kind,
                          struct str mapping, struct str *out_job, struct err *e)
{
    char *path = realpath(position(in, 1), NULL);
    const char *slash = path != NULL ? strrchr(path, '/') : NULL;
    struct import_spec spec = {
        .kind = kind,
        .path = path != NULL ? arena_z(&in->arena, str_from(path)) : position(in, 1),
        .name = arena_str(&in->arena, str_from(slash != NULL ? slash + 1 : position(in, 1))),
        .mapping = mapping,
        .dry_run = option_given(in, "dry-run"),
        .english = in->english,
    };
    free(path);
    struct starting s = {.app = app, .spec = &spec};
    struct tx *tx = NULL;
    enum rc rc = import_hash_file(spec.path, spec.sha256, e);
    if (rc == RC_OK)
        rc = db_read_begin(app->db, &tx, e);
    if (rc == RC_OK)
        rc = import_settle(app, tx, &spec, &in->arena, &s.settled, e);
    db_read_end(tx);
    if (rc == RC_OK)
        rc = writer_run(app->writer, add, &s, e);
    *out_job = arena_printf(&in->arena, "%" PRId64, s.job);
    return rc;
}

static enum rc start_there(struct invocation *in, struct client *c, enum batch_kind kind,
                           struct str mapping, struct str *out_job, struct err *e)
{
    struct client_reply r;
    const char *path = position(in, 1), *slash = strrchr(path, '/');
    enum rc rc = client_upload(c, "/api/uploads", path, slash != NULL ? slash + 1 : path, &r, e);
    if (rc != RC_OK)
        return rc;
    struct str body = arena_printf(
        &in->arena, "{\"upload_id\":\"" STR_FMT "\",\"kind\":\"%s\",\"dry_run\":%s%s" STR_FMT "}",
        STR_ARG(json_str_or(json_get(r.json, "id"), STR(""))), batch_kind_name(kind),
        option_given(in, "dry-run") ? "true" : "false", mapping.n > 0 ? ",\"mapping\":" : "",
        STR_ARG(mapping));
    rc = client_call(c, "POST", "/api/imports", body, &r, e);
    if (rc == RC_OK)
        *out_job = json_str_or(json_get(json_get(r.json, "job"), "id"), STR(""));
    return rc;
}

/* ---- the result ---- */

static long long number(const struct json_value *v, const char *key)
{
    return (long long)json_int_or(json_get(v, key), 0);
}

static void print_result(struct invocation *in, const struct client_reply *done)
{
    const struct json_value *r = json_get(done->json, "result");
    if (in->json) {
        printf(STR_FMT "\n", STR_ARG(done->body));
        return;
    }
    bool dry = json_bool_or(json_get(r, "dry_run"), false);
    printf(say(in, "%s：%lld 行，新增 %lld，更新 %lld，已有 %lld，拒绝 %lld\n",
               "%s: %lld lines, %lld added, %lld changed, %lld known, %lld rejected\n"),
           dry ? say(in, "试导入", "dry run") : say(in, "导入", "import"), number(r, "lines"),
           number(r, "added"), number(r, "changed"), number(r, "known"), number(r, "rejected"));
    if (!dry)
        printf(say(in, "订单 %lld，客户 %lld，商品 %lld，行为 %lld；导入编号 " STR_FMT "\n",
                   "%lld orders, %lld customers, %lld products, %lld events; import " STR_FMT "\n"),
               number(r, "orders"), number(r, "customers"), number(r, "products"),
               number(r, "events"), STR_ARG(json_str_or(json_get(r, "import_id"), STR("-"))));
    const struct json_value *problems = json_get(r, "problems");
    for (size_t i = 0; problems != NULL && i < json_count(problems); i++) {
        const struct json_value *p = json_at(problems, i);
        printf(say(in, "  第 %lld 行 " STR_FMT "：" STR_FMT "\n",
                   "  line %lld " STR_FMT ": " STR_FMT "\n"),
               number(p, "line"), STR_ARG(json_str_or(json_get(p, "column"), STR(""))),
               STR_ARG(json_str_or(json_get(p, "reason"), STR(""))));
    }
}

static enum rc follow(struct invocation *in, struct client *c, struct str job, struct err *e)
{
    struct client_reply done;
    enum rc rc = client_follow(c, job, &done, e);
    if (rc == RC_OK)
        print_result(in, &done);
    return rc;
}

/* ---- other verbs ---- */

/* The newest import that has not ended well. */
static enum rc resume(struct invocation *in, struct client *c, struct err *e)
{
    struct client_reply r;
    enum rc rc = client_call(c, "GET", "/api/imports?limit=50", STR_ABSENT, &r, e);
    const struct json_value *items = rc == RC_OK ? json_get(r.json, "items") : NULL;
    for (size_t i = 0; items != NULL && i < json_count(items); i++) {
        const struct json_value *job = json_get(json_at(items, i), "job");
        struct str kind = json_str_or(json_get(job, "kind"), STR("")),
                   state = json_str_or(json_get(job, "state"), STR("done"));
        struct str id = json_str_or(json_get(job, "id"), STR(""));
        if (!str_eq(kind, STR("import")) || str_eq(state, STR("done")))
            continue;
        if (str_eq(state, STR("stopped")) || str_eq(state, STR("failed")))
            rc = client_call(
                c, "POST", arena_printf(&in->arena, "/api/jobs/" STR_FMT "/resume", STR_ARG(id)).p,
                STR("{}"), &r, e);
        return rc == RC_OK ? follow(in, c, id, e) : rc;
    }
    if (rc == RC_OK)
        rc = err_set(e, RC_NOT_FOUND, "nothing_to_resume", NULL, "没有未完成的导入",
                     "there is no unfinished import");
    return rc;
}

static enum rc undo(struct invocation *in, struct client *c, struct err *e)
{
    struct client_reply r;
    struct str id = str_from(option_value(in, "undo"));
    int64_t n;
    if (!str_to_i64(id, &n))
        return err_set(e, RC_INVALID, "import_id", "undo", "导入编号是一串数字",
                       "an import's id is a number");
    enum rc rc =
        client_call(c, "POST", arena_printf(&in->arena, "/api/imports/%" PRId64 "/undo", n).p,
                    STR("{}"), &r, e);
    if (rc != RC_OK)
        return rc;
    rc = client_follow(c, json_str_or(json_get(json_get(r.json, "job"), "id"), STR("")), &r, e);
    if (rc == RC_OK && in->json)
        printf(STR_FMT "\n", STR_ARG(r.body));
    else if (rc == RC_OK)
        printf(say(in, "已撤销，移除 %lld 行\n", "undone, %lld rows taken out\n"),
               number(json_get(r.json, "result"), "rows"));
    return rc;
}

static enum rc rejects(struct invocation *in, struct client *c, struct err *e)
{
    int64_t n;
    if (!str_to_i64(str_from(option_value(in, "rejects")), &n))
        return err_set(e, RC_INVALID, "import_id", "rejects", "导入编号是一串数字",
                       "an import's id is a number");
    return client_download(c, arena_printf(&in->arena, "/api/imports/%" PRId64 "/rejects", n).p,
                           NULL, e);
}

static enum rc import_file(struct invocation *in, struct client *c, struct err *e)
{
    struct str mapping, job = STR("");
    enum batch_kind kind = batch_kind_from(str_from(position(in, 0)));
    if (kind >= BATCH_DEMO || position(in, 1) == NULL) {
        enum rc rc =
            err_set(e, RC_INVALID, "usage", NULL, "用法：koi import orders|customers|events 文件",
                    "usage: koi import orders|customers|events FILE");
        err_hint(e, "koi help import 列出全部选项", "koi help import lists the options");
        return rc;
    }
    enum rc rc = mapping_of(in, &mapping, e);
    if (rc == RC_OK)
        rc = client_is_remote(c) ? start_there(in, c, kind, mapping, &job, e)
                                 : start_here(in, client_app(c), kind, mapping, &job, e);
    return rc == RC_OK ? follow(in, c, job, e) : rc;
}

static enum rc import_run(struct invocation *in, struct err *e)
{
    struct client *c = NULL;
    enum rc rc = client_open(in, &c, e);
    if (rc == RC_OK)
        rc = option_given(in, "undo")      ? undo(in, c, e)
             : option_given(in, "rejects") ? rejects(in, c, e)
             : option_given(in, "resume")  ? resume(in, c, e)
                                           : import_file(in, c, e);
    client_close(c);
    return rc;
}

const struct command command_import = {
    .name = "import",
    .usage = "orders|customers|events FILE",
    .zh = "导入订单、客户或行为文件（CSV、XLSX，可 gzip）",
    .en = "Import a file of orders, customers or events (CSV, XLSX, gzipped or not)",
    .options =
        {
            {"map", "FIELD=COLUMN,…", .zh = "字段对应的列，缺省自动猜测",
             .en = "which column is which field; guessed unless told"},
            {"dry-run", .zh = "只检查，什么也不写", .en = "check everything, write nothing"},
            {"resume", .zh = "继续上次未完成的导入",
             .en = "go on with the newest unfinished import"},
            {"undo", "ID", .zh = "撤销一次导入", .en = "take an import out again"},
            {"rejects", "ID", .zh = "打印被拒绝的行（CSV）",
             .en = "print the rows that were rejected (CSV)"},
            {"channel", "NAME", .zh = "渠道（店铺）名称，缺省为“导入”",
             .en = "the channel (shop), 导入 unless told"},
            {"zone", "ZONE", .zh = "文件中时间的时区，缺省为企业时区",
             .en = "time zone of the file, the corp's unless told"},
            {"source", "NAME", .zh = "新客户的来源", .en = "the source of new customers"},
            {"type", "KIND", .zh = "行为文件没有类型列时的行为类型",
             .en = "the kind of events when no column says it"},
            {"delimiter", "CHAR", .zh = "分隔符：, ; | tab blanks",
             .en = "one of , ; | tab blanks"},
            {"encoding", "NAME", .zh = "编码：utf-8 gb18030 …", .en = "utf-8, gb18030 …"},
            {"sheet", "NAME", .zh = "工作表", .en = "the sheet of a workbook"},
            {"no-header", .zh = "第一行就是数据", .en = "the first row is data"},
        },
    .positions_min = 0,
    .positions_max = 2,
    .run = import_run,
};
