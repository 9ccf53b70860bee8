/* code — the rules of codes: who may receive now, which greeting, what is allowed.
 *
 * WeCom hands a customer to anyone of a fixed list, at random. So hours, weights and capacities are
 * kept by changing that list: code_pick() says who should stand in it now, and
 * connect/wecom/code_keeper asks WeCom when it differs. A list is never empty: when nobody can,
 * backup staff stand in, and without them the last list stays, which is said (code_warning
 * "nobody").
 *
 * Weights: of those who could receive, whoever has had more than their part of the customers of
 * this shift (since the same people have been on duty) is left out until the others have caught up.
 * So nobody is ahead by more than one customer and those who came between two looks; equal weights
 * never change the list. Functions without a
 * transaction are pure.
 */
#ifndef KOI_DOMAIN_CODE_H
#define KOI_DOMAIN_CODE_H

#include "store/code.h"
#include "store/code_entry.h"

/* A new state: CODE_STATE_CHARS random letters and digits, 142 bits. In the arena. */
struct str code_new_state(struct arena *a);

/* Whether a member's hours say that they receive at that time, in the corp's zone. */
bool code_on_duty(const struct code *c, int64_t staff_id, int64_t at_s);

enum code_why {
    CODE_ON_DUTY, /* those who can */
    CODE_BACKUP,  /* none of them can: backup staff */
    CODE_NOBODY,  /* nor they: the list stays as it is */
};
struct code_choice {
    enum code_why why;
    struct str on_duty; /* userids of those who could, comma-separated, in the code's order */
    struct str listed;  /* of those who should stand at WeCom now; empty when `why` is NOBODY */
    size_t n;
};
/* Of a staff code or a link. `received` as code_received() gives it; while the people on duty are
 * not those of `c->on_duty`, its `shift` is not looked at, for a new shift begins. */
void code_pick(const struct code *c, int64_t now_s, const struct code_received *received, size_t n,
               struct arena *a, struct code_choice *out);

/* Everyone who is no backup and has not left, for a code that is made while nobody can receive; its
 * whole staff when there is none of them. */
struct str code_everyone(const struct code *c, struct arena *a);

/* Of a group code: the group that is being filled, which is the first that exists and has fewer
 * than full_at members. When there is none: the last that exists, `why` CODE_NOBODY, unless WeCom
 * makes more by itself (auto_room). `listed`: its chat id; empty without any group. */
void code_pick_group(const struct code *c, struct arena *a, struct code_choice *out);

/* The first greeting that fits a customer ("new", "old", "buyer") at that time; NULL: none. */
const struct code_welcome *code_welcome_at(const struct code *c, struct str customer, int64_t at_s);
/* A text with {name} {staff} {code} {day} filled in; an absent value leaves its word standing. Cut
 * after `chars` characters unless 0. */
struct code_words {
    struct str name, staff, code;
    int64_t at_s;
};
struct str code_fill(struct str text, const struct code_words *words, size_t chars,
                     struct arena *a);

/* What a new friend who came by `state` to that member of staff is greeted with, for the lane that
 * sends welcomes: the text with {name} still in it (who it is may not be known in time) and a JSON
 * list of attachments as people chose them (attachment.h). RC_NOT_FOUND, `e` untouched, when the
 * state is no code of ours, or none of its greetings fits. */
struct code_greeting {
    int64_t code_id;
    struct str text, attachments;
};
enum rc code_welcome(struct tx *tx, struct str state, struct str userid, int64_t now_s,
                     struct str customer, struct arena *a, struct code_greeting *out,
                     struct err *e);

/* Whether WeCom and Koi allow what people ask for: limits of lists, hours, texts. The first that is
 * wrong, by its field. */
enum rc code_check(const struct code *c, int64_t now_s, struct err *e);
/* Whether staff, groups, tags, stage and source exist; fills in userids and chat ids. */
enum rc code_check_rows(struct tx *tx, struct code *c, struct arena *a, struct err *e);
/* Whether the originals that its greetings are sent with exist, and are of their kinds. */
enum rc code_check_media(struct tx *tx, const struct code *c, struct err *e);

#endif
