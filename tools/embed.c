/* embed — turns files into C sources, so that the program is one file.
 *
 *   embed schema OUT.c DIR            each *.sql of DIR, as src/store/schema_files.h has it
 *   embed assets OUT.c OUT.bin DIR OWN
 *                                     every file below DIR, as src/http/asset.h has it, gzipped
 *                                     into OUT.bin, which OUT.c takes in by .incbin, and those
 *                                     of OWN under names that carry a hash of their content:
 *                                     OWN/a.css is /assets/a-0123456789abcdef.css; without the
 *                                     folders the table is empty
 *
 * Runs at each build; outputs whose content would not change are left alone, so nothing is compiled
 * twice. The first line of OUT.c carries a hash of the inputs: assets are compressed only when it
 * differs. Files are taken in the order of their names, so equal inputs give equal outputs. Any
 * failure ends the build.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

enum { MAX_FILES = 4096, MAX_PATH = 1024 };

struct file {
    char path[MAX_PATH]; /* as found on disk, or made of it and a hash */
    size_t name_at;      /* where the part of it begins that goes into the table */
    unsigned char *p;
    size_t n;
};

static struct file files[MAX_FILES];
static size_t file_count;

static const char *name_of(const struct file *f)
{
    return f->path + f->name_at;
}

static _Noreturn void fail(const char *what, const char *which)
{
    fprintf(stderr, "embed: %s: %s%s%s\n", which, what, errno != 0 ? ": " : "",
            errno != 0 ? strerror(errno) : "");
    exit(1);
}

/* 64-bit FNV-1a: names a content; nobody gains by forging it. */
static uint64_t hash_add(uint64_t h, const void *p, size_t n)
{
    const unsigned char *b = p;
    for (size_t i = 0; i < n; i++) {
        h = (h ^ b[i]) * 0x100000001b3U;
    }
    return h;
}

static uint64_t hash_of(const void *p, size_t n)
{
    return hash_add(0xcbf29ce484222325U, p, n);
}

static void read_file(struct file *f)
{
    FILE *in = fopen(f->path, "rb");
    struct stat st;
    if (in == NULL || fstat(fileno(in), &st) != 0) {
        fail("cannot open", f->path);
    }
    f->n = (size_t)st.st_size;
    f->p = malloc(f->n + 1);
    if (f->p == NULL || fread(f->p, 1, f->n, in) != f->n) {
        fail("cannot read", f->path);
    }
    f->p[f->n] = 0;
    fclose(in);
}

static void add_file(const char *path, size_t name_at)
{
    struct file *f = &files[file_count];
    if (file_count == MAX_FILES || strlen(path) >= MAX_PATH) {
        fail("too many files, or too long a path", path);
    }
    file_count++;
    memcpy(f->path, path, strlen(path) + 1);
    f->name_at = name_at;
    read_file(f);
}

static int ends(const char *path, const char *suffix)
{
    size_t n = strlen(path);
    size_t k = strlen(suffix);
    return n >= k && memcmp(path + n - k, suffix, k) == 0;
}

/* Adds every file below `dir` whose path ends in `suffix`; names start with the slash behind `root`
 * bytes. Hidden files are left out. */
static void add_folder(const char *dir, size_t root, const char *suffix)
{
    DIR *d = opendir(dir);
    if (d == NULL) {
        return;
    }
    for (struct dirent *entry; (entry = readdir(d)) != NULL;) {
        char path[MAX_PATH];
        struct stat st;
        if (entry->d_name[0] == '.') {
            continue;
        }
        if (snprintf(path, sizeof path, "%s/%s", dir, entry->d_name) >= (int)sizeof path ||
            stat(path, &st) != 0) {
            fail("cannot be read", dir);
        }
        if (S_ISDIR(st.st_mode)) {
            add_folder(path, root, suffix);
        } else if (ends(path, suffix)) {
            add_file(path, root);
        }
    }
    closedir(d);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(name_of(a), name_of(b));
}

static void sort_files(void)
{
    qsort(files, file_count, sizeof files[0], by_name);
}

/* "…/a.css" becomes "/assets/a-HASH.css": a browser may keep such a file for ever. */
static void rename_by_content(struct file *f)
{
    char path[MAX_PATH];
    const char *dot = strrchr(name_of(f), '.');
    if (dot == NULL || strchr(name_of(f) + 1, '/') != NULL) {
        errno = 0;
        fail("is no file directly in the folder with an ending", f->path);
    }
    snprintf(path, sizeof path, "/assets%.*s-%016llx%s", (int)(dot - name_of(f)), name_of(f),
             (unsigned long long)hash_of(f->p, f->n), dot);
    memcpy(f->path, path, sizeof path);
    f->name_at = 0;
}

static void free_files(void)
{
    for (size_t i = 0; i < file_count; i++) {
        free(files[i].p);
    }
}

/* Writes the file only if its content differs. */
static void write_if_new(const char *path, const char *p, size_t n)
{
    FILE *f = fopen(path, "rb");
    if (f != NULL) {
        char *old = malloc(n + 1);
        int same = old != NULL && fread(old, 1, n + 1, f) == n && memcmp(old, p, n) == 0;
        free(old);
        fclose(f);
        if (same) {
            return;
        }
    }
    f = fopen(path, "wb");
    if (f == NULL || fwrite(p, 1, n, f) != n || fclose(f) != 0) {
        fail("cannot write", path);
    }
}

static void put_string(FILE *out, const unsigned char *p, size_t n)
{
    fputs("\n    \"", out);
    for (size_t i = 0; i < n; i++) {
        if (p[i] == '\n') {
            fputs(i + 1 < n ? "\\n\"\n    \"" : "\\n", out);
        } else if (p[i] == '"' || p[i] == '\\') {
            fprintf(out, "\\%c", p[i]);
        } else if (p[i] == '?' || p[i] < ' ' || p[i] == 0x7f) {
            fprintf(out, "\\%03o", p[i]);
        } else {
            fputc(p[i], out);
        }
    }
    fputc('"', out);
}

/* "schema/0001_core.sql" → 1 and "0001_core"; the versions must be 1, 2, 3 … */
static void put_migration(FILE *out, const struct file *f, long expected)
{
    const char *slash = strrchr(f->path, '/');
    const char *base = slash != NULL ? slash + 1 : f->path;
    const char *dot = strrchr(base, '.');
    if (dot == NULL || strtol(base, NULL, 10) != expected) {
        errno = 0;
        fail("schema files are named NNNN_name.sql, without gaps in the numbers", f->path);
    }
    fprintf(out, "    {%ld, \"%.*s\",", expected, (int)(dot - base), base);
    put_string(out, f->p, f->n);
    fputs("},\n", out);
}

static void embed_schema(const char *out_path)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    fputs("/* Made by tools/embed from schema/; not to be edited. */\n#include "
          "\"store/schema_files.h\"\n\n",
          out);
    fputs("const struct migration schema_migrations[] = {\n", out);
    for (size_t i = 0; i < file_count; i++) {
        put_migration(out, &files[i], (long)i + 1);
    }
    fputs("};\n\nconst size_t schema_migration_count = sizeof schema_migrations / sizeof "
          "schema_migrations[0];\n",
          out);
    fclose(out);
    write_if_new(out_path, text, n);
    free(text);
}

static const char *mime_of(const char *name)
{
    static const char *const table[][2] = {
        {".css", "text/css; charset=utf-8"},
        {".html", "text/html; charset=utf-8"},
        {".ico", "image/x-icon"},
        {".jpg", "image/jpeg"},
        {".js", "text/javascript; charset=utf-8"},
        {".json", "application/json"},
        {".map", "application/json"},
        {".png", "image/png"},
        {".svg", "image/svg+xml"},
        {".txt", "text/plain; charset=utf-8"},
        {".wasm", "application/wasm"},
        {".webmanifest", "application/manifest+json"},
        {".webp", "image/webp"},
        {".woff2", "font/woff2"},
    };
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot != NULL && i < sizeof table / sizeof table[0]; i++) {
        if (strcmp(dot, table[i][0]) == 0) {
            return table[i][1];
        }
    }
    return "application/octet-stream";
}

/* Appends the gzip form of a file to `bin`; returns its length. */
static size_t put_gzip(FILE *bin, const struct file *f)
{
    z_stream z = {.next_in = f->p, .avail_in = (uInt)f->n};
    if (deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK) {
        fail("zlib refuses", f->path);
    }
    uLong room = deflateBound(&z, (uLong)f->n) + 32;
    unsigned char *buffer = malloc(room);
    z.next_out = buffer;
    z.avail_out = (uInt)room;
    if (buffer == NULL || deflate(&z, Z_FINISH) != Z_STREAM_END) {
        fail("cannot be compressed", f->path);
    }
    size_t n = z.total_out;
    fwrite(buffer, 1, n, bin);
    free(buffer);
    deflateEnd(&z);
    return n;
}

static void put_asset(FILE *out, FILE *bin, const struct file *f, size_t *at)
{
    size_t n = put_gzip(bin, f);
    const char *mime = mime_of(name_of(f));
    fprintf(out,
            "    {{\"%s\", %zu}, {\"%s\", %zu}, {\"\\\"%016llx\\\"\", 18}, {asset_bytes + %zu, "
            "%zu}, %zu},\n",
            name_of(f), strlen(name_of(f)), mime, strlen(mime),
            (unsigned long long)hash_of(f->p, f->n), *at, n, f->n);
    *at += n;
}

/* Whether `path` begins with `line` already: its inputs were the same. */
static int up_to_date(const char *path, const char *line)
{
    char old[128] = "";
    FILE *f = fopen(path, "r");
    if (f == NULL) {
        return 0;
    }
    if (fgets(old, sizeof old, f) == NULL) {
        old[0] = 0;
    }
    fclose(f);
    return strcmp(old, line) == 0;
}

static void embed_assets(const char *out_path, const char *bin_path)
{
    uint64_t h = hash_of("assets 1", 8);
    for (size_t i = 0; i < file_count; i++) {
        h = hash_add(h, name_of(&files[i]), strlen(name_of(&files[i])) + 1);
        h = hash_add(h, files[i].p, files[i].n);
    }
    char line[128];
    snprintf(
        line, sizeof line,
        "/* Made by tools/embed from web/dist and src/h5/files %016llx; not to be edited. */\n",
        (unsigned long long)h);
    if (up_to_date(out_path, line)) {
        return;
    }

    char *text = NULL;
    char *bytes = NULL;
    size_t text_n = 0;
    size_t bytes_n = 0;
    FILE *out = open_memstream(&text, &text_n);
    FILE *bin = open_memstream(&bytes, &bytes_n);
    size_t at = 0;
    fprintf(out, "%s#include \"http/asset.h\"\n\n", line);
    fprintf(out,
            "__asm__(\".pushsection .rodata\\n.global asset_bytes\\nasset_bytes:\\n.incbin "
            "\\\"%s\\\"\\n.byte 0\\n.popsection\\n\");\n"
            "extern const char asset_bytes[];\n\nconst struct asset asset_table[] = {\n",
            bin_path);
    for (size_t i = 0; i < file_count; i++) {
        put_asset(out, bin, &files[i], &at);
    }
    fprintf(out,
            "    {{NULL, 0}, {NULL, 0}, {NULL, 0}, {NULL, 0}, 0},\n};\n\nconst size_t asset_count "
            "= %zu;\n",
            file_count);
    fclose(out);
    fclose(bin);
    write_if_new(bin_path, bytes, bytes_n);
    write_if_new(out_path, text, text_n);
    free(text);
    free(bytes);
}

int main(int argc, char **argv)
{
    const char *dir = argc > 4 ? argv[4] : argc > 3 ? argv[3] : "";
    if (argc == 4 && strcmp(argv[1], "schema") == 0) {
        add_folder(dir, strlen(dir), ".sql");
        sort_files();
        embed_schema(argv[2]);
    } else if (argc == 6 && strcmp(argv[1], "assets") == 0) {
        add_folder(dir, strlen(dir), "");
        size_t console = file_count;
        add_folder(argv[5], strlen(argv[5]), "");
        for (size_t i = console; i < file_count; i++) {
            rename_by_content(&files[i]);
        }
        sort_files();
        embed_assets(argv[2], argv[3]);
    } else {
        fputs("usage: embed schema OUT.c DIR | embed assets OUT.c OUT.bin DIR OWN\n", stderr);
        return 2;
    }
    free_files();
    return 0;
}
