/* statistics_link.c — acquisition links: customer_acquisition/statistic. Of several days WeCom
 * gives the sum, so each day of each link is a call: one a night for a link that is up to date, 180
 * for one that is older and was never asked about. Days before the link was made are not asked for.
 */
#include "base/calendar.h"
#include "connect/wecom/statistics_part.h"
#include "store/link.h"

static void ask(struct json *j, struct str link_id, int64_t from_s, int64_t to_s)
{
    json_put_str(j, "link_id", link_id);
    json_put_int(j, "start_time", from_s);
    json_put_int(j, "end_time", to_s);
}

static enum rc store(struct tx *tx, int64_t id, int64_t day, const struct json_value *v,
                     int64_t asked_us, struct err *e)
{
    return link_day_store(tx,
                          &(struct link_day){
                              .code_id = id,
                              .day = day,
                              .click_link_customer_cnt = figure_count(v, "click_link_customer_cnt"),
                              .new_customer_cnt = figure_count(v, "new_customer_cnt"),
                              .told_us = asked_us,
                          },
                          e);
}

static const struct figure FIGURES_OF[] = {
    {"externalcontact/customer_acquisition/statistic", 1, ask, NULL, store},
};

static enum rc next(struct tx *tx, int64_t after, struct figures_of *out, struct err *e)
{
    struct link_to_tell link;
    enum rc rc = link_day_next(tx, after, &link, e);
    if (rc == RC_OK)
        *out = (struct figures_of){.id = link.id,
                                   .name = link.link_id,
                                   .first_day = calendar_day_of(link.created_s),
                                   .last_day = {link.last_day},
                                   .asked = {true}};
    return rc;
}

const struct figures_part figures_links = {
    .name = "links",
    .named = "link_id",
    .figures = FIGURES_OF,
    .n = sizeof FIGURES_OF / sizeof *FIGURES_OF,
    .next = next,
    .count = link_day_links,
};
