/* audience_members — the members of an audience as packed lists, and how those that are stored
 * become those of now with as few lists as possible written.
 *
 * A list has the members from its from_id up to the next list's from_id, at most MEMBERS_MOST; its
 * sum tells whether it still says what it should. Nothing here reads or writes a database.
 */
#ifndef KOI_DOMAIN_AUDIENCE_MEMBERS_H
#define KOI_DOMAIN_AUDIENCE_MEMBERS_H

#include "store/audience_move.h"

/* With all of a list's members replaced, a closure still stays below LIMIT_CLOSURE_ROWS; half full
 * after a split, so that the next ones who enter do not split it again. */
enum { MEMBERS_MOST = 900, MEMBERS_SPLIT = 450 };

/* Of ids in any order: a sum of a mix of each, so parts add up. About 1 ns an id. */
uint64_t members_sum(const int64_t *ids, size_t n);
/* Ascending ids, none below from_id; bytes in the arena, 2 to 5 an id. */
struct str members_pack(struct arena *a, int64_t from_id, const int64_t *ids, size_t n);
/* Exactly n ids back; false when the bytes are none of ours. */
bool members_unpack(struct str packed, int64_t from_id, int64_t *out, size_t n);

/* Calls each() (may be NULL) with everyone of one list who is not in the other, both ascending; how
 * many they are. */
size_t members_missing(const int64_t *ids, size_t n, const int64_t *in, size_t in_n,
                       void (*each)(void *to, int64_t id), void *to);

/* A list that is to be written: what stands in its range, and what should. */
struct member_piece {
    int64_t from_id;
    const int64_t *old, *now; /* ascending */
    size_t old_n, now_n;
    size_t entered_n, left_n;
    /* The next piece takes over the end of the same stored list: when this one is written without
     * it, what that and those after it have of `old` is to be written as a list, too. */
    bool split;
};

/* What is to be written so that the stored lists (`heads`, ascending) say `now` (n ascending ids):
 * a list in the arena, ascending, empty when they do. read() gives the ids of heads[i] into room
 * for its n; `old` of the pieces is in the arena. Costs a pass over `now`; besides it only what
 * changed. */
enum rc members_plan(struct arena *a, const struct audience_list_head *heads, size_t heads_n,
                     const int64_t *now, size_t n,
                     enum rc (*read)(void *from, const struct audience_list_head *head,
                                     int64_t *out, struct err *e),
                     void *from, struct member_piece **out, size_t *out_n, struct err *e);

#endif
