/* page — the frame of every page of this folder, and the small things that pages write. */
#ifndef KOI_H5_PAGE_H
#define KOI_H5_PAGE_H

#include "http/html.h"
#include "http/request.h"

struct page {
    struct html h;
    struct request *rq;
    struct arena *a;
    int64_t customer_id; /* whose tabs are shown; 0: nobody's */
};

enum page_tab { TAB_NONE, TAB_PROFILE, TAB_SCRIPTS, TAB_ORDERS, TAB_TIMELINE, TAB_TASKS };

/* Begins the reply: head, title in the page's language, and <main>. */
struct page page_open(struct request *rq, int64_t customer_id, const char *title_zh,
                      const char *title_en);
/* A page for anybody, in the language told: no script, no tabs; closed by page_close_public(),
 * with a link to the other language. */
struct page page_open_public(struct request *rq, bool english, struct str title);
void page_close_public(struct page *p);
/* Ends it, with the tabs in one thumb's reach for who is signed in. */
void page_close(struct page *p, enum page_tab here);
/* For the routes' `refuse`: an error as a page with its way out; who is not signed in and asked for
 * a page is sent to sign in and comes back. */
void page_refuse(struct request *rq, const struct err *e);

/* A form that posts to "/sidebar" + path, with the session's CSRF token; the caller writes the
 * fields and closes it by html_raw(…, "</form>"). `class` is a literal. */
void page_form(struct page *p, struct str path, const char *class);
/* "/sidebar/customers/1001" + rest, in the arena. */
struct str page_customer(const struct page *p, int64_t customer_id, const char *rest);

/* As text, in the arena, in the corp's zone and currency: "2026-11-23 08:30", "2026-11-23",
 * "¥12.50". DB_NULL: "—". */
struct str page_time(const struct page *p, int64_t at_s);
struct str page_day(const struct page *p, int64_t at_s);
struct str page_money(const struct page *p, int64_t fen);

/* Whether a path may be come back to: one of our own pages, nothing that a browser could take for
 * another host. */
bool page_is_own(struct str path);

/* group.c */
extern const struct route route_group_page;
/* enter.c */
extern const struct route route_sidebar_sign_in, route_sidebar_enter, route_sidebar_come_in;
/* sidebar.c */
extern const struct route route_sidebar, route_sidebar_find, route_sidebar_search;
/* customer.c */
extern const struct route route_sidebar_customer, route_sidebar_tags, route_sidebar_unmask;
/* acts.c */
extern const struct route route_sidebar_tag_put, route_sidebar_tag_remove, route_sidebar_stage,
    route_sidebar_note_add;
/* life.c */
extern const struct route route_sidebar_orders, route_sidebar_timeline;
/* scripts.c */
extern const struct route route_sidebar_scripts, route_sidebar_customer_scripts;
/* tasks.c */
extern const struct route route_sidebar_tasks, route_sidebar_task_settle;

#endif
