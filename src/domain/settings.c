/* settings.c — the table of settings: one row each, sorted by name.
 *
 * `koi config`, the flags of `koi serve`, KOI_… variables, koi.conf, the console's page and the
 * manual all come from these rows. A row costs nothing until it is asked for. Refused by the checks
 * below: values that would only fail later, at the next start.
 */
#include "base/zone.h"
#include "domain/attachment.h"
#include "domain/config.h"

#include <arpa/inet.h>
#include <string.h>

#define ALPHANUMERIC "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

static bool is_zone(const char *value)
{
    struct zone zone; /* 12 KB */
    return zone_load(str_from(value), &zone, NULL) == RC_OK;
}

/* Three capital letters, as in ISO 4217. */
static bool is_currency(const char *value)
{
    return strlen(value) == 3 && strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3;
}

/* As many letters and digits as WeCom's EncodingAESKey has, or nothing. */
static bool is_callback_key(const char *value)
{
    return value[0] == 0 || (strlen(value) == 43 && strspn(value, ALPHANUMERIC) == 43);
}

static bool is_alphanumeric(const char *value)
{
    return strspn(value, ALPHANUMERIC) == strlen(value);
}

/* Letters, digits, '-' and '_'. */
static bool is_corp_id(const char *value)
{
    return strspn(value, ALPHANUMERIC "-_") == strlen(value);
}

static bool is_address(const char *value)
{
    struct in6_addr any;
    return value[0] == 0 || inet_pton(AF_INET, value, &any) == 1 ||
           inet_pton(AF_INET6, value, &any) == 1;
}

/* "127.0.0.1:8080", "[::1]:0" or ":8080". */
static bool is_listen(const char *value)
{
    const char *colon = strrchr(value, ':');
    int64_t port = -1;
    return colon != NULL && str_to_i64(str_from(colon + 1), &port) && port >= 0 && port <= 65535;
}

/* The host of "host", "host:port" and "[v6]:port"; false when there is more or less. */
static bool cut_host(struct str rest, struct str *out)
{
    static const char allowed[] = ALPHANUMERIC ".-";
    bool v6 = str_starts(rest, STR("["));
    size_t n = 0;
    while (n < rest.n && memchr(v6 ? ALPHANUMERIC ":[" : allowed, rest.p[n],
                                strlen(v6 ? ALPHANUMERIC ":[" : allowed)) != NULL)
        n++;
    n += v6 && n < rest.n && rest.p[n] == ']' ? 1 : 0;
    *out = str_sub(rest, 0, n);
    rest = str_sub(rest, n, rest.n);
    rest.n -= str_ends(rest, STR("/")) ? 1 : 0;
    int64_t port = 0;
    return n > 0 && (rest.n == 0 || (rest.p[0] == ':' && str_to_i64(str_sub(rest, 1, 5), &port) &&
                                     rest.n <= 6 && port > 0 && port <= 65535));
}

/* https, or http to this very machine (the simulator): tokens are in the addresses. */
static bool is_service_url(const char *value)
{
    struct str url = str_from(value);
    bool safe = str_starts(url, STR("https://"));
    struct str host;
    if (!safe && !str_starts(url, STR("http://")))
        return false;
    if (!cut_host(str_sub(url, safe ? 8 : 7, url.n), &host))
        return false;
    return safe || str_eq(host, STR("localhost")) || str_eq(host, STR("127.0.0.1")) ||
           str_eq(host, STR("[::1]"));
}

/* The same or nothing, and nothing behind the host: paths are added to it. */
static bool is_own_url(const char *value)
{
    return value[0] == 0 || (is_service_url(value) && value[strlen(value) - 1] != '/');
}

static enum rc check_attachments(struct str value, struct err *e)
{
    return attachment_check(value, "wecom_welcome_attachments", e);
}

static enum rc check_media(struct tx *tx, struct str value, struct err *e)
{
    return attachment_check_rows(tx, value, "wecom_welcome_attachments", e);
}

const struct setting setting_table[] = {
    {"audience_days", SETTING_INT, 1, 3650, .fallback = "90", .changeable = true,
     .zh = "谁进入、谁离开人群的记录保留多少天",
     .en = "days for which who entered and left an audience is kept"},
    {"audience_seconds", SETTING_INT, 0, 86400, .fallback = "60", .changeable = true,
     .zh = "每隔多少秒重新计算实时人群，0 表示不计算",
     .en = "seconds between two looks at the live audiences, 0 for none"},
    {"backup_hours", SETTING_INT, 0, 720, .fallback = "24", .changeable = true,
     .zh = "自动备份的间隔小时数，0 表示不备份",
     .en = "hours between automatic backups, 0 for none"},
    {"backup_keep", SETTING_INT, 1, 365, .fallback = "7", .changeable = true,
     .zh = "保留几份自动备份", .en = "how many automatic backups are kept"},
    {"binding_by", SETTING_CHOICE, .choices = "friend|group|either", .fallback = "friend",
     .changeable = true,
     .zh = "什么确定客户的归属：加好友（friend）、进群（group）或二者之先（either）",
     .en = "what makes a customer a member of staff's: becoming friends (friend), joining a group "
           "(group), whichever is first (either)"},
    {"binding_days", SETTING_INT, 0, 3650, .fallback = "90", .changeable = true,
     .zh = "归属保护多少天，期内不会归到别人名下，0 表示一直",
     .en = "days for which a binding is protected from others, 0 for ever"},
    {"churn_audience", SETTING_TEXT, 0, 120, .fallback = "", .changeable = true,
     .zh = "流失提醒：这个实时人群（名称）里的客户流失时提醒，空为不按人群",
     .en =
         "churn alerts: losing a customer of the live audience of this name is told; empty: none"},
    {"churn_spend", SETTING_INT, 0, 100000000, .fallback = "1000", .changeable = true,
     .zh = "流失提醒：累计净消费达到多少（元等货币单位）的客户流失时提醒，0 表示不按消费",
     .en =
         "churn alerts: losing a customer who spent that much, in units of the currency, is told; "
         "0 for none"},
    {"churn_tiers", SETTING_TEXT, 0, 400, .fallback = "", .changeable = true,
     .zh = "流失提醒：这些分层（名称，英文逗号分隔、不加空格）里的客户流失时提醒，空为不按分层",
     .en = "churn alerts: losing a customer of these tiers is told (names, a comma and no space "
           "between); empty: none"},
    {"clv_weekday", SETTING_INT, 0, 7, .fallback = "1", .changeable = true,
     .zh = "每周几重新拟合生命周期价值（1 周一 … 7 周日，时刻见 model_hour），0 表示不自动拟合",
     .en = "the weekday on which lifetime value is fitted again (1 Monday … 7 Sunday, at "
           "model_hour), 0 for none"},
    {"corp_name", SETTING_TEXT, 0, 200, .fallback = "", .changeable = true, .zh = "企业名称",
     .en = "name of the corp"},
    {"corp_zone", SETTING_TEXT, 1, 60, .fallback = "Asia/Shanghai", .changeable = true,
     .restart = true, .good = is_zone, .zh = "企业所在时区（IANA 名称）",
     .en = "the corp's time zone (IANA name)"},
    {"currency", SETTING_TEXT, 3, 3, .fallback = "CNY", .changeable = true, .good = is_currency,
     .zh = "金额的货币", .en = "currency of all amounts"},
    {"database_url", SETTING_TEXT, 0, 1000, .fallback = "", .secret = true, .restart = true,
     .zh = "PostgreSQL 地址；空：数据目录里的 SQLite",
     .en = "PostgreSQL URL; empty: SQLite in the data directory"},
    {"group_diamond_audience", SETTING_TEXT, 0, 120, .fallback = "", .changeable = true,
     .zh = "钻石VIP 群筛选：默认用哪个人群（名称），空为没有",
     .en = "sifting for diamond groups: the saved audience of this name unless told; empty: none"},
    {"group_quiet_percent", SETTING_INT, 0, 100, .fallback = "10", .changeable = true,
     .zh = "客户群：30 天活跃率低于百分之多少算安静",
     .en = "groups: one is quiet when its activity of 30 days is below this many percent"},
    {"group_revive_valuable", SETTING_INT, 1, 500, .fallback = "5", .changeable = true,
     .zh = "客户群：安静的群里有几位重要客户（见流失提醒）时值得激活",
     .en = "groups: a quiet one is worth reviving with so many members who matter (see churn "
           "alerts)"},
    {"group_vip_audience", SETTING_TEXT, 0, 120, .fallback = "", .changeable = true,
     .zh = "VIP 群筛选：默认用哪个人群（名称），空为没有",
     .en = "sifting for VIP groups: the saved audience of this name unless told; empty: none"},
    {"handover_full_at", SETTING_INT, 0, 1000000, .fallback = "0", .changeable = true,
     .zh = "继承时接替员工的好友数上限，0 表示只按企业微信的上限",
     .en = "most friends a successor may have in a hand-over, 0 for WeCom's own limit alone"},
    {"handover_retry_days", SETTING_INT, 0, 90, .fallback = "30", .changeable = true,
     .zh = "客户拒绝继承后多少天再试一次，0 表示不再试",
     .en = "days after which a customer who refused a hand-over is asked once more, 0 for never"},
    {"inbox_days", SETTING_INT, 2, 365, .fallback = "30", .changeable = true,
     .zh = "处理完的回调保留多少天",
     .en = "days for which callbacks that were dealt with are kept"},
    {"language", SETTING_CHOICE, .choices = "zh|en", .fallback = "zh", .changeable = true,
     .zh = "新账号的语言", .en = "language of new accounts"},
    {"link_quota_expire_days", SETTING_INT, 0, 90, .fallback = "14", .changeable = true,
     .zh = "获客额度在多少天内到期时提醒，0 表示不提醒",
     .en = "uses of acquisition links that lapse within so many days are warned of, 0 for never"},
    {"link_quota_low_percent", SETTING_INT, 0, 100, .fallback = "10", .changeable = true,
     .zh = "获客额度剩余不超过上次增加后余额的百分之几时提醒；不足 20 次总会提醒",
     .en = "uses of acquisition links are called low at this percentage of the balance after they "
           "last rose; below 20 they always are"},
    {"listen", SETTING_TEXT, 2, 100, .fallback = "127.0.0.1:8080", .restart = true,
     .good = is_listen, .zh = "监听地址，端口 0 为任意空闲端口",
     .en = "address to listen on; port 0 picks a free one"},
    {"log_level", SETTING_CHOICE, .choices = "debug|info|warn|error", .fallback = "info",
     .restart = true, .zh = "日志级别", .en = "least level that is logged"},
    {"model_hour", SETTING_INT, -1, 23, .fallback = "4", .changeable = true,
     .zh = "每天几点（企业时区）重新计算分层模型，-1 表示不自动计算",
     .en = "the hour of the corp's zone at which tier models are run again each day, -1 for none"},
    {"public_url", SETTING_TEXT, 0, 200, .fallback = "", .changeable = true, .good = is_own_url,
     .zh = "浏览器访问 Koi 的地址，如 https://koi.example.com，末尾不带 /",
     .en = "where browsers reach Koi, like https://koi.example.com, without a / at the end"},
    {"session_hours", SETTING_INT, 1, 720, .fallback = "12", .changeable = true,
     .zh = "多少小时不操作后须重新登录", .en = "hours without activity after which a session ends"},
    {"threads", SETTING_INT, 0, 16, .fallback = "0", .restart = true,
     .zh = "处理请求的线程数，0 为自动", .en = "threads that answer requests, 0 picks"},
    {"trusted_proxy", SETTING_TEXT, 0, 60, .fallback = "", .restart = true, .good = is_address,
     .zh = "反向代理的地址；设置后才可监听非本机地址",
     .en = "address of the reverse proxy; needed to listen beyond loopback"},
    {"wecom_aes_key", SETTING_TEXT, 0, 43, .fallback = "", .changeable = true, .secret = true,
     .good = is_callback_key, .zh = "企业微信回调的 EncodingAESKey，43 位字母或数字",
     .en = "EncodingAESKey of WeCom's callback, 43 letters or digits"},
    {"wecom_agent_id", SETTING_INT, 0, INT32_MAX, .fallback = "0", .changeable = true,
     .zh = "企业微信自建应用的 AgentId，0 为未设置",
     .en = "AgentId of the self-built app at WeCom, 0 for none"},
    {"wecom_app_secret", SETTING_TEXT, 0, 128, .fallback = "", .changeable = true, .secret = true,
     .good = is_corp_id, .zh = "企业微信自建应用的 Secret，该应用须列在“客户联系 → 可调用应用”里",
     .en = "secret of the self-built app at WeCom, which is listed under 客户联系 → 可调用应用"},
    {"wecom_base_url", SETTING_TEXT, 1, 200, .fallback = "https://qyapi.weixin.qq.com",
     .changeable = true, .good = is_service_url, .zh = "企业微信接口的地址；http 只允许本机",
     .en = "address of WeCom's API; http only on this machine"},
    {"wecom_contact_secret", SETTING_TEXT, 0, 128, .fallback = "", .changeable = true,
     .secret = true, .good = is_corp_id,
     .zh = "企业微信“客户联系”的 Secret（2023 年 12 月前的企业才有），一般不填",
     .en = "WeCom's system secret of 客户联系, which corps older than December 2023 have; usually "
           "none"},
    {"wecom_corp_id", SETTING_TEXT, 0, 64, .fallback = "", .changeable = true, .good = is_corp_id,
     .zh = "企业微信的企业 ID，以 ww 或 wx 开头", .en = "the corp id at WeCom, ww… or wx…"},
    {"wecom_directory_secret", SETTING_TEXT, 0, 128, .fallback = "", .changeable = true,
     .secret = true, .good = is_corp_id, .zh = "企业微信“通讯录同步”的 Secret，用于列出全部成员",
     .en = "WeCom's secret of 通讯录同步, for listing every member"},
    {"wecom_login", SETTING_CHOICE, .choices = "off|known|create", .fallback = "known",
     .changeable = true,
     .zh = "企业微信登录：off 关闭，known 只限已有账号的员工，create 首次登录时建一个员工账号",
     .en = "sign-in by WeCom: off, known for staff who have an account, create to make one of role "
           "staff at the first sign-in"},
    {"wecom_login_base", SETTING_TEXT, 0, 200, .fallback = "", .changeable = true,
     .good = is_own_url, .zh = "企业微信授权页的地址，空为企业微信自己的；只用于对接模拟器",
     .en = "address of WeCom's pages of consent, empty for WeCom's own; for a simulator only"},
    {"wecom_statistics_hour", SETTING_INT, -1, 23, .fallback = "7", .changeable = true,
     .zh = "每天几点（企业时区）查询企业微信的员工与获客链接统计，-1 "
           "表示不自动查询；昨天的数据早上才有",
     .en = "the hour of the corp's zone at which WeCom is asked for the figures of staff and of "
           "acquisition links, -1 for none; those of yesterday are there in the morning"},
    {"wecom_sync_hour", SETTING_INT, -1, 23, .fallback = "3", .changeable = true,
     .zh = "每天几点（企业时区）从企业微信全量同步，-1 表示不自动同步",
     .en = "the hour of the corp's zone at which everything is synced from WeCom each day, -1 for "
           "none"},
    {"wecom_token", SETTING_TEXT, 0, 32, .fallback = "", .changeable = true, .secret = true,
     .good = is_alphanumeric, .zh = "企业微信回调的 Token，至多 32 位字母或数字",
     .en = "Token of WeCom's callback, at most 32 letters or digits"},
    {"wecom_welcome", SETTING_TEXT, 0, 1000, .fallback = "", .changeable = true,
     .zh = "发给新好友的欢迎语，{name} 换成客户昵称（已知时）；空且没有附件为不发",
     .en = "welcome sent to new friends, {name} becomes the customer's nickname where it is "
           "known; empty, and no attachments: none is sent"},
    {"wecom_welcome_attachments", SETTING_TEXT, 0, 6000, .fallback = "[]", .changeable = true,
     .check = check_attachments, .names = check_media,
     .zh = "这条欢迎语的附件，JSON 列表，与活码欢迎语的附件写法相同；[] 为没有",
     .en = "attachments of that welcome, a JSON list written as those of a code's greeting; []: "
           "none"},
};

const size_t setting_count = sizeof setting_table / sizeof *setting_table;
