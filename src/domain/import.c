/* import.c — before an import runs: looking at the file, settling the mapping, making the job.
 *
 * The mapping in force is, in this order, the one that was sent, the one remembered for a file with
 * the same header, the guess. It is made canonical (columns by their names in the file, options
 * spelled out) and kept in the job and the batch, so that a resumed import reads the file exactly
 * as it was read before.
 */
#include "domain/import.h"

#include "base/limits.h"
#include "domain/import_map.h"
#include "domain/import_read.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <unistd.h>

enum { PREVIEW_ROWS = 50, PREVIEW_PROBLEMS = 20, PREVIEW_TRIED = 2000 };

const char *import_reject_path(const struct app *app, struct arena *a, int64_t batch_id)
{
    return app_path(app, a, arena_printf(a, "reject/%" PRId64 ".csv", batch_id).p);
}

enum rc import_hash_file(const char *path, uint8_t out[static 32], struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set(e, errno == ENOENT ? RC_NOT_FOUND : RC_IO, "file_open", "file",
                       "不能打开文件：%s", "cannot open the file: %s", strerrordesc_np(errno));
    EVP_MD_CTX *sha = EVP_MD_CTX_new();
    char *piece = malloc(256 << 10);
    if (sha == NULL || piece == NULL || EVP_DigestInit_ex(sha, EVP_sha256(), NULL) != 1)
        abort();
    ssize_t n;
    while ((n = read(fd, piece, 256 << 10)) > 0)
        EVP_DigestUpdate(sha, piece, (size_t)n);
    int why = errno;
    EVP_DigestFinal_ex(sha, out, NULL);
    EVP_MD_CTX_free(sha);
    free(piece);
    close(fd);
    return n == 0 ? RC_OK
                  : err_set(e, RC_IO, "file_read", "file", "读取文件失败：%s",
                            "reading the file failed: %s", strerrordesc_np(why));
}

/* ---- the mapping ---- */

struct settled {
    struct table *table; /* open, its sample spent; the caller closes */
    struct import_map map, guess;
    const struct str *header;
    size_t header_n;
    bool remembered;
};

static enum rc open_table(struct app *app, const struct import_spec *spec,
                          const struct json_value *options, struct table **out, struct err *e)
{
    struct table_options o = {0};
    enum rc rc = import_map_format(options, &o, e);
    o.keys = spec->sealed ? app->keys : NULL;
    return rc == RC_OK ? table_open(spec->path, &o, out, e) : rc;
}

/* Fields that `v` does not name keep their guess, unless its column is wanted for another. */
static void fill_from_guess(struct import_map *m, const struct import_map *guess,
                            const struct json_value *v)
{
    for (int f = 0; f < MAP_FIELDS; f++) {
        bool wanted = false;
        for (int g = 0; g < MAP_FIELDS; g++)
            wanted = wanted || (m->column[g] >= 0 && m->column[g] == guess->column[f]);
        if (json_get(v, map_field_table[f].name) == NULL && !wanted)
            m->column[f] = guess->column[f];
    }
}

/* Lays the mapping of `v` over nothing, or over the guess if it says so; options it does not name
 * are guessed. */
static enum rc parse_over(struct settled *s, const struct json_value *v, struct arena *a,
                          struct err *e)
{
    struct import_map m;
    enum rc rc = import_map_parse(v, s->guess.kind, s->header, s->header_n, a, &m, e);
    if (rc != RC_OK)
        return rc;
    if (json_get(v, "options") == NULL || json_get(json_get(v, "options"), "cancel_prefix") == NULL)
        memcpy(m.cancel_prefix, s->guess.cancel_prefix, sizeof m.cancel_prefix);
    if (json_get(v, "options") == NULL || json_get(json_get(v, "options"), "adjust_prefix") == NULL)
        memcpy(m.adjust_prefix, s->guess.adjust_prefix, sizeof m.adjust_prefix);
    if (json_bool_or(json_get(v, "guess"), false))
        fill_from_guess(&m, &s->guess, v);
    m.format = s->guess.format;
    s->map = m;
    return RC_OK;
}

static enum rc recall(struct settled *s, struct tx *tx, struct arena *a, struct err *e)
{
    uint8_t hash[32];
    struct str text;
    const struct json_value *v;
    import_map_header_hash(s->header, s->header_n, hash);
    enum rc rc = mapping_recall(tx, s->guess.kind, (struct str){(const char *)hash, 32}, &text, e);
    if (rc != RC_OK)
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    struct err quiet = ERR_INIT;
    s->remembered =
        json_parse(a, text, &v, &quiet) == RC_OK && parse_over(s, v, a, &quiet) == RC_OK;
    return RC_OK;
}

static enum rc settle(struct app *app, struct tx *tx, const struct import_spec *spec,
                      const struct json_value *options, struct arena *a, struct settled *s,
                      struct err *e)
{
    const struct json_value *sent = NULL;
    memset(s, 0, sizeof *s);
    enum rc rc = str_empty(spec->mapping) ? RC_OK : json_parse(a, spec->mapping, &sent, e);
    if (rc == RC_OK && sent != NULL && options == NULL)
        options = json_get(sent, "options");
    if (rc == RC_OK)
        rc = open_table(app, spec, options, &s->table, e);
    if (rc == RC_OK)
        rc = import_map_guess(s->table, spec->kind, a, &s->guess, e);
    if (rc != RC_OK)
        return rc;
    s->header = table_header(s->table, &s->header_n);
    s->map = s->guess;
    if (sent != NULL)
        return parse_over(s, sent, a, e);
    return recall(s, tx, a, e);
}

static struct str map_text(const struct settled *s, const struct import_map *m, struct arena *a)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    struct json j = json_to(&b);
    import_map_print(m, s->header, &j, NULL);
    struct str out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return out;
}

enum rc import_settle(struct app *app, struct tx *tx, const struct import_spec *spec,
                      struct arena *a, struct str *out_mapping, struct err *e)
{
    struct settled s;
    enum rc rc = settle(app, tx, spec, NULL, a, &s, e);
    if (rc == RC_OK)
        rc = import_map_check(&s.map, e);
    if (rc == RC_OK)
        *out_mapping = map_text(&s, &s.map, a);
    table_close(s.table);
    return rc;
}

/* ---- making the job ---- */

static struct str detail_of(const struct import_spec *spec, int64_t batch_id, struct str settled,
                            struct arena *a)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    json_put_id(&j, "batch_id", batch_id);
    json_put_z(&j, "kind", batch_kind_name(spec->kind));
    json_put_z(&j, "path", spec->path);
    json_put_bool(&j, "sealed", spec->sealed);
    json_put_bool(&j, "dry_run", spec->dry_run);
    json_put_bool(&j, "english", spec->english);
    json_put_raw(&j, "mapping", settled);
    json_close_object(&j);
    struct str out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return out;
}

enum rc import_add(struct app *app, struct tx *tx, const struct import_spec *spec,
                   struct str settled, int64_t *out_job, struct err *e)
{
    static const char *const titles[] = {"导入订单", "导入客户", "导入行为"};
    assert(spec->kind < BATCH_DEMO);
    struct arena *a = tx_arena(tx);
    struct str name = str_utf8_prefix(spec->name, 120);
    struct batch_row batch = {
        .id = spec->dry_run ? 0 : tx_id(tx),
        .kind = spec->kind,
        .file_name = str_empty(name) ? STR("file") : name,
        .file_hash = {(const char *)spec->sha256, 32},
        .mapping = settled,
        .state = BATCH_RUNNING,
    };
    enum rc rc = spec->dry_run ? RC_OK : batch_add(tx, &batch, e);
    if (rc != RC_OK)
        return rc;
    struct job_order order = {
        .kind = "import",
        .title = arena_printf(a, "%s%s", spec->dry_run ? "试" : "", titles[spec->kind]),
        .detail = detail_of(spec, batch.id, settled, a),
        .total = -1,
        .account_id = spec->account_id,
    };
    rc = job_add(app, tx, &order, out_job, e);
    return rc == RC_OK && !spec->dry_run ? batch_set_job(tx, batch.id, *out_job, e) : rc;
}

/* ---- the preview ---- */

static void print_format(const struct table *t, struct json *out)
{
    static const char *const encodings[] = {NULL,       "utf-8",    "gb18030",
                                            "utf-16le", "utf-16be", "windows-1252"};
    const struct table_options *f = table_found(t);
    const struct str *sheets;
    size_t n = table_sheets(t, &sheets);
    json_open_object(out, "format");
    json_put_z(out, "kind", f->format == TABLE_XLSX ? "xlsx" : "text");
    json_put_z(out, "encoding", f->format == TABLE_XLSX ? "utf-8" : encodings[f->encoding]);
    if (f->format == TABLE_XLSX)
        json_put_null(out, "delimiter");
    else
        json_put_str(out, "delimiter",
                     f->delimiter == ' '    ? STR("blanks")
                     : f->delimiter == '\t' ? STR("tab")
                                            : (struct str){&f->delimiter, 1});
    json_put_bool(out, "compressed", f->gzip);
    json_put_bool(out, "header", f->header == 1);
    json_put_str(out, "sheet", f->format == TABLE_XLSX ? f->sheet : STR_ABSENT);
    json_open_array(out, "sheets");
    for (size_t i = 0; i < n; i++)
        json_put_str(out, NULL, sheets[i]);
    json_close_array(out);
    json_put_int(out, "bytes", table_size_bytes(t));
    json_close_object(out);
}

static void print_fields(const struct import_map *m, struct json *out)
{
    json_open_array(out, "fields");
    for (int f = 0; f < MAP_FIELDS; f++) {
        if ((map_field_table[f].kinds & (1U << m->kind)) == 0)
            continue;
        json_open_object(out, NULL);
        json_put_z(out, "field", map_field_table[f].name);
        json_put_z(out, "zh", map_field_table[f].zh);
        json_put_z(out, "en", map_field_table[f].en);
        json_close_object(out);
    }
    json_close_array(out);
}

/* Reads on with the mapping and lists what is wrong. */
static enum rc print_problems(struct app *app, struct settled *s, struct table *t, bool english,
                              struct json *out, struct err *e)
{
    struct import_names names;
    struct import_step *step = import_step_new();
    struct zone *zone = calloc(1, sizeof *zone);
    enum rc rc = import_names_init(&names, app, true, e);
    struct reader r = {.map = &s->map,
                       .names = &names,
                       .keys = app->keys,
                       .issuer = STR("导入"),
                       .step_rows = STEP_ROWS};
    struct table_row row;
    int shown = 0;
    if (rc == RC_OK && !str_empty(s->map.zone) && (rc = zone_load(s->map.zone, zone, e)) == RC_OK)
        r.zone = zone;
    json_open_array(out, "problems");
    for (int k = 0; k < PREVIEW_TRIED && rc == RC_OK && shown < PREVIEW_PROBLEMS; k++) {
        struct problem p;
        rc = table_next(t, &row, e);
        if (rc == RC_OK)
            rc = reader_row(&r, &row, step, &p, e);
        if (step->rows >= STEP_ROWS) {
            import_step_clear(step);
            reader_new_step(&r);
        }
        if (rc != RC_INVALID)
            continue;
        rc = RC_OK;
        shown++;
        json_open_object(out, NULL);
        json_put_int(out, "line", row.line);
        json_put_str(out, "column", p.column < 0 ? STR_ABSENT : s->header[p.column]);
        json_put_z(out, "reason", english ? p.en : p.zh);
        json_close_object(out);
    }
    json_close_array(out);
    reader_done(&r);
    import_names_done(&names);
    import_step_free(step);
    free(zone);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc print_rows(struct table *t, struct json *out, struct err *e)
{
    struct table_row row;
    enum rc rc = RC_OK;
    json_open_array(out, "rows");
    for (int k = 0; k < PREVIEW_ROWS; k++) {
        rc = table_next(t, &row, e);
        if (rc != RC_OK)
            break;
        json_open_array(out, NULL);
        for (size_t i = 0; i < row.n; i++)
            json_put_str(out, NULL, str_utf8_prefix(row.cells[i], 200));
        json_close_array(out);
    }
    json_close_array(out);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static void print_guesses(struct settled *s, struct json *out)
{
    struct err lack = ERR_INIT;
    struct import_map m = s->map;
    bool enough = import_map_check(&m, &lack) == RC_OK;
    static const char *const shapes[] = {"lines", "orders", "purchases"};
    json_open_object(out, "guesses");
    json_put_bool(out, "enough", enough);
    json_put_z(out, "missing", enough ? NULL : lack.field);
    if (m.kind == BATCH_ORDERS)
        json_put_z(out, "shape", enough ? shapes[m.shape] : NULL);
    import_map_print(&s->guess, s->header, out, "mapping");
    print_fields(&s->map, out);
    json_close_object(out);
}

enum rc import_preview(struct app *app, struct tx *tx, const struct import_spec *spec,
                       const struct json_value *options, bool english, struct json *out,
                       struct err *e)
{
    struct settled s;
    struct table *t = NULL;
    enum rc rc = settle(app, tx, spec, options, tx_arena(tx), &s, e);
    if (rc == RC_OK)
        rc = open_table(app, spec, options, &t, e);
    if (rc != RC_OK) {
        table_close(s.table);
        return rc;
    }
    json_open_object(out, NULL);
    print_format(t, out);
    json_open_array(out, "header");
    for (size_t i = 0; i < s.header_n; i++)
        json_put_str(out, NULL, s.header[i]);
    json_close_array(out);
    import_map_print(&s.map, s.header, out, "mapping");
    json_put_bool(out, "remembered", s.remembered);
    rc = print_rows(t, out, e);
    table_close(t);
    t = NULL;
    if (rc == RC_OK)
        rc = open_table(app, spec, options, &t, e);
    struct import_map check = s.map;
    if (rc == RC_OK && import_map_check(&check, NULL) == RC_OK) {
        s.map = check;
        rc = print_problems(app, &s, t, english, out, e);
    } else {
        json_open_array(out, "problems");
        json_close_array(out);
    }
    print_guesses(&s, out);
    json_close_object(out);
    table_close(t);
    table_close(s.table);
    return rc;
}
