/* media — originals that are sent with greetings, and what WeCom gave for them
 * (schema/0021_media.sql). What they may be is file/media.h. */
#ifndef KOI_STORE_MEDIA_H
#define KOI_STORE_MEDIA_H

#include "db/db.h"

enum { MEDIA_HASH = 32 };

/* What an upload is for. */
enum media_purpose {
    MEDIA_MESSAGE, /* a media id, for three days */
    MEDIA_PICTURE, /* an address, for good */
    MEDIA_PURPOSES
};

struct media {
    int64_t id;
    struct str sha256, kind, name, mime; /* kind: image, video, file */
    int64_t bytes;
    int64_t account_id; /* 0: nobody's */
    int64_t created_s;
};

/* A new original with its content; one of the same content, kind and name is given back instead,
 * and `out_new` says so. `m->id` and created_s are filled in. */
enum rc media_add(struct tx *tx, struct media *m, struct str content, bool *out_new, struct err *e);
/* In the arena; RC_NOT_FOUND with a sentence. */
enum rc media_load(struct tx *tx, int64_t id, struct arena *a, struct media *out, struct err *e);
/* Up to MEDIA_BYTES_MOST, in the arena. */
enum rc media_content(struct tx *tx, int64_t id, struct arena *a, struct str *out, struct err *e);
/* At most `limit` with ids below `before_id`, newest first; kind absent: any. */
enum rc media_list(struct tx *tx, struct str kind, int64_t before_id, int64_t limit,
                   struct media **out, size_t *out_n, struct err *e);
/* With what WeCom gave for it. Nothing may use it any more: the caller has looked. */
enum rc media_drop(struct tx *tx, int64_t id, struct err *e);

/* What WeCom has of an original. */
struct media_at {
    struct str given;   /* absent: nothing */
    int64_t expires_s;  /* DB_NULL: never */
    int64_t tried_s;    /* 0: not yet */
    struct str problem; /* an error as base/err_json.h writes it; absent: none */
};
/* Of none yet: all of it absent. In the arena. */
enum rc media_at_load(struct tx *tx, int64_t id, enum media_purpose purpose, struct arena *a,
                      struct media_at *out, struct err *e);
/* Says that uploading begins now, unless somebody began after `before_s`: then false. */
enum rc media_at_claim(struct tx *tx, int64_t id, enum media_purpose purpose, int64_t before_s,
                       bool *out_mine, struct err *e);
/* It was not made after all: it counts as begun at `tried_s` as before (0: never). */
enum rc media_at_unclaim(struct tx *tx, int64_t id, enum media_purpose purpose, int64_t tried_s,
                         struct err *e);
/* How it ended: what was given, or the error; what was given before stays then.
 * Nothing is written for an original that was dropped meanwhile. */
enum rc media_at_given(struct tx *tx, int64_t id, enum media_purpose purpose, struct str given,
                       int64_t expires_s, struct err *e);
enum rc media_at_failed(struct tx *tx, int64_t id, enum media_purpose purpose, struct str problem,
                        struct err *e);
/* WeCom does not know it any more, by its error `problem`: it is to be uploaded, though not sooner
 * after the last upload than after one that failed. */
enum rc media_at_forget(struct tx *tx, struct str given, struct str problem, struct err *e);

/* The greetings with attachments of codes that are active or being made, by code. WeCom keeps what
 * groups greet with, so of that it needs an upload only until it is told. In the transaction's
 * arena. */
struct media_greeting {
    int64_t code_id;
    struct str code, attachments; /* the code's name; a JSON list */
    bool to_upload;               /* WeCom must have it */
};
enum rc media_greetings(struct tx *tx, struct media_greeting **out, size_t *out_n, struct err *e);

#endif
