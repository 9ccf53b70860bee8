/* demo_world.c — tables and small draws behind the demo corp.
 *
 * Festival dates are those of the lunar calendar from the Purple Mountain Observatory's tables for
 * the years a demo can span; outside of them only the fixed dates count. Nothing here touches the
 * database.
 */
#include "domain/demo_world.h"

#include "base/calendar.h"

#include <assert.h>

static const struct demo_city CITIES[] = {
    {"杭州", "浙江", 12, 26}, {"上海", "上海", 9, 22}, {"宁波", "浙江", 6, 12},
    {"苏州", "江苏", 5, 10},  {"南京", "江苏", 5, 10}, {"嘉兴", "浙江", 3, 6},
    {"绍兴", "浙江", 3, 6},   {"合肥", "安徽", 3, 8},
};

static const struct demo_product PRODUCTS[] = {
    {"T001", "桂花乌龙鲜奶茶", "奶茶", 2200, 14, false},
    {"T002", "龙井轻乳茶", "奶茶", 1900, 12, false},
    {"T003", "茉莉奶绿", "奶茶", 1700, 11, false},
    {"T004", "杨梅冰茶", "果茶", 2400, 8, false},
    {"T005", "葡萄冻冻", "果茶", 2600, 8, false},
    {"T006", "青提柠檬茶", "果茶", 2100, 7, false},
    {"C001", "手冲咖啡", "咖啡", 2800, 6, false},
    {"C002", "燕麦拿铁", "咖啡", 2600, 9, false},
    {"C003", "桂花美式", "咖啡", 2000, 6, false},
    {"B001", "海盐可颂", "烘焙", 1600, 11, false},
    {"B002", "肉松小贝", "烘焙", 1800, 10, false},
    {"B003", "抹茶瑞士卷", "烘焙", 4800, 5, false},
    {"B004", "栗子巴斯克", "烘焙", 5800, 4, false},
    {"B005", "生日蛋糕六寸", "烘焙", 19800, 1.2, false},
    {"L001", "明前龙井 100 克", "茶叶", 16800, 1.4, true},
    {"L002", "桂花乌龙茶包", "茶叶", 6800, 2.2, true},
    {"L003", "九曲红梅 80 克", "茶叶", 12800, 1.0, true},
    {"G001", "锦池茶点礼盒", "礼盒", 16800, 1.0, true},
    {"G002", "桂花酥月饼礼盒", "礼盒", 23800, 0.8, true},
    {"G003", "新春团圆礼盒", "礼盒", 29800, 0.7, true},
    {"M001", "随行保温杯", "周边", 12900, 0.8, false},
    {"M002", "锦鲤帆布袋", "周边", 5900, 1.1, false},
};

static const struct demo_source SOURCES[] = {
    {"门店活码", "code", 40, 1.15, 1200000, 20},
    {"区域码海报", "region_code", 14, 0.95, 600000, 90},
    {"包裹卡", "parcel", 11, 1.2, 200000, 260},
    {"裂变·邀好友", "fission", 19, 0.75, 300000, 380},
    {"直播间", "live", 6, 0.9, 800000, 520},
    {"老客介绍", "introduction", 6, 1.45, 0, 0},
    {"视频号搜索", "search", 4, 1.0, 0, 150},
};

static const char *const CATEGORIES[] = {"奶茶", "果茶", "咖啡", "烘焙", "茶叶", "礼盒", "周边"};

const struct demo_table demo_table = {
    CITIES,  sizeof CITIES / sizeof *CITIES,   PRODUCTS,   sizeof PRODUCTS / sizeof *PRODUCTS,
    SOURCES, sizeof SOURCES / sizeof *SOURCES, CATEGORIES, sizeof CATEGORIES / sizeof *CATEGORIES,
};

static const char *const PLACES[DEMO_STORES] = {
    "湖滨",     "武林",   "城西银泰", "滨江宝龙", "下沙",     "拱宸桥", "未来科技城", "西溪",
    "钱江新城", "四季青", "良渚",     "萧山",     "静安寺",   "徐家汇", "五角场",     "陆家嘴",
    "虹桥",     "七宝",   "大宁",     "打浦桥",   "世纪公园", "天一",   "鄞州万达",   "江北老外滩",
    "东部新城", "镇海",   "慈溪",     "观前街",   "金鸡湖",   "狮山",   "吴江",       "昆山",
    "新街口",   "夫子庙", "河西",     "仙林",     "江宁",     "南湖",   "桐乡",       "海宁",
    "鲁迅故里", "柯桥",   "诸暨",     "淮河路",   "政务区",   "滨湖",
};

static const char *const SURNAMES[] = {
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡",
    "朱", "高", "林", "何", "郭", "马", "罗", "梁", "宋", "郑", "谢", "韩", "唐",
    "冯", "于", "董", "萧", "程", "曹", "袁", "邓", "许", "傅", "沈", "曾", "彭",
    "吕", "苏", "卢", "蒋", "蔡", "贾", "丁", "魏", "薛", "叶", "阎", "余", "潘"};
static const char *const GIVEN_FEMALE[] = {
    "晓彤", "雨桐", "思琪", "佳怡", "梦瑶", "欣妍", "婷",   "静怡", "雅文", "诗涵",
    "可馨", "紫萱", "慧",   "丽娜", "晓燕", "美玲", "若曦", "悦",   "秋月", "芳",
    "倩",   "语嫣", "冰洁", "玉兰", "小雨", "兰",   "依诺", "梓涵", "云",   "婉清"};
static const char *const GIVEN_MALE[] = {
    "浩然", "子轩", "宇航", "俊杰", "伟",   "强",   "明哲", "嘉豪", "志远", "博文",
    "天佑", "磊",   "建国", "海涛", "鹏",   "思远", "泽宇", "晨",   "一鸣", "立新",
    "昊",   "文韬", "振华", "凯",   "家乐", "旭东", "少杰", "锋",   "斌",   "宁"};
static const char *const NICK_HEAD[] = {
    "小",         "阿",   "大",       "爱笑的", "追光的", "慢慢走的", "今天也要", "不吃香菜的",
    "住在海边的", "一只", "想睡觉的", "云朵",   "南方",   "安静的",   "幸福的"};
static const char *const NICK_TAIL[] = {"鱼儿", "橘子", "猫",   "向日葵", "柠檬", "加油", "桃子",
                                        "熊",   "雨",   "晴天", "栗子",   "月亮", "青柠", "糖",
                                        "风",   "奶茶", "豆豆", "星星",   "鹿",   "海"};
static const char *const NICK_LATIN[] = {"Lily",  "Sunny",  "Coco", "Kevin", "Momo",
                                         "Yoyo",  "Vivian", "Leo",  "Amy",   "Jason",
                                         "Cathy", "Max",    "Zoe",  "Ray",   "Echo"};
static const char *const NICK_MARK[] = {"🌸", "🐟", "☕", "🍀", "✨", "🌙", "🍑", "🐱"};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *one_of(struct rng *r, const char *const *list, size_t n)
{
    return list[rng_below(r, n)];
}

size_t demo_pick(struct rng *r, const double *w, size_t n)
{
    assert(n > 0);
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += w[i];
    double at = rng_unit(r) * sum;
    for (size_t i = 0; i + 1 < n; i++) {
        if (at < w[i])
            return i;
        at -= w[i];
    }
    return n - 1;
}

struct str demo_store_name(struct arena *a, int i)
{
    assert(i >= 0 && i < DEMO_STORES);
    return arena_printf(a, "锦池·%s店", PLACES[i]);
}

struct str demo_person_name(struct rng *r, struct arena *a, bool female)
{
    const char *given = female ? one_of(r, GIVEN_FEMALE, COUNT(GIVEN_FEMALE))
                               : one_of(r, GIVEN_MALE, COUNT(GIVEN_MALE));
    return arena_printf(a, "%s%s", one_of(r, SURNAMES, COUNT(SURNAMES)), given);
}

struct str demo_nickname(struct rng *r, struct arena *a, struct str person_name)
{
    switch (rng_below(r, 10)) {
    case 0:
    case 1:
    case 2:
        return person_name;
    case 3:
        return arena_printf(a, "%s%s", one_of(r, NICK_LATIN, COUNT(NICK_LATIN)),
                            one_of(r, NICK_MARK, COUNT(NICK_MARK)));
    case 4:
        return arena_printf(a, "%s_%d", one_of(r, NICK_LATIN, COUNT(NICK_LATIN)),
                            (int)rng_between(r, 1, 99));
    case 5:
        return arena_printf(a, "%s%s%s", one_of(r, NICK_HEAD, COUNT(NICK_HEAD)),
                            one_of(r, NICK_TAIL, COUNT(NICK_TAIL)),
                            one_of(r, NICK_MARK, COUNT(NICK_MARK)));
    default:
        return arena_printf(a, "%s%s", one_of(r, NICK_HEAD, COUNT(NICK_HEAD)),
                            one_of(r, NICK_TAIL, COUNT(NICK_TAIL)));
    }
}

/* Lunar festivals as civil dates. */
static const struct festival {
    int year, month, day;
    bool spring; /* Spring Festival; else Mid-Autumn */
} FESTIVALS[] = {
    {2024, 2, 10, true}, {2024, 9, 17, false}, {2025, 1, 29, true}, {2025, 10, 6, false},
    {2026, 2, 17, true}, {2026, 9, 25, false}, {2027, 2, 6, true},  {2027, 9, 15, false},
    {2028, 1, 26, true}, {2028, 10, 3, false}, {2029, 2, 13, true}, {2029, 9, 22, false},
    {2030, 2, 3, true},  {2030, 9, 12, false},
};

/* Factor of the lunar festivals: two weeks of gifts before, quiet in the week of Spring Festival
 * itself. */
static double festival_factor(int32_t day, double *gift)
{
    for (size_t i = 0; i < COUNT(FESTIVALS); i++) {
        int32_t f =
            calendar_day_from_civil(FESTIVALS[i].year, FESTIVALS[i].month, FESTIVALS[i].day);
        if (day >= f - 16 && day < f) {
            *gift = 6.5;
            return 1.45;
        }
        if (FESTIVALS[i].spring && day >= f && day < f + 6)
            return 0.55;
    }
    return 1.0;
}

double demo_season(int32_t day, double *out_gift)
{
    static const double BY_MONTH[12] = {0.95, 0.85, 0.95, 1.0,  1.08, 1.15,
                                        1.2,  1.2,  1.05, 1.05, 1.0,  0.98};
    int year, month, dom;
    calendar_civil_from_day(day, &year, &month, &dom);
    double gift = 1.0;
    double w = BY_MONTH[month - 1] * festival_factor(day, &gift);
    if (calendar_weekday(day) >= 6)
        w *= 1.4;
    if (month == 6 && dom >= 16 && dom <= 18)
        w *= 1.5;
    if (month == 11 && dom >= 10 && dom <= 11)
        w *= 1.7;
    if ((month == 5 || month == 10) && dom <= 3)
        w *= 1.25;
    if (out_gift != NULL)
        *out_gift = gift;
    assert(w > 0 && w <= DEMO_SEASON_MAX);
    return w;
}

int64_t demo_second_of_day(struct rng *r)
{
    /* Hours 7 … 22. */
    static const double BY_HOUR[16] = {2, 4, 5, 6, 8, 10, 8, 7, 9, 8, 7, 8, 9, 8, 5, 3};
    int64_t hour = 7 + (int64_t)demo_pick(r, BY_HOUR, COUNT(BY_HOUR));
    return hour * 3600 + (int64_t)rng_below(r, 3600);
}
