/* client — Koi's one way to ask WeCom: a call by the row of its endpoint.
 *
 * A call is checked by the row (endpoint.h), waits for its buckets (limit.h), goes by the token of
 * a secret that may make it (token.h), and is repeated by the class of what came back (errors.h):
 * -1 and its like three times after 1, 2 and 4 s; 40014 and 42001 once with a new token; 45009
 * stops the api for its window. A reply that was lost is asked for again only where the row says
 * that doing it twice is doing it once; else the error is "wecom_unsure". All waiting together
 * stays within the call's patience.
 *
 * Settings are read at each call, so a change needs no restart. Tokens and secrets are in memory
 * and in addresses that are wiped; no error and no log contains them. Costs about 8 KB until the
 * first call, which starts the transport's thread. Sources: WeCom's documents 91039 (token), 90312
 * (frequency), 90313 (errors).
 */
#ifndef KOI_CONNECT_WECOM_CLIENT_H
#define KOI_CONNECT_WECOM_CLIENT_H

#include "connect/transport.h"
#include "connect/wecom/endpoint.h"
#include "domain/config.h"

struct wecom_client;

/* The secrets that an installation may have. */
enum wecom_key {
    WECOM_KEY_ANY, /* the first that is set and may make the call, in the order below */
    WECOM_KEY_APP,
    WECOM_KEY_CONTACT,
    WECOM_KEY_DIRECTORY,
    WECOM_KEYS
};
/* "wecom_app_secret" …; not of WECOM_KEY_ANY. */
const char *wecom_key_setting(enum wecom_key k);

/* What the client asks of its surroundings; tests put others in place. */
struct wecom_surroundings {
    void *ctx;
    /* The text of a setting, valid as long as the client; "" when it is not set. */
    const char *(*setting)(void *ctx, const char *name);
    enum rc (*exchange)(void *ctx, const struct exchange *x, struct arena *a,
                        struct exchange_reply *out, struct err *e);
    int64_t (*now_us)(void *ctx); /* only differences mean something */
    /* Waits; false when the client is to end. */
    bool (*pause)(void *ctx, int64_t us);
};

/* A client for the settings of one installation, which outlive it. */
struct wecom_client *wecom_client_new(const struct config *config);
struct wecom_client *wecom_client_new_in(const struct wecom_surroundings *s);
/* Ends every wait, and calls from now on, with RC_BUSY. Accepts NULL. */
void wecom_client_stop(struct wecom_client *c);
/* When every call has returned. Accepts NULL. */
void wecom_client_free(struct wecom_client *c);

/* Whether a picture may be fetched from an address: https and one of the platform's hosts for
 * pictures, or below `base`, the API's own address (the simulator's). Pure. */
bool wecom_may_fetch(const char *base, struct str url);
/* The bytes of a picture whose address WeCom told, at most `most`. Not a call: no token goes with
 * it. An http address of the platform's is fetched by https. RC_INVALID "picture_address" where it
 * may not be fetched, RC_IO when it is not there. */
enum rc wecom_fetch(struct wecom_client *c, struct str url, size_t most, struct arena *a,
                    struct str *out, struct err *e);

/* Whether that secret is set. */
bool wecom_client_has(const struct wecom_client *c, enum wecom_key k);

enum { WECOM_PATIENCE_S = 30 };

struct wecom_call {
    const struct wecom_endpoint *endpoint; /* not one that gives bytes */
    const struct json_value *request;      /* an object; NULL: no fields */
    enum wecom_key key;
    int64_t patience_us;  /* 0: WECOM_PATIENCE_S */
    bool has_turn;        /* wecom_turn() was taken for it */
    bool background;      /* nobody waits for it: leaves half of the buckets to others (limit.h) */
    int64_t *out_sent_us; /* by clock_now_us() when what was answered went out; NULL: not wanted */
};

/* How many requests are on their way to WeCom now; 0 of NULL. */
int64_t wecom_calls_open(const struct wecom_client *c);

/* Takes a turn of the endpoint's buckets for a call that is decided afterwards: for those who must
 * choose what to send only when it may be sent. 0, or how long to wait before asking again (then
 * nothing was taken). Never waits. */
int64_t wecom_turn(struct wecom_client *c, const struct wecom_endpoint *ep);

/* Makes a call, not of an upload, and gives its reply, in the arena; fields that may be missing
 * are, see json_get(). Waits; any thread, holding no lock. RC_INVALID before anything is sent when
 * the request does not fit, RC_NOT_FOUND when no secret may make it, RC_RATE when it would have to
 * wait longer than its patience, else what errors.h says for WeCom's number (e->code is then
 * "wecom_60020"). */
enum rc wecom_call(struct wecom_client *c, const struct wecom_call *call, struct arena *a,
                   const struct json_value **out, struct err *e);

/* A file to be sent, as people know it. */
struct wecom_file {
    struct str name, bytes;
};
enum { WECOM_UPLOAD_PATIENCE_S = 180 };
/* The same for an endpoint that is an upload: the file goes as a form, the request's fields in the
 * address. Its patience is WECOM_UPLOAD_PATIENCE_S unless told, and one exchange of it may take 120
 * s, since twenty megabytes do. Beside the errors of wecom_call() those of media_check()
 * (file/media.h), before anything is sent. Holds the file twice. */
enum rc wecom_upload(struct wecom_client *c, const struct wecom_call *call,
                     const struct wecom_file *file, struct arena *a, const struct json_value **out,
                     struct err *e);

#endif
