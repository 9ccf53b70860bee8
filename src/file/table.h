/* table — rows of cells in a file, whatever the file is: CSV and its kin, fixed-width text, XLSX;
 * gzipped, sealed, in UTF-8 or GB18030.
 *
 * One reader for all: open, then table_next() until it gives no row. Cells are views that hold
 * until the next call. A row that breaks the format is handed over with what is wrong with it, and
 * reading goes on behind it; only the disk, a damaged container (gzip, zip, XML) or a ceiling ends
 * a file early. Reading a plain CSV file costs about 1.5 ns a byte.
 */
#ifndef KOI_FILE_TABLE_H
#define KOI_FILE_TABLE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/secret.h"

struct table;

enum table_format { TABLE_GUESS, TABLE_TEXT, TABLE_XLSX };
enum table_encoding {
    ENCODING_GUESS,
    ENCODING_UTF8,
    ENCODING_GB18030,
    ENCODING_UTF16LE,
    ENCODING_UTF16BE,
    ENCODING_LATIN1, /* Windows-1252; guessed only when the bytes are neither UTF-8 nor GB18030 */
};

enum {
    TABLE_DELIMITER_GUESS = 0,
    TABLE_DELIMITER_BLANKS = ' ', /* any run of blanks; blanks around the row do not count */
    TABLE_SAMPLE_ROWS = 200,      /* what guesses are made from, at most */
};

/* What is asked for; zeros mean "look for yourself". After opening, what was found. */
struct table_options {
    enum table_format format;
    enum table_encoding encoding;
    char delimiter;   /* , ; \t | or TABLE_DELIMITER_BLANKS */
    bool gzip;        /* found only */
    int header;       /* 0 guess, 1 the first row names the columns, -1 it does not */
    struct str sheet; /* XLSX: name; absent: the first */
    const struct keyring
        *keys; /* the file is sealed (file/sealed.h) by one of these; NULL: it is plain */
};

/* What can be wrong with a row as such. */
enum table_fault {
    TABLE_FINE = 0,
    TABLE_RAGGED,      /* another number of cells than the header */
    TABLE_OPEN_QUOTE,  /* a quote that is never closed: the row ends at its first line break */
    TABLE_STRAY_QUOTE, /* text behind a closing quote */
    TABLE_NUL,         /* a zero byte */
    TABLE_ENCODING,    /* bytes that are not in the file's encoding */
    TABLE_CELL_LONG,   /* a cell over LIMIT_CELL */
    TABLE_TOO_MANY,    /* more than LIMIT_COLUMNS cells */
    TABLE_FAULTS
};

struct table_row {
    const struct str *cells;
    size_t n;
    struct str raw; /* text files: the row's bytes without its line end (re-encoded as UTF-8);
                       absent for XLSX */
    int64_t line;   /* 1-based line of the file the row starts on (XLSX: row number) */
    int64_t index;  /* 0-based among the data rows */
    enum table_fault fault; /* cells are then what could be read */
};

/* Opens `path`. The header and a sample are read and the options settled. RC_NOT_FOUND, RC_IO;
 * RC_INVALID for a format that is none of ours (with a way out: old .xls, PDF, …) or without any
 * row; RC_LIMIT for hostile containers. */
enum rc table_open(const char *path, const struct table_options *options, struct table **out,
                   struct err *e);
void table_close(struct table *t);

/* The settled options; views live as long as the table. */
const struct table_options *table_found(const struct table *t);
/* Names of the columns, blanks trimmed; "1", "2" … where there is no header. */
const struct str *table_header(const struct table *t, size_t *out_n);
/* Names of the sheets of an XLSX file; 0 for others. */
size_t table_sheets(const struct table *t, const struct str **out);

/* The next row: RC_OK with *out_row, RC_NOT_FOUND (e untouched) at the end. Blank rows are skipped.
 */
enum rc table_next(struct table *t, struct table_row *out_row, struct err *e);

/* How far into the file as it lies on disk, for progress: 0 … table_size_bytes(). */
int64_t table_at_bytes(const struct table *t);
int64_t table_size_bytes(const struct table *t);

/* A sentence for a fault, in two languages. */
const char *table_fault_zh(enum table_fault f);
const char *table_fault_en(enum table_fault f);

#endif
