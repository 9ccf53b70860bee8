/* sync — everything that WeCom tells about the corp, asked for and made the corp's rows: what
 * callbacks missed is then right.
 *
 * A job of kind "wecom_sync", in stages: the tag library, who serves customers, departments and
 * their members, all friendships of everyone who serves (batch/get_by_user, up to 100 members a
 * chunk), tags that are gone taken off, groups with their members. Each page is one call; its rows
 * are written in closures of about 500 rows, the last of which also moves the job's place. So a
 * kill at any moment repeats one page, which then writes nothing twice.
 *
 * What is not told any more ends only after all of it was told: friendships of a member of staff
 * after the last page of theirs; a group, a department, a member when asked for by themselves and
 * answered with "there is none". Nothing follows from an error, a list cut short, or staff who are
 * out of the app's visible range. All pages of a chunk count as asked when its first one was, so
 * that what a callback brought meanwhile wins.
 *
 * Who cannot be told stays as they are and is noted (store/wecom_sync.h): the job ends as done, its
 * result with "complete": false and the number of problems. When nothing can be told (network,
 * secret, rights) the job fails with WeCom's reason, and job_resume() goes on from there.
 *
 * Calls, at least: 3 + departments + groups + groups / 1,000 + for each 100 staff their friendships
 * / 100, rounded up. Memory: one page, and a page of ids. Sources: wecom-api.md §5, §7, §8, §11 and
 * §21, from WeCom's documents 92112 to 93010.
 */
#ifndef KOI_CONNECT_WECOM_SYNC_H
#define KOI_CONNECT_WECOM_SYNC_H

#include "domain/job.h"

extern const struct job_kind job_kind_wecom_sync;

/* What the cursor of a sync says, for whoever shows it; an unreadable one is a beginning. */
struct wecom_sync_sum {
    const char *stage;   /* "begin" … "done" */
    int64_t calls;       /* made until the last checkpoint */
    int64_t least_calls; /* the least that what was told takes; DB_NULL until all was asked for */
    int64_t problems;    /* could not be told: not complete while this is above 0 */
    int64_t outside;     /* members and groups out of the app's visible range */
    int64_t friendships, begun, ended, groups;
};
void wecom_sync_sum(struct str cursor, struct arena *a, struct wecom_sync_sum *out);

/* Where a sync is, from the cursor of its job (absent or empty: at its beginning), as members of an
 * open JSON object: "stage", "least_calls" and all counts. */
void wecom_sync_print(struct str cursor, struct arena *a, struct json *out);

#endif
