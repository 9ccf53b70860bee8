/* postgres_value.c — values to and from PostgreSQL's binary form, and its error codes.
 *
 * Numbers travel as 8 bytes in network order, text and bytes as they are, so nothing is quoted
 * or parsed. A column under `i` may be any integer type, a truth value, or a numeric that is
 * whole (sum() of bigint is one); under `d` any float or numeric. Everything else is a statement
 * that lacks a cast, and fails by name. Rows of the log are kept in wire form too: for each
 * parameter 4 bytes of length (-1: NULL) and its bytes.
 */
#include "db/postgres.h"

#include <assert.h>
#include <endian.h>
#include <math.h>

/* ---- parameters ---- */

Oid pg_type_of(char letter)
{
    switch (letter) {
    case 'i':
    case 'I':
        return OID_INT8;
    case 'd':
    case 'D':
        return OID_FLOAT8;
    case 's':
    case 'S':
        return OID_TEXT;
    default:
        assert(letter == 'b' || letter == 'B');
        return OID_BYTEA;
    }
}

static void *resized(void *old, size_t n, size_t size)
{
    void *p = reallocarray(old, n, size);
    if (p == NULL)
        abort();
    return p;
}

void pg_params_size(struct pg_params *p, size_t n)
{
    p->n = n;
    if (n <= p->cap)
        return;
    size_t cap = n < 32 ? 32 : n;
    p->values = resized(p->values, cap, sizeof *p->values);
    p->lengths = resized(p->lengths, cap, sizeof *p->lengths);
    p->formats = resized(p->formats, cap, sizeof *p->formats);
    p->words = resized(p->words, cap, sizeof *p->words);
    for (size_t i = p->cap; i < cap; i++)
        p->formats[i] = 1;
    p->cap = cap;
}

void pg_params_done(struct pg_params *p)
{
    free(p->values);
    free(p->lengths);
    free(p->formats);
    free(p->words);
    *p = (struct pg_params){0};
}

static void param_word(struct pg_params *p, size_t i, uint64_t word)
{
    assert(i < p->n);
    p->words[i] = htobe64(word);
    p->values[i] = (const char *)&p->words[i];
    p->lengths[i] = 8;
}

void pg_param_int(struct pg_params *p, size_t i, int64_t value)
{
    param_word(p, i, (uint64_t)value);
}

static void param_double(struct pg_params *p, size_t i, double value)
{
    uint64_t word;
    memcpy(&word, &value, sizeof word);
    param_word(p, i, word);
}

void pg_param_set(struct pg_params *p, size_t i, char letter, const struct db_value *v)
{
    bool whole = v->type == 'i' || v->type == 'I';
    p->values[i] = NULL;
    p->lengths[i] = 0;
    switch (letter) {
    case 'i':
    case 'I':
        if (v->i != DB_NULL)
            pg_param_int(p, i, v->i);
        break;
    case 'd':
    case 'D':
        if (whole ? v->i != DB_NULL : !isnan(v->d))
            param_double(p, i, whole ? (double)v->i : v->d);
        break;
    default:
        p->values[i] = v->s.p;
        p->lengths[i] = (int)v->s.n;
        break;
    }
}

/* ---- columns ---- */

bool pg_type_fits(Oid type, char letter)
{
    switch (letter) {
    case 'i':
    case 'I':
        return type == OID_INT8 || type == OID_INT4 || type == OID_INT2 || type == OID_BOOL ||
               type == OID_NUMERIC;
    case 'd':
    case 'D':
        return type == OID_FLOAT8 || type == OID_FLOAT4 || type == OID_NUMERIC ||
               type == OID_INT8 || type == OID_INT4 || type == OID_INT2;
    case 's':
    case 'S':
        return type == OID_TEXT || type == OID_VARCHAR || type == OID_BPCHAR || type == OID_NAME;
    default:
        return type == OID_BYTEA;
    }
}

static uint64_t big_endian(struct pg_cell cell, int n)
{
    assert(cell.n >= n);
    uint64_t value = 0;
    for (int i = 0; i < n; i++)
        value = value << 8 | (unsigned char)cell.p[i];
    return value;
}

static uint64_t half(struct pg_cell cell, int at)
{
    return big_endian((struct pg_cell){cell.p + at, cell.n - at}, 2);
}

/* numeric: counts of digits, weight of the first (in powers of 10,000), sign, scale; then the
 * digits. */
enum {
    NUMERIC_DIGITS = 0,
    NUMERIC_WEIGHT = 2,
    NUMERIC_SIGN = 4,
    NUMERIC_HEAD = 8,
    NUMERIC_NEGATIVE = 0x4000
};

static bool numeric_int(struct pg_cell cell, int64_t *out)
{
    int digits = (int)half(cell, NUMERIC_DIGITS), weight = (int16_t)half(cell, NUMERIC_WEIGHT);
    uint64_t sign = half(cell, NUMERIC_SIGN);
    if (sign != 0 && sign != NUMERIC_NEGATIVE)
        return false; /* NaN, infinity */
    int64_t value = 0;
    int most = digits > weight + 1 ? digits : weight + 1;
    for (int i = 0; i < most; i++) {
        int64_t digit = i < digits ? (int64_t)half(cell, NUMERIC_HEAD + 2 * i) : 0;
        if (i > weight && digit != 0)
            return false; /* a fraction */
        if (i > weight)
            continue;
        if (__builtin_mul_overflow(value, 10000, &value) ||
            __builtin_sub_overflow(value, digit, &value))
            return false; /* counted downwards, where there is room for INT64_MIN */
    }
    if (sign == 0 && value == INT64_MIN)
        return false;
    *out = sign == 0 ? -value : value;
    return true;
}

static bool numeric_double(struct pg_cell cell, double *out)
{
    int digits = (int)half(cell, NUMERIC_DIGITS), weight = (int16_t)half(cell, NUMERIC_WEIGHT);
    uint64_t sign = half(cell, NUMERIC_SIGN);
    if (sign != 0 && sign != NUMERIC_NEGATIVE)
        return false;
    double value = 0;
    for (int i = 0; i < digits; i++)
        value += (double)half(cell, NUMERIC_HEAD + 2 * i) * pow(10000, weight - i);
    *out = sign == 0 ? value : -value;
    return true;
}

bool pg_cell_int(Oid type, struct pg_cell cell, int64_t *out)
{
    switch (type) {
    case OID_INT8:
        *out = (int64_t)big_endian(cell, 8);
        return true;
    case OID_INT4:
        *out = (int32_t)big_endian(cell, 4);
        return true;
    case OID_INT2:
        *out = (int16_t)big_endian(cell, 2);
        return true;
    case OID_BOOL:
        *out = cell.p[0] != 0;
        return true;
    default:
        return type == OID_NUMERIC && numeric_int(cell, out);
    }
}

bool pg_cell_double(Oid type, struct pg_cell cell, double *out)
{
    if (type == OID_FLOAT8) {
        uint64_t word = big_endian(cell, 8);
        memcpy(out, &word, sizeof *out);
        return true;
    }
    if (type == OID_FLOAT4) {
        uint32_t word = (uint32_t)big_endian(cell, 4);
        float value;
        memcpy(&value, &word, sizeof value);
        *out = (double)value;
        return true;
    }
    if (type == OID_NUMERIC)
        return numeric_double(cell, out);
    int64_t whole;
    if (!pg_cell_int(type, cell, &whole))
        return false;
    *out = (double)whole;
    return true;
}

/* ---- errors ---- */

struct state_row {
    const char *state; /* five characters, or the two of a class */
    enum rc rc;
    const char *code;
    bool retry;
};

static const struct state_row STATES[] = {
    {"23505", RC_CONFLICT, "unique", false},
    {"23503", RC_CONFLICT, "foreign_key", false},
    {"23502", RC_INVALID, "not_null", false},
    {"23514", RC_INVALID, "check", false},
    {"23", RC_INVALID, "constraint", false},
    {"22", RC_INVALID, "value", false},
    {"40001", RC_BUSY, "serialization", true},
    {"40P01", RC_BUSY, "deadlock", true},
    {"55P03", RC_BUSY, "db_busy", false},
    {"53100", RC_IO, "disk_full", false},
    {"57P01", RC_IO, "db_lost", false}, /* the server ends the connection, or itself */
    {"57P02", RC_IO, "db_lost", false},
    {"57P03", RC_BUSY, "db_busy", false},
    {"08", RC_IO, "db_lost", false},
    {"XX001", RC_CORRUPT, "db_corrupt", false},
    {"XX002", RC_CORRUPT, "db_corrupt", false},
    {"", RC_IO, "db_io", false},
};

enum rc pg_result_error(const PGresult *result, const char *text, bool *out_retry, struct err *e)
{
    const char *state = libpq.PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *why = libpq.PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (state == NULL)
        state = "";
    const struct state_row *row = STATES;
    while (strncmp(state, row->state, strlen(row->state)) != 0)
        row++;
    *out_retry = row->retry;
    return err_set(e, row->rc, row->code, "", "数据库没有完成：%s（%s）%s%.120s",
                   "the database refused: %s (%s)%s%.120s", why != NULL ? why : "?", state,
                   text != NULL ? ": " : "", text != NULL ? text : "");
}

/* ---- rows of the log ---- */

bool pg_log_add(struct pg_log *log, struct stmt *st, const struct db_value *v)
{
    if (log->n == log->cap) {
        log->cap = log->cap == 0 ? 256 : log->cap * 2;
        log->rows = resized(log->rows, log->cap, sizeof *log->rows);
    }
    log->rows[log->n++] = (struct pg_log_row){st, log->bytes.n};
    const char *value;
    int length, format = 1;
    uint64_t word;
    struct pg_params one = {&value, &length, &format, &word, 1, 1};
    for (size_t i = 1; i < st->in_n; i++) {
        pg_param_set(&one, 0, st->in[i], &v[i]);
        int32_t n = value != NULL ? length : -1;
        buf_add(&log->bytes, (struct str){(const char *)&n, sizeof n});
        if (n > 0)
            buf_add(&log->bytes, (struct str){value, (size_t)n});
    }
    return !log->bytes.failed;
}

void pg_log_read(const struct pg_log *log, size_t row, int64_t seq, struct pg_params *p)
{
    assert(row < log->n);
    const char *at = log->bytes.p + log->rows[row].at;
    pg_param_int(p, 0, seq);
    for (size_t i = 1; i < p->n; i++) {
        int32_t n;
        memcpy(&n, at, sizeof n);
        at += sizeof n;
        p->values[i] = n >= 0 ? at : NULL;
        p->lengths[i] = n >= 0 ? n : 0;
        at += n > 0 ? n : 0;
    }
    assert(at <= log->bytes.p + log->bytes.n);
}
