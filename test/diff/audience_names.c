/* audience_names.c — the names of audience_world.h, as random expressions draw them. Their number
 * and order are part of what a seed means. */
#include "audience_random.h"
#include "audience_world.h"

/* A whole array, and a list of its own. */
#define ALL(array)                                                                                 \
    {                                                                                              \
        array, (int)(sizeof(array) / sizeof(array)[0])                                             \
    }
#define THESE(...)                                                                                 \
    {                                                                                              \
        (const char *const[]){__VA_ARGS__},                                                        \
            (int)(sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))                     \
    }

static const struct random_list TIERS[] = {{W_TIERS, 3}, {W_TIERS + 3, 3}};

const struct random_names RANDOM_NAMES_OF_WORLD = {
    .list =
        {
            [RANDOM_USERIDS] = ALL(W_STAFF),
            [RANDOM_STAFF_NAMES] = ALL(W_STAFF_NAMES),
            [RANDOM_TEAMS] = ALL(W_TEAMS),
            [RANDOM_TAGS] = THESE("VIP", "普通", "已流失", "高意向", "中意向", "意向/待跟进",
                                  "双11", "618/大促", "活动/待跟进"),
            [RANDOM_TAG_GROUPS] = ALL(W_TAG_GROUPS),
            [RANDOM_GROUPS] = THESE("福利一群", "福利二群", "兴趣群", "VIP群", "售后群", "旧群"),
            [RANDOM_GROUP_PARTS] = THESE("福利"),
            [RANDOM_STAGES] = THESE("新客", "意向", "首单", "复购", "流失"),
            [RANDOM_CHANNELS] = THESE("企业微信", "客户群", "小程序", "门店", "导入"),
            [RANDOM_SOURCES] = THESE("导入", "门店", "包裹卡", "直播"),
            [RANDOM_PRODUCTS] = ALL(W_PRODUCTS),
            [RANDOM_CATEGORIES] = THESE("面膜", "精华", "洗护", "礼盒"),
            [RANDOM_CATEGORY_PARTS] = THESE("面"),
            [RANDOM_CITIES] = ALL(W_CITIES),
            [RANDOM_CITY_PARTS] = THESE("州"),
            [RANDOM_PROVINCES] = ALL(W_PROVINCES),
            [RANDOM_PROVINCE_PARTS] = THESE("江"),
            [RANDOM_NICKNAMES] = ALL(W_NICKNAMES),
            [RANDOM_NICKNAME_PARTS] = THESE("王"),
            [RANDOM_TEXT_FIELDS] = {W_FIELD_KEYS, 1},
            [RANDOM_NUMBER_FIELDS] = {W_FIELD_KEYS + 1, 1},
            [RANDOM_DAY_FIELDS] = {W_FIELD_KEYS + 2, 1},
            [RANDOM_CHOICE_FIELDS] = {W_FIELD_KEYS + 3, 1},
            [RANDOM_YES_NO_FIELDS] = {W_FIELD_KEYS + 4, 1},
            [RANDOM_FIELD_VALUES] = ALL(W_FIELD_TEXTS),
            [RANDOM_FIELD_PARTS] = THESE("油"),
            [RANDOM_KINDS] = {W_KINDS, 12},
            [RANDOM_QUOTED_KINDS] = THESE("打卡", "scan"),
            [RANDOM_STEPS] = {W_KINDS, 4},
            [RANDOM_MODELS] = ALL(W_MODELS),
            [RANDOM_HORIZONS] = THESE("52w"),
            [RANDOM_CYCLES] = ALL(W_CYCLES),
            [RANDOM_PAST_CYCLES] = {W_CYCLES, 4},
            [RANDOM_AUDIENCES] = ALL(W_AUDIENCES),
            [RANDOM_PAST_AUDIENCES] = THESE("近期活跃", "曾经的VIP"),
        },
    .tiers = TIERS,
    .year = 2026,
    .most_members = 20,
    .most_matching = 8,
};
