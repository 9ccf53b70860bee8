/* welcomes.c — what became of the welcomes: counts by hour, how long they took, the last misses.
 *
 * Nothing of a person is in it: neither text nor code nor account.
 */
#include "api/listing.h"
#include "api/routes.h"
#include "api/work_json.h"
#include "base/clock.h"
#include "store/welcome.h"

#include <string.h>

enum { HOURS = 24, HOURS_MOST = 24 * 30, MISSES = 20, HOUR_S = 3600 };

/* Counts of one hour, or of all. */
struct sums {
    int64_t hour_s, told, sent, unsure, missed, waiting;
};

static void add(struct sums *s, const struct welcome_count *c)
{
    int64_t *const to = str_eq(c->state, STR("sent"))     ? &s->sent
                        : str_eq(c->state, STR("unsure")) ? &s->unsure
                        : str_eq(c->state, STR("missed")) ? &s->missed
                                                          : &s->waiting;
    *to += c->n;
    s->told += c->n;
}

static void put_sums(struct json *j, const struct sums *s)
{
    json_put_int(j, "told", s->told);
    json_put_int(j, "sent", s->sent);
    json_put_int(j, "unsure", s->unsure);
    json_put_int(j, "missed", s->missed);
    json_put_int(j, "waiting", s->waiting);
}

static void put_hours(struct json *j, const struct welcome_count *list, size_t n)
{
    json_open_array(j, "hours");
    for (size_t i = 0; i < n;) {
        struct sums s = {.hour_s = list[i].hour_s};
        for (; i < n && list[i].hour_s == s.hour_s; i++)
            add(&s, &list[i]);
        json_open_object(j, NULL);
        json_put_int(j, "hour_s", s.hour_s);
        put_sums(j, &s);
        json_close_object(j);
    }
    json_close_array(j);
}

static const struct {
    const char *reason, *zh, *en;
} REASONS[] = {
    {"chatting", "双方已开始聊天，或已发过欢迎语",
     "they were chatting already, or it had been sent"},
    {"expired", "已超过 20 秒", "its 20 seconds were over"},
    {"failed", "企业微信没有回答，或未连接", "WeCom did not answer, or is not connected"},
    {"limiter", "已达企业微信每分钟的调用上限", "WeCom's ceiling of calls was reached"},
    {"refused", "企业微信拒绝", "WeCom refused"},
};
enum { REASON_COUNT = sizeof REASONS / sizeof *REASONS };

static const char *words_of(const struct request *rq, struct str reason)
{
    for (int i = 0; i < REASON_COUNT; i++)
        if (str_eq(reason, str_from(REASONS[i].reason)))
            return request_caller(rq)->english ? REASONS[i].en : REASONS[i].zh;
    return "";
}

static void put_reasons(struct request *rq, const struct welcome_count *list, size_t n)
{
    struct json *j = reply_json(rq);
    json_open_array(j, "reasons");
    for (int r = 0; r < REASON_COUNT; r++) {
        int64_t sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += str_eq(list[i].reason, str_from(REASONS[r].reason)) ? list[i].n : 0;
        if (sum == 0)
            continue;
        json_open_object(j, NULL);
        json_put_z(j, "reason", REASONS[r].reason);
        json_put_z(j, "message", words_of(rq, str_from(REASONS[r].reason)));
        json_put_int(j, "n", sum);
        json_close_object(j);
    }
    json_close_array(j);
}

static void put_misses(struct request *rq, const struct welcome_miss *list, size_t n)
{
    struct json *j = reply_json(rq);
    json_open_array(j, "misses");
    for (size_t i = 0; i < n; i++) {
        struct work_error why;
        bool kept = work_error_read(rq, list[i].error, &why);
        json_open_object(j, NULL);
        json_put_id(j, "id", list[i].id);
        json_put_int(j, "received_s", list[i].received_us / 1000000);
        json_put_str(j, "reason", list[i].reason);
        json_put_z(j, "message", words_of(rq, list[i].reason));
        json_put_str(j, "error", kept ? why.message : STR_ABSENT);
        json_close_object(j);
    }
    json_close_array(j);
}

static enum rc put_took(struct json *j, struct tx *tx, int64_t from_us, struct err *e)
{
    static const struct {
        const char *key;
        int64_t permille;
    } QUANTILES[] = {{"p50_ms", 500}, {"p99_ms", 990}, {"p999_ms", 999}};
    for (size_t i = 0; i < sizeof QUANTILES / sizeof *QUANTILES; i++) {
        int64_t ms = 0;
        enum rc rc = welcome_took(tx, from_us, QUANTILES[i].permille, &ms, e);
        if (rc == RC_OK)
            json_put_int(j, QUANTILES[i].key, ms);
        else if (rc == RC_NOT_FOUND)
            json_put_null(j, QUANTILES[i].key);
        else
            return rc;
    }
    return RC_OK;
}

static enum rc welcomes_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct welcome_count *counts = NULL;
    struct welcome_miss *misses = NULL;
    size_t n = 0, miss_n = 0;
    struct sums all = {0};
    int64_t from_us = (clock_now_s() - arg_int_or(rq, "hours", HOURS) * HOUR_S) * 1000000;
    enum rc rc = welcome_counts(tx, from_us, &counts, &n, e);
    if (rc == RC_OK)
        rc = welcome_misses(tx, MISSES, &misses, &miss_n, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    for (size_t i = 0; i < n; i++)
        add(&all, &counts[i]);
    put_sums(j, &all);
    rc = put_took(j, tx, from_us, e);
    put_reasons(rq, counts, n);
    put_hours(j, counts, n);
    put_misses(rq, misses, miss_n);
    json_close_object(j);
    return rc;
}

const struct route route_wecom_welcomes = {
    .method = GET,
    .path = "/api/wecom/welcomes",
    .name = "wecom_welcomes",
    .need = PERM_SYSTEM,
    .scope = SCOPE_WHOLE,
    .args = {{"hours", ARG_INT, .min = 1, .max = HOURS_MOST, .zh = "最近多少小时，默认 24",
              .en = "of how many hours until now, 24 unless told"}},
    .run = welcomes_run,
    .zh = "欢迎语：每小时的发送与错过、耗时、最近错过的原因。",
    .en = "Welcomes: sent and missed by hour, how long they took, why the last ones were missed.",
    .reply = "WelcomeReport",
};
