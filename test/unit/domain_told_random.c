/* domain_told_random.c — random lives of a corp at the platform, told in any order and again.
 *
 * The platform is a naive model: who is whose friend, with which tags, remark and name, and who is
 * in which group. Each step changes one thing and leaves messages: the callback, and answers as
 * they would have been given then. All of them are delivered in a random order, some twice; where
 * a callback cannot be understood the platform is asked, and says how things stand in the end. What
 * the corp holds must then be what the platform holds, and the log must have each fact once and
 * come to the same. A seed is taken from KOI_TEST_SEED.
 */
#include "told_corp.h"

#include "base/rng.h"
#include "pg_fixture.h"
#include "store/chat_group.h"
#include "store/directory.h"
#include "store/relation.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    PEOPLE = 4,
    STAFF = 3,
    TAGS = 4,
    GROUPS = 2,
    STEPS = 24,
    STEP_S = 10,
    MESSAGES = STEPS * 5 + PEOPLE + GROUPS,
    END_S = STEPS * STEP_S + 1000,
};

static const char *const PERSON[PEOPLE] = {"wmA", "wmB", "wmC", "wmD"};
static const char *const MEMBER[STAFF] = {"zhang", "li", "wang"};
static const char *const CHAT[GROUPS] = {"wr1", "wr2"};

/* How things stand at the platform. */
struct pair {
    bool there; /* the platform tells it */
    bool lost;  /* although the customer has ended it */
    int64_t added_s;
    unsigned tags; /* bits */
    int remark;    /* 0: none */
};
struct world {
    struct pair pairs[PEOPLE][STAFF];
    int names[PEOPLE];
    int64_t in[GROUPS][PEOPLE]; /* joined; 0: not in it */
    int version[GROUPS];
};

enum what { ANSWER, PART, BEGUN, END, GROUP_ANSWER, GROUP_CALLBACK };
struct message {
    enum what what;
    struct world world; /* as it was then */
    int who, staff, group;
    bool by_customer, joined;
    int64_t at_s;
};

struct run {
    struct store_fixture *f;
    struct rng rng;
    struct world world;
    int people, staff; /* who change: the fewer, the more often each */
    struct message *list;
    size_t n;
    struct arena arena;
    int64_t asked_s; /* of questions asked while delivering */
};

static uint64_t test_seed(void)
{
    const char *given = getenv("KOI_TEST_SEED");
    int64_t seed;
    return given != NULL && str_to_i64(str_from(given), &seed) ? (uint64_t)seed : 20261123;
}

static int below(struct run *r, int n)
{
    return (int)rng_below(&r->rng, (uint64_t)n);
}

/* ---- the platform's life ---- */

static void leave_message(struct run *r, struct message m)
{
    assert_true(r->n < MESSAGES);
    m.world = r->world;
    r->list[r->n++] = m;
}

static void step_pair(struct run *r, int64_t now_s)
{
    int who = below(r, r->people), staff = below(r, r->staff), what = below(r, 6);
    struct pair *p = &r->world.pairs[who][staff];
    struct message end = {.what = END, .who = who, .staff = staff, .at_s = now_s};
    if (!p->there || (p->lost && what < 4)) {
        unsigned tags = p->there ? p->tags : 0;
        *p = (struct pair){.there = true, .added_s = now_s, .tags = tags, .remark = p->remark};
        if (below(r, 3) > 0)
            leave_message(
                r, (struct message){.what = BEGUN, .who = who, .staff = staff, .at_s = now_s});
    } else if (what == 0 && !p->lost) {
        p->lost = true;
        end.by_customer = true;
        leave_message(r, end);
    } else if (what == 1) {
        bool friends = !p->lost;
        *p = (struct pair){0};
        if (friends)
            leave_message(r, end);
    } else if (what <= 3) {
        p->tags = (unsigned)below(r, 1 << TAGS);
    } else if (what == 4) {
        p->remark = below(r, 4);
    } else {
        r->world.names[who] = below(r, 3);
    }
    if (below(r, 3) > 0)
        leave_message(r, (struct message){.what = ANSWER, .who = who, .at_s = now_s + 1});
    if (below(r, 3) == 0 && p->there)
        leave_message(
            r, (struct message){.what = PART, .who = who, .staff = staff, .at_s = now_s + 2});
}

static void step_group(struct run *r, int64_t now_s)
{
    int g = below(r, GROUPS), who = below(r, r->people);
    bool joined = r->world.in[g][who] == 0;
    r->world.in[g][who] = joined ? now_s : 0;
    r->world.version[g]++;
    if (below(r, 4) > 0)
        leave_message(
            r,
            (struct message){
                .what = GROUP_CALLBACK, .group = g, .who = who, .joined = joined, .at_s = now_s});
    if (below(r, 3) == 0)
        leave_message(r, (struct message){.what = GROUP_ANSWER, .group = g, .at_s = now_s + 1});
}

/* ---- telling it ---- */

static struct str text(struct run *r, const char *word, int n)
{
    return arena_printf(&r->arena, "%s%d", word, n);
}

static struct told_follow follow_of(struct run *r, const struct pair *p, int staff)
{
    struct str *tags = ARENA_ARRAY(&r->arena, struct str, TAGS);
    struct told_follow f = {
        .userid = str_from(MEMBER[staff]),
        .added_s = TOLD_BASE_S + p->added_s,
        .remark = p->remark == 0 ? STR("") : text(r, "remark", p->remark),
        .add_way = staff + 1,
        .tag_ids = tags,
        .tags_told = true,
    };
    for (int i = 0; i < TAGS; i++)
        if ((p->tags >> i & 1) != 0)
            tags[f.tag_ids_n++] = text(r, "T", i);
    return f;
}

/* `only` -1: all of them. */
static void tell_person(struct run *r, const struct world *w, int who, int only, int64_t asked_s)
{
    struct told_follow follows[STAFF];
    struct told_contact c = {
        .external_userid = str_from(PERSON[who]),
        .name = text(r, "name", w->names[who]),
        .type = 1,
        .follows = follows,
        .complete = only < 0,
        .asked_us = TOLD_US(asked_s),
    };
    for (int s = 0; s < STAFF; s++)
        if (w->pairs[who][s].there && (only < 0 || only == s))
            follows[c.follows_n++] = follow_of(r, &w->pairs[who][s], s);
    struct contact_applied out = tell_contact(r->f, &c);
    assert_int_equal(out.unknown_tags, 0);
}

static void tell_whole_group(struct run *r, const struct world *w, int g, int64_t asked_s)
{
    struct told_member members[PEOPLE];
    struct told_group told = {
        .chat_id = str_from(CHAT[g]),
        .name = text(r, "group", g),
        .owner = str_from(MEMBER[g]),
        .version = text(r, "v", w->version[g]),
        .created_s = TOLD_BASE_S,
        .members = members,
        .asked_us = TOLD_US(asked_s),
    };
    for (int i = 0; i < PEOPLE; i++)
        if (w->in[g][i] != 0)
            members[told.members_n++] = (struct told_member){
                .id = str_from(PERSON[i]), .joined_s = TOLD_BASE_S + w->in[g][i], .join_scene = 1};
    assert_false(tell_group(r->f, &told).more);
}

static void deliver(struct run *r, const struct message *m)
{
    const char *who = PERSON[m->who];
    struct str id = str_from(who);
    struct told_member_change change = {
        .chat_id = str_from(CHAT[m->group]),
        .joined = m->joined,
        .ids = &id,
        .n = 1,
        .at_s = TOLD_BASE_S + m->at_s,
    };
    switch (m->what) {
    case ANSWER:
        tell_person(r, &m->world, m->who, -1, m->at_s);
        break;
    case PART:
        tell_person(r, &m->world, m->who, m->staff, m->at_s);
        break;
    case BEGUN:
        if (below(r, 2) == 0)
            tell_person(r, &r->world, m->who, -1, r->asked_s++);
        tell_begun(r->f, who, MEMBER[m->staff], m->at_s);
        break;
    case GROUP_ANSWER:
        tell_whole_group(r, &m->world, m->group, m->at_s);
        break;
    case GROUP_CALLBACK:
        tell_members(r->f, &change);
        tell_whole_group(r, &r->world, m->group, r->asked_s++);
        break;
    case END:
        if (tell_end(r->f, who, MEMBER[m->staff], m->at_s, m->by_customer) != CONTACT_UNKNOWN)
            break;
        tell_person(r, &r->world, m->who, -1, r->asked_s++);
        tell_end(r->f, who, MEMBER[m->staff], m->at_s, m->by_customer);
        break;
    }
}

/* In any order, every third twice. */
static void deliver_all(struct run *r)
{
    size_t n = r->n, order[MESSAGES * 2];
    for (size_t i = 0; i < r->n; i++)
        order[i] = i;
    for (size_t i = 0; i < r->n; i++)
        if (below(r, 3) == 0)
            order[n++] = i;
    for (size_t i = n; i > 1; i--) {
        size_t j = (size_t)below(r, (int)i), other = order[j];
        order[j] = order[i - 1];
        order[i - 1] = other;
    }
    for (size_t i = 0; i < n; i++)
        deliver(r, &r->list[order[i]]);
}

/* ---- comparing ---- */

static unsigned tags_on(struct run *r, struct tx *tx, int64_t relation_id)
{
    static const struct sql NUMBERED = {
        .text = "SELECT CAST(substr(t.external_id, 2) AS BIGINT) FROM relation_tag x"
                " JOIN tag t ON t.id = x.tag_id WHERE x.relation_id = $1",
        .in = "i",
        .out = "i",
    };
    struct rows *rows;
    unsigned bits = 0;
    store_must(r->f, tx_query(tx, &NUMBERED, &rows, &r->f->err, relation_id));
    while (rows_next(rows))
        bits |= 1u << rows_int(rows, 0);
    store_must(r->f, rows_end(rows, &r->f->err));
    return bits;
}

static void compare_pair(struct run *r, struct tx *tx, int64_t customer_id, const struct pair *p,
                         int staff)
{
    struct staff_row s;
    struct relation_row row = {0};
    enum rc rc = directory_find_staff(tx, str_from(MEMBER[staff]), &s, &r->f->err);
    if (rc == RC_OK)
        rc = relation_find(tx, customer_id, s.id, &row, &r->f->err);
    if (rc == RC_NOT_FOUND) {
        assert_false(p->there);
        return;
    }
    store_must(r->f, rc);
    assert_int_equal(row.deleted_s == DB_NULL, p->there && !p->lost);
    if (!p->there)
        return;
    struct str remark = STR("");
    if (!str_absent(row.remark_sealed))
        store_must(r->f, secret_open(r->f->keys, STR("relation.remark"), row.remark_sealed,
                                     tx_arena(tx), &remark, &r->f->err));
    struct str wanted = p->remark == 0 ? STR("") : text(r, "remark", p->remark);
    assert_true(str_eq(remark, wanted));
    assert_int_equal(tags_on(r, tx, row.id), p->tags);
    if (!p->lost)
        assert_int_equal(row.added_s, TOLD_BASE_S + p->added_s);
}

static void compare_groups(struct run *r, struct tx *tx, int who, int64_t customer_id)
{
    for (int g = 0; g < GROUPS; g++) {
        struct chat_group_row row;
        struct chat_member *members = NULL;
        size_t n = 0;
        bool in = false;
        store_must(r->f, chat_group_find(tx, str_from(CHAT[g]), &row, &r->f->err));
        store_must(r->f, chat_group_members(tx, row.id, &members, &n, &r->f->err));
        for (size_t i = 0; i < n; i++)
            in = in || (members[i].customer_id == customer_id && members[i].left_s == DB_NULL);
        assert_int_equal(in, r->world.in[g][who] != 0);
    }
}

static void compare(struct run *r)
{
    static const struct sql NICKNAME = {
        .text = "SELECT 1 FROM customer WHERE id = $1 AND nickname = $2", .in = "is", .out = "i"};
    struct tx *tx;
    store_must(r->f, db_read_begin(r->f->db, &tx, &r->f->err));
    for (int who = 0; who < PEOPLE; who++) {
        uint8_t hash[SECRET_INDEX_BYTES];
        int64_t id, one;
        identity_hash(r->f->keys, IDENTITY_EXTERNAL_USERID, str_from(PERSON[who]), hash);
        store_must(r->f,
                   identity_find(tx, IDENTITY_EXTERNAL_USERID, STR(""), hash, &id, &r->f->err));
        store_must(r->f, tx_int(tx, &NICKNAME, &one, &r->f->err, id,
                                text(r, "name", r->world.names[who])));
        for (int s = 0; s < STAFF; s++)
            compare_pair(r, tx, id, &r->world.pairs[who][s], s);
        compare_groups(r, tx, who, id);
    }
    db_read_end(tx);
    told_log_agrees(r->f);
}

/* ---- runs ---- */

static void tell_library(struct run *r)
{
    struct told_tag tags[TAGS];
    struct told_tag_group group = {.id = STR("G"), .name = STR("组"), .tags = tags, .tags_n = TAGS};
    for (int i = 0; i < TAGS; i++)
        tags[i] = (struct told_tag){.id = text(r, "T", i), .name = text(r, "tag", i)};
    tell_tags(r->f, &group, 1, true);
}

static void one_life(struct store_fixture *f, uint64_t seed)
{
    struct run r = {.f = f, .rng = rng_seed(seed), .asked_s = END_S + 1};
    r.list = calloc(MESSAGES, sizeof *r.list);
    assert_non_null(r.list);
    r.people = 1 + below(&r, PEOPLE);
    r.staff = 1 + below(&r, STAFF);
    arena_init(&r.arena, 0);
    tell_library(&r);
    for (int i = 1; i <= STEPS; i++) {
        if (below(&r, 3) == 0)
            step_group(&r, i * STEP_S);
        else
            step_pair(&r, i * STEP_S);
    }
    for (int i = 0; i < PEOPLE; i++)
        leave_message(&r, (struct message){.what = ANSWER, .who = i, .at_s = END_S});
    for (int g = 0; g < GROUPS; g++)
        leave_message(&r, (struct message){.what = GROUP_ANSWER, .group = g, .at_s = END_S});
    deliver_all(&r);
    compare(&r);
    arena_done(&r.arena);
    free(r.list);
}

static void lives(enum db_engine *engine, int n)
{
    uint64_t seed = test_seed();
    for (int i = 0; i < n; i++) {
        void *one = engine;
        print_message("seed %" PRIu64 "\n", seed + (uint64_t)i);
        store_setup(&one);
        one_life(one, seed + (uint64_t)i);
        store_teardown(&one);
    }
}

static void lives_on_sqlite(void **state)
{
    (void)state;
    lives(&STORE_SQLITE, 200);
}

static void lives_on_postgres(void **state)
{
    (void)state;
    lives(&STORE_POSTGRES, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(lives_on_sqlite),
                                       cmocka_unit_test(lives_on_postgres)};
    return _cmocka_run_group_tests("domain_told_random", tests, pg_fixture_skipped() ? 1 : 2, NULL,
                                   NULL);
}
