/* handover_ask.c — requests and answers about hand-overs. An answer is checked member by member:
 * one without an id or a number is refused whole, since nobody could say whom it is about.
 */
#include "connect/wecom/handover_ask.h"

#include "connect/wecom/errors.h"
#include "connect/wecom/page.h"
#include "connect/wecom/request.h"
#include "store/list.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { REQUEST_BYTES = 64 << 10, PAGES_MOST = 10000 };

enum handover_verdict handover_verdict(const struct err *e)
{
    struct str code = str_from(e->code);
    int64_t n = wecom_error_number(code);
    if (str_eq(code, STR("wecom_unsure")) || str_eq(code, STR("wecom_reply")) || n < 0)
        return HANDOVER_UNSURE;
    if (n == 0)
        return HANDOVER_LATER;
    switch (wecom_errcode(n)->class) {
    case WECOM_CLASS_LATER:
        return HANDOVER_UNSURE;
    case WECOM_CLASS_BLOCKED:
    case WECOM_CLASS_TOKEN:
    case WECOM_CLASS_SETTING:
        return HANDOVER_LATER;
    default:
        return HANDOVER_REFUSAL;
    }
}

/* ---- requests ---- */

static void put_ids(struct json *j, const char *key, const struct handover_item *items, size_t n)
{
    json_open_array(j, key);
    for (size_t i = 0; i < n; i++)
        json_put_str(j, NULL, items[i].external_id);
    json_close_array(j);
}

/* ---- answers ---- */

static bool read_answer(const struct json_value *row, const char *id, const char *number,
                        struct arena *a, struct handover_answer *out)
{
    int64_t at_s = 0;
    struct str when = json_written_or(json_get(row, "takeover_time"), STR("0"));
    out->external_id = arena_str(a, json_str_or(json_get(row, id), STR("")));
    out->number = json_int_or(json_get(row, number), INT64_MIN);
    out->at_s = str_to_i64(when, &at_s) ? at_s : 0;
    return !str_empty(out->external_id) && out->number != INT64_MIN;
}

static enum rc read_answers(const struct json_value *list, const char *path, const char *id,
                            const char *number, struct arena *a, struct handover_answer **out,
                            size_t *out_n, struct err *e)
{
    size_t n = json_count(list);
    struct handover_answer *rows = ARENA_ARRAY(a, struct handover_answer, n + 1);
    for (size_t i = 0; i < n; i++)
        if (!read_answer(json_at(list, i), id, number, a, &rows[i]))
            return wecom_reply_lacks(path, e);
    *out = rows;
    *out_n = n;
    return RC_OK;
}

/* ---- askings ---- */

enum rc handover_ask(struct wecom_client *c, const struct handover_due *d,
                     const struct handover_item *items, size_t n, struct arena *a,
                     struct handover_answer **out, size_t *out_n, struct err *e)
{
    const char *path = d->onjob ? "externalcontact/transfer_customer"
                                : "externalcontact/resigned/transfer_customer";
    const struct json_value *reply;
    struct buf b;
    assert(n > 0 && n <= HANDOVER_A_CALL);
    buf_init(&b, REQUEST_BYTES);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    json_put_str(&j, "handover_userid", d->from_userid);
    json_put_str(&j, "takeover_userid", d->userid);
    put_ids(&j, "external_userid", items, n);
    if (d->onjob && !str_empty(d->message))
        json_put_str(&j, "transfer_success_msg", d->message);
    json_close_object(&j);
    enum rc rc = wecom_send(c, path, &b, a, &reply, e);
    return rc == RC_OK ? read_answers(json_get(reply, "customer"), path, "external_userid",
                                      "errcode", a, out, out_n, e)
                       : rc;
}

enum rc handover_ask_groups(struct wecom_client *c, const struct handover_due *d,
                            const struct handover_item *items, size_t n, struct arena *a,
                            struct handover_answer **out, size_t *out_n, struct err *e)
{
    const char *path = d->onjob ? "externalcontact/groupchat/onjob_transfer"
                                : "externalcontact/groupchat/transfer";
    const struct json_value *reply;
    struct buf b;
    assert(n > 0 && n <= HANDOVER_A_CALL);
    buf_init(&b, REQUEST_BYTES);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    json_put_str(&j, "new_owner", d->userid);
    put_ids(&j, "chat_id_list", items, n);
    json_close_object(&j);
    enum rc rc = wecom_send(c, path, &b, a, &reply, e);
    return rc == RC_OK ? read_answers(json_get(reply, "failed_chat_list"), path, "chat_id",
                                      "errcode", a, out, out_n, e)
                       : rc;
}

/* ---- lists ---- */

static int by_external_id(const void *a, const void *b)
{
    const struct handover_answer *x = a, *y = b;
    return str_cmp(x->external_id, y->external_id);
}

enum rc handover_ask_results(struct wecom_client *c, const struct handover_due *d, struct arena *a,
                             struct handover_answer **out, size_t *out_n, struct err *e)
{
    const char *path =
        d->onjob ? "externalcontact/transfer_result" : "externalcontact/resigned/transfer_result";
    const struct json_value *fields;
    struct handover_answer *list = NULL;
    size_t n = 0, room = 0;
    struct str cursor = STR_ABSENT;
    struct buf b;
    buf_init(&b, REQUEST_BYTES);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    json_put_str(&j, "handover_userid", d->from_userid);
    json_put_str(&j, "takeover_userid", d->userid);
    json_close_object(&j);
    enum rc rc = wecom_request(&b, path, a, &fields, e);
    if (rc == RC_OK && c == NULL)
        rc = wecom_not_set(e);
    for (int pages = 0; rc == RC_OK; pages++) {
        struct wecom_page page;
        const struct wecom_page_call ask = {.path = path, .fields = fields, .cursor = cursor};
        rc = pages < PAGES_MOST ? wecom_page(c, &ask, a, &page, e) : wecom_reply_lacks(path, e);
        if (rc != RC_OK)
            return rc;
        n = page.again ? 0 : n;
        const struct json_value *rows = json_get(page.reply, "customer");
        for (size_t i = 0; i < json_count(rows); i++)
            if (!read_answer(json_at(rows, i), "external_userid", "status", a,
                             LIST_ADD(a, list, n, room)))
                return wecom_reply_lacks(path, e);
        cursor = page.next;
        if (str_empty(cursor))
            break;
    }
    if (rc == RC_OK && n > 1)
        qsort(list, n, sizeof *list, by_external_id);
    *out = list;
    *out_n = n;
    return rc;
}

static int by_text(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

enum rc handover_ask_unassigned(struct wecom_client *c, struct str userid, struct arena *a,
                                struct str **out, size_t *out_n, struct err *e)
{
    static const char path[] = "externalcontact/get_unassigned_list";
    struct str *list = NULL;
    size_t n = 0, room = 0;
    struct str cursor = STR_ABSENT;
    enum rc rc = c == NULL ? wecom_not_set(e) : RC_OK;
    for (int pages = 0; rc == RC_OK; pages++) {
        struct wecom_page page;
        const struct wecom_page_call ask = {.path = path, .cursor = cursor, .background = true};
        rc = pages < PAGES_MOST ? wecom_page(c, &ask, a, &page, e) : wecom_reply_lacks(path, e);
        if (rc != RC_OK)
            return rc;
        n = page.again ? 0 : n;
        const struct json_value *rows = json_get(page.reply, "info");
        for (size_t i = 0; i < json_count(rows); i++) {
            const struct json_value *row = json_at(rows, i);
            if (str_eq_nocase(json_str_or(json_get(row, "handover_userid"), STR("")), userid))
                *LIST_ADD(a, list, n, room) =
                    arena_str(a, json_str_or(json_get(row, "external_userid"), STR("")));
        }
        cursor = page.next;
        if (str_empty(cursor))
            break;
    }
    if (rc == RC_OK && n > 1)
        qsort(list, n, sizeof *list, by_text);
    *out = list;
    *out_n = n;
    return rc;
}
