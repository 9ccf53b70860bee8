/* customer_json.c — the shape of a customer in lists. Everything personal passes through the mask
 * here, so a list that shows customers cannot forget it. A card costs about 3 µs to write.
 */
#include "api/customer_json.h"

#include "base/calendar.h"
#include "base/clock.h"
#include "base/limits.h"
#include "domain/app.h"
#include "domain/mask.h"

void json_put_named(struct json *j, const char *key, int64_t id, struct str name)
{
    if (id == 0) {
        json_put_null(j, key);
        return;
    }
    json_open_object(j, key);
    json_put_id(j, "id", id);
    json_put_str(j, "name", name);
    json_close_object(j);
}

void json_put_known(struct json *j, const char *key, int64_t value)
{
    if (value == DB_NULL)
        json_put_null(j, key);
    else
        json_put_int(j, key, value);
}

void json_put_day(struct json *j, const char *key, int64_t day)
{
    char text[11];
    if (day == DB_NULL) {
        json_put_null(j, key);
        return;
    }
    calendar_format_day((int32_t)day, text);
    json_put_z(j, key, text);
}

struct str json_quote(struct arena *a, struct str text)
{
    struct buf b;
    buf_init(&b, LIMIT_BODY);
    struct json j = json_to(&b);
    json_put_str(&j, NULL, text);
    struct str out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return out;
}

struct str customer_nickname(struct request *rq, struct str nickname)
{
    return request_caller(rq)->role == ROLE_OPERATOR ? mask_nickname(request_arena(rq), nickname)
                                                     : nickname;
}

/* Whole years since the birth day, today in the corp's zone. */
static void put_age(struct json *j, int64_t birth_day)
{
    if (birth_day == DB_NULL) {
        json_put_null(j, "age");
        return;
    }
    int y, m, d, by, bm, bd;
    calendar_civil_from_day(calendar_day_of(clock_now_s()), &y, &m, &d);
    calendar_civil_from_day((int32_t)birth_day, &by, &bm, &bd);
    int age = y - by - (m < bm || (m == bm && d < bd) ? 1 : 0);
    json_put_int(j, "age", age < 0 ? 0 : age);
}

static void put_lists(struct json *j, const struct customer_card *c)
{
    json_open_array(j, "staff");
    for (size_t i = 0; i < c->staff_n; i++)
        json_put_named(j, NULL, c->staff[i].id, c->staff[i].name);
    json_close_array(j);

    json_open_array(j, "tags");
    for (size_t i = 0; i < c->tags_n; i++) {
        json_open_object(j, NULL);
        json_put_id(j, "id", c->tags[i].id);
        json_put_str(j, "name", c->tags[i].name);
        json_put_str(j, "group", c->tags[i].group);
        json_close_object(j);
    }
    json_close_array(j);

    json_open_array(j, "tiers");
    for (size_t i = 0; i < c->tiers_n; i++) {
        json_open_object(j, NULL);
        json_put_str(j, "model", c->tiers[i].model);
        json_put_str(j, "tier", c->tiers[i].tier);
        json_put_str(j, "color", c->tiers[i].color);
        json_close_object(j);
    }
    json_close_array(j);
}

void customer_json_members(struct request *rq, struct json *j, const struct customer_card *c)
{
    json_put_id(j, "id", c->id);
    json_put_str(j, "nickname", customer_nickname(rq, c->nickname));
    json_put_str(j, "gender", c->gender);
    put_age(j, c->birth_day);
    json_put_str(j, "province", c->province);
    json_put_str(j, "city", c->city);
    json_put_str(j, "phone", mask_phone(request_arena(rq), c->phone));
    json_put_named(j, "source", c->source_id, c->source);
    json_put_named(j, "stage", c->stage_id, c->stage);
    json_put_known(j, "added_s", c->added_s);
    json_put_int(j, "first_s", c->first_s);
    json_put_int(j, "orders", c->orders);
    json_put_int(j, "spend_fen", c->spend_fen);
    json_put_known(j, "last_order_s", c->last_order_s);
    put_lists(j, c);
}

void customer_json(struct request *rq, struct json *j, const char *key,
                   const struct customer_card *c)
{
    json_open_object(j, key);
    customer_json_members(rq, j, c);
    json_close_object(j);
}

enum rc customer_json_list(struct request *rq, struct tx *tx, struct json *j, const char *key,
                           const int64_t *ids, size_t n, struct err *e)
{
    struct customer_card *cards;
    size_t count;
    enum rc rc = customer_cards(tx, request_app(rq)->keys, request_caller(rq)->scope_account, ids,
                                n, &cards, &count, e);
    if (rc != RC_OK)
        return rc;
    json_open_array(j, key);
    for (size_t i = 0; i < count; i++)
        customer_json(rq, j, NULL, &cards[i]);
    json_close_array(j);
    return RC_OK;
}
