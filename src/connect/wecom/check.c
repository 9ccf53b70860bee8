/* check.c — the calls that stand for the permissions; each reads, and little.
 *
 * The first row of a secret is the same for all: it needs a token and an address that WeCom trusts,
 * and no right beyond that. Of an acquisition link the quota is asked, which needs no link. WeCom
 * gives members by department, so the members in the visible range cost a call for each of the
 * first departments; members who are visible without their department are not among them.
 */
#include "connect/wecom/check.h"

#include "connect/wecom/reply.h"

#include <assert.h>
#include <stdlib.h>

enum { PATIENCE_S = 8, LIST_S = 7 * 86400 };

#define DEPARTMENTS "department/list"
#define MEMBERS "user/simplelist"

static const struct trial {
    enum wecom_key key;
    const char *name, *path;
    const char *request; /* JSON; %lld … %lld are a week ago and now */
    const char *zh, *en;
    const char *rows; /* the list of the reply that is counted; NULL: none */
} TRIALS[] = {
    {WECOM_KEY_APP, "token", "getcallbackip", "{}", "密钥与可信 IP", "secret and trusted IP"},
    {WECOM_KEY_APP, "directory", DEPARTMENTS, "{}", "通讯录", "directory", "department"},
    {WECOM_KEY_APP, "visible", MEMBERS, NULL, "可见的成员", "visible members"},
    {WECOM_KEY_APP, "customers", "externalcontact/get_follow_user_list", "{}", "客户", "customers",
     "follow_user"},
    {WECOM_KEY_APP, "tags", "externalcontact/get_corp_tag_list", "{}", "企业标签", "corp tags"},
    {WECOM_KEY_APP, "groups", "externalcontact/groupchat/list", "{\"limit\":1}", "客户群",
     "customer groups"},
    {WECOM_KEY_APP, "contact_ways", "externalcontact/list_contact_way", "{\"limit\":1}", "联系我",
     "contact ways"},
    {WECOM_KEY_APP, "mass_messages", "externalcontact/get_groupmsg_list_v2",
     "{\"chat_type\":\"single\",\"start_time\":%lld,\"end_time\":%lld,\"limit\":1}", "群发",
     "mass messages"},
    {WECOM_KEY_APP, "moments", "externalcontact/get_moment_list",
     "{\"start_time\":%lld,\"end_time\":%lld,\"limit\":1}", "客户朋友圈", "Moments"},
    {WECOM_KEY_APP, "acquisition_links", "externalcontact/customer_acquisition_quota", "{}",
     "获客助手", "acquisition links"},
    {WECOM_KEY_CONTACT, "token", "getcallbackip", "{}", "密钥与可信 IP", "secret and trusted IP"},
    {WECOM_KEY_CONTACT, "customers", "externalcontact/get_follow_user_list", "{}", "客户",
     "customers"},
    {WECOM_KEY_CONTACT, "groups", "externalcontact/groupchat/list", "{\"limit\":1}", "客户群",
     "customer groups"},
    {WECOM_KEY_DIRECTORY, "token", "getcallbackip", "{}", "密钥与可信 IP", "secret and trusted IP"},
    {WECOM_KEY_DIRECTORY, "members", "user/list_id", "{\"limit\":1}", "全部成员", "every member"},
};
enum { TRIAL_COUNT = sizeof TRIALS / sizeof *TRIALS };

static enum rc try_one(struct wecom_client *c, const struct trial *t, int64_t now_s,
                       struct arena *a, const struct json_value **out, struct err *e)
{
    const struct json_value *request = NULL;
    struct str text = str_from(t->request);
    ptrdiff_t from = str_find(text, STR("%lld"));
    if (from >= 0) {
        struct str rest = str_sub(text, (size_t)from + 4, text.n);
        ptrdiff_t to = str_find(rest, STR("%lld"));
        text = arena_printf(a, STR_FMT "%lld" STR_FMT "%lld" STR_FMT,
                            STR_ARG(str_sub(text, 0, (size_t)from)), (long long)(now_s - LIST_S),
                            STR_ARG(str_sub(rest, 0, (size_t)to)), (long long)now_s,
                            STR_ARG(str_sub(rest, (size_t)to + 4, rest.n)));
    }
    enum rc rc = json_parse(a, text, &request, e);
    assert(rc == RC_OK);
    return wecom_call(c,
                      &(struct wecom_call){
                          .endpoint = wecom_endpoint(t->path),
                          .request = request,
                          .key = t->key,
                          .patience_us = PATIENCE_S * INT64_C(1000000),
                      },
                      a, out, e);
}

static int by_text(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* The members of one department, behind those that are there. */
static enum rc add_members(struct wecom_client *c, int64_t department, struct arena *a,
                           struct str **users, size_t *n, struct err *e)
{
    const struct json_value *request = NULL;
    const struct json_value *reply = NULL;
    struct str text = arena_printf(a, "{\"department_id\":%lld}", (long long)department);
    enum rc rc = json_parse(a, text, &request, e);
    assert(rc == RC_OK);
    rc = wecom_call(c,
                    &(struct wecom_call){
                        .endpoint = wecom_endpoint(MEMBERS),
                        .request = request,
                        .key = WECOM_KEY_APP,
                        .patience_us = PATIENCE_S * INT64_C(1000000),
                    },
                    a, &reply, e);
    if (rc != RC_OK)
        return rc;
    const struct json_value *list = json_get(reply, "userlist");
    size_t more = json_count(list);
    struct str *all = ARENA_ARRAY(a, struct str, *n + more + 1);
    for (size_t i = 0; i < *n; i++)
        all[i] = (*users)[i];
    for (size_t i = 0; i < more; i++)
        all[*n + i] = json_str_or(json_get(json_at(list, i), "userid"), STR(""));
    *users = all;
    *n += more;
    return RC_OK;
}

/* How many members the first departments have, each counted once. */
static enum rc count_members(struct wecom_client *c, const struct json_value *departments,
                             struct arena *a, struct wecom_finding *f)
{
    struct str *users = NULL;
    size_t n = 0;
    size_t asked = json_count(departments);
    f->more = asked > WECOM_NAMES;
    for (size_t i = 0; i < asked && i < WECOM_NAMES; i++) {
        int64_t id = json_int_or(json_get(json_at(departments, i), "id"), 0);
        enum rc rc = add_members(c, id, a, &users, &n, &f->err);
        if (rc != RC_OK)
            return rc;
    }
    if (n > 0)
        qsort(users, n, sizeof *users, by_text);
    f->count = 0;
    for (size_t i = 0; i < n; i++)
        f->count += i == 0 || !str_eq(users[i], users[i - 1]);
    return RC_OK;
}

/* How many rows a reply has, and the names in them. */
static void count_rows(const struct json_value *rows, struct arena *a, struct wecom_finding *f)
{
    f->count = (int64_t)json_count(rows);
    f->names = ARENA_ARRAY(a, struct str, WECOM_NAMES);
    for (size_t i = 0; i < json_count(rows) && f->names_n < WECOM_NAMES; i++) {
        struct str name = json_str_or(json_get(json_at(rows, i), "name"), STR(""));
        if (!str_empty(name))
            f->names[f->names_n++] = name;
    }
}

/* One trial; `departments` is what the trial of them was told. */
static void try_out(struct wecom_client *c, const struct trial *t, int64_t now_s, struct arena *a,
                    const struct json_value **departments, struct wecom_finding *f)
{
    const struct json_value *reply = NULL;
    *f = (struct wecom_finding){t->key, t->name,         t->path,         t->zh,
                                t->en,  .err = ERR_INIT, .count = DB_NULL};
    if (t->request == NULL) {
        f->ok = count_members(c, *departments, a, f) == RC_OK;
        return;
    }
    f->ok = try_one(c, t, now_s, a, &reply, &f->err) == RC_OK;
    if (!f->ok || t->rows == NULL)
        return;
    count_rows(json_get(reply, t->rows), a, f);
    if (str_eq(str_from(t->path), STR(DEPARTMENTS)))
        *departments = json_get(reply, t->rows);
}

enum rc wecom_check(struct wecom_client *c, int64_t now_s, struct arena *a,
                    struct wecom_finding **out, size_t *out_n, struct err *e)
{
    struct wecom_finding *found = ARENA_ARRAY(a, struct wecom_finding, TRIAL_COUNT);
    size_t n = 0;
    enum wecom_key shut = WECOM_KEY_ANY; /* the secret whose first call failed */
    const struct json_value *departments = NULL;
    for (size_t i = 0; i < TRIAL_COUNT; i++) {
        const struct trial *t = &TRIALS[i];
        if (!wecom_client_has(c, t->key) || t->key == shut)
            continue;
        if (t->request == NULL && departments == NULL)
            continue;
        struct wecom_finding *f = &found[n++];
        try_out(c, t, now_s, a, &departments, f);
        bool first = i == 0 || TRIALS[i - 1].key != t->key;
        if (!f->ok && first)
            shut = t->key;
    }
    if (n == 0) {
        err_set(e, RC_NOT_FOUND, "wecom_not_set", "wecom_app_secret", "还没有填写企业微信的 Secret",
                "no secret of WeCom is set");
        err_hint(e, "koi config set wecom_corp_id …，koi config set wecom_app_secret …",
                 "koi config set wecom_corp_id …, koi config set wecom_app_secret …");
        return RC_NOT_FOUND;
    }
    *out = found;
    *out_n = n;
    return RC_OK;
}
