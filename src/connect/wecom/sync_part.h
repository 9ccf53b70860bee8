/* sync_part — what the files of a full sync share (sync.h): its place, its way of asking and of
 * writing. For them only.
 */
#ifndef KOI_CONNECT_WECOM_SYNC_PART_H
#define KOI_CONNECT_WECOM_SYNC_PART_H

#include "base/err_json.h"
#include "connect/wecom/page.h"
#include "domain/app.h"
#include "domain/job.h"
#include "domain/told.h"
#include "store/wecom_sync.h"

enum sync_stage {
    STAGE_BEGIN,       /* rows of the last sync go */
    STAGE_TAGS,        /* the library */
    STAGE_FOLLOW,      /* who serves customers */
    STAGE_DEPARTMENTS, /* the tree */
    STAGE_MEMBERS,     /* of each department */
    STAGE_CUSTOMERS,
    STAGE_UNDRESS, /* tags that are gone */
    STAGE_GROUPS,
    STAGE_REST_GROUPS, /* which Koi knows and the list did not tell */
    STAGE_REST_STAFF,  /* whom Koi knows, also by a group of theirs, and no department told */
    STAGE_DONE,
    STAGE_COUNT
};

/* Durable: the cursor of the job. Members are in sync_place.c's table; the upper ones say where it
 * is, the lower ones count. */
struct sync_place {
    int64_t stage;
    int64_t chunk, chunks;
    int64_t single;   /* the chunk could not be asked for together: one member a call */
    int64_t ending;   /* all pages were told: who is missing ends */
    int64_t asked_us; /* when the first page was asked for */
    int64_t after;    /* id behind which the stages of the rest go on */
    char cursor[WECOM_CURSOR_BYTES + 1]; /* empty: the first page */

    int64_t calls, known_friendships, known_groups;
    int64_t departments, staff, staff_done, pages, friendships, groups;
    int64_t made, begun, ended, tagged, untagged, unknown_tags, undressed;
    int64_t joined, group_left, dismissed, tags_changed, staff_changed;
    int64_t problems, outside;
};

/* As text of JSON for job_checkpoint(), in the arena, and back; an empty text is the beginning. */
struct str sync_place_write(const struct sync_place *p, struct arena *a);
enum rc sync_place_read(struct str text, struct arena *a, struct sync_place *out, struct err *e);
void sync_place_set_cursor(struct sync_place *p, struct str cursor);
const char *sync_stage_name(int64_t stage);
/* All counts as members of an open object. */
void sync_place_put_counts(const struct sync_place *p, struct json *out);

enum { SYNC_STRANGE = 64, SYNC_TAG_ID_BYTES = 64 };

struct sync {
    struct job *job;
    struct app *app;
    struct wecom_client *client, *own; /* own: made here, since nothing is served */
    struct sync_place place;
    bool halted;  /* the last question was cut short by an end or a stop */
    bool refused; /* it failed for what it was about, and for that alone */
    int blamed;   /* refusals in a row whose reason may be another */
    /* tags that are worn and not in the library, so that they are not asked for again and again */
    char strange[SYNC_STRANGE][SYNC_TAG_ID_BYTES];
    size_t strange_n;
};

/* What a question is about: everything that comes next, several things of which each can be asked
 * about by itself, or one. */
enum sync_extent { SYNC_ALL, SYNC_SOME, SYNC_ONE };

/* Asks for a page (page.h) in the background. What passes (frequency, network, WeCom busy) is
 * waited for and asked again; then s->refused or s->halted say what kind of failure it is; with
 * neither, the job cannot go on. */
enum rc sync_ask(struct sync *s, const char *path, const struct json_value *fields,
                 struct str cursor, enum sync_extent extent, struct arena *a,
                 struct wecom_page *out, struct err *e);
/* A decoder could not read the answer: refused for one or some, as above. Returns `rc`. */
enum rc sync_unreadable(struct sync *s, enum sync_extent extent, enum rc rc);

/* A request with one text, or one number where the text is absent. */
enum rc sync_request(const char *path, const char *name, struct str text, int64_t number,
                     struct arena *a, const struct json_value **out, struct err *e);

/* Runs a closure that writes and moves the place: `next` is a copy that becomes the place with the
 * commit. May run twice. */
typedef enum rc sync_writing(struct tx *tx, struct sync *s, struct sync_place *next, void *arg,
                             struct err *e);
enum rc sync_write(struct sync *s, sync_writing *run, void *arg, struct err *e);
/* The same without rows: on to the next stage, whose own place begins anew. */
enum rc sync_next_stage(struct sync *s, struct err *e);
void sync_place_next_stage(struct sync_place *next);

/* In a closure: what could not be told, and why; counts it. */
enum rc sync_put_problem(struct tx *tx, struct sync *s, struct sync_place *next,
                         enum sync_kind kind, struct str ref, const struct err *why, struct err *e);
/* The same in a closure of its own; `why` is `e`, which is then no error any more. */
enum rc sync_problem(struct sync *s, enum sync_kind kind, struct str ref, struct err *e);

/* ---- the stages: one step each, RC_OK also when there is more to do ---- */

enum rc sync_tags_step(struct sync *s, struct err *e);
enum rc sync_follow_step(struct sync *s, struct err *e);
enum rc sync_departments_step(struct sync *s, struct err *e);
enum rc sync_members_step(struct sync *s, struct err *e);
enum rc sync_rest_staff_step(struct sync *s, struct err *e);
enum rc sync_customers_step(struct sync *s, struct err *e);
enum rc sync_undress_step(struct sync *s, struct err *e);
enum rc sync_groups_step(struct sync *s, struct err *e);
enum rc sync_rest_groups_step(struct sync *s, struct err *e);

/* Asks for the library and makes it rows; the place does not move. */
enum rc sync_library(struct sync *s, struct err *e);
/* Whether a page wears a tag that the library does not have; if so it has been read again. */
enum rc sync_library_for(struct sync *s, const struct told_contact *told, size_t n, struct err *e);

#endif
