/* reply_directory — departments and staff as WeCom answers. All of the results is owned by the
 * arena. Refusals: reply.h. Source: wecom-api.md §5, from documents 90196, 90200, 90201, 90208.
 */
#ifndef KOI_CONNECT_WECOM_REPLY_DIRECTORY_H
#define KOI_CONNECT_WECOM_REPLY_DIRECTORY_H

#include "connect/wecom/reply.h"
#include "domain/told.h"

/* department/list. */
enum rc reply_departments(const struct json_value *v, struct arena *a, struct told_department **out,
                          size_t *out_n, struct err *e);
/* user/list: those of one department. */
enum rc reply_staff_list(const struct json_value *v, struct arena *a, struct told_staff **out,
                         size_t *out_n, struct err *e);
/* user/get. */
enum rc reply_staff(const struct json_value *v, struct arena *a, struct told_staff *out,
                    struct err *e);

#endif
