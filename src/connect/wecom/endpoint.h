/* endpoint — every call of WeCom's API that Koi may make, one row each.
 *
 * From the rows come: the check of a request before it leaves, which secret it goes by, the buckets
 * of its frequency, whether it may be repeated, `koi wecom endpoints`, and the tests that hold the
 * table against the simulator's. Source: WeCom's documents as of 2026-07, sections by the names
 * in endpoint.c; a call is declared only when its fields are known.
 *
 * Fields are written as "name:type!" with a blank between: the type is one of text (left out), int,
 * bool, list, object and any; '!' says that a request cannot be without it.
 */
#ifndef KOI_CONNECT_WECOM_ENDPOINT_H
#define KOI_CONNECT_WECOM_ENDPOINT_H

#include "base/json.h"

enum wecom_method { WECOM_GET, WECOM_POST };

/* Kinds of secrets, as bits; which settings they are, client.h says. */
enum wecom_secret {
    WECOM_BY_APP = 1,     /* the self-built app */
    WECOM_BY_LISTED = 2,  /* the same app, which is listed under 客户联系 → 可调用应用 */
    WECOM_BY_CONTACT = 4, /* the system secret of 客户联系, which only older corps have */
    WECOM_BY_DIRECTORY = 8, /* the secret of 通讯录同步 */
};

/* What may be done when the reply was lost, so that nobody knows whether the call was done. */
enum wecom_repeat {
    WECOM_REPEAT_SAFE, /* again: it reads, or doing it twice is doing it once */
    WECOM_REPEAT_NOT   /* not by itself: it would make or send something twice */
};

/* How often: calls a corp may make; 0 stands for the rule of every api (10,000 a minute, 150,000
 * an hour, none a day). */
struct wecom_rate {
    int64_t minute, hour, day;
};

struct wecom_endpoint {
    const char *path; /* below /cgi-bin/; its name everywhere */
    enum wecom_method method;
    unsigned secrets;  /* of enum wecom_secret; 0: goes without a token (gettoken) */
    const char *takes; /* request fields without cursor and limit */
    const char *gives; /* reply fields without errcode and errmsg */
    const char *rows;  /* the array of a list's reply; NULL: it is no list */
    const char *next;  /* the reply's cursor, sent back as `cursor` ("next_offset": as `offset`) */
    const char *limit; /* the field that says how many rows a page has; NULL: it is not asked */
    int64_t limit_max; /* the most it may say */
    bool limit_needed;
    enum wecom_repeat repeat;
    bool unlimited; /* its calls are not counted by WeCom */
    bool upload;    /* the request is a form with a file; other fields stand in the address */
    bool bytes;     /* the reply is a file */
    bool urgent;    /* a rush of it goes in front of all others, see limit.c and transport.h */
    struct wecom_rate rate;
};

extern const struct wecom_endpoint wecom_endpoint_table[]; /* in the documents' order */
extern const size_t wecom_endpoint_count;

/* The row of a path; asserts that there is one. And which it is, from 0. */
const struct wecom_endpoint *wecom_endpoint(const char *path);
size_t wecom_endpoint_index(const struct wecom_endpoint *ep);

/* Takes the next field off a text of fields; false at its end. */
struct wecom_parameter {
    struct str name, type; /* type: "text" where none is written */
    bool required;
};
bool wecom_parameter_next(struct str *rest, struct wecom_parameter *out);

/* Whether a request (NULL: an empty one) fits the row. RC_INVALID names the field that is missing,
 * of another type, above its maximum, or not declared. */
enum rc wecom_endpoint_check(const struct wecom_endpoint *ep, const struct json_value *request,
                             struct err *e);

/* The table as JSON: {"endpoints":[…],"errors":[…]}. */
void wecom_endpoints_print(struct json *j);

#endif
