/* settings.c — the table of settings: one row each, sorted by name.
 *
 * `koi config`, the flags of `koi serve`, KOI_… variables, koi.conf, the console's page and the
 * manual all come from these rows. A row costs nothing until it is asked for. Refused by the checks
 * below: values that would only fail later, at the next start.
 */
#include "base/zone.h"
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
    {"inbox_days", SETTING_INT, 2, 365, .fallback = "30", .changeable = true,
     .zh = "处理完的回调保留多少天",
     .en = "days for which callbacks that were dealt with are kept"},
    {"language", SETTING_CHOICE, .choices = "zh|en", .fallback = "zh", .changeable = true,
     .zh = "新账号的语言", .en = "language of new accounts"},
    {"listen", SETTING_TEXT, 2, 100, .fallback = "127.0.0.1:8080", .restart = true,
     .good = is_listen, .zh = "监听地址，端口 0 为任意空闲端口",
     .en = "address to listen on; port 0 picks a free one"},
    {"log_level", SETTING_CHOICE, .choices = "debug|info|warn|error", .fallback = "info",
     .restart = true, .zh = "日志级别", .en = "least level that is logged"},
    {"model_hour", SETTING_INT, -1, 23, .fallback = "4", .changeable = true,
     .zh = "每天几点（企业时区）重新计算分层模型，-1 表示不自动计算",
     .en = "the hour of the corp's zone at which tier models are run again each day, -1 for none"},
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
    {"wecom_corp_id", SETTING_TEXT, 0, 64, .fallback = "", .changeable = true, .good = is_corp_id,
     .zh = "企业微信的企业 ID，以 ww 或 wx 开头", .en = "the corp id at WeCom, ww… or wx…"},
    {"wecom_token", SETTING_TEXT, 0, 32, .fallback = "", .changeable = true, .secret = true,
     .good = is_alphanumeric, .zh = "企业微信回调的 Token，至多 32 位字母或数字",
     .en = "Token of WeCom's callback, at most 32 letters or digits"},
};

const size_t setting_count = sizeof setting_table / sizeof *setting_table;
