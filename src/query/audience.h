/* audience — the audience language: text in, a checked tree out; the tree as text, sentence or
 * JSON.
 *
 * docs/AUDIENCE.md is the reference of the language. Text is what is stored; it goes through
 *     audience_parse()   text → tree          syntax only, no database
 *     audience_check()   tree → checked tree  names become ids, types and ranges are looked at
 * or both at once by audience_read(). A tree lives in the arena it was parsed into and is never
 * freed alone. Only a checked tree may be compiled (query/sql/audience_sql.h) or said as a sentence
 * with the names of event kinds. Ids go stale when names change, so a checked tree serves one
 * request or one tick.
 *
 * Errors have the field "expression", the byte position in `at`, both languages, and often a
 * suggestion. Cost: parsing is linear in the text, about 20 ns a byte; checking is one look-up for
 * each name.
 */
#ifndef KOI_QUERY_AUDIENCE_H
#define KOI_QUERY_AUDIENCE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

/* What an expression picks: root customers, or groups that still exist. */
enum audience_subject { AUDIENCE_CUSTOMER, AUDIENCE_GROUP };

enum language { LANGUAGE_ZH, LANGUAGE_EN };

struct audience_expr; /* query/tree.h */
struct cycle_rule;    /* store/cycle.h */

/* ---- names: how the checker asks what a quoted name means ---- */

enum name_kind {
    NAME_TAG, /* "name" or "group/name" */
    NAME_TAG_GROUP,
    NAME_STAFF, /* userid or name */
    NAME_TEAM,  /* department; everything below it counts */
    NAME_GROUP, /* customer group */
    NAME_STAGE,
    NAME_SOURCE,
    NAME_CHANNEL,
    NAME_PRODUCT,    /* code or name */
    NAME_EVENT_KIND, /* the word of the language */
    NAME_FIELD,      /* key of a custom field */
    NAME_TIER_MODEL,
    NAME_TIER, /* parent: the model */
    NAME_AUDIENCE,
    NAME_CYCLE,
    NAME_KINDS
};

enum field_type { FIELD_TEXT, FIELD_NUMBER, FIELD_DAY, FIELD_CHOICE, FIELD_YES_NO };

/* What a name stands for. Several ids mean "any of them": two departments of one name, one product
 * code in two shops. */
struct name_found {
    int64_t *ids;
    size_t n;
    /* event kind: its names for people; field: its name in both; else absent */
    struct str zh, en;
    enum field_type type; /* field */
    bool sensitive;       /* field that an audience may not ask for */
    /* audience: its text; tier model: its tiers' texts, separated by byte 0x1E */
    struct str expression;
    enum audience_subject subject;  /* audience, tier model */
    const struct cycle_rule *cycle; /* cycle */
};

/* The look-ups of the checker. The implementation over SQL is query_names_sql() in
 * query/sql/audience_sql.h; tests bring their own. */
struct query_names {
    void *ctx;
    /* All things of that name; n = 0 when there is none (that is RC_OK). `parent` only for
     * NAME_TIER. */
    enum rc (*find)(void *ctx, struct arena *a, enum name_kind kind, int64_t parent,
                    struct str name, struct name_found *out, struct err *e);
    /* Calls see() with each name of that kind (at most a few thousand), for a suggestion. */
    enum rc (*each)(void *ctx, struct arena *a, enum name_kind kind, int64_t parent,
                    void (*see)(void *to, struct str name), void *to, struct err *e);
    /* The horizon of the lifetime values in force, in seconds; 0: none have been fitted. NULL: the
     * same. */
    enum rc (*horizon_s)(void *ctx, int64_t *out, struct err *e);
};

/* ---- reading ---- */

/* Parses. RC_INVALID with the position, RC_LIMIT past LIMIT_EXPRESSION bytes or
 * LIMIT_EXPRESSION_DEPTH levels. Accepts any bytes. `text` need not outlive the call. */
enum rc audience_parse(struct arena *a, enum audience_subject subject, struct str text,
                       struct audience_expr **out, struct err *e);
/* Resolves names and checks types, ranges and references (audiences and tiers must not go in
 * circles). RC_INVALID with the position. May be called again on the same tree. */
enum rc audience_check(struct arena *a, const struct query_names *names, struct audience_expr *x,
                       struct err *e);
/* The same for an expression that is (to be) stored as the audience or tier of the thing `owner_id`
 * of kind `owner` (NAME_AUDIENCE, NAME_TIER_MODEL; id 0: not stored yet): a way back to it is a
 * circle. */
enum rc audience_check_owned(struct arena *a, const struct query_names *names, enum name_kind owner,
                             int64_t owner_id, struct audience_expr *x, struct err *e);
/* Parses and checks. */
enum rc audience_read(struct arena *a, const struct query_names *names,
                      enum audience_subject subject, struct str text,
                      const struct audience_expr **out, struct err *e);

/* Whether it says `period`, so that a question must bind it. Checked trees look into referenced
 * audiences too. */
bool audience_uses_period(const struct audience_expr *x);
/* The same tree: same kinds, words, literals and order. Positions and ids do not count. */
bool audience_equal(const struct audience_expr *x, const struct audience_expr *y);

/* ---- showing ---- */

/* The canonical text: parsing it gives an equal tree. */
void audience_print(const struct audience_expr *x, struct buf *out);
/* A plain sentence: "在杭州或宁波、最近 90 天下过至少 2 单、近 7 天没领过券的客户", "customers who
 * are in 杭州 or 宁波, placed at least 2 orders in the last 90 days and claimed no coupon in the
 * last 7 days". */
void audience_say(const struct audience_expr *x, enum language language, struct buf *out);

/* The tree as JSON for the console's builder, and back; the shape is in docs/AUDIENCE.md. From JSON
 * gives a tree as audience_parse() would (unchecked); RC_INVALID for anything that is not one. */
void audience_to_json(const struct audience_expr *x, struct buf *out);
enum rc audience_from_json(struct arena *a, enum audience_subject subject, struct str json,
                           struct audience_expr **out, struct err *e);

#endif
