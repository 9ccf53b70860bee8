/* reply — any bytes as each of WeCom's answers. Whatever is accepted has its promises kept: ids
 * that are not empty, texts that are UTF-8, a friendship in each pair; whatever is refused has said
 * why. */
#include "connect/wecom/reply_contact.h"
#include "connect/wecom/reply_directory.h"
#include "connect/wecom/reply_group.h"
#include "connect/wecom/reply_tag.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* NULL for what is no JSON, which no answer is. */
static const struct json_value *parsed(struct str json, struct arena *a)
{
    const struct json_value *v = NULL;
    struct err e = ERR_INIT;
    return json_parse(a, json, &v, &e) == RC_OK ? v : NULL;
}

static void check_id(struct str id)
{
    assert(!str_empty(id) && str_utf8_valid(id));
}

/* Whether it was accepted. */
static bool taken(enum rc rc, const struct err *e)
{
    assert(rc == RC_OK || rc == RC_INVALID || rc == RC_LIMIT);
    assert(rc == RC_OK || (e->code[0] != 0 && e->zh[0] != 0 && e->en[0] != 0));
    return rc == RC_OK;
}

static void read_directory(struct str json, struct arena *a)
{
    struct err e = ERR_INIT;
    struct told_department *departments;
    struct told_staff *staff, one;
    size_t n;
    if (taken(reply_departments(parsed(json, a), a, &departments, &n, &e), &e))
        for (size_t i = 0; i < n; i++)
            check_id(departments[i].id);
    if (taken(reply_staff_list(parsed(json, a), a, &staff, &n, &e), &e))
        for (size_t i = 0; i < n; i++)
            check_id(staff[i].userid);
    if (taken(reply_staff(parsed(json, a), a, &one, &e), &e))
        check_id(one.userid);
}

static void check_contact(const struct told_contact *c)
{
    check_id(c->external_userid);
    for (size_t i = 0; i < c->follows_n; i++) {
        const struct told_follow *f = &c->follows[i];
        check_id(f->userid);
        for (size_t j = 0; j < f->tag_ids_n; j++)
            assert(str_utf8_valid(f->tag_ids[j]));
    }
}

static void read_contacts(struct str json, struct arena *a)
{
    struct err e = ERR_INIT;
    struct told_contact one, *list;
    struct str next;
    size_t n;
    if (taken(reply_contact(parsed(json, a), a, &one, &next, &e), &e)) {
        check_contact(&one);
        assert(one.complete == str_absent(next));
    }
    if (taken(reply_contact_batch(parsed(json, a), STR("asked"), a, &list, &n, &next, &e), &e)) {
        for (size_t i = 0; i < n; i++) {
            check_contact(&list[i]);
            assert(list[i].follows_n == 1 && !list[i].complete);
        }
    }
}

static void read_tags_and_groups(struct str json, struct arena *a)
{
    struct err e = ERR_INIT;
    struct told_tag_group *tags;
    struct told_group group;
    struct reply_group_id *ids;
    struct str next;
    size_t n;
    if (taken(reply_tags(parsed(json, a), a, &tags, &n, &e), &e)) {
        for (size_t i = 0; i < n; i++) {
            check_id(tags[i].id);
            for (size_t j = 0; j < tags[i].tags_n; j++)
                check_id(tags[i].tags[j].id);
        }
    }
    if (taken(reply_group(parsed(json, a), a, &group, &e), &e)) {
        check_id(group.chat_id);
        for (size_t i = 0; i < group.members_n; i++)
            check_id(group.members[i].id);
    }
    if (taken(reply_group_list(parsed(json, a), a, &ids, &n, &next, &e), &e))
        for (size_t i = 0; i < n; i++)
            check_id(ids[i].chat_id);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena a;
    struct str json = {(const char *)data, n};
    arena_init(&a, 0);
    read_directory(json, &a);
    read_contacts(json, &a);
    read_tags_and_groups(json, &a);
    arena_done(&a);
    return 0;
}
