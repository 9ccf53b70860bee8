/* sync_place.c — where a sync is, as JSON in the cursor of its job.
 *
 * One table names every member, so that what is written is what is read. An unknown member is
 * passed over and a missing one is 0: a sync that an upgrade interrupts goes on. At most 1.6 KB,
 * of which 512 bytes are WeCom's own cursor.
 */
#include "connect/wecom/sync.h"
#include "connect/wecom/sync_part.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

enum { PLACE_BYTES = 4096 };

static const char *const STAGES[STAGE_COUNT] = {
    [STAGE_BEGIN] = "begin",         [STAGE_TAGS] = "tags",
    [STAGE_FOLLOW] = "follow",       [STAGE_DEPARTMENTS] = "departments",
    [STAGE_MEMBERS] = "members",     [STAGE_REST_STAFF] = "rest_staff",
    [STAGE_CUSTOMERS] = "customers", [STAGE_UNDRESS] = "undress",
    [STAGE_GROUPS] = "groups",       [STAGE_REST_GROUPS] = "rest_groups",
    [STAGE_DONE] = "done",
};

#define MEMBER(name)                                                                               \
    {                                                                                              \
#name, offsetof(struct sync_place, name)                                                   \
    }
static const struct {
    const char *name;
    size_t at;
} PLACES[] = {
    MEMBER(stage), MEMBER(chunk), MEMBER(single), MEMBER(ending), MEMBER(asked_us), MEMBER(after),
};
static const struct {
    const char *name;
    size_t at;
} COUNTS[] = {
    MEMBER(chunks),        MEMBER(calls),       MEMBER(known_friendships),
    MEMBER(known_groups),  MEMBER(departments), MEMBER(staff),
    MEMBER(staff_done),    MEMBER(pages),       MEMBER(friendships),
    MEMBER(groups),        MEMBER(made),        MEMBER(begun),
    MEMBER(ended),         MEMBER(tagged),      MEMBER(untagged),
    MEMBER(unknown_tags),  MEMBER(undressed),   MEMBER(joined),
    MEMBER(group_left),    MEMBER(dismissed),   MEMBER(tags_changed),
    MEMBER(staff_changed), MEMBER(problems),    MEMBER(outside),
};
enum {
    PLACE_COUNT = sizeof PLACES / sizeof *PLACES,
    COUNT_COUNT = sizeof COUNTS / sizeof *COUNTS,
};

static int64_t *member(struct sync_place *p, size_t at)
{
    return (int64_t *)(void *)((char *)p + at);
}

static int64_t value_of(const struct sync_place *p, size_t at)
{
    return *(const int64_t *)(const void *)((const char *)p + at);
}

const char *sync_stage_name(int64_t stage)
{
    assert(stage >= 0 && stage < STAGE_COUNT);
    return STAGES[stage];
}

void sync_place_set_cursor(struct sync_place *p, struct str cursor)
{
    assert(cursor.n <= WECOM_CURSOR_BYTES);
    if (cursor.n > 0)
        memmove(p->cursor, cursor.p, cursor.n);
    p->cursor[cursor.n] = 0;
}

struct str sync_place_write(const struct sync_place *p, struct arena *a)
{
    struct buf b;
    buf_init(&b, PLACE_BYTES);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    for (size_t i = 0; i < PLACE_COUNT; i++)
        json_put_int(&j, PLACES[i].name, value_of(p, PLACES[i].at));
    json_put_z(&j, "cursor", p->cursor);
    sync_place_put_counts(p, &j);
    json_close_object(&j);
    assert(!b.failed);
    struct str text = arena_str(a, buf_str(&b));
    buf_done(&b);
    return text;
}

void sync_place_put_counts(const struct sync_place *p, struct json *out)
{
    for (size_t i = 0; i < COUNT_COUNT; i++)
        json_put_int(out, COUNTS[i].name, value_of(p, COUNTS[i].at));
}

enum rc sync_place_read(struct str text, struct arena *a, struct sync_place *out, struct err *e)
{
    const struct json_value *v = NULL;
    *out = (struct sync_place){.stage = STAGE_BEGIN};
    if (str_empty(text))
        return RC_OK;
    enum rc rc = json_parse(a, text, &v, e);
    if (rc != RC_OK)
        return rc;
    for (size_t i = 0; i < PLACE_COUNT; i++)
        *member(out, PLACES[i].at) = json_int_or(json_get(v, PLACES[i].name), 0);
    for (size_t i = 0; i < COUNT_COUNT; i++)
        *member(out, COUNTS[i].at) = json_int_or(json_get(v, COUNTS[i].name), 0);
    struct str cursor = json_str_or(json_get(v, "cursor"), STR(""));
    if (out->stage < 0 || out->stage >= STAGE_COUNT || cursor.n > WECOM_CURSOR_BYTES) {
        err_set(e, RC_CORRUPT, "sync_place", "cursor", "同步任务的进度记录已损坏",
                "the place of the sync is damaged");
        err_hint(e, "请重新开始一次同步：koi wecom sync", "begin a new sync: koi wecom sync");
        return RC_CORRUPT;
    }
    sync_place_set_cursor(out, cursor);
    return RC_OK;
}

/* A chunk takes a call at least, and so does each hundred of friendships; how they lie in chunks is
 * not kept, so this may be a few calls below the formula of sync.h, never above. */
static int64_t least_calls(const struct sync_place *p)
{
    int64_t pages = (p->friendships + 99) / 100;
    int64_t lists = p->groups > 1000 ? (p->groups + 999) / 1000 : 1;
    return 3 + p->departments + (pages > p->chunks ? pages : p->chunks) + lists + p->groups;
}

static void read_or_begin(struct str cursor, struct arena *a, struct sync_place *out)
{
    if (sync_place_read(cursor, a, out, NULL) != RC_OK)
        *out = (struct sync_place){.stage = STAGE_BEGIN};
}

void wecom_sync_sum(struct str cursor, struct arena *a, struct wecom_sync_sum *out)
{
    struct sync_place p;
    read_or_begin(cursor, a, &p);
    *out = (struct wecom_sync_sum){
        .stage = sync_stage_name(p.stage),
        .calls = p.calls,
        .least_calls = p.stage == STAGE_DONE ? least_calls(&p) : DB_NULL,
        .problems = p.problems,
        .outside = p.outside,
        .friendships = p.friendships,
        .begun = p.begun,
        .ended = p.ended,
        .groups = p.groups,
    };
}

void wecom_sync_print(struct str cursor, struct arena *a, struct json *out)
{
    struct sync_place p;
    read_or_begin(cursor, a, &p);
    json_put_z(out, "stage", sync_stage_name(p.stage));
    if (p.stage == STAGE_DONE)
        json_put_int(out, "least_calls", least_calls(&p));
    else
        json_put_null(out, "least_calls");
    json_open_object(out, "counts");
    sync_place_put_counts(&p, out);
    json_close_object(out);
}
