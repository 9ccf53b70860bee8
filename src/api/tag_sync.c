/* tag_sync.c — WeCom's library of tags asked for now: how it differs from what is here, and its
 * state taken over.
 *
 * Both wait for WeCom (one call, 8 s at most) outside of the threads that answer questions. The
 * same question serves both, so what is taken over is what WeCom says at that moment, not what a
 * page showed a while ago. Names of groups and tags are no personal data. Where nothing is served
 * (the command line in process) a client is made for the one call.
 */
#include "api/routes.h"
#include "base/clock.h"
#include "connect/wecom/ask.h"
#include "domain/tag_compare.h"

#include <inttypes.h>

/* Differences in one reply; how many there are is told beside them. */
enum { SHOWN = 500, US_PER_S = 1000000 };

struct library {
    struct told_tag_group *groups;
    size_t n;
    int64_t asked_us;
};

static enum rc ask(struct request *rq, struct library *out, struct err *e)
{
    struct app *app = request_app(rq);
    struct wecom_client *own = app->wecom == NULL ? wecom_client_new(app->config) : NULL;
    out->asked_us = clock_now_us();
    enum rc rc =
        ask_tags(own != NULL ? own : app->wecom, request_arena(rq), &out->groups, &out->n, e);
    wecom_client_free(own);
    return rc;
}

static void put_difference(struct json *j, const struct tag_difference *d)
{
    json_open_object(j, NULL);
    json_put_z(j, "kind", tag_difference_name(d->kind));
    json_put_z(j, "winner", tag_winner_name(d->winner));
    json_put_z(j, "level", d->of_group ? "group" : "tag");
    json_put_id(j, "group_id", d->group_id);
    json_put_id(j, "tag_id", d->tag_id);
    json_put_str(j, "group", d->group);
    json_put_str(j, "name", d->name);
    json_put_str(j, "there_group", d->there_group);
    json_put_str(j, "there_name", d->there_name);
    json_close_object(j);
}

/* Sizes of what WeCom has, and the differences by who wins. */
static void put_sums(struct json *j, const struct library *l, const struct tag_difference *list,
                     size_t n)
{
    int64_t tags = 0, by[TAG_WINS_NOBODY + 1] = {0};
    for (size_t g = 0; g < l->n; g++)
        tags += (int64_t)l->groups[g].tags_n;
    for (size_t i = 0; i < n; i++)
        by[list[i].winner]++;
    json_put_int(j, "asked_s", l->asked_us / US_PER_S);
    json_put_int(j, "groups", (int64_t)l->n);
    json_put_int(j, "tags", tags);
    json_put_int(j, "wecom", by[TAG_WINS_THERE]);
    json_put_int(j, "koi", by[TAG_WINS_HERE]);
    json_put_int(j, "nobody", by[TAG_WINS_NOBODY]);
}

static enum rc compare_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct library l;
    struct tag_difference *list = NULL;
    size_t n = 0;
    enum rc rc = ask(rq, &l, e);
    if (rc == RC_OK)
        rc = tag_compare(tx, l.groups, l.n, l.asked_us, &list, &n, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    put_sums(j, &l, list, n);
    json_open_array(j, "items");
    for (size_t i = 0; i < n && i < SHOWN; i++)
        put_difference(j, &list[i]);
    json_close_array(j);
    json_close_object(j);
    return RC_OK;
}

const struct route route_tag_compare = {
    .method = POST,
    .path = "/api/tags/compare",
    .name = "tag_compare",
    .need = PERM_TAG_WRITE,
    .scope = SCOPE_NONE,
    .outside = true,
    .run = compare_run,
    .zh = "向企业微信要标签库，列出与 Koi 的不同和以谁为准；不写入",
    .en = "Ask WeCom for its library of tags: what differs here, and who wins. Writes nothing.",
    .reply = "TagCompare",
};

static enum rc take_over_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct library l;
    struct tag_applied done;
    (void)tx;
    enum rc rc = ask(rq, &l, e);
    if (rc == RC_OK)
        rc = tag_take_over(request_app(rq), l.groups, l.n, l.asked_us, &done, e);
    if (rc != RC_OK)
        return rc;
    request_audit(rq, "tag_library", 0,
                  "\"added\":%" PRId64 ",\"changed\":%" PRId64 ",\"removed\":%" PRId64, done.added,
                  done.changed, done.removed);
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_int(j, "added", done.added);
    json_put_int(j, "changed", done.changed);
    json_put_int(j, "removed", done.removed);
    json_close_object(j);
    return RC_OK;
}

const struct route route_tag_take_over = {
    .method = POST,
    .path = "/api/tags/take-over",
    .name = "tag_take_over",
    .need = PERM_TAG_WRITE,
    .scope = SCOPE_NONE,
    .audited = true,
    .outside = true,
    .run = take_over_run,
    .zh = "以企业微信现在的标签库为准更新 Koi；还没有告诉企业微信的改动保留",
    .en = "Take WeCom's library of tags over; what waits to be told to WeCom stays as it is here.",
    .reply = "TagTakenOver",
};
