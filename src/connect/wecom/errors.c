/* errors.c — the table of WeCom's numbers, sorted, and the words of each class.
 *
 * A row may stand for a family (41001 … 41034: something is missing), since the documents list
 * families. 40001 means a wrong secret where a token is asked for, and a bad token elsewhere: the
 * client knows which. Refused: codes nobody documented get the row UNKNOWN, which says the number,
 * so that it can be looked up, and is never repeated.
 */
#include "connect/wecom/errors.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

const struct wecom_errcode wecom_errcode_table[] = {
    {-1, -1, WECOM_CLASS_LATER, RC_BUSY, "企业微信系统繁忙", "WeCom is busy", NULL, NULL},
    {6000, 6000, WECOM_CLASS_LATER, RC_BUSY, "数据同时被别处修改",
     "the data was changed elsewhere at the same time", NULL, NULL},
    {40001, 40001, WECOM_CLASS_SETTING, RC_FORBIDDEN, "Secret 不正确", "the secret is wrong",
     "在企业微信后台复制该应用的 Secret，重新填写设置",
     "copy the app's secret from WeCom's console into the setting again"},
    {40003, 40003, WECOM_CLASS_OURS, RC_INVALID, "没有这个成员 UserID", "the user id is not valid",
     NULL, NULL},
    {40007, 40007, WECOM_CLASS_OURS, RC_INVALID, "素材 media_id 无效，或用途不符",
     "the media id is not valid, or made for another use",
     "重新上传素材：朋友圈用 upload_attachment，群发与欢迎语用 media/upload",
     "upload the media again: upload_attachment for Moments, media/upload for messages"},
    {40008, 40008, WECOM_CLASS_OURS, RC_INVALID, "消息类型不对", "the message type is not valid",
     NULL, NULL},
    {40013, 40013, WECOM_CLASS_SETTING, RC_INVALID, "企业 ID 不正确", "the corp id is wrong",
     "在企业微信后台“我的企业”最下方复制企业 ID，填入 wecom_corp_id",
     "copy the corp id from the foot of 我的企业 in WeCom's console into wecom_corp_id"},
    {40014, 40014, WECOM_CLASS_TOKEN, RC_SIGNIN, "access_token 无效",
     "the access token is not valid", NULL, NULL},
    {40029, 40029, WECOM_CLASS_USER, RC_INVALID, "授权码已用过或已过期",
     "the code was used already or has ended", "请重新打开页面登录",
     "open the page and sign in again"},
    {40031, 40032, WECOM_CLASS_OURS, RC_INVALID, "成员列表不合法或超过 1000 人",
     "the list of users is not valid or longer than 1,000", NULL, NULL},
    {40035, 40035, WECOM_CLASS_OURS, RC_INVALID, "参数不合法", "a parameter is not valid", NULL,
     NULL},
    {40050, 40050, WECOM_CLASS_OURS, RC_INVALID, "群 ID 不合法", "the chat id is not valid", NULL,
     NULL},
    {40056, 40056, WECOM_CLASS_SETTING, RC_INVALID, "应用 AgentId 不正确", "the agent id is wrong",
     "在企业微信后台应用详情页复制 AgentId，填入 wecom_agent_id",
     "copy the AgentId from the app's page in WeCom's console into wecom_agent_id"},
    {40058, 40058, WECOM_CLASS_OURS, RC_INVALID, "参数值不合法",
     "the value of a parameter is not valid", NULL, NULL},
    {40063, 40063, WECOM_CLASS_OURS, RC_INVALID, "缺少参数", "a parameter is empty", NULL, NULL},
    {40066, 40066, WECOM_CLASS_OURS, RC_INVALID, "部门列表不合法",
     "the list of departments is not valid", NULL, NULL},
    {40068, 40068, WECOM_CLASS_OURS, RC_INVALID, "没有这个标签 ID", "there is no tag with this id",
     "标签可能已在企业微信里删除：在 Koi 全量同步一次，标签还在就重试，不在就放弃",
     "it may have been deleted in WeCom: sync from WeCom once, then try again if the tag is still "
     "there, or drop this"},
    {40071, 40071, WECOM_CLASS_REFUSED, RC_CONFLICT, "同名标签已存在",
     "a tag of this name exists already", NULL, NULL},
    {40093, 40093, WECOM_CLASS_OURS, RC_INVALID, "JS-SDK 签名不对",
     "the signature of the JS-SDK is wrong", NULL, NULL},
    {40096, 40096, WECOM_CLASS_OURS, RC_INVALID, "external_userid 不合法",
     "the external user id is not valid", NULL, NULL},
    {40097, 40097, WECOM_CLASS_REFUSED, RC_CONFLICT, "原成员并未离职",
     "the member handing over has not left", NULL, NULL},
    {40098, 40098, WECOM_CLASS_REFUSED, RC_CONFLICT, "成员尚未实名认证",
     "the member has no real-name check", "请成员登录企业微信并完成实名认证",
     "have the member sign in to WeCom and finish the real-name check"},
    {40099, 40099, WECOM_CLASS_REFUSED, RC_CONFLICT, "成员的客户数已满",
     "the member can take no more customers", "请换一位成员，或在企业微信扩容其客户数上限",
     "choose another member, or have their limit of customers raised at WeCom"},
    {40100, 40100, WECOM_CLASS_REFUSED, RC_CONFLICT, "客户正在转接中",
     "the customer is being handed over already", NULL, NULL},
    {40123, 40123, WECOM_CLASS_OURS, RC_INVALID, "图片格式不对", "the image is not valid", NULL,
     NULL},
    {40126, 40126, WECOM_CLASS_REFUSED, RC_LIMIT, "标签库已满（10,000 个）",
     "the tag library is full (10,000)", "请先删除不用的标签", "delete tags that are not used"},
    {40128, 40128, WECOM_CLASS_REFUSED, RC_CONFLICT, "客户 90 天内已转接两次",
     "the customer was handed over twice within 90 days", NULL, NULL},
    {40129, 40129, WECOM_CLASS_REFUSED, RC_CONFLICT, "转接尚未完成", "a hand-over is under way",
     NULL, NULL},
    {40130, 40130, WECOM_CLASS_REFUSED, RC_INVALID, "原成员与接替成员是同一人",
     "both members of the hand-over are one", NULL, NULL},
    {40131, 40131, WECOM_CLASS_REFUSED, RC_CONFLICT, "原成员没有添加该客户",
     "the member handing over does not have this customer", NULL, NULL},
    {40143, 40143, WECOM_CLASS_SETTING, RC_FORBIDDEN, "应用或企业被封禁",
     "the app or the corp is banned", NULL, NULL},
    {40144, 40144, WECOM_CLASS_REFUSED, RC_LIMIT, "该客户的标签太多",
     "the customer has too many tags", NULL, NULL},
    {40145, 40145, WECOM_CLASS_REFUSED, RC_INVALID, "素材已过期（有效期三天）",
     "the media has ended (it lives three days)", "请重新上传素材", "upload the media again"},
    {40201, 40201, WECOM_CLASS_SETTING, RC_FORBIDDEN, "被反垃圾策略拦截", "intercepted as spam",
     NULL, NULL},
    {40204, 40204, WECOM_CLASS_SETTING, RC_FORBIDDEN, "被反垃圾策略拦截", "intercepted as spam",
     NULL, NULL},
    {40205, 40205, WECOM_CLASS_USER, RC_INVALID, "user_ticket 无效，成员须一年内登录过",
     "the user ticket is not valid; the member must have signed in within a year", NULL, NULL},
    {40206, 40206, WECOM_CLASS_OURS, RC_LIMIT, "请求体太大", "the body is too big", NULL, NULL},
    {41001, 41034, WECOM_CLASS_OURS, RC_INVALID, "缺少必填参数", "a required parameter is missing",
     NULL, NULL},
    {41035, 41035, WECOM_CLASS_OURS, RC_INVALID, "缺少 external_userid",
     "the external user id is missing", NULL, NULL},
    {41037, 41040, WECOM_CLASS_REFUSED, RC_INVALID, "联系我二维码的参数不对",
     "a parameter of the contact way is wrong", NULL, NULL},
    {41041, 41041, WECOM_CLASS_REFUSED, RC_INVALID, "使用成员超过 100 人，或单人方式不是恰好一人",
     "more than 100 users, or not exactly one for a single contact way", NULL, NULL},
    {41042, 41043, WECOM_CLASS_REFUSED, RC_INVALID, "联系我二维码的参数不对",
     "a parameter of the contact way is wrong", NULL, NULL},
    {41044, 41044, WECOM_CLASS_OURS, RC_NOT_FOUND, "没有这个 config_id",
     "there is no such config id", NULL, NULL},
    {41045, 41045, WECOM_CLASS_REFUSED, RC_LIMIT, "联系我与入群方式已达 500,000 个",
     "the 500,000 contact ways and join ways are used up", "请删除不用的渠道活码",
     "delete contact ways that are not used"},
    {41046, 41047, WECOM_CLASS_OURS, RC_INVALID, "缺少 msgid 或 msgid 不合法",
     "the message id is missing or not valid", NULL, NULL},
    {41048, 41048, WECOM_CLASS_REFUSED, RC_NOT_FOUND, "没有可发送的对象",
     "there is nobody to send to", NULL, NULL},
    {41049, 41049, WECOM_CLASS_REFUSED, RC_INVALID, "缺少 welcome_code",
     "the welcome code is missing", NULL, NULL},
    {41050, 41050, WECOM_CLASS_REFUSED, RC_CONFLICT, "欢迎语已超过 20 秒或 welcome_code 无效",
     "the welcome is later than 20 seconds, or its code is not valid", NULL, NULL},
    {41051, 41051, WECOM_CLASS_REFUSED, RC_CONFLICT, "已开始聊天或已发过欢迎语",
     "the chat has begun or a welcome was sent already", NULL, NULL},
    {41053, 41053, WECOM_CLASS_REFUSED, RC_CONFLICT, "客户未同意会话存档",
     "the customer has not agreed to the archive", NULL, NULL},
    {41054, 41054, WECOM_CLASS_REFUSED, RC_CONFLICT, "成员尚未激活", "the member is not activated",
     "请成员登录企业微信并完成实名认证",
     "have the member sign in to WeCom and finish the real-name check"},
    {41055, 41055, WECOM_CLASS_REFUSED, RC_LIMIT, "入群欢迎语素材已达 100 个",
     "the 100 group welcome templates are used up", "请删除不用的入群欢迎语",
     "delete group welcome templates that are not used"},
    {41056, 41056, WECOM_CLASS_REFUSED, RC_CONFLICT, "临时会话不可用",
     "the temporary chat is not possible", NULL, NULL},
    {41057, 41057, WECOM_CLASS_USER, RC_CONFLICT, "没有绑定微信开发者 ID",
     "no developer account of WeChat is bound",
     "在企业微信后台“客户联系 → 客户 → API → 微信开发者ID”里绑定",
     "bind it under 客户联系 → 客户 → API → 微信开发者ID in WeCom's console"},
    {41058, 41058, WECOM_CLASS_REFUSED, RC_CONFLICT, "临时会话不可用",
     "the temporary chat is not possible", NULL, NULL},
    {41059, 41062, WECOM_CLASS_REFUSED, RC_INVALID, "朋友圈内容不符合要求",
     "the moment's content is not allowed", NULL, NULL},
    {41063, 41063, WECOM_CLASS_LATER, RC_BUSY, "群发正在派发",
     "the mass message is being dispatched", NULL, NULL},
    {41064, 41064, WECOM_CLASS_REFUSED, RC_INVALID, "附件数量超过限制", "too many attachments",
     NULL, NULL},
    {41065, 41065, WECOM_CLASS_REFUSED, RC_INVALID, "附件类型不对",
     "the type of an attachment is not valid", NULL, NULL},
    {41066, 41067, WECOM_CLASS_REFUSED, RC_CONFLICT, "群发无法执行",
     "the mass message is not possible", NULL, NULL},
    {41068, 41077, WECOM_CLASS_REFUSED, RC_INVALID, "敏感词规则或商品图册不符合要求",
     "the intercept rule or the product is not allowed", NULL, NULL},
    {41078, 41079, WECOM_CLASS_REFUSED, RC_INVALID, "朋友圈任务不存在或已过期",
     "the Moments job does not exist or has ended", NULL, NULL},
    {41080, 41082, WECOM_CLASS_REFUSED, RC_INVALID, "附件大小、分辨率或时长超过限制",
     "an attachment is too big, too wide or too long", NULL, NULL},
    {41091, 41091, WECOM_CLASS_REFUSED, RC_INVALID, "入群方式最多五个群",
     "a join way has at most five chats", NULL, NULL},
    {41093, 41093, WECOM_CLASS_REFUSED, RC_CONFLICT, "群发已经取消",
     "the mass message was cancelled already", NULL, NULL},
    {41094, 41094, WECOM_CLASS_BLOCKED, RC_RATE, "提醒过于频繁（每条 24 小时三次）",
     "reminded too often (three times in 24 hours)", NULL, NULL},
    {41095, 41095, WECOM_CLASS_REFUSED, RC_LIMIT, "获客链接数量已满", "no more acquisition links",
     NULL, NULL},
    {41096, 41096, WECOM_CLASS_LATER, RC_BUSY, "另一个应用正在发送欢迎语",
     "another app is sending the welcome", NULL, NULL},
    {41110, 41111, WECOM_CLASS_REFUSED, RC_CONFLICT, "朋友圈不存在或不能取消",
     "the moment does not exist or cannot be cancelled", NULL, NULL},
    {41200, 41202, WECOM_CLASS_REFUSED, RC_CONFLICT, "获客助手：类目或 chat_key 不可用",
     "acquisition links: trade or chat key not usable", NULL, NULL},
    {41210, 41210, WECOM_CLASS_REFUSED, RC_LIMIT, "本月朋友圈已达 100,000 条",
     "the month's 100,000 moments are used up", NULL, NULL},
    {41211, 41211, WECOM_CLASS_REFUSED, RC_FORBIDDEN, "没有开启客户朋友圈",
     "Moments are not enabled", NULL, NULL},
    {41300, 41305, WECOM_CLASS_REFUSED, RC_CONFLICT, "该操作对此对象不可用",
     "not possible for this object", NULL, NULL},
    {42001, 42001, WECOM_CLASS_TOKEN, RC_SIGNIN, "access_token 已过期",
     "the access token has ended", NULL, NULL},
    {42003, 42003, WECOM_CLASS_USER, RC_INVALID, "授权码已过期", "the code has ended",
     "请重新打开页面登录", "open the page and sign in again"},
    {42012, 42012, WECOM_CLASS_TOKEN, RC_SIGNIN, "jsapi_ticket 已过期",
     "the ticket of the JS-SDK has ended", NULL, NULL},
    {43001, 43002, WECOM_CLASS_OURS, RC_INVALID, "请求方法不对",
     "the method of the request is wrong", NULL, NULL},
    {43004, 43004, WECOM_CLASS_OURS, RC_INVALID, "需要成员关注应用",
     "the member must follow the app", NULL, NULL},
    {43009, 43009, WECOM_CLASS_OURS, RC_INVALID, "需要管理员操作", "an administrator must do this",
     NULL, NULL},
    {43012, 43012, WECOM_CLASS_OURS, RC_INVALID, "需要先授权", "an authorisation is needed first",
     NULL, NULL},
    {44001, 44010, WECOM_CLASS_OURS, RC_INVALID, "内容为空", "the content is empty", NULL, NULL},
    {45001, 45002, WECOM_CLASS_OURS, RC_LIMIT, "内容太长或素材太大",
     "the content or the media is too big", NULL, NULL},
    {45009, 45009, WECOM_CLASS_BLOCKED, RC_RATE, "接口调用超过频率限制",
     "too many calls of this api", "稍候会自动恢复：按分钟的限制停一分钟，按小时的停一小时",
     "it recovers by itself: after a minute for a limit by minute, after an hour for one by hour"},
    {45029, 45029, WECOM_CLASS_OURS, RC_LIMIT, "回答太大，须分页",
     "the answer is too big without paging", NULL, NULL},
    {45033, 45033, WECOM_CLASS_LATER, RC_RATE, "接口并发调用超过限制",
     "too many calls of this api at once", NULL, NULL},
    {45035, 45035, WECOM_CLASS_LATER, RC_BUSY, "同一对象正在被写入",
     "the same object is being written to", NULL, NULL},
    {47001, 47001, WECOM_CLASS_OURS, RC_INVALID, "请求不是合法 JSON",
     "the request is no valid JSON", NULL, NULL},
    {48001, 48001, WECOM_CLASS_SETTING, RC_FORBIDDEN, "应用没有该接口的权限",
     "the app may not call this api", "在企业微信后台“客户联系 → 可调用应用”里勾选本应用",
     "tick this app under 客户联系 → 可调用应用 in WeCom's console"},
    {48002, 48002, WECOM_CLASS_SETTING, RC_FORBIDDEN, "该 Secret 没有调用此接口的权限",
     "this secret may not call this api", "在企业微信后台“客户联系 → 可调用应用”里勾选本应用",
     "tick this app under 客户联系 → 可调用应用 in WeCom's console"},
    {48004, 48004, WECOM_CLASS_SETTING, RC_FORBIDDEN, "接口被封禁",
     "the api is banned for this app", "在企业微信后台查看通知，或联系企业微信客服",
     "look at the notices of WeCom's console, or ask WeCom's support"},
    {48005, 48005, WECOM_CLASS_SETTING, RC_FORBIDDEN, "接口已下线", "the api was retired",
     "请升级 Koi", "upgrade Koi"},
    {48009, 48009, WECOM_CLASS_SETTING, RC_FORBIDDEN, "通讯录同步 Secret 不允许从这个 IP 调用",
     "the directory secret may not be used from this IP",
     "在企业微信后台“管理工具 → 通讯录同步 → 企业可信IP”里加上本服务器的公网 IP",
     "add this server's public IP under 管理工具 → 通讯录同步 → 企业可信IP in WeCom's console"},
    {48010, 48010, WECOM_CLASS_SETTING, RC_FORBIDDEN, "TLS 版本过低",
     "the version of TLS is too old", "请升级系统的 OpenSSL 与 libcurl",
     "upgrade the system's OpenSSL and libcurl"},
    {48011, 48011, WECOM_CLASS_SETTING, RC_FORBIDDEN, "应用没有该接口的权限",
     "the app may not call this api", "在企业微信后台“客户联系 → 可调用应用”里勾选本应用",
     "tick this app under 客户联系 → 可调用应用 in WeCom's console"},
    {49008, 49008, WECOM_CLASS_REFUSED, RC_NOT_FOUND, "群已解散", "the group was dismissed", NULL,
     NULL},
    {50001, 50001, WECOM_CLASS_SETTING, RC_FORBIDDEN, "跳转域名不在可信域名内",
     "the redirect domain is not trusted", "在企业微信后台应用的“网页授权及JS-SDK”里加上可信域名",
     "add the domain under 网页授权及JS-SDK of the app in WeCom's console"},
    {50002, 50002, WECOM_CLASS_SETTING, RC_FORBIDDEN, "成员不在权限范围内",
     "the member is outside of the app's rights", "在企业微信后台把成员加入应用的可见范围",
     "add the member to the app's visible range in WeCom's console"},
    {50003, 50003, WECOM_CLASS_SETTING, RC_FORBIDDEN, "应用已停用", "the app is disabled",
     "在企业微信后台启用该应用", "enable the app in WeCom's console"},
    {50100, 50100, WECOM_CLASS_OURS, RC_CONFLICT, "分页游标已失效", "the cursor has ended",
     "须从第一页重新开始", "begin again with the first page"},
    {60003, 60003, WECOM_CLASS_REFUSED, RC_NOT_FOUND, "部门不存在", "there is no such department",
     NULL, NULL},
    {60011, 60011, WECOM_CLASS_SETTING, RC_FORBIDDEN, "应用无权操作该成员、部门或标签",
     "the app has no right over this member, department or tag",
     "在企业微信后台把成员加入应用的可见范围",
     "add the member to the app's visible range in WeCom's console"},
    {60020, 60020, WECOM_CLASS_SETTING, RC_FORBIDDEN, "本服务器的 IP 不在应用的可信 IP 内",
     "this server's IP is not trusted by the app",
     "在企业微信后台“应用管理 → 应用 → 企业可信IP”里加上本服务器的公网 IP，约一分钟后生效",
     "add this server's public IP to the app's trusted IPs in WeCom's console; it takes about a "
     "minute"},
    {60021, 60021, WECOM_CLASS_REFUSED, RC_FORBIDDEN, "成员不在应用的可见范围内",
     "the member is outside of the app's visible range", "在企业微信后台把成员加入应用的可见范围",
     "add the member to the app's visible range in WeCom's console"},
    {60030, 60031, WECOM_CLASS_SETTING, RC_FORBIDDEN, "应用没有部门或成员的管理权限",
     "the app has no rights over departments or members", "在企业微信后台把成员加入应用的可见范围",
     "add the member to the app's visible range in WeCom's console"},
    {60111, 60111, WECOM_CLASS_REFUSED, RC_NOT_FOUND, "企业里没有这个成员",
     "there is no such member in the corp", NULL, NULL},
    {60123, 60123, WECOM_CLASS_REFUSED, RC_INVALID, "部门 ID 不合法",
     "the department id is not valid", NULL, NULL},
    {60267, 60268, WECOM_CLASS_USER, RC_FORBIDDEN, "须成员本人同意", "the member must agree to it",
     NULL, NULL},
    {81011, 81013, WECOM_CLASS_OURS, RC_INVALID, "接收人全部无效", "none of the receivers is valid",
     NULL, NULL},
    {81017, 81017, WECOM_CLASS_OURS, RC_LIMIT, "数据太多，须指定群主",
     "too many rows without a filter by owner", NULL, NULL},
    {82001, 82003, WECOM_CLASS_OURS, RC_INVALID, "接收人列表不合法",
     "the list of receivers is not valid", NULL, NULL},
    {84061, 84061, WECOM_CLASS_REFUSED, RC_NOT_FOUND, "成员与该客户没有好友关系",
     "the member and the customer are no contacts", "可能是成员删除了客户，或尚未确认添加",
     "the member deleted the customer, or has not confirmed yet"},
    {84074, 84074, WECOM_CLASS_REFUSED, RC_FORBIDDEN, "成员没有客户联系权限",
     "the member has no right to customer contact",
     "在企业微信后台“客户联系 → 权限配置”里加上该成员",
     "add the member under 客户联系 → 权限配置 in WeCom's console"},
    {84083, 84084, WECOM_CLASS_REFUSED, RC_FORBIDDEN, "成员没有该功能的许可",
     "the member has no licence for this", NULL, NULL},
    {90500, 90500, WECOM_CLASS_REFUSED, RC_CONFLICT, "群主并未离职",
     "the group's owner has not left", NULL, NULL},
    {90501, 90501, WECOM_CLASS_REFUSED, RC_INVALID, "不是客户群", "this is no customer group", NULL,
     NULL},
    {90502, 90502, WECOM_CLASS_REFUSED, RC_CONFLICT, "群主已离职", "the group's owner has left",
     NULL, NULL},
    {90503, 90503, WECOM_CLASS_REFUSED, RC_CONFLICT, "新群主不能接替",
     "the new owner cannot take the group", NULL, NULL},
    {90504, 90504, WECOM_CLASS_REFUSED, RC_CONFLICT, "新群主与原群主相同",
     "the new owner is the old one", NULL, NULL},
    {90505, 90507, WECOM_CLASS_REFUSED, RC_INVALID, "opengid 不可用", "the opengid is not usable",
     NULL, NULL},
    {90508, 90508, WECOM_CLASS_REFUSED, RC_RATE, "今天转接的群已达上限",
     "too many groups handed over today", NULL, NULL},
    {90509, 90510, WECOM_CLASS_REFUSED, RC_CONFLICT, "群不能转接",
     "the group cannot be handed over", NULL, NULL},
    {90511, 90511, WECOM_CLASS_REFUSED, RC_NOT_FOUND, "opengid 不属于本企业的群",
     "the opengid belongs to no group of the corp", NULL, NULL},
    {301002, 301002, WECOM_CLASS_SETTING, RC_INVALID, "AgentId 与 token 的应用不符",
     "the agent id is not that of the token's app",
     "核对 wecom_agent_id 与 wecom_app_secret 属于同一个应用",
     "see that wecom_agent_id and wecom_app_secret are of one app"},
    {301005, 301005, WECOM_CLASS_SETTING, RC_NOT_FOUND, "没有这个应用", "there is no such app",
     "核对 wecom_agent_id", "look at wecom_agent_id"},
    {701008, 701008, WECOM_CLASS_REFUSED, RC_FORBIDDEN, "没有有效的互通账号许可",
     "there is no valid interop licence", NULL, NULL},
    {845001, 845001, WECOM_CLASS_REFUSED, RC_CONFLICT, "openid 与 unionid 不匹配",
     "openid and unionid do not belong together", NULL, NULL},
    {845002, 845002, WECOM_CLASS_REFUSED, RC_CONFLICT, "openid 的主体与企业不同",
     "the openid's subject is another", NULL, NULL},
    {845003, 845003, WECOM_CLASS_REFUSED, RC_CONFLICT, "主体没有绑定", "the subject is not bound",
     NULL, NULL},
};

const size_t wecom_errcode_count = sizeof wecom_errcode_table / sizeof *wecom_errcode_table;

static const struct wecom_errcode OK = {0, 0, WECOM_CLASS_OK, RC_OK, "成功", "well", NULL, NULL};
static const struct wecom_errcode UNKNOWN = {0,
                                             0,
                                             WECOM_CLASS_UNKNOWN,
                                             RC_IO,
                                             "企业微信返回了未知的错误",
                                             "WeCom answered with an error that is not known",
                                             NULL,
                                             NULL};

static const struct {
    const char *name, *hint_zh, *hint_en;
} CLASSES[WECOM_CLASS_COUNT] = {
    [WECOM_CLASS_OK] = {"ok", "", ""},
    [WECOM_CLASS_LATER] = {"later", "请稍后再试", "try again in a moment"},
    [WECOM_CLASS_BLOCKED] = {"blocked", "请稍后再试", "try again later"},
    [WECOM_CLASS_TOKEN] = {"token",
                           "已换过一次新的 token 仍被拒绝；请确认没有别的程序在用同一个应用",
                           "a new token was refused as well; see whether another program uses "
                           "this app"},
    [WECOM_CLASS_SETTING] = {"setting", "请在企业微信后台检查该应用的权限与状态",
                             "look at the app's rights and state in WeCom's console"},
    [WECOM_CLASS_OURS] = {"ours", "这是程序的问题，请带上错误码反馈",
                          "this is a mistake of the program: report it with its number"},
    [WECOM_CLASS_REFUSED] = {"refused", "这一项不能完成，其余不受影响",
                             "this one cannot be done; others are not concerned"},
    [WECOM_CLASS_USER] = {"user", "请成员本人重新操作", "the member must do it again"},
    [WECOM_CLASS_UNKNOWN] = {"unknown", "请在企业微信的“全局错误码”文档里查这个数字",
                             "look the number up in WeCom's list of error codes (全局错误码)"},
};

const char *wecom_class_name(enum wecom_class c)
{
    assert((unsigned)c < WECOM_CLASS_COUNT);
    return CLASSES[c].name;
}

const struct wecom_errcode *wecom_errcode(int64_t code)
{
    size_t low = 0;
    size_t high = wecom_errcode_count;
    if (code == 0)
        return &OK;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (wecom_errcode_table[middle].last < code)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < wecom_errcode_count && wecom_errcode_table[low].code <= code)
        return &wecom_errcode_table[low];
    return &UNKNOWN;
}

enum rc wecom_errcode_set(struct err *e, int64_t code, const char *path)
{
    const struct wecom_errcode *row = wecom_errcode(code);
    char name[sizeof e->code];
    assert(code != 0);
    snprintf(name, sizeof name, "wecom_%s%" PRId64, code < 0 ? "minus_" : "",
             code < 0 ? -code : code);
    /* Both sentences take all arguments; %.0s passes over the other language's. */
    enum rc rc = err_set(e, row->rc, name, path, "%s%.0s（企业微信 %s：%" PRId64 "）",
                         "%.0s%s (WeCom, %s: %" PRId64 ")", row->zh, row->en, path, code);
    bool own = row->hint_zh != NULL;
    err_hint(e, "%s%.0s", "%.0s%s", own ? row->hint_zh : CLASSES[row->class].hint_zh,
             own ? row->hint_en : CLASSES[row->class].hint_en);
    return rc;
}

int64_t wecom_error_number(struct str code)
{
    static const char prefix[] = "wecom_", below[] = "minus_";
    int64_t n = 0;
    if (!str_starts(code, STR("wecom_")))
        return 0;
    code = str_sub(code, sizeof prefix - 1, code.n);
    bool minus = str_starts(code, STR("minus_"));
    if (minus)
        code = str_sub(code, sizeof below - 1, code.n);
    return str_to_i64(code, &n) ? minus ? -n : n : 0;
}

enum rc wecom_not_set(struct err *e)
{
    err_set(e, RC_NOT_FOUND, "wecom_not_set", "wecom_corp_id", "没有连接企业微信",
            "WeCom is not connected");
    err_hint(e, "在设置里填写企业 ID 和 Secret", "set the corp id and a secret");
    return RC_NOT_FOUND;
}

enum rc wecom_reply_lacks(const char *path, struct err *e)
{
    err_set(e, RC_IO, "wecom_reply", path, "企业微信接口 %s 的回答缺少内容",
            "WeCom's answer to %s lacks something", path);
    err_hint(e, "请稍后再试；若一直如此，请升级 Koi", "try again later; else upgrade Koi");
    return RC_IO;
}
