/* page — a list of WeCom's, page by page, as the row of its endpoint says.
 *
 * One call is one page: it sends the row's cursor and the largest page that the row allows, and
 * says where the next one begins. So whoever walks keeps nothing but a cursor, and may keep it in a
 * database. A cursor that has ended (50100) begins the list again in the same call, and `again`
 * says so: what was told of it before may have been told differently. A page with fewer rows than
 * asked for is not the last one; only a missing cursor is. Calls that are no lists have one page.
 *
 * Costs what wecom_call() costs; errors are those of it, and RC_LIMIT for a cursor longer than
 * WECOM_CURSOR_BYTES. Source: wecom-api.md §21, from WeCom's documents 92114 and 92120.
 */
#ifndef KOI_CONNECT_WECOM_PAGE_H
#define KOI_CONNECT_WECOM_PAGE_H

#include "connect/wecom/client.h"

enum { WECOM_CURSOR_BYTES = 512 };

struct wecom_page_call {
    const char *path;
    const struct json_value *fields; /* without cursor and limit; NULL: none */
    struct str cursor;               /* absent or empty: the first page */
    int64_t patience_us;             /* as in struct wecom_call */
    bool background;
};
struct wecom_page {
    const struct json_value *reply;
    struct str next;  /* absent: this was the last page; owned by the arena */
    bool again;       /* the list has begun again with this page */
    int64_t asked_us; /* before the question was sent, by our clock */
    int calls;        /* made for it, one or two */
};

/* Asks for one page; `e` is not NULL. */
enum rc wecom_page(struct wecom_client *c, const struct wecom_page_call *call, struct arena *a,
                   struct wecom_page *out, struct err *e);

#endif
