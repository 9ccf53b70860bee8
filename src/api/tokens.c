/* tokens.c — bearer tokens for programs.
 *
 * A token acts as an account, cut down to the permissions it lists; it can never do more than the
 * account's role may, also if the role shrinks later. The secret is shown once, in the reply that
 * made it. Making a token for an account is an administrator's act, like making the account.
 */
#include "api/routes.h"

#include "domain/app.h"
#include "store/account.h"
#include "store/token.h"

#include <inttypes.h>
#include <string.h>

enum { TOKEN_CHARS = 40, PERMISSIONS_MOST = PERM_COUNT };

static void put_token(struct json *j, const struct token *t)
{
    json_open_object(j, NULL);
    json_put_id(j, "id", t->id);
    json_put_str(j, "name", t->name);
    json_put_id(j, "account_id", t->account_id);
    json_put_str(j, "login", t->login);
    json_put_raw(j, "permissions", t->permissions);
    json_put_int(j, "created_s", t->created_s);
    const struct {
        const char *key;
        int64_t at_s;
    } times[] = {{"used_s", t->used_s}, {"expires_s", t->expires_s}, {"revoked_s", t->revoked_s}};
    for (size_t i = 0; i < 3; i++) {
        if (times[i].at_s != 0) {
            json_put_int(j, times[i].key, times[i].at_s);
        } else {
            json_put_null(j, times[i].key);
        }
    }
    json_close_object(j);
}

static enum rc token_list_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct token *list = NULL;
    size_t n = 0;
    int64_t after = 0;
    int64_t limit = page_limit(rq);
    str_to_i64(page_cursor(rq), &after);
    enum rc rc = token_list(tx, after, limit + 1, &list, &n, e);
    if (rc != RC_OK) {
        return rc;
    }
    bool more = n > (size_t)limit;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_open_array(j, "items");
    for (size_t i = 0; i < n - more; i++) {
        put_token(j, &list[i]);
    }
    json_close_array(j);
    struct str next = STR_ABSENT;
    if (more) {
        next = arena_printf(request_arena(rq), "%" PRId64, list[n - 2].id);
    }
    reply_page_end(rq, next, -1);
    json_close_object(j);
    return RC_OK;
}

const struct route route_token_list = {
    .method = GET,
    .path = "/api/tokens",
    .name = "token_list",
    .need = PERM_ACCOUNT_WRITE,
    .scope = SCOPE_NONE,
    .args = {ARGS_PAGE},
    .run = token_list_run,
    .zh = "令牌列表。",
    .en = "The tokens.",
    .reply = "TokenList",
};

/* The list as canonical JSON text; RC_INVALID names the one that is no permission. */
static enum rc read_permissions(struct request *rq, struct str *out, struct err *e)
{
    const struct json_value *list = arg_json(rq, "permissions");
    struct buf b;
    buf_init(&b, 4096);
    buf_addc(&b, '[');
    enum rc rc = json_kind_of(list) == JSON_ARRAY && json_count(list) <= PERMISSIONS_MOST
                     ? RC_OK
                     : RC_INVALID;
    for (size_t i = 0; rc == RC_OK && i < json_count(list); i++) {
        enum permission p = permission_from(json_str_or(json_at(list, i), STR("")));
        rc = p == PERM_COUNT ? RC_INVALID : RC_OK;
        if (rc == RC_OK) {
            buf_addf(&b, "%s\"%s\"", i > 0 ? "," : "", permission_name(p));
        }
    }
    buf_addc(&b, ']');
    *out = arena_str(request_arena(rq), buf_str(&b));
    buf_done(&b);
    if (rc != RC_OK) {
        err_set(e, rc, "permission_unknown", "permissions", "应是权限名称的列表",
                "is a list of names of permissions");
        err_hint(e, "名称如 customer_read、import，见 docs/API.md",
                 "such as customer_read or import, see docs/API.md");
    }
    return rc;
}

static enum rc token_create(struct request *rq, struct tx *tx, struct err *e)
{
    struct account account;
    char secret[TOKEN_CHARS + 5] = "koi_";
    uint8_t hash[32];
    struct token t = {
        .name = arg_str(rq, "name"),
        .account_id = arg_int_or(rq, "account_id", request_caller(rq)->account_id),
        .expires_s = arg_int(rq, "expires_s"),
    };
    enum rc rc = read_permissions(rq, &t.permissions, e);
    if (rc == RC_OK && t.account_id == 0) {
        rc = err_set(e, RC_INVALID, "argument_missing", "account_id", "缺少参数 account_id",
                     "account_id is missing");
    }
    if (rc == RC_OK) {
        rc = account_find(tx, t.account_id, &account, e);
    }
    if (rc == RC_NOT_FOUND) {
        rc = err_set(e, RC_INVALID, "account_unknown", "account_id", "没有这个账号",
                     "there is no such account");
    }
    if (rc != RC_OK) {
        return rc;
    }
    secret_random_text(secret + 4, TOKEN_CHARS);
    secret_sha256(str_from(secret), hash);
    rc = token_insert(tx, hash, &t, e);
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_id(j, "id", t.id);
    json_put_str(j, "name", t.name);
    json_put_z(j, "token", secret);
    json_close_object(j);
    reply_status(rq, 201);
    request_audit(rq, "token", t.id, "\"account\":\"%" PRId64 "\",\"permissions\":" STR_FMT,
                  t.account_id, STR_ARG(t.permissions));
    return rc;
}

const struct route route_token_create = {
    .method = POST,
    .path = "/api/tokens",
    .name = "token_create",
    .need = PERM_ACCOUNT_WRITE,
    .scope = SCOPE_NONE,
    .writes = true,
    .idempotent = true,
    .audited = true,
    .args =
        {
            {"name", ARG_NAME, IN_BODY, .required = true, .zh = "名称", .en = "name"},
            {"permissions", ARG_JSON, IN_BODY, .required = true, .zh = "权限列表",
             .en = "list of permissions"},
            {"account_id", ARG_ID, IN_BODY, .zh = "以哪个账号行事，默认自己",
             .en = "acts as this account, oneself unless told"},
            {"expires_s", ARG_TIME, IN_BODY, .zh = "到期时间", .en = "when it ends"},
        },
    .run = token_create,
    .zh = "新建令牌；令牌只显示这一次。",
    .en = "Make a token; it is shown this once.",
    .reply = "TokenMade",
};

static enum rc token_revoke_run(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t id = arg_int(rq, "token_id");
    request_audit(rq, "token", id, "%s", "");
    return token_revoke(tx, id, e);
}

const struct route route_token_revoke = {
    .method = DELETE,
    .path = "/api/tokens/{token_id}",
    .name = "token_revoke",
    .need = PERM_ACCOUNT_WRITE,
    .scope = SCOPE_NONE,
    .writes = true,
    .audited = true,
    .args = {{"token_id", ARG_ID, IN_PATH, .required = true, .zh = "令牌", .en = "token"}},
    .run = token_revoke_run,
    .zh = "作废令牌。",
    .en = "Revoke a token.",
};
