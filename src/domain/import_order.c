/* import_order.c — a row of an order file: a line of an order, an order, or a purchase.
 *
 * Lines of one order that stand together become one ingest_order; when an order's number comes up
 * again later in the file, its new lines are handed in as a continuation. A line's occurrence is
 * counted over the whole file, by order and content. The order's time is its earliest line's, its
 * customer the first that a line names.
 *
 * An order file without payment columns tells of orders that were paid and completed. Amounts:
 * quantity × unit price rounded half to even; a line amount that the file states itself goes first.
 * Whoever reads the rules of one data set into this finds them in docs/IMPORT.md.
 */
#include "domain/import_read.h"

#include "base/calendar.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/money.h"

#include <assert.h>
#include <inttypes.h>

enum { NUMBER_BYTES = 100, CODE_BYTES = 200 };

/* "6", "6.0", "1,200" as a whole number. */
static bool parse_whole(struct str t, int64_t *out)
{
    int64_t micro;
    if (str_to_i64(t, out))
        return *out > -1000000000 && *out < 1000000000;
    if (!money_parse_micro(t, &micro) || micro % 1000000 != 0)
        return false;
    *out = micro / 1000000;
    return *out > -1000000000 && *out < 1000000000;
}

/* A number that a spreadsheet wrote with ".0" behind it is the number. */
static struct str order_number(struct str t)
{
    if (!str_ends(t, STR(".0")) || t.n < 3)
        return t;
    for (size_t i = 0; i < t.n - 2; i++)
        if (t.p[i] < '0' || t.p[i] > '9')
            return t;
    return str_sub(t, 0, t.n - 2);
}

uint64_t read_order_hash(const struct reader *r, const struct table_row *row)
{
    return hash_bytes(order_number(reader_cell(r, row, MAP_NUMBER)), 77);
}

/* Where orders are counted in reader.seen: apart from their lines. */
static uint64_t order_key(uint64_t hash)
{
    return hash_u64(hash ^ 0x6f72646572);
}

bool read_order_again(const struct reader *r, uint64_t hash)
{
    return occurrence_seen(&r->seen, order_key(hash));
}

static enum order_nature nature_of(const struct import_map *m, struct str number)
{
    struct str cancel = str_from(m->cancel_prefix), adjust = str_from(m->adjust_prefix);
    if (cancel.n > 0 && number.n > cancel.n && str_eq_nocase(str_sub(number, 0, cancel.n), cancel))
        return ORDER_CANCELLATION;
    if (adjust.n > 0 && number.n > adjust.n && str_eq_nocase(str_sub(number, 0, adjust.n), adjust))
        return ORDER_ADJUSTMENT;
    return ORDER_SALE;
}

/* "浙江省 杭州市 西湖区 …" → "浙江省"; never more of an address than that. */
static struct str province_of(struct str t)
{
    static const char *const ends[] = {"特别行政区", "自治区", "省"};
    for (size_t i = 0; i < t.n; i++)
        if (t.p[i] == ' ' || t.p[i] == '\t' || t.p[i] == ',')
            t.n = i;
    for (size_t k = 0; k < sizeof ends / sizeof *ends; k++) {
        ptrdiff_t at = str_find(t, str_from(ends[k]));
        if (at > 0)
            return str_sub(t, 0, (size_t)at + strlen(ends[k]));
    }
    ptrdiff_t city = str_find(t, STR("市"));
    if (city > 0 && t.n > 12)
        return str_sub(t, 0, (size_t)city + 3);
    return t.n <= 48 ? t : STR_ABSENT;
}

/* ---- states ---- */

static bool state_of(struct str word, enum order_state *out)
{
    static const struct {
        const char *word;
        enum order_state state;
    } table[] = {
        {"等待买家付款", ORDER_CREATED}, {"待付款", ORDER_CREATED},
        {"未付款", ORDER_CREATED},       {"created", ORDER_CREATED},
        {"pending", ORDER_CREATED},      {"unpaid", ORDER_CREATED},
        {"买家已付款", ORDER_PAID},      {"已付款", ORDER_PAID},
        {"待发货", ORDER_PAID},          {"paid", ORDER_PAID},
        {"processing", ORDER_PAID},      {"卖家已发货", ORDER_SHIPPED},
        {"已发货", ORDER_SHIPPED},       {"待收货", ORDER_SHIPPED},
        {"shipped", ORDER_SHIPPED},      {"交易成功", ORDER_COMPLETED},
        {"已完成", ORDER_COMPLETED},     {"completed", ORDER_COMPLETED},
        {"delivered", ORDER_COMPLETED},  {"success", ORDER_COMPLETED},
        {"交易关闭", ORDER_CLOSED},      {"已关闭", ORDER_CLOSED},
        {"已取消", ORDER_CLOSED},        {"closed", ORDER_CLOSED},
        {"cancelled", ORDER_CLOSED},     {"canceled", ORDER_CLOSED},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (str_eq_nocase(word, str_from(table[i].word)) ||
            (table[i].word[0] < 0 && str_find(word, str_from(table[i].word)) >= 0)) {
            *out = table[i].state;
            return true;
        }
    return false;
}

/* Payment and state from whatever columns tell them. */
static enum rc read_state(struct reader *r, const struct table_row *row, struct ingest_order *o,
                          struct problem *out)
{
    const struct import_map *m = r->map;
    struct str paid_time = reader_cell(r, row, MAP_PAID_TIME),
               word = reader_cell(r, row, MAP_STATE);
    bool told = m->column[MAP_PAID_TIME] >= 0;
    o->paid_s = told ? DB_NULL : o->at_s;
    if (paid_time.n > 0 && !reader_time(r, paid_time, &o->paid_s))
        return reader_wrong(r, MAP_PAID_TIME, out, "付款时间不是时间",
                            "the time of payment is no time");
    o->state = told ? (o->paid_s != DB_NULL ? ORDER_PAID : ORDER_CREATED) : ORDER_COMPLETED;
    if (word.n == 0)
        return RC_OK;
    if (!state_of(word, &o->state))
        return reader_wrong(r, MAP_STATE, out, "不认识的订单状态", "an unknown order state");
    /* Without a time of payment, the state says whether it was paid; a closed order was not. */
    if (!told && (o->state == ORDER_CREATED || o->state == ORDER_CLOSED))
        o->paid_s = DB_NULL;
    return RC_OK;
}

/* ---- what every row of an order says ---- */

static enum rc read_head(struct reader *r, const struct table_row *row, struct import_step *s,
                         struct ingest_order *o, struct problem *out)
{
    struct str total = reader_cell(r, row, MAP_TOTAL), paid = reader_cell(r, row, MAP_PAID);
    const struct identity *who = NULL;
    o->channel_id = r->channel_id;
    o->issuer = r->issuer;
    o->total_fen = o->paid_fen = DB_NULL;
    if (total.n > 0 && !money_parse_fen(total, &o->total_fen))
        return reader_wrong(r, MAP_TOTAL, out, "总金额不是数字", "the total is no amount of money");
    if (paid.n > 0 && !money_parse_fen(paid, &o->paid_fen))
        return reader_wrong(r, MAP_PAID, out, "实付金额不是数字",
                            "the amount paid is no amount of money");
    enum rc rc = read_state(r, row, o, out);
    if (rc == RC_OK)
        rc = reader_staff(r, row, &o->staff_id, out);
    if (rc != RC_OK)
        return rc;
    size_t n = reader_who(r, row, &s->arena, &who);
    if (n > 0) {
        o->buyer = who[0];
        o->also = who + 1;
        o->also_n = n - 1;
    }
    o->province = arena_str(&s->arena, province_of(reader_cell(r, row, MAP_PROVINCE)));
    return RC_OK;
}

static enum rc read_refund(struct reader *r, const struct table_row *row, struct import_step *s,
                           struct ingest_order *o, struct problem *out)
{
    struct str text = reader_cell(r, row, MAP_REFUND), time = reader_cell(r, row, MAP_REFUND_TIME);
    struct ingest_refund f = {STR("1"), o->paid_s != DB_NULL ? o->paid_s : o->at_s, 0};
    if (text.n == 0)
        return RC_OK;
    if (!money_parse_fen(text, &f.amount_fen))
        return reader_wrong(r, MAP_REFUND, out, "退款金额不是数字",
                            "the refund is no amount of money");
    if (f.amount_fen < 0)
        f.amount_fen = -f.amount_fen;
    if (time.n > 0 && !reader_time(r, time, &f.at_s))
        return reader_wrong(r, MAP_REFUND_TIME, out, "退款时间不是时间",
                            "the time of the refund is no time");
    if (f.amount_fen == 0)
        return RC_OK;
    o->refunds = &s->refunds[s->refunds_n];
    o->refunds_n = 1;
    s->refunds[s->refunds_n++] = f;
    return RC_OK;
}

/* ---- lines ---- */

static enum rc read_item(struct reader *r, const struct table_row *row, struct ingest_item *i,
                         struct problem *out)
{
    struct str quantity = reader_cell(r, row, MAP_QUANTITY), price = reader_cell(r, row, MAP_PRICE);
    struct str amount = reader_cell(r, row, MAP_AMOUNT);
    i->quantity = 1;
    if (r->map->column[MAP_QUANTITY] >= 0 && !parse_whole(quantity, &i->quantity))
        return reader_wrong(r, MAP_QUANTITY, out, "数量不是整数",
                            "the quantity is no whole number");
    bool priced = price.n > 0 && money_parse_micro(price, &i->unit_price_micro);
    if (r->map->column[MAP_PRICE] >= 0 && !priced && (price.n > 0 || amount.n == 0))
        return reader_wrong(r, MAP_PRICE, out, "单价不是数字",
                            "the unit price is no amount of money");
    if (amount.n > 0) {
        if (!money_parse_fen(amount, &i->amount_fen))
            return reader_wrong(r, MAP_AMOUNT, out, "行金额不是数字",
                                "the line amount is no amount of money");
        if (!priced)
            i->unit_price_micro =
                i->quantity != 0 ? i->amount_fen * MONEY_MICRO_PER_FEN / i->quantity : 0;
        return RC_OK;
    }
    if (!priced)
        return reader_wrong(r, MAP_AMOUNT, out, "缺少金额", "there is no amount");
    if (!money_amount_fen(i->quantity, i->unit_price_micro, &i->amount_fen))
        return reader_wrong(r, MAP_PRICE, out, "金额太大", "the amount is too large");
    return RC_OK;
}

static void count_line(struct reader *r, struct ingest_item *i)
{
    uint64_t h = hash_bytes(i->code, r->order_hash);
    h = hash_u64(h ^ (uint64_t)i->at_s) + (uint64_t)i->quantity;
    h = hash_u64(h) + (uint64_t)i->unit_price_micro;
    i->occurrence = occurrence_next(&r->seen, hash_u64(h) + (uint64_t)i->amount_fen);
}

/* The product's columns; the name alone makes a product when there is no code. */
static enum rc read_product(struct reader *r, const struct table_row *row, struct import_step *s,
                            struct ingest_item *i, struct problem *out)
{
    struct str code = order_number(reader_cell(r, row, MAP_CODE)),
               name = reader_cell(r, row, MAP_PRODUCT);
    if (code.n == 0)
        code = name;
    if (code.n > CODE_BYTES)
        return reader_wrong(r, MAP_CODE, out, "商品编码太长", "the product code is too long");
    i->code = arena_str(&s->arena, code);
    i->name = arena_str(&s->arena, str_utf8_prefix(name, 200));
    i->category = arena_str(&s->arena, str_utf8_prefix(reader_cell(r, row, MAP_CATEGORY), 100));
    return RC_OK;
}

/* Begins the order that the row names, or goes on with it. */
static enum rc line_order(struct reader *r, const struct table_row *row, struct import_step *s,
                          struct str number, int64_t at_s, uint64_t hash, struct problem *out)
{
    bool goes_on = r->order_open && r->order_hash == hash;
    struct ingest_order *o = &s->orders[s->orders_n];
    if (goes_on && r->order_lines > 0)
        return RC_OK;
    *o = (struct ingest_order){.at_s = at_s};
    enum rc rc = read_head(r, row, s, o, out);
    if (rc == RC_OK)
        rc = read_refund(r, row, s, o, out);
    if (rc != RC_OK)
        return rc;
    o->number = arena_str(&s->arena, number);
    o->nature = nature_of(r->map, number);
    o->items = &s->items[s->items_n];
    o->continued = goes_on || occurrence_next(&r->seen, order_key(hash)) > 1;
    s->continues = s->continues || o->continued;
    s->orders_n++;
    r->order_open = true;
    r->order_hash = hash;
    r->order_lines = 0;
    return RC_OK;
}

static enum rc read_line(struct reader *r, const struct table_row *row, struct import_step *s,
                         struct str number, int64_t at_s, struct problem *out)
{
    uint64_t hash = read_order_hash(r, row);
    struct ingest_item *i = &s->items[s->items_n];
    *i = (struct ingest_item){.at_s = at_s};
    enum rc rc = read_item(r, row, i, out);
    if (rc == RC_OK)
        rc = read_product(r, row, s, i, out);
    if (rc == RC_OK)
        rc = line_order(r, row, s, number, at_s, hash, out);
    if (rc != RC_OK)
        return rc;
    struct ingest_order *o = &s->orders[s->orders_n - 1];
    const struct identity *who;
    size_t n;
    if (o->buyer.value.n == 0 && (n = reader_who(r, row, &s->arena, &who)) > 0) {
        o->buyer = who[0];
        o->also = who + 1;
        o->also_n = n - 1;
    }
    if (at_s < o->at_s) {
        o->paid_s = o->paid_s == o->at_s ? at_s : o->paid_s;
        o->at_s = at_s;
    }
    count_line(r, i);
    o->items_n++;
    s->items_n++;
    r->order_lines++;
    return RC_OK;
}

/* ---- orders and purchases ---- */

/* A purchase has no number: who, when and the how-manieth make one. A personal account only as its
 * keyed hash. */
static struct str purchase_number(struct reader *r, struct import_step *s,
                                  const struct identity *who, int64_t at_s)
{
    struct civil c = calendar_civil_of(at_s);
    uint64_t h = hash_bytes(who->value, hash_u64((uint64_t)at_s) ^ (uint64_t)who->kind);
    int32_t n = occurrence_next(&r->seen, h);
    char hex[2 * SECRET_INDEX_BYTES + 1];
    struct str name = who->value;
    if (who->kind == IDENTITY_PHONE || who->kind == IDENTITY_CARD || name.n > NUMBER_BYTES - 40) {
        uint8_t index[SECRET_INDEX_BYTES];
        secret_index(r->keys, STR("orders.purchase"), name, index);
        secret_hex(index, sizeof index, hex);
        name = (struct str){hex, 16};
    }
    bool midnight = c.hour == 0 && c.minute == 0 && c.second == 0;
    return midnight
               ? arena_printf(&s->arena, STR_FMT "@%04d%02d%02d#%" PRId32, STR_ARG(name), c.year,
                              c.month, c.day, n)
               : arena_printf(&s->arena, STR_FMT "@%04d%02d%02dT%02d%02d%02d#%" PRId32,
                              STR_ARG(name), c.year, c.month, c.day, c.hour, c.minute, c.second, n);
}

static struct str quantity_props(struct import_step *s, int64_t quantity)
{
    return arena_printf(&s->arena, "{\"quantity\":%" PRId64 "}", quantity);
}

/* An order that states its totals. A file may list it twice only with the same content. */
static enum rc read_total(struct reader *r, const struct table_row *row, struct import_step *s,
                          struct str number, int64_t at_s, struct problem *out)
{
    struct ingest_order *o = &s->orders[s->orders_n];
    int64_t quantity;
    *o = (struct ingest_order){.at_s = at_s};
    enum rc rc = read_head(r, row, s, o, out);
    if (rc == RC_OK)
        rc = read_refund(r, row, s, o, out);
    if (rc != RC_OK)
        return rc;
    if (o->total_fen == DB_NULL)
        o->total_fen = o->paid_fen;
    if (o->total_fen == DB_NULL)
        return reader_wrong(r, MAP_TOTAL, out, "缺少金额", "there is no amount");
    struct str q = reader_cell(r, row, MAP_QUANTITY);
    if (q.n > 0 && !parse_whole(q, &quantity))
        return reader_wrong(r, MAP_QUANTITY, out, "数量不是整数",
                            "the quantity is no whole number");
    if (r->map->shape == SHAPE_PURCHASES) {
        if (o->buyer.value.n == 0)
            return reader_wrong(r, MAP_CUSTOMER, out, "没有客户标识", "there is no customer id");
        o->number = purchase_number(r, s, &o->buyer, at_s);
    } else {
        uint64_t h = read_order_hash(r, row);
        if (occurrence_next(&r->seen, order_key(h)) > 1)
            return reader_wrong(r, MAP_NUMBER, out, "订单编号在文件中重复",
                                "the file has this order number twice");
        o->number = arena_str(&s->arena, number);
        o->nature = nature_of(r->map, number);
    }
    if (q.n > 0)
        o->props = quantity_props(s, quantity);
    s->orders_n++;
    return RC_OK;
}

enum rc read_order_row(struct reader *r, const struct table_row *row, struct import_step *s,
                       struct problem *out, struct err *e)
{
    int64_t at_s;
    (void)e;
    struct str number = order_number(reader_cell(r, row, MAP_NUMBER));
    if (!reader_time(r, reader_cell(r, row, MAP_TIME), &at_s))
        return reader_wrong(r, MAP_TIME, out, "不是时间", "that is no time");
    if (r->map->column[MAP_NUMBER] >= 0 && number.n == 0)
        return reader_wrong(r, MAP_NUMBER, out, "没有订单编号", "there is no order number");
    if (number.n > NUMBER_BYTES)
        return reader_wrong(r, MAP_NUMBER, out, "订单编号太长", "the order number is too long");
    return r->map->shape == SHAPE_LINES ? read_line(r, row, s, number, at_s, out)
                                        : read_total(r, row, s, number, at_s, out);
}
