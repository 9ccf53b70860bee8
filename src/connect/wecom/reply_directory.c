/* reply_directory.c — the tables of departments and members. Of a member only what the corp's rows
 * hold is taken; mobile, e-mail, address and the like stay where they are, and apps made since June
 * 2022 are not told them anyway.
 */
#include "connect/wecom/reply_directory.h"

static const struct reply_field DEPARTMENT[] = {
    REPLY_FIELD(told_department, id, "id", REPLY_TEXT, true),
    REPLY_FIELD(told_department, parent_id, "parentid", REPLY_TEXT, false),
    REPLY_FIELD(told_department, name, "name", REPLY_TEXT, false),
    REPLY_FIELD(told_department, order, "order", REPLY_INT, false),
};
static const struct reply_field STAFF[] = {
    REPLY_FIELD(told_staff, userid, "userid", REPLY_TEXT, true),
    REPLY_FIELD(told_staff, name, "name", REPLY_TEXT, false),
    REPLY_FIELD(told_staff, alias, "alias", REPLY_TEXT, false),
    REPLY_FIELD(told_staff, position, "position", REPLY_TEXT, false),
    REPLY_FIELD(told_staff, main_department, "main_department", REPLY_TEXT, false),
    REPLY_FIELD(told_staff, status, "status", REPLY_INT, false),
};

enum rc reply_departments(const struct json_value *v, struct arena *a, struct told_department **out,
                          size_t *out_n, struct err *e)
{
    const struct json_value *list;
    enum rc rc = reply_list(v, "department", true, &list, e);
    if (rc != RC_OK)
        return rc;
    size_t n = json_count(list);
    struct told_department *all = ARENA_ARRAY(a, struct told_department, n + 1);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        rc = reply_read(json_at(list, i), "department", DEPARTMENT, REPLY_COUNT(DEPARTMENT), a,
                        &all[i], e);
    if (rc != RC_OK)
        return rc;
    *out = all;
    *out_n = n;
    return RC_OK;
}

static enum rc read_staff(const struct json_value *v, const char *where, struct arena *a,
                          struct told_staff *out, struct err *e)
{
    struct told_staff s = {0};
    enum rc rc = reply_read(v, where, STAFF, REPLY_COUNT(STAFF), a, &s, e);
    if (rc == RC_OK)
        rc = reply_texts(v, "department", a, &s.departments, &s.departments_n, e);
    if (rc == RC_OK)
        *out = s;
    return rc;
}

enum rc reply_staff_list(const struct json_value *v, struct arena *a, struct told_staff **out,
                         size_t *out_n, struct err *e)
{
    const struct json_value *list;
    enum rc rc = reply_list(v, "userlist", true, &list, e);
    if (rc != RC_OK)
        return rc;
    size_t n = json_count(list);
    struct told_staff *all = ARENA_ARRAY(a, struct told_staff, n + 1);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        rc = read_staff(json_at(list, i), "userlist", a, &all[i], e);
    if (rc != RC_OK)
        return rc;
    *out = all;
    *out_n = n;
    return RC_OK;
}

enum rc reply_staff(const struct json_value *v, struct arena *a, struct told_staff *out,
                    struct err *e)
{
    return read_staff(v, NULL, a, out, e);
}
