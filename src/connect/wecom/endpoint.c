/* endpoint.c — the table, and what is read out of it.
 *
 * `takes` has the fields of the first level; what stands inside of them (attachments, tags) is
 * checked by WeCom. Invariant, held by a test: every text of fields can be read, `rows` and `next`
 * are among `gives`. A check costs about a microsecond a field. Not declared, since their fields
 * are not known well enough: strategy tags and Moments strategies (规则组).
 */
#include "connect/wecom/endpoint.h"

#include "connect/wecom/errors.h"

#include <assert.h>
#include <string.h>

#define APPS (WECOM_BY_APP | WECOM_BY_LISTED)
#define DIRECTORY (APPS | WECOM_BY_DIRECTORY)
#define CUSTOMERS (WECOM_BY_LISTED | WECOM_BY_CONTACT)
#define ANY (DIRECTORY | CUSTOMERS)

const struct wecom_endpoint wecom_endpoint_table[] = {
    /* Tokens and addresses */
    {"gettoken", WECOM_GET, 0, "corpid! corpsecret!", "access_token expires_in:int"},
    {"getcallbackip", WECOM_GET, ANY, "", "ip_list:list", .rows = "ip_list"},
    {"get_api_domain_ip", WECOM_GET, ANY, "", "ip_list:list", .rows = "ip_list"},
    /* Directory 通讯录 */
    {"user/get", WECOM_GET, DIRECTORY, "userid!",
     /* avatar … address only where the app is older than June 2022 */
     "alias department:list direct_leader:list english_name extattr:any external_position "
     "external_profile:any is_leader_in_dept:list main_department:int name open_userid order:list "
     "position status:int telephone userid avatar thumb_avatar gender mobile email biz_mail "
     "qr_code address"},
    {"user/list", WECOM_GET, DIRECTORY, "department_id:int!", "userlist:list", .rows = "userlist"},
    {"user/simplelist", WECOM_GET, DIRECTORY, "department_id:int!", "userlist:list",
     .rows = "userlist"},
    {"user/list_id", WECOM_POST, WECOM_BY_DIRECTORY, "", "dept_user:list next_cursor",
     .rows = "dept_user", .next = "next_cursor", .limit = "limit", .limit_max = 10000},
    {"department/list", WECOM_GET, DIRECTORY, "id:int", "department:list", .rows = "department"},
    {"department/simplelist", WECOM_GET, DIRECTORY, "id:int", "department_id:list",
     .rows = "department_id"},
    {"department/get", WECOM_GET, DIRECTORY, "id:int!", "department:object"},
    /* Identity conversion */
    {"user/convert_to_openid", WECOM_POST, APPS, "userid!", "openid"},
    {"user/convert_to_userid", WECOM_POST, APPS, "openid!", "userid"},
    {"externalcontact/convert_to_openid", WECOM_POST, CUSTOMERS, "external_userid!", "openid"},
    {"externalcontact/unionid_to_external_userid", WECOM_POST, CUSTOMERS, "openid! unionid!",
     "external_userid pending_id"},
    {"idconvert/unionid_to_external_userid", WECOM_POST, CUSTOMERS,
     "openid! unionid! subject_type:int", "external_userid pending_id"},
    {"idconvert/convert_tmp_external_userid", WECOM_POST, CUSTOMERS,
     "business_type:int! user_type:int! tmp_external_userid_list:list!",
     "results:list invalid_tmp_external_userid_list:list", .rows = "results"},
    {"externalcontact/from_service_external_userid", WECOM_POST, CUSTOMERS,
     "external_userid! source_agentid:int!", "external_userid"},
    {"externalcontact/to_service_external_userid", WECOM_POST, CUSTOMERS, "external_userid!",
     "external_userid"},
    {"batch/openuserid_to_userid", WECOM_POST, DIRECTORY,
     "open_userid_list:list! source_agentid:int!", "invalid_open_userid_list:list userid_list:list",
     .rows = "userid_list"},
    {"externalcontact/opengid_to_chatid", WECOM_POST, CUSTOMERS, "opengid!", "chat_id"},
    /* Customers 客户 */
    {"externalcontact/get_follow_user_list", WECOM_GET, CUSTOMERS, "", "follow_user:list",
     .rows = "follow_user"},
    {"externalcontact/list", WECOM_GET, CUSTOMERS, "userid!", "external_userid:list",
     .rows = "external_userid"},
    {"externalcontact/get", WECOM_GET, CUSTOMERS, "external_userid! cursor",
     "external_contact:object follow_user:list next_cursor", .rows = "follow_user",
     .next = "next_cursor"},
    {"externalcontact/batch/get_by_user", WECOM_POST, CUSTOMERS, "userid_list:list!",
     "external_contact_list:list fail_info:object next_cursor", .rows = "external_contact_list",
     .next = "next_cursor", .limit = "limit", .limit_max = 100},
    {"externalcontact/remark", WECOM_POST, CUSTOMERS,
     "external_userid! userid! description remark remark_company remark_mobiles:list "
     "remark_pic_mediaid",
     ""},
    {"externalcontact/contact_list", WECOM_POST, CUSTOMERS, "", "info_list:list next_cursor",
     .rows = "info_list", .next = "next_cursor", .limit = "limit", .limit_max = 1000},
    /* Corp tags 企业客户标签 */
    {"externalcontact/get_corp_tag_list", WECOM_POST, CUSTOMERS, "group_id:list tag_id:list",
     "tag_group:list", .rows = "tag_group"},
    {"externalcontact/add_corp_tag", WECOM_POST, CUSTOMERS,
     "tag:list! agentid:int group_id group_name order:int", "tag_group:object",
     .repeat = WECOM_REPEAT_NOT},
    {"externalcontact/edit_corp_tag", WECOM_POST, CUSTOMERS, "id! agentid:int name order:int", ""},
    {"externalcontact/del_corp_tag", WECOM_POST, CUSTOMERS, "agentid:int group_id:list tag_id:list",
     ""},
    {"externalcontact/mark_tag", WECOM_POST, CUSTOMERS,
     "external_userid! userid! add_tag:list remove_tag:list", ""},
    /* Hand-over 继承 */
    {"externalcontact/transfer_customer", WECOM_POST, CUSTOMERS,
     "external_userid:list! handover_userid! takeover_userid! transfer_success_msg",
     "customer:list", .repeat = WECOM_REPEAT_NOT},
    {"externalcontact/transfer_result", WECOM_POST, CUSTOMERS, "handover_userid! takeover_userid!",
     "customer:list next_cursor", .rows = "customer", .next = "next_cursor", .limit = "limit",
     .limit_max = 1000},
    {"externalcontact/get_unassigned_list", WECOM_POST, CUSTOMERS, "",
     "info:list is_last:any next_cursor", .rows = "info", .next = "next_cursor",
     .limit = "page_size", .limit_max = 1000},
    {"externalcontact/resigned/transfer_customer", WECOM_POST, CUSTOMERS,
     "external_userid:list! handover_userid! takeover_userid!", "customer:list",
     .repeat = WECOM_REPEAT_NOT},
    {"externalcontact/resigned/transfer_result", WECOM_POST, CUSTOMERS,
     "handover_userid! takeover_userid!", "customer:list next_cursor", .rows = "customer",
     .next = "next_cursor", .limit = "limit", .limit_max = 1000},
    {"externalcontact/groupchat/transfer", WECOM_POST, CUSTOMERS, "chat_id_list:list! new_owner!",
     "failed_chat_list:list", .repeat = WECOM_REPEAT_NOT},
    {"externalcontact/groupchat/onjob_transfer", WECOM_POST, CUSTOMERS,
     "chat_id_list:list! new_owner!", "failed_chat_list:list", .repeat = WECOM_REPEAT_NOT},
    /* Contact ways 联系我 */
    {"externalcontact/add_contact_way", WECOM_POST, CUSTOMERS,
     "scene:int! type:int! chat_expires_in:int conclusions:object expires_in:int is_exclusive:bool "
     "is_temp:bool mark_source:bool party:list remark skip_verify:bool state style:int unionid "
     "user:list",
     "config_id qr_code", .repeat = WECOM_REPEAT_NOT},
    {"externalcontact/get_contact_way", WECOM_POST, CUSTOMERS, "config_id!", "contact_way:any"},
    {"externalcontact/list_contact_way", WECOM_POST, CUSTOMERS, "end_time:int start_time:int",
     "contact_way:list next_cursor", .rows = "contact_way", .next = "next_cursor", .limit = "limit",
     .limit_max = 1000},
    {"externalcontact/update_contact_way", WECOM_POST, CUSTOMERS,
     "config_id! chat_expires_in:int conclusions:object expires_in:int mark_source:bool party:list "
     "remark skip_verify:bool state style:int unionid user:list",
     ""},
    {"externalcontact/del_contact_way", WECOM_POST, CUSTOMERS, "config_id!", ""},
    {"externalcontact/close_temp_chat", WECOM_POST, CUSTOMERS, "external_userid! userid!", ""},
    /* Customer groups 客户群, join ways, group welcomes */
    {"externalcontact/groupchat/list", WECOM_POST, CUSTOMERS,
     "owner_filter:object status_filter:int", "group_chat_list:list next_cursor",
     .rows = "group_chat_list", .next = "next_cursor", .limit = "limit", .limit_max = 1000,
     .limit_needed = true},
    {"externalcontact/groupchat/get", WECOM_POST, CUSTOMERS, "chat_id! need_name:int",
     "group_chat:object"},
    {"externalcontact/groupchat/add_join_way", WECOM_POST, CUSTOMERS,
     "chat_id_list:list! scene:int! auto_create_room:int mark_source:bool remark room_base_id:int "
     "room_base_name state",
     "config_id", .repeat = WECOM_REPEAT_NOT},
    {"externalcontact/groupchat/get_join_way", WECOM_POST, CUSTOMERS, "config_id!", "join_way:any"},
    {"externalcontact/groupchat/update_join_way", WECOM_POST, CUSTOMERS,
     "chat_id_list:list! config_id! scene:int! auto_create_room:int mark_source:bool remark "
     "room_base_id:int room_base_name state",
     ""},
    {"externalcontact/groupchat/del_join_way", WECOM_POST, CUSTOMERS, "config_id!", ""},
    {"externalcontact/group_welcome_template/add", WECOM_POST, CUSTOMERS,
     "agentid:int file:object image:object link:object miniprogram:object notify:int text:object "
     "video:object",
     "template_id", .repeat = WECOM_REPEAT_NOT},
    {"externalcontact/group_welcome_template/edit", WECOM_POST, CUSTOMERS,
     "template_id! agentid:int file:object image:object link:object miniprogram:object text:object "
     "video:object",
     ""},
    {"externalcontact/group_welcome_template/get", WECOM_POST, CUSTOMERS, "template_id!",
     "file:object image:object link:object miniprogram:object text:object video:object"},
    {"externalcontact/group_welcome_template/del", WECOM_POST, CUSTOMERS,
     "template_id! agentid:int", ""},
    /* Welcome and mass messages 欢迎语、群发 */
    {"externalcontact/send_welcome_msg", WECOM_POST, CUSTOMERS,
     "welcome_code! attachments:list text:object", "", .repeat = WECOM_REPEAT_NOT, .urgent = true},
    {"externalcontact/add_msg_template", WECOM_POST, CUSTOMERS,
     "allow_select:bool attachments:list chat_id_list:list chat_type external_userid:list sender "
     "tag_filter:object text:object",
     "fail_list:list msgid", .repeat = WECOM_REPEAT_NOT},
    {"externalcontact/get_groupmsg_list_v2", WECOM_POST, CUSTOMERS,
     "chat_type! end_time:int! start_time:int! creator filter_type:int",
     "group_msg_list:list next_cursor", .rows = "group_msg_list", .next = "next_cursor",
     .limit = "limit", .limit_max = 100},
    {"externalcontact/get_groupmsg_task", WECOM_POST, CUSTOMERS, "msgid!",
     "next_cursor task_list:list", .rows = "task_list", .next = "next_cursor", .limit = "limit",
     .limit_max = 1000},
    {"externalcontact/get_groupmsg_send_result", WECOM_POST, CUSTOMERS, "msgid! userid!",
     "next_cursor send_list:list", .rows = "send_list", .next = "next_cursor", .limit = "limit",
     .limit_max = 1000},
    {"externalcontact/remind_groupmsg_send", WECOM_POST, CUSTOMERS, "msgid!", "",
     .repeat = WECOM_REPEAT_NOT},
    {"externalcontact/cancel_groupmsg_send", WECOM_POST, CUSTOMERS, "msgid!", ""},
    /* Moments 客户朋友圈 */
    {"externalcontact/add_moment_task", WECOM_POST, CUSTOMERS,
     "attachments:list text:object visible_range:object", "jobid", .repeat = WECOM_REPEAT_NOT,
     .rate = {.minute = 10}},
    {"externalcontact/get_moment_task_result", WECOM_GET, CUSTOMERS, "jobid!",
     "result:any status:int type"},
    {"externalcontact/cancel_moment_task", WECOM_POST, CUSTOMERS, "moment_id!", ""},
    {"externalcontact/get_moment_list", WECOM_POST, CUSTOMERS,
     "end_time:int! start_time:int! creator filter_type:int", "moment_list:list next_cursor",
     .rows = "moment_list", .next = "next_cursor", .limit = "limit", .limit_max = 20},
    {"externalcontact/get_moment_task", WECOM_POST, CUSTOMERS, "moment_id!",
     "next_cursor task_list:list", .rows = "task_list", .next = "next_cursor", .limit = "limit",
     .limit_max = 1000},
    {"externalcontact/get_moment_customer_list", WECOM_POST, CUSTOMERS, "moment_id! userid!",
     "customer_list:list next_cursor", .rows = "customer_list", .next = "next_cursor",
     .limit = "limit", .limit_max = 1000},
    {"externalcontact/get_moment_send_result", WECOM_POST, CUSTOMERS, "moment_id! userid!",
     "customer_list:list next_cursor", .rows = "customer_list", .next = "next_cursor",
     .limit = "limit", .limit_max = 5000},
    {"externalcontact/get_moment_comments", WECOM_POST, CUSTOMERS, "moment_id! userid!",
     "comment_list:list like_list:list"},
    /* Media 素材 */
    {"media/upload", WECOM_POST, APPS, "type!", "created_at media_id type", .upload = true},
    {"media/uploadimg", WECOM_POST, APPS, "", "url", .repeat = WECOM_REPEAT_NOT, .upload = true,
     .rate = {.day = 1000}},
    {"media/upload_attachment", WECOM_POST, APPS, "attachment_type:int! media_type!",
     "created_at:int media_id type", .upload = true},
    {"media/get", WECOM_GET, APPS, "media_id!", "", .bytes = true},
    {"media/upload_by_url", WECOM_POST, APPS, "scene:int! type! filename! url! md5!", "jobid",
     .repeat = WECOM_REPEAT_NOT},
    {"media/get_upload_by_url_result", WECOM_POST, APPS, "jobid!", "status:int detail:object"},
    /* App messages 应用消息 */
    {"message/send", WECOM_POST, APPS,
     "agentid:int! msgtype! duplicate_check_interval:int enable_duplicate_check:int "
     "enable_id_trans:int file:object image:object markdown:object miniprogram_notice:any "
     "news:object safe:int template_card:any text:object textcard:object toparty totag touser "
     "video:object voice:object",
     "invalidparty invalidtag invaliduser msgid response_code unlicenseduser",
     .repeat = WECOM_REPEAT_NOT},
    {"message/recall", WECOM_POST, APPS, "msgid!", ""},
    {"message/update_template_card", WECOM_POST, APPS,
     "agentid:int! response_code! userids:list partyids:list tagids:list atall:int button:object "
     "template_card:object",
     "invaliduser:list", .repeat = WECOM_REPEAT_NOT},
    /* Statistics 统计 */
    {"externalcontact/get_user_behavior_data", WECOM_POST, CUSTOMERS,
     "end_time:int! start_time:int! partyid:list userid:list", "behavior_data:list",
     .rows = "behavior_data"},
    {"externalcontact/groupchat/statistic", WECOM_POST, CUSTOMERS,
     "day_begin_time:int! owner_filter:object! day_end_time:int limit:int offset:int order_asc:int "
     "order_by:int",
     "items:list next_offset:int total:int", .rows = "items", .next = "next_offset"},
    {"externalcontact/groupchat/statistic_group_by_day", WECOM_POST, CUSTOMERS,
     "day_begin_time:int! owner_filter:object! day_end_time:int", "items:list", .rows = "items"},
    /* Acquisition links 获客助手 */
    {"externalcontact/customer_acquisition/list_link", WECOM_POST, APPS, "",
     "link_id_list:list next_cursor", .rows = "link_id_list", .next = "next_cursor",
     .limit = "limit", .limit_max = 100},
    {"externalcontact/customer_acquisition/get", WECOM_POST, APPS, "link_id!",
     "link:any priority_option:any range:object"},
    {"externalcontact/customer_acquisition/create_link", WECOM_POST, APPS,
     "link_name! range:object! mark_source:bool priority_option:object skip_verify:bool",
     "link:any", .repeat = WECOM_REPEAT_NOT},
    {"externalcontact/customer_acquisition/update_link", WECOM_POST, APPS,
     "link_id! link_name mark_source:bool priority_option:object range:object skip_verify:bool",
     ""},
    {"externalcontact/customer_acquisition/delete_link", WECOM_POST, APPS, "link_id!", ""},
    {"externalcontact/customer_acquisition/customer", WECOM_POST, APPS, "link_id!",
     "customer_list:list next_cursor", .rows = "customer_list", .next = "next_cursor",
     .limit = "limit", .limit_max = 1000},
    {"externalcontact/customer_acquisition_quota", WECOM_GET, APPS, "",
     "balance:int quota_list:list total:int"},
    {"externalcontact/customer_acquisition/statistic", WECOM_POST, APPS,
     "end_time:int! link_id! start_time:int!", "click_link_customer_cnt:int new_customer_cnt:int"},
    {"externalcontact/customer_acquisition/get_chat_info", WECOM_POST, APPS, "chat_key!",
     "chat_info:any external_userid userid"},
    /* Product album 商品图册 and intercept rules 敏感词 */
    {"externalcontact/add_product_album", WECOM_POST, CUSTOMERS,
     "description! price:int! product_sn attachments:list!", "product_id",
     .repeat = WECOM_REPEAT_NOT},
    {"externalcontact/get_product_album", WECOM_POST, CUSTOMERS, "product_id!", "product:object"},
    {"externalcontact/get_product_album_list", WECOM_POST, CUSTOMERS, "",
     "product_list:list next_cursor", .rows = "product_list", .next = "next_cursor",
     .limit = "limit", .limit_max = 100},
    {"externalcontact/update_product_album", WECOM_POST, CUSTOMERS,
     "product_id! description price:int product_sn attachments:list", ""},
    {"externalcontact/delete_product_album", WECOM_POST, CUSTOMERS, "product_id!", ""},
    {"externalcontact/add_intercept_rule", WECOM_POST, CUSTOMERS,
     "rule_name! word_list:list! semantics_list:list intercept_type:int! applicable_range:object!",
     "rule_id", .repeat = WECOM_REPEAT_NOT},
    {"externalcontact/get_intercept_rule_list", WECOM_GET, CUSTOMERS, "", "rule_list:list",
     .rows = "rule_list"},
    {"externalcontact/get_intercept_rule", WECOM_POST, CUSTOMERS, "rule_id!", "rule:object"},
    {"externalcontact/update_intercept_rule", WECOM_POST, CUSTOMERS,
     "rule_id! rule_name word_list:list extra_rule:object intercept_type:int "
     "add_applicable_range:object remove_applicable_range:object",
     ""},
    {"externalcontact/del_intercept_rule", WECOM_POST, CUSTOMERS, "rule_id!", ""},
    /* OAuth2 and tickets */
    {"auth/getuserinfo", WECOM_GET, APPS, "code!", "external_userid openid user_ticket userid",
     .unlimited = true},
    {"auth/getuserdetail", WECOM_POST, APPS, "user_ticket!",
     "address avatar biz_mail email gender mobile qr_code userid"},
    {"get_jsapi_ticket", WECOM_GET, APPS, "", "expires_in:int ticket", .rate = {.hour = 400}},
    {"ticket/get", WECOM_GET, APPS, "type!", "expires_in:int ticket", .rate = {.hour = 100}},
};

const size_t wecom_endpoint_count = sizeof wecom_endpoint_table / sizeof *wecom_endpoint_table;

const struct wecom_endpoint *wecom_endpoint(const char *path)
{
    for (size_t i = 0; i < wecom_endpoint_count; i++)
        if (strcmp(wecom_endpoint_table[i].path, path) == 0)
            return &wecom_endpoint_table[i];
    assert(!"a path that the table does not have");
    return NULL;
}

size_t wecom_endpoint_index(const struct wecom_endpoint *ep)
{
    assert(ep >= wecom_endpoint_table && ep < wecom_endpoint_table + wecom_endpoint_count);
    return (size_t)(ep - wecom_endpoint_table);
}

bool wecom_parameter_next(struct str *rest, struct wecom_parameter *out)
{
    struct str word;
    do {
        if (!str_cut(rest, ' ', &word))
            return false;
    } while (str_empty(word));
    bool required = str_ends(word, STR("!"));
    word.n -= required ? 1 : 0;
    struct str type = word;
    struct str name;
    str_cut(&type, ':', &name);
    *out = (struct wecom_parameter){name, str_absent(type) ? STR("text") : type, required};
    return true;
}

/* ---- checking a request ---- */

static bool fits(struct str type, const struct json_value *v)
{
    enum json_kind kind = json_kind_of(v);
    if (str_eq(type, STR("any")))
        return true;
    return str_eq(type, STR("text"))   ? kind == JSON_STR
           : str_eq(type, STR("int"))  ? kind == JSON_INT
           : str_eq(type, STR("bool")) ? kind == JSON_BOOL
           : str_eq(type, STR("list")) ? kind == JSON_ARRAY
                                       : kind == JSON_OBJECT;
}

static enum rc wrong_type(const struct wecom_endpoint *ep, struct str name, struct str type,
                          struct err *e)
{
    char field[sizeof e->field] = {0};
    memcpy(field, name.p, name.n < sizeof field ? name.n : sizeof field - 1);
    return err_set(e, RC_INVALID, "wecom_field_type", field,
                   "企业微信接口 %s 的参数 " STR_FMT " 应为 " STR_FMT,
                   "the field of %s called " STR_FMT " must be " STR_FMT, ep->path, STR_ARG(name),
                   STR_ARG(type));
}

/* Finds a field by name among the declared ones, the cursor and the limit included. */
static bool declared(const struct wecom_endpoint *ep, struct str name, struct str *out_type)
{
    struct str rest = str_from(ep->takes);
    struct wecom_parameter p;
    while (wecom_parameter_next(&rest, &p))
        if (str_eq(p.name, name)) {
            *out_type = p.type;
            return true;
        }
    if (ep->limit != NULL && str_eq(name, str_from(ep->limit))) {
        *out_type = STR("int");
        return true;
    }
    *out_type = STR("text");
    return ep->limit != NULL && str_eq(name, STR("cursor"));
}

static enum rc check_given(const struct wecom_endpoint *ep, const struct json_value *request,
                           struct err *e)
{
    for (size_t i = 0; i < json_count(request); i++) {
        struct str name;
        struct str type;
        const struct json_value *v = json_member(request, i, &name);
        char field[sizeof e->field] = {0};
        memcpy(field, name.p, name.n < sizeof field ? name.n : sizeof field - 1);
        if (!declared(ep, name, &type))
            return err_set(e, RC_INVALID, "wecom_field_unknown", field,
                           "企业微信接口 %s 没有参数 %s", "%s of WeCom takes no field %s", ep->path,
                           field);
        if (!fits(type, v))
            return wrong_type(ep, name, type, e);
        if (ep->limit != NULL && str_eq(name, str_from(ep->limit)) &&
            (json_int_or(v, 0) < 1 || json_int_or(v, 0) > ep->limit_max))
            return err_set(e, RC_INVALID, "wecom_limit_range", field,
                           "企业微信接口 %s 每页 1 到 %lld 行", "%s of WeCom gives 1 to %lld rows",
                           ep->path, (long long)ep->limit_max);
    }
    return RC_OK;
}

static enum rc missing(const struct wecom_endpoint *ep, const char *field, struct err *e)
{
    return err_set(e, RC_INVALID, "wecom_field_missing", field, "企业微信接口 %s 缺少参数 %s",
                   "%s of WeCom cannot do without %s", ep->path, field);
}

enum rc wecom_endpoint_check(const struct wecom_endpoint *ep, const struct json_value *request,
                             struct err *e)
{
    struct str rest = str_from(ep->takes);
    struct wecom_parameter p;
    char field[sizeof e->field];
    while (wecom_parameter_next(&rest, &p)) {
        assert(p.name.n < sizeof field);
        memcpy(field, p.name.p, p.name.n);
        field[p.name.n] = 0;
        const struct json_value *v = json_get(request, field);
        bool empty = v != NULL && json_kind_of(v) == JSON_STR && str_empty(json_str_or(v, STR("")));
        if (p.required && (v == NULL || empty))
            return missing(ep, field, e);
    }
    if (ep->limit_needed && json_get(request, ep->limit) == NULL)
        return missing(ep, ep->limit, e);
    return check_given(ep, request, e);
}

/* ---- printing ---- */

static void print_fields(struct json *j, const char *key, const char *fields)
{
    struct str rest = str_from(fields);
    struct wecom_parameter p;
    json_open_array(j, key);
    while (wecom_parameter_next(&rest, &p)) {
        json_open_object(j, NULL);
        json_put_str(j, "name", p.name);
        json_put_str(j, "type", p.type);
        json_put_bool(j, "required", p.required);
        json_close_object(j);
    }
    json_close_array(j);
}

static void print_secrets(struct json *j, unsigned secrets)
{
    static const char *const NAMES[] = {"app", "listed", "contact", "directory"};
    json_open_array(j, "secrets");
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if ((secrets >> i & 1u) != 0)
            json_put_z(j, NULL, NAMES[i]);
    json_close_array(j);
}

static void print_endpoint(struct json *j, const struct wecom_endpoint *ep)
{
    json_open_object(j, NULL);
    json_put_z(j, "path", ep->path);
    json_put_z(j, "method", ep->method == WECOM_GET ? "GET" : "POST");
    print_secrets(j, ep->secrets);
    print_fields(j, "takes", ep->takes);
    print_fields(j, "gives", ep->gives);
    json_put_z(j, "rows", ep->rows);
    json_put_z(j, "next", ep->next);
    json_put_z(j, "limit", ep->limit);
    json_put_int(j, "limit_max", ep->limit_max);
    json_put_bool(j, "limit_needed", ep->limit_needed);
    json_put_bool(j, "repeat", ep->repeat == WECOM_REPEAT_SAFE);
    json_put_bool(j, "unlimited", ep->unlimited);
    json_put_bool(j, "upload", ep->upload);
    json_put_bool(j, "bytes", ep->bytes);
    json_put_int(j, "per_minute", ep->rate.minute);
    json_put_int(j, "per_hour", ep->rate.hour);
    json_put_int(j, "per_day", ep->rate.day);
    json_close_object(j);
}

void wecom_endpoints_print(struct json *j)
{
    json_open_object(j, NULL);
    json_open_array(j, "endpoints");
    for (size_t i = 0; i < wecom_endpoint_count; i++)
        print_endpoint(j, &wecom_endpoint_table[i]);
    json_close_array(j);
    json_open_array(j, "errors");
    for (size_t i = 0; i < wecom_errcode_count; i++) {
        const struct wecom_errcode *row = &wecom_errcode_table[i];
        json_open_object(j, NULL);
        json_put_int(j, "code", row->code);
        json_put_int(j, "last", row->last);
        json_put_z(j, "class", wecom_class_name(row->class));
        json_put_z(j, "zh", row->zh);
        json_put_z(j, "en", row->en);
        json_close_object(j);
    }
    json_close_array(j);
    json_close_object(j);
}
