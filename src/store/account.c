/* account.c — who may sign in, and the rows behind their data scope.
 *
 * A login is found by equality on its lower-case form. The scope table is rebuilt by two
 * statements, delete and insert, since it is small (accounts × their teams) and changes with the
 * organisation only. An account with scope `all` has no rows there; one with scope `own` or `team`
 * and no staff member sees nobody. Refused: a login that exists.
 */
#include "store/account.h"
#include "store/list.h"
#include "store/statements.h"

#include <assert.h>

#define COLUMNS                                                                                    \
    "a.id, a.login, a.name, a.role, a.scope, a.staff_id, s.name, a.language, a.password_hash, "    \
    "a.disabled_s, a.created_s, a.updated_us FROM account a LEFT JOIN staff s ON s.id = "          \
    "a.staff_id "
#define COLUMN_TYPES "issssISsSIii"

static const struct sql FIND = {
    .text = "SELECT " COLUMNS "WHERE a.id = $1",
    .in = "i",
    .out = COLUMN_TYPES,
};

static const struct sql BY_LOGIN = {
    .text = "SELECT " COLUMNS "WHERE a.login = $1",
    .in = "s",
    .out = COLUMN_TYPES,
};

static const struct sql BY_STAFF = {
    .text = "SELECT " COLUMNS "/*scan*/ WHERE a.staff_id = $1"
            " ORDER BY CASE WHEN a.disabled_s IS NULL THEN 0 ELSE 1 END, a.id LIMIT 1",
    .in = "i",
    .out = COLUMN_TYPES,
};

static const struct sql LIST = {
    .text = "SELECT " COLUMNS "WHERE a.login > $1 ORDER BY a.login LIMIT $2",
    .in = "si",
    .out = COLUMN_TYPES,
};

static const struct sql COUNT = {
    .text = "SELECT count(*) FROM account /*scan*/",
    .out = "i",
};

static const struct sql ADMINISTRATORS = {
    .text =
        "SELECT count(*) FROM account /*scan*/ WHERE role = 'administrator' AND disabled_s IS NULL",
    .out = "i",
};

static const struct sql INSERT = {
    .text = "INSERT INTO account (id, login, name, role, scope, staff_id, language, created_s, "
            "updated_us) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (login) DO NOTHING",
    .in = "issssIsii",
};

static const struct sql UPDATE = {
    .text = "UPDATE account SET name = $2, role = $3, scope = $4, staff_id = $5, language = $6, "
            "disabled_s = $7, updated_us = $8 WHERE id = $1",
    .in = "isssIsIi",
};

static const struct sql SET_PASSWORD = {
    .text = "UPDATE account SET password_hash = $2, updated_us = $3 WHERE id = $1",
    .in = "iSi",
};

static const struct sql SET_LANGUAGE = {
    .text = "UPDATE account SET language = $2, updated_us = $3 WHERE id = $1",
    .in = "isi",
};

static const struct sql SCOPE_CLEAR = {
    .text = "DELETE FROM account_staff /*scan*/ WHERE $1 = 0 OR account_id = $1",
    .in = "i",
};

/* Oneself for own and team; for team also everyone in a department at or below one's own. */
static const struct sql SCOPE_FILL = {
    .text = "INSERT INTO account_staff (account_id, staff_id) "
            "SELECT a.id, a.staff_id FROM account a /*scan*/ "
            "WHERE ($1 = 0 OR a.id = $1) AND a.scope IN ('own', 'team') AND a.staff_id IS NOT NULL "
            "UNION "
            "SELECT a.id, m.id FROM account a /*scan*/ JOIN staff s ON s.id = a.staff_id "
            "JOIN department_above d ON d.above_id = s.department_id "
            "JOIN staff m ON m.department_id = d.department_id "
            "WHERE ($1 = 0 OR a.id = $1) AND a.scope = 'team'",
    .in = "i",
};

static const struct sql STAFF_EXISTS = {
    .text = "SELECT count(*) FROM staff WHERE id = $1",
    .in = "i",
    .out = "i",
};

static void read_row(const struct rows *r, struct arena *a, struct account *out)
{
    *out = (struct account){
        .id = rows_int(r, 0),
        .login = rows_copy(r, 1, a),
        .name = rows_copy(r, 2, a),
        .role = rows_copy(r, 3, a),
        .scope = rows_copy(r, 4, a),
        .staff_id = rows_int(r, 5),
        .staff_name = rows_copy(r, 6, a),
        .language = rows_copy(r, 7, a),
        .password_hash = rows_copy(r, 8, a),
        .disabled_s = rows_int(r, 9),
        .created_s = rows_int(r, 10),
        .updated_us = rows_int(r, 11),
    };
}

enum rc account_find(struct tx *tx, int64_t id, struct account *out, struct err *e)
{
    struct rows *r = NULL;
    enum rc rc = tx_find(tx, &FIND, &r, e, id);
    if (rc != RC_OK) {
        return rc;
    }
    read_row(r, tx_arena(tx), out);
    return rows_end(r, e);
}

enum rc account_by_login(struct tx *tx, struct str login, struct account *out, struct err *e)
{
    struct rows *r = NULL;
    enum rc rc = tx_find(tx, &BY_LOGIN, &r, e, login);
    if (rc != RC_OK) {
        return rc;
    }
    read_row(r, tx_arena(tx), out);
    return rows_end(r, e);
}

enum rc account_by_staff(struct tx *tx, int64_t staff_id, struct account *out, struct err *e)
{
    struct rows *r = NULL;
    enum rc rc = tx_find(tx, &BY_STAFF, &r, e, staff_id);
    if (rc != RC_OK) {
        return rc;
    }
    read_row(r, tx_arena(tx), out);
    return rows_end(r, e);
}

enum rc account_list(struct tx *tx, struct str after, int64_t limit, struct account **out,
                     size_t *out_n, struct err *e)
{
    assert(limit > 0);
    struct rows *r = NULL;
    struct account *list = NULL;
    size_t n = 0;
    size_t room = 0;
    enum rc rc = tx_query(tx, &LIST, &r, e, after, limit);
    while (rc == RC_OK && rows_next(r)) {
        read_row(r, tx_arena(tx), LIST_ADD(tx_arena(tx), list, n, room));
    }
    rc = rc == RC_OK ? rows_end(r, e) : rc;
    if (rc == RC_OK) {
        *out = list;
        *out_n = n;
    }
    return rc;
}

enum rc account_count(struct tx *tx, int64_t *out, struct err *e)
{
    return tx_int(tx, &COUNT, out, e);
}

enum rc account_administrators(struct tx *tx, int64_t *out, struct err *e)
{
    return tx_int(tx, &ADMINISTRATORS, out, e);
}

static int64_t or_null(int64_t id)
{
    return id != 0 ? id : DB_NULL;
}

enum rc account_insert(struct tx *tx, struct account *a, struct err *e)
{
    assert(tx_is_writing(tx));
    a->id = tx_id(tx);
    a->created_s = tx_now_s(tx);
    a->updated_us = tx_now_us(tx);
    enum rc rc = tx_exec(tx, &INSERT, e, a->id, a->login, a->name, a->role, a->scope,
                         or_null(a->staff_id), a->language, a->created_s, a->updated_us);
    if (rc == RC_OK && tx_changes(tx) != 1) {
        err_set(e, RC_CONFLICT, "login_taken", "login", "登录名“" STR_FMT "”已被使用",
                "the login \"" STR_FMT "\" is taken", STR_ARG(a->login));
        return RC_CONFLICT;
    }
    return rc == RC_OK ? account_scope_refresh(tx, a->id, e) : rc;
}

enum rc account_update(struct tx *tx, struct account *a, struct err *e)
{
    a->updated_us = tx_now_us(tx) > a->updated_us ? tx_now_us(tx) : a->updated_us + 1;
    enum rc rc = tx_exec(tx, &UPDATE, e, a->id, a->name, a->role, a->scope, or_null(a->staff_id),
                         a->language, or_null(a->disabled_s), a->updated_us);
    return rc == RC_OK ? account_scope_refresh(tx, a->id, e) : rc;
}

enum rc account_set_password(struct tx *tx, int64_t id, struct str hash, struct err *e)
{
    return tx_exec(tx, &SET_PASSWORD, e, id, hash, tx_now_us(tx));
}

enum rc account_set_language(struct tx *tx, int64_t id, struct str language, struct err *e)
{
    return tx_exec(tx, &SET_LANGUAGE, e, id, language, tx_now_us(tx));
}

enum rc account_scope_refresh(struct tx *tx, int64_t account_id, struct err *e)
{
    assert(tx_is_writing(tx));
    enum rc rc = tx_exec(tx, &SCOPE_CLEAR, e, account_id);
    return rc == RC_OK ? tx_exec(tx, &SCOPE_FILL, e, account_id) : rc;
}

enum rc account_check_staff(struct tx *tx, int64_t staff_id, struct err *e)
{
    int64_t n = 0;
    enum rc rc = tx_int(tx, &STAFF_EXISTS, &n, e, staff_id);
    if (rc != RC_OK || n == 1) {
        return rc;
    }
    return err_set(e, RC_INVALID, "staff_unknown", "staff_id", "没有这个员工",
                   "there is no such staff member");
}

STATEMENTS(account, &FIND, &BY_LOGIN, &BY_STAFF, &LIST, &COUNT, &ADMINISTRATORS, &INSERT, &UPDATE,
           &SET_PASSWORD, &SET_LANGUAGE, &SCOPE_CLEAR, &SCOPE_FILL, &STAFF_EXISTS);
