/* audience — any text as an expression; what parses must print to a text that parses to the same
 * tree.
 *
 * The tree also goes through JSON and back, as the console's builder does. Names are not resolved:
 * parsing knows no database.
 */
#include "base/limits.h"
#include "query/audience.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void round_trips(struct arena *a, enum audience_subject subject,
                        const struct audience_expr *x)
{
    struct err e = ERR_INIT;
    struct buf out;
    struct audience_expr *again = NULL;
    buf_init(&out, 8 << 20);
    audience_print(x, &out);
    if (buf_str(&out).n <= LIMIT_EXPRESSION) {
        assert(audience_parse(a, subject, buf_str(&out), &again, &e) == RC_OK);
        assert(audience_equal(x, again));
    }
    buf_done(&out);
    buf_init(&out, 8 << 20);
    audience_to_json(x, &out);
    assert(audience_from_json(a, subject, buf_str(&out), &again, &e) == RC_OK);
    assert(audience_equal(x, again));
    buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct str text = {(const char *)data, n};
    for (int subject = AUDIENCE_CUSTOMER; subject <= AUDIENCE_GROUP; subject++) {
        struct arena a;
        struct err e = ERR_INIT;
        struct audience_expr *x = NULL;
        arena_init(&a, 0);
        if (audience_parse(&a, (enum audience_subject)subject, text, &x, &e) == RC_OK) {
            round_trips(&a, (enum audience_subject)subject, x);
        } else {
            assert(e.zh[0] != 0 && e.en[0] != 0 && e.at <= (int64_t)n);
        }
        arena_done(&a);
    }
    return 0;
}
