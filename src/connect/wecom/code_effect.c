/* code_effect.c — tags and remark of a new friend, asked of WeCom between the question who they are
 * and the transaction that writes them down. What was told is never changed unless WeCom has done
 * it. Costs a reading of the code, and a call where it has tags of the library, one where it has a
 * remark; refuses nothing, for a friend is worth more than their remark.
 */
#include "connect/wecom/code_effect.h"

#include "base/log.h"
#include "connect/wecom/code_way.h"

#include <string.h>

enum { REMARK_CHARS = 20 };

struct effect {
    struct code code;
    struct str *tags; /* WeCom's ids */
    size_t tags_n;
};

/* RC_NOT_FOUND, `e` untouched, when the state is no code of ours. */
static enum rc read(struct app *app, struct str state, struct arena *a, struct effect *out,
                    struct err *e)
{
    struct tx *tx;
    enum rc rc = db_read_begin(app->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    rc = code_of_state(tx, state, a, &out->code, e);
    if (rc == RC_OK)
        rc = code_tag_externals(tx, out->code.id, a, &out->tags, &out->tags_n, e);
    db_read_end(tx);
    return rc;
}

/* Whether a failure is passed on: one that may pass, while there are tries left. */
static bool give_back(enum rc rc, bool try_again, const char *what, struct err *e)
{
    bool passes = rc == RC_IO || rc == RC_BUSY || rc == RC_RATE;
    if (passes && try_again)
        return true;
    log_line(LOG_WARN, "code_effect", "\"what\":\"%s\",\"code\":\"%s\"", what, e->code);
    *e = (struct err)ERR_INIT;
    return false;
}

static bool worn(const struct told_follow *f, struct str tag)
{
    for (size_t i = 0; i < f->tag_ids_n; i++)
        if (str_eq(f->tag_ids[i], tag))
            return true;
    return false;
}

static void wear(struct told_follow *f, const struct effect *x, struct arena *a)
{
    struct str *all = ARENA_ARRAY(a, struct str, f->tag_ids_n + x->tags_n + 1);
    size_t n = 0;
    for (size_t i = 0; i < f->tag_ids_n; i++)
        all[n++] = f->tag_ids[i];
    for (size_t i = 0; i < x->tags_n; i++)
        if (!worn(f, x->tags[i]))
            all[n++] = x->tags[i];
    f->tag_ids = all;
    f->tag_ids_n = n;
    f->tags_told = true;
}

static enum rc do_both(struct app *app, const struct effect *x, const struct told_contact *who,
                       struct told_follow *f, bool try_again, struct arena *a, struct err *e)
{
    enum rc rc = RC_OK;
    if (x->tags_n > 0) {
        rc = code_way_mark(app->wecom, f->userid, who->external_userid, x->tags, x->tags_n, a, e);
        if (rc == RC_OK)
            wear(f, x, a);
        else if (give_back(rc, try_again, "tags", e))
            return rc;
    }
    if (str_empty(x->code.remark))
        return RC_OK;
    struct code_words words = {.name = who->name, .code = x->code.name, .at_s = f->added_s};
    struct str remark = code_fill(x->code.remark, &words, REMARK_CHARS, a);
    rc = code_way_remark(app->wecom, f->userid, who->external_userid, remark, a, e);
    if (rc == RC_OK)
        f->remark = remark;
    else if (give_back(rc, try_again, "remark", e))
        return rc;
    return RC_OK;
}

enum rc code_effect_ask(struct app *app, struct str userid, bool try_again, struct arena *a,
                        struct told_contact *contact, struct err *e)
{
    struct told_follow *all = ARENA_ARRAY(a, struct told_follow, contact->follows_n + 1);
    struct told_follow *f = NULL;
    struct effect x = {.tags = NULL};
    for (size_t i = 0; i < contact->follows_n; i++) {
        all[i] = contact->follows[i];
        if (str_eq_nocase(all[i].userid, userid))
            f = &all[i];
    }
    if (f == NULL || str_empty(f->state))
        return RC_OK;
    enum rc rc = read(app, f->state, a, &x, e);
    if (rc == RC_OK)
        rc = do_both(app, &x, contact, f, try_again, a, e);
    contact->follows = all;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}
