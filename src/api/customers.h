/* customers — what the handlers about customers share. */
#ifndef KOI_API_CUSTOMERS_H
#define KOI_API_CUSTOMERS_H

#include "http/request.h"
#include "domain/customer_query.h"

/* The list's filters from the arguments below; whose they are, and now. */
struct customer_query customer_query_from_args(const struct request *rq);
struct customer_asker customer_asker(struct request *rq, struct tx *tx);
/* The root of {customer_id}, within the caller's scope; RC_NOT_FOUND with a sentence otherwise. */
enum rc customer_arg(struct request *rq, struct tx *tx, int64_t *out_root, struct err *e);

/* Puts the tag of {tag_id} on that customer, or takes it off, as WeCom will be told; says it to the
 * audit log. customer_tagged() is for the route's `after`. */
enum rc customer_tag_change(struct request *rq, struct tx *tx, bool remove, bool *out_changed,
                            struct err *e);
void customer_tagged(struct request *rq);
/* What the argument `field` names of a root in the clear, absent when there is nothing; writes
 * field and `reason` to the audit log. */
enum rc customer_unmasked(struct request *rq, struct tx *tx, int64_t root, struct str *out,
                          struct err *e);

#define ARG_CUSTOMER_ID                                                                            \
    {                                                                                              \
        "customer_id", ARG_ID, IN_PATH, .required = true, .zh = "客户", .en = "the customer"       \
    }

#define ARGS_CUSTOMER_FILTER                                                                       \
    {"q", ARG_TEXT, .max = 120,                                                                    \
     .zh = "昵称或姓名的一部分、手机号、手机尾号四位、客户 ID、买家 ID",                           \
     .en = "part of a nickname or name, a phone, its last four digits, an id, a buyer id"},        \
        {"tag_id", ARG_ID, .zh = "有此标签", .en = "wears this tag"},                              \
        {"stage_id", ARG_ID, .zh = "处于此阶段", .en = "is in this stage"},                        \
        {"source_id", ARG_ID, .zh = "来自此来源", .en = "came from this source"},                  \
        {"staff_id", ARG_ID, .zh = "是此员工的好友", .en = "is a friend of this staff member"},    \
        {"department_id", ARG_ID, .zh = "是此部门（含下级）员工的好友",                            \
         .en = "is a friend of this team"},                                                        \
        {"city", ARG_NAME, .zh = "城市", .en = "city"},                                            \
        {"tier_id", ARG_ID, .zh = "处于此分层", .en = "is in this tier"},                          \
        {"audience_id", ARG_ID, .zh = "在此人群中", .en = "is in this audience"},                  \
        {"bound_to", ARG_ID, .zh = "归属此员工", .en = "is bound to this staff member"},           \
        {"expression", ARG_EXPRESSION, .zh = "符合此人群表达式", .en = "matches this expression"}, \
        {"friend", ARG_BOOL, .zh = "现在是否好友", .en = "is a friend now, or is not"},            \
        {"added_from", ARG_TIME, .zh = "添加时间起（含）", .en = "became a friend at or after"},   \
    {                                                                                              \
        "added_to", ARG_TIME, .zh = "添加时间止（不含）", .en = "became a friend before"           \
    }

#endif
