/* statistics_staff.c — members of staff: get_user_behavior_data of one alone, since of several
 * WeCom gives the sum; and where they own groups, groupchat/statistic_group_by_day of them as
 * owner. Costs a call for each 30 days that are missing, two of owners.
 */
#include "connect/wecom/statistics_part.h"
#include "store/staff_day.h"

#include <math.h>

enum { DAYS_A_CALL = 30 };

static void put_one(struct json *j, const char *key, struct str userid)
{
    json_open_array(j, key);
    json_put_str(j, NULL, userid);
    json_close_array(j);
}

static void ask_behavior(struct json *j, struct str userid, int64_t from_s, int64_t to_s)
{
    json_put_int(j, "start_time", from_s);
    json_put_int(j, "end_time", to_s);
    put_one(j, "userid", userid);
}

static void ask_groups(struct json *j, struct str userid, int64_t from_s, int64_t to_s)
{
    json_put_int(j, "day_begin_time", from_s);
    json_put_int(j, "day_end_time", to_s);
    json_open_object(j, "owner_filter");
    put_one(j, "userid_list", userid);
    json_close_object(j);
}

static enum rc store_behavior(struct tx *tx, int64_t id, int64_t day, const struct json_value *v,
                              int64_t asked_us, struct err *e)
{
    double minutes = json_double_or(json_get(v, "avg_reply_time"), (double)NAN);
    return staff_day_store(
        tx,
        &(struct staff_day){
            .staff_id = id,
            .day = day,
            .chat_cnt = figure_count(v, "chat_cnt"),
            .message_cnt = figure_count(v, "message_cnt"),
            .reply_percentage = json_double_or(json_get(v, "reply_percentage"), (double)NAN),
            .avg_reply_time = isnan(minutes) || minutes < 0 ? DB_NULL : (int64_t)llround(minutes),
            .negative_feedback_cnt = figure_count(v, "negative_feedback_cnt"),
            .new_apply_cnt = figure_count(v, "new_apply_cnt"),
            .new_contact_cnt = figure_count(v, "new_contact_cnt"),
            .told_us = asked_us,
        },
        e);
}

static enum rc store_groups(struct tx *tx, int64_t id, int64_t day, const struct json_value *v,
                            int64_t asked_us, struct err *e)
{
    const struct json_value *d = json_get(v, "data");
    return owner_day_store(
        tx,
        &(struct owner_day){
            .staff_id = id,
            .day = day,
            .new_chat_cnt = figure_count(d, "new_chat_cnt"),
            .chat_total = figure_count(d, "chat_total"),
            .chat_has_msg = figure_count(d, "chat_has_msg"),
            .new_member_cnt = figure_count(d, "new_member_cnt"),
            .member_total = figure_count(d, "member_total"),
            .member_has_msg = figure_count(d, "member_has_msg"),
            .msg_total = figure_count(d, "msg_total"),
            .migrate_trainee_chat_cnt = figure_count(d, "migrate_trainee_chat_cnt"),
            .told_us = asked_us,
        },
        e);
}

static const struct figure FIGURES_OF[] = {
    {"externalcontact/get_user_behavior_data", DAYS_A_CALL, ask_behavior, "behavior_data",
     store_behavior},
    {"externalcontact/groupchat/statistic_group_by_day", DAYS_A_CALL, ask_groups, "items",
     store_groups},
};

static enum rc next(struct tx *tx, int64_t after, struct figures_of *out, struct err *e)
{
    struct staff_to_tell who;
    enum rc rc = staff_day_next(tx, after, &who, e);
    if (rc == RC_OK)
        *out = (struct figures_of){.id = who.id,
                                   .name = who.userid,
                                   .first_day = DB_NULL,
                                   .last_day = {who.last_day, who.last_group_day},
                                   .asked = {true, who.owner}};
    return rc;
}

const struct figures_part figures_staff = {
    .name = "staff",
    .named = "userid",
    .figures = FIGURES_OF,
    .n = sizeof FIGURES_OF / sizeof *FIGURES_OF,
    .next = next,
    .count = staff_day_people,
};
