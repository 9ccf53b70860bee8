/* media.c — one table of kinds, and the first bytes of each form.
 *
 * An MP4 begins with the length of its first box, then "ftyp" (ISO/IEC 14496-12, 4.3). A name goes
 * into the head of a part of a form: quotes, bars and control characters are refused, so that
 * nobody writes a head of their own. Costs a look at a dozen bytes and the name.
 */
#include "file/media.h"

#include <assert.h>

static const struct {
    const char *name;
    size_t most;
    const char *zh, *en; /* the forms it takes */
} KINDS[MEDIA_KINDS] = {
    [MEDIA_IMAGE] = {"image", 10 << 20, "JPG 或 PNG 图片", "a JPG or PNG picture"},
    [MEDIA_VOICE] = {"voice", 2 << 20, "AMR 录音", "an AMR recording"},
    [MEDIA_VIDEO] = {"video", 10 << 20, "MP4 视频", "an MP4 video"},
    [MEDIA_FILE] = {"file", MEDIA_BYTES_MOST, "文件", "a file"},
};

static const struct {
    enum media_kind kind;
    size_t at; /* of the mark */
    struct str mark;
    const char *mime, *ending;
} FORMS[] = {
    {MEDIA_IMAGE, 0, {"\xff\xd8\xff", 3}, "image/jpeg", ".jpg"},
    {MEDIA_IMAGE, 0, {"\x89PNG\r\n\x1a\n", 8}, "image/png", ".png"},
    {MEDIA_VIDEO, 4, {"ftyp", 4}, "video/mp4", ".mp4"},
    {MEDIA_VOICE, 0, {"#!AMR", 5}, "audio/amr", ".amr"},
};
enum { FORM_COUNT = sizeof FORMS / sizeof *FORMS };

const char *media_kind_name(enum media_kind k)
{
    assert(k < MEDIA_KINDS);
    return KINDS[k].name;
}

bool media_kind_of(struct str name, enum media_kind *out)
{
    for (int k = 0; k < MEDIA_KINDS; k++)
        if (str_eq(name, str_from(KINDS[k].name))) {
            *out = (enum media_kind)k;
            return true;
        }
    return false;
}

size_t media_most(enum media_kind k)
{
    assert(k < MEDIA_KINDS);
    return KINDS[k].most;
}

/* The row of FORMS that the bytes begin like; FORM_COUNT: none. */
static size_t form_of(struct str bytes)
{
    size_t i = 0;
    while (i < FORM_COUNT &&
           (bytes.n < FORMS[i].at + FORMS[i].mark.n ||
            !str_eq((struct str){bytes.p + FORMS[i].at, FORMS[i].mark.n}, FORMS[i].mark)))
        i++;
    return i;
}

enum media_kind media_look(struct str bytes)
{
    size_t i = form_of(bytes);
    return i < FORM_COUNT ? FORMS[i].kind : MEDIA_FILE;
}

const char *media_mime(enum media_kind k, struct str bytes)
{
    size_t i = form_of(bytes);
    return i < FORM_COUNT && FORMS[i].kind == k ? FORMS[i].mime : "application/octet-stream";
}

const char *media_ending(enum media_kind k, struct str bytes)
{
    size_t i = form_of(bytes);
    return i < FORM_COUNT && FORMS[i].kind == k ? FORMS[i].ending : "";
}

static enum rc check_name(struct str name, struct err *e)
{
    bool good = name.n > 0 && name.n <= MEDIA_NAME_BYTES && str_utf8_valid(name);
    for (size_t i = 0; good && i < name.n; i++) {
        unsigned char x = (unsigned char)name.p[i];
        good = x >= ' ' && x != 0x7f && x != '"' && x != '\\' && x != '/';
    }
    if (good)
        return RC_OK;
    err_set(e, RC_INVALID, "media_name", "name", "文件名为空、过长，或含有引号、斜杠",
            "the file's name is empty, too long, or has quotes or bars in it");
    err_hint(e, "请改名后再上传，最多 %d 字节（一个汉字 3 字节）",
             "give it another name of at most %d bytes (a Chinese character takes 3)",
             MEDIA_NAME_BYTES);
    return RC_INVALID;
}

enum rc media_check(enum media_kind k, struct str name, struct str bytes, struct err *e)
{
    assert(k < MEDIA_KINDS);
    enum rc rc = check_name(name, e);
    if (rc != RC_OK)
        return rc;
    if (bytes.n < MEDIA_BYTES_LEAST) {
        err_set(e, RC_INVALID, "media_empty", "content", "文件是空的", "the file is empty");
        err_hint(e, "请选择另一个文件", "choose another file");
        return RC_INVALID;
    }
    if (bytes.n > KINDS[k].most) {
        err_set(e, RC_LIMIT, "media_too_large", "content", "文件太大，现在是 %zu KB",
                "the file is too large: %zu KB", bytes.n >> 10);
        err_hint(e, "企业微信最多收 %zu MB，请压缩后再上传",
                 "WeCom takes at most %zu MB: make it smaller", KINDS[k].most >> 20);
        return RC_LIMIT;
    }
    if (k != MEDIA_FILE && media_look(bytes) != k) {
        err_set(e, RC_INVALID, "media_form", "content", "内容不是%s%.0s",
                "the content is not %.0s%s", KINDS[k].zh, KINDS[k].en);
        err_hint(e, "请另存为这种格式，或作为文件发送",
                 "save it in that form, or send it as a file");
        return RC_INVALID;
    }
    return RC_OK;
}
