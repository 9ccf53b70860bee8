/* sqlite_scan.c — a table's integers out of the pages of its file, without a statement.
 *
 * A statement costs half a microsecond a row, nearly all of it in calls. Here a page of the file
 * is read as the file format describes it (sqlite.org, "Database File Format", 1.6 B-tree pages and
 * 2.1 record format): inner pages say where rows lie, leaves hold them, about a hundred a page.
 *
 * The file says what the transaction sees only while nothing newer waits in the write-ahead log and
 * nothing can be copied into the file. Both hold once the log has been copied to its end *after*
 * the transaction took its snapshot: what is committed later is beyond the snapshot, and a
 * checkpoint never goes beyond what somebody still reads. So one checkpoint that reports the whole
 * log copied is the proof; if it does not, somebody is writing, and the caller asks by statement.
 * Pages are read through SQLite's own file handle: closing another one would drop its locks.
 */
#include "db/sqlite.h"

#include "base/must.h"

#include <assert.h>
#include <string.h>
#include <unistd.h>

enum {
    INNER = 5,
    LEAF = 13,
    FILE_HEAD = 100,
    PAGE_LEAST = 512,
    PAGE_MOST = 65536,
    DEPTH_MOST = 20,
    COLUMNS_MOST = 32,
    TRIES = 100,
    TRY_AFTER_US = 5000
};

struct page_reader {
    sqlite3_file *file;
    const struct db_scan *scan;
    uint32_t page_bytes, usable;
    int16_t place[COLUMNS_MOST]; /* by column of the table: in `values`, or -1 */
    int n_places;                /* up to the last column that is wanted */
    int key_place;               /* of the column that is the key, or -1 */
    uint8_t *pages[DEPTH_MOST];
    sqlite3_int64 pages_left; /* no more than the file has, however damaged it is */
    int64_t values[COLUMNS_MOST];
    bool bad;
};

/* ---- numbers ---- */

static uint32_t two(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t four(const uint8_t *p)
{
    return two(p) << 16 | two(p + 2);
}

/* A number of 1 to 9 bytes; where it ends. Nothing is read beyond `end`: NULL then. */
static inline const uint8_t *varint(const uint8_t *p, const uint8_t *end, uint64_t *out)
{
    uint64_t x = 0;
    for (int i = 0; i < 9 && p < end; i++, p++) {
        if (i == 8) {
            *out = x << 8 | *p;
            return p + 1;
        }
        x = x << 7 | (*p & 127);
        if (*p < 128) {
            *out = x;
            return p + 1;
        }
    }
    return NULL;
}

/* Bytes of a value by its serial type. */
static inline uint64_t bytes_of(uint64_t type)
{
    static const uint8_t BYTES[12] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};
    return type < 12 ? BYTES[type] : (type - 12) / 2;
}

/* The integer of a serial type; false for what is none. */
static inline bool integer(uint64_t type, const uint8_t *p, int64_t *out)
{
    uint64_t x;
    switch (type) {
    case 0:
        *out = DB_NULL;
        return true;
    case 8:
    case 9:
        *out = (int64_t)type - 8;
        return true;
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
        x = (p[0] & 128) != 0 ? UINT64_MAX : 0;
        for (uint64_t n = bytes_of(type), i = 0; i < n; i++)
            x = x << 8 | p[i];
        *out = (int64_t)x;
        return true;
    default:
        return false;
    }
}

/* ---- pages ---- */

static bool read_at(struct page_reader *r, uint32_t page, uint8_t *to)
{
    int64_t at = ((int64_t)page - 1) * r->page_bytes;
    return page > 0 && r->file->pMethods->xRead(r->file, to, (int)r->page_bytes, at) == SQLITE_OK;
}

/* A row's payload up to the last column that is wanted, which lies on the page itself. */
static bool read_record(struct page_reader *r, const uint8_t *p, const uint8_t *end, int64_t key)
{
    uint64_t head_bytes, type;
    const uint8_t *head = varint(p, end, &head_bytes);
    if (head == NULL || head_bytes > (uint64_t)(end - p))
        return false;
    const uint8_t *head_end = p + head_bytes, *body = head_end;
    for (int k = 0; k < r->n_places; k++) {
        int place = r->place[k];
        if (head >= head_end) { /* a column younger than the row */
            if (place >= 0)
                r->values[place] = DB_NULL;
            continue;
        }
        if (*head < 128)
            type = *head++;
        else if ((head = varint(head, head_end, &type)) == NULL)
            return false;
        uint64_t bytes = bytes_of(type);
        if (place >= 0 &&
            (bytes > (uint64_t)(end - body) || !integer(type, body, &r->values[place])))
            return false;
        if (bytes > (uint64_t)(end - body) && k + 1 < r->n_places)
            return false;
        body += bytes <= (uint64_t)(end - body) ? bytes : 0;
    }
    if (r->key_place >= 0)
        r->values[r->key_place] = key;
    return true;
}

/* How much of a payload is on the leaf itself. */
static uint64_t local_bytes(const struct page_reader *r, uint64_t payload)
{
    uint64_t most = r->usable - 35, least = (r->usable - 12) * 32 / 255 - 23;
    if (payload <= most)
        return payload;
    uint64_t local = least + (payload - least) % (r->usable - 4);
    return local <= most ? local : least;
}

/* The rows of a leaf; false when the last that is wanted has been seen. */
static bool read_leaf(struct page_reader *r, const uint8_t *page, const uint8_t *head)
{
    const uint8_t *end = page + r->usable;
    const struct db_scan *scan = r->scan;
    uint32_t n = two(head + 3);
    if (head + 8 + 2 * n > end) {
        r->bad = true;
        return false;
    }
    for (uint32_t i = 0; i < n; i++) {
        uint64_t payload, key;
        const uint8_t *p = page + two(head + 8 + 2 * i);
        p = p < end ? varint(p, end, &payload) : NULL;
        p = p != NULL ? varint(p, end, &key) : NULL;
        if (p != NULL && (int64_t)key <= scan->after)
            continue;
        if (p != NULL && (int64_t)key > scan->to)
            return false;
        uint64_t local = p != NULL ? local_bytes(r, payload) : 0;
        if (p == NULL || local > (uint64_t)(end - p) ||
            !read_record(r, p, p + local, (int64_t)key)) {
            r->bad = true;
            return false;
        }
        if (!scan->see(scan->arg, r->values))
            return false;
    }
    return true;
}

/* The rows below a page; false when no more are wanted. */
static bool read_tree(struct page_reader *r, uint32_t number, int depth)
{
    if (depth == DEPTH_MOST || r->pages_left-- == 0) {
        r->bad = true;
        return false;
    }
    if (r->pages[depth] == NULL)
        r->pages[depth] = must(malloc(r->page_bytes));
    uint8_t *page = r->pages[depth];
    if (!read_at(r, number, page)) {
        r->bad = true;
        return false;
    }
    const uint8_t *head = page + (number == 1 ? FILE_HEAD : 0), *end = page + r->usable;
    if (head[0] == LEAF)
        return read_leaf(r, page, head);
    uint32_t n = two(head + 3);
    r->bad = r->bad || head[0] != INNER || head + 12 + 2 * n > end;
    for (uint32_t i = 0; i < n && !r->bad; i++) {
        uint64_t key;
        const uint8_t *cell = page + two(head + 12 + 2 * i);
        if (cell + 4 >= end || varint(cell + 4, end, &key) == NULL) {
            r->bad = true;
            break;
        }
        if ((int64_t)key > r->scan->after && !read_tree(r, four(cell), depth + 1))
            return false;
    }
    return !r->bad && read_tree(r, four(head + 8), depth + 1);
}

/* ---- what is where ---- */

static bool one_int(sqlite3 *handle, const char *text, const char *name, int64_t *out)
{
    sqlite3_stmt *s = NULL;
    bool found = sqlite3_prepare_v2(handle, text, -1, &s, NULL) == SQLITE_OK &&
                 sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC) == SQLITE_OK &&
                 sqlite3_step(s) == SQLITE_ROW;
    if (found)
        *out = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return found;
}

static int place_of(const struct db_scan *scan, const char *column)
{
    for (size_t i = 0; i < scan->n; i++)
        if (strcmp(scan->columns[i], column) == 0)
            return (int)i;
    return -1;
}

/* Where the wanted columns stand in the table's rows. */
static bool find_columns(struct page_reader *r, sqlite3 *handle)
{
    sqlite3_stmt *s = NULL;
    size_t found = 0;
    int n = 0;
    r->key_place = -1;
    bool good = sqlite3_prepare_v2(
                    handle, "SELECT name, pk, hidden FROM pragma_table_xinfo($1) ORDER BY cid", -1,
                    &s, NULL) == SQLITE_OK &&
                sqlite3_bind_text(s, 1, r->scan->table, -1, SQLITE_STATIC) == SQLITE_OK;
    for (; good && sqlite3_step(s) == SQLITE_ROW; n++) {
        int place = place_of(r->scan, (const char *)sqlite3_column_text(s, 0));
        bool key = sqlite3_column_int(s, 1) > 0;
        good = n < COLUMNS_MOST && sqlite3_column_int(s, 2) == 0;
        if (!good)
            break;
        r->place[n] = (int16_t)(key ? -1 : place);
        r->key_place = key && place >= 0 ? place : r->key_place;
        r->n_places = place >= 0 && !key ? n + 1 : r->n_places;
        found += place >= 0;
    }
    sqlite3_finalize(s);
    return good && found == r->scan->n;
}

/* The whole log copied after the snapshot was taken. */
static bool log_is_copied(const struct db *db)
{
    sqlite3 *other = NULL;
    int log = -1, copied = -2;
    if (sqlite_open_handle(db, false, &other, NULL) != RC_OK)
        return false;
    int code = SQLITE_BUSY;
    for (int i = 0; i < TRIES && code == SQLITE_BUSY; i++) { /* our own checkpointer at work */
        if (i > 0)
            usleep(TRY_AFTER_US);
        code = sqlite3_wal_checkpoint_v2(other, NULL, SQLITE_CHECKPOINT_PASSIVE, &log, &copied);
    }
    sqlite3_close_v2(other);
    return code == SQLITE_OK && log == copied;
}

static bool prepare(struct page_reader *r, struct sqlite_conn *c, uint32_t *out_root)
{
    int64_t root = 0;
    uint8_t head[FILE_HEAD];
    bool good =
        one_int(c->handle, "SELECT rootpage FROM sqlite_schema WHERE type = 'table' AND name = $1",
                r->scan->table, &root) &&
        find_columns(r, c->handle) && log_is_copied(c->conn.db) &&
        sqlite3_file_control(c->handle, "main", SQLITE_FCNTL_FILE_POINTER, &r->file) == SQLITE_OK &&
        r->file->pMethods->xRead(r->file, head, sizeof head, 0) == SQLITE_OK;
    if (!good)
        return false;
    r->page_bytes = two(head + 16) == 1 ? PAGE_MOST : two(head + 16);
    r->usable = r->page_bytes - head[20];
    *out_root = (uint32_t)root;
    if (r->page_bytes < PAGE_LEAST || r->usable < PAGE_LEAST - 32 ||
        r->file->pMethods->xFileSize(r->file, &r->pages_left) != SQLITE_OK)
        return false;
    r->pages_left /= r->page_bytes;
    return true;
}

enum rc sqlite_scan(struct conn *base, const struct db_scan *scan, struct err *e)
{
    struct page_reader r = {.scan = scan};
    uint32_t root;
    assert(scan->n > 0 && scan->n <= COLUMNS_MOST);
    if (!prepare(&r, (struct sqlite_conn *)base, &root))
        return RC_BUSY;
    (void)read_tree(&r, root, 0);
    for (int i = 0; i < DEPTH_MOST; i++)
        free(r.pages[i]);
    if (!r.bad)
        return RC_OK;
    return err_set(e, RC_CORRUPT, "db_page", "", "数据库文件里的表 %s 读不懂",
                   "a page of table %s in the database file cannot be understood", scan->table);
}
