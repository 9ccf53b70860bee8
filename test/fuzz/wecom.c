/* wecom — any bytes as the body of a callback, as the message inside one, and as base64.
 *
 * The message is also delivered whole, signed and encrypted by us, so that everything behind the
 * signature sees it. Whatever is accepted has its promises kept: views inside what was read, keys
 * that are not empty, a message that comes out as it went in.
 */
#include "connect/wecom/callback.h"
#include "connect/wecom/envelope.h"
#include "connect/wecom/xml.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const uint8_t RANDOM[WECOM_RANDOM_BYTES] = "0123456789abcde";

static void read_xml(struct str text, struct arena *a)
{
    struct xml x = {0};
    size_t bytes = 0;
    if (xml_read(text, a, &x, NULL) != RC_OK) {
        return;
    }
    assert(x.n <= XML_LEAVES);
    for (size_t i = 0; i < x.n; i++) {
        assert(x.leaves[i].name.n > 0 && x.leaves[i].name.n < XML_NAME);
        assert(str_utf8_valid(x.leaves[i].text));
        bytes += x.leaves[i].text.n;
    }
    assert(bytes <= text.n);
}

static void deliver(struct str message, struct arena *a)
{
    struct wecom_account who;
    struct wecom_delivery d;
    char sign[WECOM_SIGNATURE_CHARS + 1];
    enum rc rc = wecom_account_read(STR("ww1"), STR("t"),
                                    STR("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"), &who, NULL);
    assert(rc == RC_OK);
    struct str sealed = wecom_encrypt(who.key, who.corp_id, message, RANDOM, a);
    wecom_sign(who.token, STR("100"), STR("n"), sealed, sign);
    struct wecom_address at = {str_from(sign), STR("100"), STR("n")};
    struct str body = arena_printf(a, "<xml><Encrypt>" STR_FMT "</Encrypt></xml>", STR_ARG(sealed));
    rc = wecom_deliver(&who, &at, body, 100, a, &d, NULL);
    assert(rc == RC_OK && str_eq(d.message, message));
    assert(!str_empty(d.key) && d.event.name != NULL);
    assert(d.event.missing == WECOM_FIELD_COUNT || wecom_field_name(d.event.missing) != NULL);
    (void)wecom_decrypt(who.key, who.corp_id, message, a, &body, NULL);
    rc = wecom_deliver(&who, &at, message, 100, a, &d, NULL);
    assert(rc != RC_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena a;
    struct envelope sealed;
    struct str text = {(const char *)data, n};
    arena_init(&a, 0);
    read_xml(text, &a);
    if (envelope_read(text, &a, &sealed, NULL) == RC_OK) {
        assert(!str_empty(sealed.encrypt));
    }
    deliver(text, &a);
    arena_done(&a);
    return 0;
}
