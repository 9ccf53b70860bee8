/* script.c — reads all scripts in their order and keeps those that are asked for.
 *
 * There are SCRIPTS_MOST at most, so one pass over them costs about a millisecond and no index of
 * words is kept. Nothing is deleted here: a script that is archived keeps its place.
 */
#include "store/script.h"

#include "store/ids.h"
#include "store/list.h"
#include "store/statements.h"

enum { WORDS = 8 }; /* of a search; more say nothing new */

#define SCRIPT                                                                                     \
    "SELECT s.id, s.group_name, s.title, s.text, s.position, s.archived_s, a.name, s.created_s,"   \
    " s.updated_us FROM script s LEFT JOIN account a ON a.id = s.account_id"
#define SCRIPT_TYPES "isssiISii"
static const struct sql LIST = {
    .text = SCRIPT " ORDER BY s.group_name, s.position, s.id LIMIT $1 /*scan*/",
    .in = "i",
    .out = SCRIPT_TYPES,
};
static const struct sql LOAD = {
    .text = SCRIPT " WHERE s.id = $1",
    .in = "i",
    .out = SCRIPT_TYPES,
};
static const struct sql GROUPS = {
    .text = "SELECT DISTINCT group_name FROM script WHERE archived_s IS NULL"
            " ORDER BY group_name /*scan*/",
    .out = "s",
};
static const struct sql COUNT = {.text = "SELECT count(*) FROM script /*scan*/", .out = "i"};
static const struct sql LAST = {
    .text = "SELECT coalesce(max(position), 0) FROM script WHERE group_name = $1",
    .in = "s",
    .out = "i",
};
static const struct sql ADD = {
    .text = "INSERT INTO script (id, group_name, title, text, position, account_id, created_s,"
            " updated_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    .in = "isssiIii",
};
static const struct sql STORE = {
    .text = "UPDATE script SET group_name = $2, title = $3, text = $4, position = $5,"
            " archived_s = $6, account_id = $7, updated_us = $8 WHERE id = $1",
    .in = "isssiIIi",
};

STATEMENTS(script, &LIST, &LOAD, &GROUPS, &COUNT, &LAST, &ADD, &STORE);

static void read_row(const struct rows *r, struct arena *a, struct script *out)
{
    *out = (struct script){
        .id = rows_int(r, 0),
        .group = rows_copy(r, 1, a),
        .title = rows_copy(r, 2, a),
        .text = rows_copy(r, 3, a),
        .position = rows_int(r, 4),
        .archived_s = rows_known(r, 5),
        .account = rows_copy(r, 6, a),
        .created_s = rows_int(r, 7),
        .updated_us = rows_int(r, 8),
    };
}

static struct str lower(struct arena *a, struct str s)
{
    char *p = arena_z(a, str_absent(s) ? STR("") : s);
    for (size_t i = 0; i < s.n; i++)
        p[i] = (char)(p[i] >= 'A' && p[i] <= 'Z' ? p[i] - 'A' + 'a' : p[i]);
    return (struct str){p, s.n};
}

/* The words of a search, in small letters. */
static size_t split_words(struct arena *a, struct str text, struct str out[static WORDS])
{
    struct str rest = lower(a, text);
    struct str word;
    size_t n = 0;
    while (n < WORDS && str_cut(&rest, ' ', &word)) {
        word = str_trim(word);
        if (word.n > 0)
            out[n++] = word;
    }
    return n;
}

static bool has_words(struct arena *a, const struct script *s, const struct str *words, size_t n)
{
    struct str title = n > 0 ? lower(a, s->title) : STR_ABSENT;
    struct str text = n > 0 ? lower(a, s->text) : STR_ABSENT;
    for (size_t i = 0; i < n; i++) {
        if (str_find(title, words[i]) < 0 && str_find(text, words[i]) < 0)
            return false;
    }
    return true;
}

enum rc script_list(struct tx *tx, const struct script_filter *f, struct script **out,
                    size_t *out_n, struct err *e)
{
    struct arena *a = tx_arena(tx);
    struct str words[WORDS];
    size_t words_n = split_words(a, f->words, words);
    struct rows *r;
    enum rc rc = tx_query(tx, &LIST, &r, e, (int64_t)SCRIPTS_MOST);
    if (rc != RC_OK)
        return rc;
    struct script *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r)) {
        struct script s;
        read_row(r, a, &s);
        bool wanted = (s.archived_s != DB_NULL) == f->archived &&
                      (str_empty(f->group) || str_eq(s.group, f->group)) &&
                      has_words(a, &s, words, words_n);
        if (wanted)
            *LIST_ADD(a, list, n, room) = s;
    }
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc script_groups(struct tx *tx, struct str **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &GROUPS, &r, e);
    return rc == RC_OK ? texts_read(tx, r, out, out_n, e) : rc;
}

enum rc script_load(struct tx *tx, int64_t id, struct script *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &LOAD, &r, e, id);
    if (rc == RC_NOT_FOUND) {
        err_set(e, RC_NOT_FOUND, "script_unknown", "script_id", "没有这条话术",
                "there is no such script");
        err_hint(e, "请从话术列表中选择", "choose one from the list of scripts");
    }
    if (rc != RC_OK)
        return rc;
    read_row(r, tx_arena(tx), out);
    return rows_end(r, e);
}

enum rc script_add(struct tx *tx, struct script *s, int64_t account_id, struct err *e)
{
    int64_t n;
    int64_t last;
    enum rc rc = tx_int(tx, &COUNT, &n, e);
    if (rc == RC_OK && n >= SCRIPTS_MOST) {
        err_set(e, RC_LIMIT, "scripts_most", NULL, "话术最多 %d 条",
                "there may be %d scripts at most", SCRIPTS_MOST);
        err_hint(e, "请改写已停用的话术", "rewrite one that is out of use");
        return RC_LIMIT;
    }
    if (rc == RC_OK)
        rc = tx_int(tx, &LAST, &last, e, s->group);
    if (rc != RC_OK)
        return rc;
    s->id = tx_id(tx);
    s->position = last + 1;
    s->archived_s = DB_NULL;
    s->created_s = tx_now_s(tx);
    s->updated_us = tx_now_us(tx);
    return tx_exec(tx, &ADD, e, s->id, s->group, s->title, s->text, s->position,
                   account_id != 0 ? account_id : DB_NULL, s->created_s, s->updated_us);
}

enum rc script_store(struct tx *tx, struct script *s, int64_t account_id, struct err *e)
{
    int64_t now_us = tx_now_us(tx);
    s->updated_us = now_us > s->updated_us ? now_us : s->updated_us + 1;
    return tx_exec(tx, &STORE, e, s->id, s->group, s->title, s->text, s->position, s->archived_s,
                   account_id != 0 ? account_id : DB_NULL, s->updated_us);
}
