/* upload_note — what is remembered of an upload: a sealed note beside the sealed file. */
#ifndef KOI_API_UPLOAD_NOTE_H
#define KOI_API_UPLOAD_NOTE_H

#include "domain/app.h"
#include "http/request.h"

struct upload_note {
    const char *path; /* of the sealed file */
    struct str name;  /* as the person called it */
    int64_t bytes;
    uint8_t sha256[32];
};

/* The note of an upload by its id. RC_NOT_FOUND with a sentence. Text is in the arena. */
enum rc upload_note_read(struct app *app, struct arena *a, struct str id, struct upload_note *out,
                         struct err *e);

#endif
