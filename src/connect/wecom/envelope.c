/* envelope.c — both flavours end as three texts.
 *
 * Which flavour it is, the first character that is no blank tells. Two Encrypt elements are
 * refused: one would be checked and the other read by somebody else.
 */
#include "connect/wecom/envelope.h"

#include "base/json.h"
#include "connect/wecom/xml.h"

static enum rc no_encrypt(struct err *e)
{
    return err_set(e, RC_INVALID, "envelope_invalid", NULL, "正文里没有唯一的 Encrypt",
                   "the body has no Encrypt, or more than one");
}

static enum rc read_json(struct str body, struct arena *a, struct envelope *out, struct err *e)
{
    const struct json_value *v = NULL;
    enum rc rc = json_parse(a, body, &v, e);
    if (rc != RC_OK) {
        return rc;
    }
    struct str encrypt = json_str_or(json_get(v, "encrypt"), STR_ABSENT);
    if (str_empty(encrypt)) {
        return no_encrypt(e);
    }
    *out = (struct envelope){.encrypt = encrypt};
    return RC_OK;
}

enum rc envelope_read(struct str body, struct arena *a, struct envelope *out, struct err *e)
{
    struct xml x = {0};
    if (str_starts(str_trim(body), STR("{"))) {
        return read_json(body, a, out, e);
    }
    enum rc rc = xml_read(body, a, &x, e);
    if (rc != RC_OK) {
        return rc;
    }
    struct str encrypt = xml_get(&x, "Encrypt");
    if (str_empty(encrypt) || xml_count(&x, "Encrypt") != 1) {
        return no_encrypt(e);
    }
    *out = (struct envelope){encrypt, xml_get(&x, "ToUserName"), xml_get(&x, "AgentID")};
    return RC_OK;
}

struct str envelope_reply(struct str encrypt, struct str signature, struct str timestamp,
                          struct str nonce, struct arena *a)
{
    return arena_printf(a,
                        "<xml><Encrypt><![CDATA[" STR_FMT "]]></Encrypt>"
                        "<MsgSignature><![CDATA[" STR_FMT "]]></MsgSignature>"
                        "<TimeStamp>" STR_FMT "</TimeStamp>"
                        "<Nonce><![CDATA[" STR_FMT "]]></Nonce></xml>",
                        STR_ARG(encrypt), STR_ARG(signature), STR_ARG(timestamp), STR_ARG(nonce));
}
