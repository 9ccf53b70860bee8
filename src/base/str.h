/* str — a borrowed view of bytes, usually UTF-8.
 *
 * A str owns nothing and is passed by value; it is valid as long as the memory it points into. It
 * is not zero-terminated. {NULL, 0} is "absent": the database layer binds it as NULL, while {"", 0}
 * is the empty text. Every function here is pure, O(n) in the bytes it looks at, and accepts absent
 * views.
 */
#ifndef KOI_BASE_STR_H
#define KOI_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
    const char *p;
    size_t n;
};

/* A view of a string literal, and the pieces for printf: printf(STR_FMT, STR_ARG(s)). */
#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
#define STR_ABSENT ((struct str){NULL, 0})
#define STR_FMT "%.*s"
#define STR_ARG(s) (int)(s).n, ((s).p != NULL ? (s).p : "")

/* A view of a zero-terminated string; NULL gives the absent view. */
struct str str_from(const char *z);

/* Whether the view is absent ({NULL, 0}), and whether it has no bytes (absent or empty). */
bool str_absent(struct str s);
bool str_empty(struct str s);

/* Byte order: < 0, 0, > 0 as memcmp, a shorter prefix first. Absent sorts as empty. */
int str_cmp(struct str a, struct str b);
bool str_eq(struct str a, struct str b);
/* ASCII letters compare without case; other bytes must be equal. */
bool str_eq_nocase(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);

/* The bytes [from, from + n), clipped to the view. */
struct str str_sub(struct str s, size_t from, size_t n);
/* Without ASCII blanks (space, tab, CR, LF, VT, FF) at both ends. */
struct str str_trim(struct str s);
/* Index of the first `what`, or -1. An empty `what` is found at 0. */
ptrdiff_t str_find(struct str s, struct str what);
ptrdiff_t str_find_byte(struct str s, char byte);

/* Takes the part before the first `sep` off `rest` and gives it in `out`; `rest` then starts behind
 * the separator, or becomes absent when there was none. False when `rest` is absent already: so a
 * loop `while (str_cut(&rest, ',', &part))` sees every part, empty ones included. */
bool str_cut(struct str *rest, char sep, struct str *out);

/* The whole view as a decimal integer with optional sign: no blanks, no overflow, no empty text.
 * False, and `out` untouched, when it is anything else. */
bool str_to_i64(struct str s, int64_t *out);
/* The same for a finite decimal number such as -12.5e3, of less than 400 bytes, with at least one
 * digit on each side of a point. */
bool str_to_double(struct str s, double *out);

/* Whether the bytes are well-formed UTF-8 (no overlong forms, no surrogates). */
bool str_utf8_valid(struct str s);
/* How many bytes at the beginning are. */
size_t str_utf8_valid_bytes(struct str s);
/* Number of code points, assuming valid UTF-8. */
size_t str_utf8_count(struct str s);
/* The longest prefix with at most n code points. */
struct str str_utf8_prefix(struct str s, size_t n);

#endif
