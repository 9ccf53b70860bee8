/* json — writing JSON into a buf, reading documents into an arena and streaming large ones (yajl).
 *
 * Writing keeps track of commas and nesting (32 deep), escapes as JSON demands, replaces invalid
 * UTF-8 by U+FFFD, and costs one pass. Numbers beyond 2^53 (ids!) are written as strings with
 * json_put_id().
 */
#ifndef KOI_BASE_JSON_H
#define KOI_BASE_JSON_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

/* ---- writing ---- */

enum {
    JSON_READ_DEPTH = 64, /* levels that are read; more are refused */
    /* Levels that may be written: whatever was read fits a reply of ours. */
    JSON_WRITE_DEPTH = JSON_READ_DEPTH + 16,
};

struct json {
    struct buf *out;
    int depth;
    bool comma[JSON_WRITE_DEPTH + 1]; /* whether the level already has a member */
};

/* A writer at the top level of `out`, which outlives it; its failure is asked of the buf. */
struct json json_to(struct buf *out);
/* `key` is a literal, or NULL inside an array and at the top. */
void json_open_object(struct json *j, const char *key);
void json_close_object(struct json *j);
void json_open_array(struct json *j, const char *key);
void json_close_array(struct json *j);
void json_put_str(struct json *j, const char *key, struct str value); /* absent gives null */
void json_put_z(struct json *j, const char *key, const char *value);  /* NULL gives null */
void json_put_int(struct json *j, const char *key, int64_t value);
void json_put_id(struct json *j, const char *key, int64_t id); /* as a string; 0 gives null */
/* The shortest form that reads back the same; NaN and infinity give null. */
void json_put_double(struct json *j, const char *key, double value);
void json_put_bool(struct json *j, const char *key, bool value);
void json_put_null(struct json *j, const char *key);
/* A value that is JSON text already. */
void json_put_raw(struct json *j, const char *key, struct str text);
/* A member whose key is data, not a literal: call before a put with key NULL. */
void json_key(struct json *j, struct str key);

/* ---- reading small documents ---- */

struct json_value; /* a parsed value, owned by the arena it was parsed into */

/* Parses one document of at most 64 levels; duplicate keys, NUL in strings, invalid UTF-8, half a
 * surrogate pair, integers beyond 64 bits and trailing bytes are refused: RC_INVALID with the byte
 * in e->at, line and column in the sentence. RC_LIMIT when the arena's ceiling is passed. */
enum rc json_parse(struct arena *a, struct str text, const struct json_value **out, struct err *e);
enum json_kind { JSON_NULL, JSON_BOOL, JSON_INT, JSON_DOUBLE, JSON_STR, JSON_ARRAY, JSON_OBJECT };
/* `v` is not NULL. */
enum json_kind json_kind_of(const struct json_value *v);
/* A member by name, or NULL; element i of an array, or NULL; how many members or elements. All
 * accept NULL and other kinds, as nothing. */
const struct json_value *json_get(const struct json_value *object, const char *key);
const struct json_value *json_at(const struct json_value *array, size_t i);
size_t json_count(const struct json_value *v);
/* Member i of an object in document order, or NULL. */
const struct json_value *json_member(const struct json_value *object, size_t i,
                                     struct str *out_key);
/* The value as text, integer, number, truth; the fallback when `v` is NULL or of another kind. An
 * integer is also read from a string of digits, since ids are strings. */
struct str json_str_or(const struct json_value *v, struct str fallback);
int64_t json_int_or(const struct json_value *v, int64_t fallback);
double json_double_or(const struct json_value *v, double fallback);
bool json_bool_or(const struct json_value *v, bool fallback);
/* A number with a fraction or an exponent, as it was written. */
struct str json_written_or(const struct json_value *v, struct str fallback);

/* Writes a parsed value again, at most as deep as the writer goes. NULL gives null. */
void json_put_value(struct json *j, const char *key, const struct json_value *v);

/* ---- reading one object a line or an array of objects, of any length ---- */

struct json_stream;
/* Calls `row` for each object of {"key":[{…},…]} or [{…},…] or newline-separated objects, as flat
 * members in document order, valid during the call: texts unescaped, numbers and truth values as
 * written, null as the absent view, nested values as their JSON text. An object whose first member
 * is an array of objects is taken for the wrapper. Anything but RC_OK from `row` ends the reading.
 * */
struct json_stream *json_stream_new(enum rc (*row)(void *ctx, const struct str *keys,
                                                   const struct str *values, size_t n,
                                                   struct err *e),
                                    void *ctx);
/* Reads on; RC_INVALID with the 1-based line in e->at, RC_LIMIT for a row of more than
 * LIMIT_COLUMNS members or a value past LIMIT_CELL, or what `row` returned. After a failure only
 * free it. */
enum rc json_stream_feed(struct json_stream *s, struct str bytes, struct err *e);
/* Says that the input is complete. No input at all is no rows. */
enum rc json_stream_end(struct json_stream *s, struct err *e);
void json_stream_free(struct json_stream *s);

#endif
