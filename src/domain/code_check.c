/* code_check.c — what a code may be: WeCom's limits (wecom-api.md §10, §11, §12, §17) and ours, so
 * that a form hears of them before WeCom is asked. Lengths of WeCom's are in characters or bytes as
 * its documents say. Costs a reading of the lists, hours against each other included.
 */
#include "domain/code.h"

#include "base/limits.h"
#include "domain/attachment.h"
#include "store/source.h"
#include "store/stage.h"
#include "store/tag.h"

#include <inttypes.h>

enum {
    NAME_CHARS = 30,   /* remark of a contact way, link_name of a link */
    REMARK_CHARS = 60, /* of the template; of what it gives 20 are kept */
    ROOM_CHARS = 40,   /* room_base_name */
    WELCOME_BYTES = 4000,
    WEIGHT_MOST = 100,
    CAP_MOST = 1000000,
    FULL_LEAST = 2,
    FULL_MOST = 199, /* at 200 WeCom lets nobody join by a code any more */
    DAY_MINUTES = 1440,
    ALL_DAYS = 127,
};

static enum rc range(int64_t value, int64_t low, int64_t high, const char *field, struct err *e)
{
    if (value >= low && value <= high)
        return RC_OK;
    err_set(e, RC_INVALID, "code_range", field, "%" PRId64 " 不在允许的范围内",
            "%" PRId64 " is out of range", value);
    err_hint(e, "请填写 %" PRId64 " 到 %" PRId64 " 之间的数",
             "give a number from %" PRId64 " to %" PRId64, low, high);
    return RC_INVALID;
}

static enum rc at_most(size_t n, int64_t most, const char *field, struct err *e)
{
    if ((int64_t)n <= most)
        return RC_OK;
    err_set(e, RC_INVALID, "code_too_many", field, "有 %zu 项，超过上限", "%zu are too many", n);
    err_hint(e, "最多 %" PRId64 " 项，请减少", "keep at most %" PRId64, most);
    return RC_INVALID;
}

static enum rc chars(struct str s, int64_t most, const char *field, struct err *e)
{
    size_t n = str_utf8_count(s);
    if ((int64_t)n <= most)
        return RC_OK;
    err_set(e, RC_INVALID, "code_too_long", field, "太长了，现在是 %zu 个字",
            "too long: %zu characters", n);
    err_hint(e, "请缩短到 %" PRId64 " 个字以内", "keep it within %" PRId64 " characters", most);
    return RC_INVALID;
}

static enum rc bytes(struct str s, int64_t most, const char *field, struct err *e)
{
    if ((int64_t)s.n <= most)
        return RC_OK;
    err_set(e, RC_INVALID, "code_too_long", field, "太长了，现在是 %zu 字节", "too long: %zu bytes",
            s.n);
    err_hint(e, "请缩短到 %" PRId64 " 字节以内（一个汉字 3 字节）",
             "keep it within %" PRId64 " bytes (a Chinese character takes 3)", most);
    return RC_INVALID;
}

#define MISSING(field, zh, en, e)                                                                  \
    (err_set((e), RC_INVALID, "code_missing", (field), zh, en),                                    \
     err_hint((e), "补上之后再保存", "add it and save again"), RC_INVALID)

/* ---- staff and hours ---- */

static bool is_member(const struct code *c, int64_t staff_id)
{
    for (size_t i = 0; i < c->members_n; i++)
        if (c->members[i].staff_id == staff_id)
            return true;
    return false;
}

static enum rc check_members(const struct code *c, struct err *e)
{
    bool link = str_eq(c->kind, STR("link"));
    size_t standing = 0;
    enum rc rc = at_most(c->members_n, link ? CODE_MEMBERS_LINK : CODE_MEMBERS_CODE, "members", e);
    for (size_t i = 0; rc == RC_OK && i < c->members_n; i++) {
        const struct code_member *m = &c->members[i];
        standing += !m->backup;
        rc = range(m->weight, 1, WEIGHT_MOST, "members.weight", e);
        if (rc == RC_OK)
            rc = range(m->daily_cap, 0, CAP_MOST, "members.daily_cap", e);
        if (rc == RC_OK)
            rc = range(m->total_cap, 0, CAP_MOST, "members.total_cap", e);
        for (size_t k = 0; rc == RC_OK && k < i; k++)
            if (c->members[k].staff_id == m->staff_id) {
                rc = err_set(e, RC_INVALID, "code_member_twice", "members", "同一位员工出现了两次",
                             "a member of staff is named twice");
                err_hint(e, "请只保留一次", "name them once");
            }
    }
    if (rc == RC_OK && standing == 0)
        return MISSING("members", "请至少选择一位非备用员工",
                       "choose at least one member of staff who is no backup", e);
    return rc;
}

static bool overlap(const struct code_hours *a, const struct code_hours *b)
{
    return a->staff_id == b->staff_id && a->weekday == b->weekday && a->from_min < b->to_min &&
           b->from_min < a->to_min;
}

static enum rc check_hours(const struct code *c, struct err *e)
{
    enum rc rc = at_most(c->hours_n, CODE_HOURS, "hours", e);
    for (size_t i = 0; rc == RC_OK && i < c->hours_n; i++) {
        const struct code_hours *h = &c->hours[i];
        rc = range(h->weekday, 1, 7, "hours.weekday", e);
        if (rc == RC_OK)
            rc = range(h->from_min, 0, DAY_MINUTES - 1, "hours.from_min", e);
        if (rc == RC_OK)
            rc = range(h->to_min, h->from_min + 1, DAY_MINUTES, "hours.to_min", e);
        if (rc == RC_OK && h->staff_id != 0 && !is_member(c, h->staff_id)) {
            err_set(e, RC_INVALID, "code_hours_staff", "hours.staff_id",
                    "工作时间里有不在名单中的员工", "hours of somebody who is not a member");
            err_hint(e, "请先把这位员工加入名单，或删去这段时间",
                     "make them a member first, or remove the hours");
            return RC_INVALID;
        }
        for (size_t k = 0; rc == RC_OK && k < i; k++)
            if (overlap(&c->hours[k], h)) {
                err_set(e, RC_INVALID, "code_hours_overlap", "hours", "两段工作时间重叠",
                        "two stretches of working hours overlap");
                err_hint(e, "请合并它们", "make them one");
                return RC_INVALID;
            }
    }
    return rc;
}

/* ---- greetings ---- */

static enum rc check_welcomes(const struct code *c, struct err *e)
{
    enum rc rc = at_most(c->welcomes_n, CODE_WELCOMES, "welcomes", e);
    for (size_t i = 0; rc == RC_OK && i < c->welcomes_n; i++) {
        const struct code_welcome *w = &c->welcomes[i];
        if (str_empty(w->text) && str_eq(w->attachments, STR("[]")))
            return MISSING("welcomes.text", "请填写欢迎语，或加一个附件",
                           "write a greeting, or add an attachment", e);
        rc = bytes(w->text, WELCOME_BYTES, "welcomes.text", e);
        if (rc == RC_OK)
            rc = range(w->weekdays, 1, ALL_DAYS, "welcomes.weekdays", e);
        if (rc == RC_OK)
            rc = range(w->from_min, 0, DAY_MINUTES - 1, "welcomes.from_min", e);
        if (rc == RC_OK)
            rc = range(w->to_min, w->from_min + 1, DAY_MINUTES, "welcomes.to_min", e);
        if (rc == RC_OK)
            rc = attachment_check(w->attachments, "welcomes.attachments", e);
    }
    return rc;
}

/* ---- the whole ---- */

static enum rc check_groups(const struct code *c, struct err *e)
{
    enum rc rc = at_most(c->groups_n, CODE_GROUPS, "groups", e);
    if (rc == RC_OK && c->groups_n == 0)
        return MISSING("groups", "请至少选择一个群", "choose at least one group", e);
    if (rc == RC_OK)
        rc = range(c->full_at, FULL_LEAST, FULL_MOST, "full_at", e);
    if (rc == RC_OK && c->auto_room && str_empty(c->room_name))
        return MISSING("room_name", "自动建群需要群名前缀",
                       "groups that are made by themselves need a name", e);
    return rc == RC_OK ? chars(c->room_name, ROOM_CHARS, "room_name", e) : rc;
}

enum rc code_check(const struct code *c, int64_t now_s, struct err *e)
{
    bool group = str_eq(c->kind, STR("group"));
    enum rc rc = chars(c->name, NAME_CHARS, "name", e);
    if (rc == RC_OK)
        rc = chars(c->remark, REMARK_CHARS, "remark", e);
    if (rc == RC_OK)
        rc = bytes(c->page_text, LIMIT_NOTE, "page_text", e);
    if (rc == RC_OK)
        rc = at_most(c->tags_n, CODE_TAGS, "tags", e);
    if (rc == RC_OK && c->expires_s != DB_NULL && c->expires_s <= now_s) {
        err_set(e, RC_INVALID, "code_expired", "expires_s", "有效期已经过去",
                "it has expired already");
        err_hint(e, "请填写将来的时间，或不设有效期", "give a time to come, or none");
        return RC_INVALID;
    }
    if (rc == RC_OK)
        rc = group ? check_groups(c, e) : check_members(c, e);
    if (rc == RC_OK)
        rc = check_hours(c, e);
    return rc == RC_OK ? check_welcomes(c, e) : rc;
}

/* ---- what it names ---- */

static enum rc unknown(const char *field, struct err *e)
{
    err_set(e, RC_INVALID, "code_names_unknown", field, "%s 里有不存在的编号",
            "%s has an id that does not exist", field);
    err_hint(e, "请重新选择", "choose again");
    return RC_INVALID;
}

static enum rc check_staff(struct tx *tx, struct code *c, struct arena *a, struct err *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < c->members_n; i++) {
        rc = code_member_fill(tx, &c->members[i], a, e);
        if (rc == RC_NOT_FOUND)
            return unknown("members", e);
        if (rc == RC_OK && c->members[i].left) {
            err_set(e, RC_INVALID, "code_staff_left", "members", "员工“" STR_FMT "”已离职",
                    "\"" STR_FMT "\" has left", STR_ARG(c->members[i].name));
            err_hint(e, "请选择在职员工", "choose somebody who has not");
            return RC_INVALID;
        }
    }
    return rc;
}

static enum rc check_chats(struct tx *tx, struct code *c, struct arena *a, struct err *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < c->groups_n; i++) {
        rc = code_group_fill(tx, &c->groups[i], a, e);
        if (rc == RC_NOT_FOUND)
            return unknown("groups", e);
        if (rc == RC_OK && (str_empty(c->groups[i].chat_id) || c->groups[i].dismissed)) {
            err_set(e, RC_INVALID, "code_group_gone", "groups",
                    "群“" STR_FMT "”已解散，或不是企业微信的群",
                    "\"" STR_FMT "\" is dismissed, or no group of WeCom's",
                    STR_ARG(c->groups[i].name));
            err_hint(e, "请选择另一个群", "choose another group");
            return RC_INVALID;
        }
    }
    return rc;
}

enum rc code_check_rows(struct tx *tx, struct code *c, struct arena *a, struct err *e)
{
    struct tag tag;
    struct source_row source;
    enum rc rc = check_staff(tx, c, a, e);
    if (rc == RC_OK)
        rc = check_chats(tx, c, a, e);
    for (size_t i = 0; rc == RC_OK && i < c->tags_n; i++)
        if ((rc = tag_load(tx, c->tags[i], &tag, e)) == RC_NOT_FOUND)
            return unknown("tags", e);
    if (rc == RC_OK && c->stage_id != 0)
        rc = stage_check(tx, c->stage_id, e);
    if (rc == RC_OK && c->source_id != 0)
        if ((rc = source_load(tx, c->source_id, &source, e)) == RC_NOT_FOUND)
            return unknown("source_id", e);
    return rc;
}

enum rc code_check_media(struct tx *tx, const struct code *c, struct err *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < c->welcomes_n; i++)
        rc = attachment_check_rows(tx, c->welcomes[i].attachments, "welcomes.attachments", e);
    return rc;
}
