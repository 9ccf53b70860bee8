/* wecom.c — `koi wecom …`: what Koi may call at WeCom.
 *
 * `endpoints` needs no installation: the table is part of the program.
 *
 *     koi wecom endpoints externalcontact/get
 *     koi wecom endpoints --json
 */
#include "cmd/commands.h"
#include "connect/wecom/endpoint.h"

#include <stdio.h>
#include <string.h>

enum { DOCUMENT_BYTES = 1 << 20 };

static enum rc print_table_json(void)
{
    struct buf b;
    buf_init(&b, DOCUMENT_BYTES);
    struct json j = json_to(&b);
    wecom_endpoints_print(&j);
    fwrite(b.p, 1, b.n, stdout);
    putchar('\n');
    enum rc rc = b.failed ? RC_LIMIT : RC_OK;
    buf_done(&b);
    return rc;
}

static enum rc endpoints(struct invocation *in, struct err *e)
{
    const char *path = position(in, 0);
    bool found = path == NULL;
    if (in->json)
        return print_table_json();
    for (size_t i = 0; i < wecom_endpoint_count; i++) {
        const struct wecom_endpoint *ep = &wecom_endpoint_table[i];
        if (path != NULL && strcmp(path, ep->path) != 0)
            continue;
        found = true;
        printf("%-4s %s\n", ep->method == WECOM_GET ? "GET" : "POST", ep->path);
        if (path != NULL)
            printf("     > %s\n     < %s\n", ep->takes, ep->gives);
    }
    if (found)
        return RC_OK;
    err_set(e, RC_NOT_FOUND, "endpoint_unknown", NULL, "没有企业微信接口 %s",
            "there is no endpoint %s of WeCom", path);
    err_hint(e, "用 koi wecom endpoints 查看全部", "koi wecom endpoints lists them all");
    return RC_NOT_FOUND;
}

const struct command command_wecom_endpoints = {
    .name = "wecom endpoints",
    .usage = "[PATH]",
    .zh = "列出会调用的企业微信接口及其字段",
    .en = "List the endpoints of WeCom that may be called, and their fields",
    .positions_max = 1,
    .run = endpoints,
};
