/* statistics — WeCom's counts of staff, group owners and acquisition links, day by day, asked for
 * and kept (store/staff_day.h, store/link.h).
 *
 * A job of kind "wecom_statistics". One member of staff after the other, it asks for the days that
 * are missing: get_user_behavior_data of this one alone (of several WeCom gives the sum), and
 * groupchat/statistic_group_by_day where they own groups; 30 days a call, at most 180 days back,
 * and yesterday from 6 o'clock by the corp's zone. Then one link after the other, a day a call.
 * The rows of a call and the job's place are one commit, so a kill repeats a call and nothing else.
 * Who cannot be told (out of range, no licence) is noted, and the next one asked; where nothing can
 * be told the job fails with WeCom's reason and can be resumed. Calls: none for who is up to date,
 * else 1 or 2 for each 30 days missing, of a link one for each day. Of whom and how is in
 * statistics_part.h.
 *
 * Sources: wecom-api.md §16 and §17, WeCom's documents 92132, 92133 and 97400.
 */
#ifndef KOI_CONNECT_WECOM_STATISTICS_H
#define KOI_CONNECT_WECOM_STATISTICS_H

#include "domain/job.h"

extern const struct job_kind job_kind_wecom_statistics;

#endif
