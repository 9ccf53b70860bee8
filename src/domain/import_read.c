/* import_read.c — what all kinds of rows share, and behaviour events.
 *
 * Cells are views into the file's buffer that the next row overwrites, so whatever goes into a step
 * is copied into its arena, once. Times repeat from row to row in most files: the last text and its
 * instant are kept. A time without an offset is read in the corp's zone, or in the zone the mapping
 * names: then the difference of the two zones at that instant is added.
 */
#include "domain/import_read.h"

#include "base/calendar.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/money.h"

#include <assert.h>

struct import_step *import_step_new(void)
{
    struct import_step *s = calloc(1, sizeof *s);
    if (s == NULL)
        abort();
    arena_init(&s->arena, 0);
    return s;
}

void import_step_free(struct import_step *s)
{
    if (s == NULL)
        return;
    arena_done(&s->arena);
    free(s);
}

void import_step_clear(struct import_step *s)
{
    arena_reset(&s->arena);
    s->orders_n = s->items_n = s->refunds_n = s->events_n = s->customers_n = 0;
    s->rows = 0;
    s->continues = false;
}

void reader_done(struct reader *r)
{
    occurrence_done(&r->seen);
    buf_done(&r->scratch);
}

struct str reader_cell(const struct reader *r, const struct table_row *row, enum map_field f)
{
    int c = r->map->column[f];
    return c < 0 ? STR_ABSENT : str_trim(row->cells[c]);
}

enum rc reader_wrong(const struct reader *r, enum map_field field, struct problem *out,
                     const char *zh, const char *en)
{
    *out = (struct problem){field == MAP_FIELDS ? -1 : r->map->column[field], zh, en};
    return RC_INVALID;
}

/* ---- times ---- */

/* "… UTC", "…Z" and "…+08:00" say their zone themselves, and Unix times need none. */
static bool says_zone(struct str t)
{
    if (str_ends(t, STR("Z")) || str_ends(t, STR("UTC")) || str_ends(t, STR("z")))
        return true;
    bool digits = true;
    for (size_t i = 0; i < t.n; i++) {
        digits = digits && t.p[i] >= '0' && t.p[i] <= '9';
        if (i > 10 && (t.p[i] == '+' || (t.p[i] == '-' && i > 12)))
            return true;
    }
    return digits && (t.n == 10 || t.n == 13);
}

static int64_t in_zone(const struct reader *r, struct str text, int64_t at_s)
{
    if (r->zone == NULL || says_zone(text))
        return at_s;
    struct civil c = calendar_civil_of(at_s);
    int64_t local = (int64_t)calendar_day_from_civil(c.year, c.month, c.day) * 86400 +
                    c.hour * 3600 + c.minute * 60 + c.second;
    /* The offset in force at the guess settles the instant, except within the hour of a change. */
    int64_t guess = local - zone_span_at(r->zone, local).offset_s;
    return local - zone_span_at(r->zone, guess).offset_s;
}

bool reader_time(struct reader *r, struct str text, int64_t *out_s)
{
    int64_t s;
    if (text.n > 0 && text.n == r->last_time_n && memcmp(text.p, r->last_time, text.n) == 0) {
        *out_s = r->last_time_s;
        return true;
    }
    if (!calendar_parse(text, &s) || s < -2208988800 || s > 4102444800 * 2)
        return false;
    s = in_zone(r, text, s);
    if (text.n > 0 && text.n <= sizeof r->last_time) {
        memcpy(r->last_time, text.p, text.n);
        r->last_time_n = text.n;
        r->last_time_s = s;
    }
    *out_s = s;
    return true;
}

/* ---- who ---- */

static const struct {
    enum map_field field;
    enum identity_kind kind;
    bool of_shop; /* unique only within the channel */
} accounts[] = {
    {MAP_UNIONID, IDENTITY_UNIONID, false}, {MAP_EXTERNAL_USERID, IDENTITY_EXTERNAL_USERID, false},
    {MAP_OPENID, IDENTITY_OPENID, true},    {MAP_CUSTOMER, IDENTITY_BUYER, true},
    {MAP_CARD, IDENTITY_CARD, false},       {MAP_PHONE, IDENTITY_PHONE, false},
};

/* What exports write where there is nobody. */
static bool is_nobody(struct str v)
{
    static const char *const words[] = {"nan", "null", "none", "n/a",  "#n/a",
                                        "-",   "0",    "无",   "未知", "匿名"};
    if (v.n == 0 || v.n > 200)
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eq_nocase(v, str_from(words[i])))
            return true;
    return false;
}

size_t reader_who(const struct reader *r, const struct table_row *row, struct arena *a,
                  const struct identity **out)
{
    struct identity list[sizeof accounts / sizeof *accounts];
    size_t n = 0;
    for (size_t i = 0; i < sizeof accounts / sizeof *accounts; i++) {
        struct str v = reader_cell(r, row, accounts[i].field);
        if (!is_nobody(v))
            list[n++] = (struct identity){
                accounts[i].kind, accounts[i].of_shop ? r->issuer : STR(""), arena_str(a, v)};
    }
    if (n == 0)
        return 0;
    struct identity *copy = arena_alloc_array(a, sizeof *copy, n);
    memcpy(copy, list, n * sizeof *copy);
    *out = copy;
    return n;
}

enum rc reader_staff(struct reader *r, const struct table_row *row, int64_t *out,
                     struct problem *out_problem)
{
    struct str name = reader_cell(r, row, MAP_STAFF);
    *out = 0;
    if (name.n == 0)
        return RC_OK;
    if (import_names_find(r->names, NAME_STAFF, name, out, NULL) == RC_OK)
        return RC_OK;
    return reader_wrong(r, MAP_STAFF, out_problem, "没有这名员工，或有重名（可改填 userid）",
                        "there is no such member of staff, or several (use the userid)");
}

/* ---- events ---- */

/* Words that shops use for what Koi has a kind of its own for. */
static struct str kind_word(struct str word)
{
    static const struct {
        const char *theirs, *ours;
    } table[] = {
        {"pv", "view"},
        {"page_view", "view"},
        {"fav", "favorite"},
        {"buy", "purchase"},
        {"add_to_cart", "cart"},
        {"addtocart", "cart"},
        {"transaction", "purchase"},
        {"浏览", "view"},
        {"加购", "cart"},
        {"加购物车", "cart"},
        {"收藏", "favorite"},
        {"购买", "purchase"},
        {"点击", "click"},
        {"分享", "share"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (str_eq_nocase(word, str_from(table[i].theirs)))
            return str_from(table[i].ours);
    return word;
}

static struct str event_props(struct reader *r, struct arena *a, struct str session)
{
    if (session.n == 0 || session.n > 200)
        return STR_ABSENT;
    if (r->scratch.ceiling == 0)
        buf_init(&r->scratch, 1024);
    buf_clear(&r->scratch);
    struct json j = json_to(&r->scratch);
    json_open_object(&j, NULL);
    json_put_str(&j, "session", session);
    json_close_object(&j);
    return arena_str(a, buf_str(&r->scratch));
}

enum rc reader_event(struct reader *r, const struct table_row *row, struct arena *a,
                     struct ingest_event *out, struct problem *out_problem, struct err *e)
{
    const struct identity *who;
    const int *column = r->map->column;
    int64_t kind = 0;
    struct str type = column[MAP_TYPE] >= 0 ? reader_cell(r, row, MAP_TYPE) : r->map->event_type;
    enum map_field priced = column[MAP_AMOUNT] >= 0 ? MAP_AMOUNT : MAP_PRICE;
    struct str price = reader_cell(r, row, priced);
    *out = (struct ingest_event){.channel_id = r->channel_id, .issuer = r->issuer};
    if (!reader_time(r, reader_cell(r, row, MAP_TIME), &out->at_s))
        return reader_wrong(r, MAP_TIME, out_problem, "不是时间", "that is no time");
    if (type.n == 0 || type.n > 120)
        return reader_wrong(r, MAP_TYPE, out_problem, "行为类型是空的或太长",
                            "the kind of event is empty or too long");
    size_t n = reader_who(r, row, a, &who);
    if (n == 0)
        return reader_wrong(r, MAP_CUSTOMER, out_problem, "没有客户标识",
                            "there is no customer id");
    out->has_amount = price.n > 0;
    if (price.n > 0 && !money_parse_fen(price, &out->amount_fen))
        return reader_wrong(r, priced, out_problem, "不是金额", "that is no amount of money");
    enum rc rc = reader_staff(r, row, &out->staff_id, out_problem);
    if (rc == RC_OK)
        rc = import_names_find(r->names, NAME_EVENT, kind_word(type), &kind, e);
    if (rc != RC_OK)
        return rc;
    out->kind = (int)kind;
    out->who = who[0];
    out->also = who + 1;
    out->also_n = n - 1;
    out->product_code = arena_str(a, reader_cell(r, row, MAP_CODE));
    out->product_name = arena_str(a, reader_cell(r, row, MAP_PRODUCT));
    out->category = arena_str(a, reader_cell(r, row, MAP_CATEGORY));
    out->props = event_props(r, a, reader_cell(r, row, MAP_SESSION));
    uint64_t h = hash_bytes(who[0].value, (uint64_t)out->at_s);
    h = hash_bytes(out->product_code, h ^ hash_u64((uint64_t)kind));
    out->occurrence = occurrence_next(&r->seen, hash_bytes(price, h));
    return RC_OK;
}

static enum rc read_event_row(struct reader *r, const struct table_row *row, struct import_step *s,
                              struct problem *out, struct err *e)
{
    enum rc rc = reader_event(r, row, &s->arena, &s->events[s->events_n], out, e);
    s->events_n += rc == RC_OK;
    return rc;
}

/* ---- any row ---- */

void reader_new_step(struct reader *r)
{
    r->order_lines = 0;
}

bool reader_cuts(struct reader *r, const struct table_row *row, const struct import_step *s)
{
    if (row->fault != TABLE_FINE)
        return false;
    if (r->map->kind != BATCH_ORDERS || r->map->shape != SHAPE_LINES)
        return s->rows >= r->step_rows;
    uint64_t hash = read_order_hash(r, row);
    bool same = r->order_open && hash == r->order_hash;
    /* An order that comes again further on: what came first must be committed to be seen, since a
     * closure cannot read back the lines it appended. */
    if (!same && occurrence_seen(&r->seen, hash_u64(hash ^ 0x6f72646572)))
        return true;
    return same ? r->order_lines >= STEP_ORDER_MAX : s->rows >= r->step_rows;
}

enum rc reader_row(struct reader *r, const struct table_row *row, struct import_step *s,
                   struct problem *out_problem, struct err *e)
{
    assert(s->rows < STEP_ROOM);
    if (row->fault != TABLE_FINE) {
        *out_problem = (struct problem){-1, table_fault_zh(row->fault), table_fault_en(row->fault)};
        return RC_INVALID;
    }
    enum rc rc;
    switch (r->map->kind) {
    case BATCH_ORDERS:
        rc = read_order_row(r, row, s, out_problem, e);
        break;
    case BATCH_EVENTS:
        rc = read_event_row(r, row, s, out_problem, e);
        break;
    default:
        rc = read_customer_row(r, row, s, out_problem, e);
    }
    s->rows += rc == RC_OK;
    return rc;
}
