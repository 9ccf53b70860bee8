/* config.c — reading settings from five places, and handing them out.
 *
 * Each setting has one value for each place; the one in force is the highest place that has one.
 * The value in force is an atomic pointer to text that is never freed before the end, so readers
 * take no lock and keep what they were given; a change from the console leaves the old text behind,
 * a few bytes each time a person changes a setting. Everything else is written before threads
 * start, or under the lock.
 */
#include "domain/config.h"

#include "base/buf.h"
#include "base/lock.h"
#include "store/setting.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
    ORIGINS = ORIGIN_FLAG + 1,
    SETTINGS_MOST = 64,
    FILE_BYTES = 64 << 10,
    SESSION_DAYS = 30,
    VALUE_BYTES = 8 << 10,
};

struct slot {
    const char *values[ORIGINS]; /* NULL: this place says nothing */
    _Atomic(const char *) text;
    _Atomic(int) origin;
};

struct config {
    struct lock lock;
    struct arena arena;
    struct slot slots[SETTINGS_MOST];
};

const char *origin_name(enum origin o)
{
    static const char *const names[ORIGINS] = {"default", "console", "file", "environment", "flag"};
    assert((unsigned)o < ORIGINS);
    return names[o];
}

/* ---- rows ---- */

const struct setting *setting_find(struct str name)
{
    size_t low = 0;
    size_t high = setting_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_cmp(name, str_from(setting_table[middle].name));
        if (order == 0) {
            return &setting_table[middle];
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}

static bool is_choice(const char *choices, struct str value)
{
    struct str rest = str_from(choices);
    struct str one;
    while (str_cut(&rest, '|', &one)) {
        if (str_eq(one, value)) {
            return true;
        }
    }
    return false;
}

enum rc setting_check(const struct setting *s, struct str value, struct err *e)
{
    int64_t v = 0;
    char text[VALUE_BYTES];
    if (s->type == SETTING_INT) {
        if (!str_to_i64(value, &v) || v < s->min || v > s->max) {
            return err_set(e, RC_INVALID, "setting_invalid", s->name,
                           "%s 应是 %" PRId64 " 到 %" PRId64 " 的整数",
                           "%s is a whole number from %" PRId64 " to %" PRId64, s->name, s->min,
                           s->max);
        }
        return RC_OK;
    }
    if (s->type == SETTING_CHOICE) {
        return is_choice(s->choices, value)
                   ? RC_OK
                   : err_set(e, RC_INVALID, "setting_invalid", s->name, "%s 应是其中之一：%s",
                             "%s is one of: %s", s->name, s->choices);
    }
    bool fits = (int64_t)value.n >= s->min && (int64_t)value.n <= s->max && value.n < sizeof text &&
                str_utf8_valid(value) && str_find_byte(value, '\n') < 0;
    if (fits) {
        snprintf(text, sizeof text, STR_FMT, STR_ARG(value));
    }
    if (!fits || (s->good != NULL && !s->good(text))) {
        return err_set(e, RC_INVALID, "setting_invalid", s->name, "%s 的值不对：%s%.0s",
                       "%s is not right: %.0s%s", s->name, s->zh, s->en);
    }
    return s->check != NULL ? s->check(value, e) : RC_OK;
}

/* ---- values ---- */

static struct slot *slot_of(const struct config *c, const char *name)
{
    const struct setting *s = setting_find(str_from(name));
    assert(s != NULL && "a setting that is not in the table");
    return (struct slot *)(uintptr_t)&c->slots[s - setting_table];
}

static void settle(struct slot *slot, const struct setting *s)
{
    int origin = ORIGIN_FLAG;
    while (origin > ORIGIN_DEFAULT && slot->values[origin] == NULL) {
        origin--;
    }
    atomic_store(&slot->origin, origin);
    atomic_store(&slot->text, origin == ORIGIN_DEFAULT ? s->fallback : slot->values[origin]);
}

const char *config_text(const struct config *c, const char *name)
{
    return atomic_load(&slot_of(c, name)->text);
}

int64_t config_int(const struct config *c, const char *name)
{
    int64_t v = 0;
    bool good = str_to_i64(str_from(config_text(c, name)), &v);
    assert(good);
    return good ? v : 0;
}

enum origin config_origin(const struct config *c, const char *name)
{
    return (enum origin)atomic_load(&slot_of(c, name)->origin);
}

int64_t session_end_s(const struct config *c, int64_t created_s, int64_t now_s)
{
    int64_t idle_s = now_s + config_int(c, "session_hours") * 3600;
    int64_t most_s = created_s + (int64_t)SESSION_DAYS * 86400;
    return idle_s < most_s ? idle_s : most_s;
}

/* ---- the places ---- */

static enum rc put(struct config *c, const struct setting *s, enum origin o, struct str value,
                   struct err *e)
{
    enum rc rc = setting_check(s, value, e);
    if (rc == RC_OK) {
        c->slots[s - setting_table].values[o] = arena_z(&c->arena, value);
    } else {
        err_hint(e, "它来自：%s", "it comes from: %s", origin_name(o));
    }
    return rc;
}

static enum rc read_flags(struct config *c, const struct config_flag *flags, size_t n,
                          struct err *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; i < n && rc == RC_OK; i++) {
        const struct setting *s = setting_find(str_from(flags[i].name));
        assert(s != NULL);
        rc = put(c, s, ORIGIN_FLAG, str_from(flags[i].value), e);
    }
    return rc;
}

/* The whole of a small file; absent when there is none. */
static enum rc read_file(struct config *c, const char *path, struct str *out, struct err *e)
{
    FILE *f = fopen(path, "re");
    if (f == NULL && errno == ENOENT) {
        *out = STR_ABSENT;
        return RC_OK;
    }
    char *p = arena_alloc(&c->arena, FILE_BYTES);
    size_t n = f != NULL ? fread(p, 1, FILE_BYTES, f) : 0;
    bool good = f != NULL && !ferror(f) && n < FILE_BYTES;
    if (f != NULL) {
        fclose(f);
    }
    if (!good) {
        return err_set(e, RC_IO, "config_unreadable", NULL, "读不了 %s", "cannot read %s", path);
    }
    *out = (struct str){p, n};
    return RC_OK;
}

/* KOI_NAME, or the content of the file that KOI_NAME_FILE names, without the line's end. */
static enum rc read_environment(struct config *c, const struct setting *s, struct err *e)
{
    char name[64];
    snprintf(name, sizeof name, "KOI_%s", s->name);
    for (char *p = name; *p != 0; p++) {
        *p = (char)(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p);
    }
    const char *value = getenv(name);
    if (value != NULL) {
        return put(c, s, ORIGIN_ENVIRONMENT, str_from(value), e);
    }
    size_t n = strlen(name);
    snprintf(name + n, sizeof name - n, "_FILE");
    const char *path = getenv(name);
    if (path == NULL) {
        return RC_OK;
    }
    struct str text;
    enum rc rc = read_file(c, path, &text, e);
    if (rc == RC_OK && str_absent(text)) {
        rc = err_set(e, RC_NOT_FOUND, "config_missing", s->name, "%s 指的文件不存在",
                     "the file named by %s does not exist", name);
    }
    return rc == RC_OK ? put(c, s, ORIGIN_ENVIRONMENT, str_trim(text), e) : rc;
}

static enum rc read_line(struct config *c, struct str line, int number, struct err *e)
{
    struct str value = str_trim(line);
    struct str name;
    if (value.n == 0 || value.p[0] == '#') {
        return RC_OK;
    }
    str_cut(&value, '=', &name);
    const struct setting *s = setting_find(str_trim(name));
    if (s == NULL || str_absent(value)) {
        err_set(e, RC_INVALID, "config_line", NULL, "koi.conf 第 %d 行看不懂",
                "koi.conf, line %d, is not understood", number);
        err_hint(e, "写法：名称 = 值，名称见 koi config",
                 "write: name = value; koi config lists the names");
        return RC_INVALID;
    }
    return put(c, s, ORIGIN_FILE, str_trim(value), e);
}

static enum rc read_conf(struct config *c, const char *data_dir, struct err *e)
{
    struct str text;
    struct str line;
    int number = 1;
    enum rc rc = read_file(c, arena_printf(&c->arena, "%s/koi.conf", data_dir).p, &text, e);
    while (rc == RC_OK && str_cut(&text, '\n', &line)) {
        rc = read_line(c, line, number++, e);
    }
    return rc;
}

enum rc config_open(const char *data_dir, const struct config_flag *flags, size_t n,
                    struct config **out, struct err *e)
{
    assert(setting_count <= SETTINGS_MOST);
    struct config *c = calloc(1, sizeof *c);
    if (c == NULL) {
        abort();
    }
    lock_init(&c->lock, LOCK_CACHE);
    arena_init(&c->arena, 0);
    enum rc rc = read_flags(c, flags, n, e);
    for (size_t i = 0; i < setting_count && rc == RC_OK; i++) {
        rc = read_environment(c, &setting_table[i], e);
    }
    if (rc == RC_OK) {
        rc = read_conf(c, data_dir, e);
    }
    if (rc != RC_OK) {
        config_free(c);
        return rc;
    }
    for (size_t i = 0; i < setting_count; i++) {
        settle(&c->slots[i], &setting_table[i]);
    }
    *out = c;
    return RC_OK;
}

void config_free(struct config *c)
{
    if (c != NULL) {
        arena_done(&c->arena);
        lock_done(&c->lock);
        free(c);
    }
}

/* ---- the console ---- */

static struct str place_of(const struct setting *s, struct arena *a)
{
    return arena_printf(a, "setting.%s", s->name);
}

struct str config_stored(const struct setting *s, const struct keyring *keys, struct str value,
                         struct arena *a)
{
    if (!s->secret) {
        return value;
    }
    struct str sealed = secret_seal(keys, place_of(s, a), value, a);
    char *hex = arena_alloc(a, sealed.n * 2 + 1);
    secret_hex(sealed.p, sealed.n, hex);
    return (struct str){hex, sealed.n * 2};
}

static bool stored_value(const struct setting *s, const struct keyring *keys, struct str stored,
                         struct arena *a, struct str *out)
{
    *out = stored;
    if (s->secret) {
        struct str sealed;
        if (!secret_unhex(stored, a, &sealed) ||
            secret_open(keys, place_of(s, a), sealed, a, out, NULL) != RC_OK) {
            return false;
        }
    }
    return setting_check(s, *out, NULL) == RC_OK;
}

/* Only a value that differs is copied, so that reading again costs no memory. */
static void put_console(struct config *c, size_t i, struct str value)
{
    struct slot *slot = &c->slots[i];
    const char *before = slot->values[ORIGIN_CONSOLE];
    if (str_absent(value)) {
        slot->values[ORIGIN_CONSOLE] = NULL;
    } else if (before == NULL || !str_eq(str_from(before), value)) {
        slot->values[ORIGIN_CONSOLE] = arena_z(&c->arena, value);
    }
    settle(slot, &setting_table[i]);
}

enum rc config_read_console(struct config *c, const struct keyring *keys, struct tx *tx,
                            struct err *e)
{
    struct setting_row *rows = NULL;
    struct str values[SETTINGS_MOST] = {{0}};
    size_t n = 0;
    enum rc rc = setting_list(tx, &rows, &n, e);
    if (rc != RC_OK) {
        return rc;
    }
    for (size_t i = 0; i < n; i++) {
        const struct setting *s = setting_find(rows[i].name);
        struct str value;
        if (s != NULL && s->changeable &&
            stored_value(s, keys, rows[i].value, tx_arena(tx), &value)) {
            values[s - setting_table] = value;
        }
    }
    lock_take(&c->lock);
    for (size_t i = 0; i < setting_count; i++) {
        put_console(c, i, values[i]);
    }
    lock_give(&c->lock);
    return RC_OK;
}
