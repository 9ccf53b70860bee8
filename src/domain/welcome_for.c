/* welcome_for.c — the default welcome, with the customer's name where it is known.
 *
 * A new friend's name is usually not known yet: it would take a call to WeCom, which the 20 s are
 * not spent on. Whoever was a friend of somebody else before, or was imported, is greeted by name.
 */
#include "domain/welcome_for.h"

#include "domain/identity.h"
#include "store/welcome.h"

static enum rc name_of(const struct app *app, struct tx *tx, struct str external_userid,
                       struct arena *a, struct str *out, struct err *e)
{
    struct str value;
    uint8_t hash[SECRET_INDEX_BYTES];
    *out = STR("");
    if (!identity_normalise(a, IDENTITY_EXTERNAL_USERID, external_userid, &value))
        return RC_OK;
    identity_hash(app->keys, IDENTITY_EXTERNAL_USERID, value, hash);
    enum rc rc = welcome_name(tx, hash, out, e);
    if (rc == RC_NOT_FOUND || str_absent(*out))
        *out = STR("");
    return rc == RC_NOT_FOUND ? RC_OK : rc;
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

enum rc welcome_for(const struct app *app, struct tx *tx, const struct welcome_asked *who,
                    struct arena *a, struct welcome_said *out, struct err *e)
{
    struct str text = str_from(config_text(app->config, "wecom_welcome"));
    struct str name = STR("");
    enum rc rc = RC_OK;
    if (str_find(text, STR("{name}")) >= 0)
        rc = name_of(app, tx, who->external_userid, a, &name, e);
    if (rc == RC_OK)
        out->text = fill(a, text, name);
    return rc;
}
