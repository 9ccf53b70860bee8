/* export_columns.c — from the JSON of a list to the cells of a table.
 *
 * An export shows what the list shows: it is made of the list's own reply, so masks and data scope
 * are those of the person who asked, by construction. The kind of a column follows from its name,
 * as everywhere in the API: _s times, _fen money, ids are texts.
 */
#include "api/export_columns.h"

#include "api/export_analyses.h"
#include "api/export_rows.h"
#include "api/export_terms.h"

#include <inttypes.h>

const struct export_list export_lists[] = {
    {"accounts", "/api/accounts", "账号", "accounts",
     "login,name,role,scope,staff.name,disabled,created_s"},
    {"analysis_counts", "/api/analyses/counts", "行为趋势", "trends", "day,series,events,customers",
     .make = export_counts, .posted = true},
    {"analysis_funnel", "/api/analyses/funnel", "漏斗", "funnel",
     "group,step,event,customers,from_last,from_first,lost,p25_h,p50_h,p75_h,p90_h",
     .make = export_funnel, .posted = true},
    {"analysis_intervals", "/api/analyses/repurchase", "购买间隔", "time between purchases",
     "days,count,so_far", .make = export_intervals, .posted = true},
    {"analysis_paths", "/api/analyses/paths", "路径", "paths",
     "step,node_from,node_to,visits,share", .make = export_paths, .posted = true},
    {"analysis_repurchase", "/api/analyses/repurchase", "复购分析", "repurchase",
     "times,customers,share", .make = export_again, .posted = true},
    {"analysis_retention", "/api/analyses/retention", "留存", "retention", "day,customers,cells.*",
     .make = export_retention, .posted = true},
    {"analysis_rfm", "/api/analyses/rfm", "即时 RFM", "RFM now",
     "r,f,m,customers,purchases,amount_fen", .rows = "cells", .posted = true},
    {"audience", "/api/audiences/{audience_id}/customers", "人群客户", "audience",
     "id,nickname,gender,age,province,city,phone,source.name,stage.name,staff,tags,"
     "added_s,orders,spend_fen,last_order_s"},
    {"audience_moves", "/api/audiences/{audience_id}/moves", "人群进出", "moves of an audience",
     "at_s,way,customer.id,customer.nickname,customer.phone,customer.staff,customer.city,"
     "customer.added_s"},
    {"audience_sizes", "/api/audiences/{audience_id}/sizes", "人群人数变化", "sizes of an audience",
     "at_s,size,entered,left,gone,unlisted,began"},
    {"audiences", "/api/audiences", "人群", "audiences",
     "name,expression,note,size,live,created_s"},
    {"audit", "/api/audit", "审计日志", "audit log",
     "id,at_s,account.login,action,object_kind,object_id"},
    {"backups", "/api/backups", "备份", "backups", "name,bytes,created_s,whole"},
    {"churn", "/api/churn", "流失提醒", "customers lost",
     "at_s,kind,customer.id,customer.name,staff.name,group.name,why,matched,spend_fen,added_s,"
     "last_order_s,friends,assigned.name,handled_s,note,account"},
    {"churn_rates", "/api/churn/rates", "流失率", "rates of losses",
     "of.name,friends,lost,expected,rate,usual_rate,chance,unusual"},
    {"clv_alive", "/api/clv", "活跃概率分布", "bands of P(alive)",
     "from_percent,to_percent,customers,repeaters,purchases,clv_fen", .rows = "alive_bands"},
    {"clv_amounts", "/api/clv", "每次金额检验", "check of mean amounts",
     "from_fen,to_fen,actual,expected", .rows = "amounts"},
    {"clv_bands", "/api/clv", "生命周期价值分布", "bands of lifetime value",
     "from_fen,to_fen,customers,repeaters,purchases,clv_fen,expression", .rows = "bands"},
    {"clv_counts", "/api/clv", "复购次数检验", "check of repeat purchases",
     "repeats,actual,expected", .rows = "counts"},
    {"clv_customers", "/api/clv/customers", "生命周期价值最高的客户", "top lifetime values",
     "id,nickname,phone,staff,tags,orders,spend_fen,last_order_s,clv.alive,clv.purchases,"
     "clv.value_fen,clv.clv_fen,clv.repeats,clv.first_day,clv.last_day"},
    {"clv_points", "/api/clv", "累计复购检验", "check of repeat purchases over time",
     "day,actual,expected", .rows = "points"},
    {"code_statistics", "/api/codes/statistics", "活码统计", "statistics of codes",
     "code.name,staff.name,hour,day,friends,joined,new_customers,old_customers,buyers,friends_7d,"
     "ended_1d,ended_7d,ordered_7d,orders,amount_fen,click_link_customer_cnt,new_customer_cnt,"
     "added_rate,page_views"},
    {"codes", "/api/codes", "活码", "codes", "name,kind,link_url,created_s,expires_s,ended_s"},
    {"costs", "/api/costs", "成本", "costs", "source.name,kind,from_day,to_day,amount_fen,note"},
    {"customers", "/api/customers", "客户", "customers",
     "id,nickname,gender,age,province,city,phone,source.name,stage.name,staff,tags,"
     "added_s,first_s,orders,spend_fen,last_order_s"},
    {"cycle_customers", "/api/cycles/{cycle_id}/customers", "到期客户", "customers due",
     "id,nickname,gender,age,province,city,phone,source.name,stage.name,staff,tags,"
     "added_s,orders,spend_fen,last_order_s"},
    {"cycle_due", "/api/cycles/{cycle_id}", "到期人数", "how many are due",
     "from_day,to_day,customers,expression", .make = export_due},
    {"cycles", "/api/cycles", "周期", "cycles",
     "name,starts,products,length,unit,begun,soon,overdue,enabled,created_s"},
    {"fields", "/api/fields", "自定义字段", "custom fields",
     "key,name,type,class,choices,archived"},
    {"group_days", "/api/groups/{group_id}", "群成员变化", "members of a group",
     "day,joined,left,members", .rows = "days"},
    {"group_members", "/api/groups/{group_id}/members", "群成员", "who is in a group",
     "customer.id,customer.name,friend,joined_s,scene,inviter.name,left_s"},
    {"group_review", "/api/groups/review", "要处理的客户群", "groups to see to",
     "name,owner.name,kind,level,verdict,people,active,activity,people_before,active_before,"
     "activity_before,messages,valuable,valuable_alone,created_s"},
    {"group_sift", "/api/groups/sift", "群筛选", "sifted for groups",
     "id,nickname,phone,staff,tags,orders,spend_fen,last_order_s,fresh,groups,inviter.name,"
     "into.name,into.owner.name"},
    {"group_valuable", "/api/groups/{group_id}/valuable", "群里的重要客户",
     "valuable members of a group",
     "id,nickname,phone,staff,tags,orders,spend_fen,last_order_s,alone"},
    {"groups", "/api/groups", "客户群", "groups",
     "name,owner.name,kind,level,members,friends,joined_7d,left_7d,stay_7d,joined_30d,left_30d,"
     "stay_30d,created_s,dismissed_s,plan,plan_note,figures.people,figures.activity,"
     "figures.activity_before,figures.messages,figures.orders,figures.buyers,figures.amount_fen,"
     "figures.sales_share,figures.bought_share,figures.repurchase"},
    {"handover_items", "/api/handovers/{handover_id}/items", "继承明细", "items of a hand-over",
     "customer.id,customer.name,group.name,staff.name,state,message,tries,asked_s,changed_s"},
    {"handovers", "/api/handovers", "继承记录", "hand-overs",
     "from_staff.name,kind,state,reason,customers.all,customers.passed,customers.lost,created_s,"
     "ended_s"},
    {"imports", "/api/imports", "导入记录", "imports",
     "id,kind,file_name,state,lines,added,known,rejected,created_s"},
    {"inbox", "/api/inbox", "收到的企业微信事件", "events of WeCom",
     "kind,key,state,attempts,received_s,ended_s,error.message,error.hint"},
    {"jobs", "/api/jobs", "任务", "jobs",
     "id,title,kind,state,done,total,unit,created_s,ended_s,error.message,"
     "error.message_en"},
    {"merge_proposals", "/api/merge-proposals", "合并建议", "merge proposals",
     "one.id,one.nickname,one.phone,other.id,other.nickname,other.phone,reason,state,"
     "created_s"},
    {"merges", "/api/merges", "合并记录", "merges",
     "kept.id,kept.nickname,merged.id,merged.nickname,reason,at_s,account.name,undone_s"},
    {"orders", "/api/orders", "订单", "orders",
     "number,channel.name,nature,state,customer.id,customer.nickname,staff.name,at_s,"
     "paid_s,total_fen,sale_fen,paid_fen,refunded_fen,province,lines"},
    {"outbox", "/api/outbox", "待发给企业微信", "wishes towards WeCom",
     "kind,customer.name,staff.name,tag.name,group.name,state,attempts,made_s,ended_s,"
     "error.message,error.hint"},
    {"products", "/api/products", "商品", "products", "code,name,category,price_fen"},
    {"report_cohorts", "/api/reports/cohorts", "留存", "cohorts", "start_day,customers,active.*",
     .rows = "cohorts"},
    {"report_concentration", "/api/reports/concentration", "销售集中度", "concentration of sales",
     "decile,customers,sale_fen,share,cumulative_share,least_fen", .rows = "deciles"},
    {"report_facts", "/api/reports/facts", "订单数据的事实", "facts of the orders",
     "fact,count,amount_fen", .make = export_facts},
    {"report_first_purchase", "/api/reports/first-purchase", "首单用时", "first purchase",
     "days_from,days_to,customers", .rows = "buckets"},
    {"report_intervals", "/api/reports/repurchase", "复购间隔", "repurchase intervals",
     "days,count", .rows = "intervals"},
    {"report_product_repurchase", "/api/reports/product-repurchase", "商品复购",
     "products bought again",
     "product.code,product.name,product.category,buyers,ripe,again,rate,intervals,p25_days,"
     "p50_days,p75_days,cycle.name"},
    {"report_products", "/api/reports/products", "商品分析", "products sold",
     "product.code,product.name,product.category,orders,buyers,repeat_buyers,repurchase_rate,"
     "quantity,sale_fen,returned_quantity,returned_fen,return_rate,margin_fen,margin,price_ratio"},
    {"report_provinces", "/api/reports/provinces", "省份", "provinces",
     "province,orders,paid_orders,paid_fen,refunded_fen"},
    {"report_repurchase", "/api/reports/repurchase", "复购", "repurchase",
     "start_day,buyers,repeat_buyers,rate", .rows = "by_month"},
    {"report_revenue", "/api/reports/revenue", "销售额", "revenue",
     "start_day,placed,orders,buyers,new_buyers,repeat_buyers,sale_fen,refunded_fen,"
     "spend_fen,average_fen"},
    {"report_sources", "/api/reports/sources", "来源回报", "return on sources",
     "source.name,customers,buyers,conversion,friends,first_buyers,first_buyer_rate,fixed_fen,"
     "traffic_fen,cost_fen,cost_per_customer_fen,revenue_fen,roi"},
    {"rfm", "/api/rfm", "RFM", "RFM", "r,f,m,customers,amount_fen", .rows = "cells"},
    {"scripts", "/api/scripts", "话术", "scripts",
     "group,title,text,position,archived,account,updated_s"},
    {"sources", "/api/sources", "来源", "sources", "name,kind,customers,cost_fen"},
    {"staff", "/api/staff", "员工", "staff",
     "userid,name,department.name,title,status,customers,groups,bound,told,told_s,error.message,"
     "joined_s,left_s"},
    {"staff_figures", "/api/staff/figures", "员工数据", "figures of staff",
     "staff.name,department.name,day,chat_cnt,message_cnt,reply_percentage,reply_percentage_low,"
     "reply_percentage_high,avg_reply_time,negative_feedback_cnt,new_apply_cnt,new_contact_cnt,"
     "new_chat_cnt,chat_total,new_member_cnt,member_total,msg_total,friends_added,"
     "friends_ended_by_customer,friends_ended_by_staff,base_7d,kept_7d,base_30d,kept_30d"},
    {"stages", "/api/stages", "客户阶段", "stages", "name,outcome,customers"},
    {"tag_coverage", "/api/tags/coverage", "标签覆盖率", "tag coverage",
     "staff.name,customers,tagged,share"},
    {"tags", "/api/tags", "标签", "tags", "category,group,name,grain,customers,archived",
     .make = export_tags},
    {"tier_history", "/api/tier-models/{model_id}/moves", "分层人数变化", "sizes of tiers",
     "at_s,tier,customers", .make = export_tier_history},
    {"tier_moves", "/api/tier-models/{model_id}/moves", "分层移动", "moves between tiers",
     "source,target,customers", .make = export_tier_moves},
    {"tiers", "/api/tier-models/{model_id}", "分层", "tiers", "name,expression,customers,advice",
     .rows = "tiers"},
    {"timeline", "/api/customers/{customer_id}/timeline", "时间线", "timeline",
     "at_s,kind_name,channel.name,staff.name,object.name,amount_fen,retracted"},
    {"tokens", "/api/tokens", "令牌", "tokens",
     "name,login,permissions,created_s,used_s,expires_s,revoked_s"},
    {"trend", "/api/today", "近 30 天", "last thirty days", "day,friends,orders,sale_fen",
     .make = export_trend},
    {.what = NULL},
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
    {"account", "修改者", "changed by"},
    {"account.login", "账号", "account"},
    {"account.name", "操作人", "by"},
    {"action", "操作", "action"},
    {"active", "活跃人数", "active"},
    {"active_before", "上期活跃人数", "active before"},
    {"activity", "活跃率", "activity"},
    {"activity_before", "上期活跃率", "activity before"},
    {"actual", "实际", "actual"},
    {"added", "新增", "added"},
    {"added_rate", "点击添加率", "added of those who clicked"},
    {"added_s", "添加时间", "befriended"},
    {"adjustment_lines", "调整行数", "adjustment lines"},
    {"advice", "建议", "advice"},
    {"again", "期内复购的买家", "bought again in time"},
    {"age", "年龄", "age"},
    {"alone", "不在其他同级群", "in no other such group"},
    {"amount_fen", "金额", "amount"},
    {"analysis_funnel/group", "分组", "group"},
    {"anchor", "起点", "begins at"},
    {"archived", "已停用", "archived"},
    {"asked_s", "提出时间", "asked"},
    {"assigned.name", "交给", "assigned to"},
    {"at_s", "时间", "time"},
    {"attempts", "失败次数", "failed attempts"},
    {"audience", "人群", "audience"},
    {"audience_sizes/left", "离开", "left"},
    {"average_fen", "客单价", "average order"},
    {"avg_reply_time", "平均首次回复时长（分钟）", "first reply, minutes"},
    {"back", "回来的行为", "coming back"},
    {"backwards", "看之前", "backwards"},
    {"base_30d", "满 30 天的新好友", "new friends of 30 days"},
    {"base_7d", "满 7 天的新好友", "new friends of 7 days"},
    {"began", "重新开始", "began anew"},
    {"begun", "有到期日的客户", "with a due day"},
    {"bound", "归属客户", "bound customers"},
    {"buyers", "买家", "buyers"},
    {"by", "分组", "by"},
    {"bytes", "大小（字节）", "size in bytes"},
    {"cancellation_lines", "取消行数", "cancellation lines"},
    {"cancellation_orders", "取消订单数", "cancellation orders"},
    {"cancelled_fen", "取消金额", "cancelled"},
    {"category", "类目", "category"},
    {"chance", "偶然概率", "chance"},
    {"changed_s", "变化时间", "changed"},
    {"channel.name", "渠道", "channel"},
    {"chat_cnt", "聊天总数", "chats"},
    {"chat_total", "客户群总数", "groups"},
    {"choices", "选项", "choices"},
    {"churn/added_s", "成为好友", "friends since"},
    {"churn/friends", "仍是几位员工的好友", "friends of others still"},
    {"churn/group.name", "客户群", "group"},
    {"churn_rates/expected", "预期", "expected"},
    {"churn_rates/friends", "好友", "friends"},
    {"churn_rates/rate", "7天流失率", "lost in a week"},
    {"city", "城市", "city"},
    {"class", "敏感级别", "class"},
    {"click_link_customer_cnt", "链接点击人数", "customers who opened the link"},
    {"clv.alive", "活跃概率", "P(alive)"},
    {"clv.clv_fen", "生命周期价值", "lifetime value"},
    {"clv.first_day", "首次购买", "first purchase"},
    {"clv.last_day", "最近购买", "last purchase"},
    {"clv.purchases", "预计购买次数", "expected purchases"},
    {"clv.repeats", "复购天数", "repeat days"},
    {"clv.value_fen", "预计每次金额", "expected amount each"},
    {"clv_fen", "生命周期价值", "lifetime value"},
    {"code", "编码", "code"},
    {"code.name", "活码", "code"},
    {"collapse", "合并连续相同", "repetitions as one"},
    {"columns", "期数", "periods"},
    {"conversion", "转化率", "conversion"},
    {"cost_fen", "成本", "cost"},
    {"cost_per_customer_fen", "单客成本", "cost a customer"},
    {"count", "数量", "count"},
    {"created_s", "创建时间", "created"},
    {"cumulative_share", "累计占比", "cumulative share"},
    {"customer.added_s", "添加时间", "befriended"},
    {"customer.city", "城市", "city"},
    {"customer.id", "客户编号", "customer id"},
    {"customer.name", "客户", "customer"},
    {"customer.nickname", "客户", "customer"},
    {"customer.phone", "手机号", "phone"},
    {"customer.staff", "员工", "staff"},
    {"customers", "客户数", "customers"},
    {"customers.all", "客户数", "customers"},
    {"customers.lost", "没有跟来", "did not come along"},
    {"customers.passed", "已接替", "came along"},
    {"cycle.name", "周期", "cycle"},
    {"cycles/unit", "长度单位", "unit of the length"},
    {"day", "日期", "day"},
    {"days", "间隔天数", "days between"},
    {"days_from", "第几天起", "from day"},
    {"days_to", "到第几天", "to day"},
    {"decile", "第几档（每档十分之一买家）", "tenth of the buyers"},
    {"department.name", "部门", "department"},
    {"disabled", "已停用", "disabled"},
    {"dismissed_s", "解散时间", "dismissed"},
    {"done", "已完成", "done"},
    {"enabled", "启用", "on"},
    {"ended_1d", "1天内流失", "ended within a day"},
    {"ended_7d", "7天内流失", "ended within 7 days"},
    {"ended_s", "结束时间", "ended"},
    {"entered", "进入", "entered"},
    {"error.hint", "办法", "way out"},
    {"error.message", "错误（中文）", "error (Chinese)"},
    {"error.message_en", "错误（英文）", "error"},
    {"event", "行为", "event"},
    {"events", "次数", "events"},
    {"exact_duplicate_lines", "完全重复的行数", "exact duplicate lines"},
    {"expected", "预期", "expected"},
    {"expires_s", "到期时间", "expires"},
    {"expression", "条件", "expression"},
    {"f", "F", "F"},
    {"fact", "事实", "fact"},
    {"figures.activity", "活跃率", "activity"},
    {"figures.activity_before", "上期活跃率", "activity before"},
    {"figures.amount_fen", "群成员销售", "sales of members"},
    {"figures.bought_share", "购买人数占比", "share who bought"},
    {"figures.buyers", "群成员买家", "buyers"},
    {"figures.messages", "消息数", "messages"},
    {"figures.orders", "群成员订单", "orders"},
    {"figures.people", "群内客户", "people in it"},
    {"figures.repurchase", "复购率", "repurchase"},
    {"figures.sales_share", "销售占比", "share of sales"},
    {"file_name", "文件", "file"},
    {"first", "只按第一次", "first only"},
    {"first_buyer_rate", "首购率", "first buyer rate"},
    {"first_buyers", "首购人数", "first buyers"},
    {"first_s", "首次时间", "first seen"},
    {"fixed_fen", "固定成本", "fixed cost"},
    {"fresh", "新够格", "newly"},
    {"friend", "是好友", "is a friend"},
    {"friends", "新增好友", "new friends"},
    {"friends_7d", "满7天的好友", "friends of 7 days or more"},
    {"friends_added", "新增好友（Koi）", "friends added (Koi)"},
    {"friends_ended_by_customer", "被客户删除（Koi）", "ended by customers (Koi)"},
    {"friends_ended_by_staff", "员工删除（Koi）", "ended by staff (Koi)"},
    {"from_day", "开始日期", "from"},
    {"from_fen", "价值从", "value from"},
    {"from_first", "总转化率", "of first"},
    {"from_last", "上一步转化率", "of last"},
    {"from_percent", "概率从（%）", "from percent"},
    {"from_staff.name", "原员工", "from"},
    {"gap_s", "访问间隔（秒）", "gap of visits (s)"},
    {"gender", "性别", "gender"},
    {"gone", "合并或删除", "merged or erased"},
    {"grain", "粒度", "grain"},
    {"group", "标签组", "tag group"},
    {"group.name", "标签组", "tag group"},
    {"group_sift/groups", "所在的群", "in groups"},
    {"groups", "群", "groups"},
    {"groups/friends", "其中好友", "of them friends"},
    {"handled_s", "处理时间", "handled"},
    {"hour", "小时", "hour"},
    {"id", "编号", "id"},
    {"inbox/error.message", "原因", "reason"},
    {"inbox/kind", "事件", "event"},
    {"intervals", "复购间隔数", "intervals"},
    {"into.name", "邀请进", "invite into"},
    {"into.owner.name", "该群群主", "its owner"},
    {"inviter.name", "邀请人", "invited by"},
    {"jobs/title", "任务", "job"},
    {"joined", "入群", "joined"},
    {"joined_30d", "30天入群", "joined in 30 days"},
    {"joined_7d", "7天入群", "joined in 7 days"},
    {"joined_s", "入群时间", "joined"},
    {"kept.id", "保留的客户编号", "kept id"},
    {"kept.nickname", "保留的客户", "kept"},
    {"kept_30d", "其中仍是好友", "of those still there"},
    {"kept_7d", "其中仍是好友", "of those still there"},
    {"key", "标识", "key"},
    {"kind", "类型", "kind"},
    {"kind_name", "行为", "event"},
    {"known", "已有", "known"},
    {"last_order_s", "最近下单", "last order"},
    {"least_fen", "档内最低金额", "least in it"},
    {"left", "退群", "left"},
    {"left_30d", "30天退群", "left in 30 days"},
    {"left_7d", "7天退群", "left in 7 days"},
    {"left_s", "离开时间", "left"},
    {"length", "长度", "length"},
    {"level", "级别", "level"},
    {"lines", "行数", "lines"},
    {"lines_without_customer", "无客户的行数", "lines without customer"},
    {"link_url", "链接", "link"},
    {"live", "实时", "live"},
    {"login", "登录名", "login"},
    {"lost", "流失", "lost"},
    {"m", "M", "M"},
    {"made_s", "提出时间", "asked for"},
    {"margin", "毛利率", "margin rate"},
    {"margin_fen", "毛利", "margin"},
    {"matched", "名称", "name"},
    {"measure", "统计", "measure"},
    {"member_total", "群人数", "group members"},
    {"members", "人数", "members"},
    {"merged.id", "并入的客户编号", "merged id"},
    {"merged.nickname", "并入的客户", "merged"},
    {"message", "原因", "why"},
    {"message_cnt", "发送消息数", "messages sent"},
    {"messages", "消息数", "messages"},
    {"model", "分层模型", "tier model"},
    {"msg_total", "群消息总数", "group messages"},
    {"name", "名称", "name"},
    {"nature", "性质", "nature"},
    {"negative_feedback_cnt", "删除/拉黑成员的客户数", "deleted or blocked by customers"},
    {"negative_price_lines", "负单价行数", "lines with a negative price"},
    {"negative_quantity_not_cancelled", "未取消的负数量行数", "negative quantities not cancelled"},
    {"new_apply_cnt", "发起申请数", "friend requests sent"},
    {"new_buyers", "新买家", "new buyers"},
    {"new_chat_cnt", "新增客户群数", "new groups"},
    {"new_contact_cnt", "新增客户数", "new customers"},
    {"new_customer_cnt", "链接新增客户", "customers by the link"},
    {"new_customers", "新客", "new customers"},
    {"new_member_cnt", "群新增人数", "new group members"},
    {"nickname", "昵称", "nickname"},
    {"node_from", "从", "from"},
    {"node_to", "到", "to"},
    {"nodes", "行为", "events"},
    {"note", "备注", "note"},
    {"now_s", "统计时间", "as of"},
    {"number", "订单编号", "number"},
    {"object.name", "对象", "object"},
    {"object_id", "对象编号", "object id"},
    {"object_kind", "对象", "object"},
    {"of.name", "员工或活码", "staff or code"},
    {"old_customers", "老客", "old customers"},
    {"one.id", "客户一编号", "first id"},
    {"one.nickname", "客户一", "first"},
    {"one.phone", "客户一手机号", "first's phone"},
    {"ordered_7d", "7天内下单人数", "ordered within 7 days"},
    {"orders", "订单数", "orders"},
    {"orders_with_two_times", "有两个时间的订单数", "orders with two times"},
    {"other.id", "客户二编号", "second id"},
    {"other.nickname", "客户二", "second"},
    {"other.phone", "客户二手机号", "second's phone"},
    {"outbox/error.message", "原因", "reason"},
    {"outcome", "结果", "outcome"},
    {"overdue", "已逾期", "overdue"},
    {"owner.name", "群主", "owner"},
    {"p25_days", "间隔 25%（天）", "p25 (days)"},
    {"p25_h", "用时 25%（小时）", "p25 (hours)"},
    {"p50_days", "间隔中位数（天）", "median (days)"},
    {"p50_h", "用时中位数（小时）", "median (hours)"},
    {"p75_days", "间隔 75%（天）", "p75 (days)"},
    {"p75_h", "用时 75%（小时）", "p75 (hours)"},
    {"p90_h", "用时 90%（小时）", "p90 (hours)"},
    {"page_views", "入群页浏览", "views of the page"},
    {"paid_fen", "实付金额", "paid"},
    {"paid_orders", "已付订单数", "paid orders"},
    {"paid_s", "付款时间", "paid at"},
    {"people", "群内客户", "people in it"},
    {"people_before", "上期群内客户", "people in it before"},
    {"permissions", "权限", "permissions"},
    {"phone", "手机号", "phone"},
    {"placed", "下单数", "orders placed"},
    {"plan", "决定", "plan"},
    {"plan_note", "决定备注", "note on the plan"},
    {"position", "次序", "place"},
    {"price_fen", "价格", "price"},
    {"price_ratio", "折后价比例", "paid ÷ list price"},
    {"product.category", "类目", "category"},
    {"product.code", "商品编码", "code"},
    {"product.name", "商品", "product"},
    {"products", "商品", "products"},
    {"province", "省份", "province"},
    {"purchases", "预计购买次数", "expected purchases"},
    {"quantity", "件数", "pieces"},
    {"r", "R", "R"},
    {"rate", "复购率", "repurchase rate"},
    {"reason", "原因", "reason"},
    {"received_s", "收到时间", "received"},
    {"refunded_fen", "退款金额", "refunded"},
    {"refunded_orders", "退款订单数", "refunded orders"},
    {"rejected", "拒绝", "rejected"},
    {"repeat_buyers", "老买家", "returning buyers"},
    {"repeaters", "复购过的客户", "bought again"},
    {"repeats", "复购次数", "repeat purchases"},
    {"reply_percentage", "已回复聊天占比", "reply percentage"},
    {"reply_percentage_high", "回复占比最高", "highest reply percentage"},
    {"reply_percentage_low", "回复占比最低", "lowest reply percentage"},
    {"report_products/repeat_buyers", "复购买家", "repeat buyers"},
    {"repurchase_rate", "复购率", "repurchase rate"},
    {"retracted", "已撤回", "taken back"},
    {"return_rate", "退货率", "return rate"},
    {"returned_fen", "退货金额", "returned"},
    {"returned_quantity", "退货件数", "returned pieces"},
    {"revenue_fen", "收入", "revenue"},
    {"revoked_s", "作废时间", "revoked"},
    {"ripe", "首购已满期的买家", "first bought long enough ago"},
    {"roi", "投资回报", "return on investment"},
    {"role", "角色", "role"},
    {"rolling", "滚动", "rolling"},
    {"sale_fen", "销售金额", "sales"},
    {"sale_fen_with_customer", "有客户的销售金额", "sales with a customer"},
    {"sale_lines", "销售行数", "lines of sale"},
    {"sale_lines_with_customer", "有客户的销售行数", "lines of sale with a customer"},
    {"sale_orders_with_customer", "有客户的销售订单数", "orders of sale with a customer"},
    {"scene", "入群方式", "way of joining"},
    {"scope", "数据范围", "data scope"},
    {"scripts/group", "分组", "group"},
    {"scripts/title", "标题", "title"},
    {"series", "行为", "series"},
    {"share", "占比", "share"},
    {"size", "人数", "size"},
    {"so_far", "累计占比", "so far"},
    {"soon", "7天内到期", "due within 7 days"},
    {"source", "原分层", "from"},
    {"source.name", "来源", "source"},
    {"spend_fen", "消费金额", "spend"},
    {"staff", "员工", "staff"},
    {"staff.name", "员工", "staff"},
    {"staff/customers", "好友", "friends"},
    {"staff/joined_s", "入职时间", "joined"},
    {"stage.name", "阶段", "stage"},
    {"start", "起始行为", "start"},
    {"start_day", "期间开始", "beginning"},
    {"starts", "从何算起", "counted from"},
    {"state", "状态", "state"},
    {"status", "状态", "status"},
    {"stay_30d", "30天留存", "still there after 30 days"},
    {"stay_7d", "7天留存", "still there after 7 days"},
    {"step", "步骤", "step"},
    {"steps", "步骤", "steps"},
    {"tag.name", "标签", "tag"},
    {"tagged", "有标签的客户数", "with a tag"},
    {"tags", "标签", "tags"},
    {"tags/category", "标签分类", "tag category"},
    {"target", "新分层", "to"},
    {"text", "正文", "text"},
    {"tier", "分层", "tier"},
    {"tiers", "分层", "tiers"},
    {"times", "购买次数", "purchases"},
    {"title", "职务", "title"},
    {"to_day", "结束日期", "to"},
    {"to_fen", "到", "to"},
    {"to_percent", "到（%）", "to percent"},
    {"told", "最近同步", "last sync"},
    {"told_s", "最近同步时间", "last told"},
    {"total", "总量", "total"},
    {"total_fen", "总金额", "total"},
    {"traffic_fen", "流量成本", "traffic cost"},
    {"tries", "提出次数", "times asked"},
    {"type", "类型", "type"},
    {"undone_s", "撤销时间", "undone"},
    {"unit", "单位", "unit"},
    {"unlisted", "未逐一列出", "not listed"},
    {"unpaid_orders", "未付订单数", "unpaid orders"},
    {"unusual", "异常", "unusual"},
    {"updated_s", "修改时间", "changed"},
    {"used_s", "最近使用", "last used"},
    {"userid", "账号", "userid"},
    {"usual_rate", "平常", "usual"},
    {"valuable", "重要客户", "valuable members"},
    {"valuable_alone", "其中只在此群", "of them in this group only"},
    {"verdict", "建议", "proposal"},
    {"visits", "访问次数", "visits"},
    {"way", "进出", "entered or left"},
    {"whole", "完整", "complete"},
    {"why", "依据", "because of"},
    {"window", "时间范围", "window"},
    {"within", "时长", "within"},
    {"zero_price_lines", "零单价行数", "lines with a price of zero"},
};

static struct str title_of(struct str key, bool english)
{
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        if (str_eq(key, str_from(titles[i].key)))
            return str_from(english ? titles[i].en : titles[i].zh);
    return STR_ABSENT;
}

struct str export_title(struct arena *a, const char *what, struct str key, bool english)
{
    struct str title = title_of(arena_printf(a, "%s/" STR_FMT, what, STR_ARG(key)), english);
    if (str_absent(title))
        title = title_of(key, english);
    if (!str_absent(title))
        return title;
    if (str_starts(key, STR("active.")) || str_starts(key, STR("cells.")))
        return arena_printf(a, english ? "period " STR_FMT : "第 " STR_FMT " 期",
                            STR_ARG(str_sub(key, key.p[0] == 'a' ? 7 : 6, key.n)));
    return arena_str(a, key);
}

/* Columns that are numbers and are not told by how they end. */
static const char *const numbers[] = {"active",
                                      "active_before",
                                      "activity",
                                      "activity_before",
                                      "actual",
                                      "added",
                                      "again",
                                      "age",
                                      "begun",
                                      "buyers",
                                      "bytes",
                                      "clv.alive",
                                      "clv.purchases",
                                      "clv.repeats",
                                      "conversion",
                                      "count",
                                      "cumulative_share",
                                      "customers",
                                      "days",
                                      "days_from",
                                      "days_to",
                                      "decile",
                                      "done",
                                      "entered",
                                      "events",
                                      "expected",
                                      "f",
                                      "figures.activity",
                                      "figures.activity_before",
                                      "figures.bought_share",
                                      "figures.buyers",
                                      "figures.messages",
                                      "figures.orders",
                                      "figures.people",
                                      "figures.repurchase",
                                      "figures.sales_share",
                                      "first_buyer_rate",
                                      "first_buyers",
                                      "friends",
                                      "from_first",
                                      "from_last",
                                      "from_percent",
                                      "gone",
                                      "intervals",
                                      "joined",
                                      "joined_30d",
                                      "known",
                                      "left",
                                      "left_30d",
                                      "length",
                                      "lines",
                                      "lost",
                                      "m",
                                      "margin",
                                      "members",
                                      "messages",
                                      "new_buyers",
                                      "orders",
                                      "overdue",
                                      "p25_days",
                                      "p50_days",
                                      "p75_days",
                                      "paid_orders",
                                      "people",
                                      "people_before",
                                      "placed",
                                      "price_ratio",
                                      "purchases",
                                      "quantity",
                                      "r",
                                      "rate",
                                      "rejected",
                                      "repeat_buyers",
                                      "repeaters",
                                      "repeats",
                                      "repurchase_rate",
                                      "return_rate",
                                      "returned_quantity",
                                      "ripe",
                                      "roi",
                                      "share",
                                      "size",
                                      "so_far",
                                      "soon",
                                      "step",
                                      "tagged",
                                      "to_percent",
                                      "total",
                                      "valuable",
                                      "valuable_alone",
                                      "visits"};

enum sheet_cell export_kind(struct str key)
{
    if (str_starts(key, STR("active.")) || str_starts(key, STR("cells.")) ||
        str_ends(key, STR("_h")))
        return SHEET_NUMBER;
    if (str_ends(key, STR("_fen")))
        return SHEET_MONEY;
    if (str_ends(key, STR("_s")))
        return SHEET_TIME;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (str_eq(key, str_from(numbers[i])))
            return SHEET_NUMBER;
    return SHEET_TEXT;
}

/* ---- cells ---- */

static const struct json_value *member(const struct json_value *item, struct str key,
                                       struct arena *a)
{
    struct str part;
    while (item != NULL && str_cut(&key, '.', &part)) {
        int64_t i = 0;
        if (json_kind_of(item) == JSON_ARRAY && str_to_i64(part, &i) && i >= 0)
            item = json_at(item, (size_t)i);
        else
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

/* A text as it is, but a fixed word of the API as people say it. */
static struct str worded(struct str key, struct str text, enum export_words words)
{
    struct str term = STR_ABSENT;
    if (words != EXPORT_RAW)
        term = export_term(key, text, words == EXPORT_EN);
    return str_absent(term) ? text : term;
}

static struct str joined(struct arena *a, const struct json_value *list, struct str key,
                         enum export_words words)
{
    struct buf b;
    buf_init(&b, 32 << 10);
    for (size_t i = 0; i < json_count(list); i++) {
        if (i > 0)
            buf_addz(&b, words == EXPORT_EN ? ", " : "、");
        buf_add(&b, worded(key, name_of(json_at(list, i)), words));
    }
    struct str out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return out;
}

static struct str truth(bool yes, enum export_words words)
{
    switch (words) {
    case EXPORT_ZH:
        return yes ? STR("是") : STR("否");
    case EXPORT_EN:
        return yes ? STR("yes") : STR("no");
    default:
        return yes ? STR("true") : STR("false");
    }
}

struct str export_cell(struct arena *a, const struct json_value *item, struct str key,
                       enum export_words words)
{
    const struct json_value *v = member(item, key, a);
    if (v == NULL)
        return STR_ABSENT;
    switch (json_kind_of(v)) {
    case JSON_STR:
        return worded(key, json_str_or(v, STR_ABSENT), words);
    case JSON_INT:
        return arena_printf(a, "%" PRId64, json_int_or(v, 0));
    case JSON_DOUBLE:
        return arena_printf(a, "%.15g", json_double_or(v, 0));
    case JSON_BOOL:
        return truth(json_bool_or(v, false), words);
    case JSON_ARRAY:
        return joined(a, v, key, words);
    case JSON_OBJECT:
        return name_of(v);
    default:
        return STR_ABSENT;
    }
}
