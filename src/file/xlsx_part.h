/* xlsx_part — the parts of a workbook: the zip around them, the small ones read whole, and a stream
 * of XML out of a large one. Private to src/file.
 */
#ifndef KOI_FILE_XLSX_PART_H
#define KOI_FILE_XLSX_PART_H

#include "base/arena.h"
#include "file/source.h"

enum { XLSX_SHEETS = 256 };

struct zip;
struct xlsx_stream;

struct xlsx_book {
    struct zip *zip;
    struct arena arena;
    bool from_1904;
    size_t sheets_n;
    struct str sheet_names[XLSX_SHEETS];
    const char *sheet_parts[XLSX_SHEETS]; /* "xl/worksheets/sheet1.xml" */
    unsigned char *styles;                /* what each cell style shows: xlsx_style.h */
    size_t styles_n;
    char *string_bytes; /* all shared strings, one behind the other */
    uint32_t *string_ends;
    size_t strings_n;
};

/* Reads everything but the sheets. xlsx_book_done() is due even after a failure. */
enum rc xlsx_book_open(struct xlsx_book *b, struct source *source, struct err *e);
void xlsx_book_done(struct xlsx_book *b);
/* The part of a sheet by name, of the first when absent. */
enum rc xlsx_book_sheet(const struct xlsx_book *b, struct str name, const char **out_part,
                        struct err *e);
/* A shared string, i < strings_n. */
struct str xlsx_string(const struct xlsx_book *b, size_t i);

struct xlsx_handlers {
    void (*start)(void *ctx, const char *name, const char **attrs);
    void (*end)(void *ctx, const char *name);
    void (*text)(void *ctx, const char *p, int n);
    void *ctx;
};

enum rc xlsx_stream_open(const struct xlsx_book *b, const char *part,
                         const struct xlsx_handlers *handlers, struct xlsx_stream **out,
                         struct err *e);
void xlsx_stream_close(struct xlsx_stream *s);
/* Parses on until a handler pauses or the part ends. */
enum rc xlsx_stream_run(struct xlsx_stream *s, struct err *e);
/* For handlers: return from run() behind this tag. */
void xlsx_stream_pause(struct xlsx_stream *s);
/* Inflated bytes so far, and in all as the directory says. */
int64_t xlsx_stream_at(const struct xlsx_stream *s);
int64_t xlsx_stream_size(const struct xlsx_stream *s);

/* The name without a namespace prefix; an attribute's value or NULL; as a number. */
const char *xlsx_local_name(const char *name);
const char *xlsx_attr(const char **attrs, const char *name);
int64_t xlsx_attr_int(const char **attrs, const char *name, int64_t fallback);

#endif
