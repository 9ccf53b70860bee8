/* import_map.c — the table of fields with the names people give their columns, and mappings as
 * JSON.
 *
 * Names of columns are compared after normalising: ASCII lower case; blanks, underscores, hyphens,
 * brackets and their like, full-width ones included, fall out. "Order ID", "order_id" and "订单编号 "
 * need no rows of their own. The guessing from values, for files without a header, is in
 * import_guess.c.
 */
#include "domain/import_map.h"

#include "domain/import_guess.h"

#include <assert.h>

enum { O = 1 << BATCH_ORDERS, C = 1 << BATCH_CUSTOMERS, E = 1 << BATCH_EVENTS };

const struct map_field_row map_field_table[MAP_FIELDS] = {
    [MAP_NUMBER] = {"number", O, "订单编号", "order number",
                    "订单编号|订单号|主订单编号|订单id|交易号|交易编号|单号|invoiceno|invoice|"
                    "invoicenumber|orderno|ordernumber|"
                    "orderid|ordersn|order|transactionid|receiptno|billno"},
    [MAP_CUSTOMER] = {"customer", O | C | E, "客户标识", "customer id",
                      "客户id|客户编号|客户号|买家会员名|买家账号|买家id|会员编号|会员id|会员名|"
                      "用户id|用户编号|客户|买家|用户|"
                      "customerid|customerno|customernumber|customer|userid|user|buyerid|buyer|"
                      "memberid|member|uid|clientid|visitorid"},
    [MAP_PHONE] = {"phone", O | C | E, "手机号", "phone",
                   "手机号|手机号码|手机|联系手机|收货人手机|收件人手机|联系电话|电话|mobile|phone|"
                   "phonenumber|mobilephone|tel"},
    [MAP_UNIONID] = {"unionid", O | C | E, "unionid", "unionid", "unionid|微信unionid"},
    [MAP_EXTERNAL_USERID] = {"external_userid", O | C | E, "外部联系人 ID", "external userid",
                             "externaluserid|外部联系人id|外部联系人userid|客户userid"},
    [MAP_OPENID] = {"openid", O | C | E, "openid", "openid", "openid|微信openid"},
    [MAP_CARD] = {"card", O | C | E, "会员卡号", "member card",
                  "会员卡号|会员卡|卡号|cardno|cardnumber|membercard"},
    [MAP_TIME] = {"time", O | E, "时间", "time",
                  "订单创建时间|下单时间|订单时间|创建时间|交易时间|购买时间|消费时间|成交时间|"
                  "行为时间|事件时间|发生时间|订单日期|"
                  "下单日期|交易日期|购买日期|消费日期|时间|日期|invoicedate|invoicetime|orderdate|"
                  "ordertime|eventtime|createdat|"
                  "createtime|purchasedate|transactiondate|timestamp|datetime|date|time|ts"},
    [MAP_PAID_TIME] =
        {"paid_time", O, "付款时间", "paid at",
         "订单付款时间|付款时间|支付时间|付款日期|paidat|paytime|paidtime|paymentdate|paymenttime"},
    [MAP_CODE] = {"code", O | E, "商品编码", "product code",
                  "商品编码|商品编号|商家编码|商品id|货号|宝贝id|skuid|sku编码|sku|stockcode|"
                  "productcode|productid|itemid|itemcode|"
                  "product|item|goodsid|asin"},
    [MAP_PRODUCT] = {"product", O | E, "商品名称", "product name",
                     "商品名称|商品标题|宝贝标题|宝贝名称|商品名|品名|商品|productname|description|"
                     "itemname|title|goodsname"},
    [MAP_CATEGORY] = {"category", O | E, "类目", "category",
                      "商品类目|类目|品类|商品分类|分类|categorycode|category|categoryname|"
                      "categoryid|productcategory"},
    [MAP_QUANTITY] = {"quantity", O, "数量", "quantity",
                      "购买数量|商品数量|宝贝数量|宝贝总数量|数量|件数|quantity|qty|count|units|"
                      "numberofitems|cds"},
    [MAP_PRICE] = {"price", O | E, "单价", "unit price",
                   "商品单价|单价|成交单价|销售单价|商品价格|价格|unitprice|price|itemprice"},
    [MAP_AMOUNT] = {"amount", O | E, "行金额", "line amount",
                    "商品金额|商品小计|小计|行金额|成交金额|linetotal|lineamount|subtotal"},
    [MAP_TOTAL] = {"total", O, "订单总金额", "order total",
                   "总金额|订单总金额|订单金额|订单总额|买家应付货款|应付金额|合计|消费金额|金额|"
                   "ordertotal|totalamount|orderamount|"
                   "total|amount|grandtotal|sales|revenue|value|spend|dollars"},
    [MAP_PAID] = {"paid", O, "实付金额", "amount paid",
                  "买家实际支付金额|实际支付金额|实付金额|实付款|实收金额|支付金额|实付|paidamount|"
                  "amountpaid|paid|payment"},
    [MAP_REFUND] = {"refund", O, "退款金额", "refunded",
                    "退款金额|已退款金额|退款|refundamount|refunded|refund"},
    [MAP_REFUND_TIME] = {"refund_time", O, "退款时间", "refunded at",
                         "退款时间|退款日期|refundtime|refundedat|refunddate"},
    [MAP_STATE] = {"state", O, "订单状态", "order state",
                   "订单状态|交易状态|状态|orderstatus|status|orderstate|state"},
    [MAP_PROVINCE] =
        {"province", O | C, "省份", "province",
         "收货省份|省份|省|收货地址|收货人地址|收件省份|所在省份|province|shippingprovince|state"},
    [MAP_STAFF] = {"staff", O | C | E, "员工", "staff",
                   "所属员工|跟进人|添加人|跟进员工|员工userid|员工|导购|销售员|客户经理|顾问|"
                   "staff|salesperson|owner|seller"},
    [MAP_TYPE] = {"type", E, "行为类型", "kind of event",
                  "行为类型|事件类型|事件名称|事件|行为|eventtype|behaviortype|behaviourtype|"
                  "behavior|behaviour|eventname|event|"
                  "action|type"},
    [MAP_SESSION] = {"session", E, "会话", "session", "会话id|会话|usersession|sessionid|session"},
    [MAP_NICKNAME] =
        {"nickname", C, "昵称", "nickname",
         "昵称|微信昵称|客户昵称|客户名称|微信名|名称|nickname|nick|displayname|username"},
    [MAP_NAME] = {"name", C, "姓名", "real name",
                  "姓名|真实姓名|客户姓名|联系人|收货人|fullname|realname|name|customername"},
    [MAP_GENDER] = {"gender", C, "性别", "gender", "性别|gender|sex"},
    [MAP_BIRTHDAY] = {"birthday", C, "生日", "birthday",
                      "生日|出生日期|出生年月日|birthday|birthdate|dateofbirth|dob"},
    [MAP_CITY] = {"city", C, "城市", "city", "城市|所在城市|市|收货城市|city|town"},
    [MAP_ADDRESS] = {"address", C, "地址", "address",
                     "地址|详细地址|联系地址|住址|收货地址|address|street"},
    [MAP_TAGS] = {"tags", C, "标签", "tags", "标签|客户标签|企业标签|tags|tag|labels|label"},
    [MAP_ADDED_TIME] =
        {"added_time", C, "添加好友时间", "befriended at",
         "添加时间|添加好友时间|加好友时间|添加日期|addedat|addtime|addeddate|added"},
    [MAP_FIRST_TIME] = {"first_time", C, "注册时间", "first seen",
                        "注册时间|入会时间|首次时间|创建时间|注册日期|入会日期|registeredat|"
                        "signupdate|createdat|joindate|registered"},
    [MAP_SOURCE] = {"source", C, "来源", "source",
                    "来源|客户来源|添加来源|添加渠道|来源渠道|渠道|source|channel|origin"},
    [MAP_STAGE] = {"stage", C, "客户阶段", "stage", "客户阶段|阶段|跟进阶段|stage"},
    [MAP_NO_MARKETING] = {"no_marketing", C, "拒绝营销", "no marketing",
                          "拒绝营销|免打扰|退订|nomarketing|unsubscribed|optout|donotcontact"},
};

enum map_field map_field_from(struct str name)
{
    int f = 0;
    while (f < MAP_FIELDS && !str_eq(name, str_from(map_field_table[f].name)))
        f++;
    return (enum map_field)f;
}

/* ---- from JSON ---- */

static int column_of(const struct str *header, size_t n, struct str name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(header[i], name))
            return (int)i;
    for (size_t i = 0; i < n; i++)
        if (str_eq_nocase(str_trim(header[i]), str_trim(name)))
            return (int)i;
    return -1;
}

static enum rc unknown_column(struct str field, struct str column, const struct str *header,
                              size_t n, struct arena *a, struct err *e)
{
    struct buf list;
    buf_init(&list, 200);
    for (size_t i = 0; i < n && !list.failed; i++)
        buf_addf(&list, "%s" STR_FMT, i > 0 ? ", " : "", STR_ARG(header[i]));
    char *names = arena_z(a, str_utf8_prefix(buf_str(&list), 60));
    buf_done(&list);
    const char *name = arena_z(a, field);
    enum rc rc =
        err_set(e, RC_INVALID, "column_unknown", name, "文件里没有列“" STR_FMT "”（字段 %s）",
                "the file has no column \"" STR_FMT "\" (for %s)", STR_ARG(column), name);
    err_hint(e, "文件的列：%s", "its columns: %s", names);
    return rc;
}

static enum rc parse_options(const struct json_value *v, struct arena *a, struct import_map *m,
                             struct err *e)
{
    if (v == NULL || json_kind_of(v) != JSON_OBJECT)
        return RC_OK;
    m->channel = arena_str(a, str_trim(json_str_or(json_get(v, "channel"), m->channel)));
    m->zone = arena_str(a, json_str_or(json_get(v, "zone"), m->zone));
    m->source = arena_str(a, str_trim(json_str_or(json_get(v, "source"), m->source)));
    m->event_type = arena_str(a, json_str_or(json_get(v, "event_type"), m->event_type));
    struct str cancel = json_str_or(json_get(v, "cancel_prefix"), str_from(m->cancel_prefix));
    struct str adjust = json_str_or(json_get(v, "adjust_prefix"), str_from(m->adjust_prefix));
    if (cancel.n >= MAP_PREFIX || adjust.n >= MAP_PREFIX)
        return err_set(e, RC_INVALID, "prefix_long", "options", "前缀太长", "a prefix is too long");
    snprintf(m->cancel_prefix, sizeof m->cancel_prefix, STR_FMT, STR_ARG(cancel));
    snprintf(m->adjust_prefix, sizeof m->adjust_prefix, STR_FMT, STR_ARG(adjust));
    enum rc rc = import_map_format(v, &m->format, e);
    m->format.sheet = arena_str(a, m->format.sheet);
    return rc;
}

static enum rc parse_member(struct import_map *m, struct str name, struct str column,
                            const struct str *header, size_t n, struct arena *a, struct err *e)
{
    int at = str_empty(column) ? -1 : column_of(header, n, column);
    if (!str_empty(column) && at < 0)
        return unknown_column(name, column, header, n, a, e);
    if (str_starts(name, STR("field.")) && m->kind == BATCH_CUSTOMERS) {
        if (at >= 0 && m->own_n < MAP_OWN) {
            m->own[m->own_n].column = at;
            m->own[m->own_n++].key = arena_str(a, str_sub(name, 6, name.n));
        }
        return RC_OK;
    }
    enum map_field f = map_field_from(name);
    if (f == MAP_FIELDS || (map_field_table[f].kinds & (1U << m->kind)) == 0) {
        enum rc rc = err_set(e, RC_INVALID, "field_unknown", "mapping", "没有字段“" STR_FMT "”",
                             "there is no field \"" STR_FMT "\"", STR_ARG(name));
        err_hint(e, "可用字段见 docs/IMPORT.md 或预览结果的 guesses.fields",
                 "docs/IMPORT.md and guesses.fields of the preview list them");
        return rc;
    }
    m->column[f] = at;
    return RC_OK;
}

static void clear(struct import_map *m, enum batch_kind kind)
{
    *m = (struct import_map){.kind = kind};
    for (int f = 0; f < MAP_FIELDS; f++)
        m->column[f] = -1;
}

enum rc import_map_parse(const struct json_value *v, enum batch_kind kind, const struct str *header,
                         size_t header_n, struct arena *a, struct import_map *out, struct err *e)
{
    struct import_map m;
    clear(&m, kind);
    if (v == NULL || json_kind_of(v) != JSON_OBJECT)
        return err_set(e, RC_INVALID, "mapping_shape", "mapping", "映射应是一个对象",
                       "the mapping must be an object");
    for (size_t i = 0; i < json_count(v); i++) {
        struct str name;
        const struct json_value *member = json_member(v, i, &name);
        if (str_eq(name, STR("guess")))
            continue;
        enum rc rc =
            str_eq(name, STR("options"))
                ? parse_options(member, a, &m, e)
                : parse_member(&m, name, json_str_or(member, STR("")), header, header_n, a, e);
        if (rc != RC_OK)
            return rc;
    }
    *out = m;
    return RC_OK;
}

enum rc import_map_format(const struct json_value *v, struct table_options *out, struct err *e)
{
    if (v == NULL)
        return RC_OK;
    struct str d = json_str_or(json_get(v, "delimiter"), STR(""));
    if (str_eq(d, STR("blanks")) || str_eq(d, STR(" ")))
        out->delimiter = TABLE_DELIMITER_BLANKS;
    else if (str_eq(d, STR("tab")))
        out->delimiter = '\t';
    else if (d.n == 1 && strchr(",;\t|", d.p[0]) != NULL)
        out->delimiter = d.p[0];
    else if (d.n > 0)
        return err_set(e, RC_INVALID, "delimiter", "options.delimiter",
                       "分隔符只能是 , ; | tab 或 blanks",
                       "the delimiter is one of , ; | tab blanks");
    struct str enc = json_str_or(json_get(v, "encoding"), STR(""));
    static const char *const names[] = {"",         "utf-8",    "gb18030",
                                        "utf-16le", "utf-16be", "windows-1252"};
    size_t k = 0;
    while (k < 6 && !str_eq_nocase(enc, str_from(names[k])))
        k++;
    if (k == 6)
        return err_set(e, RC_INVALID, "encoding", "options.encoding", "不支持编码“" STR_FMT "”",
                       "there is no encoding \"" STR_FMT "\"", STR_ARG(enc));
    out->encoding = (enum table_encoding)k;
    const struct json_value *header = json_get(v, "header");
    if (header != NULL && json_kind_of(header) == JSON_BOOL)
        out->header = json_bool_or(header, true) ? 1 : -1;
    out->sheet = json_str_or(json_get(v, "sheet"), STR_ABSENT);
    return RC_OK;
}

/* ---- checks ---- */

static bool has(const struct import_map *m, enum map_field f)
{
    return m->column[f] >= 0;
}

static bool has_who(const struct import_map *m)
{
    return has(m, MAP_CUSTOMER) || has(m, MAP_PHONE) || has(m, MAP_UNIONID) ||
           has(m, MAP_EXTERNAL_USERID) || has(m, MAP_OPENID) || has(m, MAP_CARD);
}

static enum rc lacking(struct err *e, const char *field, const char *zh, const char *en)
{
    enum rc rc = err_set(e, RC_INVALID, "column_missing", field, "还缺少一列：%s%.0s",
                         "%.0sa column is missing: %s", zh, en);
    err_hint(e, "请在映射里为字段 %s 选择一列", "choose a column for %s in the mapping", field);
    return rc;
}

static enum rc check_orders(struct import_map *m, struct err *e)
{
    /* A total beside a product is that of the line. */
    bool product = has(m, MAP_CODE) || has(m, MAP_PRODUCT);
    if (has(m, MAP_NUMBER) && product && has(m, MAP_TOTAL) && !has(m, MAP_AMOUNT) &&
        !has(m, MAP_PRICE)) {
        m->column[MAP_AMOUNT] = m->column[MAP_TOTAL];
        m->column[MAP_TOTAL] = -1;
    }
    bool line_amount = has(m, MAP_AMOUNT) || (has(m, MAP_QUANTITY) && has(m, MAP_PRICE));
    if (!has(m, MAP_TIME))
        return lacking(e, "time", "下单时间", "the time of the order");
    if (!has(m, MAP_NUMBER) && !has_who(m))
        return lacking(e, "number", "订单编号（或客户标识）",
                       "the order number (or a customer id)");
    if (!line_amount && !has(m, MAP_TOTAL) && !has(m, MAP_PAID))
        return lacking(e, "total", "金额（订单总金额，或数量和单价）",
                       "an amount (the order's total, or quantity and price)");
    if (!has(m, MAP_NUMBER))
        m->shape = SHAPE_PURCHASES;
    else
        m->shape = line_amount ? SHAPE_LINES : SHAPE_ORDERS;
    return RC_OK;
}

enum rc import_map_check(struct import_map *m, struct err *e)
{
    switch (m->kind) {
    case BATCH_ORDERS:
        return check_orders(m, e);
    case BATCH_EVENTS:
        if (!has_who(m))
            return lacking(e, "customer", "客户标识", "a customer id");
        if (!has(m, MAP_TIME))
            return lacking(e, "time", "时间", "the time");
        if (!has(m, MAP_TYPE) && str_empty(m->event_type))
            return lacking(e, "type", "行为类型", "the kind of event");
        return RC_OK;
    default:
        assert(m->kind == BATCH_CUSTOMERS);
        return has_who(m) ? RC_OK
                          : lacking(e, "customer", "客户标识（编号、手机号、unionid 等之一）",
                                    "an id of the customer (number, phone, unionid or the like)");
    }
}

/* ---- to JSON ---- */

static void print_options(const struct import_map *m, struct json *out)
{
    static const char *const encodings[] = {NULL,       "utf-8",    "gb18030",
                                            "utf-16le", "utf-16be", "windows-1252"};
    json_open_object(out, "options");
    if (!str_empty(m->channel))
        json_put_str(out, "channel", m->channel);
    if (!str_empty(m->zone))
        json_put_str(out, "zone", m->zone);
    if (!str_empty(m->source))
        json_put_str(out, "source", m->source);
    if (!str_empty(m->event_type))
        json_put_str(out, "event_type", m->event_type);
    if (m->kind == BATCH_ORDERS && m->cancel_prefix[0] != 0)
        json_put_z(out, "cancel_prefix", m->cancel_prefix);
    if (m->kind == BATCH_ORDERS && m->adjust_prefix[0] != 0)
        json_put_z(out, "adjust_prefix", m->adjust_prefix);
    const struct table_options *f = &m->format;
    if (f->delimiter != 0)
        json_put_str(out, "delimiter",
                     f->delimiter == ' '    ? STR("blanks")
                     : f->delimiter == '\t' ? STR("tab")
                                            : (struct str){&f->delimiter, 1});
    if (f->encoding != ENCODING_GUESS)
        json_put_z(out, "encoding", encodings[f->encoding]);
    if (f->header != 0)
        json_put_bool(out, "header", f->header == 1);
    if (!str_empty(f->sheet))
        json_put_str(out, "sheet", f->sheet);
    json_close_object(out);
}

void import_map_print(const struct import_map *m, const struct str *header, struct json *out,
                      const char *key)
{
    json_open_object(out, key);
    for (int f = 0; f < MAP_FIELDS; f++)
        if (m->column[f] >= 0)
            json_put_str(out, map_field_table[f].name, header[m->column[f]]);
    for (size_t i = 0; i < m->own_n; i++) {
        char name[160];
        int n = snprintf(name, sizeof name, "field." STR_FMT, STR_ARG(m->own[i].key));
        json_key(out, (struct str){name, n < (int)sizeof name ? (size_t)n : sizeof name - 1});
        json_put_str(out, NULL, header[m->own[i].column]);
    }
    print_options(m, out);
    json_close_object(out);
}

void import_map_header_hash(const struct str *header, size_t n, uint8_t out[static 32])
{
    struct buf b;
    buf_init(&b, 64 << 20);
    for (size_t i = 0; i < n; i++) {
        buf_add(&b, header[i]);
        buf_addc(&b, 0x1f);
    }
    secret_sha256(buf_str(&b), out);
    buf_done(&b);
}

enum rc import_map_guess(struct table *t, enum batch_kind kind, struct arena *a,
                         struct import_map *out, struct err *e)
{
    struct import_map m;
    clear(&m, kind);
    m.format = *table_found(t);
    m.format.keys = NULL;
    m.format.gzip = false;
    m.format.sheet = arena_str(a, m.format.format == TABLE_XLSX ? m.format.sheet : STR_ABSENT);
    enum rc rc = import_guess(t, a, &m, e);
    if (rc == RC_OK)
        *out = m;
    return rc;
}
