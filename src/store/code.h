/* code — what customers scan or open to come to us: staff codes, group codes, acquisition links;
 * and what somebody should look at about them. Who came through them is in code_entry.h; the rules
 * are in domain/code.h.
 *
 * A code is read and written whole. Texts and lists of results live in the arena that is given, so
 * that they may outlive the transaction.
 */
#ifndef KOI_STORE_CODE_H
#define KOI_STORE_CODE_H

#include "db/db.h"

enum {
    CODE_STATE_CHARS = 24,
    CODE_MEMBERS_CODE = 100, /* WeCom: 联系我, staff of one contact way */
    CODE_MEMBERS_LINK = 500, /* of one acquisition link */
    CODE_HOURS = 1000,       /* rows of one code: a week of shifts for its staff */
    CODE_TAGS = 50,
    CODE_WELCOMES = 20,
    CODE_GROUPS = 50,
    CODE_FULL_S = 86400, /* for so long nobody is sent to who is full at WeCom */
};

struct code_member {
    int64_t staff_id, weight;     /* 1 … 100 */
    int64_t daily_cap, total_cap; /* 0: no limit */
    bool backup;
    struct str userid, name; /* read only, as what follows */
    bool left;
    int64_t full_until_s; /* WeCom said that they can have no more customers; DB_NULL: it did not */
};
struct code_hours {
    int64_t staff_id; /* 0: everyone of the code */
    int64_t weekday;  /* 1 Monday … 7 Sunday */
    int64_t from_min, to_min;
};
struct code_welcome {
    struct str customer; /* any, new, old, buyer */
    int64_t weekdays;    /* bit 0 Monday … bit 6 Sunday */
    int64_t from_min, to_min;
    struct str text, attachments; /* the latter a JSON list */
};
struct code_group {
    int64_t group_id;
    struct str chat_id, name; /* read only, as what follows */
    int64_t members;          /* customers, and the owner */
    bool dismissed;
    struct str owner; /* the name of who runs it; absent: not known. Not by code_group_fill() */
};

struct code {
    int64_t id;
    struct str kind; /* staff, group, link */
    struct str name, state;
    struct str status; /* making, active, expired, deleted */
    bool skip_verify, exclusive;
    int64_t expires_s;           /* DB_NULL: never */
    struct str remark;           /* absent: left alone */
    int64_t stage_id, source_id; /* 0: none */
    int64_t full_at;             /* DB_NULL unless a group code */
    bool auto_room;
    struct str room_name, page_text; /* absent: none */
    struct str config_id;            /* absent while it is being made */
    struct str qr_url, link_url;     /* absent: none */
    struct str qr_text;              /* what is in the picture at qr_url; absent: not read */
    struct str qr_problem;           /* code of the error of reading it; absent: none */
    int64_t qr_tried_s;              /* DB_NULL: not tried. These three: by code_picture_read() */
    struct str listed, on_duty;
    int64_t shift_s;
    struct str request_key; /* absent: none */
    int64_t account_id;     /* 0: the command line */
    int64_t created_s, updated_us, ended_s;

    struct code_member *members;
    struct code_hours *hours;
    struct code_welcome *welcomes;
    struct code_group *groups;
    int64_t *tags;
    size_t members_n, hours_n, welcomes_n, groups_n, tags_n;
};

/* Whether the code still takes customers: made and not ended. */
bool code_is_active(const struct code *c);

/* The read-only columns of a member and a group, by its id; RC_NOT_FOUND, `e` untouched. */
enum rc code_member_fill(struct tx *tx, struct code_member *m, struct arena *a, struct err *e);
enum rc code_group_fill(struct tx *tx, struct code_group *g, struct arena *a, struct err *e);

/* WeCom says now that a member of staff can have no more customers: so it is for CODE_FULL_S, in
 * every code. */
enum rc code_staff_full(struct tx *tx, int64_t staff_id, struct err *e);

/* The platform's ids of the code's tags that have one and are in use. */
enum rc code_tag_externals(struct tx *tx, int64_t id, struct arena *a, struct str **out,
                           size_t *out_n, struct err *e);

/* Writes a new code with its lists; `c->id` is filled in. Staff, tags, groups, stage and source
 * exist: the caller has looked. */
enum rc code_add(struct tx *tx, struct code *c, struct err *e);
/* Writes the columns back and sets updated_us; the lists by the second, which replaces them. */
enum rc code_store(struct tx *tx, struct code *c, struct err *e);
enum rc code_store_lists(struct tx *tx, const struct code *c, struct err *e);
/* Who stands at WeCom now; false in `out_done`, and nothing written, when the code was changed
 * since updated_us. */
struct code_standing {
    struct str listed, on_duty;
    int64_t shift_s;
};
enum rc code_stand(struct tx *tx, int64_t id, int64_t updated_us, const struct code_standing *now,
                   bool *out_done, struct err *e);
/* What reading the picture at `qr_url` gave, or why it gave nothing (one of the two is absent);
 * nothing is written when the code has another picture by now. */
enum rc code_picture_read(struct tx *tx, int64_t id, struct str qr_url, struct str text,
                          struct str problem, struct err *e);
/* Takes a code away that WeCom has refused to make, with its lists. */
enum rc code_forget(struct tx *tx, int64_t id, struct err *e);

/* Whole. RC_NOT_FOUND with a sentence. */
enum rc code_load(struct tx *tx, int64_t id, struct arena *a, struct code *out, struct err *e);
/* By its state, its caller's key, or WeCom's id; RC_NOT_FOUND, `e` untouched. */
enum rc code_of_state(struct tx *tx, struct str state, struct arena *a, struct code *out,
                      struct err *e);
enum rc code_of_key(struct tx *tx, struct str request_key, struct arena *a, struct code *out,
                    struct err *e);
enum rc code_of_config(struct tx *tx, struct str config_id, struct arena *a, struct code *out,
                       struct err *e);

struct code_filter {
    struct str kind, status; /* absent: any; deleted ones are only shown when asked for */
    struct str q;            /* a part of the name; absent: any */
};
/* At most `limit` with ids below `before_id`, newest first, without their lists. */
enum rc code_list(struct tx *tx, const struct code_filter *f, int64_t before_id, int64_t limit,
                  struct code **out, size_t *out_n, struct err *e);
/* The page before joining was opened: one view more of that day. */
enum rc code_page_viewed(struct tx *tx, int64_t id, int32_t day, struct err *e);
/* Its views from that day on. */
enum rc code_page_views(struct tx *tx, int64_t id, int32_t from_day, int64_t *out, struct err *e);

/* Each day of days from_day … to_day on which it was opened, of one code unless 0, in no order. */
struct code_view_day {
    int64_t code_id, day, views;
};
enum rc code_view_days(struct tx *tx, int64_t id, int64_t from_day, int64_t to_day,
                       void (*see)(void *ctx, const struct code_view_day *v), void *ctx,
                       struct err *e);

/* The ids of all that are active or being made, ascending from behind `after_id`. */
enum rc code_active_ids(struct tx *tx, int64_t after_id, int64_t limit, int64_t **out,
                        size_t *out_n, struct err *e);

/* ---- what somebody should look at ---- */

struct code_warning {
    int64_t id, code_id; /* code_id 0: all links */
    struct str code;     /* its name; absent: none */
    struct str kind, detail;
    int64_t begun_s, last_s;
};
/* It is so now: a row, or the open one's last_s and detail. */
enum rc code_warn(struct tx *tx, int64_t code_id, struct str kind, struct str detail,
                  struct err *e);
/* It is so no more; nothing when it was not. */
enum rc code_warn_over(struct tx *tx, int64_t code_id, struct str kind, struct err *e);
/* Those that are open, newest first, 200 at most; of one code unless 0. */
enum rc code_warnings(struct tx *tx, int64_t code_id, struct code_warning **out, size_t *out_n,
                      struct err *e);

#endif
