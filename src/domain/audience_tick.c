/* audience_tick.c — one tick over all live audiences.
 *
 * For each: the ids of now from the mirror; if number and sum are those stored, nothing changed
 * and nothing else is read. Otherwise members_plan() says which lists to write, what became of
 * those who are missing is asked once (`fates`: most left, some were merged or erased), and
 * closures write piece by piece. A closure asks again under lock about whom it lists, so that
 * nobody who was erased meanwhile comes back as a move. Its last statement takes the audience's
 * step further; if somebody else did, the closure fails and has not been.
 */
#include "domain/audience_tick.h"

#include "base/limits.h"
#include "domain/audience_members.h"
#include "domain/expression.h"
#include "query/answer.h"
#include "store/audience.h"
#include "store/ids.h"
#include "store/list.h"

#include <assert.h>
#include <stdlib.h>

enum {
    HOUR_S = 3600,
    FATES_AT_ONCE = 1000,
    PIECE_WEIGHT = 8, /* a list costs as much as eight moves */
    CLOSURE_WEIGHT = LIMIT_CLOSURE_ROWS - 10,
    SEEN_AT_ONCE = 400,
};

/* Somebody who is missing, other than by having left: gone (0), or left as whom they were merged
 * into. */
struct fate {
    int64_t id, left_as;
};

/* An audience in which nothing changed. */
struct seen {
    int64_t id;
    struct audience_follow state;
    int64_t before_s; /* the tick before */
};

struct following {
    struct audience_tick *tick;
    struct writer *writer;
    struct arena a;
    int64_t id;
    struct audience_follow state; /* as the database has it */
    int64_t *now;
    size_t n;
    struct member_piece *pieces;
    size_t pieces_n, at;
    struct fate *fates; /* by id */
    size_t fates_n, fates_room;
    int64_t *back; /* those who stand for members that were merged into them, ascending */
    size_t back_n, back_room;
    bool listed;
    /* What the closure that runs has found: it may run twice. */
    struct audience_follow next;
    size_t next_at;
    struct audience_size sums;
    int64_t moves;
};

/* ---- what became of those who are missing ---- */

static int fate_compare(const void *a, const void *b)
{
    const struct fate *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

static bool has_id(const int64_t *ids, size_t n, int64_t id)
{
    return n > 0 && bsearch(&id, ids, n, sizeof id, ids_compare) != NULL;
}

/* The piece in whose range somebody is, if it is to be written. */
static const struct member_piece *piece_of(const struct following *f, int64_t id)
{
    size_t from = 0, to = f->pieces_n;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (f->pieces[middle].from_id <= id)
            from = middle + 1;
        else
            to = middle;
    }
    return from == 0 ? NULL : &f->pieces[from - 1];
}

/* Somebody who was a member, and is to be written as one no more. */
static bool was_old(const struct following *f, int64_t id)
{
    const struct member_piece *p = piece_of(f, id);
    return p != NULL && has_id(p->old, p->old_n, id);
}

/* Those who are missing, by id, while the database says what they are. */
struct asking_fates {
    struct following *f;
    const int64_t *ids;
    size_t n, at;
    struct fate *merged; /* left_as: their root */
    size_t merged_n, merged_room;
};

static void add_gone(struct following *f, int64_t id)
{
    *LIST_ADD(&f->a, f->fates, f->fates_n, f->fates_room) = (struct fate){.id = id};
}

static void see_fate(void *to, int64_t id, int64_t root_id, bool erased)
{
    struct asking_fates *x = to;
    for (; x->at < x->n && x->ids[x->at] < id; x->at++)
        add_gone(x->f, x->ids[x->at]); /* an import that was undone took the row itself */
    x->at++;
    if (erased)
        add_gone(x->f, id);
    else if (root_id != id)
        *LIST_ADD(&x->f->a, x->merged, x->merged_n, x->merged_room) = (struct fate){id, root_id};
}

/* The first who was merged into somebody stands for them: they left as that one, or that one is
 * back in their place; all others of theirs are just gone. */
static void settle_merged(struct following *f, const struct fate *merged, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int64_t root = merged[i].left_as;
        bool first = true;
        for (size_t k = 0; k < i && first; k++)
            first = merged[k].left_as != root;
        struct fate *fate = LIST_ADD(&f->a, f->fates, f->fates_n, f->fates_room);
        fate->id = merged[i].id;
        if (!first)
            continue;
        if (has_id(f->now, f->n, root)) /* of no account where they were a member already */
            *LIST_ADD(&f->a, f->back, f->back_n, f->back_room) = root;
        else if (!was_old(f, root))
            fate->left_as = root;
    }
    if (f->back_n > 0)
        qsort(f->back, f->back_n, sizeof *f->back, ids_compare);
}

struct id_list {
    int64_t *ids;
    size_t n;
};

static void add_id(void *to, int64_t id)
{
    struct id_list *l = to;
    l->ids[l->n++] = id;
}

static enum rc ask_fates(struct following *f, struct tx *tx, struct err *e)
{
    size_t left = 0;
    for (size_t i = 0; i < f->pieces_n; i++)
        left += f->pieces[i].left_n;
    struct id_list missing = {.ids = ARENA_ARRAY(&f->a, int64_t, left + 1)};
    for (size_t i = 0; i < f->pieces_n; i++) {
        const struct member_piece *p = &f->pieces[i];
        members_missing(p->old, p->old_n, p->now, p->now_n, add_id, &missing);
    }
    assert(missing.n == left);
    struct asking_fates x = {.f = f};
    enum rc rc = RC_OK;
    for (size_t from = 0; rc == RC_OK && from < left; from += FATES_AT_ONCE) {
        x.ids = missing.ids + from;
        x.n = left - from < FATES_AT_ONCE ? left - from : FATES_AT_ONCE;
        x.at = 0;
        rc = audience_fates(tx, x.ids, x.n, see_fate, &x, e);
        for (; rc == RC_OK && x.at < x.n; x.at++)
            add_gone(f, x.ids[x.at]);
    }
    if (rc != RC_OK)
        return rc;
    settle_merged(f, x.merged, x.merged_n);
    if (f->fates_n > 0)
        qsort(f->fates, f->fates_n, sizeof *f->fates, fate_compare);
    return RC_OK;
}

/* ---- writing ---- */

/* A closure's share: some pieces, and who of those it lists is a root that is not erased. */
struct share {
    struct following *f;
    struct tx *tx;
    struct err *e;
    enum rc rc;
    struct id_list who;
    struct id_list alive; /* of `who` */
    struct id_list kept;  /* of the piece at hand: its members */
};

static void see_alive(void *to, int64_t id, int64_t root_id, bool erased)
{
    struct share *s = to;
    if (root_id == id && !erased)
        add_id(&s->alive, id);
}

static bool is_alive(const struct share *s, int64_t id)
{
    return !s->f->listed || has_id(s->alive.ids, s->alive.n, id);
}

static void list_move(struct share *s, int64_t customer_id, bool entered)
{
    struct following *f = s->f;
    if (!f->listed) {
        f->sums.unlisted++;
        return;
    }
    if (s->rc == RC_OK)
        s->rc = audience_move_add(s->tx, f->id, customer_id, f->tick->now_s, entered, s->e);
    f->moves++;
}

/* As whom somebody who is missing left; 0: as nobody. */
static int64_t left_as(const struct following *f, int64_t id)
{
    const struct fate key = {.id = id}, *fate = NULL;
    if (f->fates_n > 0)
        fate = bsearch(&key, f->fates, f->fates_n, sizeof key, fate_compare);
    return fate == NULL ? id : fate->left_as;
}

static void put_left(void *to, int64_t id)
{
    struct share *s = to;
    struct following *f = s->f;
    int64_t as = left_as(f, id);
    if (!f->state.whole)
        return;
    if (as == 0 || !is_alive(s, as)) {
        f->sums.gone++;
        return;
    }
    f->sums.left++;
    list_move(s, as, false);
}

/* Of the members of now who are new; false for one who is none any more. */
static bool put_new(struct share *s, int64_t id)
{
    struct following *f = s->f;
    if (!is_alive(s, id))
        return false;
    if (!f->state.whole)
        return true;
    if (has_id(f->back, f->back_n, id)) {
        f->sums.gone--;
        return true;
    }
    f->sums.entered++;
    list_move(s, id, true);
    return true;
}

static void put_list(struct share *s, int64_t from_id, const int64_t *ids, size_t n)
{
    struct arena *a = tx_arena(s->tx);
    struct audience_list_head head = {from_id, (int64_t)n, members_sum(ids, n)};
    if (s->rc == RC_OK)
        s->rc = audience_list_put(s->tx, s->f->id, &head, members_pack(a, from_id, ids, n), s->e);
}

static void put_piece(struct share *s, const struct member_piece *p)
{
    struct following *f = s->f;
    members_missing(p->old, p->old_n, p->now, p->now_n, put_left, s);
    s->kept.n = 0;
    for (size_t i = 0, k = 0; i < p->now_n; i++) {
        while (k < p->old_n && p->old[k] < p->now[i])
            k++;
        bool old = k < p->old_n && p->old[k] == p->now[i];
        if (old || put_new(s, p->now[i]))
            add_id(&s->kept, p->now[i]);
    }
    put_list(s, p->from_id, s->kept.ids, s->kept.n);
    f->next.size += (int64_t)s->kept.n - (int64_t)p->old_n;
    f->next.sum += members_sum(s->kept.ids, s->kept.n) - members_sum(p->old, p->old_n);
}

/* The end of a stored list of which the closure writes only the beginning. */
static void put_rest(struct share *s, size_t end)
{
    const struct following *f = s->f;
    size_t n = 0;
    if (end == f->pieces_n || !f->pieces[end - 1].split)
        return;
    for (size_t i = end; i < f->pieces_n && f->pieces[i - 1].split; i++)
        n += f->pieces[i].old_n;
    if (n > 0)
        put_list(s, f->pieces[end].from_id, f->pieces[end].old, n);
}

/* Where a closure that begins at `at` ends, by what it writes. */
static size_t share_end(const struct following *f)
{
    size_t end = f->at, weight = 0;
    for (; end < f->pieces_n; end++) {
        const struct member_piece *p = &f->pieces[end];
        weight += PIECE_WEIGHT + (f->listed ? p->entered_n + p->left_n : 0);
        if (end > f->at && weight > CLOSURE_WEIGHT)
            break;
    }
    return end;
}

static void add_left(void *to, int64_t id)
{
    struct share *s = to;
    int64_t as = left_as(s->f, id);
    if (as != 0)
        add_id(&s->who, as);
}

static enum rc ask_alive(struct share *s, size_t end)
{
    struct following *f = s->f;
    size_t n = 0;
    for (size_t i = f->at; i < end; i++)
        n += f->pieces[i].entered_n + f->pieces[i].left_n;
    s->kept.ids = ARENA_ARRAY(tx_arena(s->tx), int64_t, MEMBERS_MOST);
    if (!f->listed || n == 0)
        return RC_OK;
    s->who.ids = ARENA_ARRAY(tx_arena(s->tx), int64_t, n);
    s->alive.ids = ARENA_ARRAY(tx_arena(s->tx), int64_t, n);
    for (size_t i = f->at; i < end; i++) {
        const struct member_piece *p = &f->pieces[i];
        members_missing(p->old, p->old_n, p->now, p->now_n, add_left, s);
        members_missing(p->now, p->now_n, p->old, p->old_n, add_id, &s->who);
    }
    return audience_fates(s->tx, s->who.ids, s->who.n, see_alive, s, s->e);
}

static enum rc elsewhere(struct err *e)
{
    return err_set(e, RC_CONFLICT, "audience_followed_elsewhere", NULL,
                   "另一个节点正在计算这个人群", "another node is following this audience");
}

/* Its size, what it stands at, and the hour's figures: the end of each closure. */
static enum rc put_state(struct following *f, struct tx *tx, struct err *e)
{
    bool held = false, end = f->next_at == f->pieces_n;
    f->sums.hour_s = f->tick->now_s - f->tick->now_s % HOUR_S;
    f->sums.size = f->next.size;
    f->sums.began = !f->state.whole;
    f->next.whole = f->state.whole || end;
    f->next.at_s = end ? f->tick->now_s : f->state.at_s;
    enum rc rc = audience_size_add(tx, f->id, &f->sums, e);
    if (rc == RC_OK && end)
        rc = audience_follow_size(tx, f->id, &f->next, e);
    if (rc == RC_OK)
        rc = audience_follow_store(tx, f->id, &f->next, &held, e);
    return rc == RC_OK && !held ? elsewhere(e) : rc;
}

static enum rc write_some(struct tx *tx, void *arg, struct err *e)
{
    struct following *f = arg;
    struct share s = {.f = f, .tx = tx, .e = e};
    f->next = f->state;
    f->sums = (struct audience_size){0};
    f->moves = 0;
    f->next_at = share_end(f);
    s.rc = ask_alive(&s, f->next_at);
    for (size_t i = f->at; s.rc == RC_OK && i < f->next_at; i++)
        put_piece(&s, &f->pieces[i]);
    if (s.rc == RC_OK && f->next_at > f->at)
        put_rest(&s, f->next_at);
    return s.rc == RC_OK ? put_state(f, tx, e) : s.rc;
}

static bool stopping(const struct audience_tick *tick)
{
    return tick->stopping != NULL && tick->stopping(tick->arg);
}

static enum rc write_all(struct following *f, struct err *e)
{
    struct audience_tick *tick = f->tick;
    tick->began += !f->state.whole;
    do {
        if (stopping(tick))
            return RC_OK;
        enum rc rc = writer_run(f->writer, write_some, f, e);
        if (rc != RC_OK)
            return rc;
        f->at = f->next_at;
        f->next.step++;
        f->state = f->next;
        tick->entered += f->sums.entered;
        tick->left += f->sums.left;
        tick->gone += f->sums.gone;
        tick->listed += f->moves;
    } while (f->at < f->pieces_n);
    return RC_OK;
}

/* ---- one audience ---- */

static enum rc begin_anew(struct tx *tx, void *arg, struct err *e)
{
    struct following *f = arg;
    bool held = false, empty = false;
    f->next = (struct audience_follow){.version = f->state.version, .step = f->state.step};
    enum rc rc = audience_follow_clear(tx, f->id, false, &empty, e);
    if (rc == RC_OK)
        rc = audience_follow_store(tx, f->id, &f->next, &held, e);
    f->next_at = empty;
    return rc == RC_OK && !held ? elsewhere(e) : rc;
}

/* Another text, or lists that do not say what they should: the members of now are its first. */
static enum rc start_over(struct following *f, struct err *e)
{
    enum rc rc = RC_OK;
    for (f->next_at = 0; rc == RC_OK && f->next_at == 0;) {
        rc = writer_run(f->writer, begin_anew, f, e);
        f->next.step++;
        f->state = f->next;
    }
    return rc;
}

struct list_source {
    struct tx *tx;
    int64_t id;
};

static enum rc read_list(void *from, const struct audience_list_head *head, int64_t *out,
                         struct err *e)
{
    struct list_source *x = from;
    struct str packed;
    enum rc rc = audience_list_ids(x->tx, x->id, head->from_id, &packed, e);
    if (rc != RC_OK)
        return rc;
    size_t n = (size_t)head->n;
    bool good = members_unpack(packed, head->from_id, out, n) && members_sum(out, n) == head->sum;
    return good ? RC_OK
                : err_set(e, RC_CORRUPT, "audience_members", NULL, "人群成员的记录损坏",
                          "the stored members of an audience are damaged");
}

/* What is to be written; RC_CORRUPT when the lists are not what they should be. */
static enum rc plan(struct following *f, struct tx *tx, struct err *e)
{
    struct audience_list_head *heads = NULL;
    size_t n = 0;
    int64_t size = 0;
    uint64_t sum = 0;
    enum rc rc = audience_list_heads(tx, f->id, &heads, &n, e);
    for (size_t i = 0; i < n; i++) {
        size += heads[i].n;
        sum += heads[i].sum;
    }
    if (rc == RC_OK && (size != f->state.size || sum != f->state.sum))
        return err_set(e, RC_CORRUPT, "audience_members", NULL, "人群成员的记录损坏",
                       "the stored members of an audience are damaged");
    struct list_source from = {tx, f->id};
    if (rc == RC_OK)
        rc = members_plan(&f->a, heads, n, f->now, f->n, read_list, &from, &f->pieces, &f->pieces_n,
                          e);
    if (rc == RC_OK && f->state.whole)
        rc = ask_fates(f, tx, e);
    int64_t moves = 0, most = f->tick->most > 0 ? f->tick->most : LIMIT_AUDIENCE_MOVES;
    for (size_t i = 0; i < f->pieces_n; i++)
        moves += (int64_t)(f->pieces[i].entered_n + f->pieces[i].left_n);
    f->listed = f->state.whole && moves <= most;
    return rc;
}

static bool unchanged(const struct following *f)
{
    return f->state.whole && (int64_t)f->n == f->state.size &&
           members_sum(f->now, f->n) == f->state.sum;
}

/* Where it stands; `out_anew`: not followed yet, or by another text. */
static enum rc stands_at(struct following *f, struct tx *tx, int64_t version, bool *out_anew,
                         struct err *e)
{
    enum rc rc = audience_follow_load(tx, f->id, &f->state, e);
    *out_anew = rc == RC_NOT_FOUND || f->state.version != version;
    f->state.version = version;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* Asks the audience and looks where it stands; `out_same`: nothing changed. */
static enum rc look(struct following *f, struct db *db, const struct snapshot *s, bool *out_same,
                    bool *out_anew, struct err *e)
{
    struct tx *tx;
    struct audience_row row;
    struct audience_question q = {.now_s = f->tick->now_s, .period_s = EXPRESSION_PERIOD_S};
    enum rc rc = db_read_begin(db, &tx, e);
    if (rc != RC_OK)
        return rc;
    rc = audience_load(tx, f->id, &row, e);
    if (rc == RC_OK)
        rc = expression_read(tx, AUDIENCE_CUSTOMER, row.expression, &q.expr, e);
    if (rc == RC_OK)
        rc = answer_members(s, tx, &q, &f->now, &f->n, e);
    if (rc == RC_OK)
        rc = stands_at(f, tx, row.version, out_anew, e);
    *out_same = rc == RC_OK && !*out_anew && unchanged(f);
    if (rc == RC_OK && !*out_same && !*out_anew)
        rc = plan(f, tx, e);
    db_read_end(tx);
    if (rc == RC_CORRUPT) {
        *out_anew = true;
        rc = RC_OK;
    }
    return rc;
}

static enum rc plan_anew(struct following *f, struct db *db, struct err *e)
{
    struct tx *tx;
    enum rc rc = start_over(f, e);
    if (rc == RC_OK)
        rc = db_read_begin(db, &tx, e);
    if (rc != RC_OK)
        return rc;
    f->pieces_n = f->fates_n = f->back_n = 0;
    rc = plan(f, tx, e);
    db_read_end(tx);
    return rc;
}

static enum rc follow(struct audience_tick *tick, struct db *db, struct writer *writer,
                      const struct snapshot *s, int64_t id, struct seen *seen, bool *out_same,
                      struct err *e)
{
    struct following f = {.tick = tick, .writer = writer, .id = id};
    bool anew = false;
    arena_init(&f.a, 0);
    enum rc rc = look(&f, db, s, out_same, &anew, e);
    if (rc == RC_INVALID || rc == RC_LIMIT) { /* a tag was renamed, say: its members stay */
        tick->stale++;
        *out_same = false;
        rc = RC_OK;
    } else if (rc == RC_OK && *out_same) {
        *seen = (struct seen){id, f.state, f.state.at_s};
    } else if (rc == RC_OK) {
        rc = anew ? plan_anew(&f, db, e) : RC_OK;
        if (rc == RC_OK)
            rc = write_all(&f, e);
    }
    free(f.now);
    arena_done(&f.a);
    return rc;
}

/* ---- all of them ---- */

struct looked {
    struct audience_tick *tick;
    struct seen seen[SEEN_AT_ONCE];
    size_t n;
};

/* Still so: the time for lists, and a row for an hour that has none yet. */
static enum rc write_seen(struct tx *tx, void *arg, struct err *e)
{
    const struct looked *l = arg;
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < l->n; i++) {
        struct audience_follow now = l->seen[i].state;
        struct audience_size hour = {.hour_s = l->tick->now_s - l->tick->now_s % HOUR_S,
                                     .size = now.size};
        bool held = false;
        now.at_s = l->tick->now_s;
        rc = audience_follow_store(tx, l->seen[i].id, &now, &held, e);
        if (rc == RC_OK && held)
            rc = audience_follow_size(tx, l->seen[i].id, &now, e);
        if (rc == RC_OK && held && l->seen[i].before_s < hour.hour_s)
            rc = audience_size_add(tx, l->seen[i].id, &hour, e);
    }
    return rc;
}

static enum rc flush_seen(struct looked *l, struct writer *writer, struct err *e)
{
    enum rc rc = l->n > 0 ? writer_run(writer, write_seen, l, e) : RC_OK;
    l->n = 0;
    return rc;
}

static enum rc load_live(struct db *db, struct arena *a, int64_t after_id, int64_t **out,
                         size_t *out_n, struct err *e)
{
    struct tx *tx;
    struct audience_row row = {0};
    size_t room = 0, first = 0;
    int64_t *ids = NULL;
    enum rc rc = db_read_begin(db, &tx, e);
    if (rc != RC_OK)
        return rc;
    while ((rc = audience_next_live(tx, row.id, &row, e)) == RC_OK)
        if (expression_subject(row.subject) == AUDIENCE_CUSTOMER)
            *LIST_ADD(a, ids, *out_n, room) = row.id;
    db_read_end(tx);
    if (rc != RC_NOT_FOUND)
        return rc;
    while (first < *out_n && ids[first] <= after_id)
        first++;
    *out = ARENA_ARRAY(a, int64_t, *out_n + 1);
    for (size_t i = 0; i < *out_n; i++)
        (*out)[i] = ids[(first + i) % *out_n];
    return RC_OK;
}

static enum rc forget_stray(struct tx *tx, void *arg, struct err *e)
{
    bool empty;
    return audience_follow_clear(tx, *(int64_t *)arg, true, &empty, e);
}

/* What is not live any more is not followed any more. */
static enum rc forget_strays(struct db *db, struct writer *writer, struct err *e)
{
    for (;;) {
        struct tx *tx;
        int64_t id = 0;
        enum rc rc = db_read_begin(db, &tx, e);
        if (rc != RC_OK)
            return rc;
        rc = audience_follow_stray(tx, &id, e);
        db_read_end(tx);
        if (rc == RC_OK)
            rc = writer_run(writer, forget_stray, &id, e);
        if (rc != RC_OK)
            return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
}

enum rc audience_tick_run(struct db *db, struct writer *writer, const struct snapshot *s,
                          struct audience_tick *tick, struct err *e)
{
    assert(s != NULL);
    *tick =
        (struct audience_tick){tick->now_s, tick->after_id, tick->most, tick->stopping, tick->arg};
    struct arena a;
    int64_t *ids = NULL, most = tick->most > 0 ? tick->most : LIMIT_AUDIENCE_MOVES;
    size_t n = 0;
    arena_init(&a, 0);
    struct looked *looked = ARENA_NEW(&a, struct looked);
    looked->tick = tick;
    enum rc rc = forget_strays(db, writer, e), worst = RC_OK;
    if (rc == RC_OK)
        rc = load_live(db, &a, tick->after_id, &ids, &n, e);
    tick->after_id = 0;
    for (size_t i = 0; rc == RC_OK && i < n && !stopping(tick); i++) {
        bool same = false;
        rc = follow(tick, db, writer, s, ids[i], &looked->seen[looked->n], &same, e);
        worst = rc == RC_OK ? worst : rc;
        looked->n += same;
        tick->asked++;
        rc = looked->n == SEEN_AT_ONCE ? flush_seen(looked, writer, e) : RC_OK;
        if (tick->listed >= most && i + 1 < n) { /* enough for a minute: the rest in the next one */
            tick->after_id = ids[i];
            break;
        }
    }
    if (rc == RC_OK)
        rc = flush_seen(looked, writer, e);
    arena_done(&a);
    return rc == RC_OK ? worst : rc;
}

/* ---- forgetting ---- */

struct expiry {
    int64_t moves_s, sizes_s, after_id, id;
    bool more;
};

static enum rc expire_some(struct tx *tx, void *arg, struct err *e)
{
    struct expiry *x = arg;
    return audience_moves_expire(tx, x->after_id, x->moves_s, x->sizes_s, &x->id, &x->more, e);
}

enum rc audience_tick_expire(struct writer *writer, int64_t moves_s, int64_t sizes_s, struct err *e)
{
    struct expiry x = {.moves_s = moves_s, .sizes_s = sizes_s};
    enum rc rc;
    do {
        rc = writer_run(writer, expire_some, &x, e);
        x.after_id = x.more ? x.after_id : x.id;
    } while (rc == RC_OK && (x.more || x.id != 0));
    return rc;
}
