/* export_columns.c — from the JSON of a list to the cells of a table.
 *
 * An export shows what the list shows: it is made of the list's own reply, so masks and data scope
 * are those of the person who asked, by construction. The kind of a column follows from its name,
 * as everywhere in the API: _s times, _fen money, ids are texts.
 */
#include "api/export_columns.h"

#include <inttypes.h>

const struct export_list export_lists[] = {
    {"accounts", "/api/accounts", "账号", "accounts", "login,name,role,scope,staff.name,created_s"},
    {"audience", "/api/audiences/{id}/customers", "人群客户", "audience",
     "id,nickname,gender,age,province,city,phone,source.name,stage.name,staff,tags,added_s,orders,"
     "spend_fen,last_order_s"},
    {"audiences", "/api/audiences", "人群", "audiences",
     "name,expression,note,size,live,created_s"},
    {"audit", "/api/audit", "审计日志", "audit log",
     "id,at_s,account.login,action,object_kind,object_id"},
    {"costs", "/api/costs", "成本", "costs", "source.name,kind,from_day,to_day,amount_fen,note"},
    {"customers", "/api/customers", "客户", "customers",
     "id,nickname,gender,age,province,city,phone,source.name,stage.name,staff,tags,added_s,first_s,"
     "orders,spend_fen,last_order_s"},
    {"groups", "/api/groups", "客户群", "groups",
     "name,owner.name,kind,level,members,joined_30d,left_30d,created_s"},
    {"imports", "/api/imports", "导入记录", "imports",
     "id,kind,file_name,state,lines,added,known,rejected,created_s"},
    {"orders", "/api/orders", "订单", "orders",
     "number,channel.name,nature,state,customer.id,customer.nickname,staff.name,at_s,paid_s,total_"
     "fen,sale_fen,paid_fen,"
     "refunded_fen,province,lines"},
    {"products", "/api/products", "商品", "products", "code,name,category,price_fen"},
    {"sources", "/api/sources", "来源", "sources", "name,kind,customers,cost_fen"},
    {"staff", "/api/staff", "员工", "staff", "userid,name,department.name,title,status,customers"},
    {NULL, NULL, NULL, NULL, NULL},
};

const struct export_list *export_list_find(struct str what)
{
    const struct export_list *l = export_lists;
    while (l->what != NULL && !str_eq(what, str_from(l->what)))
        l++;
    return l->what != NULL ? l : NULL;
}

/* ---- titles ---- */

static const struct {
    const char *key, *zh, *en;
} titles[] = {
    {"account.login", "账号", "account"},
    {"action", "操作", "action"},
    {"added", "新增", "added"},
    {"added_s", "添加时间", "befriended"},
    {"age", "年龄", "age"},
    {"amount_fen", "金额", "amount"},
    {"at_s", "时间", "time"},
    {"category", "类目", "category"},
    {"channel.name", "渠道", "channel"},
    {"city", "城市", "city"},
    {"code", "编码", "code"},
    {"cost_fen", "成本", "cost"},
    {"created_s", "创建时间", "created"},
    {"customer.id", "客户编号", "customer id"},
    {"customer.nickname", "客户", "customer"},
    {"customers", "客户数", "customers"},
    {"department.name", "部门", "department"},
    {"expression", "条件", "expression"},
    {"file_name", "文件", "file"},
    {"first_s", "首次时间", "first seen"},
    {"from_day", "开始日期", "from"},
    {"gender", "性别", "gender"},
    {"id", "编号", "id"},
    {"joined_30d", "30天入群", "joined in 30 days"},
    {"kind", "类型", "kind"},
    {"known", "已有", "known"},
    {"last_order_s", "最近下单", "last order"},
    {"left_30d", "30天退群", "left in 30 days"},
    {"level", "级别", "level"},
    {"lines", "行数", "lines"},
    {"live", "实时", "live"},
    {"login", "登录名", "login"},
    {"members", "人数", "members"},
    {"name", "名称", "name"},
    {"nature", "性质", "nature"},
    {"nickname", "昵称", "nickname"},
    {"note", "备注", "note"},
    {"number", "订单编号", "number"},
    {"object_id", "对象编号", "object id"},
    {"object_kind", "对象", "object"},
    {"orders", "订单数", "orders"},
    {"owner.name", "群主", "owner"},
    {"paid_fen", "实付金额", "paid"},
    {"paid_s", "付款时间", "paid at"},
    {"phone", "手机号", "phone"},
    {"price_fen", "价格", "price"},
    {"province", "省份", "province"},
    {"refunded_fen", "退款金额", "refunded"},
    {"rejected", "拒绝", "rejected"},
    {"role", "角色", "role"},
    {"sale_fen", "销售金额", "sales"},
    {"scope", "数据范围", "data scope"},
    {"size", "人数", "size"},
    {"source.name", "来源", "source"},
    {"spend_fen", "消费金额", "spend"},
    {"staff", "员工", "staff"},
    {"staff.name", "员工", "staff"},
    {"stage.name", "阶段", "stage"},
    {"state", "状态", "state"},
    {"status", "状态", "status"},
    {"tags", "标签", "tags"},
    {"tiers", "分层", "tiers"},
    {"title", "职务", "title"},
    {"to_day", "结束日期", "to"},
    {"total_fen", "总金额", "total"},
    {"userid", "账号", "userid"},
};

struct str export_title(struct arena *a, struct str key, bool english)
{
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        if (str_eq(key, str_from(titles[i].key)))
            return str_from(english ? titles[i].en : titles[i].zh);
    return arena_str(a, key);
}

enum sheet_cell export_kind(struct str key)
{
    static const char *const counts[] = {"age",     "orders",     "lines",    "customers",
                                         "members", "joined_30d", "left_30d", "added",
                                         "known",   "rejected",   "size"};
    if (str_ends(key, STR("_fen")))
        return SHEET_MONEY;
    if (str_ends(key, STR("_s")))
        return SHEET_TIME;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (str_eq(key, str_from(counts[i])))
            return SHEET_NUMBER;
    return SHEET_TEXT;
}

/* ---- cells ---- */

static const struct json_value *member(const struct json_value *item, struct str key,
                                       struct arena *a)
{
    struct str part;
    while (item != NULL && str_cut(&key, '.', &part)) {
        if (json_kind_of(item) != JSON_OBJECT)
            return NULL;
        item = json_get(item, arena_z(a, part));
    }
    return item;
}

/* What one thing is called: its name, else its tier, else its text. */
static struct str name_of(const struct json_value *v)
{
    if (json_kind_of(v) != JSON_OBJECT)
        return json_str_or(v, STR(""));
    struct str name = json_str_or(json_get(v, "name"), STR_ABSENT);
    return !str_absent(name) ? name : json_str_or(json_get(v, "tier"), STR(""));
}

static struct str joined(struct arena *a, const struct json_value *list)
{
    struct buf b;
    buf_init(&b, 32 << 10);
    for (size_t i = 0; i < json_count(list); i++) {
        if (i > 0)
            buf_addz(&b, "、");
        buf_add(&b, name_of(json_at(list, i)));
    }
    struct str out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return out;
}

struct str export_cell(struct arena *a, const struct json_value *item, struct str key)
{
    const struct json_value *v = member(item, key, a);
    if (v == NULL)
        return STR_ABSENT;
    switch (json_kind_of(v)) {
    case JSON_STR:
        return json_str_or(v, STR_ABSENT);
    case JSON_INT:
        return arena_printf(a, "%" PRId64, json_int_or(v, 0));
    case JSON_DOUBLE:
        return arena_printf(a, "%.15g", json_double_or(v, 0));
    case JSON_BOOL:
        return json_bool_or(v, false) ? STR("1") : STR("0");
    case JSON_ARRAY:
        return joined(a, v);
    case JSON_OBJECT:
        return name_of(v);
    default:
        return STR_ABSENT;
    }
}
