/* wire.c — the names of the header fields that Koi looks at, in the order of enum field. Everything
 * else in a request's head is ignored, so that nothing can be smuggled in by a field that one part
 * reads and another does not. Names compare without case, as RFC 9110 has it.
 */
#include "http/parts.h"

const char *const field_names[FIELD_COUNT] = {
    [FIELD_ACCEPT] = "Accept",
    [FIELD_ACCEPT_ENCODING] = "Accept-Encoding",
    [FIELD_ACCEPT_LANGUAGE] = "Accept-Language",
    [FIELD_AUTHORIZATION] = "Authorization",
    [FIELD_CONTENT_TYPE] = "Content-Type",
    [FIELD_COOKIE] = "Cookie",
    [FIELD_CSRF] = "X-CSRF-Token",
    [FIELD_FETCH_SITE] = "Sec-Fetch-Site",
    [FIELD_FILE_NAME] = "X-File-Name",
    [FIELD_FORWARDED_FOR] = "X-Forwarded-For",
    [FIELD_HOST] = "Host",
    [FIELD_IDEMPOTENCY_KEY] = "Idempotency-Key",
    [FIELD_IF_MATCH] = "If-Match",
    [FIELD_IF_NONE_MATCH] = "If-None-Match",
    [FIELD_ORIGIN] = "Origin",
    [FIELD_USER_AGENT] = "User-Agent",
};
