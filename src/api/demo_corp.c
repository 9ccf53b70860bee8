/* demo_corp.c — the demo corp in the words of the platform, for the simulator that plays it live
 * (sim/src/demo). Nothing is masked here, so it answers for a demo corp alone: its people are
 * invented.
 */
#include "api/listing.h"
#include "api/routes.h"
#include "store/census.h"
#include "store/demo_corp.h"

/* The columns of a list: names of its texts, then of its numbers; NULL ends each. */
struct columns {
    const char *name;
    const char *texts[5], *numbers[4];
};

static const struct columns LISTS[] = {
    [DEMO_CORP_DEPARTMENTS] = {"departments", {"id", "parent", "name"}, {"position"}},
    [DEMO_CORP_STAFF] = {"staff", {"userid", "name", "position", "department"}, {NULL}},
    [DEMO_CORP_GROUPS] = {"groups", {"chat_id", "name", "owner"}, {"created_s"}},
    [DEMO_CORP_TAGS] = {"tags", {"group", "name"}, {NULL}},
};

static const struct columns PARTS[] = {
    [DEMO_CORP_CUSTOMERS] = {"customers", {"external_userid", "name", "gender"}, {"customer"}},
    [DEMO_CORP_FRIENDS] = {"friends", {"userid"}, {"customer", "added_s", "ended"}},
    [DEMO_CORP_MEMBERS] = {"members", {"chat_id", "inviter"}, {"customer", "joined_s"}},
};

enum { LIST_COUNT = sizeof LISTS / sizeof *LISTS, PART_COUNT = sizeof PARTS / sizeof *PARTS };

static enum rc only_the_demo(struct tx *tx, struct err *e)
{
    bool demo = false;
    enum rc rc = census_demo(tx, &demo, e);
    if (rc != RC_OK || demo)
        return rc;
    rc = err_set(e, RC_CONFLICT, "no_demo", NULL, "这里没有演示数据", "there is no demo data here");
    err_hint(e, "演示企业之外的数据不会这样给出；先在空目录里运行 koi demo。",
             "Other data is never given out so; run koi demo in an empty folder first.");
    return rc;
}

static void put_rows(struct json *j, const struct columns *c, const struct demo_corp_row *rows,
                     size_t n)
{
    json_open_array(j, c->name);
    for (size_t i = 0; i < n; i++) {
        json_open_object(j, NULL);
        for (int k = 0; c->texts[k] != NULL; k++)
            if (!str_absent(rows[i].text[k]))
                json_put_str(j, c->texts[k], rows[i].text[k]);
        for (int k = 0; c->numbers[k] != NULL; k++)
            json_put_int(j, c->numbers[k], rows[i].number[k]);
        json_close_object(j);
    }
    json_close_array(j);
}

static enum rc corp_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct demo_corp_row *rows[LIST_COUNT];
    size_t n[LIST_COUNT];
    enum rc rc = only_the_demo(tx, e);
    for (int i = 0; rc == RC_OK && i < LIST_COUNT; i++)
        rc = demo_corp_list(tx, (enum demo_corp_list)i, &rows[i], &n[i], e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    for (int i = 0; i < LIST_COUNT; i++)
        put_rows(j, &LISTS[i], rows[i], n[i]);
    json_close_object(j);
    return RC_OK;
}

const struct route route_demo_corp = {
    .method = GET,
    .path = "/api/demo/corp",
    .name = "demo_corp",
    .need = PERM_SYSTEM,
    .scope = SCOPE_WHOLE,
    .run = corp_run,
    .zh = "演示企业的部门、员工、群与标签，供模拟器使用。",
    .en = "Departments, staff, groups and tags of the demo corp, for the simulator.",
    .reply = "DemoCorp",
};

static enum rc customers_run(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t after = 0, last = 0, ignored = 0;
    struct demo_corp_row *rows[PART_COUNT];
    size_t n[PART_COUNT];
    cursor_read(rq, &after, &ignored);
    enum rc rc = only_the_demo(tx, e);
    if (rc == RC_OK)
        rc = demo_corp_last(tx, after, page_limit(rq), &last, e);
    for (int i = 0; rc == RC_OK && i < PART_COUNT; i++)
        rc = demo_corp_part(tx, (enum demo_corp_part)i, after, last > after ? last : after,
                            &rows[i], &n[i], e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    for (int i = 0; i < PART_COUNT; i++)
        put_rows(j, &PARTS[i], rows[i], n[i]);
    reply_page_end(rq, last > after ? cursor_write(rq, last, 0) : STR_ABSENT, -1);
    json_close_object(j);
    return RC_OK;
}

const struct route route_demo_customers = {
    .method = GET,
    .path = "/api/demo/customers",
    .name = "demo_customers",
    .need = PERM_SYSTEM,
    .scope = SCOPE_WHOLE,
    .args = {ARGS_PAGE},
    .run = customers_run,
    .zh = "演示企业的一页客户，连同好友关系和所在的群，供模拟器使用。",
    .en = "A page of the demo corp's customers with friendships and groups, for the "
          "simulator.",
    .reply = "DemoCustomers",
};
