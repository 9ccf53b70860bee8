/* timeline.c — what happened with one customer.
 *
 * Events keep the id of the customer they were born with, so a timeline is the union over the
 * family. The index of the log tells which events those are (store/event_index.h), the newest of
 * them are read by number: a row for each event shown. Names of objects come from six small joins
 * by primary key. Lines of orders live in order_item; they are asked for on their own.
 */
#include "store/timeline.h"

#include "store/event.h"
#include "store/event_index.h"
#include "store/ids.h"
#include "store/list.h"
#include "store/scope.h"
#include "store/statements.h"

#include <assert.h>

#define OBJECT_NAME                                                                                \
    "CASE v.object_kind WHEN 1 THEN (SELECT o.name FROM tag o WHERE o.id = v.object_id)"           \
    " WHEN 2 THEN (SELECT o.name FROM stage o WHERE o.id = v.object_id)"                           \
    " WHEN 3 THEN (SELECT o.name FROM tier o WHERE o.id = v.object_id)"                            \
    " WHEN 4 THEN (SELECT o.name FROM field o WHERE o.id = v.object_id)"                           \
    " WHEN 5 THEN (SELECT o.name FROM chat_group o WHERE o.id = v.object_id)"                      \
    " WHEN 6 THEN (SELECT o.number FROM orders o WHERE o.id = v.object_id)"                        \
    " WHEN 7 THEN (SELECT o.name FROM product o WHERE o.id = v.object_id)"                         \
    " WHEN 11 THEN (SELECT o.nickname FROM customer o WHERE o.id = v.object_id)"                   \
    " WHEN 13 THEN (SELECT o.name FROM audience o WHERE o.id = v.object_id) END"
/* clang-format off */
#define TIMELINE_OF(seqs)                                                                          \
    "SELECT v.seq, v.at_s, k.name, k.zh, k.en, k.touch, coalesce(v.channel_id, 0), h.name,"        \
    " coalesce(v.staff_id, 0), s.name, coalesce(v.object_kind, 0), coalesce(v.object_id, 0), "     \
    OBJECT_NAME ", v.amount_fen, v.props, CASE WHEN " EVENT_LIVE("v") " THEN 0 ELSE 1 END"         \
    " FROM event v JOIN event_kind k ON k.id = v.kind"                                             \
    " LEFT JOIN channel h ON h.id = v.channel_id LEFT JOIN staff s ON s.id = v.staff_id"           \
    " WHERE v.seq " seqs " ORDER BY v.at_s DESC, v.seq DESC"
static const struct sql TIMELINE = {
    .text = TIMELINE_OF(IDS_LITE("$1")),
    .pg = TIMELINE_OF(IDS_PG("$1")),
    .in = "s",
    .out = "iisssiiSiSiiSISi",
};
/* clang-format on */
static const struct sql KIND = {
    .text = "SELECT id FROM event_kind WHERE name = $1",
    .in = "s",
    .out = "i",
};
static const struct sql TIMELINE_ITEMS = {
    .text = "SELECT i.seq, i.at_s, k.name, k.zh, k.en, k.touch, o.channel_id, h.name,"
            " coalesce(o.staff_id, 0), s.name, 7, coalesce(i.product_id, 0), p.name, i.amount_fen,"
            " '{\"order\":\"' || o.number || '\",\"quantity\":' || i.quantity || '}', 0"
            " FROM customer c JOIN orders o ON o.customer_id = c.id JOIN order_item i ON "
            "i.order_id = o.id"
            " JOIN event_kind k ON k.id = 13 JOIN channel h ON h.id = o.channel_id"
            " LEFT JOIN staff s ON s.id = o.staff_id LEFT JOIN product p ON p.id = i.product_id"
            " WHERE c.root_id = $1 AND (i.at_s < $2 OR (i.at_s = $2 AND i.seq < $3))"
            " ORDER BY i.at_s DESC, i.seq DESC LIMIT $4",
    .in = "iiii",
    .out = "iisssiiSiSiiSISi",
};
static const struct sql NOTE_LIST = {
    .text = "SELECT n.id, n.account_id, a.name, n.text_sealed, n.at_s, n.remind_s,"
            " n.done_s FROM customer c"
            " JOIN note n ON n.customer_id = c.id LEFT JOIN account a ON a.id = n.account_id"
            " WHERE c.root_id = $1 AND (n.at_s < $2 OR (n.at_s = $2 AND n.id < $3))"
            " ORDER BY n.at_s DESC, n.id DESC LIMIT $4",
    .in = "iiii",
    .out = "iiSbiII",
};
static const struct sql NOTE_ADD = {
    .text = "INSERT INTO note (id, customer_id, account_id, text_sealed, at_s, remind_s) VALUES"
            " ($1, $2, $3, $4, $5, $6)",
    .in = "iiibiI",
};
#define REMINDER_OPEN "n.account_id = $1 AND n.remind_s IS NOT NULL AND n.done_s IS NULL AND "
static const struct sql REMINDER_LIST = {
    .text = "SELECT n.id, c.id, n.remind_s, c.nickname, n.text_sealed FROM note n"
            " JOIN customer b ON b.id = n.customer_id JOIN customer c ON c.id = b.root_id"
            " WHERE " REMINDER_OPEN "n.remind_s < $2 AND c.erased_s IS NULL"
            " AND " SCOPE_CUSTOMER("c.id", "$3") " ORDER BY n.remind_s, n.id LIMIT $4",
    .in = "iiii",
    .out = "iiiSb",
};
static const struct sql REMINDER_SETTLE = {
    .text = "UPDATE note SET remind_s = coalesce($4, remind_s), done_s = $5 WHERE id = $3 AND id IN"
            " (SELECT n.id FROM note n JOIN customer b ON b.id = n.customer_id WHERE " REMINDER_OPEN
            "n.id = $3 AND " SCOPE_CUSTOMER("b.root_id", "$2") ")",
    .in = "iiiII",
};

STATEMENTS(timeline, &TIMELINE, &KIND, &TIMELINE_ITEMS, &NOTE_LIST, &NOTE_ADD, &REMINDER_LIST,
           &REMINDER_SETTLE);

/* ---- which events are on a page ---- */

/* The newest ones before a place, of all that are seen: the list is sorted and cut whenever it is
 * twice as long as the page. */
struct page {
    int64_t before_s, before_seq;
    size_t limit;
    struct event_ref *refs; /* room for twice the limit */
    size_t n;
};

static int newest_first(const void *a, const void *b)
{
    const struct event_ref *x = a, *y = b;
    if (x->at_s != y->at_s)
        return x->at_s > y->at_s ? -1 : 1;
    return (x->seq < y->seq) - (x->seq > y->seq);
}

static void page_cut(struct page *p)
{
    if (p->n > 1)
        qsort(p->refs, p->n, sizeof *p->refs, newest_first);
    p->n = p->n < p->limit ? p->n : p->limit;
}

static void see_on_page(void *to, const struct event_ref *ref)
{
    struct page *p = to;
    bool before = ref->at_s < p->before_s || (ref->at_s == p->before_s && ref->seq < p->before_seq);
    if (!before || ref->kind == EVENT_RETRACT)
        return;
    if (p->n == 2 * p->limit)
        page_cut(p);
    p->refs[p->n++] = *ref;
}

/* The numbers of the events on a page, as a list for IDS_LITE and IDS_PG. */
static enum rc find_page(struct tx *tx, int64_t root_id, int kind, struct page *p, struct str *out,
                         struct err *e)
{
    int64_t *ids = NULL;
    struct event_ask ask = {EVENT_ALWAYS, .kind = kind};
    enum rc rc = event_index_family(tx, &root_id, 1, &ids, &ask.n, e);
    ask.ids = ids;
    ask.to_s = p->before_s;
    if (rc == RC_OK)
        rc = event_index_each(tx, &ask, see_on_page, p, e);
    if (rc != RC_OK)
        return rc;
    page_cut(p);
    int64_t *seqs = ARENA_ARRAY(tx_arena(tx), int64_t, p->n + 1);
    for (size_t i = 0; i < p->n; i++)
        seqs[i] = p->refs[i].seq;
    *out = ids_text(tx_arena(tx), seqs, p->n);
    return RC_OK;
}

/* The rows of a page; none of a kind that there is not. */
static enum rc query_page(struct tx *tx, int64_t root_id, struct str kind, int64_t before_s,
                          int64_t before_seq, int64_t limit, struct rows **out, struct err *e)
{
    int64_t kind_id = 0;
    struct str seqs = STR("[]");
    struct page p = {
        .before_s = before_s,
        .before_seq = before_seq,
        .limit = (size_t)limit,
        .refs = ARENA_ARRAY(tx_arena(tx), struct event_ref, 2 * limit),
    };
    enum rc rc = str_empty(kind) ? RC_OK : tx_int(tx, &KIND, &kind_id, e, kind);
    if (rc == RC_OK)
        rc = find_page(tx, root_id, (int)kind_id, &p, &seqs, e);
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return rc;
    return tx_query(tx, &TIMELINE, out, e, seqs);
}

enum rc timeline_list(struct tx *tx, int64_t root_id, struct str kind, int64_t before_s,
                      int64_t before_seq, int64_t limit, struct timeline_row **out, size_t *out_n,
                      struct err *e)
{
    assert(limit > 0);
    struct rows *r;
    enum rc rc = str_eq(kind, STR("item"))
                     ? tx_query(tx, &TIMELINE_ITEMS, &r, e, root_id, before_s, before_seq, limit)
                     : query_page(tx, root_id, kind, before_s, before_seq, limit, &r, e);
    if (rc != RC_OK)
        return rc;
    struct arena *a = tx_arena(tx);
    struct timeline_row *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        *LIST_ADD(a, list, n, room) = (struct timeline_row){
            .seq = rows_int(r, 0),
            .at_s = rows_int(r, 1),
            .kind = rows_copy(r, 2, a),
            .kind_zh = rows_copy(r, 3, a),
            .kind_en = rows_copy(r, 4, a),
            .touch = rows_int(r, 5) != 0,
            .channel_id = rows_int(r, 6),
            .channel = rows_copy(r, 7, a),
            .staff_id = rows_int(r, 8),
            .staff = rows_copy(r, 9, a),
            .object_kind = rows_int(r, 10),
            .object_id = rows_int(r, 11),
            .object = rows_copy(r, 12, a),
            .amount_fen = rows_known(r, 13),
            .props = rows_copy(r, 14, a),
            .retracted = rows_int(r, 15) != 0,
        };
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc note_list(struct tx *tx, const struct keyring *keys, int64_t root_id, int64_t before_s,
                  int64_t before_id, int64_t limit, struct note **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &NOTE_LIST, &r, e, root_id, before_s, before_id, limit);
    if (rc != RC_OK)
        return rc;
    struct arena *a = tx_arena(tx);
    struct note *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rc == RC_OK && rows_next(r)) {
        struct note *x = LIST_ADD(a, list, n, room);
        x->id = rows_int(r, 0);
        x->account_id = rows_int(r, 1);
        x->account = rows_copy(r, 2, a);
        x->at_s = rows_int(r, 4);
        x->remind_s = rows_known(r, 5);
        x->done_s = rows_known(r, 6);
        rc = secret_open(keys, STR("note.text"), rows_bytes(r, 3), a, &x->text, e);
    }
    enum rc end = rows_end(r, rc == RC_OK ? e : NULL);
    *out = list;
    *out_n = n;
    return rc != RC_OK ? rc : end;
}

enum rc note_add(struct tx *tx, const struct keyring *keys, int64_t root_id, int64_t account_id,
                 struct str text, int64_t remind_s, int64_t *out_id, struct err *e)
{
    assert(tx_is_writing(tx) && !str_empty(text));
    int64_t id = tx_id(tx);
    struct str sealed = secret_seal(keys, STR("note.text"), text, tx_arena(tx));
    enum rc rc = tx_exec(tx, &NOTE_ADD, e, id, root_id, account_id, sealed, tx_now_s(tx), remind_s);
    if (rc == RC_OK)
        rc = event_add(
            tx, &(struct event){.customer_id = root_id, .at_s = tx_now_s(tx), .kind = EVENT_NOTE},
            e);
    if (rc == RC_OK)
        *out_id = id;
    return rc;
}

enum rc reminder_list(struct tx *tx, const struct keyring *keys, int64_t account_id,
                      int64_t scope_account, int64_t before_s, int64_t limit, struct reminder **out,
                      size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &REMINDER_LIST, &r, e, account_id, before_s, scope_account, limit);
    if (rc != RC_OK)
        return rc;
    struct arena *a = tx_arena(tx);
    struct reminder *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rc == RC_OK && rows_next(r)) {
        struct reminder *x = LIST_ADD(a, list, n, room);
        *x = (struct reminder){.note_id = rows_int(r, 0),
                               .root_id = rows_int(r, 1),
                               .remind_s = rows_int(r, 2),
                               .nickname = rows_copy(r, 3, a)};
        rc = secret_open(keys, STR("note.text"), rows_bytes(r, 4), a, &x->text, e);
    }
    enum rc end = rows_end(r, rc == RC_OK ? e : NULL);
    *out = list;
    *out_n = n;
    return rc != RC_OK ? rc : end;
}

enum rc reminder_settle(struct tx *tx, int64_t note_id, int64_t account_id, int64_t scope_account,
                        int64_t later_s, struct err *e)
{
    assert(tx_is_writing(tx));
    int64_t done_s = later_s == DB_NULL ? tx_now_s(tx) : DB_NULL;
    enum rc rc =
        tx_exec(tx, &REMINDER_SETTLE, e, account_id, scope_account, note_id, later_s, done_s);
    if (rc != RC_OK || tx_changes(tx) > 0)
        return rc;
    err_set(e, RC_NOT_FOUND, "reminder_unknown", "note_id", "没有这条待办，或已完成",
            "there is no such reminder, or it is done");
    err_hint(e, "请刷新待办列表", "look at the list again");
    return RC_NOT_FOUND;
}
