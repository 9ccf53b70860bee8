/* attachment.c — one table of kinds and their fields, from which lists are checked and written.
 *
 * A list is parsed each time it is used: nine objects, some microseconds. Invariant: what is sent
 * has the fields of the table and no others, so nothing that people wrote beside them goes out.
 */
#include "domain/attachment.h"

#include "base/json.h"
#include "file/media.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { FIELDS = 4, SAID_BYTES = 96 << 10, FIELD_BYTES = 160 };

struct part {
    const char *name;
    size_t most; /* bytes of a text */
    bool required;
    bool address;      /* http or https */
    const char *media; /* names an original of that kind: WeCom's field for its id */
};
static const struct kind {
    const char *name;
    struct part parts[FIELDS + 1];
} KINDS[] = {
    {"link",
     {{"title", 128, true},
      {"picurl", 2048, .address = true},
      {"desc", 512},
      {"url", 2048, true, .address = true}}},
    {"image", {{"media", .required = true, .media = "image"}}},
    {"miniprogram",
     {{"title", 64, true},
      {"picture", .required = true, .media = "image"},
      {"appid", 64, true},
      {"page", 1024, true}}},
    {"video", {{"media", .required = true, .media = "video"}}},
    {"file", {{"media", .required = true, .media = "file"}}},
};

static const struct kind *kind_of(const struct json_value *one)
{
    struct str word = json_str_or(json_get(one, "msgtype"), STR(""));
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++)
        if (str_eq(word, str_from(KINDS[i].name)))
            return &KINDS[i];
    return NULL;
}

/* 0: no id. */
static int64_t id_of(const struct json_value *v)
{
    int64_t id = json_int_or(v, 0);
    return id > 0 ? id : 0;
}

/* ---- checking ---- */

/* Where something is wrong: "welcomes.attachments.link.title". */
struct place {
    const char *field;
    const struct kind *kind;
    const struct part *part;
};

static const char *place_name(const struct place *p, char out[static FIELD_BYTES])
{
    snprintf(out, FIELD_BYTES, "%s%s%s%s%s", p->field, p->kind != NULL ? "." : "",
             p->kind != NULL ? p->kind->name : "", p->part != NULL ? "." : "",
             p->part != NULL ? p->part->name : "");
    return out;
}

static enum rc missing(const struct place *p, const char *zh, const char *en, struct err *e)
{
    char name[FIELD_BYTES];
    err_set(e, RC_INVALID, "code_missing", place_name(p, name), "%s%.0s", "%.0s%s", zh, en);
    err_hint(e, "补上之后再保存", "add it and save again");
    return RC_INVALID;
}

static enum rc check_text(const struct place *p, const struct json_value *v, struct err *e)
{
    char name[FIELD_BYTES];
    struct str text = json_str_or(v, STR(""));
    bool web = str_starts(text, STR("https://")) || str_starts(text, STR("http://"));
    if (str_empty(text) && p->part->required)
        return missing(p, "附件的内容不完整，这一项要填",
                       "the attachment is not whole: fill this in", e);
    if (p->part->address && !str_empty(text) && !web) {
        err_set(e, RC_INVALID, "attachment_address", place_name(p, name), "网址不完整",
                "the address is not whole");
        err_hint(e, "请以 https:// 或 http:// 开头", "begin it with https:// or http://");
        return RC_INVALID;
    }
    if (text.n <= p->part->most)
        return RC_OK;
    err_set(e, RC_INVALID, "code_too_long", place_name(p, name), "太长了，现在是 %zu 字节",
            "too long: %zu bytes", text.n);
    err_hint(e, "请缩短到 %zu 字节以内（一个汉字 3 字节）",
             "keep it within %zu bytes (a Chinese character takes 3)", p->part->most);
    return RC_INVALID;
}

static enum rc check_one(const struct json_value *one, const char *field, struct err *e)
{
    struct place p = {.field = field, .kind = kind_of(one)};
    if (p.kind == NULL) {
        err_set(e, RC_INVALID, "attachment_kind", field, "没有这种附件",
                "there is no such kind of attachment");
        err_hint(e, "msgtype 请填写 link、image、miniprogram、video 或 file",
                 "say link, image, miniprogram, video or file as its msgtype");
        return RC_INVALID;
    }
    const struct json_value *body = json_get(one, p.kind->name);
    enum rc rc = RC_OK;
    for (p.part = p.kind->parts; rc == RC_OK && p.part->name != NULL; p.part++) {
        const struct json_value *v = json_get(body, p.part->name);
        if (p.part->media == NULL)
            rc = check_text(&p, v, e);
        else if (id_of(v) == 0)
            rc = missing(&p, "还没有选择素材", "no media has been chosen", e);
    }
    return rc;
}

enum rc attachment_check(struct str list, const char *field, struct err *e)
{
    struct arena a;
    const struct json_value *all;
    arena_init(&a, 0);
    enum rc rc = json_parse(&a, list, &all, NULL);
    if (rc != RC_OK || json_kind_of(all) != JSON_ARRAY) {
        rc = err_set(e, RC_INVALID, "attachment_list", field, "附件应是 JSON 列表",
                     "attachments are a JSON list");
        err_hint(e, "例如 []", "for example []");
    } else if (json_count(all) > ATTACHMENTS_MOST) {
        rc = err_set(e, RC_INVALID, "code_too_many", field, "有 %zu 个附件，超过上限",
                     "%zu attachments are too many", json_count(all));
        err_hint(e, "最多 %d 个，请减少", "keep at most %d", ATTACHMENTS_MOST);
    }
    for (size_t i = 0; rc == RC_OK && i < json_count(all); i++)
        rc = check_one(json_at(all, i), field, e);
    arena_done(&a);
    return rc;
}

/* ---- originals ---- */

void attachment_uses(struct str list, struct arena *a, struct attachment_use **out, size_t *out_n)
{
    const struct json_value *all = NULL;
    *out_n = 0;
    *out = NULL;
    if (json_parse(a, list, &all, NULL) != RC_OK)
        return;
    *out = ARENA_ARRAY(a, struct attachment_use, json_count(all) * FIELDS + 1);
    for (size_t i = 0; i < json_count(all); i++) {
        const struct json_value *one = json_at(all, i);
        const struct kind *k = kind_of(one);
        for (const struct part *p = k != NULL ? k->parts : NULL; p != NULL && p->name != NULL; p++)
            if (p->media != NULL)
                (*out)[(*out_n)++] = (struct attachment_use){
                    .media_id = id_of(json_get(json_get(one, k->name), p->name)),
                    .kind = p->media,
                    .may_stay = strcmp(k->name, "image") == 0,
                };
    }
}

enum media_purpose attachment_purpose(const struct attachment_use *use, int64_t bytes)
{
    return use->may_stay && bytes <= MEDIA_PICTURE_MOST ? MEDIA_PICTURE : MEDIA_MESSAGE;
}

bool attachment_lives(const struct media_at *at, int64_t now_s, int64_t for_s)
{
    return !str_empty(at->given) && (at->expires_s == DB_NULL || at->expires_s > now_s + for_s);
}

enum rc attachment_check_rows(struct tx *tx, struct str list, const char *field, struct err *e)
{
    struct arena a;
    struct attachment_use *uses;
    size_t n;
    enum rc rc = RC_OK;
    arena_init(&a, 0);
    attachment_uses(list, &a, &uses, &n);
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        struct media m;
        rc = media_load(tx, uses[i].media_id, &a, &m, e);
        if (rc == RC_NOT_FOUND) {
            err_set(e, RC_INVALID, "code_names_unknown", field, "附件的素材不存在，可能已被删除",
                    "the media of an attachment does not exist; it may have been deleted");
            err_hint(e, "请重新选择或上传", "choose or upload it again");
            rc = RC_INVALID;
        } else if (rc == RC_OK && !str_eq(m.kind, str_from(uses[i].kind))) {
            err_set(e, RC_INVALID, "attachment_media_kind", field, "所选素材的类型不对，应是 %s",
                    "the media chosen is of another kind than %s", uses[i].kind);
            err_hint(e, "请选择另一个素材", "choose another one");
            rc = RC_INVALID;
        }
    }
    arena_done(&a);
    return rc;
}

/* ---- said ---- */

/* What WeCom has of an original, or "" when it has nothing now. */
static enum rc find_given(struct tx *tx, const struct attachment_use *use, int64_t now_s,
                          struct arena *a, enum media_purpose *out_purpose, struct str *out,
                          struct err *e)
{
    struct media m;
    struct media_at at;
    struct err gone = ERR_INIT;
    *out = STR("");
    enum rc rc = media_load(tx, use->media_id, a, &m, &gone);
    if (rc == RC_NOT_FOUND)
        return RC_OK;
    if (rc != RC_OK) {
        *e = gone;
        return rc;
    }
    *out_purpose = attachment_purpose(use, m.bytes);
    rc = media_at_load(tx, m.id, *out_purpose, a, &at, e);
    if (rc == RC_OK && attachment_lives(&at, now_s, 0))
        *out = at.given;
    return rc;
}

static const char *wecom_field(const struct kind *k, enum media_purpose purpose)
{
    if (purpose == MEDIA_PICTURE)
        return "pic_url";
    return strcmp(k->name, "miniprogram") == 0 ? "pic_media_id" : "media_id";
}

static void put_texts(struct json *j, const struct kind *k, const struct json_value *body)
{
    for (const struct part *p = k->parts; p->name != NULL; p++) {
        struct str text = json_str_or(json_get(body, p->name), STR(""));
        if (p->media == NULL && !str_empty(text))
            json_put_str(j, p->name, text);
    }
}

/* Its original, if it has one, is the next of `uses`. */
static enum rc put_one(struct tx *tx, struct json *j, const struct json_value *one,
                       const struct attachment_use *use, int64_t now_s, struct arena *a,
                       struct err *e)
{
    const struct kind *k = kind_of(one);
    enum media_purpose purpose = MEDIA_MESSAGE;
    struct str given = STR("");
    enum rc rc = use != NULL ? find_given(tx, use, now_s, a, &purpose, &given, e) : RC_OK;
    if (rc != RC_OK || (use != NULL && str_empty(given)))
        return rc;
    json_open_object(j, NULL);
    json_put_z(j, "msgtype", k->name);
    json_open_object(j, k->name);
    put_texts(j, k, json_get(one, k->name));
    if (use != NULL)
        json_put_str(j, wecom_field(k, purpose), given);
    json_close_object(j);
    json_close_object(j);
    return RC_OK;
}

static bool has_media(const struct kind *k)
{
    for (const struct part *p = k->parts; p->name != NULL; p++)
        if (p->media != NULL)
            return true;
    return false;
}

enum rc attachment_said(struct tx *tx, struct str list, int64_t now_s, struct arena *a,
                        struct str *out, struct err *e)
{
    const struct json_value *all = NULL;
    struct attachment_use *uses;
    size_t n, used = 0;
    struct buf b;
    *out = STR("");
    attachment_uses(list, a, &uses, &n);
    if (json_parse(a, list, &all, NULL) != RC_OK || json_count(all) == 0)
        return RC_OK;
    buf_init(&b, SAID_BYTES);
    struct json j = json_to(&b);
    enum rc rc = RC_OK;
    json_open_array(&j, NULL);
    for (size_t i = 0; rc == RC_OK && i < json_count(all); i++) {
        const struct kind *k = kind_of(json_at(all, i));
        const struct attachment_use *use = k != NULL && has_media(k) ? &uses[used++] : NULL;
        if (k != NULL)
            rc = put_one(tx, &j, json_at(all, i), use, now_s, a, e);
    }
    json_close_array(&j);
    if (rc == RC_OK && !b.failed && !str_eq(buf_str(&b), STR("[]")))
        *out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return rc;
}
