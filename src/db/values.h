/* values — a value to bind, and how a list of C arguments becomes an array of them.
 *
 * tx_exec() and its kin are macros: each argument after the error becomes a struct db_value by
 * its C type (any integer, double, struct str), so that an int where 64 bits are read, a
 * pointer, or one argument too few is a compile error or an assertion instead of a wrong row.
 * Store files never name anything in here.
 */
#ifndef KOI_DB_VALUES_H
#define KOI_DB_VALUES_H

#include "base/str.h"

/* A value. `type` is i, d, s or b (or a capital: the same; whether NULL may come is said by the
 * statement). NULL is written DB_NULL, NaN, or an absent str. Bytes are bound from `s`. */
struct db_value {
    char type;
    int64_t i;
    double d;
    struct str s;
};

static inline struct db_value db_value_int(int64_t i)
{
    return (struct db_value){.type = 'i', .i = i};
}

static inline struct db_value db_value_double(double d)
{
    return (struct db_value){.type = 'd', .d = d};
}

static inline struct db_value db_value_str(struct str s)
{
    return (struct db_value){.type = 's', .s = s};
}

#define DB_VALUE(x)                                                                                \
    _Generic((x), struct str                                                                       \
             : db_value_str, double                                                                \
             : db_value_double, float                                                              \
             : db_value_double, default                                                            \
             : db_value_int)(x)

/* DB_EACH(a, b, c) gives DB_VALUE(a), DB_VALUE(b), DB_VALUE(c), for up to 80 arguments: the
 * macro names itself through DB_EACH_AGAIN, and each DB_PASS lets the preprocessor look once
 * more. */
#define DB_PARENS ()
#define DB_PASS(...) DB_PASS3(DB_PASS3(DB_PASS3(__VA_ARGS__)))
#define DB_PASS3(...) DB_PASS2(DB_PASS2(DB_PASS2(__VA_ARGS__)))
#define DB_PASS2(...) DB_PASS1(DB_PASS1(DB_PASS1(__VA_ARGS__)))
#define DB_PASS1(...) DB_PASS0(DB_PASS0(DB_PASS0(__VA_ARGS__)))
#define DB_PASS0(...) __VA_ARGS__
#define DB_EACH(...) __VA_OPT__(DB_PASS(DB_EACH_STEP(__VA_ARGS__)))
#define DB_EACH_STEP(x, ...) DB_VALUE(x), __VA_OPT__(DB_EACH_AGAIN DB_PARENS(__VA_ARGS__))
#define DB_EACH_AGAIN() DB_EACH_STEP

/* The arguments as an array that ends with a value of type 0. */
#define DB_LIST(...) ((const struct db_value[]){DB_EACH(__VA_ARGS__){.type = 0}})
/* The same with a free place in front, for the number of the shared sequence. */
#define DB_LOG_LIST(...) ((struct db_value[]){{.type = 'i'}, DB_EACH(__VA_ARGS__){.type = 0}})

#endif
