/* check.c — the calls that stand for the permissions; each reads, and little.
 *
 * The first row of a secret is the same for all: it needs a token and an address that WeCom trusts,
 * and no right beyond that. Of an acquisition link the quota is asked, which needs no link.
 */
#include "connect/wecom/check.h"

#include <assert.h>

enum { PATIENCE_S = 8, LIST_S = 7 * 86400 };

static const struct trial {
    enum wecom_key key;
    const char *name, *path;
    const char *request; /* JSON; %lld … %lld are a week ago and now */
    const char *zh, *en;
} TRIALS[] = {
    {WECOM_KEY_APP, "token", "getcallbackip", "{}", "密钥与可信 IP", "secret and trusted IP"},
    {WECOM_KEY_APP, "directory", "department/simplelist", "{}", "通讯录", "directory"},
    {WECOM_KEY_APP, "customers", "externalcontact/get_follow_user_list", "{}", "客户", "customers"},
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
                       struct arena *a, struct err *e)
{
    const struct json_value *request = NULL;
    const struct json_value *reply = NULL;
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
                      a, &reply, e);
}

enum rc wecom_check(struct wecom_client *c, int64_t now_s, struct arena *a,
                    struct wecom_finding **out, size_t *out_n, struct err *e)
{
    struct wecom_finding *found = ARENA_ARRAY(a, struct wecom_finding, TRIAL_COUNT);
    size_t n = 0;
    enum wecom_key shut = WECOM_KEY_ANY; /* the secret whose first call failed */
    for (size_t i = 0; i < TRIAL_COUNT; i++) {
        const struct trial *t = &TRIALS[i];
        if (!wecom_client_has(c, t->key) || t->key == shut)
            continue;
        struct wecom_finding *f = &found[n++];
        *f = (struct wecom_finding){t->key, t->name, t->path, t->zh, t->en, .err = ERR_INIT};
        f->ok = try_one(c, t, now_s, a, &f->err) == RC_OK;
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
