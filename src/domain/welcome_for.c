/* welcome_for.c — the greeting of a code or the default one, with the customer's name where it is
 * known.
 *
 * A new friend's name is usually not known yet: it would take a call to WeCom, which the 20 s are
 * not spent on. Whoever was a friend of somebody else before, or was imported, is greeted by name.
 */
#include "domain/welcome_for.h"

#include "domain/attachment.h"
#include "domain/code.h"
#include "domain/identity.h"
#include "store/code_entry.h"
#include "store/welcome.h"

/* Who the new friend is. */
struct person {
    const char *kind; /* "new", "old", "buyer" */
    struct str name;  /* empty where it is not known */
};

static enum rc find_person(const struct app *app, struct tx *tx, struct str external_userid,
                           struct arena *a, struct person *out, struct err *e)
{
    struct str value, name;
    uint8_t hash[SECRET_INDEX_BYTES];
    int64_t id;
    bool buyer = false;
    *out = (struct person){"new", STR("")};
    if (!identity_normalise(a, IDENTITY_EXTERNAL_USERID, external_userid, &value))
        return RC_OK;
    identity_hash(app->keys, IDENTITY_EXTERNAL_USERID, value, hash);
    enum rc rc = welcome_person(tx, hash, &id, &name, e);
    if (rc != RC_OK)
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    rc = code_entry_is_buyer(tx, id, &buyer, e);
    out->kind = buyer ? "buyer" : "old";
    if (!str_absent(name))
        out->name = name;
    return rc;
}

/* `text` with each "{name}" replaced; cut at a whole character. */
static struct str fill(struct arena *a, struct str text, struct str name)
{
    static const char mark[] = "{name}";
    struct buf b;
    buf_init(&b, (size_t)WELCOME_TEXT_BYTES * 8);
    for (;;) {
        int64_t at = str_find(text, STR("{name}"));
        if (at < 0)
            break;
        buf_add(&b, str_sub(text, 0, (size_t)at));
        buf_add(&b, name);
        text = str_sub(text, (size_t)at + sizeof mark - 1, text.n);
    }
    buf_add(&b, text);
    struct str all = buf_str(&b);
    if (all.n > WELCOME_TEXT_BYTES) {
        all.n = WELCOME_TEXT_BYTES;
        while (all.n > 0 && ((unsigned char)all.p[all.n] & 0xc0) == 0x80)
            all.n--;
    }
    struct str kept = arena_str(a, all);
    buf_done(&b);
    return kept;
}

/* As it goes out: the name filled in, and what WeCom has of the attachments now. */
static enum rc complete(struct tx *tx, const struct person *who, int64_t now_s, struct arena *a,
                        struct welcome_said *said, struct err *e)
{
    said->text = fill(a, said->text, who->name);
    return attachment_said(tx, said->attachments, now_s, a, &said->attachments, e);
}

enum rc welcome_for(const struct app *app, struct tx *tx, const struct welcome_asked *who,
                    int64_t now_s, struct arena *a, struct welcome_said *out, struct err *e)
{
    struct person person;
    struct code_greeting greeting;
    enum rc rc = find_person(app, tx, who->external_userid, a, &person, e);
    *out = (struct welcome_said){STR(""), STR("")};
    if (rc == RC_OK && !str_empty(who->state)) {
        rc = code_welcome(tx, who->state, who->userid, now_s, str_from(person.kind), a, &greeting,
                          e);
        if (rc == RC_OK) {
            *out = (struct welcome_said){greeting.text, greeting.attachments};
            rc = complete(tx, &person, now_s, a, out, e);
        } else if (rc == RC_NOT_FOUND) {
            rc = RC_OK;
        }
    }
    if (rc != RC_OK || !str_empty(out->text) || !str_empty(out->attachments))
        return rc;
    *out = (struct welcome_said){
        .text = str_from(config_text(app->config, "wecom_welcome")),
        .attachments = str_from(config_text(app->config, "wecom_welcome_attachments")),
    };
    return complete(tx, &person, now_s, a, out, e);
}
