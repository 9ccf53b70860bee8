/* xlsx_part.c — zip and XML below a workbook.
 *
 * libzip reads the container through our source, so that a sealed upload is never written out in
 * the clear. Every part passes xlsx_stream: it inflates CHUNK bytes, counts them, hands them to
 * expat, and refuses a DOCTYPE. The small parts have handlers that fill struct xlsx_book; a sheet's
 * are the caller's.
 *
 * Shared strings lie end to end in one block with an array of their ends: a million strings of 20
 * bytes take 24 MB.
 */
#include "file/xlsx_part.h"

#include "file/xlsx_style.h"

#include <assert.h>
#include <expat.h>
#include <zip.h>

enum { CHUNK = 32 << 10, STYLES_MAX = 65536, FORMATS_MAX = 4096, STRINGS_MAX = 16 << 20 };
static const int64_t STRING_BYTES_MAX = 256 << 20, PART_MAX = (int64_t)4 << 30;
/* A sheet inflates 10 to 30 times; deflate's own limit is 1032. */
static const int64_t RATIO_MAX = 400, RATIO_FREE = 32 << 20;

struct xlsx_stream {
    zip_file_t *file;
    XML_Parser parser;
    struct xlsx_handlers handlers;
    int64_t at, size, packed;
    bool paused, ended, doctype;
};

/* ---- small helpers ---- */

const char *xlsx_local_name(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon != NULL ? colon + 1 : name;
}

const char *xlsx_attr(const char **attrs, const char *name)
{
    for (size_t i = 0; attrs[i] != NULL; i += 2)
        if (strcmp(attrs[i], name) == 0)
            return attrs[i + 1];
    return NULL;
}

int64_t xlsx_attr_int(const char **attrs, const char *name, int64_t fallback)
{
    int64_t i;
    return str_to_i64(str_from(xlsx_attr(attrs, name)), &i) ? i : fallback;
}

static enum rc broken(struct err *e, const char *part)
{
    enum rc rc = err_set(e, RC_CORRUPT, "xlsx_damaged", NULL, "工作簿已损坏：%s",
                         "the workbook is damaged: %s", part);
    err_hint(e, "请用 Excel 或 WPS 打开并另存为 .xlsx 或 CSV 后再导入",
             "open it in Excel or WPS, save it again as .xlsx or CSV, and import that");
    return rc;
}

/* ---- the container ---- */

/* libzip's way to read: a cursor over our source. */
struct reading {
    struct source *source;
    zip_int64_t at;
    zip_error_t error;
};

static zip_int64_t reading_call(void *ctx, void *data, zip_uint64_t n, zip_source_cmd_t cmd)
{
    struct reading *r = ctx;
    size_t got = 0;
    switch (cmd) {
    case ZIP_SOURCE_OPEN:
        r->at = 0;
        return 0;
    case ZIP_SOURCE_READ:
        if (source_read_at(r->source, r->at, data, (size_t)n, &got, NULL) != RC_OK) {
            zip_error_set(&r->error, ZIP_ER_READ, 0);
            return -1;
        }
        r->at += (zip_int64_t)got;
        return (zip_int64_t)got;
    case ZIP_SOURCE_SEEK: {
        zip_int64_t to = zip_source_seek_compute_offset(
            (zip_uint64_t)r->at, (zip_uint64_t)source_size(r->source), data, n, &r->error);
        if (to < 0)
            return -1;
        r->at = to;
        return 0;
    }
    case ZIP_SOURCE_TELL:
        return r->at;
    case ZIP_SOURCE_STAT: {
        zip_stat_t *st = data;
        zip_stat_init(st);
        st->valid = ZIP_STAT_SIZE;
        st->size = (zip_uint64_t)source_size(r->source);
        return sizeof *st;
    }
    case ZIP_SOURCE_ERROR:
        return zip_error_to_data(&r->error, data, n);
    case ZIP_SOURCE_FREE:
        free(r);
        return 0;
    case ZIP_SOURCE_SUPPORTS:
        return zip_source_make_command_bitmap(
            ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR,
            ZIP_SOURCE_FREE, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL, ZIP_SOURCE_SUPPORTS, -1);
    default:
        return 0;
    }
}

static enum rc zip_begin(struct xlsx_book *b, struct source *source, struct err *e)
{
    struct reading *r = calloc(1, sizeof *r);
    if (r == NULL)
        abort();
    r->source = source;
    zip_error_t why;
    zip_error_init(&why);
    zip_source_t *zs = zip_source_function_create(reading_call, r, &why);
    if (zs == NULL) {
        free(r);
        return broken(e, "zip");
    }
    b->zip = zip_open_from_source(zs, ZIP_RDONLY, &why);
    if (b->zip == NULL)
        zip_source_free(zs);
    zip_error_fini(&why);
    return b->zip != NULL ? RC_OK : broken(e, "zip");
}

/* ---- a part as a stream ---- */

static void XMLCALL stream_start(void *ctx, const XML_Char *name, const XML_Char **attrs)
{
    struct xlsx_stream *s = ctx;
    s->handlers.start(s->handlers.ctx, name, attrs);
}

static void XMLCALL stream_end(void *ctx, const XML_Char *name)
{
    struct xlsx_stream *s = ctx;
    if (s->handlers.end != NULL)
        s->handlers.end(s->handlers.ctx, name);
}

static void XMLCALL stream_text(void *ctx, const XML_Char *p, int n)
{
    struct xlsx_stream *s = ctx;
    if (s->handlers.text != NULL)
        s->handlers.text(s->handlers.ctx, p, n);
}

static void XMLCALL stream_doctype(void *ctx, const XML_Char *name, const XML_Char *system,
                                   const XML_Char *public, int has_internal)
{
    struct xlsx_stream *s = ctx;
    (void)name, (void)system, (void)public, (void)has_internal;
    s->doctype = true;
    XML_StopParser(s->parser, XML_FALSE);
}

enum rc xlsx_stream_open(const struct xlsx_book *b, const char *part,
                         const struct xlsx_handlers *handlers, struct xlsx_stream **out,
                         struct err *e)
{
    zip_stat_t st;
    zip_int64_t i = zip_name_locate(b->zip, part, ZIP_FL_NOCASE);
    if (i < 0 || zip_stat_index(b->zip, (zip_uint64_t)i, 0, &st) != 0)
        return RC_NOT_FOUND;
    if ((st.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && st.encryption_method != ZIP_EM_NONE) {
        enum rc rc = err_set(e, RC_INVALID, "xlsx_encrypted", "file", "工作簿有密码保护",
                             "the workbook is protected by a password");
        err_hint(e, "请去掉密码后再导入", "remove the password and import it again");
        return rc;
    }
    zip_file_t *file = zip_fopen_index(b->zip, (zip_uint64_t)i, 0);
    if (file == NULL)
        return broken(e, part);

    struct xlsx_stream *s = calloc(1, sizeof *s);
    if (s == NULL)
        abort();
    s->file = file;
    s->handlers = *handlers;
    s->size = (int64_t)st.size;
    s->packed = (int64_t)st.comp_size;
    s->parser = XML_ParserCreate("UTF-8");
    if (s->parser == NULL)
        abort();
    XML_SetUserData(s->parser, s);
    XML_SetElementHandler(s->parser, stream_start, stream_end);
    XML_SetCharacterDataHandler(s->parser, stream_text);
    XML_SetStartDoctypeDeclHandler(s->parser, stream_doctype);
    *out = s;
    return RC_OK;
}

void xlsx_stream_close(struct xlsx_stream *s)
{
    if (s == NULL)
        return;
    XML_ParserFree(s->parser);
    zip_fclose(s->file);
    free(s);
}

void xlsx_stream_pause(struct xlsx_stream *s)
{
    s->paused = true;
    XML_StopParser(s->parser, XML_TRUE);
}

/* Inflates the next piece into the parser's buffer. */
static enum rc inflate_piece(struct xlsx_stream *s, int *out_n, struct err *e)
{
    void *room = XML_GetBuffer(s->parser, CHUNK);
    if (room == NULL)
        abort();
    zip_int64_t n = zip_fread(s->file, room, CHUNK);
    if (n < 0)
        return broken(e, zip_file_strerror(s->file));
    s->at += n;
    bool bomb = s->at > RATIO_FREE && s->packed > 0 && s->at / s->packed > RATIO_MAX;
    if (bomb || s->at > PART_MAX) {
        enum rc rc = err_set(e, RC_LIMIT, "xlsx_bomb", "file", "工作簿解压后过大",
                             "the workbook inflates to far too much");
        err_hint(e, "请另存为 CSV，或拆分成较小的文件",
                 "save it as CSV, or split it into smaller files");
        return rc;
    }
    *out_n = (int)n;
    return RC_OK;
}

enum rc xlsx_stream_run(struct xlsx_stream *s, struct err *e)
{
    bool resume = s->paused;
    s->paused = false;
    while (resume || !s->ended) {
        enum XML_Status status;
        if (resume) {
            status = XML_ResumeParser(s->parser);
            resume = false;
        } else {
            int n = 0;
            enum rc rc = inflate_piece(s, &n, e);
            if (rc != RC_OK)
                return rc;
            s->ended = n == 0;
            status = XML_ParseBuffer(s->parser, n, s->ended);
        }
        if (status == XML_STATUS_SUSPENDED)
            return RC_OK;
        if (s->doctype)
            return err_set(e, RC_INVALID, "xlsx_doctype", "file", "工作簿含有 DOCTYPE 声明，已拒绝",
                           "the workbook has a DOCTYPE, which is refused");
        if (status == XML_STATUS_ERROR)
            return broken(e, XML_ErrorString(XML_GetErrorCode(s->parser)));
    }
    return RC_OK;
}

int64_t xlsx_stream_at(const struct xlsx_stream *s)
{
    return s->at;
}

int64_t xlsx_stream_size(const struct xlsx_stream *s)
{
    return s->size;
}

/* Reads a whole part; one that is missing has nothing to say. */
static enum rc read_part(const struct xlsx_book *b, const char *part,
                         const struct xlsx_handlers *handlers, struct err *e)
{
    struct xlsx_stream *s = NULL;
    enum rc rc = xlsx_stream_open(b, part, handlers, &s, e);
    if (rc == RC_NOT_FOUND)
        return RC_OK;
    if (rc != RC_OK)
        return rc;
    rc = xlsx_stream_run(s, e);
    xlsx_stream_close(s);
    return rc;
}

/* ---- workbook and relations ---- */

struct reading_book {
    struct xlsx_book *b;
    const char *ids[XLSX_SHEETS]; /* relation ids of the sheets */
};

static void book_start(void *ctx, const char *name, const char **attrs)
{
    struct reading_book *r = ctx;
    struct xlsx_book *b = r->b;
    name = xlsx_local_name(name);
    if (strcmp(name, "workbookPr") == 0) {
        struct str v = str_from(xlsx_attr(attrs, "date1904"));
        b->from_1904 = str_eq(v, STR("1")) || str_eq(v, STR("true"));
    } else if (strcmp(name, "sheet") == 0 && b->sheets_n < XLSX_SHEETS) {
        const char *id = xlsx_attr(attrs, "r:id");
        for (size_t i = 0; id == NULL && attrs[i] != NULL; i += 2)
            if (strcmp(xlsx_local_name(attrs[i]), "id") == 0)
                id = attrs[i + 1];
        struct str title = str_from(xlsx_attr(attrs, "name"));
        if (id == NULL || str_absent(title))
            return;
        r->ids[b->sheets_n] = arena_z(&b->arena, str_from(id));
        b->sheet_names[b->sheets_n++] = arena_str(&b->arena, title);
    }
}

static void relation_start(void *ctx, const char *name, const char **attrs)
{
    struct reading_book *r = ctx;
    const char *id = xlsx_attr(attrs, "Id"), *target = xlsx_attr(attrs, "Target");
    if (strcmp(xlsx_local_name(name), "Relationship") != 0 || id == NULL || target == NULL)
        return;
    for (size_t i = 0; i < r->b->sheets_n; i++) {
        if (strcmp(r->ids[i], id) != 0)
            continue;
        struct str t = str_from(target);
        struct str part = t.n > 0 && t.p[0] == '/'
                              ? arena_str(&r->b->arena, str_sub(t, 1, t.n))
                              : arena_printf(&r->b->arena, "xl/" STR_FMT, STR_ARG(t));
        r->b->sheet_parts[i] = arena_z(&r->b->arena, part);
    }
}

/* ---- styles ---- */

struct reading_styles {
    struct xlsx_book *b;
    int64_t ids[FORMATS_MAX];
    unsigned char shows[FORMATS_MAX];
    size_t n;
    bool in_cell_formats;
};

static void styles_start(void *ctx, const char *name, const char **attrs)
{
    struct reading_styles *r = ctx;
    struct xlsx_book *b = r->b;
    name = xlsx_local_name(name);
    if (strcmp(name, "numFmt") == 0 && r->n < FORMATS_MAX) {
        r->ids[r->n] = xlsx_attr_int(attrs, "numFmtId", -1);
        r->shows[r->n++] = (unsigned char)xlsx_code_shows(str_from(xlsx_attr(attrs, "formatCode")));
    } else if (strcmp(name, "cellXfs") == 0) {
        r->in_cell_formats = true;
    } else if (strcmp(name, "xf") == 0 && r->in_cell_formats && b->styles_n < STYLES_MAX) {
        int64_t id = xlsx_attr_int(attrs, "numFmtId", 0);
        unsigned shows = xlsx_builtin_shows(id);
        for (size_t i = 0; i < r->n; i++)
            if (r->ids[i] == id)
                shows = r->shows[i];
        b->styles[b->styles_n++] = (unsigned char)shows;
    }
}

static void styles_end(void *ctx, const char *name)
{
    struct reading_styles *r = ctx;
    if (strcmp(xlsx_local_name(name), "cellXfs") == 0)
        r->in_cell_formats = false;
}

static enum rc read_styles(struct xlsx_book *b, struct err *e)
{
    struct reading_styles *r = arena_alloc(&b->arena, sizeof *r);
    r->b = b;
    b->styles = arena_alloc(&b->arena, STYLES_MAX);
    struct xlsx_handlers h = {styles_start, styles_end, NULL, r};
    return read_part(b, "xl/styles.xml", &h, e);
}

/* ---- shared strings ---- */

struct reading_strings {
    struct xlsx_book *b;
    struct buf bytes;
    size_t ends_cap;
    bool in_text, in_phonetic, too_many;
};

static void strings_start(void *ctx, const char *name, const char **attrs)
{
    struct reading_strings *r = ctx;
    (void)attrs;
    name = xlsx_local_name(name);
    if (strcmp(name, "rPh") == 0)
        r->in_phonetic = true;
    else if (strcmp(name, "t") == 0)
        r->in_text = !r->in_phonetic;
}

static void strings_end(void *ctx, const char *name)
{
    struct reading_strings *r = ctx;
    struct xlsx_book *b = r->b;
    name = xlsx_local_name(name);
    if (strcmp(name, "rPh") == 0) {
        r->in_phonetic = false;
    } else if (strcmp(name, "t") == 0) {
        r->in_text = false;
    } else if (strcmp(name, "si") == 0) {
        if (b->strings_n == STRINGS_MAX) {
            r->too_many = true;
            return;
        }
        if (b->strings_n == r->ends_cap) {
            r->ends_cap = r->ends_cap == 0 ? 1024 : r->ends_cap * 2;
            b->string_ends = realloc(b->string_ends, r->ends_cap * sizeof *b->string_ends);
            if (b->string_ends == NULL)
                abort();
        }
        b->string_ends[b->strings_n++] = (uint32_t)r->bytes.n;
    }
}

static void strings_text(void *ctx, const char *p, int n)
{
    struct reading_strings *r = ctx;
    if (r->in_text)
        buf_add(&r->bytes, (struct str){p, (size_t)n});
}

static enum rc read_strings(struct xlsx_book *b, struct err *e)
{
    struct reading_strings r = {.b = b};
    buf_init(&r.bytes, (size_t)STRING_BYTES_MAX);
    struct xlsx_handlers h = {strings_start, strings_end, strings_text, &r};
    enum rc rc = read_part(b, "xl/sharedStrings.xml", &h, e);
    b->string_bytes = r.bytes.p; /* ours from here */
    if (rc == RC_OK && (r.too_many || r.bytes.failed)) {
        rc = err_set(e, RC_LIMIT, "xlsx_strings", "file", "工作簿的文本超过 256 MB",
                     "the workbook has more than 256 MB of text");
        err_hint(e, "请另存为 CSV 后再导入", "save it as CSV and import that");
    }
    return rc;
}

struct str xlsx_string(const struct xlsx_book *b, size_t i)
{
    assert(i < b->strings_n);
    uint32_t from = i > 0 ? b->string_ends[i - 1] : 0;
    return b->string_ends[i] == from
               ? STR("")
               : (struct str){b->string_bytes + from, b->string_ends[i] - from};
}

/* ---- the book ---- */

enum rc xlsx_book_open(struct xlsx_book *b, struct source *source, struct err *e)
{
    memset(b, 0, sizeof *b);
    arena_init(&b->arena, 0);
    struct reading_book r = {.b = b};
    struct xlsx_handlers book = {book_start, NULL, NULL, &r},
                         relations = {relation_start, NULL, NULL, &r};
    enum rc rc = zip_begin(b, source, e);
    if (rc == RC_OK)
        rc = read_part(b, "xl/workbook.xml", &book, e);
    if (rc == RC_OK && b->sheets_n == 0) {
        rc = err_set(e, RC_INVALID, "xlsx_no_sheet", "file", "这个压缩包不是 Excel 工作簿",
                     "this zip file is no Excel workbook");
        err_hint(e, "请上传 .xlsx、.csv 或 .csv.gz 文件", "upload .xlsx, .csv or .csv.gz");
    }
    if (rc == RC_OK)
        rc = read_part(b, "xl/_rels/workbook.xml.rels", &relations, e);
    if (rc == RC_OK)
        rc = read_styles(b, e);
    if (rc == RC_OK)
        rc = read_strings(b, e);
    return rc;
}

void xlsx_book_done(struct xlsx_book *b)
{
    if (b->zip != NULL)
        zip_discard(b->zip);
    arena_done(&b->arena);
    free(b->string_bytes);
    free(b->string_ends);
    memset(b, 0, sizeof *b);
}

enum rc xlsx_book_sheet(const struct xlsx_book *b, struct str name, const char **out_part,
                        struct err *e)
{
    for (size_t i = 0; i < b->sheets_n; i++) {
        if (!str_empty(name) && !str_eq(name, b->sheet_names[i]))
            continue;
        if (b->sheet_parts[i] == NULL)
            return broken(e, "xl/_rels/workbook.xml.rels");
        *out_part = b->sheet_parts[i];
        return RC_OK;
    }
    enum rc rc = err_set(e, RC_INVALID, "sheet_unknown", "sheet", "没有工作表“" STR_FMT "”",
                         "there is no sheet \"" STR_FMT "\"", STR_ARG(name));
    err_hint(e, "第一个工作表是“" STR_FMT "”", "the first one is \"" STR_FMT "\"",
             STR_ARG(b->sheet_names[0]));
    return rc;
}
